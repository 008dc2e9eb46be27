"""What a source is: a declaration, a `fetch` and a `parse`, in a module named like it.

`all_sources` finds the modules below sources/ that declare a `SOURCE`; there is no registry to keep.
A source module holds

    SOURCE = Source(name="ashby", ...)

    def fetch(web, *, boards, as_of): ...    # asks for each address; web archives the answers. Returns what failed
    def parse(response): ...         # Iterator of `RawPosting`, or of rows of other kinds, and Issues

`posting_of(url)`: the native id of the posting whose own address it is, or None, where it asks for single postings;
and, when it lists boards, `board_of(url)`: the board an address lists, or None; with boards that boards.csv names
also `url_of(board)` and `CAREER_PAGES`: patterns of public career pages, each with the token it gives ("{board}").
A source whose files a person may download by hand has `address_of(name)`: the address a file of that name is
published at, or None.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from urllib.parse import unquote, urlsplit, urlunsplit

import extractors.sources

ACCESSES = ("open", "key", "consent", "file")
HOST_LABELS = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*"
"""What `*` in an endpoint stands for."""
AGES_OUT, LISTED_WHOLE = 30, 60
"""Days without being seen after which an advert counts as expired, where its source states no day of its end and no
life of its listings. A month is what job boards that say it sell. Two where whole lists close adverts by themselves:
the age then only ends those of a board that stopped answering."""
EXPIRES_AFTER = {"employer board": LISTED_WHOLE, "aggregator": AGES_OUT, "forum": AGES_OUT}
MAX_SECONDS = 6 * 3600.0
"""Seconds a source may take a night where it declares no other number: twice what the largest budget of requests needs
(8,000, a second apart and a third of a second each)."""


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
    `consent` ones only when the operator has put on record why reading is permitted; `file` ones are never asked,
    a person hands their files to `jobmarket backfill`. `pause` is the least number of seconds between two requests
    to one of its hosts (a robots.txt may ask for more), `most_requests` what a night may ask at most, `max_seconds` how
    long it may take over them: the rest is then not asked for, and what was got is kept. An advert that was not seen
    for `expires_after_days` counts as expired, which is not closed; a source that declares none has the days of its
    kind, and one without adverts None. `row` is the class of its rows where it is not the one of its kind.
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
    max_seconds: float = MAX_SECONDS
    expires_after_days: int | None = None
    row: type | None = None

    def __post_init__(self) -> None:
        if self.expires_after_days is None:
            object.__setattr__(self, "expires_after_days", EXPIRES_AFTER.get(self.kind))

    def longest_endpoint(self, url: str) -> int:
        """Characters of the longest endpoint that a URL falls under, `*` as one; 0: it falls under none."""
        fitting = (
            len(end) for end, begins in zip(self.endpoints, _beginnings(self.endpoints), strict=True) if begins(url)
        )
        return max(fitting, default=0)


@functools.cache
def all_sources() -> dict[str, ModuleType]:
    """The modules below extractors/sources that declare a SOURCE, by its name, in alphabetical order."""
    found: dict[str, ModuleType] = {}
    for info in pkgutil.walk_packages(extractors.sources.__path__, "extractors.sources."):
        module = importlib.import_module(info.name) if not info.ispkg else None
        if module is not None and isinstance(getattr(module, "SOURCE", None), Source):
            name = info.name.rpartition(".")[2]
            if module.SOURCE.name != name:
                raise ValueError(f"{info.name} declares SOURCE.name {module.SOURCE.name!r}")
            found[name] = module
    return dict(sorted(found.items()))


def source_of(url: str) -> ModuleType | None:
    """The source under whose endpoints a URL falls, by the longest of them, or None."""
    fitting = [(fits, module) for module in all_sources().values() if (fits := module.SOURCE.longest_endpoint(url))]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def board_in(url: str) -> tuple[str, str] | None:
    """Source and token of the board whose public page, or whose posting, an address is; None: no platform we read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    page = urlunsplit(
        parts._replace(scheme="https" if parts.scheme == "http" else parts.scheme, netloc=parts.netloc.lower())
    )
    for name, pattern, token in _pages():
        if found := pattern.match(page):
            words = {key: unquote(part) for key, part in found.groupdict().items()}
            is_token = all(re.fullmatch(r"[\w.:%+ -]+", word) and ".." not in word for word in words.values())
            return (name, token.format(**words)) if is_token else None
    return None


@functools.cache
def _pages() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple(
        (name, re.compile(pattern), token)
        for name, module in all_sources().items()
        for pattern, token in getattr(module, "CAREER_PAGES", {}).items()
    )


@functools.cache
def _beginnings(endpoints: tuple[str, ...]) -> tuple[Callable[[str], object], ...]:
    """For each endpoint a test whether a URL begins with it; `*` is a host's label or labels."""
    return tuple(re.compile(re.escape(end).replace(r"\*", HOST_LABELS, 1)).match for end in endpoints)
