"""Markets in which pay rises by a known part a year while the mix of jobs changes, and groups with a known premium.

Written before the estimator was tuned; seed as in `markets`. Pay is lognormal. What is sampled:

- `titles`: pairs of amounts of unknown employers. One title of `N_TITLES` has most jobs, as in the largest collection
  (`ZIPF`), and each moves a little by itself from year to year (`SD_MOVE`).
- `employers`: jobs of employers of real sizes, whose pay is alike, matched at the same employer. Each year `STAY` of
  the employers are those of the year before, and the others are new. They move by themselves as much as titles do.

From year to year the log odds of titles and of levels drift (`SD_DRIFT`, `LEVEL_DRIFT`), so that mean pay moves though
pay for the same job does not. The estimand is the rise of pay for the same title and level.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.known_truth.markets import SEED, Floats, Ints, read_generators
from tests.known_truth.scoring import Line, Score, find_misses
from warehouse.marts.pay.matched_pay import ComparedJobs, Matched, estimate_changes, estimate_premium

RISES = (0.0, 0.03)
"""Rises of log pay a year."""
PREMIUM = 0.27
"""Log of the ratio of pay of a group to that of others: about 31 %, as in Argentina's survey."""
N_TITLES, N_LEVELS, N_YEARS = 30, 4, 3
ZIPF = 1.5
"""Titles by size have parts of 1 / number ** `ZIPF`: the first has 44 % of the jobs."""
SD_TITLE, LEVEL_STEP, SD_JOB = 0.20, 0.22, 0.30
"""Of log pay: between titles, from level to level, and between jobs of one title and level."""
SD_MOVE = 0.03
"""By how much titles move by themselves in a year: a middle of the values in the largest collection.

Measured on aijobs.net's salaries of the United States (snapshot of 2025-08-03) by the variance that titles' changes
have beyond chance (Paule and Mandel 1982): all AI roles 2.2 % (2023 to 2024, 18 titles) and 4.1 % (2024 to 2025, 23),
data 2.6 % (48), other engineering 0 (38). No step alone tells it well: intervals for all AI roles end near 10 %.
"""
MOVES = (SD_MOVE, 2 * SD_MOVE)
"""What is tried, since the measured value may be too small."""
SD_DRIFT, LEVEL_DRIFT = 0.5, -0.35
"""Of log odds a year: of titles, and of a level against the one below."""
STAY = 0.6
PAY_CORRELATION = 0.63
"""Within employers, of log pay at equal title and level, as in `markets`."""
PERSONS = (75, 2_000)
"""Persons of the group with a premium, and of the others, in a wave of a survey."""
N_BANDS = 4
"""Bands of experience, of which the group has the higher ones more often."""


@dataclass(frozen=True)
class Held:
    """What many markets gave: parts that held the truth, mean estimate, and median width of the interval (in log)."""

    kind: str
    n: int
    truth: float
    held: float
    held_chain: float
    mean: float
    raw: float
    width: float
    width_over_sd: float


def draw_years(
    rng: np.random.Generator, n: int, rise: float, *, by_employer: bool, move: float = SD_MOVE, zipf: float = ZIPF
) -> tuple[ComparedJobs, Floats]:
    """Draw a market with about `n` jobs a year, and the means of log pay of each year, whatever the mix."""
    title_pay = SD_TITLE * rng.standard_normal(N_TITLES)
    odds = -zipf * np.log(np.arange(1, N_TITLES + 1))
    entries, raw, employer = [], [], np.zeros(0, np.int64)
    size, effect = np.zeros(0, np.int64), np.zeros(0)
    moves = np.zeros(N_TITLES)
    for year in range(N_YEARS):
        if year:
            odds = odds + SD_DRIFT * rng.standard_normal(N_TITLES)
            moves = moves + move * rng.standard_normal(N_TITLES)
        if by_employer:
            is_kept = rng.random(len(size)) < STAY
            kept = effect[is_kept] + move / SD_JOB * rng.standard_normal(is_kept.sum()) / np.sqrt(PAY_CORRELATION)
            size, effect, employer = _renew(rng, n, size[is_kept], kept, employer[is_kept])
            of_job = np.repeat(np.arange(len(size)), size)
        n_jobs = len(of_job) if by_employer else rng.poisson(n)
        title = rng.choice(N_TITLES, n_jobs, p=np.exp(odds) / np.exp(odds).sum())
        part = np.exp(LEVEL_DRIFT * year * np.arange(N_LEVELS))
        level = rng.choice(N_LEVELS, n_jobs, p=part / part.sum())
        noise = SD_JOB * rng.standard_normal(n_jobs)
        if by_employer:
            noise = np.sqrt(1 - PAY_CORRELATION) * noise + SD_JOB * np.sqrt(PAY_CORRELATION) * effect[of_job]
        pay = title_pay[title] + LEVEL_STEP * level + moves[title] + rise * year + noise
        raw.append(pay.mean())
        cluster = employer[of_job] if by_employer else title
        entries.append((cluster, title, level, np.full(n_jobs, year), pay))
    cluster, title, level, side, pay = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    _, cluster = np.unique(cluster, return_inverse=True)
    cell = (cluster * N_TITLES + title) * N_LEVELS + level
    _, cell = np.unique(cell, return_inverse=True)
    return ComparedJobs(cell, cluster, side, pay, title if by_employer else None), np.array(raw)


def _renew(rng: np.random.Generator, n: int, size: Ints, effect: Floats, number: Ints) -> tuple[Ints, Floats, Ints]:
    """Add new employers until all have about `n` jobs."""
    generator = read_generators()[1]
    new = rng.choice(generator.sizes, n, p=generator.chances)
    new = new[np.cumsum(new) - new < n - size.sum()]
    first = int(rng.integers(1 << 40))  # numbers are made dense below
    numbers = np.concatenate([number, first + np.arange(len(new))])
    return np.concatenate([size, new]), np.concatenate([effect, rng.standard_normal(len(new))]), numbers


def draw_groups(rng: np.random.Generator) -> tuple[ComparedJobs, float]:
    """Draw a wave of a survey, and how much more the group is paid on average, whatever its experience."""
    side = np.repeat([1, 0], PERSONS)
    tilt = np.where(side[:, None] == 1, np.exp(0.4 * np.arange(N_BANDS)), 1.0)
    chance = np.cumsum(tilt / tilt.sum(axis=1, keepdims=True), axis=1)
    band = (rng.random(len(side))[:, None] > chance).sum(axis=1)
    pay = 0.25 * band + PREMIUM * side + 0.5 * rng.standard_normal(len(side))
    raw = float(pay[side == 1].mean() - pay[side == 0].mean())
    return ComparedJobs(band, np.arange(len(side)), side, pay), raw


def score_rises(kind: str, n: int, rise: float, n_markets: int, move: float = SD_MOVE, seed: int = SEED) -> Held:
    """How often the intervals of a change, and of two in a chain, hold the truth."""
    rng = np.random.default_rng([seed, *kind.encode(), n, round(100 * rise), round(100 * move)])
    results, raw = [], []
    for _ in range(n_markets):
        jobs, means = draw_years(rng, n, rise, by_employer=kind == "employers", move=move)
        results.append(estimate_changes(jobs, N_YEARS))
        raw.append(means[1] - means[0])
    return _score(kind, n, rise, results, raw)


def score_premium(n_markets: int) -> Held:
    """How often the interval of a premium holds the truth."""
    rng = np.random.default_rng([SEED, *b"premium"])
    drawn = [draw_groups(rng) for _ in range(n_markets)]
    return _score("premium", PERSONS[0], PREMIUM, [estimate_premium(jobs) for jobs, _ in drawn], [r for _, r in drawn])


def _score(kind: str, n: int, truth: float, results: list[Matched], raw: list[float]) -> Held:
    first = np.array([(one.change[0], one.low[0], one.high[0]) for one in results])
    chains = np.array([(one.chain_low[-1], one.chain_high[-1]) for one in results])
    width = first[:, 2] - first[:, 1]
    total = truth * len(results[0].chain)
    return Held(
        kind, n, truth,
        held=float(((first[:, 1] <= truth) & (truth <= first[:, 2])).mean()),
        held_chain=float(((chains[:, 0] <= total) & (total <= chains[:, 1])).mean()),
        mean=float(first[:, 0].mean()), raw=float(np.mean(raw)), width=float(np.median(width)),
        width_over_sd=float(np.median(width) / (3.92 * first[:, 0].std())),
    )  # fmt: skip


ROWS = (("titles", 300), ("titles", 1_200), ("employers", 600), ("employers", 2_400))


def score_changes(n_markets: int) -> list[Line]:
    """All rows of the table."""
    rises = [
        (score_rises(kind, n, rise, n_markets, move), f", moves of {100 * move:.0f} %")
        for kind, n in ROWS
        for move in MOVES
        for rise in RISES
    ]
    rows = (*rises, (score_premium(n_markets), ""))
    return [line for held, moves in rows for line in lines_of(held, n_markets, moves)]


def lines_of(held: Held, n_markets: int, moves: str) -> Iterator[Line]:
    """A row's change, or premium, the same of two years together, and the change of the mean of all jobs beside it.

    Biases are in log pay, since a change of 0 has no part. Widths of the chain and of the mean are not known.
    """
    nan, kind = float("nan"), f"truth {100 * np.expm1(held.truth):.1f} %{moves}"
    parts = [
        ("change", held.held, held.width_over_sd, held.mean - held.truth),
        ("two changes in a chain", held.held_chain, nan, nan),
    ]
    for name, part, width, bias in parts if held.kind != "premium" else [("premium", *parts[0][1:])]:
        result = Score(n_markets, 0, n_markets, part, part, nan, nan, width, width, bias)
        yield Line("changes", held.kind, held.n, kind, name, result, find_misses(result))
    beside = Score(n_markets, n_markets, 0, nan, nan, nan, nan, nan, nan, held.raw - held.truth)
    yield Line("changes", held.kind, held.n, kind, "mean of all jobs", beside, is_scored=False)
