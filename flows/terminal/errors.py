"""Errors that a user can put right, shown in one line and never as a traceback, and the command's exit codes."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from typing import NamedTuple

from transforms.text.addresses import hide_users


class ExitCode(NamedTuple):
    """What an exit code means for who gave the command, and the state of a run on record that ended with it."""

    meaning: str
    state: str


EXIT_CODES = {
    0: ExitCode("all well", "published"),
    1: ExitCode(
        "nothing was published, or a question was not answered; what stood before still stands",
        "FAILED, nothing published",
    ),
    2: ExitCode("published, but a source or a guide failed", "published, a source or a guide failed"),
    3: ExitCode("a guide does not say what the published figures say (guide check, guide diff)", "guide out of date"),
    64: ExitCode("the command, a setting or the clock is wrong; nothing was begun", "refused, nothing begun"),
    130: ExitCode("ended by Ctrl-C; the same command goes on where it was", "interrupted"),
    143: ExitCode("ended by SIGTERM; the same command goes on where it was", "told to end"),
}
"""64 is EX_USAGE of BSD's sysexits.h; the last two are 128 and the signal's number, as shells have it."""
FAILED = 1
OUT_OF_DATE = 3
USAGE = 64
INTERRUPTED = 130
TOLD_TO_END = "told to end; the same command goes on where this run was"
"""Said by a run that Ctrl-C or SIGTERM ends."""
REMEDIES = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "free some space there, or raise the quota",
    errno.EROFS: "it is on a file system for reading only; name another place",
    errno.EACCES: "let this user write it and the folder it is in, or name another place",
    errno.EPERM: "let this user write it and the folder it is in, or name another place",
    errno.EBUSY: "it is mounted by itself, and cannot be replaced; mount the folder it is in",
    errno.EISDIR: "there is a folder of that name; move it away",
    errno.ENOENT: "put it there",
    errno.ENOTDIR: "what should be a folder on the way to it is none; move it away",
    errno.EFBIG: "it is larger than a file may be there; raise the limit",
}
"""What to do where a file cannot be written, by the system's error number."""


MIN_PART = 3
"""Letters from which on a part of a name stands for it when names are suggested: "bls" for "bls_wages"."""


class Wrong(Exception):  # noqa: N818  # shown as one line
    """Something the user can put right, in words that hold no password of an address.

    `exit_code` is one of `EXIT_CODES`.
    """

    exit_code = FAILED

    def __str__(self) -> str:
        return hide_users(super().__str__())


class WrongUsage(Wrong):
    """The command as given, or a setting, makes no sense."""

    exit_code = USAGE


def suggest(word: str, names: Iterable[str]) -> str:
    """The names nearest to one that is not known, as an addition to an error's line; "" when none is near."""
    by_folded = {name.casefold(): name for name in names}
    key = word.casefold()
    within = sorted(name for name in by_folded if len(key) >= MIN_PART and key in name)
    close = difflib.get_close_matches(key, by_folded, n=3, cutoff=0.6)
    matches = list(dict.fromkeys([*close, *within]))[:3]
    return f"; did you mean {' or '.join(by_folded[name] for name in matches)}?" if matches else ""


def describe_unwritten(error: OSError) -> str:
    """In a line: which file could not be written (or read), why, and what to do."""
    remedy = REMEDIES.get(error.errno or 0, "mend that")
    return f"{error.filename or 'a file'}: {error.strerror or error}; {remedy}, then give the same command again"
