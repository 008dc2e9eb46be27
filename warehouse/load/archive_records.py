"""Records beside the archive: what the work file says and no answer of a server says again, in files only added to.

Which boards lists named, the draw of the panel, why each board was asked with which chance (`BOARDS`); and what was
published and decided: vintages, the ledger and the journal of runs (`PUBLISHED`). Rows of a table that came or changed
are a small Parquet file, `published/vintages-NUMBER.parquet`, which is never changed: so the files are a log, and a row
is what the last of them says of its key. Where rows of a table may go, an entry says so (`is_gone`).

The work file remembers which files it has taken in and what they say of each key, so that a file is read once; what is
written is what they do not say yet, so a change that a kill kept from them is written with the next. The metadata of a
file have the digest of its rows, the version of the table's declaration, the estimand where the table has one, and what
made it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from transforms.records.columns import fields_of, table_of
from warehouse import database, database_files, mart_tables
from warehouse.mart_tables import HISTORIES, Days, Figures
from warehouse.ops_tables import EXITS_PUBLISHED, BoardNights, FigureVintages, KnownBoards, PanelDraw, Runs, Vintages
from warehouse.publish import atomic_files
from warehouse.schema import arrow_schema, ddl, ident, key_of, literal

log = logging.getLogger("jobmarket.warehouse")

DAMAGED = (OSError, pa.ArrowException, ValueError, OverflowError)
"""What reading a damaged Parquet file raises: an `OSError` without a number, which one of the disk has."""
SUFFIX = ".parquet"
FILES = "recorded.files"
"""Table of the work file: the files that it has taken in, by name and bytes. What they say stands beside it."""
DIGEST, ESTIMAND = "digest", "estimand"


class Place(Protocol):
    """Where the archive's files lie: `extractors.archive.store.Store`."""

    outbox: Path

    def files(self, pattern: str) -> list[Path]:
        """The files that match."""

    def size(self, path: Path) -> int:
        """Bytes of a file."""

    def fetch(self, path: Path) -> Path:
        """The path, with the file's bytes at it."""

    def put(self, path: Path) -> Path:
        """Put a file of the outbox in its place."""

    def set_aside(self, path: Path) -> str | None:
        """Give a damaged file another name; None: it was a copy, and is fetched anew."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A table that is on record, and how its files are called.

    `where` says in SQL which rows are. `may_lose`: rows may go. `settled_by`: rows never change once their value of
    this column is on record.
    """

    cls: type
    name: str
    where: str = "true"
    may_lose: bool = False
    settled_by: str | None = None

    @property
    def table(self) -> str:
        """The table, by its full name."""
        return table_of(self.cls).name

    @property
    def entries(self) -> str:
        """The table of the work file that has the last entry of each key, and the file that has it."""
        return f"recorded.{self.table.replace('.', '_')}"

    @property
    def columns(self) -> str:
        """SQL: its columns."""
        return ", ".join(ident(f.name) for f in fields_of(self.cls))

    @property
    def keys(self) -> str:
        """SQL: its key."""
        return ", ".join(map(ident, key_of(self.cls)))


KNOWN = Record(cls=KnownBoards, name="boards/known", may_lose=True)
DRAW = Record(cls=PanelDraw, name="boards/draw", may_lose=True)
NIGHTS = Record(cls=BoardNights, name="boards/nights", settled_by="run_id")
BOARDS = (KNOWN, DRAW, NIGHTS)
RUNS = Record(cls=Runs, name="published/runs")
RUNS_IN_VAIN = Record(cls=Runs, name="published/runs", where=f"coalesce(exit_code NOT IN {EXITS_PUBLISHED}, true)")
PUBLISHED = (
    Record(cls=Vintages, name="published/vintages"),
    Record(cls=FigureVintages, name="published/figure_vintages"),
    *(
        Record(cls=cells, name=table_of(cells).name.replace(".", "/"), may_lose=True)
        for cells in mart_tables.PUBLISHED.values()
    ),
    Record(cls=HISTORIES[Figures], name="published/figures", may_lose=True),
    Record(cls=Days, name="published/days", where=f"mart = {literal(table_of(Figures).name)}", may_lose=True),
    RUNS,
)
"""Runs are last: of a run that is on record all is that it published."""


def restore(con: database.Connection, archive: Place, records: Sequence[Record] = (*BOARDS, *PUBLISHED)) -> None:
    """Bring what files say, and a work file has not taken in, into its tables; it wins over what these have.

    A damaged file is named, set aside and passed over.
    """
    con.execute("CREATE SCHEMA IF NOT EXISTS recorded")
    con.execute(f"CREATE TABLE IF NOT EXISTS {FILES} (file VARCHAR NOT NULL, n_bytes BIGINT NOT NULL)")
    for record in records:
        _take_in(con, record, archive)


def save(
    con: database.Connection, archive: Place, records: Sequence[Record], made_by: Mapping[str, str] | None = None
) -> list[str]:
    """Write what tables say and files do not; the files that were made. What files say is taken in first.

    What cannot be written now is written the next time; a warning says so. `made_by` goes into their metadata.
    """
    made: list[str] = []
    try:
        restore(con, archive, records)
        for record in records:
            rows = _find_changes(con, record)
            if len(rows):
                made.append(_add_file(con, record, archive, rows, made_by or {}))
    except OSError as error:
        log.warning("the records beside the archive cannot be written and wait for the next run: %s", error)
    return made


def put_back(con: database.Connection, records: Sequence[Record]) -> None:
    """Give tables the rows that are on record, as far as the work file has taken them in; other rows stay."""
    for record in records:
        with database.transaction(con):
            _apply(con, record, record.entries)


# --- taking in --------------------------------------------------------------------------------------------


def _take_in(con: database.Connection, record: Record, archive: Place) -> None:
    """Read the files of a record that are new or have another size; forget those that are gone."""
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {record.entries} AS"
        f" SELECT {record.columns}, false AS is_gone, '' AS file FROM {record.table} LIMIT 0"
    )
    known = _read_known(con, record)
    there = {_name_of(file): file for file in archive.files(f"{record.name}-*{SUFFIX}")}
    there = {name: file for name, file in there.items() if _is_of(record, name)}
    new = {name: file for name, file in there.items() if known.get(name) != archive.size(file)}
    whole = {name: rows for name, file in new.items() if (rows := _read_whole(record.cls, file, archive)) is not None}
    if lost := known.keys() - (there.keys() - new.keys()):
        con.execute(f"DELETE FROM {FILES} WHERE list_contains(?, file)", [sorted(lost)])
    if not whole:
        return
    try:
        parts = [_name(_fit(record.cls, rows), name) for name, rows in whole.items()]
        with database.transaction(con):
            _enter(con, record, pa.concat_tables(parts), {name: archive.size(there[name]) for name in whole})
            _apply(con, record, "said")
    except (duckdb.Error, pa.ArrowException) as error:  # a row of an earlier version that breaks a new CHECK
        if isinstance(error, MemoryError) or (isinstance(error, duckdb.Error) and database_files.may_be_damage(error)):
            raise
        message = "%s: what was recorded does not fit today's declaration and is left out (%s)"
        log.warning(message, record.table, error)


def _read_known(con: database.Connection, record: Record) -> dict[str, int]:
    files = con.execute(f"SELECT file, n_bytes FROM {FILES}").fetchall()
    return {name: n_bytes for name, n_bytes in files if _is_of(record, name)}


def _name_of(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _is_of(record: Record, name: str) -> bool:
    """Whether a file is one of a record: by its number, or by the id of a run, as earlier versions named nights."""
    return re.fullmatch(rf"{record.name}-(\d{{6,}}|\d{{8}}T\d{{6}}Z-\w+){re.escape(SUFFIX)}", name) is not None


def _fit(cls: type, rows: pa.Table) -> pa.Table:
    """Rows in today's columns, also within structs; those that a version did not have are NULL."""
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for field in arrow_schema(cls):
        if field.name not in rows.column_names:
            columns[field.name] = pa.nulls(len(rows), field.type)
        elif pa.types.is_nested(field.type):
            columns[field.name] = pa.array(rows[field.name].to_pylist(), field.type)
        else:
            columns[field.name] = rows[field.name].cast(field.type)
    is_gone = rows["is_gone"].cast(pa.bool_()) if "is_gone" in rows.column_names else pa.repeat(False, len(rows))
    return pa.table(columns | {"is_gone": is_gone})


def _name(rows: pa.Table, file: str) -> pa.Table:
    """Entries with the file that has them."""
    return rows.append_column("file", pa.repeat(file, len(rows)))


def _enter(con: database.Connection, record: Record, rows: pa.Table, n_bytes: Mapping[str, int]) -> None:
    """Remember what files say, in their order; temporary table `said`: of it what is the last of its key."""
    same_key = " AND ".join(f"e.{ident(key)} = s.{ident(key)}" for key in key_of(record.cls))
    con.execute(f"CREATE OR REPLACE TEMP TABLE said AS FROM {record.entries} LIMIT 0")
    database.insert_into(con, "said", rows)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE said AS FROM said AS s
        WHERE NOT EXISTS (FROM {record.entries} AS e WHERE {same_key} AND e.file > s.file)
        QUALIFY row_number() OVER (PARTITION BY {record.keys} ORDER BY file DESC) = 1
        """
    )
    con.execute(f"DELETE FROM {record.entries} WHERE ({record.keys}) IN (SELECT ({record.keys}) FROM said)")
    con.execute(f"INSERT INTO {record.entries} BY NAME FROM said")
    con.executemany(f"INSERT INTO {FILES} VALUES (?, ?)", list(n_bytes.items()))


def _apply(con: database.Connection, record: Record, entries: str) -> None:
    """Give a table the rows that entries say, and take those that they say are gone."""
    con.execute(f"DELETE FROM {record.table} WHERE ({record.keys}) IN (SELECT ({record.keys}) FROM {entries})")
    con.execute(f"INSERT INTO {record.table} BY NAME SELECT {record.columns} FROM {entries} WHERE NOT is_gone")


# --- writing ----------------------------------------------------------------------------------------------


def _find_changes(con: database.Connection, record: Record) -> pa.Table:
    """The entries that files lack: rows that came or changed, keys that went, and what stood in files that are lost."""
    entries, table, columns, keys = record.entries, record.table, record.columns, record.keys
    is_open = f"{record.settled_by} NOT IN (SELECT {record.settled_by} FROM {entries})" if record.settled_by else "true"
    con.complete()
    changes: pa.Table = con.sql(
        f"""
        WITH changed AS MATERIALIZED (
            SELECT {columns}, false AS is_gone FROM {table} WHERE {record.where} AND {is_open}
            EXCEPT SELECT {columns}, is_gone FROM {entries}
        ), gone AS (
            SELECT {columns}, true AS is_gone FROM {entries}
            WHERE {record.may_lose} AND NOT is_gone AND ({keys}) NOT IN (SELECT ({keys}) FROM {table})
        ), lost AS (
            SELECT {columns}, is_gone FROM {entries} WHERE file NOT IN (SELECT file FROM {FILES})
            AND ({keys}) NOT IN (SELECT ({keys}) FROM changed) AND ({keys}) NOT IN (SELECT ({keys}) FROM gone)
        )
        FROM changed UNION ALL FROM gone UNION ALL FROM lost ORDER BY {keys}
        """
    ).to_arrow_table()
    return changes


def _add_file(
    con: database.Connection, record: Record, archive: Place, rows: pa.Table, made_by: Mapping[str, str]
) -> str:
    """Write entries as the next file of a record, and remember them; its name."""
    names = [*_read_known(con, record), *map(_name_of, archive.files(f"{record.name}-*{SUFFIX}"))]
    numbers = [int(match[1]) for name in names if (match := re.search(rf"-(\d+){re.escape(SUFFIX)}$", name))]
    name = f"{record.name}-{max(numbers, default=0) + 1:06}{SUFFIX}"
    about = {DIGEST: _digest(rows), "schema_version": _version_of(record.cls), **made_by}
    if ESTIMAND in rows.column_names:
        about[ESTIMAND] = ", ".join(sorted(filter(None, set(rows[ESTIMAND].to_pylist()))))
    path = archive.put(_write(rows.replace_schema_metadata(about), archive.outbox / name))
    with database.transaction(con):
        _enter(con, record, _name(rows, name), {name: archive.size(path)})
    return name


def _digest(rows: pa.Table) -> str:
    """SHA-256 of rows as lines of JSON, which no version of a library writes otherwise; days as numbers."""
    types = (pa.int32() if pa.types.is_date32(field.type) else field.type for field in rows.schema)
    plain = rows.cast(pa.schema(list(zip(rows.column_names, types, strict=True))))  # no day of Python is 'infinity'
    lines = (json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in plain.to_pylist())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _version_of(cls: type) -> str:
    """A digest of a table's declaration."""
    return hashlib.blake2b(ddl(cls).encode(), digest_size=8).hexdigest()


def _write(rows: pa.Table, path: Path) -> Path:
    """Write rows as a file that is there whole or not at all."""
    fresh = path.with_name(f".{path.name}.new")
    with atomic_files.naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            pq.write_table(rows, fresh, compression="zstd", write_page_checksum=True)
            atomic_files.sync_file(fresh)
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        atomic_files.sync_folder(path.parent)
    return path


# --- reading a file ---------------------------------------------------------------------------------------


def _read_whole(cls: type, file: Path, archive: Place) -> pa.Table | None:
    """The rows of a file; None where it is gone, or damaged, and then it is named and set aside.

    Raises `OSError` or `MemoryError` where this machine cannot read it, which says nothing of the file.
    """
    try:
        return _read(cls, archive.fetch(file))
    except FileNotFoundError:  # set aside since the files were listed
        return None
    except DAMAGED as error:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno):
            raise
        aside = archive.set_aside(file)
        if aside is None:
            return _read_whole(cls, file, archive)
        log.error(
            "%s is damaged, and what it records is left out: %s. It was set aside as %s; what the databases still have "
            "of it is written again", file, error, aside,
        )  # fmt: skip
        return None


def _read(cls: type, path: Path) -> pa.Table:
    """The rows of a file, in the columns of the version that wrote it.

    Raises one of `DAMAGED` also where they are not those that were written; of a version that wrote no digest, where
    they lack their key or what every row must have.
    """
    rows = pq.read_table(path, page_checksum_verification=True)
    about = rows.schema.metadata or {}
    if DIGEST.encode() in about:
        if about[DIGEST.encode()].decode() != _digest(rows):
            raise ValueError("its rows are not those that were written")
        return rows
    if lacking := set(key_of(cls)) - set(rows.column_names):
        raise ValueError(f"it lacks {', '.join(sorted(lacking))}")
    for field in fields_of(cls):
        if not field.nullable and field.name in rows.column_names and rows[field.name].null_count:
            raise ValueError(f"a row lacks {field.name}")
    return rows
