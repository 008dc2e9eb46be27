"""Why a number moved between two vintages, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reports.figures.differences import COMPARED
from reports.wording import numbers
from transforms.records.vocabulary import CAUSES
from warehouse.ops_tables import Causes

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
        total = _say_change(first.after - first.before, number) if first.after != first.before else "unchanged"
        said = ", ".join(_say_part(part) for part in parts)
        yield f"{head} {before} → {after} ({total}) since {numbers.day(first.before_on)}: {said}"


def _say_part(part: Causes) -> str:
    remark = f" ({part.remark})" if part.remark else ""
    return f"{CAUSES[part.cause]} {_say_change(part.difference, part.number)}{remark}"


def _say_change(change: float, number: str) -> str:
    if COMPARED[number].is_points:
        text = f"{100 * change:+.2f}".rstrip("0").rstrip(".")
        return f"{text} point{'s' * (text[1:] != '1')}".replace("-", "−")
    return (f"{change:+,.0f}" if abs(change) >= 1 else f"{change:+.3g}").replace("-", "−")
