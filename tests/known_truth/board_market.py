"""Markets of boards whose truth is known: what the panel and the schedule of boards are held against.

Written and committed before panel and schedule. `SEED` was chosen before either was run and is never changed after
looking at a result; nor is any number below.

A market is as many boards as real ones, each drawn from those with replacement. `board_sizes.csv` counts the 3,126
Greenhouse boards read on 5 to 7 January 2026 by their jobs, their AI jobs and whether most of their jobs are in the
United States; `board_pay.csv` the Ashby boards of three jobs or more read on 28 October 2025 by their jobs and those
that state pay. Each board takes its share of adverts with pay from one of the latter of the same country. Both are
counts; no board is named.

Boards that list nothing, are gone, have moved or fail (`silence_boards`) were added later, when the panel was held to
have taken some of them for boards that do not answer. They are drawn from a seed of their own, before any night, so
that the others stay as they were; the rule above holds for their numbers, too. The days before night 0 on which jobs
were opened were added then, too: all stood as opened on night 0, and so as new on boards last read in the first week.

Invented are: how long a job is listed (exponential, `LIFE` nights on average), that it opens by chance at a steady
rate, remote work and amounts of pay, both of which go with stating pay, so that a sample that favours boards that state
pay is wrong about them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SEED = 20261127
HERE = Path(__file__).parent
LIFE = 40.0
"""Nights that a job is listed on average."""
SD_EMPLOYER, SD_JOB = 0.22, 0.25
"""Standard deviations of the logarithm of pay, between employers and between jobs of one."""
PAY_US, PAY_ELSEWHERE = 190_000.0, 85_000.0
PAY_BY_STATING, REMOTE_BY_STATING = 0.3, 1.5
"""What boards that always state pay have more than those that never do: log pay, log odds of remote work."""
REMOTE = -1.2
"""Log odds of remote work at a board that never states pay."""
ANSWERS = ("list", "empty", "gone", "moved", "fails")
"""What a board answers on all nights: its jobs; a list of none; 404; a redirect; nothing, though it has jobs."""
LIST, EMPTY, GONE, MOVED, FAILS = range(len(ANSWERS))
SECOND_PLATFORM = (0.6, 0.2)
"""Part of the boards outside the United States, and in them, that are on the second of two platforms."""
PARTS = ((0.83, 0.08, 0.06, 0.00, 0.03), (0.65, 0.08, 0.00, 0.24, 0.03))
"""Part of each platform's boards that give each of `ANSWERS`: of one that left, the first says 404, the second
redirects."""


@dataclass(frozen=True)
class BoardMarket:
    """A market over some nights: arrays by board, and by AI job, each of which is on one board.

    A job is listed on the nights from `opened` (0 or less: it stood there before) until before `closed`.
    `known_jobs` is how many a board had when it was drawn, `platform` 0 or 1, `answer` its place in `ANSWERS`.
    """

    is_us: Flags
    jobs: Ints
    ai_jobs: Ints
    board: Ints
    is_paid: Flags
    is_remote: Flags
    pay: Floats
    opened: Ints
    closed: Ints
    known_jobs: Ints
    platform: Ints
    answer: Ints

    @property
    def n_boards(self) -> int:
        """How many boards."""
        return len(self.jobs)

    def is_listed(self, night: int) -> Flags:
        """Whether each AI job is listed on a night."""
        return (self.opened <= night) & (night < self.closed)


def draw_board_market(rng: np.random.Generator, *, nights: int, n_boards: int | None = None) -> BoardMarket:
    """A market over nights 0 to `nights`, of as many boards as were counted or of `n_boards`."""
    sizes, pay_rows = _read("board_sizes.csv"), _read("board_pay.csv")
    rows = np.repeat(np.arange(len(sizes)), sizes[:, 3])
    boards = sizes[rng.choice(rows, n_boards or len(rows))]
    jobs, ai_jobs, is_us = boards[:, 0], boards[:, 1], boards[:, 2].astype(bool)
    states_pay = np.empty(len(boards))
    for country in (0, 1):
        of_country = pay_rows[pay_rows[:, 0] == country]
        shares = np.repeat((of_country[:, 2] + 0.5) / (of_country[:, 1] + 1), of_country[:, 3])
        states_pay[is_us == bool(country)] = rng.choice(shares, int((is_us == bool(country)).sum()))
    standing = np.repeat(np.arange(len(boards)), ai_jobs)
    new = np.repeat(np.arange(len(boards)), rng.poisson(ai_jobs * nights / LIFE))
    board = np.concatenate([standing, new])
    openings = np.concatenate([np.zeros(len(standing), dtype=np.int64), rng.integers(1, nights + 1, len(new))])
    closings = openings + 1 + rng.geometric(1 / LIFE, len(board))
    # What stands has no age that tells how long it will, and draws of a child leave all others as they are.
    openings[: len(standing)] = 1 - rng.spawn(1)[0].geometric(1 / LIFE, len(standing))
    center = np.log(np.where(is_us, PAY_US, PAY_ELSEWHERE)) + PAY_BY_STATING * states_pay
    log_pay = (center + rng.normal(0, SD_EMPLOYER, len(boards)))[board] + rng.normal(0, SD_JOB, len(board))
    odds = REMOTE + REMOTE_BY_STATING * states_pay + rng.normal(0, 1, len(boards))
    return BoardMarket(
        is_us=is_us,
        jobs=jobs,
        ai_jobs=ai_jobs,
        board=board,
        is_paid=rng.random(len(board)) < states_pay[board],
        is_remote=rng.random(len(board)) < (1 / (1 + np.exp(-odds)))[board],
        pay=np.exp(log_pay),
        opened=openings,
        closed=closings,
        known_jobs=jobs,
        platform=np.zeros(len(boards), dtype=np.int64),
        answer=np.full(len(boards), LIST),
    )


def silence_boards(market: BoardMarket, rng: np.random.Generator) -> BoardMarket:
    """The market on two platforms, with boards that list nothing, are gone, have moved or fail.

    All but the last have no jobs any more. What a board answers depends on its platform alone.
    """
    n = market.n_boards
    platform = (rng.random(n) < np.array(SECOND_PLATFORM)[market.is_us.astype(np.int64)]).astype(np.int64)
    below = np.array(PARTS).cumsum(axis=1)[platform]
    answer = (rng.random(n)[:, None] >= below[:, :-1]).sum(axis=1)
    has_jobs = (answer == LIST) | (answer == FAILS)
    stays = has_jobs[market.board]
    by_job = ("board", "is_paid", "is_remote", "pay", "opened", "closed")
    return replace(
        market,
        jobs=np.where(has_jobs, market.jobs, 0),
        ai_jobs=np.where(has_jobs, market.ai_jobs, 0),
        platform=platform,
        answer=answer,
        **{name: getattr(market, name)[stays] for name in by_job},
    )


def _read(name: str) -> Ints:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return np.array(list(csv.reader(file))[1:], dtype=np.int64)
