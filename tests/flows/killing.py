"""Kill a run at one point after another, then let it end while its results are read, and tell what was seen.

    python killing.py DATA POINTS ARGUMENTS…

ARGUMENTS are those of `jobmarket`; POINTS are names of points with semicolons between them ("": all). A script, so
that it watches for its points from a process of its own. Prints one JSON object: `killed` (points that were reached),
`outlived` (processes that did not end with the run they belong to), `orphans_lived` (whether each killed run's server
was left for the next run to end), `code` and `said` of the last run, and `read`: what a reader of the published
warehouse met meanwhile.
"""

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

import psutil

COMMAND = str(Path(sys.executable).parent / "jobmarket")
AFTERLIFE = 10
"""Seconds in which what a killed run started must have ended."""
LOOK = 0.003
"""Seconds between two looks; the shortest of the points lasts some hundred times as long."""
Point = tuple[str, Callable[["WatchedCommand"], bool]]

READER = """
# Opens the published warehouse again and again, and holds one connection open all the while.
import json, sys, time
from pathlib import Path
from warehouse.publish.reader import open_reader
data, stop = Path(sys.argv[1]), Path(sys.argv[2])
query = sys.argv[3]
files, answers, errors, n = set(), set(), [], 0
long = open_reader(data)
before = long.execute(query + ", (SELECT count(*) FROM ops.runs)").fetchone()
while not stop.exists():
    try:
        files.add((data / "market.duckdb").stat().st_ino)
        with open_reader(data) as con:
            answers.add(con.execute(query).fetchone())
        after = long.execute(query + ", (SELECT count(*) FROM ops.runs)").fetchone()
        if after != before:
            errors.append(f"an open connection saw {after} instead of {before}")
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
    n += 1
    time.sleep(0.2)
print(json.dumps({"n": n, "files": len(files), "answers": sorted(answers), "errors": errors[:5]}))
"""
WHOLE = """
SELECT (SELECT count(*) FROM core.postings), (SELECT count(*) FROM core.posting_skills),
    (SELECT count(*) FROM core.posting_skills ANTI JOIN core.postings USING (posting_id)),
    (SELECT count(*) FROM mart.salary_bands), (SELECT count(*) FROM mart.figures)
"""


class WatchedCommand:
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
        return words in said_in(self.data)

    def workers(self) -> list[psutil.Process]:
        """Processes that read adverts."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return [
                child
                for child in psutil.Process(self.process.pid).children(recursive=True)
                if "--multiprocessing-fork" in child.cmdline()
            ]
        return []


POINTS: list[Point] = [
    ("Prefect is starting", lambda run: run.logged("starting Prefect")),
    ("answers are being archived", lambda run: run.new("archive/*/*.part")),
    ("an archive file is whole", lambda run: run.new("archive/*/*.warc.gz")),
    ("the working file is being made", lambda run: run.new("work.duckdb.new")),
    ("a worker has half written a refined file", lambda run: run.new("refined/*/*.part") and bool(run.workers())),
    ("a refined file is whole", lambda run: run.new("refined/lever/*Z.parquet")),
    ("one source is loaded and the next is not", lambda run: run.logged("loaded currency_table")),
    ("marts are being computed", lambda run: run.logged("computed mart.salary_bands:")),
    ("the new warehouse is half written", lambda run: run.new("market.duckdb.new")),
    ("the new warehouse is in place, the guide is not", lambda run: run.new("market.duckdb")),
]


def start(data: Path, arguments: list[str]) -> subprocess.Popen[str]:
    """The command, started; what it says goes to a file beside its folder."""
    with Path(f"{data}.said").open("w") as log:
        return subprocess.Popen(
            [COMMAND, *arguments],
            env={**os.environ, "JOBMARKET_DATA": str(data)},
            stdout=log,
            stderr=log,
            text=True,
        )


def said_in(data: Path) -> str:
    """What the command said last."""
    return Path(f"{data}.said").read_text()


def kill_at(point: Point, run: WatchedCommand) -> None:
    """kill -9 of the command's main process as soon as a point is reached."""
    name, is_reached = point
    while not is_reached(run):
        if run.process.poll() is not None:
            raise SystemExit(f"the run ended ({run.process.returncode}) before: {name}\n{said_in(run.data)}")
        time.sleep(LOOK)
    os.kill(run.process.pid, signal.SIGKILL)
    if run.process.wait(timeout=AFTERLIFE) != -signal.SIGKILL:
        raise SystemExit(f"the run ended before: {name}\n{said_in(run.data)}")


def processes_of(data: Path) -> list[psutil.Process]:
    """Living processes that were started for a data folder."""
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("JOBMARKET_DATA") == str(data):
                processes.append(process)
    return processes


def outlived(data: Path) -> list[str]:
    """Commands of processes of a data folder that do not end in time."""
    until = time.monotonic() + AFTERLIFE
    while survivors := processes_of(data):
        if time.monotonic() > until:
            return [" ".join(process.cmdline()) for process in survivors]
        time.sleep(0.1)
    return []


@contextlib.contextmanager
def reader_of(data: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that reads the published warehouse until this ends."""
    stop = Path(f"{data}.stop")
    command = [sys.executable, "-c", READER, str(data), str(stop), WHOLE]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        stop.touch()
        process.wait()


def main(data: Path, names: str, arguments: list[str]) -> dict[str, object]:
    """Kill at points, run to the end, and tell."""
    points = [point for point in POINTS if not names or point[0] in names.split(";")]
    data.mkdir(exist_ok=True)
    survivors: list[str] = []
    for point in points:
        kill_at(point, WatchedCommand(data, start(data, arguments)))
        survivors += outlived(data)
    with reader_of(data) as reader:
        last = start(data, arguments)
        code = last.wait()
    survivors += outlived(data)
    assert reader.stdout is not None
    return {
        "killed": [name for name, _ in points],
        "outlived": survivors,
        "code": code,
        "said": said_in(data),
        "read": json.loads(reader.stdout.read()),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        print(json.dumps(main(folder, sys.argv[2], sys.argv[3:])))
    finally:
        for process in processes_of(folder):
            process.kill()
