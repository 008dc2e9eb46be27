"""The warehouse's files: work.duckdb, which the pipeline alone opens, and market.duckdb, which people open.

Everything in `core` is a function of the loaded archive files and nothing else: not of the order they were
loaded in, not of the clock. Postings are taken through their life in the order of observation (`life`); of other rows
the newest observation (WARC-Date, then archive file, then record) of a key counts. A file that is loaded late never
overwrites a newer value.

Keys: work.duckdb has CHECKs but no PRIMARY KEYs. Measured on four loads of 111,000 postings, an indexed
upsert takes 8 to 24 s a file against 1.1 s without, while CHECKs cost nothing that can be measured. Upserts
here are by key, the load gate tests that keys are unique, and market.duckdb has PRIMARY KEYs, so that a doubled key is
never published. It has no CHECKs: its rows are those of the working file, which passed them, and DuckDB updates a
column that shares a CHECK with a key column by deleting and inserting the row (2.4 s instead of 0.05 for 111,000).

All sessions run in UTC, so that `::DATE` of a time is its day in UTC.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import duckdb

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
from warehouse import recovery
from warehouse.load import history as life
from warehouse.marts import mart_history
from warehouse.publish import atomic_files, sync
from warehouse.schema import (
    MACROS,
    MART_VIEWS,
    VIEWS,
    arrow_schema,
    arrow_table,
    comments,
    database_tables,
    ddl,
    key_of,
    literal,
    macro_ddl,
    mart_ddl,
    quoted,
    schema_key,
    schema_of,
    view_ddl,
)
from warehouse.tables import (
    HISTORIES,
    AiPostingShares,
    Checks,
    ExchangeRates,
    FillRates,
    InDollars,
    Loads,
    MartInputs,
    OccupationSkills,
    OfficialWages,
    PayReports,
    PostingBoards,
    PostingPay,
    Postings,
    PriceLevels,
    Refusals,
    Rejects,
    Responses,
    Runs,
    SourceHealth,
    SupersededVersions,
)

if TYPE_CHECKING:  # imported where they are used: who asks a question of the warehouse waits for neither
    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as ds

log = logging.getLogger("jobmarket.store")

Connection = duckdb.DuckDBPyConnection
SqlError = duckdb.Error
"""What a query of a person can raise; named here so that other packages need not import DuckDB."""
Gate = Callable[[str, type, "pd.DataFrame", int], bool]
"""Judges one archive file before any row of it is written: file, row class, rows, and how many rows there are with
those of earlier answers that the file only repeats. False refuses it."""

WORK = "work.duckdb"
MARKET = "market.duckdb"
PUBLISHED_STORAGE = "v1.4.0"
"""Storage version of market.duckdb: DuckDB 1.5 and 2.0 can open it, and 1.4, which has left support, still can."""
FRESH = "fresh"
"""What the file that is to be published is called while it is attached."""
SCHEMAS = ("core", "mart", "ops")
KEPT = (Runs, Checks, SourceHealth)
"""Tables of ops that cannot be made again from the archive; with the marts they outlive a rebuilt work file."""

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
TEXT = "text"
ONLY_REFINED = (TEXT, "said_hash")
"""Flat columns of a posting that stay in its refined file."""

RATE_LADDER = (("ecb_rates", 7), ("currency_table", 31))
"""Sources of exchange rates in order of trust, and how many days old a rate may be (DESIGN: Money)."""
IDENTITY = "identity"
"""`fx_source` of pay that is in dollars already."""
PAID = {
    Postings: """
        SELECT posting_id, annual_low, annual_high,
            (pay_low IS NOT NULL OR pay_high IS NOT NULL) AND currency IS NULL AS lacks_currency,
            CASE WHEN pay_low IS NOT NULL OR pay_high IS NOT NULL THEN currency END AS currency,
            coalesce(posted_on, first_seen_at::DATE) AS day
        FROM core.postings""",
    PostingPay: """
        SELECT c.posting_id, c.position, c.annual_low, c.annual_high,
            (c.low IS NOT NULL OR c.high IS NOT NULL) AND c.currency IS NULL AND c.component <> 'equity_percent'
                AS lacks_currency,
            CASE WHEN c.low IS NOT NULL OR c.high IS NOT NULL THEN c.currency END AS currency,
            coalesce(p.posted_on, p.first_seen_at::DATE) AS day
        FROM core.posting_pay AS c JOIN core.postings AS p USING (posting_id)""",
    SupersededVersions: """
        SELECT v.posting_id, v.version_from, v.annual_low, v.annual_high,
            (v.pay_low IS NOT NULL OR v.pay_high IS NOT NULL) AND v.currency IS NULL AS lacks_currency,
            CASE WHEN v.pay_low IS NOT NULL OR v.pay_high IS NOT NULL THEN v.currency END AS currency,
            coalesce(v.posted_on, p.first_seen_at::DATE) AS day
        FROM core.superseded_versions AS v JOIN core.postings AS p USING (posting_id)""",
}
"""Tables with dollar columns, and what of their rows the dollars follow from."""


MISSING = (
    "what reads the source changed, but the refined file of an archive file that was loaded is missing, so the source "
    "keeps its last good rows; refine the file, or delete work.duckdb if it was taken from the archive on purpose"
)


class RefinedFile(Protocol):
    """What the refine step made of one archive file: two Parquet files and the key of what they depend on."""

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def warc(self) -> str: ...  # noqa: D102
    @property
    def rows(self) -> Path: ...  # noqa: D102
    @property
    def responses(self) -> Path: ...  # noqa: D102
    @property
    def refine_key(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Loaded:
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


class _TriedError(Exception):
    """A trial was a success and is rolled back."""


# --- the working file -------------------------------------------------------------------------------


def open_work(
    data_dir: Path, *, memory_limit: str = "4GB", threads: int = 2, temp_directory: Path | None = None
) -> Connection:
    """Open work.duckdb for reading and writing; make it when there is none.

    A file made with other table declarations is replaced by an empty one, which the next loads fill again
    from the refined files; marts and the records of runs are carried over where they still fit. Only the
    holder of the data folder's lock may call this. Raises `duckdb.IOException` when another process has the
    file open.
    """
    path = data_dir / WORK
    config: dict[str, Any] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "temp_directory": str(temp_directory or data_dir / "tmp"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    data_dir.mkdir(parents=True, exist_ok=True)
    if path.exists():
        con = _connect(path, config)
        if _stored_key(con) == schema_key():
            return con
        con.close()
        log.warning("%s: table declarations changed; it is made again from the refined files", path)
    _make_work(path, config)
    return _connect(path, config)


def make_anew(data_dir: Path) -> None:
    """Replace work.duckdb by one in which no archive file is loaded; the next load takes them all again.

    Marts, and the records of runs, are carried over: they say what was published, which nothing makes again. Where
    there is no work.duckdb, they come from market.duckdb.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    _make_work(data_dir / WORK, {"autoinstall_known_extensions": False, "autoload_known_extensions": False})


def _connect(path: Path, config: dict[str, Any]) -> Connection:
    con = duckdb.connect(str(path), config=config)
    con.execute("SET TimeZone = 'UTC'")
    return con


def _stored_key(con: Connection) -> str | None:
    known = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'made_with' AND database_name = current_database()"
    ).fetchone()
    row = con.execute("SELECT schema_key FROM made_with").fetchone() if known else None
    return str(row[0]) if row else None


def _make_work(path: Path, config: dict[str, Any]) -> None:
    """Make an empty work file beside its place and move it there, so that it is never there half-made."""
    fresh = path.with_name(path.name + ".new")
    _remove(fresh)
    old = path if path.exists() else path.with_name(MARKET)
    with _connect(fresh, config) as con:
        with transaction(con):
            _create_all(con)
            con.execute("CREATE TABLE made_with (schema_key VARCHAR NOT NULL)")
            con.execute("INSERT INTO made_with VALUES (?)", [schema_key()])
        if old.exists():
            _carry_over(con, old)
        con.execute("CHECKPOINT")
    _remove(path, sidecars_only=True)
    _sync(fresh)
    fresh.replace(path)
    atomic_files.sync_folder(path.parent)


def _carry_over(con: Connection, old: Path) -> None:
    """Copy the tables that nothing can make again, where today's declaration still admits them."""
    con.execute(f"ATTACH {literal(str(old))} AS old (READ_ONLY)")
    for cls in (*HISTORIES, *KEPT):
        copy = mart_history.copy if cls in HISTORIES else mart_history.copy_rows
        try:
            with transaction(con):
                copy(con, cls, "old")
        except duckdb.Error as error:  # an old table that is missing, lacks a column or breaks a new CHECK
            if recovery.may_be_damage(error):
                raise
            name = table_of(cls).name
            log.warning("%s: its history does not fit today's declaration and is left out (%s)", name, error)
    con.execute("DETACH old")


def _create_all(con: Connection, *, is_published: bool = False) -> None:
    """Schemas, tables, comments and views in the connection's current database."""
    for statement in _declarations(is_published=is_published):
        con.execute(statement)


def _declarations(*, is_published: bool) -> Iterator[str]:
    """The statements that make an empty database: with CHECKs to work in, with PRIMARY KEYs to publish."""
    for schema in SCHEMAS:
        yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
    for cls in database_tables():
        yield ddl(cls, with_key=is_published, with_checks=not is_published)
        yield from comments(cls)
    yield from chain.from_iterable(map(view_ddl, VIEWS))
    yield from chain.from_iterable(map(mart_ddl, HISTORIES))
    yield from chain.from_iterable(map(view_ddl, MART_VIEWS))
    yield from chain.from_iterable(map(macro_ddl, MACROS))


@contextlib.contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """All of what is written inside, or, when anything is raised, nothing of it. Transactions do not nest."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()


# --- loading ----------------------------------------------------------------------------------------


def load(con: Connection, files: Sequence[RefinedFile], *, gate: Gate, until: date | None = None) -> tuple[Loaded, ...]:
    """Bring what one source's refined files say into `core` and `ops`, in the order in which it was observed.

    `files` are all refined files of the source. A file that was loaded, or refused, with the same key is skipped. One
    transaction loads the files of one time: as a rule one file. What is not later than all that is loaded already, or
    was loaded with another key (its reader or a lookup was edited), has the source be loaded anew from all files in
    one transaction. So core is the same whatever came first, and what an older reading said does not survive. A file
    that `gate` or a CHECK refuses leaves no rows, only its rejects and a reason in `ops.rejects`. A reload in
    which a file that was good before is refused or missing changes nothing: the whole source keeps its last good rows.

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
    known, refused = _loaded_keys(con, source), _refused_keys(con, source)
    beyond = _loaded_beyond(con, source, end)
    is_same = {
        file.warc: (known | refused).get(file.warc) == file.refine_key and file.warc not in beyond for file in files
    }
    new = [file for file in files if not is_same[file.warc]]
    unchanged = [Loaded(warc=file.warc, state="unchanged") for file in files if is_same[file.warc]]
    batches = _batches(con, new, end)
    has_postings = any(_row_class(file.rows) is Posting for file in new)
    begins = [begin for _, begin, _ in batches if begin is not None and has_postings]
    if any(file.warc in known for file in new) or _is_late(con, source, min(begins, default=None)):
        return _reload(con, files, known, gate, end)
    all_rows = {file.warc: file.rows for file in files}
    loaded = [one for batch, _, _ in batches for one in _load_together(con, batch, all_rows, gate, end)]
    return tuple(sorted([*unchanged, *loaded], key=lambda one: one.warc))


def _end_of(until: date | None) -> str:
    """SQL: the last moment of a day, in UTC."""
    if until is None:
        return "'infinity'::TIMESTAMPTZ"
    return f"(DATE '{until.isoformat()}' + 1)::TIMESTAMP AT TIME ZONE 'UTC' - INTERVAL 1 MICROSECOND"


def _is_late(con: Connection, source: str, begin: datetime | None) -> bool:
    """Whether something of a source, beginning at a time, is not later than all of it that is loaded."""
    if begin is None:
        return False
    newest = con.execute("SELECT max(observed_to) FROM ops.loads WHERE source = ?", [source]).fetchall()[0][0]
    return newest is not None and begin <= newest


def _batches(
    con: Connection, files: Sequence[RefinedFile], end: str
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


def _loaded_keys(con: Connection, source: str) -> dict[str, str]:
    return dict(con.execute("SELECT warc, refine_key FROM ops.loads WHERE source = ?", [source]).fetchall())


def _loaded_beyond(con: Connection, source: str, end: str) -> set[str]:
    """Archive files of a source of which something later than `end` is loaded."""
    query = f"SELECT warc FROM ops.loads WHERE source = ? AND observed_to > {end}"
    return {warc for (warc,) in con.execute(query, [source]).fetchall()}


def _refused_keys(con: Connection, source: str) -> dict[str, str]:
    return dict(con.execute("SELECT warc, refine_key FROM ops.refusals WHERE source = ?", [source]).fetchall())


def loaded_files(con: Connection, source: str) -> list[str]:
    """Archive files of a source that are loaded."""
    return sorted(_loaded_keys(con, source))


def refused_files(con: Connection, source: str) -> list[str]:
    """Archive files of a source that a gate refused."""
    return sorted(_refused_keys(con, source))


def forget_refusals(con: Connection, source: str) -> None:
    """Let the next load try again what was refused of a source."""
    con.execute("DELETE FROM ops.refusals WHERE source = ?", [source])


def _load_together(
    con: Connection, batch: Sequence[RefinedFile], all_rows: Mapping[str, Path], gate: Gate, end: str
) -> list[Loaded]:
    """Load the files of one time; without those that are refused, in whose place stands why."""
    try:
        with transaction(con):
            return _load_batch(con, batch, all_rows, gate, end)
    except _RefusedError as error:
        blamed = _blamed(con, error, batch, all_rows)
        refused = _refused(con, blamed, str(error))
        others = [file for file in batch if file is not blamed]
        return [refused, *_load_together(con, others, all_rows, gate, end)] if others else [refused]


def _load_batch(
    con: Connection, batch: Sequence[RefinedFile], all_rows: Mapping[str, Path], gate: Gate, end: str
) -> list[Loaded]:
    """Load the files of one time inside the caller's transaction. Raises `_RefusedError`, with the file where known."""
    loaded = []
    for file in batch:
        with _blaming(file):
            loaded.append(_load_file(con, file, gate, end))
    postings = {file.warc: file.rows for file in batch if _row_class(file.rows) is Posting}
    if postings:
        try:
            life.step(con, batch[0].source, postings, all_rows, end)
        except duckdb.ConstraintException as error:
            raise _RefusedError(str(error), batch[0] if len(batch) == 1 else None) from error
    return loaded


def _blamed(
    con: Connection, error: _RefusedError, batch: Sequence[RefinedFile], all_rows: Mapping[str, Path]
) -> RefinedFile:
    """The file of a batch that an error is about: where it does not say, the first that cannot be loaded alone."""
    for file in () if error.file else batch:
        try:
            with transaction(con):
                _load_batch(con, [file], all_rows, lambda *_: True, _end_of(None))
                raise _TriedError
        except _TriedError:
            continue
        except _RefusedError:
            return file
    return error.file or batch[-1]


@contextlib.contextmanager
def _blaming(file: RefinedFile) -> Iterator[None]:
    try:
        yield
    except duckdb.ConstraintException as error:
        raise _RefusedError(str(error), file) from error


def _reload(
    con: Connection, files: Sequence[RefinedFile], known: dict[str, str], gate: Gate, end: str
) -> tuple[Loaded, ...]:
    source = files[0].source
    if gone := sorted(set(known) - {file.warc for file in files}):
        log.error("%s keeps its last good rows: %s", source, MISSING)
        kept = (Loaded(warc=file.warc, state="unchanged") for file in files)
        return (*kept, *(Loaded(warc=warc, state="refused", why=MISSING) for warc in gone))
    log.info("%s: what reads it changed, or a file came late; all %d files are loaded again", source, len(files))
    all_rows = {file.warc: file.rows for file in files}
    try:
        with transaction(con):
            _forget(con, source)
            outcomes = [
                outcome
                for batch, _, _ in _batches(con, files, end)
                for outcome in _load_batch(con, batch, all_rows, gate, end)
            ]
    except _RefusedError as error:
        blamed = _blamed(con, error, files, all_rows)
        others = [other for other in files if other is not blamed]
        if blamed.warc in known:
            refused = _refused(con, blamed, f"{error} (the source keeps its last good rows)")
            return (*(Loaded(warc=other.warc, state="unchanged") for other in others), refused)
        refused = _refused(con, blamed, str(error))
        return (*(_reload(con, others, known, gate, end) if others else ()), refused)
    return tuple(outcomes)


def _forget(con: Connection, source: str) -> None:
    """Remove all rows of a source, and the note that employers, jobs and dollars follow from what is loaded."""
    con.execute(f"DROP TABLE IF EXISTS {SETTLED}")
    for part in (PostingBoards, *(cls for cls, _ in life.PARTS_OF_POSTING)):
        con.execute(
            f"DELETE FROM {table_of(part).name} WHERE posting_id IN"
            " (SELECT posting_id FROM core.postings WHERE source = ?)",
            [source],
        )
    for cls in (*TABLE_OF_ROW.values(), SupersededVersions, Loads, FillRates, Refusals, Responses, Rejects):
        con.execute(f"DELETE FROM {table_of(cls).name} WHERE source = ?", [source])


def _load_file(con: Connection, file: RefinedFile, gate: Gate, end: str) -> Loaded:
    """Judge one file and note what it holds; its rows are put in place here unless they are postings."""
    row_class = _row_class(file.rows)
    _stage(con, file, row_class, end)
    flat = ", ".join(quoted(f.name) for f in fields_of(row_class) if _is_flat(f.name, row_class))
    frame = con.execute(f"SELECT {flat} FROM staged").df()
    n_repeated = _n_repeated(con, file, end)
    if not gate(file.warc, row_class, frame, len(frame) + n_repeated):
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
    _record_fill(con, file, row_class)
    return _record_load(con, file, n_repeated, end)


def _row_class(rows: Path) -> type:
    """The class of a refined file's rows, as the refine step noted it in the file."""
    import pyarrow.parquet as pq

    named = (pq.read_schema(rows).metadata or {}).get(b"row_table", b"").decode()
    if named not in ROW_NAMED:
        raise ValueError(f"{rows}: row_table is {named!r}; one of {', '.join(ROW_NAMED)} expected")
    return ROW_NAMED[named]


def _is_flat(name: str, row_class: type) -> bool:
    return name not in ONLY_REFINED and not next(f for f in fields_of(row_class) if f.name == name).is_list


def _stage(con: Connection, file: RefinedFile, row_class: type, end: str) -> None:
    """Temporary table `staged`: the file's newest row per key. Of what is no posting, `newest`: what core has older."""
    keys = ", ".join(map(quoted, key_of(row_class)))
    rows = f"read_parquet({literal(str(file.rows))}, file_row_number = true)"
    left_out = "EXCLUDE (text, spans, issues, said_hash, places, file_row_number)"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE staged AS
        SELECT * {left_out if row_class is Posting else "EXCLUDE (file_row_number)"}, {literal(file.warc)} AS warc
        FROM {rows} WHERE observed_at <= {end}
        QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY observed_at DESC, record DESC, file_row_number DESC) = 1
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


def _upsert_rows(con: Connection, cls: type) -> None:
    names = [f.name for f in fields_of(cls)]
    con.execute(_merge(cls, names, f"SELECT {', '.join(map(quoted, names))} FROM newest"))


def _check_parts(con: Connection, file: RefinedFile) -> None:
    doubled = con.execute(
        "SELECT posting_id, skill FROM (SELECT posting_id, unnest(skills, max_depth := 2) FROM staged)"
        " GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL"
    ).fetchone()
    if doubled:
        raise _RefusedError(f"{doubled[0]} names the skill {doubled[1]} twice; a posting's skills are named once", file)


def _merge(cls: type, columns: Sequence[str], select: str) -> str:
    """MERGE that inserts new keys and sets the other columns of known ones."""
    keys = key_of(cls)
    sets = ", ".join(f"{quoted(c)} = s.{quoted(c)}" for c in columns if c not in keys)
    return f"""
        MERGE INTO {table_of(cls).name} AS t USING ({select}) AS s
        ON {" AND ".join(f"t.{quoted(k)} = s.{quoted(k)}" for k in keys)}
        WHEN MATCHED THEN UPDATE SET {sets}
        WHEN NOT MATCHED THEN INSERT ({", ".join(map(quoted, columns))})
            VALUES ({", ".join(f"s.{quoted(c)}" for c in columns)})
        """


def _record_rejects(con: Connection, file: RefinedFile, row_class: type, end: str) -> None:
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


def new_keys(con: Connection, warcs: Sequence[str]) -> list[str]:
    """Keys of records in these files that no reader knows, as `extractors.source.each` noted them; each once."""
    rows = con.execute(
        """
        SELECT DISTINCT unnest(string_split("value", ', ')) AS "key" FROM ops.rejects
        WHERE column_name = 'keys' AND list_contains(?, warc) ORDER BY ALL
        """,
        [list(warcs)],
    ).fetchall()
    return [key for (key,) in rows]


def _n_repeated(con: Connection, file: RefinedFile, end: str) -> int:
    """Rows of the earlier answers that a file's answers only repeat."""
    (n,) = con.execute(
        f"""
        SELECT coalesce(sum(o.n_rows), 0) FROM read_parquet({literal(str(file.responses))}) AS r JOIN ops.responses AS o
        ON o.source = r.source AND o.url = r.url AND o.observed_at = r.refers_to AND o.digest = r.digest
        WHERE o.refers_to IS NULL AND r.observed_at <= {end}
        """
    ).fetchall()[0]
    return int(n)


def _record_fill(con: Connection, file: RefinedFile, row_class: type) -> None:
    columns = [f.name for f in fields_of(row_class) if f.nullable and _is_flat(f.name, row_class)]
    counts = ", ".join(f"count({quoted(column)})" for column in columns)
    names = ", ".join(map(literal, columns))
    if columns:
        con.execute(
            f"""
            INSERT INTO ops.fill_rates BY NAME
            SELECT ? AS warc, ? AS source, unnest([{names}]) AS column_name, unnest(counts) AS n_filled, n_rows
            FROM (SELECT [{counts}] AS counts, count(*) AS n_rows FROM staged) WHERE n_rows > 0
            """,
            [file.warc, file.source],
        )


def _record_load(con: Connection, file: RefinedFile, n_repeated: int, end: str) -> Loaded:
    responses = (
        f"(SELECT * FROM read_parquet({literal(str(file.responses))}) WHERE coalesce(observed_at <= {end}, true))"
    )
    con.execute("DELETE FROM ops.refusals WHERE warc = ?", [file.warc])
    con.execute(f"INSERT INTO ops.responses BY NAME SELECT * EXCLUDE (issues), ? AS warc FROM {responses}", [file.warc])
    n_rows, n_seen, n_rejects = con.execute(
        f"""
        INSERT INTO ops.loads BY NAME
        SELECT ? AS warc, ? AS source, ? AS refine_key, min(observed_at) AS observed_from,
            max(observed_at) AS observed_to, count(*) AS n_responses, coalesce(sum(n_rows), 0) AS n_rows,
            coalesce(sum(n_rows), 0) + ? AS n_seen, (SELECT count(*) FROM ops.rejects WHERE warc = ?) AS n_rejects
        FROM {responses}
        RETURNING n_rows, n_seen, n_rejects
        """,
        [file.warc, file.source, file.refine_key, n_repeated, file.warc],
    ).fetchall()[0]
    return Loaded(warc=file.warc, state="loaded", n_rows=n_rows, n_seen=n_seen, n_rejects=n_rejects)


def _refused(con: Connection, file: RefinedFile, why: str) -> Loaded:
    """Note why a file was refused, beside all that was rejected in it."""
    log.error("%s was refused: %s", file.warc, why)
    with transaction(con):
        _record_rejects(con, file, _row_class(file.rows), _end_of(None))
        whole = Rejects(
            source=file.source, warc=file.warc, record=-1, posting_id=None, column_name="file", value="", rule=why
        )
        _insert(con, Rejects, arrow_table(Rejects, [whole]))
        con.execute("DELETE FROM ops.refusals WHERE warc = ?", [file.warc])
        refusal = Refusals(warc=file.warc, source=file.source, refine_key=file.refine_key, why=why)
        _insert(con, Refusals, arrow_table(Refusals, [refusal]))
    n_rejects = con.execute("SELECT count(*) FROM ops.rejects WHERE warc = ?", [file.warc]).fetchall()[0][0]
    return Loaded(warc=file.warc, state="refused", n_rejects=n_rejects, why=why)


# --- what follows from all loaded rows together ---

SETTLED = "settled_with"
"""Table of the work file: the digest of what employers, jobs and dollars were last worked out from."""


def derived_is_current(con: Connection, *others: object) -> bool:
    """Whether employers, jobs and dollars follow from what is loaded, and from `others` that they follow from."""
    known = con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [SETTLED]).fetchone()
    return bool(known) and con.execute(f"SELECT digest FROM {SETTLED}").fetchall() == [(_digest(con, others),)]


def mark_derived_current(con: Connection, *others: object) -> None:
    """Note that they do now."""
    with transaction(con):
        con.execute(f"CREATE OR REPLACE TABLE {SETTLED} AS SELECT ? AS digest", [_digest(con, others)])


def _digest(con: Connection, others: Sequence[object]) -> str:
    """Of all loaded files but those in which every answer repeats an earlier one."""
    loads = con.execute(
        """
        SELECT count(*), sum(hash(warc, refine_key, observed_to)) FROM ops.loads
        WHERE n_rows > 0 OR warc IN (SELECT warc FROM ops.responses WHERE refers_to IS NULL)
        """
    ).fetchall()
    return hashlib.blake2b(repr((loads, others)).encode(), digest_size=16).hexdigest()


# --- what SQL works out of the loaded rows ------------------------------------------------------------


def convert_money(con: Connection) -> None:
    """Set the dollar columns of all postings and of all their pay by the last rate on or before the advert's day.

    The day is `posted_on`, else the day of first sight. `RATE_LADDER` says which source comes first and how
    old its rate may be. Pay in a currency without such a rate keeps NULL, with reason `no_rate`;
    amounts whose currency is not stated do with reason `no_currency`.
    """
    with transaction(con):
        for cls, paid in PAID.items():
            _convert(con, cls, paid)


def _convert(con: Connection, cls: type, paid: str) -> None:
    """Set the dollar columns of one table; `paid` gives its keys, yearly amounts, (lack of) currency and day."""
    steps = "\n".join(
        f"""ASOF LEFT JOIN (SELECT * FROM core.usd_rates WHERE source = {literal(source)}) AS r{number}
            ON r{number}.currency = d.currency AND r{number}.rate_on <= d.day"""
        for number, (source, _) in enumerate(RATE_LADDER)
    )
    choice = "\n".join(
        f"WHEN d.day - r{number}.rate_on <= {days} THEN {{'rate': r{number}.usd_per_unit, 'day': r{number}.rate_on,"
        f" 'source': r{number}.source}}"
        for number, (_, days) in enumerate(RATE_LADDER)
    )
    keys = ", ".join(map(quoted, key_of(cls)))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE money AS
        WITH paid AS ({paid}), rated AS (
            SELECT d.currency, d.day, CASE
                WHEN d.currency = 'USD' THEN {{'rate': 1.0, 'day': NULL::DATE, 'source': {literal(IDENTITY)}}}
                {choice} END AS fx
            FROM (SELECT DISTINCT currency, day FROM paid WHERE currency IS NOT NULL) AS d
            {steps}
        )
        SELECT {keys},
            p.annual_low * r.fx.rate AS annual_low_usd,
            p.annual_high * r.fx.rate AS annual_high_usd,
            r.fx.rate AS fx_rate,
            r.fx.day AS fx_on,
            r.fx.source AS fx_source,
            CASE WHEN p.lacks_currency THEN 'no_currency'
                WHEN p.currency IS NOT NULL AND r.fx IS NULL THEN 'no_rate' END AS usd_reason
        FROM paid AS p LEFT JOIN rated AS r USING (currency, day)
        """
    )
    columns = [f.name for f in fields_of(InDollars)]
    con.execute(
        f"""
        UPDATE {table_of(cls).name} AS p SET {", ".join(f"{c} = m.{c}" for c in columns)}
        FROM money AS m
        WHERE {" AND ".join(f"m.{quoted(k)} = p.{quoted(k)}" for k in key_of(cls))}
            AND ({", ".join(f"m.{c}" for c in columns)}) IS DISTINCT FROM ({", ".join(f"p.{c}" for c in columns)})
        """
    )


class Unconverted(NamedTuple):
    """Postings whose pay in a currency has no dollars, by the day that a rate is wanted of.

    `is_behind`: the rates at hand end before the last of these days, or there are none of the currency.
    """

    currency: str
    n_postings: int
    first_on: date
    last_on: date
    is_behind: bool


def unconverted(con: Connection) -> list[Unconverted]:
    """Currencies of postings whose pay no rate converts, the one with most of them first."""
    rows = con.execute(
        """
        SELECT p.currency, count(*) AS n, min(p.day), max(p.day), coalesce(max(p.day) > any_value(r.last_on), true)
        FROM (
            SELECT currency, coalesce(posted_on, first_seen_at::DATE) AS day
            FROM core.postings WHERE usd_reason = 'no_rate'
        ) AS p LEFT JOIN (
            SELECT currency, max(rate_on) AS last_on FROM core.usd_rates GROUP BY currency
        ) AS r USING (currency)
        GROUP BY p.currency ORDER BY n DESC, p.currency
        """
    ).fetchall()
    return [Unconverted(*row) for row in rows]


# --- rows made by the pipeline itself -----------------------------------------------------------------


def load_lookup(con: Connection, cls: type, rows: Sequence[object]) -> None:
    """Replace all rows of a lookup table (core.countries, roles, skills, sources, employers)."""
    with transaction(con):
        con.execute(f"DELETE FROM {table_of(cls).name}")
        _insert(con, cls, arrow_table(cls, rows))


def write_mart(con: Connection, cls: type, rows: pd.DataFrame | Sequence[object], *, as_of: date) -> None:
    """Replace a mart's rows of one day; a frame has the columns of `cls`, NaN and None meaning NULL.

    In the caller's `transaction`, so that all marts of a day come or go together.
    """
    import pyarrow as pa

    if isinstance(rows, Sequence):
        table = arrow_table(cls, rows)
    else:
        table = pa.Table.from_pandas(rows, schema=arrow_schema(cls), preserve_index=False)
    with _registered(con, "mart_rows", table):
        mart_history.write_day(con, cls, "SELECT * FROM mart_rows", as_of)


def keep_mart(con: Connection, cls: type, *, of: date, as_of: date) -> None:
    """Give a mart on one day the rows that it has on another, in the caller's `transaction`."""
    mart_history.keep_day(con, cls, of=of, as_of=as_of)


def put(con: Connection, cls: type, rows: Sequence[object]) -> None:
    """Insert rows of a table with a key; rows of the same key are replaced, and the last of `rows` wins."""
    keys = key_of(cls)
    last = {tuple(getattr(row, key) for key in keys): row for row in rows}
    with _registered(con, "put_rows", arrow_table(cls, list(last.values()))):
        con.execute(_merge(cls, [f.name for f in fields_of(cls)], "SELECT * FROM put_rows"))


def restore_published(con: Connection, cls: type, market: Path) -> None:
    """Make a mart's days and rows those of the published file, none when nothing was ever published.

    What a run that was refused, failed or was killed before it published has left of the mart is forgotten.
    A published mart that does not fit today's declaration changes nothing, and is warned of.
    """
    if not market.exists():
        with transaction(con):
            mart_history.forget(con, cls)
        return
    try:
        con.execute(f"ATTACH {literal(str(market))} AS published (READ_ONLY)")
    except duckdb.Error as error:
        log.warning("%s cannot be read; the history of %s stays as it is (%s)", market, table_of(cls).name, error)
        return
    try:
        if not mart_history.is_as_in(con, cls, "published"):
            with transaction(con):
                mart_history.forget(con, cls)
                mart_history.copy(con, cls, "published")
    except duckdb.Error as error:
        log.warning("%s: what was published does not fit today's declaration (%s)", table_of(cls).name, error)
    finally:
        con.execute("DETACH published")


def forget_days_after(con: Connection, day: date) -> None:
    """Remove marts and figures that speak for a day that is still to come: an answer with a false date made them."""
    with transaction(con):
        found = {false_day for mart in HISTORIES for false_day in mart_history.forget_after(con, mart, day)}
        con.execute(f"DELETE FROM {table_of(MartInputs).name} WHERE as_of > ?", [day])
    for false_day in sorted(found):
        log.warning("marts and figures of %s, which is still to come, are removed", false_day)


def begin_run(con: Connection, run: Runs) -> None:
    """Note that a run began."""
    put(con, Runs, [run])


def end_run(
    con: Connection,
    run_id: str,
    *,
    ended_at: datetime,
    exit_code: int,
    as_of: date | None = None,
    message: str | None = None,
) -> None:
    """Note how a run ended and the day it spoke for; without `as_of`, the day its begin named stays."""
    con.execute(
        "UPDATE ops.runs SET ended_at = ?, exit_code = ?, as_of = coalesce(?, as_of), message = ? WHERE run_id = ?",
        [ended_at, exit_code, as_of, message, run_id],
    )


def record_checks(con: Connection, checks: Sequence[Checks]) -> None:
    """Keep the results of a gate; call it outside of `load`, which may roll back."""
    put(con, Checks, checks)


def record_health(con: Connection, health: Sequence[SourceHealth]) -> None:
    """Note how sources fared in a run."""
    put(con, SourceHealth, health)


def put_rejects(con: Connection, rejects: Sequence[Rejects]) -> None:
    """Note what was damaged before it reached the archive, in place of what an earlier run noted of the same."""
    with transaction(con):
        for reject in rejects:
            con.execute(
                "DELETE FROM ops.rejects WHERE warc = ? AND record = ? AND column_name = ? AND posting_id IS NULL",
                [reject.warc, reject.record, reject.column_name],
            )
        _insert(con, Rejects, arrow_table(Rejects, rejects))


def _insert(con: Connection, cls: type, rows: pa.Table) -> None:
    insert_into(con, table_of(cls).name, rows)


def insert_into(con: Connection, table: str, rows: pa.Table) -> None:
    """Insert rows into a table by the names of its columns."""
    with _registered(con, "inserted_rows", rows):
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM inserted_rows")


@contextlib.contextmanager
def _registered(con: Connection, name: str, rows: pa.Table) -> Iterator[None]:
    """Let SQL see a table of Arrow by a name. DuckDB takes none while a statement before it is not complete."""
    con.complete()
    con.register(name, rows)
    try:
        yield
    finally:
        con.complete()
        con.unregister(name)


# --- publishing -------------------------------------------------------------------------------------


def publish(con: Connection, target: Path) -> None:
    """Write market.duckdb anew and put it in place at once; whoever reads the old file keeps reading it.

    Raises as `stage` does, and then publishes nothing.
    """
    atomic_files.commit([stage(con, target)])


def stage(con: Connection, target: Path, finish: Callable[[Connection], None] | None = None) -> atomic_files.Staged:
    """Make market.duckdb beside its place, where `atomic_files.commit` takes it from.

    All tables of `core`, `mart` and `ops` with keys, comments and views; `finish` may change what is in them, in the
    new file alone. A copy of what is published is brought up to the working file (`renewing`), where it was
    made with today's declarations and most of it stays; else the file is written anew, rows in the order of their
    keys. Both give the same rows, and both have the PRIMARY KEYs.

    What a killed run left half-written is removed, and nothing is left when anything is raised:
    `duckdb.ConstraintException` when a key is doubled, `OSError` that names the place when the file cannot be written.
    """
    fresh = target.with_name(target.name + ".new")
    with atomic_files.naming(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _remove(fresh)
            atomic_files.check_writable(target)
            if not _renew_market(con, target, fresh, finish):
                _remove(fresh)
                _write_market(con, fresh, finish)
            _sync(fresh)
            return atomic_files.staged(fresh, target)
        except BaseException as error:
            with contextlib.suppress(OSError):
                _remove(fresh)
            if isinstance(error, duckdb.Error) and is_full_disk(error):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise


def is_full_disk(error: duckdb.Error) -> bool:
    """Whether DuckDB failed because a disk is full, which it says in words only."""
    return os.strerror(errno.ENOSPC) in str(error)


def _renew_market(con: Connection, target: Path, fresh: Path, finish: Callable[[Connection], None] | None) -> bool:
    """Bring a copy of what is published up to the working file; False when it must be written anew."""
    if not target.exists():
        return False
    shutil.copyfile(target, fresh)
    try:
        with _attached(con, fresh) as work:
            if _stored_key(con) != _market_key():
                return False
            with transaction(con):
                if not sync.renew(con, work=work, copy=FRESH):
                    raise _OutdatedError
                if finish is not None:
                    finish(con)
            con.execute(f"CHECKPOINT {FRESH}")
    except _OutdatedError:
        return False
    except duckdb.Error as error:
        if is_full_disk(error):
            raise
        log.warning("%s cannot be renewed and is written anew (%s)", target, error)
        return False
    return True


class _OutdatedError(Exception):
    """So much changed that the published file is better written anew."""


def _write_market(con: Connection, fresh: Path, finish: Callable[[Connection], None] | None) -> None:
    with _attached(con, fresh) as work:
        with transaction(con):
            _create_all(con, is_published=True)
            con.execute("CREATE TABLE made_with (schema_key VARCHAR NOT NULL)")
            con.execute("COMMENT ON TABLE made_with IS 'What the pipeline knows by whether it can renew this file'")
            con.execute("COMMENT ON COLUMN made_with.schema_key IS 'Digest of all declarations in it'")
            con.execute("INSERT INTO made_with VALUES (?)", [_market_key()])
            for cls in database_tables():
                name = table_of(cls).name
                con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM {quoted(work)}.{name} ORDER BY {_order(cls)}")
            if finish is not None:
                finish(con)
        con.execute(f"CHECKPOINT {FRESH}")


@contextlib.contextmanager
def _attached(con: Connection, fresh: Path) -> Iterator[str]:
    """Use the file that is to be published; gives the name of the working database, which is used again after."""
    work = con.execute("SELECT current_database()").fetchall()[0][0]
    con.execute(f"ATTACH {literal(str(fresh))} AS {FRESH} (STORAGE_VERSION {literal(PUBLISHED_STORAGE)})")
    try:
        con.execute(f"USE {FRESH}")
        yield work
    finally:
        con.execute(f"USE {quoted(work)}")
        con.execute(f"DETACH {FRESH}")


def _market_key() -> str:
    """Digest of what a published file is made with beside its rows; one made with another is written anew."""
    said = [*_declarations(is_published=True), PUBLISHED_STORAGE, duckdb.__version__]
    return hashlib.blake2b("\n".join(said).encode(), digest_size=16).hexdigest()


def export_parquet(con: Connection, out_dir: Path) -> tuple[Path, ...]:
    """Every core.* and mart.* table as `<schema>.<name>.parquet`, rows in the order of their keys.

    The same rows give the same bytes, so two runs can be compared file by file. Of marts the histories and mart.days,
    which grow with what changes, and not the views, which have every row once for each day.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    written = []
    for cls in database_tables():
        if schema_of(cls) == "ops":
            continue
        path = out_dir / f"{table_of(cls).name}.parquet"
        con.execute(
            f"COPY (SELECT * FROM {table_of(cls).name} ORDER BY {_order(cls)})"
            f" TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
        written.append(path)
    return tuple(written)


def _order(cls: type) -> str:
    return ", ".join(map(quoted, key_of(cls))) or "ALL"


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove(path: Path, *, sidecars_only: bool = False) -> None:
    """Remove a database file with its write-ahead logs."""
    for file in (*([] if sidecars_only else [path]), *path.parent.glob(path.name + ".wal*")):
        file.unlink(missing_ok=True)


# --- reading ----------------------------------------------------------------------------------------


def open_reader(data_dir: Path, *, with_texts: bool = False, refined: Path | None = None) -> Connection:
    """A connection for people: market.duckdb, nothing else, and no way to write or reach another file.

    `with_texts` adds the view `adverts` (posting_id, text): the stored text of each posting's newest
    observation, from the refined files in `refined` (default: the folder of that name in `data_dir`). Scratch
    tables in memory are allowed; queries may not spill to disk.
    Raises `FileNotFoundError` when nothing was published yet.

    DuckDB 2.0 keeps every attached file and allowed folder open to COPY ... TO even without external access,
    so market.duckdb could be overwritten. Here the file system itself is switched off after market.duckdb was
    opened, and refined texts come through Arrow, whose reader can only read.
    """
    market = data_dir / MARKET
    if not market.exists():
        raise FileNotFoundError(f"{market} does not exist yet; `jobmarket run` publishes it")
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    con.execute("SET temp_directory = ''")
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET python_enable_replacements = false")
    con.execute(f"ATTACH {literal(str(market))} AS market (READ_ONLY)")
    con.execute("USE market")
    if with_texts:
        con.register("refined_texts", _texts(refined or data_dir / "refined"))
        con.execute(
            "CREATE TEMP VIEW adverts AS SELECT DISTINCT ON (posting_id) posting_id, text"
            " FROM refined_texts SEMI JOIN market.core.postings USING (posting_id, warc, record)"
        )
    con.execute("SET enable_external_access = false")
    con.execute("SET disabled_filesystems = 'LocalFileSystem'")
    con.execute("SET lock_configuration = true")
    return con


def _texts(refined: Path) -> ds.Dataset:
    """The texts in all refined files of postings, with the archive file and record each comes from."""
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq
    from pyarrow import fs

    parquet, disk = ds.ParquetFileFormat(), fs.LocalFileSystem()
    columns = [("posting_id", pa.string()), ("record", pa.int64()), (TEXT, pa.string()), ("warc", pa.string())]
    fragments = [
        parquet.make_fragment(
            str(path), disk, partition_expression=ds.field("warc") == f"{path.parent.name}/{path.stem}.warc.gz"
        )
        for path in sorted(refined.glob("*/*.parquet"))
        if path.is_file() and TEXT in pq.read_schema(path).names
    ]
    return ds.FileSystemDataset(fragments, pa.schema(columns), parquet, disk)
