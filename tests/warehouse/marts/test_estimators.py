"""Shares, quantiles and differences against plain definitions, and in odd cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from warehouse.marts.estimators import (
    SampledCells,
    ShareEstimates,
    bound_share,
    count_cells,
    estimate_differences,
    estimate_quantiles,
    estimate_shares,
)
from warehouse.marts.printing import RULES, find_broken_rules, find_interval_only, find_reasons, is_tail_known

CELL = st.lists(st.tuples(st.integers(1, 12), st.floats(0, 1)), min_size=2, max_size=25)


def one_cell(jobs: list[int]) -> SampledCells:
    return count_cells(np.zeros(len(jobs), dtype=np.int64), np.array(jobs), 1)


def one_share(jobs: list[int], yes: list[int]) -> ShareEstimates:
    employer = np.arange(len(jobs))
    zero = np.zeros(len(jobs), dtype=np.int64)
    return estimate_shares(one_cell(jobs), np.zeros(1, dtype=np.int64), employer, zero, np.array(yes))


def test_a_cell_says_how_uneven_it_is() -> None:
    cells = count_cells(np.array([0, 0, 0, 1, 1]), np.array([8, 1, 1, 5, 5]), 2)
    assert cells.n_jobs.tolist() == [10, 10]
    assert cells.n_employers.tolist() == [3, 2]
    assert cells.n_even == pytest.approx([100 / 66, 2])
    assert cells.largest == pytest.approx([0.8, 0.5])


@pytest.mark.parametrize("jobs", [[1.0, 0.0], [1.0, np.nan], [-1.0, 2.0]])
def test_employers_without_jobs_are_refused(jobs: list[float]) -> None:
    with pytest.raises(ValueError, match=r"no jobs|not numbers"):
        count_cells(np.zeros(2, dtype=np.int64), np.array(jobs), 1)


def test_cells_without_employers_are_refused() -> None:
    with pytest.raises(ValueError, match="an employer each"):
        count_cells(np.array([0, 2]), np.array([1, 1]), 3)


def test_values_that_are_missing_are_refused() -> None:
    cells = one_cell([1, 1])
    with pytest.raises(ValueError, match="1 of 2 values are not numbers, first at 1"):
        estimate_quantiles(cells, np.array([0, 1]), np.array([1.0, np.nan]), (0.5,))
    with pytest.raises(ValueError, match="values of 3 jobs for 2 jobs"):
        estimate_quantiles(cells, np.array([0, 1, 1]), np.array([1.0, 2.0, 3.0]), (0.5,))
    with pytest.raises(ValueError, match="the number of jobs that count must be from 0"):
        one_share([1, 1], [2, 0])


@given(CELL)
def test_a_share_stands_between_its_ends_and_these_between_0_and_1(cell: list[tuple[int, float]]) -> None:
    jobs = [m for m, _ in cell]
    yes = [round(part * m) for m, part in cell]
    estimate = one_share(jobs, yes)
    assert 0 <= estimate.low[0] <= estimate.share[0] <= estimate.high[0] <= 1
    assert estimate.share[0] == pytest.approx(sum(yes) / sum(jobs))


@pytest.mark.parametrize(("yes", "share"), [([0] * 12, 0.0), ([3] * 12, 1.0)])
def test_none_and_all_have_an_interval_by_the_sizes_of_employers(yes: list[int], share: float) -> None:
    estimate = one_share([3] * 12, yes)
    assert estimate.share[0] == share
    width = estimate.high[0] - estimate.low[0]
    assert width == pytest.approx(1 - 0.025 ** (1 / (12 * (2.0301 / 2.2010) ** 2)), abs=1e-3)  # employers of one mind
    low, high = bound_share(np.array([share]), np.array([36.0]))
    assert width > high[0] - low[0]  # of as many jobs of 36 employers
    assert estimate.design_effect[0] == pytest.approx(3)


def test_rows_of_a_cell_share_their_correlation() -> None:
    """What nobody asks for has the interval of the correlation that other rows show."""
    cells = one_cell([4] * 15)
    employer = np.arange(15)
    alike = estimate_shares(cells, np.array([0, 0]), employer[:8], np.zeros(8, dtype=np.int64), np.full(8, 4))
    unlike = estimate_shares(cells, np.array([0, 0]), employer, np.zeros(15, dtype=np.int64), np.full(15, 2))
    assert alike.correlation[0] == pytest.approx(1)
    assert unlike.correlation[0] == 0
    assert alike.high[1] > unlike.high[1] > 0


@given(CELL)
def test_no_interval_of_a_share_is_narrower_than_that_of_independent_jobs(cell: list[tuple[int, float]]) -> None:
    jobs = [m for m, _ in cell]
    estimate = one_share(jobs, [round(part * m) for m, part in cell])
    low, high = bound_share(estimate.share, np.array([float(sum(jobs))]))
    assert estimate.design_effect[0] >= 1
    assert estimate.high[0] - estimate.low[0] >= (high - low)[0] - 1e-9


def test_one_employer_has_no_interval() -> None:
    estimate = one_share([40], [10])
    assert estimate.share[0] == 0.25
    assert np.isnan(
        [estimate.low[0], estimate.high[0], estimate.design_effect[0], estimate.relative_standard_error[0]]
    ).all()
    pay = estimate_quantiles(one_cell([3]), np.zeros(3, dtype=np.int64), np.array([1.0, 2.0, 3.0]), (0.5,))
    assert pay.value[0, 0] == 2
    assert np.isnan([pay.low[0, 0], pay.high[0, 0]]).all()


@given(CELL, st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_quantiles_are_those_of_numpy_whatever_the_order(cell: list[tuple[int, float]], p: float) -> None:
    jobs = [m for m, _ in cell]
    employer = np.repeat(np.arange(len(jobs)), jobs)
    rng = np.random.default_rng(len(employer))
    value = rng.integers(1, 30, len(employer)).astype(float)
    order = rng.permutation(len(employer))
    first = estimate_quantiles(one_cell(jobs), employer, value, (p,))
    second = estimate_quantiles(one_cell(jobs), employer[order], value[order], (p,))
    level = p + (p - 0.5) / (3 * one_cell(jobs).n_even[0])
    assert first.value[0, 0] == pytest.approx(np.quantile(value, np.clip(level, 0, 1), method="hazen"))
    assert [first.value[0, 0], first.low[0, 0], first.high[0, 0]] == [
        second.value[0, 0],
        second.low[0, 0],
        second.high[0, 0],
    ]
    assert value.min() <= first.low[0, 0] <= first.value[0, 0] <= first.high[0, 0] <= value.max()


def test_an_interval_of_a_quantile_is_never_narrower_than_that_of_independent_jobs() -> None:
    """Each of 16 employers states the same 20 amounts: no employer differs from another, and 320 jobs are still few."""
    jobs, value = [20] * 16, np.tile(np.arange(1.0, 21.0), 16)
    cells = one_cell(jobs)
    estimate = estimate_quantiles(cells, np.repeat(np.arange(16), 20), value, (0.5,))
    margin = cells.find_t()[0] * np.sqrt(0.25 / 320)  # 6 points, where a step of F is 5
    assert 0.05 < margin < 0.10
    assert (estimate.low[0, 0], estimate.high[0, 0]) == (9, 12)  # F is 0.45 at 9, and 0.55 below 12


def test_an_employer_s_jobs_count_once_if_they_weigh_one_together() -> None:
    value = np.array([10.0] * 9 + [20.0, 30.0])
    employer = np.array([0] * 9 + [1, 2])
    assert estimate_quantiles(one_cell([9, 1, 1]), employer, value, (0.5,)).value[0, 0] == 10
    weight = np.array([1 / 9] * 9 + [1.0, 1.0])
    assert estimate_quantiles(one_cell([1, 1, 1]), employer, value, (0.5,), weight=weight).value[0, 0] == 20


def test_rules_of_printing_look_at_the_sample_only() -> None:
    jobs = [[1] * 15, [9] * 14, [14, *[1] * 14], [15, *[1] * 14], [99], [12, 12, *[1] * 13]]
    cells = count_cells(np.repeat(np.arange(6), [len(cell) for cell in jobs]), np.concatenate(jobs), 6)
    rules = find_broken_rules(cells)
    assert [RULES[rule].column if rule >= 0 else None for rule in rules] == [
        None, "n_employers", None, "largest", "n_employers", None
    ]  # fmt: skip
    assert list(find_reasons(cells)[[1, 3]]) == [
        "not enough employers (14; 15 needed)", "one employer is 52 % of it (at most 50 %)",
    ]  # fmt: skip


def test_far_quantiles_take_more_employers() -> None:
    cells = one_cell([1] * 34), one_cell([1] * 36)
    assert [bool(is_tail_known(cell, p)[0]) for cell in cells for p in (0.1, 0.25, 0.9)] == [
        False,
        True,
        False,
        *[True] * 3,
    ]


def test_wide_intervals_are_printed_without_the_point() -> None:
    low, high = np.array([0.1, 0.1, np.nan]), np.array([0.4, 0.41, np.nan])
    assert find_interval_only((low + high) / 2, low, high, is_share=True).tolist() == [False, True, True]
    shares = np.array([[0.04, 0.01, 0.06], [0.04, 0.01, 0.063], [0.1, 0.04, 0.17], [0.1, 0.04, 0.18], [0, 0, 0.05]])
    assert find_interval_only(*shares.T, is_share=True).tolist() == [False, True, False, True, False]
    amounts = np.array([100.0, 100.0])
    assert find_interval_only(amounts, amounts - 20, amounts + np.array([20, 21]), is_share=False).tolist() == [
        False,
        True,
    ]


def test_employers_that_all_differ_by_nothing_leave_the_width_of_their_jobs() -> None:
    """Fifteen employers that state pay in one of two jobs on either side, and two markets of them side by side."""
    cell, zeros = np.repeat([0, 1], 15), np.zeros(30)
    estimate = estimate_differences(cell, zeros, 2, independent=np.repeat([0.5 * 0.5 / 2 * 2, 0.0], 15))
    reach = special.stdtrit(14, 0.975) * np.sqrt(0.25 / 15)
    assert reach > 0.25
    assert (estimate.low[0], estimate.high[0]) == pytest.approx((-reach, reach))
    assert estimate.high[1] == estimate_differences(cell, zeros, 2).high[1] < 0.15, "as for employers with a habit"


def test_differences_without_employers_or_with_one_have_no_interval() -> None:
    estimate = estimate_differences(np.array([1, 2, 2]), np.array([1.0, 0.0, 0.0]), 3)
    assert estimate.n_employers.tolist() == [0, 1, 2]
    assert estimate.difference == pytest.approx([np.nan, 1.0, 0.0], nan_ok=True)
    assert np.isnan(estimate.low).tolist() == [True, True, False]
    assert estimate.low[2] == -estimate.high[2] < 0  # none differs, which two employers do not tell
    with pytest.raises(ValueError, match="between -1 and 1"):
        estimate_differences(np.array([0]), np.array([1.5]), 1)
