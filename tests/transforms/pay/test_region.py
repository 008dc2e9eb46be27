"""Where pay counts: by the place it is tied to, the scope of remote work, the places and the money."""

from __future__ import annotations

import doctest

import pytest

import transforms.place.location_line
import transforms.text.exclusion
from transforms.pay.region import REMOTE, SEVERAL, market_of, where_pay_counts
from transforms.pay.scope import tied_to
from transforms.place.location_line import countries_ruled_out
from transforms.place.places import whereabouts
from transforms.posting import posting
from transforms.records.rows import Pay


def test_the_examples_of_the_module() -> None:
    assert doctest.testmod(transforms.text.exclusion).failed == 0
    assert doctest.testmod(transforms.place.location_line).failed == 0


@pytest.mark.parametrize(
    ("location", "is_remote", "currency", "places"),
    [
        ("Denver, CO", False, "USD", ("US", "Northern America", "Americas")),
        ("Denver, CO", True, "USD", ("US", "Northern America", "Americas")),
        ("Denver, CO; Austin, TX", True, "USD", ("US", "Northern America", "Americas")),
        ("Lyon", True, "EUR", ("FR", "Western Europe", "Europe")),
        ("Lyon", True, "USD", (REMOTE, REMOTE, REMOTE)),
        ("Lyon", False, "USD", ("FR", "Western Europe", "Europe")),
        ("Lyon", False, None, ("FR", "Western Europe", "Europe")),
        ("Remote", True, "USD", (REMOTE, REMOTE, REMOTE)),
        ("Remote - Poland", True, "USD", ("PL", "Eastern Europe", "Europe")),
        ("Remote - US & Canada", True, "USD", (REMOTE, "Northern America", "Americas")),
        ("Remote - North America", True, "CAD", (REMOTE, "Northern America", "Americas")),
        ("Remote - Brazil or Mexico", True, "USD", (REMOTE, REMOTE, "Americas")),
        ("Remote - Argentina, Chile", True, "USD", (REMOTE, "South America", "Americas")),
        ("Remote - Europe", True, "EUR", (REMOTE, REMOTE, "Europe")),
        ("Remote - EMEA", True, "EUR", (REMOTE, REMOTE, REMOTE)),
        ("London / New York", False, "GBP", ("GB", "Northern Europe", "Europe")),
        ("London / New York", False, None, (SEVERAL, SEVERAL, SEVERAL)),
        ("London / New York", False, "EUR", (SEVERAL, SEVERAL, SEVERAL)),
        ("Berlin / Paris", False, "EUR", (SEVERAL, "Western Europe", "Europe")),
        ("Remote (outside the US)", True, "USD", (REMOTE, REMOTE, REMOTE)),
        ("Remote (anywhere but Canada)", True, "CAD", (REMOTE, REMOTE, REMOTE)),
        ("Remote, Germany excluded", True, "EUR", (REMOTE, REMOTE, REMOTE)),
        (None, None, "USD", (None, None, None)),
    ],
)
def test_where_pay_counts(
    location: str | None, is_remote: bool | None, currency: str | None, places: tuple[str | None, ...]
) -> None:
    where = whereabouts(location, is_remote=is_remote)
    assert where_pay_counts(Pay(low=1e5, currency=currency), where, location) == places


@pytest.mark.parametrize(
    ("location", "country", "zones", "counts"),
    [
        ("Remote (United States | Canada)", "US", ("US", "CA"), (SEVERAL, "Northern America", "Americas")),
        ("London; Berlin", "GB", ("GB", "DE"), (SEVERAL, SEVERAL, "Europe")),
        ("London; Berlin", None, ("DE",), (SEVERAL, SEVERAL, "Europe")),
        ("London", "GB", ("GB", "DE"), ("GB", "Northern Europe", "Europe")),
        ("London; Berlin", "GB", ("GB",), ("GB", "Northern Europe", "Europe")),
        ("Remote (United States | Canada)", "US", ("US",), ("US", "Northern America", "Americas")),
    ],
)
def test_pay_stated_apart_for_several_countries_of_a_job_counts_in_several(
    location: str, country: str | None, zones: tuple[str, ...], counts: tuple[str, ...]
) -> None:
    where = whereabouts(location, is_remote="Remote" in location)
    assert where_pay_counts(Pay(low=1e5, currency="USD", country=country), where, location, zones=zones) == counts


def test_pay_that_is_tied_to_a_country_counts_there_unless_the_location_rules_it_out() -> None:
    where = whereabouts("Remote", is_remote=True)
    pay = Pay(low=1e5, currency="USD", country="US")
    assert where_pay_counts(pay, where, "Remote").country == "US"
    assert where_pay_counts(pay, where, "Remote, all countries except the US").country == REMOTE


@pytest.mark.parametrize(
    ("text", "ruled_out"),
    [
        ("Remote outside of the United States", {"US"}),
        ("Remote, non-US", {"US"}),
        ("Remote (not Brazil)", {"BR"}),
        ("Remote, Brazil and Peru excluded", {"BR", "PE"}),
        ("Italy, San Marino escluso, France", {"SM"}),
        ("Deutschlandweit, Österreich ausgenommen", {"AT"}),
        ("Remote, außer Schweiz", {"CH"}),
        ("Télétravail hors France", {"FR"}),
        ("Partout sauf la Belgique", {"BE"}),
        ("Remoto fuera de España", {"ES"}),
        ("Remoto, exceto Portugal", {"PT"}),
        ("Da remoto, tranne Italia", {"IT"}),
        ("Overal behalve België", {"BE"}),
        ("Zdalnie, z wyjątkiem Niemcy", {"DE"}),
        ("Not remote, Berlin", set()),
        ("US, all states except Ohio", set()),
        ("Rest of Canada", set()),
        ("Paris, hors primes", set()),
        ("Berlin, Hamburg", set()),
    ],
)
def test_what_a_location_rules_out(text: str, ruled_out: set[str]) -> None:
    assert countries_ruled_out(text) == ruled_out


def test_a_group_rules_out_its_members() -> None:
    assert countries_ruled_out("Remote, outside the EU") >= {"EU", "DE", "FR", "IE"}


@pytest.mark.parametrize(
    ("title", "place", "country"),
    [
        ("Outside the US", "Outside the US", None),
        ("Non-US", "Non-US", None),
        ("Hors France", "Hors France", None),
        ("US (excluding NYC and SF)", "US (excluding NYC and SF)", "US"),
        ("All of Canada except Toronto", "All of Canada except Toronto", "CA"),
        ("Canada", "Canada", "CA"),
    ],
)
def test_the_title_of_a_range_is_not_tied_to_what_it_rules_out(title: str, place: str, country: str | None) -> None:
    tie = tied_to(title)
    assert (tie.place_text, tie.country, tie.level_text) == (place, country, None)


def test_pay_for_elsewhere_is_not_the_pay_of_a_job_in_the_place_that_is_ruled_out() -> None:
    """Of two zones of a country, a job in New York has the one that does not rule New York out."""
    zones = [
        Pay(low=low, high=2e5, currency="USD", period="year", reading="stated", country="US", place_text=place)
        for place, low in (("US (except New York)", 1e5), ("New York", 1.3e5))
    ]
    advert = posting(source="test", id=1, title="Data Engineer", location_text="New York, NY", pay=zones)
    assert advert.pay_low == 1.3e5


@pytest.mark.parametrize(
    ("text", "location", "country"),
    [
        ("If you live outside the US, pay is $80,000 - $120,000 per year.", "New York; Remote", REMOTE),
        ("For candidates outside of the US the salary range is $80,000 - $120,000.", "Remote, US", REMOTE),
        ("Wenn du außerhalb der USA lebst, beträgt das Gehalt 80.000 - 120.000 USD.", "Remote, USA", REMOTE),
        ("Si vous résidez hors des États-Unis, le salaire est de 80 000 - 120 000 USD.", "Remote, USA", REMOTE),
        ("Si vives fuera de Estados Unidos, el salario es de 80.000 - 120.000 USD.", "Remote, USA", REMOTE),
        ("If you live in the US, pay is $80,000 - $120,000 per year.", "New York; Remote", "US"),
        ("Pay outside San Francisco is $80,000 - $120,000 per year.", "Remote, US", "US"),
    ],
)
def test_pay_for_those_who_live_elsewhere_counts_not_in_the_country_they_are_outside_of(
    text: str, location: str, country: str
) -> None:
    advert = posting(source="board", id="1", title="Engineer", employer="Acme", location_text=location, html=text)
    assert advert.pay_country == country


@pytest.mark.parametrize(
    ("currency", "country", "market"),
    [
        ("USD", "US", "local"),
        ("USD", "PL", "cross_border"),
        ("USD", SEVERAL, None),
        ("USD", REMOTE, None),
        (None, "US", None),
        ("USD", None, None),
    ],
)
def test_market(currency: str | None, country: str | None, market: str | None) -> None:
    assert market_of(currency, country) == market
