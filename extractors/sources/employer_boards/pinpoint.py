"""Read Pinpoint job boards: the documented list of an employer's postings, with full texts and pay.

Pay is read if the employer shows it (`compensation_visible`): from the fields, or else from the line that visitors see.
The text has four parts. `reporting_to` is not read, because it often names a person. Postings have no date of
publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from extractors.boards import on_board
from extractors.response import Response, each_advert, note_cut
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_boards
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay, Repetition

CUT_AT = 1_000
"""Length of each of two lists that others reported. It may be the server's limit."""
PARTS = ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits")
"""The parts of the text, in the order of the page. The heading of each part is in `<part>_header`."""
PAY_PARTS = ("minimum", "maximum", "currency", "frequency")
"""Endings of the names of the pay fields: `compensation_minimum` and so on."""
UUID = re.compile(r"/postings/([0-9a-f-]{36})(?:[/?#]|\Z)")
KNOWN = frozenset([
    "id", "title", "url", "path", "job", "location", "deadline_at", "reporting_to", "employment_type",
    "employment_type_text", "workplace_type", "workplace_type_text", "compensation", "compensation_visible",
    "compensation_minimum", "compensation_maximum", "compensation_currency", "compensation_frequency",
    *PARTS, *(f"{part}_header" for part in PARTS),
])  # fmt: skip

SOURCE = platform(
    "pinpoint",
    endpoints=("https://*.pinpointhq.com/postings.json",),
    boards=(
        BoardUrl(
            "https://{board}.pinpointhq.com/postings.json",
            pages=(
                r"https://(?P<board>(?!(?:www|api|app|developers|help|status)\.)[a-z0-9-]+)\.pinpointhq\.com(?:/|$)",
            ),
        ),
    ),
)


fetch = fetch_boards(SOURCE)


def parse(response: Response) -> Iterator[RawPosting | Issue | Repetition]:
    """Yield every posting of the board, and an issue for a list that may be cut off."""
    postings = response.value_at("data")
    yield from each_advert(response, postings, on_board(SOURCE, response.url, _read_posting), known=KNOWN)
    yield from note_cut(len(postings) if isinstance(postings, list) else 0, (CUT_AT,))


def _read_posting(posting: dict[str, Any]) -> RawPosting:
    url, place, job = posting.get("url"), posting.get("location") or {}, posting.get("job") or {}
    match = UUID.search(url or posting.get("path") or "")
    issues: list[Issue] = []
    pay, pay_text = _pay(posting, issues)
    return RawPosting(
        source=SOURCE.name,
        id=match[1] if match else None,
        title=posting.get("title"),
        url=url,
        department=(job.get("department") or {}).get("name"),
        requisition_id=job.get("requisition_id"),
        html="".join(_parts(posting)),
        location_text=place.get("name") or place.get("city"),
        addresses=[Address(place.get("name"), None, place.get("province") or None, place.get("city"))] if place else (),
        workplace=posting.get("workplace_type"),
        employment_type=posting.get("employment_type") or posting.get("employment_type_text"),
        valid_through=posting.get("deadline_at"),
        pay=pay,
        pay_text=pay_text,
        issues=issues,
    )


def _parts(posting: dict[str, Any]) -> Iterator[str]:
    for part in PARTS:
        if posting.get(part):
            yield f"<h3>{escape(posting.get(f'{part}_header') or '')}</h3><div>{posting[part]}</div>"


def _pay(posting: dict[str, Any], issues: list[Issue]) -> tuple[tuple[Pay, ...], str | None]:
    if posting.get("compensation_visible") is False:
        return (), None
    low, high, currency, period = (posting.get(f"compensation_{part}") for part in PAY_PARTS)
    pay = stated_pay(low, high, currency=currency, period=period, issues=issues)
    return pay, None if pay else posting.get("compensation")
