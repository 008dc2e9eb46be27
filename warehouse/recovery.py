"""Database files that a disk spoiled: recognised, and set aside under a name that tells the day.

DuckDB keeps a checksum of every block and looks at it when the block is read, so damage may show long after a file
was opened. Nothing here repairs anything: what a damaged file held comes from elsewhere, or is lost.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from warehouse.publish import atomic_files

NO_DAMAGE = (duckdb.OutOfMemoryException, duckdb.ConnectionException, duckdb.InterruptException)
"""What reading a whole file may raise as well."""
LOCKED = "Could not set lock on file"
"""How DuckDB says that another process has a file open."""


def may_be_damage(error: duckdb.Error) -> bool:
    """Whether an error may come from a damaged file: DuckDB raises a plain `duckdb.Error` for a wrong checksum."""
    return type(error) is duckdb.Error or isinstance(
        error, duckdb.IOException | duckdb.FatalException | duckdb.InternalException
    )


def find_damage(path: Path) -> str | None:
    """Read a whole database file and return what is wrong with it, in a line; None when it is whole or not there.

    A file that may not be read, or that another process has open, counts as whole.
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
    """Move a damaged database file out of the way, its write-ahead log with it; returns its new path and what is wrong.

    None when it is whole.
    """
    damage = find_damage(path)
    return None if damage is None else (atomic_files.set_aside(path, day), damage)
