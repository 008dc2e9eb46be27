"""Servers and workers of killed commands: recognised by process id and start time, never by id alone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from flows.engine.prefect_server import spare_loopback
from flows.engine.schedule_server import (
    SCHEDULE,
    AlreadyServed,
    end_leftover_server,
    run_schedule_server,
    schedule_of,
)
from flows.terminal.errors import Wrong

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
WORKER = """
import multiprocessing, os, time
from extractors.refine.workers import end_with_parent
def work(parent):
    end_with_parent(parent)
    time.sleep(60)
if __name__ == "__main__":
    child = multiprocessing.get_context("fork").Process(target=work, args=(os.getpid(),))
    child.start()
    print(child.pid, flush=True)
    child.join()
"""


def known(process: subprocess.Popen[bytes], offset: float = 0.0) -> dict[str, Any]:
    return {"pid": process.pid, "started": psutil.Process(process.pid).create_time() + offset}


def test_a_record_cut_short_or_missing_is_no_error(tmp_path: Path) -> None:
    assert not end_leftover_server(tmp_path)
    for content in ('{"pid": 12', "[]", '{"pid": "twelve", "started": 1.0}'):
        (tmp_path / SCHEDULE).write_text(content)
        assert not end_leftover_server(tmp_path)
        assert not (tmp_path / SCHEDULE).exists()


def serving(folder: Path, server: subprocess.Popen[bytes], owner: dict[str, Any]) -> None:
    schedule = {**known(server), "cron": "0 2 * * *", "timezone": "UTC", "owner": owner}
    (folder / SCHEDULE).write_text(json.dumps(schedule))


def test_the_server_of_a_killed_schedule_is_ended_by_the_next_command(tmp_path: Path) -> None:
    server, owner = subprocess.Popen(SLEEP), subprocess.Popen(SLEEP)
    serving(tmp_path, server, known(owner))
    owner.kill()
    owner.wait()
    assert schedule_of(tmp_path) is None
    assert end_leftover_server(tmp_path)
    assert not psutil.pid_exists(server.pid)
    assert not (tmp_path / SCHEDULE).exists()


def test_another_process_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    server, owner = subprocess.Popen(SLEEP), subprocess.Popen(SLEEP)
    try:
        serving(tmp_path, server, known(owner, offset=-3600))
        content = json.loads((tmp_path / SCHEDULE).read_text())
        (tmp_path / SCHEDULE).write_text(json.dumps({**content, "started": content["started"] - 3600}))
        assert not end_leftover_server(tmp_path)
        assert server.poll() is None
        assert not (tmp_path / SCHEDULE).exists()
    finally:
        for process in (server, owner):
            process.kill()
            process.wait()


def test_the_server_of_a_living_schedule_is_left_alone_by_a_run(tmp_path: Path) -> None:
    server, owner = subprocess.Popen(SLEEP), subprocess.Popen(SLEEP)
    try:
        serving(tmp_path, server, known(owner))
        assert not end_leftover_server(tmp_path)
        assert server.poll() is None
        schedule = schedule_of(tmp_path)
        assert schedule is not None
        assert (schedule.cron, schedule.pid) == ("0 2 * * *", owner.pid)
        with (
            pytest.raises(AlreadyServed, match=rf"process {owner.pid} serves"),
            run_schedule_server(tmp_path, port=1, cron="0 2 * * *", timezone="UTC"),
        ):
            pass
        serving(tmp_path, server, known(owner, offset=-3600))
        assert schedule_of(tmp_path) is None, "the owner's number belongs to another process by now"
    finally:
        for process in (server, owner):
            process.kill()
            process.wait()


def test_a_schedule_is_on_record_while_it_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with run_schedule_server(tmp_path, port=1, cron="0 2 * * *", timezone="Europe/Berlin") as url:
        assert url == "http://127.0.0.1:9/api", "somebody else's server is used"
        schedule = schedule_of(tmp_path)
        assert schedule is not None
        assert (schedule.timezone, schedule.pid) == ("Europe/Berlin", os.getpid())
    assert schedule_of(tmp_path) is None


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = int(listener.getsockname()[1])
        with (
            pytest.raises(Wrong, match=rf"port {port} .* choose another by --port"),
            run_schedule_server(tmp_path, port=port, cron="0 2 * * *", timezone="UTC"),
        ):
            pass
    assert not (tmp_path / SCHEDULE).exists()


def test_a_worker_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(WORKER)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    until = time.monotonic() + 10
    while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
        time.sleep(0.1)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


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
