"""Allow only one writer per folder, by a lock file that names the holder. The lock ends when the holder ends."""

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
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flows.terminal.errors import Wrong

PATIENCE = 0.2
"""Seconds to wait for a lock, because a status check holds it briefly."""
IS_LINK = "{} is a link, or not a plain file, and would be overwritten; remove it"
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)
"""Errors of file systems without locks, such as some NFS."""


class FolderInUse(Wrong):
    """Another run holds the folder."""


@contextlib.contextmanager
def hold_folder(data: Path) -> Iterator[None]:
    """Hold the lock of the data folder. Raise `FolderInUse`, which names the holder, if another process holds it.

    The kernel releases the lock however the process ends, so that a killed run leaves no lock. The file stays and names
    the last holder.
    """
    with _hold(data / "lock", data, "set JOBMARKET_DATA to a folder that is writable"):
        yield


@contextlib.contextmanager
def hold_output(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder that a command replaces as a whole. Raise `FolderInUse`, which names the holder, if it
    is held.

    The lock file is beside the folder, which may be published, and is empty while nobody holds the lock. Nobody may
    hold a parent folder either, because that folder would be replaced with everything in it.
    """
    for place in folder.parents:
        if place.name and (text := _read_holder(_lock_beside(place))) is not None:
            raise FolderInUse(
                f"{folder} is in {place}, which is in use by {_describe_holder(text)}; choose another folder"
            )
    with _hold(_lock_beside(folder), folder, "choose a folder whose parent is writable") as descriptor:
        try:
            yield
        finally:
            os.truncate(descriptor, 0)


def _lock_beside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.jobmarket-lock")


@contextlib.contextmanager
def _hold(lock: Path, folder: Path, remedy: str) -> Iterator[int]:
    from filelock import FileLock, Timeout  # noqa: PLC0415  # most commands hold no folder

    descriptors: list[int] = []
    file_lock = FileLock(lock, timeout=PATIENCE, fallback_to_soft=False, on_acquired=descriptors.append)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = file_lock.acquire()
    except Timeout as error:
        holder = _describe_holder(_read_holder(lock) or "")
        raise FolderInUse(f"{folder} is in use by {holder}; wait for it or end it") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Wrong(IS_LINK.format(lock)) from error
        if error.errno in NO_LOCKS:
            raise _without_locks(lock, error) from error
        raise Wrong(f"{lock.parent} cannot be written ({error.strerror}); {remedy}") from error
    with held:
        [descriptor] = descriptors
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_nlink != 1:  # do not overwrite the target of a link
            raise Wrong(IS_LINK.format(lock))
        owner = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.truncate(descriptor, 0)
        os.write(descriptor, json.dumps(owner).encode())
        yield descriptor


def _without_locks(lock: Path, error: OSError) -> Wrong:
    return Wrong(f"{lock.parent} is on a disk without locks ({error.strerror}); choose a folder on a local disk")


def _describe_holder(text: str) -> str:
    try:
        who = json.loads(text)
        return f"process {who['pid']} on {who['host']} since {who['since']} ({who['command']})"
    except (ValueError, KeyError, TypeError):
        return "a process that has not named itself yet"


def find_holder(data: Path) -> str | None:
    """Return the holder of the folder, in words; None if nobody holds it."""
    text = _read_holder(data / "lock")
    return None if text is None else _describe_holder(text)


def find_holder_pid(data: Path) -> int | None:
    """Return the process id of the folder's holder; None if there is no holder, or if the holder has not named itself
    yet."""
    try:
        return int(json.loads(_read_holder(data / "lock") or "")["pid"])
    except (ValueError, KeyError, TypeError):
        return None


def _read_holder(lock: Path) -> str | None:
    try:
        with lock.open(errors="replace") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: status checks may overlap
            except BlockingIOError:
                return file.read()
            except OSError as error:
                raise _without_locks(lock, error) from error
    except (FileNotFoundError, NotADirectoryError):
        pass
    return None
