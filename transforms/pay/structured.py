"""Pay that a source states in fields: amounts as numbers or numeric text, a currency, a word for the period."""

from __future__ import annotations

import math
import re

from transforms.pay.currency import currency_of
from transforms.pay.scope import Tie, contract_beside, period_in
from transforms.records.rows import Issue, Pay
from transforms.records.vocabulary import PERIODS
from transforms.text.rejects import Rejected

_NUMBER = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_TWO_READINGS = re.compile(r"\d{1,3}\.\d{3}")
"""Digits with two readings: "50.000" has a decimal point, or a point that groups thousands as in German."""
_SPACE = re.compile(r"[\s'’]+")


def amount_of(
    value: object, column: str = "pay_low", issues: list[Issue] | None = None, *, parts: int = 1
) -> float | None:
    """Return the amount of pay in a field, a number or text; None if the field holds no amount.

    `parts` is how many of the field's units make a unit of currency (100 for cents). 0 means that an end was left open,
    and gives None. Other values that are no amount (text without a number, ambiguous text, a negative number) are noted
    in `issues` under the `column` that they would have filled.

    >>> amount_of("52000.0000"), amount_of("60,000"), amount_of(0), amount_of("50.000"), amount_of("DOE")
    (52000.0, 60000.0, None, None, None)
    """
    if value is None or value == "":
        return None
    amount = _number(value)
    if not 0 <= amount < math.inf:
        if issues is not None:
            rule = "expected an amount of 0 or more in the source's field; it was left out, the posting kept"
            issues.append(Rejected(column, value, rule).issue)
        return None
    return amount / parts or None


def _number(value: object) -> float:
    if isinstance(value, str):
        digits = _SPACE.sub("", value)
        if not _NUMBER.fullmatch(digits) or _TWO_READINGS.fullmatch(digits):
            return math.nan
        return float(digits.replace(",", ""))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def period_of(word: object) -> str | None:
    """Return the period that a source's own word or code names; None if the word is unknown.

    >>> period_of("YEAR"), period_of("per_month"), period_of("hourly"), period_of("per-day-wage"), period_of("one-time")
    ('year', 'month', 'hour', 'day', None)
    """
    if not isinstance(word, str):
        return None
    words = re.sub(r"[\W_]+", " ", word).strip().lower()
    periods = {period for period in PERIODS if re.search(rf"\b{period}\b", words)}
    return periods.pop() if len(periods) == 1 else period_in(words)


def stated_pay(
    low: object,
    high: object,
    *,
    currency: object = None,
    period: object = None,
    component: str = "base",
    title: str | None = None,
    tie: Tie = Tie(),  # noqa: B008  # a tuple, never changed
    contract: str | None = None,
    issues: list[Issue] | None = None,
) -> tuple[Pay, ...]:
    """Return the pay that a source's fields state, as a tuple of one component; () if the fields hold no amount.

    `low` and `high` are the ends of a range, `title` its title, and `tie` the place and level that it is tied to.
    `period` is the source's word. Pay is tied to the `contract`, or else to the one that its
    title is the word for ("B2B"). An unknown word makes the component `other` (paid once or per piece), since nothing
    says how often the amount is paid. Ends that are no amounts are noted in `issues`.
    """
    ends = amount_of(low, "pay_low", issues), amount_of(high, "pay_high", issues)
    if ends == (None, None):
        return ()
    known_period = period_of(period)
    parts = (title, currency, *ends, period)
    return (
        Pay(
            component=component if known_period or not period else "other",
            pay_text=" ".join(str(part) for part in parts if part),
            low=ends[0],
            high=ends[1],
            currency=currency_of(currency) if isinstance(currency, str) else None,
            period=known_period,
            period_reading="stated" if known_period else None,
            reading="stated",
            place_text=tie.place_text,
            country=tie.country,
            level_text=tie.level_text,
            contract=contract or contract_beside(title),
        ),
    )
