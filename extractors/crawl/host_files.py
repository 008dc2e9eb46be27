"""What robots.txt and tdmrep.json of a site said when a page of it was fetched, by all files of a crawl.

Several captures of a file are told apart by their times, wherever they stand in the files:

- The newest answer up to the page's time holds; before the first answer, that one. 4xx (but 429) says that the
  site has no rules. A redirect says what its target says, over up to five of them and on any host (RFC 9309, 2.3.1);
  where the crawl did not record the target, the file could not be read.
- Where robots.txt could not be read (5xx, 429, a damaged record) since that answer, the answer holds for a day from its
  time. After that day, and where there was no answer, nothing is allowed (2.3.1.4, 2.4). A tdmrep.json that fails
  changes nothing.
- A revisit record says that the answer it repeats holds again.

A site is scheme, host and port. One whose file was not recorded goes by that of the same host under the other scheme,
since some crawlers ask each host once; where that was not recorded either, nothing is reserved.
"""

from __future__ import annotations

import bisect
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from extractors.archive.reader import RecordedAnswer, answers_in, decode, map_file
from extractors.crawl.addresses import address_of, other_scheme
from extractors.crawl.scan import HOST_FILES, HostFile, Scan, find_answers, read_member
from extractors.response import Response
from extractors.web.politeness import (
    FORBIDS_ALL,
    MAX_REDIRECTS,
    MAX_RULES,
    MAX_RULES_AGE,
    REDIRECTS,
    has_no_rules,
)

MAX_AGE = timedelta(seconds=MAX_RULES_AGE)
KEPT = 1_000
"""Files of sites that are held in memory: the pages of a site mostly stand together."""
ROBOTS = HOST_FILES[0]

FileAt = Callable[[str, str, datetime], bytes | None]
"""What a file said, by an address of its site, its path and the time; None: nothing, or it was not recorded."""


class _Capture(NamedTuple):
    """A recorded answer of a file at a time, and the WARC file it stands in."""

    at: datetime
    path: Path
    file: HostFile

    @property
    def is_answer(self) -> bool:
        """Whether it says what holds; else the server could not answer."""
        status = self.file.status
        return 200 <= status < 300 or has_no_rules(status) or (status in REDIRECTS and self.file.location is not None)


class _UnreadableError(Exception):
    """A file could not be read, and no earlier answer holds."""


def host_files_in(scans: Iterable[Scan]) -> FileAt:
    """What robots.txt and tdmrep.json of sites said, where any of the files recorded it."""
    captures = _by_address(scans)
    body_of = functools.lru_cache(maxsize=KEPT)(_body_of)

    def find(address: str, at: datetime, *, must_answer: bool, n_redirects: int = 0) -> bytes | None:
        recorded = captures.get(address) or captures.get(other_scheme(address)) or []
        if n_redirects and not recorded:
            raise _UnreadableError
        capture = _find_in_force(recorded, at, must_answer=must_answer)
        if capture is None or has_no_rules(capture.file.status):
            return None
        if capture.file.status not in REDIRECTS:
            n_bytes = MAX_RULES if must_answer else None  # of JSON, a part says nothing
            return body_of(capture.path, capture.file.offset, capture.file.position, n_bytes)
        target = _target_of(capture.file)
        if target is None or n_redirects == MAX_REDIRECTS:
            raise _UnreadableError
        return find(target, at, must_answer=must_answer, n_redirects=n_redirects + 1)

    def file_at(url: str, path: str, at: datetime) -> bytes | None:
        page, is_robots = address_of(url), path == ROBOTS
        if page is None:
            return None
        try:
            return find(urljoin(page, path), at, must_answer=is_robots)
        except _UnreadableError:
            return FORBIDS_ALL.encode() if is_robots else None

    return file_at


def _target_of(file: HostFile) -> str | None:
    try:
        return address_of(urljoin(file.url, file.location or ""))
    except ValueError:
        return None


def _by_address(scans: Iterable[Scan]) -> dict[str, list[_Capture]]:
    """All captures by address, in the order of their times, each repetition as the answer that it repeats."""
    scans = list(scans)
    captures: defaultdict[str, list[_Capture]] = defaultdict(list)
    found = [_Capture(file.observed_at, scan.path, file) for scan in scans for file in scan.host_files]
    sought: set[str] = set()
    for _ in range(MAX_REDIRECTS + 1):
        for one in found:
            if address := address_of(one.file.url):
                captures[address].append(one)
        targets = {target for one in found if one.file.location and (target := _target_of(one.file))}
        missing = (targets | set(map(other_scheme, targets))) - captures.keys() - sought
        sought |= missing
        found = [
            _Capture(file.observed_at, scan.path, file)
            for scan in scans
            for file in (find_answers(scan, missing) if missing else ())
        ]
    by_digest = {
        one.file.digest: one
        for of_address in captures.values()
        for one in of_address
        if one.file.digest and not one.file.is_repeat and 200 <= one.file.status < 300
    }
    return {address: _resolve_repeats(of_address, by_digest) for address, of_address in captures.items()}


def _resolve_repeats(captures: Sequence[_Capture], by_digest: dict[str, _Capture]) -> list[_Capture]:
    """Captures of an address by time. A repetition of nothing that is known is left out."""
    resolved: list[_Capture] = []
    ordered = sorted(captures, key=lambda one: (one.at, one.path, one.file.offset, one.file.position))
    for one in ordered:
        if not one.file.is_repeat:
            resolved.append(one)
            continue
        earlier = [before for before in reversed(resolved) if before.is_answer]
        same = [before for before in earlier if before.file.digest == one.file.digest]
        original = next(iter(same), None) or by_digest.get(one.file.digest) or next(iter(earlier), None)
        if original:
            resolved.append(original._replace(at=one.at))
    return resolved


def _find_in_force(captures: Sequence[_Capture], at: datetime, *, must_answer: bool) -> _Capture | None:
    """The answer that holds at a time; None where none was recorded.

    Of a file that `must_answer`, raises `_UnreadableError` where no answer holds because the server gave none since.
    """
    answers = [one for one in captures if one.is_answer]
    n_before = bisect.bisect_right(answers, at, key=lambda one: one.at)
    in_force = answers[max(n_before - 1, 0)] if answers else None
    if not must_answer or not captures:
        return in_force
    since = in_force.at if in_force and n_before else datetime.min.replace(tzinfo=UTC)
    has_failed = any(since < one.at <= at for one in captures if not one.is_answer)
    if in_force is None or (has_failed and at - since > MAX_AGE):
        raise _UnreadableError
    return in_force


def _body_of(path: Path, offset: int, position: int, n_bytes: int | None) -> bytes:
    """So many first bytes of the body of an answer. Raises `_UnreadableError` where it does not decode."""
    with map_file(path) as data:
        answers = answers_in(read_member(data, offset), 0, may_be_cut=True)
        answer = next((one for one in answers if isinstance(one, RecordedAnswer) and one.position == position), None)
    decoded = decode(answer) if answer else None
    if isinstance(decoded, Response):
        return decoded.body[:n_bytes]
    if answer and b"user-agent" in answer.body.lower():  # its crawler undid the encoding that the header names
        return answer.body[:n_bytes]
    raise _UnreadableError
