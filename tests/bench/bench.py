"""How fast we read, beside a floor and a plain version. `make bench`, or `python -m tests.bench.bench`.

On the real Ashby answers of ../shared/real when they are there, else on the bundled sample; the first line says
which. Rates are adverts per second of CPU time of this process, all measured in the same run, so that neither
another machine nor other work on this one changes the ratios.

    replay   reading the WARC: gzip, HTTP, digests
    floor    what cannot be left out: FastWARC, orjson, lexbor's text, one scan of each distinct line of an answer
    read     parse and all readers: answers to postings
    refine   the whole step on one core, WARC to Parquet: replay, read, Arrow, writing
    load     Parquet into a new work database
    plain    tests/bench/plain.py, on the first adverts only

`floor`, `read` and `refine` take turns, `ROUNDS` times, and the least time of each counts: a change of the machine's
mood meets all of them, and none finds the processor's cache as another left it. The cyclic garbage collector is
paused for all three, as refine does itself. `refine` must not fall below `MIN_OF_FLOOR` of the floor. Below the
table stand the share of each reader in `read`, what two processes do against one, how time grows with the length of a
line, what a night costs by the share of adverts that changed (`tests.bench.nights`), and what looking through a crawl
costs (`tests.bench.crawl`).
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import multiprocessing
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
from fastwarc.warc import ArchiveIterator, WarcRecordType
from selectolax.lexbor import LexborHTMLParser

import extractors.sources.employer_boards.ashby
import transforms.posting
from extractors.archive.reader import read
from extractors.archive.writer import Writer
from extractors.refine.refine import RefineResult, gc_paused, refine, rows_of
from extractors.response import Response
from tests.bench import crawl, growth, nights, plain
from tests.bench.timing import time_cpu
from transforms.skills.lexicon import lexicon
from transforms.text.batch_cache import BatchCache
from transforms.text.language import language_of

REPO = Path(__file__).parents[2]
REAL = REPO.parent / "shared" / "real" / "payloads" / "ashby" / "2025-10-28.warc.gz"
SAMPLE = REPO / "extractors" / "sample" / "recordings"
SOURCE = "ashby"
MIN_OF_FLOOR = 0.09
"""Refine on one core must reach this share of the floor's rate: what it reached on 27 November 2026, less the noise."""
WANTED_OF_FLOOR = 0.25
"""What it is to reach."""
PLAIN_ADVERTS = 400
ROUNDS = 3
WARM_UP_ANSWERS = 8
NOT_ENGLISH = "Wir bauen Lampen, die lernen, wann ihre Besitzer lesen, und suchen jemanden, der das Licht versteht."
"""Loads the language model, which English texts do not need."""
READERS = {
    "text": ("text_of", "mask_contacts", "compose_letters", "language_of", "hash_of"),
    "lines": ("prefetch_lines",),
    "pay": ("all_pay", "settle_signs", "complete_pay", "where_pay_counts", "market_of"),
    "place": ("whereabouts", "region_of"),
    "role": ("role_of", "seniority_of", "years_in", "degree_in", "ai_label", "employment_of", "openings_of"),
    "skill": ("skills_in",),
    "consistency": ("check_itself",),
}
"""Readers by the names `transforms.posting` calls them."""


def answers(warc: Path) -> list[Response]:
    """The whole answers of a WARC."""
    return [response for response in read(warc) if isinstance(response, Response)]


def adverts_in(bodies: Sequence[bytes]) -> int:
    return sum(len(orjson.loads(body)["jobs"]) for body in bodies)


def floor(warc: Path) -> int:
    """What no reader can do without: FastWARC, orjson, the text of lexbor's tree, and one scan of each distinct line.

    Nothing is kept. Returns the hits.
    """
    taxonomy = lexicon().narrow
    hits = [0]

    def count(_number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        hits[0] += 1

    with warc.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            lines: set[str] = set()
            for job in orjson.loads(record.reader.read())["jobs"]:
                root = LexborHTMLParser(job.get("descriptionHtml") or "").body
                if root is not None:
                    lines.update(root.text(separator="\n").split("\n"))
            text = "\n".join(lines).encode("latin-1", "replace")
            taxonomy.scan(text, count)
    return hits[0]


def first_adverts(bodies: Sequence[bytes], count: int) -> list[bytes]:
    """Answers, the last one cut, with so many adverts together."""
    first: list[bytes] = []
    for body in bodies:
        jobs = orjson.loads(body)["jobs"][: count - adverts_in(first)]
        if not jobs:
            break
        first.append(orjson.dumps({"jobs": jobs}))
    return first


@contextlib.contextmanager
def clocks_on_readers() -> Iterator[dict[str, float]]:
    """CPU seconds spent in each group of readers while the context lasts."""
    seconds = dict.fromkeys(READERS, 0.0)
    originals = {name: getattr(transforms.posting, name) for names in READERS.values() for name in names}

    def clocked_reader(group: str, reader: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            begin = time.process_time()
            try:
                return reader(*args, **kwargs)
            finally:
                seconds[group] += time.process_time() - begin

        return timed

    for group, names in READERS.items():
        for name in names:
            setattr(transforms.posting, name, clocked_reader(group, originals[name]))
    try:
        yield seconds
    finally:
        for name, reader in originals.items():
            setattr(transforms.posting, name, reader)


def read_all(responses: Sequence[Response]) -> None:
    """Parse and read all answers; postings are let go, as refine lets them go."""
    for response in responses:
        list(rows_of(extractors.sources.employer_boards.ashby, response))


def taking_turns(responses: Sequence[Response], warc: Path, folder: Path) -> tuple[dict[str, float], RefineResult]:
    """The least CPU seconds of floor, read and refine over the same answers, and what refine made."""
    seconds: dict[str, list[float]] = {"floor": [], "read": [], "refine": []}
    for number in range(ROUNDS):
        forget()
        with gc_paused():
            seconds["floor"].append(time_cpu(lambda: floor(warc))[0])
            seconds["read"].append(time_cpu(lambda: read_all(responses))[0])
        forget()
        target = folder / str(number)
        cost, result = time_cpu(lambda: refine(SOURCE, warc, archive=warc.parents[1], refined=target))  # noqa: B023
        seconds["refine"].append(cost)
    return {stage: min(times) for stage, times in seconds.items()}, result


def shares(responses: Sequence[Response]) -> dict[str, float]:
    """CPU seconds of each group of readers, and of the rest of reading."""
    forget()
    with clocks_on_readers() as seconds, gc_paused():
        whole = time_cpu(lambda: read_all(responses))[0]
    return {**seconds, "rest": whole - sum(seconds.values())}


# --- two processes --------------------------------------------------------------------------------------


def refined_at_once(warc: Path, folder: Path, processes: int) -> float:
    """Wall-clock seconds in which so many processes refine the WARC once each, all warm and begun together."""
    context = multiprocessing.get_context("spawn")
    start, queue = context.Barrier(processes), context.SimpleQueue()
    workers = [
        context.Process(target=_refine_when_all_are_warm, args=(warc, folder / f"{processes}-{number}", start, queue))
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    times = [queue.get() for _ in workers]
    for worker in workers:
        worker.join()
    return float(max(times))


def _refine_when_all_are_warm(warc: Path, folder: Path, start: Any, queue: Any) -> None:
    warmed_up(answers(warc), folder / "warm")
    start.wait()
    begin = time.perf_counter()
    refine(SOURCE, warc, archive=warc.parents[1], refined=folder / "refined")
    queue.put(time.perf_counter() - begin)


def warmed_up(responses: Sequence[Response], folder: Path) -> None:
    """Refine a few answers, so that lookups and libraries are loaded: once a night, not once an advert."""
    warc = folder / SOURCE / "few.warc.gz"
    with Writer(warc) as writer:
        for response in responses[:WARM_UP_ANSWERS]:
            writer.write(url=response.url, observed_at=response.observed_at, status=200, body=response.body)
    refine(SOURCE, warc, archive=folder, refined=folder / "refined")
    language_of(NOT_ENGLISH)
    forget()


def forget() -> None:
    """Empty the bounded caches of the readers, which a night meets empty; lookups, read once, are kept."""
    for name, module in list(sys.modules.items()):
        if name.startswith("transforms."):
            for value in vars(module).values():
                parameters = None if isinstance(value, type) else getattr(value, "cache_parameters", None)
                if isinstance(value, BatchCache) or (parameters and parameters()["maxsize"] is not None):
                    value.cache_clear()


def load_refined(result: RefineResult, folder: Path) -> None:
    """Load one refined file into a new work database, as a night does."""
    from warehouse import database  # DuckDB must not be there while refine is measured
    from warehouse.load import loader

    with database.open_work(folder, threads=1) as con:
        (outcome,) = loader.load(con, [result], gate=lambda *_: True)
    if outcome.state != "loaded":
        raise RuntimeError(f"{result.warc}: {outcome.why}")


def measured(warc: Path, reader_seconds: dict[str, float]) -> Iterator[tuple[str, int, float]]:
    """Stage, adverts and CPU seconds, in the order of the table; fills in the share of each reader."""
    seconds, responses = time_cpu(lambda: answers(warc))
    bodies = [response.body for response in responses]
    n = adverts_in(bodies)
    yield "replay", n, seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warmed_up(responses, folder / "warm")
        least, result = taking_turns(responses, warc, folder / "refined")
        yield from ((stage, n, seconds) for stage, seconds in least.items())
        reader_seconds.update(shares(responses))
        yield "load", n, time_cpu(lambda: load_refined(result, folder))[0]
        few = first_adverts(bodies, PLAIN_ADVERTS)
        seconds, rows = time_cpu(lambda: list(plain.rows_of(few)))
        yield "plain: read", adverts_in(few), seconds
        yield "plain: load", adverts_in(few), time_cpu(lambda: plain.load(rows, folder / "plain.sqlite"))[0]


def warc_to_measure() -> Path:
    """The real Ashby answers, else the sample's."""
    return REAL if REAL.exists() else next(iter(sorted(SAMPLE.glob(f"**/{SOURCE}/*.warc.gz"))))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 1 when a stage is slower than its share of a floor, or an unchanged night costs too much."""
    parser = argparse.ArgumentParser(description="Adverts per second of each stage, beside a floor and a plain version")
    parser.add_argument("--profile", action="store_true", help="print where reading spends its time instead")
    options = parser.parse_args(arguments)
    warc = warc_to_measure()
    print(f"on {'the real Ashby answers' if warc == REAL else 'the bundled sample (no ../shared/real)'}: {warc.name}")
    if options.profile:
        profile_reading(warc)
        return 0
    reader_seconds: dict[str, float] = {}
    table = list(measured(warc, reader_seconds))
    rates = {stage: n / max(seconds, 1e-9) for stage, n, seconds in table}
    print(f"{'stage':<12} {'adverts':>8} {'CPU s':>8} {'adverts/s':>10} {'of floor':>9} {'x plain':>8}")
    for stage, n, seconds in table:
        base = rates["plain: load"] if "load" in stage else rates["plain: read"]
        print(
            f"{stage:<12} {n:>8,} {seconds:>8.2f} {rates[stage]:>10,.0f} "
            f"{rates[stage] / rates['floor']:>9.1%} {rates[stage] / base:>8.1f}"
        )
    total = sum(reader_seconds.values())
    print("share of read: " + ", ".join(f"{group} {seconds / total:.0%}" for group, seconds in reader_seconds.items()))
    ratio = rates["refine"] / rates["floor"]
    requirement = f"at least {MIN_OF_FLOOR:.0%} is required, {WANTED_OF_FLOOR:.0%} wanted"
    print(f"refine reaches {ratio:.1%} of the floor's rate; {requirement}")
    with tempfile.TemporaryDirectory() as name:
        one, two = (refined_at_once(warc, Path(name), processes) for processes in (1, 2))
    print(f"two processes refine {2 * one / two:.2f} times as much as one ({one:.1f} s, {two:.1f} s)")
    print(f"time per character, lines of {growth.LONG:,} characters against {growth.SHORT:,}:")
    worst = 0.0
    for reader, times, piece, longest in growth.growths():
        print(f"{reader:<14} x {times:.1f} ({piece!r}), at most {longest:.2f} s")
        worst = max(worst, times)
    night_lines, is_night_cheap = nights.report()
    print("\n".join(night_lines))
    crawl_lines, is_crawl_fast = crawl.report()
    print("\n".join(crawl_lines))
    are_fast = ratio >= MIN_OF_FLOOR and is_crawl_fast
    is_well = are_fast and worst <= growth.MAX_GROWTH and is_night_cheap
    return 0 if is_well else 1


def profile_reading(warc: Path) -> None:
    """Print the functions that reading spends most time in."""
    responses = answers(warc)
    with tempfile.TemporaryDirectory() as name:
        warmed_up(responses, Path(name))
    with cProfile.Profile() as profile:
        for response in responses:
            list(rows_of(extractors.sources.employer_boards.ashby, response))
    pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    sys.exit(main())
