"""What a user can put right: said in one line, never as a traceback. The command's exit codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

EXIT_CODES = {
    0: "all well",
    1: "nothing was published, or a question was not answered; what stood before still stands",
    2: "published, but a source failed",
    64: "the command or a setting is wrong; nothing was begun",
    130: "ended by Ctrl-C; the same command goes on where it was",
    143: "ended by SIGTERM; the same command goes on where it was",
}
"""64 is EX_USAGE of BSD's sysexits.h; the last two are 128 and the signal's number, as shells have it."""
FAILED = 1
USAGE = 64


class Wrong(Exception):  # noqa: N818  # shown as one line
    """Something the user can put right. `exit_code` is one of `EXIT_CODES`."""

    exit_code = FAILED


class WrongUsage(Wrong):
    """The command as given, or a setting, makes no sense."""

    exit_code = USAGE


def near(wanted: str, known: Iterable[str]) -> str:
    """The names nearest to one that is not known, as an addition to an error's line; "" when none is near."""
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(wanted.casefold(), by_folded, n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(by_folded[name] for name in found)}?" if found else ""
