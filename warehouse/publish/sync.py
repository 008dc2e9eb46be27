"""Bring a copy of the published file up to date with the work file, so that publishing costs only what changed.

In tables that differ from the work file, rows that are gone are deleted, changed rows are updated in the columns that
changed, and new rows are inserted; then they are compared again. Digests tell whether tables differ: each column
has one, made of 64-bit hashes of each value with its row's key. One difference in 10^19 goes unnoticed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import duckdb

from transforms.records.columns import fields_of, table_of
from warehouse.schema import database_tables, ident, key_of

log = logging.getLogger("jobmarket.warehouse")

MAX_MOVED = 0.25
"""If a larger fraction of a table's rows is inserted or deleted, the file is written from scratch, ordered by keys."""
MIN_MOVED = 50_000
"""Up to this many rows may be inserted or deleted in any table. So a small table, such as a mart, may double."""
MAX_FREE = 0.25
"""If a larger fraction of the file is free, it is written from scratch.

DuckDB does not give back the space of deleted and updated rows."""
MIN_FREE = 64  # up to this many blocks (of 256 KiB) may be free in any file
ROWS, KEYS = "rows", "keys of rows"
"""Names of the two digests that belong to no column: the number of rows, and the digest of their keys."""


def renew(con: duckdb.DuckDBPyConnection, *, work: str, copy: str) -> bool:
    """Give the tables of the attached database `copy` the rows of `work`.

    Return False if `copy` should be written from scratch instead. Call it in a transaction, and roll the transaction
    back if the result is False. Raise `duckdb.ConstraintException` for a duplicate key, as an insert does.
    """
    sizes = "SELECT free_blocks, total_blocks FROM pragma_database_size() WHERE database_name = ?"
    free, total = con.execute(sizes, [copy]).fetchall()[0]
    return free <= max(MIN_FREE, MAX_FREE * total) and all(
        _renew_table(con, cls, *(f"{ident(name)}.{table_of(cls).name}" for name in (work, copy)))
        for cls in database_tables()
    )


def _renew_table(con: duckdb.DuckDBPyConnection, cls: type, source: str, target: str) -> bool:
    """Give the table `target` the rows of `source`; return False if the file should be written from scratch."""
    keys = key_of(cls)
    columns = [f.name for f in fields_of(cls)]
    names = [name for name in columns if keys and name not in keys]
    wanted, there = (_digests(con, cls, table, names) for table in (source, target))
    if wanted == there:
        return True
    insert = f"INSERT INTO {target} ({', '.join(map(ident, columns))}) SELECT {', '.join(map(ident, columns))}"
    if not keys:
        con.execute(f"DELETE FROM {target}")
        con.execute(f"{insert} FROM {source} ORDER BY ALL")
        return True
    same_key = " AND ".join(f"s.{ident(key)} = t.{ident(key)}" for key in keys)
    names = [name for name in names if wanted[name] != there[name]]
    if any(wanted[name] != there[name] for name in (ROWS, KEYS)):
        old = f"FROM {target} AS t WHERE NOT EXISTS (FROM {source} AS s WHERE {same_key})"
        new = f"FROM {source} AS s WHERE NOT EXISTS (FROM {target} AS t WHERE {same_key})"
        n_admitted = max(MIN_MOVED, int(MAX_MOVED * there[ROWS]))
        if wanted[ROWS] + there[ROWS] > n_admitted:  # otherwise no more rows can have moved
            n_moved = sum(int(con.execute(f"SELECT count(*) {rows}").fetchall()[0][0]) for rows in (old, new))
            if n_moved > n_admitted:
                return False
        con.execute(f"DELETE {old}")
        con.execute(f"{insert} {new} ORDER BY {', '.join(map(ident, keys))}")
        there = _digests(con, cls, target, names)
    if stale := [name for name in names if there[name] != wanted[name]]:
        _update(con, cls, stale, source, target, same_key)
        there = _digests(con, cls, target, names)
    if any(there[name] != wanted[name] for name in (ROWS, KEYS, *names)):
        log.warning("%s could not be updated row by row; the whole file is written from scratch", table_of(cls).name)
        return False
    return True


def _digests(con: duckdb.DuckDBPyConnection, cls: type, table: str, names: Sequence[str]) -> dict[str, int]:
    """Return the number of rows of a table, the digest of their keys, and one digest per column, in any order of rows.

    Hashes of keys are added up, so that a duplicate key shows. The other hashes are XORed, which takes two thirds of
    the time; comparing the columns of joined rows would take three times as long. They are hashed twice: DuckDB itself
    combines two hashes by XOR, so a value shared by all rows would cancel out. The digest of a list also covers whether
    the list is NULL, because NULL and an empty list have the same hash.
    """
    is_list = {field.name for field in fields_of(cls) if field.is_list}
    values = (f"{ident(name)} IS NULL, {ident(name)}" if name in is_list else ident(name) for name in names)
    sums = "".join(f", bit_xor(hash(hash(key_hash, {value})))" for value in values)
    identity = key_of(cls) or [field.name for field in fields_of(cls)]
    select = f"SELECT *, hash({', '.join(map(ident, identity))}) AS key_hash FROM {table}"
    row = con.execute(f"SELECT count(*), sum(key_hash){sums} FROM ({select})").fetchall()[0]
    return dict(zip((ROWS, KEYS, *names), row, strict=True))


def _update(
    con: duckdb.DuckDBPyConnection, cls: type, names: Sequence[str], source: str, target: str, same_key: str
) -> None:
    """Set columns where they differ, one column at a time: most rows differ only in the time they were last seen.

    Lists come last and together, because DuckDB updates them by deleting the row and inserting a new one.
    """
    differs = {name: f"s.{ident(name)} IS DISTINCT FROM t.{ident(name)}" for name in names}
    values = ", ".join(f"s.{ident(name)}, {differs[name]} AS {ident(f'is new: {name}')}" for name in names)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE changed AS SELECT t.rowid AS place, {values}"
        f" FROM {target} AS t JOIN {source} AS s ON {same_key} WHERE {' OR '.join(differs.values())} ORDER BY place"
    )
    lists = [f.name for f in fields_of(cls) if f.is_list and f.name in names]
    for group in (*([name] for name in names if name not in lists), lists):
        if group:
            sets = ", ".join(f"{ident(name)} = c.{ident(name)}" for name in group)
            is_new = " OR ".join(f"c.{ident(f'is new: {name}')}" for name in group)
            con.execute(f"UPDATE {target} AS t SET {sets} FROM changed AS c WHERE t.rowid = c.place AND ({is_new})")
    con.execute("DROP TABLE changed")
