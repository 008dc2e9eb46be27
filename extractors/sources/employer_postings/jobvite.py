"""Read Jobvite job boards: first the pages of an employer's search, then the pages of single jobs.

A list has the title and place of each job. We request the pages of jobs in roles we follow. The markup of a job's page
names no employer, and its pay amount is made of empty texts. Comments in a page hold withdrawn texts and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from extractors.boards import on_board
from extractors.reading.schema_org import page_of, read_board_page, tree_of
from extractors.response import Response, each
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_lists_and_postings
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.role.titles import names_followed_role
from transforms.text.rejects import Rejected, leave_out

HOST = "https://jobs.jobvite.com/"
MAX_PAGES = 50
"""Maximum number of pages of a board's list to request: enough for 2,500 jobs."""
JOB = re.compile(r"/([^/?#]+)/job/(\w+)(?:[/?#]|\Z)")
SEVERAL = re.compile(r"\d+ Locations")
"""Pattern of the text that a list shows instead of a place if a job has several places."""
SELECTORS = {"title": ".jv-header", "description": ".jv-job-detail-description"}
"""CSS selectors of the job's properties, for a page that has no JSON-LD."""

SOURCE = platform(
    "jobvite",
    endpoints=(HOST,),
    boards=(
        BoardUrl(
            HOST + "{board}/search",
            posting=HOST + "{board}/job/{id}",
            pages=(r"https://jobs\.jobvite\.com/(?:careers/)?(?!careers/|support/)(?P<board>[^/?#]+)",),
            is_paged=True,
        ),
    ),
)


def _next(page: Response, postings: list[str]) -> str | None:
    tree = _tree(page)
    postings += [row["url"] for row in _rows(tree, page.url) if names_followed_role(row["title"])]
    link = next((link.get("href") for link in tree.iter("a") if _is(link, "jv-pagination-next")), None)
    return urljoin(page.url, link) if link else None


fetch = fetch_lists_and_postings(SOURCE, _next, max_pages=MAX_PAGES)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job on a page of a list, or the job of a single page, and an issue for each job that is not read."""
    if native := SOURCE.posting_of(response.url):
        yield from read_board_page(response, SOURCE, id=native, selectors=SELECTORS)
        return
    tree = _tree(response)
    if SOURCE.board_in(response.url) is None:  # a closed job redirects to such a page
        yield leave_out(response.url, "expected a page of a search or of a job; what redirects here may be closed")
    else:
        yield from each(_rows(tree, response.url), on_board(SOURCE, response.url, _read_row))


def _tree(response: Response) -> Any:
    page = page_of(response)
    tree = tree_of(page) if "jv-" in page else None
    if tree is None:
        raise Rejected("response", page[:80], "expected a page of a list of jobs; the board may be gone")
    return tree


def _rows(tree: Any, url: str) -> list[dict[str, Any]]:
    """Return the id, address, title and place of each job that a list links to, once per job.

    The place of a job is in an element that comes after the job's link.
    """
    rows: dict[str, dict[str, Any]] = {}
    row: dict[str, Any] = {}
    for element in tree.iter("*"):
        match = JOB.search(element.get("href") or "") if element.tag == "a" else None
        if match:
            row = rows.setdefault(match[2], {"id": match[2], "url": urljoin(url, element.get("href"))})
            row.setdefault("title", _words(next((part for part in element.iter("*") if _is(part, "title")), element)))
        elif row and _is(element, "jv-job-list-location"):
            row.setdefault("place", _words(element))
    return list(rows.values())


def _is(element: Any, name: str) -> bool:
    return name in (element.get("class") or "").split()


def _words(element: Any) -> str:
    """Return the text of an element without comments, which XPath leaves out."""
    return " ".join(element.xpath("string()").split())


def _read_row(row: dict[str, Any]) -> RawPosting:
    place = row.get("place")
    return RawPosting(
        source=SOURCE.name,
        id=row["id"],
        title=row["title"],
        url=row["url"],
        location_text=None if place is None or SEVERAL.fullmatch(place) else place,
    )
