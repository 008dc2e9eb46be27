"""Copy the chosen pages of a crawl into the archive: unchanged records, each with its origin."""

from __future__ import annotations

import mmap
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from extractors.archive.reader import Member, map_file
from extractors.archive.store import Store, as_store
from extractors.archive.writer import Writer, path_of
from extractors.crawl.scan import Page, is_packed, read_member, record_in


def keep_pages(archive: Path | Store, source: str, path: Path, pages: Collection[Page], *, name: str) -> Path | None:
    """Copy the records of pages from one WARC file, called `name` in the archive. Returns the archive file, if any.

    Raises OSError if the file was changed since it was scanned.
    """
    store = as_store(archive)
    target = path_of(store.outbox, source, datetime.now(UTC))
    with map_file(path) as data, Writer(target, dated=True, store=store) as writer:
        for page in sorted(pages, key=lambda page: (page.offset, page.position)):
            member = _member(data, page.offset)
            if member.size != page.size:
                raise OSError(f"{path}: {page.url} is no longer at byte {page.offset:,}; was the file changed?")
            writer.copy(record_in(member, page.position), observed_at=page.observed_at, source=name)
    return writer.path


def _member(data: mmap.mmap | bytes, offset: int) -> Member:
    """Return the member at a byte, with its compressed bytes if the file is gzipped."""
    member = read_member(data, offset)
    return replace(member, packed=data[offset : offset + member.size]) if is_packed(data) else member
