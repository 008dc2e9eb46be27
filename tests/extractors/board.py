"""A loopback server that misbehaves on demand, time that passes when told, and a session between them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from extractors.archive.reader import read
from extractors.archive.writer import Writer
from extractors.response import Response
from extractors.sources.declaration import Source
from extractors.web.politeness import Politeness
from extractors.web.request_extras import with_query
from extractors.web.session import FetchFailed, Web

NOW = datetime(2026, 9, 28, 2, 0, 0, tzinfo=UTC)
SOURCE = Source(
    name="boards",
    title="Boards",
    kind="employer board",
    publisher="Nobody",
    homepage="https://boards.example",
    endpoints=("https://boards.example/v1/",),
    licence="none",
    terms_url=None,
    attribution="none",
    is_republishable=False,
    is_verified=False,
    cadence="daily",
    expected_rows=(0, 10),
    facts="invented",
)
Answer = tuple[int, Mapping[str, str], bytes]


class Board(ThreadingHTTPServer):
    """A loopback server that answers from a dictionary and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer | Callable[[Any], None]] = {"/robots.txt": (404, {}, b"")}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.methods: list[str] = []
        self.posted: list[bytes] = []
        self.host = f"127.0.0.1:{self.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, but for the reservations of mining that every host is asked for once."""
        return [path for path, _ in self.asked if path != "/.well-known/tdmrep.json"]

    def handle_error(self, *args: Any) -> None:
        """Clients that hang up are part of these tests."""


class Handler(BaseHTTPRequestHandler):
    server: Board
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits 40 ms, until the headers before it are acknowledged

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.methods.append(self.command)
        answer = self.server.answers.get(self.path, (404, {}, b"no such board"))
        if callable(answer):
            answer(self)
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Transfer-Encoding" not in headers and "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def do_HEAD(self) -> None:
        """As for GET; the answer must have no body."""
        self.do_GET()

    def log_message(self, *args: Any) -> None:
        pass


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def live(board: Board, writer: Writer, clock: Clock | None = None, **changes: Any) -> Web:
    """A session with the server; `changes` are `Web`'s arguments, or another `source`."""
    clock = clock or Clock()
    source = changes.pop("source", None) or replace(SOURCE, endpoints=(board.url("/v1/"),))
    settings: dict[str, Any] = {
        "contact": "night@example.org",
        "insecure_hosts": (board.host,),
        "politeness": Politeness(sleep=clock.sleep, clock=lambda: clock.time),
        "now": lambda: NOW,
        "chance": lambda: 1.0,
    }
    return Web(source, writer=writer, **(settings | changes))


class Recorded(Web):
    """A session that answers each address with its recorded answers, one after the other.

    A repetition, and a body that does not decode, is empty.
    """

    def __init__(self, *paths: Path) -> None:
        self.keys: Mapping[str, str] = defaultdict(str)
        self.asked: list[Response] = []
        self._left: defaultdict[str, deque[Response]] = defaultdict(deque)
        for one in (one for path in paths for one in read(path)):
            url = one.url or ""
            empty = Response(url=url, observed_at=NOW, status=200, body=b"", record=one.record)
            self._left[url].append(one if isinstance(one, Response) else empty)

    def get(self, url: str, *, form: Mapping[str, object] | None = None, **_: object) -> Response:
        address = with_query(url, form or {})
        if not self._left[address]:
            raise FetchFailed(address, "not in the recording")
        self.asked.append(self._left[address].popleft())
        return self.asked[-1]

    def ask(self, url: str, **_: object) -> int:
        return self.get(url).status

    def token(self, url: str, credentials: Mapping[str, str] | None = None) -> str:
        return ""

    def newest(self, prefix: str) -> Response | None:
        return None
