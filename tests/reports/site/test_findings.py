"""Titles say no more than intervals allow: ties stay ties, and unknown orders stay open."""

from __future__ import annotations

import json
from dataclasses import make_dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from reports.cells.cell import Cell
from reports.figures.declaration import Rung
from reports.figures.ladder import Attempt
from reports.figures.places import EVERYWHERE
from reports.figures.verdicts import Verdict
from reports.site import explorer, figure_rows, findings, rows
from reports.site.skills import FIRST_CHOICE, Count, Skill, SkillList
from reports.wording import gaps
from reports.wording.renderer import Renderer
from warehouse.mart_tables import Lack


def cell(title: str, **row: Any) -> Cell:
    """A cell of a figure."""
    item = str(row.get("item", title))
    row |= {"status": "published"}
    return Cell(id=title, kind="share", renderer=Renderer(text=str), row=row, name=title, item=item, basis="postings")


def share(title: str, at: float, best: int, form: str = "point", **row: Any) -> Cell:
    """A cell with a given best rank."""
    return cell(title, share=at, share_lo=at - 0.03, share_hi=at + 0.03, form=form, rank_best=best, **row)


LEADERS = [
    ("one leads", [share("ML engineer", 0.3, 1), share("Data scientist", 0.2, 2)],
     "ML engineers make up 30% of AI jobs, more than any other role"),
    ("two share the top", [share("ML engineer", 0.17, 1), share("Data scientist", 0.17, 1),
                           share("Researcher", 0.1, 3)],
     "ML engineers and data scientists share the top, with 17% each of AI jobs"),
    ("a third may be first, too", [share("ML engineer", 0.17, 1), share("Data scientist", 0.16, 1),
                                   share("Researcher", 0.13, 1)],
     "ML engineers and data scientists are among the three largest roles, with 17% and 16% of AI jobs"),
    ("no point may be printed", [share("ML engineer", 0.3, 1, "interval")], None),
]  # fmt: skip


@pytest.mark.parametrize(("case", "cells", "title"), LEADERS, ids=[case for case, _, _ in LEADERS])
def test_an_order_of_roles_is_told_as_far_as_intervals_go(case: str, cells: list[Cell], title: str | None) -> None:
    assert findings._say_roles(cells) == title


def test_the_span_of_years_asked_most_is_named_alone() -> None:
    none, first, second = share("none", 0.6, 1, item="not_asked"), share("3 to 4", 0.2, 1), share("5 or more", 0.19, 1)
    most = "The average employer asks for 3 to 4 in 20% of its AI jobs"
    assert findings._say_years([first]) == f"{most}, more than for any other span"
    assert findings._say_years([first, second]) == most
    assert findings._say_years([none, first, second]) == f"{most}; it asks for none in 60%", "what is commonest is said"


ITEMS = [("point", "8% of AI jobs"), ("interval", "5–11% of AI jobs")]


@pytest.mark.parametrize(("form", "title"), ITEMS)
def test_a_share_that_may_not_be_printed_is_said_by_its_ends(form: str, title: str) -> None:
    cells = [replace(share("equity", 0.08, 1, form), measure="pay_stated", jobs="AI jobs")]
    assert findings._say_item("equity")(cells) == f"{title} whose full advert was read state pay"
    assert findings._say_item("bonus")(cells) is None


def test_closings_are_called_faster_only_where_intervals_do_not_meet() -> None:
    def rate(name: str, at: float, low: float, high: float) -> Cell:
        return cell(name, rate=at, rate_lo=low, rate_hi=high)

    ours, near = rate("AI engineering", 0.018, 0.016, 0.020), rate("other", 0.012, 0.007, 0.019)
    far, words = rate("other", 0.005, 0.002, 0.009), "AI engineering adverts close at 1.8% a day"
    wide = rate("AI engineering", 0.0376, 0.0292, 0.0483)
    assert findings._say_closings([wide]) == "AI engineering adverts close at 2.9–4.8% a day", "as its figure says"
    assert findings._say_closings([ours, near]) == words
    assert findings._say_closings([ours, far, near]) == findings._say_closings([ours, near, far]) == words
    assert findings._say_closings([ours, far]) == f"{words}, faster than other adverts"
    assert findings._say_closings([]) is None


def test_skills_over_all_kinds_are_shown_in_order_without_a_claim_about_it() -> None:
    """Their ranks are known within each kind alone."""

    def skill(name: str, share: float | None, low: float, high: float) -> Skill:
        asked = Count(share, low, high, f"{share:.0%}" if share else "", f"{100 * low:.0f}–{high:.0%}", 0)
        return Skill(
            name=name, category="Programming languages", style="languages", asked=asked, required=None, preferred=None,
            duty=None, figure="",
        )  # fmt: skip

    listed = [skill("Go", None, 0.3, 0.99), skill("Python", 0.67, 0.59, 0.75), skill("SQL", 0.64, 0.56, 0.71)]
    skill_list = SkillList(
        place=EVERYWHERE, work="ai_engineering", name="AI engineering jobs", rests="435 jobs", month="October 2025",
        platforms=(), skills=listed, review="under review since 3 May 2026",
    )  # fmt: skip
    found = findings.find_top_skills({FIRST_CHOICE: skill_list})
    assert found is not None
    assert found["kicker"] == "Skills · October 2025 · under review since 3 May 2026"
    assert found["title"] == "The average employer asks for Python in 67% and for SQL in 64% of its AI engineering jobs"
    assert found["chart"].count('<li class="row') == 3 and "rank" not in found["chart"]
    alone = replace(skill_list, skills=listed[:1])
    assert findings.find_top_skills({FIRST_CHOICE: alone}) is None, "no share of it is printed"


def test_the_lead_says_that_its_figure_is_under_review(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = SimpleNamespace(figure="pay.us", work="ai_engineering", sources=())
    fields = {
        "has_amounts": True, "period": "28 October 2025", "review": "under review since 3 May 2026", "cell": cell,
        "address": "", "currency": "USD",
    }  # fmt: skip
    answer = make_dataclass("Answer", fields)(**fields)
    pay: Any = SimpleNamespace(choice=("us", "ai_engineering", "mid_senior"), best=lambda choice: answer)
    for module, name in (
        (explorer, "pay_row"), (explorer, "pay_axis"), (explorer, "say_title"), (explorer, "say_median"),
        (rows, "draw"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, lambda *args, **options: "")
    badges: list[str] = []
    monkeypatch.setattr(explorer, "pay_row", lambda shown, **options: badges.append(shown.review))
    lead = findings.lead(pay, {"pay.us": "on Ashby boards"})
    assert lead is not None
    assert lead["kicker"] == "Pay · United States · 28 October 2025 · on Ashby boards · under review since 3 May 2026"
    assert badges and not any(badges), "what stands above the title is not said again in each row"


def within(group: str, place: str, low: float, high: float, form: str = "point") -> Cell:
    """A cell of employers with adverts in both."""
    return cell(
        place, region_level="world" if place == "World" else "country", region=place, place=place, role_group=group,
        n_jobs=211, n_employers=32, n_jobs_both=152, n_jobs_other=59, share_both=0.73, share_other=0.85,
        difference=(low + high) / 2, difference_lo=low, difference_hi=high, form=form,
    )  # fmt: skip


LAWS = [
    ([within("all", "World", 0.28, 0.49), within("all", "US", -0.25, 0.02)],
     "Whether 32 employers in the United States state pay more often where our list of pay laws, none of them "
     "checked, has one in force cannot be told"),
    ([within("all", "World", 0.28, 0.49)],
     "On average, 32 employers state pay in more of their adverts where our list of pay laws, none of them "
     "checked, has one in force"),
    ([within("all", "US", -0.25, -0.02)],
     "On average, 32 employers in the United States state pay in fewer of their adverts where our list of pay laws, "
     "none of them checked, has one in force"),
    ([], None),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "title"), LAWS)
def test_a_law_is_held_against_none_within_employers_of_one_country(cells: list[Cell], title: str | None) -> None:
    assert findings._say_law(cells) == title


def test_a_card_shows_both_sides_of_its_difference_or_that_none_may_be_said() -> None:
    def row_of(form: str) -> list[tuple[str, str]]:
        bars = figure_rows.to_rows(figure_rows.DIFFERENCE, [within("all", "US", -0.25, 0.01, form)])
        return [(row.value, row.value_beneath) for row in bars]

    assert row_of("point") == [("73%", "state pay"), ("85%", "state pay"), ("−12", "−25 to +1")]
    assert row_of("interval") == [("−25 to +1", "range only")]


def test_the_card_of_degrees_shows_the_row_it_speaks_of(figure: Any) -> None:
    names = {"none": 0.0, "associate": 0.001, "bachelor": 0.19, "master": 0.15, "doctorate": 0.01, "not_asked": 0.65}
    rows = [share(item, at, 1, item=item, name=item, n_jobs=90, is_by_employer=True).row for item, at in names.items()]
    ledger = figure(
        figure="employers.degree", value="x", value_json=json.dumps(rows), qualifier="under review since 3 May"
    )
    (card,) = findings.cards([ledger], {}, {"employers.degree": "on Ashby boards"})
    assert card["title"] == ("The average employer requires no degree in 65% of its AI jobs")
    assert "<b>65%</b>" in card["chart"] and card["chart"].count('<li class="row') == 4
    assert card["kicker"].endswith("on Ashby boards · under review since 3 May"), "one platform and a review are said"


def lack(rung: str, n: float, unit: str = "employers that state pay", needed: int = 15) -> Lack:
    return Lack(rung=rung, n=n, needed=needed, unit=unit)


OWN, WIDER = "open adverts, paid there", "open adverts, every level"
OPEN = [
    # The own rung is nearest.
    ([lack(OWN, 3), lack(WIDER, 3)], "3 of 15 employers that state pay", "3 of 15 employers that state pay"),
    # A wider rung is nearer, and said as what it is.
    ([lack(OWN, 5), lack(WIDER, 12)],
     "5 of 15 employers that state pay; every level: 12 of 15 employers that state pay",
     "5 of 15 employers that state pay"),
    # So is another kind of source.
    ([lack(OWN, 0), lack("reported, every level", 13, "persons", 30)],
     "0 of 15 employers that state pay; reported, every level: 13 of 30 persons", "0 of 15 employers that state pay"),
    # Of several that the own rung lacks, the one furthest from enough stands in line for it.
    ([lack(OWN, 12), lack(OWN, 122, "open days", 1_000), lack(WIDER, 1)],
     "12 of 15 employers that state pay, 122 of 1,000 open days", "122 of 1,000 open days"),
]  # fmt: skip


@pytest.mark.parametrize(("lacks", "why", "worst"), OPEN)
def test_what_is_open_says_what_the_figure_itself_lacks(figure: Any, lacks: list[Lack], why: str, worst: str) -> None:
    ledger = figure(
        figure="pay.cl.ai_engineering.mid_senior", basis="advertised", value=None, lacks=tuple(lacks),
        reason="not enough employers (3; 15 needed)",
    )  # fmt: skip
    (one,) = findings.list_open([ledger])
    assert (one.why, str(one.lack)) == (why, worst)


def test_what_has_no_count_is_open_for_its_reason(figure: Any) -> None:
    odd = figure(
        figure="closing_rate.engineering", value=None, reason="no closing can be confirmed yet",
        lacks=(lack("adverts followed", 0, "jobs"),),
    )  # fmt: skip
    days = figure(
        figure="closing_rate.de.ai_engineering", value=None,
        reason="not followed for long enough (122 open days; 1,000 needed)",
        lacks=(lack("adverts followed", 122, "open days", 1_000),),
    )  # fmt: skip
    first, second = findings.list_open([odd, days])
    assert str(first.lack) == "122 of 1,000 open days" and findings.choose_open([first, second]) == [first]
    assert second.why == "no closing can be confirmed yet" and second.lack is None


def test_what_lacks_is_said_and_counted() -> None:
    row = {"n_jobs": 23, "n_employers": 4, "n_even_employers": 3.96, "largest_employer_share": 0.7}
    few = Verdict(status="suppressed", reason="few")
    refusals = [
        Attempt(
            rung=Rung(name=rung, basis=basis, cells="", sql="", behind=""),
            list="",
            given={},
            rows=[counts],
            by_rules=few,
            verdict=few,
        )
        for rung, basis, counts in (
            ("open adverts, paid there", "advertised", {**row, "n_employers": 2}),
            ("open adverts, every level", "advertised", row),
            ("reported", "reported", {"n_jobs": 12}),
            ("adverts followed", "postings", {"n_jobs": 40, "open_days": 122.0}),
        )
    ]
    words, lacks = gaps.describe(refusals, None)
    assert [(one.rung, str(one)) for one in lacks] == [
        ("open adverts, paid there", "2 of 15 employers that state pay"),
        ("open adverts, every level", "4 of 15 employers that state pay"),
        ("reported", "12 of 30 persons"),
        ("adverts followed", "122 of 1,000 open days"),
    ]
    assert words == (
        "open adverts, every level: 4 of 15 employers that state pay; no board with jobs there is known yet; "
        "reported: 12 of 30 persons; adverts followed: 122 of 1,000 open days"
    ), "of the rungs of one basis the one with the most employers speaks"
