"""Read salaries collected by aijobs.net: a CSV without ids that grows over time.

Most rows come in pairs, which are the two ends of an advert's range, with the higher end first. The two rows of a pair
are therefore not two independent people. The employer is unknown. Each response is a complete snapshot.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterator, Sequence
from datetime import date
from operator import itemgetter

from extractors.reading.pay_reports import pay_report, read_title
from extractors.response import Response, each
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_addresses
from transforms.records.rows import Issue, PayReport
from transforms.text.rejects import Rejected

ADDRESS = "https://raw.githubusercontent.com/foorilla/ai-jobs-net-salaries/main/salaries.csv"
COLUMNS = [
    "work_year", "experience_level", "employment_type", "job_title", "salary", "salary_currency", "salary_in_usd",
    "employee_residence", "remote_ratio", "company_location", "company_size",
]  # fmt: skip
SALARY = COLUMNS.index("salary")
ALL_BUT_PAY = itemgetter(*(i for i, name in enumerate(COLUMNS) if name not in ("salary", "salary_in_usd")))
"""Function that returns a row's values in all columns but pay. They are the same in the two rows of a pair."""
SENIORITY_OF_CODE = {"EN": "junior", "MI": "mid", "SE": "senior", "EX": "executive"}
"""Levels by the source's four codes, for titles that name no level. SE covers everything between MI and EX, so it also
covers staff engineers."""
EMPLOYMENT_OF_CODE = {"FT": "FULL_TIME", "PT": "PART_TIME", "CT": "CONTRACTOR", "FL": "CONTRACTOR"}

SOURCE = declare(
    "aijobs_salaries",
    kind="survey",
    endpoints=("https://raw.githubusercontent.com/foorilla/ai-jobs-net-salaries/",),
)


fetch = fetch_addresses(ADDRESS)


def parse(response: Response) -> Iterator[PayReport | Issue]:
    """Yield every row of the snapshot. Raise `Rejected` unless the snapshot has exactly the known columns."""
    try:
        rows = list(csv.reader(io.StringIO(response.body.decode("utf-8-sig", "replace"), newline="")))
    except csv.Error as error:
        begin = response.body[:80].decode("utf-8", "replace")
        raise Rejected("response", begin, f"expected a CSV ({error})") from error
    if not rows or rows[0] != COLUMNS:
        raise Rejected("response", rows[:1], f"expected a CSV with the columns {', '.join(COLUMNS)}")
    rows = [row for row in rows[1:] if row]
    items = list(zip(rows, range(1, len(rows) + 1), first_rows_of_pairs(rows), strict=True))
    yield from each(items, functools.partial(_report, snapshot_on=response.observed_at.date()))


def first_rows_of_pairs(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return, for each row, the number of the first row of its pair, or its own number if it has no partner.

    Rows count from 1. Two adjacent rows are a pair if they differ only in the salary and the first salary is not lower
    than the second, because the source writes the higher end of a range first. Equal salaries are a range with one
    value. Pairs are formed from the top of the file. Where several adverts differ only in pay, their rows follow each
    other; 99 % of such runs have an even number of rows, so pairing from the top seldom goes wrong.
    """
    first = list(range(1, len(rows) + 1))
    at = 0
    while at < len(rows) - 1:
        if _is_pair(rows[at], rows[at + 1]):
            first[at + 1] = at + 1
            at += 2
        else:
            at += 1
    return first


def _is_pair(high: Sequence[str], low: Sequence[str]) -> bool:
    if len(high) != len(COLUMNS) or len(low) != len(COLUMNS) or ALL_BUT_PAY(high) != ALL_BUT_PAY(low):
        return False
    try:
        return float(high[SALARY]) >= float(low[SALARY])
    except ValueError:
        return False


def _report(item: tuple[list[str], int, int], *, snapshot_on: date) -> PayReport:
    cells, row, pair_row = item
    if len(cells) != len(COLUMNS):
        raise Rejected("record", cells, f"expected {len(COLUMNS)} cells in row {row}")
    year, level, employment, title, pay, currency, usd, residence, remote, employer_country, size = cells
    amount = float(pay)
    if not 0 < amount < float("inf"):
        raise Rejected("pay", pay, f"expected a positive salary in row {row}")
    coded_level, named_level = _decode(SENIORITY_OF_CODE, level, "seniority"), read_title(title)[1]
    return pay_report(
        source=SOURCE.name,
        snapshot_on=snapshot_on,
        row=row,
        basis="advertised_third_party",
        pair_row=pair_row,
        year=int(year),
        title=title,
        seniority=coded_level if named_level == "unstated" else named_level,  # SE, for example, may be a staff engineer
        employment_type=_decode(EMPLOYMENT_OF_CODE, employment, "employment_type"),
        pay=amount,
        currency=currency,
        pay_usd_stated=float(usd) if usd else None,
        country=residence or None,
        employer_country=employer_country or None,
        remote_share=_share(remote),
        employer_size=size or None,
    )


def _decode(codes: dict[str, str], code: str, column: str) -> str:
    if code not in codes:
        raise Rejected(column, code, f"expected one of {', '.join(codes)}; add a new code to aijobs_salaries.py")
    return codes[code]


def _share(percent: str) -> float | None:
    if not percent:
        return None
    share = float(percent) / 100
    if not 0 <= share <= 1:
        raise Rejected("remote_share", percent, "expected a percentage")
    return share
