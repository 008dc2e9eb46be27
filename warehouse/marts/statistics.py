"""Statistics of shares that SQL cannot do: employer caps, weighted shares and their intervals.

One employer may weigh at most `EMPLOYER_CAP` of a cell, because a cell that is one company's pay scale says
nothing about a market. The independent units are employers, not adverts: adverts of one employer are alike, so
intervals over adverts would promise more than the data hold (Cameron, Gelbach and Miller 2008, "Bootstrap-Based
Improvements for Inference with Clustered Errors"). Quantiles of pay are estimated in `pay_quantiles`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EMPLOYER_CAP = 0.10
"""Largest share of one employer in a cell."""
NORMAL_97_5 = 1.96
"""The 97.5 % quantile of the normal distribution."""
MIN_JOBS = 30
MIN_EMPLOYERS = 5
MIN_EFFECTIVE = 30.0
"""Below this many effective jobs a cell that meets the minimum is `low`."""
MAX_SHARE_INTERVAL = 0.20
"""A share whose interval is wider than 20 percentage points is `low`."""
MAX_INTERVAL_PER_SHARE = 1.0
"""A share whose interval is wider than this many times the share is `low`.

That is a relative standard error of some 25 % (a 95 % interval is 3.92 standard errors wide), from which on the
Australian Bureau of Statistics marks an estimate "use with caution". An absolute width cannot judge small shares:
6 % with an interval from 0 to 19 % is within 20 points. The US National Center for Health Statistics judges
proportions by both widths too (Parker et al. 2017, "Data Presentation Standards for Proportions").
"""
SHARE_DIGITS = 12
"""Decimal places of a share: sums of the same weights in another order differ from the 15th on, so that a share of all
would be 1.0000000000000002."""
MAX_EMPLOYER_PART = 0.50
"""A share is `low` when one employer is more than this part of the weight of the jobs that make it."""
DOUBT_WORDS = {
    "few_employers": f"fewer than {MIN_EMPLOYERS} employers",
    "one_employer": "one employer is more than half of it",
    "few_effective": "few employers carry most of the jobs it is a share of",
    "wide": f"the 95% interval is wider than {100 * MAX_SHARE_INTERVAL:.0f} percentage points",
    "wide_for_share": "the 95% interval is wider than the share itself",
}
"""Why a share is `low` (`tables.SHARE_DOUBTS`), in words; the gravest first."""


@dataclass(frozen=True)
class Weights:
    """Weights of the jobs of one cell, and the employer (0 … n-1) each belongs to."""

    of_job: Floats
    employer: Ints
    n_employers: int

    @property
    def n_effective(self) -> float:
        """Kish's effective sample size, (Σw)² / Σw²."""
        total = float(self.of_job.sum())
        return min(total * total / float((self.of_job**2).sum()), float(len(self.of_job))) if total else 0.0


def cap_weights(employers: Sequence[object] | NDArray[Any]) -> Weights:
    """Weights that leave each job at 1 unless its employer would pass `EMPLOYER_CAP` of the cell.

    `employers` are names, or numbers in the order of the names.

    An employer's total is cut to the largest c with c <= cap * sum(min(total, c)). With ten employers or
    fewer no such c exists; then all employers weigh the same, which is the least uneven split there is.
    """
    named = np.asarray(employers)
    named = named if np.issubdtype(named.dtype, np.integer) else named.astype(str)
    _, employer, totals = np.unique(named, return_inverse=True, return_counts=True)
    ceiling = _ceiling(np.sort(totals).astype(float))
    return Weights((np.minimum(totals, ceiling) / totals)[employer], employer, len(totals))


def _ceiling(totals: Floats) -> float:
    """The largest total an employer may keep: the c with c = cap * sum(min(total, c)). `totals` ascending."""
    n = len(totals)
    if n * EMPLOYER_CAP <= 1:
        return float(totals[0])
    if totals[-1] <= EMPLOYER_CAP * totals.sum():
        return float(totals[-1])
    for n_cut in range(1, n):
        kept = totals[: n - n_cut]
        ceiling = kept.sum() / (1 / EMPLOYER_CAP - n_cut)
        if kept[-1] <= ceiling:
            return float(ceiling)
    return float(totals[0])


@dataclass(frozen=True)
class ShareEstimates:
    """Weighted shares of the jobs of a cell, one entry per item."""

    n_yes: Ints
    """Jobs that have the item, unweighted."""
    n_employers: Ints
    """Employers with such a job."""
    largest: Floats
    """The largest employer's part of the weight of these jobs; NaN where there are none."""
    share: Floats
    low: Floats
    """Lower end of the 95 % interval; NaN with a single employer, where there is none."""
    high: Floats
    design_effect: Floats
    """Variance over that of as many independent jobs; NaN where the share is 0 or 1."""


def estimate_shares(weights: Weights, job: Ints, item: Ints, n_items: int) -> ShareEstimates:
    """Estimate the share of each item (0 … `n_items` - 1) from the pairs of job and item that hold, each given once.

    `job` is the place of a job in `weights.of_job`. The variance is that of a ratio over clusters, the employers, by
    linearisation, with the correction m / (m - 1) for m employers (Cochran 1977, "Sampling Techniques", 6.4 and 9A);
    the ends are the normal ones, cut to 0 and 1.
    """
    m = weights.n_employers
    weight = np.zeros(m)
    weight[weights.employer] = weights.of_job  # the jobs of an employer weigh the same
    sizes = np.bincount(weights.employer, minlength=m)
    whole = float(weights.of_job.sum())

    pair, n = np.unique(weights.employer[job] * n_items + item, return_counts=True)
    employer, column = np.divmod(pair, n_items)
    weighted = weight[employer] * n
    part = np.bincount(column, weighted, n_items)
    n_employers = np.bincount(column, minlength=n_items)
    top = np.zeros(n_items)
    np.maximum.at(top, column, weighted)
    largest = np.full(n_items, np.nan)
    np.divide(top, part, out=largest, where=part > 0)

    share = part / whole
    squares = (weight * sizes) ** 2
    deviations = weight[employer] * (n - share[column] * sizes[employer])
    others = np.maximum(squares.sum() - np.bincount(column, squares[employer], n_items), 0)
    total = np.bincount(column, deviations**2, n_items) + share**2 * np.where(n_employers == m, 0, others)
    variance = total * (m / (m - 1)) / whole**2 if m > 1 else np.full(n_items, np.nan)
    margin = NORMAL_97_5 * np.sqrt(variance)
    simple = share * (1 - share) / len(weights.of_job)
    design_effect = np.full(n_items, np.nan)
    np.divide(variance, simple, out=design_effect, where=simple > 1e-12)
    return ShareEstimates(
        n_yes=np.bincount(column, n, n_items).astype(np.int64),
        n_employers=n_employers,
        largest=largest,
        share=_round_shares(share),
        low=_round_shares(share - margin),
        high=_round_shares(share + margin),
        design_effect=design_effect,
    )


def _round_shares(shares: Floats) -> Floats:
    """Shares from 0 to 1, with `SHARE_DIGITS` decimal places."""
    return np.clip(shares, 0, 1).round(SHARE_DIGITS).astype(np.float64)


def too_few(n_jobs: int, n_employers: int) -> str | None:
    """Why a cell is suppressed, in words; None when it meets the minimum."""
    if n_jobs < MIN_JOBS:
        return f"not enough data (n = {n_jobs}; {MIN_JOBS} needed)"
    if n_employers < MIN_EMPLOYERS:
        return f"not enough employers ({n_employers}; {MIN_EMPLOYERS} needed)"
    return None


def share_doubts(
    share: Floats, low: Floats, high: Floats, *, n_effective: float, n_employers: Ints, largest: Floats
) -> list[str | None]:
    """Why each share of a cell that meets the minimum is `low`, as a word of `DOUBT_WORDS`; None where it is not.

    `n_employers` counts the employers whose jobs make the share (who ask for the skill), `largest` is the largest
    one's part of it (see `ShareEstimates`); a share without an interval counts as wide.

    Such shares are marked and never suppressed. Whether anything may be said is decided by what was looked at, the
    jobs and employers of the cell (`too_few`); that few of them ask is what was found. Suppressing by what was found
    would cut off the lower tail, so that every list would seem more in demand than it is, and would turn "hardly
    anybody asks for it", of which a cell may be quite sure, into "not known". What would mislead is the number
    itself, which may be one employer's template: so it is printed as `low`, and its lower end, which is near zero
    then, decides the verdict.
    """
    holds = {
        "few_employers": n_employers < MIN_EMPLOYERS,
        "one_employer": largest > MAX_EMPLOYER_PART,
        "few_effective": np.full(len(share), n_effective < MIN_EFFECTIVE),
        "wide": ~(high - low <= MAX_SHARE_INTERVAL),
        "wide_for_share": high - low > MAX_INTERVAL_PER_SHARE * share,
    }
    first = np.select([holds[word] for word in DOUBT_WORDS], np.arange(len(DOUBT_WORDS)), default=-1)
    words = (*DOUBT_WORDS, None)
    return [words[i] for i in first]
