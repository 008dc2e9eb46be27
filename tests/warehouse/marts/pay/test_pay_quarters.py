"""Which adverts a quarter counts: made boards through five quarters, of known truth (`known_truth/pay_quarters.py`)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.known_truth.pay_quarters import find_changes

KEY = ["region", "period", "chained_from"]


@pytest.fixture(scope="module")
def constant() -> pd.DataFrame:
    return find_changes(0.0, 30)


def test_constant_pay_under_a_changing_mix_covers_zero(constant: pd.DataFrame) -> None:
    shown = constant[constant["change"].notna()]
    assert len(shown) > 100
    assert ((shown["change_lo"] <= 0) & (shown["change_hi"] >= 0)).mean() >= 0.93
    assert shown["raw_change"].mean() < -0.01, "the mix alone lowers the mean of all adverts"
    assert set(shown["status"]) == {"published"}


def test_three_per_cent_a_year_is_found_over_four_quarters(constant: pd.DataFrame) -> None:
    """The same draws without a rise beside it: what is left is the rule by which adverts count in quarters."""
    risen = find_changes(0.03, 30)
    both = risen.merge(constant, on=KEY, suffixes=("", "_constant"))
    first, year = both[both["previous"] == "2025-Q4"], both[both["chained_from"] == "2025-Q4"]
    year = year[year["period"] == "2026-Q4"]
    assert len(year) > 20
    rises = [
        np.log1p(part[name]) - np.log1p(part[f"{name}_constant"]) for part, name in ((first, "change"), (year, "chain"))
    ]
    assert rises[0].mean() == pytest.approx(0.03 / 4, abs=0.001)
    assert rises[1].mean() == pytest.approx(0.03, abs=0.0015)
