"""A data folder made by an earlier version opens, goes on, and keeps what it had published.

`fixtures/folder_c3228cc0.tar.xz` is a synthetic data folder as commit c3228cc0 made it: 21 boards of the bundled
sample's Lever, and four files of the currency table, in two runs (as of 2026-09-29 and 2026-09-30), and a correction of
`degree.shares`; without Prefect's files and those that are made anew. That version accepted figures one by one.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from reports.figures.vintages import TAKEN_OVER as TAKEN_OVER_FROM_FIGURES
from reports.figures.vintages import read_history, read_vintages
from reports.guide import desk
from tests.flows.conftest import EARLIER
from transforms.records.columns import fields_of, table_of
from warehouse import database
from warehouse.mart_tables import (
    HISTORIES,
    AdvertMonths,
    ClosingRates,
    ClosingsLeftOut,
    PayChanges,
    ReportedPay,
    TimeListed,
)
from warehouse.publish.reader import open_reader
from warehouse.schema import ident

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

N_POSTINGS = 296
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
    SELECT measure, item, region_level, region, role_group, n_jobs, n_employers, status, reason, category, n_unknown,
        n_yes, n_employers_yes, largest_employer, share, share_lo, share_hi, rank, category_rank
    FROM mart.shares WHERE as_of = ? AND starts_with(measure, 'skill_') AND text_class = 'full_advert'
    ORDER BY region_level, region, role_group, measure, item
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
    for command in (("status",), ("sources",), ("coverage",), ("notify", "--show"), ("boards", "list")):
        assert plain(earlier, *command).code == 0, command
    assert str(N_POSTINGS) in plain(earlier, "sql", "SELECT count(*) AS n FROM core.postings").out
    for question in (("explain", "degree.shares"), ("review",), ("guide", "list", "python")):
        result = plain(earlier, *question)
        assert result.code == 1
        assert "was published by an earlier version; `jobmarket run` publishes it again" in result.said


EMPTY = {
    table_of(mart).name for mart in (ReportedPay, ClosingRates, ClosingsLeftOut, TimeListed, PayChanges, AdvertMonths)
}
"""Marts of which two days of employer boards have nothing, or that the earlier version did not have."""
NARROWER = {"countries": "[{'country': c.country, 'n_jobs': c.n_jobs} FOR c IN countries]"}
"""Columns of which the earlier version kept more, as what is left of them."""
TAKEN_OVER = sorted({table_of(mart).name for mart in HISTORIES} - EMPTY)


@pytest.mark.parametrize("mart", TAKEN_OVER)
def test_every_mart_is_taken_over_row_for_row(earlier: Path, mart: str) -> None:
    kept = {field.name for field in fields_of(next(cls for cls in HISTORIES if table_of(cls).name == mart))}
    with duckdb.connect(earlier / "work.duckdb", read_only=True) as con:
        of_earlier = [column for column, *_ in con.execute(f"DESCRIBE {mart}").fetchall()]
        columns = ", ".join(NARROWER.get(column, ident(column)) for column in of_earlier if column in kept)
        query = f"SELECT {columns} FROM {mart} WHERE as_of = ? ORDER BY ALL"
        before = [con.execute(query, [day]).fetchall() for day in DAYS]
    assert all(before)
    with database.open_work(earlier) as con:
        assert [con.execute(query, [day]).fetchall() for day in DAYS] == before


@pytest.mark.parametrize("command", ["run", pytest.param("rebuild", marks=pytest.mark.long)])
def test_the_next_run_keeps_the_days_that_were_published(
    earlier: Path, continued: Path, here: Callable[..., int], command: str
) -> None:
    before = [as_made(earlier, query, DAYS[0]) for query in (FIGURES, BANDS, SKILLS)]
    assert all(before)
    if command == "rebuild":
        assert here(earlier, command) in (0, 2)
    after = earlier if command == "rebuild" else continued
    assert [published(after, query, DAYS[0]) for query in (FIGURES, BANDS, SKILLS)] == before
    with open_reader(after) as con:
        assert con.execute("SELECT DISTINCT as_of FROM mart.figures ORDER BY as_of").fetchall() == [(d,) for d in DAYS]
        assert con.execute("SELECT count(*) FROM core.postings").fetchall() == [(N_POSTINGS,)]


VINTAGES = """
    SELECT figure, number, as_of, state, offered_on, decided_on, why, reason, is_correction, value, n_jobs
    FROM {table} ORDER BY figure, number
"""


def test_all_vintages_are_taken_over_and_lists_begin_with_them(earlier: Path, continued: Path) -> None:
    with duckdb.connect(earlier / "market.duckdb", read_only=True) as con:
        before = con.execute(VINTAGES.format(table="ops.vintages")).fetchall()
    with open_reader(continued) as con:
        assert con.execute(VINTAGES.format(table="ops.figure_vintages")).fetchall() == before
        figures, histories, lists = desk.published_figures(con), read_history(con), read_vintages(con)
    reasons = [(own.why, own.reason) for own in histories["degree.shares"]]
    assert reasons[:2] == [("first vintage", None), ("correction", "a degree was read as another")]
    names = {row.list for row in figures if row.value is not None and row.list is not None}
    assert len(names) > 5
    for name in names:
        assert (lists[name][0].state, lists[name][0].why) == ("published", TAKEN_OVER_FROM_FIGURES), name
    values = {figure: without_denominator(value) for figure, *_, value, _ in before if value is not None}
    kept = [row for row in figures if row.figure.startswith(("skill.", "degree.", "employment"))]
    for row in kept:  # jobs are counted by another definition now, which moves a share by a point at most
        texts = values.get(row.figure), without_denominator(row.value)
        # rows are in another order now, by their points, and those that no advert has are left out
        was, now = (sorted(numbers_in(text and NOUGHT.sub("", text))) for text in texts)
        assert len(was) == len(now) and all(abs(a - b) <= 1 for a, b in zip(was, now, strict=True)), row.figure


NOUGHT = re.compile(r"[^%()]* 0% \(0–[\d.]+%\)")


def numbers_in(value: str | None) -> list[float]:
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", value or "")]


def without_denominator(value: str | None) -> str | None:
    """A list of shares up to its "n = 210 jobs": the earlier version did not say which jobs."""
    return value and value.split("; n = ")[0]
