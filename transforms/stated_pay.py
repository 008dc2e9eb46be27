"""Pay that a source states in fields: amounts as numbers or numeric text, a currency, a word for the period."""

from __future__ import annotations

import re

from transforms.currency import currency_of
from transforms.tier import Tie, period_in
from warehouse.tables import PERIODS, Pay

_NUMBER = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_TWO_READINGS = re.compile(r"\d{1,3}\.\d{3}")
"""A decimal point, or thousands as in German: 50.000."""
_SPACE = re.compile(r"[\s'’]+")


def amount_of(stated: object, *, parts: int = 1) -> float | None:
    """An amount given as number or text, in so many parts of the unit (100: in cents); None for what is no amount.

    0 is how sources write an end that was left open. A text that reads two ways is no amount.

    >>> amount_of("52000.0000"), amount_of("60,000"), amount_of(0), amount_of("50.000"), amount_of("DOE")
    (52000.0, 60000.0, None, None, None)
    """
    if isinstance(stated, str):
        said = _SPACE.sub("", stated)
        if not _NUMBER.fullmatch(said) or _TWO_READINGS.fullmatch(said):
            return None
        stated = float(said.replace(",", ""))
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        return None
    return float(stated) / parts if 0 < stated < float("inf") else None


def period_of(word: object) -> str | None:
    """The period a source's own word or code names, None when it names none we know.

    >>> period_of("YEAR"), period_of("per_month"), period_of("hourly"), period_of("per-day-wage"), period_of("one-time")
    ('year', 'month', 'hour', 'day', None)
    """
    if not isinstance(word, str):
        return None
    said = re.sub(r"[\W_]+", " ", word).strip().lower()
    named = {period for period in PERIODS if re.search(rf"\b{period}\b", said)}
    return named.pop() if len(named) == 1 else period_in(said)


def stated_pay(
    low: object,
    high: object,
    *,
    currency: object = None,
    period: object = None,
    component: str = "base",
    title: str | None = None,
    tie: Tie = Tie(),  # noqa: B008  # a tuple, never changed
) -> tuple[Pay, ...]:
    """The one component that fields state, () when they hold no amount.

    `period` is the source's word; a word that names no period we know makes the pay `other` (paid once or per
    piece), as nothing says how often.
    """
    ends = amount_of(low), amount_of(high)
    if ends == (None, None):
        return ()
    known = period_of(period)
    said = (title, currency, *ends, period)
    return (
        Pay(
            component=component if known or not period else "other",
            pay_text=" ".join(str(part) for part in said if part),
            low=ends[0],
            high=ends[1],
            currency=currency_of(currency) if isinstance(currency, str) else None,
            period=known,
            period_reading="stated" if known else None,
            reading="stated",
            place_text=tie.place_text,
            country=tie.country,
            level_text=tie.level_text,
        ),
    )
