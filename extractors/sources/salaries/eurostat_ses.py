"""Official earnings in Europe: the Structure of Earnings Survey of Eurostat, mean by major group of occupations.

The table (earn_ses22_28) has means of a year by major group of ISCO-08, no medians and no narrower occupation, so that
it says what professionals earn and nothing of any one profession. It comes as JSON-stat: a cube whose values are a map
from the place in row-major order to the value; cells that are confidential are not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from extractors.response import Response, each
from extractors.sources.declaration import Source
from extractors.web.paging import Web, ask_each
from transforms.pay.currency import EURO_SINCE
from transforms.records.rows import Issue, OfficialWage
from transforms.records.vocabulary import ISCO
from transforms.text.lookups import countries, occupations
from transforms.text.rejects import MISSHAPEN, Rejected

API = "https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data/"
TABLE = "earn_ses22_28"
ALL = {"freq": "A", "sex": "T", "indic_se": "ERN", "age": "TOTAL", "sizeclas": "GE10"}
"""The cells that are read: yearly gross earnings of both sexes and all ages, in firms with ten employees or more."""
DIMENSIONS = (*ALL, "isco08", "unit", "geo", "time")
MAJOR_GROUP = "OC"
"""What stands before the digit of a major group."""
OTHER_CODES = {"EL": "GR", "UK": "GB"}
"""Codes of countries that are not ISO's."""
EURO, NATIONAL = "EUR", "NAC"
YEARS_BETWEEN, YEARS_TO_PUBLISH = 4, 2

SOURCE = Source(
    name="eurostat_ses",
    title="Structure of Earnings Survey",
    kind="statistics",
    publisher="Eurostat",
    homepage="https://ec.europa.eu/eurostat/databrowser/view/earn_ses22_28/default/table",
    endpoints=(f"{API}{TABLE}",),
    licence="CC BY 4.0",
    terms_url="https://ec.europa.eu/eurostat/about-us/policies/copyright",
    terms_checked="2026-11-28, as many readers quote the notice, the last on 2026-10-06",
    quotation=(
        "Eurostat has a policy of encouraging free re-use of its data, both for non-commercial and commercial purposes."
    ),
    gives="official mean yearly pay by major group of occupations, for Europe",
    attribution="Official earnings by major group of occupations: Eurostat, earn_ses22_28 (CC BY 4.0).",
    is_republishable=True,
    is_verified=True,
    cadence="every four years, about two years later",
    expected_rows=(1, 100),
    file_url=lambda name: f"{API}{TABLE}" if name.startswith(TABLE) and name.endswith(".json") else None,
    facts=(
        "Seen in a stored answer for Germany, Spain, Italy and Poland: JSON-stat 2.0, values as a sparse map, bonuses "
        "as an indicator of their own (BNS). Check values, means of a year of professionals (OC2) in 2022 in euro: DE "
        "73,798, ES 44,075, IT 44,773, PL 20,939. Branches B to S without O, firms with ten employees or more. The "
        "address is that of Eurostat's documentation; it was not asked from here. No occupation below the major group "
        "is published, so that nothing here is the pay of data scientists."
    ),
)


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Ask for the cells that are read, of all countries. Returns what failed."""
    filters = {**ALL, "isco08": [MAJOR_GROUP + code for code in occupations(ISCO)], "unit": [EURO, NATIONAL]}
    query = "&".join(
        f"{name}={code}" for name, codes in filters.items() for code in ([codes] if isinstance(codes, str) else codes)
    )
    return ask_each(web, [f"{API}{TABLE}?format=JSON&lang=EN&{query}"])


def parse(response: Response) -> Iterator[OfficialWage | Issue]:
    """One mean for each country and major group that we read; cells of groups of countries are noted once."""
    cells = _cells_in(response.json())
    own = [cell for cell in cells if (country := _country(cell.geo)) and cell.unit == _unit_of(country)]
    yield from each(own, _wage)
    if n_groups := len({cell.geo for cell in cells if _country(cell.geo) is None}):
        rule = "values of countries expected; those of groups of countries left out"
        yield Issue(column_name="country", value=f"{n_groups} groups", rule=rule, is_deliberate=True)


class Cell(NamedTuple):
    """One value as stated, with the codes and names that it is filed under."""

    group: str
    group_title: str
    unit: str
    geo: str
    geo_title: str
    year: str
    value: object


def _cells_in(cube: Any) -> list[Cell]:
    """The cells that are read, of those that have a value. Raises `Rejected` for another cube."""
    try:
        missing = [name for name in DIMENSIONS if name not in cube["id"]]
        if missing:
            raise Rejected("response", ", ".join(cube["id"]), f"a table by {', '.join(missing)} expected")
        categories = [cube["dimension"][name]["category"] for name in cube["id"]]
        codes = [_codes_of(category["index"]) for category in categories]
        titles = {name: category["label"] for name, category in zip(cube["id"], categories, strict=True)}
        if [len(dimension) for dimension in codes] != list(cube["size"]):
            raise Rejected("response", cube["size"], "sizes that agree with the codes of each dimension expected")
        values = cube["value"].items() if isinstance(cube["value"], Mapping) else enumerate(cube["value"])
        cells = (
            (dict(zip(cube["id"], _codes_at(int(place), codes), strict=True)), value)
            for place, value in values
            if value is not None
        )
        return [
            Cell(
                group=at["isco08"].removeprefix(MAJOR_GROUP),
                group_title=titles["isco08"][at["isco08"]],
                unit=at["unit"],
                geo=at["geo"],
                geo_title=titles["geo"][at["geo"]],
                year=at["time"],
                value=value,
            )
            for at, value in cells
            if all(at[name] == code for name, code in ALL.items())
            and at["isco08"].startswith(MAJOR_GROUP)
            and at["isco08"].removeprefix(MAJOR_GROUP) in occupations(ISCO)
        ]
    except Rejected:
        raise
    except MISSHAPEN as error:
        rule = f"a JSON-stat dataset expected ({type(error).__name__}: {error}); the table may have changed"
        raise Rejected("response", list(cube) if isinstance(cube, Mapping) else type(cube).__name__, rule) from error


def _codes_at(place: int, codes: Sequence[Sequence[str]]) -> list[str]:
    """The code of each dimension at a place in row-major order, the last dimension being the quickest."""
    result = []
    for of_dimension in reversed(codes):
        place, number = divmod(place, len(of_dimension))
        result.append(of_dimension[number])
    return result[::-1]


def _codes_of(index: Mapping[str, int] | Sequence[str]) -> list[str]:
    """The codes of a dimension in order; JSON-stat writes them as a list or as a map to their places."""
    return sorted(index, key=lambda code: index[code]) if isinstance(index, Mapping) else list(index)


def _country(geo: str) -> str | None:
    code = OTHER_CODES.get(geo, geo)
    return code if any(country.country == code for country in countries()) else None


def _unit_of(country: str) -> str:
    """National currency, but euro in the euro area: what its members had before is in no lookup of ours."""
    return EURO if country in EURO_SINCE else NATIONAL


def _currency(country: str, unit: str) -> str:
    if unit == EURO:
        return EURO
    tender = next(row.currencies for row in countries() if row.country == country)
    if not tender:
        raise Rejected("currency", country, "a currency in lookups/place/countries.csv expected")
    return tender[0]


def _wage(cell: Cell) -> OfficialWage:
    if isinstance(cell.value, bool) or not isinstance(cell.value, int | float):
        raise Rejected("annual_mean", cell.value, f"a number expected for {cell.geo_title}")
    country, year = _country(cell.geo), int(cell.year)
    assert country is not None
    return OfficialWage(
        source=SOURCE.name,
        period_on=date(year, 1, 1),
        period_to=date(year, 12, 31),
        due_on=date(year + YEARS_BETWEEN + YEARS_TO_PUBLISH, 12, 31),
        area=cell.geo,
        is_national=True,
        scheme=ISCO,
        occupation=cell.group,
        area_title=cell.geo_title,
        country=country,
        occupation_title=cell.group_title,
        currency=_currency(country, cell.unit),
        earnings="gross earnings of the year before tax, without the bonuses that are counted apart",
        coverage="employees of all levels in firms with 10 or more, branches B to S without public administration",
        compiled_by=None,
        stated_period="year",
        periods_per_year=1.0,
        annual_from="the publisher's own",
        employment=None,
        employment_rse=None,
        annual_mean=float(cell.value),
        mean_rse=None,
        annual_p10=None,
        annual_p25=None,
        annual_p50=None,
        annual_p75=None,
        annual_p90=None,
        top_coded=(),
    )
