"""kill -9 at any point costs nothing but time: the same command again ends as if nothing had happened.

`killing.py` does the killing, in a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows.runs.run_log import runs_of
from flows.runtime.lock import find_holder
from tests.flows import killing
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from tests.flows.conftest import FinishedRun

SMALL = ("run", "--sample", "--source", "lever", "--source", "currency_table")


LATE = "the new warehouse is in place, the guide is not"
"""The point of `killing.py` at which a second night of the tests is killed; `make long` takes all points of a first."""


@pytest.fixture(scope="module", params=[LATE, pytest.param("", marks=pytest.mark.long)], ids=["late", "all"])
def killed(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    small: FinishedRun,
) -> dict[str, Any]:
    """What `killing.py` saw, and `data`: the folder in which it killed."""
    data = tmp_path_factory.mktemp("killed") / "data"
    if request.param:  # a night costs a third of the first
        shutil.copytree(small.data, data)
        for name in ("guide.md", "site/index.html"):
            (data / name).write_text("of an older night\n")
    script = [sys.executable, str(Path(killing.__file__)), str(data), request.param, *SMALL]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    result = subprocess.run(script, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return {"data": data, "points": request.param, **json.loads(result.stdout)}


def files_in(data: Path) -> set[str]:
    """All files of a data folder but Prefect's own, and the record of what was published, to which each run adds."""
    names = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    return {name for name in names if not name.startswith(("prefect/", "archive/published/"))}


def loads_in(data: Path) -> list[tuple[object, ...]]:
    with open_reader(data) as con:
        return con.execute("SELECT * FROM ops.loads ORDER BY warc").fetchall()


def test_the_last_run_ends_well_after_many_were_killed(killed: dict[str, Any]) -> None:
    assert len(set(killed["killed"])) == (1 if killed["points"] else 10)
    assert killed["code"] == 0, killed["said"]


def test_the_result_is_that_of_an_undisturbed_run(
    killed: dict[str, Any], small: FinishedRun, made_in: Callable[[Path], dict[str, str]]
) -> None:
    assert loads_in(killed["data"]) == loads_in(small.data)
    assert made_in(killed["data"]) == small.made


def test_nothing_half_made_is_left_and_nothing_is_missing(killed: dict[str, Any], small: FinishedRun) -> None:
    assert files_in(killed["data"]) == files_in(small.data)


def test_neither_lock_nor_process_is_left(killed: dict[str, Any]) -> None:
    assert killed["outlived"] == []
    assert find_holder(killed["data"]) is None
    assert not list((killed["data"] / "prefect").iterdir()), "Prefect leaves no file of a run"


def test_the_last_run_shows_how_far_it_is(killed: dict[str, Any]) -> None:
    assert "starting Prefect" in killed["said"]
    assert "Created temporary directory" not in killed["said"], "that is Great Expectations' own affair"


def test_who_reads_what_is_published_is_never_disturbed(killed: dict[str, Any]) -> None:
    read = killed["read"]
    assert read["errors"] == []
    assert read["n"] > 10
    assert read["files"] == 2, "the warehouse was replaced while it was read"
    assert len(read["answers"]) == 1, "and is the same as before"
    postings, skills, skills_of_none, bands, figures = read["answers"][0]
    assert min(postings, skills, bands, figures) > 0
    assert skills_of_none == 0


def test_a_run_that_is_told_to_end_while_prefect_starts_leaves_nothing(
    empty: Path, started: Callable[..., subprocess.Popen[str]]
) -> None:
    run = started(empty, *SMALL)
    said = empty.parent / f"{empty.name}.err"
    try:
        while "starting Prefect" not in said.read_text():
            assert run.poll() is None
            time.sleep(0.01)
    finally:
        run.terminate()
    assert run.wait() == 128 + signal.SIGTERM
    assert killing.processes_of(empty) == []
    assert find_holder(empty) is None
    assert runs_of(empty)[0].exit_code == 128 + signal.SIGTERM
