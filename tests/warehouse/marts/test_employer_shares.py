"""Employers' shares against plain definitions, and in odd cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.marts.employer_shares import (
    EmployerShares,
    estimate_employer_shares,
    is_moved_by_largest,
    leave_out_largest,
)
from warehouse.marts.estimators import bound_share, count_cells, estimate_shares, weigh_jobs

CELL = st.lists(st.tuples(st.integers(1, 12), st.floats(0, 1)), min_size=2, max_size=25)


def one_share(jobs: list[int], yes: list[int], heads: list[float] | None = None) -> EmployerShares:
    zero = np.zeros(len(jobs), dtype=np.int64)
    m = np.array(jobs)
    weighted = m.astype(float) if heads is None else weigh_jobs(zero, m, m * np.array(heads), 1)
    cells = count_cells(zero, weighted, 1)
    pairs = np.zeros(1, dtype=np.int64), np.arange(len(jobs)), zero, np.minimum(np.array(yes) * weighted / m, weighted)
    return estimate_employer_shares(cells, *pairs, estimate_shares(cells, *pairs).correlation, jobs=m)


@given(CELL)
def test_each_employer_counts_once(cell: list[tuple[int, float]]) -> None:
    jobs = [m for m, _ in cell]
    yes = [round(part * m) for m, part in cell]
    estimate = one_share(jobs, yes)
    parts = np.array(yes) / np.array(jobs)
    assert estimate.share[0] == pytest.approx(parts.mean())
    assert 0 <= estimate.low[0] <= estimate.share[0] <= estimate.high[0] <= 1
    for place, (least, most) in enumerate([(1, 1), (2, 5), (6, 12)]):
        here = [part for part, m in zip(parts, jobs, strict=True) if least <= m <= most]
        assert estimate.n_employers_by_size[0, place] == len(here)
        expected = np.mean(here) if here else np.nan
        assert estimate.share_by_size[0, place] == pytest.approx(expected, nan_ok=True)


@given(CELL)
def test_the_interval_is_never_narrower_than_that_of_independent_jobs(cell: list[tuple[int, float]]) -> None:
    jobs = np.array([m for m, _ in cell])
    yes = [round(part * m) for m, part in cell]
    estimate = one_share(jobs.tolist(), yes)
    n_of_independent_jobs = len(jobs) ** 2 / (1 / jobs).sum()
    assert estimate.n_effective[0] <= n_of_independent_jobs * (1 + 1e-9)
    low, high = bound_share(estimate.share, np.array([n_of_independent_jobs]))
    assert estimate.high[0] - estimate.low[0] >= (high - low)[0] - 1e-9


@pytest.mark.parametrize(("yes", "share"), [([0] * 12, 0.0), ([3] * 12, 1.0)])
def test_none_and_all_have_the_interval_of_employers_of_one_mind(yes: list[int], share: float) -> None:
    estimate = one_share([3] * 12, yes)
    assert estimate.share[0] == share
    assert estimate.high[0] - estimate.low[0] == pytest.approx(1 - 0.025 ** (1 / 12))


def test_weights_count_employers() -> None:
    """An employer of weight 2 counts as two employers do, and unequal weights widen."""
    weighted = one_share([1, 1, 4, 4], [1, 0, 2, 0], heads=[2, 1, 1, 1])
    assert weighted.share[0] == pytest.approx((2 * 1 + 0 + 0.5 + 0) / 5)
    assert weighted.n_employers_by_size[0].tolist() == [2, 2, 0]
    assert weighted.share_by_size[0, :2] == pytest.approx([2 / 3, 0.25])
    jobs, yes = [2] * 30, [2, 0, 1] * 10
    even, uneven = one_share(jobs, yes, [3.0] * 30), one_share(jobs, yes, [5.0] * 3 + [1.0] * 27)
    plain = one_share(jobs, yes)
    assert (even.low[0], even.high[0]) == pytest.approx((plain.low[0], plain.high[0]))
    assert uneven.n_effective[0] < plain.n_effective[0]


def test_one_employer_has_no_interval() -> None:
    estimate = one_share([40], [10])
    assert estimate.share[0] == 0.25
    assert np.isnan([estimate.low[0], estimate.high[0], estimate.n_effective[0]]).all()


def test_counts_that_cannot_be_are_refused() -> None:
    cells = count_cells(np.zeros(2, dtype=np.int64), np.array([1, 2]), 1)
    zero, one = np.zeros(1, dtype=np.int64), np.ones(1)
    for yes in (np.array([1.5]), np.array([-1.0]), np.array([np.nan])):
        with pytest.raises(ValueError, match="must be from 0"):
            estimate_employer_shares(cells, zero, zero, zero, yes, one)
    with pytest.raises(ValueError, match="employer 0 has no jobs"):
        estimate_employer_shares(cells, zero, zero, zero, one, one, jobs=np.array([0, 2]))


def test_the_largest_employer_can_be_left_out() -> None:
    cells = count_cells(np.array([0, 0, 0, 1, 2, 2]), np.array([1, 5, 5, 7, 1, 3]), 3)
    row_cell = np.array([0, 0, 1, 2])
    employer, row, yes = np.array([0, 1, 2, 1, 3, 5]), np.array([0, 0, 0, 1, 2, 3]), np.array([1, 4, 2, 5, 7, 3])
    without, largest = leave_out_largest(cells, row_cell, employer, row, yes)
    assert largest.tolist() == [1, 3, 5]
    assert without == pytest.approx([3 / 6, 0, np.nan, 0], nan_ok=True)


def test_a_share_is_moved_by_more_than_half_its_interval_or_not() -> None:
    share, low, high = np.array([0.5, 0.5, 0.5]), np.array([0.4, 0.4, np.nan]), np.array([0.6, 0.6, np.nan])
    assert is_moved_by_largest(share, low, high, np.array([0.41, 0.39, 0.1])).tolist() == [False, True, False]
