"""The warehouse's working file, work.duckdb: opening it, transactions, and rows that the pipeline itself makes.

work.duckdb has CHECKs but no PRIMARY KEYs. Measured on four loads of 111,000 postings, an indexed upsert takes 8 to
24 s a file against 1.1 s without, while CHECKs cost nothing that can be measured. Upserts here are by key, the load
gate tests that keys are unique, and the published file has PRIMARY KEYs (`warehouse.publish.market`).

All sessions run in UTC, so that `::DATE` of a time is its day in UTC.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from transforms.records.columns import fields_of, table_of
from warehouse import published, recovery, templates
from warehouse.mart_tables import HISTORIES, PUBLISHED, Days
from warehouse.marts import mart_history
from warehouse.ops_tables import (
    BoardNights,
    Checks,
    FigureVintages,
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

if TYPE_CHECKING:  # for its type alone: who asks a question of the warehouse does not wait for it
    import pandas as pd

log = logging.getLogger("jobmarket.warehouse")

Connection = duckdb.DuckDBPyConnection
SqlError = duckdb.Error
"""What a query of a person can raise; named here so that other packages need not import DuckDB."""

WORK = "work.duckdb"
MARKET = "market.duckdb"
NIGHTLY = "nightly"
"""What the published file is called while it is attached; the schema of published cells has the name `published`."""
KEPT = (
    Runs, Checks, SourceHealth, Vintages, FigureVintages, *PUBLISHED.values(), KnownBoards, PanelDraw, BoardNights
)  # fmt: skip
"""Tables that cannot be made again from answers; with the marts they outlive a rebuilt work file."""
Restore = Callable[[Connection], None]
"""Brings into a work file that was made anew what is kept beside the archive (`warehouse.load.archive_records`)."""


# --- the working file -------------------------------------------------------------------------------


def open_work(
    data_dir: Path,
    *,
    memory_limit: str = "4GB",
    threads: int = 2,
    temp_directory: Path | None = None,
    restore: Restore | None = None,
) -> Connection:
    """Open work.duckdb for reading and writing; make it when there is none.

    A file made with other table declarations is replaced by an empty one, which the next loads fill again
    from the refined files; marts and the records of runs are carried over where they still fit, and `restore`
    brings what is kept elsewhere. Only the holder of the data folder's lock may call this. Raises
    `duckdb.IOException` when another process has the file open.
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
        if stored_key(con) == schema_key():
            return con
        con.close()
        log.warning("%s: table declarations changed; it is made again from the refined files", path)
    _make_work(path, config, restore)
    return _connect(path, config)


def is_loaded(data_dir: Path) -> bool:
    """Whether work.duckdb is there, is of these table declarations and holds adverts: else it must be made again."""
    path = data_dir / WORK
    if not path.exists():
        return False
    with duckdb.connect(str(path), read_only=True) as con:
        return stored_key(con) == schema_key() and bool(con.execute("FROM core.postings LIMIT 1").fetchall())


def make_anew(data_dir: Path, *, restore: Restore | None = None) -> None:
    """Replace work.duckdb by one in which no archive file is loaded; the next load takes them all again.

    Marts, and the records of runs, are carried over: they say what was published, which nothing makes again. Where
    there is no work.duckdb, they come from market.duckdb. `restore` brings what is kept elsewhere.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    _make_work(data_dir / WORK, {"autoinstall_known_extensions": False, "autoload_known_extensions": False}, restore)


def _connect(path: Path, config: dict[str, Any]) -> Connection:
    con = duckdb.connect(str(path), config=config)
    con.execute("SET TimeZone = 'UTC'")
    return con


def stored_key(con: Connection) -> str | None:
    """The digest of the declarations that the current database was made with; None when it holds none."""
    table = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'made_with' AND database_name = current_database()"
    ).fetchone()
    row = con.execute("SELECT schema_key FROM made_with").fetchone() if table else None
    return str(row[0]) if row else None


def _make_work(path: Path, config: dict[str, Any], restore: Restore | None) -> None:
    """Make an empty work file beside its place and move it there, so that it is never there half-made."""
    fresh = path.with_name(path.name + ".new")
    remove_database(fresh)
    old = path if path.exists() else path.with_name(MARKET)
    made_with = "\n".join((schema_key(), *declarations(is_published=False)))  # the key alone leaves out the comments
    templates.copy_empty(fresh, kind="work", made_with=made_with, make=_make_empty)
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
    """Make a work file without rows."""
    with _connect(path, {"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as con:
        with transaction(con):
            create_all(con)
            con.execute("CREATE TABLE made_with (schema_key VARCHAR NOT NULL)")
            con.execute("INSERT INTO made_with VALUES (?)", [schema_key()])
        con.execute("CHECKPOINT")


def _carry_over(con: Connection, old: Path) -> None:
    """Copy the tables that nothing can make again, where today's declaration still admits them."""
    con.execute(f"ATTACH {literal(str(old))} AS old (READ_ONLY)")
    there = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'old'"
    names = {name for (name,) in con.execute(there).fetchall()}
    for cls in (*HISTORIES, *(cls for cls in KEPT if table_of(cls).name in names)):
        try:
            with transaction(con):
                _copy(con, cls, "old")
        except duckdb.Error as error:  # an old table that is missing, lacks a column or breaks a new CHECK
            if recovery.may_be_damage(error):
                raise
            name = table_of(cls).name
            log.warning("%s: its history does not fit today's declaration and is left out (%s)", name, error)
    con.execute("DETACH old")


def create_all(con: Connection, *, is_published: bool = False) -> None:
    """Schemas, tables, comments and views in the connection's current database."""
    for statement in declarations(is_published=is_published):
        con.execute(statement)


def make_working_tables(con: Connection, columns_of: Mapping[str, str], key: str) -> None:
    """Make tables of the work file alone, by their names and columns; empty ones where they were made with another key.

    The first of them is for the key, in its one column.
    """
    key_table = next(iter(columns_of))
    con.execute(f"CREATE TABLE IF NOT EXISTS {key_table} ({columns_of[key_table]})")
    if con.execute(f"FROM {key_table}").fetchall() != [(key,)]:
        for name, columns in columns_of.items():
            con.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
        con.execute(f"INSERT INTO {key_table} VALUES (?)", [key])


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


@contextlib.contextmanager
def attached(con: Connection, path: Path, *, name: str, storage: str) -> Iterator[str]:
    """Use another database file under a name; gives the name of the one before, which is used again after."""
    before: str = con.execute("SELECT current_database()").fetchall()[0][0]
    con.execute(f"ATTACH {literal(str(path))} AS {name} (STORAGE_VERSION {literal(storage)})")
    try:
        con.execute(f"USE {name}")
        yield before
    finally:
        con.execute(f"USE {ident(before)}")
        con.execute(f"DETACH {name}")


def remove_database(path: Path, *, sidecars_only: bool = False) -> None:
    """Remove a database file with its write-ahead logs, or these alone."""
    for file in (*([] if sidecars_only else [path]), *path.parent.glob(path.name + ".wal*")):
        file.unlink(missing_ok=True)


def is_full_disk(error: duckdb.Error) -> bool:
    """Whether DuckDB failed because a disk is full, which it says in words only."""
    return os.strerror(errno.ENOSPC) in str(error)


# --- rows made by the pipeline itself -----------------------------------------------------------------


def load_lookup(con: Connection, cls: type, rows: Sequence[object]) -> None:
    """Replace all rows of a lookup table (core.countries, roles, skills, sources, employers)."""
    with transaction(con):
        con.execute(f"DELETE FROM {table_of(cls).name}")
        insert_into(con, table_of(cls).name, arrow_table(cls, rows))


def write_mart(
    con: Connection,
    cls: type,
    rows: pd.DataFrame | Sequence[object],
    *,
    as_of: date,
    reused: Collection[str] = (),
) -> None:
    """Replace a mart's rows of one day but those of cells that are `reused` (`mart_history.write_day`).

    A frame has the columns of `cls`, NaN and None meaning NULL. In the caller's `transaction`, so that all marts of a
    day come or go together.
    """
    if isinstance(rows, Sequence):
        table = arrow_table(cls, rows)
    else:
        table = pa.Table.from_pandas(rows, schema=arrow_schema(cls), preserve_index=False)
    with _register(con, "mart_rows", table):
        mart_history.write_day(con, cls, "SELECT * FROM mart_rows", as_of, reused=reused)


def keep_mart(con: Connection, cls: type, *, of: date, as_of: date) -> None:
    """Give a mart on one day the rows that it has on another, in the caller's `transaction`."""
    mart_history.keep_day(con, cls, of=of, as_of=as_of)


def put(con: Connection, cls: type, rows: Sequence[object]) -> None:
    """Insert rows of a table with a key; rows of the same key are replaced, and the last of `rows` wins."""
    keys = key_of(cls)
    last = {tuple(getattr(row, key) for key in keys): row for row in rows}
    with _register(con, "put_rows", arrow_table(cls, list(last.values()))):
        con.execute(merge_sql(cls, [f.name for f in fields_of(cls)], "SELECT * FROM put_rows"))


def restore_published(con: Connection, cls: type, market: Path) -> None:
    """Make a table's rows, or a mart's days and rows, those of the published file; none where nothing was published.

    What a run that was refused, failed or was killed before it published has left is forgotten. What does not fit
    today's declaration, or what the published file lacks, changes nothing and is warned of, and neither does a file
    that another process has open. Raises `duckdb.Error` where the file may be damaged.
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
        if recovery.LOCKED not in str(error) and recovery.may_be_damage(error):
            raise
        log.warning("%s: what was published cannot be read or does not fit (%s)", table_of(cls).name, error)
    finally:
        con.execute(f"DETACH DATABASE IF EXISTS {NIGHTLY}")


def _forget(con: Connection, cls: type) -> None:
    """Leave a table without rows, or a mart without days and rows."""
    if cls in HISTORIES:
        mart_history.forget(con, cls)
    else:
        con.execute(f"DELETE FROM {table_of(cls).name}")


def _copy(con: Connection, cls: type, name: str) -> None:
    """Give a table or mart that is empty its rows in an attached database."""
    if cls in HISTORIES:
        mart_history.copy(con, cls, name)
    elif cls is Vintages and "figure" in {row[0] for row in con.execute(f"DESCRIBE {name}.ops.vintages").fetchall()}:
        con.execute("DELETE FROM ops.figure_vintages")  # the published file, read after the work file, replaces them
        mart_history.copy_rows(con, FigureVintages, name, of=cls)  # of a version before lists of cells
    else:
        mart_history.copy_rows(con, cls, name)


def set_days_aside(con: Connection, market: Path, now: datetime) -> str | None:
    """Take out marts and figures of days after `now`, which has a zone, and take back what was decided on them.

    A vintage offered on such a day is withdrawn, one decided on it waits again; runs stay. All that was published of
    them is kept: the published file stays under a second name (`atomic_files.keep_aside`), from which it can be read.
    The cells that stand are then those of the vintages that do. Gives a sentence that says so; None where nothing is
    dated after `now`.
    """
    day = now.astimezone(UTC).date()
    dated = " OR ".join(f"EXISTS (FROM {table_of(cls).name} WHERE as_of > $day)" for cls in (Days, MartInputs))
    dated += " OR EXISTS (FROM ops.vintages WHERE coalesce(decided_on, offered_on) > $day)"
    if not con.execute(f"SELECT {dated}", {"day": day}).fetchall()[0][0]:
        return None
    kept = atomic_files.keep_aside(market, day) if market.exists() else None
    with transaction(con):
        days = {one for mart in HISTORIES for one in mart_history.forget_after(con, mart, day)}
        for cls in (Days, MartInputs):
            con.execute(f"DELETE FROM {table_of(cls).name} WHERE as_of > ?", [day])
        _undo_decisions(con, day)
        published.follow_vintages(con)
    what = ", ".join(map(str, sorted(days))) or "vintages alone"
    where = f"{kept} keeps what had been published of it" if kept else "nothing of it had been published"
    return f"Set aside everything dated after today ({what}); {where}"


def _undo_decisions(con: Connection, day: date) -> None:
    """Withdraw the vintages offered after a day, and let one wait again that was decided after it.

    Where another followed, it was decided on that day.
    """
    con.execute(
        """
        UPDATE ops.vintages SET state = 'withdrawn', decided_on = $day, why = why || '; dated after the day that it was'
        WHERE offered_on > $day AND coalesce(decided_on, offered_on) > $day
        """,
        {"day": day},
    )
    con.execute(
        """
        UPDATE ops.vintages AS v
        SET state = 'waiting', decided_on = NULL, reason = NULL, is_correction = FALSE, is_reviewed = TRUE
        WHERE decided_on > $day AND NOT EXISTS (
            FROM ops.vintages AS w WHERE w.list = v.list AND w.number > v.number AND w.state <> 'withdrawn'
        )
        """,
        {"day": day},
    )
    con.execute("UPDATE ops.vintages SET decided_on = $day WHERE decided_on > $day", {"day": day})


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
        insert_into(con, table_of(Rejects).name, arrow_table(Rejects, rejects))


def insert_into(con: Connection, table: str, rows: pa.Table) -> None:
    """Insert rows into a table by the names of its columns."""
    with _register(con, "inserted_rows", rows):
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM inserted_rows")


@contextlib.contextmanager
def _register(con: Connection, name: str, rows: pa.Table) -> Iterator[None]:
    """Let SQL see a table of Arrow by a name. DuckDB takes none while a statement before it is not complete."""
    con.complete()
    con.register(name, rows)
    try:
        yield
    finally:
        con.complete()
        con.unregister(name)


def merge_sql(cls: type, columns: Sequence[str], select: str) -> str:
    """MERGE that inserts new keys and sets the other columns of known ones."""
    keys = key_of(cls)
    sets = ", ".join(f"{ident(c)} = s.{ident(c)}" for c in columns if c not in keys)
    return f"""
        MERGE INTO {table_of(cls).name} AS t USING ({select}) AS s
        ON {" AND ".join(f"t.{ident(k)} = s.{ident(k)}" for k in keys)}
        WHEN MATCHED THEN UPDATE SET {sets}
        WHEN NOT MATCHED THEN INSERT ({", ".join(map(ident, columns))})
            VALUES ({", ".join(f"s.{ident(c)}" for c in columns)})
        """
