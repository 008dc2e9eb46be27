"""Pay compared within matched cells: by hand, against a slow jackknife, and on small markets of known truth."""

from __future__ import annotations

import numpy as np
import pytest

from tests.known_truth.markets import SEED
from tests.known_truth.pay_changes import PREMIUM, draw_years, score_premium, score_rises
from warehouse.marts.pay.matched_pay import ComparedJobs, estimate_changes, estimate_premium


def jobs_of(*rows: tuple[int, int, int, float]) -> ComparedJobs:
    """Jobs as rows of cell, cluster, side and pay."""
    cell, cluster, side, pay = zip(*rows, strict=True)
    numbers = [np.array(column, dtype=np.int64) for column in (cell, cluster, side)]
    return ComparedJobs(numbers[0], numbers[1], numbers[2], np.log(np.array(pay, dtype=float)))


def test_a_change_is_the_weighted_mean_of_the_changes_of_matched_cells() -> None:
    jobs = jobs_of(
        (0, 0, 0, 100), (0, 0, 1, 110), (0, 0, 1, 110), (0, 0, 1, 110),  # +10 %: a half of the first, 3/4 of the second
        (1, 1, 0, 200), (1, 1, 1, 190),  # -5 %
        (2, 2, 1, 900),  # new, so it counts on neither side
    )  # fmt: skip
    result = estimate_changes(jobs, 2)
    weight = (1 / 2 + 3 / 4) / 2
    assert result.change[0] == pytest.approx(weight * np.log(1.1) + (1 - weight) * np.log(0.95))
    assert [one[0] for one in (result.n_cells, result.n_before, result.n_after, result.n_clusters)] == [2, 2, 4, 2]


def test_a_premium_has_the_weights_of_the_group() -> None:
    jobs = jobs_of((0, 0, 0, 100), (0, 1, 0, 100), (0, 2, 1, 120), (1, 3, 0, 200), (1, 4, 1, 300), (1, 5, 1, 300))
    assert estimate_premium(jobs).change[0] == pytest.approx(np.log(1.2) / 3 + 2 * np.log(1.5) / 3)


def test_a_changing_mix_alone_changes_nothing() -> None:
    rows = [(0, n % 7, 0, 100 + n % 3) for n in range(30)] + [(1, 7 + n % 7, 0, 200 + n % 3) for n in range(9)]
    rows += [(0, n % 7, 1, 100 + n % 3) for n in range(9)] + [(1, 7 + n % 7, 1, 200 + n % 3) for n in range(30)]
    assert estimate_changes(jobs_of(*rows), 2).change[0] == pytest.approx(0, abs=1e-12)


def test_the_jackknife_is_that_of_leaving_out_clusters_one_by_one() -> None:
    jobs, _ = draw_years(np.random.default_rng(SEED), 150, 0.03, by_employer=True)
    _, cluster = np.unique(jobs.cluster, return_inverse=True)
    jobs = ComparedJobs(jobs.cell, cluster, jobs.side, jobs.log_pay)
    result = estimate_changes(jobs, 3)
    without = []
    for one in range(cluster.max() + 1):
        is_left = jobs.cluster != one
        rest = ComparedJobs(jobs.cell[is_left], jobs.cluster[is_left], jobs.side[is_left], jobs.log_pay[is_left])
        again = estimate_changes(rest, 3)
        without.append((again.change[0], again.chain[1]))
    moves = np.array(without) - [result.change[0], result.chain[1]]
    expected = np.sqrt((moves**2).sum(axis=0))
    reach = [result.change[0] - result.low[0], result.chain[1] - result.chain_low[1]]
    assert np.array(reach) / expected == pytest.approx([1.98, 1.98], abs=0.06)  # t, and the factor (G - 1) / G


def test_one_cluster_has_no_interval_and_no_match_no_change() -> None:
    alone = estimate_changes(jobs_of((0, 0, 0, 100), (0, 0, 1, 110)), 2)
    assert np.isfinite(alone.change[0])
    assert np.isnan(alone.low[0])
    apart = estimate_changes(jobs_of((0, 0, 0, 100), (1, 1, 1, 110)), 2)
    assert np.isnan([apart.change[0], apart.low[0], apart.chain[0]]).all()
    assert apart.n_cells[0] == 0


def test_pay_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"), np.errstate(divide="ignore"):
        jobs_of((0, 0, 0, 0.0))


@pytest.mark.parametrize(("kind", "n"), [("titles", 1_200), ("employers", 600)])
def test_constant_pay_under_a_changing_mix_covers_zero(kind: str, n: int) -> None:
    held = score_rises(kind, n, 0.0, 150)
    assert held.held >= 0.93 - 2 * np.sqrt(0.93 * 0.07 / 150)
    assert abs(held.mean) < 0.005
    assert held.raw < -0.05  # the mix alone lowers the mean of all jobs


@pytest.mark.parametrize(("kind", "n"), [("titles", 1_200), ("employers", 600)])
def test_three_per_cent_a_year_is_found(kind: str, n: int) -> None:
    assert 0.025 <= score_rises(kind, n, 0.03, 150).mean <= 0.035


def test_a_known_premium_is_found() -> None:
    held = score_premium(150)
    assert held.mean == pytest.approx(PREMIUM, abs=0.01)
    assert held.held >= 0.93 - 2 * np.sqrt(0.93 * 0.07 / 150)
    assert held.raw > PREMIUM + 0.05  # experience alone raises the mean of the group
