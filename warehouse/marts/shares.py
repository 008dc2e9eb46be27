"""mart.shares: shares of jobs, for every measure, item, region and role group."""

from __future__ import annotations

import hashlib
import itertools
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
    """Jobs seen open in the window as columns, and where they count: one pair of region and job for each region.

    Pairs are in the order of regions, then jobs; both are numbers.
    """

    employer: Ints
    role_group: Texts
    seniority: Texts
    text_class: Texts
    regions: tuple[tuple[str, str], ...]
    """Level and name."""
    pair_region: Ints
    pair_job: Ints


@dataclass(frozen=True)
class _Cells:
    """Cells of a role group, a level group and a class of texts, region by region.

    Cell i has `jobs[start[i]:start[i + 1]]`.
    """

    keys: tuple[dict[str, str], ...]
    start: Ints
    jobs: Ints

    def count(self, of_jobs: NDArray[np.bool_]) -> Ints:
        """How many jobs of each cell are among some."""
        return np.add.reduceat(of_jobs[self.jobs], self.start[:-1], dtype=np.int64)

    def digests(self, hashes: Hashes) -> Hashes:
        """The sum of the hashes of each cell's jobs, which does not depend on their order."""
        return np.add.reduceat(hashes[self.jobs], self.start[:-1])


@dataclass(frozen=True)
class _Answers:
    """What the jobs answer to a measure. The items of job i are `item[start[i]:start[i + 1]]`, numbers of `names`."""

    state: NDArray[np.int8]
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
    cells_of_groups: dict[tuple[str, str, str], _Cells] = {}
    computed = []
    for measure in measures:
        answers = _read_answers(con, measure, relations[measure.relation], len(jobs.employer))
        context = [measure.name, window_days]
        if measure.has_categories:
            context.append(hashlib.blake2b(repr(category_of).encode(), digest_size=16).hexdigest())
        for groups in itertools.product(measure.role_groups, measure.seniority_groups, measure.text_classes):
            if groups not in cells_of_groups:
                cells_of_groups[groups] = _cells(jobs, *groups)
            here = cells_of_groups[groups]
            for cell, n_unknown, digest in _find_known_cells(here, answers):
                key = here.keys[cell]
                inputs = inputs_of([*context, *key.values(), n_unknown], digest)
                if not cells.take_over(inputs):
                    of_cell = here.jobs[here.start[cell] : here.start[cell + 1]]
                    known = of_cell[answers.state[of_cell] == KNOWN]
                    fixed = {"measure": measure.name, **key, "n_unknown": n_unknown, "inputs": inputs}
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
    """Jobs in the order of their ids; leaves them and their numbers in the temporary table `share_jobs`."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE share_jobs AS
        SELECT row_number() OVER () - 1 AS job_number, hash(job_id, employer) AS job_hash, *
        FROM (FROM {JOBS} ORDER BY job_id)
        """,
        given,
    )
    columns = _columns_of(
        con.execute(
            """
        SELECT employer_number, role_group, seniority, text_class
        FROM share_jobs JOIN (
            SELECT employer, row_number() OVER (ORDER BY employer) - 1 AS employer_number
            FROM (SELECT DISTINCT employer FROM share_jobs)
        ) USING (employer)
        ORDER BY job_number
        """
        )
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE share_regions AS
        SELECT region_level, region, job_number
        FROM job_regions($as_of, $window_days) JOIN share_jobs USING (job_id)
        """,
        given,
    )
    regions = con.execute("SELECT DISTINCT region_level, region FROM share_regions ORDER BY ALL").fetchall()
    pairs = _columns_of(
        con.execute(
            """
        SELECT region_number, job_number
        FROM share_regions JOIN (
            SELECT region_level, region, row_number() OVER (ORDER BY region_level, region) - 1 AS region_number
            FROM (SELECT DISTINCT region_level, region FROM share_regions)
        ) USING (region_level, region)
        """
        )
    )
    order = np.lexsort((pairs["job_number"], pairs["region_number"]))
    return _Jobs(
        employer=columns["employer_number"],
        role_group=np.asarray(columns["role_group"], dtype=object),
        seniority=np.asarray(columns["seniority"], dtype=object),
        text_class=np.asarray(columns["text_class"], dtype=object),
        regions=tuple(regions),
        pair_region=pairs["region_number"][order],
        pair_job=pairs["job_number"][order],
    )


def _columns_of(result: duckdb.DuckDBPyConnection) -> dict[str, NDArray[Any]]:
    """The columns of a result as arrays."""
    return {name: np.asarray(column) for name, column in result.fetchnumpy().items()}


def _stage_relations(
    con: duckdb.DuckDBPyConnection, measures: Iterable[Measure], given: dict[str, Any]
) -> dict[str, str]:
    """Temporary tables that hold the relations of the measures with the numbers of their jobs.

    Each is computed once for all measures that ask it.
    """
    tables = {JOBS: "share_jobs"}
    for number, relation in enumerate(sorted({measure.relation for measure in measures} - {JOBS})):
        tables[relation] = f"share_relation_{number}"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {tables[relation]} AS"
            f" SELECT r.*, j.job_number, j.job_hash FROM {relation} AS r JOIN share_jobs AS j USING (job_id)",
            given,
        )
    return tables


def _read_answers(con: duckdb.DuckDBPyConnection, measure: Measure, relation: str, n_jobs: int) -> _Answers:
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE share_answers AS
        SELECT job_number, items, items IS NOT NULL AS is_known,
            hash(job_hash, items, items IS NULL) AS answer_hash  -- DuckDB hashes NULL and [] alike
        FROM ({measure.select_from(relation, "job_number, job_hash")})
        """
    )
    asked = _columns_of(con.execute("SELECT job_number, is_known, answer_hash FROM share_answers"))
    state = np.full(n_jobs, OUTSIDE, dtype=np.int8)
    state[asked["job_number"]] = np.where(asked["is_known"], KNOWN, UNKNOWN)
    hashes = np.zeros(n_jobs, dtype=np.uint64)
    hashes[asked["job_number"]] = asked["answer_hash"]
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE share_items AS
        SELECT item, row_number() OVER (ORDER BY item) - 1 AS item_number
        FROM (SELECT unnest(items) AS item FROM share_answers UNION SELECT unnest($declared::VARCHAR[]))
        """,
        {"declared": list(measure.items)},
    )
    names = [name for (name,) in con.execute("SELECT item FROM share_items ORDER BY item_number").fetchall()]
    pairs = _columns_of(
        con.execute(
            """
        SELECT job_number, item_number
        FROM (SELECT job_number, unnest(items) AS item FROM share_answers) JOIN share_items USING (item)
        """
        )
    )
    job, item = np.divmod(np.unique(pairs["job_number"] * len(names) + pairs["item_number"]), len(names) or 1)
    return _Answers(
        state=state,
        hashes=hashes,
        names=np.array(names, dtype=object),
        declared=np.array(sorted(names.index(name) for name in measure.items), dtype=np.int64),
        start=np.concatenate([[0], np.cumsum(np.bincount(job, minlength=n_jobs))]).astype(np.int64),
        item=item,
    )


def _cells(jobs: _Jobs, role_group: str, seniority_group: str, text_class: str) -> _Cells:
    """The cells of a role group, a level group and a class of texts that have jobs."""
    levels = LEVEL_GROUPS[seniority_group]
    chosen = np.isin(jobs.role_group, CELL_GROUPS[role_group])
    if levels is not None:
        chosen &= np.isin(jobs.seniority, levels)
    if text_class != ALL_TEXTS:
        chosen &= np.isin(jobs.text_class, (text_class, NO_TEXT) if text_class == FULL_ADVERT else text_class)
    pairs = np.flatnonzero(chosen[jobs.pair_job])
    regions, start = np.unique(jobs.pair_region[pairs], return_index=True)
    groups = {"role_group": role_group, "seniority_group": seniority_group, "text_class": text_class}
    places = (jobs.regions[number] for number in regions)
    keys = ({"region_level": level, "region": region, **groups} for level, region in places)
    return _Cells(tuple(keys), np.append(start, len(pairs)), jobs.pair_job[pairs])


def _find_known_cells(cells: _Cells, answers: _Answers) -> Iterator[tuple[int, int, Hashes]]:
    """Of each cell in which a job's answer is known: its number, how many jobs do not answer, and a digest."""
    if not cells.keys:
        return
    n_known = cells.count(answers.state == KNOWN)
    n_unknown = cells.count(answers.state == UNKNOWN)
    digests = cells.digests(answers.hashes)
    for cell in np.flatnonzero(n_known):
        yield int(cell), int(n_unknown[cell]), np.array([n_known[cell], digests[cell]], dtype=np.uint64)


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
