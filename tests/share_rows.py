"""Rows of mart.shares made by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from warehouse.marts.measures import ESTIMAND, MEASURES
from warehouse.tables import Shares


def share_row(as_of: date, measure: str, item: str, n_jobs: int, n_yes: int = 0, **changed: Any) -> dict[str, Any]:
    """A row of the World as a dictionary; what is not given is usual, or NULL."""
    row: dict[str, Any] = {
        "as_of": as_of, "measure": measure, "item": item, "region_level": "world", "region": "World",
        "role_group": "ai_engineering", "seniority_group": "all", "window_days": 365,
        "text_class": MEASURES[measure].text_class, "estimand": ESTIMAND, "period_from": None, "period_to": None,
        "n_jobs": n_jobs, "n_yes": n_yes, "n_no": n_jobs - n_yes, "n_unknown": 0, "n_employers": None,
        "n_employers_yes": None, "n_effective": None, "design_effect": None, "largest_employer": None, "share": None,
        "share_lo": None, "share_hi": None, "rank": None, "category": None, "category_rank": None,
        "status": "suppressed", "reason": "few jobs", "doubt": None, "inputs": None,
    }  # fmt: skip
    assert changed.keys() <= row.keys(), changed.keys() - row.keys()
    return row | changed


def share_of(as_of: date, measure: str, item: str, n_jobs: int, n_yes: int = 0, **changed: Any) -> Shares:
    """The same as a row of the table."""
    return Shares(**share_row(as_of, measure, item, n_jobs, n_yes, **changed))
