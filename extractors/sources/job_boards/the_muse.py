"""Read The Muse through the public jobs API, newest jobs first, twenty on a page.

This module relies on what others report about the responses, since we have none ourselves. There is no pay. If
"Flexible / Remote" is among the places, the job may be done remotely.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractors.response import Response
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_pages, raise_field
from extractors.sources.parsing import parse_list
from transforms.raw_posting import RawPosting

API = "https://www.themuse.com/api/public/jobs"
MAX_PAGES = 50
"""Number of pages that a night requests. They hold a thousand jobs. Without a key, 500 requests an hour are allowed."""
KNOWN = frozenset([
    "id", "name", "contents", "publication_date", "short_name", "model_type", "type", "locations", "categories",
    "levels", "tags", "refs", "company",
])  # fmt: skip

SOURCE = declare("the_muse", kind="aggregator", endpoints=(API,), most_requests=MAX_PAGES)


def _next(page: Response) -> str | None:
    return raise_field(page.url, "page", 1, last=min(page.json()["page_count"], MAX_PAGES) - 1)


fetch = fetch_pages(f"{API}?page=0&descending=true", next_of=_next, max_pages=MAX_PAGES)


def _read_job(job: dict[str, Any]) -> RawPosting:
    levels = _names_in(job.get("levels"))
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=job.get("name"),
        url=(job.get("refs") or {}).get("landing_page"),
        employer=(job.get("company") or {}).get("name"),
        html=job.get("contents"),
        location_text="; ".join(_names_in(job.get("locations"))),
        level=levels[0] if len(levels) == 1 else None,
        posted_on=job.get("publication_date"),
    )


parse = parse_list(_read_job, "results", known=KNOWN)


def _names_in(items: Sequence[dict[str, Any]] | None) -> list[str]:
    return [item["name"] for item in items or () if item.get("name")]
