"""Pay compared within matched cells, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

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


def test_clusters_that_move_widen_the_interval_by_the_jackknife_and_few_degrees_of_freedom() -> None:
    """Three titles of pay without scatter, with 4, 2 and 2 jobs a side, move by +10, 0 and 0 %."""
    rows = [(0, 0, side, 100 * 1.1**side) for side in (0, 1) for _ in range(4)]
    rows += [(title, title, side, 100) for title in (1, 2) for side in (0, 1) for _ in range(2)]
    result, rise = estimate_changes(jobs_of(*rows), 2), np.log(1.1)
    assert result.change[0] == pytest.approx(rise / 2)
    assert result.largest[0] == pytest.approx(1 / 2)
    squares = 1 / 4 + 1 / 16 + 1 / 16
    assert result.n_even[0] == pytest.approx(1 / squares)  # 8/3
    # Without the first nothing moves; without another the first has 4 of 6 jobs. Independent jobs do not scatter.
    variance = (rise / 2) ** 2 + 2 * (rise * (2 / 3 - 1 / 2)) ** 2
    t = special.stdtrit(8 / 3 - 1, 0.975)
    assert result.high[0] - result.change[0] == pytest.approx(t * np.sqrt(variance))


def test_two_steps_share_how_much_clusters_move_and_their_degrees_of_freedom() -> None:
    """The titles above move once, then not at all: half of the variance is of either step, all of it of the chain."""
    rows = [(0, 0, side, 100 * 1.1 ** min(side, 1)) for side in range(3) for _ in range(4)]
    rows += [(title, title, side, 100) for title in (1, 2) for side in range(3) for _ in range(2)]
    result, rise = estimate_changes(jobs_of(*rows), 3), np.log(1.1)
    variance = (rise / 2) ** 2 + 2 * (rise / 6) ** 2
    t = special.stdtrit(2 * (8 / 3 - 1), 0.975)
    assert result.high - result.change == pytest.approx([t * np.sqrt(variance / 2)] * 2)
    assert result.chain_high[1] - result.chain[1] == pytest.approx(t * np.sqrt(variance))
    apart = estimate_changes(jobs_of(*rows), 3, starts=(0, 1))
    assert apart.high == pytest.approx(result.high)
    assert (apart.chain[1], apart.chain_high[1]) == pytest.approx((apart.change[1], apart.high[1]))


def test_clusters_that_do_not_move_leave_the_error_of_independent_jobs() -> None:
    """Four jobs a side, in two titles that move alike, of pay e**±0.1: one degree of freedom for each cell and side."""
    up, down = np.exp([0.1, -0.1])
    rows = [(title, title, side, pay) for title in (0, 1) for side in (0, 1) for pay in (100 * up, 100 * down)]
    result = estimate_changes(jobs_of(*rows), 2)
    within = 0.02  # of each side: four squares of 0.1 over two degrees of freedom
    variance = 2 * (1 / 2) ** 2 * 2 * within / 2  # two cells of weight 1/2, two sides, two jobs in each
    t = special.stdtrit(1 + 1, 0.975)  # of the earlier side: cells' jobs beyond the first
    wide = special.stdtrit(4, 0.975)  # of both
    assert t > wide
    assert result.change[0] == pytest.approx(0, abs=1e-12)
    assert result.high[0] == pytest.approx(wide * np.sqrt(variance))


def test_titles_that_move_at_all_employers_alike_widen_it_too() -> None:
    """Each of four employers has both titles; one title moves. Employers alone would show no error."""
    rows = [
        (2 * e + title, e, side, 100 * 1.1 ** (side * title)) for e in range(4) for title in (0, 1) for side in (0, 1)
    ]
    jobs = jobs_of(*rows)
    alone = estimate_changes(jobs, 2)
    assert alone.high[0] == pytest.approx(alone.low[0])
    crossed = estimate_changes(ComparedJobs(jobs.cell, jobs.cluster, jobs.side, jobs.log_pay, jobs.cell % 2), 2)
    # Without either title the change is 0 or ln 1.1, half of which was estimated; two even titles: one degree.
    reach = special.stdtrit(1, 0.975) * np.sqrt(2 * (np.log(1.1) / 2) ** 2)
    assert crossed.high[0] - crossed.change[0] == pytest.approx(reach)


def test_a_cluster_without_which_nothing_is_matched_is_not_left_out() -> None:
    result = estimate_changes(jobs_of((0, 0, 0, 100), (0, 1, 0, 100), (0, 0, 1, 110)), 2)
    assert result.n_clusters[0] == 2
    assert result.high[0] == pytest.approx(result.change[0])  # leaving out the other changes nothing


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
