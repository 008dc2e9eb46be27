"""Read Teamtailor job boards: the RSS feed of a careers site.

A careers site has two feeds. The RSS feed has the places, the department and the remote work of each job. The JSON feed
lacks these, but has pay in fields for about one job in eight. Our figures need a job's place, so we read the RSS feed
and look for pay in its texts. The feed stops at 100 jobs unless we request more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from extractors.boards import on_board
from extractors.response import Response, each, note_cut
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_boards
from extractors.sources.parsing import time_in_mail
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue

MAX_JOBS = 1_000
CUT_AT = 100
"""Number of jobs in a feed if the server ignores our `per_page`."""
TT = "{https://teamtailor.com/locations}"
WORKPLACE_OF_STATUS = {"fully": "remote", "hybrid": "hybrid", "onsite": "onsite"}
"""Workplaces by status. Two statuses are left out: `none`, the default if nobody chose, and `temporary`, which
referred to the pandemic."""
KNOWN = frozenset([
    "title", "description", "pubDate", "link", "guid", "remoteStatus", "author", "company_name",
    "{https://teamtailor.com/locations}locations", "{https://teamtailor.com/locations}department",
    "{https://teamtailor.com/locations}role",
])  # fmt: skip

SOURCE = platform(
    "teamtailor",
    endpoints=("https://*.teamtailor.com/jobs.rss",),
    boards=(
        BoardUrl(
            f"https://{{board}}.teamtailor.com/jobs.rss?per_page={MAX_JOBS}",
            pages=(r"https://(?P<board>(?!(?:www|api|docs|app|career|support)\.)[a-z0-9-]+)\.teamtailor\.com(?:/|$)",),
        ),
    ),
)


fetch = fetch_boards(SOURCE)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job of the feed, and an issue for a feed that may be cut off."""
    items = [{child.tag: child for child in item} for item in response.xml("rss").iterfind("channel/item")]
    yield from each(items, on_board(SOURCE, response.url, _read_item), known=KNOWN)
    yield from note_cut(len(items), (CUT_AT, MAX_JOBS))


def _read_item(item: Mapping[str, Element]) -> RawPosting:
    def text(name: str) -> str | None:
        return (item[name].text or "").strip() or None if name in item else None

    places = list(item[TT + "locations"].iter(TT + "location")) if TT + "locations" in item else []
    return RawPosting(
        source=SOURCE.name,
        id=text("guid"),
        title=text("title"),
        url=text("link"),
        employer=text("company_name"),
        department=text(TT + "department"),
        html=text("description"),
        location_text="; ".join(filter(None, map(_line, places))),
        addresses=[Address(_line(p), p.findtext(TT + "country"), None, p.findtext(TT + "city")) for p in places],
        workplace=WORKPLACE_OF_STATUS.get(text("remoteStatus") or ""),
        posted_on=time_in_mail(text("pubDate")),
    )


def _line(place: Element) -> str:
    line = ", ".join(filter(None, (place.findtext(TT + "city"), place.findtext(TT + "country"))))
    return line or place.findtext(TT + "name") or ""
