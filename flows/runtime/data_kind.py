"""Whether a data folder holds sample or live data, which are never mixed. The first run writes the kind to the file
`kind`.

If that file is lost or damaged, the content decides: the published file marks runs of the sample, and the names of the
sample's boards have a special ending.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from extractors.archive.reader import SUFFIX, DamagedRecord, is_live, read_recorded
from extractors.archive.store import Store
from extractors.source import all_sources
from flows.runtime.settings import KIND, Settings
from flows.terminal.errors import Wrong
from warehouse import database
from warehouse.publish import atomic_files
from warehouse.publish.reader import open_reader

LOG = logging.getLogger("jobmarket")
SAMPLE, LIVE = "sample", "live"
SAMPLE_BOARD = "-sample"
"""Ending of the names of the sample's boards."""


def read_kind(data: Path) -> str | None:
    """Return the kind in the folder's file; None if there is no file, or if its content is not a kind."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        path = data / KIND
        text = path.read_text(encoding="utf-8").strip() if path.is_file() else ""  # a pipe would block
        return text if text in (SAMPLE, LIVE) else None
    return None


def find_kind(config: Settings) -> str | None:
    """Return the kind of a folder, from its file or else from its content; None if neither shows it. Write nothing.

    Raises `Wrong` if the folder holds both kinds.
    """
    if kind := read_kind(config.data):
        return kind
    kinds = set(_find_published_kinds(config)) or set(_find_archived_kinds(config.archive))
    if len(kinds) > 1:
        raise Wrong(
            f"{config.data} holds sample data and live data, which must not be mixed; set JOBMARKET_DATA to another "
            "folder, or move out what does not belong there and write the word `sample` or `live` into "
            f"{config.data / KIND}"
        )
    return kinds.pop() if kinds else None


def refuse_other_kind(config: Settings, kind: str | None, new_kind: str | None) -> None:
    """Raise `Wrong` if the folder's `kind` and the `new_kind` are both given and differ."""
    if kind is not None and new_kind not in (None, kind):
        raise Wrong(
            f"{config.data} holds {kind} data, which {new_kind} data must not be mixed with; "
            "set JOBMARKET_DATA to another folder"
        )


def settle_kind(config: Settings, new_kind: str | None) -> str:
    """Return the kind of a folder, which the first run decides. Rewrite a damaged file if the content shows the kind.

    `new_kind` is the kind of data that the run adds; None if it adds none.

    Raises `Wrong` if the folder holds the other kind, if it is empty and the run adds no data, or if only the damaged
    file could show the kind.
    """
    path = config.data / KIND
    file_kind, folder_kind = read_kind(config.data), find_kind(config)
    is_damaged = file_kind is None and (path.is_dir() or (path.exists() and path.stat().st_size > 0))
    if folder_kind is None and is_damaged:
        raise Wrong(
            f"{path} says neither {SAMPLE} nor {LIVE}, and nothing else in the folder tells; write the right word into "
            "it, or set JOBMARKET_DATA to another folder"
        )
    if folder_kind is None and new_kind is None:
        raise Wrong(f"{config.data} holds no data yet; `jobmarket run` or `jobmarket backfill` fetches some")
    refuse_other_kind(config, folder_kind, new_kind)
    kind = folder_kind or new_kind
    assert kind is not None
    if file_kind is None:
        if is_damaged:
            aside = atomic_files.set_aside(path, datetime.now(UTC).date())
            LOG.warning("%s was damaged and is set aside as %s; the folder holds %s data", path, aside.name, kind)
        atomic_files.commit([atomic_files.stage(path, f"{kind}\n".encode())])
    return kind


def _find_published_kinds(config: Settings) -> Iterator[str]:
    with contextlib.suppress(FileNotFoundError, database.SqlError), open_reader(config.data) as con:
        for (is_sample,) in con.execute("SELECT DISTINCT is_sample FROM ops.runs").fetchall():
            yield SAMPLE if is_sample else LIVE


def _find_archived_kinds(archive: Store) -> Iterator[str]:
    for name, module in all_sources().items():
        if not module.SOURCE.has_whole_lists:
            continue
        for warc in archive.files(f"{name}/*{SUFFIX}"):
            with contextlib.suppress(OSError):
                archive.fetch(warc)
                if is_live(warc):
                    yield LIVE
                urls = (record.url for record in read_recorded(warc) if not isinstance(record, DamagedRecord))
                if board := next(filter(None, map(module.SOURCE.board_of, urls)), None):
                    yield SAMPLE if board.endswith(SAMPLE_BOARD) else LIVE
