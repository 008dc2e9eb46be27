"""What the command prints to, and how a result is laid out."""

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

from transforms.text.characters import NOT_SHOWN, REPLACEMENT, SPACING_CONTROLS
from warehouse.publish.json_values import to_json_value

WIDTH = 120
"""Columns of what is printed to a file or a pipe, where neither a terminal nor COLUMNS says how wide it is."""
MIN_WIDTH = 12
"""Columns of the terminal that a column of a result needs to be read."""
LOOK: Mapping[str, Any] = {"box": box.SIMPLE_HEAD, "title_justify": "left", "title_style": "bold", "pad_edge": False}
"""How the tables of the readers look (`why`, `scorecard`)."""


UNSHOWN = dict.fromkeys(map(ord, (NOT_SHOWN | SPACING_CONTROLS) - {"\t", "\n"}), REPLACEMENT)
"""What is shown in place of characters that show nothing, command a terminal or turn its text round."""


class PlainConsole(Console):
    """A console that shows control characters and bidi controls in printed text as U+FFFD."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of what is printed; rich's own control codes are kept."""
        for part in super().render(renderable, options):
            yield part if part.control else Segment(part.text.translate(UNSHOWN), part.style)


def console_on(stream: TextIO, *, stderr: bool = False) -> Console:
    """A console without markup: what is printed are often words of others, and "[/b]" in an advert commands nothing."""
    is_known = stream.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return PlainConsole(stderr=stderr, width=None if is_known else WIDTH, markup=False, emoji=False)


OUT = console_on(sys.stdout)
ERR = console_on(sys.stderr, stderr=True)


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; where so many columns would be too narrow to read, row after row with a line for each value."""
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
            OUT.print(f"{column:<{label}}  {value}", soft_wrap=True, highlight=False)


# --- results in other forms -----------------------------------------------------------------------------

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""
ResultRows = Sequence[Sequence[object]]


def write_result(columns: Sequence[str], rows: ResultRows, form: str) -> None:
    """A result in one of `FORMS`: for eyes ("table", "md") with few digits, for programs ("csv", "json") with all."""
    FORMS[form](columns, rows)


def _write_table(columns: Sequence[str], rows: ResultRows) -> None:
    print_rows(columns, [[_format_short(value) for value in row] for row in rows])


def _write_csv(columns: Sequence[str], rows: ResultRows) -> None:
    """RFC 4180 with line feeds; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_neutralise_formula(value) for value in row] for row in rows)
    _write(lines.getvalue())


def _write_json(columns: Sequence[str], rows: ResultRows) -> None:
    """A list of objects, values as they are; what JSON has no number for is null, and a day is text.

    A column whose name stands before it has its number behind it ("x", "x_2").
    """
    names = [name if (n := columns[:at].count(name)) == 0 else f"{name}_{n + 1}" for at, name in enumerate(columns)]
    records = [dict(zip(names, map(to_json_value, row), strict=True)) for row in rows]
    _write(json.dumps(records, ensure_ascii=False, default=str, indent=1, allow_nan=False) + "\n")


def _write_markdown(columns: Sequence[str], rows: ResultRows) -> None:
    """A table of GitHub's Markdown in which the words of others are text and nothing else."""
    from reports.guide.render import escape  # noqa: PLC0415  # the templates are for this form alone

    cells = [
        [escape(cell, is_html=False) for cell in line] for line in (columns, *(map(_format_short, row) for row in rows))
    ]
    lines = [cells[0], ["---"] * len(columns), *cells[1:]]
    _write("".join(f"| {' | '.join(line)} |\n" for line in lines).translate(UNSHOWN))


def _write(text: str) -> None:
    """A result as it is, but for a terminal, which the words of others must not command."""
    OUT.file.write(text.translate(UNSHOWN) if OUT.is_terminal else text)


FORMS = {"table": _write_table, "csv": _write_csv, "json": _write_json, "md": _write_markdown}


def _format_short(value: object) -> str:
    """A value for eyes: of a fraction four digits that count, or two after the point; nothing for NULL."""
    if value is None:
        return ""
    if isinstance(value, float | Decimal) and math.isfinite(value):
        return f"{value:.2f}" if abs(float(value)) >= 100 else f"{value:.4g}"
    return str(value)


def _neutralise_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
