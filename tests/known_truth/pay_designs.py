"""Cells of pay under two designs of sampling, five shapes of employers' sizes, four slopes of pay on size, and pay on
one level or two: what a rule of printing is chosen on, and confirmed.

Written and committed before a rule was chosen; no number below was changed after looking at a result. The shape
`one_giant` was added when no cell of the others had turned out to test how large a part one employer may have. What is
to be found is as in `markets`: quantiles over all jobs of an endless population of employers. What is sampled is one of

- `employers`: so many employers, with their jobs as they come. The number of jobs is chance.
- `jobs`: as many employers as it takes to have at least so many jobs, as in `markets`. Where few jobs are asked for, a
  cell without a large employer has more employers.

The product has 1,056 rows. `list_rows` draws `OF_EACH` of the 16 of each design, size and shape (slope, levels of pay,
rounding) with the seed that is given: rules are chosen on `SEEDS[0]` and confirmed on `SEEDS[1]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from tests.known_truth.markets import Floats, Generator, Ints, Markets, draw_pay, read_generators

SEEDS = (20_261_202, 20_261_203)
"""Of the rows and cells on which a rule is chosen, and of those on which it is confirmed."""
OF_EACH = 4
"""Rows drawn of each design, size and shape."""
SIZES = {"employers": (10, 12, 15, 20, 40, 100), "jobs": (20, 30, 60, 150, 600)}
"""Employers of a cell under the first design, jobs under the second."""
SLOPES = (-0.10, -0.045, 0.045, 0.10)
"""Log pay for each unit of log size: half of these is `markets.PAY_PREMIUM`, the others are about twice as steep."""
TIER_GAP = 0.45
"""Log of the ratio of pay between two levels of employers, where there are two."""
PAY_CORRELATION = 0.63
"""Within employers, of log pay: as over all levels of AI engineering."""
HEAVY = (0.7, 1.4, 1_000)
"""Of the lognormal sizes, rounded up: mean and standard deviation of the logarithm, and the most jobs."""
SHAPES = ("even", "real", "lognormal", "giant", "two_tier", "one_giant")
GIANT_PART = 0.45
"""Part of the jobs of each cell that one employer has under the shape `one_giant`."""
N_TRUTH = 1_000_000
"""Jobs drawn for the truth: a quantile of pay is then within 0.04 % of itself."""


@dataclass(frozen=True)
class Row:
    """One row of cells: `size` is employers or jobs, by `design`."""

    design: str
    size: int
    shape: str
    slope: float
    is_tiered: bool
    is_heaped: bool


def list_rows(seed: int) -> list[Row]:
    """The rows drawn with a seed, `OF_EACH` of each design, size and shape."""
    kinds = list(product(SLOPES, (False, True), (False, True)))
    rows = []
    for number, shapes in enumerate((SHAPES[:-1], SHAPES[-1:])):
        rng = np.random.default_rng([seed, number] if number else seed)
        for design, sizes in SIZES.items():
            for size, shape in product(sizes, shapes):
                places = sorted(rng.choice(len(kinds), OF_EACH, replace=False))
                rows += [Row(design, size, shape, *kinds[place]) for place in places]
    return rows


def giant_of(row: Row) -> int:
    """Jobs of the giant that each cell of a row has under the shape `one_giant`, in which two jobs are the mean."""
    n_jobs = GIANT_PART * row.size if row.design == "jobs" else 2 * (row.size - 1) * GIANT_PART / (1 - GIANT_PART)
    return round(n_jobs)


def sizes_of(shape: str, giant: int = 0) -> tuple[Ints, Floats]:
    """Employers' numbers of jobs under a shape, and their chances.

    `even`: one to three. `real`: as in the whole AI market. `lognormal`: see `HEAVY`. `giant`: one employer in 60 has
    40 jobs, so that these have a quarter of all; the others are even. `two_tier`: of five employers four have one or
    two jobs, one has ten to fifteen. `one_giant`: each cell has one employer of `giant` jobs and so `GIANT_PART` of
    all; the others are even.
    """
    if shape == "real":
        real = read_generators()[1]
        return real.sizes, real.chances
    if shape == "lognormal":
        log_mean, log_sd, most = HEAVY
        draws = np.random.default_rng(SEEDS[0]).lognormal(log_mean, log_sd, N_TRUTH)
        counts = np.bincount(np.minimum(np.ceil(draws), most).astype(np.int64))
        sizes = np.flatnonzero(counts)
        return sizes, counts[sizes] / counts.sum()
    kinds: dict[str, dict[int, float]] = {
        "even": {1: 1, 2: 1, 3: 1},
        "giant": {1: 59, 2: 59, 3: 59, 40: 3},
        "one_giant": {1: 1, 2: 1, 3: 1, giant: 6 / max(giant, 1) * GIANT_PART / (1 - GIANT_PART)},
        "two_tier": {1: 12, 2: 12, **dict.fromkeys(range(10, 16), 1)},
    }
    parts = kinds[shape]
    chances = np.array([*parts.values()], dtype=np.float64)
    return np.array([*parts]), chances / chances.sum()


def generator_of(row: Row) -> Generator:
    """The population of a row."""
    has_giant = row.shape == "one_giant"
    name = f"{row.shape}{row.slope}{row.is_tiered}{giant_of(row) if has_giant else ''}"
    sizes, chances = sizes_of(row.shape, giant_of(row))
    gap = TIER_GAP if row.is_tiered else 0.0
    return Generator(
        name, row.shape, sizes, chances, pay_correlation=PAY_CORRELATION, pay_premium=row.slope, tier_gap=gap
    )


def draw_cells(row: Row, n_cells: int, seed: int) -> Markets:
    """Draw the cells of a row; nobody in them asks for anything."""
    generator = generator_of(row)
    rng = np.random.default_rng([seed, *row.design.encode(), row.size, *generator.name.encode(), int(row.is_heaped)])
    draws = rng.choice(generator.sizes, size=(n_cells, row.size), p=generator.chances)
    if row.shape == "one_giant":
        draws = rng.integers(1, 4, size=draws.shape)
        draws[:, 0] = giant_of(row)
    is_in = np.cumsum(draws, axis=1) - draws < (row.size if row.design == "jobs" else np.inf)
    sizes = draws[is_in]
    employer = np.repeat(np.arange(len(sizes)), sizes)
    low, high = draw_pay(rng, generator, sizes, employer, is_heaped=row.is_heaped)
    market = np.repeat(np.arange(n_cells), is_in.sum(axis=1))[employer]
    return Markets(n_cells, market, employer, low, (low + high) / 2, high, np.zeros((len(employer), 0), dtype=bool))
