"""Words of shares come from the declaration of their measure: change it, and every word changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reports.cells.cell import Cell
from reports.figures.declared.share_figures import declare_places, declare_share, name_jobs
from reports.figures.places import PLACES, slug
from reports.figures.verdicts import judge_places
from reports.wording import shares
from transforms.records.vocabulary import AI_JOBS
from warehouse.marts.measures import MEASURES, Measure

ROW: dict[str, Any] = {
    "name": "X", "item": "x", "share": 0.31, "share_lo": 0.28, "share_hi": 0.34, "form": "point", "n_asking": 124,
    "n_jobs": 400, "n_employers_asking": 30, "n_unknown": 100, "bound_lo": None, "bound_hi": None, "rank_best": 1,
    "rank_worst": 2, "status": "published", "reason": None,
}  # fmt: skip
CLEARANCE = Measure(
    name="clearance",
    title="Security clearance",
    of="{jobs} in defence",
    says="ask for {item}",
    names={"x": "a clearance"},
    heading="Clearance",
    answers="",
    silence="unknown",
    known_words="name a clearance",
)
"""A measure that no module knows."""


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("kind", ["region", "country"])
def test_a_figure_by_place_names_its_own_jobs_and_kind_of_place(name: str, kind: str) -> None:
    group = MEASURES[name].role_groups[0]
    jobs = MEASURES[name].name_jobs(name_jobs(group))
    figure = declare_places("x.y", name, "x", group, kind)
    table = figure.renderer.table
    assert table is not None
    made = table([ROW])
    assert f"share of the {jobs}." in made.key and figure.unit == f"share of {jobs}"
    assert made.columns[0] == kind.capitalize() and figure.title.endswith(f", by {kind}")
    other = {"region": "country", "country": "region"}[kind]
    assert other not in f"{made.key} {figure.title} {figure.unit} {' '.join(made.columns)}"
    assert group == AI_JOBS or "AI jobs" not in made.key, "they are those of another group"


def test_no_word_but_those_of_the_declaration() -> None:
    renderer = shares.items(CLEARANCE, "data jobs")
    assert renderer.table is not None
    table = renderer.table([ROW])
    assert table.columns[0] == "Clearance" and "share of the data jobs in defence." in table.key
    assert renderer.text([ROW]) == (
        "X 31% (28–34%); n = 400 data jobs in defence, 95% intervals; 80% of jobs name a clearance"
    )
    assert shares.single(CLEARANCE, "data jobs").text([ROW]) == "31% of the data jobs in defence"


def reading(platform: str, share: float, form: str = "point") -> dict[str, Any]:
    return {
        "platform": f"{platform} job boards", "share": share, "share_lo": share - 0.03, "share_hi": share + 0.03,
        "form": form,
    }  # fmt: skip


def test_a_list_names_the_platforms_of_its_shares_once() -> None:
    rows = [
        ROW | {"form": "platforms", "platforms": [reading("Ashby", 0.28), reading("Lever", 0.13, "interval")]},
        ROW | {"name": "Y", "share": 0.0, "share_lo": 0.0, "share_hi": 0.01, "platforms": []},
    ]
    renderer = shares.items(replace(CLEARANCE, known_words=""), "data jobs")
    assert renderer.text(rows).startswith(
        "on Ashby and Lever boards, in this order: X 28% and 10–16% (25–31% and 10–16%), Y 0% (0–1%); n = 400"
    )
    assert renderer.table is not None
    table = renderer.table(rows)
    assert table.columns[1:3] == ("On Ashby boards", "On Lever boards") and "95% interval" not in table.columns
    assert [row[:3] for row in table.rows] == [("X", "28% (25–31%)", "10–16%"), ("Y", "0% (0–1%)", "0% (0–1%)")]


def test_a_list_of_places_names_the_platforms_of_each_if_these_differ() -> None:
    rows = [
        ROW | {"form": "platforms", "platforms": [reading("Ashby", 0.28), reading("Lever", 0.13)], "n_employers": 9},
        ROW | {"name": "Y", "n_employers": 9},
    ]
    renderer = shares.places(replace(CLEARANCE, known_words=""), "data jobs", "country")
    assert "X 28% on Ashby boards and 13% on Lever boards" in renderer.text(rows)
    assert renderer.table is not None and "Share" in renderer.table(rows).columns


def test_shares_of_countries_alone_rest_on_no_number_of_jobs_of_all() -> None:
    rows = [ROW | {"region_level": "country", "n_employers": 60}]
    assert judge_places(rows).n_jobs is None, "a job counts in each of its countries"
    everywhere = ROW | {"region_level": "world", "n_jobs": 900, "n_employers": 90}
    assert judge_places([everywhere, *rows]).n_jobs == 900
    renderer = shares.places(replace(CLEARANCE, remark="wishes count, too"), "data jobs", "country")
    assert list(renderer.note(rows)) == ["wishes count, too"], "who does not say is counted country by country"
    assert renderer.table is not None and "Do not say" in renderer.table(rows).columns


def test_a_share_says_in_which_languages_its_texts_are_read() -> None:
    assert "Texts in English alone are read for it." in _key_of("qualification")
    assert "Texts in English, German, French" in _key_of("degree")
    assert "Texts in" not in _key_of("workplace")


def _key_of(measure: str) -> str:
    table = shares.items(MEASURES[measure], "AI jobs").table
    assert table is not None
    return table([ROW]).key


def test_a_share_is_said_as_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MEASURES, "clearance", CLEARANCE)
    cell = Cell(
        id="share.clearance.x.de.data", kind="share", renderer=shares.single(CLEARANCE, "data jobs"), row=ROW,
        measure="clearance", item="x", jobs="data jobs in Germany",
    )  # fmt: skip
    assert cell.sentence == "31% of data jobs in Germany in defence ask for a clearance"
    open_cell = replace(cell, row=ROW | {"form": "bounds", "bound_lo": 0.1, "bound_hi": 0.4})
    assert open_cell.sentence == "Between 10% and 40% of all data jobs in Germany ask for a clearance"


FEW_SAY = ROW | {
    "form": "says", "n_unknown": 1_600, "n_unread": 90, "bound_lo": 0.05, "bound_hi": 0.9, "region_level": "world",
}  # fmt: skip


def test_where_too_few_say_only_how_many_do_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the share of those that say, nor bounds, nor an interval appears anywhere."""
    monkeypatch.setitem(MEASURES, "clearance", CLEARANCE)
    single, listed = shares.single(CLEARANCE, "data jobs"), shares.items(CLEARANCE, "data jobs")
    assert single.text([FEW_SAY]) == "20% of data jobs name a clearance"
    assert list(filter(None, single.note([FEW_SAY]))) == [
        "1,600 more jobs do not say",
        "90 more jobs were not read for it",
    ]
    assert listed.text([FEW_SAY]) == "20% of jobs name a clearance; n = 2,000 data jobs"
    assert listed.text([ROW, FEW_SAY]).startswith("X 31% (28–34%), X open; ")
    by_place = shares.places(CLEARANCE, "data jobs", "country").text([FEW_SAY])
    assert by_place == "X open (n = 2,000; 20% of jobs name a clearance)"
    for renderer in (listed, shares.places(CLEARANCE, "data jobs", "country")):
        assert renderer.table is not None
        cells = dict(zip(renderer.table([ROW, FEW_SAY]).columns, renderer.table([ROW, FEW_SAY]).rows[1], strict=True))
        assert (cells["Share"], cells["95% interval"], cells.get("Jobs that say")) == ("–", "–", "20%")
        assert cells.get("Of all jobs", "–") == "–" and cells.get("Not read", "90") == "90"
    cell = Cell(
        id="share.clearance.x.de.data", kind="share", renderer=single, row=FEW_SAY, measure="clearance", item="x",
        jobs="data jobs in Germany",
    )  # fmt: skip
    assert cell.sentence == "20% of data jobs in Germany name a clearance"
    assert cell.numbers["share"].describe() == {
        "value": None, "low": None, "high": None, "unit": "share of jobs", "form": "says",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bounds", "form", "has_bounds", "says"),
    [
        ((0.25, 0.75), "point", True, False), ((0.25, 0.7501), "point", False, True),
        ((0.25, 0.75), "bounds", True, False), ((0.25, 0.7501), "says", False, True),
        ((0.25, 0.4), "interval", True, False),
    ],
)  # fmt: skip
def test_of_silence_bounds_are_said_or_how_many_say_but_never_both(
    bounds: tuple[float, float], form: str, has_bounds: bool, says: bool
) -> None:
    row = ROW | {"bound_lo": bounds[0], "bound_hi": bounds[1], "form": form, "n_employers": 90}
    listed, by_place = shares.items(CLEARANCE, "data jobs"), shares.places(CLEARANCE, "data jobs", "country")
    single = shares.single(CLEARANCE, "data jobs")
    of_one = " ".join([single.text([row]), *filter(None, single.note([row]))])
    for text in (listed.text([row]), by_place.text([row]), of_one):
        assert any(words in text for words in ("25–75%", "25% and 75%", "25–40%")) is has_bounds, text
        assert ("80% of" in text) is says, text
    for renderer in (listed, by_place):
        assert renderer.table is not None
        columns = renderer.table([row]).columns
        assert ("Of all jobs" in columns, "Jobs that say" in columns) == (has_bounds, says)


@pytest.mark.parametrize("name", MEASURES)
def test_every_item_of_a_measure_makes_a_title(name: str) -> None:
    measure = MEASURES[name]
    group = measure.role_groups[0]
    jobs = name_jobs(group, PLACES["de"])
    for item in measure.items or ("x",):
        title = declare_share(name, slug(item), PLACES["de"], group).title
        assert title.lower() == f"{jobs} that {measure.say(item)}, in the adverts we read".lower() and "{" not in title


@pytest.mark.parametrize(("part", "says"), [(0.20, False), (0.34, True), (None, False)])
def test_one_employer_with_over_a_fifth_is_mentioned(part: float | None, says: bool) -> None:
    row = ROW | {"largest_employer_share": part}
    single, places = shares.single(CLEARANCE, "data jobs"), shares.places(CLEARANCE, "data jobs", "country")
    listed = shares.items(CLEARANCE, "data jobs")
    for words in (listed.text([row]), "; ".join(map(str, single.note([row]))), places.text([row])):
        assert ("one employer has 34% of them" in words) == says
