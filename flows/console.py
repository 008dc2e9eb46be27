"""What the command prints to, and how a result is laid out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Column, Table

WIDTH = 120
"""Columns of what is printed to a file or a pipe, where neither a terminal nor COLUMNS says how wide it is."""
LEAST_WIDTH = 12
"""Columns of the terminal that a column of a result needs to be read."""
LOOK: Mapping[str, Any] = {"box": box.SIMPLE_HEAD, "title_justify": "left", "title_style": "bold", "pad_edge": False}
"""How the tables of the readers look (`why`, `scorecard`)."""


UNSHOWN = dict.fromkeys(
    (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F),
     *range(0x2066, 0x206A)), "\ufffd",
)  # fmt: skip
"""Characters that command a terminal (C0, C1; not tab, newline) or turn its text round (Unicode's bidi controls)."""


class PlainConsole(Console):
    """A console on which the words of others command nothing: what would, is shown as U+FFFD."""

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
    if len(columns) * LEAST_WIDTH <= OUT.width:
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
