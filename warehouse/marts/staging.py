"""Materialises a day's macros, which marts, figures and checks all read, as temporary tables."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Protocol

from warehouse.schema import ident, literal

STAGED = (
    *("stock_postings", "panel_boards", "panel_jobs", "counted_jobs", "job_regions", "pay_observations"),
    *("frame_adverts", "frame_jobs"),
    *("complete_readings", "board_listings", "pay_disclosures", "frame_boards", "reported_persons", "pay_pairs"),
)
"""Macros of a day (`as_of` is their one argument), each with what comes before it staged already."""
UNUSED_COLUMNS = {
    "stock_postings": (
        *(
            "url",
            "title",
            "employer",
            "employer_in_text",
            "department",
            "requisition_id",
            "location_text",
            "subdivision",
            "city",
            "text_hash",
        ),
        *("pay_text", "agreements", "doubts", "content_hash", "record", "usd_reason"),
    )
}
"""Columns that no mart and no figure asks for, most of them long, which are not staged: half of what staging costs."""


class Connection(Protocol):
    """What is asked of a database, which may be one that is only read: temporary tables are beside it."""

    def execute(self, query: str, /) -> Any:
        """Run a statement; the result has `fetchall()`."""


@contextlib.contextmanager
def stage_macros(con: Connection, days: Collection[date], names: Collection[str] = STAGED) -> Iterator[None]:
    """Answer macros of some days, by default all of `STAGED`, from temporary tables while the context lasts.

    Temporary macros stand before those of the database, so that SELECTs need not know of it. Another day is computed as
    ever. Nothing that the macros read may change meanwhile. The day that is asked for must be a literal or a parameter.
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
        # `query` binds the branch that holds: with both bound, as in a UNION, planning doubles at each depth of macros.
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
