"""A run that is told to end does so within seconds, with its workers, and says so."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from flows.runs import run_log

SOON = 5.0
"""Seconds within which a run must have ended; each queued file would take sixty."""
RUN = """
import signal, sys, time
from pathlib import Path
from extractors.refine import workers
from extractors.refine.refine import Piece
from flows.runs import run_log
from flows.engine.shutdown import exit_on_signal

def refine_range(source, warc, part, key, *, refined, percent):
    warc.with_suffix(".begun").touch()
    time.sleep(1 if warc.read_text() == "the first" else 60)  # the largest goes first
    return Piece(rows=warc, responses=(), n_records=0)

def join_pieces(source, warc, pieces, key, *, archive, refined):
    pass

def main(data, is_closed):
    sources = ("ashby", "greenhouse", "lever", "recruitee", "workable", "personio")  # those of one wait for each other
    files = [(source, data / f"{number}.warc") for number, source in enumerate(sources)]
    for _, file in files:
        file.write_text("the first" if is_closed and file.stem == "3" else "queued")
    run_log.begin(data, run_id="one", command="jobmarket run")
    results = workers.refine_all(files, archive=data, refined=data, workers=2)
    with exit_on_signal(data, "one"):
        for _ in results:
            results.close()
            print("closed", flush=True)
            time.sleep(60)

if __name__ == "__main__":
    # As from a terminal: what runs these tests may ignore SIGINT, and a process inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    workers.RANGE = 10  # so that there is enough to read for two
    workers.find_refined = lambda *given, **more: None
    workers.refine_range, workers.join_pieces = refine_range, join_pieces
    main(Path(sys.argv[1]), len(sys.argv) > 2)
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "script.py").write_text(RUN)
    return folder


@pytest.fixture
def run(data: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """RUN, begun, until both workers are at work. Its parameter is a second argument."""
    command = [sys.executable, str(data.parent / "script.py"), str(data), *getattr(request, "param", ())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while len(list(data.glob("*.begun"))) < 2:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    yield process
    process.kill()
    process.communicate()


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    children = psutil.Process(process.pid).children(recursive=True)
    return [child for child in children if "--multiprocessing-fork" in child.cmdline()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_told_to_end_waits_for_no_queued_file(
    run: subprocess.Popen[str], data: Path, number: signal.Signals
) -> None:
    workers = workers_of(run)
    assert len(workers) == 2
    start = time.monotonic()
    run.send_signal(number)
    _, err = run.communicate(timeout=60)
    assert time.monotonic() - start < SOON
    assert run.returncode == 128 + number
    assert psutil.wait_procs(workers, timeout=SOON)[1] == []
    assert len(list(data.glob("*.begun"))) == 2, "what was queued was not begun"
    assert "Traceback" not in err
    assert "leaked" not in err, "Python's tracker of semaphores need not warn"
    [record] = run_log.runs_of(data)
    assert record.state == run_log.STATES[128 + number]


@pytest.mark.parametrize("run", [("closed",)], indirect=True)
def test_who_stops_reading_results_ends_the_pool(run: subprocess.Popen[str], data: Path) -> None:
    assert run.stdout is not None
    start = time.monotonic()
    assert run.stdout.readline() == "closed\n"
    assert time.monotonic() - start < SOON
    assert workers_of(run) == []
    assert len(list(data.glob("*.begun"))) <= 3, "what was queued was not begun"
