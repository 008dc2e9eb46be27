"""A table of figures is released without members that may not be, and names them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from reports.figures.catalogue import declarations
from reports.figures.compute import rebuild_tables
from reports.guide import desk
from reports.release import figure_files
from reports.release.licences import OURS
from reports.release.published import read_published
from reports.wording import notes
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
