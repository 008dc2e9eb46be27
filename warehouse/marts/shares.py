"""mart.shares: shares of jobs, for every measure, item, region and role group."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from transforms.records.vocabulary import ALL_TEXTS, CELL_GROUPS, FULL_ADVERT, LEVEL_GROUPS, NO_TEXT
from warehouse.marts.cell_cache import Cells, Hashes, inputs_of
from warehouse.marts.measures import ESTIMAND, JOBS, MEASURES, Measure
from warehouse.marts.statistics import DOUBT_WORDS, Ints, cap_weights, estimate_shares, share_doubts, too_few
from warehouse.tables import Shares

OUTSIDE, UNKNOWN, KNOWN = range(3)
"""What a measure knows of a job: not asked, asked and not stated, answered."""
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class _Jobs:
    """Jobs seen open in the window as columns, and the jobs of each region (level, region, places of its jobs)."""

    employer: Ints
    role_group: Texts
    seniority: Texts
    text_class: Texts
    regions: tuple[tuple[str, str, Ints], ...]


@dataclass(frozen=True)
class _Answers:
    """What the jobs answer to a measure. The items of job i are `item[start[i]:start[i + 1]]`, numbers of `names`."""

    state: Ints
    hashes: Hashes
    names: Texts
    declared: Ints
    """Items that every cell has a row for."""
    start: Ints
    item: Ints

    def pairs_of(self, jobs: Ints) -> tuple[Ints, Ints]:
        """Places among `jobs`, and the items that each has: one pair for each."""
        n = self.start[jobs + 1] - self.start[jobs]
        of_job = np.repeat(np.arange(len(jobs)), n)
        within = np.arange(len(of_job)) - np.repeat(np.cumsum(n) - n, n)
        return of_job, self.item[np.repeat(self.start[jobs], n) + within]


def shares(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    window_days: int = 365,
    cells: Cells | None = None,
    measures: Iterable[Measure] = MEASURES.values(),
) -> pd.DataFrame:
    """All cells of all measures for one day, with the columns of `tables.Shares`.

    What is read from texts has cells of their own for each class of text. A cell has a row for each item that one of
    its jobs has, and for the items that its measure declares. It has none where the answer of no job is known. Cells
    below the minimum keep their counts, without shares; a share that few employers make, or with a wide interval, is
    `low` and says why (`statistics.share_doubts`). Cells already in `cells` are reused.
    """
    measures = tuple(measures)
    cells = cells or Cells(Shares, as_of)
    given = {"as_of": as_of, "window_days": window_days}
    category_of = dict(con.execute("SELECT skill, category FROM core.skills ORDER BY skill").fetchall())
    jobs = _read_jobs(con, given)
    relations = _stage_relations(con, measures, given)
    computed = []
    for measure in measures:
        answers = _read_answers(con, measure, relations[measure.relation])
        context = [measure.name, window_days]
        if measure.has_categories:
            context.append(hashlib.blake2b(repr(category_of).encode(), digest_size=16).hexdigest())
        for key, here in _cells(measure, jobs):
            asked = here[answers.state[here] != OUTSIDE]
            known = asked[answers.state[asked] == KNOWN]
            if not len(known):
                continue
            inputs = inputs_of([*context, *key.values()], answers.hashes[asked])
            if not cells.take_over(inputs):
                fixed = {"measure": measure.name, **key, "n_unknown": len(asked) - len(known), "inputs": inputs}
                computed.append({**fixed, **_cell(answers, known, jobs.employer[known])})
    made = _frame(computed)
    if len(made):
        made["window_days"] = window_days
        made["estimand"] = ESTIMAND
        has_categories = made["measure"].map({measure.name: measure.has_categories for measure in measures})
        made["category"] = made["item"].map(category_of).where(has_categories, None)
        for name, within in (("rank", ["inputs"]), ("category_rank", ["inputs", "category"])):
            made[name] = made.groupby(within)["share"].rank(ascending=False, method="min").astype("Int64")
    return _add_period(cells.combine_rows([made]), as_of, window_days)


def _add_period(frame: pd.DataFrame, as_of: date, window_days: int) -> pd.DataFrame:
    """Rows with the reference period of their measures, which moves with the day."""
    periods = {name: measure.period_of(window_days) for name, measure in MEASURES.items()}
    for place, name in enumerate(("period_from", "period_to")):
        days = {measure: as_of - timedelta(days=period[place]) for measure, period in periods.items()}
        frame[name] = frame["measure"].map(days).astype("object")
    return frame


def _read_jobs(con: duckdb.DuckDBPyConnection, given: dict[str, Any]) -> _Jobs:
    """Jobs in the order of their ids; leaves their numbers in the temporary table `share_jobs`."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE share_jobs AS
        SELECT row_number() OVER (ORDER BY job_id) - 1 AS number, job_id, role_group, seniority, employer, text_class,
            dense_rank() OVER (ORDER BY employer) - 1 AS employer_number
        FROM {JOBS}
        """,
        given,
    )
    columns = con.execute(
        "SELECT employer_number, role_group, seniority, text_class FROM share_jobs ORDER BY number"
    ).df()
    places = con.execute(
        """
        SELECT region_level, region, list(number ORDER BY number) AS numbers
        FROM job_regions($as_of, $window_days) JOIN share_jobs USING (job_id)
        GROUP BY ALL ORDER BY ALL
        """,
        given,
    ).df()
    regions = zip(places["region_level"], places["region"], places["numbers"], strict=True)
    return _Jobs(
        employer=columns["employer_number"].to_numpy(np.int64),
        role_group=columns["role_group"].to_numpy(object),
        seniority=columns["seniority"].to_numpy(object),
        text_class=columns["text_class"].to_numpy(object),
        regions=tuple((level, region, np.asarray(numbers, dtype=np.int64)) for level, region, numbers in regions),
    )


def _stage_relations(
    con: duckdb.DuckDBPyConnection, measures: Iterable[Measure], given: dict[str, Any]
) -> dict[str, str]:
    """Temporary tables that hold the relations of the measures: computed once for all measures that ask them."""
    relations = {measure.relation for measure in measures}
    tables = {relation: f"share_relation_{number}" for number, relation in enumerate(sorted(relations))}
    for relation, table in tables.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {relation}", given)
    return tables


def _read_answers(con: duckdb.DuckDBPyConnection, measure: Measure, relation: str) -> _Answers:
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE share_answers AS
        SELECT j.number, list_sort(list_distinct(a.items)) AS items,
            hash(j.job_id, j.employer, a.items, a.items IS NULL) AS digest  -- DuckDB hashes NULL and [] alike
        FROM ({measure.select_from(relation)}) AS a JOIN share_jobs AS j USING (job_id)
        """
    )
    (n_jobs,) = con.execute("SELECT count(*) FROM share_jobs").fetchall()[0]
    asked = con.execute("SELECT number, items IS NOT NULL AS is_known, digest FROM share_answers").df()
    state = np.full(n_jobs, OUTSIDE, dtype=np.int64)
    state[asked["number"]] = np.where(asked["is_known"], KNOWN, UNKNOWN)
    hashes = np.zeros(n_jobs, dtype=np.uint64)
    hashes[asked["number"]] = asked["digest"]
    pairs = con.execute(
        "SELECT number, item FROM (SELECT number, unnest(items) AS item FROM share_answers) ORDER BY number, item"
    ).df()
    names = sorted({*pairs["item"], *measure.items})
    number_of = {name: number for number, name in enumerate(names)}
    start = np.concatenate([[0], np.cumsum(np.bincount(pairs["number"].to_numpy(np.int64), minlength=n_jobs))])
    return _Answers(
        state=state,
        hashes=hashes,
        names=np.array(names, dtype=object),
        declared=np.array(sorted(number_of[name] for name in measure.items), dtype=np.int64),
        start=start.astype(np.int64),
        item=pairs["item"].map(number_of).to_numpy(np.int64),
    )


def _cells(measure: Measure, jobs: _Jobs) -> Iterator[tuple[dict[str, str], Ints]]:
    """Key and jobs of each cell of a measure that has jobs."""
    of_group = {group: np.isin(jobs.role_group, CELL_GROUPS[group]) for group in measure.role_groups}
    of_level = {
        name: np.ones(len(jobs.seniority), dtype=bool) if levels is None else np.isin(jobs.seniority, levels)
        for name in measure.seniority_groups
        for levels in (LEVEL_GROUPS[name],)
    }
    counts_as = np.where(jobs.text_class == NO_TEXT, FULL_ADVERT, jobs.text_class)
    of_class = {
        name: np.ones(len(counts_as), dtype=bool) if name == ALL_TEXTS else counts_as == name
        for name in measure.text_classes
    }
    for level, region, here in jobs.regions:
        for group, is_of_group in of_group.items():
            of_cell = here[is_of_group[here]]
            for seniority, is_of_level in of_level.items():
                of_levels = of_cell[is_of_level[of_cell]]
                for text_class, is_of_class in of_class.items():
                    chosen = of_levels[is_of_class[of_levels]]
                    if len(chosen):
                        yield {
                            "region_level": level, "region": region, "role_group": group,
                            "seniority_group": seniority, "text_class": text_class,
                        }, chosen  # fmt: skip


def _cell(answers: _Answers, known: Ints, employers: Ints) -> dict[str, Any]:
    """Columns of one cell, one entry per item; single values are those of the cell."""
    weights = cap_weights(employers)
    job, item = answers.pairs_of(known)
    shown = np.union1d(item, answers.declared)
    found = estimate_shares(weights, job, np.searchsorted(shown, item), len(shown))
    columns: dict[str, Any] = {
        "item": answers.names[shown],
        "n_jobs": len(known), "n_employers": weights.n_employers, "n_effective": weights.n_effective,
        "n_yes": found.n_yes, "n_no": len(known) - found.n_yes,
        "n_employers_yes": found.n_employers, "largest_employer": found.largest,
    }  # fmt: skip
    if few := too_few(len(known), weights.n_employers):
        ends = dict.fromkeys(("share", "share_lo", "share_hi", "design_effect"), np.full(len(shown), np.nan))
        return {**columns, **ends, "status": "suppressed", "reason": few, "doubt": None}
    doubts = share_doubts(
        found.share, found.low, found.high,
        n_effective=weights.n_effective, n_employers=found.n_employers, largest=found.largest,
    )  # fmt: skip
    return {
        **columns, "share": found.share, "share_lo": found.low, "share_hi": found.high,
        "design_effect": found.design_effect,
        "status": ["low" if doubt else "published" for doubt in doubts],
        "reason": [DOUBT_WORDS[doubt] if doubt else None for doubt in doubts],
        "doubt": doubts,
    }  # fmt: skip


def _frame(cells: list[dict[str, Any]]) -> pd.DataFrame:
    """Cells as one frame, made column by column: a frame for each of thousands of cells would take seconds."""
    if not cells:
        return pd.DataFrame()
    sizes = [len(cell["item"]) for cell in cells]
    columns = {}
    for name in cells[0]:
        parts = [cell[name] for cell in cells]
        if all(isinstance(part, np.ndarray) for part in parts):
            columns[name] = np.concatenate(parts)
        else:
            columns[name] = np.concatenate(
                [
                    np.array(part, dtype=object) if isinstance(part, list) else np.full(size, part, dtype=object)
                    for part, size in zip(parts, sizes, strict=True)
                ]
            )
    return pd.DataFrame(columns)
