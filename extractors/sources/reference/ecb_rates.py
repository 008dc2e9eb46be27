"""Read the euro reference rates of the European Central Bank, daily since 1999.

The response is a zip with one CSV. It has a row for each working day, newest first, and a column for each currency with
the units of the currency for one euro. `N/A` means that a currency was not quoted that day. Every line ends with a
comma, so the last column is empty.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date

from extractors.reading.csv_tables import zip_member
from extractors.response import Response
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_addresses
from transforms.records.rows import ExchangeRate, Issue
from transforms.records.vocabulary import CURRENCY_CODE
from transforms.text.rejects import Rejected

ADDRESS = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
CSV = re.compile(r"\.csv$")
MAX_CSV = 64_000_000
"""Maximum size of the CSV after unpacking, in bytes: thirty times its size in 2026 (1.9 MB). The limit protects against
zip bombs."""
NOT_QUOTED = ("N/A", "")

SOURCE = declare("ecb_rates", kind="rates", endpoints=("https://www.ecb.europa.eu/stats/eurofxref/",))


fetch = fetch_addresses(ADDRESS)


def parse(response: Response) -> Iterator[ExchangeRate | Issue]:
    """Yield every quoted rate, in the order of the file, and an issue for each day or rate that cannot be read."""
    lines = zip_member(response.body, CSV, largest=MAX_CSV).decode("utf-8-sig", "replace").splitlines()
    header = lines[0].split(",") if lines else []
    currencies = [name.strip() for name in header[1:]]
    if not header or header[0].strip() != "Date" or not any(currencies):
        raise Rejected("response", ",".join(header), "expected a CSV that begins with Date and currency codes")
    columns = [(i, c) for i, c in enumerate(currencies) if re.fullmatch(CURRENCY_CODE, c)]
    for line in lines[1:]:
        day, *cells = line.split(",")
        if not day.strip():
            continue
        try:
            rate_on = date.fromisoformat(day.strip())
        except ValueError:
            yield Rejected("rate_on", line, "expected a line that begins with an ISO date").issue
            continue
        for i, currency in columns:
            cell = cells[i].strip() if i < len(cells) else ""
            if cell not in NOT_QUOTED:
                yield _rate(rate_on, currency, cell)


def _rate(rate_on: date, currency: str, cell: str) -> ExchangeRate | Issue:
    try:
        rate = float(cell)
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        return Rejected("rate", f"{rate_on} {currency} {cell}", "expected a positive number or N/A").issue
    return ExchangeRate(source=SOURCE.name, rate_on=rate_on, base="EUR", currency=currency, rate=rate)
