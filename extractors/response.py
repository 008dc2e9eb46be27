"""One archived HTTP answer, and how its JSON or XML is read: leniently, so that one bad value costs only itself."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from transforms.records.rows import Issue, Repetition
from transforms.text.characters import REPLACEMENT
from transforms.text.rejects import MISSHAPEN, Rejected

Row = TypeVar("Row")

ANSWERED = (200, 206)
"""Status codes of an answer that holds data. 206 is how some APIs say that a page is one of several."""
GONE = (404, 410)
"""Status codes by which a posting's own address says that the posting is gone."""
NEW_KEYS = "keys"
"""`column_name` of the issue that names keys no reader knows."""
NEW_KEYS_RULE = "known keys expected; look whether the source's module should read these, then add them to its KNOWN"


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
    earlier_wordings: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The `wording_hash` of adverts that were read before, by their `record_hash`: `each_advert` does not read them."""

    def json(self) -> Any:
        """The body read as JSON, leniently where it is not valid (`read_lenient_json`).

        Raises `Rejected` that says what stands there instead.
        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            with contextlib.suppress(ValueError, RecursionError):
                return read_lenient_json(self.body)
            begin = self.body[:80].decode("utf-8", "replace")
            raise Rejected("response", begin, f"JSON expected ({error}); the answer is kept in the archive") from error

    def xml(self, root: str) -> Element:
        """The body read as XML, without DTD and entities; U+FFFD replaces invalid bytes and characters.

        Raises `Rejected` when its root is not the one named.
        """
        begin = self.body[:80].decode("utf-8", "replace")
        try:
            try:
                element = fromstring(self.body, forbid_dtd=True)
            except ParseError:
                element = fromstring(_mend_xml(self.body), forbid_dtd=True)
        except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
            raise Rejected("response", begin, f"XML expected ({error}); the answer is kept in the archive") from error
        if element.tag != root:
            raise Rejected("response", begin, f"XML with the root {root} expected; the board may be gone")
        return element

    def value_at(self, *path: str) -> object:
        """The value under a path of keys in the JSON, or where the path breaks off; `each` refuses all but a list."""
        value: object = self.json()
        for key in path:
            if not isinstance(value, dict):
                break
            value = value.get(key)
        return value


class Record(dict[str, Any]):
    """An object of leniently read JSON, with an issue for each value in it that is no finite number."""

    issues: Sequence[Issue] = ()


class _NotANumber(str):
    """A JSON word or number without a finite value: NaN, Infinity, 1e400."""

    __slots__ = ()


_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
"""An escape of JSON, a pair of surrogates as one; half of a pair, which is no character, in the group."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0, section 2.2."""
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|(\d{1,10}));")
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}encoding=[\"']([\w.-]+)")


def read_lenient_json(body: bytes) -> Any:
    """Read JSON with the deviations that servers write: one of them must not lose the other records.

    A byte-order mark is skipped, a byte that is no UTF-8 and half a surrogate pair become U+FFFD, control
    characters may stand in strings. NaN, Infinity and numbers beyond a float's become None, with an issue of the
    record, which `each` yields. Raises `ValueError` and `RecursionError` where even so it is no JSON.
    """
    text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
    text = _ESCAPE.sub(lambda match: REPLACEMENT if match[1] else match[0], text)
    numbers: Any = {"parse_constant": _NotANumber, "parse_float": _number, "parse_int": _number}
    whole = json.loads(text, strict=False, object_hook=Record, **numbers)
    # Down the tree with the record that each value belongs to: the outermost object that stands in a list.
    waiting: list[tuple[Any, Record | None]] = [(whole, None)]
    while waiting:
        inside, record = waiting.pop()
        is_object = isinstance(inside, Record)
        for key, value in inside.items() if is_object else enumerate(inside) if isinstance(inside, list) else ():
            if isinstance(value, _NotANumber):
                inside[key] = None
                rule = f"a number expected in {key!r}; it counts as not stated, the record is kept"
                of = record if record is not None else whole
                if isinstance(of, Record):
                    of.issues = [*of.issues, Rejected("record", str(value), rule).issue]
            elif isinstance(value, dict | list):
                waiting.append((value, record if record is not None or is_object else _as_record(value)))
    return None if isinstance(whole, _NotANumber) else whole


def _as_record(value: object) -> Record | None:
    return value if isinstance(value, Record) else None


def _number(text: str) -> int | float | _NotANumber:
    """A number as orjson reads it: an integer up to 64 bits, else a float, where it is finite."""
    if text.lstrip("-").isdigit() and len(text) < len("9223372036854775807"):
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else _NotANumber(text)


def _mend_xml(body: bytes) -> str:
    """XML with U+FFFD in the place of invalid bytes and characters. Raises `LookupError` for an unknown encoding."""
    encoding = _XML_ENCODING.search(body[:300])
    text = body.decode(encoding[1].decode() if encoding else "utf-8", "replace").removeprefix("\ufeff")
    return _REFERENCE.sub(_mend_reference, _NO_XML.sub(REPLACEMENT, text))


def _mend_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    is_character = code <= sys.maxunicode and not _NO_XML.match(chr(code))
    return match[0] if is_character else REPLACEMENT


def each(items: object, read: Callable[[Any], Row], *, known: frozenset[str] = frozenset()) -> Iterator[Row | Issue]:
    """Read every item of a list; one that cannot be read becomes an `Issue` and the others go on.

    `known` are the keys the source's records are known to have. Others are noted, once an answer, in an issue
    of column `keys`, after the rows: nothing new in a source goes unnoticed.
    """
    if not isinstance(items, list):
        raise Rejected("response", items, "a list of records expected; the API may have changed its shape")
    new: set[str] = set()
    for number, item in enumerate(items):
        if known and isinstance(item, dict) and not known.issuperset(item):
            new.update(item.keys() - known)
        try:
            row = read(item)
            yield _with_issues(row, item.issues) if isinstance(item, Record) and item.issues else row
        except Rejected as error:
            yield error.issue
        except MISSHAPEN as error:
            rule = f"record {number} is not of the source's shape: {type(error).__name__}: {error}"
            value = ", ".join(item) if isinstance(item, dict) else item  # keys only: a value may name a person
            yield Rejected("record", value, rule).issue
    if new:
        yield Issue(column_name=NEW_KEYS, value=", ".join(sorted(new))[:200], rule=NEW_KEYS_RULE, is_deliberate=True)


def each_advert(
    response: Response, items: object, read: Callable[[Any], Row], *, known: frozenset[str]
) -> Iterator[Row | Issue | Repetition]:
    """Read every advert of an answer as `each` does, and one that stood there before in the same words not again.

    For platforms that state all of an advert in one record. What `read` gives must follow from the record and from the
    answer's address alone, since the digest is of these two (the order of keys does not matter).
    """

    def read_new(record: Any) -> Any:
        digest = None if isinstance(record, Record) and record.issues else _record_hash(response.url, record)
        if digest is not None and (wording_hash := response.earlier_wordings.get(digest)):
            return Repetition(wording_hash)
        row = read(record)
        return {**row, "record_hash": digest} if isinstance(row, dict) else row

    return each(items, read_new, known=known)


def _record_hash(url: str, record: object) -> str | None:
    """Digest of a record and the address of its answer, 32 hex digits; None where it has no form in JSON."""
    try:
        data = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return None
    return hashlib.sha256(url.encode() + b"\n" + data).hexdigest()[:32]


def objects_in(items: object) -> Iterator[dict[str, Any]]:
    """The objects of a list, for a look ahead that must not fail for what `each` will note."""
    return (item for item in items if isinstance(item, dict)) if isinstance(items, list) else iter(())


def note_missing(n: int, total: object) -> Iterator[Issue]:
    """An issue where a list of `n` records is not as long as its answer says; one that says no number is not judged."""
    if isinstance(total, int) and total != n:
        rule = "as many records expected as the list says it has"
        yield Rejected("response", f"{n} records, total {total}", rule).issue


def note_cut(n: int, ends: Collection[int]) -> Iterator[Issue]:
    """An issue where a list of `n` records ends at a number at which its server cuts lists: it may not be whole."""
    if n in ends:
        rule = f"a list that does not end at {' or '.join(map(str, ends))} records expected; there may be more"
        yield Rejected("response", f"{n} records", rule).issue


def _with_issues(reading: Any, issues: Sequence[Issue]) -> Any:
    """What was read from a record, one advert or several, with the issues of the record."""
    if isinstance(reading, list):
        return [_with_issues(one, issues) for one in reading]
    return {**reading, "issues": (*reading.get("issues", ()), *issues)} if isinstance(reading, dict) else reading
