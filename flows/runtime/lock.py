"""One writer per folder: a lock that names its holder and goes when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shlex
import socket
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from flows.terminal.errors import Wrong

TRIES = 4
PAUSE = 0.05
"""Seconds between two tries to get the lock."""


class FolderInUse(Wrong):
    """Another run holds the folder."""


@contextlib.contextmanager
def hold_folder(data: Path) -> Iterator[None]:
    """Hold the lock of the data folder. Raises `FolderInUse` that names the holder.

    The kernel drops the lock when the process ends, however it ends, so a killed run leaves none behind;
    the file stays and says who held it last.
    """
    with _hold(data / "lock", data, "set JOBMARKET_DATA to a folder that can"):
        yield


@contextlib.contextmanager
def hold_output(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder that a command replaces as a whole. Raises `FolderInUse` that names the holder.

    The file stands beside the folder, which others may publish, and is empty when nobody holds the lock.
    """
    lock = folder.with_name(f".{folder.name}.jobmarket-lock")
    with _hold(lock, folder, "name a folder whose parent can") as file:
        try:
            yield
        finally:
            file.truncate(0)


@contextlib.contextmanager
def _hold(lock: Path, folder: Path, remedy: str) -> Iterator[IO[str]]:
    """Hold a lock for a folder; the file, which says so. `remedy` is what to do where it cannot be written."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        opened = lock.open("a+", errors="replace")
    except OSError as error:
        raise Wrong(f"{lock.parent} cannot be written ({error.strerror}); {remedy}") from error
    with opened as file:
        if not _try_lock(file):
            file.seek(0)
            raise FolderInUse(f"{folder} is in use by {_describe_holder(file.read())}; wait for it or end it")
        file.truncate(0)
        json.dump(
            {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            file,
        )
        file.flush()
        yield file


def _try_lock(file: IO[str]) -> bool:
    """Whether the lock is ours now. Who only asks for the holder has it for an instant, which is waited for."""
    for _ in range(TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(PAUSE)
    return False


def _describe_holder(text: str) -> str:
    try:
        who = json.loads(text)
        return f"process {who['pid']} on {who['host']} since {who['since']} ({who['command']})"
    except (ValueError, KeyError, TypeError):
        return "a process that has not named itself yet"


def find_holder(data: Path) -> str | None:
    """Who holds the folder now, in words; None when nobody does."""
    text = _read_holder(data)
    return None if text is None else _describe_holder(text)


def find_holder_pid(data: Path) -> int | None:
    """Process id of who holds the folder now; None when nobody does, or who does has not named itself yet."""
    try:
        return int(json.loads(_read_holder(data) or "")["pid"])
    except (ValueError, KeyError, TypeError):
        return None


def _read_holder(data: Path) -> str | None:
    """What the holder wrote into the lock; None when nobody holds it."""
    try:
        with (data / "lock").open("r", errors="replace") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read()
    except FileNotFoundError:
        pass
    return None
