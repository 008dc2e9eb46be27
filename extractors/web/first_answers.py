"""The first answers of a night, before anything of it is written: can any host be found, and what time is it there?

What is asked for are the rules of a few hosts (robots.txt), which a night needs first of all. They are kept for it, so
that no host is asked twice.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

import requests

from extractors.boards import boards_of
from extractors.sources.declaration import Source
from extractors.web.server_time import OutOfDate, ServerTime
from extractors.web.session import web_for

MAX_HOSTS = 9
"""Hosts that are asked."""
LOOK_UP_SECONDS = 10.0
"""Seconds that looking up all their names may take: a resolver that does not answer is given up after as many."""
ANSWER_SECONDS = 20.0
"""Seconds that all of them together have to answer; hosts that are later are ignored."""

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
    """Up to `MAX_HOSTS` hosts: one of each source, then a second of each, and so on.

    Where the boards of a source have hosts of their own they are those of boards. `boards` are tokens by source; of a
    source without any, those of boards.csv count.
    """
    by_host: dict[str, Asked] = {}
    lists = [_list_addresses(source, boards.get(source.name) or boards_of(source.name)) for source in sources]
    while lists:
        for addresses in lists.copy():
            if len(by_host) == MAX_HOSTS:
                return list(by_host.values())
            asked = next((one for one in addresses if one.host and one.host not in by_host), None)
            if asked is None:
                lists.remove(addresses)
            else:
                by_host[asked.host] = asked
    return list(by_host.values())


def _list_addresses(source: Source, boards: Sequence[str]) -> Iterator[Asked]:
    fixed = [endpoint for endpoint in source.endpoints if "*" not in urlsplit(endpoint).netloc]
    for endpoint in fixed:
        yield Asked(source, endpoint)
    for board in () if fixed else boards:
        with contextlib.suppress(ValueError):  # a token of another shape
            yield Asked(source, source.url_of(board))


def find_hosts(asked: Sequence[Asked]) -> list[Asked]:
    """Those whose host's name can be looked up. What goes through a proxy counts: its names are the proxy's to find."""
    found: list[Asked] = []

    def look_up(one: Asked) -> None:
        if not requests.utils.select_proxy(one.url, requests.utils.get_environ_proxies(one.url)):
            socket.getaddrinfo(one.host, None)
        found.append(one)

    _each_within(LOOK_UP_SECONDS, look_up, asked)
    return found.copy()


def hear_times(asked: Sequence[Asked], contact: str | None) -> list[ServerTime | OutOfDate]:
    """What time it is by each host that answers soon enough and says so, or whose certificate puts our clock in doubt.

    Nothing is archived.
    """
    webs = [(web_for(one.source, writer=None, contact=contact), one.url) for one in asked]
    _each_within(ANSWER_SECONDS, lambda pair: pair[0].read_rules(pair[1]), webs)
    return [web.times[0] for web, _ in webs if web.times]


def _each_within(seconds: float, act: Callable[[Item], None], items: Sequence[Item]) -> None:
    """Do something with each item, side by side; whatever is not done after so many seconds is left behind.

    In threads of their own, since looking up a name heeds no time-out. An item that fails is skipped.
    """

    def run(item: Item) -> None:
        with contextlib.suppress(OSError, UnicodeError):  # UnicodeError: an invalid name
            act(item)

    threads = [threading.Thread(target=run, args=(item,), name="first answer", daemon=True) for item in items]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0.0))
