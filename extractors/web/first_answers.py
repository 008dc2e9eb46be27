"""The first requests of a night, sent before it writes anything: is there a network, and is our clock right?

Each request is for a host's rules (robots.txt), which the night needs first and reuses.
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
from extractors.web.session import Web

MAX_HOSTS = 9
"""Maximum number of hosts that are asked."""
LOOK_UP_SECONDS = 10.0
"""Maximum seconds for looking up the names of all hosts, since some resolvers never answer."""
ANSWER_SECONDS = 20.0
"""Maximum seconds to wait for the answers of all hosts; later answers are ignored."""

Item = TypeVar("Item")


class Asked(NamedTuple):
    """A source, and one of its addresses, which is requested."""

    source: Source
    url: str

    @property
    def host(self) -> str:
        """The name of the host, without its port."""
        return urlsplit(self.url).hostname or ""


def choose_hosts(sources: Iterable[Source], boards: Mapping[str, Sequence[str]]) -> list[Asked]:
    """Return addresses at up to `MAX_HOSTS` hosts: one host of each source, then a second host of each, and so on.

    If each board of a source has its own host, hosts of boards are chosen. `boards` are board tokens by source, by
    default those in boards.csv.
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
        with contextlib.suppress(ValueError):  # an invalid token
            yield Asked(source, source.url_of(board))


def find_hosts(asked: Sequence[Asked]) -> list[Asked]:
    """Return the addresses whose host can be looked up. Where a proxy looks up the names, all addresses count."""
    found: list[Asked] = []

    def look_up(address: Asked) -> None:
        if not requests.utils.select_proxy(address.url, requests.utils.get_environ_proxies(address.url)):
            socket.getaddrinfo(address.host, None)
        found.append(address)

    _each_within(LOOK_UP_SECONDS, look_up, asked)
    return found.copy()


def ask_times(asked: Sequence[Asked], contact: str | None) -> list[ServerTime | OutOfDate]:
    """Return the time of each host that answers in time, or `OutOfDate` if its certificate puts our clock in doubt."""
    webs = [(Web(one.source, writer=None, contact=contact), one.url) for one in asked]
    _each_within(ANSWER_SECONDS, lambda pair: pair[0].read_rules(pair[1]), webs)
    return [web.times[0] for web, _ in webs if web.times]


def _each_within(seconds: float, act: Callable[[Item], None], items: Sequence[Item]) -> None:
    """Call `act` for each item in its own thread, and wait `seconds` at most. Errors of the network are ignored."""

    def run(item: Item) -> None:
        with contextlib.suppress(OSError, UnicodeError):  # UnicodeError is raised for an invalid name
            act(item)

    threads = [threading.Thread(target=run, args=(item,), name="first answer", daemon=True) for item in items]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0.0))
