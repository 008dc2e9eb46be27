"""The warehouse's working file, work.duckdb: opening it, transactions, and rows that the pipeline itself writes.

work.duckdb has CHECKs but no PRIMARY KEYs, because an upsert takes 8 to 24 s per file with an index and 1.1 s without
one (four loads of 111,000 postings), while CHECKs cost nothing measurable. Upserts match rows by key, the load gate
tests that keys are unique, and the published file has PRIMARY KEYs (`warehouse.publish.market`).

All sessions run in UTC, so `::DATE` of a time is its day in UTC.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import pyarrow as pa

from transforms.records.columns import fields_of, table_of
from warehouse import database_files
from warehouse.mart_tables import HISTORIES, PUBLISHED, Days
from warehouse.marts.history import mart_history
from warehouse.marts.vintages import published
from warehouse.ops_tables import (
    BoardNights,
    Causes,
    Checks,
    JobMoves,
    KeptAdverts,
    KnownBoards,
    MartInputs,
    PanelDraw,
    Rejects,
    Runs,
    SourceHealth,
    Vintages,
)
from warehouse.publish import atomic_files
from warehouse.schema import arrow_schema, arrow_table, declarations, ident, key_of, literal, schema_key
from warehouse.sql_files import read_sql

if TYPE_CHECKING:  # pandas is slow to import, and queries do not need it
    import pandas as pd

log = logging.getLogger("jobmarket.warehouse")

Connection = duckdb.DuckDBPyConnection
SqlError = duckdb.Error
"""The error that a person's query may raise. Other packages use this name and need not import DuckDB."""

WORK = "work.duckdb"
MARKET = "market.duckdb"
NIGHTLY = "nightly"
"""Name of the published file while it is attached. (`published` is the schema of published cells.)"""
KEPT = (
    Runs, Checks, SourceHealth, Vintages, *PUBLISHED.values(), KnownBoards, PanelDraw, BoardNights,
    JobMoves, KeptAdverts, Causes,
)  # fmt: skip
"""Tables that cannot be restored from archived answers. Like the marts, they are kept when the work file is rebuilt."""
Row = TypeVar("Row")
Restore = Callable[[Connection], None]
"""A function that loads the records kept beside the archive into a new work file (`warehouse.load.archive_records`)."""
_NO_EXTENSIONS = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


# --- the working file -------------------------------------------------------------------------------


def open_work(
    data_dir: Path,
    *,
    memory_limit: str = "4GB",
    threads: int = 2,
    temp_directory: Path | None = None,
    restore: Restore | None = None,
) -> Connection:
    """Open work.duckdb for reading and writing, and create it if it is missing.

    A file made with other table declarations is replaced, as `reset_work` does; marts and records of runs that no
    longer fit are dropped. Only the holder of the data folder's lock may call this function. Raises
    `duckdb.IOException` if another process has the file open.
    """
    path = data_dir / WORK
    temporary = str(temp_directory or data_dir / "tmp")
    config = {"memory_limit": memory_limit, "threads": threads, "temp_directory": temporary, **_NO_EXTENSIONS}
    data_dir.mkdir(parents=True, exist_ok=True)
    if path.exists():
        con = _connect(path, config)
        if stored_key(con) == schema_key():
            return con
        con.close()
        log.warning("%s: table declarations changed; rebuilding it from the refined files", path)
    _make_work(path, config, restore)
    return _connect(path, config)


def is_loaded(data_dir: Path) -> bool:
    """Whether work.duckdb exists, has today's table declarations and holds adverts; otherwise it must be rebuilt."""
    path = data_dir / WORK
    if not path.exists():
        return False
    with duckdb.connect(str(path), read_only=True) as con:
        return stored_key(con) == schema_key() and bool(con.execute("FROM core.postings LIMIT 1").fetchall())


def reset_work(data_dir: Path, *, restore: Restore | None = None) -> None:
    """Replace work.duckdb by a file without any loaded archive file. The next load then reads all archive files again.

    Marts and records of runs are carried over (from market.duckdb if there is no work.duckdb), because nothing else can
    restore what was published. `restore` loads the records kept beside the archive.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    _make_work(data_dir / WORK, _NO_EXTENSIONS, restore)


def _connect(path: Path, config: dict[str, Any]) -> Connection:
    con = duckdb.connect(str(path), config=config)
    con.execute("SET TimeZone = 'UTC'")
    return con


def stored_key(con: Connection) -> str | None:
    """Return the digest of the declarations that the current database was made with; None if it holds no digest."""
    table = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'made_with' AND database_name = current_database()"
    ).fetchone()
    row = con.execute("SELECT schema_key FROM made_with").fetchone() if table else None
    return str(row[0]) if row else None


def _make_work(path: Path, config: dict[str, Any], restore: Restore | None) -> None:
    """Make a new work file under a temporary name and rename it, so that no half-made file is ever used."""
    fresh = path.with_name(path.name + ".new")
    remove_database(fresh)
    old = path if path.exists() else path.with_name(MARKET)
    made_with = "\n".join((schema_key(), *declarations(is_published=False)))  # `schema_key` does not cover comments
    database_files.copy_empty(fresh, kind="work", made_with=made_with, make=_make_empty)
    with _connect(fresh, config) as con:
        if old.exists():
            _carry_over(con, old)
        if restore is not None:
            restore(con)
        con.execute("CHECKPOINT")
    remove_database(path, sidecars_only=True)
    atomic_files.sync_file(fresh)
    fresh.replace(path)
    atomic_files.sync_folder(path.parent)


def _make_empty(path: Path) -> None:
    with _connect(path, _NO_EXTENSIONS) as con:
        with transaction(con):
            create_all(con)
            con.execute("CREATE TABLE made_with (schema_key VARCHAR NOT NULL)")
            con.execute("INSERT INTO made_with VALUES (?)", [schema_key()])
        con.execute("CHECKPOINT")


def _carry_over(con: Connection, old: Path) -> None:
    con.execute(f"ATTACH {literal(str(old))} AS old (READ_ONLY)")
    tables = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'old'"
    names = {name for (name,) in con.execute(tables).fetchall()}
    for cls in (*HISTORIES, *(cls for cls in KEPT if table_of(cls).name in names)):
        try:
            with transaction(con):
                _copy(con, cls, "old")
        except duckdb.Error as error:  # a missing table or column, or a new CHECK
            if database_files.may_be_damage(error):
                raise
            name = table_of(cls).name
            log.warning("%s: its history does not fit today's declaration and is dropped (%s)", name, error)
    con.execute("DETACH old")


def create_all(con: Connection, *, is_published: bool = False) -> None:
    """Create everything in the connection's current database (`schema.declarations`)."""
    for statement in declarations(is_published=is_published):
        con.execute(statement)


def make_working_tables(con: Connection, columns_of: Mapping[str, str], key: str) -> None:
    """Create tables that only the work file has, given by name and columns; the first has one column, for the key.

    If they were made with another `key`, replace them by empty ones.
    """
    key_table = next(iter(columns_of))
    con.execute(f"CREATE TABLE IF NOT EXISTS {key_table} ({columns_of[key_table]})")
    if con.execute(f"FROM {key_table}").fetchall() != [(key,)]:
        for name, columns in columns_of.items():
            con.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
        con.execute(f"INSERT INTO {key_table} VALUES (?)", [key])


@contextlib.contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """Commit what the `with` block writes, or roll it back if the block raises. Transactions cannot be nested."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()


@contextlib.contextmanager
def attached(con: Connection, path: Path, *, name: str, storage: str) -> Iterator[str]:
    """Attach a database file as `name` and use it inside the `with` block. Yield the name of the previous database.

    `storage` is the storage version of a new file.
    """
    before: str = con.execute("SELECT current_database()").fetchall()[0][0]
    con.execute(f"ATTACH {literal(str(path))} AS {name} (STORAGE_VERSION {literal(storage)})")
    try:
        con.execute(f"USE {name}")
        yield before
    finally:
        con.execute(f"USE {ident(before)}")
        con.execute(f"DETACH {name}")


def remove_database(path: Path, *, sidecars_only: bool = False) -> None:
    """Remove a database file and its write-ahead logs, or only the logs."""
    for file in (*([] if sidecars_only else [path]), *path.parent.glob(path.name + ".wal*")):
        file.unlink(missing_ok=True)


def is_full_disk(error: duckdb.Error) -> bool:
    """Whether DuckDB failed because a disk is full. Only the error's message shows this."""
    return os.strerror(errno.ENOSPC) in str(error)


# --- rows made by the pipeline itself -----------------------------------------------------------------


def load_lookup(con: Connection, cls: type, rows: Sequence[object]) -> None:
    """Replace all rows of a lookup table (core.countries, roles, skills, sources, employers)."""
    with transaction(con):
        con.execute(f"DELETE FROM {table_of(cls).name}")
        insert_into(con, table_of(cls).name, arrow_table(cls, rows))


def write_mart(
    con: Connection, cls: type, rows: pd.DataFrame | Sequence[object], *, as_of: date, reused: Collection[str] = ()
) -> None:
    """Replace a mart's rows of one day, except the rows of cells that are `reused` (`mart_history.write_day`).

    A frame has the columns of `cls`; NaN and None mean NULL. Call it in a `transaction`, so that all marts of a day are
    stored together or not at all.
    """
    if isinstance(rows, Sequence):
        table = arrow_table(cls, rows)
    else:
        table = pa.Table.from_pandas(rows, schema=arrow_schema(cls), preserve_index=False)
    with registered(con, "mart_rows", table):
        mart_history.write_day(con, cls, "SELECT * FROM mart_rows", as_of, reused=reused)


def read_rows(con: Connection, cls: type[Row], where: str = "true", parameters: Sequence[object] = ()) -> list[Row]:
    """Return the rows of a table that meet a condition. Its columns must be scalars."""
    names = [f.name for f in fields_of(cls)]
    select = f"SELECT {', '.join(map(ident, names))} FROM {table_of(cls).name} WHERE {where}"
    return [cls(**dict(zip(names, row, strict=True))) for row in con.execute(select, parameters).fetchall()]


def put(con: Connection, cls: type, rows: Sequence[object]) -> None:
    """Insert rows into a table, or replace rows with the same keys. Of `rows` with the same key, the last counts."""
    keys = key_of(cls)
    last = {tuple(getattr(row, key) for key in keys): row for row in rows}
    with registered(con, "put_rows", arrow_table(cls, list(last.values()))):
        con.execute(merge_sql(cls, "put_rows"))


def restore_published(con: Connection, cls: type, market: Path) -> None:
    """Reset a table, or a mart's days and rows, to what the published file has; empty it if there is no such file.

    This undoes the writes of a run that did not publish. If the published table is missing or does not fit, or another
    process has the published file open, the rows stay and a warning is logged. Raises `duckdb.Error` if the published
    file may be damaged.
    """
    if not market.exists():
        with transaction(con):
            _forget(con, cls)
        return
    try:
        con.execute(f"ATTACH {literal(str(market))} AS {NIGHTLY} (READ_ONLY)")
        if cls not in HISTORIES or not mart_history.is_as_in(con, cls, NIGHTLY):
            with transaction(con):
                _forget(con, cls)
                _copy(con, cls, NIGHTLY)
    except duckdb.Error as error:
        if database_files.LOCKED not in str(error) and database_files.may_be_damage(error):
            raise
        log.warning("%s: its published rows cannot be read or do not fit (%s)", table_of(cls).name, error)
    finally:
        con.execute(f"DETACH DATABASE IF EXISTS {NIGHTLY}")


def _forget(con: Connection, cls: type) -> None:
    if cls in HISTORIES:
        mart_history.forget(con, cls)
    else:
        con.execute(f"DELETE FROM {table_of(cls).name}")


def _copy(con: Connection, cls: type, name: str) -> None:
    """Copy the rows of a table or mart from the attached database `name`. The target table must be empty."""
    if cls in HISTORIES:
        mart_history.copy(con, cls, name)
    else:
        mart_history.copy_rows(con, cls, name)


def set_days_aside(con: Connection, market: Path, now: datetime) -> str | None:
    """Remove marts and figures of days after `now` (which has a time zone), and undo decisions made on those days.

    Records of runs stay. The published file is kept, complete, under a second name (`atomic_files.keep_aside`). Return
    a sentence that reports this, or None if nothing is dated after `now`.
    """
    day = now.astimezone(UTC).date()
    dated = " OR ".join(f"EXISTS (FROM {table_of(cls).name} WHERE as_of > $day)" for cls in (Days, MartInputs))
    dated += " OR EXISTS (FROM ops.vintages WHERE coalesce(decided_on, offered_on) > $day)"
    if not con.execute(f"SELECT {dated}", {"day": day}).fetchall()[0][0]:
        return None
    kept = atomic_files.keep_aside(market, day) if market.exists() else None
    with transaction(con):
        days = {later for mart in HISTORIES for later in mart_history.forget_after(con, mart, day)}
        for cls in (Days, MartInputs):
            con.execute(f"DELETE FROM {table_of(cls).name} WHERE as_of > ?", [day])
        _undo_decisions(con, day)
        published.follow_vintages(con)
    what = ", ".join(map(str, sorted(days))) or "only vintages"
    where = f"{kept} keeps what was published of it" if kept else "none of it was published"
    return f"Set aside everything dated after today ({what}); {where}"


def _undo_decisions(con: Connection, day: date) -> None:
    """Withdraw vintages offered after a day, and reopen vintages decided after it.

    A vintage that another one followed stays decided, but its decision is dated back to the day.
    """
    con.execute(read_sql("marts/vintages/withdraw_later"), {"day": day})
    con.execute(read_sql("marts/vintages/reopen_later"), {"day": day})
    con.execute("UPDATE ops.vintages SET decided_on = $day WHERE decided_on > $day", {"day": day})


def begin_run(con: Connection, run: Runs) -> None:
    """Record that a run began."""
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
    """Record how a run ended, and the day that it was for, if that differs from the day recorded at its start."""
    con.execute(
        "UPDATE ops.runs SET ended_at = ?, exit_code = ?, as_of = coalesce(?, as_of), message = ? WHERE run_id = ?",
        [ended_at, exit_code, as_of, message, run_id],
    )


def record_checks(con: Connection, checks: Sequence[Checks]) -> None:
    """Store the results of a gate. Call it outside the transaction that the gate may roll back."""
    put(con, Checks, checks)


def put_rejects(con: Connection, rejects: Sequence[Rejects]) -> None:
    """Record what was rejected before it reached the archive. This replaces earlier rejects of the same records."""
    with transaction(con):
        for reject in rejects:
            con.execute(
                "DELETE FROM ops.rejects WHERE warc = ? AND record = ? AND column_name = ? AND posting_id IS NULL",
                [reject.warc, reject.record, reject.column_name],
            )
        insert_into(con, table_of(Rejects).name, arrow_table(Rejects, rejects))


def insert_into(con: Connection, table: str, rows: pa.Table) -> None:
    """Insert rows into a table. Columns are matched by name."""
    with registered(con, "inserted_rows", rows):
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM inserted_rows")


@contextlib.contextmanager
def registered(con: Connection, name: str, rows: pa.Table) -> Iterator[None]:
    """Let SQL read an Arrow table by name. DuckDB accepts no new name while an earlier statement is still running."""
    con.complete()
    con.register(name, rows)
    try:
        yield
    finally:
        con.complete()
        con.unregister(name)


def merge_sql(cls: type, rows: str) -> str:
    """Return a MERGE statement that inserts rows of the table `rows` with new keys and updates the others."""
    columns, keys = [f.name for f in fields_of(cls)], key_of(cls)
    sets = ", ".join(f"{ident(c)} = s.{ident(c)}" for c in columns if c not in keys)
    return f"""
        MERGE INTO {table_of(cls).name} AS t USING {rows} AS s
        ON {" AND ".join(f"t.{ident(k)} = s.{ident(k)}" for k in keys)}
        WHEN MATCHED THEN UPDATE SET {sets}
        WHEN NOT MATCHED THEN INSERT ({", ".join(map(ident, columns))})
            VALUES ({", ".join(f"s.{ident(c)}" for c in columns)})
        """
