"""An index, by address, of one source's WARC files: a cache that a fetch uses to send conditional requests.

The index says when an address last gave data, with which validators (ETag, Last-Modified), and where the body is
stored. Opening the index adds the files that it lacks; a missing or damaged index is rebuilt.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from extractors.archive.reader import (
    SUFFIX,
    DamagedRecord,
    RecordedAnswer,
    RevisitedAnswer,
    entry_of,
    read_record_at,
    read_recorded,
)
from extractors.archive.store import Store
from extractors.response import ANSWERED

LOG = logging.getLogger("jobmarket")
Entry = RecordedAnswer | RevisitedAnswer
"""An answer without its body (see `entry_of`)."""
P = ParamSpec("P")
T = TypeVar("T")
VERSION = 2
TABLES, ADD = (Path(__file__).with_name(f"index_{name}.sql").read_text("utf-8") for name in ("tables", "add"))
STORED = "digest, json_digest, etag, last_modified, first_at, file, record, at, position"


@dataclass(frozen=True)
class IndexEntry:
    """The newest response from an address, and where its content is stored.

    `first_at` is the time of the response that was stored whole with this content. `record`, `offset` and `position`
    locate it in the file (see `read_record_at`).
    """

    digest: str
    json_digest: str | None
    etag: str | None
    last_modified: str | None
    first_at: datetime
    path: Path
    record: int
    offset: int
    position: int
    store: Store = field(repr=False, compare=False)

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that ask for the response only if it has changed: by its ETag, or without one by its last change."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": None if self.etag else self.last_modified}
        return {name: value for name, value in headers.items() if value}

    def answer(self) -> RecordedAnswer | None:
        """Return the response, read from the archive; None if its file is missing or was changed."""
        try:
            path = self.store.fetch(self.path)
            answer = read_record_at(path, record=self.record, offset=self.offset, position=self.position)
        except OSError:
            return None
        return answer if isinstance(answer, RecordedAnswer) and answer.digest == self.digest else None


def _repaired(work: Callable[Concatenate[ArchiveIndex, P], T]) -> Callable[Concatenate[ArchiveIndex, P], T]:
    """Make a method rebuild the index and start again if it finds the index damaged."""

    def work_or_repair(index: ArchiveIndex, /, *args: P.args, **options: P.kwargs) -> T:
        try:
            return work(index, *args, **options)
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            if isinstance(error, sqlite3.DatabaseError) and type(error) is not sqlite3.DatabaseError:
                raise  # a full disk is no damage
            index.rebuild(error)
            return work(index, *args, **options)

    return functools.update_wrapper(work_or_repair, work)


class ArchiveIndex:
    """Index of one source's folder in the archive, kept in the SQLite file `index`. A context manager, for one
    thread."""

    def __init__(self, folder: Path, index: Path, store: Store | None = None) -> None:
        self._folder = folder
        self._store = store or Store(folder.parent)
        self._newest: dict[str, tuple[Any, ...]] | None = None
        self._index = index
        index.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._database = _open_index(index)
        except sqlite3.DatabaseError:
            index.unlink()
            self._database = _open_index(index)
        self._catch_up()

    def __enter__(self) -> ArchiveIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self._database.close()

    def rebuild(self, error: Exception) -> None:
        """Rebuild the index from the archive. `error` is what shows that it is damaged."""
        LOG.warning("%s is damaged and is rebuilt from the archive: %s", self._index, error)
        self.close()
        for path in (self._index, self._index.with_name(f"{self._index.name}-journal")):
            path.unlink(missing_ok=True)
        self._newest = None
        self._database = _open_index(self._index)
        self._read_new()

    @_repaired
    def before(self, url: str, time: datetime) -> IndexEntry | None:
        """Return the newest response with data that an address gave before `time`; None if there is none."""
        if self._newest is None:  # one query for all addresses, because a night looks each of them up once
            rows = self._database.execute(f"SELECT url, max(observed_at), {STORED} FROM answers GROUP BY url")
            self._newest = {address: row for address, *row in rows}
        newest = self._newest.get(url)
        if newest is None:
            return None
        at, *row = newest
        if at >= _stamp(time):
            row = self._database.execute(
                f"SELECT {STORED} FROM answers WHERE url = ? AND observed_at < ? ORDER BY observed_at DESC LIMIT 1",
                (url, _stamp(time)),
            ).fetchone()
            if row is None:
                return None
        digest, json_digest, etag, last_modified, first_at, file, record, offset, position = row
        at, path = datetime.fromisoformat(first_at), self._folder / file
        return IndexEntry(digest, json_digest, etag, last_modified, at, path, record, offset, position, self._store)

    @_repaired
    def newest(self, prefix: str, time: datetime) -> tuple[datetime, IndexEntry] | None:
        """Return the time and the entry of the newest response with data, before `time`, whose URL starts with
        `prefix`; None if there is none."""
        row = self._database.execute(
            "SELECT url, observed_at FROM answers WHERE url >= ? AND url < ? AND observed_at < ?"
            " ORDER BY observed_at DESC, file DESC, record DESC LIMIT 1",
            (prefix, f"{prefix}\U0010ffff", _stamp(time)),
        ).fetchone()
        entry = self.before(row[0], time) if row else None
        return (datetime.fromisoformat(row[1]), entry) if entry else None

    @_repaired
    def add(self, path: Path | None, entries: Collection[Entry] | None = None) -> None:
        """Add a finished file of the folder; None adds nothing. Without `entries`, which the `Writer` has, the file is
        read.
        """
        if path is not None:
            self._add(path, entries)

    def _add(self, path: Path, entries: Collection[Entry] | None = None) -> None:
        if entries is None:
            answers = read_recorded(self._store.fetch(path))
            entries = [entry_of(answer) for answer in answers if not isinstance(answer, DamagedRecord)]
        with_data = (entry for entry in entries if isinstance(entry, RevisitedAnswer) or entry.status in ANSWERED)
        with self._database:
            self._forget(path.name)
            self._database.executemany(ADD, (_row(path.name, entry) for entry in with_data))
            self._database.execute("INSERT INTO files VALUES (?, ?)", (path.name, self._store.size(path)))

    def _forget(self, file: str) -> None:
        self._newest = None
        self._database.execute("DELETE FROM answers WHERE seen_in = ?", (file,))
        self._database.execute("DELETE FROM files WHERE name = ?", (file,))

    @_repaired
    def _catch_up(self) -> None:
        self._read_new()

    def _read_new(self) -> None:
        """Add new files and forget missing ones. This is not repaired, because `rebuild` calls it."""
        paths = self._store.files(f"{self._folder.name}/*{SUFFIX}")
        there = {path.name: self._store.size(path) for path in paths if self._store.is_file(path)}
        sizes = dict(self._database.execute("SELECT name, size FROM files").fetchall())
        with self._database:
            for name in sorted(sizes.keys() - there.keys()):
                self._forget(name)
        for name in sorted(name for name, size in there.items() if sizes.get(name) != size):
            try:
                self._add(self._folder / name)
            except OSError:  # refine reports the file
                continue


def _open_index(index: Path) -> sqlite3.Connection:
    database = sqlite3.connect(index)
    with contextlib.ExitStack() as on_error:
        on_error.callback(database.close)
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"{index} has version {version}, not {VERSION}")
        database.execute("PRAGMA synchronous = OFF")  # a cache: after a power cut it is rebuilt
        database.executescript(TABLES)
        database.execute(f"PRAGMA user_version = {VERSION}")
        on_error.pop_all()
    return database


def _row(file: str, entry: Entry) -> dict[str, object]:
    headers = {name.lower(): value or None for name, value in entry.headers}
    refers_to = _stamp(entry.refers_to) if isinstance(entry, RevisitedAnswer) else None
    times = {"observed_at": _stamp(entry.observed_at), "refers_to": refers_to}
    validators = {"etag": headers.get("etag"), "last_modified": headers.get("last-modified")}
    return vars(entry) | times | validators | {"file": file}


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")


# --- recordings that are taken into the archive ----------------------------------------------------------


def whole_answers(
    path: Path, index: ArchiveIndex | None
) -> Iterator[tuple[RecordedAnswer | RevisitedAnswer, RecordedAnswer | None] | DamagedRecord]:
    """Yield damaged records and answers in order, each answer with the whole answer that it is or repeats.

    A whole answer is looked up in the recording, then in the archive's `index` if given; None if neither has it.
    """
    locations: dict[tuple[str, datetime], dict[str, int]] | None = None
    for answer in read_recorded(path):
        if isinstance(answer, DamagedRecord):
            yield answer
            continue
        if isinstance(answer, RecordedAnswer):
            yield answer, answer
            continue
        if locations is None:
            locations = {
                (other.url, other.observed_at): {
                    "record": other.record,
                    "offset": other.offset,
                    "position": other.position,
                }
                for other in read_recorded(path)
                if isinstance(other, RecordedAnswer)
            }
        location = locations.get((answer.url, answer.refers_to))
        whole = read_record_at(path, **location) if location else None
        if not isinstance(whole, RecordedAnswer):
            earlier = index.before(answer.url, answer.observed_at) if index else None
            whole = earlier.answer() if earlier and earlier.digest == answer.digest else None
        yield answer, whole
