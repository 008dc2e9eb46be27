"""Norms of pay by currency and country. They give the period if the advert does not, and show which pay is plausible.

Rules are rows of lookups/pay/pay_rules.csv, each with its reason:

- `period`: the usual period of an amount of a certain size in a country, unless a word says otherwise
- `annual_hours`, `salary_months`: hours and monthly salaries in a year of full-time work
- `annual_pay`: bounds of a plausible yearly amount for one person's full-time work
- `monthly_pay`: the highest plausible monthly amount; a higher amount is really a yearly amount
- `skilled_pay`, `senior_pay`: the lowest plausible pay for full-time work in engineering, data and AI, at any level and
  from the senior level on. The value is an amount, or a multiple of the country's lower bound

A row without a country holds for its currency if the country is unknown or has no rule. A row without country and
currency holds if both are unknown. A currency without a row has the bounds `MIN_USD` and `MAX_USD`, roughly converted.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from transforms.pay.currency import codes, legal_tender, tender_of
from transforms.pay.headline import Offer, headline_of, headlines_by_country
from transforms.pay.scope import contract_beside, employment_of
from transforms.records.rows import Pay, Place
from transforms.records.vocabulary import AI_CORE, CONTRACTOR, INVOICE, NET, PER_YEAR
from transforms.text.lookups import cells_of

MONTHS = 12
"""Monthly amounts in a year of a contractor, and of anybody paid in a foreign currency: law and custom grant more than
twelve only to employees, and only for pay in local currency.
"""
WIDEST = 4.0
"""Largest ratio of the high end to the low end in an offer for one job."""
ANNUAL_COMPONENTS = ("base", "on_target_earnings", "total_compensation")
"""Components for which norms give a period and bounds."""
WITHOUT_NORMS = ("CONTRACTOR", "INTERN", "PER_DIEM", "VOLUNTEER")
"""Kinds of employment without a usual period of pay, so no period is inferred for them."""
NOT_SKILLED_PAY = ("PART_TIME", "INTERN", "PER_DIEM", "VOLUNTEER")
"""Kinds of employment to which `skilled_pay` and `senior_pay` do not apply."""
SKILLED = (*AI_CORE, "data", "other_engineering")
"""Groups of skilled roles. Full-time pay in these roles is never near a country's lowest pay."""
SENIOR = ("senior", "staff", "manager", "executive")
MIN_USD, MAX_USD = 500.0, 3e6
"""Bounds of yearly pay, in rough US dollars, for a currency without a row in pay_rules.csv."""
SHARED_SIGNS = re.compile("[$¥]|\\bkr\\b|Rs")
"""Signs of several currencies. If the country does not decide between them, the sign means a foreign currency."""


def complete_pay(
    pays: Sequence[Pay],
    *,
    country: str | None,
    employment_type: str | None,
    seniority: str = "unstated",
    role_group: str = "other",
    places: Sequence[Place] = (),
    contract: str | None = None,
) -> tuple[Pay, ...]:
    """Apply norms to pay: infer missing periods, add yearly amounts and flags, put the headline first.

    An end that is not positive is dropped. A range with its low end above its high end loses both amounts and keeps its
    text. Ranges wider than `WIDEST`, and amounts outside the bounds for country, role and level, are kept and flagged.
    An amount is for the contract that the words beside it name, else for the advert's (`contract`).

    The headline is the posting's own pay (`headline.py` has the rules). It is base pay if there is any, or else
    on-target earnings or total compensation, which are flagged and enter no band. Each country that base pay is tied to
    has a headline too, marked `is_headline_in_country`.
    """
    if not pays:
        return ()
    skill: str | None = "senior_pay" if seniority in SENIOR else "skilled_pay"
    if role_group not in SKILLED or seniority == "intern":
        skill = None
    components = [_complete(pay, country, employment_type, skill, contract) for pay in pays]
    offer = Offer(employment_type=employment_type, contract=contract, seniority=seniority, places=places)
    best = headline_of(components, offer, country=country)
    local = headlines_by_country(components, best, offer)
    for i in local - {best}:
        components[i] = replace_columns(components[i], is_headline_in_country=True)
    if best is None:
        return tuple(components)
    head = components[best]
    apart = None if head.component == "base" else head.component
    head = replace_columns(head, is_headline=True, is_headline_in_country=best in local, flag=head.flag or apart)
    return (head, *components[:best], *components[best + 1 :])


def _complete(
    pay: Pay, country: str | None, employment_type: str | None, skill: str | None, contract: str | None
) -> Pay:
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
    own = pay.contract or contract_beside(pay.level_text) or contract_beside(pay.pay_text)
    contract = own or (CONTRACTOR if pay.tax == INVOICE else contract)
    factor = _yearly_factor(pay, period, where, contract)
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
        tax=INVOICE if contract == CONTRACTOR and pay.tax != NET else pay.tax,
        contract=contract,
        flag=flag,
    )


def _find_period(
    pay: Pay, low: float | None, high: float | None, where: str | None, *, has_norms: bool
) -> tuple[str | None, str | None]:
    if pay.period:
        return pay.period, pay.period_reading or ("stated" if pay.reading == "stated" else None)
    if has_norms and pay.component in ANNUAL_COMPONENTS and (usual := usual_period(low, high, pay.currency, where)):
        return usual, "inferred"
    return None, None


def _yearly_factor(pay: Pay, period: str | None, where: str | None, contract: str | None) -> float | None:
    if not period or pay.component == "equity_percent":
        return None
    is_local = pay.currency is None or where is None or pay.currency in legal_tender(where)
    has_more = is_local and contract != CONTRACTOR
    return _per_year(period, pay.months or (None if has_more else MONTHS), where)


def replace_columns(pay: Pay, **changes: Any) -> Pay:
    """Return a copy of `pay` with some columns changed; twice as fast as `dataclasses.replace`."""
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
    """Yield the keys under which a norm may be listed, the nearest first.

    The keys are country and currency, the currency alone, and the only country of the currency. Without a currency,
    they are the country and each of its legal tenders.
    """
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
    keys = list(_keys(currency, country))
    periods = tuple(row for key in keys for row in _rules().periods.get(key, ()))
    per_usd = codes().get(currency or "USD") or math.nan
    rough = (MIN_USD * per_usd, MAX_USD * per_usd) if math.isfinite(per_usd) else (0.0, math.inf)
    bounds = next((_rules().bounds[key] for key in keys if key in _rules().bounds), rough)
    return _Norms(periods, bounds, next((_rules().monthly[key] for key in keys if key in _rules().monthly), math.inf))


def usual_period(low: float | None, high: float | None, currency: str | None, country: str | None) -> str | None:
    """Return the usual period of amounts of this size in a currency and country; None without a norm."""
    start, end = low or high, high or low
    if start is None or end is None:
        return None
    for floor, ceiling, period in _norms(currency, country).periods:
        if floor <= start and end <= ceiling:
            return period
    return None


def _per_year(period: str, months: int | None, country: str | None) -> float:
    rules = _rules()
    if period == "hour":
        return rules.hours.get(country or "", rules.hours[""])
    if period == "month":
        return float(months or rules.months.get(country or "", rules.months[""]))
    return PER_YEAR[period]


def _doubt_range(low: float | None, high: float | None, period: str | None, norms: _Norms) -> str | None:
    if low is not None and high is not None and high > WIDEST * low:
        return "high_over_4x_low"
    is_above = period == "month" and max(low or 0, high or 0) > norms.monthly
    return "implausible_high" if is_above else None


def _doubt_year(ends: Sequence[float], bounds: tuple[float, float]) -> str | None:
    if not ends:
        return None
    return "implausible_low" if min(ends) < bounds[0] else "implausible_high" if max(ends) > bounds[1] else None


@functools.lru_cache(maxsize=4096)
def _bounds(currency: str | None, country: str | None, skill: str | None) -> tuple[float, float]:
    """Return the bounds of a year's pay in a currency.

    The rule `skill` (`skilled_pay` or `senior_pay`) raises the lower bound.
    """
    lower, upper = _norms(currency, country).bounds
    if currency is None:  # it may be the country's currency or any other
        anywhere = _norms(None, None).bounds
        return min(lower, anywhere[0]), max(upper, anywhere[1])
    if skill is None:
        return lower, upper
    rules = _rules().skilled
    floor = next((rules[key] for key in ((skill, *key) for key in _keys(currency, country)) if key in rules), None)
    is_local = country is not None and currency in legal_tender(country) and (country, currency) in _rules().bounds
    return (max(lower, rules[skill, "", ""] * lower) if is_local else max(lower, floor or 0.0)), upper
