"""SELECTs of the figures: read from `sql/`, filled in, and run.

Each file holds one SELECT. `$name` is filled with an SQL literal, so that the result can be pasted and run; `{{name}}`
stands for another file beside it, `{{mart:name}}` for one beside the marts.

Beside the SELECT of a figure stands one of the adverts behind it (`behind_….sql`): one row per cell and advert with its
`job_id`, archive file, exchange rate, and the `items` (skills, roles) that its job counts for. Distinct jobs are those
that the figure counts. Of a job that is paid stands the one advert whose pay counts in the cell; of other figures all
adverts of a job in the stock, since they say together what the job says.
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
"""Types of columns that NaN may stand in."""
_INCLUDE = re.compile(r"\{\{(?:(mart):)?([\w/]+)\}\}")


class Connection(Protocol):
    """What is asked of a database: run a SELECT and give its rows."""

    def execute(self, query: str, /) -> Any:
        """Run a statement; the result has `description` and `fetchall()`."""


class Sql(str):
    """SQL that is put in for a parameter as it is, and then filled in itself: a table, a column, another SELECT."""

    __slots__ = ()


def literal(value: object) -> str:
    """A value as an SQL literal. Raises `TypeError` for a type that no parameter has."""
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
    """The text of a SELECT by its file's name without `.sql`, with the files that it includes."""
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8").strip()
    return _INCLUDE.sub(lambda match: read_sql(f"marts/{match[2]}").strip() if match[1] else text_of(match[2]), text)


@functools.cache
def _template(name: str) -> Template:
    return Template(text_of(name))


def fill(name: str, parameters: Mapping[str, object]) -> str:
    """A SELECT, by its file's name, with its parameters filled in. Raises `KeyError` when one is missing."""
    pieces = {key: value for key, value in parameters.items() if isinstance(value, Sql)}
    template = Template(_template(name).safe_substitute(pieces)) if pieces else _template(name)
    return template.substitute({key: literal(value) for key, value in parameters.items() if key not in pieces})


def fill_text(text: str, parameters: Mapping[str, object]) -> str:
    """A SELECT with its parameters filled in, of which no file holds the text."""
    return Template(text).substitute({key: literal(value) for key, value in parameters.items()})


@functools.cache
def parameters_in(name: str) -> frozenset[str]:
    """The names of the parameters of a SELECT, by its file's name."""
    return frozenset(_template(name).get_identifiers())


def put_around(behind: str, name: str) -> str:
    """A SELECT, by its file's name, around that of the adverts behind a figure: `files` or `behind_as_read`.

    `files` gives the archive files of each cell, with the number of adverts in each; those that only convert money
    follow, with the number 0.
    """
    return _template(name).substitute(behind=behind)


def read(con: Connection, sql: str) -> list[dict[str, Any]]:
    """The rows of a SELECT as dictionaries in which NaN, which JSON has not, is None."""
    answer = con.execute(sql)
    names = [column[0] for column in answer.description]
    floats = [name for name, kind, *_ in answer.description if str(kind) in FLOATS]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    for row in rows:
        for name in floats:
            if row[name] is not None and math.isnan(row[name]):  # a data frame puts it where nothing is
                row[name] = None
    return rows
