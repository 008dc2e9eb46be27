"""The reader of places: a table of examples, addresses, titles, fuzz, the lookups, and real answers if present."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import transforms
from transforms.place.gazetteer import countries, gazetteer, groups, key
from transforms.place.location_line import fold_spaces
from transforms.place.places import Address, Whereabouts, country_of, members_of, region_of, whereabouts
from transforms.records.vocabulary import READINGS, WORKPLACES

HERE = Path(__file__).parent
LOOKUPS = Path(transforms.__file__).parent / "lookups" / "place"
GROUPS = frozenset(
    ("EU", "EEA", "EUROPE", "EMEA", "MENA", "AFRICA", "ASIA", "APAC", "LATAM", "SOUTH_AMERICA", "AMERICAS", "WORLD")
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CASES = rows(HERE / "place_cases.csv")


def countries_of(where: Whereabouts) -> list[str]:
    return sorted({place.country for place in where.places if place.country})


def only_country(where: Whereabouts) -> str | None:
    codes = countries_of(where)
    return codes[0] if len(codes) == 1 else None


# --- examples ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case['input']}" for n, case in enumerate(CASES, 2)])
def test_example(case: dict[str, str]) -> None:
    where = whereabouts(case["input"])
    assert ";".join(countries_of(where)) == case["countries"]
    assert ((where.places[0].city or "") if len(where.places) == 1 else "") == case["city"]
    assert (where.workplace or "") == case["workplace"]
    assert ";".join(where.remote_scope or ()) == case["remote_scope"]


def test_examples_are_many_and_each_is_there_once() -> None:
    inputs = [case["input"] for case in CASES]
    assert len(inputs) == len(set(inputs)) >= 60


@pytest.mark.parametrize(
    ("text", "subdivision"),
    [
        ("London, ON", "CA-ON"),
        ("Nuremberg, Bavaria, Germany", "DE-BY"),
        ("Mysuru, Karnataka", "IN-KA"),
        ("Newcastle, New South Wales", "AU-NSW"),
        ("Aberdeen, Scotland", "GB-SCT"),
        ("Seattle", "US-WA"),
        ("Washington, DC", "US-DC"),
        ("Washington State", "US-WA"),
        ("Washington", None),
        ("Zürich", "CH-ZH"),
        ("Catalonia", "ES-CT"),
        ("San Francisco, California", "US-CA"),
        ("Ohio", "US-OH"),
    ],
)
def test_subdivision_is_an_iso_code(text: str, subdivision: str | None) -> None:
    assert [place.subdivision for place in whereabouts(text).places] == [subdivision]


@pytest.mark.parametrize(
    ("text", "region", "continent"),
    [
        ("Mexico", "Central America", "Americas"),
        ("Canada", "Northern America", "Americas"),
        ("Kosovo", "Southern Europe", "Europe"),
        ("Taiwan", "Eastern Asia", "Asia"),
        ("Ghana", "Western Africa", "Africa"),
        ("South America", "South America", "Americas"),
        ("Europe", None, "Europe"),
    ],
)
def test_region(text: str, region: str | None, continent: str) -> None:
    (place,) = whereabouts(text).places
    assert (place.region, place.continent) == (region, continent)


# --- addresses, flags, titles -----------------------------------------------------------------------


def test_an_address_wins_over_the_text() -> None:
    where = whereabouts("Cambridge", addresses=[Address(country="UK", region="England", locality="Cambridge")])
    assert [(p.country, p.subdivision, p.city, p.reading) for p in where.places] == [
        ("GB", "GB-ENG", "Cambridge", "stated")
    ]


def test_the_country_of_an_address_decides_between_namesakes() -> None:
    for country, subdivision in (("United States", "US-MA"), ("United Kingdom", "GB-ENG")):
        where = whereabouts("Cambridge", addresses=[Address(country=country)])
        assert [(p.subdivision, p.city) for p in where.places] == [(subdivision, "Cambridge")]


@pytest.mark.parametrize("country", ["", "n/a", "Worldwide", None])
def test_an_address_without_a_country_leaves_it_to_the_other_fields(country: str | None) -> None:
    where = whereabouts(None, addresses=[Address(country=country, region="WI", locality="Madison")])
    assert [(p.country, p.subdivision, p.city) for p in where.places] == [("US", "US-WI", "Madison")]


@pytest.mark.parametrize("text", ["Texas", "Houston", "TX, United States"])
def test_the_country_of_an_address_may_hold_a_state_or_city(text: str) -> None:
    assert only_country(whereabouts(None, addresses=[Address(country=text)])) == "US"


def test_a_city_the_gazetteer_lacks_is_kept_as_stated() -> None:
    where = whereabouts(None, addresses=[Address(country="Sweden", locality="Lilla Byn")])
    assert [(p.country, p.city) for p in where.places] == [("SE", "Lilla Byn")]


def test_every_line_keeps_to_its_own_address() -> None:
    where = whereabouts(
        "Waterloo; Paris",
        addresses=[Address(text="Waterloo", country="Canada"), Address(text="Paris", country="USA", region="TX")],
    )
    assert [(p.country, p.city) for p in where.places] == [("CA", "Waterloo"), ("US", "Paris")]


def test_the_other_places_of_a_list_stand_beside_the_address() -> None:
    where = whereabouts("Graz or Munich", addresses=[Address(country="Austria", locality="Graz")])
    assert [(p.country, p.city, p.reading) for p in where.places] == [
        ("AT", "Graz", "stated"),
        ("DE", "Munich", "parsed"),
    ]


def test_a_text_that_contradicts_its_address_is_left_out() -> None:
    where = whereabouts("Perth", addresses=[Address(country="Malta", locality="Valletta")])
    assert countries_of(where) == ["MT"]


def test_remote_in_the_fields_of_an_address_is_no_city() -> None:
    where = whereabouts("Remote-Kansas", addresses=[Address(country="US", region="Kansas", locality="Remote")])
    assert [(p.subdivision, p.city) for p in where.places] == [("US-KS", None)]


@pytest.mark.parametrize(
    ("text", "is_remote", "word", "title", "workplace"),
    [
        ("Remote - Spain", True, "OnSite", "Engineer (Remote)", "onsite"),
        ("Madrid", True, "Hybrid", None, "hybrid"),
        ("Madrid", False, "FULLY_REMOTE", None, "remote"),
        ("Madrid", None, "TELECOMMUTE", None, "remote"),
        ("Madrid", None, "no_remote", None, "onsite"),
        ("Madrid", None, "on-site", None, "onsite"),
        ("Madrid", None, "unspecified", None, None),
        ("Madrid", True, None, None, "remote"),
        ("Madrid (hybrid)", True, None, None, "hybrid"),
        ("Madrid office", True, None, None, "remote"),
        ("Madrid", False, None, None, None),
        ("Remote", False, None, None, "remote"),
        ("Madrid", None, None, "Data Engineer (Remote)", "remote"),
        ("Madrid", None, None, "Data Engineer - Hybrid", "hybrid"),
        ("Madrid", None, None, "Data Engineer | Remote Spain", "remote"),
        ("Madrid", None, None, "Remote Sensing Scientist", None),
        ("Madrid", None, None, "Hybrid Cloud Engineer - Azure", None),
        ("Madrid", None, None, "Engineer, Remote Sensing", None),
        (None, None, None, "", None),
    ],
)
def test_workplace(
    text: str | None, is_remote: bool | None, word: str | None, title: str | None, workplace: str | None
) -> None:
    assert whereabouts(text, is_remote=is_remote, workplace=word, title=title).workplace == workplace


@pytest.mark.parametrize(
    ("title", "workplace"),
    [
        ("AI Engineer（リモート勤務）", "remote"),
        ("电商运营经理 (中国市场 / 远程工作）", "remote"),
        ("Engineer - Remote", "remote"),
        ("Software Engineer - RemoteHQ", None),
        ("Backend Engineer, Remote HQ", None),
        ("Engineer (Remote.com)", None),
        ("Deployment Engineer, On-Premise", None),
        ("Engineer, Virtual Reality", None),
    ],
)
def test_a_title_says_the_workplace_in_any_script_and_no_company_or_product_does(
    title: str, workplace: str | None
) -> None:
    assert whereabouts(None, title=title).workplace == workplace


@pytest.mark.parametrize(
    ("text", "addresses", "is_remote", "title", "scope"),
    [
        ("Poland", (), True, None, ("PL",)),
        ("Poland; Latvia", (), True, None, ("LV", "PL")),
        ("Poznań", (), True, None, None),
        ("Poland", (), None, None, None),
        ("Remote", (Address(country="Peru"),), None, None, ("PE",)),
        ("Remote", (Address(country="Peru", locality="Lima"),), None, None, ("PE",)),
        ("Remote", (Address(text="Remote", country="USA", region="OH", locality="Akron"),), True, None, ("US",)),
        (
            "Fully remote",
            (Address(country="Peru"), Address(country="Chile", locality="Arica")),
            None,
            None,
            ("CL", "PE"),
        ),
        ("Lima", (Address(country="Peru", locality="Lima"),), True, None, None),
        (None, (Address(country="Peru", locality="Lima"),), True, None, None),
        ("Remote (EMEA)", (Address(country="Germany"),), None, None, ("EMEA",)),
        ("Remote (UTC±2)", (Address(country="Germany"),), None, None, None),
        (None, (Address(country="Peru"), Address(country="Chile")), True, None, ("CL", "PE")),
        ("Rome", (Address(text="Remote", country="Italy"),), True, None, ("IT",)),
        ("Bucharest", (), None, "Analyst (Remote - Romania)", ("RO",)),
        ("Bucharest", (), True, "Analyst (Remote, Romania only)", ("RO",)),
    ],
)
def test_scope(
    text: str | None,
    addresses: tuple[Address, ...],
    is_remote: bool | None,
    title: str | None,
    scope: tuple[str, ...] | None,
) -> None:
    assert whereabouts(text, addresses=addresses, is_remote=is_remote, title=title).remote_scope == scope


def test_no_scope_without_remote_work() -> None:
    assert whereabouts("Remote - Spain", workplace="OnSite").remote_scope is None


def test_spans_show_the_words() -> None:
    text = "Berlin or Remote - Spain"
    spans = {(s.field, text[s.start : s.end]) for s in whereabouts(text).spans if s.start is not None}
    assert {("country", "Berlin"), ("country", "Spain"), ("workplace", "Remote")} <= spans


def test_spans_in_a_title() -> None:
    title = "Engineer, Vision (Remote, Chile)"
    (span,) = [s for s in whereabouts(None, title=title).spans if s.field == "workplace"]
    assert (span.part, title[span.start : span.end]) == ("title", "Remote")


# --- countries and regions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("NA", "NA"),
        ("Georgia", "GE"),
        ("us", "US"),
        ("U.S.A.", "US"),
        ("DEU", "DE"),
        ("The Netherlands", "NL"),
        ("Türkiye", "TR"),
        ("turkey", "TR"),
        ("Viet Nam", "VN"),
        ("Republic of Korea", "KR"),
        ("Wales", "GB"),
        ("Danish", "DK"),
        ("Indonésie", "ID"),
        ("Germany (Remote)", "DE"),
        ("Hamburg", None),
        ("Europe", None),
        ("Remote", None),
        ("", None),
    ],
)
def test_country_of(text: str, country: str | None) -> None:
    assert country_of(text) == country


def test_every_country_is_found_by_its_name_and_codes() -> None:
    for code, row in countries().items():
        assert country_of(code) == country_of(row["alpha3"]) == country_of(row["name"]) == code


def test_every_region_is_of_m49() -> None:
    continents = {"Africa", "Americas", "Asia", "Europe", "Oceania"}
    unknown = {code for code in countries() if None in region_of(code)}
    assert unknown == {"AQ"}
    assert {region_of(code)[1] for code in countries()} == continents | {None}
    assert region_of("ZZ") == region_of("EU") == (None, None)


def test_members_of_a_scope() -> None:
    assert len(members_of("EU")) == 27
    assert members_of("EU") < members_of("EEA") < members_of("EUROPE") < members_of("EMEA")
    assert members_of("SOUTH_AMERICA") < members_of("LATAM") < members_of("AMERICAS")
    assert members_of("CA") == {"CA"}
    assert not members_of("WORLD") and not members_of("nowhere")
    assert all(members_of(group) for group in GROUPS - {"WORLD"})


# --- lookups ----------------------------------------------------------------------------------------


def test_lookups_name_known_places() -> None:
    subdivisions = {row["subdivision"]: row["country"] for row in rows(LOOKUPS / "subdivisions.csv")}
    assert set(subdivisions.values()) <= countries().keys()
    assert all(code.startswith(f"{country}-") for code, country in subdivisions.items())
    for name in ("metros", "places_alone"):
        for row in rows(LOOKUPS / f"{name}.csv"):
            assert not row["country"] or row["country"] in countries(), row
            assert not row["subdivision"] or subdivisions[row["subdivision"]] == row["country"], row
    assert {row["country"] for row in rows(LOOKUPS / "country_names.csv")} == countries().keys()
    assert {row["country"] for row in rows(LOOKUPS / "advert_density.csv")} <= countries().keys()


def test_lookups_name_known_scopes() -> None:
    tokens = {token for group in groups().values() for token in group.scope}
    assert tokens <= GROUPS | countries().keys()
    assert {row["scope"] for row in rows(LOOKUPS / "scope_members.csv")} == GROUPS - {"WORLD"}


def test_cities_of_metros_are_called_as_geonames_calls_them() -> None:
    for row in rows(LOOKUPS / "metros.csv"):
        if row["city"]:
            cities = {m.city for m in gazetteer().names[key(row["city"])] if m.country == row["country"]}
            assert row["city"] in cities, row


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("country_names", "name"),
        ("remote_scopes", "name"),
        ("workplaces", "words"),
        ("place_noise", "word"),
        ("places_alone", "name"),
        ("scope_members", "scope"),
    ],
)
def test_no_name_is_decided_twice(name: str, column: str) -> None:
    keys = [key(row[column]) for row in rows(LOOKUPS / f"{name}.csv")]
    assert sorted(keys) == sorted(set(keys))


# --- any text ---------------------------------------------------------------------------------------

SPOKEN = """Remote remote Hybrid Onsite US USA UK CA ON IN OR DE NA EMEA Europe Georgia Berlin London Paris York New
    Bay Area only or and & / - – | ; , ( ) [ ] : + the in of anywhere CET UTC+2 12345 St. Office Ñandú 東京 NY
    Ontario"""
WORDS = st.sampled_from(SPOKEN.split())
LINES = st.one_of(
    st.text(max_size=200), st.lists(WORDS, max_size=25).map(" ".join), st.lists(WORDS, max_size=25).map("".join)
)
ADDRESSES = st.lists(
    st.builds(
        Address, text=st.none() | LINES, country=st.none() | LINES, region=st.none() | LINES, locality=st.none() | LINES
    ),
    max_size=3,
)


@settings(max_examples=300)
@given(
    text=st.none() | LINES,
    addresses=ADDRESSES,
    is_remote=st.none() | st.booleans(),
    word=st.none() | LINES,
    title=LINES,
)
def test_any_text_is_read(
    text: str | None, addresses: list[Address], is_remote: bool | None, word: str | None, title: str
) -> None:
    where = whereabouts(text, addresses=addresses, is_remote=is_remote, workplace=word, title=title)
    for place in where.places:
        assert place.reading in READINGS
        assert place.country or (place.continent and not place.city and not place.subdivision)
        if place.country:
            assert place.country in countries()
            assert (place.region, place.continent) == region_of(place.country)
        assert not place.subdivision or place.subdivision.startswith(f"{place.country}-")
    assert len(set(where.places)) == len(where.places)
    assert where.workplace in (None, *WORKPLACES)
    scope = where.remote_scope
    assert scope is None or (where.workplace == "remote" and scope == tuple(sorted(set(scope))) != ())
    assert set(scope or ()) <= GROUPS | countries().keys()
    for span in where.spans:
        source = {"location": fold_spaces(text or ""), "title": fold_spaces(title), "structured": ""}[span.part]
        assert (span.start is None) == (span.end is None)
        assert span.start is None or 0 <= span.start < (span.end or 0) <= len(source)


@settings(max_examples=200)
@given(LINES)
def test_any_country_is_a_known_code(text: str) -> None:
    assert country_of(text) in (None, *countries())


# --- the location's words and a postal address ------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "address", "country", "subdivision", "city"),
    [
        ("Sweden", ("Sweden", "Stockholm", "Stockholm"), "SE", None, None),
        ("Sweden (Remote)", ("Sweden", "Stockholm", "Stockholm"), "SE", None, None),
        ("Remote", ("United States", "Ohio", "Columbus"), "US", None, None),
        ("Acme Games (US Remote)", ("United States", "Ohio", "Columbus"), "US", None, None),
        ("Torrance, CA", ("United States", "California", "Los Angeles"), "US", "US-CA", "Torrance"),
        ("Ohio", ("United States", "Ohio", "Columbus"), "US", "US-OH", "Columbus"),
        ("Acme Tower", ("United States", "Ohio", "Columbus"), "US", "US-OH", "Columbus"),
        ("Headquarters", ("United States", "Ohio", "Columbus"), "US", "US-OH", "Columbus"),
        ("Columbus Office", ("United States", "Ohio", "Columbus"), "US", "US-OH", "Columbus"),
        ("Cairo, Egypt", ("Egypt", "Giza", "Cairo"), "EG", "EG-C", "Cairo"),
    ],
)
def test_the_words_of_a_location_beat_a_postal_address(
    location: str, address: tuple[str, str, str], country: str, subdivision: str | None, city: str | None
) -> None:
    (place,) = whereabouts(location, addresses=(Address(location, *address),)).places
    assert (place.country, place.subdivision, place.city) == (country, subdivision, city)


def test_remote_work_in_a_group_of_countries_is_not_in_the_country_of_an_address() -> None:
    where = whereabouts("Remote - EMEA", addresses=(Address("Remote - EMEA", "Germany", None, "Frankfurt"),))
    assert (where.places, where.remote_scope) == ((), ("EMEA",))


@pytest.mark.parametrize(
    ("location", "title", "city"),
    [
        ("Spain", "Welder - Valencia", "Valencia"),
        ("Brazil", "Soldador (Recife)", "Recife"),
        ("Ohio", "Welder - Cleveland, OH", "Cleveland"),
        ("Spain", "Welder - Cleveland, OH", None),
        ("United States", "Welder, Mobile", None),
        ("Bilbao, Spain", "Welder - Valencia", "Bilbao"),
        ("Spain", "Valencia orange welder", None),
    ],
)
def test_a_city_that_stands_apart_in_the_title_is_where_the_location_names_what_lies_around_it(
    location: str, title: str, city: str | None
) -> None:
    (place,) = whereabouts(location, title=title).places
    assert place.city == city
