"""A region has its own name beside its countries."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from reports.site import figure_rows
from reports.wording import pay
from warehouse.mart_tables import Figures


def region(name: str, *counts: tuple[str, str, int], **changes: Any) -> dict[str, Any]:
    """A row of bands by region as a night writes it; `counts` are its countries with their jobs."""
    countries = [{"country": code, "name": label, "n_jobs": n} for code, label, n in counts]
    band = {f"{part}{end}": 100_000 for part in ("band_low", "p50", "band_high") for end in ("", "_lo", "_hi")}
    row = {**band, "currency": "USD", "basis": "advertised", "n_jobs": 74, "n_employers": 56, "status": "published"}
    row |= {"countries": countries, "region_name": name, "figure": "pay.x", "value": "USD 1", "rung": "open adverts"}
    return row | {"place": pay.name_place([row], name)} | changes


US = region("US and Canada", ("US", "United States", 73), ("CA", "Canada", 1))
MIXED = region("Western Europe", ("DE", "Germany", 30), ("FR", "France", 30))
SMALL = region("Northern Africa", ("EG", "Egypt", 14), ("MA", "Morocco", 2))


NAMES = [
    (US, "US and Canada (mostly United States; Canada n = 1)"),
    (MIXED, "Western Europe"),
    (SMALL, "Northern Africa (mostly Egypt; Morocco n = 2)"),
]


@pytest.mark.parametrize(("row", "expected"), NAMES)
def test_a_region_bears_its_name_and_that_of_the_country_with_nearly_all_jobs(
    row: dict[str, Any], expected: str
) -> None:
    assert pay.name_place([row], row["region_name"]) == expected


def test_a_chart_of_regions_names_them(figure: Callable[..., Figures]) -> None:
    row = figure_of(figure(figure="bands.regions", value="x", basis="advertised"), [US, MIXED])
    image = figure_rows.draw(row)
    assert image is not None
    assert "<b>US and Canada (mostly United States)</b>" in image.chart
    assert "74 jobs, 56 employers; Canada 1" in image.chart, "a chart says how few are elsewhere, too"
    assert "<b>United States</b>" not in image.chart


def figure_of(ledger: Figures, rows: list[dict[str, Any]]) -> Figures:
    """Return a ledger row with these rows behind it."""
    return dataclasses.replace(ledger, value_json=json.dumps(rows))
