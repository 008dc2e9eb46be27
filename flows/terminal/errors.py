"""Errors that a user can fix, which are shown as one line instead of a traceback, and the exit codes of the command."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from typing import NamedTuple

from transforms.text.addresses import hide_users


class ExitCode(NamedTuple):
    """The meaning of an exit code, and the state that the journal shows for a run that ended with this code."""

    meaning: str
    state: str


EXIT_CODES = {
    0: ExitCode("all well", "published"),
    1: ExitCode(
        "nothing was published, or a question was not answered; published files are unchanged",
        "FAILED, nothing published",
    ),
    2: ExitCode("published, but a source or a guide failed", "published, a source or a guide failed"),
    3: ExitCode(
        "a guide or text contradicts the published figures (guide check, guide diff, guide review, verify)",
        "guide out of date",
    ),
    64: ExitCode("the command, a setting or the clock is wrong; nothing was begun", "refused, nothing begun"),
    130: ExitCode("ended by Ctrl-C; the same command continues", "interrupted"),
    143: ExitCode("ended by SIGTERM; the same command continues", "told to end"),
}
"""Exit codes of the command. 64 is EX_USAGE of BSD's sysexits.h. The last two codes are 128 plus the number of the
signal, as in shells."""
FAILED = 1
OUT_OF_DATE = 3
USAGE = 64
INTERRUPTED = 130
TOLD_TO_END = "told to end; the same command continues this run"
"""Message of a run that Ctrl-C or SIGTERM ends."""
REMEDIES = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "free some space there, or raise the quota",
    errno.EROFS: "it is on a file system for reading only; name another place",
    errno.EACCES: "let this user write it and the folder it is in, or name another place",
    errno.EPERM: "let this user write it and the folder it is in, or name another place",
    errno.EBUSY: "it is a mount point and cannot be replaced; mount its parent folder instead",
    errno.EISDIR: "there is a folder of that name; move it away",
    errno.ENOENT: "put it there",
    errno.ENOTDIR: "a file is where one of its folders should be; move that file away",
    errno.EFBIG: "it is larger than a file may be there; raise the limit",
}
"""Remedies for files that cannot be written, by the system's error number."""


MIN_PART = 3
"""Minimum length of a part of a name, such as "bls", for which the whole name ("bls_wages") is suggested."""


class Wrong(Exception):  # noqa: N818  # shown as one line
    """An error that the user can fix. Passwords in addresses are removed from the message.

    `exit_code` is a key of `EXIT_CODES`.
    """

    exit_code = FAILED

    def __str__(self) -> str:
        return hide_users(super().__str__())


class WrongUsage(Wrong):
    """The command or a setting is invalid."""

    exit_code = USAGE


def suggest(word: str, names: Iterable[str]) -> str:
    """Return the names most similar to an unknown word, as the end of an error message; "" if there are none."""
    by_folded = {name.casefold(): name for name in names}
    key = word.casefold()
    within = sorted(name for name in by_folded if len(key) >= MIN_PART and key in name)
    close = difflib.get_close_matches(key, by_folded, n=3, cutoff=0.6)
    matches = list(dict.fromkeys([*close, *within]))[:3]
    return f"; did you mean {' or '.join(by_folded[name] for name in matches)}?" if matches else ""


def describe_unwritten(error: OSError) -> str:
    """Return a line with the file that could not be written or read, the reason, and the remedy."""
    remedy = REMEDIES.get(error.errno or 0, "fix that")
    return f"{error.filename or 'a file'}: {error.strerror or error}; {remedy}, then give the same command again"
