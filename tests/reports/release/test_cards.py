"""Pictures of figures are self-contained and say the same as the figures' pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree

from reports.release import cards
from reports.release.licences import combine
from reports.release.published import PublishedDay
from reports.site.words import LINE
from warehouse.mart_tables import Figures

SVG = "{http://www.w3.org/2000/svg}"
SHARE = {"name": "A & B", "share": 0.5, "share_lo": 0.12, "share_hi": 0.9, "form": "interval", "status": "published"}
FULL = SHARE | {"name": "C", "share": 1.0, "share_lo": 0.9, "share_hi": 1.0, "form": "point"}


def draw(figure: Figures) -> ElementTree.Element:
    """The picture of a figure, parsed."""
    publication = SimpleNamespace(name="AI Job Market", licences={figure.figure: combine(("ashby",))})
    return ElementTree.fromstring(cards.draw(figure, cast(PublishedDay, publication)))


def texts(picture: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in picture.iter(f"{SVG}text")]


def industries(figure: Callable[..., Figures], *rows: dict[str, Any], **changes: Any) -> Figures:
    return figure(
        figure="industries.shares", title="Industries", value="A & B 12–90%; C 100%", unit="share of jobs",
        value_json=json.dumps(rows), sources=("ashby", "lever"), **changes,
    )  # fmt: skip


def test_a_picture_has_the_rows_of_its_chart_and_the_same_in_words(figure: Callable[..., Figures]) -> None:
    picture = draw(industries(figure, SHARE, FULL))
    assert picture.findtext(f"{SVG}title") == "Industries: A & B 12–90%; C 100%"
    assert picture.findtext(f"{SVG}desc") == (
        f"A & B: 12–90%. Rough: read the range, not the point. C: 100%, between 90–100%. Firm. {LINE}"
    )
    said = texts(picture)
    assert said[:2] == ["Industries", "Share of jobs; 500 jobs of 50 employers, read 3 to 17 August 2026"]
    assert said[2:6] == ["A & B", "12–90%", "range only", "Rough: read the range,"] and "C" in said and "100%" in said
    assert "A & B 12–90%; C 100%" not in said, "the chart says it"
    assert said[-1].startswith("AI Job Market, 17 August 2026.") and said[-1].endswith("industries.shares")
    line = picture.find(f".//{SVG}line[@class='line rough']")
    assert line is not None and (line.get("x1"), line.get("x2")) == ("11.54%", "86.54%"), "of 104 %"


def test_a_single_value_stands_in_large_letters_above_its_interval(figure: Callable[..., Figures]) -> None:
    of_two = {"figure": "skill.python.all.ai_engineering", "sources": ("ashby", "lever")}
    picture = draw(figure(**of_two, qualifier="under review", bare_value="62%"))
    large = picture.find(f"{SVG}text[@class='value']")
    assert large is not None and large.text == "62%" and "Under review" in texts(picture)
    assert picture.find(f".//{SVG}line[@class='line firm']") is not None
    without = draw(figure(figure="skill.python.all.ai_engineering", value=None, reason="not enough data"))
    assert "Withheld" in texts(without) and without.find(f".//{SVG}line") is None


def test_a_long_chart_ends_and_says_so(figure: Callable[..., Figures]) -> None:
    rows = [FULL | {"name": f"row {number}"} for number in range(cards.MAX_ROWS + 1)]
    said = texts(draw(industries(figure, *rows)))
    assert "Row 29" in said and "Row 30" not in said and any(text.endswith("30 of 31 rows.") for text in said)


def test_nothing_is_drawn_beyond_the_plot(figure: Callable[..., Figures]) -> None:
    picture = ElementTree.tostring(draw(industries(figure, SHARE, FULL)), encoding="unicode")
    assert max(float(x) for x in re.findall(r'"([\d.]+)%"', picture)) <= 100
