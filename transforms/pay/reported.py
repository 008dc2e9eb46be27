"""Pay as persons report it in surveys: a month made a year, and amounts that cannot be right.

What cannot be right stays in the table with a flag, since a rule may be wrong; quantiles leave it out and count it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from statistics import median

from transforms.records.rows import Issue, PayReport
from transforms.text.lookups import cells_of
from transforms.text.rejects import FLAG_RULE, MAX_VALUE, Rejected

MONTHS = 12.0
"""Months of pay in a year where no law adds one."""
MIN_NET_OF_GROSS = 1 / 3
"""Least part of gross pay that is left after tax: nowhere does income tax with contributions take two thirds of all."""
MIN_OF_MEDIAN, MAX_OF_MEDIAN = 1 / 20, 10
"""Parts of the median of a country's answers in one money outside of which an amount is a slip: thousands in place of
units, dollars in place of pesos, a year's pay in place of a month's. In the answers of Argentina in January 2026 the
minimum wage is a ninth of the median, and 1 in 700 earns over seven times as much."""
MIN_ANSWERS = 30
"""Answers of a country in one money that a median is told from; fewer are compared with all answers in that money."""
MAX_YEARS = 60
"""Most years of experience that a person may have; more is a slip (352, 305)."""
ROWS_NAMED = 20
"""Rows that an issue names; more are counted."""
_NUMBER = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*(?:(?!\1)[.,](\d{1,2}))?|\d+(?:[.,](\d+))?")
"""Digits in groups of three, or without groups: "1.113.000", "164.879,53", "231122,92". "280.000" is in groups."""
_EXPONENT = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
"""As spreadsheets write large numbers: "5.00E+06"."""
_YEARS = re.compile(r"\+?\s*(\d{1,3}(?:[.,]\d+)?)\s*\+?")


@functools.cache
def months_of_year(country: str | None, *, is_employee: bool) -> float:
    """Months of pay that an employee's year has by law (`lookups/pay/salary_months.csv`); 12 for all others."""
    by_law = {row["country"]: float(row["months"]) for row in cells_of("salary_months")}
    return by_law.get(country or "", MONTHS) if is_employee else MONTHS


def read_amount(text: str, what: str, row: int, *, signs: str = "") -> float:
    """A positive amount as a person wrote it, alone or with a word for its money, which `signs` is a pattern of.

    Raises `Rejected` that names column and row: for words, several amounts, and zero.
    """
    bare = (
        re.sub(rf"^(?:{signs})|(?:{signs})$", "", text.strip(), flags=re.IGNORECASE).strip() if signs else text.strip()
    )
    if _EXPONENT.fullmatch(bare):
        bare = f"{float(bare):.2f}"
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise Rejected(what, text, f"one amount of money expected in row {row}")
    cents = match[2] or match[3] or ""
    whole = re.sub(r"\D", "", bare[: len(bare) - len(cents)])
    amount = float(f"{whole}.{cents or 0}")
    if amount <= 0:
        raise Rejected(what, text, f"a positive amount expected in row {row}")
    return amount


def read_years(text: str) -> float | None:
    """Years of experience: "7", "2.5", "+10"; None for what is not stated, or more than a person can have."""
    match = _YEARS.fullmatch(text.strip())
    years = float(match[1].replace(",", ".")) if match else None
    return years if years is not None and years <= MAX_YEARS else None


def contradicts(gross: float, net: float | None) -> bool:
    """Whether pay after tax is more than before, or less than a third of it: columns swapped, or a digit lost."""
    return net is not None and not MIN_NET_OF_GROSS * gross <= net <= gross


def flag_amounts(read: Iterable[PayReport | Issue]) -> Iterator[PayReport | Issue]:
    """The reports of one file, those whose amount is far from the median of their country's flagged as implausible.

    A report that has a flag keeps it. Issues follow: those that name the rows with each flag, then those of the file.
    """
    records = list(read)
    reports = [report for report in records if isinstance(report, PayReport)]
    medians = dict(_medians(reports))
    rows_by_flag: dict[str, list[int]] = {}
    for report in reports:
        flag = report.pay_flag or _flag_by(medians, report)
        if flag is not None:
            rows_by_flag.setdefault(flag, []).append(report.row)
        yield report if flag == report.pay_flag else replace(report, pay_flag=flag)
    for flag, rows in sorted(rows_by_flag.items()):
        listing = ", ".join(map(str, rows[:ROWS_NAMED])) + (
            f" and {len(rows) - ROWS_NAMED} more" * (len(rows) > ROWS_NAMED)
        )
        value = f"{len(rows)} answers: rows {listing}"[:MAX_VALUE]
        yield Issue(column_name="pay", value=value, rule=f"{FLAG_RULE} {flag}", is_deliberate=True)
    yield from (issue for issue in records if isinstance(issue, Issue))


def _medians(reports: Iterable[PayReport]) -> Iterator[tuple[tuple[str | None, str], float]]:
    """The median amount of each country and money, and of each money (None for the country), where enough answered."""
    amounts: dict[tuple[str | None, str], list[float]] = {}
    for report in reports:
        for place in {report.country, None}:
            amounts.setdefault((place, report.currency), []).append(report.pay)
    for key, pays in amounts.items():
        if len(pays) >= MIN_ANSWERS:
            yield key, median(pays)


def _flag_by(medians: dict[tuple[str | None, str], float], report: PayReport) -> str | None:
    middle = medians.get((report.country, report.currency)) or medians.get((None, report.currency))
    if middle is None or MIN_OF_MEDIAN * middle <= report.pay <= MAX_OF_MEDIAN * middle:
        return None
    return "implausible_low" if report.pay < middle else "implausible_high"
