"""The ledger as a whole, and the output of `explain`."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from reports.figures.addresses import AddressError
from reports.figures.catalogue import declaration_of, declarations
from reports.figures.compute import compute_figures
from reports.figures.explain import explain_figure
from reports.figures.vintages import accept_all, read_standing
from tests.reports.conftest import insert, make_cell, put_rows
from tests.reports.figures.ledger_builders import (
    AS_OF,
    NORTH,
    Cell,
    Put,
    answered,
    computed_one,
    demand,
    offers,
    paid,
    posting,
    store,
)
from transforms.records.vocabulary import CELL_STATES
from warehouse import mart_tables, tables
from warehouse.mart_tables import Figures
from warehouse.marts.share.shares import shares
from warehouse.schema import ddl


@dataclass(frozen=True)
class Filled:
    """A warehouse with the ledger of a night, for read-only tests."""

    con: duckdb.DuckDBPyConnection
    ledger: list[Figures]


@pytest.fixture(scope="module")
def filled(tables_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    copy = shutil.copy(tables_template, tmp_path_factory.mktemp("filled") / "copy.duckdb")
    with duckdb.connect(copy) as con:
        put = functools.partial(put_rows, con)
        entry = make_cell(region_level="country", region="US", seniority_group="entry")
        put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States"})
        put(mart_tables.SalaryBands, make_cell(), entry)
        put(tables.Skills, {"skill": "Python", "category": "Programming Languages", "aliases": []})
        put(mart_tables.Shares, demand("Python", 0.8))
        offers(put, [4] * 10, lambda employer, k: k == 0)
        insert(con, mart_tables.Shares, shares(con, AS_OF))
        accept_all(con, AS_OF)
        ledger = compute_figures(con, AS_OF, code_version="1", standing=read_standing(con))
        store(con, put, ledger)
        yield Filled(con, ledger)


def test_each_printed_figure_can_be_run_again_from_its_sql(filled: Filled) -> None:
    run = 0
    for row in filled.ledger:
        assert row.status in CELL_STATES
        if row.kind == "cited":
            assert row.sql is None
            continue
        assert row.sql is not None and "$" not in row.sql
        answer = filled.con.execute(row.sql)
        names = [column[0] for column in answer.description]
        again = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
        if row.value_json and declaration_of(row.figure).gathers is None:
            lines = json.loads(row.value_json)
            assert json.loads(json.dumps(again, default=date.isoformat)) == lines
            assert all(line["status"] in ("published", "low") for line in lines if "share" in line)
            run += 1
    assert run >= 5


def test_the_same_rows_give_the_same_ledger(filled: Filled) -> None:
    again = compute_figures(filled.con, AS_OF, code_version="1", standing=read_standing(filled.con))
    assert again == filled.ledger, "the ledger of the day itself changes nothing"


def test_compute_writes_nothing(put: Put, con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "market.duckdb"
    con.execute(f"ATTACH '{path}' AS market; COPY FROM DATABASE copy TO market; DETACH market")
    with duckdb.connect(str(path), read_only=True) as reader:
        assert compute_figures(reader, AS_OF, code_version="1")


def test_ledger_rows_fit_their_table(filled: Filled) -> None:
    assert "CHECK" in ddl(mart_tables.Figures)
    counts = filled.con.execute("SELECT count(*), count(DISTINCT figure) FROM mart.figures").fetchone()
    assert counts is not None and counts[0] == counts[1] == len(declarations(filled.con))


def test_explain_tells_everything(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(as_of=date(2026, 8, 16)), cell())
    put(mart_tables.SalaryBands, cell(basis="reported", role_group="ai_core", status="low", reason="survey"))
    put(tables.Postings, posting(1, **paid(), warc="ashby/2026-08-16T010203Z.warc.gz"))
    answered(put, 1, "ashby", "b", date(2026, 8, 16))
    for day in (date(2026, 8, 16), AS_OF):
        accept_all(con, day)
        store(con, put, [computed_one(con, NORTH, day, is_published=True)])
    text = explain_figure(con, NORTH)
    for expected in (
        "pay.northern_america.ai_engineering.mid_senior on 2026-08-17",
        "USD 120K–180K per year, median USD 150K",
        "420 jobs of 61 employers",
        "95% interval of the lower end USD 115K–124K",
        "ashby/2026-08-16T010203Z.warc.gz (2026-08-16)",
        "period      read 17 August 2026",
        "open adverts, paid there: published (n = 420)",
        "ashby 1",
        "2026-08-16 published: USD 120K–180K per year, median USD 150K",
        "FROM published.salary_bands",
        "list        pay.advertised.regions, vintage 2",
        "USD 8.1K–12.9K per month in North America, which is USD 97K–155K a year (no source named)",
    ):
        assert expected in text, expected
    assert "on 2026-08-16" in explain_figure(con, NORTH, date(2026, 8, 16))


@pytest.mark.parametrize("most", [1, pytest.param(None, marks=pytest.mark.long)])
def test_explain_of_every_kind_of_figure_works(most: int | None, filled: Filled) -> None:
    """At most `most` printed and `most` withheld figures of each kind."""
    kinds: dict[tuple[str, bool], list[str]] = {}
    for row in filled.ledger:
        kinds.setdefault((row.figure.partition(".")[0], row.value is None), []).append(row.figure)
    for name in (name for names in kinds.values() for name in names[:most]):
        assert explain_figure(filled.con, name).startswith(f"{name} on 2026-08-17\n")


def test_explain_of_what_is_not_there(con: duckdb.DuckDBPyConnection) -> None:
    assert "run the pipeline first" in explain_figure(con, NORTH)
    with pytest.raises(AddressError, match=r"no place 'north_america' \(similar: northern_america"):
        explain_figure(con, "pay.north_america.ai_engineering.mid_senior")
