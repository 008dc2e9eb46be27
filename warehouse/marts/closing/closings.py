"""mart.closing_rates and mart.closings_left_out: how fast adverts close, from complete readings of boards.

The macros `board_intervals` and `board_listings` say between which readings of its board an advert was listed; here
they are counted by board, interval and cell, and handed to the estimators of `closing_rates`. Counting is in SQL and
grows with boards x readings x cells, not with adverts x readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from string import Template

import duckdb
import numpy as np
import pandas as pd

from transforms.records.definitions import CLOSINGS_WINDOW
from transforms.records.vocabulary import GROUPS_OF_CLOSINGS
from warehouse.mart_tables import ClosingRates, ClosingsLeftOut
from warehouse.marts.cell_cache import CellCache
from warehouse.marts.closing.closing_rates import (
    LENGTH_DIGITS,
    Readings,
    compare_within_boards,
    estimate_closing_rates,
    find_mass_closings,
)
from warehouse.marts.printing import OPEN_DAYS, Rule, find_reasons

EXTRA_INPUTS = (
    f"(FROM board_intervals($as_of, {CLOSINGS_WINDOW.value}) UNION ALL BY NAME FROM core.posting_boards"
    " UNION ALL BY NAME SELECT posting_id, role_group FROM core.publishable_postings)",
)
"""What is read beside the tables of `cell_cache.INPUT_TABLES`: without another reading nothing is computed."""
COMPARED = {"ai_engineering": "other_engineering"}
"""Role groups that are compared with another within boards."""
CLOSING_RULES = (
    OPEN_DAYS,
    Rule(
        "n_boards", 10, True, "not enough boards ({0:.0f}; {2} needed)",
        "with fewer, how one board is kept decides, and could be told from the cell: as for employers of a share",
    ),
    Rule(
        "n_even", 8, True, "a few boards hold most of it (as informative as {0:.1f} equal boards; {2} needed)",
        "8 degrees of freedom are the least by Parker et al. 2017, as for employers of a share",
    ),
    Rule(
        "largest", 0.5, False, "one board is {1:.0f} % of it (at most {3:.0f} %)",
        "more than half is one board's own statistic",
    ),
)  # fmt: skip
"""What a rate, and a comparison, must rest on to be printed; the gravest first."""
NO_CLOSING = "none closed in one of the groups, or in one but for a single board"
CELL = ["role_group", "region_level", "region"]


def closing_rates(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache | None = None) -> pd.DataFrame:
    """Closing rates of one day by role group and region, with the columns of `ClosingRates`.

    The window ends with the newest reading, so that without new readings the rows stay as they are, whatever the day.
    """
    stage_intervals(con, as_of)
    cache = cache or CellCache(ClosingRates, as_of)
    cache.n_computed += 1  # the boards that decide on mass closings are those of all cells: the mart is one
    rows = _make_rows(con, "known")
    if rows is None:
        return cache.combine_rows([])
    frame = prefer_panel(rows, _make_rows(con, "panel"), CELL, "status")
    is_printed = frame["status"].eq("published") | frame["ratio_status"].eq("published")
    return cache.combine_rows([keep_rows(frame.assign(window_days=CLOSINGS_WINDOW.value), is_printed)])


def _make_rows(con: duckdb.DuckDBPyConnection, sample: str) -> pd.DataFrame | None:
    """The cells of one sample; None where it has none."""
    counts = con.execute(fill(_COUNTS, sample)).df()
    if counts.empty:
        return None
    by_group = _over_groups(counts)
    frame = by_group.groupby(CELL, as_index=False).agg(
        period_from=("read_on", "min"), period_to=("read_again_on", "max")
    )
    frame = frame.assign(period_from=frame["period_from"].dt.date, period_to=frame["period_to"].dt.date)
    frame = frame.merge(con.execute(fill(_JOBS, sample), {"groups": _MEMBERS}).df(), on=CELL)
    frame = _add_rates(frame, by_group)
    frame = _add_comparisons(frame, con.execute(fill(_BOTH, sample), {"groups": _COMPARED_MEMBERS}).df())
    return frame.assign(sample=sample)


def prefer_panel(rows: pd.DataFrame, panel: pd.DataFrame | None, key: Sequence[str], status: str) -> pd.DataFrame:
    """Rows of all boards known, in whose place stand those of the panel that may be printed."""
    replacements = rows[:0] if panel is None else panel[panel[status].eq("published")]
    if replacements.empty:
        return rows
    others = rows.merge(replacements[list(key)], on=list(key), how="left", indicator="found")
    others = others[others["found"].eq("left_only")].drop(columns="found")
    return pd.concat([others, replacements]).sort_values(list(key), ignore_index=True)


def keep_rows(frame: pd.DataFrame, is_printed: pd.Series[bool]) -> pd.DataFrame:
    """Cells that are stored: the world's and the continents', and of regions those of which something is printed.

    Another reading changes every cell, so that all others would be stored anew every night to say that they are not
    printed.
    """
    return frame[frame["region_level"].ne("region") | is_printed]


def closings_left_out(con: duckdb.DuckDBPyConnection, as_of: date, cache: CellCache | None = None) -> pd.DataFrame:
    """Intervals of boards that the closing rates of a day leave out, with the columns of `ClosingsLeftOut`."""
    stage_intervals(con, as_of)
    left_out = con.execute(
        "SELECT source, board, read_on, read_again_on, n_open, n_gone, why_not AS why FROM closing_intervals"
        " WHERE why_not IN ('board_gone', 'mass_closing') AND n_open > 0 ORDER BY ALL"
    ).df()
    for column in ("read_on", "read_again_on"):
        left_out[column] = left_out[column].dt.date
    cache = cache or CellCache(ClosingsLeftOut, as_of)
    cache.n_computed += 1
    return cache.combine_rows([left_out])


# --- counting -----------------------------------------------------------------------------------------


def stage_intervals(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Leave intervals of boards, with what was open and gone, and adverts' listings in temporary tables.

    `closing_intervals.why_not` says why an interval does not count; NULL: it does.
    """
    con.execute(_INTERVALS, {"as_of": as_of})
    con.execute(_LISTINGS, {"as_of": as_of})
    con.execute(_COUNT_BY_BOARD)
    rows = con.execute(
        "SELECT interval_number, source, board_number, days, n_open, n_gone FROM closing_intervals"
        " WHERE why_not IS NULL AND n_open > 0 ORDER BY interval_number"
    ).df()
    source, _ = pd.factorize(rows["source"], sort=True)
    is_mass = find_mass_closings(
        Readings(
            cell=source.astype(np.int64),
            board=rows["board_number"].to_numpy(np.int64),
            days=rows["days"].to_numpy(np.float64),
            n_open=rows["n_open"].to_numpy(np.float64),
            n_closed=rows["n_gone"].to_numpy(np.float64),
            is_gone=np.zeros(len(rows), dtype=bool),
        ),
        int(source.max(initial=-1)) + 1,
    )
    con.execute(
        "UPDATE closing_intervals SET why_not = 'mass_closing' WHERE list_contains($mass, interval_number)",
        {"mass": rows.loc[is_mass, "interval_number"].tolist()},
    )


_INTERVALS = f"""
CREATE OR REPLACE TEMP TABLE closing_intervals AS
SELECT *, row_number() OVER (ORDER BY source, board, number) - 1 AS interval_number,
    dense_rank() OVER (ORDER BY source, board) - 1 AS board_number,
    (read_at AT TIME ZONE 'UTC')::DATE AS read_on, (read_again_at AT TIME ZONE 'UTC')::DATE AS read_again_on
FROM board_intervals($as_of, {CLOSINGS_WINDOW.value})
"""
_LISTINGS = """
CREATE OR REPLACE TEMP TABLE closing_listings AS
SELECT b.board_number, l.posting_id, l.role_group, l.is_closed, l.is_dropped, l.opened_at,
    l.last_number - l.is_dropped::INTEGER AS last_number,  -- dropped for its age: not at risk in the last interval
    greatest(l.first_number, b.first_interval) AS first_number
FROM board_listings($as_of) AS l JOIN (
    SELECT source, board, any_value(board_number) AS board_number, min(number) AS first_interval
    FROM closing_intervals GROUP BY ALL
) AS b USING (source, board)
WHERE l.last_number - l.is_dropped::INTEGER >= greatest(l.first_number, b.first_interval)
"""


def _count_open(columns: str, listings: str) -> str:
    """SELECT of what is open and closes in each interval, by `columns` of the listings.

    What is open is the running sum of what is first and, one reading later, last listed.
    """
    within = f", {columns}" if columns else ""
    return f"""
    SELECT i.interval_number, i.board_number{within},
        sum(coalesce(e.opened, 0)) OVER w AS n_open, coalesce(e.closed, 0) AS n_closed, coalesce(e.gone, 0) AS n_gone
    FROM (SELECT DISTINCT board_number{within} FROM {listings}) AS c JOIN closing_intervals AS i USING (board_number)
    LEFT JOIN (
        SELECT board_number{within}, number, sum(opened) AS opened, sum(closed) AS closed, sum(gone) AS gone
        FROM (
            SELECT board_number{within}, first_number AS number, 1 AS opened, 0 AS closed, 0 AS gone FROM {listings}
            UNION ALL
            SELECT board_number{within}, last_number + 1, -1, 0, 0 FROM {listings}
            UNION ALL
            SELECT board_number{within}, last_number, 0, is_closed::INTEGER, (NOT is_dropped)::INTEGER FROM {listings}
        )
        GROUP BY ALL
    ) AS e USING (board_number, number{within})
    WINDOW w AS (PARTITION BY i.board_number{within} ORDER BY i.number)"""


_COUNT_BY_BOARD = f"""
CREATE OR REPLACE TEMP TABLE closing_intervals AS
SELECT i.*, coalesce(n.n_open, 0)::BIGINT AS n_open, coalesce(n.n_gone, 0)::BIGINT AS n_gone
FROM closing_intervals AS i LEFT JOIN ({_count_open("", "closing_listings")}) AS n USING (interval_number)
"""
COUNTS = {"known": "why_not IS NULL", "panel": "why_not IS NULL AND weight IS NOT NULL"}
"""SQL: whether an interval counts in each sample."""
WEIGHTS = {"known": "1", "panel": "weight"}
"""SQL: what an interval weighs in each sample."""


def fill(select: str, sample: str) -> str:
    """A SELECT over the intervals that count in a sample, with what they weigh."""
    return Template(select).safe_substitute(counts=COUNTS[sample], weight=WEIGHTS[sample])


PLACED = """(
    WITH listed AS (
        SELECT l.* FROM closing_listings AS l
        SEMI JOIN (SELECT board_number FROM closing_intervals WHERE $counts) AS i USING (board_number)
    )
    SELECT l.*, r.region_level, r.region FROM listed AS l JOIN (
        SELECT posting_id, 'world' AS region_level, 'World' AS region FROM listed
        UNION
        SELECT posting_id, level.name, level.region
        FROM core.posting_places AS p SEMI JOIN listed USING (posting_id),
            LATERAL (VALUES ('continent', p.continent), ('region', p.region)) AS level (name, region)
        WHERE level.region IS NOT NULL
    ) AS r USING (posting_id)
)
"""
"""Listings of boards with an interval that counts, in each place where closings are counted."""
_COUNTED = f"""
WITH placed AS MATERIALIZED {PLACED}, counted AS (
    SELECT n.*, i.days, $weight::DOUBLE AS weight, epoch_us(i.read_again_at) - epoch_us(i.read_at) AS microseconds,
        i.read_on, i.read_again_on
    FROM ({_count_open("role_group, region_level, region", "placed")}) AS n
    JOIN closing_intervals AS i USING (interval_number)
    WHERE $counts AND n.n_open > 0
)"""
_JOBS = f"""
WITH placed AS {PLACED}, followed AS (
    SELECT p.posting_id, p.role_group, p.region_level, p.region
    FROM placed AS p ASOF JOIN (SELECT board_number, number FROM closing_intervals WHERE $counts) AS i
    ON i.board_number = p.board_number AND p.first_number <= i.number
    WHERE i.number <= p.last_number
)
SELECT g.counted_group AS role_group, f.region_level, f.region, count(DISTINCT p.job_id) AS n_jobs
FROM followed AS f JOIN core.postings AS p USING (posting_id)
JOIN (SELECT unnest($groups, recursive := true)) AS g ON g.member = f.role_group
GROUP BY ALL
"""
_COUNTS = f"""{_COUNTED}
-- Intervals of a board of about one length are one, of their mean length by open adverts, so that open days are exact.
-- Whole numbers are added up, so that their order changes nothing.
SELECT role_group, region_level, region, board_number, weight,
    sum(n_open * microseconds) / (sum(n_open) * 86400e6) AS days, sum(n_open) AS n_open, sum(n_closed) AS n_closed,
    min(read_on) AS read_on, max(read_again_on) AS read_again_on
FROM counted GROUP BY role_group, region_level, region, board_number, weight, round(days, {LENGTH_DIGITS}) ORDER BY ALL
"""
_BOTH = f"""{_COUNTED}, at_risk AS (
    SELECT c.*, g.counted_group AS ours, g.is_ours, (n_open - n_closed / 2) * days AS exposure
    FROM counted AS c JOIN (SELECT unnest($groups, recursive := true)) AS g ON g.member = c.role_group
), summed AS (
    SELECT ours, region_level, region, board_number, interval_number, any_value(weight) AS weight,
        sum(exposure) FILTER (is_ours) AS t, sum(exposure) FILTER (NOT is_ours) AS t_other,
        sum(n_closed) FILTER (is_ours) AS k, sum(n_closed) FILTER (NOT is_ours) AS k_other,
    FROM at_risk GROUP BY ALL
)
SELECT ours AS role_group, region_level, region, board_number, sum(weight * t * t_other / (t + t_other)) AS weight,
    sum(weight * k * t_other / (t + t_other)) AS ours, sum(weight * k_other * t / (t + t_other)) AS theirs,
    sum(t) AS open_days, sum(t_other) AS open_days_other
FROM summed WHERE t IS NOT NULL AND t_other IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


_MEMBERS = [
    {"counted_group": group, "member": member} for group, members in GROUPS_OF_CLOSINGS.items() for member in members
]
"""Role groups of adverts, and the groups of the mart that each counts in."""
_COMPARED_MEMBERS = [
    {"counted_group": ours, "member": member, "is_ours": group == ours}
    for ours, other in COMPARED.items()
    for group in (ours, other)
    for member in GROUPS_OF_CLOSINGS[group]
]
"""Each role group that is compared, with the groups of adverts that are its own and the other's."""


def _over_groups(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts by each of `GROUPS_OF_CLOSINGS`, of which some hold others."""
    parts = [
        counts[counts["role_group"].isin(members)].assign(role_group=group)
        for group, members in GROUPS_OF_CLOSINGS.items()
    ]
    return pd.concat(parts, ignore_index=True)


# --- estimates ----------------------------------------------------------------------------------------


def _add_rates(frame: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Cells with their rates, intervals and what these rest on; those that break a rule without the rates."""
    cell = frame.set_index(CELL).index.get_indexer(pd.MultiIndex.from_frame(counts[CELL])).astype(np.int64)
    board, _ = pd.factorize(pd.Series(list(zip(cell, counts["board_number"], strict=True)), dtype="object"))
    rates = estimate_closing_rates(
        Readings(
            cell=cell,
            board=board.astype(np.int64),
            days=counts["days"].to_numpy(np.float64),
            n_open=counts["n_open"].to_numpy(np.float64),
            n_closed=counts["n_closed"].to_numpy(np.float64),
            is_gone=np.zeros(len(counts), dtype=bool),
            weight=counts["weight"].to_numpy(np.float64),
        ),
        len(frame),
        is_mass_closing=np.zeros(len(counts), dtype=bool),
    )
    rests_on = {name: getattr(rates, name) for name in ("n_boards", "n_even", "largest", "open_days")}
    reasons = find_reasons(rests_on, CLOSING_RULES)
    is_shown = pd.isna(reasons)
    values = {"rate": rates.rate, "rate_lo": rates.low, "rate_hi": rates.high}
    return frame.assign(
        **{"largest_board" if name == "largest" else name: values for name, values in rests_on.items()},
        n_closed=rates.n_closed.round().astype(np.int64),
        **{name: np.where(is_shown, column, np.nan) for name, column in values.items()},
        status=np.where(is_shown, "published", "suppressed"),
        reason=reasons,
    )


def _add_comparisons(frame: pd.DataFrame, boards: pd.DataFrame) -> pd.DataFrame:
    """Cells with what their role group is compared with, the ratio of the two rates within boards, or why not."""
    cell = frame.set_index(CELL).index.get_indexer(pd.MultiIndex.from_frame(boards[CELL])).astype(np.int64)
    weight, ours, theirs = (boards[name].to_numpy(np.float64) for name in ("weight", "ours", "theirs"))
    comparison, weights = compare_within_boards(cell, weight, ours, theirs, len(frame))
    compared_with = frame["role_group"].map(COMPARED)
    rests_on = {name: np.zeros(len(frame)) for name in ("open_days", "n_boards", "n_even", "largest")}
    if weights is not None:
        numbers = np.unique(cell)
        rests_on["n_boards"][numbers], rests_on["n_even"][numbers] = weights.n_employers, weights.n_even
        rests_on["largest"][numbers] = weights.largest
        days = boards.groupby(cell)[["open_days", "open_days_other"]].sum().min(axis=1)
        rests_on["open_days"][days.index] = days
    reasons = find_reasons(rests_on, CLOSING_RULES)
    reasons = np.where(pd.isna(reasons) & np.isnan(comparison.low), NO_CLOSING, reasons)
    is_compared = compared_with.notna().to_numpy()
    is_shown = pd.isna(reasons) & is_compared
    counts = {"n_boards_both": "n_boards", "n_even_both": "n_even", "open_days_both": "open_days"}
    values = {"ratio": comparison.ratio, "ratio_lo": comparison.low, "ratio_hi": comparison.high}
    return frame.assign(
        compared_with=compared_with,
        **{name: np.where(is_compared, rests_on[column], np.nan) for name, column in counts.items()},
        **{name: np.where(is_shown, column, np.nan) for name, column in values.items()},
        ratio_status=pd.Series(np.where(is_shown, "published", "suppressed"), dtype="object").where(is_compared, None),
        ratio_reason=pd.Series(reasons, dtype="object").where(is_compared, None),
    )
