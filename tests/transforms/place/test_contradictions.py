"""Statements about place or workplace that contradict each other: which one is trusted, and what becomes a doubt."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from transforms.place.gazetteer import gazetteer
from transforms.place.location_line import STRONG_HINT
from transforms.place.places import Address, whereabouts
from transforms.place.spoken_countries import hints_of
from transforms.place.workplace_text import TIERS
from transforms.posting import posting
from transforms.text.lookups import cells_of


def test_each_row_of_the_table_of_trust_names_a_witness_and_its_evidence() -> None:
    witnesses = {"word", "location", "title", "flag", "address", *(f"text.{tier}" for tier in TIERS)}
    for row in cells_of("workplace_trust"):
        assert row["witness"] in witnesses
        assert row["given"] in {"", *witnesses}
        assert row["evidence"]


def test_each_witness_of_a_country_has_its_evidence() -> None:
    rows = list(cells_of("place_trust"))
    assert all(float(row["factor"]) > 1 and row["evidence"] for row in rows)
    strong = {row["witness"] for row in rows if float(row["factor"]) >= STRONG_HINT}
    assert strong == {"permit", "own_money"}


@pytest.mark.parametrize(
    ("text", "fields", "workplace"),
    [
        ("You will work at our Leeds office.", {"is_remote": True}, "onsite"),
        ("You will work at our Leeds office.", {"workplace": "hybrid"}, "hybrid"),
        ("You will work at our Leeds office. We work hybrid.", {"is_remote": True}, "hybrid"),
        ("You are in our office five days a week.", {"workplace": "hybrid"}, "onsite"),
        ("This role is on-site.", {"location_text": "Leeds (Hybrid)"}, "hybrid"),
        ("Most of us are an in-office company.", {"is_remote": True}, "remote"),
        ("You have the option to work from our office in Leeds.", {"is_remote": True}, "remote"),
    ],
)
def test_the_witness_that_stands_first_in_the_table_decides(text: str, fields: dict[str, Any], workplace: str) -> None:
    location = fields.pop("location_text", None)
    assert whereabouts(location, text=text, **fields).workplace == workplace


@pytest.mark.parametrize(
    ("address", "country"),
    [
        (Address("Provo Office", "United Kingdom", "Utah", "Provo"), "US"),
        (Address("Cambridge", "United Kingdom", "Massachusetts", "Cambridge"), "GB"),  # both have one
        (Address("Hong Kong", "China", "Hong Kong", "Hong Kong"), "HK"),
    ],
)
def test_city_and_region_outvote_the_country_of_a_form(address: Address, country: str) -> None:
    read = whereabouts(address.text, addresses=[address])
    assert {place.country for place in read.places} == {country}


def test_a_country_that_is_overruled_is_a_doubt() -> None:
    advert = posting(source="ashby", id="1", title="Engineer", location_text="Provo, Utah, United Kingdom")
    assert advert.country == "US"
    assert "country_region" in (advert.doubts or ())


def test_the_country_of_a_group_is_a_default() -> None:
    addresses = [Address(None, "SG", None, None)]
    read = whereabouts("Asia; Japan, Osaka", addresses=addresses, workplace="onsite")
    assert {place.country for place in read.places if place.country} == {"JP"}


def test_words_of_law_money_and_permits_are_hints() -> None:
    meanings = gazetteer().names["birmingham"]
    assert dict(hints_of(meanings, "We offer a 401(k)."))["US"] > 1
    assert dict(hints_of(meanings, "£30,000 a year. Right to work in the UK."))["GB"] > dict(
        hints_of(meanings, "£30,000 a year.")
    ).get("GB", 1)
    assert hints_of(meanings, "We bake bread.") == ()


def test_money_and_a_permit_decide_which_city_is_meant() -> None:
    """Cases by hand, by meaning. Still read otherwise: US dollars, which others pay too, and a town that the gazetteer
    lacks by its short name."""
    right, number = Counter[str](), Counter[str]()
    with Path(__file__).with_name("ambiguous_cities.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            advert = posting(source="ashby", id="1", title="Engineer", location_text=row["location"], text=row["text"])
            number[row["part"]] += 1
            right[row["part"]] += advert.country == row["country"]
    assert right["aside"] == number["aside"] == 11
    assert right["built"] >= 17 and number["built"] == 22


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("CAD 80,000 a year. You must be eligible to work in Ontario, Canada.", "CA"),
        ("CAD 80,000 a year.", "GB"),
        ("You must be eligible to work in Ontario, Canada.", "GB"),
        ("In Toronto CAD 80,000, here £60,000. You must be eligible to work in Canada.", "GB"),
        ("CAD 80,000 a year. You must be eligible to work in Canada or in the UK.", "GB"),
    ],
)
def test_a_metropolis_gives_way_to_two_witnesses_alone(text: str, country: str) -> None:
    assert [place.country for place in whereabouts("London", text=text).places] == [country]


@pytest.mark.parametrize(
    ("location", "text", "countries"),
    [
        ("London", "Our Toronto office: CAD 120,000. You need the right to work in Canada.", {"GB"}),
        ("London", "CAD 90,000 a year. You need the right to work in Canada if you transfer.", {"GB"}),
        ("London", "CAD 90,000 a year for those who join from Ontario. The right to work in Canada is needed.", {"GB"}),
        ("London; Toronto", "CAD 90,000 a year. You need the right to work in Canada.", {"GB", "CA"}),
        ("Paris", "Wenn du wechselst: CHF 120.000, Arbeitserlaubnis in der Schweiz nötig.", {"FR"}),
        ("London, United Kingdom", "CAD 90,000 a year. You need the right to work in Canada.", {"GB"}),
    ],
)
def test_a_condition_and_another_office_decide_nothing(location: str, text: str, countries: set[str]) -> None:
    advert = posting(source="ashby", id="1", title="Engineer", location_text=location, text=text)
    assert {place.country for place in advert.places} == countries
    assert "place_repeated" not in (advert.doubts or ())


def test_a_metropolis_that_is_overruled_is_a_doubt() -> None:
    text = "CAD 90,000 a year. You need the right to work in Canada."
    advert = posting(source="ashby", id="1", title="Engineer", location_text="London", text=text)
    assert advert.country == "CA"
    assert "place_repeated" in (advert.doubts or ())


@pytest.mark.parametrize(
    ("code", "city", "country"),
    [
        ("DE", "Wilmington", "US"),
        ("DE", "Berlin", "DE"),
        ("DE", "Buxtehude", "DE"),
        ("CO", "Denver", "US"),
        ("CO", "Bogotá", "CO"),
        ("IN", "Bengaluru", "IN"),
        ("IN", "Indianapolis", "US"),
        ("CA", "Toronto", "CA"),
        ("CA", "San Diego", "US"),
    ],
)
def test_the_reading_that_has_the_city_decides_what_a_code_means(code: str, city: str, country: str) -> None:
    in_field = whereabouts(city, addresses=[Address(None, code, None, city)])
    in_line = whereabouts(f"{city}, {code}")
    assert [[place.country for place in read.places] for read in (in_field, in_line)] == [[country], [country]]


@pytest.mark.parametrize(
    ("location", "is_doubt"),
    [("Richmond, CA", True), ("Wilmington, DE", False), ("Berlin, DE", False), ("Atlanta, Georgia", False)],
)
def test_a_code_of_a_country_and_a_state_is_a_doubt_if_both_have_the_city(location: str, *, is_doubt: bool) -> None:
    advert = posting(source="ashby", id="1", title="Engineer", location_text=location)
    assert ("country_region" in (advert.doubts or ())) is is_doubt


def test_a_code_in_the_field_for_countries_that_is_overruled_is_a_doubt() -> None:
    addresses = [Address(None, "CA", "Utah", "Provo")]
    advert = posting(source="ashby", id="1", title="Engineer", location_text="Provo", addresses=addresses)
    assert advert.country == "US"
    assert "country_region" in (advert.doubts or ())


@pytest.mark.parametrize(
    ("location", "text", "field", "words"),
    [
        ("Remote (Europe, excluding UK)", "", "ruled_out", "excluding UK"),
        ("Remote, US (except CA, NY)", "", "ruled_out", "except CA, NY"),
        ("Acme, Remote - Canada", "", "remote_scope", "Remote - Canada"),
    ],
)
def test_scope_and_what_is_ruled_out_stand_on_their_words(location: str, text: str, field: str, words: str) -> None:
    read = whereabouts(location, text=text)
    assert [location[s.start : s.end] for s in read.spans if s.field == field and s.part == "location"] == [words]


def test_what_a_text_rules_out_stands_on_its_words() -> None:
    text = "We bake bread. Applicants from Ohio cannot be considered."
    read = whereabouts("Remote (US)", text=text)
    assert read.ruled_out == ("US-OH",)
    assert ["Applicants from" in text[s.start : s.end] for s in read.spans if s.field == "ruled_out"] == [True]
