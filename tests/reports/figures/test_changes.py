"""Which figures changed since the day before."""

from __future__ import annotations

from datetime import date

import duckdb

from reports.figures.declaration import WITHHELD
from reports.figures.vintages import find_changes
from tests.reports.conftest import make_tables, put_rows
from warehouse.mart_tables import Figures

YESTERDAY, TODAY = date(2026, 8, 16), date(2026, 8, 17)


def test_figures_on_another_rung_are_named_apart_from_those_that_changed() -> None:
    history = {
        "band.a": (("open adverts", "1"), ("open adverts", "2")),
        "band.b": (("third-party adverts", "1"), ("open adverts", "2")),
        "band.c": (("open adverts", "1"), ("open adverts", "1")),
        "band.d": (("open adverts", "1"), ("open adverts", "1 (read 16 August 2026)")),
        "band.e": (("open adverts", "1"), (WITHHELD, None)),
        "claim.f": ((None, "1"), (None, "2")),
    }
    with duckdb.connect() as con:
        make_tables(con)
        for figure, days in history.items():
            for day, (rung, value) in zip((YESTERDAY, TODAY), days, strict=True):
                put_rows(con, Figures, {"as_of": day, "figure": figure, "rung": rung, "value": value})
        changes = find_changes(con, TODAY)
        assert find_changes(con, YESTERDAY) == [], "there is no day before it"
    assert {change.before_on for change in changes} == {YESTERDAY}
    assert [change.figure for change in changes if not change.is_other_rung] == [
        "band.a",
        "band.d",
        "band.e",
        "claim.f",
    ]
    assert [change.figure for change in changes if change.is_other_rung] == ["band.b"]
    assert [(change.before, change.after) for change in changes][2:4] == [("1", "1 (read 16 August 2026)"), ("1", None)]
