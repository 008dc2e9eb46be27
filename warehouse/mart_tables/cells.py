"""Columns that cells of several marts have: how many jobs, how sure, how printed."""

from __future__ import annotations

from typing import Annotated

from transforms.records.columns import Column, struct
from transforms.records.definitions import MAX_AMOUNT_WIDTH
from transforms.records.vocabulary import CELL_STATES, SAMPLES, SHARE_FORMS

FORMS = SHARE_FORMS[:2]
SNAPSHOT = 0
"""`window_days` of what is no window of days: the stock, and collections of others."""


@struct
class CellCounts:
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
class CellSample:
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
            "point, or interval: one of band_low, band_high and p50 has an interval wider than "
            f"{MAX_AMOUNT_WIDTH.spaced} of it, which is printed in its place; NULL: suppressed, or a version that did "
            "not say",
            values=FORMS,
        ),
    ]


@struct
class FromBoards:
    """From which boards a cell is; never from both samples together."""

    sample: Annotated[
        str | None,
        Column(
            "panel: boards drawn at random, jobs weighted by the inverse of their board's chance; known: boards known, "
            "not sampled, where the panel alone does not meet the rules of printing; NULL: a version before, as known",
            values=SAMPLES,
        ),
    ]
