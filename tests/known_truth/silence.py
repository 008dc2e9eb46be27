"""Markets of which not every job states its pay, and more often or less often the higher it is.

Written before the estimators it judges; seed as in `markets`. The estimand is the median midpoint of all jobs, stated
or not, or the share of all jobs that ask. Whether a job speaks is largely a habit of the employer, which the employer's
effect stands for.

Bounds must hold wherever the truth lies between them, and have least to spare at their ends.
Where whether a job is silent does not depend on what it would say, the truth is at an end if all silent jobs paid less
than the others, or more, or if all of them asked, or none (`SILENT`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.known_truth.markets import MEDIAN_PAY, SD_LOG_PAY, SEED, Flags, Generator, Markets, draw_markets

STATED = (0.60, 0.75, 0.90)
"""Parts of jobs that state pay: 75 % in Northern America, the others to both sides of it."""
ODDS = (0.5, 1.0, 2.0)
"""By what the odds of stating pay change for each standard deviation of log pay."""
SD_HABIT = 2.0
"""Standard deviation over employers of the log odds to state pay."""
SILENT = ("none", "as others", "all")
"""What part of the silent jobs asks, or pays more than all others."""


@dataclass(frozen=True)
class Silence:
    """How pay is stated: the part of jobs that state it, and the odds as in `ODDS`."""

    stated: float
    odds: float


def draw_silent_markets(generator: Generator, n_jobs: int, n_markets: int, silence: Silence) -> tuple[Markets, Flags]:
    """Markets without heaping, and which jobs state their pay. The sizes count all jobs."""
    markets = draw_markets(generator, n_jobs, n_markets, is_heaped=False)
    seeds = (n_jobs, round(100 * silence.stated), round(100 * silence.odds))
    rng = np.random.default_rng([SEED, *generator.name.encode(), *seeds])
    slope = np.log(silence.odds)
    habit = SD_HABIT * rng.standard_normal(int(markets.employer[-1]) + 1)[markets.employer]
    score = slope * (np.log(markets.mid) - np.log(MEDIAN_PAY)) / SD_LOG_PAY + habit
    centre = _centre_of(silence.stated, slope)
    return markets, rng.random(len(score)) < 1 / (1 + np.exp(-(centre + score)))


def part_of_all(part: float, stated: float, silent: str) -> float:
    """The part of all jobs that asks, if this part of those that speak does."""
    return {"none": part * stated, "as others": part, "all": part * stated + 1 - stated}[silent]


def part_of_stated(stated: float, silent: str) -> float:
    """The part of the jobs that state their pay which is at or below the median of all jobs."""
    return {"none": (stated - 0.5) / stated, "as others": 0.5, "all": 0.5 / stated}[silent]


def _centre_of(part: float, slope: float) -> float:
    """The log odds at the median at which `part` of the jobs state pay, by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    sd = np.hypot(slope, SD_HABIT)
    low, high = -20.0, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        mean = float(weights @ (1 / (1 + np.exp(-(middle + sd * nodes)))) / weights.sum())
        low, high = (middle, high) if mean < part else (low, middle)
    return low
