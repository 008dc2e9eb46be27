"""Titles go no further than intervals: ties are ties, and what cannot be ordered is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.site import findings, rows, skills
from reports.site.rows import ChartRow, Mark


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


@pytest.mark.parametrize(("case", "found", "title"), ROLES, ids=[case for case, _, _ in ROLES])
def test_an_order_of_roles_is_told_as_far_as_intervals_go(
    case: str, found: list[tuple[str, dict[str, Any]]], title: str | None
) -> None:
    assert findings._say_roles(found) == title


def test_closings_are_called_faster_only_where_intervals_do_not_meet() -> None:
    def rate(name: str, at: float, low: float, high: float) -> tuple[str, dict[str, Any]]:
        return name, {"rate": at, "rate_lo": low, "rate_hi": high, "status": "published"}

    ours, near = rate("AI engineering", 0.018, 0.014, 0.025), rate("other", 0.012, 0.007, 0.019)
    far, said = rate("other", 0.005, 0.002, 0.009), "AI engineering adverts close at 1.8% a day"
    assert findings._say_closings([ours, near]) == said
    assert findings._say_closings([ours, far]) == f"{said}, faster than other adverts"
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
    drawn = [ChartRow(name="a", marks=(Mark(kind="band", start=30.0, end=273.0),)), ChartRow(name="b", needed="few")]
    axis = rows.axis_for(drawn, str)
    assert axis.ticks == [0.0, 100.0, 200.0] and axis.highest >= 273
    assert 'style="left:0.00%"' in rows.draw(drawn, axis, label="x")


def test_what_data_says_is_text_in_a_chart() -> None:
    row = ChartRow(name="<b>&", value="<i>", beneath='"', spoken="<u>", marks=(Mark(kind="dot", start=1.0),))
    made = rows.draw([row], rows.axis_for([row], str), label="<x>")
    assert "<i>" not in made and "<u>" not in made and "&lt;b&gt;&amp;" in made and 'aria-label="&lt;x&gt;"' in made


def test_what_is_open_names_the_nearest_way(figure: Any) -> None:
    missing = "open adverts: no job with pay, 30 more needed; reported, every level: 13 of 30 persons, 17 more"

    near = figure(figure="pay.br.ai_engineering.mid_senior", value=None, missing=missing, reason="few")
    odd = figure(figure="closing_rate.engineering", value=None, missing=None, reason="no closing can be confirmed yet")
    first, second = findings.list_open([odd, near])
    assert (first.n, first.needed, first.why) == (13, 30, "reported, every level: persons")
    assert second.why == "no closing can be confirmed yet" and findings.choose_open([first, second]) == [first]
