"""Read pay in adverts of Canada's Job Bank from its open data: a table a month, with a row for each advert and place.

Rows have pay, place and occupation (NOC 2021), but no employer, text or link. Therefore a row is not read as an advert
but as two pay reports, one for each end of the pay, that a third party collected from adverts. Amounts are for an hour,
a day, a week, two weeks, a month or a year. They are converted to a year of full-time work, like the pay of adverts.
The hours in a row are not used, because they may be those of a part-time job. The number of vacancies is not used
either. Tables are snapshots: an advert that the next table lacks need not have closed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from datetime import date

from extractors.reading.csv_tables import table_in, to_utf8, unpack_gzip
from extractors.reading.pay_reports import pay_report
from extractors.response import Response, each, note_left_out, objects_in
from extractors.sources.declaration import declare
from extractors.web.paging import Web, ask_each
from extractors.web.session import FetchFailed
from transforms.pay.normalisation import complete_pay
from transforms.records.rows import Issue, Pay, PayReport
from transforms.records.vocabulary import NOC, REPORT_FLAGS
from transforms.role.employment import employment_of
from transforms.role.titles import names_followed_role
from transforms.text.lookups import occupations
from transforms.text.rejects import Rejected, leave_out

LIST = "https://open.canada.ca/data/en/api/3/action/package_show?id=ea639e28-c0fc-48bf-b5dd-b8899bd43072"
"""Address of the list of all files, one for each month. The names of the files follow no rule."""
FILES = "https://open.canada.ca/data/dataset/ea639e28-c0fc-48bf-b5dd-b8899bd43072/resource/"
STORE = "opencanada.blob.core.windows.net"
"""Host to which the address of a file redirects, with a temporary signature."""
NAME = re.compile(r"(?=.*job[-_ ]?bank)(?!.*wage).*\.(?:csv|tsv|txt)(?:\.gz)?", re.IGNORECASE)
MAX_TABLE = 200_000_000
"""Maximum size of a file after unpacking, in bytes: four times the size of a month's file (46 MB)."""
ID, TITLE, ORIGINAL, CODE = "WIC Job Location Snapshot ID", "Job Title", "Original Job Title", "NOC21 Code"
POSTED, EMPLOYMENT = "First Posting Date", "Employment Type"
UNIT, LOW, HIGH = "Salary Per", "Salary Minimum", "Salary Maximum"
NEEDED = (TITLE, ORIGINAL, CODE, POSTED, EMPLOYMENT, UNIT, LOW, HIGH)
FORMATS = ("CSV", "TSV", "TXT")
MISSING = frozenset(("", "NA", "N/A", "*No data"))
"""Texts that stand for missing values."""
UNITS = {
    "hour": ("hour", 1), "day": ("day", 1), "week": ("week", 1), "bi-weekly": ("week", 2), "month": ("month", 1),
    "year": ("year", 1),
}  # fmt: skip
"""For each unit of the source, our period and the number of periods that an amount is for."""
DAY = re.compile(r"(\d{4})[-/](\d\d?)[-/](\d\d?)")
UNREAD = "of occupations that lookups/role/occupations.csv does not name, under titles of no role we follow"
UNPAID = "without pay"
AGAIN = "with a number that the file has already"

SOURCE = declare(
    "jobbank_adverts",
    kind="survey",
    endpoints=(LIST, FILES, f"https://{STORE}/"),
    signing_hosts=(STORE,),
    file_url=lambda name: FILES + name.replace(" ", "_") if NAME.fullmatch(name) else None,
)


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the list of files, then the newest English file."""
    try:
        answer = web.get(LIST)
        newest = _find_newest(answer)
    except FetchFailed as error:
        return [f"{error.url}: {error.why}"]
    except Rejected as error:
        return [f"{LIST}: {error}"]
    return ask_each(web, [newest])


def _find_newest(answer: Response) -> str:
    tables = [
        (str(file.get("last_modified") or file.get("created") or ""), str(file.get("url")))
        for file in objects_in(answer.value_at("result", "resources"))
        if "en" in (file.get("language") or ()) and str(file.get("url")).startswith(FILES)
        if str(file.get("format")).upper() in FORMATS
    ]
    if not tables:
        rule = f"expected English tables ({', '.join(FORMATS)}) below {FILES}; check whether the portal has moved them"
        raise Rejected("response", f"HTTP {answer.status}", rule)
    return max(tables)[1]


def parse(response: Response) -> Iterator[PayReport | Issue]:
    """Yield a report for each end of an advert's pay, and one issue for each reason to leave rows out."""
    if response.url == LIST:
        n_files = len([*each(response.value_at("result", "resources"), dict)])
        yield leave_out(f"{n_files} files", "the list of files, of which the newest English one is requested")
        return
    text = to_utf8(unpack_gzip(response.body, largest=MAX_TABLE))
    delimiter = "\t" if b"\t" in text.partition(b"\n")[0] else ","
    rows = table_in(text, NEEDED, also=(ID,), delimiter=delimiter, rename=lambda column: " ".join(column.split()))
    days = [day for row in rows if (day := _day_in(row.get(POSTED)))]
    if rows and not days:
        raise Rejected("snapshot_on", rows[0].get(POSTED), f"expected a day like 2026/08/07 under {POSTED}")
    counts = dict.fromkeys((UNREAD, UNPAID, AGAIN), 0)
    items: list[tuple[int, dict[str, str]]] = []
    ids: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if why := _why_left_out(row, ids):
            counts[why] += 1
        else:
            items.append((number, row))
    for outcome in each(items, functools.partial(_reports, snapshot_on=max(days, default=date.min))):
        yield from [outcome] if isinstance(outcome, Issue) else outcome
    for why, n in counts.items():
        yield from note_left_out(n, "rows", f"rows {why}, left out")


def _why_left_out(row: dict[str, str], ids: set[str]) -> str | None:
    """Return the reason to leave out a row, or else add its id to `ids`, the ids of rows that are kept."""
    if not (_text_in(row.get(CODE)) in occupations(NOC) or names_followed_role(_title(row))):
        return UNREAD
    if not (_text_in(row.get(LOW)) or _text_in(row.get(HIGH))):
        return UNPAID
    id = _text_in(row.get(ID))
    if id in ids:
        return AGAIN
    if id:
        ids.add(id)
    return None


def _text_in(cell: str | None) -> str | None:
    text = (cell or "").strip()
    return None if text in MISSING else text


def _title(row: dict[str, str]) -> str | None:
    return _text_in(row.get(ORIGINAL)) or _text_in(row.get(TITLE))


def _day_in(cell: str | None) -> date | None:
    match = DAY.fullmatch(_text_in(cell) or "")
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _reports(item: tuple[int, dict[str, str]], *, snapshot_on: date) -> list[PayReport]:
    number, row = item
    title = " ".join((_title(row) or "").split())
    if not title:
        raise Rejected("title", f"row {number}", "expected a job title")
    day = _day_in(row.get(POSTED))
    if day is None:
        raise Rejected("year", row.get(POSTED), f"expected a day like 2026/08/07 under {POSTED} in row {number}")
    pay = _pay(number, row)
    first = 2 * number - 1
    return [
        pay_report(
            source=SOURCE.name,
            snapshot_on=snapshot_on,
            row=first + n,
            pair_row=first,
            basis="advertised_third_party",
            year=day.year,
            title=title,
            employment_type=employment_of(_text_in(row.get(EMPLOYMENT)), title, "")[0],
            pay=end,
            currency="CAD",
            country="CA",
            case_id=_text_in(row.get(ID)),
            pay_flag=pay.flag if pay.flag in REPORT_FLAGS else None,
        )
        for n, end in enumerate(end for end in (pay.annual_low, pay.annual_high) if end)
    ]


def _pay(number: int, row: dict[str, str]) -> Pay:
    text = f"row {number}: {row.get(LOW)} to {row.get(HIGH)} {row.get(UNIT)}"
    period, n = UNITS.get((_text_in(row.get(UNIT)) or "").lower(), (None, 1))
    if period is None:
        raise Rejected("pay", text, f"{UNIT}: expected one of {', '.join(UNITS)}; add a new word to jobbank_adverts.py")
    ends = [_amount(_text_in(row.get(column)), text, n) for column in (LOW, HIGH)]
    pay = Pay(low=ends[0], high=ends[1], currency="CAD", period=period, reading="stated")
    pay = complete_pay([pay], country="CA", employment_type=None)[0]
    if pay.flag == "low_above_high" or not (pay.annual_low or pay.annual_high):
        raise Rejected("pay", text, "expected a minimum no greater than the maximum, and an amount above 0")
    return pay


def _amount(cell: str | None, text: str, n: int) -> float | None:
    if cell is None:
        return None
    try:
        return float(cell.replace(",", "").replace("$", "")) / n or None
    except ValueError as error:
        raise Rejected("pay", text, "expected amounts in dollars, or an empty cell") from error
