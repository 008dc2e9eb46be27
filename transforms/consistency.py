"""Whether an advert agrees with itself: readings on the same subject are compared with each other.

No reading is changed. Where two contradict each other, the advert or our reading is wrong; how often that happens shows
which reader gets worse, and where an audit should look.
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
"""Levels that years of experience imply, from the lowest, which includes interns."""
MIN_LEVELS_APART = 2
"""Levels between title and years from which they contradict each other: employers differ by one level."""


class Evidence(NamedTuple):
    """Readings of an advert that others can contradict. None: not stated."""

    places: tuple[Place, ...] = ()
    remote_scope: tuple[str, ...] = ()
    pay: tuple[Pay, ...] = ()
    pay_country: str | None = None
    is_pay_repeated: bool | None = None
    """Whether the text repeats a range of the source's field."""
    is_workplace_repeated: bool | None = None
    """Whether the text agrees with the source's field on the workplace."""
    level_in_title: str | None = None
    years_min: float | None = None
    text: str = ""


class Consistency(NamedTuple):
    """Names of the checks (`SELF_CHECKS`) that hold for an advert, and of the checks that fail."""

    agreements: tuple[str, ...]
    doubts: tuple[str, ...]


def check_itself(evidence: Evidence) -> Consistency:
    """Run each check for which an advert states both sides."""
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
    """Whether each country that pay is tied to is among the advert's places or in its remote scope."""
    zones = {pay.country for pay in evidence.pay if pay.country and pay.place_text}
    if not zones:
        return None
    own = {place.country for place in evidence.places if place.country}.union(*map(members_of, evidence.remote_scope))
    return zones <= own if own else None


def _level_years(evidence: Evidence) -> bool | None:
    """Whether the years asked for fit the title's level, or the level above or below."""
    level = LEVELS[0] if evidence.level_in_title == "intern" else evidence.level_in_title
    if level not in LEVELS or evidence.years_min is None:
        return None
    by_years = LEVELS.index(seniority_by_years(evidence.years_min))
    return abs(LEVELS.index(level) - by_years) < MIN_LEVELS_APART


def _city_subdivision(evidence: Evidence) -> bool | None:
    """Whether each city lies in its subdivision, among cities that GeoNames has in the country."""
    verdicts = [fits for place in evidence.places if (fits := lies_in_subdivision(place)) is not None]
    return all(verdicts) if verdicts else None


def _language_halves(evidence: Evidence) -> bool | None:
    """Whether both halves of a bilingual text ask for the same years and degree, as far as both ask for any."""
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
"""Each check returns True if it holds, False if it fails, None if the advert does not state both sides."""
