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

import contextlib
import csv
import functools
import importlib
import io
import itertools
import json
import math
import pkgutil
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

import extractors.sources
from transforms.records.rows import Issue
from transforms.text.characters import REPLACEMENT
from transforms.text.rejects import MISSHAPEN, Rejected

Row = TypeVar("Row")

ACCESSES = ("open", "key", "consent", "file")
ANSWERED = (200, 206)
"""Status codes of an answer that holds data. 206 is how some APIs say that a page is one of several."""
GONE = (404, 410)
"""Status codes by which a posting's own address says that the posting is gone."""
HOST_LABELS = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*"
"""What `*` in an endpoint stands for."""
WORKBOOK = "[Content_Types].xml"
"""What a workbook, itself a zip, has inside."""
csv.field_size_limit(16_000_000)  # characters of a cell; set here, so that every reader has the same
AGES_OUT, LISTED_WHOLE = 30, 60
"""Days without being seen after which an advert counts as expired, where its source states no day of its end and no
life of its listings. A month is what job boards that say it sell. Two where whole lists close adverts by themselves:
the age then only ends those of a board that stopped answering."""
EXPIRES_AFTER = {"employer board": LISTED_WHOLE, "aggregator": AGES_OUT, "forum": AGES_OUT}
MAX_SECONDS = 6 * 3600.0
"""Seconds a source may take a night where it declares no other number: twice what the largest budget of requests needs
(8,000, a second apart and a third of a second each)."""
MAX_HEAD_LINES = 10
"""Lines in which a table's header is looked for: exports put a title and a date above it."""
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
        """The body read as JSON, leniently where it is none to the letter (`lenient_json`).

        Raises `Rejected` that says what stands there instead.
        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            with contextlib.suppress(ValueError, RecursionError):
                return lenient_json(self.body)
            begin = self.body[:80].decode("utf-8", "replace")
            raise Rejected("response", begin, f"JSON expected ({error}); the answer is kept in the archive") from error

    def xml(self, root: str) -> Element:
        """The body read as XML, without DTD and entities; U+FFFD stands for bytes and characters that XML has not.

        Raises `Rejected` when its root is not the one named.
        """
        begin = self.body[:80].decode("utf-8", "replace")
        try:
            try:
                found = fromstring(self.body, forbid_dtd=True)
            except ParseError:
                found = fromstring(_mended_xml(self.body), forbid_dtd=True)
        except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
            raise Rejected("response", begin, f"XML expected ({error}); the answer is kept in the archive") from error
        if found.tag != root:
            raise Rejected("response", begin, f"XML with the root {root} expected; the board may be gone")
        return found

    def listed(self, *path: str) -> object:
        """What stands under a path of keys in the JSON, or what stands in its way: `each` refuses all but a list."""
        found: object = self.json()
        for key in path:
            if not isinstance(found, dict):
                break
            found = found.get(key)
        return found


class Record(dict[str, Any]):
    """An object of JSON that was read leniently, with the issues of values in it that are no numbers."""

    issues: list[Issue]


class _NoNumber(str):
    """A word or a number of JSON that stands for no finite number: NaN, Infinity, 1e400."""

    __slots__ = ()


_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
"""An escape of JSON, a pair of surrogates as one; half of a pair, which is no character, in the group."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0, section 2.2."""
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|(\d{1,10}));")
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}encoding=[\"']([\w.-]+)")


def lenient_json(body: bytes) -> Any:
    """JSON with what servers write that is none: one such place must not lose the records beside it.

    A byte-order mark is passed over, a byte that is no UTF-8 and half a surrogate pair become U+FFFD, control
    characters may stand in strings. NaN, Infinity and numbers beyond a float's are not stated (None), which an issue
    of the record says; `each` hands it on. Raises `ValueError` and `RecursionError` where even so it is no JSON.
    """
    text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
    text = _ESCAPE.sub(lambda found: REPLACEMENT if found[1] else found[0], text)
    numbers: Any = {"parse_constant": _NoNumber, "parse_float": _number, "parse_int": _number}
    whole = json.loads(text, strict=False, object_hook=Record, **numbers)
    # Down the tree with the record that each value belongs to: the outermost object that stands in a list.
    waiting: list[tuple[Any, Record | None]] = [(whole, None)]
    while waiting:
        inside, record = waiting.pop()
        is_object = isinstance(inside, Record)
        for key, value in inside.items() if is_object else enumerate(inside) if isinstance(inside, list) else ():
            if isinstance(value, _NoNumber):
                inside[key] = None
                rule = f"a number expected in {key!r}; it counts as not stated, the record is kept"
                of = record if record is not None else whole
                if isinstance(of, Record):
                    of.issues = [*getattr(of, "issues", ()), Rejected("record", str(value), rule).issue]
            elif isinstance(value, dict | list):
                waiting.append((value, record if record is not None or is_object else _as_record(value)))
    return None if isinstance(whole, _NoNumber) else whole


def _as_record(value: object) -> Record | None:
    return value if isinstance(value, Record) else None


def _number(said: str) -> int | float | _NoNumber:
    """A number as orjson reads it: whole up to 64 bits, else a float, if there is one so large."""
    if said.lstrip("-").isdigit() and len(said) < len("9223372036854775807"):
        return int(said)
    number = float(said)
    return number if math.isfinite(number) else _NoNumber(said)


def _mended_xml(body: bytes) -> str:
    """XML whose bytes or characters are none, with U+FFFD in their place. Raises `LookupError` for an encoding."""
    named = _XML_ENCODING.search(body[:300])
    text = body.decode(named[1].decode() if named else "utf-8", "replace").removeprefix("\ufeff")
    return _REFERENCE.sub(_mended_reference, _NO_XML.sub(REPLACEMENT, text))


def _mended_reference(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    is_character = code <= sys.maxunicode and not _NO_XML.match(chr(code))
    return found[0] if is_character else REPLACEMENT


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
            made = read(item)
            yield _with_issues(made, item.issues) if isinstance(item, Record) and hasattr(item, "issues") else made
        except Rejected as error:
            yield error.issue
        except MISSHAPEN as error:
            rule = f"record {number} is not of the source's shape: {type(error).__name__}: {error}"
            shown = ", ".join(item) if isinstance(item, dict) else item  # keys only: a value may name a person
            yield Rejected("record", shown, rule).issue
    if new:
        yield Issue(column_name=NEW_KEYS, value=", ".join(sorted(new))[:200], rule=NEW_KEYS_RULE, is_deliberate=True)


def _with_issues(made: Any, issues: Sequence[Issue]) -> Any:
    """What was read of a record, an advert or several, with the issues of the record."""
    if isinstance(made, list):
        return [_with_issues(one, issues) for one in made]
    return {**made, "issues": (*made.get("issues", ()), *issues)} if isinstance(made, dict) else made


def member(body: bytes, name: re.Pattern[str], *, largest: int) -> bytes:
    """The one file in a zip whose name is found by `name`; the body itself when it is no zip, or a workbook.

    Raises `Rejected` when there are none or several, when it would unpack to over `largest` bytes, and for a zip
    that is not whole.
    """
    if not body.startswith(b"PK"):
        return body
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if WORKBOOK in packed.namelist():
                return body
            inside = [info for info in packed.infolist() if name.search(info.filename)]
            if len(inside) != 1 or inside[0].file_size > largest:
                rule = f"one file named like {name.pattern}, of at most {largest:,} bytes, expected in the zip"
                raise Rejected("response", ", ".join(packed.namelist()), rule)
            return packed.read(inside[0])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        rule = f"a whole zip expected ({error}); the answer is kept in the archive"
        raise Rejected("response", body[:80].decode("utf-8", "replace"), rule) from error


def table_in(
    body: bytes, needed: Iterable[str], *, also: Iterable[str] | None = None, delimiter: str = ","
) -> list[dict[str, str]]:
    """The rows of a CSV (UTF-8, byte-order mark or not) by column. What stands above the header line is passed over.

    The header is the first line that has the columns `needed`. Kept are these and those of `also` that there are;
    all columns when it is None. A row of other length has only the cells that both have, so that reading it fails
    for itself. With a tab as `delimiter`, quotes are no marks. Raises `Rejected` when no line has these columns.
    """
    wanted = set(needed)
    lines = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", errors="replace", newline="")
    plain = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    rows = filter(None, plain if delimiter == "\t" else csv.reader(lines, delimiter=delimiter))
    try:
        first = list(itertools.islice(rows, MAX_HEAD_LINES))
        for number, header in enumerate(first):
            if wanted.issubset(header):
                kept = None if also is None else wanted.union(also)
                places = [(i, name) for i, name in enumerate(header) if kept is None or name in kept]
                data = itertools.chain(first[number + 1 :], rows)
                return [{name: row[i] for i, name in places if i < len(row)} for row in data]
    except csv.Error as error:
        raise Rejected("response", body[:80].decode("utf-8", "replace"), f"a CSV expected ({error})") from error
    rule = f"a table with the columns {', '.join(sorted(wanted))} expected; its publisher may have changed it"
    raise Rejected("response", ", ".join(first[0]) if first else "", rule)


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
