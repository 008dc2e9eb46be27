"""The steps from adverts to a band of pay, in words."""

from __future__ import annotations

from reports.wording import frame
from tests.builders import climb


def test_a_ladder_lists_places_with_enough_jobs_and_says_why_jobs_are_lost() -> None:
    rows = [climb("A & B", 90, 80, 40, 30, 20, 20, 18, 10, 10, 8), climb("C", 9, 9, 1, 0, 0, 0, 0, 0, 0, 0)]
    table = frame.LADDER.table
    assert table is not None
    assert table(rows).rows[0] == ("A & B", "90", "80", "40", "30", "20", "20", "18", "10", "10", "8", "8")
    few, reasons = table(rows).below
    assert few == "Not in the table: 1 place with fewer than 30 AI engineering jobs, none of them in a band."
    assert len(table(rows).rows) == 1 and len(table(rows[1:]).rows) == 1, "all, where no place has enough"
    assert "because of pay_stated" in reasons and "because of jobs" not in reasons
    assert frame.LADDER.text(rows) == "A & B 8 of 40 AI engineering jobs; none in 1 more place"
    assert frame.LADDER.text(rows[1:]) == "no AI engineering job of 1 place is in the band"


def test_what_was_read_has_no_columns_and_rows_of_zeros_and_names_them_below() -> None:
    row = {"name": "A", **dict.fromkeys(frame.COVERAGE_COLUMNS, 7), "n_paid": 0, "read_on": "2026-09-30"}
    zeros = dict.fromkeys(frame.COVERAGE_COLUMNS, 0)
    others = [
        row | zeros | {"name": name, "n_boards": n, "read_on": on}
        for name, n, on in (("B", 12, "2021-01-15"), ("C", 1, None))
    ]
    make_table = frame.coverage("Source").table
    assert make_table is not None
    table = make_table([row, *others])
    assert [line[0] for line in table.rows] == ["A"] and "With pay" not in table.columns
    assert "With full text" in table.columns
    assert table.below == (
        "0 in every row, and therefore no column: with pay.",
        "Known, without an advert that counts now: B (12 boards, last read 2021-01-15), C (1 board, never read).",
    )
    assert [line[0] for line in make_table(others).rows] == ["B", "C"], "all, where none counts"
