"""Refining many WARC files in parallel, in processes that import neither Prefect nor DuckDB."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from extractors.archive.reader import BrokenRange, split
from extractors.refine.refine import RANGE, Piece, Refined, find_refined, join_pieces, key_of, refine, refine_range

PARENT_CHECK = 0.5
"""Seconds between two looks whether the parent is still there."""


def refine_all(
    files: Sequence[tuple[str, Path]], *, archive: Path, refined: Path, workers: int
) -> Generator[tuple[str, Path, Refined | Exception], None, None]:
    """Refine (source, WARC) pairs and yield each with its result, or with the exception that ended it.

    Files that were refined already come first and cost no process; then the largest first, range by range. A spawned
    pool, because a forked one would inherit threads and locks; its workers end themselves when this process dies, and
    are ended when this iterator is closed.
    """
    waiting_files = []
    for source, warc in files:
        try:
            already = find_refined(source, warc, archive=archive, refined=refined)
        except OSError as error:
            yield source, warc, error
            continue
        if already:
            yield source, warc, already
        else:
            waiting_files.append((source, warc))
    ordered = sorted(waiting_files, key=lambda file: -file[1].stat().st_size)
    n_ranges = sum(1 + file[1].stat().st_size // RANGE for file in ordered)
    if workers < 2 or n_ranges < 2:
        for source, warc in ordered:
            try:
                yield source, warc, refine(source, warc, archive=archive, refined=refined)
            except Exception as error:  # noqa: BLE001  # one file must not stop the others; the caller reports it
                yield source, warc, error
        return
    left: list[tuple[str, Path]] = []
    for source, warc, result in _in_pool(ordered, archive=archive, refined=refined, workers=min(workers, n_ranges)):
        if isinstance(result, BrokenProcessPool):
            left.append((source, warc))
        else:
            yield source, warc, result
    # A process that crashed took the pool with it: each file that was left gets a pool of its own.
    for file in left:
        yield from _in_pool([file], archive=archive, refined=refined, workers=1)


def _in_pool(
    files: Sequence[tuple[str, Path]], *, archive: Path, refined: Path, workers: int
) -> Generator[tuple[str, Path, Refined | Exception], None, None]:
    # A process that is ended leaves semaphores; Python's tracker removes them, and need not warn of it.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning")
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_work, initargs=(os.getpid(),))
    try:
        yield from _by_ranges(pool, files, archive=archive, refined=refined)
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


def _by_ranges(
    pool: ProcessPoolExecutor, files: Sequence[tuple[str, Path]], *, archive: Path, refined: Path
) -> Generator[tuple[str, Path, Refined | Exception], None, None]:
    """Refine files range by range, so that several processes work on a large one; then join its pieces."""
    pieces: dict[tuple[str, Path], list[Piece | None]] = {}
    keys: dict[tuple[str, Path], str] = {}
    waiting: dict[Future[Any], tuple[tuple[str, Path], int | None]] = {}
    for file in files:
        try:
            parts, keys[file] = split(file[1], RANGE), key_of(*file)
        except OSError as error:
            yield *file, error
            continue
        pieces[file] = [None] * len(parts)
        for number, part in enumerate(parts):
            waiting[pool.submit(refine_range, *file, part, keys[file], refined=refined)] = file, number
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
                    waiting[pool.submit(refine, *file, archive=archive, refined=refined)] = file, None
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
