"""Rows of mart.shares from counts of jobs by cell and employer, and by cell, employer and item.

All functions are pure. The values of a cell depend only on the counts of this cell, not on the other cells.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray
from scipy import sparse

from transforms.records.definitions import MAX_BOUNDS_WIDTH, MIN_KNOWN
from warehouse.marts.bounds import bound_shares
from warehouse.marts.employer_shares import estimate_employer_shares, is_moved_by_largest, leave_out_largest
from warehouse.marts.estimators import Flags, Floats, Ints, count_cells, estimate_shares, sum_by, weigh_jobs
from warehouse.marts.printing import (
    BOUNDS,
    EMPLOYERS,
    INTERVAL,
    POINT,
    SAYS,
    find_broken_rules,
    find_interval_only,
    find_reasons,
)
from warehouse.marts.rank_sets import find_least_difference, find_rank_sets


def _no_jobs() -> Ints:
    return np.empty(0, dtype=np.int64)


SIZES = ("single", "small", "large")
"""Names in columns of the classes `employer_shares.EMPLOYER_SIZES`: 1, 2 to 5, and 6 or more jobs in the cell."""


@dataclass(frozen=True, kw_only=True)
class ShareCounts:
    """Counts of jobs in the cells of one measure. Cells are numbered from 0; items and employers may have any numbers.

    `cell`, `employer` and `jobs` have an entry for each cell and employer with jobs of known answer, in this order;
    `yes_…` for each cell, employer and item that some of these jobs have; `silent_…` for each cell and employer with
    jobs that could have told and do not say. `n_unread` counts the jobs of each cell that could not have told.
    `weighted…` are the total weights of the jobs in `jobs`, `yes` and `silent`, if jobs have weights.
    """

    cell: Ints
    employer: Ints
    jobs: Ints
    yes_cell: Ints
    yes_employer: Ints
    yes_item: Ints
    yes: Ints
    n_unread: Ints
    silent_cell: Ints = field(default_factory=_no_jobs)
    silent_employer: Ints = field(default_factory=_no_jobs)
    silent: Ints = field(default_factory=_no_jobs)
    weighted: Floats | None = None
    weighted_yes: Floats | None = None
    weighted_silent: Floats | None = None

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.n_unread)

    @functools.cached_property
    def weights(self) -> JobWeights:
        """Scaled weights. In each cell, the weights of the jobs with a known answer add up to their number."""
        n_cells = self.n_cells
        weight, yes, silent = (
            n.astype(np.float64) if weighted is None else weighted
            for n, weighted in (
                (self.jobs, self.weighted), (self.yes, self.weighted_yes), (self.silent, self.weighted_silent),
            )
        )  # fmt: skip
        scale = sum_by(self.cell, self.jobs, n_cells) / sum_by(self.cell, weight, n_cells)
        jobs = weigh_jobs(self.cell, self.jobs, weight, n_cells)
        # after rounding, the jobs with an item may weigh a little more than all jobs of the employer
        yes = np.minimum(yes * scale[self.yes_cell], jobs[self.places])
        return JobWeights(jobs=jobs, yes=yes, silent=silent * scale[self.silent_cell])

    @functools.cached_property
    def places(self) -> Ints:
        """For each entry of `yes`, the index of its cell and employer in `cell` and `employer`."""
        n = int(max(self.employer.max(initial=0), self.yes_employer.max(initial=0))) + 1
        return np.searchsorted(self.cell * n + self.employer, self.yes_cell * n + self.yes_employer)

    def select(self, mask: Flags) -> ShareCounts:
        """Return the counts of the flagged cells, renumbered from 0 in the same order."""
        number = np.cumsum(mask) - 1
        of_employers, of_pairs, of_silent = mask[self.cell], mask[self.yes_cell], mask[self.silent_cell]
        return ShareCounts(
            cell=number[self.cell[of_employers]], employer=self.employer[of_employers], jobs=self.jobs[of_employers],
            yes_cell=number[self.yes_cell[of_pairs]], yes_employer=self.yes_employer[of_pairs],
            yes_item=self.yes_item[of_pairs], yes=self.yes[of_pairs], n_unread=self.n_unread[mask],
            silent_cell=number[self.silent_cell[of_silent]], silent_employer=self.silent_employer[of_silent],
            silent=self.silent[of_silent], weighted=_among(self.weighted, of_employers),
            weighted_yes=_among(self.weighted_yes, of_pairs), weighted_silent=_among(self.weighted_silent, of_silent),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """How the rows of each cell and category are ranked: by employers' shares, or else by shares of jobs.

    `seed` is any number for each cell, which decides its draws. `n_items` is for each category how many items may have
    a row; those without one have a share of 0 and are ranked, too. None: only the rows are ranked.
    """

    seed: Ints
    by_employer: bool
    n_items: Ints | None = None


@dataclass(frozen=True, kw_only=True)
class JobWeights:
    """Total weights of the jobs that `ShareCounts` counts in `jobs`, `yes` and `silent`."""

    jobs: Floats
    yes: Floats
    silent: Floats


def spread_text(values: Sequence[str | None], place: Ints) -> ExtensionArray:
    """Return `values[place]` for short lists of texts and many places, without an object for each."""
    return pd.array(list(values), dtype="str").take(place)


def _among(values: Floats | None, mask: Flags) -> Floats | None:
    return None if values is None else values[mask]


def make_share_rows(
    counts: ShareCounts, items: Ints, category: Ints, *, has_bounds: bool, ranking: Ranking | None = None
) -> pd.DataFrame:
    """Return one row for each cell and each item that is declared or that one of its jobs has, in this order.

    `cell` and `item` are numbers; the other columns are those of `Shares` that follow from counts. `items` are declared
    items, and `category` has each item's category, within which items are ranked; without `ranking` they are not.
    `has_bounds`: jobs that do not say may have either answer. Cells that the printing rules withhold have only
    counts.
    """
    weights = counts.weights
    cells = count_cells(counts.cell, weights.jobs, counts.n_cells)
    n_items = max(len(category), 1)
    pairs = counts.yes_cell * n_items + counts.yes_item
    keys = np.union1d(pairs, (np.arange(cells.n_cells)[:, None] * n_items + items).ravel())
    cell, item = np.divmod(keys, n_items)
    row = np.searchsorted(keys, pairs)
    n_yes = np.bincount(row, counts.yes, len(keys)).astype(np.int64)
    weight_yes = np.bincount(row, weights.yes, len(keys))
    largest = np.zeros(len(keys))
    np.maximum.at(largest, row, weights.yes)
    n_jobs = sum_by(counts.cell, counts.jobs, cells.n_cells).astype(np.int64)[cell]
    breaches = find_broken_rules(cells)
    reasons = find_reasons(cells)
    is_printed = breaches[cell] < 0
    columns: dict[str, Any] = {
        "cell": cell, "item": item,
        "n_jobs": n_jobs, "n_employers": cells.n_employers[cell],
        "n_even_employers": cells.n_even[cell], "largest_employer_share": cells.largest[cell],
        "n_yes": n_yes, "n_no": n_jobs - n_yes,
        "n_unknown": sum_by(counts.silent_cell, counts.silent, cells.n_cells).astype(np.int64)[cell],
        "n_unread": counts.n_unread[cell],
        "n_employers_yes": np.bincount(row, minlength=len(keys)).astype(np.int64),
        "largest_employer": np.divide(largest, weight_yes, out=np.full(len(keys), np.nan), where=n_yes > 0),
        "status": spread_text(("suppressed", "published"), is_printed.astype(np.int64)),
        "reason": spread_text(reasons.tolist(), cell),
    }  # fmt: skip
    number = np.cumsum(breaches < 0) - 1  # the new number of each printed cell
    printed = counts.select(breaches < 0)
    row_cell, row_item = number[cell[is_printed]], item[is_printed]
    of_yes = np.searchsorted(row_cell * n_items + row_item, printed.yes_cell * n_items + printed.yes_item)
    estimates = _estimate(printed, row_cell, of_yes)
    if has_bounds:
        estimates |= _bound(printed, row_cell, of_yes)
    if ranking is not None:
        of_printed = replace(ranking, seed=ranking.seed[breaches < 0])
        estimates |= _rank(printed, row_cell, row_item, of_yes, category, of_printed)
    for name, values in ({"bound_lo": np.nan, "bound_hi": np.nan} | estimates).items():
        columns[name] = np.full(len(keys), np.nan)
        columns[name][is_printed] = values
    # the sample has more jobs with the silent ones, but what it tells of the others is no surer for it
    columns["bound_lo"] = np.minimum(columns["bound_lo"], columns["share_lo"])
    columns["bound_hi"] = np.maximum(columns["bound_hi"], columns["share_hi"])
    n_all = n_jobs + sum_by(counts.silent_cell, weights.silent, cells.n_cells)[cell]
    for form, share in (("form", "share"), ("form_by_employer", "share_by_employer")):
        is_wide = find_interval_only(columns[share], columns[f"{share}_lo"], columns[f"{share}_hi"], is_share=True)
        number = is_wide.astype(np.int64)
        is_few = has_bounds & (n_jobs < MIN_KNOWN.value * n_all)
        is_open = (columns["bound_hi"] - columns["bound_lo"]).round(9) > MAX_BOUNDS_WIDTH.value
        number[is_few], number[is_few & is_open], number[~is_printed] = 2, 3, 4
        columns[form] = spread_text((POINT, INTERVAL, BOUNDS, SAYS, None), number)
    return pd.DataFrame(columns)


def estimate_points(counts: ShareCounts, n_items: int, *, by_employer: bool) -> Floats:
    """Return the share of each item in one cell, which must have jobs, whatever the rules for printing say of it.

    It is the share of the average employer if `by_employer`, otherwise that of jobs.
    """
    estimates = _estimate(counts, np.zeros(n_items, dtype=np.int64), counts.yes_item)
    return estimates["share_by_employer" if by_employer else "share"]


def _bound(counts: ShareCounts, row_cell: Ints, row: Ints) -> dict[str, Floats]:
    """Return the bounds of each row's share of all jobs that could have told, with their sampling error."""
    weights = counts.weights
    n = int(max(counts.employer.max(initial=0), counts.silent_employer.max(initial=0))) + 1
    says, is_silent = counts.cell * n + counts.employer, counts.silent_cell * n + counts.silent_employer
    keys, place = np.unique(np.concatenate([says, is_silent]), return_inverse=True)
    cell, of_known, of_silent = keys // n, place[: len(says)], place[len(says) :]
    weight = sum_by(place, np.concatenate([weights.jobs, weights.silent]), len(keys))
    jobs = weigh_jobs(cell, np.bincount(place, np.concatenate([counts.jobs, counts.silent])), weight, counts.n_cells)
    scale = jobs / weight
    silent = np.bincount(of_silent, weights.silent, len(keys)) * scale
    employer = of_known[counts.places]
    yes = np.minimum(weights.yes * scale[employer], jobs[employer])
    low, high = bound_shares(count_cells(cell, jobs, counts.n_cells), row_cell, employer, row, yes, silent)
    return {"bound_lo": low, "bound_hi": high}


def _estimate(counts: ShareCounts, row_cell: Ints, row: Ints) -> dict[str, Floats]:
    """Return the estimates of each row; `row` is that of each entry of `yes`."""
    n, n_cells = len(row_cell), counts.n_cells
    weights = counts.weights
    cells = count_cells(counts.cell, weights.jobs, n_cells)
    place = counts.places
    # one more row for each cell, for an item that none of its jobs has
    with_nobody = np.concatenate([row_cell, np.arange(n_cells)])
    pairs = with_nobody, place, row, weights.yes
    of_jobs = estimate_shares(cells, *pairs)
    of_employers = estimate_employer_shares(cells, *pairs, of_jobs.correlation, jobs=counts.jobs)
    without, _ = leave_out_largest(cells, *pairs)
    is_moved = is_moved_by_largest(of_jobs.share, of_employers.low, of_employers.high, without)
    n_by_size = of_employers.n_employers_by_size.astype(np.float64)
    by_size = np.where(n_by_size >= EMPLOYERS.bound, of_employers.share_by_size, np.nan)
    estimates = {
        "share": of_jobs.share, "share_lo": of_jobs.low, "share_hi": of_jobs.high,
        "design_effect": of_jobs.design_effect, "relative_standard_error": of_jobs.relative_standard_error,
        "share_without_largest": np.where(is_moved, without, np.nan), "share_by_employer": of_employers.share,
        "share_by_employer_lo": of_employers.low, "share_by_employer_hi": of_employers.high,
        **{f"share_of_{name}": by_size[:, size] for size, name in enumerate(SIZES)},
        **{f"n_{name}_employers": n_by_size[:, size] for size, name in enumerate(SIZES)},
    }  # fmt: skip
    return {name: values[:n] for name, values in estimates.items()} | {
        "zero_share_hi": of_jobs.high[n:][row_cell], "zero_share_by_employer_hi": of_employers.high[n:][row_cell],
    }  # fmt: skip


def _rank(
    counts: ShareCounts, row_cell: Ints, item: Ints, row: Ints, category: Ints, ranking: Ranking
) -> dict[str, Floats]:
    """Return the best and the worst rank of each row among those of its cell and category."""
    n, n_categories = len(row_cell), int(category.max(initial=0)) + 1
    weights, place = counts.weights, counts.places
    weight = weights.jobs / counts.jobs if ranking.by_employer else weights.jobs
    part = np.minimum(weights.yes / weights.jobs[place], 1)
    key = row_cell * n_categories + category[item]
    rows, pairs = np.argsort(key, kind="stable"), np.argsort(key[row], kind="stable")
    lists, start, n_rows = np.unique(key[rows], return_index=True, return_counts=True)
    cell = lists // n_categories
    n_eligible = n_rows if ranking.n_items is None else np.maximum(ranking.n_items[lists % n_categories], n_rows)
    best, worst = np.ones(n), np.empty(n)
    worst[rows] = np.repeat(n_eligible, n_rows)
    if not n:
        return {"category_rank_best": best, "category_rank_worst": worst}
    total = np.bincount(row, weight[place] * part, n)[rows]
    lowest = np.where(n_eligible > n_rows, 0, np.minimum.reduceat(total, start))
    sums, squares = (sum_by(counts.cell, values, counts.n_cells) for values in (weight, weight**2))
    largest = np.zeros(counts.n_cells)
    np.maximum.at(largest, counts.cell, weight)
    may_differ = np.maximum.reduceat(total, start) - lowest > find_least_difference(sums, squares, largest)[cell]
    first = np.searchsorted(counts.cell, np.arange(counts.n_cells + 1))
    ends = np.searchsorted(key[row][pairs], [lists, lists + 1]).T
    column = np.empty(n, dtype=np.int64)
    for number in np.flatnonzero(may_differ):
        here, some = rows[start[number] : start[number] + n_rows[number]], pairs[slice(*ends[number])]
        column[here] = np.arange(n_rows[number])
        of_cell = slice(*first[cell[number] : cell[number] + 2])
        n_others = n_eligible[number] - n_rows[number]
        places = place[some] - of_cell.start, column[row[some]]
        shape = of_cell.stop - of_cell.start, n_rows[number] + (n_others > 0)  # all others are one row, of zeros
        parts = sparse.csr_array((part[some], places), shape=shape)
        sets = find_rank_sets(parts, weight[of_cell], int(ranking.seed[cell[number]]))
        best[here] = sets.best[: len(here)]
        n_alike = np.where(np.arange(shape[1]) < len(here), 1, n_others)
        worst[here] = n_eligible[number] - sets.is_above[: len(here)] @ n_alike
    return {"category_rank_best": best, "category_rank_worst": worst}
