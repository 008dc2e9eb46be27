"""A digest of everything from which figures, guide and site are computed. They change only if the digest changes."""

from __future__ import annotations

import hashlib

from warehouse import database
from warehouse.schema import digest_select, ident

SCHEMAS = ("core", "mart", "published")
OPS_TABLES = ("audits", "causes", "known_boards", "vintages")
"""The tables of `ops` that figures and site read. The other tables of `ops` record runs and change with each run."""


def digest_inputs(con: database.Connection, *others: object) -> str:
    """Return a digest of all rows of `core`, `mart` and `published`, of `OPS_TABLES`, and of `others`.

    Equal values in `others` must have the same `repr`. The order of rows does not matter. One difference in 10^19 goes
    unnoticed.
    """
    tables = con.execute(
        """
        SELECT schema_name, table_name, list(column_name ORDER BY column_index),
            list(column_name ORDER BY column_index) FILTER (data_type LIKE '%[]' OR data_type LIKE 'STRUCT%')
        FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (database_name, schema_name, table_name)
        WHERE database_name = current_database()
        GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    content = []
    for schema, table, columns, nested in tables:
        if schema in SCHEMAS or (schema == "ops" and table in OPS_TABLES):
            select = f"SELECT {digest_select(columns, nested or ())} FROM {ident(schema)}.{ident(table)}"
            content.append((schema, table, con.execute(select).fetchall()))
    return hashlib.blake2b(repr((content, others)).encode(), digest_size=16).hexdigest()
