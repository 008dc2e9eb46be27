"""Titles are figures in prose with their dates: they say no more than intervals allow."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
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
from reports.wording.numbers import upper_first
from reports.wording.renderer import Renderer
from warehouse.mart_tables import Figures, Lack


def cell(title: str, **row: Any) -> Cell:
    """A cell of a figure."""
    item = str(row.get("item", title))
    row |= {"status": "published"}
    return Cell(id=title, kind="share", renderer=Renderer(text=str), row=row, name=title, item=item, basis="postings")


def share(title: str, at: float, form: str = "point", **row: Any) -> Cell:
    """A cell of roles."""
    ends = {"share_lo": at - 0.03, "share_hi": at + 0.03}
    made = cell(title, share=at, **ends, form=form, **({"item": title, "name": title} | row))
    return replace(made, measure="role", jobs="AI jobs")


ROLES = [
    ("two shares in house style", [share("ML engineer", 0.30), share("Data scientist", 0.2), share("Researcher", 0.1)],
     "About three in ten AI jobs are for ML engineers and about one in five for data scientists"),
    ("an interval is not named", [share("ML engineer", 0.3, "interval"), share("Data scientist", 0.2)],
     "About one in five AI jobs are for data scientists"),
    ("no point may be printed", [share("ML engineer", 0.3, "interval")], None),
]  # fmt: skip


@pytest.mark.parametrize(("case", "cells", "said"), ROLES, ids=[case for case, _, _ in ROLES])
def test_a_card_says_its_first_shares_in_prose(case: str, cells: list[Cell], said: str | None) -> None:
    text = findings._say_first(cells)
    assert (text and upper_first(text)) == said


def test_several_platforms_leave_room_for_one_share() -> None:
    readings = [{"platform": name, "share": at, "form": "point"} for name, at in (("Ashby", 0.6), ("Lever", 0.7))]
    cells = [share(name, 0.65, "platforms", platforms=readings) for name in ("ML engineer", "Data scientist")]
    assert findings._say_first(cells) == "between three in five and seven in ten AI jobs are for ML engineers"


AGES = [
    (45, ""), (46, "seven weeks"), (80, "three months"), (293, "ten months"), (640, "21 months"), (800, "two years"),
]  # fmt: skip


@pytest.mark.parametrize(("days", "age"), AGES)
def test_old_adverts_say_so_in_words(days: int, age: str) -> None:
    as_of = date(2026, 8, 17)
    said = findings.say_age(as_of - timedelta(days=days), as_of)
    assert said == (f"These adverts were read {age} ago." if age else "")


def answer_of(basis: str, **row: Any) -> explorer.Answer:
    """Pay of senior engineers in the United Kingdom."""
    row |= {"currency": "USD", "status": "published", "form": "point"}
    renderer, period = Renderer(text=str), date(2025, 10, 28)
    cell = Cell(
        id="", kind="pay", renderer=renderer, row=row, basis=basis, place="gb", work="ai_engineering", item="senior",
        period_from=period, period_to=period,
    )  # fmt: skip
    return explorer.Answer(cell=cell)


def test_the_headline_has_its_date_and_says_who_said_it() -> None:
    band = {
        "band_low": 150_400, "band_low_lo": 145_000, "band_low_hi": 155_000, "band_high": 252_000,
        "band_high_lo": 230_000, "band_high_hi": 280_000, "p50": 190_000, "p50_lo": 185_000, "p50_hi": 198_000,
    }  # fmt: skip
    median = {"p50": 90_000, "p50_lo": 88_000, "p50_hi": 92_000}
    assert findings.say_pay(answer_of("advertised", **band)) == (
        "In October 2025, UK adverts offered senior AI engineers $150,000 to $250,000 a year"
    )
    assert findings.say_pay(answer_of("reported", **median)) == (
        "In October 2025, senior AI engineers in the United Kingdom reported a median of about $90,000 a year"
    )
    other = replace(answer_of("advertised", **band), instead="a survey, every level")
    assert findings.say_pay(other).startswith("In October 2025, adverts offered"), "what was counted stands there"


def test_the_guide_stands_in_the_lead_for_a_country_of_its_region() -> None:
    row = findings._guide_of(("us", "ai_engineering", "mid_senior"))
    assert row is not None and row.name == "2026 guide on US and Canada" and row.beneath == "named no source"
    assert [(mark.start, mark.end) for mark in row.marks] == [(97_200, 154_800)]
    assert findings._guide_of(("de", "ai_engineering", "mid_senior")) is None


def moved(figure: Any, low: float, high: float, to: date, name: str = "movement.us.ai_engineering") -> Figures:
    """A series of our own pay over two quarters."""
    row = {
        "period": "2026-Q2", "previous": "2026-Q1", "chained_from": "2026-Q1", "first_day": "2026-04-01",
        "last_day": "2026-06-30", "change": (low + high) / 2, "change_lo": low, "change_hi": high, "raw_change": 0.0,
        "chain": (low + high) / 2, "chain_lo": low, "chain_hi": high, "basis": "advertised", "form": "point",
        "is_break": False, "status": "published",
    }  # fmt: skip
    made: Figures = figure(
        figure=name, title="Pay for the same kind of job over time, AI engineering, United States", value="x",
        value_json=json.dumps([row]), basis="advertised", period_to=to,
    )  # fmt: skip
    return made


def test_what_moved_lately_and_by_no_chance_heads_the_page(figure: Any) -> None:
    as_of, lately = date(2026, 8, 1), date(2026, 6, 30)
    found = findings.find_moved([moved(figure, 0.02, 0.06, lately)], as_of)
    assert found is not None
    assert found["title"] == "Pay for the same job at the same employers rose by about 4% from Q1 2026 to Q2 2026"
    assert "between +2.0% and +6.0%, 19 times in 20" in found["note"]
    assert findings.find_moved([moved(figure, -0.02, 0.06, lately)], as_of) is None, "chance"
    assert findings.find_moved([moved(figure, 0.02, 0.06, date(2025, 6, 30))], as_of) is None, "long ago"
    card = findings.find_series([moved(figure, -0.02, 0.06, lately)])
    assert card is not None and "showed no clear change from Q1 2026 to Q2 2026" in card["title"]


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
        platforms=(), skills=listed, said="about two in three adverts ask for Python",
        review="under review since 3 May 2026",
    )  # fmt: skip
    found = findings.find_top_skills({FIRST_CHOICE: skill_list})
    assert found is not None
    assert found["kicker"] == "Skills · October 2025 · under review since 3 May 2026"
    assert found["title"] == "About two in three adverts ask for Python"
    assert found["chart"].count('<li class="row') == 3 and "rank" not in found["chart"]
    assert findings.find_top_skills({FIRST_CHOICE: replace(skill_list, said="")}) is None, "no share of it is printed"


def test_the_lead_says_that_its_figure_is_under_review(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = replace(answer_of("advertised", p50=1.0), review="under review since 3 May 2026")
    shown = replace(shown, cell=replace(shown.cell, figure="pay.gb"))
    pay: Any = SimpleNamespace(choice=shown.key, best=lambda choice: shown, as_of=date(2026, 8, 17))
    badges: list[str] = []
    monkeypatch.setattr(explorer, "pay_row", lambda shown, **options: badges.append(shown.review))
    for module, name in ((explorer, "pay_axis"), (rows, "draw")):
        monkeypatch.setattr(module, name, lambda *args, **options: "")
    (lead,) = findings.lead(pay, [], {"pay.gb": "on Ashby boards"})
    assert lead["kicker"] == "Pay · on Ashby boards · under review since 3 May 2026"
    assert lead["dek"].startswith("These adverts were read ten months ago.")
    assert badges and not any(badges), "what stands above the title is not said again in each row"


def within(group: str, place: str, low: float, high: float, form: str = "point") -> Cell:
    """A cell of employers with adverts in both."""
    return cell(
        place, region_level="world" if place == "World" else "country", region=place, place=place, role_group=group,
        n_jobs=211, n_employers=32, n_jobs_both=152, n_jobs_other=59, share_both=0.73, share_other=0.85,
        difference=(low + high) / 2, difference_lo=low, difference_hi=high, form=form,
    )  # fmt: skip


def test_a_card_shows_both_sides_of_its_difference_or_that_none_may_be_said() -> None:
    def row_of(form: str) -> list[tuple[str, str]]:
        bars = figure_rows.to_rows(figure_rows.DIFFERENCE, [within("all", "US", -0.25, 0.01, form)])
        return [(row.value, row.value_beneath) for row in bars]

    assert row_of("point") == [("73%", "state pay"), ("85%", "state pay"), ("−12", "−25 to +1")]
    assert row_of("interval") == [("−25 to +1", "range only")]


def test_the_card_of_degrees_shows_the_row_it_speaks_of(figure: Any) -> None:
    names = {"none": 0.0, "associate": 0.001, "bachelor": 0.19, "master": 0.15, "doctorate": 0.01, "not_asked": 0.65}
    rows = [share(item, at, item=item, name=item, n_jobs=90, is_by_employer=True).row for item, at in names.items()]
    ledger = figure(
        figure="employers.degree", value="x", value_json=json.dumps(rows), qualifier="under review since 3 May"
    )
    pay = explorer.Explorer(as_of=date(2026, 8, 17), answers={}, places=(), works=())
    (card,) = findings.cards([ledger], {}, {"employers.degree": "on Ashby boards"}, pay)
    assert (
        card["title"]
        == "Nearly two in three adverts require no degree and about one in five at least a bachelor's degree"
    )
    assert "<b>65%</b>" in card["chart"] and card["chart"].count('<li class="row') == 4
    assert card["kicker"].endswith("under review since 3 May") and "on Ashby boards" in card["note"]


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
    assert str(first.lack) == "122 of 1,000 open days"
    assert findings.say_open([second, first]) == (first, "with 122 of 1,000 open days so far")
    assert findings.say_open([second]) is None
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
