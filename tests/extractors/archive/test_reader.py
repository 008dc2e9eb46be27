"""Reading notices every damage and loses nothing but what is damaged."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.archive import reader
from extractors.archive.reader import (
    WHOLE,
    BrokenRange,
    DamagedRecord,
    Range,
    RecordedAnswer,
    RevisitedAnswer,
    read,
    read_record_at,
    read_recorded,
    split,
)
from extractors.archive.writer import Writer
from extractors.response import Response
from tests.extractors.archive.numbered import TIME, body_of, outline, whole, written

REAL = Path(__file__).parents[3].parent / "shared" / "real" / "payloads"


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a" / "x.warc.gz"
    written(path)
    answers = list(read(path))
    assert [answer.record for answer in answers] == list(range(6))
    first = answers[0]
    assert isinstance(first, Response)
    assert first.url == "https://boards.example/0"
    assert first.observed_at == TIME
    assert first.status == 200
    assert first.headers == {"content-type": "application/json", "x-part": "a, b"}
    assert first.body == body_of(0)
    assert first.digest.startswith("sha1:")
    assert not list(path.parent.glob("*.part"))


def read_ranges(path: Path, size: int) -> list[Response | RevisitedAnswer | DamagedRecord]:
    """The answers of a file, range by range, with the numbers that they have in the whole."""
    answers: list[Response | RevisitedAnswer | DamagedRecord] = []
    for part in split(path, size):
        begin = max((one.record for one in answers), default=-1) + 1
        answers += [replace(one, record=one.record + begin) for one in read(path, part)]
    return answers


@pytest.mark.parametrize("size", [1, 100, 300, 1_000, 10**6])
def test_ranges_of_a_file_are_the_file(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x.warc.gz"
    written(path, count=30)
    assert read_ranges(path, size) == list(read(path))
    parts = split(path, size)
    assert [part.end for part in parts] == [*(part.begin for part in parts[1:]), None]
    assert (len(parts) == 1) is (size == 10**6) and split(path, size) == parts


@given(at=st.integers(200, 4_000), n=st.integers(1, 40))
@settings(max_examples=30)
def test_ranges_of_a_damaged_file_lose_no_more_than_the_file(
    at: int, n: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("spoiled") / "x.warc.gz"
    written(path, count=30)
    data = bytearray(path.read_bytes())
    data[at : at + n] = bytes(255 - byte for byte in data[at : at + n])
    path.write_bytes(data)
    assert [one.url for one in read_ranges(path, 500)] == [one.url for one in read(path)]


def test_an_empty_file_is_one_range(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"")
    assert split(path, 100) == [WHOLE]


def test_a_range_that_ends_inside_a_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    members = written(path)
    with pytest.raises(BrokenRange, match="end inside a record"):
        list(read(path, Range(0, len(members[0]) + 10)))


@pytest.mark.parametrize("share", [0.5, 0.98, 0.02])
def test_a_warc_cut_in_half(tmp_path: Path, share: float) -> None:
    path = tmp_path / "x.warc.gz"
    members = written(path)
    keep = len(b"".join(members[:4])) + int(len(members[4]) * share)
    path.write_bytes(path.read_bytes()[:keep])
    records = outline(path)
    assert records[:3] == whole(0, 1, 2)
    (number, _, why) = records[3]
    assert number == 3
    assert "the file ends inside it" in why
    assert len(records) == 4


def test_every_cut_is_noticed_and_costs_one_record(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    members = written(path, count=2)
    data = path.read_bytes()
    begin_of_last = len(data) - len(members[-1])
    for keep in range(begin_of_last + 1, len(data), 7):
        path.write_bytes(data[:keep])
        answers = list(read(path))
        assert isinstance(answers[0], Response), keep
        assert isinstance(answers[-1], DamagedRecord), keep
        assert len(answers) == 2 or (answers[1].record, answers[2].record) == (1, -1), keep


def test_a_truncated_member_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    members = written(path)
    members[3] = members[3][: len(members[3]) // 2]
    path.write_bytes(b"".join(members))
    records = outline(path)
    assert records[:2] + records[3:] == whole(0, 1, 3, 4, 5)
    assert records[2][:2] == (2, "2")


def overwritten(members: list[bytes]) -> bytes:
    members[3] = members[3][:900] + bytes(100) + members[3][1000:]
    return b"".join(members)


def flipped(members: list[bytes]) -> bytes:
    member = bytearray(members[3])
    member[1500] ^= 1
    members[3] = bytes(member)
    return b"".join(members)


def wrong_length(members: list[bytes]) -> bytes:
    record = gzip.decompress(members[3]).replace(b"\r\nContent-Length: ", b"\r\nContent-Length: 9", 1)
    members[3] = gzip.compress(record)
    return b"".join(members)


def short_length(members: list[bytes]) -> bytes:
    record = gzip.decompress(members[3])
    at = record.index(b"\r\nContent-Length: ") + 18
    members[3] = gzip.compress(record[:at] + b"99" + record[record.index(b"\r\n", at) :])
    return b"".join(members)


def other_body(members: list[bytes]) -> bytes:
    members[3] = gzip.compress(gzip.decompress(members[3]).replace(b'"board"', b'"bored"'))
    return b"".join(members)


def no_time(members: list[bytes]) -> bytes:
    members[3] = gzip.compress(gzip.decompress(members[3]).replace(b"WARC-Date: 2026-09", b"WARC-Date: 2026-99"))
    return b"".join(members)


def no_such_time(members: list[bytes]) -> bytes:
    record = gzip.decompress(members[3])
    members[3] = gzip.compress(
        record.replace(b"WARC-Date: 2026-09-28T02:00:02Z", b"WARC-Date: 0001-01-01T00:00:00+23:00")
    )
    return b"".join(members)


def no_http(members: list[bytes]) -> bytes:
    block = b"It works!\r\n\r\n"
    head = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Date: 2026-09-28T02:00:00Z\r\n"
    head += b"WARC-Target-URI: https://boards.example/2\r\nContent-Length: %d\r\n\r\n" % len(block)
    members[3] = gzip.compress(head + block + b"\r\n\r\n")
    return b"".join(members)


def cut_when_recorded(members: list[bytes]) -> bytes:
    record = gzip.decompress(members[3]).replace(b"\r\nWARC-Date", b"\r\nWARC-Truncated: length\r\nWARC-Date", 1)
    members[3] = gzip.compress(record)
    return b"".join(members)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (overwritten, "gzip data are damaged|Digest"),
        (flipped, "gzip data are damaged|Digest"),
        (wrong_length, "its header says 9"),
        (short_length, "Digest"),
        (other_body, "Digest"),
        (no_time, "is not an ISO 8601 time"),
        (no_such_time, "is not an ISO 8601 time"),
        (no_http, "not an HTTP answer: it starts with b'It works!"),
        (cut_when_recorded, "WARC-Truncated: length"),
    ],
)
def test_damage_in_the_middle_costs_one_record(
    tmp_path: Path, damage: Callable[[list[bytes]], bytes], why: str
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(damage(written(path)))
    answers = list(read(path))
    bad = answers.pop(2)
    assert [answer.record for answer in answers if isinstance(answer, Response)] == [0, 1, 3, 4, 5]
    assert isinstance(bad, DamagedRecord)
    assert (bad.record, bad.url) == (2, "https://boards.example/2")
    assert re.search(why, bad.why), bad.why


def test_reading_goes_on_behind_garbage(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    members = written(path)
    path.write_bytes(b"".join(members[:3]) + b"\x1f\x8b\x08garbage" * 9 + b"".join(members[3:]))
    answers = list(read(path))
    assert [answer.url for answer in answers if isinstance(answer, Response)] == [
        f"https://boards.example/{number}" for number in range(6)
    ]
    assert [answer.record for answer in answers if isinstance(answer, DamagedRecord)] == [2]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"<html>Not found</html>", "not start with a gzipped WARC"),
        (gzip.compress(b"[]", mtime=0), "not a WARC record"),
    ],
)
def test_a_file_that_is_no_warc(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(content)
    (record,) = read(path)
    assert isinstance(record, DamagedRecord)
    assert why in record.why


@settings(max_examples=60)
@given(st.data())
def test_no_damage_raises_or_invents(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "x.warc.gz"
    written(path, count=4)
    content = bytearray(path.read_bytes())
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 4000)))
    content[begin:end] = data.draw(st.binary(max_size=200))
    path.write_bytes(content)
    bodies = {body_of(number) for number in range(4)}
    answers = list(read(path))
    assert all(answer.body in bodies for answer in answers if isinstance(answer, Response))


def test_records_of_other_types_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    members = written(path, count=2)
    others = []
    for kind, target in (
        (b"request", b"https://boards.example/0"),
        (b"resource", b"https://boards.example/0"),
        (b"metadata", b"https://boards.example/0"),
        (b"response", b"dns:boards.example"),
    ):
        head = b"WARC/1.0\r\nWARC-Type: " + kind + b"\r\nWARC-Record-ID: <urn:x>\r\nWARC-Date: 2026-09-28T02:00:00Z\r\n"
        others.append(gzip.compress(head + b"WARC-Target-URI: " + target + b"\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n"))
    path.write_bytes(members[0] + members[1] + b"".join(others) + members[2])
    assert outline(path) == whole(0, 1)


def test_records_gzipped_together(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    members = written(path, count=3)
    together = gzip.compress(b"".join(gzip.decompress(member) for member in members))
    path.write_bytes(together)
    assert outline(path) == whole(0, 1, 2)
    answers = [answer for answer in read_recorded(path) if isinstance(answer, RecordedAnswer)]
    for answer in answers:
        assert read_record_at(path, record=answer.record, offset=answer.offset, position=answer.position) == answer
    path.write_bytes(together[:-2000])
    assert outline(path)[:2] == whole(0, 1)
    assert outline(path)[2][:2] == (2, "2")


def test_one_answer_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    written(path)
    answers = [answer for answer in read_recorded(path) if isinstance(answer, RecordedAnswer)]
    for answer in reversed(answers):
        assert read_record_at(path, record=answer.record, offset=answer.offset, position=answer.position) == answer
    path.write_bytes(b"")
    damage = read_record_at(path, record=3, offset=answers[3].offset, position=0)
    assert isinstance(damage, DamagedRecord)
    assert damage.record == 3


# --- Content-Encoding -------------------------------------------------------------------------------

PLAIN = b"Stellenanzeige " * 400


def raw_deflate(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(data) + deflate.flush()


ENCODED = {
    "gzip": gzip.compress(PLAIN),
    "x-gzip": gzip.compress(PLAIN[:900]) + gzip.compress(PLAIN[900:]),
    "deflate": zlib.compress(PLAIN),
    "Deflate": raw_deflate(PLAIN),
    "br": pa.compress(PLAIN, codec="brotli", asbytes=True),
    "zstd": pa.compress(PLAIN, codec="zstd", asbytes=True),
    "identity": PLAIN,
    "deflate, gzip": gzip.compress(zlib.compress(PLAIN)),
}


def archive_and_read(path: Path, body: bytes, *headers: tuple[str, str]) -> Response | DamagedRecord:
    with Writer(path) as writer:
        writer.write(url="https://boards.example/", observed_at=TIME, status=200, headers=headers, body=body)
    (answer,) = read(path)
    assert not isinstance(answer, RevisitedAnswer)
    return answer


@pytest.mark.parametrize("encoding", ENCODED)
def test_content_encoding_is_undone(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.warc.gz"
    answer = archive_and_read(path, ENCODED[encoding], ("Content-Encoding", encoding))
    assert isinstance(answer, Response)
    assert answer.body == PLAIN
    (record,) = read_recorded(path)
    assert isinstance(record, RecordedAnswer)
    assert record.body == ENCODED[encoding]


@pytest.mark.parametrize("encoding", [name for name in ENCODED if name != "identity"])
def test_a_truncated_body_is_damaged(tmp_path: Path, encoding: str) -> None:
    record = archive_and_read(tmp_path / "x.warc.gz", ENCODED[encoding][:-5], ("Content-Encoding", encoding))
    assert isinstance(record, DamagedRecord)
    assert record.url == "https://boards.example/"
    assert "does not decode" in record.why


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "rot13"])
def test_a_body_that_is_not_so_encoded_is_damaged(tmp_path: Path, encoding: str) -> None:
    record = archive_and_read(tmp_path / "x.warc.gz", b"<html>plain</html>", ("Content-Encoding", encoding))
    assert isinstance(record, DamagedRecord)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(reader.MAX_BODY + 1))
    record = archive_and_read(tmp_path / "x.warc.gz", bomb, ("Content-Encoding", "gzip"))
    assert isinstance(record, DamagedRecord)
    assert "over" in record.why


def test_a_body_of_50_mb_is_read(tmp_path: Path) -> None:
    body = b"x" * 50_000_000
    answer = archive_and_read(tmp_path / "x.warc.gz", body)
    assert isinstance(answer, Response)
    assert answer.body == body


def test_a_record_over_the_cap_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    members = written(path, count=2)
    head = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Date: 2026-09-28T02:00:00Z\r\n"
    head += b"WARC-Target-URI: https://boards.example/huge\r\nContent-Length: %d\r\n\r\n" % (reader.MAX_RECORD + 20)
    huge = gzip.compress(head + b"HTTP/1.1 200 OK\r\n\r\n" + bytes(reader.MAX_RECORD + 1) + b"\r\n\r\n", 1)
    path.write_bytes(members[0] + members[1] + huge + members[2])
    answers = list(read(path))
    assert [isinstance(answer, Response) for answer in answers] == [True, False, True]
    assert isinstance(answers[1], DamagedRecord)
    assert answers[1].url == "https://boards.example/huge"


def test_chunks_that_others_kept_are_joined(tmp_path: Path) -> None:
    chunks = b"5\r\n[1,2,\r\n2\r\n3]\r\n0\r\n\r\n"
    block = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for body, expected in ((chunks, b"[1,2,3]"), (b'["no chunks"]', b'["no chunks"]')):
        head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026-09-28T02:00:00Z\r\n"
        head += b"WARC-Target-URI: <https://boards.example/>\r\nContent-Length: %d\r\n\r\n" % len(block + body)
        path = tmp_path / "x.warc.gz"
        path.write_bytes(gzip.compress(head + block + body + b"\r\n\r\n"))
        (answer,) = read(path)
        assert isinstance(answer, Response)
        assert (answer.url, answer.body) == ("https://boards.example/", expected)
        assert "transfer-encoding" not in answer.headers


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is not there")
def test_real_recordings_are_whole() -> None:
    for source, name, count in (
        ("ashby", "2025-10-28", 321),
        ("greenhouse", "2026-01-05T2352", 3118),
        ("lever", "2021-01-15", 1),
        ("ecb_rates", "2026-10-30", 1),
    ):
        answers = list(read(REAL / source / f"{name}.warc.gz"))
        assert [answer.record for answer in answers if isinstance(answer, Response)] == list(range(count))
