"""Figures of how pay moves: words that claim no more than the interval, breaks, and the line chart."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reports.cells.cell import numbers_of
from reports.figures.addresses import AddressError, declare
from reports.figures.verdicts import judge_changes
from reports.site import lines
from reports.wording import movement


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
    assert "titles of unknown employers" in declare("movement.us.data").title
    for wrong in ("movement.south_america.data", "premium.ar.data", "movement.us.pytorch"):
        with pytest.raises(AddressError):
            declare(wrong)


def test_a_series_is_judged_by_its_newest_printed_period() -> None:
    verdict = judge_changes([changed("2024", 0.02, n_jobs=70), changed("2025", None)])
    assert (verdict.status, verdict.n_jobs) == ("low", 70)
    assert judge_changes([]).reason == "no two periods with 30 each"
