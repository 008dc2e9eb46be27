"""Publishing: market.duckdb, which people open.

market.duckdb has PRIMARY KEYs, so that a doubled key is never published. It has no CHECKs: its rows are those of the
working file, which passed them, and DuckDB updates a column that shares a CHECK with a key column by deleting and
inserting the row (2.4 s instead of 0.05 for 111,000).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from transforms.records.columns import table_of
from warehouse import database, database_files
from warehouse.publish import atomic_files, sync
from warehouse.schema import database_tables, declarations, ident, key_of
from warehouse.views import analysis_views

log = logging.getLogger("jobmarket.warehouse")

PUBLISHED_STORAGE = "v1.4.0"
"""Storage version of market.duckdb: DuckDB 1.5 and 2.0 can open it, and 1.4, which has left support, still can."""
FRESH = "fresh"
"""What the file that is to be published is called while it is attached."""


def publish(con: database.Connection, target: Path) -> None:
    """Write market.duckdb anew and put it in place at once; whoever reads the old file keeps reading it.

    Raises as `stage` does, and then publishes nothing.
    """
    atomic_files.commit([stage(con, target)])


def stage(
    con: database.Connection, target: Path, finish: Callable[[database.Connection], None] | None = None
) -> atomic_files.StagedFile:
    """Make market.duckdb beside its place, where `atomic_files.commit` takes it from.

    All tables of `core`, `mart` and `ops` with keys, comments and views, those of `analysis` too; `finish` may
    change what is in them, in the new file alone. A copy of what is published is brought up to the working file
    (`sync`), where it was made with today's declarations and most of it stays; else the file is written anew, rows
    in the order of their keys. Both give the same rows, and both have the PRIMARY KEYs.

    What a killed run left half-written is removed, and nothing is left when anything is raised:
    `duckdb.ConstraintException` when a key is doubled, `OSError` that names the place when the file cannot be written.
    """
    fresh = target.with_name(target.name + ".new")
    with atomic_files.naming(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            database.remove_database(fresh)
            atomic_files.check_writable(target)
            if not _renew_market(con, target, fresh, finish):
                database.remove_database(fresh)
                _write_market(con, fresh, finish)
            atomic_files.sync_file(fresh)
            return atomic_files.stage_written(fresh, target)
        except BaseException as error:
            with contextlib.suppress(OSError):
                database.remove_database(fresh)
            if isinstance(error, duckdb.Error) and database.is_full_disk(error):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise


def _renew_market(
    con: database.Connection, target: Path, fresh: Path, finish: Callable[[database.Connection], None] | None
) -> bool:
    """Bring a copy of what is published up to the working file; False when it must be written anew."""
    if not target.exists():
        return False
    shutil.copyfile(target, fresh)
    try:
        with _attach(con, fresh) as work:
            if database.stored_key(con) != _market_key():
                return False
            with database.transaction(con):
                if not sync.renew(con, work=work, copy=FRESH):
                    raise _OutdatedError
                if finish is not None:
                    finish(con)
            con.execute(f"CHECKPOINT {FRESH}")
    except _OutdatedError:
        return False
    except duckdb.Error as error:
        if database.is_full_disk(error):
            raise
        log.warning("%s cannot be renewed and is written anew (%s)", target, error)
        return False
    return True


class _OutdatedError(Exception):
    """So much changed that the published file is better written anew."""


def _write_market(con: database.Connection, fresh: Path, finish: Callable[[database.Connection], None] | None) -> None:
    database_files.copy_empty(fresh, kind="market", made_with=_market_key(), make=_make_empty)
    with _attach(con, fresh) as work:
        with database.transaction(con):
            for cls in database_tables():
                name = table_of(cls).name
                con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM {ident(work)}.{name} ORDER BY {_order(cls)}")
            if finish is not None:
                finish(con)
        con.execute(f"CHECKPOINT {FRESH}")


def _make_empty(path: Path) -> None:
    """Make a file to be published, without rows."""
    with duckdb.connect() as con, _attach(con, path):
        with database.transaction(con):
            database.create_all(con, is_published=True)
            for statement in analysis_views.declarations():
                con.execute(statement)
            con.execute("CREATE TABLE made_with (schema_key VARCHAR NOT NULL)")
            con.execute("COMMENT ON TABLE made_with IS 'What the pipeline knows by whether it can renew this file'")
            con.execute("COMMENT ON COLUMN made_with.schema_key IS 'Digest of all declarations in it'")
            con.execute("INSERT INTO made_with VALUES (?)", [_market_key()])
        con.execute(f"CHECKPOINT {FRESH}")


def _attach(con: database.Connection, fresh: Path) -> contextlib.AbstractContextManager[str]:
    """Use the file that is to be published; gives the name of the working database, which is used again after."""
    return database.attached(con, fresh, name=FRESH, storage=PUBLISHED_STORAGE)


def _market_key() -> str:
    """Digest of what a published file is made with beside its rows; one made with another is written anew."""
    parts = [*declarations(is_published=True), *analysis_views.declarations(), PUBLISHED_STORAGE, duckdb.__version__]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _order(cls: type) -> str:
    return ", ".join(map(ident, key_of(cls))) or "ALL"
