"""The ledger as a whole, and what `explain` tells of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from reports.figures.addresses import AddressError
from reports.figures.catalogue import declaration_of, declarations
from reports.figures.compute import compute_figures
from reports.figures.explain import explain_figure
from tests.reports.conftest import insert
from tests.reports.figures.ledger_builders import (
    AS_OF,
    NORTH,
    Cell,
    Put,
    answered,
    computed,
    demand,
    offers,
    paid,
    posting,
    store,
)
from transforms.records.vocabulary import CELL_STATES
from warehouse import mart_tables, tables
from warehouse.marts.shares import shares
from warehouse.schema import ddl


def filled(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States"})
    put(mart_tables.SalaryBands, cell(), cell(region_level="country", region="US", seniority_group="entry"))
    put(tables.Skills, {"skill": "Python", "category": "Programming Languages", "aliases": []})
    put(mart_tables.Shares, demand("Python", 0.8))
    offers(put, [4] * 10, lambda employer, k: k == 0)
    insert(con, mart_tables.Shares, shares(con, AS_OF))


def test_each_printed_figure_can_be_run_again_from_its_sql(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    filled(con, put, cell)
    rows = computed(con)
    store(con, put, list(rows.values()))
    run = 0
    for row in rows.values():
        assert row.status in CELL_STATES
        if row.kind == "cited":
            assert row.sql is None
            continue
        assert row.sql is not None and "$" not in row.sql
        answer = con.execute(row.sql)
        names = [column[0] for column in answer.description]
        again = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
        if row.value_json and declaration_of(row.figure).gathers is None:
            lines = json.loads(row.value_json)
            assert json.loads(json.dumps(again)) == lines
            assert all(line["status"] in ("published", "low") for line in lines if "share" in line)
            run += 1
    assert run >= 5


def test_the_same_rows_give_the_same_ledger(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    filled(con, put, cell)
    first = compute_figures(con, AS_OF, code_version="1")
    store(con, put, first)
    assert compute_figures(con, AS_OF, code_version="1") == first, "the ledger of the day itself changes nothing"


def test_compute_writes_nothing(put: Put, con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "market.duckdb"
    con.execute(f"ATTACH '{path}' AS market; COPY FROM DATABASE memory TO market; DETACH market")
    with duckdb.connect(str(path), read_only=True) as reader:
        assert compute_figures(reader, AS_OF, code_version="1")


def test_ledger_rows_fit_their_table(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    filled(con, put, cell)
    store(con, put, compute_figures(con, AS_OF, code_version="1"))
    assert "CHECK" in ddl(mart_tables.Figures)
    counts = con.execute("SELECT count(*), count(DISTINCT figure) FROM mart.figures").fetchone()
    assert counts is not None and counts[0] == counts[1] == len(declarations(con))


def test_explain_tells_everything(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(as_of=date(2026, 8, 16)), cell())
    put(mart_tables.SalaryBands, cell(basis="reported", role_group="ai_core", status="low", reason="survey"))
    put(tables.Postings, posting(1, **paid(), warc="ashby/2026-08-16T010203Z.warc.gz"))
    answered(put, 1, "ashby", "b", date(2026, 8, 16))
    for day in (date(2026, 8, 16), AS_OF):
        store(con, put, [computed(con, day)[NORTH]])
    text = explain_figure(con, NORTH)
    for expected in (
        "pay.northern_america.ai_engineering.mid_senior on 2026-08-17",
        "USD 10.0K–15.0K per month",
        "420 jobs of 61 employers",
        "95% interval of the lower end USD 9.6K–10.3K",
        "ashby/2026-08-16T010203Z.warc.gz (2026-08-16)",
        "period      read 17 August 2026",
        "open adverts, paid there: published (n = 420)",
        "ashby 1",
        "2026-08-16 published: USD 10.0K–15.0K per month",
        "FROM mart.salary_bands",
        "USD 8.1K–12.9K per month in North America (no source named)",
    ):
        assert expected in text, expected
    assert "on 2026-08-16" in explain_figure(con, NORTH, date(2026, 8, 16))


def test_explain_of_every_kind_of_figure_works(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    filled(con, put, cell)
    store(con, put, compute_figures(con, AS_OF, code_version="1"))
    for name in declarations(con):
        assert explain_figure(con, name).startswith(f"{name} on 2026-08-17\n")


def test_explain_of_what_is_not_there(con: duckdb.DuckDBPyConnection) -> None:
    assert "run the pipeline first" in explain_figure(con, NORTH)
    with pytest.raises(AddressError, match=r"no place 'north_america': northern_america"):
        explain_figure(con, "pay.north_america.ai_engineering.mid_senior")
