"""Titles go no further than intervals: ties are ties, and what cannot be ordered is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.site import figure_rows, findings, rows, skills
from reports.site.explorer import Explorer
from reports.site.findings import FindingsBasis
from reports.site.rows import ChartRow, Mark
from reports.wording import gaps
from warehouse.marts.printing import rules_of_pay

EVEN_OF_BAND = next(rule.bound for rule in rules_of_pay() if rule.column == "n_even")


def share(name: str, at: float, best: int, form: str = "point") -> tuple[str, dict[str, Any]]:
    """A row whose best rank, of those that hold together, is given."""
    ends = {"share_lo": at - 0.03, "share_hi": at + 0.03}
    return name, {"share": at, **ends, "form": form, "status": "published", "rank_best": best}


ROLES = [
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


@pytest.mark.parametrize(("case", "pairs", "title"), ROLES, ids=[case for case, _, _ in ROLES])
def test_an_order_of_roles_is_told_as_far_as_intervals_go(
    case: str, pairs: list[tuple[str, dict[str, Any]]], title: str | None
) -> None:
    assert findings._say_roles(pairs) == title


def test_closings_are_called_faster_only_where_intervals_do_not_meet() -> None:
    def rate(name: str, at: float, low: float, high: float) -> tuple[str, dict[str, Any]]:
        return name, {"rate": at, "rate_lo": low, "rate_hi": high, "status": "published"}

    ours, near = rate("AI engineering", 0.018, 0.016, 0.020), rate("other", 0.012, 0.007, 0.019)
    far, words = rate("other", 0.005, 0.002, 0.009), "AI engineering adverts close at 1.8% a day"
    wide = rate("AI engineering", 0.0376, 0.0292, 0.0483)
    assert findings._say_closings([wide]) == "AI engineering adverts close at 2.9–4.8% a day", "as its figure says"
    assert findings._say_closings([ours, near]) == words
    assert findings._say_closings([ours, far]) == f"{words}, faster than other adverts"
    assert findings._say_closings([]) is None


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda ends: (min(ends), max(ends))), min_size=1, max_size=30
    )
)
def test_ranks_leave_open_what_intervals_do(intervals: list[tuple[float, float]]) -> None:
    ranks = skills.rank_by_intervals(intervals)
    for (low, high), (best, worst) in zip(intervals, ranks, strict=True):
        assert best == 1 + sum(other_low > high for other_low, _ in intervals)
        assert worst == sum(other_high >= low for _, other_high in intervals)
        assert 1 <= best <= worst <= len(intervals)


def test_an_axis_begins_at_nothing_and_holds_every_mark() -> None:
    bars = [ChartRow(name="a", marks=(Mark(kind="band", start=30.0, end=273.0),)), ChartRow(name="b", needed="few")]
    axis = rows.axis_for(bars, str)
    assert axis.ticks == [0.0, 100.0, 200.0] and axis.highest >= 273
    assert 'style="left:0.00%"' in rows.draw(bars, axis, label="x")


def test_what_data_says_is_text_in_a_chart() -> None:
    row = ChartRow(name="<b>&", value="<i>", beneath='"', spoken="<u>", marks=(Mark(kind="dot", start=1.0),))
    chart = rows.draw([row], rows.axis_for([row], str), label="<x>")
    assert "<i>" not in chart and "<u>" not in chart and "&lt;b&gt;&amp;" in chart and 'aria-label="&lt;x&gt;"' in chart


def within(group: str, place: str, low: float, high: float, form: str = "point") -> tuple[str, dict[str, Any]]:
    """A row of employers with adverts in both."""
    level = "world" if place == "World" else "country"
    return place, {
        "region_level": level, "region": place, "place": place, "role_group": group, "n_jobs": 211, "n_employers": 32,
        "n_jobs_both": 152, "n_jobs_other": 59, "share_both": 0.73, "share_other": 0.85, "difference": (low + high) / 2,
        "difference_lo": low, "difference_hi": high, "form": form, "status": "published",
    }  # fmt: skip


LAWS = [
    ([within("all", "World", 0.28, 0.49), within("all", "US", -0.25, 0.02)],
     "Whether employers in the United States state pay more often where a law has them do so cannot be told"),
    ([within("all", "World", 0.28, 0.49)], "Employers state pay in more of their adverts where a law has them do so"),
    ([within("all", "US", -0.25, -0.02)],
     "Employers in the United States state pay in fewer of their adverts where a law has them do so"),
    ([], None),
]  # fmt: skip


@pytest.mark.parametrize(("pairs", "title"), LAWS)
def test_a_law_is_held_against_none_within_employers_of_one_country(
    pairs: list[tuple[str, dict[str, Any]]], title: str | None
) -> None:
    assert findings._say_law(pairs) == title


def test_a_card_shows_both_sides_of_its_difference_or_that_none_may_be_said(figure: Any) -> None:
    def row_of(form: str) -> list[tuple[str, str]]:
        bars = figure_rows.to_rows(
            figure(figure="disclosure.within_employers"), [within("all", "US", -0.25, 0.01, form)], "differences"
        )
        return [(row.value, row.value_beneath) for row in bars]

    assert row_of("point") == [("73%", "state pay"), ("85%", "state pay"), ("−12", "−25 to +1")]
    assert row_of("interval") == [("−25 to +1", "no point")]


def test_the_card_of_degrees_shows_the_row_it_speaks_of(figure: Any) -> None:
    names = {"none": 0.0, "associate": 0.001, "bachelor": 0.19, "master": 0.15, "doctorate": 0.01, "not_asked": 0.65}
    rows = [share(item, at, 1)[1] | {"item": item, "name": item, "n_jobs": 90} for item, at in names.items()]
    ledger = figure(
        figure="degree.shares", value="x", value_json=json.dumps(rows), qualifier="under review since 3 May"
    )
    basis = FindingsBasis(
        figures={"degree.shares": ledger},
        explorer=Explorer(as_of=ledger.as_of, answers={}, places=(), works=()),
        skills={},
    )
    (card,) = findings.cards(basis)
    assert card.title == "65% of adverts for AI jobs name no degree"
    assert "<b>65%</b>" in card.chart and card.chart.count('<li class="row') == 4
    assert card.kicker.endswith("under review since 3 May"), "what waits for review says so"


OPEN = [
    # The own rung is nearest: all that it lacks, the condition furthest from enough first in line.
    ("open adverts: 22 of 30 jobs with pay, 8 more needed, 3 of 10 employers", 22, 3,
     "22 of 30 jobs with pay, 3 of 10 employers", "3 of 10 employers"),
    # A wider rung is nearer, and said as what it is.
    ("open adverts, every level: 23 of 30 jobs with pay, 7 more needed, 8 of 10 employers; more boards would bring it",
     10, 5, "10 of 30 jobs with pay, 5 of 10 employers; every level: 23 of 30 jobs with pay, 8 of 10 employers",
     "10 of 30 jobs with pay"),
    # So is another kind of source.
    ("open adverts: no job with pay, 30 more needed; reported, every level: 13 of 30 persons, 17 more needed", 0, 0,
     "0 of 30 jobs with pay; reported, every level: 13 of 30 persons", "0 of 30 jobs with pay"),
    # A wider rung that lacks more employers is not nearer.
    ("open adverts, every level: 28 of 30 jobs with pay, 2 more needed, 1 of 10 employers", 15, 5,
     "15 of 30 jobs with pay, 5 of 10 employers", "15 of 30 jobs with pay"),
]  # fmt: skip


@pytest.mark.parametrize(("missing", "n_jobs", "n_employers", "why", "lack"), OPEN)
def test_what_is_open_says_what_the_figure_itself_lacks(
    figure: Any, missing: str, n_jobs: int, n_employers: int, why: str, lack: str
) -> None:
    ledger = figure(
        figure="pay.cl.ai_engineering.mid_senior", basis="advertised", value=None, missing=missing,
        reason=f"not enough data (n = {n_jobs}; 30 needed)", n_jobs=n_jobs, n_employers=n_employers,
    )  # fmt: skip
    (one,) = findings.list_open([ledger])
    assert (one.why, str(one.lack)) == (why, lack)


def test_what_has_no_count_is_open_for_its_reason(figure: Any) -> None:
    none = "adverts followed: no job, 30 more needed"
    odd = figure(figure="closing_rate.engineering", value=None, missing=none, reason="no closing can be confirmed yet")
    days = figure(
        figure="closing_rate.de.ai_engineering", value=None, missing=None,
        reason="not followed for long enough (122 open days; 1,000 needed)",
    )  # fmt: skip
    first, second = findings.list_open([odd, days])
    assert str(first.lack) == "122 of 1,000 open days" and findings.choose_open([first, second]) == [first]
    assert second.why == "no closing can be confirmed yet" and second.lack is None


def test_what_lacks_is_read_as_it_was_written() -> None:
    row = {"n_jobs": 1_023, "n_employers": 4, "n_even": 3.96, "n_even_employers": 3.96}
    refusals = [
        gaps.Refusal(rung=rung, basis=basis, row=counts, is_by_rules=True, is_barred=False, reason="few")
        for rung, basis, counts in (
            ("open adverts, every level", "advertised", {**row, "n_jobs": 23}),
            ("third-party adverts, core AI roles", "advertised_third_party", {"n_jobs": 1}),
            ("reported", "reported", {"n_jobs": 12}),
        )
    ]
    ways = [(way.rung, list(map(str, way.lacks))) for way in gaps.read_ways(gaps.describe(refusals, None) or "")]
    assert ways == [
        ("open adverts, every level",
         ["23 of 30 jobs with pay", "4 of 10 employers", f"as informative as 4 of {EVEN_OF_BAND} equal employers"]),
        ("third-party adverts, core AI roles", ["1 of 30 pairs of amounts"]),
        ("reported", ["12 of 30 persons"]),
    ]  # fmt: skip
