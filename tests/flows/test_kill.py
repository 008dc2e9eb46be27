"""kill -9 at any point costs nothing but time: the same command again ends as if nothing had happened."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from flows.lock import holder
from warehouse import store

if TYPE_CHECKING:
    from tests.flows.conftest import Ended, Finished

SMALL = ("run", "--sample", "--source", "lever", "--source", "currency_table")
PATIENCE = 300
"""Seconds until a point must have been reached."""
AFTERLIFE = 10
"""Seconds in which what a killed run started must have ended."""
Point = tuple[str, Callable[["Watched"], bool]]

READER = """
# Opens the published warehouse again and again, and holds one connection open all the while.
import json, sys, time
from pathlib import Path
from warehouse import store
data, stop = Path(sys.argv[1]), Path(sys.argv[2])
query = sys.argv[3]
files, answers, errors, n = set(), set(), [], 0
long = store.open_reader(data)
before = long.execute(query + ", (SELECT count(*) FROM ops.runs)").fetchone()
while not stop.exists():
    try:
        files.add((data / "market.duckdb").stat().st_ino)
        with store.open_reader(data) as con:
            answers.add(con.execute(query).fetchone())
        after = long.execute(query + ", (SELECT count(*) FROM ops.runs)").fetchone()
        if after != before:
            errors.append(f"an open connection saw {after} instead of {before}")
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
    n += 1
    time.sleep(0.1)
print(json.dumps({"n": n, "files": len(files), "answers": sorted(answers), "errors": errors[:5]}))
"""
WHOLE = """
SELECT (SELECT count(*) FROM core.postings), (SELECT count(*) FROM core.posting_skills),
    (SELECT count(*) FROM core.posting_skills ANTI JOIN core.postings USING (posting_id)),
    (SELECT count(*) FROM mart.salary_bands), (SELECT count(*) FROM mart.figures)
"""


class Watched:
    """A running command, and what is new in its data folder since it was started."""

    def __init__(self, data: Path, process: subprocess.Popen[str]) -> None:
        self.data = data
        self.process = process
        self._before = set(self._files("**/*"))

    def _files(self, pattern: str) -> Iterator[tuple[Path, int]]:
        for path in self.data.glob(pattern):
            with contextlib.suppress(FileNotFoundError):
                yield path, path.stat().st_ino

    def new(self, pattern: str) -> bool:
        """Whether a file of that pattern appeared, or was replaced."""
        return any(file not in self._before for file in self._files(pattern))

    def logged(self, words: str) -> bool:
        """Whether the command has said something."""
        return words in (self.data.parent / f"{self.data.name}.err").read_text()

    def workers(self) -> list[psutil.Process]:
        """Processes that read adverts."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return [
                child
                for child in psutil.Process(self.process.pid).children(recursive=True)
                if "--multiprocessing-fork" in child.cmdline()
            ]
        return []


POINTS_WITH_A_SERVER_OF_ITS_OWN: list[Point] = [
    ("Prefect's server is starting", lambda run: run.new("prefect/server.json")),
    ("answers are being archived", lambda run: run.new("archive/*/*.part")),
]
POINTS: list[Point] = [
    ("an archive file is whole", lambda run: run.new("archive/*/*.warc.gz")),
    ("the working file is being made", lambda run: run.new("work.duckdb.new")),
    ("a worker has half written a refined file", lambda run: run.new("refined/*/*.part") and bool(run.workers())),
    ("a refined file is whole", lambda run: run.new("refined/lever/*Z.parquet")),
    ("one source is loaded and the next is not", lambda run: run.logged("loaded currency_table")),
    ("the new warehouse is half written", lambda run: run.new("market.duckdb.new")),
    ("the new warehouse is in place, the guide is not", lambda run: run.new("market.duckdb")),
]


def kill_at(point: Point, run: Watched) -> None:
    """kill -9 of the command's main process as soon as a point is reached."""
    name, is_reached = point
    until = time.monotonic() + PATIENCE
    while not is_reached(run):
        assert run.process.poll() is None, f"the run ended (exit {run.process.returncode}) before: {name}"
        assert time.monotonic() < until, f"never reached: {name}"
        time.sleep(0.004)
    os.kill(run.process.pid, signal.SIGKILL)
    assert run.process.wait(timeout=AFTERLIFE) == -signal.SIGKILL, f"the run ended before: {name}"


def processes_of(data: Path) -> list[psutil.Process]:
    """Living processes that were started for a data folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("JOBMARKET_DATA") == str(data):
                found.append(process)
    return found


def gone_soon(data: Path, *, but: int | None = None) -> bool:
    """Whether all processes of a data folder end in time, one process id apart."""
    until = time.monotonic() + AFTERLIFE
    while left := [process for process in processes_of(data) if process.pid != but]:
        if time.monotonic() > until:
            print([process.cmdline() for process in left])
            return False
        time.sleep(0.1)
    return True


@contextlib.contextmanager
def reader_of(data: Path, stop: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that reads the published warehouse until `stop` appears."""
    process = subprocess.Popen(
        [sys.executable, "-c", READER, str(data), str(stop), WHOLE], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        stop.touch()
        process.wait(timeout=PATIENCE)


def files_in(data: Path) -> set[str]:
    """All files of a data folder but Prefect's own."""
    found = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith("prefect/")}


def loads_in(data: Path) -> list[tuple[object, ...]]:
    with store.open_reader(data) as con:
        return con.execute("SELECT * FROM ops.loads ORDER BY warc").fetchall()


@pytest.fixture
def swept(empty: Path) -> Iterator[None]:
    """Whatever a failing test leaves running is ended."""
    yield
    for process in processes_of(empty):
        process.kill()


@pytest.mark.usefixtures("swept")
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a matter of POSIX systems")
def test_a_run_killed_at_any_point_goes_on_when_it_is_started_again(
    empty: Path, tmp_path: Path, small: Finished, started: Callable[..., subprocess.Popen[str]],
    command: Callable[..., Ended], server: dict[str, str], made_in: Callable[[Path], dict[str, str]],
) -> None:  # fmt: skip
    killed = []

    def start_and_kill(point: Point, **environment: str) -> None:
        empty.mkdir(exist_ok=True)
        kill_at(point, Watched(empty, started(empty, *SMALL, **environment)))
        killed.append(point[0])

    for point in POINTS_WITH_A_SERVER_OF_ITS_OWN:
        start_and_kill(point)
        orphan = json.loads((empty / "prefect" / "server.json").read_text())["pid"]
        assert psutil.pid_exists(orphan), "the server outlives a killed run: the next one must end it"
        assert gone_soon(empty, but=orphan)
    for point in POINTS:
        start_and_kill(point, **server)
        assert gone_soon(empty), "workers, or a server left by an earlier run, outlived the run"
    assert len(set(killed)) >= 8
    with reader_of(empty, tmp_path / "stop") as reader:
        ended = command(empty, *SMALL, **server)
    assert ended.code == 0, ended.said

    assert made_in(empty) == small.made
    assert loads_in(empty) == loads_in(small.data)
    assert files_in(empty) == files_in(small.data), "nothing half made is left, and nothing is missing"
    assert holder(empty) is None
    assert gone_soon(empty)

    assert reader.stdout is not None
    said = json.loads(reader.stdout.read())
    assert reader.returncode == 0
    assert said["errors"] == []
    assert said["files"] == 2, "the warehouse was replaced while it was read"
    with store.open_reader(empty) as con:
        assert said["answers"] == [list(con.execute(WHOLE).fetchall()[0])]
    assert said["answers"][0][2] == 0
