"""Responses of WARC files, read without any code of the product: what its own reading is held against."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple


class RawResponse(NamedTuple):
    """A response as it was recorded: when, of which address, its HTTP head and its body."""

    time: datetime
    url: str
    head: bytes
    body: bytes


def responses_in(path: Path) -> Iterator[RawResponse]:
    """The responses of a WARC file (ISO 28500: header lines, an empty one, the block)."""
    with gzip.open(path) as file:
        while line := file.readline():
            if not line.startswith(b"WARC/"):
                assert not line.strip(), line
                continue
            fields = dict(part.decode().strip().split(": ", 1) for part in iter(file.readline, b"\r\n"))
            block = file.read(int(fields["Content-Length"]))
            if fields["WARC-Type"] == "response":
                time = datetime.fromisoformat(fields["WARC-Date"])
                yield RawResponse(time, fields["WARC-Target-URI"], *block.split(b"\r\n\r\n", 1))
