"""What others wrote commands nothing when it is printed: not rich, not the terminal."""

from __future__ import annotations

import io
import logging
import unicodedata
from typing import Any

import pytest
from rich.logging import RichHandler
from rich.table import Table
from rich.text import Text

from flows.terminal import console
from transforms.text.characters import NOT_SHOWN

HOSTILE = "\x1b[31mred\x1b]0;owned\x07 [bold]b[/bold] :smile: \u202egnp.exe\u2066 \x9b2J \x00"
FORBIDDEN = "\x1b\x07\x9b\x00\u202e\u2066"


def console_on(stream: io.StringIO) -> Any:
    """The command's console, on a stream of ours."""
    out = console.console_on(stream)
    out.file = stream
    return out


def in_table(out: Any) -> None:
    table = Table("title", title="x")
    table.add_row(HOSTILE)
    out.print(table)


def in_log(out: Any) -> None:
    record = logging.LogRecord("jobmarket", logging.WARNING, "x", 1, "%s", (HOSTILE,), None)
    RichHandler(console=out, show_path=False).emit(record)


@pytest.mark.parametrize(
    "put",
    [
        lambda out: out.print(HOSTILE, soft_wrap=True, highlight=False),
        lambda out: out.print(Text(HOSTILE, "dim"), soft_wrap=True),
        in_table,
        in_log,
    ],
    ids=["print", "text", "table", "log"],
)
def test_words_of_others_command_no_terminal(put: Any) -> None:
    out = console_on(stream := io.StringIO())
    put(out)
    output = stream.getvalue()
    assert "red" in output and "[bold]b[/bold]" in output and ":smile:" in output
    assert not set(output) & set(FORBIDDEN)


def test_a_terminal_gets_no_control_character_and_nothing_that_readers_remove() -> None:
    controls = {chr(code) for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"}
    assert set(map(chr, console.UNSHOWN)) == NOT_SHOWN | controls - {"\t", "\n"}


def test_results_of_queries_command_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Side by side, and row after row where there are many columns."""
    for n_columns in (1, 20):
        monkeypatch.setattr(console, "OUT", console_on(stream := io.StringIO()))
        console.print_rows([f"c{n}" for n in range(n_columns)], [[HOSTILE] * n_columns])
        assert "red" in stream.getvalue()
        assert not set(stream.getvalue()) & set(FORBIDDEN)
