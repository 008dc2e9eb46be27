from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reports import wording
from warehouse.tables import Figures


@pytest.mark.parametrize(
    ("amount", "tenths", "expected"),
    [
        (8_100, True, "8.1K"), (12_900, True, "12.9K"), (8_000, True, "8.0K"), (103_407, False, "103K"),
        (103_407, True, "103K"), (949, True, "950"), (4, True, "0"), (996, True, "1.0K"), (9_600, False, "9.6K"),
        (19_960, False, "20K"), (99_960, True, "100K"), (999_600, False, "1.0M"), (8_400_000, False, "8.4M"),
    ],
)  # fmt: skip
def test_amounts_are_short_and_never_overflow_their_unit(amount: float, tenths: bool, expected: str) -> None:
    assert wording.short(amount, tenths=tenths) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0%"), (0.0001, "under 0.1%"), (0.004, "0.4%"), (0.0096, "1%"), (0.016, "2%"), (0.624, "62%"), (1, "100%")],
)
def test_shares(share: float, expected: str) -> None:
    assert wording.percent(share) == expected


def test_one_amount_when_both_ends_look_alike() -> None:
    assert wording.money(8_110, 8_130, "USD", tenths=True) == "USD 8.1K"
    assert wording.money(8_110, 12_930, "CAD", tenths=True) == "CAD 8.1K–12.9K"


@pytest.mark.parametrize(
    ("low", "expected"),
    [(0.25, "essential"), (0.2499, "common"), (0.10, "common"), (0.0999, "occasional"), (0.03, "occasional"),
     (0.0299, "rare"), (0.0, "rare"), (None, None)],
)  # fmt: skip
def test_a_verdict_goes_by_the_lower_end_of_the_interval(low: float | None, expected: str | None) -> None:
    assert wording.verdict({"share": 0.99, "share_lo": low}) == expected


def test_an_interval_that_does_not_exist_is_a_dash() -> None:
    assert wording.interval({"share_lo": None, "share_hi": 0.4}) == "–"
    assert wording.interval({"share_lo": 0.58, "share_hi": 0.66}) == "58–66%"


@pytest.mark.parametrize(
    ("low", "expected"), [(0.0296, "2.9–40%"), (0.03, "3–40%"), (0.0999, "9.9–40%"), (0.2, "20–40%")]
)
def test_a_rounded_end_never_contradicts_the_verdict(low: float, expected: str) -> None:
    assert wording.interval({"share_lo": low, "share_hi": 0.4}) == expected


def test_little_sure_rows_are_marked_and_all_of_them_only_once() -> None:
    text = wording.shape_of("skills.any").text
    sure: dict[str, Any] = {"skill": "Python", "share": 0.6, "status": "published"}
    low: dict[str, Any] = {"skill": "R", "share": 0.1, "status": "low"}
    assert text([sure, low]) == "Python 60%, R 10% (low confidence)"
    assert text([low, low | {"skill": "Go"}]) == "R 10%, Go 10%"


def test_withheld_places_are_named_with_what_they_lack() -> None:
    rows = [
        {"place": "A", "status": "suppressed", "reason": "not enough data (n = 3; 30 needed)", "n_jobs": 3},
        {"place": "B", "status": "suppressed", "reason": "not enough data (n = 0; 30 needed)", "n_jobs": 0},
        {"place": "C", "status": "suppressed", "reason": "not enough employers (2; 5 needed)", "n_jobs": 40},
    ]
    table = wording.SHAPES["bands"].table
    assert table is not None
    assert table(rows).below == (
        "Withheld, not enough data: A (n = 3).",
        "Withheld, no full-time advert at this level with both ends of base pay: B.",
        "Withheld: C, not enough employers (2; 5 needed).",
    )


def test_the_comparison_with_the_2026_guide_has_a_direction(figure: Any) -> None:
    row: Figures = figure(
        figure="band.south_america.mid_senior",
        value="x",
        value_json=f'[{{"band_low": {3_800 * 12 * 1.1}, "band_high": {7_900 * 12 * 0.9}}}]',
    )
    assert wording.compared(row) == "against it, the lower end is 10% higher and the upper end 10% lower"
    assert wording.compared(figure()) is None


def test_a_day_in_words() -> None:
    assert wording.day(date(2026, 8, 7)) == "7 August 2026"
