"""mart.pay_changes: how pay for the same kind of job moved, and the premium of AI and data science.

The macro `compared_pay` says which jobs are of which series and kind; `matched_pay` has the estimators. A series prints
from two periods on that each pass the gate of printing for persons and pairs. A step that does not, or whose interval
is too wide for a point, breaks the chain.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from transforms.records.definitions import MAX_SHARE_WIDTH
from transforms.records.vocabulary import MOVEMENTS
from warehouse.mart_tables import PayChanges
from warehouse.marts import printing
from warehouse.marts.cell_cache import combine_rows, held_name
from warehouse.marts.pay.matched_pay import ComparedJobs, Matched, estimate_changes, estimate_premium
from warehouse.marts.pay.pay_quantiles import DIGITS

HELD_MACRO = "compared_pay"
"""The macro whose rows a night reads once, for the digest of inputs and for the mart."""
EXTRA_INPUTS = (
    "report_rates($as_of)",
    f"(SELECT role_group, role, kind, period_to, job_id, pay FROM {held_name(HELD_MACRO)} WHERE basis = 'advertised')",
)
"""What is read beside the tables in `cell_cache.INPUT_TABLES`: exchange rates, which may arrive late, and our own
adverts of earlier quarters, which are in no stock.
"""
COLUMNS = "period, period_from, period_to, role, asked_for, is_group, kind, cluster, crossed, pay"
"""Columns of `compared_pay` that the mart reads beside `SERIES`."""
SERIES = ["measure", "basis", "source", "country", "role_group"]
LOW = {
    "advertised_third_party": "others collected the adverts, whose employers are not known: titles stand for them",
    "reported": "persons chose to answer, and the interval covers sampling error only",
}
"""Why the status of a row is never better than `low`, by basis; our own adverts are published."""
ALONE = "no other period has enough"
"""Why a premium is not printed that no other could be set beside."""
HELD = MOVEMENTS[0]
HELD_RULES = {
    "advertised": printing.RULES,
    "advertised_third_party": (printing.JOBS, printing.TITLES, printing.EVEN_TITLES),
}
"""What a step of pay held constant must pass, by basis: employers are clusters of our own adverts, else titles."""
FIRST = "the first quarter with complete lists of boards that state pay ({} employers)"
"""Why a series of a single period has no change, with the number of its employers."""
PREMIUM_RULES = (printing.JOBS, printing.EVEN_TITLES)
"""The same of a premium, where those who answered, or titles, are the clusters."""


def pay_changes(con: duckdb.DuckDBPyConnection, as_of: date, rows: str = f"{HELD_MACRO}($as_of)") -> pd.DataFrame:
    """Return a row for each series and period on a day, with the columns of `PayChanges`.

    `rows` is a relation with the rows of `compared_pay` on that day.

    Series without a printable period are left out, because they would be most of the rows; of our own adverts
    periods with fewer employers than a step needs, so that a few adverts part no two quarters. What is left says what
    it lacks.
    """
    query = f"SELECT {', '.join(SERIES)}, {COLUMNS} FROM {rows} ORDER BY ALL"
    jobs = con.execute(query, {"as_of": as_of} if "$as_of" in rows else {}).df()
    found = []
    for key, every in jobs.groupby(SERIES, sort=True):
        is_own, series = key[1] not in LOW, every
        if is_own:
            n_employers = every.groupby("period")["cluster"].transform("nunique")
            series = every[n_employers >= printing.EMPLOYERS.bound]
        if series.empty:
            continue
        of_series = _follow(series, HELD_RULES[str(key[1])]) if key[0] == HELD else _compare(series)
        if is_own or any(row["status"] != "suppressed" for row in of_series):
            named = dict(zip(SERIES, key, strict=True))
            place = {"region_level": "country", "region": named.pop("country")}
            found += [named | place | row for row in of_series]
    return combine_rows(PayChanges, as_of, [pd.DataFrame(found)])


def _follow(series: pd.DataFrame, rules: Sequence[printing.Rule]) -> list[dict[str, Any]]:
    """Return the rows of pay held constant: a row for each period but the first, or for the only one."""
    periods = sorted(series["period"].unique())
    if len(periods) == 1:
        return [_describe_first(series)]
    jobs = _jobs_of(series, periods)
    steps = estimate_changes(jobs, len(periods))
    is_chained = [
        _why_not(steps, step, rules) is None and not _is_wide(steps, step) for step in range(len(periods) - 1)
    ]
    starts: list[int] = []
    for step in range(len(is_chained)):
        starts.append(starts[-1] if step and is_chained[step] and is_chained[step - 1] else step)
    chains = estimate_changes(jobs, len(periods), starts)
    money = series["kind"].str.rpartition("|")[2]
    is_main = money == money.mode()[0]  # amounts in different money have no common mean
    mean = np.log(series.loc[is_main, "pay"]).groupby(series["period"]).mean()
    rows = []
    for step, (previous, period) in enumerate(itertools.pairwise(periods)):
        now = series[series["period"] == period]
        kinds = set(now["kind"]) & set(series.loc[series["period"] == previous, "kind"])
        row = _describe(steps, step, now[now["kind"].isin(kinds)], now, rules)
        row |= {"previous": previous, "is_break": step > 0 and starts[step] == step}
        if row["status"] != "suppressed":
            row["raw_change"] = _ratio(mean.get(period, np.nan) - mean.get(previous, np.nan))
        if is_chained[step]:
            row["chained_from"] = periods[starts[step]]
            ends = {"chain": chains.chain, "chain_lo": chains.chain_low, "chain_hi": chains.chain_high}
            row |= {name: _ratio(values[step]) for name, values in ends.items()}
        rows.append(row)
    return rows


def _compare(series: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a premium: a row for each period in which both groups have a kind in common."""
    rows: list[dict[str, Any]] = []
    for _, now in series.groupby("period", sort=True):
        if now["is_group"].nunique() < 2:
            continue
        sides = ComparedJobs(
            pd.factorize(now["kind"])[0], pd.factorize(now["cluster"])[0],
            now["is_group"].to_numpy(np.int64), np.log(now["pay"].to_numpy(np.float64)),
        )  # fmt: skip
        kinds = set(now.loc[now["is_group"], "kind"]) & set(now.loc[~now["is_group"], "kind"])
        group = now[now["is_group"] & now["kind"].isin(kinds)]
        row = _describe(estimate_premium(sides), 0, group, now, PREMIUM_RULES)
        row["is_break"] = bool(rows) and rows[-1]["asked_for"] != row["asked_for"]
        rows.append(row)
    if sum(row["status"] != "suppressed" for row in rows) < 2:
        nothing = dict.fromkeys(("change", "change_lo", "change_hi", "form"))
        alone = nothing | {"status": "suppressed", "reason": ALONE}
        rows = [row if row["status"] == "suppressed" else row | alone for row in rows]
    return rows


def _jobs_of(series: pd.DataFrame, periods: list[str]) -> ComparedJobs:
    return ComparedJobs(
        pd.factorize(series["kind"])[0], pd.factorize(series["cluster"])[0],
        np.searchsorted(np.array(periods, dtype=object), series["period"].to_numpy(dtype=object)).astype(np.int64),
        np.log(series["pay"].to_numpy(np.float64)),
        pd.factorize(series["crossed"])[0] if series["crossed"].notna().all() else None,
    )  # fmt: skip


def _why_not(steps: Matched, step: int, rules: Sequence[printing.Rule]) -> str | None:
    """Return which of `rules` a step breaks first, in words; None if it may be printed."""
    found = {
        "n_jobs": min(int(steps.n_before[step]), int(steps.n_after[step])), "n_clusters": int(steps.n_clusters[step]),
        "n_employers": int(steps.n_clusters[step]), "largest": float(steps.largest[step]),
        "n_even": float(steps.n_even[step]),
    }  # fmt: skip
    reason: str | None = printing.find_reasons({name: [value] for name, value in found.items()}, rules)[0]
    return reason


def _is_wide(steps: Matched, step: int) -> bool:
    return _ratio(steps.high[step]) - _ratio(steps.low[step]) > MAX_SHARE_WIDTH.value


def _describe(
    steps: Matched, step: int, matched: pd.DataFrame, now: pd.DataFrame, rules: Sequence[printing.Rule]
) -> dict[str, Any]:
    """Return the columns that both measures have. `now` are the jobs of the period, `matched` those counted."""
    why, first = _why_not(steps, step, rules), now.iloc[0]
    change, low, high = (_ratio(ends[step]) for ends in (steps.change, steps.low, steps.high))
    roles = sorted(matched["role"].value_counts().items(), key=lambda part: (-part[1], part[0]))
    row = {
        "period": first["period"], "period_from": first["period_from"].date(),
        "period_to": max(now["period_to"]).date(), "is_break": False, "asked_for": first["asked_for"],
        "n_jobs": int(steps.n_after[step]), "n_compared": int(steps.n_before[step]),
        "n_kinds": int(steps.n_cells[step]), "n_clusters": int(steps.n_clusters[step]),
        "roles": tuple({"role": role, "n_jobs": int(n)} for role, n in roles),
    }  # fmt: skip
    if why is not None:
        return row | {"status": "suppressed", "reason": why}
    form = printing.INTERVAL if _is_wide(steps, step) else printing.POINT
    value = {"change": change, "change_lo": low, "change_hi": high, "form": form}
    why_low = LOW.get(first["basis"])
    return row | value | {"status": "low" if why_low else "published", "reason": why_low}


def _describe_first(series: pd.DataFrame) -> dict[str, Any]:
    """Return the row of a series of one period, which nothing can be compared with yet."""
    first = series.iloc[0]
    return {
        "period": first["period"], "period_from": first["period_from"].date(),
        "period_to": max(series["period_to"]).date(), "is_break": False, "asked_for": first["asked_for"],
        "n_jobs": 0, "n_compared": 0, "n_kinds": 0, "n_clusters": 0, "status": "suppressed",
        "reason": FIRST.format(series["cluster"].nunique()),
    }  # fmt: skip


def _ratio(log_difference: float) -> float:
    return round(float(np.expm1(log_difference)), DIGITS)
