"""Quantiles of pay for many cells at once, with intervals, and whether each cell is printed.

The method is in `estimators`, the rules are in `printing`; docs/methods.md explains both. Every job counts once, in
parts if it offers several ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from transforms.records.definitions import BAND
from warehouse.marts import printing
from warehouse.marts.estimators import (
    Flags,
    Floats,
    Ints,
    QuantileEstimates,
    SampledCells,
    count_cells,
    estimate_quantiles,
    scale_weights,
    sum_by,
)

QUANTILES = {"p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90}
"""Columns of quantiles of the jobs' midpoints, with the level of each quantile."""
LOW_END, HIGH_END = ("band_low", BAND.low), ("band_high", BAND.high)
"""Columns of the ends of a band. Each end is a quantile of the jobs' low or high ends, at the level given here."""
FORM_BY = ("band_low", "band_high", "p50")
"""Amounts that decide the form."""
BY_EMPLOYER = "p50_by_employer"
"""The median with each employer counted once."""
AMOUNTS = tuple(
    f"{name}{end}" for name in (*QUANTILES, LOW_END[0], HIGH_END[0], BY_EMPLOYER) for end in ("", "_lo", "_hi")
)
COLUMNS = (
    *AMOUNTS,
    *("n_jobs", "n_employers", "n_even_employers", "largest_employer_share", "design_effect"),
    *("relative_standard_error", "n_effective", "status", "reason", "form"),
)
NO_ENDS = "the employers are too few or too uneven for the ends of a band"
OF_PANEL = ("p50_of_panel", "p50_of_panel_lo", "p50_of_panel_hi")
PANEL_COLUMNS = ("n_panel_jobs", "n_panel_employers", *OF_PANEL)
PERSONS_COLUMNS = (
    *(f"{name}{end}" for name in QUANTILES for end in ("", "_lo", "_hi")),
    *("relative_standard_error", "form"),
)
MAX_JOBS_AT_ONCE = 1_000_000  # the most pairs of a cell and a job in memory at once: about 300 MB
Z_95 = NormalDist().inv_cdf(0.975)
CENTS, DIGITS = 2, 9  # decimal places of amounts and fractions; more would depend on the order of summation


@dataclass(frozen=True)
class PaidJobs:
    """Jobs that state pay, from `low` to `high`: one entry for each cell, job and range, in any order."""

    cell: Ints
    employer: Ints  # any number that identifies the employer
    low: Floats
    high: Floats
    weight: Floats | None = None  # how many jobs each job stands for; 0: not in the panel; NaN: the panel is not used
    part: Floats | None = None  # part of the job that the range stands for; a job's parts in a cell add up to 1

    @property
    def parts(self) -> Floats:
        """The parts; 1 if jobs have one range each."""
        return np.ones(len(self.cell)) if self.part is None else self.part

    @property
    def stands_for(self) -> Floats:
        """The weights; NaN if there are none."""
        return np.full(len(self.cell), np.nan) if self.weight is None else self.weight

    @property
    def middle(self) -> Floats:
        """Midpoints of the ends of pay."""
        return (self.low + self.high) / 2

    def select(self, which: Ints | Flags | slice) -> PaidJobs:
        """Return some of the entries, or all in another order."""
        return PaidJobs(
            self.cell[which], self.employer[which], self.low[which], self.high[which], self.stands_for[which],
            self.parts[which],
        )  # fmt: skip


def estimate_pay(jobs: PaidJobs, n_cells: int, *, has_band: bool = True) -> pd.DataFrame:
    """Estimate the `COLUMNS` of every cell. Return one row for each cell, 0 to `n_cells` - 1.

    Amounts are NaN if the cell is not printed; quantiles beyond the quartiles also if it has too few even employers for
    them. A cell whose band has an unknown end is not printed, unless it has no band (`has_band`; for single amounts). A
    row depends only on the jobs of its cell. Raises ValueError if an end of pay is not a number.
    """
    parts = [_estimate(part, has_band=has_band) for part in _split(jobs)]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=COLUMNS, dtype=object)
    rows = rows.reindex(range(n_cells))
    is_empty = pd.Series(~np.isin(rows.index, jobs.cell), index=rows.index)
    nothing = {"n_jobs": 0, "n_employers": 0, "status": "suppressed", "reason": printing.EMPLOYERS.explain(0)}
    return rows.assign(**{name: rows[name].mask(is_empty, value) for name, value in nothing.items()})


def estimate_points(jobs: PaidJobs) -> dict[str, float]:
    """Return the amounts of `FORM_BY` of one cell, which must have jobs, whatever the rules for printing say of it."""
    (sorted_jobs,) = _split(jobs)
    _, estimates = _estimate_all(sorted_jobs)
    return {name: round(float(of.value[0, place]), CENTS) for name, (of, place) in estimates.items() if name in FORM_BY}


def estimate_panel_pay(jobs: PaidJobs, n_cells: int) -> pd.DataFrame:
    """Estimate the `PANEL_COLUMNS` of every cell: the median of midpoints of its jobs in the panel, weighted.

    Half of the total weight is below the median, where a job at the median counts with half of its weight; equal
    weights give `p50` to the cent. The median is NaN if the panel's jobs alone break one of `printing.RULES`. All
    columns are NaN if no job of the cell has a known weight.
    """
    weight = jobs.stands_for
    rows = pd.DataFrame(np.nan, index=range(n_cells), columns=list(PANEL_COLUMNS))
    rows.loc[np.unique(jobs.cell[~np.isnan(weight)]), list(PANEL_COLUMNS[:2])] = 0
    for part in _split(jobs.select(weight > 0)):
        numbers, cell = np.unique(part.cell, return_inverse=True)
        weights = scale_weights(cell, part.parts, part.stands_for, len(numbers))
        cells, employer = _cells(part, weights)
        median = estimate_quantiles(cells, employer, part.middle, [QUANTILES["p50"]], weight=weights)
        ends = np.hstack([median.value, median.low, median.high]).round(CENTS)
        ends[printing.find_broken_rules(cells) >= 0] = np.nan
        rows.loc[numbers] = np.column_stack([np.rint(sum_by(cell, part.parts, len(numbers))), cells.n_employers, ends])
    return rows


def estimate_pay_of_pairs(jobs: PaidJobs, n_cells: int) -> pd.DataFrame:
    """Return the `AMOUNTS` of jobs of unknown employers, without intervals and status; NaN in cells without jobs."""
    each_its_own = PaidJobs(jobs.cell, np.arange(len(jobs.cell)), jobs.low, jobs.high)
    parts = [_amounts(*_estimate_all(part)).assign(cell=np.unique(part.cell)) for part in _split(each_its_own)]
    if not parts:
        return pd.DataFrame(columns=AMOUNTS, dtype=float, index=range(n_cells))
    rows = pd.concat(parts).set_index("cell")[[*QUANTILES, LOW_END[0], HIGH_END[0]]]
    return rows.reindex(index=range(n_cells), columns=AMOUNTS)


def estimate_pay_of_persons(cell: Ints, amount: Floats, n_cells: int) -> pd.DataFrame:
    """Estimate the `PERSONS_COLUMNS` of every cell from amounts that persons report, each as an employer with one job.

    The number of even employers is then the number of persons, the design effect is 1, and the ends of intervals are at
    most one amount away from the exact ends by order statistics (docs/methods.md). Cells without persons are NaN. The
    printing rules are not applied.
    """
    parts = []
    for part in _split(PaidJobs(cell.astype(np.int64), np.arange(len(cell)), amount, amount)):
        cells, estimates = _estimate_all(part)
        median, place = estimates["p50"]
        frame = _amounts(cells, {name: estimates[name] for name in QUANTILES})
        frame["relative_standard_error"] = median.relative_standard_error[:, place].round(DIGITS)
        frame["form"] = np.where(_is_wide(frame, "p50"), printing.INTERVAL, printing.POINT)
        parts.append(frame.assign(cell=np.unique(part.cell)))
    rows = pd.concat(parts).set_index("cell") if parts else pd.DataFrame(columns=PERSONS_COLUMNS, dtype=object)
    return rows.reindex(index=range(n_cells), columns=PERSONS_COLUMNS)


def estimate_pay_of_brackets(cell: Ints, low: Floats, high: Floats, n_cells: int) -> pd.DataFrame:
    """Estimate the `PERSONS_COLUMNS` of every cell from brackets of pay, `high` being infinite where one is open.

    Quantiles interpolate: the persons of a bracket stand evenly in it. An interval reaches from the lower end that it
    would have if everybody had the low end of the bracket to the upper end that it would have if everybody had the high
    end, so it covers where in the brackets the persons are. A quantile is NaN if it, or the upper end of its interval,
    is in an open bracket. With brackets of no width this is `estimate_pay_of_persons`.
    """
    brackets = pd.DataFrame({"cell": cell, "low": low, "high": high}).groupby(["cell", "low", "high"])["low"]
    place = ((brackets.cumcount() + 0.5) / brackets.transform("size")).to_numpy()
    is_open = np.isinf(high)
    closed = np.where(is_open, low, high)
    beyond = 10 * closed.max(initial=0.0)  # an amount above all others, in place of the end of an open bracket
    within = estimate_pay_of_persons(cell, low + place * (closed - low), n_cells).astype({"p50": float})
    lows = estimate_pay_of_persons(cell, low, n_cells)
    highs = estimate_pay_of_persons(cell, np.where(is_open, beyond, high), n_cells)
    opens_at = pd.Series(low[is_open]).groupby(cell[is_open]).min().reindex(range(n_cells), fill_value=np.inf)
    for name in QUANTILES:
        ends = [f"{name}_lo", f"{name}_hi"]
        within[ends[0]], within[ends[1]] = lows[ends[0]], highs[ends[1]]
        is_unknown = (within[name] >= opens_at) | (within[ends[1]] > closed.max(initial=0.0))
        within.loc[is_unknown, [name, *ends]] = np.nan
    width = (within["p50_hi"] - within["p50_lo"]).astype(float)
    within["relative_standard_error"] = (width / (2 * Z_95) / within["p50"]).round(DIGITS)
    within["form"] = np.where(_is_wide(within, "p50"), printing.INTERVAL, printing.POINT)
    return within


def _split(jobs: PaidJobs) -> Iterator[PaidJobs]:
    """Sort jobs, and yield them in groups of whole cells with about `MAX_JOBS_AT_ONCE` jobs."""
    jobs = jobs.select(np.lexsort((jobs.parts, jobs.stands_for, jobs.high, jobs.low, jobs.employer, jobs.cell)))
    cell = jobs.cell
    begin = 0
    while begin < len(cell):
        end = begin + MAX_JOBS_AT_ONCE
        if end < len(cell):
            cell_start = int(np.searchsorted(cell, cell[end]))
            end = cell_start if cell_start > begin else int(np.searchsorted(cell, cell[begin], side="right"))
        yield jobs.select(slice(begin, end))
        begin = end


def _cells(jobs: PaidJobs, weight: Floats) -> tuple[SampledCells, Ints]:
    """Return the cells of sorted jobs with these weights, and the index of each job's employer in `employer_jobs`."""
    is_first = np.append(True, (np.diff(jobs.cell) != 0) | (np.diff(jobs.employer) != 0))
    employer = np.cumsum(is_first) - 1
    _, cell = np.unique(jobs.cell, return_inverse=True)
    n_jobs = sum_by(employer, weight, int(employer[-1]) + 1)
    return count_cells(cell[is_first].astype(np.int64), n_jobs, int(cell[-1]) + 1), employer


def _estimate_all(jobs: PaidJobs) -> tuple[SampledCells, dict[str, tuple[QuantileEstimates, int]]]:
    """Return the cells of sorted jobs and, for each amount, its estimates and the index of its column in them."""
    cells, employer = _cells(jobs, jobs.parts)
    middle = estimate_quantiles(cells, employer, jobs.middle, list(QUANTILES.values()), weight=jobs.parts)
    estimates = {name: (middle, place) for place, name in enumerate(QUANTILES)}
    for (name, level), ends in ((LOW_END, jobs.low), (HIGH_END, jobs.high)):
        estimates[name] = (estimate_quantiles(cells, employer, ends, [level], weight=jobs.parts), 0)
    return cells, estimates


def _estimate_by_employer(jobs: PaidJobs, is_asked: Flags) -> pd.DataFrame:
    """Return the median `BY_EMPLOYER` and its ends, by cell of sorted jobs: an employer's jobs weigh 1 together.

    Cells that are not asked for have no row.
    """
    if not is_asked.any():
        return pd.DataFrame()
    _, cell = np.unique(jobs.cell, return_inverse=True)
    jobs = jobs.select(is_asked[cell])
    _, employer = _cells(jobs, jobs.parts)
    weight = jobs.parts / sum_by(employer, jobs.parts, int(employer[-1]) + 1)[employer]
    cells, employer = _cells(jobs, weight)
    median = estimate_quantiles(cells, employer, jobs.middle, [QUANTILES["p50"]], weight=weight)
    columns = {"": median.value, "_lo": median.low, "_hi": median.high}
    rows = {f"{BY_EMPLOYER}{end}": column[:, 0] for end, column in columns.items()}
    return pd.DataFrame(rows, index=np.flatnonzero(is_asked)).round(CENTS)


def _amounts(cells: SampledCells, estimates: Mapping[str, tuple[QuantileEstimates, int]]) -> pd.DataFrame:
    columns = {}
    for name, (estimate, place) in estimates.items():
        columns[name] = estimate.value[:, place]
        columns[f"{name}_lo"], columns[f"{name}_hi"] = estimate.low[:, place], estimate.high[:, place]
    frame = pd.DataFrame(columns).round(CENTS)
    for name, level in (*QUANTILES.items(), LOW_END, HIGH_END):
        if name not in frame:
            continue  # persons report single amounts, without a band
        frame.loc[~printing.is_tail_known(cells, level), [name, f"{name}_lo", f"{name}_hi"]] = np.nan
    return frame


def _is_wide(frame: pd.DataFrame, name: str) -> Flags:
    value, low, high = (frame[f"{name}{end}"].to_numpy() for end in ("", "_lo", "_hi"))
    return printing.find_interval_only(value, low, high, is_share=False)


def _estimate(jobs: PaidJobs, *, has_band: bool) -> pd.DataFrame:
    cells, estimates = _estimate_all(jobs)
    frame = _amounts(cells, estimates)
    reasons = printing.find_reasons(cells)
    if has_band:
        has_ends = frame[[LOW_END[0], HIGH_END[0]]].notna().all(axis=1).to_numpy()
        reasons = np.where(pd.isna(reasons) & ~has_ends, NO_ENDS, reasons)
    is_printed = pd.isna(reasons)
    frame[~is_printed] = np.nan
    frame = frame.join(_estimate_by_employer(jobs, is_printed)).reindex(columns=AMOUNTS)
    median, place = estimates["p50"]
    effect = median.design_effect[:, place].round(DIGITS)
    is_wide = np.logical_or.reduce([_is_wide(frame, name) for name in FORM_BY])
    frame = frame.assign(
        n_jobs=np.rint(cells.n_jobs).astype(np.int64),
        n_employers=cells.n_employers,
        n_even_employers=cells.n_even.round(DIGITS),
        largest_employer_share=cells.largest.round(DIGITS),
        design_effect=effect,
        relative_standard_error=median.relative_standard_error[:, place].round(DIGITS),
        n_effective=np.divide(cells.n_jobs, effect, out=np.full(len(effect), np.nan), where=effect > 0).round(DIGITS),
        status=np.where(is_printed, "published", "suppressed"),
        reason=reasons,
        form=pd.Series(np.where(is_wide, printing.INTERVAL, printing.POINT)).where(is_printed, None),
    )
    return frame.set_index(np.unique(jobs.cell))
