"""Marts of what was read, and of where jobs are lost on the way to a band."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, table
from transforms.records.definitions import MAX_DAYS_APART
from transforms.records.vocabulary import LADDER_LEVELS, LADDER_STEPS, REGION_LEVELS
from warehouse.mart_tables.cells import count


@table(
    "mart.frame_coverage",
    "What was read where: boards, adverts and jobs by place, source and sector, and how many have usable pay.",
    "n_boards_read_whole <= n_boards",
    "n_jobs <= n_adverts",
    "n_ai_jobs <= n_jobs",
    "n_read_in_full <= n_ai_jobs",
    "n_in_band <= n_paid",
    "n_paid <= n_ai_jobs",
)
class FrameCoverage:
    """The frame is what we read, not the market. There is a row for each cell with a board or an advert.

    Jobs are those in the stock of the day. Each counts once in a cell, so places, sources and sectors do not add up to
    their totals. The macro `frame_boards` has the days on which boards were last read, which change every night.
    """

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    source: Annotated[str, Column("Source; all: every source", key=True)]
    sector: Annotated[
        str, Column("Industry of the employer, as in core.employers, or unknown; all: every industry", key=True)
    ]
    n_boards: Annotated[
        int, count("Known boards: asked, or entered for an employer by now; only of sources that may be republished")
    ]
    n_boards_read_whole: Annotated[
        int, count(f"Of these, boards read as a complete list, at most {MAX_DAYS_APART} before their last reading")
    ]
    n_boards_in_stock: Annotated[
        int, count("Of the known boards, those in the stock, including boards that are never read as a complete list")
    ]
    n_adverts: Annotated[int, count("Adverts in the stock")]
    n_jobs: Annotated[int, count("Jobs of these adverts")]
    n_ai_jobs: Annotated[int, count("Of these, AI jobs: AI engineering, research and data science, others")]
    n_read_in_full: Annotated[int, count("AI jobs with a full advert; by source: with one of that source")]
    n_paid: Annotated[int, count("AI jobs that state pay; by source: in an advert of that source")]
    n_in_band: Annotated[
        int, count("AI jobs in a band of pay of the place; by source: because of an advert of that source")
    ]


@table(
    "mart.pay_ladder",
    "Where jobs are lost on the way to a band of AI engineering pay: how many pass each step, by place and level.",
    "n_lost >= 0",
)
class PayLadder:
    """Each step counts what passed it and all steps before. The last is `n_jobs` of the band in mart.salary_bands."""

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    seniority_group: Annotated[str, Column("Level of the band", key=True, values=LADDER_LEVELS)]
    step: Annotated[str, Column("What the step requires of a job", key=True, values=LADDER_STEPS)]
    position: Annotated[int, count("Order of the step, from 0")]
    n: Annotated[int, count("Jobs that pass this step and all before it; at the first step, adverts")]
    n_lost: Annotated[int, count("How many fewer than at the step before")]
    reason: Annotated[str, Column("Why jobs are lost at this step, in words; for the first step, what is counted")]
