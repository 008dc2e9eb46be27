"""The share of enterprises that use AI, as an office counts it."""

from __future__ import annotations

from datetime import date

import duckdb

from reports.wording import notes
from tests.reports.figures.ledger_builders import Put, computed
from warehouse import tables


def test_the_newest_count_stands_with_its_year_size_and_break(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    counts = [
        ("EU", "GE10", 2023, 0.08, None), ("EU", "GE10", 2024, 0.135, None), ("EU", "GE10", 2025, 0.1995, "b"),
        ("EU", "GE250", 2025, 0.55, None), ("EU", "10-49", 2025, 0.17, None), ("DE", "GE10", 2025, 0.26, None),
    ]  # fmt: skip
    put(tables.Sources, {"source": "eurostat_ai_use", "title": "ICT usage", "is_republishable": True})
    put(tables.AiUses, *(
        {"source": "eurostat_ai_use", "area": area, "size_class": size, "year": year, "share": share, "flags": flags,
         "warc": "a.warc.gz"}
        for area, size, year, share, flags in counts
    ))  # fmt: skip
    row = computed(con, date(2026, 8, 17))["adoption.eu"]
    assert row.bare_value == (
        "in 2025, 19.95% of enterprises with ten or more persons (13.5% in 2024) and 55% of those with 250 or more"
    )
    assert (row.status, row.qualifier, row.sources) == ("published", "count of 2025", ("eurostat_ai_use",))
    assert "marks a break in the series in 2025" in notes.note(row)
    late = computed(con, date(2028, 1, 1))["adoption.eu"]
    assert (late.status, late.reason) == ("stale", "nothing newer than 31 December 2025 was read")


def test_a_rebuilt_day_has_no_count_that_came_later(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Sources, {"source": "eurostat_ai_use", "title": "ICT usage", "is_republishable": True})
    put(tables.AiUses, *(
        {"source": "eurostat_ai_use", "area": "EU", "size_class": "GE10", "year": year, "share": share, "flags": None,
         "warc": "eurostat_ai_use/2026-01-12T020000Z.warc.gz"}
        for year, share in ((2024, 0.135), (2025, 0.1995))
    ))  # fmt: skip
    days = {day: computed(con, day)["adoption.eu"].qualifier for day in (date(2025, 11, 1), date(2026, 1, 12))}
    assert list(days.values()) == ["count of 2024", "count of 2025"]
