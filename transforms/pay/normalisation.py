"""Norms of pay: what currency and country say of an amount that the advert leaves open.

lookups/pay/pay_rules.csv holds, each row with its reason: `period`, for which period amounts of a size are stated in a
country unless a word says otherwise; `annual_hours` and `salary_months`, how much is paid in a year of full-time
work; `annual_pay`, the bounds beyond which a yearly amount is no pay for one person's full-time work; `monthly_pay`,
the bound beyond which an amount that is called monthly is a yearly one; `skilled_pay` and `senior_pay`, the least that
full-time work in engineering, data and AI is paid, without and from the senior level on: as an amount, or as a multiple
of the country's lower bound. Rows without a country hold for a currency where the country is unknown or has no rule for
it; a row without either, where both are unknown. A currency without a row has the bounds of the dollar.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from transforms.pay.currency import codes, legal_tender, tender_of
from transforms.pay.headline import headline_of, headlines_by_country
from transforms.pay.scope import employment_of
from transforms.records.rows import Pay, Place
from transforms.records.vocabulary import AI_CORE, PER_YEAR
from transforms.text.lookups import cells_of

MONTHS = 12
"""Salaries a year of pay in a currency from elsewhere: further salaries are owed by local law and custom."""
WIDEST = 4.0
"""A range whose high end is over this many times its low end is no offer for one job."""
ANNUAL_COMPONENTS = ("base", "on_target_earnings", "total_compensation")
"""Components whose period and bounds norms can tell."""
WITHOUT_NORMS = ("CONTRACTOR", "INTERN", "PER_DIEM", "VOLUNTEER")
"""Employment whose pay is not stated for a year or month by custom."""
NOT_SKILLED_PAY = ("PART_TIME", "INTERN", "PER_DIEM", "VOLUNTEER")
"""Employment whose pay for a year tells nothing of the role."""
SKILLED = (*AI_CORE, "data", "other_engineering")
"""Groups of roles that need a trade: no full-time pay of theirs is near the lowest there is."""
SENIOR = ("senior", "staff", "manager", "executive")
LEAST_USD, MOST_USD = 500.0, 3e6
"""Rough US dollars a year: the bounds of pay in a currency that has no row of its own."""
SHARED_SIGNS = re.compile("[$¥]|\\bkr\\b|Rs")
"""Signs that, where the country does not tell their currency, name one from elsewhere."""


def complete_pay(
    pays: Sequence[Pay],
    *,
    country: str | None,
    employment_type: str | None,
    seniority: str = "unstated",
    role_group: str = "other",
    places: Sequence[Place] = (),
) -> tuple[Pay, ...]:
    """Pay with norms applied: period inferred where none is stated, yearly amounts, flags, and the headline first.

    A minimum of 0 is no minimum. A range whose low end is above its high end keeps its text, not its amounts. An
    amount beyond four times its low end, or beyond the bounds of country, role and level, is kept and flagged.

    The headline is the posting's own pay: what an economist would take as its offer (`headline.py` says how it is
    chosen, for which the posting's stated `seniority` and `places` are asked). Exactly one base pay is it if there is
    one, else on-target earnings or total compensation, then flagged: neither enters a band. It stands first, the
    others keep their order. Each country that base pay is tied to has one too, marked `is_headline_in_country`.
    """
    if not pays:
        return ()
    skill: str | None = "senior_pay" if seniority in SENIOR else "skilled_pay"
    if role_group not in SKILLED or seniority == "intern":
        skill = None
    components = [_complete(pay, country, employment_type, skill) for pay in pays]
    best = headline_of(components, country=country, employment_type=employment_type, seniority=seniority, places=places)
    local = headlines_by_country(components, best, employment_type=employment_type, seniority=seniority, places=places)
    for i in local - {best}:
        components[i] = replace_columns(components[i], is_headline_in_country=True)
    if best is None:
        return tuple(components)
    head = components[best]
    apart = None if head.component == "base" else head.component
    head = replace_columns(head, is_headline=True, is_headline_in_country=best in local, flag=head.flag or apart)
    return (head, *components[:best], *components[best + 1 :])


def _complete(pay: Pay, country: str | None, employment_type: str | None, skill: str | None) -> Pay:
    low, high = _positive(pay.low), _positive(pay.high)
    flag = pay.flag
    if low is not None and high is not None and low > high:
        low = high = None
        flag = flag or "low_above_high"
    where = pay.country or country
    if pay.currency is None and SHARED_SIGNS.search(pay.pay_text or ""):
        where = None
    own_type = employment_of(pay.level_text) or employment_type
    has_norms = "FULL_TIME" in (own_type, employment_type) or employment_type not in WITHOUT_NORMS
    period, reading = _find_period(pay, low, high, where, has_norms=has_norms)
    factor = _yearly_factor(pay, period, where)
    annual_low, annual_high = (end * factor if end and factor else None for end in (low, high))
    if flag is None and pay.component in ANNUAL_COMPONENTS:
        bounds = _bounds(pay.currency, where, None if own_type in NOT_SKILLED_PAY else skill)
        flag = _doubt_range(low, high, period, _norms(pay.currency, where)) or _doubt_year(
            [end for end in (annual_low, annual_high) if end], bounds
        )
    return replace_columns(
        pay,
        low=low,
        high=high,
        period=period,
        period_reading=reading,
        annual_low=annual_low,
        annual_high=annual_high,
        flag=flag,
    )


def _find_period(
    pay: Pay, low: float | None, high: float | None, where: str | None, *, has_norms: bool
) -> tuple[str | None, str | None]:
    """Return the period and how it is known; by norms where the advert states none."""
    if pay.period:
        return pay.period, pay.period_reading or ("stated" if pay.reading == "stated" else None)
    if has_norms and pay.component in ANNUAL_COMPONENTS and (usual := usual_period(low, high, pay.currency, where)):
        return usual, "inferred"
    return None, None


def _yearly_factor(pay: Pay, period: str | None, where: str | None) -> float | None:
    """How many times the pay of a period is paid in a year; None for equity in percent or without a period."""
    if not period or pay.component == "equity_percent":
        return None
    is_local = pay.currency is None or where is None or pay.currency in legal_tender(where)
    return _per_year(period, pay.months or (None if is_local else MONTHS), where)


def replace_columns(pay: Pay, **changes: Any) -> Pay:
    """Return a copy with some columns changed; twice as fast as `dataclasses.replace`."""
    return Pay(**(vars(pay) | changes))


def _positive(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) and value > 0 else None


class _Rules(NamedTuple):
    periods: dict[tuple[str, str], list[tuple[float, float, str]]]
    hours: dict[str, float]
    months: dict[str, int]
    bounds: dict[tuple[str, str], tuple[float, float]]
    monthly: dict[tuple[str, str], float]
    skilled: dict[tuple[str, str, str], float]


@functools.cache
def _rules() -> _Rules:
    rules = _Rules({}, {}, {}, {}, {}, {})
    for row in cells_of("pay_rules"):
        key = (row["country"], row["currency"])
        if row["rule"] == "period":
            rules.periods.setdefault(key, []).append((float(row["low"]), float(row["high"]), row["period"]))
        elif row["rule"] == "annual_pay":
            rules.bounds[key] = float(row["low"]), float(row["high"])
        elif row["rule"] == "monthly_pay":
            rules.monthly[key] = float(row["high"])
        elif row["rule"] in ("skilled_pay", "senior_pay"):
            rules.skilled[row["rule"], *key] = float(row["low"] or row["value"])
        elif row["rule"] == "annual_hours":
            rules.hours[row["country"]] = float(row["value"])
        elif row["rule"] == "salary_months":
            rules.months[row["country"]] = int(row["value"])
    return rules


def _keys(currency: str | None, country: str | None) -> Iterator[tuple[str, str]]:
    """Where to look for a norm: the country's for the currency, the currency's anywhere, its only country's own."""
    if country and currency:
        yield country, currency
    elif country:
        yield from ((country, tender) for tender in legal_tender(country))
        return
    yield "", currency or ""
    if currency and len(tender_of(currency)) == 1:
        yield tender_of(currency)[0], currency


class _Norms(NamedTuple):
    periods: tuple[tuple[float, float, str], ...]
    bounds: tuple[float, float]
    monthly: float


@functools.lru_cache(maxsize=1024)
def _norms(currency: str | None, country: str | None) -> _Norms:
    """The periods of amounts, the nearest norm first, the bounds of a year's pay and the most of a month's."""
    keys = list(_keys(currency, country))
    periods = tuple(row for key in keys for row in _rules().periods.get(key, ()))
    per_usd = codes().get(currency or "USD") or math.nan
    rough = (LEAST_USD * per_usd, MOST_USD * per_usd) if math.isfinite(per_usd) else (0.0, math.inf)
    bounds = next((_rules().bounds[key] for key in keys if key in _rules().bounds), rough)
    return _Norms(periods, bounds, next((_rules().monthly[key] for key in keys if key in _rules().monthly), math.inf))


def usual_period(low: float | None, high: float | None, currency: str | None, country: str | None) -> str | None:
    """The period that currency and country make usual for amounts of this size; None where there is no norm."""
    least, most = low or high, high or low
    if least is None or most is None:
        return None
    for floor, ceiling, period in _norms(currency, country).periods:
        if floor <= least and most <= ceiling:
            return period
    return None


def _per_year(period: str, months: int | None, country: str | None) -> float:
    """How many times a period's pay is paid in a year of full-time work in a country."""
    rules = _rules()
    if period == "hour":
        return rules.hours.get(country or "", rules.hours[""])
    if period == "month":
        return float(months or rules.months.get(country or "", rules.months[""]))
    return PER_YEAR[period]


def _doubt_range(low: float | None, high: float | None, period: str | None, norms: _Norms) -> str | None:
    """Why a range is no offer for one job, or its amounts not for a month; None where nothing speaks against it."""
    if low is not None and high is not None and high > WIDEST * low:
        return "high_over_4x_low"
    is_above = period == "month" and max(low or 0, high or 0) > norms.monthly
    return "implausible_high" if is_above else None


def _doubt_year(ends: Sequence[float], bounds: tuple[float, float]) -> str | None:
    """Whether the ends of a yearly range lie beyond their bounds."""
    if not ends:
        return None
    return "implausible_low" if min(ends) < bounds[0] else "implausible_high" if max(ends) > bounds[1] else None


@functools.lru_cache(maxsize=4096)
def _bounds(currency: str | None, country: str | None, skill: str | None) -> tuple[float, float]:
    """The bounds of a year's pay in a currency, higher at the lower end for work that needs a `skill`."""
    least, most = _norms(currency, country).bounds
    if currency is None:  # the country's money or any other
        anywhere = _norms(None, None).bounds
        return min(least, anywhere[0]), max(most, anywhere[1])
    if skill is None:
        return least, most
    rules = _rules().skilled
    floor = next((rules[key] for key in ((skill, *key) for key in _keys(currency, country)) if key in rules), None)
    is_local = country is not None and currency in legal_tender(country) and (country, currency) in _rules().bounds
    return (max(least, rules[skill, "", ""] * least) if is_local else max(least, floor or 0.0)), most
