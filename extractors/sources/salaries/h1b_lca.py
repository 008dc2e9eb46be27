"""Read pay that US employers file in labor condition applications for H-1B, H-1B1 and E-3 visas, a workbook a quarter.

The filed wage is the minimum that the employer commits to. It is neither paid nor advertised, so it has its own basis.
The prevailing wage, which an office sets, is the legal minimum. We use it only as a check: some filings have a wrong
unit, such as an hourly wage marked as yearly. Three layouts are read, as workbooks or as tables made from them: the
layout of the fiscal years up to 2016, the one of 2017 and 2018, and the one since 2020. Only certified filings for
occupations in transforms/lookups/role/occupations.csv are read. Columns that name contacts, attorneys and preparers are
never read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from extractors.reading.csv_tables import table_in, to_utf8, unpack_gzip
from extractors.reading.pay_reports import pay_report
from extractors.reading.workbooks import open_workbook
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import declare
from extractors.web.paging import Web, ask_first
from extractors.web.session import FetchFailed
from transforms.pay.normalisation import complete_pay
from transforms.records.rows import Issue, Pay, PayReport
from transforms.records.vocabulary import SOC
from transforms.text.lookups import occupations
from transforms.text.rejects import Rejected

PAGE = "https://www.dol.gov/agencies/eta/foreign-labor/performance"
FILES = "https://www.dol.gov/sites/dolgov/files/ETA/oflc/pdfs/"
NAME = re.compile(
    r"(?:LCA_\w+_Data|H-1B_Disclosure_Data|H-1B)_FY(\d{4}|\d{2})(?:_Q([1-4])|_EOY)?\.(?:xlsx|csv(?:\.gz)?)",
    re.IGNORECASE,
)
"""Pattern of the names of files. They contain the fiscal year, and also the quarter unless the file has the whole year.
One name misspells "Disclosure"."""
LINK = re.compile(r'href="([^"]*LCA_\w+_Data_FY(\d{4})_Q([1-4])\.xlsx)"', re.IGNORECASE)
QUARTERS = 4
"""Number of recent quarters whose files are tried if the page with the links cannot be read. A file comes out weeks to
months after its quarter."""
COLUMNS = (
    "CASE_NUMBER", "CASE_STATUS", "BEGIN_DATE", "JOB_TITLE", "SOC_CODE", "FULL_TIME_POSITION", "EMPLOYER_NAME",
    "WAGE_RATE_OF_PAY_FROM", "WAGE_RATE_OF_PAY_TO", "WAGE_UNIT_OF_PAY", "PREVAILING_WAGE", "PW_UNIT_OF_PAY",
)  # fmt: skip
"""The columns that we read, out of over ninety, by their names since 2020."""
OLDER_NAMES = {"EMPLOYMENT_START_DATE": "BEGIN_DATE", "FULL_TIME_POS": "FULL_TIME_POSITION"}
"""For columns of the layouts up to 2018, their names since 2020."""
OPTIONAL = {"FULL_TIME_POSITION"}
"""Columns that the layout up to 2016 lacks. Filings of those years do not say whether the work is full-time."""
MAX_TABLE = 1_000_000_000
"""Maximum size of a table after unpacking, in bytes: several times the size of a whole year's table with 97 columns."""
UNITS = {"Year": ("year", 1), "Month": ("month", 1), "Bi-Weekly": ("week", 2), "Week": ("week", 1), "Hour": ("hour", 1)}
"""For each unit of the source, our period and the number of periods that an amount is for."""
EMPLOYMENT = {"Y": "FULL_TIME", "N": "PART_TIME"}
SOC_2018 = {
    "15-1111": "15-1221", "15-1121": "15-1211", "15-1122": "15-1212", "15-1131": "15-1251",
    "15-1132": "15-1252", "15-1133": "15-1252", "15-1141": "15-1242", "15-1199": "15-1299",
}  # fmt: skip
"""Codes of the occupational classification (SOC) of 2018 by codes of 2010, which some filings still have. The pairs are
from a crosswalk of the BLS."""
ALL_OCCUPATIONS = "00-0000"
NOT_CERTIFIED = "not certified"
NOT_FOLLOWED = "of occupations that lookups/role/occupations.csv does not name"
REPEATED = "with a CASE_NUMBER that the file has already"
MIN_OF_PREVAILING, MAX_OF_PREVAILING = 0.9, 5.0
"""Bounds of the filed wage, as multiples of the prevailing wage. The law requires at least the prevailing wage (20
CFR 655.731); a tenth less allows for rounded hours. More than five times the prevailing wage means a wrong unit,
such as month for week."""

SOURCE = declare(
    "h1b_lca",
    kind="survey",
    endpoints=(FILES, "https://www.dol.gov/media/", PAGE),
    file_url=lambda name: FILES + name if NAME.fullmatch(name) else None,
)


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the newest workbook that the page links, or else the newest workbook of recent quarters that is out."""
    try:
        page = web.get(PAGE).body.decode("utf-8", "replace")
    except FetchFailed:
        page = ""
    links = sorted(LINK.findall(page), key=lambda link: link[1:], reverse=True)
    if links:
        return ask_first(web, [urljoin(PAGE, links[0][0])])
    # A fiscal year begins in October of the calendar year before.
    quarters = [as_of.year * 4 + (as_of.month - 1) // 3 - back for back in range(QUARTERS)]
    return ask_first(web, [f"{FILES}LCA_Disclosure_Data_FY{n // 4}_Q{n % 4 + 1}.xlsx" for n in quarters])


def parse(response: Response) -> Iterator[PayReport | Issue]:
    """Yield every certified filing for an occupation that we read, and one issue for each reason to leave some out."""
    if response.url == PAGE and b"LCA_Disclosure_Data" in response.body:
        rule = "the page that links the workbooks; it has no filings"
        yield Issue(column_name="response", value=PAGE, rule=rule, is_deliberate=True)
        return
    match = NAME.search(response.url)
    if match is None:
        raise Rejected("response", response.url, "expected an address with the quarter in it (FY2025_Q4)")
    year, quarter = 2000 + int(match[1][-2:]), int(match[2] or QUARTERS)
    last_day = date(year, 3 * quarter - 2, 1) - timedelta(days=1)  # of the quarter of the fiscal year
    rows = _rows_of_workbook(response.body) if response.body.startswith(b"PK") else _rows_of_table(response.body)
    left_out = dict.fromkeys((NOT_CERTIFIED, NOT_FOLLOWED, REPEATED), 0)
    filings: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, filing in rows:
        case = str(filing["CASE_NUMBER"] or f"row {number}")
        if why := _why_left_out(filing) or (REPEATED if case in filings else None):
            left_out[why] += 1
        else:
            filings[case] = (number, filing)
    yield from each(list(filings.values()), functools.partial(_report, snapshot_on=last_day))
    for why, n in left_out.items():
        yield from note_left_out(n, "filings", f"filings {why} left out")


def _why_left_out(filing: dict[str, Any]) -> str | None:
    if str(filing["CASE_STATUS"]).strip().lower() != "certified":
        return NOT_CERTIFIED
    code = str(filing["SOC_CODE"] or "").strip()[: len("15-1252")]
    code = SOC_2018.get(code, code)
    return None if code in occupations(SOC) and code != ALL_OCCUPATIONS else NOT_FOLLOWED


def _column(name: object) -> str:
    column = str(name or "").strip().upper()
    return OLDER_NAMES.get(column, column)


def _rows_of_table(body: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (number of the row, from 1; its values in `COLUMNS`) for each row of a CSV."""
    text = to_utf8(unpack_gzip(body, largest=MAX_TABLE))
    head = text[:10_000].lstrip().partition(b"\n")[0]
    delimiter = max(",", ";", "\t", key=lambda mark: head.count(mark.encode()))
    table = table_in(text, set(COLUMNS) - OPTIONAL, also=OPTIONAL, delimiter=delimiter, rename=_column)
    for number, row in enumerate(table, start=1):
        yield number, {column: row.get(column) or None for column in COLUMNS}


def _rows_of_workbook(body: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    with open_workbook(body, largest=MAX_TABLE, expected="an Excel workbook", remedy=f"look at {PAGE}") as workbook:
        rows = workbook.worksheets[0].iter_rows(values_only=True)
        header = [*map(_column, next(rows, ()))]
        if missing := [column for column in COLUMNS if column not in header and column not in OPTIONAL]:
            raise Rejected("response", ", ".join(header), f"expected columns {', '.join(missing)}")
        places = [(column, header.index(column) if column in header else len(header)) for column in COLUMNS]
        for number, row in enumerate(rows, start=1):
            if any(cell is not None for cell in row):
                yield number, {column: row[i] if i < len(row) else None for column, i in places}


def _report(item: tuple[int, dict[str, Any]], *, snapshot_on: date) -> PayReport:
    number, filing = item
    if not filing["CASE_NUMBER"]:
        raise Rejected("case_id", f"row {number}", "expected a CASE_NUMBER; without one a filing may be counted twice")
    title = " ".join(str(filing["JOB_TITLE"] or "").split())
    if not title:
        raise Rejected("title", filing["CASE_NUMBER"], "expected a job title")
    year = _year_in(filing["BEGIN_DATE"])
    if year is None:
        raise Rejected("year", filing["BEGIN_DATE"], f"case {filing['CASE_NUMBER']}: expected a date as BEGIN_DATE")
    pay, pay_high = _wages(filing)
    return pay_report(
        source=SOURCE.name,
        snapshot_on=snapshot_on,
        row=number,
        basis="filed",
        year=year,
        title=title,
        employment_type=EMPLOYMENT.get(str(filing["FULL_TIME_POSITION"]).strip().upper()),
        pay=pay,
        currency="USD",
        country="US",
        employer_country="US",
        employer=" ".join(str(filing["EMPLOYER_NAME"] or "").split()) or None,
        pay_high=pay_high,
        case_id=str(filing["CASE_NUMBER"]),
    )


def _year_in(cell: object) -> int | None:
    if isinstance(cell, date | datetime):
        return cell.year
    match = re.match(r"((?:19|20)\d\d)-\d\d|\d\d?/\d\d?/((?:19|20)?\d\d)(?!\d)", str(cell))
    return None if match is None else int(match[1] or f"20{match[2][-2:]}")


def _wages(filing: dict[str, Any]) -> tuple[float, float | None]:
    """Return (the filed wage for a year, the upper end for a year or None if no range was filed)."""
    text = f"{filing['CASE_NUMBER']}: {filing['WAGE_RATE_OF_PAY_FROM']} to {filing['WAGE_RATE_OF_PAY_TO']}"
    text = f"{text} a {filing['WAGE_UNIT_OF_PAY']}, prevailing {filing['PREVAILING_WAGE']} a {filing['PW_UNIT_OF_PAY']}"
    wage = _a_year(filing["WAGE_RATE_OF_PAY_FROM"], filing["WAGE_RATE_OF_PAY_TO"], filing["WAGE_UNIT_OF_PAY"])
    if wage is None or wage.annual_low is None or wage.flag is not None:
        because = f" ({wage.flag})" if wage and wage.flag else ""
        raise Rejected("pay", text, f"expected a plausible wage with a unit of {', '.join(UNITS)}{because}")
    prevailing = _a_year(filing["PREVAILING_WAGE"], None, filing["PW_UNIT_OF_PAY"])
    if prevailing and prevailing.annual_low and prevailing.flag is None:
        times = wage.annual_low / prevailing.annual_low
        if not MIN_OF_PREVAILING <= times <= MAX_OF_PREVAILING:
            rule = f"expected a wage of {MIN_OF_PREVAILING} to {MAX_OF_PREVAILING} times the prevailing one"
            raise Rejected("pay", text, f"{rule}; one of the units is wrong")
    return wage.annual_low, wage.annual_high


def _a_year(low: object, high: object, unit: object) -> Pay | None:
    period, n = UNITS.get(str(unit).strip(), (None, 1))
    if period is None or _number(low) is None:
        return None
    ends = [amount / n if (amount := _number(end)) else None for end in (low, high)]
    pay = Pay(low=ends[0], high=ends[1], currency="USD", period=period, reading="stated")
    return complete_pay([pay], country="US", employment_type=None)[0]


def _number(cell: object) -> float | None:
    try:
        return float(str(cell).replace(",", "").replace("$", "")) or None
    except ValueError:
        return None
