"""Read JobPostings of the open web from WARC files of Common Crawl: `jobmarket crawl PATHS`.

Nothing is requested. A person has the files, and extractors/crawl finds the pages whose markup has a posting. These
pages are read like employers' career pages. A crawl does not show which adverts a site lists. Therefore adverts belong
to no board, and an advert that a later crawl lacks is not closed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from extractors.reading.schema_org import read_job_posting, read_page
from extractors.response import Response
from extractors.sources.declaration import EXPIRY_DAYS, Source
from extractors.sources.fetching import fetch_nothing
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue

SOURCE = Source(
    name="common_crawl",
    title="Job postings of the open web, from Common Crawl",
    kind="aggregator",
    publisher="Common Crawl Foundation; the pages are their sites' own",
    homepage="https://commoncrawl.org/",
    endpoints=("https://data.commoncrawl.org/",),
    licence="""Common Crawl's terms of use, known by its own summary of earlier years alone, so that nothing made from
    it is published until they are read; pages remain under the rights of their sites""",
    terms_url="https://commoncrawl.org/terms-of-use",
    terms_checked="""2026-11-28, in its own older answers to questions (commoncrawl.atlassian.net), which sum its terms
    up; the page of the terms was not at hand""",
    quotation="""you cannot republish the data retrieved from the crawl (unless allowed by fair use), you cannot resell
    access to the service, you cannot use the crawl data for any illegal purposes, and you must respect the Terms of Use
    of the sites we crawl.""",
    gives="pages with a JobPosting, as a crawl recorded them",
    attribution="Job postings on the open web: Common Crawl.",
    cadence="monthly",
    expected_rows=(1, 10_000_000),
    access="file",
    is_bulk=True,
    expires_after_days=EXPIRY_DAYS,
    facts="""A bulk source: files of a crawl are handed over and read whole (`jobmarket crawl`), nothing is asked, and
    no advert of it is in a panel. Pages with a schema.org JobPosting in JSON-LD (alone, in lists, in an `@graph`) or
    microdata are read as career pages are; RDFa is not. What the crawl recorded of reservations is obeyed: robots.txt
    and tdmrep.json of the site where the files hold them, X-Robots-Tag, robots in the page, tdm-reservation and
    Content-Signal, any `no` of which counts. Of one advert on the employer's own site and on a site of many employers,
    the employer's is kept. The day of a capture is the day an advert was seen; what a crawl lacks closes nothing.
    Bodies come unpacked, while `X-Crawl-Content-Encoding` says how they were sent; longer pages are cut
    (`WARC-Truncated`), and count where their JSON-LD is whole. Seen: one recorded page of CC-MAIN-2024-22, which has no
    posting; no recorded page with one was found, hence not verified.""",
)


fetch = fetch_nothing


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield the postings in the markup of a page."""
    read = functools.partial(_read_item, url=response.url)
    yield from read_page(response, read, remedy="`jobmarket crawl` archives no other page")


def _read_item(item: dict[str, Any], *, url: str) -> RawPosting:
    return RawPosting(**read_job_posting(item, source=SOURCE.name, url=url) | {"board": None})
