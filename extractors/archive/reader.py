"""Reads the archive: what servers answered, unchanged, in WARC files (ISO 28500), one per source and night.

A file is gzipped record by record, so that one bad record costs one record. Each record's length, gzip checksum and
WARC digests are checked here, because no WARC library notices a last record that is cut short.

An answer that an earlier one already says (HTTP 304, the same bytes again, or JSON of the same value) is kept as a
`revisit` record that names the earlier one by its address and time.

Numbering: `record` counts the HTTP response and revisit records of a file from 0, in file order. Damaged ones count,
and so does a stretch that cannot be read at all, whatever it held. Records of other types (`warcinfo`, `request`,
`metadata`, `resource`, and responses that are no HTTP answers) are skipped and do not count. Damage to the file rather
than to an answer has the number -1.
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
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
from fastwarc.stream_io import BrotliReader, ChunkedReader, ZstdReader
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from extractors.response import Response
from transforms.text.addresses import without_user

MAX_BODY = 64 * 1024 * 1024
"""Bytes of one body, as sent and decoded. The largest real board answer seen is under 6 MB."""

MAX_RECORD = MAX_BODY + 1024 * 1024
"""Bytes of one gzip member after decompression: the body with its headers."""

SUFFIX = ".warc.gz"

LIVE = "live night"
SYNTHETIC = "synthetic sample"
"""What a file that was fetched, not taken in, says it is part of."""
SAMPLE_SOFTWARE = "ai-job-market sample (synthetic data, extractors/sample/make.py)"
"""What the bundled sample's files say they were written by; tests/sample/ writes them now, with the same bytes."""

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

ANSWERS = (WarcRecordType.response, WarcRecordType.revisit)

_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv", "0189")
"""From the digits of RFC 4648 to those that `int` knows; the others are no digits."""
_GZIP = b"\x1f\x8b\x08"
_CHUNK = 64 * 1024
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: +([^\r\n]*))?\s*")


@dataclass(frozen=True, kw_only=True)
class DamagedRecord:
    """A record that cannot be trusted: its number (-1: the file itself), its URL if legible, what is wrong."""

    record: int
    url: str | None
    why: str


@dataclass(frozen=True, kw_only=True)
class RecordedAnswer:
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
class RevisitedAnswer:
    """An answer that equals an earlier one and was not stored again.

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
    """An answer as the index has it: its address, digest and validators, and where it stands, without its body.

    `json_digest` is the digest of what its JSON says (`json_digest_of`). `refers_to` is the time of the earlier answer
    that it repeats; None: it is whole.
    """

    url: str
    observed_at: datetime
    status: int
    etag: str | None
    last_modified: str | None
    digest: str
    json_digest: str | None
    refers_to: datetime | None
    record: int
    offset: int
    position: int


def entry_of(answer: RecordedAnswer | RevisitedAnswer, json_digest: str | None = None) -> Entry:
    """The entry of an answer. `json_digest` is that of its value (`json_digest_of`), where it is known already."""
    headers = {name.lower(): value for name, value in answer.headers}
    return Entry(
        url=answer.url,
        observed_at=answer.observed_at,
        status=answer.status,
        etag=headers.get("etag") or None,
        last_modified=headers.get("last-modified") or None,
        digest=answer.digest,
        json_digest=json_digest
        or (json_digest_of(answer.body, answer.headers) if isinstance(answer, RecordedAnswer) else None),
        refers_to=answer.refers_to if isinstance(answer, RevisitedAnswer) else None,
        record=answer.record,
        offset=answer.offset,
        position=answer.position,
    )


@dataclass(frozen=True)
class Range:
    """A part of a file, from the start of one record to that of another, in bytes; `end` None: the file's end."""

    begin: int = 0
    end: int | None = None


WHOLE = Range()


class BrokenRange(Exception):  # noqa: N818  # it says what is broken
    """A range ends inside a record: bytes of an answer look like the start of a record, so the file is not split."""


def split(path: Path, size: int) -> list[Range]:
    """The file as ranges of about `size` bytes, each of whole records; they depend on the file's bytes alone."""
    with map_file(path) as data:
        begins = sorted({0, *(_next_record(data, at) for at in range(size, len(data), size))})
        if begins[-1] == len(data) > 0:
            begins.pop()
    return [Range(begin, end) for begin, end in itertools.zip_longest(begins, begins[1:])]


def read(
    path: Path, part: Range = WHOLE, *, may_be_cut: bool = False
) -> Iterator[Response | RevisitedAnswer | DamagedRecord]:
    """The answers of a WARC file, decoded, in file order; a damaged one comes as `DamagedRecord`, in its place.

    With `may_be_cut`, what its recorder cut (WARC-Truncated) is an answer too: of a page, not of a list, whose missing
    rest would close adverts. What only repeats an earlier answer comes as `RevisitedAnswer`. Header names of a
    `Response` are in lower case; repeated headers are joined with a comma.
    Of a `part` made by `split`, records are numbered from 0. Raises OSError when it is no regular file or cannot be
    opened; damage inside it never raises.
    """
    for answer in read_recorded(path, part, may_be_cut=may_be_cut):
        yield decode(answer) if isinstance(answer, RecordedAnswer) else answer


def read_recorded(
    path: Path, part: Range = WHOLE, *, may_be_cut: bool = False
) -> Iterator[RecordedAnswer | RevisitedAnswer | DamagedRecord]:
    """Like `read`, but as the answers were sent: what a replay needs."""
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
    """Read one answer at the place where `read_recorded` found it, without the rest of the file."""
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        begin = member_at(
            file.read(_CHUNK), 0
        )  # most answers are short, and mapping a file takes longer than reading it
    if begin.why:
        with map_file(path) as data:
            member = member_at(data, offset)
    else:
        member = Member(offset, begin.size, begin.data, None)
    for answer in answers_in(member, record - position):
        if answer.record == record:
            return answer
    return DamagedRecord(
        record=record, url=None, why=f"no answer stands at byte {offset} of {path.name}; was it changed?"
    )


def is_ahead(time: datetime, today: date) -> bool:
    """Whether an answer is dated further in the future than `MAX_AHEAD` explains, seen from a day (UTC)."""
    return time.astimezone(UTC).date() > today + MAX_AHEAD


def decode(answer: RecordedAnswer) -> Response | DamagedRecord:
    """The answer with its Content-Encoding undone, or why that fails."""
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
    """One gzip member of a file: where it stands, what it holds, and what is wrong with it.

    `packed` are its bytes in the file, where somebody wants them.
    """

    offset: int
    size: int
    data: bytes
    why: str | None
    packed: bytes | None = None


def check_regular(path: Path) -> None:
    """Raise OSError for what is no regular file: opening a pipe waits for ever, and a device may have no end."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = next((word for is_kind, word in KINDS.items() if is_kind(mode)), "something else")
        raise OSError(f"it is {kind}, no regular file; move it away")


@contextlib.contextmanager
def map_file(path: Path) -> Iterator[mmap.mmap | bytes]:
    """The bytes of a file, mapped into memory. Raises OSError when it is no regular file or cannot be opened."""
    check_regular(path)
    with path.open("rb") as file:
        if not path.stat().st_size:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def members_of(data: mmap.mmap | bytes, part: Range = WHOLE) -> Iterator[Member]:
    """Every gzip member of a file or a part of it; after a bad one, the next whole one follows."""
    offset, end = part.begin, len(data) if part.end is None else part.end
    while offset < end:
        member = member_at(data, offset)
        yield member
        offset += member.size
    if offset > end:
        raise BrokenRange(f"bytes {part.begin} to {part.end} end inside a record")


def member_at(data: mmap.mmap | bytes, offset: int) -> Member:
    """The gzip member that begins at a byte; of a bad one, what can be read of it."""
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
    return Member(offset, end - offset, b"".join(parts), why)


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


def answers_in(
    member: Member, number: int, *, may_be_cut: bool = False
) -> Iterator[RecordedAnswer | RevisitedAnswer | DamagedRecord]:
    """The HTTP answers of one gzip member; the first of them has the given number."""
    if member.why and not member.data and member.offset == 0:
        yield DamagedRecord(record=-1, url=None, why=f"the file begins with no gzipped WARC record: {member.why}")
        return
    position = 0
    is_empty = True
    try:
        for warc in ArchiveIterator(io.BytesIO(member.data), parse_http=False):
            is_empty = False
            url = without_user(bare_uri(warc.headers.get("WARC-Target-URI"))) or None
            is_legible = url is not None or warc.record_type != WarcRecordType.unknown
            if is_legible and not (warc.record_type in ANSWERS and url and is_web(url)):
                continue
            block = warc.reader.read()
            try:
                _check_length(warc, block, member)
                if not may_be_cut and (cut := warc.headers.get("WARC-Truncated")):
                    raise ValueError(f"whoever recorded it cut it (WARC-Truncated: {cut})")
                read_as = _read_revisit if warc.record_type == WarcRecordType.revisit else _read_response
                yield read_as(warc.headers, block, record=number, offset=member.offset, position=position)
            except ValueError as error:
                yield DamagedRecord(record=number, url=url, why=str(error))
                return  # where a record is not what its header says, the next one's begin is a guess
            number += 1
            position += 1
    except OSError as error:
        yield DamagedRecord(record=number, url=None, why=member.why or f"not a WARC record: {error}")
        return
    if is_empty:
        yield DamagedRecord(record=number, url=None, why=member.why or "not a WARC record")
    elif member.why:
        yield DamagedRecord(
            record=-1, url=None, why=f"behind the last answer, or in a record that is none: {member.why}"
        )


def _check_length(warc: WarcRecord, block: bytes, member: Member) -> None:
    """Raise ValueError for a record that is short, or in a damaged gzip member without a digest to vouch for it."""
    if len(block) != warc.content_length:
        why = f": {member.why}" if member.why else ""
        raise ValueError(f"it has {len(block)} bytes, its header says {warc.content_length}{why}")
    if member.why and not (warc.headers.get("WARC-Block-Digest") or warc.headers.get("WARC-Payload-Digest")):
        raise ValueError(member.why)


def bare_uri(text: str | None) -> str:
    """An address of a record's header without the angle brackets that WARC 1.0 puts around it, as wget does."""
    return (text or "").strip("<> ")


def is_web(url: str) -> bool:
    """Whether an address begins as those of servers of the web do."""
    return url[:8].lower().startswith(("http://", "https://"))


def _read_response(
    headers: Iterable[tuple[str, str]], block: bytes, *, record: int, offset: int, position: int
) -> RecordedAnswer:
    """A response record as an answer. Raises ValueError that says what is wrong with it."""
    values = {name.lower(): value for name, value in headers}
    status, reason, fields, body = _http(block)
    if not _verify("WARC-Block-Digest", values.get("warc-block-digest"), block):  # which covers the payload
        _verify("WARC-Payload-Digest", values.get("warc-payload-digest"), body)
    if len(body) > MAX_BODY:
        raise ValueError(f"its body has over {MAX_BODY} bytes")
    if any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in fields):
        # Some recorders keep the chunks, some only the header; what does not read as chunks is none.
        with contextlib.suppress(OSError):
            body = ChunkedReader(io.BytesIO(body)).read()
        fields = [(name, value) for name, value in fields if name.lower() != "transfer-encoding"]
    return RecordedAnswer(
        url=without_user(bare_uri(values["warc-target-uri"])),
        observed_at=time_of(values.get("warc-date")),
        status=status,
        reason=reason,
        headers=tuple(fields),
        body=body,
        digest=values.get("warc-payload-digest") or digest_of_body(body),
        record=record,
        offset=offset,
        position=position,
    )


def _read_revisit(
    headers: Iterable[tuple[str, str]], block: bytes, *, record: int, offset: int, position: int
) -> RevisitedAnswer:
    """A revisit record. Raises ValueError that says what is wrong with it."""
    values = {name.lower(): value for name, value in headers}
    status, reason, fields, _ = _http(block)
    _verify("WARC-Block-Digest", values.get("warc-block-digest"), block)
    url = bare_uri(values["warc-target-uri"])
    if (original := bare_uri(values.get("warc-refers-to-target-uri", url))) != url:
        raise ValueError(f"it repeats the answer of another address, {without_user(original)}")
    return RevisitedAnswer(
        url=without_user(url),
        observed_at=time_of(values.get("warc-date")),
        status=status,
        reason=reason,
        headers=tuple(fields),
        digest=values.get("warc-payload-digest", ""),
        refers_to=time_of(values.get("warc-refers-to-date")),
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


def time_of(text: str | None) -> datetime:
    """The time that a WARC-Date says, in UTC. Raises ValueError where it is no ISO 8601 time."""
    try:
        time = datetime.fromisoformat(text or "")
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"its WARC-Date {text!r} is no ISO 8601 time") from error


def _verify(header: str, label: str | None, content: bytes) -> bool:
    """Whether content was held against a stated "algorithm:digest" (base 32, or hex). ValueError when it differs."""
    algorithm, _, digest = (label or "").partition(":")
    if algorithm not in ("sha1", "sha256", "sha512", "md5"):
        return False
    checksum = getattr(hashlib, algorithm)(content, usedforsecurity=False).digest()
    if digest.lower() != checksum.hex() and not _is_base32(digest, checksum):
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


def json_digest_of(body: bytes, headers: Iterable[tuple[str, str]]) -> str | None:
    """Digest of the value of a JSON body as sent: the same whatever the order of keys in its objects and the spaces.

    None where the body is no JSON, or begins with something else than an object or a list.
    """
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
    """A body with its Content-Encodings undone, last applied first. Raises zlib.error, OSError or ValueError."""
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
            raise ValueError("that encoding is not known here")
        if len(body) > MAX_BODY:
            raise ValueError(f"decoded it has over {MAX_BODY} bytes")
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
    """Whether a file of the archive was made by a night that asked servers, as the file itself says."""
    return f"isPartOf: {LIVE}\r\n".encode() in _first_record(path)


def is_synthetic(path: Path) -> bool:
    """Whether a recording is of the bundled sample, or was archived from it, as the file itself says."""
    first = _first_record(path)
    return f"isPartOf: {SYNTHETIC}\r\n".encode() in first or f"software: {SAMPLE_SOFTWARE}\r\n".encode() in first


def _first_record(path: Path) -> bytes:
    with map_file(path) as data:
        return member_at(data, 0).data if data else b""


def digest_of(path: Path) -> str:
    """BLAKE2b of a file, 32 hex digits: the archive file's part of a cache key."""
    check_regular(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
