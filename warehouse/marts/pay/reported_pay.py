"""mart.reported_pay: what persons report to earn, by country, role and experience, and its rows of mart.salary_bands.

Surveys are never added up: each has its own question, day and way to find who answers. Who answers is a person whose
employer is not known, so persons are the independent units of intervals, and their number alone decides what is
printed.
"""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd
from scipy.stats import beta

from transforms.records.vocabulary import AI_CORE, LEVEL_GROUPS, PAID_IN, ROLE_GROUPS
from warehouse.mart_tables import SNAPSHOT, ReportedPay
from warehouse.marts import printing
from warehouse.marts.cell_cache import CellCache, hashes_of, inputs_of
from warehouse.marts.estimators import Ints
from warehouse.marts.pay.pay_quantiles import PERSONS_COLUMNS, estimate_pay_of_persons
from warehouse.sql_files import read_sql

KEY = [
    "source", "country", "role_group", "role", "seniority_group", "experience", "employment_type", "pay_tax",
    "pay_market", "currency",
]  # fmt: skip
"""What names a cell. Levels are in mart.salary_bands alone, years of experience in mart.reported_pay alone."""
EXTRA_INPUTS = ("report_rates($as_of)",)
"""Relations that change though no row of core that marts read does: rates that came late."""
GROUPS_OF_ROLES = [group for group, roles in ROLE_GROUPS.items() if len(roles) > 1]
LEVELS = [[level, group] for group, levels in LEVEL_GROUPS.items() for level in levels or ()]
SELF_SELECTED = "persons chose to answer, and the interval covers chance alone"
"""Why no row is better than `low`."""
OF_BANDS = ["country", "source", "employment_type"]
"""What names the survey and the employment that rows of mart.salary_bands are of."""
ERROR = 0.05


def reported_pay(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache | None = None) -> pd.DataFrame:
    """All cells of one day, with the columns of `ReportedPay`; all are taken over where nobody's report changed.

    Suppressed cells are stored where they are of all persons of a group, before tax: others would be most of the rows.
    """
    cache = cache or CellCache(ReportedPay, as_of)
    persons = con.execute("FROM reported_persons($as_of) ORDER BY ALL", {"as_of": as_of}).df()
    inputs = inputs_of(["reported_pay"], hashes_of(persons))
    if cache.reuse(inputs):
        return cache.combine_rows([])
    rows = _compute(con, as_of)
    rows = rows[rows["seniority_group"] == "all"].drop(columns="seniority_group")
    is_whole = (rows["role"] == "all") & (rows["experience"] == "all") & (rows["pay_tax"] == "gross")
    return cache.combine_rows([rows[is_whole | (rows["status"] != "suppressed")].assign(inputs=inputs)])


def reported_bands(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache) -> pd.DataFrame:
    """Rows of mart.salary_bands: pay before tax in full-time work, of the survey that most of a country answer.

    By country, role and level: that which the title names, as few do, and `all`; years of experience are no level.
    Empty where the rows were taken over.
    """
    persons = con.execute("FROM reported_persons($as_of) ORDER BY ALL", {"as_of": as_of}).df()
    inputs = inputs_of(["reported_bands"], hashes_of(persons))
    if cache.reuse(inputs) or persons.empty:
        return pd.DataFrame()
    bands = persons.loc[persons["is_main_survey"] & persons["is_full_time"], OF_BANDS].drop_duplicates()
    rows = _compute(con, as_of).merge(bands, on=OF_BANDS)
    rows = rows[(rows["pay_tax"] == "gross") & (rows["experience"] == "all")]
    survey = rows["source"] + " " + rows["year"].astype(str)
    return rows.assign(
        basis="reported", window_days=SNAPSHOT, region_level="country", region=rows["country"],
        n_jobs=rows["n_persons"], n_cross_border=rows["n_dollars"], n_apart=rows["n_flagged"], inputs=inputs,
        reason=rows["reason"].where(rows["status"] == "suppressed", survey + ": " + SELF_SELECTED),
    ).drop(columns=["source", "country", "n_persons", "n_dollars", "n_flagged"])  # fmt: skip


def _compute(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Every cell with its counts, and its amounts where it may be printed."""
    params = {"as_of": as_of, "ai_core": list(AI_CORE), "groups_of_roles": GROUPS_OF_ROLES, "level_groups": LEVELS}
    rows = con.execute(read_sql("marts/pay/reported_cells"), params).df()
    cell: Ints = rows.groupby(KEY, sort=True).ngroup().to_numpy().astype(np.int64)
    cells = rows[[*KEY, "year", "reported_on"]].assign(cell=cell).drop_duplicates("cell").set_index("cell").sort_index()
    is_flagged, is_known = rows["is_flagged"].to_numpy(dtype=bool), rows["amount"].notna().to_numpy()
    is_in = ~is_flagged & is_known
    estimates = estimate_pay_of_persons(cell[is_in], rows["amount"].to_numpy(dtype=float)[is_in], len(cells))
    n = len(cells)
    cells = cells.join(estimates).assign(
        n_persons=np.bincount(cell[is_in], minlength=n),
        n_flagged=np.bincount(cell[is_flagged], minlength=n),
        n_no_rate=np.bincount(cell[~is_flagged & ~is_known], minlength=n),
        **{f"n_{money}": np.bincount(cell[is_in & (rows["paid_in"] == money)], minlength=n) for money in PAID_IN},
    )
    cells = _with_dollars(cells)
    is_few = cells["n_persons"] < printing.JOBS.bound
    cells.loc[is_few, [*PERSONS_COLUMNS, "dollars_share", "dollars_share_lo", "dollars_share_hi"]] = None
    few = cells["n_persons"].map(printing.JOBS.explain)
    return cells.assign(
        reported_on=pd.to_datetime(cells["reported_on"]).dt.date,
        status=np.where(is_few, "suppressed", "low"),
        reason=few.where(is_few, SELF_SELECTED),
    )


def _with_dollars(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with the share that is paid in dollars alone and its exact interval (Clopper and Pearson 1934).

    Only cells of all monies have one. Counts by money are NULL where the survey does not ask for it.
    """
    counts = [f"n_{money}" for money in PAID_IN]
    n, k = cells[counts].sum(axis=1).to_numpy(), cells["n_dollars"].to_numpy()
    is_asked = n > 0
    is_shared = is_asked & (cells["pay_market"] == "all").to_numpy() & (cells["currency"] == "USD").to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        share = k / n
        low = np.where(k == 0, 0.0, beta.ppf(ERROR / 2, k, n - k + 1))
        high = np.where(k == n, 1.0, beta.ppf(1 - ERROR / 2, k + 1, n - k))
    shares = {"dollars_share": share, "dollars_share_lo": low, "dollars_share_hi": high}
    cells = cells.assign(**{name: np.where(is_shared, values, np.nan) for name, values in shares.items()})
    cells[counts] = cells[counts].astype("Int64")
    cells.loc[~is_asked, counts] = pd.NA
    return cells
