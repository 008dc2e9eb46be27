"""Employer cap and weighted shares, against plain definitions and known answers."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.records.vocabulary import SHARE_DOUBTS
from warehouse.marts.statistics import (
    DOUBT_WORDS,
    EMPLOYER_CAP,
    Floats,
    ShareEstimates,
    Weights,
    cap_weights,
    estimate_shares,
    share_doubts,
    too_few,
)

EMPLOYERS = st.lists(st.integers(0, 40).map(str), min_size=1, max_size=200)


def estimates(weights: Weights, asking: Floats) -> ShareEstimates:
    """Estimates from a matrix of jobs x items of 0 and 1."""
    job, item = np.nonzero(asking)
    return estimate_shares(weights, job, item, asking.shape[1])


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


def test_one_employer_has_no_interval() -> None:
    weights = cap_weights(["only"] * 50)
    found = estimates(weights, np.ones((50, 1)))
    assert found.share[0] == 1
    assert np.isnan(found.low[0]) and np.isnan(found.high[0])


def test_shares_are_weighted_and_bracketed() -> None:
    employers = ["giant"] * 50 + [f"e{i}" for i in range(20)]
    asking = np.array([[1.0]] * 50 + [[0.0]] * 20)
    found = estimates(cap_weights(employers), asking)
    assert found.share[0] == pytest.approx(0.1)
    assert found.low[0] <= found.share[0] <= found.high[0]


@given(EMPLOYERS)
def test_what_all_ask_for_is_a_share_of_one_and_what_nobody_asks_for_is_none(employers: list[str]) -> None:
    """Sums of weights in different orders differ in their last digit; a gate that asks for at most 1 refuses them."""
    weights = cap_weights(employers)
    asking = np.zeros((len(employers), 2))
    asking[:, 0] = 1
    found = estimates(weights, asking)
    assert list(found.share) == [1, 0]
    if weights.n_employers > 1:
        assert list(found.low) == list(found.high) == [1, 0]
    assert weights.n_effective <= len(employers)


def test_who_makes_a_share_is_counted_as_weighted() -> None:
    employers = ["giant"] * 50 + [f"e{i}" for i in range(20)]  # the giant's fifty weigh as much as two jobs and a bit
    asking = np.array([[1.0, 0, 1.0]] * 50 + [[1.0, 0, 0]] * 20)
    found = estimates(cap_weights(employers), asking)
    largest = found.largest
    assert found.n_employers.tolist() == [21, 0, 1]
    assert found.n_yes.tolist() == [70, 0, 50]
    assert largest[0] == pytest.approx(0.1) and np.isnan(largest[1]) and largest[2] == 1


SURE = {"share": 0.06, "low": 0.04, "high": 0.08, "n_effective": 300.0, "n_employers": 12, "largest": 0.3}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, None),
        ({"n_employers": 5, "largest": 0.5}, None),
        ({"n_employers": 4}, "few_employers"),
        ({"n_employers": 0, "largest": np.nan, "share": 0.0, "low": 0.0, "high": 0.0}, "few_employers"),
        ({"largest": 0.51}, "one_employer"),
        ({"n_effective": 29.9}, "few_effective"),
        ({"share": 0.5, "low": 0.39, "high": 0.60}, "wide"),
        ({"low": np.nan, "high": np.nan}, "wide"),
        ({"low": 0.02, "high": 0.081}, "wide_for_share"),
        ({"low": 0.02, "high": 0.0799}, None),
        ({"n_employers": 1, "largest": 1.0, "low": 0.0, "high": 0.19}, "few_employers"),
    ],
)
def test_why_a_share_is_low(changed: dict[str, float], expected: str | None) -> None:
    said = SURE | changed
    ends = [np.array([said[name]]) for name in ("share", "low", "high")]
    assert share_doubts(
        *ends,
        n_effective=said["n_effective"],
        n_employers=np.array([said["n_employers"]], dtype=np.int64),
        largest=np.array([said["largest"]]),
    ) == [expected]


def test_every_doubt_has_its_words() -> None:
    assert tuple(DOUBT_WORDS) == SHARE_DOUBTS


@pytest.mark.parametrize(
    ("n_jobs", "n_employers", "says"),
    [(30, 5, None), (29, 5, "n = 29"), (0, 0, "n = 0"), (300, 4, "employers (4"), (3, 1, "n = 3")],
)
def test_the_minimum(n_jobs: int, n_employers: int, says: str | None) -> None:
    reason = too_few(n_jobs, n_employers)
    assert reason is None if says is None else says in (reason or "")
