"""Build the `Pay` of one component of pay from the fields in which a source states it."""

from __future__ import annotations

from transforms.pay.currency import currency_of
from transforms.pay.scope import Tie
from transforms.records.rows import Pay


def pay_in_fields(
    low: float | None,
    high: float | None,
    *,
    text: str | None,
    currency: object = None,
    period: str | None = None,
    component: str = "base",
    tie: Tie = Tie(),  # noqa: B008  # a tuple cannot be changed
) -> Pay:
    """Return the stated pay of one component, such as base pay; what the source does not state is None.

    `low` and `high` are the ends of the range and `text` is the source's wording. `currency` is the source's code or
    word for a currency, and `period` one of `vocabulary.PERIODS`. `tie` names the place or level that the pay is for.
    """
    return Pay(
        component=component,
        pay_text=text,
        low=low,
        high=high,
        currency=currency_of(currency) if isinstance(currency, str) else None,
        period=period,
        period_reading="stated" if period else None,
        reading="stated",
        place_text=tie.place_text,
        country=tie.country,
        level_text=tie.level_text,
    )
