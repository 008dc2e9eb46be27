"""Adverts in files that somebody has: CSV, JSON, Parquet, an Excel workbook or SQLite, read by a mapping in TOML.

`jobmarket backfill FILE --mapping M` archives the file like an answer of a server, the mapping in a header beside it,
so that reading needs nothing else and both are kept. `tabular_mapping.py` explains the keys of a mapping; mappings/
beside it has those of known dumps as examples.

A row that cannot be read, is left out, or has the id of one before is an issue that says which row and why; a value
that cannot be read is noted beside its posting.
"""

from __future__ import annotations

import ast
import base64
import binascii
import contextlib
import csv
import functools
import hashlib
import io
import math
import re
import sqlite3
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

import orjson
import pyarrow as pa

from extractors.reading.csv_tables import WORKBOOK, check_workbook, unpack_gzip
from extractors.reading.parquet_tables import open_parquet, read_batches
from extractors.response import Response
from extractors.sources.declaration import DeclaredList, Source
from extractors.sources.fetching import fetch_nothing
from extractors.sources.files.tabular_mapping import (
    AMOUNTS,
    DAYS,
    FORMATS,
    NEEDED,
    TRUTHS,
    Field,
    ReadMapping,
    mapping_in,
)
from transforms.pay.currency import currency_of
from transforms.place.places import Address
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay
from transforms.records.vocabulary import PERIODS, TEXT_CLASSES, TEXT_STATES
from transforms.text.rejects import Rejected, leave_out, shown_value

HOST = "https://tabular.invalid/"
MAPPING, DIGEST = "x-jobmarket-mapping", "x-jobmarket-digest"
"""Headers: the mapping in base 64, and what ties it to the file."""
MAX_BYTES = 1_000_000_000
"""Bytes a packed file may unpack to: what reading can hold in memory."""
MAX_UNPACKED = 300_000_000
"""Bytes the parts of a workbook may unpack to: a full sheet of a million rows has about 200 million."""
MAX_ROWS = 1_048_576
"""Rows of a sheet or table: what Excel can hold."""
MAX_CHARACTERS = 500_000_000
"""Characters of all cells of a sheet or table, a number or an empty cell counted as 8: what memory can hold."""
MAX_VALUES = 20_000_000
"""Values of a CSV or of JSON, by the marks between them: a million rows of twenty take a gigabyte or two."""
MAX_CELL = 16_000_000
"""Bytes of a database's cell, as of a CSV's."""
JSON_MARKS = ("{", "[", ",")
SQLITE = b"SQLite format 3\0"
UNREAD = {
    b"PK": "this is a zip and no Excel workbook (.xlsx): unpack it, or save the sheet as .xlsx",
    b"\xd0\xcf\x11\xe0": "this is an old Office file (.xls): save it as .xlsx",
}
"""How files begin that are none of these, and what to do."""
BROKEN_WORKBOOK = (
    *(zipfile.BadZipFile, zlib.error, ParseError, NotImplementedError, LookupError, ValueError, TypeError),
    *(AttributeError, EOFError, OSError, RuntimeError),
)
"""What zipfile and openpyxl raise on bytes that are no workbook."""
CLOSED = {"period": PERIODS, "tax": ("gross", "net"), "text_state": TEXT_STATES, "text_class": TEXT_CLASSES}
TRUTH = {"true": True, "t": True, "1": True, "yes": True, "y": True}
TRUTH |= {"false": False, "f": False, "0": False, "no": False, "n": False}
BETWEEN = {"text": "\n\n", "location": ", "}
"""What is set between several columns; a space elsewhere."""


def _declared_list(response: Response) -> DeclaredList | None:
    """The list that a file is all of, by its mapping; None: it is none, or has no mapping that can be read."""
    try:
        mapping = _mapped_of(response)
    except Rejected:
        return None
    complete_list = mapping.complete_list
    return DeclaredList(mapping.name, complete_list.max_age_days) if complete_list else None


SOURCE = Source(
    name="tabular",
    title="Files of adverts handed over",
    kind="aggregator",
    publisher="whoever made the file, as its mapping says",
    homepage="https://tabular.invalid/",
    endpoints=(HOST,),
    licence="Each file's own, stated in its mapping; nothing made from them is published",
    terms_url=None,
    terms_checked="2026-11-25; whoever hands a file over states its licence in the mapping",
    gives="adverts out of files of any shape, by a mapping",
    attribution="Adverts from files handed over by the operator.",
    is_republishable=False,
    is_verified=True,
    cadence="whenever a person runs `jobmarket backfill FILE --mapping M`",
    expected_rows=(1, 1_000_000),
    facts=(
        "Seven dumps of adverts and one collection of a company's openings were read by the mappings in "
        "mappings/, every row a posting or an issue. A file closes no posting, unless its mapping declares it a "
        "complete list of a stated scope. It is archived under an address that leads nowhere, with the mapping in a "
        "header, at the day in its name, else at the time it was last changed."
    ),
    access="file",
    declared_list=_declared_list,
)


class Row(NamedTuple):
    """A record of the file, numbered from 1 without the header. `problem` says why it has no cells."""

    number: int
    cells: Mapping[str, object]
    problem: str | None = None


fetch = fetch_nothing


def headers_for(mapping: bytes, body: bytes) -> dict[str, str]:
    """The headers that tie a mapping to a file."""
    return {MAPPING: base64.b64encode(mapping).decode(), DIGEST: _digest(mapping, body)}


def _digest(mapping: bytes, body: bytes) -> str:
    return f"sha256:{hashlib.sha256(b'%d:' % len(mapping) + mapping + body).hexdigest()}"


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """What every row says, or the reason why not."""
    mapping = _mapped_of(response)
    yield from _postings_of(mapping, rows_in(mapping, response.body))


def _mapped_of(response: Response) -> ReadMapping:
    """The mapping in the headers of a file. Raises `Rejected` where there is none, or it is another file's."""
    try:
        mapping = base64.b64decode(response.headers[MAPPING], validate=True)
    except (KeyError, binascii.Error) as error:
        rule = f"a mapping in the header {MAPPING} expected; take files in with `jobmarket backfill FILE --mapping M`"
        raise Rejected("response", response.body[:80].decode("utf-8", "replace"), rule) from error
    if response.headers.get(DIGEST) != _digest(mapping, response.body):
        raise Rejected("response", response.headers.get(DIGEST, ""), "the digest of this mapping and file expected")
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
            rule = f"row {row.number} has the id of row {before}: one posting"
            yield Issue(column_name="posting_id", value=shown_value(id), rule=rule, is_deliberate=True)
        else:
            yield _posting(mapping, values, issues)


def _reason_to_leave_out(mapping: ReadMapping, row: Row) -> Issue | None:
    for column, pattern in mapping.leave_out.items():
        value = _cell(row.cells, column, mapping.missing, bullets=False)
        if value is not None and pattern.search(_text(value)):
            rule = f"rows in whose {column} `{pattern.pattern}` is found are left out, as the mapping says"
            return leave_out(f"row {row.number}: {_text(value)}", rule)
    return None


def _posting(mapping: ReadMapping, values: dict[str, Any], issues: Sequence[Issue]) -> RawPosting:
    place = Address(values.get("location"), values.get("country"), values.get("region"), values.get("city"))
    pay = () if values.get("pay_is_predicted") else _pay(values)
    return RawPosting(
        source=SOURCE.name,
        id=f"{mapping.name}:{values['id']}",
        title=values["title"],
        url=values.get("url"),
        board=mapping.name,
        employer=values.get("employer"),
        department=values.get("department"),
        industry_text=values.get("industry_text"),
        requisition_id=values.get("requisition_id"),
        html=values.get("html"),
        text=values.get("text"),
        text_class=values.get("text_class"),
        text_state=values.get("text_state") if values.get("text") or values.get("html") else None,
        location_text=values.get("location"),
        addresses=[place] if any(place[1:]) else [],
        is_remote=values.get("is_remote"),
        workplace=values.get("workplace"),
        employment_type=values.get("employment_type"),
        posted_on=values.get("posted_on"),
        openings=values.get("openings"),
        valid_through=values.get("valid_through"),
        pay=pay,
        pay_text=None if values.get("pay_is_predicted") else values.get("pay_text"),
        language=values.get("language"),
        level=values.get("level"),
        issues=issues,
    )


def _pay(values: dict[str, Any]) -> tuple[Pay, ...]:
    low, high = values.get("pay_low"), values.get("pay_high")
    if low is None and high is None:
        return ()
    period = values.get("period")
    words = (" to ".join(_text(end) for end in (low, high) if end is not None), values.get("currency"), period)
    return (
        Pay(
            pay_text=" ".join(filter(None, words)),
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


def _values_of(mapping: ReadMapping, row: Row) -> tuple[dict[str, Any], list[Issue]]:
    """The fields of a row that can be read, and what is wrong with the others."""
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
    if name == "id":
        return _id(mapping, parts, cells)
    readings = [_part(mapping, part, cells, between=BETWEEN.get(name, " "), name=name) for part in parts]
    values = [value for value in readings if value is not None]
    if not values:
        if name in NEEDED:
            raise Rejected(name, "", f"a {name} expected; without one a row is no posting")
        return None
    if name in DAYS:
        return values[0]
    if name in AMOUNTS:
        return _amount(values[0], mapping.decimal)
    if name in TRUTHS:
        return _truth(values[0])
    text = BETWEEN.get(name, " ").join(map(_text, values))
    if name == "currency":
        code = currency_of(text)
        if code is None:
            raise Rejected(name, text, "an ISO 4217 code expected; say with `values` what the file's words mean")
        return code
    if text not in CLOSED.get(name, (text,)):
        choices = ", ".join(CLOSED[name])
        raise Rejected(name, text, f"one of {choices} expected; say with `values` what the file's words mean")
    return text


def _id(mapping: ReadMapping, parts: Sequence[Field], cells: Mapping[str, object]) -> str:
    """The one column's value, or a digest of all columns."""
    readings = [_part(mapping, part, cells, between="\x1f", name="id") for part in parts]
    texts = [_text(value) for value in readings if value is not None]
    if not texts:
        raise Rejected("posting_id", "", "an id expected; name as `id` the columns that tell adverts apart")
    if sum(len(part.columns) for part in parts) == 1:
        return texts[0]
    return hashlib.blake2b("\x1e".join(map(repr, readings)).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _part(mapping: ReadMapping, part: Field, cells: Mapping[str, object], *, between: str, name: str) -> object:
    """What a part of a field says, None when nothing."""
    if part.constant is not None:
        return part.constant
    readings = [_cell(cells, column, mapping.missing, bullets=name == "text") for column in part.columns]
    values = [value for value in readings if value is not None]
    if not values:
        return None
    if within := [value for value in values if isinstance(value, dict | list | tuple)]:
        rule = "one value expected; name what is meant inside this one (company.name, skills[])"
        raise Rejected(name, str(within[0]), rule)
    value = values[0] if len(values) == 1 else between.join(map(_text, values))
    if part.pattern is not None:
        match = part.pattern.search(_text(value))
        if match is None:
            raise Rejected(name, _text(value), f"what `{part.pattern.pattern}` finds expected; correct the pattern")
        value = match[1] if part.pattern.groups else match[0]
    if part.values is not None:
        if _text(value) not in part.values:
            words = ", ".join(part.values)
            raise Rejected(name, _text(value), f"one of {words} expected; add the word to `values` of {name}")
        value = part.values[_text(value)]
        if value == "":
            return None
    if part.format is not None and not isinstance(value, date):
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


def rows_in(mapping: ReadMapping, body: bytes) -> list[Row]:
    """The file's records. Raises `Rejected` when it cannot be read, or lacks a column that the mapping names."""
    content = unpack_gzip(body, largest=MAX_BYTES)
    none = Rejected("response", content[:80].decode("utf-8", "replace"), "a file with at least one row expected")
    if not content.strip():
        raise none
    kind = mapping.format or _kind_of(content, mapping)
    rows = READERS[kind](mapping, content)
    if not rows:
        raise none
    if len(rows) > MAX_ROWS:
        raise _too_many(len(rows))
    if columns := {name for row in rows for name in row.cells}:  # where no row could be read, each says why
        _check_columns(mapping, columns)
    return rows


def _check_columns(mapping: ReadMapping, columns: Collection[str]) -> set[str]:
    """Those of a file's columns that the mapping reads. Raises `Rejected` when it names one that the file lacks."""
    uses = dict.fromkeys(mapping.leave_out, "leave_out")
    uses |= {c: name for name, parts in mapping.fields.items() for part in parts for c in part.columns}
    stands_in = {c: c if c in columns else c.removesuffix("[]").split(".")[0] for c in uses}
    if lacking := [c for c in uses if stands_in[c] not in columns]:
        names = ", ".join(f"{c} (for {uses[c]})" for c in lacking)
        has = ", ".join(sorted(columns)) or "none"
        raise Rejected("response", names, f"columns that the file has expected: {has}; correct the mapping")
    return set(stands_in.values())


def _kind_of(content: bytes, mapping: ReadMapping) -> str:
    begin = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if content.startswith(b"PAR1"):
        return "parquet"
    if content.startswith(SQLITE):
        return "sqlite"
    if content.startswith(b"PK\3\4") and WORKBOOK.encode() in content:
        return "xlsx"
    for start, remedy in UNREAD.items():
        if content.startswith(start):
            raise Rejected("response", content[: len(start)].hex(), f"one of {', '.join(FORMATS)} expected; {remedy}")
    if begin == b"[" or (begin == b"{" and mapping.records is not None):
        return "json"
    return "jsonl" if begin == b"{" else "csv"


def _csv_rows(mapping: ReadMapping, content: bytes) -> list[Row]:
    _check_values(content, (mapping.delimiter, "\n", "\r"))
    try:
        text = content.decode("utf-8-sig" if mapping.encoding.lower() in ("utf-8", "utf8") else mapping.encoding)
        header, *lines = [
            line for line in csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter) if line
        ]
    except UnicodeDecodeError as error:
        rule = f"text in {mapping.encoding} expected ({error.reason} at byte {error.start}); state `encoding`"
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


def _json_rows(mapping: ReadMapping, content: bytes) -> list[Row]:
    _check_values(content, JSON_MARKS)
    try:
        value: object = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        begin = content[:80].decode("utf-8", "replace")
        raise Rejected("response", begin, f"JSON expected ({error}); state `format`") from error
    for key in mapping.records.split(".") if mapping.records else ():
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, list):
        rule = "a list of adverts expected; state in `records` where it stands (data.jobs)"
        raise Rejected("response", mapping.records or "", rule)
    return [_record(number, item) for number, item in enumerate(value, start=1)]


def _json_lines(mapping: ReadMapping, content: bytes) -> list[Row]:
    _check_values(content, (*JSON_MARKS, "\n"))
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


def _parquet_rows(mapping: ReadMapping, content: bytes) -> list[Row]:
    try:
        rows: list[Row] = []
        n_bytes = 0
        file = open_parquet(content)
        columns = _check_columns(mapping, file.schema_arrow.names)  # others, as of embeddings, may be large
        for batch in read_batches(file, columns=columns or None, most_rows=MAX_ROWS):
            n_bytes += batch.n_bytes
            if n_bytes > MAX_CHARACTERS:
                raise _too_many(len(rows))
            rows += [Row(number, cells) for number, cells in enumerate(batch.rows.to_pylist(), start=len(rows) + 1)]
    except (pa.ArrowException, OSError) as error:
        raise Rejected("response", "", f"a whole Parquet file expected ({error}); get the file again") from error
    return rows


def _workbook_rows(mapping: ReadMapping, content: bytes) -> list[Row]:
    return _join_tables(mapping, functools.partial(_sheet, content))


def _database_rows(mapping: ReadMapping, content: bytes) -> list[Row]:
    return _join_tables(mapping, functools.partial(_table, content))


def _join_tables(mapping: ReadMapping, read: Callable[[str | None], list[Row]]) -> list[Row]:
    """The rows of the mapping's table, each with the cells of the rows that belong to it in other tables."""
    rows = read(mapping.table)
    for name, join in mapping.joined.items():
        others: dict[str, Mapping[str, object]] = {}
        for _, cells, _ in sorted(read(name), key=lambda row: _text(row.cells.get(join.newest) or "")):
            if cells.get(join.on) is not None:
                others[_text(cells[join.on])] = cells  # the newest comes last
        missing = ", ".join(
            column for column in (join.on, join.newest) if not any(column in o for o in others.values())
        )
        if missing or not any(join.on in row.cells for row in rows):
            rule = (
                f"columns of {name} expected in `joined`, `on` also in the table it is joined to; correct the mapping"
            )
            raise Rejected("response", missing or join.on, rule)
        rows = [
            row._replace(
                cells={
                    **row.cells,
                    **{f"{name}.{c}": v for c, v in others.get(_text(row.cells.get(join.on)), {}).items()},
                }
            )
            for row in rows
        ]
    return rows


def _choose(name: str | None, names: Sequence[str], what: str) -> str:
    """The sheet or table that is named, or the only one. Raises `Rejected` that names those there are."""
    if name is None and len(names) == 1:
        return names[0]
    if name is None or name not in names:
        options = ", ".join(names) or "none"
        raise Rejected("response", name or "", f"the name of a {what} expected as `table`; the file has {options}")
    return name


def _sheet(content: bytes, name: str | None) -> list[Row]:
    """The rows of a workbook's sheet; its first line that is not empty is the header. Formulas have their last value.

    Nothing of the workbook is run. Raises `Rejected` when it would unpack to more than memory can hold.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 (a fifth of a second that only a workbook needs)

    try:
        check_workbook(content, largest=MAX_UNPACKED)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        with contextlib.closing(workbook):
            sheet = workbook[_choose(name, [sheet.title for sheet in workbook.worksheets], "sheet")]
            sheet.reset_dimensions()  # what the file says of its size may be wrong
            lines = _bound_rows(sheet.iter_rows(values_only=True))
            header = next((line for line in lines if any(cell is not None for cell in line)), ())
            columns = [(place, str(cell).strip()) for place, cell in enumerate(header) if cell is not None]
            if doubles := sorted(name for name, n in Counter(column for _, column in columns).items() if n > 1):
                rule = "columns of different names expected; rename or remove those that stand twice"
                raise Rejected("response", ", ".join(doubles), rule)
            return [
                Row(number, {column: _day_or(line[i]) if i < len(line) else None for i, column in columns})
                for number, line in enumerate(lines, start=1)
                if any(cell is not None for cell in line)
            ]
    except Rejected:
        raise
    except BROKEN_WORKBOOK as error:
        raise Rejected("response", "", f"a whole Excel workbook expected ({error}); save it again as .xlsx") from error


def _day_or(cell: object) -> object:
    """A cell's value; a time at midnight is a day, which is how a sheet holds days."""
    return cell.date() if isinstance(cell, datetime) and cell.time() == time() else cell


def _table(content: bytes, name: str | None) -> list[Row]:
    """The rows of a table of an SQLite database, in its order.

    Nothing of the file is run: views and virtual tables, which are code, are refused, and columns that are computed
    are not read.
    """
    content = content[:18] + b"\1\1" + content[20:]  # without a log of its own, which SQLite would look for beside it
    try:
        with contextlib.closing(sqlite3.connect(":memory:")) as con:
            con.deserialize(content)
            con.execute("PRAGMA trusted_schema = OFF")
            con.execute("PRAGMA cell_size_check = ON")
            con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL)
            con.set_authorizer(_allow_reading)
            con.text_factory = lambda raw: raw.decode("utf-8", "replace")
            objects = con.execute("SELECT name, type, rootpage FROM sqlite_schema ORDER BY name").fetchall()
            tables = [n for n, kind, page in objects if kind == "table" and page and not n.startswith("sqlite_")]
            table = _quote(_choose(name, tables, "table (no view)"))
            columns = [column for _, column, *_ in con.execute(f"PRAGMA table_info({table})")]  # without computed ones
            lines = con.execute(f"SELECT {', '.join(map(_quote, columns))} FROM {table}")
            return [
                Row(number, dict(zip(columns, map(_text_or, line), strict=True)))
                for number, line in enumerate(_bound_rows(lines), start=1)
            ]
    except Rejected:
        raise
    except (sqlite3.Error, ValueError) as error:  # ValueError: what SQLite says of a damaged schema is no UTF-8
        rule = f"a whole SQLite database expected ({error}); write the table into a new one, or export it as CSV"
        raise Rejected("response", "", rule) from error


def _allow_reading(action: int, name: str | None, *_: object) -> int:
    is_reading = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    is_look = action == sqlite3.SQLITE_PRAGMA and name == "table_info"
    return sqlite3.SQLITE_OK if is_reading or is_look else sqlite3.SQLITE_DENY


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text_or(cell: object) -> object:
    """A cell's value; bytes as the text they are, else in hexadecimal digits."""
    if not isinstance(cell, bytes):
        return cell
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.hex()


def _bound_rows(lines: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The lines of a sheet or table. Raises `Rejected` when they are more than memory can hold."""
    size = 0
    for number, line in enumerate(lines):
        size += sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in line)
        if number > MAX_ROWS or size > MAX_CHARACTERS:
            raise _too_many(number)
        yield line


def _too_many(number: int) -> Rejected:
    """A file that has more than memory can hold by the row of that number."""
    rule = f"at most {MAX_ROWS:,} rows with {MAX_CHARACTERS:,} characters expected; split the file"
    return Rejected("response", f"row {number}", rule)


def _check_values(content: bytes, marks: Sequence[str]) -> None:
    """Raise `Rejected` for a text with more values than memory can hold, by the marks that stand between them."""
    n_values = sum(content.count(mark.encode()) for mark in marks)
    if n_values > MAX_VALUES:
        value = f"{n_values:,} of {' '.join(map(repr, marks))}"
        raise Rejected("response", value, f"at most {MAX_VALUES:,} values expected; split the file")


READERS: dict[str, Callable[[ReadMapping, bytes], list[Row]]] = {
    "csv": _csv_rows,
    "json": _json_rows,
    "jsonl": _json_lines,
    "parquet": _parquet_rows,
    "xlsx": _workbook_rows,
    "sqlite": _database_rows,
}
