"""Shares, quantiles and ranks of jobs that are clustered by employer, with intervals.

Employers are the independent units (clusters), and all of an employer's jobs are read. Estimands count jobs, so an
employer with ten jobs counts ten times. All variances are delete-one-employer jackknives with G* - 1 degrees of
freedom. G* = (Σm)² / Σm², over employers' numbers of jobs m, is the effective number of employers: as many of equal
size would be as informative (Carter, Schnepel and Steigerwald 2017, "Asymptotic Behavior of a t-Test Robust to Cluster
Heterogeneity"). docs/known_truth.md measures on simulated markets how often the intervals hold the truth.

Everything is pure and vectorised over cells: inputs are columns in any order, and cost as much as sorting them. Cells
are numbered from 0 to `n_cells` - 1. Ends of intervals are NaN in cells with a single employer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEVEL = 0.95
"""Probability with which an interval holds the truth."""
SHARE_DIGITS = 12
"""Decimal places of a share: beyond the 14th, sums depend on their order, and no share may be 1.0000000000000002."""
TINY = 1e-9
"""A smaller part of a cell is a rounding error."""


def sum_by(group: Ints, values: Floats | Ints | Flags, n_groups: int) -> Floats:
    """Sums of values by group, 0 to `n_groups` - 1."""
    return np.asarray(np.bincount(group, values, n_groups), dtype=np.float64)


@dataclass(frozen=True)
class SampledCells:
    """Cells as sampled. Arrays are by cell; `employer_…` have an entry for each cell and employer."""

    employer_cell: Ints
    employer_jobs: Floats
    n_jobs: Floats
    n_employers: Ints
    n_even: Floats
    """G*, the effective number of employers; from 1 to `n_employers`."""
    largest: Floats
    """The largest employer's part of the jobs, 0 to 1."""

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.n_jobs)

    def find_t(self, level: float | Floats = LEVEL) -> Floats:
        """Student's t for a two-sided interval of this level, by cell, with at least one degree of freedom."""
        freedom = np.maximum(self.n_even - 1, 1)
        return np.asarray(special.stdtrit(freedom, 0.5 + np.asarray(level) / 2), dtype=np.float64)

    def find_leverage(self) -> Floats:
        """1 / (jobs of the cell without the employer), by employer; NaN if nothing is left."""
        rest = self.n_jobs[self.employer_cell] - self.employer_jobs
        return _divide(np.ones(len(rest)), rest)


def count_cells(cell: Ints, jobs: Floats | Ints, n_cells: int) -> SampledCells:
    """Make cells from one entry for each cell and employer: the cell's number and the employer's jobs in it.

    Raises ValueError for an employer without jobs, for NaN, and for a cell without employers.
    """
    jobs = np.asarray(jobs, dtype=np.float64)
    _refuse_gaps("jobs of an employer", jobs)
    if (jobs <= 0).any():
        raise ValueError(f"employer {int(np.argmax(jobs <= 0))} has no jobs in its cell; leave it out")
    n_employers = np.bincount(cell, minlength=n_cells).astype(np.int64)
    if len(n_employers) != n_cells or (n_employers == 0).any():
        raise ValueError(f"cells must be numbered 0 to {n_cells - 1} and have an employer each")
    n_jobs = sum_by(cell, jobs, n_cells)
    squares = sum_by(cell, jobs**2, n_cells)
    largest = np.zeros(n_cells)
    np.maximum.at(largest, cell, jobs)
    return SampledCells(
        employer_cell=cell,
        employer_jobs=jobs,
        n_jobs=n_jobs,
        n_employers=n_employers,
        n_even=np.clip(n_jobs**2 / squares, 1, n_employers),
        largest=largest / n_jobs,
    )


def weigh_jobs(cell: Ints, jobs: Floats | Ints, weight: Floats, n_cells: int) -> Floats:
    """Weighted jobs of employers, scaled to sum to the jobs of each cell: one entry for each cell and employer.

    With weights that are the inverse of the chance with which an employer's boards were drawn, the estimators of shares
    become estimators for the panel (Hájek's ratio), and unequal weights reduce G* like unequal sizes. Weights of 1
    leave the jobs exactly as they are.
    """
    scale = _divide(sum_by(cell, jobs, n_cells), sum_by(cell, weight, n_cells))
    return np.asarray(weight * scale[cell])


def scale_weights(cell: Ints, weight: Floats, n_cells: int) -> Floats:
    """Positive weights of jobs, scaled to sum to the jobs of each cell: one entry for each cell and job.

    Equal weights become exactly 1, as the largest weight of a cell is first set to 1.
    """
    largest = np.zeros(n_cells)
    np.maximum.at(largest, cell, weight)
    relative = weight / largest[cell]
    return weigh_jobs(cell, np.ones(len(cell)), relative, n_cells)


@dataclass(frozen=True)
class ShareEstimates:
    """Shares of jobs, one entry for each row: a cell and an item that its jobs may ask for."""

    n_yes: Ints
    n_employers_yes: Ints
    share: Floats
    low: Floats
    high: Floats
    relative_standard_error: Floats
    """From the design effect that the interval uses; NaN with one employer, or if the share is 0."""
    design_effect: Floats
    """Variance over the variance of as many independent jobs."""
    employer_share: Floats
    """Mean over employers of their own shares, so that each employer counts once: another estimand."""
    correlation: Floats
    """Correlation within employers, by cell, over all its rows (0 to 1)."""


def estimate_shares(
    cells: SampledCells,
    row_cell: Ints,
    employer: Ints,
    row: Ints,
    yes: Ints | Floats,
    level: float | Floats = LEVEL,
    employer_weight: Floats | None = None,
) -> ShareEstimates:
    """Estimate the share of each row.

    `employer`, `row` and `yes` have an entry for each employer and row with jobs that ask: the index in
    `cells.employer_jobs`, the row, and the number of jobs. Pairs without such jobs may be left out; no pair may occur
    twice. `row_cell` is the cell of each row. `level` is one number, or one for each row. `employer_weight`: how many
    employers each stands for in the mean over employers, by default 1. Costs grow with the number of pairs.

    Intervals are Korn and Graubard's (1998, "Confidence Intervals for Proportions With Small Expected Number of
    Positive Counts Estimated From Survey Data"): Clopper and Pearson's for n / design effect jobs, reduced by the ratio
    of squared quantiles of t. The design effect is the jackknife's, or if that is more, the geometric mean of it and of
    the one implied by the sizes of employers and the correlation over all rows of the cell (Kish 1965): the variance of
    a rare skill rests on the few employers that ask for it, and is too small if no large one is among them. If no job
    or every job asks, the jackknife has no design effect, and the implied one is used alone.
    """
    yes = np.asarray(yes, dtype=np.float64)
    _refuse_gaps("jobs that ask", yes)
    heads = np.ones(len(cells.employer_jobs)) if employer_weight is None else employer_weight
    n_heads = sum_by(cells.employer_cell, heads, cells.n_cells)
    m = cells.employer_jobs[employer]
    if (yes < 0).any() or (yes > m).any():
        raise ValueError("jobs that ask must be between 0 and the jobs of the employer")
    n_rows = len(row_cell)
    n = cells.n_jobs[row_cell]
    total = sum_by(row, yes, n_rows)
    share = np.clip(total / n, 0, 1)
    variance = _jackknife(cells, row_cell, employer, row, yes, share)
    correlation = _find_correlation(cells, row_cell, sum_by(row, yes**2 / m, n_rows), share)
    effect = _find_design_effect(variance * n, share, _imply_effect(cells, correlation)[row_cell])
    effective = _find_effective(cells, row_cell, effect, level)
    low, high = bound_share(share, effective, level)
    alone = cells.n_employers[row_cell] < 2
    error = np.where(alone, np.nan, np.sqrt(effect * share * (1 - share) / n))
    return ShareEstimates(
        n_yes=total.astype(np.int64),
        n_employers_yes=np.bincount(row[yes > 0], minlength=n_rows).astype(np.int64),
        share=share.round(SHARE_DIGITS),
        low=np.where(alone, np.nan, low),
        high=np.where(alone, np.nan, high),
        relative_standard_error=_divide(error, share),
        design_effect=np.where(alone, np.nan, effect),
        employer_share=np.clip(sum_by(row, heads[employer] * yes / m, n_rows) / n_heads[row_cell], 0, 1).round(
            SHARE_DIGITS
        ),
        correlation=correlation,
    )


def bound_share(share: Floats, effective: Floats, level: float | Floats = LEVEL) -> tuple[Floats, Floats]:
    """Clopper and Pearson's interval for a share of `effective` independent jobs, not necessarily a whole number."""
    tail = (1 - np.asarray(level)) / 2
    yes = share * effective
    no = effective - yes
    low = np.where(share > 0, special.betaincinv(np.maximum(yes, TINY), no + 1, tail), 0.0)
    high = np.where(share < 1, special.betaincinv(yes + 1, np.maximum(no, TINY), 1 - tail), 1.0)
    low, high = np.minimum(low, share), np.maximum(high, share)
    return np.clip(low, 0, 1).round(SHARE_DIGITS), np.clip(high, 0, 1).round(SHARE_DIGITS)


@dataclass(frozen=True)
class DifferenceEstimates:
    """Means over employers of their own differences, by cell; NaN without employers."""

    n_employers: Ints
    difference: Floats
    low: Floats
    high: Floats


def estimate_differences(
    cell: Ints, difference: Floats, n_cells: int, weight: Floats | None = None
) -> DifferenceEstimates:
    """Estimate the mean difference of two shares within employers: one entry for each cell and employer, -1 to 1.

    Each employer is one observation. The interval adds an employer at +1 and one at -1 (Agresti and Min 2005, "Simple
    improved confidence intervals for comparing matched proportions") and uses t of G - 1. Most employers have no
    difference, and if hardly any has one, the plain interval has no width: with 10 to 20 employers of which 3 to 12 %
    have a difference it held the truth in 26 to 88 % of samples, this one in 95 to 100 %. `weight`: how many employers
    each stands for, by default 1; G is then their effective number, (Σw)² / Σw².
    """
    if (np.abs(difference) > 1).any():
        raise ValueError("a difference of two shares is between -1 and 1")
    _refuse_gaps("differences", difference)
    count = np.bincount(cell, minlength=n_cells).astype(np.int64)
    heads = np.ones(len(cell)) if weight is None else weight
    n_heads = sum_by(cell, heads, n_cells)
    g = np.nan_to_num(_divide(n_heads**2, sum_by(cell, heads**2, n_cells)))
    part = heads * np.nan_to_num(_divide(g, n_heads))[cell]  # sums to g
    total = sum_by(cell, part * difference, n_cells)
    middle = total / (g + 2)
    variance = (sum_by(cell, part * difference**2, n_cells) + 1) / (g + 2) - middle**2
    reach = special.stdtrit(np.maximum(g - 1, 1), 0.5 + LEVEL / 2) * np.sqrt(variance / (g + 2))
    mean = _divide(total, g)
    low, high = np.minimum(middle - reach, mean), np.maximum(middle + reach, mean)
    alone = count < 2
    return DifferenceEstimates(
        n_employers=count,
        difference=mean.round(SHARE_DIGITS),
        low=np.where(alone, np.nan, np.clip(low, -1, 1)).round(SHARE_DIGITS),
        high=np.where(alone, np.nan, np.clip(high, -1, 1)).round(SHARE_DIGITS),
    )


def _jackknife(cells: SampledCells, row_cell: Ints, employer: Ints, row: Ints, yes: Floats, share: Floats) -> Floats:
    """Delete-one-employer variance of the share of each row about the share itself; NaN with one employer.

    Leaving out an employer moves the share by (share·m - y) / (N - m), so employers without such jobs may be left out.
    """
    weight = cells.find_leverage() ** 2
    m = cells.employer_jobs
    base = sum_by(cells.employer_cell, weight * m**2, cells.n_cells)
    of_pair = weight[employer]
    cross = sum_by(row, of_pair * m[employer] * yes, len(share))
    square = sum_by(row, of_pair * yes**2, len(share))
    g = cells.n_employers[row_cell]
    return np.asarray((g - 1) / g * np.maximum(share**2 * base[row_cell] - 2 * share * cross + square, 0))


def _find_correlation(cells: SampledCells, row_cell: Ints, square_of_means: Floats, share: Floats) -> Floats:
    """Correlation within employers by cell, over all its rows, by analysis of variance (Donner 1986, eq. 2.1), 0 to 1.

    `square_of_means` is Σ y²/m over employers, for each row. The correlation is 1 if no employer has two jobs or no row
    varies.
    """
    n, g = cells.n_jobs[row_cell], cells.n_employers[row_cell]
    between = np.maximum(square_of_means - n * share**2, 0)
    within = np.maximum(n * share * (1 - share) - between, 0)
    mean_between = sum_by(row_cell, between / np.maximum(g - 1, 1), cells.n_cells)
    mean_within = sum_by(row_cell, within / np.maximum(n - g, 1), cells.n_cells)
    size = (cells.n_jobs - cells.n_jobs / cells.n_even) / np.maximum(cells.n_employers - 1, 1)
    total = mean_between + (size - 1) * mean_within
    correlation = _divide(mean_between - mean_within, np.where(cells.n_jobs > cells.n_employers, total, 0))
    return np.clip(np.where(np.isnan(correlation), 1, correlation), 0, 1)


def _find_design_effect(variance_times_n: Floats, share: Floats, kish_effect: Floats) -> Floats:
    """The design effect that an interval uses (see `estimate_shares`)."""
    simple = share * (1 - share)
    jackknife = np.divide(variance_times_n, simple, out=np.full(len(share), np.nan), where=simple > TINY)
    return np.where(np.isnan(jackknife), kish_effect, np.maximum(jackknife, np.sqrt(jackknife * kish_effect)))


def _find_effective(cells: SampledCells, row_cell: Ints, effect: Floats, level: float | Floats) -> Floats:
    """Effective number of independent jobs, with Korn and Graubard's correction for degrees of freedom."""
    n = cells.n_jobs[row_cell]
    half = 0.5 + np.broadcast_to(np.asarray(level), n.shape) / 2
    of_jobs = special.stdtrit(np.maximum(n - 1, 1), half)
    of_employers = special.stdtrit(np.maximum(cells.n_even[row_cell] - 1, 1), half)
    return np.asarray(n / np.maximum(effect, TINY) * (of_jobs / of_employers) ** 2, dtype=np.float64)


@dataclass(frozen=True)
class QuantileEstimates:
    """Quantiles of jobs, an array of cells x quantiles, in the unit of the values."""

    value: Floats
    low: Floats
    high: Floats
    relative_standard_error: Floats
    """Half the width of the interval over t and the value; NaN with one employer."""
    design_effect: Floats
    """Design effect of the share of jobs at or below the value."""
    employer_value: Floats
    """The quantile if each employer counts once, its jobs equally: another estimand."""


def estimate_quantiles(
    cells: SampledCells,
    employer: Ints,
    value: Floats,
    at: Sequence[float],
    level: float | Floats = LEVEL,
    weight: Floats | None = None,
) -> QuantileEstimates:
    """Estimate quantiles from one entry for each job: the index of its employer in `cells.employer_jobs`, and its
    value.

    A quantile p is the value at level p + (p - 1/2) / (3 G*), interpolated between jobs, each at the middle of its
    step. This is the median-unbiased rule (type 8 of Hyndman and Fan 1996, "Sample Quantiles in Statistical Packages")
    for as many values as there are effective employers; with the number of jobs instead, quantiles of few employers
    would be drawn towards the median.

    The interval holds each q with |F(q) - p| <= t se(F(q)), where F is the share of jobs at or below q. If many adverts
    state the same amount, the share below q is compared with p from above (Francisco and Fuller 1991, "Quantile
    Estimation with a Complex Survey Design"). The design effect of F(q) is found as for shares, with the correlation of
    being below the quantile. Its variance uses p instead of F if p (1 - p) is more than F (1 - F), as in the outer tail
    (Wilson 1927). Ends are never beyond the values seen (see `printing.is_tail_known`). `level` is one number, or one
    for each cell. Infinite values are allowed; NaN raises ValueError.

    `weight`: how many jobs each stands for, scaled by `scale_weights`, by default 1; `cells.employer_jobs` must then be
    the sums of each employer's weights. F becomes the share of the weight (Hájek's ratio), with Francisco and Fuller's
    interval for such a sample.
    """
    _refuse_gaps("values", value, is_finite=False)
    if len(value) != round(float(cells.n_jobs.sum())):
        raise ValueError(f"{len(value)} values for {round(float(cells.n_jobs.sum()))} jobs")
    steps = _count_steps(cells, employer, value, np.ones(len(value)) if weight is None else weight)
    t = cells.find_t(level)
    n_of_employer = np.bincount(employer, minlength=len(cells.employer_jobs))
    by_employer = steps.weight / (n_of_employer * cells.n_employers[cells.employer_cell])[steps.employer]
    alone = cells.n_employers < 2
    columns = []
    for p in at:
        quantile = _interpolate(steps, steps.weight, p + (p - 0.5) / (3 * cells.n_even))
        low, high = _invert(steps, p, t, _find_implied_effect(cells, steps, p))
        low, high = (np.where(alone, np.nan, end) for end in (np.minimum(low, quantile), np.maximum(high, quantile)))
        of_employers = _interpolate(steps, by_employer, p + (p - 0.5) / (3 * cells.n_employers))
        columns.append((quantile, low, high, _find_effect(steps, p), of_employers))
    value, low, high, effect, of_employers = (np.stack(part, axis=1) for part in zip(*columns, strict=True))
    with np.errstate(invalid="ignore"):
        error = (high - low) / (2 * t[:, None] * np.abs(value))
    return QuantileEstimates(value, low, high, error, np.where(np.isnan(low), np.nan, effect), of_employers)


@dataclass(frozen=True)
class _Steps:
    """Jobs sorted by cell and value, with F and its variance after each; `is_last`: the last of equal values."""

    cell: Ints
    employer: Ints
    value: Floats
    weight: Floats
    below: Floats
    variance: Floats
    square_of_means: Floats
    """Σ y²/m over employers' jobs y at or below."""
    is_last: Flags
    start: Ints
    """Index at which each cell begins, and the end of the last cell."""


def _count_steps(cells: SampledCells, employer: Ints, value: Floats, weight: Floats) -> _Steps:
    """Sort jobs and accumulate F in one pass: each job adds its weight u to the y of its employer and the Y of its
    cell.

    With w = 1 / (N - m), F without an employer is w (Y - y). Sums over employers of this and of its square are running
    sums over jobs, as each job adds (2y + u) u to y².
    """
    cell = cells.employer_cell[employer]
    order = np.lexsort((value, cell))
    cell, employer, value, weight = cell[order], employer[order], value[order], weight[order]
    start = np.searchsorted(cell, np.arange(cells.n_cells + 1))
    n, g = cells.n_jobs[cell], cells.n_employers[cell]
    below = _cumulate(weight, start)
    below[start[1:] - 1] = cells.n_jobs  # sums of weights may differ by rounding
    earlier = _add_up_earlier(employer, weight, cell, start)
    growth = (2 * earlier + weight) * weight
    leverage = np.nan_to_num(cells.find_leverage())
    of_job = leverage[employer]

    first = sum_by(cells.employer_cell, leverage, cells.n_cells)[cell]
    second = sum_by(cells.employer_cell, leverage**2, cells.n_cells)[cell]
    squares = (
        below**2 * second - 2 * below * _cumulate(weight * of_job**2, start) + _cumulate(growth * of_job**2, start)
    )
    means = below * first - _cumulate(weight * of_job, start)
    part = below / n
    variance = (g - 1) / g * np.maximum(squares - 2 * part * means + g * part**2, 0)
    is_last = np.append((value[1:] != value[:-1]) | (cell[1:] != cell[:-1]), True)
    of_means = _cumulate(growth / cells.employer_jobs[employer], start)
    return _Steps(cell, employer, value, weight, part, variance, of_means, is_last, start)


def _cumulate(values: Floats, start: Ints) -> Floats:
    """Running sums within each cell. A running sum over all cells would let rounding depend on earlier cells."""
    sums, size = np.empty(len(values)), np.diff(start)
    for n in np.unique(size[size > 0]):  # cells of one size together: there are thousands, most of them small
        places = start[:-1][size == n][:, None] + np.arange(n)
        sums[places] = np.cumsum(values[places], axis=1)
    return sums


def _add_up_earlier(employer: Ints, weight: Floats, cell: Ints, start: Ints) -> Floats:
    """The weight of earlier jobs of the same employer, for each job; jobs are sorted by cell."""
    order = np.lexsort((employer, cell))
    sorted_employer = employer[order]
    sums = _cumulate(weight[order], start) - weight[order]
    is_first = np.append(True, sorted_employer[1:] != sorted_employer[:-1])
    first = np.maximum.accumulate(np.where(is_first, np.arange(len(sorted_employer)), 0))
    earlier = np.empty(len(sorted_employer))
    earlier[order] = sums - sums[first]
    return earlier


def _interpolate(steps: _Steps, weight: Floats, p: Floats) -> Floats:
    """Quantiles of weighted jobs at the levels `p` by cell, interpolated between the middles of the weights."""
    sums = _cumulate(weight, steps.start)
    start, end = steps.start[:-1], steps.start[1:]
    middle = (sums - weight / 2) / sums[end - 1][steps.cell]
    before = sum_by(steps.cell, middle < p[steps.cell] - TINY, len(start)).astype(np.int64)
    left = start + np.clip(before - 1, 0, None)
    right = np.minimum(start + before, end - 1)
    gap = middle[right] - middle[left]
    part = np.clip(np.divide(p - middle[left], gap, out=np.zeros(len(gap)), where=gap > 0), 0, 1)
    a, b = steps.value[left], steps.value[right]
    with np.errstate(invalid="ignore"):
        between = np.where(np.isinf(a), a, np.where(np.isinf(b), b, a + part * (b - a)))
    return np.where((a == b) | (part <= TINY), a, np.where(part >= 1 - TINY, b, between))


def _invert(steps: _Steps, p: float, t: Floats, kish_effect: Floats) -> tuple[Floats, Floats]:
    """Ends of the interval of a quantile, by cell (see `estimate_quantiles`)."""
    last = steps.is_last
    cell, value, below = steps.cell[last], steps.value[last], steps.below[last]
    spread = np.maximum(below * (1 - below), TINY)
    n = np.diff(steps.start)[cell]
    variance = np.maximum(steps.variance[last], np.sqrt(steps.variance[last] * kish_effect[cell] * spread / n))
    margin = t[cell] * np.sqrt(variance * np.maximum(p * (1 - p) / spread, 1))
    begin = np.searchsorted(cell, np.arange(len(t) + 1))
    place = np.arange(len(cell))
    first = begin[1:] - 1
    is_low = below + margin >= p - TINY
    np.minimum.at(first, cell[is_low], place[is_low])
    final = np.full(len(t), -1)
    is_high = below - margin <= p + TINY
    np.maximum.at(final, cell[is_high], place[is_high])
    after = np.where(final < 0, begin[:-1], np.minimum(final + 1, begin[1:] - 1))
    return value[first], value[after]


def _place_of(steps: _Steps, p: float) -> Ints:
    """Index by cell of the last of equal values at which F first reaches p, or of the step before if F is 1 there."""
    last = np.flatnonzero(steps.is_last)
    cell = steps.cell[last]
    n_cells = len(steps.start) - 1
    begin = np.searchsorted(cell, np.arange(n_cells + 1))
    short = sum_by(cell, steps.below[last] < p - TINY, n_cells).astype(np.int64)
    return np.asarray(last[np.maximum(np.minimum(begin[:-1] + short, begin[1:] - 2), begin[:-1])])


def _find_effect(steps: _Steps, p: float) -> Floats:
    """Design effect of F at the quantile, by cell."""
    place = _place_of(steps, p)
    below = steps.below[place]
    return _divide(steps.variance[place] * np.diff(steps.start), below * (1 - below))


def _find_implied_effect(cells: SampledCells, steps: _Steps, p: float) -> Floats:
    """Design effect by cell implied by sizes and by the correlation, within employers, of being below the quantile."""
    place = _place_of(steps, p)
    row_cell = np.arange(cells.n_cells)
    return _imply_effect(cells, _find_correlation(cells, row_cell, steps.square_of_means[place], steps.below[place]))


def _imply_effect(cells: SampledCells, correlation: Floats) -> Floats:
    """Kish's design effect by cell, 1 + (Σm²/N - 1) times the correlation within employers."""
    return 1 + (cells.n_jobs / cells.n_even - 1) * correlation


@dataclass(frozen=True)
class Ranks:
    """Best and worst ranks within groups that the data allow; 1 is the highest."""

    best: Ints
    worst: Ints


def simultaneous_level(n_rows: Ints) -> Floats:
    """Level at which the intervals of `n_rows` rows hold jointly with `LEVEL` (Bonferroni)."""
    return np.asarray(1 - (1 - LEVEL) / np.maximum(n_rows, 1), dtype=np.float64)


def bound_ranks(group: Ints, low: Floats, high: Floats) -> Ranks:
    """Bounds of ranks within groups, from simultaneous intervals (Klein, Wright and Wieczorek 2020).

    The best rank of a row is one more than the number of rows with an interval entirely above its own; the worst
    leaves room for the rows with an interval entirely below. With intervals of `simultaneous_level` all ranks of a
    group hold jointly. Raises ValueError for NaN: a row without an interval has no rank.
    """
    _refuse_gaps("ends", low)
    _refuse_gaps("ends", high)
    n = len(group)
    if not n:
        return Ranks(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    is_high = np.repeat([False, True], n)
    doubled = np.concatenate([group, group])
    order = np.lexsort((is_high, np.concatenate([low, high]), doubled))
    highs = np.cumsum(is_high[order])
    lows = np.arange(1, 2 * n + 1) - highs
    size = np.bincount(group)
    earlier = (np.cumsum(size) - size)[group]
    place = np.empty(2 * n, dtype=np.int64)
    place[order] = np.arange(2 * n)
    best = 1 + size[group] - (lows[place[n:]] - earlier)
    worst = size[group] - (highs[place[:n]] - earlier)
    return Ranks(best, worst)


def _divide(a: Floats | Ints, b: Floats | Ints) -> Floats:
    """a / b; NaN if b is 0."""
    return np.asarray(np.divide(a, b, out=np.full(len(b), np.nan), where=b > 0), dtype=np.float64)


def _refuse_gaps(what: str, values: Floats, *, is_finite: bool = True) -> None:
    wrong = ~np.isfinite(values) if is_finite else np.isnan(values)
    if wrong.any():
        raise ValueError(
            f"{int(wrong.sum())} of {len(values)} {what} are not numbers, first at {int(np.argmax(wrong))}"
        )
