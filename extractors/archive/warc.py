"""The archive: what servers answered, unchanged, in WARC files (ISO 28500), one per source and night.

A file is gzipped record by record, so that one bad record costs one record. Each record's length, gzip
checksum and WARC digests are checked here, because no WARC library notices a last record that is cut short.
Writing goes to `<name>.part`, is flushed record by record, and ends in an atomic rename; a `.part` left by
a killed run is `salvage`d. The same answers make the same bytes, whenever and wherever they are written.

An answer that an earlier one already says (HTTP 304, or the same bytes again) is kept as a `revisit` record
that names the earlier one by its address and time.

Numbering: `record` counts the HTTP response and revisit records of a file from 0, in file order. Damaged ones
count, and so does a stretch that cannot be read at all, whatever it held. Records of other types (`warcinfo`,
`request`, `metadata`, `resource`, and responses that are no HTTP answers) are passed over and do not count.
Damage to the file rather than to an answer has the number -1.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib.metadata
import io
import mmap
import os
import re
import stat
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from types import TracebackType

from fastwarc.stream_io import BrotliReader, ChunkedReader, ZstdReader
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from extractors.source import Response
from transforms.text.bounds import without_user

MAX_BODY = 64 * 1024 * 1024
"""Bytes of one body, as sent and decoded. The largest real board answer seen is under 6 MB."""

MAX_RECORD = MAX_BODY + 1024 * 1024
"""Bytes of one gzip member after decompression: the body with its headers."""

SUFFIX = ".warc.gz"
PART = ".part"
SOFTWARE = f"ai-job-market/{importlib.metadata.version('ai-job-market')}"

NOT_MODIFIED = 304
LIVE = "live night"
SYNTHETIC = "synthetic sample"
SAMPLE_SOFTWARE = "ai-job-market sample (synthetic data, extractors/sample/make.py)"
"""What a file that was fetched, not taken in, says it is part of."""

MAX_AHEAD = timedelta(days=1)
"""How far in the future an answer may be dated: clocks are wrong by minutes, and days begin earlier in the east."""

KINDS = {
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}
"""What may stand where a file is expected, by the test of its mode."""

DROPPED_HEADERS = frozenset(("set-cookie", "authorization", "transfer-encoding", "connection", "keep-alive"))
"""Never archived: secrets, and what described the transfer rather than the answer."""

ANSWERS = (WarcRecordType.response, WarcRecordType.revisit)
PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
"""Begins the URI that says why a revisit record repeats nothing (WARC 1.1, section 6.7)."""

_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv", "0189")
"""From the digits of RFC 4648 to those that `int` knows; the others are no digits."""
_GZIP = b"\x1f\x8b\x08"
_CHUNK = 64 * 1024
_URL = re.compile(r"https?://[!-~]+")
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: +([^\r\n]*))?\s*")


@dataclass(frozen=True, kw_only=True)
class Damaged:
    """A record that cannot be trusted: its number (-1: the file itself), its URL if legible, what is wrong."""

    record: int
    url: str | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """An answer as it was sent: `body` still has its Content-Encoding, `headers` their order and repeats.

    `offset` and `position` say where it stands: in the file, and among the records of that gzip member.
    """

    url: str
    observed_at: datetime
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    digest: str
    record: int
    offset: int
    position: int


@dataclass(frozen=True, kw_only=True)
class Revisited:
    """An answer that was not kept again because an earlier one says the same.

    `status` is 304, or 200 when the same bytes came once more. `digest` is the payload's, `refers_to` the time of
    the earlier answer of this address.
    """

    url: str
    observed_at: datetime
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    digest: str
    refers_to: datetime
    record: int
    offset: int
    position: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An answer as an index has it: whose it is, what it was and where it stands, without the answer itself.

    `refers_to` is the time of the earlier answer that it repeats; None: it is whole.
    """

    url: str
    observed_at: datetime
    status: int
    etag: str | None
    last_modified: str | None
    digest: str
    refers_to: datetime | None
    record: int
    offset: int
    position: int


def entry_of(found: Recorded | Revisited) -> Entry:
    """The entry of an answer."""
    said = {name.lower(): value for name, value in found.headers}
    return Entry(
        url=found.url,
        observed_at=found.observed_at,
        status=found.status,
        etag=said.get("etag") or None,
        last_modified=said.get("last-modified") or None,
        digest=found.digest,
        refers_to=found.refers_to if isinstance(found, Revisited) else None,
        record=found.record,
        offset=found.offset,
        position=found.position,
    )


# --- reading ----------------------------------------------------------------------------------------


def read(path: Path) -> Iterator[Response | Revisited | Damaged]:
    """The answers of a WARC file, decoded, in file order; a damaged one comes as `Damaged`, in its place.

    What only repeats an earlier answer comes as `Revisited`. Header names of a `Response` are in lower case;
    repeated headers are joined with a comma.
    Raises OSError when it is no regular file or cannot be opened; damage inside it never raises.
    """
    for found in read_recorded(path):
        yield decoded(found) if isinstance(found, Recorded) else found


def read_recorded(path: Path) -> Iterator[Recorded | Revisited | Damaged]:
    """Like `read`, but as the answers were sent: what a replay needs."""
    number = 0
    with _mapped(path) as data:
        if not data:
            yield Damaged(record=-1, url=None, why="the file is empty")
        for member in _members(data):
            for found in _answers(member, number):
                yield found
                number = max(number, found.record + 1)


def recorded_at(path: Path, *, record: int, offset: int, position: int) -> Recorded | Revisited | Damaged:
    """The one answer `read_recorded` found there before, without reading the rest of the file."""
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        begin = _member(file.read(_CHUNK), 0)  # most answers are short, and mapping a file takes longer than reading it
    if begin.why:
        with _mapped(path) as data:
            member = _member(data, offset)
    else:
        member = _Member(offset, begin.size, begin.data, None)
    for found in _answers(member, record - position):
        if found.record == record:
            return found
    return Damaged(record=record, url=None, why=f"no answer stands at byte {offset} of {path.name}; was it changed?")


def is_ahead(time: datetime, today: date) -> bool:
    """Whether an answer is dated further in the future than `MAX_AHEAD` explains, seen from a day (UTC)."""
    return time.astimezone(UTC).date() > today + MAX_AHEAD


def decoded(answer: Recorded) -> Response | Damaged:
    """The answer with its Content-Encoding undone, or why that fails."""
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    try:
        body = _body_of(answer.body, headers.get("content-encoding", ""))
    except (zlib.error, OSError, ValueError) as error:
        why = f"the body does not decode as Content-Encoding {headers['content-encoding']}: {error}"
        return Damaged(record=answer.record, url=answer.url, why=why)
    return Response(
        url=answer.url,
        observed_at=answer.observed_at,
        status=answer.status,
        headers=headers,
        body=body,
        record=answer.record,
        digest=answer.digest,
    )


@dataclass(frozen=True)
class _Member:
    """One gzip member of a file: where it stands, what it holds, and what is wrong with it."""

    offset: int
    size: int
    data: bytes
    why: str | None


def check_regular(path: Path) -> None:
    """Raise OSError for what is no regular file: opening a pipe waits for ever, and a device may have no end."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = next((word for is_kind, word in KINDS.items() if is_kind(mode)), "something else")
        raise OSError(f"it is {kind}, no regular file; move it away")


@contextlib.contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap | bytes]:
    check_regular(path)
    with path.open("rb") as file:
        if not path.stat().st_size:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _members(data: mmap.mmap | bytes) -> Iterator[_Member]:
    """Every gzip member from the start of the file to its end; after a bad one, on with the next whole one."""
    offset = 0
    while offset < len(data):
        member = _member(data, offset)
        yield member
        offset += member.size


def _member(data: mmap.mmap | bytes, offset: int) -> _Member:
    inflate = zlib.decompressobj(wbits=31)  # 31: gzip header, checksum and length are checked
    parts: list[bytes] = []
    size = 0
    at = offset
    why = None
    try:
        while at < len(data) and not inflate.eof:
            part = inflate.decompress(data[at : at + _CHUNK])
            at += _CHUNK
            size += len(part)
            if size <= MAX_RECORD:
                parts.append(part)
            elif not parts:
                parts.append(part[:_CHUNK])  # enough to tell whose record it is
    except zlib.error as error:
        why = f"its gzip data are damaged ({error})"
        parts = parts or [_beginning(data, offset)]
    else:
        if not inflate.eof:
            why = "the file ends inside it"
        elif size > MAX_RECORD:
            why = f"over {MAX_RECORD} bytes; were the records gzipped one by one? (`warcio recompress` does that)"
    end = min(at, len(data)) - len(inflate.unused_data) if inflate.eof else _next_record(data, offset + 1)
    return _Member(offset, end - offset, b"".join(parts), why)


def _beginning(data: mmap.mmap | bytes, offset: int) -> bytes:
    """What can be read of a damaged member's first kilobytes: enough to tell whose record it is."""
    inflate = zlib.decompressobj(wbits=31)
    read = b""
    with contextlib.suppress(zlib.error):
        for at in range(offset, min(offset + _CHUNK, len(data)), 64):
            read += inflate.decompress(data[at : at + 64])
            if len(read) > _CHUNK or inflate.eof:
                break
    return read


def _next_record(data: mmap.mmap | bytes, begin: int) -> int:
    """Where the next gzip member that opens with a WARC header begins; the file's end if there is none."""
    at = data.find(_GZIP, begin)
    while at >= 0:
        with contextlib.suppress(zlib.error):
            if zlib.decompressobj(wbits=31).decompress(data[at : at + 1024], 5) == b"WARC/":
                return at
        at = data.find(_GZIP, at + 1)
    return len(data)


def _answers(member: _Member, number: int) -> Iterator[Recorded | Revisited | Damaged]:
    """The HTTP answers of one gzip member; the first of them has the given number."""
    if member.why and not member.data and member.offset == 0:
        yield Damaged(record=-1, url=None, why=f"the file begins with no gzipped WARC record: {member.why}")
        return
    position = 0
    is_empty = True
    try:
        for warc in ArchiveIterator(io.BytesIO(member.data), parse_http=False):
            is_empty = False
            url = without_user((warc.headers.get("WARC-Target-URI") or "").strip("<>")) or None
            is_legible = url is not None or warc.record_type != WarcRecordType.unknown
            if is_legible and not (warc.record_type in ANSWERS and _is_http(url)):
                continue
            block = warc.reader.read()
            try:
                _check_length(warc, block, member)
                read_as = _revisited if warc.record_type == WarcRecordType.revisit else _recorded
                yield read_as(warc.headers, block, record=number, offset=member.offset, position=position)
            except ValueError as error:
                yield Damaged(record=number, url=url, why=str(error))
                return  # where a record is not what its header says, the next one's begin is a guess
            number += 1
            position += 1
    except OSError as error:
        yield Damaged(record=number, url=None, why=member.why or f"not a WARC record: {error}")
        return
    if is_empty:
        yield Damaged(record=number, url=None, why=member.why or "not a WARC record")
    elif member.why:
        yield Damaged(record=-1, url=None, why=f"behind the last answer, or in a record that is none: {member.why}")


def _check_length(warc: WarcRecord, block: bytes, member: _Member) -> None:
    """Raise ValueError for a record that is short, or in a damaged gzip member without a digest to vouch for it."""
    if len(block) != warc.content_length:
        why = f": {member.why}" if member.why else ""
        raise ValueError(f"it has {len(block)} bytes, its header says {warc.content_length}{why}")
    if member.why and not (warc.headers.get("WARC-Block-Digest") or warc.headers.get("WARC-Payload-Digest")):
        raise ValueError(member.why)


def _is_http(url: str | None) -> bool:
    return url is not None and url.startswith(("http://", "https://"))


def _recorded(headers: Iterable[tuple[str, str]], block: bytes, *, record: int, offset: int, position: int) -> Recorded:
    """A response record as an answer. Raises ValueError that says what is wrong with it."""
    said = {name.lower(): value for name, value in headers}
    if "warc-truncated" in said:
        raise ValueError(f"whoever recorded it cut it (WARC-Truncated: {said['warc-truncated']})")
    status, reason, fields, body = _http(block)
    if not _verify("WARC-Block-Digest", said.get("warc-block-digest"), block):  # which covers the payload
        _verify("WARC-Payload-Digest", said.get("warc-payload-digest"), body)
    if len(body) > MAX_BODY:
        raise ValueError(f"its body has over {MAX_BODY} bytes")
    if any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in fields):
        # Some recorders keep the chunks, some only the header; what does not read as chunks is none.
        with contextlib.suppress(OSError):
            body = ChunkedReader(io.BytesIO(body)).read()
        fields = [(name, value) for name, value in fields if name.lower() != "transfer-encoding"]
    return Recorded(
        url=without_user(said["warc-target-uri"].strip("<>")),
        observed_at=_time_of(said.get("warc-date")),
        status=status,
        reason=reason,
        headers=tuple(fields),
        body=body,
        digest=said.get("warc-payload-digest") or digest_of_body(body),
        record=record,
        offset=offset,
        position=position,
    )


def _revisited(
    headers: Iterable[tuple[str, str]], block: bytes, *, record: int, offset: int, position: int
) -> Revisited:
    """A revisit record. Raises ValueError that says what is wrong with it."""
    said = {name.lower(): value for name, value in headers}
    status, reason, fields, _ = _http(block)
    _verify("WARC-Block-Digest", said.get("warc-block-digest"), block)
    url = said["warc-target-uri"].strip("<>")
    if said.get("warc-refers-to-target-uri", url).strip("<>") != url:
        raise ValueError(f"it repeats the answer of another address, {without_user(said['warc-refers-to-target-uri'])}")
    return Revisited(
        url=without_user(url),
        observed_at=_time_of(said.get("warc-date")),
        status=status,
        reason=reason,
        headers=tuple(fields),
        digest=said.get("warc-payload-digest", ""),
        refers_to=_time_of(said.get("warc-refers-to-date")),
        record=record,
        offset=offset,
        position=position,
    )


def _http(block: bytes) -> tuple[int, str, list[tuple[str, str]], bytes]:
    """Status, reason, headers and body of an HTTP answer. Raises ValueError when it is none."""
    head, separator, body = block.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    status = _STATUS_LINE.fullmatch(lines[0])
    if not separator or status is None:
        raise ValueError(f"no HTTP answer: it begins {block[:40]!r}")
    pairs = [line.decode("latin-1").partition(":") for line in lines[1:] if b":" in line]
    fields = [(name.strip(), value.strip()) for name, _, value in pairs]
    return int(status[1]), (status[2] or b"").decode("latin-1"), fields, body


def _time_of(text: str | None) -> datetime:
    try:
        time = datetime.fromisoformat(text or "")
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"its WARC-Date {text!r} is no ISO 8601 time") from error


def _verify(header: str, stated: str | None, content: bytes) -> bool:
    """Whether content was held against a stated "algorithm:digest" (base 32, or hex). ValueError when it differs."""
    algorithm, _, digest = (stated or "").partition(":")
    if algorithm not in ("sha1", "sha256", "sha512", "md5"):
        return False
    made = getattr(hashlib, algorithm)(content, usedforsecurity=False).digest()
    if digest.lower() != made.hex() and not _is_base32(digest, made):
        raise ValueError(f"its bytes differ from its {header}")
    return True


def _is_base32(text: str, content: bytes) -> bool:
    """Whether a text says these bytes in base 32, padded or not. `base64.b32encode` takes thrice as long."""
    digits = text.upper().rstrip("=").translate(_BASE32)
    n_fill = -8 * len(content) % 5
    is_number = digits.isascii() and digits.isalnum() and len(digits) * 5 == 8 * len(content) + n_fill
    return is_number and int(digits, 32) == int.from_bytes(content) << n_fill


def digest_of_body(content: bytes) -> str:
    """The WARC-Payload-Digest of a body as sent: "sha1:" and base 32."""
    digest = hashlib.sha1(content, usedforsecurity=False).digest()
    return f"sha1:{base64.b32encode(digest).decode()}"


def _body_of(body: bytes, encodings: str) -> bytes:
    """A body with its Content-Encodings undone, last applied first. Raises zlib.error, OSError or ValueError."""
    for encoding in reversed([name.strip().lower() for name in encodings.split(",")]):
        if encoding in ("", "identity") or not body:
            continue
        if encoding in ("gzip", "x-gzip"):
            body = _inflated(body, 31)
        elif encoding == "deflate":
            is_zlib = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0  # RFC 1950's header check
            body = _inflated(body, 15 if is_zlib else -15)
        elif encoding in ("br", "zstd"):
            reader = (BrotliReader if encoding == "br" else ZstdReader)(io.BytesIO(body))
            body = reader.read(MAX_BODY + 1)
        else:
            raise ValueError("that encoding is not known here")
        if len(body) > MAX_BODY:
            raise ValueError(f"decoded it has over {MAX_BODY} bytes")
    return body


def _inflated(body: bytes, wbits: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while body:
        inflate = zlib.decompressobj(wbits=wbits)
        parts.append(inflate.decompress(body, MAX_BODY + 1 - size))
        size += len(parts[-1])
        if size > MAX_BODY:
            break
        if not inflate.eof:
            raise ValueError("it is cut short")
        body = inflate.unused_data
    return b"".join(parts)


# --- writing ----------------------------------------------------------------------------------------


def _is_kept_as_given(text: str) -> bool:
    """Whether a record holds an address, or a header's name or value, as it was given."""
    return text.isascii() and text == text.strip() and not text.endswith(">")


class Writer:
    """Writes one WARC file: a context manager whose `write` archives one answer.

    Leaving it, also by an exception, finishes the file: every answer already received is kept. `path` is then the
    finished file, or None when nothing was answered. With `dated`, the file is named after its earliest WARC-Date, as
    every file of the archive is. A finished file of the same name is never lost: what it holds and the new one lacks
    is kept behind the new records. `entries` are the answers of the file, so that an index need not read it; None
    when it holds older ones as well, or says something otherwise than was given. `part_of` says in the file itself
    what it is part of (`LIVE`: a night that asked servers; `SYNTHETIC`: the bundled sample).
    """

    def __init__(
        self, path: Path, *, dated: bool = False, software: str = SOFTWARE, part_of: str | None = None
    ) -> None:
        self.path: Path | None = None
        self.entries: list[Entry] | None = []
        self.n_records = 0
        self._target = path
        self._dated = dated
        self._software = software
        self._part_of = part_of
        self._earliest: datetime | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        self._part = path.with_name(path.name + PART)
        if self._part.exists():
            salvage(self._part)
        self._file = self._part.open("wb")
        self._warc = WARCWriter(self._file, gzip=True, warc_version="1.1")

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(
        self,
        *,
        url: str,
        observed_at: datetime,
        status: int,
        reason: str = "",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes,
    ) -> Recorded:
        """Archive one answer, `body` as sent, and return it as recorded. `observed_at` is cut to whole seconds.

        Raises ValueError for a body over `MAX_BODY` or a time without a zone.
        """
        if len(body) > MAX_BODY:
            raise ValueError(f"{url}: a body of {len(body)} bytes is over {MAX_BODY}")
        time = self._begun(url, observed_at)
        kept = _kept(headers)
        digest = digest_of_body(body)
        date = _stamp(time)
        offset = self._file.tell()
        self._write(
            "response",
            url,
            {
                "WARC-Record-ID": _record_id(f"{url} {date} {digest}"),
                "WARC-Date": date,
                "WARC-Payload-Digest": digest,
            },
            body,
            StatusAndHeaders(f"{status} {reason}".strip(), list(kept), protocol="HTTP/1.1"),
        )
        made = Recorded(
            url=url,
            observed_at=time,
            status=status,
            reason=reason,
            headers=kept,
            body=body,
            digest=digest,
            record=self.n_records,
            offset=offset,
            position=0,
        )
        self._note(made)
        return made

    def write_revisit(
        self,
        *,
        url: str,
        observed_at: datetime,
        status: int,
        reason: str = "",
        headers: Iterable[tuple[str, str]] = (),
        digest: str,
        refers_to: datetime,
    ) -> Revisited:
        """Archive that an address answered what it had answered at `refers_to`, with a payload of that digest."""
        time = self._begun(url, observed_at)
        kept = _kept(headers)
        date = _stamp(time)
        offset = self._file.tell()
        why = "server-not-modified" if status == NOT_MODIFIED else "identical-payload-digest"
        self._write(
            "revisit",
            url,
            {
                "WARC-Record-ID": _record_id(f"revisit {url} {date} {digest}"),
                "WARC-Date": date,
                "WARC-Profile": PROFILE + why,
                "WARC-Refers-To-Target-URI": url,
                "WARC-Refers-To-Date": _stamp(refers_to),
                "WARC-Payload-Digest": digest,
            },
            b"",
            StatusAndHeaders(f"{status} {reason}".strip(), list(kept), protocol="HTTP/1.1"),
        )
        made = Revisited(
            url=url,
            observed_at=time,
            status=status,
            reason=reason,
            headers=kept,
            digest=digest,
            refers_to=refers_to,
            record=self.n_records,
            offset=offset,
            position=0,
        )
        self._note(made)
        return made

    def _note(self, made: Recorded | Revisited) -> None:
        self.n_records += 1
        if not all(map(_is_kept_as_given, (made.url, *chain.from_iterable(made.headers)))):
            self.entries = None
        if self.entries is not None:
            self.entries.append(entry_of(made))

    def _begun(self, url: str, observed_at: datetime) -> datetime:
        """The time of a record, to whole seconds; the file's first record is preceded by what wrote it."""
        if not _URL.fullmatch(url):
            raise ValueError(f"{url!r} is no http(s) URL in ASCII")
        if observed_at.tzinfo is None:
            raise ValueError(f"{url}: observed_at needs a time zone, got {observed_at}")
        time = observed_at.astimezone(UTC).replace(microsecond=0)
        if self._earliest is None:
            self._write_warcinfo(time)
        self._earliest = time if self._earliest is None else min(self._earliest, time)
        return time

    def close(self) -> None:
        """Finish the file: to disk, then renamed."""
        if self._file.closed:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if self._earliest is None:
            self._part.unlink()
            return
        target = _named(self._target, self._earliest) if self._dated else self._target
        if target.exists():
            self.entries = None
        self.path = _finish(self._part, target)

    def _write_warcinfo(self, time: datetime) -> None:
        part_of = f"isPartOf: {self._part_of}\r\n" if self._part_of else ""
        info = f"software: {self._software}\r\nformat: WARC File Format 1.1\r\n{part_of}".encode()
        date = _stamp(time)
        self._write(
            "warcinfo",
            None,
            {
                "WARC-Record-ID": _record_id(f"warcinfo {self._software} {date}{part_of}"),
                "WARC-Date": date,
                "Content-Type": "application/warc-fields",
            },
            info,
            None,
        )

    def _write(
        self, kind: str, url: str | None, headers: dict[str, str], body: bytes, http: StatusAndHeaders | None
    ) -> None:
        record = self._warc.create_warc_record(
            url, kind, payload=io.BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=headers
        )
        self._warc.write_record(record)
        self._file.flush()  # a record handed to the system outlives a killed process


def _kept(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers if name.lower() not in DROPPED_HEADERS)


def path_of(archive: Path, source: str, time: datetime) -> Path:
    """Where the archive keeps what a source answered from `time` on."""
    return archive / source / f"{_name_of(time)}{SUFFIX}"


def write(path: Path, answers: Sequence[Recorded]) -> Path | None:
    """Archive answers that are already at hand; the finished file, or None when there are none."""
    with Writer(path) as writer:
        for answer in answers:
            writer.write(
                url=answer.url,
                observed_at=answer.observed_at,
                status=answer.status,
                reason=answer.reason,
                headers=answer.headers,
                body=answer.body,
            )
    return writer.path


def is_live(path: Path) -> bool:
    """Whether a file of the archive was made by a night that asked servers, as the file itself says."""
    return f"isPartOf: {LIVE}\r\n".encode() in _first_record(path)


def is_synthetic(path: Path) -> bool:
    """Whether a recording is of the bundled sample, or was archived from it, as the file itself says."""
    first = _first_record(path)
    return f"isPartOf: {SYNTHETIC}\r\n".encode() in first or f"software: {SAMPLE_SOFTWARE}\r\n".encode() in first


def _first_record(path: Path) -> bytes:
    with _mapped(path) as data:
        return _member(data, 0).data if data else b""


def salvage(part: Path) -> Path | None:
    """Finish the `.part` a killed run left: its whole records, byte for byte, in a file named after the earliest.

    A file whose name is no time keeps its name. None, and the `.part` removed, when no answer in it is whole.
    """
    whole = part.with_name(part.name + ".salvage")
    earliest: datetime | None = None
    with _mapped(part) as data, whole.open("wb") as file:
        for member in _members(data):
            answers = list(_answers(member, 0))
            if member.why or any(isinstance(answer, Damaged) for answer in answers):
                continue
            file.write(data[member.offset : member.offset + member.size])
            times = [answer.observed_at for answer in answers if not isinstance(answer, Damaged)]
            earliest = min([*times, earliest] if earliest else times, default=None)
        file.flush()
        os.fsync(file.fileno())
    finished = None
    if earliest is None:
        whole.unlink()
    else:
        finished = _finish(whole, _named(part.with_name(part.name.removesuffix(PART)), earliest))
    part.unlink()
    return finished


def digest_of(path: Path) -> str:
    """BLAKE2b of a file, 32 hex digits: the archive file's part of a cache key."""
    check_regular(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _finish(part: Path, target: Path) -> Path:
    """Rename a whole file to its name, keeping what an older file of that name holds and it lacks."""
    if target.exists():
        with _mapped(part) as new:
            held = {name for member in _members(new) for name in _record_ids(member)}
        with _mapped(target) as old, part.open("ab") as file:
            for member in _members(old):
                if not member.why and held.isdisjoint(_record_ids(member)):
                    file.write(old[member.offset : member.offset + member.size])
            file.flush()
            os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the rename itself must survive a power cut
    finally:
        os.close(folder)
    return target


def _record_ids(member: _Member) -> list[str]:
    try:
        return [warc.record_id or "" for warc in ArchiveIterator(io.BytesIO(member.data), parse_http=False)]
    except OSError:
        return []


def _named(path: Path, time: datetime) -> Path:
    """The path with its time exchanged for another; as it is when its name is no time."""
    is_time = re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}Z", path.name.removesuffix(SUFFIX)) is not None
    return path.with_name(f"{_name_of(time)}{SUFFIX}") if is_time else path


def _name_of(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _record_id(content: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}>"
