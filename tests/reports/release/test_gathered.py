"""A table of figures is released without members that may not be, and names them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from reports.figures.catalogue import declarations
from reports.figures.compute import rebuild_tables
from reports.guide import desk
from reports.release import figure_files
from reports.release import published as module
from reports.release.licences import OURS
from reports.release.published import read_published
from reports.wording import notes
from tests.reports.release.conftest import BOTH, BOUND
from warehouse.publish.release_tables import open_published_file

TABLE = "bands.regions"
NORTH = "pay.northern_america.ai_engineering.mid_senior"
SOUTH = "pay.south_america.ai_engineering.mid_senior"
EAST = "pay.eastern_asia.ai_engineering.mid_senior"


@pytest.mark.parametrize(
    ("sources", "without", "licence"),
    [
        ({SOUTH: "ashby", EAST: "ashby"}, (), OURS),
        ({SOUTH: "sg_mom_wages", EAST: "ashby"}, (SOUTH,), OURS),
        ({SOUTH: "jobbank_wages", EAST: "sg_mom_wages"}, (EAST,), "OGL-Canada-2.0"),
        ({SOUTH: "jobbank_wages", EAST: "stackoverflow_survey"}, (SOUTH, EAST), OURS),
        ({SOUTH: "sg_mom_wages", EAST: "france_travail"}, (SOUTH, EAST), OURS),
    ],
)
def test_what_may_not_be_passed_on_is_left_out_of_a_table_and_named(
    published: Path,
    sources: dict[str, str],
    without: tuple[str, ...],
    licence: str,
) -> None:
    with open_published_file(published) as con:
        rows = {row.figure: row for row in desk.published_figures(con)}
        rows[NORTH] = dataclasses.replace(rows[NORTH], sources=("ashby",))
        for name, source in sources.items():
            rows[name] = dataclasses.replace(rows[NORTH], figure=name, sources=(source,))
        day = read_published(con, figures=rebuild_tables(declarations(con), rows))
    table = next(row for row in day.figures if row.figure == TABLE)
    description = figure_files.describe(table, day)
    assert (tuple(description["without"]), description["licence"]["id"]) == (without, licence)
    ids = {row["figure"] for row in notes.rows_of(table)}
    assert NORTH in ids and not ids.intersection(without)
    assert ids.issuperset(sources.keys() - set(without))
    assert not set(table.sources).intersection(sources[name] for name in without)
    assert TABLE not in day.left_out


def test_neither_rows_nor_past_values_of_a_closed_source_are_released(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collection loses its rows of the source, and its vintages, whose values had them."""
    with open_published_file(published) as con:
        before = read_published(con)
        monkeypatch.setattr(module, "find_closed", lambda names: sorted({"stackoverflow_survey"} & set(names)))
        after = read_published(con)
    of_figure = {row.figure: row for row in after.figures}
    assert before.vintages[BOUND] and BOUND not in after.vintages
    assert of_figure[BOUND].value is None and after.without[BOUND] == ("stackoverflow_survey",)
    assert after.vintages.keys() >= before.vintages.keys() - {BOUND, BOTH}
