"""What the archive holds, and a night that asks only what changed."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from extractors.archive import index as index_module
from extractors.archive.index import ArchiveIndex, IndexEntry
from extractors.archive.reader import (
    DamagedRecord,
    RecordedAnswer,
    RevisitedAnswer,
    digest_of_body,
    entry_of,
    read,
    read_recorded,
)
from extractors.archive.writer import SAME_JSON, Writer, path_of
from extractors.response import Response
from extractors.web.session import Web
from tests.extractors.board import NOW, SOURCE, Board, live

URL = "https://boards.example/v1/a"
NIGHT = timedelta(days=1)


def night(archive: Path, time: datetime, *bodies: bytes, etag: str | None = None, status: int = 200) -> Path:
    """A file of the archive with answers of URL, a second apart."""
    with Writer(path_of(archive, "boards", time), dated=True) as writer:
        for number, body in enumerate(bodies):
            writer.write(
                url=URL,
                observed_at=time + timedelta(seconds=number),
                status=status,
                headers=[("ETag", etag)] if etag else [],
                body=body,
            )
    assert writer.path is not None
    return writer.path


def holdings(tmp_path: Path) -> ArchiveIndex:
    return ArchiveIndex(tmp_path / "archive" / "boards", tmp_path / "index" / "boards.sqlite")


# --- the index ----------------------------------------------------------------------------------------


def test_the_newest_answer_before_a_time_is_found(tmp_path: Path) -> None:
    night(tmp_path / "archive", NOW, b"[1]", etag='"1"')
    night(tmp_path / "archive", NOW + NIGHT, b"[2]", etag='"2"')
    night(tmp_path / "archive", NOW + 2 * NIGHT, b"gone", status=404)
    with holdings(tmp_path) as index:
        assert index.before(URL, NOW) is None
        assert index.before("https://boards.example/v1/b", NOW + NIGHT) is None
        first = index.before(URL, NOW + NIGHT)
        assert first is not None
        assert (first.etag, first.first_at, first.digest) == ('"1"', NOW, digest_of_body(b"[1]"))
        answer = index.before(URL, NOW + 9 * NIGHT)
        assert answer is not None
        response = answer.answer()
        assert response is not None
        assert response.body == b"[2]"


def test_a_file_that_comes_late_or_goes_is_noticed(tmp_path: Path) -> None:
    late = night(tmp_path / "archive", NOW + NIGHT, b"[2]")
    with holdings(tmp_path) as index:
        assert index.before(URL, NOW + 9 * NIGHT) is not None
    night(tmp_path / "archive", NOW, b"[1]")
    late.unlink()
    with holdings(tmp_path) as index:
        entry = index.before(URL, NOW + 9 * NIGHT)
        assert entry is not None
        assert entry.first_at == NOW


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    night(tmp_path / "archive", NOW, b"[1]")
    path = tmp_path / "index" / "boards.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    with holdings(tmp_path) as index:
        assert index.before(URL, NOW + NIGHT) is not None


def test_an_answer_whose_file_changed_is_not_held(tmp_path: Path) -> None:
    path = night(tmp_path / "archive", NOW, b"[1]")
    with holdings(tmp_path) as index:
        path.write_bytes(b"x" * path.stat().st_size)
        entry = index.before(URL, NOW + NIGHT)
        assert entry is not None
        assert entry.answer() is None
        path.unlink()
        assert entry.answer() is None


def test_what_a_writer_knows_of_its_file_is_what_reading_it_finds(tmp_path: Path) -> None:
    """Then a night need not read again what it just wrote."""
    path = path_of(tmp_path / "archive", "boards", NOW)
    digest = digest_of_body(b"[1]")
    with Writer(path) as writer:
        headers = [("ETag", '"1"'), ("Last-Modified", "")]
        writer.write(url=URL, observed_at=NOW, status=200, headers=headers, body=b"[1]")
        writer.write(url=URL + "/gone", observed_at=NOW, status=404, body=b"")
        for day, etag in ((1, None), (2, '"2"')):
            validators = [("etag", etag)] if etag else []
            writer.write_revisit(
                url=URL, observed_at=NOW + day * NIGHT, status=304, headers=validators, digest=digest, refers_to=NOW
            )
        writer.write_revisit(url=URL, observed_at=NOW + 3 * NIGHT, status=304, digest="sha1:OTHER", refers_to=NOW)
    assert writer.entries == [entry_of(one) for one in read_recorded(path) if not isinstance(one, DamagedRecord)]
    path.rename(tmp_path / "apart")
    with holdings(tmp_path) as index:
        (tmp_path / "apart").rename(path)
        index.add(path, writer.entries)
        entries = [index.before(URL, NOW + day * NIGHT) for day in range(1, 6)]
    (tmp_path / "index" / "boards.sqlite").unlink()
    with holdings(tmp_path) as index:
        assert [index.before(URL, NOW + day * NIGHT) for day in range(1, 6)] == entries
    assert [entry.etag for entry in entries if entry] == ['"1"', '"1"', '"2"', '"2"', '"2"']
    assert {(entry.first_at, entry.record) for entry in entries if entry} == {(NOW, 0)}


@pytest.mark.parametrize("odd", [("ETag", '"é"'), ("ETag", ' "1"'), ("ETag ", '"1"'), ("X-Note", "ü")], ids=str)
def test_what_a_file_says_otherwise_than_was_given_is_read_from_it(odd: tuple[str, str], tmp_path: Path) -> None:
    path = path_of(tmp_path / "archive", "boards", NOW)
    with Writer(path) as writer:
        writer.write(url=URL, observed_at=NOW, status=200, headers=[odd], body=b"[1]")
    assert writer.entries is None


def test_a_file_that_takes_in_an_older_one_is_read(tmp_path: Path) -> None:
    night(tmp_path / "archive", NOW, b"[1]")
    with Writer(path_of(tmp_path / "archive", "boards", NOW), dated=True) as writer:
        writer.write(url=URL + "/b", observed_at=NOW, status=200, body=b"[2]")
    assert writer.entries is None
    with holdings(tmp_path) as index:
        index.add(writer.path, writer.entries)
        assert index.before(URL, NOW + NIGHT) is not None
        assert index.before(URL + "/b", NOW + NIGHT) is not None


# --- revisits in the archive --------------------------------------------------------------------------


def test_a_repetition_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    digest = digest_of_body(b"[1]")
    with Writer(path) as writer:
        writer.write(url=URL, observed_at=NOW, status=200, body=b"[1]")
        revisit = writer.write_revisit(
            url=URL,
            observed_at=NOW + NIGHT,
            status=304,
            reason="Not Modified",
            headers=[("ETag", '"1"'), ("Set-Cookie", "id=1")],
            digest=digest,
            refers_to=NOW,
        )
        writer.write(url=URL, observed_at=NOW + 2 * NIGHT, status=200, body=b"[2]")
    first, second, third = read_recorded(path)
    assert isinstance(first, RecordedAnswer)
    assert isinstance(second, RevisitedAnswer)
    assert isinstance(third, RecordedAnswer)
    assert (second.record, third.record, revisit.record) == (1, 2, 1)
    assert (second.status, second.reason, second.digest, second.refers_to) == (304, "Not Modified", digest, NOW)
    assert second.headers == (("ETag", '"1"'),)
    assert [type(answer) for answer in read(path)] == [Response, RevisitedAnswer, Response]
    raw = b"".join(gzip.decompress(member) for member in [path.read_bytes()])
    assert b"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified" in raw


@pytest.mark.parametrize(
    ("header", "value", "why"),
    [
        ("WARC-Refers-To-Date", "yesterday", "not an ISO 8601 time"),
        ("WARC-Refers-To-Target-URI", "https://boards.example/v1/b", "another address"),
    ],
)
def test_a_repetition_of_nothing_is_damage(tmp_path: Path, header: str, value: str, why: str) -> None:
    headers = {"WARC-Refers-To-Date": "2026-09-28T02:00:00Z", "WARC-Refers-To-Target-URI": URL} | {header: value}
    block = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    lines = [
        "WARC/1.1",
        "WARC-Type: revisit",
        "WARC-Record-ID: <urn:x>",
        "WARC-Date: 2026-09-29T02:00:00Z",
        f"WARC-Target-URI: {URL}",
        *(f"{name}: {text}" for name, text in headers.items()),
        f"Content-Length: {len(block)}",
    ]
    path = tmp_path / "x.warc.gz"
    path.write_bytes(gzip.compress("\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"))
    (record,) = read(path)
    assert isinstance(record, DamagedRecord)
    assert why in record.why


# --- conditional nights -------------------------------------------------------------------------------


def ask(board: Board, tmp_path: Path, time: datetime, path: str = "/v1/a") -> tuple[Response, Path]:
    """One live night: the answer and the file it left."""
    archive = tmp_path / "archive"
    with holdings(tmp_path) as index, Writer(path_of(archive, "boards", time), dated=True) as writer:
        answer = live(board, writer, held=index, now=lambda: time).get(board.url(path))
    assert writer.path is not None
    return answer, writer.path


@pytest.mark.parametrize(
    ("headers", "condition"),
    [
        ({"ETag": 'W/"1"', "Last-Modified": "Mon, 28 Sep 2026 01:00:00 GMT"}, ("If-None-Match", 'W/"1"')),
        ({"Last-Modified": "Mon, 28 Sep 2026 01:00:00 GMT"}, ("If-Modified-Since", "Mon, 28 Sep 2026 01:00:00 GMT")),
    ],
)
def test_an_unchanged_answer_is_kept_as_a_repetition(
    board: Board, tmp_path: Path, headers: dict[str, str], condition: tuple[str, str]
) -> None:
    board.answers["/v1/a"] = (200, headers, b"[1]")
    ask(board, tmp_path, NOW)
    board.answers["/v1/a"] = (304, headers, b"")
    for number in (1, 2):
        answer, path = ask(board, tmp_path, NOW + number * NIGHT)
        assert (answer.status, answer.body, answer.observed_at) == (200, b"[1]", NOW + number * NIGHT)
        request_headers = board.asked[-1][1]
        assert request_headers.get(condition[0]) == condition[1]
        assert ("If-Modified-Since" in request_headers) != ("If-None-Match" in request_headers)
        (record,) = read_recorded(path)
        assert isinstance(record, RevisitedAnswer)
        assert (record.status, record.refers_to) == (304, NOW)


def test_the_same_bytes_again_are_kept_once(board: Board, tmp_path: Path) -> None:
    board.answers["/v1/a"] = (200, {}, b"[1]")
    ask(board, tmp_path, NOW)
    _, path = ask(board, tmp_path, NOW + NIGHT)
    (record,) = read_recorded(path)
    assert isinstance(record, RevisitedAnswer)
    assert record.status == 200
    board.answers["/v1/a"] = (200, {}, b"[2]")
    _, path = ask(board, tmp_path, NOW + 2 * NIGHT)
    (record,) = read_recorded(path)
    assert isinstance(record, RecordedAnswer)


@pytest.mark.parametrize(
    ("again", "is_same"),
    [
        (b'{"b":[1,2],"a":{"d":1.5,"c":null}}', True),
        (b'{"a": {"c": null, "d": 1.50},  "b": [1, 2]}', True),
        (b'{"a":{"c":null,"d":1.5},"b":[2,1]}', False),
        (b'{"a":{"c":null,"d":"1.5"},"b":[1,2]}', False),
        (b'{"a":{"c":false,"d":1.5},"b":[1,2]}', False),
        (b'{"a":{"c":null,"d":1.5},"b":[true,2]}', False),
        (b'{"a":{"c":null,"d":1.5},"b":[1,2]', False),
    ],
)
def test_json_of_the_same_value_is_kept_once(board: Board, tmp_path: Path, again: bytes, is_same: bool) -> None:
    first = b'{"a":{"c":null,"d":1.5},"b":[1,2]}'
    board.answers["/v1/a"] = (200, {}, first)
    ask(board, tmp_path, NOW)
    board.answers["/v1/a"] = (200, {}, again)
    answer, path = ask(board, tmp_path, NOW + NIGHT)
    (record,) = read_recorded(path)
    assert isinstance(record, RevisitedAnswer) == is_same
    assert answer.body == (first if is_same else again)
    if isinstance(record, RevisitedAnswer):
        assert (record.status, record.digest) == (200, digest_of_body(first))
        raw = gzip.decompress(path.read_bytes())
        assert f"WARC-Profile: {SAME_JSON}".encode() in raw
        assert f"Received-Payload-Digest: {digest_of_body(again)}".encode() in raw


@pytest.mark.parametrize(("checked_every", "is_read"), [(10**9, False), (1, True)])
def test_an_unchanged_answer_whose_body_nobody_wants_is_read_now_and_then(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checked_every: int, is_read: bool
) -> None:
    monkeypatch.setattr("extractors.web.session.CHECKED_EVERY", checked_every)
    board.answers["/v1/a"] = (200, {"ETag": '"1"'}, b"[1]")
    ask(board, tmp_path, NOW)
    board.answers["/v1/a"] = (304, {"ETag": '"1"'}, b"")
    with (
        holdings(tmp_path) as index,
        Writer(path_of(tmp_path / "archive", "boards", NOW + NIGHT)) as writer,
        mock.patch.object(IndexEntry, "answer", autospec=True, side_effect=IndexEntry.answer) as read_again,
    ):
        assert live(board, writer, held=index, now=lambda: NOW + NIGHT).ask(board.url("/v1/a")) == 200
        assert read_again.called == is_read
    assert board.asked[-1][1].get("If-None-Match") == '"1"'
    assert writer.path is not None
    assert [type(record) for record in read_recorded(writer.path)] == [RevisitedAnswer]


def test_what_rotted_in_place_is_asked_anew(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.web.session.CHECKED_EVERY", 1)
    board.answers["/v1/a"] = (200, {"ETag": '"1"'}, b"[1]")
    _, path = ask(board, tmp_path, NOW)
    with holdings(tmp_path) as index, Writer(path_of(tmp_path / "archive", "boards", NOW + NIGHT)) as writer:
        path.write_bytes(b"x" * path.stat().st_size)
        live(board, writer, held=index, now=lambda: NOW + NIGHT).ask(board.url("/v1/a"))
    assert "If-None-Match" not in board.asked[-1][1]


def test_without_the_stored_answer_nothing_is_conditional(board: Board, tmp_path: Path) -> None:
    board.answers["/v1/a"] = (200, {"ETag": '"1"'}, b"[1]")
    _, path = ask(board, tmp_path, NOW)
    with holdings(tmp_path) as index, Writer(path_of(tmp_path / "archive", "boards", NOW + NIGHT)) as writer:
        path.write_bytes(b"x" * path.stat().st_size)
        live(board, writer, held=index, now=lambda: NOW + NIGHT).get(board.url("/v1/a"))
    assert "If-None-Match" not in board.asked[-1][1]


def test_an_archive_with_repetitions_is_taken_as_it_is(board: Board, tmp_path: Path) -> None:
    board.answers["/v1/a"] = (200, {"ETag": '"1"'}, b"[1]")
    files = [ask(board, tmp_path, NOW)[1]]
    board.answers["/v1/a"] = (304, {"ETag": '"1"'}, b"")
    files.append(ask(board, tmp_path, NOW + NIGHT)[1])
    board.answers["/v1/a"] = (200, {"ETag": '"2"'}, b"[2]")
    files.append(ask(board, tmp_path, NOW + 2 * NIGHT)[1])
    source = replace(SOURCE, endpoints=(board.url("/v1/"),))
    for file in files:
        with ArchiveIndex(tmp_path / "taken" / "boards", tmp_path / "taken.sqlite") as index:
            with Writer(path_of(tmp_path / "taken", "boards", NOW), dated=True) as writer:
                web = Web(source, writer=writer, is_live=False, held=index, insecure_hosts=(board.host,))
                web.take(file)
            index.add(writer.path)
        assert writer.path is not None
        assert writer.path.read_bytes() == file.read_bytes()


def test_repetitions_are_taken_in_with_what_they_repeat_or_not_at_all(board: Board, tmp_path: Path) -> None:
    """One recording may hold both; without the whole answer a repetition says which file is missing."""
    whole: dict[str, Any] = {"url": URL, "reason": "OK", "headers": [("ETag", '"1"')]}
    again: dict[str, Any] = {
        "url": URL,
        "status": 304,
        "reason": "Not Modified",
        "digest": digest_of_body(b"[1]"),
        "refers_to": NOW,
    }
    both, alone = tmp_path / "both.warc.gz", tmp_path / "alone.warc.gz"
    with Writer(both) as one, Writer(alone) as other:
        one.write(observed_at=NOW, status=200, body=b"[1]", **whole)
        one.write_revisit(observed_at=NOW + NIGHT, **again)
        other.write_revisit(observed_at=NOW + NIGHT, **again)
    with Writer(tmp_path / "taken.warc.gz") as writer:
        web = Web(SOURCE, writer=writer, is_live=False)
        web.take(both)
        assert (writer.n_records, web.failures) == (2, [])
        web.take(alone)
    assert writer.n_records == 2
    assert "repeats the answer of 2026-09-28 02:00, which is missing" in str(web.failures[0])


def test_what_is_no_file_in_the_archive_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = night(tmp_path / "archive", NOW, b"[1]")
    second = night(tmp_path / "archive", NOW + NIGHT, b"[2]")
    folder = first.parent
    (folder / "dangling.warc.gz").symlink_to("nowhere")
    (folder / "loop.warc.gz").symlink_to("loop.warc.gz")
    (folder / "folder.warc.gz").mkdir()
    os.mkfifo(folder / "pipe.warc.gz")
    real_open = Path.open

    def refusing(path: Path, *args: Any) -> Any:
        assert path.name != "pipe.warc.gz", "it would be waited for"
        if path == second:
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, *args)

    monkeypatch.setattr(Path, "open", refusing)
    with holdings(tmp_path) as index:
        entry = index.before(URL, NOW + 2 * NIGHT)
    assert entry is not None
    assert entry.path == first


def test_an_index_whose_pages_a_disk_spoiled_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Damage may show when it is opened, or when a page is read."""
    for number in range(3):
        night(tmp_path / "archive", NOW + number * NIGHT, *(f"[{number}, {n}]".encode() for n in range(40)))
    path, page = tmp_path / "index" / "boards.sqlite", 4096
    with holdings(tmp_path) as index:
        wanted = index.before(URL, NOW + 2 * NIGHT), index.newest(URL[:-1], NOW + NIGHT)
    whole = path.read_bytes()
    for at in (*range(0, len(whole), page), *(whole.index(b"2026-") + n for n in (0, 5, 8))):
        path.write_bytes(whole[:at] + bytes(byte ^ 0x55 for byte in whole[at : at + 8]) + whole[at + 8 :])
        with holdings(tmp_path) as index:
            found = index.before(URL, NOW + 2 * NIGHT), index.newest(URL[:-1], NOW + NIGHT)
            index.add(night(tmp_path / "archive", NOW + 2 * NIGHT, b"[9]"))
        assert found == wanted or at % page, at
    assert f"{path} is damaged and is rebuilt from the archive" in caplog.text


def test_an_index_that_cannot_be_filled_is_rebuilt_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = night(tmp_path / "archive", NOW, b"one")
    opening = mock.Mock(side_effect=index_module._open_index)
    monkeypatch.setattr(index_module, "_open_index", opening)
    monkeypatch.setattr(index_module, "_row", mock.Mock(side_effect=ValueError("no such row")))
    with pytest.raises(ValueError, match="no such row"):
        ArchiveIndex(path.parent, tmp_path / "index" / "boards.sqlite")
    assert opening.call_count == 2
