"""Passages of a guide: which sentences stand in them, and that a second refresh changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from reports.figures.catalogue import find_id
from reports.guide.markers import GuideError, scan_tags
from reports.guide.passages import find_passages, read_topics, write_passages
from reports.guide.render import refresh_bytes
from warehouse.mart_tables import Figures

Make = Callable[..., Figures]
END = "\n<!-- figures:sources -->\n<!-- /figures:sources -->\n"
GUIDE = f"# Pay\n\n<!-- passage:requirements.gb.ai_jobs -->\n<!-- /passage -->\n{END}"
ITEMS = ("degree.not_asked", "degree.doctorate", "years.not_asked", "workplace.remote")
IDS = [f"employers.{item}.gb.ai_jobs" for item in ITEMS]


def share_of(figure: Make, name: str, share: float | None) -> Figures:
    """A ledger row of a share; of a withheld one without a share."""
    if share is None:
        return figure(figure=name, value=None, value_json=None, status="suppressed", reason="not enough employers")
    row = {"share": share, "share_lo": share - 0.02, "share_hi": share + 0.02, "form": "point"}
    return figure(figure=name, value_json=json.dumps([row]))


def words_of(raw: str, ledger: list[Figures], *, is_html: bool = False) -> tuple[str, str]:
    """The refreshed guide, and its first passage as readers see it."""
    text = refresh_bytes(raw.encode(), ledger, is_html=is_html)[0].decode()
    inside = text.partition("-->")[2].partition("<!-- /passage")[0]
    return text, " ".join(re.sub(r"<[^<>]*>", "", inside).split())


def test_a_passage_says_what_is_known_and_tells_once_what_is_not(figure: Make) -> None:
    shares = [0.65, None, None, None]
    text, words = words_of(GUIDE, [share_of(figure, *pair) for pair in zip(IDS, shares, strict=True)])
    assert words == (
        "In the United Kingdom, nearly two in three adverts require no degree. We cannot say yet how many ask for "
        "experience or are for remote work."
    )
    assert IDS[1] not in text  # a sentence without `about` is left out in silence


def test_a_passage_says_offer_of_adverts_alone_and_no_level_that_is_not_counted(figure: Make) -> None:
    names = [f"pay.de.ai_engineering.{level}" for level in ("mid_senior", "entry", "staff")]
    band = {"currency": "EUR", "p50": 80_000, "p50_lo": 76_000, "p50_hi": 84_000}
    rows = {
        "reported": {**band, "seniority_group": "mid_senior"},
        "official": {**band, "seniority_group": "entry"},
        "advertised": {**band, "seniority_group": "all"},
    }
    ledger = [
        figure(figure=name, basis=basis, value_json=json.dumps([{**row, "basis": basis}]), unit="USD per year")
        for name, (basis, row) in zip(names, rows.items(), strict=True)
    ]
    none = share_of(figure, "reported.de.ai_engineering.mid_senior", None)
    guide = GUIDE.replace("requirements.gb.ai_jobs", "pay.de.ai_engineering")
    assert words_of(guide, [*ledger, none])[1] == (
        "Asked in surveys, people at mid to senior level report a median of about €80,000 a year. We cannot say yet "
        "what adverts offer at mid to senior level, entry level or staff and principal level."
    )


def test_a_passage_of_nothing_names_its_place(figure: Make) -> None:
    assert words_of(GUIDE, [share_of(figure, name, None) for name in IDS])[1] == (
        "In the United Kingdom, we cannot say yet how many require a degree, ask for experience or are for remote work."
    )


def test_a_second_refresh_changes_nothing_and_a_new_value_adds_its_sentence(figure: Make) -> None:
    few = [share_of(figure, *pair) for pair in zip(IDS, [0.65, 0.04, None, 0.3], strict=True)]
    first, _ = words_of(GUIDE, few)
    assert words_of(first, few)[0] == first
    second, words = words_of(first, [*few[:2], share_of(figure, IDS[2], 0.5), few[3]])
    assert words.endswith(
        "About half of adverts name no years of experience. About three in ten adverts that say where the work is done "
        "are for remote work."
    )
    assert second.startswith("# Pay\n\n<!-- passage:requirements.gb.ai_jobs -->\n\nIn the")


def test_a_passage_of_html_is_a_paragraph(figure: Make) -> None:
    ledger = [share_of(figure, name, 0.3) for name in IDS]
    text, _ = words_of(GUIDE.replace("\n", "\r\n"), ledger, is_html=True)
    assert "-->\r\n\r\n<p>In the United Kingdom, <span" in text
    assert words_of(text, ledger, is_html=True)[0] == text


@pytest.mark.parametrize(
    ("guide", "message"),
    [
        ("<!-- passage:pay.us -->\n<!-- /passage -->", "line 3: no passage 'pay.us'; expected one of pay.PLACE.ROLE, "),
        ("<!-- passage:pay.utopia.data -->\n<!-- /passage -->", "line 3: no figure 'pay.utopia.data.mid_senior'"),
        ("<!-- passage:pay.us.data -->", "line 3: <!-- passage:pay.us.data --> is never closed"),
        ("<!-- /passage -->", "line 3: <!-- /passage --> closes nothing"),
        ("<!-- passage:pay.us.data -->\n<!-- passage:pay.us.data -->", "line 3: <!-- passage:pay.us.data --> is never"),
        ("<!-- passage pay.us.data -->\n<!-- /passage -->", "line 3: broken marker <!-- passage pay.us.data -->"),
        ("Pay: <!-- passage:pay.us.data -->\n<!-- /passage -->", "must stand alone on its line"),
    ],
)
def test_a_wrong_passage_is_named_with_its_line(guide: str, message: str) -> None:
    with pytest.raises(GuideError) as error:
        find_passages(scan_tags(f"# Pay\n\n{guide}\n".encode(), is_html=False))
    assert message in str(error.value)


def test_a_figure_that_is_not_in_the_ledger_is_named(figure: Make) -> None:
    scan = scan_tags(GUIDE.encode(), is_html=False)
    with pytest.raises(GuideError, match=f"line 3: {IDS[1]} is not published yet"):
        write_passages(scan, {IDS[0]: share_of(figure, IDS[0], 0.3)})


def test_passages_in_code_are_left_alone() -> None:
    assert find_passages(scan_tags(f"```\n{GUIDE}```\n".encode(), is_html=False)) == []


EXAMPLES = {"PLACE": "gb", "ROLE": "ai_engineering", "GROUP": "ai_jobs", "CATEGORY": "programming_languages"}


@pytest.mark.parametrize("topic", read_topics())
def test_each_topic_names_figures_that_exist(topic: str) -> None:
    parts = ".".join(EXAMPLES[part] for part in read_topics()[topic].parts)
    (passage,) = find_passages(
        scan_tags(f"<!-- passage:{topic}.{parts} -->\n<!-- /passage -->\n".encode(), is_html=False)
    )
    assert passage.figures
    assert all(find_id(name) for name in passage.figures)
    assert not any(re.search(r"[A-Z]{4,}", one.text) for one in passage.sentences)
