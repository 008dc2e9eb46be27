"""Read SOLID.Jobs, a Polish job board for IT whose adverts state pay, through its public API.

An advert may offer two contracts, each with its own pay: employment (umowa o pracę), and B2B, under which a contractor
sends an invoice and pays tax and contributions. Each amount is for its contract. An advert that offers only B2B is an
advert for contractors.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from extractors.sources.declaration import declare
from extractors.sources.fetching import after_full_pages, fetch_pages
from extractors.sources.parsing import parse_list
from transforms.pay.structured import stated_pay
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay
from transforms.role.contract import choose_contract
from transforms.role.titles import contracts_named

API = "https://solid.jobs/public-api/offers/"
CAMPAIGN = "ai-job-market"
"""The name that the API requires of every caller. The API uses it to count callers; it is not a secret key."""
PAGE, MAX_PAGES = 200, 25
VERSION = {"X-Api-Version": "1.0"}
B2B = "B2B"
KNOWN = frozenset((
    "jobOfferKey", "title", "division", "category", "subCategory", "company", "companyLogoUrl", "salary",
    "secondarySalary", "contractTime", "locations", "benefits", "isRemote", "isHybrid", "url", "experienceLevel",
    "skills", "languages", "description", "validFrom", "validTo", "updatedAt",
))  # fmt: skip

SOURCE = declare("solidjobs", kind="aggregator", endpoints=(API,), most_requests=MAX_PAGES)


NEWEST_IT = {"campaign": CAMPAIGN, "sortActive": "validFrom", "sortDirection": "desc", "pageSize": PAGE, "pageIndex": 0}

fetch = fetch_pages(
    f"{API}IT?{urlencode(NEWEST_IT)}",
    next_of=after_full_pages("pageIndex", "jobs", size=PAGE),
    max_pages=MAX_PAGES,
    headers=VERSION,
)


def _read_offer(offer: dict[str, Any]) -> RawPosting:
    issues: list[Issue] = []
    salaries = [salary for salary in (offer.get("salary"), offer.get("secondarySalary")) if salary]
    is_contract = bool(salaries) and all(salary.get("employmentType") == B2B for salary in salaries)
    time = str(offer.get("contractTime") or "").replace("_", " ")
    text, is_html = _text(offer)
    return RawPosting(
        source=SOURCE.name,
        id=offer.get("jobOfferKey"),
        title=offer.get("title"),
        url=offer.get("url"),
        employer=offer.get("company"),
        department=offer.get("category"),
        html=text.replace("\n", "<br>") if is_html else None,
        text=None if is_html else text,
        location_text="; ".join(offer.get("locations") or ()) or None,
        is_remote=offer.get("isRemote") or None,
        workplace="hybrid" if offer.get("isHybrid") else None,
        employment_type=B2B if is_contract else time or None,
        posted_on=offer.get("validFrom"),
        valid_through=offer.get("validTo"),
        level=offer.get("experienceLevel"),
        pay=[pay for salary in salaries for pay in _pay(salary, issues)],
        issues=issues,
    )


parse = parse_list(_read_offer, "jobs", known=KNOWN)


def _text(offer: dict[str, Any]) -> tuple[str, bool]:
    description = offer.get("description") or ""
    skills = [f"- {skill['name']} ({skill.get('level') or 'level not said'})" for skill in offer.get("skills") or ()]
    text = "\n".join(filter(None, (description, "Skills:" if skills else "", *skills)))
    return text, "</" in description or "<br" in description


def _pay(salary: dict[str, Any], issues: list[Issue]) -> tuple[Pay, ...]:
    kind = salary.get("employmentType")
    return stated_pay(
        salary.get("from"),
        salary.get("to"),
        currency=salary.get("currency"),
        period=salary.get("period"),
        title=kind,
        contract=choose_contract(contracts_named(kind)) if kind else None,
        issues=issues,
    )
