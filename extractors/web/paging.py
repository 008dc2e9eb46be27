"""Request many addresses or pages, one after the other; a failure does not stop the rest.

Sources use these functions in their `fetch`. Politeness, time-outs, retries and archiving are in `session.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from extractors.response import ANSWERED, GONE, Response
from extractors.sources.declaration import Source
from extractors.web import session
from extractors.web.session import FetchFailed
from transforms.text.rejects import MISSHAPEN, Rejected

LOG = logging.getLogger("jobmarket")
LOG_EVERY = 100
"""Number of addresses between two lines of progress in the log: about two minutes."""
Web = session.Web
"""The session that a source's `fetch` gets. All its methods may raise `FetchFailed`."""


def ask_each(
    web: Web, urls: Iterable[str], *, headers: Mapping[str, str] | None = None, may_be_gone: bool = False
) -> list[str]:
    """Request every address. Return a line for each failure and for each status other than 200.

    With `may_be_gone` the addresses are those of single postings, and 404 and 410 are also answers.
    """
    statuses = (*ANSWERED, *GONE) if may_be_gone else ANSWERED
    failures: list[str] = []
    for number, url in enumerate(urls, start=1):
        if number % LOG_EVERY == 0:
            LOG.info("requesting address %d, %s; %d failed so far", number, url, len(failures))
        try:
            status = web.ask(url, headers=headers)
        except FetchFailed as error:
            failures.append(f"{url}: {error}")
        else:
            if status not in statuses:
                failures.append(f"{url}: HTTP {status}")
    return failures


def ask_boards(web: Web, source: Source, boards: Iterable[str]) -> list[str]:
    """Request the list of every board. Return a line for each failure."""
    urls, failures = _list_addresses(source, boards)
    return failures + ask_each(web, urls)


def ask_lists(
    web: Web,
    source: Source,
    boards: Iterable[str],
    next_of: Callable[[Response, list[str]], str | None],
    *,
    max_pages: int = 1,
) -> list[str]:
    """Request the lists of every board, then the single postings they name. Return a line for each failure.

    `next_of` gets a page and a list. It adds the addresses of postings to the list, and returns the address of the next
    page, or None after the last. `max_pages` limits the pages of each board.
    """
    postings: list[str] = []
    urls, failures = _list_addresses(source, boards)
    for url in urls:
        failures += ask_pages(web, url, lambda page: next_of(page, postings), max_pages=max_pages)
    return failures + ask_postings(web, source, postings)


def _list_addresses(source: Source, boards: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the addresses of the boards' lists, and a line for each token without an address."""
    urls: list[str] = []
    failures: list[str] = []
    for board in boards:
        try:
            urls.append(source.url_of(board))
        except ValueError as error:
            failures.append(str(error))
    return urls, failures


def ask_postings(web: Web, source: Source, urls: Iterable[str]) -> list[str]:
    """Request single postings, each once and no more than `source.most_postings`. Return a line for each failure."""
    addresses, limit = list(dict.fromkeys(urls)), source.most_postings
    failures = ask_each(web, addresses[:limit], may_be_gone=True)
    if len(addresses) > limit:
        failures.append(f"{len(addresses) - limit} single postings left out, {limit} are the limit per night")
    return failures


def ask_first(web: Web, urls: Iterable[str]) -> list[str]:
    """Request addresses in order until one answers. Return [] if one does, or else a line for each failure."""
    failures: list[str] = []
    for url in urls:
        lines = ask_each(web, [url])
        if not lines:
            return []
        failures += lines
    return failures


def ask_pages(
    web: Web,
    first: str,
    next_of: Callable[[Response], str | None],
    *,
    max_pages: int,
    headers: Mapping[str, str] | None = None,
    secret: Mapping[str, str] | None = None,
) -> list[str]:
    """Request the first page and the pages after it; `next_of` returns the next address, or None.

    Stops after `max_pages`, at a failure, at a page that `next_of` cannot read, or at an address already requested.
    Returns a line for the failure, or [] after the last page.
    """
    url: str | None = first
    urls: set[str] = set()
    while url is not None:
        if url in urls:
            return [f"{url}: the pages form a loop; {len(urls)} read"]
        if len(urls) == max_pages:
            return [f"{url}: left out, {max_pages} pages are the limit"]
        urls.add(url)
        try:
            answer = web.get(url, headers=headers, secret=secret)
        except FetchFailed as error:
            return [f"{url}: {error}"]
        if answer.status not in ANSWERED:
            return [f"{url}: HTTP {answer.status}"]
        try:
            url = next_of(answer)
        except (Rejected, *MISSHAPEN) as error:
            return [f"{url}: its next page cannot be found: {error}"]
    return []
