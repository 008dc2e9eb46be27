"""Infer the country of an advert whose location names no place, from clues in its words, its source and its pay.

Clues, the strongest first: the countries to which its remote work is open; a place after a label in its text
("Location:") or after words for where a person must live; a place in a part of its title; the country of its source, if
the source has adverts of one country by definition; the currency of its pay, if one country alone pays in it. A clue
may point to several countries. It then decides nothing, but rules the others out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from transforms.pay.currency import only_country_of, tender_of
from transforms.place.gazetteer import is_code, members_of
from transforms.place.location_line import Item, fold_spaces, is_understood, items_in
from transforms.place.places import WORLD, Whereabouts, region_of
from transforms.place.remote_scope import DEMAND, LABEL, MAX_NAMES, MAX_TITLE_PART, REFUSAL, demands_in, scope_of
from transforms.records.rows import Place, Span

MAX_END_WORDS = 4
"""Maximum number of words at the end of a title that are searched for countries."""
_PART = re.compile(r"[()（）【】\[\]|｜–—•·]|\s-|-\s")
_POSTCODE = re.compile(r"[, ]+\d{4,6}$")


class Clue(NamedTuple):
    """Countries, one of which is that of the advert by its words, source or pay; and where these words are."""

    countries: frozenset[str]
    rule: str
    part: str = "structured"
    start: int | None = None
    end: int | None = None


def find_clues(where: Whereabouts, title: str, text: str, source_country: str | None) -> tuple[Clue, ...]:
    """Return the clues to the country, except that of the pay, the strongest first; () if a place is stated."""
    if where.places:
        return ()
    label, demand = _clues_in_text(text)
    words = (_clue_of_scope(where), label) if where.remote_scope else (label, demand, _clue_in_title(title))
    source = Clue(frozenset({source_country}), "country of the source") if source_country else None
    return tuple(clue for clue in (*words, source) if clue and clue.countries)


def clue_of_currency(currency: str | None) -> tuple[Clue, ...]:
    """Return the clue of the currency of pay: the country that alone pays in it, or all where it is legal tender."""
    if currency is None:
        return ()
    country = only_country_of(currency)
    countries = frozenset({country} if country else tender_of(currency))
    return (Clue(countries, "currency of the pay"),) if countries else ()


def country_by_clues(clues: Sequence[Clue]) -> str | None:
    """Return the only country of the first clue that has only one; None if a stronger clue excludes it."""
    clue = _decisive_clue(clues)
    return next(iter(clue.countries)) if clue else None


def add_inferred_place(where: Whereabouts, clues: Sequence[Clue]) -> Whereabouts:
    """Return `where` with the country that its clues point to as a place, marked as inferred, if there is one."""
    clue = _decisive_clue(clues)
    if clue is None:
        return where
    country = next(iter(clue.countries))
    region, continent = region_of(country)
    place = Place(place_text=None, country=country, region=region, continent=continent, reading="inferred")
    span = Span(field="country", part=clue.part, start=clue.start, end=clue.end, rule=clue.rule, reading="inferred")
    return replace(where, places=(place,), spans=(*where.spans, span))


def _decisive_clue(clues: Sequence[Clue]) -> Clue | None:
    for n, clue in enumerate(clues):
        if len(clue.countries) == 1:
            return clue if all(clue.countries <= stronger.countries for stronger in clues[:n]) else None
    return None


def _clue_of_scope(where: Whereabouts) -> Clue | None:
    scope = where.remote_scope or ()
    return None if WORLD in scope else Clue(_countries_of(scope), "countries of the remote work")


def _clues_in_text(text: str) -> tuple[Clue | None, Clue | None]:
    """Return the clue of the first label and that of the first demand that name countries."""
    first: dict[str, Clue] = {}
    for demand in demands_in(text):
        if demand.kind == REFUSAL:
            continue
        words = " ".join(text[demand.end : demand.end + MAX_NAMES].split())
        countries = _countries_of([demand.country]) if demand.country else _countries_in(demand.items, words)
        if countries and demand.kind not in first:
            rule = "place after a label" if demand.kind == LABEL else "place where one must live"
            end = demand.end + (demand.items[-1].end if demand.items else 0)
            first[demand.kind] = Clue(countries, rule, "text", demand.start, end)
    return first.get(LABEL), first.get(DEMAND)


def _clue_in_title(title: str) -> Clue:
    """Return the clue of the parts of a title that hold nothing but a place, or end in the name of a country."""
    countries: set[str] = set()
    for n, part in enumerate(_PART.split(title)):
        words = fold_spaces(_POSTCODE.sub("", part.strip(" ,.!")))
        if words and len(words) <= MAX_TITLE_PART:
            countries |= _countries_of_part(words, is_first=n == 0)
    return Clue(frozenset(countries), "place in the title", "title")


def _countries_of_part(part: str, *, is_first: bool) -> frozenset[str]:
    """Return the countries of the longest end of a part that is understood, if it spells them out.

    A first part that is all places is no clue: it names an office or an employer. In other parts, codes and cities
    count too beside a word for the workplace.
    """
    words = part.split(" ")
    begins = [0, *range(max(1, len(words) - MAX_END_WORDS), len(words))]
    begin = next((n for n in begins if is_understood(" ".join(words[n:]))), len(words))
    end = " ".join(words[begin:])
    items = items_in(end)
    workplaces = [item for item in items if item.workplace]
    if not end[:1].isupper() or (is_first and begin == 0 and not workplaces):
        return frozenset()
    has_workplace = begin == 0 and not is_first and bool(workplaces)
    are_spelt = all(
        item.workplace or ((item.is_area or item.has_country) and not is_code(end[item.start : item.end]))
        for item in items
    )
    return _countries_in(items, end) if has_workplace or are_spelt else frozenset()


def _countries_in(items: Sequence[Item], words: str) -> frozenset[str]:
    """Return the countries of the items of `words`.

    "London, New York" may be two cities rather than a town in a state, so that the countries of both count.
    """
    countries = set(_countries_of(scope_of(items)))
    for item in items:
        town, _, state = words[item.start : item.end].rpartition(",")
        pair = [items_in(town), items_in(state)] if item.town and not is_code(state.strip()) else []
        if pair and all(len(one) == 1 and one[0].chosen and one[0].chosen.city for one in pair):
            countries |= _countries_of(scope_of([*pair[0], *pair[1]]))
    return frozenset(countries)


def _countries_of(scope: Sequence[str] | set[str]) -> frozenset[str]:
    return frozenset(country for token in scope for country in members_of(token))
