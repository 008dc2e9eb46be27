"""Servers and workers of killed runs: recognised by process id and start time, never by id alone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

from flows.server import RECORD, end_leftover

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
WORKER = """
import multiprocessing, os, time
from extractors.pool import end_with_parent
def work(parent):
    end_with_parent(parent)
    time.sleep(60)
if __name__ == "__main__":
    child = multiprocessing.get_context("fork").Process(target=work, args=(os.getpid(),))
    child.start()
    print(child.pid, flush=True)
    child.join()
"""


def record(folder: Path, process: subprocess.Popen[bytes], offset: float = 0.0) -> None:
    started = psutil.Process(process.pid).create_time() + offset
    (folder / RECORD).write_text(json.dumps({"pid": process.pid, "started": started}))


def test_a_leftover_server_is_ended(tmp_path: Path) -> None:
    process = subprocess.Popen(SLEEP)
    record(tmp_path, process)
    assert end_leftover(tmp_path)
    assert not psutil.pid_exists(process.pid)
    assert not (tmp_path / RECORD).exists()


def test_another_process_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    process = subprocess.Popen(SLEEP)
    try:
        record(tmp_path, process, offset=-3600)
        assert not end_leftover(tmp_path)
        assert process.poll() is None
        assert not (tmp_path / RECORD).exists()
    finally:
        process.kill()
        process.wait()


def test_a_record_cut_short_or_missing_is_no_error(tmp_path: Path) -> None:
    assert not end_leftover(tmp_path)
    (tmp_path / RECORD).write_text('{"pid": 12')
    assert not end_leftover(tmp_path)
    assert not (tmp_path / RECORD).exists()


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
