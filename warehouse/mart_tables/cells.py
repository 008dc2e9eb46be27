"""Columns that cells of several marts share: numbers of jobs, how sure a cell is, how it is printed."""

from __future__ import annotations

from typing import Annotated

from transforms.records.columns import Column, struct
from transforms.records.definitions import MAX_AMOUNT_WIDTH
from transforms.records.vocabulary import CELL_STATES, SAMPLES, SHARE_FORMS

FORMS = SHARE_FORMS[:2]
SNAPSHOT = 0
"""The value of `window_days` for the stock and for collections made by others, which have no window of days."""
PAY_MARKET_WORDS = "all; local: in the country's own money; cross_border: in another country's, whoever pays it"


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
    n_effective: Annotated[
        float | None,
        count(
            "Of shares: Kish's effective number of jobs if one employer weighs at most a tenth. Of pay (deprecated): "
            "n_jobs over design_effect"
        ),
    ]
    status: Annotated[str, state("published, low (not very sure) or suppressed (not published)")]
    reason: Annotated[str | None, Column("Why it is low or suppressed")]
    inputs: Annotated[
        str | None,
        Column(
            "Digest of everything the row was computed from; rows with the same one are computed once. NULL: not kept"
        ),
    ]


@struct
class CellSample:
    """How a cell was sampled, which decides whether it is printed (`marts/printing.py`)."""

    n_even_employers: Annotated[
        float | None,
        Column(
            "G*, the effective number of employers: as informative as so many of equal size; NULL: employers unknown",
            low=1,
        ),
    ]
    largest_employer_share: Annotated[float | None, share("The largest employer's part of the jobs")]
    design_effect: Annotated[
        float | None,
        count("Variance over that of as many independent jobs; of pay: by the jackknife alone, at the median"),
    ]
    relative_standard_error: Annotated[
        float | None,
        count("Standard error over the value; of pay: of the median, the width of its interval over 2 t and the value"),
    ]
    form: Annotated[
        str | None,
        Column(
            f"point; or interval: of pay, band_low, band_high or p50 has an interval wider than "
            f"{MAX_AMOUNT_WIDTH.spaced} of its value, of shares the interval is too wide for a point "
            "(docs/methods.md), and the interval is printed instead; NULL: suppressed, or made by a version that did "
            "not say",
            values=FORMS,
        ),
    ]


@struct
class FromBoards:
    """Which boards a cell is based on, never both samples together."""

    sample: Annotated[
        str | None,
        Column(
            "panel: boards drawn at random, with jobs weighted by the inverse of their board's chance; known: all "
            "known boards, if the panel alone does not meet the rules of printing; NULL: an earlier version, which "
            "used all known boards",
            values=SAMPLES,
        ),
    ]
