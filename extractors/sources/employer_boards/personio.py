"""Read Personio job boards: the XML feed of an employer's open positions.

Values are in English or German, as the employer chose. "Remote" may be the name of an office. The address of a board
that is gone redirects to Personio's own site, which answers 200 with a page that is not XML.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from html import escape
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from extractors.boards import on_board
from extractors.response import Response, each
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_boards
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue

EITHER_SCHEDULE = {"full-or-part-time": "full time or part time"}
KNOWN = frozenset([
    "id", "subcompany", "office", "additionalOffices", "department", "recruitingCategory", "name", "jobDescriptions",
    "employmentType", "seniority", "schedule", "yearsOfExperience", "keywords", "occupation", "occupationCategory",
    "createdAt",
])  # fmt: skip

SOURCE = platform(
    "personio",
    endpoints=("https://*.jobs.personio.de/xml", "https://*.jobs.personio.com/xml"),
    boards=(
        BoardUrl(
            "https://{board}.jobs.personio.de/xml?language=en",
            pages=(r"https://(?P<board>[a-z0-9-]+)\.jobs\.personio\.(?:de|com)(?:/|$)",),
        ),
        BoardUrl("https://{board}.jobs.personio.com/xml?language=en"),
    ),
)


fetch = fetch_boards(SOURCE)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every position of the feed, and an issue for each position that cannot be read."""
    feed = response.xml("workzag-jobs")
    positions = [{child.tag: child for child in position} for position in feed.iter("position")]
    read = functools.partial(_read_position, feed=response.url)
    yield from each(positions, on_board(SOURCE, response.url, read), known=KNOWN)


def _read_position(position: Mapping[str, Element], *, feed: str) -> RawPosting:
    def text(name: str) -> str | None:
        return (position[name].text or "").strip() or None if name in position else None

    others = position["additionalOffices"].iter("office") if "additionalOffices" in position else ()
    offices = [text("office"), *((office.text or "").strip() for office in others)]
    parts = position["jobDescriptions"].iter("jobDescription") if "jobDescriptions" in position else ()
    schedule = text("schedule") or ""
    return RawPosting(
        source=SOURCE.name,
        id=text("id"),
        title=text("name"),
        url=urljoin(feed, f"/job/{text('id')}"),
        employer=text("subcompany"),
        department=text("department"),
        html="".join(f"<h3>{escape(p.findtext('name') or '')}</h3>{p.findtext('value') or ''}" for p in parts),
        location_text="; ".join(dict.fromkeys(filter(None, offices))),
        employment_type=f"{EITHER_SCHEDULE.get(schedule, schedule)} {text('employmentType') or ''}".strip(),
        posted_on=text("createdAt"),
        level=text("seniority"),
    )
