"""How an estimator is scored on markets whose truth is known. Written before the estimators.

A market without an interval (one employer alone, of which no method has any) states nothing false: it is counted apart
and is not among those covered or missed. An end that is infinite covers and makes the width infinite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.known_truth.markets import Flags, Floats

MIN_COVERAGE = 0.93
"""Over all markets of a row."""
MIN_COVERAGE_PRINTED = 0.91
"""Over the markets that would be printed."""
RANKS_ASKED = 0.95
"""Part of the lists in which all ranks should hold together."""
MIN_SCORED = 200
"""A coverage of fewer markets is not held against what is asked."""
MAX_WIDTH = 1.3
"""The median width over 3.92 standard deviations of the estimates."""
NORMAL_WIDTH = 3.92
"""Standard deviations that a 95 % interval is wide where the estimate is normal and its error known."""
MAX_BIAS = {"p50": 0.01, "band_low": 0.03, "band_high": 0.03}
MAX_BIAS_UNHEAPED = 0.01
"""Bias as part of the truth; of ends that are not rounded."""
WIDTH_SCORED = ("p50", "band_low", "band_high", "1 %", "5 %", "20 %", "50 %")
"""Quantiles of pay and shares of jobs whose width must be reached."""


@dataclass(frozen=True)
class Score:
    """What a row of markets gave for one estimand. Parts and ratios; NaN where nothing was there to count."""

    n_markets: int
    n_without: int
    """Markets without an interval."""
    n_printed: int
    coverage: float
    coverage_printed: float
    below: float
    """Part of the markets whose whole interval lies above the truth."""
    above: float
    """Part of the markets whose whole interval lies below it."""
    width: float
    """Median width over `NORMAL_WIDTH` standard deviations of the estimates, all markets; see `score` for others."""
    width_printed: float
    """The same over printed markets, widths and estimates."""
    bias: float
    """Mean error as part of the truth."""


@dataclass(frozen=True)
class Line:
    """One estimand on one row of markets."""

    table: str
    generator: str
    n: int
    kind: str
    """What sets apart rows of one size: rounding, part that states pay, how boards differ."""
    estimand: str
    score: Score
    misses: tuple[str, ...] = ()
    is_scored: bool = True
    """False for what only stands beside, for comparison."""


def score(
    truth: float | Floats,
    estimate: Floats,
    low: Floats,
    high: Floats,
    is_printed: Flags,
    unit: float | None = None,
) -> Score:
    """Score estimates of many markets and their intervals; NaN ends are markets without one.

    The truth is one number or one for each market. With a `unit`, widths are medians in this unit.
    """
    has = ~(np.isnan(low) | np.isnan(high))
    covers = (low <= truth) & (truth <= high)
    is_shown = is_printed & has
    return Score(
        n_markets=len(estimate),
        n_without=int((~has).sum()),
        n_printed=int(is_shown.sum()),
        coverage=_mean(covers[has]),
        coverage_printed=_mean(covers[is_shown]),
        below=_mean((low > truth)[has]),
        above=_mean((high < truth)[has]),
        width=_width(estimate[has], (high - low)[has], unit),
        width_printed=_width(estimate[is_shown], (high - low)[is_shown], unit),
        bias=_mean(estimate[np.isfinite(estimate)]) / float(np.mean(truth)) - 1,
    )


def _mean(values: Floats | Flags) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _width(estimates: Floats, widths: Floats, unit: float | None) -> float:
    if unit is None:
        unit = NORMAL_WIDTH * float(np.std(estimates)) if len(estimates) > 1 else 0.0
    return float(np.median(widths)) / unit if unit and len(widths) else float("nan")


def find_misses_of_ranks(result: Score) -> tuple[str, ...]:
    """Whether the ranks of a row of lists hold together in less than `RANKS_ASKED`."""
    return () if result.coverage >= RANKS_ASKED else ("ranks",)


def find_misses(result: Score, name: str = "", *, is_heaped: bool = False) -> tuple[str, ...]:
    """What a row does not reach. Width and bias are asked of the quantiles of pay and shares of jobs that are named."""
    misses = []
    if result.n_markets - result.n_without >= MIN_SCORED and not result.coverage >= MIN_COVERAGE:
        misses.append("coverage")
    if result.n_printed >= MIN_SCORED and not result.coverage_printed >= MIN_COVERAGE_PRINTED:
        misses.append("coverage printed")
    if name in WIDTH_SCORED and not result.width <= MAX_WIDTH:
        misses.append("width")
    if name in MAX_BIAS:
        most = MAX_BIAS[name] if is_heaped else min(MAX_BIAS_UNHEAPED, MAX_BIAS[name])
        if not abs(result.bias) <= most:
            misses.append("bias")
    return tuple(misses)
