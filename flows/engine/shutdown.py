"""End a run within seconds of Ctrl-C or SIGTERM, whatever step it is in.

A run may be cut off at any point without harm (the kill tests), so it waits for nothing: no queued archive file, no
pause between requests, no delay of Prefect's. The next run finishes or rewrites what was half written.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from rich.console import Console

from flows.runs import run_log
from flows.terminal.errors import TOLD_TO_END

LOG = logging.getLogger("jobmarket")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def exit_on_signal(data: Path, run_id: str) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end this process with its workers at once.

    The journal says that the run was interrupted; the exit code is 128 plus the signal's number. Use it in a flow's
    body: when a flow begins, Prefect sets its own handler of SIGTERM, which waits for all tasks. Does nothing outside
    the main thread, where no handler can be set.
    """

    def end(number: int, frame: FrameType | None) -> None:
        for name in SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        for worker in multiprocessing.active_children():
            worker.terminate()
        LOG.warning(TOLD_TO_END)
        run_log.end(data, run_id, exit_code=128 + number)
        Console(stderr=True).show_cursor()  # a progress bar hides it
        os._exit(128 + number)

    try:
        # Keep signals ignored that already are: Ctrl-C is not meant for a script's background command.
        names = [name for name in SIGNALS if signal.getsignal(name) is not signal.SIG_IGN]
        before = {name: signal.signal(name, end) for name in names}
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
