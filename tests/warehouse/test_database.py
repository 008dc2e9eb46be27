"""The work file: opening it, and the rows that the pipeline itself makes."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.builders import (
    Answer,
    all_rows,
    load,
    night,
    posting,
    refined,
    share_row,
)
from transforms.records.rows import Issue
from warehouse import database
from warehouse.mart_tables import Shares
from warehouse.ops_tables import Checks, Rejects, Runs, SourceHealth
from warehouse.publish.market import publish
from warehouse.tables import Countries


def country(code: str, name: str) -> Countries:
    return Countries(country=code, alpha3=f"{code}X", name=name, m49=None, region=None, continent=None, currencies=())


def test_a_lookup_is_replaced_whole(con: database.Connection) -> None:
    database.load_lookup(con, Countries, [country("NA", "Namibia"), country("XK", "Kosovo")])
    database.load_lookup(con, Countries, [country("NA", "Republic of Namibia")])
    assert all_rows(con, "SELECT country, name FROM core.countries") == [("NA", "Republic of Namibia")]


def run(run_id: str = "r1") -> Runs:
    return Runs(
        run_id=run_id, command="jobmarket run", as_of=None, is_sample=True, started_at=night(0), ended_at=None,
        exit_code=None, code_version="0", message=None,
    )  # fmt: skip


def test_runs_checks_and_health_are_kept_by_key(con: database.Connection) -> None:
    database.put(con, Runs, [run()])
    database.put(con, Runs, [run("r2")])
    day = date(2026, 1, 2)
    database.end_run(con, "r1", ended_at=night(1), exit_code=2, as_of=day, message="one source failed")
    assert all_rows(con, "SELECT run_id, ended_at, exit_code, as_of, message FROM ops.runs ORDER BY ALL") == [
        ("r1", night(1), 2, day, "one source failed"),
        ("r2", None, None, None, None),
    ]
    database.end_run(con, "r1", ended_at=night(1), exit_code=1)
    assert all_rows(con, "SELECT exit_code, as_of FROM ops.runs WHERE run_id = 'r1'") == [(1, day)]
    check = Checks(
        run_id="r1", gate="load:a", expectation="unique(x)", is_met=False, n_checked=3, n_unexpected=1, examples=None
    )
    database.put(con, Checks, [check, dataclasses.replace(check, is_met=True)])  # a gate asked twice
    database.put(con, Checks, [])
    assert all_rows(con, "SELECT is_met FROM ops.checks") == [(True,)]
    health = SourceHealth(
        run_id="r1", source="board", outcome="failed", n_requests=1, n_bytes=2, n_rows=None, message="403"
    )
    database.put(con, SourceHealth, [health])
    database.put(con, SourceHealth, [dataclasses.replace(health, outcome="ok", message=None)])
    assert all_rows(con, "SELECT outcome, message FROM ops.source_health") == [("ok", None)]


def test_rejects_from_before_the_archive_are_noted_once_and_spare_the_others(
    con: database.Connection, tmp_path: Path
) -> None:
    issue = Issue(column_name="posted_on", value="soon", rule="a date expected")
    load(con, refined(tmp_path, "a", Answer(night(0), [posting(issues=(issue,))])))
    cut = Rejects(
        source="board", warc="board/a.warc.gz", record=-1, posting_id=None, column_name="file", value="", rule="cut"
    )
    for _ in range(2):
        database.put_rejects(con, [cut])
    assert all_rows(con, "SELECT record, column_name FROM ops.rejects ORDER BY ALL") == [(-1, "file"), (0, "posted_on")]


def shares(as_of: date, n_jobs: int) -> pd.DataFrame:
    row = share_row(as_of, "role", "ai_engineer", n_jobs, 1, n_employers_yes=1, largest_employer=1.0, share_lo=0.1)
    row |= {"period_from": as_of - timedelta(days=364), "period_to": as_of, "share": float("nan")}
    return pd.DataFrame([row]).astype({"n_employers": "Int64"})


def test_marts_of_a_day_come_or_go_together(con: database.Connection) -> None:
    day = date(2026, 1, 1)
    with database.transaction(con):
        database.write_mart(con, Shares, shares(day, 5), as_of=day)
    with pytest.raises(RuntimeError, match="refused"), database.transaction(con):
        database.write_mart(con, Shares, shares(day, 7), as_of=day)
        database.put(con, Runs, [run()])
        raise RuntimeError("refused")
    assert all_rows(con, "SELECT n_jobs FROM mart.shares") == [(5,)]
    assert all_rows(con, "SELECT count(*) FROM ops.runs") == [(0,)]


def test_a_table_is_recalled_as_it_was_published(
    con: database.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    market = tmp_path / "market.duckdb"
    day = date(2026, 1, 1)
    count = "SELECT n_jobs FROM mart.shares"
    database.write_mart(con, Shares, shares(day, 5), as_of=day)
    publish(con, market)
    database.write_mart(con, Shares, shares(day, 7), as_of=day)
    database.restore_published(con, Shares, market)
    assert all_rows(con, count) == [(5,)]
    market.unlink()
    database.restore_published(con, Shares, market)
    assert all_rows(con, count) == []
    assert caplog.text == ""


def test_a_published_file_that_does_not_fit_changes_nothing_and_is_said(
    con: database.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    market = tmp_path / "market.duckdb"
    database.write_mart(con, Shares, shares(date(2026, 1, 1), 5), as_of=date(2026, 1, 1))
    with duckdb.connect(str(market)) as old:
        old.execute("CREATE SCHEMA mart; CREATE TABLE mart.shares_history (item VARCHAR)")
        old.execute("INSERT INTO mart.shares_history VALUES ('engineer')")
    database.restore_published(con, Shares, market)
    assert all_rows(con, "SELECT n_jobs FROM mart.shares") == [(5,)]
    assert "mart.shares" in caplog.text
    assert all_rows(con, "SELECT count(*) FROM duckdb_databases() WHERE database_name = 'published'") == [(0,)]


# --- the working file -------------------------------------------------------------------------------


def test_a_work_file_made_with_other_declarations_is_made_again(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    load(con, refined(tmp_path, "a", Answer(night(0), [posting()])))
    database.put(con, Runs, [run()])
    database.write_mart(con, Shares, shares(date(2026, 1, 1), 5), as_of=date(2026, 1, 1))
    con.close()
    monkeypatch.setattr(database, "schema_key", lambda: "another")
    with database.open_work(tmp_path) as again:
        assert all_rows(again, "SELECT count(*) FROM core.postings") == [(0,)]
        assert all_rows(again, "SELECT count(*) FROM ops.loads") == [(0,)]
        assert all_rows(again, "SELECT run_id FROM ops.runs") == [("r1",)]
        assert all_rows(again, "SELECT n_jobs FROM mart.shares") == [(5,)]
    assert "rebuilding" in caplog.text
    assert [path.name for path in tmp_path.glob("work*")] == ["work.duckdb"]
    caplog.clear()
    database.open_work(tmp_path).close()
    assert caplog.text == ""


def test_history_that_no_longer_fits_is_left_out_and_said(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database.write_mart(con, Shares, shares(date(2026, 1, 1), 5), as_of=date(2026, 1, 1))
    con.execute("ALTER TABLE mart.shares_history DROP COLUMN role_group")
    con.close()
    monkeypatch.setattr(database, "schema_key", lambda: "another")
    with database.open_work(tmp_path) as again:
        assert all_rows(again, "SELECT count(*) FROM mart.shares") == [(0,)]
    assert "mart.shares" in caplog.text


def test_working_tables_are_kept_with_their_key_and_emptied_with_another(con: database.Connection) -> None:
    columns_of = {"read_with": "key VARCHAR NOT NULL", "seen": "posting_id VARCHAR NOT NULL"}
    for key, rows in (("a", []), ("a", [("x:1",)]), ("b", []), ("b", [("x:1",)])):
        database.make_working_tables(con, columns_of, key)
        assert all_rows(con, "FROM seen") == rows
        assert all_rows(con, "FROM read_with") == [(key,)]
        if not rows:
            con.execute("INSERT INTO seen VALUES ('x:1')")


def test_a_half_made_work_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "work.duckdb.new").write_bytes(b"half")
    with database.open_work(tmp_path) as con:
        assert all_rows(con, "SELECT count(*) FROM core.postings") == [(0,)]
    assert [path.name for path in tmp_path.glob("work*")] == ["work.duckdb"]


def test_limits_are_those_asked_for(tmp_path: Path) -> None:
    with database.open_work(tmp_path, memory_limit="1GiB", threads=1, temp_directory=tmp_path / "spill") as con:
        query = "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('TimeZone')"
        assert all_rows(con, query) == [("1.0 GiB", 1, "UTC")]
        assert all_rows(con, "SELECT current_setting('temp_directory')") == [(str(tmp_path / "spill"),)]
