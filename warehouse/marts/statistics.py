"""Statistics of bands that SQL cannot do: employer caps, weighted quantiles, and their intervals.

One employer may weigh at most `EMPLOYER_CAP` of a cell, because a cell that is one company's pay scale says
nothing about a market. The independent units are employers, not adverts: adverts of one employer are alike, so
intervals over adverts would promise more than the data hold (Cameron, Gelbach and Miller 2008, "Bootstrap-Based
Improvements for Inference with Clustered Errors"). Intervals come from a bootstrap over employers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EMPLOYER_CAP = 0.10
"""Largest share of one employer in a cell."""
REPLICATES = 1_000
"""Bootstrap replicates: the Monte-Carlo error of a 95 % end is then about a tenth of its width."""
INTERVAL = (0.025, 0.975)
"""Ends of the 95 % percentile interval."""
MIN_JOBS = 30
MIN_EMPLOYERS = 5
MIN_EFFECTIVE = 30.0
"""Below this many effective jobs a cell that meets the minimum is `low`."""
MAX_INTERVAL = 0.40
"""A printed amount whose interval is wider than this share of it makes the cell `low`."""


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


def quantiles(values: Floats, weights: Floats, at: Sequence[float]) -> list[float]:
    """Weighted quantiles: the smallest value at which the cumulated weight reaches the share asked for."""
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    places = np.searchsorted(cumulated, np.asarray(at) * cumulated[-1] * (1 - 1e-12))
    return [float(v) for v in values[order][np.minimum(places, len(values) - 1)]]


def seed_of(key: str) -> int:
    """A seed that depends on the cell alone, so that a cell's interval never depends on its neighbours."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")


def draw_replicates(n_employers: int, key: str) -> Floats:
    """How often each employer is drawn in each replicate: REPLICATES x n_employers."""
    rng = np.random.default_rng(seed_of(key))
    chosen = rng.integers(0, n_employers, size=(REPLICATES, n_employers))
    chosen += np.arange(REPLICATES)[:, None] * n_employers
    return np.bincount(chosen.ravel(), minlength=REPLICATES * n_employers).reshape(REPLICATES, -1).astype(np.float64)


def quantile_interval(values: Floats, weights: Weights, at: float, drawn: Floats) -> tuple[float, float] | None:
    """95 % interval of one weighted quantile; None with a single employer, where there is none."""
    if weights.n_employers < 2:
        return None
    order = np.argsort(values, kind="stable")
    replicates = drawn[:, weights.employer[order]] * weights.of_job[order]
    np.cumsum(replicates, axis=1, out=replicates)
    reached = replicates >= (at * (1 - 1e-12)) * replicates[:, -1:]
    found = values[order][np.argmax(reached, axis=1)]
    found.sort()
    return float(found[_place(INTERVAL[0])]), float(found[_place(INTERVAL[1])])


def _place(at: float) -> int:
    """Where the quantile stands among the sorted replicates (inverted distribution function)."""
    return max(int(np.ceil(at * REPLICATES)) - 1, 0)


def too_few(n_jobs: int, n_employers: int) -> str | None:
    """Why a cell is suppressed, in words; None when it meets the minimum."""
    if n_jobs < MIN_JOBS:
        return f"not enough data (n = {n_jobs}; {MIN_JOBS} needed)"
    if n_employers < MIN_EMPLOYERS:
        return f"not enough employers ({n_employers}; {MIN_EMPLOYERS} needed)"
    return None
