"""The steps from adverts read to a band of pay, in words: how many jobs remain at each step, and why others drop out.

The frame is "the adverts we read", not the market.
"""

from __future__ import annotations

import functools

from reports.wording.levels import level_phrase
from reports.wording.numbers import Row, Rows, count_of
from reports.wording.renderer import Column, Renderer, Table, make_table
from transforms.records.definitions import MAX_DAYS_APART
from warehouse.marts.printing import JOBS

BASE_STEP = "ai_engineering"
"""The step whose jobs are divided into parts."""
HEADINGS = {
    "adverts": "Adverts read",
    "jobs": "Jobs",
    "ai_engineering": "AI engineering",
    "readable": "Text or pay read",
    "pay_stated": "Pay stated",
    "in_dollars": "In dollars a year",
    "level_known": "Level known",
    "at_level": "At the level",
    "paid_here": "Paid here",
    "in_band": "Pay comparable",
}
"""Headings of all steps but the last."""
LAST_HEADING = "In the band"
LOST_AT = {
    "readable": "no full advert",
    "pay_stated": "no pay stated",
    "in_dollars": "currency, period or rate unknown",
    "level_known": "level unknown",
    "at_level": "another level",
    "paid_here": "pay of another place",
    "in_band": "pay not comparable",
    "own_market": "paid from abroad",
}
"""Short reasons for the losses at each step after `BASE_STEP`."""


def count_at(row: Row, step: str) -> int:
    """Return how many jobs of a place remain at a step."""
    return next(int(counted["n"]) for counted in row["steps"] if counted["step"] == step)


def count_last(row: Row) -> int:
    """Return how many jobs of a place pass every step."""
    return int(row["steps"][-1]["n"])


def in_band(row: Row) -> str:
    """Return the jobs in the band, such as "74 of 193 AI engineering jobs"."""
    return f"{count_last(row):,} of {count_of(count_at(row, BASE_STEP), 'AI engineering job')}"


def parts_of(row: Row) -> list[tuple[str, int]]:
    """Divide the AI engineering jobs of a place: first the jobs in the band, then the losses, last step first."""
    losses = {counted["step"]: int(counted["n_lost"]) for counted in row["steps"]}
    lost = ((LOST_AT[step], losses[step]) for step in reversed(LOST_AT) if step in losses)
    return [("in the band", count_last(row)), *lost]


def _text(rows: Rows) -> str:
    text = "; ".join(f"{row['place']} {in_band(row)}" for row in rows if count_last(row))
    none = [row["place"] for row in rows if not count_last(row)]
    if not text:
        return f"no AI engineering job of {count_of(len(none), 'place')} is in the band"
    return f"{text}; none in {count_of(len(none), 'more place', 'more places')}" if none else text


def _table(rows: Rows) -> Table:
    table_rows = [row for row in rows if count_at(row, BASE_STEP) >= JOBS.bound or count_last(row)] or rows
    steps = [counted["step"] for counted in rows[0]["steps"]]
    columns = [
        Column("Place", "place", False),
        *map(_step_column, steps),
    ]
    key = (
        "In the adverts we read: each column counts what is left of the one before it; the last are the jobs of the "
        "band. A job counts in each of its places."
    )
    others = count_of(len(rows) - len(table_rows), "place")
    few = f"Not in the table: {others} with fewer than {JOBS.bound:.0f} AI engineering jobs, none of them in a band."
    return make_table(table_rows, columns, key=key, below=[few if len(table_rows) < len(rows) else "", *_reasons(rows)])


def _step_column(step: str) -> Column:
    return Column(HEADINGS.get(step, LAST_HEADING), lambda row: f"{count_at(row, step):,}")


def _reasons(rows: Rows) -> tuple[str, ...]:
    losses = [counted for counted in rows[0]["steps"] if counted["step"] in LOST_AT]
    last = rows[0]["steps"][-1]["step"]
    reasons = "; ".join(
        f"{LAST_HEADING if counted['step'] == last else HEADINGS[counted['step']]}: {counted['reason']}"
        for counted in losses
    )
    return (f"Why jobs are left out. {reasons}.",)


COVERAGE_COLUMNS = {
    "n_boards": "Boards known",
    "n_boards_read_whole": "Read completely",
    "n_boards_in_stock": "Counted now",
    "n_adverts": "Adverts",
    "n_jobs": "Jobs",
    "n_ai_jobs": "AI jobs",
    "n_read_in_full": "With full text",
    "n_paid": "With pay",
}
"""Headings of the counts in `mart.frame_coverage`."""
COVERAGE_KEY = (
    "In the adverts we read. Boards known: employers' lists of openings that we know of; read completely: "
    f"their last whole reading is at most {MAX_DAYS_APART} older than their last reading of any kind; counted now: "
    "read recently enough for the figures, some of them only in part. With full text, and with pay: of the AI jobs. A "
    "job counts in each row that it belongs to, so that rows do not add up."
)


def _coverage_text(rows: Rows) -> str:
    counts = (f"{row['name']} {count_of(row['n_ai_jobs'], 'AI job')}" for row in rows if row["n_ai_jobs"])
    return "; ".join(counts) or "no AI job"


def _coverage_table(heading: str, rows: Rows) -> Table:
    columns = [
        Column(heading, "name", False),
        *(Column(words, name) for name, words in COVERAGE_COLUMNS.items()),
        Column("Last read", lambda row: str(row["read_on"] or "never"), False),
    ]
    return make_table(rows, columns, key=COVERAGE_KEY)


def coverage(heading: str) -> Renderer:
    """Return the renderer of what was read, with a row for each place, source or sector."""
    return Renderer(text=_coverage_text, table=functools.partial(_coverage_table, heading), named_by="name")


LADDER = Renderer(text=_text, table=_table, named_by="place")


def name_ladder(level: str) -> str:
    """Return the title of the ladder of losses of one level."""
    return f"From the adverts we read to the bands of pay, {level_phrase(level)}"
