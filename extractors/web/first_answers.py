"""The first answers of a night, before anything of it is written: can any host be found, and what time is it there?

What is asked for are the rules of a few hosts (robots.txt), which a night needs first of all. They are kept for it, so
that no host is asked twice.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

import requests

from extractors.source import Source
from extractors.web.server_time import ServerTime
from extractors.web.session import web_for

MAX_HOSTS = 9
"""Hosts that are asked."""
LOOK_UP_SECONDS = 10.0
"""Seconds that looking up all their names may take: a resolver that does not answer is given up after as many."""
ANSWER_SECONDS = 20.0
"""Seconds that all of them together have to answer; who has not by then is not heard."""

Item = TypeVar("Item")


class Asked(NamedTuple):
    """A source and an address of it, whose host is asked."""

    source: Source
    url: str

    @property
    def host(self) -> str:
        """The host's name, without a port."""
        return urlsplit(self.url).hostname or ""


def choose_hosts(sources: Iterable[Source], boards: Mapping[str, Sequence[str]]) -> list[Asked]:
    """Up to `MAX_HOSTS` hosts, of each source one. Where its boards have hosts of their own it is that of a board.

    `boards` are tokens by source.
    """
    by_host: dict[str, Asked] = {}
    for source in sources:
        fixed = [endpoint for endpoint in source.endpoints if "*" not in urlsplit(endpoint).netloc]
        for url in fixed or _list_addresses(source, boards.get(source.name, ())):
            asked = Asked(source, url)
            if by_host.setdefault(asked.host, asked) is asked:
                break
        if len(by_host) == MAX_HOSTS:
            break
    return list(by_host.values())


def _list_addresses(source: Source, boards: Sequence[str]) -> Iterable[str]:
    for board in boards:
        with contextlib.suppress(ValueError):  # a token of another shape
            yield source.url_of(board)


def find_hosts(asked: Sequence[Asked]) -> list[Asked]:
    """Those whose host's name can be looked up. What goes through a proxy counts: its names are the proxy's to find."""
    found: list[Asked] = []

    def look_up(one: Asked) -> None:
        if not requests.utils.select_proxy(one.url, requests.utils.get_environ_proxies(one.url)):
            socket.getaddrinfo(one.host, None)
        found.append(one)

    _each_within(LOOK_UP_SECONDS, look_up, asked)
    return found.copy()


def hear_times(asked: Sequence[Asked], contact: str | None) -> list[ServerTime]:
    """What time it is by each host that answers soon enough and says so. Nothing is archived."""
    webs = [(web_for(one.source, writer=None, contact=contact), one.url) for one in asked]
    _each_within(ANSWER_SECONDS, lambda pair: pair[0].read_rules(pair[1]), webs)
    return [web.times[0] for web, _ in webs if web.times]


def _each_within(seconds: float, act: Callable[[Item], None], items: Sequence[Item]) -> None:
    """Do something with each item, side by side; whatever is not done after so many seconds is left behind.

    In threads of their own, since looking up a name heeds no time-out. Nothing is done of an item that fails.
    """

    def run(item: Item) -> None:
        with contextlib.suppress(OSError, UnicodeError):  # UnicodeError: a name that is none
            act(item)

    threads = [threading.Thread(target=run, args=(item,), name="first answer", daemon=True) for item in items]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0.0))
