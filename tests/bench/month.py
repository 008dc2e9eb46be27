"""What thirty nights cost, in most of which nothing changed. `make long`, or `python -m tests.bench.month`.

The bundled sample's boards, whose adverts carry text and pay, answer night after night as they did in its first night,
from the eleventh night on as in its second and from the twenty-first as in its third; all other nights change nothing
but the day. Each night is a process of its own, which takes its answers in as `jobmarket backfill` does, without
Prefect. The table shows the sizes of both database files, rows in the tables behind the marts, CPU seconds and peak
memory of the night. What a night without changes adds to a file is the mean over such nights of the blocks in use: a
night writes new blocks before it frees old ones, which the next night fills, so files settle a few blocks (of 256 KiB)
above that in the nights after a change (`N_SETTLING`), and their size swings.
"""

from __future__ import annotations

import itertools
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from extractors.archive.reader import read
from extractors.archive.writer import Writer
from extractors.response import Response
from tests.bench import nights
from tests.bench.apart import run_apart

SAMPLE = nights.REPO / "extractors" / "sample" / "recordings"
BOARDS = ("ashby", "greenhouse", "lever")
RATES = "currency_table"
"""Its monthly tables come with the first night, so that pay is converted."""
N_NIGHTS = 30
N_SETTLING = 3
"""Nights after a change in which files take the size at which they swing: tables that are added to every night leave
the blocks that they shared with others. This comes once after each change and does not add up.
"""
MAX_GROWTH = 100_000
"""Bytes that a night without changes may add to a file."""
SWING = 4 * 262_144
"""Bytes by which the blocks in use go up and down from night to night, and differ between two runs of the same nights.
Over a few nights this is more than what nights add.
"""
TABLES = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name = 'mart' ORDER BY ALL"
Recordings = Mapping[str, Sequence[Path]]


@dataclass(frozen=True, kw_only=True)
class Night:
    """What a night left and cost, sizes and the peak of its memory in bytes.

    `market` and `work` are sizes of files, `market_used` and `work_used` of their blocks in use; `n_rows` are rows in
    the tables behind the marts.
    """

    is_changed: bool
    market: int
    work: int
    market_used: int
    work_used: int
    n_rows: int
    seconds: float
    memory: int


def record_night(folder: Path, number: int, n_alike: int, sources: Sequence[str]) -> Recordings:
    """The recordings of a night: those of the sample, so many days later, `n_alike` nights the same."""
    recordings = {}
    for source in sources:
        of_sample = sorted((SAMPLE / source).glob("*.warc.gz"))
        which = min(number // n_alike, len(of_sample) - 1)
        target = folder / source / f"{number:02}.warc.gz"
        with Writer(target) as writer:
            for answer in read(of_sample[which]):
                if isinstance(answer, Response):
                    writer.write(
                        url=answer.url,
                        observed_at=answer.observed_at + timedelta(days=number - which),
                        status=answer.status,
                        headers=[("content-type", "application/json")],
                        body=answer.body,
                    )
        recordings[source] = [target]
    if number == 0:
        recordings[RATES] = sorted((SAMPLE / RATES).glob("*.warc.gz"))
    return recordings


def night(data: Path, recordings: Recordings, is_changed: bool) -> Night:
    """Take recordings into a data folder, and look at what stands there afterwards."""
    from flows import backfill, nightly
    from flows.runs.run_record import Request
    from flows.runtime.settings import Settings
    from warehouse.checks import gate

    gate.great_expectations()
    request = Request(settings=Settings(data=data, workers=1), command="bench", sources=())
    data.mkdir(parents=True, exist_ok=True)
    with nights.clocks_on_steps():
        start = time.process_time()
        health = [backfill.archive_recordings(source, files, request) for source, files in recordings.items()]
        outcome = nightly.from_archive(request, health)
        seconds = time.process_time() - start
    if outcome.exit_code:
        raise RuntimeError(f"the night of {recordings} ended with {outcome.exit_code}: {'; '.join(outcome.messages)}")
    market, work = data / "market.duckdb", data / "work.duckdb"
    with duckdb.connect(str(market), read_only=True) as con:
        names = [name for (name,) in con.execute(TABLES).fetchall()]
        n_rows = sum(con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in names)
    return Night(
        is_changed=is_changed,
        market=market.stat().st_size,
        work=work.stat().st_size,
        market_used=used(market),
        work_used=used(work),
        n_rows=n_rows,
        seconds=seconds,
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


def used(path: Path) -> int:
    """Bytes of a database file that are in use."""
    with duckdb.connect(str(path), read_only=True) as con:
        size, n_blocks = con.execute("SELECT block_size, used_blocks FROM pragma_database_size()").fetchall()[0]
    return int(size * n_blocks)


def night_apart(data: Path, recordings: Recordings, is_changed: bool) -> Night:
    """A night in a process of its own."""
    return run_apart(night, data, recordings, is_changed)


def month(folder: Path, n_nights: int = N_NIGHTS, *, sources: Sequence[str] = BOARDS) -> Iterator[Night]:
    """Night after night in one data folder; three times in all, what is answered is new."""
    n_alike = -(-n_nights // 3)
    for number in range(n_nights):
        recordings = record_night(folder / "recordings", number, n_alike, sources)
        yield night_apart(folder / "data", recordings, number % n_alike == 0)
        shutil.rmtree(folder / "recordings")


def growth(costs: Sequence[Night], name: str) -> float:
    """Bytes, or rows, that a night without changes adds on average, once files have settled after the last change."""
    gains = _list_gains(costs, name)
    return sum(gains) / len(gains)


def has_grown(costs: Sequence[Night], name: str) -> bool:
    """Whether nights without changes together add more bytes to a file than they may, beyond its swing."""
    gains = _list_gains(costs, name)
    return sum(gains) > len(gains) * MAX_GROWTH + SWING


def _list_gains(costs: Sequence[Night], name: str) -> list[int]:
    sizes: list[int] = [getattr(cost, name) for cost in costs]
    return [
        after - before
        for number, (before, after) in enumerate(itertools.pairwise(sizes), start=1)
        if not any(cost.is_changed for cost in costs[max(number - N_SETTLING, 0) : number + 1])
    ]


def line(number: int, cost: Night) -> str:
    """A night's line of the table."""
    sizes = "".join(f"{size / 1e6:>12.2f}" for size in (cost.market, cost.market_used, cost.work, cost.work_used))
    name = f"{number + 1:>3}{' new' if cost.is_changed else '':<6}"
    return f"{name}{sizes}{cost.n_rows:>12,}{cost.seconds:>10.2f}{cost.memory / 1e6:>12.0f}"


def main() -> int:
    """Print the table; 1 when a night without changes adds too much to a file."""
    columns = ("market MB", "used", "work MB", "used", "mart rows")
    print(f"{'night':<9}{''.join(f'{name:>12}' for name in columns)}{'CPU s':>10}{'peak MB':>12}", flush=True)
    costs: list[Night] = []
    with tempfile.TemporaryDirectory() as name:
        for number, cost in enumerate(month(Path(name))):
            costs.append(cost)
            print(line(number, cost), flush=True)
    gains = {name: growth(costs, f"{name}_used") / 1e3 for name in ("market", "work")}
    print(
        f"once settled, a night without changes adds {gains['market']:.1f} kB to market.duckdb and {gains['work']:.1f}"
        f" kB to work.duckdb (allowed are {MAX_GROWTH / 1e3:.0f} kB, and a swing of {SWING / 1e3:,.0f} kB in all),"
        f" and {growth(costs, 'n_rows'):.1f} rows"
    )
    return 1 if any(has_grown(costs, f"{name}_used") for name in gains) else 0


if __name__ == "__main__":
    sys.exit(main())
