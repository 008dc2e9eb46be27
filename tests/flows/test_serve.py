"""`jobmarket serve`, and a night in the engine that it starts: one Prefect server, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Running

from extractors.web.session import MissingContact
from flows import nightly
from flows.engine.prefect_server import answers, crash_ended
from flows.engine.schedule_server import SCHEDULE
from flows.night import fetch
from flows.runs.run_log import runs_of
from flows.runs.run_record import Outcome, Request
from flows.runs.source_health import Health
from flows.runtime.settings import Settings
from flows.terminal.errors import EXIT_CODES
from tests.flows.conftest import SMALL, CommandResult, FinishedRun, end, wait_for_end

LEAP_NIGHT = ("--cron", "30 1 29 2 *", "--timezone", "America/Sao_Paulo", "--source", "lever")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, started: Callable[..., subprocess.Popen[str]]) -> Iterator[str]:
    """The address of the Prefect API of a `jobmarket serve` whose night is far off."""
    data = tmp_path_factory.mktemp("serve") / "data"
    url, process = serve_in(data, started)
    yield url
    end(process)
    assert not answers(url), "`serve` ends the server that it started"
    assert "Traceback" not in (data.parent / "data.err").read_text()


def serve_in(data: Path, started: Callable[..., subprocess.Popen[str]]) -> tuple[str, subprocess.Popen[str]]:
    """The address of the API of a `jobmarket serve` whose night is far off, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = started(data, "serve", "--port", str(port), *LEAP_NIGHT, JOBMARKET_CONTACT="operator@jobs.example")
    url = f"http://127.0.0.1:{port}/api"
    while not answers(url):
        assert process.poll() is None, (data.parent / f"{data.name}.err").read_text()
        time.sleep(0.2)
    return url, process


def asked(url: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        payload: list[dict[str, Any]] = json.load(answer)
    return payload


def test_serve_schedules_the_night(server: str) -> None:
    until = time.monotonic() + 240
    while not (deployments := asked(f"{server}/deployments/filter", {})):
        assert time.monotonic() < until, "no deployment was registered"
        time.sleep(0.3)
    [deployment] = deployments
    [schedule] = deployment["schedules"]
    assert schedule["schedule"]["cron"] == "30 1 29 2 *"
    assert schedule["schedule"]["timezone"] == "America/Sao_Paulo"
    assert deployment["parameters"] == {"sources": ["lever"]}


def test_the_page_of_serve_finds_its_server(server: str) -> None:
    with urllib.request.urlopen(f"{server.removesuffix('/api')}/ui-settings", timeout=60) as answer:
        assert json.load(answer)["api_url"] == server


def test_flow_runs_of_killed_runs_do_not_stay_running(server: str) -> None:
    dead, living = "20261126T020000Z-11111111", "20261126T030000Z-22222222"
    with temporary_settings({PREFECT_API_URL: server}), get_client(sync_client=True) as client:
        runs = [
            client.create_flow_run(nightly.nightly, name=f"jobmarket run ({name})", state=Running())
            for name in (dead, living)
        ]
        assert crash_ended([dead]) == 1
        states = [client.read_flow_run(run.id).state_name for run in runs]
        client.delete_flow_run(runs[1].id)
    assert states == ["Crashed", "Running"]


def test_a_run_is_on_record_at_the_operator_s_server(
    empty: Path, server: str, command: Callable[..., CommandResult]
) -> None:
    result = command(empty, "run", "--sample", "--source", "currency_table", PREFECT_API_URL=server)
    assert result.code == 1, "rates alone make no figure"
    [flow_run] = [run for run in asked(f"{server}/flow_runs/filter", {}) if "--sample" in run["name"]]
    assert flow_run["name"] == f"jobmarket run --sample --source currency_table ({runs_of(empty)[0].run_id})"
    assert flow_run["state_type"] == "COMPLETED"
    of_run = {"flow_runs": {"id": {"any_": [flow_run["id"]]}}}
    until = time.monotonic() + 60
    tasks: list[dict[str, Any]] = []
    while {task["state_type"] for task in tasks} != {"COMPLETED"}:
        assert time.monotonic() < until, tasks
        time.sleep(0.2)
        tasks = asked(f"{server}/task_runs/filter", of_run)
    assert {task["name"].partition("-")[0] for task in tasks} >= {"fetch currency_table", "refine", "load"}


@pytest.mark.long
def test_a_night_whose_server_is_killed_while_it_fetches_is_published(
    tmp_path: Path,
    empty: Path,
    small: FinishedRun,
    started: Callable[..., subprocess.Popen[str]],
    made_in: Callable[[Path], dict[str, str]],
) -> None:
    url, process = serve_in(tmp_path / "operator", started)
    try:
        run = started(empty, *SMALL, PREFECT_CLIENT_MAX_RETRIES="0", PREFECT_API_URL=url)
        while not list(empty.glob("archive/*/*")):
            assert run.poll() is None
            time.sleep(0.01)
        record = json.loads((tmp_path / "operator" / "prefect" / SCHEDULE).read_text())
        os.kill(record["pid"], signal.SIGKILL)
        result = wait_for_end(run, empty)
    finally:
        end(process)
    assert result.code == 0, result.said
    assert f"Prefect's server at {url}" in result.said
    assert "nothing was published" not in result.said.lower()
    assert runs_of(empty)[0].state == EXIT_CODES[0].state
    assert made_in(empty) == small.made


def test_a_source_that_breaks_stops_no_other(empty: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()

    def nights(name: str, request: Request, boards: Sequence[str]) -> Iterator[Any]:
        calls[name] += 1
        if name == "ashby":
            raise ConnectionError("no answer")
        if name == "lever":
            raise MissingContact("whom may they write to?")
        yield from ()

    def published(request: Request, health: tuple[Health, ...], *_: object) -> Outcome:
        return Outcome(exit_code=0, as_of=None, health=health)

    monkeypatch.setattr(fetch, "plan_fetches", nights)
    monkeypatch.setattr(nightly, "from_archive", published)
    with temporary_settings({PREFECT_API_URL: server}):
        settings = Settings(data=empty, workers=1)
        sources = ("ashby", "greenhouse", "lever")
        outcome = nightly.nightly(Request(settings=settings, command="test", sources=sources))
    health = {one.source: (one.outcome, one.message) for one in outcome.health}
    assert health["ashby"] == ("failed", "ConnectionError: no answer")
    assert health["greenhouse"][0] != "failed"
    assert health["lever"] == ("failed", "MissingContact: whom may they write to?")
    assert calls == {"ashby": 1, "greenhouse": 1, "lever": 1}  # a session asks again, not a task
