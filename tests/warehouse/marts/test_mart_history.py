"""Marts are read by day as they were written, in whatever order, and only what changed is stored."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.builders import all_rows, open_copy, share_of
from transforms.records.columns import fields_of, table_of
from transforms.records.vocabulary import ROLES
from warehouse import database
from warehouse.mart_tables import HISTORIES, Figures, Shares, SourceContribution
from warehouse.marts.history import mart_history
from warehouse.publish.market import publish
from warehouse.schema import arrow_table, mart_ddl

FIRST = date(2026, 9, 1)
SPANS = "SELECT item, n_jobs, valid_from, valid_to FROM mart.shares_history ORDER BY ALL"


@pytest.fixture(scope="module")
def opened(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path_factory.mktemp("history")) as con:
        yield con


@pytest.fixture
def con(opened: database.Connection) -> Iterator[database.Connection]:
    opened.begin()
    yield opened
    opened.rollback()


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def share(as_of: date, role: str, n_jobs: int, share: float | None = None) -> Shares:
    period: dict[str, Any] = {"period_from": as_of - timedelta(days=364), "period_to": as_of}
    return share_of(as_of, "role", role, n_jobs, share=share, inputs=cell_of(role, n_jobs), **period)


def cell_of(role: str, n_jobs: int) -> str:
    """The digest of what a row is computed from."""
    return f"{role} of {n_jobs}"


def shares(as_of: date, counts: dict[str, int]) -> list[Shares]:
    return [share(as_of, role, n, n / 1000 if n % 2 else None) for role, n in counts.items()]


def figure(as_of: date, name: str = "skill.python", **fields: Any) -> Figures:
    values: dict[str, Any] = {f.name: None for f in fields_of(Figures)} | {
        "as_of": as_of, "figure": name, "title": "Python", "kind": "measured", "unit": "share", "status": "published",
        "value": "62%", "sql": f"SELECT '62%' WHERE DATE '{as_of}' > DATE '2026-01-01'", "sources": ("ashby",),
        "snapshots": ("ashby/2026-08-17T060000Z.warc.gz",), "code_version": "1",
        "behind": (
            SourceContribution(source="ashby", n=7, read_on=as_of),
            SourceContribution(source="ecb_rates", n=0, read_on=None),
        ),
        "read_on": as_of,
    }  # fmt: skip
    return Figures(**(values | fields))


def read_back(con: database.Connection, cls: type, as_of: date) -> list[tuple[Any, ...]]:
    return all_rows(con, f"SELECT * FROM {table_of(cls).name} WHERE as_of = DATE '{as_of}' ORDER BY ALL")


def as_written(con: database.Connection, cls: type, rows: list[Any]) -> list[tuple[Any, ...]]:
    """Rows as DuckDB gives them where they are simply there."""
    con.register("plain_rows", arrow_table(cls, rows))
    content = all_rows(con, "SELECT * FROM plain_rows ORDER BY ALL")
    con.unregister("plain_rows")
    return content


def runs(history: dict[int, dict[str, int]]) -> list[tuple[str, int, date, date | None]]:
    """What has to be stored: each row once for the days without a break on which it stood."""
    days = sorted(history)
    spans: list[tuple[str, int, date, date | None]] = []
    for role in {role for counts in history.values() for role in counts}:
        start: tuple[int, int] | None = None
        for number in days:
            n = history[number].get(role)
            if start is not None and n != start[1]:
                spans.append((role, start[1], day(start[0]), day(number)))
                start = None
            if start is None and n is not None:
                start = (number, n)
        if start is not None:
            spans.append((role, start[1], day(start[0]), None))
    return sorted(spans, key=str)


COUNTS = st.dictionaries(st.sampled_from(ROLES[:3]), st.integers(0, 2), max_size=3)
STEPS = st.lists(st.tuples(st.integers(0, 5), COUNTS | st.integers(0, 5), st.booleans()), max_size=12)


@contextlib.contextmanager
def taken_back(con: database.Connection) -> Iterator[None]:
    con.begin()
    try:
        yield
    finally:
        con.rollback()


FEW = pytest.mark.parametrize("n_examples", [15, pytest.param(60, marks=pytest.mark.long)])


@FEW
def test_each_day_is_read_as_it_was_written_last(opened: database.Connection, n_examples: int) -> None:
    @settings(max_examples=n_examples)
    @given(steps=STEPS)
    @example(  # taken out between two days, and put back
        steps=[(0, {ROLES[0]: 1}, False), (2, {ROLES[0]: 1}, False), (1, {}, False), (1, 0, False)]
    )
    @example(steps=[(0, {ROLES[0]: 1}, False), (1, {ROLES[0]: 2}, False), (2, {ROLES[0]: 1}, False), (1, 2, False)])
    @example(steps=[(0, {ROLES[0]: 1, ROLES[1]: 1}, False), (2, {ROLES[1]: 2}, True), (1, {}, True), (2, {}, False)])
    def check(steps: list[tuple[int, dict[str, int] | int, bool]]) -> None:
        write_and_read(opened, steps)

    check()


def write_and_read(opened: database.Connection, steps: list[tuple[int, dict[str, int] | int, bool]]) -> None:
    """A step writes a day's rows or, given a day that was written before, lets it have the rows of that one.

    Or it writes some rows, and reuses all other cells of the day or, where it was never written, of the newest before.
    """
    history: dict[int, dict[str, int]] = {}
    with taken_back(opened):
        for number, counts, reuses in steps:
            if isinstance(counts, dict):
                newest = max((n for n in history if n <= number), default=None) if reuses else None
                before = {} if newest is None else history[newest]
                reused = {role: n for role, n in before.items() if role not in counts}
                cells = [cell_of(role, n) for role, n in reused.items()]
                database.write_mart(opened, Shares, shares(day(number), counts), as_of=day(number), reused=cells)
                history[number] = reused | counts
            elif counts in history:
                mart_history.keep_day(opened, Shares, of=day(counts), as_of=day(number))
                history[number] = history[counts]
            assert sorted(all_rows(opened, SPANS), key=str) == runs(history)
        for n, its in history.items():
            rows = as_written(opened, Shares, shares(day(n), its))
            assert read_back(opened, Shares, day(n)) == rows


READ_ON = st.none() | st.integers(-3, 0)
BEHIND = st.lists(st.tuples(st.sampled_from(("ashby", "lever")), READ_ON), max_size=2, unique_by=lambda b: b[0])
LEDGER = st.dictionaries(st.sampled_from(("a", "b", "c")), st.none() | BEHIND)


@FEW
def test_figures_are_read_with_their_day_in_them(opened: database.Connection, n_examples: int) -> None:
    @settings(max_examples=n_examples)
    @given(steps=st.lists(st.tuples(st.integers(0, 4), LEDGER), max_size=8))
    def check(steps: list[tuple[int, Any]]) -> None:
        history: dict[int, list[Figures]] = {}
        with taken_back(opened):
            for number, ledger in steps:
                rows = history[number] = [ledger_row(day(number), name, behind) for name, behind in ledger.items()]
                database.write_mart(opened, Figures, rows, as_of=day(number))
            for n, its in history.items():
                assert read_back(opened, Figures, day(n)) == as_written(opened, Figures, its)

    check()


def ledger_row(as_of: date, name: str, behind: list[tuple[str, int | None]] | None) -> Figures:
    """A figure read so many days before its own; None: by a version that did not count what was behind it."""
    if behind is None:
        return figure(as_of, name, behind=None, read_on=FIRST)
    days = [(source, None if ago is None else as_of + timedelta(days=ago)) for source, ago in behind]
    parts = tuple(SourceContribution(source=source, n=1, read_on=read_on) for source, read_on in days)
    return figure(as_of, name, behind=parts, read_on=min((d for _, d in days if d), default=None))


def test_a_night_in_which_nothing_changed_adds_its_day_and_no_rows(con: database.Connection) -> None:
    """Neither a share nor a figure, though its source was read again and its SELECT names the day."""
    for number in range(4):
        database.write_mart(con, Shares, shares(day(number), {"ai_engineer": 3}), as_of=day(number))
        database.write_mart(con, Figures, [figure(day(number)), figure(day(number), "role.a")], as_of=day(number))
    assert all_rows(con, "SELECT count(*) FROM mart.shares_history") == [(1,)]
    assert all_rows(con, "SELECT count(*) FROM mart.figures_history") == [(2,)]
    assert all_rows(con, "SELECT mart, count(*) FROM mart.days GROUP BY mart ORDER BY mart") == [
        ("mart.figures", 4), ("mart.shares", 4),
    ]  # fmt: skip
    query = "SELECT read_on, behind[1].read_on, sql FROM mart.figures WHERE figure = 'role.a' ORDER BY as_of"
    assert all_rows(con, query) == [
        (day(n), day(n), f"SELECT '62%' WHERE DATE '{day(n)}' > DATE '2026-01-01'") for n in range(4)
    ]


def test_days_after_a_day_are_forgotten_and_what_stood_before_stands_on(con: database.Connection) -> None:
    history = {0: {"ai_engineer": 1, "mlops_engineer": 2}, 2: {"ai_engineer": 1}, 9: {"ai_engineer": 3}}
    for number, counts in history.items():
        database.write_mart(con, Shares, shares(day(number), counts), as_of=day(number))
    assert mart_history.forget_after(con, Shares, day(1)) == [day(2), day(9)]
    assert all_rows(con, SPANS) == [("ai_engineer", 1, day(0), None), ("mlops_engineer", 2, day(0), None)]
    assert mart_history.forget_after(con, Shares, day(1)) == []


def test_a_row_is_stored_again_when_anything_of_it_changed(con: database.Connection) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"n_jobs": 5, "n_no": 5},
        {},
        {"reason": None, "status": "published", "form": "point"},
        {"share": 0.5},
    ]
    for number, fields in enumerate(changes):
        rows = [replace(share(day(number), "ai_engineer", 1), **fields), share(day(number), "ai_leadership", 2)]
        database.write_mart(con, Shares, rows, as_of=day(number))
    assert all_rows(con, "SELECT item, count(*) FROM mart.shares_history GROUP BY item ORDER BY item") == [
        ("ai_engineer", 5), ("ai_leadership", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("n_days", [20, pytest.param(300, marks=pytest.mark.long)])
def test_a_day_is_read_without_the_rows_of_other_days(con: database.Connection, n_days: int) -> None:
    """The day asked for goes into the scan of mart.days, and no more than its one row is joined."""
    for number in range(n_days):
        database.write_mart(con, Shares, shares(day(number), {"ai_engineer": number}), as_of=day(number))
    plan = all_rows(con, f"EXPLAIN ANALYZE SELECT * FROM mart.shares WHERE as_of = DATE '{day(7)}'")[0][1]
    assert f"as_of = '{day(7)}'::DATE" in " ".join(plan.split())
    assert read_back(con, Shares, day(7)) == as_written(con, Shares, shares(day(7), {"ai_engineer": 7}))


def test_what_was_published_before_a_column_was_declared_is_recalled(tmp_path: Path) -> None:
    market = tmp_path / "market.duckdb"
    with database.open_work(tmp_path) as con:
        with database.transaction(con):
            database.write_mart(con, Figures, [figure(day(0))], as_of=day(0))
        publish(con, market)
        with duckdb.connect(str(market)) as older:
            older.execute("CREATE TABLE kept AS SELECT * EXCLUDE (baseline) FROM mart.figures_history")
            older.execute("DROP VIEW mart.figures")
            older.execute("DROP TABLE mart.figures_history")
            older.execute("CREATE TABLE mart.figures_history AS FROM kept")
        with database.transaction(con):
            database.write_mart(con, Figures, [figure(day(1), value="70%")], as_of=day(1))
        database.restore_published(con, Figures, market)
        assert all_rows(con, "SELECT as_of, value FROM mart.figures") == [(day(0), "62%")]


def test_recalling_what_is_there_writes_nothing(tmp_path: Path) -> None:
    market = tmp_path / "market.duckdb"
    with database.open_work(tmp_path) as con:
        with database.transaction(con):
            database.write_mart(con, Figures, [figure(day(0))], as_of=day(0))
        publish(con, market)
        ids = "SELECT rowid, figure FROM mart.figures_history"
        before = all_rows(con, ids)
        database.restore_published(con, Figures, market)
        assert all_rows(con, ids) == before
        with database.transaction(con):
            database.write_mart(con, Figures, [figure(day(1), value="70%")], as_of=day(1))
        database.restore_published(con, Figures, market)
        assert all_rows(con, "SELECT as_of, value FROM mart.figures") == [(day(0), "62%")]
        assert all_rows(con, "SELECT valid_to FROM mart.figures_history") == [(None,)]


@pytest.mark.parametrize("mart", HISTORIES, ids=lambda mart: table_of(mart).name)
def test_a_mart_has_its_declared_columns_with_comments(mart: type, con: database.Connection) -> None:
    query = "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'mart' AND table_name = ?"
    comments = dict(con.execute(f"{query} ORDER BY column_index", [table_of(mart).name.partition(".")[2]]).fetchall())
    assert list(comments) == [f.name for f in fields_of(mart)]
    assert all(comments[f.name].startswith(f.column.doc) for f in fields_of(mart))
    assert mart_ddl(mart)[0].startswith("CREATE OR REPLACE VIEW")
