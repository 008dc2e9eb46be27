"""Employer cap, weighted quantiles and the bootstrap, against plain definitions and known answers."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.marts.statistics import (
    EMPLOYER_CAP,
    cap_weights,
    draw_replicates,
    quantile_interval,
    quantiles,
    too_few,
)

EMPLOYERS = st.lists(st.integers(0, 40).map(str), min_size=1, max_size=200)


def shares(employers: list[str]) -> dict[str, float]:
    weights = cap_weights(employers).of_job
    total: defaultdict[str, float] = defaultdict(float)
    for employer, weight in zip(employers, weights, strict=True):
        total[employer] += float(weight)
    return {employer: weight / float(weights.sum()) for employer, weight in total.items()}


@given(EMPLOYERS)
def test_no_employer_weighs_more_than_a_tenth_where_that_is_possible(employers: list[str]) -> None:
    n = len(set(employers))
    assert max(shares(employers).values()) <= max(EMPLOYER_CAP, 1 / n) + 1e-9


@given(EMPLOYERS)
def test_only_employers_at_the_cap_are_cut(employers: list[str]) -> None:
    found = shares(employers)
    weights = cap_weights(employers)
    assert weights.of_job.max() <= 1
    if len(found) > 1 / EMPLOYER_CAP:
        for employer, weight in zip(employers, weights.of_job, strict=True):
            assert weight == pytest.approx(1) or found[employer] == pytest.approx(EMPLOYER_CAP)


def test_a_giant_among_many_is_cut_to_a_tenth_and_the_rest_stays_whole() -> None:
    employers = ["giant"] * 90 + [f"small {i}" for i in range(18)]
    found = shares(employers)
    assert found["giant"] == pytest.approx(0.1)
    assert found["small 0"] == pytest.approx(0.9 / 18)
    assert cap_weights(employers).n_effective == pytest.approx(20**2 / (18 + 2**2 / 90))


def test_equal_employers_keep_every_job() -> None:
    assert cap_weights([str(i % 20) for i in range(100)]).n_effective == pytest.approx(100)


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=60), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_quantiles_with_equal_weights_are_numpys(values: list[float], at: float) -> None:
    array = np.array(values)
    expected = np.quantile(array, at, method="inverted_cdf")
    assert quantiles(array, np.ones(len(array)), [at]) == [expected]


def test_a_weight_of_three_is_three_values() -> None:
    thrice = quantiles(np.array([1.0, 5.0, 5.0, 5.0, 9.0]), np.ones(5), [0.25, 0.5, 0.75])
    assert quantiles(np.array([1.0, 5.0, 9.0]), np.array([1.0, 3.0, 1.0]), [0.25, 0.5, 0.75]) == thrice


def test_the_interval_holds_the_median_and_is_wider_when_employers_are_alike() -> None:
    rng = np.random.default_rng(7)
    level = rng.normal(100, 20, 25)
    alike = np.repeat(level, 8) + rng.normal(0, 1, 200)
    by_employer = cap_weights(np.repeat(np.arange(25), 8).astype(str).astype(object))
    by_job = cap_weights(np.arange(200).astype(str).astype(object))
    clustered = quantile_interval(alike, by_employer, 0.5, draw_replicates(25, "a"))
    naive = quantile_interval(alike, by_job, 0.5, draw_replicates(200, "a"))
    assert clustered is not None and naive is not None
    assert clustered[0] <= quantiles(alike, by_employer.of_job, [0.5])[0] <= clustered[1]
    assert clustered[1] - clustered[0] > 1.5 * (naive[1] - naive[0])


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for trial in range(120):
        rng = np.random.default_rng(trial)
        values = np.repeat(rng.normal(0, 1, 40), 3) + rng.normal(0, 0.5, 120)
        weights = cap_weights(np.repeat(np.arange(40), 3).astype(str).astype(object))
        interval = quantile_interval(values, weights, 0.5, draw_replicates(40, str(trial)))
        assert interval is not None
        covered += interval[0] <= 0 <= interval[1]
    assert 0.88 <= covered / 120 <= 1.0


def test_one_employer_has_no_interval() -> None:
    weights = cap_weights(["only"] * 50)
    assert quantile_interval(np.arange(50.0), weights, 0.5, draw_replicates(1, "x")) is None


def test_draws_depend_on_the_cell_alone() -> None:
    assert (draw_replicates(9, "cell") == draw_replicates(9, "cell")).all()
    assert not (draw_replicates(9, "cell") == draw_replicates(9, "other cell")).all()
    assert (draw_replicates(9, "cell").sum(axis=1) == 9).all()


@pytest.mark.parametrize(
    ("n_jobs", "n_employers", "says"),
    [(30, 5, None), (29, 5, "n = 29"), (0, 0, "n = 0"), (300, 4, "employers (4"), (3, 1, "n = 3")],
)
def test_the_minimum(n_jobs: int, n_employers: int, says: str | None) -> None:
    reason = too_few(n_jobs, n_employers)
    assert reason is None if says is None else says in (reason or "")
