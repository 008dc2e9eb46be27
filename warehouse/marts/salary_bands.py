"""mart.salary_bands: what pays what where, one row per cell, published or suppressed with its reason."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from transforms.records.columns import fields_of
from transforms.records.vocabulary import AI_JOBS, CELL_GROUPS, LEVEL_GROUPS, ROLE_GROUPS, SENIORITY_GROUPS, STATED
from warehouse.marts import sql_of
from warehouse.marts.cell_cache import Cells, Hashes, hashes_of, inputs_of
from warehouse.marts.statistics import (
    MAX_INTERVAL,
    MIN_EFFECTIVE,
    MIN_JOBS,
    Floats,
    cap_weights,
    draw_replicates,
    quantile_interval,
    quantiles,
    too_few,
)
from warehouse.tables import SalaryBands

GROUPS = {group: groups for group, groups in CELL_GROUPS.items() if group != AI_JOBS}
APART = {"ai_data_trainer": "kept apart: paid gigs, not employment; only counted"}
"""Role groups that enter no band whatever their number, and why; their jobs with pay are in `n_apart`."""
LEVELS = ("world", "continent", "region", "country")
MARKETS = ("all", "local", "cross_border")
WORLD = "World"
Texts = NDArray[np.object_]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Seen:
    """Jobs of one level as columns, one row per job and region. `low` and `high` are annual dollars."""

    region: Texts
    role: Texts
    role_group: Texts
    seniority: Texts
    pay_market: Texts
    employer: Texts
    currency: Texts
    low: Floats
    high: Floats
    local_low: Floats
    local_high: Floats
    is_in_band: Flags
    is_inferred: Flags
    is_local: Flags
    hashes: Hashes
    """One of each row (`cell_cache.hashes_of`), of all that it says."""

    def where(self, chosen: Any) -> _Seen:
        return _Seen(**{f.name: getattr(self, f.name)[chosen] for f in dataclasses.fields(self)})


def salary_bands(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    window_days: int = 365,
    cells: Cells | None = None,
    *,
    is_whole: bool = True,
) -> pd.DataFrame:
    """All cells of all bases for one day, with the columns of `tables.SalaryBands`.

    Cells of the world, the continents and the M49 regions are always there, empty ones as suppressed;
    cells of countries where there is at least one job. Amounts are NULL in suppressed cells. Not whole: only
    cells of role groups and all pay markets, on the basis `advertised`. Cells already in `cells` are reused.
    """
    cells = cells or Cells(SalaryBands, as_of)
    rows = list(_advertised(con, as_of, window_days, is_whole, cells))
    if is_whole:
        rows += _third_party(con, as_of, cells)
    frames = [pd.DataFrame(rows, columns=[f.name for f in fields_of(SalaryBands)])]
    if is_whole:
        frames.append(con.execute(sql_of("official_bands"), {"as_of": as_of}).df())
    return cells.combine_rows(frames)


def _advertised(
    con: duckdb.DuckDBPyConnection, as_of: date, window_days: int, is_whole: bool, cells: Cells
) -> Iterator[dict[str, Any]]:
    seen = con.execute(
        "FROM pay_observations($as_of, $window_days) ORDER BY region_level, region, job_id",
        {"as_of": as_of, "window_days": window_days},
    ).df()
    seen = seen.assign(hashes=hashes_of(seen))
    base = {"basis": "advertised", "window_days": window_days}
    for level in LEVELS:
        here = _columns(seen[seen["region_level"] == level])
        expected = _expected_regions(con, level)
        for (region, group, role, seniority, market), cell in _cells(here, expected, is_whole):
            key = {
                **base, "region_level": level, "region": region, "seniority_group": seniority,
                "role_group": group, "role": role, "pay_market": market,
            }  # fmt: skip
            inputs = inputs_of([*key.values()], cell.hashes)
            if not cells.take_over(inputs):
                yield from ({**row, "inputs": inputs} for row in _in_currencies(key, cell))


def _in_currencies(key: dict[str, Any], cell: _Seen) -> Iterator[dict[str, Any]]:
    """A cell's rows: in dollars and, in a country with another currency, in that."""
    in_dollars = _cell({**key, "currency": "USD"}, cell)
    is_local = key["region_level"] == "country" and key["pay_market"] != "cross_border"
    in_local = _local(key, cell) if is_local else None
    if in_local is not None:
        # A country is judged on its own money: exchange rates must not make it look sure or unsure.
        if in_dollars["status"] != "suppressed":
            in_dollars |= {"status": in_local["status"], "reason": in_local["reason"]}
            if in_local["status"] == "suppressed":
                in_dollars |= dict.fromkeys(_AMOUNTS)
        yield in_local
    yield in_dollars


def _columns(seen: pd.DataFrame) -> _Seen:
    texts = {name: seen[name].to_numpy(dtype=object) for name in _TEXTS}
    return _Seen(
        region=seen["region"].to_numpy(dtype=object),
        **texts,
        low=seen["annual_low_usd"].to_numpy(dtype=float),
        high=seen["annual_high_usd"].to_numpy(dtype=float),
        local_low=seen["annual_low"].to_numpy(dtype=float),
        local_high=seen["annual_high"].to_numpy(dtype=float),
        is_in_band=seen["is_in_band"].to_numpy(dtype=bool),
        is_inferred=seen["seniority_inferred"].to_numpy(dtype=bool),
        is_local=seen["is_local_currency"].fillna(False).to_numpy(dtype=bool),
        hashes=seen["hashes"].to_numpy(),
    )


_TEXTS = ("role", "role_group", "seniority", "pay_market", "employer", "currency")


def _cells(seen: _Seen, expected: set[str], is_whole: bool) -> Iterator[tuple[tuple[str, str, str, str, str], _Seen]]:
    """Every cell of one level with its rows: the declared grid, and beyond it the cells that have rows."""
    markets = MARKETS if is_whole else MARKETS[:1]
    for region in sorted({*expected, *seen.region}):
        of_region = seen.where(seen.region == region)
        for group, groups in GROUPS.items():
            of_group = of_region.where(np.isin(of_region.role_group, groups))
            roles = [role for g in groups for role in ROLE_GROUPS[g]] if group in ROLE_GROUPS else []
            for role in ["all", *(roles if len(roles) > 1 and is_whole else [])]:
                of_role = of_group if role == "all" else of_group.where(of_group.role == role)
                is_expected = role == "all" and region in expected
                if not (len(of_role.role) or is_expected):
                    continue
                for seniority in SENIORITY_GROUPS:
                    levels = LEVEL_GROUPS[seniority.removesuffix(STATED)]
                    of_level = of_role if levels is None else of_role.where(np.isin(of_role.seniority, levels))
                    if seniority.endswith(STATED):
                        of_level = of_level.where(~of_level.is_inferred)
                    for market in markets:
                        cell = of_level if market == "all" else of_level.where(of_level.pay_market == market)
                        if len(cell.role) or (is_expected and market == "all"):
                            yield (region, group, role, seniority, market), cell


def _expected_regions(con: duckdb.DuckDBPyConnection, level: str) -> set[str]:
    if level == "world":
        return {WORLD}
    if level == "country":
        return set()
    query = f"SELECT DISTINCT {level} FROM core.countries WHERE {level} IS NOT NULL"
    return {region for (region,) in con.execute(query).fetchall()}


_AMOUNTS = tuple(
    f.name for f in fields_of(SalaryBands) if f.name.startswith(("band_", "p10", "p25", "p50", "p75", "p90"))
)


def _local(key: dict[str, Any], cell: _Seen) -> dict[str, Any] | None:
    """The cell in the country's own money, from the jobs paid in it; None where that is the dollar."""
    paid = cell.where(cell.is_local & (cell.currency != "USD"))
    if not len(paid.role):
        return None
    currency = min(Counter(paid.currency).items(), key=lambda item: (-item[1], item[0]))[0]
    paid = paid.where(paid.currency == currency)
    return _cell({**key, "currency": currency}, dataclasses.replace(paid, low=paid.local_low, high=paid.local_high))


def _cell(key: dict[str, Any], cell: _Seen) -> dict[str, Any]:
    """One row: counts, and amounts where the minimum is met."""
    has_amounts = ~(np.isnan(cell.low) | np.isnan(cell.high))
    band = cell.where(cell.is_in_band & has_amounts)
    row: dict[str, Any] = {
        **key,
        "n_jobs": len(band.role),
        "n_employers": len(set(band.employer)),
        "n_effective": None,
        "n_stated": int((~band.is_inferred).sum()),
        "n_cross_border": int((band.pay_market == "cross_border").sum()),
        "n_no_rate": int((cell.is_in_band & ~has_amounts).sum()),
        "n_apart": int((~cell.is_in_band).sum()),
    }
    reason = APART.get(row["role_group"]) or too_few(row["n_jobs"], row["n_employers"])
    if reason:
        return {**row, "status": "suppressed", "reason": reason}
    weights = cap_weights(band.employer)
    drawn = draw_replicates(weights.n_employers, "|".join(str(v) for v in key.values()))
    row |= {"n_effective": weights.n_effective, **_amounts(band.low, band.high, weights.of_job)}
    middle = (band.low + band.high) / 2
    for name, values, at in (("band_low", band.low, 0.25), ("band_high", band.high, 0.75), ("p50", middle, 0.5)):
        row[f"{name}_lo"], row[f"{name}_hi"] = quantile_interval(values, weights, at, drawn) or (None, None)
    reason = _too_unsure(row)
    return {**row, "status": "low" if reason else "published", "reason": reason}


def _amounts(low: Any, high: Any, weights: Any) -> dict[str, float]:
    middle = (low + high) / 2
    names = ("p10", "p25", "p50", "p75", "p90")
    return {
        "band_low": quantiles(low, weights, [0.25])[0],
        "band_high": quantiles(high, weights, [0.75])[0],
        **dict(zip(names, quantiles(middle, weights, [0.10, 0.25, 0.50, 0.75, 0.90]), strict=True)),
    }


def _too_unsure(row: dict[str, Any]) -> str | None:
    if row["n_effective"] < MIN_EFFECTIVE:
        return f"few employers carry most of it (n effective = {row['n_effective']:.0f}; {MIN_EFFECTIVE:.0f} needed)"
    for name, words in (("band_low", "lower end"), ("band_high", "upper end"), ("p50", "median")):
        if row[f"{name}_lo"] is None:
            return "no interval can be computed"
        width = (row[f"{name}_hi"] - row[f"{name}_lo"]) / row[name]
        if width > MAX_INTERVAL:
            return f"the 95% interval of the {words} spans {width:.0%} of it"
    return None


def _third_party(con: duckdb.DuckDBPyConnection, as_of: date, cells: Cells) -> Iterator[dict[str, Any]]:
    """Pairs of a third party's collection: never better than `low`, and without intervals (no employers).

    Whether a title states the level is not kept of a pair, so the groups of stated levels have no cells here.
    """
    pairs = con.execute(sql_of("pay_pairs"), {"as_of": as_of}).df()
    named_by = ["source", "pair_row"]  # which a new snapshot of the same pairs changes
    pairs = pairs.assign(world=WORLD, hashes=hashes_of(pairs.drop(columns=named_by)))
    # What pairs do not say, in the shape of adverts: all in dollars, employers unknown.
    pairs = pairs.assign(
        pay_market=None, employer=None, currency="USD", annual_low=np.nan, annual_high=np.nan, is_in_band=True,
        seniority_inferred=False, is_local_currency=False,
    ).rename(columns={"low_usd": "annual_low_usd", "high_usd": "annual_high_usd"})  # fmt: skip
    for level in LEVELS:
        here = _columns(pairs[pairs[level].notna()].assign(region=pairs[level]))
        for (region, group, role, seniority, market), cell in _cells(here, set(), is_whole=True):
            if market != "all" or seniority.endswith(STATED):
                continue
            key = {
                "basis": "advertised_third_party", "window_days": 0, "region_level": level,
                "region": region, "seniority_group": seniority, "role_group": group, "role": role,
                "pay_market": market, "currency": "USD",
            }  # fmt: skip
            inputs = inputs_of([*key.values()], cell.hashes)
            if cells.take_over(inputs):
                continue
            n_pairs = len(cell.role)
            few = n_pairs < MIN_JOBS
            yield {
                **key, "inputs": inputs, "n_jobs": n_pairs,
                "status": "suppressed" if few else "low",
                "reason": f"not enough data (n = {n_pairs}; {MIN_JOBS} needed)" if few
                else "pairs from adverts collected by a third party; employers unknown",
                **({} if few else _amounts(cell.low, cell.high, np.ones(n_pairs))),
            }  # fmt: skip
