"""Everything derived from the table classes and SQL files: DDL, views, macros, comments, Arrow schemas and tables.

The declarations are in `tables.py`, `mart_tables/`, `ops_tables.py` and `views/`; no connection is needed. The refine
workers import this module, so it imports neither DuckDB nor Great Expectations.
"""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from operator import attrgetter
from string import Template
from textwrap import indent
from typing import Any

import pyarrow as pa

from transforms.pay.reported import min_years_of_levels
from transforms.records import vocabulary
from transforms.records.columns import Column, Field, fields_of, table_of
from transforms.records.definitions import (
    BRIDGE_DAYS,
    CLOSING_DAYS,
    MAX_DAYS_APART,
    MIN_ANSWERED,
    MIN_STATED,
    SURVEY_RATE_DAYS,
)
from transforms.text.lookups import cells_of
from warehouse.mart_tables import HISTORIES, Days
from warehouse.sql_files import FOLDER, read_view
from warehouse.tables import SupersededVersions, all_tables

SCHEMAS = ("core", "mart", "ops", "published")
FILES_ONLY = "refined"  # the schema whose tables are Parquet files, not tables of a database

_UTC = pa.timestamp("us", tz="UTC")
_TYPES = {
    str: ("VARCHAR", pa.string()),
    int: ("BIGINT", pa.int64()),
    float: ("DOUBLE", pa.float64()),
    bool: ("BOOLEAN", pa.bool_()),
    date: ("DATE", pa.date32()),
    datetime: ("TIMESTAMP WITH TIME ZONE", _UTC),
}
SQL_TYPES = {kind: sql for kind, (sql, _) in _TYPES.items()}
_ARROW_TYPES = {kind: arrow for kind, (_, arrow) in _TYPES.items()}
_PROVENANCE = [pa.field("record", pa.int64(), nullable=False), pa.field("observed_at", _UTC, nullable=False)]

SHOWN_AS_CHANGES = (
    *("title", "employer", "department", "location_text", "country", "subdivision", "city", "workplace"),
    *("employment_type", "posted_on", "valid_through", "pay_text", "pay_low", "pay_high", "currency", "period"),
    *("text_state", "text_hash"),
)
"""Columns whose changes core.posting_changes shows: what adverts state, not how the pipeline reads it."""


# --- views and macros -------------------------------------------------------------------------------


def ident(name: str) -> str:
    """Quote a name as an SQL identifier. (`end` and `row`, for example, are reserved words.)"""
    return '"' + name.replace('"', '""') + '"'


def digest_select(columns: Iterable[str], nested: Iterable[str]) -> str:
    """Return the SELECT list of a digest of rows, in any order: their number, and the sum of their hashes.

    `nested` names the columns of lists and structs: DuckDB gives NULL and an empty value the same hash, so whether they
    are NULL is hashed too. Rows are hashed twice, because DuckDB combines the hashes of columns by XOR.
    """
    values = [*map(ident, columns), *(f"{ident(name)} IS NULL" for name in nested)]
    return f"count(*), sum(hash(hash(row({', '.join(values)})))::HUGEINT)"


def literal(text: str) -> str:
    """Quote a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def among(words: Sequence[str]) -> str:
    """Return texts as the right-hand side of SQL's IN."""
    return f"({', '.join(map(literal, words))})"


MAX_PRICE_AGE, MAX_PRICE_CHANGE = 2, 0.10
"""How many years a price level may be older than the pay, and the most that it may have changed in its last year.

Price levels are published a year or more late. Within these limits they err by about as much as pay itself moves.
"""
ALL_DAYS = 36_500  # the `window_days` of a window that covers everything ever read
PARAMETERS: Mapping[str, object] = {
    "ai_core": among(vocabulary.AI_CORE),
    "ai_groups": among(vocabulary.AI_GROUPS),
    "ai_jobs": literal(vocabulary.AI_JOBS),
    "all_days": ALL_DAYS,
    "agency": literal(vocabulary.AGENCY),
    "bridge_days": BRIDGE_DAYS.value,
    "closing_days": CLOSING_DAYS.value,
    "compared_groups": among(vocabulary.COMPARED_GROUPS),
    "contractor": literal(vocabulary.CONTRACTOR),
    "days_of_yield": vocabulary.DAYS_OF_YIELD,
    "dead_after": vocabulary.DEAD_AFTER,
    "employee": literal(vocabulary.EMPLOYEE),
    "end_of_day": "((as_of::DATE + 1)::TIMESTAMP AT TIME ZONE 'UTC')",
    "experience_bands": " ".join(
        f"WHEN p.years_experience >= {first} AND p.years_experience < {below} THEN {literal(band)}"
        for band, (first, below) in vocabulary.EXPERIENCE_BANDS.items()
    ),
    "experience_levels": " ".join(
        f"WHEN p.years_experience >= {years} THEN {literal(level)}"
        for level, years in reversed(min_years_of_levels().items())
    ),
    "full_advert": literal(vocabulary.FULL_ADVERT),
    "last_night": "'infinity'::DATE",
    "max_apart": MAX_DAYS_APART.value,
    "max_days": SURVEY_RATE_DAYS.value,
    "max_price_age": MAX_PRICE_AGE,
    "max_price_change": MAX_PRICE_CHANGE,
    "min_answered": MIN_ANSWERED.value,
    "min_stated": MIN_STATED.value,
    "open_contract": literal(vocabulary.OPEN_CONTRACT),
    "premium_over": literal(vocabulary.PREMIUM_OVER),
    "rhythm": vocabulary.MEMBER_RHYTHM,
    "sampled": literal(vocabulary.SAMPLED_GROUP),
    "stock": literal(vocabulary.STOCK),
    "text_classes": f"[{', '.join(map(literal, vocabulary.TEXT_CLASSES))}]",
    "unclear_contracts": ", ".join(literal(row["country"]) for row in cells_of("unclear_contracts")),
    "unread": literal(vocabulary.UNREAD),
    "whole_classes": among(vocabulary.WHOLE_CLASSES),
}
"""The text that replaces `$name` in every view and macro: numbers and words that are defined elsewhere."""


def read_declared(name: str, **own: str) -> tuple[str, str]:
    """Return the meaning and the SELECT of a file in `views/`, with `PARAMETERS` and the parameters `own` filled in."""
    return read_view(name, **PARAMETERS, **own)


def dates_of(boards: str) -> str:
    """Return a SELECT of when each posting was first and last seen, closed and reopened.

    The times follow from the posting's intervals in `boards`, which is core.posting_boards or a part of it.
    """
    return read_declared("postings/posting_dates", intervals=_intervals_of(boards))[1]


def _intervals_of(boards: str) -> str:
    return read_declared("postings/listed_intervals", boards=boards)[1]


def pay_observations(adverts: str) -> tuple[str, str]:
    """Return the meaning and SELECT of the pay that `adverts` (a table or macro) offer: a row per job and region."""
    parts = {
        "not_full_time": why_not_full_time("p", period="o.period", contract="o.contract"),
        "not_in_band": why_not_in_band("o"),
        "counted_contract": read_declared("pay/counted_contract", contract="o.contract")[1],
    }
    return read_declared("pay/pay_observations", adverts=adverts, **parts)


def why_not_full_time(advert: str, *, period: str, contract: str) -> str:
    """Return SQL for why pay per `period` for `contract` in the row `advert` is not for full-time work, or NULL."""
    columns = {name: f"{advert}.{name}" for name in ("seniority", "role", "employment_type")}
    return read_declared("pay/pay_not_full_time", period=period, contract=contract, **columns)[1]


def why_not_in_band(pay: str, *, of_advert: str = "") -> str:
    """Return SQL for why the full-time pay in the row `pay` enters no band; NULL if it does.

    `of_advert` begins the names of columns of pay in an advert's own row ("pay_").
    """
    columns = {name: f"{pay}.{of_advert}{name}" for name in ("flag", "tax", "contract", "country")}
    columns |= {name: f"{pay}.{name}" for name in ("annual_low", "annual_high")}
    return read_declared("pay/pay_not_in_band", **columns)[1]


def _expires_on(last_seen_at: str, valid_through: str) -> str:
    """Return SQL for the last day on which an unseen advert counts as open; NULL if there is none."""
    seen_on = f"({last_seen_at} AT TIME ZONE 'UTC')::DATE"
    return f"greatest({seen_on}, coalesce({valid_through}, {seen_on} + s.expires_after_days::INTEGER))"


_STOCK = "stock_postings(as_of)"
_OWN: Mapping[str, Mapping[str, str]] = {
    "postings/posting_versions": {
        "version_columns": ", ".join(ident(f.name) for f in fields_of(SupersededVersions) if f.name != "version_to")
    },
    "postings/posting_changes": {
        "changed_columns": ",\n    ".join(
            f"{{'column_name': '{name}', 'old_value': o.{name}::VARCHAR, 'new_value': n.{name}::VARCHAR}}"
            for name in SHOWN_AS_CHANGES
        )
    },
    "postings/posting_intervals": {
        "intervals": _intervals_of("core.posting_boards"),
        "expires_on": _expires_on("i.last_seen_at", "p.valid_through"),
    },
    "jobs/skill_candidates": {"employer": read_declared("jobs/counted_employer")[1]},
    "postings/postings_as_of": {
        "dates": dates_of(f"(\n{indent(read_declared('postings/boards_known')[1], ' ' * 8)}\n    )"),
        "expires_on": _expires_on("k.last_seen_at", "v.valid_through"),
    },
    "postings/stock_postings": {"expires_on": _expires_on("least(l.last_seen_at, l.read_at)", "l.valid_through")},
    "jobs/counted_jobs": {"adverts": _STOCK},
    "pay/compared_pay": {
        "counted_contract": read_declared("pay/counted_contract", contract="p.pay_contract")[1],
        "not_full_time": why_not_full_time("p", period="p.period", contract="p.pay_contract"),
        "not_in_band": why_not_in_band("p", of_advert="pay_"),
    },
    "jobs/jobs_with_skills": {"adverts": _STOCK, "jobs": "counted_jobs(as_of)"},
}
"""Parameters that only one view or macro has."""


def _read_all(*files: str) -> dict[str, tuple[str, str]]:
    return {file.partition("/")[2]: read_declared(file, **_OWN.get(file, {})) for file in files}


_VIEWS = _read_all(
    *("postings/publishable_postings", "pay/usd_rates", "postings/posting_versions", "postings/posting_changes"),
    *("postings/posting_intervals", "boards/reading_gaps", "boards/broken_answers", "boards/board_answers"),
    *("boards/board_states", "jobs/skill_candidates"),
)
VIEWS = {f"core.{name}": view for name, view in _VIEWS.items()}
"""Views over tables: name -> (meaning, SELECT). A view comes after the views that it reads."""
BOARD_STATES_ON = read_view("boards/board_states", **{**PARAMETERS, "last_night": "$as_of"})[1]
"""The SELECT of core.board_states for the day in the parameter `as_of`."""
MART_VIEWS = {f"published.{name}": read_declared(f"published/{name}") for name in ("lists", "figures")}
"""Views over marts and vintages: name -> (meaning, SELECT)."""
MACROS = {
    **_read_all(
        *("jobs/counted_employer", "postings/postings_as_of", "postings/open_jobs", "boards/board_readings"),
        *("postings/stock_postings", "postings/new_postings", "boards/panel_boards", "boards/panel_jobs"),
        *("boards/panel_nights", "jobs/counted_jobs", "jobs/job_regions", "jobs/jobs_with_skills"),
        "jobs/reference_periods",
    ),
    "pay_observations": pay_observations(_STOCK),
    **_read_all(
        *("pay/pay_disclosures", "pay/official_pay", "pay/silent_jobs", "jobs/frame_adverts", "jobs/frame_jobs"),
        *(
            "jobs/frame_boards",
            "boards/complete_readings",
            "boards/monthly_adverts",
            "boards/board_intervals",
            "boards/board_listings",
        ),
        *("pay/report_rates", "pay/reported_persons", "pay/prices_of", "pay/collected_pairs", "pay/pay_pairs"),
        *("pay/compared_pay", "pay/pay_comparison"),
    ),
}
"""Macros: name -> (meaning, SELECT or expression). A macro comes after the macros that it calls."""
SCALAR_MACROS = ("counted_employer",)  # macros that return a value; all others return a table
_ARGUMENTS = {
    "counted_employer": "employer_id, source, board, posting_id",
    "new_postings": "as_of, window_days",
    "board_intervals": "as_of, window_days",
    "prices_of": "of_year",
}


def arguments_of(macro: str) -> str:
    """Return the arguments with which a macro is declared. Most macros take only the day."""
    return _ARGUMENTS.get(macro, "as_of")


# --- meanings ---------------------------------------------------------------------------------------


def meanings_of(cls: type) -> dict[str, str]:
    """Return the meanings of all columns of a table, by name."""
    return {f.name: meaning_of(f.column) for f in fields_of(cls)}


def meaning_of(column: Column) -> str:
    """Return the meaning of a column, with its unit."""
    return f"{column.doc} ({column.unit})" if column.unit else column.doc


def read_columns(schemas: Collection[str], **numbers: object) -> dict[str, dict[str, str]]:
    """Return the meaning of each column of each view of some schemas, in order (`views/columns.toml`)."""
    meanings = {table_of(cls).name: meanings_of(cls) for cls in all_tables()}
    views: dict[str, dict[str, str]] = {}
    for view, texts in tomllib.loads((FOLDER / "views/columns.toml").read_text(encoding="utf-8")).items():
        if view.partition(".")[0] not in schemas:
            continue
        columns = views[view] = {}
        for name, text in texts.items():
            declared = meanings[text[1:]] if text.startswith("@") else {}
            if name == "*":
                columns |= {column: meaning for column, meaning in declared.items() if column not in texts}
            else:
                columns[name] = declared[name] if declared else Template(text).substitute(numbers)
    return views


VIEW_COLUMNS = read_columns(SCHEMAS)
"""The meaning of each column of each view that the work file has, too."""

_DAY = "'DATE ''' || strftime(d.as_of, '%Y-%m-%d') || ''''"
"""SQL that writes the day `d.as_of` as figures' SELECTs do: DATE '2026-01-22'."""
_USUAL = "[r.read_on FOR r IN d.readings IF r.source = b.source][1]"
_BEHIND = f"""[{{
        'source': b.source, 'n': b.n, 'read_on': CASE WHEN b.is_usual THEN {_USUAL} ELSE b.read_on END
    }} FOR b IN h.behind]"""
_STORED_BEHIND = f"""[{{
        'source': b.source, 'n': b.n, 'read_on': CASE WHEN b.read_on IS DISTINCT FROM {_USUAL} THEN b.read_on END,
        'is_usual': coalesce(b.read_on = {_USUAL}, false)
    }} FOR b IN h.behind]"""
_ENDS_OF_READINGS = {"read_on": "list_min", "period_from": "list_min", "period_to": "list_max"}
"""Days of a figure that usually equal the first or the last day on which its sources were read."""
_NEVER = "'infinity'::DATE"
"""The value stored if a figure lacks a day of `_ENDS_OF_READINGS` although its sources were read."""
MOVING_DATES = {"mart.shares": ("period_from", "period_to")}
"""Dates that move with the day of a mart. They are stored as the number of days before that day."""
STORED = {
    **{mart: {name: f"d.as_of - h.{name}" for name in names} for mart, names in MOVING_DATES.items()},
    "mart.figures": {
        "sql": f"replace(h.sql, {_DAY}, '$as_of')",
        "behind": _STORED_BEHIND,
        **{
            name: f"CASE WHEN h.{name} IS DISTINCT FROM {end}([b.read_on FOR b IN h.behind])"
            f" THEN coalesce(h.{name}, {_NEVER}) END"
            for name, end in _ENDS_OF_READINGS.items()
        },
    },
}
"""How columns that change only with the day are stored: SQL over a row `h` and its day `d` (mart.days).

A figure's SELECT has its parameters filled in, so it cannot contain `$as_of` itself.
"""
_READ_BACK = {
    **{mart: {name: f"d.as_of - h.{name}::INTEGER" for name in names} for mart, names in MOVING_DATES.items()},
    "mart.figures": {
        "sql": f"replace(h.sql, '$as_of', {_DAY})",
        "behind": _BEHIND,
        **{
            name: f"nullif(coalesce(h.{name}, {end}([b.read_on FOR b IN {_BEHIND}])), {_NEVER})"
            for name, end in _ENDS_OF_READINGS.items()
        },
    },
}
"""SQL that turns the columns in `STORED` back into their original values."""


# --- SQL --------------------------------------------------------------------------------------------


def database_tables() -> Iterator[type]:
    """Return the table classes stored in a database: all except Parquet files and marts, which are views."""
    return (cls for cls in all_tables() if schema_of(cls) != FILES_ONLY and cls not in HISTORIES)


def schema_of(cls: type) -> str:
    """Return the part of a table's name before the dot: core, mart, ops, published or refined."""
    return table_of(cls).name.partition(".")[0]


def key_of(cls: type) -> tuple[str, ...]:
    """Return the names of a table's key columns; empty if it has none."""
    return tuple(f.name for f in fields_of(cls) if f.column.key)


def ddl(cls: type, *, with_key: bool = True, with_checks: bool = True) -> str:
    """Return CREATE TABLE IF NOT EXISTS with types, NOT NULL and, if wanted, CHECKs and the PRIMARY KEY.

    NULL passes a CHECK, so a bound on a nullable column applies only to stated values.
    """
    parts = [f"{ident(f.name)} {sql_type(f)}{'' if f.nullable else ' NOT NULL'}" for f in fields_of(cls)]
    parts += [f"CHECK ({check})" for check in _checks(cls) if with_checks]
    if with_key and key_of(cls):
        parts.append(f"PRIMARY KEY ({', '.join(map(ident, key_of(cls)))})")
    return f"CREATE TABLE IF NOT EXISTS {table_of(cls).name} (\n    " + ",\n    ".join(parts) + "\n)"


def comments(cls: type) -> tuple[str, ...]:
    """Return the COMMENT ON TABLE and COMMENT ON COLUMN statements of a table."""
    name = table_of(cls).name
    columns = [f"COMMENT ON COLUMN {name}.{ident(f.name)} IS {literal(meaning_of(f.column))}" for f in fields_of(cls)]
    return (f"COMMENT ON TABLE {name} IS {literal(table_of(cls).doc)}", *columns)


def view_ddl(name: str) -> tuple[str, ...]:
    """Return CREATE OR REPLACE VIEW and the comments for a view in `VIEWS` or `MART_VIEWS`."""
    return view_statements(name, *(VIEWS | MART_VIEWS)[name], VIEW_COLUMNS[name])


def view_statements(name: str, meaning: str, select: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return CREATE OR REPLACE VIEW, and comments on the view and its columns.

    `columns` maps the columns' names to their meanings.
    """
    on_columns = (f"COMMENT ON COLUMN {name}.{ident(column)} IS {literal(text)}" for column, text in columns.items())
    return f"CREATE OR REPLACE VIEW {name} AS\n{select}", f"COMMENT ON VIEW {name} IS {literal(meaning)}", *on_columns


def stands_on(day: str) -> str:
    """Return SQL for whether a row `h` of a mart's history is valid on a day."""
    return f"h.valid_from <= {day} AND coalesce(h.valid_to, DATE '9999-12-31') > {day}"


def mart_ddl(mart: type) -> tuple[str, ...]:
    """Return CREATE OR REPLACE VIEW for a mart over its history, and comments on the view and its columns."""
    name, read_as = table_of(mart).name, _READ_BACK.get(table_of(mart).name, {})
    names = [f.name for f in fields_of(mart) if f.name != "as_of"]
    columns = ",\n    ".join(f"{read_as.get(n, f'h.{ident(n)}')} AS {ident(n)}" for n in names)
    on_table, *on_columns = comments(mart)
    return (
        f"CREATE OR REPLACE VIEW {name} AS\nSELECT d.as_of,\n    {columns}\n"
        f"FROM {table_of(Days).name} AS d JOIN {table_of(HISTORIES[mart]).name} AS h ON {stands_on('d.as_of')}\n"
        f"WHERE d.mart = {literal(name)}",
        on_table.replace("COMMENT ON TABLE", "COMMENT ON VIEW", 1),
        *on_columns,
    )


def macro_ddl(name: str) -> tuple[str, str]:
    """Return CREATE OR REPLACE MACRO and COMMENT ON MACRO for a macro in `MACROS`."""
    doc, sql = MACROS[name]
    arguments = arguments_of(name)
    is_scalar = name in SCALAR_MACROS
    return (
        f"CREATE OR REPLACE MACRO {name}({arguments}) AS " + (f"(\n{sql}\n)" if is_scalar else f"TABLE\n{sql}"),
        f"COMMENT ON MACRO {'' if is_scalar else 'TABLE '}{name} IS {literal(doc)}",
    )


def declarations(*, is_published: bool) -> Iterator[str]:
    """Yield the statements that make an empty database: a published one has PRIMARY KEYs, a work file has CHECKs."""
    for schema in SCHEMAS:
        yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
    for cls in database_tables():
        yield ddl(cls, with_key=is_published, with_checks=not is_published)
        yield from comments(cls)
    yield from chain.from_iterable(map(view_ddl, VIEWS))
    yield from chain.from_iterable(map(mart_ddl, HISTORIES))
    yield from chain.from_iterable(map(view_ddl, MART_VIEWS))
    yield from chain.from_iterable(map(macro_ddl, MACROS))


@functools.cache
def schema_key() -> str:
    """Return a digest of all DDL. A work file made with another digest is rebuilt."""
    on_top = (text for text in declarations(is_published=False) if text.startswith("CREATE OR REPLACE"))
    text = "\n".join([*map(ddl, database_tables()), *on_top])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def sql_type(field: Field) -> str:
    """Return the DuckDB type of a column: scalar, VARCHAR[] or STRUCT(...)[]."""
    if field.type in SQL_TYPES:
        element = SQL_TYPES[field.type]
    else:
        element = f"STRUCT({', '.join(f'{ident(f.name)} {sql_type(f)}' for f in fields_of(field.type))})"
    return f"{element}[]" if field.is_list else element


def _checks(cls: type) -> Iterator[str]:
    for field in fields_of(cls):
        column, name = field.column, ident(field.name)
        if field.is_list:
            continue
        if column.values is not None:
            yield f"{name} IN ({', '.join(map(literal, column.values))})"
        if column.low is not None:
            yield f"{name} >= {column.low!r}"
        if column.high is not None:
            yield f"{name} <= {column.high!r}"
        if column.pattern is not None:
            yield f"regexp_full_match({name}, {literal(column.pattern)})"
    yield from table_of(cls).checks


# --- Arrow ------------------------------------------------------------------------------------------


def arrow_schema(cls: type) -> pa.Schema:
    """Return the Arrow schema of a table or struct class. Nested lists become lists of structs."""
    return pa.schema([_arrow_field(f) for f in fields_of(cls)])


def refined_schema(row_class: type) -> pa.Schema:
    """Return the Arrow schema of a refined file: a row's columns, then `record` and `observed_at` of its response."""
    return pa.schema([*arrow_schema(row_class), *_PROVENANCE])


def arrow_table(cls: type, rows: Sequence[object]) -> pa.Table:
    """Convert rows of a table or struct class to an Arrow table.

    Half of a UTF-16 surrogate pair, which UTF-8 cannot encode, becomes U+FFFD. Raises `pyarrow.ArrowInvalid` or
    `pyarrow.ArrowTypeError`, naming the column, if a value does not have its column's type.
    """
    return pa.Table.from_arrays(_arrays(cls, rows), schema=arrow_schema(cls))


def refined_table(row_class: type, rows: Sequence[tuple[object, int, datetime]]) -> pa.Table:
    """Make a refined file's table. Each row comes with the record number and the WARC-Date of its response."""
    values, records, times = ([*column] for column in zip(*rows, strict=True)) if rows else ([], [], [])
    arrays = [*_arrays(row_class, values), pa.array(records, pa.int64()), pa.array(times, _UTC)]
    return pa.Table.from_arrays(arrays, schema=refined_schema(row_class))


def _arrow_field(field: Field) -> pa.Field:
    return pa.field(field.name, _arrow_type(field), nullable=field.nullable)


def _arrow_type(field: Field) -> pa.DataType:
    if field.type in _ARROW_TYPES:
        element = _ARROW_TYPES[field.type]
    else:
        element = pa.struct([_arrow_field(f) for f in fields_of(field.type)])
    return pa.list_(element) if field.is_list else element


def _arrays(cls: type, rows: Sequence[Any]) -> list[pa.Array]:
    fields = fields_of(cls)
    if not rows:
        return [pa.array([], _arrow_type(f)) for f in fields]
    # attrgetter with one name returns the value itself, not a tuple
    columns = (
        zip(*map(attrgetter(*(f.name for f in fields)), rows), strict=True)
        if len(fields) > 1
        else [[getattr(row, fields[0].name) for row in rows]]
    )
    return [_array(field, values) for field, values in zip(fields, columns, strict=True)]


def _array(field: Field, values: Sequence[Any]) -> pa.Array:
    if field.type not in _ARROW_TYPES:
        return _struct_lists(field, values)
    try:
        return pa.array(values, _arrow_type(field))
    except (UnicodeEncodeError, pa.ArrowInvalid, pa.ArrowTypeError):
        values = [_storable(field, value) for value in values]
    try:
        return pa.array(values, _arrow_type(field))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise type(error)(f"{field.name}: {error}") from error


def _struct_lists(field: Field, values: Sequence[Any]) -> pa.Array:
    """Build lists of structs from one array per member, which is several times faster than from dictionaries."""
    offsets: list[int] = [0]
    items: list[Any] = []
    for value in values:
        items.extend(value or ())
        offsets.append(len(items))
    members = [_arrow_field(f) for f in fields_of(field.type)]
    structs = pa.StructArray.from_arrays(_arrays(field.type, items), fields=members)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs, type=_arrow_type(field))


def _storable(field: Field, value: Any) -> Any:
    """Convert a value that Arrow refuses: broken Unicode, or an integer in a column of floats."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, tuple):
        return tuple(_storable(field, member) for member in value)
    return float(value) if field.type is float and isinstance(value, int) else value
