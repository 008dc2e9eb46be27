"""Loading refined files into `core` and `ops`.

Everything in `core` is a function of the loaded archive files and nothing else: not of the order in which they were
loaded, not of the clock. Postings are followed in the order of observation (`warehouse.load.history`); of other rows
the newest observation (WARC-Date, then archive file, then record) of a key counts. A file that is loaded late never
overwrites a newer value.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb
import pyarrow.parquet as pq

from transforms.records.columns import fields_of, table_of
from transforms.records.rows import (
    AiPostingShare,
    ExchangeRate,
    OccupationSkill,
    OfficialWage,
    PayReport,
    Posting,
    PriceLevel,
)
from warehouse import database
from warehouse.load import history, repetition
from warehouse.load.refined_file import TEXT, RefinedFile
from warehouse.ops_tables import FillRates, Loads, Refusals, Rejects, Responses, SelfChecks
from warehouse.schema import arrow_table, ident, key_of, literal
from warehouse.tables import (
    AiPostingShares,
    ExchangeRates,
    OccupationSkills,
    OfficialWages,
    PayReports,
    PostingBoards,
    Postings,
    PriceLevels,
    SupersededVersions,
)

if TYPE_CHECKING:  # imported where it is used
    import pandas as pd

log = logging.getLogger("jobmarket.warehouse")

Gate = Callable[[str, type, "pd.DataFrame", int], bool]
"""Judges one archive file before any row of it is written: file, row class, rows, and how many rows there are with
those of earlier answers that the file only repeats. False refuses it."""
TABLE_OF_ROW = {
    Posting: Postings,
    PayReport: PayReports,
    OfficialWage: OfficialWages,
    ExchangeRate: ExchangeRates,
    PriceLevel: PriceLevels,
    OccupationSkill: OccupationSkills,
    AiPostingShare: AiPostingShares,
}
"""Where the rows of a refined file go."""
ROW_NAMED = {row.__name__: row for row in TABLE_OF_ROW}
ONLY_REFINED = (TEXT, "wording_hash", "record_hash")
"""Flat columns of a posting that stay in its refined file."""
SELF_CHECKED = ("agreements", "doubts")
"""Lists of a posting that a gate judges beside its flat columns."""
MISSING = (
    "what reads the source changed, but the refined file of an archive file that was loaded is missing, so the source "
    "keeps its last good rows; refine the file, or delete work.duckdb if it was taken from the archive on purpose"
)
SETTLED = "settled_with"
"""Table of the work file: the digest of what employers, job ids and USD amounts were last computed from."""


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """What came of loading one archive file. `why` says why it was refused."""

    warc: str
    state: Literal["loaded", "unchanged", "refused"]
    n_rows: int = 0
    n_seen: int = 0
    n_rejects: int = 0
    why: str | None = None


class _RefusedError(Exception):
    """The rows of `file` may not enter the warehouse; the transaction is rolled back."""

    def __init__(self, why: str, file: RefinedFile | None) -> None:
        super().__init__(why)
        self.file = file


class _TrialLoadedError(Exception):
    """The file loads on its own; undoes the trial load."""


def load(
    con: database.Connection,
    files: Sequence[RefinedFile],
    *,
    gate: Gate,
    until: date | None = None,
) -> tuple[LoadResult, ...]:
    """Bring what one source's refined files say into `core` and `ops`, in the order in which it was observed.

    `files` are all refined files of the source. A file that was loaded, or refused, with the same key is skipped. One
    transaction loads the files of one time: as a rule one file. What is not later than all that is loaded already, or
    was loaded with another key (its reader or a lookup was edited), makes the source be loaded anew from all files in
    one transaction. So core is the same whatever came first, and what an older reading said does not survive. A file
    that `gate` or a CHECK refuses leaves no rows, only its rejects and a reason in `ops.rejects`. A reload
    in which a file that was good before is refused or missing changes nothing: the whole source keeps its last good
    rows.

    `until` leaves out what was observed after that day (UTC); where such a thing was loaded by an earlier call, the
    source is loaded anew without it. Whatever `gate` raises is raised on, after the
    transaction was rolled back.
    """
    sources = {file.source for file in files}
    if len(sources) > 1:
        raise ValueError(f"files of one source expected, got {', '.join(sorted(sources))}")
    if not files:
        return ()
    source, end = files[0].source, _end_of(until)
    loaded_keys, refused_keys = _loaded_keys(con, source), _refused_keys(con, source)
    beyond = _files_loaded_beyond(con, source, end)
    is_same = {
        file.warc: (loaded_keys | refused_keys).get(file.warc) == file.refine_key and file.warc not in beyond
        for file in files
    }
    new = [file for file in files if not is_same[file.warc]]
    skips = [LoadResult(warc=file.warc, state="unchanged") for file in files if is_same[file.warc]]
    batches = _batches(con, new, end)
    has_postings = any(_row_class(file.rows) is Posting for file in new)
    begins = [begin for _, begin, _ in batches if begin is not None and has_postings]
    is_anew = any(file.warc in loaded_keys for file in new) or _is_late(con, source, min(begins, default=None))
    if is_anew and (missing_warcs := sorted(set(loaded_keys) - {file.warc for file in files})):
        return _keep(source, files, missing_warcs)
    if is_anew:
        return _reload(con, files, loaded_keys, gate, end)
    all_files = {file.warc: file for file in files}
    results = [one for batch, _, _ in batches for one in _load_together(con, batch, all_files, gate, end)]
    return tuple(sorted([*skips, *results], key=lambda one: one.warc))


def _rows_until(file: RefinedFile, end: str) -> str:
    return f"SELECT * FROM read_parquet({literal(str(file.rows))}, file_row_number = true) WHERE observed_at <= {end}"


def _newest_rows(rows: str, row_class: type) -> str:
    """SQL: of rows of a file the newest of each key."""
    keys = ", ".join(map(ident, key_of(row_class)))
    newest = "observed_at DESC, record DESC, file_row_number DESC"
    return f"FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {newest}) = 1"


def _end_of(until: date | None) -> str:
    """SQL: the last moment of a day, in UTC."""
    if until is None:
        return "'infinity'::TIMESTAMPTZ"
    return f"(DATE '{until.isoformat()}' + 1)::TIMESTAMP AT TIME ZONE 'UTC' - INTERVAL 1 MICROSECOND"


def _is_late(con: database.Connection, source: str, begin: datetime | None) -> bool:
    """Whether something of a source, beginning at a time, is not later than all of it that is loaded."""
    if begin is None:
        return False
    newest = con.execute("SELECT max(observed_to) FROM ops.loads WHERE source = ?", [source]).fetchall()[0][0]
    return newest is not None and begin <= newest


def _batches(
    con: database.Connection, files: Sequence[RefinedFile], end: str
) -> list[tuple[list[RefinedFile], datetime | None, datetime | None]]:
    """Files by time, those whose times overlap together, with their first and last moment (None: nothing whole)."""
    spans = []
    for file in files:
        (begin, last) = con.execute(
            f"SELECT min(observed_at), max(observed_at) FROM read_parquet({literal(str(file.responses))})"
            f" WHERE observed_at <= {end}"
        ).fetchall()[0]
        spans.append((begin, file.warc, last, file))
    batches: list[tuple[list[RefinedFile], datetime | None, datetime | None]] = []
    for begin, _, last, file in sorted(spans, key=lambda span: (span[0] is not None, *span[:2])):
        if batches and begin is not None and batches[-1][2] is not None and begin <= batches[-1][2]:
            together, first, latest = batches[-1]
            batches[-1] = ([*together, file], first, max(latest, last))
        else:
            batches.append(([file], begin, last))
    return batches


def _loaded_keys(con: database.Connection, source: str) -> dict[str, str]:
    return dict(con.execute("SELECT warc, refine_key FROM ops.loads WHERE source = ?", [source]).fetchall())


def _files_loaded_beyond(con: database.Connection, source: str, end: str) -> set[str]:
    """Archive files of a source of which something later than `end` is loaded."""
    query = f"SELECT warc FROM ops.loads WHERE source = ? AND observed_to > {end}"
    return {warc for (warc,) in con.execute(query, [source]).fetchall()}


def _refused_keys(con: database.Connection, source: str) -> dict[str, str]:
    return dict(con.execute("SELECT warc, refine_key FROM ops.refusals WHERE source = ?", [source]).fetchall())


def loaded_files(con: database.Connection, source: str) -> list[str]:
    """Archive files of a source that are loaded."""
    return sorted(_loaded_keys(con, source))


def refused_files(con: database.Connection, source: str) -> list[str]:
    """Archive files of a source that a gate refused."""
    return sorted(_refused_keys(con, source))


def forget_refusals(con: database.Connection, source: str) -> None:
    """Let the next load try again what was refused of a source."""
    con.execute("DELETE FROM ops.refusals WHERE source = ?", [source])


def _load_together(
    con: database.Connection,
    batch: Sequence[RefinedFile],
    all_files: Mapping[str, RefinedFile],
    gate: Gate,
    end: str,
) -> list[LoadResult]:
    """Load the files of one time; without those that are refused, in whose place stands why."""
    try:
        with database.transaction(con):
            return _load_batch(con, batch, all_files, gate, end)
    except _RefusedError as error:
        culprit = _find_faulty_file(con, error, batch, all_files)
        refusal = _note_refusal(con, culprit, str(error))
        others = [file for file in batch if file is not culprit]
        return [refusal, *_load_together(con, others, all_files, gate, end)] if others else [refusal]


def _load_batch(
    con: database.Connection,
    batch: Sequence[RefinedFile],
    all_files: Mapping[str, RefinedFile],
    gate: Gate,
    end: str,
) -> list[LoadResult]:
    """Load the files of one time inside the caller's transaction. Raises `_RefusedError`, with the file where known."""
    results = []
    postings = {file.warc: file for file in batch if _row_class(file.rows) is Posting}
    if postings:
        repetition.find(con, postings, all_files, end)
    for file in batch:
        with _attribute_errors(file):
            results.append(_load_file(con, file, all_files, gate, end))
    if postings:
        try:
            history.step(con, batch[0].source, postings, all_files, end)
        except duckdb.ConstraintException as error:
            raise _RefusedError(str(error), batch[0] if len(batch) == 1 else None) from error
    return results


def _find_faulty_file(
    con: database.Connection, error: _RefusedError, batch: Sequence[RefinedFile], all_files: Mapping[str, RefinedFile]
) -> RefinedFile:
    """The file of a batch that an error is about: where it does not say, the first that cannot be loaded alone."""
    for file in () if error.file else batch:
        try:
            with database.transaction(con):
                _load_batch(con, [file], all_files, lambda *_: True, _end_of(None))
                raise _TrialLoadedError
        except _TrialLoadedError:
            continue
        except _RefusedError:
            return file
    return error.file or batch[-1]


@contextlib.contextmanager
def _attribute_errors(file: RefinedFile) -> Iterator[None]:
    try:
        yield
    except duckdb.ConstraintException as error:
        raise _RefusedError(str(error), file) from error


def _keep(source: str, files: Sequence[RefinedFile], missing_warcs: Sequence[str]) -> tuple[LoadResult, ...]:
    """Nothing of a source is loaded, since files that are loaded are missing."""
    log.error("%s keeps its last good rows: %s", source, MISSING)
    results = (LoadResult(warc=file.warc, state="unchanged") for file in files)
    return (*results, *(LoadResult(warc=warc, state="refused", why=MISSING) for warc in missing_warcs))


def _reload(
    con: database.Connection, files: Sequence[RefinedFile], loaded_keys: dict[str, str], gate: Gate, end: str
) -> tuple[LoadResult, ...]:
    source = files[0].source
    log.info("%s: what reads it changed, or a file came late; all %d files are loaded again", source, len(files))
    all_files = {file.warc: file for file in files}
    try:
        with database.transaction(con):
            _forget(con, source)
            outcomes = [
                outcome
                for batch, _, _ in _batches(con, files, end)
                for outcome in _load_batch(con, batch, all_files, gate, end)
            ]
    except _RefusedError as error:
        culprit = _find_faulty_file(con, error, files, all_files)
        others = [other for other in files if other is not culprit]
        if culprit.warc in loaded_keys:
            refusal = _note_refusal(con, culprit, f"{error} (the source keeps its last good rows)")
            return (*(LoadResult(warc=other.warc, state="unchanged") for other in others), refusal)
        refusal = _note_refusal(con, culprit, str(error))
        return (*(_reload(con, others, loaded_keys, gate, end) if others else ()), refusal)
    return tuple(outcomes)


def _forget(con: database.Connection, source: str) -> None:
    """Remove all rows of a source, and the note that employers, job ids and USD amounts are up to date."""
    con.execute(f"DROP TABLE IF EXISTS {SETTLED}")
    for part in (PostingBoards, *(cls for cls, _ in history.PARTS_OF_POSTING)):
        con.execute(
            f"DELETE FROM {table_of(part).name} WHERE posting_id IN"
            " (SELECT posting_id FROM core.postings WHERE source = ?)",
            [source],
        )
    for cls in (*TABLE_OF_ROW.values(), SupersededVersions, Loads, FillRates, SelfChecks, Refusals, Responses, Rejects):
        con.execute(f"DELETE FROM {table_of(cls).name} WHERE source = ?", [source])


def _load_file(
    con: database.Connection, file: RefinedFile, all_files: Mapping[str, RefinedFile], gate: Gate, end: str
) -> LoadResult:
    """Judge one file and note what it holds; its rows are put in place here unless they are postings."""
    row_class = _row_class(file.rows)
    _stage(con, file, all_files, row_class, end)
    columns = ", ".join(
        ident(f.name) for f in fields_of(row_class) if _is_flat(f.name, row_class) or f.name in SELF_CHECKED
    )
    frame = con.execute(f"SELECT {columns} FROM staged").df()
    n_adverts, n_repeated = _n_repeated(con, file, row_class, end)
    _record_fill(con, file, row_class)
    n_seen = len(frame) + n_adverts + n_repeated
    if not gate(file.warc, row_class, frame, n_seen):
        raise _RefusedError(
            "the load gate was not passed, see ops.checks; nothing of the file was taken, and the source keeps its "
            f"last good rows. If the file is right, `jobmarket run --accept {file.source}` lets it in",
            file,
        )
    if row_class is Posting:
        _check_parts(con, file)
    else:
        _upsert_rows(con, TABLE_OF_ROW[row_class])
    _record_rejects(con, file, row_class, end)
    if row_class is Posting:
        _record_self_checks(con, file)
    return _record_load(con, file, n_adverts, n_repeated, end)


def _row_class(rows: Path) -> type:
    """The class of a refined file's rows, as the refine step noted it in the file."""
    name = (pq.read_schema(rows).metadata or {}).get(b"row_table", b"").decode()
    if name not in ROW_NAMED:
        raise ValueError(f"{rows}: row_table is {name!r}; one of {', '.join(ROW_NAMED)} expected")
    return ROW_NAMED[name]


def _is_flat(name: str, row_class: type) -> bool:
    return name not in ONLY_REFINED and not next(f for f in fields_of(row_class) if f.name == name).is_list


def _stage(
    con: database.Connection, file: RefinedFile, all_files: Mapping[str, RefinedFile], row_class: type, end: str
) -> None:
    """Temporary table `staged`: the file's newest row per key.

    For other rows than postings also `newest`: those that core lacks, or of which it has an older one. What a file
    repeats of one that is not loaded, since a gate refused it, is judged as if it stood in this one.
    """
    keys = ", ".join(map(ident, key_of(row_class)))
    others = _add_rows_to_judge(con, file, all_files) if row_class is Posting else ""
    left_out = "EXCLUDE (text, spans, issues, wording_hash, record_hash, places, file_row_number)"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE staged AS
        SELECT * {left_out if row_class is Posting else "EXCLUDE (file_row_number)"}, {literal(file.warc)} AS warc
        FROM ({_newest_rows(_rows_until(file, end) + others, row_class)})
        """
    )
    if row_class is Posting:
        return
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE newest AS
        SELECT s.* FROM staged AS s LEFT JOIN {table_of(TABLE_OF_ROW[row_class]).name} AS t USING ({keys})
        LEFT JOIN ops.responses AS r ON r.warc = t.warc AND r.record = t.record
        WHERE t.warc IS NULL OR (s.observed_at, s.warc, s.record) > (r.observed_at, t.warc, t.record)
        """
    )


def _add_rows_to_judge(con: database.Connection, file: RefinedFile, all_files: Mapping[str, RefinedFile]) -> str:
    """SQL that adds rows which a file repeats of files that are not loaded; their places stand in `rows_to_judge`."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE rows_to_judge AS
        SELECT r.warc, r.row_number, s.observed_at, s.n_answers
        FROM (
            SELECT wording_hash, max(observed_at) AS observed_at, count(*) AS n_answers
            FROM advert_repetitions WHERE warc = ? GROUP BY wording_hash
        ) AS s JOIN repetition_rows AS r USING (wording_hash)
        WHERE wording_hash NOT IN (SELECT wording_hash FROM repetition_rows SEMI JOIN ops.loads USING (warc))
        QUALIFY row_number() OVER (PARTITION BY wording_hash ORDER BY r.warc, r.row_number) = 1
        """,
        [file.warc],
    )
    warcs = con.execute("SELECT DISTINCT warc FROM rows_to_judge ORDER BY ALL").fetchall()
    if not warcs:
        return ""
    return f"""
        UNION ALL BY NAME
        SELECT r.* EXCLUDE (filename, warc) REPLACE (n.observed_at AS observed_at)
        FROM ({repetition.rows_in({warc: all_files[warc] for (warc,) in warcs}, "*")}) AS r
        JOIN rows_to_judge AS n ON n.warc = r.warc AND n.row_number = r.file_row_number
        """


def _upsert_rows(con: database.Connection, cls: type) -> None:
    names = [f.name for f in fields_of(cls)]
    con.execute(database.merge_sql(cls, names, f"SELECT {', '.join(map(ident, names))} FROM newest"))


def _check_parts(con: database.Connection, file: RefinedFile) -> None:
    row = con.execute(
        "SELECT posting_id, skill FROM (SELECT posting_id, unnest(skills, max_depth := 2) FROM staged)"
        " GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL"
    ).fetchone()
    if row:
        raise _RefusedError(f"{row[0]} names the skill {row[1]} twice; a posting's skills are named once", file)


def _record_rejects(con: database.Connection, file: RefinedFile, row_class: type, end: str) -> None:
    """Write what was rejected in a file, in place of what an earlier attempt at it wrote."""
    con.execute("DELETE FROM ops.rejects WHERE warc = ?", [file.warc])
    parts = [(file.responses, "NULL")]
    if row_class is Posting:
        parts.append((file.rows, "posting_id"))
    for path, posting_id in parts:
        con.execute(
            f"""
            INSERT INTO ops.rejects BY NAME
            SELECT * EXCLUDE (issue), issue.column_name, issue."value", issue."rule", issue.is_deliberate FROM (
                SELECT source, ? AS warc, record, {posting_id}::VARCHAR AS posting_id, unnest(issues) AS issue
                FROM read_parquet({literal(str(path))}) WHERE coalesce(observed_at <= {end}, true)
            )
            """,
            [file.warc],
        )


def new_keys(con: database.Connection, warcs: Sequence[str]) -> list[str]:
    """Keys of records in these files that no reader knows, as `extractors.response.each` noted them; each once."""
    rows = con.execute(
        """
        SELECT DISTINCT unnest(string_split("value", ', ')) AS "key" FROM ops.rejects
        WHERE column_name = 'keys' AND list_contains(?, warc) ORDER BY ALL
        """,
        [list(warcs)],
    ).fetchall()
    return [key for (key,) in rows]


def _n_repeated(con: database.Connection, file: RefinedFile, row_class: type, end: str) -> tuple[int, int]:
    """Adverts that a file has in words of earlier ones, but those judged now; rows of answers that it only repeats."""
    adverts = 0
    if row_class is Posting:
        ((adverts,),) = con.execute(
            "SELECT (SELECT count(*) FROM advert_repetitions WHERE warc = ?)"
            " - (SELECT coalesce(sum(n_answers), 0) FROM rows_to_judge)",
            [file.warc],
        ).fetchall()
    (rows,) = con.execute(
        f"""
        SELECT coalesce(sum(o.n_rows), 0) FROM read_parquet({literal(str(file.responses))}) AS r JOIN ops.responses AS o
        ON o.source = r.source AND o.url = r.url AND o.observed_at = r.refers_to AND o.digest = r.digest
        WHERE o.refers_to IS NULL AND r.observed_at <= {end}
        """
    ).fetchall()[0]
    return int(adverts), int(rows)


def _record_fill(con: database.Connection, file: RefinedFile, row_class: type) -> None:
    """Note how far each column is filled: in the new rows, and in what core holds of adverts said again."""
    columns = [f.name for f in fields_of(row_class) if f.nullable and _is_flat(f.name, row_class)]
    if not columns:
        return
    counts = ", ".join(f"count({ident(column)})" for column in columns)
    names = ", ".join(map(literal, columns))
    rows = f"SELECT {', '.join(map(ident, columns))} FROM staged"
    if row_class is Posting:
        rows += f"""
            UNION ALL SELECT {", ".join(f"p.{ident(column)}" for column in columns)} FROM core.postings AS p
            WHERE p.posting_id IN (
                SELECT posting_id FROM repetition_rows SEMI JOIN (
                    SELECT wording_hash FROM advert_repetitions WHERE warc = {literal(file.warc)}
                ) USING (wording_hash)
            ) AND p.posting_id NOT IN (SELECT posting_id FROM staged)
            """
    con.execute(
        f"""
        INSERT INTO ops.fill_rates BY NAME
        SELECT ? AS warc, ? AS source, unnest([{names}]) AS column_name, unnest(counts) AS n_filled, n_rows
        FROM (SELECT [{counts}] AS counts, count(*) AS n_rows FROM ({rows})) WHERE n_rows > 0
        """,
        [file.warc, file.source],
    )


def _record_self_checks(con: database.Connection, file: RefinedFile) -> None:
    con.execute(
        """
        INSERT INTO ops.self_checks BY NAME
        SELECT ? AS warc, ? AS source, "check", count(*) AS n_checked, count_if(has_failed) AS n_failed
        FROM (
            SELECT unnest(agreements) AS "check", false AS has_failed FROM staged
            UNION ALL SELECT unnest(doubts), true FROM staged
        ) GROUP BY "check"
        """,
        [file.warc, file.source],
    )


def _record_load(con: database.Connection, file: RefinedFile, n_adverts: int, n_repeated: int, end: str) -> LoadResult:
    """Note what a file holds; rows are those of its own, `n_adverts` and `n_repeated` what it repeats beside them."""
    responses = (
        f"(SELECT * FROM read_parquet({literal(str(file.responses))}) WHERE coalesce(observed_at <= {end}, true))"
    )
    con.execute("DELETE FROM ops.refusals WHERE warc = ?", [file.warc])
    con.execute(
        f"INSERT INTO ops.responses BY NAME SELECT * EXCLUDE (issues, repetitions), ? AS warc FROM {responses}",
        [file.warc],
    )
    n_rows, n_seen, n_rejects = con.execute(
        f"""
        INSERT INTO ops.loads BY NAME
        SELECT ? AS warc, ? AS source, ? AS refine_key, min(observed_at) AS observed_from,
            max(observed_at) AS observed_to, count(*) AS n_responses,
            coalesce(sum(n_rows), 0) - {n_adverts} AS n_rows, coalesce(sum(n_rows), 0) + {n_repeated} AS n_seen,
            (SELECT count(*) FROM ops.rejects WHERE warc = ?) AS n_rejects
        FROM {responses}
        RETURNING n_rows, n_seen, n_rejects
        """,
        [file.warc, file.source, file.refine_key, file.warc],
    ).fetchall()[0]
    return LoadResult(warc=file.warc, state="loaded", n_rows=n_rows, n_seen=n_seen, n_rejects=n_rejects)


def _note_refusal(con: database.Connection, file: RefinedFile, why: str) -> LoadResult:
    """Note why a file was refused, beside all that was rejected in it."""
    log.error("%s was refused: %s", file.warc, why)
    with database.transaction(con):
        _record_rejects(con, file, _row_class(file.rows), _end_of(None))
        whole = Rejects(
            source=file.source, warc=file.warc, record=-1, posting_id=None, column_name="file", value="", rule=why
        )
        database.insert_into(con, table_of(Rejects).name, arrow_table(Rejects, [whole]))
        con.execute("DELETE FROM ops.refusals WHERE warc = ?", [file.warc])
        refusal = Refusals(warc=file.warc, source=file.source, refine_key=file.refine_key, why=why)
        database.insert_into(con, table_of(Refusals).name, arrow_table(Refusals, [refusal]))
    n_rejects = con.execute("SELECT count(*) FROM ops.rejects WHERE warc = ?", [file.warc]).fetchall()[0][0]
    return LoadResult(warc=file.warc, state="refused", n_rejects=n_rejects, why=why)


# --- what follows from all loaded rows together ---


def derived_is_current(con: database.Connection, *others: object) -> bool:
    """True if employers, job ids and USD amounts are up to date with the loaded files and with `others`.

    `others` are further values that they are computed from; equal values have the same `repr`.
    """
    table = con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [SETTLED]).fetchone()
    return bool(table) and con.execute(f"SELECT digest FROM {SETTLED}").fetchall() == [(_digest(con, others),)]


def mark_derived_current(con: database.Connection, *others: object) -> None:
    """Note that employers, job ids and USD amounts were computed from what is loaded now, and from `others`."""
    with database.transaction(con):
        con.execute(f"CREATE OR REPLACE TABLE {SETTLED} AS SELECT ? AS digest", [_digest(con, others)])


def _digest(con: database.Connection, others: Sequence[object]) -> str:
    """Digest of `others` and of all loaded files but those in which every answer repeats an earlier one."""
    loads = con.execute(
        """
        SELECT count(*), sum(hash(warc, refine_key, observed_to)) FROM ops.loads
        WHERE n_rows > 0 OR warc IN (SELECT warc FROM ops.responses WHERE refers_to IS NULL)
        """
    ).fetchall()
    return hashlib.blake2b(repr((loads, others)).encode(), digest_size=16).hexdigest()
