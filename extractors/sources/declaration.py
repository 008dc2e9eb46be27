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
    """What `parse` yields: adverts as the source states them, finished rows of other kinds, adverts that were taken
    away, such as were read before, or what was refused."""

Access = Literal["open", "key", "consent", "file"]
HOST_LABELS = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*"
"""What `*` in an endpoint stands for."""
WHOLE_LIST = "all"
"""Name of the only board of a source whose one answer is its whole list (`Source.whole_list`)."""
EXPIRY_DAYS, WHOLE_LIST_EXPIRY_DAYS = 30, 60
"""Days without being seen after which an advert counts as expired, where its source states neither its last day nor how
long it lists adverts. 30 is what job boards that state it sell. 60 where whole lists close adverts by themselves: the
age then only ends those of a board that stopped answering."""
EXPIRY_DAYS_OF_KIND = {"employer board": WHOLE_LIST_EXPIRY_DAYS, "aggregator": EXPIRY_DAYS, "forum": EXPIRY_DAYS}
MAX_SECONDS = 6 * 3600.0
"""Seconds a source may take a night where it declares no other number: twice what the largest budget of requests needs
(8,000, a second apart and a third of a second each)."""
PLATFORM_PAGES = frozenset(
    (
        *("robots.txt", "sitemap.xml", "sitemap_index.xml", "favicon.ico", "manifest.json", "ads.txt", "security.txt"),
        *(".well-known", "__assets__", "_next", "assets", "static", "api", "cdn-cgi", "embed", "oauth"),
        *("search", "login", "signin", "signup", "logout"),
    )
)
"""Names in addresses that are a platform's own pages and files, and nobody's board."""
LINKED_TOKEN = re.compile(r"[\w.:/-]{2,80}")
"""A token that is taken from an address which somebody else wrote."""
_PART = re.compile(r"\{(\w+)\}")
"""A named part of an address's template."""


@dataclass(frozen=True)
class BoardUrl:
    """How a board's token in boards.csv becomes an address, and an address the token again.

    `listing`: template of the address that lists the board, "https://api.lever.co/v0/postings/{board}?mode=json". Its
    query is part of the request; when an address is read, it is ignored from the last part that stands in it on.
    `pages`: patterns of the public pages of boards and postings, with a group for each part of the token.
    `posting`: template of the address of a single posting, with `{id}`, where the source has such addresses.
    `posting_id`: template of the posting's id, where it is more than that part ("{board}/{id}": a number in a board).
    `board`: template of the token, where it is more than the part `{board}` of the address ("eu:{board}").
    `is_paged`: one answer is a page of the list and never the whole list.
    """

    listing: str
    pages: tuple[str, ...] = ()
    posting: str | None = None
    posting_id: str = "{id}"
    board: str = "{board}"
    is_paged: bool = False

    def url_of(self, board: str) -> str | None:
        """The address that lists a board; None for a token of another shape."""
        match = self._token_pattern.match(board)
        if match is None:
            return None
        return self.listing.format(**{name: quote(part, safe="") for name, part in match.groupdict().items()})

    def board_of(self, url: str) -> str | None:
        """The token of the board that an address lists, or None."""
        return self._token(_parts_of(url, self._listing_pattern))

    def posting_url(self, listing: str, id: str) -> str:
        """The address of a posting by its part `{id}`, on the board that `listing` lists. Raises `ValueError`."""
        parts = _parts_of(listing, self._listing_pattern)
        if parts is None or self.posting is None:
            raise ValueError(f"{listing}: an address of a list expected, of a source with addresses of postings")
        return self.posting.format(**{name: quote(part, safe="") for name, part in {**parts, "id": id}.items()})

    def posting_of(self, url: str) -> tuple[str, str] | None:
        """Token of the board and id of the posting whose own address it is, or None."""
        parts = _parts_of(url, self._posting_pattern) if self._posting_pattern else None
        board = self._token(parts)
        return (board, self.posting_id.format(**parts)) if parts and board else None

    def board_on(self, page: str) -> str | None:
        """The token of the board that a public page belongs to.

        None: it is no such page or the platform's own, or its token is unsafe.
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
        """Several parts are words, so that the characters between them separate them; a single part is any text."""
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
    """A pattern of a template's addresses with any query, or with any that begins like one that has parts in it.

    A part is a label of the host, a segment of the path or a value of the query, there without escapes.
    """
    path, _, query = template.partition("?")
    if "{" in query:
        prefix = template[: template.rindex("}") + 1]
        return _pattern(prefix, _address_part, end=r"(?:[&;,#%]|\Z)")
    return _pattern(path.rstrip("/"), _address_part, end=r"/?(?:[?#]|\Z)")


def _address_part(before: str) -> str:
    """The pattern of a part by what stands before it; the shortest that fits what follows."""
    if "?" in before:
        return r"[^&;,#%]+?"
    return r"[^/?#]+?" if "/" in before[8:] else r"[^/.?#]+?"


def _pattern(template: str, part_at: Callable[[str], str], *, end: str) -> re.Pattern[str]:
    """A template as a pattern; `part_at` gives the pattern of a part by what stands before it."""
    pattern, at = "", 0
    for match in _PART.finditer(template):
        name, before = match[1], template[: match.start()]
        part = f"(?P={name})" if f"(?P<{name}>" in pattern else f"(?P<{name}>{part_at(before)})"
        pattern += re.escape(before[at:]) + part
        at = match.end()
    return re.compile(pattern + re.escape(template[at:]) + end, re.DOTALL)


def _parts_of(url: str, pattern: re.Pattern[str]) -> dict[str, str] | None:
    """The parts of an address that fits a pattern, unquoted; None when it does not fit."""
    match = pattern.match(url)
    return {name: unquote(part) for name, part in match.groupdict().items()} if match else None


@dataclass(frozen=True)
class Package:
    """An optional Python package that contains a source's file: its name, and the function that finds the file.

    `find` gives the file and when its maker got it from the publisher; None: the package is not installed.
    """

    name: str
    find: Callable[[], tuple[Path, datetime] | None]


class DeclaredList(NamedTuple):
    """An answer that is all there is of a board, but for adverts that are `max_age_days` old or older; None: all."""

    board: str
    max_age_days: int | None


@dataclass(frozen=True, kw_only=True)
class Source:
    """The declaration of one source.

    `endpoints` are the URL prefixes it may ask for (https only); a `*` in one stands for any host label or
    labels. An archived response belongs to the source with the longest prefix its URL has. `expected_rows`
    bounds the rows of one healthy snapshot: below the first the load gate fails, above the second it warns.
    `is_republishable` says whether aggregates made from it may stand in exports and on the site. `is_verified`
    says whether `parse` was checked against a real answer. `facts` says, for SOURCES.md, what is known of the
    API and how surely, `gives` in a line what it gives. `terms_checked` is the day on which its terms were last looked
    for, and where; `quotation` the words that decide, of its terms or, where it has none for third parties, of its
    robots.txt, a notice or its documentation: verbatim, as far as they were seen; None where none were found.

    `access`: `open` sources are read; `key` ones only when the environment holds every name of `keys`;
    `consent` ones only when the operator has put on record why reading is permitted; `file` ones are never asked,
    a person hands their files to `jobmarket backfill`. `pause` is the minimum of seconds between two requests
    to one of its hosts (a robots.txt may ask for more), `most_requests` the maximum of requests a night,
    `max_seconds` how long they may take: the rest is then left out, and the answers so far are kept. `asked_until`
    is the last day on which it may be asked, where its publisher named one. `most_postings` of the requests are for
    single postings, where lists of boards lack texts or pay. An advert that was not seen for `expires_after_days`
    counts as expired, which is not closed; a source that declares none has the days of its kind, and one without
    adverts None. `row` is the class of its rows where it is not the one of its kind.

    `is_bulk`: what others collected for ends of their own, taken in as a whole when a person hands it over. Any page
    may be in it, whatever its address, and none of its adverts is in a panel, since nobody knows by which chance it is
    there.

    `is_change_feed`: its answers say what changed, so that few rows mean few changes: no night's rows are held against
    those of others, and no answer is asked for conditionally.

    `signing_hosts` give out addresses with a signature in their query, by redirects: it is sent back, and neither
    archived nor said.

    Optional: `boards` are the addresses of the boards that boards.csv names; the first that fits a token is used.
    `whole_list` is the address whose one answer is the source's whole list, `declared_list` tells of an answer whether
    it is said to be one beside it. `posting_id` gives the id of the posting
    whose own address a URL is, where `BoardUrl.posting` cannot. `file_url` gives the address at which a file of that
    name is published, for files that a person may download. `package` is a Python package that contains such a file.
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
    gives: str = ""
    terms_checked: str = ""
    quotation: str | None = None
    is_bulk: bool = False
    is_change_feed: bool = False
    signing_hosts: tuple[str, ...] = ()
    access: Access = "open"
    keys: tuple[str, ...] = ()
    pause: float = 1.0
    most_requests: int = 5_000
    max_seconds: float = MAX_SECONDS
    asked_until: date | None = None
    most_postings: int = 0
    expires_after_days: int | None = None
    row: type | None = None
    boards: tuple[BoardUrl, ...] = ()
    whole_list: str | None = None
    declared_list: Callable[[Response], DeclaredList | None] | None = None
    posting_id: Callable[[str], str | None] | None = None
    file_url: Callable[[str], str | None] | None = None
    package: Package | None = None

    def __post_init__(self) -> None:
        if self.expires_after_days is None:
            object.__setattr__(self, "expires_after_days", EXPIRY_DAYS_OF_KIND.get(self.kind))

    def longest_endpoint(self, url: str) -> int:
        """Characters of the longest endpoint that a URL falls under, `*` as one; 0: it falls under none."""
        fitting = (
            len(end) for end, begins in zip(self.endpoints, _beginnings(self.endpoints), strict=True) if begins(url)
        )
        return max(fitting, default=0)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that its endpoints name; `*` where boards have hosts of their own."""
        return frozenset(urlsplit(endpoint).netloc for endpoint in self.endpoints)

    @property
    def has_host_by_board(self) -> bool:
        """Whether each of its boards has a host of its own, with rules of its own."""
        return bool(self.boards) and any("*" in endpoint for endpoint in self.endpoints)

    @property
    def has_whole_lists(self) -> bool:
        """Whether it has answers that are a board's whole list, so that an advert missing from one is closed."""
        return self.whole_list is not None or any(not board.is_paged for board in self.boards)

    def url_of(self, board: str) -> str:
        """The address that lists a board. Raises `ValueError` for a token that is none of the source's."""
        url = next(filter(None, (addresses.url_of(board) for addresses in self.boards)), None)
        if url is None:
            raise ValueError(f"{board!r}: {self.token_shapes} expected in boards.csv")
        return url

    @property
    def token_shapes(self) -> str:
        """What a token of one of its boards consists of, in words."""
        return " or ".join(dict.fromkeys(addresses.board for addresses in self.boards)) or "no board"

    def board_of(self, url: str) -> str | None:
        """The board whose whole list an address gives, or None."""
        if self.whole_list is not None and url == self.whole_list:
            return WHOLE_LIST
        whole = (addresses.board_of(url) for addresses in self.boards if not addresses.is_paged)
        return next(filter(None, whole), None)

    def listed_board(self, url: str) -> str | None:
        """The board whose list, or a page of whose list, an address gives, or None."""
        return next(filter(None, (addresses.board_of(url) for addresses in self.boards)), None)

    def posting_of(self, url: str) -> str | None:
        """The source's id of the posting whose own address it is, or None."""
        if pair := self._board_and_posting(url):
            return pair[1]
        return self.posting_id(url) if self.posting_id else None

    def board_in(self, url: str) -> str | None:
        """The board that an address belongs to: that of its list, of a page of it, or of one of its postings."""
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
    """A module of sources/: what it must define, and with which signatures."""

    SOURCE: Source

    def fetch(self, web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
        """Ask for each address of the source; `web` archives the answers. Returns what failed, one line each.

        `boards` are the tokens that boards.csv names, `as_of` is the day of the run (UTC).
        """
        ...

    def parse(self, response: Response) -> Iterator[Parsed]:
        """What one answer of the source holds; what cannot be read comes as `Issue`.

        Raises `Rejected` when the answer is none of the source's.
        """
        ...


@functools.cache
def _beginnings(endpoints: tuple[str, ...]) -> tuple[Callable[[str], object], ...]:
    """For each endpoint a test whether a URL begins with it; `*` is a host's label or labels."""
    return tuple(re.compile(re.escape(end).replace(r"\*", HOST_LABELS, 1)).match for end in endpoints)
