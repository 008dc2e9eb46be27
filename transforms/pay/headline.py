"""Which of the pay components of a posting is its headline: the pay that the posting counts with in statistics.

A posting has one headline, and one for each country that base pay is tied to: its pay zones count in each of them.

The order of preference stands here and nowhere else (`_rank`), from the most to the least important:

1. It has amounts.
2. Structured before prose: a field says what it holds.
3. Tied to the posting's country, then to no country, then to others.
4. In the country's legal tender, then in a currency that is known.
5. For the posting's own employment, or for none: not the contract beside a full-time range.
6. It can enter a band: no flag, a period, yearly or monthly for employees and hourly or daily for contractors, both
   ends.
7. Tied to the posting's own place ("CA, WA and NY" for a job in San Francisco), then to no place within the country
   or to one of several, then to other places.
8. Tied to the posting's own level ("Senior" for a senior engineer), then to no level, then to other levels.
9. Tied to nothing: what the advert says of the job as a whole.

Among prose that is tied to nothing the first wins: adverts state the job's own pay first. Among tiers that are still
equal the one with the middle midpoint is taken, and of two the lower. The widest summary would mix zones and levels
into a range nobody is offered; the first one is often the dearest city or level; and the lower of two is the one
that everybody the advert is meant for is offered at least.
"""

from __future__ import annotations

from collections.abc import Sequence

from transforms.pay.currency import legal_tender
from transforms.pay.exclusion import split
from transforms.pay.scope import employment_of
from transforms.place.places import whereabouts
from transforms.records.rows import Pay, Place
from transforms.role.titles import seniority_of

BY_THE_HOUR = ("CONTRACTOR", "PER_DIEM", "TEMPORARY")
"""Employment whose own pay is the hourly or daily one where an advert states both."""
UNSTATED = "unstated"
OWN_PAY = ("base", "on_target_earnings", "total_compensation")
"""What a posting's own pay may be, the preferred first. Those behind base pay hold more than it, and are flagged."""


def headline_of(
    pays: Sequence[Pay],
    *,
    country: str | None,
    employment_type: str | None,
    seniority: str = UNSTATED,
    places: Sequence[Place] = (),
) -> int | None:
    """Index of the posting's own pay: of the first of `OWN_PAY` that there is; None when there is none of them.

    `country`, `seniority` (as stated) and `places` (none of a remote job) are the posting's.
    """
    component = next((name for name in OWN_PAY if any(pay.component == name for pay in pays)), None)
    candidates = [i for i, pay in enumerate(pays) if pay.component == component]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    ranks = {i: _rank(pays[i], country, employment_type, seniority, places) for i in candidates}
    best = min(ranks.values())
    equals = [i for i in candidates if ranks[i] == best]
    first = pays[equals[0]]
    if first.reading != "stated" and first.level_text is None and first.place_text is None:
        return equals[0]
    same = [i for i in equals if pays[i].currency == first.currency]  # amounts of two currencies have no order
    by_size = sorted(same, key=lambda i: (_middle(pays[i]), i))
    return by_size[(len(by_size) - 1) // 2]


def headlines_by_country(
    pays: Sequence[Pay],
    head: int | None,
    *,
    employment_type: str | None,
    seniority: str = UNSTATED,
    places: Sequence[Place] = (),
) -> set[int]:
    """Indices of the base pay that counts in each country that base pay is tied to, one per country.

    In the country that the posting's own pay (`head`) is tied to it is that one, elsewhere the same order decides.
    """
    by_country: dict[str, list[int]] = {}
    for i, pay in enumerate(pays):
        if pay.component == "base" and pay.country:
            by_country.setdefault(pay.country, []).append(i)
    heads = set()
    for country, members in by_country.items():
        if head in members:
            heads.add(head)
            continue
        zones = [pays[i] for i in members]
        best = headline_of(zones, country=country, employment_type=employment_type, seniority=seniority, places=places)
        heads.add(members[best or 0])
    return heads


def _rank(
    pay: Pay, country: str | None, employment_type: str | None, seniority: str, places: Sequence[Place]
) -> tuple[int, ...]:
    """The smaller, the better; the order is explained above."""
    tender = legal_tender(country) if country else ()
    return (
        pay.low is None and pay.high is None,
        pay.reading != "stated",
        0 if country and pay.country == country else 1 if pay.country is None else 2,
        bool(tender) and pay.currency not in tender,
        pay.currency is None,
        employment_of(pay.level_text) not in (None, employment_type or "FULL_TIME"),
        pay.flag is not None,
        pay.period is None,
        (pay.period in ("hour", "day", "week")) != (employment_type in BY_THE_HOUR),
        pay.low is None or pay.high is None,
        _distance(pay, places),
        _steps(pay, seniority),
        pay.level_text is not None or pay.place_text is not None,
    )


def _distance(pay: Pay, places: Sequence[Place]) -> int:
    """0 when pay is tied to cities or subdivisions that hold all of a posting's, 1 to none or some, 2 to others."""
    rest, ruled_out = split(pay.place_text or "")
    areas = [place for place in whereabouts(rest).places if place.subdivision or place.city]
    own = [place for place in places if place.subdivision or place.city]
    without = whereabouts(ruled_out).places if ruled_out else ()
    if own and all(any(_holds(area, place) for area in without) for place in own):
        return 2
    n_held = sum(any(_holds(area, place) for area in areas) for place in own)
    return 1 if not areas or 0 < n_held < len(own) else 0 if n_held else 2


def _holds(area: Place, place: Place) -> bool:
    """Whether a place lies in the city or subdivision that pay is tied to."""
    is_city = area.city is not None
    here, there = (area.city, place.city) if is_city else (area.subdivision, place.subdivision)
    return area.country == place.country and here == there


def _steps(pay: Pay, seniority: str) -> int:
    """0 when the words that pay is tied to name the posting's level (both may name none), 1 none, 2 another."""
    level = seniority_of(pay.level_text or pay.place_text or "").value
    return 0 if level == seniority else 1 if level == UNSTATED else 2


def _middle(pay: Pay) -> float:
    low, high = pay.annual_low or pay.low, pay.annual_high or pay.high
    return ((low or high or 0.0) + (high or low or 0.0)) / 2
