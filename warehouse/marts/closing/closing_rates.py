"""Closings per open advert and day, from adverts that a board lists at one reading and lacks at the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from warehouse.marts.estimators import LEVEL, Flags, Floats, Ints, SampledCells, count_cells, sum_by

MIN_MASS_OPEN = 10
"""A mass closing needs at least this many open adverts on a board. Smaller boards easily close more than half at
once."""
MASS_PART = 0.5  # in a mass closing, more than this share of a board's adverts close in one interval
MASS_FACTOR = 2.0
"""The chance of a mass closing is computed for a board that closes this many times as fast as its cell."""
MASS_CHANCE = 0.001
"""Many closings in one interval are a mass closing only if their chance is below this limit (see `MASS_FACTOR`).

Without this limit, boards that are seldom read would be left out, because many adverts close between two readings.
"""
ITERATIONS = 60
MAX_SPREAD = 2.0  # the upper limit of the squared coefficient of variation of boards' rates
LENGTH_DIGITS = 2
"""Intervals whose days agree to this many decimal places are merged into one length, their mean.

This changes a rate by less than one part in 100,000, and leaves a year of nights with a few lengths instead of
hundreds.
"""
TINY = 1e-9


@dataclass(frozen=True)
class Readings:
    """Intervals between consecutive complete readings: one entry for each board and interval with open adverts.

    Raises ValueError if days, open or closed adverts are not numbers, if an interval has no length, or if more adverts
    closed than were open.
    """

    cell: Ints
    board: Ints  # numbered from 0; a board belongs to one cell
    days: Floats  # days between the two readings, above 0
    n_open: Floats  # number of adverts listed at the first reading
    n_closed: Floats  # number of these that are missing at the second reading and, to confirm it, at the next
    weight: Floats | None = None  # how many boards each board stands for, from its chance of being drawn; None: one

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
        """Return the flagged entries."""
        chosen: dict[str, Any] = {name: column[mask] for name, column in vars(self).items() if column is not None}
        return Readings(**chosen)


@dataclass(frozen=True)
class Rates:
    """Closing rates by cell, per open advert and day; NaN if no advert was followed."""

    rate: Floats
    low: Floats
    high: Floats
    n_boards: Ints
    n_even: Floats  # the effective number of boards of equal size (G*), by their open days
    largest: Floats  # the share of the open days that the largest board has
    open_days: Floats
    n_closed: Floats


def estimate_closing_rates(readings: Readings, n_cells: int) -> Rates:
    """Estimate closing rates by cell: the mean of the boards' rates, weighted by their open adverts.

    An advert that closed between two readings did so on an unknown day. A board with the rate r per day loses the
    fraction 1 - exp(-r d) of its adverts within d days. The boards' rates follow a gamma distribution with mean r and
    squared coefficient of variation v, so a cell loses the fraction 1 - (1 + v r d)^(-1/v) (Hougaard 1984). The
    estimate is the rate r at which the expected number of closings equals the observed number.

    The standard error is the delete-one-board jackknife's, to first order. The interval is on the log scale and uses
    Student's t with G* - 1 degrees of freedom, where G is the number of boards and G* the effective number
    (`Rates.n_even`). If no advert closed, the interval starts at 0; its upper end is the upper end of Poisson's
    interval for the open days times G* / G. If boards have weights, all sums over boards are weighted, also in G*; only
    `n_closed` and `open_days` are not.
    """
    rate, spread = _fit(readings, n_cells)
    boards, place, numbers, days = _count_boards(readings)
    low, high = np.full((2, n_cells), np.nan)
    n_boards, n_even, largest, open_days = np.zeros((4, n_cells))
    if len(numbers):
        n_boards[numbers], n_even[numbers] = boards.n_employers, boards.n_even
        open_days[numbers], largest[numbers] = days, boards.largest
        low[numbers], high[numbers] = _bound(readings, rate, spread, boards, place, numbers, days)
    n_closed = sum_by(readings.cell, readings.n_closed, n_cells)
    return Rates(rate, low, high, n_boards.astype(np.int64), n_even, largest, open_days, n_closed)


def find_mass_closings(readings: Readings, n_cells: int) -> Flags:
    """Flag intervals in which more than `MASS_PART` of at least `MIN_MASS_OPEN` adverts close at once.

    An interval is flagged only if so many closings are very unlikely at the rate of its cell. This rate is estimated
    from the cell's intervals with fewer closings or, if there are none, from all intervals of the cell.
    """
    is_many = (readings.n_open >= MIN_MASS_OPEN) & (readings.n_closed > MASS_PART * readings.n_open)
    rate, rate_of_all = (_fit(some, n_cells)[0] for some in (readings.where(~is_many), readings))
    is_mass = is_many.copy()
    is_mass[is_many] = _chance_of(readings.where(is_many), np.where(np.isnan(rate), rate_of_all, rate)) < MASS_CHANCE
    return is_mass


def _part_closed(rate: Floats, spread: Floats, days: Floats) -> tuple[Floats, Floats]:
    v = np.maximum(spread, TINY)
    survival = np.exp(-np.log1p(v * rate * days) / v)
    return 1 - survival, days * survival / (1 + v * rate * days)


def _fit(readings: Readings, n_cells: int) -> tuple[Floats, Floats]:
    """Return the rate r and the spread v of the boards' rates, by cell (see `estimate_closing_rates`).

    The spread is estimated at the rate that is found with spread 0.
    """
    spread = np.zeros(n_cells)
    rate = _solve(readings, spread, n_cells)
    part, slope = _part_closed(rate[readings.cell], spread[readings.cell], readings.days)
    n_boards = int(readings.board.max()) + 1 if len(readings.board) else 0
    deviation, pull, chance, n_open, open_weight = (
        sum_by(readings.board, what, n_boards)
        for what in (
            readings.n_open * part - readings.n_closed,
            readings.n_open * slope * rate[readings.cell],
            readings.n_open * part * (1 - part),
            readings.n_open,
            readings.n_open * readings.stands_for,
        )
    )
    cell = np.zeros(n_boards, dtype=np.int64)
    cell[readings.board] = readings.cell
    # entries of a board have the same weight, unless some are from an earlier draw
    weight = np.divide(open_weight, n_open, out=np.zeros(n_boards), where=n_open > 0)
    excess = sum_by(cell, weight * (deviation**2 - chance), n_cells)
    pull_square = sum_by(cell, weight * pull**2, n_cells)
    spread = np.clip(np.divide(excess, pull_square, out=np.zeros(n_cells), where=pull_square > 0), 0, MAX_SPREAD)
    return _solve(readings, spread, n_cells), spread


@dataclass(frozen=True)
class Comparison:
    """The ratio of the closing rates of two groups of adverts within boards; NaN if no board has both groups."""

    ratio: Floats
    low: Floats
    high: Floats


def compare_within_boards(
    cell: Ints, weight: Floats, ours: Floats, theirs: Floats, n_cells: int
) -> tuple[Comparison, SampledCells | None]:
    """Compare rates of two groups within boards by Mantel and Haenszel's ratio of rates (Rothman and Greenland 1998).

    If n adverts of our group are open and k of them close within d days, our group has T = (n - k / 2) d open days, as
    adverts close halfway through on average (Cutler and Ederer 1958). Let k' and T' be the same numbers for the other
    group. `weight`, `ours` and `theirs` have one entry for each cell and board: the sums of T T' / (T + T'), k T' / (T
    + T') and k' T / (T + T') over the intervals in which adverts of both groups are open.

    The error is the delete-one-board jackknife's of the logarithm; the interval uses Student's t with G* - 1 degrees of
    freedom. The ends are NaN if there is a board without which one of the groups has no closings. Return the ratios by
    cell, and the boards as clusters. If there are no entries, the ratios are NaN and the clusters are None.
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
    """Return the rate by cell at which as many closings are expected as were observed; NaN if no advert was open."""
    n_open, n_closed = readings.n_open * readings.stands_for, readings.n_closed * readings.stands_for
    closings = sum_by(readings.cell, n_closed, n_cells)
    stock = sum_by(readings.cell, n_open, n_cells)
    # Intervals of a cell with about the same length are merged, as there are far fewer lengths than intervals.
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
    """Return for each interval the chance of at least as many closings as it has.

    The chance is that of a board with `MASS_FACTOR` times the rate of its cell. It is 0 if the rate is unknown.
    """
    part = -np.expm1(-MASS_FACTOR * np.nan_to_num(rate)[readings.cell] * readings.days)
    n_closed = np.maximum(readings.n_closed, TINY)
    return np.asarray(special.betainc(n_closed, readings.n_open - readings.n_closed + 1, part))


def _count_boards(readings: Readings) -> tuple[SampledCells, Ints, Ints, Floats]:
    """Count the open days of boards.

    Return the boards as clusters, the index of each entry's board among them, the numbers of the cells that have
    boards, and the unweighted open days of these cells.
    """
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
) -> tuple[Floats, Floats]:
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
    none: Floats = -np.log((1 - LEVEL) / 2) / (days * boards.n_even / g)
    low = np.where(g < 2, np.nan, np.where(estimate > 0, estimate / reach, 0.0))
    return low, np.where(g < 2, np.nan, np.where(estimate > 0, estimate * reach, none))
