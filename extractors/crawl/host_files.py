"""Find the robots.txt and tdmrep.json of a site at the time a page was fetched, in all files of a crawl.

The captures of such a file are sorted by time, whichever WARC files contain them:

- The newest answer before the page's time applies; if there is none, the first answer after it. 4xx (except 429) means
  that the site has no rules. A redirect is replaced by its target, up to five times and on any host (RFC 9309, 2.3.1).
  If the crawl did not record the target, the file counts as unreadable.
- If a later capture of robots.txt failed (5xx, 429, a damaged record), the last answer applies for a day from its time.
  After that day, or without an answer, nothing is allowed (2.3.1.4, 2.4). A failed tdmrep.json changes nothing.
- A revisit record means that the answer it repeats applies again.

A site is a scheme, host and port. If a site's file was not recorded, the file of the same host under the other scheme
is used, since some crawlers ask each host only once. If neither was recorded, nothing is reserved.
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

from extractors.archive.reader import RecordedAnswer, answers_in, decode, map_file, member_at
from extractors.crawl.addresses import address_of, other_scheme
from extractors.crawl.scan import HOST_FILES, HostFile, Scan, find_answers
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
"""Number of site files kept in memory. The pages of a site are mostly next to each other."""
ROBOTS = HOST_FILES[0]

FileAt = Callable[[str, str, datetime], bytes | None]
"""A function that takes a site's address, a file's path and a time, and returns the file's content, or None if the site
has no rules."""


class _Capture(NamedTuple):
    at: datetime
    path: Path
    file: HostFile

    @property
    def is_answer(self) -> bool:
        """Whether the answer states rules, or that there are none. False if the server could not answer."""
        status = self.file.status
        return 200 <= status < 300 or has_no_rules(status) or (status in REDIRECTS and self.file.location is not None)


class _UnreadableError(Exception):
    pass


def host_files_in(scans: Iterable[Scan]) -> FileAt:
    """Return a function that looks up the robots.txt and tdmrep.json of sites in the scanned files."""
    captures = _collect(list(scans))
    body_of = functools.lru_cache(maxsize=KEPT)(_body_of)

    def find(address: str, at: datetime, *, must_answer: bool, n_redirects: int = 0) -> bytes | None:
        recorded = captures.get(address) or captures.get(other_scheme(address)) or []
        if n_redirects and not recorded:
            raise _UnreadableError
        capture = _find_in_force(recorded, at, must_answer=must_answer)
        if capture is None or has_no_rules(capture.file.status):
            return None
        if capture.file.status not in REDIRECTS:
            n_bytes = MAX_RULES if must_answer else None  # JSON must be whole
            return body_of(capture.path, capture.file.offset, n_bytes)
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


def _collect(scans: Sequence[Scan]) -> dict[str, list[_Capture]]:
    """Return the captures of each address, sorted by time. Targets of redirects are searched in all scanned files."""
    captures: defaultdict[str, list[_Capture]] = defaultdict(list)
    found = [_Capture(file.observed_at, scan.path, file) for scan in scans for file in scan.host_files]
    sought: set[str] = set()
    for _ in range(MAX_REDIRECTS + 1):
        for capture in found:
            if address := address_of(capture.file.url):
                captures[address].append(capture)
        targets = {target for capture in found if capture.file.location and (target := _target_of(capture.file))}
        missing = (targets | set(map(other_scheme, targets))) - captures.keys() - sought
        if not missing:
            break
        sought |= missing
        found = [_Capture(file.observed_at, scan.path, file) for scan in scans for file in find_answers(scan, missing)]
    by_digest = {
        capture.file.digest: capture
        for of_address in captures.values()
        for capture in of_address
        if capture.file.digest and not capture.file.is_repeat and 200 <= capture.file.status < 300
    }
    return {address: _resolve_repeats(of_address, by_digest) for address, of_address in captures.items()}


def _resolve_repeats(captures: Sequence[_Capture], by_digest: dict[str, _Capture]) -> list[_Capture]:
    """Return the captures of an address by time, with the original, if known, in place of each repetition."""
    resolved: list[_Capture] = []
    for capture in sorted(captures, key=lambda capture: (capture.at, capture.path, capture.file.offset)):
        if not capture.file.is_repeat:
            resolved.append(capture)
            continue
        earlier = [before for before in reversed(resolved) if before.is_answer]
        same = [before for before in earlier if before.file.digest == capture.file.digest]
        original = next(iter(same), None) or by_digest.get(capture.file.digest) or next(iter(earlier), None)
        if original:
            resolved.append(original._replace(at=capture.at))
    return resolved


def _find_in_force(captures: Sequence[_Capture], at: datetime, *, must_answer: bool) -> _Capture | None:
    """Return the answer that applies at a time; None if none was recorded.

    If the file `must_answer`, raise `_UnreadableError` when captures exist but no answer applies.
    """
    answers = [capture for capture in captures if capture.is_answer]
    n_before = bisect.bisect_right(answers, at, key=lambda capture: capture.at)
    in_force = answers[max(n_before - 1, 0)] if answers else None
    if not must_answer or not captures:
        return in_force
    since = in_force.at if in_force and n_before else datetime.min.replace(tzinfo=UTC)
    has_failed = any(since < capture.at <= at for capture in captures if not capture.is_answer)
    if in_force is None or (has_failed and at - since > MAX_AGE):
        raise _UnreadableError
    return in_force


def _body_of(path: Path, offset: int, n_bytes: int | None) -> bytes:
    with map_file(path) as data:
        answers = answers_in(member_at(data, offset), 0, may_be_cut=True)
        answer = next((one for one in answers if isinstance(one, RecordedAnswer)), None)
    decoded = decode(answer) if answer else None
    if isinstance(decoded, Response):
        return decoded.body[:n_bytes]
    if answer and b"user-agent" in answer.body.lower():  # the crawler decoded the body and kept the header
        return answer.body[:n_bytes]
    raise _UnreadableError
