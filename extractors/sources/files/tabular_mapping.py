"""The mapping of a file of adverts: TOML that says where id, title, pay and the rest stand, as read and checked.

A mapping has a `name` (part of the ids), the `licence` and the `attribution` of the file, and under `[fields]` where
each of `FIELDS` stands: a column, several ("id" of several columns is their digest), or a table of

    column, columns   where it stands: "salary", "company.name" (inside JSON or a Python literal), "skills[]" (a list)
    constant          what holds for every row of the file
    pattern           a regular expression, as RE2 takes it; its group, or what it matches, is taken
    values            what the file's words mean; "" for nothing. A word that is not there is an issue, never a guess
    format            how days are written, as strptime takes it
    heading           a line set before a part of the text ("Requirements")

and may have

    missing           values that mean "not stated", beside empty ones
    decimal           "," where it is not a point
    format            csv, json, jsonl, parquet, xlsx or sqlite; else told by the content
    delimiter, encoding   of a CSV
    records           path to the list in JSON
    table             the workbook's sheet, or the database's table; needed where there are several
    joined            tables whose rows belong to those: [joined.salaries] with `on`, the column both have, and
                      `newest`, the column whose highest value says which row counts. Its columns are "salaries.amount"
    leave_out         columns, each with a regular expression: rows in which it finds something are left out
    complete_list     says that each file is all there is on its day, so that what a later one lacks is closed:
                      [complete_list] with `scope`, of what it is all, in words, and, where the list drops adverts by
                      age, `max_age_days`: one that old by `posted_on`, or of unknown age, leaves without being closed.
                      Files of one mapping are one list, at most one a day; another list needs a mapping of its own
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from extractors.sources.files.tabular_pattern import Pattern, compile_pattern
from transforms.text.rejects import Rejected

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
KEYS = frozenset(
    (
        *("name", "licence", "attribution", "fields", "missing", "decimal", "format", "delimiter", "encoding"),
        *("records", "table", "joined", "leave_out", "complete_list"),
    )
)
FORMATS = ("csv", "json", "jsonl", "parquet", "xlsx", "sqlite")
FIELD_KEYS = frozenset(("column", "columns", "constant", "pattern", "values", "format", "heading"))
TEXTS = (
    *("title", "url", "employer", "department", "requisition_id", "html", "text", "location", "country", "region"),
    *(
        "city",
        "industry_text",
        "openings",
        "workplace",
        "employment_type",
        "level",
        "language",
        "pay_text",
        "text_state",
        "text_class",
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


@dataclass(frozen=True, kw_only=True)
class Field:
    """Where a field stands and how it is read. One of `columns` and `constant` is given."""

    columns: tuple[str, ...] = ()
    constant: object = None
    pattern: Pattern | None = None
    values: Mapping[str, object] | None = None
    format: str | None = None
    heading: str | None = None


@dataclass(frozen=True, kw_only=True)
class Join:
    """How rows of another table are joined: by the column `on`; of several, the one that is highest in `newest`."""

    on: str
    newest: str


@dataclass(frozen=True, kw_only=True)
class CompleteList:
    """Of what each file is all, in words, and from which age in days the list drops adverts; None: it drops none."""

    scope: str
    max_age_days: int | None


@dataclass(frozen=True, kw_only=True)
class ReadMapping:
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
    table: str | None
    joined: Mapping[str, Join]
    leave_out: Mapping[str, Pattern]
    complete_list: CompleteList | None


@functools.lru_cache(maxsize=16)
def mapping_in(content: bytes) -> ReadMapping:
    """A mapping as read from TOML. Raises `Rejected` that names the key, what it says, and what was expected."""
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Rejected("mapping", "", f"TOML expected ({error})") from error
    _check_keys("the mapping", table, KEYS)
    name, fields = _mapping_text(table, "name"), table.get("fields")
    if not NAME.fullmatch(name):
        raise Rejected("mapping", name, "a name of small letters, digits, _ and - expected")
    if not isinstance(fields, dict):
        raise Rejected("mapping", "fields", "a table [fields] expected")
    _check_keys("[fields]", fields, frozenset(FIELDS))
    if lacking := [field for field in NEEDED if field not in fields]:
        raise Rejected("mapping", ", ".join(lacking), "a column for it expected in [fields]")
    missing = table.get("missing", [])
    if not isinstance(missing, list) or not all(isinstance(word, str) for word in missing):
        raise Rejected("mapping", missing, "a list of words expected in `missing`")
    decimal, kind = _mapping_text(table, "decimal", "."), table.get("format")
    if decimal not in (".", ",") or kind not in (None, *FORMATS):
        raise Rejected("mapping", (decimal, kind), f"a `decimal` of . or , and a `format` of {FORMATS} expected")
    return ReadMapping(
        name=name,
        licence=_mapping_text(table, "licence"),
        attribution=_mapping_text(table, "attribution"),
        fields={field: _parts(field, entry) for field, entry in fields.items()},
        missing=frozenset(missing),
        decimal=decimal,
        format=kind,
        delimiter=_mapping_text(table, "delimiter", ","),
        encoding=_mapping_text(table, "encoding", "utf-8"),
        records=_mapping_text(table, "records", "") or None,
        table=_mapping_text(table, "table", "") or None,
        joined={name: _join(name, entry) for name, entry in _tables_in(table, "joined").items()},
        leave_out={c: _pattern(f"leave_out of {c}", entry) for c, entry in _tables_in(table, "leave_out").items()},
        complete_list=_complete_list(table["complete_list"], fields) if "complete_list" in table else None,
    )


def _tables_in(table: Mapping[str, object], key: str) -> dict[str, object]:
    tables = table.get(key, {})
    if not isinstance(tables, dict):
        raise Rejected("mapping", tables, f"a table [{key}] expected")
    return tables


def _join(name: str, table: object) -> Join:
    if not isinstance(table, dict):
        raise Rejected("mapping", table, f"a table [joined.{name}] with `on` and `newest` expected")
    _check_keys(f"[joined.{name}]", table, frozenset(("on", "newest")))
    return Join(on=_mapping_text(table, "on"), newest=_mapping_text(table, "newest"))


def _complete_list(table: object, fields: Mapping[str, object]) -> CompleteList:
    if not isinstance(table, dict):
        raise Rejected("mapping", table, "a table [complete_list] with `scope`, in words, expected")
    _check_keys("[complete_list]", table, frozenset(("scope", "max_age_days")))
    age = table.get("max_age_days")
    if age is not None and (type(age) is not int or age < 1):
        raise Rejected("mapping", age, "a number of days of 1 or more expected as `max_age_days` of [complete_list]")
    if age is not None and "posted_on" not in fields:
        raise Rejected("mapping", age, "`posted_on` expected in [fields]: `max_age_days` counts from that day")
    return CompleteList(scope=_mapping_text(table, "scope"), max_age_days=age)


def _pattern(name: str, pattern: object) -> Pattern:
    try:
        return compile_pattern(pattern)  # type: ignore[arg-type]  # whatever TOML holds
    except (ValueError, TypeError) as error:
        raise Rejected("mapping", pattern, f"a regular expression expected for {name} ({error})") from error


def _check_keys(where: str, table: Mapping[str, object], keys: frozenset[str]) -> None:
    if unknown := sorted(table.keys() - keys):
        raise Rejected("mapping", ", ".join(unknown), f"in {where} one of {', '.join(sorted(keys))} expected")


def _mapping_text(table: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise Rejected("mapping", value, f"a text expected as `{key}`")
    return value


def _parts(name: str, entry: object) -> tuple[Field, ...]:
    """The parts of a field: of a column, a table, or a list of both."""
    many = entry if isinstance(entry, list) else [entry]
    if not many:
        raise Rejected("mapping", entry, f"a column expected for {name}")
    return tuple(_field(name, {"column": one} if isinstance(one, str) else one) for one in many)


def _field(name: str, table: object) -> Field:
    if not isinstance(table, dict):
        raise Rejected("mapping", table, f"a column or a table expected for {name}")
    _check_keys(f"the table of {name}", table, FIELD_KEYS)
    columns = table.get("columns", [table["column"]] if "column" in table else [])
    if not isinstance(columns, list) or not all(isinstance(column, str) and column for column in columns):
        raise Rejected("mapping", columns, f"names of columns expected for {name}")
    if bool(columns) == ("constant" in table):
        raise Rejected("mapping", str(table), f"either columns or a constant expected for {name}")
    values = table.get("values")
    if values is not None and not isinstance(values, dict):
        raise Rejected("mapping", values, f"a table of words and their meanings expected in `values` of {name}")
    return Field(
        columns=tuple(columns),
        constant=table.get("constant"),
        pattern=_pattern(name, table["pattern"]) if "pattern" in table else None,
        values=values,
        format=table.get("format"),
        heading=table.get("heading"),
    )
