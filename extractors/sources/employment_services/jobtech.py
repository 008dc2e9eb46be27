"""JobTech: the adverts of Platsbanken, the Swedish public employment service's board, by its JobSearch API.

An advert has its whole text, no remote flag and no pay in numbers (`salary_description` is prose). Times are
Stockholm's and say so nowhere. JobStream has the same records and, for adverts taken away, sparse ones with
`removed: true`. The contacts' names, mails and telephones are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from extractors.response import Response, each
from extractors.source import Source
from extractors.web.paging import Web, ask_pages
from transforms.place.places import Address
from transforms.posting import RawPosting
from transforms.records.rows import Issue

SEARCH, STREAM = "https://jobsearch.api.jobtechdev.se/", "https://jobstream.api.jobtechdev.se/"
DATA_IT = {"occupation-field": "apaJ_2ja_LuF"}
"""The taxonomy's concept for the field of occupations Data/IT."""
QUERIES = (DATA_IT, {"q": "artificiell intelligens"}, {"q": "maskininlärning"}, {"q": "machine learning"}, {"q": "AI"})
PAGE, LAST_OFFSET = 100, 2_000
OFFSET = re.compile(r"\boffset=(\d+)")
KINDS = ("employment_type", "working_hours_type")
HEADINGS = {"must_have": "Must have:", "nice_to_have": "Nice to have:"}
KNOWN = frozenset((
    "id", "external_id", "original_id", "label", "webpage_url", "logo_url", "headline", "application_deadline",
    "number_of_vacancies", "description", "employment_type", "salary_type", "salary_description", "duration",
    "working_hours_type", "scope_of_work", "access", "employer", "application_details", "experience_required",
    "access_to_own_car", "driving_license_required", "driving_license", "occupation", "occupation_group",
    "occupation_field", "workplace_address", "must_have", "nice_to_have", "application_contacts", "publication_date",
    "last_publication_date", "removed", "removed_date", "source_type", "timestamp", "relevance", "trainee", "larling",
    "franchise", "hire_work_place", "open_for_all", "municipality", "region", "country",
))  # fmt: skip

SOURCE = Source(
    name="jobtech",
    title="Platsbanken",
    kind="aggregator",
    publisher="Arbetsförmedlingen, through JobTech",
    homepage="https://jobtechdev.se",
    endpoints=(SEARCH, STREAM),
    licence="CC0 1.0, as others report; the publisher's own page was not read",
    terms_url="https://jobtechdev.se",
    attribution="Job adverts: Platsbanken, Arbetsförmedlingen (JobTech, CC0).",
    is_republishable=True,
    is_verified=False,
    cadence="live",
    expected_rows=(100, 10_000),
    most_requests=105,
    facts=(
        "No stored answer; the shape is that of the API's own examples in clients' code. Of three ways to read it, "
        "JobStream's snapshot is 390 MB a night for a few hundred adverts of ours, its stream says what changed but "
        "not what is open, and JobSearch answers for the field Data/IT and for words for AI with at most 105 pages: "
        "JobSearch is asked. Its documentation asks not to fetch every advert of every region with it; one field once "
        "a night is not that. At most 100 adverts a page up to offset 2,000, no key now. `experience_required: false` "
        "is no statement of a level. The reference for applicants is free text, in which names and telephone numbers "
        "stand, and is not read as a requisition. A removal in JobStream is noted, and the advert's last whole version "
        "stays. The yearly archives have other ids and shapes and are not read."
    ),
)


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Ask for the pages of each query, newest first. Returns what failed."""
    rest = {"sort": "pubdate-desc", "limit": PAGE, "offset": 0}
    firsts = [f"{SEARCH}search?{urlencode({**query, **rest})}" for query in QUERIES]
    most = LAST_OFFSET // PAGE + 1
    return [failure for first in firsts for failure in ask_pages(web, first, _next, most=most)]


def _next(page: Response) -> str | None:
    """The offset after a full page, up to the last that the API gives."""
    hits: Any = page.listed("hits")
    if len(hits) < PAGE or page.url.endswith(f"offset={LAST_OFFSET}"):
        return None
    return OFFSET.sub(lambda offset: f"offset={int(offset[1]) + PAGE}", page.url)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Every advert of a page of JobSearch, or of JobStream's bare list."""
    yield from each(response.listed("hits"), read_advert, known=KNOWN)


def read_advert(advert: dict[str, Any]) -> RawPosting | Issue:
    """One advert; a removal is none."""
    if advert.get("removed"):
        rule = "an advert expected; the stream says that this one was removed, and its last whole version stays"
        return Issue(column_name="record", value=str(advert.get("id"))[:200], rule=rule, is_deliberate=True)
    place = advert.get("workplace_address") or {}
    kinds = [_label(advert, key) for key in KINDS]
    town = place.get("city") or place.get("municipality")
    names = dict.fromkeys(filter(None, (town, place.get("region"), place.get("country"))))
    return RawPosting(
        source=SOURCE.name,
        id=advert.get("id"),
        title=advert.get("headline"),
        url=advert.get("webpage_url"),
        employer=(advert.get("employer") or {}).get("name"),
        text="\n".join(_text(advert)),
        location_text=", ".join(names),
        addresses=[Address(country=place.get("country"), region=place.get("region"), locality=town)] if names else (),
        employment_type=", ".join(filter(None, kinds)) or None,
        posted_on=advert.get("publication_date"),
        openings=advert.get("number_of_vacancies"),
        valid_through=advert.get("application_deadline"),
        pay_text=advert.get("salary_description"),
    )


def _label(advert: dict[str, Any], key: str) -> str | None:
    return (advert.get(key) or {}).get("label")


def _text(advert: dict[str, Any]) -> Iterator[str]:
    """The advert's text, then the skills and experience it asks for in lists of their own."""
    yield (advert.get("description") or {}).get("text") or ""
    for key, heading in HEADINGS.items():
        asked = advert.get(key) or {}
        labels = [one["label"] for part in ("skills", "work_experiences") for one in asked.get(part) or ()]
        if labels:
            yield heading
            yield from (f"- {label}" for label in labels)
