"""Boards whose adverts close at a known rate, read every so many days.

Written before the estimators it judges; seed as in `markets`. What is sampled: boards, independently, each with all
its adverts, their number as in the whole AI market. The estimand is the number of closings per open advert and day:
the mean of the boards' rates, weighted by open adverts. Boards differ in their rate. Adverts that close are replaced
on average, so that boards keep their size. In an interval without a reading what opened and closed is not seen. A
board may vanish (moved to another platform), which closes nothing, and may close most of its list at once (a freeze of
hiring), which is no closing of the ordinary kind: both happen beside the rate that is to be found.

`KINDS` were added later, when real boards turned out to be more unlike than the first: their rates have a coefficient
of variation of 1 to 2, fall with the size of the board, and their closings come in bursts. Each was written before it
was run with any estimator, and no number was changed after a result, but for one: bursts first closed up to all of a
list, which is a mass closing by the rule of the product and no part of its estimand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.known_truth.markets import SEED, Floats, Generator, Ints

RATE = 0.015
"""Closings per open advert and day: between the 0.012 of AI engineering and the 0.018 of other engineering."""
SHAPE = 4.0
"""Of the gamma law of the boards' rates: their coefficient of variation is a half."""
GAPS = (1, 7, 14)
"""Days between readings, up to the most for closings to be counted."""
DAYS = 60
"""Days over which boards are read."""
VANISHING = 0.002
"""Chance a day that a board vanishes: a tenth of the boards in the time."""
MASS_CLOSING = 0.001
"""Chance a day that a board of ten adverts or more closes all but a few at once."""
MASS_PART = 0.90
"""Part of the adverts that such a board closes."""
BURST = (0.15, 0.40)
"""Where boards have bursts: the chance that a day is one, and the most of the adverts that it closes. Days between
bursts close what is lacking to the rate of a board, mostly nothing."""
RATIO = 0.7
"""How many times as fast as others the adverts of our group close, on every board."""
OUR_PART = (2.0, 6.0)
"""Of the beta law of our group's part of a board's adverts."""
BOARDS = (15, 40, 150)
"""Boards of a market."""
BOARDS_OF_KINDS = (15, 39, 150)
"""The same of `KINDS`, where an employer may have three."""


@dataclass(frozen=True)
class Kind:
    """How boards differ."""

    name: str
    law: str = "gamma"
    """Of the boards' rates, with mean 1: "gamma" or "lognormal"."""
    variation: float = SHAPE**-0.5
    """Coefficient of variation of the boards' rates."""
    slope: float = 0.0
    """By how much the logarithm of the rate falls for each unit of log size."""
    has_bursts: bool = False
    """Whether a board closes adverts on some days only (`BURST`), each board on its own."""
    boards_each: int = 1
    """Boards of one employer, which have one rate."""

    def draw_rates(self, rng: np.random.Generator, n: int) -> Floats:
        """Rates relative to their mean."""
        if self.law == "gamma":
            return rng.gamma(self.variation**-2, self.variation**2, size=n)
        spread = np.log1p(self.variation**2)
        return rng.lognormal(-spread / 2, np.sqrt(spread), size=n)

    def chance(self, rng: np.random.Generator, rate: Floats, days: int) -> Floats:
        """The chance that an advert closes within some days, by board; on average it is 1 - exp(-rate days)."""
        if not self.has_bursts:
            return -np.expm1(-rate * days)
        often, most = BURST
        of_day = -np.expm1(-rate)
        on_burst = np.minimum(of_day / often, most)
        on_others = np.minimum(
            (of_day - often * on_burst) / (1 - often), 1
        )  # of a rate above two a day it would be more
        n_bursts = rng.binomial(days, often, size=len(rate))
        return np.asarray(1 - (1 - on_burst) ** n_bursts * (1 - on_others) ** (days - n_bursts), dtype=np.float64)


KINDS = (
    Kind("as before"),
    Kind("variation 1", variation=1.0),
    Kind("variation 1, falling by 0.13, bursts", variation=1.0, slope=0.13, has_bursts=True),
    Kind("variation 1.5, falling by 0.2", variation=1.5, slope=0.2),
    Kind("variation 1.5, lognormal, falling by 0.2, bursts", "lognormal", variation=1.5, slope=0.2, has_bursts=True),
    Kind("variation 2, falling by 0.32", variation=2.0, slope=0.32),
    Kind("variation 2, falling by 0.32, bursts", variation=2.0, slope=0.32, has_bursts=True),
    Kind("variation 2, lognormal, falling by 0.13, bursts", "lognormal", variation=2.0, slope=0.13, has_bursts=True),
    Kind(
        "variation 1, falling by 0.2, bursts, 3 boards each", variation=1.0, slope=0.2, has_bursts=True, boards_each=3
    ),
)
"""Kinds of boards, the first of which is as in the rows that are scored since the beginning."""


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
    employer: Ints
    """Of the board, numbered from 0 through all markets."""
    chance: Floats
    """With which each advert is closed at the second reading."""


def draw_intervals(
    generator: Generator, n_boards: int, n_markets: int, distance: int, kind: Kind = KINDS[0], seed: int = SEED
) -> Intervals:
    """Draw markets of `n_boards` boards, read every `distance` days for `DAYS` days or until the board vanishes.

    `n_boards` must be a multiple of the boards of an employer.
    """
    name = b"" if kind is KINDS[0] else kind.name.encode()
    rng = np.random.default_rng([seed, *generator.name.encode(), n_boards, distance, *name])
    total = n_boards * n_markets
    size = rng.choice(generator.sizes, size=total, p=generator.chances)
    rate = RATE * np.repeat(kind.draw_rates(rng, total // kind.boards_each), kind.boards_each)
    if kind.slope:
        falling = generator.sizes**-kind.slope
        rate *= size**-kind.slope / float(generator.of_job @ falling)
    n_open = size.copy()
    is_there = np.ones(total, dtype=bool)
    rows = []
    for _ in range(DAYS // distance):
        stays = rng.random(total) < (1 - VANISHING) ** distance
        freezes = (n_open >= 10) & (rng.random(total) >= (1 - MASS_CLOSING) ** distance)
        ordinary = kind.chance(rng, rate, distance)
        chance = np.where(freezes, np.maximum(MASS_PART, ordinary), ordinary)
        closings = rng.binomial(n_open, chance)
        here = np.flatnonzero(is_there & (n_open > 0))
        rows.append(np.stack([here, n_open[here], np.where(stays, closings, n_open)[here], ~stays[here], chance[here]]))
        # As many open as close on average, of which those remain that are still open at the reading.
        n_open = n_open - closings + rng.poisson(size * -np.expm1(-rate * distance))
        is_there &= stays
    *counts, chances = np.concatenate(rows, axis=1)
    board, stock, closings, is_gone = np.stack(counts).astype(np.int64)
    return Intervals(
        n_markets=n_markets,
        market=board // n_boards,
        board=board,
        days=np.full(len(board), distance),
        n_open=stock,
        n_closed=closings,
        is_gone=is_gone,
        employer=board // kind.boards_each,
        chance=chances,
    )


@dataclass(frozen=True)
class Pairs:
    """Adverts of our group and of the others on the same boards: one entry for each entry of `Intervals`."""

    n_open: Ints
    n_closed: Ints
    n_open_other: Ints
    n_closed_other: Ints


def split_groups(intervals: Intervals, seed: int = SEED) -> Pairs:
    """Draw which adverts are of our group, and which of both close, at rates whose ratio is `RATIO` on every board.

    The others close with the chance of their board, so that both groups share its bursts and mass closings.
    """
    rng = np.random.default_rng([seed, len(intervals.board)])
    part = rng.beta(*OUR_PART, size=int(intervals.board.max()) + 1)[intervals.board]
    n_open = rng.binomial(intervals.n_open, part)
    n_other = intervals.n_open - n_open
    chance = np.clip(intervals.chance, 0, 1)
    n_closed = rng.binomial(n_open, 1 - (1 - chance) ** RATIO)
    return Pairs(n_open, n_closed, n_other, rng.binomial(n_other, chance))
