"""mart.advert_months: AI jobs among the jobs that boards list, month by month, and what changed on the same boards.

The macro `monthly_adverts` says which adverts count in a month. A month is compared with the one before on boards that
have a complete list in both, so that boards that are new or lost move nothing.
"""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from warehouse.mart_tables import AdvertMonths
from warehouse.marts import printing
from warehouse.marts.cell_cache import combine_rows
from warehouse.marts.estimators import count_cells, estimate_share_changes, estimate_shares
from warehouse.schema import PARAMETERS
from warehouse.sql_files import read_sql

EXTRA_INPUTS = (
    "(SELECT DISTINCT month, source, board, posting_id, job_id, role_group, employer FROM monthly_adverts($as_of))",
)
"""What is read beside the tables in `cell_cache.INPUT_TABLES`. New readings of a month change it."""
NO_PAIR = "no board has complete lists of this month and of the one before"
COUNTS = ["n_jobs", "n_ai", "n_jobs_before", "n_ai_before"]
PLACE = ["country", "month"]


def advert_months(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return a row for each country and month on a day, with the columns of `AdvertMonths`.

    Countries in which no month has as many employers as a share needs are left out: they would be most of the rows.
    """
    read = con.execute(read_sql("marts/share/advert_months", **PARAMETERS), {"as_of": as_of}).df()
    months = read[read["employer"].isna()].drop(columns=["employer", *COUNTS])
    is_large = months.groupby("country")["n_listed"].transform("max") >= printing.EMPLOYERS.bound
    months = months[is_large].sort_values(PLACE).reset_index(drop=True)
    if months.empty:
        return combine_rows(AdvertMonths, as_of, [])
    employers = read[read["employer"].notna()].merge(months.reset_index()[[*PLACE, "index"]], on=PLACE)
    rows = months.drop(columns="n_listed").assign(reason=NO_PAIR).join(_estimate(employers))
    counts = [*COUNTS, "n_employers"]
    rows[counts] = rows[counts].fillna(0).astype(np.int64)
    rows["reason"] = rows["why"].where(rows["n_employers"] > 0, rows["reason"])
    rows["status"] = np.where(rows["reason"].isna(), "published", "suppressed")
    is_out = rows["reason"].notna()
    rows.loc[is_out, [*VALUES, "form"]] = None
    rows["is_break"] = _find_breaks(rows)
    rows["month"], rows["read_to"] = rows["month"].dt.date, rows["read_to"].dt.date
    return combine_rows(AdvertMonths, as_of, [rows.assign(region_level="country", region=rows["country"])])


VALUES = ["share", "share_lo", "share_hi", "share_before", "change", "change_lo", "change_hi"]


def _estimate(employers: pd.DataFrame) -> pd.DataFrame:
    """Return counts, shares and changes by the number of the month in `index`; `why`: which rule a month breaks."""
    index, cell = np.unique(employers["index"], return_inverse=True)
    n = len(index)
    numbers = employers[COUNTS].to_numpy(np.float64)
    totals = pd.DataFrame({name: np.bincount(cell, column, n) for name, column in zip(COUNTS, numbers.T, strict=True)})
    why = np.full(n, None, dtype=object)
    least = np.full(n, np.iinfo(np.int64).max)
    for column in (0, 2):  # either month must pass
        is_in = numbers[:, column] > 0
        has_jobs = totals[COUNTS[column]].to_numpy() > 0
        number = np.cumsum(has_jobs) - 1
        cells = count_cells(number[cell[is_in]], numbers[is_in, column], int(has_jobs.sum()))
        of_side = np.full(n, printing.EMPLOYERS.explain(0), dtype=object)
        of_side[has_jobs] = printing.find_reasons(cells)
        why = np.where(pd.isna(why), of_side, why)
        n_employers = np.zeros(n, np.int64)
        n_employers[has_jobs] = cells.n_employers
        least = np.minimum(least, n_employers)
        if column == 0:
            shares = estimate_shares(
                cells, np.arange(cells.n_cells), np.arange(is_in.sum()), cells.employer_cell, numbers[is_in, 1]
            )
            of_now = {"share": shares.share, "share_lo": shares.low, "share_hi": shares.high}
            values = pd.DataFrame(of_now, index=np.flatnonzero(has_jobs)).reindex(np.arange(n))
            wide = printing.find_interval_only(*(values[name].to_numpy() for name in of_now), is_share=True)
    changes = estimate_share_changes(cell, numbers[:, [2, 0]], numbers[:, [3, 1]], n)
    form = np.where(wide, printing.INTERVAL, printing.POINT)
    ends = {"change": changes.difference, "change_lo": changes.low, "change_hi": changes.high}
    before = {"share_before": totals["n_ai_before"] / totals["n_jobs_before"].where(totals["n_jobs_before"] > 0)}
    found = pd.concat([totals, values], axis=1).assign(**before, **ends, form=form, why=why, n_employers=least)
    return found.set_axis(index)


def _find_breaks(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether a printed month follows earlier ones, but not one of the month before."""
    printed = rows["status"].eq("published")
    before = rows["month"].dt.to_period("M")
    follows = printed.shift(fill_value=False) & before.diff().map(lambda step: getattr(step, "n", None)).eq(1)
    follows &= rows["country"].eq(rows["country"].shift())
    has_earlier = printed.groupby(rows["country"]).cumsum() > 1
    breaks: pd.Series[bool] = printed & has_earlier & ~follows
    return breaks
