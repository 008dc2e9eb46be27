"""Pictures of figures: charts as SVG that stand alone."""

from __future__ import annotations

import itertools
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from reports.figures.catalogue import KNOWN
from reports.release import charts
from reports.wording import frame
from transforms.records.vocabulary import LADDER_STEPS

SVG = "{http://www.w3.org/2000/svg}"

ROWS = [
    {"place": "A & B", "currency": "USD", "band_low": 12_000.0, "band_high": 60_000.0, "p50": 36_000.0, "status": "low",
     "band_low_lo": 10_800.0, "band_low_hi": 15_600.0, "band_high_lo": 54_000.0, "band_high_hi": 75_600.0},
    {"place": "C", "currency": "USD", "band_low": 12_000.0, "band_high": 24_000.0, "p50": None, "status": "published"},
]  # fmt: skip


def test_bands_are_drawn_where_the_numbers_are() -> None:
    svg = ElementTree.fromstring(charts.bands(ROWS, "c", title="t"))
    groups = svg.findall(f"{SVG}g")
    assert [g.get("data-name") for g in groups] == ["A & B", "C"]
    bar, dot = groups[0].find(f"{SVG}rect"), groups[0].find(f"{SVG}circle")
    assert bar is not None and dot is not None
    # The axis ends at 80K, above the highest whisker.
    assert (bar.get("x"), bar.get("width"), dot.get("cx")) == ("15.00%", "60.00%", "45.00%")
    whiskers = [w for w in groups[0].findall(f"{SVG}line") if w.get("y1") == w.get("y2")]
    assert [(w.get("x1"), w.get("x2")) for w in whiskers] == [("13.50%", "19.50%"), ("67.50%", "94.50%")]
    assert bar.get("class") == "bar low"
    assert groups[1].find(f"{SVG}circle") is None and groups[1].find(f"{SVG}line") is None


def climb(place: str, *counts: int) -> dict[str, Any]:
    """A row of the ladder with so many left at each step."""
    losses = [0, *(before - after for before, after in itertools.pairwise(counts))]
    steps = [
        {"step": step, "n": n, "n_lost": loss, "reason": f"because of {step}"}
        for step, n, loss in zip(LADDER_STEPS, counts, losses, strict=True)
    ]
    return {"place": place, "steps": steps, "n_jobs": counts[2], "status": "published"}


def test_a_ladder_divides_the_jobs_of_a_place_into_those_of_the_band_and_those_lost() -> None:
    rows = [climb("A & B", 90, 80, 40, 30, 20, 20, 18, 10, 10, 8), climb("C", 9, 9, 1, 0, 0, 0, 0, 0, 0, 0)]
    svg = ElementTree.fromstring(charts.ladder(rows, "c", title="t"))
    first, second = svg.findall(f"{SVG}g")
    parts = [(r.get("class"), r.get("x"), r.get("width"), r.findtext(f"{SVG}title")) for r in first.iter(f"{SVG}rect")]
    assert parts == [
        ("part p0", "0.00%", "20.00%", "8 in the band"),
        ("part p1", "20.00%", "5.00%", "2 pay not comparable"),
        ("part p3", "25.00%", "20.00%", "8 another level"),
        ("part p4", "45.00%", "5.00%", "2 level unknown"),
        ("part p6", "50.00%", "25.00%", "10 no pay stated"),
        ("part p7", "75.00%", "25.00%", "10 no full advert"),
    ]
    assert [r.get("width") for r in second.iter(f"{SVG}rect")] == ["100.00%"]
    assert first.findall(f"{SVG}text")[1].text == "8 of 40 AI engineering jobs"
    assert "A & B: 8 in the band, 2 pay not comparable" in (svg.findtext(f"{SVG}desc") or "")
    legend = [text.text for text in svg.findall(f"{SVG}text")]
    assert len(legend) == 8 and legend[0] == "in the band" and legend[-1] == "no full advert"
    with pytest.raises(ValueError):
        charts.ladder([], "c", title="t")
    table = frame.LADDER.table
    assert table is not None and table(rows).rows[0] == (
        "A & B",
        "90",
        "80",
        "40",
        "30",
        "20",
        "20",
        "18",
        "10",
        "10",
        "8",
    )
    few, reasons = table(rows).below
    assert few == "Not in the table: 1 place with fewer than 30 AI engineering jobs, none of them in a band."
    assert len(table(rows).rows) == 1 and len(table(rows[1:]).rows) == 1, "all, where no place has enough"
    assert "because of pay_stated" in reasons and "because of jobs" not in reasons
    assert frame.LADDER.text(rows) == "A & B 8 of 40 AI engineering jobs; none in 1 more place"
    assert frame.LADDER.text(rows[1:]) == "no AI engineering job of 1 place is in the band"


def test_a_chart_marks_what_a_third_party_collected() -> None:
    svg = charts.bands([ROWS[0] | {"basis": "advertised_third_party"}, ROWS[1]], "c", title="t")
    assert svg.count(">third-party adverts; low confidence<") == 1
    assert "A &amp; B USD 12K–60K (third-party adverts; low confidence); C USD 12K–24K." in svg


def test_a_ranking_says_the_verdict_below_each_bar_when_asked() -> None:
    rows = [{"skill": "x", "share": 0.5, "share_lo": 0.12, "share_hi": 0.9, "form": "point"}]
    assert ">common<" in charts.ranking(rows, "c", name="skill", title="t", verdicts=True)
    assert ">common<" not in charts.ranking(rows, "c", name="skill", title="t")
    wide = [rows[0] | {"form": "interval"}]
    assert ">common; 95% interval<" in charts.ranking(wide, "c", name="skill", title="t", verdicts=True)


@pytest.mark.parametrize(
    ("form", "bar", "value", "remark"),
    [
        ("interval", ("12.00%", "78.00%"), "12–90%", "95% interval"),
        ("bounds", ("10.00%", "70.00%"), "between 10% and 80%", "bounds: 30% of jobs say"),
    ],
)
def test_a_share_without_a_point_is_a_hollow_bar_from_end_to_end(
    form: str, bar: tuple[str, str], value: str, remark: str
) -> None:
    row = {"skill": "x", "share": 0.5, "share_lo": 0.12, "share_hi": 0.9, "bound_lo": 0.1, "bound_hi": 0.8,
           "n_jobs": 30, "n_unknown": 70, "form": form}  # fmt: skip
    full = {"skill": "y", "share": 1.0, "share_lo": 0.9, "share_hi": 1.0, "form": "point"}
    text = charts.ranking([row, full], "c", name="skill", title="t")
    rect = ElementTree.fromstring(text).findall(f"{SVG}g")[0].find(f"{SVG}rect")
    assert rect is not None and rect.get("class") == "bar low"
    assert (rect.get("x"), rect.get("width")) == bar
    assert f">{value}<" in text and f">{remark}<" in text


def test_a_chart_says_in_words_what_it_shows() -> None:
    svg = ElementTree.fromstring(charts.bands(ROWS, "c", title="t"))
    title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None and title.text and desc is not None
    assert desc.text is not None and "A & B USD 12K–60K (low confidence); C USD 12K–24K." in desc.text
    words = "".join(svg.itertext())
    assert "low confidence" in words and "A & B" in words


@pytest.mark.parametrize("highest", [0.004, 0.35, 1.0, 1_234.0, 23_400.0, 99_999.0])
def test_an_axis_has_a_few_round_steps(highest: float) -> None:
    step = charts.nice_step(highest)
    assert highest / 8 <= step <= highest
    assert 4 * step >= highest * 0.999999


def test_nothing_is_drawn_beyond_the_axis() -> None:
    rows = [{"skill": "x", "share": 0.5, "share_lo": 0.1, "share_hi": 1.0, "status": "published"}]
    text = charts.ranking(rows, "c", name="skill", title="t")
    assert max(float(x) for x in re.findall(r'"([\d.]+)%"', text)) <= 100
    with pytest.raises(ValueError, match="nothing to draw"):
        charts.ranking([], "c", name="skill", title="t")


def test_every_kind_of_chart_is_declared_of_some_figure_and_known() -> None:
    displays = [display for figure in KNOWN.values() for display in figure.displays]
    assert {display.chart for display in displays} - {None} == set(charts.CHARTS)
