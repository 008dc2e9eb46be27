"""Publish market.duckdb, the file that people open.

market.duckdb has PRIMARY KEYs, so that a duplicate key is never published. It has no CHECKs, because its rows passed
them in the work file. CHECKs would make updates slow: if a CHECK names a column together with a key column, DuckDB
updates that column by deleting and inserting the row (2.4 s instead of 0.05 for 111,000).
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
"""Storage version of market.duckdb. DuckDB 1.5 and 2.0 can open it, and also 1.4, which is out of support."""
FRESH = "fresh"  # name of the new file while it is attached


def publish(con: database.Connection, target: Path) -> None:
    """Write market.duckdb and put it in place in one step. Programs that have the old file open keep reading it."""
    atomic_files.commit([stage(con, target)])


def stage(
    con: database.Connection, target: Path, finish: Callable[[database.Connection], None] | None = None
) -> atomic_files.StagedFile:
    """Write a new market.duckdb beside its place, and return it for `atomic_files.commit`.

    If the published file has today's declarations and most of its rows stay, a copy of it is brought up to date
    (`sync`). Otherwise the file is written from scratch, in the order of the keys. Both ways give the same rows and
    PRIMARY KEYs. `finish` may change rows in the new file only.

    Raise `duckdb.ConstraintException` for a duplicate key, and `OSError` with the target's name if the file cannot be
    written; then no new file remains.
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
        log.warning("%s cannot be updated and is written from scratch (%s)", target, error)
        return False
    return True


class _OutdatedError(Exception):
    """So much changed that writing the published file from scratch is better."""


def _write_market(con: database.Connection, fresh: Path, finish: Callable[[database.Connection], None] | None) -> None:
    database_files.copy_empty(fresh, kind="market", made_with=_market_key(), make=_make_empty)
    with _attach(con, fresh) as work:
        with database.transaction(con):
            for cls in database_tables():
                name = table_of(cls).name
                order = ", ".join(map(ident, key_of(cls))) or "ALL"
                con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM {ident(work)}.{name} ORDER BY {order}")
            if finish is not None:
                finish(con)
        con.execute(f"CHECKPOINT {FRESH}")


def _make_empty(path: Path) -> None:
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
    return database.attached(con, fresh, name=FRESH, storage=PUBLISHED_STORAGE)


def _market_key() -> str:
    """Return a digest of everything in a published file except its rows. If it differs, the file is written anew."""
    parts = [*declarations(is_published=True), *analysis_views.declarations(), PUBLISHED_STORAGE, duckdb.__version__]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
