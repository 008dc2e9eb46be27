"""Compare the place of an advert's fields with the place that its text states for this job.

Only statements about this job count ("this role is based in Munich", "Arbeitsort: Leipzig"): rows of
`place_statements.csv`, from our own knowledge of the languages. Offices, headquarters, colleagues and conditions are no
places of the job.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from transforms.place.gazetteer import Meaning, key, kilometres_between
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
_NAMES_END = re.compile(
    r"(?<!St)\.(?=\s+[^a-z\s]|\s*$)|[;:!?()\n•|]"
    r"|\s(?:with|to|who|where|because|as|so|for|on|but|unless|while|you|we)\s"
)


class Stated(NamedTuple):
    """A place that a text states for the job, and the bounds of the words that say so."""

    item: Item
    start: int
    end: int


def repeats_place(text: str, places: Sequence[Place]) -> bool | None:
    """Return whether the places that the text states for the job are near those of the fields; None if it states none.

    One place near one of the fields' is enough.
    """
    stated = _stated(text)
    return any(_is_near_any(one, places) for one in stated) if stated else None


def find_other_place(text: str, places: Sequence[Place]) -> tuple[int, int]:
    """Return the bounds of the first words that state a place for the job which is near none of `places`.

    Call it where `repeats_place` is False.
    """
    return next((one.start, one.end) for one in _stated(text) if not _is_near_any(one, places))


def _stated(text: str) -> list[Stated]:
    return [
        stated._replace(start=begin + stated.start, end=begin + stated.end)
        for begin, _, line in lines_with(text, "place of work")
        for stated in line.once(_stated_in)
    ]


def _is_near_any(stated: Stated, places: Sequence[Place]) -> bool:
    return any(_is_near(place, meaning) for place in places for meaning in stated.item.meanings)


def _stated_in(line: Line) -> tuple[Stated, ...]:
    """Return the places that a line states for the job, with offsets in the line."""
    text = line.text[:MAX_LINE]
    plain = fold_letters(text)
    stated: list[Stated] = []
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
                words = match[0].lstrip()
                start = match.end() - len(words)
                stated += [Stated(item, start, match.end() + listed[-1].end) for item in listed]
    return tuple(stated)


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
    kilometres = kilometres_between((place.country, place.city), (meaning.country, meaning.city))
    return is_same_country if kilometres is None else kilometres <= NEAR_KM
