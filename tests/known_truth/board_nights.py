"""Nights that ask the boards of a market of known truth, and what panel and yield boards then say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from extractors.schedule import panel
from extractors.schedule.plan import History, plan_night
from tests.known_truth.board_market import SEED, BoardMarket, Flags, Floats, Ints, draw_board_market
from transforms.records.vocabulary import ASKED_FOR
from warehouse.marts.estimators import count_cells, estimate_shares, weigh_jobs

YIELD = ASKED_FOR.index("yield")
WEEK = 7
DEAR = 150_000.0
Order = Callable[[History, Ints, int, int, np.random.Generator], tuple[Ints, Ints]]
"""How a night is planned: history, adverts with pay that no reading showed yet by board, budget, night, chance."""


def by_plan(history: History, unread: Ints, budget: int, night: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """As the product plans."""
    return plan_night(history, budget=budget, night=night, rng=rng)


def by_chance(history: History, unread: Ints, budget: int, night: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Any boards."""
    return rng.permutation(len(unread))[:budget], np.full(budget, YIELD)


def by_oracle(history: History, unread: Ints, budget: int, night: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The boards with most unread adverts with pay, as if that were known: no schedule can do better in one night."""
    return np.argsort(-unread, kind="stable")[:budget], np.full(budget, YIELD)


@dataclass(frozen=True)
class Nights:
    """What some nights left: by board the chance of membership, the last night it was read (-1: never), and whether it
    was ever asked for its yield; by job whether it was read."""

    is_member: Flags
    chance: Floats
    read_on: Ints
    is_yield: Flags
    is_read: Flags


def run_nights(
    market: BoardMarket, rng: np.random.Generator, *, nights: int, budget: int, order: Order = by_plan
) -> Nights:
    """Ask the boards of a market on nights 0 to `nights` - 1, each board one request."""
    n = market.n_boards
    number = rng.random(n)
    chance = panel.find_chances(panel.classify_sizes(market.jobs.astype(float)), panel.count_members(budget))
    since, watched, seen = np.full(n, np.inf), np.zeros(n), np.zeros(n)
    read_on, is_yield, is_read = np.full(n, -1), np.zeros(n, dtype=bool), np.zeros(len(market.board), dtype=bool)
    for night in range(nights):
        listed = market.is_listed(night)
        unread = np.bincount(market.board[listed & market.is_paid & ~is_read], minlength=n)
        history = History(
            number=number, chance=chance, nights_since=since, seen=seen, watched=watched,
            misses=np.zeros(n, dtype=np.int64), requests=np.ones(n),
        )  # fmt: skip
        asked, reason = order(history, unread, budget, night, rng)
        is_yield[asked[reason == YIELD]] = True
        is_asked = np.zeros(n, dtype=bool)
        is_asked[asked] = True
        watched += np.where(is_asked & np.isfinite(since), since, 0)
        seen += np.where(is_asked, unread, 0)
        since = np.where(is_asked, 0, since) + 1
        is_read |= listed & is_asked[market.board]
        read_on[asked] = night
    return Nights(is_member=number < chance, chance=chance, read_on=read_on, is_yield=is_yield, is_read=is_read)


FIGURES = ("states pay", "remote", "in the US", "opened within a week", "AI among all", "pays over 150,000")


def estimate(market: BoardMarket, boards: Flags, weight: Floats, read_on: Ints) -> dict[str, tuple[float, float]]:
    """The interval of each figure from the last reading of some boards, weighted."""
    on = read_on[market.board]
    is_listed = (market.opened <= on) & (on < market.closed) & boards[market.board]

    def count(jobs: Flags) -> Floats:
        return np.bincount(market.board[jobs], minlength=market.n_boards).astype(np.float64)

    listed, paid = count(is_listed), count(is_listed & market.is_paid)
    all_jobs = np.where(boards, market.jobs, 0).astype(np.float64)
    parts = {
        "states pay": (listed, paid),
        "remote": (listed, count(is_listed & market.is_remote)),
        "in the US": (listed, listed * market.is_us),
        "opened within a week": (listed, count(is_listed & (market.opened > on - WEEK))),
        "AI among all": (all_jobs, np.where(boards, market.ai_jobs, 0).astype(np.float64)),
        "pays over 150,000": (paid, count(is_listed & market.is_paid & (market.pay > DEAR))),
    }
    return {name: bound(jobs, yes, weight) for name, (jobs, yes) in parts.items()}


def bound(jobs: Floats, yes: Floats, weight: Floats) -> tuple[float, float]:
    """The interval of a share over jobs of boards that were drawn with unequal chances."""
    some = np.flatnonzero(jobs)
    one = np.zeros(len(some), dtype=np.int64)
    weighted = weigh_jobs(one, jobs[some], jobs[some] * weight[some], 1)
    cells = count_cells(one, weighted, 1)
    asks = np.minimum(weighted * yes[some] / jobs[some], weighted)
    found = estimate_shares(cells, np.zeros(1, dtype=np.int64), np.arange(len(some)), one, asks)
    return float(found.low[0]), float(found.high[0])


def find_truth(market: BoardMarket, night: int) -> dict[str, float]:
    """Each figure over all boards on a night."""
    listed = market.is_listed(night)
    paid = listed & market.is_paid
    return {
        "states pay": float(market.is_paid[listed].mean()),
        "remote": float(market.is_remote[listed].mean()),
        "in the US": float(market.is_us[market.board][listed].mean()),
        "opened within a week": float((market.opened[listed] > night - WEEK).mean()),
        "AI among all": float(market.ai_jobs.sum() / market.jobs.sum()),
        "pays over 150,000": float((market.pay[paid] > DEAR).mean()),
    }


def find_coverage(runs: int, *, nights: int, part: int) -> dict[str, dict[str, float]]:
    """How often the intervals of panel and of yield boards hold the truth, by figure, over markets of known truth.

    A night has requests for one board in `part`.
    """
    held: dict[str, dict[str, int]] = {who: dict.fromkeys(FIGURES, 0) for who in ("panel", "yield")}
    for run in range(runs):
        rng = np.random.default_rng([SEED, run])
        market = draw_board_market(rng, nights=nights)
        asked = run_nights(market, rng, nights=nights, budget=market.n_boards // part)
        truth, is_read = find_truth(market, nights - 1), asked.read_on >= 0
        found = {
            "panel": estimate(market, asked.is_member & is_read, 1 / asked.chance, asked.read_on),
            "yield": estimate(
                market, ~asked.is_member & asked.is_yield & is_read, np.ones(market.n_boards), asked.read_on
            ),
        }
        for who, ends in found.items():
            for name, (low, high) in ends.items():
                held[who][name] += low <= truth[name] <= high
    return {who: {name: n / runs for name, n in of.items()} for who, of in held.items()}


def find_yield(order: Order, *, nights: int, part: int) -> float:
    """The part of the adverts with pay, of all that were listed in some nights, that was read."""
    market = draw_board_market(np.random.default_rng(SEED), nights=nights)
    asked = run_nights(
        market, np.random.default_rng(SEED + 1), nights=nights, budget=market.n_boards // part, order=order
    )
    paid = market.is_paid & (market.opened < nights)
    return float(asked.is_read[paid].mean())
