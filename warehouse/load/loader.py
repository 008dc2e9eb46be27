"""Load refined files into `core` and `ops`.

`core` depends only on the loaded archive files, not on their order or on the clock. Postings are followed in the order
of observation (`warehouse.load.history`). Of other rows, the newest observation of a key counts: by WARC-Date, then
archive file, then record. A file that is loaded late never overwrites a newer value.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow.parquet as pq

from transforms.records.columns import fields_of, table_of
from transforms.records.rows import (
    AiPostingShare,
    AiUse,
    ExchangeRate,
    OccupationSkill,
    OfficialWage,
    PayReport,
    Posting,
    PriceLevel,
)
from warehouse import database, tables
from warehouse.load import history, repetition
from warehouse.load.refined_file import TEXT, RefinedFile
from warehouse.ops_tables import FillRates, Loads, Refusals, Rejects, Responses, SelfChecks
from warehouse.schema import arrow_table, ident, key_of, literal
from warehouse.sql_files import read_sql

log = logging.getLogger("jobmarket.warehouse")

Gate = Callable[[str, type, int, int], bool]
"""A function that judges one archive file before any of its rows is written; False refuses the file.

The file's rows are in the temporary table `STAGED`. The arguments are the archive file, the row class, the number of
these rows, and the number of rows including those of earlier answers that the file only repeats.
"""
STAGED = "staged"
TABLE_OF_ROW = {
    Posting: tables.Postings,
    PayReport: tables.PayReports,
    OfficialWage: tables.OfficialWages,
    ExchangeRate: tables.ExchangeRates,
    PriceLevel: tables.PriceLevels,
    OccupationSkill: tables.OccupationSkills,
    AiPostingShare: tables.AiPostingShares,
    AiUse: tables.AiUses,
}
"""The table for each kind of row in refined files."""
ROW_NAMED = {row.__name__: row for row in TABLE_OF_ROW}
ONLY_REFINED = (TEXT, "wording_hash", "record_hash")
"""Columns of a posting, lists excepted, that only its refined file has."""
NOT_STAGED = (*ONLY_REFINED, "spans", "issues", "places")  # columns of a posting that no gate sees
MISSING = (
    "the reader of the source changed, but the refined file of a loaded archive file is missing, so the source keeps "
    "its last good rows; refine the file, or delete work.duckdb if it was removed from the archive on purpose"
)
REFUSED = (
    "the load gate was not passed, see ops.checks; no row of the file was loaded, and the source keeps its last good "
    "rows. If the file is right, `jobmarket run --accept {source}` lets it in"
)
SETTLED = "settled_with"
"""Table of the work file: the digest of everything from which employers, job ids and USD amounts were last computed."""


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """The outcome of loading one archive file."""

    warc: str
    state: Literal["loaded", "unchanged", "refused"]
    n_rows: int = 0  # new rows
    n_seen: int = 0  # new rows, and rows that the file only repeats
    n_rejects: int = 0
    why: str | None = None  # the reason for a refusal


@dataclass(frozen=True, kw_only=True)
class _Job:
    con: database.Connection
    source: str
    files: Mapping[str, RefinedFile]
    gate: Gate
    end: str


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """Files whose answers overlap in time, with the first and last time of their complete answers, if there are any."""

    files: list[RefinedFile]
    begin: datetime | None
    last: datetime | None


class _RefusedError(Exception):
    """The rows of `file`, or of some file of a batch (None), may not enter the warehouse. All is rolled back."""

    def __init__(self, why: str, file: RefinedFile | None) -> None:
        super().__init__(why)
        self.file = file


class _TrialLoadedError(Exception):
    """Raised to undo a trial load, if the file could be loaded on its own."""


def load(
    con: database.Connection, files: Sequence[RefinedFile], *, gate: Gate, until: date | None = None
) -> tuple[LoadResult, ...]:
    """Load all of one source's refined files into `core` and `ops`, in the order in which they were observed.

    A file that was loaded or refused with the same `refine_key` is skipped. Each transaction loads the files of one
    time, usually a single file. But one transaction loads the whole source again if new files with postings are not
    later than everything loaded, or if a file was loaded with another key because its reader or a lookup was edited. So
    `core` does not depend on the order of loading.

    A file that `gate` or a CHECK refuses leaves no rows, only its rejects and a reason in `ops.rejects`. If a reload
    lacks or refuses a file that was good before, nothing changes. `until` leaves out what was observed after that day
    (UTC), even if an earlier call loaded it. An error raised by `gate` is passed on after a rollback.
    """
    sources = {file.source for file in files}
    if len(sources) > 1:
        raise ValueError(f"files of one source expected, got {', '.join(sorted(sources))}")
    if not files:
        return ()
    job = _Job(con=con, source=sources.pop(), files={file.warc: file for file in files}, gate=gate, end=_end_of(until))
    loaded_keys = loaded_files(con, job.source)
    new = _find_new(job, loaded_keys)
    batches = _batches(job, new)
    if _must_reload(job, loaded_keys, batches):
        if missing_warcs := sorted(loaded_keys.keys() - job.files.keys()):
            log.error("%s keeps its last good rows: %s", job.source, MISSING)
            refusals = (LoadResult(warc=warc, state="refused", why=MISSING) for warc in missing_warcs)
            return (*map(_unchanged, files), *refusals)
        return _reload(job, loaded_keys)
    results = [_unchanged(file) for file in set(files).difference(new)]
    for batch in batches:
        results += _load_together(job, batch.files)
    return tuple(sorted(results, key=lambda result: result.warc))


def _end_of(until: date | None) -> str:
    if until is None:
        return "'infinity'::TIMESTAMPTZ"
    return f"(DATE '{until.isoformat()}' + 1)::TIMESTAMP AT TIME ZONE 'UTC' - INTERVAL 1 MICROSECOND"


def _find_new(job: _Job, loaded_keys: Mapping[str, str]) -> list[RefinedFile]:
    query = f"SELECT warc FROM ops.loads WHERE source = ? AND observed_to > {job.end}"
    beyond = {warc for (warc,) in job.con.execute(query, [job.source]).fetchall()}
    known_keys = {**loaded_keys, **refused_files(job.con, job.source)}
    return [file for warc, file in job.files.items() if warc in beyond or known_keys.get(warc) != file.refine_key]


def _must_reload(job: _Job, loaded_keys: Mapping[str, str], batches: Sequence[_Batch]) -> bool:
    files = [file for batch in batches for file in batch.files]
    if any(file.warc in loaded_keys for file in files):
        return True
    begins = [batch.begin for batch in batches if batch.begin is not None]
    if not begins or not any(_row_class(file.rows) is Posting for file in files):
        return False
    newest = job.con.execute("SELECT max(observed_to) FROM ops.loads WHERE source = ?", [job.source]).fetchall()[0][0]
    return newest is not None and min(begins) <= newest


def _batches(job: _Job, files: Sequence[RefinedFile]) -> list[_Batch]:
    """Group files by time. Files with overlapping times come together; files without a complete answer come first."""
    spans = []
    for file in files:
        select = f"SELECT min(observed_at), max(observed_at) FROM read_parquet(?) WHERE observed_at <= {job.end}"
        (begin, last) = job.con.execute(select, [str(file.responses)]).fetchall()[0]
        spans.append((begin is not None, begin, file.warc, last, file))
    batches: list[_Batch] = []
    for _, begin, _, last, file in sorted(spans, key=lambda span: span[:3]):
        if batches and begin and batches[-1].last and begin <= batches[-1].last:
            before = batches[-1]
            batches[-1] = replace(before, files=[*before.files, file], last=max(before.last, last))
        else:
            batches.append(_Batch(files=[file], begin=begin, last=last))
    return batches


def loaded_files(con: database.Connection, source: str) -> dict[str, str]:
    """Return the archive files of a source that are loaded, each with its `refine_key`."""
    return dict(con.execute("SELECT warc, refine_key FROM ops.loads WHERE source = ? ORDER BY 1", [source]).fetchall())


def refused_files(con: database.Connection, source: str) -> dict[str, str]:
    """Return the archive files of a source that a gate refused, each with its `refine_key`."""
    select = "SELECT warc, refine_key FROM ops.refusals WHERE source = ? ORDER BY 1"
    return dict(con.execute(select, [source]).fetchall())


def forget_refusals(con: database.Connection, source: str) -> None:
    """Let the next load try the refused files of a source again."""
    con.execute("DELETE FROM ops.refusals WHERE source = ?", [source])


def _unchanged(file: RefinedFile) -> LoadResult:
    return LoadResult(warc=file.warc, state="unchanged")


def _load_together(job: _Job, batch: Sequence[RefinedFile]) -> list[LoadResult]:
    try:
        with database.transaction(job.con):
            return _load_batch(job, batch)
    except _RefusedError as error:
        culprit = _find_faulty_file(job, error, batch)
        refusal = _note_refusal(job.con, culprit, str(error))
        others = [file for file in batch if file is not culprit]
        return [refusal, *_load_together(job, others)] if others else [refusal]


def _load_batch(job: _Job, batch: Sequence[RefinedFile]) -> list[LoadResult]:
    """Load the files of one time inside the caller's transaction. Raise `_RefusedError` if a file is refused."""
    results = []
    postings = {file.warc: file for file in batch if _row_class(file.rows) is Posting}
    if postings:
        repetition.find(job.con, postings, job.files, job.end)
    for file in batch:
        try:
            results.append(_load_file(job, file))
        except duckdb.ConstraintException as error:
            raise _RefusedError(str(error), file) from error
    if postings:
        try:
            history.step(job.con, job.source, postings, job.files, job.end)
        except duckdb.ConstraintException as error:
            raise _RefusedError(str(error), batch[0] if len(batch) == 1 else None) from error
    return results


def _find_faulty_file(job: _Job, error: _RefusedError, batch: Sequence[RefinedFile]) -> RefinedFile:
    """Return the file that an error names; otherwise the first file that cannot be loaded alone, or else the last."""
    trial = replace(job, gate=lambda *_: True, end=_end_of(None))
    for file in () if error.file else batch:
        try:
            with database.transaction(job.con):
                _load_batch(trial, [file])
                raise _TrialLoadedError
        except _TrialLoadedError:
            continue
        except _RefusedError:
            return file
    return error.file or batch[-1]


def _reload(job: _Job, loaded_keys: Mapping[str, str]) -> tuple[LoadResult, ...]:
    """Load all files of the source again, without new ones that are refused. If an old one is, nothing changes."""
    files = list(job.files.values())
    log.info("%s: its reader changed or a file came late; all %d files are loaded again", job.source, len(files))
    try:
        with database.transaction(job.con):
            _forget(job.con, job.source)
            return tuple(result for batch in _batches(job, files) for result in _load_batch(job, batch.files))
    except _RefusedError as error:
        culprit = _find_faulty_file(job, error, files)
        others = {warc: file for warc, file in job.files.items() if file is not culprit}
        if culprit.warc in loaded_keys:
            refusal = _note_refusal(job.con, culprit, f"{error} (the source keeps its last good rows)")
            return (*map(_unchanged, others.values()), refusal)
        refusal = _note_refusal(job.con, culprit, str(error))
        return (*(_reload(replace(job, files=others), loaded_keys) if others else ()), refusal)


def _forget(con: database.Connection, source: str) -> None:
    """Remove all rows of a source, and the note that employers, job ids and USD amounts are up to date."""
    con.execute(f"DROP TABLE IF EXISTS {SETTLED}")
    postings = "SELECT posting_id FROM core.postings WHERE source = ?"
    for part in (tables.PostingBoards, *(cls for cls, _ in history.PARTS_OF_POSTING)):
        con.execute(f"DELETE FROM {table_of(part).name} WHERE posting_id IN ({postings})", [source])
    files = (Loads, FillRates, SelfChecks, Refusals, Responses, Rejects)
    for cls in (*TABLE_OF_ROW.values(), tables.SupersededVersions, *files):
        con.execute(f"DELETE FROM {table_of(cls).name} WHERE source = ?", [source])


def _load_file(job: _Job, file: RefinedFile) -> LoadResult:
    con, row_class = job.con, _row_class(file.rows)
    _stage(job, file, row_class)
    n_adverts, n_repeated = _count_repetitions(job, file, row_class)
    _record_fill(con, file, row_class)
    if row_class is Posting:
        con.execute(read_sql("load/sql/loader/self_checks"), {"warc": file.warc, "source": file.source})
    ((n_rows,),) = con.execute(f"SELECT count(*) FROM {STAGED}").fetchall()
    if not job.gate(file.warc, row_class, n_rows, n_rows + n_adverts + n_repeated):
        raise _RefusedError(REFUSED.format(source=file.source), file)
    if row_class is Posting:
        _check_skills(con, file)
    else:
        con.execute(database.merge_sql(TABLE_OF_ROW[row_class], "newest"))
    _record_rejects(con, file, row_class, job.end)
    return _record_load(job, file, n_adverts, n_repeated)


def _row_class(rows: Path) -> type:
    name = (pq.read_schema(rows).metadata or {}).get(b"row_table", b"").decode()
    if name not in ROW_NAMED:
        raise ValueError(f"{rows}: row_table is {name!r}; expected one of {', '.join(ROW_NAMED)}")
    return ROW_NAMED[name]


def _stage(job: _Job, file: RefinedFile, row_class: type) -> None:
    """Make `STAGED` with the newest row of each key. Except for postings, make `newest` with the rows to write.

    If the file repeats rows of a refused file, these rows are judged as if they were in this file.
    """
    keys = ", ".join(map(ident, key_of(row_class)))
    path = literal(str(file.rows))
    rows = f"SELECT * FROM read_parquet({path}, file_row_number = true) WHERE observed_at <= {job.end}"
    left_out = ["file_row_number"]
    if row_class is Posting:
        rows += _add_rows_to_judge(job, file)
        left_out += NOT_STAGED
    parameters = {"warc": literal(file.warc), "left_out": ", ".join(left_out), "keys": keys}
    job.con.execute(read_sql("load/sql/loader/staged", rows=rows, **parameters))
    if row_class is not Posting:
        table = table_of(TABLE_OF_ROW[row_class]).name
        job.con.execute(read_sql("load/sql/loader/newest", table=table, keys=keys))


def _add_rows_to_judge(job: _Job, file: RefinedFile) -> str:
    job.con.execute(read_sql("load/sql/loader/rows_to_judge"), {"warc": file.warc})
    warcs = job.con.execute("SELECT DISTINCT warc FROM rows_to_judge ORDER BY ALL").fetchall()
    if not warcs:
        return ""
    return f"""
        UNION ALL BY NAME
        SELECT r.* EXCLUDE (filename, warc) REPLACE (n.observed_at AS observed_at)
        FROM ({repetition.rows_in({warc: job.files[warc] for (warc,) in warcs}, "*")}) AS r
        JOIN rows_to_judge AS n ON n.warc = r.warc AND n.row_number = r.file_row_number
        """


def _check_skills(con: database.Connection, file: RefinedFile) -> None:
    row = con.execute(
        f"SELECT posting_id, skill FROM (SELECT posting_id, unnest(skills, max_depth := 2) FROM {STAGED})"
        " GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL"
    ).fetchone()
    if row:
        raise _RefusedError(f"{row[0]} lists the skill {row[1]} twice; a posting may list each skill once", file)


def _record_rejects(con: database.Connection, file: RefinedFile, row_class: type, end: str) -> None:
    con.execute("DELETE FROM ops.rejects WHERE warc = ?", [file.warc])
    posting_ids = {file.responses: "NULL"} | ({file.rows: "posting_id"} if row_class is Posting else {})
    for path, posting_id in posting_ids.items():
        insert = read_sql("load/sql/loader/rejects", posting_id=posting_id, end=end)
        con.execute(insert, {"warc": file.warc, "file": str(path)})


def new_keys(con: database.Connection, warcs: Sequence[str]) -> list[str]:
    """Return the field names in these archive files that no reader knows (column `keys` of ops.rejects)."""
    rows = con.execute(
        """SELECT DISTINCT unnest(string_split("value", ', ')) AS "key" FROM ops.rejects"""
        " WHERE column_name = 'keys' AND list_contains(?, warc) ORDER BY ALL",
        [list(warcs)],
    ).fetchall()
    return [key for (key,) in rows]


def _count_repetitions(job: _Job, file: RefinedFile, row_class: type) -> tuple[int, int]:
    n_adverts = 0
    if row_class is Posting:
        ((n_adverts,),) = job.con.execute(
            "SELECT (SELECT count(*) FROM advert_repetitions WHERE warc = ?)"
            " - (SELECT coalesce(sum(n_answers), 0) FROM rows_to_judge)",
            [file.warc],
        ).fetchall()
    select = read_sql("load/sql/loader/repeated_rows", end=job.end)
    ((n_repeated,),) = job.con.execute(select, {"responses": str(file.responses)}).fetchall()
    return int(n_adverts), n_repeated


def _record_fill(con: database.Connection, file: RefinedFile, row_class: type) -> None:
    columns = [f.name for f in fields_of(row_class) if f.nullable and not f.is_list and f.name not in ONLY_REFINED]
    if not columns:
        return
    names = ", ".join(map(ident, columns))
    rows = f"SELECT {names} FROM {STAGED}"
    if row_class is Posting:
        rows += " UNION ALL " + read_sql("load/sql/loader/stored_repetitions", columns=names, warc=literal(file.warc))
    insert = read_sql(
        "load/sql/loader/fill_rates",
        names=f"[{', '.join(map(literal, columns))}]",
        counts=f"[{', '.join(f'count({ident(column)})' for column in columns)}]",
        rows=rows,
    )
    con.execute(insert, {"warc": file.warc, "source": file.source})


def _record_load(job: _Job, file: RefinedFile, n_adverts: int, n_repeated: int) -> LoadResult:
    path = literal(str(file.responses))
    responses = f"SELECT * FROM read_parquet({path}) WHERE coalesce(observed_at <= {job.end}, true)"
    job.con.execute("DELETE FROM ops.refusals WHERE warc = ?", [file.warc])
    job.con.execute(
        "INSERT INTO ops.responses BY NAME"
        f" SELECT * EXCLUDE (issues, repetitions), {literal(file.warc)} AS warc FROM ({responses})"
    )
    insert = read_sql("load/sql/loader/load", responses=responses, n_adverts=n_adverts, n_repeated=n_repeated)
    parameters = {"warc": file.warc, "source": file.source, "refine_key": file.refine_key}
    ((n_rows, n_seen, n_rejects),) = job.con.execute(insert, parameters).fetchall()
    return LoadResult(warc=file.warc, state="loaded", n_rows=n_rows, n_seen=n_seen, n_rejects=n_rejects)


def _note_refusal(con: database.Connection, file: RefinedFile, why: str) -> LoadResult:
    log.error("%s was refused: %s", file.warc, why)
    reject = Rejects(
        source=file.source, warc=file.warc, record=-1, posting_id=None, column_name="file", value="", rule=why
    )
    refusal = Refusals(warc=file.warc, source=file.source, refine_key=file.refine_key, why=why)
    with database.transaction(con):
        _record_rejects(con, file, _row_class(file.rows), _end_of(None))
        con.execute("DELETE FROM ops.refusals WHERE warc = ?", [file.warc])
        for row in (reject, refusal):
            database.insert_into(con, table_of(type(row)).name, arrow_table(type(row), [row]))
    n_rejects = con.execute("SELECT count(*) FROM ops.rejects WHERE warc = ?", [file.warc]).fetchall()[0][0]
    return LoadResult(warc=file.warc, state="refused", n_rejects=n_rejects, why=why)


# --- what follows from all loaded rows together ---


def derived_is_current(con: database.Connection, *others: object) -> bool:
    """Whether employers, job ids and USD amounts are up to date with the loaded files and the values `others`.

    Equal values must have the same `repr`.
    """
    table = con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [SETTLED]).fetchone()
    return bool(table) and con.execute(f"SELECT digest FROM {SETTLED}").fetchall() == [(_digest(con, others),)]


def mark_derived_current(con: database.Connection, *others: object) -> None:
    """Record that employers, job ids and USD amounts were computed from what is loaded now and from `others`."""
    with database.transaction(con):
        con.execute(f"CREATE OR REPLACE TABLE {SETTLED} AS SELECT ? AS digest", [_digest(con, others)])


def _digest(con: database.Connection, others: Sequence[object]) -> str:
    """Return a digest of `others` and of all loaded files, except files whose answers all repeat earlier answers."""
    loads = con.execute(
        """
        SELECT count(*), sum(hash(warc, refine_key, observed_to)) FROM ops.loads
        WHERE n_rows > 0 OR warc IN (SELECT warc FROM ops.responses WHERE refers_to IS NULL)
        """
    ).fetchall()
    return hashlib.blake2b(repr((loads, others)).encode(), digest_size=16).hexdigest()
