"""What a night of very many boards costs: time, memory and bytes. `make long`, or `python -m tests.bench.boards_night`.

A market of boards (`tests.bench.board_market`) answers on loopback; fetching, archiving, reading, loading, marts and
publishing are the night's own code, as `jobmarket run` runs it, without Prefect's server. Only the pauses between
requests are on a clock of their own: how long a night would have taken by its pace is told beside what it took.

The first night asks every board of a list, which `boards import` took in before. Then come, each in a copy of the
folder it left: a night on which nothing changed (half the boards answer 304, half the same content in another order of
keys), and nights on which 1 % and 10 % of the adverts are edited. `--nights N` then runs N nights in a row, counting
the first, with 1 % more of the adverts edited each night.

With `--budget PERCENT` a night may ask no more than that part of the boards: a panel is drawn, and the other requests
go by yield. Then a week of nights comes first, in which each member has its turn, so that shares and rates of the
nights that are measured after it rest on the panel, weighted; what is printed of each night says whether they do.

Each night is a process of its own; CPU seconds are its own and those of its workers. Memory is the largest sum of what
it and its workers held at once (proportional set size), looked at twice a second.

    python -m tests.bench.boards_night [--boards 360 3600 36000] [--nights 7] [--budget 25]
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

import requests

from extractors.source import all_sources
from extractors.sources.declaration import Source
from extractors.web.address_guard import PublicAdapter
from extractors.web.politeness import RULES_REQUESTS
from tests.bench.apart import run_apart
from tests.bench.board_market import NIGHT, PLATFORMS, MarketNight, day_of, list_boards, serve_market
from tests.bench.nights import REST, clocks_on_steps
from tests.bench.nights import STEPS as STEPS_AFTER
from tests.bench.timing import cpu_seconds
from tests.sample.adverts import RECORDINGS
from transforms.records.vocabulary import MEMBER_RHYTHM

BOARDS = (360, 3_600)
"""Tokens of the markets: 10,000 and 100,000 adverts; 36,000 tokens have a million."""
RATES = "currency_table"
STEPS = {
    "plan": ("flows.night.fetch", "choose_boards"),
    "fetch": ("flows.night.fetch", "fetch_source"),
    **STEPS_AFTER,
}
SHARES = (0.0, 0.01, 0.1)
MAX_UNCHANGED, MAX_ONE_PERCENT = 0.03, 0.10
"""What a night may cost of the first, by CPU, on which nothing and on which 1 % of the adverts changed."""
MAX_MEMORY = 8e9
"""Bytes that a night and its workers may hold at once."""
ALL = 100
"""Budget, in percent, of a night that may ask every board."""
LOOK = 0.5
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a night cost: CPU seconds by step, wall seconds, seconds by its pace, bytes, requests and adverts."""

    steps: Mapping[str, float]
    wall: float
    pace_seconds: float
    n_requests: int
    n_unchanged: int
    n_adverts: int
    memory_by_step: Mapping[str, float]
    bytes_of: Mapping[str, int]
    n_in_panel: int
    """Boards that the panel's statistics rest on; 0: none do."""
    n_panel_shares: int
    """Shares of the day that rest on the panel."""

    @property
    def memory(self) -> float:
        """Bytes that were held at once, at most."""
        return max(self.memory_by_step.values(), default=0.0)

    @property
    def seconds(self) -> float:
        """CPU seconds of all steps."""
        return sum(self.steps.values())


# --- one night ------------------------------------------------------------------------------------------


class Loopback(PublicAdapter):
    """Sends what is asked of any host to a server on loopback, which finds the host in the path."""

    def __init__(self, port: int) -> None:
        super().__init__((f"127.0.0.1:{port}",))
        self._port = port

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request to loopback."""
        url = str(request.url)
        parts = urlsplit(url)
        request.url = urlunsplit(("http", f"127.0.0.1:{self._port}", f"/{parts.netloc}{parts.path}", parts.query, ""))
        answer = super().send(request, *args, **kwargs)
        answer.url = url
        return answer


class PaceClock:
    """A clock that waits in no time: `sleep` moves it on."""

    def __init__(self) -> None:
        self.slept = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.slept += seconds


def _night(data: Path, port: int, number: int, n_boards: int, workers: int, budget: int) -> Cost:
    """One night in this process; the pace of each platform is counted by itself, as they are asked side by side."""
    from extractors.web import session
    from extractors.web.politeness import Politeness
    from flows import nightly
    from flows.night import board_plan, fetch
    from flows.runs import run_record
    from flows.runtime import clock as night_clock
    from flows.runtime.settings import Settings
    from warehouse.checks import gate
    from warehouse.publish.reader import open_reader

    begin = datetime.combine(day_of(number), NIGHT.timetz())
    clock_start = time.monotonic()

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = UTC) -> datetime:  # type: ignore[override]  # always in UTC here
            return begin + timedelta(seconds=time.monotonic() - clock_start)

    clocks: dict[str, PaceClock] = {}
    webs: list[Any] = []

    def web_on_loopback(source: Any, **options: Any) -> Any:
        clock = clocks.setdefault(source.name, PaceClock())
        options |= {
            "contact": "bench@example.org",
            "politeness": Politeness(sleep=clock.sleep, clock=clock),
            "now": Clock.now,
        }
        web = session.Web(source, **options)
        web._session.mount("https://", Loopback(port))
        webs.append(web)
        return web

    gate.great_expectations()
    settings = Settings(data=data, workers=workers)
    request = run_record.Request(settings=settings, command="bench", sources=PLATFORMS, is_live=True)
    running: list[str] = []
    memory = MemoryWatch(running)
    with (
        contextlib.ExitStack() as patches,
        clocks_on_steps(STEPS, running) as seconds,
        mock.patch.multiple(fetch, Web=web_on_loopback, datetime=Clock),
        mock.patch.object(night_clock, "datetime", Clock),
        mock.patch.object(run_record, "datetime", Clock),
        mock.patch.object(board_plan, "store_curated_boards"),  # the market's boards are all there are
        memory,
    ):
        for module in map(all_sources().__getitem__, PLATFORMS):  # three platforms have the boards of a dozen
            most = _count_requests(module.SOURCE, n_boards, budget)
            wide = replace(module.SOURCE, most_requests=most, max_seconds=math.inf)
            patches.enter_context(mock.patch.object(module, "SOURCE", wide))
        wall_start, cpu_start = time.perf_counter(), cpu_seconds()
        plan = fetch.choose_boards(request, PLATFORMS)
        health = [fetch.fetch_source(name, request, plan[name]) for name in PLATFORMS]
        fetch.note_outcomes(request, health)
        outcome = nightly.from_archive(request, health)
        seconds[REST] = cpu_seconds() - cpu_start - sum(seconds.values())
        wall = time.perf_counter() - wall_start
    if outcome.exit_code == 1:
        raise RuntimeError(f"night {number} published nothing: {'; '.join(outcome.messages)}")
    with open_reader(data) as con:
        ((n_adverts,),) = con.execute("SELECT count(*) FROM core.postings WHERE closed_on IS NULL").fetchall()
        day = f"DATE '{day_of(number)}'"
        ((n_in_panel,),) = con.execute(f"SELECT count(weight) FROM panel_boards({day})").fetchall()
        of_panel = f"FROM mart.shares WHERE as_of = {day} AND sample = 'panel' AND status <> 'suppressed'"
        ((n_panel_shares,),) = con.execute(f"SELECT count(*) {of_panel}").fetchall()
    return Cost(
        steps=seconds,
        wall=wall,
        pace_seconds=max(clock.slept for clock in clocks.values()),
        n_requests=sum(web.n_requests for web in webs),
        n_unchanged=sum(web.n_unchanged for web in webs),
        n_adverts=n_adverts,
        memory_by_step=memory.most,
        bytes_of={
            "archive": _size(data / "archive") - _size(data / "archive/published"),
            "record": _size(data / "archive/published"),
            "refined": _size(data / "refined"),
            "work": _size(data / "work.duckdb"), "published": _size(data / "market.duckdb"),
        },
        n_in_panel=n_in_panel,
        n_panel_shares=n_panel_shares,
    )  # fmt: skip


def _count_requests(source: Source, n_boards: int, budget: int) -> int:
    """A night's requests to a platform that let it ask so many percent of its boards, rules of its hosts beside."""
    if budget >= ALL:
        return 10 * n_boards
    return round(n_boards / len(PLATFORMS) * budget / ALL) + RULES_REQUESTS * len(source.hosts)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


class MemoryWatch:
    """The largest sum of memory that this process and its children held at once, in bytes, by the step that ran."""

    def __init__(self, running: Sequence[str]) -> None:
        self.most: dict[str, float] = {}
        self._running = running
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(LOOK):
            memory = sum(map(_held_by, [os.getpid(), *_children(os.getpid())]))
            step = next(iter(self._running[-1:]), REST)
            self.most[step] = max(self.most.get(step, 0.0), memory)


def _children(parent: int) -> Iterator[int]:
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            children = [int(number) for number in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _children(child)


def _held_by(process: int) -> int:
    """The proportional set size of a process, in bytes; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def night(data: Path, market_night: MarketNight, *, workers: int, budget: int = ALL, is_apart: bool = True) -> Cost:
    """A night, in a process of its own unless that is not asked; `budget`: percent of the boards that it may ask."""
    with serve_market(market_night) as port:
        given = (data, port, market_night.night, market_night.n_boards, workers, budget)
        return run_apart(_night, *given) if is_apart else _night(*given)


# --- nights in a row ------------------------------------------------------------------------------------


def import_boards(data: Path, n_boards: int) -> None:
    """Take the market's tokens into the store, as `jobmarket boards import` does, and exchange rates."""
    from flows.backfill import archive_recordings
    from flows.runs.run_record import Request
    from flows.runtime.settings import Settings
    from warehouse import database
    from warehouse.load import boards as store
    from warehouse.ops_tables import KnownBoards

    data.mkdir(parents=True)
    rows = [
        KnownBoards(
            source=entry.board.source, board=entry.board.board, known_from="bench", known_on=day_of(0), is_test=False
        )
        for entry in list_boards(n_boards)
    ]
    with database.open_work(data) as con:
        store.add_known(con, rows)
    rates = sorted((RECORDINGS / RATES).glob("*.warc.gz"))
    archive_recordings.fn(RATES, rates, Request(settings=Settings(data=data), command="bench", sources=()))


def measure(
    n_boards: int, folder: Path, *, n_nights: int, workers: int, budget: int = ALL
) -> Iterator[tuple[str, Cost]]:
    """The first night; one for each of `SHARES`, each on a copy; then nights in a row with 1 % more edited each.

    Where the budget is not for all boards, a week of nights stands for the first.
    """
    data = folder / "data"
    import_boards(data, n_boards)

    def one(folder: Path, number: int, edited_share: float) -> Cost:
        market_night = MarketNight(n_boards=n_boards, night=number, edited_share=edited_share)
        return night(folder, market_night, workers=workers, budget=budget)

    n_before = 1 if budget >= ALL else MEMBER_RHYTHM
    for number in range(n_before):
        yield f"night {number + 1}" if number else "first", one(data, number, 0)
    for share in SHARES:
        copy = shutil.copytree(data, folder / "copy")
        yield f"{share:.0%} edited" if share else "unchanged", one(copy, n_before, share)
        shutil.rmtree(copy)
    for number in range(n_before, n_nights):
        yield f"night {number + 1}", one(data, number, 0.01 * number)
    shutil.rmtree(data)


def describe(name: str, cost: Cost, first: Cost) -> Iterator[str]:
    """Lines about a night."""
    steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in cost.steps.items() if seconds >= 0.05)
    sizes = ", ".join(f"{where} {size / 1e6:,.1f}" for where, size in cost.bytes_of.items())
    memory = ", ".join(f"{step} {size / 1e9:.2f}" for step, size in cost.memory_by_step.items())
    yield (
        f"{name:<12}{cost.seconds:9.1f} CPU s ({cost.seconds / first.seconds:6.1%} of first), {cost.wall:8.1f} s by the"
        f" wall, {cost.pace_seconds / 3600:5.2f} h by pace, {cost.memory / 1e9:5.2f} GB; {cost.n_adverts:,} adverts,"
        f" {cost.n_requests:,} requests, {cost.n_unchanged:,} unchanged"
    )
    yield f"{'':<12}CPU s: {steps}"
    yield f"{'':<12}GB held: {memory}"
    yield f"{'':<12}MB: {sizes}"
    in_use = f"in use, {cost.n_in_panel:,} boards, {cost.n_panel_shares:,} shares rest on it"
    yield f"{'':<12}panel: {in_use if cost.n_in_panel else 'not in use'}"


def judge(costs: Mapping[str, Cost]) -> Iterator[str]:
    """What is missed of what a night may cost."""
    first = costs["first"].seconds
    for name, most in (("unchanged", MAX_UNCHANGED), ("1% edited", MAX_ONE_PERCENT)):
        if costs[name].seconds > most * first:
            yield f"{name}: {costs[name].seconds / first:.1%} of the first night, {most:.0%} allowed"
    for name, cost in costs.items():
        if cost.memory > MAX_MEMORY:
            yield f"{name}: {cost.memory / 1e9:.1f} GB, {MAX_MEMORY / 1e9:.0f} GB allowed"


def main(argv: Sequence[str] | None = None) -> int:
    """Print what nights cost by size; 1 where one costs too much at the largest size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--boards", type=int, nargs="+", default=BOARDS)
    parser.add_argument("--nights", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--budget", type=int, default=ALL, metavar="PERCENT", help="boards that a night may ask")
    options = parser.parse_args(argv)
    before: Mapping[str, Cost] | None = None
    costs: dict[str, Cost] = {}
    for n_boards in options.boards:
        costs = {}
        with tempfile.TemporaryDirectory() as folder:
            arguments = {"n_nights": options.nights, "workers": options.workers, "budget": options.budget}
            for name, cost in measure(n_boards, Path(folder), **arguments):
                costs[name] = cost
                print(*describe(name, cost, costs["first"]), sep="\n", flush=True)
        if before is not None:
            growth = math.log(costs["first"].n_adverts / before["first"].n_adverts)
            exponents = {
                name: math.log(cost.seconds / before[name].seconds) / growth
                for name, cost in costs.items()
                if name in before
            }
            print("exponents: " + ", ".join(f"{name} {power:.2f}" for name, power in exponents.items()), flush=True)
        before = costs
    misses = list(judge(costs)) if options.budget >= ALL else []  # else a first night asks no more than another
    print(*misses, sep="\n")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
