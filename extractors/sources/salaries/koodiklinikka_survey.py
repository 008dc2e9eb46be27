"""Read pay as people in IT in Finland report it, once a year: the survey of Koodiklinikka, one CSV of answers.

Employees state a month's pay before tax, and most of them also a year's income with bonuses and dividends. Base pay is
twelve times the month's pay, because the survey does not ask for the holiday bonus, which depends on collective
agreements. Freelancers state the sums of their invoices, which are not pay, so their answers are left out. Names of
employers and free texts are never read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from statistics import median_low

from extractors.reading.csv_tables import table_in, unpack_gzip
from extractors.reading.pay_reports import pay_report
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_nothing
from transforms.pay.reported import MONTHS, flag_amounts, read_amount, read_years
from transforms.records.rows import Issue, PayReport
from transforms.text.rejects import Rejected

FILES = "https://koodiklinikka.invalid/"
"""Made-up address under which the files are archived. We do not know where they are published."""
NAME = re.compile(r".*koodiklinikka.*?(?<!\d)(20\d\d)(?!\d).*\.csv(?:\.gz)?", re.IGNORECASE)
"""Pattern of the names of files, such as "koodiklinikka_2024.csv". A name must contain the year of the survey."""
MAX_TABLE = 50_000_000
"""Maximum size of a file after unpacking, in bytes: over a hundred times the size of the file of 2024."""
QUESTIONS = {
    "Timestamp": "answered_at",
    "Oletko palkansaaja vai laskuttaja?": "kind",
    "Työkokemus alalta (vuosina)": "years",
    "Työaika": "hours",
    "Kuinka suuren osan ajasta teet lähityönä toimistolla?": "office",
    "Rooli / titteli": "title",
    "Kuukausipalkka (brutto, euroina)": "month",
    "Vuositulot (sis. bonukset, osingot yms, euroina)": "year",
}
"""For each question of 2024, our column."""
EMPLOYEE = "Palkansaaja"
COUNTRY, CURRENCY = "FI", "EUR"
MAX_HOURS = 45.0
"""Largest answer to the question about working time that counts as hours a week. A larger answer is a percentage of
full-time work, as the question intends."""
FULL_HOURS, FULL_PERCENT = 35.0, 90.0
"""Full-time work has at least this many hours a week, or at least this percentage of full working time."""
MIN_MONTHS, MAX_MONTHS = 6.0, 36.0
"""Bounds of a year's income (with bonuses and dividends), in months of base pay. Outside of these bounds, the answer is
flagged: income or pay is wrong, or the two are swapped. People who started during the year are flagged too."""
ANSWERED_AT = "%d/%m/%Y %H:%M:%S"

SOURCE = declare(
    "koodiklinikka_survey",
    kind="survey",
    endpoints=(FILES,),
    file_url=lambda name: f"{FILES}{match[1]}.csv" if (match := NAME.fullmatch(name)) else None,
)


fetch = fetch_nothing


def parse(response: Response) -> Iterator[PayReport | Issue]:
    """Yield every answer of an employee with title and monthly pay, and one issue for all answers that are left out."""
    body = unpack_gzip(response.body, largest=MAX_TABLE)
    rows = table_in(
        body, QUESTIONS.values(), also=(), rename=lambda question: QUESTIONS.get(question.strip(), question)
    )
    answers = [
        (number, row)
        for number, row in enumerate(rows, start=1)
        if row.get("kind") == EMPLOYEE and row.get("month") and row.get("title", "").strip()
    ]
    yield from flag_amounts(each(answers, functools.partial(_report, day=_day_of(rows))))
    rule = "answers of people who are not employees, or without title or monthly pay, left out"
    yield from note_left_out(len(rows) - len(answers), "answers", rule, column="pay")


def _day_of(rows: Sequence[dict[str, str]]) -> date:
    """Return the day by which half of the answers had come in."""
    try:
        times = [datetime.strptime(row["answered_at"], ANSWERED_AT) for row in rows]  # local time
    except (KeyError, ValueError) as error:
        raise Rejected("response", str(error), "expected a Timestamp like 07/10/2024 10:04:36") from error
    if not times:
        raise Rejected("response", "", "expected a file with answers")
    return median_low(times).date()


def _report(item: tuple[int, dict[str, str]], *, day: date) -> PayReport:
    row, answer = item
    title = answer["title"].strip()
    month = read_amount(answer["month"], "pay", row)
    year = float(answer["year"] or 0)
    is_contradicted = year > 0 and not MIN_MONTHS * month <= year <= MAX_MONTHS * month
    return pay_report(
        source=SOURCE.name,
        snapshot_on=day,
        row=row,
        basis="reported",
        year=day.year,
        title=title,
        employment_type=_employment(answer["hours"]),
        pay=month * MONTHS,
        currency=CURRENCY,
        country=COUNTRY,
        remote_share=_remote_share(answer["office"]),
        pay_months=MONTHS,
        pay_flag="period_contradicted" if is_contradicted else None,
        paid_in="local",
        years_experience=read_years(answer["years"]),
    )


def _employment(hours: str) -> str | None:
    if not hours:
        return None
    full = FULL_HOURS if float(hours) <= MAX_HOURS else FULL_PERCENT
    return "FULL_TIME" if float(hours) >= full else "PART_TIME"


def _remote_share(office: str) -> float | None:
    """Return the share of working time spent away from the office. `office` is the percentage of time at the office."""
    if not office or not 0 <= float(office) <= 100:
        return None
    return 1 - float(office) / 100
