"""Boards whose adverts close at a known rate, read every so many days.

Written before the estimators it judges; seed as in `markets`. What is sampled: boards, independently, each with all
its adverts, their number as in the whole AI market. The estimand is the number of closings per open advert and day:
the mean of the boards' rates, weighted by open adverts. Boards differ in their rate. Adverts that close are replaced
on average, so that boards keep their size. In an interval without a reading what opened and closed is not seen. A
board may vanish (moved to another platform), which closes nothing, and may close most of its list at once (a freeze of
hiring), which is no closing of the ordinary kind: both happen beside the rate that is to be found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.known_truth.markets import SEED, Generator, Ints

RATE = 0.015
"""Closings per open advert and day: between the 0.012 of AI engineering and the 0.018 of other engineering."""
SHAPE = 4.0
"""Of the gamma law of the boards' rates: their coefficient of variation is a half."""
DISTANCES = (1, 30)
"""Days between readings."""
DAYS = 60
"""Days over which boards are read."""
VANISHING = 0.002
"""Chance a day that a board vanishes: a tenth of the boards in the time."""
MASS_CLOSING = 0.001
"""Chance a day that a board of ten adverts or more closes all but a few at once."""
MASS_PART = 0.90
"""Part of the adverts that such a board closes."""
BOARDS = (15, 40, 150)
"""Boards of a market."""


@dataclass(frozen=True)
class Intervals:
    """One entry for each board and interval between two readings of it in a row."""

    n_markets: int
    market: Ints
    board: Ints
    """Numbered from 0 through all markets."""
    days: Ints
    n_open: Ints
    """Adverts open at the first reading."""
    n_closed: Ints
    """Of these, how many the second reading lacks."""
    is_gone: Ints
    """1 where the second reading found no board any more, so that it says nothing."""


def draw_intervals(generator: Generator, n_boards: int, n_markets: int, distance: int) -> Intervals:
    """Draw markets of `n_boards` boards, read every `distance` days for `DAYS` days or until the board vanishes."""
    rng = np.random.default_rng([SEED, *generator.name.encode(), n_boards, distance])
    total = n_boards * n_markets
    size = rng.choice(generator.sizes, size=total, p=generator.chances)
    rate = rng.gamma(SHAPE, RATE / SHAPE, size=total)
    n_open = size.copy()
    is_there = np.ones(total, dtype=bool)
    rows = []
    for _ in range(DAYS // distance):
        stays = rng.random(total) < (1 - VANISHING) ** distance
        freezes = (n_open >= 10) & (rng.random(total) >= (1 - MASS_CLOSING) ** distance)
        chance = np.where(freezes, np.maximum(MASS_PART, -np.expm1(-rate * distance)), -np.expm1(-rate * distance))
        closings = rng.binomial(n_open, chance)
        here = np.flatnonzero(is_there & (n_open > 0))
        rows.append(np.stack([here, n_open[here], np.where(stays, closings, n_open)[here], ~stays[here]]))
        # As many open as close on average, of which those remain that are still open at the reading.
        n_open = n_open - closings + rng.poisson(size * -np.expm1(-rate * distance))
        is_there &= stays
    board, stock, closings, is_gone = np.concatenate(rows, axis=1).astype(np.int64)
    return Intervals(
        n_markets=n_markets,
        market=board // n_boards,
        board=board,
        days=np.full(len(board), distance),
        n_open=stock,
        n_closed=closings,
        is_gone=is_gone,
    )
