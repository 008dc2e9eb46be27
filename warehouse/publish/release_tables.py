"""Tables of a release: marts as Parquet and CSV, and a DuckDB file of marts and lookups, without adverts.

Adverts are in no release: their sources let us count them, not pass them on. Which rows of a mart may be passed on
(`KeptRows`) is decided by who makes the release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import duckdb

from transforms.records.columns import fields_of, table_of
from warehouse import database_files, tables
from warehouse.database import MARKET, NIGHTLY, Connection, attached, remove_database, transaction
from warehouse.mart_tables import HISTORIES, PUBLISHED, Days
from warehouse.ops_tables import Vintages
from warehouse.schema import (
    MACROS,
    MART_VIEWS,
    comments,
    ddl,
    ident,
    key_of,
    literal,
    macro_ddl,
    mart_ddl,
    meaning_of,
    schema_of,
    sql_type,
    view_ddl,
)

RELEASED = "released"
"""What the DuckDB file of a release is called while the release is made."""
RELEASED_STORAGE = "v1.3.0"
"""Storage version of the DuckDB file of a release: later ones write a random number into its header."""
LOOKUPS = (
    tables.Sources, tables.Countries, tables.Roles, tables.Skills, tables.DisclosureLaws, tables.NearOccupations,
    tables.PriceLevels,
)  # fmt: skip
"""Tables of `core` that marts are read with."""
WITH_THEM = ("prices_of",)
"""Macros over these tables."""
_PUBLIC_TABLES = (*LOOKUPS, Days, *HISTORIES.values(), *PUBLISHED.values(), Vintages)
"""Tables of the DuckDB file of a release."""


@dataclass(frozen=True, kw_only=True)
class KeptRows:
    """What of a mart may be passed on: an SQL condition on its rows, and columns in place of its own."""

    condition: str = "true"
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExportedTable:
    """A mart as it stands in a release. `columns` are name, SQL type and meaning of each."""

    name: str
    title: str
    columns: tuple[tuple[str, str, str], ...]
    key: tuple[str, ...]
    n_rows: int


def open_published_file(folder: Path) -> Connection:
    """A connection that reads the published file of a folder and may write other files.

    Raises `FileNotFoundError` when nothing was published yet.
    """
    market = folder / MARKET
    if not market.exists():
        raise FileNotFoundError(f"{market} does not exist yet; `jobmarket run` publishes it")
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET python_enable_replacements = false")
    con.execute(f"ATTACH {literal(str(market))} AS {NIGHTLY} (READ_ONLY)")
    con.execute(f"USE {NIGHTLY}")
    return con


def export_cells(con: Connection, folder: Path, kept_rows: Mapping[str, KeptRows]) -> list[ExportedTable]:
    """Each table of published cells as Parquet and as CSV, by key; the same rows give the same bytes.

    Lists and structs are JSON in CSV.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for mart, cells in PUBLISHED.items():
        name = table_of(cells).name
        rule = kept_rows.get(table_of(mart).name, KeptRows())
        order = ", ".join(map(ident, key_of(cells)))
        rows = f"FROM {name} WHERE {rule.condition} ORDER BY {order}"
        path = folder / name.partition(".")[2]
        con.execute(f"CREATE OR REPLACE TEMP TABLE exported AS SELECT * {_replace(rule.columns)} {rows}")
        lists = {f.name: f"to_json({ident(f.name)})" for f in fields_of(cells) if f.is_list}
        for columns, suffix, options in (
            ("*", "parquet", "FORMAT parquet, COMPRESSION zstd"),
            (f"* {_replace(lists)}", "csv", "FORMAT csv, HEADER"),
        ):
            target = literal(str(path.with_suffix(f".{suffix}")))
            con.execute(f"COPY (SELECT {columns} FROM exported ORDER BY {order}) TO {target} ({options})")
        ((n_rows,),) = con.execute("SELECT count(*) FROM exported").fetchall()
        tables.append(
            ExportedTable(
                name=name, title=table_of(cells).doc, key=key_of(cells), n_rows=n_rows,
                columns=tuple((f.name, sql_type(f), meaning_of(f.column)) for f in fields_of(cells)),
            )
        )  # fmt: skip
    con.execute("DROP TABLE IF EXISTS exported")
    return tables


def public_schema() -> str:
    """SQL of all that the DuckDB file of a release declares, with comments: schemas, tables, views and macros."""
    statements = (
        (f"CREATE SCHEMA {schema}" for schema in dict.fromkeys(map(schema_of, _PUBLIC_TABLES))),
        *((ddl(cls, with_checks=False), *comments(cls)) for cls in _PUBLIC_TABLES),
        *map(mart_ddl, HISTORIES),
        *map(view_ddl, MART_VIEWS),
        *map(macro_ddl, WITH_THEM),
    )
    return "".join(f"{statement};\n" for statement in chain.from_iterable(statements))


def write_public_database(con: Connection, target: Path, kept_rows: Mapping[str, KeptRows]) -> None:
    """A DuckDB file of marts, on all days, and of lookups, with comments; readable by DuckDB 1.3 and newer.

    The same rows give the same bytes: they are written in order, by one thread, which fills block after block.
    """
    remove_database(target)
    database_files.copy_empty(target, kind="release", made_with=RELEASED_STORAGE + public_schema(), make=_make_empty)
    marts = {cls: mart for classes in (HISTORIES, PUBLISHED) for mart, cls in classes.items()}
    with _attach(con, target):
        try:
            con.execute("SET threads = 1")
            with transaction(con):
                for cls in _PUBLIC_TABLES:
                    name = table_of(cls).name
                    rule = kept_rows.get(table_of(marts.get(cls, cls)).name, KeptRows())
                    order = ", ".join(map(ident, key_of(cls))) or "ALL"
                    rows = f"FROM {NIGHTLY}.{name} WHERE {rule.condition} ORDER BY {order}"
                    con.execute(f"INSERT INTO {name} BY NAME SELECT * {_replace(rule.columns)} {rows}")
            con.execute(f"CHECKPOINT {RELEASED}")
        finally:
            con.execute("RESET threads")


def _make_empty(path: Path) -> None:
    """Make the DuckDB file of a release, without rows."""
    with duckdb.connect() as con, _attach(con, path):
        with transaction(con):
            con.execute(public_schema())
        con.execute(f"CHECKPOINT {RELEASED}")


def _attach(con: Connection, path: Path) -> AbstractContextManager[str]:
    """Use the DuckDB file of a release; what was used before is used again after."""
    return attached(con, path, name=RELEASED, storage=RELEASED_STORAGE)


_NAMES = re.compile(r"\b((?:core|ops)\.\w+|\w+(?=\())")


def find_missing(sql: str) -> list[str]:
    """What a SELECT reads that is in no release, by name: tables and macros over adverts."""
    tables = {table_of(cls).name for cls in (*LOOKUPS, Vintages)}
    names = set(_NAMES.findall(sql))
    tables_missing = {name for name in names if "." in name} - tables
    return sorted(tables_missing | (names & MACROS.keys()) - set(WITH_THEM))


def _replace(columns: Mapping[str, str]) -> str:
    replacements = ", ".join(f"{sql} AS {ident(name)}" for name, sql in columns.items())
    return f"REPLACE ({replacements})" if replacements else ""
