"""Pay that people report in surveys: amounts, months of pay a year, and flags for implausible amounts.

Implausible amounts stay in the table with a flag, since a rule may be wrong. Quantiles leave flagged amounts out, and
the number of flagged amounts is given.
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
"""Months of pay in a year, unless a law adds further months."""
MIN_NET_OF_GROSS = 1 / 3
"""Minimum fraction of gross pay that is left as net pay: nowhere do income tax and contributions take two thirds."""
MIN_OF_MEDIAN, MAX_OF_MEDIAN = 1 / 20, 10
"""An amount outside these multiples of the median is a slip: thousands for units, dollars for pesos, a year's pay for a
month's. The median is taken over a country's answers in one currency. In Argentina's answers of January 2026 the
minimum wage is a ninth of the median, and 1 person in 700 earns over seven times the median.
"""
MIN_ANSWERS = 30
"""Answers needed for a country's median in a currency. If a country has fewer, its amounts are compared with all
answers in that currency."""
MIN_OF_BASE, MAX_OF_BASE = 0.5, 3.0
"""A year's income outside these multiples of a year's base pay is no income of the same year: one of the two is a
month's, or they are swapped. People who started during the year fall below the first as well."""
MAX_YEARS = 60
"""Maximum years of experience of a person; a higher number is a slip (352, 305)."""
ROWS_NAMED = 20
"""Maximum number of rows that an issue names; further rows are only counted."""
_NUMBER = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*(?:(?!\1)[.,](\d{1,2}))?|\d+(?:[.,](\d+))?")
"""Digits, with or without marks between groups of three: "1.113.000", "164.879,53", "231122,92". "280.000" is 280
thousand."""
_EXPONENT = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
"""Large numbers as spreadsheets write them: "5.00E+06"."""
_YEARS = re.compile(r"\+?\s*(\d{1,3}(?:[.,]\d+)?)\s*\+?")


@functools.cache
def months_of_year(country: str | None, *, is_employee: bool) -> float:
    """Return the months of pay in an employee's year by law (`lookups/pay/salary_months.csv`); 12 without such a law.

    Return 12 for everybody who is not an employee.
    """
    by_law = {row["country"]: float(row["months"]) for row in cells_of("salary_months")}
    return by_law.get(country or "", MONTHS) if is_employee else MONTHS


def read_amount(text: str, what: str, row: int, *, signs: str = "") -> float:
    """Return the positive amount that a person wrote, alone or with a currency.

    `signs` is a pattern for currencies before or after the amount. Raise `Rejected` if the text holds words, several
    amounts or zero; the exception names the column (`what`) and the `row`.
    """
    bare = (
        re.sub(rf"^(?:{signs})|(?:{signs})$", "", text.strip(), flags=re.IGNORECASE).strip() if signs else text.strip()
    )
    if _EXPONENT.fullmatch(bare):
        bare = f"{float(bare):.2f}"
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise Rejected(what, text, f"expected one amount of money in row {row}")
    cents = match[2] or match[3] or ""
    whole = re.sub(r"\D", "", bare[: len(bare) - len(cents)])
    amount = float(f"{whole}.{cents or 0}")
    if amount <= 0:
        raise Rejected(what, text, f"expected a positive amount in row {row}")
    return amount


def read_years(text: str) -> float | None:
    """Return the years of experience in "7", "2.5" or "+10"; None if they are not stated or above `MAX_YEARS`."""
    match = _YEARS.fullmatch(text.strip())
    years = float(match[1].replace(",", ".")) if match else None
    return years if years is not None and years <= MAX_YEARS else None


@functools.cache
def min_years_of_levels() -> dict[str, float]:
    """Return the years of experience from which a person is of each level (`experience_levels.csv`).

    The levels rise; each ends where the next begins. They are the levels of persons whose title or answer names none.
    Adverts have other years (`MIN_YEARS_OF_LEVEL`), because what they ask for is a minimum.
    """
    return {row["level"]: float(row["from_years"]) for row in cells_of("experience_levels")}


def contradicts(gross: float, net: float | None) -> bool:
    """Whether pay after tax is impossible: above pay before tax, or under a third of it.

    The person may have swapped the two, or lost a digit. False if `net` is None.
    """
    return net is not None and not MIN_NET_OF_GROSS * gross <= net <= gross


def is_other_period(base: float, total: float | None) -> bool:
    """Whether a year's base pay and a year's income cannot be of the same year. False if `total` is None."""
    return total is not None and not MIN_OF_BASE * base <= total <= MAX_OF_BASE * base


def flag_amounts(read: Iterable[PayReport | Issue]) -> Iterator[PayReport | Issue]:
    """Flag reports whose amount is far from the median of their country and currency. Flags that were set before stay.
    Brackets are never flagged.

    `read` holds the reports of one file. Yield the reports, then for each flag an issue that names the flagged rows,
    then the issues in `read`.
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
    amounts: dict[tuple[str | None, str], list[float]] = {}
    for report in reports:
        for place in {report.country, None}:
            amounts.setdefault((place, report.currency), []).append(report.pay)
    for key, pays in amounts.items():
        if len(pays) >= MIN_ANSWERS:
            yield key, median(pays)


def _flag_by(medians: dict[tuple[str | None, str], float], report: PayReport) -> str | None:
    middle = medians.get((report.country, report.currency)) or medians.get((None, report.currency))
    if middle is None or report.pay_high is not None or MIN_OF_MEDIAN * middle <= report.pay <= MAX_OF_MEDIAN * middle:
        return None
    return "implausible_low" if report.pay < middle else "implausible_high"
