"""A cell: no number that may not be printed, an address that leads to the same value, its sureness and its age."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.cells.cell import FEW, FIRM, OTHERS, ROUGH, Cell, Number
from reports.cells.of_figure import cells_of
from reports.cells.published import read_cells
from reports.figures.addresses import declare
from reports.figures.compute import compute_asked
from reports.figures.vintages import accept_all, read_standing
from reports.wording import pay
from tests.builders import share_row
from tests.reports.conftest import AS_OF, make_cell
from tests.reports.figures.ledger_builders import Put
from tests.reports.release.conftest import DAY, publish_day
from warehouse import mart_tables, tables
from warehouse.mart_tables import Figures
from warehouse.publish.release_tables import open_published_file

SURE = {"status": "published", "reason": None, "n_employers": 30, "share": 0.41, "share_lo": 0.31, "share_hi": 0.51}
SENIOR = {"region_level": "country", "region": "US", "seniority_group": "senior", "role": "machine_learning_engineer"}
PANEL = {"p50_of_panel": 150.0, "p50_of_panel_lo": 140.0, "p50_of_panel_hi": 160.0, "n_panel_jobs": 45,
         "n_panel_employers": 31, "currency": "USD"}  # fmt: skip


@pytest.fixture(scope="module")
def published(made_once: Callable[..., Path]) -> Path:
    """The data folder of one day, as for releases."""
    return made_once("published", lambda folder: publish_day(folder, DAY))


def cell_of(row: dict[str, Any], basis: str = "advertised") -> Cell:
    return Cell(id="pay.us.data.all", kind="pay", renderer=pay.PAY, row=row, basis=basis)


# --- numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "value", "ends", "form", "known"),
    [
        ({"share": 0.5, "share_lo": 0.4, "share_hi": 0.6, "form": "point"}, 0.5, (0.4, 0.6), "point", (0.5, 0.5)),
        ({"share": 0.5, "share_lo": 0.1, "share_hi": 0.9, "form": "interval"}, None, (0.1, 0.9), "interval",
         (0.1, 0.9)),
        ({"share": 0.5, "share_lo": 0.4, "share_hi": 0.6, "form": "bounds", "bound_lo": 0.2, "bound_hi": 0.7}, None,
         (0.2, 0.7), "bounds", (0.2, 0.7)),
        ({"share": 0.5, "share_lo": 0.4, "share_hi": 0.6, "form": "says", "bound_lo": 0.1, "bound_hi": 0.7}, None, None,
         "says", None),
        ({"p50": 100.0, "p50_lo": 95.0, "p50_hi": 105.0, "currency": "USD"}, 100.0, (95.0, 105.0), "point",
         (100.0, 100.0)),
        ({"p50": 100.0, "p50_lo": 40.0, "p50_hi": 190.0, "currency": "USD"}, None, (40.0, 190.0), "interval",
         (40.0, 190.0)),
        ({"p50": 100.0, "currency": "USD"}, 100.0, None, "point", (100.0, 100.0)),
        ({"n_boards": 3}, 3, None, "point", (3, 3)),
    ],
)  # fmt: skip
def test_a_number_is_no_surer_than_it_is_printed(
    row: dict[str, Any],
    value: float | None,
    ends: tuple[float, float] | None,
    form: str,
    known: tuple[float, float] | None,
) -> None:
    (number,) = cell_of(row).numbers.values()
    assert (number.value, number.ends, number.form, number.known) == (value, ends, form, known)
    assert number.describe()["value"] is value


def test_a_part_has_its_own_unit_and_counts() -> None:
    numbers = cell_of(PANEL | {"p50": 120.0, "local_p50": 100.0, "local_currency": "EUR", "n_jobs": 400}).numbers
    assert {part: number.unit for part, number in numbers.items()} == {
        "median": "USD per year", "median_of_panel": "USD per year", "local_median": "EUR per year",
    }  # fmt: skip
    assert [numbers[part].counts for part in ("median", "median_of_panel")] == [None, (45, 31)]
    assert numbers["median_of_panel"].describe() | {"n": 45, "employers": 31} == numbers["median_of_panel"].describe()


@pytest.mark.parametrize("row", [{"share": None, "form": None}, {"share": 0.5, "status": "suppressed"}, {"claim": "x"}])
def test_what_is_withheld_or_says_no_number_has_none(row: dict[str, Any]) -> None:
    assert cell_of(row).numbers == {}


@pytest.mark.parametrize(
    ("row", "basis", "sureness"),
    [
        ({"status": "published", "share": 0.5, "share_lo": 0.36, "share_hi": 0.65, "form": "point"}, "advertised",
         FIRM),
        ({"status": "published", "share": 0.5, "share_lo": 0.35, "share_hi": 0.65, "form": "point"}, "advertised",
         ROUGH),
        ({"status": "published", "share": 0.5, "share_lo": 0.36, "share_hi": 0.65, "form": "point",
          "platform": "Ashby job boards"}, "advertised", ROUGH),
        ({"status": "published", "share": 0.5, "form": "point"}, "advertised", ROUGH),
        ({"status": "published", "rate": 0.01, "rate_lo": 0.009, "rate_hi": 0.0129}, "advertised", FIRM),
        ({"status": "published", "p50": 100.0, "p50_lo": 80.0, "p50_hi": 120.0}, "advertised", ROUGH),
        ({"status": "published", "n_boards": 3}, "advertised", FIRM),
        ({"status": "published", "share": 0.5, "share_lo": 0.1, "share_hi": 0.9, "form": "interval"}, "advertised",
         ROUGH),
        ({"status": "low", "share": 0.5, "form": "point"}, "advertised", ROUGH),
        ({"status": "stale", "is_low": True, "share": 0.5, "form": "point"}, "advertised", ROUGH),
        ({"status": "stale", "share": 0.5, "share_lo": 0.4, "share_hi": 0.6, "form": "point"}, "advertised", ROUGH),
        ({"status": "published", "p50": 9.0}, "official", OTHERS),
        ({"status": "suppressed"}, "reported", FEW),
    ],
)  # fmt: skip
def test_how_sure_a_cell_is(row: dict[str, Any], basis: str, sureness: str) -> None:
    assert cell_of(row, basis).sureness == sureness


def test_the_rows_of_a_figure_are_firm_while_it_is_fresh_and_of_two_platforms(figure: Callable[..., Figures]) -> None:
    share = {"name": "x", "status": "published", "share": 0.5, "share_lo": 0.4, "share_hi": 0.6, "form": "point"}
    rows = json.dumps([share, share | {"name": "y", "sources": ["lever"]}])
    fresh, stale = (
        cells_of(figure(figure="industries.shares", value="x", value_json=rows, sources=("ashby", "lever"), **state))
        for state in ({}, {"status": "stale"})
    )
    assert [cell.sureness for cell in fresh] == [FIRM, ROUGH]
    assert {cell.sureness for cell in stale} == {ROUGH} and {cell.status for cell in stale} == {"stale"}


# --- published cells --------------------------------------------------------------------------------------------


def test_every_published_cell_has_an_address_that_gives_the_same(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Skills, {"skill": "C++", "category": "Programming Languages", "aliases": []})
    put(
        mart_tables.SalaryBands,
        make_cell(**SENIOR), make_cell(**SENIOR | {"pay_market": "cross_border", "p50": 90_000.0}),
        make_cell(**SENIOR | {"status": "suppressed", "reason": "few", "seniority_group": "mid"}),
    )  # fmt: skip
    put(
        mart_tables.Shares,
        share_row(AS_OF, "skill_asked", "C++", 100, 41, region_level="country", region="US", **SURE),
        share_row(AS_OF, "workplace", "remote", 100, 23, role_group="ai_jobs",
                  **SURE | {"share": 0.23, "share_lo": 0.2, "share_hi": 0.3}),
        share_row(AS_OF, "workplace", "hybrid", 100, 23, role_group="ai_jobs",
                  **SURE | {"form": "bounds", "bound_lo": 0.2, "bound_hi": 0.7}),
    )  # fmt: skip
    accept_all(con, AS_OF)
    cells = {cell.id: cell for cell in read_cells(con, AS_OF)}
    assert cells.keys() == {
        "pay.us.machine_learning_engineer.senior.advertised",
        "foreign_currency.us.machine_learning_engineer.senior.advertised",
        "skill.cpp.us.ai_engineering", "share.workplace.remote.all.ai_jobs", "share.workplace.hybrid.all.ai_jobs",
        "employers.skill.cpp.us.ai_engineering", "employers.workplace.remote.all.ai_jobs",
        "employers.workplace.hybrid.all.ai_jobs",
    }  # fmt: skip
    figures = {row.figure: row for row in compute_asked(con, list(cells), AS_OF, code_version="1",
                                                        standing=read_standing(con))}  # fmt: skip
    for name, cell in cells.items():
        figure = figures[name]
        (row,) = cells_of(figure)
        assert declare(name).id == row.id == name and row.kind == cell.kind
        assert (figure.bare_value, figure.status, figure.reason) == (cell.text, cell.status, cell.reason), name
        assert row.numbers == cell.numbers and row.name is None, name
    assert cells["skill.cpp.us.ai_engineering"].text == "41%"
    fields = [(cell.kind, cell.measure, cell.place, cell.work, cell.item) for cell in cells.values()]
    assert ("skill", "skill_asked", "us", "ai_engineering", "C++") in fields
    assert ("foreign_currency", "pay", "us", "machine_learning_engineer", "senior") in fields


def test_withheld_cells_are_read_where_they_are_asked_for(published: Path) -> None:
    with open_published_file(published) as con:
        printed, every = (list(read_cells(con, DAY, also_withheld=flag)) for flag in (False, True))
    (withheld,) = (cell for cell in every if cell.id not in {one.id for one in printed})
    assert (withheld.id, withheld.sureness, withheld.reason) == ("pay.de.ai_engineering.mid.advertised", FEW, "few")
    assert withheld.numbers == {}


@pytest.mark.parametrize(
    ("days", "skill", "survey"),
    [(0, "published", "low"), (70, "stale", "low"), (600, None, "stale"), (1_200, None, None)],
)
def test_a_cell_is_stale_and_then_withheld_by_the_end_of_its_period(
    published: Path, days: int, skill: str | None, survey: str | None
) -> None:
    with open_published_file(published) as con:
        cells = {cell.id: cell for cell in read_cells(con, DAY + timedelta(days=days))}
    states = {name: cell.status for name, cell in cells.items()}
    assert states.get("skill.python.all.ai_engineering") == skill
    pay_of_survey = "pay.ar.ai_engineering.all.reported"
    assert states.get(pay_of_survey) == survey
    if survey is not None:
        cell = cells[pay_of_survey]
        assert cell.sources == ("sysarmy_survey",) and cell.period_to is not None
        assert cell.sureness == OTHERS and (cell.reason or "").endswith("persons chose to answer")
        assert cell.numbers["median"].value == 31_234.0, "its age changes no number"


# --- rows of figures --------------------------------------------------------------------------------------------


def rows(figure: Callable[..., Figures], name: str, *values: dict[str, Any], **changes: Any) -> list[Cell]:
    return cells_of(figure(figure=name, value_json=json.dumps(values), **changes))


def test_rows_of_a_figure_have_names_and_addresses(figure: Callable[..., Figures]) -> None:
    python, few = {"share": 0.6, "item": "Python"}, {"share": 0.1, "item": "Rust", "status": "suppressed"}
    sql = {"share": 0.5, "item": "SQL"}
    cells = rows(figure, "skills.any", python, few, sql)
    assert [(cell.id, cell.name) for cell in cells] == [
        ("skill.python.all.ai_engineering", "Python"), ("skill.sql.all.ai_engineering", "SQL"),
    ]  # fmt: skip
    assert cells[0].numbers["share"] == Number(
        part="share", value=0.6, low=None, high=None, unit="share of jobs", form="point"
    )
    assert {cell.figure for cell in cells} == {"skills.any"} and cells[0].sources == ("ashby",)
    country = {"share": 0.5, "item": "remote", "region_level": "country", "region": "DE", "name": "Germany"}
    other = country | {"region": "US", "name": "US"}
    assert [(cell.id, cell.name) for cell in rows(figure, "workplace.remote", country, other)] == [
        ("share.workplace.remote.de.ai_jobs", "Germany"), ("share.workplace.remote.us.ai_jobs", "US"),
    ]  # fmt: skip


def test_a_row_whose_item_is_named_by_another_word_has_no_address(figure: Callable[..., Figures]) -> None:
    equity = {"share": 0.6, "measure": "equity_offered", "item": "equity", "name": "equity"}
    assert [cell.id for cell in rows(figure, "additional.share", equity)] == ["additional.share"]
    (cell,) = rows(figure, "additional.share", equity | {"item": "yes"})
    assert cell.id == "share.equity_offered.yes.all.ai_engineering" and declare(cell.id).id == cell.id


def test_a_row_that_is_a_figure_has_its_id_and_a_single_row_needs_no_name(figure: Callable[..., Figures]) -> None:
    member = {"figure": "pay.us.ai_engineering.mid_senior", "place": "US", "p50": 9.0, "currency": "USD"}
    (cell,) = rows(figure, "bands.regions", member)
    assert (cell.id, cell.name) == (member["figure"], None)
    assert rows(figure, "bands.regions", member, value=None) == [], "a withheld figure has no rows"


def test_the_basis_of_a_row_comes_before_that_of_its_figure(figure: Callable[..., Figures]) -> None:
    wage, own = {"p50": 9.0, "currency": "USD", "basis": "official"}, {"p50": 9.0, "currency": "USD"}
    assert [cell.basis for cell in rows(figure, "bands.regions", wage, own)] == ["official", "postings"]
    (claim,) = rows(figure, "claim.gdp_2030", {"claim": "x"}, kind="cited")
    assert claim.basis == "cited" and claim.numbers == {}
