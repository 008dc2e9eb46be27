"""Where the work is done: places, workplace, and the countries that remote work is open to.

`location_line.items_in` reads a line into places and workplace words. This module combines them with structured
addresses. Addresses win and the line adds detail, except for the city: a city in the line beats the city of a postal
address. An address gives no city if its line names nothing but a country or remote work. "Remote" is a workplace and
not a place. A scope that is not stated stays None: "Berlin or Remote" does not say where the remote work may be done.

The scope of a word for remote work is stated by the first of these that is present:

- places in the brackets around the word, or before these brackets
- places next to the word, after a space or dash, and the areas listed after such a place ("Remote - US & Canada")
- countries, subdivisions and groups of countries between the same strong separators as the word
- a city between these separators, if its country is written ("Remote, Lyon, France")

A scope in the title ("Worldwide Remote", "(EMEA)") beats a single place without a word for remote work, which is then
the employer's own. A location of nothing but "Headquarters" means the employer's country, if that is known.

A time zone is a rule about hours and states no scope. A line with nothing but "Remote" takes the country of its own
address as scope. A city in this address says where the employer books the job, not where the job is done.

Sources of names and licences: see `gazetteer`.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from transforms.place.gazetteer import (
    ADDRESSED_BY_STATE,
    WELL_KNOWN,
    Meaning,
    city_states,
    country_names,
    gazetteer,
    key,
    make_key,
    members_of,
    region_of,
    territories,
    with_members,
    workplaces,
    worldwide_words,
)
from transforms.place.location_line import (
    MAX_LOCATION,
    REMOTE,
    Hints,
    Item,
    contested,
    fold_spaces,
    has_time_zone,
    is_bare,
    is_understood,
    items_in,
    ruled_out_in,
    town_of,
)
from transforms.place.remote_scope import (
    MAX_TITLE_PART,
    TITLE_CUT,
    TextScope,
    find_ruled_out,
    groups_in_title,
    parts_of_title,
    scope_in_text,
    scope_in_title,
)
from transforms.place.spoken_countries import find_country, hints_of
from transforms.place.workplace_text import DAYS, OFFER, OPTION, ROLE, SEAT, Statement, statements_in
from transforms.records.rows import Place, Span
from transforms.text.exclusion import exclusions_in
from transforms.text.lookups import rows_of

__all__ = ["Address", "Whereabouts", "country_of", "members_of", "region_of", "whereabouts"]

HYBRID, ONSITE = "hybrid", "onsite"
WORLD = "WORLD"
OF_CODE = 4.0
"""A code of a state and of a country leaves open which is meant, unless the state's city of the name has more
inhabitants than this multiple of the country's (our judgement, as `location_line.STATE_CODE`)."""


class Address(NamedTuple):
    """An address that a source states in fields. `text` is the same place in one line, if the source gives that too."""

    text: str | None = None
    country: str | None = None
    region: str | None = None
    locality: str | None = None


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """Where a job is done, as far as it is known.

    `remote_scope` is a sorted tuple of ISO country codes and group names (EU, EEA, EUROPE, EMEA, MENA, AFRICA, ASIA,
    APAC, LATAM, SOUTH_AMERICA, AMERICAS, WORLD; see `members_of`). It is None without remote work or without a stated
    scope.
    """

    places: tuple[Place, ...]
    workplace: str | None
    remote_scope: tuple[str, ...] | None
    spans: tuple[Span, ...]
    tier: str | None = None
    """If the text decided about the workplace, the strength of its statement (one of `workplace_text.TIERS`); otherwise
    None.
    """
    ruled_out: tuple[str, ...] = ()
    """Where the job cannot be done, sorted: ISO codes of countries and subdivisions, and names of groups."""
    is_repeated: bool | None = None
    """Whether the source's field, the location, the title and the text agree on the workplace; None if fewer than two
    of them say anything."""
    is_overruled: bool = False
    """Whether the text decides against the metropolis that the location's name alone means."""


def country_of(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country, given in any language; None for other texts.

    `text` may be a country's name, demonym, alias or ISO code. It is taken to come from a field that holds a country,
    so "NA" is Namibia and "Georgia" the country. A city does not stand for its country.
    """
    return _country_of(text[:MAX_LOCATION])


@functools.lru_cache(maxsize=10_000)
def _country_of(text: str) -> str | None:
    country = country_names().get(key(text))
    if country:
        return country
    if key(text) in gazetteer().subdivisions["GB"]:
        return "GB"  # England, Scotland, Wales and Northern Ireland are called countries, too
    countries = {i.chosen.country for i in items_in(fold_spaces(text)) if i.has_country and i.chosen and not i.is_code}
    return countries.pop() if len(countries) == 1 else None


def whereabouts(
    location_text: str | None,
    *,
    addresses: Sequence[Address] = (),
    is_remote: bool | None = None,
    workplace: str | None = None,
    title: str | None = None,
    text: str | None = None,
    statements: Sequence[Statement] | None = None,
    language: str | None = None,
    employer_country: str | None = None,
) -> Whereabouts:
    """Read places, workplace and remote scope.

    `is_remote` and `workplace` are the source's flag and word. `statements` are the result of `statements_in(text)`, if
    the caller has it already. An address without `text` belongs to `location_text`. Addresses win. A line of text adds
    what its address lacks. If one place of a list agrees with the address, the line also adds the other places of the
    list.

    The workplace is what the first witness of `workplace_trust.csv` says: statements of the text by their strength, the
    source's word and flag, and words of the location, title and addresses.

    `is_remote=False` says nothing about the workplace, since it is the default of many sources. Offsets of spans count
    in the title or location with white space folded, or in the text. Never raises.
    """
    title = fold_spaces(title or "")
    heading = title if _may_say_workplace(title) else ""  # an office's postings then share a cache entry
    if statements is None:
        statements = statements_in(text) if text else ()
    tiers = tuple(dict.fromkeys((statement.tier, statement.workplace) for statement in statements))
    location = fold_spaces(location_text or "")
    decided, hints = _hints(location, tuple(addresses), text or "", language, employer_country)
    read = _whereabouts(location, tuple(addresses), is_remote, workplace or "", heading, tiers, hints, decided)
    if title and len(read.places) == 1 and read.places[0].country and not read.places[0].city:
        read = _with_city_of_title(read, title)
    read = _with_employers_country(read, location, employer_country)
    if read.workplace == REMOTE:
        read = _with_scope_of_title(read, location, title, employer_country)
        read = _with_scope(read, title, text or "")
    if read.tier is None:
        return read
    decisive = (read.tier, read.workplace)
    spans = [_span_of(said) for said in statements if (said.tier, said.workplace) == decisive]
    return dataclasses.replace(read, spans=(*read.spans, *spans[:1]))


@functools.lru_cache(maxsize=20_000)
def _open_meanings(location: str, addresses: tuple[Address, ...]) -> tuple[Meaning, ...]:
    """Return the meanings between which a location is open; () if an address states its country."""
    if any(place.country for address in addresses for place in _read_address(address)):
        return ()
    return tuple(contested(location, frozenset()))


def _hints(
    location: str, addresses: tuple[Address, ...], text: str, language: str | None, employer_country: str | None
) -> tuple[str | None, Hints]:
    """Return the country that the text decides on, and what else the advert speaks of; nothing unless the location
    alone is open between places of one name, and is then read otherwise."""
    meanings = _open_meanings(location, addresses) if location and (text or language or employer_country) else ()
    if not meanings:
        return None, ()
    plain = [item.chosen for item in items_in(location)]
    decided = find_country(meanings, text, [meaning.country for meaning in plain if meaning])
    if decided:
        return decided, ()
    hints = hints_of(meanings, text, language=language, employer_country=employer_country)
    if len(plain) > 1:  # "London; Toronto": the other place explains the hint
        around = {meaning.country for meaning in plain if meaning}
        hints = tuple(hint for hint in hints if hint[0][:2] not in around)
    is_other = bool(hints) and [item.chosen for item in items_in(location, hints=hints)] != plain
    return None, hints if is_other else ()


def _with_scope_of_title(read: Whereabouts, location: str, title: str, employer_country: str | None) -> Whereabouts:
    """Return `read` with the scope that the title states ("Worldwide Remote", "(EMEA)"), where the location is a single
    place without a word for remote work.

    The place is then the employer's office or payroll. It stays if the scope names its country, or if the scope holds
    it and the employer is known to be elsewhere: then it is one of several places where the job is advertised.
    """
    if len(read.places) != 1 or any(item.workplace == REMOTE or item.group for item in items_in(location)):
        return read
    scope = _scope_of_title(title)
    if not scope:
        return read
    countries = [token for token in sorted(scope) if members_of(token) == {token}]
    is_elsewhere = employer_country not in (None, read.places[0].country)
    open_to = with_members(scope) if is_elsewhere else frozenset(countries)
    places = [place for place in read.places if place.country in open_to]
    places += [_place(None, code, None, None) for code in countries if code not in _countries(places)]
    spans = [span for span in read.spans if span.field != "remote_scope"]
    span = _span("remote_scope", "title", None, "countries beside the word for remote work")
    scope_of_title = tuple(sorted(scope))
    return dataclasses.replace(read, places=tuple(places), remote_scope=scope_of_title, spans=(*spans, span))


@functools.lru_cache(maxsize=20_000)
def _scope_of_title(title: str) -> frozenset[str]:
    """Return the scope beside a word for remote work in a title, or else the groups of countries in its brackets."""
    items = _title_items(title) if _may_say_workplace(title) else ()
    if any(item.workplace == REMOTE and item.keys[0] in worldwide_words() for item in items):
        return frozenset({WORLD})
    if any(item.chosen and not item.is_area for item in items):
        return frozenset()  # "Tester (Cypress), remote": a city, or what is named like one
    return frozenset(_scope(items, is_remote=False) if items else groups_in_title(title))


def _with_scope(read: Whereabouts, title: str, text: str) -> Whereabouts:
    countries = _countries(read.places)
    if read.remote_scope is not None:
        return _with_ruled_out(read, find_ruled_out(text, countries))
    demand = scope_in_text(text, countries)
    read = _with_ruled_out(read, demand)
    if demand is not None and demand.scope:
        rule = "countries that the text asks one to live in"
        span = Span(field="remote_scope", part="text", start=demand.start, end=demand.end, rule=rule, reading="parsed")
        others = _other_countries(demand.scope, read.places) if demand.is_location else []
        places = (*read.places, *others)
        return dataclasses.replace(read, places=places, remote_scope=demand.scope, spans=(*read.spans, span))
    scope = scope_in_title(title, countries) if title else ()
    if not scope:
        return read
    span = _span("remote_scope", "title", None, "countries that stand apart in the title")
    return dataclasses.replace(read, remote_scope=scope, spans=(*read.spans, span))


def _with_ruled_out(read: Whereabouts, demand: TextScope | None) -> Whereabouts:
    if demand is None or not demand.ruled_out:
        return read
    span = _span_at("ruled_out", "text", demand.start, demand.end, "places that the text rules out")
    ruled_out = tuple(sorted(demand.ruled_out.union(read.ruled_out)))
    return dataclasses.replace(read, ruled_out=ruled_out, spans=(*read.spans, span))


def _other_countries(scope: Sequence[str], places: Sequence[Place]) -> list[Place]:
    """Return the countries of a scope beyond those of the places, as places, if the scope holds only countries and all
    of those."""
    known = _countries(places)
    is_wider = known and known < set(scope) and all(members_of(token) == {token} for token in scope)
    return [_place(None, code, None, None) for code in scope if code not in known] if is_wider else []


_HEADQUARTERS_ALONE = re.compile(
    r"(?:(?:our|the|main|head|corporate|company|global|central) )*(?:hq|headquarters?|office)"
)


def _with_employers_country(read: Whereabouts, location: str, employer_country: str | None) -> Whereabouts:
    """Return `read` with the employer's country, if the location names nothing but the headquarters or main office."""
    if not employer_country or not location or read.places or not _HEADQUARTERS_ALONE.fullmatch(key(location)):
        return read
    rule = "country of the employer's headquarters"
    span = Span(field="country", part="location", start=0, end=len(location), rule=rule, reading="inferred")
    place = dataclasses.replace(_place(location, employer_country, None, None), reading="inferred")
    return dataclasses.replace(read, places=(place,), spans=(*read.spans, span))


# --- lines and addresses ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """A line of text and its items.

    `stated` holds the places that its addresses state, and `read` the places that were read from the line.
    """

    text: str
    items: Sequence[Item]
    stated: list[Place]
    read: list[Place]
    is_main: bool


def _line(text: str, addresses: Sequence[Address]) -> _Line:
    address_places = [place for address in addresses for place in _read_address(address)]
    items = items_in(text, _countries(address_places))
    return _Line(text, items, address_places, _places(items, text), is_main=False)


def _main_line(
    text: str, addresses: Sequence[Address], others: Sequence[_Line], hints: Hints, decided: str | None
) -> _Line:
    address_places = [place for address in addresses for place in _read_address(address)]
    stated = address_places or [place for line in others for place in line.stated]
    items = items_in(text, frozenset({decided}) if decided else _countries(stated), hints)
    repeats = [line.text for line in others if line.stated]
    places = [] if text in repeats else _places(items, text)
    read = [p for p in places if not any((p.place_text or "") in line for line in repeats)]
    return _Line(text, items, address_places, read, is_main=True)


@functools.lru_cache(maxsize=20_000)
def _lines(
    text: str, addresses: tuple[Address, ...], hints: Hints = (), decided: str | None = None
) -> tuple[_Line, ...]:
    others = [_address_line(address) for address in addresses if address.text]
    return _main_line(text, [a for a in addresses if not a.text], others, hints, decided), *others


@functools.lru_cache(maxsize=20_000)
def _address_line(address: Address) -> _Line:
    return _line(fold_spaces(address.text or ""), [address])


def _countries(places: Iterable[Place]) -> frozenset[str]:
    return frozenset(p.country for p in places if p.country)


def _place(text: str | None, country: str, subdivision: str | None, city: str | None, reading: str = "parsed") -> Place:
    region, continent = region_of(country)
    return Place(
        place_text=text,
        country=country,
        subdivision=subdivision,
        city=city,
        region=region,
        continent=continent,
        reading=reading,
    )


def _places(items: Sequence[Item], text: str) -> list[Place]:
    places: list[Place] = []
    countries = {i.chosen.country for i in items if i.chosen}
    for number, item in enumerate(items):
        words, meaning, group = text[item.start : item.end], item.chosen, item.group
        if meaning is not None:
            places.append(_place(words, meaning.country, meaning.subdivision, item.town or meaning.city))
        elif group is not None and group.continent and not _encloses(items, number, countries):
            if group.is_spelt_out:
                places += [_place(words, country, None, None) for country in group.scope]
            else:
                places.append(Place(place_text=words, country=None, region=group.region, continent=group.continent))
    return places


@functools.lru_cache(maxsize=20_000)
def _read_address(address: Address) -> Sequence[Place]:
    """Return the places in the fields of an address. The country field may hold a city, a state or nonsense."""
    fields = [fold_spaces(f) for f in (address.locality, address.region, address.country) if f and f.strip()]
    country = country_of(address.country) if address.country else None
    if not country:
        line = fold_spaces(", ".join(fields))
        return [place for place in _places(items_in(line), line) if place.country]
    country = _territory_in(fields, country)
    if (
        address.locality
        and not address.region
        and (state := _state_of_code(address.locality, address.country, country))
    ):
        return [_place(", ".join(fields), *state.place, "stated")]
    subdivision = gazetteer().subdivisions.get(country, {}).get(key(address.region or ""))
    if address.region and address.locality and not subdivision:
        elsewhere = _place_elsewhere(address, country)
        if elsewhere is not None:
            return [dataclasses.replace(elsewhere, place_text=", ".join(fields), reading="stated")]
    city, its_subdivision = _city(address.locality or "", country, subdivision)
    if not city and not subdivision and not address.locality and address.region:
        city, its_subdivision = _city(address.region, country, None, may_be_unlisted=False)
    return [_place(", ".join(fields) or None, country, its_subdivision or subdivision, city, "stated")]


MIN_OF_STATE = 50_000
"""Inhabitants from which a city outweighs a country's code in the field for countries: villages are missing from
GeoNames' list, so that a small namesake in a state proves nothing."""


def _state_of_code(locality: str, code: str | None, country: str) -> Meaning | None:
    """Return the city in the state whose code a field for countries holds, if the code's country has no such city:
    "Wilmington", "DE"."""
    states = {m.subdivision for m in gazetteer().codes.get((code or "").strip(), ()) if m.country in ADDRESSED_BY_STATE}
    named = [m for m in gazetteer().names.get(key(locality)) if m.city] if states - {None} else []
    if any(meaning.country == country for meaning in named):
        return None
    inside = [m for m in named if m.subdivision in states and m.country != country and m.population >= MIN_OF_STATE]
    return max(inside, key=lambda m: m.population, default=None)


def _territory_in(fields: Sequence[str], country: str) -> str:
    """Return the territory of a country that another field of its address names: "Hong Kong, China" is Hong Kong."""
    named = {country_names().get(key(field), "") for field in fields}
    return min((code for code in named if territories().get(code) == country), default=country)


def _place_elsewhere(address: Address, country: str) -> Place | None:
    """Return the place that city and region name together, if the country of their address has neither of them.

    City and region agree ("Moab, Utah"), so that the country is taken to be a default of the form. In a country with a
    city of this name, the region may be a mistake.
    """
    if _find_namesakes(address.locality or "", country, None):
        return None
    line = fold_spaces(f"{address.locality}, {address.region}")
    items = items_in(line)
    meaning = items[0].chosen if len(items) == 1 and len(items[0].keys) > 1 and not items[0].town else None
    is_elsewhere = meaning is not None and meaning.subdivision and meaning.city and meaning.country != country
    return _places(items, line)[0] if is_elsewhere else None


def _city(
    locality: str, country: str, subdivision: str | None, *, may_be_unlisted: bool = True
) -> tuple[str | None, str | None]:
    """Return GeoNames' name of a stated city, and the city's subdivision.

    If GeoNames lacks the city, return the stated name and None, unless `may_be_unlisted` is False.
    """
    words = fold_spaces(locality)
    if not words or key(words) in workplaces(in_text=True) or _is_name_of(country, words):
        return city_states().get(country), None
    namesakes = _find_namesakes(words, country, subdivision)
    if namesakes:
        best = max(namesakes, key=lambda m: m.score)
        return best.city, best.subdivision
    items = items_in(words, frozenset({country}))
    cities = [i.chosen for i in items if i.chosen and i.chosen.city and i.chosen.country == country]
    if len(cities) == 1:
        return cities[0].city, cities[0].subdivision
    is_other = any(i.workplace or i.group or i.has_country for i in items)
    return (town_of(words) if may_be_unlisted and not is_other else None), None


def _is_name_of(country: str, words: str) -> bool:
    """Whether the words of a field for a city mean a country."""
    meanings = gazetteer().names.get(key(words))
    if meanings and _PLAIN_NAME.fullmatch(words) and not any(meaning.is_country for meaning in meanings):
        return country == "GB" and country_of(words) == country  # Scotland
    return country_of(words) == country


_PLAIN_NAME = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
"""A name without separators: a country cannot be a part of it."""


def _find_namesakes(words: str, country: str, subdivision: str | None) -> list[Meaning]:
    """Return the cities of this name in the subdivision, or else well-known cities of this name elsewhere in the
    country.

    In countries whose addresses name the state, several towns share a name: there, return only cities in the
    subdivision.
    """
    namesakes = [m for m in gazetteer().names.get(key(words)) if m.city and m.country == country]
    inside = [m for m in namesakes if subdivision in (None, m.subdivision)]
    if inside or country in ADDRESSED_BY_STATE:
        return inside
    return [m for m in namesakes if m.population >= WELL_KNOWN]


def country_at_end(place: Place) -> str | None:
    """Return the country that ends a place's words, by its full name; None if another thing has this name."""
    start, _, end = (place.place_text or "").rpartition(",")
    name = key(end)
    subdivision = gazetteer().subdivisions.get(place.country or "", {}).get(name)
    country = country_names().get(name)
    if not start or not place.country or not country:
        return None
    if subdivision is None or (subdivision != place.subdivision and place.subdivision):  # "Provo, Utah, CA"
        return country
    return country if _is_open_code(place, country) else None  # "Atlanta, Georgia"


def _is_open_code(place: Place, country: str) -> bool:
    """Whether a city before a code of a state and of a country is about as large in both: "Richmond, CA"."""
    named = [m for m in gazetteer().names.get(key(place.city or "")) if m.city and key(m.city) == key(place.city or "")]
    here = max((m.population for m in named if m.subdivision == place.subdivision), default=0)
    there = max((m.population for m in named if m.country == country), default=0)
    return country != place.country and there * OF_CODE > here


def lies_in_subdivision(place: Place) -> bool | None:
    """Whether GeoNames has the place's city in the place's subdivision.

    None if GeoNames has no such city in the country, or if the place has no city or no subdivision.
    """
    if not place.city or not place.subdivision:
        return None
    return _lies_in(place.city, place.country, place.subdivision)


@functools.lru_cache(maxsize=20_000)
def _lies_in(city: str, country: str | None, subdivision: str) -> bool | None:
    namesakes = [m for m in gazetteer().names.get(key(city)) if m.city and m.country == country]
    return any(m.subdivision == subdivision for m in namesakes) if namesakes else None


# --- all together -----------------------------------------------------------------------------------


@functools.lru_cache(maxsize=20_000)
def _whereabouts(
    text: str,
    addresses: tuple[Address, ...],
    is_remote: bool | None,
    word: str,
    title: str,
    tiers: tuple[tuple[str, str], ...],
    hints: Hints,
    decided: str | None,
) -> Whereabouts:
    lines = _lines(text, addresses, hints, decided)
    title_items = _title_items(title)
    spans: list[Span] = []
    if hints or decided:
        rule = "country that the advert speaks of"
        spans.append(Span(field="country", part="text", start=None, end=None, rule=rule, reading="parsed"))
    claims = _Workplace(is_remote=is_remote, word=word, text=tiers)
    here, in_title = _workplace_in(lines[0].items), _workplace_in(title_items)
    workplace, tier = _workplace(lines, here, in_title, claims, spans)
    scope: set[str] = set()
    if workplace == REMOTE:
        scope = _remote_scope(lines, title_items, is_flagged=bool(is_remote) or bool(word), spans=spans)
    ruled_out = {code for line in lines for code in _ruled_out_of(line)}
    if ruled_out:
        spans += _spans_of_ruled_out(lines[0])
    closed = with_members(ruled_out) if ruled_out else frozenset()
    places = _all_places(lines, spans, is_remote=workplace == REMOTE)
    return Whereabouts(
        places=tuple([place for place in places if closed.isdisjoint((place.country, place.subdivision))]),
        workplace=workplace,
        remote_scope=tuple(sorted(token for token in scope if not _is_closed(token, closed))) or None,
        spans=tuple(spans),
        tier=tier,
        ruled_out=tuple(sorted(ruled_out)),
        is_repeated=_repeats_field(claims, here[0], in_title[0]),
        is_overruled=decided is not None,
    )


def _ruled_out_of(line: _Line) -> frozenset[str]:
    if not exclusions_in(line.text):
        return frozenset()
    return ruled_out_in(line.text, _countries([*line.stated, *line.read]))


def _spans_of_ruled_out(line: _Line) -> list[Span]:
    bounds = [
        (min(one.start, one.first), max(one.end, one.last)) for one in exclusions_in(line.text) if not one.is_rest
    ]
    return [_span_at("ruled_out", "location", *at, "words of exclusion") for at in bounds]


def _is_closed(token: str, closed: frozenset[str]) -> bool:
    """Whether all countries of a scope are ruled out."""
    return bool(closed) and (token in closed or (bool(members_of(token)) and members_of(token) <= closed))


def _all_places(lines: Sequence[_Line], spans: list[Span], *, is_remote: bool) -> tuple[Place, ...]:
    main = lines[0]
    if not main.stated:
        spans += [_span("country", "location", i, "gazetteer") for i in main.items if i.chosen]
    if any(line.stated for line in lines):
        spans.append(_span("country", "structured", None, "address"))
    candidates = [place for line in lines for place in (_with_text(line, is_remote) if line.stated else line.read)]
    if len(candidates) < 2:
        return tuple(candidates)
    areas: set[tuple[str | None, str | None, None]] = {
        (p.country, None, None) for p in candidates if p.subdivision or p.city
    }
    areas |= {(p.country, p.subdivision, None) for p in candidates if p.city}
    places: dict[tuple[str | None, ...], Place] = {}
    for place in candidates:
        if place.country is None or (place.country, place.subdivision, place.city) not in areas:
            places.setdefault((place.country, place.subdivision, place.city, place.region, place.continent), place)
    return tuple(places.values())


def _with_text(line: _Line, is_remote: bool) -> list[Place]:
    """Return the places that the addresses of a line state, with what the line adds to them.

    The line adds detail in the same country, and the other places of a list. The line beats its address: the city of an
    address is dropped if the line names another city, or nothing but a country, a group of countries or remote work.
    """
    if len(line.stated) == 1 and line.stated[0].city and not _names_city(line):
        return _without_city(line, is_remote)
    if _is_default_country(line, is_remote):
        return line.read
    places: list[Place] = []
    for place in line.stated:
        if place.city or place.country is None or len(line.stated) > 1:
            places.append(place)
            continue
        detail = [
            dataclasses.replace(p, subdivision=p.subdivision or place.subdivision, reading="stated")
            for p in line.read
            if p.country == place.country and (p.city or p.subdivision)
            if None in (place.subdivision, p.subdivision) or p.subdivision == place.subdivision
        ]
        places += detail or [place]
    countries = _countries(line.stated)
    if len(line.read) > 1 and any(p.country in countries for p in line.read):
        cities = {(p.country, p.city) for p in places}
        places += [p for p in line.read if p.country and (p.country, p.city) not in cities]
    return places


def _is_default_country(line: _Line, is_remote: bool) -> bool:
    """Whether a line with a group of countries has an address of nothing but a country, which it does not name.

    The group is then the first location of the source's list, and the country is where the source books it: "Asia; Hong
    Kong; Taiwan, Taipei" with SG.
    """
    if not any(item.group for item in line.items):
        return False
    is_country_alone = all(key(place.place_text or "") in country_names() for place in line.stated)
    read = _countries(line.read)
    return is_country_alone and not _countries(line.stated) & read and bool(read or is_remote)


def _names_city(line: _Line) -> bool:
    place = line.stated[0]
    if len(line.read) == 1 and line.read[0].city:
        city, address_city = key(line.read[0].city), key(place.city or "")
        return line.read[0].country != place.country or city in address_city or address_city in city
    if not line.items or not all(item.is_area or item.workplace for item in line.items):
        return True
    is_remote = any(item.workplace == REMOTE for item in line.items)
    return not (is_remote or (is_understood(line.text) and not any(p.subdivision for p in line.read)))


def _without_city(line: _Line, is_remote: bool) -> list[Place]:
    place, read = line.stated[0], line.read
    if any(p.country == place.country for p in read):
        return [p for p in read if p.country]
    if is_remote and any(item.group for item in line.items):  # "Remote - EMEA": the address is the employer's office
        return read
    return [_place(place.place_text, place.country or "", None, None, "stated")]


def _with_city_of_title(read: Whereabouts, title: str) -> Whereabouts:
    place = read.places[0]
    item = _city_in_title(title, place.country or "", place.subdivision)
    if item is None or item.chosen is None:
        return read
    meaning = item.chosen
    city = dataclasses.replace(place, city=meaning.city, subdivision=place.subdivision or meaning.subdivision)
    return dataclasses.replace(read, places=(city,), spans=(*read.spans, _span("city", "title", item, "gazetteer")))


@functools.lru_cache(maxsize=20_000)
def _city_in_title(title: str, country: str, subdivision: str | None) -> Item | None:
    for start, part in parts_of_title(title):
        if not part[0].isupper() or not is_understood(part):
            continue
        items = items_in(part, frozenset({country}))
        meaning = items[0].chosen if len(items) == 1 else None
        is_inside = meaning is not None and subdivision in (None, meaning.subdivision) and meaning.country == country
        if meaning is not None and is_inside and meaning.city and meaning.population >= WELL_KNOWN:
            return dataclasses.replace(items[0], start=start, end=start + len(part))
    return None


def _span_at(field: str, part: str, start: int, end: int, rule: str) -> Span:
    return Span(field=field, part=part, start=start, end=end, rule=rule, reading="parsed")


def _span(field: str, part: str, item: Item | None, rule: str) -> Span:
    start, end = (item.start, item.end) if item and part != "structured" else (None, None)
    reading = "stated" if part == "structured" else "parsed"
    return Span(field=field, part=part, start=start, end=end, rule=rule, reading=reading)


# --- workplace --------------------------------------------------------------------------------------

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Workplace(NamedTuple):
    """What the source's flag, the source's word and the text say about the workplace.

    `text` holds pairs of tier and workplace.
    """

    is_remote: bool | None
    word: str
    text: tuple[tuple[str, str], ...]


_Said = tuple[str | None, Item | None]
"""A workplace, and the item of a line that states it."""


def _workplace(
    lines: Sequence[_Line], in_location: _Said, of_title: _Said, claims: _Workplace, spans: list[Span]
) -> tuple[str | None, str | None]:
    word = _word_of_source(claims)
    (here, at), (in_title, title_at) = in_location, of_title
    beside, _ = _workplace_in([item for line in lines[1:] for item in line.items])
    flag = REMOTE if claims.is_remote else None
    hints = (word, here, flag, in_title)
    said = {f"text.{tier}": _of_tier(claims.text, tier, hints) for tier in {tier for tier, _ in claims.text}}
    said |= {"word": word, "location": here, "title": in_title, "flag": flag, "address": beside}
    has_flag = {"flag"} if claims.is_remote is not None else set()
    for row in _trust():
        workplace = said.get(row.witness)
        if workplace is None or row.says not in (None, workplace):
            continue
        if (row.given is None or said.get(row.given)) and row.unless not in has_flag:
            part, item = {"location": ("location", at), "title": ("title", title_at)}.get(
                row.witness, ("structured", None)
            )
            if row.witness in _RULES_OF_FIELDS:
                spans.append(_span("workplace", part, item, _RULES_OF_FIELDS[row.witness]))
                return workplace, None
            return workplace, row.witness.removeprefix("text.")
    return None, None


class _Trust(NamedTuple):
    """A row of `workplace_trust.csv`: a witness of the workplace, and when it is heard.

    `says` is the workplace that it must state (None: any), `given` another witness that must state one, and `unless` a
    field that the source must not have.
    """

    witness: str
    says: str | None
    given: str | None
    unless: str | None


@functools.cache
def _trust() -> tuple[_Trust, ...]:
    """Return the witnesses of the workplace, the most trusted first."""
    return tuple(
        _Trust(row["witness"] or "", row["says"], row["given"], row["unless"]) for row in rows_of("workplace_trust")
    )


_RULES_OF_FIELDS = {
    "word": "the source's word for the workplace",
    "location": "word for the workplace",
    "title": "word for the workplace",
    "flag": "the source's flag for remote work",
    "address": "word for the workplace in an address",
}


def _repeats_field(claims: _Workplace, *others: str | None) -> bool | None:
    """Return whether the source's field, the text and the `others` agree; None if fewer than two say anything."""
    in_field = _word_of_source(claims) or (REMOTE if claims.is_remote else None)
    in_text = next(filter(None, (_of_tier(claims.text, tier, (in_field,)) for tier in (DAYS, ROLE))), None)
    said = [*filter(None, (in_field, in_text, *others))]
    return len(set(said)) == 1 if len(said) > 1 else None


def _word_of_source(claims: _Workplace) -> str | None:
    return workplaces(in_text=False).get(key(_CAMEL.sub(" ", claims.word))) if claims.word else None


def _of_tier(text: tuple[tuple[str, str], ...], tier: str, hints: Sequence[str | None]) -> str | None:
    """Return the workplace that the statements of a tier give; None if there are none.

    If the statements differ, the first hint that agrees with one of them wins. If no hint does, hybrid wins, or else
    remote.
    """
    values = [workplace for of, workplace in text if of == tier]
    if len(values) < 2:
        return values[0] if values else None
    return next((workplace for workplace in (*hints, HYBRID, REMOTE) if workplace in values), values[0])


_RULES = {
    DAYS: "days in the office or at home",
    ROLE: "what the text says of the role",
    SEAT: "an office where the work is done",
    OFFER: "what the employer offers",
    OPTION: "an option to work from home",
}


def _span_of(said: Statement) -> Span:
    return Span(
        field="workplace",
        part="text",
        start=said.start,
        end=said.end,
        rule=_RULES[said.tier],
        reading="parsed",
    )


def _workplace_in(items: Sequence[Item]) -> _Said:
    """Return the workplace that items of a line state, and the item that states it.

    "Hybrid or remote" is remote, since the work may be remote.
    """
    if not items:
        return None, None
    by_workplace = {item.workplace: item for item in reversed(items) if item.workplace}
    remote, hybrid = by_workplace.get(REMOTE), by_workplace.get(HYBRID)
    if remote and hybrid:
        first, later = sorted((remote, hybrid), key=lambda item: item.start)
        has_between = any(first.start < item.start < later.start for item in items)
        is_choice = later.glue in ("word", "strong") or has_between
        return (REMOTE, remote) if is_choice else (HYBRID, hybrid)
    for workplace in (REMOTE, HYBRID, ONSITE):
        if workplace in by_workplace:
            return workplace, by_workplace[workplace]
    world = next((item for item in items if item.group and item.group.implies_remote), None)
    return (REMOTE, world) if world and not any(item.chosen for item in items) else (None, None)


@functools.cache
def _workplaces_by_first_word() -> dict[str, tuple[str, ...]]:
    by_first: dict[str, tuple[str, ...]] = {}
    for name in filter(None, workplaces(in_text=True)):
        first = name.split()[0]
        by_first[first] = (*by_first.get(first, ()), f" {name} ")
    return by_first


@functools.lru_cache(maxsize=20_000)
def _may_say_workplace(title: str) -> bool:
    text = make_key(title.replace("_", " "))
    by_first = _workplaces_by_first_word()
    begins = by_first.keys() & text.split()
    return bool(begins) and any(name in f" {text} " for word in begins for name in by_first[word])


@functools.lru_cache(maxsize=20_000)
def _title_items(title: str) -> Sequence[Item]:
    """Return the items of the part of a title that holds nothing but a workplace word and places.

    This part is the longest end of the title after a separator, else a part between separators ("Analyst (Remote) II").
    """
    cuts = [(m.start(), m.end()) for m in TITLE_CUT.finditer(title)]
    if not cuts:
        return []
    begins = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(title)]
    for begin, end in [*((b, len(title)) for b in begins[1:]), *zip(begins, ends, strict=True)]:
        piece = title[begin:end].strip()
        if piece and len(piece) <= MAX_TITLE_PART and _may_say_workplace(piece) and is_understood(piece):
            items = items_in(piece)
            if any(item.workplace for item in items):
                offset = title.index(piece, begin)
                return [dataclasses.replace(i, start=i.start + offset, end=i.end + offset) for i in items]
    return []


# --- remote scope -----------------------------------------------------------------------------------


def _remote_scope(
    lines: Sequence[_Line], title_items: Sequence[Item], *, is_flagged: bool, spans: list[Span]
) -> set[str]:
    scope: set[str] = set()
    for line in lines:
        scope |= _scope(line.items, is_remote=line.is_main or is_flagged)
        if line.stated and is_bare(line.text) and (line.is_main or is_flagged or line.items):
            is_said = any(item.workplace == REMOTE for item in line.items)
            scope |= _countries(line.stated) if is_said else _countries_alone(line.stated)
    if scope:
        said = [item for item in lines[0].items if item.workplace == REMOTE or item.is_place]
        whole = dataclasses.replace(said[0], end=said[-1].end) if said else None
        spans.append(_span("remote_scope", "location", whole, "countries beside the word for remote work"))
        return scope
    scope = _scope(title_items, is_remote=False)
    if scope:
        spans.append(_span("remote_scope", "title", None, "countries beside the word for remote work"))
        return scope
    if any(line.stated or line.read or has_time_zone(line.text) for line in lines):
        return set()
    world = [i for i in lines[0].items if i.workplace and i.keys[0] in worldwide_words()]
    if world:
        spans.append(_span("remote_scope", "location", world[0], "anywhere"))
    return {WORLD} if world else set()


def _countries_alone(places: Sequence[Place]) -> frozenset[str]:
    is_wide = not any((p.city or p.subdivision) and p.country not in city_states() for p in places)
    return _countries(places) if is_wide else frozenset()


def _scope(items: Sequence[Item], *, is_remote: bool) -> set[str]:
    remote = [n for n, item in enumerate(items) if item.workplace == REMOTE]
    indices = {k for n in remote for k in _bound(items, n)}
    if not indices and is_remote and not any(items[n].glue == "word" for n in remote):
        places = {k for k, item in enumerate(items) if item.is_place}
        indices = places if all(items[k].is_area for k in places) else set()
    countries = {meaning.country for k in indices if (meaning := items[k].chosen)}
    scope = set(countries)
    for k in indices:
        group = items[k].group
        if group and not _encloses(items, k, countries):
            scope |= set(group.scope)
    return scope


def _bound(items: Sequence[Item], n: int) -> set[int]:
    """Return the indices of the items that say where the remote work of `items[n]` may be done."""
    word = items[n]
    before = items[n - 1] if n and items[n - 1].is_place else None
    after = items[n + 1] if n + 1 < len(items) and items[n + 1].is_place else None
    if word.paren and (inside := _find_in_brackets(items, word.paren)):  # "(Remote, US)"
        return inside
    if word.paren and word.glue == "open" and before:  # "Spain (Remote)"
        return {n - 1} | _find_listed_areas(items, n - 1, -1)
    indices: set[int] = set()
    if after and after.glue == "open":  # "Remote (US or Canada)"
        indices = _find_in_brackets(items, after.paren)
    elif after and _is_tied(after.glue, after):
        indices = {n + 1} | _find_listed_areas(items, n + 1, 1)
    if before and _is_tied(word.glue, before):
        indices |= {n - 1} if indices else {n - 1} | _find_listed_areas(items, n - 1, -1)
    elif before and word.glue == "close" and not indices:
        indices = {n - 1}
    if indices:
        return indices
    if word.glue == "word":  # "Boston or Remote, US"
        return {n + 1} if after and after.glue == "comma" and after.is_area else set()
    return _in_chunk(items, word)


def _find_in_brackets(items: Sequence[Item], paren: int) -> set[int]:
    return {k for k, item in enumerate(items) if item.paren == paren and item.is_place}


def _is_tied(glue: str, place: Item) -> bool:
    return glue in ("space", "dash") or (glue == "slash" and place.is_area)


def _in_chunk(items: Sequence[Item], me: Item) -> set[int]:
    chunk = {k for k, item in enumerate(items) if item.chunk == me.chunk and item.is_place}
    areas = {k for k in chunk if items[k].is_area}
    return areas or {k for k in chunk if len(chunk) == 1 and items[k].has_country}


def _find_listed_areas(items: Sequence[Item], n: int, step: int) -> set[int]:
    areas: set[int] = set()
    k = n + step
    while items[n].is_area and 0 <= k < len(items) and items[k].is_area:
        glue = items[k].glue if step > 0 else items[k + 1].glue
        after = items[k + 1] if k + 1 < len(items) else None
        has_own_remote = step > 0 and after is not None and after.workplace == REMOTE and after.glue == "space"
        if glue not in ("word", "slash", "comma") or has_own_remote:
            break
        areas.add(k)
        k += step
    return areas


def _encloses(items: Sequence[Item], k: int, countries: set[str]) -> bool:
    """Whether `items[k]` is a group that is named only because it holds a country next to it: "Illinois, USA, AMER"."""
    group = items[k].group
    if group is None or not countries or not countries <= {c for token in group.scope for c in members_of(token)}:
        return False  # "LATAM, Singapore" is a list
    after = items[k + 1].glue if k + 1 < len(items) else "start"
    return not {"word", "slash", "strong"} & {items[k].glue, after}
