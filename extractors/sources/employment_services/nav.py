"""Read the adverts of arbeidsplassen.no, the board of the Norwegian employment service NAV, by its feed of changes.

The feed is a log in pages. Each change of an advert is an entry with id, title and status; the advert itself has its
own address. We request the last page of the night before and all pages after it. From each page we request the changed
adverts in roles we follow. An entry with the status INACTIVE closes its advert. Names, mail addresses and telephone
numbers of contacts are not read.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urljoin

from extractors.response import Response, each, note_left_out, objects_in
from extractors.sources.declaration import declare
from extractors.web.paging import Web, ask_each, ask_pages
from extractors.web.session import FetchFailed
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Removal
from transforms.role.titles import names_followed_role
from transforms.text.rejects import Rejected

SITE = "https://pam-stilling-feed.nav.no"
FEED, ENTRY, TOKEN = f"{SITE}/api/v1/feed", f"{SITE}/api/v1/feedentry/", f"{SITE}/api/publicToken"
ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"
MAX_DAYS = 184
"""Number of days for which an advert may stay active: six months, according to NAV. The first night reads the changes
of that many days."""
MAX_PAGES = 1_000
"""Maximum number of pages that a night reads. A page has about a thousand entries, and six months have far fewer
pages."""
ID = re.compile(r"[0-9A-Fa-f-]{36}")
OTHER_KIND = "Annet"
"""NAV's word for "other", which names no kind of employment."""
KNOWN = frozenset((
    "uuid", "published", "expires", "updated", "workLocations", "contactList", "title", "description", "sourceurl",
    "source", "applicationUrl", "applicationDue", "occupationCategories", "categoryList", "jobtitle", "link",
    "employer", "engagementtype", "extent", "starttime", "positioncount", "sector",
))  # fmt: skip

SOURCE = declare(
    "nav",
    kind="aggregator",
    endpoints=(FEED, TOKEN),
    expires_after_days=MAX_DAYS,
    is_change_feed=True,
    posting=ENTRY + "{id}",
)


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the pages since the last night, and the changed adverts on each page."""
    try:
        headers = {"Authorization": f"Bearer {web.token(TOKEN)}"}
    except FetchFailed as error:
        return [f"{error.url}: {error.why}"]
    failures: list[str] = []
    known_urls: set[str] = set()

    def next_of(page: Response) -> str | None:
        urls = [url for url in _find_changed(web, page) if url not in known_urls]
        known_urls.update(urls)
        failures.extend(ask_each(web, urls, headers=headers, may_be_gone=True))
        following = page.value_at("next_url")
        return urljoin(FEED, following) if isinstance(following, str) and following else None

    last = web.newest(f"{FEED}/")
    begin = datetime.combine(as_of - timedelta(days=MAX_DAYS), time(), UTC)
    since = {} if last else {"If-Modified-Since": format_datetime(begin, usegmt=True)}
    pages = ask_pages(web, last.url if last else FEED, next_of, max_pages=MAX_PAGES, headers=headers | since)
    return pages + failures


def _find_changed(web: Web, page: Response) -> Iterator[str]:
    """Yield the addresses of the active adverts in roles we follow that changed since we last requested them."""
    for id, entry in _last_entries(page).items():
        if entry.get("status") == ACTIVE and names_followed_role(entry.get("title")):
            newest = web.newest(f"{ENTRY}{id}")
            if newest is None or newest.observed_at < _time_of(entry):
                yield f"{ENTRY}{id}"


def _last_entries(page: Response) -> dict[str, dict[str, Any]]:
    entries = (item.get("_feed_entry") for item in objects_in(page.value_at("items")))
    return {entry["uuid"]: entry for entry in entries if isinstance(entry, dict) and _is_id(entry.get("uuid"))}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _time_of(entry: dict[str, Any]) -> datetime:
    """Return the time of an entry. If there is none, return the far future, so that the advert is requested."""
    with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
        return datetime.fromisoformat(entry["sistEndret"]).astimezone(UTC)
    return datetime.max.replace(tzinfo=UTC)


def parse(response: Response) -> Iterator[RawPosting | Removal | Issue]:
    """Yield a removal for each inactive advert on a page of the feed, or else the single advert or its removal."""
    if id := SOURCE.posting_of(response.url):
        status = response.value_at("status")
        if status == INACTIVE:
            yield Removal(id=id)
        elif status == ACTIVE:
            yield from each([response.value_at("ad_content")], functools.partial(_read_advert, id=id), known=KNOWN)
        else:
            raise Rejected("response", status, f"expected the status {ACTIVE} or {INACTIVE}")
        return
    last = _last_entries(response)
    n_active = 0
    for row in each(response.value_at("items"), functools.partial(_read_entry, last=last)):
        n_active += row is None
        if row is not None:
            yield row
    rule = "entries of active adverts, which are read at their own addresses if their titles name roles we follow"
    yield from note_left_out(n_active, "rows", rule)


def _read_entry(item: dict[str, Any], *, last: dict[str, dict[str, Any]]) -> Removal | None:
    id = item["_feed_entry"].get("uuid")
    if not _is_id(id):
        raise Rejected("posting_id", id, "expected a UUID; without one the advert cannot be followed")
    status = last[id].get("status")
    if status not in (ACTIVE, INACTIVE):
        raise Rejected("record", f"{id}: {status}", f"expected the status {ACTIVE} or {INACTIVE}; nothing was closed")
    return Removal(id=id) if status == INACTIVE else None


def _read_advert(advert: dict[str, Any], *, id: str) -> RawPosting:
    """Read an advert. Its times are in Oslo's time zone, and its days are taken from them as written."""
    employer = advert.get("employer") or {}
    places = [*map(_address, advert.get("workLocations") or ())]
    kinds = (advert.get("engagementtype"), advert.get("extent"))
    return RawPosting(
        source=SOURCE.name,
        id=id,
        title=advert.get("title"),
        url=advert.get("link") or advert.get("sourceurl") or None,
        employer=employer.get("name") or None,
        html=advert.get("description"),
        location_text="; ".join(dict.fromkeys(", ".join(filter(None, (p.locality, p.country))) for p in places)),
        addresses=places,
        employment_type=", ".join(filter(None, (kind for kind in kinds if kind != OTHER_KIND))) or None,
        posted_on=_day(advert.get("published")),
        valid_through=_day(advert.get("expires")),
        openings=advert.get("positioncount") or None,
    )


def _address(place: dict[str, Any]) -> Address:
    """Read a place, with names in capitals. It gets no text, as "Møre og Romsdal" would be read as two places."""
    country, region, town = (place.get(key) or "" for key in ("country", "county", "city"))
    names = (name.title() or None for name in (country, region, town or place.get("municipal") or ""))
    return Address(None, *names)


def _day(value: object) -> object:
    return value[: len("2026-09-24")] if isinstance(value, str) else value
