"""Collect all pay that an advert states: in its fields, its prose and its title.

A field says what it holds, so base pay in a field is the posting's own pay. Ranges that only the text states are added.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Sequence

from transforms.pay.prose import pay_in
from transforms.pay.scope import names_period
from transforms.records.rows import Pay

MONEY = re.compile(
    r"[$€£¥₹₩₺₽₴₱₫₪฿₦]\s?\d|\d\s?(?:[kK]\b|[$€£])|\b(?:USD|EUR|GBP|CAD|AUD|CHF|PLN|INR)\b", re.ASCII | re.IGNORECASE
)
"""A sum of money. Only titles with such a sum are read."""
ADDED_IN_TITLE = re.compile(
    r"(?<!\+ )(?<!\+)(?<!plus )\b(?:bonus|sign|signing|retention|relocation|referral|prime|prämie|bono)\b",
    re.IGNORECASE,
)
"""Words for sums in a title that are not base pay, such as a bonus."""
UNIT_IN_BRACKETS = re.compile(r"(\d)\s?\([kK]\)")
MIN_IN_TITLE = 10_000
"""A sum without a period in a title is pay from five figures on; smaller sums are bonuses and piece rates."""
ROUNDED = 0.01
"""Relative difference up to which two amounts are the same, since fields and texts round."""


def all_pay(
    field_pays: Sequence[Pay], pay_text: str | None, text: str, title: str, *, country: str | None
) -> tuple[tuple[Pay, ...], bool | None]:
    """Return the pay of an advert, and whether its text repeats a range of base pay that its fields hold.

    The pay consists of `field_pays` and the ranges of base pay that only the text has. If the fields hold no amount of
    base pay, pay is added from the prose of the pay field (`pay_text`), or else from the text, or else from the title.
    The second value is None if the fields or the text state no range of base pay.
    """
    pays = tuple(_flag_contradiction(pay, pay_text) for pay in field_pays)
    if any(map(_is_base, pays)):
        text_pays = tuple(pay for pay in pay_in(text, country=country) if _is_base(pay)) if text else ()
        new = tuple(pay for pay in text_pays if not any(_is_same(pay, stated) for stated in pays if _is_base(stated)))
        return (*pays, *new), len(new) < len(text_pays) if text_pays else None
    for prose in (pay_text, text):
        if any(map(_is_base, pays)):
            return pays, None
        if prose:
            pays += pay_in(prose, country=country)
    return (pays if any(p.low or p.high for p in pays) else (*pays, *_pay_in_title(title, country))), None


def _is_base(pay: Pay) -> bool:
    return pay.component == "base" and bool(pay.low or pay.high)


def _is_same(first: Pay, second: Pay) -> bool:
    return _is_near(first.low, second.low) and _is_near(first.high, second.high)


def _is_near(first: float | None, second: float | None) -> bool:
    if not first or not second:
        return not first and not second
    return abs(first - second) <= ROUNDED * max(first, second)


def _pay_in_title(title: str, country: str | None) -> tuple[Pay, ...]:
    if not MONEY.search(title):
        return ()
    is_added = ADDED_IN_TITLE.search(title) is not None
    pays = pay_in(UNIT_IN_BRACKETS.sub(r"\1k", title) + "\n", country=country)
    return tuple(
        pay
        for pay in pays
        if pay.component == "base" and (pay.period or (not is_added and (pay.high or pay.low or 0) >= MIN_IN_TITLE))
    )


@functools.lru_cache(maxsize=4096)
def _pay_in_words(words: str) -> tuple[Pay, ...]:
    return pay_in(words)


def _flag_contradiction(pay: Pay, pay_text: str | None) -> Pay:
    """Flag structured pay if its own words or the words of the pay field give the same amounts another period."""
    for words in (pay.pay_text, pay_text):
        if pay.period is None or pay.flag or not words or not names_period(words):
            continue
        periods = {p.period for p in _pay_in_words(words) if (p.low, p.high) == (pay.low, pay.high) and p.period}
        if periods and pay.period not in periods:
            return dataclasses.replace(pay, flag="period_contradicted")
    return pay
