"""Index of one source's WARC files by address.

For a fetch it finds the newest answer of an address (to send a conditional request) and where its body stands. It is a
cache beside the archive: files that it does not have are added when it is opened, and it is rebuilt when it is missing
or damaged.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from extractors.archive.reader import (
    SUFFIX,
    DamagedRecord,
    Entry,
    RecordedAnswer,
    entry_of,
    read_record_at,
    read_recorded,
)
from extractors.archive.store import Store
from extractors.response import ANSWERED

LOG = logging.getLogger("jobmarket")
T = TypeVar("T")
TABLES = """
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    url TEXT NOT NULL, observed_at TEXT NOT NULL, digest TEXT NOT NULL, json_digest TEXT, etag TEXT, last_modified TEXT,
    first_at TEXT NOT NULL, file TEXT NOT NULL, record INTEGER NOT NULL, at INTEGER NOT NULL, position INTEGER NOT NULL,
    seen_in TEXT NOT NULL, PRIMARY KEY (url, observed_at)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_of_file ON answers (seen_in);
"""
VERSION = 2
ADD = """
INSERT OR REPLACE INTO answers
SELECT :url, :observed_at, :digest, coalesce(:json_digest, whole.json_digest),
    coalesce(:etag, whole.etag), coalesce(:last_modified, whole.last_modified),
    coalesce(whole.first_at, :observed_at), coalesce(whole.file, :file), coalesce(whole.record, :record),
    coalesce(whole.at, :offset), coalesce(whole.position, :position), :file
FROM (SELECT :refers_to AS refers_to) AS this
LEFT JOIN answers AS whole ON whole.url = :url AND whole.observed_at = :refers_to AND whole.digest = :digest
WHERE this.refers_to IS NULL OR whole.url IS NOT NULL
"""
"""Adds an answer. A repetition points to the place of the answer it repeats, and is left out where that is missing."""


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    """The newest answer of an address: its digests and validators, when it first came, and where it stands."""

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

    def answer(self) -> RecordedAnswer | None:
        """The stored answer itself; None when its file is gone or was changed."""
        try:
            answer = read_record_at(
                self.store.fetch(self.path), record=self.record, offset=self.offset, position=self.position
            )
        except OSError:
            return None
        return answer if isinstance(answer, RecordedAnswer) and answer.digest == self.digest else None


class ArchiveIndex:
    """The index of one source's folder of the archive, which `store` says where it is. A context manager; for one
    thread.
    """

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
        self._mending(self._catch_up)

    def __enter__(self) -> ArchiveIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self._database.close()

    def _mending(self, work: Callable[[], T]) -> T:
        """What work on the index gives; where that shows that the index is damaged, after it was made again."""
        try:
            return work()
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            if isinstance(error, sqlite3.DatabaseError) and type(error) is not sqlite3.DatabaseError:
                raise  # a full disk is no damage
            LOG.warning("%s is damaged and is made again from the archive: %s", self._index, error)
        self.close()
        for path in (self._index, self._index.with_name(f"{self._index.name}-journal")):
            path.unlink(missing_ok=True)
        self._newest = None
        self._database = _open_index(self._index)
        self._catch_up()
        return work()

    def before(self, url: str, time: datetime) -> IndexEntry | None:
        """The newest answer with data of an address before a time; None when there is none."""
        return self._mending(lambda: self._before(url, time))

    def _before(self, url: str, time: datetime) -> IndexEntry | None:
        what = "digest, json_digest, etag, last_modified, first_at, file, record, at, position"
        if self._newest is None:  # one query for all addresses: a night asks for each of them once
            rows = self._database.execute(f"SELECT url, max(observed_at), {what} FROM answers GROUP BY url")
            self._newest = {address: row for address, *row in rows}
        newest = self._newest.get(url)
        if newest is None:
            return None
        at, *row = newest
        if at >= _stamp(time):
            row = self._database.execute(
                f"SELECT {what} FROM answers WHERE url = ? AND observed_at < ? ORDER BY observed_at DESC LIMIT 1",
                (url, _stamp(time)),
            ).fetchone()
            if row is None:
                return None
        digest, json_digest, etag, last_modified, first_at, file, record, offset, position = row
        return IndexEntry(
            digest=digest,
            json_digest=json_digest,
            etag=etag,
            last_modified=last_modified,
            first_at=datetime.fromisoformat(first_at),
            path=self._folder / file,
            record=record,
            offset=offset,
            position=position,
            store=self._store,
        )

    def newest(self, prefix: str, time: datetime) -> tuple[datetime, IndexEntry] | None:
        """The newest answer with data before a time of all addresses that begin so, and when it was observed."""
        return self._mending(lambda: self._find_newest(prefix, time))

    def _find_newest(self, prefix: str, time: datetime) -> tuple[datetime, IndexEntry] | None:
        row = self._database.execute(
            "SELECT url, observed_at FROM answers WHERE url >= ? AND url < ? AND observed_at < ?"
            " ORDER BY observed_at DESC, file DESC, record DESC LIMIT 1",
            (prefix, f"{prefix}\U0010ffff", _stamp(time)),
        ).fetchone()
        if row is None:
            return None
        url, observed_at = row
        entry = self._before(url, time)
        return (datetime.fromisoformat(observed_at), entry) if entry else None

    def add(self, path: Path | None, entries: Iterable[Entry] | None = None) -> None:
        """Add a finished file of the folder; None (nothing was answered) adds nothing.

        What a night archived is added by that night, so that the next one reads only what others put there. Whoever
        wrote the file knows its `entries`; without them it is read.
        """
        if path is None:
            return
        known = None if entries is None else list(entries)
        self._mending(lambda: self._add(path, known))

    def _add(self, path: Path, entries: Iterable[Entry] | None) -> None:
        if entries is None:
            entries = (
                entry_of(answer)
                for answer in read_recorded(self._store.fetch(path))
                if not isinstance(answer, DamagedRecord)
            )
        with self._database:
            self._forget(path.name)
            self._database.executemany(ADD, (_row(path.name, entry) for entry in entries if _has_data(entry)))
            self._database.execute("INSERT INTO files VALUES (?, ?)", (path.name, self._store.size(path)))

    def _forget(self, file: str) -> None:
        self._newest = None
        self._database.execute("DELETE FROM answers WHERE seen_in = ?", (file,))
        self._database.execute("DELETE FROM files WHERE name = ?", (file,))

    def _catch_up(self) -> None:
        """Add the files that are new or changed, remove those that are gone."""
        paths = self._store.files(f"{self._folder.name}/*{SUFFIX}")
        there = {path.name: self._store.size(path) for path in paths if self._store.is_file(path)}
        sizes = dict(self._database.execute("SELECT name, size FROM files").fetchall())
        with self._database:
            for name in sorted(sizes.keys() - there.keys()):
                self._forget(name)
        for name in sorted(name for name, size in there.items() if sizes.get(name) != size):
            try:
                self._add(self._folder / name, None)
            except OSError:  # of which refine says that it cannot be read
                continue


def _open_index(index: Path) -> sqlite3.Connection:
    database = sqlite3.connect(index)
    with contextlib.ExitStack() as on_error:
        on_error.callback(database.close)
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"{index} has version {version}, not {VERSION}")
        database.execute("PRAGMA synchronous = OFF")  # a cache: what a power cut spoils is made anew
        database.executescript(TABLES)
        database.execute(f"PRAGMA user_version = {VERSION}")
        on_error.pop_all()
    return database


def _has_data(entry: Entry) -> bool:
    return entry.refers_to is not None or entry.status in ANSWERED


def _row(file: str, entry: Entry) -> dict[str, object]:
    times = {"observed_at": _stamp(entry.observed_at), "refers_to": entry.refers_to and _stamp(entry.refers_to)}
    return vars(entry) | times | {"file": file}


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")
