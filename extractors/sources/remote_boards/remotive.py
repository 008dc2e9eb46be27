"""Read Remotive through the public API: one response with all jobs of its free feed.

All work is remote; `candidate_required_location` says where it may be done. Pay is prose or an empty text. Times have
no zone. The response also has a warning and a legal notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from extractors.response import Response, each, note_missing
from extractors.sources.declaration import WHOLE_LIST, declare
from extractors.sources.fetching import fetch_addresses
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue

ADDRESS = "https://remotive.com/api/remote-jobs"
KNOWN = frozenset([
    "id", "url", "title", "company_name", "company_logo", "company_logo_url", "category", "tags", "job_type",
    "publication_date", "candidate_required_location", "salary", "description",
])  # fmt: skip

SOURCE = declare("remotive", kind="aggregator", endpoints=(ADDRESS,), whole_list=ADDRESS)


fetch = fetch_addresses(ADDRESS)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job, and an issue for a list with fewer jobs than it states."""
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
