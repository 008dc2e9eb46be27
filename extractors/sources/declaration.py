"""What a source is: a declaration (`SOURCE`), a `fetch` and a `parse` in one module (`SourceModule`)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol
from urllib.parse import quote, unquote, urlsplit

from extractors.response import Response
from transforms.records.rows import (
    AiPostingShare,
    ExchangeRate,
    Issue,
    OccupationSkill,
    OfficialWage,
    PayReport,
    PriceLevel,
    Removal,
    Repetition,
)

if TYPE_CHECKING:
    from extractors.web.paging import Web
    from transforms.raw_posting import RawPosting

    Row = PayReport | OfficialWage | ExchangeRate | PriceLevel | OccupationSkill | AiPostingShare
    Parsed = RawPosting | Row | Removal | Repetition | Issue
    """What `parse` yields: adverts as stated, finished rows of other kinds, adverts that were removed or were read
    before, or an issue for what was refused."""

Access = Literal["open", "key", "consent", "file"]
HOST_LABELS = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*"
"""Pattern of `*` in an endpoint."""
WHOLE_LIST = "all"
"""Name of the only board of a source with a `whole_list`."""
EXPIRY_DAYS, WHOLE_LIST_EXPIRY_DAYS = 30, 60
"""Days after which an unseen advert counts as expired, if its source states neither its last day nor how long it lists
adverts. Job boards that state it sell 30 days. Whole lists close adverts themselves, so 60 days only end the adverts of
a
board that no longer responds."""
EXPIRY_DAYS_OF_KIND = {"employer board": WHOLE_LIST_EXPIRY_DAYS, "aggregator": EXPIRY_DAYS, "forum": EXPIRY_DAYS}
MAX_SECONDS = 6 * 3600.0
"""Default of `Source.max_seconds`: twice what the largest budget needs (8,000 requests, a second apart and a third of a
second each)."""
PLATFORM_PAGES = frozenset(
    (
        *("robots.txt", "sitemap.xml", "sitemap_index.xml", "favicon.ico", "manifest.json", "ads.txt", "security.txt"),
        *(".well-known", "__assets__", "_next", "assets", "static", "api", "cdn-cgi", "embed", "oauth"),
        *("search", "login", "signin", "signup", "logout"),
    )
)
"""Names in addresses that are a platform's own pages and files, not boards."""
LINKED_TOKEN = re.compile(r"[\w.:/-]{2,80}")
"""A token that we accept from an address that somebody else wrote."""
_PART = re.compile(r"\{(\w+)\}")
"""A named part of a template."""


@dataclass(frozen=True)
class BoardUrl:
    """How to convert a board's token in boards.csv to an address, and back."""

    listing: str
    """Template of the address that lists the board, "https://api.lever.co/v0/postings/{board}?mode=json". Its query is
    part of the request. In an address that is converted back, what follows the last part is ignored."""
    pages: tuple[str, ...] = ()
    """Patterns of the public pages of boards and postings, with a group for each part of the token."""
    posting: str | None = None
    """Template of the address of a single posting, with `{id}`."""
    posting_id: str = "{id}"
    """Template of the posting's id; "{board}/{id}" if ids are unique only within a board."""
    board: str = "{board}"
    """Template of the token, if it is more than the part `{board}` of the address ("eu:{board}")."""
    is_paged: bool = False
    """Whether a response is one page of the list and never the whole list."""

    def url_of(self, board: str) -> str | None:
        """Return the address that lists a board; None for a token of another shape."""
        match = self._token_pattern.match(board)
        if match is None:
            return None
        return self.listing.format(**{name: quote(part, safe="") for name, part in match.groupdict().items()})

    def board_of(self, url: str) -> str | None:
        """Return the token of the board that an address lists, or None."""
        return self._token(_parts_of(url, self._listing_pattern))

    def posting_url(self, listing: str, id: str) -> str:
        """Return the address of a posting of the board that `listing` lists. Raise `ValueError` for another address."""
        parts = _parts_of(listing, self._listing_pattern)
        if parts is None or self.posting is None:
            raise ValueError(f"{listing}: an address of a list expected, for a source with addresses of postings")
        return self.posting.format(**{name: quote(part, safe="") for name, part in {**parts, "id": id}.items()})

    def posting_of(self, url: str) -> tuple[str, str] | None:
        """Return board token and posting id if `url` is a posting's own address, else None."""
        parts = _parts_of(url, self._posting_pattern) if self._posting_pattern else None
        board = self._token(parts)
        return (board, self.posting_id.format(**parts)) if parts and board else None

    def board_on(self, page: str) -> str | None:
        """Return the token of the board that a public page belongs to.

        None for any other page, for the platform's own pages, and for an unsafe token.
        """
        match = next(filter(None, (pattern.match(page) for pattern in self._page_patterns)), None)
        words = {name: unquote(part) for name, part in match.groupdict().items()} if match else {}
        is_token = words and all(re.fullmatch(r"[\w.:%+ -]+", word) and ".." not in word for word in words.values())
        is_own = any(word.lower() in PLATFORM_PAGES for word in words.values())
        return self.board.format(**words) if is_token and not is_own else None

    def _token(self, parts: Mapping[str, str] | None) -> str | None:
        return None if parts is None else self.board.format(**parts)

    @functools.cached_property
    def _token_pattern(self) -> re.Pattern[str]:
        """A single part may be any text. Several parts are words, so that other characters separate them."""
        part = ".+" if len(_PART.findall(self.board)) == 1 else r"[\w-]+"
        return _pattern(self.board, lambda before: part, end=r"\Z")

    @functools.cached_property
    def _listing_pattern(self) -> re.Pattern[str]:
        return _address_pattern(self.listing)

    @functools.cached_property
    def _posting_pattern(self) -> re.Pattern[str] | None:
        return _address_pattern(self.posting) if self.posting else None

    @functools.cached_property
    def _page_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(re.compile, self.pages))


def _address_pattern(template: str) -> re.Pattern[str]:
    """Return a pattern of a template's addresses, with any query, or with anything after the last part of the query.

    A part is a label of the host, a segment of the path or a value in the query, which is not unescaped.
    """
    path, _, query = template.partition("?")
    if "{" in query:
        prefix = template[: template.rindex("}") + 1]
        return _pattern(prefix, _address_part, end=r"(?:[&;,#%]|\Z)")
    return _pattern(path.rstrip("/"), _address_part, end=r"/?(?:[?#]|\Z)")


def _address_part(before: str) -> str:
    """Return the pattern of a part by the text before it. It matches as little as what follows allows."""
    if "?" in before:
        return r"[^&;,#%]+?"
    return r"[^/?#]+?" if "/" in before[8:] else r"[^/.?#]+?"


def _pattern(template: str, part_at: Callable[[str], str], *, end: str) -> re.Pattern[str]:
    """Convert a template to a pattern; `part_at` gives the pattern of a part by the text before it."""
    pattern, at = "", 0
    for match in _PART.finditer(template):
        name, before = match[1], template[: match.start()]
        part = f"(?P={name})" if f"(?P<{name}>" in pattern else f"(?P<{name}>{part_at(before)})"
        pattern += re.escape(before[at:]) + part
        at = match.end()
    return re.compile(pattern + re.escape(template[at:]) + end, re.DOTALL)


def _parts_of(url: str, pattern: re.Pattern[str]) -> dict[str, str] | None:
    """Return the unquoted parts of an address that matches a pattern, else None."""
    match = pattern.match(url)
    return {name: unquote(part) for name, part in match.groupdict().items()} if match else None


@dataclass(frozen=True)
class Package:
    """An optional Python package that contains a source's file."""

    name: str
    find: Callable[[], tuple[Path, datetime] | None]
    """Returns the file and when its maker got it from the publisher; None if the package is not installed."""


class DeclaredList(NamedTuple):
    """A response that lists all adverts of a board, but those of `max_age_days` or older; None: all."""

    board: str
    max_age_days: int | None


@dataclass(frozen=True, kw_only=True)
class Source:
    """The declaration of a source."""

    name: str
    title: str
    kind: str
    publisher: str
    homepage: str
    endpoints: tuple[str, ...]
    """URL prefixes that may be requested (https only); `*` stands for one or more labels of a host. An archived
    response belongs to the source with the longest prefix of its URL."""
    licence: str
    terms_url: str | None
    attribution: str
    is_republishable: bool
    """Whether aggregates made from it may appear in exports and on the site."""
    is_verified: bool
    """Whether `parse` was checked with a real response."""
    cadence: str
    expected_rows: tuple[int, int]
    """Bounds of the rows of a healthy snapshot: below the first the load gate fails, above the second it warns."""
    facts: str
    """What is known about the API, and how surely, for SOURCES.md."""
    gives: str = ""
    """What it gives, in a line for SOURCES.md."""
    terms_checked: str = ""
    """Day on which we last looked for its terms, and where."""
    quotation: str | None = None
    """The decisive words of its terms or, if it has none for third parties, of its robots.txt, a notice or its
    documentation, verbatim as far as we saw them; None if we found none."""
    is_bulk: bool = False
    """Whether others collected it for their own ends and a person hands it over as a whole. It may have pages of any
    address. Its adverts are in no panel, since nobody knows how they were chosen."""
    is_change_feed: bool = False
    """Whether its responses report changes. Then few rows mean few changes, so nights are not compared with each other,
    and no request is conditional."""
    signing_hosts: tuple[str, ...] = ()
    """Hosts that redirect to addresses with a signature in the query. We send it, but neither archive nor print it."""
    access: Access = "open"
    """`open`: read; `key`: read if the environment has all `keys`; `consent`: read if the operator has put a permission
    on record; `file`: never requested, since a person hands its files to `jobmarket backfill`."""
    keys: tuple[str, ...] = ()
    pause: float = 1.0
    """Minimum seconds between two requests to a host; its robots.txt may ask for more."""
    most_requests: int = 5_000
    """Maximum number of requests in a night."""
    max_seconds: float = MAX_SECONDS
    """Time limit of a night. What is left then is not requested; the responses so far are kept."""
    asked_until: date | None = None
    """Last day on which requests are allowed, if the publisher named one."""
    most_postings: int = 0
    """Maximum number of requests for single postings, if lists of boards lack texts or pay."""
    expires_after_days: int | None = None
    """Days after which an unseen advert counts as expired, which is not closed. Default: the days of its kind, None for
    sources without adverts."""
    row: type | None = None
    """Class of its rows, if it differs from the one of its kind."""
    boards: tuple[BoardUrl, ...] = ()
    """Addresses of the boards in boards.csv; the first that fits a token is used."""
    whole_list: str | None = None
    """Address of a response with the source's complete list."""
    declared_list: Callable[[Response], DeclaredList | None] | None = None
    """Returns the complete list that a response declares to be."""
    posting_id: Callable[[str], str | None] | None = None
    """Returns a posting's id for its own address, else None; for sources without `BoardUrl.posting`."""
    file_url: Callable[[str], str | None] | None = None
    """Returns the address at which a file with this name is published, for files that a person may download."""
    package: Package | None = None
    """A Python package that contains such a file."""

    def __post_init__(self) -> None:
        if self.expires_after_days is None:
            object.__setattr__(self, "expires_after_days", EXPIRY_DAYS_OF_KIND.get(self.kind))

    def longest_endpoint(self, url: str) -> int:
        """Return the length of the longest endpoint that a URL falls under, 0 if there is none."""
        fitting = (
            len(end) for end, begins in zip(self.endpoints, _beginnings(self.endpoints), strict=True) if begins(url)
        )
        return max(fitting, default=0)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts of its endpoints; `*` if each board has its own host."""
        return frozenset(urlsplit(endpoint).netloc for endpoint in self.endpoints)

    @property
    def has_host_by_board(self) -> bool:
        """Whether each board has its own host, with its own rules."""
        return bool(self.boards) and any("*" in endpoint for endpoint in self.endpoints)

    @property
    def has_whole_lists(self) -> bool:
        """Whether it has responses with a board's whole list, so that a missing advert is closed."""
        return self.whole_list is not None or any(not board.is_paged for board in self.boards)

    def url_of(self, board: str) -> str:
        """Return the address that lists a board. Raise `ValueError` for a token of another shape."""
        url = next(filter(None, (addresses.url_of(board) for addresses in self.boards)), None)
        if url is None:
            raise ValueError(f"{board!r}: {self.token_shapes} expected in boards.csv")
        return url

    @property
    def token_shapes(self) -> str:
        """The shapes of the tokens of its boards, in words."""
        return " or ".join(dict.fromkeys(addresses.board for addresses in self.boards)) or "no board"

    def board_of(self, url: str) -> str | None:
        """Return the board if `url` gives its whole list, else None."""
        if self.whole_list is not None and url == self.whole_list:
            return WHOLE_LIST
        whole = (addresses.board_of(url) for addresses in self.boards if not addresses.is_paged)
        return next(filter(None, whole), None)

    def listed_board(self, url: str) -> str | None:
        """Return the board if `url` gives its list or a page of it, else None."""
        return next(filter(None, (addresses.board_of(url) for addresses in self.boards)), None)

    def posting_of(self, url: str) -> str | None:
        """Return the posting's id if `url` is its own address, else None."""
        if pair := self._board_and_posting(url):
            return pair[1]
        return self.posting_id(url) if self.posting_id else None

    def board_in(self, url: str) -> str | None:
        """Return the board if `url` gives its list, a page of it, or one of its postings, else None."""
        if pair := self._board_and_posting(url):
            return pair[0]
        return self.listed_board(url)

    def _board_and_posting(self, url: str) -> tuple[str, str] | None:
        return next(filter(None, (addresses.posting_of(url) for addresses in self.boards)), None)


def platform(name: str, brand: str, **declared: Any) -> Source:
    """Declare a platform of employers' boards under its brand name. The rest is as for `Source`."""
    usual = {"cadence": "live", "expected_rows": (1, 100_000)}
    return Source(
        name=name,
        title=f"{brand} job boards",
        kind="employer board",
        publisher=f"the employers named, through {brand}",
        attribution=f"Job postings: employers' boards on {brand}.",
        **usual | declared,
    )


class SourceModule(Protocol):
    """What a module in sources/ must define."""

    SOURCE: Source

    def fetch(self, web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
        """Request the addresses of the source. `web` archives the responses. Return the failures, one line each.

        `boards` are the tokens in boards.csv, `as_of` is the day of the run (UTC).
        """
        ...

    def parse(self, response: Response) -> Iterator[Parsed]:
        """Yield what a response has, and an `Issue` for what cannot be read.

        Raise `Rejected` for a response that is not of the source's shape.
        """
        ...


@functools.cache
def _beginnings(endpoints: tuple[str, ...]) -> tuple[Callable[[str], object], ...]:
    """Return for each endpoint a test whether a URL begins with it."""
    return tuple(re.compile(re.escape(end).replace(r"\*", HOST_LABELS, 1)).match for end in endpoints)
