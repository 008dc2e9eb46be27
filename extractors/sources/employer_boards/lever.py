"""Read Lever job boards through the public Postings API.

Responses of 2021 lack `country`, `workplaceType` and `allLocations`. The text of an advert is spread over
`description`, `lists`, `additional` and, for pay, `salaryDescription`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from html import escape
from typing import Any

from extractors.boards import on_board
from extractors.response import Response, each_advert
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_boards
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Repetition

API = "https://api.lever.co/v0/postings/"
EUROPEAN_API = "https://api.eu.lever.co/v0/postings/"
EUROPEAN = "eu:"
"""Beginning of the tokens of boards on Lever's European host. The same name on the other host may be another board."""
UNSPECIFIED = "unspecified"
KNOWN = frozenset([
    "id", "text", "categories", "country", "workplaceType", "createdAt", "opening", "openingPlain", "description",
    "descriptionPlain", "descriptionBody", "descriptionBodyPlain", "lists", "additional", "additionalPlain",
    "hostedUrl", "applyUrl", "salaryRange", "salaryDescription", "salaryDescriptionPlain",
])  # fmt: skip

SOURCE = platform(
    "lever",
    endpoints=(API, EUROPEAN_API),
    boards=(
        BoardUrl(
            EUROPEAN_API + "{board}?mode=json",
            posting=EUROPEAN_API + "{board}/{id}",
            board=EUROPEAN + "{board}",
            pages=(r"https://jobs\.eu\.lever\.co/(?P<board>[^/?#]+)",),
        ),
        BoardUrl(
            API + "{board}?mode=json",
            posting=API + "{board}/{id}",
            pages=(r"https://jobs\.lever\.co/(?P<board>[^/?#]+)",),
        ),
    ),
)


fetch = fetch_boards(SOURCE)


def parse(response: Response) -> Iterator[RawPosting | Issue | Repetition]:
    """Yield every posting of a board, or a single posting, and an issue for each posting that cannot be read."""
    read = on_board(SOURCE, response.url, functools.partial(_read_posting, board=SOURCE.board_in(response.url) or ""))
    answer = [response.json()] if SOURCE.posting_of(response.url) else response.json()
    yield from each_advert(response, answer, read, known=KNOWN)


def _read_posting(posting: dict[str, Any], *, board: str) -> RawPosting:
    categories = posting.get("categories") or {}
    places = categories.get("allLocations") or [categories.get("location")]
    country = posting.get("country")
    workplace = posting.get("workplaceType")
    salary = posting.get("salaryRange") or {}
    issues: list[Issue] = []
    return RawPosting(
        source=SOURCE.name,
        id=posting.get("id"),
        title=posting.get("text"),
        url=posting.get("hostedUrl"),
        employer=board.removeprefix(EUROPEAN),
        department=categories.get("team") or categories.get("department"),
        html=_whole_text(posting),
        location_text="; ".join(place for place in places if place),
        addresses=[Address(country=country)] if country else (),
        workplace=None if workplace == UNSPECIFIED else workplace,
        employment_type=categories.get("commitment"),
        posted_on=posting.get("createdAt"),
        pay=stated_pay(
            salary.get("min"),
            salary.get("max"),
            currency=salary.get("currency"),
            period=salary.get("interval"),
            issues=issues,
        ),
        pay_text=posting.get("salaryDescriptionPlain"),
        issues=issues,
    )


def _whole_text(posting: dict[str, Any]) -> str:
    parts = [posting.get("description") or escape(posting.get("descriptionPlain") or "")]
    for section in posting.get("lists") or ():
        parts.append(f"<h3>{escape(section.get('text') or '')}</h3><ul>{section.get('content') or ''}</ul>")
    parts.append(posting.get("additional") or escape(posting.get("additionalPlain") or ""))
    parts.append(posting.get("salaryDescription") or escape(posting.get("salaryDescriptionPlain") or ""))
    return "".join(f"<div>{part}</div>" for part in parts if part)
