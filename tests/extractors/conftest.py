"""A server on loopback for each test, and an archive file to write into."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractors.archive.writer import Writer
from tests.extractors.board import Board


@pytest.fixture
def board() -> Iterator[Board]:
    server = Board()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with Writer(tmp_path / "live.warc.gz") as warc:
        yield warc
