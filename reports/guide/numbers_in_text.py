"""Read the numbers of a text: amount, unit, period, precision, and words that change a number's meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reports.guide.words import ANY_TIME, MONEY_PARTS, NEXT_TO, PERIODS, SENTENCE, UNKNOWN, find_values
from reports.wording.numbers import MONTHS
from transforms.pay.currency import currency_of

PERCENT, INTERVAL = "%", "interval"
"""The unit of a share, and the name of the part that is an interval."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number or a range at text[at:end]. For a single number, `low` equals `high`.

    `step` is the value of one unit in the last digit: 0.1 for "1.5". `unit` is "%", a currency, "", or UNKNOWN for
    digits that cannot be read. `per` is the period of a sum. `part` is what the sentence calls the number (low, high,
    median, interval); UNKNOWN if it uses several of these names. `bound` is a word that changes the meaning ("more
    than", "about"). None means that the text does not say. `is_hidden` marks a published number of which only the
    interval is printed.
    """

    at: int
    end: int
    text: str
    unit: str
    low: float = math.nan
    high: float = math.nan
    step: float = 1.0
    per: str | None = None
    part: str | None = None
    bound: str | None = None
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence at the offset `at`.

    Its `numbers` have offsets into the whole text. Its `dates` are (year, month), with None if no month is stated.
    """

    at: int
    text: str
    numbers: tuple[Number, ...]
    dates: tuple[tuple[int, int | None], ...]


_GAP = r"[ \u00a0\u2009\u202f]*+"
_DIGITS = r"(?>\d{1,3}(?:(?:[\u00a0\u2009\u202f] {0,7}|[ '’])\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
_SCALES = {
    **dict.fromkeys(("k", "thousand"), 1e3), **dict.fromkeys(("m", "mn", "mln", "million"), 1e6),
    **dict.fromkeys(("b", "bn", "bln", "billion"), 1e9), **dict.fromkeys(("t", "tn", "trn", "trillion"), 1e12),
}  # fmt: skip
_SCALE = r"(?:[kKMBT]|(?<=\d)[mbt]|(?i:[mbt]n|[mb]ln|trn|thousand|million|billion|trillion))(?!\w)"
_SIGN = r"(?:PPP USD|(?:[A-Z]{2,3} |U\.S\. |U\.S\.|[A-Za-z]{1,3})?[$€£¥₹]|[A-Z]{3}(?![^\W\d]))"
_IN_PERCENT = r"(?:[%％٪﹪]|(?:per ?cent|pct|pc|Prozent|procent|pour cent|por ciento)\b|p\.c\.)"
_NUMBER = re.compile(
    r"(?P<between>between )?(?:(?<![\w.,$€£¥₹])|(?<=\bc\.)|(?<=\b[Cc]a\.)|(?<=\b[Aa]pprox\.))"
    rf"(?:(?P<sign>{_SIGN}){_GAP})?(?(sign)|(?<!\w)(?<!\d[.,]))"
    rf"(?P<minus>[-−](?=\d))?(?P<low>{_DIGITS})(?:{_GAP}(?P<low_k>{_SCALE}))?(?P<low_percent>{_GAP}{_IN_PERCENT})?"
    rf"(?:{_GAP}(?(between)and\b|(?:–|—|-|−|(?:to|bis)\b)){_GAP}(?:(?P<high_sign>{_SIGN}){_GAP})?"
    rf"(?P<high>{_DIGITS})(?:{_GAP}(?P<high_k>{_SCALE}))?)?(?:(?!\w)|(?={_IN_PERCENT}))"
    rf"(?:{_GAP}(?P<percent>{_IN_PERCENT})|{_GAP}(?P<behind>{_SIGN}(?!\w|\ ?\d)|(?:[A-Za-z.]+\ )?"
    r"(?:dollar|euro|pound|rupee|franc)s?\b))?"
    rf"|(?<!\w)\d(?:[.,]?\w)*+|(?<=[^\W\d])\d[\d.,]*+(?={_GAP}{_IN_PERCENT})"
)
"""A number, or digits that cannot be read. Digits after letters belong to a name ("GPT4"), unless a % follows."""
_LEVEL = re.compile(rf"{_GAP}(?:confidence )?(?:interval|CI)\b")
"""Words after a "95%" that is a confidence level and not a number of a figure."""
_BOUND = re.compile(
    r"\b(?:(?:more|less|fewer|greater|higher|lower|rather|other) than|at (?:least|most)|over|under|above|below|beyond"
    r"|not|never|by|exceed(?:s|ed|ing)?|up(?: to)?|down|minus|negative"
    r"|about|around|roughly|some|nearly|almost|approximately|circa|close to|etwa|rund|ungefähr)\s*$"
    r"|\b(?:approx\.?|ca\.?|(?-i:c)\.)\s*$|n['’]t\s*$|[<>≥≤±+−~≈]\s?$|(?<!\S)-$",
    re.I,
)
_BOUND_BEHIND = re.compile(
    rf"\s?\+|\s?{_IN_PERCENT}|\s+(?:(?:or|and) )?(?:more|less|fewer|above|over|below|higher|lower)\b"
    r"|\s+(?:percentage )?points?\b|\s?(?:pp|bps)\b|\s+(?:\w+ )?(?:out of|in every|of every|in|of)"
    r" (?:\d+|(?:an? |one )?(?:ten|hundred|thousand))\b",
    re.I,
)
_OF_HOW_MANY = re.compile(r"\b(?:of|in)\b", re.I)
_MONTHS = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_DATE = re.compile(
    r"(?<![\w.,$€£¥₹])(?<![$€£¥₹A-Z] )(?:(?P<iso>(?:19|20)\d\d)-(?P<iso_month>0[1-9]|1[0-2])(?:-\d\d)?"
    rf"|(?:\d{{1,2}} )?(?:(?P<month>(?i:{'|'.join(MONTHS)})) (?:\d{{1,2}}, )?)?(?P<year>(?:19|20)\d\d))"
    r"(?!\w|[.,]\d|\s?(?:%|per ?cent|[$€£¥₹]|[A-Z]{3}\b|(?:US )?dollars|euros?\b))"
)
_MAX_DIGITS = 15
"""The most digits before and after the decimal point. A float cannot hold more."""
_WINDOW = 60
"""How many characters before and after a number are searched for words that change its meaning."""
_BLANKS = " \t\r\n\u00a0\0"
_BLANK_RUN = re.compile(f"[{_BLANKS}]*+")
"""A run of blanks, which include the character that replaces text outside prose."""


def read_sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text. Dates are not read as numbers."""
    for match in SENTENCE.finditer(text):
        sentence, at = match[0], match.start()
        numbers = (replace(number, at=at + number.at, end=at + number.end) for number in read_numbers(sentence))
        dates = dict.fromkeys(map(_read_date, _DATE.finditer(sentence)))
        yield Sentence(at=at, text=sentence, numbers=tuple(numbers), dates=tuple(dates))


def _read_date(hit: re.Match[str]) -> tuple[int, int | None]:
    if hit["iso"]:
        return int(hit["iso"]), int(hit["iso_month"])
    return int(hit["year"]), _MONTHS[hit["month"].lower()] if hit["month"] else None


def read_numbers(sentence: str) -> Iterator[Number]:
    """Yield the numbers of a sentence, except dates. Digits that cannot be read have the unit UNKNOWN."""
    periods, last = find_values(PERIODS, sentence), 0
    for hit in _NUMBER.finditer(_DATE.sub(lambda date: "\0" * len(date[0]), sentence)):
        number = _read_number(sentence, hit, last, periods)
        last = hit.end()
        if number:
            yield number


def _read_number(sentence: str, hit: re.Match[str], last: int, periods: set[str]) -> Number | None:
    """Read a number; None for a name or a confidence level. `last` is the end of the previous number."""
    unit = PERCENT if hit["percent"] or hit["low_percent"] else _name_money(hit)
    begin = hit.start("sign" if hit["sign"] and unit else "minus" if hit["minus"] else "low")
    before, behind = _words_around(sentence, last, max(begin, hit.start()), hit.end())
    is_name = bool(re.match(r"[A-Z]{3}\d", hit[0])) and _name_sign(hit["sign"]) is None
    if (hit["low"] == "95" and _LEVEL.match(behind)) or (is_name and not unit):
        return None
    ends = _read_ends(hit, unit)
    if ends is None or is_name:
        return Number(at=hit.start(), end=hit.end(), text=" ".join(hit[0].split()), unit=UNKNOWN)
    low, high, step = ends
    part = _name_part(before, behind, is_range=bool(hit["high"]))
    near = _name_time(behind) if unit not in ("", PERCENT) else None
    return Number(
        at=begin, end=hit.end(), text=" ".join(sentence[begin : hit.end()].split()), unit=unit, low=low, high=high,
        step=step, part=part, per=near or (UNKNOWN if len(periods) > 1 else next(iter(periods), None)),
        bound=_find_bound(before, behind, unit, part),
    )  # fmt: skip


def _read_ends(hit: re.Match[str], unit: str) -> tuple[float, float, float] | None:
    low = _read_digits(hit["low"], hit["low_k"] or hit["high_k"], unit)
    high = _read_digits(hit["high"], hit["high_k"], unit) if hit["high"] else low
    if low is None or high is None:
        return None
    first = -low[0] if hit["minus"] else low[0]
    return first, high[0] if hit["high"] else first, min(low[1], high[1])


def _find_bound(before: str, behind: str, unit: str, part: str | None) -> str | None:
    bound = _BOUND.search(before.removesuffix("between ")) or _BOUND_BEHIND.match(behind)
    if bound is None or (unit and _OF_HOW_MANY.search(bound[0])):
        return None  # "57% of 1,000 jobs" states 57%, but "78 of 100 jobs" does not state 78
    if part == "high" and bound[0].lower().startswith("up"):
        return None  # "pay up to USD 17.9K" names the upper end
    return bound[0].strip()


def _words_around(sentence: str, last: int, begin: int, end: int) -> tuple[str, str]:
    """Return the words before a number, back to the previous number, and the words after it, with single blanks."""
    between = sentence[last:begin]
    before = between.rstrip(_BLANKS)
    blanks = _BLANK_RUN.match(sentence, end)
    after = blanks.end() if blanks else end
    return before[-_WINDOW:] + " " * (before != between), " " * (after > end) + sentence[after : after + _WINDOW]


def _name_time(behind: str) -> str | None:
    """Return the period that the words right after a sum name; None if they name none.

    UNKNOWN stands for a period for which no figure is printed.
    """
    near = re.sub(rf"\A{NEXT_TO}", "", behind)
    is_aside = re.match(r"\s*[,:–]\s*(?:an?\b|\w+ly\b)", behind)  # ", a median of all"
    other = UNKNOWN if ANY_TIME.match(near) and not is_aside else None
    return next((period for pattern, period in PERIODS if pattern.match(near)), other)


def _read_digits(digits: str | None, scale: str | None, unit: str) -> tuple[float, float] | None:
    """Return a number and the value of one unit in its last digit; None for digits that cannot be read.

    Any locale is understood. Of two different separators, the last is the decimal one. A repeated separator divides
    thousands, and so does a comma before three digits, or a point before three digits in a sum of money: "12.500 €".
    The final zeros of a sum are not counted as digits, because the sum may be rounded.
    """
    if digits is None:
        return None
    plain = re.sub(r"[\s'’]", "", digits)
    groups, marks = re.split(r"[.,]", plain), re.findall(r"[.,]", plain)
    is_decimal = len(set(marks)) == 2
    if is_decimal and (marks.count(marks[-1]) > 1 or len(set(marks[:-1])) > 1):
        return None
    if len(marks) == 1:
        is_grouped = len(groups[1]) == 3 and len(groups[0]) <= 3 and groups[0] != "0"
        is_decimal = not is_grouped or (marks[0] == "." and (unit in ("", PERCENT) or scale is not None))
    whole, decimals = ("".join(groups[:-1]), groups[-1]) if is_decimal else ("".join(groups), "")
    if max(len(whole), len(decimals)) > _MAX_DIGITS:
        return None
    times = _SCALES[scale.lower()] if scale else 1.0
    is_round = unit not in ("", PERCENT) and not decimals and not scale
    step = 10.0 ** min(len(whole) - len(whole.rstrip("0")), 3) if is_round else 10.0 ** -len(decimals) * times
    return float(f"{whole}.{decimals or 0}") * times, step


def _name_money(hit: re.Match[str]) -> str:
    """Return the currency of a sum by its signs: "" without a sign, "USD or EUR" for different signs."""
    signs = [hit["sign"], hit["high_sign"], hit["behind"]]
    names = dict.fromkeys(filter(None, map(_name_sign, filter(None, signs))))
    if len(names) > 1 and "$" in signs and {"USD", "US$", "U.S.$"}.isdisjoint(signs):  # "$195K CAD"
        names.pop("USD")
    return " or ".join(names)


def _name_sign(sign: str) -> str | None:
    """Return the currency for a sign, code or name; None for capitals that are not a currency, as in "GPT 4".

    An unknown sign is returned as it is. Plain dollars are US dollars.
    """
    name = re.sub(r"(?<=\S) (?=[$€£¥₹])", "", sign.strip()).replace("U.S.", "US")
    money = name if name == "PPP USD" else currency_of(name, "US")
    if money is None and re.fullmatch(r"[A-Z]{2,3} \$", sign.strip()):  # "at IBM $195K"
        return "USD"
    return money or (None if re.fullmatch("[A-Z]{3}", name) else name)


def _name_part(before: str, behind: str, *, is_range: bool) -> str | None:
    close = re.sub(
        r"^[\s(,:]*(?:(?:an?|per|each|every)[\s-]\w+|/\s*\w+|p\.\s?a\.|\w+ly\b)?[\s(,:]*(?:95\s?% )?", "", behind
    )
    parts = find_values(MONEY_PARTS, before) or {part for pattern, part in MONEY_PARTS if pattern.match(close)}
    if is_range:
        return INTERVAL if INTERVAL in parts else None
    return UNKNOWN if len(parts) > 1 else next(iter(parts), None)
