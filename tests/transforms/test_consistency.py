"""An advert held against itself: what agrees, what contradicts, and what cannot be told."""

from __future__ import annotations

import pytest

from transforms.consistency import CHECKS, Consistency, Evidence, check_itself
from transforms.posting import posting
from transforms.records.rows import Pay, Place
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


def test_an_advert_carries_what_it_was_put_to() -> None:
    said = "Requirements\nAt least 8 years of experience. The salary is 60,000 to 70,000 EUR a year."
    advert = posting(source="lever", id="1", title="Junior Data Scientist", text=said, location_text="Berlin")
    assert (advert.agreements, advert.doubts) == (("currency_country",), ("level_years",))
    silent = posting(source="lever", id="1", title="Data Scientist")
    assert (silent.agreements, silent.doubts) == (None, None)
    assert check_itself(Evidence()) == Consistency((), ())


def test_each_check_is_declared_with_its_reader() -> None:
    assert CHECKS.keys() <= SELF_CHECKS.keys()
    assert set(SELF_CHECKS.values()) <= set(READERS)
