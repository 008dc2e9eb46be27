"""Figures of how pay moves: words that claim no more than the interval, breaks, and the line chart."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import duckdb
import pytest

from reports.cells.cell import numbers_of
from reports.figures.addresses import AddressError, declare
from reports.figures.verdicts import judge_changes
from reports.site import lines
from reports.wording import movement, notes
from tests.reports.figures.ledger_builders import Put, computed
from warehouse.mart_tables import PayChanges


def changed(period: str, change: float | None, reach: float = 0.02, **fields: Any) -> dict[str, Any]:
    """A printed row of pay held constant since the year before, or a withheld one."""
    ends = {"change_lo": None, "change_hi": None} if change is None else {
        "change_lo": change - reach, "change_hi": change + reach,
    }  # fmt: skip
    chain = {name.replace("change", "chain"): value for name, value in {"change": change, **ends}.items()}
    return {
        "measure": "held_constant", "basis": "advertised_third_party", "source_title": "Somebody's list",
        "role_group": "ai_engineering", "period": period, "previous": str(int(period) - 1),
        "chained_from": None if change is None else "2023", "is_break": False, "first_day": f"{period}-01-01",
        "last_day": f"{period}-12-31", "n_jobs": 50, "n_employers": None, "n_compared": 40, "n_kinds": 3,
        "roles": [{"role": "ai_engineer", "n_jobs": 49}, {"role": "prompt_engineer", "n_jobs": 1}],
        "change": change, **ends, "raw_change": -0.03, **chain,
        "form": "point", "status": "suppressed" if change is None else "low", "reason": "too few", **fields,
    }  # fmt: skip


def premium(period: str, change: float, reach: float = 0.1, **fields: Any) -> dict[str, Any]:
    row = changed("2024", change, reach, measure="premium", basis="reported", role_group="ai_core", previous=None)
    return row | {"period": period, "last_day": period, "chained_from": None, "chain": None} | fields


def test_a_change_beyond_chance_has_a_verb_and_others_none() -> None:
    say = movement.HELD_CONSTANT.text
    assert say([changed("2024", 0.018, 0.01)]) == (
        "pay for the same kind of job rose by 1.8% from 2023 to 2024 (+0.8% to +2.8%)"
    )
    assert "fell by 3.0% from 2023 to 2024" in say([changed("2024", -0.03)])
    unsure = say([changed("2024", 0.05), changed("2025", 0.01, last_day="2025-08-03")])
    assert unsure == (
        "pay for the same kind of job shows no clear change from 2024 to 2025 (to August) "
        "(+1.0%, 95% interval −1.0% to +3.0%); earlier, each over the year before: 2024 +5.0% (+3.0% to +7.0%)"
    )
    wide = say([changed("2024", 0.3, 0.2, form="interval")])
    assert "rose from 2023 to 2024 (by 10% to 50%)" in wide
    assert "30%" not in wide
    fall = changed("2024", -0.225, 0.175, form="interval")
    assert say([fall]).endswith("fell from 2023 to 2024 (by 5.0% to 40%)")
    offer = movement.PREMIUM.text([premium("2025-07-10", -0.225, 0.175, form="interval")])
    assert "are paid between 5.0% and 40% less than other engineers" in offer


@pytest.mark.parametrize(
    ("change", "words"), [(-0.0004, "0.0%"), (0.0004, "0.0%"), (-0.0006, "−0.1%"), (0.0, "0.0%"), (-0.1, "−10%")]
)
def test_what_rounds_to_nothing_has_no_sign(change: float, words: str) -> None:
    assert movement.signed(change) == words


def test_a_premium_says_who_answered() -> None:
    rows = [premium("2025-07-10", 0.26), premium("2026-01-15", 0.34)]
    text = movement.PREMIUM.text(rows)
    assert text == (
        "data scientists and AI specialists who answered are paid 34% more than other engineers of equal experience, "
        "January 2026 (+24% to +44%); earlier: July 2025 +26% (+16% to +36%)"
    )
    assert "of 50, 49 AI engineers, 1 prompt engineer" in movement.PREMIUM.note(rows)
    assert (
        "show no clear difference in pay from other engineers of equal experience, January 2026 "
        "(+5.0%, 95% interval −5.0% to +15%)"
    ) in movement.PREMIUM.text([premium("2026-01-15", 0.05)])
    collected = premium("2025", 0.2, basis="advertised_third_party", role_group="ai_engineering", last_day="2025-12-31")
    assert "adverts for AI engineering offer 20% more than those for other engineering of equal level, 2025" in (
        movement.PREMIUM.text([collected])
    )


def test_breaks_are_marked_in_note_table_and_chart() -> None:
    rows = [
        changed("2023", 0.01, chained_from="2022"),
        changed("2024", None),
        changed("2025", 0.02, chained_from="2024", is_break=True),
    ]
    assert "break before 2025" in movement.HELD_CONSTANT.note(rows)
    assert movement.HELD_CONSTANT.table is not None
    table = movement.HELD_CONSTANT.table(rows)
    assert [row[-1] for row in table.rows] == ["–", "break"]
    assert table.below == ("Withheld: 2024 (too few).",)
    points = lines.points_of(rows)
    assert [(point.name, point.is_break) for point in points] == [
        ("2022", False), ("2023", False), ("2024", True), ("2025", False),
    ]  # fmt: skip
    picture = lines.draw(points, label="pay")
    assert picture.count(">break<") == 1
    assert picture.count("<circle") == 4
    assert "+2%" in picture


def test_an_interval_has_no_point_in_the_chart() -> None:
    rows = [premium("2025-07-10", 0.3, 0.4, form="interval"), premium("2026-01-15", 0.3)]
    assert [point.value for point in lines.points_of(rows)] == [None, 0.3]
    assert lines.draw(lines.points_of(rows), label="pay").count("<circle") == 1


def test_points_are_as_far_apart_as_their_days_and_labels_do_not_touch() -> None:
    rows = [premium(day, 0.3) for day in ("2023-01-01", "2025-01-01", "2025-02-01", "2026-01-01")]
    picture = lines.draw(lines.points_of(rows), label="pay")
    first, second, third, last = map(float, re.findall(r'<circle class="dot" cx="([\d.]+)"', picture))
    assert (second - first) / (last - first) == pytest.approx(731 / 1096, abs=0.001)
    assert third - second < lines.LABEL
    assert picture.count(">February<") == 1
    assert picture.count(">January<") == 2  # that of 2025 would touch February's


def test_files_have_the_number_and_its_interval_alone_where_it_is_wide() -> None:
    number = numbers_of(changed("2024", 0.02))["change"]
    assert (number.value, number.unit) == (0.02, "part of pay")
    assert (number.low, number.high) == pytest.approx((0.0, 0.04))
    assert numbers_of(premium("2026-01-15", 0.3, 0.4, form="interval"))["change"].value is None


def test_addresses_are_of_countries_and_followed_groups() -> None:
    assert declare("premium.ar.ai_core").title == (
        "How much more data scientists and AI specialists are paid than other engineers, Argentina"
    )
    assert [rung.basis for rung in declare("premium.ar.ai_core").rungs] == ["reported", "advertised_third_party"]
    rungs = declare("movement.us.data").rungs
    assert [(rung.basis, rung.words) for rung in rungs] == [
        ("advertised", "by employers"), ("advertised_third_party", "by titles of unknown employers"),
    ]  # fmt: skip
    for wrong in ("movement.south_america.data", "premium.ar.data", "movement.us.pytorch"):
        with pytest.raises(AddressError):
            declare(wrong)


def own(period: str, change: float | None, **fields: Any) -> dict[str, Any]:
    """A row of our own adverts, as `changed`."""
    year, quarter = period.split("-Q")
    row = changed("2026", change, 0.01, basis="advertised", n_employers=20)
    last = f"{year}-{3 * int(quarter):02}-28"
    return row | {"period": period, "previous": "2026-Q1", "last_day": last, "chained_from": "2026-Q1"} | fields


def test_our_own_adverts_are_of_the_same_employers_and_of_quarters() -> None:
    rows = [own("2026-Q2", 0.03), own("2026-Q3", 0.02, previous="2026-Q2", last_day="2026-08-17")]
    assert movement.HELD_CONSTANT.text(rows) == (
        "pay in adverts for the same title, level and kind of pay at the same employers rose by 2.0% from Q2 2026 to "
        "Q3 2026 (to August) (+1.0% to +3.0%); earlier: Q1 2026 to Q2 2026 +3.0% (+2.0% to +4.0%)"
    )
    note = movement.HELD_CONSTANT.note(rows)
    assert "of 50, 49 AI engineers, 1 prompt engineer, of 20 employers" in note
    assert not any("titles" in str(line) or "source:" in str(line) for line in note)
    assert movement.HELD_CONSTANT.table is not None
    assert movement.HELD_CONSTANT.table(rows).key == movement.OWN_KEY
    points = lines.points_of(rows)
    assert [(point.name, point.day.isoformat()) for point in points] == [
        ("Q1 2026", "2026-01-01"), ("Q2 2026", "2026-04-01"), ("Q3 2026 (to August)", "2026-07-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"own_printed": "2026-Q1"}, "our own adverts: nothing newer than Q1 2026 can be printed"),
        (
            {"own_reason": "not enough employers (14; 15 needed)"},
            "too short a series to print: not enough employers (14;",
        ),
        ({}, "too short a series to print: no quarter has new adverts of 15 employers that state pay"),
        ({}, "would be enough: 1 October 2026 at the earliest"),
    ],
)
def test_a_collection_says_what_our_own_adverts_lack(fields: dict[str, Any], words: str) -> None:
    lack = {"own_printed": None, "own_reason": None, "own_earliest": "2026-10-01"} | fields
    assert words in str(movement.HELD_CONSTANT.note([changed("2025", 0.02) | lack])[-1])
    assert not any("our own" in str(line) for line in movement.PREMIUM.note([premium("2026-01-15", 0.3) | lack]))


AS_OF = date(2026, 8, 17)


def row_of(basis: str, period: str, change: float | None, **fields: Any) -> dict[str, Any]:
    ends = {} if change is None else {"change_lo": change - 0.01, "change_hi": change + 0.01, "form": "point"}
    return {
        "as_of": AS_OF, "measure": "held_constant", "basis": basis, "source": "boards", "region_level": "country",
        "region": "US", "role_group": "data", "period": period, "period_from": date(2026, 4, 1),
        "period_to": date(2026, 6, 30), "previous": "before", "is_break": False, "n_jobs": 50, "n_compared": 40,
        "n_kinds": 30, "n_clusters": 20, "change": change, **ends,
        "status": "suppressed" if change is None else "published", "reason": "too few" if change is None else None,
        **fields,
    }  # fmt: skip


def collected(**fields: Any) -> dict[str, Any]:
    low = {"source": "list", "status": "low", "reason": "titles stand for them", "previous": "2024"}
    return row_of("advertised_third_party", "2025", 0.01, **low | fields)


def test_our_own_adverts_come_first_where_they_print(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(PayChanges, collected(), row_of("advertised", "2026-Q2", 0.03, previous="2026-Q1"))
    row = computed(con, AS_OF)["movement.us.data"]
    assert (row.rung, row.basis, row.list) == ("adverts by quarter", "advertised", "movement.advertised")
    assert row.value is not None
    assert "at the same employers rose by 3.0% from Q1 2026 to Q2 2026" in row.value
    assert (row.n_jobs, row.n_employers) == (50, 20)


def test_a_collection_stands_where_our_own_are_too_short(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(PayChanges, collected(), row_of("advertised", "2026-Q2", None, previous="2026-Q1"))
    row = computed(con, AS_OF)["movement.us.data"]
    assert (row.rung, row.basis) == ("adverts collected by a third party", "advertised_third_party")
    assert row.value is not None
    assert "by titles of unknown employers" in row.value
    assert "too short a series to print: too few." in (notes.note(row) or "")
    assert "would be enough: 18 August 2026 at the earliest" in (notes.note(row) or ""), (
        "the quarter after the last is now"
    )


def test_without_a_row_of_ours_two_quarters_are_lacking(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(PayChanges, collected())
    assert "1 October 2026 at the earliest" in (notes.note(computed(con, AS_OF)["movement.us.data"]) or "")


def test_a_series_is_judged_by_its_newest_printed_period() -> None:
    verdict = judge_changes([changed("2024", 0.02, n_jobs=70), changed("2025", None)])
    assert (verdict.status, verdict.n_jobs) == ("low", 70)
    assert judge_changes([]).reason == "no two periods with 30 each"
