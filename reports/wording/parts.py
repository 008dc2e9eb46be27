"""Parts of a figure that an editor may place alone, and the money, time and format in which they are printed.

A part is never surer than its figure: where the interval of an amount stands in its place, so it does here. What is
said of a value in brackets (cited, collected by others, out of date) belongs to each of its parts; who places parts
says it once in a paragraph (`guide.render`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, format_percent, get_decimal_symbol

from reports.wording import numbers
from reports.wording.amounts import is_point
from reports.wording.numbers import Row
from transforms.pay.normalisation import PER_YEAR

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
    if not text[0].isdigit():  # under 0.1%
        return text
    digits = len(text.rstrip("%").partition(".")[2])
    pattern = "0" if not digits else f"0.{'0' * digits}"
    if style.form == "bare":
        return format_decimal(round(100 * share, digits), pattern, locale=_locale(style))
    if style.locale == "en":
        return text
    return format_percent(
        round(share, digits + 2), f"{pattern} %" if _has_space(style) else f"{pattern}%", locale=_locale(style)
    )


def _has_space(style: PartFormat) -> bool:
    """Whether the locale sets the sign of per cent apart."""
    return not format_percent(0.5, locale=_locale(style)).startswith("50%")


def _share(row: Row, style: PartFormat) -> str | None:
    if row.get("form") == "bounds":
        ends = (row.get("bound_lo"), row.get("bound_hi"))
        return None if None in ends else "between {} and {}".format(*(_percent(float(end or 0), style) for end in ends))
    if row.get("form") == "interval":
        return _share_interval(row, style)
    return None if row.get("share") is None else _percent(row["share"], style)


def _share_interval(row: Row, style: PartFormat) -> str | None:
    if row.get("share_lo") is None or row.get("share_hi") is None:
        return None
    if style.form == "short" and style.locale == "en":
        return numbers.interval(row)
    low, high = _percent(row["share_lo"], style), _percent(row["share_hi"], style)
    return low if low == high else f"{low.rstrip('%').rstrip()}–{high}"


def _rank(row: Row, style: PartFormat) -> str | None:
    text = numbers.rank(row)
    return None if text == "–" else text


SHARE_PARTS: Mapping[str, Part] = {"value": _share, "share": _share, "interval": _share_interval, "rank": _rank}
"""Parts of a single share: itself, also without the words of which jobs it is, its 95 % interval, and its rank."""


# --- pay ------------------------------------------------------------------------------------------------


def _in_money(row: Row, column: str, style: PartFormat) -> tuple[str, dict[str, float | None]] | None:
    """The currency and the amount of a column with the ends of its interval; None where it has none in that money."""
    names = {"": column, "_lo": f"{column}_lo", "_hi": f"{column}_hi"}
    currency, own = row.get("currency"), row.get("place_currency")
    if style.money in (None, "usd"):
        if style.money == "usd" and currency != "USD":
            return None
        amounts = {end: row.get(name) for end, name in names.items()}
    else:
        if own is None:
            return None  # a region of several countries has no money of its own
        local = column.removeprefix("band_")
        amounts = {end: row.get(name if currency == own else f"local_{local}{end}") for end, name in names.items()}
        currency = own
    if amounts[""] is None:
        return None
    if style.money == "ppp":
        price = row.get("price")
        if not price:
            return None
        amounts = {end: None if amount is None else amount / price for end, amount in amounts.items()}
        currency = "PPP USD"
    return str(currency), amounts


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


def _amount(column: str) -> Part:
    def say(row: Row, style: PartFormat) -> str | None:
        pair = _in_money(row, column, style)
        if pair is None:
            return None
        currency, amounts = pair
        ends = {end: None if value is None else value / PER_YEAR[style.per or "year"] for end, value in amounts.items()}
        sign = "" if style.form == "bare" else f"{currency} "
        if is_point({"x": ends[""], "x_lo": ends["_lo"], "x_hi": ends["_hi"]}, "x"):
            return f"{sign}{_money(ends[''] or 0, style)}"
        return f"between {sign}{_money(ends['_lo'] or 0, style)} and {_money(ends['_hi'] or 0, style)}"

    return say


def _interval(column: str) -> Part:
    def say(row: Row, style: PartFormat) -> str | None:
        pair = _in_money(row, column, style)
        if pair is None or pair[1]["_lo"] is None or pair[1]["_hi"] is None:
            return None
        currency, amounts = pair
        low, high = (_money((amounts[end] or 0) / PER_YEAR[style.per or "year"], style) for end in ("_lo", "_hi"))
        return f"{'' if style.form == 'bare' else f'{currency} '}{low}–{high}"

    return say


def _band(row: Row, style: PartFormat) -> str | None:
    """The band, or where there is none the median, by the time asked for."""
    low, high = _amount("band_low")(row, style), _amount("band_high")(row, style)
    per = f" per {style.per or 'year'}"
    if low is None or high is None:
        median = _amount("p50")(row, style)
        return None if median is None else f"median {median}{per}"
    if "between" in low + high:
        return f"lower end {low}, upper end {high}{per}"
    sign = "" if style.form == "bare" else low[: low.rindex(" ") + 1]
    return f"{low}–{high.removeprefix(sign)}{per}"


PAY_PARTS: Mapping[str, Part] = {
    "value": _band, "low": _amount("band_low"), "high": _amount("band_high"), "median": _amount("p50"),
    "p25": _amount("p25"), "p75": _amount("p75"), "interval": _interval("p50"),
}  # fmt: skip
"""Parts of pay: the two ends of the band, the median of midpoints with its 95 % interval, and their quartiles."""


# --- claims ---------------------------------------------------------------------------------------------


def _of_claim(name: str) -> Part:
    return lambda row, style: (row.get("parts") or {}).get(name)


CLAIM_PARTS: Mapping[str, Part] = {
    "value": lambda row, style: str(row["claim"]),
    "amount": _of_claim("amount"), "year": _of_claim("year"), "growth": _of_claim("growth"),
    "publisher": lambda row, style: row.get("publisher"),
}  # fmt: skip
"""Parts of what somebody else says."""
