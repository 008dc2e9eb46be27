"""Bringing a copy of what was published up to the working file, so that publishing costs what changed.

A table whose rows are those of the working file is left as it is. In another one the rows that are gone are deleted,
those that changed are updated in the columns that changed, and new ones are inserted; afterwards its rows must be those
of the working file, as digests of all of them tell (64-bit hashes of whole rows, added up: a difference goes unnoticed
once in 10^19 times). Keys are tested by the file's own PRIMARY KEYs and by the count of rows.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import duckdb

from warehouse.schema import database_tables, key_of, quoted
from warehouse.tables import fields_of, table_of

log = logging.getLogger("jobmarket.store")

MOST_MOVED = 0.25
"""A table of which a larger part is inserted or deleted has the file written anew, in the order of its key."""
LEAST_MOVED = 50_000
"""Rows that may be inserted and deleted in any table: a small one, such as a mart, may double."""
MOST_FREE = 0.25
"""So is a file of which a larger part is free: deleted and updated rows leave room that is not given back."""
LEAST_FREE = 64
"""Blocks (of 256 KiB) that may be free in any file."""


def renew(con: duckdb.DuckDBPyConnection, *, work: str, copy: str) -> bool:
    """Give the tables of the attached database `copy` the rows of `work`; False when it is better made anew.

    To be called in a transaction, which is not to be kept when the answer is False. Raises
    `duckdb.ConstraintException` as an insert does when a key is doubled.
    """
    return _is_dense(con, copy) and all(_renewed(con, cls, work, copy) for cls in database_tables())


def _is_dense(con: duckdb.DuckDBPyConnection, copy: str) -> bool:
    sizes = "SELECT free_blocks, total_blocks FROM pragma_database_size() WHERE database_name = ?"
    free, total = con.execute(sizes, [copy]).fetchall()[0]
    return bool(free <= max(LEAST_FREE, MOST_FREE * total))


def _renewed(con: duckdb.DuckDBPyConnection, cls: type, work: str, copy: str) -> bool:
    """Whether a table has the rows of the working file, now or after it got them."""
    source, target = (f"{quoted(database)}.{table_of(cls).name}" for database in (work, copy))
    columns = ", ".join(quoted(f.name) for f in fields_of(cls))
    wanted, there = _digest(con, source, columns), _digest(con, target, columns)
    if there == wanted:
        return True
    keys = key_of(cls)
    if not keys:
        con.execute(f"DELETE FROM {target}")
        con.execute(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {source} ORDER BY ALL")
        return True
    if not _exchange(con, cls, source, target, n_most=max(LEAST_MOVED, int(MOST_MOVED * there[0]))):
        return False
    if _digest(con, target, columns) != wanted:
        log.warning("%s could not be renewed row by row; the whole file is written anew", table_of(cls).name)
        return False
    return True


def _digest(con: duckdb.DuckDBPyConnection, table: str, columns: str) -> tuple[int, int]:
    """How many rows a table has, and what their hashes come to; their order does not matter."""
    query = f"SELECT count(*), coalesce(sum(hash({columns})), 0) FROM {table}"
    n, digest = con.execute(query).fetchall()[0]
    return int(n), int(digest)


def _exchange(con: duckdb.DuckDBPyConnection, cls: type, source: str, target: str, *, n_most: int) -> bool:
    """Delete, update and insert what differs by key; False, and nothing done, when over `n_most` rows come or go."""
    keys = key_of(cls)
    names = [f.name for f in fields_of(cls)]
    same_key = " AND ".join(f"s.{quoted(key)} = t.{quoted(key)}" for key in keys)
    gone = f"FROM {target} AS t WHERE NOT EXISTS (FROM {source} AS s WHERE {same_key})"
    new = f"FROM {source} AS s WHERE NOT EXISTS (FROM {target} AS t WHERE {same_key})"
    n_gone, n_new = (int(con.execute(f"SELECT count(*) {rows}").fetchall()[0][0]) for rows in (gone, new))
    if n_gone + n_new > n_most:
        return False
    if n_gone:
        con.execute(f"DELETE {gone}")
    if n_new:
        columns = ", ".join(map(quoted, names))
        order = ", ".join(map(quoted, keys))
        con.execute(f"INSERT INTO {target} ({columns}) SELECT {columns} {new} ORDER BY {order}")
    if changed := _changed(con, cls, source, target):
        _update(con, cls, changed, source, target, same_key)
    return True


def _update(
    con: duckdb.DuckDBPyConnection, cls: type, names: Sequence[str], source: str, target: str, same_key: str
) -> None:
    """Set columns where they differ, each in its own rows: most rows differ in nothing but when they were seen.

    Lists come last and together: DuckDB updates them by deleting the row and inserting another in its stead.
    """
    values = ", ".join(f"s.{quoted(name)}, {_differs([name])} AS {quoted(_is_new(name))}" for name in names)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE changed AS SELECT t.rowid AS place, {values}"
        f" FROM {target} AS t JOIN {source} AS s ON {same_key} WHERE {_differs(names)} ORDER BY place"
    )
    lists = [f.name for f in fields_of(cls) if f.is_list and f.name in names]
    for group in (*([name] for name in names if name not in lists), lists):
        if group:
            sets = ", ".join(f"{quoted(name)} = c.{quoted(name)}" for name in group)
            is_new = " OR ".join(f"c.{quoted(_is_new(name))}" for name in group)
            con.execute(f"UPDATE {target} AS t SET {sets} FROM changed AS c WHERE t.rowid = c.place AND ({is_new})")
    con.execute("DROP TABLE changed")


def _is_new(name: str) -> str:
    return f"is new: {name}"


def _changed(con: duckdb.DuckDBPyConnection, cls: type, source: str, target: str) -> list[str]:
    """The columns in which some row differs, of two tables with the same keys.

    By digests: comparing the columns of joined rows takes three times as long.
    """
    names = [f.name for f in fields_of(cls) if f.name not in key_of(cls)]
    if not names:
        return []
    digests = ", ".join(f"sum(hash(key_hash, {quoted(name)}))" for name in names)
    keyed = f"SELECT *, hash({', '.join(map(quoted, key_of(cls)))}) AS key_hash FROM"
    wanted, there = (
        con.execute(f"SELECT {digests} FROM ({keyed} {table})").fetchall()[0] for table in (source, target)
    )
    return [name for name, one, other in zip(names, wanted, there, strict=True) if one != other]


def _differs(names: Sequence[str]) -> str:
    return "(" + " OR ".join(f"s.{quoted(name)} IS DISTINCT FROM t.{quoted(name)}" for name in names) + ")"
