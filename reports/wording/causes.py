"""Why a number moved between two vintages, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from reports.figures.differences import COMPARED
from reports.wording import numbers
from transforms.records.vocabulary import CAUSES
from warehouse.ops_tables import Causes, Vintages

MAX_SAID = 6
"""Of how many numbers of a list a reviewer reads why they moved: those that moved most."""
ORDER_WORDS = "each part is computed with those before it in place, so their sizes depend on the order"


def say_all(rows: Sequence[Causes]) -> Iterator[str]:
    """Yield a line for each number of a figure that moved, with its parts in the order in which they were computed."""
    return map(_say_number, _group(rows))


def _group(rows: Sequence[Causes]) -> Iterator[list[Causes]]:
    columns, order = list(COMPARED), list(CAUSES)
    ordered = sorted(rows, key=lambda row: (row.name, columns.index(row.number), order.index(row.cause)))
    for _, group in groupby(ordered, key=lambda row: (row.name, row.number)):
        yield list(group)


def _say_number(parts: Sequence[Causes]) -> str:
    first = parts[0]
    compared = COMPARED[first.number]
    head = f"{first.name}, {compared.words}" if first.name else compared.words
    say = numbers.percent if compared.is_points else compared.say
    before, after = say(first.before), say(first.after)
    currency = f"{first.currency} " if first.currency else ""
    is_same = first.after == first.before
    total = "unchanged" if is_same else _say_change(first.after - first.before, first.number)
    said = ", ".join(map(_say_part, parts))
    return f"{head} {currency}{before} → {after} ({total}) since {numbers.day(first.before_on)}: {said}"


def say_of_vintage(causes: Mapping[str, Sequence[Causes]], vintage: Vintages) -> list[str]:
    """Return why the numbers of a vintage moved, in lines: those that moved most, and how many more.

    `causes` are those of all vintages, by figure.
    """
    lines = [
        (_find_distance(group[0]), f"{figure}: {_say_number(group)}")
        for figure, rows in causes.items()
        for group in _group(select(rows, vintage.list, vintage.number))
    ]
    lines.sort(key=lambda line: -line[0])
    said = [line for _, line in lines[:MAX_SAID]]
    n_more = len(lines) - len(said)
    return [*said, f"{n_more} more numbers: `jobmarket explain` says why"] if n_more else said


def select(rows: Sequence[Causes], name: str | None, vintage: int | None) -> list[Causes]:
    """Return the causes of one vintage of the list `name`."""
    return [row for row in rows if (row.list, row.vintage) == (name, vintage)]


def _find_distance(row: Causes) -> float:
    """Return how far a number moved: a share in points, an amount as a fraction of the earlier amount."""
    return COMPARED[row.number].far(row.before, row.after)


def _say_part(part: Causes) -> str:
    remark = f" ({part.remark})" if part.remark else ""
    return f"{CAUSES[part.cause]} {_say_change(part.difference, part.number)}{remark}"


def _say_change(change: float, number: str) -> str:
    if COMPARED[number].is_points:
        text = f"{100 * change:+.2f}".rstrip("0").rstrip(".")
        return f"{text} point{'s' * (text[1:] != '1')}".replace("-", "−")
    return (f"{change:+,.0f}" if abs(change) >= 1 else f"{change:+.3g}").replace("-", "−")
