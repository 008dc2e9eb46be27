"""What the command prints to, and how a result is laid out."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Column, Table

WIDTH = 120
"""Columns of what is printed to a file or a pipe, where neither a terminal nor COLUMNS says how wide it is."""
LEAST_WIDTH = 12
"""Columns of the terminal that a column of a result needs to be read."""
LOOK: Mapping[str, Any] = {"box": box.SIMPLE_HEAD, "title_justify": "left", "title_style": "bold", "pad_edge": False}
"""How the tables of the readers look (`why`, `scorecard`)."""


def console_on(stream: TextIO, *, stderr: bool = False) -> Console:
    """A console without markup: what is printed are often words of others, and "[/b]" in an advert commands nothing."""
    is_known = stream.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return Console(stderr=stderr, width=None if is_known else WIDTH, markup=False, emoji=False)


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
