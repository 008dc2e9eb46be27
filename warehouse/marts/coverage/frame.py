"""mart.frame_coverage and mart.pay_ladder: what was read where, and where jobs are lost on the way to a band of pay.

The macros `frame_adverts`, `frame_jobs` and `frame_boards` assign adverts, jobs and boards to places. This module
counts them. The frame is what the pipeline reads, not the market.
"""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from transforms.records.vocabulary import AI_GROUPS, FULL_ADVERT, LADDER_LEVELS, LADDER_STEPS, LEVEL_GROUPS
from warehouse.mart_tables import FrameCoverage, PayLadder
from warehouse.marts.cell_cache import combine_rows
from warehouse.sql_files import read_sql

EXTRA_INPUTS = (
    "(SELECT source, board, is_whole, is_in_stock FROM board_readings($as_of))",
    "(SELECT DISTINCT source, board FROM ops.responses WHERE (observed_at AT TIME ZONE 'UTC')::DATE <= $as_of)",
    "(SELECT posting_id, board FROM core.posting_boards WHERE (first_seen_at AT TIME ZONE 'UTC')::DATE <= $as_of)",
)
"""What coverage reads beside the tables in `cell_cache.INPUT_TABLES`. The days of readings are left out."""
ROLE_GROUP = "ai_engineering"  # the group of roles whose pay the guide's figures describe


STEPS: dict[str, tuple[str, str]] = dict(
    zip(
        LADDER_STEPS,
        (
            ("", "adverts in the stock that name the place, or whose pay counts there"),
            ("", "another advert of the same job"),
            ("is_of_group", "the work is another than AI engineering"),
            (
                "is_read_or_paid",
                "no full advert was read, and what was read states no pay: the employer may state it all the same",
            ),
            ("states_pay", "the full advert was read, and no pay was found in it"),
            ("is_in_dollars", "the currency, the period or a rate near enough to the day is not known"),
            ("has_level", "neither title nor years tell the level"),
            ("is_of_level", "the level is another than the figure's"),
            ("is_paid_here", "the pay is another place's, or tied to no place"),
            ("is_in_band", "not full-time base pay before tax with both ends, or not plausible"),
        ),
        strict=True,
    )
)
"""The steps of the ladder in order, by name: the column that is true of rows that pass, and why others do not.

Every row passes the first two. The first step counts adverts, all others count jobs."""


def frame_coverage(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return what was read by place, source and sector, for one day, with the columns of `FrameCoverage`."""
    params = {"as_of": as_of, "ai_groups": list(AI_GROUPS), "full_advert": FULL_ADVERT}
    rows = con.execute(read_sql("marts/coverage/frame_coverage"), params).df()
    return combine_rows(FrameCoverage, as_of, [rows])


def pay_ladder(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return how many jobs pass each step of the ladder to a band, for one day, with the columns of `PayLadder`.

    The last step at a place and level equals `n_jobs` of its band in US dollars. Every place with a job has all steps.
    """
    counts = con.execute(read_sql("marts/coverage/pay_ladder"), {"as_of": as_of}).df()
    return combine_rows(PayLadder, as_of, [_count_passed(counts, level) for level in LADDER_LEVELS])


def _count_passed(counts: pd.DataFrame, level: str) -> pd.DataFrame:
    place = ["region_level", "region"]
    passes = counts.assign(
        is_of_group=counts["role_group"] == ROLE_GROUP,
        is_read_or_paid=counts["is_read_in_full"] | counts["states_pay"],
        has_level=counts["seniority"] != "unstated",
        is_of_level=counts["seniority"].isin(LEVEL_GROUPS[level] or ()),
    )
    has_passed = np.ones(len(counts), dtype=bool)
    parts = []
    for position, (name, (column, reason)) in enumerate(STEPS.items()):
        if column:
            has_passed = has_passed & passes[column].to_numpy(dtype=bool)
        n = counts["n_adverts" if position == 0 else "n_jobs"].where(has_passed, 0)
        part = n.groupby([counts[of_place] for of_place in place]).sum().rename("n").reset_index()
        parts.append(part.assign(step=name, position=position, reason=reason))
    rows = pd.concat(parts).sort_values([*place, "position"])
    rows["n_lost"] = rows.groupby(place)["n"].shift(fill_value=0) - rows["n"]
    rows.loc[rows["position"] == 0, "n_lost"] = 0
    return rows.assign(seniority_group=level)
