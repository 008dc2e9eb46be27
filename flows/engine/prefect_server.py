"""Prefect's API for a run: a server on a thread of the run's own process, or the operator's server (PREFECT_API_URL).

The run's own server keeps its database, which contains only flow runs, in memory. It therefore costs only three seconds
of CPU time and leaves nothing behind, however the run ends. The record of runs is `runs.jsonl`. Prefect's own record is
kept by the server of `jobmarket serve` (`schedule_server.py`) or by the operator's server.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import socket
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from flows.terminal.errors import Wrong

LOG = logging.getLogger("jobmarket")
MAX_STARTING = 120
"""Seconds within which a server must answer."""
MAX_DRAINING = 10
"""Seconds that Prefect gets to send its last events."""
OF_EVERY_RUN = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "jobmarket",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # for lines logged before and after the flow
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
"""Settings of Prefect, unless the environment has others."""
OF_OWN_SERVER = {
    "PREFECT_API_DATABASE_CONNECTION_URL": "sqlite+aiosqlite:///file::memory:"
    "?cache=shared&uri=true&check_same_thread=false",
    "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",  # takes six CPU seconds; see `_make_tables`
    "PREFECT_SERVER_UI_ENABLED": "false",  # the page would be copied into the installed package
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}
"""Settings of Prefect for a run's own server, where nobody looks at tasks, logs or blocks."""


class ServerLost(Exception):  # noqa: N818  # says what happened
    """Prefect failed because the operator's server no longer answers; `__cause__` is what Prefect raised."""


def prepare_prefect(prefect_home: Path) -> None:
    """Set Prefect's environment. Call this before the import of Prefect, which reads the environment."""
    prefect_home.mkdir(parents=True, exist_ok=True)
    for name, value in {"PREFECT_HOME": str(prefect_home), **OF_EVERY_RUN}.items():
        os.environ.setdefault(name, value)


@contextlib.contextmanager
def server_for_run(run_ids: Collection[str] = ()) -> Iterator[None]:
    """Provide Prefect's API for one run: the server of PREFECT_API_URL if it answers, or else one on a thread of this
    process.

    `run_ids` are earlier runs that have ended, although the operator's server may still show them as running. If the
    run fails and the operator's server no longer answers, raises `ServerLost` in place of the error. Call this before
    Prefect is imported.
    """
    if (url := os.environ.get("PREFECT_API_URL")) and not answers(url):
        LOG.warning("Prefect's server at %s does not answer, so its page will not show this run", url)
    elif url:
        try:
            crash_ended(run_ids)
            yield
        except Exception as error:
            if answers(url):
                raise
            raise ServerLost(
                f"Prefect's server at {url} no longer answers ({type(error).__name__}: {error})"
            ) from error
        return
    LOG.info("starting Prefect; that takes a few seconds")
    spare_loopback()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        os.environ |= {**OF_OWN_SERVER, "PREFECT_API_URL": f"http://127.0.0.1:{listener.getsockname()[1]}/api"}
        with _own_server(listener):
            yield


@contextlib.contextmanager
def _own_server(listener: socket.socket) -> Iterator[None]:
    gc.disable()  # garbage collection is a quarter of the time of these imports
    try:
        import asyncio

        import uvicorn
        from prefect.events.worker import EventsWorker
        from prefect.server.api.server import create_app

        server = uvicorn.Server(uvicorn.Config(create_app(ephemeral=True), log_level="critical", lifespan="on"))
    finally:
        gc.freeze()
        gc.enable()

    async def serve() -> None:
        await _make_tables()
        await server.serve(sockets=[listener])

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="prefect-server", daemon=True)
    thread.start()
    try:
        until = time.monotonic() + MAX_STARTING
        while not server.started:
            if not thread.is_alive() or time.monotonic() > until:
                raise Wrong("Prefect's server did not start; give the same command again")
            time.sleep(0.02)
        yield
    finally:
        EventsWorker.drain_all(timeout=MAX_DRAINING)  # without a server, Prefect would go on trying for minutes
        server.should_exit = True
        thread.join(timeout=MAX_DRAINING)


async def _make_tables() -> None:
    """Make the tables of Prefect's database directly. Its migrations would make them one change after another."""
    from prefect.server.database import provide_database_interface
    from sqlalchemy.schema import CreateIndex, CreateTable

    database = provide_database_interface()
    engine = await database.engine()
    async with engine.begin() as con:
        for table in database.Base.metadata.sorted_tables:
            await con.execute(CreateTable(table))
            for index in {index.name: index for index in table.indexes}.values():  # some are declared twice
                await con.execute(CreateIndex(index))


def answers(url: str) -> bool:
    """Whether the server at an API's address answers, even if it only answers that it has no such page."""
    import urllib.error
    import urllib.request
    from http.client import HTTPException

    try:
        urllib.request.urlopen(f"{url}/health", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError, HTTPException):  # ValueError: invalid address
        return False
    return True


def crash_ended(run_ids: Collection[str]) -> int:
    """Set flow runs that are RUNNING to CRASHED if their run has ended. Return how many there were.

    The name of a flow run contains the id of its run. A run that was killed, or that lost the server, could not report
    its end.
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
    """Make requests to servers on this machine go directly to them, not through a proxy that the environment names."""
    hosts = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    missing = [host for host in ("127.0.0.1", "localhost") if host not in hosts.replace(" ", "").split(",")]
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(filter(None, (hosts, *missing)))
