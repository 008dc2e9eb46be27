"""What a source is: a declaration, a `fetch` and a `parse`, in a module named like it.

`all_sources` finds the modules of this package that declare a `SOURCE`; there is no registry to keep.
A source module holds

    SOURCE = Source(name="ashby", ...)

    def fetch(web, boards): ...      # asks `web.get(url)` for each address; returns nothing: web archives the answers
    def parse(response): ...         # Iterator of rows (Posting, PayReport, OfficialWage, ExchangeRate) and Issues

and, when it lists boards, `board_of(url)`: the board an address lists, or None.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, TypeVar

import orjson

import extractors
from transforms.rejected import MISSHAPEN, Rejected
from warehouse.tables import Issue

Row = TypeVar("Row")

ACCESSES = ("open", "key", "consent")
ANSWERED = (200, 206)
"""Status codes of an answer that holds data. 206 is how some APIs say that a page is one of several."""
HOST_LABELS = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*"
"""What `*` in an endpoint stands for."""
NEW_KEYS = "keys"
"""`column_name` of the issue that names keys no reader knows."""
NEW_KEYS_RULE = "known keys expected; look whether the source's module should read these, then add them to its KNOWN"


@dataclass(frozen=True, kw_only=True)
class Source:
    """The declaration of one source.

    `endpoints` are the URL prefixes it may ask for (https only); a `*` in one stands for any host label or
    labels. An archived response belongs to the source with the longest prefix its URL has. `expected_rows`
    bounds the rows of one healthy snapshot: below the first the load gate fails, above the second it warns.
    `is_republishable` says whether aggregates made from it may stand in exports and on the site. `is_verified`
    says whether `parse` was checked against a real answer. `facts` says, for SOURCES.md, what is known of the
    API and how surely.

    `access`: `open` sources are read; `key` ones only when the environment holds every name of `keys`;
    `consent` ones only when the operator has put on record why reading is permitted. `pause` is the least
    number of seconds between two requests to one of its hosts (a robots.txt may ask for more),
    `most_requests` what a night may ask at most. `row` is the class of its rows where it is not the one of
    its kind.
    """

    name: str
    title: str
    kind: str
    publisher: str
    homepage: str
    endpoints: tuple[str, ...]
    licence: str
    terms_url: str | None
    attribution: str
    is_republishable: bool
    is_verified: bool
    cadence: str
    expected_rows: tuple[int, int]
    facts: str
    access: str = "open"
    keys: tuple[str, ...] = ()
    pause: float = 1.0
    most_requests: int = 5_000
    row: type | None = None

    def longest_endpoint(self, url: str) -> int:
        """Characters of the longest endpoint that a URL falls under, `*` as one; 0: it falls under none."""
        fitting = (
            len(end) for end, begins in zip(self.endpoints, _beginnings(self.endpoints), strict=True) if begins(url)
        )
        return max(fitting, default=0)


@dataclass(frozen=True, kw_only=True)
class Response:
    """One archived HTTP answer. `body` is decoded (Content-Encoding undone); `record` counts from 0."""

    url: str
    observed_at: datetime
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes
    record: int = 0
    digest: str = ""

    def json(self) -> Any:
        """The body read as JSON. Raises `Rejected` that says what stands there instead."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            begin = self.body[:80].decode("utf-8", "replace")
            raise Rejected("response", begin, f"JSON expected ({error}); the answer is kept in the archive") from error

    def listed(self, *path: str) -> object:
        """What stands under a path of keys in the JSON, or what stands in its way: `each` refuses all but a list."""
        found: object = self.json()
        for key in path:
            if not isinstance(found, dict):
                break
            found = found.get(key)
        return found


def each(items: object, read: Callable[[Any], Row], *, known: frozenset[str] = frozenset()) -> Iterator[Row | Issue]:
    """Read every item of a list; one that cannot be read becomes an `Issue` and the others go on.

    `known` are the keys the source's records are known to have. Others are noted, once an answer, in an issue
    of column `keys`, after the rows: nothing that a source begins to say is passed over in silence.
    """
    if not isinstance(items, list):
        raise Rejected("response", items, "a list of records expected; the API may have changed its shape")
    new: set[str] = set()
    for number, item in enumerate(items):
        if known and isinstance(item, dict) and not known.issuperset(item):
            new.update(item.keys() - known)
        try:
            yield read(item)
        except Rejected as error:
            yield error.issue
        except MISSHAPEN as error:
            rule = f"record {number} is not of the source's shape: {type(error).__name__}: {error}"
            shown = ", ".join(item) if isinstance(item, dict) else item  # keys only: a value may name a person
            yield Rejected("record", shown, rule).issue
    if new:
        yield Issue(column_name=NEW_KEYS, value=", ".join(sorted(new))[:200], rule=NEW_KEYS_RULE, is_deliberate=True)


@functools.cache
def all_sources() -> dict[str, ModuleType]:
    """The modules of this package that declare a SOURCE, by its name, in alphabetical order."""
    found: dict[str, ModuleType] = {}
    for info in sorted(pkgutil.iter_modules(extractors.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"extractors.{info.name}") if not info.ispkg else None
        if module is not None and isinstance(getattr(module, "SOURCE", None), Source):
            if module.SOURCE.name != info.name:
                raise ValueError(f"extractors/{info.name}.py declares SOURCE.name {module.SOURCE.name!r}")
            found[info.name] = module
    return found


def source_of(url: str) -> ModuleType | None:
    """The source under whose endpoints a URL falls, by the longest of them, or None."""
    fitting = [(fits, module) for module in all_sources().values() if (fits := module.SOURCE.longest_endpoint(url))]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


@functools.cache
def _beginnings(endpoints: tuple[str, ...]) -> tuple[Callable[[str], object], ...]:
    """For each endpoint a test whether a URL begins with it; `*` is a host's label or labels."""
    return tuple(re.compile(re.escape(end).replace(r"\*", HOST_LABELS, 1)).match for end in endpoints)
