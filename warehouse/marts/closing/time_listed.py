"""mart.time_listed: how long adverts stay listed, for adverts with a known first day.

This is Kaplan and Meier's estimate with delayed entry. An advert enters, at the age it then has, when it is first seen
in a reading of its board. It leaves when it closes, or with the last of the consecutive intervals that count. An advert
that is read again after a gap enters again, at the age it has then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from scipy import special

from transforms.records.definitions import CLOSINGS_WINDOW
from transforms.records.vocabulary import GROUPS_OF_CLOSINGS
from warehouse.mart_tables import TimeListed
from warehouse.marts.cell_cache import combine_rows
from warehouse.marts.closing.closings import CELL, EMPLOYER_RULES, keep_rows, prefer_panel, select_from, stage_intervals
from warehouse.marts.estimators import LEVEL, Flags, Floats, Ints, count_cells, sum_by
from warehouse.marts.printing import Rule, find_reasons

HORIZONS = (30, 60, 90)  # days after which the share of adverts still listed is estimated
LISTED_RULES = (
    Rule(
        "n_at_risk", 30, True, "not enough adverts followed for so long ({0:.0f}; {2} needed)",
        "the least denominator of a proportion, as for shares: what is left of the curve rests on these",
    ),
    *EMPLOYER_RULES,
)  # fmt: skip


@dataclass(frozen=True)
class Spells:
    """Periods in which adverts of one cell were followed. Times are in days since the advert was opened."""

    employer: Ints
    entry: Floats
    exit: Floats  # always above `entry`
    is_closed: Flags  # whether the advert closed at `exit`; if not, it was still listed then
    weight: Floats | None = None
    """How many boards the board stands for, from its chance of being drawn; None if every board stands for itself."""


@dataclass(frozen=True)
class ListedPart:
    """The share of adverts still listed after some days; NaN if it cannot be estimated."""

    share: float
    low: float
    high: float
    n_at_risk: int  # number of spells that include the day after which the share is estimated


def estimate_listed(spells: Spells, days: float, n_even: float) -> ListedPart:
    """Return Kaplan and Meier's share of adverts that are listed for longer than `days`, with delayed entry.

    The standard error of the cumulative hazard treats employers as clusters: for each, the closings less the
    expected closings are divided by the number at risk and added up over its spells (Williams 1995). It is
    never less than that of independent adverts, Σ d / (r (r - d)) for d closings of r at risk (Greenwood 1926). The
    interval is on the log-log scale and uses Student's t with `n_even` - 1 degrees of freedom, where `n_even` is the
    effective number of employers (G*). Weights of boards apply to closings and to adverts at risk. The ends are NaN if
    there is only one employer, or if all or none of the adverts are still listed.
    """
    weight = np.ones(len(spells.exit)) if spells.weight is None else spells.weight
    n_at_risk = int(((spells.entry < days) & (spells.exit >= days)).sum())
    closes = spells.is_closed & (spells.exit <= days)
    times, event = np.unique(spells.exit[closes], return_inverse=True)
    closings = sum_by(event, weight[closes], len(times))
    at_risk = _weigh_below(spells.entry, weight, times) - _weigh_below(spells.exit, weight, times)
    hazard = np.minimum(closings / at_risk, 1)
    share = float(np.prod(1 - hazard))
    expectation = np.concatenate([[0.0], np.cumsum(hazard / at_risk)])
    until = expectation[np.searchsorted(times, np.minimum(spells.exit, days), side="right")]
    since = expectation[np.searchsorted(times, np.minimum(spells.entry, days), side="right")]
    jump = np.zeros(len(spells.exit))
    jump[closes] = 1 / at_risk[event]
    employers, place = np.unique(spells.employer, return_inverse=True)
    surplus = sum_by(place, weight * (jump - (until - since)), len(employers))
    g = len(employers)
    if g < 2 or not 0 < share < 1:
        return ListedPart(share, np.nan, np.nan, n_at_risk)
    squared = sum_by(event, weight[closes] ** 2, len(times))
    independent = (squared / (at_risk * (at_risk - closings))).sum()
    error = np.sqrt(max(g / (g - 1) * (surplus**2).sum(), independent))
    total = -np.log(share)
    reach = np.exp(special.stdtrit(max(n_even - 1, 1), 0.5 + LEVEL / 2) * error / total)
    return ListedPart(share, float(np.exp(-total * reach)), float(np.exp(-total / reach)), n_at_risk)


def _weigh_below(values: Floats, weight: Floats, times: Floats) -> Floats:
    order = np.argsort(values, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weight[order])])
    return sums[np.searchsorted(values[order], times, side="left")]


def time_listed(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return the share of adverts still listed after `HORIZONS`, by group of roles and region.

    The columns are those of `TimeListed`. The frame is empty if no advert was opened between two readings of its board.
    """
    stage_intervals(con, as_of)
    rows = _make_rows(con, "known")
    if rows is None:
        return combine_rows(TimeListed, as_of, [])
    frame = prefer_panel(rows, _make_rows(con, "panel"), [*CELL, "days"])
    return combine_rows(TimeListed, as_of, [keep_rows(frame, frame["status"].eq("published"))])


def _make_rows(con: duckdb.DuckDBPyConnection, sample: str) -> pd.DataFrame | None:
    spells = con.execute(select_from("spells", sample)).df()
    rows = []
    for group, members in GROUPS_OF_CLOSINGS.items():
        for (level, region), of_cell in spells[spells["role_group"].isin(members)].groupby(CELL[1:]):
            key = {"role_group": group, "region_level": level, "region": region, "window_days": CLOSINGS_WINDOW.value}
            rows += [key | {"sample": sample} | row for row in _rows_of(of_cell)]
    return pd.DataFrame(rows) if rows else None


def _rows_of(cell: pd.DataFrame) -> list[dict[str, object]]:
    employer, _ = pd.factorize(cell["employer"])
    spells = Spells(
        employer=employer.astype(np.int64),
        entry=cell["entry"].to_numpy(np.float64),
        exit=cell["exit"].to_numpy(np.float64),
        is_closed=cell["is_closed"].to_numpy(bool),
        weight=cell["weight"].to_numpy(np.float64),
    )
    days = spells.exit - spells.entry
    n = int(spells.employer.max()) + 1
    zeros = np.zeros(n, dtype=np.int64)
    open_days = sum_by(zeros, sum_by(spells.employer, days, n), 1)
    employers = count_cells(zeros, sum_by(spells.employer, days * cell["weight"].to_numpy(np.float64), n), 1)
    rests_on = {
        "n_employers": employers.n_employers,
        "n_even": employers.n_even,
        "largest": employers.largest,
        "open_days": open_days,
    }
    rows = []
    for horizon in HORIZONS:
        part = estimate_listed(spells, horizon, employers.n_even[0])
        values = rests_on | {"n_at_risk": [part.n_at_risk]}
        reason = find_reasons(values, LISTED_RULES)[0] or ("none closed" if np.isnan(part.low) else None)
        is_shown = reason is None
        rows.append(
            {
                "days": horizon, "period_from": cell["read_on"].min().date(), "period_to": cell["read_to"].max().date(),
                "n_adverts": cell["job_id"].nunique(), "n_closed": int(spells.is_closed.sum()),
                "n_at_risk": part.n_at_risk, "n_employers": employers.n_employers[0], "n_even": employers.n_even[0],
                "largest_employer": employers.largest[0], "open_days": open_days[0],
                "share": part.share if is_shown else None, "share_lo": part.low if is_shown else None,
                "share_hi": part.high if is_shown else None,
                "status": "published" if is_shown else "suppressed", "reason": reason,
            }
        )  # fmt: skip
    return rows
