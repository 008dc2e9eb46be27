"""Choose the boards to ask in a night: panel members, then the highest expected yields, then quiet boards not asked
for a week.

All functions are pure: they get the boards' history as arrays, a budget of requests and a night. The yield of a board
is its number of new AI adverts with pay, divided by the number of requests. The rate of such adverts has a Gamma
distribution (Poisson arrivals with a conjugate prior), estimated from the adverts first seen in the last
`DAYS_OF_YIELD` nights of the board's readings and shrunk towards the mean of its source. Adverts found at the first
reading are assumed to have come within one advert's lifetime before that reading. The rate is sampled rather than
averaged (Thompson 1933), so that boards about which little is known are tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from extractors.schedule import panel
from extractors.schedule.panel import Flags, Floats, Ints
from transforms.records.vocabulary import ASKED_FOR, DAYS_OF_YIELD, DEAD_AFTER

LIFE = 40.0
"""Approximate number of nights that an advert stays listed."""
SHAPE = 0.1
"""Shape of the prior of rates: about one board in ten has AI adverts, and few have many."""
MAX_NIGHTS = 30
"""Nights after which any board is asked again. Readings more than `BRIDGE_DAYS` apart date no openings or closings."""
QUIET_RHYTHM = 7
"""Nights between two readings of a quiet board, if the budget allows."""
RICH = 1 / QUIET_RHYTHM
"""Minimum yield for a board to be asked before quiet boards."""
DEAD_RHYTHM = 30
"""Nights between two checks of a dead board."""
TURNS = ("panel", "limit", "dead", "yield", "week", "yield")
"""Reasons in the order in which boards are asked. The last "yield" stands for all other boards.

Within "yield" the highest yield comes first, and within any other reason the board not asked for longest, so that the
yield does not decide which boards the budget leaves out."""


@dataclass(frozen=True, kw_only=True)
class History:
    """History of a source's boards before a night, as arrays with one element per board.

    `number` is the permanent random number, `chance` the probability of membership. `nights_since` is the number of
    nights since the board was last asked, infinity if never. `n_ai_paid_seen` counts AI adverts with pay first seen in
    the last `DAYS_OF_YIELD` nights of the board's readings, and `nights_followed` all nights between the first and the
    last request. `misses` counts the nights in a row on which the board was missing or only redirected.
    `requests_per_reading` is the number of requests that the board's list last took.
    """

    number: Floats
    chance: Floats
    nights_since: Floats
    n_ai_paid_seen: Floats
    nights_followed: Floats
    misses: Ints
    requests_per_reading: Floats

    @property
    def is_member(self) -> Flags:
        """Whether each board is in the panel."""
        return self.number < self.chance

    @property
    def is_new(self) -> Flags:
        """Whether each board has never been asked."""
        return np.isinf(self.nights_since)


class Ranking(NamedTuple):
    """Boards that may be asked in a night, in order, the positions of their reasons in `ASKED_FOR`, and whether each is
    within the budget."""

    boards: Ints
    reason: Ints
    is_asked: Flags

    @property
    def passed_over(self) -> Ints:
        """Boards that needed more requests than were left, although smaller boards after them were asked."""
        is_before_last = np.cumsum(self.is_asked[::-1])[::-1] > 0
        return self.boards[is_before_last & ~self.is_asked]


def rank_boards(history: History, *, budget: float, night: int, rng: np.random.Generator) -> Ranking:
    """Rank the boards that may be asked tonight. A board that needs more requests than are left is passed over.

    `budget` is the night's number of requests, `night` the day's ordinal number.
    """
    is_dead = history.misses >= DEAD_AFTER
    is_dead_due = is_dead & (history.nights_since >= DEAD_RHYTHM)
    may_be_asked = (~is_dead | is_dead_due) & (history.nights_since >= 1)
    fits = history.requests_per_reading <= budget  # a board over the budget must not take others' turns
    is_due = _choose_members(history, may_be_asked & ~is_dead & fits, budget=budget, night=night)
    is_late = (history.nights_since >= MAX_NIGHTS) & ~history.is_new & ~is_dead
    gain = expect_new(history, rng) / history.requests_per_reading
    is_rich = (gain >= RICH) | history.is_new
    is_quiet_due = history.nights_since >= QUIET_RHYTHM
    turn = np.select([is_due, is_late, is_dead_due, is_rich, is_quiet_due], range(len(TURNS) - 1), len(TURNS) - 1)
    reason = np.array([ASKED_FOR.index(why) for why in TURNS])[turn]
    is_yield = reason == ASKED_FOR.index("yield")
    order = np.lexsort((history.number, np.where(is_yield, -gain, -history.nights_since), turn))
    order = order[may_be_asked[order]]
    return Ranking(order, reason[order], _fit(history.requests_per_reading[order], budget))


def _fit(requests: Floats, budget: float) -> Flags:
    is_asked = np.zeros(len(requests), dtype=bool)
    for place, needed in enumerate(requests.tolist()):
        if needed <= budget:
            is_asked[place] = True
            budget -= needed
    return is_asked


def _choose_members(history: History, may_be_asked: Flags, *, budget: float, night: int) -> Flags:
    """Return which members are asked tonight: all that are due and, if these do not fill the panel's share of
    requests because members are dead, also those not asked for longest."""
    is_due = history.is_member & may_be_asked & panel.is_due(history.number, history.nights_since, night)
    requests = history.requests_per_reading
    minimum = panel.SHARE_OF_REQUESTS * min(budget, requests[may_be_asked].sum())
    others = np.flatnonzero(history.is_member & may_be_asked & ~is_due)
    others = others[np.lexsort((history.number[others], -history.nights_since[others]))]
    before = requests[is_due].sum() + np.cumsum(requests[others]) - requests[others]
    is_due[others[before < minimum]] = True
    return is_due


def expect_new(history: History, rng: np.random.Generator) -> Floats:
    """Sample the number of new AI adverts with pay that a reading of each board would show."""
    is_read = ~history.is_new
    is_first_counted = history.nights_followed <= DAYS_OF_YIELD
    nights = np.where(is_first_counted, history.nights_followed + LIFE, DAYS_OF_YIELD)
    mean = (history.n_ai_paid_seen[is_read].sum() + SHAPE) / (nights[is_read].sum() + LIFE)
    shape = SHAPE + np.where(is_read, history.n_ai_paid_seen, 0)
    rate = rng.gamma(shape) / (SHAPE / mean + np.where(is_read, nights, 0))
    unread = LIFE * -np.expm1(
        -history.nights_since / LIFE
    )  # adverts that came since the last reading and are still listed, in nights
    return np.asarray(np.where(history.is_new, mean * LIFE, rate * unread))
