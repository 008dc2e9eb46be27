"""Puts the pages of a crawl that are kept into the archive: the records as they were, each with where it came from."""

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
    """Copy the records of pages of one WARC file, which the archive calls `name`; the archive file, None without pages.

    Raises OSError when the file was changed since it was looked through.
    """
    store = as_store(archive)
    target = path_of(store.outbox, source, datetime.now(UTC))
    with map_file(path) as data, Writer(target, dated=True, store=store) as writer:
        for page in sorted(pages, key=lambda page: (page.offset, page.position)):
            member = _member(data, page.offset)
            if member.size != page.size:
                raise OSError(f"{path}: {page.url} stands at byte {page.offset:,} no more; was the file changed?")
            writer.copy(record_in(member, page.position), observed_at=page.observed_at, source=name)
    return writer.path


def _member(data: mmap.mmap | bytes, offset: int) -> Member:
    """The member at a byte, with its bytes in the file where it is packed."""
    member = read_member(data, offset)
    return replace(member, packed=data[offset : offset + member.size]) if is_packed(data) else member
