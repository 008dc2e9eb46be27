"""Differences of pay between two sides of matched cells: two periods, or two groups of roles. Pure functions.

A cell is a kind of job, within which pay is compared: for pay held constant title, level, place and kind of pay; for
a premium experience, place and kind of pay. Jobs in cells that have only one of the two sides count on neither. In
matched cells

    log difference = Σ w (b - a)

where a and b are the means of log pay on the two sides, and w is the cell's weight:

- of two periods, the mean of the cell's shares of the jobs of either period. This is a Törnqvist index whose shares are
  of jobs instead of expenditure (ILO and others 2020, "Consumer Price Index Manual: Concepts and Methods", ch. 8): the
  same jobs count as much whichever period is the base. Changes are chained from period to period.
- of two groups, the cell's share of the jobs of the group that is compared (direct standardisation; Kitagawa 1955,
  "Components of a Difference Between Two Rates").

Error: the larger of two. The jackknife leaves out one cluster at a time (an employer; a title where nobody names
employers), from all periods of a chain at once. It is compared with the error of independent jobs, because where one
title has most of the jobs, its own scatter hardly shows in the jackknife. t has as many degrees of freedom as matched
clusters less one, or as jobs beyond the first of each cell and side where the second error is the larger one.
`tests/known_truth/pay_changes.py` measures how often the intervals hold the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from warehouse.marts.estimators import LEVEL, Floats, Ints, divide, sum_by


@dataclass(frozen=True)
class ComparedJobs:
    """One entry for each job: its cell and cluster, both numbered from 0, its side (0, 1, ...) and the log of its pay.

    Raises ValueError for a log of pay that is not a number.
    """

    cell: Ints
    cluster: Ints
    side: Ints
    log_pay: Floats

    def __post_init__(self) -> None:
        if not np.isfinite(self.log_pay).all():
            raise ValueError("the logarithm of pay must be a number: leave out jobs without pay above zero")


@dataclass(frozen=True)
class Matched:
    """Log differences of each step from a side to the next, and of all steps up to it, with their intervals.

    Arrays have an entry for each step; `n_before`, `n_after` and `n_clusters` count the matched jobs and clusters. A
    step without matched cells is NaN, and so are the chains that contain it.
    """

    change: Floats
    low: Floats
    high: Floats
    chain: Floats
    chain_low: Floats
    chain_high: Floats
    n_cells: Ints
    n_before: Ints
    n_after: Ints
    n_clusters: Ints


@dataclass(frozen=True)
class _Pairs:
    """Counts and sums of log pay by pair of a cell and a cluster (`cell`, `cluster`), and by side (columns)."""

    cell: Ints
    cluster: Ints
    jobs: Floats
    total: Floats
    n_cells: int


def estimate_changes(jobs: ComparedJobs, n_sides: int) -> Matched:
    """Estimate the changes of pay from each of `n_sides` periods to the next, and their chain."""
    return _estimate(jobs, n_sides, of_group=False)


def estimate_premium(jobs: ComparedJobs) -> Matched:
    """Estimate how much more side 1 is paid than side 0 in equal cells, weighted as the jobs of side 1 are."""
    return _estimate(jobs, 2, of_group=True)


def _estimate(jobs: ComparedJobs, n_sides: int, *, of_group: bool) -> Matched:
    pairs = _pair(jobs, n_sides)
    n_clusters = int(jobs.cluster.max(initial=-1)) + 1
    count, total = (_by_cell(pairs, values) for values in (pairs.jobs, pairs.total))
    variance = _variance_within(jobs, count, total)
    n_steps = n_sides - 1
    change, clusters, freedom = np.full(n_steps, np.nan), np.zeros(n_steps, np.int64), np.zeros(n_steps)
    moves = np.zeros((n_clusters, n_steps))
    pull = np.zeros((count.shape[0], n_sides, n_steps))  # by how much a step rises with the mean of a cell and side
    numbers = np.zeros((3, n_steps), np.int64)
    for step in range(n_steps):
        sides = slice(step, step + 2)
        n, mean = count[:, sides], divide(total[:, sides].ravel(), count[:, sides].ravel()).reshape(-1, 2)
        is_matched = n.min(axis=1) > 0
        if not is_matched.any():
            continue
        weight = _weigh(np.where(is_matched[:, None], n, 0), of_group=of_group)
        difference = np.where(is_matched, mean[:, 1] - mean[:, 0], 0)
        change[step] = weight @ difference
        without, n_matched = _leave_out(pairs, n, total[:, sides], sides, n_clusters, of_group=of_group)
        is_in = np.bincount(pairs.cluster, is_matched[pairs.cell] * pairs.jobs[:, sides].sum(axis=1), n_clusters) > 0
        moves[is_in, step] = np.where(n_matched > 0, without - change[step], 0)[is_in]
        pull[:, step, step], pull[:, step + 1, step] = -weight, weight
        clusters[step] = is_in.sum()
        numbers[:, step] = is_matched.sum(), *n[is_matched].sum(axis=0)
        freedom[step] = np.maximum(n[is_matched] - 1, 0).sum()
    ends = _bound(change, moves, clusters, _independent(pull, count, variance), freedom)
    chain = np.cumsum(change)
    chained = _independent(np.cumsum(pull, axis=2), count, variance)
    least = np.minimum.accumulate(clusters) if n_steps else clusters
    chain_ends = _bound(chain, np.cumsum(moves, axis=1), least, chained, np.minimum.accumulate(freedom))
    return Matched(change, *ends, chain, *chain_ends, numbers[0], numbers[1], numbers[2], clusters)


def _pair(jobs: ComparedJobs, n_sides: int) -> _Pairs:
    n_cells, n_clusters = int(jobs.cell.max(initial=-1)) + 1, int(jobs.cluster.max(initial=-1)) + 1
    code, pair = np.unique(jobs.cell * max(n_clusters, 1) + jobs.cluster, return_inverse=True)
    place = pair * n_sides + jobs.side
    counts, sums = (
        sum_by(place, values, len(code) * n_sides).reshape(-1, n_sides)
        for values in (np.ones(len(place)), jobs.log_pay)
    )
    return _Pairs(code // max(n_clusters, 1), code % max(n_clusters, 1), counts, sums, n_cells)


def _by_cell(pairs: _Pairs, values: Floats) -> Floats:
    return np.stack([sum_by(pairs.cell, column, pairs.n_cells) for column in values.T], axis=1)


def _variance_within(jobs: ComparedJobs, count: Floats, total: Floats) -> Floats:
    """Return the variance of log pay within the cells of each side, pooled over its cells; 0 if all have one job."""
    mean = divide(total.ravel(), count.ravel()).reshape(count.shape)
    squares = sum_by(jobs.side, (jobs.log_pay - mean[jobs.cell, jobs.side]) ** 2, count.shape[1])
    return np.nan_to_num(divide(squares, np.maximum(count - 1, 0).sum(axis=0)))


def _weigh(count: Floats, *, of_group: bool) -> Floats:
    """Return the weights of cells from their matched jobs on both sides; the weights add up to 1."""
    shares = count / count.sum(axis=0)
    return np.asarray(shares[:, 1] if of_group else shares.mean(axis=1))


def _leave_out(
    pairs: _Pairs, count: Floats, total: Floats, sides: slice, n_clusters: int, *, of_group: bool
) -> tuple[Floats, Floats]:
    """Return by cluster the difference without it, and how many jobs are then matched.

    Only the cells that a cluster has jobs in change, so sums over all cells are corrected by these cells alone.
    """

    def parts(n: Floats, sums: Floats) -> tuple[Floats, Floats]:
        matched = n.min(axis=1) > 0
        n = np.where(matched[:, None], n, 0)
        mean = divide(sums.ravel(), n.ravel()).reshape(-1, 2)
        return n, n * np.where(matched, mean[:, 1] - mean[:, 0], 0)[:, None]

    n_all, sum_all = parts(count, total)
    n_before, sum_before = n_all[pairs.cell], sum_all[pairs.cell]
    rest = count[pairs.cell] - pairs.jobs[:, sides]
    n_after, sum_after = parts(np.where(rest > 0.5, rest, 0), total[pairs.cell] - pairs.total[:, sides])
    changes = [
        np.stack([sum_by(pairs.cluster, column, n_clusters) for column in (after - before).T], axis=1)
        for before, after in ((n_before, n_after), (sum_before, sum_after))
    ]
    n, sums = n_all.sum(axis=0) + changes[0], sum_all.sum(axis=0) + changes[1]
    n = n.round(6)
    by_side = divide(sums.ravel(), n.ravel()).reshape(-1, 2)
    return (by_side[:, 1] if of_group else by_side.mean(axis=1)), n.min(axis=1)


def _independent(pull: Floats, count: Floats, variance: Floats) -> Floats:
    """Return the variance of each step, or chain of steps, if all jobs were independent."""
    of_mean = np.nan_to_num(divide(np.broadcast_to(variance, count.shape).ravel(), count.ravel())).reshape(count.shape)
    return np.asarray((pull**2 * of_mean[:, :, None]).sum(axis=(0, 1)))


def _bound(
    value: Floats, moves: Floats, n_clusters: Ints, independent: Floats, freedom: Floats
) -> tuple[Floats, Floats]:
    """Return the ends of intervals; NaN for steps with a single cluster."""
    jackknife = divide(n_clusters - 1, n_clusters) * (moves**2).sum(axis=0)
    is_clustered = jackknife >= independent
    degrees = np.where(is_clustered, n_clusters - 1, freedom)
    t = special.stdtrit(np.maximum(degrees, 1), 0.5 + LEVEL / 2)
    reach = t * np.sqrt(np.where(is_clustered, jackknife, independent))
    reach = np.where(n_clusters < 2, np.nan, reach)
    return value - reach, value + reach
