"""mart.advert_months: what counts in a month, what changed on the same boards, and what is too short."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.builders import Answer, load, posting, refined
from transforms.records.rows import Place, Posting
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import AdvertMonths
from warehouse.marts.estimators import estimate_share_changes
from warehouse.marts.share.advert_months import NO_PAIR, advert_months

AS_OF = date(2026, 5, 20)
N_BOARDS = 16
US = (Place(place_text="Boston", country="US", continent="Americas"),)
AI, OTHER = ("machine_learning_engineer", "ai_engineering"), ("software_engineer", "other_engineering")


def advert(board: int, number: int, *, is_ai: bool, **fields: Any) -> Posting:
    """A job of its own, of the only employer of a board."""
    role, group = AI if is_ai else OTHER
    values = {
        "title": f"Job {number}", "employer": f"Employer {board}", "board": f"board{board}", "role": role,
        "role_group": group, "places": US, "country": "US", "text": f"Text {board} {number}",
        "text_hash": f"{1000 * board + number:032x}", "text_state": "full",
    }  # fmt: skip
    return posting(f"{board}-{number}", **values | fields)


def read(con: database.Connection, folder: Path, day: date, boards: Mapping[int, tuple[int, int]]) -> None:
    """Load complete lists of boards on a day: how many AI jobs and how many others each has. Jobs keep their number."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    answers = []
    for board, (n_ai, n_others) in boards.items():
        rows = [advert(board, number, is_ai=True) for number in range(n_ai)]
        rows += [advert(board, 100 + number, is_ai=False) for number in range(n_others)]
        answers.append(Answer(at, rows, board=f"board{board}"))
    load(con, refined(folder, day.isoformat(), *answers))


def rows_of(con: database.Connection) -> list[dict[Any, Any]]:
    frame = advert_months(con, AS_OF)
    assert gate.check(frame, AdvertMonths, gate="mart", run_id="1").failures == ()
    return list(frame.astype(object).where(frame.notna(), None).sort_values("month").to_dict("records"))


def test_a_month_is_compared_with_the_one_before_on_the_same_boards(con: database.Connection, tmp_path: Path) -> None:
    same = dict.fromkeys(range(N_BOARDS), (1, 3))
    read(con, tmp_path, date(2026, 2, 3), same | {0: (40, 40)})
    read(con, tmp_path, date(2026, 2, 20), same)  # the last list of the month counts
    read(con, tmp_path, date(2026, 3, 10), dict.fromkeys(range(N_BOARDS), (2, 3)) | {N_BOARDS: (50, 0)})
    first, second = rows_of(con)
    assert (first["status"], first["reason"], first["share"]) == ("suppressed", NO_PAIR, None)
    assert (first["n_boards"], first["n_boards_again"], first["n_jobs"]) == (N_BOARDS, 0, 0)
    assert (second["n_boards"], second["n_boards_again"]) == (N_BOARDS + 1, N_BOARDS), "the new board moves nothing"
    assert (second["n_jobs"], second["n_ai"], second["n_jobs_before"], second["n_ai_before"]) == (80, 32, 64, 16)
    assert (second["n_employers"], second["status"], second["is_break"]) == (N_BOARDS, "published", False)
    assert [second[name] for name in ("share", "share_before", "change")] == pytest.approx([0.4, 0.25, 0.15])
    assert second["change_lo"] < 0.15 < second["change_hi"]
    assert second["read_to"] == date(2026, 3, 10)


def test_a_month_that_nobody_read_is_a_break(con: database.Connection, tmp_path: Path) -> None:
    for month in (1, 2, 4, 5):
        read(con, tmp_path, date(2026, month, 10), dict.fromkeys(range(N_BOARDS), (1, 3)))
    rows = rows_of(con)
    assert [(row["month"].month, row["status"], row["is_break"]) for row in rows] == [
        (1, "suppressed", False), (2, "published", False), (4, "suppressed", False), (5, "published", True),
    ]  # fmt: skip


def test_too_few_employers_in_either_month_are_said(con: database.Connection, tmp_path: Path) -> None:
    read(con, tmp_path, date(2026, 3, 10), dict.fromkeys(range(N_BOARDS), (0, 3)) | {0: (0, 0), 1: (0, 0)})
    read(con, tmp_path, date(2026, 4, 10), dict.fromkeys(range(N_BOARDS), (1, 3)))
    _, april = rows_of(con)
    assert (april["reason"], april["n_employers"]) == ("not enough employers (14; 15 needed)", 14)
    assert (april["n_jobs"], april["change"], april["form"]) == (64, None, None)


def test_a_country_without_enough_employers_has_no_rows(con: database.Connection, tmp_path: Path) -> None:
    assert advert_months(con, AS_OF).empty
    read(con, tmp_path, date(2026, 3, 10), dict.fromkeys(range(14), (1, 3)))
    assert advert_months(con, AS_OF).empty


def test_the_error_is_that_of_leaving_out_employers_one_by_one() -> None:
    rng = np.random.default_rng(1)
    jobs = rng.integers(1, 10, (20, 2)).astype(float)
    yes = rng.binomial(jobs.astype(int), 0.2).astype(float)
    cell = np.zeros(20, np.int64)
    result = estimate_share_changes(cell, jobs, yes, 1)

    def change(of: np.ndarray) -> float:
        n, y = jobs[of].sum(axis=0), yes[of].sum(axis=0)
        return float(y[1] / n[1] - y[0] / n[0])

    everybody = np.arange(20)
    moves = [change(np.delete(everybody, one)) - change(everybody) for one in everybody]
    error = np.sqrt(19 / 20 * np.square(moves).sum())
    assert result.difference[0] == pytest.approx(change(everybody))
    assert (result.high[0] - result.difference[0]) / error == pytest.approx(2.15, abs=0.1)


def test_nothing_that_moves_is_no_certainty() -> None:
    jobs = np.full((20, 2), 10.0)
    result = estimate_share_changes(np.zeros(20, np.int64), jobs, jobs / 10, 1)
    assert result.difference[0] == 0
    assert result.low[0] == pytest.approx(-result.high[0]) != 0
