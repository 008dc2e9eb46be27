"""A run without news: what the last one published stands, and nothing is computed or rendered again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.night import publish
from reports.figures import query
from reports.release.build import site_files
from reports.release.published import read_published
from tests.flows.conftest import SMALL, CommandResult, FinishedRun
from warehouse import database
from warehouse.publish.inputs import OPS_TABLES
from warehouse.publish.reader import open_reader

Command = Callable[..., CommandResult]


def refuse(*_: Any, **__: Any) -> None:
    raise AssertionError("this was computed before")


def test_nothing_is_computed_or_rendered_again_without_news(
    small: FinishedRun,
    copy_of: Callable[..., Path],
    made_in: Callable[[Path], dict[str, str]],
    plain: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = copy_of(small)
    monkeypatch.setattr(publish, "compute_figures", refuse)
    monkeypatch.setattr(publish, "site_files", refuse)
    again = plain(data, *SMALL)
    assert again.code == 0, again.said
    assert made_in(data) == small.made


def test_a_site_that_somebody_changed_is_written_again(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy_of(small)
    page = data / "site" / "index.html"
    page.write_bytes(page.read_bytes().replace(b"</body>", b"!</body>"))
    monkeypatch.setattr(publish, "compute_figures", refuse)
    assert plain(data, *SMALL).code == 0
    assert page.read_bytes() == (small.data / "site" / "index.html").read_bytes()


def test_other_code_computes_all_again(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, rendered = copy_of(small), []

    def files(*arguments: Any) -> Iterator[tuple[str, bytes]]:
        for path, content in site_files(*arguments):
            rendered.append(path)
            yield path, content

    monkeypatch.setattr(publish, "program_digest", lambda: "of other files")
    monkeypatch.setattr(publish, "site_files", files)
    assert plain(data, *SMALL).code == 0
    assert "index.html" in rendered


def test_figures_and_site_read_no_other_table_of_ops(small: FinishedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a change there would leave an old page in place."""
    asked: list[str] = []
    read = query.read

    def note(con: database.Connection, sql: str) -> list[dict[str, Any]]:
        asked.append(sql)
        return read(con, sql)

    monkeypatch.setattr(query, "read", note)
    with open_reader(small.data) as con:
        for _ in site_files(con, read_published(con)):
            pass
    tables = {table for sql in asked for table in re.findall(r"\bops\.(\w+)", sql)}
    assert len(asked) > 10
    assert tables <= {*OPS_TABLES, "runs"}, (
        "of runs only the code and whether it is the sample, which are in the digest"
    )


def test_a_page_that_lost_its_bytes_is_written_again(
    small: FinishedRun, copy_of: Callable[..., Path], plain: Command
) -> None:
    """As after a power cut: the file has its size and its time, and other bytes."""
    data = copy_of(small)
    page = data / "site" / "index.html"
    times, content = page.stat(), page.read_bytes()
    page.write_bytes(bytes(len(content)))
    os.utime(page, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert plain(data, *SMALL).code == 0
    assert page.read_bytes() == content
