"""One writer per folder: a lock that names its holder and goes when its holder dies."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shlex
import socket
import stat
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
    with _hold(data / "lock", data, "set JOBMARKET_DATA to a folder that is writable"):
        yield


@contextlib.contextmanager
def hold_output(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder that a command replaces as a whole. Raises `FolderInUse` that names the holder.

    The file stands beside the folder, which others may publish, and is empty when nobody holds the lock. A folder that
    this one is in may not be held either: it will be replaced with all that is in it.
    """
    for place in folder.parents:
        if place.name and (text := _read_holder(_lock_beside(place))) is not None:
            raise FolderInUse(
                f"{place}, which {folder} is in, is in use by {_describe_holder(text)}; choose another folder"
            )
    with _hold(_lock_beside(folder), folder, "choose a folder whose parent is writable") as file:
        try:
            yield
        finally:
            file.truncate(0)


def _lock_beside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.jobmarket-lock")


@contextlib.contextmanager
def _hold(lock: Path, folder: Path, remedy: str) -> Iterator[IO[str]]:
    """Hold a folder's lock; yields the lock file. `remedy` is what to do where it cannot be written."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        opened = os.fdopen(_open_no_link(lock), "a+", errors="replace")
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise Wrong(f"{lock} is a link, or not a plain file, and would be overwritten; remove it") from error
        raise Wrong(f"{lock.parent} cannot be written ({error.strerror}); {remedy}") from error
    with opened as file:
        if not _try_lock(file, lock):
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


def _open_no_link(path: Path) -> int:
    """Open a file of one name only: what a link leads to is somebody else's. Raises `OSError` for all else."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    state = os.fstat(descriptor)
    if stat.S_ISREG(state.st_mode) and state.st_nlink == 1:
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EMLINK, os.strerror(errno.EMLINK), str(path))


def _try_lock(file: IO[str], lock: Path) -> bool:
    """Whether the lock is ours now. Who only asks for the holder has it for an instant, which is waited for."""
    for _ in range(TRIES):
        if _is_locked(file, fcntl.LOCK_EX, lock):
            return True
        time.sleep(PAUSE)
    return False


def _is_locked(file: IO[str], kind: int, lock: Path) -> bool:
    """Lock a file; whether nobody else has it. Raises `Wrong` where the file system has no locks, as some NFS."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise Wrong(
            f"{lock.parent} is on a disk without locks ({error.strerror}); choose a folder on a local disk"
        ) from error
    return True


def _describe_holder(text: str) -> str:
    try:
        who = json.loads(text)
        return f"process {who['pid']} on {who['host']} since {who['since']} ({who['command']})"
    except (ValueError, KeyError, TypeError):
        return "a process that has not named itself yet"


def find_holder(data: Path) -> str | None:
    """Who holds the folder now, in words; None when nobody does."""
    text = _read_holder(data / "lock")
    return None if text is None else _describe_holder(text)


def find_holder_pid(data: Path) -> int | None:
    """Process id of who holds the folder now; None when nobody does, or who does has not named itself yet."""
    try:
        return int(json.loads(_read_holder(data / "lock") or "")["pid"])
    except (ValueError, KeyError, TypeError):
        return None


def _read_holder(lock: Path) -> str | None:
    """What the holder wrote into a lock; None when nobody holds it."""
    try:
        with lock.open("r", errors="replace") as file:
            return None if _is_locked(file, fcntl.LOCK_SH, lock) else file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
