"""Read official wages of Singapore by occupation: JSON that a third party made from tables of the Ministry of Manpower.

The file is a list of occupations with the quartiles of gross monthly pay. Only the name of the file gives the year.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson

from extractors.reading.csv_tables import unpack_gzip
from extractors.reading.pay_reports import official_wage
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_nothing
from transforms.records.rows import Issue, OfficialWage
from transforms.records.vocabulary import SSOC
from transforms.text.lookups import occupations
from transforms.text.rejects import Rejected

HOST = "https://sg-mom-wages.invalid/"
"""Made-up address under which the files are archived."""
FILE = re.compile(r"sg_mom_occupational_wages.*\.json(?:\.gz)?")
YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
MAX_TABLE = 16_000_000
"""Maximum size of the list after unpacking, in bytes: a hundred times its size in 2024."""
REFERENCE_MONTH = 6
MONTHS = 12
WAGES = {"annual_p25": "pay_p25", "annual_p50": "pay_monthly", "annual_p75": "pay_p75"}
"""For each of our columns, the file's column. (The file's pay_annual is twelve times pay_monthly.)"""
KNOWN = frozenset(
    ("title", "slug", "ssoc_code", "category", "category_label", "major_group", "pay_annual", *WAGES.values())
)

SOURCE = declare(
    "sg_mom_wages",
    kind="statistics",
    endpoints=(HOST,),
    file_url=lambda name: HOST + name if FILE.fullmatch(name) else None,
)


fetch = fetch_nothing


def parse(response: Response) -> Iterator[OfficialWage | Issue]:
    """Yield the wages of the occupations that we read, and one issue for all other occupations."""
    records = _records_in(response.body)
    name = response.url.removeprefix(HOST)
    match = YEAR.search(name)
    if match is None:
        rule = "expected a year in the file's name (sg_mom_occupational_wages_2024.json), since the list has none"
        raise Rejected("response", name, rule)
    items = [row for row in records if not isinstance(row, dict) or row.get("ssoc_code") in occupations(SSOC)]
    yield from each(items, functools.partial(_wage, year=int(match[1])), known=KNOWN)
    rule = "rows of occupations that lookups/role/occupations.csv does not name, left out"
    yield from note_left_out(len(records) - len(items), "rows", rule, column="occupation")


def _records_in(body: bytes) -> list[Any]:
    body = unpack_gzip(body, largest=MAX_TABLE)
    try:
        records = orjson.loads(body)
    except ValueError as error:
        begin = body[:80].decode("utf-8", "replace")
        rule = f"expected a JSON list of occupations, packed with gzip or not ({error})"
        raise Rejected("response", begin, rule) from error
    if not isinstance(records, list):
        raise Rejected("response", type(records).__name__, "expected a list of occupations")
    return records


def _wage(record: dict[str, Any], *, year: int) -> OfficialWage:
    return official_wage(
        source=SOURCE.name,
        period_on=date(year, REFERENCE_MONTH, 1),
        period_to=date(year, REFERENCE_MONTH, 30),
        due_on=date(year + 2, 7, 31),  # the wages for June come out in summer of the year after
        area="SG",
        is_national=True,
        scheme=SSOC,
        occupation=record["ssoc_code"],
        area_title="Singapore",
        country="SG",
        occupation_title=record["title"],
        currency="SGD",
        earnings="gross wage of a month before tax and employees' contributions, with overtime; no bonus",
        coverage="full-time resident employees of all levels",
        compiled_by="a third party's parse of the Ministry's workbook",
        stated_period="month",
        periods_per_year=float(MONTHS),
        annual_from="twelve months, without the yearly bonus that is usual there",
        **{column: MONTHS * _amount(record.get(theirs), theirs) for column, theirs in WAGES.items()},
    )


def _amount(value: object, column: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise Rejected(column, value, "expected dollars a month, more than 0")
    return float(value)
