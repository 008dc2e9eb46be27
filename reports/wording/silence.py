"""What the median of all jobs may be if some state no pay, in words (docs/methods.md, "Pay that is not stated")."""

from __future__ import annotations

import functools

from reports.wording.levels import level_phrase
from reports.wording.numbers import Row, Rows, choose_printed, count_of, median_cell, percent, say_platform, short
from reports.wording.renderer import Column, Renderer, Table, make_table

NO_BOUNDS = "no informative bounds"
KEY = (
    "State pay: jobs in the band, of all those of the place and level that are full-time as far as is known. If the "
    "silent ones paid anything at all: the median of all lies between these amounts with 95% confidence; where no "
    "more than half state pay, or hardly more, or a few employers hold most of the jobs, nothing can be said. If they "
    "tend to pay less, or more: the median of all, if the odds of stating pay double, or halve, with each standard "
    "deviation of log pay."
)
LEFT_OUT = (
    "Left out: places without a band, and those whose band rests on what others collected. There silence is not known."
)


def is_counted(row: Row) -> bool:
    """Whether jobs that state no pay were counted beside a band, as they are for adverts we read."""
    return row.get("n_silent") is not None


def choose_counted(rows: Rows) -> Rows:
    """Return all rows if jobs that state no pay were counted beside any printed row; otherwise []."""
    return rows if any(map(is_counted, choose_printed(rows))) else []


def _choose_shown(rows: Rows) -> Rows:
    return list(filter(is_counted, rows))


def _name_place(row: Row) -> str:
    return ", ".join(filter(None, (row["place"], say_platform(row))))


def say_stated(row: Row) -> str:
    """Return how many jobs state pay, such as "132 of 164"."""
    return f"{row['n_jobs']:,} of {row['n_jobs'] + row['n_silent']:,}"


def describe(row: Row) -> str | None:
    """Say how many jobs state pay, and how the others may change the median; None if they were not counted."""
    if not is_counted(row):
        return None
    if not row["n_silent"]:
        return f"{count_of(row['n_jobs'], 'job')}, of which all state pay"
    stated, currency = f"{say_stated(row)} jobs state pay", row["currency"]
    text = f"{NO_BOUNDS} of the median of all: {stated}"
    if within := _bounds(row):
        text = f"{stated}: if the silent ones paid anything at all, the median of all is {currency} {within}"
        text += " (95% interval)"
    tends = _at_odds(row)
    return f"{text}; if the silent ones tend to pay less or more, it is {currency} {tends}" if tends else text


def _bounds(row: Row) -> str | None:
    """Return the interval of the median of all jobs, whatever silent jobs pay."""
    return _amounts(row, "p50_bounds_lo", "p50_bounds_hi")


def _at_odds(row: Row) -> str | None:
    """Return the median of all jobs if silent jobs tend to pay less, and if they tend to pay more."""
    return _amounts(row, "p50_if_odds_double", "p50_if_odds_half")


def _amounts(row: Row, low: str, high: str) -> str | None:
    if row.get(low) is None or row.get(high) is None:
        return None
    return " to ".join(dict.fromkeys((short(row[low]), short(row[high]))))


def _text(rows: Rows) -> str:
    texts = [
        f"{_name_place(row)}: {row['currency']} {within}"
        if (within := _bounds(row))
        else f"{_name_place(row)}: {NO_BOUNDS}, {say_stated(row)} state pay"
        for row in _choose_shown(rows)
    ]
    return "; ".join(texts) or "no band rests on adverts we read"


_COLUMNS = (
    Column("Place", _name_place, False),
    Column(
        "State pay", lambda row: f"{say_stated(row)} ({percent(row['n_jobs'] / (row['n_jobs'] + row['n_silent']))})"
    ),
    Column("Median of those", median_cell),
    Column(
        "If the silent ones paid anything at all, 95% interval",
        lambda row: _bounds(row) or f"{NO_BOUNDS}: {say_stated(row)} state pay",
        False,
    ),
    Column("If they tend to pay less, or more", _at_odds, False),
)


def _table(level: str, rows: Rows) -> Table:
    bands = _choose_shown(rows)
    key = f"Median pay per year in US dollars, {level_phrase(level)}. {KEY}"
    return make_table(bands, _COLUMNS, key=key, below=[LEFT_OUT if len(bands) < len(rows) else None])


def silence(level: str) -> Renderer:
    """Return the renderer of how silent jobs may change median pay, for one group of levels, with a row per place."""
    table = functools.partial(_table, level)
    return Renderer(text=_text, table=table, named_by="place", choose_shown=_choose_shown)
