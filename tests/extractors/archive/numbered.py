"""Recordings of numbered answers, for tests of reading and writing."""

from __future__ import annotations

import random
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extractors.archive.reader import DamagedRecord, read
from extractors.archive.writer import Writer

TIME = datetime(2026, 9, 28, 2, 0, 0, tzinfo=UTC)


def body_of(number: int) -> bytes:
    """Bytes gzip cannot shrink away, so that a cut hits the middle of a record."""
    return b'{"board": %d}' % number + random.Random(number).randbytes(3000)


def written(path: Path, count: int = 6, begin: int = 0) -> list[bytes]:
    """A WARC of so many answers; its gzip members, the warcinfo record first."""
    with Writer(path) as writer:
        for number in range(begin, begin + count):
            writer.write(
                url=f"https://boards.example/{number}",
                observed_at=TIME + timedelta(seconds=number),
                status=200,
                reason="OK",
                headers=[("Content-Type", "application/json"), ("X-Part", "a"), ("x-part", "b")],
                body=body_of(number),
            )
    assert writer.path == path
    return members_of(path.read_bytes())


def members_of(data: bytes) -> list[bytes]:
    members = []
    while data:
        inflate = zlib.decompressobj(wbits=31)
        inflate.decompress(data)
        assert inflate.eof
        members.append(data[: len(data) - len(inflate.unused_data)])
        data = inflate.unused_data
    return members


def outline(path: Path) -> list[tuple[int, str | None, str]]:
    """What is read of a file: number, last part of the URL, and "whole" or what is wrong."""
    return [
        (
            answer.record,
            answer.url and answer.url.rsplit("/", 1)[1],
            answer.why if isinstance(answer, DamagedRecord) else "whole",
        )
        for answer in read(path)
    ]


def whole(*numbers: int) -> list[tuple[int, str, str]]:
    return [(number, str(number), "whole") for number in numbers]
