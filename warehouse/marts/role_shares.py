"""mart.role_shares: how the AI jobs of a region divide into roles."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from warehouse.marts.skill_demand import open_jobs
from warehouse.marts.statistics import (
    LEAST_EFFECTIVE,
    WIDEST_SHARE_INTERVAL,
    capped_weights,
    resampled,
    share_intervals,
    too_few,
)
from warehouse.tables import GROUP_OF_ROLE, ROLE_GROUPS, RoleShares, fields_of

AI_GROUPS = ("ai_engineering", "ai_science", "ai_other")


def role_shares(con: duckdb.DuckDBPyConnection, as_of: date, window_days: int = 365) -> pd.DataFrame:
    """One row per region and AI role for one day, with the columns of `tables.RoleShares`.

    All jobs count, with text or without: the role is read from the title.
    """
    jobs = open_jobs(con, as_of, window_days)
    jobs = jobs[jobs["role_group"].isin(AI_GROUPS)]
    roles = [role for group in AI_GROUPS for role in ROLE_GROUPS[group]]
    parts = []
    for (level, region), cell in jobs.groupby(["region_level", "region"], sort=True):
        weights = capped_weights(cell["employer"].to_numpy())
        is_role = (cell["role"].to_numpy()[:, None] == np.array(roles)[None, :]).astype(np.float64)
        few = too_few(len(cell), weights.n_employers)
        frame = pd.DataFrame({"role": roles, "n_role": is_role.sum(axis=0).astype(int)})
        frame = frame.assign(
            as_of=as_of, region_level=str(level), region=str(region), n_jobs=len(cell), n_employers=weights.n_employers,
            n_effective=weights.n_effective, share=np.nan, share_lo=np.nan, share_hi=np.nan,
            status="suppressed", reason=few,
        )  # fmt: skip
        if few is None:
            drawn = resampled(weights.n_employers, f"{as_of}|{level}|{region}|roles")
            frame["share"], frame["share_lo"], frame["share_hi"] = share_intervals(is_role, weights, drawn)
            unsure = (frame["share_hi"] - frame["share_lo"] > WIDEST_SHARE_INTERVAL) | (
                weights.n_effective < LEAST_EFFECTIVE
            )
            frame["status"] = np.where(unsure, "low", "published")
            frame["reason"] = ["few employers or a wide interval" if u else None for u in unsure]
        parts.append(frame)
    columns = [f.name for f in fields_of(RoleShares)]
    if not parts:
        return pd.DataFrame(columns=columns)
    frame = pd.concat(parts, ignore_index=True)
    frame["role_group"] = frame["role"].map(GROUP_OF_ROLE)
    return frame[columns]
