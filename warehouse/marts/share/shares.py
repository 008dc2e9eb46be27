"""mart.shares: shares of jobs, for every measure, item, region and group of roles.

A cell uses only the panel's jobs if these alone meet the printing rules, and otherwise the jobs of all known boards,
never a mix. The numbers of jobs and employers decide, not what the adverts say.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from transforms.records.definitions import BRIDGE_DAYS
from transforms.records.vocabulary import ALL_TEXTS, CELL_GROUPS, FULL_ADVERT, NO_TEXT, SAMPLES
from warehouse.mart_tables import SNAPSHOT, Shares
from warehouse.marts.cell_cache import CellCache, Hashes, combine_rows, inputs_of
from warehouse.marts.estimators import Flags, Floats, Ints, count_cells, sum_by, weigh_jobs
from warehouse.marts.measures import ESTIMAND, JOBS, MEASURES, Measure
from warehouse.marts.printing import find_broken_rules
from warehouse.marts.share import platform_readings
from warehouse.marts.share.share_rows import Ranking, ShareCounts, make_share_rows, spread_text
from warehouse.sql_files import read_sql

EXTRA_INPUTS = ("panel_jobs($as_of)",)  # what is read beside the tables in `cell_cache.INPUT_TABLES`
OUTSIDE, UNREAD, UNKNOWN, KNOWN = range(4)
"""State of a job in a measure: not part of it; could not have told us; could have, but does not say; or answered."""


@dataclass(frozen=True)
class _Jobs:
    """The jobs in the stock, as columns, and (region, job) pairs: a job may count in several regions."""

    role_group: pd.Categorical
    text_class: pd.Categorical
    employer: Ints
    weight: Floats  # how many jobs each job of the panel stands for; 0 for a job outside the panel
    regions: tuple[tuple[str, str], ...]
    pair_region: Ints  # indexes of regions, sorted
    pair_job: Ints  # indexes of jobs, sorted within a region
    platforms: tuple[str, ...]  # titles, sorted
    platform: Ints  # index of each job's platform, which is that of its employer
    is_near: Flags  # whether each job's board was read close to the newest reading

    def choose(self, jobs: Ints, *, of_panel: bool) -> Ints:
        """Return those of the jobs with these indexes that a cell counts: all, or those of the panel."""
        return jobs[self.weight[jobs] > 0] if of_panel else jobs


@dataclass(frozen=True)
class _GroupCells:
    """Cells of one group of roles and class of texts, one for each region: cell i has `jobs[start[i]:start[i + 1]]`."""

    keys: tuple[dict[str, str], ...]
    start: Ints
    jobs: Ints

    def add_up(self, values: NDArray[Any], dtype: Any = np.int64) -> NDArray[Any]:
        """Return the sums of the values of each cell's jobs."""
        return np.add.reduceat(values[self.jobs], self.start[:-1], dtype=dtype)


@dataclass(frozen=True)
class _Answers:
    state: NDArray[np.int8]
    hashes: Hashes


class _Cell(NamedTuple):
    """A cell of a measure to compute: its key and digest, and the indexes of its jobs by state."""

    key: dict[str, str]
    inputs: str
    jobs: Ints  # with an answer
    silent: Ints
    unread: Ints


def shares(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    cache: CellCache | None = None,
    measures: Iterable[Measure] = MEASURES.values(),
) -> pd.DataFrame:
    """Return all cells of all measures for one day, with the columns of `Shares`.

    Measures that are read from texts have separate cells for each class of text. A cell has a row for each item that
    its measure declares or that one of its jobs has, and no row if no job's answer is known. Cells that
    `printing.RULES` withhold keep their counts but have no shares. Cells already in `cache` are reused.
    """
    measures = tuple(measures)
    cache = cache or CellCache()
    params = {"as_of": as_of}
    category_of = dict(con.execute("SELECT skill, category FROM core.skills ORDER BY skill").fetchall())
    jobs = _read_jobs(con, params)
    relations = _stage_relations(con, measures, params)
    cells_of_groups: dict[tuple[str, str], _GroupCells] = {}
    frames = []
    for measure in measures:
        answers = _read_answers(con, measure, relations[measure.relation], len(jobs.role_group))
        context = [measure.name]
        if measure.has_categories:
            context.append(hashlib.blake2b(repr(category_of).encode(), digest_size=16).hexdigest())
        batch = []
        for groups in itertools.product(measure.role_groups, measure.text_classes):
            if groups not in cells_of_groups:
                cells_of_groups[groups] = _cells(jobs, *groups)
            here = cells_of_groups[groups]
            for cell, digest in _find_known_cells(here, answers):
                inputs = inputs_of([*context, *here.keys[cell].values()], digest)
                if not cache.reuse(inputs):
                    of_cell = here.jobs[here.start[cell] : here.start[cell + 1]]
                    by_state = (of_cell[answers.state[of_cell] == state] for state in (KNOWN, UNKNOWN, UNREAD))
                    batch.append(_Cell(here.keys[cell], inputs, *by_state))
        if batch:
            frames.append(_compute(con, measure, batch, jobs, category_of))
    return combine_rows(Shares, as_of, [rows.assign(window_days=SNAPSHOT, estimand=ESTIMAND) for rows in frames])


def _compute(
    con: duckdb.DuckDBPyConnection, measure: Measure, batch: Sequence[_Cell], jobs: _Jobs, category_of: dict[str, str]
) -> pd.DataFrame:
    con.execute(read_sql("marts/share/share_items"), {"declared": list(measure.items)})
    names = [name for (name,) in con.execute("SELECT item FROM share_items ORDER BY item_number").fetchall()]
    category = np.array([category_of.get(name) if measure.has_categories else None for name in names], dtype=object)
    items = np.array(sorted(names.index(name) for name in measure.items), dtype=np.int64)
    is_panel = _rest_on_panel(batch, jobs)
    counts = _count(con, batch, jobs, is_panel)
    numbers, categories = pd.factorize(category, use_na_sentinel=False)
    sizes = Counter(category_of.values())
    ranking = Ranking(
        seed=np.array([_seed(measure, of_batch.key) for of_batch in batch]),
        by_employer=measure.by_employer,
        n_items=np.array([sizes[name] for name in categories]) if measure.has_categories else None,
    )
    rows = make_share_rows(
        counts, items, numbers.astype(np.int64), has_bounds=measure.silence == "unknown",
        ranking=ranking if measure.is_ranked else None,
    )  # fmt: skip
    rows = _add_platforms(con, rows, batch, jobs, is_panel, by_employer=measure.by_employer)
    cell, item = (rows.pop(name).to_numpy() for name in ("cell", "item"))
    for name in batch[0].key:
        rows[name] = spread_text([of_batch.key[name] for of_batch in batch], cell)
    rows["inputs"] = spread_text([of_batch.inputs for of_batch in batch], cell)
    rows["sample"] = spread_text(np.where(is_panel, *SAMPLES).tolist(), cell)
    rows["measure"] = spread_text([measure.name], np.zeros(len(rows), dtype=np.int64))
    rows["item"], rows["category"] = spread_text(names, item), spread_text(category.tolist(), item)
    in_category = np.where(pd.isna(category), np.nan, numbers)[item]
    for name, within in (("rank", [cell]), ("category_rank", [cell, in_category])):
        shares = rows.groupby(within)["share_by_employer" if measure.by_employer else "share"]
        rows[name] = shares.rank(ascending=False, method="min").astype("Int64")
    return rows


def _seed(measure: Measure, key: dict[str, str]) -> int:
    """Return a number from the address of a cell, without the day: tomorrow its ranks rest on the same draws."""
    address = "|".join((measure.name, *key.values()))
    return int.from_bytes(hashlib.blake2b(address.encode(), digest_size=7).digest())


def _rest_on_panel(batch: Sequence[_Cell], jobs: _Jobs) -> Flags:
    """Whether each cell uses only the panel, because the panel's jobs with an answer alone meet the printing rules."""
    cell = np.repeat(np.arange(len(batch)), [len(of_batch.jobs) for of_batch in batch])
    job = np.concatenate([of_batch.jobs for of_batch in batch])
    some = jobs.weight[job] > 0
    is_panel = np.zeros(len(batch), dtype=bool)
    is_panel[_find_enough(cell[some], job[some], jobs.weight[job[some]], jobs)] = True
    return is_panel


def _find_enough(group: Ints, job: Ints, weight: Floats, jobs: _Jobs) -> Ints:
    """Return the groups of jobs that meet the printing rules, in order; one entry for each job of a group."""
    if not len(job):
        return group
    numbers, dense = np.unique(group, return_inverse=True)
    n_employers = int(jobs.employer.max()) + 1
    pairs, pair = np.unique(dense * n_employers + jobs.employer[job], return_inverse=True)
    own = pairs // n_employers
    n_jobs = weigh_jobs(own, np.bincount(pair, minlength=len(pairs)), sum_by(pair, weight, len(pairs)), len(numbers))
    return np.asarray(numbers[find_broken_rules(count_cells(own, n_jobs, len(numbers))) < 0])


def _add_platforms(
    con: duckdb.DuckDBPyConnection, rows: pd.DataFrame, batch: Sequence[_Cell], jobs: _Jobs, is_panel: Flags, *,
    by_employer: bool,
) -> pd.DataFrame:  # fmt: skip
    """Add the readings of platforms, or the only platform, to the rows of the cells in a batch (`platform_readings`).

    Readings are of jobs' shares and, if `by_employer`, of employers' shares, which are then printed first. Compared are
    jobs of boards that were read close to the newest reading, and in cells that count adverts without text only jobs
    whose full advert was read.
    """
    printed = np.unique(rows["cell"].to_numpy()[rows["status"].to_numpy() != "suppressed"])
    members = [jobs.choose(batch[cell].jobs, of_panel=is_panel[cell]) for cell in printed]
    cell = np.repeat(printed, [len(of_cell) for of_cell in members])
    job = np.concatenate([np.empty(0, dtype=np.int64), *members])
    weight = np.where(is_panel[cell], jobs.weight[job], 1.0)
    n_platforms = len(jobs.platforms)
    part = cell * n_platforms + jobs.platform[job]
    heads = platform_readings.find_heads(cell, jobs.platform[job], weight, len(batch))
    has_all = np.array([of_batch.key["text_class"] == ALL_TEXTS for of_batch in batch])
    is_near = jobs.is_near[job] & (~has_all[cell] | (jobs.text_class[job] == FULL_ADVERT))
    part, job, weight = part[is_near], job[is_near], weight[is_near]
    enough = _find_enough(part, job, weight, jobs)
    own, n_own = np.unique(enough // n_platforms, return_counts=True)
    enough = enough[np.isin(enough // n_platforms, own[n_own > 1])]
    heads[own[n_own > 1]] = -1
    rows["platform"] = spread_text([*jobs.platforms, None], heads[rows["cell"].to_numpy()])
    if not len(enough):
        return rows
    parent = enough // n_platforms
    order = np.argsort(part, kind="stable")
    ends = np.searchsorted(part[order], np.stack([enough, enough + 1]))
    none = np.empty(0, dtype=np.int64)
    parts = [
        batch[of]._replace(jobs=job[order[first:last]], silent=none, unread=none)
        for of, first, last in zip(parent, *ends, strict=True)
    ]
    counts = _count(con, parts, jobs, is_panel[parent])
    cell, item = rows["cell"].to_numpy(), rows["item"].to_numpy()
    readings = platform_readings.estimate_readings(counts, parent, cell, item, by_employer=by_employer)
    names = np.array(jobs.platforms, dtype=object)[enough % n_platforms]
    first = platform_readings.BY_EMPLOYER if by_employer else platform_readings.BY_JOBS
    for by, of_number in readings.items():
        rows = platform_readings.add_readings(rows, of_number, names, by, is_first=by == first)
    return rows


def _count(con: duckdb.DuckDBPyConnection, batch: Sequence[_Cell], jobs: _Jobs, is_panel: Flags) -> ShareCounts:
    def count(members: Sequence[Ints], query: str, *keys: str) -> tuple[list[Ints], Ints, Floats]:
        """Return keys, numbers and total weights of the cells' jobs; of cells of the panel only the panel's."""
        chosen = [jobs.choose(of_cell, of_panel=of_panel) for of_cell, of_panel in zip(members, is_panel, strict=True)]
        cell, job = np.repeat(np.arange(len(chosen)), [len(of_cell) for of_cell in chosen]), np.concatenate(chosen)
        weight = np.where(is_panel[cell], jobs.weight[job], 1.0)
        con.register("share_batch", pa.table({"cell": cell, "job_number": job, "weight": weight}))
        rows = _columns_of(con.execute(read_sql(f"marts/share/{query}")))
        con.unregister("share_batch")
        return _add_weights(rows, "cell", *keys)

    known, silent = [of_batch.jobs for of_batch in batch], [of_batch.silent for of_batch in batch]
    unread = [
        len(jobs.choose(of_batch.unread, of_panel=of_panel)) for of_batch, of_panel in zip(batch, is_panel, strict=True)
    ]
    (of_cell, employer), n_jobs, weights = count(known, "count_employers", "employer_number")
    (yes_cell, yes_employer, item), n_yes, weighted_yes = count(known, "count_items", "employer_number", "item_number")
    (silent_cell, silent_employer), n_silent, weighted_silent = count(silent, "count_employers", "employer_number")
    return ShareCounts(
        cell=of_cell, employer=employer, jobs=n_jobs, yes_cell=yes_cell, yes_employer=yes_employer, yes_item=item,
        yes=n_yes, silent_cell=silent_cell, silent_employer=silent_employer, silent=n_silent,
        n_unread=np.array(unread, dtype=np.int64), weighted=weights, weighted_yes=weighted_yes,
        weighted_silent=weighted_silent,
    )  # fmt: skip


def _add_weights(rows: dict[str, NDArray[Any]], *keys: str) -> tuple[list[Ints], Ints, Floats]:
    """Merge counts that differ only in weight.

    The rows must be sorted by the keys. Return the columns of the keys, the numbers of jobs, and their total weights.
    """
    is_first = np.zeros(len(rows["n"]), dtype=bool)
    is_first[:1] = True
    for key in keys:
        is_first[1:] |= rows[key][1:] != rows[key][:-1]
    place, n = np.cumsum(is_first) - 1, int(is_first.sum())
    n_jobs = np.bincount(place, rows["n"], n).astype(np.int64)
    return [rows[key][is_first] for key in keys], n_jobs, sum_by(place, rows["n"] * rows["weight"], n)


def _read_jobs(con: duckdb.DuckDBPyConnection, params: dict[str, Any]) -> _Jobs:
    con.execute(read_sql("marts/share/share_jobs", bridge_days=BRIDGE_DAYS.value), params)
    con.execute(read_sql("marts/share/share_regions"), params)
    of_job = "role_group, text_class, employer_number, panel_weight, platform, is_near"
    columns = _columns_of(con.execute(f"SELECT {of_job} FROM share_jobs ORDER BY job_number"))
    regions = con.execute("SELECT DISTINCT region_level, region FROM share_regions ORDER BY ALL").fetchall()
    pairs = _columns_of(con.execute("SELECT region_number, job_number FROM share_regions"))
    order = np.lexsort((pairs["job_number"], pairs["region_number"]))
    platform = pd.Categorical(columns["platform"])
    return _Jobs(
        role_group=pd.Categorical(columns["role_group"]),
        text_class=pd.Categorical(columns["text_class"]),
        employer=columns["employer_number"],
        weight=columns["panel_weight"],
        regions=tuple(regions),
        pair_region=pairs["region_number"][order],
        pair_job=pairs["job_number"][order],
        platforms=tuple(platform.categories),
        platform=platform.codes.astype(np.int64),
        is_near=columns["is_near"].astype(bool),
    )


def _columns_of(result: duckdb.DuckDBPyConnection) -> dict[str, NDArray[Any]]:
    return {name: np.asarray(column) for name, column in result.fetchnumpy().items()}


def _stage_relations(
    con: duckdb.DuckDBPyConnection, measures: Iterable[Measure], params: dict[str, Any]
) -> dict[str, str]:
    """Compute the relations that measures read, each only once. Return the name of the table for each relation."""
    tables = {JOBS: "share_jobs"}
    for number, relation in enumerate(sorted({measure.relation for measure in measures} - {JOBS})):
        tables[relation] = f"share_relation_{number}"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {tables[relation]} AS"
            f" SELECT r.*, j.job_number, j.employer_number, j.job_hash"
            f" FROM {relation} AS r JOIN share_jobs AS j USING (job_id)",
            params,
        )
    return tables


def _read_answers(con: duckdb.DuckDBPyConnection, measure: Measure, relation: str, n_jobs: int) -> _Answers:
    select = measure.select_from(relation, "job_number, employer_number, job_hash")
    con.execute(read_sql("marts/share/share_answers", answers=select))
    answers = _columns_of(con.execute("SELECT job_number, is_known, is_told, answer_hash FROM share_answers"))
    state = np.full(n_jobs, OUTSIDE, dtype=np.int8)
    is_silent = np.where(answers["is_told"], UNKNOWN, UNREAD)
    state[answers["job_number"]] = np.where(answers["is_known"], KNOWN, is_silent)
    hashes = np.zeros(n_jobs, dtype=np.uint64)
    hashes[answers["job_number"]] = answers["answer_hash"]
    return _Answers(state, hashes)


def _cells(jobs: _Jobs, role_group: str, text_class: str) -> _GroupCells:
    mask = jobs.role_group.isin(CELL_GROUPS[role_group])
    if text_class != ALL_TEXTS:
        mask &= jobs.text_class.isin((text_class, NO_TEXT) if text_class == FULL_ADVERT else (text_class,))
    pairs = np.flatnonzero(mask[jobs.pair_job])
    regions, start = np.unique(jobs.pair_region[pairs], return_index=True)
    groups = {"role_group": role_group, "seniority_group": "all", "text_class": text_class}
    places = (jobs.regions[number] for number in regions)
    keys = ({"region_level": level, "region": region, **groups} for level, region in places)
    return _GroupCells(tuple(keys), np.append(start, len(pairs)), jobs.pair_job[pairs])


def _find_known_cells(cells: _GroupCells, answers: _Answers) -> Iterator[tuple[int, Hashes]]:
    """Yield for each cell with a known answer its index and the digest of its jobs, silent and unread ones too."""
    if not cells.keys:
        return
    counts = [cells.add_up(answers.state == state) for state in (KNOWN, UNKNOWN, UNREAD)]
    digests = cells.add_up(answers.hashes, np.uint64)
    for cell in np.flatnonzero(counts[0]):
        yield int(cell), np.array([*(n[cell] for n in counts), digests[cell]], dtype=np.uint64)
