"""What marts, figures and checks of one day ask again and again, computed once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date

import duckdb

from warehouse.schema import MACRO_ARGUMENTS, quoted

STAGED = (
    *("stock_postings", "counted_jobs", "job_regions", "pay_observations", "frame_adverts", "frame_jobs"),
    *("complete_readings", "board_listings", "pay_disclosures", "frame_boards", "reported_persons", "pay_pairs"),
)
"""Macros of a day, each with what comes before it staged already."""
UNREAD = {
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


@contextlib.contextmanager
def stage_macros(con: duckdb.DuckDBPyConnection, as_of: date) -> Iterator[None]:
    """Answer the macros `STAGED` for this day from temporary tables while the context lasts.

    Temporary macros stand before those of the database, so that SELECTs need not know of it. Another day is computed as
    ever. Nothing that the macros read may change meanwhile.
    """
    (catalog,) = con.execute("SELECT current_database()").fetchall()[0]
    for name in STAGED:
        table = quoted(f"staged_{name}")
        arguments = MACRO_ARGUMENTS[name]
        is_it = f"as_of::DATE = DATE '{as_of.isoformat()}'"
        columns = f"* EXCLUDE ({', '.join(UNREAD[name])})" if name in UNREAD else "*"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {columns} FROM {name}($as_of)", {"as_of": as_of})
        con.execute(
            f"CREATE OR REPLACE TEMP MACRO {name}({arguments}) AS TABLE"
            f" SELECT * FROM {table} WHERE {is_it} UNION ALL"
            f" SELECT {columns} FROM {quoted(catalog)}.main.{name}({arguments}) WHERE NOT ({is_it})"
        )
    try:
        yield
    finally:
        for name in STAGED:
            con.execute(f"DROP MACRO TABLE temp.{name}")
            con.execute(f"DROP TABLE {quoted(f'staged_{name}')}")
