"""What marts, figures and checks of one day ask again and again, computed once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date

import duckdb

from warehouse.schema import MACRO_ARGUMENTS, quoted

STAGED = ("counted_jobs", "job_regions")
"""Macros of day and window, each with what comes before it staged already."""


@contextlib.contextmanager
def stage_macros(con: duckdb.DuckDBPyConnection, as_of: date, window_days: int = 365) -> Iterator[None]:
    """Answer the macros `STAGED` for this day and window from temporary tables while the context lasts.

    Temporary macros stand before those of the database, so that SELECTs need not know of it. Another day or window is
    computed as ever. Nothing that the macros read may change meanwhile.
    """
    (catalog,) = con.execute("SELECT current_database()").fetchall()[0]
    for name in STAGED:
        table = quoted(f"staged_{name}")
        arguments = MACRO_ARGUMENTS[name]
        is_it = f"as_of::DATE = DATE '{as_of.isoformat()}' AND window_days = {int(window_days)}"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {name}($as_of, $window_days)",
            {"as_of": as_of, "window_days": window_days},
        )
        con.execute(
            f"CREATE OR REPLACE TEMP MACRO {name}({arguments}) AS TABLE"
            f" SELECT * FROM {table} WHERE {is_it} UNION ALL"
            f" SELECT * FROM {quoted(catalog)}.main.{name}({arguments}) WHERE NOT ({is_it})"
        )
    try:
        yield
    finally:
        for name in STAGED:
            con.execute(f"DROP MACRO TABLE temp.{name}")
            con.execute(f"DROP TABLE {quoted(f'staged_{name}')}")
