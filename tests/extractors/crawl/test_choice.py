"""Which pages of a crawl are kept, and which site an advert is taken from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.crawl.choice import BOARD, HOMES, MANY, OWN, count_homes, find_closed, find_copies, homes_of
from extractors.crawl.scan import HOST_FILES, Advert, Page

AT = datetime(2026, 8, 15, tzinfo=UTC)


def page(url: str, *employers: str | None, title: str = "Wader Watcher", place: str = "Porto, PT") -> Page:
    adverts = tuple(Advert(employer, title, place) for employer in employers)
    return Page(url=url, observed_at=AT, record=0, offset=0, size=1, adverts=adverts)


# --- where a page stands --------------------------------------------------------------------------------


def test_a_site_is_told_by_what_its_pages_say() -> None:
    own = page("https://careers.plover.co.uk/1", "Plover Ltd")
    group = [page("https://jobs.bosch.example/1", "Bosch"), page("https://jobs.bosch.example/2", "Bosch Rexroth AG")]
    many = [page(f"https://www.allthework.co.uk/{name}", name) for name in ("Heron", "Avocet", "Curlew")]
    aggregator = page("https://de.indeed.com/1", "Plover")
    board = page("https://boards.greenhouse.io/plover/jobs/1", "Plover")
    nobody = page("https://203.0.113.7/1", "Plover")
    pages = [own, *group, *many, aggregator, board, nobody]
    home = homes_of(pages)
    assert [home(one) for one in pages] == [OWN, OWN, OWN, MANY, MANY, MANY, MANY, BOARD, OWN]
    assert dict(count_homes(pages, home)) == dict(zip(HOMES, (4, 1, 4), strict=True))


def test_sites_below_a_public_suffix_are_told_apart() -> None:
    sites = [page(f"https://{name.lower()}.co.uk/jobs", name) for name in ("Heron", "Avocet", "Curlew")]
    users = [page(f"https://{name.lower()}.github.io/jobs", name) for name in ("Heron", "Avocet", "Curlew")]
    home = homes_of([*sites, *users])
    assert {home(one) for one in (*sites, *users)} == {OWN}


# --- copies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "copy", "is_copy"),
    [
        (page("https://plover.example/1", "Plover GmbH"), {}, True),
        (page("https://jobs.lever.co/plover/1", "Plover"), {}, True),
        (page("https://plover.example/1", "Plover", title="Wader Watcher (m/f/d)"), {}, True),
        (page("https://plover.example/1", "Plover", title="Gull Watcher"), {}, False),
        (page("https://plover.example/1", "Plover", place="Lisbon, PT"), {}, False),
        (page("https://dotterel.example/1", "Dotterel"), {}, False),
        (page("https://www.reed.co.uk/1", "Plover"), {}, False),
        (page("https://plover.example/1", None), {}, False),
    ],
)
def test_a_copy_gives_way_to_the_employers_own_page(own: Page, copy: dict[str, str], is_copy: bool) -> None:
    candidate = page("https://www.indeed.com/viewjob?1", "PLOVER", **copy)
    pages = [candidate, own]
    assert find_copies(pages, homes_of(pages)) == ({candidate} if is_copy else set())


def test_a_page_of_several_adverts_stays_while_one_stands_nowhere_else() -> None:
    own = page("https://plover.example/1", "Plover")
    both = page("https://www.indeed.com/1", "Plover", "Heron")
    anonymous = page("https://www.indeed.com/2", None)
    pages = [own, both, anonymous]
    assert find_copies(pages, homes_of(pages)) == set()


# --- what sites leave open ------------------------------------------------------------------------------

ROBOTS, TDMREP = HOST_FILES


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        ({}, []),
        ({ROBOTS: b"User-agent: *\nDisallow: /jobs/"}, ["/jobs/1"]),
        ({ROBOTS: b"User-agent: ai-job-market\nDisallow: /about"}, ["/about"]),
        ({ROBOTS: b"User-agent: GPTBot\nDisallow: /"}, []),
        ({ROBOTS: b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /"}, ["/about", "/jobs/1"]),
        ({ROBOTS: b"User-agent: *\nContent-Signal: /jobs ai-input=no\nAllow: /"}, ["/jobs/1"]),
        ({ROBOTS: b"User-agent: *\nContent-Signal: search=yes, ai-train=yes"}, []),
        ({ROBOTS: b"User-agent: GPTBot\nContent-Signal: ai-train=no\n\nUser-agent: *\nAllow: /"}, []),
        ({ROBOTS: b"User-agent: x\nUser-agent: *\nContent-Signal: search=no"}, ["/about", "/jobs/1"]),
        ({TDMREP: b'[{"location": "/jobs/*", "tdm-reservation": 1}]'}, ["/jobs/1"]),
        ({TDMREP: b"<html>404</html>"}, []),
    ],
)  # fmt: skip
def test_what_a_site_closes_is_left_out(files: dict[str, bytes], paths: list[str]) -> None:
    pages = [page(f"https://Plover.example{path}", "Plover") for path in ("/about", "/jobs/1")]
    pages.append(page("https://heron.example/jobs/1", "Heron"))

    def file_at(url: str, path: str, at: datetime) -> bytes | None:
        return files.get(path) if "Plover" in url and at == AT else None

    closed_pages = find_closed(pages, file_at)
    assert sorted(one.url.partition("example")[2] for one in closed_pages) == paths
