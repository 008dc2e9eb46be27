"""Which postings advertise one vacancy: an employer's opening for a title at a place.

The place is a city; or a country or group of countries, if the posting is remote; or any of several places, if its
fields name several. Only fields that lists carry decide, so the same adverts give the same vacancies with and without
their texts. These rules follow from the definition:

- A level in the title distinguishes vacancies. Gender, workplace, places and requisition numbers in it do not
  (`title_keys`).
- Postings that are open on one day at exactly the same place are several vacancies if their requisition ids,
  departments or places in the title differ, or their pay, if the location is written alike. Elsewhere and later, a
  difference in pay is a pay zone or a raise.
- A posting that begins over `MAX_GAP` after the last one ended is a new vacancy.
- The same advert on several boards or sources is one vacancy.
- On forums and aggregators, a text that an agency posts for several places counts once for each title (`templates`).
  Where nobody is named, postings with the same template stand for one poster.

A posting joins a vacancy when it is first read, and later postings never change that. So the vacancies up to a day are
a function of the postings up to that day, whatever the order in which files were loaded.
"""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from transforms.place.gazetteer import groups, key, members_of, scope_names, workplaces
from transforms.place.location_line import REMOTE, is_understood
from transforms.place.places import Whereabouts
from transforms.text.characters import normal

MAX_GAP = timedelta(days=30)
"""Maximum time between the end of a posting and a new posting of the same vacancy."""
MAX_COMPARED = 64
"""Number of earlier postings with the same employer, title and place that a posting is compared with."""
# fmt: off
NO_PLACE = frozenset((
    "to be updated", "multiple locations", "various locations", "multiple", "various", "all", "all locations", "tbd",
    "n a", "na", "none", "other", "headquarters", "hq", "in office", "office", "unspecified", "not specified",
))
# fmt: on
"""Placeholders for a place, as `gazetteer.key` folds them."""
NO_DEPARTMENT = frozenset(
    ("no department", "none", "n/a", "na", "other", "general", "all", "all departments", "default", "unassigned", "tbd")
)
"""Placeholders for a department. They do not distinguish vacancies."""


class Posting(NamedTuple):
    """What decides which vacancy a posting advertises: fields of its first version, and when it stood.

    `spans` are the times from the beginning to the end of each
    listing; an end of None is open. `employers` are the keys of who hires (`identity.evidence`), or of the poster.
    `places` are the keys of `place_keys`. Postings share an employer or a place if they share a key, and an agency's
    postings share a place if they share a `template`. `facts` distinguish postings that stand side by side: requisition
    id, department and place in the title. So does `pay` where `location` is the same. None is not stated.
    """

    read_at: datetime
    begun_at: datetime
    source: str
    posting_id: str
    title: str
    employers: frozenset[str]
    places: frozenset[str]
    facts: tuple[str | None, ...]
    spans: tuple[tuple[datetime, datetime | None], ...]
    location: str = ""
    pay: tuple[str | None, ...] | None = None
    template: str | None = None


def place_keys(where: Whereabouts, location_text: str | None, place_of_title: str = "") -> tuple[str, ...]:
    """Return the keys of the places at which a vacancy may be filled, sorted. `where` was read from fields alone.

    A remote posting, or one whose location is a group of countries, has a key for each area of its remote scope, or
    else for its group or countries: "EMEA", "DE"; "" if the area is unknown. Any other posting has a key for each of
    its cities ("US|US-TX|Austin"), or else for each subdivision or country. A location with words that are no known
    place ("Van, TX") is a place of its own, as written. `place_of_title` counts where fields name no place.
    """
    location = location_text or ""
    countries = {place.country for place in where.places if place.country}
    group = groups().get(key(location))
    is_group = group is not None and not any(place.city for place in where.places)
    if where.workplace == REMOTE or is_group:
        areas = where.remote_scope or (group.scope if group else ()) or countries or {place_of_title}
        return tuple(sorted(areas))
    places = [(p.country, p.subdivision, p.city) for p in where.places if p.country]
    cities = [place for place in places if place[2]]
    if not cities and (not places or not is_understood(location)):
        return (" ".join(filter(None, (_written_place(location), place_of_title))),)
    keys = {"|".join(part or "" for part in place).rstrip("|") for place in cities or places}
    return tuple(sorted(keys))


def _written_place(location_text: str) -> str:
    """Return a location as written, without letter case; "" if it only names a workplace or stands in for a place."""
    folded = key(location_text)
    return "" if folded in NO_PLACE or folded in workplaces(in_text=False) else normal(location_text)


@functools.cache
def _meeting(place: str) -> tuple[str, ...]:
    """Return the keys of places that share a country with an area: "EMEA" meets "DE" and "EU"."""
    members = members_of(place)
    meeting = {scope for scope in scope_names() if not members.isdisjoint(members_of(scope))}
    return tuple(sorted({place} | members | meeting))


def department_key(text: str | None) -> str | None:
    """Return a department's name in normal form; None if it is missing or a placeholder."""
    name = normal(text or "")
    return None if name in NO_DEPARTMENT else name or None


def assign_jobs(postings: Iterable[Posting]) -> dict[str, str]:
    """Return the job id of each posting: the id of the vacancy's first posting.

    A posting joins a vacancy if it shares employer, title and place with one of its postings, begins at most `MAX_GAP`
    after it ended, and differs in no fact from any that stands beside it. Of several vacancies it joins the oldest.
    """
    job_of: dict[str, str] = {}
    age: dict[str, int] = {}
    earlier: dict[tuple[str, str, str], list[Posting]] = defaultdict(list)
    for number, posting in enumerate(sorted(postings, key=_order)):
        near = {each for place in _places(posting) for each in _meeting(place)}
        keys = ((employer, posting.title, place) for employer in posting.employers for place in near)
        beside = [other for each in keys if each in earlier for other in earlier[each][-MAX_COMPARED:]]
        found: set[str] = set()
        refused: set[str] = set()
        for other in {other.posting_id: other for other in beside}.values():
            if _contradict(other, posting):
                refused.add(job_of[other.posting_id])
            elif _gap(other, posting) <= MAX_GAP:
                found.add(job_of[other.posting_id])
        job = min(found - refused, key=age.__getitem__, default=posting.posting_id)
        job_of[posting.posting_id] = job
        age.setdefault(job, number)
        for employer, place in itertools.product(posting.employers, _places(posting)):
            earlier[employer, posting.title, place].append(posting)
    return job_of


def _order(posting: Posting) -> tuple[object, ...]:
    """Return the sort key of a posting: when it was read; of those read at one time, the widest place first."""
    breadth = sum(len(_meeting(place)) for place in posting.places)
    return posting.read_at, -breadth, posting.begun_at, posting.source, posting.posting_id


def _places(posting: Posting) -> Iterable[str]:
    return posting.places if posting.template is None else posting.places | {f"template {posting.template}"}


def _contradict(before: Posting, after: Posting) -> bool:
    """Whether two postings stand side by side at exactly the same place and differ in a fact."""
    pairs: list[tuple[object, object]] = [*zip(before.facts, after.facts, strict=True)]
    if before.location == after.location:
        pairs.append((before.pay, after.pay))
    return (
        before.places == after.places
        and _gap(before, after) < timedelta()
        and any(None not in pair and pair[0] != pair[1] for pair in pairs)
    )


def _gap(before: Posting, after: Posting) -> timedelta:
    """Return the shortest time between two postings, as known when `after` was read; negative if they overlap."""
    begun, ended = after.spans[0]
    never = timedelta(days=-1)
    return min(
        max(begun - end if end else never, start - ended if ended else never)
        for start, end in before.spans
        if start <= after.read_at
    )
