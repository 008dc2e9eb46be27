"""Rules of polite requests: pauses, robots.txt, reservations of text and data mining, and leaving failing hosts alone.

One `Politeness` serves all sources of a night and any number of threads, because the limits of a host count for all of
our sources together. Nothing here sends a request: a session passes the function that does.
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
"""Requests that may run at the same time to one host."""
RULES_REQUESTS = 2
"""Requests by which the rules of a host become known: robots.txt and tdmrep.json."""
MAX_RULES_AGE = 86_400.0
"""Seconds for which a host's rules are reused: RFC 9309 asks for a day at most."""
MAX_FAILURES = 5
"""Requests in a row a host may fail before it is left alone."""
FAILURE_PAUSE = 600.0
"""Seconds a host that fails is left alone; then one request tries it."""
MAX_RULES = 512 * 1024
"""Bytes of robots.txt that are read; RFC 9309 asks for at least 500 KiB."""
FORBIDS_ALL = "User-agent: *\nDisallow: /"
"""Stands for a robots.txt that could not be read."""
RULES_WAIT = 10.0
"""Seconds after which a host's robots.txt is asked for once more."""
TOO_MANY = 429
MAX_REDIRECTS = 5
REDIRECTS = frozenset((301, 302, 303, 307, 308))

Ask = Callable[[str, int], tuple[int, str | None, bytes]]
"""Asks an address for at most so many bytes: status, Location and body. Raises `OSError` when there is no answer."""


@dataclass
class _Host:
    """State of one host."""

    free_at: float = 0.0
    failures: int = 0
    closed_until: float = 0.0
    why_closed: str = ""
    rules: Rules | None = None
    places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MAX_CONCURRENT))
    reading: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Rules:
    """What a host allows, read at a time. `why_none`: its robots.txt could not be read, so it allows nothing."""

    read_at: float
    robots: protego.Protego
    why_none: str | None
    reserved: tuple[tuple[str, str | None], ...]
    """Path patterns whose use for text and data mining is reserved, each with its policy's address if stated."""
    signals: tuple[tuple[str, str], ...] = ()
    """Content-Signals of its robots.txt that bind us, each with the beginning of the paths it is said of."""

    def refusal(self, url: str, *, obeys_signals: bool = True) -> str | None:
        """Why an address may not be asked, or None when it may. A Content-Signal refuses by any `no`, if obeyed."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if self.why_none:
            return f"robots.txt could not be read, so nothing may be asked: {self.why_none}"
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
        """Seconds between two requests that robots.txt asks for; 0 when it asks for none."""
        return float(self.robots.crawl_delay(ROBOT) or 0)


class Politeness:
    """Turns, rules and failures of all hosts. `sleep` and `clock` (seconds) are for tests."""

    def __init__(
        self, *, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sleep = sleep
        self.clock = clock
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def turn(self, url: str, pause: float) -> Iterator[None]:
        """Wait until the address's host may be asked, `pause` seconds after whoever asked it last."""
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
        """Why the address's host may not be asked now; None when it may."""
        host = self._host(url)
        with self._lock:
            return host.why_closed if self.clock() < host.closed_until else None

    def note_answer(self, url: str) -> None:
        """The host answered normally: its count of failures in a row starts again."""
        host = self._host(url)
        with self._lock:
            host.failures = 0

    def note_failure(self, url: str, why: str) -> None:
        """The host did not answer; after `MAX_FAILURES` times in a row it is left alone for a while."""
        host = self._host(url)
        with self._lock:
            host.failures += 1
            if host.failures >= MAX_FAILURES:
                self._close(
                    host, FAILURE_PAUSE, f"its host is left alone after {host.failures} failures in a row: {why}"
                )

    def close_for(self, url: str, seconds: float) -> None:
        """The host asked for no requests for so many seconds."""
        with self._lock:
            self._close(
                self._hosts[_host_of(url)], seconds, f"its host asked not to be asked for {seconds:.0f} seconds"
            )

    def delay(self, url: str, seconds: float) -> None:
        """All sources wait so many seconds with their next request to the host (Retry-After)."""
        host = self._host(url)
        with self._lock:
            host.free_at = max(host.free_at, self.clock() + seconds)

    def rules(self, url: str, ask: Ask, pause: float, *, is_anew: bool = False) -> Rules:
        """The rules of the address's host, asked for once a day, or now with `is_anew`."""
        host = self._host(url)
        with host.reading:
            if is_anew or host.rules is None or self.clock() - host.rules.read_at > MAX_RULES_AGE:
                host.rules = self._read_rules(_host_of(url), ask, pause)
            return host.rules

    def _close(self, host: _Host, seconds: float, why: str) -> None:
        host.closed_until = max(host.closed_until, self.clock() + seconds)
        host.why_closed = why

    def _host(self, url: str) -> _Host:
        with self._lock:
            return self._hosts[_host_of(url)]

    def _read_rules(self, host: str, ask: Ask, pause: float) -> Rules:
        robots, why = self._robots(host, ask, pause)
        patterns = () if why else self._read_reservations(host, ask, pause)
        return Rules(
            read_at=self.clock(),
            robots=protego.Protego.parse(robots),
            why_none=why,
            reserved=patterns,
            signals=tuple(signals_in(robots)),
        )

    def _robots(self, host: str, ask: Ask, pause: float) -> tuple[str, str | None]:
        """The text of the host's robots.txt, and why it cannot be used."""
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
                return "", f"it redirects to no address: {error}"
            if is_other:
                return "", f"it redirects to {url}"
        return "", f"over {MAX_REDIRECTS} redirects"

    def _ask_twice(self, url: str, ask: Ask, pause: float) -> tuple[int, str | None, bytes]:
        """An answer; once more, later, where there is none or the host is busy: a whole source hangs on it."""
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

    def _read_reservations(self, host: str, ask: Ask, pause: float) -> tuple[tuple[str, str | None], ...]:
        """What the host's tdmrep.json reserves (TDM Reservation Protocol); a host without one reserves nothing."""
        url = f"{host}/.well-known/tdmrep.json"
        try:
            with self.turn(url, pause):
                status, _, body = ask(url, MAX_RULES)
        except OSError:
            return ()
        return tuple(list_reserved(body)) if status == 200 else ()


BOM = b"\xef\xbb\xbf"
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


def has_no_rules(status: int) -> bool:
    """Whether a status says that a site has no robots.txt: all is allowed then, and by any other but 2xx nothing is.

    RFC 9309, 2.3.1.3: by 4xx. But 429 says "later", which is no permission.
    """
    return 400 <= status < 500 and status != TOO_MANY


def robots_text(body: bytes) -> str:
    """A robots.txt as it is parsed: its whole lines within `MAX_RULES`, bytes beyond ASCII as `%C3`.

    So RFC 9309, 2.2.2, has paths compared, whatever the letters are encoded in. Where not even the first line is whole,
    nothing is known of the rules behind it, and all is forbidden.
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
    """The words for an address whose use for text and data mining is reserved."""
    return f"text and data mining is reserved by {where}" + (f"; its policy: {policy}" if policy else "")


def list_reserved(body: bytes) -> Iterator[tuple[str, str | None]]:
    """Path patterns that a tdmrep.json reserves. What is no such file reserves nothing: many sites answer a page."""
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
