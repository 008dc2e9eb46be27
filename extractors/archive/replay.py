"""Replay of recordings: an adapter of `requests` that answers from WARC files instead of the network."""

from __future__ import annotations

import io
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import requests
import urllib3
from requests.adapters import BaseAdapter

from extractors.archive.index import ArchiveIndex
from extractors.archive.reader import DamagedRecord, RecordedAnswer, RevisitedAnswer, read_record_at, read_recorded

Where = tuple[Path, int, int, int]
"""Path, record, offset and position of an answer."""
Wholes = dict[tuple[str, datetime], Where]
"""Locations of whole answers, by address and time."""


class ReplayedResponse(requests.Response):
    """An answer from a recording, made at `observed_at`. `revisit`: the record, if it repeats an earlier answer."""

    observed_at: datetime
    revisit: RevisitedAnswer | None = None


class NotRecorded(requests.ConnectionError):
    """The recordings lack an answer that was requested."""


class ReplayAdapter(BaseAdapter):
    """Answers each request for an address with its next recording.

    A repetition is answered with the answer it refers to, from these files or from the archive.
    """

    def __init__(self, paths: Iterable[Path], index: ArchiveIndex | None = None) -> None:
        super().__init__()
        self._index = index
        self.damaged: list[tuple[Path, DamagedRecord]] = []
        self._left: defaultdict[str, deque[Where]] = defaultdict(deque)
        self._whole: Wholes = {}
        for path in paths:
            for answer in read_recorded(path):
                if isinstance(answer, DamagedRecord):
                    self.damaged.append((path, answer))
                    continue
                where = (path, answer.record, answer.offset, answer.position)
                self._left[prepare_url(answer.url)].append(where)
                if isinstance(answer, RecordedAnswer):
                    self._whole[answer.url, answer.observed_at] = where

    def send(  # the signature is requests'
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: object = True,
        cert: object = None,
        proxies: object = None,
    ) -> requests.Response:
        """Return the next recording of the request's address. Raises `NotRecorded` if none is left."""
        url = request.url or ""
        if url not in self._left:
            raise NotRecorded("not in the recording", request=request)
        if not self._left[url]:
            raise NotRecorded("asked more often than recorded", request=request)
        try:
            answer = _read(self._left[url].popleft())
            whole = _find_whole(answer, self._whole, self._index)
        except NotRecorded as error:
            error.request = request
            raise
        headers = urllib3.HTTPHeaderDict()
        for name, value in whole.headers:
            headers.add(name, value)
        response = ReplayedResponse()
        response.observed_at = answer.observed_at
        response.revisit = answer if isinstance(answer, RevisitedAnswer) else None
        response.status_code = whole.status
        response.reason = whole.reason
        response.url = url
        response.request = request
        response.headers.update(headers.items())
        response.raw = urllib3.HTTPResponse(
            io.BytesIO(whole.body),
            headers=headers,
            status=whole.status,
            reason=whole.reason,
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,  # a third party's recording may have another body than its header says
        )
        return response

    def close(self) -> None:
        """Do nothing: no file stays open."""


def whole_answers(
    path: Path, index: ArchiveIndex | None
) -> Iterator[tuple[RecordedAnswer | RevisitedAnswer, RecordedAnswer | NotRecorded] | DamagedRecord]:
    """Yield the answers of a recording in order, each with its whole answer: itself, or the one that it repeats.

    The repeated answer is looked up in the recording, then in the archive; it is `NotRecorded` if neither has it.
    """
    wholes: Wholes | None = None
    for answer in read_recorded(path):
        if isinstance(answer, DamagedRecord):
            yield answer
            continue
        if wholes is None and isinstance(answer, RevisitedAnswer):
            wholes = {
                (other.url, other.observed_at): (path, other.record, other.offset, other.position)
                for other in read_recorded(path)
                if isinstance(other, RecordedAnswer)
            }
        try:
            yield answer, _find_whole(answer, wholes or {}, index)
        except NotRecorded as error:
            yield answer, error


def _find_whole(answer: RecordedAnswer | RevisitedAnswer, wholes: Wholes, index: ArchiveIndex | None) -> RecordedAnswer:
    if isinstance(answer, RecordedAnswer):
        return answer
    where = wholes.get((answer.url, answer.refers_to))
    if where:
        whole = _read(where)
        if isinstance(whole, RecordedAnswer):
            return whole
    first = index.before(answer.url, answer.observed_at) if index else None
    original = first.answer() if first and first.digest == answer.digest else None
    if original is None:
        why = f"it repeats the answer of {answer.refers_to:%Y-%m-%d %H:%M}, which is missing; take in that file too"
        raise NotRecorded(why)
    return original


def _read(where: Where) -> RecordedAnswer | RevisitedAnswer:
    path, record, offset, position = where
    answer = read_record_at(path, record=record, offset=offset, position=position)
    if isinstance(answer, DamagedRecord):
        raise NotRecorded(f"the recording changed: {answer.why}")
    return answer


def prepare_url(url: str) -> str:
    """Return an address as `requests` writes it."""
    request = requests.PreparedRequest()
    request.prepare_url(url, None)
    return request.url or url
