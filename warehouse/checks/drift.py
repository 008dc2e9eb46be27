"""Drift: compare what a source gave tonight with what it gave on its last healthy nights.

The commonest failure of a collector is to report success without data: an empty list with status 200, or a renamed
field. So tonight's number of rows, and the share of rows that fills each column, are compared with those of the files
that the source gave before. A file that falls short is refused, and the source keeps its last good rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

import duckdb

from warehouse.checks.gate import GateResult
from warehouse.ops_tables import Checks
from warehouse.sql_files import read_sql

HISTORY = 7  # a new file is compared with at most this many earlier files: a week of nights
MIN_HISTORY = 2  # a comparison needs at least this many earlier files
TOO_FEW = 0.5
"""With less than this fraction of the usual rows, a file is refused: a board does not close half its jobs overnight."""
TOO_MANY = 2.0  # with more than this multiple of the usual rows, a person should look
MIN_ROWS = 50
"""A share is computed only for files with at least this many rows; with fewer rows, a share says too little."""
RISE, STEEP_RISE = 0.1, 0.3
"""Limits for how far the share of adverts that contradict themselves may rise above its usual value.

Above the first limit, a person should look; above the second, the file is refused.
"""
MIN_FILL = 0.1  # a column that is usually filled in a smaller share of rows is not compared
DROP = 0.5
"""If the share of rows that fill a column falls below this fraction of its usual value, the column was probably
lost."""
FILL = {"table": "ops.fill_rates", "item": "column_name", "part": "n_filled", "total": "n_rows"}
DOUBTS = {"table": "ops.self_checks", "item": '"check"', "part": "n_failed", "total": "n_checked"}
"""Where to read how many rows of a file fill each column (`FILL`), and how many adverts failed each self-check."""


class Finding(NamedTuple):
    """One comparison of the value found with the usual or declared value: its name `what`, and whether it `is_met`.

    If `only_warns`, a comparison that is not met gives a warning and refuses nothing.
    """

    what: str
    is_met: bool
    found: float
    usual: float
    only_warns: bool = False

    def __str__(self) -> str:
        return f"{self.what} (found {self.found:,}, {self.usual:,} expected)"


def judge(
    con: duckdb.DuckDBPyConnection,
    *,
    warc: str,
    source: str,
    n_rows: int,
    n_seen: int,
    expected_rows: tuple[int, int] | None,
    gate: str,
    run_id: str,
    accepted: Collection[str] = (),
    live: Collection[str] | None = None,
) -> GateResult:
    """Compare an archive file with the history of its source. Every comparison becomes a row of ops.checks.

    The file has `n_rows` new rows; `n_seen` also counts rows that it only repeats. The source declares the bounds
    `expected_rows`, or None if it gives changes: fewer rows fail, and more give a warning. `accepted` names files that
    a person let in despite a refusal: the history begins with the newest of them. `live` names the files of live
    nights, or None for all; only these are history, because files added by hand do not show what a night gives.
    """
    history = {"source": source, "accepted": list(accepted), "live": None if live is None else list(live)}
    findings = [
        *(_compare_rows(con, history, n_seen, expected_rows) if expected_rows else ()),
        *_compare_shares(con, history, warc),
    ]
    checks = tuple(
        Checks(
            run_id=run_id, gate=gate, expectation=finding.what, is_met=finding.is_met, n_checked=n_rows,
            n_unexpected=None,
            examples=None if finding.is_met else f'{{"found": {finding.found}, "usual": {finding.usual}}}',
        )
        for finding in findings
    )  # fmt: skip
    misses = [finding for finding in findings if not finding.is_met]
    return GateResult(
        checks=checks,
        failures=tuple(str(miss) for miss in misses if not miss.only_warns),
        warnings=tuple(str(miss) for miss in misses if miss.only_warns),
    )


def _compare_rows(
    con: duckdb.DuckDBPyConnection, history: Mapping[str, Any], n_seen: int, expected_rows: tuple[int, int]
) -> Iterator[Finding]:
    low, high = expected_rows
    limits: list[tuple[str, float, float]] = [
        ("at least as many as declared", low, low),
        ("at most as many as declared", high, high),
    ]
    rows = con.execute(
        f"SELECT n_seen FROM ({read_sql('checks/history')}) WHERE n_seen > 0 ORDER BY observed_to DESC LIMIT {HISTORY}",
        history,
    ).fetchall()
    if len(rows) >= MIN_HISTORY:
        usual = float(median(n for (n,) in rows))
        limits.append(("half as many as usual", TOO_FEW * usual, usual))
        limits.append(("at most twice as many as usual", TOO_MANY * usual, usual))
    for what, limit, usual in limits:
        is_upper = what.startswith("at most")
        yield Finding(f"rows: {what}", n_seen <= limit if is_upper else n_seen >= limit, n_seen, usual, is_upper)


def _compare_shares(con: duckdb.DuckDBPyConnection, history: Mapping[str, Any], warc: str) -> Iterator[Finding]:
    for column, share, usual in _read_shares(con, history, warc, FILL):
        if usual >= MIN_FILL:
            yield Finding(f"filled: {column}", share >= DROP * usual, round(share, 4), round(usual, 4))
    for check, share, usual in _read_shares(con, history, warc, DOUBTS):
        found = round(share, 4), round(usual, 4)
        yield Finding(f"contradictions: {check}", share <= usual + STEEP_RISE, *found)
        yield Finding(f"contradictions: {check}, a little", share <= usual + RISE, *found, only_warns=True)


def _read_shares(
    con: duckdb.DuckDBPyConnection, history: Mapping[str, Any], warc: str, at: Mapping[str, str]
) -> list[tuple[str, float, float]]:
    """Return the items that the file and earlier files have, each with its share in this file and its usual share."""
    select = "SELECT {item}, {part} / {total} FROM {table} WHERE warc = ? AND {total} >= ? ORDER BY ALL".format(**at)
    shares = con.execute(select, [warc, MIN_ROWS]).fetchall()
    if not shares:
        return []
    numbers = {"min_rows": MIN_ROWS, "n_files": HISTORY, "min_files": MIN_HISTORY}
    select = read_sql("checks/usual_shares", history=read_sql("checks/history"), **numbers, **at)
    usual = dict(con.execute(select, history).fetchall())
    return [(item, share, usual[item]) for item, share in shares if item in usual]
