"""End a run within seconds of Ctrl-C or SIGTERM, whatever its step.

A run may be ended at any point without harm (see the kill tests), so it waits for nothing: no queued archive file, no
pause between requests, no delay of Prefect. The next run finishes or rewrites what was half written.
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
    """Make Ctrl-C and SIGTERM end this process and its workers at once.

    The journal then records that the run was interrupted; the exit code is 128 plus the number of the signal. Use this
    inside a flow, because Prefect sets its own handler of SIGTERM, which waits for all tasks, when a flow begins.
    Outside the main thread, where no handler can be set, this does nothing.
    """

    def end(number: int, frame: FrameType | None) -> None:
        for name in SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        for worker in multiprocessing.active_children():
            worker.terminate()
        LOG.warning(TOLD_TO_END)
        run_log.end(data, run_id, exit_code=128 + number)
        Console(stderr=True).show_cursor()  # a progress bar hides the cursor
        os._exit(128 + number)

    try:
        # Signals that are already ignored stay ignored: Ctrl-C is not meant for a script's background command.
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
