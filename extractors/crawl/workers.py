"""Scan many WARC files in parallel, in worker processes that import neither Prefect nor DuckDB."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import as_completed
from pathlib import Path

from extractors.crawl.scan import Scan, scan
from extractors.refine.workers import open_pool


def scan_all(paths: Sequence[Path], *, workers: int) -> Generator[tuple[Path, Scan | Exception], None, None]:
    """Scan the files, the largest first, and yield each with its scan or the exception that ended the scan."""
    queue = sorted(paths, key=lambda path: -path.stat().st_size)
    if workers < 2 or len(queue) < 2:
        for path in queue:
            try:
                yield path, scan(path)
            except Exception as error:  # noqa: BLE001  # one file must not stop the others; the caller reports it
                yield path, error
        return
    with open_pool(min(workers, len(queue))) as pool:
        waiting = {pool.submit(scan, path): path for path in queue}
        for future in as_completed(waiting):
            failure = future.exception()
            if failure is not None and not isinstance(failure, Exception):
                raise failure
            yield waiting[future], failure or future.result()
