"""Days that are still to come are set aside, never deleted: what was published of them stays, and can be put back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.builders import all_rows, open_copy
from tests.reports.conftest import put_rows
from tests.warehouse.marts.test_mart_history import figure
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Runs, Vintages
from warehouse.publish import atomic_files, market

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
DAYS = [date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 30)]
FIGURES = "SELECT DISTINCT as_of FROM mart.figures ORDER BY as_of"
VINTAGES = "SELECT offered_on FROM ops.vintages ORDER BY offered_on"
RUNS = "SELECT run_id FROM ops.runs ORDER BY run_id"


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    """A work file with figures, vintages and runs of four days, the last two still to come."""
    with open_copy(work_template, tmp_path) as work:
        for number, day in enumerate(DAYS):
            database.write_mart(work, Figures, [figure(day)], as_of=day)
            at = NOW + timedelta(days=(day - NOW.date()).days, minutes=number)
            put_rows(work, Runs, {"run_id": str(number), "started_at": at, "ended_at": at, "exit_code": 0})
            put_rows(work, Vintages, {"figure": "skill.python", "number": number + 1, "offered_on": day, "as_of": day})
        yield work


def read(path: Path, query: str) -> list[Any]:
    with duckdb.connect(str(path), read_only=True) as con:
        return [row[0] for row in con.execute(query).fetchall()]


def test_days_ahead_are_neither_published_nor_counted_and_stay_where_they_can_be_put_back(
    con: database.Connection, tmp_path: Path
) -> None:
    published = tmp_path / database.MARKET
    market.publish(con, published)
    for _ in range(2):  # again after a run that did not come to publishing
        database.set_days_aside(con, published, NOW + timedelta(minutes=1))
        database.restore_rows(con, Vintages, published)
    database.set_days_aside(con, published, NOW + timedelta(minutes=1))
    (kept,) = tmp_path.glob("market.duckdb.ahead-*")
    assert kept.name == "market.duckdb.ahead-2026-11-27"
    for query, expected in ((FIGURES, DAYS[:2]), (VINTAGES, DAYS[:2]), (RUNS, ["0", "1"])):
        assert [row[0] for row in all_rows(con, query)] == expected
    assert [read(kept, query) for query in (FIGURES, VINTAGES, RUNS)] == [DAYS, DAYS, ["0", "1", "2", "3"]]

    folder = tmp_path / "put back"
    folder.mkdir()
    shutil.copy(kept, folder / database.MARKET)
    with database.open_work(folder) as again:
        assert [row[0] for row in all_rows(again, FIGURES)] == DAYS == [row[0] for row in all_rows(again, VINTAGES)]


def test_nothing_is_kept_where_nothing_is_ahead(con: database.Connection, tmp_path: Path) -> None:
    (tmp_path / database.MARKET).write_bytes(b"what is published")
    database.set_days_aside(con, tmp_path / database.MARKET, NOW + timedelta(days=4))
    assert [row[0] for row in all_rows(con, FIGURES)] == DAYS
    assert not list(tmp_path.glob("*.ahead-*"))


def test_a_file_that_is_kept_never_takes_the_name_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, day = tmp_path / "market.duckdb", date(2026, 11, 27)
    path.write_bytes(b"one")
    first = atomic_files.keep_aside(path, day)
    assert atomic_files.keep_aside(path, day) == first
    path.unlink()
    path.write_bytes(b"two")

    def refuse(*_: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    second = atomic_files.keep_aside(path, day)
    assert [file.read_bytes() for file in (first, second, path)] == [b"one", b"two", b"two"]
    assert second.name == "market.duckdb.ahead-2026-11-27-2"
