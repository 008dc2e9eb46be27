"""Functions that make the `fetch` of a source, and functions that find the addresses of next pages and of postings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from extractors.response import Response, objects_in
from extractors.sources.declaration import Source
from extractors.web import paging
from extractors.web.paging import Web
from transforms.role.titles import followed_ids

Fetch = Callable[..., list[str]]
"""The type of a source module's `fetch`; `SourceModule` explains it."""


def fetch_nothing(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request nothing, because a person hands over the files."""
    return []


def fetch_addresses(*urls: str) -> Fetch:
    """Return a `fetch` that requests each of `urls`."""

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
    """Return a `fetch` that requests up to `max_pages` pages of every board's list, and then single postings.

    `next_of` receives a page and the Python list of addresses of postings to request. It appends the addresses that the
    page names, and returns the address of the next page, or None after the last page.
    """

    def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
        return paging.ask_lists(web, source, boards, next_of, max_pages=max_pages)

    return fetch


def ask_paged_lists(
    web: Web,
    firsts: Iterable[str],
    next_of: Callable[[Response], str | None],
    *,
    max_pages: int,
    headers: Mapping[str, str] | None = None,
) -> list[str]:
    """Request several lists page by page, up to `max_pages` of each. Return one line for each failure.

    `firsts` are the addresses of the first pages. `next_of` returns the address of the page after a page, or None after
    the last.
    """
    return [
        line for url in firsts for line in paging.ask_pages(web, url, next_of, max_pages=max_pages, headers=headers)
    ]


def fetch_pages(
    *firsts: str,
    next_of: Callable[[Response], str | None],
    max_pages: int,
    headers: Mapping[str, str] | None = None,
) -> Fetch:
    """Return a `fetch` that requests several lists page by page, as `ask_paged_lists` does."""

    def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
        return ask_paged_lists(web, firsts, next_of, max_pages=max_pages, headers=headers)

    return fetch


def fetch_recent(
    first: str, next_of: Callable[[Response], str | None], *path: str, time: str, days: int, max_pages: int
) -> Fetch:
    """Return a `fetch` that requests a list, newest records first, up to a page that has only old records.

    A record is old if it is from before the `days` days that precede the day of the run. `path` are the keys that lead
    to the records in the JSON, and `time` is the key of a record's time, in seconds since 1970 (UTC).
    """

    def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
        since = (datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC) - timedelta(days=days)).timestamp()

        def next_of_new(page: Response) -> str | None:
            times = [record.get(time) for record in objects_in(_records_at(page, path))]
            return next_of(page) if any(isinstance(at, int) and at >= since for at in times) else None

        return paging.ask_pages(web, first, next_of_new, max_pages=max_pages)

    return fetch


def raise_field(url: str, field: str, by: int, *, last: int | None = None) -> str | None:
    """Return `url` with the number in the query field `field` raised by `by`, or None if the new number exceeds `last`.

    Raise `ValueError` if the query field has no number.
    """
    pattern = rf"(?<=[?&,]{field}=)\d+"
    match = re.search(pattern, url)
    if match is None:
        raise ValueError(f"{url}: expected a number in the query field {field}")
    number = int(match[0]) + by
    return None if last is not None and number > last else re.sub(pattern, str(number), url)


def after_records(url: str, field: str, n: int, *, total: int) -> str | None:
    """Return the address of the page after the page at `url`, which has `n` records.

    `field` is the query field with the number of records to skip. Return None after an empty page, and after the page
    with the last of `total` records.
    """
    return raise_field(url, field, n, last=total - 1) if n else None


def after_full_pages(
    field: str, *path: str, size: int, step: int = 1, last: int | None = None
) -> Callable[[Response], str | None]:
    """Return a function that takes a page and returns the address of the next page.

    The function returns None after a page that is not full and after page `last`. `field` is the query field that rises
    by `step` from page to page. `path` are the keys that lead to the list of records in the JSON. `size` is the number
    of records on a full page.
    """

    def next_of(page: Response) -> str | None:
        is_full = len(_records_at(page, path)) >= size
        return raise_field(page.url, field, step, last=last) if is_full else None

    return next_of


def _records_at(page: Response, path: Sequence[str]) -> list[object]:
    """Return the list of records at a path of keys. Raise `TypeError`, which ends paging with a line, for another
    shape."""
    records = page.value_at(*path)
    if not isinstance(records, list):
        raise TypeError(f"expected a list of records, not {type(records).__name__}")
    return records


def followed_postings(page: Response, source: Source, items: object, *, id: str, title: str) -> list[str]:
    """Return the addresses of the postings, among the records `items` of a list, that are in roles we follow.

    `id` and `title` are the keys under which a record has its id and its title.
    """
    ids = followed_ids(objects_in(items), id=id, title=title)
    return [source.boards[0].posting_url(page.url, posting) for posting in ids]
