"""Marts by day, of which only what changed is stored.

A mart is a view over its history, a table in which a row stands from the day on which the mart first had it
(`valid_from`) until the first day on which it no longer had it (`valid_to`), among the days in mart.days. So a night in
which nothing changed adds its day and no rows. In whatever order days are written, each is read as it was written last,
and a row that stood on several days without a break among them is stored once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import duckdb

from transforms.records.columns import fields_of, table_of
from warehouse.mart_tables import HISTORIES, Days
from warehouse.schema import MOVING_DATES, STORED, ident, key_of, literal, stands_on

DAYS = table_of(Days).name
CELL = "inputs"
"""The column in which marts that are computed cell by cell have a digest of what a row's cell was computed from."""
_READINGS = """(
    SELECT list({'source': source, 'read_on': read_on} ORDER BY source) FROM (
        SELECT source, read_on FROM (SELECT unnest(behind, max_depth := 2) FROM written) WHERE read_on IS NOT NULL
        GROUP BY source, read_on
        QUALIFY row_number() OVER (PARTITION BY source ORDER BY count(*) DESC, read_on DESC) = 1
    )
)"""
"""SQL: the day that most of the figures written have of each source."""


def write_day(
    con: duckdb.DuckDBPyConnection, mart: type, rows: str, as_of: date, *, reused: Collection[str] = ()
) -> None:
    """Make a mart's rows of one day those of a SELECT, which may lack columns, the day among them: they become NULL.

    `reused` are cells (`CELL`) whose rows stay as they stand on the day, or on the newest before it where it was never
    written. To be called in a transaction: it takes several statements. Keys of the rows must be unique.
    """
    earlier, later = _days_beside(con, mart, as_of)
    _stage(con, mart, rows, as_of)
    history, columns, keys = _names(mart)
    day, next_day = _day(as_of), _day(later)
    select = f"SELECT {columns} FROM {history} AS h WHERE"
    stands = stands_on(day)
    if reused:
        con.execute("CREATE OR REPLACE TEMP TABLE reused AS SELECT unnest($cells) AS cell", {"cells": sorted(reused)})
        stands += f" AND coalesce(h.{CELL} NOT IN (SELECT cell FROM reused), true)"
    con.execute(f"CREATE OR REPLACE TEMP TABLE gone AS {select} {stands} EXCEPT FROM written")
    is_first = not con.execute(f"SELECT EXISTS (FROM {history} AS h WHERE {stands})").fetchall()[0][0]
    known = "" if is_first else f"EXCEPT {select} {stands}"  # to compare with nothing takes as long as with all
    con.execute(f"CREATE OR REPLACE TEMP TABLE added AS FROM written {known}")
    is_gone = f"{stands} AND ({keys}) IN (SELECT ({keys}) FROM gone)"
    if later is not None:  # what stands on both sides of the day goes on after it
        con.execute(
            f"INSERT INTO {history} SELECT * REPLACE ({next_day} AS valid_from) FROM {history} AS h"
            f" WHERE {is_gone} AND coalesce(valid_to > {next_day}, true)"
        )
    con.execute(f"DELETE FROM {history} AS h WHERE {is_gone} AND valid_from = {day}")
    con.execute(f"UPDATE {history} AS h SET valid_to = {day} WHERE {is_gone}")
    if earlier is not None:  # what the day before has as well begins there
        con.execute(f"CREATE OR REPLACE TEMP TABLE joined AS {select} valid_to = {day} INTERSECT FROM added")
        is_joined = f"({keys}) IN (SELECT ({keys}) FROM joined)"
        con.execute(f"UPDATE {history} SET valid_to = {next_day} WHERE valid_to = {day} AND {is_joined}")
        con.execute(f"DELETE FROM added WHERE {is_joined}")
    con.execute(f"INSERT INTO {history} BY NAME SELECT *, {day} AS valid_from, {next_day} AS valid_to FROM added")
    if later is not None:  # and what the day after has as well ends where that does
        ends, begins = f"valid_to = {next_day}", f"valid_from = {next_day}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE joined AS {select} {ends} INTERSECT {select} {begins}")
        con.execute(
            f"UPDATE {history} AS h SET valid_to = n.valid_to"
            f" FROM (SELECT valid_to, {keys} FROM {history} SEMI JOIN joined USING ({keys}) WHERE {begins}) AS n"
            f" WHERE h.{ends} AND {' AND '.join(f'h.{key} = n.{key}' for key in keys.split(', '))}"
        )
        con.execute(f"DELETE FROM {history} WHERE {begins} AND ({keys}) IN (SELECT ({keys}) FROM joined)")


def keep_day(con: duckdb.DuckDBPyConnection, mart: type, *, of: date, as_of: date) -> None:
    """Give a mart on one day the rows that it has on another; to be called in a transaction.

    Costs nothing where the other is the day before: what stands there goes on.
    """
    if of == as_of:
        return
    name = table_of(mart).name
    is_there = con.execute(f"SELECT 1 FROM {DAYS} WHERE mart = ? AND as_of = ?", [name, as_of]).fetchall()
    if not is_there and _days_beside(con, mart, as_of)[0] == of and "behind" not in STORED.get(name, {}):
        con.execute(f"INSERT INTO {DAYS} (mart, as_of) VALUES (?, ?)", [name, as_of])
        return
    shifts = ", ".join(f"{column} + {(as_of - of).days} AS {column}" for column in MOVING_DATES.get(name, ()))
    columns = f"* REPLACE ({shifts})" if shifts else "*"
    write_day(con, mart, f"SELECT {columns} FROM {name} WHERE as_of = {_day(of)}", as_of)


def forget(con: duckdb.DuckDBPyConnection, mart: type) -> None:
    """Leave a mart without days and rows."""
    con.execute(f"DELETE FROM {DAYS} WHERE mart = ?", [table_of(mart).name])
    con.execute(f"DELETE FROM {table_of(HISTORIES[mart]).name}")


def forget_after(con: duckdb.DuckDBPyConnection, mart: type, day: date) -> list[date]:
    """Leave a mart without the days after a day; gives those. To be called in a transaction."""
    history, last = table_of(HISTORIES[mart]).name, _day(day)
    query = f"DELETE FROM {DAYS} WHERE mart = ? AND as_of > {last} RETURNING as_of"
    days = [as_of for (as_of,) in con.execute(query, [table_of(mart).name]).fetchall()]
    if days:
        con.execute(f"DELETE FROM {history} WHERE valid_from > {last}")
        con.execute(f"UPDATE {history} SET valid_to = NULL WHERE valid_to > {last}")
    return days


def copy(con: duckdb.DuckDBPyConnection, mart: type, database: str) -> None:
    """Give a mart that is empty its days and rows in an attached database, whose declaration may be an older one.

    Raises `duckdb.Error` where that does not fit today's declaration; to be called in a transaction.
    """
    name = table_of(mart).name
    if _is_table(con, database, name):
        raise duckdb.CatalogException(f"{name} is a table by day, as versions before c3228cc0 stored it")
    if _is_table(con, database, table_of(HISTORIES[mart]).name):  # else a mart that the database does not have yet
        copy_rows(con, HISTORIES[mart], database)
        con.execute(f"INSERT INTO {DAYS} BY NAME FROM {database}.{DAYS} WHERE mart = ?", [name])


def copy_rows(con: duckdb.DuckDBPyConnection, cls: type, database: str, *, of: type | None = None) -> None:
    """Insert a table's rows in an attached database whose declaration of it may be an older one.

    `of` is the table that had them there, where that is another.
    """
    source = f"{database}.{table_of(of or cls).name}"
    before = {column for column, _ in _types(con, source)}
    columns = ", ".join(ident(f.name) for f in fields_of(cls) if f.name in before)
    con.execute(f"INSERT INTO {table_of(cls).name} ({columns}) SELECT {columns} FROM {source}")


def is_as_in(con: duckdb.DuckDBPyConnection, mart: type, database: str) -> bool:
    """Whether a mart has the days and rows that it has in an attached database; False where that declares others."""
    history, name = table_of(HISTORIES[mart]).name, table_of(mart).name
    for table, which in ((history, "true"), (DAYS, f"mart = {literal(name)}")):
        if not _is_table(con, database, table) or _types(con, table) != _types(con, f"{database}.{table}"):
            return False
        here, there = f"(FROM {table} WHERE {which})", f"(FROM {database}.{table} WHERE {which})"
        differing = f"SELECT EXISTS ({here} EXCEPT {there}) OR EXISTS ({there} EXCEPT {here})"
        if con.execute(differing).fetchall()[0][0]:
            return False
    return True


def last_day(con: duckdb.DuckDBPyConnection, mart: type, *, until: date) -> date | None:
    """The newest day up to a day that a mart has been written for; None when there is none."""
    query = f"SELECT max(as_of) FROM {DAYS} WHERE mart = ? AND as_of <= ?"
    day: date | None = con.execute(query, [table_of(mart).name, until]).fetchall()[0][0]
    return day


def _stage(con: duckdb.DuckDBPyConnection, mart: type, rows: str, as_of: date) -> None:
    """`written`: the rows of a day as they are stored. Notes the day, and of figures the usual readings."""
    name = table_of(mart).name
    names = [f.name for f in fields_of(mart) if f.name != "as_of"]
    columns = ", ".join(map(ident, names))
    con.execute(f"CREATE OR REPLACE TEMP TABLE written AS SELECT as_of, {columns} FROM {name} LIMIT 0")
    con.execute(f"INSERT INTO written BY NAME {rows}")
    otherwise = STORED.get(name, {})
    readings = _READINGS if "behind" in otherwise else "NULL"
    con.execute(f"DELETE FROM {DAYS} WHERE mart = ? AND as_of = ?", [name, as_of])
    con.execute(f"INSERT INTO {DAYS} (mart, as_of, readings) SELECT ?, ?, {readings}", [name, as_of])
    values = ", ".join(f"{otherwise.get(n, f'h.{ident(n)}')} AS {ident(n)}" for n in names)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE written AS SELECT {values} FROM written AS h"
        f" JOIN {DAYS} AS d ON d.mart = {literal(name)} AND d.as_of = {_day(as_of)}"
    )


def _names(mart: type) -> tuple[str, str, str]:
    """SQL: the history of a mart, its columns without the span, and of these the key."""
    columns = [f.name for f in fields_of(mart) if f.name != "as_of"]
    keys = [key for key in key_of(mart) if key != "as_of"]
    return table_of(HISTORIES[mart]).name, ", ".join(map(ident, columns)), ", ".join(map(ident, keys))


def _days_beside(con: duckdb.DuckDBPyConnection, mart: type, as_of: date) -> tuple[date | None, date | None]:
    """The days before and after a day for which a mart has been written."""
    beside = f"""
        SELECT max(as_of) FILTER (as_of < $as_of), min(as_of) FILTER (as_of > $as_of) FROM {DAYS} WHERE mart = $mart
    """
    earlier, later = con.execute(beside, {"as_of": as_of, "mart": table_of(mart).name}).fetchall()[0]
    return earlier, later


def _day(day: date | None) -> str:
    return f"DATE '{day.isoformat()}'" if day else "NULL::DATE"


def _types(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in con.execute(f"DESCRIBE {table}").fetchall()]


def _is_table(con: duckdb.DuckDBPyConnection, database: str, name: str) -> bool:
    query = "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND schema_name || '.' || table_name = ?"
    return bool(con.execute(query, [database, name]).fetchall())
