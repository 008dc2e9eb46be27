"""Finds the pages of a crawl that mark up a JobPosting, at nearly the speed of the bare WARC library.

A WARC file is iterated as a whole by FastWARC, and the bytes of each answer are searched for `JobPosting`; the few that
have it are read as the archive reads answers (`extractors.archive.reader`), with its checks of length and digests, and
looked at as career pages are. Where the library stops at damage, the archive's own reader walks over it, record by
record, to the next whole one: so nothing but what is damaged is lost. Files that are not gzipped record by record
are walked through from the start, which takes ten times as long.
"""

from __future__ import annotations

import contextlib
import functools
import io
import mmap
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from extractors.archive.reader import (
    ANSWERS,
    DamagedRecord,
    Member,
    Range,
    RecordedAnswer,
    RevisitedAnswer,
    answers_in,
    bare_uri,
    decode,
    is_web,
    map_file,
    member_at,
    members_of,
    time_of,
)
from extractors.crawl.addresses import address_of
from extractors.crawl.reservations import reservation_in
from extractors.reading import schema_org
from extractors.response import ANSWERED, Response
from extractors.sources.employer_postings import career_pages
from transforms.text.addresses import without_user
from transforms.text.rejects import MISSHAPEN, Rejected

WORD = b"JobPosting"
"""What a page must hold: the reader of career pages looks for it in any markup."""
MAX_PAGE = 10_000_000
"""Bytes of an answer; a longer one is no page with a posting but a list of thousands, or a file."""
HOST_FILES = ("/robots.txt", "/.well-known/tdmrep.json")
"""Paths of the files in which a site says what it reserves."""
UNCHANGED = 304
UNREAD = 0
"""Stands for the status of an answer whose record is damaged."""
HEAD = 1_000
"""Bytes in which a page says that it is HTML."""

SEARCHED = "answers searched"
MARKED = "with the word JobPosting"
LEFT_OUT = {
    "status": "an answer with status 200 expected",
    "long": f"a page of at most {MAX_PAGE:,} bytes expected",
    "no_html": "HTML expected",
    "no_posting": "a schema.org JobPosting in JSON-LD or microdata expected; the page says the word alone",
    "cut": "a page whose JobPosting was not cut off by the crawler expected (WARC-Truncated)",
    "repeat": "a whole answer expected; a revisit record stands for one in another file",
    "noindex": "a page that robots may index expected (X-Robots-Tag or robots in the page)",
    "tdm": "a page without a reservation of text and data mining expected (tdm-reservation)",
    "signal": "a page without a `no` in its Content-Signal expected",
    "site": "a page that its site's robots.txt and tdmrep.json, as recorded, leave open expected",
    "copy": "the employer's own page preferred, which the crawl has with the same title and place",
    "ahead": "a capture that is not dated in the future expected",
}  # fmt: skip
"""Why a page is left out: by which key it is counted, and what was expected."""

_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d{1,15})\r\n", re.IGNORECASE)
_CUT = b"warc-truncated:"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")
"""How pages begin that have two or four bytes to a letter."""
_CODED = (b"\ncontent-encoding:", b"\ntransfer-encoding:", b"utf-16", b"utf16", b"utf-32", b"utf32")
"""What an answer's header says when the body's bytes are not the page's letters."""
_HOST_FILE = re.compile(rf"https?://[^/]+(?:{'|'.join(map(re.escape, HOST_FILES))})")


class Advert(NamedTuple):
    """What tells adverts of one page apart from those of others."""

    employer: str | None
    title: str | None
    place: str | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page with postings: where its record stands in the file, and who advertises what on it.

    `offset` and `size` are the bytes of the gzip member, `position` is the answer's among those of the member.
    """

    url: str
    observed_at: datetime
    record: int
    offset: int
    size: int
    position: int
    adverts: tuple[Advert, ...]


class HostFile(NamedTuple):
    """A recorded answer that is a file of `HOST_FILES`, or what one leads to, and where it stands.

    `location` is the address it redirects to or repeats. `is_repeat`: it says that an earlier answer still holds, that
    of the same `digest`. A damaged record has the status `UNREAD`.
    """

    url: str
    observed_at: datetime
    status: int
    location: str | None
    digest: str
    is_repeat: bool
    offset: int
    position: int


@dataclass(kw_only=True)
class Scan:
    """What one WARC file holds. `counts` has `SEARCHED`, `MARKED` and the keys of `LEFT_OUT`.

    `keys` are the checksums of the addresses of all answers, `offsets` the bytes at which their records begin: by them
    `find_answers` finds what a robots.txt redirects to, without reading the file again.
    """

    path: Path
    pages: list[Page] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    damaged: list[DamagedRecord] = field(default_factory=list)
    host_files: list[HostFile] = field(default_factory=list)
    keys: array[int] = field(default_factory=lambda: array("I"))
    offsets: array[int] = field(default_factory=lambda: array("Q"))


def scan(path: Path) -> Scan:
    """Look through a WARC file, gzipped record by record or not at all.

    Raises OSError when it is no regular file or cannot be opened; damage inside it never raises.
    """
    with map_file(path) as data:
        if not data:
            return Scan(path=path, damaged=[DamagedRecord(record=-1, url=None, why="the file is empty")])
        try:
            first = member_at(data, 0) if is_packed(data) else None
            if first and len(_records_in(first)) > 1:
                raise _SeveralInMemberError
            return _Scanner(path, data).run()
        except _SeveralInMemberError:
            return _Scanner(path, data).walk_all()


class _SeveralInMemberError(Exception):
    """A gzip member holds several records, so that the library cannot say where each stands."""


class _Scanner:
    """Looks through one file. `number` counts its answers as the archive's reader does."""

    def __init__(self, path: Path, data: mmap.mmap | bytes) -> None:
        self.found = Scan(path=path)
        self.number = 0
        self.data = data
        self.is_packed = is_packed(data)

    def run(self) -> Scan:
        """Race through the file, and walk over what is damaged."""
        at = 0
        while at < len(self.data):
            at, last = self._race(at)
            if at < len(self.data):
                at = self._walk(at, last)
        return self.found

    def walk_all(self) -> Scan:
        """Walk through the file from its start."""
        at = 0
        while at < len(self.data):
            at = self._walk(at, None)
        return self.found

    def _race(self, begin: int) -> tuple[int, int | None]:
        """Search the answers from a byte on. Returns the file's end, or where damage is near and what was searched."""
        at, last = begin, None
        with self.found.path.open("rb") as file:
            file.seek(begin)
            try:
                for record in ArchiveIterator(file, record_types=_KINDS, parse_http=False):
                    if record.stream_pos == last:
                        raise _SeveralInMemberError
                    at, last = record.stream_pos, None
                    url = bare_uri(record.headers.get("WARC-Target-URI"))
                    address = address_of(url)
                    is_host_file = _is_host_file(address)
                    if record.record_type == WarcRecordType.revisit:
                        if is_host_file:
                            self._note(_repeat_of(record, url, at))
                        self._remember(address, at)
                        self._skip("repeat")
                    elif record.content_length > MAX_PAGE and is_host_file:
                        self._look_at(self._member(at))  # its first lines count; over `MAX_BODY` it is damaged
                    elif record.content_length > MAX_PAGE:
                        self._remember(address, at)
                        self._skip("long")
                    else:
                        block = record.reader.read()
                        if len(block) != record.content_length:
                            return at, None
                        if not is_web(url):
                            pass  # no answer of a server of the web: not counted either by the archive's reader
                        elif WORD in block or is_host_file or _is_coded(block):
                            self._look_at(self._member(at))
                        else:
                            self._remember(address, at)
                            self.found.counts[SEARCHED] += 1
                            self.number += 1
                    last = at
            except OSError:
                return at, last
        return len(self.data), None

    def _walk(self, begin: int, last: int | None) -> int:
        """Look at each record from a byte on until one is damaged; where the next one begins. `last` was looked at."""
        for member in members_of(self.data, Range(begin)) if self.is_packed else slices(self.data, begin):
            n_damaged = len(self.found.damaged)
            if member.offset != last:
                self._look_at(member)
            elif member.why or any(
                isinstance(answer, DamagedRecord) for answer in answers_in(member, 0, may_be_cut=True)
            ):
                why = member.why or "its length is not the one that its header says"
                self.found.damaged.append(
                    DamagedRecord(record=self.number - 1, url=None, why=f"at byte {begin:,}: {why}")
                )
            if len(self.found.damaged) > n_damaged:
                return member.offset + member.size
        return len(self.data)

    def _member(self, at: int) -> Member:
        if self.is_packed and self.data[at : at + 2] != b"\x1f\x8b":
            raise _SeveralInMemberError
        return read_member(self.data, at)

    def _skip(self, key: str) -> None:
        self.found.counts[key] += 1
        self.number += 1

    def _remember(self, address: str | None, offset: int) -> None:
        if address:
            self.found.keys.append(_key_of(address))
            self.found.offsets.append(offset)

    def _note(self, file: HostFile | None) -> None:
        if file:
            self.found.host_files.append(file)

    def _look_at(self, member: Member) -> None:
        """Read the answers of a member as the archive does, and note pages with postings and what is damaged."""
        for answer in answers_in(member, self.number, may_be_cut=True):
            address = address_of(answer.url or "")
            is_host_file = _is_host_file(address)
            self._remember(address, member.offset)
            if is_host_file:
                self._note(_host_file_of(answer, member))
            if isinstance(answer, DamagedRecord):
                self.found.damaged.append(_name_byte(answer, member.offset))
                self.number += answer.record >= 0
            elif isinstance(answer, RevisitedAnswer):
                self._skip("repeat")
            elif is_host_file:
                self.number += 1
            else:
                self._look_at_page(answer, member)
                self.number += 1

    def _look_at_page(self, answer: RecordedAnswer, member: Member) -> None:
        counts = self.found.counts
        counts[SEARCHED] += 1
        page = decode(answer)
        if isinstance(page, DamagedRecord):
            self.found.damaged.append(_name_byte(page, member.offset))
        elif has_word(page.body):
            counts[MARKED] += 1
            adverts, why = adverts_on(page, is_cut=_is_cut(member, answer.position))
            if why:
                counts[why] += 1
            else:
                self.found.pages.append(
                    Page(
                        url=page.url,
                        observed_at=page.observed_at,
                        record=answer.record,
                        offset=member.offset,
                        size=member.size,
                        position=answer.position,
                        adverts=adverts,
                    )
                )


def slices(data: mmap.mmap | bytes, begin: int) -> Iterator[Member]:
    """The records from a byte on of a file that is not packed; after one that is not as long as it says, the next."""
    while begin < len(data):
        head = data.find(b"\r\n\r\n", begin)
        length = _LENGTH.search(data[begin : head + 2]) if head >= 0 else None
        end = head + 4 + int(length[1]) if length else -1
        if end >= 0 and data[end : end + 4] == b"\r\n\r\n":
            yield Member(begin, end + 4 - begin, data[begin : end + 4], None)
            begin = end + 4
            continue
        following = data.find(b"\r\n\r\nWARC/1.", begin + 1)
        end = following + 4 if following >= 0 else len(data)
        why = "it is not as long as its header says, or the file ends inside it"
        yield Member(begin, end - begin, data[begin : min(end, begin + MAX_PAGE)], why)
        begin = end


def read_member(data: mmap.mmap | bytes, at: int) -> Member:
    """The gzip member at a byte, or the record there of a file that is not packed."""
    return member_at(data, at) if is_packed(data) else next(slices(data, at))


def is_packed(data: mmap.mmap | bytes) -> bool:
    """Whether a WARC file is gzipped."""
    return data[:5] != b"WARC/"


def record_in(member: Member, position: int) -> Member:
    """The record of a member's answer at a position: the member itself where it holds no other record."""
    records = _records_in(member)
    if len(records) < 2:
        return member
    ends = [begin for begin, _ in records[1:]] + [len(member.data)]
    answers = [(begin, end) for (begin, kind), end in zip(records, ends, strict=True) if kind in ANSWERS]
    begin, end = answers[position]
    return Member(member.offset, member.size, member.data[begin:end], member.why)


def _is_cut(member: Member, position: int) -> bool:
    """Whether the record of a member's answer says that its crawler cut the page."""
    if _CUT not in member.data.lower():
        return False
    record = record_in(member, position).data
    return _CUT in record[: record.find(b"\r\n\r\n")].lower()


def _records_in(member: Member) -> list[tuple[int, WarcRecordType]]:
    """Where the records of a member begin in it, and of which types they are, as far as they can be read."""
    records: list[tuple[int, WarcRecordType]] = []
    with contextlib.suppress(OSError):  # those before the damage are kept
        for record in ArchiveIterator(io.BytesIO(member.data), parse_http=False):
            records.append((record.stream_pos, record.record_type))
    return records


# --- pages ------------------------------------------------------------------------------------------------


def has_word(body: bytes) -> bool:
    """Whether a page says `JobPosting`, in one, two or four bytes a letter."""
    return any(word in body for word in _WORDS)


def adverts_on(page: Response, *, is_cut: bool) -> tuple[tuple[Advert, ...], str | None]:
    """What is advertised on a page, or by which key of `LEFT_OUT` it is none of ours.

    A page that its crawler cut counts where its JSON-LD is whole: a script that is cut is no JSON.
    """
    if page.status not in ANSWERED:
        return (), "status"
    if len(page.body) > MAX_PAGE:
        return (), "long"
    if not _is_markup(page) or career_pages.is_sitemap(page):
        return (), "no_html"
    if why := reservation_in(page):
        return (), why
    text = schema_org.page_of(page)
    items = schema_org.json_ld_in(text) if is_cut else schema_org.job_postings_in(text, page.url)
    if not items:
        return (), "cut" if is_cut else "no_posting"
    return tuple(_advert(item, page.url) for item in items), None


def _advert(item: dict[str, Any], url: str) -> Advert:
    try:
        read = schema_org.read_job_posting(item, source="common_crawl", url=url)
    except (Rejected, *MISSHAPEN):  # refine says what is wrong with it
        return Advert(None, None, None)
    title, employer, place = (read.get(name) for name in ("title", "employer", "location_text"))
    return Advert(str(employer) if employer else None, str(title) if title else None, str(place) if place else None)


def _is_markup(page: Response) -> bool:
    """Whether an answer is said to be HTML or XML, or begins like HTML."""
    kind = page.headers.get("content-type", "").lower()
    begin = page.body[:HEAD].replace(b"\0", b"").lower()
    return not kind or "html" in kind or "xml" in kind or b"<html" in begin or b"<!doctype html" in begin


def _name_byte(record: DamagedRecord, offset: int) -> DamagedRecord:
    return replace(record, why=f"at byte {offset:,}: {record.why}")


_KINDS = functools.reduce(lambda one, other: one | other, ANSWERS)
_WORDS = [WORD.decode().encode(letters) for letters in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]


def _is_coded(block: bytes) -> bool:
    """Whether the bytes of an answer's body need not be the letters of its page."""
    end = block.find(b"\r\n\r\n")
    head = block[: max(end, 0)].lower()
    return block[end + 4 : end + 6] in _WIDE or any(word in head for word in _CODED)


# --- files of sites ---------------------------------------------------------------------------------------


def find_answers(scan: Scan, addresses: Set[str]) -> Iterator[HostFile]:
    """The answers of some addresses in a file that was looked through. Raises OSError where it cannot be opened."""
    keys = {_key_of(address) for address in addresses}
    offsets = sorted({at for key, at in zip(scan.keys, scan.offsets, strict=True) if key in keys})
    if not offsets:
        return
    with map_file(scan.path) as data:
        for member in (read_member(data, at) for at in offsets):
            for answer in answers_in(member, 0, may_be_cut=True):
                if address_of(answer.url or "") in addresses and (file := _host_file_of(answer, member)):
                    yield file


def _host_file_of(answer: RecordedAnswer | RevisitedAnswer | DamagedRecord, member: Member) -> HostFile | None:
    """An answer of a member as a file of its site; None for a damaged one whose time is not legible."""
    if isinstance(answer, DamagedRecord):
        return _damaged_file_of(answer, member)
    headers = {name.lower(): value for name, value in answer.headers}
    is_unchanged = answer.status == UNCHANGED
    return HostFile(
        url=answer.url,
        observed_at=answer.observed_at,
        status=answer.status,
        location=headers.get("location"),
        digest="" if is_unchanged else answer.digest,
        is_repeat=is_unchanged or isinstance(answer, RevisitedAnswer),
        offset=member.offset,
        position=answer.position,
    )


def _damaged_file_of(answer: DamagedRecord, member: Member) -> HostFile | None:
    """What the header of a damaged record says; the archive takes a repetition of another address for damage, too."""
    with contextlib.suppress(OSError, ValueError):
        for record in ArchiveIterator(io.BytesIO(member.data), record_types=_KINDS, parse_http=False):
            if without_user(url := bare_uri(record.headers.get("WARC-Target-URI"))) != answer.url:
                continue
            if record.record_type == WarcRecordType.revisit:
                return _repeat_of(record, url, member.offset)
            observed_at = time_of(record.headers.get("WARC-Date"))
            return HostFile(url, observed_at, UNREAD, None, "", is_repeat=False, offset=member.offset, position=0)
    return None


def _repeat_of(revisit: WarcRecord, url: str, offset: int) -> HostFile | None:
    """A revisit record by its header, which may name an original at another address (wget, Heritrix)."""
    is_digest_of_body = "not-modified" not in (revisit.headers.get("WARC-Profile") or "")
    try:
        observed_at = time_of(revisit.headers.get("WARC-Date"))
    except ValueError:
        return None
    return HostFile(
        url=url,
        observed_at=observed_at,
        status=UNCHANGED,
        location=bare_uri(revisit.headers.get("WARC-Refers-To-Target-URI")) or None,
        digest=(revisit.headers.get("WARC-Payload-Digest") or "") if is_digest_of_body else "",
        is_repeat=True,
        offset=offset,
        position=0,
    )


def _is_host_file(address: str | None) -> bool:
    return address is not None and address.endswith(HOST_FILES) and _HOST_FILE.fullmatch(address) is not None


def _key_of(address: str) -> int:
    """A checksum, since the addresses themselves would take a hundred bytes each; whoever uses it compares them."""
    return zlib.crc32(address.encode())
