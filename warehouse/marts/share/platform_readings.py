"""Readings of single platforms beside the rows of mart.shares, and intervals that hold a further platform.

A platform is a source of adverts. Each employer belongs to the one that most of its jobs are from, so that platforms
share no employer. All functions are pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from transforms.records.definitions import MAX_BOUNDS_WIDTH, MAX_PLATFORM_SHARE, MIN_PLATFORMS
from warehouse.marts.employer_shares import EmployerShares, estimate_employer_shares
from warehouse.marts.estimators import (
    LEVEL,
    Floats,
    Ints,
    ShareEstimates,
    count_cells,
    estimate_shares,
    find_effective,
)
from warehouse.marts.platform_error import predict_shares
from warehouse.marts.printing import BOUNDS, INTERVAL, PLATFORMS, POINT, SAYS, find_interval_only
from warehouse.marts.share.share_rows import ShareCounts

BY_JOBS, BY_EMPLOYER = "", "_by_employer"
"""The ends of the names of columns of the jobs' and of the employers' share."""


@dataclass(frozen=True)
class Readings:
    """One entry for each row and part; a part is one platform's jobs in a cell."""

    row: Ints
    part: Ints
    n_jobs: Ints
    n_employers: Ints
    share: Floats
    low: Floats
    high: Floats
    effective: Floats  # as many independent jobs, or employers, would be as informative


def find_heads(cell: Ints, platform: Ints, weight: Floats, n_cells: int) -> Ints:
    """Return by cell the platform with more than `MAX_PLATFORM_SHARE` of the jobs; -1 if none has.

    `cell`, `platform` and `weight` have an entry for each job of a cell.
    """
    n_platforms = int(platform.max(initial=0)) + 1
    by_platform = np.bincount(cell * n_platforms + platform, weight, n_cells * n_platforms).reshape(n_cells, -1)
    is_head = by_platform.max(axis=1) > MAX_PLATFORM_SHARE.value * by_platform.sum(axis=1)
    return np.where(is_head, by_platform.argmax(axis=1), -1)


def estimate_readings(
    counts: ShareCounts, parent: Ints, row_cell: Ints, row_item: Ints, *, by_employer: bool
) -> dict[str, Readings]:
    """Estimate the share of each part for every row of its cell: of jobs and, if `by_employer`, of employers.

    `counts` are of parts, numbered from 0, and `parent` is the cell of each. Rows are sorted by cell and item. The
    keys of the result are `BY_JOBS` and `BY_EMPLOYER`.
    """
    first, last = (np.searchsorted(row_cell, parent, side) for side in ("left", "right"))
    part = np.repeat(np.arange(len(parent)), last - first)
    row = np.arange(len(part)) + np.repeat(first - np.append(0, np.cumsum(last - first)[:-1]), last - first)
    n_items = int(row_item.max()) + 1
    of_yes = np.searchsorted(part * n_items + row_item[row], counts.yes_cell * n_items + counts.yes_item)
    weights = counts.weights
    cells = count_cells(counts.cell, weights.jobs, len(parent))
    pairs = part, counts.places, of_yes, weights.yes
    n_jobs, n_employers = np.bincount(counts.cell, counts.jobs).astype(np.int64)[part], cells.n_employers[part]

    def read(found: ShareEstimates | EmployerShares, effective: Floats) -> Readings:
        return Readings(
            row=row, part=part, n_jobs=n_jobs, n_employers=n_employers, share=found.share, low=found.low,
            high=found.high, effective=effective,
        )  # fmt: skip

    of_jobs = estimate_shares(cells, *pairs)
    readings = {BY_JOBS: read(of_jobs, find_effective(cells, part, of_jobs.design_effect, LEVEL))}
    if by_employer:
        of_employers = estimate_employer_shares(cells, *pairs, of_jobs.correlation, jobs=counts.jobs)
        readings[BY_EMPLOYER] = read(of_employers, of_employers.n_effective)
    return readings


def add_readings(
    rows: pd.DataFrame, readings: Readings, names: NDArray[np.object_], by: str, *, is_first: bool
) -> pd.DataFrame:
    """Add readings to rows, and change the form or widen the interval of those that have any.

    `by` is `BY_JOBS` or `BY_EMPLOYER`: whose readings these are. Of the number that is printed first they are the
    column `platforms`, with `platforms_chance`; of jobs beside employers (not `is_first`) `platforms_by_jobs`. `names`
    are the titles of the parts' platforms. From `MIN_PLATFORMS` on the interval is widened to the prediction interval;
    with fewer, to the intervals of the readings, of which each is printed.
    """
    n = len(rows)
    count = np.bincount(readings.row, minlength=n)
    found = predict_shares(readings.row, readings.share, readings.effective, n)
    is_many, form = count >= MIN_PLATFORMS.value, rows[f"form{by}"].to_numpy(dtype=object)
    share, own_low, own_high = (rows[f"share{by}{end}"].to_numpy() for end in ("", "_lo", "_hi"))
    lowest, highest = own_low.copy(), own_high.copy()
    np.minimum.at(lowest, readings.row, readings.low)
    np.maximum.at(highest, readings.row, readings.high)
    low = np.where(is_many, np.fmin(own_low, found.low), lowest)
    high = np.where(is_many, np.fmax(own_high, found.high), highest)
    is_wide = find_interval_only(share, low, high, is_share=True)
    forms = np.where(~is_many, PLATFORMS, np.where(is_wide, INTERVAL, POINT))
    columns = {
        "platforms" if is_first else "platforms_by_jobs": _list(readings, names, n), f"share{by}_lo": low,
        f"share{by}_hi": high, f"form{by}": np.where((count > 1) & ~np.isin(form, (BOUNDS, SAYS)), forms, form),
    }  # fmt: skip
    if is_first:
        columns["platforms_chance"] = found.chance
    rows = rows.assign(**columns)
    return _widen_bounds(rows) if by == BY_JOBS else rows


def _widen_bounds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose bounds, which are of jobs, are no narrower than the interval of their jobs' share."""
    low = np.minimum(rows["bound_lo"].to_numpy(), rows["share_lo"].to_numpy())
    high = np.maximum(rows["bound_hi"].to_numpy(), rows["share_hi"].to_numpy())
    is_open = (high - low).round(9) > MAX_BOUNDS_WIDTH.value
    forms = {
        name: np.where(is_open & (rows[name].to_numpy(dtype=object) == BOUNDS), SAYS, rows[name].to_numpy(dtype=object))
        for name in ("form", "form_by_employer")
    }
    return rows.assign(bound_lo=low, bound_hi=high, **forms)


def _list(readings: Readings, names: NDArray[np.object_], n_rows: int) -> NDArray[np.object_]:
    is_wide = find_interval_only(readings.share, readings.low, readings.high, is_share=True)
    order = np.lexsort((readings.part, -readings.n_jobs, readings.row))
    columns = {
        "platform": names[readings.part], "n_jobs": readings.n_jobs, "n_employers": readings.n_employers,
        "share": readings.share, "share_lo": readings.low, "share_hi": readings.high,
        "form": np.where(is_wide, INTERVAL, POINT),
    }  # fmt: skip
    values = zip(*(column[order].tolist() for column in columns.values()), strict=True)
    records = [dict(zip(columns, of_reading, strict=True)) for of_reading in values]
    start = np.searchsorted(readings.row[order], range(n_rows + 1))
    lists = np.full(n_rows, None, dtype=object)
    lists[:] = [records[first:last] or None for first, last in pairwise(start)]
    return lists
