"""A server that misbehaves: what is asked again, what is given up, and what is never asked at all."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.reader import DamagedRecord, RecordedAnswer, read, read_recorded
from extractors.archive.writer import Writer
from extractors.web import session
from extractors.web.address_guard import PublicAdapter
from extractors.web.paging import ask_each
from extractors.web.politeness import FAILURE_PAUSE, MAX_CONCURRENT, MAX_FAILURES, MAX_RULES_AGE, Politeness
from extractors.web.session import ATTEMPTS, MAX_WAIT, FetchFailed, Web
from tests.extractors.board import NOW, SOURCE, Answer, Board, Clock, live

BUSY: Answer = (503, {}, b"busy")
WELL: Answer = (200, {}, b'{"jobs": []}')


def in_turn(*answers: Answer) -> Callable[[Any], None]:
    """One answer after the other, the last one for ever."""
    rest: Iterator[Answer] = iter(answers)
    last = answers[-1]

    def answer(handler: Any) -> None:
        status, headers, body = next(rest, last)
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | dict(headers)).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def asked(board: Board, path: str = "/v1/a") -> int:
    return board.paths.count(path)


# --- asked again --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 529])
def test_a_busy_server_is_asked_again_later(board: Board, writer: Writer, status: int) -> None:
    board.answers["/v1/a"] = in_turn((status, {}, b"later"), WELL)
    clock = Clock()
    web = live(board, writer, clock)
    assert web.get(board.url("/v1/a")).status == 200
    assert asked(board) == 2
    assert 2.0 in clock.slept
    writer.close()
    assert writer.path is not None
    assert [record.status for record in read_recorded(writer.path) if isinstance(record, RecordedAnswer)] == [200]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 501, 505])
def test_other_answers_are_final(board: Board, writer: Writer, status: int) -> None:
    board.answers["/v1/a"] = (status, {}, b"no")
    assert live(board, writer).get(board.url("/v1/a")).status == status
    assert asked(board) == 1


def test_waits_grow_and_end(board: Board, writer: Writer) -> None:
    board.answers["/v1/a"] = BUSY
    clock = Clock()
    answer = live(board, writer, clock).get(board.url("/v1/a"))
    assert answer.status == 503
    assert asked(board) == ATTEMPTS
    assert [wait for wait in clock.slept if wait > 1] == [2.0, 8.0, 32.0]


def test_chance_keeps_clients_from_coming_back_together(board: Board, writer: Writer) -> None:
    board.answers["/v1/a"] = in_turn(BUSY, WELL)
    clock = Clock()
    live(board, writer, clock, chance=lambda: 0.5).get(board.url("/v1/a"))
    assert 1.5 in clock.slept


@pytest.mark.parametrize(
    "header",
    ["90", format_datetime(NOW + timedelta(seconds=90), usegmt=True)],
)
def test_retry_after_is_honoured(board: Board, writer: Writer, header: str) -> None:
    board.answers["/v1/a"] = in_turn((429, {"Retry-After": header}, b""), WELL)
    clock = Clock()
    assert live(board, writer, clock).get(board.url("/v1/a")).status == 200
    assert 90.0 in clock.slept


@pytest.mark.parametrize("header", ["soon", "-3", ""])
def test_a_retry_after_that_says_nothing_is_as_none(board: Board, writer: Writer, header: str) -> None:
    board.answers["/v1/a"] = in_turn((429, {"Retry-After": header}, b""), WELL)
    clock = Clock()
    assert live(board, writer, clock).get(board.url("/v1/a")).status == 200
    assert max(clock.slept) == 2.0


def test_a_host_that_asks_for_hours_is_left_alone_until_then(board: Board, writer: Writer) -> None:
    board.answers["/v1/a"] = (429, {"Retry-After": "7200"}, b"")
    clock = Clock()
    web = live(board, writer, clock)
    assert web.get(board.url("/v1/a")).status == 429
    with pytest.raises(FetchFailed, match="asked for no requests for 7200 seconds"):
        web.get(board.url("/v1/b"))
    assert asked(board) == 1
    assert asked(board, "/v1/b") == 0
    assert max(clock.slept) <= MAX_WAIT
    clock.time += 7201
    assert web.get(board.url("/v1/b")).status == 404


def test_a_stall_is_asked_again(board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = threading.Event()

    def stall_once(handler: Any) -> None:
        if not slow.is_set():
            slow.set()
            threading.Event().wait(0.6)
            return
        in_turn(WELL)(handler)

    board.answers["/v1/a"] = stall_once
    web = live(board, writer)
    web.get(board.url("/v1/b"))
    monkeypatch.setattr(session, "TIMEOUTS", (0.2, 0.2))
    assert web.get(board.url("/v1/a")).status == 200
    assert asked(board) == 2


def test_a_truncated_body_is_asked_again(board: Board, writer: Writer) -> None:
    cut: Answer = (200, {"Content-Length": "900", "Connection": "close"}, b"only this")
    board.answers["/v1/a"] = in_turn(cut, WELL)
    assert live(board, writer).get(board.url("/v1/a")).json() == {"jobs": []}
    assert asked(board) == 2


def test_a_gzip_bomb_is_kept_small_and_reported(board: Board, writer: Writer) -> None:
    bomb = gzip.compress(bytes(80 * 1024 * 1024))
    assert len(bomb) < 100_000
    board.answers["/v1/a"] = (200, {"Content-Encoding": "gzip"}, bomb)
    response = live(board, writer).get(board.url("/v1/a"))
    assert response.body == bomb
    writer.close()
    assert writer.path is not None
    (record,) = read(writer.path)
    assert isinstance(record, DamagedRecord)
    assert "over" in record.why


# --- left alone ---------------------------------------------------------------------------------------


def test_a_host_that_fails_again_and_again_is_left_alone(board: Board, writer: Writer) -> None:
    for number in range(40):
        board.answers[f"/v1/{number}"] = BUSY
    clock = Clock()
    web = live(board, writer, clock)
    reasons = []
    for number in range(40):
        try:
            web.get(board.url(f"/v1/{number}"))
        except FetchFailed as error:
            reasons.append(error.why)
    assert sum(path.startswith("/v1/") for path in board.paths) == MAX_FAILURES * ATTEMPTS, reasons
    assert "left alone after 5 failures in a row: HTTP 503" in reasons[-1]
    board.answers["/v1/0"] = WELL
    clock.time += FAILURE_PAUSE + 1
    assert web.get(board.url("/v1/0")).status == 200
    assert web.get(board.url("/v1/0")).status == 200


def test_a_few_bad_boards_close_nothing(board: Board, writer: Writer) -> None:
    for number in range(10):
        board.answers[f"/v1/{number}"] = BUSY if number in (3, 4) else WELL
    web = live(board, writer)
    assert [web.get(board.url(f"/v1/{number}")).status for number in range(10)].count(200) == 8


def test_an_answer_too_large_is_no_fault_of_the_host(
    board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "MAX_BODY", 1_000)
    board.answers["/v1/a"] = (200, {}, bytes(2_000))
    board.answers["/v1/b"] = WELL
    web = live(board, writer)
    for _ in range(MAX_FAILURES + 1):
        with pytest.raises(FetchFailed, match="over 1000 bytes"):
            web.get(board.url("/v1/a"))
    assert web.get(board.url("/v1/b")).status == 200


def test_who_comes_later_waits_as_the_host_asked(board: Board, tmp_path: Path) -> None:
    clock = Clock()
    politeness = Politeness(sleep=clock.sleep, clock=lambda: clock.time)
    politeness.delay(board.url("/v1/a"), 60)
    with Writer(tmp_path / "x.warc.gz") as other:
        live(board, other, politeness=politeness).get(board.url("/v1/b"))
    assert clock.slept[0] == 60.0


@pytest.mark.parametrize(
    ("header", "value"),
    [("Location", "https://[oops/"), ("Retry-After", "Mon, 01 Jan 2024 00:00:00 +99999999999999")],
)
def test_a_header_that_makes_no_sense_costs_its_address_only(
    board: Board, writer: Writer, header: str, value: str
) -> None:
    board.answers["/v1/a"] = (302 if header == "Location" else 503, {header: value}, b"")
    web = live(board, writer)
    with contextlib.suppress(FetchFailed):
        assert web.get(board.url("/v1/a")).status == 503
    assert web.get(board.url("/v1/b")).status == 404


def test_robots_txt_over_the_limit_is_read_up_to_there(board: Board, writer: Writer) -> None:
    rules = b"User-agent: *\nDisallow: /v1/private\n" + b"# more\n" * 100_000
    board.answers["/robots.txt"] = (200, {}, rules)
    web = live(board, writer)
    assert web.get(board.url("/v1/a")).status == 404
    with pytest.raises(FetchFailed, match="forbidden"):
        web.get(board.url("/v1/private"))


def test_a_pause_of_days_is_a_refusal(board: Board, writer: Writer) -> None:
    board.answers["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 86400\n")
    web = live(board, writer)
    with pytest.raises(FetchFailed, match="asks for 86,400 seconds"):
        web.get(board.url("/v1/a"))
    assert web.is_refused


def test_a_server_that_drips_is_given_up_by_the_clock(
    board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    drips = []

    def drip(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            drips.append(1)
            threading.Event().wait(0.02)

    board.answers["/v1/a"] = drip
    web = live(board, writer)
    web.get(board.url("/v1/b"))
    monkeypatch.setattr(session, "MAX_ANSWER", 0.1)
    with pytest.raises(FetchFailed, match="seconds"):
        web.get(board.url("/v1/a"))
    assert len(drips) < 500


def test_a_single_failure_closes_nothing(board: Board, writer: Writer) -> None:
    board.answers["/v1/a"] = in_turn(BUSY, WELL)
    web = live(board, writer)
    for _ in range(MAX_FAILURES * 2):
        board.answers["/v1/a"] = in_turn(BUSY, WELL)
        assert web.get(board.url("/v1/a")).status == 200


def test_the_budget_of_a_source_is_kept(board: Board, writer: Writer) -> None:
    source = replace(SOURCE, endpoints=(board.url("/v1/"),), most_requests=5)
    web = live(board, writer, source=source)
    for _ in range(3):
        web.get(board.url("/v1/a"))
    with pytest.raises(FetchFailed, match="budget of 5 requests is spent"):
        web.get(board.url("/v1/a"))
    assert web.n_requests == len(board.asked) == 5  # with the host's rules
    assert [failure.is_put_off for failure in web.failures] == [True]
    assert web.answered == {board.url("/v1/a")}


@pytest.mark.parametrize(("path", "most_requests"), [("/robots.txt", 1), ("/v1/a", 3), ("/v1/a", 4)])
def test_where_the_budget_ends_amid_attempts_the_address_is_put_off(
    board: Board, writer: Writer, path: str, most_requests: int
) -> None:
    board.answers[path] = (503, {}, b"")
    web = live(board, writer, source=replace(SOURCE, endpoints=(board.url("/v1/"),), most_requests=most_requests))
    with pytest.raises(FetchFailed, match="budget of"):
        web.get(board.url("/v1/a"))
    assert [(failure.is_put_off, failure.is_refused) for failure in web.failures] == [(True, False)]
    assert not web.answered


def test_a_host_without_an_answer_is_not_put_off(board: Board, writer: Writer) -> None:
    board.answers["/robots.txt"] = (503, {}, b"")
    web = live(board, writer)
    with pytest.raises(FetchFailed, match=r"robots\.txt could not be read"):
        web.get(board.url("/v1/a"))
    assert [(failure.is_put_off, failure.is_refused) for failure in web.failures] == [(False, False)]


# --- held up ------------------------------------------------------------------------------------------

STATUS = b"HTTP/1.1 200 OK\r\n"
CHUNKED = STATUS + b"Transfer-Encoding: chunked\r\n\r\n"
DRIPS = {
    "header lines": (STATUS, b"X-A: b\r\n"),
    "one header line": (STATUS + b"X-A: ", b"b"),
    "a status line": (b"HTTP/1.1 200 ", b"O"),
    "answers to go on": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body": (STATUS + b"Content-Length: 9999\r\n\r\n", b"x"),
    "chunks": (CHUNKED, b"1\r\nx\r\n"),
    "the length of a chunk": (CHUNKED, b"0"),
    "what follows the length of a chunk": (CHUNKED + b"1;", b"x"),
    "lines behind the last chunk": (CHUNKED + b"1\r\nx\r\n0\r\n", b"X-A: b\r\n"),
}
"""What a server sends at once, and what it then sends again and again, none of it an answer's end."""
MAX_DRIPS = 200
"""Times it does: two seconds, ten times what these tests allow an answer."""


def dripping(begin: bytes, drop: bytes, drips: list[int]) -> Callable[[Any], None]:
    def drip(handler: Any) -> None:
        handler.close_connection = True
        handler.wfile.write(begin)
        for _ in range(MAX_DRIPS):
            handler.wfile.write(drop)
            drips.append(1)
            threading.Event().wait(0.01)

    return drip


@pytest.mark.parametrize("kind", DRIPS)
def test_a_server_that_drips_whatever_it_likes_is_cut_off(
    board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    drips: list[int] = []
    board.answers["/v1/a"] = dripping(*DRIPS[kind], drips)
    board.answers["/v1/b"] = WELL
    web = live(board, writer)
    assert web.get(board.url("/v1/b")).status == 200
    threads = set(threading.enumerate())
    monkeypatch.setattr(session, "MAX_ANSWER", 0.2)
    with pytest.raises(FetchFailed, match=r"took over 0\.2 seconds"):
        web.get(board.url("/v1/a"))
    assert len(drips) < MAX_DRIPS / 2
    names = {thread.name for thread in threading.enumerate() if thread not in threads}
    assert not {name for name in names if "process_request" not in name}, "the server's threads end by themselves"
    assert web.get(board.url("/v1/b")).status == 200, "the session goes on"
    writer.close()
    assert writer.path is not None
    assert {record.url for record in read_recorded(writer.path) if isinstance(record, RecordedAnswer)} == {
        board.url("/v1/b")
    }


def test_a_server_that_drips_over_tls_is_cut_off(
    board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    board.socket = context.wrap_socket(board.socket, server_side=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    drips: list[int] = []
    board.answers["/v1/a"] = dripping(*DRIPS["header lines"], drips)
    board.answers["/v1/b"] = WELL
    url = f"https://{board.host}/v1/"
    web = live(board, writer, source=replace(SOURCE, endpoints=(url,)))
    assert web.get(f"{url}b").status == 200
    monkeypatch.setattr(session, "MAX_ANSWER", 0.2)
    with pytest.raises(FetchFailed, match=r"took over 0\.2 seconds"):
        web.get(f"{url}a")
    assert len(drips) < MAX_DRIPS / 2


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and its certificate for 127.0.0.1, signed by itself, in one file."""
    file = tmp_path / "server.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )
    file.write_bytes((tmp_path / "key.pem").read_bytes() + (tmp_path / "certificate.pem").read_bytes())
    return file


def test_a_server_that_drips_through_a_proxy_is_cut_off(
    board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", board.url(""))
    url, drips = "http://boards.example/v1/", list[int]()
    board.answers["http://boards.example/robots.txt"] = (404, {}, b"")
    board.answers[f"{url}a"] = dripping(*DRIPS["header lines"], drips)
    web = live(board, writer, source=replace(SOURCE, endpoints=(url,)), insecure_hosts=("boards.example",))
    assert web.get(f"{url}b").status == 404
    monkeypatch.setattr(session, "MAX_ANSWER", 0.2)
    with pytest.raises(FetchFailed, match=r"took over 0\.2 seconds"):
        web.get(f"{url}a")
    assert len(drips) < MAX_DRIPS / 2


def test_rules_that_drip_are_not_waited_for(board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    drips: list[int] = []
    board.answers["/robots.txt"] = dripping(*DRIPS["header lines"], drips)
    monkeypatch.setattr(session, "MAX_ANSWER", 0.2)
    with pytest.raises(FetchFailed, match=r"robots\.txt could not be read, .* took over 0\.2 seconds"):
        live(board, writer).get(board.url("/v1/a"))
    assert len(drips) < MAX_DRIPS
    assert set(board.paths) == {"/robots.txt"}


def test_reservations_that_drip_are_not_waited_for(
    board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    drips: list[int] = []
    board.answers["/.well-known/tdmrep.json"] = dripping(*DRIPS["lines behind the last chunk"], drips)
    board.answers["/v1/a"] = WELL
    monkeypatch.setattr(session, "MAX_ANSWER", 0.2)
    assert live(board, writer).get(board.url("/v1/a")).status == 200
    assert len(drips) < MAX_DRIPS / 2


def test_a_token_that_drips_is_not_waited_for(board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    drips: list[int] = []
    board.answers["/v1/token"] = dripping(*DRIPS["answers to go on"], drips)
    monkeypatch.setattr(session, "MAX_ANSWER", 0.2)
    web = live(board, writer)
    with pytest.raises(FetchFailed, match=r"took over 0\.2 seconds"):
        web.token(board.url("/v1/token"), {"client_secret": "s3cret-word"})
    assert len(drips) < MAX_DRIPS / 2


def test_after_its_deadline_a_source_asks_for_nothing_more(board: Board, writer: Writer) -> None:
    for number in range(6):
        board.answers[f"/v1/{number}"] = WELL
    source = replace(SOURCE, endpoints=(board.url("/v1/"),), pause=20.0, max_seconds=70.0)
    web: Any = live(board, writer, source=source)
    failures = ask_each(web, [board.url(f"/v1/{number}") for number in range(6)])
    assert [path for path in board.paths if path != "/robots.txt"] == ["/v1/0", "/v1/1"]
    assert len(failures) == 4
    assert all(failure.is_put_off for failure in web.failures)
    assert all("longer than its 70 seconds per night" in failure for failure in failures)
    writer.close()
    assert writer.path is not None
    assert len(list(read_recorded(writer.path))) == 2, "what was got is kept"


def test_the_deadline_of_a_source_cuts_off_the_answer_under_way(board: Board, writer: Writer) -> None:
    drips: list[int] = []
    board.answers["/v1/a"] = WELL
    board.answers["/v1/b"] = dripping(*DRIPS["header lines"], drips)
    source = replace(SOURCE, endpoints=(board.url("/v1/"),), pause=0.0, max_seconds=0.5)
    web: Any = live(board, writer, source=source, politeness=Politeness())
    failures = ask_each(web, [board.url(f"/v1/{name}") for name in "abab"])
    assert len(failures) == 3
    assert all(failure.is_put_off for failure in web.failures), "also the one that was cut off"
    assert len(drips) < MAX_DRIPS / 2


def test_a_source_that_declares_none_has_a_deadline(board: Board, writer: Writer) -> None:
    board.answers["/v1/a"] = WELL
    clock = Clock()
    web = live(board, writer, clock)
    assert web.get(board.url("/v1/a")).status == 200
    clock.time += 7 * 3600
    with pytest.raises(FetchFailed, match="longer than its 21,600 seconds per night"):
        web.get(board.url("/v1/a"))
    assert asked(board) == 1


# --- never asked --------------------------------------------------------------------------------------


def test_what_is_reserved_for_mining_is_not_asked(board: Board, writer: Writer) -> None:
    board.answers["/.well-known/tdmrep.json"] = (
        200,
        {},
        b'[{"location": "/v1/mine/*", "tdm-reservation": 1, "tdm-policy": "https://p.example"},'
        b' {"location": "/v1/free", "tdm-reservation": 0}, {"location": 3}, "x"]',
    )
    web = live(board, writer)
    with pytest.raises(FetchFailed, match=r"reserved by .*policy: https://p\.example") as failure:
        web.get(board.url("/v1/mine/a"))
    assert failure.value.is_refused and not failure.value.is_answered
    assert web.is_refused
    assert web.get(board.url("/v1/free")).status == 404
    assert not web.is_refused
    assert board.paths == ["/robots.txt", "/v1/free"]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[]", b"[1]", b'"x"', b""])
def test_a_file_of_reservations_that_is_none_reserves_nothing(board: Board, writer: Writer, body: bytes) -> None:
    board.answers["/.well-known/tdmrep.json"] = (200, {}, body)
    assert live(board, writer).get(board.url("/v1/a")).status == 404


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"tdm-reservation": "1"}, b"{}"),
        ({"Content-Type": "text/html"}, b'<html><head><meta name="tdm-reservation" content="1"></head>'),
    ],
)
def test_an_answer_that_says_it_is_reserved_is_not_kept(
    board: Board, writer: Writer, headers: dict[str, str], body: bytes
) -> None:
    board.answers["/v1/a"] = (200, headers, body)
    with pytest.raises(FetchFailed, match="reserved by its answer") as failure:
        live(board, writer).get(board.url("/v1/a"))
    assert failure.value.is_refused and failure.value.is_answered
    writer.close()
    assert writer.path is None


SIGNALS: Answer = (200, {}, b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n")


def test_a_no_in_the_content_signal_of_robots_txt_keeps_us_out(board: Board, writer: Writer) -> None:
    board.answers["/robots.txt"] = (200, {}, b"User-agent: *\nContent-Signal: /v1/mine ai-input=no\nAllow: /")
    board.answers["/v1/free"] = WELL
    web = live(board, writer)
    with pytest.raises(FetchFailed, match=r"Content-Signal of .*/robots\.txt: ai-input=no") as failure:
        web.get(board.url("/v1/mine/a"))
    assert failure.value.is_refused
    assert web.get(board.url("/v1/free")).status == 200
    assert board.paths == ["/robots.txt", "/v1/free"]


@pytest.mark.parametrize(
    ("signal", "is_kept"), [("search=yes", True), ("search=yes, ai-train=no", False), ("ai-input = NO", False)]
)
def test_a_no_in_the_content_signal_of_an_answer_keeps_it_out(
    board: Board, writer: Writer, signal: str, is_kept: bool
) -> None:
    board.answers["/v1/a"] = (200, {"Content-Signal": signal}, b"{}")
    web = live(board, writer)
    if is_kept:
        assert web.get(board.url("/v1/a")).status == 200
    else:
        with pytest.raises(FetchFailed, match="Content-Signal of its answer"):
            web.get(board.url("/v1/a"))
    writer.close()
    assert (writer.path is not None) is is_kept


@pytest.mark.parametrize("may", [{"obeys_signals": False}, {"is_permitted": True}])
def test_a_signal_that_does_not_bind_is_archived_beside_the_answer(
    board: Board, writer: Writer, may: dict[str, Any]
) -> None:
    board.answers["/robots.txt"] = SIGNALS
    board.answers["/v1/a"] = (200, {"Content-Signal": "ai-train=no"}, b"{}")
    web = live(board, writer, **may)
    assert [web.get(board.url("/v1/a")).status for _ in range(2)] == [200, 200]
    writer.close()
    assert writer.path is not None
    with gzip.open(writer.path) as file:
        text = file.read().decode()
    assert text.count("WARC-Type: metadata") == 1
    assert f"WARC-Target-URI: {board.url('/robots.txt')}" in text
    assert "content-signal: / search=yes, ai-train=no" in text
    assert len([record for record in read_recorded(writer.path) if isinstance(record, RecordedAnswer)]) == 2


def test_permission_on_record_goes_before_robots_txt(board: Board, writer: Writer) -> None:
    board.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /\nCrawl-delay: 7")
    board.answers["/v1/a"] = WELL
    with pytest.raises(FetchFailed, match="forbidden"):
        live(board, writer).get(board.url("/v1/a"))
    clock = Clock()
    web = live(board, writer, clock, is_permitted=True)
    assert [web.get(board.url("/v1/a")).status for _ in range(2)] == [200, 200]
    assert clock.slept[-1] == 7.0, "permission to read is none to hurry"


def test_rules_are_asked_for_once_a_day_and_host(board: Board, writer: Writer) -> None:
    clock = Clock()
    politeness = Politeness(sleep=clock.sleep, clock=lambda: clock.time)
    for _ in range(3):  # three sources, one host
        live(board, writer, politeness=politeness).get(board.url("/v1/a"))
    assert board.paths.count("/robots.txt") == 1
    clock.time += MAX_RULES_AGE + 1
    live(board, writer, politeness=politeness).get(board.url("/v1/a"))
    assert board.paths.count("/robots.txt") == 2


# --- private addresses --------------------------------------------------------------------------------


def private(board: Board, writer: Writer) -> Web:
    """A session that may speak plain http to the server, but to which it is no test's server: private."""
    web = live(board, writer)
    web._session.mount("http://", PublicAdapter())
    return web


def test_a_private_address_is_never_connected_to(board: Board, writer: Writer) -> None:
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.1, which is not a public address"):
        private(board, writer).get(board.url("/v1/a"))
    assert not board.asked


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.8",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "::1",
        "fe80::1",
        "::ffff:10.0.0.8",
        "224.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "::127.0.0.1",
    ],
)
def test_a_name_that_leads_to_a_private_address(writer: Writer, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    def resolved(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connections: list[Any] = []
    monkeypatch.setattr("extractors.web.address_guard.socket.getaddrinfo", resolved)
    monkeypatch.setattr("urllib3.util.connection.create_connection", lambda *a, **k: connections.append(a))
    clock = Clock()
    web = Web(
        SOURCE,
        writer=writer,
        contact="night@example.org",
        politeness=Politeness(sleep=clock.sleep, clock=lambda: clock.time),
    )
    with pytest.raises(FetchFailed, match="not a public address"):
        web.get("https://boards.example/v1/a")
    assert not connections
    assert web.n_requests <= 2  # robots.txt, asked twice


def test_a_name_that_changes_its_mind_is_left_before_anything_is_sent(
    board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extractors.web.address_guard._resolve", lambda host, port: ["93.184.216.34"])
    with pytest.raises(FetchFailed, match="not a public address"):
        private(board, writer).get(board.url("/v1/a"))
    assert not board.asked


def test_a_redirect_to_a_private_address_is_not_followed(board: Board, writer: Writer) -> None:
    inner = "http://169.254.169.254/latest/meta-data/"
    board.answers["/v1/a"] = (302, {"Location": inner}, b"")
    with pytest.raises(FetchFailed, match=r"redirects to http://169\.254"):
        live(board, writer).get(board.url("/v1/a"))


# --- secrets ------------------------------------------------------------------------------------------


def test_secrets_are_sent_and_never_kept(board: Board, writer: Writer, caplog: pytest.LogCaptureFixture) -> None:
    def echo(handler: Any) -> None:
        in_turn((200, {"X-Echo": handler.path}, f'{{"self": "{handler.path}"}}'.encode()))(handler)

    key, token = "s3cret-key+1", "t0ken-of-mine"
    board.answers["/v1/a?app_key=s3cret-key%2B1"] = echo
    web = live(board, writer)
    response = web.get(board.url("/v1/a"), headers={"Authorization": f"Bearer {token}"}, secret={"app_key": key})
    assert board.asked[-1][0] == "/v1/a?app_key=s3cret-key%2B1"
    assert board.asked[-1][1]["Authorization"] == f"Bearer {token}"
    assert response.url == board.url("/v1/a")
    board.shutdown()
    board.server_close()
    web._session.close()
    with pytest.raises(FetchFailed) as failure:
        web.get(board.url("/v1/a"), secret={"app_key": key})
    writer.close()
    assert writer.path is not None
    traces = gzip.decompress(writer.path.read_bytes()) + caplog.text.encode() + str(failure.value).encode()
    assert b"s3cret-key" not in traces
    assert token.encode() not in traces
    assert b"/v1/a?app_key=**************" in traces


@pytest.mark.parametrize("host", ["", "https://other.example"])
def test_secrets_that_a_redirect_repeats_are_neither_kept_nor_said(
    board: Board, writer: Writer, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    def to_the_same(handler: Any) -> None:
        in_turn((301, {"Location": f"{host}{handler.path.replace('/v1/a', '/v1/a/')}", "X-\x00Bad": "x"}, b""))(handler)

    board.answers["/v1/a?app_key=s3cr3t%2FKEY"] = to_the_same
    web = live(board, writer)
    message = ""
    with caplog.at_level("DEBUG"):
        try:
            assert web.get(board.url("/v1/a"), secret={"app_key": "s3cr3t/KEY"}).url == board.url("/v1/a/")
        except FetchFailed as error:
            message = str(error)
    assert bool(message) is bool(host)
    writer.close()
    assert writer.path is not None
    text = "".join(repr(record) for record in read_recorded(writer.path))
    assert "s3cr3t" not in (text + message + caplog.text)
    assert ("app_key" in board.asked[-1][0]) is bool(host), "not sent on"


def test_secrets_do_not_travel_to_where_an_answer_redirects(board: Board, writer: Writer) -> None:
    board.answers["/v1/a?k=123456789"] = (302, {"Location": "/v1/b"}, b"")
    live(board, writer).get(board.url("/v1/a"), headers={"X-Api-Key": "abcdefgh"}, secret={"k": "123456789"})
    path, headers = board.asked[-1]
    assert path == "/v1/b"
    assert "X-Api-Key" not in headers


def test_a_posted_form_is_archived_under_an_address_of_its_own(board: Board, writer: Writer) -> None:
    web = live(board, writer)
    for offset in (0, 20):
        web.get(board.url("/v1/a"), form={"offset": offset, "facets": {}})
    assert board.posted == [b'{"offset": 0, "facets": {}}', b'{"offset": 20, "facets": {}}']
    writer.close()
    assert writer.path is not None
    urls = [record.url for record in read_recorded(writer.path) if isinstance(record, RecordedAnswer)]
    assert urls == [board.url(f"/v1/a?offset={offset}&facets=%7B%7D") for offset in (0, 20)]


# --- the pace -----------------------------------------------------------------------------------------


def test_the_pace_holds_for_sixteen_workers_and_fifty_boards(board: Board, tmp_path: Path) -> None:
    pause, boards, workers = 0.02, 50, 16
    source = replace(SOURCE, endpoints=(board.url("/v1/"),), pause=pause)
    politeness = Politeness()
    times: list[float] = []
    under_way = 0
    most_at_once = 0
    lock = threading.Lock()

    def slow(handler: Any) -> None:
        nonlocal under_way, most_at_once
        with lock:
            times.append(time.monotonic())
            under_way += 1
            most_at_once = max(most_at_once, under_way)
        threading.Event().wait(0.03)
        with lock:
            under_way -= 1
        in_turn(WELL)(handler)

    for number in range(boards):
        board.answers[f"/v1/{number}"] = slow

    def ask(numbers: Sequence[int]) -> None:
        with Writer(tmp_path / f"{numbers[0]}.warc.gz") as writer:
            web = live(board, writer, source=source, politeness=politeness)
            for number in numbers:
                web.get(board.url(f"/v1/{number}"))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(ask, [range(first, boards, workers) for first in range(workers)]))
    assert len(times) == boards
    assert board.paths.count("/robots.txt") == 1
    starts = sorted(times)
    # Any run of requests took as long as its pauses, but for what the server's own threads are late by.
    late = 0.5 * pause
    assert all(starts[i + 10] - starts[i] >= 10 * pause - late for i in range(boards - 10))
    assert most_at_once <= MAX_CONCURRENT
