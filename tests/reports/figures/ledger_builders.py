"""Handmade rows that figures are computed from, and the figures of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from reports.figures import catalogue, compute, vintages
from tests.builders import share_row
from tests.reports.conftest import insert
from warehouse import mart_tables, ops_tables, tables
from warehouse.mart_tables import Figures
from warehouse.marts.share.shares import shares

AS_OF = date(2026, 8, 17)


NORTH = "pay.northern_america.ai_engineering.mid_senior"


Cell = Callable[..., dict[str, Any]]


Put = Callable[..., None]


def computed(
    con: duckdb.DuckDBPyConnection,
    as_of: date = AS_OF,
    *,
    also: Sequence[str] = (),
    starts: tuple[str, ...] = ("",),
    is_published: bool = False,
) -> dict[str, Figures]:
    """The figures of a night whose ids begin with one of `starts`, which is faster than all figures.

    They are read from the marts of the day, or from published cells.
    """
    all_of = catalogue.declarations
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            compute,
            "declarations",
            lambda con, also: {name: one for name, one in all_of(con, also).items() if name.startswith(starts)},
        )
        standing = vintages.read_standing(con) if is_published else None
        rows = compute.compute_figures(con, as_of, code_version="9.9", also=also, standing=standing)
        return {row.figure: row for row in rows}


def computed_one(
    con: duckdb.DuckDBPyConnection, figure: str, as_of: date = AS_OF, *, is_published: bool = False
) -> Figures:
    """One figure of a night, without nearest figures."""
    return computed(con, as_of, starts=(figure,), is_published=is_published)[figure]


def store(con: duckdb.DuckDBPyConnection, put: Put, rows: list[Figures]) -> None:
    put(mart_tables.Figures, *({name: getattr(row, name) for name in row.__dataclass_fields__} for row in rows))


def posting(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "posting_id": f"ashby:{number}", "job_id": f"ashby:{number}", "source": "ashby", "board": "b",
        "employer_id": f"e{number % 10}", "title": "AI Engineer", "role": "ai_engineer", "role_group": "ai_engineering",
        "seniority": "mid", "text_state": "full", "text_class": "full_advert", "is_drawn": True, "text_hash": None,
        "first_seen_at": datetime(2026, 8, 10), "last_seen_at": datetime(2026, 8, 17), "content_hash": "0" * 32,
        "warc": "ashby/2026-08-17T000000Z.warc.gz",
    }  # fmt: skip
    return row | {"version_from": changes.get("first_seen_at", row["first_seen_at"])} | changes


def paid(**changes: Any) -> dict[str, Any]:
    """Yearly base pay in dollars in the United States, as bands count it."""
    row = {
        "pay_low": 1e5, "pay_high": 2e5, "pay_source": "stated", "currency": "USD", "period": "year",
        "annual_low": 1e5, "annual_high": 2e5, "annual_low_usd": 1e5, "annual_high_usd": 2e5,
        "pay_country": "US", "pay_region": "Northern America", "pay_market": "local",
    }  # fmt: skip
    return row | changes


def answered(put: Put, number: int, source: str, board: str | None, day: date, **changes: Any) -> None:
    at = datetime.combine(day, datetime.min.time())
    row = {
        "warc": f"w{number}", "record": 0, "source": source, "board": board, "observed_at": at, "is_complete": True,
        "http_status": 200,
    }  # fmt: skip
    put(ops_tables.Responses, row | changes)


PAIRS = {
    "basis": "advertised_third_party", "role_group": "ai_core", "window_days": 0, "status": "low", "reason": "pairs",
}  # fmt: skip
"""Columns of a cell of third-party pairs that differ from other cells."""


def put_pair(put: Put, **changes: Any) -> None:
    """Both ends of pay in one third-party advert for a senior AI engineer in the United States."""
    row = {
        "source": "pairs", "basis": "advertised_third_party", "role_group": "ai_engineering", "seniority": "senior",
        "region": "Northern America", "warc": "pairs/1", "snapshot_on": date(2025, 8, 3), "year": 2025, "title": "t",
        "currency": "USD", "country": "US", "pair_row": 1, "employment_type": "FULL_TIME", "role": "ai_engineer",
    }  # fmt: skip
    put(tables.PayReports, *({**row, "row": end, "pay_usd_stated": 1e5 * end, **changes} for end in (1, 2)))


US = {"country": "US", "alpha3": "USA", "name": "United States", "region": "Northern America", "currencies": ["USD"]}
SUPPRESSED = {"status": "suppressed", "reason": "not enough employers (2; 15 needed)", "n_jobs": 3, "n_employers": 2}


READ_ON = date(2026, 6, 1)
"""Day on which adverts were read, in tests of ageing."""


def demand(skill: str, share: float | None, **changes: Any) -> dict[str, Any]:
    usual = {
        "category": "Programming Languages", "n_employers": 40, "n_unknown": 9, "share": share,
        "share_lo": None if share is None else share - 0.02, "share_hi": None if share is None else share + 0.02,
        "rank": 1, "category_rank": 1, "status": "published", "reason": None, "zero_share_hi": 0.02,
    }  # fmt: skip
    n_yes = 0 if share is None else round(400 * share)
    row = share_row(AS_OF, changes.pop("measure", "skill_asked"), skill, 400, n_yes, **usual)
    return row | changes


def computed_from_core(
    con: duckdb.DuckDBPyConnection, as_of: date = AS_OF, *, starts: tuple[str, ...] = ("",)
) -> dict[str, Figures]:
    """The figures of a day after its shares were computed from core."""
    con.execute("DELETE FROM mart.shares WHERE as_of = ?", [as_of])
    insert(con, mart_tables.Shares, shares(con, as_of))
    return computed(con, as_of, starts=starts)


def offers(put: Put, sizes: list[int], has: Callable[[int, int], bool]) -> None:
    adverts: list[dict[str, Any]] = []
    pay: list[dict[str, Any]] = []
    for employer, size in enumerate(sizes):
        for k in range(size):
            number = len(adverts)
            adverts.append(posting(number, employer_id=f"E{employer:02}", pay_low=1.0, pay_source="stated"))
            base = {"posting_id": f"ashby:{number}", "component": "base", "position": 0}
            pay.append(base)
            if has(employer, k):
                pay.append({**base, "component": "bonus", "position": 1})
                pay.append({**base, "component": "equity_percent", "position": 2})
    put(tables.Postings, *adverts)
    put(tables.PostingPay, *pay)


def watched(put: Put, days: int, first: date) -> None:
    answer = {"record": 0, "source": "ashby", "board": "b", "is_complete": True, "http_status": 200}
    ats = [datetime.combine(first + timedelta(days=k), datetime.min.time()) for k in range(days)]
    put(ops_tables.Responses, *({**answer, "warc": f"w{k}", "observed_at": at} for k, at in enumerate(ats)))
