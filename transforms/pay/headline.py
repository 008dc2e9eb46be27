"""Choose the headline of a posting: the pay component that statistics count.

A posting has one headline. It has one more for each country and contract that base pay is tied to, since each pay zone
counts in its own country, and pay of a contractor never counts with pay of an employee.

`_rank` prefers a component by these criteria, the most important first:

1. it has amounts
2. it comes from a structured field, not from prose: a field says what it holds
3. it is tied to the posting's country, or else to no country, or else to another country
4. it is in the country's legal tender, or else in another currency, or else in an unknown currency
5. it is for the posting's employment type and contract, or for none: not the contract rate next to a full-time range.
   If the posting leaves the contract open, an employee's pay comes first
6. it fits a band: it has no flag, a period, both ends, and the usual kind of period (month or year for employees; hour,
   day or week for contractors)
7. it is tied to areas that hold all places of the posting ("CA, WA and NY" for a job in San Francisco), or else to no
   area or to areas that hold only some of the places, or else to other areas
8. it is tied to the posting's level ("Senior" for a senior engineer), or else to no level, or else to another level
9. it is tied to no place and no level, so it is for the job as a whole

Several components may be equal by these criteria. If the first of them comes from prose and is tied to no place or
level, it is the headline: adverts state the job's own pay first. Otherwise the headline is the component with the
median midpoint; of an even number, the lower of the two in the middle. The first component would not do, since it is
often for the most expensive city or level. A range over all components would mix zones and levels into pay that nobody
is offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from transforms.pay.currency import legal_tender
from transforms.pay.scope import employment_of
from transforms.place.places import whereabouts
from transforms.records.rows import Pay, Place
from transforms.records.vocabulary import EMPLOYEE, OPEN_CONTRACT
from transforms.role.titles import seniority_of
from transforms.text.exclusion import split

BY_THE_HOUR = ("CONTRACTOR", "PER_DIEM", "TEMPORARY")
"""Kinds of employment for which pay by the hour, day or week is preferred to pay for longer periods."""
UNSTATED = "unstated"
OWN_PAY = ("base", "on_target_earnings", "total_compensation")
"""Components that may be a posting's own pay, the preferred first. Components other than base pay exceed it and are
flagged."""


class Offer(NamedTuple):
    """What a posting states beside its pay: the level as stated, and its places (none for a remote job)."""

    employment_type: str | None = None
    contract: str | None = None
    seniority: str = UNSTATED
    places: Sequence[Place] = ()


def headline_of(pays: Sequence[Pay], offer: Offer, *, country: str | None) -> int | None:
    """Return the index in `pays` of the posting's own pay; None if the posting states none.

    Own pay is a component of the first kind in `OWN_PAY` that the posting states. The module's docstring says which
    component is chosen. `country` is that of the posting.
    """
    component = next((name for name in OWN_PAY if any(pay.component == name for pay in pays)), None)
    candidates = [i for i, pay in enumerate(pays) if pay.component == component]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    ranks = {i: _rank(pays[i], country, offer) for i in candidates}
    best = min(ranks.values())
    equals = [i for i in candidates if ranks[i] == best]
    first = pays[equals[0]]
    if first.reading != "stated" and first.level_text is None and first.place_text is None:
        return equals[0]
    same = [i for i in equals if pays[i].currency == first.currency]  # amounts of two currencies have no order
    by_size = sorted(same, key=lambda i: (_middle(pays[i]), i))
    return by_size[(len(by_size) - 1) // 2]


def headlines_by_country(pays: Sequence[Pay], head: int | None, offer: Offer) -> set[int]:
    """Return the indices in `pays` of the headlines by country and contract: one for each that base pay is tied to.

    The posting's own pay, with index `head`, is the headline of its country and contract. For others the same criteria
    decide. Pay without a country has a headline for each contract other than that of `head`.
    """
    tied: dict[tuple[str | None, str | None], list[int]] = {}
    for i, pay in enumerate(pays):
        is_apart = head is not None and pay.contract not in (pays[head].contract, None, OPEN_CONTRACT)
        if pay.component == "base" and (pay.country or is_apart):
            tied.setdefault((pay.country, pay.contract), []).append(i)
    heads = set()
    for (country, _), members in tied.items():
        if head in members:
            heads.add(head)
            continue
        best = headline_of([pays[i] for i in members], offer, country=country)
        heads.add(members[best or 0])
    return heads


def _rank(pay: Pay, country: str | None, offer: Offer) -> tuple[int, ...]:
    """Return a sort key that puts the preferred component first. The module's docstring explains the order."""
    tender = legal_tender(country) if country else ()
    return (
        pay.low is None and pay.high is None,
        pay.reading != "stated",
        0 if country and pay.country == country else 1 if pay.country is None else 2,
        bool(tender) and pay.currency not in tender,
        pay.currency is None,
        employment_of(pay.level_text) not in (None, offer.employment_type or "FULL_TIME"),
        pay.contract not in (None, offer.contract, *([EMPLOYEE] if offer.contract in (None, OPEN_CONTRACT) else [])),
        pay.flag is not None,
        pay.period is None,
        (pay.period in ("hour", "day", "week")) != (offer.employment_type in BY_THE_HOUR),
        pay.low is None or pay.high is None,
        _distance(pay, offer.places),
        _steps(pay, offer.seniority),
        pay.level_text is not None or pay.place_text is not None,
    )


def _distance(pay: Pay, places: Sequence[Place]) -> int:
    """Return 0 for pay tied to areas that hold all places of a posting, 2 for pay tied to other areas, else 1.

    An area is a city or subdivision. Return 2 also for pay that rules out all places, and 1 also for pay tied to areas
    that hold only some of the places.
    """
    rest, ruled_out = split(pay.place_text or "")
    areas = [place for place in whereabouts(rest).places if place.subdivision or place.city]
    own = [place for place in places if place.subdivision or place.city]
    without = whereabouts(ruled_out).places if ruled_out else ()
    if own and all(any(_holds(area, place) for area in without) for place in own):
        return 2
    n_held = sum(any(_holds(area, place) for area in areas) for place in own)
    return 1 if not areas or 0 < n_held < len(own) else 0 if n_held else 2


def _holds(area: Place, place: Place) -> bool:
    is_city = area.city is not None
    here, there = (area.city, place.city) if is_city else (area.subdivision, place.subdivision)
    return area.country == place.country and here == there


def _steps(pay: Pay, seniority: str) -> int:
    """Return 0 for pay tied to the posting's level, 1 for pay tied to no level, 2 for pay tied to another level.

    Return 0 also if neither the pay nor the posting names a level.
    """
    level = seniority_of(pay.level_text or pay.place_text or "").value
    return 0 if level == seniority else 1 if level == UNSTATED else 2


def _middle(pay: Pay) -> float:
    low, high = pay.annual_low or pay.low, pay.annual_high or pay.high
    return ((low or high or 0.0) + (high or low or 0.0)) / 2
