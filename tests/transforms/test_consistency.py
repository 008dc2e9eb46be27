"""An advert held against itself: what agrees, what contradicts, and what cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.transforms.text.test_halves import ENGLISH, NATIVE
from transforms.consistency import CHECKS, Evidence, check_itself
from transforms.posting import posting
from transforms.records.rows import Pay, Place, Posting
from transforms.records.vocabulary import READERS, SELF_CHECKS

BERLIN = Place(place_text="Berlin", country="DE", city="Berlin")


@pytest.mark.parametrize(
    ("level", "years", "is_met"),
    [
        ("junior", 1.0, True),
        ("junior", 3.0, True),  # the level beside it
        ("junior", 5.0, False),
        ("intern", 6.0, False),
        ("senior", 2.0, True),
        ("senior", 1.0, False),
        ("staff", 5.0, True),
        ("staff", 3.0, False),
        ("manager", 1.0, None),
        ("unstated", 1.0, None),
        ("senior", None, None),
    ],
)
def test_a_level_has_the_years_of_its_kind(level: str, years: float | None, is_met: bool | None) -> None:
    assert CHECKS["level_years"](Evidence(level_in_title=level, years_min=years)) is is_met


@pytest.mark.parametrize(
    ("currency", "country", "is_met"),
    [("EUR", "DE", True), ("USD", "DE", False), ("USD", "remote", None), (None, "DE", None), ("EUR", None, None)],
)
def test_pay_is_in_the_money_of_its_country(currency: str | None, country: str | None, is_met: bool | None) -> None:
    pay = Pay(low=1.0, currency=currency, is_headline=True)
    assert CHECKS["currency_country"](Evidence(pay=(pay,), pay_country=country)) is is_met


@pytest.mark.parametrize(
    ("zone", "scope", "is_met"),
    [("DE", (), True), ("US", (), False), ("US", ("AMERICAS",), True), ("FR", ("EU",), True), (None, (), None)],
)
def test_a_zone_of_pay_is_a_place_of_the_advert(zone: str | None, scope: tuple[str, ...], is_met: bool | None) -> None:
    pay = Pay(low=1.0, country=zone, place_text=zone)
    assert CHECKS["pay_zone"](Evidence(places=(BERLIN,), remote_scope=scope, pay=(pay,))) is is_met


@pytest.mark.parametrize(("years", "is_met"), [(4, True), (6, False)])
def test_the_halves_of_a_bilingual_text_ask_for_the_same(years: int, is_met: bool) -> None:
    native = f"{NATIVE}\n- {years}年以上の実務経験"
    assert CHECKS["language_halves"](Evidence(text=f"{native}\n{ENGLISH}")) is is_met
    assert CHECKS["language_halves"](Evidence(text=f"{NATIVE}\n{ENGLISH}")) is None, "one half asks for none"
    assert CHECKS["language_halves"](Evidence(text=native)) is None


@pytest.mark.parametrize(
    ("city", "subdivision", "is_met"),
    [
        ("Chicago", "US-IL", True),
        ("Chicago", "US-OR", False),
        ("Nowhere Junction", "US-OR", None),
        ("Chicago", None, None),
    ],
)
def test_a_city_lies_in_its_subdivision(city: str, subdivision: str | None, is_met: bool | None) -> None:
    place = Place(place_text=city, country="US", city=city, subdivision=subdivision)
    assert CHECKS["city_subdivision"](Evidence(places=(place,))) is is_met


def said_of(text: str, **more: Any) -> Posting:
    return posting(source="lever", id="1", title="Data Scientist", text=text, **more)


def test_a_field_is_held_against_the_text() -> None:
    text = "This role is fully remote."
    assert "workplace_stated" in (said_of(text, workplace="remote").agreements or ())
    assert "workplace_stated" in (said_of(text, workplace="onsite").doubts or ())
    for advert in (said_of(text), said_of("We sell lamps.", workplace="onsite")):
        assert "workplace_stated" not in (*(advert.agreements or ()), *(advert.doubts or ()))


def test_pay_of_a_field_is_held_against_the_text_and_both_are_kept() -> None:
    field = Pay(low=100_000.0, high=120_000.0, currency="USD", period="year", reading="stated")
    same = said_of("The base salary is $100,000 to $120,000 a year.", pay=[field])
    assert ("pay_prose" in (same.agreements or ()), len(same.pay)) == (True, 1)
    other = said_of("The base salary is $90,000 to $110,000 a year.", pay=[field])
    assert "pay_prose" in (other.doubts or ())
    assert [(pay.low, pay.reading, pay.is_headline) for pay in other.pay] == [
        (100_000.0, "stated", True),
        (90_000.0, "parsed", False),
    ]
    silent = said_of("We sell lamps.", pay=[field])
    assert "pay_prose" not in (*(silent.agreements or ()), *(silent.doubts or ()))


def test_an_advert_carries_what_it_was_put_to() -> None:
    text = "Requirements\nAt least 8 years of experience. The salary is 60,000 to 70,000 EUR a year."
    advert = posting(source="lever", id="1", title="Junior Data Scientist", text=text, location_text="Berlin")
    assert (advert.agreements, advert.doubts) == (
        ("city_subdivision", "currency_country"),
        ("level_years",),
    )
    silent = posting(source="lever", id="1", title="Data Scientist")
    assert (silent.agreements, silent.doubts) == (None, None)
    assert check_itself(Evidence()) == ((), ())


def test_each_check_is_declared_with_its_reader() -> None:
    assert CHECKS.keys() == SELF_CHECKS.keys()
    assert set(SELF_CHECKS.values()) <= set(READERS)


@pytest.mark.parametrize(
    ("words", "country", "subdivision", "is_met"),
    [
        ("Provo, Utah, United Kingdom", "US", "US-UT", False),
        ("Provo, Utah, United States", "US", "US-UT", True),
        ("Macon, Georgia", "US", "US-GA", None),
        ("Provo", "US", "US-UT", None),
    ],
)
def test_an_address_that_ends_in_another_country_is_a_doubt(
    words: str, country: str, subdivision: str, is_met: bool | None
) -> None:
    place = Place(place_text=words, country=country, subdivision=subdivision, city=None, region=None, continent=None)
    assert CHECKS["country_region"](Evidence(places=(place,))) is is_met
