"""HTTP session: the only module that requests sources over the network. It archives every answer except robots.txt.

A session states its name and a contact, obeys robots.txt and reservations of text and data mining, waits its turn at
each host, and stays within the source's budget. It reaches only public https addresses that the source declares.
"""

from __future__ import annotations

import contextlib
import email.utils
import functools
import logging
import os
import random
import re
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import orjson
import requests
import urllib3

from extractors.archive.index import ArchiveIndex, IndexEntry, whole_answers
from extractors.archive.reader import (
    MAX_BODY,
    DamagedRecord,
    RecordedAnswer,
    RevisitedAnswer,
    decode,
    digest_of_body,
    is_ahead,
    json_digest_of,
)
from extractors.archive.writer import NOT_MODIFIED, SOFTWARE, Writer
from extractors.response import ANSWERED, Response
from extractors.sources.declaration import HOST_LABELS, Source
from extractors.web.address_guard import PrivateAddress, PublicAdapter
from extractors.web.politeness import MAX_REDIRECTS, REDIRECTS, Politeness, reservation
from extractors.web.request_extras import RequestExtras, redact, redact_bytes, signature_in, with_query
from extractors.web.reservations import has_signal, tdm_policy
from extractors.web.server_time import OutOfDate, ServerTime, find_out_of_date, time_said
from extractors.web.single_requests import SingleRequests
from transforms.text.addresses import hide_users

CONTACT = "JOBMARKET_CONTACT"

TIMEOUTS = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next bytes."""
MAX_ANSWER = 600.0
"""Seconds for one answer, from connecting to the last byte; then the connection is shut."""
ATTEMPTS = 4
"""Maximum number of requests for an address whose server is busy or does not answer."""
BUSY = frozenset((408, 425, 429, *range(500, 600))) - {501, 505, 511}
"""Statuses after which a later request may succeed."""
FIRST_WAIT = 2.0
"""Seconds before the second attempt. Each further wait is four times as long. Half of each wait is random."""
MAX_WAIT = 120.0
"""Longest Retry-After, in seconds, that is waited for. After a longer one the host is left alone until then."""
REFUSING = frozenset((401, 403, 407, 451))
"""Statuses by which a server refuses us."""
CHECKED_EVERY = 30
"""Number of nights within which each stored answer is read once, even if its body is not needed. An unreadable answer
is fetched again."""
SHARED_POLITENESS = Politeness()
"""Politeness that all sources in this process share."""
MAX_TOKEN = 64 * 1024
"""Maximum bytes of an answer with an access token: thirty times the size of a long token."""
JWT = re.compile(rb"\beyJ[\w-]+\.[\w-]+\.[\w-]+")
"""A JSON Web Token; its first part is a JSON object in base64."""
_CONTACT = re.compile(r"(?:mailto:)?[^\s@()]+@[^\s@()]+\.[^\s@().]+|https?://[^\s()]+")

logging.getLogger("urllib3").setLevel(logging.ERROR)  # it logs whole addresses, and a query may contain a key


def _hide_users_in(record: logging.LogRecord) -> bool:
    words = record.getMessage()
    if (hidden := hide_users(words)) != words:
        record.msg, record.args = hidden, None
    return True


logging.getLogger("jobmarket").addFilter(_hide_users_in)


class FetchFailed(Exception):  # noqa: N818  # reads well where it is raised
    """An address gave no answer; `why` is the message. A user or password in the address is hidden in `url` and `why`.

    `is_refused` is whether the request is not allowed (robots.txt, a reservation). `is_put_off` is whether the night's
    requests or hours were used up, or the host is left alone. `is_answered` is whether the server did answer, but
    reserved its answer.
    """

    def __init__(
        self, url: str, why: str, *, is_refused: bool = False, is_put_off: bool = False, is_answered: bool = False
    ) -> None:
        self.url = hide_users(url)
        self.why = hide_users(why)
        super().__init__(self.why)
        self.is_refused = is_refused
        self.is_put_off = is_put_off
        self.is_answered = is_answered


class MissingContact(ValueError):  # noqa: N818  # named after what is missing
    """A live run needs a contact for site owners, and no valid contact is set."""


@dataclass
class _Answer:
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    observed_at: datetime
    revisit: RevisitedAnswer | None = None
    """The recorded repetition, if the answer was recorded as one. All other fields are then those of the repeated
    answer."""

    @functools.cached_property
    def digest(self) -> str:
        return digest_of_body(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


class Web:
    """A session for one source and night.

    `contact` (by default JOBMARKET_CONTACT in the environment) is a mail address or URL. A live session without a
    contact raises `MissingContact`; a session that is not live only takes recordings. A session without a `writer` can
    only request rules. With `held`, the source's index, unchanged answers are archived as repetitions. `is_permitted`
    is whether the operator has recorded a permission to read the source whatever its robots.txt says. `obeys_signals`
    is whether a `no` in a Content-Signal forbids the request. `insecure_hosts` (such as "127.0.0.1:8000") may use http
    and be private; this option, `politeness`, `now` and `chance` are for tests.

    `n_bytes` counts bodies as sent. `answered` are the requested addresses that led to an archived answer, `redirects`
    the final targets of redirected addresses. `times` has the clock of each host whose rules were requested, or the
    host if its certificate is not valid by our clock. `keys` are the values of the source's environment variables. Of
    recordings, `damaged` are the damaged records, and `ahead` the number and time of each record that was not taken,
    because it is dated in the future.
    """

    def __init__(
        self,
        source: Source,
        *,
        writer: Writer | None,
        is_live: bool = True,
        contact: str | None = None,
        held: ArchiveIndex | None = None,
        is_permitted: bool = False,
        obeys_signals: bool = True,
        insecure_hosts: Collection[str] = (),
        politeness: Politeness = SHARED_POLITENESS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.n_requests = 0
        self.n_bytes = 0
        self.n_unchanged = 0
        self.statuses: Counter[int] = Counter()
        self.failures: list[FetchFailed] = []
        self.answered: set[str] = set()
        self.redirects: dict[str, str] = {}
        self.damaged: list[tuple[Path, DamagedRecord]] = []
        self.ahead: list[tuple[int, datetime]] = []
        self.times: list[ServerTime | OutOfDate] = []
        self.keys: Mapping[str, str] = {name: os.environ.get(name, "") for name in source.keys}
        self._source = source
        self._writer = writer
        self._adapter = PublicAdapter(insecure_hosts)
        self._session = SingleRequests(self._adapter)
        self._session.headers["Accept-Encoding"] = "gzip, deflate"  # what the standard library decodes
        if is_live:
            self._session.headers["User-Agent"] = f"{SOFTWARE} (+{check_contact(contact)})"
        self._politeness = politeness
        self._insecure_hosts = frozenset(insecure_hosts)
        hosts = (re.escape(host).replace(r"\*", HOST_LABELS) for host in source.hosts)
        self._is_host = re.compile("|".join(hosts)).fullmatch
        self._now = now
        self._held = held
        self._is_permitted = is_permitted
        self._obeys_signals = obeys_signals
        self._noted: set[str] = set()  # addresses of robots.txt whose Content-Signals were archived
        self._chance = chance
        self._deadline = politeness.clock() + source.max_seconds

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        form: Mapping[str, object] | None = None,
    ) -> Response:
        """Request an address and return the decoded answer, whatever its status; redirects are followed.

        A redirect from one board's list to another board's list is not followed: the board has moved, and its new list
        is requested separately. Every answer on the way is archived; one that the archive already has is archived as a
        repetition. A body that cannot be decoded is returned as sent (with its `content-encoding` header), and refine
        reports it.

        `headers` and `secret` (query fields) are only sent to the given address, not to the target of a redirect, and
        never archived or logged. The fields of `form` are posted as JSON, and the answer is archived under the address
        with these fields as its query, so that each page of a paged search has its own address.

        Raises `FetchFailed` if there is no complete answer, or if the address may not be requested.
        """
        with self._noting_failures():
            extras = RequestExtras(headers=headers or {}, secret=secret or {}, form=form)
            answer, first = self._get(url, extras, is_read=True)
        whole = first if isinstance(answer, RevisitedAnswer) else answer
        assert isinstance(whole, RecordedAnswer)
        return _response(whole, observed_at=answer.observed_at, record=answer.record)

    def ask(self, url: str, *, headers: Mapping[str, str] | None = None) -> int:
        """Request an address as `get` does, but return only the status, because a repeated answer need not be read."""
        with self._noting_failures():
            answer, _ = self._get(url, RequestExtras(headers=headers or {}), is_read=False)
        return ANSWERED[0] if isinstance(answer, RevisitedAnswer) else answer.status

    def take(self, recording: Path) -> list[str]:
        """Archive every answer of a recording, in order. Return a line for each answer without status 200.

        Answers of other sources are skipped. Records that could not be archived are in `failures`, `damaged` and
        `ahead`.
        """
        today = self._now().astimezone(UTC).date()
        refusals: list[str] = []
        for entry in whole_answers(recording, self._held):
            if isinstance(entry, DamagedRecord):
                self.damaged.append((recording, entry))
                continue
            answer, whole = entry
            if not self._source.longest_endpoint(answer.url):
                continue
            if is_ahead(answer.observed_at, today):
                self.ahead.append((answer.record, answer.observed_at))
                continue
            with contextlib.suppress(FetchFailed), self._noting_failures():
                self._take(answer, whole)
                if whole and whole.status not in ANSWERED:
                    refusals.append(f"{answer.url}: HTTP {whole.status}")
        return refusals

    def _take(self, record: RecordedAnswer | RevisitedAnswer, whole: RecordedAnswer | None) -> None:
        if refusal := self._refusal(record.url):
            raise FetchFailed(record.url, refusal)
        self.n_requests += 1
        if whole is None:
            assert isinstance(record, RevisitedAnswer)
            first = f"{record.refers_to:%Y-%m-%d %H:%M}"
            raise FetchFailed(record.url, f"it repeats the answer of {first}, which is missing; take in that file too")
        self.n_bytes += len(whole.body)
        self.statuses[whole.status] += 1
        answer = _Answer(
            status=whole.status,
            reason=whole.reason,
            headers=list(whole.headers),
            body=whole.body,
            observed_at=record.observed_at,
            revisit=record if isinstance(record, RevisitedAnswer) else None,
        )
        entry = self._held.before(record.url, record.observed_at) if self._held else None
        self._write_record(record.url, answer, entry, RequestExtras())
        self.answered.add(record.url)

    @property
    def is_refused(self) -> bool:
        """Whether all requests were refused: by robots.txt, a reservation, or a status in `REFUSING`."""
        statuses = [status for status in self.statuses if status not in REFUSING and status not in BUSY]
        refusals = sum(self.statuses[status] for status in REFUSING) + sum(f.is_refused for f in self.failures)
        return not statuses and refusals > 0

    def newest(self, prefix: str) -> Response | None:
        """Return the newest archived answer with data whose URL starts with `prefix`; None if there is none. A
        feed of changes continues from this answer."""
        newest = self._held.newest(prefix, self._now()) if self._held else None
        answer = newest[1].answer() if newest else None
        return _response(answer, observed_at=newest[0], record=answer.record) if newest and answer else None

    def token(self, url: str, credentials: Mapping[str, str] | None = None) -> str:
        """Request an access token for a client's credentials (OAuth 2.0, RFC 6749, section 4.4).

        The credentials are posted as a form. Neither the credentials nor the answer are archived or logged. Without
        credentials, return the JSON Web Token (RFC 7519) in a public page. Raises `FetchFailed` if there is no token.
        """
        with self._noting_failures():
            if refusal := self._refusal(url):
                raise FetchFailed(url, refusal)
            pause = self._pause(url)
            try:
                with self._politeness.turn(url, pause):
                    answer = self._ask_once(url, RequestExtras(credentials=credentials), MAX_TOKEN)
            except _NoAnswerError as error:
                raise FetchFailed(url, str(error)) from error
            if answer.status != 200:
                raise FetchFailed(url, f"no access token: HTTP {answer.status}; check the API keys set for this source")
            if credentials is None:
                match = JWT.search(answer.body)
                if match is None:
                    raise FetchFailed(url, "no access token: expected a page with a JSON Web Token")
                return match[0].decode()
            try:
                return str(orjson.loads(answer.body)["access_token"])
            except (orjson.JSONDecodeError, KeyError, TypeError):
                raise FetchFailed(url, "no access token: expected JSON with an access_token") from None

    def read_rules(self, url: str) -> None:
        """Read the rules of an address's host again, for all sessions that share the politeness."""
        self._politeness.rules(url, self._ask_for_rules, self._source.pause, is_anew=True)

    @contextlib.contextmanager
    def _noting_failures(self) -> Iterator[None]:
        try:
            yield
        except FetchFailed as error:
            self.failures.append(error)
            raise

    def _get(
        self, url: str, what: RequestExtras, *, is_read: bool
    ) -> tuple[RecordedAnswer | RevisitedAnswer, RecordedAnswer | None]:
        """Return the answer as archived now, and the answer that it may repeat, which is read if `is_read`."""
        start = url
        for _ in range(MAX_REDIRECTS + 1):
            if refusal := self._refusal(url):
                raise FetchFailed(start, refusal if url == start else f"it redirects to {url}: {refusal}")
            pause = self._pause(url)
            address = url if what.form is None else with_query(url, what.form)
            entry, first = self._find_stored(address, is_read=is_read)
            conditions = entry.conditions if entry and not self._source.is_change_feed else {}
            extras = replace(what, headers={**conditions, **what.headers})
            attempts = (self._attempt(url, extras, pause, number) for number in range(1, ATTEMPTS + 1))
            answer = next(filter(None, attempts))
            self.statuses[answer.status] += 1
            signature = signature_in(url, answer.header("location"), self._source.signing_hosts)
            what = replace(what, signature=signature) if signature else what
            record = self._write_record(address, answer, entry, what)
            self.answered.add(start)
            location = answer.header("location")
            if isinstance(record, RevisitedAnswer) or record.status not in REDIRECTS or location is None:
                return record, first
            url = self.redirects[start] = _redirect_target(url, location, what)
            if self._is_of_another_board(start, url):
                return record, first
            # Secrets are not sent to a redirect's target, except the signature that the redirect itself contains.
            what = RequestExtras(hidden=tuple(what.words_to_hide), signature=signature)
        raise FetchFailed(start, f"over {MAX_REDIRECTS} redirects, the last to {url}")

    def _is_of_another_board(self, url: str, target: str) -> bool:
        board, other = self._source.listed_board(url), self._source.listed_board(target)
        return board is not None and other is not None and board.lower() != other.lower()

    def _refusal(self, url: str) -> str | None:
        try:
            parts = urlsplit(url)
        except ValueError as error:
            return f"not an address: {error}"
        elsewhere = f"not under an endpoint of {self._source.name}: {', '.join(self._source.endpoints)}"
        if not self._is_host(parts.netloc):
            return elsewhere
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.netloc in self._insecure_hosts):
            return "not an https address"
        return None if self._source.longest_endpoint(url) else elsewhere

    def _pause(self, url: str) -> float:
        """Return the seconds between two requests to the host.

        Raises `FetchFailed` if the host's rules forbid the address, or if the night's budget or time is used up.
        """
        pause = self._source.pause
        if why := self._why_no_more():
            raise FetchFailed(url, why, is_put_off=True)
        rules = self._politeness.rules(url, self._ask_for_rules, pause)
        if rules.signals and (robots := urljoin(url, "/robots.txt")) not in self._noted:
            assert self._writer is not None
            self._noted.add(robots)
            self._writer.describe(robots, self._now(), [("content-signal", " ".join(pair)) for pair in rules.signals])
        if self._is_permitted:  # a permission does not shorten the pauses
            return max(pause, min(rules.crawl_delay, MAX_WAIT))
        if refusal := rules.refusal(url, obeys_signals=self._obeys_signals):
            is_over = rules.why_none is not None and self._why_no_more() is not None  # they could not be read in time
            raise FetchFailed(url, refusal, is_refused=rules.why_none is None, is_put_off=is_over)
        if rules.crawl_delay > MAX_WAIT:
            why = f"robots.txt asks for {rules.crawl_delay:,.0f} seconds between two requests, more than a night has"
            raise FetchFailed(url, why, is_refused=True)
        return max(pause, rules.crawl_delay)

    def _why_no_more(self) -> str | None:
        if self.n_requests >= self._source.most_requests:
            return f"the night's budget of {self._source.most_requests:,} requests is spent"
        if self._politeness.clock() >= self._deadline:
            seconds = f"{self._source.max_seconds:,.0f} seconds"
            return f"{self._source.name} took longer than its {seconds} per night; the next night requests the rest"
        return None

    def _ask_for_rules(self, url: str, largest: int) -> tuple[int, str | None, bytes]:
        try:
            answer = self._ask_once(url, RequestExtras(headers={"Accept-Encoding": "identity"}), largest, is_cut=True)
        except _NoAnswerError as error:
            if out_of_date := find_out_of_date(urlsplit(url).netloc, str(error)):
                self.times.append(out_of_date)
            raise ConnectionError(str(error)) from error
        if said := time_said(answer.header):
            self.times.append(ServerTime(urlsplit(url).netloc, said[0], answer.observed_at, said[1]))
        return answer.status, answer.header("location"), answer.body

    def _attempt(self, url: str, extras: RequestExtras, pause: float, attempt: int) -> _Answer | None:
        """Send one request in its turn. Return None, after a wait, if another attempt may give a better answer."""
        if why := self._politeness.why_closed(url) or self._why_no_more():
            raise FetchFailed(url, why, is_put_off=True)
        wait = FIRST_WAIT * 4 ** (attempt - 1) * (0.5 + 0.5 * self._chance())
        try:
            with self._politeness.turn(url, pause):
                answer = self._ask_once(url, extras, MAX_BODY)
        except _NoAnswerError as error:
            if attempt < ATTEMPTS and error.may_pass:
                self._politeness.sleep(wait)
                return None
            if error.may_pass:  # otherwise the fault is in the answer, not the host
                self._politeness.note_failure(url, str(error))
            raise FetchFailed(url, str(error), is_put_off=self._why_no_more() is not None) from error
        if (why := self._reservation(answer)) and not self._is_permitted:
            raise FetchFailed(url, why, is_refused=True, is_answered=True)
        if answer.status not in BUSY:
            self._politeness.note_answer(url)
            return answer
        seconds = _retry_after(answer, self._now())
        if seconds is not None and seconds > MAX_WAIT:
            self._politeness.close_for(url, seconds)
            return answer
        if attempt == ATTEMPTS:
            self._politeness.note_failure(url, f"HTTP {answer.status}")
            return answer
        if seconds is not None:
            self._politeness.delay(url, seconds)  # for all sources that request this host
        else:
            self._politeness.sleep(wait)
        return None

    def _reservation(self, answer: _Answer) -> str | None:
        is_page = "html" in (answer.header("content-type") or "") and not answer.header("content-encoding")
        if policy := tdm_policy(answer.header, answer.body if is_page else None):
            return reservation("its answer", policy)
        signal = answer.header("content-signal")
        is_reserved = self._obeys_signals and has_signal(signal)
        return f"reserved by the Content-Signal of its answer: {signal}" if is_reserved else None

    def _find_stored(self, address: str, *, is_read: bool) -> tuple[IndexEntry | None, RecordedAnswer | None]:
        """Return the newest archived answer of an address, as its index entry and, if read, as recorded.

        Both are None if the archive has none, or if it cannot be read. Without `is_read`, an answer is read only about
        every `CHECKED_EVERY` nights, to find damage that leaves the size of its file unchanged.
        """
        now = self._now()
        entry = self._held.before(address, now) if self._held else None
        is_due = (zlib.crc32(address.encode()) + now.toordinal()) % CHECKED_EVERY == 0
        if entry is None or not (is_read or is_due):
            return entry, None
        first = entry.answer()
        return (entry, first) if first else (None, None)

    def _write_record(
        self, address: str, answer: _Answer, entry: IndexEntry | None, what: RequestExtras
    ) -> RecordedAnswer | RevisitedAnswer:
        assert self._writer is not None
        secrets = what.words_to_hide
        headers = [(name, redact(value, secrets)) for name, value in answer.headers]
        is_same, json_digest = False, None
        if entry and answer.status in (NOT_MODIFIED, *ANSWERED):
            is_same = answer.status == NOT_MODIFIED or answer.digest == entry.digest
            json_digest = None if is_same or secrets else json_digest_of(answer.body, headers)
        try:
            if entry and (is_same or (json_digest and json_digest == entry.json_digest)):
                self.n_unchanged += 1
                repetition = answer.revisit or answer
                return self._writer.write_revisit(
                    url=address,
                    observed_at=answer.observed_at,
                    status=repetition.status,
                    reason=repetition.reason,
                    headers=answer.revisit.headers if answer.revisit else headers,
                    digest=entry.digest,
                    refers_to=entry.first_at,
                    received=None if is_same else answer.digest,
                )
            return self._writer.write(
                url=address,
                observed_at=answer.observed_at,
                status=answer.status,
                reason=answer.reason,
                headers=headers,
                body=redact_bytes(answer.body, secrets),
                digest=None if secrets else answer.digest,
                json_digest=json_digest,
            )
        except ValueError as error:
            raise FetchFailed(address, f"cannot be archived: {error}") from error

    def _ask_once(self, url: str, what: RequestExtras, largest: int, *, is_cut: bool = False) -> _Answer:
        """Send one request, without checking rules and without archiving.

        Raises `_NoAnswerError`, whose message contains no secret, if there is no complete answer. A body over `largest`
        bytes is truncated with `is_cut`; otherwise it is an error.
        """
        if why := self._why_no_more():
            raise _NoAnswerError(why, may_pass=False)
        self.n_requests += 1
        began = self._now()
        seconds = min(MAX_ANSWER, self._deadline - self._politeness.clock())
        is_over = threading.Event()
        body = bytearray()
        try:
            with (
                self._adapter.time_limit(seconds, is_over),
                self._session.send_single(
                    with_query(url, {**what.secret, **what.signature}),
                    headers=dict(what.headers) | ({"Accept-Encoding": "identity"} if what.words_to_hide else {}),
                    form=what.form,
                    credentials=what.credentials,
                    timeout=TIMEOUTS,
                ) as response,
            ):
                _read_body(response, body, largest, is_cut=is_cut)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if not is_over.is_set():
                # ValueError: requests parses the target of a redirect, which may be invalid.
                may_pass = not isinstance(error, PrivateAddress | ValueError)
                raise _NoAnswerError(redact(_innermost_reason(error), what.words_to_hide), may_pass=may_pass) from None
        finally:
            self.n_bytes += len(body)
        if is_over.is_set():  # even if the part before the cut looks like a whole answer
            raise _NoAnswerError(f"the answer took over {round(seconds, 1):g} seconds", may_pass=False)
        return _Answer(
            status=response.status_code,
            reason=response.reason or "",
            headers=list(response.raw.headers.items()),
            body=bytes(body),
            observed_at=began,
        )


class _NoAnswerError(Exception):
    """A request got no complete answer. `may_pass` is whether a later request may succeed."""

    def __init__(self, why: str, *, may_pass: bool) -> None:
        super().__init__(why)
        self.may_pass = may_pass


def _read_body(response: requests.Response, body: bytearray, largest: int, *, is_cut: bool) -> None:
    while part := response.raw.read1(64 * 1024, decode_content=False):
        body += part
        if len(body) > largest:
            if not is_cut:
                raise _NoAnswerError(f"the body is over {largest} bytes", may_pass=False)
            del body[largest:]
            return


def _retry_after(answer: _Answer, now: datetime) -> float | None:
    value = (answer.header("retry-after") or "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max((email.utils.parsedate_to_datetime(value) - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _redirect_target(url: str, location: str, what: RequestExtras) -> str:
    try:
        parts = urlsplit(urljoin(url, location))
        unsaid = what.secret.keys() | what.signature.keys()
        fields = [(name, text) for name, text in parse_qsl(parts.query, True) if name not in unsaid]
        query = parts.query if len(fields) == len(parse_qsl(parts.query, True)) else urlencode(fields)
        return redact(urlunsplit(parts._replace(query=query)), what.words_to_hide)
    except ValueError as error:
        raise FetchFailed(
            url, f"it redirects to an invalid address: {redact(str(error), what.words_to_hide)}"
        ) from None


def _response(answer: RecordedAnswer, *, observed_at: datetime, record: int) -> Response:
    response = decode(answer)
    if isinstance(response, DamagedRecord):
        headers = {name.lower(): value for name, value in answer.headers}
        return Response(
            url=answer.url,
            observed_at=observed_at,
            status=answer.status,
            headers=headers,
            body=answer.body,
            record=record,
            digest=answer.digest,
        )
    return replace(response, observed_at=observed_at, record=record)


def check_contact(contact: str | None) -> str:
    """Return the contact that a live night sends: `contact`, or if it is None, JOBMARKET_CONTACT in the environment.

    Raises `MissingContact`, which says what to set, if there is none or if it is invalid.
    """
    address = (contact if contact is not None else os.environ.get(CONTACT, "")).strip()
    if not _CONTACT.fullmatch(address):
        problem = f"it is {address!r}" if address else "it is not set"
        raise MissingContact(
            f"a live night needs {CONTACT}, a mail address or URL where site owners can reach you; {problem}. "
            f"For example: export {CONTACT}=you@example.org"
        )
    return address


def _innermost_reason(error: Exception) -> str:
    cause: BaseException = error
    while True:
        inner = getattr(cause, "reason", None) or (cause.args[0] if cause.args else None)
        if not isinstance(inner, BaseException):
            return f"{type(cause).__name__}: {cause}"
        cause = inner
