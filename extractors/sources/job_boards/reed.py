"""Read Reed, a job board of the United Kingdom, through its API: first searches, then each advert found.

A search has snippets, and amounts without a period. The address of a single advert gives the full text, the period
(`salaryType`) and the kind of contract. Both are read. Where they differ, the single advert wins, because it is
requested later. Dates are day/month/year. An amount of 0 means that no amount is stated.
"""

from __future__ import annotations

import functools
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from extractors.reading.pay_fields import pay_in_fields
from extractors.response import Response, each
from extractors.sources.declaration import declare
from extractors.sources.fetching import after_full_pages, ask_paged_lists
from extractors.web.paging import Web, ask_each
from transforms.pay.structured import amount_of
from transforms.place.places import Address, country_of
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay
from transforms.records.vocabulary import TRUNCATED

API = "https://www.reed.co.uk/api/1.0/"
KEY = "JOBMARKET_REED_KEY"
QUERIES = ("machine learning", "artificial intelligence", "data scientist", "LLM", "MLOps", "computer vision")
PAGE, PAGES, ADVERTS = 100, 3, 600
DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
PERIOD_OF_TYPE = {
    "per annum": "year", "annual": "year", "per month": "month", "per week": "week", "per day": "day",
    "per hour": "hour",
}  # fmt: skip
KNOWN = frozenset((
    "jobId", "employerId", "employerName", "employerProfileId", "employerProfileName", "jobTitle", "locationName",
    "minimumSalary", "maximumSalary", "yearlyMinimumSalary", "yearlyMaximumSalary", "currency", "salaryType", "salary",
    "date", "datePosted", "expirationDate", "jobDescription", "applications", "applicationCount", "jobUrl",
    "externalUrl", "partTime", "fullTime", "contractType",
))  # fmt: skip

SOURCE = declare("reed", kind="aggregator", endpoints=(API,), keys=(KEY,), posting=API + "jobs/{id}")


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Request the pages of each query, then each advert found."""
    user = b64encode(f"{web.keys.get(KEY, '')}:".encode()).decode()
    headers = {"Authorization": f"Basic {user}"}
    urls: dict[str, None] = {}
    following = after_full_pages("resultsToSkip", "results", size=PAGE, step=PAGE, last=PAGE * (PAGES - 1))

    def next_of(page: Response) -> str | None:
        results: Any = page.value_at("results")
        urls.update((f"{API}jobs/{result['jobId']}", None) for result in results if result["jobId"])
        return following(page)

    rest = {"resultsToTake": PAGE, "resultsToSkip": 0}
    firsts = [f"{API}search?{urlencode({'keywords': words, **rest})}" for words in QUERIES]
    failures = ask_paged_lists(web, firsts, next_of, max_pages=PAGES, headers=headers)
    return failures + ask_each(web, list(urls)[:ADVERTS], headers=headers, may_be_gone=True)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every advert of a search, or a single advert, and an issue for each advert that cannot be read."""
    is_whole = SOURCE.posting_of(response.url) is not None
    adverts = [response.json()] if is_whole else response.value_at("results")
    yield from each(adverts, functools.partial(_read_advert, is_whole=is_whole), known=KNOWN)


def _read_advert(advert: dict[str, Any], *, is_whole: bool) -> RawPosting:
    place = advert.get("locationName") or ""
    is_in_kingdom = bool(place) and country_of(place) is None
    hours = "full time" if advert.get("fullTime") else "part time" if advert.get("partTime") else None
    return RawPosting(
        source=SOURCE.name,
        id=advert.get("jobId"),
        title=advert.get("jobTitle"),
        url=advert.get("jobUrl"),
        employer=advert.get("employerName"),
        html=advert.get("jobDescription"),
        text_state=None if is_whole else "snippet" if advert.get("jobDescription") else "none",
        text_class=None if is_whole else TRUNCATED,
        location_text=place,
        addresses=[Address(country="GB", locality=place)] if is_in_kingdom else (),
        employment_type=", ".join(filter(None, (advert.get("contractType"), hours))) or None,
        posted_on=_iso(advert.get("datePosted") or advert.get("date")),
        valid_through=_iso(advert.get("expirationDate")),
        pay=tuple(_pay(advert)),
    )


def _iso(day: str | None) -> str | None:
    return DAY.sub(r"\3-\2-\1", day) if day else None


def _pay(advert: dict[str, Any]) -> Iterator[Pay]:
    low, high = amount_of(advert.get("minimumSalary")), amount_of(advert.get("maximumSalary"))
    if low is not None or high is not None:
        period = PERIOD_OF_TYPE.get(str(advert.get("salaryType")).lower())
        text = advert.get("salary") or " - ".join(str(end) for end in (low, high) if end)
        yield pay_in_fields(low, high, text=text, currency=advert.get("currency"), period=period)
