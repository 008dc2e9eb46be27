"""Greenhouse job boards: the public Job Board API, with content and pay ranges.

`content` is HTML with its entities escaped once more. Pay may stand in `pay_input_ranges` (cents, without a
period), in custom fields of type `currency_range`, or in a block of the content; they say the same, so the
first that is there is taken. `updated_at` is no publication date. Lists without content are read as far as
they go.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.boards import employer_country_of, employer_of
from extractors.response import Response, each_advert, note_missing
from extractors.source import BoardUrl, Source
from extractors.web.paging import Web, ask_boards
from transforms.pay.currency import currency_of
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
"""Names employers give the custom field that holds the kind of employment; Greenhouse has none of its own."""

SOURCE = Source(
    name="greenhouse",
    title="Greenhouse job boards",
    kind="employer board",
    publisher="the employers named, through Greenhouse",
    homepage="https://developers.greenhouse.io/job-board.html",
    endpoints=(API,),
    licence="None stated: a public API meant for showing an employer's own openings. We publish counts, never texts",
    terms_url=None,
    terms_checked="2026-11-27, as many who read its documentation in 2026 quote it",
    quotation="Job Board data is publicly available, so authentication is not required for any GET endpoints.",
    gives="whole boards with texts, and pay in fields where employers publish it",
    attribution="Job postings: employers' boards on Greenhouse.",
    is_republishable=True,
    is_verified=True,
    cadence="live",
    expected_rows=(1, 1_000_000),
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
    facts=(
        "Seen in stored answers: lists of 3,126 boards without content, rebuilt by a third party (114,742 postings "
        "over four times), and five postings of two boards with content. Custom fields are null or a list; offices are "
        "the employer's, not always the post's. Documentation: `content=true` adds text, offices and departments; "
        "`pay_transparency=true` adds ranges in cents without a period; a null `internal_job_id` marks a prospect "
        "post, which is no job; an unknown board is a 404. The pay fields are read by the documentation and reports: "
        "no stored answer has them; the documentation shows `pay_input_ranges` on single jobs, others saw them in "
        "lists too, and both are read. `requisition_id` is the employer's own text for the opening (R-01106, 6263); "
        "`internal_job_id` is Greenhouse's number of the record behind one or more posts, given also where the "
        "employer numbers nothing: taken for it, it would part adverts that no employer told apart. No limit of "
        "requests and no terms for third parties were found."
    ),
)


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Ask for every board. Returns what failed; the others are archived."""
    return ask_boards(web, SOURCE, boards)


def parse(response: Response) -> Iterator[RawPosting | Issue | Repetition]:
    """What every job of the board says, or the reason why not; a list shorter than it says is an issue."""
    answer = response.json()
    if isinstance(answer, dict) and SOURCE.posting_of(response.url):
        answer = [answer]  # one job by itself, with the same keys
    jobs = answer.get("jobs", answer) if isinstance(answer, dict) else answer
    read = functools.partial(read_job, board=SOURCE.board_in(response.url))
    yield from each_advert(response, jobs, read, known=KNOWN)
    meta = answer.get("meta") if isinstance(answer, dict) else None
    yield from note_missing(len(jobs), meta.get("total") if isinstance(meta, dict) else None)


def read_job(job: dict[str, Any], *, board: str | None) -> RawPosting | Issue:
    """One job of a list with or without content."""
    if "internal_job_id" in job and job["internal_job_id"] is None:
        return leave_out(
            f"{job.get('id')} {job.get('title')}", "a job expected; a post without internal_job_id collects prospects"
        )
    content = _content(job.get("content"))
    fields = job.get("metadata") or []
    location = (job.get("location") or {}).get("name")
    company = job.get("company_name")
    issues: list[Issue] = []
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=job.get("title"),
        url=job.get("absolute_url"),
        board=board,
        employer=employer_of(SOURCE.name, board) or company or board,
        employer_country=employer_country_of(SOURCE.name, board),
        department=next((d.get("name") for d in job.get("departments") or () if d.get("name")), None),
        requisition_id=job.get("requisition_id"),
        html=content,
        location_text=location,
        addresses=_offices(location, job.get("offices") or ()),
        employment_type=_employment_type(fields),
        posted_on=job.get("first_published"),
        valid_through=job.get("application_deadline"),
        pay=_ranges(job.get("pay_input_ranges") or (), issues)
        or _custom_ranges(fields, issues)
        or _ranges_in(content, issues),
        issues=issues,
        language=job.get("language"),
    )


def _content(text: str | None) -> str | None:
    """The HTML of the advert: unescaped once, unless it came as HTML already."""
    return _unescape(text) if text and "<" not in text else text or None


ESCAPES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}
"""What Greenhouse escapes; `&amp;` comes last, since what it stands for may look like another one."""


def _unescape(text: str) -> str:
    """What `html.unescape` gives, in a tenth of its time where nothing but `ESCAPES` stands there."""
    n_others, plain = text.count("&"), text
    for entity, character in ESCAPES.items():
        n_before, plain = len(plain), plain.replace(entity, character)
        n_others -= (n_before - len(plain)) // (len(entity) - len(character))
    return html.unescape(text) if n_others else plain


def _offices(location: str | None, offices: Sequence[dict[str, Any]]) -> list[Address]:
    """The offices, where the post's own location names no country ("HQ", "Remote", "SF").

    An office is the employer's; posts often list several of them beside one location of their own.
    """
    if not offices or (location and any(place.country for place in whereabouts(location).places)):
        return []
    return [Address(text=office.get("location") or office.get("name")) for office in offices]


def _employment_type(fields: Sequence[dict[str, Any]]) -> str | None:
    """The kind of employment from the employer's own field, where it is one word that stands alone."""
    for field in fields:
        if str(field.get("name")).strip().lower() in EMPLOYMENT_FIELDS and isinstance(field.get("value"), str):
            return field["value"] or None
    return None


def _ranges(ranges: Sequence[dict[str, Any]], issues: list[Issue]) -> tuple[Pay, ...]:
    """Ranges as the API gives them, in cents; the period is what title or blurb say, else not known."""
    pays = []
    for pay_range in ranges:
        words = f"{pay_range.get('title') or ''} {text_of(pay_range.get('blurb') or '')}"
        low = amount_of(pay_range.get("min_cents"), "pay_low", issues, parts=CENTS)
        high = amount_of(pay_range.get("max_cents"), "pay_high", issues, parts=CENTS)
        pays.append(_pay(low, high, pay_range.get("currency_type"), title=pay_range.get("title"), words=words))
    return tuple(pay for pay in pays if pay is not None)


def _custom_ranges(fields: Sequence[dict[str, Any]], issues: list[Issue]) -> tuple[Pay, ...]:
    """Custom fields of type currency_range: `{unit, min_value, max_value}` with amounts as text."""
    pays = []
    for field in fields:
        value = field.get("value")
        if field.get("value_type") != "currency_range" or not isinstance(value, dict):
            continue
        name = str(field.get("name") or "")
        low = amount_of(value.get("min_value"), "pay_low", issues)
        high = amount_of(value.get("max_value"), "pay_high", issues)
        pays.append(_pay(low, high, value.get("unit"), title=name, words=name))
    return tuple(pay for pay in pays if pay is not None)


def _ranges_in(content: str | None, issues: list[Issue]) -> tuple[Pay, ...]:
    """Ranges from the block that Greenhouse writes into the content: title, then amount – amount currency."""
    if not content or PAY_BLOCK not in content:
        return ()
    pays = []
    for block in LexborHTMLParser(content).css(f".{PAY_BLOCK} .pay-input"):
        amounts = [node.text(strip=True) for node in block.css(".pay-range span") if not _is_divider(node)]
        matches = [match for amount in amounts if (match := re.search(r"\d[\d,]*(?:\.\d+)?", amount))]
        currency = next((code[0] for amount in reversed(amounts) if (code := re.search(r"\b[A-Z]{3}\b", amount))), None)
        title = " ".join(node.text(strip=True) for node in block.css(".title"))
        words = f"{title} {' '.join(node.text(separator=' ') for node in block.css('.description'))}"
        if matches:
            low, high = amount_of(matches[0][0], "pay_low", issues), amount_of(matches[-1][0], "pay_high", issues)
            low, high = amount_of(matches[0][0]), amount_of(matches[-1][0])
            pays.append(_pay(low, high, currency, title=title, words=words))
    return tuple(pay for pay in pays if pay is not None)


def _is_divider(node: LexborNode) -> bool:
    return "divider" in (node.attributes.get("class") or "")


def _pay(low: float | None, high: float | None, currency: str | None, *, title: str | None, words: str) -> Pay | None:
    """One stated range; None when it has no amount."""
    if low is None and high is None:
        return None
    period = period_in(words)
    tie = tied_to(title)
    return Pay(
        component=component_in(title or ""),
        pay_text=" ".join(str(part) for part in (title, low, high, currency) if part),
        low=low,
        high=high,
        currency=currency_of(currency or ""),
        period=period,
        period_reading="stated" if period else None,
        reading="stated",
        place_text=tie.place_text,
        country=tie.country,
        level_text=tie.level_text,
    )
