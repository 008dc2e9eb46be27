"""Read the archive: WARC files (ISO 28500) with server answers as they were received, one file per source and night.

Each record of a file is gzipped on its own, so that a bad record damages nothing else. This module checks length, gzip
checksum and WARC digests of each record, because no WARC library notices a truncated last record. An answer that equals
an earlier one (HTTP 304, the same bytes, or JSON with the same value) is stored as a `revisit` record, which names the
earlier answer by address and time.

`record` numbers the HTTP response and revisit records of a file from 0, in file order. A damaged record counts as one,
and so does an unreadable stretch. Records of other types do not count. Damage to the file rather than to an answer has
the number -1.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import itertools
import mmap
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from fastwarc.stream_io import BrotliReader, ChunkedReader, ZstdReader
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from extractors.response import Response
from transforms.text.addresses import without_user

MAX_BODY = 64 * 1024 * 1024
"""Maximum bytes of one body, both as sent and decoded. The largest answer of a real board seen so far is under 6 MB."""

MAX_RECORD = MAX_BODY + 1024 * 1024
"""Maximum bytes of one gzip member after decompression: the body with its headers."""

SUFFIX = ".warc.gz"

LIVE = "live night"
SYNTHETIC = "synthetic sample"
"""`isPartOf` of files that a live night fetched (`LIVE`) or that were made from the bundled sample (`SYNTHETIC`)."""
SAMPLE_SOFTWARE = "ai-job-market sample (synthetic data, extractors/sample/make.py)"
"""`software` in the files of the bundled sample, now written by tests/sample/. It stays as it is, like the files."""

MAX_AHEAD = timedelta(days=1)
"""How far in the future an answer may be dated: clocks are wrong by minutes, and days begin earlier in the east."""

VALIDATORS = ("etag", "last-modified")
ANSWERS = (WarcRecordType.response, WarcRecordType.revisit)
_GZIP = b"\x1f\x8b\x08"
_CHUNK = 64 * 1024
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: +([^\r\n]*))?\s*")


@dataclass(frozen=True, kw_only=True)
class DamagedRecord:
    """A record that cannot be trusted: its number (-1 for the file itself), its URL if legible, and what is wrong."""

    record: int
    url: str | None
    why: str


@dataclass(frozen=True, kw_only=True)
class _ArchivedAnswer:
    """What whole and repeated answers have in common. `headers` keep their order and repetitions.

    `offset` is the byte at which the record's gzip member starts, `position` the record's number in that member.
    """

    url: str
    observed_at: datetime
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    digest: str
    record: int
    offset: int
    position: int
    json_digest: str | None = None
    """Digest of the body's JSON value (see `json_digest_of`), only in an index's entry."""


@dataclass(frozen=True, kw_only=True)
class RecordedAnswer(_ArchivedAnswer):
    """An answer as it was sent; its Content-Encoding is still applied to `body`."""

    body: bytes


@dataclass(frozen=True, kw_only=True)
class RevisitedAnswer(_ArchivedAnswer):
    """An answer that equals an earlier one and was not stored again.

    `status` is 304, or 200 if the server sent the same content again. `digest` is the digest of the payload,
    `refers_to` the time of the earlier answer from this address.
    """

    refers_to: datetime


def entry_of(
    answer: RecordedAnswer | RevisitedAnswer, json_digest: str | None = None
) -> RecordedAnswer | RevisitedAnswer:
    """Return what an index needs of an answer: its validators and digests, without its body and other headers.

    `json_digest` is the digest of its JSON value, if already computed.
    """
    headers = tuple(pair for pair in answer.headers if pair[0].lower() in VALIDATORS)
    if isinstance(answer, RevisitedAnswer):
        return replace(answer, headers=headers)
    json_digest = json_digest or json_digest_of(answer.body, answer.headers)
    return replace(answer, headers=headers, body=b"", json_digest=json_digest)


@dataclass(frozen=True)
class Range:
    """The bytes of a file from `begin`, where a record starts, up to but not including `end` (None: to its end)."""

    begin: int = 0
    end: int | None = None


WHOLE = Range()


class BrokenRange(Exception):  # noqa: N818  # it says what is broken
    """A range ends inside a record, because bytes of an answer look like the start of a record. Read the file whole."""


def split(path: Path, size: int) -> list[Range]:
    """Split a file into ranges of about `size` bytes, each of whole records. The same bytes always give the same
    ranges."""
    with map_file(path) as data:
        begins = sorted({0, *(_next_record(data, at) for at in range(size, len(data), size))})
        if begins[-1] == len(data) > 0:
            begins.pop()
    return [Range(begin, end) for begin, end in itertools.zip_longest(begins, begins[1:])]


def read(
    path: Path, part: Range = WHOLE, *, may_be_cut: bool = False
) -> Iterator[Response | RevisitedAnswer | DamagedRecord]:
    """Yield the decoded answers of a WARC file in file order, with a `DamagedRecord` in place of each damaged answer.

    Header names of a `Response` are in lower case; repeated headers are joined with a comma. `part` is a range made by
    `split`; records are numbered from 0 in each part. With `may_be_cut`, an answer that its recorder truncated
    (WARC-Truncated) is accepted. This suits pages but not lists, whose missing rest would close adverts. Raises OSError
    if the path is not a regular file or cannot be opened. Damage inside the file never raises.
    """
    for answer in read_recorded(path, part, may_be_cut=may_be_cut):
        yield decode(answer) if isinstance(answer, RecordedAnswer) else answer


def read_recorded(
    path: Path, part: Range = WHOLE, *, may_be_cut: bool = False
) -> Iterator[RecordedAnswer | RevisitedAnswer | DamagedRecord]:
    """Yield the same as `read`, except that the bodies of whole answers are not decoded."""
    number = 0
    with map_file(path) as data:
        if not data:
            yield DamagedRecord(record=-1, url=None, why="the file is empty")
        for member in members_of(data, part):
            for answer in answers_in(member, number, may_be_cut=may_be_cut):
                yield answer
                number = max(number, answer.record + 1)


def read_record_at(
    path: Path, *, record: int, offset: int, position: int
) -> RecordedAnswer | RevisitedAnswer | DamagedRecord:
    """Return the answer that `read_recorded` found at this location, or a `DamagedRecord` if none is there any more."""
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        member = member_at(file.read(_CHUNK), 0)  # most answers are short, and mapping a file takes longer
    if member.why:
        with map_file(path) as data:
            member = member_at(data, offset)
    for answer in answers_in(replace(member, offset=offset), record - position):
        if answer.record == record:
            return answer
    why = f"no answer starts at byte {offset} of {path.name}; was it changed?"
    return DamagedRecord(record=record, url=None, why=why)


def is_ahead(time: datetime, today: date) -> bool:
    """Whether a time (in UTC) is more than `MAX_AHEAD` after `today`."""
    return time.astimezone(UTC).date() > today + MAX_AHEAD


def decode(answer: RecordedAnswer) -> Response | DamagedRecord:
    """Return the answer without its Content-Encoding, or a `DamagedRecord` with the reason why it cannot be decoded."""
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    try:
        body = _body_of(answer.body, headers.get("content-encoding", ""))
    except (zlib.error, OSError, ValueError) as error:
        why = f"the body does not decode as Content-Encoding {headers['content-encoding']}: {error}"
        return DamagedRecord(record=answer.record, url=answer.url, why=why)
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
class Member:
    """A gzip member: its first byte and size in the file, its decompressed content, and what is wrong with it, if
    anything.
    """

    offset: int
    size: int
    data: bytes
    why: str | None


def check_regular(path: Path) -> None:
    """Raise OSError unless the path is a regular file: opening a pipe could wait forever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is not a regular file but a folder, pipe, socket or device; move it away")


@contextlib.contextmanager
def map_file(path: Path) -> Iterator[mmap.mmap | bytes]:
    """Yield the bytes of a file, mapped into memory. Raises OSError if it is not a regular file or cannot be opened."""
    check_regular(path)
    with path.open("rb") as file:
        if not path.stat().st_size:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def members_of(data: mmap.mmap | bytes, part: Range = WHOLE) -> Iterator[Member]:
    """Yield every gzip member of a file or of a part of it. A damaged member ends where the next WARC header begins.

    Raises `BrokenRange` if the part ends inside a member.
    """
    offset, end = part.begin, len(data) if part.end is None else part.end
    while offset < end:
        member = member_at(data, offset)
        yield member
        offset += member.size
    if offset > end:
        raise BrokenRange(f"bytes {part.begin} to {part.end} end inside a record")


def member_at(data: mmap.mmap | bytes, offset: int) -> Member:
    """Return the gzip member that starts at byte `offset`; if it is damaged, with as much content as can be read."""
    inflate = zlib.decompressobj(wbits=31)  # 31: zlib checks the gzip header, checksum and length
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
                parts.append(part[:_CHUNK])  # enough to identify the record
    except zlib.error as error:
        why = f"its gzip data are damaged ({error})"
        parts = parts or [_beginning(data, offset)]
    else:
        if not inflate.eof:
            why = "the file ends inside it"
        elif size > MAX_RECORD:
            why = f"over {MAX_RECORD} bytes; were the records gzipped one by one? (`warcio recompress` does that)"
    end = min(at, len(data)) - len(inflate.unused_data) if inflate.eof else _next_record(data, offset + 1)
    return Member(offset, end - offset, b"".join(parts), why)


def _beginning(data: mmap.mmap | bytes, offset: int) -> bytes:
    inflate = zlib.decompressobj(wbits=31)
    read = b""
    with contextlib.suppress(zlib.error):
        for at in range(offset, min(offset + _CHUNK, len(data)), 64):
            read += inflate.decompress(data[at : at + 64])
            if len(read) > _CHUNK or inflate.eof:
                break
    return read


def _next_record(data: mmap.mmap | bytes, begin: int) -> int:
    """Return the offset of the next gzip member with a WARC header, or the end of the file."""
    at = data.find(_GZIP, begin)
    while at >= 0:
        with contextlib.suppress(zlib.error):
            if zlib.decompressobj(wbits=31).decompress(data[at : at + 1024], 5) == b"WARC/":
                return at
        at = data.find(_GZIP, at + 1)
    return len(data)


def answers_in(
    member: Member, number: int, *, may_be_cut: bool = False
) -> Iterator[RecordedAnswer | RevisitedAnswer | DamagedRecord]:
    """Yield the HTTP answers and damaged records of one gzip member in order, numbered from `number`."""
    if member.why and not member.data and member.offset == 0:
        yield DamagedRecord(
            record=-1, url=None, why=f"the file does not start with a gzipped WARC record: {member.why}"
        )
        return
    position = 0
    is_empty = True
    try:
        for warc in ArchiveIterator(io.BytesIO(member.data), parse_http=False):
            is_empty = False
            url = without_user(bare_uri(warc.headers.get("WARC-Target-URI"))) or None
            if url is None and warc.record_type == WarcRecordType.unknown:
                pass  # perhaps a damaged answer
            elif warc.record_type not in ANSWERS or url is None or not is_web(url):
                continue
            try:
                answer = _read_answer(warc, member, number, position, may_be_cut=may_be_cut)
            except ValueError as error:
                yield DamagedRecord(record=number, url=url, why=str(error))
                return  # the start of the next record would be a guess
            yield answer
            number += 1
            position += 1
    except OSError as error:
        yield DamagedRecord(record=number, url=None, why=member.why or f"not a WARC record: {error}")
        return
    if is_empty:
        yield DamagedRecord(record=number, url=None, why=member.why or "not a WARC record")
    elif member.why:
        yield DamagedRecord(
            record=-1, url=None, why=f"after the last answer, or in a record of another type: {member.why}"
        )


def _read_answer(
    warc: WarcRecord, member: Member, number: int, position: int, *, may_be_cut: bool
) -> RecordedAnswer | RevisitedAnswer:
    block = warc.reader.read()
    values = {name.lower(): value for name, value in warc.headers}
    if len(block) != warc.content_length:
        why = f": {member.why}" if member.why else ""
        raise ValueError(f"it has {len(block)} bytes, its header says {warc.content_length}{why}")
    if member.why and not (values.get("warc-block-digest") or values.get("warc-payload-digest")):
        raise ValueError(member.why)
    if not may_be_cut and (cut := values.get("warc-truncated")):
        raise ValueError(f"its recorder cut it (WARC-Truncated: {cut})")
    status, reason, fields, body = _http(block)
    is_verified = _verify("WARC-Block-Digest", values.get("warc-block-digest"), block)
    url = bare_uri(values["warc-target-uri"])
    common: dict[str, Any] = {
        "url": without_user(url),
        "observed_at": time_of(values.get("warc-date")),
        "status": status,
        "reason": reason,
        "record": number,
        "offset": member.offset,
        "position": position,
    }
    digest = values.get("warc-payload-digest", "")
    if warc.record_type == WarcRecordType.revisit:
        if (original := bare_uri(values.get("warc-refers-to-target-uri", url))) != url:
            raise ValueError(f"it repeats the answer of another address, {without_user(original)}")
        refers_to = time_of(values.get("warc-refers-to-date"))
        return RevisitedAnswer(headers=tuple(fields), digest=digest, refers_to=refers_to, **common)
    if not is_verified:  # the block contains the payload
        _verify("WARC-Payload-Digest", digest, body)
    if len(body) > MAX_BODY:
        raise ValueError(f"its body has over {MAX_BODY} bytes")
    if any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in fields):
        with contextlib.suppress(OSError):  # some recorders keep the chunks, some only the header
            body = ChunkedReader(io.BytesIO(body)).read()
        fields = [(name, value) for name, value in fields if name.lower() != "transfer-encoding"]
    return RecordedAnswer(headers=tuple(fields), body=body, digest=digest or digest_of_body(body), **common)


def bare_uri(text: str | None) -> str:
    """Return an address without the angle brackets that wget writes around it, as in WARC 1.0."""
    return (text or "").strip("<> ")


def is_web(url: str) -> bool:
    """Whether an address is http(s)."""
    return url[:8].lower().startswith(("http://", "https://"))


def _http(block: bytes) -> tuple[int, str, list[tuple[str, str]], bytes]:
    head, separator, body = block.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    status = _STATUS_LINE.fullmatch(lines[0])
    if not separator or status is None:
        raise ValueError(f"not an HTTP answer: it starts with {block[:40]!r}")
    pairs = [line.decode("latin-1").partition(":") for line in lines[1:] if b":" in line]
    fields = [(name.strip(), value.strip()) for name, _, value in pairs]
    return int(status[1]), (status[2] or b"").decode("latin-1"), fields, body


def time_of(text: str | None) -> datetime:
    """Return a WARC-Date as a time in UTC. Raise ValueError if the text is not an ISO 8601 time."""
    try:
        time = datetime.fromisoformat(text or "")
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"its WARC-Date {text!r} is not an ISO 8601 time") from error


def _verify(header: str, label: str | None, content: bytes) -> bool:
    """Whether a digest ("algorithm:digest", base 32 or hex) could be checked. Raise ValueError if `content` has
    another.
    """
    algorithm, _, digest = (label or "").partition(":")
    if algorithm not in ("sha1", "sha256", "sha512", "md5"):
        return False
    checksum = getattr(hashlib, algorithm)(content, usedforsecurity=False).digest()
    if digest.lower() != checksum.hex() and digest.upper().rstrip("=") != base64.b32encode(checksum).decode().rstrip(
        "="
    ):
        raise ValueError(f"its bytes differ from its {header}")
    return True


def digest_of_body(content: bytes) -> str:
    """Return the WARC-Payload-Digest of a body as sent: "sha1:" and the digest in base 32."""
    return f"sha1:{base64.b32encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()}"


def json_digest_of(body: bytes, headers: Iterable[tuple[str, str]]) -> str | None:
    """Return a digest of a JSON object or list, ignoring white space and the order of keys; None for any other body."""
    encodings = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    if not encodings and body[:1] not in (b"{", b"["):
        return None
    try:
        value = orjson.loads(_body_of(body, encodings))
        data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (zlib.error, OSError, ValueError, TypeError):
        return None
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _body_of(body: bytes, encodings: str) -> bytes:
    for encoding in reversed([name.strip().lower() for name in encodings.split(",")]):
        if encoding in ("", "identity") or not body:
            continue
        if encoding in ("gzip", "x-gzip"):
            body = _inflate(body, 31)
        elif encoding == "deflate":
            is_zlib = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0  # RFC 1950's header check
            body = _inflate(body, 15 if is_zlib else -15)
        elif encoding in ("br", "zstd"):
            reader = (BrotliReader if encoding == "br" else ZstdReader)(io.BytesIO(body))
            body = reader.read(MAX_BODY + 1)
        else:
            raise ValueError("unknown encoding")
        if len(body) > MAX_BODY:
            raise ValueError(f"it has over {MAX_BODY} bytes after decoding")
    return body


def _inflate(body: bytes, wbits: int) -> bytes:
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


def is_live(path: Path) -> bool:
    """Whether an archive file states that a live night fetched it."""
    return f"isPartOf: {LIVE}\r\n".encode() in _first_record(path)


def is_synthetic(path: Path) -> bool:
    """Whether a file states that it is the bundled sample or was made from the sample."""
    first = _first_record(path)
    return f"isPartOf: {SYNTHETIC}\r\n".encode() in first or f"software: {SAMPLE_SOFTWARE}\r\n".encode() in first


def _first_record(path: Path) -> bytes:
    with map_file(path) as data:
        return member_at(data, 0).data if data else b""


def digest_of(path: Path) -> str:
    """Return the BLAKE2b digest of a file as 32 hex digits. It stands for an archive file in the keys of caches."""
    check_regular(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
