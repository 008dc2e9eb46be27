"""Records beside the archive: rows of the work file that no server can give again, in files that are never changed.

The new and changed rows of a table become a small Parquet file (`published/vintages-NUMBER.parquet`), whose metadata
hold a digest of the rows, the version of the table's declaration, the estimand if there is one, and the run. Together
the files are a log: the last entry of a key counts, and may say that its key is gone (`is_gone`).

The work file remembers which files it has read and what they say about each key, so it reads each file once. Changes
that no file has yet are written to a new file; if the program is killed before that, the next run writes them.
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
from warehouse.ops_tables import (
    EXITS_PUBLISHED,
    BoardNights,
    Causes,
    JobMoves,
    KeptAdverts,
    KnownBoards,
    PanelDraw,
    Runs,
    Vintages,
)
from warehouse.publish import atomic_files
from warehouse.schema import arrow_schema, ddl, digest_select, ident, key_of, literal
from warehouse.sql_files import read_sql

log = logging.getLogger("jobmarket.warehouse")

DAMAGED = (OSError, pa.ArrowException, ValueError, OverflowError)
"""Errors from reading a damaged Parquet file. An `OSError` of this kind has no errno; an `OSError` of the disk has
one."""
SUFFIX = ".parquet"
FILES = "recorded.files"
"""The work file's table with the name and size of each file it has read. `Record.entries` names the tables of
entries."""
DIGEST, ESTIMAND = "digest", "estimand"


class Place(Protocol):
    """Where the archive keeps its files, in practice `extractors.archive.store.Store`."""

    outbox: Path

    def files(self, pattern: str) -> list[Path]:
        """Return the paths of the files that match `pattern`."""

    def size(self, path: Path) -> int:
        """Return a file's size in bytes."""

    def fetch(self, path: Path) -> Path:
        """Fetch the file to its path and return the path."""

    def put(self, path: Path) -> Path:
        """Move a file from the outbox to its place, and return its new path."""

    def set_aside(self, path: Path) -> str | None:
        """Rename a damaged file and return its new name; None if it was only a copy, which will be fetched again."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A table whose rows are recorded, and the name of its files."""

    cls: type
    name: str
    where: str = "true"  # SQL condition of the rows to record
    may_lose: bool = False  # whether rows may be deleted
    settled_by: str | None = None  # a column; once a value of it is on record, the rows with that value never change

    @property
    def table(self) -> str:
        """The table's full name."""
        return table_of(self.cls).name

    @property
    def entries(self) -> str:
        """The work file's table with the last entry of each key, and the file that holds the entry."""
        return f"recorded.{self.table.replace('.', '_')}"

    @property
    def columns(self) -> str:
        """The table's columns in SQL."""
        return ", ".join(ident(f.name) for f in fields_of(self.cls))

    @property
    def keys(self) -> str:
        """The table's key in SQL."""
        return ", ".join(map(ident, key_of(self.cls)))


KNOWN = Record(cls=KnownBoards, name="boards/known", may_lose=True)
DRAW = Record(cls=PanelDraw, name="boards/draw", may_lose=True)
NIGHTS = Record(cls=BoardNights, name="boards/nights", settled_by="run_id")
BOARDS = (KNOWN, DRAW, NIGHTS)
"""The records of the known boards, of the panel, and of why each board was asked and with what chance."""
RUNS = Record(cls=Runs, name="published/runs")
UNPUBLISHED_RUNS = Record(cls=Runs, name="published/runs", where=f"coalesce(exit_code NOT IN {EXITS_PUBLISHED}, true)")
PUBLISHED = (
    Record(cls=Vintages, name="published/vintages"),
    Record(cls=JobMoves, name="published/job_moves"),
    Record(cls=KeptAdverts, name="published/kept_adverts", may_lose=True),
    Record(cls=Causes, name="published/causes", may_lose=True),
    *(
        Record(cls=cells, name=table_of(cells).name.replace(".", "/"), may_lose=True)
        for cells in mart_tables.PUBLISHED.values()
    ),
    Record(cls=HISTORIES[Figures], name="published/figures", may_lose=True),
    Record(cls=Days, name="published/days", where=f"mart = {literal(table_of(Figures).name)}", may_lose=True),
    RUNS,
)
"""The records of what was published. Runs come last: if a run is on record, so is everything that it published."""


def restore(con: database.Connection, archive: Place, records: Sequence[Record] = (*BOARDS, *PUBLISHED)) -> None:
    """Read the record files that the work file has not read yet into its tables.

    Their rows replace rows with the same key. A damaged file is named in the log, set aside and skipped.
    """
    con.execute("CREATE SCHEMA IF NOT EXISTS recorded")
    con.execute(f"CREATE TABLE IF NOT EXISTS {FILES} (file VARCHAR NOT NULL, n_bytes BIGINT NOT NULL)")
    for record in records:
        _take_in(con, record, archive)


def save(
    con: database.Connection, archive: Place, records: Sequence[Record], made_by: Mapping[str, str] | None = None
) -> list[str]:
    """Read new files, then write the changes that no file has yet. Return the names of the files written.

    `made_by` is added to their metadata. If a file cannot be written, a warning is logged, and the next run writes it.
    """
    made: list[str] = []
    try:
        restore(con, archive, records)
        for record in records:
            if not _is_recorded(con, record) and len(rows := _find_changes(con, record)):
                made.append(_add_file(con, record, archive, rows, made_by or {}))
    except OSError as error:
        log.warning("the records beside the archive cannot be written and wait for the next run: %s", error)
    return made


def put_back(con: database.Connection, records: Sequence[Record]) -> None:
    """Write the rows on record, as far as the work file has read them, into their tables. Rows with other keys stay."""
    for record in records:
        with database.transaction(con):
            _apply(con, record, record.entries)


# --- taking in --------------------------------------------------------------------------------------------


def _take_in(con: database.Connection, record: Record, archive: Place) -> None:
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {record.entries} AS"
        f" SELECT {record.columns}, false AS is_gone, '' AS file FROM {record.table} LIMIT 0"
    )
    known = _read_known(con, record)
    files = {_name_of(file): file for file in archive.files(f"{record.name}-*{SUFFIX}")}
    there = {name: file for name, file in files.items() if _is_of(record, name)}
    new = {name: file for name, file in there.items() if known.get(name) != archive.size(file)}
    tables = {name: rows for name, file in new.items() if (rows := _read_sound(file, archive)) is not None}
    if lost := known.keys() - (there.keys() - new.keys()):
        con.execute(f"DELETE FROM {FILES} WHERE list_contains(?, file)", [sorted(lost)])
    if not tables:
        return
    try:
        parts = [_fit(record.cls, rows, name) for name, rows in tables.items()]
        with database.transaction(con):
            _enter(con, record, pa.concat_tables(parts), {name: archive.size(there[name]) for name in tables})
            _apply(con, record, "last_entries")
    except (duckdb.Error, pa.ArrowException) as error:  # a row of an earlier version that breaks a new CHECK
        if isinstance(error, MemoryError) or (isinstance(error, duckdb.Error) and database_files.may_be_damage(error)):
            raise
        log.warning("%s: what was recorded does not fit today's declaration and is left out (%s)", record.table, error)


def _read_known(con: database.Connection, record: Record) -> dict[str, int]:
    files = con.execute(f"SELECT file, n_bytes FROM {FILES}").fetchall()
    return {name: n_bytes for name, n_bytes in files if _is_of(record, name)}


def _name_of(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _is_of(record: Record, name: str) -> bool:
    """Whether a file belongs to a record: its name ends in a number."""
    return re.fullmatch(rf"{record.name}-\d{{6,}}{re.escape(SUFFIX)}", name) is not None


def _fit(cls: type, rows: pa.Table, file: str) -> pa.Table:
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for field in arrow_schema(cls):
        if field.name not in rows.column_names:
            columns[field.name] = pa.nulls(len(rows), field.type)
        elif pa.types.is_nested(field.type):
            columns[field.name] = pa.array(rows[field.name].to_pylist(), field.type)
        else:
            columns[field.name] = rows[field.name].cast(field.type)
    is_gone = rows["is_gone"].cast(pa.bool_()) if "is_gone" in rows.column_names else pa.repeat(False, len(rows))
    return pa.table(columns | {"is_gone": is_gone, "file": pa.repeat(file, len(rows))})


def _enter(con: database.Connection, record: Record, rows: pa.Table, n_bytes: Mapping[str, int]) -> None:
    """Remember entries of files, and make the temporary table `last_entries` with the last entry of each key."""
    same_key = " AND ".join(f"e.{ident(key)} = n.{ident(key)}" for key in key_of(record.cls))
    con.execute(f"CREATE OR REPLACE TEMP TABLE new_entries AS FROM {record.entries} LIMIT 0")
    database.insert_into(con, "new_entries", rows)
    con.execute(read_sql("load/sql/last_entries", entries=record.entries, keys=record.keys, same_key=same_key))
    con.executemany(f"INSERT INTO {FILES} VALUES (?, ?)", list(n_bytes.items()))


def _apply(con: database.Connection, record: Record, entries: str) -> None:
    con.execute(f"DELETE FROM {record.table} WHERE ({record.keys}) IN (SELECT ({record.keys}) FROM {entries})")
    con.execute(f"INSERT INTO {record.table} BY NAME SELECT {record.columns} FROM {entries} WHERE NOT is_gone")


# --- writing ----------------------------------------------------------------------------------------------


def _is_recorded(con: database.Connection, record: Record) -> bool:
    lost = f"SELECT EXISTS (FROM {record.entries} WHERE file NOT IN (SELECT file FROM {FILES}))"
    fields = fields_of(record.cls)
    digest = digest_select([f.name for f in fields], [f.name for f in fields if f.is_list])
    in_table = con.execute(f"SELECT {digest} FROM {record.table} WHERE {record.where}").fetchall()
    in_files = con.execute(f"SELECT {digest} FROM {record.entries} WHERE NOT is_gone").fetchall()
    return in_table == in_files and not con.execute(lost).fetchall()[0][0]


def _find_changes(con: database.Connection, record: Record) -> pa.Table:
    settled = record.settled_by
    is_open = f"{settled} NOT IN (SELECT {settled} FROM {record.entries})" if settled else "true"
    con.complete()
    select = read_sql(
        "load/sql/changed_entries",
        entries=record.entries,
        table=record.table,
        columns=record.columns,
        keys=record.keys,
        condition=f"{record.where} AND {is_open}",
        may_lose=record.may_lose,
        files=FILES,
    )
    changes: pa.Table = con.sql(select).to_arrow_table()
    return changes


def _add_file(
    con: database.Connection, record: Record, archive: Place, rows: pa.Table, made_by: Mapping[str, str]
) -> str:
    names = [*_read_known(con, record), *map(_name_of, archive.files(f"{record.name}-*{SUFFIX}"))]
    numbers = [int(match[1]) for name in names if (match := re.search(rf"-(\d+){re.escape(SUFFIX)}$", name))]
    name = f"{record.name}-{max(numbers, default=0) + 1:06}{SUFFIX}"
    version = hashlib.blake2b(ddl(record.cls).encode(), digest_size=8).hexdigest()
    about = {DIGEST: _digest(rows), "schema_version": version, **made_by}
    if ESTIMAND in rows.column_names:
        about[ESTIMAND] = ", ".join(sorted(filter(None, set(rows[ESTIMAND].to_pylist()))))
    path = archive.put(_write(rows.replace_schema_metadata(about), archive.outbox / name))
    with database.transaction(con):
        _enter(con, record, rows.append_column("file", pa.repeat(name, len(rows))), {name: archive.size(path)})
    return name


def _digest(rows: pa.Table) -> str:
    """Return the SHA-256 of rows as lines of JSON, which every library version writes alike. Days become numbers."""
    types = (pa.int32() if pa.types.is_date32(field.type) else field.type for field in rows.schema)
    plain = rows.cast(pa.schema(list(zip(rows.column_names, types, strict=True))))  # Python has no day 'infinity'
    lines = (json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in plain.to_pylist())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _write(rows: pa.Table, path: Path) -> Path:
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


def _read_sound(file: Path, archive: Place) -> pa.Table | None:
    """Return the rows of a file; None if it is gone or damaged. A damaged file is named in the log and set aside."""
    try:
        return _read(archive.fetch(file))
    except FileNotFoundError:  # it was set aside after the files were listed
        return None
    except DAMAGED as error:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno):
            raise  # this machine cannot read it, which does not prove that it is damaged
        aside = archive.set_aside(file)
        if aside is None:
            return _read_sound(file, archive)
        log.error(
            "%s is damaged, and what it records is left out: %s. It was set aside as %s; what the databases still have "
            "of it is written again", file, error, aside,
        )  # fmt: skip
        return None


def _read(path: Path) -> pa.Table:
    """Return the rows of a file, in the columns of the version that wrote it. Raises one of `DAMAGED`."""
    rows = pq.read_table(path, page_checksum_verification=True)
    if (rows.schema.metadata or {}).get(DIGEST.encode(), b"").decode() != _digest(rows):
        raise ValueError("its rows differ from what was written")
    return rows
