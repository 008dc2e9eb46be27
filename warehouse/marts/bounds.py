"""Bounds of all jobs of a cell, silent ones too, with their sampling error.

Without assumptions on why some jobs are silent, a share or a quantile lies between two bounds (Manski 1989). Both are
estimates from a sample of employers. The interval here holds the value itself, not both bounds, in 95 % of samples
(Imbens and Manski 2004, "Confidence Intervals for Partially Identified Parameters").
"""

from __future__ import annotations

import numpy as np
from scipy import special

from warehouse.marts.estimators import LEVEL, Floats, Ints, SampledCells, estimate_shares

STEPS = 60  # bisection steps for the critical value: enough for full floating-point precision


def find_level(apart: Floats, error: Floats) -> Floats:
    """Return the two-sided level of the ends: `LEVEL` if the bounds coincide, 90 % if they are far apart.

    Imbens and Manski's critical value c solves Φ(c + Δ / σ) - Φ(-c) = 0.95, with the distance Δ of the bounds (`apart`)
    and the larger of their standard errors, σ (`error`). The level is 2 Φ(c) - 1, or `LEVEL` if Δ / σ is unknown.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = apart / error
    distance = np.where(np.isfinite(distance), np.maximum(distance, 0), 0)
    lower, upper = np.full(len(distance), 1.0), np.full(len(distance), 3.0)
    for _ in range(STEPS):
        c = (lower + upper) / 2
        is_short = special.ndtr(c + distance) - special.ndtr(-c) < LEVEL
        lower, upper = np.where(is_short, c, lower), np.where(is_short, upper, c)
    return np.asarray(2 * special.ndtr(upper) - 1, dtype=np.float64)


def bound_shares(
    cells: SampledCells, row_cell: Ints, employer: Ints, row: Ints, yes: Floats, silent: Floats
) -> tuple[Floats, Floats]:
    """Return the ends of the interval of each row's share of all jobs: those that say, and those that do not.

    `cells` count both. `row_cell`, `employer`, `row` and `yes` are those of `estimators.estimate_shares`; `silent` has
    the jobs that do not say of each employer in `cells`. The lower end is that of the interval of the share if no
    silent job would say yes, the upper end that of the share if all would.
    """
    place, row_of_silent = _pair_silent(cells, row_cell, silent)
    at_most = np.concatenate([employer, place]), np.concatenate([row, row_of_silent])
    n = len(cells.employer_jobs)
    pairs, first = np.unique(at_most[1] * n + at_most[0], return_inverse=True)
    most_yes = np.bincount(first, np.concatenate([yes, silent[place]]), len(pairs))
    of_row, of_employer = np.divmod(pairs, n)
    most_yes = np.minimum(most_yes, cells.employer_jobs[of_employer])  # sums of weights may be off by a rounding error
    least = estimate_shares(cells, row_cell, employer, row, yes)
    most = estimate_shares(cells, row_cell, of_employer, of_row, most_yes)
    errors = (np.nan_to_num(bound.relative_standard_error * bound.share) for bound in (least, most))
    level = find_level(most.share - least.share, np.maximum(*errors))
    low = estimate_shares(cells, row_cell, employer, row, yes, level).low
    high = estimate_shares(cells, row_cell, of_employer, of_row, most_yes, level).high
    return low, high


def _pair_silent(cells: SampledCells, row_cell: Ints, silent: Floats) -> tuple[Ints, Ints]:
    """Return each pair of an employer with silent jobs, and of a row of its cell."""
    order = np.argsort(row_cell, kind="stable")
    ends = np.searchsorted(row_cell[order], np.arange(cells.n_cells + 1))
    place = np.flatnonzero(silent > 0)
    cell = cells.employer_cell[place]
    n_rows = (ends[1:] - ends[:-1])[cell]
    starts = np.repeat(ends[cell] - np.append(0, np.cumsum(n_rows)[:-1]), n_rows)
    return np.repeat(place, n_rows), order[starts + np.arange(n_rows.sum())]
