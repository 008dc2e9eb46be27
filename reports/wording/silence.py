"""What the median of all jobs may be if some state no pay, in words (docs/methods.md, "Pay that is not stated")."""

from __future__ import annotations

import functools

from reports.wording.levels import level_phrase
from reports.wording.numbers import Row, Rows, choose_printed, count_of, median_cell, percent, short
from reports.wording.renderer import Column, Renderer, Table, make_table

NO_BOUNDS = "no informative bounds"
KEY = (
    "State pay: jobs in the band, of all those of the place and level that are full-time as far as is known. If the "
    "silent ones paid anything at all: the median of all lies between these amounts with 95% confidence; where no "
    "more than half state pay, or hardly more, or a few employers hold most of the jobs, nothing can be said. If they "
    "tend to pay less, or more: the median of all, if the odds of stating pay double, or halve, with each standard "
    "deviation of log pay."
)
"""Explanation of the table's columns."""


def is_counted(row: Row) -> bool:
    """Whether jobs that state no pay were counted beside a band, as they are for adverts we read."""
    return row.get("n_silent") is not None


def choose_counted(rows: Rows) -> Rows:
    """Return all rows if jobs that state no pay were counted beside any printed row; otherwise []."""
    return rows if any(map(is_counted, choose_printed(rows))) else []


def say_stated(row: Row) -> str:
    """Return how many jobs state pay, such as "132 of 164"."""
    return f"{row['n_jobs']:,} of {_count_all(row):,}"


def bounds(row: Row) -> str | None:
    """Return the interval of the median of all jobs, whatever silent jobs pay, in words; None if unknown."""
    return _amounts(row, "p50_bounds_lo", "p50_bounds_hi")


def at_odds(row: Row) -> str | None:
    """Return the median of all jobs if silent jobs tend to pay less, and if they tend to pay more, in words.

    Return None if there are no silent jobs.
    """
    return _amounts(row, "p50_if_odds_double", "p50_if_odds_half")


def describe(row: Row) -> str | None:
    """Say how many jobs state pay, and how the others may change the median; None if they were not counted."""
    if not is_counted(row):
        return None
    if not row["n_silent"]:
        return f"{count_of(row['n_jobs'], 'job')}, of which all state pay"
    within, tends = bounds(row), at_odds(row)
    if within:
        text = f"{say_stated(row)} jobs state pay: if the silent ones paid anything at all, the median of all is "
        text += f"{row['currency']} {within} (95% interval)"
    else:
        text = f"{NO_BOUNDS} of the median of all: {say_stated(row)} jobs state pay"
    return f"{text}; if the silent ones tend to pay less or more, it is {row['currency']} {tends}" if tends else text


def _amounts(row: Row, low: str, high: str) -> str | None:
    if row.get(low) is None or row.get(high) is None:
        return None
    ends = [short(row[end]) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _text(rows: Rows) -> str:
    bands = [row for row in rows if is_counted(row)]
    return "; ".join(f"{row['place']}: {_say_bounds(row)}" for row in bands) or "no band rests on adverts we read"


def _say_bounds(row: Row) -> str:
    within = bounds(row)
    return f"{row['currency']} {within}" if within else f"{NO_BOUNDS}, {say_stated(row)} state pay"


def _table(level: str, rows: Rows) -> Table:
    bands = [row for row in rows if is_counted(row)]
    columns = (
        Column("Place", "place", False),
        Column("State pay", lambda row: f"{say_stated(row)} ({percent(row['n_jobs'] / _count_all(row))})"),
        Column("Median of those", median_cell),
        Column(
            "If the silent ones paid anything at all, 95% interval",
            lambda row: bounds(row) or f"{NO_BOUNDS}: {say_stated(row)} state pay",
            False,
        ),
        Column("If they tend to pay less, or more", lambda row: at_odds(row) or "–", False),
    )
    key = f"Median pay per year in US dollars, {level_phrase(level)}. {KEY}"
    return make_table(bands, columns, key=key, below=[LEFT_OUT] if len(bands) < len(rows) else [])


def _count_all(row: Row) -> int:
    return int(row["n_jobs"] + row["n_silent"])


LEFT_OUT = (
    "Left out: places without a band, and those whose band rests on what others collected. There silence is not known."
)


def silence(level: str) -> Renderer:
    """Return the renderer of how silent jobs may change median pay, for one group of levels, with a row per place."""
    return Renderer(text=_text, table=functools.partial(_table, level), named_by="place")
