"""mart.time_listed: how long adverts stay listed, of those whose first day is known.

Kaplan and Meier's estimate with delayed entry: an advert enters at the age it has when its board is first read with it,
and leaves when it closes, or with the last reading of a run of intervals that count. What is read again after a gap
enters again, at its age then.
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
from warehouse.marts import cell_cache
from warehouse.marts.closing.closings import (
    CELL,
    CLOSING_RULES,
    PLACED,
    fill,
    keep_rows,
    prefer_panel,
    stage_intervals,
)
from warehouse.marts.estimators import LEVEL, Flags, Floats, Ints, count_cells, sum_by
from warehouse.marts.printing import Rule, find_reasons

HORIZONS = (30, 60, 90)
"""Days after which is asked what part of adverts is still listed."""
LISTED_RULES = (
    Rule(
        "n_at_risk", 30, True, "not enough adverts followed for so long ({0:.0f}; {2} needed)",
        "the least denominator of a proportion, as for shares: what is left of the curve rests on these",
    ),
    *CLOSING_RULES,
)  # fmt: skip
NONE_CLOSED = "none closed"


@dataclass(frozen=True)
class Spells:
    """Times during which adverts of one cell were followed, in days since each was opened."""

    board: Ints
    entry: Floats
    exit: Floats
    """Above `entry`."""
    is_closed: Flags
    """Whether the advert closed at `exit`; otherwise it was still listed when the following ended."""
    weight: Floats | None = None
    """How many boards the board of each stands for, by the chance with which it was drawn; 1 if not given."""


@dataclass(frozen=True)
class ListedPart:
    """The part still listed after some days; NaN where it cannot be told."""

    share: float
    low: float
    high: float
    n_at_risk: int
    """Spells that reach so far."""


def estimate_listed(spells: Spells, days: float, n_even: float) -> ListedPart:
    """Kaplan and Meier's share of adverts listed for longer than `days`, with delayed entry.

    The error of the cumulative hazard is clustered by board (Williams 1995, of the sums over each board's spells of
    events less expected events, over the number at risk); the interval is taken on the log-log scale, with t of
    `n_even` - 1. Where boards weigh unequally, so do closings and adverts at risk.
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
    own = np.zeros(len(spells.exit))
    own[closes] = 1 / at_risk[event]
    boards, place = np.unique(spells.board, return_inverse=True)
    surplus = sum_by(place, weight * (own - (until - since)), len(boards))
    g = len(boards)
    if g < 2 or not 0 < share < 1:
        return ListedPart(share, np.nan, np.nan, n_at_risk)
    error = np.sqrt(g / (g - 1) * (surplus**2).sum())
    total = -np.log(share)
    reach = np.exp(special.stdtrit(max(n_even - 1, 1), 0.5 + LEVEL / 2) * error / total)
    return ListedPart(share, float(np.exp(-total * reach)), float(np.exp(-total / reach)), n_at_risk)


def _weigh_below(values: Floats, weight: Floats, times: Floats) -> Floats:
    """What the entries weigh whose value is below each of some times."""
    order = np.argsort(values, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weight[order])])
    return sums[np.searchsorted(values[order], times, side="left")]


def time_listed(con: duckdb.DuckDBPyConnection, as_of: date, cache: cell_cache.CellCache | None = None) -> pd.DataFrame:
    """The part of adverts still listed after `HORIZONS`, by role group and region: the columns of `TimeListed`.

    Nothing where no advert was opened between two readings of its board.
    """
    stage_intervals(con, as_of)
    cache = cache or cell_cache.CellCache(TimeListed, as_of)
    cache.n_computed += 1
    rows = _make_rows(con, "known")
    if rows is None:
        return cache.combine_rows([])
    frame = prefer_panel(rows, _make_rows(con, "panel"), [*CELL, "days"], "status")
    return cache.combine_rows([keep_rows(frame, frame["status"].eq("published"))])


def _make_rows(con: duckdb.DuckDBPyConnection, sample: str) -> pd.DataFrame | None:
    """The cells of one sample; None where it has none."""
    spells = con.execute(fill(_SPELLS, sample)).df()
    rows = []
    for group, members in GROUPS_OF_CLOSINGS.items():
        for (level, region), its in spells[spells["role_group"].isin(members)].groupby(CELL[1:]):
            key = {"role_group": group, "region_level": level, "region": region, "window_days": CLOSINGS_WINDOW.value}
            rows += [key | {"sample": sample} | row for row in _rows_of(its)]
    return pd.DataFrame(rows) if rows else None


def _rows_of(its: pd.DataFrame) -> list[dict[str, object]]:
    """The rows of one cell, one for each horizon."""
    board, _ = pd.factorize(its["board_number"])
    spells = Spells(
        board=board.astype(np.int64),
        entry=its["entry"].to_numpy(np.float64),
        exit=its["exit"].to_numpy(np.float64),
        is_closed=its["is_closed"].to_numpy(bool),
        weight=its["weight"].to_numpy(np.float64),
    )
    days = spells.exit - spells.entry
    n = int(spells.board.max()) + 1
    open_days = sum_by(np.zeros(n, dtype=np.int64), sum_by(spells.board, days, n), 1)[0]
    weights = sum_by(spells.board, days * its["weight"].to_numpy(np.float64), n)
    boards = count_cells(np.zeros(n, dtype=np.int64), weights, 1)
    rests_on = {
        "n_boards": boards.n_employers[0], "n_even": boards.n_even[0], "largest": boards.largest[0],
        "open_days": open_days,
    }  # fmt: skip
    rows = []
    for horizon in HORIZONS:
        part = estimate_listed(spells, horizon, boards.n_even[0])
        values = {name: [value] for name, value in (rests_on | {"n_at_risk": part.n_at_risk}).items()}
        reason = find_reasons(values, LISTED_RULES)[0] or (NONE_CLOSED if np.isnan(part.low) else None)
        is_shown = reason is None
        rows.append(
            {
                "days": horizon, "period_from": its["read_on"].min().date(), "period_to": its["read_to"].max().date(),
                "n_adverts": its["posting_id"].nunique(), "n_closed": int(spells.is_closed.sum()),
                "n_at_risk": part.n_at_risk, "n_boards": rests_on["n_boards"], "n_even": rests_on["n_even"],
                "largest_board": rests_on["largest"], "open_days": rests_on["open_days"],
                "share": part.share if is_shown else None, "share_lo": part.low if is_shown else None,
                "share_hi": part.high if is_shown else None,
                "status": "published" if is_shown else "suppressed", "reason": reason,
            }
        )  # fmt: skip
    return rows


_SPELLS = f"""
WITH runs AS (
    SELECT board_number, min(number) AS first_interval, max(number) AS last_interval
    FROM (
        SELECT board_number, number, number - row_number() OVER (PARTITION BY board_number ORDER BY number) AS run
        FROM closing_intervals WHERE $counts
    )
    GROUP BY board_number, run
), followed AS (
    SELECT l.*, greatest(l.first_number, r.first_interval) AS enters, least(l.last_number, r.last_interval) AS leaves,
        l.is_closed AND l.last_number <= r.last_interval AS closes
    FROM {PLACED} AS l JOIN runs AS r
    ON r.board_number = l.board_number AND l.first_number <= r.last_interval AND l.last_number >= r.first_interval
    WHERE l.opened_at IS NOT NULL
)
SELECT f.role_group, f.region_level, f.region, f.board_number, f.posting_id, f.closes AS is_closed,
    a.stands_for AS weight,
    a.read_on, b.read_again_on AS read_to,
    epoch(a.read_at - f.opened_at) / 86400 AS entry,
    -- what closes between two readings does so halfway, as what opens does
    epoch(CASE WHEN f.closes THEN b.read_at + (b.read_again_at - b.read_at) / 2 ELSE b.read_again_at END - f.opened_at)
        / 86400 AS "exit"
FROM followed AS f
JOIN (SELECT *, $weight::DOUBLE AS stands_for FROM closing_intervals) AS a
ON a.board_number = f.board_number AND a.number = f.enters
JOIN closing_intervals AS b ON b.board_number = f.board_number AND b.number = f.leaves
ORDER BY ALL
"""
