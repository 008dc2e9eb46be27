"""Amounts of many cells at once: what one cell says, whoever stands beside it, and by hand from docs/methods.md."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from transforms.records.definitions import BAND
from warehouse.marts.estimators import Floats, Ints
from warehouse.marts.pay import pay_quantiles
from warehouse.marts.pay.pay_quantiles import (
    AMOUNTS,
    COLUMNS,
    OF_PANEL,
    PANEL_COLUMNS,
    PaidJobs,
    estimate_panel_pay,
    estimate_pay,
    estimate_pay_of_pairs,
)


def draw_jobs(seed: int, sizes: list[list[int]]) -> PaidJobs:
    """Jobs of cells by the sizes of their employers; pay is the employer's and a little the job's, in thousands."""
    chance = np.random.default_rng(seed)
    cell = np.repeat(np.arange(len(sizes)), [sum(of_cell) for of_cell in sizes])
    employer = np.concatenate([np.repeat(np.arange(len(of_cell)), of_cell) for of_cell in sizes])
    level = chance.normal(150, 30, (len(sizes), max(map(len, sizes))))
    low = np.round(level[cell, employer] + chance.normal(0, 10, len(cell))) * 1e3
    return PaidJobs(cell, employer, low, low + np.round(chance.uniform(20, 60, len(cell))) * 1e3)


UNEVEN = [[9, 7, 7, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1, 1, 1], [1] * 45, [3] * 15, [40, 1, 1], [2]]


def test_one_cell_by_hand() -> None:
    """As docs/methods.md says, job by job and employer by employer."""
    jobs = draw_jobs(3, UNEVEN)
    pay = estimate_pay(jobs, len(UNEVEN))
    for cell in range(3):
        here = jobs.cell == cell
        for name, values, p in (
            ("band_low", jobs.low, BAND.low), ("band_high", jobs.high, BAND.high), ("p50", jobs.middle, 0.5),
            ("p25", jobs.middle, 0.25),
        ):  # fmt: skip
            by_hand = quantile_by_hand(jobs.employer[here], values[here], p)
            assert list(pay.loc[cell, [name, f"{name}_lo", f"{name}_hi"]]) == pytest.approx(by_hand, abs=0.006)
    assert pay["status"].tolist() == ["published"] * 3 + ["suppressed"] * 2


def test_where_each_employer_has_one_job_counting_employers_changes_nothing() -> None:
    row = estimate_pay(draw_jobs(4, [[1] * 40]), 1).iloc[0]
    ends = ("", "_lo", "_hi")
    assert [row[f"p50_by_employer{end}"] for end in ends] == pytest.approx([row[f"p50{end}"] for end in ends])


def test_a_job_that_offers_two_ranges_counts_once() -> None:
    jobs = draw_jobs(3, UNEVEN)
    cell, employer = np.repeat(jobs.cell, 2), np.repeat(jobs.employer, 2)
    low, high = np.repeat(jobs.low, 2), np.repeat(jobs.high, 2)
    apart = np.tile([-1e3, 1e3], len(jobs.cell))
    halves = PaidJobs(cell, employer, low + apart, high + apart, np.full(len(cell), 3.0), np.full(len(cell), 0.5))
    whole, parts = estimate_pay(jobs, len(UNEVEN)), estimate_pay(halves, len(UNEVEN))
    counted = ["n_jobs", "n_employers", "n_even_employers", "largest_employer_share", "status", "reason"]
    pd.testing.assert_frame_equal(whole[counted], parts[counted])
    assert (whole["p50"] - parts["p50"]).abs().max() <= 1.5e3
    panel = estimate_panel_pay(halves, len(UNEVEN))
    assert panel["n_panel_jobs"].tolist() == whole["n_jobs"].tolist()
    assert (panel["p50_of_panel"] - parts["p50"]).abs().max() < 0.01


def quantile_by_hand(
    employer: Ints, values: Floats, p: float, weight: Floats | None = None
) -> tuple[float, float, float]:
    n = len(values)
    u = np.ones(n) if weight is None else weight * n / weight.sum()
    m = np.bincount(employer, u)
    g, even = len(m), n**2 / (m**2).sum()
    order = np.argsort(values, kind="stable")
    position = (np.cumsum(u[order]) - u[order] / 2) / n
    value = np.interp(p + (p - 0.5) / (3 * even), position, values[order])
    t = stats.t.ppf(0.975, even - 1)

    def share_below(q: float) -> tuple[float, Floats]:
        return float((u * (values <= q)).sum() / n), np.asarray(
            np.bincount(employer, u * (values <= q)), dtype=np.float64
        )

    steps = np.unique(values)
    at_quantile = min(q for q in steps if share_below(q)[0] >= p)
    share, below = share_below(at_quantile)
    between = ((below / m - share) ** 2 * m).sum() / (g - 1)
    within = (below * (1 - below / m)).sum() / max(n - g, 1)
    size = (n - (m**2).sum() / n) / (g - 1)
    rho = np.clip((between - within) / (between + (size - 1) * within), 0, 1) if n > g else 1.0
    kish = 1 + ((m**2).sum() / n - 1) * rho
    moves = (below - share * m) / (n - m)
    skewness = (moves**3).sum() / (moves**2).sum() ** 1.5
    usual = (1 - 2 * share) / np.sqrt(n * share * (1 - share))
    skewness = 0 if 0 < skewness <= usual or usual <= skewness < 0 else skewness - usual * (usual * skewness > 0)
    shift = np.clip(skewness * (2 * min(t, 2.5) ** 2 + 1) / 6, -t, t)
    agrees, is_before, is_after = [], [], []
    for q in steps:
        share, below = share_below(q)
        simple = max(share * (1 - share), 1e-9)
        left_out = (share * n - below) / (n - m)
        jackknife = (g - 1) / g * ((left_out - share) ** 2).sum()
        variance = max(jackknife, np.sqrt(jackknife * kish * simple / n), simple / n)
        error = np.sqrt(variance * max(p * (1 - p) / simple, 1))
        is_before.append(share + (t + max(shift, 0)) * error < p - 1e-9)
        is_after.append(share - (t - min(shift, 0)) * error > p + 1e-9)
        agrees.append(q)
    low = agrees[is_before.index(False)]
    last = max(i for i, after in enumerate(is_after) if not after)
    high = agrees[min(last + 1, len(agrees) - 1)]
    return float(value), min(low, value), max(high, value)


@settings(max_examples=25)
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
        pay = estimate_pay(other, n_kept)
    subset = expected.loc[cells[:n_kept]].reset_index(drop=True)
    pd.testing.assert_frame_equal(pay[list(COLUMNS)], subset[list(COLUMNS)], check_exact=True, check_dtype=False)


def test_a_cell_without_jobs_has_counts_and_a_reason() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    for jobs in (PaidJobs(nothing, nothing, np.zeros(0), np.zeros(0)), draw_jobs(1, [[1] * 40])):
        row = estimate_pay(jobs, 2).iloc[1]
        assert (row.n_jobs, row.n_employers, row.status) == (0, 0, "suppressed")
        assert row.reason == "not enough employers (0; 15 needed)"
        assert pd.isna(row.form) and row[list(AMOUNTS)].isna().all()


def test_pairs_have_amounts_and_no_intervals() -> None:
    jobs = draw_jobs(1, [[1] * 40, [2]])
    pay = estimate_pay_of_pairs(jobs, 3)
    alone = estimate_pay(jobs, 3)
    names = ["band_low", "band_high", "p10", "p25", "p50", "p75", "p90"]
    assert list(pay.loc[0, names]) == list(alone.loc[0, names])
    assert pay[[name for name in AMOUNTS if name not in names]].isna().all(axis=None)
    assert pay.loc[2].isna().all()


def test_the_median_of_a_panel_by_hand() -> None:
    """Four tens of jobs, of which the two that pay least stand for three each."""
    low = np.repeat([10e3, 20e3, 30e3, 40e3], 10)
    weight = np.repeat([3.0, 3.0, 1.0, 1.0], 10)
    jobs = PaidJobs(np.zeros(40, dtype=np.int64), np.arange(40), low, low, weight)
    pay = estimate_panel_pay(jobs, 2)
    assert (pay.loc[0, "n_panel_jobs"], pay.loc[0, "n_panel_employers"]) == (40, 40)
    assert pay.loc[0, "p50_of_panel"] == 20e3, "40 of 80 lie at the fourth job of the second ten"
    assert estimate_pay(jobs, 1).loc[0, "p50"] == 25e3, "of jobs that count alike between the second and the third"
    assert pay.loc[1].isna().all()


@pytest.mark.parametrize("cell", range(3))
def test_the_interval_of_a_panel_by_hand(cell: int) -> None:
    jobs = draw_jobs(3, UNEVEN)
    weight = np.random.default_rng(4).choice([1.0, 1.0, 1.5, 3.0], len(jobs.cell))
    pay = estimate_panel_pay(replace(jobs, weight=weight), len(UNEVEN))
    here = jobs.cell == cell
    by_hand = quantile_by_hand(jobs.employer[here], jobs.middle[here], 0.5, weight[here])
    assert list(pay.loc[cell, list(OF_PANEL)]) == pytest.approx(by_hand, abs=0.006)
    assert pay.loc[[3, 4], list(OF_PANEL)].isna().all(axis=None), "these are too few employers"


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.floats(0.001, 1e6))
def test_equal_weights_say_what_no_weights_say(seed: int, weight: float) -> None:
    jobs = draw_jobs(seed, UNEVEN)
    usual = estimate_pay(jobs, len(UNEVEN))[["n_jobs", "n_employers", "p50", "p50_lo", "p50_hi"]]
    pay = estimate_panel_pay(replace(jobs, weight=np.full(len(jobs.cell), weight)), len(UNEVEN))
    np.testing.assert_array_equal(pay.to_numpy(dtype=float), usual.to_numpy(dtype=float))


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from((1, 60)))
def test_a_cell_s_panel_says_the_same_in_any_order_and_beside_jobs_of_other_boards(seed: int, at_once: int) -> None:
    chance = np.random.default_rng(seed)
    jobs = draw_jobs(7, UNEVEN)
    weight = chance.choice([0.0, 1.1, 2.7, 9.3], len(jobs.cell))
    order = chance.permutation(len(jobs.cell))
    order = order[(weight[order] > 0) | (chance.random(len(order)) < 0.5)]
    other = PaidJobs(4 - jobs.cell[order], jobs.employer[order] * 3, jobs.low[order], jobs.high[order], weight[order])
    expected = estimate_panel_pay(replace(jobs, weight=weight), len(UNEVEN))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pay_quantiles, "MAX_JOBS_AT_ONCE", at_once)
        pay = estimate_panel_pay(other, len(UNEVEN))
    has = np.bincount(other.cell, minlength=5) > 0
    mirror = expected[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(pay[has], mirror[has], check_exact=True)


def test_no_weight_is_no_panel_and_none_of_it_a_count_of_none() -> None:
    jobs = draw_jobs(1, [[1] * 40])
    assert estimate_panel_pay(jobs, 1)[list(PANEL_COLUMNS)].isna().all(axis=None)
    row = estimate_panel_pay(replace(jobs, weight=np.zeros(40)), 1).loc[0]
    assert (row.n_panel_jobs, row.n_panel_employers) == (0, 0)
    assert row[list(OF_PANEL)].isna().all()
