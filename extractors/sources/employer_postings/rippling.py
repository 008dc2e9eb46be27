"""Read Rippling job boards through the public Job Board API: first lists, then single jobs.

A list repeats a job, under one id, for each of its places. Lists have no text, date, employer or pay, so we request
single jobs in roles we follow. Places are words: "San Francisco, CA", "Remote (United States)", "Hybrid (New York, New
York, US)".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from extractors.boards import on_board
from extractors.response import Response, each, note_cut
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_lists_and_postings, followed_postings
from transforms.pay.scope import tied_to
from transforms.pay.structured import stated_pay
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay
from transforms.text.rejects import leave_out

API = "https://api.rippling.com/platform/api/ats/v1/board/"
CUT_AT = 1_000
"""Length of a list that others reported. It may be the server's limit."""
IN_BRACKETS = re.compile(r"(?:remote|hybrid)\s*\((.+)\)\s*", re.IGNORECASE)
KNOWN = frozenset([
    "uuid", "name", "department", "url", "workLocation", "workLocations", "description", "employmentType", "createdOn",
    "payRangeDetails", "companyName", "unlistedFromSearch", "activeJobApplication", "board",
])  # fmt: skip

SOURCE = platform(
    "rippling",
    endpoints=(API,),
    boards=(
        BoardUrl(
            API + "{board}/jobs",
            posting=API + "{board}/jobs/{id}",
            pages=(
                r"https://ats\.rippling\.com/(?:[a-z]{2}-[A-Z]{2}/)?(?!api/|internal/)(?P<board>[^/?#]+)/jobs(?:[/?#]|$)",
            ),
        ),
    ),
)


def _next(page: Response, postings: list[str]) -> None:
    postings += followed_postings(page, SOURCE, page.json(), id="uuid", title="name")


fetch = fetch_lists_and_postings(SOURCE, _next)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job of a list, or a single job, and an issue for a list that may be cut off."""
    rows, board = response.json(), SOURCE.board_in(response.url)
    jobs = [rows] if SOURCE.posting_of(response.url) else _by_job(rows)
    yield from each(jobs, on_board(SOURCE, response.url, functools.partial(_read_job, board=board)), known=KNOWN)
    yield from note_cut(len(rows) if isinstance(rows, list) else 0, (CUT_AT,))


def _by_job(rows: object) -> object:
    """Merge the rows of each job into one row with all places. Leave rows of another shape for `each` to refuse."""
    if not isinstance(rows, list):
        return rows
    jobs: dict[object, Any] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or not isinstance(row.get("uuid"), str):
            jobs[number] = row
            continue
        job = jobs.setdefault(row["uuid"], {**row, "workLocations": []})
        job["workLocations"].append(row.get("workLocation"))
    return list(jobs.values())


def _read_job(job: dict[str, Any], *, board: str | None) -> RawPosting | Issue:
    if job.get("unlistedFromSearch") is True:
        return leave_out(f"{job.get('uuid')} {job.get('name')}", "expected a job that the board lists")
    department, kind = job.get("department") or {}, job.get("employmentType") or {}
    text = job.get("description") or {}
    places = [p if p is None or isinstance(p, str) else p.get("label") for p in job.get("workLocations") or ()]
    issues: list[Issue] = []
    return RawPosting(
        source=SOURCE.name,
        id=job.get("uuid"),
        title=job.get("name"),
        url=job.get("url") or f"https://ats.rippling.com/{board}/jobs/{job.get('uuid')}",
        employer=job.get("companyName"),
        department=department.get("name") or department.get("label"),
        html="".join(f"<div>{text[part]}</div>" for part in ("role", "company") if text.get(part)),
        location_text="; ".join(filter(None, places)),
        employment_type=kind.get("label") or kind.get("id"),
        posted_on=job.get("createdOn"),
        pay=tuple(pay for pay_range in job.get("payRangeDetails") or () for pay in _pay(pay_range, issues)),
        issues=issues,
    )


def _pay(pay_range: dict[str, Any], issues: list[Issue]) -> tuple[Pay, ...]:
    place = pay_range.get("location") or ""
    inside = IN_BRACKETS.fullmatch(place)
    return stated_pay(
        pay_range.get("rangeStart"),
        pay_range.get("rangeEnd"),
        currency=pay_range.get("currency"),
        period=pay_range.get("frequency"),
        tie=tied_to(inside[1] if inside else place)._replace(level_text=None),
        issues=issues,
    )
