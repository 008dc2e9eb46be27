"""What a night costs by how much changed since the last. `python -m tests.bench.nights`, and part of `make bench`.

The first night takes one recording of Greenhouse's boards into an empty folder: the real list of 6 January 2026 in
../shared/real when it is there, else the bundled sample. Each second night takes the same answers a day later into a
copy of that folder, with the titles or places of a share of the adverts edited; which ones is a matter of their ids
alone, so they are spread over the boards. An edited advert changes its board's answer, which is then parsed as a
whole, while of its adverts only those that changed are read: with 36 adverts a board, 1 % of the adverts is every
fourth board, and these hold three fifths of all adverts.

Every night is a process of its own that meets the readers' caches and lookups cold, as a night does; what Prefect and
Great Expectations need to start is apart: both are loaded, with DuckDB, pandas and the flow's own modules, and a first
suite made, before the clock starts, and the flow's functions are called without Prefect. Seconds are CPU time of the
process and its threads, so that other work on the machine does not change the ratios; each step's own, without the
steps inside it. Seconds by the wall's clock stand beside. The two nights that are judged take turns, `ROUNDS` times,
and the least of each counts: the mood of a machine changes within minutes.
"""

from __future__ import annotations

import contextlib
import functools
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from extractors.archive.reader import read
from extractors.archive.writer import Writer
from extractors.response import Response
from tests.bench.apart import run_apart
from tests.bench.timing import cpu_seconds

REPO = Path(__file__).parents[2]
REAL = REPO.parent / "shared" / "real" / "payloads" / "greenhouse" / "2026-01-06T0106.warc.gz"
SAMPLE = REPO / "extractors" / "sample" / "recordings" / "greenhouse"
SOURCE = "greenhouse"
SHARES = (0.0, 0.01, 0.1, 1.0)
"""Shares of adverts that a second night finds edited."""
ROUNDS = 3
MAX_OF_FIRST = 0.10
"""A second night in which nothing changed must cost less than this share of the first."""
CITIES = ("Berlin, Germany", "Austin, TX", "São Paulo, Brazil", "Toronto, Canada", "Warsaw, Poland", "Remote - US")
STEPS = {
    "archive": ("flows.backfill", "archive_recordings"),
    "refine": ("flows.night.load", "refine_archive"),
    "load": ("flows.night.load", "load_refined"),
    "employers": ("warehouse.load.employers", "resolve"),
    "jobs": ("warehouse.load.jobs", "resolve"),
    "marts": ("flows.night.publish", "compute_marts"),
    "checks": ("warehouse.checks.gate", "check_table"),
    "sound": ("warehouse.checks.integrity", "judge"),
    "figures": ("flows.night.publish", "compute_figures"),
    "publish": ("flows.night.publish", "publish"),
    "warehouse": ("warehouse.publish.market", "stage"),
}
"""Steps of a night by where the function stands that does it. Checks are those of the load and of the marts."""
REST = "rest"


@dataclass(frozen=True, kw_only=True)
class Night:
    """What a night cost: CPU seconds by step, and seconds by the wall's clock."""

    steps: Mapping[str, float]
    wall: float

    @property
    def seconds(self) -> float:
        """CPU seconds of all steps."""
        return sum(self.steps.values())


# --- recordings -----------------------------------------------------------------------------------------


def recording_to_measure() -> Path:
    """The real list of Greenhouse's boards, else the sample's first night."""
    return REAL if REAL.exists() else next(iter(sorted(SAMPLE.glob("*.warc.gz"))))


def record(recording: Path, folder: Path, *, share: float, days: int) -> tuple[Path, int, int]:
    """The recording again, so many days later, with a share of its adverts edited; how many it has, and were."""
    target = folder / SOURCE / recording.name
    n_adverts = n_edited = 0
    with Writer(target) as writer:
        for answer in read(recording):
            if not isinstance(answer, Response):
                raise ValueError(f"{recording}: {answer.record} is no whole answer")
            payload = orjson.loads(answer.body) if answer.status == 200 else {"jobs": []}
            jobs = [job for job in payload["jobs"] if job and job.get("id")]  # the sample has broken ones
            edits = [edit_job(job) for job in jobs if is_chosen(job, share)]
            n_adverts, n_edited = n_adverts + len(jobs), n_edited + len(edits)
            writer.write(
                url=answer.url,
                observed_at=answer.observed_at + timedelta(days=days),
                status=answer.status,
                headers=[("content-type", "application/json")],
                body=orjson.dumps(payload) if edits else answer.body,
            )
    return target, n_adverts, n_edited


def is_chosen(job: Mapping[str, Any], share: float) -> bool:
    """Whether an advert is among the share that is edited: by its id alone."""
    return random.Random(f"chosen {job['id']}").random() < share


def edit_job(job: dict[str, Any]) -> dict[str, Any]:
    """Edit an advert's title or place, in the answer it stands in."""
    chance = random.Random(f"edited {job['id']}")
    if chance.random() < 0.5:
        job["title"] = f"{job.get('title')} {chance.choice(('II', '(m/f/d)', '- 2nd opening'))}"
    else:
        job["location"] = {"name": chance.choice([city for city in CITIES if city not in str(job.get("location"))])}
    return job


# --- one night ------------------------------------------------------------------------------------------


def night(data: Path, recording: Path) -> Night:
    """Take a recording into a data folder, as `jobmarket backfill` does, without Prefect."""
    from flows import backfill, nightly
    from flows.runs.run_record import Request
    from flows.runtime.settings import Settings
    from warehouse.checks import gate

    gate.great_expectations()
    request = Request(settings=Settings(data=data, workers=1), command="bench", sources=())
    data.mkdir(parents=True, exist_ok=True)
    with clocks_on_steps() as seconds:
        wall_start, cpu_start = time.perf_counter(), cpu_seconds()
        health = backfill.archive_recordings(SOURCE, [recording], request)
        outcome = nightly.from_archive(request, [health])
        seconds[REST] = cpu_seconds() - cpu_start - sum(seconds.values())
        wall = time.perf_counter() - wall_start
    if outcome.exit_code:
        raise RuntimeError(f"the night of {recording} ended with {outcome.exit_code}: {'; '.join(outcome.messages)}")
    return Night(steps=seconds, wall=wall)


@contextlib.contextmanager
def clocks_on_steps(
    steps: Mapping[str, tuple[str, str]] = STEPS, running: list[str] | None = None
) -> Iterator[dict[str, float]]:
    """CPU seconds of each step while the context lasts, without the steps inside it; Prefect's tasks are plain.

    `running` holds the names of the steps that run, the innermost last.
    """
    import flows.backfill
    from flows.night import fetch, load, publish

    running = [] if running is None else running
    seconds = dict.fromkeys(steps, 0.0)
    inner = [0.0]
    originals: list[tuple[Any, str, Any]] = []

    def clocked(step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(work)
        def timed(*args: Any, **kwargs: Any) -> Any:
            begin = cpu_seconds()
            inner.append(0.0)
            running.append(step)
            try:
                return work(*args, **kwargs)
            finally:
                running.pop()
                cost = cpu_seconds() - begin
                seconds[step] += cost - inner.pop()
                inner[-1] += cost

        return timed

    def put(module: Any, name: str, value: Any) -> None:
        originals.append((module, name, getattr(module, name)))
        setattr(module, name, value)

    for module in (fetch, load, publish, flows.backfill):
        for name, value in list(vars(module).items()):
            if type(value).__name__ == "Task":
                put(module, name, value.fn)
    for step, (module_name, name) in steps.items():
        module = sys.modules[module_name]
        put(module, name, clocked(step, getattr(module, name)))
    try:
        yield seconds
    finally:
        for module, name, value in reversed(originals):
            setattr(module, name, value)


def night_apart(data: Path, recording: Path) -> Night:
    """A night in a process of its own."""
    return run_apart(night, data, recording)


# --- the table ------------------------------------------------------------------------------------------


def nights(
    recording: Path, folder: Path, shares: Sequence[float] = SHARES, rounds: int = ROUNDS
) -> Iterator[tuple[str, int, Night]]:
    """The first night and then a second one for each share: name, adverts edited, and cost.

    The first night and one after which nothing changed take turns, and the least of each counts.
    """
    first, n_adverts, _ = record(recording, folder / "first", share=0.0, days=0)
    seconds = [(share, *record(recording, folder / f"{share}", share=share, days=1)) for share in shares]
    name_of_first = f"first, {n_adverts:,} adverts"
    n_of = {name_of_first: n_adverts} | {f"{share:.0%} edited": n for share, _, _, n in seconds}
    costs: dict[str, list[Night]] = {name: [] for name in n_of}
    for number in range(rounds):
        data = folder / f"data {number}"
        costs[name_of_first].append(night_apart(data, first))
        for share, second, _, _ in seconds:
            if share == 0 or number == rounds - 1:
                copy = shutil.copytree(data, folder / "copy")
                costs[f"{share:.0%} edited"].append(night_apart(copy, second))
                shutil.rmtree(copy)
        shutil.rmtree(data)
    for name, repeats in costs.items():
        yield name, n_of[name], min(repeats, key=lambda cost: cost.seconds)


def lines(table: Sequence[tuple[str, int, Night]]) -> Iterator[str]:
    """The table: CPU seconds of each step, their sum beside the first night's, and the wall's clock."""
    steps = [*STEPS, REST]
    yield f"{'night':<22}" + "".join(f"{step:>10}" for step in steps) + f"{'CPU s':>8}{'of first':>10}{'wall s':>8}"
    first = table[0][2]
    for name, _, cost in table:
        parts = "".join(f"{cost.steps[step]:>10.2f}" for step in steps)
        yield f"{name:<22}{parts}{cost.seconds:>8.2f}{cost.seconds / first.seconds:>10.1%}{cost.wall:>8.2f}"


def is_cheap(table: Sequence[tuple[str, int, Night]]) -> bool:
    """Whether the second night in which nothing changed cost less than `MAX_OF_FIRST` of the first."""
    return table[1][2].seconds < MAX_OF_FIRST * table[0][2].seconds


def report() -> tuple[list[str], bool]:
    """What to print, and whether an unchanged night is cheap enough. The sample is too small to judge it by."""
    recording = recording_to_measure()
    is_real = recording == REAL
    with tempfile.TemporaryDirectory() as name:
        table = list(nights(recording, Path(name)))
    of = "the real Greenhouse list" if is_real else "the bundled sample (no ../shared/real), too small to be judged by"
    output = [f"nights by share of adverts edited, on {of}: {recording.name}", *lines(table)]
    output.append(f"a night in which nothing changed must cost less than {MAX_OF_FIRST:.0%} of the first")
    return output, is_cheap(table) or not is_real


def main() -> int:
    """Print the table; 1 when a night in which nothing changed costs too much."""
    output, is_met = report()
    print("\n".join(output))
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
