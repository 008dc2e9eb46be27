"""Check whether an advert agrees with itself by comparing values that were read from different parts of it.

The checks change no value. A check that fails more often shows that its reader has got worse, or needs an audit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from transforms.pay.region import market_of
from transforms.place.gazetteer import members_of
from transforms.place.places import country_at_end, lies_in_subdivision
from transforms.records.rows import Pay, Place
from transforms.records.vocabulary import MIN_YEARS_OF_LEVEL
from transforms.role.requirements import degree_in, years_in
from transforms.role.titles import seniority_by_years
from transforms.text.halves import split_halves

LEVELS = tuple(MIN_YEARS_OF_LEVEL)
"""The levels that years of experience imply, lowest first. An intern counts as the lowest level."""
MIN_LEVELS_APART = 2
"""Title and years contradict each other if their levels differ by this many steps; one step is common."""


class Evidence(NamedTuple):
    """The values read from an advert that are compared with each other; None or empty if it does not state them."""

    places: tuple[Place, ...] = ()
    remote_scope: tuple[str, ...] = ()
    pay: tuple[Pay, ...] = ()
    pay_country: str | None = None
    is_pay_repeated: bool | None = None
    """Whether the text repeats the pay range of the source's field; None if either states no range."""
    is_workplace_repeated: bool | None = None
    """Whether the source's field, the location, the title and the text agree about the workplace; None if fewer than
    two of them say anything."""
    is_place_repeated: bool | None = None
    """Whether the places that the text states for the job are near those of the fields; None if it states none."""
    level_in_title: str | None = None
    years_min: float | None = None
    text: str = ""
    country_clues: tuple[frozenset[str], ...] = ()
    """The countries to which each clue points, if the country was inferred."""


def check_itself(evidence: Evidence) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Run every check (`SELF_CHECKS`), and return the names of those that the advert passes and of those that it fails.

    A check is in neither list if the advert does not state all that the check compares.
    """
    results = [(name, check(evidence)) for name, check in CHECKS.items()]
    return (
        tuple([name for name, is_met in results if is_met]),
        tuple([name for name, is_met in results if is_met is False]),
    )


def _inferred_country(evidence: Evidence) -> bool | None:
    """Whether all clues to an inferred country allow it; None if a single clue or a stated place decided."""
    inferred = [place.country for place in evidence.places if place.reading == "inferred"]
    if not inferred or len(evidence.country_clues) < 2:
        return None
    return all(inferred[0] in countries for countries in evidence.country_clues)


def _currency_country(evidence: Evidence) -> bool | None:
    """Whether the headline pay is in legal tender of the country where this pay counts; None if either is unknown.

    None, too, if the country was inferred, for which the currency may be a clue (`inferred_country`).
    """
    if any(place.reading == "inferred" for place in evidence.places):
        return None
    head = next((pay for pay in evidence.pay if pay.is_headline), None)
    market = market_of(head.currency, evidence.pay_country) if head else None
    return None if market is None else market == "local"


def _pay_zone(evidence: Evidence) -> bool | None:
    zones = {pay.country for pay in evidence.pay if pay.country and pay.place_text}
    if not zones:
        return None
    own = {place.country for place in evidence.places if place.country}.union(*map(members_of, evidence.remote_scope))
    return zones <= own if own else None


def _level_years(evidence: Evidence) -> bool | None:
    level = LEVELS[0] if evidence.level_in_title == "intern" else evidence.level_in_title
    if level not in LEVELS or evidence.years_min is None:
        return None
    by_years = LEVELS.index(seniority_by_years(evidence.years_min))
    return abs(LEVELS.index(level) - by_years) < MIN_LEVELS_APART


def _city_subdivision(evidence: Evidence) -> bool | None:
    verdicts = [fits for place in evidence.places if (fits := lies_in_subdivision(place)) is not None]
    return all(verdicts) if verdicts else None


def _country_region(evidence: Evidence) -> bool | None:
    """Whether addresses end in the country where their city and region lie; None if none ends in a country."""
    verdicts = [
        ends_in == place.country
        for place in evidence.places
        if place.subdivision and (ends_in := country_at_end(place)) is not None
    ]
    return all(verdicts) if verdicts else None


def _language_halves(evidence: Evidence) -> bool | None:
    halves = split_halves(evidence.text)
    if halves is None:
        return None
    years = [read[0] for half in halves if (read := years_in(half)) is not None]
    degrees = [degree.value for half in halves if (degree := degree_in(half)) is not None]
    pairs: list[Sequence[object]] = [pair for pair in (years, degrees) if len(pair) == len(halves)]
    return all(first == second for first, second in pairs) if pairs else None


CHECKS: Mapping[str, Callable[[Evidence], bool | None]] = MappingProxyType(
    {
        "workplace_stated": lambda evidence: evidence.is_workplace_repeated,
        "place_repeated": lambda evidence: evidence.is_place_repeated,
        "city_subdivision": _city_subdivision,
        "country_region": _country_region,
        "inferred_country": _inferred_country,
        "currency_country": _currency_country,
        "pay_prose": lambda evidence: evidence.is_pay_repeated,
        "pay_zone": _pay_zone,
        "level_years": _level_years,
        "language_halves": _language_halves,
    }
)
"""Checks by name. A check returns None if the advert does not state all that it compares."""
