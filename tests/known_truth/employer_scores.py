"""Employers' shares and ranks, scored on `employer_markets`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.known_truth.employer_markets import (
    EMPLOYER_SHARES,
    SD_SLOPES,
    EmployerMarkets,
    draw_employer_markets,
)
from tests.known_truth.markets import SEED, Floats, Generator, Ints
from tests.known_truth.scoring import Score, score
from warehouse.marts.employer_shares import EmployerShares, estimate_employer_shares
from warehouse.marts.estimators import (
    LEVEL,
    SampledCells,
    count_cells,
    estimate_shares,
    weigh_jobs,
)
from warehouse.marts.printing import find_broken_rules
from warehouse.marts.rank_sets import find_rank_sets

TOP = 10
"""Rows of a list of highest true share, whose ranks readers look at first."""


def estimate_markets(markets: EmployerMarkets) -> tuple[SampledCells, EmployerShares]:
    """Markets as cells, and the employers' share of each item."""
    n_markets, n_employers, n_items = markets.yes.shape
    cell, jobs = np.repeat(np.arange(n_markets), n_employers), markets.jobs.ravel()
    cells = count_cells(cell, weigh_jobs(cell, jobs, jobs * markets.weight.ravel(), n_markets), n_markets)
    employer, item = np.nonzero(markets.yes.reshape(-1, n_items))
    part = markets.yes.reshape(-1, n_items)[employer, item] / jobs[employer]
    yes = part * cells.employer_jobs[employer]
    pairs = np.repeat(np.arange(n_markets), n_items), employer, cell[employer] * n_items + item, yes
    correlation = estimate_shares(cells, *pairs).correlation
    return cells, estimate_employer_shares(cells, *pairs, correlation, jobs=jobs)


def score_employer_shares(
    generator: Generator,
    n_employers: int,
    n_markets: int,
    slope: float,
    correlation: float,
    *,
    is_weighted: bool,
    shares: Sequence[float] = EMPLOYER_SHARES,
    seed: int = SEED,
) -> dict[float, Score]:
    """Employers' shares on one row of markets, by their truth."""
    truths = np.array(shares)
    markets = draw_employer_markets(
        generator, n_employers, n_markets, truths, np.full(len(truths), slope), correlation,
        is_weighted=is_weighted, seed=seed,
    )  # fmt: skip
    cells, estimate = estimate_markets(markets)
    shape = (n_markets, len(truths))
    share, low, high = (values.reshape(shape) for values in (estimate.share, estimate.low, estimate.high))
    is_printed = find_broken_rules(cells) < 0
    return {
        truth: score(truth, share[:, item], low[:, item], high[:, item], is_printed)
        for item, truth in enumerate(shares)
    }


def score_ranks(
    generator: Generator,
    n_employers: int,
    n_lists: int,
    shares: Floats,
    correlation: float,
    *,
    by_jobs: bool,
    sd_slope: float = SD_SLOPES[0],
    seed: int = SEED,
) -> tuple[Score, Score]:
    """Ranks by comparing rows in pairs, and those by intervals of each row alone, on one row of lists.

    A list is covered if all its ranks hold. The width is how many ranks a row may have on average, `width_printed` that
    of the `TOP` rows. Each row of a list has a slope of its own, so that rows of one share are asked for by employers
    of other sizes.
    """
    slopes = sd_slope * np.random.default_rng([seed, len(shares)]).standard_normal(len(shares))
    markets = draw_employer_markets(
        generator, n_employers, n_lists, shares, slopes, correlation, by_jobs=by_jobs, seed=seed
    )
    in_pairs, alone = [], []
    for number, (jobs, yes) in enumerate(zip(markets.jobs, markets.yes, strict=True)):
        weight = jobs.astype(np.float64) if by_jobs else np.ones(n_employers)
        sets = find_rank_sets(yes / jobs[:, None], weight, 10_000 * seed + number)
        in_pairs.append((sets.best, sets.worst))
        alone.append(_rank_alone(weight, yes / jobs[:, None]))
    return _score_ranks(shares, in_pairs), _score_ranks(shares, alone)


def _rank_alone(weight: Floats, part: Floats) -> tuple[Ints, Ints]:
    """Ranks by simultaneous intervals of each row alone, as they were found before.

    The best rank is 1 plus the rows whose intervals lie above the row's own, the worst that of all rows less those
    below (Klein, Wright and Wieczorek 2020). Each interval has the level at which all hold together (Bonferroni).
    """
    n_employers, n_rows = part.shape
    cells = count_cells(np.zeros(n_employers, dtype=np.int64), weight, 1)
    employer, row = np.nonzero(part)
    zero = np.zeros(n_rows, dtype=np.int64)
    yes = part[employer, row] * weight[employer]
    estimate = estimate_shares(cells, zero, employer, row, yes, 1 - (1 - LEVEL) / n_rows)
    is_above = estimate.low[:, None] > estimate.high
    return 1 + is_above.sum(axis=0), n_rows - is_above.sum(axis=1)


def _score_ranks(shares: Floats, ranks: Sequence[tuple[Ints, Ints]]) -> Score:
    best = 1 + (shares > shares[:, None]).sum(axis=1)
    worst = len(shares) - (shares < shares[:, None]).sum(axis=1)
    top = np.argsort(-shares, kind="stable")[:TOP]
    widths = np.array([high - low + 1 for low, high in ranks])
    coverage = float(np.mean([(low <= best).all() and (high >= worst).all() for low, high in ranks]))
    return Score(
        n_markets=len(ranks), n_without=0, n_printed=len(ranks), coverage=coverage, coverage_printed=coverage,
        below=float(np.mean([(low > best).any() for low, _ in ranks])),
        above=float(np.mean([(high < worst).any() for _, high in ranks])),
        width=float(widths.mean()), width_printed=float(widths[:, top].mean()), bias=float("nan"),
    )  # fmt: skip
