"""The employers' share: what the average employer does, each employer counted once whatever its number of jobs.

A row is a cell and an item, as in `estimators`, whose symbols are used here, and

- p: the part of an employer's jobs that count for the item, y / m
- h: how many employers an employer stands for (panel weights); 1 without weights
- P: the employers' share of a row, Σ h p / Σ h

The interval is over employers. An employer of ten jobs says more of itself than one of a single job, but no more of
other employers, so that uneven sizes widen it little. All functions are pure and vectorised over cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from warehouse.marts.estimators import (
    LEVEL,
    SHARE_DIGITS,
    TINY,
    Flags,
    Floats,
    Ints,
    SampledCells,
    bound_share,
    count_cells,
    divide,
    jackknife,
    sum_by,
)

EMPLOYER_SIZES = ((1, 1), (2, 5), (6, None))
"""Classes of employers by their jobs in the cell: the fewest and the most, None without an upper end."""


@dataclass(frozen=True)
class EmployerShares:
    """Employers' shares, one entry for each row. `…_by_size` have a column for each of `EMPLOYER_SIZES`."""

    share: Floats
    low: Floats
    high: Floats
    relative_standard_error: Floats  # the standard error divided by the share; NaN with one employer or a share of 0
    n_effective: Floats  # as many employers that ask in all or none of their jobs would be as informative
    share_by_size: Floats  # NaN without employers of that size
    n_employers_by_size: Ints


def estimate_employer_shares(
    cells: SampledCells,
    row_cell: Ints,
    employer: Ints,
    row: Ints,
    yes: Ints | Floats,
    correlation: Floats,
    level: float = LEVEL,
    jobs: Ints | None = None,
) -> EmployerShares:
    """Estimate the employers' share of each row.

    `row_cell`, `employer`, `row`, `yes` and `level` are those of `estimators.estimate_shares`, `correlation` its result
    by cell. Where `cells` and `yes` have weighted jobs, `jobs` is how many jobs each employer has in its cell, and h
    follows as `cells.employer_jobs` / `jobs`. Raises ValueError if a y is NaN, below 0 or more than the employer's
    jobs, or if an employer has no jobs.

    The interval is Clopper and Pearson's for n effective employers. n is P (1 - P) / V, corrected by the ratio of
    squared quantiles of t with n - 1 and G* - 1 degrees of freedom (Korn and Graubard 1998), G* = (Σh)² / Σh²; never
    upwards. If all employers ask always or never, n is about G, which is exact without weights. V is the largest of

    - the delete-one-employer jackknife's variance
    - the geometric mean of this and of the variance that the correlation ρ of the cell implies, P (1 - P) times
      Σ h² (ρ + (1 - ρ) / m) / (Σh)²: the jackknife's variance of a rare item rests on the few employers that have it
    - the variance of independent jobs, Σ h² P (1 - P) / m / (Σh)². Without this floor fifteen employers that all ask in
      one of two jobs would give an interval without width.

    If P is 0 or 1, V / (P (1 - P)) is what the correlation implies.
    """
    m = cells.employer_jobs if jobs is None else np.asarray(jobs, dtype=np.float64)
    if (m < 1).any():
        raise ValueError(f"employer {int(np.argmax(m < 1))} has no jobs in its cell; leave it out")
    yes = np.asarray(yes, dtype=np.float64)
    most = cells.employer_jobs[employer]
    if not ((yes >= 0) & (yes <= most)).all():
        raise ValueError("the number of jobs that count must be from 0 to the employer's number of jobs")
    heads = cells.employer_jobs / m
    counted = count_cells(cells.employer_cell, heads, cells.n_cells)
    n_rows, asked = len(row_cell), heads[employer] * yes / most
    n_heads = counted.n_jobs[row_cell]
    share = np.clip(sum_by(row, asked, n_rows) / n_heads, 0, 1)
    simple = share * (1 - share)
    squares = n_heads**2
    alike = sum_by(counted.employer_cell, heads**2, cells.n_cells)[row_cell] / squares
    floor = sum_by(counted.employer_cell, heads**2 / m, cells.n_cells)[row_cell] / squares
    rho = correlation[row_cell]
    variance = jackknife(counted, row_cell, employer, row, asked, share)
    ratio = _find_ratio(variance, simple, implied=rho * alike + (1 - rho) * floor, floor=floor)
    effective = _correct(1 / ratio, counted.find_t(level)[row_cell], level)
    low, high = bound_share(share, effective, level)
    alone = cells.n_employers[row_cell] < 2
    error = np.where(alone, np.nan, np.sqrt(ratio * simple))
    by_size, n_by_size = _split_by_size(cells, row_cell, employer, row, asked, heads, m)
    return EmployerShares(
        share=share.round(SHARE_DIGITS),
        low=np.where(alone, np.nan, low),
        high=np.where(alone, np.nan, high),
        relative_standard_error=divide(error, share),
        n_effective=np.where(alone, np.nan, effective),
        share_by_size=by_size,
        n_employers_by_size=n_by_size,
    )


def leave_out_largest(
    cells: SampledCells, row_cell: Ints, employer: Ints, row: Ints, yes: Ints | Floats
) -> tuple[Floats, Ints]:
    """Return the jobs' share of each row without the largest employer of its cell, and by cell that employer's index.

    The arguments are those of `estimators.estimate_shares`. Of several that are largest, the first is left out. NaN if
    the cell has no other employer.
    """
    by_size = np.lexsort((np.arange(len(cells.employer_jobs)), -cells.employer_jobs, cells.employer_cell))
    largest = by_size[np.searchsorted(cells.employer_cell[by_size], np.arange(cells.n_cells))]
    yes = np.asarray(yes, dtype=np.float64)
    others = np.where(employer == largest[row_cell][row], 0.0, yes)
    n = np.where(cells.n_employers > 1, cells.n_jobs - cells.employer_jobs[largest], 0)[row_cell]
    return np.clip(divide(sum_by(row, others, len(row_cell)), n), 0, 1).round(SHARE_DIGITS), largest


def is_moved_by_largest(share: Floats, low: Floats, high: Floats, without: Floats) -> Flags:
    """Whether leaving out the largest employer moves each share by more than half the interval of employers' shares.

    It never moves a share by as much as half its own interval, which the jackknife makes from such moves.
    """
    return np.asarray(np.abs(share - without) > (high - low) / 2)


def _find_ratio(variance: Floats, simple: Floats, implied: Floats, floor: Floats) -> Floats:
    """Return V / (P (1 - P)) for a jackknife's variance; `implied` and `floor` are ratios, too."""
    own = np.divide(variance, simple, out=np.full(len(simple), np.nan), where=simple > TINY)
    ratio = np.where(np.isnan(own), implied, np.maximum(own, np.sqrt(own * implied)))
    return np.asarray(np.maximum(ratio, floor))


def _correct(n: Floats, t: Floats, level: float) -> Floats:
    """Return n times the ratio of squared quantiles of Student's t with n - 1 degrees of freedom and t, if below 1."""
    numbers, place = np.unique(n, return_inverse=True)
    own = special.stdtrit(np.maximum(numbers - 1, 1), 0.5 + level / 2)[place]
    return np.asarray(n * np.minimum((own / t) ** 2, 1), dtype=np.float64)


def _split_by_size(
    cells: SampledCells, row_cell: Ints, employer: Ints, row: Ints, asked: Floats, heads: Floats, m: Floats
) -> tuple[Floats, Ints]:
    shares, counts = [], []
    for least, most in EMPLOYER_SIZES:
        # jobs from weights may be off by a rounding error
        is_in = (m.round() >= least) & (m.round() <= (np.inf if most is None else most))
        n_heads = sum_by(cells.employer_cell, np.where(is_in, heads, 0.0), cells.n_cells)
        total = sum_by(row, np.where(is_in[employer], asked, 0.0), len(row_cell))
        shares.append(np.clip(divide(total, n_heads[row_cell]), 0, 1).round(SHARE_DIGITS))
        counts.append(np.bincount(cells.employer_cell[is_in], minlength=cells.n_cells)[row_cell])
    return np.stack(shares, axis=1), np.stack(counts, axis=1).astype(np.int64)
