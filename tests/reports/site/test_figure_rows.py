"""Charts say what tables and files say: the same form, the same rows, each name once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reports.site import figure_rows
from reports.wording import comparison
from warehouse.mart_tables import Figures


def paid(place: str, **changes: Any) -> dict[str, Any]:
    """A band with the jobs beside it that state no pay."""
    return {
        "place": place, "status": "published", "currency": "USD", "basis": "advertised", "n_jobs": 71, "n_silent": 62,
        "band_low": 40_000, "band_high": 70_000, "p50": 56_000, "p50_lo": 54_000, "p50_hi": 59_000,
        "p50_bounds_lo": None, "p50_bounds_hi": None, "p50_if_odds_half": 60_000, "p50_if_odds_double": 52_000,
        "value": "USD 4K",
    } | changes  # fmt: skip


def test_silence_is_drawn_as_what_it_may_change_of_the_median(figure: Callable[..., Figures]) -> None:
    rows = [
        paid("Asia", p50_bounds_lo=45_000, p50_bounds_hi=65_000),
        paid("Europe", value="USD 4K (under review since 22 January 2026)"),
        paid("Oceania", n_silent=None, basis="advertised_third_party"),
    ]
    image = figure_rows.draw(figure(figure="silence.regions", value="x", value_json=json.dumps(rows)))
    assert image is not None and image.kind == figure_rows.SILENCE and image.key
    assert (image.n_rows, image.n_all) == (2, 2) and "Oceania" not in image.chart, "of others silence is not known"
    assert image.chart.count('class="band ') == 1 and image.chart.count('class="strong ') == 2
    assert "71 of 133 jobs state pay" in image.chart and "within $45–65K" in image.chart and "no bounds" in image.chart
    assert "$40–70K" not in image.chart, "not the band again"
    assert image.chart.count('<span class="badge">under review since 22 January 2026</span>') == 1


RATES = [
    (0.012, 0.011, 0.013, "1.2%", "1.1–1.3%", True),
    (0.0376, 0.0292, 0.0483, "2.9–4.8%", "no point", False),  # wider than 40 % of it
]  # fmt: skip


@pytest.mark.parametrize(("rate", "low", "high", "value", "beneath", "has_dot"), RATES)
def test_a_rate_has_the_form_of_its_figure(
    figure: Callable[..., Figures], rate: float, low: float, high: float, value: str, beneath: str, has_dot: bool
) -> None:
    row = {"cell": "AI engineering", "rate": rate, "rate_lo": low, "rate_hi": high, "status": "published"}
    (chart_row,) = figure_rows.to_rows(figure(figure="closing_rate.engineering"), [("AI engineering", row)], "rates")
    assert (chart_row.value, chart_row.value_beneath) == (value, beneath)
    assert any(mark.kind == "dot" for mark in chart_row.marks) is has_dot


def test_a_kind_of_source_is_named_once(figure: Callable[..., Figures]) -> None:
    row = {
        "usd": 50_000.0, "status": "published", "basis": "reported", "statistic": "median", "pay_market": "all",
        "place": "Chile", "role_group": "other_engineering", "role": "all", "group": "other_engineering",
    }  # fmt: skip
    kind = comparison.name_kind(row)
    (chart_row,) = figure_rows.to_rows(
        figure(figure="comparison.pay"), [(f"Chile, other engineering, {kind}", row)], "kinds"
    )
    assert (chart_row.name, chart_row.beneath) == ("Chile, other engineering", f"{kind}, median")
    assert "median" not in chart_row.value_beneath
