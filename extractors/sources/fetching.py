"""Ready-made `fetch` functions for sources, and the addresses of next pages and of single postings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from extractors.response import Response, objects_in
from extractors.sources.declaration import Source
from extractors.web import paging
from extractors.web.paging import Web
from transforms.role.titles import followed_ids


class Fetch(Protocol):
    """The `fetch` of a `SourceModule`."""

    def __call__(self, web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
        """Request what the source needs. Return the failures, one line each."""
        ...


def fetch_nothing(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request nothing: a person hands over the files."""
    return []


def fetch_addresses(*urls: str) -> Fetch:
    """Return a `fetch` that requests these addresses."""

    def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
        return paging.ask_each(web, urls)

    return fetch


def fetch_boards(source: Source) -> Fetch:
    """Return a `fetch` that requests the list of every board."""

    def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
        return paging.ask_boards(web, source, boards)

    return fetch


def fetch_lists_and_postings(
    source: Source, next_of: Callable[[Response, list[str]], str | None], *, max_pages: int = 1
) -> Fetch:
    """Return a `fetch` that requests the list of every board, then single postings (`paging.ask_lists`)."""

    def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
        return paging.ask_lists(web, source, boards, next_of, most=max_pages)

    return fetch


def ask_paged_lists(
    web: Web,
    firsts: Iterable[str],
    next_of: Callable[[Response], str | None],
    *,
    max_pages: int,
    headers: Mapping[str, str] | None = None,
) -> list[str]:
    """Request each of several lists page by page, from its first address on. Return the failures, one line each."""
    return [line for url in firsts for line in paging.ask_pages(web, url, next_of, most=max_pages, headers=headers)]


def raise_field(url: str, field: str, by: int, *, last: int | None = None) -> str | None:
    """Return the URL with the number in a query field raised, or None where that exceeds `last`."""
    pattern = rf"(?<=[?&,]{field}=)\d+"
    match = re.search(pattern, url)
    if match is None:
        raise ValueError(f"{url}: a number expected in the query field {field}")
    number = int(match[0]) + by
    return None if last is not None and number > last else re.sub(pattern, str(number), url)


def after_records(url: str, field: str, n: int, *, total: int) -> str | None:
    """Return the next page of a list that counts records in a query field, after a page of `n` records.

    None after an empty page or after the last of `total` records.
    """
    return raise_field(url, field, n, last=total - 1) if n else None


def after_full_pages(
    field: str, *path: str, size: int, step: int = 1, last: int | None = None
) -> Callable[[Response], str | None]:
    """Return a function that gives the page after a full one, and None after a shorter one or after page `last`.

    `field` is the query field that counts by `step`; `path` leads to the records in the JSON; `size` is how many
    records a full page has.
    """

    def next_of(page: Response) -> str | None:
        records = page.value_at(*path)
        if not isinstance(records, list):
            raise TypeError(f"a list of records expected, not {type(records).__name__}")
        return raise_field(page.url, field, step, last=last) if len(records) >= size else None

    return next_of


def followed_postings(page: Response, source: Source, items: object, *, id: str, title: str) -> list[str]:
    """Return the addresses of the postings in a list whose title names a role we follow. `id` and `title` are keys."""
    ids = followed_ids(objects_in(items), id=id, title=title)
    return [source.boards[0].posting_url(page.url, posting) for posting in ids]
