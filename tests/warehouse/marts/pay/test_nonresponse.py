"""Bounds of medians and medians under odds, where not every advert states pay."""

from __future__ import annotations

import numpy as np
import pytest

from warehouse.marts.estimators import Floats, SampledCells, count_cells
from warehouse.marts.pay.nonresponse import bound_medians, tilt_medians

N = 101


def single_jobs(n: int) -> SampledCells:
    return count_cells(np.zeros(n, dtype=np.int64), np.ones(n), 1)


def with_silent(n_silent: int) -> Floats:
    value = np.arange(1.0, N + 1)
    value[np.random.default_rng(0).permutation(N)[:n_silent]] = np.nan
    return value


def test_bounds_are_the_medians_when_all_silent_jobs_pay_least_or_most() -> None:
    value = with_silent(20)
    bounds = bound_medians(single_jobs(N), np.arange(N), value)
    pays = np.sort(value[~np.isnan(value)])
    assert bounds.lowest[0] == np.median(np.concatenate([np.zeros(20), pays]))
    assert bounds.highest[0] == np.median(np.concatenate([np.full(20, 1000.0), pays]))
    assert bounds.low[0] < bounds.lowest[0] < bounds.highest[0] < bounds.high[0]
    assert bounds.is_informative[0]
    assert (bounds.n_jobs[0], bounds.n_stated[0]) == (101, 81)


def test_bounds_meet_where_all_state_pay() -> None:
    bounds = bound_medians(single_jobs(N), np.arange(N), with_silent(0))
    assert bounds.lowest[0] == bounds.highest[0] == 51


@pytest.mark.parametrize("n_silent", [51, 101])
def test_half_or_fewer_bound_nothing(n_silent: int) -> None:
    bounds = bound_medians(single_jobs(N), np.arange(N), with_silent(n_silent))
    assert not bounds.is_informative[0]
    assert np.isnan([bounds.lowest[0], bounds.low[0], bounds.high[0]]).all()


def test_infinite_pay_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        bound_medians(single_jobs(2), np.arange(2), np.array([1.0, np.inf]))
    with pytest.raises(ValueError, match="above zero"):
        tilt_medians(np.zeros(1, dtype=np.int64), np.array([0.0]), np.array([1]), 2.0)


def test_odds_move_the_median_towards_those_who_are_silent() -> None:
    value = with_silent(40)
    value = value[~np.isnan(value)]
    cell = np.zeros(len(value), dtype=np.int64)
    less, same, more = (tilt_medians(cell, value, np.array([40]), odds)[0] for odds in (0.5, 1.0, 2.0))
    assert less > same > more
    assert same == np.quantile(value, 0.5, method="inverted_cdf")


def test_a_cell_without_pay_has_no_median() -> None:
    medians = tilt_medians(np.array([1]), np.array([5.0]), np.array([2, 0, 0]), 2.0)
    assert np.isnan(medians[[0, 2]]).all()
    assert medians[1] == 5
