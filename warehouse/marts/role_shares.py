"""mart.role_shares: how the AI jobs of a region divide into roles."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from warehouse.marts.skill_demand import open_jobs
from warehouse.marts.statistics import (
    DOUBT_WORDS,
    capped_weights,
    concentration,
    resampled,
    share_doubts,
    share_intervals,
    too_few,
)
from warehouse.tables import GROUP_OF_ROLE, ROLE_GROUPS, RoleShares, fields_of

AI_GROUPS = ("ai_engineering", "ai_science", "ai_other")


def role_shares(con: duckdb.DuckDBPyConnection, as_of: date, window_days: int = 365) -> pd.DataFrame:
    """One row per region and AI role for one day, with the columns of `tables.RoleShares`.

    All jobs count, with text or without: the role is read from the title. Shares are judged as those of skills
    (`statistics.share_doubts`); a role that no job has is a share of 0 on no employer, hence `low`.
    """
    jobs = open_jobs(con, as_of, window_days)
    jobs = jobs[jobs["role_group"].isin(AI_GROUPS)]
    roles = [role for group in AI_GROUPS for role in ROLE_GROUPS[group]]
    parts = []
    for (level, region), cell in jobs.groupby(["region_level", "region"], sort=True):
        weights = capped_weights(cell["employer"].to_numpy())
        is_role = (cell["role"].to_numpy()[:, None] == np.array(roles)[None, :]).astype(np.float64)
        few = too_few(len(cell), weights.n_employers)
        n_asking, largest = concentration(is_role, weights)
        frame = pd.DataFrame({"role": roles, "n_role": is_role.sum(axis=0).astype(int)})
        frame = frame.assign(n_employers_role=n_asking, largest_employer=largest, doubt=None)
        frame = frame.assign(
            as_of=as_of, region_level=str(level), region=str(region), n_jobs=len(cell), n_employers=weights.n_employers,
            n_effective=weights.n_effective, share=np.nan, share_lo=np.nan, share_hi=np.nan,
            status="suppressed", reason=few,
        )  # fmt: skip
        if few is None:
            drawn = resampled(weights.n_employers, f"{as_of}|{level}|{region}|roles")
            shares = share_intervals(is_role, weights, drawn)
            doubts = share_doubts(*shares, n_effective=weights.n_effective, n_employers=n_asking, largest=largest)
            frame["share"], frame["share_lo"], frame["share_hi"] = shares
            frame["doubt"] = doubts
            frame["status"] = ["low" if doubt else "published" for doubt in doubts]
            frame["reason"] = [DOUBT_WORDS[doubt] if doubt else None for doubt in doubts]
        parts.append(frame)
    columns = [f.name for f in fields_of(RoleShares)]
    if not parts:
        return pd.DataFrame(columns=columns)
    frame = pd.concat(parts, ignore_index=True)
    frame["role_group"] = frame["role"].map(GROUP_OF_ROLE)
    return frame[columns]
