"""The one way out: a `Web` asks for addresses, live or from recordings, and archives every answer.

Both ways run over one `requests` session and the same code; a replay only exchanges the adapter behind it,
so that sample, tests and backfill fetch as a live night does. Live, it is polite: it names itself and a
contact, keeps to robots.txt, asks a host once a second, and reaches only the https addresses its source
declares. It never asks twice; retries are the flow's business. What robots.txt answered is not archived:
it is no data of the source.
"""

from __future__ import annotations

import http.cookiejar
import io
import os
import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import orjson
import protego
import requests
import urllib3
from requests.adapters import BaseAdapter

from extractors.archive import LARGEST_BODY, SOFTWARE, Damaged, Recorded, Writer, decoded, read_recorded, recorded_at
from extractors.source import HOST_LABELS, Response, Source

CONTACT = "JOBMARKET_CONTACT"
ROBOT = "ai-job-market"
"""The name robots.txt may address us by."""

PAUSE = 1.0
"""Seconds between two requests to one host, or more when its robots.txt says so."""
TIMEOUTS = (10.0, 60.0)
"""Seconds to connect, and to wait for the next bytes."""
LONGEST_ANSWER = 600.0
"""Seconds one answer may take as a whole, so that a dripping server does not hold up the night."""
MOST_REDIRECTS = 5
LARGEST_ROBOTS = 512 * 1024
"""Bytes of robots.txt that are read; RFC 9309 asks for at least 500 KiB."""
LARGEST_TOKEN = 64 * 1024
"""Bytes of the answer that holds an access token: thirty times a long one."""
REDIRECTS = frozenset((301, 302, 303, 307, 308))

_CONTACT = re.compile(r"(?:mailto:)?[^\s@()]+@[^\s@()]+\.[^\s@().]+|https?://[^\s()]+")


class FetchFailed(Exception):  # noqa: N818  # said as it is reported: the fetch failed
    """No answer was got from an address: `url`, and `why` (the message)."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(why)
        self.url = url
        self.why = why


class MissingContact(ValueError):  # noqa: N818  # names the thing that is missing
    """A live night was asked for without saying whom a site's owner may write to."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is sent beside an address: headers, secret query fields and credentials, never kept, and a form."""

    headers: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, object] | None = None
    credentials: Mapping[str, str] | None = None


class Hosts:
    """The hosts of endpoints; `*` stands for any label or labels."""

    def __init__(self, endpoints: Iterable[str]) -> None:
        self._names = sorted({urlsplit(endpoint).netloc for endpoint in endpoints})
        self._pattern = re.compile("|".join(re.escape(name).replace(r"\*", HOST_LABELS) for name in self._names))

    def hold(self, netloc: str) -> bool:
        """Whether a URL's host (with its port) is one of them."""
        return self._pattern.fullmatch(netloc) is not None

    def __str__(self) -> str:
        return ", ".join(self._names)


class Web:
    """A session for one source and night. Made by `web_for`.

    `n_requests`, `n_bytes` (of bodies, as sent) and `statuses` count what was asked, for the source's health;
    `failures` keeps what failed, `damaged` the records of a replay that could not be read.
    """

    def __init__(
        self,
        source: Source,
        *,
        writer: Writer,
        session: requests.Session,
        manners: Manners | None,
        insecure_hosts: Collection[str],
        now: Callable[[], datetime],
        damaged: Sequence[tuple[Path, Damaged]] = (),
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self.n_requests = 0
        self.n_bytes = 0
        self.statuses: Counter[int] = Counter()
        self.failures: list[FetchFailed] = []
        self.damaged = tuple(damaged)
        self._source = source
        self._writer = writer
        self._session = session
        self._manners = manners
        self._insecure_hosts = frozenset(insecure_hosts)
        self.keys = dict(keys or {})
        self._hosts = Hosts(source.endpoints)
        self._now = now

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        form: Mapping[str, object] | None = None,
        follow: bool = True,
    ) -> Response:
        """Ask for an address and return the answer, decoded, whatever its status; redirects are followed.

        `headers` and `secret` (query fields) are sent to the address itself only, and never archived or said.
        With `form` the fields are posted as JSON; the answer is archived under the address with the fields as
        its query (lists and objects as JSON), so that each page of a paged search has an address of its own.

        Every answer on the way is archived. A body that does not decode is returned as it was sent (its
        `content-encoding` still stands in the headers): it is archived, and refine will report it.
        Raises `FetchFailed` when there is no whole answer: not an https address of the source, forbidden by
        robots.txt, no connection, a body over `LARGEST_BODY`, more than `MOST_REDIRECTS` redirects.
        """
        try:
            return self._get(url, Asked(headers=headers or {}, secret=secret or {}, form=form), follow)
        except FetchFailed as error:
            self.failures.append(error)
            raise

    def token(self, url: str, credentials: Mapping[str, str]) -> str:
        """The access token a server gives for a client's credentials (OAuth 2.0, RFC 6749, section 4.4).

        They are posted as a form; neither they nor the answer are archived or said. Raises `FetchFailed`.
        """
        try:
            self._check_endpoint(url)
            if refusal := self._refusal(url):
                raise FetchFailed(url, refusal)
            if self._manners is not None:
                self._manners.before(url, self)
            what = Asked(headers={"Accept-Encoding": "identity"}, credentials=credentials)
            answer, body = self.ask(url, what, largest=LARGEST_TOKEN)
            if answer.status_code != 200:
                raise FetchFailed(url, f"no access token: HTTP {answer.status_code}; look at the source's keys")
            try:
                return str(orjson.loads(body)["access_token"])
            except (orjson.JSONDecodeError, KeyError, TypeError):
                raise FetchFailed(url, "no access token: JSON with an access_token expected") from None
        except FetchFailed as error:
            self.failures.append(error)
            raise

    def _check_endpoint(self, url: str) -> None:
        if not self._source.longest_endpoint(url):
            raise FetchFailed(url, f"not under an endpoint of {self._source.name}: {', '.join(self._source.endpoints)}")

    def _get(self, url: str, what: Asked, follow: bool) -> Response:
        self._check_endpoint(url)
        asked = url
        for _ in range(MOST_REDIRECTS + 1):
            if refusal := self._refusal(url):
                raise FetchFailed(asked, refusal if url == asked else f"it redirects to {url}: {refusal}")
            if self._manners is not None:
                self._manners.before(url, self)
            answer = self._archived(url, what)
            what = Asked()  # what is for the source's eyes does not travel to where it redirects
            location = next((value for name, value in answer.headers if name.lower() == "location"), None)
            if not follow or answer.status not in REDIRECTS or location is None:
                return _response(answer)
            url = urljoin(url, location)
        raise FetchFailed(asked, f"over {MOST_REDIRECTS} redirects, the last to {url}")

    def _refusal(self, url: str) -> str | None:
        parts = urlsplit(url)
        if not self._hosts.hold(parts.netloc):
            return f"its host is none of {self._source.name}'s: {self._hosts}"
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.netloc in self._insecure_hosts):
            return "not an https address"
        return None

    def _archived(self, url: str, what: Asked) -> Recorded:
        began = self._now()
        named = url if what.form is None else _with_query(url, what.form)
        response, body = self.ask(url if self._manners else named, what, largest=LARGEST_BODY)
        try:
            return self._writer.write(
                url=named,
                observed_at=response.observed_at if isinstance(response, Replayed) else began,
                status=response.status_code,
                reason=response.reason or "",
                headers=response.raw.headers.items(),
                body=body,
            )
        except ValueError as error:
            raise FetchFailed(url, f"cannot be archived: {error}") from error

    def ask(self, url: str, what: Asked, *, largest: int) -> tuple[requests.Response, bytes]:
        """One request without checks or archive: the answer and its body as sent. Raises `FetchFailed`."""
        self.n_requests += 1
        until = time.monotonic() + LONGEST_ANSWER
        body = bytearray()
        try:
            with self._session.request(
                "GET" if what.form is None and what.credentials is None else "POST",
                url if self._manners is None else _with_query(url, what.secret),
                headers=dict(what.headers),
                json=what.form,
                data=what.credentials,
                stream=True,
                allow_redirects=False,
                timeout=TIMEOUTS,
            ) as response:
                for part in response.raw.stream(64 * 1024, decode_content=False):
                    body += part
                    if len(body) > largest:
                        raise FetchFailed(url, f"the body is over {largest} bytes")
                    if time.monotonic() > until:
                        raise FetchFailed(url, f"the answer took over {LONGEST_ANSWER:.0f} seconds")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise FetchFailed(url, _why(error)) from error
        finally:
            self.n_bytes += len(body)
        self.statuses[response.status_code] += 1
        return response, bytes(body)


def web_for(
    source: Source,
    *,
    writer: Writer,
    replay: Iterable[Path] | None = None,
    contact: str | None = None,
    insecure_hosts: Collection[str] = (),
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Web:
    """A session for a source: over recordings when `replay` names WARC files, else live.

    A replay answers each address with its recordings, one after the other, and archives them with the times
    they were recorded at; neither contact, nor robots.txt, nor pauses apply. Live, `contact` (else the
    environment's JOBMARKET_CONTACT) is a mail address or URL; raises `MissingContact` without one.
    `insecure_hosts` ("127.0.0.1:8000") may be asked over http: for tests. `sleep`, `clock` and `now` as well.
    """
    session = requests.Session()
    session.auth = _no_auth  # else requests sends what stands in ~/.netrc
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    if replay is not None:
        adapter = ReplayAdapter(replay)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        session.trust_env = False  # proxies do not matter here, and looking for them takes a fifth of the time
        return Web(
            source,
            writer=writer,
            session=session,
            manners=None,
            insecure_hosts=insecure_hosts,
            now=now,
            damaged=adapter.damaged,
        )
    session.headers.update(
        {
            "User-Agent": f"{SOFTWARE} (+{checked_contact(contact)})",
            "Accept-Encoding": "gzip, deflate",  # what the standard library decodes
        }
    )
    return Web(
        source,
        writer=writer,
        session=session,
        manners=Manners(sleep=sleep, clock=clock),
        insecure_hosts=insecure_hosts,
        now=now,
        keys={name: os.environ.get(name, "") for name in source.keys},
    )


def urls_recorded(paths: Iterable[Path]) -> list[str]:
    """The addresses of all whole recordings, in their order, as often as they were recorded.

    Asking a replay for exactly these, with `follow=False`, archives every recording once.
    """
    return [found.url for path in paths for found in read_recorded(path) if isinstance(found, Recorded)]


class Manners:
    """robots.txt and pauses, per host."""

    def __init__(self, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._sleep = sleep
        self._clock = clock
        self._asked_at: dict[str, float] = {}
        self._rules: dict[str, protego.Protego | str] = {}

    def before(self, url: str, web: Web) -> None:
        """Wait until the host may be asked again. Raises `FetchFailed` when its robots.txt forbids the address."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._rules:
            self._rules[host] = self._read_rules(host, web)
        rules = self._rules[host]
        if isinstance(rules, str):
            raise FetchFailed(url, f"robots.txt could not be read, so nothing may be asked: {rules}")
        if not rules.can_fetch(url, ROBOT):
            raise FetchFailed(url, f"forbidden to {ROBOT} by {host}/robots.txt")
        self._wait(host, max(PAUSE, rules.crawl_delay(ROBOT) or 0))

    def _wait(self, host: str, pause: float) -> None:
        asked_at = self._asked_at.get(host)
        if asked_at is not None:
            left = asked_at + pause - self._clock()
            if left > 0:
                self._sleep(left)
        self._asked_at[host] = self._clock()

    def _read_rules(self, host: str, web: Web) -> protego.Protego | str:
        """The host's rules, or why there are none to go by. RFC 9309: 4xx allows all, anything else nothing."""
        url = f"{host}/robots.txt"
        try:
            for _ in range(MOST_REDIRECTS + 1):
                self._wait(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}", PAUSE)
                response, body = web.ask(url, Asked(headers={"Accept-Encoding": "identity"}), largest=LARGEST_ROBOTS)
                if 400 <= response.status_code < 500:
                    return protego.Protego.parse("")
                if 200 <= response.status_code < 300:
                    return protego.Protego.parse(body.decode("utf-8", "replace"))
                if response.status_code not in REDIRECTS or "location" not in response.headers:
                    return f"it answered HTTP {response.status_code}"
                url = urljoin(url, response.headers["location"])
                if urlsplit(url).scheme != urlsplit(host).scheme:
                    return f"it redirects to {url}"
        except FetchFailed as error:
            return error.why
        return f"over {MOST_REDIRECTS} redirects"


class Replayed(requests.Response):
    """An answer from a recording; `observed_at` is its WARC-Date."""

    observed_at: datetime


class NotRecorded(requests.ConnectionError):
    """A replay was asked for an answer it does not have."""


class ReplayAdapter(BaseAdapter):
    """Answers requests from WARC files instead of the network: same address, one recording after the other."""

    def __init__(self, paths: Iterable[Path]) -> None:
        super().__init__()
        self.damaged: list[tuple[Path, Damaged]] = []
        self._left: defaultdict[str, deque[tuple[Path, int, int, int]]] = defaultdict(deque)
        for path in paths:
            for found in read_recorded(path):
                if isinstance(found, Damaged):
                    self.damaged.append((path, found))
                else:
                    self._left[_prepared(found.url)].append((path, found.record, found.offset, found.position))

    def send(  # the signature is requests'
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: object = True,
        cert: object = None,
        proxies: object = None,
    ) -> requests.Response:
        """The next recording of the request's address. Raises `NotRecorded` when there is none left."""
        url = request.url or ""
        if url not in self._left:
            raise NotRecorded("not in the recording", request=request)
        if not self._left[url]:
            raise NotRecorded("asked more often than recorded", request=request)
        path, record, offset, position = self._left[url].popleft()
        found = recorded_at(path, record=record, offset=offset, position=position)
        if isinstance(found, Damaged):
            raise NotRecorded(f"the recording changed: {found.why}", request=request)
        headers = urllib3.HTTPHeaderDict()
        for name, value in found.headers:
            headers.add(name, value)
        response = Replayed()
        response.observed_at = found.observed_at
        response.status_code = found.status
        response.reason = found.reason
        response.url = url
        response.request = request
        response.headers.update(headers.items())
        response.raw = urllib3.HTTPResponse(
            io.BytesIO(found.body),
            headers=headers,
            status=found.status,
            reason=found.reason,
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,  # the header may speak of what a third party recorded, not of this body
        )
        return response

    def close(self) -> None:
        """Nothing is held open."""


def _response(answer: Recorded) -> Response:
    found = decoded(answer)
    if isinstance(found, Response):
        return found
    return Response(
        url=answer.url,
        observed_at=answer.observed_at,
        status=answer.status,
        headers={name.lower(): value for name, value in answer.headers},
        body=answer.body,
        record=answer.record,
        digest=answer.digest,
    )


def _with_query(url: str, fields: Mapping[str, object]) -> str:
    """An address with fields added to its query, in their order; what is no text is written as JSON."""
    if not fields:
        return url
    texts = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in fields.items()}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(texts)}"


def _prepared(url: str) -> str:
    """An address as requests writes it."""
    request = requests.PreparedRequest()
    request.prepare_url(url, None)
    return request.url or url


def checked_contact(contact: str | None) -> str:
    """The contact a live night names itself with; raises `MissingContact` that says what to set."""
    stated = (contact if contact is not None else os.environ.get(CONTACT, "")).strip()
    if not _CONTACT.fullmatch(stated):
        said = f"it is {stated!r}" if stated else "it is not set"
        raise MissingContact(
            f"a live night needs {CONTACT}, a mail address or URL where a site's owner reaches you; {said}. "
            f"For example: export {CONTACT}=you@example.org"
        )
    return stated


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _why(error: Exception) -> str:
    """The innermost reason; requests and urllib3 wrap it two or three times."""
    if isinstance(error, NotRecorded):
        return str(error)
    seen: BaseException = error
    while True:
        inner = getattr(seen, "reason", None) or (seen.args[0] if seen.args else None)
        if not isinstance(inner, BaseException):
            return f"{type(seen).__name__}: {seen}"
        seen = inner
