"""Why a number moved between two vintages, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from reports.figures.differences import COMPARED
from reports.wording import numbers
from transforms.records.vocabulary import CAUSES
from warehouse.ops_tables import Causes, Vintages

MAX_FIGURES = 3
"""Of how many figures of a list it is said why they moved: those that moved most."""
ORDER_WORDS = "each part is computed with those before it in place, so their sizes depend on the order"


def say_all(rows: Sequence[Causes]) -> Iterator[str]:
    """Yield a line for each number of a figure that moved, with its parts in the order in which they were computed."""
    order = {cause: place for place, cause in enumerate(CAUSES)}
    ordered = sorted(rows, key=lambda row: (row.name, list(COMPARED).index(row.number), order[row.cause]))
    for (name, number), group in groupby(ordered, key=lambda row: (row.name, row.number)):
        parts = list(group)
        first = parts[0]
        compared = COMPARED[number]
        head = f"{name}, {compared.words}" if name else compared.words
        before, after = (compared.say(value) for value in (first.before, first.after))
        before = f"{first.currency} {before}" if first.currency else before
        total = _say_change(first.after - first.before, number) if first.after != first.before else "unchanged"
        said = ", ".join(_say_part(part) for part in parts)
        yield f"{head} {before} → {after} ({total}) since {numbers.day(first.before_on)}: {said}"


def say_of_vintage(causes: Mapping[str, Sequence[Causes]], vintage: Vintages) -> list[str]:
    """Return why the figures of a vintage moved, in lines: those of the figures that moved most, and how many more.

    `causes` are those of all vintages, by figure.
    """
    moved = {
        name: rows for name, all_rows in causes.items() if (rows := select(all_rows, vintage.list, vintage.number))
    }
    names = sorted(moved, key=lambda name: (-_find_most(moved[name]), name))
    lines = [f"{name}: {line}" for name in names[:MAX_FIGURES] for line in say_all(moved[name])]
    n_more = len(names) - MAX_FIGURES
    return [*lines, f"{n_more} more figures: `jobmarket explain` says why"] if n_more > 0 else lines


def select(rows: Sequence[Causes], name: str | None, vintage: int | None) -> list[Causes]:
    """Return the causes of one vintage of the list `name`."""
    return [row for row in rows if (row.list, row.vintage) == (name, vintage)]


def _find_most(rows: Sequence[Causes]) -> float:
    return max((abs(row.after / row.before - 1) for row in rows if row.before), default=0.0)


def _say_part(part: Causes) -> str:
    remark = f" ({part.remark})" if part.remark else ""
    return f"{CAUSES[part.cause]} {_say_change(part.difference, part.number)}{remark}"


def _say_change(change: float, number: str) -> str:
    if COMPARED[number].is_points:
        text = f"{100 * change:+.2f}".rstrip("0").rstrip(".")
        return f"{text} point{'s' * (text[1:] != '1')}".replace("-", "−")
    return (f"{change:+,.0f}" if abs(change) >= 1 else f"{change:+.3g}").replace("-", "−")
