"""Read the rows of a file of adverts in CSV, JSON, Parquet, Excel or SQLite. Nothing in a file is executed."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from extractors.reading.csv_tables import WORKBOOK, unpack_gzip
from extractors.reading.parquet_tables import open_parquet, read_batches
from extractors.reading.workbooks import open_workbook
from extractors.sources.files.tabular_mapping import FORMATS, ReadMapping
from transforms.text.rejects import Rejected

MAX_BYTES = 1_000_000_000
"""Maximum size of a packed file after unpacking, in bytes. More would not fit in memory while the file is read."""
MAX_UNPACKED = 300_000_000
"""Maximum total size of the parts of a workbook after unpacking, in bytes. A full sheet of a million rows has about
200 million."""
MAX_ROWS = 1_048_576
"""Maximum number of rows of a sheet or table: the limit of Excel."""
MAX_CHARACTERS = 500_000_000
"""Maximum number of characters in all cells of a sheet or table. More would not fit in memory. A number or an empty
cell counts as 8 characters."""
MAX_VALUES = 20_000_000
"""Maximum number of values in a CSV or JSON file, estimated by counting the marks between values. A million rows of
twenty values take one or two gigabytes of memory."""
MAX_CELL = 16_000_000
"""Maximum size of a database's cell, in bytes: as large as the limit for a cell of a CSV."""
JSON_MARKS = ("{", "[", ",")
SQLITE = b"SQLite format 3\0"
UNREAD = {
    b"PK": "this is a zip but not an Excel workbook (.xlsx): unpack it, or save the sheet as .xlsx",
    b"\xd0\xcf\x11\xe0": "this is an old Office file (.xls): save it as .xlsx",
}
"""First bytes of kinds of files that we do not read, each with advice on what to do with such a file."""


class Row(NamedTuple):
    """A record of the file. `number` counts records from 1, without the header.

    `problem` says why the record could not be read; `cells` is then empty. It is None for records that were read.
    """

    number: int
    cells: Mapping[str, object]
    problem: str | None = None


def as_text(value: object) -> str:
    """Return a value as text. Whole numbers have no decimal point, since ids are sometimes stored as floats.

    Truth values are written as in JSON.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.strip() if isinstance(value, str) else str(value)


def rows_in(mapping: ReadMapping, body: bytes) -> list[Row]:
    """Return the records of a file. A record that cannot be read is a `Row` with a `problem`.

    Raise `Rejected` if the file cannot be read or lacks a column that the mapping names.
    """
    content = unpack_gzip(body, largest=MAX_BYTES)
    empty = Rejected("response", content[:80].decode("utf-8", "replace"), "expected a file with at least one row")
    if not content.strip():
        raise empty
    kind = mapping.format or _kind_of(content, mapping)
    rows = READERS[kind](mapping, content)
    if not rows:
        raise empty
    if len(rows) > MAX_ROWS:
        raise _too_many(len(rows))
    if columns := {name for row in rows for name in row.cells}:  # if no row could be read, each row says why
        _check_columns(mapping, columns)
    return rows


def _check_columns(mapping: ReadMapping, columns: Collection[str]) -> set[str]:
    """Return the columns of a file that the mapping uses. Raise `Rejected` if the file lacks one of them."""
    uses = dict.fromkeys(mapping.leave_out, "leave_out")
    uses |= {c: name for name, parts in mapping.fields.items() for part in parts for c in part.columns}
    column_of = {c: c if c in columns else c.removesuffix("[]").split(".")[0] for c in uses}
    if lacking := [c for c in uses if column_of[c] not in columns]:
        names = ", ".join(f"{c} (for {uses[c]})" for c in lacking)
        has = ", ".join(sorted(columns)) or "none"
        raise Rejected("response", names, f"expected columns that the file has ({has}); correct the mapping")
    return set(column_of.values())


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
            raise Rejected("response", content[: len(start)].hex(), f"expected one of {', '.join(FORMATS)}; {remedy}")
    if begin == b"[" or (begin == b"{" and mapping.records is not None):
        return "json"
    return "jsonl" if begin == b"{" else "csv"


def _csv_rows(mapping: ReadMapping, content: bytes) -> list[Row]:
    _check_values(content, (mapping.delimiter, "\n", "\r"))
    try:
        text = content.decode("utf-8-sig" if mapping.encoding.lower() in ("utf-8", "utf8") else mapping.encoding)
        header, *lines = filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter))
    except UnicodeDecodeError as error:
        rule = f"expected text in {mapping.encoding} ({error.reason} at byte {error.start}); state `encoding`"
        raise Rejected("response", repr(content[error.start : error.start + 20]), rule) from error
    except (csv.Error, ValueError) as error:
        rule = f"expected a CSV file with a header ({error}); if the file has another format, set `format`"
        raise Rejected("response", content[:80].decode("utf-8", "replace"), rule) from error
    return [_csv_row(number, header, line) for number, line in enumerate(lines, start=1)]


def _csv_row(number: int, header: Sequence[str], line: Sequence[str]) -> Row:
    if len(line) == len(header):
        return Row(number, dict(zip(header, line, strict=True)))
    rule = f"expected {len(header)} cells as in the header, not {len(line)}; look for a delimiter without quotes"
    return Row(number, {}, rule)


def _json_rows(mapping: ReadMapping, content: bytes) -> list[Row]:
    _check_values(content, JSON_MARKS)
    try:
        value: object = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        rule = f"expected JSON ({error}); if the file has another format, set `format`"
        raise Rejected("response", content[:80].decode("utf-8", "replace"), rule) from error
    for key in mapping.records.split(".") if mapping.records else ():
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, list):
        rule = "expected a list of adverts; give its path in `records` (data.jobs)"
        raise Rejected("response", mapping.records or "", rule)
    return [_record(number, item) for number, item in enumerate(value, start=1)]


def _json_lines(mapping: ReadMapping, content: bytes) -> list[Row]:
    _check_values(content, (*JSON_MARKS, "\n"))
    rows = []
    for number, line in enumerate(filter(bytes.strip, content.removeprefix(b"\xef\xbb\xbf").splitlines()), start=1):
        try:
            rows.append(_record(number, orjson.loads(line)))
        except orjson.JSONDecodeError as error:
            rows.append(Row(number, {}, f"expected a line of JSON ({error})"))
    if rows and all(row.problem for row in rows):
        rule = "expected a JSON object on each line; set `format` for another format, or `records` for a JSON document"
        raise Rejected("response", rows[0].problem or "", rule)
    return rows


def _record(number: int, item: object) -> Row:
    if isinstance(item, dict):
        return Row(number, item)
    return Row(number, {}, f"expected an object of names and values, not {str(item)[:80]!r}")


def _parquet_rows(mapping: ReadMapping, content: bytes) -> list[Row]:
    try:
        rows: list[Row] = []
        n_bytes = 0
        file = open_parquet(content)
        columns = _check_columns(mapping, file.schema_arrow.names)  # other columns, such as embeddings, may be large
        for batch in read_batches(file, columns=columns or None, most_rows=MAX_ROWS):
            n_bytes += batch.n_bytes
            if n_bytes > MAX_CHARACTERS:
                raise _too_many(len(rows))
            rows += [Row(number, cells) for number, cells in enumerate(batch.rows.to_pylist(), start=len(rows) + 1)]
    except (pa.ArrowException, OSError) as error:
        raise Rejected("response", "", f"expected a whole Parquet file ({error}); get the file again") from error
    return rows


def _join_tables(mapping: ReadMapping, read: Callable[[str | None], list[Row]]) -> list[Row]:
    rows = read(mapping.table)
    for name, join in mapping.joined.items():
        ordered = sorted(read(name), key=lambda row: as_text(row.cells.get(join.newest) or ""))
        others = {as_text(row.cells[join.on]): row.cells for row in ordered if row.cells.get(join.on) is not None}
        columns = {column for cells in others.values() for column in cells}
        missing = ", ".join(column for column in (join.on, join.newest) if column not in columns)
        if missing or not any(join.on in row.cells for row in rows):
            rule = f"expected columns of {name} in `joined`, and `on` also in the main table; correct the mapping"
            raise Rejected("response", missing or join.on, rule)
        for number, row in enumerate(rows):
            other = others.get(as_text(row.cells.get(join.on)), {})
            rows[number] = row._replace(cells={**row.cells, **{f"{name}.{c}": v for c, v in other.items()}})
    return rows


def _choose(name: str | None, names: Sequence[str], what: str) -> str:
    if name is None and len(names) == 1:
        return names[0]
    if name is None or name not in names:
        options = ", ".join(names) or "none"
        raise Rejected("response", name or "", f"expected the name of a {what} as `table`; the file has {options}")
    return name


def _sheet(content: bytes, name: str | None) -> list[Row]:
    expected, remedy = "a whole Excel workbook", "save it again as .xlsx"
    with open_workbook(content, largest=MAX_UNPACKED, expected=expected, remedy=remedy) as workbook:
        sheet = workbook[_choose(name, [sheet.title for sheet in workbook.worksheets], "sheet")]
        sheet.reset_dimensions()  # the size stated in the file may be wrong
        lines = _bound_rows(sheet.iter_rows(values_only=True))
        header = next((line for line in lines if any(cell is not None for cell in line)), ())
        columns = [(place, str(cell).strip()) for place, cell in enumerate(header) if cell is not None]
        if doubles := sorted(name for name, n in Counter(column for _, column in columns).items() if n > 1):
            rule = "expected columns with different names; rename or remove the duplicates"
            raise Rejected("response", ", ".join(doubles), rule)
        return [
            Row(number, {column: _day_or(line[i]) if i < len(line) else None for i, column in columns})
            for number, line in enumerate(lines, start=1)
            if any(cell is not None for cell in line)
        ]


def _day_or(cell: object) -> object:
    """Return a cell's value, but a time at midnight as a day, because sheets store days as times."""
    return cell.date() if isinstance(cell, datetime) and cell.time() == time() else cell


def _table(content: bytes, name: str | None) -> list[Row]:
    """Return the rows of a table in an SQLite database, in the order of the table.

    Views and virtual tables are refused, because they run code. Computed columns are not read.
    """
    content = content[:18] + b"\1\1" + content[20:]  # without a write-ahead log, which SQLite would look for
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
            columns = [column for _, column, *_ in con.execute(f"PRAGMA table_info({table})")]  # no computed columns
            lines = con.execute(f"SELECT {', '.join(map(_quote, columns))} FROM {table}")
            return [
                Row(number, dict(zip(columns, map(_text_or, line), strict=True)))
                for number, line in enumerate(_bound_rows(lines), start=1)
            ]
    except Rejected:
        raise
    except (sqlite3.Error, ValueError) as error:  # ValueError is raised if a damaged schema is not UTF-8
        rule = f"expected a whole SQLite database ({error}); write the table into a new one, or export it as CSV"
        raise Rejected("response", "", rule) from error


def _allow_reading(action: int, name: str | None, *_: object) -> int:
    is_reading = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    is_look = action == sqlite3.SQLITE_PRAGMA and name == "table_info"
    return sqlite3.SQLITE_OK if is_reading or is_look else sqlite3.SQLITE_DENY


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text_or(cell: object) -> object:
    if not isinstance(cell, bytes):
        return cell
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.hex()


def _bound_rows(lines: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    size = 0
    for number, line in enumerate(lines):
        size += sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in line)
        if number > MAX_ROWS or size > MAX_CHARACTERS:
            raise _too_many(number)
        yield line


def _too_many(number: int) -> Rejected:
    rule = f"expected at most {MAX_ROWS:,} rows with {MAX_CHARACTERS:,} characters; split the file"
    return Rejected("response", f"row {number}", rule)


def _check_values(content: bytes, marks: Sequence[str]) -> None:
    n_values = sum(content.count(mark.encode()) for mark in marks)
    if n_values > MAX_VALUES:
        value = f"{n_values:,} of {' '.join(map(repr, marks))}"
        raise Rejected("response", value, f"expected at most {MAX_VALUES:,} values; split the file")


READERS: dict[str, Callable[[ReadMapping, bytes], list[Row]]] = {
    "csv": _csv_rows,
    "json": _json_rows,
    "jsonl": _json_lines,
    "parquet": _parquet_rows,
    "xlsx": lambda mapping, content: _join_tables(mapping, functools.partial(_sheet, content)),
    "sqlite": lambda mapping, content: _join_tables(mapping, functools.partial(_table, content)),
}
