"""mart.skill_demand: the share of jobs with text that ask for each skill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from warehouse.marts.salary_bands import GROUPS, Texts
from warehouse.marts.statistics import (
    DOUBT_WORDS,
    Floats,
    capped_weights,
    concentration,
    resampled,
    share_doubts,
    share_intervals,
    too_few,
)
from warehouse.tables import SkillDemand, fields_of

HERE = Path(__file__).parent
STRENGTHS = {"required": (1,), "preferred": (2,), "mentioned": (3,), "asked": (1, 2), "any": (1, 2, 3)}
"""Strengths (see jobs_skills.sql) that count for each requirement."""
LANGUAGES = ("en", "de", "fr", "es", "pt", "pl", "nl", "it")
"""Languages whose section headings and phrases the skill reader knows; names of skills are the same in all."""


def open_jobs(con: duckdb.DuckDBPyConnection, as_of: date, window_days: int) -> pd.DataFrame:
    """Jobs seen open in the window by region (see jobs.sql)."""
    parameters = {"as_of": as_of, "window_days": window_days, "languages": list(LANGUAGES)}
    return con.execute((HERE / "jobs.sql").read_text(), parameters).df()


def skill_demand(con: duckdb.DuckDBPyConnection, as_of: date, window_days: int = 365) -> pd.DataFrame:
    """All cells for one day with the columns of `tables.SkillDemand`; only skills that some job names.

    Shares are of jobs whose full text was read. Cells below the minimum keep their counts, without shares; a share
    that few employers make, or with a wide interval, is `low` and says why (`statistics.share_doubts`).
    """
    jobs = open_jobs(con, as_of, window_days)
    asked = con.execute((HERE / "jobs_skills.sql").read_text(), {"as_of": as_of, "window_days": window_days}).df()
    category_of = dict(con.execute("SELECT skill, category FROM core.skills").fetchall())
    asked = asked[asked["skill"].isin(category_of)]
    read = sorted(jobs.loc[jobs["has_text"], "job_id"].unique())
    skills = sorted(asked["skill"].unique())
    strength = _matrix(asked, read, skills)
    row_of = {job: i for i, job in enumerate(read)}

    names = np.array(skills, dtype=object)
    parts: list[dict[str, Any]] = []
    for (level, region), here in jobs.groupby(["region_level", "region"], sort=True):
        for group, groups in GROUPS.items():
            cell = here[here["role_group"].isin(groups)]
            with_text = cell[cell["has_text"]]
            if with_text.empty:
                continue
            key = {"as_of": as_of, "region_level": level, "region": region, "role_group": group}
            chosen = strength[[row_of[j] for j in with_text["job_id"]]]
            counts = {"n_jobs": len(with_text), "n_without_text": len(cell) - len(with_text)}
            parts.extend(_cell({**key, **counts}, chosen, with_text["employer"].to_numpy(), names))
    columns = [f.name for f in fields_of(SkillDemand)]
    if not parts:
        return pd.DataFrame(columns=columns)
    frame = pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    frame["category"] = frame["skill"].map(category_of)
    cell_keys = ["region_level", "region", "role_group", "requirement"]
    frame["rank"] = frame.groupby(cell_keys)["share"].rank(ascending=False, method="min").astype("Int64")
    in_category = frame.groupby([*cell_keys, "category"])["share"]
    frame["category_rank"] = in_category.rank(ascending=False, method="min").astype("Int64")
    return frame[columns]


def _matrix(asked: pd.DataFrame, jobs: list[str], skills: list[str]) -> Any:
    """Jobs x skills: 0 not named, else the strength."""
    row_of = pd.Series(range(len(jobs)), index=jobs)
    column_of = pd.Series(range(len(skills)), index=skills)
    asked = asked[asked["job_id"].isin(row_of.index)]
    matrix = np.zeros((len(jobs), len(skills)), dtype=np.int8)
    matrix[row_of[asked["job_id"]].to_numpy(int), column_of[asked["skill"]].to_numpy(int)] = asked["strength"]
    return matrix


def _cell(counts: dict[str, Any], strength: Any, employers: Any, skills: Texts) -> Iterator[dict[str, Any]]:
    """Columns of one region and role group: every requirement, every skill named at least once."""
    weights = capped_weights(employers)
    few = too_few(counts["n_jobs"], weights.n_employers)
    key = f"{counts['as_of']}|{counts['region_level']}|{counts['region']}|{counts['role_group']}"
    drawn = None if few else resampled(weights.n_employers, key)
    counts = {**counts, "n_employers": weights.n_employers, "n_effective": weights.n_effective}
    for requirement, strengths in STRENGTHS.items():
        asking: Floats = np.isin(strength, strengths).astype(np.float64)
        n_asking = asking.sum(axis=0).astype(int)
        named = np.flatnonzero(n_asking)
        n = len(named)
        if not n:
            continue
        asking = asking[:, named]
        n_employers, largest = concentration(asking, weights)
        shares = (np.full(n, np.nan),) * 3
        doubts: list[str | None] = [None] * n
        states, reasons = ["suppressed"] * n, [few] * n
        if drawn is not None:
            shares = share_intervals(asking, weights, drawn)
            doubts = share_doubts(*shares, n_effective=weights.n_effective, n_employers=n_employers, largest=largest)
            states = ["low" if doubt else "published" for doubt in doubts]
            reasons = [DOUBT_WORDS[doubt] if doubt else None for doubt in doubts]
        columns = {
            "skill": skills[named], "n_asking": n_asking[named], "n_employers_asking": n_employers,
            "largest_employer": largest, "status": states, "reason": reasons, "doubt": doubts,
        }  # fmt: skip
        columns |= dict(zip(("share", "share_lo", "share_hi"), shares, strict=True))
        yield {**{name: [value] * n for name, value in {**counts, "requirement": requirement}.items()}, **columns}
