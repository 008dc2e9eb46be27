"""Read yearly exchange rates and purchasing power from the World Bank's indicators, as JSON or as downloaded CSV.

Responses contain countries and groups of countries. A country that has joined the euro area has no rate of its own any
more; it gets the rate of the area. The text "NA" is the code of Namibia, not a missing value. Two shapes of CSV are
known. The download has a byte-order mark, four lines above the header and a column for each year. The other shape has a
line for each country and year.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from extractors.reading.csv_tables import table_in, zip_member
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import declare
from extractors.web.paging import Web, ask_each
from transforms.pay.currency import EURO_SINCE
from transforms.records.rows import Issue, PriceLevel
from transforms.text.lookups import countries
from transforms.text.rejects import Rejected

API = "https://api.worldbank.org/v2/"
RATES = "PA.NUS.FCRF"
INDICATORS = {RATES: "official_rate", "PA.NUS.PPP": "ppp"}
INDICATOR = re.compile("|".join(map(re.escape, INDICATORS)))
DATA_FILE = re.compile(r"(?:^|/)API_PA\.NUS\.[^/]*\.csv$")
MAX_TABLE = 16_000_000
"""Maximum size of a table after unpacking, in bytes: fifty times its size in 2025."""
YEARS = 10
KNOWN = frozenset(("indicator", "country", "countryiso3code", "date", "value", "unit", "obs_status", "decimal"))
EURO_AREA = ("EMU", "XC")
GROUPS_LEFT_OUT = "expected values of countries; those of groups of countries left out"

SOURCE = declare("world_bank", kind="statistics", endpoints=(API,), row=PriceLevel)


Cell = tuple[str, int, float | None]
"""A code, a year and a value. The code is ISO's for a country, or one of the World Bank's own for a group of them."""


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the last ten years of both indicators."""
    query = f"?format=json&per_page=20000&date={as_of.year - YEARS}:{as_of.year}"
    return ask_each(web, [f"{API}country/all/indicator/{name}{query}" for name in INDICATORS])


def parse(response: Response) -> Iterator[PriceLevel | Issue]:
    """Yield every value of a country, and one issue for all groups of countries."""
    cells = list(_json_cells(response) if response.body.lstrip()[:1] in (b"[", b"{") else _csv_cells(response.body))
    match = INDICATOR.search(response.url)
    if match is None:
        raise Rejected("response", response.url, f"expected an address with one of {', '.join(INDICATORS)}")
    level = functools.partial(PriceLevel, source=SOURCE.name, indicator=INDICATORS[match[0]])
    euro: dict[int, float] = {}
    pairs: set[tuple[str, int]] = set()
    n_groups = 0
    for cell in cells:
        if isinstance(cell, Issue):
            yield cell
            continue
        code, year, value = cell
        if value is None:
            continue
        if country := country_codes().get(code):
            pairs.add((country, year))
            yield level(country=country, year=year, value=value)
        else:
            n_groups += 1
            if code in EURO_AREA and match[0] == RATES:
                euro[year] = value
    for (country, since), (year, value) in itertools.product(EURO_SINCE.items(), euro.items()):
        if year >= since and (country, year) not in pairs:
            yield level(country=country, year=year, value=value)
    yield from note_left_out(n_groups, "values", GROUPS_LEFT_OUT, column="country")


@functools.cache
def country_codes() -> dict[str, str]:
    """Return a dict from the alpha-2 and the alpha-3 code of each country to its alpha-2 code (ISO 3166-1)."""
    return {code: row.country for row in countries() for code in (row.country, row.alpha3) if code}


def _json_cells(response: Response) -> Iterator[Cell | Issue]:
    answer = response.json()
    if not isinstance(answer, list) or len(answer) != 2 or not isinstance(answer[1], list):
        raise Rejected("response", answer, "expected an array of two, the second a list of values")

    def read(item: dict[str, Any]) -> Cell:
        return _cell(item["countryiso3code"] or item["country"]["id"], item["date"], item["value"])

    yield from each(answer[1], read, known=KNOWN)


def _csv_cells(body: bytes) -> Iterator[Cell | Issue]:
    table = zip_member(body, DATA_FILE, largest=MAX_TABLE)
    if b"Country ID" in table[:200]:
        rows = table_in(table, ("Country ID", "Year", "PPP"))
        yield from each(rows, lambda row: _cell(row["Country ID"], row["Year"], row["PPP"]))
        return
    rows = table_in(table, ("Country Code", "Indicator Code"))
    cells = [(row.get("Country Code"), year, value) for row in rows for year, value in row.items() if year.isdecimal()]
    yield from each(cells, lambda cell: _cell(*cell))


def _cell(code: object, year: object, value: object) -> Cell:
    if not isinstance(code, str) or not isinstance(year, str):
        raise Rejected("country", (code, year), "expected a country's code and a year")
    if value is None or value == "":
        return code, int(year), None
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not 0 < float(value) < float("inf"):
        raise Rejected("value", value, f"expected a positive number for {code} in {year}")
    return code, int(year), float(value)
