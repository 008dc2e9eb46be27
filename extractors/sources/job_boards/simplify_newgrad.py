"""Read New-Grad-Positions: a list of entry-level jobs in North America that Simplify and Pitt CSC keep on GitHub.

One file is the whole list, so a job that the file no longer has is closed. Rows of closed jobs may stay, with `active:
false`. The list has titles, places and links, but no texts and no pay. `source` may be the user name of a contributor
and is not read.
"""

from __future__ import annotations

from typing import Any

from extractors.sources.declaration import WHOLE_LIST, declare
from extractors.sources.fetching import fetch_addresses
from extractors.sources.parsing import parse_list
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import leave_out

REPOSITORY = "https://raw.githubusercontent.com/SimplifyJobs/New-Grad-Positions/"
ADDRESS = f"{REPOSITORY}dev/.github/scripts/listings.json"
KNOWN = frozenset((
    "source", "company_name", "id", "title", "active", "is_visible", "date_posted", "date_updated", "url",
    "locations", "company_url", "sponsorship",
))  # fmt: skip

SOURCE = declare("simplify_newgrad", kind="aggregator", endpoints=(REPOSITORY,), whole_list=ADDRESS)


fetch = fetch_addresses(ADDRESS)


def _read_row(row: dict[str, Any]) -> RawPosting | Issue:
    if not (row["active"] and row["is_visible"]):
        rule = "expected an open and visible job; this row says active or is_visible: false"
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


parse = parse_list(_read_row, known=KNOWN)
