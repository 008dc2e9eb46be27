"""Read official wages of Canada: the Job Bank's wages by occupation, for the country, provinces and economic regions.

There is one CSV a year, with slightly different headers each year. Wages are for an hour, or for a year if a flag says
so. According to the Job Bank, low and high are about the 10th and the 90th percentile. Each row names its survey and
its reference period. If a region has no value, the file repeats the value of its province; we leave out such rows.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from extractors.reading.csv_tables import table_in
from extractors.reading.pay_reports import official_wage
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_addresses
from transforms.records.rows import Issue, OfficialWage
from transforms.records.vocabulary import NOC
from transforms.text.lookups import occupations, usual_hours
from transforms.text.rejects import Rejected

FILES = "https://open.canada.ca/data/dataset/adad580f-76b0-4502-bd05-20c125de9116/resource/"
NEWEST = "9da94d63-b178-4a64-aeb3-b6a3bd721ad2/download/2a71-das-wage2025opendata-esdc-all-19nov2025-vf.csv"
"""End of the address of the edition of November 2025. Addresses of editions follow no rule."""
FILE = re.compile(r"2a71-das-wage\d{4}opendata-esdc-all-.*\.csv", re.IGNORECASE)
CODE, AREA, AREA_TITLE = "NOC_CNP", "ER_Code_Code_RE", "ER_Name"
PERIOD, IS_ANNUAL, REVISED_ON = "Reference_Period", "Annual_Wage_Flag_Salaire_annuel", "Revision_Date_Date_revision"
WAGES = {
    "annual_mean": "Average_Wage_Salaire_Moyen",
    "annual_p10": "Low_Wage_Salaire_Minium",
    "annual_p25": "Quartile1_Wage_Salaire_Quartile1",
    "annual_p50": "Median_Wage_Salaire_Median",
    "annual_p75": "Quartile3_Wage_Salaire_Quartile3",
    "annual_p90": "High_Wage_Salaire_Maximal",
}
"""For each of our columns, the publisher's column."""
NEEDED = (CODE, "NOC_Title_eng", AREA, AREA_TITLE, PERIOD, REVISED_ON, IS_ANNUAL, "Data_Source_E", *WAGES.values())
METHOD = re.compile(r"Source\d{4}_NHQ")
"""Pattern of the name of the column that says which area's value a row has. "LFS 2023-24 PR NOC5" means the value of a
province."""
LEVEL_OF_CODE = {"ER00": "CAN"}
LEVELS = {4: "PR", 6: "ER"}
"""Level of an area (province or economic region) by the length of its code (ER35, ER3510). The levels are written as in
the column that `METHOD` matches. The country has the code ER00."""
YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")
COPY, NOTHING = "that repeat the value of a wider area", "for which no wage is published"
UNREAD = "of occupations that lookups/role/occupations.csv does not name"
"""`COPY`, `NOTHING` and `UNREAD` say which rows are left out: each continues "rows …"."""
WEEKS = 52
"""Weeks of pay in a year. Employees are paid for holidays too."""
HOURLY = f"usual weekly hours of full-time employees (lookups/pay/usual_hours.csv) times {WEEKS} weeks"

SOURCE = declare(
    "jobbank_wages",
    kind="statistics",
    endpoints=(FILES,),
    file_url=lambda name: FILES + NEWEST.rpartition("/")[0] + "/" + name if FILE.fullmatch(name) else None,
)


fetch = fetch_addresses(FILES + NEWEST)


def parse(response: Response) -> Iterator[OfficialWage | Issue]:
    """Yield the wages of the occupations that we read, and one issue for each reason to leave rows out."""
    rows = table_in(response.body, NEEDED)
    method = next((name for name in rows[0] if METHOD.fullmatch(name)), None) if rows else None
    if rows and method is None:
        raise Rejected("response", ", ".join(rows[0]), "expected a column named like Source2025_NHQ")
    left_out = dict.fromkeys((UNREAD, COPY, NOTHING), 0)
    items = []
    for row in rows:
        if why := _why_left_out(row, str(method)):
            left_out[why] += 1
        else:
            items.append(row)
    yield from each(items, _wage)
    for why, n in left_out.items():
        yield from note_left_out(n, "rows", f"rows {why}, left out", column="occupation")


def _why_left_out(row: dict[str, str], method: str) -> str | None:
    if row[CODE].removeprefix("NOC_") not in occupations(NOC):
        return UNREAD
    if not any(row.get(name) for name in WAGES.values()):
        return NOTHING
    level = _level_of(row[AREA])
    return COPY if level is not None and level not in row[method].split() else None


def _level_of(area: str) -> str | None:
    return LEVEL_OF_CODE.get(area) or LEVELS.get(len(area))


def _wage(row: dict[str, str]) -> OfficialWage:
    years = YEARS.fullmatch(row[PERIOD])
    if years is None:
        raise Rejected("period_on", row[PERIOD], "expected a reference period like 2021 or 2023-2024")
    first, last = int(years[1]), int(years[2] or years[1])
    if _level_of(row[AREA]) is None:
        raise Rejected("area", row[AREA], "expected a code like ER00, ER35 or ER3510")
    if row[IS_ANNUAL] not in ("0", "1"):
        raise Rejected("stated_period", row[IS_ANNUAL], "expected 0 (dollars an hour) or 1 (dollars a year)")
    is_annual = row[IS_ANNUAL] == "1"
    per_year = 1.0 if is_annual else round(WEEKS * _weekly_hours("CA", first, last), 1)
    wages: dict[str, Any] = {name: _amount(row[theirs], name, per_year) for name, theirs in WAGES.items()}
    return official_wage(
        source=SOURCE.name,
        period_on=date(first, 1, 1),
        period_to=date(last, 12, 31),
        due_on=date(date.fromisoformat(row[REVISED_ON]).year + 1, 12, 31),
        area=row[AREA],
        is_national=row[AREA] in LEVEL_OF_CODE,
        scheme=NOC,
        occupation=row[CODE].removeprefix("NOC_"),
        area_title=row[AREA_TITLE],
        country="CA",
        occupation_title=row["NOC_Title_eng"],
        currency="CAD",
        earnings="usual wage before tax; low and high, here p10 and p90, are about these",
        coverage=f"employees of all levels, full-time and part-time; {row['Data_Source_E']}",
        stated_period="year" if is_annual else "hour",
        periods_per_year=per_year,
        annual_from="the publisher's own" if is_annual else HOURLY,
        **wages,
    )


@functools.cache
def _weekly_hours(country: str, first: int, last: int) -> float:
    hours = usual_hours()
    missing = [year for year in range(first, last + 1) if (country, year) not in hours]
    if missing:
        rule = f"expected usual weekly hours of {country} in lookups/pay/usual_hours.csv, to convert wages to a year"
        raise Rejected("periods_per_year", ", ".join(map(str, missing)), rule)
    return sum(hours[country, year] for year in range(first, last + 1)) / (last - first + 1)


def _amount(cell: str, column: str, per_year: float) -> float | None:
    if not cell:
        return None
    try:
        return round(float(cell) * per_year, 2)
    except ValueError as error:
        raise Rejected(column, cell, "expected an amount in dollars, or an empty cell") from error
