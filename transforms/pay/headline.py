"""The headline of a posting: the pay component that statistics count.

A posting has one headline, and one more for each country that base pay is tied to: its pay zones count in each.

Components are preferred (`_rank`), by these criteria in order of importance, if they are:

1. with amounts
2. structured, not prose: a field says what it holds
3. tied to the posting's country, then to no country, then to others
4. in the country's legal tender, then in a known currency
5. for the posting's own employment, or for none: not the contract rate next to a full-time range
6. fit for a band: no flag, a period, yearly or monthly for employees and hourly or daily for contractors, both ends
7. tied to the posting's own place ("CA, WA and NY" for a job in San Francisco), then to no place within the country or
   to some of the posting's, then to other places
8. tied to the posting's own level ("Senior" for a senior engineer), then to no level, then to other levels
9. tied to nothing, so for the job as a whole

In prose tied to nothing the first component wins: adverts state the job's own pay first. Otherwise, of equal components
the one with the middle midpoint is the headline, and of two the lower. The widest summary would mix zones and levels
into a range that nobody is offered; the first is often the most expensive city or level; and everybody whom the advert
addresses is offered the lower of two.
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
"""Kinds of employment paid by the hour or day, where an advert states a longer period, too."""
UNSTATED = "unstated"
OWN_PAY = ("base", "on_target_earnings", "total_compensation")
"""Components that may be a posting's own pay, the preferred first. The others exceed base pay and are flagged."""


def headline_of(
    pays: Sequence[Pay],
    *,
    country: str | None,
    employment_type: str | None,
    seniority: str = UNSTATED,
    places: Sequence[Place] = (),
) -> int | None:
    """Index of the posting's own pay, which is the first of `OWN_PAY` that it states; None when it states none.

    `country`, `seniority` (as stated) and `places` (none for a remote job) are the posting's.
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
    """Indices of the base pay that counts in each country to which base pay is tied, one per country.

    The posting's own pay (`head`) counts in its country; elsewhere the same order of preference decides.
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
    """A key for sorting, the preferred component first; the module's docstring explains the order."""
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
    """0 for pay tied to areas with all places of a posting, 1 for none or some of them, 2 for other areas."""
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
    """0 where pay is tied to the posting's level (also where neither names any), 1 to no level, 2 to another."""
    level = seniority_of(pay.level_text or pay.place_text or "").value
    return 0 if level == seniority else 1 if level == UNSTATED else 2


def _middle(pay: Pay) -> float:
    low, high = pay.annual_low or pay.low, pay.annual_high or pay.high
    return ((low or high or 0.0) + (high or low or 0.0)) / 2
