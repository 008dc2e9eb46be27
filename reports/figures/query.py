"""SELECTs of the figures: read from `sql/`, filled in, and run.

Each file holds one SELECT. `$name` is replaced with an SQL literal, so that the result can be pasted and run.
`{{name}}` includes another file of `sql/`, and `{{mart:name}}` includes a file of the marts.

For the SELECT of a figure there is also a SELECT of the adverts that the figure rests on (`sql/behind/`). It returns
one row per cell and advert, with the `job_id`, archive file and exchange rate, and the `items` (skills, roles) that the
job counts for. Its distinct jobs are the jobs that the figure counts. For figures of pay, a job has only the advert
whose pay counts in the cell. For other figures, a job has all its adverts in the stock, because together they
state what the job asks for.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from string import Template
from typing import Any, Protocol

from warehouse.sql_files import read_sql

SQL = Path(__file__).with_name("sql")
FLOATS = ("DOUBLE", "FLOAT")
"""Types of columns that may hold NaN."""
_INCLUDE = re.compile(r"\{\{(?:(mart):)?([\w/]+)\}\}")


class Connection(Protocol):
    """A database that can run a SELECT."""

    def execute(self, query: str, /) -> Any:
        """Run a statement; the result has `description` and `fetchall()`."""


class Sql(str):
    """A piece of SQL, such as a table, a column or another SELECT, that replaces a parameter unquoted.

    A `$name` in the piece is filled in afterwards.
    """

    __slots__ = ()


def literal(value: object) -> str:
    """Return a value as an SQL literal. Raise `TypeError` for unknown types."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "MAP {" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    raise TypeError(f"no SQL literal for {value!r}")


@functools.cache
def text_of(name: str) -> str:
    """Return the text of a SELECT with its includes; `name` is its path below `sql/`, without `.sql`."""
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8").strip()
    return _INCLUDE.sub(lambda match: read_sql(f"marts/{match[2]}").strip() if match[1] else text_of(match[2]), text)


def fill(name: str, parameters: Mapping[str, object]) -> str:
    """Return a SELECT of `sql/` with its parameters filled in. Raise `KeyError` for a missing parameter."""
    pieces = {key: value for key, value in parameters.items() if isinstance(value, Sql)}
    values = {key: literal(value) for key, value in parameters.items() if key not in pieces}
    return Template(Template(text_of(name)).safe_substitute(pieces)).substitute(values)


def read(con: Connection, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a SELECT as dictionaries, with None for NaN, which JSON lacks."""
    answer = con.execute(sql)
    names = [column[0] for column in answer.description]
    floats = [name for name, kind, *_ in answer.description if str(kind) in FLOATS]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    for row in rows:
        for name in floats:
            if row[name] is not None and math.isnan(row[name]):  # data frames mark missing values with NaN
                row[name] = None
    return rows
