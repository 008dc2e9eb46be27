"""The nightly schedule: a Prefect server with its page, and the flow served on a cron schedule."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from prefect import flow
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.lock import held
from flows.nightly import Outcome, Request, nightly
from flows.settings import Settings, settings

PATIENCE = 120
"""Seconds the server gets to answer."""


class NothingPublished(RuntimeError):  # noqa: N818  # says what happened
    """The night ended without publishing; what was published before still stands."""


@flow(name="scheduled night")
def scheduled_night(sources: list[str]) -> Outcome:
    """One scheduled night over the configured data folder."""
    config = settings()
    with held(config.data):
        outcome = nightly(Request(settings=config, command="serve", sources=tuple(sources), is_live=True))
    if outcome.exit_code == 1:
        raise NothingPublished("; ".join(outcome.messages))
    return outcome


def serve(settings: Settings, *, cron: str, timezone: str, port: int, sources: tuple[str, ...]) -> None:
    """Serve the night on a schedule until interrupted. The page of Prefect's server shows every run.

    Uses the server named by PREFECT_API_URL, else starts one on loopback for as long as this serves.
    """
    with _server(settings, port):
        scheduled_night.serve(
            name="nightly",
            schedule=Cron(cron, timezone=timezone),
            parameters={"sources": list(sources)},
            limit=1,
        )


@contextlib.contextmanager
def _server(settings: Settings, port: int) -> Iterator[None]:
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (settings.prefect_home / "server.log").open("ab") as log:
        # A session of its own, so that Ctrl-C ends us first and the server when we are done with it.
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # our own arguments
    try:
        url = f"http://127.0.0.1:{port}/api"
        _wait(f"{url}/health", process)
        with temporary_settings({PREFECT_API_URL: url}):  # Prefect read the environment when it was imported
            yield
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.5)
    raise RuntimeError(f"Prefect's server did not answer at {url}; see server.log in its home")
