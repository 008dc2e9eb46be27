"""Which ranks the data allow the rows of one list, by comparing rows in pairs.

Two rows of a list are asked of the same employers, so that their difference is often known better than either of them.
An interval for each row alone ignores that: ranks by such intervals are far wider than they need be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from warehouse.marts.estimators import LEVEL, Flags, Floats, Ints

DRAWS = 999  # of signs; the 95 % quantile of so many has a standard error of 0.7 points of level
FEWEST_DRAWS = 199
MAX_COMPARISONS = 60_000_000  # of pairs of rows in all draws, for one list
MAX_ROUNDS = 4  # of the step-down; to stop early only leaves ranks wider
UNSEEN = 4.0  # employers as large as that of the average job, which are added to the error of each difference
LEAST_CRITICAL = 2.0  # about that of a single pair; pairs that cannot reach it are neither compared nor told apart
ROUNDING = 1e-4  # part of a critical value below which T and T* are the same number
FIRST_DRAWS = 199  # which often suffice to see that no pair can be told apart
SURELY_MORE = (
    2.5  # times the draws that may reach a critical value: the first have as many with a chance of 2 in 100,000
)
BLOCK = 2_000  # employers whose signs are in an array at a time


@dataclass(frozen=True)
class RankSets:
    """The best and the worst rank of each row that the data allow; 1 is the highest."""

    best: Ints
    worst: Ints
    is_above: Flags  # rows x rows: whether the first is known to be above the second
    n_draws: int


def find_rank_sets(
    part: Floats | sparse.csr_array, weight: Floats, seed: int, *, level: float = LEVEL, draws: int = DRAWS
) -> RankSets:
    """Return simultaneous confidence sets for the ranks of all rows of a list (at `level` for all together).

    `part` is employers x rows, dense or sparse: the part of an employer's jobs that count for the row, 0 to 1. `weight`
    is by employer what it counts for in the share that is ranked: its jobs for shares of jobs, 1 or its panel weight
    for employers' shares. The rows must be all that were eligible, chosen by a rule that ignores their shares; those
    that are not printed are cut afterwards. `seed` is any number; the order of employers matters for what is drawn.
    Raises ValueError for NaN, no employers, parts outside 0 to 1, weights that are not positive, and more than 549
    rows, for which `FEWEST_DRAWS` would exceed `MAX_COMPARISONS`.

    Row j is above k if T_jk = Σ u / √(Σ u² + w) exceeds a critical value c, where u of an employer is its weight times
    the difference of its two parts, and w is `UNSEEN` times (Σa² / Σa)² of all weights a, or the square of the largest
    of them if that is more. The best rank of a row is 1 plus the number of rows above it, the worst the number of rows
    less those below it (Mogstad, Romano, Shaikh and Wilhelm 2024, "Inference for Ranks with Applications to Mobility
    across Neighbourhoods and Academic Achievement across Countries"). All ordered pairs are tested together: c is the
    quantile of the largest T* over the pairs that are not yet known to be above, found again until no pair is added
    (Romano and Wolf 2005, "Stepwise Multiple Testing as Formalized Data Snooping"). So with the probability `level`, no
    row is called above another unless it is.

    T* is T with a random sign for each employer, one for all its rows (the wild bootstrap with the null imposed,
    Davidson and Flachaire 2008, "The wild bootstrap, tamed at last"). If employers treat tied rows alike, this is an
    exact test for any number and sizes of employers. c is at least `LEAST_CRITICAL`; pairs whose T is below that
    whatever the signs are left out, which changes no answer. c is then multiplied by the ratio of quantiles of t with
    G* - 1 and G - 1 degrees of freedom, at the level at which c is a normal quantile: uneven weights tell less. w
    stands for employers that were not met and differ fully: two rows that few employers tell apart are not called
    different because these few agree.

    Rows that no employer treats differently have the same ranks. The number of draws falls with that of rows.
    """
    part, n_rows = sparse.csr_array(part), part.shape[1]
    _refuse(part, weight)
    n_draws = min(draws, MAX_COMPARISONS // max(n_rows**2, 1))
    if n_draws < min(FEWEST_DRAWS, draws):
        raise ValueError(f"{n_rows} rows are too many to compare in pairs; leave rows out by a rule on the list")
    total, least = weight @ part, find_least_difference(weight.sum(), (weight**2).sum(), weight.max())
    is_above = np.zeros((n_rows, n_rows), dtype=bool)
    n_allowed = n_draws - math.ceil(level * (n_draws + 1))  # draws that may reach a critical value
    if n_rows and np.ptp(total) > least and n_allowed >= 0:
        weighted = sparse.csr_array(part.multiply(weight[:, None]))
        scale = 1 / np.sqrt(_sum_squares(weighted) + (least / LEAST_CRITICAL) ** 2)
        _step_down(is_above, weighted, (total[:, None] - total) * scale, scale, seed, n_draws, n_allowed, weight)
    return RankSets(1 + is_above.sum(axis=0), n_rows - is_above.sum(axis=1), is_above, n_draws)


def find_least_difference(weight: Floats | float, square: Floats | float, largest: Floats | float) -> Floats:
    """Return the Σ u up to which two rows are never told apart: √w times the least critical value.

    The arguments are the sum of all weights, that of their squares, and the largest.
    """
    return np.asarray(LEAST_CRITICAL * np.maximum(math.sqrt(UNSEEN) * square / weight, largest), dtype=np.float64)


def _step_down(
    is_above: Flags, weighted: sparse.csr_array, statistic: Floats, scale: Floats, seed: int, n_draws: int,
    n_allowed: int, weight: Floats,
) -> None:  # fmt: skip
    """Set the flags of the rows that are known to be above others."""
    total = np.asarray(weighted.sum(axis=0))
    # |T*| is at most the sum of what both rows have
    is_open = ((total[:, None] + total) * scale > LEAST_CRITICAL) & ~np.eye(len(total), dtype=bool)
    drawn = _draw(weighted, min(FIRST_DRAWS, n_draws), [seed, 0])
    too_many = SURELY_MORE * n_allowed * drawn.shape[1] / n_draws if drawn.shape[1] < n_draws else n_allowed
    for _ in range(MAX_ROUNDS):
        highest = float(statistic.max(where=is_open, initial=0.0))
        if highest <= LEAST_CRITICAL or _reach(drawn, scale, is_open, highest) > too_many:
            break
        if drawn.shape[1] < n_draws:
            largest = _find_largest(drawn, scale, is_open)
            if (largest >= highest).sum() > too_many:
                break
            too_many = n_allowed
            drawn = np.hstack([drawn, _draw(weighted, n_draws - FIRST_DRAWS, [seed, 1])])
        critical = _widen(max(_find_critical(drawn, scale, is_open, n_allowed), LEAST_CRITICAL), weight)
        found = is_open & (statistic > critical * (1 + ROUNDING))
        if not found.any():
            break
        is_open &= ~found
        is_above |= found


def _draw(weighted: sparse.csr_array, n_draws: int, seed: Sequence[int]) -> NDArray[np.float32]:
    """Return the sum of each row, with a random sign for each employer: rows x draws."""
    asking = weighted[np.diff(weighted.indptr) > 0].astype(np.float32)
    chance, n_bytes = np.random.default_rng(seed), -(-n_draws // 8)
    drawn = np.zeros((asking.shape[1], n_draws), dtype=np.float32)
    for start in range(0, asking.shape[0], BLOCK):
        some = asking[start : start + BLOCK]
        signs = np.unpackbits(chance.integers(0, 256, (some.shape[0], n_bytes), dtype=np.uint8), axis=1)
        drawn += some.T @ signs[:, :n_draws].astype(np.float32)  # 0 or 1, for -1 or 1
    return np.asarray(2 * drawn - asking.sum(axis=0)[:, None], dtype=np.float32)


def _sum_squares(weighted: sparse.csr_array) -> Floats:
    """Return Σ (u_j - u_k)² over employers for each pair of rows; 0 for rows that no employer treats differently."""
    products = (weighted.T @ weighted).toarray()
    own = np.diag(products)
    return np.asarray(np.maximum(own[:, None] + own - 2 * products, 0), dtype=np.float64)


def _find_critical(drawn: NDArray[np.float32], scale: Floats, is_open: Flags, n_allowed: int) -> float:
    """Return the value that the largest T* of the open pairs exceeds in no more than so many draws."""
    return float(np.sort(_find_largest(drawn, scale, is_open))[drawn.shape[1] - 1 - n_allowed])


def _reach(drawn: NDArray[np.float32], scale: Floats, is_open: Flags, highest: float) -> int:
    """Return in how many draws the T* of the rows furthest apart reaches `highest`, so that the largest does, too."""
    first, last = drawn.argmax(axis=0), drawn.argmin(axis=0)
    number = np.arange(drawn.shape[1])
    apart = (drawn[first, number] - drawn[last, number]) * scale[first, last]
    return int((is_open[first, last] & (apart >= highest)).sum())


def _find_largest(drawn: NDArray[np.float32], scale: Floats, is_open: Flags) -> NDArray[np.float32]:
    """Return for each draw the largest T* of the open pairs, or 0."""
    of_pair, largest = scale.astype(np.float32), np.zeros(drawn.shape[1], dtype=np.float32)
    is_both = is_open & is_open.T
    for row in np.flatnonzero(is_open.any(axis=1)):
        both = row + 1 + np.flatnonzero(is_both[row, row + 1 :])
        single = np.flatnonzero(is_open[row] & ~is_both[row])
        for others, is_two_sided in ((both, True), (single, False)):
            if len(others) and drawn.shape[1]:
                differences = drawn[others]
                np.subtract(drawn[row], differences, out=differences)
                if is_two_sided:
                    np.abs(differences, out=differences)
                differences *= of_pair[row, others, None]
                np.maximum(largest, differences.max(axis=0), out=largest)
    return largest


def _widen(critical: float, weight: Floats) -> float:
    """Return the critical value for weights that are as uneven as these."""
    if not math.isfinite(critical):
        return critical
    n_even = weight.sum() ** 2 / (weight**2).sum()
    at = special.ndtr(critical)
    uneven, even = (special.stdtrit(max(n - 1, 1), at) for n in (n_even, len(weight)))
    return float(critical * max(uneven / even, 1)) if even > 0 else critical


def _refuse(part: sparse.csr_array, weight: Floats) -> None:
    if not ((part.data >= 0) & (part.data <= 1)).all():
        raise ValueError("a part of an employer's jobs is from 0 to 1")
    if not len(weight):
        raise ValueError("a list has no employers")
    if not (np.isfinite(weight) & (weight > 0)).all():
        raise ValueError("the weight of an employer must be a positive number")
