"""How far shares differ between platforms, and the interval in which the share of a further platform would lie.

A reading is the share of one platform's employers. The interval of a share holds what chance does among the employers
that were met, but not what platforms differ by. All functions are pure and vectorised over rows: a row has one reading
for each platform.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from warehouse.marts.estimators import LEVEL, SHARE_DIGITS, Floats, Ints, divide, sum_by


@dataclass(frozen=True)
class Predictions:
    """What the readings of each row say of platforms; all NaN with fewer readings than are needed."""

    variance: Floats  # τ² between platforms, of values in the scale of the readings; from two readings on
    chance: Floats  # of readings so far apart, if platforms did not differ; from two readings on
    low: Floats  # ends of the prediction interval, from three readings on
    high: Floats


def predict(row: Ints, value: Floats, variance: Floats, n_rows: int, level: float = LEVEL) -> Predictions:
    """Return by row how far readings differ, and the prediction interval for the value of a further platform.

    `row`, `value` and `variance` have an entry for each reading: the number of its row, its value and its sampling
    variance. Raises ValueError for NaN and for a variance that is not positive.

    Readings are taken as drawn from a normal distribution of platforms (random effects). The chance is that of
    Cochran's Q. τ² is that of Hartung and Makambi (2003, "Reducing the Number of Unjustified Significant Results in
    Meta-analysis"), which is above 0: with estimates that are cut off at 0 (DerSimonian and Laird, Paule and Mandel)
    intervals from 6 to 12 platforms that differ little held a further platform in 86 to 92 %, with this one in 92 to
    98 %. With weights w = 1 / (v + τ²) and their mean
    m, the error of m is √(q / Σw), q = Σ w (y - m)² / (k - 1) (Hartung and Knapp 2001, "A refined method
    for the meta-analysis of controlled clinical trials with binary outcome"); q is at least 1 (Röver, Knapp and Friede
    2015, "Hartung-Knapp-Sidik-Jonkman approach and its modification for random-effects meta-analysis with few
    studies"). The interval is m ± t √(τ² + q / Σw), t of k - 2 degrees of freedom (Higgins, Thompson and Spiegelhalter
    2009, "A re-evaluation of random-effects meta-analysis").
    """
    if not (np.isfinite(value).all() and (variance > 0).all()):
        raise ValueError("a reading needs a value and a variance above 0")
    k = np.bincount(row, minlength=n_rows)
    fixed = 1 / variance
    total = sum_by(row, fixed, n_rows)
    apart = sum_by(row, fixed * (value - _mean(row, value, fixed, n_rows)[row]) ** 2, n_rows)
    spread = total - np.nan_to_num(divide(sum_by(row, fixed**2, n_rows), total))
    tau = np.nan_to_num(divide(apart**2, np.where(k > 1, (2 * (k - 1) + apart) * spread, 0)))
    weight = 1 / (variance + tau[row])
    mean = _mean(row, value, weight, n_rows)
    factor = divide(sum_by(row, weight * (value - mean[row]) ** 2, n_rows), k - 1)
    squared = tau + np.nan_to_num(divide(np.maximum(factor, 1), sum_by(row, weight, n_rows)))
    reach = special.stdtrit(np.maximum(k - 2, 1), 0.5 + level / 2) * np.sqrt(squared)
    return Predictions(
        variance=np.where(k > 1, tau, np.nan),
        chance=np.where(k > 1, special.chdtrc(np.maximum(k - 1, 1), apart), np.nan),
        low=np.where(k > 2, mean - reach, np.nan),
        high=np.where(k > 2, mean + reach, np.nan),
    )


def _mean(row: Ints, value: Floats, weight: Floats, n_rows: int) -> Floats:
    return divide(sum_by(row, weight * value, n_rows), sum_by(row, weight, n_rows))


def predict_shares(row: Ints, share: Floats, effective: Floats, n_rows: int) -> Predictions:
    """Return `predict` for shares of `effective` independent jobs; the ends are shares.

    The scale is the angle asin √p, whose variance 1 / (4 n) does not depend on p, so that shares of 0 and 1 have one,
    too (Rücker, Schwarzer, Carpenter and Olkin 2009, "Why add anything to nothing? The arcsine difference as a measure
    of treatment effect in meta-analysis with zero cells").
    """
    found = predict(row, np.arcsin(np.sqrt(share)), 1 / (4 * effective), n_rows)
    low, high = (np.sin(np.clip(end, 0, np.pi / 2)) ** 2 for end in (found.low, found.high))
    return Predictions(found.variance, found.chance, low.round(SHARE_DIGITS), high.round(SHARE_DIGITS))
