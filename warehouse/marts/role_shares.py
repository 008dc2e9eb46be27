"""mart.role_shares: how the AI jobs of a region divide into roles."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from transforms.records.vocabulary import AI_GROUPS, GROUP_OF_ROLE, ROLE_GROUPS
from warehouse.marts.cell_cache import Cells, hashes_of, inputs_of
from warehouse.marts.skill_demand import by_region, open_jobs
from warehouse.marts.statistics import (
    DOUBT_WORDS,
    capped_weights,
    concentration,
    resampled,
    share_doubts,
    share_intervals,
    too_few,
)
from warehouse.tables import RoleShares

ROLES = [role for group in AI_GROUPS for role in ROLE_GROUPS[group]]


def role_shares(
    con: duckdb.DuckDBPyConnection, as_of: date, window_days: int = 365, cells: Cells | None = None
) -> pd.DataFrame:
    """One row per region and AI role for one day, with the columns of `tables.RoleShares`.

    All jobs count, with text or without: the role is read from the title. Shares are judged as those of skills
    (`statistics.share_doubts`); a role that no job has is a share of 0 on no employer, hence `low`. Cells that
    `cells` knows are taken over.
    """
    cells = cells or Cells(RoleShares, as_of)
    jobs = open_jobs(con, as_of, window_days, AI_GROUPS)
    jobs["hashes"] = hashes_of(jobs[["job_id", "employer", "role"]])
    frames = []
    for level, region, here in by_region(jobs):
        inputs = inputs_of([level, region], here["hashes"].to_numpy())
        if not cells.take_over(inputs):
            frames.append(pd.DataFrame({**_cell(level, region, here), "inputs": inputs}))
    return cells.with_computed(frames)


def _cell(level: str, region: str, jobs: pd.DataFrame) -> dict[str, Any]:
    """Columns of one region, one row per role."""
    weights = capped_weights(jobs["employer"].cat.codes.to_numpy())
    is_role = (jobs["role"].to_numpy(dtype=object)[:, None] == np.array(ROLES)[None, :]).astype(np.float64)
    few = too_few(len(jobs), weights.n_employers)
    n_asking, largest = concentration(is_role, weights)
    columns = {
        "role": ROLES, "role_group": [GROUP_OF_ROLE[role] for role in ROLES], "region_level": level, "region": region,
        "n_jobs": len(jobs), "n_employers": weights.n_employers, "n_effective": weights.n_effective,
        "n_role": is_role.sum(axis=0).astype(int), "n_employers_role": n_asking, "largest_employer": largest,
        "share": np.nan, "share_lo": np.nan, "share_hi": np.nan, "status": "suppressed", "reason": few, "doubt": None,
    }  # fmt: skip
    if few is None:
        drawn = resampled(weights.n_employers, f"{level}|{region}|roles")
        shares = share_intervals(is_role, weights, drawn)
        doubts = share_doubts(*shares, n_effective=weights.n_effective, n_employers=n_asking, largest=largest)
        columns |= dict(zip(("share", "share_lo", "share_hi"), shares, strict=True))
        columns["doubt"] = doubts
        columns["status"] = ["low" if doubt else "published" for doubt in doubts]
        columns["reason"] = [DOUBT_WORDS[doubt] if doubt else None for doubt in doubts]
    return columns
