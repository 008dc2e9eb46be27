"""Read and check a mapping: TOML that says where a file of adverts has the id, the title, the pay and other fields.

A mapping has a `name` (part of the ids), the `licence` and the `attribution` of the file. Under `[fields]` it says
where each of `FIELDS` is: in a column, in several columns (an id from several columns is their digest), or in a table
with these keys:

    column, columns   where the value is: "salary", "company.name" (inside JSON or a literal), "skills[]" (a list)
    constant          a value for every row of the file
    pattern           a regular expression for RE2; its first group is used, or the whole match if it has none
    values            the meanings of the file's words, "" for no value; any other word becomes an issue
    format            how days are written, as for strptime
    heading           a line above this part of the text ("Requirements")

A mapping may also have these keys:

    missing           values that mean "not stated", in addition to empty values
    decimal           "," if the file writes a comma for the decimal point
    format            csv, json, jsonl, parquet, xlsx or sqlite; by default the content decides
    delimiter         the delimiter of a CSV
    encoding          the encoding of a CSV
    records           the path to the list in a JSON file
    table             the sheet of a workbook or the table of a database; required if there are several
    joined            tables with more columns for the same rows (see below)
    leave_out         columns, each with a regular expression: rows in which it matches are left out
    complete_list     a promise that each file is complete on its day (see below)

A joined table such as [joined.salaries] has `on`, the column that both tables have, and `newest`. If several rows have
the same value in `on`, the row with the highest value in `newest` counts. A field refers to a joined column as
"salaries.amount".

With [complete_list], adverts that a later file lacks are closed. `scope` says in words what the files are complete for.
`max_age_days` is given if the list drops adverts of that age: an advert that old by `posted_on`, or of unknown age, is
not closed when it disappears. The files of one mapping are one list, with at most one file a day. Another list needs
its own mapping.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from extractors.sources.files.tabular_pattern import Pattern, compile_pattern
from transforms.text.rejects import Rejected

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
KEYS = (
    "name", "licence", "attribution", "fields", "missing", "decimal", "format", "delimiter", "encoding", "records",
    "table", "joined", "leave_out", "complete_list",
)  # fmt: skip
FORMATS = ("csv", "json", "jsonl", "parquet", "xlsx", "sqlite")
FIELD_KEYS = ("column", "columns", "constant", "pattern", "values", "format", "heading")
TEXTS = (
    "title", "url", "employer", "department", "requisition_id", "html", "text", "location", "country", "region", "city",
    "industry_text", "openings", "workplace", "employment_type", "level", "language", "pay_text", "text_state",
    "text_class", "currency", "period", "tax",
)  # fmt: skip
DAYS = ("posted_on", "valid_through")
AMOUNTS = ("pay_low", "pay_high")
TRUTHS = ("is_remote", "pay_is_predicted")
FIELDS = ("id", *TEXTS, *DAYS, *AMOUNTS, *TRUTHS)
"""Fields of an advert that a mapping may name. `pay_is_predicted` says that the pay of a row is an estimate and was not
stated in the advert."""
NEEDED = ("id", "title")


@dataclass(frozen=True, kw_only=True)
class Field:
    """Where a field's value, or a part of it, is and how to read it. Either `columns` or `constant` is given."""

    columns: tuple[str, ...] = ()
    constant: object = None
    pattern: Pattern | None = None
    values: Mapping[str, object] | None = None
    format: str | None = None
    heading: str | None = None


@dataclass(frozen=True, kw_only=True)
class Join:
    """How to join another table by its column `on`. Of several rows, the one with the highest `newest` counts."""

    on: str
    newest: str


@dataclass(frozen=True, kw_only=True)
class CompleteList:
    """The promise of a mapping that each file is a complete list. `scope` says in words what the list is complete for.

    `max_age_days` is the age at which the list drops adverts, or None if it keeps adverts of any age.
    """

    scope: str
    max_age_days: int | None


@dataclass(frozen=True, kw_only=True)
class ReadMapping:
    """A mapping that was read and checked.

    `fields` has several parts for a field whose columns are read in different ways.
    """

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
    table: str | None
    joined: Mapping[str, Join]
    leave_out: Mapping[str, Pattern]
    complete_list: CompleteList | None


@functools.lru_cache(maxsize=16)
def mapping_in(content: bytes) -> ReadMapping:
    """Read a mapping from TOML. Raise `Rejected`, which names the wrong key or value and what was expected instead."""
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Rejected("mapping", "", f"expected TOML ({error})") from error
    _check_keys("the mapping", table, KEYS)
    name = _text(table, "name")
    fields: Any = table.get("fields")
    _expect(NAME.fullmatch(name), name, "expected a name of small letters, digits, _ and -")
    _expect(isinstance(fields, dict), "fields", "expected a table [fields]")
    _check_keys("[fields]", fields, FIELDS)
    lacking = [field for field in NEEDED if field not in fields]
    _expect(not lacking, ", ".join(lacking), "expected a column for it in [fields]")
    missing, decimal, kind = table.get("missing", []), _text(table, "decimal", "."), table.get("format")
    _expect(_is_texts(missing), missing, "expected a list of words in `missing`")
    is_known = decimal in (".", ",") and kind in (None, *FORMATS)
    _expect(is_known, (decimal, kind), f"expected a `decimal` of . or , and a `format` of {FORMATS}")
    return ReadMapping(
        name=name,
        licence=_text(table, "licence"),
        attribution=_text(table, "attribution"),
        fields={field: _parts(field, entry) for field, entry in fields.items()},
        missing=frozenset(missing),
        decimal=decimal,
        format=kind,
        delimiter=_text(table, "delimiter", ","),
        encoding=_text(table, "encoding", "utf-8"),
        records=_text(table, "records", "") or None,
        table=_text(table, "table", "") or None,
        joined={name: _join(name, entry) for name, entry in _tables(table, "joined").items()},
        leave_out={c: _pattern(f"leave_out of {c}", entry) for c, entry in _tables(table, "leave_out").items()},
        complete_list=_complete_list(table["complete_list"], fields) if "complete_list" in table else None,
    )


def _join(name: str, table: Any) -> Join:
    _expect(isinstance(table, dict), table, f"expected a table [joined.{name}] with `on` and `newest`")
    _check_keys(f"[joined.{name}]", table, ("on", "newest"))
    return Join(on=_text(table, "on"), newest=_text(table, "newest"))


def _complete_list(table: Any, fields: Mapping[str, object]) -> CompleteList:
    _expect(isinstance(table, dict), table, "expected a table [complete_list] with `scope`, in words")
    _check_keys("[complete_list]", table, ("scope", "max_age_days"))
    age = table.get("max_age_days")
    is_number = age is None or (type(age) is int and age >= 1)
    _expect(is_number, age, "expected a number of days of 1 or more as `max_age_days` of [complete_list]")
    is_dated = age is None or "posted_on" in fields
    _expect(is_dated, age, "expected `posted_on` in [fields]: `max_age_days` counts from that day")
    return CompleteList(scope=_text(table, "scope"), max_age_days=age)


def _parts(name: str, entry: object) -> tuple[Field, ...]:
    parts = entry if isinstance(entry, list) else [entry]
    _expect(parts, entry, f"expected a column for {name}")
    return tuple(_field(name, {"column": part} if isinstance(part, str) else part) for part in parts)


def _field(name: str, table: Any) -> Field:
    _expect(isinstance(table, dict), table, f"expected a column or a table for {name}")
    _check_keys(f"the table of {name}", table, FIELD_KEYS)
    columns = table.get("columns", [table["column"]] if "column" in table else [])
    _expect(_is_texts(columns) and all(columns), columns, f"expected names of columns for {name}")
    is_either = bool(columns) != ("constant" in table)
    _expect(is_either, str(table), f"expected either columns or a constant for {name}")
    values = table.get("values")
    is_table = values is None or isinstance(values, dict)
    _expect(is_table, values, f"expected a table of words and their meanings in `values` of {name}")
    pattern = _pattern(name, table["pattern"]) if "pattern" in table else None
    rest = {key: table.get(key) for key in ("constant", "format", "heading")}
    return Field(columns=tuple(columns), pattern=pattern, values=values, **rest)


def _pattern(name: str, pattern: Any) -> Pattern:
    try:
        return compile_pattern(pattern)
    except (ValueError, TypeError) as error:
        raise Rejected("mapping", pattern, f"expected a regular expression for {name} ({error})") from error


def _tables(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    tables: Any = table.get(key, {})
    _expect(isinstance(tables, dict), tables, f"expected a table [{key}]")
    return dict(tables)


def _text(table: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    is_text = isinstance(value, str) and (default is not None or value.strip())
    _expect(is_text, value, f"expected a text as `{key}`")
    return str(value)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _check_keys(where: str, table: Mapping[str, Any], keys: Collection[str]) -> None:
    unknown = sorted(table.keys() - set(keys))
    _expect(not unknown, ", ".join(unknown), f"expected one of {', '.join(sorted(keys))} in {where}")


def _expect(is_right: object, value: object, rule: str) -> None:
    if not is_right:
        raise Rejected("mapping", value, rule)
