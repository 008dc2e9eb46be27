"""Prefect's temporary server: started for a run, ended with it, and found again after a kill."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

LOG = logging.getLogger("jobmarket")
RECORD = "server.json"
PATIENCE = 10
"""Seconds a process gets to end before it is killed."""
CLOCK = 1.0
"""Two start times within a second are the same process: the kernel counts in hundredths."""


@contextlib.contextmanager
def temporary_server(prefect_home: Path) -> Iterator[None]:
    """A Prefect server for the length of a run, unless PREFECT_API_URL names one that is running.

    Its process id and start time are written down the moment it is started, so that the next run can end
    it if this one is killed.
    """
    end_leftover(prefect_home)
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    LOG.info("starting Prefect's temporary server; that takes some ten seconds")
    from prefect.server.api.server import SubprocessASGIServer

    server = SubprocessASGIServer()

    def start_and_record() -> Any:
        process = _started(int(server.port or 0))
        _record(prefect_home, process.pid)
        return process

    # Prefect has no hook between the start of the process and the wait until it answers.
    server._run_uvicorn_command = start_and_record  # type: ignore[method-assign]
    try:
        server.start()
        yield
    finally:
        # What Prefect has still to tell the server, it would try to tell for minutes once the server is gone.
        APILogWorker.drain_all(timeout=PATIENCE)
        EventsWorker.drain_all(timeout=PATIENCE)
        server.stop()
        (prefect_home / RECORD).unlink(missing_ok=True)


def _started(port: int) -> subprocess.Popen[bytes]:
    """Prefect's server as Prefect starts it, but in a session of its own.

    Ctrl-C reaches every process of the terminal's group. A server that ends before us lets Prefect try for
    minutes to tell it how the run ended.
    """
    import prefect
    from prefect.settings import get_current_settings

    folder = str(prefect.__module_path__.parent)
    app = ["--app-dir", folder, "--factory", "prefect.server.api.server:create_app", "--lifespan", "on"]
    where = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    environment = {
        **os.environ,
        "PREFECT_UI_ENABLED": "0",
        "PREFECT__SERVER_EPHEMERAL": "1",
        "PREFECT__SERVER_FINAL": "1",
        **get_current_settings().to_environment_variables(exclude_unset=True),
    }
    command = [sys.executable, "-m", "uvicorn", *app, *where]
    return subprocess.Popen(command, env=environment, start_new_session=True)  # our own arguments


def _record(prefect_home: Path, pid: int) -> None:
    part = prefect_home / f"{RECORD}.part"
    part.write_text(json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}))
    part.replace(prefect_home / RECORD)


def end_leftover(prefect_home: Path) -> bool:
    """End the server of a killed run; True when there was one. A reused process id is left alone."""
    record = prefect_home / RECORD
    try:
        said = json.loads(record.read_text())
        process = psutil.Process(said["pid"])
        is_it = bool(abs(process.create_time() - said["started"]) < CLOCK)
    except (FileNotFoundError, ValueError, KeyError, psutil.NoSuchProcess):
        record.unlink(missing_ok=True)
        return False
    if is_it:
        LOG.warning("ending the Prefect server left by a killed run (process %d)", process.pid)
        family = [process, *process.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.terminate()
        _, alive = psutil.wait_procs(family, timeout=PATIENCE)
        for member in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
    record.unlink(missing_ok=True)
    return is_it
