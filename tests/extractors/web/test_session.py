"""The way out: polite and bounded when live; recordings are archived as they are."""

from __future__ import annotations

import gzip
import logging
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.reader import DamagedRecord, RecordedAnswer, RevisitedAnswer, read, read_recorded
from extractors.archive.writer import Writer
from extractors.sources.declaration import BoardUrl
from extractors.web import session
from extractors.web.session import FetchFailed, MissingContact, Web
from tests.extractors.board import NOW, SOURCE, Answer, Board, Clock, live


def read_records(writer: Writer) -> list[RecordedAnswer | RevisitedAnswer | DamagedRecord]:
    writer.close()
    return list(read_recorded(writer.path)) if writer.path else []


# --- live -------------------------------------------------------------------------------------------


def test_an_answer_is_archived_as_sent_and_returned_decoded(board: Board, writer: Writer) -> None:
    body = gzip.compress(b'{"jobs": []}')
    board.answers["/v1/a"] = (
        200,
        {"Content-Type": "application/json", "Content-Encoding": "gzip", "Set-Cookie": "id=1", "ETag": '"x"'},
        body,
    )
    web = live(board, writer)
    response = web.get(board.url("/v1/a"))
    assert response.json() == {"jobs": []}
    assert (response.status, response.observed_at, response.record) == (200, NOW, 0)
    assert web.get(board.url("/v1/b")).status == 404
    assert (web.n_requests, web.n_bytes) == (4, len(body) + 2 * len(b"no such board"))
    assert web.statuses == {200: 1, 404: 1}
    assert board.paths == ["/robots.txt", "/v1/a", "/v1/b"]
    first, second = read_records(writer)
    assert isinstance(first, RecordedAnswer)
    assert isinstance(second, RecordedAnswer)
    assert first.body == body
    assert (first.url, first.reason, first.digest) == (board.url("/v1/a"), "OK", response.digest)
    names = [name for name, _ in first.headers]
    assert "Content-Encoding" in names
    assert "ETag" in names
    assert "Set-Cookie" not in names
    assert second.status == 404


def test_it_says_who_asks_and_takes_no_cookies(board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = Path(writer._part.parent) / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    board.answers["/v1/a"] = (200, {"Set-Cookie": "id=1; Path=/"}, b"{}")
    web = live(board, writer)
    web.get(board.url("/v1/a"), headers={"X-Wanted": "yes"})
    web.get(board.url("/v1/a"))
    for _, headers in board.asked:
        assert headers["User-Agent"].startswith("ai-job-market/")
        assert headers["User-Agent"].endswith("(+night@example.org)")
        assert "Cookie" not in headers
        assert "Authorization" not in headers
    assert [headers.get("X-Wanted") for _, headers in board.asked] == [None, None, "yes", None]
    assert board.asked[2][1]["Accept-Encoding"] == "gzip, deflate"


def test_credentials_buy_a_token_and_neither_is_archived(board: Board, writer: Writer) -> None:
    board.answers["/v1/token?realm=%2Fx"] = (200, {}, b'{"access_token": "the-token", "expires_in": 1499}')
    clock = Clock()
    web = live(board, writer, clock)
    credentials = {"grant_type": "client_credentials", "client_secret": "hush hush"}
    assert web.token(board.url("/v1/token?realm=%2Fx"), credentials) == "the-token"
    path, headers = board.asked[-1]
    assert path == "/v1/token?realm=%2Fx"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert board.posted == [b"grant_type=client_credentials&client_secret=hush+hush"]
    assert clock.slept == [1.0, 1.0], "the host's rules were asked for a moment before"
    assert read_records(writer) == []


@pytest.mark.parametrize(
    ("path", "answer", "why"),
    [
        (
            "/v1/token",
            (401, {}, b'{"error": "hush hush"}'),
            "no access token: HTTP 401; check the API keys set for this source",
        ),
        ("/v1/token", (200, {}, b"<html>"), "no access token: expected JSON with an access_token"),
        ("/v1/token", (200, {}, b'["hush hush"]'), "no access token: expected JSON with an access_token"),
        ("/elsewhere", (200, {}, b'{"access_token": "x"}'), "not under an endpoint of boards"),
    ],
)
def test_no_token_without_a_word_of_the_secret(
    board: Board, writer: Writer, path: str, answer: Answer, why: str
) -> None:
    board.answers[path] = answer
    web = live(board, writer)
    with pytest.raises(FetchFailed, match=why) as failure:
        web.token(board.url(path), {"client_secret": "hush hush"})
    assert "hush" not in str(failure.value)
    assert web.failures == [failure.value]


@pytest.mark.parametrize("contact", [None, "", "me", "http://", "a b@example.org", "x@example.org\r\nEvil: 1"])
def test_no_live_night_without_a_contact(
    board: Board, writer: Writer, contact: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JOBMARKET_CONTACT", raising=False)
    with pytest.raises(MissingContact, match="JOBMARKET_CONTACT"):
        live(board, writer, contact=contact)
    assert not board.asked


def test_the_contact_may_stand_in_the_environment(
    board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBMARKET_CONTACT", "https://example.org/robot")
    live(board, writer, contact=None).get(board.url("/v1/a"))
    assert board.asked[0][1]["User-Agent"].endswith("(+https://example.org/robot)")


@pytest.mark.parametrize(
    "url",
    [
        "http://boards.example/v1/a",
        "https://boards.example/v2/a",
        "https://boards.example.evil.example/v1/a",
        "https://boards.example@evil.example/v1/a",
        "file:///etc/passwd",
        "ftp://boards.example/v1/a",
    ],
)
def test_only_what_the_source_declares_is_asked(writer: Writer, url: str) -> None:
    loose = replace(SOURCE, endpoints=("https://boards.example", "http://boards.example/v1/", "file:///", "ftp://"))
    for source in (SOURCE, loose) if "v2" not in url else (SOURCE,):
        web = Web(source, writer=writer, contact="night@example.org")
        with pytest.raises(FetchFailed):
            web.get(url)
        assert web.n_requests == 0


def test_one_request_a_second_per_host(board: Board, writer: Writer) -> None:
    clock = Clock()
    web = live(board, writer, clock)
    for _ in range(3):
        web.get(board.url("/v1/a"))
    assert clock.slept == [1.0, 1.0, 1.0, 1.0]
    clock.time += 0.75
    web.get(board.url("/v1/a"))
    assert clock.slept[4:] == [0.25]
    clock.time += 60
    web.get(board.url("/v1/a"))
    assert len(clock.slept) == 5


def test_robots_txt_is_kept_to_and_asked_once(board: Board, writer: Writer) -> None:
    board.answers["/robots.txt"] = (
        200,
        {},
        b"User-agent: *\nDisallow: /\n\nUser-agent: ai-job-market\nDisallow: /v1/private\nCrawl-delay: 3\n",
    )
    clock = Clock()
    web = live(board, writer, clock)
    with pytest.raises(FetchFailed, match=r"forbidden to ai-job-market by http.*robots\.txt"):
        web.get(board.url("/v1/private/a"))
    web.get(board.url("/v1/a"))
    web.get(board.url("/v1/a"))
    assert board.paths == ["/robots.txt", "/v1/a", "/v1/a"]
    assert clock.slept == [1.0, 1.0, 3.0]
    assert [(failure.url, failure.is_refused) for failure in web.failures] == [(board.url("/v1/private/a"), True)]


@pytest.mark.parametrize("status", [429, 500, 503, 304])
def test_robots_txt_out_of_order_forbids_all(board: Board, writer: Writer, status: int) -> None:
    board.answers["/robots.txt"] = (status, {}, b"")
    web = live(board, writer)
    for _ in range(2):
        with pytest.raises(FetchFailed, match=f"robots.txt could not be read.*HTTP {status}"):
            web.get(board.url("/v1/a"))
    assert board.paths == ["/robots.txt"] * (1 if status == 304 else 2), "a busy host is asked once more"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_robots_txt_forbids_nothing(board: Board, writer: Writer, status: int) -> None:
    board.answers["/robots.txt"] = (status, {}, b"User-agent: *\nDisallow: /\n")
    assert live(board, writer).get(board.url("/v1/a")).status == 404


def test_robots_txt_may_redirect(board: Board, writer: Writer) -> None:
    board.answers["/robots.txt"] = (301, {"Location": "/rules"}, b"")
    board.answers["/rules"] = (200, {}, b"User-agent: *\nDisallow: /v1/")
    with pytest.raises(FetchFailed, match="forbidden"):
        live(board, writer).get(board.url("/v1/a"))


def test_a_host_that_is_down(board: Board, writer: Writer) -> None:
    web = live(board, writer)
    web.get(board.url("/v1/a"))
    board.shutdown()
    board.server_close()
    web._session.close()
    with pytest.raises(FetchFailed, match=r"[Rr]efused"):
        web.get(board.url("/v1/a"))
    with pytest.raises(FetchFailed, match=r"robots.txt could not be read.*refused"):
        live(board, writer).get(board.url("/v1/a"))


def test_redirects_stay_on_the_declared_hosts(board: Board, writer: Writer) -> None:
    board.answers["/v1/old"] = (301, {"Location": "/v1/new"}, b"moved")
    board.answers["/v1/new"] = (200, {}, b"[]")
    board.answers["/v1/away"] = (302, {"Location": "https://elsewhere.example/v1/a"}, b"")
    board.answers["/v1/loop"] = (307, {"Location": "/v1/loop"}, b"")
    web = live(board, writer)
    assert web.get(board.url("/v1/old")).url == board.url("/v1/new")
    with pytest.raises(FetchFailed, match="elsewhere") as failure:
        web.get(board.url("/v1/away"))
    assert failure.value.url == board.url("/v1/away")
    with pytest.raises(FetchFailed, match="over 5 redirects"):
        web.get(board.url("/v1/loop"))
    paths = [record.url.rsplit("/", 1)[1] for record in read_records(writer) if isinstance(record, RecordedAnswer)]
    assert paths == ["old", "new", "away", *["loop"] * 6]


@pytest.mark.parametrize(
    ("location", "status", "n_archived"),
    [
        ("/v1/new/jobs", 301, 1),
        ("/v1/OLD/jobs", 200, 2),  # the same board in other capitals
        ("/v1/old/jobs?page=1", 200, 2),
        ("/v1/elsewhere", 200, 2),  # no list of a board
    ],
)
def test_a_redirect_to_the_list_of_another_board_is_not_followed(
    board: Board, writer: Writer, location: str, status: int, n_archived: int
) -> None:
    board.answers["/v1/old/jobs"] = (301, {"Location": location}, b"")
    board.answers[location] = (200, {}, b"[]")
    lists = (BoardUrl(board.url("/v1/{board}/jobs")),)
    web = live(board, writer, source=replace(SOURCE, endpoints=(board.url("/v1/"),), boards=lists))
    assert web.get(board.url("/v1/old/jobs")).status == status
    assert web.redirects == {board.url("/v1/old/jobs"): board.url(location)}
    assert len(read_records(writer)) == n_archived


def test_a_redirect_to_http_is_not_followed(board: Board, writer: Writer) -> None:
    board.answers["/v1/a"] = (301, {"Location": f"ftp://{board.host}/v1/a"}, b"")
    with pytest.raises(FetchFailed, match="not an https address"):
        live(board, writer).get(board.url("/v1/a"))


def test_an_error_page_with_status_200_is_kept(board: Board, writer: Writer) -> None:
    page = b"<!doctype html><title>Maintenance</title>"
    board.answers["/v1/a"] = (200, {"Content-Type": "text/html"}, page)
    assert live(board, writer).get(board.url("/v1/a")).body == page
    (record,) = read_records(writer)
    assert isinstance(record, RecordedAnswer)
    assert record.body == page


def test_a_truncated_gzip_body_is_archived_and_returned_as_sent(board: Board, writer: Writer) -> None:
    body = gzip.compress(b"[" + b"1," * 999)[:-9]
    board.answers["/v1/a"] = (200, {"Content-Encoding": "gzip"}, body)
    response = live(board, writer).get(board.url("/v1/a"))
    assert response.body == body
    assert response.headers["content-encoding"] == "gzip"
    writer.close()
    assert writer.path is not None
    (record,) = read(writer.path)
    assert isinstance(record, DamagedRecord)


def test_an_answer_cut_on_the_way_fails(board: Board, writer: Writer) -> None:
    board.answers["/v1/a"] = (200, {"Content-Length": "900", "Connection": "close"}, b"only this")
    with pytest.raises(FetchFailed, match="IncompleteRead"):
        live(board, writer).get(board.url("/v1/a"))
    assert not read_records(writer)


def test_chunks_are_joined(board: Board, writer: Writer) -> None:
    board.answers["/v1/a"] = (200, {"Transfer-Encoding": "chunked"}, b"3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n")
    assert live(board, writer).get(board.url("/v1/a")).json() == [1, 2]
    (record,) = read_records(writer)
    assert isinstance(record, RecordedAnswer)
    assert record.body == b"[1,2]"


def test_a_body_over_the_cap_is_given_up(board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(4000):
            handler.wfile.write(bytes(64 * 1024))

    monkeypatch.setattr(session, "MAX_BODY", 1_000_000)
    board.answers["/v1/a"] = endless
    board.answers["/v1/b"] = (200, {}, bytes(1_000_000))
    web = live(board, writer)
    with pytest.raises(FetchFailed, match="over 1000000 bytes"):
        web.get(board.url("/v1/a"))
    assert web.n_bytes < 2_000_000
    assert len(web.get(board.url("/v1/b")).body) == 1_000_000
    assert len(read_records(writer)) == 1


def test_a_dripping_answer_is_given_up(board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(b"1\r\nx\r\n")
            handler.wfile.flush()
            threading.Event().wait(0.02)

    board.answers["/v1/a"] = drip
    web = live(board, writer)
    web.get(board.url("/v1/b"))
    monkeypatch.setattr(session, "MAX_ANSWER", 0.1)
    with pytest.raises(FetchFailed, match="seconds"):
        web.get(board.url("/v1/a"))


def test_a_silent_server_is_given_up(board: Board, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def say_nothing(handler: Any) -> None:
        threading.Event().wait(0.5)

    board.answers["/v1/a"] = say_nothing
    web = live(board, writer)
    web.get(board.url("/v1/b"))
    monkeypatch.setattr(session, "TIMEOUTS", (0.1, 0.1))
    with pytest.raises(FetchFailed, match=r"[Tt]imeout|timed out"):
        web.get(board.url("/v1/a"))


# --- recordings -----------------------------------------------------------------------------------------


def recording(path: Path, *answers: tuple[str, int, bytes]) -> Path:
    """A WARC of (board, status, body), one second apart; bodies are sent gzipped."""
    with Writer(path) as writer:
        for number, (name, status, body) in enumerate(answers):
            writer.write(
                url=f"https://boards.example/v1/{name}",
                observed_at=NOW - timedelta(days=40) + timedelta(seconds=number),
                status=status,
                reason="Recorded",
                headers=[("Content-Encoding", "gzip"), ("Content-Length", "7"), ("Link", "<a>"), ("Link", "<b>")],
                body=gzip.compress(body, mtime=0),
            )
    return path


def test_a_recording_that_is_taken_in_is_archived_as_it_is(tmp_path: Path) -> None:
    warc = recording(tmp_path / "made.warc.gz", ("a", 200, b"[1]"), ("b%20c?q=%C3%A9", 200, b"[2]"), ("a", 404, b""))
    with Writer(tmp_path / "again.warc.gz") as writer:
        web = Web(SOURCE, writer=writer, is_live=False)
        assert web.take(warc) == ["https://boards.example/v1/a: HTTP 404"]
    assert (tmp_path / "again.warc.gz").read_bytes() == warc.read_bytes()
    assert (web.n_requests, web.statuses, web.failures) == (3, {200: 2, 404: 1}, [])


def test_a_broken_recording_is_reported_and_what_is_whole_is_taken(tmp_path: Path, writer: Writer) -> None:
    warc = recording(tmp_path / "made.warc.gz", ("a", 200, b"[1]"), ("b", 200, b"[2]"), ("c", 200, b"[3]"))
    warc.write_bytes(warc.read_bytes()[:-60])
    web = Web(SOURCE, writer=writer, is_live=False)
    web.take(warc)
    assert writer.n_records == 2
    ((path, damage),) = web.damaged
    assert (path, damage.record) == (warc, 2)


def test_what_is_not_the_sources_is_not_taken(tmp_path: Path, writer: Writer) -> None:
    warc = recording(tmp_path / "made.warc.gz", ("a", 200, b"[1]"))
    web = Web(replace(SOURCE, endpoints=("https://other.example/",)), writer=writer, is_live=False)
    web.take(warc)
    assert (writer.n_records, web.n_requests, web.failures) == (0, 0, [])


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/v1/a", "http://me:s3cr3t@elsewhere.example/v1/a"),
        ("/v1/a", "//me:s3cr3t@elsewhere.example/v1/a"),
        ("/v1/a", "https://elsewhere.example/login?next=https%3A%2F%2Fme%3As3cr3t%40boards.example%2Fa"),
        ("/v1/a", "https://me:s3cr3t@[::1/"),  # no address
        ("/robots.txt", "https://me:s3cr3t@elsewhere.example/robots.txt"),
    ],
)
def test_a_password_in_a_redirect_is_said_nowhere(
    board: Board, writer: Writer, caplog: pytest.LogCaptureFixture, path: str, location: str
) -> None:
    board.answers[path] = (302, {"Location": location}, b"")
    web = live(board, writer)
    with pytest.raises(FetchFailed, match="redirects to") as failure:
        web.get(board.url("/v1/a"))
    logging.getLogger("jobmarket").warning("not asked: %s, %s", location, failure.value)
    words = (str(failure.value), failure.value.why, failure.value.url, str(web.failures), caplog.text)
    assert not [word for word in words if "s3cr3t" in word]
