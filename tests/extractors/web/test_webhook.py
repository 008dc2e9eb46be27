"""Requests to an operator's own addresses, against a server on loopback: what counts as taken, and what is said."""

from __future__ import annotations

import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from extractors.web import webhook
from extractors.web.webhook import NotTaken, send
from tests.extractors.board import Board

PATH = "/hook/s3cr3t-key"


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time-outs that a test can wait for."""
    monkeypatch.setattr(webhook, "TIMEOUTS", (10.0, 0.2))


@pytest.fixture
def hangs() -> Iterator[Callable[[Any], None]]:
    """An answer that does not come while the test lasts."""
    is_over = threading.Event()

    def answer(handler: Any) -> None:
        is_over.wait(30)

    yield answer
    is_over.set()


def why_not(url: str, method: str = "POST") -> NotTaken:
    with pytest.raises(NotTaken) as error:
        send(method, url, {"text": "x"})
    assert "s3cr3t" not in str(error.value)
    trace = "".join(traceback.format_exception(error.value))
    assert "s3cr3t" not in trace, "what requests says has the address in it"
    return error.value


def test_content_is_posted_as_json(board: Board) -> None:
    board.answers[PATH] = (204, {}, b"")
    send("POST", board.url(PATH), {"text": "two lines\n‹é›"})
    assert [json.loads(body) for body in board.posted] == [{"text": "two lines\n‹é›"}]
    assert board.asked[0][1]["Content-Type"] == "application/json"
    assert "Authorization" not in board.asked[0][1]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_address_is_asked_without_content(method: str, board: Board) -> None:
    board.answers[PATH] = (200, {}, b"" if method == "HEAD" else b"OK")
    send(method, board.url(PATH))
    assert (board.methods, board.paths) == ([method], [PATH])
    assert not any(board.posted)


@pytest.mark.parametrize(
    ("status", "may_pass", "message"),
    [
        (500, True, "HTTP 500"),
        (429, True, "HTTP 429"),
        (404, False, "HTTP 404"),
        (410, False, "HTTP 410"),
        (301, False, "HTTP 301, it redirects; set the address it redirects to"),
    ],
)
def test_an_answer_that_takes_nothing_says_so(status: int, may_pass: bool, message: str, board: Board) -> None:
    board.answers[PATH] = (status, {"Location": board.url("/elsewhere")}, b"")
    error = why_not(board.url(PATH))
    assert (str(error), error.may_pass) == (message, may_pass)
    assert board.paths == [PATH], "a redirect is not followed: it would be told the message"


@pytest.mark.usefixtures("hurried")
def test_a_server_that_hangs_may_have_taken_it(board: Board, hangs: Callable[[Any], None]) -> None:
    board.answers[PATH] = hangs
    error = why_not(board.url(PATH))
    assert (str(error), error.may_pass) == ("no answer within 0.2 seconds", False)


def test_nobody_there(board: Board) -> None:
    url = board.url(PATH)
    board.server_close()
    error = why_not(url)
    assert (str(error), error.may_pass) == ("no connection", True)


def test_what_is_no_http(board: Board) -> None:
    def answer(handler: Any) -> None:
        handler.wfile.write(b"220 mail.example ESMTP\r\n")
        handler.close_connection = True

    board.answers[PATH] = answer
    assert why_not(board.url(PATH)).args[0].startswith("no ")


def test_the_body_of_an_answer_is_not_waited_for(board: Board, hangs: Callable[[Any], None]) -> None:
    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        hangs(handler)

    board.answers[PATH] = answer
    send("POST", board.url(PATH), {"text": "x"})


def test_no_log_has_the_address(board: Board, caplog: pytest.LogCaptureFixture) -> None:
    board.answers[PATH] = (500, {}, b"")
    with caplog.at_level(logging.DEBUG):
        why_not(board.url(PATH))
    assert "s3cr3t" not in caplog.text
