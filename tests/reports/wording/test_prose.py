"""Figures in house style: what is said of a share, a list and an amount, and never more than the interval allows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.wording import prose
from reports.wording.prose import list_shares, read_style, say_pay, say_share, widen
from warehouse.marts.measures import MEASURES

SKILLS, DEGREE = MEASURES["skill_asked"], MEASURES["degree"]


def share(point: float, low: float, high: float, item: str = "Python", **more: Any) -> dict[str, Any]:
    return {
        "item": item, "name": item, "share": point, "share_lo": low, "share_hi": high, "form": "point", "n_asking": 1,
        **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (share(0.73, 0.68, 0.78), "nearly three in four adverts"),
        (share(0.51, 0.46, 0.55), "about half of adverts"),
        (share(0.28, 0.22, 0.33), "nearly three in ten adverts"),
        (share(0.22, 0.16, 0.29), "just over one in five adverts"),
        (share(0.018, 0.01, 0.03), "fewer than one in twenty adverts"),
        (share(0.0, 0.0, 0.02), "fewer than one in twenty adverts"),
        (share(0.93, 0.9, 0.95), "93% of adverts"),
        (share(0.06, 0.02, 0.17, form="interval"), "fewer than one in five adverts"),
        (share(0.8, 0.52, 0.93, form="interval"), "more than half of adverts"),
        (share(0.4, 0.17, 0.66, form="interval"), "between 10% and 70% of adverts"),
        (share(0.5, 0.4, 0.6, form="bounds", bound_lo=0.2, bound_hi=0.61), "between 20% and 70% of adverts"),
    ],
)
def test_a_share_is_a_noun(row: dict[str, Any], words: str) -> None:
    assert say_share(row, "adverts") == words


def test_the_least_and_the_most_of_several_platforms_are_said() -> None:
    readings = [share(0.28, 0.24, 0.33, platform="Ashby job boards"), share(0.13, 0.1, 0.16, platform="Greenhouse")]
    alike = [share(0.28, 0.24, 0.33), share(0.31, 0.26, 0.36)]
    row = share(0.2, 0.1, 0.3, form="platforms", platforms=readings)
    assert say_share(row, "adverts") == "between one in ten and three in ten adverts"
    assert say_share({**row, "platforms": alike}, "adverts") == "about three in ten adverts"


LANGUAGES = [
    share(0.673, 0.592, 0.746), share(0.223, 0.161, 0.295, "TypeScript"), share(0.07, 0.04, 0.11, "C++"),
    share(0.05, 0.02, 0.11, "Rust", form="interval"), share(0.04, 0.02, 0.08, "Java", form="interval"),
]  # fmt: skip


def test_a_list_is_a_sentence() -> None:
    assert list_shares(SKILLS, "jobs", LANGUAGES) == (
        "about two in three adverts ask for Python and just over one in five for TypeScript; C++, Rust and Java are "
        "each asked for in fewer than one in five"
    )


def test_equal_words_are_said_together_and_concepts_lose_their_capitals() -> None:
    rows = [
        share(0.6, 0.52, 0.67, "Large Language Models"), share(0.25, 0.2, 0.3, "Fine-Tuning"),
        share(0.24, 0.19, 0.3, "A/B Testing"), share(0.11, 0.07, 0.16, "PyTorch"),
    ]  # fmt: skip
    assert list_shares(SKILLS, "jobs", rows) == (
        "about three in five adverts ask for large language models, about one in four each for fine-tuning and A/B "
        "testing and about one in ten for PyTorch"
    )


def test_other_measures_keep_their_verbs() -> None:
    rows = [
        share(0.71, 0.64, 0.76, "not_asked"),
        share(0.2, 0.15, 0.25, "bachelor"),
        share(0.02, 0.01, 0.05, "doctorate"),
    ]
    assert list_shares(DEGREE, "jobs", rows) == (
        "about seven in ten adverts require no degree and about one in five at least a bachelor's degree; at least a "
        "doctorate is required in fewer than one in twenty"
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (share(0.73, 0.68, 0.78), "73% of adverts"),
        (share(0.005, 0.001, 0.03), "fewer than 5% of adverts"),
        (share(0.06, 0.02, 0.17, form="interval"), "fewer than 20% of adverts"),
        (share(0.8, 0.52, 0.93, form="interval"), "more than 50% of adverts"),
        (share(0.4, 0.17, 0.66, form="interval"), "10% to 70% of adverts"),
        (share(0.2, 0.1, 0.3, form="platforms", platforms=[share(0.28, 0.24, 0.33), share(0.13, 0.1, 0.16)]),
         "13% to 28% of adverts"),
    ],
)  # fmt: skip
def test_shares_in_numbers_say_no_more_than_those_in_words(row: dict[str, Any], words: str) -> None:
    assert say_share(row, "adverts", in_numbers=True) == words


def test_a_list_in_numbers_is_the_same_sentence() -> None:
    assert list_shares(SKILLS, "jobs", LANGUAGES, in_numbers=True) == (
        "67% of adverts ask for Python and 22% for TypeScript; C++, Rust and Java are each asked for in fewer than 20%"
    )


def test_no_threshold_is_said_that_one_interval_crosses() -> None:
    rows = [*LANGUAGES[:2], share(0.3, 0.04, 0.72, "Rust", form="interval")]
    assert list_shares(SKILLS, "jobs", rows) == (
        "about two in three adverts ask for Python and just over one in five for TypeScript"
    )
    assert list_shares(SKILLS, "jobs", rows[2:]) is None


@given(st.floats(0.001, 0.9), st.floats(0.001, 0.09), st.integers(1, 12))
def test_several_ends_at_once_are_wider(point: float, more: float, n: int) -> None:
    row = share(point, point / 2, point + more)
    assert widen(row, 1) == pytest.approx(row["share_hi"])
    assert row["share_hi"] <= widen(row, n) + 1e-12 <= widen(row, n + 1) + 1e-9 <= 1 + 1e-9


def test_the_end_of_four_shares_at_once_is_that_of_bonferroni() -> None:
    """0.05/4 on one side is 2.2414 standard errors; the logit of the end is 1.96 of them from that of the share."""
    row = share(0.1, 0.05, 0.2)
    logit = -2.1972246 + (2.2414027 / 1.9599640) * (-1.3862944 + 2.1972246)
    assert widen(row, 4) == pytest.approx(1 / (1 + 2.718281828**-logit), abs=1e-6)


@given(st.floats(0, 1), st.floats(0, 1))
def test_words_for_an_interval_hold_all_of_it(one: float, other: float) -> None:
    low, high = sorted((one, other))
    words = say_share(share((low + high) / 2, low, high, form="interval"))
    named = {words: value for value, words in read_style().shares.fractions}
    if words.startswith("fewer than "):
        assert high <= named[words.removeprefix("fewer than ")] + 0.001
    elif words.startswith("more than "):
        assert low >= named[words.removeprefix("more than ")] - 0.001
    else:
        first, last = (float(part.rstrip("%")) / 100 for part in words.removeprefix("between ").split(" and "))
        assert first <= low + 1e-9
        assert high <= last + 1e-9


PAY: dict[str, Any] = {
    "currency": "USD", "basis": "advertised", "p50": 192_000.0, "p50_lo": 182_000.0, "p50_hi": 203_000.0,
    "band_low": 151_400.0, "band_low_lo": 141_000.0, "band_low_hi": 160_000.0, "band_high": 247_900.0,
    "band_high_lo": 235_000.0, "band_high_hi": 259_000.0,
}  # fmt: skip
WIDE = {"band_high_lo": 160_000.0, "band_high_hi": 330_000.0}
WIDER = {**WIDE, "p50_lo": 131_200.0, "p50_hi": 263_800.0}


@pytest.mark.parametrize(
    ("row", "per", "words"),
    [
        (PAY, "year", "$150,000 to $250,000 a year"),
        (PAY, "month", "$12,600 to $20,500 a month"),
        ({**PAY, "currency": "CHF"}, "year", "CHF 150,000 to CHF 250,000 a year"),
        ({**PAY, **WIDE}, "year", "a median of about $190,000 a year"),
        ({**PAY, **WIDER}, "year", "between $125,000 and $275,000 a year"),
        ({"currency": "USD", "p50": None}, "year", None),
    ],
)
def test_an_amount_is_rounded_as_its_interval_allows(row: dict[str, Any], per: str, words: str | None) -> None:
    assert say_pay(row, per) == words


def test_a_value_that_cannot_be_said_is_a_noun() -> None:
    few = "not enough employers (1; 15 needed)"
    assert prose.say_withheld("USD per year", few) == "an amount that too few adverts state"
    assert prose.say_withheld("share of AI jobs", few) == "a share that too few adverts tell"
    assert prose.say_withheld("share of AI jobs", "nobody looked") == "a number that is not known yet"
