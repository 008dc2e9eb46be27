"""SmartRecruiters job boards: the public Posting API, lists first and then single postings.

A list has no text. Single postings are asked for where the title names a role we follow; a posting keeps its id in
both, and the fuller answer counts. The creator is a person and is not read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import quote

from extractors.boards import employer_country_of, employer_of
from extractors.response import Response, each
from extractors.sources.declaration import EXPIRY_DAYS, BoardUrl, Source
from extractors.web.paging import MAX_POSTINGS, Web, ask_lists
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.role.titles import names_followed_role
from transforms.text.rejects import leave_out

API = "https://api.smartrecruiters.com/v1/companies/"
OFFSET = re.compile(r"(?<=[?&]offset=)\d+")
PAGE = 100
"""Postings of a page, the most the API gives."""
MAX_PAGES = 50
SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")
KNOWN = frozenset([
    "id", "uuid", "jobAdId", "jobId", "defaultJobAd", "name", "refNumber", "company", "releasedDate", "location",
    "industry", "department", "function", "typeOfEmployment", "experienceLevel", "customField", "visibility", "ref",
    "creator", "language", "active", "postingUrl", "applyUrl", "referralUrl", "jobAd", "compensation",
])  # fmt: skip

SOURCE = Source(
    name="smartrecruiters",
    title="SmartRecruiters job boards",
    kind="employer board",
    publisher="the employers named, through SmartRecruiters",
    homepage="https://developers.smartrecruiters.com/docs/posting-api",
    endpoints=(API,),
    licence=(
        "A documented public API under SAP's policy for APIs, which forbids systematic extraction; its robots.txt "
        "forbids all robots but one. Read with permission"
    ),
    terms_url="https://help.sap.com/doc/sap-api-policy/latest/en-US/API_Policy_latest.pdf",
    terms_checked=(
        "2026-11-28, as a reader of 2026-09-16 quotes SAP's policy, which SmartRecruiters' documentation applies to "
        "its APIs"
    ),
    quotation=(
        "SAP prohibits API use for: (a) interaction or integration with (semi-) autonomous or generative AI systems "
        "that plan, select, or execute sequences of API calls, and (b) scraping, harvesting, or systematic and/or "
        "large-scale data extraction or replication."
    ),
    gives="adverts of employers' boards in pages, with texts",
    attribution="Job postings: employers' boards on SmartRecruiters.",
    is_republishable=False,
    is_verified=True,
    cadence="live",
    expected_rows=(1, 500_000),
    access="consent",
    most_requests=8_000,
    expires_after_days=EXPIRY_DAYS,
    most_postings=MAX_POSTINGS,
    boards=(
        BoardUrl(
            API + f"{{board}}/postings?offset=0&limit={PAGE}",
            posting=API + "{board}/postings/{id}",
            pages=(r"https://(?:jobs|careers)\.smartrecruiters\.com/(?!my-applications|oneclick)(?P<board>[^/?#]+)",),
            is_paged=True,
        ),
    ),
    facts=(
        "Seen in three stored answers, pages of lists of 2021 and 2026 with 88 postings: ids of digits as text, a "
        "total and an offset, the employer's reference of the job, country codes in lower case, levels in LinkedIn's "
        "words, no text and no pay. Documentation: no key, pages of at most 100. Others report the single posting, "
        "with the text in four sections, and, once and weakly, a `compensation` of min, max, currency and period; both "
        "are read as reported. The documentation calls the API public, but SAP's policy for APIs bars systematic "
        "extraction, and three readers found that its robots.txt disallows everything to all robots but LinkedIn's "
        '("User-agent: * / Disallow: /"), so the source is off until permission is on record. About ten requests a '
        "second are said to be allowed; we ask one. A list comes in pages, so it closes nothing; a single posting that "
        "answers 404 or 410 is closed."
    ),
)


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Ask for every company's pages, then for the single postings in roles we follow. Returns what failed."""
    return ask_lists(web, SOURCE, boards, _next, most=MAX_PAGES)


def _next(page: Response, postings: list[str]) -> str | None:
    """The address of the page that follows; adds the single postings worth asking for to `postings`."""
    answer = page.json()
    for item in answer["content"]:
        if names_followed_role(item["name"]):
            postings.append(f"{page.url.partition('?')[0]}/{quote(item['id'], safe='')}")
    read = answer["offset"] + len(answer["content"])
    return OFFSET.sub(str(read), page.url) if answer["content"] and read < answer["totalFound"] else None


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Every posting of a page, or a single one, or the reason why not."""
    items = answer = response.json()
    if isinstance(answer, dict):
        items = [answer] if "jobAd" in answer else answer.get("content")
    company = SOURCE.board_in(response.url) or ""
    yield from each(items, functools.partial(read_item, company_in_url=company), known=KNOWN)


def read_item(item: dict[str, Any], *, company_in_url: str) -> RawPosting | Issue:
    """One posting, as a list or an answer of its own has it."""
    if item.get("active") is False or item.get("visibility", "PUBLIC") != "PUBLIC":
        return leave_out(f"{item.get('id')} {item.get('name')}", "a posting open to the public expected")
    company, place = item.get("company") or {}, item.get("location") or {}
    board, pay = company.get("identifier") or company_in_url, item.get("compensation") or {}
    parts = (place.get("city"), (place.get("country") or "").upper())  # "Cork, CO, IE" would be in Colorado too
    return RawPosting(
        source=SOURCE.name,
        id=item.get("id"),
        title=item.get("name"),
        url=item.get("postingUrl") or f"https://jobs.smartrecruiters.com/{board}/{item.get('id')}",
        board=board,
        employer=employer_of(SOURCE.name, board) or company.get("name") or board,
        employer_country=employer_country_of(SOURCE.name, board),
        department=(item.get("department") or {}).get("label"),
        industry_text=(item.get("industry") or {}).get("label"),
        requisition_id=item.get("refNumber"),
        html="".join(_sections((item.get("jobAd") or {}).get("sections") or {})),
        location_text=place.get("fullLocation") or ", ".join(filter(None, parts)),
        addresses=[Address(None, place.get("country"), place.get("region"), place.get("city"))] if place else (),
        is_remote=place.get("remote"),
        workplace="hybrid" if place.get("hybrid") is True else None,
        employment_type=(item.get("typeOfEmployment") or {}).get("label"),
        posted_on=item.get("releasedDate"),
        pay=stated_pay(pay.get("min"), pay.get("max"), currency=pay.get("currency"), period=pay.get("period")),
        language=(item.get("language") or {}).get("code"),
        level=(item.get("experienceLevel") or {}).get("label"),
    )


def _sections(sections: dict[str, Any]) -> Iterator[str]:
    """The parts of the advert as HTML, in the order of its page."""
    for section in filter(None, map(sections.get, SECTIONS)):
        yield f"<h3>{escape(section.get('title') or '')}</h3><div>{section.get('text') or ''}</div>"
