"""mart.pay_changes: which series print, what breaks them, and what each row counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.warehouse.marts.pay.test_reported_pay import COUNTRY, person
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import PayChanges
from warehouse.marts.pay.pay_changes import pay_changes
from warehouse.tables import Countries, PayReports

AS_OF = date(2026, 9, 30)
TITLES = tuple(f"{name} Engineer {team}" for team in range(6) for name in ("AI", "ML"))
YEARS = {2022: 1, 2023: 7, 2024: 7, 2025: 10}
"""Pairs of each title by year; more of every second title, which is paid less, in the last."""


def pairs_of(year: int, n: int, title: str, base: float) -> list[PayReports]:
    rows = []
    for number in range(n):
        pair = 100_000 * (year - 2000) + 1_000 * TITLES.index(title) + number
        low = base * 1.02 ** (year - 2022) * (1 + 0.002 * (number % 20) + 1e-6 * number)
        for side, pay in enumerate((low, 1.5 * low)):
            rows.append(
                person(
                    2 * pair + side, pay, source="collection", basis="advertised_third_party", year=year, title=title,
                    snapshot_on=date(2026, 1, 4), pair_row=pair, role="ai_engineer", role_group="ai_engineering",
                    seniority="senior", paid_in=None, pay_usd_stated=pay, years_experience=None,
                )
            )  # fmt: skip
    return rows


def engineers(day: date, n_ai: int, n_others: int, factor: float = 1.3, **fields: Any) -> list[PayReports]:
    rows = []
    for number in range(n_ai + n_others):
        is_ai = number < n_ai
        group = {} if is_ai else {"role": "software_engineer", "role_group": "other_engineering"}
        years = float(number % 10)
        pay = 1e6 * (1 + 0.1 * years) * (factor if is_ai else 1) * (1 + 0.01 * (number % 7))
        rows.append(person(number + 1, pay, snapshot_on=day, years_experience=years, **(group | fields)))
    return rows


def rows_of(con: database.Connection, measure: str, group: str) -> list[dict[Any, Any]]:
    frame = pay_changes(con, AS_OF)
    assert gate.check(frame, PayChanges, gate="mart", run_id="1").failures == ()
    frame = frame[(frame["measure"] == measure) & (frame["role_group"] == group)]
    return frame.astype(object).where(frame.notna(), None).sort_values("period").to_dict("records")


@pytest.fixture
def market(con: database.Connection) -> database.Connection:
    database.put(con, Countries, [Countries(country="AR", currencies=("ARS",), **COUNTRY)])
    for year, n in YEARS.items():
        for number, title in enumerate(TITLES):
            more = 10 * (year == 2025) * (number % 2)
            database.put(con, PayReports, pairs_of(year, n + more, title, 50_000.0 if number % 2 else 100_000.0))
    return con


def test_pay_is_held_constant_and_chained_over_periods_that_pass(market: database.Connection) -> None:
    rows = rows_of(market, "held_constant", "ai_engineering")
    assert [(row["previous"], row["period"], row["status"]) for row in rows] == [
        ("2022", "2023", "suppressed"), ("2023", "2024", "low"), ("2024", "2025", "low"),
    ]  # fmt: skip
    assert rows[0]["reason"] == "not enough data (n = 12; 30 needed)"
    assert rows[1]["change"] == pytest.approx(0.02, abs=1e-4)
    assert (rows[1]["is_break"], rows[2]["is_break"]) == (True, False)
    assert rows[2]["raw_change"] < -0.03 < 0 < rows[2]["change"]  # more of the title that is paid less
    assert {row["chained_from"] for row in rows[1:]} == {"2023"}
    assert rows[2]["chain"] == pytest.approx((1 + rows[1]["change"]) * (1 + rows[2]["change"]) - 1)
    assert rows[2]["period_to"] == date(2025, 12, 31)
    assert list(rows[2]["roles"]) == [{"role": "ai_engineer", "n_jobs": 180}]
    assert (rows[2]["n_jobs"], rows[2]["n_compared"], rows[2]["n_kinds"], rows[2]["n_clusters"]) == (180, 84, 12, 12)


@pytest.mark.parametrize(
    ("n_titles", "n_more", "reason"),
    [
        (9, 0, "not enough titles (9; 10 needed)"),
        (10, 0, None),
        (10, 300, "one title is most of it (as much as 1.4 even titles; 2 needed)"),
    ],
)
def test_few_titles_tell_no_change(market: database.Connection, n_titles: int, n_more: int, reason: str | None) -> None:
    market.execute(
        "DELETE FROM core.pay_reports WHERE year = 2023 AND NOT list_contains(?, title)", [TITLES[:n_titles]]
    )
    if n_more:
        for year in (2023, 2024):
            database.put(market, PayReports, pairs_of(year, n_more, TITLES[0], 100_000.0))
    now = rows_of(market, "held_constant", "ai_engineering")
    found = {row["period"]: row["reason"] for row in now if row["status"] == "suppressed"}
    assert found.get("2024") == reason


def test_a_premium_is_at_equal_experience_and_needs_a_second_wave(market: database.Connection) -> None:
    database.put(market, PayReports, engineers(date(2025, 7, 1), 40, 100))
    assert not rows_of(market, "premium", "ai_core")
    database.put(market, PayReports, engineers(date(2026, 1, 15), 50, 100))
    database.put(market, PayReports, engineers(date(2024, 1, 15), 20, 100))
    rows = rows_of(market, "premium", "ai_core")
    assert [row["status"] for row in rows] == ["suppressed", "low", "low"]
    for row in rows[1:]:
        assert row["change_lo"] < 0.3 < row["change_hi"]
    assert (rows[2]["n_jobs"], rows[2]["n_compared"]) == (50, 100)
    assert rows[2]["previous"] is None


def test_a_wave_that_asks_for_other_things_is_a_break(market: database.Connection) -> None:
    database.put(market, PayReports, engineers(date(2025, 7, 1), 40, 100))
    database.put(market, PayReports, engineers(date(2026, 1, 15), 50, 100, paid_in=None))
    assert [row["is_break"] for row in rows_of(market, "premium", "ai_core")] == [False, True]


def test_dollars_stated_as_such_count_and_brackets_do_not(market: database.Connection) -> None:
    stated: dict[str, Any] = {"paid_in": "dollars", "currency": "USD", "pay_usd_stated": None}
    database.put(market, PayReports, engineers(date(2025, 7, 1), 40, 100, **stated))
    database.put(market, PayReports, engineers(date(2026, 1, 15), 50, 100, **stated))
    assert [row["n_jobs"] for row in rows_of(market, "premium", "ai_core")] == [40, 50]
    market.execute("UPDATE core.pay_reports SET pay_high = 2 * pay WHERE basis = 'reported'")
    assert not rows_of(market, "premium", "ai_core")


def test_later_waves_and_closed_sources_do_not_count(market: database.Connection) -> None:
    database.put(market, PayReports, engineers(date(2025, 7, 1), 40, 100))
    database.put(market, PayReports, engineers(date(2026, 12, 1), 50, 100))
    assert not rows_of(market, "premium", "ai_core")


def test_nothing_read_is_nothing(con: database.Connection) -> None:
    assert isinstance(pay_changes(con, AS_OF), pd.DataFrame)
    assert pay_changes(con, AS_OF).empty
