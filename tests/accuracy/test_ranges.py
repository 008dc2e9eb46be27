"""Ranges of pay by hand and generated: what a case is, and the least share that is read right."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.accuracy.ranges import (
    Case,
    generated_cases,
    hand_cases,
    languages_by_figure,
    read_base_pay,
    read_ranges,
    score_ranges,
)
from tests.accuracy.scoring import Score

MIN_HAND, MIN_ASIDE, MIN_NONE, MIN_GENERATED = 0.97, 0.96, 1.0, 0.99


@pytest.fixture(scope="module")
def shares() -> dict[str, float]:
    tally = Score()
    score_ranges(tally)
    return {figure.name: figure.value for figure in tally.figures()}


def test_sentences_by_hand_cover_the_languages_and_those_without_pay() -> None:
    cases = list(hand_cases())
    assert len(cases) >= 200 and len({case.case for case in cases}) == len(cases)
    assert sum(not case.ranges for case in cases) >= 50
    assert 0.3 < sum(case.is_aside for case in cases) / len(cases) < 0.36
    official = {"bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl"}
    others = {"pl", "pt", "ro", "sk", "sl", "sv", "tr", "ko", "th", "ja", "zh", "en-IN", "en-GB", "en-US", "en-gulf"}
    assert official | others <= {case.language for case in cases}


def test_generated_sentences_are_the_same_in_every_run() -> None:
    first = list(generated_cases())
    assert first == list(generated_cases()) and len(first) > 5000
    assert len({case.case for case in first}) == len(first)


def test_a_range_read_otherwise_is_a_miss() -> None:
    case = Case("x", "en", "US", "Salary: $90,000 to $120,000 per year", ((90000.0, 120000.0, "USD", "year"),))
    assert read_ranges(case) == set(case.ranges)
    assert read_ranges(case._replace(text="Salary: $90,000 per year")) != set(case.ranges)


def test_sentences_by_hand_are_read(shares: dict[str, float]) -> None:
    assert shares["ranges.hand.none"] >= MIN_NONE
    assert shares["ranges.hand.aside"] >= MIN_ASIDE
    right = Counter(read_ranges(case) == set(case.ranges) for case in hand_cases() if case.ranges)
    assert right[True] / right.total() >= MIN_HAND


def test_words_for_tax_are_read_in_every_language() -> None:
    taxed = [case for case in hand_cases() if case.tax]
    unread = [case.case for case in taxed if {pay.tax for pay in read_base_pay(case)} != {case.tax}]
    assert len(taxed) > 50 and len({case.language for case in taxed}) > 20
    assert len(unread) <= (1 - MIN_ASIDE) * len(taxed), unread


def test_generated_sentences_are_read(shares: dict[str, float]) -> None:
    unread = {
        language: shares[f"ranges.generated.{language}"]
        for language in languages_by_figure()["ranges.generated"]
        if shares[f"ranges.generated.{language}"] < MIN_GENERATED
    }
    assert not unread
