"""Pay by kind of source: each kind has its own list and becomes stale by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from reports.figures import vintages
from reports.figures.catalogue import declarations
from reports.figures.compute import compute_figures
from reports.figures.declared.comparison_figures import COMPARISON
from tests.reports.conftest import AS_OF, Put
from tests.reports.figures import ledger_builders
from warehouse import mart_tables, tables
from warehouse.mart_tables import Figures

Cell = Callable[..., dict[str, Any]]
is_compared = re.compile(COMPARISON.gathers or "").fullmatch
OURS, OFFICIAL = "comparison.us.data_scientist.advertised", "comparison.us.data_scientist.official"
ALL = "comparison.countries"
WORK = {
    "region_level": "country", "region": "US", "seniority_group": "all", "role_group": "ai_science",
    "role": "data_scientist", "pay_market": "local", "p50": 160_000.0, "p50_lo": 150_000.0, "p50_hi": 170_000.0,
}  # fmt: skip
WAGE = {
    "source": "bls_oews", "period_on": date(2025, 5, 1), "period_to": date(2025, 5, 31), "due_on": date(2027, 5, 31),
    "area": "99", "is_national": True, "scheme": "SOC 2018", "occupation": "15-2051",
    "occupation_title": "Data Scientists", "country": "US", "currency": "USD", "earnings": "gross pay",
    "coverage": "employees", "stated_period": "year", "periods_per_year": 1.0, "annual_p50": 112_000.0,
    "employment": 233_440.0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def country(put: Put) -> None:
    place = {"alpha3": "USA", "name": "United States", "currencies": ["USD"]}
    put(tables.Countries, {"country": "US", "region": "Northern America", "continent": "Americas", **place})
    near = {"scheme": "SOC 2018", "occupation": "15-2051", "role_group": "ai_science", "role": "data_scientist"}
    put(tables.NearOccupations, {**near, "nearness": "exactMatch", "is_compared": True})


def computed(con: duckdb.DuckDBPyConnection, put: Put, as_of: date = AS_OF) -> dict[str, Figures]:
    """The comparisons of a day, which stay in the ledger."""
    rows = ledger_builders.computed(con, as_of, starts=("comparison.",))
    ledger_builders.store(con, put, list(rows.values()))
    return rows


def test_one_kind_of_source_makes_no_comparison(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(tables.OfficialWages, WAGE)
    assert not [figure for figure in declarations(con) if is_compared(figure)]
    assert computed(con, put)[ALL].status == "suppressed"
    put(mart_tables.SalaryBands, cell(**WORK, as_of=AS_OF + timedelta(days=1)))
    assert {figure for figure in declarations(con) if is_compared(figure)} == {OURS, OFFICIAL}


class Recorder:
    """A connection that keeps the SELECTs it runs."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con, self.asked = con, list[str]()

    def execute(self, query: str) -> Any:
        self.asked.append(query)
        return self.con.execute(query)


def test_all_kinds_of_source_are_read_in_one_select(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(tables.OfficialWages, WAGE)
    put(mart_tables.SalaryBands, cell(**WORK))
    recorder = Recorder(con)
    rows = {row.figure: row for row in compute_figures(recorder, AS_OF, code_version="1")}
    assert [rows[figure].bare_value for figure in (OURS, OFFICIAL)] == [
        "median USD 160K per year", "median USD 112K per year",
    ]  # fmt: skip
    assert sum(sql.startswith("-- Pay of one role in one country") for sql in recorder.asked) == 1


def test_what_falls_below_its_rules_is_compared_while_its_cell_stands_published(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(tables.OfficialWages, WAGE)
    put(mart_tables.SalaryBands, cell(**WORK))
    vintages.accept_all(con, AS_OF)
    first = computed(con, put)
    assert first[OURS].value == "median USD 160K per year"
    assert str(first[OFFICIAL].value).startswith("median USD 112K per year (wages that an office publishes")
    few = {"status": "suppressed", "reason": "not enough data (n = 12; 30 needed)", "p50": None, "n_jobs": 12}
    put(mart_tables.SalaryBands, cell(**{**WORK, **few}, as_of=AS_OF + timedelta(days=1)))
    tonight = ledger_builders.computed(con, AS_OF + timedelta(days=1), starts=("comparison.",))
    assert (tonight[OURS].value, tonight[OURS].reason) == (None, few["reason"])
    stands = ledger_builders.computed(con, AS_OF + timedelta(days=1), starts=("comparison.",), is_published=True)
    assert stands[OURS].bare_value == "median USD 160K per year"
    for day, kinds in ((first, ["advertised", "official"]), (tonight, []), (stands, ["advertised", "official"])):
        rows = json.loads(day[ALL].value_json or "[]")
        assert [row["basis"] for row in rows if row["usd"]] == kinds
        assert not day[ALL].n_jobs, "kinds of pay are never added up"
    assert [row["ratio_to_advertised"] for row in json.loads(first[ALL].value_json or "")] == [None, 0.7]


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        (date(2027, 5, 31), "low"),  # until the next edition is due none is newer
        (date(2027, 6, 1), "stale"),
        (date(2028, 5, 20), "stale"),
        (date(2028, 5, 21), "suppressed"),
    ],
)
def test_a_table_is_stale_when_its_next_edition_is_overdue(
    as_of: date, status: str, con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(tables.OfficialWages, WAGE)
    put(mart_tables.SalaryBands, cell(**WORK, as_of=as_of))
    row = computed(con, put, as_of)[OFFICIAL]
    assert row.status == status
    assert (row.value is None) == (status == "suppressed")
    if row.value is not None:
        assert (row.period_from, row.period_to) == (date(2025, 5, 1), date(2025, 5, 31))
