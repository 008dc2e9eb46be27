"""Database files: copying empty ones from a cache, and recognising damaged ones and setting them aside.

DuckDB checks the checksum of a block only when it reads that block, so damage may show long after a file was opened.
Nothing here repairs a file. Its content is restored from elsewhere, or lost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from transforms.text.disk_cache import cache_path, read_cached, write_cache
from warehouse.publish import atomic_files

NO_DAMAGE = (duckdb.OutOfMemoryException, duckdb.ConnectionException, duckdb.InterruptException)
"""Errors that reading a whole file may raise although the file is sound."""
LOCKED = "Could not set lock on file"  # part of DuckDB's error message when another process has the file open


def copy_empty(target: Path, *, kind: str, made_with: str, make: Callable[[Path], None]) -> None:
    """Put an empty database at `target`, where no file exists. Copying it is a hundred times faster than making it.

    `kind` names what the database is for, and `made_with` identifies its declarations. If the user's cache has no such
    database, `make` writes a new database to the path in its argument, and the cache keeps a copy. Raises what `make`
    raises, and `OSError`.
    """
    template = cache_path(kind, ".duckdb", (duckdb.__version__.encode(), made_with.encode()))
    content = read_cached(template)
    if content is None:
        make(target)
        write_cache(template, target.read_bytes())
    else:
        target.write_bytes(content)


def may_be_damage(error: duckdb.Error) -> bool:
    """Whether a damaged file may have caused an error. DuckDB raises a plain `duckdb.Error` for a wrong checksum."""
    return type(error) is duckdb.Error or isinstance(
        error, duckdb.IOException | duckdb.FatalException | duckdb.InternalException
    )


def find_damage(path: Path) -> str | None:
    """Read a whole database file and return its damage in one line; None if the file is sound or missing.

    A file counts as sound if permission to read it is missing, or if another process has it open.
    """
    if path.is_dir():
        return "it is a folder"
    if not path.exists():
        return None
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            for schema, name in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                con.execute(f'SELECT bit_xor(hash(t)) FROM "{schema}"."{name}" AS t').fetchall()
    except duckdb.Error as error:
        message = str(error)
        if isinstance(error, NO_DAMAGE) or LOCKED in message or "Permission denied" in message:
            return None
        return message.splitlines()[0]
    return None


def set_damaged_aside(path: Path, day: date) -> tuple[Path, str] | None:
    """Rename a database file, and its write-ahead log, if it is damaged.

    Return the new path and the damage; None if the file is sound.
    """
    damage = find_damage(path)
    return None if damage is None else (atomic_files.set_aside(path, day), damage)
