"""Refining many WARC files in parallel, in processes, here or of a cluster, that import neither Prefect nor DuckDB."""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from extractors.archive.reader import SUFFIX, WHOLE, BrokenRange, Range, split
from extractors.archive.store import Store, as_store
from extractors.refine.cluster import ClusterError, Submit, bring_here, open_cluster
from extractors.refine.refine import (
    RANGE,
    Piece,
    RefineResult,
    find_refined,
    join_pieces,
    key_of,
    piece_path,
    refine,
    refine_range,
)
from transforms.depth import ALL_PERCENT

LOG = logging.getLogger("jobmarket")
PATIENCE = 30
"""Seconds without a finished range after which a pool is looked at."""
PARENT_CHECK = 0.5
"""Seconds between two looks whether the parent is still there."""


def refine_all(
    files: Sequence[tuple[str, Path]],
    *,
    archive: Path | Store,
    refined: Path | Store,
    workers: int,
    cluster: str | None = None,
    percent: int = ALL_PERCENT,
) -> Generator[tuple[str, Path, RefineResult | Exception], None, None]:
    """Refine (source, WARC) pairs and yield each with its result, or with the exception that ended it.

    Files that were refined already come first and cost no process; then, range by range, those of several sources side
    by side and those of one source one after the other, since a file rests on the rows of those before it. A spawned
    pool, because a forked one would inherit threads and locks; its workers end themselves when this process dies, and
    are ended when this iterator is closed. `cluster`: the address of a Dask scheduler, whose workers read instead.
    Raises `ClusterError`.
    """
    archive, refined = as_store(archive), as_store(refined)
    keys: dict[tuple[str, Path], str] = {}
    for file in files:
        try:
            key = key_of(*file, archive, percent)
            already = find_refined(*file, key, archive=archive.folder, refined=refined)
        except OSError as error:
            yield *file, error
            continue
        if already:
            yield *file, already
        else:
            keys[file] = key
    with contextlib.closing(_refine_new(keys, archive, refined, workers, cluster, percent)) as new:
        for source, warc, outcome in new:
            yield source, warc, _put(outcome, refined) if isinstance(outcome, RefineResult) else outcome


def _put(result: RefineResult, refined: Store) -> RefineResult | Exception:
    """Put the two files of a result in their place, that of the rows last; or what prevents it."""
    try:
        for path in (result.responses, result.rows):
            refined.put(path)
    except OSError as error:
        return error
    return result


def _refine_new(
    keys: Mapping[tuple[str, Path], str],
    archive: Store,
    refined: Store,
    workers: int,
    cluster: str | None,
    percent: int,
) -> Generator[tuple[str, Path, RefineResult | Exception], None, None]:
    """Refine files, given with their keys, in this process, in others or by a cluster."""
    sizes = {file: archive.size(file[1]) for file in keys}
    queue = {file: keys[file] for file in _in_order(sizes)}
    if cluster and queue:
        with open_cluster(cluster, archive.place, refined.place, percent) as there:
            yield from _refine_ranges(there.submit, queue, archive, refined, check=there.check)
        return
    if workers < 2 or len(sizes) + sum(size // RANGE for size in sizes.values()) < 2:
        for source, warc in queue:
            try:
                archive.fetch(warc)
                yield (
                    source,
                    warc,
                    refine(source, warc, archive=archive.folder, refined=refined.folder, percent=percent),
                )
            except Exception as error:  # noqa: BLE001  # one file must not stop the others; the caller reports it
                yield source, warc, error
        return
    rest: list[tuple[str, Path]] = []
    # What one process reads in a few seconds is not worth the two that another one takes to start.
    n_workers = min(workers, 1 + sum(sizes.values()) // RANGE)
    with open_pool(n_workers) as pool:
        submit = functools.partial(_submit, pool, refined.folder, percent)
        for source, warc, result in _refine_ranges(submit, queue, archive, refined):
            if isinstance(result, BrokenProcessPool):
                rest.append((source, warc))
            else:
                yield source, warc, result
    # A process that crashed took the pool with it: each file that was left gets a pool of its own.
    for file in rest:
        with open_pool(1) as pool:
            submit = functools.partial(_submit, pool, refined.folder, percent)
            yield from _refine_ranges(submit, {file: keys[file]}, archive, refined)


def _in_order(sizes: Mapping[tuple[str, Path], int]) -> list[tuple[str, Path]]:
    """Files in the order in which they are begun: those of a source by name, the source with most bytes first."""
    of_source: Counter[str] = Counter()
    for (source, _), size in sizes.items():
        of_source[source] += size
    return sorted(sizes, key=lambda file: (-of_source[file[0]], file[0], file[1].name.removesuffix(SUFFIX)))


def _submit(
    pool: ProcessPoolExecutor, refined: Path, percent: int, source: str, warc: Path, part: Range, key: str
) -> Future[Piece]:
    return pool.submit(refine_range, source, warc, part, key, refined=refined, percent=percent)


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
        children = set(multiprocessing.active_children()) - others
        for worker in children:
            worker.terminate()
        for worker in children:
            worker.join()
        raise
    finally:
        pool.shutdown()


def _refine_ranges(
    submit: Submit,
    keys: Mapping[tuple[str, Path], str],
    archive: Store,
    refined: Store,
    *,
    check: Callable[[], None] = lambda: None,
) -> Generator[tuple[str, Path, RefineResult | Exception], None, None]:
    """Refine files, given with their keys, range by range, so that several workers read a large one; then join.

    A source's next file is begun when the caller has taken the one before it. `check` is called when nothing was
    finished for a while, and raises when nothing ever will be.
    """
    pieces: dict[tuple[str, Path], list[Piece | None]] = {}
    waiting: dict[Future[Piece], tuple[tuple[str, Path], list[Piece | None], int, Range]] = {}

    def begin(file: tuple[str, Path], parts: Sequence[Range]) -> None:
        pieces[file] = [None] * len(parts)
        for number, part in enumerate(parts):
            waiting[submit(*file, part, keys[file])] = file, pieces[file], number, part

    queues = {source: deque(files) for source, files in itertools.groupby(keys, key=lambda file: file[0])}

    def begin_next(source: str) -> Iterator[tuple[str, Path, Exception]]:
        """Begin the source's next file that can be; the others come with what prevents it."""
        while queues[source]:
            file = queues[source].popleft()
            try:
                begin(file, split(archive.fetch(file[1]), RANGE))
            except (OSError, BrokenProcessPool) as error:
                pieces.pop(file, None)
                yield *file, error
            else:
                return

    for source in queues:
        yield from begin_next(source)
    while waiting:
        futures = wait(waiting, timeout=PATIENCE, return_when=FIRST_COMPLETED).done
        if not futures:
            check()
        for future in futures:
            file, slots, number, part = waiting.pop(future)
            failure = _failure_of(future)
            if slots is not pieces.get(file):  # another range of it failed
                _remove([future.result()] if failure is None else [])
                continue
            if failure is None:
                try:
                    slots[number] = bring_here(future.result(), piece_path(*file, part, refined.folder))
                except OSError as error:
                    failure = error
            if failure is None:
                whole = [piece for piece in slots if piece is not None]
                if len(whole) == len(slots):
                    yield *file, _join(*file, whole, keys[file], archive=archive.folder, refined=refined.folder)
                    yield from begin_next(file[0])
            elif isinstance(failure, BrokenRange) and len(slots) > 1:
                LOG.warning("%s is read in one piece: %s", file[1], failure)
                _remove(slots)
                begin(file, [WHOLE])
            else:
                _remove(pieces.pop(file))
                yield *file, failure
                yield from begin_next(file[0])


def _remove(pieces: Iterable[Piece | None]) -> None:
    """Remove the pieces of a file that is not joined."""
    for piece in pieces:
        if piece is not None and piece.content is None:
            piece.rows.unlink(missing_ok=True)


def _failure_of(future: Future[Piece]) -> Exception | None:
    """What ended a task. Raises what is no failure of the task, such as Ctrl-C."""
    try:
        failure = future.exception()
    except CancelledError:
        return ClusterError("the cluster gave it up; was its scheduler stopped?")
    if failure is not None and not isinstance(failure, Exception):
        raise failure
    return failure


def _join(
    source: str, warc: Path, pieces: Sequence[Piece], key: str, *, archive: Path, refined: Path
) -> RefineResult | Exception:
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
