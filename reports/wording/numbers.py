"""Numbers, days and names in words: money, shares, intervals, and remarks in brackets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from transforms.records.definitions import COMMON, ESSENTIAL, MIN_KNOWN, OCCASIONAL
from warehouse.marts.printing import POINT, choose_form

Row = Mapping[str, Any]
Rows = Sequence[Row]

SAMPLE_WORDS = {"panel": "boards drawn at random", "known": "boards known, not sampled"}
"""The boards that statistics count (`sample` of the marts), in words."""
LOW_CONFIDENCE = "low confidence"
WHAT_IS_LOW = (
    "others than we collected the adverts, people chose to answer a survey, or an office counts an occupation that is "
    "only near the role"
)
"""Why a value has low confidence."""
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
REGION_NAMES = {"Northern America": "US and Canada"}
"""Names printed instead of the UN M49 ones."""
CATEGORY_NAMES = {
    "Programming Languages": "Programming languages",
    "Machine Learning and Deep Learning": "Machine learning and deep learning",
    "Mathematics and Statistics": "Mathematics and statistics",
    "Big Data and Cloud": "Big data and cloud",
    "MLOps and Deployment": "MLOps and deployment",
    "AI Ethics and Explainability": "AI ethics and explainability",
    "Generative AI and Agents": "Generative AI and agents",
    "Software Engineering and Tools": "Software engineering and tools",
}
"""Headings of the categories of skills: six from the 2026 guide, and two more."""
VERDICTS = (
    *((ESSENTIAL.value, "essential"), (COMMON.value, "common"), (OCCASIONAL.value, "occasional"), (0.0, "rare")),
)
"""Verdicts on skills, each with the lower end of the 95 % interval from which it holds."""
NOT_KNOWN = "not known yet"
VERDICT_RULE = (
    "Verdict, by the lower end of the 95% interval: "
    + "".join(f"{word} from {least:.0%}, " for least, word in VERDICTS[:-1])
    + f"{VERDICTS[-1][1]} below, if the upper end is below {VERDICTS[1][0]:.0%}."
)


def day(on: date) -> str:
    """A date in words: 17 August 2026."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def days(first: date | None, last: date) -> str:
    """A period in words: "17 August 2026", "3 to 17 August 2026", "28 October 2025 to 6 January 2026"."""
    if first is None or first == last:
        return day(last)
    begin = f"{first.day}" if (first.year, first.month) == (last.year, last.month) else day(first)
    return f"{begin.removesuffix(f' {last.year}')} to {day(last)}"


def choose_printed(rows: Rows) -> list[Row]:
    """The rows that may be printed."""
    return [row for row in rows if row["status"] != "suppressed"]


def count_of(n: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: "1 job", "1,234 jobs"."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def short(amount: float, *, tenths: bool = False) -> str:
    """An amount of money as 950, 8.1K, 103K or 1.2M; `tenths` keeps one decimal up to 100K."""
    if round(amount, -1) < 1_000:
        return f"{round(amount, -1):.0f}"
    digits = 1 if (tenths and amount < 99_950) or amount < 19_950 else 0
    if round(amount / 1_000, digits) < 1_000:
        return f"{amount / 1_000:.{digits}f}K"
    return f"{amount / 1_000_000:.1f}M"


def unit_of_short(amount: float, *, tenths: bool) -> float:
    """Value of one step in the last digit that `short` prints."""
    text = short(abs(amount), tenths=tenths)
    unit = {"K": 1_000.0, "M": 1_000_000.0}.get(text[-1])
    return 10.0 if unit is None else unit / 10 if "." in text else unit


def money(low: float, high: float, currency: str) -> str:
    """A range of money: "USD 97K–155K", both ends as precise as the upper; one amount if both look alike."""
    is_finer = 1_000 <= low < 19_950 <= high
    ends = (f"{low / 1_000:.0f}K" if is_finer else short(low), short(high))
    return f"{currency} {ends[0]}" if ends[0] == ends[1] else f"{currency} {ends[0]}–{ends[1]}"


def percent(share: float) -> str:
    """A share as a percentage: whole above 1 %, one decimal below, and 0% only for zero."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    return f"{100 * share:.1f}%" if 0 < share < 0.0095 else f"{100 * share:.0f}%"


def interval(row: Row) -> str:
    """The 95 % interval of a share: "58–66%"; a dash if there is none.

    The lower end keeps a decimal if rounding would lift it over the threshold of a verdict: "2.9–5%".
    """
    if row.get("share_lo") is None or row.get("share_hi") is None:
        return "–"
    low, high = percent(row["share_lo"]), percent(row["share_hi"])
    if any(round(row["share_lo"], 2) >= least > row["share_lo"] for least, _ in VERDICTS):
        low = f"{math.floor(1_000 * row['share_lo']) / 10:.1f}%"
    return join_ends(low, high)


def join_ends(low: str, high: str) -> str:
    """A range of percentages: "58–66%"; one percentage if both look alike."""
    return low if low == high else f"{low.removesuffix('%').rstrip()}–{high}"


def printed_share(row: Row) -> str:
    """A share as printed: "57%", an interval "12–45%", or bounds "between 12% and 88%"."""
    if row.get("form") == "bounds":
        return f"between {percent(row['bound_lo'])} and {percent(row['bound_hi'])}"
    return interval(row) if row.get("form") == "interval" else percent(row["share"])


def known_part(row: Row) -> str:
    """Percentage of a cell's jobs whose answer is known: "62%".

    It keeps a decimal if rounding would lift it to the threshold for printing shares: "59.8%".
    """
    n_all = row["n_jobs"] + (row.get("n_unknown") or 0)
    part = row["n_jobs"] / n_all if n_all else 1.0
    return f"{math.floor(1_000 * part) / 10:.1f}%" if round(part, 2) >= MIN_KNOWN.value > part else percent(part)


def rank(row: Row) -> str:
    """Possible ranks: "1–3" for a tie, or "2"; a dash if there are none."""
    best, worst = row.get("rank_best"), row.get("rank_worst")
    if best is None or worst is None:
        return "–"
    return f"{best}" if best == worst else f"{best}–{worst}"


def verdict(row: Row) -> str | None:
    """Verdict on a skill by the lower end of its interval: essential, common, occasional or rare; None without one.

    A rare skill's upper end must be below common, else the verdict is not known yet.
    """
    if row.get("share_lo") is None:
        return None
    word = next(word for least, word in VERDICTS if row["share_lo"] >= least)
    return NOT_KNOWN if word == VERDICTS[-1][1] and (row.get("share_hi") or 0) >= VERDICTS[1][0] else word


_NESTED = str.maketrans("()", "[]")


def qualify(text: str, words: Sequence[str | None], *, is_nested: bool = False) -> str:
    """Text followed by remarks in brackets. Inner brackets become square, or with `is_nested` the outer ones."""
    remark = "; ".join(word for word in words if word)
    if not remark:
        return text
    return f"{text} [{remark}]" if is_nested else f"{text} ({remark.translate(_NESTED)})"


def join_words(words: Sequence[str]) -> str:
    """A list in a sentence: "a", "a and b", "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def region_name(region: str) -> str:
    """The name readers see."""
    return REGION_NAMES.get(region, region)


def category_name(category: str) -> str:
    """The heading readers see."""
    return CATEGORY_NAMES.get(category, category)


def lower_first(text: str) -> str:
    """A heading as part of a sentence: "generative AI and agents", "MLOps and deployment"."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def low_mark(row: Row) -> str | None:
    """Return "low confidence" for a row that has it; `is_low` marks rows that have become stale since."""
    return LOW_CONFIDENCE if row.get("status") == "low" or row.get("is_low") else None


def count_cell(number: int | None) -> str:
    """A count in a table; a dash if unknown."""
    return "–" if number is None else f"{number:,}"


def sentences(parts: Sequence[str | None]) -> str:
    """Join parts as sentences, each with a capital and a full stop; None and "" are skipped."""
    texts = [part for part in parts if part]
    return " ".join(f"{part[0].upper()}{part[1:].rstrip('.')}." for part in texts)


# --- amounts of pay -------------------------------------------------------------------------------------


def is_point(row: Row, name: str) -> bool:
    """Whether an amount is printed itself rather than as its interval."""
    return choose_form(row[name], row.get(f"{name}_lo"), row.get(f"{name}_hi")) == POINT


def amount(row: Row, name: str, currency: str) -> str:
    """An amount as printed: "USD 97K", or "between USD 74K and 119K (95% interval)"."""
    if is_point(row, name):
        return f"{currency} {short(row[name])}"
    low, high = (short(row[f"{name}_{end}"]) for end in ("lo", "hi"))
    return f"between {currency} {low} and {high} (95% interval)"


def median_cell(row: Row, name: str = "p50") -> str:
    """An amount in a table, or its interval instead; a dash if there is none."""
    if row.get(name) is None:
        return "–"
    return short(row[name]) if is_point(row, name) else ends_cell(row, name)


def ends_cell(row: Row, name: str) -> str:
    """The interval of an amount in a table; a dash if there is none."""
    if row.get(f"{name}_lo") is None:
        return "–"
    return f"{short(row[f'{name}_lo'])}–{short(row[f'{name}_hi'])}"
