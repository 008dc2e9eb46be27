"""Find the pages of a crawl that contain a schema.org JobPosting, at nearly the speed of the bare WARC library.

FastWARC iterates over a WARC file, and the bytes of each answer are searched for `JobPosting`. The few answers that
contain the word are read by the archive's reader, which checks lengths and digests. Where FastWARC stops at damage, the
archive's reader goes on, record by record, to the next whole record.
"""

from __future__ import annotations

import contextlib
import functools
import io
import mmap
import operator
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
from extractors.reading import schema_org
from extractors.response import ANSWERED, Response
from extractors.sources.employer_postings import career_pages
from extractors.web.reservations import has_signal, is_noindex, tdm_policy
from transforms.text.addresses import without_user
from transforms.text.rejects import MISSHAPEN, Rejected

WORD = b"JobPosting"
"""A word that every page with a posting contains, as the reader of career pages needs it in any markup."""
MAX_PAGE = 10_000_000
"""Maximum bytes of a page; a longer answer is a list of thousands of postings, or a file."""
HOST_FILES = ("/robots.txt", "/.well-known/tdmrep.json")
"""Paths of the files in which a site states what it reserves."""
UNCHANGED = 304
UNREAD = 0
"""Status of an answer whose record is damaged."""
HEAD = 1_000
"""Number of first bytes of a page that show whether it is HTML."""

SEARCHED = "answers searched"
MARKED = "with the word JobPosting"
LEFT_OUT = {
    "status": "expected an answer with status 200",
    "long": f"expected a page of at most {MAX_PAGE:,} bytes",
    "no_html": "expected HTML",
    "no_posting": "expected a schema.org JobPosting in JSON-LD or microdata; the page only contains the word",
    "cut": "expected a whole JobPosting; the crawler cut this one off (WARC-Truncated)",
    "repeat": "expected a whole answer; a revisit record stands for one in another file",
    "noindex": "expected a page that robots may index (X-Robots-Tag or robots in the page)",
    "tdm": "expected a page without a reservation of text and data mining (tdm-reservation)",
    "signal": "expected a page without a `no` in its Content-Signal",
    "site": "expected a page that its site's recorded robots.txt and tdmrep.json leave open",
    "copy": "the crawl has the employer's own page with the same title and place",
    "ahead": "expected a capture that is not dated in the future",
}  # fmt: skip
"""Reasons to leave a page out. The page is counted under the key; the text says what was expected."""

NOT_BY_RECORD = "its records are not gzipped one by one; `warcio recompress FILE NEW.warc.gz` does that"

_KINDS = functools.reduce(operator.or_, ANSWERS)
_WORDS = [WORD.decode().encode(letters) for letters in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]
_CUT = b"warc-truncated:"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")
"""First bytes of a page whose letters have two or four bytes."""
_CODED = (b"\ncontent-encoding:", b"\ntransfer-encoding:", b"utf-16", b"utf16", b"utf-32", b"utf32")
"""Words in an answer's header that show that the bytes of the body are not the letters of the page."""
_HOST_FILE = re.compile(rf"https?://[^/]+(?:{'|'.join(map(re.escape, HOST_FILES))})")


class Advert(NamedTuple):
    """Employer, title and place of an advert, by which copies on other pages are found."""

    employer: str | None
    title: str | None
    place: str | None


@dataclass(frozen=True)
class Page:
    """A page with postings. `offset` and `size` are the first byte and the length of its record's gzip member."""

    url: str
    observed_at: datetime
    record: int
    offset: int
    size: int
    adverts: tuple[Advert, ...]


class HostFile(NamedTuple):
    """A recorded answer for one of `HOST_FILES`, or for the address to which such a file redirects.

    `location` is the address that the answer redirects to or repeats. `is_repeat` is True if the earlier answer with
    the same `digest` still applies. A damaged record has the status `UNREAD`.
    """

    url: str
    observed_at: datetime
    status: int
    location: str | None
    digest: str
    is_repeat: bool
    offset: int


@dataclass(kw_only=True)
class Scan:
    """What was found in one WARC file. The keys of `counts` are `SEARCHED`, `MARKED` and the keys of `LEFT_OUT`.

    `keys` are checksums of the addresses of all answers, and `offsets` are where their records start, for
    `find_answers`.
    """

    path: Path
    pages: list[Page] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    damaged: list[DamagedRecord] = field(default_factory=list)
    host_files: list[HostFile] = field(default_factory=list)
    keys: array[int] = field(default_factory=lambda: array("I"))
    offsets: array[int] = field(default_factory=lambda: array("Q"))


def scan(path: Path) -> Scan:
    """Scan a WARC file whose records are gzipped one by one. Raises OSError if it cannot be opened, and never for
    damage."""
    with map_file(path) as data:
        why = "the file is empty" if not data else None if _is_gzipped_by_record(data) else NOT_BY_RECORD
        try:
            if not why:
                return _Scanner(path, data).run()
        except _SeveralInMemberError:
            why = NOT_BY_RECORD
    return Scan(path=path, damaged=[DamagedRecord(record=-1, url=None, why=why)])


def _is_gzipped_by_record(data: mmap.mmap | bytes) -> bool:
    n_records = 0
    with contextlib.suppress(OSError):
        for _ in ArchiveIterator(io.BytesIO(member_at(data, 0).data), parse_http=False):
            n_records += 1
    return data[:5] != b"WARC/" and n_records < 2


class _SeveralInMemberError(Exception):
    """A gzip member contains several records, so that FastWARC cannot locate each of them."""


class _Scanner:
    def __init__(self, path: Path, data: mmap.mmap | bytes) -> None:
        self.found = Scan(path=path)
        self.number = 0
        self.data = data

    def run(self) -> Scan:
        at = 0
        while at < len(self.data):
            at, last = self._race(at)
            if at < len(self.data):
                at = self._walk(at, last)
        return self.found

    def _race(self, begin: int) -> tuple[int, int | None]:
        """Search answers with FastWARC until damage or the end of the file.

        Returns where the search stopped, and the same number again if the record there was already searched, else None.
        """
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
                        if is_host_file and (repeat := _repeat_of(record, url, at)):
                            self.found.host_files.append(repeat)
                        self._remember(address, at)
                        self._skip("repeat")
                    elif record.content_length > MAX_PAGE and is_host_file:
                        self._look_at(member_at(self.data, at))  # the first lines of the file are enough
                    elif record.content_length > MAX_PAGE:
                        self._remember(address, at)
                        self._skip("long")
                    else:
                        block = record.reader.read()
                        if len(block) != record.content_length:
                            return at, None
                        if not is_web(url):
                            pass  # not an answer from a web server, so the archive's reader does not count it either
                        elif WORD in block or is_host_file or _is_coded(block):
                            self._look_at(member_at(self.data, at))
                        else:
                            self._remember(address, at)
                            self.found.counts[SEARCHED] += 1
                            self.number += 1
                    last = at
            except OSError:
                return at, last
        return len(self.data), None

    def _walk(self, begin: int, last: int | None) -> int:
        """Read each record from byte `begin`, except the record at `last`, until one is damaged. Return where the next
        starts."""
        for member in members_of(self.data, Range(begin)):
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

    def _skip(self, key: str) -> None:
        self.found.counts[key] += 1
        self.number += 1

    def _remember(self, address: str | None, offset: int) -> None:
        if address:
            self.found.keys.append(_key_of(address))
            self.found.offsets.append(offset)

    def _look_at(self, member: Member) -> None:
        for answer in answers_in(member, self.number, may_be_cut=True):
            address = address_of(answer.url or "")
            is_host_file = _is_host_file(address)
            self._remember(address, member.offset)
            if is_host_file and (file := _host_file_of(answer, member)):
                self.found.host_files.append(file)
            if isinstance(answer, DamagedRecord):
                self._note_damage(answer, member)
                self.number += answer.record >= 0
            elif isinstance(answer, RevisitedAnswer):
                self._skip("repeat")
            else:
                if not is_host_file:
                    self._look_at_page(answer, member)
                self.number += 1

    def _look_at_page(self, answer: RecordedAnswer, member: Member) -> None:
        counts = self.found.counts
        counts[SEARCHED] += 1
        page = decode(answer)
        if isinstance(page, DamagedRecord):
            self._note_damage(page, member)
        elif any(word in page.body for word in _WORDS):
            counts[MARKED] += 1
            is_cut = _CUT in member.data[: member.data.find(b"\r\n\r\n")].lower()
            adverts, why = adverts_on(page, is_cut=is_cut)
            if why:
                counts[why] += 1
            else:
                page_of_file = Page(page.url, page.observed_at, answer.record, member.offset, member.size, adverts)
                self.found.pages.append(page_of_file)

    def _note_damage(self, record: DamagedRecord, member: Member) -> None:
        self.found.damaged.append(replace(record, why=f"at byte {member.offset:,}: {record.why}"))


# --- pages ------------------------------------------------------------------------------------------------


def adverts_on(page: Response, *, is_cut: bool) -> tuple[tuple[Advert, ...], str | None]:
    """Return the adverts on a page and None, or no adverts and the key of `LEFT_OUT` that says why.

    A page that the crawler truncated is read if its JSON-LD is complete.
    """
    if page.status not in ANSWERED:
        return (), "status"
    if len(page.body) > MAX_PAGE:
        return (), "long"
    if not _is_markup(page) or career_pages.is_sitemap(page):
        return (), "no_html"
    if is_noindex(page.headers.get, page.body):
        return (), "noindex"
    if tdm_policy(page.headers.get, page.body):
        return (), "tdm"
    if has_signal(page.headers.get("content-signal")):
        return (), "signal"
    text = schema_org.page_of(page)
    items = schema_org.json_ld_in(text) if is_cut else schema_org.job_postings_in(text, page.url)
    if not items:
        return (), "cut" if is_cut else "no_posting"
    return tuple(_advert(item, page.url) for item in items), None


def _advert(item: dict[str, Any], url: str) -> Advert:
    try:
        read = schema_org.read_job_posting(item, source="common_crawl", url=url)
    except (Rejected, *MISSHAPEN):  # refine reports what is wrong with it
        return Advert(None, None, None)
    title, employer, place = (read.get(name) for name in ("title", "employer", "location_text"))
    return Advert(str(employer) if employer else None, str(title) if title else None, str(place) if place else None)


def _is_markup(page: Response) -> bool:
    kind = page.headers.get("content-type", "").lower()
    begin = page.body[:HEAD].replace(b"\0", b"").lower()
    return not kind or "html" in kind or "xml" in kind or b"<html" in begin or b"<!doctype html" in begin


def _is_coded(block: bytes) -> bool:
    """Whether the bytes of an answer's body may differ from the letters of its page."""
    end = block.find(b"\r\n\r\n")
    head = block[: max(end, 0)].lower()
    return block[end + 4 : end + 6] in _WIDE or any(word in head for word in _CODED)


# --- files of sites ---------------------------------------------------------------------------------------


def find_answers(scan: Scan, addresses: Set[str]) -> Iterator[HostFile]:
    """Yield the answers from some addresses in a scanned file. Raises OSError if the file cannot be opened."""
    keys = {_key_of(address) for address in addresses}
    offsets = sorted({at for key, at in zip(scan.keys, scan.offsets, strict=True) if key in keys})
    if not offsets:
        return
    with map_file(scan.path) as data:
        for member in (member_at(data, at) for at in offsets):
            for answer in answers_in(member, 0, may_be_cut=True):
                if address_of(answer.url or "") in addresses and (file := _host_file_of(answer, member)):
                    yield file


def _host_file_of(answer: RecordedAnswer | RevisitedAnswer | DamagedRecord, member: Member) -> HostFile | None:
    if not isinstance(answer, DamagedRecord):
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
        )
    with contextlib.suppress(OSError, ValueError):
        for record in ArchiveIterator(io.BytesIO(member.data), record_types=_KINDS, parse_http=False):
            if without_user(url := bare_uri(record.headers.get("WARC-Target-URI"))) != answer.url:
                continue
            if record.record_type == WarcRecordType.revisit:
                return _repeat_of(record, url, member.offset)
            observed_at = time_of(record.headers.get("WARC-Date"))
            return HostFile(url, observed_at, UNREAD, None, "", is_repeat=False, offset=member.offset)
    return None


def _repeat_of(revisit: WarcRecord, url: str, offset: int) -> HostFile | None:
    """Return a revisit record as a site's file; None if the record has no valid time.

    The answer that it repeats may be from another address (wget, Heritrix).
    """
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
    )


def _is_host_file(address: str | None) -> bool:
    return address is not None and address.endswith(HOST_FILES) and _HOST_FILE.fullmatch(address) is not None


def _key_of(address: str) -> int:
    """Return a short checksum of an address. Callers must also compare the addresses, as checksums may coincide."""
    return zlib.crc32(address.encode())
