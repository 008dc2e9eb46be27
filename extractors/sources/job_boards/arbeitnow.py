"""Read Arbeitnow through the public job board API, newest jobs first, a hundred on a page.

Some descriptions are HTML that was escaped twice, because the original boards send it like that. `job_types` contains
kinds of employment and levels, in German and English. There is no pay. The country is known only if the words for the
place name it.
"""

from __future__ import annotations

from typing import Any

from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_recent
from extractors.sources.parsing import parse_list
from transforms.raw_posting import RawPosting
from transforms.role.titles import employment_type_of, seniority_stated

ADDRESS = "https://www.arbeitnow.com/api/job-board-api"
DAYS = 2
"""A night reads the jobs of this many days: about 15 pages in 2026. With two days, one missed night loses nothing."""
MAX_PAGES = 60
KNOWN = frozenset([
    "slug", "company_name", "title", "description", "remote", "url", "tags", "job_types", "location", "created_at",
])  # fmt: skip

SOURCE = declare("arbeitnow", kind="aggregator", endpoints=(ADDRESS,), most_requests=MAX_PAGES)


fetch = fetch_recent(
    ADDRESS,
    lambda page: page.json()["links"]["next"],
    "data",
    time="created_at",
    days=DAYS,
    max_pages=MAX_PAGES,
)


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


parse = parse_list(_read_job, "data", known=KNOWN)
