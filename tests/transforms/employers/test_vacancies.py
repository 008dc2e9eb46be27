"""One employer's opening for a title at a place is one vacancy, whatever else its postings say."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.reader import read
from extractors.response import Response
from extractors.sources.employer_boards import ashby
from transforms.employers.title_keys import place_in, title_key
from transforms.employers.vacancies import Posting, assign_jobs, place_keys
from transforms.place.places import whereabouts
from transforms.posting import posting as read_posting

ASHBY = Path(__file__).parents[4] / "shared" / "real" / "payloads" / "ashby" / "2025-10-28.warc.gz"
START = datetime(2026, 3, 1, tzinfo=UTC)
PAY_LOW, PAY_HIGH = ("100000", "120000", "USD", "year"), ("130000", "150000", "USD", "year")


def advert(
    number: int,
    location: str = "Berlin, Germany",
    *,
    title: str = "Machine Learning Engineer",
    day: int = 0,
    until: int | None = None,
    requisition: str | None = None,
    department: str | None = None,
    pay: tuple[str, ...] | None = None,
    employer: str = "lampworks",
    **fields: Any,
) -> Posting:
    """A posting of Lampworks that is listed from a day, and until another or for good. `fields` are of the place."""
    begun, ended = START + timedelta(days=day), None if until is None else START + timedelta(days=until)
    where = whereabouts(location, title=title, **fields)
    return Posting(
        read_at=begun,
        begun_at=begun,
        source="board",
        posting_id=f"{number:03}",
        title=title_key(title, location, employer, frozenset()),
        employers=frozenset([f"name:{employer}"]),
        places=frozenset(place_keys(where, location, place_in(title, location, employer, frozenset()))),
        facts=(requisition, department, place_in(title, location, employer, frozenset()) or None),
        spans=((begun, ended),),
        location=location,
        pay=pay,
    )


def jobs(*postings: Posting) -> list[list[int]]:
    """The numbers of the postings of each vacancy."""
    of_job: dict[str, list[int]] = {}
    for posting_id, job in sorted(assign_jobs(postings).items()):
        of_job.setdefault(job, []).append(int(posting_id))
    return list(of_job.values())


CITIES = ("Hamburg", "Munich", "Cologne", "Leipzig")
# fmt: off
CASES = {
    "the same title at one place": ([advert(1), advert(2)], 1),
    "(m/w/d) and the words for gender": (
        [advert(1, title="Data Scientist (m/w/d)"), advert(2, title="Data Scientist (all genders)")], 1),
    "a level is another vacancy": ([advert(1), advert(2, title="Senior Machine Learning Engineer")], 2),
    "another employer": ([advert(1), advert(2, employer="boatyard")], 2),
    "28 shops": ([advert(n, f"{city}, Germany") for n, city in enumerate(CITIES)], 4),
    "one posting names several cities": (
        [advert(1, "Berlin, Germany; Hamburg, Germany"), advert(2, "Hamburg, Germany"), advert(3)], 1),
    "a remote job at several offices": (
        [advert(n, f"{city}, Germany", is_remote=True) for n, city in enumerate(CITIES)], 1),
    "remote in two countries": ([advert(1, "Remote, Germany"), advert(2, "Remote, India")], 2),
    "EMEA listed in five countries": (
        [advert(n, f"Remote - {place}") for n, place in enumerate(("EMEA", "Germany", "France", "Spain", "Italy"))], 1),
    "a group of countries, and one of them": ([advert(1, "APAC"), advert(2, "India")], 1),
    "zone pay of a remote job": (
        [advert(1, "Remote - Colorado, US", pay=PAY_HIGH), advert(2, "Remote - Illinois, US", pay=PAY_LOW)], 1),
    "other pay of a remote job at one location": (
        [advert(1, "Remote, US", pay=PAY_HIGH), advert(2, "Remote, US", pay=PAY_LOW)], 2),
    "places that the title alone states": (
        [advert(n, "Hybrid", title=f"Engineer - {place}") for n, place in enumerate(("Japan", "Spain", "Spain"))], 2),
    "other places in titles at one location": (
        [advert(n, "Rio de Janeiro, Brazil", title=f"Engineer - {city}") for n, city in enumerate(("Recife", "Lima"))],
        2),
    "towns that no gazetteer has": ([advert(1, "Lane City West, TX"), advert(2, "Qwertyville, TX")], 2),
    "other pay at the same place on the same day": ([advert(1, pay=PAY_LOW), advert(2, pay=PAY_HIGH)], 2),
    "a raise, posted anew": ([advert(1, pay=PAY_LOW, until=9), advert(2, pay=PAY_HIGH, day=9)], 1),
    "ten requisitions of one title": ([advert(n, requisition=f"R-{n}") for n in range(10)], 10),
    "one advert without a number, ten with": (
        [advert(0), *(advert(n, requisition=f"R-{n}", day=1) for n in range(1, 11))], 10),
    "two departments": ([advert(1, department="payments"), advert(2, department="ads")], 2),
    "another requisition after the first closed": (
        [advert(1, requisition="R-1", until=9), advert(2, requisition="R-2", day=12)], 1),
    "a repost after 20 days": ([advert(1, until=5), advert(2, day=25)], 1),
    "a repost after 60 days": ([advert(1, until=5), advert(2, day=65)], 2),
    "an evergreen advert and its copies": ([advert(1), *(advert(n, day=90 * n) for n in range(2, 6))], 1),
    "nothing is said of the place": ([advert(1, ""), advert(2, "")], 1),
}
# fmt: on


@pytest.mark.parametrize(("postings", "n_jobs"), CASES.values(), ids=CASES)
def test_what_is_one_vacancy(postings: list[Posting], n_jobs: int) -> None:
    assert len(jobs(*postings)) == n_jobs


WIDE = {
    "EMEA": ("Remote - EMEA", "Remote - Germany", "Remote - France", "Remote - Spain", "Remote - Italy"),
    "cities": ("Berlin, Germany; Hamburg, Germany", "Berlin, Germany", "Hamburg, Germany"),
}


@pytest.mark.parametrize("name", WIDE)
def test_a_wide_place_joins_what_it_meets_whatever_its_id(name: str) -> None:
    for order in itertools.permutations(WIDE[name]):
        assert len(jobs(*(advert(n, place) for n, place in enumerate(order)))) == 1, order


def test_a_posting_joins_the_oldest_vacancy_and_is_named_after_its_first() -> None:
    first, second, both = (
        advert(1),
        advert(2, "Hamburg, Germany"),
        advert(3, "Berlin, Germany; Hamburg, Germany", day=1),
    )
    assert assign_jobs([both, second, first]) == {"001": "001", "002": "002", "003": "001"}


@pytest.mark.parametrize("seed", range(20))
def test_later_postings_never_change_a_vacancy(seed: int) -> None:
    rng = random.Random(seed)
    places = ("Berlin, Germany", "Hamburg, Germany", "Remote, Germany", "Berlin, Germany; Hamburg, Germany", "EMEA")
    postings = [
        advert(
            n,
            rng.choice(places),
            day=(day := rng.randrange(200)),
            until=rng.choice((None, day + rng.randrange(1, 60))),
            requisition=rng.choice((None, "R-1", "R-2")),
            pay=rng.choice((None, PAY_LOW, PAY_HIGH)),
        )
        for n in range(40)
    ]
    whole = assign_jobs(postings)
    for day in range(0, 200, 40):
        known = [posting for posting in postings if posting.read_at < START + timedelta(days=day)]
        assert assign_jobs(known) == {posting.posting_id: whole[posting.posting_id] for posting in known}


PLACES = {
    ("Berlin, Germany", None): ("DE|DE-BE|Berlin",),
    ("Berlin, Germany", True): ("DE",),
    ("Remote (EMEA)", None): ("EMEA",),
    ("Remote", None): ("",),
    ("Texas, United States", None): ("US|US-TX",),
    ("The Old Mill", None): ("the old mill",),
}


@pytest.mark.parametrize(("location", "is_remote"), PLACES)
def test_keys_of_places(location: str, is_remote: bool | None) -> None:
    where = whereabouts(location, is_remote=is_remote)
    assert place_keys(where, location) == PLACES[location, is_remote]


@pytest.mark.skipif(not ASHBY.exists(), reason="the real payloads are not here")
def test_real_adverts_give_the_same_vacancies_without_their_texts() -> None:
    with_texts: dict[str, Any] = {}
    without: dict[str, Any] = {}
    n = 0
    for response in itertools.islice(read(ASHBY), 30):
        for raw in ashby.parse(response) if isinstance(response, Response) and response.status == 200 else ():
            if isinstance(raw, dict):
                n += 1
                bare = {name: value for name, value in raw.items() if name not in ("html", "text")}
                for found, fields in ((with_texts, raw), (without, bare)):
                    row = read_posting(**fields)
                    found[row.posting_id] = (row.title_key, row.vacancy_places, row.requisition_id, row.department)
    assert n > 100 and with_texts == without
