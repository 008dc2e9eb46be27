"""Read USAJOBS, the job board of the United States government, through its search API.

An amount is a text with a code for its interval: a year, an hour, or something that is not pay for regular work, such
as a fee, a school year or no compensation. Pay is the range that the advert offers, which the law sets by grade.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from extractors.reading.pay_fields import pay_in_fields
from extractors.sources.declaration import declare
from extractors.sources.fetching import after_full_pages, ask_paged_lists
from extractors.sources.parsing import parse_list
from extractors.web.paging import Web
from transforms.pay.structured import amount_of
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Pay

API = "https://data.usajobs.gov/api/"
KEYS = ("JOBMARKET_USAJOBS_KEY", "JOBMARKET_USAJOBS_EMAIL")
QUERIES = ("JobCategoryCode=1560", "JobCategoryCode=1550", "JobCategoryCode=2210", "Keyword=artificial%20intelligence",
           "Keyword=machine%20learning")  # fmt: skip
"""Queries for the job categories of data science (1560), computer science (1550) and information technology (2210), and
for words about AI in any category."""
PAGE, PAGES = 500, 5
PERIOD_OF_CODE = {
    "PA": "year", "PM": "month", "PW": "week", "PD": "day", "PH": "hour",
    "Per Year": "year", "Per Month": "month", "Per Week": "week", "Per Day": "day", "Per Hour": "hour",
}  # fmt: skip
WORD_OF_OFFERING = {
    "Term": "temporary", "Seasonal": "temporary", "Summer": "temporary", "Intermittent": "on call",
    "Internships": "internship", "Recent graduates": None, "Multiple": None, "Multiple Schedules": None,
    "Shift work": None, "Job sharing": "part time", "Telework": None, "Detail": "temporary",
}  # fmt: skip
"""Words that we read in place of the source's words for schedules and appointments, which would be misread. None marks
a word that names no kind of employment."""
TEXTS = ("JobSummary", "MajorDuties", "Requirements", "Education", "Evaluations", "Benefits")
KNOWN = frozenset(("MatchedObjectId", "MatchedObjectDescriptor", "RelevanceRank", "RelevanceScore"))

SOURCE = declare("usajobs", kind="aggregator", endpoints=(API,), keys=KEYS)


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Request the pages of each query."""
    key, mail = (web.keys.get(name, "") for name in KEYS)
    headers = {"Authorization-Key": key, "User-Agent": mail}
    firsts = [f"{API}search?{query}&Fields=Full&ResultsPerPage={PAGE}&Page=1" for query in QUERIES]
    next_of = after_full_pages("Page", "SearchResult", "SearchResultItems", size=PAGE, last=PAGES)
    return ask_paged_lists(web, firsts, next_of, max_pages=PAGES, headers=headers)


def _read_item(item: dict[str, Any]) -> RawPosting:
    advert = item["MatchedObjectDescriptor"]
    details = (advert.get("UserArea") or {}).get("Details") or {}
    places = advert.get("PositionLocation") or ()
    kinds = [kind["Name"] for key in ("PositionSchedule", "PositionOfferingType") for kind in advert.get(key) or ()]
    words = filter(None, (WORD_OF_OFFERING.get(kind, kind) for kind in kinds))
    return RawPosting(
        source=SOURCE.name,
        id=item.get("MatchedObjectId"),
        title=advert.get("PositionTitle"),
        url=advert.get("PositionURI"),
        employer=advert.get("OrganizationName"),
        department=advert.get("DepartmentName"),
        requisition_id=advert.get("PositionID"),
        html="".join(f"<div>{text}</div>" for text in _texts(advert, details)),
        location_text="; ".join(place["LocationName"] for place in places),
        addresses=[_address(place) for place in places],
        is_remote=details.get("RemoteIndicator"),
        employment_type=", ".join(words) or None,
        posted_on=advert.get("PublicationStartDate"),
        openings=details.get("TotalOpenings"),
        valid_through=advert.get("ApplicationCloseDate"),
        pay=tuple(pay for range_ in advert.get("PositionRemuneration") or () for pay in _pay(range_)),
    )


parse = parse_list(_read_item, "SearchResult", "SearchResultItems", known=KNOWN)


def _texts(advert: dict[str, Any], details: dict[str, Any]) -> Iterator[str]:
    for name in TEXTS:
        part = details.get(name)
        yield from part if isinstance(part, list) else [part] if part else []
        if name == "MajorDuties" and advert.get("QualificationSummary"):
            yield f"<h3>Qualifications</h3>{advert['QualificationSummary']}"


def _address(place: dict[str, Any]) -> Address:
    """Read a place. The city's field also holds the state ("Washington, District of Columbia")."""
    city, _, state = (place.get("CityName") or "").partition(", ")
    return Address(
        text=place.get("LocationName"),
        country=place.get("CountryCode"),
        region=place.get("CountrySubDivisionCode") or state or None,
        locality=city or None,
    )


def _pay(pay_range: dict[str, Any]) -> Iterator[Pay]:
    low, high = amount_of(pay_range.get("MinimumRange")), amount_of(pay_range.get("MaximumRange"))
    if low or high:
        code = str(pay_range.get("RateIntervalCode"))
        period = PERIOD_OF_CODE.get(code)
        interval = pay_range.get("Description") or code
        text = f"{pay_range.get('MinimumRange')} - {pay_range.get('MaximumRange')} {interval}"
        component = "base" if period else "other"
        yield pay_in_fields(low, high, text=text, currency="USD", period=period, component=component)
