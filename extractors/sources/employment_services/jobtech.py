"""Read the adverts of Platsbanken, the board of the Swedish public employment service, through JobTech's two APIs.

JobSearch gives adverts with full texts, but without a flag for remote work and without pay in numbers
(`salary_description` is prose). Times are in Stockholm's time zone, but do not name it. JobStream gives the adverts
that changed since a given time, in the same form. For an advert that was taken away, JobStream gives a short record
with `removed: true`, which closes the advert. Names, mail addresses and telephone numbers of contacts are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from extractors.sources.declaration import declare
from extractors.sources.fetching import after_full_pages, ask_paged_lists
from extractors.sources.parsing import parse_list
from extractors.web.paging import Web, ask_each
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Removal
from transforms.text.rejects import Rejected

SEARCH, STREAM = "https://jobsearch.api.jobtechdev.se/", "https://jobstream.api.jobtechdev.se/"
CHANGES = f"{STREAM}v2/stream?"
FIELD = "apaJ_2ja_LuF"
"""Id of the occupational field Data/IT in JobTech's taxonomy."""
DATA_IT = {"occupation-field": FIELD}
QUERIES = (DATA_IT, {"q": "artificiell intelligens"}, {"q": "maskininlärning"}, {"q": "machine learning"}, {"q": "AI"})
PAGE, LAST_OFFSET = 100, 2_000
OVERLAP = timedelta(minutes=5)
"""Overlap of two requests for changes. Because changes are indexed late, each request goes back to this long before
the last response. We send UTC, which is one or two hours behind Stockholm, so the real overlap is longer."""
MAX_DAYS_OF_CHANGES = 14
"""Maximum number of days for which changes are requested. For more days, the response could be too large for the
archive."""
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

SOURCE = declare("jobtech", kind="aggregator", endpoints=(SEARCH, STREAM))


def fetch(web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
    """Request the changes since the last night, then the pages of each query, newest adverts first.

    If an advert is removed after the request for changes, its removal is among the changes of the next night.
    """
    changes = {"updated-after": _begin(web, as_of), "occupation-concept-id": FIELD}
    failures = ask_each(web, [f"{CHANGES}{urlencode(changes)}"])
    rest = {"sort": "pubdate-desc", "limit": PAGE, "offset": 0}
    firsts = [f"{SEARCH}search?{urlencode({**query, **rest})}" for query in QUERIES]
    next_of = after_full_pages("offset", "hits", size=PAGE, step=PAGE, last=LAST_OFFSET)
    return failures + ask_paged_lists(web, firsts, next_of, max_pages=LAST_OFFSET // PAGE + 1)


def _begin(web: Web, as_of: date) -> str:
    """Return the time from which to request changes: a little before the last response.

    If the last response is damaged, return the time that its request used, so that the same changes are requested
    again. Without a last response, return the start of the day before `as_of`. Never return a time more than
    `MAX_DAYS_OF_CHANGES` days before `as_of`.
    """
    last = web.newest(CHANGES)
    begin = datetime.combine(as_of - timedelta(days=1), time(), UTC)
    if last:
        try:
            last.json()
            begin = last.observed_at - OVERLAP
        except Rejected:
            begin = datetime.fromisoformat(parse_qs(urlsplit(last.url).query)["updated-after"][0]).replace(tzinfo=UTC)
    oldest = datetime.combine(as_of - timedelta(days=MAX_DAYS_OF_CHANGES), time(), UTC)
    return max(begin, oldest).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _read_advert(advert: dict[str, Any]) -> RawPosting | Removal:
    if advert.get("removed"):
        if not advert.get("id"):
            raise Rejected("posting_id", advert.get("id"), "expected the id of the removed advert")
        return Removal(id=str(advert["id"]).strip())
    place = advert.get("workplace_address") or {}
    kinds = [(advert.get(key) or {}).get("label") for key in KINDS]
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


parse = parse_list(_read_advert, "hits", known=KNOWN)


def _text(advert: dict[str, Any]) -> Iterator[str]:
    yield (advert.get("description") or {}).get("text") or ""
    for key, heading in HEADINGS.items():
        needs = advert.get(key) or {}
        labels = [need["label"] for part in ("skills", "work_experiences") for need in needs.get(part) or ()]
        if labels:
            yield heading
            yield from (f"- {label}" for label in labels)
