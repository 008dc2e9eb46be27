"""Refine many WARC files in parallel, in local processes or on a cluster. Workers import neither Prefect nor DuckDB."""

from __future__ import annotations

import contextlib
import itertools
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from extractors.archive.reader import SUFFIX, WHOLE, BrokenRange, Range, split
from extractors.archive.store import Store, as_store
from extractors.refine.cluster import Check, ClusterError, Submit, open_cluster, store_locally
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
File = tuple[str, Path]
Outcomes = Generator[tuple[str, Path, RefineResult | Exception], None, None]
"""Yields the source, the WARC file, and its refined files or the exception that ended the refining."""
PATIENCE = 30
"""Seconds without a finished range after which the pool is checked."""
PARENT_CHECK = 0.5
"""Seconds between two checks whether the parent process is still running."""


def refine_all(
    files: Sequence[File],
    *,
    archive: Path | Store,
    refined: Path | Store,
    workers: int,
    cluster: str | None = None,
    percent: int = ALL_PERCENT,
) -> Outcomes:
    """Refine (source, WARC file) pairs, and yield each with its result or the exception that ended it.

    Files that are up to date come first and need no process. All other files are read range by range. Several sources
    are read side by side, but the files of a source one after the other, because a file uses the rows of the files
    before it. Workers are spawned, because forked processes would inherit threads and locks. They end when this process
    dies or the iterator is closed. `cluster` is the address of a Dask scheduler, whose workers are used instead. Raises
    `ClusterError` if the cluster cannot be used.
    """
    archive, refined = as_store(archive), as_store(refined)
    keys: dict[File, str] = {}
    for file in files:
        try:
            key = key_of(*file, archive, percent)
            current = find_refined(*file, key, archive=archive.folder, refined=refined)
        except OSError as error:
            yield *file, error
            continue
        if current:
            yield *file, current
        else:
            keys[file] = key
    with contextlib.closing(_refine_new(keys, archive, refined, workers, cluster, percent)) as new:
        for source, warc, outcome in new:
            try:
                for path in (outcome.responses, outcome.rows) if isinstance(outcome, RefineResult) else ():
                    refined.put(path)
            except OSError as error:
                outcome = error  # noqa: PLW2901  # it ended the refining of this file
            yield source, warc, outcome


def _refine_new(
    keys: Mapping[File, str], archive: Store, refined: Store, workers: int, cluster: str | None, percent: int
) -> Outcomes:
    sizes = {file: archive.size(file[1]) for file in keys}
    of_source: Counter[str] = Counter()
    for (source, _), size in sizes.items():
        of_source[source] += size
    largest_first = sorted(keys, key=lambda file: (-of_source[file[0]], file[0], file[1].name.removesuffix(SUFFIX)))
    queue = {file: keys[file] for file in largest_first}
    if cluster and queue:
        with open_cluster(cluster, archive.place, refined.place, percent) as (submit, check):
            yield from _refine_ranges(submit, queue, archive, refined, check)
        return
    if workers < 2 or len(sizes) + sum(size // RANGE for size in sizes.values()) < 2:
        yield from _refine_here(queue, archive, refined, percent)
        return
    interrupted: list[File] = []
    # A file read in a few seconds is not worth the two seconds that another process takes to start.
    n_workers = min(workers, 1 + sum(sizes.values()) // RANGE)
    for source, warc, outcome in _refine_in_pool(n_workers, queue, archive, refined, percent):
        if isinstance(outcome, BrokenProcessPool):
            interrupted.append((source, warc))
        else:
            yield source, warc, outcome
    for file in interrupted:  # a crashed process took the pool with it, so each remaining file gets its own pool
        yield from _refine_in_pool(1, {file: keys[file]}, archive, refined, percent)


def _refine_here(queue: Iterable[File], archive: Store, refined: Store, percent: int) -> Outcomes:
    for source, warc in queue:
        try:
            archive.fetch(warc)
            result = refine(source, warc, archive=archive.folder, refined=refined.folder, percent=percent)
        except Exception as error:  # noqa: BLE001  # one file must not stop the others; the caller reports it
            yield source, warc, error
        else:
            yield source, warc, result


def _refine_in_pool(workers: int, queue: Mapping[File, str], archive: Store, refined: Store, percent: int) -> Outcomes:
    with open_pool(workers) as pool:

        def submit(source: str, warc: Path, part: Range, key: str) -> Future[Piece]:
            return pool.submit(refine_range, source, warc, part, key, refined=refined.folder, percent=percent)

        yield from _refine_ranges(submit, queue, archive, refined)


@contextlib.contextmanager
def open_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of processes, which end with the context: at once if it ends by an exception."""
    # A terminated process leaves semaphores. Python's tracker removes them, and its warning is silenced here.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning")
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_work, initargs=(os.getpid(),))
    try:
        yield pool
    except BaseException:  # also if the caller stops reading results: a half-read file is refined again later
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
    submit: Submit, keys: Mapping[File, str], archive: Store, refined: Store, check: Check = lambda: None
) -> Outcomes:
    """Refine files, each given with its key, range by range, so that several workers share a large file; then join the
    ranges.

    The next file of a source is started when the caller has taken the file before it. `check` is called when no range
    was finished for a while.
    """
    ranges = _Ranges(submit, keys, archive, refined)
    for source in ranges.queues:
        yield from ranges.start_next(source)
    while ranges.waiting:
        futures = wait(ranges.waiting, timeout=PATIENCE, return_when=FIRST_COMPLETED).done
        if not futures:
            check()
        for future in futures:
            yield from ranges.finish(future)


class _Ranges:
    """Files that are being refined, range by range.

    `queues` has the files that are not yet started, by source. `waiting` has, for each future, its file, the pieces of
    the file, the index of its own piece, and its range.
    """

    def __init__(self, submit: Submit, keys: Mapping[File, str], archive: Store, refined: Store) -> None:
        self.queues = {source: deque(files) for source, files in itertools.groupby(keys, key=lambda file: file[0])}
        self.waiting: dict[Future[Piece], tuple[File, list[Piece | None], int, Range]] = {}
        self._pieces: dict[File, list[Piece | None]] = {}
        self._submit, self._keys, self._archive, self._refined = submit, keys, archive, refined

    def start_next(self, source: str) -> Outcomes:
        while self.queues[source]:
            file = self.queues[source].popleft()
            try:
                self._start(file, split(self._archive.fetch(file[1]), RANGE))
            except (OSError, BrokenProcessPool) as error:
                self._pieces.pop(file, None)
                yield *file, error
            else:
                return

    def _start(self, file: File, parts: Sequence[Range]) -> None:
        self._pieces[file] = [None] * len(parts)
        for number, part in enumerate(parts):
            self.waiting[self._submit(*file, part, self._keys[file])] = file, self._pieces[file], number, part

    def finish(self, future: Future[Piece]) -> Outcomes:
        file, pieces, number, part = self.waiting.pop(future)
        is_current = pieces is self._pieces.get(file)  # otherwise another range of the file failed
        archive, refined = self._archive.folder, self._refined.folder
        outcome: RefineResult | Exception
        try:
            piece = future.result()
            if not is_current:
                _remove([piece])
                return
            pieces[number] = store_locally(piece, piece_path(*file, part, refined))
            whole = [one for one in pieces if one is not None]
            if len(whole) < len(pieces):
                return
            # Joined in this process, because a task of the pool would wait until all ranges are done.
            outcome = join_pieces(*file, whole, self._keys[file], archive=archive, refined=refined)
        except CancelledError:
            outcome = ClusterError("the cluster cancelled a task; was its scheduler stopped?")
        except Exception as error:  # noqa: BLE001  # one file must not stop the others; the caller reports it
            outcome = error
        if not is_current:
            return
        if isinstance(outcome, Exception):
            _remove(self._pieces.pop(file))
        if isinstance(outcome, BrokenRange) and len(pieces) > 1:
            LOG.warning("%s is read in one piece: %s", file[1], outcome)
            self._start(file, [WHOLE])
            return
        yield *file, outcome
        yield from self.start_next(file[0])


def _remove(pieces: Iterable[Piece | None]) -> None:
    for piece in pieces:
        if piece is not None and piece.content is None:
            piece.rows.unlink(missing_ok=True)


def begin_work(parent: int) -> None:
    """Initialise a worker: ignore Ctrl-C, which the parent handles, and end when the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(parent)


def end_with_parent(parent: int) -> None:
    """Watch the parent process from a thread, and end with it (kill -9 runs no handlers)."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
