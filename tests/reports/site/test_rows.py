"""Charts on pages: axes, and escaped text."""

from __future__ import annotations

import pytest

from reports.site import rows
from reports.site.rows import ChartRow, Mark


def test_an_axis_begins_at_nothing_and_holds_every_mark() -> None:
    bars = [ChartRow(name="a", marks=(Mark(kind="band", start=30.0, end=273.0),)), ChartRow(name="b", needed="few")]
    axis = rows.axis_for(bars, str)
    assert axis.ticks == [0.0, 100.0, 200.0] and axis.highest >= 273
    assert 'style="left:0.00%"' in rows.draw(bars, axis, label="x")


@pytest.mark.parametrize("highest", [0.004, 0.35, 1.0, 1_234.0, 23_400.0, 99_999.0])
def test_an_axis_has_a_few_round_steps(highest: float) -> None:
    step = rows.nice_step(highest)
    assert highest / 8 <= step <= highest
    assert 4 * step >= highest * 0.999999


def test_what_data_says_is_text_in_a_chart() -> None:
    row = ChartRow(name="<b>&", value="<i>", beneath='"', spoken="<u>", marks=(Mark(kind="dot", start=1.0),))
    chart = rows.draw([row], rows.axis_for([row], str), label="<x>")
    assert "<i>" not in chart and "<u>" not in chart and "&lt;b&gt;&amp;" in chart and 'aria-label="&lt;x&gt;"' in chart
