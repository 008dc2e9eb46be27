"""Read adverts from a file in CSV, JSON, Parquet, Excel or SQLite, with the help of a mapping in TOML.

`jobmarket backfill FILE --mapping M` archives the file like the response of a server and puts the mapping into a
header, so the archive has everything that is needed to read the file. `tabular_mapping.py` explains the keys of a
mapping, and mappings/ has examples for known files. `tabular_rows.py` reads the rows of a file.

A row that cannot be read, is left out, or repeats an id becomes an issue with the row's number and the reason. A value
that cannot be read becomes an issue of its posting.
"""

from __future__ import annotations

import ast
import base64
import binascii
import dataclasses
import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from extractors.reading.pay_fields import pay_in_fields
from extractors.response import Response
from extractors.sources.declaration import DeclaredList, declare
from extractors.sources.fetching import fetch_nothing
from extractors.sources.files.tabular_mapping import AMOUNTS, DAYS, NEEDED, TRUTHS, Field, ReadMapping, mapping_in
from extractors.sources.files.tabular_pattern import Pattern
from extractors.sources.files.tabular_rows import Row, as_text, rows_in
from transforms.pay.currency import currency_of
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay
from transforms.records.vocabulary import PAY_TAXES, PERIODS, TEXT_CLASSES, TEXT_STATES
from transforms.text.rejects import Rejected, leave_out, shown_value

HOST = "https://tabular.invalid/"
MAPPING, DIGEST = "x-jobmarket-mapping", "x-jobmarket-digest"
"""Names of the headers that hold the mapping (in base 64) and a digest of mapping and file."""
CLOSED = {"period": PERIODS, "tax": PAY_TAXES, "text_state": TEXT_STATES, "text_class": TEXT_CLASSES}
"""Fields whose values must be one of a fixed set of words, each field with its set."""
TRUTH = {
    **dict.fromkeys(("true", "t", "1", "yes", "y"), True),
    **dict.fromkeys(("false", "f", "0", "no", "n"), False),
}
SEPARATORS = {"text": "\n\n", "location": ", ", "id": "\x1f"}
"""Text put between the values of a field that is made of several columns. For fields not named here it is a space."""
COPIED = (
    "title", "url", "employer", "department", "industry_text", "requisition_id", "html", "text", "text_class",
    "is_remote", "workplace", "employment_type", "posted_on", "openings", "valid_through", "language", "level",
)  # fmt: skip
"""Fields whose values become fields of the posting unchanged."""


def _declared_list(response: Response) -> DeclaredList | None:
    try:
        mapping = _mapping_of(response)
    except Rejected:
        return None
    complete_list = mapping.complete_list
    return DeclaredList(mapping.name, complete_list.max_age_days) if complete_list else None


SOURCE = declare("tabular", kind="aggregator", endpoints=(HOST,), declared_list=_declared_list)


fetch = fetch_nothing


def headers_for(mapping: bytes, body: bytes) -> dict[str, str]:
    """Return the headers that attach a mapping to a file."""
    return {MAPPING: base64.b64encode(mapping).decode(), DIGEST: _digest(mapping, body)}


def _digest(mapping: bytes, body: bytes) -> str:
    return f"sha256:{hashlib.sha256(b'%d:' % len(mapping) + mapping + body).hexdigest()}"


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield the posting of every row, or an issue that says why the row has none."""
    mapping = _mapping_of(response)
    yield from _postings_of(mapping, rows_in(mapping, response.body))


def _mapping_of(response: Response) -> ReadMapping:
    try:
        mapping = base64.b64decode(response.headers[MAPPING], validate=True)
    except (KeyError, binascii.Error) as error:
        rule = f"expected a mapping in the header {MAPPING}; take files in with `jobmarket backfill FILE --mapping M`"
        raise Rejected("response", response.body[:80].decode("utf-8", "replace"), rule) from error
    if response.headers.get(DIGEST) != _digest(mapping, response.body):
        raise Rejected("response", response.headers.get(DIGEST, ""), "expected the digest of this mapping and file")
    return mapping_in(mapping)


def _postings_of(mapping: ReadMapping, rows: Iterable[Row]) -> Iterator[RawPosting | Issue]:
    first: dict[str, int] = {}
    for row in rows:
        if row.problem is not None:
            yield Rejected("record", f"row {row.number}", row.problem).issue
            continue
        if reason := _reason_to_leave_out(mapping, row):
            yield reason
            continue
        values, issues = _values_of(mapping, row)
        id = values.get("id")
        if not id or not values.get("title"):
            yield next(issue for issue in issues if issue.column_name in ("posting_id", "title"))
            continue
        before = first.setdefault(id, row.number)
        if before != row.number:
            rule = f"row {row.number} repeats the id of row {before}; both are one posting"
            yield Issue(column_name="posting_id", value=shown_value(id), rule=rule, is_deliberate=True)
        else:
            yield _posting(mapping, values, issues)


def _reason_to_leave_out(mapping: ReadMapping, row: Row) -> Issue | None:
    for column, pattern in mapping.leave_out.items():
        value = _cell(row.cells, column, mapping.missing)
        if value is not None and pattern.search(as_text(value)):
            rule = f"rows with `{pattern.pattern}` in {column} are left out, as the mapping says"
            return leave_out(f"row {row.number}: {as_text(value)}", rule)
    return None


def _posting(mapping: ReadMapping, values: dict[str, Any], issues: Sequence[Issue]) -> RawPosting:
    copied: Any = {name: values.get(name) for name in COPIED}
    posting: RawPosting = copied
    place = Address(values.get("location"), values.get("country"), values.get("region"), values.get("city"))
    posting["source"], posting["id"], posting["board"] = SOURCE.name, f"{mapping.name}:{values['id']}", mapping.name
    posting["text_state"] = values.get("text_state") if values.get("text") or values.get("html") else None
    posting["location_text"], posting["addresses"] = values.get("location"), [place] if any(place[1:]) else []
    if not values.get("pay_is_predicted"):
        posting["pay"], posting["pay_text"] = tuple(_pay(values)), values.get("pay_text")
    posting["issues"] = issues
    return posting


def _pay(values: dict[str, Any]) -> Iterator[Pay]:
    low, high, currency, period = (values.get(name) for name in ("pay_low", "pay_high", "currency", "period"))
    if low is not None or high is not None:
        amounts = " to ".join(as_text(end) for end in (low, high) if end is not None)
        text = " ".join(filter(None, (amounts, currency, period)))
        pay = pay_in_fields(low, high, text=text, currency=currency, period=period)
        yield dataclasses.replace(pay, tax=values.get("tax"))


# --- values -------------------------------------------------------------------------------------------


def _values_of(mapping: ReadMapping, row: Row) -> tuple[dict[str, Any], list[Issue]]:
    values: dict[str, Any] = {}
    issues = []
    for name, parts in mapping.fields.items():
        try:
            values[name] = _read_field(name, mapping, parts, row.cells)
        except Rejected as error:
            where = f"row {row.number}, column {', '.join(c for part in parts for c in part.columns) or 'constant'}"
            column = {"id": "posting_id"}.get(name, name)
            issues.append(Rejected(column, error.issue.value, f"{where}: {error.issue.rule}").issue)
    return values, issues


def _read_field(name: str, mapping: ReadMapping, parts: Sequence[Field], cells: Mapping[str, object]) -> Any:
    readings = [_part(mapping, part, cells, name) for part in parts]
    values = [value for value in readings if value is not None]
    if name == "id":
        return _id(readings, n_columns=sum(len(part.columns) for part in parts))
    if not values:
        if name in NEEDED:
            raise Rejected(name, "", f"expected a {name}; a row without one is not a posting")
        return None
    if name in DAYS:
        return values[0]
    if name in AMOUNTS:
        return _amount(values[0], mapping.decimal)
    if name in TRUTHS:
        return _truth(values[0])
    return _check_word(name, SEPARATORS.get(name, " ").join(map(as_text, values)))


def _check_word(name: str, text: str) -> str:
    if name == "currency":
        code = currency_of(text)
        if code is None:
            raise Rejected(name, text, "expected an ISO 4217 code; say with `values` what the file's words mean")
        return code
    if text not in CLOSED.get(name, (text,)):
        choices = ", ".join(CLOSED[name])
        raise Rejected(name, text, f"expected one of {choices}; say with `values` what the file's words mean")
    return text


def _id(readings: Sequence[object], *, n_columns: int) -> str:
    texts = [as_text(value) for value in readings if value is not None]
    if not texts:
        raise Rejected("posting_id", "", "expected an id; name as `id` the columns that distinguish adverts")
    if n_columns == 1:
        return texts[0]
    return hashlib.blake2b("\x1e".join(map(repr, readings)).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _part(mapping: ReadMapping, part: Field, cells: Mapping[str, object], name: str) -> object:
    if part.constant is not None:
        return part.constant
    readings = [_cell(cells, column, mapping.missing, bullets=name == "text") for column in part.columns]
    values = [value for value in readings if value is not None]
    if not values:
        return None
    if nested := [value for value in values if isinstance(value, dict | list | tuple)]:
        raise Rejected(name, str(nested[0]), "expected one value; name the part of it (company.name, skills[])")
    value = values[0] if len(values) == 1 else SEPARATORS.get(name, " ").join(map(as_text, values))
    if part.pattern is not None:
        value = _found(part.pattern, as_text(value), name)
    if part.values is not None:
        value = _meaning(part.values, as_text(value), name)
    if value is not None and part.format is not None and not isinstance(value, date):
        value = _day(as_text(value), part.format, name)
    return f"{part.heading}\n{as_text(value)}" if part.heading and value is not None else value


def _found(pattern: Pattern, text: str, name: str) -> str | None:
    match = pattern.search(text)
    if match is None:
        raise Rejected(name, text, f"expected text that matches `{pattern.pattern}`; correct the pattern")
    found: str | None = match[1] if pattern.groups else match[0]
    return found


def _meaning(meanings: Mapping[str, object], word: str, name: str) -> object:
    if word not in meanings:
        words = ", ".join(meanings)
        raise Rejected(name, word, f"expected one of {words}; add the word to `values` of {name}")
    return None if meanings[word] == "" else meanings[word]


def _day(text: str, form: str, name: str) -> date:
    try:
        return datetime.strptime(text, form).date()  # a day has no time zone
    except ValueError as error:
        raise Rejected(name, text, f"expected a day written as {form}; correct `format`") from error


def _cell(cells: Mapping[str, object], column: str, missing: frozenset[str], *, bullets: bool = False) -> object:
    """Return the value of a column (or of a path inside a column), or None if the value is missing.

    If `column` ends with "[]", the value is a list, which becomes a text. With `bullets`, each item has its own line.
    """
    value: object = cells
    path = [column] if column in cells else column.removesuffix("[]").split(".")
    for step, key in enumerate(path):
        if step and isinstance(value, str):
            value = _literal(value)
        value = value.get(key) if isinstance(value, Mapping) else None
        if _is_missing(value, missing):
            return None
    return _list_in(value, column, missing, bullets=bullets) if column.endswith("[]") else value


def _list_in(value: object, column: str, missing: frozenset[str], *, bullets: bool) -> str | None:
    items = _literal(value) if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise Rejected(column, as_text(value), "expected a list, in JSON or as Python writes it")
    texts = [as_text(item) for item in items if not _is_missing(item, missing)]
    return ("\n".join(f"- {text}" for text in texts) if bullets else "; ".join(texts)) or None


def _is_missing(value: object, missing: frozenset[str]) -> bool:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, str) and (not value.strip() or value.strip() in missing)


def _literal(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def _amount(value: object, decimal: str) -> float | None:
    """Read a number of 0 or more. `decimal` is the decimal point of the file; thousands separators are ignored.

    Return None for 0, which files use for "no amount".
    """
    if isinstance(value, bool):
        raise Rejected("pay", value, "expected a number")
    text = re.sub(r"[\s\u00a0\u202f']", "", str(value))
    text = text.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    try:
        amount = float(text)
    except ValueError as error:
        rule = "expected a number; add the word to `missing`, or take the number out with `pattern`"
        raise Rejected("pay", as_text(value), rule) from error
    if not 0 <= amount < math.inf:
        raise Rejected("pay", as_text(value), "expected a number of 0 or more")
    return amount or None


def _truth(value: object) -> bool:
    word = as_text(value).lower()
    if word not in TRUTH:
        raise Rejected("truth", as_text(value), "expected true or false; say with `values` what the file's words mean")
    return TRUTH[word]
