"""One writer per data folder: a lock that names its holder and goes when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path


class FolderInUse(RuntimeError):  # noqa: N818  # says what is the case
    """Another run holds the data folder."""


@contextlib.contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the folder's lock. Raises `FolderInUse` that names the holder.

    The kernel drops the lock when the process ends, however it ends, so a killed run leaves none behind;
    the file stays and says who held it last.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise FolderInUse(f"{data} is in use by {_holder(file.read())}; wait for it or end it") from None
        file.truncate(0)
        json.dump(
            {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "command": " ".join(sys.argv),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            file,
        )
        file.flush()
        yield


def _holder(said: str) -> str:
    try:
        who = json.loads(said)
        return f"process {who['pid']} on {who['host']} since {who['since']} ({who['command']})"
    except (ValueError, KeyError, TypeError):
        return "a process that has not named itself yet"


def holder(data: Path) -> str | None:
    """Who holds the folder now, in words; None when nobody does."""
    try:
        with (data / "lock").open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _holder(file.read())
    except FileNotFoundError:
        pass
    return None
