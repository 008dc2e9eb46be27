"""Figures side by side, and whether two of them differ by more than their intervals.

Two numbers are compared only where they mean the same: one part, one unit and money, one kind of source. They differ
beyond their intervals where these do not overlap. That asks for more than a test of the difference would, so that
where intervals overlap nothing is said: neither that the two differ, nor that they are the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from reports.cells.cell import Number, numbers_of
from reports.mcp.answers import PUBLISHED, WITHHELD, head, round_off, say_span, state_of, summarise, unit_in_words
from reports.mcp.market import Snapshot
from reports.release.figure_files import named_rows
from reports.wording import notes
from reports.wording.bases import BASES
from warehouse.mart_tables import Figures

MAX_COMPARED = 6
CAVEAT = (
    "Intervals cover chance alone, not which adverts were read. Of many pairs some intervals are apart by chance. "
    "Quote both values with their intervals, and no cause."
)


class NotComparableError(ValueError):
    """So many figures, or so few, are not compared."""


def compare_figures(rows: Sequence[Figures], snapshot: Snapshot) -> dict[str, Any]:
    """Figures in short and, for each two of them, the difference of each part or why there is none.

    Raises `NotComparableError` for fewer than two different figures, or more than `MAX_COMPARED`.
    """
    different = list({row.figure: row for row in rows}.values())
    if not 2 <= len(different) <= MAX_COMPARED:
        raise NotComparableError(f"{len(different)} different figures given; 2 to {MAX_COMPARED} can be compared")
    pairs = [_compare_pair(a, b, snapshot) for a, b in itertools.combinations(different, 2)]
    return head(snapshot) | {
        "figures": [summarise(row, snapshot) for row in different],
        "pairs": pairs,
        "caveat": CAVEAT,
    }


def _compare_pair(a: Figures, b: Figures, snapshot: Snapshot) -> dict[str, Any]:
    answer: dict[str, Any] = {"a": a.figure, "b": b.figure}
    reasons = [*_refuse(a, snapshot), *_refuse(b, snapshot)] or list(_refuse_pair(a, b))
    parts = [] if reasons else list(_compare_parts(a, b))
    if not reasons and not parts:
        reasons = [f"no part in one unit and money: {_units(a)} of a, {_units(b)} of b"]
    if reasons:
        return answer | {"refused": "; ".join(reasons)}
    warnings = list(_warn(a, b, snapshot))
    return answer | {"parts": parts} | ({"warnings": warnings} if warnings else {})


def _refuse(figure: Figures, snapshot: Snapshot) -> Iterator[str]:
    """Why a figure is compared with no other."""
    if state_of(figure, snapshot) == WITHHELD:
        yield f"{figure.figure} is withheld: {figure.reason}"
    elif figure.kind == "cited":
        yield f"{figure.figure} is a statement of others, quoted and not measured"
    elif len(list(named_rows(figure))) > 1:
        yield f"{figure.figure} is a table: compare the figures of its rows, which `list` finds"


def _refuse_pair(a: Figures, b: Figures) -> Iterator[str]:
    """Why two figures are not compared with each other."""
    if a.basis != b.basis:
        words = [BASES[one.basis].words if one.basis else "None" for one in (a, b)]
        yield f"they rest on different kinds of source, which are never mixed: {words[0]}, and {words[1]}"


def _warn(a: Figures, b: Figures, snapshot: Snapshot) -> Iterator[str]:
    """What a reader must know before the two are set against each other."""
    if (a.period_from, a.period_to) != (b.period_from, b.period_to):
        how = "do not overlap: time may explain the difference" if _are_apart(a, b) else "overlap but are not the same"
        yield f"reference periods {how}: {notes.describe_period(a)}, and {notes.describe_period(b)}"
    if a.rung != b.rung:
        yield f"they stand on different rungs of their ladders: {a.rung}, and {b.rung}"
    kinds = [".".join(one.figure.split(".")[: 2 if one.figure.startswith("share.") else 1]) for one in (a, b)]
    if kinds[0] != kinds[1]:
        yield f"they answer different questions: {kinds[0]}, and {kinds[1]}"
    for one in (a, b):
        if one.status == "low":
            yield f"{one.figure} has low confidence: {one.reason}"
        if (state := state_of(one, snapshot)) != PUBLISHED:
            yield f"{one.figure} is {state}"


def _are_apart(a: Figures, b: Figures) -> bool:
    """Whether two reference periods have no day in common; of an open one that is not known."""
    first, second = sorted((a, b), key=lambda one: str(one.period_to))
    return first.period_to is not None and second.period_from is not None and first.period_to < second.period_from


def _numbers(figure: Figures) -> dict[tuple[str, str], Number]:
    return {(one.part, one.unit): one for _, row in named_rows(figure) for one in numbers_of(row)}


def _units(figure: Figures) -> str:
    return ", ".join(dict.fromkeys(f"{part} ({unit})" for part, unit in _numbers(figure))) or "no number"


def _compare_parts(a: Figures, b: Figures) -> Iterator[dict[str, Any]]:
    ours, theirs = _numbers(a), _numbers(b)
    for (part, unit), one in ours.items():
        other = theirs.get((part, unit))
        if other is not None:
            yield {"part": part, "unit": unit, **_difference(one, other), "beyond_intervals": is_beyond(one, other),
                   "says": conclude(one, other)}  # fmt: skip


def _difference(a: Number, b: Number) -> dict[str, Any]:
    """b less a and b over a, where both are printed as values."""
    if a.value is None or b.value is None:
        return {"difference": None}
    return {"difference": round_off(b.value - a.value), "ratio": round(b.value / a.value, 4) if a.value else None}


def is_beyond(a: Number, b: Number) -> bool | None:
    """Whether the two differ by more than their intervals; None where one has none."""
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return None
    return a.high < b.low or b.high < a.low


def conclude(a: Number, b: Number) -> str:
    """What may be said of the difference of two numbers."""
    beyond = is_beyond(a, b)
    if beyond is None:
        return "nothing can be said of the difference: one of the two has no interval"
    spans = f"{say_span(a)} and {say_span(b)} {unit_in_words(a.unit)}"
    if not beyond:
        return f"a and b cannot be told apart: their intervals overlap ({spans})"
    higher = "b" if (b.low or 0) > (a.high or 0) else "a"
    return f"{higher} is higher, beyond the intervals ({spans})"
