"""The macros of a day, computed once into temporary tables that marts, figures and checks read."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from warehouse.schema import ident, literal

STAGED = (
    *("stock_postings", "panel_boards", "panel_jobs", "counted_jobs", "job_regions", "pay_observations"),
    *("frame_adverts", "frame_jobs"),
    *("complete_readings", "board_listings", "pay_disclosures", "frame_boards", "reported_persons", "pay_pairs"),
)
"""Macros whose only argument is the day `as_of`. A macro comes after the macros that it reads."""
UNUSED_COLUMNS = {
    "stock_postings": (
        *("url", "title", "employer", "employer_in_text", "employer_site", "department", "requisition_id"),
        *("location_text",),
        *("subdivision", "city", "text_hash", "pay_text", "agreements", "doubts", "content_hash", "record"),
        "usd_reason",
    )
}
"""Columns, most of them long, that no mart and no figure reads. Leaving them out halves the cost of staging."""


@contextlib.contextmanager
def stage_macros(con: Any, days: Collection[date], names: Collection[str] = STAGED) -> Iterator[None]:
    """Within the context, make the macros in `names` read temporary tables that hold their rows of `days`.

    Their day may be a literal or a parameter. Temporary macros hide the database's macros of the same names, and
    compute the rows of other days as usual. Nothing that the macros read may change within the context. `con`, which
    may be read-only, has DuckDB's `execute`.
    """
    if not days:
        yield
        return
    (catalog,) = con.execute("SELECT current_database()").fetchall()[0]
    literals = [f"DATE '{day.isoformat()}'" for day in sorted(days)]
    for name in names:
        table = ident(f"staged_{name}")
        columns = f"* EXCLUDE ({', '.join(UNUSED_COLUMNS[name])})" if name in UNUSED_COLUMNS else "*"
        rows = (f"SELECT {day} AS staged_day, {columns} FROM {name}({day})" for day in literals)
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {' UNION ALL '.join(rows)}")
        # `query` binds only the branch it needs; a UNION would bind both and double the planning time at each level.
        staged = literal(f"SELECT * EXCLUDE (staged_day) FROM {table} WHERE staged_day = DATE ")
        other = literal(f"SELECT {columns} FROM {ident(catalog)}.main.{name}(DATE ")
        con.execute(
            f"CREATE OR REPLACE TEMP MACRO {name}(as_of) AS TABLE FROM query("
            f"CASE WHEN as_of::DATE IN ({', '.join(literals)}) THEN {staged} || '''' || as_of::DATE || ''''"
            f" ELSE {other} || '''' || as_of::DATE || ''')' END)"
        )
    try:
        yield
    finally:
        for name in names:
            con.execute(f"DROP MACRO TABLE temp.{name}")
            con.execute(f"DROP TABLE {ident(f'staged_{name}')}")
