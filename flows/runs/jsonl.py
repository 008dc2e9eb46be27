"""Append-only files of lines, usually one JSON value per line: append a line, and read all readable lines."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

LOG = logging.getLogger("jobmarket")
T = TypeVar("T")
ASIDE = ".damaged"
"""Suffix of the file with copies of unreadable lines."""
_named: set[tuple[Path, bytes]] = set()
"""Unreadable lines that this process has reported."""


def append(path: Path, line: str) -> None:
    """Append a line in a single write, so that it survives a power cut. A truncated last line is ended first."""
    _append(path, line.encode() + b"\n")


def read(path: Path, parse: Callable[[bytes], T], *, keeps: bool = False) -> list[T]:
    """Parse each line, in order; [] if there is no file.

    A line for which `parse` raises `ValueError` is skipped and reported with its number and the error. With `keeps`, as
    in a run, the line is also copied into a file beside this one, and is not reported again by later readings.
    """
    if not path.exists():
        return []
    aside = path.with_name(path.name + ASIDE)
    kept = set(aside.read_bytes().split(b"\n")) if aside.exists() else set()
    values: list[T] = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            values.append(parse(line))
        except (ValueError, RecursionError) as error:
            if line in kept:
                continue
            if keeps:
                _append(aside, line + b"\n")
                kept.add(line)
            if (path, line) not in _named:
                _named.add((path, line))
                LOG.warning(
                    "%s, line %d cannot be read and is skipped: %s. All other lines count; fix it by hand if you need "
                    "it%s", path, number, _describe(error), f" (a copy is in {aside.name})" if keeps else "",
                )  # fmt: skip
    return values


def _append(path: Path, content: bytes) -> None:
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        is_cut_short = file.read(1) not in (b"", b"\n")
        file.write(b"\n" * is_cut_short + content)
        file.flush()
        os.fsync(file.fileno())


def _describe(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return ": ".join(filter(None, [".".join(map(str, first["loc"])), first["msg"]]))
