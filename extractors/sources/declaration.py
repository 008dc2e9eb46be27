"""What a source's module (`SourceModule`) consists of: its declaration `SOURCE`, its `fetch` and its `parse`."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, get_args
from urllib.parse import quote, unquote, urlsplit

from extractors.response import Response
from transforms.raw_posting import RawPosting
from transforms.records.rows import (
    AiPostingShare,
    AiUse,
    ExchangeRate,
    Issue,
    OccupationSkill,
    OfficialWage,
    PayReport,
    PriceLevel,
    Removal,
    Repetition,
)
from transforms.records.vocabulary import RESTRICTIONS

if TYPE_CHECKING:
    from extractors.web.paging import Web

Row = PayReport | OfficialWage | ExchangeRate | PriceLevel | OccupationSkill | AiPostingShare | AiUse
Parsed = RawPosting | Row | Removal | Repetition | Issue
"""What `parse` yields: an advert (`RawPosting`), a finished row of another kind, a `Removal` for an advert that was
removed, a `Repetition` for an advert read before, or an `Issue`."""
DESCRIPTIONS = Path(__file__).parents[1] / "sources.toml"
Access = Literal["open", "key", "consent", "file"]
HOST_LABELS = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*"
"""Pattern of the part of a host that `*` in an endpoint may stand for."""
WHOLE_LIST = "all"
"""Token of the only board of a source with a `whole_list`."""
EXPIRY_DAYS, WHOLE_LIST_EXPIRY_DAYS = 30, 60
"""After this many days, an advert that was not seen again counts as expired, if its source states neither the advert's
last day nor how long adverts are listed. Job boards that state a duration sell 30 days. A whole list already closes the
adverts that it lacks, so its 60 days matter only for boards that no longer respond."""
EXPIRY_DAYS_OF_KIND = {"employer board": WHOLE_LIST_EXPIRY_DAYS, "aggregator": EXPIRY_DAYS, "forum": EXPIRY_DAYS}
PLATFORM_PAGES = frozenset(
    (
        *("robots.txt", "sitemap.xml", "sitemap_index.xml", "favicon.ico", "manifest.json", "ads.txt", "security.txt"),
        *(".well-known", "__assets__", "_next", "assets", "static", "api", "cdn-cgi", "embed", "oauth"),
        *("search", "login", "signin", "signup", "logout"),
    )
)
"""Words that stand in a platform's own addresses in the place of a board's name. They are never names of boards."""
LINKED_TOKEN = re.compile(r"[\w.:/-]{2,80}")
"""Pattern of a board's token that we accept if it comes from an address on somebody else's page."""
_PART = re.compile(r"\{(\w+)\}")
"""Pattern of a named part of a template, such as `{board}`."""


@dataclass(frozen=True)
class BoardUrl:
    """The addresses of a platform's boards, with methods that convert a board's token to addresses and back."""

    listing: str
    """Template of the address of a board's list, such as "https://api.lever.co/v0/postings/{board}?mode=json". We
    request the whole address. To recognise an address, the rest of the query after the last named part is ignored."""
    pages: tuple[str, ...] = ()
    """Regular expressions for public pages of boards and postings. Each part of the token has a named group."""
    posting: str | None = None
    """Template, with `{id}`, of the address of a single posting. None if postings have no such addresses."""
    posting_id: str = "{id}"
    """Template of a posting's id. It is "{board}/{id}" if ids are unique only within a board."""
    board: str = "{board}"
    """Template of a board's token, such as "eu:{board}", if the token is more than the part `{board}` of an address."""
    is_paged: bool = False
    """Whether the list comes in pages. If so, no single response is a whole list."""

    def url_of(self, board: str) -> str | None:
        """Return the address of a board's list, or None if the token does not fit the template `board`."""
        match = _token_pattern(self.board).match(board)
        return _filled(self.listing, match.groupdict()) if match else None

    def board_of(self, url: str) -> str | None:
        """Return the token of the board whose list is at `url`, or None if `url` is not the address of a list."""
        return self._token(_parts_of(url, self.listing))

    def posting_url(self, listing: str, id: str) -> str:
        """Return the address of the posting `id` on the board whose list is at `listing`.

        Raise `ValueError` if `listing` is not the address of a list or the platform has no addresses of postings.
        """
        parts = _parts_of(listing, self.listing)
        if parts is None or self.posting is None:
            raise ValueError(f"{listing}: expected the address of a list, on a platform whose postings have addresses")
        return _filled(self.posting, {**parts, "id": id})

    def posting_of(self, url: str) -> tuple[str, str] | None:
        """Return (the board's token, the posting's id) if `url` is the address of a single posting, else None."""
        parts = _parts_of(url, self.posting) if self.posting else None
        board = self._token(parts)
        return (board, self.posting_id.format(**parts)) if parts and board else None

    def board_on(self, page: str) -> str | None:
        """Return the token of the board that the public page at the address `page` belongs to.

        Return None for other pages, for the platform's own pages, and for a token with unexpected characters.
        """
        match = next(filter(None, (re.match(pattern, page) for pattern in self.pages)), None)
        words = {name: unquote(part) for name, part in match.groupdict().items()} if match else {}
        is_token = words and all(re.fullmatch(r"[\w.:%+ -]+", word) and ".." not in word for word in words.values())
        is_own = any(word.lower() in PLATFORM_PAGES for word in words.values())
        return self.board.format(**words) if is_token and not is_own else None

    def _token(self, parts: Mapping[str, str] | None) -> str | None:
        return None if parts is None else self.board.format(**parts)


def _filled(template: str, parts: Mapping[str, str]) -> str:
    return template.format(**{name: quote(part, safe="") for name, part in parts.items()})


def _parts_of(url: str, template: str) -> dict[str, str] | None:
    match = _address_pattern(template).match(url)
    return {name: unquote(part) for name, part in match.groupdict().items()} if match else None


@functools.cache
def _token_pattern(template: str) -> re.Pattern[str]:
    """Return the pattern of a token. A token with one part may be any text.

    In a token with several parts, each part is a word, and other characters separate the parts.
    """
    part = ".+" if len(_PART.findall(template)) == 1 else r"[\w-]+"
    return _pattern(template, lambda before: part, end=r"\Z")


@functools.cache
def _address_pattern(template: str) -> re.Pattern[str]:
    """Return a pattern for the addresses that fit a template.

    Each part of the template stands for a label of the host, a segment of the path, or a value in the query. If a part
    is in the query, any text may follow the last part; otherwise any query may follow the path.
    """
    path, _, query = template.partition("?")
    if "{" in query:
        prefix = template[: template.rindex("}") + 1]
        return _pattern(prefix, _address_part, end=r"(?:[&;,#%]|\Z)")
    return _pattern(path.rstrip("/"), _address_part, end=r"/?(?:[?#]|\Z)")


def _address_part(before: str) -> str:
    if "?" in before:
        return r"[^&;,#%]+?"
    return r"[^/?#]+?" if "/" in before[8:] else r"[^/.?#]+?"


def _pattern(template: str, part_at: Callable[[str], str], *, end: str) -> re.Pattern[str]:
    """Convert a template to a pattern that ends with the pattern `end`.

    `part_at` receives the text of the template before a part, and returns the pattern of that part.
    """
    pattern, at = "", 0
    for match in _PART.finditer(template):
        name, before = match[1], template[: match.start()]
        part = f"(?P={name})" if f"(?P<{name}>" in pattern else f"(?P<{name}>{part_at(before)})"
        pattern += re.escape(before[at:]) + part
        at = match.end()
    return re.compile(pattern + re.escape(template[at:]) + end, re.DOTALL)


@dataclass(frozen=True)
class Package:
    """An optional Python package that contains a source's file."""

    name: str
    find: Callable[[], tuple[Path, datetime] | None]
    """Function that returns the path of the file and the time at which the package's maker got it from the publisher.
    It returns None if the package is not installed."""


class DeclaredList(NamedTuple):
    """The complete list of a board's adverts, as a response declares it.

    The list drops adverts that are `max_age_days` old. If that is None, it keeps adverts of any age.
    """

    board: str
    max_age_days: int | None


@dataclass(frozen=True, kw_only=True)
class Source:
    """The declaration of a source: the fields from its module, and those from sources.toml, which explains them."""

    name: str
    title: str
    kind: str
    publisher: str
    homepage: str
    endpoints: tuple[str, ...]
    """Beginnings of the URLs (https only) that may be requested. `*` stands for one or more labels of a host name. An
    archived response belongs to the source with the longest endpoint that its URL begins with."""
    licence: str
    terms_url: str | None = None
    terms_checked: str = ""
    quotation: str | None = None
    gives: str = ""
    attribution: str
    is_republishable: bool = False
    restriction: str | None = None
    """What is said beside figures made from the source, one of `RESTRICTIONS`; None if their use is not restricted."""
    is_verified: bool = False
    cadence: str = "live"
    facts: str
    expected_rows: tuple[int, int]
    """Lowest and highest number of rows in a healthy snapshot. The load gate fails below the first and warns above
    the second."""
    is_bulk: bool = False
    """Whether the source is a collection that others made for their own purposes and that a person hands over as a
    whole. Its responses may be pages of any site. Its adverts are in no panel, since nobody knows how they were chosen.
    """
    is_change_feed: bool = False
    """Whether responses contain only what changed. A night with few rows then means few changes, so the number of rows
    is not checked. Requests are never conditional."""
    signing_hosts: tuple[str, ...] = ()
    """Hosts that redirect to an address with a signature in the query. The signature is sent, but never archived or
    printed."""
    access: Access = "open"
    """When the source is read. `open`: always. `key`: if the environment has all `keys`. `consent`: if the operator has
    put a permission on record. `file`: it is never requested; a person gives its files to `jobmarket backfill`."""
    keys: tuple[str, ...] = ()
    pause: float = 1.0
    """Minimum number of seconds between two requests to a host. The robots.txt of the host may demand more."""
    most_requests: int = 5_000
    """Maximum number of requests in a night."""
    max_seconds: float = 6 * 3600.0
    """Time limit for a night, in seconds. At the limit, no more requests are made; the responses so far are kept. The
    default is twice the time of the largest number of requests (8,000 at 1.33 seconds each)."""
    asked_until: date | None = None
    """Last day on which we may request anything, if the publisher named one, else None."""
    most_postings: int = 0
    """Maximum number of requests for single postings in a night, for platforms whose lists lack texts or pay."""
    country: str | None = None
    """The country of all adverts that name no place (ISO 3166-1 alpha-2), for a source that has adverts of one country
    by definition, else None."""
    expires_after_days: int | None = None
    """After this many days, an advert that was not seen again counts as expired, which does not mean closed. If None is
    given, the kind of source decides; it stays None for sources without adverts."""
    row: type | None = None
    """Class of the rows that `parse` yields, or None for the class that is usual for this kind of source."""
    boards: tuple[BoardUrl, ...] = ()
    """Shapes of the addresses of the source's boards. The first shape that fits a token in boards.csv is used."""
    whole_list: str | None = None
    """Address whose response is the source's complete list, or None if there is no such address."""
    declared_list: Callable[[Response], DeclaredList | None] | None = None
    """Function that returns what a response declares if it is a complete list, and None for other responses. It is for
    sources whose complete lists are recognised by their content."""
    posting: str | None = None
    """Template, with `{id}`, of the address of a single posting, for sources without `boards`."""
    posting_id: Callable[[str], str | None] | None = None
    """Function that returns the posting's id if a URL is the address of a single posting, and None for other URLs. It
    is for sources whose postings have addresses that no template describes."""
    file_url: Callable[[str], str | None] | None = None
    """Function for files that a person may download: given a file's name, it returns the address at which the publisher
    offers the file, or None if the publisher offers no such file."""
    package: Package | None = None
    """The Python package that contains a file of this source, or None."""

    def __post_init__(self) -> None:
        """Join the lines of texts, and fill in what follows from the kind."""
        if self.access not in get_args(Access):
            raise ValueError(
                f"{self.name}: expected one of {', '.join(get_args(Access))} as `access`, not {self.access}"
            )
        if self.restriction not in (None, *RESTRICTIONS):
            raise ValueError(
                f"{self.name}: expected one of {', '.join(RESTRICTIONS)} as `restriction`, not {self.restriction}"
            )
        for name, text in vars(self).items():
            if isinstance(text, str):
                object.__setattr__(self, name, " ".join(text.split()))
        if self.expires_after_days is None:
            object.__setattr__(self, "expires_after_days", EXPIRY_DAYS_OF_KIND.get(self.kind))

    def longest_endpoint(self, url: str) -> int:
        """Return the length of the longest endpoint that `url` begins with, or 0 if there is none."""
        return max((len(endpoint) for endpoint in self.endpoints if _beginning(endpoint).match(url)), default=0)

    @property
    def hosts(self) -> frozenset[str]:
        """Return the hosts of the endpoints. A `*` in a host stands for the part that differs by board."""
        return frozenset(urlsplit(endpoint).netloc for endpoint in self.endpoints)

    @property
    def has_host_by_board(self) -> bool:
        """Whether each board has its own host, and therefore its own robots.txt."""
        return bool(self.boards) and any("*" in endpoint for endpoint in self.endpoints)

    @property
    def has_whole_lists(self) -> bool:
        """Whether some responses are the whole list of a board. A whole list closes the postings that it lacks."""
        return self.whole_list is not None or any(not board.is_paged for board in self.boards)

    def url_of(self, board: str) -> str:
        """Return the address of a board's list. Raise `ValueError` if no entry of `boards` fits the token."""
        url = next(filter(None, (addresses.url_of(board) for addresses in self.boards)), None)
        if url is None:
            raise ValueError(f"{board!r}: expected {self.token_shapes} in boards.csv")
        return url

    @property
    def token_shapes(self) -> str:
        """Return, in words for a message, the shapes that a board's token may have."""
        return " or ".join(dict.fromkeys(addresses.board for addresses in self.boards)) or "no board"

    def board_of(self, url: str) -> str | None:
        """Return the board's token if the response to `url` is the whole list of a board, else None."""
        if self.whole_list is not None and url == self.whole_list:
            return WHOLE_LIST
        whole = (addresses.board_of(url) for addresses in self.boards if not addresses.is_paged)
        return next(filter(None, whole), None)

    def listed_board(self, url: str) -> str | None:
        """Return the board's token if `url` is the address of a board's list or of a page of that list, else None."""
        return next(filter(None, (addresses.board_of(url) for addresses in self.boards)), None)

    def posting_of(self, url: str) -> str | None:
        """Return the posting's id if `url` is the address of a single posting, else None."""
        if pair := self._board_and_posting(url):
            return pair[1]
        if self.posting and (parts := _parts_of(url, self.posting)):
            return parts["id"]
        return self.posting_id(url) if self.posting_id else None

    def board_in(self, url: str) -> str | None:
        """Return the board's token if `url` is a board's list, a page of that list, or a single posting, else None."""
        if pair := self._board_and_posting(url):
            return pair[0]
        return self.listed_board(url)

    def _board_and_posting(self, url: str) -> tuple[str, str] | None:
        return next(filter(None, (addresses.posting_of(url) for addresses in self.boards)), None)


@functools.cache
def descriptions() -> dict[str, dict[str, Any]]:
    """Return the entries of sources.toml by the name of the source."""
    return tomllib.loads(DESCRIPTIONS.read_text(encoding="utf-8"))


def declare(name: str, **declared: Any) -> Source:
    """Declare a source by the fields of `Source` that decide how it is read. The other fields are in sources.toml.

    Raise `ValueError` if sources.toml has no entry for the source.
    """
    if name not in descriptions():
        raise ValueError(f"{DESCRIPTIONS}: expected an entry [{name}] that says who publishes it and under which terms")
    described = dict(descriptions()[name])
    if brand := described.pop("brand", None):
        described["title"] = f"{brand} job boards"
        described["publisher"] = f"the employers named, through {brand}"
        described["attribution"] = f"Job postings: employers' boards on {brand}."
    low, high = described.pop("expected_rows", (1, 100_000))
    return Source(name=name, expected_rows=(low, high), **described, **declared)


def platform(name: str, **declared: Any) -> Source:
    """Declare a platform of employers' boards, as `declare` does."""
    return declare(name, kind="employer board", **declared)


class SourceModule(Protocol):
    """What a module in sources/ must define."""

    SOURCE: Source

    def fetch(self, web: Web, *, boards: Sequence[str], as_of: date) -> list[str]:
        """Request the source's addresses through `web`, which archives the responses. Return one line for each failure.

        `boards` are the source's tokens in boards.csv. `as_of` is the day of the run (UTC).
        """
        ...

    def parse(self, response: Response) -> Iterator[Parsed]:
        """Yield what a response contains, and an `Issue` for each part that cannot be read.

        Raise `Rejected` if the response does not have the source's shape.
        """
        ...


@functools.cache
def _beginning(endpoint: str) -> re.Pattern[str]:
    return re.compile(re.escape(endpoint).replace(r"\*", HOST_LABELS, 1))
