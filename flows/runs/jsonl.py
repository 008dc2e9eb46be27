"""Append-only files of lines, as a rule of one JSON value each: adding a line, and reading what can be read."""

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
"""Behind the name of a file: where its lines that cannot be read are kept."""
_named: set[tuple[Path, bytes]] = set()
"""Lines that this process has named."""


def append(path: Path, line: str) -> None:
    """Append a line in a single write, so that it survives a power cut; one cut short before it stays apart."""
    _append(path, line.encode() + b"\n")


def read(path: Path, parse: Callable[[bytes], T], *, keeps: bool = False) -> list[T]:
    """What `parse` makes of each line, in order; nothing where there is no file.

    A line for which it raises `ValueError` is skipped and reported once, with its number and what is wrong, where a run
    `keeps` it: a copy goes into a file beside this one. Until then each reading reports it.
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
                    "%s, line %d cannot be read and is passed over: %s. All other lines count; mend it by hand if you "
                    "need it%s", path, number, _describe(error), f" (a copy is in {aside.name})" if keeps else "",
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
    """What is wrong with a line, in a few words."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return ": ".join(filter(None, [".".join(map(str, first["loc"])), first["msg"]]))
