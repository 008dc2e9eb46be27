"""Read pay as developers report it: the yearly survey of Stack Overflow, one CSV of answers, alone or in a zip.

The source itself converts pay to US dollars a year. "NA" always means "not answered": as a country it does not mean
Namibia, whose name is written in full. Columns change from year to year. Two shapes are known. The publisher's file has
170 columns, seven of which are read. The file of a third party has seven columns and only answers with pay.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from datetime import date

from extractors.reading.csv_tables import table_in, zip_member
from extractors.reading.pay_reports import pay_report
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import declare
from extractors.web.paging import Web, ask_first
from transforms.pay.reported import flag_amounts, read_years
from transforms.place.places import country_of
from transforms.records.rows import Issue, PayReport
from transforms.text.rejects import Rejected

FILES = "https://survey.stackoverflow.co/datasets/"
YEAR = re.compile(r"survey-(\d{4})")
ANSWERS = re.compile(r"(?:^|/)survey_results_public\.csv$")
MAX_TABLE = 512_000_000
"""Maximum size of the answers after unpacking, in bytes: three and a half times their size in 2025 (141 MB)."""
MAX_HEADER = 20_000
"""Number of bytes at the beginning that must contain the names of the columns: four times as many as in 2025."""
NOT_ANSWERED = frozenset(("NA", ""))
SHAPES = (
    {"case_id": "ResponseId", "pay": "ConvertedCompYearly", "title": "DevType", "country": "Country"},
    {"case_id": "", "pay": "salary", "title": "PrimaryRole", "country": "Country"},
)
"""The two shapes that are known: for each of our columns, the column of the file."""
ROLE_OF_TYPE = {
    "Data or business analyst": "data_analyst",
    "Data scientist or machine learning specialist": "data_scientist",
    "Engineer, data": "data_engineer",
    "Financial analyst or engineer": "other",
}
"""Roles for those kinds of work whose names cannot be read like job titles."""
EMPLOYMENT = {
    "Employed, full-time": "FULL_TIME",
    "Employed, part-time": "PART_TIME",
    "Independent contractor, freelancer, or self-employed": "CONTRACTOR",
}
REMOTE = {"Remote": 1.0, "Fully remote": 1.0, "In-person": 0.0, "Full in-person": 0.0}
"""Share of the work that is remote, by answer. Hybrid work has no stated share."""
NO_COUNTRY = ("Nomadic",)
COUNTRIES = {"Libyan Arab Jamahiriya": "LY"}
"""Countries by names that the survey uses although they are obsolete."""
FIELDWORK_ENDS = (6, 30)
"""Month and day (30 June) by which all answers of a year are in. The publisher publishes them in July."""

SOURCE = declare(
    "stackoverflow_survey",
    kind="survey",
    endpoints=(FILES,),
    file_url=lambda name: FILES + name if YEAR.search(name) and name.endswith(".zip") else None,
)


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request this year's answers, or last year's if they are not out yet."""
    years = (as_of.year, as_of.year - 1)
    return ask_first(web, [f"{FILES}stack-overflow-developer-survey-{year}.zip" for year in years])


def parse(response: Response) -> Iterator[PayReport | Issue]:
    """Yield every answer with pay and kind of work, and one issue for all answers that are left out."""
    table = zip_member(response.body, ANSWERS, largest=MAX_TABLE)
    shape = SHAPES[0] if SHAPES[0]["pay"].encode() in table[:MAX_HEADER] else SHAPES[1]
    rows = table_in(table, shape.values(), also=("Employment", "RemoteWork", "WorkExp"))
    match = YEAR.search(response.url)
    if match is None:
        raise Rejected("response", response.url, "expected an address with the survey's year in it")
    answers = [
        (number, {ours: row.get(theirs, "") for ours, theirs in shape.items()} | row)
        for number, row in enumerate(rows, start=1)
        if not {row.get(shape["pay"], ""), row.get(shape["title"], "")} & NOT_ANSWERED
    ]
    yield from flag_amounts(each(answers, functools.partial(_report, year=int(match[1]))))
    rule = "answers without pay or kind of work left out"
    yield from note_left_out(len(rows) - len(answers), "answers", rule, column="pay")


def _report(item: tuple[int, dict[str, str]], *, year: int) -> PayReport:
    number, answer = item
    title = answer["title"]
    country = _country_of(answer["country"])
    pay = float(answer["pay"])
    if not 0 < pay < float("inf"):
        raise Rejected("pay", answer["pay"], f"expected a positive amount in answer {answer['case_id']}")
    return pay_report(
        source=SOURCE.name,
        snapshot_on=date(year, *FIELDWORK_ENDS),
        row=number,
        basis="reported",
        year=year,
        title=title,
        role=ROLE_OF_TYPE.get(title),
        employment_type=EMPLOYMENT.get(answer.get("Employment", "")),
        pay=pay,
        currency="USD",
        pay_usd_stated=pay,
        country=country,
        remote_share=REMOTE.get(answer.get("RemoteWork", "")),
        case_id=answer["case_id"] or None,
        years_experience=read_years(answer.get("WorkExp", "")),
    )


@functools.lru_cache(maxsize=1024)
def _country_of(name: str) -> str | None:
    if name in NOT_ANSWERED or name in NO_COUNTRY:
        return None
    country = COUNTRIES.get(name) or country_of(name)
    if country is None:
        raise Rejected("country", name, "expected a country's name; add it to COUNTRIES in stackoverflow_survey.py")
    return country
