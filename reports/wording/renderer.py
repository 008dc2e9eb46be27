"""How a figure is printed: its text, its table, and additions to its note."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reports.wording.numbers import LOW_CONFIDENCE, Row, Rows, low_mark
from reports.wording.parts import Part, PartFormat


class Column(NamedTuple):
    """A column of a table; `content` is a function of the row, or the name of a column of the row.

    Numeric columns are right-aligned. A dash stands for None.
    """

    heading: str
    content: Callable[[Row], str | int | None] | str
    is_numeric: bool = True

    def say(self, row: Row) -> str:
        """Return the text of a cell."""
        value = row.get(self.content) if isinstance(self.content, str) else self.content(row)
        return "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of plain text, which printers must escape; `numeric` holds the indices of the right-aligned columns.

    `key` explains the columns and belongs to the caption. `below` are paragraphs under the table.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    key: str = ""
    below: tuple[str, ...] = ()


def make_table(rows: Rows, columns: Sequence[Column], *, key: str = "", below: Sequence[str | None] = ()) -> Table:
    """Return a table of rows, without columns that are empty in every row and without empty paragraphs."""
    cells = [[column.say(row) for row in rows] for column in columns]
    kept = [i for i, of_column in enumerate(cells) if not {"", "–"}.issuperset(of_column)]
    return Table(
        columns=tuple(columns[i].heading for i in kept),
        rows=tuple(zip(*(cells[i] for i in kept), strict=True)),
        numeric=frozenset(place for place, i in enumerate(kept) if columns[i].is_numeric),
        key=key,
        below=tuple(filter(None, below)),
    )


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """How the rows of a figure are printed."""

    text: Callable[[Rows], str]  # returns the value in words
    table: Callable[[Rows], Table] | None = None  # returns the table, if the figure has one
    note: Callable[[Rows], Sequence[str | None]] = lambda rows: ()  # returns sentences to add to the figure's note
    named_by: str | None = None  # column that names a row among several
    shows_baseline: bool = False  # whether the rows show what the 2026 guide said, so that notes need not repeat it
    names_withheld: bool = False  # whether text and table name withheld rows, which are otherwise dropped
    choose_shown: Callable[[Rows], Rows] = lambda rows: rows  # returns the rows that text and table show
    parts: Mapping[str, Part] = field(default_factory=dict)  # parts that an editor may place alone
    prose: Callable[[Rows, PartFormat], str | None] | None = None  # returns the printed rows in house style


def list_doubts(rows: Rows, named_by: str, *, max_named: int | None = None) -> str | None:
    """Return words that name the rows of low confidence, by reason; None if there are none.

    If more than `max_named` rows have low confidence, the rows are counted instead of named.
    """
    names: dict[str, list[str]] = {}
    for row in filter(low_mark, rows):
        names.setdefault(row["reason"] or "little data", []).append(row[named_by])
    n_low = sum(map(len, names.values()))
    if max_named is not None and n_low > max_named:
        counts = "; ".join(f"{len(group)}: {why}" if len(names) > 1 else why for why, group in names.items())
        return f"{LOW_CONFIDENCE}: {n_low} of {len(rows)} values ({counts})"
    reasons = "; ".join(f"{', '.join(group)} ({why})" for why, group in names.items())
    return f"{LOW_CONFIDENCE}: {reasons}" if reasons else None
