"""A table of figures is released without members that may not be, and names them."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from reports.definition_words import GUIDES
from reports.figures.catalogue import declarations
from reports.figures.compute import rebuild_tables
from reports.figures.restricted import for_prose
from reports.guide import desk, refresh
from reports.release import figure_files
from reports.release import published as module
from reports.release.licences import OURS
from reports.release.manifest import DATABASE, list_files
from reports.release.published import read_published
from reports.wording import notes
from tests.reports.release.conftest import BOTH, BOUND, DAY, as_row, put_day, release
from transforms.records.vocabulary import NOT_COMMERCIAL
from warehouse import database
from warehouse.mart_tables import Figures, NearestFigure
from warehouse.publish.market import publish
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


SECRET = "USD 87,654"
LISTS = {"figures.html", "changes.html", "countries.html", "figures/index.json", f"figures/{DAY}/index.json"}
"""Pages and files that list all figures, each with its terms."""


def offer_secret(row: Figures) -> Figures:
    """Return a figure with `SECRET` as its value, or as what it or its rows offer in place of what is withheld."""
    near = NearestFigure(figure=BOUND, title="Other pay", value=SECRET)
    if row.figure == BOUND:
        return dataclasses.replace(row, value=SECRET, bare_value=SECRET)
    if row.figure != TABLE:
        return dataclasses.replace(row, nearest=(near,)) if row.value is None else row
    offer = {"nearest": f'Other "pay", {SECRET}', "nearest_figure": BOUND}
    rows = [{**one, **(offer if one["status"] == "suppressed" else {})} for one in notes.rows_of(row)]
    assert any(one["nearest"] for one in rows)
    return dataclasses.replace(row, value_json=json.dumps(rows))


def test_a_value_of_a_restricted_source_stands_with_its_own_terms_alone(published: Path, tmp_path: Path) -> None:
    """No guide, front page, other figure or table of a release repeats it as an offer."""
    data = Path(shutil.copytree(published, tmp_path / "data"))
    with database.open_work(data) as con:
        con.execute("UPDATE core.sources SET restriction = ?, is_in_prose = false WHERE source = ?", [
            NOT_COMMERCIAL, "stackoverflow_survey",
        ])  # fmt: skip
        put_day(con, Figures, DAY, [as_row(offer_secret(row)) for row in desk.published_figures(con)])
        publish(con, data / "market.duckdb")
    release(data, tmp_path / "release")
    with open_published_file(data) as con:
        figures = for_prose(desk.published_figures(con), desk.read_sources(con))
        draft, _ = refresh.stage(
            GUIDES[1], tmp_path / "guide.md", figures, sources=desk.read_sources(con), is_sample=False
        )
    assert draft is not None and SECRET not in draft.fresh.read_text(encoding="utf-8")
    texts = {path: (tmp_path / "release" / path) for path in list_files(tmp_path / "release")}
    found = {path for path, file in texts.items() if SECRET.encode() in file.read_bytes()}
    assert f"f/{BOUND}.html" in found and {path for path in found if BOUND not in path} <= LISTS
    with duckdb.connect(tmp_path / "release" / DATABASE, read_only=True) as con:
        rows = con.execute("SELECT figure, to_json(f)::VARCHAR FROM mart.figures AS f").fetchall()
    assert TABLE in dict(rows) and not [name for name, text in rows if SECRET in text]
