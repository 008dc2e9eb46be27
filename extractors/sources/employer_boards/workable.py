"""Read Workable job boards: the list of an account's jobs with descriptions, made for a widget on websites.

Two shapes are read: the widget's list, which we request, and the v3 list, which others recorded. The v3 list has no
descriptions. `state` is a region in the widget's list, but the status of the job in the v3 list. The `shortcode`
identifies a job.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from extractors.boards import on_board
from extractors.response import Response, each
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_boards
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import leave_out

HOST = "https://apply.workable.com/"
EMPLOYMENT_OF_TYPE = {"full": "full time", "part": "part time"}
"""Types in the v3 list that are too short to name a kind of employment, with the words that we read instead."""
KNOWN = frozenset([
    "id", "shortcode", "title", "code", "country", "state", "city", "department", "telecommuting", "employment_type",
    "experience", "education", "industry", "function", "published_on", "created_at", "url", "shortlink",
    "application_url", "description", "locations", "location", "remote", "workplace", "isInternal", "published", "type",
    "language", "accountUid", "approvalStatus",
])  # fmt: skip

SOURCE = platform(
    "workable",
    endpoints=(HOST + "api/",),
    boards=(
        BoardUrl(
            HOST + "api/v1/widget/accounts/{board}?details=true",
            pages=(r"https://apply\.workable\.com/(?!api/|j/)(?P<board>[^/?#]+)",),
        ),
        BoardUrl(HOST + "api/v3/accounts/{board}/jobs", is_paged=True),
    ),
)


fetch = fetch_boards(SOURCE)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job, and an issue for each job that cannot be read."""
    answer, account = response.json(), SOURCE.board_in(response.url) or ""
    jobs, name = answer, None
    if isinstance(answer, dict):
        jobs, name = answer.get("jobs", answer.get("results")), answer.get("name")
    read = functools.partial(_read_job, account=account, employer=name if isinstance(name, str) else None)
    yield from each(jobs, on_board(SOURCE, response.url, read), known=KNOWN)


def _read_job(job: dict[str, Any], *, account: str, employer: str | None) -> RawPosting | Issue:
    is_v3 = "location" in job
    if job.get("isInternal") or (is_v3 and job.get("state", "published") != "published"):
        return leave_out(f"{job.get('shortcode')} {job.get('title')}", "expected a job shown to the public")
    places = job.get("locations") or [job["location"] or {} if is_v3 else job]
    kind, department = job.get("employment_type") or job.get("type"), job.get("department")
    return RawPosting(
        source=SOURCE.name,
        id=job.get("shortcode"),
        title=job.get("title"),
        url=job.get("url") or f"{HOST}{account}/j/{job.get('shortcode')}/",
        employer=employer,
        department=department[0] if isinstance(department, list) and department else department or None,
        industry_text=job.get("industry"),
        html=job.get("description"),
        location_text="; ".join(filter(None, map(_line, places))),
        addresses=[*map(_address, places)],
        is_remote=job.get("remote") if is_v3 else job.get("telecommuting"),
        workplace=job.get("workplace"),
        employment_type=EMPLOYMENT_OF_TYPE.get(kind, kind) if kind else None,
        posted_on=job.get("published_on") or job.get("published"),
        language=job.get("language"),
        level=job.get("experience"),
    )


def _address(place: dict[str, Any]) -> Address:
    country, region = place.get("countryCode") or place.get("country"), place.get("region") or place.get("state")
    return Address(_line(place), country, region, place.get("city"))


def _line(place: dict[str, Any]) -> str:
    return ", ".join(filter(None, (place.get("city"), place.get("country"))))
