"""A small published warehouse, on two days, and releases of it."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.figures import vintages
from reports.figures.compute import compute_figures
from reports.release.build import MadeRelease, make_release
from tests.builders import share_row
from tests.reports.conftest import make_cell, plain, put_rows
from tests.reports.figures.ledger_builders import posting
from transforms.records.columns import fields_of, table_of
from transforms.text.lookups import near_occupations
from warehouse import database, mart_tables, ops_tables, tables
from warehouse.load.lookups import load_skill_codes
from warehouse.mart_tables import Figures
from warehouse.marts.history.mart_history import write_day
from warehouse.publish.market import publish
from warehouse.publish.release_tables import open_published_file

DAY, NEXT = date(2026, 8, 17), date(2026, 9, 21)
SECRET_MAIL, SECRET_TEXT, SECRET_PHONE = "jane.doe@example.org", "Ask for Jane, our unicorn tamer", "+49 30 1234567"
SURVEYS = ("stackoverflow_survey", "sysarmy_survey")
OF_PANEL = {"n_panel_jobs": 45, "n_panel_employers": 31, "p50_of_panel": 141_000.0, "p50_of_panel_lo": 133_000.0,
            "p50_of_panel_hi": 150_000.0}  # fmt: skip
"""Columns of boards drawn at random, in `pay.us.machine_learning_engineer.senior`."""
SURE = {"status": "published", "reason": None, "n_employers": 30, "share_lo": 0.2, "share_hi": 0.6}
BOUND, BOTH = "reported.money", "adoption.eu"
"""A figure under the licence of one survey, and one from two surveys with conflicting licences."""


def put_day(con: duckdb.DuckDBPyConnection, mart: type, day: date, rows: Sequence[dict[str, Any]]) -> None:
    """Replace a mart's rows of a day; columns not given are NULL or arbitrary."""
    name = table_of(mart).name
    con.execute(f"CREATE OR REPLACE TEMP TABLE given AS FROM {name} LIMIT 0")
    fields = [f for f in fields_of(mart) if f.name != "as_of"]
    for row in rows:
        values = [row.get(f.name, plain(f)) for f in fields]
        names = ", ".join(f'"{f.name}"' for f in fields)
        con.execute(f"INSERT INTO given (as_of, {names}) VALUES (?{', ?' * len(fields)})", [day, *values])
    with database.transaction(con):
        write_day(con, mart, "SELECT * EXCLUDE (as_of) FROM given", day)


def as_row(figure: Figures) -> dict[str, Any]:
    """A ledger row for the database."""
    row = {f.name: getattr(figure, f.name) for f in dataclasses.fields(figure)}
    for name in ("behind", "nearest", "lacks"):
        row[name] = [dataclasses.asdict(part) for part in row[name] or ()]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def fill_day(
    con: duckdb.DuckDBPyConnection,
    day: date,
    *,
    python: float,
    cells: Sequence[dict[str, Any]] = (),
    shares: Sequence[dict[str, Any]] = (),
) -> None:
    """Marts, published cells and figures of a day.

    `python` is the share that asks for it, the others are rows beside the usual ones.
    """
    cells = [
        *cells,
        make_cell(n_even_employers=30.0, largest_employer_share=0.1),
        make_cell(region_level="country", region="US", seniority_group="senior", role="machine_learning_engineer",
                  **OF_PANEL),
        make_cell(region_level="country", region="US", seniority_group="senior", band_low_lo=60_000.0,
                  role="computer_vision_engineer", form="interval"),
        make_cell(region_level="country", region="AR", seniority_group="all", basis="reported", n_employers=None,
                  status="low", reason="sysarmy_survey 2026: persons chose to answer", band_low=None, band_high=None,
                  band_low_lo=None, band_low_hi=None, band_high_lo=None, band_high_hi=None, p50=31_234.0),
        make_cell(region_level="country", region="DE", seniority_group="mid", status="suppressed", reason="few",
                  band_low=None, band_high=None, p50=None),
    ]  # fmt: skip
    put_day(con, mart_tables.SalaryBands, day, cells)
    put_day(
        con, mart_tables.Shares, day,
        [
            *shares,
            share_row(day, "skill_asked", "Python", 100, round(100 * python), share=python,
                      **SURE | {"share_lo": python - 0.1, "share_hi": python + 0.1}, category="Programming Languages"),
            share_row(day, "skill_asked", "Rust", 100, 41, region_level="country", region="DE", share=0.41,
                      category="Programming Languages", **SURE),
            share_row(day, "workplace", "remote", 100, 23, role_group="ai_jobs", form="bounds", bound_lo=0.2,
                      bound_hi=0.7, share=0.4, share_lo=0.3, share_hi=0.5, status="published", reason=None,
                      n_employers=30),
        ],
    )  # fmt: skip
    put_day(
        con, mart_tables.ReportedPay, day,
        [{"source": "sysarmy_survey", "country": "AR", "role_group": "ai_engineering", "role": "all",
          "experience": "all", "employment_type": "unstated", "pay_tax": "gross", "pay_market": "all",
          "currency": "USD", "year": 2026, "reported_on": date(2026, 7, 1), "n_persons": 60, "p50": 31_234.0,
          "p25": 20_000.0, "p75": 40_000.0, "p50_lo": 30_000.0, "p50_hi": 33_000.0, "form": "point",
          "status": "low", "reason": "persons chose to answer"}],
    )  # fmt: skip
    put_day(
        con, mart_tables.FrameCoverage, day,
        [{"region_level": level, "region": region, "source": source, "sector": "all", "n_boards": 3,
          "n_boards_read_whole": 2, "n_boards_in_stock": 2, "n_adverts": 9, "n_jobs": 8, "n_ai_jobs": 7, "n_paid": 5,
          "n_read_in_full": 6, "n_in_band": 4}
         for level, region in (("world", "World"), ("country", "US"), ("country", "DE"), ("region", "Northern America"))
         for source in ("all", "ashby")],
    )  # fmt: skip
    with database.transaction(con):
        vintages.accept_all(con, day)
    write_figures(con, day)


def write_figures(con: duckdb.DuckDBPyConnection, day: date) -> None:
    """The figures of a day, from published cells."""
    figures = compute_figures(con, day, code_version="9.9", standing=vintages.read_standing(con))
    put_day(con, mart_tables.Figures, day, [as_row(_bind(figure)) for figure in figures])


def _bind(figure: Figures) -> Figures:
    """The figures, two of them as if from surveys."""
    sources = {BOUND: SURVEYS[:1], BOTH: SURVEYS}.get(figure.figure)
    if sources is None:
        return figure
    row: dict[str, Any] = {
        "source": sources[0], "country": "AR", "country_name": "Argentina", "restriction": None,
        "role_group": "ai_core", "role": "all", "n_data_scientists": 60, "n_without_role": 0,
        "stated_currency": "USD", "cell": [],
        "n_foreign": 0, "survey": "A survey", "year": 2026, "reported_on": "2026-07-10", "currency": "USD",
        "pay_market": "all", "experience": "all", "n_persons": 60, "n_jobs": 60, "n_employers": None, "n_flagged": 0,
        "n_no_rate": 0, "p25": 2e4, "p25_lo": 1.9e4, "p25_hi": 2.1e4, "p50": 3.1e4, "p50_lo": 3e4, "p50_hi": 3.2e4,
        "p75": 4e4, "p75_lo": 3.9e4, "p75_hi": 4.1e4, "form": "point", "status": "low", "reason": "few",
        "n_dollars": 0, "dollars_share": None, "dollars_share_lo": None, "dollars_share_hi": None,
        "local_currency": None, "local_n": None, "local_p50": None, "local_p50_lo": None, "local_p50_hi": None,
    }  # fmt: skip
    return dataclasses.replace(
        figure, sources=sources, status="low", reason="persons chose to answer", value="median USD 31K",
        bare_value="median USD 31K", value_json=json.dumps([row]), rung="newest surveys",
    )  # fmt: skip


def publish_day(
    folder: Path,
    day: date,
    *,
    python: float = 0.7,
    cells: Sequence[dict[str, Any]] = (),
    shares: Sequence[dict[str, Any]] = (),
) -> Path:
    """A folder with market.duckdb of a day and those before it; `cells` and `shares` as in `fill_day`."""
    with database.open_work(folder) as con:
        if not con.execute("FROM core.sources").fetchall():
            _fill_core(con)
        fill_day(con, day, python=python, cells=cells, shares=shares)
        con.execute("DELETE FROM ops.runs")
        put_rows(con, ops_tables.Runs, {"run_id": "1", "as_of": day, "is_sample": False, "command": "run"})
        publish(con, folder / "market.duckdb")
    return folder


def _fill_core(con: duckdb.DuckDBPyConnection) -> None:
    for source, kind, is_republishable in (
        ("ashby", "employer board", True), ("sysarmy_survey", "survey", True), ("stackoverflow_survey", "survey", True),
        ("reed", "aggregator", False),
    ):  # fmt: skip
        put_rows(
            con, tables.Sources,
            {"source": source, "title": source.title(), "kind": kind, "is_republishable": is_republishable,
             "attribution": f"Adverts: {source}.", "homepage": f"https://{source}.example"},
        )  # fmt: skip
    put_rows(con, tables.Skills, *({"skill": s, "category": "Programming Languages", "aliases": []}
                                   for s in ("Python", "Rust")))  # fmt: skip
    database.load_lookup(con, tables.SkillCodes, [row for row in load_skill_codes() if row.skill in ("Python", "Rust")])
    database.load_lookup(con, tables.NearOccupations, near_occupations())
    put_rows(
        con, tables.PayReports,
        {"source": "sysarmy_survey", "snapshot_on": date(2026, 7, 1), "row": 1, "pair_row": 1,
         "basis": "reported", "country": "AR",
         "year": 2026, "role_group": "ai_engineering", "role": "ai_engineer", "currency": "USD", "pay": 1.0,
         "seniority": "unstated", "title": "AI engineer", "region": "South America", "continent": "Americas"},
    )  # fmt: skip
    put_rows(con, tables.Postings, posting(1, title=f"{SECRET_TEXT}, {SECRET_MAIL}, {SECRET_PHONE}"))


@pytest.fixture(scope="session")
def published(made_once: Callable[..., Path]) -> Path:
    """The data folder of one day; tests copy it before they change anything."""
    return made_once("published", lambda folder: publish_day(folder, DAY))


@pytest.fixture(scope="session")
def published_next(made_once: Callable[..., Path], published: Path) -> Path:
    """The data folder a month later, when fewer adverts ask for Python."""

    def make(folder: Path) -> None:
        publish_day(shutil.copytree(published, folder, dirs_exist_ok=True), NEXT, python=0.5)

    return made_once("published-next", make)


def release(data: Path, folder: Path, **options: Any) -> MadeRelease:
    """Make a release of a data folder."""
    with open_published_file(data) as con:
        return make_release(con, folder, **options)


@pytest.fixture(scope="session")
def released(made_once: Callable[..., Path], published: Path) -> Path:
    """A release; tests copy it before they change anything."""
    return made_once("released", lambda folder: release(published, folder / "release")) / "release"


@pytest.fixture(scope="session")
def chained(made_once: Callable[..., Path], released: Path, published_next: Path) -> Path:
    """Two releases, the second replacing the first."""

    def make(folder: Path) -> None:
        shutil.copytree(released, folder / "release")
        release(published_next, folder / "release", base_url="https://example.org/market")

    return made_once("chained", make) / "release"
