"""The table of words and the figures as data for the site's search, which answers without a server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from reports.search.index import Entry, make_entries
from reports.search.say import names, say_old
from reports.search.table import make_table
from reports.site import words
from warehouse.mart_tables import Figures


def to_script(figures: Sequence[Figures], as_of: date) -> bytes:
    """Return the data as a script, which a page loads when a reader begins to search."""
    entries = [_describe(entry, as_of) for entry in make_entries(figures)]
    return words.script("SEARCH", make_table().to_json() | {"names": names(), "entries": entries})


def _describe(entry: Entry, as_of: date) -> dict[str, Any]:
    """Return a figure in words for readers; `old` is the last day that it describes, if that is long past."""
    record = {
        "id": entry.id, "facets": dict(entry.facets), "title": words.plain(entry.title),
        "value": words.shorten(words.plain(entry.value or "")), "why": words.shorten(words.plain(entry.why or "")),
        "nearest": entry.nearest, "main": entry.main, "old": say_old(entry, as_of),
    }  # fmt: skip
    return {name: value for name, value in record.items() if value}
