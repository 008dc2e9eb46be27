"""Cells of pay: which jobs count in which cells, by place, group of roles, role, level, contract and market."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from transforms.records.vocabulary import (
    AI_JOBS,
    CELL_GROUPS,
    CONTRACTS,
    EMPLOYEE,
    LEVEL_GROUPS,
    OTHER_MONEY,
    ROLE_GROUPS,
    SENIORITY_GROUPS,
    STATED,
)
from warehouse.marts.cell_cache import CellCache, inputs_of
from warehouse.marts.estimators import Flags, Ints

GROUPS = {group: groups for group, groups in CELL_GROUPS.items() if group != AI_JOBS}
LOCAL = "local"
MARKETS = ("all", LOCAL, OTHER_MONEY)
ROLES = tuple(
    (group, role)
    for group in GROUPS
    for role in ("all", *ROLE_GROUPS.get(group, ()))
    if role == "all" or len(ROLE_GROUPS[group]) > 1
)
"""Pairs of a group of roles and one of its roles, or `all`. A group with a single role has only the pair with `all`."""


def _has_role(name: tuple[str, str], role_group: str, role: str) -> bool:
    return role_group in GROUPS[name[0]] and name[1] in ("all", role)


def _has_level(name: str, seniority: str, is_inferred: bool) -> bool:
    levels = LEVEL_GROUPS[name.removesuffix(STATED)]
    return (levels is None or seniority in levels) and not (name.endswith(STATED) and is_inferred)


def _has_market(name: str, pay_market: str, is_paid: bool) -> bool:
    """Whether a job belongs to a market. A job that states no pay is assumed to pay in the currency of its place."""
    return name in ("all", pay_market) or (name == LOCAL and not is_paid)


@dataclass(frozen=True)
class Dimension:
    """One way to divide the jobs of a region into cells, which may overlap."""

    columns: list[str]
    names: Sequence[Any]
    has: Callable[
        ..., bool
    ]  # whether a job belongs to a cell: takes the cell's name, and the job's values in `columns`
    expected: Sequence[Any]  # cells that exist in each expected region even if they have no job


DIMENSIONS = (
    Dimension(["role_group", "role"], ROLES, _has_role, [name for name in ROLES if name[1] == "all"]),
    Dimension(["seniority", "seniority_inferred"], SENIORITY_GROUPS, _has_level, SENIORITY_GROUPS),
    Dimension(["contract"], CONTRACTS, str.__eq__, [EMPLOYEE]),
    Dimension(["pay_market", "is_paid"], MARKETS, _has_market, ["all"]),
)


@dataclass(frozen=True)
class PayCells:
    """Cells and their jobs, one entry for each cell and job, in the order of cells."""

    keys: pd.DataFrame  # a row for each cell
    cell: Ints  # indexes of rows of `keys`
    job: Ints  # indexes of the rows of jobs

    def leave_out(self, is_left_out: Flags) -> PayCells:
        """Return the cells that `is_left_out` does not flag, renumbered from 0."""
        is_kept = ~is_left_out
        number = np.cumsum(is_kept) - 1
        entries = is_kept[self.cell]
        return PayCells(self.keys[is_kept].reset_index(drop=True), number[self.cell[entries]], self.job[entries])

    def leave_out_reused(self, hashes: np.ndarray[Any, np.dtype[np.uint64]], cache: CellCache) -> PayCells:
        """Return the cells that are not in `cache`, with a column `inputs`: a digest of key and its jobs' `hashes`."""
        start = np.searchsorted(self.cell, np.arange(len(self.keys) + 1))
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(hashes[self.job], dtype=np.uint64)])
        digests = np.column_stack([np.diff(start).astype(np.uint64), sums[start[1:]] - sums[start[:-1]]])
        keys = self.keys.itertuples(index=False, name=None)
        inputs = [inputs_of(key, digest) for key, digest in zip(keys, digests, strict=True)]
        cells = PayCells(self.keys.assign(inputs=np.array(inputs, dtype=object)), self.cell, self.job)
        return cells.leave_out(np.array([cache.reuse(digest) for digest in inputs], dtype=bool))


def find_cells(jobs: pd.DataFrame, expected_regions: Iterable[str]) -> PayCells:
    """Find the cells of jobs by region, group of roles, role, level, contract and market, the columns of their keys.

    A cell exists if it has a job with pay, or if its dimensions and its region expect it.
    """
    is_paid = jobs["is_paid"].to_numpy(dtype=bool)
    regions = np.array(sorted({*expected_regions, *jobs["region"][is_paid]}), dtype=object)
    job = np.flatnonzero(jobs["region"].isin(regions))
    code = np.searchsorted(regions, jobs["region"].to_numpy(dtype=object)[job])
    expected = np.flatnonzero(np.isin(regions, list(expected_regions)))
    for dimension in DIMENSIONS:
        n, columns = len(dimension.names), dimension.columns
        kind = jobs.groupby(columns, dropna=False, sort=False).ngroup().to_numpy()
        kinds = jobs[columns].assign(kind=kind).drop_duplicates("kind")[columns].itertuples(index=False, name=None)
        is_in = np.array([[dimension.has(name, *values) for name in dimension.names] for values in kinds], dtype=bool)
        entry, number = np.nonzero(is_in.reshape(-1, n)[kind[job]])
        job, code = job[entry], code[entry] * n + number
        always = [dimension.names.index(name) for name in dimension.expected]
        expected = (expected[:, None] * n + always).ravel()
    cells = np.union1d(code[is_paid[job]], expected)
    is_kept = np.isin(code, cells)
    code, job = code[is_kept], job[is_kept]
    order = np.argsort(code, kind="stable")
    return PayCells(_name_cells(cells, regions), np.searchsorted(cells, code[order]), job[order])


def _name_cells(code: Ints, regions: np.ndarray[Any, np.dtype[np.object_]]) -> pd.DataFrame:
    numbers = []
    for dimension in reversed(DIMENSIONS):
        code, number = np.divmod(code, len(dimension.names))
        numbers.append(number)
    market, contract, level, role = numbers
    group_and_role = np.array(ROLES, dtype=object)[role]
    return pd.DataFrame(
        {
            "region": regions[code],
            "role_group": group_and_role[:, 0],
            "role": group_and_role[:, 1],
            "seniority_group": np.array(SENIORITY_GROUPS, dtype=object)[level],
            "contract": np.array(CONTRACTS, dtype=object)[contract],
            "pay_market": np.array(MARKETS, dtype=object)[market],
        }
    )
