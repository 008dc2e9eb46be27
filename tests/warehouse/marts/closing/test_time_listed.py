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


def rows(con: database.Connection, days: int = 30) -> list[dict[str, Any]]:
    frame = time_listed(con, LAST)
    assert gate.check(frame, TimeListed, gate="mart", run_id="1").failures == ()
    return [dict(row) for row in frame[(frame["days"] == days) & (frame["region"] == "World")].to_dict("records")]  # type: ignore[arg-type]


def test_nothing_is_said_where_no_first_day_is_known(con: database.Connection, tmp_path: Path) -> None:
    put_nights(con, tmp_path, {0: {"acme": [1, 2]}, 36: {"acme": [1, 2, 3]}, 37: {"acme": [1, 3]}, 38: {"acme": [3]}})
    assert rows(con) == [], "3 came at some time in 36 days"
