"""Which figures a run names as changed."""

from __future__ import annotations

from datetime import date

import duckdb

from flows.cli.run import CHANGED
from reports.figures.declaration import CARRIED, WITHHELD
from tests.reports.conftest import make_tables, put_rows
from warehouse.mart_tables import Figures

YESTERDAY, TODAY = date(2026, 8, 16), date(2026, 8, 17)


def test_figures_on_another_rung_are_named_apart_from_those_that_changed() -> None:
    said = {
        "band.a": (("open adverts", "1"), ("open adverts", "2")),
        "band.b": (("third-party adverts", "1"), ("open adverts", "2")),
        "band.c": (("open adverts", "1"), ("open adverts", "1")),
        "band.d": (("open adverts", "1"), (CARRIED, "1 (read 16 August 2026)")),
        "band.e": (("open adverts", "1"), (WITHHELD, None)),
        "claim.f": ((None, "1"), (None, "2")),
    }
    with duckdb.connect() as con:
        make_tables(con)
        for figure, days in said.items():
            for day, (rung, value) in zip((YESTERDAY, TODAY), days, strict=True):
                put_rows(con, Figures, {"as_of": day, "figure": figure, "rung": rung, "value": value})
        found = con.execute(CHANGED, [TODAY, [CARRIED, WITHHELD]]).fetchone()
    assert found == (YESTERDAY, ["band.a", "band.d", "band.e", "claim.f"], ["band.b"])
