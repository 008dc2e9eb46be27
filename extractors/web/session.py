"""HTTP session: the only module that requests sources over the network. Every answer is archived.

`Web` requests addresses, live or from recordings, with the same code over one `requests` session: a replay only
swaps the adapter, so that sample, tests and backfill fetch as a live night does. A live session names itself and a
contact, obeys robots.txt and reservations of text and data mining, waits its turn at each host, sends conditional
requests, repeats a request a few times when a server is busy, stays within the source's budget, and reaches only
public https addresses that the source declares. A robots.txt is not archived: it is not data of the source.
"""

from __future__ import annotations

import contextlib
import email.utils
import functools
import logging
import math
import os
import random
import re
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import orjson
import requests
import urllib3
from requests.adapters import BaseAdapter

from extractors.archive.index import ArchiveIndex, IndexEntry
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
from extractors.archive.replay import NotRecorded, ReplayAdapter, ReplayedResponse, whole_answers
from extractors.archive.writer import NOT_MODIFIED, SOFTWARE, Writer
from extractors.response import ANSWERED, Response
from extractors.sources.declaration import HOST_LABELS, Source
from extractors.web.address_guard import PrivateAddress, PublicAdapter
from extractors.web.politeness import MAX_REDIRECTS, REDIRECTS, Politeness, Rules, reservation
from extractors.web.request_extras import RequestExtras, redact, redact_bytes, signature_in, with_query
from extractors.web.reservations import has_signal, tdm_policy
from extractors.web.server_time import OutOfDate, ServerTime, find_out_of_date, time_said
from extractors.web.single_requests import SingleRequests
from transforms.text.addresses import hide_users

CONTACT = "JOBMARKET_CONTACT"

TIMEOUTS = (10.0, 60.0)
"""Seconds to connect, and to wait for the next bytes."""
MAX_ANSWER = 600.0
"""Seconds for one answer, from connecting to the last byte; then the connection is shut."""
ATTEMPTS = 4
"""Most requests for an address whose server is busy or does not answer."""
BUSY = frozenset((408, 425, 429, *range(500, 600))) - {501, 505, 511}
"""Statuses after which a later request may succeed."""
FIRST_WAIT = 2.0
"""Seconds before the second attempt, four times as long before each further one; half of it random."""
MAX_WAIT = 120.0
"""Longest Retry-After that is waited for, in seconds. After a longer one the host is left alone until then."""
REFUSING = frozenset((401, 403, 407, 451))
"""Statuses by which a server refuses us."""

# urllib3 logs addresses with their query, which may contain a key: each at DEBUG, malformed ones as warnings.
logging.getLogger("urllib3").setLevel(logging.ERROR)


def _hide_users_in(record: logging.LogRecord) -> bool:
    words = record.getMessage()
    if (hidden := hide_users(words)) != words:
        record.msg, record.args = hidden, None
    return True


logging.getLogger("jobmarket").addFilter(_hide_users_in)

CHECKED_EVERY = 30
"""Nights within which each stored answer is read even if its body is not needed: an unreadable one is fetched again."""

SHARED_POLITENESS = Politeness()
"""Shared by all sources in this process."""
MAX_TOKEN = 64 * 1024
"""Most bytes of an answer with an access token: thirty times a long token."""

JWT = re.compile(rb"\beyJ[\w-]+\.[\w-]+\.[\w-]+")
"""A JSON Web Token: its first part is a JSON object in base64."""
_CONTACT = re.compile(r"(?:mailto:)?[^\s@()]+@[^\s@()]+\.[^\s@().]+|https?://[^\s()]+")


class FetchFailed(Exception):  # noqa: N818  # reads well where it is raised
    """An address gave no answer; `why` is the message. A user or password in the address is hidden in both.

    `is_refused`: the request is not allowed (robots.txt, a reservation). `is_put_off`: the night's requests or hours
    were used up, or the host is left alone. `is_answered`: the server did answer, and its answer is reserved.
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


class MissingContact(ValueError):  # noqa: N818  # names what is missing
    """A live run needs a contact for site owners, and none is set."""


@dataclass
class _Answer:
    """An answer before it is archived."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    observed_at: datetime
    revisit: RevisitedAnswer | None = None
    """The recorded repetition. The other fields are then those of the answer it repeats."""

    @functools.cached_property
    def digest(self) -> str:
        """The digest of the body."""
        return digest_of_body(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


class _StoredAnswer(NamedTuple):
    """The newest archived answer of an address: its index entry, and the answer itself if it was read."""

    held: IndexEntry
    first: RecordedAnswer | None


class Web:
    """A session for one source and night. Made by `web_for`.

    For the source's health: `n_requests`, `n_bytes` (of bodies, as sent), `n_unchanged`, `statuses`, and `failures`.
    Of a replay: `damaged` records, and the number and time of records dated in the future (`ahead`), which are not
    taken. `answered` are the requested addresses that led to an archived answer, `redirects` their final targets.
    `times` has the clocks of hosts whose rules were requested, or that their certificates are not valid by our clock.
    `keys` holds the values of the source's environment variables. Without a `writer` it can only request rules.
    """

    def __init__(
        self,
        source: Source,
        *,
        writer: Writer | None,
        session: SingleRequests,
        politeness: Politeness | None,
        insecure_hosts: Collection[str],
        now: Callable[[], datetime],
        held: ArchiveIndex | None,
        is_permitted: bool,
        obeys_signals: bool,
        chance: Callable[[], float],
        damaged: list[tuple[Path, DamagedRecord]],
        keys: Mapping[str, str],
    ) -> None:
        self.n_requests = 0
        self.n_bytes = 0
        self.n_unchanged = 0
        self.statuses: Counter[int] = Counter()
        self.failures: list[FetchFailed] = []
        self.answered: set[str] = set()
        self.redirects: dict[str, str] = {}
        self.damaged = damaged
        self.ahead: list[tuple[int, datetime]] = []
        self.times: list[ServerTime | OutOfDate] = []
        self.keys = keys
        self._source = source
        self._given_writer = writer
        self._session = session
        self._politeness = politeness
        self._insecure_hosts = frozenset(insecure_hosts)
        hosts = (re.escape(host).replace(r"\*", HOST_LABELS) for host in source.hosts)
        self._is_host = re.compile("|".join(hosts)).fullmatch
        self._now = now
        self._held = held
        self._is_permitted = is_permitted
        self._obeys_signals = obeys_signals
        self._noted: set[str] = set()
        """Hosts whose Content-Signals are archived."""
        self._chance = chance
        self._deadline = politeness.clock() + source.max_seconds if politeness else math.inf

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        form: Mapping[str, object] | None = None,
        follow: bool = True,
    ) -> Response:
        """Request an address and return the decoded answer, whatever its status; redirects are followed.

        A redirect from one board's list to another's is not followed: the board has moved, and its new list is
        requested by itself. Every answer on the way is archived. An answer that the archive already has is archived as
        a repetition, and the archived answer is returned. A body that does not decode is returned as sent (with its
        `content-encoding` header): it is archived, and refine reports it.

        `headers` and `secret` (query fields) are sent to the address itself only, and never archived or logged.
        With `form` the fields are posted as JSON; the answer is archived under the address with the fields as
        its query (lists and objects as JSON), so that each page of a paged search has an address of its own.

        Raises `FetchFailed` without a whole answer: not a public https address of the source, forbidden by robots.txt
        or reserved, no connection after `ATTEMPTS`, host left alone, budget or time used up, an answer longer than
        `MAX_ANSWER` or `MAX_BODY`, more than `MAX_REDIRECTS` redirects.
        """
        with self._noting_failures():
            extras = RequestExtras(headers=headers or {}, secret=secret or {}, form=form)
            answer, earlier = self._get(url, extras, follow, is_read=True)
        whole = earlier.first if earlier and isinstance(answer, RevisitedAnswer) else answer
        assert isinstance(whole, RecordedAnswer)
        return _response(whole, observed_at=answer.observed_at, record=answer.record)

    def ask(self, url: str, *, headers: Mapping[str, str] | None = None) -> int:
        """Request an address as `get` does, and return only the status: a repeated answer need not be read."""
        with self._noting_failures():
            answer, _ = self._get(url, RequestExtras(headers=headers or {}), follow=True, is_read=False)
        return ANSWERED[0] if isinstance(answer, RevisitedAnswer) else answer.status

    def take(self, recording: Path) -> None:
        """Archive every answer of a recording, in order, without following redirects.

        Answers of other sources are skipped. See `failures`, `damaged` and `ahead` for records that were not archived.
        """
        today = self._now().astimezone(UTC).date()
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

    def _take(self, record: RecordedAnswer | RevisitedAnswer, whole: RecordedAnswer | NotRecorded) -> None:
        if refusal := self._refusal(record.url):
            raise FetchFailed(record.url, refusal)
        self.n_requests += 1
        if isinstance(whole, NotRecorded):
            raise FetchFailed(record.url, str(whole))
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

    @property
    def _writer(self) -> Writer:
        assert self._given_writer is not None, "without a writer a session asks for rules alone"
        return self._given_writer

    @property
    def is_refused(self) -> bool:
        """Whether all requests were refused: by robots.txt, a reservation, or a status in `REFUSING`."""
        statuses = [status for status in self.statuses if status not in REFUSING and status not in BUSY]
        refusals = sum(self.statuses[status] for status in REFUSING) + sum(f.is_refused for f in self.failures)
        return not statuses and refusals > 0

    def newest(self, prefix: str) -> Response | None:
        """Newest archived answer with data whose URL starts with `prefix`: a feed of changes continues from there."""
        newest = self._held.newest(prefix, self._now()) if self._held else None
        answer = newest[1].answer() if newest else None
        return _response(answer, observed_at=newest[0], record=answer.record) if newest and answer else None

    def token(self, url: str, credentials: Mapping[str, str] | None = None) -> str:
        """Request an access token for a client's credentials (OAuth 2.0, RFC 6749, section 4.4).

        They are posted as a form; neither they nor the answer are archived or logged. A replay needs no token and gets
        "". Without credentials, return the JSON Web Token (RFC 7519) in a public page. Raises `FetchFailed`.
        """
        if self._politeness is None:
            return ""
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
                raise FetchFailed(url, f"no access token: HTTP {answer.status}; look at the source's keys")
            if credentials is None:
                match = JWT.search(answer.body)
                if match is None:
                    raise FetchFailed(url, "no access token: a page with a JSON Web Token expected")
                return match[0].decode()
            try:
                return str(orjson.loads(answer.body)["access_token"])
            except (orjson.JSONDecodeError, KeyError, TypeError):
                raise FetchFailed(url, "no access token: JSON with an access_token expected") from None

    def read_rules(self, url: str) -> None:
        """Read the rules of an address's host again, for all sessions that share the politeness."""
        assert self._politeness is not None, "a replay needs no rules"
        self._politeness.rules(url, self._ask_for_rules, self._source.pause, is_anew=True)

    @contextlib.contextmanager
    def _noting_failures(self) -> Iterator[None]:
        """Add a `FetchFailed` raised inside to `failures`."""
        try:
            yield
        except FetchFailed as error:
            self.failures.append(error)
            raise

    def _get(
        self, url: str, what: RequestExtras, follow: bool, *, is_read: bool
    ) -> tuple[RecordedAnswer | RevisitedAnswer, _StoredAnswer | None]:
        """Return the answer as archived, and the answer archived before, which has a body only with `is_read`."""
        start = url
        for _ in range(MAX_REDIRECTS + 1):
            if refusal := self._refusal(url):
                raise FetchFailed(start, refusal if url == start else f"it redirects to {url}: {refusal}")
            pause = self._pause(url)
            address = url if what.form is None else with_query(url, what.form)
            answer, earlier = self._answer(url, address, what, pause, is_read=is_read)
            signature = signature_in(url, answer.header("location"), self._source.signing_hosts)
            what = replace(what, signature=signature) if signature else what
            record = self._write_record(address, answer, earlier.held if earlier else None, what)
            self.answered.add(start)
            location = answer.header("location")
            if not follow or isinstance(record, RevisitedAnswer) or record.status not in REDIRECTS or location is None:
                return record, earlier
            url = self.redirects[start] = _redirect_target(url, location, what)
            if self._is_of_another_board(start, url):
                return record, earlier
            # Secrets are not sent to a redirect's target, except the signature that the redirect itself contains.
            what = RequestExtras(hidden=tuple(what.words_to_hide), signature=signature)
        raise FetchFailed(start, f"over {MAX_REDIRECTS} redirects, the last to {url}")

    def _is_of_another_board(self, url: str, target: str) -> bool:
        """Whether two addresses are the lists of two boards; letter case makes no difference."""
        board, other = self._source.listed_board(url), self._source.listed_board(target)
        return board is not None and other is not None and board.lower() != other.lower()

    def _refusal(self, url: str) -> str | None:
        """Return why an address is not one of the source's, or None."""
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
        if self._politeness is None:
            return pause
        if why := self._why_no_more():
            raise FetchFailed(url, why, is_put_off=True)
        rules = self._politeness.rules(url, self._ask_for_rules, pause)
        self._note_signals(url, rules)
        if self._is_permitted:  # permission to read is not permission to hurry
            return max(pause, min(rules.crawl_delay, MAX_WAIT))
        if refusal := rules.refusal(url, obeys_signals=self._obeys_signals):
            is_over = rules.why_none is not None and self._why_no_more() is not None  # before the rules were read
            raise FetchFailed(url, refusal, is_refused=rules.why_none is None, is_put_off=is_over)
        if rules.crawl_delay > MAX_WAIT:
            why = f"robots.txt asks for {rules.crawl_delay:,.0f} seconds between two requests, more than a night has"
            raise FetchFailed(url, why, is_refused=True)
        return max(pause, rules.crawl_delay)

    def _note_signals(self, url: str, rules: Rules) -> None:
        """Archive the Content-Signals of a host's robots.txt, once, beside its first answer."""
        if rules.signals and (robots := urljoin(url, "/robots.txt")) not in self._noted:
            self._noted.add(robots)
            self._writer.describe(robots, self._now(), [("content-signal", " ".join(pair)) for pair in rules.signals])

    def _why_no_more(self) -> str | None:
        """Return why the source may send no more requests tonight; None while it may."""
        if self._politeness and self.n_requests >= self._source.most_requests:
            return f"the night's budget of {self._source.most_requests:,} requests is spent"
        if self._politeness and self._politeness.clock() >= self._deadline:
            seconds = f"{self._source.max_seconds:,.0f} seconds"
            return f"{self._source.name} took over the {seconds} it has a night; the next night asks for the rest"
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

    def _answer(
        self, url: str, address: str, what: RequestExtras, pause: float, *, is_read: bool
    ) -> tuple[_Answer, _StoredAnswer | None]:
        """Return the answer of a URL, archived as `address`, and the newest archived answer. Retry while it is busy."""
        if self._politeness is None:
            try:
                answer = self._ask_once(address, what, MAX_BODY)
            except _NoAnswerError as error:
                raise FetchFailed(url, str(error)) from error
            earlier = self._stored_answer(address, answer.observed_at, is_read=is_read)
        else:
            earlier = self._stored_answer(address, self._now(), is_read=is_read)
            conditions = {} if self._source.is_change_feed else _conditions(earlier)
            extras = replace(what, headers={**conditions, **what.headers})
            attempts = (self._attempt(self._politeness, url, extras, pause, n) for n in range(1, ATTEMPTS + 1))
            answer = next(filter(None, attempts))
        self.statuses[answer.status] += 1
        return answer, earlier

    def _attempt(
        self, politeness: Politeness, url: str, extras: RequestExtras, pause: float, attempt: int
    ) -> _Answer | None:
        """Send one request in its turn. Returns None, after a wait, if another attempt may give a better answer."""
        if why := politeness.why_closed(url) or self._why_no_more():
            raise FetchFailed(url, why, is_put_off=True)
        wait = FIRST_WAIT * 4 ** (attempt - 1) * (0.5 + 0.5 * self._chance())
        try:
            with politeness.turn(url, pause):
                answer = self._ask_once(url, extras, MAX_BODY)
        except _NoAnswerError as error:
            if attempt < ATTEMPTS and error.may_pass:
                politeness.sleep(wait)
                return None
            if error.may_pass:  # else the answer is wrong, not the host
                politeness.note_failure(url, str(error))
            raise FetchFailed(url, str(error), is_put_off=self._why_no_more() is not None) from error
        if (why := self._reservation(answer)) and not self._is_permitted:
            raise FetchFailed(url, why, is_refused=True, is_answered=True)
        if answer.status not in BUSY:
            politeness.note_answer(url)
            return answer
        seconds = _retry_after(answer, self._now())
        if seconds is not None and seconds > MAX_WAIT:
            politeness.close_for(url, seconds)
            return answer
        if attempt == ATTEMPTS:
            politeness.note_failure(url, f"HTTP {answer.status}")
            return answer
        if seconds is not None:
            politeness.delay(url, seconds)  # for all sources that request this host
        else:
            politeness.sleep(wait)
        return None

    def _reservation(self, answer: _Answer) -> str | None:
        """Return the words by which an answer reserves itself, or None."""
        is_page = "html" in (answer.header("content-type") or "") and not answer.header("content-encoding")
        if policy := tdm_policy(answer.header, answer.body if is_page else None):
            return reservation("its answer", policy)
        signal = answer.header("content-signal")
        is_reserved = self._obeys_signals and has_signal(signal)
        return f"reserved by the Content-Signal of its answer: {signal}" if is_reserved else None

    def _stored_answer(self, address: str, time: datetime, *, is_read: bool) -> _StoredAnswer | None:
        """Return the newest archived answer of an address before a time, if it can still be read.

        Without `is_read` it counts as readable as long as the index has its file; the index checks file sizes when it
        is opened. Bytes that rot in place are found within `CHECKED_EVERY` nights.
        """
        entry = self._held.before(address, time) if self._held else None
        if entry is None:
            return None
        is_due = (zlib.crc32(address.encode()) + time.toordinal()) % CHECKED_EVERY == 0
        if not is_read and not is_due:
            return _StoredAnswer(entry, None)
        first = entry.answer()
        return _StoredAnswer(entry, first) if first else None

    def _write_record(
        self, address: str, answer: _Answer, entry: IndexEntry | None, what: RequestExtras
    ) -> RecordedAnswer | RevisitedAnswer:
        """Archive an answer without secrets: as a repetition of the archived one, or whole."""
        secrets = what.words_to_hide
        headers = [(name, redact(value, secrets)) for name, value in answer.headers]
        is_answered = answer.status in ANSWERED
        is_same = entry is not None and (
            answer.status == NOT_MODIFIED or (is_answered and answer.digest == entry.digest)
        )
        json_digest = None
        if entry and not is_same and not secrets and is_answered:
            json_digest = json_digest_of(answer.body, headers)
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
        """Send one request, without checks or archive. Raises `_NoAnswerError`, which contains no secret.

        A body over `largest` bytes is an error; with `is_cut` it is truncated.
        """
        if why := self._why_no_more():
            raise _NoAnswerError(why, may_pass=False)
        self.n_requests += 1
        began = self._now()
        seconds = min(MAX_ANSWER, self._deadline - self._politeness.clock() if self._politeness else math.inf)
        is_over = threading.Event()
        adapter = self._session.get_adapter(url)
        body = bytearray()
        try:
            with (
                adapter.time_limit(seconds, is_over)
                if isinstance(adapter, PublicAdapter)
                else contextlib.nullcontext(),  # a replay has no limit
                self._session.send_single(
                    url if self._politeness is None else with_query(url, {**what.secret, **what.signature}),
                    headers=dict(what.headers) | ({"Accept-Encoding": "identity"} if what.words_to_hide else {}),
                    form=what.form,
                    credentials=what.credentials,
                    timeout=TIMEOUTS,
                ) as response,
            ):
                _read_body(response, body, largest, is_cut=is_cut)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if not is_over.is_set():
                # ValueError: requests parses the target of a redirect, which may not be an address.
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
            observed_at=response.observed_at if isinstance(response, ReplayedResponse) else began,
            revisit=response.revisit if isinstance(response, ReplayedResponse) else None,
        )


class _NoAnswerError(Exception):
    """One request without a whole answer. `may_pass`: a later request may succeed."""

    def __init__(self, why: str, *, may_pass: bool) -> None:
        super().__init__(why)
        self.may_pass = may_pass


def web_for(
    source: Source,
    *,
    writer: Writer | None,
    replay: Iterable[Path] | None = None,
    contact: str | None = None,
    held: ArchiveIndex | None = None,
    is_permitted: bool = False,
    obeys_signals: bool = True,
    insecure_hosts: Collection[str] = (),
    politeness: Politeness = SHARED_POLITENESS,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    chance: Callable[[], float] = random.random,
) -> Web:
    """Return a session for a source: a replay if `replay` names WARC files, else live.

    A replay answers each address with its recordings, one after the other, and archives them with their recorded times;
    contact, robots.txt and pauses do not apply. Live, `contact` (default: JOBMARKET_CONTACT in the environment) is a
    mail address or URL; raises `MissingContact` without one. Without a `writer` the session can only request rules.
    `held` is the source's index: with it, unchanged answers are archived as repetitions. `is_permitted`: the operator
    has recorded a permission to read the source whatever its robots.txt says. `obeys_signals`: a `no` in a
    Content-Signal forbids the request. For tests: `insecure_hosts` ("127.0.0.1:8000") may use http and be private;
    `politeness`, `now` and `chance`.
    """
    session = SingleRequests()
    adapter: BaseAdapter
    damaged: list[tuple[Path, DamagedRecord]] = []
    if replay is not None:
        adapter = ReplayAdapter(replay, held)
        damaged = adapter.damaged
        session.trust_env = False  # proxies do not matter here, and looking for them takes a fifth of the time
    else:
        adapter = PublicAdapter(insecure_hosts)
        session.headers["User-Agent"] = f"{SOFTWARE} (+{check_contact(contact)})"
        session.headers["Accept-Encoding"] = "gzip, deflate"  # what the standard library decodes
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    is_live = replay is None
    return Web(
        source,
        writer=writer,
        session=session,
        politeness=politeness if is_live else None,
        insecure_hosts=insecure_hosts,
        now=now,
        held=held,
        is_permitted=is_permitted,
        obeys_signals=obeys_signals,
        chance=chance,
        damaged=damaged,
        keys={name: os.environ.get(name, "") if is_live else "" for name in source.keys},
    )


def _read_body(response: requests.Response, body: bytearray, largest: int, *, is_cut: bool) -> None:
    """Read a body up to `largest` bytes; if there is more, truncate it (`is_cut`) or raise `_NoAnswerError`."""
    while part := response.raw.read1(64 * 1024, decode_content=False):
        body += part
        if len(body) > largest:
            if not is_cut:
                raise _NoAnswerError(f"the body is over {largest} bytes", may_pass=False)
            del body[largest:]
            return


def _conditions(earlier: _StoredAnswer | None) -> dict[str, str]:
    """Return the headers of a conditional request: the server sends a body only if it differs from the archived one."""
    if earlier is None:
        return {}
    entry = earlier.held
    headers = {"If-None-Match": entry.etag, "If-Modified-Since": None if entry.etag else entry.last_modified}
    return {name: value for name, value in headers.items() if value}


def _retry_after(answer: _Answer, now: datetime) -> float | None:
    """Return a Retry-After in seconds (RFC 9110: seconds, or a date), or None."""
    value = (answer.header("retry-after") or "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max((email.utils.parsedate_to_datetime(value) - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _redirect_target(url: str, location: str, what: RequestExtras) -> str:
    """Return the target of a redirect, without secret fields and words. Raises `FetchFailed`."""
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
    """Return a stored answer as the response of another time and record."""
    response = decode(answer)
    headers = {name.lower(): value for name, value in answer.headers}
    return Response(
        url=answer.url,
        observed_at=observed_at,
        status=answer.status,
        headers=response.headers if isinstance(response, Response) else headers,
        body=response.body if isinstance(response, Response) else answer.body,
        record=record,
        digest=answer.digest,
    )


def check_contact(contact: str | None) -> str:
    """Return the contact that a live night sends. Raises `MissingContact`, which says what to set."""
    address = (contact if contact is not None else os.environ.get(CONTACT, "")).strip()
    if not _CONTACT.fullmatch(address):
        problem = f"it is {address!r}" if address else "it is not set"
        raise MissingContact(
            f"a live night needs {CONTACT}, a mail address or URL where site owners can reach you; {problem}. "
            f"For example: export {CONTACT}=you@example.org"
        )
    return address


def _innermost_reason(error: Exception) -> str:
    """Return the innermost reason; requests and urllib3 wrap it two or three times."""
    if isinstance(error, NotRecorded):
        return str(error)
    cause: BaseException = error
    while True:
        inner = getattr(cause, "reason", None) or (cause.args[0] if cause.args else None)
        if not isinstance(inner, BaseException):
            return f"{type(cause).__name__}: {cause}"
        cause = inner
