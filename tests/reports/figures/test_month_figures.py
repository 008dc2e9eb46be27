"""AI jobs by month: words that claim no more than the interval, Indeed's share beside ours or alone, and the chart."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from reports.cells.cell import FIRM, numbers_of
from reports.site import figure_pages, lines
from reports.wording import months, notes
from tests.reports.figures.ledger_builders import Put, computed
from warehouse import tables
from warehouse.mart_tables import AdvertMonths

AS_OF = date(2026, 8, 17)


def month(period: str, difference: float | None, reach: float = 0.002, **fields: Any) -> dict[str, Any]:
    """A printed row of a month, or a withheld one."""
    known = difference is not None
    middle = difference or 0.0
    values = {
        "share": 0.04, "share_lo": 0.03, "share_hi": 0.05, "share_before": 0.04 - middle,
        "difference": difference, "difference_lo": middle - reach, "difference_hi": middle + reach,
    }  # fmt: skip
    return {
        "period": period, "last_day": period, "n_boards": 40, "n_jobs": 1_000, "n_ai": 40, "n_employers": 38,
        "n_jobs_before": 900, "n_ai_before": 36, **(values if known else dict.fromkeys(values)), "indeed": 0.06,
        "indeed_before": 0.056,
        "form": "point" if known else None, "is_break": False, "status": "published" if known else "suppressed",
        "reason": None if known else "too few", **fields,
    }  # fmt: skip


def say(*rows: dict[str, Any]) -> str:
    return months.MONTHS.text(rows)


def test_a_change_beyond_chance_has_a_direction_and_others_none() -> None:
    assert say(month("2026-07-01", 0.005), month("2026-08-01", 0.001)) == (
        "4.0% (3.0–5.0%) of jobs were AI jobs in August 2026, no more than chance apart from July (+0.1 points, −0.1 "
        "to +0.3); 6.0% of adverts on Indeed named AI (+0.4 points since July), 2.0 points more than ours"
    )
    assert "up from December (+0.5 points, +0.3 to +0.7)" in say(month("2026-01-01", 0.005))
    assert "down from July (−0.5 points" in say(month("2026-08-01", -0.005, indeed=0.01))
    assert "on Indeed named AI (−4.6 points since July), 3.0 points fewer" in say(
        month("2026-08-01", -0.005, indeed=0.01)
    )
    assert say(month("2026-08-01", 0.0, indeed=None)).endswith("to +0.2)")


def test_a_share_too_wide_for_a_point_has_none_anywhere() -> None:
    wide = month("2026-08-01", 0.005, form="interval")
    assert say(wide).startswith("3.0–5.0% of jobs were AI jobs")
    assert "4.0%" not in say(wide)
    assert "points more" not in say(wide)
    assert numbers_of(wide)["share"].value is None
    assert lines.points_of_months([wide]) == []


def test_the_line_is_carried_back_by_changes_and_broken_where_a_month_lacks() -> None:
    rows = [
        month("2026-02-01", 0.01), month("2026-03-01", None), month("2026-04-01", None), month("2026-05-01", 0.002),
        month("2026-06-01", 0.003),
    ]  # fmt: skip
    rows[3]["is_break"] = True
    points = lines.points_of_months(rows)
    assert [point.name for point in points] == [
        "January 2026", "February 2026", "April 2026", "May 2026", "June 2026",
    ]  # fmt: skip
    assert [point.value for point in points] == pytest.approx([0.03, 0.04, 0.035, 0.037, 0.04])
    assert [point.is_break for point in points] == [False, False, True, False, False]
    assert [point.raw for point in points] == [None, 0.06, 0.06, 0.06, 0.06]
    assert points[-1].high - points[-1].low == pytest.approx(0.004)
    picture = lines.draw(points, label="share", say=lines.say_share)
    assert picture.count(">break<") == 1
    assert ">2%<" in picture
    assert ">+2%<" not in picture
    table = months.MONTHS.table
    assert table is not None
    assert table(rows).below == ("Withheld: March 2026 (too few), April 2026 (too few).",)
    assert "break before May 2026" in months.MONTHS.note(rows)


def publish_indeed(put: Put) -> None:
    put(tables.Sources, {"source": "hiringlab_ai_tracker", "title": "AI tracker", "is_republishable": True})
    days = (date(2025, 6, 1) + timedelta(number) for number in range(400))
    put(tables.AiPostingShares, *(
        {"source": "hiringlab_ai_tracker", "measure": "ai", "country": "US", "day": day, "warc": "a.warc.gz",
         "share": 0.05 if day < date(2026, 6, 1) else 0.06}
        for day in days
    ))  # fmt: skip


def own(day: date, **fields: Any) -> dict[str, Any]:
    return {
        "as_of": AS_OF, "region_level": "country", "region": "US", "month": day, "read_to": day, "n_boards": 50,
        "status": "suppressed", "reason": "no pair",
    } | fields  # fmt: skip


def test_where_ours_are_too_short_indeeds_stand_and_say_what_would_bring_ours(
    con: duckdb.DuckDBPyConnection, put: Put
) -> None:
    publish_indeed(put)
    put(AdvertMonths, own(date(2026, 6, 1), n_boards=70), own(date(2026, 8, 1), n_boards_again=4))
    row = computed(con, AS_OF)["adverts.us"]
    assert row.bare_value == "6.0% of adverts on Indeed named AI in June 2026, 5.0% a year before"
    assert (row.status, row.rung, row.sources) == ("published", "Indeed Hiring Lab", ("hiringlab_ai_tracker",))
    assert (
        "70 boards gave a complete list in June 2026, more than in any other month, but at most 4 boards"
        in notes.note(row)
    )
    assert "would be enough: September 2026 at the earliest" in notes.note(row)
    assert len(lines.points_of_months(notes.rows_of(row))) == 13, "July 2026 has four days"
    assert (row.period_to, notes.describe_period(row)) == (date(2026, 6, 30), "adverts of June 2026")
    assert computed(con, date(2026, 12, 1))["adverts.us"].status == "stale"


def test_ours_stand_with_indeeds_beside_them(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    publish_indeed(put)
    values = month("2026-06-01", 0.005)
    kept = {
        name: values[name]
        for name in ("share", "share_lo", "share_hi", "share_before", "n_jobs", "n_ai", "n_employers")
    }
    changes = {name.replace("difference", "change"): values[name] for name in values if name.startswith("difference")}
    put(AdvertMonths, own(date(2026, 6, 1), **kept, **changes, form="point", status="published", reason=None))
    row = computed(con, AS_OF)["adverts.us"]
    assert row.rung == "open adverts"
    assert figure_pages._facts(row, FIRM)["Rests on"] == "1,000 jobs, 38 employers, June 2026"
    assert row.bare_value is not None
    assert row.bare_value.startswith("4.0% (3.0–5.0%) of jobs were AI jobs in June 2026, up from May")
    assert "hiringlab_ai_tracker" in row.sources, "it stands beside ours"
