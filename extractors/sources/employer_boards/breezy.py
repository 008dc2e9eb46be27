"""Read Breezy HR job boards: the list of jobs that an employer's careers site uses, requested with full texts.

`remote_details` stays set when a job is no longer remote, so it counts only if `is_remote` is true. Pay is one line,
such as "$95,000 – $115,000 / year" or "$19.35+ / hour", and names its currency by a sign. Only the page of a job has
pay in fields. We request no such pages, because the list has everything else, but we read pages that others recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from extractors.boards import on_board
from extractors.reading.schema_org import read_board_page
from extractors.response import Response, each_advert
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_boards
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Repetition

HYBRID, WITHIN_PLACES = "hybrid", "remote-location"
"""Values of `remote_details`: hybrid work, and remote work limited to the countries of the job's places."""
KNOWN = frozenset([
    "id", "friendly_id", "name", "url", "published_date", "type", "location", "locations", "department", "salary",
    "company", "description",
])  # fmt: skip

SOURCE = platform(
    "breezy",
    endpoints=("https://*.breezy.hr/json", "https://*.breezy.hr/p/"),
    boards=(
        BoardUrl(
            "https://{board}.breezy.hr/json?verbose=true",
            posting="https://{board}.breezy.hr/p/{id}-{name}",
            pages=(r"https://(?P<board>(?!(?:www|api|app|developer|help|marketing)\.)[a-z0-9-]+)\.breezy\.hr(?:/|$)",),
        ),
    ),
)


fetch = fetch_boards(SOURCE)


def parse(response: Response) -> Iterator[RawPosting | Issue | Repetition]:
    """Yield every job of the board or of a recorded page, and an issue for each job that cannot be read."""
    if native := SOURCE.posting_of(response.url):
        yield from read_board_page(response, SOURCE, id=native)
    else:
        yield from each_advert(response, response.json(), on_board(SOURCE, response.url, _read_job), known=KNOWN)


def _read_job(job: dict[str, Any]) -> RawPosting:
    places = job.get("locations") or [place for place in (job.get("location"),) if place]
    main: dict[str, Any] = job.get("location") or next(iter(places), {})
    location, addresses, workplace = _where(places, main)
    kind, company = job.get("type") or {}, job.get("company") or {}
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=job.get("name"),
        url=job.get("url"),
        employer=company.get("name"),
        department=job.get("department"),
        html=job.get("description"),
        location_text=location,
        addresses=addresses,
        is_remote=main.get("is_remote"),
        workplace=workplace,
        employment_type=kind.get("id") or kind.get("name"),
        posted_on=job.get("published_date"),
        pay_text=job.get("salary") or None,
    )


def _where(places: list[dict[str, Any]], main: dict[str, Any]) -> tuple[str, list[Address], str | None]:
    details = (main.get("remote_details") or {}).get("value") if main.get("is_remote") is True else None
    countries = list(dict.fromkeys(filter(None, (_name(place, "country") for place in places))))
    if details == WITHIN_PLACES and countries:
        return f"Remote ({', '.join(countries)})", [], None
    return "; ".join(map(_line, places)), [*map(_address, places)], HYBRID if details == HYBRID else None


def _address(place: dict[str, Any]) -> Address:
    country, state = (place.get(part) or {} for part in ("country", "state"))
    return Address(_line(place), country.get("id") or country.get("name"), state.get("name"), place.get("city"))


def _line(place: dict[str, Any]) -> str:
    """Return town and country in words, because codes are ambiguous: "Colon, PA" is in Panama."""
    return ", ".join(filter(None, (place.get("city"), _name(place, "country")))) or place.get("name") or ""


def _name(place: dict[str, Any], part: str) -> str | None:
    return (place.get(part) or {}).get("name")
