"""A data folder made by an earlier version opens, goes on, and keeps what it had published.

`fixtures/folder_2aa0611.tar.xz` is a synthetic data folder as commit 2aa0611 made it: two boards each of the bundled
sample's Ashby and Lever, and four files of the currency table, in two runs (as of 2026-09-29 and 2026-09-30), without
Prefect's own files.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from reports.figures.addresses import canonical
from reports.figures.history import read_history
from reports.figures.vintages import TAKEN_OVER as TAKEN_OVER_FROM_FIGURES
from reports.figures.vintages import read_vintages
from reports.guide import desk
from tests.flows.conftest import EARLIER, SMALL
from transforms.records.columns import table_of
from warehouse import database
from warehouse.mart_tables import HISTORIES, Figures, SalaryBands, Shares
from warehouse.publish.reader import open_reader
from warehouse.schema import MART_VIEWS, ident

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult, FinishedRun

DAYS = [date(2026, 9, 29), date(2026, 9, 30)]
FIGURES = "SELECT figure, value, status, rung, n_jobs FROM mart.figures WHERE as_of = ? ORDER BY figure"
BANDS = """
    SELECT as_of, basis, region_level, region, seniority_group, role_group, role, pay_market, currency, n_jobs,
        n_employers, n_effective, status, reason, band_low, band_low_lo, band_low_hi, band_high, band_high_lo,
        band_high_hi, p10, p25, p50, p50_lo, p50_hi, p75, p90, window_days, n_stated, n_cross_border, n_no_rate, n_apart
    FROM mart.salary_bands WHERE as_of = ?
    ORDER BY basis, region_level, region, seniority_group, role_group, role, pay_market, currency
"""
SKILLS = """
    SELECT * EXCLUDE (inputs) FROM mart.skill_demand WHERE as_of = ?
    ORDER BY region_level, region, role_group, requirement, skill
"""


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """The folder, unpacked."""
    data = tmp_path / "data"
    with tarfile.open(EARLIER) as archive:
        archive.extractall(data, filter="data")
    return data


def published(data: Path, query: str, day: date) -> list[tuple[Any, ...]]:
    with open_reader(data) as con:
        return con.execute(query, [day]).fetchall()


def as_made(data: Path, query: str, day: date) -> list[tuple[Any, ...]]:
    """What the earlier version published, read without any code of ours."""
    with duckdb.connect(data / "market.duckdb", read_only=True) as con:
        return con.execute(query, [day]).fetchall()


def test_what_an_earlier_version_published_can_be_asked(earlier: Path, plain: Callable[..., CommandResult]) -> None:
    assert plain(earlier, "status").code == 0
    answer = plain(earlier, "sql", "SELECT count(*) AS n FROM core.postings")
    assert answer.code == 0
    assert "56" in answer.out
    for figure in ("pay.northern_america.ai_engineering.mid_senior", "roles.shares"):
        result = plain(earlier, "explain", figure)
        assert result.code == 0, result.said
    assert "published by an earlier version" in result.said, "today's SELECTs ask for what it lacks"
    assert plain(earlier, "emerging").code == 1


TAKEN_OVER = {
    **{table_of(mart).name: table_of(HISTORIES[mart]).name for mart in (SalaryBands, Figures)},
    **{view: table_of(HISTORIES[Shares]).name for view in MART_VIEWS if view.startswith("mart.")},
}
"""Marts that the folder has, and the tables that keep their rows now."""


@pytest.mark.parametrize("mart", TAKEN_OVER)
def test_every_mart_is_taken_over_row_for_row(earlier: Path, mart: str) -> None:
    with duckdb.connect(earlier / "work.duckdb", read_only=True) as con:
        columns = ", ".join(ident(column) for column, *_ in con.execute(f"DESCRIBE {mart}").fetchall())
        query = f"SELECT {columns} FROM {mart} WHERE as_of = ? ORDER BY ALL"
        before = [con.execute(query, [day]).fetchall() for day in DAYS]
    assert all(before)
    with database.open_work(earlier) as con:
        assert [con.execute(query, [day]).fetchall() for day in DAYS] == before
        of_view = {"mart.role_shares": "measure = 'role'", "mart.skill_demand": "measure <> 'role'"}
        rows = of_view.get(mart, "true")
        n_rows = con.execute(f"SELECT count(*) FROM {TAKEN_OVER[mart]} WHERE {rows}").fetchall()[0][0]
    assert n_rows < sum(map(len, before)), "what both days have is stored once"


@pytest.mark.parametrize("command", ["run", pytest.param("rebuild", marks=pytest.mark.long)])
def test_the_next_run_keeps_the_days_that_were_published(
    earlier: Path, continued: Path, here: Callable[..., int], command: str
) -> None:
    before = [as_made(earlier, query, DAYS[0]) for query in (FIGURES, BANDS, SKILLS)]
    assert all(before)
    before[0] = sorted((canonical(figure), *rest) for figure, *rest in before[0])
    if command == "rebuild":
        assert here(earlier, command) in (0, 2)
    after = earlier if command == "rebuild" else continued
    assert [published(after, query, DAYS[0]) for query in (FIGURES, BANDS, SKILLS)] == before
    with open_reader(after) as con:
        assert con.execute("SELECT DISTINCT as_of FROM mart.figures ORDER BY as_of").fetchall() == [(d,) for d in DAYS]
        assert con.execute("SELECT count(*) FROM core.postings").fetchall() == [(56,)]


# --- a version that accepted figures one by one ---------------------------------------------------------


SKILL = "skill.python.all.ai_engineering"
OF_FIGURES = """
    CREATE OR REPLACE TABLE ops.vintages (
        figure VARCHAR, number BIGINT, as_of DATE, state VARCHAR, offered_on DATE, decided_on DATE, why VARCHAR,
        reason VARCHAR, is_correction BOOLEAN, value VARCHAR, n_jobs BIGINT, method VARCHAR, content VARCHAR
    )
"""


def make_earlier(path: Path) -> None:
    """Make of a database one as that version left it: vintages of figures, no published cells, no lists."""
    with duckdb.connect(str(path)) as con:
        con.execute(OF_FIGURES)
        con.execute(
            "INSERT INTO ops.vintages SELECT figure, 1, as_of, 'published', as_of, as_of, 'first vintage', NULL, false,"
            " value, n_jobs, 'm', to_json(f)::VARCHAR FROM mart.figures AS f WHERE value IS NOT NULL"
        )
        con.execute("DROP TABLE ops.figure_vintages")
        tables = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'published'"
        for (name,) in con.execute(tables).fetchall():
            con.execute(f"DROP TABLE published.{name}")
        con.execute("UPDATE made_with SET schema_key = 'earlier'")


def test_lists_take_over_the_vintages_of_their_figures(
    small: FinishedRun, copy_of: Callable[[FinishedRun], Path], briefly: Callable[..., CommandResult]
) -> None:
    data = copy_of(small)
    with open_reader(data) as con:
        before = {row.figure: row for row in desk.published_figures(con)}
    for name in ("market.duckdb", "work.duckdb"):
        make_earlier(data / name)
    assert briefly(data, *SMALL).code == 0
    with open_reader(data) as con:
        after = {row.figure: row for row in desk.published_figures(con)}
        histories, vintages_of_figures = read_vintages(con), read_history(con)
    assert {name: row.value for name, row in after.items()} == {name: row.value for name, row in before.items()}
    lists = {row.list for row in before.values() if row.value is not None and row.list is not None}
    assert len(lists) > 5
    for name in lists:
        assert (histories[name][0].state, histories[name][0].why) == ("published", TAKEN_OVER_FROM_FIGURES), name
    own = vintages_of_figures[SKILL][0]
    assert (own.why, own.value) == ("first vintage", before[SKILL].value)
