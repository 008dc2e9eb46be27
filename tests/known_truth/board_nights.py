"""Nights that ask the boards of a market of known truth, and what panel and yield boards then say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from extractors.schedule import panel
from extractors.schedule.plan import History, rank_boards
from tests.known_truth.board_market import (
    EMPTY,
    FAILS,
    GONE,
    MOVED,
    SEED,
    BoardMarket,
    Flags,
    Floats,
    Ints,
    draw_board_market,
    silence_boards,
)
from transforms.records.vocabulary import ASKED_FOR, DEAD_AFTER
from warehouse.marts.estimators import count_cells, estimate_shares, weigh_jobs

Names = NDArray[np.str_]
YIELD = ASKED_FOR.index("yield")
WEEK = 7
DEAR = 150_000.0
Order = Callable[[History, Ints, int, int, np.random.Generator], tuple[Ints, Ints]]
"""How a night is planned: history, adverts with pay that no reading showed yet by board, budget, night, chance."""


def by_plan(history: History, unread: Ints, budget: int, night: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """As the product plans."""
    ranking = rank_boards(history, budget=budget, night=night, rng=rng)
    return ranking.boards[ranking.is_asked], ranking.reason[ranking.is_asked]


def by_chance(history: History, unread: Ints, budget: int, night: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Any boards."""
    return rng.permutation(len(unread))[:budget], np.full(budget, YIELD)


def by_oracle(history: History, unread: Ints, budget: int, night: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The boards with most unread adverts with pay, as if that were known: no schedule can do better in one night."""
    return np.argsort(-unread, kind="stable")[:budget], np.full(budget, YIELD)


@dataclass(frozen=True)
class Nights:
    """What some nights left: by board chance of membership and stratum at the draw that stands, whether it has answered
    as a member, the last night it answered (-1: never), and whether it was ever asked for its yield; by job whether it
    was read."""

    is_member: Flags
    chance: Floats
    stratum: Names
    has_answered: Flags
    read_on: Ints
    is_yield: Flags
    is_read: Flags


def run_nights(
    market: BoardMarket,
    rng: np.random.Generator,
    *,
    nights: int,
    budget: int,
    order: Order = by_plan,
    is_list: bool = False,
    drawn_anew: int = -1,
) -> Nights:
    """Ask the boards of a market on nights 0 to `nights` - 1, each board one request.

    The panel is drawn once over both platforms with the size of every board known; of a list that is taken in
    (`is_list`) no size and country is, and each platform is drawn by itself, again so before the night `drawn_anew` by
    what readings have shown by then.
    """
    n = market.n_boards
    number = rng.random(n)
    chance = panel.find_chances(classify(market), np.ones(n), panel.count_weekly_requests(budget))
    stratum = name_strata(market)
    since, nights_followed, n_ai_paid_seen = np.full(n, np.inf), np.zeros(n), np.zeros(n)
    fails, is_missed = market.answer == FAILS, (market.answer == GONE) | (market.answer == MOVED)
    misses = np.zeros(n, dtype=np.int64)
    read_on, is_yield, is_read = np.full(n, -1), np.zeros(n, dtype=bool), np.zeros(len(market.board), dtype=bool)
    draw_day, was_member, is_member_reading = max(drawn_anew, 0), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for night in range(nights):
        if night == draw_day:
            was_member = is_member_reading
        if night == drawn_anew or (night == 0 and is_list):
            chance, stratum = draw_by_platform(market, (read_on >= 0) & ~is_missed, misses, budget)
        listed = market.is_listed(night) & ~fails[market.board]
        unread = np.bincount(market.board[listed & market.is_paid & ~is_read], minlength=n)
        history = History(
            number=number, chance=chance, nights_since=since, n_ai_paid_seen=n_ai_paid_seen,
            nights_followed=nights_followed, misses=misses, requests_per_reading=np.ones(n),
        )  # fmt: skip
        boards, reason = order(history, unread, budget, night, rng)
        is_yield[boards[reason == YIELD]] = True
        is_asked = np.zeros(n, dtype=bool)
        is_asked[boards] = True
        nights_followed += np.where(is_asked & np.isfinite(since), since, 0)
        n_ai_paid_seen += np.where(is_asked, unread, 0)
        since = np.where(is_asked, 0, since) + 1
        is_read |= listed & is_asked[market.board]
        read_on[boards[~fails[boards]]] = night
        is_member_reading = np.where(read_on == night, history.is_member, is_member_reading)
        misses = misses + (is_asked & is_missed)
    is_member = number < chance
    has_answered = is_member & is_member_reading & (was_member | (nights - 1 - draw_day >= WEEK))
    return Nights(
        is_member=is_member, chance=chance, stratum=stratum, has_answered=has_answered, read_on=read_on,
        is_yield=is_yield, is_read=is_read,
    )  # fmt: skip


def classify(market: BoardMarket) -> Ints:
    """The class of size of each board when it was drawn."""
    return panel.classify_sizes(market.known_jobs.astype(float))


def draw_by_platform(market: BoardMarket, is_known: Flags, misses: Ints, budget: int) -> tuple[Floats, Names]:
    """Chance and stratum of each board as the product draws each platform, by what is known of some boards.

    A platform has requests as it has boards.
    """
    n = market.n_boards
    sizes = panel.classify_sizes(np.where(is_known, market.jobs, np.nan))
    cost = np.where(misses >= DEAD_AFTER, 0.0, 1.0)
    chance = np.zeros(n)
    for platform in (0, 1):
        own = market.platform == platform
        requests = panel.count_weekly_requests(budget * own.sum() / n)
        chance[own] = panel.find_chances(sizes[own], cost[own], requests)
    return chance, name_by_platform(market, sizes, np.where(is_known & (market.jobs > 0), countries_of(market), ""))


def weigh(nights: Nights, is_answered: Flags) -> Floats:
    """How many boards each member that has answered stands for, as `panel_boards` has it; else 0."""
    _, of = np.unique(nights.stratum, return_inverse=True)
    weights = np.where(nights.is_member, 1 / nights.chance, 0)
    answer_weights = np.where(is_answered, weights, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.bincount(of, weights) / np.bincount(of, answer_weights)
    return answer_weights * np.where(np.isfinite(factor), factor, 0)[of]


def name_strata(market: BoardMarket) -> Names:
    """The stratum of each board where its size and country are known."""
    return name_by_platform(market, classify(market), countries_of(market))


def countries_of(market: BoardMarket) -> Names:
    """The country of each board, where it is the United States."""
    return np.where(market.is_us, "US", "")


def name_by_platform(market: BoardMarket, sizes: Ints, countries: Names) -> Names:
    """The stratum of each board of a size and country: its platform, and what the panel calls it there."""
    names = np.empty(market.n_boards, dtype=object)
    for platform in (0, 1):
        own = np.flatnonzero(market.platform == platform)
        names[own] = [f"{platform} {name}" for name in panel.name_strata(sizes[own], countries[own].tolist())]
    return names.astype(str)


NIGHTS = 28
PARTS_ASKED = (4, 20)
"""Nights that are run, and of how many boards one is asked a night."""
FIGURES = ("states pay", "remote", "in the US", "opened within a week", "AI among all", "pays over 150,000")


class Interval(NamedTuple):
    """A share with the ends of its interval."""

    low: float
    high: float
    value: float


def estimate(market: BoardMarket, boards: Flags, weight: Floats, read_on: Ints) -> dict[str, Interval]:
    """Each figure and its interval from the last reading of some boards, weighted."""
    on = read_on[market.board]
    is_listed = (market.opened <= on) & (on < market.closed) & boards[market.board]

    def count(jobs: Flags) -> Floats:
        return np.bincount(market.board[jobs], minlength=market.n_boards).astype(np.float64)

    n_listed, n_paid = count(is_listed), count(is_listed & market.is_paid)
    all_jobs = np.where(boards, market.jobs, 0).astype(np.float64)
    parts = {
        "states pay": (n_listed, n_paid),
        "remote": (n_listed, count(is_listed & market.is_remote)),
        "in the US": (n_listed, n_listed * market.is_us),
        "opened within a week": (n_listed, count(is_listed & (market.opened > on - WEEK))),
        "AI among all": (all_jobs, np.where(boards, market.ai_jobs, 0).astype(np.float64)),
        "pays over 150,000": (n_paid, count(is_listed & market.is_paid & (market.pay > DEAR))),
    }
    return {name: bound(jobs, yes, weight) for name, (jobs, yes) in parts.items()}


def estimate_panel(market: BoardMarket, nights: Nights) -> dict[str, Interval]:
    """Each figure from members that have answered, weighted."""
    return estimate(market, nights.has_answered, weigh(nights, nights.has_answered), nights.read_on)


def bound(jobs: Floats, yes: Floats, weight: Floats) -> Interval:
    """A share and its interval over jobs of boards that were drawn with unequal chances."""
    some = np.flatnonzero(jobs)
    one = np.zeros(len(some), dtype=np.int64)
    weights = weigh_jobs(one, jobs[some], jobs[some] * weight[some], 1)
    cells = count_cells(one, weights, 1)
    asks = np.minimum(weights * yes[some] / jobs[some], weights)
    shares = estimate_shares(cells, np.zeros(1, dtype=np.int64), np.arange(len(some)), one, asks)
    return Interval(float(shares.low[0]), float(shares.high[0]), float(shares.share[0]))


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


SAMPLES = ("panel", "panel of a list", "panel drawn anew", "yield", "yield of a week", "panel as it was")
"""Members, weighted: where sizes were known at the draw; where none was, on each platform; and where such a draw was
replaced `NIGHTS_AFTER` nights ago by one with the sizes that were read. Boards asked for their yield, unweighted, and
those of them that were read in the last week, as members are; and members where, as it was once, an empty list and a
redirect do not count as an answer, so that others stand for these boards."""
PANELS = SAMPLES[:3]
"""Samples whose intervals must hold; the others show what asking otherwise would do."""
NIGHTS_AFTER = 4
"""Nights since the second draw: fewer than a week, so that only those that were members before have answered."""


@dataclass(frozen=True)
class Coverage:
    """How a figure of a sample did over many markets: part of the intervals that held the truth, mean of estimate less
    truth, mean width of an interval."""

    held: float
    off: float
    width: float


Coverages = dict[str, dict[str, Coverage]]
"""By sample and figure."""


def find_coverage(runs: int, *, part: int, nights: int = NIGHTS) -> Coverages:
    """How each figure of each of `SAMPLES` did over markets of known truth.

    A night has requests for one board in `part`.
    """
    results: dict[str, dict[str, list[tuple[bool, float, float]]]] = {
        sample: {name: [] for name in FIGURES} for sample in SAMPLES
    }
    for run in range(runs):
        rng = np.random.default_rng([SEED, run])
        market = silence_boards(draw_board_market(rng, nights=nights), np.random.default_rng([SEED, run, 1]))
        budget = market.n_boards // part
        readings = run_nights(market, rng, nights=nights, budget=budget)
        of_list, anew = (
            run_nights(
                market, np.random.default_rng([SEED, run, 2]), nights=nights, budget=budget, is_list=True, drawn_anew=on
            )
            for on in (-1, nights - NIGHTS_AFTER)
        )
        truth, is_read = find_truth(market, nights - 1), readings.read_on >= 0
        once = readings.has_answered & (market.answer != EMPTY) & (market.answer != MOVED)
        others = ~readings.is_member & readings.is_yield & is_read
        estimates = {
            "panel": estimate_panel(market, readings),
            "panel of a list": estimate_panel(market, of_list),
            "panel drawn anew": estimate_panel(market, anew),
            "yield": estimate(market, others, np.ones(market.n_boards), readings.read_on),
            "yield of a week": estimate(
                market, others & (readings.read_on >= nights - WEEK), np.ones(market.n_boards), readings.read_on
            ),
            "panel as it was": estimate(market, once, weigh(readings, once), readings.read_on),
        }
        for sample, figures in estimates.items():
            for name, (low, high, value) in figures.items():
                results[sample][name].append((low <= truth[name] <= high, value - truth[name], high - low))
    return {
        sample: {name: Coverage(*np.mean(rows, axis=0).tolist()) for name, rows in figures.items()}
        for sample, figures in results.items()
    }


def find_yield(order: Order, *, nights: int, part: int) -> float:
    """The part of the adverts with pay, of all that were listed in some nights, that was read."""
    market = draw_board_market(np.random.default_rng(SEED), nights=nights)
    readings = run_nights(
        market, np.random.default_rng(SEED + 1), nights=nights, budget=market.n_boards // part, order=order
    )
    paid = market.is_paid & (market.opened < nights)
    return float(readings.is_read[paid].mean())
