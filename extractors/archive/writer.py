"""Write the archive's WARC files, one per source and night. The same answers always give the same bytes.

A file is written as `<name>.part`, flushed after each record, and renamed when it is finished. If a killed run leaves a
`.part`, `salvage` finishes it.
"""

from __future__ import annotations

import importlib.metadata
import io
import os
import re
import shutil
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastwarc.warc import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from extractors.archive.reader import (
    MAX_BODY,
    SUFFIX,
    DamagedRecord,
    Member,
    RecordedAnswer,
    RevisitedAnswer,
    answers_in,
    digest_of_body,
    entry_of,
    map_file,
    members_of,
)
from extractors.archive.store import Store

PART = ".part"
SOFTWARE = f"ai-job-market/{importlib.metadata.version('ai-job-market')}"
NOT_MODIFIED = 304
LEVEL = 6
"""Compression level. Level 9 makes files of adverts only 1 to 2 % smaller and takes nearly twice as long."""
FIELDS = "application/warc-fields"

DROPPED_HEADERS = frozenset(("set-cookie", "authorization", "transfer-encoding", "connection", "keep-alive"))
"""Headers that are never archived: secrets, and what describes the transfer rather than the answer."""

PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
"""Prefix of the WARC-Profile URI, which says why a revisit record has no payload (WARC 1.1, section 6.7)."""
SAME_JSON = "urn:ai-job-market:revisit:same-json"
"""Our WARC-Profile (WARC 1.1, section 6.7, allows it) for an answer with the same JSON value but other bytes: some
platforms shuffle keys at every request."""

_URL = re.compile(r"https?://[!-~]+")


def _is_kept_as_given(text: str) -> bool:
    """Whether a record stores an address, or the name or value of a header, unchanged."""
    return text.isascii() and text == text.strip() and not text.endswith(">")


class Writer:
    """Write one WARC file: a context manager whose `write` and `write_revisit` archive answers.

    Leaving the context, even by an exception, finishes the file, so that every answer received is kept. `path` is then
    the finished file, or None if nothing was written. With `dated`, the file is named after its earliest WARC-Date, as
    all files of the archive are. If an older file has that name, the records that only the older file has are appended.

    `entries` describe the file's answers, so that an index need not read the file. It is None if the file also contains
    older or copied answers, or if a record stores a text differently from how it was given. `part_of` is written into
    the file (`LIVE` or `SYNTHETIC`). With a `store`, `path` is in its outbox, and the finished file is put into it.
    """

    def __init__(
        self,
        path: Path,
        *,
        dated: bool = False,
        software: str = SOFTWARE,
        part_of: str | None = None,
        store: Store | None = None,
    ) -> None:
        self.path: Path | None = None
        self.entries: list[RecordedAnswer | RevisitedAnswer] | None = []
        self.n_records = 0
        self._target = path
        self._dated = dated
        self._software = software
        self._part_of = part_of
        self._store = store
        self._earliest: datetime | None = None
        self._waiting: list[tuple[str, datetime, Sequence[tuple[str, str]]]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._part = path.with_name(path.name + PART)
        if self._part.exists():
            salvage(self._part)
        self._file = self._part.open("wb")
        self._record = io.BytesIO()
        self._warc = WARCWriter(self._record, gzip=False, warc_version="1.1")

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
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
        digest: str | None = None,
        json_digest: str | None = None,
    ) -> RecordedAnswer:
        """Archive one answer, with `body` as sent, and return it as recorded, with `observed_at` cut to whole seconds.

        Pass `digest` (see `digest_of_body`) and `json_digest` (see `json_digest_of`) if already computed. Raises
        ValueError for a body over `MAX_BODY`, a time without a zone, or an invalid URL.
        """
        if len(body) > MAX_BODY:
            raise ValueError(f"{url}: a body of {len(body)} bytes is over {MAX_BODY}")
        digest = digest or digest_of_body(body)
        answer = RecordedAnswer(
            body=body, **self._write_answer("response", url, observed_at, status, reason, headers, digest, body=body)
        )
        self._add_entry(answer, json_digest)
        return answer

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
        received: str | None = None,
    ) -> RevisitedAnswer:
        """Archive a repetition: the address gave the same answer as at `refers_to`.

        `digest` is the digest of that answer's payload. `received` is the digest of the bytes received now, if they
        differ and only the JSON value is the same (`SAME_JSON`).
        """
        why = PROFILE + ("server-not-modified" if status == NOT_MODIFIED else "identical-payload-digest")
        extra = {
            "WARC-Profile": SAME_JSON if received else why,
            "WARC-Refers-To-Target-URI": url,
            "WARC-Refers-To-Date": _stamp(refers_to),
        }
        behind = {"Received-Payload-Digest": received} if received else {}
        common = self._write_answer(
            "revisit", url, observed_at, status, reason, headers, digest, extra=extra, behind=behind
        )
        answer = RevisitedAnswer(refers_to=refers_to, **common)
        self._add_entry(answer)
        return answer

    def _write_answer(
        self,
        kind: str,
        url: str,
        observed_at: datetime,
        status: int,
        reason: str,
        headers: Iterable[tuple[str, str]],
        digest: str,
        *,
        body: bytes = b"",
        extra: Mapping[str, str] = MappingProxyType({}),
        behind: Mapping[str, str] = MappingProxyType({}),
    ) -> dict[str, Any]:
        """Write a record, and return what both kinds of answers have in common.

        `extra` and `behind` are WARC headers before and after the payload digest.
        """
        if not _URL.fullmatch(url):
            raise ValueError(f"{url!r} is not an http(s) URL in ASCII")
        if observed_at.tzinfo is None:
            raise ValueError(f"{url}: observed_at needs a time zone, got {observed_at}")
        time = self._note_time(observed_at)
        while self._waiting:
            self.describe(*self._waiting.pop(0))
        fields = tuple((name, value) for name, value in headers if name.lower() not in DROPPED_HEADERS)
        offset = self._file.tell()
        prefix = "revisit " if kind == "revisit" else ""
        http = StatusAndHeaders(f"{status} {reason}".strip(), list(fields), protocol="HTTP/1.1")
        self._write(
            kind,
            f"{prefix}{url} {_stamp(time)} {digest}",
            time,
            {**extra, "WARC-Payload-Digest": digest, **behind},
            url=url,
            body=body,
            http=http,
        )
        return {
            "url": url,
            "observed_at": time,
            "status": status,
            "reason": reason,
            "headers": fields,
            "digest": digest,
            "record": self.n_records,
            "offset": offset,
            "position": 0,
        }

    def copy(self, member: Member, packed: bytes, *, observed_at: datetime, source: str) -> None:
        """Copy an answer from another WARC file, byte for byte, and state its origin in a metadata record after it.

        `member` is the gzip member with the answer, and `packed` are its compressed bytes. `source` is the name or
        address of the other file.
        """
        self._note_time(observed_at)
        self.entries = None  # an index reads the file
        self.n_records += 1
        self._file.write(packed)
        place = f"bytes={member.offset}-{member.offset + member.size - 1}"
        headers = {"WARC-Source-URI": source, "WARC-Source-Range": place, "Content-Type": FIELDS}
        if copied := next(iter(_record_ids(member)), ""):
            headers["WARC-Refers-To"] = copied
        self._write("metadata", f"metadata {source} {place}", observed_at, headers)

    def describe(self, url: str, observed_at: datetime, fields: Sequence[tuple[str, str]]) -> None:
        """Archive facts about an address as a metadata record, which waits until the first answer is written."""
        if self._earliest is None:
            self._waiting.append((url, observed_at, fields))
            return
        body = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields).encode()
        name = f"metadata {url} {_stamp(observed_at.astimezone(UTC))}"
        self._write("metadata", name, observed_at, {"Content-Type": FIELDS}, url=url, body=body)

    def _add_entry(self, answer: RecordedAnswer | RevisitedAnswer, json_digest: str | None = None) -> None:
        self.n_records += 1
        if not all(map(_is_kept_as_given, (answer.url, *chain.from_iterable(answer.headers)))):
            self.entries = None
        if self.entries is not None:
            self.entries.append(entry_of(answer, json_digest))

    def _note_time(self, observed_at: datetime) -> datetime:
        time = observed_at.astimezone(UTC).replace(microsecond=0)
        if self._earliest is None:
            part_of = f"isPartOf: {self._part_of}\r\n" if self._part_of else ""
            info = f"software: {self._software}\r\nformat: WARC File Format 1.1\r\n{part_of}".encode()
            name = f"warcinfo {self._software} {_stamp(time)}{part_of}"
            self._write("warcinfo", name, time, {"Content-Type": FIELDS}, body=info)
        self._earliest = min(self._earliest or time, time)
        return time

    def close(self) -> None:
        """Finish the file: flush it to disk, rename it, and put it into the store if there is one."""
        if self._file.closed:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if self._earliest is None:
            self._part.unlink()
            return
        target = _with_time(self._target, self._earliest) if self._dated else self._target
        if target.exists():
            self.entries = None
        self.path = _finish(self._part, target)
        if self._store:
            if self._store.holds_another(self.path):
                self.entries = None
            self.path = put(self._store, self.path)

    def _write(
        self,
        kind: str,
        name: str,
        time: datetime,
        headers: Mapping[str, str],
        *,
        url: str | None = None,
        body: bytes = b"",
        http: StatusAndHeaders | None = None,
    ) -> None:
        """Write a record whose id is made from `name`."""
        record_id = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"
        first = {"WARC-Record-ID": record_id, "WARC-Date": _stamp(time.astimezone(UTC))}
        record = self._warc.create_warc_record(
            url, kind, io.BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=first | dict(headers)
        )
        self._record.seek(0)
        self._record.truncate()
        self._warc.write_record(record)
        # A gzip member (RFC 1952) without time and name, so that equal records give equal bytes.
        self._file.write(zlib.compress(self._record.getbuffer(), LEVEL, wbits=zlib.MAX_WBITS + 16))
        self._file.flush()  # a record handed to the system outlives a killed process


def path_of(archive: Path, source: str, time: datetime) -> Path:
    """Return the path of a source's archive file whose first answer has this time."""
    return archive / source / f"{_name_of(time)}{SUFFIX}"


def salvage(part: Path) -> Path | None:
    """Copy the whole records of a killed run's `.part` into a file named after the earliest time.

    The `.part` is removed. A file whose name is not a time keeps its name. Returns the path of the file, or None if the
    `.part` has no whole answer.
    """
    whole = part.with_name(part.name + ".salvage")
    times: list[datetime] = []
    with map_file(part) as data, whole.open("wb") as file:
        for member in members_of(data):
            answers = list(answers_in(member, 0))
            if member.why or any(isinstance(answer, DamagedRecord) for answer in answers):
                continue
            file.write(data[member.offset : member.offset + member.size])
            times += [answer.observed_at for answer in answers if not isinstance(answer, DamagedRecord)]
        file.flush()
        os.fsync(file.fileno())
    path = None
    if times:
        path = _finish(whole, _with_time(part.with_name(part.name.removesuffix(PART)), min(times)))
    whole.unlink(missing_ok=True)
    part.unlink()
    return path


def put(store: Store, path: Path) -> Path:
    """Move a finished file from the outbox into the store, and return its path.

    Records that only a file of the same name in the store has are first appended to the finished file.
    """
    if store.holds_another(path):
        copy = path.with_name(path.name + ".merged")
        shutil.copyfile(path, copy)
        _add_records(copy, store.fetch(store.folder / path.relative_to(store.outbox)))
        copy.replace(path)
    return store.put(path)


def put_unsent(store: Store) -> list[Path]:
    """Move an earlier run's finished files from the outbox into the store, and return their new paths."""
    return [put(store, path) for path in sorted(store.outbox.glob(f"*/*{SUFFIX}"))] if store.url else []


def _finish(part: Path, target: Path) -> Path:
    if target.exists():
        _add_records(part, target)
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the rename itself must survive a power cut
    finally:
        os.close(folder)
    return target


def _add_records(path: Path, other: Path) -> None:
    with map_file(path) as new:
        ids = {name for member in members_of(new) for name in _record_ids(member)}
    with map_file(other) as old, path.open("ab") as file:
        for member in members_of(old):
            if not member.why and ids.isdisjoint(_record_ids(member)):
                file.write(old[member.offset : member.offset + member.size])
        file.flush()
        os.fsync(file.fileno())


def _record_ids(member: Member) -> list[str]:
    try:
        return [warc.record_id or "" for warc in ArchiveIterator(io.BytesIO(member.data), parse_http=False)]
    except OSError:
        return []


def _with_time(path: Path, time: datetime) -> Path:
    is_time = re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}Z", path.name.removesuffix(SUFFIX))
    return path.with_name(f"{_name_of(time)}{SUFFIX}") if is_time else path


def _name_of(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
