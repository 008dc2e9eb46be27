"""Days that are still to come are set aside, never deleted: what was published of them stays, and can be put back."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.figures import vintages
from tests.builders import all_rows, open_copy, share_of
from tests.reports.conftest import put_rows
from tests.warehouse.marts.test_mart_history import figure
from warehouse import database
from warehouse.mart_tables import Figures, Shares
from warehouse.ops_tables import Runs, Vintages
from warehouse.publish import atomic_files, market

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
DAYS = [date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 30)]
FIGURES = "SELECT DISTINCT as_of FROM mart.figures ORDER BY as_of"
VINTAGES = "SELECT offered_on FROM ops.vintages WHERE state = 'published' ORDER BY offered_on"
CELLS = "SELECT list, vintage, since, share FROM published.shares ORDER BY list"
SKILLS, PAY_STATED = "shares.skills.regions", "shares.pay_stated.regions"
RUNS = "SELECT run_id FROM ops.runs ORDER BY run_id"


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    """A work file with figures, vintages and runs of four days, the last two still to come."""
    with open_copy(work_template, tmp_path) as work:
        for number, day in enumerate(DAYS):
            database.write_mart(work, Figures, [figure(day)], as_of=day)
            at = NOW + timedelta(days=(day - NOW.date()).days, minutes=number)
            put_rows(work, Runs, {"run_id": str(number), "started_at": at, "ended_at": at, "exit_code": 0})
            own = {"list": SKILLS, "number": number + 1, "as_of": day, "offered_on": day, "decided_on": day}
            put_rows(work, Vintages, own | {"state": "published", "why": "first vintage"})
        yield work


def read(path: Path, query: str) -> list[Any]:
    with duckdb.connect(str(path), read_only=True) as con:
        return [row[0] for row in con.execute(query).fetchall()]


def test_days_ahead_are_neither_published_nor_counted_and_stay_where_they_can_be_put_back(
    con: database.Connection, tmp_path: Path
) -> None:
    published = tmp_path / database.MARKET
    market.publish(con, published)
    said = database.set_days_aside(con, published, NOW + timedelta(minutes=1))
    for _ in range(2):  # again after a run that did not come to publishing
        database.restore_published(con, Vintages, published)
        database.set_days_aside(con, published, NOW + timedelta(minutes=1))
    (kept,) = tmp_path.glob("market.duckdb.ahead-*")
    assert kept.name == "market.duckdb.ahead-2026-11-27"
    assert said == (
        f"Set aside everything dated after today (2026-11-28, 2026-11-30); {kept} keeps what was published of it"
    )
    for query, expected in ((FIGURES, DAYS[:2]), (VINTAGES, DAYS[:2]), (RUNS, ["0", "1", "2", "3"])):
        assert [row[0] for row in all_rows(con, query)] == expected
    assert all_rows(con, "SELECT DISTINCT why, decided_on FROM ops.vintages WHERE state = 'withdrawn'") == [
        ("first vintage; dated after the day that it was", NOW.date())
    ]
    assert database.set_days_aside(con, published, NOW + timedelta(minutes=1)) is None, "once"
    assert [read(kept, query) for query in (FIGURES, VINTAGES, RUNS)] == [DAYS, DAYS, ["0", "1", "2", "3"]]

    folder = tmp_path / "put back"
    folder.mkdir()
    shutil.copy(kept, folder / database.MARKET)
    with database.open_work(folder) as again:
        assert [row[0] for row in all_rows(again, FIGURES)] == DAYS == [row[0] for row in all_rows(again, VINTAGES)]


def test_what_was_decided_on_a_day_ahead_waits_again(con: database.Connection, tmp_path: Path) -> None:
    past, today, ahead = DAYS[0], DAYS[1], date(2027, 7, 11)
    con.execute("DELETE FROM ops.vintages")
    rows = [
        ("withdrawn", 1, "published", past, past, None),
        ("withdrawn", 2, "withdrawn", past, ahead, None),
        ("person", 1, "published", past, past, None),
        ("person", 2, "rejected", today, ahead, "too high"),
        ("followed", 1, "withdrawn", past, ahead, None),
        ("followed", 2, "published", today, today, None),
        ("again", 1, "published", past, ahead, "right"),
        ("again", 2, "published", ahead, ahead, None),
    ]
    names = ("list", "number", "state", "offered_on", "decided_on", "reason")
    for row in rows:
        put_rows(con, Vintages, dict(zip(names, row, strict=True)) | {"as_of": past})
    for table in ("mart.figures", "ops.runs"):
        assert all_rows(con, f"SELECT count(*) FROM {table}") != [(0,)]
    query = f"SELECT {', '.join(names)} FROM ops.vintages ORDER BY list, number"
    assert database.set_days_aside(con, tmp_path / database.MARKET, NOW) is not None
    assert all_rows(con, query) == [
        ("again", 1, "waiting", past, None, None),
        ("again", 2, "withdrawn", ahead, today, None),
        ("followed", 1, "withdrawn", past, today, None),
        ("followed", 2, "published", today, today, None),
        ("person", 1, "published", past, past, None),
        ("person", 2, "waiting", today, None, None),
        ("withdrawn", 1, "published", past, past, None),
        ("withdrawn", 2, "waiting", past, None, None),
    ]
    assert vintages.last_decided_day(con) == today
    con.execute("UPDATE ops.vintages SET state = 'rejected', decided_on = ? WHERE list = 'again'", [ahead])
    said = database.set_days_aside(con, tmp_path / database.MARKET, NOW)
    assert said == "Set aside everything dated after today (only vintages); none of it was published"
    assert vintages.last_decided_day(con) == today


def test_cells_follow_the_vintages_that_stand(con: database.Connection, tmp_path: Path) -> None:
    """A vintage that a person accepted ahead waits again, one of a night ahead is gone: what stood before stands."""
    past, today, ahead = DAYS[0], DAYS[1], DAYS[3]
    con.execute("DELETE FROM ops.vintages")

    def write(day: date, share: float, *, with_pay: bool = True) -> None:
        rows = [share_of(day, "skill_asked", "Python", 100, share=share, status="published", reason=None)]
        if with_pay:
            rows.append(share_of(day, "pay_stated", "pay_stated", 100, share=share, status="published", reason=None))
        database.write_mart(con, Shares, rows, as_of=day)

    with database.transaction(con):
        write(past, 0.5)
        vintages.accept_all(con, past)
        write(today, 0.6)
        waiting = {"number": 2, "as_of": today, "offered_on": today, "why": "jump", "n_jobs": 1, "method": "m"}
        put_rows(con, Vintages, {"list": SKILLS, "state": "waiting", **waiting})
        accepted = vintages.decide(con, vintages.read_vintages(con), SKILLS, accepts=True, reason="true", on=ahead)
        vintages.store(con, [accepted])
        write(ahead, 0.9)
        vintages.accept_all(con, ahead)
        write(ahead, 0.9, with_pay=False)
    assert all_rows(con, CELLS) == [(PAY_STATED, 2, past, 0.9), (SKILLS, 3, past, 0.9)]
    assert database.set_days_aside(con, tmp_path / database.MARKET, NOW) is not None
    assert all_rows(con, CELLS) == [(PAY_STATED, 1, past, 0.5), (SKILLS, 1, past, 0.5)]
    waits = "SELECT list, waits_since, waits_because FROM published.shares WHERE waits_since IS NOT NULL"
    assert all_rows(con, waits) == [(SKILLS, today, "jump")]


def test_a_list_without_a_vintage_has_no_cells_left(con: database.Connection, tmp_path: Path) -> None:
    con.execute("DELETE FROM ops.vintages")
    with database.transaction(con):
        rows = [share_of(DAYS[3], "skill_asked", "Python", 100, share=0.9, status="published", reason=None)]
        database.write_mart(con, Shares, rows, as_of=DAYS[3])
        vintages.accept_all(con, DAYS[3])
    assert all_rows(con, CELLS)
    database.set_days_aside(con, tmp_path / database.MARKET, NOW)
    assert all_rows(con, CELLS) == []


def test_nothing_is_kept_where_nothing_is_ahead(con: database.Connection, tmp_path: Path) -> None:
    (tmp_path / database.MARKET).write_bytes(b"what is published")
    assert database.set_days_aside(con, tmp_path / database.MARKET, NOW + timedelta(days=4)) is None
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

    def fill(_: Path, place: Path) -> None:
        place.write_bytes(b"t")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copy2", fill)
    path.unlink()
    path.write_bytes(b"three")
    with pytest.raises(OSError, match=r"ahead-2026-11-27-3"):
        atomic_files.keep_aside(path, day)
    assert set(tmp_path.iterdir()) == {first, second, path}, "no half of a file is left"
