"""Kill a run before or after named calls of named functions, one point after another, and tell what was seen.

    python -m tests.flows.kill_points FOLDER

In FOLDER a first night is published. From there `undisturbed` goes on at once, and `killed` is killed at every point,
begun again each time, and at last let end, while a reader asks what is published. Each run is a process forked from
this one, which has imported everything and opened nothing, so that a point costs seconds; the runs use no Prefect.
Prints one JSON object: `killed` (points that were reached), `missed` (what the run of a point ended with instead),
`codes` of both last runs, and `read`: what the reader met.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import pkgutil
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from extractors.refine.cache import code_key
from flows.cli import main as cli
from flows.night import fetch
from flows.runtime.version import code_version
from tests.flows.conftest import without_prefect
from tests.flows.killing import reader_of
from transforms.records.columns import table_of
from transforms.text.lookups import roles
from warehouse.checks import gate
from warehouse.marts import cell_cache
from warehouse.marts.compute import MARTS
from warehouse.tables import Roles

RUN = ("run", "--sample", "--source", "lever", "--source", "currency_table")
N_BOARDS = 2
"""Boards of the sample that are asked: a run costs little, and every step of it has something to do."""


class Point(NamedTuple):
    """When to kill: before or after the call of that number of a function (`module:name`, or `mart:table`)."""

    stage: str
    where: str
    when: str
    call: int = 1


POINTS = [
    Point("fetch", "extractors.archive.writer:Writer.write", "before"),
    Point("fetch", "extractors.archive.writer:Writer.write", "after", 9),
    Point("fetch", "flows.night.fetch:salvage", "before"),
    Point("fetch", "flows.night.fetch:salvage", "after"),
    Point("fetch", "extractors.archive.writer:_finish", "before"),
    Point("fetch", "extractors.archive.writer:_finish", "after", 17),
    Point("fetch", "extractors.archive.index:ArchiveIndex.add", "before", 18),
    Point("fetch", "extractors.archive.index:ArchiveIndex.add", "after", 19),
    Point("load", "warehouse.database:begin_run", "before"),
    Point("load", "warehouse.database:begin_run", "after"),
    Point("refine", "extractors.refine.workers:refine", "before"),
    Point("refine", "extractors.refine.refine:_write", "before", 2),
    Point("refine", "extractors.refine.refine:_write", "after", 4),
    Point("refine", "extractors.refine.workers:refine", "after", 5),
    Point("load", "warehouse.database:load_lookup", "after", 2),
    Point("load", "warehouse.load.loader:load", "before"),
    Point("load", "warehouse.load.loader:_load_file", "before", 3),
    Point("load", "warehouse.load.loader:_record_load", "after", 4),
    Point("load", "warehouse.load.history:_collect", "after"),
    Point("load", "warehouse.load.history:step", "after"),
    Point("load", "warehouse.database:record_checks", "before", 2),
    Point("derive", "warehouse.load.employers:resolve", "before"),
    Point("derive", "warehouse.load.employers:resolve", "after"),
    Point("derive", "warehouse.load.jobs:_compare", "after"),
    Point("derive", "warehouse.load.jobs:resolve", "after"),
    Point("derive", "warehouse.load.usd_conversion:_convert", "after", 2),
    Point("derive", "warehouse.load.loader:mark_derived_current", "before"),
    Point("derive", "warehouse.load.loader:mark_derived_current", "after"),
    Point("marts", "warehouse.database:restore_published", "after"),
    Point("marts", "mart:mart.salary_bands", "after"),
    Point("marts", "mart:mart.shares", "before"),
    Point("marts", "mart:mart.shares", "after"),
    Point("gates", "warehouse.checks.gate:check", "before", 2),
    Point("gates", "warehouse.checks.gate:check", "after", 3),
    Point("marts", "warehouse.database:write_mart", "before"),
    Point("marts", "warehouse.database:write_mart", "after", 3),
    Point("marts", "flows.night.publish:compute_figures", "after"),
    Point("gates", "warehouse.checks.integrity:judge", "after"),
    Point("publish", "reports.guide.refresh:stage", "after"),
    Point("publish", "warehouse.publish.market:_renew_market", "after"),
    Point("publish", "warehouse.publish.atomic_files:commit", "before"),
    Point("publish", "warehouse.publish.atomic_files:sync_folder", "before"),
    Point("publish", "warehouse.publish.atomic_files:sync_folder", "after", 2),  # 1: the record of the run before
    Point("publish", "warehouse.publish.atomic_files:sync_folder", "after", 3),
    Point("publish", "warehouse.publish.atomic_files:commit", "after"),
    Point("publish", "warehouse.load.archive_records:_add_file", "after"),
    Point("publish", "flows.runs.run_log:end", "before"),
]
"""In the order in which a run comes by them: each run begins where the one before was killed."""


def arm(point: Point, patch: pytest.MonkeyPatch) -> None:
    """Let this process kill itself at a point."""
    module, _, name = point.where.partition(":")
    calls = itertools.count(1)

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            is_it = next(calls) == point.call
            if is_it and point.when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*args, **more)
            if is_it:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    if module == "mart":
        cls, mart = next((cls, mart) for cls, mart in MARTS.items() if table_of(cls).name == name)
        patch.setitem(MARTS, cls, mart._replace(compute=deadly(mart.compute)))
        return
    owner = pkgutil.resolve_name(f"{module}:{name.rpartition('.')[0]}" if "." in name else module)
    last = name.rpartition(".")[2]
    patch.setattr(owner, last, deadly(getattr(owner, last)))


def run(data: Path, *, point: Point | None = None, n_nights: int | None = None) -> int:
    """A run in a process of its own; its exit code, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = _run_here(data, point, n_nights)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _run_here(data: Path, point: Point | None, n_nights: int | None) -> int:
    with Path(f"{data}.said").open("w") as log, pytest.MonkeyPatch.context() as patch:
        for number in (1, 2):
            os.dup2(log.fileno(), number)
        without_prefect(patch)
        patch.setenv("JOBMARKET_DATA", str(data))
        patch.setenv("JOBMARKET_WORKERS", "1")
        patch.setattr(sys, "argv", ["jobmarket", *RUN])
        nights = fetch.plan_fetches

        def few(*args: Any) -> Iterator[Any]:
            for recording, boards, day in itertools.islice(nights(*args), n_nights):
                yield recording, boards[:N_BOARDS], day

        patch.setattr(fetch, "plan_fetches", few)
        if point is not None:
            arm(point, patch)
        try:
            cli.main()
        except SystemExit as error:
            return int(error.code or 0)
    return 0


def killed_at(data: Path) -> Iterator[tuple[Point, int]]:
    """Each point with how its run ended."""
    for point in POINTS:
        start = time.monotonic()
        code = run(data, point=point)
        print(f"{time.monotonic() - start:5.1f} s  {code:3}  {' '.join(map(str, point))}", file=sys.stderr, flush=True)
        if code != -signal.SIGKILL:
            shutil.copyfile(f"{data}.said", f"{data}.missed")
        yield point, code


def main(folder: Path) -> dict[str, object]:
    """Kill at every point, run to the end, and tell."""
    control, victim = folder / "undisturbed", folder / "killed"
    for key in (code_version, cell_cache.code_key, partial(code_key, "lever"), partial(code_key, "currency_table")):
        key()  # is remembered, by the forked processes too
    warm = gate.check(pd.DataFrame(map(asdict, roles())), Roles, gate="warm", run_id="warm")  # loads all of GX, once
    assert warm.passed
    if run(control, n_nights=1) != 0:
        raise SystemExit(Path(f"{control}.said").read_text())
    shutil.copytree(control, victim)
    codes = [run(control)]
    with reader_of(victim) as reader:
        ends = list(killed_at(victim))
        codes.append(run(victim))
    assert reader.stdout is not None
    return {
        "killed": [" ".join(map(str, point)) for point, code in ends if code == -signal.SIGKILL],
        "missed": {" ".join(map(str, point)): code for point, code in ends if code != -signal.SIGKILL},
        "stages": sorted({point.stage for point, code in ends if code == -signal.SIGKILL}),
        "codes": codes,
        "read": json.loads(reader.stdout.read()),
    }


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(main(Path(sys.argv[1]))))
