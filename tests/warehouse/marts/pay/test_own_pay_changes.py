"""mart.pay_changes of our own adverts: jobs of the same employer and title, on boards read whole in both quarters."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import Answer, load, paid, refined
from tests.reports.figures.ledger_builders import computed
from tests.warehouse.marts.pay.test_reported_pay import COUNTRY
from transforms.records.rows import Place, Posting
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import PayChanges
from warehouse.marts.pay.pay_changes import pay_changes
from warehouse.tables import Countries

AS_OF = date(2026, 5, 20)
BEFORE, AFTER = date(2026, 2, 10), date(2026, 5, 12)
N_BOARDS = 16
BASE = 100_000.0
PLACES = (Place(place_text="Boston", country="US", continent="Americas"),)
LEVELS = {"mid": 1.0, "senior": 1.5}


def advert(board: int, name: str, level: str, pay: float, **fields: Any) -> Posting:
    """A job of its own, of the only employer of a board."""
    values: dict[str, Any] = {
        "title": f"{level} AI Engineer", "employer": f"Employer {board}", "board": f"board{board}",
        "role": "ai_engineer", "role_group": "ai_engineering", "seniority": level, "places": PLACES, "country": "US",
        "pay_country": "US", "employment_type": "FULL_TIME", "text": f"Text {board} {name}", "text_state": "full",
        "text_hash": f"{zlib.crc32(f'{board} {name}'.encode()):032x}", "id": f"{board}-{name}",
        "currency": "USD", "pay_high": pay, "annual_high": pay,
    }  # fmt: skip
    values |= fields
    return paid(pay, values.pop("currency"), **values)


def jobs(board: int, name: str, factor: float = 1.0, **by_level: int) -> list[Posting]:
    """Jobs of a board by level, each employer paying in its own way."""
    return [
        advert(board, f"{name}-{level}-{n}", level, BASE * LEVELS[level] * factor * (1 + 0.02 * board))
        for level, count in by_level.items()
        for n in range(count)
    ]


def read(
    con: database.Connection, folder: Path, day: date, listed: Callable[[int], list[Posting]], n: int, first: int = 0
) -> None:
    """Load a complete list of each of `n` boards, from `first` on, on a day, with new adverts of a week before."""
    at, posted = datetime(day.year, day.month, day.day, 12, tzinfo=UTC), day - timedelta(days=7)
    known = dict(con.execute("SELECT posting_id, posted_on FROM core.postings").fetchall())
    lists = {
        board: [_posted(row, known.get(row.posting_id) or posted) for row in listed(board)]
        for board in range(first, first + n)
    }
    answers = [Answer(at, rows, board=f"board{board}") for board, rows in lists.items()]
    load(con, refined(folder, day.isoformat(), *answers))


def _posted(row: Posting, day: date) -> Posting:
    return row if row.posted_on else replace(row, posted_on=day)


@pytest.fixture
def market(con: database.Connection) -> database.Connection:
    database.put(con, Countries, [Countries(country="US", currencies=("USD",), **COUNTRY)])
    return con


def rows_of(con: database.Connection) -> list[dict[Any, Any]]:
    frame = pay_changes(con, AS_OF)
    assert gate.check(frame, PayChanges, gate="mart", run_id="1").failures == ()
    frame = frame[frame["role_group"] == "ai_engineering"]
    assert set(frame["basis"]) <= {"advertised"}
    return list(frame.astype(object).where(frame.notna(), None).sort_values("period").to_dict("records"))


def test_a_rise_of_three_per_cent_is_found_under_a_changing_mix(market: database.Connection, tmp_path: Path) -> None:
    read(market, tmp_path, BEFORE, lambda board: jobs(board, "old", mid=1, senior=3), N_BOARDS)
    read(market, tmp_path, AFTER, lambda board: jobs(board, "new", 1.03, mid=3, senior=1), N_BOARDS)
    (row,) = rows_of(market)
    assert (row["source"], row["previous"], row["period"]) == ("boards", "2026-Q1", "2026-Q2")
    assert (row["status"], row["reason"]) == ("published", None)
    assert row["change"] == pytest.approx(0.03, abs=1e-4)
    assert row["change_lo"] <= row["change"] <= row["change_hi"]
    assert row["raw_change"] < -0.1, "more of the level that is paid less"
    assert (row["n_jobs"], row["n_compared"], row["n_kinds"]) == (64, 64, 32)
    assert row["n_clusters"] == N_BOARDS
    assert (row["period_from"], row["period_to"]) == (date(2026, 4, 1), AFTER)


def test_what_the_first_list_of_a_board_has_counts_by_its_own_date(market: database.Connection, tmp_path: Path) -> None:
    """Adverts of the quarter before the first list count in none, nor do those whose first day nobody states."""

    def first(board: int) -> list[Posting]:
        older = [replace(row, posted_on=date(2025, 12, 20)) for row in jobs(board, "older", 0.5, senior=4)]
        return older + jobs(board, "old", senior=1) + jobs(board, "unknown", 0.5, senior=1) + renewed(board, BEFORE)

    def renewed(board: int, day: date) -> list[Posting]:
        return [replace(row, posted_on=day) for row in jobs(board, "renewed", 0.5, senior=1)]

    def second(board: int) -> list[Posting]:
        dated = [replace(row, posted_on=date(2025, 11, 1)) for row in jobs(board, "new", 1.03, senior=1)]
        return renewed(board, AFTER) + dated

    read(market, tmp_path, BEFORE, first, N_BOARDS)
    read(market, tmp_path, AFTER, second, N_BOARDS)
    market.execute("UPDATE core.postings SET posted_on = NULL WHERE posting_id LIKE '%-unknown-%'")
    (row,) = rows_of(market)
    assert (row["n_jobs"], row["n_compared"]) == (N_BOARDS, N_BOARDS)
    assert row["change"] == pytest.approx(0.03, abs=1e-4)


def test_a_job_that_is_advertised_again_counts_in_the_quarter_of_the_first_advert(
    market: database.Connection, tmp_path: Path
) -> None:
    read(market, tmp_path, BEFORE, lambda board: jobs(board, "old", senior=1), N_BOARDS)
    read(
        market,
        tmp_path,
        AFTER,
        lambda board: jobs(board, "new", 1.03, senior=1) + jobs(board, "again", 2, senior=1),
        N_BOARDS,
    )
    market.execute("""
        UPDATE core.postings AS again SET job_id = old.job_id FROM core.postings AS old
        WHERE again.posting_id LIKE '%-again-%' AND old.posting_id = replace(again.posting_id, '-again-', '-old-')
    """)
    (row,) = rows_of(market)
    assert (row["n_jobs"], row["n_compared"]) == (N_BOARDS, N_BOARDS)
    assert row["change"] == pytest.approx(0.03, abs=1e-4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"title": "AI Engineer, Vision"}, {"title": "AI Engineer, Speech"}),
        ({"title": "AI Engineer", "seniority": "mid"}, {"title": "AI Engineer", "seniority": "senior"}),
        ({"pay_contract": "employee"}, {"pay_contract": "agency", "employment_type": "TEMPORARY"}),
    ],
)
def test_adverts_that_differ_in_what_a_kind_is_are_not_compared(
    market: database.Connection, tmp_path: Path, one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Three of one sort and one of the other become one and three; the other pays twice as much."""

    def of(name: str, n_one: int, n_other: int) -> Callable[[int], list[Posting]]:
        sorts = ((one, n_one, BASE), (other, n_other, 2 * BASE))
        return lambda board: [
            advert(board, f"{name}-{kind}-{n}", "senior", pay, **fields)
            for kind, (fields, count, pay) in enumerate(sorts)
            for n in range(count)
        ]

    read(market, tmp_path, BEFORE, of("old", 3, 1), N_BOARDS)
    read(market, tmp_path, AFTER, of("new", 1, 3), N_BOARDS)
    (row,) = rows_of(market)
    assert (row["n_kinds"], row["n_jobs"]) == (2 * N_BOARDS, 4 * N_BOARDS)
    assert row["change"] == pytest.approx(0, abs=1e-6)


def test_pay_is_the_middle_of_a_range(market: database.Connection, tmp_path: Path) -> None:
    def of(name: str, high: float) -> Callable[[int], list[Posting]]:
        return lambda board: [advert(board, name, "senior", BASE, pay_high=high, annual_high=high)]

    read(market, tmp_path, BEFORE, of("old", 1.4 * BASE), 2 * N_BOARDS)
    read(market, tmp_path, AFTER, of("new", 1.64 * BASE), 2 * N_BOARDS)
    (row,) = rows_of(market)
    assert row["change"] == pytest.approx(0.10, abs=1e-4)


def test_jobs_that_stay_open_are_no_movement(market: database.Connection, tmp_path: Path) -> None:
    for day in (BEFORE, AFTER):
        read(market, tmp_path, day, lambda board: jobs(board, "old", senior=3), N_BOARDS)
    (row,) = rows_of(market)
    assert (row["period"], row["previous"], row["status"]) == ("2026-Q1", None, "suppressed")
    assert row["reason"] == "the first quarter with complete lists of boards that state pay (16 employers)"


def test_a_quarter_with_few_employers_parts_no_two_others(market: database.Connection, tmp_path: Path) -> None:
    read(market, tmp_path, date(2025, 11, 10), lambda board: jobs(board, "old", senior=2), N_BOARDS)
    read(market, tmp_path, BEFORE, lambda board: jobs(board, "few", 2.0, senior=2), 3)
    read(market, tmp_path, AFTER, lambda board: jobs(board, "new", 1.03, senior=2), N_BOARDS)
    (row,) = rows_of(market)
    assert (row["previous"], row["period"], row["status"]) == ("2025-Q4", "2026-Q2", "published")
    assert row["change"] == pytest.approx(0.03, abs=1e-4)


def test_an_employer_with_most_jobs_withholds(market: database.Connection, tmp_path: Path) -> None:
    def of(name: str) -> Callable[[int], list[Posting]]:
        return lambda board: jobs(board, name, senior=60 if board == 0 else 1)

    read(market, tmp_path, BEFORE, of("old"), N_BOARDS)
    read(market, tmp_path, AFTER, of("new"), N_BOARDS)
    (row,) = rows_of(market)
    assert (row["status"], row["change"]) == ("suppressed", None)
    assert row["reason"] == "one employer is 80 % of it (at most 50 %)"


def test_boards_read_in_one_quarter_alone_do_not_count(market: database.Connection, tmp_path: Path) -> None:
    read(market, tmp_path, BEFORE, lambda board: jobs(board, "old", senior=2), N_BOARDS)
    read(market, tmp_path, AFTER, lambda board: jobs(board, "new", senior=2), N_BOARDS, first=2)
    (row,) = rows_of(market)
    assert row["reason"] == "not enough employers (14; 15 needed)"
    assert row["n_jobs"] == 2 * (N_BOARDS - 2)


@pytest.mark.parametrize(
    "fields",
    [{"employment_type": "PART_TIME"}, {"currency": "EUR"}, {"pay_tax": "net"}, {"pay_flag": "implausible_high"}],
)
def test_what_no_band_counts_does_not_count_here(
    market: database.Connection, tmp_path: Path, fields: dict[str, Any]
) -> None:
    def listed(board: int) -> list[Posting]:
        return [advert(board, "one", "senior", BASE), advert(board, "two", "senior", 2 * BASE, **fields)]

    read(market, tmp_path, BEFORE, listed, N_BOARDS)
    found = market.execute("SELECT DISTINCT pay FROM compared_pay(?) WHERE basis = 'advertised'", [AS_OF]).fetchall()
    assert len(found) == 1


def test_the_figure_names_the_sources_of_matched_jobs_alone(market: database.Connection, tmp_path: Path) -> None:
    def later(board: int) -> list[Posting]:
        return jobs(board, "new", 1.03, senior=1, **({"mid": 1} if board == 3 else {}))

    read(market, tmp_path, BEFORE, lambda board: jobs(board, "old", senior=2), N_BOARDS)
    read(market, tmp_path, AFTER, later, N_BOARDS)
    database.write_mart(market, PayChanges, pay_changes(market, AS_OF), as_of=AS_OF, reused=set())
    row = computed(market, AS_OF)["movement.us.ai_engineering"]
    assert (row.rung, row.status, row.sources) == ("adverts by quarter", "published", ("board",))
    assert row.behind is not None
    assert [part.n for part in row.behind] == [3 * N_BOARDS], "the new mid-level job has no like in the quarter before"
    assert (row.period_from, row.period_to) == (date(2026, 1, 1), AFTER)
