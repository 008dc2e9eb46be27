"""Write the tables of a release: marts as Parquet and CSV, and a DuckDB file of marts and lookups.

No release has adverts: their sources let us count adverts, but not pass them on. The caller decides which rows of a
mart may be passed on (`KeptRows`).
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
from warehouse import database_files, schema, tables
from warehouse.database import NIGHTLY, Connection, attached, remove_database, transaction
from warehouse.mart_tables import HISTORIES, PUBLISHED, Days
from warehouse.ops_tables import Vintages
from warehouse.publish.reader import connect_market

RELEASED = "released"  # name of a release's DuckDB file while it is attached
RELEASED_STORAGE = "v1.3.0"
"""Storage version of a release's DuckDB file. Later versions write a random number into the header, so that the same
rows would not give the same bytes."""
LOOKUPS = (
    tables.Sources, tables.Countries, tables.Roles, tables.Skills, tables.SkillCodes, tables.DisclosureLaws,
    tables.NearOccupations, tables.PriceLevels,
)  # fmt: skip
"""Tables of `core` that queries of marts join."""
LOOKUP_MACROS = ("prices_of",)  # macros that read only the tables in `LOOKUPS`, so that a release can have them
_PUBLIC_TABLES = (*LOOKUPS, Days, *HISTORIES.values(), *PUBLISHED.values(), Vintages)
"""Tables in a release's DuckDB file."""


@dataclass(frozen=True, kw_only=True)
class KeptRows:
    """The part of a mart that may be passed on."""

    condition: str = "true"  # SQL condition on its rows
    columns: Mapping[str, str] = field(default_factory=dict)  # SQL that replaces the values of columns


@dataclass(frozen=True, kw_only=True)
class ExportedTable:
    """A mart in a release."""

    name: str
    title: str
    columns: tuple[tuple[str, str, str], ...]  # name, SQL type and meaning of each column
    key: tuple[str, ...]
    n_rows: int


def open_published_file(folder: Path) -> Connection:
    """Open a connection that reads the published file of a folder and may write other files.

    Raise `FileNotFoundError` if nothing was published yet.
    """
    return connect_market(folder, name=NIGHTLY)


def export_cells(con: Connection, folder: Path, kept_rows: Mapping[str, KeptRows]) -> list[ExportedTable]:
    """Write each table of published cells as Parquet and CSV, ordered by key, and return what was written.

    `kept_rows` says, by the mart's name, which rows are written; other marts are written in full. Lists and structs
    become JSON in CSV. The same rows give the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for mart, cells in PUBLISHED.items():
        name = table_of(cells).name
        rule = kept_rows.get(table_of(mart).name, KeptRows())
        order = ", ".join(map(schema.ident, schema.key_of(cells)))
        rows = f"FROM {name} WHERE {rule.condition} ORDER BY {order}"
        path = folder / name.partition(".")[2]
        con.execute(f"CREATE OR REPLACE TEMP TABLE exported AS SELECT * {_replace(rule.columns)} {rows}")
        lists = {f.name: f"to_json({schema.ident(f.name)})" for f in fields_of(cells) if f.is_list}
        for columns, suffix, options in (
            ("*", "parquet", "FORMAT parquet, COMPRESSION zstd"),
            (f"* {_replace(lists)}", "csv", "FORMAT csv, HEADER"),
        ):
            target = schema.literal(str(path.with_suffix(f".{suffix}")))
            con.execute(f"COPY (SELECT {columns} FROM exported ORDER BY {order}) TO {target} ({options})")
        ((n_rows,),) = con.execute("SELECT count(*) FROM exported").fetchall()
        tables.append(
            ExportedTable(
                name=name, title=table_of(cells).doc, key=schema.key_of(cells), n_rows=n_rows,
                columns=tuple((f.name, schema.sql_type(f), schema.meaning_of(f.column)) for f in fields_of(cells)),
            )
        )  # fmt: skip
    con.execute("DROP TABLE IF EXISTS exported")
    return tables


def public_schema() -> str:
    """Return the SQL that declares a release's DuckDB file: schemas, tables, views and macros, with comments."""
    statements = (
        (f"CREATE SCHEMA {name}" for name in dict.fromkeys(map(schema.schema_of, _PUBLIC_TABLES))),
        *((schema.ddl(cls, with_checks=False), *schema.comments(cls)) for cls in _PUBLIC_TABLES),
        *map(schema.mart_ddl, HISTORIES),
        *map(schema.view_ddl, schema.MART_VIEWS),
        *map(schema.macro_ddl, LOOKUP_MACROS),
    )
    return "".join(f"{statement};\n" for statement in chain.from_iterable(statements))


def write_public_database(con: Connection, target: Path, kept_rows: Mapping[str, KeptRows]) -> None:
    """Write a DuckDB file of marts on all days, and of lookups, with comments. DuckDB 1.3 and newer can read it.

    `kept_rows` says, by the mart's name, which rows are written; other marts are written in full. The same rows give
    the same bytes: one thread writes them in order, block after block.
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
                    order = ", ".join(map(schema.ident, schema.key_of(cls))) or "ALL"
                    rows = f"FROM {NIGHTLY}.{name} WHERE {rule.condition} ORDER BY {order}"
                    con.execute(f"INSERT INTO {name} BY NAME SELECT * {_replace(rule.columns)} {rows}")
            con.execute(f"CHECKPOINT {RELEASED}")
        finally:
            con.execute("RESET threads")


def _make_empty(path: Path) -> None:
    with duckdb.connect() as con, _attach(con, path):
        with transaction(con):
            con.execute(public_schema())
        con.execute(f"CHECKPOINT {RELEASED}")


def _attach(con: Connection, path: Path) -> AbstractContextManager[str]:
    return attached(con, path, name=RELEASED, storage=RELEASED_STORAGE)


_NAMES = re.compile(r"\b((?:core|ops)\.\w+|\w+(?=\())")


def find_missing(sql: str) -> list[str]:
    """Return the names of tables and macros that a SELECT reads but that no release has, because they hold adverts."""
    tables = {table_of(cls).name for cls in (*LOOKUPS, Vintages)}
    names = set(_NAMES.findall(sql))
    tables_missing = {name for name in names if "." in name} - tables
    return sorted(tables_missing | (names & schema.MACROS.keys()) - set(LOOKUP_MACROS))


def _replace(columns: Mapping[str, str]) -> str:
    replacements = ", ".join(f"{sql} AS {schema.ident(name)}" for name, sql in columns.items())
    return f"REPLACE ({replacements})" if replacements else ""
