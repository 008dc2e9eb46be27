"""Which boards a night asks, and why: members of the panel first, then where most new adverts are expected, then quiet
ones that were not asked for a week.

Everything is pure: a board's history in arrays, a budget of requests, a night. What is expected of a board is new AI
adverts with pay for each request. Their rate is estimated as a Gamma distribution (Poisson arrivals, conjugate prior)
from the adverts that the board showed in the last `DAYS_OF_YIELD` nights of its readings, over these nights; where its
first reading is among them, what stood there came within the life of an advert before. It is shrunk to the mean of its
source, and drawn from that distribution, not averaged (Thompson 1933), so that boards of which little is known are
tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from extractors.schedule import panel
from extractors.schedule.panel import Flags, Floats, Ints
from transforms.records.vocabulary import ASKED_FOR, DAYS_OF_YIELD, DEAD_AFTER

LIFE = 40.0
"""Nights that an advert is listed, about: what stands on a board today came within them."""
SHAPE = 0.1
"""Shape of the prior of rates: one board in ten or so has AI adverts, and few have many."""
MAX_NIGHTS = 30
"""Nights after which any board is asked again, whatever is expected of it: of two readings that are more than
`BRIDGE_DAYS` apart, neither openings nor closings are dated."""
QUIET_RHYTHM = 7
"""Nights from one reading of a quiet board to the next, where the budget allows."""
RICH = 1 / QUIET_RHYTHM
"""New AI adverts with pay for each request from which a reading is worth more than the turn of a quiet board: a board
with one a week is asked each night."""
DEAD_RHYTHM = 30
"""Nights from one look at a dead board to the next."""
TURNS = ("panel", "limit", "dead", "yield", "week", "yield")
"""Reasons in the order in which boards are asked: those of which much is expected come before the quiet ones whose week
is over, the rest after them. Within a turn for what it is expected to show most is asked first, within any other the
board that was not asked for longest, so that what a budget cuts off is no matter of yield."""


@dataclass(frozen=True, kw_only=True)
class History:
    """What is known of the boards of a source before a night; all arrays are by board.

    `number` is the permanent random number, `chance` that of being a member. `nights_since` counts nights since a board
    was last asked, infinity where it never was. `n_ai_paid_seen` counts AI adverts with pay that were first seen in the
    last `DAYS_OF_YIELD` of its readings, `nights_followed` all nights from the first on which it was asked to the last.
    `misses` are nights in a row on which it was not found or only redirected. `requests_per_reading` is what its list
    took when it was last asked.
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
        """Which boards are in the panel."""
        return self.number < self.chance

    @property
    def is_new(self) -> Flags:
        """Which boards were never asked."""
        return np.isinf(self.nights_since)


class Ranking(NamedTuple):
    """All boards that may be asked in a night, in order, with the places of their reasons in `ASKED_FOR`.

    `is_asked`: which of them the budget lets in.
    """

    boards: Ints
    reason: Ints
    is_asked: Flags

    @property
    def passed_over(self) -> Ints:
        """Boards that needed more requests than were left, while smaller ones behind them were asked."""
        is_before_last = np.cumsum(self.is_asked[::-1])[::-1] > 0
        return self.boards[is_before_last & ~self.is_asked]


def rank_boards(history: History, *, budget: float, night: int, rng: np.random.Generator) -> Ranking:
    """The boards that may be asked, in the order in which they are asked.

    `budget` is the night's number of requests, `night` a running number of the day. A board that needs more requests
    than are left is passed over, so that it keeps no board behind it from being asked.
    """
    is_dead = history.misses >= DEAD_AFTER
    is_dead_due = is_dead & (history.nights_since >= DEAD_RHYTHM)
    may_be_asked = (~is_dead | is_dead_due) & (history.nights_since >= 1)
    fits = history.requests_per_reading <= budget  # a larger member is never asked: it must not take others' turns
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
    """Which boards are asked, in their order: each whose requests fit into what those before it left of the budget."""
    is_asked = np.zeros(len(requests), dtype=bool)
    for place, needed in enumerate(requests.tolist()):
        if needed <= budget:
            is_asked[place] = True
            budget -= needed
    return is_asked


def _choose_members(history: History, may_be_asked: Flags, *, budget: float, night: int) -> Flags:
    """Members whose turn it is; where these take too few of the requests, so many more of those not asked for longest.

    Members that have died take none, so that the draw alone does not tell how many requests are for members.
    """
    is_due = history.is_member & may_be_asked & panel.is_due(history.number, history.nights_since, night)
    requests = history.requests_per_reading
    least = panel.SHARE_OF_REQUESTS * min(budget, requests[may_be_asked].sum())
    others = np.flatnonzero(history.is_member & may_be_asked & ~is_due)
    others = others[np.lexsort((history.number[others], -history.nights_since[others]))]
    before = requests[is_due].sum() + np.cumsum(requests[others]) - requests[others]
    is_due[others[before < least]] = True
    return is_due


def expect_new(history: History, rng: np.random.Generator) -> Floats:
    """AI adverts with pay that a reading of each board would show and no earlier one did, drawn from what is known."""
    is_read = ~history.is_new
    is_first_counted = history.nights_followed <= DAYS_OF_YIELD
    nights = np.where(is_first_counted, history.nights_followed + LIFE, DAYS_OF_YIELD)
    mean = (history.n_ai_paid_seen[is_read].sum() + SHAPE) / (nights[is_read].sum() + LIFE)
    shape = SHAPE + np.where(is_read, history.n_ai_paid_seen, 0)
    rate = rng.gamma(shape) / (SHAPE / mean + np.where(is_read, nights, 0))
    unread = LIFE * -np.expm1(-history.nights_since / LIFE)  # those that came since and still stand
    return np.asarray(np.where(history.is_new, mean * LIFE, rate * unread))
