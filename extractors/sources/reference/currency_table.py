"""Read a daily table of the value of one US dollar in about 340 currencies, for currencies that the ECB does not quote.

A table is `{"date": "2026-09-29", "usd": {"eur": 0.88, ...}}`. Codes are in lower case; some are codes of
cryptocurrencies and metals. Only ISO 4217 currencies are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from extractors.response import Response
from extractors.sources.declaration import Source
from extractors.web.paging import Web, ask_first
from transforms.pay.currency import codes
from transforms.records.rows import ExchangeRate, Issue
from transforms.text.rejects import Rejected

BASE = "USD"

SOURCE = Source(
    name="currency_table",
    title="Currency table (fawazahmed0/exchange-api)",
    kind="rates",
    publisher="Fawaz Ahmed and contributors",
    homepage="https://github.com/fawazahmed0/exchange-api",
    endpoints=("https://cdn.jsdelivr.net/npm/@fawazahmed0/currency-api@",),
    licence="CC0 1.0, as others report; the project's own page says free and without limits",
    terms_url="https://github.com/fawazahmed0/exchange-api",
    terms_checked="""2026-11-28, in a stored copy of the project's page (133fd02a), which names no licence; the file
    LICENSE was not at hand""",
    quotation="Free & Blazing Fast response / No Rate limits",
    gives="daily rates of some 340 currencies",
    attribution="Exchange rates of currencies without an ECB rate: fawazahmed0/exchange-api.",
    is_republishable=True,
    is_verified=True,
    cadence="daily",
    expected_rows=(100, 200),
    facts="""Seen in four stored answers: a date and about 340 codes against one dollar, in lower case, with
    cryptocurrencies and metals among the money; it has ARS, CLP, COP, PEN and UYU. The project documents the dated
    address without zero padding and says that there is no limit of requests. No key. Nobody audits the rates: use them
    only where no central bank's rate is at hand. Not checked: that the licence file says CC0 1.0 is what other projects
    that use the table report; the file itself was out of reach.""",
)


def url_of(day: date) -> str:
    """Return the address of a day's table. Month and day in the address have no leading zeros."""
    version = f"{day.year}.{day.month}.{day.day}"
    return f"https://cdn.jsdelivr.net/npm/@fawazahmed0/currency-api@{version}/v1/currencies/usd.json"


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the day's table, or yesterday's if the day's is not out yet. Return one line for each failure."""
    return ask_first(web, [url_of(as_of), url_of(as_of - timedelta(days=1))])


def parse(response: Response) -> Iterator[ExchangeRate | Issue]:
    """Yield the rates of all ISO 4217 currencies, and one issue for all other codes.

    Raise `Rejected` for a response of another shape.
    """
    answer = response.json()
    rates = answer.get("usd") if isinstance(answer, dict) else None
    if not isinstance(rates, dict):
        raise Rejected("response", answer, "an object with `date` and `usd` expected; the API may have changed")
    try:
        rate_on = date.fromisoformat(answer["date"])
    except (KeyError, TypeError, ValueError) as error:
        raise Rejected("rate_on", answer.get("date"), "an ISO date expected") from error
    money = codes()
    left_out = []
    for code, rate in rates.items():
        currency = code.upper()
        if currency == BASE:
            continue
        if currency not in money:
            left_out.append(code)
        elif isinstance(rate, int | float) and not isinstance(rate, bool) and rate > 0:
            yield ExchangeRate(source=SOURCE.name, rate_on=rate_on, base=BASE, currency=currency, rate=float(rate))
        else:
            yield Rejected("rate", f"{code} {rate!r}", "a positive number expected").issue
    if left_out:
        rule = f"{len(left_out)} codes that are not ISO 4217 money (cryptocurrencies, metals, former money) left out"
        yield Issue(column_name="currency", value=" ".join(left_out)[:200], rule=rule, is_deliberate=True)
