"""The marts and what keeps them, declared once, in the same way as the tables of `tables.py`."""

from __future__ import annotations

import dataclasses
import typing
from datetime import date
from typing import Annotated, Any

from transforms.records.columns import Column, Table, struct, table, table_of
from transforms.records.vocabulary import (
    AI_JOBS,
    BASES,
    CELL_GROUPS,
    CELL_STATES,
    COUNTRY_CODE,
    CURRENCY_CODE,
    EMPLOYMENT_TYPES,
    EXPERIENCE_BANDS,
    FIGURE_STATES,
    LADDER_LEVELS,
    LADDER_STEPS,
    LAW_CLASSES,
    LEVEL_GROUPS,
    PAY_MARKETS,
    PLACES_OF_LAWS,
    REGION_LEVELS,
    SENIORITY_GROUPS,
    SHARE_DOUBTS,
    SHARE_FORMS,
    SKILL_CATEGORIES,
    STOCK,
    TEXTS_OF_SHARES,
)

# --- marts ------------------------------------------------------------------------------------------

FORMS = SHARE_FORMS[:2]
GROUPS_OF_DISCLOSURE = (AI_JOBS, "all")
SNAPSHOT = 0
"""`window_days` of what is no window of days: the stock, and collections of others."""
CLOSINGS_WINDOW = 365
"""`window_days` of closings: days up to the newest reading in which intervals between readings begin."""
BONUS = "advertised_bonus"
"""Basis of bands of the yearly bonus on which adverts put a sum."""


@struct
class Counted:
    """How sure a cell is."""

    n_jobs: Annotated[int, Column("Jobs (or pairs, persons, filings) in the cell", low=0)]
    n_employers: Annotated[int | None, Column("Employers in the cell; NULL where unknown", low=0)]
    n_effective: Annotated[
        float | None,
        Column(
            "Of shares: Kish's effective number of jobs once one employer weighs at most a tenth. Of pay (deprecated): "
            "n_jobs over design_effect",
            low=0,
        ),
    ]
    status: Annotated[str, Column("published, low (little sure) or suppressed (not published)", values=CELL_STATES)]
    reason: Annotated[str | None, Column("Why it is low or suppressed")]
    inputs: Annotated[
        str | None,
        Column("Digest of all that the row follows from; the same on two days: computed once. NULL: every day"),
    ]


@struct
class Sampled:
    """How a cell was sampled, which decides whether it is printed (`marts/printing.py`)."""

    n_even_employers: Annotated[
        float | None, Column("G*: as many employers of one size would be as uneven; NULL: employers unknown", low=1)
    ]
    largest_employer_share: Annotated[
        float | None, Column("Part of the jobs that the largest employer has", unit="share", low=0, high=1)
    ]
    design_effect: Annotated[
        float | None,
        Column("Variance over that of as many independent jobs; of pay: the jackknife's alone, at the median", low=0),
    ]
    relative_standard_error: Annotated[
        float | None,
        Column("Standard error over the value; of pay: of the median, its interval over 2 t and the value", low=0),
    ]
    form: Annotated[
        str | None,
        Column(
            "point, or interval: one of band_low, band_high and p50 has an interval wider than 40 % of it, which is "
            "printed in its place; NULL: suppressed, or a version that did not say",
            values=FORMS,
        ),
    ]


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
        float | None, Column("p25 of the low ends; NULL where there are single values", unit="per year", low=0)
    ]
    band_low_lo: Annotated[float | None, Column("Lower end of its interval", unit="per year")]
    band_low_hi: Annotated[float | None, Column("Upper end of its interval", unit="per year")]
    band_low_by_employer: Annotated[
        float | None, Column("The same when each employer counts once, its jobs alike", unit="per year", low=0)
    ]
    band_high: Annotated[
        float | None, Column("p75 of the high ends; NULL where there are single values", unit="per year", low=0)
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


@table(
    "mart.salary_bands",
    "What pays what where: one row per cell, published or suppressed with its reason.",
    "band_low <= band_high",
    "p50_bounds_lo <= p50_if_less",
    "p50_if_less <= p50_if_more",
    "p50_if_more <= p50_bounds_hi",
    "p50_if_odds_double <= p50_if_odds_half",
    "status <> 'published' OR p50 IS NOT NULL",
    f"status <> 'published' OR basis = '{BONUS}' OR (band_low IS NOT NULL AND band_high IS NOT NULL)",
    "status = 'published' OR reason IS NOT NULL",
    "n_jobs IS NOT NULL OR basis = 'official'",
)
class SalaryBands(Counted, Sampled, Amounts, Silence):
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
        Column("point, or interval: that of the median is wider than 40 % of it; NULL: suppressed", values=FORMS),
    ]
    status: Annotated[str, Column("low (persons chose to answer) or suppressed", values=CELL_STATES)]
    reason: Annotated[str, Column("Why it is low or suppressed")]
    inputs: Annotated[str | None, Column("Digest of all reports that the mart follows from; the same: computed once")]


@table(
    "mart.shares",
    "Shares of jobs: of which one or the other is true, by region and role group; one row per measure, item and cell.",
    "n_yes + n_no = n_jobs",
    "n_employers_yes <= n_employers",
    "share_lo <= share AND share <= share_hi",
    "bound_lo <= bound_hi",
    "n_even_employers <= n_employers",
    "category_rank_best <= category_rank_worst",
    "estimand = 'share_of_jobs_capped' OR (form IS NULL) = (status = 'suppressed')",
    "status = 'published' OR reason IS NOT NULL",
    "doubt IS NULL OR status = 'low'",
)
class Shares(Counted):
    """Measures and their items are declared in `warehouse/marts/measures.py`.

    `n_jobs`, `n_employers`, `n_even_employers` and `largest_employer_share` are of the denominator: the jobs of the
    cell of which the answer is known. A share is `n_yes` / `n_jobs`; its interval takes employers, and not jobs, as the
    independent units (docs/methods.md). Whether it is printed is decided by the denominator alone, and `form` says how.
    NULL in rows of one estimand: columns that only the other has (`n_effective`, `doubt`: share_of_jobs_capped).
    """

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    measure: Annotated[str, Column("What is measured: skill_asked, workplace, pay_stated and others", key=True)]
    item: Annotated[
        str,
        Column("Answer whose share it is: a skill, a role, `remote`; `yes` where the question is yes or no", key=True),
    ]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    role_group: Annotated[
        str,
        Column(
            "Role group, or ai_core (ai_engineering and ai_science), or ai_jobs (these and ai_other)",
            key=True,
            values=tuple(CELL_GROUPS),
        ),
    ]
    seniority_group: Annotated[str, Column("Level; `all` is every level", key=True, values=SENIORITY_GROUPS)]
    window_days: Annotated[
        int, Column("0: the stock; else the window of a version before", key=True, unit="days", low=0)
    ]
    text_class: Annotated[
        str,
        Column(
            "Texts it rests on: full_advert, truncated, snippet or forum_comment, never together, or all adverts, with "
            "and without text (with_text: a version that did not tell texts apart)",
            key=True,
            values=TEXTS_OF_SHARES,
        ),
    ]
    estimand: Annotated[
        str,
        Column(
            "What is estimated; share_of_jobs: share of jobs, each counted once; share_of_jobs_capped (earlier days): "
            "one employer weighs at most a tenth, the interval is by linearisation",
            key=True,
        ),
    ]
    period_from: Annotated[
        date | None,
        Column("First day of the window of a version before; NULL: the stock, whose period `reference_periods` has"),
    ]
    period_to: Annotated[date | None, Column("Last day of that window")]
    n_yes: Annotated[int, Column("Numerator: jobs of which it is true", low=0)]
    n_no: Annotated[int, Column("Jobs of which it is not true", low=0)]
    n_unknown: Annotated[
        int | None,
        Column(
            "Jobs of the cell that do not say; of what is read from texts those without text, or in a language that is "
            "not read well; not in `n_jobs`",
            low=0,
        ),
    ]
    n_employers_yes: Annotated[
        int | None, Column("Employers with a job of which it is true; NULL: a version that did not count", low=0)
    ]
    largest_employer: Annotated[
        float | None,
        Column("Part of the numerator that is one employer's, as weighted in `share`", unit="share", low=0, high=1),
    ]
    n_even_employers: Annotated[
        float | None,
        Column("G*: as many employers of one size would be as uneven, (Σm)² / Σm² over employers' jobs m", low=1),
    ]
    largest_employer_share: Annotated[
        float | None, Column("Part of the denominator that is one employer's", unit="share", low=0, high=1)
    ]
    design_effect: Annotated[
        float | None,
        Column(
            "Variance of the share over that of as many independent jobs, as the interval takes it; NULL: suppressed",
            low=0,
        ),
    ]
    relative_standard_error: Annotated[
        float | None, Column("Standard error over the share; NULL: suppressed, or the share is 0", unit="share", low=0)
    ]
    share: Annotated[float | None, Column("Share of jobs; NULL: suppressed", unit="share", low=0, high=1)]
    share_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=0, high=1)]
    share_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=0, high=1)]
    share_by_employer: Annotated[
        float | None,
        Column(
            "Mean over employers of their own shares, each employer once: what an employer asks for, which is another "
            "question",
            unit="share",
            low=0,
            high=1,
        ),
    ]
    zero_share_hi: Annotated[
        float | None,
        Column("Upper end of the interval of an answer that no job of the cell gives", unit="share", low=0, high=1),
    ]
    form: Annotated[
        str | None,
        Column(
            "How it is printed: point (with its interval), interval (wider than 30 points, without the point), bounds "
            "(fewer than 60 % of the jobs say); NULL: suppressed",
            values=SHARE_FORMS,
        ),
    ]
    bound_lo: Annotated[
        float | None,
        Column(
            "Least share of all jobs of the cell, silent ones too: as if none of these were; NULL: silence is no "
            "unknown answer, or suppressed",
            unit="share",
            low=0,
            high=1,
        ),
    ]
    bound_hi: Annotated[
        float | None, Column("Greatest share of all jobs: as if all silent ones were", unit="share", low=0, high=1)
    ]
    rank: Annotated[int | None, Column("Order by share within measure and cell; ties share the better", low=1)]
    category: Annotated[
        str | None, Column("Category of a skill; NULL: other measures have none", values=SKILL_CATEGORIES)
    ]
    category_rank: Annotated[
        int | None, Column("Order by share within measure, cell and category; NULL: no categories", low=1)
    ]
    category_rank_best: Annotated[
        int | None,
        Column(
            "Best rank within measure, cell and category (without categories, cell) that the data do not refuse, with "
            "95 % for all of them together; another one than the worst: a tie",
            low=1,
        ),
    ]
    category_rank_worst: Annotated[int | None, Column("Worst such rank", low=1)]
    doubt: Annotated[
        str | None, Column("Why a share is low, as a word; the first that holds, in this order", values=SHARE_DOUBTS)
    ]


@struct
class Followed:
    """A cell of adverts that boards list, and how sure it is. The boards are those of the cell's open adverts."""

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    role_group: Annotated[
        str, Column("Role group, ai_core or ai_jobs, as in mart.shares", key=True, values=tuple(CELL_GROUPS))
    ]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    window_days: Annotated[int, Column("Days up to the newest reading in which intervals begin", unit="days", low=1)]
    period_from: Annotated[date, Column("Day of the first reading that counts")]
    period_to: Annotated[
        date, Column("Day of the reading that ends the last interval that counts; the one that confirms it is later")
    ]
    n_boards: Annotated[int, Column("Boards with open adverts", low=1)]
    n_even: Annotated[float, Column("As many boards of the same open days would be as uneven (G*)", low=1)]
    largest_board: Annotated[float, Column("Part of the open days that one board has", unit="share", low=0, high=1)]
    open_days: Annotated[float, Column("Days that adverts were followed, over all of them", unit="days", low=0)]
    status: Annotated[str, Column("published or suppressed", values=CELL_STATES)]
    reason: Annotated[str | None, Column("Why it is suppressed: the rule that it breaks")]


@table(
    "mart.closing_rates",
    "How fast adverts close, by region and role group: closings per open advert and day, between readings of boards.",
    "rate_lo <= rate_hi",
    "ratio_lo <= ratio_hi",
    "period_from < period_to",
    "status = 'published' OR reason IS NOT NULL",
    "ratio_status = 'published' OR ratio_reason IS NOT NULL",
)
class ClosingRates(Followed):
    """An advert closes when a complete reading of its board lacks it and the next one, too; docs/methods.md says how.

    It may be filled, given up or moved: no word of how hard hiring is. The reference period is that of the readings,
    not of the day: without new readings nothing changes.
    """

    n_jobs: Annotated[
        int, Column("Distinct jobs of the adverts that were followed, from one reading to the next at least", low=1)
    ]
    n_closed: Annotated[int, Column("Closings, each confirmed by a second reading", low=0)]
    rate: Annotated[float | None, Column("Closings per open advert and day; NULL: suppressed", unit="per day", low=0)]
    rate_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="per day", low=0)]
    rate_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="per day", low=0)]
    compared_with: Annotated[
        str | None, Column("Role group it is compared with, within boards; NULL: with none", values=tuple(CELL_GROUPS))
    ]
    n_boards_both: Annotated[int | None, Column("Boards with open adverts of both groups at once", low=0)]
    n_even_both: Annotated[float | None, Column("G* of these boards by what they weigh in the ratio", low=0)]
    open_days_both: Annotated[float | None, Column("Open days there of the group with fewer", unit="days", low=0)]
    ratio: Annotated[float | None, Column("Its rate over the other group's, within boards; NULL: suppressed", low=0)]
    ratio_lo: Annotated[float | None, Column("Lower end of its 95 % interval", low=0)]
    ratio_hi: Annotated[float | None, Column("Upper end of its 95 % interval", low=0)]
    ratio_status: Annotated[str | None, Column("published or suppressed; NULL: not compared", values=CELL_STATES)]
    ratio_reason: Annotated[str | None, Column("Why the ratio is suppressed")]


@table(
    "mart.time_listed",
    "How long adverts stay listed, by region and role group: the part still listed after some days.",
    "share_lo <= share_hi",
    "period_from < period_to",
    "status = 'published' OR reason IS NOT NULL",
)
class TimeListed(Followed):
    """Of adverts that were opened between two complete readings of their board; of others the first day is not known.

    Kaplan and Meier's estimate with delayed entry. No time to fill: an advert may be given up or moved.
    """

    days: Annotated[int, Column("Days after which is asked", key=True, unit="days", low=1)]
    n_adverts: Annotated[int, Column("Adverts whose first day is known, and that were followed", low=1)]
    n_closed: Annotated[int, Column("Of these, closings, at whatever age", low=0)]
    n_at_risk: Annotated[int, Column("Adverts that were still followed and listed after `days`", low=0)]
    share: Annotated[
        float | None, Column("Part still listed after `days`; NULL: suppressed", unit="share", low=0, high=1)
    ]
    share_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=0, high=1)]
    share_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=0, high=1)]


@table("mart.closings_left_out", "Intervals of boards whose disappearances are no closings, and why.")
class ClosingsLeftOut:
    """Censored in mart.closing_rates: their adverts count as open up to `read_on`, and not after."""

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    source: Annotated[str, Column("Source", key=True)]
    board: Annotated[str, Column("Board", key=True)]
    read_on: Annotated[date, Column("Day of the complete reading that begins the interval", key=True)]
    read_again_on: Annotated[date, Column("Day of the answer that ends it")]
    n_open: Annotated[int, Column("Adverts that the first reading lists", low=0)]
    n_gone: Annotated[int, Column("Of these, adverts gone at the end of the interval", low=0)]
    why: Annotated[
        str,
        Column(
            "board_gone: the board is not there any more, or lists nothing; mass_closing: over half of ten or more, "
            "which is hardly ever so by ordinary closings",
            values=("board_gone", "mass_closing"),
        ),
    ]


@table(
    "mart.frame_coverage",
    "What was read where: boards, adverts and jobs by place, source and sector, and how far they come towards pay.",
    "n_boards_read_whole <= n_boards",
    "n_jobs <= n_adverts",
    "n_ai_jobs <= n_jobs",
    "n_read_in_full <= n_ai_jobs",
    "n_in_band <= n_paid",
    "n_paid <= n_ai_jobs",
)
class FrameCoverage:
    """The frame: what we read, which is not the market. Rows where there is a board or an advert.

    Jobs are of the stock of the day; each counts once in a cell, so that places, sources and sectors do not add up to
    their totals. When boards were last read moves every night and stands in the macro `frame_boards` instead.
    """

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    source: Annotated[str, Column("Source; all: every one", key=True)]
    sector: Annotated[
        str, Column("Industry of the employer, as in core.employers; unknown: not known; all: every one", key=True)
    ]
    n_boards: Annotated[
        int,
        Column("Boards known: asked, or by now entered for an employer; of sources that may be republished", low=0),
    ]
    n_boards_read_whole: Annotated[
        int, Column("Of these, boards read as a whole list, 45 days before their last reading at most", low=0)
    ]
    n_boards_in_stock: Annotated[
        int, Column("Of the boards known, those of the stock, also such as are never read whole", low=0)
    ]
    n_adverts: Annotated[int, Column("Adverts in the stock", low=0)]
    n_jobs: Annotated[int, Column("Jobs of these adverts", low=0)]
    n_ai_jobs: Annotated[int, Column("Of these, AI jobs: AI engineering, research and data science, others", low=0)]
    n_read_in_full: Annotated[
        int, Column("AI jobs of which a full advert was read; by source: an advert of that source", low=0)
    ]
    n_paid: Annotated[int, Column("AI jobs that state pay; by source: in an advert of that source", low=0)]
    n_in_band: Annotated[
        int, Column("AI jobs in a band of pay of the place; by source: by an advert of that source", low=0)
    ]


@table(
    "mart.pay_ladder",
    "Where jobs are lost on the way to a band of AI engineering pay: how many pass each step, by place and level.",
    "n_lost >= 0",
)
class PayLadder:
    """Steps in order, each of what passed all before it. The last is `n_jobs` of the band in mart.salary_bands."""

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    seniority_group: Annotated[str, Column("Level of the band", key=True, values=LADDER_LEVELS)]
    step: Annotated[str, Column("What is asked of a job", key=True, values=LADDER_STEPS)]
    position: Annotated[int, Column("Order of the step, from 0", low=0)]
    n: Annotated[int, Column("Jobs that pass it and all before it; of the first step, adverts", low=0)]
    n_lost: Annotated[int, Column("Fewer than at the step before", low=0)]
    reason: Annotated[str, Column("Why jobs are lost at the step, in words; of the first: what is counted")]


@table(
    "mart.pay_disclosure",
    "Which part of jobs states pay, and how wide ranges are, by whether a law that has adverts state it is in force.",
    "n_stated <= n_jobs",
    "n_ranges <= n_stated",
    "share_lo <= share AND share <= share_hi",
    "width_lo <= width AND width <= width_hi",
    "difference_lo <= difference AND difference <= difference_hi",
    "(status = 'published') = (share IS NOT NULL) AND (status = 'published') = (reason IS NULL)",
    "(width_status = 'published') = (width IS NOT NULL) AND (width_status = 'published') = (width_reason IS NULL)",
    "comparison_status = 'published' OR comparison_reason IS NOT NULL",
)
class PayDisclosure(Sampled):
    """Of jobs whose full advert was read. Employers differ in more than the law; `difference` is within employers.

    Laws are those of core.disclosure_laws on the day of the reading. A job counts in each of its places.
    """

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    adverts: Annotated[
        str,
        Column(
            f"{STOCK}, or the quarter in which the adverts were first seen (the flow): 2026Q1",
            key=True,
            pattern=rf"{STOCK}|\d{{4}}Q[1-4]",
        ),
    ]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=PLACES_OF_LAWS)]
    region: Annotated[str, Column("World, ISO country code, or ISO subdivision code where a law is in force", key=True)]
    law: Annotated[
        str,
        Column(
            "in_force: at one of the job's places there; unknown: at none, and a place is not known finely enough; "
            "none: no law that we know of",
            key=True,
            values=LAW_CLASSES,
        ),
    ]
    role_group: Annotated[str, Column("ai_jobs as in mart.shares, or all jobs", key=True, values=GROUPS_OF_DISCLOSURE)]
    n_jobs: Annotated[int, Column("Jobs whose full advert was read", low=1)]
    n_employers: Annotated[int, Column("Their employers", low=1)]
    status: Annotated[str, Column("published or suppressed", values=CELL_STATES)]
    reason: Annotated[str | None, Column("Why it is suppressed: the rule that it breaks")]
    n_stated: Annotated[int, Column("Jobs that state pay", low=0)]
    share: Annotated[float | None, Column("Part that states pay; NULL: suppressed", unit="share", low=0, high=1)]
    share_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=0, high=1)]
    share_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=0, high=1)]
    share_by_employer: Annotated[
        float | None, Column("Mean over employers of their own shares, each employer once", unit="share", low=0, high=1)
    ]
    n_ranges: Annotated[int, Column("Jobs that state pay as a range of two amounts, not flagged", low=0)]
    width: Annotated[
        float | None,
        Column(
            "Median of high less low over their midpoint; NULL: suppressed", unit="share of midpoint", low=0, high=2
        ),
    ]
    width_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share of midpoint", low=0)]
    width_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share of midpoint", low=0)]
    width_form: Annotated[str | None, Column("As `form`, of the width; NULL: suppressed", values=FORMS)]
    width_status: Annotated[str, Column("published or suppressed", values=CELL_STATES)]
    width_reason: Annotated[str | None, Column("Why the width is suppressed")]
    n_employers_both: Annotated[
        int | None, Column("Employers with jobs here of both kinds, law in force and none; NULL: not compared", low=0)
    ]
    n_jobs_both: Annotated[int | None, Column("Their jobs of this row", low=0)]
    n_jobs_other: Annotated[int | None, Column("Their jobs in the row without a law", low=0)]
    share_both: Annotated[
        float | None, Column("Mean over these employers of the part of `n_jobs_both` that states pay", low=0, high=1)
    ]
    share_other: Annotated[float | None, Column("The same of `n_jobs_other`", unit="share", low=0, high=1)]
    difference: Annotated[
        float | None,
        Column("Mean over these employers of the first part less the other; NULL: suppressed", low=-1, high=1),
    ]
    difference_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=-1, high=1)]
    difference_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=-1, high=1)]
    comparison_status: Annotated[str | None, Column("published or suppressed; NULL: not compared", values=CELL_STATES)]
    comparison_reason: Annotated[str | None, Column("Why the comparison is suppressed")]


@struct
class SourceContribution:
    """What one source contributes to a figure."""

    source: Annotated[str, Column("Source")]
    n: Annotated[
        int,
        Column(
            "Adverts of it: for pay one of each job counted, the advert (or pair of amounts) whose pay counts; for all "
            "else every advert of the jobs counted in the stock. 0: it converts money"
        ),
    ]
    read_on: Annotated[
        date | None, Column("Day by which half of them were last looked for; NULL: no reading is known up to `as_of`")
    ]


@struct
class NearestFigure:
    """A figure offered in place of one that is withheld."""

    figure: Annotated[str, Column("Figure")]
    title: Annotated[str, Column("What it says, in words, with its place")]
    value: Annotated[str, Column("Its value as printed")]


@table("mart.figures", "The ledger: every figure of the guide, tied to its SQL, rows and snapshots.")
class Figures:
    """One row per figure and day; the history of a figure is its rows by `as_of`."""

    as_of: Annotated[date, Column("Day the figure speaks for", key=True)]
    figure: Annotated[str, Column("Figure", key=True)]
    title: Annotated[str, Column("What it says, in words")]
    kind: Annotated[str, Column("measured or cited", values=("measured", "cited"))]
    basis: Annotated[str | None, Column("Kind of pay figure, or postings, or cited")]
    rung: Annotated[str | None, Column("Step of the declared ladder the value comes from")]
    unit: Annotated[str, Column("Unit")]
    value: Annotated[str | None, Column("The value as printed; NULL when withheld")]
    bare_value: Annotated[
        str | None, Column("The value alone, without `qualifier`; NULL: withheld, or a version that did not keep it")
    ] = None
    qualifier: Annotated[
        str | None, Column("What is said of the value, in brackets behind it: another rung, low confidence, its source")
    ] = None
    value_json: Annotated[str | None, Column("The rows behind it, JSON")]
    status: Annotated[
        str,
        Column(
            "published, low, stale (true of its reference period, which is long past) or suppressed (withheld)",
            values=FIGURE_STATES,
        ),
    ]
    reason: Annotated[str | None, Column("Why it is low, stale or withheld")]
    missing: Annotated[
        str | None, Column("How far a withheld figure is from being printed, and what would bring it, in words")
    ] = None
    nearest: Annotated[
        tuple[NearestFigure, ...] | None,
        Column("Figures of wider or other places that have a value where this one is withheld, the nearest first"),
    ] = ()
    period_from: Annotated[
        date | None, Column("First day of the reference period: of the readings, or of the pay, that it rests on")
    ] = None
    period_to: Annotated[date | None, Column("Last day of the reference period")] = None
    n_jobs: Annotated[int | None, Column("Jobs behind it", low=0)]
    n_employers: Annotated[int | None, Column("Employers behind it", low=0)]
    window_days: Annotated[int | None, Column("Window", unit="days", low=0)]
    sql: Annotated[str | None, Column("The SELECT it was read with")]
    sources: Annotated[tuple[str, ...], Column("Sources behind it")]
    behind: Annotated[
        tuple[SourceContribution, ...] | None,
        Column("How much of it is of which source, and when that was last read; NULL: a version that did not count"),
    ] = ()
    snapshots: Annotated[tuple[str, ...], Column("Archive files behind it")]
    read_on: Annotated[
        date | None,
        Column("Day by which half of the adverts or reports behind it were last looked for; the oldest of its sources"),
    ] = None
    code_version: Annotated[str, Column("Version of the product")]
    baseline: Annotated[str | None, Column("What the 2026 guide said")]
    verify_by: Annotated[date | None, Column("Cited figures: verify again by")]


# --- history of marts ---------------------------------------------------------------------------------


@struct
class Reading:
    """When a source was last looked for, as most figures of a day have it."""

    source: Annotated[str, Column("Source")]
    read_on: Annotated[date, Column("Day")]


@table("mart.days", "The days that each mart has rows for; with the tables of history it makes the marts.")
class Days:
    """A day is written with its rows, also where a mart has none."""

    mart: Annotated[str, Column("Mart, by its full name", key=True)]
    as_of: Annotated[date, Column("Day its rows speak for", key=True)]
    readings: Annotated[
        tuple[Reading, ...] | None,
        Column("mart.figures: the days that `behind` has of most figures, one for each source; NULL for other marts"),
    ] = None


@struct
class StoredContribution(SourceContribution):
    """`SourceContribution` as stored: most figures have the same `read_on` of a source, and it moves every night."""

    is_usual: Annotated[bool, Column("Whether `read_on` is NULL here and stands in mart.days")]


@struct
class Lasting:
    """From when to when a row stood."""

    valid_from: Annotated[date, Column("First day in mart.days on which the mart had the row", key=True)]
    valid_to: Annotated[
        date | None, Column("First day in mart.days on which it no longer had it; NULL: it has it on the newest")
    ]


def history_of(mart: type, **stored_otherwise: Any) -> type:
    """The table that keeps a mart: its columns without `as_of`, and from when to when a row stood.

    A row is stored once for all days on which nothing of it changes. `stored_otherwise` gives the types of columns
    that are stored in another form than they are read in (`schema.STORED`).
    """
    hints = typing.get_type_hints(mart, include_extras=True) | stored_otherwise
    columns = [(f.name, hints[f.name]) for f in dataclasses.fields(mart) if f.name != "as_of"]
    made = dataclasses.make_dataclass(f"{mart.__name__}History", columns, bases=(Lasting,), kw_only=True)
    declared = table_of(mart)
    made.__doc__ = f"A row of {declared.name} is stored again only when something of it changed."
    doc = f"What keeps {declared.name}: each row with the days on which it stood."
    made.TABLE = Table(f"{declared.name}_history", doc, declared.checks)  # type: ignore[attr-defined]  # a class constant
    return made


SalaryBandsHistory = history_of(SalaryBands)
SharesHistory = history_of(
    Shares,
    period_from=Annotated[int | None, Column("Days from it to `as_of`; moves with the day", unit="days")],
    period_to=Annotated[int | None, Column("Days from it to `as_of`; moves with the day", unit="days")],
)
ReportedPayHistory = history_of(ReportedPay)
ClosingRatesHistory = history_of(ClosingRates)
ClosingsLeftOutHistory = history_of(ClosingsLeftOut)
TimeListedHistory = history_of(TimeListed)
FrameCoverageHistory = history_of(FrameCoverage)
PayLadderHistory = history_of(PayLadder)
PayDisclosureHistory = history_of(PayDisclosure)
FiguresHistory = history_of(
    Figures,
    sql=Annotated[str | None, Column("The SELECT it was read with, `$as_of` for the day")],
    behind=Annotated[
        tuple[StoredContribution, ...] | None, Column("As in mart.figures; usual days stand in mart.days")
    ],
    read_on=Annotated[date | None, Column("As in mart.figures; NULL also where it is the oldest day in `behind`")],
)
HISTORIES = {
    SalaryBands: SalaryBandsHistory,
    ReportedPay: ReportedPayHistory,
    Shares: SharesHistory,
    ClosingRates: ClosingRatesHistory,
    ClosingsLeftOut: ClosingsLeftOutHistory,
    TimeListed: TimeListedHistory,
    FrameCoverage: FrameCoverageHistory,
    PayLadder: PayLadderHistory,
    PayDisclosure: PayDisclosureHistory,
    Figures: FiguresHistory,
}
"""Marts and the tables that keep them. A mart itself is a view, with a row for each day."""
