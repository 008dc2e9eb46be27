"""Adverts by month in words: our share of AI jobs, how it changed on the same boards, and Indeed's share beside it.

Rows with a `share` are ours; rows without one are Indeed's, printed where ours are too short. A change whose interval
holds 0 is called no more than chance.
"""

from __future__ import annotations

from datetime import date

from reports.wording import numbers
from reports.wording.movement import BREAK, NOTHING_NEWER, TOO_SHORT, say_break, say_period
from reports.wording.numbers import Row, Rows
from reports.wording.parts import PartFormat
from reports.wording.renderer import Column, Renderer, Table, make_table
from warehouse.marts.printing import EMPLOYERS, INTERVAL, LARGEST

TWO_MONTHS = (
    f"a month prints if the boards that were read completely in it and in the month before have {EMPLOYERS} employers "
    f"or more, none with more than {LARGEST} of the jobs"
)
OURS = (
    "we count jobs whose role is an AI role, on the boards that were read completely in both months, so that new "
    "boards move nothing; Indeed counts adverts for any role that name AI, on its own site, here the mean of the "
    "month's days. Compare the direction of the two, not their levels"
)
INDEED = (
    "adverts for any role that name AI, on Indeed's own site, counted by its Hiring Lab; a month is the mean of its "
    "days"
)
KEY = (
    "AI jobs among all jobs on the boards that were read completely in the month and in the one before. Change: since "
    "the month before on these boards, in points. Indeed: adverts on Indeed that name AI."
)
INDEED_KEY = f"{numbers.upper_first(INDEED)}."


def points(change: float) -> str:
    """Return a change of a share such as "+0.3 points" or "−1.2 points"."""
    size = round(100 * change, 1)
    return f"{size:+.1f} points".replace("-", "−") if size else "0.0 points"


def one_digit(share: float) -> str:
    """Return a share with one decimal, as changes of it are small."""
    return f"{100 * share:.1f}%"


def is_ours(row: Row) -> bool:
    """Whether a row is of the jobs that we read, not of Indeed alone."""
    return row.get("share") is not None


def say_change(row: Row) -> str:
    """Return a change since the month before with its interval, such as "+0.3 points, −0.1 to +0.7"."""
    ends = (points(row[name]).removesuffix(" points") for name in ("difference_lo", "difference_hi"))
    return f"{points(row['difference'])}, {' to '.join(ends)}"


def _share(row: Row) -> str | None:
    return None if row["form"] == INTERVAL else one_digit(row["share"])


def _ends(row: Row) -> str:
    return f"{100 * row['share_lo']:.1f}–{one_digit(row['share_hi'])}"


def _before(row: Row) -> str:
    """Return the name of the month before."""
    return numbers.MONTHS[date.fromisoformat(row["period"]).month - 2]


def _text(rows: Rows) -> str:
    newest = max(numbers.choose_printed(rows), key=lambda row: row["period"])
    return _say_ours(newest) if is_ours(newest) else _say_indeed(rows, newest)


def _prose(rows: Rows, _: PartFormat) -> str:
    """Say the newest month without intervals: "4.1% of jobs were AI jobs in August 2026, no clear change from July"."""
    row = max(numbers.choose_printed(rows), key=lambda row: row["period"])
    if not is_ours(row):
        return _say_indeed(rows, row)
    is_chance = row["difference_lo"] <= 0 <= row["difference_hi"]
    moved = "no clear change" if is_chance else "up" if row["difference"] > 0 else "down"
    return f"{_share(row) or _ends(row)} of jobs were AI jobs in {say_period(row)}, {moved} from {_before(row)}"


def _say_ours(row: Row) -> str:
    share, month = _share(row), _before(row)
    size = _ends(row) if share is None else f"{share} ({_ends(row)})"
    if row["difference_lo"] <= 0 <= row["difference_hi"]:
        moved = f"no more than chance apart from {month}"
    else:
        moved = f"{'up' if row['difference'] > 0 else 'down'} from {month}"
    beside = "" if row["indeed"] is None else f"; {one_digit(row['indeed'])} of adverts on Indeed named AI{_gap(row)}"
    return f"{size} of jobs were AI jobs in {say_period(row)}, {moved} ({say_change(row)}){beside}"


def _gap(row: Row) -> str:
    """Return how Indeed's share moved in the same month, and how far it is from ours."""
    gap, before = row["indeed"] - row["share"], row["indeed_before"]
    moved = "" if before is None else f" ({points(row['indeed'] - before)} since {_before(row)})"
    if row["form"] == INTERVAL:
        return moved
    return f"{moved}, {points(abs(gap)).removeprefix('+')} {'more' if gap > 0 else 'fewer'} than ours"


def _say_indeed(rows: Rows, newest: Row) -> str:
    year, month = newest["period"].split("-")[:2]
    before = next((row for row in rows if row["period"].startswith(f"{int(year) - 1}-{month}")), None)
    ago = "" if before is None else f", {one_digit(before['indeed'])} a year before"
    return f"{one_digit(newest['indeed'])} of adverts on Indeed named AI in {say_period(newest)}{ago}"


def say_lack(row: Row) -> str:
    """Return why our own series of a country is too short, and what would bring it."""
    if row["own_month"] is None:
        return f"our own adverts: too few to print; no month has complete lists of boards of {EMPLOYERS} employers"
    if row["own_printed"] is not None:
        return NOTHING_NEWER.format(_name(row["own_printed"]))
    most, again = numbers.count_of(row["own_boards"], "board"), row["own_again"]
    pairs = f"at most {numbers.count_of(again, 'board')}" if again else "none"
    why = (
        f"{most} gave a complete list in {_name(row['own_month'])}, more than in any other month, but {pairs} in two "
        "months in a row"
    )
    enough = f"two months in a row, of {EMPLOYERS} employers or more"
    return TOO_SHORT.format(why=why, enough=enough, earliest=_name(row["own_earliest"]))


def _name(month: object) -> str:
    return numbers.month(numbers.read_day(month))


def _note(rows: Rows) -> list[str]:
    newest = max(numbers.choose_printed(rows), key=lambda row: row["period"])
    if not is_ours(newest):
        return [say_lack(newest), INDEED, TWO_MONTHS]
    counts = (
        f"{newest['n_ai']:,} of {newest['n_jobs']:,} jobs on {numbers.count_of(newest['n_boards'], 'board')}; "
        f"{newest['n_ai_before']:,} of {newest['n_jobs_before']:,} in {_before(newest)}"
    )
    breaks = [say_period(row) for row in rows if row["is_break"]]
    return [counts, OURS, TWO_MONTHS, *([say_break(breaks)] if breaks else [])]


_COLUMNS = (
    Column("Month", say_period, False),
    Column("AI jobs", "n_ai"),
    Column("Jobs", "n_jobs"),
    Column("Share", _share),
    Column("95% interval", _ends),
    Column("Change", say_change),
    Column("Boards", "n_boards"),
    Column("Employers", "n_employers"),
    Column("Indeed", lambda row: None if row["indeed"] is None else one_digit(row["indeed"])),
    Column("", lambda row: BREAK if row["is_break"] else None, False),
)
_INDEED_COLUMNS = (_COLUMNS[0], _COLUMNS[-2])


def _table(rows: Rows) -> Table:
    printed = numbers.choose_printed(rows)
    if not is_ours(printed[-1]):
        return make_table(printed, _INDEED_COLUMNS, key=INDEED_KEY)
    few = [f"{say_period(row)} ({row['reason']})" for row in rows if row["status"] == "suppressed"]
    return make_table(printed, _COLUMNS, key=KEY, below=[f"Withheld: {', '.join(few)}." if few else ""])


MONTHS = Renderer(text=_text, table=_table, note=_note, names_withheld=True, prose=_prose)
