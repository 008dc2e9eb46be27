"""Adverts in files that somebody has: CSV, JSON, JSON Lines or Parquet, read by a mapping written in TOML.

`jobmarket backfill FILE --mapping M` archives the file like an answer of a server, the mapping in a header beside it,
so that reading needs nothing else and both are kept. extractors/mappings/ has mappings of known dumps as examples.

A mapping has a `name` (part of the ids), the `licence` and the `attribution` of the file, and under `[fields]` where
each of `FIELDS` stands: a column, several ("id" of several columns is their digest), or a table of

    column, columns   where it stands: "salary", "company.name" (inside JSON or a Python literal), "skills[]" (a list)
    constant          what holds for every row of the file
    pattern           a regular expression; its group, or what it matches, is taken
    values            what the file's words mean; "" for nothing. A word that is not there is an issue, never a guess
    format            how days are written, as strptime takes it
    heading           a line set before a part of the text ("Requirements")

and may have `missing` (values that mean "not stated", beside empty ones), `decimal` ("," where it is not a point),
`format` (csv, json, jsonl, parquet; else told by the content), `delimiter`, `encoding`, and `records` (path to the list
in JSON). A row that cannot be read, or has the id of one before, is an issue that says which row and why.
"""

from __future__ import annotations

import ast
import base64
import binascii
import csv
import functools
import gzip
import hashlib
import io
import math
import re
import tomllib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from extractors.fetching import Web
from extractors.source import Response, Source
from transforms.currency import currency_of
from transforms.place import Address
from transforms.posting import Said
from transforms.rejected import Rejected
from warehouse.tables import PERIODS, TEXT_STATES, Issue, Pay

HOST = "https://tabular.invalid/"
MAPPING, DIGEST = "x-jobmarket-mapping", "x-jobmarket-digest"
"""Headers: the mapping in base 64, and what ties it to the file."""
LARGEST = 1_000_000_000
"""Bytes a packed file may unpack to: what reading can hold in memory."""
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
KEYS = frozenset(
    ("name", "licence", "attribution", "fields", "missing", "decimal", "format", "delimiter", "encoding", "records")
)
FORMATS = ("csv", "json", "jsonl", "parquet")
FIELD_KEYS = frozenset(("column", "columns", "constant", "pattern", "values", "format", "heading"))
TEXTS = (
    *("title", "url", "employer", "department", "requisition_id", "html", "text", "location", "country", "region"),
    *(
        "city",
        "workplace",
        "employment_type",
        "level",
        "language",
        "pay_text",
        "text_state",
        "currency",
        "period",
        "tax",
    ),
)
DAYS = ("posted_on", "valid_through")
AMOUNTS = ("pay_low", "pay_high")
TRUTHS = ("is_remote", "pay_is_predicted")
FIELDS = ("id", *TEXTS, *DAYS, *AMOUNTS, *TRUTHS)
"""What a mapping may name. Pay of a row where `pay_is_predicted` is an estimate, not what the advert offers."""
NEEDED = ("id", "title")
CLOSED = {"period": PERIODS, "tax": ("gross", "net"), "text_state": TEXT_STATES}
TRUTH = {"true": True, "t": True, "1": True, "yes": True, "y": True}
TRUTH |= {"false": False, "f": False, "0": False, "no": False, "n": False}
BETWEEN = {"text": "\n\n", "location": ", "}
"""What is set between several columns; a space elsewhere."""

SOURCE = Source(
    name="tabular",
    title="Files of adverts handed over",
    kind="aggregator",
    publisher="whoever made the file, as its mapping says",
    homepage="https://tabular.invalid/",
    endpoints=(HOST,),
    licence="Each file's own, stated in its mapping; nothing made from them is published",
    terms_url=None,
    attribution="Adverts from files handed over by the operator.",
    is_republishable=False,
    is_verified=True,
    cadence="whenever a person runs `jobmarket backfill FILE --mapping M`",
    expected_rows=(1, 1_000_000),
    facts=(
        "Six dumps of adverts and one collection of a company's openings were read by the mappings in "
        "extractors/mappings/, every row a posting or an issue. A file is no complete list: it closes no posting. "
        "It is archived under an address that leads nowhere, with the mapping in a header, at the day in its name, "
        "else at the time it was last changed."
    ),
    access="file",
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """Where a field stands and how it is read. One of `columns` and `constant` is given."""

    columns: tuple[str, ...] = ()
    constant: object = None
    pattern: re.Pattern[str] | None = None
    values: Mapping[str, object] | None = None
    format: str | None = None
    heading: str | None = None


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """A mapping as read. A field has several parts where its columns are read in different ways."""

    name: str
    licence: str
    attribution: str
    fields: Mapping[str, tuple[Field, ...]]
    missing: frozenset[str]
    decimal: str
    format: str | None
    delimiter: str
    encoding: str
    records: str | None


class Row(NamedTuple):
    """A record of the file, numbered from 1 without the header. `problem` says why it has no cells."""

    number: int
    cells: Mapping[str, object]
    problem: str | None = None


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Ask for nothing: files are handed over."""
    return []


def headers_for(mapping: bytes, body: bytes) -> dict[str, str]:
    """The headers that tie a mapping to a file."""
    return {MAPPING: base64.b64encode(mapping).decode(), DIGEST: _digest(mapping, body)}


def _digest(mapping: bytes, body: bytes) -> str:
    return f"sha256:{hashlib.sha256(b'%d:' % len(mapping) + mapping + body).hexdigest()}"


def parse(response: Response) -> Iterator[Said | Issue]:
    """What every row says, or the reason why not."""
    try:
        mapping = base64.b64decode(response.headers[MAPPING], validate=True)
    except (KeyError, binascii.Error) as error:
        rule = f"a mapping in the header {MAPPING} expected; take files in with `jobmarket backfill FILE --mapping M`"
        raise Rejected("response", response.body[:80].decode("utf-8", "replace"), rule) from error
    if response.headers.get(DIGEST) != _digest(mapping, response.body):
        raise Rejected("response", response.headers.get(DIGEST, ""), "the digest of this mapping and file expected")
    mapped = mapping_in(mapping)
    yield from _said_by(mapped, rows_in(mapped, response.body))


def _said_by(mapped: Mapped, rows: Iterable[Row]) -> Iterator[Said | Issue]:
    first: dict[str, int] = {}
    for row in rows:
        if row.problem is not None:
            yield Rejected("record", f"row {row.number}", row.problem).issue
            continue
        values, issues = _values_of(mapped, row)
        yield from issues
        id = values.get("id")
        if not id or not values.get("title"):
            continue
        before = first.setdefault(id, row.number)
        if before != row.number:
            rule = f"row {row.number} has the id of row {before}: one posting"
            yield Issue(column_name="posting_id", value=id[:200], rule=rule, is_deliberate=True)
        else:
            yield _said(mapped, values)


def _said(mapped: Mapped, values: dict[str, Any]) -> Said:
    place = Address(values.get("location"), values.get("country"), values.get("region"), values.get("city"))
    pay = () if values.get("pay_is_predicted") else _pay(values)
    return Said(
        source=SOURCE.name,
        id=f"{mapped.name}:{values['id']}",
        title=values["title"],
        url=values.get("url"),
        board=mapped.name,
        employer=values.get("employer"),
        department=values.get("department"),
        requisition_id=values.get("requisition_id"),
        html=values.get("html"),
        text=values.get("text"),
        text_state=values.get("text_state") if values.get("text") or values.get("html") else None,
        location_text=values.get("location"),
        addresses=[place] if any(place[1:]) else [],
        is_remote=values.get("is_remote"),
        workplace=values.get("workplace"),
        employment_type=values.get("employment_type"),
        posted_on=values.get("posted_on"),
        valid_through=values.get("valid_through"),
        pay=pay,
        pay_text=None if values.get("pay_is_predicted") else values.get("pay_text"),
        language=values.get("language"),
        level=values.get("level"),
    )


def _pay(values: dict[str, Any]) -> tuple[Pay, ...]:
    low, high = values.get("pay_low"), values.get("pay_high")
    if low is None and high is None:
        return ()
    period = values.get("period")
    said = (" to ".join(_text(end) for end in (low, high) if end is not None), values.get("currency"), period)
    return (
        Pay(
            pay_text=" ".join(filter(None, said)),
            low=low,
            high=high,
            currency=values.get("currency"),
            period=period,
            period_reading="stated" if period else None,
            tax=values.get("tax"),
            reading="stated",
        ),
    )


# --- values -------------------------------------------------------------------------------------------


def _values_of(mapped: Mapped, row: Row) -> tuple[dict[str, Any], list[Issue]]:
    """The fields of a row that can be read, and what is wrong with the others."""
    values: dict[str, Any] = {}
    issues = []
    for name, parts in mapped.fields.items():
        try:
            values[name] = _read(name, mapped, parts, row.cells)
        except Rejected as error:
            where = f"row {row.number}, column {', '.join(c for part in parts for c in part.columns) or 'constant'}"
            column = {"id": "posting_id"}.get(name, name)
            issues.append(Rejected(column, error.issue.value, f"{where}: {error.issue.rule}").issue)
    return values, issues


def _read(name: str, mapped: Mapped, parts: Sequence[Field], cells: Mapping[str, object]) -> Any:
    if name == "id":
        return _id(mapped, parts, cells)
    found = [_part(mapped, part, cells, between=BETWEEN.get(name, " "), name=name) for part in parts]
    stated = [value for value in found if value is not None]
    if not stated:
        if name in NEEDED:
            raise Rejected(name, "", f"a {name} expected; without one a row is no posting")
        return None
    if name in DAYS:
        return stated[0]
    if name in AMOUNTS:
        return _amount(stated[0], mapped.decimal)
    if name in TRUTHS:
        return _truth(stated[0])
    text = BETWEEN.get(name, " ").join(map(_text, stated))
    if name == "currency":
        code = currency_of(text)
        if code is None:
            raise Rejected(name, text, "an ISO 4217 code expected; say with `values` what the file's words mean")
        return code
    if text not in CLOSED.get(name, (text,)):
        wanted = ", ".join(CLOSED[name])
        raise Rejected(name, text, f"one of {wanted} expected; say with `values` what the file's words mean")
    return text


def _id(mapped: Mapped, parts: Sequence[Field], cells: Mapping[str, object]) -> str:
    """The one column's value, or a digest of all columns."""
    found = [_part(mapped, part, cells, between="\x1f", name="id") for part in parts]
    stated = [_text(value) for value in found if value is not None]
    if not stated:
        raise Rejected("posting_id", "", "an id expected; name as `id` the columns that tell adverts apart")
    if sum(len(part.columns) for part in parts) == 1:
        return stated[0]
    return hashlib.blake2b("\x1e".join(map(repr, found)).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _part(mapped: Mapped, part: Field, cells: Mapping[str, object], *, between: str, name: str) -> object:
    """What a part of a field says, None when nothing."""
    if part.constant is not None:
        return part.constant
    found = [_cell(cells, column, mapped.missing, bullets=name == "text") for column in part.columns]
    stated = [value for value in found if value is not None]
    if not stated:
        return None
    if within := [value for value in stated if isinstance(value, dict | list | tuple)]:
        rule = "one value expected; name what is meant inside this one (company.name, skills[])"
        raise Rejected(name, str(within[0]), rule)
    value = stated[0] if len(stated) == 1 else between.join(map(_text, stated))
    if part.pattern is not None:
        match = part.pattern.search(_text(value))
        if match is None:
            raise Rejected(name, _text(value), f"what `{part.pattern.pattern}` finds expected; correct the pattern")
        value = match[1] if part.pattern.groups else match[0]
    if part.values is not None:
        if _text(value) not in part.values:
            known = ", ".join(part.values)
            raise Rejected(name, _text(value), f"one of {known} expected; add the word to `values` of {name}")
        value = part.values[_text(value)]
        if value == "":
            return None
    if part.format is not None:
        try:
            return datetime.strptime(_text(value), part.format).date()  # a day, not a time
        except ValueError as error:
            raise Rejected(name, _text(value), f"a day written as {part.format} expected; correct `format`") from error
    return f"{part.heading}\n{_text(value)}" if part.heading else value


def _cell(cells: Mapping[str, object], column: str, missing: frozenset[str], *, bullets: bool) -> object:
    """A cell, or what stands inside it; None when it is missing."""
    value: object = cells
    is_list = column.endswith("[]")
    path = [column] if column in cells else column.removesuffix("[]").split(".")
    for step, key in enumerate(path):
        if step and isinstance(value, str):
            value = _literal(value)
        value = value.get(key) if isinstance(value, Mapping) else None
        if _is_missing(value, missing):
            return None
    if is_list:
        items = _literal(value) if isinstance(value, str) else value
        if not isinstance(items, list | tuple):
            raise Rejected(column, _text(value), "a list expected, in JSON or as Python writes it")
        texts = [_text(item) for item in items if not _is_missing(item, missing)]
        return ("\n".join(f"- {text}" for text in texts) if bullets else "; ".join(texts)) or None
    return value


def _is_missing(value: object, missing: frozenset[str]) -> bool:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, str) and (not value.strip() or value.strip() in missing)


def _literal(text: str) -> object:
    """A value written as JSON or as Python writes it; the text itself when it is neither."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def _text(value: object) -> str:
    """A value as text. A number that a table's reader made of an id has no point, truth is written as in JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.strip() if isinstance(value, str) else str(value)


def _amount(value: object, decimal: str) -> float | None:
    """A number, also one written with separators of thousands; None for 0, which is how none is written."""
    if isinstance(value, bool):
        raise Rejected("pay", value, "a number expected")
    text = re.sub(r"[\s\u00a0\u202f']", "", str(value))
    text = text.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    try:
        amount = float(text)
    except ValueError as error:
        rule = "a number expected; add the word to `missing`, or take the number out with `pattern`"
        raise Rejected("pay", _text(value), rule) from error
    if not 0 <= amount < math.inf:
        raise Rejected("pay", _text(value), "a number of 0 or more expected")
    return amount or None


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if _text(value).lower() not in TRUTH:
        raise Rejected("truth", _text(value), "true or false expected; say with `values` what the file's words mean")
    return TRUTH[_text(value).lower()]


# --- rows ---------------------------------------------------------------------------------------------


def rows_in(mapped: Mapped, body: bytes) -> list[Row]:
    """The file's records. Raises `Rejected` when it cannot be read, or lacks a column that the mapping names."""
    content = _unpacked(body)
    none = Rejected("response", content[:80].decode("utf-8", "replace"), "a file with at least one row expected")
    if not content.strip():
        raise none
    kind = mapped.format or _kind_of(content, mapped)
    rows = READERS[kind](mapped, content)
    if not rows:
        raise none
    held = {name for row in rows for name in row.cells}
    named = {c: name for name, parts in mapped.fields.items() for part in parts for c in part.columns}
    lacking = [c for c in named if c not in held and c.removesuffix("[]").split(".")[0] not in held]
    if lacking and held:  # where no row could be read, each says why
        said = ", ".join(f"{c} (for {named[c]})" for c in lacking)
        has = ", ".join(sorted(held)) or "none"
        raise Rejected("response", said, f"columns that the file has expected: {has}; correct the mapping")
    return rows


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as packed:
            content = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Rejected("response", "", f"a whole gzip file expected ({error}); get the file again") from error
    if len(content) > LARGEST:
        raise Rejected("response", "", f"a file of at most {LARGEST:,} bytes expected; split it")
    return content


def _kind_of(content: bytes, mapped: Mapped) -> str:
    begin = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if content.startswith(b"PAR1"):
        return "parquet"
    if begin == b"[" or (begin == b"{" and mapped.records is not None):
        return "json"
    return "jsonl" if begin == b"{" else "csv"


def _csv_rows(mapped: Mapped, content: bytes) -> list[Row]:
    try:
        text = content.decode("utf-8-sig" if mapped.encoding.lower() in ("utf-8", "utf8") else mapped.encoding)
        header, *lines = [
            line for line in csv.reader(io.StringIO(text, newline=""), delimiter=mapped.delimiter) if line
        ]
    except UnicodeDecodeError as error:
        rule = f"text in {mapped.encoding} expected ({error.reason} at byte {error.start}); state `encoding`"
        raise Rejected("response", repr(content[error.start : error.start + 20]), rule) from error
    except (csv.Error, ValueError) as error:
        begin = content[:80].decode("utf-8", "replace")
        raise Rejected("response", begin, f"a CSV with a header expected ({error}); state `format`") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        many = f"{len(header)} cells expected as in the header, not {len(line)}; look for a delimiter without quotes"
        is_whole = len(line) == len(header)
        rows.append(Row(number, dict(zip(header, line, strict=False)) if is_whole else {}, None if is_whole else many))
    return rows


def _json_rows(mapped: Mapped, content: bytes) -> list[Row]:
    try:
        found: object = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        begin = content[:80].decode("utf-8", "replace")
        raise Rejected("response", begin, f"JSON expected ({error}); state `format`") from error
    for key in mapped.records.split(".") if mapped.records else ():
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, list):
        rule = "a list of adverts expected; state in `records` where it stands (data.jobs)"
        raise Rejected("response", mapped.records or "", rule)
    return [_record(number, item) for number, item in enumerate(found, start=1)]


def _json_lines(mapped: Mapped, content: bytes) -> list[Row]:
    rows = []
    for number, line in enumerate(filter(bytes.strip, content.removeprefix(b"\xef\xbb\xbf").splitlines()), start=1):
        try:
            rows.append(_record(number, orjson.loads(line)))
        except orjson.JSONDecodeError as error:
            rows.append(Row(number, {}, f"a line of JSON expected ({error})"))
    if rows and all(row.problem for row in rows):
        raise Rejected(
            "response", rows[0].problem or "", "a JSON object in each line expected; state `format`, or `records`"
        )
    return rows


def _record(number: int, item: object) -> Row:
    if isinstance(item, dict):
        return Row(number, item)
    return Row(number, {}, f"an object of names and values expected, not {str(item)[:80]!r}")


def _parquet_rows(mapped: Mapped, content: bytes) -> list[Row]:
    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise Rejected("response", "", f"a whole Parquet file expected ({error}); get the file again") from error
    return [Row(number, cells) for number, cells in enumerate(table.to_pylist(), start=1)]


READERS: dict[str, Callable[[Mapped, bytes], list[Row]]] = {
    "csv": _csv_rows,
    "json": _json_rows,
    "jsonl": _json_lines,
    "parquet": _parquet_rows,
}


# --- the mapping --------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=16)
def mapping_in(content: bytes) -> Mapped:
    """A mapping as read from TOML. Raises `Rejected` that names the key, what it says, and what was expected."""
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Rejected("mapping", "", f"TOML expected ({error})") from error
    _check_keys("the mapping", said, KEYS)
    name, fields = _stated(said, "name"), said.get("fields")
    if not NAME.fullmatch(name):
        raise Rejected("mapping", name, "a name of small letters, digits, _ and - expected")
    if not isinstance(fields, dict):
        raise Rejected("mapping", "fields", "a table [fields] expected")
    _check_keys("[fields]", fields, frozenset(FIELDS))
    if lacking := [field for field in NEEDED if field not in fields]:
        raise Rejected("mapping", ", ".join(lacking), "a column for it expected in [fields]")
    missing = said.get("missing", [])
    if not isinstance(missing, list) or not all(isinstance(word, str) for word in missing):
        raise Rejected("mapping", missing, "a list of words expected in `missing`")
    decimal, kind = _stated(said, "decimal", "."), said.get("format")
    if decimal not in (".", ",") or kind not in (None, *FORMATS):
        raise Rejected("mapping", (decimal, kind), f"a `decimal` of . or , and a `format` of {FORMATS} expected")
    return Mapped(
        name=name,
        licence=_stated(said, "licence"),
        attribution=_stated(said, "attribution"),
        fields={field: _parts(field, stated) for field, stated in fields.items()},
        missing=frozenset(missing),
        decimal=decimal,
        format=kind,
        delimiter=_stated(said, "delimiter", ","),
        encoding=_stated(said, "encoding", "utf-8"),
        records=_stated(said, "records", "") or None,
    )


def _check_keys(where: str, said: Mapping[str, object], known: frozenset[str]) -> None:
    if unknown := sorted(said.keys() - known):
        raise Rejected("mapping", ", ".join(unknown), f"in {where} one of {', '.join(sorted(known))} expected")


def _stated(said: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = said.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise Rejected("mapping", value, f"a text expected as `{key}`")
    return value


def _parts(name: str, stated: object) -> tuple[Field, ...]:
    """The parts of a field: of a column, a table, or a list of both."""
    many = stated if isinstance(stated, list) else [stated]
    if not many:
        raise Rejected("mapping", stated, f"a column expected for {name}")
    return tuple(_field(name, {"column": one} if isinstance(one, str) else one) for one in many)


def _field(name: str, said: object) -> Field:
    if not isinstance(said, dict):
        raise Rejected("mapping", said, f"a column or a table expected for {name}")
    _check_keys(f"the table of {name}", said, FIELD_KEYS)
    columns = said.get("columns", [said["column"]] if "column" in said else [])
    if not isinstance(columns, list) or not all(isinstance(column, str) and column for column in columns):
        raise Rejected("mapping", columns, f"names of columns expected for {name}")
    if bool(columns) == ("constant" in said):
        raise Rejected("mapping", str(said), f"either columns or a constant expected for {name}")
    values = said.get("values")
    if values is not None and not isinstance(values, dict):
        raise Rejected("mapping", values, f"a table of words and their meanings expected in `values` of {name}")
    try:
        pattern = re.compile(said["pattern"]) if "pattern" in said else None
    except (re.error, TypeError) as error:
        raise Rejected("mapping", said["pattern"], f"a regular expression expected for {name} ({error})") from error
    return Field(
        columns=tuple(columns),
        constant=said.get("constant"),
        pattern=pattern,
        values=values,
        format=said.get("format"),
        heading=said.get("heading"),
    )
