"""Asking for addresses, one after the other, without letting one that fails stop the rest.

Sources use these two functions in their `fetch`. Politeness, time-outs and the archive are the session's
business (`web.py`), retries the flow's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

from extractors.source import Response
from extractors.web import FetchFailed

LOG = logging.getLogger("jobmarket")
SAID_EVERY = 100
"""Addresses after which a long fetch says how far it is: about two minutes of a polite night."""


class Web(Protocol):
    """What a source needs of a session (`extractors.web.Web` or a test's): an answer, or `FetchFailed`."""

    def get(self, url: str) -> Response:
        """Ask for an address; the answer is archived before it is returned."""
        ...


def ask_each(web: Web, urls: Iterable[str]) -> list[str]:
    """Ask for every address. Returns what failed or did not answer 200, one line each; [] when all went well."""
    failures: list[str] = []
    for number, url in enumerate(urls, start=1):
        if number % SAID_EVERY == 0:
            LOG.info("asking for the %dth address, %s; %d failed so far", number, url, len(failures))
        try:
            answer = web.get(url)
        except FetchFailed as error:
            failures.append(f"{url}: {error}")
        else:
            if answer.status != 200:
                failures.append(f"{url}: HTTP {answer.status}")
    return failures


def ask_first(web: Web, urls: Iterable[str]) -> list[str]:
    """Ask for the addresses in order until one answers. Returns [] then, else what failed, one line each."""
    failures: list[str] = []
    for url in urls:
        failed = ask_each(web, [url])
        if not failed:
            return []
        failures += failed
    return failures
