"""HTTP session: the only module that asks sources over the network. Every answer is archived.

`Web` asks for addresses, live or from recordings, with the same code over one `requests` session: a replay only
exchanges the adapter, so that sample, tests and backfill fetch as a live night does. A live session names itself and a
contact, obeys robots.txt and reservations of text and data mining, waits its turn at each host, sends conditional
requests, repeats a request a few times when a server is busy, stays within the source's budget, and reaches only
public https addresses that the source declares. Answers of robots.txt are not archived: they are no data of the source.
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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import orjson
import requests
import urllib3

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
"""Seconds one answer may take from connecting to its last byte, whatever its server sends; then it is cut off."""
ATTEMPTS = 4
"""Times an address is asked at most, when its server is busy or does not answer."""
BUSY = frozenset((408, 425, 429, *range(500, 600))) - {501, 505, 511}
"""Answers after which asking again later makes sense: all of 5xx but what no waiting mends."""
FIRST_WAIT = 2.0
"""Seconds before the second attempt, four times as long before each further one; half of it by chance."""
MAX_WAIT = 120.0
"""Seconds a server may have us wait (Retry-After). If it asks for longer, its host is left alone until then."""
REFUSING = frozenset((401, 403, 407, 451))
"""Answers that refuse us rather than miss something."""

# urllib3 logs addresses with their query, in which a key may stand: at DEBUG each, as a warning the malformed.
logging.getLogger("urllib3").setLevel(logging.ERROR)


def _hide_users_in(record: logging.LogRecord) -> bool:
    words = record.getMessage()
    if (hidden := hide_users(words)) != words:
        record.msg, record.args = hidden, None
    return True


logging.getLogger("jobmarket").addFilter(_hide_users_in)

CHECKED_EVERY = 30
"""Nights within which a stored answer is read though nobody wants its body: what cannot be read is asked for anew."""

SHARED_POLITENESS = Politeness()
"""Shared by all sources in this process."""
MAX_TOKEN = 64 * 1024
"""Bytes of the answer that holds an access token: thirty times a long one."""

JWT = re.compile(rb"\beyJ[\w-]+\.[\w-]+\.[\w-]+")
"""A JSON Web Token: the first of its parts is an object of JSON, in base64."""
_CONTACT = re.compile(r"(?:mailto:)?[^\s@()]+@[^\s@()]+\.[^\s@().]+|https?://[^\s()]+")


class FetchFailed(Exception):  # noqa: N818  # reads well where it is raised
    """An address gave no answer: `url`, and `why` (the message).

    `is_refused`: we may not ask (robots.txt, a reservation), rather than could not. `is_put_off`: it was not asked, or
    not to the end, since the night's requests or hours were over or its host is left alone. `is_answered`: the refusal
    stands in its answer, so that it was asked. Neither says a user or password that stands before an address's host.
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
    """A live run needs a contact for the owners of sites, and none is set."""


class Hosts:
    """The hosts of endpoints; `*` stands for any label or labels."""

    def __init__(self, endpoints: Iterable[str]) -> None:
        self._names = sorted({urlsplit(endpoint).netloc for endpoint in endpoints})
        self._pattern = re.compile("|".join(re.escape(name).replace(r"\*", HOST_LABELS) for name in self._names))

    def include(self, netloc: str) -> bool:
        """Whether a URL's host (with its port) is one of them."""
        return self._pattern.fullmatch(netloc) is not None

    def __str__(self) -> str:
        return ", ".join(self._names)


@dataclass
class _Answer:
    """An answer before it is archived."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    observed_at: datetime
    revisit: RevisitedAnswer | None = None
    """What was recorded in its stead: a repetition. The rest is then the answer it repeats."""

    @functools.cached_property
    def digest(self) -> str:
        """The digest of the body."""
        return digest_of_body(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


class _StoredAnswer(NamedTuple):
    """The newest archived answer of an address: its index entry, and the answer itself where it is to be read."""

    held: IndexEntry
    first: RecordedAnswer | None


class Web:
    """A session for one source and night. Made by `web_for`.

    `n_requests`, `n_bytes` (of bodies, as sent), `n_unchanged` and `statuses` count what was asked and answered,
    for the source's health; `failures` keeps what failed, `damaged` the records of a replay that could not be
    read, and `ahead` the numbers and times of records not taken because they are dated in the future. `answered` are
    the addresses asked for that led to an archived answer, `redirects` where addresses asked for redirect to in the
    end, `times` what hosts said of the time when asked for their rules, or that by our clock their certificates are not
    valid. `keys` holds the values of the source's environment names. Without a `writer` it asks for rules alone.
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
        held: ArchiveIndex | None = None,
        is_permitted: bool = False,
        obeys_signals: bool = True,
        chance: Callable[[], float] = random.random,
        damaged: Sequence[tuple[Path, DamagedRecord]] = (),
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self.n_requests = 0
        self.n_bytes = 0
        self.n_unchanged = 0
        self.statuses: Counter[int] = Counter()
        self.failures: list[FetchFailed] = []
        self.answered: set[str] = set()
        self.redirects: dict[str, str] = {}
        self.damaged = list(damaged)
        self.ahead: list[tuple[int, datetime]] = []
        self.times: list[ServerTime | OutOfDate] = []
        self.keys = dict(keys or {})
        self._source = source
        self._given_writer = writer
        self._session = session
        self._politeness = politeness
        self._insecure_hosts = frozenset(insecure_hosts)
        self._hosts = Hosts(source.endpoints)
        self._now = now
        self._held = held
        self._is_permitted = is_permitted
        self._obeys_signals = obeys_signals
        self._noted: set[str] = set()
        """Hosts of which the Content-Signals are archived."""
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
        """Ask for an address and return the answer, decoded, whatever its status; redirects are followed.

        One from the list of a board to that of another is not: the board has moved, and the other is asked by itself.
        Every answer on the way is archived; one that says what the archive already holds is archived as its
        repetition, and returned as the answer it repeats. A body that does not decode is returned as it was
        sent (its `content-encoding` still stands in the headers): it is archived, and refine will report it.

        `headers` and `secret` (query fields) are sent to the address itself only, and never archived or said.
        With `form` the fields are posted as JSON; the answer is archived under the address with the fields as
        its query (lists and objects as JSON), so that each page of a paged search has an address of its own.

        Raises `FetchFailed` when there is no whole answer: not a public https address of the source, forbidden
        by robots.txt or reserved, no connection after `ATTEMPTS`, the host left alone, the budget spent, the source's
        time over, an answer that takes over `MAX_ANSWER`, a body over `MAX_BODY`, more than `MAX_REDIRECTS`
        redirects.
        """
        with self._noting_failures():
            extras = RequestExtras(headers=headers or {}, secret=secret or {}, form=form)
            answer, earlier = self._get(url, extras, follow, is_read=True)
        whole = earlier.first if earlier and isinstance(answer, RevisitedAnswer) else answer
        assert isinstance(whole, RecordedAnswer)
        return _response(whole, observed_at=answer.observed_at, record=answer.record)

    def ask(self, url: str, *, headers: Mapping[str, str] | None = None) -> int:
        """Ask for an address as `get` does, and return the status alone: what an answer repeats is then not read."""
        with self._noting_failures():
            answer, _ = self._get(url, RequestExtras(headers=headers or {}), follow=True, is_read=False)
        return ANSWERED[0] if isinstance(answer, RevisitedAnswer) else answer.status

    def take(self, recording: Path) -> None:
        """Archive every answer of a recording as asking a replay for each would, redirects not followed.

        The recording is read once, in its order. Answers of other sources are skipped; what cannot be taken is
        in `failures`, damaged records in `damaged`, and those of the future in `ahead`.
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
        """Whether nothing was answered because we may not ask: by robots.txt, a reservation, or HTTP 401, 403, 451."""
        statuses = [status for status in self.statuses if status not in REFUSING and status not in BUSY]
        refusals = sum(self.statuses[status] for status in REFUSING) + sum(f.is_refused for f in self.failures)
        return not statuses and refusals > 0

    def newest(self, prefix: str) -> Response | None:
        """The newest answer with data that earlier nights archived of all addresses that begin so; None without one.

        A source whose answers say what changed goes on from there.
        """
        newest = self._held.newest(prefix, self._now()) if self._held else None
        answer = newest[1].answer() if newest else None
        return _response(answer, observed_at=newest[0], record=answer.record) if newest and answer else None

    def token(self, url: str, credentials: Mapping[str, str] | None = None) -> str:
        """The access token a server gives for a client's credentials (OAuth 2.0, RFC 6749, section 4.4).

        They are posted as a form; neither they nor the answer are archived or said. A replay needs none and gets "".
        Without credentials it is the JSON Web Token (RFC 7519) that a public page shows, in prose or alone. Raises
        `FetchFailed`.
        """
        if self._politeness is None:
            return ""
        with self._noting_failures():
            self._check_endpoint(url)
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
                    raise FetchFailed(url, "no access token: a page with a JSON Web Token in it expected")
                return match[0].decode()
            try:
                return str(orjson.loads(answer.body)["access_token"])
            except (orjson.JSONDecodeError, KeyError, TypeError):
                raise FetchFailed(url, "no access token: JSON with an access_token expected") from None

    def read_rules(self, url: str) -> None:
        """Ask for the rules of an address's host anew, for all who ask it from now on."""
        assert self._politeness is not None, "a replay asks for no rules"
        self._politeness.rules(url, self._ask_for_rules, self._source.pause, is_anew=True)

    @contextlib.contextmanager
    def _noting_failures(self) -> Iterator[None]:
        """Keep what fails in `failures`, and raise it on."""
        try:
            yield
        except FetchFailed as error:
            self.failures.append(error)
            raise

    def _check_endpoint(self, url: str) -> None:
        if not self._source.longest_endpoint(url):
            raise FetchFailed(url, f"not under an endpoint of {self._source.name}: {', '.join(self._source.endpoints)}")

    def _get(
        self, url: str, what: RequestExtras, follow: bool, *, is_read: bool
    ) -> tuple[RecordedAnswer | RevisitedAnswer, _StoredAnswer | None]:
        """The answer as archived, and what was archived before; its body is at hand only with `is_read`."""
        self._check_endpoint(url)
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
            # Secrets are not sent to where a redirect leads, but for the signature that it gives out for there.
            what = RequestExtras(hidden=tuple(what.words_to_hide), signature=signature)
        raise FetchFailed(start, f"over {MAX_REDIRECTS} redirects, the last to {url}")

    def _is_of_another_board(self, url: str, target: str) -> bool:
        """Whether two addresses list two boards, and not one in other capitals."""
        board, other = self._source.listed_board(url), self._source.listed_board(target)
        return board is not None and other is not None and board.lower() != other.lower()

    def _refusal(self, url: str) -> str | None:
        try:
            parts = urlsplit(url)
        except ValueError as error:
            return f"no address: {error}"
        if not self._hosts.include(parts.netloc):
            return f"its host is none of {self._source.name}'s: {self._hosts}"
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.netloc in self._insecure_hosts):
            return "not an https address"
        if not self._source.longest_endpoint(url):
            return f"not under an endpoint of {self._source.name}: {', '.join(self._source.endpoints)}"
        return None

    def _pause(self, url: str) -> float:
        """Seconds between two requests to the host. Raises `FetchFailed` when its rules forbid the address.

        Or when nothing more may be asked at all: its rules are then not asked for either.
        """
        pause = self._source.pause
        if self._politeness is None:
            return pause
        if why := self._why_no_more():
            raise FetchFailed(url, why, is_put_off=True)
        rules = self._politeness.rules(url, self._ask_for_rules, pause)
        self._note_signals(url, rules)
        if self._is_permitted:  # permission to read is none to hurry
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
        """Why the source may send no more requests tonight; None while it may."""
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
        """The answer of an address, asked again while its server is busy; and its newest archived answer."""
        if self._politeness is None:
            try:
                answer = self._ask_once(address, what, MAX_BODY)
            except _NoAnswerError as error:
                raise FetchFailed(url, str(error)) from error
            self.statuses[answer.status] += 1
            return answer, self._stored_answer(address, answer.observed_at, is_read=is_read)
        earlier = self._stored_answer(address, self._now(), is_read=is_read)
        conditions = {} if self._source.is_change_feed else _conditions(earlier)
        extras = replace(what, headers={**conditions, **what.headers})
        for attempt in range(1, ATTEMPTS + 1):
            if why := self._politeness.why_closed(url) or self._why_no_more():
                raise FetchFailed(url, why, is_put_off=True)
            wait = FIRST_WAIT * 4 ** (attempt - 1) * (0.5 + 0.5 * self._chance())
            try:
                with self._politeness.turn(url, pause):
                    answer = self._ask_once(url, extras, MAX_BODY)
            except _NoAnswerError as error:
                if attempt < ATTEMPTS and error.may_pass:
                    self._politeness.sleep(wait)
                    continue
                if error.may_pass:  # else it is the answer that is wrong, not the host
                    self._politeness.note_failure(url, str(error))
                raise FetchFailed(url, str(error), is_put_off=self._why_no_more() is not None) from error
            if (why := self._reservation(answer)) and not self._is_permitted:
                raise FetchFailed(url, why, is_refused=True, is_answered=True)
            if answer.status not in BUSY:
                self._politeness.note_answer(url)
                break
            seconds = _retry_after(answer, self._now())
            if seconds is not None and seconds > MAX_WAIT:
                self._politeness.close_for(url, seconds)
                break
            if attempt == ATTEMPTS:
                self._politeness.note_failure(url, f"HTTP {answer.status}")
            elif seconds is not None:
                self._politeness.delay(url, seconds)  # for all who ask this host
            else:
                self._politeness.sleep(wait)
        self.statuses[answer.status] += 1
        return answer, earlier

    def _reservation(self, answer: _Answer) -> str | None:
        """By which words of its own an answer is reserved; None: it is free."""
        is_page = "html" in (answer.header("content-type") or "") and not answer.header("content-encoding")
        if policy := tdm_policy(answer.header, answer.body if is_page else None):
            return reservation("its answer", policy)
        signal = answer.header("content-signal")
        is_reserved = self._obeys_signals and has_signal(signal)
        return f"reserved by the Content-Signal of its answer: {signal}" if is_reserved else None

    def _stored_answer(self, address: str, time: datetime, *, is_read: bool) -> _StoredAnswer | None:
        """The newest archived answer of an address before a time, if it can still be read.

        Without `is_read` it is taken to be readable while the index has its file, whose size the index looks at when it
        is opened; bytes that rot in place are found within `CHECKED_EVERY` nights.
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
        """Write an answer to the archive: as a repetition of the archived one or whole. Secrets are removed."""
        secrets = what.words_to_hide
        headers = [(name, redact(value, secrets)) for name, value in answer.headers]
        try:
            json_digest = None
            is_same = entry is not None and _is_repetition(answer, entry)
            if entry and not is_same and not secrets and answer.status in ANSWERED:
                json_digest = json_digest_of(answer.body, headers)
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
            body = redact_bytes(answer.body, secrets)
            return self._writer.write(
                url=address,
                observed_at=answer.observed_at,
                status=answer.status,
                reason=answer.reason,
                headers=headers,
                body=body,
                digest=None if secrets else answer.digest,
                json_digest=json_digest,
            )
        except ValueError as error:
            raise FetchFailed(address, f"cannot be archived: {error}") from error

    def _ask_once(self, url: str, what: RequestExtras, largest: int, *, is_cut: bool = False) -> _Answer:
        """One request without checks or archive. Raises `_NoAnswerError`, in which no secret stands.

        A body over `largest` bytes is an error; with `is_cut` it is read up to there.
        """
        if why := self._why_no_more():
            raise _NoAnswerError(why, may_pass=False)
        self.n_requests += 1
        began = self._now()
        seconds = min(MAX_ANSWER, self._deadline - self._politeness.clock() if self._politeness else math.inf)
        is_over = threading.Event()
        body = bytearray()
        try:
            with (
                self._time_limit(url, seconds, is_over),
                self._session.send_single(
                    url if self._politeness is None else with_query(url, {**what.secret, **what.signature}),
                    headers=dict(what.headers) | ({"Accept-Encoding": "identity"} if what.words_to_hide else {}),
                    form=what.form,
                    credentials=what.credentials,
                    timeout=TIMEOUTS,
                ) as response,
            ):
                while part := response.raw.read1(64 * 1024, decode_content=False):
                    body += part
                    if len(body) > largest:
                        if is_cut:
                            del body[largest:]
                            break
                        raise _NoAnswerError(f"the body is over {largest} bytes", may_pass=False)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if not is_over.is_set():
                # ValueError: requests looks where an answer redirects, and that may be no address.
                may_pass = not isinstance(error, PrivateAddress | ValueError)
                raise _NoAnswerError(redact(_innermost_reason(error), what.words_to_hide), may_pass=may_pass) from None
        finally:
            self.n_bytes += len(body)
        if is_over.is_set():  # also where what came before the cut looks like a whole answer
            raise _NoAnswerError(f"the answer took over {round(seconds, 1):g} seconds", may_pass=False)
        return _Answer(
            status=response.status_code,
            reason=response.reason or "",
            headers=list(response.raw.headers.items()),
            body=bytes(body),
            observed_at=response.observed_at if isinstance(response, ReplayedResponse) else began,
            revisit=response.revisit if isinstance(response, ReplayedResponse) else None,
        )

    def _time_limit(
        self, url: str, seconds: float, is_over: threading.Event
    ) -> contextlib.AbstractContextManager[None]:
        """Cut off the request made inside after so many seconds and set `is_over`; a replay has no limit."""
        adapter = self._session.get_adapter(url)
        return adapter.time_limit(seconds, is_over) if isinstance(adapter, PublicAdapter) else contextlib.nullcontext()


class _NoAnswerError(Exception):
    """One request without a whole answer. `may_pass`: asking again later makes sense."""

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
    """A session for a source: over recordings when `replay` names WARC files, else live.

    A replay answers each address with its recordings, one after the other, and archives them with the times
    they were recorded at; neither contact, nor robots.txt, nor pauses apply. Live, `contact` (else the
    environment's JOBMARKET_CONTACT) is a mail address or URL; raises `MissingContact` without one. Without a `writer`
    a session asks for the rules of hosts alone. `held` is what the archive holds of the source: with it, unchanged
    answers are kept as repetitions. `is_permitted`: the operator has put on record that the source may be read
    whatever its robots.txt says. `obeys_signals`: a `no` in a Content-Signal keeps us out.
    `insecure_hosts` ("127.0.0.1:8000") may be asked over http and be private: for tests. `politeness`, `now` and
    `chance` as well.
    """
    session = SingleRequests()
    if replay is not None:
        recordings = ReplayAdapter(replay, held)
        session.mount("https://", recordings)
        session.mount("http://", recordings)
        session.trust_env = False  # proxies do not matter here, and looking for them takes a fifth of the time
        return Web(
            source,
            writer=writer,
            session=session,
            politeness=None,
            insecure_hosts=insecure_hosts,
            now=now,
            held=held,
            damaged=recordings.damaged,
            keys=dict.fromkeys(source.keys, ""),
        )
    session.headers.update(
        {
            "User-Agent": f"{SOFTWARE} (+{check_contact(contact)})",
            "Accept-Encoding": "gzip, deflate",  # what the standard library decodes
        }
    )
    public = PublicAdapter(insecure_hosts)
    session.mount("https://", public)
    session.mount("http://", public)
    return Web(
        source,
        writer=writer,
        session=session,
        politeness=politeness,
        insecure_hosts=insecure_hosts,
        now=now,
        held=held,
        is_permitted=is_permitted,
        obeys_signals=obeys_signals,
        chance=chance,
        keys={name: os.environ.get(name, "") for name in source.keys},
    )


def _conditions(earlier: _StoredAnswer | None) -> dict[str, str]:
    """Headers of a conditional request: an answer only if it differs from the archived one."""
    if earlier is None:
        return {}
    entry = earlier.held
    headers = {"If-None-Match": entry.etag, "If-Modified-Since": None if entry.etag else entry.last_modified}
    return {name: value for name, value in headers.items() if value}


def _is_repetition(answer: _Answer, entry: IndexEntry) -> bool:
    """Whether an answer equals the archived one: not modified, or the same bytes."""
    is_same = answer.status in ANSWERED and answer.digest == entry.digest
    return answer.status == NOT_MODIFIED or is_same


def _retry_after(answer: _Answer, now: datetime) -> float | None:
    """Seconds after which a server asks to be asked again, where it says so (RFC 9110: seconds, or a date)."""
    value = (answer.header("retry-after") or "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max((email.utils.parsedate_to_datetime(value) - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _redirect_target(url: str, location: str, what: RequestExtras) -> str:
    """Where an answer redirects, without the secret fields and words that it repeats. Raises `FetchFailed`."""
    try:
        parts = urlsplit(urljoin(url, location))
        unsaid = what.secret.keys() | what.signature.keys()
        fields = [(name, text) for name, text in parse_qsl(parts.query, True) if name not in unsaid]
        query = parts.query if len(fields) == len(parse_qsl(parts.query, True)) else urlencode(fields)
        return redact(urlunsplit(parts._replace(query=query)), what.words_to_hide)
    except ValueError as error:
        raise FetchFailed(url, f"it redirects to no address: {redact(str(error), what.words_to_hide)}") from None


def _response(answer: RecordedAnswer, *, observed_at: datetime, record: int) -> Response:
    """A stored answer as what came at a time and was kept as a record."""
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
    """The contact a live night names itself with; raises `MissingContact` that says what to set."""
    address = (contact if contact is not None else os.environ.get(CONTACT, "")).strip()
    if not _CONTACT.fullmatch(address):
        problem = f"it is {address!r}" if address else "it is not set"
        raise MissingContact(
            f"a live night needs {CONTACT}, a mail address or URL where a site's owner reaches you; {problem}. "
            f"For example: export {CONTACT}=you@example.org"
        )
    return address


def _innermost_reason(error: Exception) -> str:
    """The innermost reason; requests and urllib3 wrap it two or three times."""
    if isinstance(error, NotRecorded):
        return str(error)
    cause: BaseException = error
    while True:
        inner = getattr(cause, "reason", None) or (cause.args[0] if cause.args else None)
        if not isinstance(inner, BaseException):
            return f"{type(cause).__name__}: {cause}"
        cause = inner
