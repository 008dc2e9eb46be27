"""The real command in a process of its own, the same command in this process without Prefect, and what they made.

The two session-wide folders are read or copied, never written by a test.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import flows.backfill
import flows.crawl
import flows.engine.prefect_server
import flows.nightly
from flows.cli import main
from flows.night import fetch, load, publish
from flows.runs import run_record
from flows.runs.run_record import Outcome, Request
from reports.figures.catalogue import declarations
from reports.guide import desk
from reports.release.build import site_files
from tests.builders import export_parquet
from tests.extractors.conftest import board  # noqa: F401  # a fixture: the server on loopback
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.publish import atomic_files, market

REPO = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).parent / "jobmarket")
SMALL = ("run", "--sample", "--source", "lever", "--source", "currency_table")
"""A run of one posting source and one of rates: every step of the night in a third of its time."""


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """How a command ended and what it printed. `log` is what it logged, for a command in this process."""

    code: int
    out: str
    err: str
    log: str = ""

    @property
    def said(self) -> str:
        """All it printed, white space folded, so that line breaks of the layout do not matter."""
        return " ".join(f"{self.out} {self.err} {self.log}".split())


def environment(data: Path, **more: str) -> dict[str, str]:
    """The environment of a real command: its data folder, and none of this process's settings."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("JOBMARKET_", "PREFECT_"))}
    return {**variables, "JOBMARKET_DATA": str(data), **more}


@pytest.fixture(scope="session")
def started() -> Callable[..., subprocess.Popen[str]]:
    """started(data, *arguments, typed="", **environment): the real command, started.

    What it prints goes to `<data>.out` and `<data>.err` beside its data folder.
    """

    def start(data: Path, *arguments: str, typed: str = "", **more: str) -> subprocess.Popen[str]:
        beside = [data.parent / f"{data.name}.{end}" for end in ("in", "out", "err")]
        beside[0].write_text(typed)
        with beside[0].open() as keys, beside[1].open("w") as out, beside[2].open("w") as err:
            return subprocess.Popen(
                [COMMAND, *arguments],
                cwd=REPO, env=environment(data, **more), stdin=keys, stdout=out, stderr=err, text=True,
            )  # fmt: skip

    return start


@pytest.fixture(scope="session")
def command(started: Callable[..., subprocess.Popen[str]]) -> Callable[..., CommandResult]:
    """command(data, *arguments, typed="", **environment): the real command, from start to end."""

    def run(data: Path, *arguments: str, **more: str) -> CommandResult:
        return wait_for_end(started(data, *arguments, **more), data)

    return run


def wait_for_end(process: subprocess.Popen[str], data: Path) -> CommandResult:
    """How a started command ended. No time is set: a busy machine needs minutes for what takes seconds."""
    try:
        code = process.wait()
    finally:
        end(process)
    out, err = ((data.parent / f"{data.name}.{end}").read_text() for end in ("out", "err"))
    return CommandResult(code=code, out=out, err=err)


def end(process: subprocess.Popen[str]) -> None:
    """End a command in good order, so that it ends its own server too.

    Not by SIGINT, which a shell lets what it runs in the background ignore, perhaps these tests.
    """
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=60)
        process.kill()


# --- the command in this process ------------------------------------------------------------------------


class PlainTask:
    """A Prefect task as the plain function it decorates. `submit` runs it at once."""

    def __init__(self, task: Any) -> None:
        self.fn = task.fn

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fn(*args, **kwargs)

    def submit(self, *args: Any, **kwargs: Any) -> TaskFuture:
        try:
            return TaskFuture(self.fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # Prefect keeps whatever a task raised, too
            return TaskFuture(error)


class TaskFuture:
    """What a task came to, in the shape of Prefect's future."""

    def __init__(self, result: Any) -> None:
        self._result = result

    def result(self, raise_on_failure: bool = True) -> Any:
        if raise_on_failure and isinstance(self._result, Exception):
            raise self._result
        return self._result


def without_prefect(patch: pytest.MonkeyPatch) -> None:
    """Take Prefect's decorators off both flows: the functions below them must do the same work."""
    for module in (fetch, load, publish, flows.backfill, flows.crawl):
        for name, value in list(vars(module).items()):
            if type(value).__name__ == "Task":
                patch.setattr(module, name, PlainTask(value))
    for name in ("nightly", "rebuild"):
        patch.setattr(flows.nightly, name, getattr(flows.nightly, name).fn)
    patch.setattr(flows.backfill, "backfill", flows.backfill.backfill.fn)
    patch.setattr(flows.crawl, "crawl", flows.crawl.crawl.fn)
    patch.setattr(flows.engine.prefect_server, "server_for_run", lambda runs: contextlib.nullcontext())


@pytest.fixture
def undecorated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both flows and their tasks as plain functions, for a test that calls them itself."""
    without_prefect(monkeypatch)


@pytest.fixture(scope="session")
def here() -> Callable[..., int]:
    """here(data, *arguments, **environment): the command in this process, without Prefect. Gives its exit code.

    Adverts are read here too, not in a pool, so that what a test replaced in a reader is in use.
    """

    def run(data: Path, *arguments: str, **more: str) -> int:
        with pytest.MonkeyPatch.context() as patch:
            without_prefect(patch)
            patch.delenv("JOBMARKET_CONTACT", raising=False)  # nobody is asked for rates
            for name, value in {"JOBMARKET_DATA": str(data), "JOBMARKET_WORKERS": "1", **more}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["jobmarket", *arguments])
            patch.setattr(signal, "signal", lambda number, handler: None)  # this process is not the command's
            with pytest.raises(SystemExit) as error:
                main.main()
        return int(error.value.code or 0)

    return run


@pytest.fixture
def plain(
    here: Callable[..., int], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[..., CommandResult]:
    """plain(data, *arguments, **environment): as `here`, with what was printed and logged."""

    def run(data: Path, *arguments: str, **more: str) -> CommandResult:
        capsys.readouterr()
        caplog.clear()
        with caplog.at_level(logging.INFO, logger="jobmarket"):
            code = here(data, *arguments, **more)
        output = capsys.readouterr()
        return CommandResult(code=code, out=output.out, err=output.err, log=caplog.text)

    return run


@pytest.fixture
def loading(plain: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch) -> Callable[..., CommandResult]:
    """loading(data, *arguments): as `plain`, but the night publishes its rows without marts, guide and site.

    For tests of loads, rejects and health, which need neither marts nor pages.
    """

    def publish_rows(request: Request, outcome: Outcome, _: object) -> Outcome:
        with run_record.work_of(request) as con:
            staged = market.stage(
                con, request.outputs.market, lambda fresh: run_record.write_end(fresh, request, outcome)
            )
        atomic_files.commit([staged])
        return outcome

    monkeypatch.setattr(publish, "compute_marts", lambda request, as_of: ([], []))
    monkeypatch.setattr(publish, "publish", publish_rows)
    monkeypatch.setattr("flows.cli.run_report.print_headlines", lambda *_: None)  # there are no figures
    return plain


def first_page(*arguments: Any) -> Iterator[tuple[str, bytes]]:
    """The first file of a site, in place of all: `reports.release.build.site_files`."""
    return itertools.islice(site_files(*arguments), 1)


@pytest.fixture
def briefly(plain: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch) -> Callable[..., CommandResult]:
    """briefly(data, *arguments): as `plain`, but the first page is all of the site.

    For tests of whole nights that look at no other page.
    """
    monkeypatch.setattr(publish, "site_files", first_page)
    return plain


@pytest.fixture
def standing(briefly: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch) -> Callable[..., CommandResult]:
    """standing(data, *arguments): as `briefly`, but marts and figures of the last night stand; none is computed.

    For tests of publishing, in a folder that has published before.
    """

    def read_marts(request: Request, as_of: date) -> tuple[list[str], list[Figures]]:
        with run_record.work_of(request) as con:
            return [], list(desk.read_ledger(con, as_of, declarations(con)))

    monkeypatch.setattr(publish, "compute_marts", read_marts)
    return briefly


# --- finished folders -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FinishedRun:
    """A data folder after a run: where it is, how the run ended, and what the run made, by name."""

    data: Path
    ended: CommandResult
    made: Mapping[str, str]


@pytest.fixture(scope="session")
def made_in() -> Callable[[Path], dict[str, str]]:
    """made_in(folder): digests of what a run makes: guide, page, the ordered Parquet of core.* and mart.*."""
    return digests


def digests(folder: Path) -> dict[str, str]:
    files = [folder / "guide.md", folder / "site" / "index.html"]
    with database.open_work(folder) as con:
        files += export_parquet(con, folder / "tmp" / "compared")
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    shutil.rmtree(folder / "tmp")
    return sums


@pytest.fixture(scope="session")
def sample(made_once: Callable[..., Path], here: Callable[..., int]) -> FinishedRun:
    """The whole sample, run in an empty folder. `test_kill.py` has nights of the real command, `.ci/run` this one."""

    def run(data: Path) -> CommandResult:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            code = here(data, "run", "--sample")
        return CommandResult(code=code, out=out.getvalue(), err="")

    return finished(made_once, "sample", run)


@pytest.fixture(scope="session")
def small(made_once: Callable[..., Path], here: Callable[..., int]) -> FinishedRun:
    """The small run, undisturbed."""
    return finished(made_once, "small", lambda data: CommandResult(code=here(data, *SMALL), out="", err=""))


def finished(made_once: Callable[..., Path], name: str, run: Callable[[Path], CommandResult]) -> FinishedRun:
    """A run that one process of the tests does, with its record beside the data folder for the others."""

    def make(folder: Path) -> None:
        result = run(folder / "data")
        assert result.code == 0, result.said
        (folder / "record.json").write_text(json.dumps({"ended": asdict(result), "made": digests(folder / "data")}))

    folder = made_once(name, make)
    record = json.loads((folder / "record.json").read_text())
    return FinishedRun(data=folder / "data", ended=CommandResult(**record["ended"]), made=record["made"])


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[FinishedRun], Path]:
    """copy_of(run): a copy of a finished folder, for a test to write into."""

    def copy(run: FinishedRun) -> Path:
        return Path(shutil.copytree(run.data, tmp_path / "data"))

    return copy


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "data"
