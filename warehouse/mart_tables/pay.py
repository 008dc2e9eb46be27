"""Marts of pay: what adverts offer, what persons report, what offices publish, and what silent adverts may change."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, struct, table
from transforms.records.definitions import BAND, MAX_AMOUNT_WIDTH
from transforms.records.vocabulary import (
    BASES,
    CELL_GROUPS,
    CONTRACTS,
    COUNTRY_CODE,
    CURRENCY_CODE,
    EMPLOYMENT_TYPES,
    EXPERIENCE_BANDS,
    LEVEL_GROUPS,
    PAY_MARKETS,
    REGION_LEVELS,
    SENIORITY_GROUPS,
)
from warehouse.mart_tables.cells import FORMS, PAY_MARKET_WORDS, CellCounts, CellSample, amount, count, share, state

BONUS = "advertised_bonus"  # the `basis` of rows about yearly bonuses whose amount adverts state


@struct
class CountryJobs:
    """One country's part of a wider cell. A job with pay for several countries counts once in a region's band."""

    country: Annotated[
        str, Column("ISO 3166-1 alpha-2; several: one pay for several countries; remote: tied to no country; unknown")
    ]
    n_jobs: Annotated[int, count("Jobs of the band with pay for this country")]


@struct
class Quantiles:
    """Annual amounts in `currency`; `_lo` and `_hi` are the ends of the 95 % interval.

    A midpoint is the middle of the two ends of a job's pay. A single amount (official wages, what persons report, a
    bonus) is its own midpoint.
    """

    p10: Annotated[
        float | None, amount("10th percentile of midpoints; NULL also if the cell has too few employers for it")
    ]
    p10_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p10_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    p25: Annotated[float | None, amount("25th percentile of midpoints")]
    p25_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p25_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    p50: Annotated[float | None, amount("Median of midpoints")]
    p50_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p50_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    p75: Annotated[float | None, amount("75th percentile of midpoints")]
    p75_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p75_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    p90: Annotated[
        float | None, amount("90th percentile of midpoints; NULL also if the cell has too few employers for it")
    ]
    p90_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p90_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]


@struct
class Amounts(Quantiles):
    """Quantiles of midpoints, and the two ends of a band; every job counts once."""

    band_low: Annotated[float | None, amount(f"{BAND.low_end}; NULL for single amounts")]
    band_low_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    band_low_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    band_high: Annotated[float | None, amount(f"{BAND.high_end}; NULL for single amounts")]
    band_high_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    band_high_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    p50_by_employer: Annotated[
        float | None, amount("Median of midpoints if each employer counts once, its jobs equally")
    ]
    p50_by_employer_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p50_by_employer_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]


@struct
class Silence:
    """What the median may be if jobs that state no pay are counted, too (`marts/pay/nonresponse.py`).

    Only for adverts that we read, in US dollars, for all pay or for pay in the local currency; NULL in other rows.
    """

    n_silent: Annotated[
        int | None,
        count(
            "Jobs of the cell beside n_jobs that are full-time as far as is known, but do not state both ends of base "
            "pay before tax; NULL: not counted"
        ),
    ] = None
    p50_if_less: Annotated[
        float | None,
        amount(
            "Median including these, if each of them paid less than the median; NULL: at most half of the jobs state "
            "pay, few employers decide, or suppressed"
        ),
    ] = None
    p50_if_more: Annotated[float | None, amount("The same if each of them paid more than the median")] = None
    p50_bounds_lo: Annotated[
        float | None,
        Column(
            "Lower end of the 95 % interval of the median of all jobs, whatever the silent ones pay", unit="per year"
        ),
    ] = None
    p50_bounds_hi: Annotated[float | None, Column("Upper end of this interval", unit="per year")] = None
    p50_if_odds_half: Annotated[
        float | None,
        amount(
            "Median of all jobs if the odds of stating pay halve with each standard deviation of log pay; NULL: all "
            "state pay, or suppressed"
        ),
    ] = None
    p50_if_odds_double: Annotated[float | None, amount("The same if these odds double")] = None


@struct
class OfPanel:
    """The cell's jobs on boards drawn at random, taken alone, beside the jobs of all boards (`estimate_panel_pay`).

    Only for adverts that we read. NULL if no statistic is based on the panel, and in a cell without jobs.
    """

    n_panel_jobs: Annotated[
        int | None,
        count("Jobs of n_jobs in the panel; NULL: no statistic is based on the panel, or the cell has no job"),
    ] = None
    n_panel_employers: Annotated[int | None, count("Their employers")] = None
    p50_of_panel: Annotated[
        float | None,
        amount(
            "Median of midpoints of the panel's jobs alone, weighted by the inverse of their board's chance, while "
            "p50 is for all boards; NULL: these jobs alone do not meet the rules of printing, or suppressed"
        ),
    ] = None
    p50_of_panel_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="per year")] = None
    p50_of_panel_hi: Annotated[float | None, Column("Upper end of this interval", unit="per year")] = None


@table(
    "mart.salary_bands",
    "Pay by place, role and level: one row per cell, published, or suppressed with its reason.",
    "band_low <= band_high",
    "p50_bounds_lo <= p50_if_less",
    "p50_if_less <= p50_if_more",
    "p50_if_more <= p50_bounds_hi",
    "p50_if_odds_double <= p50_if_odds_half",
    "n_panel_employers <= n_panel_jobs AND n_panel_jobs <= n_jobs",
    "p50_of_panel_lo <= p50_of_panel AND p50_of_panel <= p50_of_panel_hi",
    "p50_of_panel IS NULL OR (status <> 'suppressed' AND n_panel_jobs IS NOT NULL)",
    "status <> 'published' OR p50 IS NOT NULL",
    f"status <> 'published' OR basis = '{BONUS}' OR (band_low IS NOT NULL AND band_high IS NOT NULL)",
    "status = 'published' OR reason IS NOT NULL",
    "n_jobs IS NOT NULL OR basis = 'official'",
)
class SalaryBands(CellCounts, CellSample, Amounts, Silence, OfPanel):
    """Jobs in the stock of the day `as_of`: full-time work, base pay with both ends known.

    Employees' pay is gross, a contractor's is the amount of the invoices of twelve months.

    Official rows are wages by occupation; reported rows are what persons earn according to one survey
    (`mart.reported_pay`). Both have only p10 to p90, as quartiles of single amounts are not the ends of a band.
    """

    n_jobs: Annotated[  # type: ignore[assignment]
        int | None,
        count("Jobs (or pairs, persons, filings) in the cell; for official wages employees, NULL: not stated"),
    ]
    as_of: Annotated[date, Column("Day the row is for", key=True)]
    basis: Annotated[str, Column("Kind of pay figure, never mixed", key=True, values=(*BASES, BONUS))]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[
        str,
        Column(
            "World, UN M49 name or ISO country code; below the world also remote (pay tied to no place) and several "
            "(one pay for several places of that level)",
            key=True,
        ),
    ]
    seniority_group: Annotated[
        str,
        Column(
            f"Level; mid_senior = {' + '.join(LEVEL_GROUPS['mid_senior'] or ())}; mid_senior_stated: only "
            "jobs with the level in the title",
            key=True,
            values=SENIORITY_GROUPS,
        ),
    ]
    role_group: Annotated[
        str, Column("Group of roles, or ai_core; ai_data_trainer has only counts, as gigs enter no band", key=True)
    ]
    role: Annotated[str, Column("Role, or `all` of the group", key=True)]
    contract: Annotated[
        str,
        Column(
            "Contract that the pay is for, never mixed. employee: also where none is stated, except in countries where "
            "it may as well be a contractor's; contractor, agency: stated; all: not told apart (surveys, bonuses)",
            key=True,
            values=(*CONTRACTS, "all"),
        ),
    ]
    pay_market: Annotated[str, Column(PAY_MARKET_WORDS, key=True, values=("all", *PAY_MARKETS))]
    currency: Annotated[str, Column("ISO 4217 code of the amounts", key=True, pattern=CURRENCY_CODE)]
    window_days: Annotated[
        int, Column("0: the stock, or a snapshot; otherwise the window of an earlier version", unit="days", low=0)
    ]
    n_stated: Annotated[
        int | None, count("Jobs of the band with a stated, not an inferred level; NULL: not adverts that we read")
    ]
    n_cross_border: Annotated[int | None, count("Jobs of the band that state pay in another country's money")]
    n_no_rate: Annotated[
        int | None, count("Jobs that would be in the band, but cannot be converted: no rate was near enough")
    ]
    n_apart: Annotated[
        int | None,
        count(
            "Jobs with pay that is kept out of the band: contract left open, part-time, intern, gig, net, flagged or "
            "only one end"
        ),
    ]
    countries: Annotated[
        tuple[CountryJobs, ...] | None,
        Column("Jobs by country, most first; NULL: the row is for a country, or made by a version that did not count"),
    ] = None
    stated_in: Annotated[
        str | None,
        Column(
            "Of rows of cross_border: the currency in which all jobs of the band state pay; NULL: several",
            pattern=CURRENCY_CODE,
        ),
    ] = None
    n_employer_here: Annotated[
        int | None,
        count(
            "Of rows of cross_border: jobs of the band whose employer is of the job's own country (by the source, or "
            "its head office by boards.csv)"
        ),
    ] = None
    n_employer_elsewhere: Annotated[
        int | None,
        count(
            "Of rows of cross_border: jobs of the band whose employer is of another country; of the others it is not "
            "known"
        ),
    ] = None


@table(
    "mart.reported_pay",
    "Pay that persons report in surveys, by country, role and experience: a row for each survey and cell.",
    "p25 <= p50 AND p50 <= p75",
    "p50_lo <= p50 AND p50 <= p50_hi",
    "dollars_share_lo <= dollars_share AND dollars_share <= dollars_share_hi",
    "(status = 'suppressed') = (p50 IS NULL)",
)
class ReportedPay(Quantiles):
    """The newest wave of each survey; surveys are never added up. Respondents chose to answer: no row is above `low`.

    Pay before and after tax, full and part time, and amounts in dollars and in other money have separate rows.
    """

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    source: Annotated[str, Column("Survey", key=True)]
    country: Annotated[str, Column("Country of the work or residence", key=True, pattern=COUNTRY_CODE)]
    role_group: Annotated[str, Column("Group of roles, or ai_core", key=True, values=tuple(CELL_GROUPS))]
    role: Annotated[str, Column("Role, or `all` of the group", key=True)]
    seniority_group: Annotated[
        str,
        Column(
            "Group of levels: what the title or the answer says, else by years of experience; all: every level",
            key=True,
            values=tuple(LEVEL_GROUPS),
        ),
    ]
    experience: Annotated[
        str,
        Column("Years of experience of the person, over all levels", key=True, values=("all", *EXPERIENCE_BANDS)),
    ]
    employment_type: Annotated[
        str,
        Column(
            "schema.org employmentType; unstated: the survey or the person does not say",
            key=True,
            values=(*EMPLOYMENT_TYPES, "unstated"),
        ),
    ]
    pay_tax: Annotated[str, Column("gross: before tax; net: after", key=True, values=("gross", "net"))]
    pay_market: Annotated[
        str,
        Column(
            "local: paid in the country's own money, linked to the dollar or not; cross_border: in foreign money "
            "alone; all: everybody, including persons who are paid in both or were not asked",
            key=True,
            values=("all", *PAY_MARKETS),
        ),
    ]
    currency: Annotated[
        str,
        Column(
            "ISO 4217 code of the amounts; in money other than the dollar: only persons who are paid in it",
            key=True,
            pattern=CURRENCY_CODE,
        ),
    ]
    year: Annotated[int, Column("Year of the wave: the reference period")]
    reported_on: Annotated[
        date, Column("Day by which half of the answers were in, or the declared one; amounts take its rate")
    ]
    n_persons: Annotated[int, count("Persons in the quantiles")]
    n_without_role: Annotated[
        int, count("Of the persons in the quantiles: developers of all kinds, whose survey does not ask for the role")
    ]
    n_data_scientists: Annotated[int, count("Of the persons in the quantiles: data scientists")]
    n_flagged: Annotated[int, count("Persons left out because their amount cannot be right (`pay_flag`)")]
    n_no_rate: Annotated[int, count("Persons left out because no rate was near enough")]
    n_local: Annotated[int | None, count("Persons paid in the country's own money; NULL: not asked")]
    n_dollar_linked: Annotated[int | None, count("Persons paid in it but linked to the dollar; NULL: not asked")]
    n_part_dollars: Annotated[int | None, count("Persons paid partly in dollars; NULL: not asked")]
    n_dollars: Annotated[int | None, count("Persons paid in dollars alone; NULL: not asked")]
    n_foreign: Annotated[
        int | None, count("Persons paid in foreign money alone, where a survey does not name it; NULL: not asked")
    ]
    dollars_share: Annotated[
        float | None,
        share(
            "Share paid in dollars, or such foreign money, alone; NULL: suppressed, not asked, or `pay_market` is not "
            "`all`"
        ),
    ]
    dollars_share_lo: Annotated[float | None, share("Lower end of its 95 % interval")]
    dollars_share_hi: Annotated[float | None, share("Upper end of its 95 % interval")]
    n_bonus_asked: Annotated[int, count("Persons who say whether they get a yearly bonus; 0 outside `all` in dollars")]
    n_bonus: Annotated[int, count("Of these, persons who get one")]
    n_bonus_under_one: Annotated[int, count("Of these, persons whose bonus is under a month's salary")]
    n_bonus_one: Annotated[int, count("Of these, persons whose bonus is a month's salary")]
    n_bonus_one_to_three: Annotated[int, count("Of these, persons whose bonus is one to three months' salaries")]
    n_bonus_over_three: Annotated[int, count("Of these, persons whose bonus is over three months' salaries")]
    n_bonus_of_base: Annotated[int, count("Of these, persons whose income beside base pay is known as a part of it")]
    bonus_share: Annotated[
        float | None, share("Share that gets a bonus; NULL: too few say, or `pay_market` is not `all` in dollars")
    ]
    bonus_share_lo: Annotated[float | None, share("Lower end of its 95 % interval")]
    bonus_share_hi: Annotated[float | None, share("Upper end of its 95 % interval")]
    bonus_of_base: Annotated[
        float | None, Column("Median of yearly pay beside base pay, as a part of base pay, of those who get any", low=0)
    ]
    bonus_of_base_lo: Annotated[float | None, Column("Lower end of its 95 % interval", low=0)]
    bonus_of_base_hi: Annotated[float | None, Column("Upper end of its 95 % interval", low=0)]
    relative_standard_error: Annotated[
        float | None, count("Standard error of the median over the median, from its interval; NULL: suppressed")
    ]
    form: Annotated[
        str | None,
        Column(
            f"point; or interval, if that of the median is wider than {MAX_AMOUNT_WIDTH.spaced} of it; NULL: "
            "suppressed",
            values=FORMS,
        ),
    ]
    status: Annotated[str, state("low (persons chose to answer) or suppressed")]
    reason: Annotated[str, Column("Why it is low or suppressed")]
    inputs: Annotated[
        str | None, Column("Digest of all reports that the mart was computed from; computed once for each")
    ]
