"""A digest of everything from which figures, guide and site are computed. They change only if the digest changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from warehouse import database
from warehouse.schema import ident

SCHEMAS = ("core", "mart", "published")
OPS_TABLES = ("audits", "figure_vintages", "known_boards", "vintages")
"""The tables of `ops` that figures and site read. The other tables of `ops` record runs and change with each run."""


def digest_inputs(con: database.Connection, *others: object) -> str:
    """Return a digest of all rows of `core`, `mart` and `published`, of `OPS_TABLES`, and of `others`.

    Equal values in `others` must have the same `repr`. The order of rows does not matter. One difference in 10^19 goes
    unnoticed.
    """
    tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
    names = [
        f"{ident(schema)}.{ident(table)}"
        for schema, table in tables
        if schema in SCHEMAS or (schema == "ops" and table in OPS_TABLES)
    ]
    content = [(name, *_digest(con, name)) for name in names]
    return hashlib.blake2b(repr((content, others)).encode(), digest_size=16).hexdigest()


def _digest(con: database.Connection, table: str) -> Sequence[int]:
    rows = con.execute(f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)::HUGEINT) FROM {table} AS t").fetchall()
    return rows[0]
