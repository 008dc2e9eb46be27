"""Relations that are computed once for a day: the same rows, and other days as ever."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.warehouse.marts.test_marts import AS_OF, NOW, posting, put, report
from tests.warehouse.marts.test_panel_marts import draw
from warehouse import database
from warehouse.marts.staging import STAGED, UNUSED_COLUMNS, stage_macros


def rows(con: database.Connection, name: str, as_of: date) -> list[tuple[object, ...]]:
    columns = f"COLUMNS(lambda c: c NOT IN {UNUSED_COLUMNS[name]})" if name in UNUSED_COLUMNS else "*"
    return con.execute(f"SELECT {columns} FROM {name}(?) ORDER BY ALL", [as_of]).fetchall()


@pytest.mark.parametrize("name", STAGED)
def test_rows_are_those_of_the_macro_on_the_day_and_on_others(con: database.Connection, name: str) -> None:
    long_ago = {"first_seen_at": NOW - timedelta(days=600), "last_seen_at": NOW - timedelta(days=500)}
    put(con, [posting(1, board="b"), posting(2, board="b", country="BR", **long_ago)])
    put(con, [report(1, 150e3, 1), report(2, 200e3, 1), report(3, 1e5, 3, basis="reported")])
    draw(con, [("b", 0.5, True), ("c", 0.5, False)])
    days = [AS_OF, AS_OF - timedelta(days=550)]
    before = [rows(con, name, day) for day in days]
    assert len({len(one) for one in before}) > 1
    with stage_macros(con, [AS_OF]):
        assert [rows(con, name, day) for day in days] == before
    assert [rows(con, name, day) for day in days] == before


def test_several_days_are_staged_and_all_others_are_as_ever(con: database.Connection) -> None:
    long_ago = {"first_seen_at": NOW - timedelta(days=600), "last_seen_at": NOW - timedelta(days=500)}
    put(con, [posting(1, board="b"), posting(2, board="b", **long_ago), posting(3, board="c", **long_ago)])
    days = [AS_OF, AS_OF - timedelta(days=550), AS_OF - timedelta(days=560)]
    before = [rows(con, "stock_postings", day) for day in days]
    assert any(before)
    with stage_macros(con, days[:2], ["stock_postings"]):
        assert [rows(con, "stock_postings", day) for day in days] == before
        assert con.execute("SELECT DISTINCT staged_day FROM staged_stock_postings").fetchall() == [(AS_OF,)]
    assert [rows(con, "stock_postings", day) for day in days] == before


def test_what_changes_meanwhile_is_seen_afterwards(con: database.Connection) -> None:
    put(con, [posting(1)])
    with stage_macros(con, [AS_OF]):
        put(con, [posting(2)])
        assert len(rows(con, "counted_jobs", AS_OF)) == 1
    assert len(rows(con, "counted_jobs", AS_OF)) == 2
