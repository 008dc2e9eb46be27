"""Read New-Grad-Positions: a list of entry-level jobs in North America that Simplify and Pitt CSC keep on GitHub.

One file is the whole list, so a job that the file no longer has is closed. Rows of closed jobs may stay, with `active:
false`. The list has titles, places and links, but no texts and no pay. `source` may be the user name of a contributor
and is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from extractors.response import Response, each
from extractors.sources.declaration import WHOLE_LIST, WHOLE_LIST_EXPIRY_DAYS, Source
from extractors.sources.fetching import fetch_addresses
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import leave_out

REPOSITORY = "https://raw.githubusercontent.com/SimplifyJobs/New-Grad-Positions/"
ADDRESS = f"{REPOSITORY}dev/.github/scripts/listings.json"
KNOWN = frozenset((
    "source", "company_name", "id", "title", "active", "is_visible", "date_posted", "date_updated", "url",
    "locations", "company_url", "sponsorship",
))  # fmt: skip

SOURCE = Source(
    name="simplify_newgrad",
    title="New-Grad-Positions list",
    kind="aggregator",
    publisher="Simplify",
    homepage="https://github.com/SimplifyJobs/New-Grad-Positions",
    endpoints=(REPOSITORY,),
    licence="None found in the repository: nothing says that it may be republished",
    terms_url="https://github.com/SimplifyJobs/New-Grad-Positions",
    terms_checked="2026-11-28, in a stored copy of its page (00172415); the repository has no licence",
    quotation="""Use this repo to share and keep track of entry-level software, tech, CS, PM, quant jobs for 2025 & 2026
    new graduates.""",
    gives="a list of entry-level openings with links, kept open and closed",
    attribution="Entry-level jobs: SimplifyJobs/New-Grad-Positions.",
    is_verified=True,
    cadence="many times a day",
    expected_rows=(50, 5_000),
    expires_after_days=WHOLE_LIST_EXPIRY_DAYS,
    whole_list=ADDRESS,
    facts="""Seen in 14 stored answers of 2023-10 to 2024-10: a bare array of 268 to 1,382 rows with twelve keys each,
    the same that the repository's own check asks for; 112 to 199 of them active and shown. Dates are epoch seconds.
    `is_visible: false` hides a row, active or not. Places are one text each ('Remote in USA', 'NYC'). No pay, no text.
    Links often lead to Greenhouse, Lever or Workday. The list is for graduates, so a level the title does not name is
    'new grad'. From memory: the branch `dev` in the address.""",
)


fetch = fetch_addresses(ADDRESS)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job that is open and visible, and an issue for each job that is left out or cannot be read."""
    yield from each(response.json(), _read_row, known=KNOWN)


def _read_row(row: dict[str, Any]) -> RawPosting | Issue:
    if not (row["active"] and row["is_visible"]):
        rule = "an open and visible job expected; this row says active or is_visible: false"
        return leave_out(f"{row['id']} {row['title']}", rule)
    return RawPosting(
        source=SOURCE.name,
        id=row.get("id"),
        title=row.get("title"),
        url=row.get("url") or None,
        board=WHOLE_LIST,
        employer=row.get("company_name"),
        location_text="; ".join(row.get("locations") or ()),
        posted_on=row.get("date_posted"),
        level="new grad",
    )
