"""Polite requests: pauses, robots.txt, reservations of text and data mining, and rest for failing hosts.

Nothing here sends a request: a session passes the function that does.
"""

from __future__ import annotations

import codecs
import contextlib
import fnmatch
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson
import protego

from extractors.web.reservations import ROBOT, has_signal, signals_in

MAX_CONCURRENT = 2
"""Maximum number of requests to one host at the same time."""
RULES_REQUESTS = 2
"""Number of requests for the rules of a host: robots.txt and tdmrep.json."""
MAX_RULES_AGE = 86_400.0
"""Seconds for which the rules of a host are reused; RFC 9309 asks for at most a day."""
MAX_FAILURES = 5
"""Number of failed requests in a row after which a host is left alone."""
FAILURE_PAUSE = 600.0
"""Seconds for which a failing host is left alone; then one request tries it."""
MAX_RULES = 512 * 1024
"""Maximum bytes of a robots.txt that are read; RFC 9309 asks for at least 500 KiB."""
FORBIDS_ALL = "User-agent: *\nDisallow: /"
"""Used in place of a robots.txt that could not be read."""
RULES_WAIT = 10.0
"""Seconds before the robots.txt of a host is requested a second time."""
TOO_MANY = 429
MAX_REDIRECTS = 5
REDIRECTS = frozenset((301, 302, 303, 307, 308))

Ask = Callable[[str, int], tuple[int, str | None, bytes]]
"""A function that requests an address and reads at most the given number of bytes. It returns status, Location and
body, and raises `OSError` if there is no answer."""


@dataclass
class _Host:
    free_at: float = 0.0
    failures: int = 0
    closed_until: float = 0.0
    why_closed: str = ""
    rules: Rules | None = None
    places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MAX_CONCURRENT))
    reading: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Rules:
    """What a host allows. `read_at` is when its rules were read, in seconds of the clock of `Politeness`.

    `why_none` says why its robots.txt could not be read, in which case nothing is allowed; None if it was read.
    """

    read_at: float
    robots: protego.Protego
    why_none: str | None
    reserved: tuple[tuple[str, str | None], ...]
    """Path patterns reserved from text and data mining, each with the address of its policy (None if none is
    stated)."""
    signals: tuple[tuple[str, str], ...] = ()
    """Content-Signals in robots.txt that apply to us, as pairs of path prefix and signal."""

    def refusal(self, url: str, *, obeys_signals: bool = True) -> str | None:
        """Return why an address may not be requested; None if it may. With `obeys_signals`, any `no` in a
        Content-Signal forbids it."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if self.why_none:
            return f"robots.txt could not be read, so nothing may be requested: {self.why_none}"
        if not self.robots.can_fetch(url, ROBOT):
            return f"forbidden to {ROBOT} by {host}/robots.txt"
        for pattern, policy in self.reserved:
            if fnmatch.fnmatchcase(parts.path, pattern):
                return reservation(f"{host}/.well-known/tdmrep.json", policy)
        for begin, signal in self.signals if obeys_signals else ():
            if (parts.path or "/").startswith(begin) and has_signal(signal):
                return f"reserved by the Content-Signal of {host}/robots.txt: {signal}"
        return None

    @property
    def crawl_delay(self) -> float:
        """Seconds between two requests according to robots.txt; 0 if it names none."""
        return float(self.robots.crawl_delay(ROBOT) or 0)


class Politeness:
    """Turns, rules and failures of all hosts. A host's limits apply to all our sources and threads together.

    `sleep` and `clock` (both in seconds) are replaced in tests.
    """

    def __init__(
        self, *, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sleep = sleep
        self.clock = clock
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._lock = threading.Lock()

    def _host(self, url: str) -> _Host:
        with self._lock:
            return self._hosts[_host_of(url)]

    @contextlib.contextmanager
    def turn(self, url: str, pause: float) -> Iterator[None]:
        """Wait for the host until a place is free and `pause` seconds have passed since the last request to it."""
        host = self._host(url)
        with host.places:
            with self._lock:
                now = self.clock()
                begin = max(now, host.free_at)
                host.free_at = begin + pause
            if begin > now:
                self.sleep(begin - now)
            yield

    def why_closed(self, url: str) -> str | None:
        """Return why the host of this address is left alone now; None if it is not."""
        host = self._host(url)
        with self._lock:
            return host.why_closed if self.clock() < host.closed_until else None

    def note_answer(self, url: str) -> None:
        """Record a normal answer: the host no longer has failures in a row."""
        host = self._host(url)
        with self._lock:
            host.failures = 0

    def note_failure(self, url: str, why: str) -> None:
        """Record a failure. After `MAX_FAILURES` in a row the host is left alone for a while."""
        host = self._host(url)
        with self._lock:
            host.failures += 1
        if host.failures >= MAX_FAILURES:
            self._close(host, FAILURE_PAUSE, f"its host is left alone after {host.failures} failures in a row: {why}")

    def close_for(self, url: str, seconds: float) -> None:
        """Leave the host alone for this number of seconds, because it asked for that."""
        self._close(self._host(url), seconds, f"its host asked for no requests for {seconds:.0f} seconds")

    def _close(self, host: _Host, seconds: float, why: str) -> None:
        with self._lock:
            host.closed_until = max(host.closed_until, self.clock() + seconds)
            host.why_closed = why

    def delay(self, url: str, seconds: float) -> None:
        """Make all sources wait this number of seconds before their next request to the host (Retry-After)."""
        host = self._host(url)
        with self._lock:
            host.free_at = max(host.free_at, self.clock() + seconds)

    def rules(self, url: str, ask: Ask, pause: float, *, is_anew: bool = False) -> Rules:
        """Return the rules of the address's host, read once a day, or again now with `is_anew`.

        `ask` sends the requests, and `pause` is the number of seconds between them.
        """
        host = self._host(url)
        with host.reading:
            if is_anew or host.rules is None or self.clock() - host.rules.read_at > MAX_RULES_AGE:
                robots, why = self._robots(_host_of(url), ask, pause)
                tdmrep = b"" if why else self._ask_for_tdmrep(_host_of(url), ask, pause)
                host.rules = make_rules(robots, tdmrep, read_at=self.clock(), why_none=why)
            return host.rules

    def _robots(self, host: str, ask: Ask, pause: float) -> tuple[str, str | None]:
        url = f"{host}/robots.txt"
        for _ in range(MAX_REDIRECTS + 1):
            try:
                status, location, body = self._ask_twice(url, ask, pause)
            except OSError as error:
                return "", str(error)
            if has_no_rules(status):
                return "", None
            if 200 <= status < 300:
                return robots_text(body), None
            if status not in REDIRECTS or location is None:
                return "", f"it answered HTTP {status}"
            try:
                url = urljoin(url, location)
                is_other = urlsplit(url).scheme != urlsplit(host).scheme
            except ValueError as error:
                return "", f"it redirects to an invalid address: {error}"
            if is_other:
                return "", f"it redirects to {url}"
        return "", f"over {MAX_REDIRECTS} redirects"

    def _ask_twice(self, url: str, ask: Ask, pause: float) -> tuple[int, str | None, bytes]:
        """Request an address, and once more if the host is busy or silent, as a whole source depends on the answer."""
        for wait in (RULES_WAIT, 0.0):
            try:
                with self.turn(url, pause):
                    answer = ask(url, MAX_RULES)
                if answer[0] < 500 and answer[0] != TOO_MANY:
                    break
            except OSError:
                if not wait:
                    raise
            if wait:
                self.sleep(wait)
        return answer

    def _ask_for_tdmrep(self, host: str, ask: Ask, pause: float) -> bytes:
        url = f"{host}/.well-known/tdmrep.json"
        try:
            with self.turn(url, pause):
                status, _, body = ask(url, MAX_RULES)
        except OSError:
            return b""
        return body if status == 200 else b""


def make_rules(robots: str, tdmrep: bytes, *, read_at: float = 0.0, why_none: str | None = None) -> Rules:
    """Return the rules in a site's robots.txt (as returned by `robots_text`) and tdmrep.json."""
    return Rules(
        read_at=read_at,
        robots=protego.Protego.parse(robots),
        why_none=why_none,
        reserved=tuple(list_reserved(tdmrep)),
        signals=tuple(signals_in(robots)),
    )


BOM = b"\xef\xbb\xbf"
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


def has_no_rules(status: int) -> bool:
    """Whether a status means that a site has no robots.txt (RFC 9309, 2.3.1.3: 4xx). 429 means "later" and permits
    nothing."""
    return 400 <= status < 500 and status != TOO_MANY


def robots_text(body: bytes) -> str:
    """Return the whole lines of a robots.txt within `MAX_RULES`, with bytes beyond ASCII written like `%C3`.

    RFC 9309, 2.2.2, compares paths in this form. Without even one complete line everything is forbidden.
    """
    is_cut = len(body) >= MAX_RULES
    body = body[:MAX_RULES]
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        body = body.decode("utf-16", "replace").encode()
    if is_cut:
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
        if not body:
            return FORBIDS_ALL
    return _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % ord(byte[0]), body.removeprefix(BOM)).decode()


def reservation(where: str, policy: str | None) -> str:
    """Return the message for an address that is reserved from text and data mining."""
    return f"text and data mining is reserved by {where}" + (f"; its policy: {policy}" if policy else "")


def list_reserved(body: bytes) -> Iterator[tuple[str, str | None]]:
    """Yield the path patterns that a tdmrep.json reserves, each with its policy or None. Invalid content, such as the
    web page that many sites answer with, reserves nothing."""
    try:
        content: Any = orjson.loads(body.removeprefix(BOM))
    except orjson.JSONDecodeError:
        return
    for rule in content if isinstance(content, list) else [content]:
        is_reserved = isinstance(rule, dict) and rule.get("tdm-reservation") in (1, "1")
        if is_reserved and isinstance(rule.get("location"), str):
            location = rule["location"]
            policy = rule.get("tdm-policy")
            pattern = location.removesuffix("$") if location.endswith("$") else location.rstrip("*") + "*"
            yield pattern, policy if isinstance(policy, str) else None


def _host_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
