"""Read JobPostings of the open web from WARC files of Common Crawl: `jobmarket crawl PATHS`.

Nothing is requested. A person supplies the files, and extractors/crawl finds the pages whose markup has a posting.
These pages are read like employers' career pages. A crawl does not show which adverts a site lists. Therefore adverts
belong to no board, and an advert that a later crawl lacks is not closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from extractors.reading.schema_org import read_job_posting, read_page
from extractors.response import Response
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_nothing
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue

SOURCE = declare("common_crawl", kind="aggregator", endpoints=("https://data.commoncrawl.org/",), is_bulk=True)


fetch = fetch_nothing


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield the postings in the markup of a page."""

    def read(item: dict[str, Any]) -> RawPosting:
        return RawPosting(**read_job_posting(item, source=SOURCE.name, url=response.url) | {"board": None})

    yield from read_page(response, read, remedy="`jobmarket crawl` archives no other page")
