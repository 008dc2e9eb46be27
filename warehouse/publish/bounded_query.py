"""Answer one SELECT on market.duckdb from an untrusted client, with bounds on rows, bytes, time and memory.

The query runs in a separate process, on the locked connection of `reader`. A timer interrupts the query at its time
limit. A few functions of DuckDB 2.0 ignore the interruption and do not count their memory:
`list_sort(range(300000000))` ran for 73 seconds and took 2.4 GB under a limit of 0.5 GB. So the operating system bounds
the memory of the process, and the process is killed if the timer did not end the query.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.database import Connection
from warehouse.publish.json_values import to_json_value
from warehouse.publish.reader import open_reader

MAX_MEMORY = "1GB"  # memory that DuckDB may use for a query
MAX_ADDRESS_SPACE = 6 * 2**30
"""Bytes that the process of a query may map. Libraries and stacks of threads alone take half a gigabyte."""
GRACE = 3.0  # seconds after a query's time limit until its process is killed
MAX_SQL = 20_000  # maximum characters of a query


class QueryRefusedError(ValueError):
    """The query is not answered. The message says why, and what to do instead."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Limits on the answer to a query, and on its time."""

    rows: int = 100
    n_bytes: int = 50_000
    seconds: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The first rows of a result as JSON values."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    cut_by: str | None  # the bound that cut the result, "rows" or "bytes"


def answer_query(con: Connection, sql: str, bounds: Bounds) -> Answer:
    """Answer one SELECT on a connection of `open_reader`. Raise `QueryRefusedError` for anything else."""
    statement = _only_select(con, sql)
    timer = threading.Timer(bounds.seconds, con.interrupt)
    timer.start()
    try:
        result = con.execute(statement)
        description = result.description or ()
        rows, cut_by = _take(result, bounds)
    except duckdb.InterruptException as error:
        raise QueryRefusedError(_say_too_long(bounds)) from error
    except duckdb.OutOfMemoryException as error:
        raise QueryRefusedError(f"it needs more memory than {MAX_MEMORY}: filter or aggregate first") from error
    except duckdb.PermissionException as error:
        raise QueryRefusedError(f"only the published tables may be read, no file and no network: {error}") from error
    except (duckdb.Error, MemoryError) as error:
        raise QueryRefusedError(str(error) or "it needs more memory than a query may use") from error
    finally:
        timer.cancel()
    return Answer(
        columns=[column[0] for column in description], types=[str(column[1]) for column in description],
        rows=rows, cut_by=cut_by,
    )  # fmt: skip


def _only_select(con: Connection, sql: str) -> Any:
    if len(sql) > MAX_SQL:
        raise QueryRefusedError(f"the query has {len(sql):,} characters; at most {MAX_SQL:,} are allowed")
    try:
        statements = con.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryRefusedError(str(error)) from error
    if len(statements) != 1:
        raise QueryRefusedError(f"{len(statements)} statements given: send exactly one SELECT at a time")
    (statement,) = statements
    kind = str(statement.type).rpartition(".")[2]
    if kind != "SELECT":
        hint = " (of a PIVOT: name its values with IN)" if kind == "MULTI" else ""
        raise QueryRefusedError(
            f"a statement of kind {kind} is refused: only a SELECT is answered, or WITH … SELECT, FROM, SHOW, "
            f"DESCRIBE or SUMMARIZE{hint}"
        )
    return statement


def _take(result: Connection, bounds: Bounds) -> tuple[list[list[Any]], str | None]:
    rows: list[list[Any]] = []
    size = 0
    while (row := result.fetchone()) is not None:
        if len(rows) == bounds.rows:
            return rows, "rows"
        line = json.dumps([to_json_value(value) for value in row], ensure_ascii=False, default=str)
        size += len(line.encode())
        if size > bounds.n_bytes:
            if not rows:
                raise QueryRefusedError(
                    f"the first row has {size:,} bytes; at most {bounds.n_bytes:,} are allowed: select fewer columns"
                )
            return rows, "bytes"
        rows.append(json.loads(line))
    return rows, None


def _say_too_long(bounds: Bounds) -> str:
    return f"it took longer than {bounds.seconds:g} seconds and was stopped: filter, aggregate or join less"


# --- a process of its own -----------------------------------------------------------------------------------


def ask_apart(folder: Path, sql: str, bounds: Bounds) -> Answer:
    """Answer one SELECT on the published file of a folder, in a separate process.

    Raise `QueryRefusedError` if the query is refused, and `FileNotFoundError` if nothing was published yet.
    """
    import subprocess  # noqa: PLC0415  # needed by the parent alone; the child should start quickly

    request = json.dumps({"folder": str(folder.absolute()), "sql": sql, "bounds": asdict(bounds)})
    try:
        process = subprocess.run(
            [sys.executable, "-m", __name__], input=request, capture_output=True, text=True, encoding="utf-8",
            timeout=bounds.seconds + GRACE, check=False, cwd=Path(__file__).parents[2],
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise QueryRefusedError(_say_too_long(bounds)) from error
    if not process.stdout:
        raise QueryRefusedError("it needs more memory than a query may use: filter or aggregate first")
    answer = json.loads(process.stdout)
    if "missing" in answer:
        raise FileNotFoundError(answer["missing"])
    if "refused" in answer:
        raise QueryRefusedError(answer["refused"])
    return Answer(**answer)


def _answer_parent() -> None:
    request = json.loads(sys.stdin.read())
    _bound_memory()
    try:
        with open_reader(Path(request["folder"]), max_memory=MAX_MEMORY) as con:
            answer: dict[str, Any] = asdict(answer_query(con, request["sql"], Bounds(**request["bounds"])))
    except FileNotFoundError as error:
        answer = {"missing": str(error)}
    except QueryRefusedError as error:
        answer = {"refused": str(error)}
    except duckdb.Error as error:  # of opening the file
        why = str(error).splitlines()[0]
        answer = {"refused": f"the published file cannot be read ({why}); `jobmarket rebuild` publishes it again"}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


def _bound_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415  # not on every system

        resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))


if __name__ == "__main__":
    _answer_parent()
