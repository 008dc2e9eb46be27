"""Append-only files of one JSON value a line."""

from __future__ import annotations

import os
from pathlib import Path


def append(path: Path, line: str) -> None:
    """Append a line in a single write, so that it survives a power cut; one cut short before it stays apart."""
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        is_cut_short = file.read(1) not in (b"", b"\n")
        file.write(b"\n" * is_cut_short + line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
