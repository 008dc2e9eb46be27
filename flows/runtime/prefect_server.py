"""Prefect's servers: started for a run or for a schedule, ended with it, and found again after a kill."""

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
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psutil

from flows.terminal.errors import Wrong

LOG = logging.getLogger("jobmarket")
RECORD = "server.json"
"""The temporary server of a run."""
SCHEDULE = "serve.json"
"""The server of `jobmarket serve`, with the schedule; the server's number is NULL when it is somebody else's."""
PATIENCE = 10
"""Seconds a process gets to end before it is killed."""
STARTING = 120
"""Seconds a server gets to answer."""
CLOCK = 1.0
"""Two start times within a second are the same process: the kernel counts in hundredths."""


class ServerLost(Exception):  # noqa: N818  # says what happened
    """Prefect failed because its server no longer answers; `__cause__` is what Prefect raised."""


class AlreadyServed(Wrong):
    """Another `jobmarket serve` is at work for the data folder."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process, known by its number and its start time (seconds since 1970): numbers are used again."""

    pid: int
    started: float

    @property
    def found(self) -> psutil.Process | None:
        """The process, while it lives; None when it is gone or its number belongs to another."""
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            is_it = abs(process.create_time() - self.started) < CLOCK
            return process if is_it and process.status() != psutil.STATUS_ZOMBIE else None
        return None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """What a living `jobmarket serve` does, and who it is."""

    cron: str
    timezone: str
    pid: int


def process_of(pid: int) -> Process:
    """A living process by its number. Raises `psutil.NoSuchProcess`."""
    return Process(pid=pid, started=psutil.Process(pid).create_time())


@contextlib.contextmanager
def temporary_server(prefect_home: Path, run_ids: Collection[str] = ()) -> Iterator[None]:
    """A Prefect server for the length of a run, unless PREFECT_API_URL names one that is running.

    It is written down with its start time the moment it is started, so that the next command can end it if
    this one is killed. `run_ids` are those of runs that are over, of which the server may not know it. Raises
    `ServerLost` in place of any error of a run whose server no longer answers.
    """
    end_leftovers(prefect_home)
    if url := os.environ.get("PREFECT_API_URL"):
        with _lost_when_silent(url):
            crash_ended(run_ids)
            yield
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    LOG.info("starting Prefect's temporary server; that takes some ten seconds")
    from prefect.server.api.server import SubprocessASGIServer

    spare_loopback()
    server = SubprocessASGIServer()

    def start_and_record() -> Any:
        process = _start_server(int(server.port or 0))
        try:
            _record(prefect_home / RECORD, process.pid)
        except BaseException:  # nobody would find it
            process.terminate()
            raise
        return process

    # Prefect has no hook between the start of the process and the wait until it answers.
    server._run_uvicorn_command = start_and_record  # type: ignore[method-assign]
    try:
        server.start()
        with _lost_when_silent(server.api_url):
            crash_ended(run_ids)
            yield
    finally:
        # What Prefect has still to tell the server, it would try to tell for minutes once the server is gone.
        if answers(server.api_url):
            APILogWorker.drain_all(timeout=PATIENCE)
            EventsWorker.drain_all(timeout=PATIENCE)
        server.stop()
        (prefect_home / RECORD).unlink(missing_ok=True)


@contextlib.contextmanager
def _lost_when_silent(url: str) -> Iterator[None]:
    """Raise `ServerLost` in place of whatever is raised inside while the server of an API's address is silent."""
    try:
        yield
    except Exception as error:
        if answers(url):
            raise
        raise ServerLost(f"Prefect's server at {url} no longer answers ({type(error).__name__}: {error})") from error


def answers(url: str) -> bool:
    """Whether the server of an API's address answers, if only that it knows no such page."""
    try:
        urllib.request.urlopen(f"{url}/health", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError, HTTPException):  # ValueError: no address at all
        return False
    return True


def crash_ended(run_ids: Collection[str]) -> int:
    """Set the flow runs of runs that are over from RUNNING to CRASHED; gives how many there were.

    A flow run is named after its run. One that was killed, or that lost the server, could not say how it ended.
    """
    if not run_ids:
        return 0
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    is_running = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING])))
    with get_client(sync_client=True) as client:
        flow_runs = client.read_flow_runs(flow_run_filter=is_running)
        orphans = [run for run in flow_runs if any(run_id in run.name for run_id in run_ids)]
        for run in orphans:
            message = "The run is over and did not say how it ended; `jobmarket status` and ops.runs do."
            client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    return len(orphans)


def spare_loopback() -> None:
    """Ask this machine's own servers, such as Prefect's, without the proxy that the environment may name."""
    hosts = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    missing = [host for host in ("127.0.0.1", "localhost") if host not in hosts.replace(" ", "").split(",")]
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(filter(None, (hosts, *missing)))


def _start_server(port: int) -> subprocess.Popen[bytes]:
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


# --- the server of a schedule ---------------------------------------------------------------------------


@contextlib.contextmanager
def run_schedule_server(prefect_home: Path, *, port: int, cron: str, timezone: str) -> Iterator[str]:
    """The server of a schedule, with Prefect's page, for as long as this lasts; gives the address of its API.

    That of PREFECT_API_URL when it is set, else one on loopback. Raises `AlreadyServed`, and `Wrong` when the
    port is taken or the server does not answer.
    """
    end_leftovers(prefect_home)
    record = prefect_home / SCHEDULE
    if serving := schedule_of(prefect_home):
        raise AlreadyServed(
            f"process {serving.pid} serves this data folder already ({serving.cron}, {serving.timezone}); end it first"
        )
    schedule = {"cron": cron, "timezone": timezone, "owner": asdict(process_of(os.getpid()))}
    env_url = os.environ.get("PREFECT_API_URL")
    spare_loopback()
    process = None if env_url else _started_with_page(prefect_home, port)
    try:
        _record(record, process.pid if process else None, schedule)
        url = env_url or f"http://127.0.0.1:{port}/api"
        if process:
            LOG.info("starting Prefect's server; that takes some ten seconds")
            _wait(f"{url}/health", process, prefect_home)
        yield url
    finally:
        if process:
            process.terminate()
            process.wait(timeout=STARTING)
        record.unlink(missing_ok=True)


def _started_with_page(prefect_home: Path, port: int) -> subprocess.Popen[bytes]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Wrong(
                f"port {port} of 127.0.0.1 cannot be used ({error.strerror}); choose another by --port"
            ) from error
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    # The page in the browser asks the server where its API is, and that does not follow from --port.
    environment = {**os.environ, "PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api"}
    with (prefect_home / "server.log").open("ab") as log:
        # A session of its own, so that Ctrl-C ends us first and the server when we are done with it.
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)


def _wait(url: str, process: subprocess.Popen[bytes], prefect_home: Path) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.5)
    raise Wrong(f"Prefect's server did not answer at {url}; {prefect_home / 'server.log'} says why")


def schedule_of(prefect_home: Path) -> Schedule | None:
    """The schedule that a living `jobmarket serve` keeps for a data folder; None when there is none."""
    record = _read_record(prefect_home / SCHEDULE)
    try:
        owner = Process(**record["owner"])
        return Schedule(cron=record["cron"], timezone=record["timezone"], pid=owner.pid) if owner.found else None
    except NO_PROCESS:
        return None


# --- what a killed command left --------------------------------------------------------------------------


def _record(path: Path, pid: int | None, extra: Mapping[str, Any] | None = None) -> None:
    server = asdict(process_of(pid)) if pid else {"pid": None, "started": None}
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps({**server, **(extra or {})}))
    part.replace(path)


NO_PROCESS = (KeyError, TypeError, ValueError, OverflowError)
"""What is raised where a record that a disk spoiled names no process."""


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):  # a record cut short is none
        return {}
    return record if isinstance(record, dict) else {}


def end_leftovers(prefect_home: Path) -> bool:
    """End the servers of a killed run and of a killed `serve`; True when there was one.

    The server of a run is left over when this is called by who holds the folder's lock; that of a schedule
    when its `jobmarket serve` is gone.
    """
    names = [RECORD] if schedule_of(prefect_home) else [RECORD, SCHEDULE]
    pids = [pid for name in names if (pid := end_server(prefect_home / name)) is not None]
    for pid in pids:
        LOG.warning("ended the Prefect server left by a killed command (process %d)", pid)
    return bool(pids)


def end_server(record: Path) -> int | None:
    """End the server that a record names and remove the record; its process id when it lived, else None."""
    content = _read_record(record)
    process = None
    with contextlib.suppress(*NO_PROCESS):
        process = Process(pid=content["pid"], started=content["started"]).found if content["pid"] else None
    if process:
        family = [process, *process.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.terminate()
        _, alive = psutil.wait_procs(family, timeout=PATIENCE)
        for member in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
    record.unlink(missing_ok=True)
    return process.pid if process else None
