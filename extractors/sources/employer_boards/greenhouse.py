"""Read Greenhouse job boards through the public Job Board API, with texts and pay ranges.

`content` is escaped HTML, so entities in it are escaped twice. Pay may be in `pay_input_ranges` (in cents, without a
period), in custom fields of type `currency_range`, or in a block of the content. All three say the same, so only the
first one present is used. `updated_at` is not the date of publication. Lists without `content` are read too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from extractors.boards import on_board
from extractors.reading.pay_fields import pay_in_fields
from extractors.response import Response, each_advert, note_missing
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_boards
from transforms.pay.scope import component_in, period_in, tied_to
from transforms.pay.structured import amount_of
from transforms.place.places import Address, whereabouts
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay, Repetition
from transforms.text.html_text import text_of
from transforms.text.rejects import leave_out

API = "https://boards-api.greenhouse.io/v1/boards/"
KNOWN = frozenset([
    "id", "internal_job_id", "title", "updated_at", "first_published", "requisition_id", "company_name", "language",
    "application_deadline", "location", "absolute_url", "metadata", "data_compliance", "education", "content",
    "departments", "offices", "pay_input_ranges", "questions", "location_questions", "compliance",
    "demographic_questions", "ai_disclaimer", "include_ai_disclaimer", "ai_opt_out_request_url",
])  # fmt: skip
CENTS = 100
PAY_BLOCK = "content-pay-transparency"
EMPLOYMENT_FIELDS = frozenset(
    ("employment type", "job type", "time type", "worker type", "type of employment", "employment status")
)
"""Names that employers give to a custom field for the kind of employment. Greenhouse itself has no such field."""

SOURCE = platform(
    "greenhouse",
    endpoints=(API,),
    boards=(
        BoardUrl(
            API + "{board}/jobs?content=true&pay_transparency=true",
            posting=API + "{board}/jobs/{id}",
            pages=(
                r"https://(?:job-)?boards(?:\.eu)?\.greenhouse\.io/embed/[^?]*\?(?:[^#]*&)?for=(?P<board>[^&#]+)",
                r"https://(?:job-)?boards(?:\.eu)?\.greenhouse\.io/(?!embed/)(?P<board>[^/?#]+)",
            ),
        ),
    ),
)


fetch = fetch_boards(SOURCE)


def parse(response: Response) -> Iterator[RawPosting | Issue | Repetition]:
    """Yield every job of the board, and an issue for a list with fewer jobs than it states."""
    answer = response.json()
    if isinstance(answer, dict) and SOURCE.posting_of(response.url):
        answer = [answer]  # a single job, which has the same keys as a job of a list
    jobs = answer.get("jobs", answer) if isinstance(answer, dict) else answer
    yield from each_advert(response, jobs, on_board(SOURCE, response.url, read_job), known=KNOWN)
    meta = answer.get("meta") if isinstance(answer, dict) else None
    yield from note_missing(len(jobs), meta.get("total") if isinstance(meta, dict) else None)


def read_job(job: dict[str, Any]) -> RawPosting | Issue:
    """Read a job of a list, with or without `content`. The caller adds the board."""
    if job.get("internal_job_id", "") is None:
        rule = "expected a job; a post without internal_job_id collects prospects"
        return leave_out(f"{job.get('id')} {job.get('title')}", rule)
    content = _content(job.get("content"))
    fields = job.get("metadata") or []
    location = (job.get("location") or {}).get("name")
    issues: list[Issue] = []
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=job.get("title"),
        url=job.get("absolute_url"),
        employer=job.get("company_name"),
        department=next((d.get("name") for d in job.get("departments") or () if d.get("name")), None),
        requisition_id=job.get("requisition_id"),
        html=content,
        location_text=location,
        addresses=_offices(location, job.get("offices") or ()),
        employment_type=_employment_type(fields),
        posted_on=job.get("first_published"),
        valid_through=job.get("application_deadline"),
        pay=tuple(_ranges(job.get("pay_input_ranges") or (), issues))
        or tuple(_custom_ranges(fields, issues))
        or tuple(_ranges_in(content, issues)),
        issues=issues,
        language=job.get("language"),
    )


def _content(text: str | None) -> str | None:
    return _unescape(text) if text and "<" not in text else text or None


ESCAPES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}
"""Characters by the entities that Greenhouse writes for them. `&amp;` comes last, because replacing it may produce
another entity."""


def _unescape(text: str) -> str:
    """Return the same as `html.unescape`, but ten times as fast if the text has no entities but those of `ESCAPES`."""
    n_others, plain = text.count("&"), text
    for entity, character in ESCAPES.items():
        n_before, plain = len(plain), plain.replace(entity, character)
        n_others -= (n_before - len(plain)) // (len(entity) - len(character))
    return html.unescape(text) if n_others else plain


def _offices(location: str | None, offices: Sequence[dict[str, Any]]) -> list[Address]:
    """Return the offices if the job's location names no country ("HQ", "Remote", "SF"), else no offices.

    Offices belong to the employer. A job often lists several that are not its location.
    """
    if not offices or (location and any(place.country for place in whereabouts(location).places)):
        return []
    return [Address(text=office.get("location") or office.get("name")) for office in offices]


def _employment_type(fields: Sequence[dict[str, Any]]) -> str | None:
    for field in fields:
        if str(field.get("name")).strip().lower() in EMPLOYMENT_FIELDS and isinstance(field.get("value"), str):
            return field["value"] or None
    return None


def _ranges(ranges: Sequence[dict[str, Any]], issues: list[Issue]) -> Iterator[Pay]:
    for pay_range in ranges:
        title = pay_range.get("title")
        words = f"{title or ''} {text_of(pay_range.get('blurb') or '')}"
        low = amount_of(pay_range.get("min_cents"), "pay_low", issues, parts=CENTS)
        high = amount_of(pay_range.get("max_cents"), "pay_high", issues, parts=CENTS)
        yield from _pay(low, high, pay_range.get("currency_type"), title=title, words=words)


def _custom_ranges(fields: Sequence[dict[str, Any]], issues: list[Issue]) -> Iterator[Pay]:
    for field in fields:
        value = field.get("value")
        if field.get("value_type") == "currency_range" and isinstance(value, dict):
            name = str(field.get("name") or "")
            low = amount_of(value.get("min_value"), "pay_low", issues)
            high = amount_of(value.get("max_value"), "pay_high", issues)
            yield from _pay(low, high, value.get("unit"), title=name, words=name)


def _ranges_in(content: str | None, issues: list[Issue]) -> Iterator[Pay]:
    """Read the ranges in the block that Greenhouse adds to the content.

    A range in the block has a title and then the amounts, such as "$90,000 – $110,000 USD".
    """
    if not content or PAY_BLOCK not in content:
        return
    for block in LexborHTMLParser(content).css(f".{PAY_BLOCK} .pay-input"):
        spans = [node for node in block.css(".pay-range span") if "divider" not in (node.attributes.get("class") or "")]
        texts = [span.text(strip=True) for span in spans]
        amounts = [match[0] for text in texts if (match := re.search(r"\d[\d,]*(?:\.\d+)?", text))]
        codes = [match[0] for text in texts if (match := re.search(r"\b[A-Z]{3}\b", text))]
        title = " ".join(node.text(strip=True) for node in block.css(".title"))
        words = f"{title} {' '.join(node.text(separator=' ') for node in block.css('.description'))}"
        if amounts:
            low, high = amount_of(amounts[0], "pay_low", issues), amount_of(amounts[-1], "pay_high", issues)
            yield from _pay(low, high, codes[-1] if codes else None, title=title, words=words)


def _pay(
    low: float | None, high: float | None, currency: str | None, *, title: str | None, words: str
) -> Iterator[Pay]:
    if low is not None or high is not None:
        text = " ".join(str(part) for part in (title, low, high, currency) if part)
        component, period = component_in(title or ""), period_in(words)
        yield pay_in_fields(
            low, high, text=text, currency=currency, period=period, component=component, tie=tied_to(title)
        )
