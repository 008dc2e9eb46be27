"""mart.time_listed: Kaplan and Meier's estimate by hand, and whose time counts, on boards made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from tests.warehouse.marts.closing.test_closings import LAST, put_nights
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import TimeListed
from warehouse.marts.closing import time_listed as module
from warehouse.marts.closing.time_listed import ListedPart, Spells, estimate_listed, time_listed


def estimate(*rows: tuple[int, float, float, bool], days: float = 60) -> ListedPart:
    """The estimate from rows of board, entry, exit and whether the advert closed then."""
    board, entry, leave, is_closed = (np.array(column) for column in zip(*rows, strict=True))
    return estimate_listed(Spells(board, entry.astype(float), leave.astype(float), is_closed), days, len(set(board)))


def test_the_estimate_by_hand() -> None:
    """At risk: 4 on day 10, 3 on day 20 (one was lost on day 15, another had come in at 12), 1 on day 50."""
    part = estimate((0, 0, 10, True), (1, 0, 15, False), (2, 0, 20, True), (3, 0, 50, True), (4, 12, 70, False))
    assert part.share == pytest.approx(3 / 4 * 2 / 3 * 1 / 2)
    assert part.n_at_risk == 1
    assert 0 < part.low < part.share < part.high < 1
    early = estimate((0, 0, 10, True), (1, 0, 15, False), days=5)
    assert (early.share, early.n_at_risk) == (1, 2) and np.isnan(early.low)


def test_a_spell_cut_in_two_is_one() -> None:
    whole = estimate((0, 0, 30, True), (1, 0, 80, False), (2, 0, 40, True), (3, 0, 90, False))
    cut = estimate((0, 0, 30, True), (1, 0, 35, False), (1, 35, 80, False), (2, 0, 40, True), (3, 0, 90, False))
    assert (cut.share, cut.low, cut.n_at_risk) == pytest.approx((whole.share, whole.low, whole.n_at_risk))


def test_an_interval_is_never_narrower_than_that_of_independent_adverts() -> None:
    """Twelve boards that each close one of two adverts on day 30: no board differs, and 24 adverts are still few."""
    part = estimate(*(spell for board in range(12) for spell in ((board, 0, 30, True), (board, 0, 90, False))))
    total = np.log(2)
    reach = np.exp(special.stdtrit(11, 0.975) * np.sqrt(12 / (24 * 12)) / total)
    assert part.share == 0.5
    assert (part.low, part.high) == pytest.approx((np.exp(-total * reach), np.exp(-total / reach)))


def test_intervals_cover_the_time_listed() -> None:
    """40 boards whose rates differ by a gamma law, adverts that come in late and are lost at random."""
    draw, hits, markets = np.random.default_rng(20261127), 0, 200
    truth = (1 + 0.5 * 0.015 * 60) ** (-1 / 0.5)
    for _ in range(markets):
        size = np.ceil(draw.lognormal(1.5, 1, 40)).astype(int)
        board = np.repeat(np.arange(40), size)
        life = draw.exponential(1 / (0.015 * draw.gamma(2, 0.5, 40))[board])
        entry, end = draw.uniform(0, 5, len(board)), draw.uniform(40, 120, len(board))
        is_kept = life > entry
        leave = np.minimum(life, end)
        days = np.bincount(board[is_kept], (leave - entry)[is_kept], 40)
        spells = Spells(board[is_kept], entry[is_kept], leave[is_kept], (life <= end)[is_kept])
        part = estimate_listed(spells, 60, days.sum() ** 2 / (days**2).sum())
        hits += part.low <= truth <= part.high
    assert hits / markets >= 0.91


def rows(con: database.Connection, days: int = 30) -> list[dict[str, Any]]:
    frame = time_listed(con, LAST)
    assert gate.check(frame, TimeListed, gate="mart", run_id="1").failures == ()
    return [dict(row) for row in frame[(frame["days"] == days) & (frame["region"] == "World")].to_dict("records")]  # type: ignore[arg-type]


def test_only_adverts_whose_first_day_is_known_count(con: database.Connection, tmp_path: Path) -> None:
    """1 is old stock; 2 came between the first two readings and closed between the third and the fourth; 3 stays."""
    nights = {0: [1], 1: [1, 2, 3], 2: [1, 2, 3], 3: [1, 3], 4: [1, 3], 5: [1, 3]}
    put_nights(con, tmp_path, {number: {"acme": ids} for number, ids in nights.items()})
    (row,) = rows(con)
    assert (row["n_adverts"], row["n_closed"], row["n_employers"]) == (2, 1, 1)
    # 2 from age 0.5 to 2, halfway between the readings of its last day and the next; 3 from 0.5 to 3.5, confirmed
    assert row["open_days"] == pytest.approx(1.5 + 3)
    assert row["reason"] == "not enough adverts followed for so long (0; 30 needed)"


def test_nothing_is_said_where_no_first_day_is_known(con: database.Connection, tmp_path: Path) -> None:
    put_nights(con, tmp_path, {0: {"acme": [1, 2]}, 36: {"acme": [1, 2, 3]}, 37: {"acme": [1, 3]}, 38: {"acme": [3]}})
    assert rows(con) == [], "3 came at some time in 36 days"


def test_the_share_is_printed_where_the_cell_holds(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HORIZONS", (10,))
    draw = np.random.default_rng(3)
    lives = {f"b{board}": draw.exponential(30, 12) for board in range(20)}
    nights = {
        number: {
            board: [f"{board}-old", *(f"{board}-{n}" for n, life in enumerate(its) if number and life > number)]
            for board, its in lives.items()
        }
        for number in (0, 1, 5, 9, 12, 13)
    }
    put_nights(con, tmp_path, nights)
    (row,) = rows(con, 10)
    assert row["status"] == "published" and row["n_employers"] == 20
    assert row["share_lo"] < row["share"] < row["share_hi"]
    assert row["share"] == pytest.approx(np.exp(-10 / 30), abs=0.12)
