"""A region has its own name beside its countries."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from reports.figures.catalogue import declaration_of
from reports.site import figure_rows, words
from reports.wording import pay
from warehouse.mart_tables import Figures


def region(name: str, *counts: tuple[str, str, int, int], **changes: Any) -> dict[str, Any]:
    """A row of bands by region as a night writes it; `counts` are its countries with jobs and paid jobs."""
    countries = [{"country": code, "name": label, "n_jobs": n, "n_paid": n_paid} for code, label, n, n_paid in counts]
    band = {f"{part}{end}": 100_000 for part in ("band_low", "p50", "band_high") for end in ("", "_lo", "_hi")}
    row = {**band, "currency": "USD", "basis": "advertised", "n_jobs": 74, "n_employers": 56, "status": "published"}
    row |= {"countries": countries, "region_name": name, "figure": "pay.x", "value": "USD 1", "rung": "open adverts"}
    return row | {"place": pay.name_place([row], name)} | changes


US = region("US and Canada", ("US", "United States", 73, 73), ("CA", "Canada", 1, 10))
MIXED = region("Western Europe", ("DE", "Germany", 30, 30), ("FR", "France", 30, 30))
SMALL = region("Northern Africa", ("EG", "Egypt", 14, 14), ("MA", "Morocco", 2, 2))

NAMES = [
    (US, "United States (Canada n = 10, too few)", "US and Canada (mostly United States; Canada n = 10, too few)"),
    (MIXED, "Western Europe", "Western Europe"),
    (SMALL, "Northern Africa (Egypt n = 14 of 16)", "Northern Africa (Egypt n = 14 of 16)"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "in_guides", "on_the_site"), NAMES)
def test_guides_head_a_region_by_its_country_and_the_site_by_its_name(
    row: dict[str, Any], in_guides: str, on_the_site: str
) -> None:
    assert pay.name_place([row], row["region_name"]) == in_guides
    assert pay.name_region([row], row["region_name"]) == on_the_site


def test_a_table_of_regions_names_them_in_chart_text_and_table(figure: Callable[..., Figures]) -> None:
    rows = [US, MIXED]
    ledger = figure(figure="bands.regions", value="x (rough)", bare_value="x", qualifier="rough", basis="advertised")
    row = words.keep_region_names(figure_of(ledger, rows))
    assert row.bare_value is not None and row.bare_value.startswith("US and Canada (mostly United States;")
    assert row.value == f"{row.bare_value} (rough)"
    image = figure_rows.draw(row)
    assert image is not None
    assert "<b>US and Canada (mostly United States)</b>" in image.chart
    assert "74 jobs, 56 employers; Canada 10, too few" in image.chart, "a chart says what is too few, too"
    assert "<b>United States</b>" not in image.chart


def test_a_figure_of_one_region_bears_its_name(figure: Callable[..., Figures]) -> None:
    ledger = figure(
        figure="pay.northern_america.ai_engineering.mid_senior", title="Pay, United States; Canada n = 10, too few"
    )
    row = words.keep_region_names(figure_of(ledger, [US]))
    assert row.title.endswith("pay, US and Canada (mostly United States; Canada n = 10, too few)")
    headed = dataclasses.replace(ledger, title=f"{declaration_of(ledger.figure).entitle([US])}, on Ashby boards")
    row = words.keep_region_names(figure_of(headed, [US]))
    assert row.title.endswith("(mostly United States; Canada n = 10, too few), on Ashby boards")
    plain = figure(figure="pay.western_europe.ai_engineering.mid_senior", title="Pay, Western Europe")
    assert words.keep_region_names(figure_of(plain, [MIXED])).title == "Pay, Western Europe"


def figure_of(ledger: Figures, rows: list[dict[str, Any]]) -> Figures:
    """Return a ledger row with these rows behind it."""
    return dataclasses.replace(ledger, value_json=json.dumps(rows))
