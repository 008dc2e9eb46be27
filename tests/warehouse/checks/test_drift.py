"""A source is held against its own history: too few rows, a lost column, and what is no reason to stop it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd
import pytest

from warehouse.checks.drift import HISTORY, MIN_ROWS, judge
from warehouse.checks.gate import GateResult

BOUNDS = (1, 10_000)


def history(nights: Sequence[tuple[int, float]], source: str = "board") -> duckdb.DuckDBPyConnection:
    """Loaded files, oldest first: rows, and the share of them with pay."""
    con = duckdb.connect()
    con.execute("CREATE SCHEMA ops")
    con.execute("CREATE TABLE ops.loads (warc TEXT, source TEXT, observed_to TIMESTAMP, n_rows INT, n_seen INT)")
    con.execute("CREATE TABLE ops.fill_rates (warc TEXT, source TEXT, column_name TEXT, n_rows INT, n_filled INT)")
    con.execute('CREATE TABLE ops.self_checks (warc TEXT, source TEXT, "check" TEXT, n_checked INT, n_failed INT)')
    for number, (n, share) in enumerate(nights):
        at = pd.Timestamp("2026-03-01") + pd.Timedelta(days=number)
        con.execute("INSERT INTO ops.loads VALUES (?, ?, ?, ?, ?)", [f"{number}", source, at, n, n])
        con.execute(
            "INSERT INTO ops.fill_rates VALUES (?, ?, 'pay_low', ?, ?)", [f"{number}", source, n, int(n * share)]
        )
    return con


def tonight(n: int, share: float = 0.4) -> pd.DataFrame:
    return pd.DataFrame({"pay_low": [1.0 if i < n * share else None for i in range(n)], "title": ["x"] * n})


def judge_rows(
    con: duckdb.DuckDBPyConnection, frame: pd.DataFrame, n_seen: int | None = None, **options: Any
) -> GateResult:
    """The verdict on a file of these rows, once it is noted how far they fill each column."""
    n = len(frame) if n_seen is None else n_seen
    con.execute("DELETE FROM ops.fill_rates WHERE warc = 'board/x'")
    for column in [name for name in frame if name not in ("agreements", "doubts")]:
        values = ["board/x", "board", column, len(frame), int(frame[column].notna().sum())]
        con.execute("INSERT INTO ops.fill_rates VALUES (?, ?, ?, ?, ?)", values)
    con.execute("DELETE FROM ops.self_checks WHERE warc = 'board/x'")
    if "doubts" in frame:
        con.execute(
            """
            INSERT INTO ops.self_checks
            SELECT 'board/x', 'board', "check", count(*), count_if(has_failed) FROM (
                SELECT unnest(agreements) AS "check", false AS has_failed FROM frame
                UNION ALL SELECT unnest(doubts), true FROM frame
            ) GROUP BY "check"
            """
        )
    options = {"source": "board", "expected_rows": BOUNDS, "gate": "load:board/x", "run_id": "r"} | options
    return judge(con, warc="board/x", n_rows=len(frame), n_seen=n, **options)


@pytest.mark.parametrize(
    ("nights", "n", "n_seen", "failures", "warnings"),
    [
        ([], 100, 100, 0, 0),
        ([], 0, 0, 1, 0),  # fewer than the source declares
        ([], 10_001, 10_001, 0, 1),
        ([(100, 0.4)], 10, 10, 0, 0),  # one night is no history
        ([(100, 0.4)] * 3, 100, 100, 0, 0),
        ([(100, 0.4)] * 3, 50, 50, 0, 0),
        ([(100, 0.4)] * 3, 49, 49, 1, 0),
        ([(100, 0.4)] * 3, 0, 0, 2, 0),
        ([(100, 0.4)] * 3, 0, 98, 0, 0),  # what is only repeated counts
        ([(100, 0.4)] * 3, 201, 201, 0, 1),
        ([(1000, 0.4)] * 3 + [(100, 0.4)] * HISTORY, 100, 100, 0, 0),  # only the last nights count
    ],
)
def test_rows_against_history(
    nights: Sequence[tuple[int, float]], n: int, n_seen: int, failures: int, warnings: int
) -> None:
    result = judge_rows(history(nights), tonight(n), n_seen)
    assert (len(result.failures), len(result.warnings)) == (failures, warnings), result
    assert result.passed is not bool(failures)


@pytest.mark.parametrize(
    ("usual", "n", "share", "is_lost"),
    [
        (0.4, 100, 0.4, False),
        (0.4, 100, 0.2, False),
        (0.4, 100, 0.19, True),
        (0.4, 100, 0.0, True),
        (0.05, 100, 0.0, False),  # too rare to be missed
        (0.4, MIN_ROWS - 1, 0.0, False),  # too few to tell
    ],
)
def test_a_column_that_empties_stops_the_source(usual: float, n: int, share: float, is_lost: bool) -> None:
    result = judge_rows(history([(100, usual)] * 3), tonight(n, share), n_seen=100)
    assert bool(result.failures) is is_lost
    assert all(failure.startswith("filled: pay_low") for failure in result.failures)


def test_other_sources_are_no_history() -> None:
    assert judge_rows(history([(1000, 0.4)] * 5, source="other"), tonight(10)).passed


def test_findings_are_on_record_met_or_not() -> None:
    result = judge_rows(history([(100, 0.4)] * 3), tonight(100, 0.0))
    assert {row.expectation: row.is_met for row in result.checks} == {
        "rows: at least as many as declared": True,
        "rows: at most as many as declared": True,
        "rows: half as many as usual": True,
        "rows: at most twice as many as usual": True,
        "filled: pay_low": False,
    }
    assert [row.examples for row in result.checks if not row.is_met] == ['{"found": 0.0, "usual": 0.4}']


def test_only_live_nights_are_history() -> None:
    """Files brought in later, dated between them, must not make nights fail that were good when they came."""
    con = history([(100, 0.4), (60, 0.4), (900, 0.0), (900, 0.0)])
    assert judge_rows(con, tonight(60)).failures
    assert judge_rows(con, tonight(60), live=["0", "1"]).passed


def test_a_feed_of_changes_may_have_any_number_of_rows_and_loses_no_column() -> None:
    con = history([(100, 0.4), (60, 0.4)])
    assert judge_rows(con, tonight(0), 0, expected_rows=None) == judge_rows(con, tonight(0), 9_999, expected_rows=None)
    assert judge_rows(con, tonight(0), 0, expected_rows=None).passed
    assert not judge_rows(con, tonight(60).assign(pay_low=None), 60, expected_rows=None).passed


# --- contradictions ---------------------------------------------------------------------------------------


def adverts(n: int, n_failed: int) -> pd.DataFrame:
    checks = [([], ["level_years"]) if number < n_failed else (["level_years"], []) for number in range(n)]
    return pd.DataFrame({"agreements": [one for one, _ in checks], "doubts": [other for _, other in checks]})


@pytest.mark.parametrize(
    ("n", "n_failed", "failures", "warnings"),
    [
        (100, 5, 0, 0),
        (100, 14, 0, 0),
        (100, 20, 0, 1),  # 15 points more than usual
        (100, 50, 1, 1),  # 45 points more
        (40, 40, 0, 0),  # too few to tell
        (100, 0, 0, 0),  # fewer contradictions are no fault
    ],
)
def test_a_rise_of_contradictions_warns_and_a_steep_one_stops(
    n: int, n_failed: int, failures: int, warnings: int
) -> None:
    con = history([(100, 0.4)] * 3)
    for number in range(3):
        con.execute("INSERT INTO ops.self_checks VALUES (?, 'board', 'level_years', 100, 5)", [f"{number}"])
    result = judge_rows(con, adverts(n, n_failed), n_seen=100)
    assert (len(result.failures), len(result.warnings)) == (failures, warnings)


def test_contradictions_without_history_are_counted_and_not_judged() -> None:
    result = judge_rows(history([(100, 0.4)] * 3), adverts(100, 100), n_seen=100)
    assert not any("contradictions" in check.expectation for check in result.checks)
