"""Marts of movement: pay for the same kind of job, and the monthly share of AI jobs among the jobs that boards list."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, struct, table
from transforms.records.vocabulary import BASES, COMPARED_GROUPS, COUNTRY_CODE, MOVEMENTS, PREMIUM_OVER
from warehouse.mart_tables.cells import FORMS, count, share, state

_RATIO = "ratio less one"


@struct
class RoleJobs:
    """How many of a row's jobs or persons have a role."""

    role: Annotated[str, Column("Role")]
    n_jobs: Annotated[int, count("Jobs, pairs or persons")]


@table(
    "mart.pay_changes",
    "How pay for the same kind of job moved, and how much more AI and data science pay: a row per series and period.",
    "change_lo <= change AND change <= change_hi",
    "chain_lo <= chain AND chain <= chain_hi",
    "(status = 'suppressed') = (change IS NULL) AND (status = 'published') = (reason IS NULL)",
    f"measure = '{MOVEMENTS[0]}' AND (status = 'suppressed' OR previous IS NOT NULL) OR previous IS NULL",
)
class PayChanges:
    """Series of our own adverts by quarter, and of collections by year and surveys by wave, each of one source.

    The method is in `marts/pay/matched_pay.py`. Only jobs in kinds that both sides have are compared and counted.
    """

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    measure: Annotated[
        str,
        Column(
            "held_constant: change of pay since `previous` within title, level, market and money; premium: how much "
            f"more than {PREMIUM_OVER} in the same period, at equal level or experience and kind of payment",
            key=True,
            values=MOVEMENTS,
        ),
    ]
    basis: Annotated[str, Column("Kind of pay figure, never mixed", key=True, values=BASES)]
    source: Annotated[str, Column("Collection or survey; boards: the adverts that we read", key=True)]
    region_level: Annotated[str, Column("Level of `region`: country", values=("country",))]
    region: Annotated[str, Column("Country", key=True, pattern=COUNTRY_CODE)]
    role_group: Annotated[str, Column("Group of roles, or ai_core", key=True, values=COMPARED_GROUPS)]
    period: Annotated[str, Column("Quarter of the adverts, year of the collection, or day of the wave", key=True)]
    period_from: Annotated[date, Column("First day of the period")]
    period_to: Annotated[date, Column("Last day of the period, or the last that was read or collected")]
    previous: Annotated[
        str | None, Column("The period before, which pay is compared with; NULL: a premium, or no earlier one was read")
    ]
    chained_from: Annotated[
        str | None,
        Column(
            "First period of the unbroken series up to this one; NULL: suppressed, too wide for a point, or a premium"
        ),
    ]
    is_break: Annotated[
        bool,
        Column(
            "Whether the series is broken before the period: a step there is suppressed or too wide for a point, or "
            "the survey began to ask for other things"
        ),
    ]
    n_jobs: Annotated[int, count("Matched jobs (pairs, persons) of the period; of a premium, of the group")]
    n_compared: Annotated[int, count("Matched jobs of the period before; of a premium, of other engineering")]
    n_kinds: Annotated[int, count("Kinds of job that both sides have")]
    n_clusters: Annotated[
        int, count("Their employers (own adverts), titles, or persons: the independent units of the interval")
    ]
    roles: Annotated[tuple[RoleJobs, ...] | None, Column("n_jobs by role, most first")]
    change: Annotated[float | None, Column("Of pay, over what it is compared with; NULL: suppressed", unit=_RATIO)]
    change_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit=_RATIO)]
    change_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit=_RATIO)]
    raw_change: Annotated[
        float | None,
        Column(
            "The same of the mean of log pay of all jobs in the commonest money, whatever the mix; NULL: "
            "suppressed, or a premium",
            unit=_RATIO,
        ),
    ]
    chain: Annotated[float | None, Column("Of pay since `chained_from`; NULL: as there", unit=_RATIO)]
    chain_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit=_RATIO)]
    chain_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit=_RATIO)]
    form: Annotated[
        str | None, Column("point; or interval, if the interval is too wide for one; NULL: suppressed", values=FORMS)
    ]
    status: Annotated[
        str, state("published (own adverts), low (employers are unknown, or persons chose to answer) or suppressed")
    ]
    reason: Annotated[str | None, Column("Why it is low or suppressed")]


@table(
    "mart.advert_months",
    "AI jobs among the jobs that boards list, a row per country and month, compared with the month before.",
    "share_lo <= share AND share <= share_hi",
    "change_lo <= change AND change <= change_hi",
    "(status = 'suppressed') = (share IS NULL) AND (status = 'suppressed') = (reason IS NOT NULL)",
)
class AdvertMonths:
    """Jobs on each board's last complete list of the month. All but `n_boards` is of boards with a list of both months.

    So boards that are new or lost move nothing. The method is in `marts/share/advert_months.py`.
    """

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    region_level: Annotated[str, Column("Level of `region`: country", values=("country",))]
    region: Annotated[str, Column("Country", key=True, pattern=COUNTRY_CODE)]
    month: Annotated[date, Column("First day of the month", key=True)]
    read_to: Annotated[date, Column("Day of its last complete list")]
    n_boards: Annotated[int, count("Boards with a complete list of the month and jobs in the country")]
    n_boards_again: Annotated[int, count("Those of them that have one of the month before too")]
    n_jobs: Annotated[int, count("Jobs on these")]
    n_ai: Annotated[int, count("AI jobs among them")]
    n_employers: Annotated[int, count("Their employers, in the month that has fewer")]
    n_jobs_before: Annotated[int, count("Jobs on the same boards in the month before")]
    n_ai_before: Annotated[int, count("AI jobs among them")]
    share: Annotated[float | None, share("AI jobs of jobs; NULL: suppressed")]
    share_lo: Annotated[float | None, share("Lower end of its 95 % interval")]
    share_hi: Annotated[float | None, share("Upper end of its 95 % interval")]
    share_before: Annotated[float | None, share("The same share in the month before")]
    change: Annotated[float | None, Column("Of the share since the month before", unit="share", low=-1, high=1)]
    change_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=-1, high=1)]
    change_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=-1, high=1)]
    form: Annotated[
        str | None,
        Column("point; or interval, if that of the share is too wide for one; NULL: suppressed", values=FORMS),
    ]
    is_break: Annotated[bool, Column("Whether earlier months are printed, but not the one before")]
    status: Annotated[str, state("published or suppressed")]
    reason: Annotated[str | None, Column("Why it is suppressed")]
