"""Figures that wait for a person's review.

Nothing puts a figure under review yet. What will keeps the waiting ones in the table named here, and this module is
all that reads it: without the table, none waits.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from warehouse.database import Connection

SCHEMA, TABLE = "ops", "figure_reviews"
"""The table: a row for each figure that waits, with the columns `figure`, `since` and `deadline`."""
EXISTS = "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ? AND database_name = current_database()"


class Waiting(NamedTuple):
    """A figure that waits for review since a day, and the day after which it is printed as stale."""

    figure: str
    since: date
    deadline: date


def find_waiting_figures(con: Connection) -> list[Waiting]:
    """The figures that wait for review, the one with the nearest deadline first."""
    if not con.execute(EXISTS, [SCHEMA, TABLE]).fetchone():
        return []
    rows = con.execute(f"SELECT figure, since, deadline FROM {SCHEMA}.{TABLE} ORDER BY deadline, figure").fetchall()
    return [Waiting(*row) for row in rows]
