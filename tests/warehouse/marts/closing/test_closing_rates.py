"""Closing rates: known answers, and boards that vanish."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from warehouse.marts.closing.closing_rates import (
    Rates,
    Readings,
    compare_within_boards,
    estimate_closing_rates,
    find_mass_closings,
)


def readings_of(*rows: tuple[int, float, int, int], cells: list[int] | None = None) -> Readings:
    """Readings from rows of board, days, open and closed."""
    board, days, n_open, n_closed = (np.array(column) for column in zip(*rows, strict=True))
    cell = np.array(cells if cells else [0] * len(rows))
    return Readings(cell, board, days.astype(float), n_open.astype(float), n_closed.astype(float))


def rates_of(*rows: tuple[int, float, int, int], n_cells: int = 1, cells: list[int] | None = None) -> Rates:
    return estimate_closing_rates(readings_of(*rows, cells=cells), n_cells)


@pytest.mark.parametrize("days", [1, 7, 30])
def test_the_rate_does_not_depend_on_how_often_boards_are_read(days: int) -> None:
    n_closed = round(100_000 * -np.expm1(-0.01 * days))
    rates = rates_of(*((board, days, 100_000, n_closed) for board in range(12)))
    assert rates.rate[0] == pytest.approx(0.01, rel=1e-3)
    assert rates.low[0] <= rates.rate[0] <= rates.high[0]


@pytest.mark.parametrize("days", [0.0451, 0.9951, 29.9951])
def test_intervals_of_about_one_length_are_told_by_their_own(days: float) -> None:
    lengths = np.tile(days + np.arange(10) / 1000, 10)  # of each board, the same to a whole day
    board = np.repeat(np.arange(10), 10)
    n_open = np.full(100, 1e7)
    rates = estimate_closing_rates(Readings(board * 0, board, lengths, n_open, n_open * -np.expm1(-0.01 * lengths)), 1)
    assert rates.rate[0] == pytest.approx(0.01, rel=1e-5)
    assert rates.open_days[0] == pytest.approx(1e7 * lengths.sum(), rel=1e-12)


def test_a_rate_is_of_each_board_s_own_hazards() -> None:
    """By hand: 2 of 4 in 2 days and 0 of 3 in 2 days are pooled, 2 of 7; 1 of 2 in 5 days; another board 3 of 3."""
    rates = rates_of((0, 2, 4, 2), (0, 2, 3, 0), (0, 5, 2, 1), (1, 2, 3, 3))
    events = 7 * (1 / 7 + 1 / 6) + 2 * (1 / 2) + 3 * (1 / 3 + 1 / 2 + 1)
    assert rates.rate[0] == pytest.approx(events / (7 * 2 + 2 * 5 + 3 * 2))
    assert (rates.n_closed[0], rates.open_days[0], rates.n_employers[0]) == (6, 30, 2)


def test_an_interval_is_never_narrower_than_that_of_independent_closings() -> None:
    """Twelve boards that each close one of 50: no board differs from another, and still twelve closings are few."""
    rates = rates_of(*((board, 1, 50, 1) for board in range(12)))
    reach = np.exp(special.stdtrit(11, 0.975) / np.sqrt(12))
    assert rates.low[0] == pytest.approx(0.02 / reach, rel=1e-9)
    assert rates.high[0] == pytest.approx(0.02 * reach, rel=1e-9)


def test_a_mass_closing_is_found() -> None:
    rows = [(board, 1, 20, 1) for board in range(10)]
    is_mass = find_mass_closings(readings_of(*rows, (10, 1, 40, 30), (11, 1, 8, 7)), 1)
    assert is_mass.tolist() == [*[False] * 10, True, False]  # a board of eight closes so many by chance


def test_a_board_that_is_always_fast_has_no_mass_closings() -> None:
    slow = [(board, 7, 20, 1) for board in range(30)]
    fast = [(30, 7, 20, 14) for _ in range(4)]
    assert not find_mass_closings(readings_of(*slow, *fast), 1).any()
    once = [(30, 7, 20, 14), *[(30, 7, 20, 1)] * 3]
    assert find_mass_closings(readings_of(*slow, *once), 1).tolist() == [*[False] * 30, True, *[False] * 3]


def test_a_board_that_is_read_seldom_may_close_more_than_half() -> None:
    rows = [(board, 60, 12, 7) for board in range(20)]
    assert not find_mass_closings(readings_of(*rows), 1).any()
    assert rates_of(*rows).rate[0] == pytest.approx(sum(1 / n for n in range(6, 13)) / 60)


def test_no_closing_has_an_upper_end() -> None:
    rates = rates_of(*((board, 1, 10, 0) for board in range(10)))
    assert rates.rate[0] == rates.low[0] == 0
    assert rates.high[0] == pytest.approx(3.689 / 100, rel=1e-3)


def test_one_board_has_no_interval_and_an_empty_cell_nothing() -> None:
    rates = rates_of((0, 1, 100, 2), n_cells=2)
    assert rates.rate[0] == pytest.approx(0.0202, rel=1e-2)
    assert np.isnan([rates.low[0], rates.high[0], rates.rate[1], rates.low[1]]).all()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((0, 0, 5, 1), "no length"),
        ((0, 1, 5, 6), "more adverts closed"),
        ((0, np.nan, 5, 1), "days must be numbers"),
    ],
)
def test_readings_that_cannot_be_are_refused(row: tuple[int, float, int, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rates_of(row)


# --- comparison within boards ---


def test_a_comparison_is_of_boards_with_both_groups() -> None:
    """One board of 10 and 20 open days, in which 1 and 4 close: half as fast; by hand 1 * 20 / 30 over 4 * 10 / 30."""
    comparison, boards = compare_within_boards(
        np.array([0, 0, 2]), np.array([200 / 30, 200 / 30, 5]), np.array([20 / 30, 20 / 30, 1]),
        np.array([40 / 30, 40 / 30, 0]), np.array([1_000 / 900, 1_000 / 900, 1]), 3,
    )  # fmt: skip
    assert comparison.ratio[0] == pytest.approx(0.5)
    assert np.isnan([comparison.ratio[1], comparison.low[1], comparison.ratio[2], comparison.high[2]]).all()
    assert boards is not None and boards.n_employers.tolist() == [2, 1]


def test_an_interval_of_a_ratio_is_never_narrower_than_that_of_independent_closings() -> None:
    """Twelve boards of 50 open days in either group, in which one of each closes: twelve closings against twelve."""
    half = np.full(12, 0.5)
    comparison, _ = compare_within_boards(np.zeros(12, dtype=np.int64), 50 * half, half, half, half, 1)
    reach = np.exp(special.stdtrit(11, 0.975) * np.sqrt(1 / 12 + 1 / 12))
    assert (comparison.ratio[0], comparison.low[0], comparison.high[0]) == pytest.approx((1, 1 / reach, reach))


def test_no_pairs_are_compared() -> None:
    nothing = np.array([])
    comparison, boards = compare_within_boards(nothing.astype(np.int64), nothing, nothing, nothing, nothing, 2)
    assert boards is None and np.isnan(comparison.ratio).all()
