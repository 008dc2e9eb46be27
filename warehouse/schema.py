"""What follows from the table classes: DDL, comments, Arrow schemas and tables, and the data dictionary.

Pure derivation from `tables.py`: no connection, no file but DICTIONARY.md. The refine workers import this
module, so it imports neither DuckDB nor Great Expectations.

Run `python -m warehouse.schema` to write DICTIONARY.md again.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms.records.columns import Column, Field, Table, fields_of, table_of
from warehouse.tables import HISTORIES, Days, PostingBoards, Postings, SupersededVersions, all_tables

DICTIONARY = Path(__file__).with_name("DICTIONARY.md")
FILES_ONLY = "refined"
"""Tables of this schema are Parquet files; no database holds them."""

_SQL_TYPES = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    date: "DATE",
    datetime: "TIMESTAMP WITH TIME ZONE",
}
_UTC = pa.timestamp("us", tz="UTC")
_ARROW_TYPES = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: _UTC,
}
_PROVENANCE = [pa.field("record", pa.int64(), nullable=False), pa.field("observed_at", _UTC, nullable=False)]

_VERSION = ", ".join(f'"{f.name}"' for f in fields_of(SupersededVersions) if f.name != "version_to")
SHOWN_AS_CHANGES = (
    *("title", "employer", "department", "location_text", "country", "subdivision", "city", "workplace"),
    *("employment_type", "posted_on", "valid_through", "pay_text", "pay_low", "pay_high", "currency", "period"),
    *("text_state", "text_hash"),
)
"""Columns whose changes core.posting_changes shows: what adverts state, not what we read from it."""
_CHANGES = ",\n    ".join(
    f"{{'column_name': '{name}', 'old_value': o.{name}::VARCHAR, 'new_value': n.{name}::VARCHAR}}"
    for name in SHOWN_AS_CHANGES
)


def day_of(time: str) -> str:
    """SQL: the day of a time in UTC, whatever the time zone of the session."""
    return f"({time} AT TIME ZONE 'UTC')::DATE"


def _expires_on(last_seen_at: str, valid_through: str, age: str) -> str:
    """SQL: the last day on which an advert counts as open when it is not seen again; NULL when no age is declared."""
    seen_on = day_of(last_seen_at)
    return f"greatest({seen_on}, coalesce({valid_through}, {seen_on} + {age}::INTEGER))"


def intervals_of(boards: str) -> str:
    """A SELECT that joins intervals on boards (core.posting_boards, or a part of it) to those of the postings.

    A posting is open while any board lists it: intervals that touch or overlap are one.
    """
    return f"""\
SELECT posting_id, number, min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at,
    CASE WHEN count(closed_at) = count(*) THEN max(closed_at) END AS closed_at,
    CASE WHEN count(closed_at) = count(*) THEN max_by(closed_by, closed_at) END AS closed_by
FROM (
    SELECT *, 1 + count(*) FILTER (listed_until < first_seen_at) OVER w AS number
    FROM (
        SELECT *, max(until) OVER (
            PARTITION BY posting_id ORDER BY first_seen_at, board ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS listed_until
        FROM (
            SELECT *, CASE WHEN closed_at IS NOT NULL THEN closed_at
                WHEN lead(board) OVER (PARTITION BY posting_id, board ORDER BY first_seen_at) IS NOT NULL
                    THEN last_seen_at
                ELSE 'infinity'::TIMESTAMPTZ END AS until
            FROM {boards}
        )
    )
    WINDOW w AS (PARTITION BY posting_id ORDER BY first_seen_at, board)
)
GROUP BY posting_id, number"""


def dates_of(boards: str) -> str:
    """A SELECT of when each posting was seen first and last, closed and reopened, from its intervals on boards."""
    return f"""\
SELECT posting_id, min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at,
    {day_of("arg_max_null(closed_at, number)")} AS closed_on,
    {day_of("max(first_seen_at) FILTER (number > 1)")} AS reopened_on
FROM ({intervals_of(boards)}) GROUP BY posting_id"""


VIEWS = {
    "core.publishable_postings": (
        "Postings of sources whose aggregates may be published: what marts and figures count.",
        """\
SELECT * FROM core.postings
WHERE source NOT IN (SELECT source FROM core.sources WHERE NOT is_republishable)""",
    ),
    "core.usd_rates": (
        "US dollars for one unit of a currency, by source and day: what the quotes of that day imply.",
        """\
WITH dollars AS (
    SELECT source, rate_on, base, rate AS usd FROM core.exchange_rates
    WHERE currency = 'USD' AND base <> 'USD' AND rate > 0
    UNION ALL
    SELECT DISTINCT source, rate_on, 'USD', 1.0 FROM core.exchange_rates WHERE base = 'USD'
), implied AS (
    SELECT q.source, q.currency, q.rate_on, q.base, d.usd / q.rate AS usd_per_unit
    FROM core.exchange_rates AS q JOIN dollars AS d USING (source, rate_on, base)
    WHERE q.rate > 0 AND q.currency <> q.base
    UNION ALL
    SELECT source, base, rate_on, base, usd FROM dollars
)
SELECT source, currency, rate_on, min_by(usd_per_unit, base) AS usd_per_unit
FROM implied GROUP BY source, currency, rate_on""",
    ),
    "core.posting_versions": (
        "Everything postings ever said: the current version (`version_to` is NULL) and those it superseded.",
        f"""\
SELECT {_VERSION}, version_to FROM core.superseded_versions
UNION ALL
SELECT {_VERSION}, NULL FROM core.postings""",
    ),
    "core.posting_changes": (
        "Every edit of an advert: which column, what it said before and after, and when the new words were first read.",
        f"""\
SELECT * FROM (
    SELECT o.posting_id, o.version_to AS changed_at, unnest([
        {_CHANGES}
    ], max_depth := 2)
    FROM core.superseded_versions AS o
    JOIN core.posting_versions AS n ON n.posting_id = o.posting_id AND n.version_from = o.version_to
)
WHERE old_value IS DISTINCT FROM new_value""",
    ),
    "core.posting_intervals": (
        "From when to when each posting was listed, over all its boards. The closing lies between `last_seen_at` and "
        "`closed_at`; one that is not closed counts as expired after `expires_on`, which is not a closing: its own "
        "last day, or as long after it was last seen as its source declares.",
        f"""\
SELECT i.*, CASE WHEN i.closed_at IS NULL
    THEN {_expires_on("i.last_seen_at", "p.valid_through", "s.expires_after_days")} END AS expires_on
FROM ({intervals_of("core.posting_boards")}) AS i
JOIN core.postings AS p USING (posting_id) LEFT JOIN core.sources AS s USING (source)""",
    ),
    "core.reading_gaps": (
        "Days on which nothing was learnt of a board (or of a source without boards): what was opened and closed in "
        "between was never seen, and dates at the gap's ends are late by up to its length.",
        f"""\
SELECT source, board, read_on, read_again_on, (read_again_on - read_on - 1)::BIGINT AS days_unread
FROM (
    SELECT source, board, day AS read_again_on, lag(day) OVER (PARTITION BY source, board ORDER BY day) AS read_on
    FROM (
        SELECT DISTINCT source, coalesce(board, source) AS board, {day_of("observed_at")} AS day
        FROM ops.responses
        WHERE is_complete OR (board IS NULL AND (n_rows > 0 OR refers_to IS NOT NULL))
    )
)
WHERE read_again_on - read_on > 1""",
    ),
}
"""Views of the warehouse, by name: meaning and SELECT."""


def _meanings(cls: type) -> dict[str, str]:
    """What the columns of a table mean, by name."""
    return {f.name: _meaning(f.column) for f in fields_of(cls)}


def _meaning(column: Column) -> str:
    return f"{column.doc} ({column.unit})" if column.unit else column.doc


def _of_table(cls: type, *names: str) -> dict[str, str]:
    meanings = _meanings(cls)
    return {name: meanings[name] for name in names}


VIEW_COLUMNS: dict[str, dict[str, str]] = {
    "core.publishable_postings": _meanings(Postings),
    "core.usd_rates": {
        "source": "Source of the quotes",
        "currency": "ISO 4217 code of the currency",
        "rate_on": "Day of the quotes",
        "usd_per_unit": "US dollars for one unit of the currency",
    },
    "core.posting_versions": {
        **{name: said for name, said in _meanings(SupersededVersions).items() if name != "version_to"},
        "version_to": "First time other content was read (UTC, WARC-Date); NULL: the current version",
    },
    "core.posting_changes": {
        **_of_table(PostingBoards, "posting_id"),
        "changed_at": "First time the new content was read (UTC, WARC-Date)",
        "column_name": "Column of core.postings that changed",
        "old_value": "What it said before, as text; NULL: not stated",
        "new_value": "What it said after, as text; NULL: not stated",
    },
    "core.posting_intervals": {
        **_of_table(PostingBoards, "posting_id"),
        "number": "Number of the interval among those of the posting, from 1",
        "first_seen_at": "First time it was observed in this interval, on any board (UTC)",
        "last_seen_at": "Last time it was observed in this interval, on any board (UTC)",
        "closed_at": "First time after that no board listed it (UTC); NULL: listed, or not known to be gone",
        "closed_by": "How the last board's closing is known: see core.posting_boards",
        "expires_on": "Last day on which it counts as open when it is not closed; NULL: closed, or no age is declared",
    },
    "core.reading_gaps": {
        "source": "Source",
        "board": "Board; where a source has none, the source",
        "read_on": "Last day before the gap on which it was read",
        "read_again_on": "First day after the gap on which it was read",
        "days_unread": "Days between the two (days)",
    },
}
"""Meaning of each column of each view, in order; taken from a table's declaration where the column is the table's."""

_END = "((as_of::DATE + 1)::TIMESTAMP AT TIME ZONE 'UTC')"
_KNOWN_BOARDS = f"""(
        SELECT b.posting_id, b.board, b.first_seen_at,
            CASE WHEN b.last_seen_at < {_END} THEN b.last_seen_at
                ELSE coalesce(greatest(b.first_seen_at, r.observed_at), b.first_seen_at) END AS last_seen_at,
            CASE WHEN b.closed_at < {_END} THEN b.closed_at END AS closed_at,
            CASE WHEN b.closed_at < {_END} THEN b.closed_by END AS closed_by
        FROM core.posting_boards AS b JOIN core.postings AS p USING (posting_id)
        LEFT JOIN (
            SELECT source, board, max(observed_at) AS observed_at FROM ops.responses
            WHERE is_complete AND observed_at < {_END} GROUP BY ALL
        ) AS r ON r.source = p.source AND r.board = b.board
        WHERE b.first_seen_at < {_END}
    )"""

MACROS = {
    "postings_as_of": (
        "core.postings as it stood at the end of a day (UTC), from what had been read by then, and whether each was "
        "open: listed, and not expired. Dollars and `employer_id` are by what is known today. `last_seen_at` of a "
        "posting that was seen again later is that of the last complete list by then; of sources without such lists, "
        "the first sight of the interval.",
        f"""\
WITH known AS (
    SELECT * FROM ({dates_of(_KNOWN_BOARDS)})
), lasting AS (
    -- Without whole lists, sightings of an interval are never further apart than the age of its source: on a day within
    -- it, it had not expired, whenever it was that it had last been seen by then.
    SELECT DISTINCT b.posting_id FROM core.posting_boards AS b JOIN core.postings AS p USING (posting_id)
    WHERE b.first_seen_at < {_END} AND b.last_seen_at >= {_END} AND NOT EXISTS (
        SELECT 1 FROM ops.responses AS r
        WHERE r.source = p.source AND r.board = b.board AND r.is_complete AND r.observed_at < {_END}
    )
), said AS (
    SELECT * FROM core.posting_versions
    WHERE version_from < {_END} AND (version_to IS NULL OR version_to >= {_END})
), superseded AS (
    SELECT posting_id, arg_min(job_id, superseded_at) AS job_id FROM core.superseded_job_ids
    WHERE superseded_at >= {_END} GROUP BY posting_id
)
SELECT v.* EXCLUDE (version_to), coalesce(j.job_id, p.job_id) AS job_id, p.employer_id,
    k.first_seen_at, k.last_seen_at, k.closed_on, k.reopened_on,
    k.closed_on IS NULL AND (
        coalesce(as_of::DATE <= {_expires_on("k.last_seen_at", "v.valid_through", "s.expires_after_days")}, true)
        OR (l.posting_id IS NOT NULL AND coalesce(v.valid_through >= as_of::DATE, true))
    ) AS is_open
FROM known AS k
JOIN said AS v USING (posting_id)
JOIN (SELECT posting_id, job_id, employer_id FROM core.postings) AS p USING (posting_id)
LEFT JOIN superseded AS j USING (posting_id)
LEFT JOIN lasting AS l USING (posting_id)
LEFT JOIN core.sources AS s USING (source)""",
    ),
    "open_jobs": (
        "Jobs that were open at the end of a day (UTC), from what had been read by then: one row per vacancy, however "
        "many adverts it has.",
        """\
SELECT job_id, arg_min(title, first) AS title, arg_min(employer, first) AS employer, arg_min(role, first) AS role,
    arg_min(role_group, first) AS role_group, arg_min(seniority, first) AS seniority, count(*) AS n_postings,
    list_sort(list(DISTINCT source)) AS sources, coalesce(list_sort(list(DISTINCT country)), []) AS countries,
    min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at
FROM (SELECT *, (first_seen_at, posting_id) AS first FROM postings_as_of(as_of) WHERE is_open)
GROUP BY job_id""",
    ),
}
"""Table macros of the warehouse, by name: meaning and SELECT. All take one day, `as_of`."""

_DAY = "'DATE ''' || strftime(d.as_of, '%Y-%m-%d') || ''''"
"""SQL: the day `d` as it stands in the SELECTs of figures."""
_USUAL = "[r.read_on FOR r IN d.readings IF r.source = b.source][1]"
_BEHIND = f"""[{{
        'source': b.source, 'n': b.n, 'read_on': CASE WHEN b.is_usual THEN {_USUAL} ELSE b.read_on END
    }} FOR b IN h.behind]"""
_STORED_BEHIND = f"""[{{
        'source': b.source, 'n': b.n, 'read_on': CASE WHEN b.read_on IS DISTINCT FROM {_USUAL} THEN b.read_on END,
        'is_usual': coalesce(b.read_on = {_USUAL}, false)
    }} FOR b IN h.behind]"""
STORED = {
    "mart.figures": {
        "sql": f"replace(h.sql, {_DAY}, '$as_of')",
        "behind": _STORED_BEHIND,
        "read_on": "CASE WHEN h.read_on IS DISTINCT FROM list_min([b.read_on FOR b IN h.behind]) THEN h.read_on END",
    }
}
"""Columns of marts that change with the day alone, as they are stored: SQL over a row `h` and its day `d` (mart.days).

A SELECT has its parameters filled in, so none holds `$as_of`.
"""
_READ_BACK = {
    "mart.figures": {
        "sql": f"replace(h.sql, '$as_of', {_DAY})",
        "behind": _BEHIND,
        "read_on": f"coalesce(h.read_on, list_min([b.read_on FOR b IN {_BEHIND}]))",
    }
}
"""The same columns as they are read back."""


# --- SQL --------------------------------------------------------------------------------------------


def database_tables() -> Iterator[type]:
    """The table classes that stand in a database: all but the Parquet-only ones and marts, which are views."""
    return (cls for cls in all_tables() if schema_of(cls) != FILES_ONLY and cls not in HISTORIES)


def schema_of(cls: type) -> str:
    """The part of a table's name before the dot: core, mart, ops or refined."""
    return table_of(cls).name.partition(".")[0]


def key_of(cls: type) -> tuple[str, ...]:
    """The names of a table's key columns; empty when it has none."""
    return tuple(f.name for f in fields_of(cls) if f.column.key)


def ddl(cls: type, *, with_key: bool = True, with_checks: bool = True) -> str:
    """CREATE TABLE IF NOT EXISTS with types, NOT NULL and, unless told otherwise, CHECKs and the PRIMARY KEY.

    A CHECK takes NULL as kept, so a bound on a nullable column means "when it is stated".
    """
    parts = [f"{quoted(f.name)} {sql_type(f)}{'' if f.nullable else ' NOT NULL'}" for f in fields_of(cls)]
    parts += [f"CHECK ({check})" for check in _checks(cls) if with_checks]
    if with_key and key_of(cls):
        parts.append(f"PRIMARY KEY ({', '.join(map(quoted, key_of(cls)))})")
    return f"CREATE TABLE IF NOT EXISTS {table_of(cls).name} (\n    " + ",\n    ".join(parts) + "\n)"


def comments(cls: type) -> tuple[str, ...]:
    """COMMENT ON TABLE and COMMENT ON COLUMN, one statement each."""
    name = table_of(cls).name
    columns = [f"COMMENT ON COLUMN {name}.{quoted(f.name)} IS {literal(_meaning(f.column))}" for f in fields_of(cls)]
    return (f"COMMENT ON TABLE {name} IS {literal(table_of(cls).doc)}", *columns)


def view_ddl(name: str) -> tuple[str, ...]:
    """CREATE OR REPLACE VIEW, COMMENT ON VIEW and COMMENT ON COLUMN of one of `VIEWS`, one statement each."""
    doc, select = VIEWS[name]
    columns = [
        f"COMMENT ON COLUMN {name}.{quoted(column)} IS {literal(said)}" for column, said in VIEW_COLUMNS[name].items()
    ]
    return f"CREATE OR REPLACE VIEW {name} AS\n{select}", f"COMMENT ON VIEW {name} IS {literal(doc)}", *columns


def stands_on(day: str) -> str:
    """SQL: whether a row `h` of a mart's history stands on a day."""
    return f"h.valid_from <= {day} AND coalesce(h.valid_to, DATE '9999-12-31') > {day}"


def mart_ddl(mart: type) -> tuple[str, ...]:
    """CREATE OR REPLACE VIEW of a mart over its history, and the comments on it and its columns."""
    name, otherwise = table_of(mart).name, _READ_BACK.get(table_of(mart).name, {})
    names = [f.name for f in fields_of(mart) if f.name != "as_of"]
    columns = ",\n    ".join(f"{otherwise.get(n, f'h.{quoted(n)}')} AS {quoted(n)}" for n in names)
    on_table, *on_columns = comments(mart)
    return (
        f"CREATE OR REPLACE VIEW {name} AS\nSELECT d.as_of,\n    {columns}\n"
        f"FROM {table_of(Days).name} AS d JOIN {table_of(HISTORIES[mart]).name} AS h ON {stands_on('d.as_of')}\n"
        f"WHERE d.mart = {literal(name)}",
        on_table.replace("COMMENT ON TABLE", "COMMENT ON VIEW", 1),
        *on_columns,
    )


def macro_ddl(name: str) -> tuple[str, str]:
    """CREATE OR REPLACE MACRO and COMMENT ON MACRO of one of `MACROS`."""
    doc, select = MACROS[name]
    return (
        f"CREATE OR REPLACE MACRO {name}(as_of) AS TABLE\n{select}",
        f"COMMENT ON MACRO TABLE {name} IS {literal(doc)}",
    )


@functools.cache
def schema_key() -> str:
    """Digest of all DDL: a work file made with another one is rebuilt. Asked for at each opening, and made once."""
    text = "\n".join(
        [
            *(ddl(cls) for cls in database_tables()),
            *(view_ddl(name)[0] for name in VIEWS),
            *(mart_ddl(mart)[0] for mart in HISTORIES),
            *(macro_ddl(name)[0] for name in MACROS),
        ]
    )
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def sql_type(field: Field) -> str:
    """The DuckDB type of a column: scalar, VARCHAR[] or STRUCT(...)[]."""
    if field.type in _SQL_TYPES:
        element = _SQL_TYPES[field.type]
    else:
        element = f"STRUCT({', '.join(f'{quoted(f.name)} {sql_type(f)}' for f in fields_of(field.type))})"
    return f"{element}[]" if field.is_list else element


def quoted(name: str) -> str:
    """A name as an SQL identifier (`end`, `row` and others are words of SQL)."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _checks(cls: type) -> Iterator[str]:
    for field in fields_of(cls):
        column, name = field.column, quoted(field.name)
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
    """The Arrow schema of a table or struct class, nested lists as lists of structs."""
    return pa.schema([_arrow_field(f) for f in fields_of(cls)])


def refined_schema(row_class: type) -> pa.Schema:
    """The schema of a refined file: a row's columns, then `record` and `observed_at` of its response."""
    return pa.schema([*arrow_schema(row_class), *_PROVENANCE])


def arrow_table(cls: type, rows: Sequence[object]) -> pa.Table:
    """Rows of a table or struct class as an Arrow table, column by column.

    Half of a UTF-16 surrogate pair, which UTF-8 cannot hold, becomes U+FFFD. Raises `pyarrow.ArrowInvalid`
    or `pyarrow.ArrowTypeError`, naming the column, when a value is not of its column's type.
    """
    return pa.Table.from_arrays(_arrays(cls, rows), schema=arrow_schema(cls))


def refined_table(row_class: type, rows: Sequence[tuple[object, int, datetime]]) -> pa.Table:
    """Rows with the record number and the WARC-Date of the response each was read from, for a refined file."""
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
    # attrgetter of one name returns the bare value, not a tuple
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
    """Lists of structs, built from one array per member: several times faster than from dictionaries."""
    offsets: list[int] = [0]
    items: list[Any] = []
    for value in values:
        items.extend(value or ())
        offsets.append(len(items))
    members = [_arrow_field(f) for f in fields_of(field.type)]
    structs = pa.StructArray.from_arrays(_arrays(field.type, items), fields=members)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs, type=_arrow_type(field))


def _storable(field: Field, value: Any) -> Any:
    """A value that Arrow refuses in its plain form: broken Unicode, or a whole number beyond 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, tuple):
        return tuple(_storable(field, member) for member in value)
    return float(value) if field.type is float and isinstance(value, int) else value


# --- dictionary -------------------------------------------------------------------------------------


def dictionary() -> str:
    """DICTIONARY.md: every table, view and column with type, bounds and meaning."""
    lines = [
        "# Data dictionary",
        "",
        "Generated from `warehouse/tables.py` by `python -m warehouse.schema`; do not edit.",
        "",
        "Names: `_on` is a date, `_at` a time in UTC, `_text` what the source wrote, `is_` a truth value. NULL means"
        ' "not stated". Columns in bold make the key. `core`, `mart` and `ops` stand in `market.duckdb`; `refined`'
        " are Parquet files in-house.",
        "",
    ]
    structs: dict[str, type] = {}
    for cls in all_tables():
        structs |= {f.type.__name__: f.type for f in fields_of(cls) if f.type not in _SQL_TYPES}
        declared = table_of(cls)
        lines += [f"## {declared.name}", "", declared.doc, "", *_own_words(cls), *_rows(cls)]
        lines += [*_checks_text(declared), ""]
    for name, (doc, _) in VIEWS.items():
        lines += [f"## {name} (view)", "", doc, "", "| column | meaning |", "|---|---|"]
        lines += [f"| {column} | {said} |" for column, said in VIEW_COLUMNS[name].items()]
        lines.append("")
    for name, (doc, _) in MACROS.items():
        lines += [f"## {name}(DATE) (macro)", "", doc, ""]
    for name, cls in sorted(structs.items()):
        lines += [f"## {name} (nested)", "", *_own_words(cls), *_rows(cls), ""]
    return "\n".join(lines).rstrip() + "\n"


def _own_words(cls: type) -> list[str]:
    return [inspect.cleandoc(cls.__doc__), ""] if cls.__doc__ else []


def _rows(cls: type) -> list[str]:
    lines = ["| column | type | NULL | meaning |", "|---|---|---|---|"]
    for field in fields_of(cls):
        name = f"**{field.name}**" if field.column.key else field.name
        kind = _SQL_TYPES.get(field.type, field.type.__name__).replace(" WITH TIME ZONE", " (UTC)")
        kind = kind.lower() if field.type in _SQL_TYPES else kind
        lines.append(
            f"| {name} | {kind}{' list' if field.is_list else ''} | {'yes' if field.nullable else 'no'} | "
            + _described(field.column).replace("|", "\\|")
            + " |"
        )
    return lines


def _described(column: Column) -> str:
    parts = [_meaning(column)]
    if column.values is not None:
        parts.append("one of " + ", ".join(f"`{v}`" for v in column.values))
    if column.low is not None and column.high is not None:
        parts.append(f"{column.low:g} to {column.high:g}")
    elif column.low is not None:
        parts.append(f"at least {column.low:g}")
    elif column.high is not None:
        parts.append(f"at most {column.high:g}")
    if column.pattern is not None:
        parts.append(f"matches `{column.pattern}`")
    if column.references is not None:
        parts.append(f"see `{column.references}`")
    return "; ".join(parts)


def _checks_text(declared: Table) -> list[str]:
    return ["", "Always: " + "; ".join(f"`{check}`" for check in declared.checks) + "."] if declared.checks else []


if __name__ == "__main__":
    DICTIONARY.write_text(dictionary(), encoding="utf-8")
