"""What the median of pay may be if jobs that state no pay are counted too: the columns of `Silence`.

The estimators are in `nonresponse`; docs/methods.md explains them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from warehouse.marts import printing
from warehouse.marts.estimators import Flags, Ints, count_cells
from warehouse.marts.pay.nonresponse import HALF, ODDS, bound_medians, tilt_medians
from warehouse.marts.pay.pay_quantiles import CENTS, MAX_JOBS_AT_ONCE, PaidJobs

ENDS = ("p50_if_less", "p50_if_more", "p50_bounds_lo", "p50_bounds_hi")
"""Columns of the bounds of the median, and of the ends of the median's interval."""
AT_ODDS = dict(zip(("p50_if_odds_half", "p50_if_odds_double"), ODDS, strict=True))
"""Columns of medians under an assumption, each with the odds of stating pay that it assumes (`nonresponse.ODDS`)."""
BOUNDS = (*ENDS, *AT_ODDS)


@dataclass(frozen=True)
class SilentJobs:
    """Jobs of unknown pay, one entry for each cell and job. Cells and employers have the numbers of `PaidJobs`."""

    cell: Ints
    employer: Ints


def bound_pay(paid_jobs: PaidJobs, silent_jobs: SilentJobs, n_cells: int) -> pd.DataFrame:
    """Return the `BOUNDS` of every cell: the bounds of the median, and the medians at given odds.

    Bounds are NaN if at most half of the jobs state pay, if all jobs together break one of `printing.RULES`, or if an
    end of the interval is infinite. Medians at given odds are NaN if every job states pay, or none does.
    """
    n_paid = np.bincount(paid_jobs.cell, minlength=n_cells)
    n_silent = np.bincount(silent_jobs.cell, minlength=n_cells)
    is_most = n_paid > HALF * (n_paid + n_silent)
    rows = pd.DataFrame(np.nan, index=range(n_cells), columns=list(BOUNDS))
    # Cells are computed in parts, to limit how many jobs are held in memory at once.
    part = np.cumsum(n_paid + np.where(is_most, n_silent, 0)) // MAX_JOBS_AT_ONCE
    for number in np.unique(part):
        _put_medians_at_odds(rows, paid_jobs, n_silent, (part == number) & (n_silent > 0) & (n_paid > 0))
        _put_bounds(rows, paid_jobs, silent_jobs, (part == number) & is_most)
    return rows.round(CENTS)


def _put_medians_at_odds(rows: pd.DataFrame, paid_jobs: PaidJobs, n_silent: Ints, mask: Flags) -> None:
    numbers = np.flatnonzero(mask)
    of_paid = mask[paid_jobs.cell]
    cell, middle = np.searchsorted(numbers, paid_jobs.cell[of_paid]), paid_jobs.middle[of_paid]
    for name, odds in AT_ODDS.items():
        rows.loc[numbers, name] = tilt_medians(cell, middle, n_silent[numbers], odds)


def _put_bounds(rows: pd.DataFrame, paid_jobs: PaidJobs, silent_jobs: SilentJobs, mask: Flags) -> None:
    if not mask.any():
        return
    of_paid, of_silent = mask[paid_jobs.cell], mask[silent_jobs.cell]
    cell = np.concatenate([paid_jobs.cell[of_paid], silent_jobs.cell[of_silent]])
    employer = np.concatenate([paid_jobs.employer[of_paid], silent_jobs.employer[of_silent]])
    value = np.concatenate([paid_jobs.middle[of_paid], np.full(int(of_silent.sum()), np.nan)])
    order = np.lexsort((value, employer, cell))
    cell, employer, value = cell[order], employer[order], value[order]
    is_first = np.append(True, (np.diff(cell) != 0) | (np.diff(employer) != 0))
    place = np.cumsum(is_first) - 1
    numbers, dense = np.unique(cell, return_inverse=True)
    cells = count_cells(dense[is_first].astype(np.int64), np.bincount(place), len(numbers))
    bounds = bound_medians(cells, place, value)
    is_told = bounds.is_informative & (printing.find_broken_rules(cells) < 0)
    ends = np.column_stack([bounds.lowest, bounds.highest, bounds.low, bounds.high])
    rows.loc[numbers, list(ENDS)] = np.where(is_told[:, None], ends, np.nan)
