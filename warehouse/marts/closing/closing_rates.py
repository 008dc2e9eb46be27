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
"""The chance of a mass closing is computed for a board that closes this many times as fast as its cell, or as it does
in its other intervals."""
MASS_CHANCE = 0.001
"""Many closings in one interval are a mass closing only if their chance is below this limit (see `MASS_FACTOR`).

Without this limit, boards that are seldom read would be left out, because many adverts close between two readings.
"""
LENGTH_DIGITS = 0
"""Intervals of a board whose days agree to this many decimal places are pooled, at their mean length.

Boards are read at about the same hour, so that lengths are near whole days.
"""
TINY = 1e-9  # closings below this are none


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
    n_closed: Floats  # number of these that are missing at the second reading and, if there is one, at the next
    weight: Floats | None = None  # how many boards each board stands for, from its chance of being drawn; None: one
    employer: Ints | None = None  # of the board, numbered from 0; an employer belongs to one cell; None: one a board

    @property
    def cluster(self) -> Ints:
        """The employer of each entry, or the board if employers are unknown: what is drawn independently."""
        return self.board if self.employer is None else self.employer

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
    n_employers: Ints  # or boards, where employers are unknown
    n_even: Floats  # the effective number of employers of equal size (G*), by their open days
    largest: Floats  # the share of the open days that the largest employer has
    open_days: Floats
    n_closed: Floats


def estimate_closing_rates(readings: Readings, n_cells: int) -> Rates:
    """Estimate closing rates by cell: the mean of the boards' rates, weighted by their open adverts.

    A board's rate is estimated from its own intervals of about the same length d, pooled. If k of the n adverts in them
    closed, an advert is closed at the end of an interval with the hazard h = 1/n + 1/(n - 1) + ... + 1/(n - k + 1)
    (Nelson 1972, "Theory and Applications of Hazard Plotting for Censored Failure Data"; Aalen 1978). Its expectation
    is -log(1 - chance), but for terms of order above n of that logarithm. So boards may differ in their rates by any
    law, and in any way that goes with their size. The rate of a cell is the sum of n h over the sum of n d.

    The standard error is the jackknife's that leaves out one board (or employer, if known) at a time, but never less
    than that of independent closings: the rate over the root of their number (Poisson). The interval is on the log
    scale. It uses Student's t with G* - 1 degrees of freedom, where G* is the effective number of boards
    (`Rates.n_even`), or with fewer where a few boards make most of the variance (`_find_freedom`). If no advert closed,
    the interval starts at 0; its upper end is the upper end of Poisson's interval for the open days times G* / G. If
    boards have weights, all sums over boards are weighted, also in G*; only `n_closed` and `open_days` are not.
    """
    rate, low, high = np.full((3, n_cells), np.nan)
    n_employers, n_even, largest, open_days = np.zeros((4, n_cells))
    n_closed = sum_by(readings.cell, readings.n_closed, n_cells)
    if len(readings.board):
        boards, numbers, events, independent = _count_boards(readings)
        days = sum_by(readings.cell, readings.n_open * readings.days, n_cells)
        n_employers[numbers], n_even[numbers], largest[numbers] = boards.n_employers, boards.n_even, boards.largest
        open_days[numbers] = days[numbers]
        rate[numbers] = sum_by(boards.employer_cell, events, len(numbers)) / boards.n_jobs
        low[numbers], high[numbers] = _bound(boards, rate[numbers], events, independent, days[numbers])
    return Rates(rate, low, high, n_employers.astype(np.int64), n_even, largest, open_days, n_closed)


def find_mass_closings(readings: Readings, n_cells: int) -> Flags:
    """Flag intervals in which more than `MASS_PART` of at least `MIN_MASS_OPEN` adverts close at once.

    An interval is flagged only if so many closings are very unlikely at the rate of its cell and at the rate of the
    board's other intervals, as some boards are always fast. The cell's rate is estimated from its intervals with fewer
    closings or, if there are none, from all intervals of the cell.
    """
    is_many = (readings.n_open >= MIN_MASS_OPEN) & (readings.n_closed > MASS_PART * readings.n_open)
    if not is_many.any():
        return is_many
    of_most, of_all = (_find_rates(some, n_cells) for some in (readings.where(~is_many), readings))
    rate = np.where(np.isnan(of_most), of_all, of_most)[readings.cell]
    n_boards = int(readings.board.max()) + 1
    n_open, n_closed, days = (
        sum_by(readings.board, what, n_boards)[readings.board] - what
        for what in (readings.n_open, readings.n_closed, readings.n_open * readings.days)
    )
    own = np.divide(n_open * _find_hazard(n_open, n_closed), days, out=np.zeros(len(days)), where=n_open > 0)
    is_mass = is_many.copy()
    is_mass[is_many] = _chance_of(readings.where(is_many), np.maximum(rate, own)[is_many]) < MASS_CHANCE
    return is_mass


def _find_hazard(n_open: Floats, n_closed: Floats) -> Floats:
    """Return Nelson and Aalen's cumulative hazard after so many of the open adverts have closed one by one."""
    return np.asarray(special.psi(n_open + 1) - special.psi(n_open - n_closed + 1), dtype=np.float64)


def _find_rates(readings: Readings, n_cells: int) -> Floats:
    """Return the rates of cells; NaN without readings."""
    rate = np.full(n_cells, np.nan)
    if len(readings.board):
        boards, numbers, events, _ = _count_boards(readings)
        rate[numbers] = sum_by(boards.employer_cell, events, len(numbers)) / boards.n_jobs
    return rate


def _count_boards(readings: Readings) -> tuple[SampledCells, Ints, Floats, Floats]:
    """Count open days and closings of clusters, which are boards, or employers if known.

    Return the clusters with their weighted open days, the numbers of the cells that have any, the sum of n h of each
    cluster, and the sum of squared weights of its closings (the variance of their number if they are independent).
    """
    _, length = np.unique(readings.days.round(LENGTH_DIGITS), return_inverse=True)
    n_lengths = int(length.max()) + 1
    pairs, pair = np.unique(readings.board * n_lengths + length, return_inverse=True)
    n_open, n_closed, days, weight = (
        sum_by(pair, what, len(pairs))
        for what in (
            readings.n_open,
            readings.n_closed,
            readings.n_open * readings.days,
            readings.n_open * readings.stands_for,
        )
    )
    weight = weight / n_open
    numbers, place = np.unique(readings.cluster, return_inverse=True)
    cell_of = np.zeros(len(numbers), dtype=np.int64)
    cell_of[place] = readings.cell
    cells, cell = np.unique(cell_of, return_inverse=True)
    of_pair = np.zeros(len(pairs), dtype=np.int64)
    of_pair[pair] = place
    open_days, events, independent = (
        sum_by(of_pair, what, len(numbers))
        for what in (weight * days, weight * n_open * _find_hazard(n_open, n_closed), weight**2 * n_closed)
    )
    return count_cells(cell, open_days, len(cells)), cells, events, independent


def _bound(
    boards: SampledCells, rate: Floats, events: Floats, independent: Floats, days: Floats
) -> tuple[Floats, Floats]:
    """Return the ends of the intervals of cells with open adverts; `days` are their unweighted open days."""
    cell, g, n_cells = boards.employer_cell, boards.n_employers, boards.n_cells
    surplus = events - rate[cell] * boards.employer_jobs
    shift = np.nan_to_num(surplus * boards.find_leverage())
    squares = (g - 1) / g * sum_by(cell, shift**2, n_cells)
    variance = np.maximum(squares, sum_by(cell, independent, n_cells) / boards.n_jobs**2)
    relative = np.divide(np.sqrt(variance), rate, out=np.zeros(n_cells), where=rate > TINY)
    t = special.stdtrit(_find_freedom(boards, shift), 0.5 + LEVEL / 2)
    reach = np.exp(t * relative)
    none = -np.log((1 - LEVEL) / 2) / (days * boards.n_even / g)
    low = np.where(g < 2, np.nan, np.where(rate > TINY, rate / reach, 0.0))
    return low, np.where(g < 2, np.nan, np.where(rate > TINY, rate * reach, none))


def _find_freedom(boards: SampledCells, shift: Floats) -> Floats:
    """Return the degrees of freedom by cell: G* - 1, or fewer where a few boards make most of the variance; at least 1.

    `shift` is by how much the rate moves without each board. A variance that is a sum of G squares has a squared
    coefficient of variation of about c = Σ shift⁴ / (Σ shift²)² - 1/G, estimated from the same squares. Satterthwaite's
    degrees of freedom (1946) are 2/c. Since c is too small wherever no very fast board was met, 1/c is taken: with 2/c
    intervals of boards as unlike as real ones cover 91 to 93 % (`tests/known_truth/closings.py`), with 1/c 93 % and
    more.
    """
    cell, n_cells = boards.employer_cell, boards.n_cells
    squares, fourth = sum_by(cell, shift**2, n_cells), sum_by(cell, shift**4, n_cells)
    part = np.divide(fourth, squares**2, out=np.zeros(n_cells), where=squares > 0)
    freedom = 1 / np.maximum(part - 1 / boards.n_employers, TINY)
    return np.asarray(np.maximum(np.minimum(freedom, boards.n_even - 1), 1), dtype=np.float64)


@dataclass(frozen=True)
class Comparison:
    """The ratio of the closing rates of two groups of adverts within boards; NaN if no board has both groups."""

    ratio: Floats
    low: Floats
    high: Floats


def compare_within_boards(
    cell: Ints, weight: Floats, ours: Floats, theirs: Floats, independent: Floats, n_cells: int
) -> tuple[Comparison, SampledCells | None]:
    """Compare rates of two groups within boards by Mantel and Haenszel's ratio of rates (Rothman and Greenland 1998).

    If n adverts of our group are open and k of them close within d days, our group has T = (n - k / 2) d open days, as
    adverts close halfway through on average (Cutler and Ederer 1958). Let k' and T' be the same numbers for the other
    group. `weight`, `ours`, `theirs` and `independent` have one entry for each cell and board: the sums of T T' / (T +
    T'), k T' / (T + T'), k' T / (T + T') and (k + k') T T' / (T + T')² over the intervals in which adverts of both
    groups are open. Where boards have weights, these are factors of the first three and squared ones of the last.

    The error is the delete-one-board jackknife's of the logarithm, but never less than that of independent closings,
    whose variance is Σ `independent` over (Σ `ours` Σ `theirs`) (Greenland and Robins 1985). The interval uses
    Student's t with G* - 1 degrees of freedom. The ends are NaN if there is a board without which one of the groups has
    no closings. Return the ratios by cell, and the boards as clusters. If there are no entries, the ratios are NaN and
    the clusters are None.
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
        variance = (g - 1) / g * sum_by(dense, away**2, len(numbers))
        variance = np.maximum(variance, sum_by(dense, independent, len(numbers)) / (a * b))
        reach = np.exp(boards.find_t() * np.sqrt(variance))
    reach = np.where(np.isfinite(reach) & (g > 1), reach, np.nan)
    ratio[numbers], low[numbers], high[numbers] = estimate, estimate / reach, estimate * reach
    return Comparison(ratio=np.where(np.isfinite(ratio), ratio, np.nan), low=low, high=high), boards


def _chance_of(readings: Readings, rate: Floats) -> Floats:
    """Return for each interval the chance of at least as many closings as it has.

    The chance is that of a board with `MASS_FACTOR` times the `rate` of each interval. It is 0 if the rate is unknown.
    """
    part = -np.expm1(-MASS_FACTOR * np.nan_to_num(rate) * readings.days)
    n_closed = np.maximum(readings.n_closed, TINY)
    return np.asarray(special.betainc(n_closed, readings.n_open - readings.n_closed + 1, part))
