"""Copy the chosen pages of a crawl into the archive: each record unchanged, with its origin."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from extractors.archive.reader import map_file, member_at
from extractors.archive.store import Store, as_store
from extractors.archive.writer import Writer, path_of
from extractors.crawl.scan import Page


def keep_pages(archive: Path | Store, source: str, path: Path, pages: Collection[Page], *, name: str) -> Path | None:
    """Copy the records of some pages from a WARC file into the archive, and return the archive file; None if `pages` is
    empty.

    `name` is what the archive calls the WARC file. Raises OSError if the file was changed since it was scanned.
    """
    store = as_store(archive)
    target = path_of(store.outbox, source, datetime.now(UTC))
    with map_file(path) as data, Writer(target, dated=True, store=store) as writer:
        for page in sorted(pages, key=lambda page: page.offset):
            member = member_at(data, page.offset)
            if member.size != page.size:
                raise OSError(f"{path}: {page.url} is no longer at byte {page.offset:,}; was the file changed?")
            packed = data[member.offset : member.offset + member.size]
            writer.copy(member, packed, observed_at=page.observed_at, source=name)
    return writer.path
