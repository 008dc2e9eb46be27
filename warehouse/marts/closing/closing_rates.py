"""Closings per open advert and day, from what boards list at one reading and lack at the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from warehouse.marts.estimators import LEVEL, Flags, Floats, Ints, SampledCells, count_cells, sum_by

MIN_MASS_OPEN = 10
"""A board with fewer adverts closes more than half of them too easily to be called a mass closing."""
MASS_PART = 0.5
"""Part of a board's adverts that a mass closing exceeds in one interval."""
MASS_FACTOR = 2.0
"""A mass closing would be rare even on a board that closes this many times as fast as the cell …"""
MASS_CHANCE = 0.001
"""… rarer than this. Without it, boards that are read seldom would be left out for closing fast."""
ITERATIONS = 60
MAX_SPREAD = 2.0
"""Largest squared coefficient of variation of boards' rates that is believed."""
LENGTH_DIGITS = 2
"""Intervals whose days are the same to so many decimal places are counted as one, of their mean length. A rate moves by
less than a hundred thousandth of itself for it, and a year of nights has a few lengths and not hundreds."""
TINY = 1e-9


@dataclass(frozen=True)
class Readings:
    """One entry for each board and interval between two complete readings of it in a row."""

    cell: Ints
    board: Ints
    """From 0; a board is of one cell."""
    days: Floats
    """Between the two readings, above 0."""
    n_open: Floats
    """Adverts that the first lists."""
    n_closed: Floats
    """Of these, those that the second, and one that confirms it, lack."""
    is_gone: Flags
    """Whether the board itself was gone at the second, which closes nothing."""
    weight: Floats | None = None
    """How many boards each stands for, by the chance with which it was drawn; 1 if not given."""

    @property
    def stands_for(self) -> Floats:
        """The weight of each entry."""
        return np.ones(len(self.days)) if self.weight is None else self.weight

    def __post_init__(self) -> None:
        for name in ("days", "n_open", "n_closed"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} must be numbers")
        if (self.days <= 0).any():
            raise ValueError("readings of one day: an interval has no length")
        if ((self.n_closed < 0) | (self.n_closed > self.n_open)).any():
            raise ValueError("more adverts closed than were open")

    def where(self, mask: Flags) -> Readings:
        """The chosen entries."""
        return Readings(
            cell=self.cell[mask],
            board=self.board[mask],
            days=self.days[mask],
            n_open=self.n_open[mask],
            n_closed=self.n_closed[mask],
            is_gone=self.is_gone[mask],
            weight=None if self.weight is None else self.weight[mask],
        )


@dataclass(frozen=True)
class Rates:
    """Closing rates by cell, per open advert and day; NaN where nothing was followed."""

    rate: Floats
    low: Floats
    high: Floats
    relative_standard_error: Floats
    n_boards: Ints
    n_even: Floats
    """G* of boards by their open days."""
    largest: Floats
    """Part of the open days that are one board's."""
    open_days: Floats
    n_closed: Floats
    n_gone: Ints
    """Intervals left out because the board was gone."""
    is_mass_closing: Flags
    """By interval: left out as a mass closing."""


def estimate_closing_rates(readings: Readings, n_cells: int, is_mass_closing: Flags | None = None) -> Rates:
    """Estimate closing rates by cell; the estimand is the mean of the boards' rates, weighted by their open adverts.

    What closed between two readings did so on an unknown day. A board with rate r loses 1 - exp(-r d) of its adverts
    within d days, and boards differ, by a gamma law whose spread v is that of their counts beyond chance: of a cell it
    is 1 - (1 + v r d)^(-1/v) (Hougaard 1984). The rate is where as many close as did. Its error is the
    delete-one-board jackknife's, to first order; the interval is taken on the log scale, with t of G* - 1 degrees of
    freedom. Where none closed, it goes from 0 to Poisson's end for the open days, fewer by G* / G.

    Boards that were drawn with unequal chances count by their weight wherever sums go over boards, G* included; of
    `n_closed` and `open_days` are counts, without weights.

    Intervals after which the board is gone are left out, and mass closings: those given, else by `find_mass_closings`.
    """
    is_mass = find_mass_closings(readings, n_cells) if is_mass_closing is None else is_mass_closing
    basis = readings.where(_are_followed(readings) & ~is_mass)
    rate, spread = _fit(basis, n_cells)
    boards, place, numbers, days = _count_boards(basis)
    low, high, error = np.full((3, n_cells), np.nan)
    n_boards, n_even, largest, open_days, n_closed = np.zeros((5, n_cells))
    if len(numbers):
        n_boards[numbers], n_even[numbers] = boards.n_employers, boards.n_even
        open_days[numbers], largest[numbers] = days, boards.largest
        n_closed = sum_by(basis.cell, basis.n_closed, n_cells)
        low[numbers], high[numbers], error[numbers] = _bound(basis, rate, spread, boards, place, numbers, days)
    return Rates(
        rate=rate,
        low=low,
        high=high,
        relative_standard_error=error,
        n_boards=n_boards.astype(np.int64),
        n_even=n_even,
        largest=largest,
        open_days=open_days,
        n_closed=n_closed,
        n_gone=sum_by(readings.cell, readings.is_gone, n_cells).astype(np.int64),
        is_mass_closing=is_mass,
    )


def find_mass_closings(readings: Readings, n_cells: int) -> Flags:
    """Mark intervals in which more than `MASS_PART` of `MIN_MASS_OPEN` adverts or more close by no ordinary closing.

    That is where the cell's rate, of the other intervals or, without any, of all, would give so many hardly ever.
    """
    is_followed = _are_followed(readings)
    is_many = (readings.n_open >= MIN_MASS_OPEN) & (readings.n_closed > MASS_PART * readings.n_open) & is_followed
    others, whole = (_fit(readings.where(mask), n_cells)[0] for mask in (is_followed & ~is_many, is_followed))
    is_mass = is_many.copy()
    is_mass[is_many] = _chance_of(readings.where(is_many), np.where(np.isnan(others), whole, others)) < MASS_CHANCE
    return is_mass


def _are_followed(readings: Readings) -> Flags:
    return np.asarray(~readings.is_gone.astype(bool) & (readings.n_open > 0))


def _part_closed(rate: Floats, spread: Floats, days: Floats) -> tuple[Floats, Floats]:
    """Part of adverts that close within so many days, and its derivative by the rate."""
    v = np.maximum(spread, TINY)
    survival = np.exp(-np.log1p(v * rate * days) / v)
    return 1 - survival, days * survival / (1 + v * rate * days)


def _fit(readings: Readings, n_cells: int) -> tuple[Floats, Floats]:
    """Rate and spread by cell; the spread is found at the rate of boards that do not differ."""
    spread = np.zeros(n_cells)
    rate = _solve(readings, spread, n_cells)
    part, slope = _part_closed(rate[readings.cell], spread[readings.cell], readings.days)
    n_boards = int(readings.board.max()) + 1 if len(readings.board) else 0
    deviation, pull, chance = (
        sum_by(readings.board, what, n_boards)
        for what in (
            readings.n_open * part - readings.n_closed,
            readings.n_open * slope * rate[readings.cell],
            readings.n_open * part * (1 - part),
        )
    )
    cell = np.zeros(n_boards, dtype=np.int64)
    cell[readings.board] = readings.cell
    # of one board all entries weigh alike but for those of an earlier draw
    n_open = sum_by(readings.board, readings.n_open, n_boards)
    open_weight = sum_by(readings.board, readings.n_open * readings.stands_for, n_boards)
    weight = np.divide(open_weight, n_open, out=np.zeros(n_boards), where=n_open > 0)
    excess = sum_by(cell, weight * (deviation**2 - chance), n_cells)
    whole = sum_by(cell, weight * pull**2, n_cells)
    spread = np.clip(np.divide(excess, whole, out=np.zeros(n_cells), where=whole > 0), 0, MAX_SPREAD)
    return _solve(readings, spread, n_cells), spread


@dataclass(frozen=True)
class Comparison:
    """The closing rate of one group of adverts over that of another, within boards; NaN where no board has both."""

    ratio: Floats
    low: Floats
    high: Floats


def compare_within_boards(
    cell: Ints, weight: Floats, ours: Floats, theirs: Floats, n_cells: int
) -> tuple[Comparison, SampledCells | None]:
    """Compare rates of two groups within boards: Mantel and Haenszel's ratio, of rates (Rothman and Greenland 1998).

    One entry for each cell and board, sums over its intervals in which adverts of both groups are open. Where n of a
    group are, and k of them close within d days, it has T = (n - k / 2) d open days: what closes does so halfway
    (Cutler and Ederer 1958). With T' and k' of the other group, `weight` sums T T' / (T + T'), `ours` k T' / (T + T'),
    `theirs` k' T / (T + T'). The error is the delete-one-board jackknife's of the logarithm; t of G* - 1. The ends are
    NaN where one of the groups closed nothing without some board.
    """
    numbers, dense = np.unique(cell, return_inverse=True)
    ratio, low, high = np.full((3, n_cells), np.nan)
    if not len(numbers):
        return Comparison(ratio=ratio, low=low, high=high), None
    boards = count_cells(dense, weight, len(numbers))
    a, b = sum_by(dense, ours, len(numbers)), sum_by(dense, theirs, len(numbers))
    with np.errstate(divide="ignore", invalid="ignore"):
        without = np.log(np.maximum(a[dense] - ours, 0).round(9)) - np.log(np.maximum(b[dense] - theirs, 0).round(9))
        estimate = a / b
        g = boards.n_employers
        away = without - (sum_by(dense, without, len(numbers)) / g)[dense]
        reach = np.exp(boards.find_t() * np.sqrt((g - 1) / g * sum_by(dense, away**2, len(numbers))))
    reach = np.where(np.isfinite(reach) & (g > 1), reach, np.nan)
    ratio[numbers], low[numbers], high[numbers] = estimate, estimate / reach, estimate * reach
    return Comparison(ratio=np.where(np.isfinite(ratio), ratio, np.nan), low=low, high=high), boards


def _solve(readings: Readings, spread: Floats, n_cells: int) -> Floats:
    """The rate by cell at which as many adverts are expected to close as did; NaN where none was open."""
    n_open, n_closed = readings.n_open * readings.stands_for, readings.n_closed * readings.stands_for
    closings = sum_by(readings.cell, n_closed, n_cells)
    stock = sum_by(readings.cell, n_open, n_cells)
    # All intervals of a cell and about one length are one: there are far fewer of these than of boards and readings.
    lengths, place = np.unique(readings.days.round(LENGTH_DIGITS), return_inverse=True)
    pairs, pair = np.unique(readings.cell * len(lengths) + place, return_inverse=True)
    cell = pairs // max(len(lengths), 1)
    days = sum_by(pair, n_open * readings.days, len(pairs))
    n_open = sum_by(pair, n_open, len(pairs))
    days = days / n_open
    low, high = np.full(n_cells, np.log(1e-8)), np.full(n_cells, np.log(1e2))
    for _ in range(ITERATIONS):
        middle = (low + high) / 2
        part, _ = _part_closed(np.exp(middle)[cell], spread[cell], days)
        is_short = sum_by(cell, n_open * part, n_cells) < closings
        low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
    return np.where(stock == 0, np.nan, np.where(closings == 0, 0.0, np.exp(low)))


def _chance_of(readings: Readings, rate: Floats) -> Floats:
    """The chance that a board `MASS_FACTOR` times as fast as its cell closes as many or more; 0 without a rate."""
    part = -np.expm1(-MASS_FACTOR * np.nan_to_num(rate)[readings.cell] * readings.days)
    return np.asarray(
        special.betainc(np.maximum(readings.n_closed, TINY), readings.n_open - readings.n_closed + 1, part)
    )


def _count_boards(readings: Readings) -> tuple[SampledCells, Ints, Ints, Floats]:
    """Boards as clusters of open days, the place of each entry's board among them, the numbers of their cells, and how
    many open days these have, without weights."""
    boards, place = np.unique(readings.board, return_inverse=True)
    cell = np.zeros(len(boards), dtype=np.int64)
    cell[place] = readings.cell
    numbers, dense = np.unique(cell, return_inverse=True)
    open_days = readings.n_open * readings.days
    weights = sum_by(place, open_days * readings.stands_for, len(boards))
    days = sum_by(dense, sum_by(place, open_days, len(boards)), len(numbers))
    return count_cells(dense, weights, len(numbers)), place, numbers, days


def _bound(
    readings: Readings, rate: Floats, spread: Floats, boards: SampledCells, place: Ints, numbers: Ints, days: Floats
) -> tuple[Floats, Floats, Floats]:
    """Ends of the interval and relative standard error of the cells `numbers`; NaN with one board."""
    part, slope = _part_closed(rate[readings.cell], spread[readings.cell], readings.days)
    n, cell = len(boards.employer_cell), boards.employer_cell
    surplus = sum_by(place, readings.stands_for * (readings.n_closed - readings.n_open * part), n)
    pull = sum_by(place, readings.stands_for * readings.n_open * slope, n)
    rest = sum_by(cell, pull, len(numbers))[cell] - pull
    shift = np.divide(surplus, rest, out=np.full(n, np.nan), where=rest > 0)
    g = boards.n_employers
    error = np.sqrt((g - 1) / g * sum_by(cell, shift**2, len(numbers)))
    estimate = rate[numbers]
    relative = np.divide(error, estimate, out=np.full(len(numbers), np.nan), where=estimate > 0)
    reach = np.exp(boards.find_t() * np.where(np.isnan(relative), 0, relative))
    none: NDArray[np.float64] = -np.log((1 - LEVEL) / 2) / (days * boards.n_even / g)
    low = np.where(estimate > 0, estimate / reach, 0.0)
    high = np.where(estimate > 0, estimate * reach, none)
    alone = g < 2
    return np.where(alone, np.nan, low), np.where(alone, np.nan, high), np.where(alone, np.nan, relative)
