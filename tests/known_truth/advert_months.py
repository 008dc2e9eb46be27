"""Boards read in two months, whose employers have a constant share of AI jobs, while the set of boards changes.

Written before the estimator was run on them; seed as in `markets`. Employers have real sizes and, each, a share of AI
jobs of its own (beta, mean `SHARE`, correlation within employers `CORRELATION`). From one month to the next `STAY` of
the jobs stay, and others of the same share take the place of those that go. A board of the first month is
read again with the chance `KEPT`; of all boards, 1 - `KEPT` are read in the second month alone and are of another kind,
with `SHARE_OF_NEW`. The estimand is the change on the
boards read in both months, 0.
"""

from __future__ import annotations

import numpy as np

from tests.known_truth.markets import SEED, Floats, Ints, read_generators
from tests.known_truth.scoring import Line, Score, find_misses
from warehouse.marts.estimators import estimate_share_changes

SHARE, SHARE_OF_NEW, CORRELATION = 0.08, 0.16, 0.3
STAY, KEPT = 0.75, 0.7
SIZES = (150, 600, 3_000)
"""Jobs on all boards of a market."""
MIN_EMPLOYERS = 15


def score_months(n_markets: int) -> list[Line]:
    """The lines of all sizes; markets with fewer employers than are printed are drawn again."""
    return [line for n in SIZES for line in score_size(n, n_markets)]


def score_size(n: int, n_markets: int) -> list[Line]:
    """Changes on the boards of both months, and beside them those over all boards. Widths and biases are in points."""
    rng = np.random.default_rng([SEED, *b"months", n])
    generator = read_generators()[1]
    sizes = generator.sizes[generator.sizes <= n / 4]
    chances = generator.chances[generator.sizes <= n / 4]
    found: list[tuple[float, ...]] = []
    while len(found) < n_markets:
        size = rng.choice(sizes, n, p=chances / chances.sum())
        size = size[np.cumsum(size) <= n]
        is_kept, is_new = rng.random(len(size)) < KEPT, rng.random(len(size)) < 1 - KEPT
        if is_kept.sum() < MIN_EMPLOYERS:
            continue
        one = np.where(is_new, SHARE_OF_NEW, SHARE)
        share = rng.beta(one * (1 / CORRELATION - 1), (1 - one) * (1 / CORRELATION - 1))
        yes = rng.binomial(size, share)
        stays = rng.binomial(size, STAY)
        later = rng.binomial(np.maximum(size - stays, 0), share) + rng.hypergeometric(yes, size - yes, stays)
        jobs, ai = np.stack([size, size], axis=1), np.stack([yes, later], axis=1)
        result = _estimate(jobs[is_kept & ~is_new], ai[is_kept & ~is_new])
        seen = np.stack([~is_new, is_kept | is_new], axis=1)
        found.append((*result, *_estimate(jobs * seen, ai * seen)))
    same, over_all = np.array(found).reshape(n_markets, 2, 3).transpose(1, 2, 0)
    beside = _line(n, "change over all boards", *over_all, is_scored=False)
    return [_line(n, "change on the same boards", *same), beside]


def _line(n: int, name: str, change: Floats, low: Floats, high: Floats, *, is_scored: bool = True) -> Line:
    covers = float(((low <= 0) & (high >= 0)).mean())
    width = 100 * float(np.median(high - low))
    result = Score(
        len(change), 0, len(change), covers, covers, float((low > 0).mean()), float((high < 0).mean()), width, width,
        100 * float(change.mean()),
    )  # fmt: skip
    return Line("months", "ai_market", n, "", name, result, find_misses(result) if is_scored else (), is_scored)


def _estimate(jobs: Ints, yes: Ints) -> tuple[float, float, float]:
    is_in = jobs.sum(axis=1) > 0
    n = int(is_in.sum())
    result = estimate_share_changes(np.zeros(n, np.int64), jobs[is_in] * 1.0, yes[is_in] * 1.0, 1)
    return float(result.difference[0]), float(result.low[0]), float(result.high[0])
