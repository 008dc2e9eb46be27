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
MIN_PRINTED = 200
"""Rows with fewer printed markets are named and not scored over these."""
MAX_WIDTH = 1.3
"""The median width over 3.92 standard deviations of the estimates."""
NORMAL_WIDTH = 3.92
"""Standard deviations that a 95 % interval is wide where the estimate is normal and its error known."""
MAX_BIAS = {"p50": 0.01, "band_low": 0.03, "band_high": 0.03}
MAX_BIAS_UNHEAPED = 0.01
"""Bias as part of the truth; of ends that are not rounded."""
MIN_PART_PRINTED = 0.80
"""Part of the markets of the first generator with 150 jobs that must be printed."""
SCORED = ("p25", "p50", "p75", "band_low", "band_high", "1 %", "5 %", "20 %", "50 %")
"""Estimands whose coverage must be reached."""
FAR = ("p10", "p90")
"""Estimands whose coverage must be reached where they are printed. In cells with few employers all may be on one side
of them, and no interval has that end."""
WIDTH_SCORED = ("p50", "band_low", "band_high", "1 %", "5 %", "20 %", "50 %")
"""Estimands whose width must be reached."""


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
    """Median width over `NORMAL_WIDTH` standard deviations of the estimates, all markets."""
    width_printed: float
    """The same over printed markets, widths and estimates."""
    bias: float
    """Mean error as part of the truth."""

    @property
    def is_scored_printed(self) -> bool:
        return self.n_printed >= MIN_PRINTED


def score(truth: float, estimate: Floats, low: Floats, high: Floats, is_printed: Flags) -> Score:
    """Score estimates of many markets and their intervals; NaN ends are markets without one."""
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
        width=_width(estimate[has], (high - low)[has]),
        width_printed=_width(estimate[is_shown], (high - low)[is_shown]),
        bias=_mean(estimate) / truth - 1,
    )


def _mean(values: Floats | Flags) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _width(estimates: Floats, widths: Floats) -> float:
    sd = float(np.std(estimates)) if len(estimates) > 1 else 0.0
    return float(np.median(widths)) / (NORMAL_WIDTH * sd) if sd else float("nan")


def find_misses(name: str, result: Score, *, is_heaped: bool) -> list[str]:
    """What a row does not reach, in words; empty where it reaches all that is asked of this estimand."""
    misses = []
    if name in SCORED and not result.coverage >= MIN_COVERAGE:
        misses.append(f"coverage {100 * result.coverage:.1f} %")
    if name in SCORED + FAR and result.is_scored_printed and not result.coverage_printed >= MIN_COVERAGE_PRINTED:
        misses.append(f"coverage printed {100 * result.coverage_printed:.1f} %")
    if name in WIDTH_SCORED and not result.width <= MAX_WIDTH:
        misses.append(f"width {result.width:.2f}")
    if name in MAX_BIAS:
        most = MAX_BIAS[name] if is_heaped else min(MAX_BIAS_UNHEAPED, MAX_BIAS[name])
        if not abs(result.bias) <= most:
            misses.append(f"bias {100 * result.bias:+.1f} %")
    return misses
