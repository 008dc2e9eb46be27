"""Read Remotive through the public API: one response with all jobs of its free feed.

All work is remote; `candidate_required_location` says where it may be done. Pay is prose or an empty text. Times have
no zone. The response also has a warning and a legal notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from extractors.response import Response, each, note_missing
from extractors.sources.declaration import WHOLE_LIST, WHOLE_LIST_EXPIRY_DAYS, Source
from extractors.sources.fetching import fetch_addresses
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue

ADDRESS = "https://remotive.com/api/remote-jobs"
KNOWN = frozenset([
    "id", "url", "title", "company_name", "company_logo", "company_logo_url", "category", "tags", "job_type",
    "publication_date", "candidate_required_location", "salary", "description",
])  # fmt: skip

SOURCE = Source(
    name="remotive",
    title="Remotive",
    kind="aggregator",
    publisher="Remotive",
    homepage="https://github.com/remotive-com/remote-jobs-api",
    endpoints=(ADDRESS,),
    licence="""Free to share when each job links to its Remotive page and Remotive is named; not to be passed to other
    job boards or put behind a sign-up. We publish counts, never adverts""",
    terms_url="https://remotive.com/api-documentation",
    terms_checked="2026-04-23, in the recorded answer itself",
    quotation="""Please do not submit Remotive jobs to third Party websites, including but not limited to: Jooble,
    Neuvoo, Google Jobs, LinkedIn Jobs. Please link back to the URL found on Remotive AND mention Remotive as a
    source""",
    gives="adverts of remote work with texts, a day late, pay as a line",
    attribution="Job postings: Remotive (remotive.com).",
    is_republishable=True,
    is_verified=True,
    cadence="jobs appear a day late; at most four requests a day are asked for",
    expected_rows=(5, 20_000),
    pause=30.0,
    most_requests=4,
    expires_after_days=WHOLE_LIST_EXPIRY_DAYS,
    whole_list=ADDRESS,
    facts="""Seen in a stored answer of 2026 with 22 jobs: publication times without a zone, salary as prose or an empty
    text, places such as 'Worldwide' and 'USA, Canada, USA timezones', counts that equal the list. Documentation: no
    key, no paging, only active jobs are listed. More than two requests a minute are blocked.""",
)


fetch = fetch_addresses(ADDRESS)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job, and an issue for each job that cannot be read.

    Yield an issue, too, for a list with fewer jobs than it states.
    """
    answer = response.json()
    jobs: Any = answer.get("jobs") if isinstance(answer, dict) else None
    yield from each(jobs, _read_job, known=KNOWN)
    yield from note_missing(len(jobs), answer.get("total-job-count"))


def _read_job(job: dict[str, Any]) -> RawPosting:
    return RawPosting(
        source=SOURCE.name,
        board=WHOLE_LIST,
        id=job.get("id"),
        title=job.get("title"),
        url=job.get("url"),
        employer=job.get("company_name"),
        html=job.get("description"),
        location_text=job.get("candidate_required_location"),
        is_remote=True,
        employment_type=job.get("job_type"),
        posted_on=job.get("publication_date"),
        pay_text=job.get("salary"),
    )
