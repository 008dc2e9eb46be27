"""Rows of mart.shares from counts of jobs by cell and employer, and by cell, employer and item.

All functions are pure. The values of a cell depend only on the counts of this cell, not on the other cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from transforms.records.definitions import MIN_KNOWN
from warehouse.marts.estimators import (
    Flags,
    Floats,
    Ints,
    bound_ranks,
    count_cells,
    estimate_shares,
    simultaneous_level,
    sum_by,
    weigh_jobs,
)
from warehouse.marts.printing import BOUNDS, INTERVAL, POINT, find_broken_rules, find_interval_only, find_reasons


@dataclass(frozen=True, kw_only=True)
class ShareCounts:
    """Counts of jobs in the cells of one measure. Cells are numbered from 0; items and employers may have any numbers.

    `cell`, `employer` and `jobs` have an entry for each cell and employer with jobs of known answer, in this order;
    `yes_…` for each cell, employer and item that some of these jobs have. `n_unknown` counts the other jobs of each
    cell. `weighted…` are the total weights of the jobs in `jobs`, `yes` and `n_unknown`, if jobs have weights.
    """

    cell: Ints
    employer: Ints
    jobs: Ints
    yes_cell: Ints
    yes_employer: Ints
    yes_item: Ints
    yes: Ints
    n_unknown: Ints
    weighted: Floats | None = None
    weighted_yes: Floats | None = None
    weighted_unknown: Floats | None = None

    def weigh(self) -> JobWeights:
        """Return scaled weights. In each cell, the weights of the jobs with a known answer add up to their number."""
        n_cells = len(self.n_unknown)
        weight = self.jobs.astype(np.float64) if self.weighted is None else self.weighted
        yes = self.yes.astype(np.float64) if self.weighted_yes is None else self.weighted_yes
        unknown = self.n_unknown.astype(np.float64) if self.weighted_unknown is None else self.weighted_unknown
        scale = sum_by(self.cell, self.jobs, n_cells) / sum_by(self.cell, weight, n_cells)
        jobs = weigh_jobs(self.cell, self.jobs, weight, n_cells)
        # after rounding, the jobs with an item may weigh a little more than all jobs of the employer
        yes = np.minimum(yes * scale[self.yes_cell], jobs[self.place_pairs()])
        return JobWeights(jobs=jobs, yes=yes, unknown=unknown * scale)

    def place_pairs(self) -> Ints:
        """Return for each entry of `yes` the index of its cell and employer in `cell` and `employer`."""
        n = int(max(self.employer.max(initial=0), self.yes_employer.max(initial=0))) + 1
        return np.searchsorted(self.cell * n + self.employer, self.yes_cell * n + self.yes_employer)

    def select(self, mask: Flags) -> ShareCounts:
        """Return the counts of the flagged cells, renumbered from 0 in the same order."""
        number = np.cumsum(mask) - 1
        of_employers, of_pairs = mask[self.cell], mask[self.yes_cell]
        return ShareCounts(
            cell=number[self.cell[of_employers]], employer=self.employer[of_employers], jobs=self.jobs[of_employers],
            yes_cell=number[self.yes_cell[of_pairs]], yes_employer=self.yes_employer[of_pairs],
            yes_item=self.yes_item[of_pairs], yes=self.yes[of_pairs], n_unknown=self.n_unknown[mask],
            weighted=_among(self.weighted, of_employers), weighted_yes=_among(self.weighted_yes, of_pairs),
            weighted_unknown=_among(self.weighted_unknown, mask),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class JobWeights:
    """Total weights of the jobs that `ShareCounts` counts in `jobs`, `yes` and `n_unknown`."""

    jobs: Floats
    yes: Floats
    unknown: Floats


def _among(values: Floats | None, mask: Flags) -> Floats | None:
    return None if values is None else values[mask]


def make_share_rows(counts: ShareCounts, items: Ints, category: Ints, *, has_bounds: bool) -> pd.DataFrame:
    """Return one row for each cell and each item that is declared or that one of its jobs has, in this order.

    `cell` and `item` are numbers; the other columns are those of `Shares` that follow from counts. `items` are declared
    items, and `category` has each item's category, within which items are ranked. `has_bounds`: jobs of unknown answer
    may have either answer. Cells that the printing rules withhold have only counts.
    """
    weights = counts.weigh()
    cells = count_cells(counts.cell, weights.jobs, len(counts.n_unknown))
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
        "n_yes": n_yes, "n_no": n_jobs - n_yes, "n_unknown": counts.n_unknown[cell],
        "n_employers_yes": np.bincount(row, minlength=len(keys)).astype(np.int64),
        "largest_employer": np.divide(largest, weight_yes, out=np.full(len(keys), np.nan), where=n_yes > 0),
        "status": np.where(is_printed, "published", "suppressed").astype(object), "reason": reasons[cell],
    }  # fmt: skip
    number = np.cumsum(breaches < 0) - 1  # the new number of each printed cell
    estimates = _estimate(counts.select(breaches < 0), number[cell[is_printed]], item[is_printed], category)
    for name, values in estimates.items():
        columns[name] = np.full(len(keys), np.nan)
        columns[name][is_printed] = values
    unknown = weights.unknown[cell]
    n_all = n_jobs + unknown
    for name, most_yes in (("bound_lo", weight_yes), ("bound_hi", weight_yes + unknown)):
        columns[name] = np.where(is_printed & has_bounds, np.minimum(most_yes / n_all, 1), np.nan)
    form = np.full(len(keys), POINT, dtype=object)
    form[find_interval_only(columns["share"], columns["share_lo"], columns["share_hi"], is_share=True)] = INTERVAL
    form[has_bounds & (n_jobs < MIN_KNOWN.value * n_all)] = BOUNDS
    form[~is_printed] = None
    return pd.DataFrame(columns | {"form": form})


def _estimate(counts: ShareCounts, row_cell: Ints, item: Ints, category: Ints) -> dict[str, Floats]:
    n_cells, n_items = len(counts.n_unknown), max(len(category), 1)
    weights = counts.weigh()
    cells = count_cells(counts.cell, weights.jobs, n_cells)
    place = counts.place_pairs()
    row = np.searchsorted(row_cell * n_items + item, counts.yes_cell * n_items + counts.yes_item)
    # one more row for each cell, for an item that none of its jobs has
    heads = weights.jobs / counts.jobs
    with_nobody = np.concatenate([row_cell, np.arange(n_cells)])
    estimates = estimate_shares(cells, with_nobody, place, row, weights.yes, employer_weight=heads)
    n = len(row_cell)
    groups, group = np.unique(row_cell * n_items + category[item], return_inverse=True)
    size = np.bincount(group, minlength=len(groups))
    together = estimate_shares(cells, row_cell, place, row, weights.yes, simultaneous_level(size[group]))
    best, worst = bound_ranks(group, together.low, together.high)
    return {
        "share": estimates.share[:n], "share_lo": estimates.low[:n], "share_hi": estimates.high[:n],
        "design_effect": estimates.design_effect[:n], "relative_standard_error": estimates.relative_standard_error[:n],
        "share_by_employer": estimates.employer_share[:n], "zero_share_hi": estimates.high[n:][row_cell],
        "category_rank_best": best.astype(np.float64), "category_rank_worst": worst.astype(np.float64),
    }  # fmt: skip
