"""mart.pay_disclosure: which jobs state pay, by whether a law that requires this is in force where the job is.

The macro `pay_disclosures` classifies jobs. This module counts them by employer and estimates shares. For employers
with jobs at places with and without a law, the difference is taken within each employer; none of this measures the
effect of a law. Shares and differences use only the panel if its jobs alone meet the printing rules, and otherwise all
known boards. Widths of ranges, which are statistics of pay, always use all known boards.
"""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from transforms.records.vocabulary import LAW_IN_FORCE, NO_LAW
from warehouse.mart_tables import PayDisclosure
from warehouse.marts import printing
from warehouse.marts.cell_cache import combine_rows
from warehouse.marts.estimators import count_cells, estimate_differences, estimate_quantiles, sum_by
from warehouse.marts.pay.pay_quantiles import DIGITS
from warehouse.marts.share.share_rows import ShareCounts, make_share_rows
from warehouse.sql_files import read_sql

EXTRA_INPUTS = (
    "(SELECT posting_id, (SELECT count(*) FROM core.disclosure_laws AS l WHERE l.in_force_from <= read_on),"
    " (SELECT count(*) FROM core.disclosure_laws AS l WHERE l.in_force_until <= read_on) FROM stock_postings($as_of))",
    "(SELECT * FROM pay_disclosures($as_of) WHERE adverts <> 'stock')",
    "panel_jobs($as_of)",
)
"""What is read beside the tables in `cell_cache.INPUT_TABLES`: how many laws were in force at each reading, the flow,
and which jobs the panel counts.
"""
CELL = ["adverts", "region_level", "region", "law", "role_group"]
PLACE = [name for name in CELL if name != "law"]
SHARES = (
    *("n_jobs", "n_employers", "n_even_employers", "largest_employer_share", "design_effect", "form", "status"),
    *("reason", "relative_standard_error", "share", "share_lo", "share_hi", "share_by_employer"),
)
"""Columns that are taken from `make_share_rows` without renaming."""
COMPARISON_RULES = (printing.EMPLOYERS,)
"""The printing rules of comparisons, in which each employer counts once, however large it is."""


def pay_disclosure(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return one row for each cell that has a job with a full advert on a day, with the columns of `PayDisclosure`."""
    counts = con.execute(read_sql("marts/pay/disclosure_counts"), {"as_of": as_of}).df()
    if counts.empty:
        return combine_rows(PayDisclosure, as_of, [])
    rows = _make_rows(_add_weights(counts.assign(weight=1.0)))
    rows = _add_widths(rows, counts.merge(rows[CELL].assign(cell=rows.index), on=CELL))
    return combine_rows(PayDisclosure, as_of, [_prefer_panel(rows, counts[counts["weight"].notna()])])


def _add_weights(counts: pd.DataFrame) -> pd.DataFrame:
    """Sum counts by cell, employer and weight into counts by cell and employer, with the total weight of their jobs."""
    entries = counts.assign(
        weighted=counts["n_jobs"] * counts["weight"], weighted_stated=counts["n_stated"] * counts["weight"]
    )
    sums = entries.groupby([*CELL, "employer"], sort=True, as_index=False)[
        ["n_jobs", "n_stated", "weighted", "weighted_stated"]
    ].sum()
    sums["cell"] = sums.groupby(CELL, sort=True).ngroup()
    return sums


def _make_rows(counts: pd.DataFrame) -> pd.DataFrame:
    frame = counts.drop_duplicates("cell").sort_values("cell")[CELL].reset_index(drop=True)
    return _add_comparisons(_add_shares(frame, counts), counts)


def _prefer_panel(rows: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Replace the rows of a place by the panel's, so that classes of law that are compared come from one sample.

    The panel suffices for a place if it allows printing the share of at least one class, and of every class whose share
    can be printed from all known boards.
    """
    rows = rows.assign(sample="known")
    if counts.empty:
        return rows
    panel = _make_rows(_add_weights(counts)).assign(sample="panel")
    both = rows[[*CELL, "status"]].merge(panel[[*CELL, "status"]], on=CELL, how="left", suffixes=("", "_panel"))
    is_held = both["status"].eq("suppressed") | both["status_panel"].eq("published")
    is_some = both["status_panel"].eq("published")
    by_place = pd.DataFrame({"held": is_held, "some": is_some}).groupby([both[name] for name in PLACE])
    choice = (by_place["held"].all() & by_place["some"].any()).rename("is_panel").reset_index()
    is_panel = rows[PLACE].merge(choice, on=PLACE, how="left")["is_panel"].to_numpy(bool)
    widths = [name for name in rows if name not in panel]
    ours = panel.merge(rows.loc[is_panel, [*CELL, *widths]], on=CELL)
    return pd.concat([rows[~is_panel], ours]).sort_values(CELL, ignore_index=True) if is_panel.any() else rows


def _add_shares(frame: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    cell, jobs, yes = (counts[name].to_numpy(np.int64) for name in ("cell", "n_jobs", "n_stated"))
    employer = np.arange(len(counts))  # `counts` has one row for each cell and employer
    zeros = np.zeros(max(len(frame), len(counts)), dtype=np.int64)
    some = yes > 0
    rows = make_share_rows(
        ShareCounts(
            cell=cell, employer=employer, jobs=jobs, yes_cell=cell[some], yes_employer=employer[some],
            yes_item=zeros[: some.sum()], yes=yes[some], n_unread=zeros[: len(frame)],
            weighted=counts["weighted"].to_numpy(np.float64),
            weighted_yes=counts["weighted_stated"].to_numpy(np.float64)[some],
        ),
        zeros[:1], zeros[:1], has_bounds=False,
    )  # fmt: skip
    return frame.assign(n_stated=rows["n_yes"], **{name: rows[name] for name in SHARES})


def _add_widths(frame: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    units = counts.assign(unit=counts.groupby(["cell", "employer"], sort=True).ngroup())
    ranges = units[["cell", "unit", "widths"]].explode("widths").dropna()
    n_ranges = np.bincount(ranges["cell"], minlength=len(frame))
    frame = frame.assign(n_ranges=n_ranges, width_status="suppressed", width_reason=printing.EMPLOYERS.explain(0))
    if ranges.empty:
        return frame
    _, first, place = np.unique(ranges["unit"].to_numpy(np.int64), return_index=True, return_inverse=True)
    numbers, cell = np.unique(ranges["cell"].to_numpy(np.int64)[first], return_inverse=True)
    cells = count_cells(cell, np.bincount(place), len(numbers))
    medians = estimate_quantiles(cells, place, ranges["widths"].to_numpy(np.float64), [0.5])
    value, low, high = (ends[:, 0].round(DIGITS) for ends in (medians.value, medians.low, medians.high))
    reasons = printing.find_reasons(cells)
    is_printed = pd.isna(reasons)
    is_wide = printing.find_interval_only(value, low, high, is_share=False)
    widths = pd.DataFrame(
        {
            **{name: np.where(is_printed, ends, np.nan)
               for name, ends in (("width", value), ("width_lo", low), ("width_hi", high))},
            "width_form": pd.Series(np.where(is_wide, printing.INTERVAL, printing.POINT)).where(is_printed, None),
            "width_status": np.where(is_printed, "published", "suppressed"),
            "width_reason": reasons,
        }
    ).set_index(numbers)  # fmt: skip
    some = frame.index.isin(numbers)
    return pd.concat(
        [frame[~some], frame[some].drop(columns=["width_status", "width_reason"]).join(widths)]
    ).sort_index()


def _add_comparisons(frame: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Add to rows with a law in force how their share differs, within employers, from that of the row without a law."""
    by = [*PLACE, "employer"]
    ours, others = (counts[counts["law"] == law] for law in (LAW_IN_FORCE, NO_LAW))
    columns = ["n_jobs", "n_stated", "weighted", "weighted_stated"]
    both = ours.merge(others[[*by, *columns]], on=by, suffixes=("", "_other"))
    both["share"] = (both["weighted_stated"] / both["weighted"]).clip(upper=1)
    both["share_other"] = (both["weighted_stated_other"] / both["weighted_other"]).clip(upper=1)
    cell = both["cell"].to_numpy(np.int64)
    heads = ((both["weighted"] + both["weighted_other"]) / (both["n_jobs"] + both["n_jobs_other"])).to_numpy(np.float64)
    difference = (both["share"] - both["share_other"]).to_numpy(np.float64)
    of_jobs, of_others = (
        (both[f"share{side}"] * (1 - both[f"share{side}"]) / both[f"n_jobs{side}"]).to_numpy(np.float64)
        for side in ("", "_other")
    )
    estimates = estimate_differences(cell, difference, len(frame), heads, of_jobs + of_others)
    sums = both.groupby("cell")[["n_jobs", "n_jobs_other"]].sum().reindex(frame.index, fill_value=0)
    stood_for = sum_by(cell, heads, len(frame))
    means = pd.DataFrame(
        {
            name: np.divide(
                sum_by(cell, heads * both[name].to_numpy(np.float64), len(frame)), stood_for,
                out=np.full(len(frame), np.nan), where=stood_for > 0,
            )
            for name in ("share", "share_other")
        }
    ).round(DIGITS)  # fmt: skip
    here = pd.MultiIndex.from_frame(frame[PLACE])
    is_compared = (frame["law"] == LAW_IN_FORCE) & here.isin(here[frame["law"] == NO_LAW])
    reasons = pd.Series(
        printing.find_reasons({"n_employers": estimates.n_employers}, COMPARISON_RULES), dtype=object, index=frame.index
    )
    is_printed = is_compared & reasons.isna()
    sizes = {
        "n_employers_both": estimates.n_employers,
        "n_jobs_both": sums["n_jobs"],
        "n_jobs_other": sums["n_jobs_other"],
    }
    figures = {
        "share_both": means["share"], "share_other": means["share_other"], "difference": estimates.difference,
        "difference_lo": estimates.low, "difference_hi": estimates.high,
    }  # fmt: skip
    status = pd.Series(np.where(is_printed, "published", "suppressed"), dtype=object, index=frame.index)
    return frame.assign(
        **{name: pd.Series(values, index=frame.index).where(is_compared) for name, values in sizes.items()},
        **{name: pd.Series(values, index=frame.index).where(is_printed) for name, values in figures.items()},
        comparison_status=status.where(is_compared, None),
        comparison_reason=reasons.where(is_compared, None),
    )
