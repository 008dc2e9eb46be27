"""The error between platforms: worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from warehouse.marts.platform_error import predict, predict_shares


def one_row(value: list[float], variance: list[float]) -> tuple[float, float, float, float]:
    n = np.zeros(len(value), dtype=np.int64)
    found = predict(n, np.array(value), np.array(variance), 1)
    return tuple(float(part[0]) for part in (found.variance, found.chance, found.low, found.high))  # type: ignore[return-value]


def test_readings_of_one_variance_by_hand() -> None:
    """With equal variances v, Q is (k - 1) s² / v, and Hartung and Makambi's τ² follows from it."""
    value, v = [0.1, 0.2, 0.4, 0.5, 0.8], 0.01
    tau, chance, low, high = one_row(value, [v] * 5)
    q, tau_by_hand = 4 * 0.075 / 0.01, 30**2 / ((8 + 30) * (500 - 100))
    assert float(np.var(value, ddof=1)) == pytest.approx(0.075) and (q, tau) == pytest.approx((30, tau_by_hand))
    factor = 0.075 / (0.01 + tau_by_hand)
    assert factor > 1, "Hartung and Knapp's"
    reach = 3.182446 * math.sqrt(tau_by_hand + factor * (0.01 + tau_by_hand) / 5)
    assert (low, high) == pytest.approx((0.4 - reach, 0.4 + reach))
    assert chance == pytest.approx(stats.chi2.sf(q, 4))


def test_the_trials_of_the_bcg_vaccine() -> None:
    """Logarithms of the risk ratios of Colditz et al. 1994, whose Q is 152.23 with 12 degrees of freedom."""
    value = [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713, -0.3394, 0.4459,
             -0.0173]  # fmt: skip
    variance = [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714]
    tau, chance, low, high = one_row(value, variance)
    assert chance == pytest.approx(stats.chi2.sf(152.23, 12), rel=0.2)
    weight = 1 / np.array(variance)
    spread = weight.sum() - (weight**2).sum() / weight.sum()
    assert tau == pytest.approx(152.23**2 / ((24 + 152.23) * spread), rel=0.01)
    assert high - low > 2 * 2.2 * math.sqrt(tau) and low < -0.7141 < high, "wider than platforms differ"


def test_readings_that_agree_keep_a_factor_of_one() -> None:
    tau, chance, low, high = one_row([0.3] * 5, [0.01] * 5)
    assert (tau, chance) == (0, 1)
    assert high - low == pytest.approx(2 * 3.182446 * math.sqrt(0.01 / 5)), "not narrower than chance alone"


def test_rows_do_not_touch_each_other_and_few_readings_predict_nothing() -> None:
    row = np.array([0, 1, 1, 3, 3, 3])
    found = predict(row, np.array([0.1, 0.2, 0.9, 0.1, 0.2, 0.3]), np.full(6, 0.01), 4)
    assert np.isnan(found.chance).tolist() == [True, False, True, False]
    assert np.isnan(found.low).tolist() == [True, True, True, False]
    alone = one_row([0.1, 0.2, 0.3], [0.01] * 3)
    assert (found.low[3], found.high[3]) == (alone[2], alone[3])


@pytest.mark.parametrize(("value", "variance"), [(np.nan, 0.1), (0.1, 0.0), (0.1, np.nan)])
def test_a_reading_without_value_or_variance_is_refused(value: float, variance: float) -> None:
    with pytest.raises(ValueError, match="needs a value"):
        one_row([value, 0.2], [variance, 0.1])


def test_shares_of_zero_and_one_have_a_place() -> None:
    row, share = np.zeros(5, dtype=np.int64), np.array([0.0, 0.0, 0.0, 0.02, 1.0])
    found = predict_shares(row, share, np.full(5, 50.0), 1)
    assert 0 <= found.low[0] <= found.high[0] <= 1 and found.chance[0] < 1e-6
