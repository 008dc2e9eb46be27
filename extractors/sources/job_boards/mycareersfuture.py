"""Read MyCareersFuture, the national job board of Singapore, through the interface that its own site uses.

No key names a currency: if the work is in Singapore, pay is in Singapore dollars. If an employer hides pay, the
response still has the numbers, but we do not read them. `hiringCompany` is the employer, while `postedCompany` may be
an agency. Names and addresses of people who post are not read. Districts ("D01 Marina") are parts of the city.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from extractors.sources.declaration import declare
from extractors.sources.fetching import after_full_pages, fetch_pages
from extractors.sources.parsing import parse_list
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import leave_out

API = "https://api.mycareersfuture.gov.sg/v2/jobs"
QUERIES = ("artificial intelligence", "machine learning", "data scientist", "data engineer", "deep learning", "LLM")
PAGE, MAX_PAGES = 100, 20
LEVELS = {"fresh/entry level": "entry level", "manager": "manager", "middle management": "manager"}
"""Levels by the words for positions that mean a level. "Executive", "Senior Executive" and "Professional" are left out,
because they mean any office worker."""
CLOSED = "Closed"
KNOWN = frozenset((
    "uuid", "title", "description", "otherRequirements", "ssocCode", "ssocVersion", "occupationId", "ssecEqa",
    "ssecFos", "sourceCode", "minimumYearsExperience", "numberOfVacancies", "jobTitles", "workingHours",
    "shiftPattern", "schemes", "hiringCompany", "postedCompany", "salary", "positionLevels", "status", "metadata",
    "flexibleWorkArrangements", "categories", "address", "skills", "employmentTypes", "psdUrl", "_links", "score",
))  # fmt: skip

SOURCE = declare("mycareersfuture", kind="aggregator", endpoints=(API,), most_requests=len(QUERIES) * MAX_PAGES)


NEWEST = {"limit": PAGE, "sortBy": "new_posting_date", "page": 0}

fetch = fetch_pages(
    *(f"{API}?{urlencode({'search': words, **NEWEST})}" for words in QUERIES),
    next_of=after_full_pages("page", "results", size=PAGE, last=MAX_PAGES - 1),
    max_pages=MAX_PAGES,
)


def _read_advert(advert: dict[str, Any]) -> RawPosting | Issue:
    about, status = advert.get("metadata") or {}, advert.get("status") or {}
    if status.get("jobStatus") == CLOSED:
        return leave_out(f"{advert.get('uuid')} {CLOSED}", "expected an open advert")
    issues: list[Issue] = []
    address, salary = advert.get("address") or {}, advert.get("salary") or {}
    is_abroad = bool(address.get("isOverseas"))
    place = address.get("overseasCountry") if is_abroad else "Singapore"
    pay = stated_pay(
        salary.get("minimum"),
        salary.get("maximum"),
        currency="SGD",
        period=(salary.get("type") or {}).get("salaryType"),
        issues=issues,
    )
    employer, industry = _employer(advert, about)
    positions = map(str, _values(advert, "positionLevels", "position"))
    return RawPosting(
        source=SOURCE.name,
        id=advert.get("uuid"),
        title=advert.get("title"),
        url=about.get("jobDetailsUrl"),
        employer=employer,
        industry_text=industry,
        html="".join(_html(advert)) or None,
        location_text=place,
        addresses=[Address(country=place)] if place else (),
        employment_type=", ".join(_values(advert, "employmentTypes", "employmentType")) or None,
        posted_on=about.get("originalPostingDate") or about.get("newPostingDate"),
        valid_through=about.get("expiryDate"),
        openings=advert.get("numberOfVacancies"),
        level=next((LEVELS[word.lower()] for word in positions if word.lower() in LEVELS), None),
        pay=() if about.get("isHideSalary") or is_abroad else pay,
        issues=issues,
    )


parse = parse_list(_read_advert, "results", known=KNOWN)


def _values(advert: dict[str, Any], key: str, name: str) -> list[Any]:
    return [item[name] for item in advert.get(key) or () if item.get(name)]


def _employer(advert: dict[str, Any], about: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return (name, industry) of the hiring company, else of the company that posted; None for what is hidden."""
    hiring, poster = (advert.get(key) or {} for key in ("hiringCompany", "postedCompany"))
    company, hides = (hiring, "isHideHiringEmployerName") if hiring.get("name") else (poster, "isHideEmployerName")
    if about.get(hides):
        return None, None
    code = company.get("ssicCode2020")
    return company.get("name"), f"SSIC {code}" if code else None


def _html(advert: dict[str, Any]) -> Iterator[str]:
    yield from filter(None, (advert.get("description"), advert.get("otherRequirements")))
    if years := advert.get("minimumYearsExperience"):
        yield f"<p>At least {years} years of experience required.</p>"
    if skills := [skill["skill"] for skill in advert.get("skills") or ()]:
        yield "<p>Skills:</p><ul>" + "".join(f"<li>{skill}</li>" for skill in skills) + "</ul>"
