"""mart.shares: shares of jobs, for every measure, item, region and role group."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from transforms.records.vocabulary import ALL_TEXTS, CELL_GROUPS, FULL_ADVERT, LEVEL_GROUPS, NO_TEXT
from warehouse.mart_tables import SNAPSHOT, Shares
from warehouse.marts.cell_cache import Cells, Hashes, inputs_of
from warehouse.marts.estimators import Ints
from warehouse.marts.measures import ESTIMAND, JOBS, MEASURES, Measure
from warehouse.marts.share_rows import ShareCounts, make_share_rows

OUTSIDE, UNKNOWN, KNOWN = range(3)
"""What a measure knows of a job: not asked, asked and not stated, answered."""


@dataclass(frozen=True)
class _Jobs:
    """Jobs of the stock as columns, and where they count: one pair of region and job for each region.

    Pairs are in the order of regions, then jobs; both are numbers.
    """

    role_group: pd.Categorical
    seniority: pd.Categorical
    text_class: pd.Categorical
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
    """Whether each job answers a measure, and a hash of what; what it is stands in the table `share_answers`."""

    state: NDArray[np.int8]
    hashes: Hashes


@dataclass(frozen=True)
class _Wanted:
    """Cells of one measure that must be computed: key and digest of each, its jobs, and how many of them are silent."""

    keys: list[dict[str, str]]
    inputs: list[str]
    n_unknown: list[int]
    jobs: list[Ints]


def shares(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    cells: Cells | None = None,
    measures: Iterable[Measure] = MEASURES.values(),
) -> pd.DataFrame:
    """All cells of all measures for one day, with the columns of `Shares`.

    What is read from texts has cells of their own for each class of text. A cell has a row for each item that one of
    its jobs has, and for the items that its measure declares. It has none where the answer of no job is known. Cells
    that `printing.RULES` withhold keep their counts, without shares. Cells already in `cells` are reused.
    """
    measures = tuple(measures)
    cells = cells or Cells(Shares, as_of)
    given = {"as_of": as_of}
    category_of = dict(con.execute("SELECT skill, category FROM core.skills ORDER BY skill").fetchall())
    jobs = _read_jobs(con, given)
    relations = _stage_relations(con, measures, given)
    cells_of_groups: dict[tuple[str, str, str], _Cells] = {}
    computed = []
    for measure in measures:
        answers = _read_answers(con, measure, relations[measure.relation], len(jobs.role_group))
        context = [measure.name]
        if measure.has_categories:
            context.append(hashlib.blake2b(repr(category_of).encode(), digest_size=16).hexdigest())
        wanted = _Wanted([], [], [], [])
        for groups in itertools.product(measure.role_groups, measure.seniority_groups, measure.text_classes):
            if groups not in cells_of_groups:
                cells_of_groups[groups] = _cells(jobs, *groups)
            here = cells_of_groups[groups]
            for cell, n_unknown, digest in _find_known_cells(here, answers):
                inputs = inputs_of([*context, *here.keys[cell].values(), n_unknown], digest)
                if not cells.take_over(inputs):
                    of_cell = here.jobs[here.start[cell] : here.start[cell + 1]]
                    wanted.keys.append(here.keys[cell])
                    wanted.inputs.append(inputs)
                    wanted.n_unknown.append(n_unknown)
                    wanted.jobs.append(of_cell[answers.state[of_cell] == KNOWN])
        if wanted.keys:
            computed.append(_compute(con, measure, wanted, category_of))
    return cells.combine_rows([rows.assign(window_days=SNAPSHOT, estimand=ESTIMAND) for rows in computed])


def _compute(
    con: duckdb.DuckDBPyConnection, measure: Measure, wanted: _Wanted, category_of: dict[str, str]
) -> pd.DataFrame:
    """Rows of the cells that are wanted."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE share_items AS
        SELECT item, row_number() OVER (ORDER BY item) - 1 AS item_number
        FROM (SELECT unnest(items) AS item FROM share_answers UNION SELECT unnest($declared::VARCHAR[]))
        """,
        {"declared": list(measure.items)},
    )
    names = [name for (name,) in con.execute("SELECT item FROM share_items ORDER BY item_number").fetchall()]
    category = np.array([category_of.get(name) if measure.has_categories else None for name in names], dtype=object)
    declared = np.array(sorted(names.index(name) for name in measure.items), dtype=np.int64)
    counts = _count(con, wanted)
    numbers = pd.factorize(category, use_na_sentinel=False)[0].astype(np.int64)
    rows = make_share_rows(counts, declared, numbers, has_bounds=measure.silence == "unknown")
    cell, item = (rows.pop(name).to_numpy() for name in ("cell", "item"))
    for name in wanted.keys[0]:
        rows[name] = np.array([key[name] for key in wanted.keys], dtype=object)[cell]
    rows["inputs"] = np.array(wanted.inputs, dtype=object)[cell]
    rows["measure"] = measure.name
    rows["item"], rows["category"] = np.array(names, dtype=object)[item], category[item]
    for name, within in (("rank", ["inputs"]), ("category_rank", ["inputs", "category"])):
        rows[name] = rows.groupby(within)["share"].rank(ascending=False, method="min").astype("Int64")
    return rows


def _count(con: duckdb.DuckDBPyConnection, wanted: _Wanted) -> ShareCounts:
    """Count the jobs of the wanted cells by employer, and by employer and item: one row for each, never each job's."""
    sizes = [len(jobs) for jobs in wanted.jobs]
    members = pa.table({"cell": np.repeat(np.arange(len(sizes)), sizes), "job_number": np.concatenate(wanted.jobs)})
    con.register("share_wanted", members)
    employers = _columns_of(
        con.execute(
            """
        SELECT cell, employer_number, count(*) AS jobs
        FROM share_wanted JOIN share_jobs USING (job_number) GROUP BY ALL ORDER BY ALL
        """
        )
    )
    pairs = _columns_of(
        con.execute(
            """
        SELECT cell, employer_number, item_number, count(*) AS yes
        FROM share_wanted JOIN (
            SELECT job_number, employer_number, item_number
            FROM (SELECT job_number, employer_number, unnest(list_distinct(items)) AS item FROM share_answers)
            JOIN share_items USING (item)
        ) USING (job_number) GROUP BY ALL ORDER BY ALL
        """
        )
    )
    con.unregister("share_wanted")
    return ShareCounts(
        cell=employers["cell"], employer=employers["employer_number"], jobs=employers["jobs"],
        yes_cell=pairs["cell"], yes_employer=pairs["employer_number"], yes_item=pairs["item_number"],
        yes=pairs["yes"], n_unknown=np.array(wanted.n_unknown, dtype=np.int64),
    )  # fmt: skip


def _read_jobs(con: duckdb.DuckDBPyConnection, given: dict[str, Any]) -> _Jobs:
    """Jobs in the order of their ids; leaves them, numbered as their employers are, in the table `share_jobs`."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE share_jobs AS
        WITH jobs AS MATERIALIZED (FROM {JOBS}), employers AS (
            SELECT employer, row_number() OVER (ORDER BY employer) - 1 AS employer_number
            FROM (SELECT DISTINCT employer FROM jobs)
        )
        SELECT row_number() OVER () - 1 AS job_number, hash(job_id, employer) AS job_hash, *
        FROM (FROM jobs JOIN employers USING (employer) ORDER BY job_id)
        """,
        given,
    )
    columns = _columns_of(con.execute("SELECT role_group, seniority, text_class FROM share_jobs ORDER BY job_number"))
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE share_regions AS
        SELECT region_level, region, job_number
        FROM job_regions($as_of) JOIN share_jobs USING (job_id)
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
        role_group=pd.Categorical(columns["role_group"]),
        seniority=pd.Categorical(columns["seniority"]),
        text_class=pd.Categorical(columns["text_class"]),
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
            f" SELECT r.*, j.job_number, j.employer_number, j.job_hash"
            f" FROM {relation} AS r JOIN share_jobs AS j USING (job_id)",
            given,
        )
    return tables


def _read_answers(con: duckdb.DuckDBPyConnection, measure: Measure, relation: str, n_jobs: int) -> _Answers:
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE share_answers AS
        SELECT job_number, employer_number, items, items IS NOT NULL AS is_known,
            hash(job_hash, items, items IS NULL) AS answer_hash  -- DuckDB hashes NULL and [] alike
        FROM ({measure.select_from(relation, "job_number, employer_number, job_hash")})
        """
    )
    asked = _columns_of(con.execute("SELECT job_number, is_known, answer_hash FROM share_answers"))
    state = np.full(n_jobs, OUTSIDE, dtype=np.int8)
    state[asked["job_number"]] = np.where(asked["is_known"], KNOWN, UNKNOWN)
    hashes = np.zeros(n_jobs, dtype=np.uint64)
    hashes[asked["job_number"]] = asked["answer_hash"]
    return _Answers(state, hashes)


def _cells(jobs: _Jobs, role_group: str, seniority_group: str, text_class: str) -> _Cells:
    """The cells of a role group, a level group and a class of texts that have jobs."""
    levels = LEVEL_GROUPS[seniority_group]
    chosen = jobs.role_group.isin(CELL_GROUPS[role_group])
    if levels is not None:
        chosen &= jobs.seniority.isin(levels)
    if text_class != ALL_TEXTS:
        chosen &= jobs.text_class.isin((text_class, NO_TEXT) if text_class == FULL_ADVERT else (text_class,))
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
