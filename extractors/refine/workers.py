"""Refining many WARC files in parallel, in processes that import neither Prefect nor DuckDB."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from extractors.archive.reader import BrokenRange, split
from extractors.refine.refine import RANGE, Piece, Refined, find_refined, join_pieces, key_of, refine, refine_range
from transforms.depth import ALL

PARENT_CHECK = 0.5
"""Seconds between two looks whether the parent is still there."""


def refine_all(
    files: Sequence[tuple[str, Path]], *, archive: Path, refined: Path, workers: int, percent: int = ALL
) -> Generator[tuple[str, Path, Refined | Exception], None, None]:
    """Refine (source, WARC) pairs and yield each with its result, or with the exception that ended it.

    Files that were refined already come first and cost no process; then the largest first, range by range. A spawned
    pool, because a forked one would inherit threads and locks; its workers end themselves when this process dies, and
    are ended when this iterator is closed.
    """
    keys: dict[tuple[str, Path], str] = {}
    for file in files:
        try:
            key = key_of(*file, percent)
            already = find_refined(*file, key, archive=archive, refined=refined)
        except OSError as error:
            yield *file, error
            continue
        if already:
            yield *file, already
        else:
            keys[file] = key
    ordered = sorted(keys, key=lambda file: -file[1].stat().st_size)
    if workers < 2 or len(ordered) + sum(file[1].stat().st_size // RANGE for file in ordered) < 2:
        for source, warc in ordered:
            try:
                yield source, warc, refine(source, warc, archive=archive, refined=refined, percent=percent)
            except Exception as error:  # noqa: BLE001  # one file must not stop the others; the caller reports it
                yield source, warc, error
        return
    left: list[tuple[str, Path]] = []
    # What one process reads in a few seconds is not worth the two that another one takes to start.
    n_workers = min(workers, 1 + sum(file[1].stat().st_size for file in ordered) // RANGE)
    with open_pool(n_workers) as pool:
        for source, warc, result in _refine_ranges(
            pool, {file: keys[file] for file in ordered}, archive, refined, percent
        ):
            if isinstance(result, BrokenProcessPool):
                left.append((source, warc))
            else:
                yield source, warc, result
    # A process that crashed took the pool with it: each file that was left gets a pool of its own.
    for file in left:
        with open_pool(1) as pool:
            yield from _refine_ranges(pool, {file: keys[file]}, archive, refined, percent)


@contextlib.contextmanager
def open_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes for a while: they end when it does, and at once when it ends by an exception."""
    # A process that is ended leaves semaphores; Python's tracker removes them, and need not warn of it.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning")
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_work, initargs=(os.getpid(),))
    try:
        yield pool
    except BaseException:  # also when who reads the results stops: a file that is half read is refined anew later
        pool.shutdown(wait=False, cancel_futures=True)
        started = set(multiprocessing.active_children()) - others
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.join()
        raise
    finally:
        pool.shutdown()


def _refine_ranges(
    pool: ProcessPoolExecutor, keys: Mapping[tuple[str, Path], str], archive: Path, refined: Path, percent: int
) -> Generator[tuple[str, Path, Refined | Exception], None, None]:
    """Refine files, given with their keys, range by range, so that several processes work on a large one; then join."""
    pieces: dict[tuple[str, Path], list[Piece | None]] = {}
    waiting: dict[Future[Any], tuple[tuple[str, Path], int | None]] = {}
    for file, key in keys.items():
        try:
            parts = split(file[1], RANGE)
        except OSError as error:
            yield *file, error
            continue
        pieces[file] = [None] * len(parts)
        for number, part in enumerate(parts):
            piece = pool.submit(refine_range, *file, part, key, refined=refined, percent=percent)
            waiting[piece] = file, number
    while waiting:
        for done in wait(waiting, return_when=FIRST_COMPLETED).done:
            file, place = waiting.pop(done)
            failure = done.exception()
            if failure is not None and not isinstance(failure, Exception):
                raise failure
            if place is None:
                yield *file, failure or done.result()
            elif file not in pieces:
                continue  # another range of it failed
            elif failure is None:
                pieces[file][place] = done.result()
                found = [piece for piece in pieces[file] if piece is not None]
                if len(found) == len(pieces[file]):
                    yield *file, _join(*file, found, keys[file], archive=archive, refined=refined)
            else:
                del pieces[file]
                if isinstance(failure, BrokenRange):
                    whole = pool.submit(refine, *file, archive=archive, refined=refined, percent=percent)
                    waiting[whole] = file, None
                else:
                    yield *file, failure


def _join(
    source: str, warc: Path, pieces: Sequence[Piece], key: str, *, archive: Path, refined: Path
) -> Refined | Exception:
    """The refined file made here, since a task of the pool would wait behind all ranges; or what prevents it."""
    try:
        return join_pieces(source, warc, pieces, key, archive=archive, refined=refined)
    except Exception as error:  # noqa: BLE001  # one file must not stop the others; the caller reports it
        return error


def begin_work(parent: int) -> None:
    """Start of a worker: it leaves Ctrl-C, which reaches all processes of a terminal, to its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(parent)


def end_with_parent(parent: int) -> None:
    """Watch the parent from a thread and end this process when it is gone (kill -9 runs no handlers)."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
