"""The Prefect server of `jobmarket serve`: it starts and ends with the schedule, and is found again after a kill."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from flows.engine.prefect_server import MAX_STARTING, spare_loopback
from flows.terminal.errors import Wrong

LOG = logging.getLogger("jobmarket")
SCHEDULE = "serve.json"
"""Name of the file with the server and the schedule. The server's process id is null if the server is the
operator's."""
MAX_ENDING = 10
"""Seconds to wait for a process to end before it is killed."""
CLOCK = 1.0
"""Maximum difference in seconds between two readings of the start time of the same process."""
NO_PROCESS = (KeyError, TypeError, ValueError, OverflowError)
"""Errors raised for a damaged file that names no process."""


class AlreadyServed(Wrong):
    """Another `jobmarket serve` is running for the data folder."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process, identified by its id and its start time (seconds since 1970), because ids are used again."""

    pid: int
    started: float

    @property
    def found(self) -> psutil.Process | None:
        """The running process; None if it has ended or its id belongs to another process."""
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            is_it = abs(process.create_time() - self.started) < CLOCK
            return process if is_it and process.status() != psutil.STATUS_ZOMBIE else None
        return None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The schedule of a running `jobmarket serve`, and its process id."""

    cron: str
    timezone: str
    pid: int


def process_of(pid: int) -> Process:
    """Return a running process by its id. Raise `psutil.NoSuchProcess` if there is none."""
    return Process(pid=pid, started=psutil.Process(pid).create_time())


@contextlib.contextmanager
def run_schedule_server(prefect_home: Path, *, port: int, cron: str, timezone: str) -> Iterator[str]:
    """Run the server of a schedule, with Prefect's page, and yield the address of its API.

    The server is that of PREFECT_API_URL if it is set, or else one on loopback. Raises `AlreadyServed` if the data
    folder is being served, and `Wrong` if the port is taken or the server does not answer.
    """
    end_leftover_server(prefect_home)
    record = prefect_home / SCHEDULE
    if serving := schedule_of(prefect_home):
        raise AlreadyServed(
            f"process {serving.pid} serves this data folder already ({serving.cron}, {serving.timezone}); end it first"
        )
    env_url = os.environ.get("PREFECT_API_URL")
    spare_loopback()
    process = None if env_url else _start_with_page(prefect_home, port)
    server = asdict(process_of(process.pid)) if process else {"pid": None, "started": None}
    content = {**server, "cron": cron, "timezone": timezone, "owner": asdict(process_of(os.getpid()))}
    try:
        part = record.with_name(f"{record.name}.part")
        part.write_text(json.dumps(content))
        part.replace(record)
        url = env_url or f"http://127.0.0.1:{port}/api"
        if process:
            LOG.info("starting Prefect's server; that takes some ten seconds")
            _wait(f"{url}/health", process, prefect_home)
        yield url
    finally:
        if process:
            process.terminate()
            process.wait(timeout=MAX_STARTING)
        record.unlink(missing_ok=True)


def _start_with_page(prefect_home: Path, port: int) -> subprocess.Popen[bytes]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Wrong(
                f"port {port} of 127.0.0.1 cannot be used ({error.strerror}); choose another by --port"
            ) from error
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    # The page gets the address of its API from the server, which does not derive the address from --port.
    environment = {**os.environ, "PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api"}
    with (prefect_home / "server.log").open("ab") as log:
        # The server gets its own session, as Ctrl-C must end this process first, which then ends the server.
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)


def _wait(url: str, process: subprocess.Popen[bytes], prefect_home: Path) -> None:
    until = time.monotonic() + MAX_STARTING
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.5)
    raise Wrong(f"Prefect's server did not answer at {url}; {prefect_home / 'server.log'} says why")


def schedule_of(prefect_home: Path) -> Schedule | None:
    """Return the schedule of the running `jobmarket serve` of a data folder; None if none is running."""
    record = _read_record(prefect_home / SCHEDULE)
    try:
        owner = Process(**record["owner"])
        return Schedule(cron=record["cron"], timezone=record["timezone"], pid=owner.pid) if owner.found else None
    except NO_PROCESS:
        return None


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):  # ValueError: truncated
        return {}
    return record if isinstance(record, dict) else {}


def end_leftover_server(prefect_home: Path) -> bool:
    """End the server of a `jobmarket serve` that was killed. Return whether there was one."""
    record = prefect_home / SCHEDULE
    if schedule_of(prefect_home):
        return False
    content = _read_record(record)
    process = None
    with contextlib.suppress(*NO_PROCESS):
        process = Process(pid=content["pid"], started=content["started"]).found if content["pid"] else None
    if process:
        _end(process)
        LOG.warning("ended the Prefect server left by a killed command (process %d)", process.pid)
    record.unlink(missing_ok=True)
    return process is not None


def _end(process: psutil.Process) -> None:
    family = [process, *process.children(recursive=True)]
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.terminate()
    _, alive = psutil.wait_procs(family, timeout=MAX_ENDING)
    for member in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
