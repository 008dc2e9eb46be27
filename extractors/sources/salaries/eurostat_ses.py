"""Read official earnings in Europe: means by major group of occupations from Eurostat's Structure of Earnings Survey.

The table (earn_ses22_28) has yearly means by major group of ISCO-08. It has no medians and no narrower occupations, so
it says what professionals earn, but nothing about a single profession.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from extractors.reading.eurostat import API, cells_in, country_of
from extractors.reading.pay_reports import official_wage
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import declare
from extractors.web.paging import Web, ask_each
from transforms.pay.currency import EURO_SINCE
from transforms.records.rows import Issue, OfficialWage
from transforms.records.vocabulary import ISCO
from transforms.text.lookups import countries, occupations
from transforms.text.rejects import Rejected

TABLE = "earn_ses22_28"
ALL = {"freq": "A", "sex": "T", "indic_se": "ERN", "age": "TOTAL", "sizeclas": "GE10"}
"""Codes of the cells that we read: yearly gross earnings of both sexes and all ages, in firms with ten or more
employees."""
DIMENSIONS = (*ALL, "isco08", "unit", "geo", "time")
MAJOR_GROUP = "OC"
"""Prefix of a code for a major group of occupations; the digit of the group follows."""
EURO, NATIONAL = "EUR", "NAC"
YEARS_BETWEEN, YEARS_TO_PUBLISH = 4, 2

SOURCE = declare(
    "eurostat_ses",
    kind="statistics",
    endpoints=(f"{API}{TABLE}",),
    file_url=lambda name: f"{API}{TABLE}" if name.startswith(TABLE) and name.endswith(".json") else None,
)


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the cells that we read, for all countries."""
    filters = {**ALL, "isco08": [MAJOR_GROUP + code for code in occupations(ISCO)], "unit": [EURO, NATIONAL]}
    return ask_each(web, [f"{API}{TABLE}?format=JSON&lang=EN&{urlencode(filters, doseq=True)}"])


def parse(response: Response) -> Iterator[OfficialWage | Issue]:
    """Yield the mean of each country and major group that we read, and one issue for all groups of countries."""
    cells = list(filter(_is_read, cells_in(response.json(), dimensions=DIMENSIONS)))
    of_countries = [
        cell for cell in cells if (country := country_of(cell["geo"])) and cell["unit"] == _unit_of(country)
    ]
    yield from each(of_countries, _wage)
    n_groups = len({cell["geo"] for cell in cells if country_of(cell["geo"]) is None})
    rule = "expected values of countries; those of groups of countries left out"
    yield from note_left_out(n_groups, "groups", rule, column="country")


def _is_read(cell: Mapping[str, Any]) -> bool:
    group = cell["isco08"]
    is_followed = group.startswith(MAJOR_GROUP) and group.removeprefix(MAJOR_GROUP) in occupations(ISCO)
    return is_followed and all(cell[name] == code for name, code in ALL.items())


def _unit_of(country: str) -> str:
    """Return the unit to read: `EURO` for countries of the euro area, `NATIONAL` for others.

    In the years before a country joined the euro area, `NATIONAL` was a currency that we do not know.
    """
    return EURO if country in EURO_SINCE else NATIONAL


def _currency(country: str, unit: str) -> str:
    if unit == EURO:
        return EURO
    tender = next(row.currencies for row in countries() if row.country == country)
    if not tender:
        raise Rejected("currency", country, "expected a currency in lookups/place/countries.csv")
    return tender[0]


def _wage(cell: dict[str, Any]) -> OfficialWage:
    geo, value = cell["geo"], cell["value"]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Rejected("annual_mean", value, f"expected a number for {cell['labels']['geo']}")
    country, year = country_of(geo), int(cell["time"])
    assert country is not None
    return official_wage(
        source=SOURCE.name,
        period_on=date(year, 1, 1),
        period_to=date(year, 12, 31),
        due_on=date(year + YEARS_BETWEEN + YEARS_TO_PUBLISH, 12, 31),
        area=geo,
        is_national=True,
        scheme=ISCO,
        occupation=cell["isco08"].removeprefix(MAJOR_GROUP),
        area_title=cell["labels"]["geo"],
        country=country,
        occupation_title=cell["labels"]["isco08"],
        currency=_currency(country, cell["unit"]),
        earnings="gross earnings of the year before tax, without the bonuses that are counted apart",
        coverage="employees of all levels in firms with 10 or more, branches B to S without public administration",
        stated_period="year",
        periods_per_year=1.0,
        annual_from="the publisher's own",
        annual_mean=float(value),
    )
