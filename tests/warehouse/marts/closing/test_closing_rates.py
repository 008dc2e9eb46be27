"""Closing rates: known answers, boards that vanish, and coverage on boards whose rate is known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.known_truth.markets import read_generators
from tests.known_truth.simulation import score_closings
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
    lengths = days + np.arange(10) / 1000  # the same to two decimal places
    board = np.arange(10)
    n_closed = 1000.0 * -np.expm1(-0.1 * lengths)
    rates = estimate_closing_rates(Readings(board * 0, board, lengths, np.full(10, 1000.0), n_closed), 1)
    assert rates.rate[0] == pytest.approx(0.1, rel=1e-5)
    assert rates.open_days[0] == pytest.approx(1000 * lengths.sum(), rel=1e-12)


def test_a_mass_closing_is_found() -> None:
    rows = [(board, 1, 20, 1) for board in range(10)]
    is_mass = find_mass_closings(readings_of(*rows, (10, 1, 40, 30), (11, 1, 8, 7)), 1)
    assert is_mass.tolist() == [*[False] * 10, True, False]  # a board of eight closes so many by chance


def test_a_board_that_is_read_seldom_may_close_more_than_half() -> None:
    rows = [(board, 60, 12, 7) for board in range(20)]
    assert not find_mass_closings(readings_of(*rows), 1).any()
    assert rates_of(*rows).rate[0] == pytest.approx(-np.log(5 / 12) / 60, rel=1e-3)


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


@pytest.mark.parametrize("distance", [1, 30])
def test_intervals_cover_the_rate(distance: int) -> None:
    (line,) = score_closings(read_generators()[1], 40, 150, distance)
    assert line.score.coverage >= 0.90
    assert abs(line.score.bias) < 0.03


# --- comparison within boards ---


def test_a_comparison_is_of_boards_with_both_groups() -> None:
    """One board of 10 and 20 open days, in which 1 and 4 close: half as fast; by hand 1 * 20 / 30 over 4 * 10 / 30."""
    comparison, boards = compare_within_boards(
        np.array([0, 0, 2]), np.array([200 / 30, 200 / 30, 5]), np.array([20 / 30, 20 / 30, 1]),
        np.array([40 / 30, 40 / 30, 0]), 3,
    )  # fmt: skip
    assert comparison.ratio[0] == pytest.approx(0.5) and comparison.low[0] == pytest.approx(0.5)
    assert np.isnan([comparison.ratio[1], comparison.low[1], comparison.ratio[2], comparison.high[2]]).all()
    assert boards is not None and boards.n_employers.tolist() == [2, 1]


def test_no_pairs_are_compared() -> None:
    nothing = np.array([])
    comparison, boards = compare_within_boards(nothing.astype(np.int64), nothing, nothing, nothing, 2)
    assert boards is None and np.isnan(comparison.ratio).all()


@pytest.mark.parametrize("days", [1, 30])
def test_intervals_cover_the_ratio_within_boards(days: int) -> None:
    """Boards of uneven size whose rates differ by a gamma law; ours close 0.7 times as fast on each of them."""
    draw, n_markets, n_boards, truth = np.random.default_rng(20261127), 400, 60, 0.7
    shape = (n_markets, n_boards)
    n = np.ceil(draw.lognormal(2.5, 1, shape))
    n_other = np.ceil(n * draw.uniform(0.5, 4, shape))
    rate = 0.015 * draw.gamma(2, 0.5, shape)
    k = draw.binomial(n.astype(int), -np.expm1(-truth * rate * days))
    k_other = draw.binomial(n_other.astype(int), -np.expm1(-rate * days))
    t, t_other = (n - k / 2) * days, (n_other - k_other / 2) * days
    cell = np.repeat(np.arange(n_markets), n_boards)
    weight, ours, theirs = (one.ravel() / (t + t_other).ravel() for one in (t * t_other, k * t_other, k_other * t))
    comparison, _ = compare_within_boards(cell, weight, ours, theirs, n_markets)
    has_ends = np.isfinite(comparison.low)
    is_covered = (comparison.low <= truth) & (truth <= comparison.high)
    assert has_ends.mean() > 0.9
    assert is_covered[has_ends].mean() >= 0.92
    assert np.exp(np.log(comparison.ratio[has_ends]).mean()) == pytest.approx(truth, rel=0.1)
