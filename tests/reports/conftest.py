"""A small warehouse, and ledger rows made by hand."""

from __future__ import annotations

import dataclasses
import functools
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from reports.figures import vintages
from reports.figures.compute import compute_figures
from tests.builders import list_postings
from transforms.records.columns import Field, fields_of, table_of
from transforms.records.vocabulary import HEX_32
from warehouse import database, mart_tables, ops_tables, tables
from warehouse.mart_tables import Figures
from warehouse.schema import MACROS, MART_VIEWS, arrow_schema, ddl, macro_ddl, view_ddl

AS_OF = date(2026, 8, 17)
USED = (
    tables.Postings, tables.PostingPay, tables.PayReports, tables.ExchangeRates, tables.Sources, tables.Countries,
    tables.Roles, tables.Skills, tables.Employers, mart_tables.SalaryBands, mart_tables.Shares,
    mart_tables.Figures, mart_tables.Days, ops_tables.Responses, tables.PostingPlaces, tables.PostingSkills,
    tables.OfficialWages, tables.PostingBoards, mart_tables.ClosingRates, mart_tables.ClosingsLeftOut,
    mart_tables.FrameCoverage, mart_tables.PayLadder, mart_tables.PayDisclosure, tables.DisclosureLaws,
    mart_tables.ReportedPay, mart_tables.PayChanges, mart_tables.AdvertMonths, tables.AiPostingShares,
    tables.NearOccupations, tables.PriceLevels, ops_tables.Vintages,
    ops_tables.KeptAdverts, ops_tables.Causes,
    tables.SupersededVersions, tables.AiUses,
    ops_tables.Runs, ops_tables.PanelDraw, ops_tables.BoardNights, ops_tables.Rejects,
)  # fmt: skip
NOTHING: dict[type, Any] = {
    str: "x", int: 0, float: 0.0, bool: False, date: AS_OF, datetime: datetime(2026, 8, 17, 6),
}  # fmt: skip
Put = Callable[..., None]
ROWS_PER_INSERT = 100
"""Rows per statement: planning takes as long for one row as for twenty."""


@pytest.fixture(scope="session")
def tables_template(made_once: Callable[..., Path]) -> Path:
    """A database made by `make_tables`; copying it is nine times as fast as making it."""

    def make(folder: Path) -> None:
        with duckdb.connect(folder / "tables.duckdb") as connection:
            make_tables(connection)

    return made_once("tables", make) / "tables.duckdb"


@pytest.fixture
def con(tables_template: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(shutil.copy(tables_template, tmp_path / "copy.duckdb")) as connection:
        yield connection


def make_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, views and macros that figures read."""
    for name in ("core", "mart", "ops", "published"):
        con.execute(f"CREATE SCHEMA {name}")
    for table in (*USED, *mart_tables.PUBLISHED.values()):
        con.execute(ddl(table))
    for mart in (mart for mart in mart_tables.HISTORIES if mart in USED):
        name = table_of(mart).name  # each day's rows stand on that day alone
        span = "as_of AS valid_from, as_of + 1 AS valid_to"
        con.execute(f"CREATE VIEW {name}_history AS SELECT * EXCLUDE (as_of), {span} FROM {name}")
    read = ("publishable_postings", "usd_rates", "broken_answers", "board_answers")
    for view in (*(f"core.{name}" for name in read), *MART_VIEWS):
        con.execute(view_ddl(view)[0])
    for macro in (name for name in MACROS if name not in ("postings_as_of", "open_jobs")):
        con.execute(macro_ddl(macro)[0])


def publish_cells(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> None:
    """Publish the cells in the marts of a day and the figures from them, as a night does."""
    with database.transaction(con):
        vintages.accept_all(con, as_of)
    figures = compute_figures(con, as_of, code_version="9.9", standing=vintages.read_standing(con))
    put_rows(con, Figures, *({f.name: getattr(row, f.name) for f in dataclasses.fields(row)} for row in figures))


@pytest.fixture
def put(con: duckdb.DuckDBPyConnection) -> Put:
    """put(Table, {...}, {...}): insert rows; columns not given are NULL or arbitrary."""
    return functools.partial(put_rows, con)


def put_rows(con: duckdb.DuckDBPyConnection, table: type, *rows: dict[str, Any]) -> None:
    """Insert rows; columns not given are NULL or arbitrary."""
    fields = fields_of(table)
    names = {f.name for f in fields}
    for row in rows:
        assert row.keys() <= names, row.keys() - names
    marks = f"({', '.join('?' * len(fields))})"
    columns = ", ".join(f'"{f.name}"' for f in fields)
    for some in (rows[first : first + ROWS_PER_INSERT] for first in range(0, len(rows), ROWS_PER_INSERT)):
        values = [_bindable(row[f.name]) if f.name in row else plain(f) for row in some for f in fields]
        con.execute(f"INSERT INTO {table_of(table).name} ({columns}) VALUES {', '.join([marks] * len(some))}", values)
    if table is tables.Postings:
        list_postings(con)


def plain(field: Field) -> Any:
    """Value of a column that was not given: NULL or arbitrary."""
    if field.nullable:
        return None
    if field.column.pattern == HEX_32:
        return "0" * 32
    return [] if field.is_list else (field.column.values or [NOTHING[field.type]])[0]


def insert(con: duckdb.DuckDBPyConnection, table: type, rows: Any) -> None:
    """Insert a frame or an Arrow table by the names of its columns."""
    if isinstance(rows, pd.DataFrame):
        rows = pa.Table.from_pandas(rows, schema=arrow_schema(table), preserve_index=False)
    con.register("inserted", rows)
    con.execute(f"INSERT INTO {table_of(table).name} BY NAME SELECT * FROM inserted")
    con.unregister("inserted")


def _bindable(value: Any) -> Any:
    """A value for DuckDB, with structs in nested lists as dictionaries."""
    is_list = isinstance(value, list | tuple)
    return [dataclasses.asdict(v) if dataclasses.is_dataclass(v) else v for v in value] if is_list else value  # type: ignore[arg-type]


def make_cell(**changes: Any) -> dict[str, Any]:
    """A published cell of mart.salary_bands: mid to senior, Northern America."""
    row = {
        "as_of": AS_OF, "basis": "advertised", "region_level": "region", "region": "Northern America",
        "seniority_group": "mid_senior", "role_group": "ai_engineering", "role": "all", "contract": "employee",
        "pay_market": "local", "currency": "USD", "window_days": 0, "n_jobs": 420, "n_employers": 61,
        "n_effective": 390.0, "status": "published", "reason": None, "band_low": 120_000.0, "band_low_lo": 115_000.0,
        "band_low_hi": 124_000.0, "band_high": 180_000.0, "band_high_lo": 176_000.0, "band_high_hi": 189_000.0,
        "p50": 150_000.0, "form": "point", "n_stated": 310, "n_cross_border": 7, "n_no_rate": 3, "n_apart": 55,
    }  # fmt: skip
    return row | changes


@pytest.fixture
def cell() -> Callable[..., dict[str, Any]]:
    """`make_cell`."""
    return make_cell


@pytest.fixture
def figure() -> Callable[..., Figures]:
    """A ledger row, by default of Python in 62 % of adverts."""
    plain = Figures(
        as_of=AS_OF, figure="skill.python", title="Python", kind="measured", basis="postings",
        rung="open adverts", unit="share", value="62%",
        value_json='[{"share": 0.62, "share_lo": 0.6, "share_hi": 0.64, "rank": 1}]', status="published", reason=None,
        n_jobs=500, n_employers=50, window_days=None, sql="SELECT 1", sources=("ashby",),
        snapshots=("ashby/2026-08-17T060000Z.warc.gz",), code_version="1", baseline=None, verify_by=None,
        period_from=date(2026, 8, 3), period_to=AS_OF,
    )  # fmt: skip

    def make(**changes: Any) -> Figures:
        return dataclasses.replace(plain, **changes)

    return make
