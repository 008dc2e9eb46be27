"""Pay from fields: the spellings of amounts and periods that sources use."""

from __future__ import annotations

import doctest

import pytest

import transforms.pay.structured
from transforms.pay.structured import amount_of, period_of, stated_pay
from transforms.records.rows import Issue


def test_the_examples_of_the_module() -> None:
    assert doctest.testmod(transforms.pay.structured).failed == 0


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (85000, 85000),
        (42.5, 42.5),
        ("0", None),
        (0, None),
        (-5, None),
        (True, None),
        ("", None),
        (None, None),
        ("1 234 567", 1234567),
        ("1'200", 1200),
        ("1.234.567", None),
        ("12.5", 12.5),
        ("5000.000", 5000),
        ("40-50k", None),
        ("unknown", None),
        (float("inf"), None),
        (float("nan"), None),
        (10**400, None),
        ("inf", None),
        ("0.0", None),
        ("125,000.50", 125000.5),
        (["1"], None),
        ("1e5", None),
    ],
)
def test_an_amount_is_read_or_left(value: object, amount: float | None) -> None:
    assert amount_of(value) == amount


@pytest.mark.parametrize(
    ("word", "period"),
    [
        ("per-week-salary", "week"),
        ("per-day-salary", "day"),
        ("per-hour-wage", "hour"),
        ("MONTH", "month"),
        ("YEARLY", "year"),
        ("ANNUAL", "year"),
        ("per_annum", "year"),
        ("daily", "day"),
        ("one-time", None),
        ("year or month", None),
        ("", None),
        (12, None),
    ],
)
def test_the_period_is_the_word_in_it(word: object, period: str | None) -> None:
    assert period_of(word) == period


def test_a_period_we_do_not_know_is_no_base_pay_and_none_is_unknown() -> None:
    (once,) = stated_pay(500, 900, currency="EUR", period="one-time")
    assert (once.component, once.period, once.currency) == ("other", None, "EUR")
    (reading,) = stated_pay("500", None, currency="")
    assert (reading.component, reading.low, reading.high, reading.currency) == ("base", 500, None, None)
    assert stated_pay(0, "", currency="EUR", period="year") == ()


@pytest.mark.parametrize(
    ("value", "amount"),
    [(None, None), ("", None), (0, None), ("0", None), (1500, 15.0), (99.5, 0.995), ("1,500.00", 15.0)],
)
def test_an_amount_in_a_field(value: object, amount: float | None) -> None:
    issues: list[Issue] = []
    assert amount_of(value, "pay_low", issues, parts=100) == amount
    assert not issues


@pytest.mark.parametrize("value", [-5, "-5", "many", "60k", True, [60000], {"amount": 1}, "inf", "nan"])
def test_what_is_no_amount_is_left_out_and_noted(value: object) -> None:
    issues: list[Issue] = []
    assert amount_of(value, "pay_high", issues) is None
    (issue,) = issues
    assert issue.column_name == "pay_high"
    assert issue.value == (value if isinstance(value, str) else repr(value))
