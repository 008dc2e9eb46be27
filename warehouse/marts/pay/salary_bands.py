"""mart.salary_bands: salary bands by region, level, role, market and currency.

One row per cell, published or suppressed with its reason.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from transforms.records.vocabulary import AI_JOBS, CELL_GROUPS, LEVEL_GROUPS, ROLE_GROUPS, SENIORITY_GROUPS, STATED
from warehouse.mart_tables import BONUS, SNAPSHOT, SalaryBands
from warehouse.marts import printing
from warehouse.marts.cell_cache import CellCache, Hashes, hashes_of, inputs_of
from warehouse.marts.estimators import Flags, Floats, Ints
from warehouse.marts.pay.pay_quantiles import (
    AMOUNTS,
    OF_PANEL,
    PaidJobs,
    estimate_panel_pay,
    estimate_pay,
    estimate_pay_of_pairs,
)
from warehouse.marts.pay.pay_silence import BOUNDS, SilentJobs, bound_pay
from warehouse.marts.pay.reported_pay import reported_bands
from warehouse.sql_files import read_sql

EXTRA_INPUTS = ("panel_jobs($as_of)",)
"""What bands of adverts read beside the tables of `cell_cache.INPUT_TABLES`."""
GROUPS = {group: groups for group, groups in CELL_GROUPS.items() if group != AI_JOBS}
APART = {"ai_data_trainer": "kept apart: paid gigs, not employment; only counted"}
"""Role groups that enter no band whatever their number, and why; their jobs with pay are in `n_apart`."""
NAMED_BY = ("source", "pair_row")
"""What names a pair of a third party, which a new snapshot of the same pairs changes."""
LEVELS = ("world", "continent", "region", "country")
LOCAL = "local"
MARKETS = ("all", LOCAL, "cross_border")
WORLD = "World"
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class _JobColumns:
    """Jobs of one level as columns, one row per job and region. `low` and `high` are annual dollars.

    Jobs that state no pay there are among them, without amounts (`is_paid`).
    """

    region: Texts
    role: Texts
    role_group: Texts
    seniority: Texts
    pay_market: Texts
    employer: Ints
    """Numbers of employers within the level, in the order of their names."""
    country: Texts
    paid_in: Texts
    """Countries of a wider place in whose own bands the job counts, with spaces between them."""
    currency: Texts
    low: Floats
    high: Floats
    local_low: Floats
    local_high: Floats
    is_paid: Flags
    is_full_time: Flags
    is_in_band: Flags
    is_inferred: Flags
    is_local: Flags
    panel_weight: Floats
    """How many jobs each of the band stands for in the panel; 0: none of the panel's, NaN: nothing rests on it."""
    hashes: Hashes
    """One of each row (`cell_cache.hashes_of`), of all that it says."""

    def where(self, index: Any) -> _JobColumns:
        if not len(self.role):  # as in most cells of the grid
            return self
        return _JobColumns(*[column[index] for column in vars(self).values()])

    @property
    def band(self) -> _Band:
        """What amounts are made of."""
        return _Band(self.employer, self.low, self.high, self.panel_weight)


class _Band(NamedTuple):
    """Columns of `_JobColumns` that amounts are made of."""

    employer: Ints
    low: Floats
    high: Floats
    weight: Floats


def salary_bands(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    cache: CellCache | None = None,
) -> pd.DataFrame:
    """All cells of all bases for one day, with the columns of `SalaryBands`.

    Cells of the world, the continents and the M49 regions are always there, empty ones as suppressed;
    cells of countries where there is at least one job. Amounts are NULL in suppressed cells. Cells already in `cache`
    are reused.
    """
    cache = cache or CellCache(SalaryBands, as_of)
    frames = [
        *_compute_adverts(con, as_of, cache),
        *_compute_bonuses(con, as_of, cache),
        *_compute_pairs(con, as_of, cache),
        reported_bands(con, as_of, cache),
    ]
    frames.append(con.execute(read_sql("marts/pay/official_bands"), {"as_of": as_of}).df())
    return cache.combine_rows(frames)


@dataclass(frozen=True)
class _Draft:
    """A row before its amounts: key and counts, and the jobs that make it, of which it keeps what amounts need."""

    row: dict[str, Any]
    band: _Band
    follows_local: bool = False
    """The row before it, of the same cell in local money, decides whether it is printed."""
    silent: Ints | None = None
    """Employers of the jobs beside those of the band whose pay is not known; None where they are not counted."""


def _compute_adverts(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache) -> Iterator[pd.DataFrame]:
    con.execute(_ADVERTS, {"as_of": as_of})
    base = {"basis": "advertised", "window_days": SNAPSHOT}
    for level in LEVELS:
        here = _read_level(con, level)
        regions = _expected_regions(con, level)
        drafts: list[_Draft] = []
        for (region, group, role, seniority, market), cell in _cells(here, regions):
            key = {
                **base, "region_level": level, "region": region, "seniority_group": seniority,
                "role_group": group, "role": role, "pay_market": market,
            }  # fmt: skip
            inputs = inputs_of([*key.values()], here.hashes[cell])
            if not cache.reuse(inputs):
                drafts += _in_currencies({**key, "inputs": inputs}, here.where(cell))
        yield _add_amounts(drafts)
    con.execute("DROP TABLE band_jobs")


def _read_level(con: duckdb.DuckDBPyConnection, level: str) -> _JobColumns:
    """Jobs of one level: of a million adverts all levels at once take gigabytes."""
    query = "FROM band_jobs WHERE region_level = ? ORDER BY region, job_id, is_paid"
    jobs = con.execute(query, [level]).df()
    return _columns(jobs.assign(hashes=hashes_of(jobs)))


_ADVERTS = """
CREATE OR REPLACE TEMP TABLE band_jobs AS
WITH panel AS MATERIALIZED (FROM panel_jobs($as_of))
SELECT seen.*,
    CASE WHEN EXISTS (FROM panel) AND is_in_band THEN coalesce(w.weight, 0) END AS panel_weight
FROM (
    SELECT *, true AS is_paid FROM pay_observations($as_of)
    UNION ALL BY NAME
    SELECT *, true AS is_full_time, false AS is_in_band, false AS is_paid FROM silent_jobs($as_of)
) AS seen LEFT JOIN panel AS w USING (job_id)
"""


def _add_amounts(drafts: Sequence[_Draft], *, has_band: bool = True) -> pd.DataFrame:
    """The rows of drafts, with the amounts of those that may be printed."""
    if not drafts:
        return pd.DataFrame()
    amounts = estimate_pay(_paid_jobs(drafts), len(drafts), has_band=has_band)
    frame = pd.DataFrame([draft.row for draft in drafts]).join(amounts)
    for group, reason in APART.items():
        frame.loc[frame["role_group"] == group, "reason"] = reason
    # A country is judged on its own money: exchange rates must not make it look sure or unsure.
    followers = np.flatnonzero([draft.follows_local for draft in drafts])
    followers = followers[(frame["status"].to_numpy()[followers] != "suppressed")]
    frame.loc[followers, ["status", "reason"]] = frame.loc[followers - 1, ["status", "reason"]].to_numpy()
    frame.loc[followers[frame.loc[followers, "status"] == "suppressed"], [*AMOUNTS, "form"]] = None
    frame = frame.join(estimate_panel_pay(_paid_jobs(drafts), len(drafts)))
    frame.loc[followers[frame[OF_PANEL[0]].isna().to_numpy()[followers - 1]], list(OF_PANEL)] = np.nan
    frame.loc[frame["status"] == "suppressed", list(OF_PANEL)] = np.nan
    return frame.join(_bound(drafts, (frame["status"] == "published").to_numpy()))


def _bound(drafts: Sequence[_Draft], is_printed: Flags) -> pd.DataFrame:
    """What the median of the drafts that are printed may be with their silent jobs, by the number of the draft."""
    silent = {
        number: draft.silent for number, draft in enumerate(drafts) if is_printed[number] and draft.silent is not None
    }
    jobs = SilentJobs(
        cell=np.repeat(np.arange(len(silent)), [len(employers) for employers in silent.values()]),
        employer=np.concatenate([np.zeros(0, dtype=np.int64), *silent.values()]),
    )
    bounds = bound_pay(_paid_jobs([drafts[number] for number in silent]), jobs, len(silent))
    return bounds.set_index(np.array([*silent], dtype=np.int64)).reindex(index=range(len(drafts)), columns=BOUNDS)


def _paid_jobs(drafts: Sequence[_Draft]) -> PaidJobs:
    """The jobs of drafts, cells being numbered as the drafts are."""
    bands = [draft.band for draft in drafts]
    return PaidJobs(
        cell=np.repeat(np.arange(len(bands)), [len(band.employer) for band in bands]),
        employer=np.concatenate([np.zeros(0, dtype=np.int64), *(band.employer for band in bands)]),
        low=np.concatenate([np.zeros(0), *(band.low for band in bands)]),
        high=np.concatenate([np.zeros(0), *(band.high for band in bands)]),
        weight=np.concatenate([np.zeros(0), *(band.weight for band in bands)]),
    )


def _in_currencies(key: dict[str, Any], cell: _JobColumns) -> Iterator[_Draft]:
    """A cell's rows: in a country with money of its own in that, and in dollars."""
    is_local = key["region_level"] == "country" and key["pay_market"] != "cross_border"
    in_local = _draft_local(key, cell) if is_local else None
    if in_local is not None:
        yield in_local
    yield _draft({**key, "currency": "USD"}, cell, follows_local=in_local is not None)


def _columns(jobs: pd.DataFrame) -> _JobColumns:
    jobs = jobs.assign(country=jobs["country"].fillna("unknown"), paid_in=jobs["paid_in"].fillna(""))
    texts = {name: _texts(jobs[name]) for name in ("region", *_TEXTS)}
    employer, _ = pd.factorize(jobs["employer"], sort=True)
    return _JobColumns(
        employer=employer.astype(np.int64),
        **texts,
        low=jobs["annual_low_usd"].to_numpy(dtype=float),
        high=jobs["annual_high_usd"].to_numpy(dtype=float),
        local_low=jobs["annual_low"].to_numpy(dtype=float),
        local_high=jobs["annual_high"].to_numpy(dtype=float),
        is_paid=jobs["is_paid"].to_numpy(dtype=bool),
        is_full_time=jobs["is_full_time"].to_numpy(dtype=bool),
        is_in_band=jobs["is_in_band"].to_numpy(dtype=bool),
        is_inferred=jobs["seniority_inferred"].to_numpy(dtype=bool),
        is_local=jobs["is_local_currency"].fillna(False).to_numpy(dtype=bool),
        panel_weight=jobs["panel_weight"].to_numpy(dtype=float),
        hashes=jobs["hashes"].to_numpy(),
    )


_TEXTS = ("role", "role_group", "seniority", "pay_market", "country", "paid_in", "currency")


def _texts(column: pd.Series) -> Texts:
    """A column of words in which equal words are one object; None where there is none."""
    numbers, words = pd.factorize(column)
    return np.array([*words, None], dtype=object)[numbers]


def _cells(jobs: _JobColumns, regions: set[str]) -> Iterator[tuple[tuple[str, str, str, str, str], Ints]]:
    """Every cell of one level with the numbers of its rows: the declared grid, and beyond it those with a paid job."""
    for region in sorted({*regions, *jobs.region[jobs.is_paid]}):
        of_region = np.flatnonzero(jobs.region == region)
        for group, groups in GROUPS.items():
            of_group = of_region[np.isin(jobs.role_group[of_region], groups)]
            roles = [role for g in groups for role in ROLE_GROUPS[g]] if group in ROLE_GROUPS else []
            for role in ["all", *(roles if len(roles) > 1 else [])]:
                of_role = of_group if role == "all" else of_group[jobs.role[of_group] == role]
                is_expected = role == "all" and region in regions
                if not (jobs.is_paid[of_role].any() or is_expected):
                    continue
                for seniority in SENIORITY_GROUPS:
                    levels = LEVEL_GROUPS[seniority.removesuffix(STATED)]
                    of_level = of_role if levels is None else of_role[np.isin(jobs.seniority[of_role], levels)]
                    if seniority.endswith(STATED):
                        of_level = of_level[~jobs.is_inferred[of_level]]
                    for market in MARKETS:
                        of_market = jobs.pay_market[of_level] == market
                        if market == LOCAL:  # a silent job is taken for one that pays in the money of its place
                            of_market |= ~jobs.is_paid[of_level]
                        cell = of_level if market == "all" else of_level[of_market]
                        if jobs.is_paid[cell].any() or (is_expected and market == "all"):
                            yield (region, group, role, seniority, market), cell


def _expected_regions(con: duckdb.DuckDBPyConnection, level: str) -> set[str]:
    if level == "world":
        return {WORLD}
    if level == "country":
        return set()
    query = f"SELECT DISTINCT {level} FROM core.countries WHERE {level} IS NOT NULL"
    return {region for (region,) in con.execute(query).fetchall()}


def _draft_local(key: dict[str, Any], cell: _JobColumns) -> _Draft | None:
    """The cell in the country's own money, from the jobs paid in it; None where that is the dollar."""
    jobs = cell.where(cell.is_local & (cell.currency != "USD"))
    if not len(jobs.role):
        return None
    currency = min(Counter(jobs.currency).items(), key=lambda item: (-item[1], item[0]))[0]
    jobs = jobs.where(jobs.currency == currency)
    return _draft({**key, "currency": currency}, dataclasses.replace(jobs, low=jobs.local_low, high=jobs.local_high))


def _draft(key: dict[str, Any], cell: _JobColumns, *, follows_local: bool = False) -> _Draft:
    """A row with its counts, and the jobs of the cell that are in the band and beside it."""
    has_amounts = ~(np.isnan(cell.low) | np.isnan(cell.high))
    is_known = cell.is_in_band & has_amounts
    inside = cell.where(is_known)
    counts_silent = key["currency"] == "USD" and key["pay_market"] in ("all", LOCAL)
    silent = cell.employer[cell.is_full_time & ~is_known] if counts_silent else None
    row = {
        **key,
        "n_stated": int((~inside.is_inferred).sum()),
        "n_cross_border": int((inside.pay_market == "cross_border").sum()),
        "n_no_rate": int((cell.is_in_band & ~has_amounts).sum()),
        "n_apart": int((cell.is_paid & ~cell.is_in_band).sum()),
        "n_silent": None if silent is None else len(silent),
        "countries": _count_countries(key["region_level"], inside, cell),
    }
    return _Draft(row, inside.band, follows_local, silent)


def _count_countries(region_level: str, band: _JobColumns, cell: _JobColumns) -> list[dict[str, Any]] | None:
    """Jobs by country (`CountryJobs`), most first; None of a country and of a cell without jobs."""
    if region_level == "country" or not len(cell.role):
        return None
    n_paid: Counter[str] = Counter()
    for countries, n_jobs in Counter(cell.paid_in).items():
        n_paid.update(dict.fromkeys(countries.split(), n_jobs))
    counts = Counter(band.country)
    names = sorted(counts.keys() | n_paid.keys(), key=lambda country: (-counts[country], -n_paid[country], country))
    return [{"country": name, "n_jobs": counts[name], "n_paid": n_paid[name]} for name in names] or None


def _compute_bonuses(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache) -> Iterator[pd.DataFrame]:
    """Yearly bonuses of AI engineering on which adverts put a sum, of all levels: midpoints alone."""
    bonuses = con.execute(read_sql("marts/pay/bonus_observations"), {"as_of": as_of}).df()
    bonuses = _as_observations(bonuses.assign(annual_low_usd=bonuses["amount"], annual_high_usd=bonuses["amount"]))
    for level in LEVELS[1:]:
        here = _columns(bonuses.assign(region=bonuses[level]).dropna(subset="region"))
        drafts = []
        for region in sorted(set(here.region)):
            cell = here.where(here.region == region)
            key = {
                "basis": BONUS, "window_days": SNAPSHOT, "region_level": level, "region": region,
                "seniority_group": "all", "role_group": "ai_engineering", "role": "all", "pay_market": "all",
                "currency": "USD",
            }  # fmt: skip
            inputs = inputs_of([*key.values()], cell.hashes)
            if not cache.reuse(inputs):
                row = {**key, "inputs": inputs, "countries": _count_countries(level, cell, cell)}
                drafts.append(_Draft(row, cell.band))
        ends = [name for name in AMOUNTS if name.startswith("band_")]
        yield _add_amounts(drafts, has_band=False).drop(columns=ends, errors="ignore")


def _as_observations(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that say less than adverts with pay, in their shape: all in dollars and all in the band."""
    frame = rows.assign(hashes=hashes_of(rows.drop(columns=[name for name in NAMED_BY if name in rows])))
    unsaid: dict[str, Any] = {
        "paid_in": rows["country"], "role": "all", "role_group": None, "seniority": None, "employer": None,
        "pay_market": None, "currency": "USD",
        "annual_low": np.nan, "annual_high": np.nan, "is_paid": True, "is_full_time": True, "is_in_band": True,
        "seniority_inferred": False, "is_local_currency": False, "panel_weight": np.nan,
    }  # fmt: skip
    return frame.assign(**{name: value for name, value in unsaid.items() if name not in rows})


def _compute_pairs(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache) -> Iterator[pd.DataFrame]:
    """Pairs of a third party's collection: never better than `low`, and without intervals (no employers).

    Whether a title states the level is not kept of a pair, so the groups of stated levels have no cells here.
    """
    select = "SELECT * EXCLUDE (warc, snapshot_on) FROM pay_pairs($as_of) ORDER BY ALL"
    pairs = con.execute(select, {"as_of": as_of}).df()
    pairs = _as_observations(pairs.rename(columns={"low_usd": "annual_low_usd", "high_usd": "annual_high_usd"}))
    pairs = pairs.assign(world=WORLD)
    for level in LEVELS:
        here = _columns(pairs.assign(region=pairs[level]).dropna(subset="region"))
        drafts = []
        for (region, group, role, seniority, market), of_cell in _cells(here, set()):
            if seniority.endswith(STATED):
                continue
            key = {
                "basis": "advertised_third_party", "window_days": SNAPSHOT, "region_level": level,
                "region": region, "seniority_group": seniority, "role_group": group, "role": role,
                "pay_market": market, "currency": "USD",
            }  # fmt: skip
            inputs = inputs_of([*key.values()], here.hashes[of_cell])
            if not cache.reuse(inputs):
                cell = here.where(of_cell)
                row = {
                    **key,
                    "inputs": inputs,
                    "n_jobs": len(cell.role),
                    "n_cross_border": int((cell.pay_market == "cross_border").sum()),
                    "countries": _count_countries(level, cell, cell),
                }
                drafts.append(_Draft(row, cell.band))
        yield _add_amounts_of_pairs(drafts)


def _add_amounts_of_pairs(drafts: Sequence[_Draft]) -> pd.DataFrame:
    """The rows of drafts of which no employer is known."""
    if not drafts:
        return pd.DataFrame()
    frame = pd.DataFrame([draft.row for draft in drafts]).join(estimate_pay_of_pairs(_paid_jobs(drafts), len(drafts)))
    is_few = frame["n_jobs"] < printing.JOBS.bound
    frame.loc[is_few, list(AMOUNTS)] = np.nan
    few = frame["n_jobs"].map(printing.JOBS.explain)
    return frame.assign(
        status=np.where(is_few, "suppressed", "low"),
        reason=few.where(is_few, "pairs from adverts collected by a third party; employers unknown"),
        form=pd.Series(printing.POINT, index=frame.index).where(~is_few, None),
    )
