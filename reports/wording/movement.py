"""How pay moves, in words: for the same kind of job from period to period, and as a premium over other engineering.

A change whose interval holds 0 is called no clear change, whatever its sign.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from reports.wording import numbers
from reports.wording.numbers import Row, Rows
from reports.wording.parts import PartFormat
from reports.wording.renderer import Column, Renderer, Table, make_table
from reports.wording.work import PERSONS, name_work, name_workers
from warehouse.marts.printing import EMPLOYERS, INTERVAL, JOBS, LARGEST

BREAK = "break"
QUARTER = "-Q"
"""Between year and number in the names of quarters (2026-Q2), the periods of our own adverts."""
SPECIALISTS = {"ai_core": PERSONS["ai_core"]}
"""Words for groups of roles as those who answered a survey."""
MAX_ROLES = 3
"""How many roles are named of those who are counted."""
TITLES_STAND_IN = (
    "others collected the adverts and name no employers, so that the interval rests on titles, and on pairs of amounts "
    "where these vary more"
)
HELD_KEY = (
    "Pay for the same title, level, country and currency: the mean change over kinds of job that both years have, each "
    "with the mean of its parts in the two years. Raw: the change of the mean of all, whatever the mix of jobs."
)
OWN_KEY = (
    "Pay for the same title, level, contract and currency at the same employer and board: the mean change over kinds "
    "of job that both quarters have, each with the mean of its parts in the two quarters. A job counts once, in the "
    "quarter in which it was first listed. Raw: the change of the mean of all, whatever the mix of jobs."
)
OWN = (
    "adverts for the same title, level and kind of pay at the same employers, on boards that were read completely in "
    "both quarters; an advert counts in the quarter in which it was first listed, so that one that stays open moves "
    "nothing"
)
TWO_QUARTERS = (
    f"a quarter prints if {EMPLOYERS} employers or more have such jobs in it and in the one that it is "
    f"compared with, none with more than {LARGEST} of the weight"
)
PREMIUM_KEY = (
    "Of the same wave or year, at equal experience (surveys) or level (collections) and the same kind of payment, as "
    "the experience of the group is. Pay is never converted."
)


def signed(change: float) -> str:
    """Return a change such as "+1.8%", "−3.2%", or "+34%" from 10 % on; what rounds to 0 has no sign."""
    value = 100 * change
    text = f"{value:+.1f}" if abs(value) < 9.95 else f"{value:+.0f}"
    return f"{text if float(text) else text[1:]}%".replace("-", "−")


def _unsigned(change: float) -> str:
    return signed(abs(change)).lstrip("+")


def _sizes(row: Row, joint: str) -> str:
    """Return the 95 % interval of a rise or fall as sizes, the lesser first, such as "5.0% to 40%"."""
    return joint.join(map(_unsigned, sorted((row["change_lo"], row["change_hi"]), key=abs)))


def _say_unclear(row: Row) -> str:
    """Return an interval that holds 0 in brackets, after the value where that is printed."""
    point = _point(row)
    return f"({'' if point is None else f'{point}, '}95% interval {say_ends(row)})"


def say_ends(row: Row, name: str = "change") -> str:
    """Return the 95 % interval of a change, such as "−0.7% to +4.5%"."""
    return f"{signed(row[f'{name}_lo'])} to {signed(row[f'{name}_hi'])}"


def say_period(row: Row, name: str = "period") -> str:
    """Return the name of a period: a quarter, a year, or the month of a wave.

    A last quarter or year that is not whole says until when.
    """
    if QUARTER in row[name]:
        is_cut = name == "period" and numbers.read_day(row["last_day"]).month % 3 != 0
        return f"{say_quarter(row[name])}{_until(row) if is_cut else ''}"
    if len(row[name]) > 4:
        return numbers.month(numbers.read_day(row[name]))
    last = numbers.read_day(row["last_day"])
    is_cut = name == "period" and (last.month, last.day) != (12, 31)
    return f"{row[name]}{_until(row) if is_cut else ''}"


def _until(row: Row) -> str:
    return f" (to {numbers.MONTHS[numbers.read_day(row['last_day']).month - 1]})"


def say_quarter(period: str) -> str:
    """Return "Q2 2026" for the period "2026-Q2"."""
    return " ".join(reversed(period.split("-")))


def say_break(periods: Sequence[str]) -> str:
    """Return in words before which periods a series is broken."""
    return f"break before {', '.join(periods)}"


def begin_of(period: str) -> date:
    """Return the first day of a period: of a quarter or year, or the day of a wave."""
    if QUARTER in period:
        year, quarter = period.split(QUARTER)
        return date(int(year), 3 * int(quarter) - 2, 1)
    return date.fromisoformat(period if len(period) > 4 else f"{period}-01-01")


def _point(row: Row) -> str | None:
    return None if row["form"] == INTERVAL else signed(row["change"])


def _brief(row: Row) -> str:
    point, name = _point(row), say_period(row)
    name = f"{say_period(row, 'previous')} to {name}" if is_own(row) else name
    return f"{name} {say_ends(row) if point is None else f'{point} ({say_ends(row)})'}"


def _is_unclear(row: Row) -> bool:
    return bool(row["change_lo"] <= 0 <= row["change_hi"])


def _say_change(row: Row) -> str:
    when = f"from {say_period(row, 'previous')} to {say_period(row)}"
    head, point = "pay for the same kind of job", _point(row)
    if is_own(row):
        head = "pay in adverts for the same title, level and kind of pay at the same employers"
    if _is_unclear(row):
        return f"{head} shows no clear change {when} {_say_unclear(row)}"
    verb = "rose" if row["change"] > 0 else "fell"
    if point is None:
        return f"{head} {verb} {when} (by {_sizes(row, ' to ')})"
    return f"{head} {verb} by {_unsigned(row['change'])} {when} ({say_ends(row)})"


def _prose_of_changes(rows: Rows, _: PartFormat) -> str:
    """Say the newest change: "pay for the same kind of job rose by about 2% from 2024 to 2025"."""
    newest = numbers.choose_printed(rows)[-1]
    head = "pay for the same job at the same employers" if is_own(newest) else "pay for the same kind of job"
    when = f"from {say_period(newest, 'previous')} to {say_period(newest)}"
    if _is_unclear(newest):
        return f"{head} showed no clear change {when}"
    return f"{head} {'rose' if newest['change'] > 0 else 'fell'} by {_say_size(newest)} {when}"


def _say_size(row: Row) -> str:
    """Return the size of a clear rise or fall in whole per cents: "about 2%", "between 5% and 40%"."""
    if _point(row) is None:
        low, high = sorted((abs(row["change_lo"]), abs(row["change_hi"])))
        return f"between {math.floor(100 * low)}% and {math.ceil(100 * high)}%"
    percent = round(100 * abs(row["change"]))
    return f"about {percent}%" if percent else "less than 1%"


def _text_of_changes(rows: Rows) -> str:
    *earlier, newest = numbers.choose_printed(rows)
    before = "; ".join(map(_brief, earlier))
    over = "" if is_own(newest) else ", each over the year before"
    return f"{_say_change(newest)}{f'; earlier{over}: {before}' if before else ''}"


def is_own(row: Row) -> bool:
    """Whether a row is of the adverts that we read."""
    return bool(row["basis"] == "advertised")


def say_lack(row: Row) -> str:
    """Return why our own adverts are too short a series, and from which day on they can be printed at the earliest."""
    if row["own_printed"] is not None:
        return NOTHING_NEWER.format(say_quarter(row["own_printed"]))
    why = row["own_reason"] or f"no quarter has new adverts of {EMPLOYERS} employers that state pay, on complete lists"
    enough = f"two quarters, with the same titles at {EMPLOYERS} employers or more"
    return TOO_SHORT.format(why=why, enough=enough, earliest=numbers.day(numbers.read_day(row["own_earliest"])))


NOTHING_NEWER = "our own adverts: nothing newer than {} can be printed"
TOO_SHORT = (
    "our own adverts are too short a series to print: {why}. Complete lists of the same boards in {enough}, would be "
    "enough: {earliest} at the earliest"
)
"""What our own series of pay and of adverts lack, and when they can be printed."""


def _say_group(row: Row) -> str:
    if row["basis"] == "reported":
        return f"{SPECIALISTS.get(row['role_group'], name_workers(row['role_group']))} who answered"
    return f"adverts for {name_workers(row['role_group'])}"


def _name_premium(row: Row) -> tuple[str, str, str]:
    """Return who is compared, a verb, and with whom."""
    if row["basis"] == "reported":
        return _say_group(row), "are paid", f"other engineers of equal experience, {say_period(row)}"
    return _say_group(row), "offer", f"those for other engineering of equal level, {say_period(row)}"


def _prose_of_premium(rows: Rows, _: PartFormat) -> str:
    """Say the newest difference: "data scientists who answered are paid about 30% more than other engineers …"."""
    newest = numbers.choose_printed(rows)[-1]
    who, verb, than = _name_premium(newest)
    if _is_unclear(newest):
        return f"{who} show no clear difference in pay from {than}"
    return f"{who} {verb} {_say_size(newest)} {'more' if newest['change'] > 0 else 'less'} than {than}"


def _text_of_premium(rows: Rows) -> str:
    *earlier, newest = numbers.choose_printed(rows)
    (who, verb, than), point = _name_premium(newest), _point(newest)
    if _is_unclear(newest):
        said = f"{who} show no clear difference in pay from {than} {_say_unclear(newest)}"
    else:
        more = "more" if newest["change"] > 0 else "less"
        size = f"between {_sizes(newest, ' and ')}" if point is None else _unsigned(newest["change"])
        said = f"{who} {verb} {size} {more} than {than}{'' if point is None else f' ({say_ends(newest)})'}"
    before = "; ".join(map(_brief, earlier))
    return f"{said}{f'; earlier: {before}' if before else ''}"


def say_roles(row: Row) -> str:
    """Return who is counted, such as "of 91, 79 data scientists, 7 AI engineers"."""
    roles = list(row["roles"] or ())
    parts = [
        numbers.count_of(part["n_jobs"], name_work(part["role"]), name_workers(part["role"]))
        for part in roles[:MAX_ROLES]
    ]
    others = sum(part["n_jobs"] for part in roles[MAX_ROLES:])
    return f"of {row['n_jobs']:,}, {', '.join(parts)}{f', {others:,} others' if others else ''}"


_COLUMNS = (
    Column("Period", say_period, False),
    Column("Change", _point),
    Column("95% interval", say_ends),
    Column("Raw", lambda row: None if row["raw_change"] is None else signed(row["raw_change"])),
    Column("Since the first period", lambda row: None if row["chain"] is None else signed(row["chain"])),
    Column("Its 95% interval", lambda row: None if row["chain"] is None else say_ends(row, "chain")),
    Column("Counted", "n_jobs"),
    Column("Compared with", "n_compared"),
    Column("Kinds of job", "n_kinds"),
    Column("Who", say_roles, False),
    Column("", lambda row: BREAK if row["is_break"] else None, False),
)


def _table(rows: Rows) -> Table:
    printed = numbers.choose_printed(rows)
    few = [f"{say_period(row)} ({row['reason']})" for row in rows if row["status"] == "suppressed"]
    key = (OWN_KEY if is_own(printed[0]) else HELD_KEY) if printed[0]["previous"] else PREMIUM_KEY
    return make_table(printed, _COLUMNS, key=key, below=[f"Withheld: {', '.join(few)}." if few else ""])


def _note(rows: Rows) -> list[str]:
    *_, newest = numbers.choose_printed(rows)
    is_collected = newest["basis"] == "advertised_third_party"
    breaks = [say_period(row) for row in rows if row["is_break"] and row["status"] != "suppressed"]
    if is_own(newest):
        who = f"{say_roles(newest)}, of {newest['n_employers']:,} employers"
        return [who, OWN, TWO_QUARTERS, *([say_break(breaks)] if breaks else [])]
    return [
        say_roles(newest),
        TITLES_STAND_IN if is_collected else "who answered chose to",
        f"a series prints from two periods with {JOBS} or more each",
        *([say_break(breaks)] if breaks else []),
        f"source: {newest['source_title']}",
        *([say_lack(newest)] if newest.get("own_earliest") and newest["previous"] else []),
    ]


HELD_CONSTANT = Renderer(text=_text_of_changes, table=_table, note=_note, names_withheld=True, prose=_prose_of_changes)
PREMIUM = Renderer(text=_text_of_premium, table=_table, note=_note, names_withheld=True, prose=_prose_of_premium)
