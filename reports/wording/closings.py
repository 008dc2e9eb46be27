"""Closing rates in words. An advert closes when it is filled, given up or moved: no word of how hard hiring is."""

from __future__ import annotations

from reports.wording.amounts import is_point
from reports.wording.numbers import Row, Rows, count_of
from reports.wording.renderer import Renderer

CAVEAT = "an advert closes when it is filled, given up or moved, so the rate does not say how hard hiring is"


def _percent(rate: float) -> str:
    """A rate a day in two digits: a rate of 1.2 % and one of 1.8 % are 82 and 55 days."""
    return f"{100 * rate:.2g}%"


def _ends(row: Row, name: str = "rate") -> str:
    low, high = row[f"{name}_lo"], row[f"{name}_hi"]
    return f"{_percent(low).rstrip('%')}–{_percent(high)}" if name == "rate" else f"{low:.2g}–{high:.2g}"


def _value(row: Row) -> str:
    """The rate, or its interval alone where that is too wide to name a point."""
    return _percent(row["rate"]) if is_point(row, "rate") else _ends(row)


def _text(rows: Rows) -> str:
    ours, *others = rows
    first = f"{_value(ours)} of open {ours['cell']} adverts close a day"
    return ", against ".join([first, *(f"{_value(other)} of {other['cell']} adverts" for other in others)])


def _note(rows: Rows) -> list[str]:
    row = rows[0]
    if row["ratio"] is not None:
        both = (
            f"within the same {count_of(row['n_boards_both'], 'board')}, {row['cell']} adverts close "
            f"{row['ratio']:.2g} times as fast (95% interval {_ends(row, 'ratio')})"
        )
    else:
        both = f"not compared within boards: {row['ratio_reason']}"
    return [*map(_cell_note, rows), both, CAVEAT]


def _cell_note(row: Row) -> str:
    return (
        f"{row['cell']}: {_value(row)} a day, 95% interval {_ends(row)}, "
        f"{count_of(row['n_closed'], 'closing')} in {row['open_days']:,.0f} open days of "
        f"{count_of(row['n_boards'], 'board')} (as informative as {row['n_even']:.0f} equal ones)"
    )


CLOSING_RATES = Renderer(text=_text, note=_note, named_by="cell")
