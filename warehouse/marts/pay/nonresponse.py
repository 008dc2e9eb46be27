"""What the median pay of all jobs may be if some adverts do not state pay.

The median is bounded without assumptions, and estimated under assumptions on which jobs are silent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.marts.estimators import Flags, Floats, Ints, SampledCells, estimate_quantiles, sum_by

HALF = 0.5
ODDS = (0.5, 2.0)
"""Assumed factors by which the odds of stating pay change with each standard deviation of log pay, in ascending order.
"""


@dataclass(frozen=True)
class MedianBounds:
    """Bounds of the median of all jobs, by cell; NaN if at most half of the jobs state pay."""

    n_jobs: Ints
    n_stated: Ints
    lowest: Floats  # the median if all silent jobs paid less than all others
    highest: Floats  # the median if all silent jobs paid more
    low: Floats  # ends of the 95 % interval of both bounds, infinite if too few jobs state pay
    high: Floats
    is_informative: Flags  # whether more than half of the jobs state pay and both ends of the interval are finite


def bound_medians(cells: SampledCells, employer: Ints, value: Floats) -> MedianBounds:
    """Bound the median of all jobs without assumptions on why some jobs are silent (Manski 1989).

    `employer` and `value` have one entry for each job, as in `estimate_quantiles`; the value is NaN if pay is not
    stated. In at least 95 % of samples the interval holds both bounds, and so the median of all jobs (Horowitz and
    Manski 2000, "Nonparametric Analysis of Randomized Experiments with Missing Covariate and Outcome Data"). The
    narrower one that need not hold both (as `bounds.bound_shares`) fell short: it is printed where both ends are
    finite, so that samples whose ends reach furthest are left out, and those left held the median in 84 to 87 %.
    Raises ValueError if a value is infinite.
    """
    is_stated = ~np.isnan(value)
    n_stated = np.bincount(cells.employer_cell[employer[is_stated]], minlength=cells.n_cells)
    if np.isinf(value).any():
        raise ValueError("pay must be finite, or NaN where it is not stated")
    below, above = (np.where(is_stated, value, end) for end in (-np.inf, np.inf))
    lowest, highest = (estimate_quantiles(cells, employer, values, (HALF,)) for values in (below, above))
    low, high = lowest.low[:, 0], highest.high[:, 0]
    has = n_stated > HALF * cells.n_jobs
    return MedianBounds(
        n_jobs=cells.n_jobs.astype(np.int64),
        n_stated=n_stated.astype(np.int64),
        lowest=np.where(has, lowest.value[:, 0], np.nan),
        highest=np.where(has, highest.value[:, 0], np.nan),
        low=np.where(has, low, np.nan),
        high=np.where(has, high, np.nan),
        is_informative=has & np.isfinite(low) & np.isfinite(high),
    )


def tilt_medians(cell: Ints, value: Floats, n_silent: Ints, odds: float) -> Floats:
    """Return the median of all jobs by cell, if each standard deviation of log pay multiplies the odds of stating pay.

    `cell` and `value` have one entry for each job that states pay; `n_silent` counts the other jobs of each cell. Each
    job that states pay counts once, and also for a part of the silent jobs in proportion to odds^-z, where z is its
    standardised log pay: exponential tilting (Scharfstein, Rotnitzky and Robins 1999; Franks, D'Amour and Feller 2020).
    Cells where no job states pay are NaN. Raises ValueError if a value is not above zero.
    """
    if not (value > 0).all():
        raise ValueError("pay must be above zero")
    log, n_cells = np.log(value), len(n_silent)
    count = np.maximum(np.bincount(cell, minlength=n_cells), 1)
    mean = sum_by(cell, log, n_cells) / count
    sd = np.sqrt(sum_by(cell, (log - mean[cell]) ** 2, n_cells) / count)
    z = np.divide(log - mean[cell], sd[cell], out=np.zeros(len(log)), where=sd[cell] > 0)
    tilt = np.exp(-np.log(odds) * z)
    weight = 1 + n_silent[cell] * tilt / sum_by(cell, tilt, n_cells)[cell]
    return _weighted_medians(cell, value, weight, n_cells)


def _weighted_medians(cell: Ints, value: Floats, weight: Floats, n_cells: int) -> Floats:
    order = np.lexsort((value, cell))
    cell, value = cell[order], value[order]
    sums: NDArray[np.float64] = np.concatenate([[0.0], np.cumsum(weight[order])])
    start = np.searchsorted(cell, np.arange(n_cells + 1))
    goal = sums[start[:-1]] + HALF * (sums[start[1:]] - sums[start[:-1]]) * (1 - 1e-12)
    place = np.searchsorted(sums[1:], goal)
    has = start[1:] > start[:-1]
    return np.where(has, value[np.where(has, np.minimum(place, len(value) - 1), 0)] if len(value) else np.nan, np.nan)
