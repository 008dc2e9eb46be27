"""Read Paylocity job boards: first the list in the script of an employer's page, then the pages of single jobs.

A list has the first words of each text, but neither pay nor kind of employment, so we request the pages of jobs in
roles we follow. Some jobs' addresses and pages do not say which board the job is on. Therefore we append board and
employer to the address as a fragment, which is never sent. Streets are not read.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

from extractors.boards import on_board
from extractors.reading.schema_org import page_of, read_board_page
from extractors.response import Response, each, objects_in
from extractors.sources.declaration import BoardUrl, platform
from extractors.sources.fetching import fetch_lists_and_postings, followed_postings
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.records.vocabulary import SNIPPET
from transforms.text.rejects import Rejected, leave_out

HOST = "https://recruiting.paylocity.com/"
PAGE_DATA = re.compile(r"window\.pageData\s*=\s*")
SINGLE = HOST + "Recruiting/Jobs/Details/"
EMPLOYER = re.compile(r"#[^?]*\?employer=(.+)")
"""Pattern of the employer's name in the fragment of a job's address."""
NUMBER = re.compile(r"/Jobs/Details/(\d+)", re.IGNORECASE)
SELECTORS = {
    "title": ".job-preview-title",
    "jobLocation": ".preview-location",
    "description": ".job-preview-details > :not(.mobile-apply-btn)",
}
"""CSS selectors of the job's properties, for a page that has no JSON-LD."""
KNOWN = frozenset([
    "JobId", "JobTitle", "LocationName", "ShouldDisplayLocation", "PublishedDate", "Description", "IsInternal",
    "HiringDepartment", "JobLocation", "IsRemote", "IndeedRemoteType",
])  # fmt: skip

SOURCE = platform(
    "paylocity",
    endpoints=(HOST + "recruiting/jobs/All/", SINGLE),
    boards=(
        BoardUrl(
            HOST + "recruiting/jobs/All/{board}",
            posting=SINGLE + "{id}#{board}",
            pages=(r"https://recruiting\.paylocity\.com/(?i:recruiting/jobs/all)/(?P<board>[0-9a-f-]{36})(?:[/?#]|$)",),
        ),
    ),
)


def _next(page: Response, postings: list[str]) -> None:
    data = _page_data(page)
    query = f"?employer={quote(str(data['ModuleTitle']), safe='')}" if data.get("ModuleTitle") else ""
    public = [job for job in objects_in(data.get("Jobs")) if job.get("IsInternal") is not True]
    postings += [url + query for url in followed_postings(page, SOURCE, public, id="JobId", title="JobTitle")]


fetch = fetch_lists_and_postings(SOURCE, _next)


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every job of a board's page, or the job of a single page, and an issue for each job that cannot be read."""
    if number := NUMBER.search(response.url):
        match = EMPLOYER.search(response.url)
        name, url = unquote(match[1]) if match else None, SINGLE + number[1]
        yield from read_board_page(
            response, SOURCE, id=number[1], url=url, named=name, is_token_a_name=False, selectors=SELECTORS
        )
        return
    data = _page_data(response)
    read = functools.partial(_read_job, employer=data.get("ModuleTitle") or None)
    yield from each(data.get("Jobs"), on_board(SOURCE, response.url, read, is_token_a_name=False), known=KNOWN)


def _page_data(response: Response) -> dict[str, Any]:
    page = page_of(response)
    begin = PAGE_DATA.search(page)
    try:
        data, _ = json.JSONDecoder(strict=False).raw_decode(page, begin.end()) if begin else (None, 0)
    except (ValueError, RecursionError) as error:
        raise Rejected("response", page[:80], f"expected JSON in the page's script: {error}") from error
    if not isinstance(data, dict):
        raise Rejected("response", page[:80], "expected a page with window.pageData; the board may be gone")
    return data


def _read_job(job: dict[str, Any], *, employer: str | None) -> RawPosting | Issue:
    if job.get("IsInternal") is True:
        return leave_out(f"{job.get('JobId')} {job.get('JobTitle')}", "expected a job open to the public")
    place = job.get("JobLocation") or {}
    location = job.get("LocationName") or place.get("Name") or place.get("Metro") or ""
    town = ", ".join(filter(None, (place.get("City"), place.get("State"))))
    return RawPosting(
        source=SOURCE.name,
        id=job.get("JobId"),
        title=job.get("JobTitle"),
        url=f"{SINGLE}{job.get('JobId')}",
        employer=employer,
        department=job.get("HiringDepartment"),
        text=job.get("Description"),
        text_class=SNIPPET,
        location_text=location,
        addresses=[Address(town or location or None, place.get("Country"), place.get("State"), place.get("City"))],
        is_remote=job.get("IsRemote"),
        posted_on=job.get("PublishedDate"),
    )
