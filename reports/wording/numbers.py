"""Numbers, days and names in words: amounts of money, shares, intervals, and remarks in brackets."""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from transforms.records.definitions import COMMON, ESSENTIAL, MIN_KNOWN, OCCASIONAL
from warehouse.marts.printing import BOUNDS, INTERVAL, PLATFORMS, POINT, SAYS, choose_form

Row = Mapping[str, Any]
Rows = Sequence[Row]

SAMPLE_WORDS = {"panel": "boards drawn at random", "known": "boards known, not sampled"}
"""Words for the boards that statistics count (`sample` of the marts)."""
LOW_CONFIDENCE = "low confidence"
WHAT_IS_LOW = (
    "others than we collected the adverts, people chose to answer a survey, or an office counts an occupation that is "
    "only near the role"
)
"""Reasons why a value may have low confidence."""
MONTHS = tuple(calendar.month_name)[1:]
REGION_NAMES = {
    "Northern America": "US and Canada",
    "Central America": "Central America (with Mexico)",
    "Northern Europe": "Northern Europe (UK, Ireland, Nordics, Baltics)",
    "Western Europe": "Western Europe (Germany, France, Benelux, Austria, Switzerland)",
    "Western Asia": "Western Asia (Gulf, Israel, Türkiye, Caucasus)",
}
"""Names that are printed instead of UN M49 names that readers take for other countries."""
VERDICTS = ((ESSENTIAL.value, "essential"), (COMMON.value, "common"), (OCCASIONAL.value, "occasional"), (0.0, "rare"))
"""Verdicts on skills; a verdict holds if the lower end of the 95 % interval is at least the number beside it."""
VERDICT_RULE = (
    "Verdict, by the lower end of the 95% interval: "
    + "".join(f"{word} from {least:.0%}, " for least, word in VERDICTS[:-1])
    + f"{VERDICTS[-1][1]} below, if the upper end is below {VERDICTS[1][0]:.0%}."
)


def month(on: date) -> str:
    """Return the month of a day in words, such as "August 2026"."""
    return f"{MONTHS[on.month - 1]} {on.year}"


def months(first: date | None, last: date) -> str:
    """Return the months of a period in words: "January 2026", "May to June 2026", "October 2025 to January 2026"."""
    if first is None or (first.year, first.month) == (last.year, last.month):
        return month(last)
    return f"{month(first).removesuffix(f' {last.year}')} to {month(last)}"


def day(on: date) -> str:
    """Return a date in words, such as "17 August 2026"."""
    return f"{on.day} {month(on)}"


def read_day(value: object) -> date:
    """Return the day of a row's value, which is a date or a time, or their ISO text once it was stored as JSON."""
    return date.fromisoformat(str(value)[:10])


def days(first: date | None, last: date) -> str:
    """Return a period in words: "17 August 2026", "3 to 17 August 2026", "28 October 2025 to 6 January 2026"."""
    if first is None or first == last:
        return day(last)
    begin = f"{first.day}" if (first.year, first.month) == (last.year, last.month) else day(first)
    return f"{begin.removesuffix(f' {last.year}')} to {day(last)}"


def upper_first(text: str) -> str:
    """Return the text with a capital first letter."""
    return f"{text[:1].upper()}{text[1:]}"


def lower_first(text: str) -> str:
    """Return a heading as part of a sentence, such as "generative AI and agents" or "MLOps and deployment"."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def category_name(category: str) -> str:
    """Return a category of skills as a heading: "AI ethics and explainability" for "AI Ethics and Explainability"."""
    first, *others = category.split()
    return " ".join([first, *map(lower_first, others)])


def sentences(parts: Sequence[str | None]) -> str:
    """Join parts as sentences, each with a capital letter and a full stop; None and "" are skipped."""
    return " ".join(f"{upper_first(part).rstrip('.')}." for part in parts if part)


def join_words(words: Sequence[str], link: str = "and") -> str:
    """Return the words as a list in a sentence: "a", "a and b", "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} {link} {last}" if first else last


_NESTED = str.maketrans("()", "[]")


def qualify(text: str, words: Sequence[str | None], *, is_nested: bool = False) -> str:
    """Return the text followed by remarks in brackets; inner brackets become square (with `is_nested`, the outer)."""
    remark = "; ".join(word for word in words if word)
    if not remark:
        return text
    return f"{text} [{remark}]" if is_nested else f"{text} ({remark.translate(_NESTED)})"


def choose_printed(rows: Rows) -> list[Row]:
    """Return the rows that may be printed."""
    return [row for row in rows if row["status"] != "suppressed"]


def choose_met(rows: Rows) -> Rows:
    """Return the items that some counted advert meets; all if none does. A share of 0 says nothing in a list."""
    return [row for row in rows if row.get("n_asking") != 0] or rows


def count_withheld(rows: Rows) -> str | None:
    """Return "3 more withheld"; None if every row may be printed."""
    n = len(rows) - len(choose_printed(rows))
    return f"{n} more withheld" if n else None


def name_withheld(rows: Rows) -> str:
    """Return the names of withheld rows with their counts, such as "Polynesia (n = 3)"; "" if there are none."""
    return ", ".join(f"{row['name']} (n = {row['n_jobs']})" for row in rows if row["status"] == "suppressed")


def low_mark(row: Row) -> str | None:
    """Return "low confidence" for a row that has it, also if the row has since become stale (`is_low`)."""
    return LOW_CONFIDENCE if row.get("status") == "low" or row.get("is_low") else None


def count_of(n: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun, such as "1 job" or "1,234 jobs"."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def percent(share: float) -> str:
    """Return a share as a percentage: without decimals from 1 %, with one decimal below, and "0%" only for zero."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    return f"{100 * share:.1f}%" if 0 < share < 0.0095 else f"{100 * share:.0f}%"


def join_ends(low: str, high: str) -> str:
    """Return a range of percentages, such as "58–66%"; if both ends look alike, "about 58%" or "under 0.1%"."""
    if low == high:
        return f"about {low}" if low[0].isdigit() else low
    return f"{low.removesuffix('%').rstrip()}–{high}"


def percents(row: Row, low: str, high: str) -> str:
    """Return the range between two columns of a row in per cent, such as "58–66%"; a dash if an end is unknown."""
    if row.get(low) is None or row.get(high) is None:
        return "–"
    return join_ends(percent(row[low]), percent(row[high]))


def interval(row: Row) -> str:
    """Return the 95 % interval of a share, such as "58–66%", or those of its platforms; a dash if there is none."""
    if row.get("form") == PLATFORMS:
        return join_words([interval(one) for one in row["platforms"]])
    low, high = row.get("share_lo"), row.get("share_hi")
    if low is not None and high is not None and any(round(low, 2) >= least > low for least, _ in VERDICTS):
        # rounding would lift the lower end over the threshold of a verdict
        return join_ends(_round_down(low), percent(high))
    return percents(row, "share_lo", "share_hi")


def _round_down(share: float) -> str:
    return f"{math.floor(1_000 * share) / 10:.1f}%"


def printed_share(row: Row, of: str = "") -> str:
    """Return a share as it is printed: "57%", or an interval "12–45%", or bounds "between 12% and 88%".

    If too few say, nothing is known of it: "open". The readings of two to four platforms are all printed: "28% on
    Ashby boards and 13% on Greenhouse boards". The words for the jobs, `of`, stand before the first of them.
    """
    if row.get("form") != PLATFORMS:
        return f"{brief_share(row)} of {of}" if of else brief_share(row)
    jobs = [f" of {of}" if of else "", *("" for _ in row["platforms"][1:])]
    readings = zip(row["platforms"], jobs, strict=True)
    return join_words([f"{brief_share(one)}{of} {on_platforms([one['platform']])}" for one, of in readings])


def brief_share(row: Row) -> str:
    """Return a share as `printed_share` does, but without naming platforms, in whose order the readings are."""
    if row.get("form") == PLATFORMS:
        return join_words([brief_share(one) for one in row["platforms"]])
    if row.get("form") == SAYS:
        return "open"
    if row.get("form") == BOUNDS:
        return f"between {percent(row['bound_lo'])} and {percent(row['bound_hi'])}"
    return interval(row) if row.get("form") == INTERVAL else percent(row["share"])


def span_share(row: Row) -> str:
    """Return a share as `brief_share` does, but of several platforms the least and the most: "76–83%"."""
    if row.get("form") != PLATFORMS:
        return brief_share(row)
    ends = [end for one in row["platforms"] for end in _known_ends(one)]
    low, high = percent(min(ends)), percent(max(ends))
    return low if low == high else join_ends(low, high)


def _known_ends(reading: Row) -> tuple[float, float]:
    if reading["form"] == POINT:
        return reading["share"], reading["share"]
    return reading["share_lo"], reading["share_hi"]


def name_platforms(row: Row) -> list[str]:
    """Return the titles of the platforms that a printed share names: two to four, or the only one; else []."""
    if row.get("form") == PLATFORMS:
        return [one["platform"] for one in row["platforms"]]
    return [row["platform"]] if row.get("platform") else []


BOARDS = " job boards"
"""How the title of a platform of boards ends."""


def head_jobs(row: Row, jobs: str) -> str:
    """Return the words for jobs with the only platform that a share rests on, if any: "AI jobs on Ashby boards"."""
    return " ".join(filter(None, (jobs, say_platform(row))))


def say_platform(row: Row) -> str:
    """Return the words for the only platform that a row rests on, such as "on Ashby boards"; "" for none or several."""
    return on_platforms([] if row.get("form") == PLATFORMS else name_platforms(row))


def say_elsewhere(row: Row) -> list[str]:
    """Say what the share was on other platforms: "on Ashby boards, read 28 October 2025, it was 14–54%"."""
    return [f"{name_elsewhere(one)}, it was {_with_ends(one)}" for one in row.get("elsewhere") or ()]


def name_elsewhere(reading: Row) -> str:
    """Return the platform and the period of an earlier reading: "on Ashby boards, read 28 October 2025"."""
    return f"{on_platforms([reading['platform']])}, {reading['period']}"


def _with_ends(reading: Row) -> str:
    return qualify(brief_share(reading), [interval(reading) if reading["form"] == POINT else None])


def list_elsewhere(rows: Rows) -> list[str]:
    """Return the platforms and periods (`name_elsewhere`) of the earlier readings of these rows."""
    return list(dict.fromkeys(name_elsewhere(one) for row in rows for one in row.get("elsewhere") or ()))


def share_elsewhere(row: Row, where: str) -> str | None:
    """Return the share with its interval on one of `list_elsewhere`; None if there is none."""
    readings = row.get("elsewhere") or ()
    return next((_with_ends(one) for one in readings if name_elsewhere(one) == where), None)


def on_platforms(titles: Sequence[str]) -> str:
    """Return the words for jobs on the sources with these titles, such as "on Ashby and Lever boards"; "" for none."""
    if not titles:
        return ""
    if all(title.endswith(BOARDS) for title in titles):
        return f"on {join_words([title.removesuffix(BOARDS) for title in titles])} boards"
    return f"on {join_words([title.replace(BOARDS, ' boards') for title in titles])}"


def known_part(row: Row) -> str:
    """Return the percentage of the jobs that say, of those that could have; never rounded up to the printing limit."""
    n_all = row["n_jobs"] + (row.get("n_unknown") or 0)
    part = row["n_jobs"] / n_all if n_all else 1.0
    return _round_down(part) if round(part, 2) >= MIN_KNOWN.value > part else percent(part)


def rank(row: Row) -> str:
    """Return the possible ranks: "1–3" for a tie, or "2" for a single rank; a dash if there are none."""
    best, worst = row.get("rank_best"), row.get("rank_worst")
    if best is None or worst is None:
        return "–"
    return f"{best}" if best == worst else f"{best}–{worst}"


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(number: int, *, in_figures: bool = False) -> str:
    """Return "first" to "tenth", and from there on, or always with `in_figures`, "11th", "21st", "112th"."""
    if number <= len(_ORDINALS) and not in_figures:
        return _ORDINALS[number - 1]
    ending = "th" if 10 < number % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


MAX_RANKS_SAID = 10
"""Where more ranks are possible, the last is not said, and nothing if the first is possible as well."""


def say_rank(row: Row) -> str | None:
    """Return the possible ranks in words: "first", "second or third", "2nd to 11th", "ninth or lower".

    Return None if there are none, or if almost any is possible.
    """
    best, worst = row.get("rank_best"), row.get("rank_worst")
    if best is None or worst is None:
        return None
    if best == worst:
        return ordinal(best)
    if worst - best >= MAX_RANKS_SAID:
        return f"{ordinal(best)} or lower" if best > 1 else None
    first, last = (ordinal(one, in_figures=worst > len(_ORDINALS)) for one in (best, worst))
    return f"{first} {'or' if worst == best + 1 else 'to'} {last}"


def verdict(row: Row) -> str | None:
    """Return the verdict on a skill by the lower end of its interval; None if the row has no interval.

    A skill is rare only if the upper end is below the threshold for common; otherwise its verdict is not known yet.
    """
    if row.get("share_lo") is None:
        return None
    word = next(word for least, word in VERDICTS if row["share_lo"] >= least)
    return "not known yet" if word == "rare" and (row.get("share_hi") or 0) >= COMMON.value else word


# --- amounts of pay -------------------------------------------------------------------------------------


def short(amount: float, *, tenths: bool = False) -> str:
    """Return an amount of money as 950, 8.1K, 103K or 1.2M; `tenths` keeps one decimal up to 100K."""
    if round(amount, -1) < 1_000:
        return f"{round(amount, -1):.0f}"
    digits = 1 if (tenths and amount < 99_950) or amount < 19_950 else 0
    if round(amount / 1_000, digits) < 1_000:
        return f"{amount / 1_000:.{digits}f}K"
    return f"{amount / 1_000_000:.1f}M"


def unit_of_short(amount: float, *, tenths: bool) -> float:
    """Return the size of one step in the last digit that `short` prints."""
    text = short(abs(amount), tenths=tenths)
    unit = {"K": 1_000.0, "M": 1_000_000.0}.get(text[-1])
    return 10.0 if unit is None else unit / 10 if "." in text else unit


def round_as_printed(value: float, *, is_share: bool) -> float:
    """Return the number that a reader sees: a share as `percent` prints it, an amount as `short` does."""
    if is_share:
        return round(value, 3 if 0 < value < 0.0095 else 2)
    unit = unit_of_short(value, tenths=False)
    return round(value / unit) * unit


def money(low: float, high: float, currency: str) -> str:
    """Return a range of money, as precise as its upper end: "USD 97K–155K", or "about USD 97K"."""
    is_finer = 1_000 <= low < 19_950 <= high
    return join_amounts(f"{low / 1_000:.0f}K" if is_finer else short(low), short(high), f"{currency} ")


def is_point(row: Row, name: str) -> bool:
    """Whether the amount itself is printed, rather than its interval."""
    return choose_form(row[name], row.get(f"{name}_lo"), row.get(f"{name}_hi")) == POINT


def amount(row: Row, name: str, currency: str = "") -> str:
    """Return an amount in the row's or another currency: "USD 97K" or "between USD 74K and 119K (95% interval)"."""
    currency = currency or row["currency"]
    if is_point(row, name):
        return f"{currency} {short(row[name])}"
    low, high = (short(row[f"{name}_{end}"]) for end in ("lo", "hi"))
    return f"between {currency} {low} and {high} (95% interval)"


def median_cell(row: Row, name: str = "p50") -> str:
    """Return an amount for a table, or its interval instead; a dash if there is none."""
    if row.get(name) is None:
        return "–"
    return short(row[name]) if is_point(row, name) else ends_cell(row, name)


def ends_cell(row: Row, name: str) -> str:
    """Return the interval of an amount for a table, "about 150K" if its ends look alike; a dash if there is none."""
    if row.get(f"{name}_lo") is None:
        return "–"
    return join_amounts(short(row[f"{name}_lo"]), short(row[f"{name}_hi"]))


def join_amounts(low: str, high: str, currency: str = "") -> str:
    """Return an interval of amounts, such as "USD 97K–155K", or "about USD 150K" if both ends look alike."""
    return f"about {currency}{low}" if low == high else f"{currency}{low}–{high}"
