"""mart.skill_demand: the share of jobs with text that ask for each skill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from transforms.records.vocabulary import ROLE_GROUPS
from warehouse.marts import sql_of
from warehouse.marts.cell_cache import Cells, Hashes, hashes_of, inputs_of
from warehouse.marts.salary_bands import GROUPS, Texts
from warehouse.marts.statistics import (
    DOUBT_WORDS,
    LANGUAGES,
    Floats,
    capped_weights,
    concentration,
    resampled,
    share_doubts,
    share_intervals,
    too_few,
)
from warehouse.tables import SkillDemand

STRENGTHS = {"required": (1,), "preferred": (2,), "mentioned": (3,), "asked": (1, 2), "any": (1, 2, 3)}
"""Strengths (see jobs_skills.sql) that count for each requirement."""


def open_jobs(
    con: duckdb.DuckDBPyConnection, as_of: date, window_days: int, role_groups: Iterable[str] = ROLE_GROUPS
) -> pd.DataFrame:
    """Jobs of some groups of roles that were seen open in the window, by region (see jobs.sql).

    `region_level`, `region`, `role` and `role_group` are categories, so is `job_id`; `employer` is too, its codes in
    the order of the names.
    """
    parameters = {"as_of": as_of, "window_days": window_days}
    parameters |= {"languages": list(LANGUAGES), "role_groups": list(role_groups)}
    table = con.sql(sql_of("jobs"), params=parameters).to_arrow_table()
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    jobs = pa.table(
        {name: table[name].dictionary_encode() if name in texts else table[name] for name in table.schema.names}
    )
    frame: pd.DataFrame = jobs.to_pandas()
    frame["employer"] = frame["employer"].cat.reorder_categories(sorted(frame["employer"].cat.categories))
    return frame


def by_region(jobs: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Level, region and jobs of each region, in order."""
    for (level, region), here in jobs.groupby(["region_level", "region"], sort=True, observed=True):
        yield str(level), str(region), here


def skill_demand(
    con: duckdb.DuckDBPyConnection, as_of: date, window_days: int = 365, cells: Cells | None = None
) -> pd.DataFrame:
    """All cells for one day with the columns of `tables.SkillDemand`; only skills that some job names.

    Shares are of jobs whose full text was read. Cells below the minimum keep their counts, without shares; a share
    that few employers make, or with a wide interval, is `low` and says why (`statistics.share_doubts`). Cells that
    `cells` knows are taken over.
    """
    cells = cells or Cells(SkillDemand, as_of)
    jobs = open_jobs(con, as_of, window_days)
    has_text = jobs["has_text"].to_numpy(dtype=bool)
    if not has_text.any():
        return cells.with_computed([])
    asked = con.execute(sql_of("jobs_skills"), {"as_of": as_of, "window_days": window_days}).df()
    category_of = dict(con.execute("SELECT skill, category FROM core.skills").fetchall())
    asked = asked[asked["skill"].isin(category_of)]
    asked = asked.assign(category=asked["skill"].map(category_of))
    read = sorted(jobs.loc[has_text, "job_id"].unique())
    skills = sorted(asked["skill"].unique())
    row_of = pd.Series(np.arange(len(read)), index=read)
    strength = _matrix(asked, row_of, skills)
    rows = row_of.reindex(jobs["job_id"].cat.categories, fill_value=-1).to_numpy()
    jobs["row"] = rows[jobs["job_id"].cat.codes]
    jobs["hashes"] = hashes_of(jobs[["job_id", "employer", "has_text"]]) ^ _hashes_of_skills(asked, row_of)[jobs["row"]]

    names = np.array(skills, dtype=object)
    frames = []
    for level, region, here in by_region(jobs):
        group_of = here["role_group"].to_numpy(dtype=object)
        for group, groups in GROUPS.items():
            cell = here[np.isin(group_of, groups)]
            with_text = cell[cell["has_text"].to_numpy(dtype=bool)]
            if with_text.empty:
                continue
            key = {"region_level": level, "region": region, "role_group": group}
            inputs = inputs_of([*key.values()], cell["hashes"].to_numpy())
            if cells.take_over(inputs):
                continue
            counts = {"n_jobs": len(with_text), "n_without_text": len(cell) - len(with_text), "inputs": inputs}
            employers = with_text["employer"].cat.codes.to_numpy()
            if found := list(_cell({**key, **counts}, strength[with_text["row"]], employers, names)):
                frame = pd.DataFrame({name: np.concatenate([part[name] for part in found]) for name in found[0]})
                frames.append(_ranked(frame.assign(category=frame["skill"].map(category_of))))
    return cells.with_computed(frames)


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """A cell with the places of its shares, in each requirement and in each category of it."""
    for name, within in (("rank", ["requirement"]), ("category_rank", ["requirement", "category"])):
        frame[name] = frame.groupby(within)["share"].rank(ascending=False, method="min").astype("Int64")
    return frame


def _hashes_of_skills(asked: pd.DataFrame, row_of: pd.Series) -> Hashes:
    """One hash for what each job asks for; the last one is that of jobs that are not read."""
    hashes = np.zeros(len(row_of) + 1, dtype=np.uint64)
    known = asked[asked["job_id"].isin(row_of.index)]
    np.add.at(hashes, row_of[known["job_id"]].to_numpy(int), hashes_of(known[["skill", "category", "strength"]]))
    return hashes


def _matrix(asked: pd.DataFrame, row_of: pd.Series, skills: list[str]) -> Any:
    """Jobs x skills: 0 not named, else the strength."""
    column_of = pd.Series(range(len(skills)), index=skills)
    asked = asked[asked["job_id"].isin(row_of.index)]
    matrix = np.zeros((len(row_of), len(skills)), dtype=np.int8)
    matrix[row_of[asked["job_id"]].to_numpy(int), column_of[asked["skill"]].to_numpy(int)] = asked["strength"]
    return matrix


def _cell(counts: dict[str, Any], strength: Any, employers: Any, skills: Texts) -> Iterator[dict[str, Any]]:
    """Columns of one region and role group: every requirement, every skill named at least once."""
    weights = capped_weights(employers)
    few = too_few(counts["n_jobs"], weights.n_employers)
    key = f"{counts['region_level']}|{counts['region']}|{counts['role_group']}"
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
