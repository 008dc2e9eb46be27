"""The steps from adverts read to a band of pay, in words: how many jobs remain at each step, and why others drop out.

The frame is "the adverts we read", not the market.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from reports.wording.levels import level_phrase
from reports.wording.numbers import Row, Rows, count_of, join_words, lower_first
from reports.wording.renderer import Column, Renderer, Table, make_table
from transforms.records.definitions import MAX_DAYS_APART
from warehouse.marts.printing import JOBS

BASE_STEP = "ai_engineering"
"""The step whose jobs are divided into parts."""
LAST_STEP = "own_market"
"""The step after which jobs are in the band."""
STEPS = {
    "adverts": ("Adverts read", None),
    "jobs": ("Jobs", None),
    BASE_STEP: ("AI engineering", None),
    "readable": ("Text or pay read", "no full advert"),
    "pay_stated": ("Pay stated", "no pay stated"),
    "in_dollars": ("In dollars a year", "currency, period or rate unknown"),
    "level_known": ("Level known", "level unknown"),
    "at_level": ("At the level", "another level"),
    "paid_here": ("Paid here", "pay of another place"),
    "in_band": ("Pay comparable", "pay not comparable"),
    "own_market": ("In the band", "pay in other money"),
}
"""For each step: its heading, and a short reason for its losses (None up to `BASE_STEP`)."""


def _count(row: Row, step: str, column: str = "n") -> int:
    return next(int(counted[column]) for counted in row["steps"] if counted["step"] == step)


def parts_of(row: Row) -> list[tuple[str, int]]:
    """Divide the AI engineering jobs of a place: first the jobs in the band, then the losses, last step first."""
    losses = [(lost, _count(row, step, "n_lost")) for step, (_, lost) in reversed(STEPS.items()) if lost]
    return [("in the band", _count(row, LAST_STEP)), *losses]


def _text(rows: Rows) -> str:
    parts = [
        f"{row['place']} {n:,} of {count_of(_count(row, BASE_STEP), 'AI engineering job')}"
        for row in rows
        if (n := _count(row, LAST_STEP))
    ]
    n_none = len(rows) - len(parts)
    if not parts:
        return f"no AI engineering job of {count_of(n_none, 'place')} is in the band"
    return "; ".join([*parts, f"none in {count_of(n_none, 'more place', 'more places')}"] if n_none else parts)


_COLUMNS = (
    Column("Place", "place", False),
    *(Column(heading, functools.partial(_count, step=step)) for step, (heading, _) in STEPS.items()),
)


def _table(rows: Rows) -> Table:
    enough = [row for row in rows if _count(row, BASE_STEP) >= JOBS.bound or _count(row, LAST_STEP)]
    few = (
        f"Not in the table: {count_of(len(rows) - len(enough), 'place')} with fewer than {JOBS} AI engineering jobs, "
        "none of them in a band."
    )
    reasons = {STEPS[step["step"]]: step["reason"] for step in rows[0]["steps"]}
    why = "; ".join(f"{heading}: {reason}" for (heading, lost), reason in reasons.items() if lost)
    key = (
        "In the adverts we read: each column counts what is left of the one before it; the last are the jobs of the "
        "band. A job counts in each of its places."
    )
    below = [few if 0 < len(enough) < len(rows) else "", f"Why jobs are left out. {why}."]
    return make_table(enough or rows, _COLUMNS, key=key, below=below)


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
    "In the adverts we read. Boards known: employers' lists of openings that we know of, on every platform; read "
    f"completely: their last whole reading is at most {MAX_DAYS_APART} older than their last reading of any kind; "
    "counted now: read recently enough for the figures, some of them only in part. With full text, and with pay: "
    "of the AI jobs. A job counts in each row that it belongs to, so that rows do not add up."
)


def _coverage_text(rows: Rows) -> str:
    counts = (f"{row['name']} {count_of(row['n_ai_jobs'], 'AI job')}" for row in rows if row["n_ai_jobs"])
    return "; ".join(counts) or "no AI job"


def coverage(heading: str) -> Renderer:
    """Return the renderer of what was read, with a row for each place, source or sector."""
    columns = [
        Column(heading, "name", False),
        *(Column(words, name) for name, words in COVERAGE_COLUMNS.items()),
        Column("Last read", lambda row: row["read_on"] or "never", False),
    ]
    return Renderer(text=_coverage_text, table=functools.partial(_coverage_table, columns), named_by="name")


def _coverage_table(columns: Sequence[Column], rows: Rows) -> Table:
    """Return the table without columns and rows of zeros, which are named below it."""
    counted = [row for row in rows if row["n_adverts"]] or rows
    zeros = {words for name, words in COVERAGE_COLUMNS.items() if not any(row[name] for row in counted)}
    left_out = [row for row in rows if not row["n_adverts"]] if len(counted) < len(rows) else []
    words = [lower_first(one) for one in COVERAGE_COLUMNS.values() if one in zeros]
    below = [
        f"0 in every row, and therefore no column: {join_words(words)}." if words else "",
        f"Known, without an advert that counts now: {', '.join(map(_say_left_out, left_out))}." if left_out else "",
    ]
    return make_table(counted, [one for one in columns if one.heading not in zeros], key=COVERAGE_KEY, below=below)


def _say_left_out(row: Row) -> str:
    when = f"last read {row['read_on']}" if row["read_on"] else "never read"
    return f"{row['name']} ({count_of(row['n_boards'], 'board')}, {when})"


LADDER = Renderer(text=_text, table=_table, named_by="place")


def name_ladder(level: str) -> str:
    """Return the title of the ladder of losses of one level."""
    return f"From the adverts we read to the bands of pay, {level_phrase(level)}"
