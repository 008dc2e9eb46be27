"""Functions for the `parse` of a source, as `fetching.py` has functions for its `fetch`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from extractors.response import Response, each
from extractors.sources.declaration import Parsed


def parse_list(
    read: Callable[[dict[str, Any]], Parsed], *path: str, known: frozenset[str]
) -> Callable[[Response], Iterator[Parsed]]:
    """Return a `parse` that reads every record of a list in JSON with `read`.

    It yields an issue for each record that cannot be read. `path` are the keys that lead to the list, and `known` are
    the keys that a record may have.
    """

    def parse(response: Response) -> Iterator[Parsed]:
        yield from each(response.value_at(*path), read, known=known)

    return parse


def time_in_mail(text: str | None) -> datetime | str | None:
    """Read a time as it is written in mails and feeds. Return other texts unchanged, and None for no text."""
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return text
