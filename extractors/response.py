"""An archived HTTP response. Its JSON or XML is read leniently: one bad value does not spoil the others."""

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
"""Status codes of responses with data. Some APIs answer 206 for one page of several."""
GONE = (404, 410)
"""Status codes which say that a posting is gone, if the request was for the address of that single posting."""
NEW_KEYS = "keys"
"""The `column_name` of an issue that lists unknown keys of records."""
NEW_KEYS_RULE = "expected known keys; decide whether the source's module should read these, then add them to its KNOWN"


@dataclass(frozen=True, kw_only=True)
class Response:
    """An archived HTTP response.

    `body` is the body after its Content-Encoding was undone. `record` is the index (from 0) of the response in its
    archive file.
    """

    url: str
    observed_at: datetime
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes
    record: int = 0
    digest: str = ""
    earlier_wordings: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The `wording_hash` of each advert that was read before, by its `record_hash` (see `each_advert`)."""

    def json(self) -> Any:
        """Parse the body as JSON, leniently if it is not valid. Raise `Rejected`, quoting its beginning, if that
        fails."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            with contextlib.suppress(ValueError, RecursionError):
                return read_lenient_json(self.body)
            begin = self.body[:80].decode("utf-8", "replace")
            raise Rejected("response", begin, f"expected JSON ({error}); the answer is kept in the archive") from error

    def xml(self, root: str) -> Element:
        """Parse the body as XML and return its root element. U+FFFD replaces invalid bytes and characters.

        Raise `Rejected` if the body is not XML, has a DTD, or has another root than `root`.
        """
        begin = self.body[:80].decode("utf-8", "replace")
        try:
            try:
                element = fromstring(self.body, forbid_dtd=True)
            except ParseError:
                element = fromstring(_mend_xml(self.body), forbid_dtd=True)
        except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
            raise Rejected("response", begin, f"expected XML ({error}); the answer is kept in the archive") from error
        if element.tag != root:
            raise Rejected("response", begin, f"expected XML with the root {root}; the board may be gone")
        return element

    def value_at(self, *path: str) -> object:
        """Return the value at the end of a path of keys in the JSON body, or the last value reached if the path breaks
        off."""
        value: object = self.json()
        for key in path:
            if not isinstance(value, dict):
                break
            value = value.get(key)
        return value


class Record(dict[str, Any]):
    """A JSON object that was read leniently, with an issue for each number in it that is not finite."""

    issues: Sequence[Issue] = ()


class _NotANumber(str):
    """A JSON number that is not finite, such as NaN, Infinity or 1e400."""

    __slots__ = ()


_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
"""Pattern of a JSON escape. A surrogate pair counts as one escape. The group captures half a pair, which is not a
character."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Pattern of the characters that XML 1.0 does not allow (section 2.2)."""
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|(\d{1,10}));")
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}encoding=[\"']([\w.-]+)")


def read_lenient_json(body: bytes) -> Any:
    """Read JSON despite errors that servers make, because one error should not lose the other records.

    A byte-order mark is skipped. Invalid UTF-8 and half a surrogate pair become U+FFFD. Strings may contain control
    characters. NaN, Infinity and numbers too large for a float become None, and the record gets an issue, which `each`
    passes on. Raise `ValueError` or `RecursionError` for anything else that is not JSON.
    """
    text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
    text = _ESCAPE.sub(lambda match: REPLACEMENT if match[1] else match[0], text)
    numbers: Any = {"parse_constant": _NotANumber, "parse_float": _number, "parse_int": _number}
    whole = json.loads(text, strict=False, object_hook=Record, **numbers)
    # Visit every value, together with the record that the value belongs to: the outermost object in a list.
    waiting: list[tuple[Any, Record | None]] = [(whole, None)]
    while waiting:
        inside, record = waiting.pop()
        is_object = isinstance(inside, Record)
        for key, value in inside.items() if is_object else enumerate(inside) if isinstance(inside, list) else ():
            if isinstance(value, _NotANumber):
                inside[key] = None
                rule = f"expected a finite number in {key!r}; it counts as not stated, the record is kept"
                of = record if record is not None else whole
                if isinstance(of, Record):
                    of.issues = [*of.issues, Rejected("record", str(value), rule).issue]
            elif isinstance(value, dict | list):
                own = value if isinstance(value, Record) and not is_object else None
                waiting.append((value, record if record is not None else own))
    return None if isinstance(whole, _NotANumber) else whole


def _number(text: str) -> int | float | _NotANumber:
    if text.lstrip("-").isdigit() and len(text) < len("9223372036854775807"):
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else _NotANumber(text)


def _mend_xml(body: bytes) -> str:
    encoding = _XML_ENCODING.search(body[:300])
    text = body.decode(encoding[1].decode() if encoding else "utf-8", "replace").removeprefix("\ufeff")
    return _REFERENCE.sub(_mend_reference, _NO_XML.sub(REPLACEMENT, text))


def _mend_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    is_character = code <= sys.maxunicode and not _NO_XML.match(chr(code))
    return match[0] if is_character else REPLACEMENT


def each(items: object, read: Callable[[Any], Row], *, known: frozenset[str] = frozenset()) -> Iterator[Row | Issue]:
    """Yield what `read` makes of each item of a list. For an item that cannot be read, yield an `Issue` and go on.

    `known` are the keys that records of the source may have. A last `Issue` with the column `keys` lists any others. If
    `known` is empty, keys are not checked. Raise `Rejected` if `items` is not a list.
    """
    if not isinstance(items, list):
        raise Rejected("response", items, "expected a list of records; the API may have changed its shape")
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
            rule = f"record {number} does not have the source's shape: {type(error).__name__}: {error}"
            value = ", ".join(item) if isinstance(item, dict) else item  # only keys, because a value may name a person
            yield Rejected("record", value, rule).issue
    if new:
        yield Issue(column_name=NEW_KEYS, value=", ".join(sorted(new))[:200], rule=NEW_KEYS_RULE, is_deliberate=True)


def each_advert(
    response: Response, items: object, read: Callable[[Any], Row], *, known: frozenset[str]
) -> Iterator[Row | Issue | Repetition]:
    """Read every advert as `each` does, but yield a `Repetition` for a record that an earlier response already had.

    This is for platforms whose records are complete adverts: the result of `read` must depend only on the record and on
    the URL of the response. The order of a record's keys does not matter.
    """

    url = response.url.encode()

    def read_new(record: Any) -> Any:
        digest = None
        if not (isinstance(record, Record) and record.issues):
            with contextlib.suppress(TypeError):
                data = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
                digest = hashlib.sha256(url + b"\n" + data).hexdigest()[:32]
        if digest is not None and (wording_hash := response.earlier_wordings.get(digest)):
            return Repetition(wording_hash)
        row = read(record)
        return {**row, "record_hash": digest} if isinstance(row, dict) else row

    return each(items, read_new, known=known)


def objects_in(items: object) -> Iterator[dict[str, Any]]:
    """Iterate over the JSON objects in a list, if `items` is one; `each` yields issues for its other items."""
    return (item for item in items if isinstance(item, dict)) if isinstance(items, list) else iter(())


def note_missing(n: int, total: object) -> Iterator[Issue]:
    """Yield an issue if a list has `n` records but its response states another integer, `total`."""
    if isinstance(total, int) and total != n:
        rule = "expected as many records as the list says it has"
        yield Rejected("response", f"{n} records, total {total}", rule).issue


def note_cut(n: int, ends: Collection[int]) -> Iterator[Issue]:
    """Yield an issue if the length `n` of a list is one of `ends`, where the server may have cut the list off."""
    if n in ends:
        rule = f"expected a list that does not end at {' or '.join(map(str, ends))} records; there may be more"
        yield Rejected("response", f"{n} records", rule).issue


def note_left_out(n: int, what: str, rule: str, *, column: str = "record") -> Iterator[Issue]:
    """Yield one issue for `n` records that a rule of ours leaves out, and none if `n` is 0.

    `what` says in words what the records are, `rule` why they are left out. `column` is the `column_name` of the issue.
    """
    if n:
        yield Issue(column_name=column, value=f"{n} {what}", rule=rule, is_deliberate=True)


def _with_issues(reading: Any, issues: Sequence[Issue]) -> Any:
    if isinstance(reading, list):
        return [_with_issues(advert, issues) for advert in reading]
    return {**reading, "issues": (*reading.get("issues", ()), *issues)} if isinstance(reading, dict) else reading
