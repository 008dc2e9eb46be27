"""The mart of pay disclosure: which adverts state pay, by law."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, table
from transforms.records.vocabulary import AI_JOBS, LAW_CLASSES, PLACES_OF_LAWS, STOCK
from warehouse.mart_tables.cells import FORMS, CellSample, FromBoards, count, share, state

GROUPS_OF_DISCLOSURE = (AI_JOBS, "all")


@table(
    "mart.pay_disclosure",
    "Which part of jobs states pay, and how wide ranges are, by whether a law that requires it is in force.",
    "n_stated <= n_jobs",
    "sample = 'panel' OR n_ranges <= n_stated",
    "share_lo <= share AND share <= share_hi",
    "width_lo <= width AND width <= width_hi",
    "difference_lo <= difference AND difference <= difference_hi",
    "(status = 'published') = (share IS NOT NULL) AND (status = 'published') = (reason IS NULL)",
    "(width_status = 'published') = (width IS NOT NULL) AND (width_status = 'published') = (width_reason IS NULL)",
    "comparison_status = 'published' OR comparison_reason IS NOT NULL",
)
class PayDisclosure(CellSample, FromBoards):
    """For jobs with a full advert. Employers differ in more than the law, so `difference` is within employers.

    Laws are the rows of core.disclosure_laws in force on the day of the reading. A job counts in each of its places.
    """

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    adverts: Annotated[
        str,
        Column(
            f"{STOCK}, or for the flow the quarter in which the adverts were first seen: 2026Q1",
            key=True,
            pattern=rf"{STOCK}|\d{{4}}Q[1-4]",
        ),
    ]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=PLACES_OF_LAWS)]
    region: Annotated[
        str, Column("World, ISO country code, or ISO code of a subdivision with a law in force", key=True)
    ]
    law: Annotated[
        str,
        Column(
            "in_force: at one of the job's places there; unknown: at none of them, but a place is not known "
            "precisely enough; none: no law that we know of",
            key=True,
            values=LAW_CLASSES,
        ),
    ]
    role_group: Annotated[str, Column("ai_jobs as in mart.shares, or all jobs", key=True, values=GROUPS_OF_DISCLOSURE)]
    n_jobs: Annotated[int, Column("Jobs with a full advert", low=1)]
    n_employers: Annotated[int, Column("Their employers", low=1)]
    status: Annotated[str, state("published or suppressed")]
    reason: Annotated[str | None, Column("Why it is suppressed: the rule that it breaks")]
    n_stated: Annotated[int, count("Jobs that state pay")]
    share: Annotated[float | None, share("Part of jobs that states pay; NULL: suppressed")]
    share_lo: Annotated[float | None, share("Lower end of its 95 % interval")]
    share_hi: Annotated[float | None, share("Upper end of its 95 % interval")]
    share_by_employer: Annotated[float | None, share("Mean over employers of their own shares, each employer once")]
    n_ranges: Annotated[
        int,
        count("Jobs on all known boards, whatever `sample` is, that state pay as a range of two amounts, not flagged"),
    ]
    width: Annotated[
        float | None,
        Column("Median of (high - low) / midpoint; NULL: suppressed", unit="share of midpoint", low=0, high=2),
    ]
    width_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share of midpoint", low=0)]
    width_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share of midpoint", low=0)]
    width_form: Annotated[str | None, Column("Like `form`, for the width; NULL: suppressed", values=FORMS)]
    width_status: Annotated[str, state("published or suppressed")]
    width_reason: Annotated[str | None, Column("Why the width is suppressed")]
    n_employers_both: Annotated[
        int | None, count("Employers with jobs here both with a law in force and without one; NULL: not compared")
    ]
    n_jobs_both: Annotated[int | None, count("Their jobs of this row")]
    n_jobs_other: Annotated[int | None, count("Their jobs in the row without a law")]
    share_both: Annotated[
        float | None, Column("Mean over these employers of the part of `n_jobs_both` that states pay", low=0, high=1)
    ]
    share_other: Annotated[float | None, share("The same for `n_jobs_other`")]
    difference: Annotated[float | None, Column("`share_both` less `share_other`; NULL: suppressed", low=-1, high=1)]
    difference_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=-1, high=1)]
    difference_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=-1, high=1)]
    comparison_status: Annotated[str | None, state("published or suppressed; NULL: not compared")]
    comparison_reason: Annotated[str | None, Column("Why the comparison is suppressed")]
