"""Drift: whether what a source gave tonight looks like what it gave on its last healthy nights.

The commonest failure of a collector is to report success with nothing in hand: an empty list with status 200, a
field that is renamed. Tonight's rows and the share of them that fills each column are held against the files of
the source that were loaded before. What falls short is refused, and the source keeps its last good rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from statistics import median
from typing import Any

import pandas as pd

from warehouse.checks.gate import GateResult
from warehouse.ops_tables import Checks

HISTORY = 7
"""Files that a new one is held against: a week of nights."""
MIN_HISTORY = 2
"""Files below which there is no history yet."""
TOO_FEW = 0.5
"""Part of the usual rows below which a source is stopped: a board platform does not close half its jobs overnight."""
TOO_MANY = 2.0
"""Times the usual rows above which a person should look."""
MIN_ROWS = 50
"""Rows below which a share says too little."""
RISE, STEEP_RISE = 0.1, 0.3
"""Points above the usual share of adverts that contradict themselves from which a person should look, and from which a
reader reads something else than it did."""
MIN_FILL = 0.1
"""A column usually filled less than this is too rare to be missed."""
DROP = 0.5
"""Part of its usual fill below which a column has been lost, not thinned."""


def judge(
    con: Any,
    frame: pd.DataFrame,
    *,
    warc: str,
    source: str,
    n_seen: int,
    expected_rows: tuple[int, int] | None,
    gate: str,
    run_id: str,
    accepted: Collection[str] = (),
    live: Collection[str] | None = None,
) -> GateResult:
    """Hold a file's new rows, and `n_seen` rows with those it only repeats, against the source's history.

    How far the file fills each column stands in ops.fill_rates, of all adverts that its new answers list.

    `expected_rows` are the bounds the source declares: fewer fail, more warn. None: it gives changes, of which a night
    may have any number. What a person `accepted` begins a new
    history. Only files of `live` nights are history, where they are named: what is brought in by hand, early or late,
    says nothing of what a night gives. `con` is a database with ops.loads and ops.fill_rates. Every finding is a row
    of ops.checks, met or not.
    """
    history = {"source": source, "accepted": list(accepted), "live": None if live is None else list(live)}
    usual = _usual_rows(con, history)
    findings: list[tuple[str, bool, float, float, bool]] = []
    if expected_rows is not None:
        least, most = expected_rows
        findings += [
            ("rows: at least as many as declared", n_seen >= least, n_seen, least, False),
            ("rows: at most as many as declared", n_seen <= most, n_seen, most, True),
        ]
    if usual is not None and expected_rows is not None:
        findings += [
            ("rows: half as many as usual", n_seen >= TOO_FEW * usual, n_seen, usual, False),
            ("rows: at most twice as many as usual", n_seen <= TOO_MANY * usual, n_seen, usual, True),
        ]
    if fill := _fill_of(con, warc):
        for column, rate in _usual_fill(con, history).items():
            if rate >= MIN_FILL and column in fill:
                share = fill[column]
                findings.append((f"filled: {column}", share >= DROP * rate, round(share, 4), round(rate, 4), False))
    usual_doubts = _usual_doubts(con, history)
    for name, (n_checked, share) in _doubts_in(frame).items():
        if name in usual_doubts and n_checked >= MIN_ROWS:
            now, before = round(share, 4), round(usual_doubts[name], 4)
            findings += [
                (f"contradictions: {name}", share <= before + STEEP_RISE, now, before, False),
                (f"contradictions: {name}, a little", share <= before + RISE, now, before, True),
            ]
    checks = tuple(
        Checks(
            run_id=run_id,
            gate=gate,
            expectation=what,
            is_met=bool(is_met),
            n_checked=len(frame),
            n_unexpected=None,
            examples=None if is_met else f'{{"found": {value}, "usual": {against}}}',
        )
        for what, is_met, value, against, _ in findings
    )
    misses = [
        (f"{what} (found {value:,}, {against:,} expected)", only_warns)
        for what, is_met, value, against, only_warns in findings
        if not is_met
    ]
    return GateResult(
        checks=checks,
        failures=tuple(message for message, only_warns in misses if not only_warns),
        warnings=tuple(message for message, only_warns in misses if only_warns),
    )


HISTORY_OF = """
SELECT warc, observed_to, n_seen FROM ops.loads WHERE source = $source AND observed_to >= coalesce(
    (SELECT max(observed_to) FROM ops.loads WHERE source = $source AND list_contains($accepted, warc)),
    TIMESTAMP '-infinity'
) AND ($live::VARCHAR[] IS NULL OR list_contains($live::VARCHAR[], warc))
"""


def _usual_rows(con: Any, history: Mapping[str, Any]) -> float | None:
    """The median rows of the source's last files; None where there is no history."""
    rows = con.execute(
        f"SELECT n_seen FROM ({HISTORY_OF}) WHERE n_seen > 0 ORDER BY observed_to DESC LIMIT {HISTORY}", history
    ).fetchall()
    return float(median(n for (n,) in rows)) if len(rows) >= MIN_HISTORY else None


def _usual_shares(
    con: Any, history: Mapping[str, Any], table: str, name: str, share: tuple[str, str]
) -> dict[str, float]:
    """By the name in a table of shares: the median in the source's last files with enough to tell."""
    part, whole = share
    rows = con.execute(
        f"""
        SELECT "{name}", median({part} / {whole}) FROM (
            SELECT t.* FROM {table} AS t JOIN ({HISTORY_OF}) AS h USING (warc) WHERE {whole} >= {MIN_ROWS}
            QUALIFY row_number() OVER (PARTITION BY "{name}" ORDER BY h.observed_to DESC) <= {HISTORY}
        ) GROUP BY ALL HAVING count(*) >= {MIN_HISTORY}
        """,
        history,
    ).fetchall()
    return {str(name): float(rate) for name, rate in rows}


def _usual_fill(con: Any, history: Mapping[str, Any]) -> dict[str, float]:
    """The median share that fills each column in the source's last files with rows enough to tell."""
    return _usual_shares(con, history, "ops.fill_rates", "column_name", ("n_filled", "n_rows"))


def _usual_doubts(con: Any, history: Mapping[str, Any]) -> dict[str, float]:
    """The median share of contradictions of each check in the source's last files with adverts enough to tell."""
    return _usual_shares(con, history, "ops.self_checks", "check", ("n_failed", "n_checked"))


def _fill_of(con: Any, warc: str) -> dict[str, float]:
    """The share that fills each column in a file with rows enough to tell."""
    rows = con.execute(
        "SELECT column_name, n_filled / n_rows FROM ops.fill_rates WHERE warc = ? AND n_rows >= ?", [warc, MIN_ROWS]
    ).fetchall()
    return dict(rows)


def _doubts_in(frame: pd.DataFrame) -> dict[str, tuple[int, float]]:
    """Adverts put to each check, and the share of them that contradict themselves."""
    if "doubts" not in frame:
        return {}
    failures = frame["doubts"].explode().dropna().value_counts()
    successes = frame["agreements"].explode().dropna().value_counts()
    totals = failures.add(successes, fill_value=0)
    return {str(name): (int(n), float(failures.get(name, 0) / n)) for name, n in totals.items()}
