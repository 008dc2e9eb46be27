"""Official wages of the United States: Occupational Employment and Wage Statistics of the BLS, national file.

One workbook a year, alone or in the zip the BLS serves. `#` in a wage means at or above a top code: the cell
then holds the top code as a lower bound and its column is named in `top_coded`. `*` and `**` mean that no
estimate was published. Only the occupations of transforms/lookups/occupations.csv are read.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

import transforms.lookups
from extractors.fetching import Web, ask_first
from extractors.source import Response, Source, each
from transforms.rejected import Rejected
from warehouse.tables import Issue, OfficialWage

OCCUPATIONS = Path(transforms.lookups.__path__[0]) / "occupations.csv"
NATIONAL = re.compile(r"national_M(\d{4})_dl", re.IGNORECASE)
"""Name of the sheet and of the file; the digits are the year of the reference month, May."""
DESCRIPTIONS = "description"
"""Word in the names of the sheets that describe the columns and marks."""
REFERENCE_MONTH = 5
LARGEST_WORKBOOK = 64_000_000
"""Bytes a workbook may unpack to from the zip: the national one has 0.2 MB."""
TOP_CODE = re.compile(r"^#\s*=.*\$\s*([\d,]+)\s*per year", re.IGNORECASE)
"""The note on the sheet of field descriptions that says what `#` stands for, in dollars a year."""
TOP_CODED = "#"
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    NotImplementedError,
    KeyError,
    ValueError,
    TypeError,
    EOFError,
    OSError,
)
"""What zipfile and openpyxl raise on bytes that are no workbook."""
NO_ESTIMATE = ("*", "**", "", None)
WAGES = {
    "annual_mean": "A_MEAN",
    "annual_p10": "A_PCT10",
    "annual_p25": "A_PCT25",
    "annual_p50": "A_MEDIAN",
    "annual_p75": "A_PCT75",
    "annual_p90": "A_PCT90",
}
"""Our columns and the publisher's. Annual wages are the publisher's own: hourly ones times 2,080."""
NEEDED = ("AREA", "AREA_TITLE", "OCC_CODE", "OCC_TITLE", "TOT_EMP", "EMP_PRSE", "MEAN_PRSE", *WAGES.values())

SOURCE = Source(
    name="bls_oews",
    title="Occupational Employment and Wage Statistics",
    kind="statistics",
    publisher="U.S. Bureau of Labor Statistics",
    homepage="https://www.bls.gov/oes/",
    endpoints=("https://www.bls.gov/oes/special-requests/", "https://www.bls.gov/oes/special.requests/"),
    licence="Public domain (work of the United States government)",
    terms_url="https://www.bls.gov/bls/linksite.htm",
    attribution="Official wages: U.S. Bureau of Labor Statistics, Occupational Employment and Wage Statistics.",
    is_republishable=True,
    is_verified=True,
    cadence="yearly, the estimates of May in the spring after",
    expected_rows=(5, 100),
    facts=(
        "Seen in a stored workbook of May 2024 that a third party had saved again: a sheet national_M2024_dl with "
        "upper-case columns, a sheet of field descriptions whose notes state the top code (at or above 239,200 "
        "dollars a year), `*` for wages and `**` for employment not published. Check value: the median of 15-2051 "
        "is 112,590. Others report that the BLS answers 403 to scripts that give no contact, and that the zip is "
        "named oesm24nat.zip; neither could be tried here. Employment leaves out the self-employed."
    ),
)


def url_of(year: int) -> str:
    """The address of the national zip with the estimates of May of a year."""
    return f"https://www.bls.gov/oes/special-requests/oesm{year % 100:02d}nat.zip"


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Ask for last year's estimates, and for those before when they are not out yet. Returns what failed."""
    return ask_first(web, [url_of(as_of.year - 1), url_of(as_of.year - 2)])


def parse(response: Response) -> Iterator[OfficialWage | Issue]:
    """The wages of the occupations we read; the others are noted once."""
    sheets = _sheets(response.body)
    name, year = _national_sheet(sheets)
    header = [str(cell or "").strip().upper() for cell in next(iter(sheets[name]), ())]
    missing = [column for column in NEEDED if column not in header]
    if missing:
        raise Rejected("response", ", ".join(header), f"columns {', '.join(missing)} expected on sheet {name}")
    records = [dict(zip(header, row, strict=False)) for row in sheets[name][1:]]
    wanted = [r for r in records if r.get("OCC_CODE") in occupations()]
    read = functools.partial(_wage, period_on=date(year, REFERENCE_MONTH, 1), top_code=_top_code(sheets))
    yield from each(wanted, read)
    if len(wanted) < len(records):
        yield Issue(
            column_name="occupation",
            value=f"{len(records) - len(wanted)} rows",
            rule="rows of occupations that lookups/occupations.csv does not name left out",
            is_deliberate=True,
        )


@functools.cache
def occupations() -> dict[str, str]:
    """SOC 2018 codes we read, with the reason why."""
    with OCCUPATIONS.open(encoding="utf-8", newline="") as file:
        return {row["soc_2018"]: row["reason"] for row in csv.DictReader(file)}


def _sheets(body: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """The rows, empty ones left out, of the national sheet and of those that describe it. Raises `Rejected`."""
    try:
        workbook = load_workbook(io.BytesIO(_workbook_in(body)), read_only=True, data_only=True)
        try:
            return {
                name: [row for row in workbook[name].iter_rows(values_only=True) if any(c is not None for c in row)]
                for name in workbook.sheetnames
                if NATIONAL.search(name) or DESCRIPTIONS in name.lower()
            }
        finally:
            workbook.close()
    except Rejected:
        raise
    except UNREADABLE as error:
        rule = f"an Excel workbook or a zip with one expected ({error}); bls.gov may have refused the request"
        raise Rejected("response", body[:80].decode("utf-8", "replace"), rule) from error


def _workbook_in(body: bytes) -> bytes:
    """The national workbook: the body itself, or the one file of that name in the zip."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        if "[Content_Types].xml" in packed.namelist():
            return body
        inside = [info for info in packed.infolist() if NATIONAL.search(info.filename)]
        if len(inside) != 1 or inside[0].file_size > LARGEST_WORKBOOK:
            raise Rejected("response", str(packed.namelist()), "a zip with one national_M<year>_dl.xlsx expected")
        return packed.read(inside[0])


def _national_sheet(sheets: Iterable[str]) -> tuple[str, int]:
    """Name of the sheet with the national estimates and the year in it."""
    for name in sheets:
        found = NATIONAL.search(name)
        if found:
            return name, int(found[1])
    raise Rejected("response", ", ".join(sheets), "a sheet named national_M<year>_dl expected")


def _top_code(sheets: dict[str, list[tuple[Any, ...]]]) -> float | None:
    """Dollars a year that `#` stands for, as the notes of the workbook say; None when they do not."""
    for name, rows in sheets.items():
        if DESCRIPTIONS in name.lower():
            for cell in itertools.chain.from_iterable(rows):
                found = TOP_CODE.search(cell.strip()) if isinstance(cell, str) else None
                if found:
                    return float(found[1].replace(",", ""))
    return None


def _wage(record: dict[str, Any], *, period_on: date, top_code: float | None) -> OfficialWage:
    wages: dict[str, float | None] = {}
    top_coded = []
    for column, theirs in WAGES.items():
        if record[theirs] == TOP_CODED:
            wages[column] = top_code
            top_coded.append(column)
        else:
            wages[column] = _number(record[theirs], column)
    return OfficialWage(
        source=SOURCE.name,
        period_on=period_on,
        area=str(record["AREA"]),
        occupation=record["OCC_CODE"],
        area_title=record["AREA_TITLE"],
        country="US",
        occupation_title=record["OCC_TITLE"],
        currency="USD",
        employment=_number(record["TOT_EMP"], "employment"),
        employment_rse=_number(record["EMP_PRSE"], "employment_rse"),
        mean_rse=_number(record["MEAN_PRSE"], "mean_rse"),
        top_coded=tuple(top_coded),
        **wages,
    )


def _number(cell: object, column: str) -> float | None:
    """A number, also one written as text with separators; None where no estimate was published."""
    if isinstance(cell, str):
        cell = cell.strip()
    if cell in NO_ESTIMATE:
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise Rejected(column, cell, "a number, `#`, `*` or `**` expected")
    try:
        return float(cell.replace(",", "")) if isinstance(cell, str) else float(cell)
    except ValueError as error:
        raise Rejected(column, cell, "a number, `#`, `*` or `**` expected") from error
