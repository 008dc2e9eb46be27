"""Numbers, names, periods and degrees of certainty in the words of the site, plainer than those of the ledger.

Guides name a region after the country that has nearly all of its jobs (docs/design.md, "Where a band is of"). The site
also shows that country itself, so the region keeps its own name here. Otherwise one name would have two numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

from markupsafe import Markup

from reports.cells.cell import FEW, FIRM, OTHERS, ROUGH
from reports.wording import numbers, pay
from reports.wording.bases import unit_of
from reports.wording.levels import NOT_ONE, level_name
from reports.wording.notes import NOT_REVIEWED, UNDER_REVIEW
from reports.wording.numbers import Row, count_of
from warehouse.mart_tables import Figures

SURENESS: Mapping[str, str] = {
    FIRM: "Firm",
    ROUGH: "Rough: read the range, not the point",
    OTHERS: "From others: collected, reported or official",
    FEW: "Too few to say",
}
"""How certain a value is, in words, by the form of its row: filled, hollow, dashed with a diamond, or hatched."""
LINE = "A line is the range that holds the value for employers like those we read, 19 times in 20; others may differ."
WHAT_IS_FIRM = "the range is narrow, and the adverts were read lately, on more than one platform"
WHAT_IS_ROUGH = "the range is wide, or the adverts are old or of one platform: read the range, not the point"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "PPP": "$"}
"""Signs of currencies. All other currencies are printed as their ISO 4217 code."""


def money(low: float, high: float, currency: str, *, is_long: bool = False) -> str:
    """Write a range: "$150–245K", "CHF 9.5–12.4K", "$150,000–245,000". If both ends read alike, write one amount."""
    tenths = min(low, high) < 20_000 and max(low, high) < 100_000
    if is_long:
        step = 100 if tenths else 1_000
        first, last = (f"{round(end / step) * step:,}" for end in (low, high))
    else:
        first, last = (_write_short(end, tenths=tenths) for end in (low, high))
    if first == last:
        return f"{sign(currency)}{last}"
    unit = last[-1]
    if unit in "KM" and first.endswith(unit):
        first = first[:-1]
    return f"{sign(currency)}{first}–{last}"


def sign(currency: str) -> str:
    """Return the sign of a currency, with a space if needed: "$", "CHF "."""
    return SYMBOLS.get(currency) or f"{currency} "


def _write_short(amount: float, *, tenths: bool) -> str:
    """Write an amount as 950, 8.1K, 103K or 1.2M, rounded as in the guide (`numbers.short`)."""
    if round(amount, -1) < 1_000:
        return f"{round(amount, -1):.0f}"
    if round(amount / 1_000, 1) < 1_000:
        return f"{amount / 1_000:.{int(tenths)}f}K"
    return f"{amount / 1_000_000:.1f}M"


_UNBROKEN = re.compile(r"\w+(?:-\w+)+|[$€£]?[\d,.]+–[\d,.]+[KM%]?")


def unbroken(text: str) -> Markup:
    """Return a heading in which no line break falls inside a compound word or a range of numbers."""
    return Markup(_UNBROKEN.sub(lambda hit: f'<span class="range">{hit[0]}</span>', escape(text, quote=False)))


def months(first: date | None, last: date) -> str:
    """Write the months or years from one day to another: "January 2026", "May to June 2026", "2024 to 2025"."""
    if first is not None and (first.month, first.day) == (1, 1) and last.year > first.year:
        return f"{first.year} to {last.year}"
    return numbers.months(first, last)


def rests_on(n: int | None, employers: int | None = None, basis: str | None = None) -> str:
    """Return how many jobs or persons a value is computed from, such as "68 jobs, 54 employers" or "1,409 persons".

    Return "" if the number `n` is unknown.
    """
    if n is None:
        return ""
    count = count_of(n, *unit_of(basis))
    return count if employers is None else f"{count}, {count_of(employers, 'employer')}"


ADJECTIVES = ("senior", "staff")
"""Levels whose name stands before a noun without the word level."""


def level_before(level: str) -> str:
    """Return a level as it stands before a noun: "mid-to-senior ", "entry-level ", "senior "; "" for all levels."""
    if level in NOT_ONE:
        return ""
    return f"{level} " if level in ADJECTIVES else f"{level_name(level).replace(' ', '-')} "


_PLAIN = (
    (re.compile(r"not enough data \(n = ([\d,]+); (\d+) needed\)"), r"too few: \1 of \2 needed"),
    (re.compile(r"not enough employers \(([\d,]+); (\d+) needed\)"), r"too few: \1 of \2 employers needed"),
    (re.compile(r"\bn = ([\d,]+), too few"), r"\1, too few"),
    (re.compile(r"\(n = ([\d,]+)"), r"(of \1"),
    (re.compile(r"\bn = "), ""),
    (re.compile(r"\bLow confidence\b"), "Rough"),
    (re.compile(r"\blow confidence\b"), "rough"),
    (re.compile(r"\b(?:is|are) withheld\b"), "cannot be said"),
    (re.compile(r"\bWithheld\b"), "Cannot be said"),
    (re.compile(r"\bwithheld\b"), "cannot be said"),
)
"""Words of the ledger, each with the words of the site that replace them."""


def plain(text: str) -> str:
    """Return a text of the ledger in the words of the site, such as "cannot be said" for "withheld"."""
    for pattern, words in _PLAIN:
        text = pattern.sub(words, text)
    return text


_REVIEW = re.compile(rf"(?:{NOT_REVIEWED}|{UNDER_REVIEW} since)[^;)]*")


def find_review(text: str | None) -> str:
    """Return the words of `notes.say_review` in a figure's remarks; "" if there are none."""
    match = _REVIEW.search(text or "")
    return match[0] if match else ""


def say_when(figure: Figures) -> str:
    """Return the months in which a printed figure's adverts were read, or the years that the figure describes."""
    if figure.period_to is None:
        return numbers.month(figure.as_of)
    return months(figure.period_from, figure.period_to)


LETTERS_LISTED = 160
"""The most characters of a value in a list of figures. A longer value is cut between two of its parts."""


def shorten(value: str) -> str:
    """Shorten a value to the parts that fit, and say how many parts are left. Parts end at semicolons or commas.

    A part is never cut, because that could change its meaning. If no part fits, return "see its page".
    """
    if len(value) <= LETTERS_LISTED:
        return value
    for mark in ("; ", ", "):
        parts = re.split(rf"{mark}(?![^(]*\))", value)  # outside brackets
        head = [part for number, part in enumerate(parts) if len(mark.join(parts[: number + 1])) <= LETTERS_LISTED]
        if head and len(parts) > 1:
            return f"{mark.join(head)}{mark}{len(parts) - len(head)} more"
    return "see its page"


def script(name: str, data: Mapping[str, Any]) -> bytes:
    """Return data as a script (`window.NAME = {…}`), because pages opened from a disk may not read other files."""
    return f"window.{name} = {json.dumps(data, ensure_ascii=False, separators=(',', ':'))};\n".encode()


# --- regions -------------------------------------------------------------------------------------------------


def split_region_name(row: Row) -> tuple[str, str] | None:
    """Return (a region's name with its main country, its other countries); None if it has no main country."""
    head, name = pay.find_main_country([row]), row.get("region_name")
    if head is None or name is None or head["name"] == name:
        return None
    return f"{name} (mostly {head['name']})", pay.say_others([row]) or ""
