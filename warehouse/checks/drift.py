"""Drift: whether a source gave tonight roughly what it gave on its last healthy nights.

The commonest failure of a collector is to report success with nothing in hand: an empty list with status 200, a
renamed field. Tonight's rows, and the share of them that fills each column, are compared with the files of the source
that were loaded before. A file that falls short is refused, and the source keeps its last good rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import duckdb

from warehouse.checks.gate import GateResult
from warehouse.ops_tables import Checks
from warehouse.sql_files import read_sql

HISTORY = 7
"""Files that a new file is compared with: a week of nights."""
MIN_HISTORY = 2
"""Files needed for a comparison."""
TOO_FEW = 0.5
"""Part of the usual rows below which a source is stopped: a board platform does not close half its jobs overnight."""
TOO_MANY = 2.0
"""Times the usual rows above which a person should look."""
MIN_ROWS = 50
"""Rows below which a share says too little."""
RISE, STEEP_RISE = 0.1, 0.3
"""Increases, in points, of the share of adverts that contradict themselves: above the first a person should look, above
the second the reader misreads the source."""
MIN_FILL = 0.1
"""A column usually filled less than this is too rare to be missed."""
DROP = 0.5
"""Part of its usual fill below which a column has been lost, not thinned."""
FILL = {"table": "ops.fill_rates", "item": "column_name", "part": "n_filled", "total": "n_rows"}
"""Where the rows that fill each column are counted, among all rows of a file."""
DOUBTS = {"table": "ops.self_checks", "item": '"check"', "part": "n_failed", "total": "n_checked"}
"""Where the adverts that failed each check are counted, among all that were put to it."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One comparison: the value found and the value that it was compared with. `only_warns`: a miss refuses nothing."""

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
    """Compare an archive file with the history of its source; every finding, met or not, is a row of ops.checks.

    The file has `n_rows` new rows, and `n_seen` rows with those it only repeats. How far it fills each column stands in
    ops.fill_rates, for all adverts that its new answers list; contradictions stand in ops.self_checks. `con` is a
    database with these tables and ops.loads.

    `expected_rows` are the bounds the source declares: fewer fail, more warn. None: the source gives changes, and any
    number of rows is right. A file that a person `accepted` begins a new history. `live` names files of live nights,
    and only they are history: files brought in by hand, early or late, do not show what a night gives. None: all are.
    """
    history = {"source": source, "accepted": list(accepted), "live": None if live is None else list(live)}
    findings = [
        *(_compare_rows(con, history, n_seen, expected_rows) if expected_rows else ()),
        *_compare_fill(con, history, warc),
        *_compare_doubts(con, history, warc),
    ]
    checks = tuple(
        Checks(
            run_id=run_id,
            gate=gate,
            expectation=finding.what,
            is_met=finding.is_met,
            n_checked=n_rows,
            n_unexpected=None,
            examples=None if finding.is_met else f'{{"found": {finding.found}, "usual": {finding.usual}}}',
        )
        for finding in findings
    )
    misses = [finding for finding in findings if not finding.is_met]
    return GateResult(
        checks=checks,
        failures=tuple(str(miss) for miss in misses if not miss.only_warns),
        warnings=tuple(str(miss) for miss in misses if miss.only_warns),
    )


def _compare_rows(
    con: duckdb.DuckDBPyConnection, history: Mapping[str, Any], n_seen: int, expected_rows: tuple[int, int]
) -> Iterator[Finding]:
    """Compare the number of rows with what the source declares and with the median of its last files."""
    low, high = expected_rows
    limits: list[tuple[str, float, float, bool]] = [
        ("rows: at least as many as declared", low, low, False),
        ("rows: at most as many as declared", high, high, True),
    ]
    rows = con.execute(
        f"SELECT n_seen FROM ({read_sql('checks/history')}) WHERE n_seen > 0 ORDER BY observed_to DESC LIMIT {HISTORY}",
        history,
    ).fetchall()
    if len(rows) >= MIN_HISTORY:
        usual = float(median(n for (n,) in rows))
        limits += [
            ("rows: half as many as usual", TOO_FEW * usual, usual, False),
            ("rows: at most twice as many as usual", TOO_MANY * usual, usual, True),
        ]
    for what, limit, usual, is_upper in limits:
        is_met = n_seen <= limit if is_upper else n_seen >= limit
        yield Finding(what=what, is_met=is_met, found=n_seen, usual=usual, only_warns=is_upper)


def _compare_fill(con: duckdb.DuckDBPyConnection, history: Mapping[str, Any], warc: str) -> Iterator[Finding]:
    """Compare the share of rows that fills each column, if there are enough rows to tell."""
    fill = _shares_of(con, warc, FILL)
    for column, rate in _usual_shares(con, history, FILL).items() if fill else ():
        if rate >= MIN_FILL and column in fill:
            found, usual = round(fill[column], 4), round(rate, 4)
            yield Finding(what=f"filled: {column}", is_met=fill[column] >= DROP * rate, found=found, usual=usual)


def _compare_doubts(con: duckdb.DuckDBPyConnection, history: Mapping[str, Any], warc: str) -> Iterator[Finding]:
    """Compare the share of adverts that contradict themselves, for each check put to enough of them."""
    doubts = _shares_of(con, warc, DOUBTS)
    usual_doubts = _usual_shares(con, history, DOUBTS) if doubts else {}
    for name, share in doubts.items():
        if name in usual_doubts:
            found, usual = round(share, 4), round(usual_doubts[name], 4)
            for suffix, rise, only_warns in (("", STEEP_RISE, False), (", a little", RISE, True)):
                yield Finding(
                    what=f"contradictions: {name}{suffix}", is_met=share <= usual + rise, found=found, usual=usual,
                    only_warns=only_warns,
                )  # fmt: skip


def _usual_shares(
    con: duckdb.DuckDBPyConnection, history: Mapping[str, Any], at: Mapping[str, str]
) -> dict[str, float]:
    """Median share in the source's last files with enough rows to tell, by name."""
    numbers = {"min_rows": MIN_ROWS, "n_files": HISTORY, "min_files": MIN_HISTORY}
    select = read_sql("checks/usual_shares", history=read_sql("checks/history"), **numbers, **at)
    return dict(con.execute(select, history).fetchall())


def _shares_of(con: duckdb.DuckDBPyConnection, warc: str, at: Mapping[str, str]) -> dict[str, float]:
    """Share in one file, by name; only names with enough rows to tell."""
    select = "SELECT {item}, {part} / {total} FROM {table} WHERE warc = ? AND {total} >= ? ORDER BY ALL".format(**at)
    return dict(con.execute(select, [warc, MIN_ROWS]).fetchall())
