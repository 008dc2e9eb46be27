"""Marts of pay: what adverts offer, what persons report, what offices publish, and what silence may change."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, struct, table
from transforms.records.definitions import BAND, MAX_AMOUNT_WIDTH
from transforms.records.vocabulary import (
    BASES,
    CELL_GROUPS,
    CELL_STATES,
    COUNTRY_CODE,
    CURRENCY_CODE,
    EMPLOYMENT_TYPES,
    EXPERIENCE_BANDS,
    LEVEL_GROUPS,
    PAY_MARKETS,
    REGION_LEVELS,
    SENIORITY_GROUPS,
)
from warehouse.mart_tables.cells import FORMS, CellCounts, CellSample

BONUS = "advertised_bonus"
"""Basis of bands of the yearly bonus on which adverts put a sum."""


@struct
class CountryJobs:
    """What one country has of a wider cell. A job with pay for several countries counts once in a region's band."""

    country: Annotated[str, Column("ISO 3166-1 alpha-2; several: one pay for several; remote: tied to none; unknown")]
    n_jobs: Annotated[int, Column("Jobs of the band whose pay is this country's", low=0)]
    n_paid: Annotated[
        int,
        Column(
            "Jobs of this row, in its band or not, that are in the country's own band in US dollars; 0: no country",
            low=0,
        ),
    ]


@struct
class Quantiles:
    """Annual amounts in `currency`; ends `_lo` and `_hi` are of the 95 % interval.

    Midpoints are of the two ends of a job's pay; what has single values (official wages, what persons report, a bonus)
    is its own midpoint.
    """

    p10: Annotated[
        float | None,
        Column("10th percentile of midpoints; NULL also where too few employers tell it", unit="per year", low=0),
    ]
    p10_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p10_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    p25: Annotated[float | None, Column("25th percentile of midpoints", unit="per year", low=0)]
    p25_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p25_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    p50: Annotated[float | None, Column("Median of midpoints", unit="per year", low=0)]
    p50_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p50_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    p75: Annotated[float | None, Column("75th percentile of midpoints", unit="per year", low=0)]
    p75_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p75_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    p90: Annotated[
        float | None,
        Column("90th percentile of midpoints; NULL also where too few employers tell it", unit="per year", low=0),
    ]
    p90_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    p90_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]


@struct
class Amounts(Quantiles):
    """Quantiles of midpoints, and the two ends of a band; every job counts once."""

    band_low: Annotated[
        float | None, Column(f"{BAND.low_end}; NULL where there are single values", unit="per year", low=0)
    ]
    band_low_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    band_low_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    band_low_by_employer: Annotated[
        float | None, Column("The same when each employer counts once, its jobs alike", unit="per year", low=0)
    ]
    band_high: Annotated[
        float | None, Column(f"{BAND.high_end}; NULL where there are single values", unit="per year", low=0)
    ]
    band_high_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    band_high_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    band_high_by_employer: Annotated[
        float | None, Column("The same when each employer counts once, its jobs alike", unit="per year", low=0)
    ]
    p50_by_employer: Annotated[
        float | None, Column("The same when each employer counts once, its jobs alike", unit="per year", low=0)
    ]


@struct
class Silence:
    """What the median may be if jobs that state no pay are counted too (`marts/nonresponse.py`).

    Of adverts we read, in US dollars, of all pay or of pay in the money of its place: of other rows all of it is NULL.
    """

    n_silent: Annotated[
        int | None,
        Column(
            "Jobs of the cell beside n_jobs that are full-time as far as is known, and of whose base pay before tax "
            "the two ends are not known; NULL: not counted",
            low=0,
        ),
    ] = None
    p50_if_less: Annotated[
        float | None,
        Column(
            "Median of these too, if each of them paid less than the median; NULL: half or fewer state pay, few "
            "employers decide, or suppressed",
            unit="per year",
            low=0,
        ),
    ] = None
    p50_if_more: Annotated[
        float | None, Column("The same if each of them paid more than the median", unit="per year", low=0)
    ] = None
    p50_bounds_lo: Annotated[
        float | None,
        Column("Lower end of the 95 % interval of the median of all, whatever the silent ones pay", unit="per year"),
    ] = None
    p50_bounds_hi: Annotated[float | None, Column("Upper end of it", unit="per year")] = None
    p50_if_odds_half: Annotated[
        float | None,
        Column(
            "Median of all if the odds of stating pay halve with each standard deviation of log pay; NULL: all state "
            "pay, or suppressed",
            unit="per year",
            low=0,
        ),
    ] = None
    p50_if_odds_double: Annotated[float | None, Column("The same if these odds double", unit="per year", low=0)] = None


@struct
class OfPanel:
    """What the cell's jobs on boards drawn at random say by themselves, beside all boards (`estimate_panel_pay`).

    Of adverts we read. All of it is NULL where no statistic rests on the panel, and in a cell without jobs.
    """

    n_panel_jobs: Annotated[
        int | None, Column("Of n_jobs those of the panel; NULL: no statistic rests on the panel, or no job", low=0)
    ] = None
    n_panel_employers: Annotated[int | None, Column("Employers of these", low=0)] = None
    p50_of_panel: Annotated[
        float | None,
        Column(
            "Median of midpoints of the panel's jobs alone, weighted by the inverse of a board's chance, beside p50, "
            "which is of all boards; NULL: these alone do not meet the rules of printing, or suppressed",
            unit="per year",
            low=0,
        ),
    ] = None
    p50_of_panel_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="per year")] = None
    p50_of_panel_hi: Annotated[float | None, Column("Upper end of it", unit="per year")] = None


@table(
    "mart.salary_bands",
    "What pays what where: one row per cell, published or suppressed with its reason.",
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
    """Jobs of the stock of the day `as_of`; full-time, gross, base, both ends known.

    Official rows are wages by occupation, reported rows what persons earn by one survey (`mart.reported_pay`), in p10
    to p90 alone: their quartiles are no ends of a band.
    """

    n_jobs: Annotated[  # type: ignore[assignment]
        int | None,
        Column("Jobs (or pairs, persons, filings) in the cell; of official wages the employees, NULL: not said", low=0),
    ]
    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    basis: Annotated[str, Column("Kind of pay figure, never mixed", key=True, values=(*BASES, BONUS))]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[
        str,
        Column(
            "World, UN M49 name or ISO country code; at each level below the world also remote (pay tied to no place) "
            "and several (one pay for places that differ at that level)",
            key=True,
        ),
    ]
    seniority_group: Annotated[
        str,
        Column(
            f"Level; mid_senior = {' + '.join(LEVEL_GROUPS['mid_senior'] or ())}; mid_senior_stated: those of them "
            "whose title states the level",
            key=True,
            values=SENIORITY_GROUPS,
        ),
    ]
    role_group: Annotated[
        str, Column("Role group, or ai_core; ai_data_trainer has counts only: gigs enter no band", key=True)
    ]
    role: Annotated[str, Column("Role, or `all` of the group", key=True)]
    pay_market: Annotated[str, Column("all, local or cross_border", key=True, values=("all", *PAY_MARKETS))]
    currency: Annotated[str, Column("ISO 4217 code of the amounts", key=True, pattern=CURRENCY_CODE)]
    window_days: Annotated[
        int, Column("0: the stock, or a snapshot; else the window of a version before", unit="days", low=0)
    ]
    n_stated: Annotated[
        int | None,
        Column("Jobs of the band whose level was stated, not inferred; NULL: not an advert of our own", low=0),
    ]
    n_cross_border: Annotated[int | None, Column("Jobs of the band paid from abroad", low=0)]
    n_no_rate: Annotated[
        int | None, Column("Jobs that would be in the band, but have no dollars: no rate was near enough", low=0)
    ]
    n_apart: Annotated[
        int | None,
        Column("Jobs with pay kept apart: contract, part-time, intern, gig, net, flagged or one end only", low=0),
    ]
    countries: Annotated[
        tuple[CountryJobs, ...] | None,
        Column("Jobs by country, most first; NULL: the row is of a country, or a version that did not count"),
    ] = None


@table(
    "mart.reported_pay",
    "What persons report to earn in surveys, by country, role and experience: a row for each survey and cell.",
    "p25 <= p50 AND p50 <= p75",
    "p50_lo <= p50 AND p50 <= p50_hi",
    "dollars_share_lo <= dollars_share AND dollars_share <= dollars_share_hi",
    "(status = 'suppressed') = (p50 IS NULL)",
)
class ReportedPay(Quantiles):
    """The newest wave of each survey; surveys are never added up. Who answers chose to: no row is better than `low`.

    Pay before and after tax, full and part time, and amounts in dollars and in other money are rows of their own.
    """

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    source: Annotated[str, Column("Survey", key=True)]
    country: Annotated[str, Column("Country of the work or residence", key=True, pattern=COUNTRY_CODE)]
    role_group: Annotated[str, Column("Role group, or ai_core", key=True, values=tuple(CELL_GROUPS))]
    role: Annotated[str, Column("Role, or `all` of the group", key=True)]
    experience: Annotated[
        str, Column("Years of experience that the person has; no level", key=True, values=("all", *EXPERIENCE_BANDS))
    ]
    employment_type: Annotated[
        str,
        Column(
            "schema.org employmentType; unstated: the survey, or the person, does not say",
            key=True,
            values=(*EMPLOYMENT_TYPES, "unstated"),
        ),
    ]
    pay_tax: Annotated[str, Column("gross: before tax; net: after", key=True, values=("gross", "net"))]
    pay_market: Annotated[
        str,
        Column(
            "local: paid in the country's own money, by the dollar's rate or not; cross_border: in dollars alone; all: "
            "everybody, also who is paid in both, or was not asked",
            key=True,
            values=("all", *PAY_MARKETS),
        ),
    ]
    currency: Annotated[
        str,
        Column(
            "ISO 4217 code of the amounts; other money than the dollar: of those who are paid in it",
            key=True,
            pattern=CURRENCY_CODE,
        ),
    ]
    year: Annotated[int, Column("Year of the wave: the reference period")]
    reported_on: Annotated[date, Column("Day by which half of the answers were in; money is converted by its rate")]
    n_persons: Annotated[int, Column("Persons in the quantiles", low=0)]
    n_flagged: Annotated[int, Column("Persons left out, whose amount cannot be right (`pay_flag`)", low=0)]
    n_no_rate: Annotated[int, Column("Persons left out because no rate was near enough", low=0)]
    n_local: Annotated[int | None, Column("Persons paid in the country's own money; NULL: not asked", low=0)]
    n_dollar_linked: Annotated[int | None, Column("Paid in it by the dollar's rate; NULL: not asked", low=0)]
    n_part_dollars: Annotated[int | None, Column("Paid in dollars in part; NULL: not asked", low=0)]
    n_dollars: Annotated[int | None, Column("Paid in dollars alone; NULL: not asked", low=0)]
    dollars_share: Annotated[
        float | None,
        Column(
            "Share paid in dollars alone; NULL: suppressed, not asked, or not of `all`", unit="share", low=0, high=1
        ),
    ]
    dollars_share_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=0, high=1)]
    dollars_share_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=0, high=1)]
    relative_standard_error: Annotated[
        float | None, Column("Standard error over the value, of the median, from the interval; NULL: suppressed", low=0)
    ]
    form: Annotated[
        str | None,
        Column(
            f"point, or interval: that of the median is wider than {MAX_AMOUNT_WIDTH.spaced} of it; NULL: suppressed",
            values=FORMS,
        ),
    ]
    status: Annotated[str, Column("low (persons chose to answer) or suppressed", values=CELL_STATES)]
    reason: Annotated[str, Column("Why it is low or suppressed")]
    inputs: Annotated[str | None, Column("Digest of all reports that the mart follows from; the same: computed once")]
