"""Read SmartRecruiters job boards through the public Posting API: first lists, then single postings.

Lists have no texts, so we request single postings in roles we follow. The creator of a posting is a person and is not
read.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from html import escape
from typing import Any

from extractors.boards import on_board
from extractors.response import Response, each
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import after_records, fetch_lists_and_postings, followed_postings
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import leave_out

API = "https://api.smartrecruiters.com/v1/companies/"
PAGE = 100
"""Number of postings on a page: the API's maximum."""
MAX_PAGES = 50
SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")
KNOWN = frozenset([
    "id", "uuid", "jobAdId", "jobId", "defaultJobAd", "name", "refNumber", "company", "releasedDate", "location",
    "industry", "department", "function", "typeOfEmployment", "experienceLevel", "customField", "visibility", "ref",
    "creator", "language", "active", "postingUrl", "applyUrl", "referralUrl", "jobAd", "compensation",
])  # fmt: skip

SOURCE = platform(
    "smartrecruiters",
    endpoints=(API,),
    boards=(
        BoardUrl(
            API + f"{{board}}/postings?offset=0&limit={PAGE}",
            posting=API + "{board}/postings/{id}",
            pages=(r"https://(?:jobs|careers)\.smartrecruiters\.com/(?!my-applications|oneclick)(?P<board>[^/?#]+)",),
            is_paged=True,
        ),
    ),
)


def _next(page: Response, postings: list[str]) -> str | None:
    answer = page.json()
    postings += followed_postings(page, SOURCE, answer["content"], id="id", title="name")
    return after_records(page.url, "offset", len(answer["content"]), total=answer["totalFound"])


fetch = fetch_lists_and_postings(SOURCE, _next, max_pages=MAX_PAGES)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every posting of a page, or a single posting, and an issue for each posting that cannot be read."""
    items = answer = response.json()
    if isinstance(answer, dict):
        items = [answer] if "jobAd" in answer else answer.get("content")
    read = functools.partial(_read_item, company_in_url=SOURCE.board_in(response.url) or "")
    yield from each(items, on_board(SOURCE, response.url, read), known=KNOWN)


def _read_item(item: dict[str, Any], *, company_in_url: str) -> RawPosting | Issue:
    if item.get("active") is False or item.get("visibility", "PUBLIC") != "PUBLIC":
        return leave_out(f"{item.get('id')} {item.get('name')}", "expected a posting open to the public")
    company, place = item.get("company") or {}, item.get("location") or {}
    location = place.get("fullLocation")
    if not location:  # without the region, because "Cork, CO, IE" could be in Colorado
        location = ", ".join(filter(None, (place.get("city"), (place.get("country") or "").upper())))
    board, pay = company.get("identifier") or company_in_url, item.get("compensation") or {}
    return RawPosting(
        source=SOURCE.name,
        id=item.get("id"),
        title=item.get("name"),
        url=item.get("postingUrl") or f"https://jobs.smartrecruiters.com/{board}/{item.get('id')}",
        board=board,
        employer=company.get("name"),
        department=_label(item, "department"),
        industry_text=_label(item, "industry"),
        requisition_id=item.get("refNumber"),
        html="".join(_sections((item.get("jobAd") or {}).get("sections") or {})),
        location_text=location,
        addresses=[Address(None, place.get("country"), place.get("region"), place.get("city"))] if place else (),
        is_remote=place.get("remote"),
        workplace="hybrid" if place.get("hybrid") is True else None,
        employment_type=_label(item, "typeOfEmployment"),
        posted_on=item.get("releasedDate"),
        pay=stated_pay(pay.get("min"), pay.get("max"), currency=pay.get("currency"), period=pay.get("period")),
        language=(item.get("language") or {}).get("code"),
        level=_label(item, "experienceLevel"),
    )


def _label(item: dict[str, Any], key: str) -> str | None:
    return (item.get(key) or {}).get("label")


def _sections(sections: dict[str, Any]) -> Iterator[str]:
    for section in filter(None, map(sections.get, SECTIONS)):
        yield f"<h3>{escape(section.get('title') or '')}</h3><div>{section.get('text') or ''}</div>"
