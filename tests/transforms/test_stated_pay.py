"""Pay stated in fields: what counts as an amount, which period a word names, and what is no base pay."""

from __future__ import annotations

import pytest

from transforms.stated_pay import amount_of, stated_pay


@pytest.mark.parametrize(
    ("stated", "amount"),
    [
        (95_000, 95_000.0),
        (48.5, 48.5),
        ("115,000", 115_000.0),
        (" 900 ", 900.0),
        (0, None),
        ("0", None),
        (-5, None),
        ("", None),
        (None, None),
        (True, None),
        ("competitive", None),
        ("inf", None),
        (float("nan"), None),
        (10**400, None),
        ([1], None),
    ],
)
def test_an_amount_is_a_positive_number(stated: object, amount: float | None) -> None:
    assert amount_of(stated) == amount


@pytest.mark.parametrize(
    ("word", "period", "component"),
    [
        ("yearly", "year", "base"),
        ("annual", "year", "base"),
        ("month", "month", "base"),
        ("hourly", "hour", "base"),
        (None, None, "base"),
        ("project", None, "other"),
    ],
)
def test_the_source_s_word_names_the_period(word: str | None, period: str | None, component: str) -> None:
    (pay,) = stated_pay(10, 20, currency="eur", period=word)
    assert (pay.low, pay.high, pay.currency, pay.period, pay.component) == (10.0, 20.0, "EUR", period, component)
    assert pay.period_reading == ("stated" if period else None)
    assert pay.reading == "stated"


def test_pay_without_amounts_is_none_and_a_currency_is_never_supposed() -> None:
    assert stated_pay(0, "", currency="USD", period="annual") == ()
    (pay,) = stated_pay(60_000, None)
    assert (pay.currency, pay.high, pay.pay_text) == (None, None, "60000")
