"""Requests for many addresses or pages, one after the other; one that fails does not stop the rest.

Sources use these functions in their `fetch`. Politeness, time-outs, retries and the archive belong to `session.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from extractors.response import ANSWERED, GONE, Response
from extractors.sources.declaration import Source
from extractors.web.session import FetchFailed
from transforms.text.rejects import MISSHAPEN, Rejected

LOG = logging.getLogger("jobmarket")
MAX_POSTINGS = 2_000
"""Single postings a source asks for a night, usually: half an hour at one a second."""
LOG_EVERY = 100
"""Addresses after which a long fetch logs its progress: about two minutes."""


class Web(Protocol):
    """What a source needs of a session (`extractors.web.session.Web` or a test's): an answer, or `FetchFailed`."""

    @property
    def keys(self) -> Mapping[str, str]:
        """Values of the source's `keys` in the environment; none in a replay."""
        ...

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        form: Mapping[str, object] | None = None,
    ) -> Response:
        """Ask for an address; the answer is archived before it is returned.

        `headers` and `secret` (query fields) are sent and never archived or said. With `form`, the fields are
        posted as JSON, and the answer is archived under the address with the fields as its query, so that each
        page of a paged search has an address of its own.
        """
        ...

    def ask(self, url: str, *, headers: Mapping[str, str] | None = None) -> int:
        """Ask for an address, whose answer is archived, and return its status."""
        ...

    def token(self, url: str, credentials: Mapping[str, str] | None = None) -> str:
        """An access token for a client's credentials, posted as a form, or the one that a public page shows.

        Nothing of it is archived or said.
        """
        ...

    def newest(self, prefix: str) -> Response | None:
        """The newest answer with data that earlier nights archived of all addresses that begin so; None without one."""
        ...


def ask_each(
    web: Web, urls: Iterable[str], *, headers: Mapping[str, str] | None = None, may_be_gone: bool = False
) -> list[str]:
    """Ask for every address. Returns what failed or did not answer 200, one line each; [] when all went well.

    With `may_be_gone` the addresses are those of single postings: that one is gone is an answer too.
    """
    statuses = (*ANSWERED, *GONE) if may_be_gone else ANSWERED
    failures: list[str] = []
    for number, url in enumerate(urls, start=1):
        if number % LOG_EVERY == 0:
            LOG.info("asking for the %dth address, %s; %d failed so far", number, url, len(failures))
        try:
            status = web.ask(url, headers=headers)
        except FetchFailed as error:
            failures.append(f"{url}: {error}")
        else:
            if status not in statuses:
                failures.append(f"{url}: HTTP {status}")
    return failures


def ask_boards(web: Web, source: Source, boards: Iterable[str]) -> list[str]:
    """Ask for the list of every board. Returns what failed, one line each; [] when all went well."""
    urls: list[str] = []
    failures: list[str] = []
    for board in boards:
        try:
            urls.append(source.url_of(board))
        except ValueError as error:
            failures.append(str(error))
    return failures + ask_each(web, urls)


def ask_lists(
    web: Web,
    source: Source,
    boards: Iterable[str],
    next_of: Callable[[Response, list[str]], str | None],
    *,
    most: int = 1,
) -> list[str]:
    """Ask for the lists of every board, then for the single postings they name. Returns what failed, one line each.

    `next_of` puts the addresses of postings that are worth asking for into the list it is given, and returns the
    address of the page that follows, or None; `most` are the most pages of one board.
    """
    failures: list[str] = []
    postings: list[str] = []
    for board in boards:
        try:
            url = source.url_of(board)
        except ValueError as error:
            failures.append(str(error))
        else:
            failures += ask_pages(web, url, lambda page: next_of(page, postings), most=most)
    return failures + ask_postings(web, source, postings)


def ask_postings(web: Web, source: Source, urls: Iterable[str]) -> list[str]:
    """Ask for single postings by their addresses, each once, `most_postings` at most. Returns what failed."""
    addresses, most = list(dict.fromkeys(urls)), source.most_postings
    failures = ask_each(web, addresses[:most], may_be_gone=True)
    if len(addresses) > most:
        failures.append(f"{len(addresses) - most} single postings left out, {most} are the most a night")
    return failures


def ask_first(web: Web, urls: Iterable[str]) -> list[str]:
    """Ask for the addresses in order until one answers. Returns [] then, else what failed, one line each."""
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
    most: int,
    headers: Mapping[str, str] | None = None,
    secret: Mapping[str, str] | None = None,
) -> list[str]:
    """Ask for the first page and for what `next_of` says follows each, until it says None.

    Stops at `most` pages, at a page that fails, that `next_of` cannot read, or that was asked for before. Returns
    what failed, one line each; [] when the last page was reached.
    """
    url: str | None = first
    urls: set[str] = set()
    while url is not None:
        if url in urls:
            return [f"{url}: the pages run in a circle; {len(urls)} read"]
        if len(urls) == most:
            return [f"{url}: left out, {most} pages are the most that are read"]
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
            return [f"{url}: what follows it cannot be read: {error}"]
    return []
