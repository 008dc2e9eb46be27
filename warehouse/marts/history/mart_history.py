"""Marts by day, stored so that only changes take space.

A mart is a view over its history. In the table of the history, a row is valid from the first day on which the mart had
it (`valid_from`) until the first day on which the mart no longer had it (`valid_to`), among the days in mart.days. A
night on which nothing changed adds a day and no rows. Days may be written in any order, and more than once: a day reads
back as it was last written.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import duckdb

from transforms.records.columns import fields_of, table_of
from warehouse.mart_tables import HISTORIES, Days
from warehouse.schema import MOVING_DATES, STORED, ident, key_of, literal, stands_on
from warehouse.sql_files import read_sql

DAYS = table_of(Days).name
CELL = "inputs"
"""In marts that are computed cell by cell: the column with a digest of what a row's cell was computed from."""


def write_day(
    con: duckdb.DuckDBPyConnection, mart: type, rows: str, as_of: date, *, reused: Collection[str] = ()
) -> None:
    """Store the rows of a SELECT as the rows of a mart on one day. Call it in a transaction.

    Keys must be unique; columns that the SELECT lacks become NULL. Rows of cells in `reused` (values of `CELL`) stay as
    the mart has them on this day or, if this day was never written, on the day before.
    """
    _, later = _days_beside(con, mart, as_of)
    _stage(con, mart, rows, as_of)
    con.execute("CREATE OR REPLACE TEMP TABLE reused AS SELECT unnest($cells) AS cell", {"cells": sorted(reused)})
    keys = [ident(key) for key in key_of(mart) if key != "as_of"]
    con.execute(
        read_sql(
            "marts/history/write_day",
            history=table_of(HISTORIES[mart]).name,
            columns=", ".join(map(ident, _columns(mart))),
            keys=", ".join(keys),
            same_key=" AND ".join(f"h.{key} = n.{key}" for key in keys),
            day=_literal(as_of),
            next_day=_literal(later),
            stands=stands_on(_literal(as_of)),
            is_reused=f"h.{CELL} IN (FROM reused)" if reused else "false",
        )
    )


def keep_day(con: duckdb.DuckDBPyConnection, mart: type, *, of: date, as_of: date) -> None:
    """Store a mart's rows of the day `of` also for the day `as_of`: cheap if it is the next day. Use a transaction."""
    if of == as_of:
        return
    name = table_of(mart).name
    is_written = con.execute(f"SELECT 1 FROM {DAYS} WHERE mart = ? AND as_of = ?", [name, as_of]).fetchall()
    if not is_written and _days_beside(con, mart, as_of)[0] == of and "behind" not in STORED.get(name, {}):
        con.execute(f"INSERT INTO {DAYS} (mart, as_of) VALUES (?, ?)", [name, as_of])
        return
    shifts = ", ".join(f"{column} + {(as_of - of).days} AS {column}" for column in MOVING_DATES.get(name, ()))
    columns = f"* REPLACE ({shifts})" if shifts else "*"
    write_day(con, mart, f"SELECT {columns} FROM {name} WHERE as_of = {_literal(of)}", as_of)


def forget(con: duckdb.DuckDBPyConnection, mart: type) -> None:
    """Delete all days and rows of a mart."""
    con.execute(f"DELETE FROM {DAYS} WHERE mart = ?", [table_of(mart).name])
    con.execute(f"DELETE FROM {table_of(HISTORIES[mart]).name}")


def forget_after(con: duckdb.DuckDBPyConnection, mart: type, day: date) -> list[date]:
    """Delete the days of a mart after a day, and return them. Call it in a transaction."""
    history, last = table_of(HISTORIES[mart]).name, _literal(day)
    query = f"DELETE FROM {DAYS} WHERE mart = ? AND as_of > {last} RETURNING as_of"
    days = [as_of for (as_of,) in con.execute(query, [table_of(mart).name]).fetchall()]
    if days:
        con.execute(f"DELETE FROM {history} WHERE valid_from > {last}")
        con.execute(f"UPDATE {history} SET valid_to = NULL WHERE valid_to > {last}")
    return days


def copy(con: duckdb.DuckDBPyConnection, mart: type, database: str) -> None:
    """Copy the days and rows of an empty mart from an attached database, in a transaction.

    Raises `duckdb.Error` if the rows do not fit today's declaration.
    """
    if _is_table(con, database, table_of(HISTORIES[mart]).name):  # an older database may lack the mart
        copy_rows(con, HISTORIES[mart], database)
        con.execute(f"INSERT INTO {DAYS} BY NAME FROM {database}.{DAYS} WHERE mart = ?", [table_of(mart).name])


def copy_rows(con: duckdb.DuckDBPyConnection, cls: type, database: str) -> None:
    """Insert the rows that a table has in an attached database, which may be older."""
    source = f"{database}.{table_of(cls).name}"
    stored = {column for column, _ in _types(con, source)}
    columns = ", ".join(ident(f.name) for f in fields_of(cls) if f.name in stored)
    con.execute(f"INSERT INTO {table_of(cls).name} ({columns}) SELECT {columns} FROM {source}")


def is_as_in(con: duckdb.DuckDBPyConnection, mart: type, database: str) -> bool:
    """Whether a mart has the same days, rows and declaration in an attached database."""
    history, name = table_of(HISTORIES[mart]).name, table_of(mart).name
    for table, which in ((history, "true"), (DAYS, f"mart = {literal(name)}")):
        if not _is_table(con, database, table) or _types(con, table) != _types(con, f"{database}.{table}"):
            return False
        here, there = f"(FROM {table} WHERE {which})", f"(FROM {database}.{table} WHERE {which})"
        differ = f"SELECT EXISTS ({here} EXCEPT {there}) OR EXISTS ({there} EXCEPT {here})"
        if con.execute(differ).fetchall()[0][0]:
            return False
    return True


def last_day(con: duckdb.DuckDBPyConnection, mart: type, *, until: date) -> date | None:
    """Return the newest day up to `until` for which a mart was written; None if there is none."""
    query = f"SELECT max(as_of) FROM {DAYS} WHERE mart = ? AND as_of <= ?"
    day: date | None = con.execute(query, [table_of(mart).name, until]).fetchall()[0][0]
    return day


def _stage(con: duckdb.DuckDBPyConnection, mart: type, rows: str, as_of: date) -> None:
    """Put a day's rows, as they are stored, into the table `written`, and record the day in mart.days."""
    name, columns = table_of(mart).name, _columns(mart)
    names = ", ".join(map(ident, columns))
    con.execute(f"CREATE OR REPLACE TEMP TABLE written AS SELECT as_of, {names} FROM {name} LIMIT 0")
    con.execute(f"INSERT INTO written BY NAME {rows}")
    stored_as = STORED.get(name, {})
    readings = f"({read_sql('marts/history/usual_readings')})" if "behind" in stored_as else "NULL"
    con.execute(f"DELETE FROM {DAYS} WHERE mart = ? AND as_of = ?", [name, as_of])
    con.execute(f"INSERT INTO {DAYS} (mart, as_of, readings) SELECT ?, ?, {readings}", [name, as_of])
    values = ", ".join(f"{stored_as.get(column, f'h.{ident(column)}')} AS {ident(column)}" for column in columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE written AS SELECT {values} FROM written AS h"
        f" JOIN {DAYS} AS d ON d.mart = {literal(name)} AND d.as_of = {_literal(as_of)}"
    )


def _columns(mart: type) -> list[str]:
    return [f.name for f in fields_of(mart) if f.name != "as_of"]


def _days_beside(con: duckdb.DuckDBPyConnection, mart: type, as_of: date) -> tuple[date | None, date | None]:
    beside = f"""
        SELECT max(as_of) FILTER (as_of < $as_of), min(as_of) FILTER (as_of > $as_of) FROM {DAYS} WHERE mart = $mart
    """
    earlier, later = con.execute(beside, {"as_of": as_of, "mart": table_of(mart).name}).fetchall()[0]
    return earlier, later


def _literal(day: date | None) -> str:
    return f"DATE '{day.isoformat()}'" if day else "NULL::DATE"


def _types(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in con.execute(f"DESCRIBE {table}").fetchall()]


def _is_table(con: duckdb.DuckDBPyConnection, database: str, name: str) -> bool:
    query = "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND schema_name || '.' || table_name = ?"
    return bool(con.execute(query, [database, name]).fetchall())
