"""Numbers in texts: amount, unit, last digit, period, part; dates are not numbers."""

from __future__ import annotations

import pytest

from reports.guide.numbers_in_text import Number, read_sentences
from reports.guide.words import UNKNOWN


def read(text: str) -> list[Number]:
    return [number for sentence in read_sentences(text) for number in sentence.numbers]


@pytest.mark.parametrize(
    ("text", "low", "high", "step", "unit"),
    [
        ("USD 12.5K", 12_500, 12_500, 100, "USD"), ("$195,000", 195_000, 195_000, 1_000, "USD"),
        ("USD 200K", 200_000, 200_000, 1_000, "USD"), ("USD 2000", 2_000, 2_000, 1_000, "USD"),
        ("€ 95 K–99 K", 95_000, 99_000, 1_000, "EUR"), ("USD 8.1K to 12.9K", 8_100, 12_900, 100, "USD"),
        ("between USD 8.1K and 12.9K", 8_100, 12_900, 100, "USD"), ("12.500,50 €", 12_500.5, 12_500.5, 0.01, "EUR"),
        ("12.500 €", 12_500, 12_500, 100, "EUR"), ("CHF 12'500", 12_500, 12_500, 100, "CHF"),
        ("12\u202f500 euros", 12_500, 12_500, 100, "EUR"), ("130 thousand US dollars", 130_000, 130_000, 1_000, "USD"),
        ("1.234.567 EUR", 1_234_567, 1_234_567, 1, "EUR"), ("USD 1.2M", 1.2e6, 1.2e6, 1e5, "USD"),
        ("A$5", 5, 5, 1, "AUD"), ("HK$5", 5, 5, 1, "HKD"), ("CAD $5", 5, 5, 1, "CAD"), ("$5 CAD", 5, 5, 1, "CAD"),
        ("US$5 AUD", 5, 5, 1, "USD or AUD"), ("Q$5", 5, 5, 1, "Q$"), ("5 Australian dollars", 5, 5, 1, "AUD"),
        ("57%", 57, 57, 1, "%"), ("57.3 per cent", 57.3, 57.3, 0.1, "%"), ("57,3 %", 57.3, 57.3, 0.1, "%"),
        ("12–45%", 12, 45, 1, "%"), ("12% to 45%", 12, 45, 1, "%"), ("-5%", -5, -5, 1, "%"),
        ("1,057", 1_057, 1_057, 1, ""), ("USD 300bn", 3e11, 3e11, 1e9, "USD"),
        ("$15.7tn", 15.7e12, 15.7e12, 1e11, "USD"),
        ("€3 mn", 3e6, 3e6, 1e6, "EUR"), ("$3m", 3e6, 3e6, 1e6, "USD"), ("79pc", 79, 79, 1, "%"),
        ("79％", 79, 79, 1, "%"), ("79٪", 79, 79, 1, "%"), ("79 pct. of it", 79, 79, 1, "%"),
        ("GBP79K–80K", 79_000, 80_000, 1_000, "GBP"),
        ("USD 79K–EUR 80K", 79_000, 80_000, 1_000, "USD or EUR"), ("$79K–$80K CAD", 79_000, 80_000, 1_000, "CAD"),
    ],
)  # fmt: skip
def test_numbers_are_read_with_the_digits_that_they_give(
    text: str, low: float, high: float, step: float, unit: str
) -> None:
    (number,) = read(f"It is {text}.")
    assert (number.low, number.high, number.step) == pytest.approx((low, high, step))
    assert (number.unit, number.bound) == (unit, None)


@pytest.mark.parametrize("text", ["GPT4 and h264", "on 2026-08-17", "a 95% confidence interval"])
def test_what_is_no_number(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("text", ["1.2,3.4", "9" * 400, "57xyz", "300bnx", "$€57", ".57", "v57%", "GPT57%", "5G"])
def test_digits_in_no_known_form_are_a_number_all_the_same(text: str) -> None:
    (number,) = read(f"It is {text}")
    assert number.unit == UNKNOWN


def test_two_numbers_are_no_range() -> None:
    assert [number.text for number in read("57% and 62%, GPT 4, SQL 3 and 5 jobs")] == ["57%", "62%", "4", "3", "5"]


@pytest.mark.parametrize(
    ("text", "per", "part"),
    [
        ("a median of USD 5K a month", "month", "median"), ("USD 5K (median) per year", "year", "median"),
        ("paid monthly, the lower end is USD 5K", "month", "low"), ("from USD 5K a week", "unknown", "low"),
        ("from USD 5K to 6K an hour", "hour", None), ("a month or a year: USD 5K", UNKNOWN, None),
        ("USD 5K/yr", "year", None), ("USD 5K/y", "year", None), ("USD 5K p.a. (gross)", "year", None),
        ("USD 5K pa", "year", None), ("USD 5K per-annum", "year", None), ("USD 5K im Jahr", "year", None),
        ("USD 5/hr", "hour", None), ("USD 5 / h", "hour", None), ("USD 5K/mo", "month", None),
        ("USD 5K gross/mo", "month", None), ("USD 5K a quarter", "unknown", None),
        ("USD 5K biweekly", "unknown", None),
        ("every two weeks USD 5K", "unknown", None), ("USD 5K semi-monthly", "unknown", None),
        ("every six months USD 5K", "unknown", None), ("USD 5K, per three months 86%", "unknown", None),
        ("USD 5K, monthly 86%", "month", None), ("im Jahr 2024: USD 5K", None, None),
        ("USD 5K/sprint", "unknown", None), ("USD 5K (a sprint)", "unknown", None),
        ("USD 5K per head", "unknown", None), ("USD 5K decadely", "unknown", None), ("USD 5K p.m.", "unknown", None),
        ("Of 5 PA jobs USD 5K in Pittsburgh, PA", None, None), ("USD 5K for AI/ML", None, None),
        ("USD 5K/yr (median)", "year", "median"), ("USD 5K, a sum of all", None, None),
        ("lower end or median: USD 5K", None, UNKNOWN), ("USD 5K–6K (95% interval)", None, "interval"),
    ],
)  # fmt: skip
def test_words_beside_a_sum_say_its_time_and_part(text: str, per: str | None, part: str | None) -> None:
    number = read(text)[0]
    assert (number.per, number.part) == (per, part)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("In May 2024, 5%.", [(2024, 5)]), ("On 3 May 2024, 5%.", [(2024, 5)]), ("On May 3, 2024, 5%.", [(2024, 5)]),
        ("Of 2024 to 2025, 5%.", [(2024, None), (2025, None)]), ("On 2024-05-03, 5%.", [(2024, 5)]),
    ],
)  # fmt: skip
def test_days_are_no_numbers_of_their_own(text: str, dates: list[tuple[int, int | None]]) -> None:
    sentence = next(read_sentences(text))
    assert ([number.text for number in sentence.numbers], list(sentence.dates)) == (["5%"], dates)
