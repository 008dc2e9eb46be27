"""Read We Work Remotely: the RSS feed of all its jobs.

A title is "Company: Role". The description is escaped HTML. It begins with the employer's headquarters and ends with a
link to apply; neither counts as text of the advert, and the items that we recorded have no other text. `state` and
`country` seem to be the employer's seat, so they are not read as places of the job.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.response import Response, each
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_addresses
from extractors.sources.parsing import time_in_mail
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue

ADDRESS = "https://weworkremotely.com/remote-jobs.rss"
KNOWN = frozenset([
    "title", "region", "country", "state", "skills", "category", "type", "description", "pubDate", "expires_at", "guid",
    "link", "{http://search.yahoo.com/mrss}content", "{http://search.yahoo.com/mrss/}content",
])  # fmt: skip
FRAME = re.compile(r"\A\s*<img[^>]*>|<p>\s*<strong>(?:Headquarters|To apply):</strong>.*?</p>", re.DOTALL)
"""Pattern of the parts that the feed adds to every advert."""

SOURCE = declare("weworkremotely", kind="aggregator", endpoints=(ADDRESS,))


fetch = fetch_addresses(ADDRESS)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every item of the feed, and an issue for each item that cannot be read."""
    feed = response.xml("rss")
    items = [{part.tag: part.text for part in item} for item in feed.iter("item")]
    yield from each(items, _read_item, known=KNOWN)


def _read_item(item: dict[str, str | None]) -> RawPosting:
    employer, is_named, role = (item["title"] or "").partition(": ")
    return RawPosting(
        source=SOURCE.name,
        id=(item["guid"] or "").rsplit("/", 1)[-1],
        title=role if is_named else employer,
        url=item.get("link"),
        employer=employer if is_named else None,
        html=FRAME.sub("", item.get("description") or "").strip(),
        location_text=item.get("region"),
        is_remote=True,
        employment_type=item.get("type"),
        posted_on=time_in_mail(item.get("pubDate")),
        valid_through=time_in_mail(item.get("expires_at")),
    )
