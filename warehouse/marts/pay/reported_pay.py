"""mart.reported_pay: pay that persons report in surveys, and the rows of mart.salary_bands made from it.

Surveys are never added up, because each has its own question, day and way of finding respondents. The employers of
respondents are unknown. Persons are therefore the independent units of intervals, and only their number decides what is
printed.
"""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from transforms.records.vocabulary import AI_CORE, BONUSES, LEVEL_GROUPS, PAID_IN, ROLE_GROUPS
from warehouse.mart_tables import SNAPSHOT, ReportedPay
from warehouse.marts import printing
from warehouse.marts.cell_cache import CellCache, combine_rows, hashes_of, inputs_of
from warehouse.marts.estimators import Ints, bound_share
from warehouse.marts.pay.pay_quantiles import PERSONS_COLUMNS, estimate_pay_of_brackets, estimate_pay_of_persons
from warehouse.sql_files import read_sql

KEY = [
    "source", "country", "role_group", "role", "seniority_group", "experience", "employment_type", "pay_tax",
    "pay_market", "currency",
]  # fmt: skip
"""The key of a cell. Years of experience are used only in mart.reported_pay."""
EXTRA_INPUTS = ("report_rates($as_of)",)
"""What is read beside the tables in `cell_cache.INPUT_TABLES`: exchange rates, which may arrive late."""
GROUPS_OF_ROLES = [group for group, roles in ROLE_GROUPS.items() if len(roles) > 1]
LEVELS = [[level, group] for group, levels in LEVEL_GROUPS.items() for level in levels or ()]
SELF_SELECTED = "persons chose to answer, and the interval covers sampling error only"
"""Why the status of a row is never better than `low`."""
NO_RATE = "no exchange rate to US dollars near the wave for {} of {} persons"
"""Why a cell has too few persons that would have enough if all amounts could be converted."""
OPEN_MEDIAN = "the median, or the upper end of its interval, is in a bracket without an end"
DIGITS_OF_SHARES = 12
"""Decimal places of shares, so that sums in another order give the same."""
OF_BANDS = ["country", "source", "employment_type"]
"""Columns that identify the surveys and the types of employment from which mart.salary_bands takes its rows."""


def reported_pay(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache | None = None) -> pd.DataFrame:
    """Return all cells of one day, with the columns of `ReportedPay`. All cells are reused if no report changed.

    Most suppressed cells are left out, because they would be most of the rows. A suppressed cell is kept only if it
    covers a whole group of roles, all levels and years of experience, and pay before tax.
    """
    cache = cache or CellCache()
    persons = con.execute("FROM reported_persons($as_of) ORDER BY ALL", {"as_of": as_of}).df()
    inputs = inputs_of(["reported_pay"], hashes_of(persons))
    if cache.reuse(inputs):
        return combine_rows(ReportedPay, as_of, [])
    rows = _compute(con, as_of)
    is_whole = (rows[["role", "experience", "seniority_group"]] == "all").all(axis=1) & (rows["pay_tax"] == "gross")
    return combine_rows(ReportedPay, as_of, [rows[is_whole | (rows["status"] != "suppressed")].assign(inputs=inputs)])


def reported_bands(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache) -> pd.DataFrame:
    """Return rows of mart.salary_bands: pay before tax in full-time work, from each country's largest survey.

    There are rows by country, role and level. Surveys that ask for no role have none. The frame is empty if the rows
    are reused or there are none.
    """
    persons = con.execute("FROM reported_persons($as_of) ORDER BY ALL", {"as_of": as_of}).df()
    inputs = inputs_of(["reported_bands"], hashes_of(persons))
    if cache.reuse(inputs) or persons.empty:
        return pd.DataFrame()
    is_in = persons[["is_main_survey", "is_full_time", "has_role"]].all(axis=1)
    bands = persons.loc[is_in, OF_BANDS].drop_duplicates()
    rows = _compute(con, as_of).merge(bands, on=OF_BANDS)
    rows = rows[(rows["pay_tax"] == "gross") & (rows["experience"] == "all")]
    survey = rows["source"] + " " + rows["year"].astype(str)
    return rows.assign(
        basis="reported", contract="all", window_days=SNAPSHOT, region_level="country", region=rows["country"],
        n_jobs=rows["n_persons"], n_cross_border=rows["n_dollars"] + rows["n_foreign"], n_apart=rows["n_flagged"],
        inputs=inputs,
        reason=rows["reason"].where(rows["status"] == "suppressed", survey + ": " + SELF_SELECTED),
    ).drop(columns=[
        "source", "country", "n_persons", "n_dollars", "n_foreign", "n_flagged", "n_data_scientists", "n_without_role",
        *(column for column in rows.columns if "bonus" in str(column)),
    ])  # fmt: skip


def _compute(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    params = {"as_of": as_of, "ai_core": list(AI_CORE), "groups_of_roles": GROUPS_OF_ROLES, "level_groups": LEVELS}
    rows = con.execute(read_sql("marts/pay/reported_cells"), params).df()
    cell: Ints = rows.groupby(KEY, sort=True).ngroup().to_numpy().astype(np.int64)
    cells = rows[[*KEY, "year", "reported_on"]].assign(cell=cell).drop_duplicates("cell").set_index("cell").sort_index()
    is_flagged, is_known = rows["is_flagged"].to_numpy(dtype=bool), rows["amount"].notna().to_numpy()
    is_in = ~is_flagged & is_known
    n = len(cells)
    low, high = (rows[name].to_numpy(dtype=float)[is_in] for name in ("amount", "amount_high"))
    in_brackets = np.bincount(cell[is_in], high > low, minlength=n)[cell[is_in]] > 0
    estimates = estimate_pay_of_persons(cell[is_in][~in_brackets], low[~in_brackets], n)
    if in_brackets.any():
        of_brackets = estimate_pay_of_brackets(cell[is_in][in_brackets], low[in_brackets], high[in_brackets], n)
        estimates = estimates.where(estimates["form"].notna(), of_brackets)
    cells = cells.join(estimates).assign(
        n_persons=np.bincount(cell[is_in], minlength=n),
        n_flagged=np.bincount(cell[is_flagged], minlength=n),
        n_data_scientists=np.bincount(cell[is_in & (rows["own_role"] == "data_scientist")], minlength=n),
        n_without_role=np.bincount(cell[is_in & ~rows["has_role"].to_numpy(dtype=bool)], minlength=n),
        n_no_rate=np.bincount(cell[~is_flagged & ~is_known], minlength=n),
        **{f"n_{money}": np.bincount(cell[is_in & (rows["paid_in"] == money)], minlength=n) for money in PAID_IN},
    )
    cells = _with_bonus(_with_dollars(cells), rows.assign(cell=cell)[~is_flagged])
    is_few = (cells["n_persons"] < printing.JOBS.bound) | cells["p50"].isna()
    cells.loc[is_few, [*PERSONS_COLUMNS, "dollars_share", "dollars_share_lo", "dollars_share_hi"]] = None
    few = cells["n_persons"].map(printing.JOBS.explain)
    few = few.where(cells["n_persons"] < printing.JOBS.bound, OPEN_MEDIAN)
    n_all = cells["n_persons"] + cells["n_no_rate"]
    is_unconverted = (cells["n_persons"] < printing.JOBS.bound) & (n_all >= printing.JOBS.bound)
    no_rate = [NO_RATE.format(n, n_of) for n, n_of in zip(cells["n_no_rate"], n_all, strict=True)]
    few = few.mask(is_unconverted, pd.Series(no_rate, index=cells.index, dtype=object))
    return cells.assign(
        reported_on=pd.to_datetime(cells["reported_on"]).dt.date,
        status=np.where(is_few, "suppressed", "low"),
        reason=few.where(is_few, SELF_SELECTED),
    )


def _with_bonus(cells: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Add how many say whether they get a bonus, the share that does, and how much it is, where enough persons say so.

    Only cells of everybody in dollars have these columns, which count persons whose amount cannot be converted too.
    `rows` are the persons of each cell.
    """
    asked = rows[rows["has_bonus"].notna()]
    counts = asked.groupby("cell")["has_bonus"].agg(["size", "sum"]).reindex(cells.index, fill_value=0).astype(np.int64)
    n, k = counts["size"].to_numpy(), counts["sum"].to_numpy()
    is_whole = ((cells["pay_market"] == "all") & (cells["currency"] == "USD")).to_numpy()
    is_enough = is_whole & (n >= printing.JOBS.bound)
    share = np.divide(k, n, out=np.zeros(len(n)), where=n > 0)
    ends = bound_share(share, np.maximum(n, 1).astype(np.float64))
    values = dict(zip(("bonus_share", "bonus_share_lo", "bonus_share_hi"), (share, *ends), strict=True))
    of_base = asked[asked["bonus_of_base"].notna()]
    parts = estimate_pay_of_persons(
        of_base["cell"].to_numpy(np.int64), 100 * of_base["bonus_of_base"].to_numpy(np.float64), len(cells)
    )
    n_of_base = np.bincount(of_base["cell"], minlength=len(cells))
    is_said = is_enough & (n_of_base >= printing.JOBS.bound)
    for name, end in (("bonus_of_base", "p50"), ("bonus_of_base_lo", "p50_lo"), ("bonus_of_base_hi", "p50_hi")):
        values[name] = np.where(is_said, parts[end].to_numpy(dtype=float) / 100, np.nan)
    sizes = {
        f"n_bonus_{size}": np.bincount(asked.loc[asked["bonus"] == size, "cell"], minlength=len(cells))
        for size in BONUSES[1:]
    }
    return cells.assign(
        n_bonus_asked=np.where(is_whole, n, 0), n_bonus=np.where(is_whole, k, 0),
        n_bonus_of_base=np.where(is_whole, n_of_base, 0),
        **{name: np.where(is_whole, numbers, 0) for name, numbers in sizes.items()},
        **{name: np.where(is_enough, numbers, np.nan).round(DIGITS_OF_SHARES) for name, numbers in values.items()},
    )  # fmt: skip


def _with_dollars(cells: pd.DataFrame) -> pd.DataFrame:
    """Add the share of persons who are paid only in dollars, with its exact interval (Clopper and Pearson 1934).

    Where a survey does not tell the dollar from other foreign money, it is the share paid only in foreign money.

    Only cells whose `pay_market` is all have this share. Counts by currency are NULL if the survey does not ask for the
    currency.
    """
    counts = [f"n_{money}" for money in PAID_IN]
    n, k = cells[counts].sum(axis=1).to_numpy(), (cells["n_dollars"] + cells["n_foreign"]).to_numpy()
    is_asked = n > 0
    is_shared = is_asked & (cells["pay_market"] == "all").to_numpy() & (cells["currency"] == "USD").to_numpy()
    share = np.divide(k, n, out=np.zeros(len(n)), where=is_asked)
    low, high = bound_share(share, n.astype(np.float64))
    shares = {"dollars_share": share, "dollars_share_lo": low, "dollars_share_hi": high}
    cells = cells.assign(**{name: np.where(is_shared, values, np.nan) for name, values in shares.items()})
    cells[counts] = cells[counts].astype("Int64")
    cells.loc[~is_asked, counts] = pd.NA
    return cells
