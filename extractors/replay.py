"""Answering requests from recordings instead of the network, behind the same session as a live night's."""

from __future__ import annotations

import io
from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import requests
import urllib3
from requests.adapters import BaseAdapter

from extractors.archive import Damaged, Recorded, Revisited, read_recorded, recorded_at
from extractors.held import Holdings

Where = tuple[Path, int, int, int]
"""Path, record, offset and position of an answer."""


class Replayed(requests.Response):
    """An answer from a recording, made at `observed_at`; `revisit`: recorded as a repetition of an earlier one."""

    observed_at: datetime
    revisit: Revisited | None = None


class NotRecorded(requests.ConnectionError):
    """A replay was asked for an answer it does not have."""


class ReplayAdapter(BaseAdapter):
    """Answers requests from WARC files instead of the network: same address, one recording after the other.

    What a recording only repeats is answered with the answer it refers to, from these files or from what is held.
    """

    def __init__(self, paths: Iterable[Path], held: Holdings | None = None) -> None:
        super().__init__()
        self._held = held
        self.damaged: list[tuple[Path, Damaged]] = []
        self._left: defaultdict[str, deque[Where]] = defaultdict(deque)
        self._whole: dict[tuple[str, datetime], Where] = {}
        for path in paths:
            for found in read_recorded(path):
                if isinstance(found, Damaged):
                    self.damaged.append((path, found))
                    continue
                where = (path, found.record, found.offset, found.position)
                self._left[prepared(found.url)].append(where)
                if isinstance(found, Recorded):
                    self._whole[prepared(found.url), found.observed_at] = where

    def send(  # the signature is requests'
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: object = True,
        cert: object = None,
        proxies: object = None,
    ) -> requests.Response:
        """The next recording of the request's address. Raises `NotRecorded` when there is none left."""
        url = request.url or ""
        if url not in self._left:
            raise NotRecorded("not in the recording", request=request)
        if not self._left[url]:
            raise NotRecorded("asked more often than recorded", request=request)
        recorded = _read(self._left[url].popleft(), request)
        found = self._whole_answer(recorded, request)
        headers = urllib3.HTTPHeaderDict()
        for name, value in found.headers:
            headers.add(name, value)
        response = Replayed()
        response.observed_at = recorded.observed_at
        response.revisit = recorded if isinstance(recorded, Revisited) else None
        response.status_code = found.status
        response.reason = found.reason
        response.url = url
        response.request = request
        response.headers.update(headers.items())
        response.raw = urllib3.HTTPResponse(
            io.BytesIO(found.body),
            headers=headers,
            status=found.status,
            reason=found.reason,
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,  # the header may speak of what a third party recorded, not of this body
        )
        return response

    def _whole_answer(self, found: Recorded | Revisited, request: requests.PreparedRequest) -> Recorded:
        if isinstance(found, Recorded):
            return found
        where = self._whole.get((request.url or "", found.refers_to))
        if where:
            whole = _read(where, request)
            if isinstance(whole, Recorded):
                return whole
        held = self._held.before(found.url, found.observed_at) if self._held else None
        stored = held.answer() if held and held.digest == found.digest else None
        if stored is None:
            said = (
                f"it repeats the answer of {found.refers_to:%Y-%m-%d %H:%M}, which is not there; take in that file too"
            )
            raise NotRecorded(said, request=request)
        return stored

    def close(self) -> None:
        """Nothing is held open."""


def _read(where: Where, request: requests.PreparedRequest) -> Recorded | Revisited:
    path, record, offset, position = where
    found = recorded_at(path, record=record, offset=offset, position=position)
    if isinstance(found, Damaged):
        raise NotRecorded(f"the recording changed: {found.why}", request=request)
    return found


def prepared(url: str) -> str:
    """An address as requests writes it."""
    request = requests.PreparedRequest()
    request.prepare_url(url, None)
    return request.url or url


def urls_recorded(paths: Iterable[Path]) -> list[str]:
    """The addresses of all whole recordings, in their order, as often as they were recorded.

    Asking a replay for exactly these, with `follow=False`, archives every recording once.
    """
    return [found.url for path in paths for found in read_recorded(path) if not isinstance(found, Damaged)]
