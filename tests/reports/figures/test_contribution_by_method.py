"""What each source contributes to a figure, in plain pandas, by the text of docs/methods.md alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import open_copy
from tests.reports.figures.ledger_builders import computed
from tests.warehouse.marts.test_marts import AS_OF
from tests.warehouse.marts.test_marts_by_method import (
    HERE,
    LEVELS,
    fill_market,
    first_paid,
    read,
    read_jobs,
    read_stock,
)
from transforms.records.vocabulary import AI_GROUPS
from warehouse import database
from warehouse.mart_tables import SalaryBands, Shares
from warehouse.marts.pay.salary_bands import salary_bands
from warehouse.marts.share.shares import shares


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    """A whole work file, with a market in it."""
    with open_copy(work_template, tmp_path) as work:
        fill_market(work)
        yield work


def test_contributions_are_what_the_method_says(con: database.Connection) -> None:
    """Of a band, which counts one advert of a job, and of roles, which count them all."""
    database.write_mart(con, SalaryBands, salary_bands(con, AS_OF), as_of=AS_OF)
    database.write_mart(con, Shares, shares(con, AS_OF), as_of=AS_OF)
    adverts = read_stock(con)
    boards = read(con, "SELECT source, board, max(observed_at) AS at FROM ops.responses GROUP BY ALL")
    adverts = adverts.merge(boards, on=["source", "board"])
    offers, jobs = first_paid(adverts.sort_values("posting_id"), HERE), read_jobs(adverts)
    in_band = offers["in_band"] & offers["role_group"].eq("ai_engineering") & offers["seniority"].isin(LEVELS)
    of_ai = jobs.index[jobs["role_group"].isin(AI_GROUPS)]
    behind = {
        "pay.northern_america.ai_engineering.mid_senior": offers[in_band],
        "roles.shares": adverts[adverts["job_id"].isin(of_ai)],
    }
    ledger = computed(con, AS_OF, starts=tuple(behind))
    for name, frame in behind.items():
        parts = {part.source: (part.n, part.read_on) for part in ledger[name].behind or ()}
        expected = {source: (len(its), day_of_half(its["at"])) for source, its in frame.groupby("source")}
        assert parts == expected and len(parts) == 2, name


def day_of_half(read_at: Any) -> object:
    """The first day by which the boards of half of the adverts had been read for the last time."""
    days = read_at.dt.date.sort_values()
    return next(day for day in days if 2 * (days <= day).sum() >= len(days))
