"""DICTIONARY.md: the meaning of every table, view, macro and column of market.duckdb, their relations and row counts.

The copy in this folder has the row counts of the bundled sample (`sample_rows.csv`, written by `python -m
tests.worked_questions`). The copy published beside market.duckdb also has the row counts of market.duckdb.

`python -m warehouse.dictionary` writes the copy in this folder.
"""

from __future__ import annotations

import csv
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.records.columns import Column, fields_of, table_of
from warehouse import schema
from warehouse.mart_tables import HISTORIES, PUBLISHED, Standing
from warehouse.tables import all_tables
from warehouse.views import analysis_views

if TYPE_CHECKING:  # the dictionary is written without a database
    from warehouse.database import Connection

DICTIONARY = Path(__file__).with_name("DICTIONARY.md")
SAMPLE_ROWS = Path(__file__).with_name("sample_rows.csv")
"""Row counts of the bundled sample. A reader can compare them with the result of `make run`."""
ALL_VIEWS = schema.VIEWS | schema.MART_VIEWS | analysis_views.VIEWS
ALL_VIEW_COLUMNS = schema.VIEW_COLUMNS | analysis_views.COLUMNS
_INTRODUCTION = """# Data dictionary

Generated from `warehouse/tables.py`, `mart_tables/`, `ops_tables.py` and `views/`; do not edit.

Names: `_on` is a date, `_at` a time in UTC, `_text` what the source wrote, `is_` a truth value, `n_` a count. NULL
means "not stated". Columns in bold make the key. `analysis` has views for ordinary questions, `published` the cells
that are published: begin there. `core` is what was read, `mart` what was computed, by day, `ops` how the nights went;
all are in `market.duckdb`. `refined` are internal Parquet files. The meanings are also comments in the file:
`SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'jobs'`. `docs/analyst.md` has questions with
their SQL.
"""
_RELATIONS = """## Relations

The tables of `core` and the columns that refer from one to another; many rows at the fork belong to one at the bar. A
mart `mart.x` is a view: the rows of `mart.x_history` that stood on each day of `mart.days`. `warc` and `record`
identify the archived answer, which `ops.responses` describes.
"""
EXAMPLES = {
    "What does a column mean?": (
        "SELECT column_name, data_type, comment FROM duckdb_columns()\n"
        "WHERE schema_name = 'analysis' AND table_name = 'pay_observations';"
    ),
    "Which day is the newest, and which period do its figures cover?": (
        "SELECT region, period_from, period_to, n_boards FROM reference_periods((SELECT max(as_of) FROM mart.days))\n"
        "WHERE region_level = 'world';"
    ),
    "What is published, from which day, and what waits for review?": (
        "SELECT list, vintage, as_of, published_on, n_jobs, n_printed, waits_since, waits_because FROM published.lists;"
    ),
    "Which salary bands are published?": (
        "SELECT region, role_group, seniority_group, contract, n_jobs, band_low, band_high, form, status, as_of,\n"
        "    vintage\n"
        "FROM published.salary_bands\n"
        "WHERE basis = 'advertised' AND currency = 'USD'\n"
        "    AND region_level = 'country' AND role = 'all' AND pay_market = 'local' AND status <> 'suppressed'\n"
        "ORDER BY n_jobs DESC;"
    ),
    "Which archived answer is an advert from?": (
        "SELECT p.posting_id, p.warc, p.record, r.url, r.observed_at, r.http_status, r.digest\n"
        "FROM core.postings AS p LEFT JOIN ops.responses AS r USING (warc, record)\n"
        "ORDER BY p.posting_id LIMIT 5;"
    ),
    "Which adverts are behind a figure?": (
        "SELECT figure, value, status, n_jobs, unnest(behind, recursive := true) FROM published.figures\n"
        "ORDER BY figure LIMIT 10;"
    ),
    "What was refused, and what would mend it?": (
        "SELECT source, column_name, rule, count(*) AS n FROM ops.rejects WHERE NOT is_deliberate\n"
        "GROUP BY ALL ORDER BY n DESC LIMIT 10;"
    ),
}
"""Example queries, each under the question that it answers."""


def dictionary(rows: Mapping[str, int] | None = None) -> str:
    """Return the text of DICTIONARY.md. `rows` has the row counts of a file that it describes, by full table name."""
    sections = dict(_sections())
    parts = [_INTRODUCTION, _contents(sections, rows), _RELATIONS, _picture_relations(), _examples()]
    text = "\n".join([*parts, *(f"## {title}\n\n{body}\n" for title, (_, body) in sections.items())])
    return text.rstrip() + "\n"


def count_rows(con: Connection) -> dict[str, int]:
    """Return a database's row counts by full table name. Views are left out, as counting would compute them."""
    names = [table_of(cls).name for cls in schema.database_tables()]
    counts = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) AS n FROM {name}" for name in names)
    n_rows = dict(con.execute(counts).fetchall())
    return {name: n_rows[name] for name in names}


def read_sample_rows() -> dict[str, int]:
    """Return the row counts of the bundled sample by full table name."""
    with SAMPLE_ROWS.open(encoding="utf-8", newline="") as file:
        return {row["table"]: int(row["n_rows"]) for row in csv.DictReader(file)}


# --- sections -----------------------------------------------------------------------------------------


def _sections() -> Iterator[tuple[str, tuple[str, str]]]:
    for name, (meaning, _) in sorted(ALL_VIEWS.items(), key=lambda view: not view[0].startswith("analysis.")):
        lines = [meaning, "", "| column | meaning |", "|---|---|"]
        lines += [f"| {column} | {_cell(text)} |" for column, text in ALL_VIEW_COLUMNS[name].items()]
        yield f"{name} (view)", (meaning, "\n".join(lines))
    structs: dict[str, type] = {}
    for cls in all_tables():
        structs |= {f.type.__name__: f.type for f in fields_of(cls) if f.type not in schema.SQL_TYPES}
        table = table_of(cls)
        columns = Standing if cls in PUBLISHED.values() else cls  # the other columns are those of the mart
        lines = [table.doc, "", *_own_words(cls), *_rows(columns)]
        if table.checks:
            lines += ["", "Always: " + "; ".join(f"`{check}`" for check in table.checks) + "."]
        yield table.name, (table.doc, "\n".join(lines))
    macros = schema.MACROS | analysis_views.MACROS | analysis_views.FUNCTIONS
    for name, (meaning, _) in macros.items():
        arguments = analysis_views.ARGUMENTS.get(name) or schema.arguments_of(name)
        yield f"{name}({arguments}) (macro)", (meaning, meaning)
    for name, cls in sorted(structs.items()):
        yield f"{name} (nested)", ("", "\n".join([*_own_words(cls), *_rows(cls)]))


def _contents(sections: Mapping[str, tuple[str, str]], rows: Mapping[str, int] | None) -> str:
    sample = read_sample_rows()
    histories = {table_of(mart).name: table_of(history).name for mart, history in HISTORIES.items()}
    counts = [("in the sample", sample)] + ([("in this file", rows)] if rows is not None else [])
    lines = ["## Contents", "", "[Relations](#relations) · [Examples](#examples)", ""]
    lines += ["| | what | " + " | ".join(f"rows {where}" for where, _ in counts) + " |"]
    lines += ["|---|---|" + "--:|" * len(counts)]
    for title, (meaning, _) in sections.items():
        if title.endswith("(nested)"):
            continue
        table = histories.get(title, title)
        numbers = (f"{n_rows[table]:,}" if table in n_rows else "" for _, n_rows in counts)
        kind = " (by day)" if title in histories else ""
        lines.append(
            f"| [{title}](#{anchor_of(title)}){kind} | {_cell(_first_sentence(meaning))} | {' | '.join(numbers)} |"
        )
    return "\n".join([*lines, ""])


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.:]) (?=[A-Z`])|: one row", text, maxsplit=1)[0].rstrip(".:")


def anchor_of(heading: str) -> str:
    """Return the anchor (`#…`, without the `#`) that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def relations() -> list[tuple[str, str, str]]:
    """Return the declared references as (table, column, name of the table that the column refers to)."""
    return sorted(
        (table_of(cls).name, field.name, field.column.references.rpartition(".")[0])
        for cls in schema.database_tables()
        for field in fields_of(cls)
        if field.column.references
    )


def _picture_relations() -> str:
    lines = ["```mermaid", "erDiagram"]
    for table, column, target in relations():
        if table.startswith("core.") and target.startswith("core."):
            lines.append(f"    {target.partition('.')[2]} ||--o{{ {table.partition('.')[2]} : {column}")
    return "\n".join([*lines, "```", ""])


def _examples() -> str:
    questions = (f"**{question}**\n\n```sql\n{query}\n```\n" for question, query in EXAMPLES.items())
    return "\n".join(["## Examples", "", *questions])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _own_words(cls: type) -> list[str]:
    return [inspect.cleandoc(cls.__doc__), ""] if cls.__doc__ else []


def _rows(cls: type) -> list[str]:
    lines = ["| column | type | NULL | meaning |", "|---|---|---|---|"]
    for field in fields_of(cls):
        name = f"**{field.name}**" if field.column.key else field.name
        kind = schema.SQL_TYPES.get(field.type, field.type.__name__).replace(" WITH TIME ZONE", " (UTC)")
        kind = kind.lower() if field.type in schema.SQL_TYPES else kind
        kind += " list" if field.is_list else ""
        lines.append(f"| {name} | {kind} | {'yes' if field.nullable else 'no'} | {_cell(_describe(field.column))} |")
    return lines


def _describe(column: Column) -> str:
    parts = [schema.meaning_of(column)]
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


if __name__ == "__main__":
    DICTIONARY.write_text(dictionary(), encoding="utf-8")
