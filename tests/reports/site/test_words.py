from __future__ import annotations

from datetime import date

import pytest

from reports.site import words


@pytest.mark.parametrize(
    ("low", "high", "currency", "short", "long"),
    [
        (150_000, 245_000, "USD", "$150–245K", "$150,000–245,000"),
        (12_500, 20_400, "USD", "$12.5–20.4K", "$12,500–20,400"),
        (9_480, 12_400, "CHF", "CHF 9.5–12.4K", "CHF 9,500–12,400"),
        (195_000, 195_000, "EUR", "€195K", "€195,000"),
        (194_600, 195_400, "GBP", "£195K", "£195,000"),
        (940, 12_000, "USD", "$940–12.0K", "$900–12,000"),
        (950_000, 1_240_000, "INR", "INR 950K–1.2M", "INR 950,000–1,240,000"),
        (52_811_291, 52_811_291, "ARS", "ARS 52.8M", "ARS 52,811,000"),
    ],
)
def test_money_has_its_unit_once(low: float, high: float, currency: str, short: str, long: str) -> None:
    assert words.money(low, high, currency) == short
    assert words.money(low, high, currency, is_long=True) == long


def test_months() -> None:
    assert words.months(date(2025, 10, 28), date(2025, 10, 28)) == "October 2025"
    assert words.months(date(2026, 1, 6), date(2026, 1, 22)) == "January 2026"
    assert words.months(date(2025, 10, 28), date(2026, 1, 6)) == "October 2025 to January 2026"
    assert words.months(date(2024, 1, 1), date(2025, 8, 3)) == "2024 to 2025"


def test_the_words_of_the_ledger_are_said_plainly() -> None:
    text = (
        "Withheld: not enough employers (11; 15 needed); not enough data (n = 3; 30 needed); Canada n = 1,010, too few "
        "(n = 5); low confidence"
    )
    assert words.plain(text) == (
        "Cannot be said: too few: 11 of 15 employers needed; too few: 3 of 30 needed; Canada 1,010, too few (of 5); "
        "rough"
    )


def test_compounds_and_ranges_of_a_heading_are_not_broken() -> None:
    html = words.unbroken("Adverts offered $151,000–253,000 for mid-to-senior <b> jobs")
    assert html == (
        'Adverts offered <span class="range">$151,000–253,000</span> for <span class="range">mid-to-senior</span> '
        "&lt;b&gt; jobs"
    )
