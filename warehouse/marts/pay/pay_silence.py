"""What the median of pay may be if jobs that state no pay are counted too: the columns of `Silence`.

The estimators are in `nonresponse`; docs/methods.md explains them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from warehouse.marts import printing
from warehouse.marts.estimators import Flags, count_cells
from warehouse.marts.pay.nonresponse import HALF, ODDS, bound_medians, tilt_medians
from warehouse.marts.pay.pay_quantiles import CENTS, MAX_JOBS_AT_ONCE, PaidJobs

ENDS = ("p50_if_less", "p50_if_more", "p50_bounds_lo", "p50_bounds_hi")
"""Columns of the bounds of the median, and of the ends of the median's interval."""
AT_ODDS = dict(zip(("p50_if_odds_half", "p50_if_odds_double"), ODDS, strict=True))
"""Columns of medians under an assumption, each with the odds of stating pay that it assumes (`nonresponse.ODDS`)."""
BOUNDS = (*ENDS, *AT_ODDS)


def bound_pay(jobs: PaidJobs, n_cells: int) -> pd.DataFrame:
    """Return the `BOUNDS` of every cell: the bounds of the median, and the medians at given odds.

    The ends of pay are NaN for jobs of unknown pay. Bounds are NaN if at most half of the jobs state pay, if all jobs
    together break one of `printing.RULES`, or if an end of the interval is infinite. Medians at given odds are NaN if
    every job states pay, or none does.
    """
    is_paid = ~np.isnan(jobs.middle)
    n_paid, n_silent = (np.bincount(jobs.cell[some], minlength=n_cells) for some in (is_paid, ~is_paid))
    is_most = n_paid > HALF * (n_paid + n_silent)
    rows = pd.DataFrame(np.nan, index=range(n_cells), columns=list(BOUNDS))
    # Cells are computed in parts, to limit how many jobs are held in memory at once.
    part = np.cumsum(n_paid + np.where(is_most, n_silent, 0)) // MAX_JOBS_AT_ONCE
    for number in np.unique(part):
        mask = (part == number) & (n_silent > 0) & (n_paid > 0)
        numbers, some = np.flatnonzero(mask), mask[jobs.cell] & is_paid
        cell = np.searchsorted(numbers, jobs.cell[some])
        for name, odds in AT_ODDS.items():
            rows.loc[numbers, name] = tilt_medians(cell, jobs.middle[some], n_silent[numbers], odds)
        _put_bounds(rows, jobs, (part == number) & is_most)
    return rows.round(CENTS)


def _put_bounds(rows: pd.DataFrame, jobs: PaidJobs, mask: Flags) -> None:
    if not mask.any():
        return
    some = mask[jobs.cell]
    cell, employer, value = jobs.cell[some], jobs.employer[some], jobs.middle[some]
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
