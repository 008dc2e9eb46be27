"""Refine on the workers of a Dask cluster; this machine joins the pieces that they return.

A worker reads the archive from the same shared folder or address as this machine. Dask is imported only in this module,
and only if a cluster is configured.
"""

from __future__ import annotations

import contextlib
import functools
import tempfile
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from extractors.archive.reader import Range
from extractors.archive.store import Place, Store
from extractors.refine.cache import code_key
from extractors.refine.refine import Piece, reading_key, refine_range
from transforms.depth import ALL_PERCENT

ARRIVAL = 60
"""Seconds to wait for the scheduler and its first worker."""
RETURN = 300
"""Seconds to wait for a worker when all have left: as long as a machine takes to start."""
RECENT = 4
"""Number of archive files that a worker keeps as copies; the ranges of a file follow each other."""
ONE_RANGE = threading.Lock()
"""Lock that lets a worker read one range at a time: the readers' caches allow one thread."""


class ClusterError(Exception):
    """The cluster cannot refine. The message names the cluster and the remedy."""


Submit = Callable[[str, Path, Range, str], Future[Piece]]
"""A function that submits a range of a source's WARC file for refining, given the key of the file."""
Check = Callable[[], None]
"""A function that raises an error if no submitted range can be finished any more."""


@contextlib.contextmanager
def open_cluster(
    address: str, archive: Place, refined: Place, percent: int = ALL_PERCENT
) -> Iterator[tuple[Submit, Check]]:
    """Open the cluster at a scheduler's address for one run, and check its workers. `percent` is the depth of reading.

    Tasks that are not finished when the context ends are dropped. Raises `ClusterError` if the cluster cannot be used.
    The `Check` raises it if no worker is left and none comes within `RETURN` seconds.
    """
    token = uuid.uuid4().hex
    with _client_of(address) as client:
        executor = client.get_executor(pure=False)

        def submit(source: str, warc: Path, part: Range, key: str) -> Future[Piece]:
            name = warc.relative_to(archive.folder).as_posix()
            future: Future[Piece] = executor.submit(
                refine_on_worker, token, archive, refined, source, name, part, key, percent
            )
            return future

        try:
            yield submit, lambda: _wait_for_workers(client, address, RETURN)
        finally:
            executor.shutdown(wait=False)


def check_cluster(address: str) -> None:
    """Raise `ClusterError` if the cluster cannot be used."""
    with _client_of(address):
        pass


@contextlib.contextmanager
def _client_of(address: str) -> Iterator[Any]:
    try:
        from distributed import Client  # noqa: PLC0415  # see above
    except ImportError as error:
        raise ClusterError(
            f"refine.pool is {address}, and Dask is not installed here: pip install 'ai-job-market[dask]'"
        ) from error
    try:
        client: Any = Client(address, timeout=ARRIVAL, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address} ({error}); start it (`dask scheduler`), "
            'or set refine.pool = "processes"'
        ) from error
    with client:
        _wait_for_workers(client, address, ARRIVAL)
        _refuse_other_code(client)
        yield client


def _wait_for_workers(client: Any, address: str, seconds: float) -> None:
    try:
        client.wait_for_workers(1, timeout=seconds)
    except (OSError, TimeoutError) as error:
        raise ClusterError(
            f"the Dask scheduler at {address} has no worker, and none came within {seconds:g} s; start some "
            f"(`dask worker {address} --nworkers N --nthreads 1`)"
        ) from error


def _refuse_other_code(client: Any) -> None:
    ours = find_code()
    for worker, key in client.run(find_code, on_error="return").items():
        if isinstance(key, BaseException):
            raise ClusterError(
                f"the Dask worker {worker} cannot read adverts ({type(key).__name__}: {key}); {SAME_CODE}"
            )
        _refuse_other_key(key, ours, worker)


SAME_CODE = "install the same version of ai-job-market and of its libraries (requirements.lock) there, and restart it"


def _refuse_other_key(key: str, ours: str, worker: str) -> None:
    if key != ours:
        raise ClusterError(
            f"the Dask worker {worker} has a different version of the readers ({key} instead of {ours}); {SAME_CODE}"
        )


def store_locally(piece: Piece, path: Path) -> Piece:
    """Return the piece with its rows on this machine; those from another machine are written to `path`."""
    if piece.content is None:
        return piece
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # the old file may be a pipe, or a link to somewhere else
    path.write_bytes(piece.content)
    return replace(piece, rows=path, content=None)


# --- at the worker ------------------------------------------------------------------------------------


def find_code() -> str:
    """Return the key of the code that all sources share."""
    return code_key("")


def refine_on_worker(
    token: str, archive: Place, refined: Place, source: str, name: str, part: Range, key: str, percent: int
) -> Piece:
    """Refine a range of the archive file `name` (`<source>/<name>`), and return the piece with its rows in `content`.

    Each run (`token`) gets a new workspace. Raises `ClusterError` if the worker cannot read the file or has other code,
    `BrokenRange` if the range ends inside a record, and `StorageError`.
    """
    from distributed import get_worker  # noqa: PLC0415  # see above

    worker = str(get_worker().address)
    _refuse_other_key(reading_key(source, percent), key.partition("-")[2], worker)
    with ONE_RANGE:
        workspace = _workspace_of(token, archive, refined)
        warc = workspace.fetch(name, worker)
        with tempfile.TemporaryDirectory() as folder:
            piece = refine_range(source, warc, part, key, refined=workspace.refined, into=Path(folder), percent=percent)
            return replace(piece, content=piece.rows.read_bytes())


class _Workspace:
    def __init__(self, archive: Place, refined: Place) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="jobmarket-")
        self._recent: deque[str] = deque(maxlen=RECENT)
        self.archive, self.refined = (
            Store(Path(self._folder.name) / kind if place.url else place.folder, place.url)
            for kind, place in (("archive", archive), ("refined", refined))
        )

    def fetch(self, name: str, worker: str) -> Path:
        path = self.archive.folder / name
        if not self.archive.exists(path):
            remedy = f"mount {self.archive.folder} there as well, or keep the archive at an address (paths.archive)"
            raise ClusterError(f"the Dask worker {worker} sees no file {path}; {remedy}")
        if name not in self._recent:
            self._recent.append(name)
            self.archive.drop_copies("*/*", but=self._recent)
            self.refined.refresh()  # a file uses earlier files of its source, which this run may have made
            of_source = {
                file.relative_to(self.refined.folder).as_posix() for file in self.refined.files(f"{path.parent.name}/*")
            }
            self.refined.drop_copies("*/*", but=of_source)
        return self.archive.fetch(path)


@functools.lru_cache(maxsize=1)
def _workspace_of(token: str, archive: Place, refined: Place) -> _Workspace:
    return _Workspace(archive, refined)
