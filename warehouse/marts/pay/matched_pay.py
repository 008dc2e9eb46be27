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

Error: that of independent jobs within cells and sides, and to it what clusters move by themselves, beyond chance.
Clusters are employers; titles where nobody names employers, and titles beside employers where somebody does, since a
title moves at all employers alike ("multiway": Cameron, Gelbach and Miller 2011, "Robust Inference With Multiway
Clustering"). How much clusters move is one number for the series, because one step has too few clusters to tell it:
the jackknife that leaves out one cluster at a time (CV3, without the factor that makes it smaller: MacKinnon, Nielsen
and Webb 2023, "Cluster-robust inference: A guide to empirical practice") less the error of independent jobs, over the
sum of squared parts p of clusters, steps by matched jobs. Clusters are taken to move anew in each step, so a chain adds
these variances up. t has G* - 1 degrees of freedom, with G* = 1 / Σ p² clusters of equal size (Carter, Schnepel and
Steigerwald 2017, as in `estimators`), of all steps together by Satterthwaite (1946), "An Approximate Distribution of
Estimates of Variance Components"; or as many as jobs beyond the first of each cell and side where no cluster moves by
more than chance.
`tests/known_truth/pay_changes.py` measures how often the intervals hold the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    crossed: Ints | None = None
    """A second numbering of clusters, across the first: titles where clusters are employers."""

    def __post_init__(self) -> None:
        if not np.isfinite(self.log_pay).all():
            raise ValueError("the logarithm of pay must be a number: leave out jobs without pay above zero")


@dataclass(frozen=True)
class Matched:
    """Log differences of each step from a side to the next, and of all steps up to it, with their intervals.

    Arrays have an entry for each step; `n_before`, `n_after` and `n_clusters` count the matched jobs and clusters. A
    step without matched cells is NaN, and so are the chains that contain it. `n_even` is G* of the matched clusters,
    and `largest` the part of the weight that the largest of them has.
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
    n_even: Floats
    largest: Floats


@dataclass(frozen=True)
class _Pairs:
    """Counts and sums of log pay by pair of a cell and a cluster (`cell`, `cluster`), and by side (columns)."""

    cell: Ints
    cluster: Ints
    jobs: Floats
    total: Floats
    n_cells: int


def estimate_changes(jobs: ComparedJobs, n_sides: int, starts: Sequence[int] = ()) -> Matched:
    """Estimate the changes of pay from each of `n_sides` periods to the next, and the chain that ends with each.

    `starts` has for each step the first step of its chain; without it all chains begin with the first.
    """
    return _estimate(jobs, n_sides, starts or (0,) * (n_sides - 1), of_group=False)


def estimate_premium(jobs: ComparedJobs) -> Matched:
    """Estimate how much more side 1 is paid than side 0 in equal cells, weighted as the jobs of side 1 are."""
    return _estimate(jobs, 2, (0,), of_group=True)


@dataclass(frozen=True)
class _Clustered:
    """Of one numbering of clusters: their number and parts of the weight by step, and the variance of the jackknife."""

    number: Ints
    squares: Floats  # Σ p², which is 1 / G*
    largest: Floats
    jackknife: Floats


def _estimate(jobs: ComparedJobs, n_sides: int, starts: Sequence[int], *, of_group: bool) -> Matched:
    pairs = _pair(jobs, jobs.cluster, n_sides)
    count, total = (_by_cell(pairs, values) for values in (pairs.jobs, pairs.total))
    n_steps = n_sides - 1
    change, freedom, size = np.full(n_steps, np.nan), np.zeros(n_steps), np.zeros(n_steps)
    pull = np.zeros((count.shape[0], n_sides, n_steps))  # by how much a step rises with the mean of a cell and side
    numbers = np.zeros((3, n_steps), np.int64)
    for step in range(n_steps):
        n, sums = count[:, step : step + 2], total[:, step : step + 2]
        is_matched = n.min(axis=1) > 0
        if not is_matched.any():
            continue
        mean = divide(sums.ravel(), n.ravel()).reshape(-1, 2)
        weight = _weigh(np.where(is_matched[:, None], n, 0), of_group=of_group)
        change[step] = weight @ np.where(is_matched, mean[:, 1] - mean[:, 0], 0)
        pull[:, step, step], pull[:, step + 1, step] = -weight, weight
        numbers[:, step] = is_matched.sum(), *n[is_matched].sum(axis=0)
        freedom[step] = (n[is_matched] - 1).sum()
        size[step] = 1 / (1 / n[is_matched].sum(axis=0)).sum()
    variance = _variance_within(jobs, count, total)
    independent = _independent(pull, count, variance)
    one = _cluster(pairs, jobs.cluster, count, total, change, of_group=of_group)
    numberings = [one]
    if jobs.crossed is not None:
        crossed = _pair(jobs, jobs.crossed, n_sides)
        numberings.append(_cluster(crossed, jobs.crossed, count, total, change, of_group=of_group))
    spreads = [_spread(each, independent, np.where(each.number > 1, size, 0)) for each in numberings]
    parts = np.array([excess * each.squares for (excess, _), each in zip(spreads, numberings, strict=True)])
    more, beyond = parts.sum(axis=0), parts.sum(axis=1)
    terms = sum(part**2 / of for part, (_, of) in zip(beyond, spreads, strict=True) if part > 0)
    degrees = float(beyond.sum() ** 2 / terms) if terms else 0.0
    ends = _bound(change, independent, more, one.number, freedom, degrees)
    runs = [slice(start, step + 1) for step, start in enumerate(starts)]
    chain, chain_more = (np.array([values[run].sum() for run in runs]) for values in (change, more))
    least, chain_freedom = (np.array([values[run].min() for run in runs]) for values in (one.number, freedom))
    chain_pull = np.stack([pull[:, :, run].sum(axis=2) for run in runs], axis=2) if runs else pull
    chained = _independent(chain_pull, count, variance)
    chain_ends = _bound(chain, chained, chain_more, least, chain_freedom, degrees)
    even = divide(np.ones(n_steps), one.squares)
    return Matched(change, *ends, chain, *chain_ends, numbers[0], numbers[1], numbers[2], one.number, even, one.largest)


def _cluster(
    pairs: _Pairs, cluster: Ints, count: Floats, total: Floats, change: Floats, *, of_group: bool
) -> _Clustered:
    """Leave out each cluster of one numbering in turn."""
    n_clusters, n_steps = int(cluster.max(initial=-1)) + 1, len(change)
    number, squares, largest, jackknife = np.zeros(n_steps, np.int64), *np.zeros((3, n_steps))
    for step in np.flatnonzero(np.isfinite(change)):
        sides = slice(step, step + 2)
        n = np.where(count[:, sides].min(axis=1, keepdims=True) > 0, count[:, sides], 0)
        weight = _weigh(n, of_group=of_group)[pairs.cell, None]
        of_cell = divide(pairs.jobs[:, sides].ravel(), n[pairs.cell].ravel()).reshape(-1, 2)
        part = sum_by(pairs.cluster, np.nan_to_num(weight * of_cell).mean(axis=1), n_clusters)
        without, n_left = _leave_out(pairs, count[:, sides], total[:, sides], sides, n_clusters, of_group=of_group)
        is_in = part > 0
        jackknife[step] = ((without - change[step])[is_in & (n_left > 0)] ** 2).sum()
        number[step], squares[step], largest[step] = is_in.sum(), (part**2).sum(), part.max()
    return _Clustered(number, squares, largest, jackknife)


def _spread(clusters: _Clustered, independent: Floats, size: Floats) -> tuple[float, float]:
    """Return the variance of clusters' moves beyond chance, and its degrees of freedom; 0 and 0 if there are none."""
    parts = size * clusters.squares
    beyond = (size * (clusters.jackknife - independent)).sum()
    if not beyond > 0:
        return 0.0, 0.0
    even = divide(np.ones(len(parts)), clusters.squares)
    return float(beyond / parts.sum()), float(parts.sum() ** 2 / np.nansum(parts**2 / np.maximum(even - 1, 1)))


def _pair(jobs: ComparedJobs, cluster: Ints, n_sides: int) -> _Pairs:
    n_cells, n_clusters = int(jobs.cell.max(initial=-1)) + 1, int(cluster.max(initial=-1)) + 1
    code, pair = np.unique(jobs.cell * max(n_clusters, 1) + cluster, return_inverse=True)
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
    value: Floats, independent: Floats, more: Floats, n_clusters: Ints, freedom: Floats, degrees: float
) -> tuple[Floats, Floats]:
    """Return the ends of intervals; NaN for steps with a single cluster."""
    t = special.stdtrit(np.maximum(degrees if degrees > 0 else freedom, 1), 0.5 + LEVEL / 2)
    reach = np.where(n_clusters < 2, np.nan, t * np.sqrt(independent + more))
    return value - reach, value + reach
