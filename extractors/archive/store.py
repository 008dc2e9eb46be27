"""Storage of archive files or refined files: a folder, or an address that `pyarrow.fs` can open.

All code that lists, opens, replaces or removes such a file gets its path from here. In a folder, that is the path of
the file itself. At an address (`s3://bucket/prefix`), it is the path of a copy in the data folder, which is fetched
when first needed, and again when the file at the address changes.

Readers never see half a file: in a folder a finished file is renamed into place, and at an address it appears when its
upload is finished. A file for an address is first finished in the outbox, so that the next run can send what a killed
run left.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from transforms.text.addresses import HIDDEN, hide_users
from warehouse.publish import atomic_files

if TYPE_CHECKING:  # imported only where used, because most data folders do not need it
    from pyarrow import fs

PARAMETERS = ("endpoint_override", "region", "scheme")
"""Parameters of an address: a server other than Amazon's (host:port), the server's region, and http or https."""
REMEDY = (
    "look at the bucket's name, at endpoint_override and scheme of the address, and at the credentials in the "
    "environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE)"
)
CONNECT_SECONDS, SILENT_SECONDS, ATTEMPTS = 10.0, 20.0, 5
"""Limits of each request to object storage: seconds to connect, seconds without a byte, and attempts."""
FACTS = "facts.tsv"
"""Name of a file beside the copies. It keeps facts found in files at the address, so that no file is fetched again for
a known fact."""
CHUNK = 4 * 2**20
"""Number of bytes read at once when a file is copied."""


class StorageError(OSError):
    """Files at an address cannot be reached. The message names address, fault and remedy, but no secret."""

    def __init__(self, message: str) -> None:
        super().__init__(hide_users(message))


class Version(NamedTuple):
    """A version of a file: its size in bytes, and the time of its last change in nanoseconds."""

    size: int
    changed: int


@dataclass(frozen=True)
class Place:
    """Location of a store, which can be sent to another machine. `url` is None if the files are in `folder`."""

    folder: Path
    url: str | None = None


class Store:
    """Files named `<source>/<name>` in a folder or at an address. All paths that it returns are in `folder`.

    A new file is written in `outbox` before `put`. Without an address, the outbox is `folder`.
    """

    def __init__(self, folder: Path, url: str | None = None, *, outbox: Path | None = None) -> None:
        self.folder = folder
        self.url = url
        self.outbox = folder if url is None else outbox or folder.with_name(f"{folder.name}-outbox")
        self._versions: dict[str, Version] | None = None
        self._facts: dict[str, str] | None = None
        self._used: set[str] = set()
        self._lock = threading.RLock()

    def __str__(self) -> str:
        return str(self.folder) if self.url is None else self._url_of("")

    @property
    def place(self) -> Place:
        """Location of the store."""
        return Place(self.folder, self.url)

    def refresh(self) -> None:
        """List the files again when next needed, because another process may have changed them."""
        self._versions = None
        self._used.clear()

    def check(self) -> None:
        """Raise `StorageError` if the address cannot be read, or if its bucket does not exist."""
        if self.url is not None:
            self._list()

    def files(self, pattern: str) -> list[Path]:
        """Return the sorted paths of files whose `<source>/<name>` matches `pattern`, whether or not copies were
        fetched.
        """
        if self.url is None:
            return sorted(self.folder.glob(pattern))
        return sorted(self.folder / name for name in self._list() if Path(name).match(pattern))

    def exists(self, path: Path) -> bool:
        """Whether the file exists."""
        return path.exists() if self.url is None else self._name(path) in self._list()

    def is_file(self, path: Path) -> bool:
        """Whether the file exists and is a regular file (opening a pipe would wait)."""
        return path.is_file() if self.url is None else self.exists(path)

    def holds_another(self, path: Path) -> bool:
        """Whether the address already has a file with the same name as this file in the outbox."""
        return self.url is not None and self.exists(self.folder / path.relative_to(self.outbox))

    def size(self, path: Path) -> int:
        """Return the size of a file in bytes. Raise OSError if the file does not exist."""
        return path.stat().st_size if self.url is None else self._version(path).size

    def fetch(self, path: Path) -> Path:
        """Return the path of a file. Fetch its copy if missing or outdated. Raises OSError if there is no file."""
        if self.url is None:
            return path
        version, name = self._version(path), self._name(path)
        self._used.add(name)
        if _version_of(path) != version:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
            try:
                with (
                    self._reaching(name),
                    self._system.open_input_stream(f"{self._root}/{name}", compression=None) as source,
                    fresh.open("wb") as file,
                ):
                    while data := source.read(CHUNK):
                        file.write(data)
                if fresh.stat().st_size != version.size:
                    raise StorageError(f"{self._url_of(name)} changed while it was read; start the same command again")
                _set_time(fresh, version)
                fresh.replace(path)
            finally:
                fresh.unlink(missing_ok=True)
        return path

    def fetch_current(self, path: Path) -> Path:
        """Like `fetch`, but if the file does not exist at the address, remove its copy instead of raising."""
        if self.url is not None:
            if self.exists(path):
                return self.fetch(path)
            path.unlink(missing_ok=True)
        return path

    def fetch_all(self, pattern: str) -> Path:
        """Fetch all files that match `pattern`, and return the folder."""
        if self.url is not None:
            for path in self.files(pattern):
                self.fetch(path)
        return self.folder

    def put(self, path: Path) -> Path:
        """Move a finished file from the outbox or folder into the store, and return its path in `folder`."""
        if self.url is None:
            return path
        name = path.relative_to(self.outbox if path.is_relative_to(self.outbox) else self.folder).as_posix()
        self._upload(path, name)
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        _set_time(path, self._version(target))
        path.replace(target)
        self._used.add(name)
        return target

    def remove(self, path: Path) -> None:
        """Remove a file and its copy, if they exist."""
        path.unlink(missing_ok=True)
        if self.url is not None and self.exists(path):
            name = self._name(path)
            with self._reaching(name):
                self._system.delete_file(f"{self._root}/{name}")
            self._list().pop(name, None)

    def set_aside(self, path: Path) -> str | None:
        """Rename a damaged file so that it is no longer listed, and return its new name.

        Returns None if only the local copy was damaged; the copy is then fetched again.
        """
        day = datetime.now(UTC).date()
        if self.url is None:
            return atomic_files.set_aside(path, day).name
        damaged, name = path.read_bytes(), self._name(path)
        path.unlink()
        if self.fetch(path).read_bytes() != damaged:
            return None
        aside = f"{name}.damaged-{day}"
        with self._reaching(name):
            self._system.move(f"{self._root}/{name}", f"{self._root}/{aside}")
        self._list().pop(name, None)
        path.unlink(missing_ok=True)
        return Path(aside).name

    def remember(self, fact: str, path: Path, find: Callable[[Path], str]) -> str:
        """Return `find(path)`. At an address, `find` is called once per version of the file."""
        if self.url is None:
            return find(path)
        version = self._version(path)
        key = "\t".join((fact, self._name(path), str(version.size), str(version.changed)))
        with self._lock:
            value = self._known_facts().get(key)
        if value is None:
            value = find(self.fetch(path))
            with self._lock, (self.folder / FACTS).open("a", encoding="utf-8") as file:
                file.write(f"{key}\t{value}\n")
                self._known_facts()[key] = value
        return value

    def drop_copies(self, pattern: str, *, but: Collection[str] | None = None) -> None:
        """Remove local copies that match `pattern`, except `but` (by default what this process used)."""
        if self.url is not None:
            for path in self.folder.glob(pattern):
                if self._name(path) not in (self._used if but is None else but):
                    path.unlink()

    # --- at an address ------------------------------------------------------------------------------------

    @functools.cached_property
    def _target(self) -> tuple[fs.FileSystem, str]:
        return open_filesystem(self.url or "")

    @property
    def _system(self) -> Any:
        return self._target[0]

    @property
    def _root(self) -> str:
        return self._target[1]

    @property
    def _is_object_storage(self) -> bool:
        return (self.url or "").startswith("s3://")

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _url_of(self, name: str) -> str:
        return f"{_without_query(self.url or '')}/{name}"

    def _version(self, path: Path) -> Version:
        name = self._name(path)
        version = self._list().get(name)
        if version is None:
            raise FileNotFoundError(2, "no such file in the storage", self._url_of(name))
        return version

    def _list(self) -> dict[str, Version]:
        from pyarrow import fs  # noqa: PLC0415  # see above

        with self._lock:
            if self._versions is None:
                with self._reaching():
                    infos = self._system.get_file_info(
                        fs.FileSelector(self._root, recursive=True, allow_not_found=True)
                    )
                    bucket = self._root.partition("/")[0]
                    is_doubtful = not infos and self._is_object_storage
                    is_missing = is_doubtful and self._system.get_file_info(bucket).type == fs.FileType.NotFound
                if is_missing:
                    raise StorageError(f"{self._url_of('')}: there is no bucket {bucket}; make it, or {REMEDY}")
                self._versions = {
                    info.path[len(self._root) + 1 :]: Version(info.size, info.mtime_ns)
                    for info in infos
                    if info.type == fs.FileType.File and info.path.count("/") == self._root.count("/") + 2
                }
            return self._versions

    def _upload(self, path: Path, name: str) -> None:
        size = path.stat().st_size
        place = f"{self._root}/{name}"
        with self._reaching(name):
            if not self._is_object_storage:
                self._system.create_dir(place.rpartition("/")[0], recursive=True)
            # An error closes the target early: readers recognise the truncated file, and it is sent again.
            with path.open("rb") as file, self._system.open_output_stream(place, compression=None) as target:
                while data := file.read(CHUNK):
                    target.write(data)
            info = self._system.get_file_info(place)
        if info.size != size:
            raise StorageError(f"{self._url_of(name)} has {info.size} bytes of {size}; start the same command again")
        self._list()[name] = Version(info.size, info.mtime_ns)

    def _known_facts(self) -> dict[str, str]:
        if self._facts is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / FACTS
            text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            # An unreadable fact is found again: a killed run may leave half a line.
            self._facts = {line.rpartition("\t")[0]: line.rpartition("\t")[2] for line in text.split("\n")}
        return self._facts

    @contextlib.contextmanager
    def _reaching(self, name: str = "") -> Iterator[None]:
        import pyarrow as pa  # noqa: PLC0415  # see above

        try:
            yield
        except (StorageError, FileNotFoundError):
            raise
        except (OSError, pa.ArrowException) as error:
            if isinstance(error, OSError) and error.errno:  # an error of the local disk
                raise
            raise StorageError(f"{self._url_of(name)}: {error}; {REMEDY}") from error


def as_store(place: Path | Store) -> Store:
    """Return the given store, or a store of the given folder."""
    return place if isinstance(place, Store) else Store(place)


@functools.cache
def store_at(folder: Path, url: str | None, outbox: Path | None) -> Store:
    """Return this process's only store at a location, so that all callers share its list of files."""
    return Store(folder, url, outbox=outbox)


def open_filesystem(url: str) -> tuple[fs.FileSystem, str]:
    """Return the file system of an address and the path in it. Raise `StorageError` if the address is invalid."""
    import pyarrow as pa  # noqa: PLC0415  # see above
    from pyarrow import fs  # noqa: PLC0415

    try:
        if _holds_credentials(url):
            raise ValueError("it contains credentials; set them in the environment (and a port as a parameter)")
        parts = urlsplit(url)
        parameters = dict(parse_qsl(parts.query))
        if parts.scheme != "s3":
            system, root = fs.FileSystem.from_uri(url)
            return system, root.rstrip("/")
        if unknown := sorted(parameters.keys() - PARAMETERS):
            raise ValueError(f"unknown parameter {unknown[0]}; there are {', '.join(PARAMETERS)}")
        if not parameters.keys() & {"region", "endpoint_override"}:
            parameters["region"] = fs.resolve_s3_region(parts.netloc)
        retries = fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS)
        timeouts = {"connect_timeout": CONNECT_SECONDS, "request_timeout": SILENT_SECONDS}
        system = fs.S3FileSystem(**parameters, **timeouts, retry_strategy=retries)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise StorageError(f"{_without_query(url)}: {error}; {REMEDY}") from error
    return system, f"{parts.netloc}{parts.path}".rstrip("/")


def _holds_credentials(url: str) -> bool:
    """Whether an address of object storage may contain a key and a secret. (No bucket's name has a colon.)"""
    scheme, _, rest = unquote(url).partition("://")
    before = rest.partition("?")[0]
    return scheme.lower() == "s3" and ("@" in before or ":" in before.partition("/")[0])


def _without_query(url: str) -> str:
    return f"s3://{HIDDEN}" if _holds_credentials(url) else url.partition("?")[0].rstrip("/")


def _version_of(path: Path) -> Version | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return Version(stat.st_size, stat.st_mtime_ns)


def _set_time(path: Path, version: Version) -> None:
    os.utime(path, ns=(version.changed, version.changed))
