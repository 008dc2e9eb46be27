"""Queries from untrusted clients: one SELECT is answered within bounds, everything else is refused with a reason."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.builders import fill, open_copy
from tests.warehouse.publish.test_reader import FORBIDDEN, files_in
from warehouse.publish import bounded_query
from warehouse.publish.bounded_query import MAX_SQL, Bounds, QueryRefusedError, answer_query, ask_apart
from warehouse.publish.market import publish
from warehouse.publish.reader import open_reader

ONE_SELECT = "exactly one SELECT"


@pytest.fixture(scope="module")
def published(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    with open_copy(work_template, folder) as con:
        fill(con, folder)
        publish(con, folder / "market.duckdb")
    return folder


def refuse(folder: Path, sql: str, bounds: Bounds | None = None) -> str:
    with open_reader(folder) as con, pytest.raises(QueryRefusedError) as refusal:
        answer_query(con, sql, bounds or Bounds())
    return str(refusal.value)


def test_one_select_is_answered_by_a_process_of_its_own(published: Path) -> None:
    answer = ask_apart(
        published, "SELECT count(*) AS n, NULL AS nothing, DATE '2026-08-17' FROM core.postings", Bounds()
    )
    assert answer.columns[:2] == ["n", "nothing"] and answer.types[0] == "BIGINT" and answer.cut_by is None
    ((n, nothing, day),) = answer.rows
    assert n > 0 and nothing is None and day == "2026-08-17"


@pytest.mark.parametrize(
    "sql",
    ["WITH x AS (SELECT 1 AS a) SELECT a FROM x", "FROM core.sources", "DESCRIBE core.postings", "SHOW ALL TABLES",
     "SELECT 1;", "SUMMARIZE core.postings", "VALUES (1)"],
)  # fmt: skip
def test_what_reads_is_a_select(published: Path, sql: str) -> None:
    with open_reader(published) as con:
        assert answer_query(con, sql, Bounds()).columns


def test_every_value_is_json(published: Path) -> None:
    sql = (
        "SELECT 'NaN'::DOUBLE, 'inf'::DOUBLE, 1.5::DECIMAL(4, 2), MAP {DATE '2026-01-01': [1]}, {'a': now()}, "
        "'x'::BLOB, INTERVAL 1 DAY, uuid()"
    )
    with open_reader(published) as con:
        (row,) = answer_query(con, sql, Bounds()).rows
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    assert row[:4] == [None, None, 1.5, {"2026-01-01": [1]}]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_what_no_reader_may_is_refused(published: Path, sql: str) -> None:
    before = files_in(published)
    assert refuse(published, sql.format(folder=published))
    assert files_in(published) == before


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("", ONE_SELECT), ("-- nothing", ONE_SELECT), ("SELECT 1; SELECT 2", ONE_SELECT),
        ("SELECT 1; DROP TABLE core.postings", ONE_SELECT), ("PRAGMA database_list", "PRAGMA"),
        ("CREATE TEMP TABLE x AS SELECT 1", "CREATE"), ("SET threads = 1", "SET"), ("BEGIN", "TRANSACTION"),
        ("PREPARE p AS SELECT 1", "PREPARE"), ("EXPLAIN ANALYZE SELECT 1", "EXPLAIN"),
        ("CALL pragma_version()", "CALL"),
        ("WITH x AS (SELECT 1) INSERT INTO core.sources SELECT * FROM x", "INSERT"),
        ("PIVOT core.postings ON source USING count(*)", "name its values with IN"),
        ("SELECT x FROM core.nothing", "nothing does not exist"), ("SELEC 1", "syntax error"),
        (f"SELECT '{'x' * MAX_SQL}'", f"at most {MAX_SQL:,} are allowed"),
        ("SELECT * FROM read_csv('/etc/passwd')", "no file and no network"),
    ],
)  # fmt: skip
def test_all_else_is_refused_with_a_reason(published: Path, sql: str, reason: str) -> None:
    assert reason in refuse(published, sql)


def test_rows_and_bytes_are_bounded_and_it_says_so(published: Path) -> None:
    with open_reader(published) as con:
        few = answer_query(con, "FROM range(1000)", Bounds(rows=10))
        assert [len(few.rows), few.cut_by] == [10, "rows"]
        all_of_them = answer_query(con, "FROM range(10)", Bounds(rows=10))
        assert [len(all_of_them.rows), all_of_them.cut_by] == [10, None]
        small = answer_query(con, "SELECT repeat('x', 100) FROM range(1000)", Bounds(rows=1_000, n_bytes=2_000))
        assert small.cut_by == "bytes" and 10 <= len(small.rows) < 20
        assert len(json.dumps(small.rows)) < 2_200
    assert "select fewer columns" in refuse(published, "SELECT repeat('x', 5000)", Bounds(n_bytes=2_000))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1000000000000) a, range(100000) b",
        "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
        "SELECT list_sort(range(300000000))",  # DuckDB neither interrupts it nor counts its memory
    ],
)
def test_a_query_without_end_is_ended(published: Path, sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_query, "GRACE", grace := 1.0)
    start = time.monotonic()
    with pytest.raises(QueryRefusedError, match=r"longer than 0\.3 seconds|more memory"):
        ask_apart(published, sql, Bounds(seconds=0.3))
    assert time.monotonic() - start < 0.3 + grace + 10, "a busy machine takes a while to begin a process"


def test_memory_is_bounded(published: Path) -> None:
    with pytest.raises(QueryRefusedError, match="more memory than"):
        ask_apart(published, "SELECT list(i) FROM range(100000000000) x(i)", Bounds(seconds=30))


def test_nothing_published_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="jobmarket run"):
        ask_apart(tmp_path, "SELECT 1", Bounds())
