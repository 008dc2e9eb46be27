"""Use the countries of the job and of its employer to find the currency that a shared sign (`$`) means.

If the job is in one country or the pay is tied to a place, `pay_in` decides what the sign means. Other signs are
decided here. In both cases the currency is inferred, not stated, and a span of the posting says so.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

from transforms.pay.amounts import ranges_in
from transforms.pay.currency import codes, legal_tender
from transforms.pay.normalisation import replace_columns
from transforms.pay.prose import MIN_ANNUAL_USD
from transforms.records.rows import Pay, Span
from transforms.records.vocabulary import PER_YEAR

BY_COUNTRY = "sign of several currencies, by country"


def settle_signs(pays: Sequence[Pay], countries: Collection[str], employer_country: str | None) -> tuple[Pay, ...]:
    """Return `pays`, with a currency for each shared sign whose currency follows from the countries.

    `countries` are the countries of the job's places. The currency is the sign's only candidate that is legal tender in
    any of these countries ("$" for London or New York). If several candidates are legal tender there, or the advert
    names no country, the employer's country decides. Pay stays without a currency if no candidate is legal tender in
    the job's countries, or if the employer's country does not decide.
    """
    return tuple(
        replace_columns(pay, currency=currency)
        if pay.currency is None
        and (candidates := _plausible(_candidates(pay.pay_text or ""), pay))
        and (currency := _settle(candidates, countries, employer_country))
        else pay
        for pay in pays
    )


def _settle(candidates: frozenset[str], countries: Collection[str], employer_country: str | None) -> str | None:
    of_places = candidates.intersection(*[{tender for country in countries for tender in legal_tender(country)}])
    if len(countries) > 1 and len(of_places) == 1:
        return next(iter(of_places))
    if employer_country is None or (countries and not of_places):
        return None
    of_employer = candidates.intersection(legal_tender(employer_country))
    return next(iter(of_employer)) if len(of_employer) == 1 else None


def _plausible(candidates: frozenset[str], pay: Pay) -> frozenset[str]:
    """Return the candidates in which an amount of this size can be pay: 40,000 a year in Bogotá is not in pesos."""
    yearly = (pay.high or pay.low or 0.0) * PER_YEAR[pay.period or "year"]
    return frozenset(currency for currency in candidates if yearly / (codes().get(currency) or 1.0) >= MIN_ANNUAL_USD)


def is_foreign(pay: Pay, country: str | None) -> bool:
    """Whether the sign of pay means no money of a country: `$` in Germany is foreign, whichever dollar it is."""
    candidates = _plausible(_candidates(pay.pay_text or ""), pay) if pay.currency is None else frozenset[str]()
    return bool(candidates and country and legal_tender(country)) and candidates.isdisjoint(legal_tender(country or ""))


@functools.lru_cache(maxsize=4096)
def _candidates(pay_text: str) -> frozenset[str]:
    first = next(ranges_in(pay_text, None), None)
    return first.currencies if first is not None and len(first.currencies) > 1 else frozenset()


def span_of_currency(pay: Pay, text: str) -> Span | None:
    """Return the span of a shared sign whose currency was inferred; None if the currency is stated or unknown.

    Offsets count in the advert's text. Start and end are None if the pay comes from words in a field.
    """
    if pay.currency is None or pay.reading == "stated" or not _candidates(pay.pay_text or ""):
        return None
    is_in_text = pay.start is not None and " ".join(text[pay.start : pay.end].split()) == pay.pay_text
    start, end = (pay.start, pay.end) if is_in_text else (None, None)
    part = "text" if is_in_text else "structured"
    return Span(field="currency", part=part, start=start, end=end, rule=BY_COUNTRY, reading="inferred")
