"""Amounts of many cells at once: what one cell says, whoever stands beside it, and by hand from docs/methods.md."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from warehouse.marts import pay_quantiles
from warehouse.marts.estimators import Floats, Ints
from warehouse.marts.pay_quantiles import AMOUNTS, COLUMNS, PaidJobs, estimate_pay, estimate_pay_of_pairs


def draw_jobs(seed: int, sizes: list[list[int]]) -> PaidJobs:
    """Jobs of cells by the sizes of their employers; pay is the employer's and a little the job's, in thousands."""
    chance = np.random.default_rng(seed)
    cell = np.repeat(np.arange(len(sizes)), [sum(of_cell) for of_cell in sizes])
    employer = np.concatenate([np.repeat(np.arange(len(of_cell)), of_cell) for of_cell in sizes])
    level = chance.normal(150, 30, (len(sizes), max(map(len, sizes))))
    low = np.round(level[cell, employer] + chance.normal(0, 10, len(cell))) * 1e3
    return PaidJobs(cell, employer, low, low + np.round(chance.uniform(20, 60, len(cell))) * 1e3)


UNEVEN = [[9, 7, 7, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1, 1, 1], [1] * 45, [3] * 12, [40, 1, 1], [2]]


def test_one_cell_by_hand() -> None:
    """As docs/methods.md says, job by job and employer by employer."""
    jobs = draw_jobs(3, UNEVEN)
    found = estimate_pay(jobs, len(UNEVEN))
    for cell in range(3):
        here = jobs.cell == cell
        for name, values, p in (
            ("band_low", jobs.low, 0.25), ("band_high", jobs.high, 0.75), ("p50", jobs.middle, 0.5),
            ("p25", jobs.middle, 0.25),
        ):  # fmt: skip
            by_hand = quantile_by_hand(jobs.employer[here], values[here], p)
            assert list(found.loc[cell, [name, f"{name}_lo", f"{name}_hi"]]) == pytest.approx(by_hand, abs=0.006)
    assert found["status"].tolist() == ["published"] * 3 + ["suppressed"] * 2


def quantile_by_hand(employer: Ints, values: Floats, p: float) -> tuple[float, float, float]:
    n = len(values)
    m = np.bincount(employer).astype(float)
    g, even = len(m), n**2 / (m**2).sum()
    value = np.interp(p + (p - 0.5) / (3 * even), (np.arange(n) + 0.5) / n, np.sort(values))
    t = stats.t.ppf(0.975, even - 1)

    def share_below(q: float) -> tuple[float, Floats]:
        return float((values <= q).mean()), np.bincount(employer, values <= q).astype(float)

    steps = np.unique(values)
    at_quantile = min(q for q in steps if share_below(q)[0] >= p)
    share, below = share_below(at_quantile)
    between = ((below / m - share) ** 2 * m).sum() / (g - 1)
    within = (below * (1 - below / m)).sum() / max(n - g, 1)
    size = (n - (m**2).sum() / n) / (g - 1)
    rho = np.clip((between - within) / (between + (size - 1) * within), 0, 1) if n > g else 1.0
    kish = 1 + ((m**2).sum() / n - 1) * rho
    agrees, is_before, is_after = [], [], []
    for q in steps:
        share, below = share_below(q)
        simple = max(share * (1 - share), 1e-9)
        left_out = (share * n - below) / (n - m)
        jackknife = (g - 1) / g * ((left_out - share) ** 2).sum()
        error = np.sqrt(max(jackknife, np.sqrt(jackknife * kish * simple / n)) * max(p * (1 - p) / simple, 1))
        is_before.append(share + t * error < p - 1e-9)
        is_after.append(share - t * error > p + 1e-9)
        agrees.append(q)
    low = agrees[is_before.index(False)]
    last = max(i for i, after in enumerate(is_after) if not after)
    high = agrees[min(last + 1, len(agrees) - 1)]
    return float(value), min(low, value), max(high, value)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6), st.permutations(range(len(UNEVEN))), st.integers(1, len(UNEVEN)), st.sampled_from((1, 60))
)
def test_a_cell_says_the_same_in_any_order_and_company(seed: int, cells: list[int], n_kept: int, at_once: int) -> None:
    jobs = draw_jobs(7, UNEVEN)
    expected = estimate_pay(jobs, len(UNEVEN))
    order = np.random.default_rng(seed).permutation(len(jobs.cell))
    order = order[np.isin(jobs.cell[order], cells[:n_kept])]
    number = np.argsort(cells)  # cells are numbered anew, in the order drawn
    other = PaidJobs(number[jobs.cell[order]], jobs.employer[order] * 3 + 5, jobs.low[order], jobs.high[order])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pay_quantiles, "MAX_JOBS_AT_ONCE", at_once)
        found = estimate_pay(other, n_kept)
    wanted = expected.loc[cells[:n_kept]].reset_index(drop=True)
    pd.testing.assert_frame_equal(found[list(COLUMNS)], wanted[list(COLUMNS)], check_exact=True, check_dtype=False)


def test_a_cell_without_jobs_has_counts_and_a_reason() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    for jobs in (PaidJobs(nothing, nothing, np.zeros(0), np.zeros(0)), draw_jobs(1, [[1] * 40])):
        found = estimate_pay(jobs, 2).iloc[1]
        assert (found.n_jobs, found.n_employers, found.status) == (0, 0, "suppressed")
        assert found.reason == "not enough data (n = 0; 30 needed)"
        assert pd.isna(found.form) and found[list(AMOUNTS)].isna().all()


def test_pairs_have_amounts_and_no_intervals() -> None:
    jobs = draw_jobs(1, [[1] * 40, [2]])
    found = estimate_pay_of_pairs(jobs, 3)
    alone = estimate_pay(jobs, 3)
    names = ["band_low", "band_high", "p10", "p25", "p50", "p75", "p90"]
    assert list(found.loc[0, names]) == list(alone.loc[0, names])
    assert found[[name for name in AMOUNTS if name not in names]].isna().all(axis=None)
    assert found.loc[2].isna().all()
