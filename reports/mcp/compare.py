"""Compare figures: whether two figures differ by more than their intervals.

Numbers are compared only if they have the same part, unit, currency and kind of source. Two numbers differ beyond their
intervals if the intervals do not overlap. This is stricter than a test of the difference, so overlapping intervals do
not show that two numbers are equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from reports.cells.cell import Cell, Number
from reports.cells.of_figure import cells_of
from reports.mcp.answers import PUBLISHED, head, round_off, say_span, state_of, summarise, unit_in_words
from reports.mcp.market import Snapshot
from reports.wording import notes
from reports.wording.bases import BASES
from warehouse.mart_tables import Figures
from warehouse.marts.printing import BOUNDS

MAX_COMPARED = 6
CAVEAT = (
    "Intervals cover chance alone, not which adverts were read. Of many pairs some intervals are apart by chance. "
    "Quote both values with their intervals, and no cause."
)


class NotComparableError(ValueError):
    """Too many or too few figures to compare."""


def compare_figures(rows: Sequence[Figures], snapshot: Snapshot) -> dict[str, Any]:
    """Return the figures in short form and, for each pair, the difference of each part or why there is none.

    Raises `NotComparableError` for fewer than two different figures, or more than `MAX_COMPARED`.
    """
    different = list({row.figure: row for row in rows}.values())
    if not 2 <= len(different) <= MAX_COMPARED:
        raise NotComparableError(f"{len(different)} different figures given; 2 to {MAX_COMPARED} can be compared")
    return head(snapshot) | {
        "figures": [summarise(row, snapshot) for row in different],
        "pairs": [_compare_pair(a, b, snapshot) for a, b in itertools.combinations(different, 2)],
        "caveat": CAVEAT,
    }


def _compare_pair(a: Figures, b: Figures, snapshot: Snapshot) -> dict[str, Any]:
    answer: dict[str, Any] = {"a": a.figure, "b": b.figure}
    if refusals := [*_refuse(a), *_refuse(b)]:
        return answer | {"refused": "; ".join(refusals)}
    if a.basis != b.basis:
        ours, theirs = (BASES[figure.basis].words if figure.basis else "several kinds" for figure in (a, b))
        why = f"they rest on different kinds of source, which are never mixed: {ours}, and {theirs}"
        return answer | {"refused": why}
    cells = *cells_of(a), *cells_of(b)
    parts = list(_compare_parts(*cells))
    if not parts:
        ours, theirs = (
            ", ".join(f"{number.part} ({number.unit})" for number in cell.numbers.values()) or "no number"
            for cell in cells
        )
        return answer | {"refused": f"they share no part in one unit and currency; a has {ours}, and b has {theirs}"}
    warnings = list(_warn(a, b, snapshot))
    return answer | {"parts": parts} | ({"warnings": warnings} if warnings else {})


def _refuse(figure: Figures) -> Iterator[str]:
    if figure.value is None:
        yield f"{figure.figure} is withheld: {figure.reason}"
    elif figure.kind == "cited":
        yield f"{figure.figure} is a statement of others, quoted and not measured"
    elif len(cells_of(figure)) != 1:
        yield f"{figure.figure} is a table: compare the figures of its rows, which `list` finds"


def _warn(a: Figures, b: Figures, snapshot: Snapshot) -> Iterator[str]:
    if (a.period_from, a.period_to) != (b.period_from, b.period_to):
        first, second = sorted((a, b), key=lambda figure: str(figure.period_to))
        are_apart = first.period_to and second.period_from and first.period_to < second.period_from
        how = "do not overlap: time may explain the difference" if are_apart else "overlap but are not the same"
        yield f"reference periods {how}: {notes.describe_period(a)}, and {notes.describe_period(b)}"
    if a.rung != b.rung:
        yield f"they use different rungs of their ladders: {a.rung}, and {b.rung}"
    asked, other = (next(cell.measure or cell.kind for cell in cells_of(figure)) for figure in (a, b))
    if asked != other:
        yield f"they answer different questions: {asked}, and {other}"
    for figure in (a, b):
        if figure.status == "low":
            yield f"{figure.figure} has low confidence: {figure.reason}"
        if (state := state_of(figure, snapshot)) != PUBLISHED:
            yield f"{figure.figure} is {state}"


def _compare_parts(a: Cell, b: Cell) -> Iterator[dict[str, Any]]:
    for part, first in a.numbers.items():
        second = b.numbers.get(part)
        if second is None or second.unit != first.unit:
            continue
        record: dict[str, Any] = {"part": part, "unit": first.unit, "difference": None}
        if first.value is not None and second.value is not None:
            ratio = round(second.value / first.value, 4) if first.value else None
            record |= {"difference": round_off(second.value - first.value), "ratio": ratio}
        yield record | {"beyond_intervals": is_beyond(first, second), "says": conclude(first, second)}


def is_beyond(a: Number, b: Number) -> bool | None:
    """Whether two numbers differ beyond their intervals; None if one has no interval or only one has bounds."""
    if a.ends is None or b.ends is None or (a.form == BOUNDS) != (b.form == BOUNDS):
        return None
    return a.ends[1] < b.ends[0] or b.ends[1] < a.ends[0]


def conclude(a: Number, b: Number) -> str:
    """Return a sentence that says which of two numbers is higher, or why that cannot be said."""
    if a.ends is None or b.ends is None:
        return "no conclusion on the difference: one of the two has no interval"
    if (a.form == BOUNDS) != (b.form == BOUNDS):
        return "no conclusion on the difference: one covers all jobs, the other only those that say"
    spans = f"{say_span(a)} and {say_span(b)} {unit_in_words(a.unit)}"
    if not is_beyond(a, b):
        return f"no difference between a and b is shown: their intervals overlap ({spans})"
    return f"{'b' if b.ends > a.ends else 'a'} is higher, beyond the intervals ({spans})"
