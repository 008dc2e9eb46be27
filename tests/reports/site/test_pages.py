"""Pages on figures that wait, changed or are withheld; and no names of code on any page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest

from reports.figures.catalogue import KNOWN
from reports.figures.vintages import FigureVintage
from reports.release.published import describe_published
from reports.site import build, explorer, words
from reports.wording.bases import entitle_list
from tests.reports.conftest import make_tables
from tests.reports.site.pages import make_site, render_pages, render_site
from tests.reports.site.test_region_names import MIXED, US
from warehouse.mart_tables import Figures, Lack
from warehouse.ops_tables import Vintages

Make = Callable[..., Figures]
REVIEW = "under review since 22 January 2026"


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_a_page_without_a_value_says_what_is_missing(figure: Make) -> None:
    reason = "not followed for long enough (122 open days; 1,000 needed)"
    lacks = (Lack(rung="adverts followed", n=122, needed=1_000, unit="open days"),)
    rate = figure(
        figure="closing_rate.engineering", title="Closing rate", value=None, reason=reason, missing=None, lacks=lacks
    )
    text = main_of(render_pages([rate])["closings.html"])
    assert "Nothing can be said here yet." in text and "122 of 1,000 open days" in text
    assert 'href="f/closing_rate.engineering.html"' in text


def test_what_waits_for_review_says_so_wherever_it_is_shown(figure: Make) -> None:
    row = {"name": "Western Europe", "status": "published", "n_ai_jobs": 49, "read_on": "2025-10-28"}
    row |= dict.fromkeys(("n_boards", "n_boards_read_whole", "n_boards_in_stock", "n_adverts", "n_jobs"), 70)
    row |= {"n_read_in_full": 49, "n_paid": 10}
    coverage = figure(
        figure="frame.regions", value="x", value_json=json.dumps([row]), status="stale",
        qualifier=f"read 28 October 2025; {REVIEW}",
    )  # fmt: skip
    pages = render_pages([coverage])
    assert main_of(pages["countries.html"]).count(REVIEW) == 1, "beside the link"
    assert REVIEW in pages["figures.html"] and REVIEW in pages["f/frame.regions.html"]


def test_employers_with_adverts_in_both_stand_first_as_the_page_says(figure: Make) -> None:
    within = {
        "region_level": "world", "region": "World", "place": "all places", "role_group": "all", "n_jobs": 90,
        "n_employers": 30, "n_jobs_both": 45, "n_jobs_other": 45, "share_both": 0.7, "share_other": 0.5,
        "difference": 0.2, "difference_lo": 0.1, "difference_hi": 0.3, "form": "point", "status": "published",
    }  # fmt: skip
    shares = {
        "name": "pay law in force", "in_force_from": None, "form": "point", "share": 0.7, "share_lo": 0.6,
        "share_hi": 0.8,
        "n_asking": 63, "n_jobs": 90, "n_employers": 30, "width": None, "width_form": None, "width_lo": None,
        "width_hi": None, "n_ranges": None, "status": "published", "evidence": None, "law_name": None,
        "region_level": "world",
    }  # fmt: skip
    ledger = [
        figure(figure=name, value="x", value_json=json.dumps([row]))
        for name, row in (("disclosure.ai_jobs", shares), ("disclosure.within_employers", within))
    ]
    text = main_of(render_pages(ledger)["laws.html"])
    assert 0 < text.index('id="disclosure-within_employers"') < text.index('id="disclosure-ai_jobs"')


def vintage(number: int, value: str | None, **changes: Any) -> FigureVintage:
    """A published vintage of the list that holds the figure of Python, with the figure's value."""
    on = date(2026, number, 1)
    return replace(
        FigureVintage(
            number=number, as_of=on, state="published", offered_on=on, decided_on=on, why="revised", reason=None,
            is_correction=False, is_reviewed=True, value=value, n_jobs=100,
        ),
        **changes,
    )  # fmt: skip


def test_changes_leave_out_what_says_the_same_and_begin_with_what_a_person_said(figure: Make) -> None:
    history = [
        vintage(1, None),
        vintage(2, None, why="withheld for another reason"),
        vintage(3, "60%"),
        vintage(4, "61%", is_correction=True, reason="read twice"),
        vintage(5, "70%", reason="looked up"),
        vintage(6, "71%"),
        vintage(7, "71%"),
        vintage(8, "71%", reason="read again"),
        vintage(9, None),
    ]
    with duckdb.connect() as con:
        make_tables(con)
        day = describe_published(con, [figure()], [], as_of=date(2026, 8, 17), is_sample=False)
    site = make_site(replace(day, vintages={"skill.python": history}))
    said = "cannot be said"
    assert [(before.value or said, one.value or said) for _, before, one in build.list_changes(site)] == [
        ("60%", "61%"),  # the erratum
        ("71%", "71%"),  # what a person accepted, also where it says the same
        ("61%", "70%"),
        ("71%", said),
        ("70%", "71%"),
        (said, "60%"),
    ]
    page = render_site(site)["changes.html"]
    assert (
        page.index("<b>Corrected.</b> 60% → 61%") < page.index("<b>Reviewed.</b> 71% → 71%") < page.index("70% → 71%")
    )


def test_changes_list_what_waits_and_what_was_withdrawn_by_list(figure: Make) -> None:
    pay, frame = "pay.advertised.countries", "frame"

    def one(name: str, number: int, state: str, **changes: Any) -> Vintages:
        on = date(2026, number, 1)
        return Vintages(
            list=name, number=number, as_of=on, state=state, offered_on=on, decided_on=None, why="jobs fell", n_jobs=9,
            n_cells=1, n_printed=1, method="m", **changes,
        )  # fmt: skip

    with duckdb.connect() as con:
        make_tables(con)
        day = describe_published(con, [figure(list=pay)], [], as_of=date(2026, 8, 17), is_sample=False)
    lists = {
        pay: [one(pay, 1, "published"), one(pay, 2, "waiting")],
        frame: [one(frame, 3, "withdrawn", reason="rose")],
    }
    site = make_site(replace(day, lists=lists))
    page = main_of(render_site(site)["changes.html"])
    assert 'Pay, adverts we read, by country<span class="badge">since 1 February 2026</span><small>1 figure.' in page
    assert 'What was read<span class="said">1 March 2026</span><small>It waited: jobs fell. Withdrawn: rose.' in page


def test_every_list_has_a_name_for_readers() -> None:
    for name in {figure.list_of(rung) for figure in KNOWN.values() for rung in figure.rungs}:
        title = entitle_list(name)
        assert title != name and title[0].isupper() and "_" not in title, name


SHORT = [
    ("62%", "62%"),
    ("; ".join(["United States (Canada 10; Mexico 3) $150–245K a year"] * 5),
     "; ".join(["United States (Canada 10; Mexico 3) $150–245K a year"] * 3) + "; 2 more"),
    ("x" * 200, "see its page"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "short"), SHORT)
def test_a_long_value_ends_where_a_part_of_it_does(value: str, short: str) -> None:
    assert words.shorten(value) == short


def test_readers_meet_titles_and_no_names_of_code() -> None:
    assert words.plain("Places whose pay is withheld") == "Places whose pay cannot be said"
    html = build._from_markdown("## The ladder (`reports/figures/pay.py`)\n\nIt stands in `warehouse/load/laws.toml`.")
    assert html == "<h2>The ladder</h2>\n<p>It stands in a file of the code.</p>\n"


def test_a_country_stands_for_a_region_of_which_it_has_nearly_all_jobs(figure: Make) -> None:
    ledger = [
        figure(figure=f"pay.{place}.ai_engineering.mid_senior", value_json=json.dumps([row]))
        for place, row in (("northern_america", US), ("western_europe", MIXED))
    ]
    assert explorer._find_heads(ledger, ["us", "de", "western_europe"]) == {"northern_america": "us"}
    assert explorer._find_heads(ledger, ["de"]) == {}, "none stands there that cannot be chosen"
