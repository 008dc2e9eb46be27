"""Read Arbeitnow through the public job board API, newest jobs first, a hundred on a page.

Some descriptions are HTML that was escaped twice, because the original boards send it like that. `job_types` contains
kinds of employment and levels, in German and English. There is no pay. The country is known only if the words for the
place name it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from extractors.response import Response, each
from extractors.sources.declaration import Source
from extractors.web.paging import Web, ask_pages
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.role.titles import employment_type_of, seniority_stated

ADDRESS = "https://www.arbeitnow.com/api/job-board-api"
DAYS = 2
"""A night reads the jobs of this many days: about 15 pages in 2026. With two days, one missed night loses nothing."""
MAX_PAGES = 60
KNOWN = frozenset([
    "slug", "company_name", "title", "description", "remote", "url", "tags", "job_types", "location", "created_at",
])  # fmt: skip

SOURCE = Source(
    name="arbeitnow",
    title="Arbeitnow",
    kind="aggregator",
    publisher="Arbeitnow",
    homepage="https://www.arbeitnow.com/blog/job-board-api",
    endpoints=(ADDRESS,),
    licence="A free public API, as is and revocable, not to be abused; a link back is appreciated",
    terms_url="https://www.arbeitnow.com/terms",
    terms_checked="2026-06-14, in the recorded answer itself",
    quotation="This is a free public API for jobs, please do not abuse. I would appreciate linking back to the site.",
    gives="adverts in Germany and Europe with texts, without pay in fields",
    attribution="Job postings: Arbeitnow (www.arbeitnow.com).",
    is_republishable=True,
    is_verified=True,
    cadence="hourly, newest first",
    expected_rows=(50, 6_000),
    most_requests=MAX_PAGES,
    facts="""Seen in two stored answers of 2026 of 100 jobs each: creation times in seconds, falling but for a few,
    cities mostly of Germany and mostly without the country, labels such as 'berufserfahren' beside 'Internship', half
    of the rows without any. The address of the next page stands in `links.next`; the number of pages is not said.
    Reported, but not in these answers: descriptions escaped once more. No limit of requests was found. Its terms say of
    the API, as others quote them on 2026-08-03: "We may revoke the permission to use API at any time." A clause of
    theirs on materials of the site, "for personal, non-commercial transitory viewing only", does not name the API; two
    readers of 2026 take it as open whether it means the API too.""",
)


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the pages of the last `DAYS` days. Return one line for each failure."""
    since = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC) - timedelta(days=DAYS)
    return ask_pages(web, ADDRESS, functools.partial(next_of, since=since.timestamp()), max_pages=MAX_PAGES)


def next_of(response: Response, *, since: float) -> str | None:
    """Return the address of the next page, or None after the last page and after a page with only old jobs.

    A job is old if it was created before `since`, a time in seconds since 1970 (UTC).
    """
    answer = response.json()
    times = [job.get("created_at") for job in answer["data"] if isinstance(job, dict)]
    following: str | None = answer["links"]["next"]
    return following if any(isinstance(time, int) and time >= since for time in times) else None


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job of a page, and an issue for each job that cannot be read."""
    yield from each(response.value_at("data"), _read_job, known=KNOWN)


def _read_job(job: dict[str, Any]) -> RawPosting:
    labels = job.get("job_types") or ()
    levels = [label for label in labels if seniority_stated(label)]
    return RawPosting(
        source=SOURCE.name,
        id=job.get("slug"),
        title=job.get("title"),
        url=job.get("url"),
        employer=job.get("company_name"),
        html=job.get("description"),
        location_text=job.get("location"),
        is_remote=job.get("remote"),
        employment_type=", ".join(label for label in labels if label not in levels or employment_type_of(label)),
        level=levels[0] if levels else None,
        posted_on=job.get("created_at"),
    )
