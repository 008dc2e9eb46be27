"""Markets whose truth is known: what estimators are held against before anything is printed.

Written and committed before any of the estimators it judges. `SEED` was chosen before any of them was run, is the same
for all, and is never changed after looking at a result; nor is any number below.

What is sampled: employers, independently and each as likely as the next, out of an endless population of them; of an
employer, all its jobs, as a board is read whole. A market of n jobs is as many employers as it takes to have at least n
jobs, the last one whole too. Employers are drawn until then, so that sums over them keep their expectation (Wald 1944,
"On Cumulative Sums of Random Variables").

What is to be found (the estimand): the quantile or the share over all *jobs* of the population, in which an employer
of ten jobs counts ten times. Quantiles are the smallest value that this part of the jobs does not exceed, of the
amounts as adverts state them, rounded where these are.

Sizes of employers (`employer_sizes.csv`) were counted in the sample archive read on 17 August 2026:
`band` is AI engineering, mid to senior, with pay in the band of Northern America (68 jobs of 54 employers), `ai_market`
all AI jobs (5,374 jobs of 1,288 employers). The other numbers were measured there too; each says where.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transforms.records.definitions import BAND

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SEED = 20_260_817
"""The day of the sample archive; fixed before any estimator existed."""
SIZES = (30, 60, 150, 600)
"""Jobs of a market."""
SHARES = (0.01, 0.05, 0.20, 0.50)
"""Parts of the jobs that ask for something."""
QUANTILES = {
    "p10": ("mid", 0.10), "p25": ("mid", 0.25), "p50": ("mid", 0.50), "p75": ("mid", 0.75), "p90": ("mid", 0.90),
    "band_low": ("low", BAND.low), "band_high": ("high", BAND.high),
}  # fmt: skip
"""Amounts of an advert (low end, midpoint, high end) and the part of jobs at or below the quantile."""
MEDIAN_PAY = 190_000.0
"""Dollars a year: the median midpoint of the band cell."""
SD_LOG_PAY = 0.20
"""Of midpoints: 0.185 in the band cell, 0.21 over all levels of AI engineering."""
LOG_RANGE = (-1.35, 0.50)
"""Mean and standard deviation of log(log(high / low)): -1.42, 0.46 in the band cell; -1.25, 0.57 over all levels."""
RANGE_CORRELATION = 0.85
"""Within employers, of the same: 0.92 and 0.87."""
ASK_CORRELATION = 0.33
"""Within employers, of asking for a skill: the median over the skills that 3 to 30 % of full adverts name."""
HEAPS = {10_000: 0.42, 5_000: 0.29, 1_000: 0.14, 1: 0.15}
"""To what employers round both ends. 58 % of ends are then multiples of 10,000, 74 % of 5,000, 85 % of 1,000."""
PAY_PREMIUM = 0.045
"""Log pay for each unit of log size: US software engineers, where employers have up to 60 jobs (952 of 256)."""
ASK_PREMIUM = 0.16
"""Log odds of asking for each unit of log size: the mean over the skills that 3 to 30 % of full adverts name."""
TIERS = (0.3, 0.12)
"""Where employers pay on two levels: the part of them on the upper one, and the standard deviation of log pay within
each (instead of `SD_LOG_PAY`)."""
PARETO_TAIL = 1.2
LARGEST = 1_000
"""Most jobs of an employer under the Pareto law."""
HUGE = 4_000_000
"""Jobs drawn for the truth: a quantile of pay is then within 0.02 % of itself."""


@dataclass(frozen=True)
class Generator:
    """A population of employers. `sizes` has `chances` to be an employer's number of jobs."""

    name: str
    title: str
    sizes: Ints
    chances: Floats
    pay_correlation: float
    """Within employers, of log pay: 0.91 in the band cell, 0.63 over all levels of AI engineering."""
    pay_premium: float = 0.0
    ask_premium: float = 0.0
    tier_gap: float = 0.0
    """By how much log pay differs between two tiers of employers; 0: there is one. See `TIERS`."""

    @property
    def of_job(self) -> Floats:
        """The chance that a job's employer has each size."""
        weights = self.sizes * self.chances
        return np.asarray(weights / weights.sum(), dtype=np.float64)

    def log_pay_of(self, sizes: Ints) -> Floats:
        """Mean log pay at employers of these sizes; its mean over jobs is log(`MEDIAN_PAY`)."""
        centre = float(self.of_job @ np.log(self.sizes))
        return np.asarray(np.log(MEDIAN_PAY) + self.pay_premium * (np.log(sizes) - centre), dtype=np.float64)

    def chance_of_asking(self, sizes: Ints, share: float) -> Floats:
        """The chance that a job of an employer of these sizes asks; its mean over jobs is `share`."""
        low, high = -20.0, 20.0
        for _ in range(80):
            middle = (low + high) / 2
            mean = float(self.of_job @ _logistic(middle + self.ask_premium * np.log(self.sizes)))
            low, high = (middle, high) if mean < share else (low, middle)
        return _logistic(low + self.ask_premium * np.log(sizes))


@dataclass(frozen=True)
class Markets:
    """Many markets of one generator. The jobs of an employer, and the employers of a market, stand together."""

    n_markets: int
    market: Ints
    """Of each job, from 0."""
    employer: Ints
    """Of each job, from 0, numbered through all markets."""
    low: Floats
    mid: Floats
    high: Floats
    """Dollars a year, as stated."""
    asks: Flags
    """Jobs x `SHARES`."""


def read_generators() -> tuple[Generator, ...]:
    """The four generators."""
    with (Path(__file__).parent / "employer_sizes.csv").open() as file:
        rows = list(csv.DictReader(file))
    counts = {
        cell: (
            np.array([int(row["jobs"]) for row in rows if row["cell"] == cell], dtype=np.int64),
            np.array([float(row["employers"]) for row in rows if row["cell"] == cell]),
        )
        for cell in ("band", "ai_market")
    }
    band, ai_market = ((sizes, n / n.sum()) for sizes, n in counts.values())
    sizes = np.arange(1, LARGEST + 1)
    above = np.append(sizes**-PARETO_TAIL, 0.0)
    return (
        Generator("band", "as in the band cell", *band, pay_correlation=0.90),
        Generator("ai_market", "as in the whole AI market", *ai_market, pay_correlation=0.63),
        Generator(
            "ai_market_premium", "the same, larger employers pay and ask more", *ai_market,
            pay_correlation=0.63, pay_premium=PAY_PREMIUM, ask_premium=ASK_PREMIUM,
        ),
        Generator(
            "pareto", f"Pareto {PARETO_TAIL}, at most {LARGEST:,} jobs", sizes, above[:-1] - above[1:],
            pay_correlation=0.63,
        ),
    )  # fmt: skip


def draw_markets(generator: Generator, n_jobs: int, n_markets: int, *, is_heaped: bool, part: int = 0) -> Markets:
    """Draw markets of at least `n_jobs` jobs. `part` numbers parts of one row that are drawn apart."""
    rng = np.random.default_rng([SEED, *generator.name.encode(), n_jobs, int(is_heaped), part])
    draws = rng.choice(generator.sizes, size=(n_markets, n_jobs), p=generator.chances)
    before = np.cumsum(draws, axis=1) - draws
    is_in = before < n_jobs
    sizes = draws[is_in]
    of_employer = np.repeat(np.arange(n_markets), is_in.sum(axis=1))
    employer = np.repeat(np.arange(len(sizes)), sizes)
    low, high = draw_pay(rng, generator, sizes, employer, is_heaped=is_heaped)
    return Markets(
        n_markets=n_markets,
        market=of_employer[employer],
        employer=employer,
        low=low,
        mid=(low + high) / 2,
        high=high,
        asks=_draw_asks(rng, generator, sizes, employer),
    )


def find_truth(
    generator: Generator,
    *,
    is_heaped: bool,
    n_jobs: int = HUGE,
    quantiles: Mapping[str, tuple[str, float]] = QUANTILES,
) -> dict[str, float]:
    """The quantiles of the population by name, in dollars: those of `n_jobs` independent jobs."""
    rng = np.random.default_rng([SEED, *generator.name.encode(), int(is_heaped)])
    sizes = rng.choice(generator.sizes, size=n_jobs, p=generator.of_job)
    low, high = draw_pay(rng, generator, sizes, np.arange(n_jobs), is_heaped=is_heaped)
    amounts = {"low": low, "mid": (low + high) / 2, "high": high}
    return {
        name: float(np.quantile(amounts[amount], at, method="inverted_cdf")) for name, (amount, at) in quantiles.items()
    }


def draw_pay(
    rng: np.random.Generator, generator: Generator, sizes: Ints, employer: Ints, *, is_heaped: bool
) -> tuple[Floats, Floats]:
    """Low and high ends of the jobs of employers of these sizes."""
    sd = TIERS[1] if generator.tier_gap else SD_LOG_PAY
    log_mid = generator.log_pay_of(sizes)[employer] + sd * _draw_alike(rng, employer, generator.pay_correlation)
    if generator.tier_gap:
        log_mid += (generator.tier_gap * ((rng.random(len(sizes)) < TIERS[0]) - TIERS[0]))[employer]
    log_range = np.exp(LOG_RANGE[0] + LOG_RANGE[1] * _draw_alike(rng, employer, RANGE_CORRELATION))
    low = 2 * np.exp(log_mid) / (1 + np.exp(log_range))
    high = low * np.exp(log_range)
    if is_heaped:
        heap = rng.choice([*HEAPS], size=len(sizes), p=[*HEAPS.values()])[employer]
        low, high = np.round(low / heap) * heap, np.round(high / heap) * heap
    return low, high


def _draw_alike(rng: np.random.Generator, employer: Ints, correlation: float) -> Floats:
    """Standard normal values of jobs, correlated within employers."""
    common = rng.standard_normal(int(employer[-1]) + 1)[employer]
    own = rng.standard_normal(len(employer))
    return np.asarray(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own, dtype=np.float64)


def _draw_asks(rng: np.random.Generator, generator: Generator, sizes: Ints, employer: Ints) -> Flags:
    """Whether jobs ask: beta-binomial within employers, one column for each of `SHARES`."""
    spread = (1 - ASK_CORRELATION) / ASK_CORRELATION
    columns = []
    for share in SHARES:
        mean = generator.chance_of_asking(sizes, share)
        chance = rng.beta(mean * spread, (1 - mean) * spread)
        columns.append(rng.random(len(employer)) < chance[employer])
    return np.stack(columns, axis=1)


def _logistic(x: Floats | float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.asarray(x))), dtype=np.float64)
