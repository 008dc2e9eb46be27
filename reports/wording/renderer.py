"""What a figure is printed with: its text, its table, and what its note adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reports.wording.numbers import LOW_CONFIDENCE, Row, Rows, low_mark
from reports.wording.parts import Part


class Column(NamedTuple):
    """A column of a table: its heading, and what it says of a row; numbers are aligned to the right."""

    heading: str
    say: Callable[[Row], str]
    is_numeric: bool = True


@dataclass(frozen=True, kw_only=True)
class Table:
    """A figure as a table: plain text, escaped by whoever prints it. `numeric` are right-aligned columns.

    `key` says how to read the columns and belongs to the caption; `below` are paragraphs under the table.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    key: str = ""
    below: tuple[str, ...] = ()


def make_table(rows: Rows, columns: Sequence[Column], *, key: str = "", below: Sequence[str] = ()) -> Table:
    """A table of rows, without the columns in which no row has anything to say."""
    cells = [tuple(column.say(row) for column in columns) for row in rows]
    kept = [i for i in range(len(columns)) if any(row[i] not in ("", "–") for row in cells)]
    return Table(
        columns=tuple(columns[i].heading for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in cells),
        numeric=frozenset(place for place, i in enumerate(kept) if columns[i].is_numeric),
        key=key,
        below=tuple(filter(None, below)),
    )


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """How the rows behind a figure are printed: as text, as a table, and what a note adds.

    `named_by` is the column that names a row, where there are several. `shows_baseline` says that the rows are
    the 2026 guide's own, so that a note need not repeat them, `names_withheld` that the text and the table say which
    rows are withheld, which are left out of others. `parts` may be placed alone.
    """

    text: Callable[[Rows], str]
    table: Callable[[Rows], Table] | None = None
    note: Callable[[Rows], Sequence[str | None]] = lambda rows: ()
    named_by: str | None = None
    shows_baseline: bool = False
    names_withheld: bool = False
    parts: Mapping[str, Part] = field(default_factory=dict)


def list_doubts(rows: Rows, named_by: str, *, most: int | None = None) -> str | None:
    """Which rows have low confidence, by the reason why; None when none has. More than `most` are counted instead."""
    names: dict[str, list[str]] = {}
    for row in rows:
        if low_mark(row):
            names.setdefault(row["reason"] or "little data", []).append(row[named_by])
    n_low = sum(map(len, names.values()))
    if most is not None and n_low > most:
        counts = "; ".join(f"{len(group)}: {why}" if len(names) > 1 else why for why, group in names.items())
        return f"{LOW_CONFIDENCE}: {n_low} of {len(rows)} values ({counts})"
    reasons = "; ".join(f"{', '.join(group)} ({why})" for why, group in names.items())
    return f"{LOW_CONFIDENCE}: {reasons}" if reasons else None
