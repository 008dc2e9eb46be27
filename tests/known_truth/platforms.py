"""Platforms that differ by a known amount: does the interval widened for platforms hold the share of a further one?

What is sampled: platforms, whose shares are normal on the scale of angles, asin √p, around one share; on each of them
employers, some platforms with twenty times as many as others, with all their jobs. What is to be found is the share of
one more platform of the same kind. A platform without enough employers gives no reading, and with fewer than
`MIN_PLATFORMS` readings no such interval is printed. The printed interval holds that of all employers, too, so that it
is never narrower than the one that is scored here.
"""

from __future__ import annotations

import numpy as np

from tests.known_truth.markets import ASK_CORRELATION, SEED, Generator
from tests.known_truth.scoring import Score, score
from transforms.records.definitions import MIN_PLATFORMS
from warehouse.marts.employer_shares import estimate_employer_shares
from warehouse.marts.estimators import LEVEL, count_cells, estimate_shares, find_effective
from warehouse.marts.platform_error import predict_shares
from warehouse.marts.printing import find_broken_rules

PLATFORMS = (5, 6, 8, 10)
BETWEEN = (0.0, 0.05, 0.13)
"""Standard deviation of the angles: 28 and 13 % of two platforms' AI adverts are 1.4 times 0.13 apart."""
PLATFORM_SHARES = (0.05, 0.30)
FEWEST, MOST = 15, 300
"""Employers of a platform; their logarithm is uniform."""


def score_further_platform(
    generator: Generator, n_platforms: int, n_markets: int, between: float, *, by_employer: bool, seed: int = SEED
) -> dict[float, Score]:
    """The prediction interval on one row of markets, by the mean share. Widths are in points of share."""
    numbers = (n_platforms, round(1_000 * between), by_employer)
    rng = np.random.default_rng([seed, *generator.name.encode(), *numbers])
    n_cells, n_items = n_markets * n_platforms, len(PLATFORM_SHARES)
    angle = np.arcsin(np.sqrt(PLATFORM_SHARES)) + between * rng.standard_normal((n_markets, n_platforms + 1, n_items))
    truth = np.sin(np.clip(angle, 0, np.pi / 2)) ** 2
    n_employers = np.exp(rng.uniform(np.log(FEWEST), np.log(MOST + 1), n_cells)).astype(np.int64)
    cell = np.repeat(np.arange(n_cells), n_employers)
    jobs = rng.choice(generator.sizes, size=len(cell), p=generator.chances)
    mean = np.clip(truth[:, :-1].reshape(n_cells, n_items), 1e-9, 1 - 1e-9)[cell]
    spread = (1 - ASK_CORRELATION) / ASK_CORRELATION
    yes = rng.binomial(jobs[:, None], rng.beta(mean * spread, (1 - mean) * spread))
    cells = count_cells(cell, jobs, n_cells)
    row_cell = np.repeat(np.arange(n_cells), n_items)
    employer, item = np.nonzero(yes)
    pairs = row_cell, employer, cell[employer] * n_items + item, yes[employer, item]
    of_jobs = estimate_shares(cells, *pairs)
    share, effective = of_jobs.share, find_effective(cells, row_cell, of_jobs.design_effect, LEVEL)
    if by_employer:
        of_employers = estimate_employer_shares(cells, *pairs, of_jobs.correlation)
        share, effective = of_employers.share, of_employers.n_effective
    row = row_cell // n_platforms * n_items + np.tile(np.arange(n_items), n_cells)
    is_read = (find_broken_rules(cells) < 0)[row_cell]
    found = predict_shares(row[is_read], share[is_read], effective[is_read], n_markets * n_items)
    shape = (n_markets, n_items)
    is_printed = np.bincount(row[is_read], minlength=n_markets * n_items).reshape(shape) >= MIN_PLATFORMS.value
    low, high = found.low.reshape(shape), found.high.reshape(shape)
    scores = {}
    for place, mean_share in enumerate(PLATFORM_SHARES):
        of_share, middle = (low[:, place], high[:, place]), (low + high)[:, place] / 2
        scores[mean_share] = score(truth[:, -1, place], middle, *of_share, is_printed[:, place], unit=0.01)
    return scores
