"""Parts of a figure that an editor may place alone, and the money, time and format in which they are printed.

A part is never surer than its figure: where the interval of an amount stands in its place, so it does here. What is
said of a value in brackets (cited, collected by others, out of date) belongs to each of its parts; who places parts
says it once in a paragraph (`guide.render`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, format_percent, get_decimal_symbol

from reports.cells.cell import Number, numbers_of
from reports.wording import numbers
from reports.wording.numbers import Row
from transforms.records.vocabulary import PER_YEAR
from warehouse.marts.printing import BOUNDS

PERIODS = ("year", "month", "hour")
"""Times that pay may be printed by: a twelfth of a year, and of 52 weeks of 40 hours (`normalisation.PER_YEAR`)."""
MONEYS = ("usd", "local", "ppp")
"""US dollars, the money of the country, and international dollars by the price level that the World Bank publishes."""
FORMATS = ("short", "long", "bare")
"""12.5K with its currency, 12,500 with it, and 12,500 alone; of shares the last leaves out the sign."""


@dataclass(frozen=True, kw_only=True)
class PartFormat:
    """How a part is to be printed; None is as the figure prints it. `locale` is of numbers, words stay English."""

    part: str = "value"
    per: str | None = None
    money: str | None = None
    form: str = "short"
    locale: str = "en"

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the figure as it is was asked for."""
        return self == PLAIN


PLAIN = PartFormat()
"""The figure as it is."""
Part = Callable[[Row, PartFormat], str | None]
"""A part in words, from the first row behind a figure; None where the row has none."""


def find_locale_fault(locale: str) -> str | None:
    """What is wrong with the name of a locale; None when nothing is."""
    try:
        Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return f"unknown locale {locale!r}: en, de, fr-CA and the like are known"
    return None


def _locale(style: PartFormat) -> str:
    return style.locale.replace("-", "_")


def count(number: int | None, style: PartFormat) -> str | None:
    """A count by the locale; None where it is not known."""
    return None if number is None else format_decimal(number, locale=_locale(style))


# --- shares ---------------------------------------------------------------------------------------------


def _percent(share: float, style: PartFormat) -> str:
    """A share by the locale, with as many digits as `numbers.percent` gives it."""
    text = numbers.percent(share)
    if not text[0].isdigit() or (style.form != "bare" and style.locale == "en"):  # under 0.1%, or as it is
        return text
    digits = len(text.rstrip("%").partition(".")[2])
    if style.form == "bare":
        return format_decimal(round(100 * share, digits), locale=_locale(style), decimal_quantization=False)
    return format_percent(round(share, digits + 2), locale=_locale(style), decimal_quantization=False)


def _share(row: Row, style: PartFormat) -> str | None:
    number = numbers_of(row).get("share")
    if number is not None and number.form == BOUNDS:
        return "between {} and {}".format(*(_percent(end, style) for end in number.ends or ()))
    if number is None or number.value is None:
        return _share_interval(row, style)
    return _percent(number.value, style)


def _share_interval(row: Row, style: PartFormat) -> str | None:
    number = numbers_of(row).get("share")
    if number is None or number.ends is None or number.form == BOUNDS:
        return None
    if style.form == "short" and style.locale == "en":
        return numbers.interval(row)
    low, high = (_percent(end, style) for end in number.ends)
    return low if low == high else f"{low.rstrip('%').rstrip()}–{high}"


def _rank(row: Row, style: PartFormat) -> str | None:
    text = numbers.rank(row)
    return None if text == "–" else text


SHARE_PARTS: Mapping[str, Part] = {"value": _share, "share": _share, "interval": _share_interval, "rank": _rank}
"""Parts of a single share: itself, also without the words of which jobs it is, its 95 % interval, and its rank."""


# --- pay ------------------------------------------------------------------------------------------------


def _in_money(row: Row, part: str, style: PartFormat) -> tuple[str, Number] | None:
    """What stands before a part of pay, and it, in the money and by the time asked for; None where it has none so."""
    currency, own, divisor = row.get("currency"), row.get("place_currency"), PER_YEAR[style.per or "year"]
    if style.money == "usd" and currency != "USD":
        return None
    if style.money in ("local", "ppp"):
        if own is None:
            return None  # a region of several countries has no money of its own
        part, currency = part if currency == own else f"local_{part}", own
    if style.money == "ppp":
        currency, divisor = "PPP USD", divisor * (row.get("price") or 0.0)
    number = numbers_of(row).get(part)
    if number is None or not divisor:
        return None
    value, low, high = (None if one is None else one / divisor for one in (number.value, number.low, number.high))
    return "" if style.form == "bare" else f"{currency} ", replace(number, value=value, low=low, high=high)


def _money(amount: float, style: PartFormat) -> str:
    """An amount in the format asked for, without its currency, in as many digits in each."""
    tenths = style.per == "month"
    if amount < 1_000 and style.per == "hour":
        return format_decimal(amount, "0", locale=_locale(style))
    short = numbers.short(amount, tenths=tenths)
    if style.form == "short":
        return short.replace(".", get_decimal_symbol(_locale(style)))
    unit = {"K": 1_000, "M": 1_000_000}.get(short[-1], 1)
    return format_decimal(round(float(short.rstrip("KM")) * unit), locale=_locale(style))


def _say(sign: str, number: Number, style: PartFormat) -> str:
    """An amount with what stands before it, or its interval in its place."""
    if number.value is not None:
        return f"{sign}{_money(number.value, style)}"
    low, high = (_money(end, style) for end in number.ends or ())
    return f"between {sign}{low} and {high}"


def _amount(part: str) -> Part:
    def say(row: Row, style: PartFormat) -> str | None:
        amount = _in_money(row, part, style)
        return None if amount is None else _say(*amount, style)

    return say


def _interval(row: Row, style: PartFormat) -> str | None:
    sign, number = _in_money(row, "median", style) or ("", None)
    if number is None or number.ends is None:
        return None
    low, high = (_money(end, style) for end in number.ends)
    return f"{sign}{low}–{high}"


def _band(row: Row, style: PartFormat) -> str | None:
    """The band, or where there is none the median, by the time asked for."""
    low, high, median = (_in_money(row, part, style) for part in ("low", "high", "median"))
    per = f" per {style.per or 'year'}"
    if low is None or high is None:
        return None if median is None else f"median {_say(*median, style)}{per}"
    (sign, lowest), (_, highest) = low, high
    if lowest.value is None or highest.value is None:
        return f"lower end {_say(*low, style)}, upper end {_say(*high, style)}{per}"
    return f"{sign}{_money(lowest.value, style)}–{_money(highest.value, style)}{per}"


PAY_PARTS: Mapping[str, Part] = {
    "value": _band,
    **{part: _amount(part) for part in ("low", "high", "median", "p25", "p75")},
    "interval": _interval,
}
"""Parts of pay: the two ends of the band, the median of midpoints with its 95 % interval, and their quartiles."""


# --- claims ---------------------------------------------------------------------------------------------


def _of_claim(name: str) -> Part:
    return lambda row, style: (row.get("parts") or {}).get(name)


CLAIM_PARTS: Mapping[str, Part] = {
    "value": lambda row, style: str(row["claim"]),
    **{name: _of_claim(name) for name in ("amount", "year", "growth")},
    "publisher": lambda row, style: row.get("publisher"),
}
"""Parts of what somebody else says."""
