"""Charts agree with tables and files: the same form and rows, each name once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reports.cells.cell import Cell
from reports.site import figure_rows
from reports.site.figure_rows import DrawnChart
from reports.site.rows import ChartRow, Mark
from reports.wording import comparison
from reports.wording.reported import REPORTED
from tests.builders import climb
from warehouse.mart_tables import Figures

Drawn = Callable[..., DrawnChart]


@pytest.fixture
def drawn(figure: Callable[..., Figures]) -> Drawn:
    """drawn("bands.regions", {...}, {...}): the chart of a figure with these rows."""

    def draw(name: str, *rows: dict[str, Any], **changes: Any) -> DrawnChart:
        chart = figure_rows.draw(
            figure(figure=name, value="x", value_json=json.dumps(rows), sources=("ashby", "lever"), **changes)
        )
        assert chart is not None
        return chart

    return draw


def marks_of(row: ChartRow) -> list[tuple[str, float, float | None]]:
    return [(mark.kind, mark.start, mark.end) for mark in row.marks]


def paid(place: str, **changes: Any) -> dict[str, Any]:
    """A band, with jobs that state no pay."""
    return {
        "place": place, "status": "published", "currency": "USD", "basis": "advertised", "n_jobs": 71, "n_silent": 62,
        "band_low": 40_000, "band_high": 70_000, "p50": 56_000, "p50_lo": 54_000, "p50_hi": 59_000,
        "p50_bounds_lo": None, "p50_bounds_hi": None, "p50_if_odds_half": 60_000, "p50_if_odds_double": 52_000,
        "value": "USD 4K",
    } | changes  # fmt: skip


def test_pay_is_a_band_with_its_median_and_brackets_where_its_ends_may_lie(drawn: Drawn) -> None:
    ends = {"band_low_lo": 38_000, "band_low_hi": 43_000, "band_high_lo": 66_000, "band_high_hi": 75_000}
    own, others, wide = drawn(
        "bands.regions",
        paid("Asia", **ends),
        paid("Europe", basis="advertised_third_party", status="low", **ends),
        paid("Oceania", band_low_lo=20_000, band_low_hi=65_000),
    ).rows
    assert marks_of(own) == [("band", 40_000, 70_000), ("dot", 56_000, None), ("bracket", 38_000, 43_000),
                              ("bracket", 66_000, 75_000)]  # fmt: skip
    assert marks_of(others) == [("band", 40_000, 70_000), ("diamond", 56_000, None)]
    assert (own.value, own.value_beneath, own.form) == ("$40–70K", "median 56K", "firm")
    assert others.form == "others" and others.sure == "From others: collected, reported or official"
    assert (wide.value, wide.form) == ("within $20–70K", "rough"), "an end that may not be said is not drawn as one"


def test_silence_is_drawn_as_what_it_may_change_of_the_median(drawn: Drawn) -> None:
    image = drawn(
        "silence.regions",
        paid("Asia", p50_bounds_lo=45_000, p50_bounds_hi=65_000),
        paid("Europe", value="USD 4K (under review since 22 January 2026)"),
        paid("Oceania", n_silent=None, basis="advertised_third_party"),
    )
    assert image.kind is figure_rows.SILENCE and image.key
    assert (len(image.rows), image.n_all) == (2, 2) and "Oceania" not in image.chart, "of others silence is not known"
    assert image.chart.count('class="band ') == 1 and image.chart.count('class="strong ') == 2
    assert "71 of 133 jobs state pay" in image.chart and "within $45–65K" in image.chart and "no bounds" in image.chart
    assert "$40–70K" not in image.chart, "not the band again"
    assert image.chart.count('<span class="badge">under review since 22 January 2026</span>') == 1


SHARE = {"name": "x", "share": 0.5, "share_lo": 0.12, "share_hi": 0.9, "status": "published", "n_jobs": 30}
FORMS = [
    ({"form": "point"}, ("50%", "12–90%"), [("line", 0.12, 0.9), ("dot", 0.5, None)],
     "X: 50%, between 12–90%. Rough: "),
    ({"form": "interval"}, ("12–90%", "range only"), [("line", 0.12, 0.9)], "X: 12–90%. Rough: "),
    ({"form": "bounds", "bound_lo": 0.099, "bound_hi": 0.8}, ("10–80%", "silence leaves it open"),
     [("line", 0.099, 0.8)], "X: 10–80%. Rough: "),
    ({"form": "says", "n_unknown": 70}, ("open", "30% say"), [], "X: open, only 30% say."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "value", "marks", "spoken"), FORMS)
def test_a_share_has_the_form_of_its_figure(
    drawn: Drawn, changes: dict[str, Any], value: tuple[str, str], marks: list[Any], spoken: str
) -> None:
    row, other = drawn("industries.shares", SHARE | changes, SHARE | {"n_jobs": 31, "form": "point"}).rows
    assert (row.value, row.value_beneath) == value and marks_of(row) == marks and row.spoken.startswith(spoken)
    assert (row.beneath, other.beneath) == ("30 jobs", "31 jobs")
    alone = drawn("industries.shares", SHARE | changes, SHARE | {"name": "y", "form": "point"})
    assert [row.beneath for row in alone.rows] == ["", ""], "what all rest on is not said of each"


def test_a_skill_has_its_verdict_below_its_name(drawn: Drawn) -> None:
    skill = SHARE | {"category": "Programming Languages", "form": "point"}
    rows = drawn("skills.programming_languages", skill, skill | {"name": "y", "share_lo": 0.31}).rows
    assert [row.beneath for row in rows] == ["common", "essential"]


RATES = [
    (0.012, 0.011, 0.013, "1.2%", "1.1–1.3%", ["line", "dot"]),
    (0.0376, 0.0292, 0.0483, "2.9–4.8%", "range only", ["line"]),  # wider than 40 % of it
]  # fmt: skip


@pytest.mark.parametrize(("rate", "low", "high", "value", "beneath", "marks"), RATES)
def test_a_rate_has_the_form_of_its_figure(
    drawn: Drawn, rate: float, low: float, high: float, value: str, beneath: str, marks: list[str]
) -> None:
    row = {"cell": "AI engineering", "rate": rate, "rate_lo": low, "rate_hi": high, "status": "published"}
    (chart_row,) = drawn("closing_rate.engineering", row).rows
    assert (chart_row.value, chart_row.value_beneath) == (value, beneath)
    assert [mark.kind for mark in chart_row.marks] == marks


def test_a_kind_of_source_is_named_once(drawn: Drawn) -> None:
    row = {
        "usd": 50_000.0, "status": "published", "basis": "reported", "statistic": "median", "pay_market": "all",
        "place": "Chile", "role_group": "other_engineering", "role": "all", "group": "other_engineering",
    }  # fmt: skip
    kind = comparison.name_kind(row)
    name = f"Chile, other engineering, {kind}"
    first, _ = drawn("comparison.countries", row | {"name": name}, row | {"name": name, "statistic": "mean"}).rows
    assert (first.name, first.beneath, first.value) == ("Chile, other engineering", f"{kind}, median", "$50K")
    assert marks_of(first) == [("diamond", 50_000.0, None)], "hollow, of others"


def test_a_ladder_divides_the_jobs_of_a_place_into_those_of_the_band_and_those_lost(drawn: Drawn) -> None:
    rows = [climb("A & B", 90, 80, 40, 30, 20, 20, 18, 10, 10, 8), climb("C", 9, 9, 1, 0, 0, 0, 0, 0, 0, 0)]
    chart = drawn("ladder.regions", *rows)
    first, second = chart.rows
    assert [(mark.style, mark.start, mark.end) for mark in first.marks] == [
        ("part0", 0.0, 0.2), ("part1", 0.2, 0.5), ("part2", 0.5, 0.75), ("part3", 0.75, 1.0),
    ]  # fmt: skip
    assert second.marks == (Mark(kind="bar", start=0.0, end=1.0, style="part3"),)
    assert (first.value, first.value_beneath, first.beneath) == ("8", "in the band", "40 jobs")
    assert first.spoken.startswith(f"A & B: 8 in the band, 12 {figure_rows.NOT_IN_BAND}")
    assert chart.parts == ["in the band", figure_rows.NOT_IN_BAND, "no pay stated", "no full advert read"]


def test_pages_draw_what_shows_more_than_words_do(figure: Callable[..., Figures]) -> None:
    def draw(*rows: dict[str, Any]) -> figure_rows.DrawnChart | None:
        shares = [{"status": "published", "form": "point", "n_jobs": 90, "n_employers": 30} | row for row in rows]
        ledger = figure(figure="employers.workplace.remote", value="x", value_json=json.dumps(shares))
        return figure_rows.draw_for_page(ledger)

    def row(name: str, share: float | None, **more: Any) -> dict[str, Any]:
        ends = {"share_lo": share and share - 0.02, "share_hi": share and share + 0.02}
        return {"name": name, "region": name, "region_level": "region", "share": share, **ends, **more}

    says = row("Southern Asia", 0.4, form="says", bound_lo=0.1, bound_hi=0.9, n_unknown=40)
    zeros = [row("Northern Africa", 0.0), row("Southern Asia", 0.0)]
    assert draw(row("Western Europe", 0.5)) is None, "one row"
    assert draw(*zeros) is None, "nothing but zeros"
    assert draw(row("Western Europe", 0.5), says) is None, "one row with marks"
    chart = draw(row("Western Europe", 0.5), row("Polynesia", 0.4), says)
    assert chart is not None and [one.name for one in chart.rows] == ["Western Europe", "Polynesia"]
    assert "Too few adverts say it of Southern Asia." in chart.key


def test_a_row_of_reported_pay_says_what_its_source_forbids() -> None:
    row = {
        "country_name": "Argentina", "pay_market": "all", "experience": "all", "n_foreign": 0,
        "restriction": "not for commercial use",
    }  # fmt: skip
    cell = Cell(id="", kind="reported", renderer=REPORTED, row=row)
    assert figure_rows.name_row(cell) == "Argentina, not for commercial use"
    assert figure_rows.name_row(replace(cell, row={**row, "restriction": None})) == "Argentina"
