"""mart.salary_bands: salary bands by region, level, role, contract, market and currency.

Each cell is one row, either published or suppressed with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from transforms.records.vocabulary import EMPLOYEE, OTHER_MONEY, STATED
from warehouse.mart_tables import BONUS, SNAPSHOT, SalaryBands
from warehouse.marts import printing
from warehouse.marts.cell_cache import CellCache, combine_rows, hashes_of
from warehouse.marts.estimators import Flags, Floats, Ints
from warehouse.marts.pay.pay_cells import LOCAL, PayCells, find_cells
from warehouse.marts.pay.pay_quantiles import (
    AMOUNTS,
    OF_PANEL,
    PaidJobs,
    estimate_panel_pay,
    estimate_pay,
    estimate_pay_of_pairs,
)
from warehouse.marts.pay.pay_silence import BOUNDS, bound_pay
from warehouse.marts.pay.reported_pay import reported_bands
from warehouse.sql_files import read_sql

EXTRA_INPUTS = ("panel_jobs($as_of)",)
"""What the bands of adverts read beside the tables in `cell_cache.INPUT_TABLES`."""
APART = {"ai_data_trainer": "kept apart: paid gigs, not employment; only counted"}
"""Groups of roles that enter no band, however many jobs they have, and why. `n_apart` counts their jobs with pay."""
NAMED_BY = ("source", "pair_row")
"""Columns that identify a pair collected by a third party. They change with each new snapshot of the same pairs."""
LETTERS_OF_COUNTRY = 2
"""Letters of a country's code; work of several countries or none has a word in its place."""
LEVELS = ("world", "continent", "region", "country")
WORLD = "World"


def salary_bands(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache | None = None) -> pd.DataFrame:
    """Return all cells of all bases for one day, with the columns of `SalaryBands`, except those in `cache`.

    A cell of adverts exists if it has a job with pay. Each group of roles at each level also has a cell for the world,
    each continent and each M49 region.
    """
    cache = cache or CellCache()
    parts = (
        *_compute_adverts(con, as_of, cache),
        *_compute_bonuses(con, as_of, cache),
        *_compute_pairs(con, as_of, cache),
        reported_bands(con, as_of, cache),
        con.execute(read_sql("marts/pay/official_bands"), {"as_of": as_of}).df(),
    )
    return combine_rows(SalaryBands, as_of, parts)


# --- adverts ------------------------------------------------------------------------------------------


def _compute_adverts(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache) -> Iterator[pd.DataFrame]:
    con.execute(read_sql("marts/pay/band_jobs"), {"as_of": as_of})
    for level in LEVELS:  # all levels of a million adverts at once would take gigabytes
        order = "region, job_id, contract, is_paid, is_first DESC, posting_id, position"
        query = f"FROM band_jobs WHERE region_level = ? ORDER BY {order}"
        jobs = con.execute(query, [level]).df()
        cells = find_cells(jobs, _expected_regions(con, level))
        key: dict[str, Any] = {"basis": "advertised", "window_days": SNAPSHOT, "region_level": level}
        cells = PayCells(cells.keys.assign(**key), cells.cell, cells.job).leave_out_reused(hashes_of(jobs), cache)
        if len(cells.keys):
            yield _make_bands(_fill_gaps(jobs), cells, has_local=level == "country")
    con.execute("DROP TABLE band_jobs")


def _expected_regions(con: duckdb.DuckDBPyConnection, level: str) -> set[str]:
    if level == "world":
        return {WORLD}
    if level == "country":
        return set()
    query = f"SELECT DISTINCT {level} FROM core.countries WHERE {level} IS NOT NULL"
    return {region for (region,) in con.execute(query).fetchall()}


def _fill_gaps(jobs: pd.DataFrame) -> pd.DataFrame:
    return jobs.assign(
        employer=pd.factorize(jobs["employer"], sort=True)[0],
        country=jobs["country"].fillna("unknown"),
        is_local=jobs["is_local_currency"].fillna(False).astype(bool),
    )


@dataclass(frozen=True)
class _Entries:
    """Jobs in the rows of the mart: one entry for each row and job, with the job's pay in the currency of the row."""

    row: Ints
    job: Ints
    low: Floats
    high: Floats

    def where(self, mask: Flags) -> _Entries:
        return _Entries(self.row[mask], self.job[mask], self.low[mask], self.high[mask])


def _make_bands(jobs: pd.DataFrame, cells: PayCells, *, has_local: bool) -> pd.DataFrame:
    """Return a row in US dollars for each cell of adverts; if `has_local`, a row in local currency may precede it."""
    column = {str(name): jobs[name].to_numpy() for name in jobs}
    is_paid = column["is_paid"].astype(bool)[cells.job]
    currency = _find_local_currency(jobs, cells) if has_local else np.full(len(cells.keys), None, dtype=object)
    has_local_row = pd.notna(currency)
    dollar_row = np.arange(len(cells.keys)) + np.cumsum(has_local_row)
    rows = pd.concat(
        [
            cells.keys.assign(currency="USD", follows_local=has_local_row, row=dollar_row),
            cells.keys.assign(currency=currency, follows_local=False, row=dollar_row - 1)[has_local_row],
        ]
    )
    rows = rows.set_index("row").sort_index()
    entries = _pair_rows_with_jobs(column, cells, currency, dollar_row, is_paid)
    has_amounts = ~(np.isnan(entries.low) | np.isnan(entries.high))
    is_in_band, is_full_time, is_inferred = (
        column[name].astype(bool)[entries.job] for name in ("is_in_band", "is_full_time", "seniority_inferred")
    )
    is_inside = is_in_band & has_amounts
    # A job may offer several ranges. It counts once, by the first that is in the band, or else by its first.
    job_number = pd.factorize(jobs["job_id"])[0][entries.job]
    pair = entries.row * (len(jobs) + 1) + job_number
    pairs, first, number, n_ranges = np.unique(
        pair[is_inside], return_index=True, return_inverse=True, return_counts=True
    )
    is_counted = np.zeros(len(pair), dtype=bool)
    is_counted[np.flatnonzero(is_inside)[first]] = True
    is_outside = column["is_first"].astype(bool)[entries.job] & ~np.isin(pair, pairs)
    counted = {
        "n_stated": is_counted & ~is_inferred,
        "n_cross_border": is_counted & (column["pay_market"] == OTHER_MONEY)[entries.job],
        "n_no_rate": is_outside & is_in_band & ~has_amounts,
        "n_apart": is_outside & ~is_in_band,
    }
    rows = rows.assign(**{name: np.bincount(entries.row[mask], minlength=len(rows)) for name, mask in counted.items()})
    is_own_market = (rows["currency"] == "USD") & rows["pay_market"].isin(["all", LOCAL])
    counts_silent = (is_own_market & (rows["contract"] == EMPLOYEE)).to_numpy()
    unclear = entries.where(is_outside & is_full_time)  # full-time jobs with pay that a band cannot use
    silent_row = np.concatenate([unclear.row, dollar_row[cells.cell[~is_paid]]])
    silent_job = np.concatenate([unclear.job, cells.job[~is_paid]])
    rows["n_silent"] = pd.Series(np.bincount(silent_row, minlength=len(rows))).where(counts_silent)
    rows = rows.join(_describe_other_money(rows, jobs, entries.where(is_counted)))
    once = is_counted | is_outside
    rows["countries"] = None if has_local else _count_countries(jobs, entries.where(once), is_counted[once], len(rows))
    paid = _pay_of(jobs, entries.where(is_inside), 1 / n_ranges[number])
    rows = _add_amounts(rows, paid)
    is_bounded = counts_silent & (rows["status"] == "published").to_numpy()
    bounds = _bound(_pay_of(jobs, entries.where(is_counted)), silent_row, column["employer"][silent_job], is_bounded)
    return rows.join(bounds).drop(columns="follows_local")


def _pair_rows_with_jobs(
    column: dict[str, NDArray[Any]], cells: PayCells, currency: NDArray[np.object_], dollar_row: Ints, is_paid: Flags
) -> _Entries:
    """Pair each cell's row in dollars with its paid jobs, and its row in `currency` with the jobs paid in it."""
    cell, job = cells.cell[is_paid], cells.job[is_paid]
    local = np.zeros(0, dtype=np.int64)
    if pd.notna(currency).any():
        local = np.flatnonzero(column["is_local"][job] & (column["currency"][job] == currency[cell]))
    ends = {
        end: np.concatenate([column[f"annual_{end}_usd"][job], column[f"annual_{end}"][job[local]]]).astype(np.float64)
        for end in ("low", "high")
    }
    row = np.concatenate([dollar_row[cell], dollar_row[cell[local]] - 1])
    return _Entries(row=row, job=np.concatenate([job, job[local]]), **ends)


def _find_local_currency(jobs: pd.DataFrame, cells: PayCells) -> NDArray[np.object_]:
    """Return for each cell the country's own currency in which most of its jobs are paid.

    None if that is the dollar, if no job is paid in a currency of its place, and in cells of jobs paid in other money.
    """
    is_local = (jobs["is_local"] & (jobs["currency"] != "USD")).to_numpy()[cells.job]
    is_local &= (cells.keys["pay_market"] != OTHER_MONEY).to_numpy()[cells.cell]
    entries = pd.DataFrame({"cell": cells.cell[is_local], "currency": jobs["currency"].to_numpy()[cells.job[is_local]]})
    counts = entries.groupby(["cell", "currency"]).size().rename("n").reset_index()
    chosen = counts.sort_values(["cell", "n", "currency"], ascending=[True, False, True]).drop_duplicates("cell")
    currency = np.full(len(cells.keys), None, dtype=object)
    currency[chosen["cell"].to_numpy()] = chosen["currency"].to_numpy(dtype=object)
    return currency


def _pay_of(jobs: pd.DataFrame, entries: _Entries, part: Floats | None = None) -> PaidJobs:
    of_job = {name: jobs[name].to_numpy()[entries.job] for name in ("employer", "panel_weight")}
    weight = of_job["panel_weight"].astype(np.float64)
    return PaidJobs(entries.row, of_job["employer"].astype(np.int64), entries.low, entries.high, weight, part)


def _add_amounts(rows: pd.DataFrame, paid: PaidJobs, *, has_band: bool = True) -> pd.DataFrame:
    rows = rows.join(estimate_pay(paid, len(rows), has_band=has_band))
    for group, reason in APART.items():
        rows.loc[rows["role_group"] == group, "reason"] = reason
    # The row in the country's own currency decides: exchange rates must not make pay look more or less certain.
    followers = np.flatnonzero(rows["follows_local"])
    followers = followers[rows["status"].to_numpy()[followers] != "suppressed"]
    rows.loc[followers, ["status", "reason"]] = rows.loc[followers - 1, ["status", "reason"]].to_numpy()
    rows.loc[followers[rows.loc[followers, "status"] == "suppressed"], [*AMOUNTS, "form"]] = None
    rows = rows.join(estimate_panel_pay(paid, len(rows)))
    rows.loc[followers[rows[OF_PANEL[0]].isna().to_numpy()[followers - 1]], list(OF_PANEL)] = np.nan
    rows.loc[rows["status"] == "suppressed", list(OF_PANEL)] = np.nan
    return rows


def _bound(paid: PaidJobs, silent_row: Ints, silent_employer: Ints, is_bounded: Flags) -> pd.DataFrame:
    number, numbers = np.cumsum(is_bounded) - 1, np.flatnonzero(is_bounded)
    row, employer = np.concatenate([paid.cell, silent_row]), np.concatenate([paid.employer, silent_employer])
    low, high = (np.append(ends, np.full(len(silent_row), np.nan)) for ends in (paid.low, paid.high))
    some = is_bounded[row]
    bounds = bound_pay(PaidJobs(number[row[some]], employer[some], low[some], high[some]), len(numbers))
    return bounds.set_index(numbers).reindex(index=range(len(is_bounded)), columns=BOUNDS)


def _describe_other_money(rows: pd.DataFrame, jobs: pd.DataFrame, entries: _Entries) -> pd.DataFrame:
    """Return, for rows of pay in other money: its currency if all jobs have one, and whose employers are known where.

    Without a country of the job, nobody knows whether its employer is there.
    """
    is_other = (rows["pay_market"] == OTHER_MONEY).to_numpy()
    row, job = (part[is_other[entries.row]] for part in (entries.row, entries.job))
    currency, names = pd.factorize(jobs["currency"])
    stated = pd.DataFrame({"row": row, "currency": currency[job]}).groupby("row")["currency"].agg(["min", "max"])
    stated = stated[stated["min"] == stated["max"]]
    of_employer, of_job = jobs["employer_country"], jobs["country"]
    is_known = (of_employer.notna() & (of_job.str.len() == LETTERS_OF_COUNTRY)).to_numpy()[job]
    is_here = (of_employer == of_job).to_numpy()[job]
    stated_in = np.full(len(rows), None, dtype=object)
    stated_in[stated.index.to_numpy()] = np.asarray(names, dtype=object)[stated["min"]]
    columns: dict[str, Any] = {"stated_in": stated_in}
    for name, mask in (("n_employer_here", is_known & is_here), ("n_employer_elsewhere", is_known & ~is_here)):
        columns[name] = np.where(is_other, np.bincount(row[mask], minlength=len(rows)), np.nan)
    return pd.DataFrame(columns, index=rows.index)


def _count_countries(jobs: pd.DataFrame, entries: _Entries, is_inside: Flags, n_rows: int) -> NDArray[np.object_]:
    counts = _count_words(jobs["country"], entries.where(is_inside))
    counts = counts.sort_values(["row", "n_jobs", "country"], ascending=[True, False, True])
    countries, start = counts.drop(columns="row").to_dict("records"), np.searchsorted(counts["row"], range(n_rows + 1))
    lists = np.full(n_rows, None, dtype=object)
    lists[:] = [countries[first:last] or None for first, last in pairwise(start)]
    return lists


def _count_words(column: pd.Series, entries: _Entries) -> pd.DataFrame:
    word, words = pd.factorize(column)
    pairs, n_jobs = np.unique(entries.row * max(len(words), 1) + word[entries.job], return_counts=True)
    row, word = np.divmod(pairs, max(len(words), 1))
    return pd.DataFrame({"row": row, "country": np.asarray(words, dtype=object)[word], "n_jobs": n_jobs})


# --- bonuses and pairs --------------------------------------------------------------------------------


def _compute_bonuses(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache) -> Iterator[pd.DataFrame]:
    bonuses = con.execute(read_sql("marts/pay/bonus_observations"), {"as_of": as_of}).df()
    bonuses = bonuses.assign(annual_low_usd=bonuses["amount"], annual_high_usd=bonuses["amount"])
    for level in LEVELS[1:]:
        jobs = bonuses.assign(region=bonuses[level]).dropna(subset="region").reset_index(drop=True)
        cell, regions = pd.factorize(jobs["region"], sort=True)
        keys = pd.DataFrame({"region": np.array(regions, dtype=object)}).assign(
            role_group="ai_engineering", role="all", seniority_group="all", contract="all", pay_market="all",
            basis=BONUS, window_days=SNAPSHOT, region_level=level, currency="USD",
        )  # fmt: skip
        order = np.argsort(cell, kind="stable")
        cells = PayCells(keys, cell[order], order).leave_out_reused(hashes_of(jobs), cache)
        if len(cells.keys):
            rows, paid = _pair_with_jobs(_as_paid(jobs), cells)
            ends = [name for name in AMOUNTS if name.startswith("band_")]
            yield _add_amounts(rows.assign(follows_local=False), paid, has_band=False).drop(columns=ends)


def _compute_pairs(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache) -> Iterator[pd.DataFrame]:
    """Yield rows of pairs of amounts for employees that a third party collected, of unknown employers: no intervals.

    A pair does not say whether its title states the level, so groups of stated levels have no cells.
    """
    select = "SELECT * EXCLUDE (warc, snapshot_on) FROM pay_pairs($as_of) ORDER BY ALL"
    pairs = con.execute(select, {"as_of": as_of}).df().assign(world=WORLD, employer=None, contract=EMPLOYEE)
    hashes = hashes_of(pairs.drop(columns=list(NAMED_BY)))
    pairs = _as_paid(pairs.rename(columns={"low_usd": "annual_low_usd", "high_usd": "annual_high_usd"}))
    for level in LEVELS:
        has_region = pairs[level].notna()
        jobs = pairs.assign(region=pairs[level])[has_region].reset_index(drop=True)
        cells = find_cells(jobs, ())
        key: dict[str, Any] = {"basis": "advertised_third_party", "window_days": SNAPSHOT, "region_level": level}
        cells = PayCells(cells.keys.assign(**key, currency="USD"), cells.cell, cells.job)
        cells = cells.leave_out(cells.keys["seniority_group"].str.endswith(STATED).to_numpy(dtype=bool))
        cells = cells.leave_out_reused(hashes[has_region], cache)
        if not len(cells.keys):
            continue
        rows, paid = _pair_with_jobs(jobs, cells)
        is_in_other = jobs["pay_market"].to_numpy()[cells.job] == OTHER_MONEY
        rows = rows.assign(
            n_jobs=np.bincount(cells.cell, minlength=len(rows)),
            n_cross_border=np.bincount(cells.cell[is_in_other], minlength=len(rows)),
        ).join(estimate_pay_of_pairs(paid, len(rows)))
        rows = rows.join(_describe_other_money(rows, jobs, _Entries(cells.cell, cells.job, paid.low, paid.high)))
        is_few = rows["n_jobs"] < printing.JOBS.bound
        rows.loc[is_few, list(AMOUNTS)] = np.nan
        few = rows["n_jobs"].map(printing.JOBS.explain)
        yield rows.assign(
            status=np.where(is_few, "suppressed", "low"),
            reason=few.where(is_few, "pairs from adverts collected by a third party; employers unknown"),
            form=pd.Series(printing.POINT, index=rows.index).where(~is_few, None),
        )


def _as_paid(jobs: pd.DataFrame) -> pd.DataFrame:
    return jobs.assign(
        employer=pd.factorize(jobs["employer"], sort=True)[0],
        country=jobs["country"].fillna("unknown"),
        panel_weight=np.nan,
        is_paid=True,
        seniority_inferred=False,
    )


def _pair_with_jobs(jobs: pd.DataFrame, cells: PayCells) -> tuple[pd.DataFrame, PaidJobs]:
    low, high = (jobs[name].to_numpy(dtype=np.float64)[cells.job] for name in ("annual_low_usd", "annual_high_usd"))
    entries = _Entries(cells.cell, cells.job, low, high)
    is_country = (cells.keys["region_level"] == "country").all()
    countries = None if is_country else _count_countries(jobs, entries, np.ones(len(low), dtype=bool), len(cells.keys))
    return cells.keys.assign(countries=countries), _pay_of(jobs, entries)
