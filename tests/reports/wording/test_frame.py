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
