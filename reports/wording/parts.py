"""Parts of a figure that an editor may place alone, with the currency, period and format in which to print them.

A part is never more certain than its figure: if the figure prints an interval instead of an amount, so does the part.
Remarks in brackets (cited, collected by others, out of date) apply to every part; `guide.render` prints them once per
paragraph.
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
from warehouse.marts.printing import BOUNDS, PLATFORMS

PERIODS = ("year", "month", "hour")
"""Periods of pay; a month is a twelfth of a year, and a year has 52 weeks of 40 hours (`PER_YEAR`)."""
MONEYS = ("usd", "local", "ppp")
"""US dollars, the country's own currency, and international dollars by the World Bank's price level."""
FORMATS = ("short", "long", "bare")
"""Formats of an amount: USD 12.5K, USD 12,500, and 12,500; `bare` also drops the percent sign of shares."""


@dataclass(frozen=True, kw_only=True)
class PartFormat:
    """How to print a part."""

    part: str = "value"
    per: str | None = None  # one of `PERIODS`; None to print it as in the figure
    money: str | None = None  # one of `MONEYS`; None to print it as in the figure
    form: str = "short"  # one of `FORMATS`
    locale: str = "en"  # of numbers; words stay English
    in_numbers: bool = False  # whether shares in house style are numbers, not fractions in words

    def write(self, number: float, pattern: str | None = None) -> str:
        """Return a number in the locale."""
        return format_decimal(number, pattern, locale=_babel(self.locale))


PLAIN = PartFormat()
"""The value in the figure's own format."""
Part = Callable[[Row, PartFormat], str | None]
"""A function that prints a part from the first row of a figure; it returns None if the row lacks the part."""


def find_locale_fault(locale: str) -> str | None:
    """Return an error message for an unknown locale; None if the locale is known."""
    try:
        Locale.parse(_babel(locale))
    except (UnknownLocaleError, ValueError):
        return f"unknown locale {locale!r}: en, de, fr-CA and the like are known"
    return None


def _babel(locale: str) -> str:
    return locale.replace("-", "_")


# --- shares ---------------------------------------------------------------------------------------------


def _percent(share: float, style: PartFormat) -> str:
    text = numbers.percent(share)
    if not text[0].isdigit():  # "under 0.1%"
        return text
    digits = len(text.rstrip("%").partition(".")[2])
    if style.form == "bare":
        return style.write(round(100 * share, digits))
    return format_percent(round(share, digits + 2), locale=_babel(style.locale), decimal_quantization=False)


def _share(row: Row, style: PartFormat) -> str | None:
    number = numbers_of(row).get("share")
    if number is not None and number.form == PLATFORMS:
        said = ((_share(one, style), numbers.on_platforms([one["platform"]])) for one in row["platforms"])
        return numbers.join_words([f"{share} {platform}" for share, platform in said])
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
    return numbers.join_ends(*(_percent(end, style) for end in number.ends))


def _rank(row: Row, style: PartFormat) -> str | None:
    text = numbers.rank(row)
    return None if text == "–" else text


SHARE_PARTS: Mapping[str, Part] = {"value": _share, "share": _share, "interval": _share_interval, "rank": _rank}
"""Parts of a share: the share (as `value` and as `share`), its 95 % interval, and its rank."""


# --- pay ------------------------------------------------------------------------------------------------


def _in_money(row: Row, part: str, style: PartFormat) -> tuple[str, Number] | None:
    """Return the currency to print before a part of pay, and the number; None if there is no number.

    The currency is "" in the format `bare`.
    """
    currency, local, divisor = row.get("currency"), row.get("place_currency"), PER_YEAR[style.per or "year"]
    if style.money == "usd" and currency != "USD":
        return None
    if style.money in ("local", "ppp"):
        if local is None:
            return None  # a region of several countries has no currency of its own
        part, currency = part if currency == local else f"local_{part}", local
    if style.money == "ppp":
        currency, divisor = "PPP USD", divisor * (row.get("price") or 0.0)
    number = numbers_of(row).get(part)
    if number is None or not divisor:
        return None
    value, low, high = (end and end / divisor for end in (number.value, number.low, number.high))
    return "" if style.form == "bare" else f"{currency} ", replace(number, value=value, low=low, high=high)


def _money(amount: float | None, style: PartFormat) -> str:
    """Return an amount without its currency, with the same digits in every format."""
    amount = amount or 0.0
    if amount < 1_000 and style.per == "hour":
        return style.write(amount, "0")
    short = numbers.short(amount, tenths=style.per == "month")
    if style.form == "short":
        return short.replace(".", get_decimal_symbol(_babel(style.locale)))
    unit = {"K": 1_000, "M": 1_000_000}.get(short[-1], 1)
    return style.write(round(float(short.rstrip("KM")) * unit))


def _say(sign: str, number: Number, style: PartFormat) -> str:
    if number.value is not None:
        return f"{sign}{_money(number.value, style)}"
    return f"between {sign}{_money(number.low, style)} and {_money(number.high, style)}"


def _amount(row: Row, style: PartFormat) -> str | None:
    amount = _in_money(row, style.part, style)
    return None if amount is None else _say(*amount, style)


def _interval(row: Row, style: PartFormat) -> str | None:
    sign, number = _in_money(row, "median", style) or ("", None)
    if number is None or number.ends is None:
        return None
    return numbers.join_amounts(_money(number.low, style), _money(number.high, style), sign)


def _band(row: Row, style: PartFormat) -> str | None:
    low, high, median = (_in_money(row, part, style) for part in ("low", "high", "median"))
    per = f" per {style.per or 'year'}"
    if low is None or high is None:
        return None if median is None else f"median {_say(*median, style)}{per}"
    (sign, lowest), (_, highest) = low, high
    if lowest.value is None or highest.value is None:
        return f"lower end {_say(*low, style)}, upper end {_say(*high, style)}{per}"
    return f"{sign}{_money(lowest.value, style)}–{_money(highest.value, style)}{per}"


PAY_PARTS: Mapping[str, Part] = {
    "value": _band, **dict.fromkeys(("low", "high", "median", "p25", "p75"), _amount), "interval": _interval,
}  # fmt: skip
"""Parts of pay: both ends of the band, and the median, interval and quartiles of the midpoints."""
CLAIM_PARTS: Mapping[str, Part] = {
    "value": lambda row, style: str(row["claim"]),
    **dict.fromkeys(("amount", "year", "growth"), lambda row, style: (row.get("parts") or {}).get(style.part)),
    "publisher": lambda row, style: row.get("publisher"),
}
