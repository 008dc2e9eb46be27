"""Pay that a source states in fields, as the component its readers take."""

from __future__ import annotations

import math

from transforms.currency import currency_of
from transforms.tier import period_in
from warehouse.tables import Pay


def stated_pay(
    low: object, high: object, *, currency: str | None = None, period: str | None = None, tax: str | None = None
) -> tuple[Pay, ...]:
    """One stated range of base pay; () when it has no amount.

    Amounts are numbers or text, 0 and "" mean that the end was left open. `currency` is a code or sign, `period` the
    source's own word for it ("annual", "hourly", "month"). A word that names no period is a payment of another kind,
    not base pay: there is nothing to annualise.

    >>> (pay,) = stated_pay("115,000", 0, currency="usd", period="yearly")
    >>> pay.low, pay.high, pay.currency, pay.period
    (115000.0, None, 'USD', 'year')
    """
    least, most = amount_of(low), amount_of(high)
    if least is None and most is None:
        return ()
    named = period_in(f"per {period}") if period else None
    return (
        Pay(
            component="base" if named or not period else "other",
            pay_text=" ".join(str(part) for part in (low, high, currency, period) if part),
            low=least,
            high=most,
            currency=currency_of(currency or ""),
            period=named,
            period_reading="stated" if named else None,
            tax=tax,
            reading="stated",
        ),
    )


def amount_of(stated: object) -> float | None:
    """An amount given as number or text; None for 0, for what is left empty and for what is no amount.

    >>> amount_of("31200.50"), amount_of(0), amount_of(""), amount_of(True)
    (31200.5, None, None, None)
    """
    if isinstance(stated, bool) or not isinstance(stated, int | float | str):
        return None
    try:
        amount = float(stated.replace(",", "")) if isinstance(stated, str) else float(stated)
    except (ValueError, OverflowError):
        return None
    return amount if 0 < amount < math.inf else None
