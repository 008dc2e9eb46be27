"""Prefect's API for one run: on a thread of the run, with its database in memory."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import requests

from flows.engine.prefect_server import spare_loopback
from tests.flows.conftest import environment

RUN = """
import sys
from pathlib import Path
from flows.engine import prefect_server
prefect_server.prepare_prefect(Path(sys.argv[1]))
with prefect_server.server_for_run(["an earlier run"]):
    from prefect import flow, task
    from prefect.client.orchestration import get_client

    @task
    def double(n):
        return 2 * n

    @flow(name="small", flow_run_name="a run")
    def small():
        return sum(future.result() for future in [double.submit(n) for n in range(20)])

    result = small()
    with get_client(sync_client=True) as client:
        print(result, [(run.name, run.state_name) for run in client.read_flow_runs()])
"""


def test_a_run_has_prefect_at_hand_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    home = tmp_path / "data" / "prefect"
    command = [sys.executable, "-c", RUN, str(home)]
    result = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=True)
    assert result.stdout == "380 [('a run', 'Completed')]\n", result.stderr
    assert "Traceback" not in result.stderr
    assert list(home.iterdir()) == []


def test_a_run_does_without_an_operators_server_that_does_not_answer(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, str(tmp_path / "prefect")]
    env = environment(tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api")
    result = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert result.stdout == "380 [('a run', 'Completed')]\n", result.stderr
    assert "http://127.0.0.1:9/api does not answer" in result.stderr


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize("hosts", ["", "intranet.example", "intranet.example, 127.0.0.1", "127.0.0.1,localhost"])
def test_no_proxy_is_asked_for_what_this_machine_serves(name: str, hosts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for proxy in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(proxy, "http://proxy.example:3128")
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(variable, "")
    monkeypatch.setenv(name, hosts)
    spare_loopback()
    for host in ("127.0.0.1", "localhost", *filter(None, map(str.strip, hosts.split(",")))):
        assert urllib.request.proxy_bypass(host), host
        assert requests.utils.should_bypass_proxies(f"http://{host}:4200/api", None), host
    assert not urllib.request.proxy_bypass("jobs.example")
