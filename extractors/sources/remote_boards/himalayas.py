"""Read Himalayas through the public remote jobs API, newest jobs first, twenty on a page.

The documentation is wrong in three points: in fact times are in seconds, offsets are numbers, and pay may be hourly
(`salaryPeriod`, which older responses lack). `currency` and `salaryPeriod` may be set without any pay. `companyName`
may be the literal "name"; then the slug names the employer. Time zones are hours from UTC and name no place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractors.response import Response
from extractors.sources.declaration import declare
from extractors.sources.fetching import after_records, fetch_recent
from extractors.sources.parsing import parse_list
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting

API = "https://himalayas.app/jobs/api"
PAGE = 20
"""Number of jobs on a page: the API's maximum."""
DAYS = 1
"""A night reads the jobs of this many days. About 95,000 jobs are open for 60 days each, so 1,600 a day are new."""
MAX_PAGES = 200
NO_NAME = "name"
KNOWN = frozenset([
    "title", "excerpt", "companyName", "companySlug", "companyLogo", "employmentType", "minSalary", "maxSalary",
    "salaryPeriod", "currency", "seniority", "locationRestrictions", "timezoneRestrictions", "categories",
    "parentCategories", "description", "pubDate", "expiryDate", "applicationLink", "guid",
])  # fmt: skip

SOURCE = declare("himalayas", kind="aggregator", endpoints=(API,), most_requests=MAX_PAGES)


def _next(page: Response) -> str | None:
    answer = page.json()
    return after_records(page.url, "offset", len(answer["jobs"]), total=answer["totalCount"])


fetch = fetch_recent(f"{API}?limit={PAGE}&offset=0", _next, "jobs", time="pubDate", days=DAYS, max_pages=MAX_PAGES)


def _read_job(job: dict[str, Any]) -> RawPosting:
    name = job.get("companyName")
    levels: Sequence[str] = job.get("seniority") or ()
    countries = job.get("locationRestrictions") or ()
    return RawPosting(
        source=SOURCE.name,
        id=job.get("guid"),
        title=job.get("title"),
        url=job.get("applicationLink") or job.get("guid"),
        employer=job.get("companySlug") if name in (None, "", NO_NAME) else name,
        html=job.get("description"),
        location_text="; ".join(countries),
        addresses=[Address(country=country) for country in countries],
        is_remote=True,
        employment_type=job.get("employmentType"),
        level=levels[0] if len(levels) == 1 else None,  # several levels mean any level
        posted_on=job.get("pubDate"),
        valid_through=job.get("expiryDate"),
        pay=stated_pay(
            job.get("minSalary"), job.get("maxSalary"), currency=job.get("currency"), period=job.get("salaryPeriod")
        ),
    )


parse = parse_list(_read_job, "jobs", known=KNOWN)
