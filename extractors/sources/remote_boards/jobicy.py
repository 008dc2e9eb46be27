"""Read Jobicy through the public remote jobs API: one response with the newest hundred jobs.

Titles and labels have HTML entities inside the JSON. The keys of pay are missing if there is no pay. `jobGeo` lists the
countries and groups of countries in which the remote work may be done, with double spaces.
"""

from __future__ import annotations

from html import unescape
from typing import Any

from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_addresses
from extractors.sources.parsing import parse_list
from transforms.pay.structured import stated_pay
from transforms.place.places import Address
from transforms.raw_posting import RawPosting

API = "https://jobicy.com/api/v2/remote-jobs"
ADDRESS = f"{API}?count=100"
KNOWN = frozenset([
    "id", "url", "jobSlug", "jobTitle", "companyName", "companyLogo", "jobIndustry", "jobType", "jobGeo", "jobLevel",
    "jobExcerpt", "jobDescription", "pubDate", "salaryMin", "salaryMax", "salaryCurrency", "salaryPeriod",
])  # fmt: skip

SOURCE = declare("jobicy", kind="aggregator", endpoints=(API,))


fetch = fetch_addresses(ADDRESS)


def _read_job(job: dict[str, Any]) -> RawPosting:
    geo = [" ".join(name.split()) for name in unescape(job.get("jobGeo") or "").split(",")]
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=unescape(job.get("jobTitle") or ""),
        url=job.get("url"),
        employer=unescape(job.get("companyName") or ""),
        html=job.get("jobDescription"),
        location_text="; ".join(geo),
        addresses=[Address(country=name) for name in geo if name],
        is_remote=True,
        employment_type=", ".join(job.get("jobType") or ()),
        level=unescape(job.get("jobLevel") or ""),
        posted_on=job.get("pubDate"),
        pay=stated_pay(
            job.get("salaryMin"),
            job.get("salaryMax"),
            currency=job.get("salaryCurrency"),
            period=job.get("salaryPeriod"),
        ),
    )


parse = parse_list(_read_job, "jobs", known=KNOWN)
