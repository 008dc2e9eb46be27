"""Marts of what was read, and of where jobs are lost on the way to a band."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, table
from transforms.records.definitions import MAX_DAYS_APART
from transforms.records.vocabulary import LADDER_LEVELS, LADDER_STEPS, REGION_LEVELS


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
        int, Column(f"Of these, boards read as a whole list, {MAX_DAYS_APART} before their last reading at most", low=0)
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
