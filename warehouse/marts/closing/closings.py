"""mart.closing_rates and mart.closings_left_out: how fast adverts close, from complete readings of boards.

The macros `board_intervals` and `board_listings` say between which readings of a board an advert was listed. This
module counts adverts by employer, board, interval and cell for the estimators of `closing_rates`. A list of many
employers' adverts counts by employer, as boards of as many employers would. SQL does the counting; its cost grows with
employers x readings x cells, not with adverts x readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from transforms.records.definitions import CLOSINGS_WINDOW
from transforms.records.vocabulary import GROUPS_OF_CLOSINGS
from warehouse.mart_tables import ClosingRates, ClosingsLeftOut
from warehouse.marts.cell_cache import combine_rows
from warehouse.marts.closing.closing_rates import (
    LENGTH_DIGITS,
    Readings,
    compare_within_boards,
    estimate_closing_rates,
    find_mass_closings,
)
from warehouse.marts.estimators import Ints
from warehouse.marts.printing import EMPLOYERS, LARGEST, OPEN_DAYS, Rule, find_reasons
from warehouse.sql_files import read_sql

EXTRA_INPUTS = (
    f"(FROM board_intervals($as_of, {CLOSINGS_WINDOW.value}) UNION ALL BY NAME FROM core.posting_boards"
    " UNION ALL BY NAME SELECT posting_id, job_id, role_group, employer_id FROM core.publishable_postings)",
)
"""What is read beside the tables in `cell_cache.INPUT_TABLES`. New readings change it; days that pass do not."""
COMPARED = {"ai_engineering": "other_engineering"}
"""For each group of roles that is compared within boards: the group that it is compared with."""
EMPLOYER_RULES = (
    OPEN_DAYS,
    EMPLOYERS,
    Rule(
        "n_even", EMPLOYERS.bound, True,
        "a few employers hold most of it (as informative as {0:.1f} equal ones; {2} needed)",
        "as many as a share needs: open days of a few employers say how these keep their lists",
    ),
    LARGEST,
)  # fmt: skip
"""Rules for what is known of adverts that are followed from reading to reading, the most serious rule first."""
CLOSING_RULES = (
    Rule(
        "n_intervals", 3, True, "boards were read through too few intervals ({0:g} on average; {2} needed)",
        "days differ more than employers do, so that a single interval says little",
    ),
    Rule(
        "n_days", 7, True, "boards were followed for too few days ({0:g}; {2} needed)",
        "a week holds each weekday once",
    ),
    *EMPLOYER_RULES,
)  # fmt: skip
"""Rules that a rate or a comparison must meet to be printed, the most serious rule first."""
NO_CLOSING = "none closed in one of the groups, or in one but for a single employer"
CELL = ["role_group", "region_level", "region"]


def closing_rates(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return the closing rates of one day by group of roles and region, with the columns of `ClosingRates`.

    The window ends with the newest reading. Without new readings the rows stay the same, whatever the day. Mass
    closings depend on the boards of all cells, so cells are not reused singly.
    """
    stage_intervals(con, as_of)
    rows = _make_rows(con, "known")
    if rows is None:
        return combine_rows(ClosingRates, as_of, [])
    frame = prefer_panel(rows, _make_rows(con, "panel"), CELL)
    is_printed = frame["status"].eq("published") | frame["ratio_status"].eq("published")
    return combine_rows(ClosingRates, as_of, [keep_rows(frame.assign(window_days=CLOSINGS_WINDOW.value), is_printed)])


def _make_rows(con: duckdb.DuckDBPyConnection, sample: str) -> pd.DataFrame | None:
    con.execute(select_from("counted", sample))
    counts = con.execute(read_sql("marts/closing/counts", length_digits=LENGTH_DIGITS)).df()
    if counts.empty:
        return None
    by_group = pd.concat(
        [
            counts[counts["role_group"].isin(members)].assign(role_group=group)
            for group, members in GROUPS_OF_CLOSINGS.items()
        ],
        ignore_index=True,
    )
    frame = con.execute(select_from("followed", sample), {"groups": _MEMBERS}).df()
    frame = frame.assign(period_from=frame["period_from"].dt.date, period_to=frame["period_to"].dt.date)
    frame = _add_rates(frame, by_group)
    compared = con.execute(read_sql("marts/closing/compared"), {"groups": _COMPARED_MEMBERS}).df()
    frame = _add_comparisons(frame, compared)
    return frame.assign(sample=sample)


def prefer_panel(rows: pd.DataFrame, panel: pd.DataFrame | None, key: Sequence[str]) -> pd.DataFrame:
    """Replace rows of all known boards by the published rows of the panel, if it has any, with the same `key`."""
    replacements = rows[:0] if panel is None else panel[panel["status"].eq("published")]
    if replacements.empty:
        return rows
    others = rows.merge(replacements[list(key)], on=list(key), how="left", indicator="found")
    others = others[others["found"].eq("left_only")].drop(columns="found")
    return pd.concat([others, replacements]).sort_values(list(key), ignore_index=True)


def keep_rows(frame: pd.DataFrame, is_printed: pd.Series[bool]) -> pd.DataFrame:
    """Return the cells to store: all of the world and the continents, and the printed cells of regions.

    Every new reading changes every cell, so the others would be stored again every night for nothing.
    """
    return frame[frame["region_level"].ne("region") | is_printed]


def closings_left_out(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return the intervals of boards that a day's closing rates leave out, with the columns of `ClosingsLeftOut`."""
    stage_intervals(con, as_of)
    left_out = con.execute(
        "SELECT source, board, read_on, read_again_on, n_open, n_gone, why_not AS why FROM closing_intervals"
        " WHERE why_not IN ('board_gone', 'mass_closing') AND n_open > 0 ORDER BY ALL"
    ).df()
    for column in ("read_on", "read_again_on"):
        left_out[column] = left_out[column].dt.date
    return combine_rows(ClosingsLeftOut, as_of, [left_out])


# --- counting -----------------------------------------------------------------------------------------


SAMPLES = {
    "known": {"counts": "why_not IS NULL", "weight": "1"},
    "panel": {"counts": "why_not IS NULL AND weight IS NOT NULL", "weight": "weight"},
}
"""SQL for whether an interval counts in each sample, and for its weight there."""


def stage_intervals(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make the temporary tables `closing_intervals` (of boards) and `closing_listings` (of jobs)."""
    con.execute(read_sql("marts/closing/intervals"), {"as_of": as_of, "window_days": CLOSINGS_WINDOW.value})
    con.execute(read_sql("marts/closing/listings"), {"as_of": as_of})
    by_board = read_sql("marts/closing/count_open", within="", listings="closing_listings")
    con.execute(read_sql("marts/closing/count_by_board", count_open=by_board))
    rows = con.execute(
        "SELECT interval_number, source, board_number, days, n_open, n_gone FROM closing_intervals"
        " WHERE why_not IS NULL AND n_open > 0 ORDER BY interval_number"
    ).df()
    source, _ = pd.factorize(rows["source"], sort=True)
    readings = _readings_of(rows.rename(columns={"n_gone": "n_closed"}), source, rows["board_number"])
    is_mass = find_mass_closings(readings, int(source.max(initial=-1)) + 1)
    con.execute(
        "UPDATE closing_intervals SET why_not = 'mass_closing' WHERE list_contains($mass, interval_number)",
        {"mass": rows.loc[is_mass, "interval_number"].tolist()},
    )


def _readings_of(rows: pd.DataFrame, cell: ArrayLike, board: ArrayLike, employer: Ints | None = None) -> Readings:
    return Readings(
        cell=np.asarray(cell, dtype=np.int64),
        board=np.asarray(board, dtype=np.int64),
        days=rows["days"].to_numpy(np.float64),
        n_open=rows["n_open"].to_numpy(np.float64),
        n_closed=rows["n_closed"].to_numpy(np.float64),
        weight=rows["weight"].to_numpy(np.float64) if "weight" in rows else None,
        employer=employer,
    )


def select_from(name: str, sample: str) -> str:
    """Return the SELECT in the file `name`, over the intervals that count in a sample ("known" or "panel")."""
    within = ", employer, role_group, region_level, region"
    count_open = read_sql("marts/closing/count_open", within=within, listings="placed")
    parts = {**SAMPLES[sample], "count_open": count_open}
    parts["placed"] = read_sql("marts/closing/placed", **parts)
    return read_sql(f"marts/closing/{name}", **parts)


_MEMBERS = [
    {"counted_group": group, "member": member} for group, members in GROUPS_OF_CLOSINGS.items() for member in members
]
"""Pairs of a group of the mart (`counted_group`) and a group of roles whose adverts count in it (`member`)."""
_COMPARED_MEMBERS = [
    {"counted_group": ours, "member": member, "is_ours": group == ours}
    for ours, other in COMPARED.items()
    for group in (ours, other)
    for member in GROUPS_OF_CLOSINGS[group]
]
"""For each comparison, named by our group (`counted_group`): the groups of roles whose adverts count on our side
(`is_ours`) or on the other side."""


# --- estimates ----------------------------------------------------------------------------------------


def _add_rates(frame: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    cell = frame.set_index(CELL).index.get_indexer(pd.MultiIndex.from_frame(counts[CELL])).astype(np.int64)
    employer, board = (
        np.asarray(counts.groupby([cell, *names], sort=False).ngroup(), dtype=np.int64)
        for names in (["employer"], ["employer", "board_number"])
    )
    rates = estimate_closing_rates(_readings_of(counts, cell, board, employer), len(frame))
    rests_on = {name: getattr(rates, name) for name in ("n_employers", "n_even", "largest", "open_days")}
    extent = {name: frame[name].to_numpy(np.float64) for name in ("n_intervals", "n_days")}
    reasons = find_reasons(rests_on | extent, CLOSING_RULES)
    is_shown = pd.isna(reasons)
    values = {"rate": rates.rate, "rate_lo": rates.low, "rate_hi": rates.high}
    return frame.assign(
        **{"largest_employer" if name == "largest" else name: values for name, values in rests_on.items()},
        n_closed=rates.n_closed.round().astype(np.int64),
        **{
            name: np.bincount(cell, counts[name].fillna(0), len(frame)).round().astype(np.int64)
            for name in ("n_provisional", "n_taken_back")
        },
        **{name: np.where(is_shown, column, np.nan) for name, column in values.items()},
        status=np.where(is_shown, "published", "suppressed"),
        reason=reasons,
    )


def _add_comparisons(frame: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    cell = frame.set_index(CELL).index.get_indexer(pd.MultiIndex.from_frame(compared[CELL])).astype(np.int64)
    names = ("weight", "ours", "theirs", "independent")
    weight, ours, theirs, independent = (compared[name].to_numpy(np.float64) for name in names)
    comparison, weights = compare_within_boards(cell, weight, ours, theirs, independent, len(frame))
    compared_with = frame["role_group"].map(COMPARED)
    rests_on = {name: np.zeros(len(frame)) for name in ("open_days", "n_employers", "n_even", "largest")}
    rests_on |= {name: frame[name].to_numpy(np.float64) for name in ("n_intervals", "n_days")}
    if weights is not None:
        numbers = np.unique(cell)
        rests_on["n_employers"][numbers], rests_on["n_even"][numbers] = weights.n_employers, weights.n_even
        rests_on["largest"][numbers] = weights.largest
        days = compared.groupby(cell)[["open_days", "open_days_other"]].sum().min(axis=1)
        rests_on["open_days"][days.index] = days
    reasons = find_reasons(rests_on, CLOSING_RULES)
    reasons = np.where(pd.isna(reasons) & np.isnan(comparison.low), NO_CLOSING, reasons)
    is_compared = compared_with.notna().to_numpy()
    is_shown = pd.isna(reasons) & is_compared
    counts = {"n_employers_both": "n_employers", "n_even_both": "n_even", "open_days_both": "open_days"}
    values = {"ratio": comparison.ratio, "ratio_lo": comparison.low, "ratio_hi": comparison.high}
    return frame.assign(
        compared_with=compared_with,
        **{name: np.where(is_compared, rests_on[column], np.nan) for name, column in counts.items()},
        **{name: np.where(is_shown, column, np.nan) for name, column in values.items()},
        ratio_status=pd.Series(np.where(is_shown, "published", "suppressed"), dtype="object").where(is_compared, None),
        ratio_reason=pd.Series(reasons, dtype="object").where(is_compared, None),
    )
