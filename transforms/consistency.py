"""Whether an advert agrees with itself: readings that say something of one thing, held against each other.

No reading is changed by it. Where two contradict each other at least one is wrong, in the advert or in our reading; how
often that happens shows a reader that gets worse, and where an audit should look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from transforms.pay.region import market_of
from transforms.place.gazetteer import members_of
from transforms.place.places import lies_in_subdivision
from transforms.records.rows import Pay, Place
from transforms.records.vocabulary import MIN_YEARS_OF_LEVEL
from transforms.role.requirements import degree_in, years_in
from transforms.role.titles import seniority_by_years
from transforms.text.halves import split_halves

LEVELS = tuple(MIN_YEARS_OF_LEVEL)
"""Levels that years of experience stand for, from the lowest; an intern counts with the lowest."""
MIN_LEVELS_APART = 2
"""Levels between title and years asked for from which they contradict each other: employers differ by one."""


class Evidence(NamedTuple):
    """What was read from an advert, as far as something else in it can contradict it. None: not stated."""

    places: tuple[Place, ...] = ()
    remote_scope: tuple[str, ...] = ()
    pay: tuple[Pay, ...] = ()
    pay_country: str | None = None
    is_pay_repeated: bool | None = None
    """Whether the text repeats a range of the source's field."""
    is_workplace_repeated: bool | None = None
    """Whether the text says of the role what the source's field says."""
    level_in_title: str | None = None
    years_min: float | None = None
    text: str = ""


class Consistency(NamedTuple):
    """Names of the checks that an advert could be put to (`SELF_CHECKS`): those that hold, and those that fail."""

    agreements: tuple[str, ...]
    doubts: tuple[str, ...]


def check_itself(evidence: Evidence) -> Consistency:
    """Put an advert to each check for which it states both sides."""
    results = [(name, check(evidence)) for name, check in CHECKS.items()]
    return Consistency(
        tuple([name for name, is_met in results if is_met]),
        tuple([name for name, is_met in results if is_met is False]),
    )


def _currency_country(evidence: Evidence) -> bool | None:
    """Whether the posting's own pay is in legal tender of the one country it counts in."""
    head = next((pay for pay in evidence.pay if pay.is_headline), None)
    market = market_of(head.currency, evidence.pay_country) if head else None
    return None if market is None else market == "local"


def _pay_zone(evidence: Evidence) -> bool | None:
    """Whether each country that pay is tied to is one of the advert's places or of its remote scope."""
    zones = {pay.country for pay in evidence.pay if pay.country and pay.place_text}
    if not zones:
        return None
    own = {place.country for place in evidence.places if place.country}.union(*map(members_of, evidence.remote_scope))
    return zones <= own if own else None


def _level_years(evidence: Evidence) -> bool | None:
    """Whether the years asked for are those of the title's level, or of the one beside it."""
    level = LEVELS[0] if evidence.level_in_title == "intern" else evidence.level_in_title
    if level not in LEVELS or evidence.years_min is None:
        return None
    by_years = LEVELS.index(seniority_by_years(evidence.years_min))
    return abs(LEVELS.index(level) - by_years) < MIN_LEVELS_APART


def _city_subdivision(evidence: Evidence) -> bool | None:
    """Whether each city lies in its subdivision, as far as GeoNames knows one of that name in the country."""
    verdicts = [fits for place in evidence.places if (fits := lies_in_subdivision(place)) is not None]
    return all(verdicts) if verdicts else None


def _language_halves(evidence: Evidence) -> bool | None:
    """Whether the two halves of a bilingual text ask for the same years and degree, where both ask for one."""
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
        "city_subdivision": _city_subdivision,
        "currency_country": _currency_country,
        "pay_prose": lambda evidence: evidence.is_pay_repeated,
        "pay_zone": _pay_zone,
        "level_years": _level_years,
        "language_halves": _language_halves,
    }
)
"""Each check: True it holds, False it fails, None the advert does not state both sides."""
