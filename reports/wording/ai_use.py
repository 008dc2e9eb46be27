"""The share of enterprises that use AI, as an office of statistics counts them, in words."""

from __future__ import annotations

from collections.abc import Sequence

from reports.wording import numbers
from reports.wording.numbers import Row, Rows
from reports.wording.renderer import Column, Renderer, Table, make_table

SIZES = {"GE10": "enterprises with ten or more persons", "GE250": "those with 250 or more"}
"""Words for the size classes that a figure shows."""
COUNTS = (
    "Eurostat's survey counts enterprises outside agriculture, mining and finance that use at least one AI technology, "
    "for anything at all; it does not say how much. The technologies that it names were extended in 2025, so that "
    "earlier years are not quite comparable"
)


def _percent(row: Row) -> str:
    return f"{round(row['percentage'], 2):g}%"


def _text(rows: Rows) -> str:
    newest, parts = rows[0]["year"], []
    for size, words in SIZES.items():
        of_size = {row["year"]: row for row in rows if row["size_class"] == size}
        if newest in of_size:
            before = f" ({_percent(of_size[newest - 1])} in {newest - 1})" if newest - 1 in of_size else ""
            parts.append(f"{_percent(of_size[newest])} of {words}{before}")
    return f"in {newest}, {' and '.join(parts)}"


def _table(rows: Rows) -> Table:
    columns = (
        Column("Year", lambda row: str(row["year"])),
        Column("Of", lambda row: SIZES[row["size_class"]], False),
        Column("Use AI", _percent),
        Column("Marks", lambda row: row["flags"] or "", False),
    )
    return make_table(rows, columns, key=f"{COUNTS}.")


def _note(rows: Rows) -> Sequence[str]:
    breaks = [str(row["year"]) for row in rows if "b" in (row["flags"] or "")]
    marked = [f"Eurostat marks a break in the series in {numbers.join_words(breaks)}"] if breaks else []
    return [COUNTS, *marked]


AI_USE = Renderer(text=_text, table=_table, note=_note)
