"""Figures of pay disclosure: their words, their order, and words they must avoid."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from reports.wording import disclosure, notes
from tests.reports.conftest import AS_OF
from tests.reports.figures.ledger_builders import computed, computed_one
from tests.reports.site.pages import render_pages
from warehouse import mart_tables, tables
from warehouse.mart_tables import Figures

Put = Callable[..., None]
FORBIDDEN = re.compile(r"\b(effects?|compl(y|ies|iance|iant)|causes?|thanks to|violat\w+|obey\w*|due to)\b", re.I)


def disclosed(law: str, region: str = "World", **fields: Any) -> dict[str, Any]:
    """A printed row of mart.pay_disclosure, by default without a comparison."""
    level = "world" if region == "World" else "subdivision" if "-" in region else "country"
    row = {
        "as_of": AS_OF, "adverts": "stock", "region_level": level, "region": region, "law": law, "role_group": "all",
        "n_jobs": 400, "n_employers": 60, "n_even_employers": 30.0, "status": "published", "reason": None,
        "n_stated": 300, "share": 0.75, "share_lo": 0.68, "share_hi": 0.81, "form": "point", "n_ranges": 250,
        "width": 0.26, "width_lo": 0.22, "width_hi": 0.29, "width_form": "point", "width_status": "published",
    }  # fmt: skip
    return row | fields


def compared(**fields: Any) -> dict[str, Any]:
    row = {
        "n_employers_both": 85, "n_jobs_both": 130, "n_jobs_other": 120, "share_both": 0.715, "share_other": 0.317,
        "difference": 0.398, "difference_lo": 0.283, "difference_hi": 0.495, "comparison_status": "published",
    }  # fmt: skip
    return row | fields


def law(jurisdiction: str, **fields: Any) -> dict[str, Any]:
    return {"jurisdiction": jurisdiction, "law": f"Act of {jurisdiction}", "adverts": "required", "must_state": "range",
            "in_force_from": date(2021, 1, 1), "evidence": "third_party", "source": "s"} | fields  # fmt: skip


WITHHELD: dict[str, Any] = {
    "status": "suppressed", "reason": "not enough employers (3; 15 needed)", "share": None, "share_lo": None,
    "share_hi": None, "form": None, "n_jobs": 3, "n_stated": 2, "n_ranges": 1, "width": None, "width_lo": None,
    "width_hi": None, "width_form": None, "width_status": "suppressed",
    "width_reason": "not enough employers (1; 15 needed)",
}  # fmt: skip


@pytest.fixture
def ledger(con: duckdb.DuckDBPyConnection, put: Put) -> dict[str, Figures]:
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States"})
    put(tables.Countries, {"country": "AT", "alpha3": "AUT", "name": "Austria"})
    put(tables.DisclosureLaws, law("US-CO"), law("US-NY", evidence="own_knowledge"), law("AT"), law("US-HI"))
    apart = {"comparison_status": "suppressed", "comparison_reason": "not enough employers (1; 15 needed)"}
    put(
        mart_tables.PayDisclosure,
        disclosed("in_force", **compared()),
        disclosed("in_force", role_group="ai_jobs", **compared(difference_lo=0.18, n_employers_both=13)),
        disclosed("in_force", "US", **compared(**dict.fromkeys(
            ("share_both", "share_other", "difference", "difference_lo", "difference_hi")), n_jobs_other=1, **apart)),
        disclosed("none", share=0.185, share_lo=0.112, share_hi=0.279),
        disclosed("unknown", form="interval", share_lo=0.3, share_hi=0.8, width_form="interval"),
        disclosed("none", "US", **WITHHELD),
        disclosed("in_force", "US-CO", share=0.9, share_lo=0.85, share_hi=0.95),
        disclosed("in_force", "US-NY"),
        disclosed("in_force", "US-HI", **WITHHELD),
        disclosed("none", "DE"),
    )  # fmt: skip
    return computed(con, starts=("disclosure.",))


def test_within_employers_the_interval_stands_for_a_difference_that_it_is_too_wide_to_name(
    ledger: dict[str, Figures],
) -> None:
    row = ledger["disclosure.within_employers"]
    assert row.value == (
        "of employers with adverts both where our list of pay laws, none of them checked, has one in force and where "
        "it has none, each counting once: AI jobs, all places: the share that states pay with such a law, less that "
        "without, is +18 to +50 points (13 employers); all jobs, all places: 72% state pay with such a law, 32% "
        "without, +40 points [+28 to +50 points] (85 employers)"
    )
    assert (row.n_jobs, row.n_employers, row.status) == (250, 85, "published")
    table = notes.table(row)
    assert table is not None and [cells[0] for cells in table.rows] == ["AI jobs, all places", "All jobs, all places"]
    assert [cells[1:5] for cells in table.rows] == [
        ("–", "+18 to +50 points", "–", "–"), ("+40", "+28 to +50 points", "72%", "32%")
    ]  # fmt: skip
    assert table.below == ("Withheld. all jobs, United States: not enough employers (1; 15 needed).",)


def test_classes_stand_first_then_places_with_a_law_and_what_is_withheld_is_named(ledger: dict[str, Figures]) -> None:
    row = ledger["disclosure.all_jobs"]
    assert row.value == (
        "pay law in force 75% (68–81%, n = 400), no pay law that we know of 18% (11–28%, n = 400), pay law not known "
        "30–80% (n = 400), United States: pay law in force 75% (68–81%, n = 400), Colorado 90% (85–95%, n = 400), New "
        "York 75% (68–81%, n = 400); 2 more withheld; stated ranges are as wide as so much of their midpoint (median): "
        "pay law in force 26%, no pay law that we know of 26%, pay law not known 22–29%"
    )
    table = notes.table(row)
    assert table is not None
    assert table.rows[2][-3:] == ("–", "22–29%", "250")
    assert table.rows[4][:4] == ("Colorado", "1 January 2021", "90%", "85–95%")
    assert table.below == (
        "Withheld, since employers are too few or one has most of the jobs: United States: no pay law that we know of "
        "(n = 3), Hawaii (n = 3).",
        "From summaries of others, not checked against the text of the law: Colorado (Act of US-CO); Hawaii (Act of "
        "US-HI).",
        "From own knowledge, not checked against the text of the law: New York (Act of US-NY).",
    )


def test_shares_are_headed_by_the_adverts_we_read_and_their_largest_countries(ledger: dict[str, Figures]) -> None:
    assert notes.scope(ledger["disclosure.all_jobs"]) == (
        "In the adverts we read: 1,200 jobs; largest countries: United States 34%"
    )


def test_over_time_there_is_none_yet_until_a_quarter_may_be_printed(
    con: duckdb.DuckDBPyConnection, put: Put, ledger: dict[str, Figures]
) -> None:
    assert ledger["disclosure.new"].value is None
    assert str(ledger["disclosure.new"].reason).startswith("none yet: ")
    put(mart_tables.PayDisclosure, disclosed("in_force", adverts="2026Q2"), disclosed("none", adverts="2026Q2"),
        disclosed("in_force", adverts="2026Q1", **WITHHELD))  # fmt: skip
    row = computed_one(con, "disclosure.new")
    assert row.value == (
        "2026Q2 pay law in force 75% (68–81%, n = 400), 2026Q2 no pay law that we know of 75% (68–81%, n = 400); 1 "
        "more withheld; stated ranges are as wide as "
        "so much of their midpoint (median): 2026Q2 pay law in force 26%, 2026Q2 no pay law that we know of 26%"
    )


def test_no_word_says_what_a_law_does(ledger: dict[str, Figures]) -> None:
    """Of values, notes, tables and the page's own words, and of nothing else on it."""
    rows = list(ledger.values())
    section = render_pages(rows)["laws.html"].partition("<main")[2].partition("</main>")[0]
    assert "All jobs" in section and "no advice" in section
    for text in (section, *(f"{row.title} {row.value} {notes.note(row)} {notes.table(row)}" for row in rows)):
        assert not FORBIDDEN.search(text), FORBIDDEN.search(text)


def test_a_note_says_that_no_law_was_checked(ledger: dict[str, Figures]) -> None:
    note = notes.note(ledger["disclosure.all_jobs"])
    assert re.search(r"Checked against the text of the law: none of the \d+ laws in our list\.", note)
    assert "Places with and without a law differ in much else" in note


@pytest.mark.parametrize(
    ("both", "other", "difference"),
    [(0.714, 0.306, "+40"), (0.715, 0.32, "+40"), (0.306, 0.714, "−40"), (0.5, 0.5, "+0"), (0.314, 0.004, "+31")],
)
def test_a_difference_is_that_of_the_shares_beside_it(both: float, other: float, difference: str) -> None:
    """Of 71.4% and 30.6% readers see 71% and 31%: "+41 points" would look like a mistake."""
    assert disclosure.say_difference({"share_both": both, "share_other": other}) == difference
