"""Read a daily table of the value of one US dollar in about 340 currencies, for currencies that the ECB does not quote.

A table is `{"date": "2026-09-29", "usd": {"eur": 0.88, ...}}`. Codes are in lower case; some are codes of
cryptocurrencies and metals. Only ISO 4217 currencies are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from extractors.response import Response
from extractors.sources.declaration import declare
from extractors.web.paging import Web, ask_first
from transforms.pay.currency import codes
from transforms.records.rows import ExchangeRate, Issue
from transforms.text.rejects import Rejected

BASE = "USD"

SOURCE = declare("currency_table", kind="rates", endpoints=("https://cdn.jsdelivr.net/npm/@fawazahmed0/currency-api@",))


def url_of(day: date) -> str:
    """Return the address of a day's table. Month and day in the address have no leading zeros."""
    version = f"{day.year}.{day.month}.{day.day}"
    return f"https://cdn.jsdelivr.net/npm/@fawazahmed0/currency-api@{version}/v1/currencies/usd.json"


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the day's table, or yesterday's if the day's is not out yet."""
    return ask_first(web, [url_of(as_of), url_of(as_of - timedelta(days=1))])


def parse(response: Response) -> Iterator[ExchangeRate | Issue]:
    """Yield the rates of all ISO 4217 currencies, and one issue for all other codes."""
    answer = response.json()
    rates = answer.get("usd") if isinstance(answer, dict) else None
    if not isinstance(rates, dict):
        raise Rejected("response", answer, "expected an object with `date` and `usd`; the API may have changed")
    try:
        rate_on = date.fromisoformat(answer["date"])
    except (KeyError, TypeError, ValueError) as error:
        raise Rejected("rate_on", answer.get("date"), "expected an ISO date") from error
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
            yield Rejected("rate", f"{code} {rate!r}", "expected a positive number").issue
    if left_out:
        rule = f"{len(left_out)} codes that are not ISO 4217 money (cryptocurrencies, metals, former money) left out"
        yield Issue(column_name="currency", value=" ".join(left_out)[:200], rule=rule, is_deliberate=True)
