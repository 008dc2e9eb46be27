"""The consoles of the command, and the forms in which results of queries are printed."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TextIO

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from transforms.text.characters import NOT_SHOWN, REPLACEMENT, SPACING_CONTROLS
from warehouse.publish.json_values import to_json_value

WIDTH = 120
"""Width of output to a file or pipe if COLUMNS does not set it."""
MIN_WIDTH = 12
"""Minimum width, in characters, at which a column of a table is readable."""
LOOK: Mapping[str, Any] = {"box": box.SIMPLE_HEAD, "title_justify": "left", "title_style": "bold", "pad_edge": False}
"""Style of tables without frames, as in `readers why`."""


UNSHOWN = dict.fromkeys(map(ord, (NOT_SHOWN | SPACING_CONTROLS) - {"\t", "\n"}), REPLACEMENT)
"""Translation to U+FFFD of characters that are invisible, control a terminal or reverse its text."""


class PlainConsole(Console):
    """A console that shows control characters and bidi controls in printed text as U+FFFD."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments to print, with control characters replaced. Control codes of rich are kept."""
        for part in super().render(renderable, options):
            yield part if part.control else Segment(part.text.translate(UNSHOWN), part.style)


def console_on(stream: TextIO, *, stderr: bool = False) -> Console:
    """Return a console without markup, because "[/b]" in a printed advert must have no effect."""
    is_known = stream.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return PlainConsole(stderr=stderr, width=None if is_known else WIDTH, markup=False, emoji=False)


OUT = console_on(sys.stdout)
ERR = console_on(sys.stderr, stderr=True)


def say(text: str, style: str = "") -> None:
    """Print a text to standard output as it is: the terminal wraps its lines, and nothing is highlighted."""
    OUT.print(Text(text, style), soft_wrap=True)


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table or, if its columns would be too narrow to read, one line for each value of each row."""
    if len(columns) * MIN_WIDTH <= OUT.width:
        table = Table(*(Column(column, overflow="fold") for column in columns))
        for row in rows:
            table.add_row(*row)
        OUT.print(table)
        return
    label = max(map(len, columns))
    for number, row in enumerate(rows, start=1):
        OUT.rule(f"row {number}", align="left")
        for column, value in zip(columns, row, strict=True):
            say(f"{column:<{label}}  {value}")


# --- results in other forms -----------------------------------------------------------------------------

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Characters that begin a formula in a spreadsheet (see OWASP on CSV injection)."""
ResultRows = Sequence[Sequence[object]]


def write_result(columns: Sequence[str], rows: ResultRows, form: str) -> None:
    """Print a result in one of `FORMS`. Numbers are rounded in "table" and "md", and exact in "csv" and "json"."""
    FORMS[form](columns, rows)


def _write_table(columns: Sequence[str], rows: ResultRows) -> None:
    print_rows(columns, [[_format_short(value) for value in row] for row in rows])


def _write_csv(columns: Sequence[str], rows: ResultRows) -> None:
    """Print CSV (RFC 4180 with line feeds). An apostrophe precedes text that a spreadsheet would read as a formula."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_neutralise_formula(value) for value in row] for row in rows)
    _write(lines.getvalue())


def _write_json(columns: Sequence[str], rows: ResultRows) -> None:
    """Print a list of objects. A number that JSON lacks (NaN) becomes null, and a day becomes text.

    A repeated column name gets a number ("x", "x_2").
    """
    names = [name if (n := columns[:at].count(name)) == 0 else f"{name}_{n + 1}" for at, name in enumerate(columns)]
    records = [dict(zip(names, map(to_json_value, row), strict=True)) for row in rows]
    _write(json.dumps(records, ensure_ascii=False, default=str, indent=1, allow_nan=False) + "\n")


def _write_markdown(columns: Sequence[str], rows: ResultRows) -> None:
    from reports.guide.render import escape  # noqa: PLC0415  # slow, and needed only here

    cells = [
        [escape(cell, is_html=False) for cell in line] for line in (columns, *(map(_format_short, row) for row in rows))
    ]
    lines = [cells[0], ["---"] * len(columns), *cells[1:]]
    _write("".join(f"| {' | '.join(line)} |\n" for line in lines).translate(UNSHOWN))


def _write(text: str) -> None:
    OUT.file.write(text.translate(UNSHOWN) if OUT.is_terminal else text)


FORMS = {"table": _write_table, "csv": _write_csv, "json": _write_json, "md": _write_markdown}


def _format_short(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float | Decimal) and math.isfinite(value):
        return f"{value:.2f}" if abs(float(value)) >= 100 else f"{value:.4g}"
    return str(value)


def _neutralise_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
