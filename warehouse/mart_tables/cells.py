"""Columns that cells of several marts share: numbers of jobs, how sure a cell is, how it is printed."""

from __future__ import annotations

from typing import Annotated

from transforms.records.columns import Column, struct
from transforms.records.definitions import MAX_AMOUNT_WIDTH
from transforms.records.vocabulary import CELL_STATES, SAMPLES, SHARE_FORMS

FORMS = SHARE_FORMS[:2]
SNAPSHOT = 0
"""The value of `window_days` for the stock and for collections made by others, which have no window of days."""


def count(doc: str) -> Column:
    """Return a column of counts, whole or fractional, with the meaning `doc`."""
    return Column(doc, low=0)


def share(doc: str) -> Column:
    """Return a column of shares from 0 to 1, with the meaning `doc`."""
    return Column(doc, unit="share", low=0, high=1)


def amount(doc: str) -> Column:
    """Return a column of amounts of yearly pay, with the meaning `doc`."""
    return Column(doc, unit="per year", low=0)


def state(doc: str) -> Column:
    """Return a column that says whether a value is published, with the meaning `doc`."""
    return Column(doc, values=CELL_STATES)


@struct
class CellCounts:
    """How sure a cell is."""

    n_jobs: Annotated[int, count("Jobs (or pairs, persons, filings) in the cell")]
    n_employers: Annotated[int | None, count("Employers in the cell; NULL where unknown")]
    n_effective: Annotated[float | None, count("Of pay: n_jobs / design_effect; of earlier shares: Kish's number")]
    status: Annotated[str, state("published, low (not very sure) or suppressed (not published)")]
    reason: Annotated[str | None, Column("Why it is low or suppressed")]
    inputs: Annotated[str | None, Column("Digest of what the row was computed from; NULL: not kept")]


@struct
class CellSample:
    """How a cell was sampled, which decides whether it is printed (`marts/printing.py`)."""

    n_even_employers: Annotated[float | None, Column("G*: how many employers of equal size tell as much", low=1)]
    largest_employer_share: Annotated[float | None, share("The largest employer's part of the jobs")]
    design_effect: Annotated[float | None, count("Variance over that of independent jobs; of pay: at the median")]
    relative_standard_error: Annotated[float | None, count("Standard error over the value; of pay: of the median")]
    form: Annotated[str | None, Column(f"point; or interval, over {MAX_AMOUNT_WIDTH.spaced} of value", values=FORMS)]


@struct
class FromBoards:
    """Which boards a cell is based on, never both samples together."""

    sample: Annotated[str | None, Column("panel (drawn at random, weighted) or known (all boards)", values=SAMPLES)]
