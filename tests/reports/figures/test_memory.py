"""A figure of an address speaks as if it had been computed every night: what its cell said last is not forgotten."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from reports.figures import query
from reports.figures.addresses import declare
from reports.figures.compute import compute_asked, compute_figures, parameters_of
from reports.figures.declaration import CARRIED
from reports.figures.explain import explain_figure
from reports.guide import desk
from tests.builders import share_row
from tests.reports.conftest import insert, put_rows
from tests.reports.figures import ledger_builders
from tests.reports.figures.ledger_builders import Cell, Put, posting, store
from warehouse import mart_tables, ops_tables, tables
from warehouse.mart_tables import Figures
from warehouse.marts.shares import shares

FIRST = date(2026, 1, 10)
LAST = FIRST + timedelta(days=200)
PAY = "pay.us.machine_learning_engineer.senior"
RUST = "skill.rust.de.ai_engineering"
SENIOR = {"region_level": "country", "region": "US", "seniority_group": "senior", "role": "machine_learning_engineer"}


def put_days(put: Put, cell: Cell, days: Mapping[date, dict[str, Any]]) -> None:
    """Cells of pay and of shares with their jobs on each day; those of few are withheld."""
    put(tables.Skills, {"skill": "Rust", "category": "Programming Languages", "aliases": []})
    for day, changes in days.items():
        n = changes["n_jobs"]
        few = {"status": "suppressed", "reason": f"not enough data (n = {n}; 30 needed)", "form": None}
        sure = {"status": "published", "reason": None, "form": "point"} if n >= 30 else few
        put(mart_tables.SalaryBands, cell(as_of=day, **SENIOR | sure | changes))
        share = {"share": 0.25, "share_lo": 0.2, "share_hi": 0.3} if n >= 30 else {}
        at = {"region_level": "country", "region": "DE", "n_employers": 30}
        put(mart_tables.Shares, share_row(day, "skill_asked", "Rust", n, n // 4, **at, **sure, **share))


def put_adverts(put: Put, day: date, n: int) -> None:
    """Adverts of senior machine learning engineers that a board showed on a day and never again."""
    times = {"first_seen_at": day, "last_seen_at": day, "version_from": day}
    pay = {
        "pay_low": 1e5, "pay_high": 2e5, "pay_source": "stated", "currency": "USD", "period": "year",
        "annual_low": 1e5, "annual_high": 2e5, "annual_low_usd": 1e5, "annual_high_usd": 2e5, "pay_country": "US",
        "pay_region": "Northern America", "pay_continent": "Americas",
    }  # fmt: skip
    who = {"role": "machine_learning_engineer", "seniority": "senior", "employment_type": "FULL_TIME"}
    put(tables.Postings, *(posting(number, **times, **pay, **who) for number in range(n)))


def asked(con: duckdb.DuckDBPyConnection, day: date, *ids: str) -> list[Figures]:
    """What an editor is given, who asks for figures that no guide has shown."""
    return compute_asked(con, ids, day, code_version="9.9")


def by_night(con: duckdb.DuckDBPyConnection, put: Put, days: Sequence[date], *ids: str) -> dict[str, Figures]:
    """What the last of some nights writes, each of which was asked for the figures."""
    rows: list[Figures] = []
    for day in days:
        rows = list(ledger_builders.computed(con, day, also=ids, starts=ids).values())
        store(con, put, rows)
    con.execute("DELETE FROM mart.figures")
    return {row.figure: row for row in rows}


@pytest.mark.parametrize(
    ("jobs", "index"),
    [
        ([400, 3], 0),
        ([400, 380, 3], 1),
        ([400, 390, 60, 3], 1),
        ([400, 390, 60], 1),
        ([400, 200, 100, 3], 2),
        ([60, 400, 3, 3], 1),
        ([400, 3, 200], 2),
        ([3, 2, 1], None),
    ],
)
def test_an_address_that_nobody_asked_for_says_what_nights_would_have_kept(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell, jobs: list[int], index: int | None
) -> None:
    days = [FIRST + timedelta(days=40 * number) for number in range(len(jobs))]
    put_days(put, cell, {day: {"n_jobs": n, "p50": 1e5 + n} for day, n in zip(days, jobs, strict=True)})
    nights = by_night(con, put, days, PAY, RUST)
    for row in asked(con, days[-1], PAY, RUST):
        night = nights[row.figure]
        assert dataclasses.replace(row, sql=None, nearest=()) == dataclasses.replace(night, sql=None, nearest=())
        assert row.n_jobs == (jobs[-1] if index is None else jobs[index]) or row.value is None
        if index is None:
            assert row.status == "suppressed"
        elif index == len(jobs) - 1:
            assert row.status == "published" and row.rung != CARRIED
        else:
            assert (row.status, row.rung) == ("stale", CARRIED)
            assert f"value of {days[index].day} " in (row.reason or "")


def test_a_value_that_is_kept_is_dated_and_ends_when_it_is_too_old(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put_days(put, cell, {FIRST: {"n_jobs": 400}})
    put_adverts(put, FIRST, 40)
    (then,) = asked(con, FIRST, PAY)
    (now,) = asked(con, FIRST + timedelta(days=399), PAY)
    assert then.status == "published" and then.bare_value == now.bare_value
    assert now.qualifier == "read 10 January 2026"
    (later,) = asked(con, FIRST + timedelta(days=402), PAY)
    assert later.value is None and later.status == "suppressed"


def test_behind_a_kept_value_stand_the_jobs_of_its_day(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Skills, {"skill": "Rust", "category": "Programming Languages", "aliases": []})
    times = {"first_seen_at": FIRST, "last_seen_at": FIRST, "version_from": FIRST, "language": "en"}
    whose = ({"employer_id": f"e{number % 20}", "warc": f"ashby/{number % 3}"} for number in range(60))
    put(tables.Postings, *(posting(number, **times, **one) for number, one in enumerate(whose)))
    asks = {"skill": "Rust", "end": 1, "requirement": "required"}
    put(tables.PostingSkills, *(asks | {"posting_id": f"ashby:{number}"} for number in range(0, 60, 4)))
    answer = {"warc": "w", "record": 0, "source": "ashby", "board": "b", "is_complete": True, "http_status": 200}
    put(ops_tables.Responses, answer | {"observed_at": FIRST})
    for day in (FIRST, LAST):
        insert(con, mart_tables.Shares, shares(con, day))
    con.execute("DELETE FROM mart.shares WHERE as_of = ?", [LAST])  # every board has left the stock
    rust = "skill.rust.all.ai_engineering"
    then, now = asked(con, FIRST, rust)[0], asked(con, LAST, rust)[0]
    assert now.status == "stale" and now.bare_value == then.bare_value is not None
    assert (now.n_jobs, now.snapshots, now.sources, now.behind) == (60, then.snapshots, then.sources, then.behind)
    assert sum(part.n for part in now.behind or ()) == 60
    figure = declare(rust)
    parameters = parameters_of(figure, figure.rungs[0], FIRST)
    assert now.sql == query.fill(figure.rungs[0].sql, parameters), "the SELECT of the day that the value is of"
    assert con.execute(now.sql).fetchall()
    rows = query.read(con, query.fill(figure.rungs[0].behind, parameters))
    assert len({row["job_id"] for row in rows}) == now.n_jobs


def test_a_worse_rung_is_not_taken_while_a_better_one_is_kept(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put_days(put, cell, {FIRST: {"n_jobs": 400}, LAST: {"n_jobs": 2}})
    survey = {"basis": "reported", "status": "low", "reason": "people chose to answer", "n_jobs": 90, "p50": 111e3}
    no_band = dict.fromkeys(name for name in cell() if name.startswith("band_"))
    put(mart_tables.SalaryBands, cell(as_of=LAST, **SENIOR | survey | no_band))
    (row,) = asked(con, LAST, PAY)
    assert (row.status, row.basis, row.n_jobs) == ("stale", "advertised", 400)
    alone = asked(con, LAST, f"{PAY}.reported")[0]
    assert alone.basis == "reported" and (alone.value or "").startswith("median USD 9.2K per month")


def test_what_the_ledger_has_is_not_read_from_the_marts(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    days = [FIRST, FIRST + timedelta(days=10), FIRST + timedelta(days=20), FIRST + timedelta(days=30)]
    put_days(put, cell, {day: {"n_jobs": n} for day, n in zip(days, (400, 390, 380, 3), strict=True)})
    first = asked(con, days[0], PAY)[0]
    store(con, put, [first])
    refusal = dataclasses.replace(first, as_of=days[2], value=None, value_json=None, status="suppressed", reason="x")
    store(con, put, [refusal])  # a night that refused what the marts could print
    (row,) = asked(con, days[3], PAY)
    assert row.n_jobs == 390, "of the days between, which no night computed, the last"


def test_an_editor_finds_and_is_told_of_a_value_that_is_kept(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put_days(put, cell, {FIRST: {"n_jobs": 400}, LAST: {"n_jobs": 2}})
    store(con, functools.partial(put_rows, con), compute_figures(con, LAST, code_version="1"))
    (row,) = desk.read_figures(con, [RUST])
    assert row.status == "stale" and (row.value or "").startswith("25% (")
    values = {one.figure: one.value for one in desk.search(con, ["rust"])}
    assert values == {RUST: row.value}
    explanation = explain_figure(con, RUST)
    assert f"value       {row.value}" in explanation and "DATE '2026-01-10'" in explanation
