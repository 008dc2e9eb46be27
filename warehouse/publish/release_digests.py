"""What a reader sees in the DuckDB file of a release: the rows of its tables by digest, and all that it declares.

Files of the same content differ in their bytes, and versions of DuckDB print one view differently. So declarations are
not compared with a digest: the statements that made them are released as SQL, DuckDB makes an empty database from these
in memory, and lists of both all that it knows: schemas, tables, columns, constraints, indexes, views, macros, types,
sequences, triggers, and what later versions add.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from warehouse.database import Connection
from warehouse.schema import ident, literal

RELEASED = "released"
"""What the DuckDB file of a release is called while it is written or read."""
MAX_MEMORY = "2GB"
"""What DuckDB may use to read the file of a release from an unknown source."""
MAX_SECONDS = 600.0
"""Seconds for that: the marts of a million adverts take a few."""
HEADER_BYTES = 3 * 4096
"""What stands before the blocks of a DuckDB file."""


class TableDigest(NamedTuple):
    """The number of rows of a table, and the SHA-256 of its sorted rows."""

    n_rows: int
    sha256: str


def digest_tables(con: Connection) -> dict[str, TableDigest]:
    """The digest of each table of the database `RELEASED`, by name with its schema."""
    names = con.execute(
        f"SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = '{RELEASED}' ORDER BY ALL"
    ).fetchall()
    return {name: _digest_rows(con, name) for (name,) in names}


def _digest_rows(con: Connection, table: str) -> TableDigest:
    """The digest of a table: the SHA-256 of those of its rows as JSON, sorted, so that their order does not matter."""
    rows = con.execute(
        f"SELECT sha256(to_json(t)::VARCHAR) AS digest FROM {RELEASED}.{table} AS t ORDER BY digest"
    ).fetchall()
    return TableDigest(len(rows), hashlib.sha256("\n".join(row for (row,) in rows).encode()).hexdigest())


def find_database_faults(path: Path, schema: str, tables: Mapping[str, TableDigest]) -> Iterator[str]:
    """What in a DuckDB file is not as it was released, a line each: against the SQL of its schema and digests of rows.

    No view or macro of the file is run, and rows are read only where all else is as it should be. Raises `duckdb.Error`
    for a file or SQL that cannot be read within the bounds of time and memory.
    """
    with _open_bounded(f"ATTACH {literal(str(path))} AS {RELEASED} (READ_ONLY)") as con:
        faults = [*_compare_declared(_list_declared(con), _declared_by(schema)), *_measure(con, path)]
        yield from faults or _compare_rows(con, tables)


@contextlib.contextmanager
def _open_bounded(attach: str) -> Iterator[Connection]:
    """A connection to a database from an unknown source: no other file, no network, no more than its share."""
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    timer = threading.Timer(MAX_SECONDS, con.interrupt)
    timer.start()
    try:
        with con:
            for setting in (f"memory_limit = '{MAX_MEMORY}'", "temp_directory = ''", "TimeZone = 'UTC'"):
                con.execute(f"SET {setting}")
            con.execute(attach)
            con.execute("SET enable_external_access = false")
            yield con
    except duckdb.InterruptException as error:
        raise duckdb.Error(f"it took longer than {MAX_SECONDS:g} seconds") from error
    finally:
        timer.cancel()


def _measure(con: Connection, path: Path) -> Iterator[str]:
    """A file that is longer or shorter than what it holds."""
    ((size,),) = con.execute(
        f"SELECT block_size * total_blocks FROM pragma_database_size() WHERE database_name = '{RELEASED}'"
    ).fetchall()
    if (n_bytes := path.stat().st_size) != HEADER_BYTES + size:
        yield f"{n_bytes:,} bytes, {HEADER_BYTES + size:,} expected by its header: it was cut, or something was added"


def _compare_rows(con: Connection, tables: Mapping[str, TableDigest]) -> Iterator[str]:
    """Tables with other rows than these. Of a table of another size the rows are not read: there may be too many."""
    sizes = con.execute(
        "SELECT schema_name || '.' || table_name, estimated_size FROM duckdb_tables()"
        f" WHERE database_name = '{RELEASED}' ORDER BY ALL"
    ).fetchall()
    for name in sorted(tables.keys() - {name for name, _ in sizes}):
        yield f"table {name} is missing"
    for name, n_rows in sizes:
        if name not in tables:
            yield f"table {name} is not in the manifest"
        elif n_rows != tables[name].n_rows or _digest_rows(con, name) != tables[name]:
            yield f"the rows of {name} are not those of the manifest"


# --- what is declared -----------------------------------------------------------------------------------

Declared = Mapping[str, frozenset[str]]
"""What is declared, by name and by the list of DuckDB that it is in: all that the list says of it, as JSON."""
_NOT_DECLARED = ("database_name", "estimated_size", "is_bound", "constraint_index")
"""Columns of these lists that say how a file is stored, used or listed. Object ids are left out, too."""


def _compare_declared(found: Declared, released: Declared) -> Iterator[str]:
    """What differs, without the columns and so on of what differs itself: a table comes before them."""
    differing: set[str] = set()
    for name in sorted(found.keys() | released.keys()):
        bare, _, _ = name.partition(" (")
        if found.get(name) == released.get(name) or bare.rpartition(".")[0] in differing:
            continue
        differing.add(bare)
        if name not in found:
            yield f"{name} is missing"
        else:
            yield f"{name} {'is not as released' if name in released else 'was not released'}"


@functools.cache
def _declared_by(schema: str) -> Declared:
    """What SQL declares in an empty database. It may hold what `public_schema` writes, and no other statements."""
    with _open_bounded(f"ATTACH ':memory:' AS {RELEASED}") as con:
        con.execute(f"USE {RELEASED}")
        for statement in con.extract_statements(schema):
            if statement.type not in (duckdb.StatementType.CREATE, duckdb.StatementType.ALTER):
                raise duckdb.Error(f"a statement that declares nothing: {statement.query[:80]}")
            con.execute(statement)
        return _list_declared(con)


def _list_declared(con: Connection) -> Declared:
    """All that DuckDB lists of the database `RELEASED`, be it a kind of object that only later versions know."""
    con.execute("USE memory")  # in the file a macro could have the name of a function
    lists = con.execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE database_name = 'system' AND parameters = []"
        " AND function_type = 'table' AND starts_with(function_name, 'duckdb_') ORDER BY ALL"
    ).fetchall()
    declared: defaultdict[str, set[str]] = defaultdict(set)
    for (function,) in lists:
        columns = [name for name, *_ in con.execute(f"DESCRIBE FROM {function}()").fetchall()]
        if "database_name" not in columns or function == "duckdb_databases":
            continue
        said = [name for name in columns if name not in _NOT_DECLARED and not name.endswith("oid")]
        names = ", ".join(ident(name) for name in said if name.endswith("_name"))
        content = ", ".join(f"{literal(name)}: {ident(name)}" for name in said)
        rows = con.execute(
            f"SELECT concat_ws('.', {names}), to_json({{{content}}})::VARCHAR FROM {function}()"
            f" WHERE database_name = '{RELEASED}'"
        ).fetchall()
        for name, text in rows:
            declared[f"{name} ({function})"].add(text)
    return {name: frozenset(texts) for name, texts in declared.items()}
