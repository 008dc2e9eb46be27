"""Decide whether the rows of a figure may be printed, with which warning, or for which reason they are withheld."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from reports.wording import numbers
from reports.wording.bases import OWN_BASES
from reports.wording.numbers import Rows
from transforms.records.definitions import CLOSING_DAYS, MAX_DAYS_APART, MAX_STALE_DAYS
from warehouse.marts.printing import EMPLOYERS, JOBS

MAX_AGE_DAYS_OF_YEARS = 365 + MAX_DAYS_APART.value
"""A figure of yearly data (such as surveys) becomes stale this many days after its reference period.

Figures of adverts that we read (`OWN_BASES`) become stale after `MAX_DAYS_APART`.
"""
DAYS_STALE = MAX_STALE_DAYS.value - MAX_DAYS_APART.value
"""Days from when a figure becomes stale until it is withheld, for every kind of source."""
MAX_DAYS_OF_YEARS = MAX_AGE_DAYS_OF_YEARS + DAYS_STALE
"""A figure of yearly data is withheld this many days after its reference period."""
NONE_YET = "none yet: too few adverts, fully read, were first seen on a board that had been read before without them"
NO_MONTHS = f"no boards of {EMPLOYERS} employers have complete lists of two months in a row"
NOT_READ_AGAIN = f"no closing can be seen yet: a board must be read completely twice, at most {CLOSING_DAYS} apart"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The state of a figure's rows (`status`, one of `vocabulary.FIGURE_STATES`) and the reason for it.

    `n_jobs` and `n_employers` say how many jobs and employers the rows count; None if that cannot be said.
    """

    status: str
    reason: str | None = None
    n_jobs: int | None = None
    n_employers: int | None = None


def judge_age(
    verdict: Verdict, basis: str, period_to: date | None, as_of: date, *, due_on: date | None = None
) -> Verdict:
    """Return the verdict after the age of a value is considered: unchanged, stale, or withheld as too old.

    Reasons name days, because an age would change every night. An office's table is not stale before its next edition
    is due (`due_on`).
    """
    if verdict.status == "suppressed" or period_to is None:
        return verdict
    fresh = MAX_DAYS_APART.value if basis in OWN_BASES else MAX_AGE_DAYS_OF_YEARS
    if due_on is not None:
        fresh = (due_on - period_to).days
    age, reason = (as_of - period_to).days, f"nothing newer than {numbers.day(period_to)} was read"
    if age <= fresh:
        return verdict
    if age > fresh + DAYS_STALE:
        return replace(verdict, status="suppressed", reason=reason)
    return replace(verdict, status="stale", reason="; ".join(filter(None, [reason, verdict.reason])))


def why_too_few(n_employers: int) -> str | None:
    """Say why a cell of so many employers is withheld by `printing.EMPLOYERS`; None if they suffice."""
    return EMPLOYERS.explain(n_employers) if n_employers < EMPLOYERS.bound else None


NOTHING = Verdict(status="suppressed", reason=why_too_few(0), n_jobs=0, n_employers=0)


def judge_cell(rows: Rows) -> Verdict:
    """Return the verdict that the first row states; `NOTHING` if there are no rows."""
    if not rows:
        return NOTHING
    row = rows[0]
    return Verdict(status=row["status"], reason=row["reason"], n_jobs=row["n_jobs"], n_employers=row.get("n_employers"))


def judge_ranking(rows: Rows) -> Verdict:
    """Judge shares of one or more cells: printed if any share may be printed.

    Otherwise the figure is withheld, for the first reason that a row gives.
    """
    if not rows:
        return NOTHING
    n_jobs = max(row["n_jobs"] or 0 for row in rows)
    n_employers = max(row["n_employers"] or 0 for row in rows)
    if any(row["share"] is not None for row in rows):
        return Verdict(status="published", n_jobs=n_jobs, n_employers=n_employers)
    reason = next((row["reason"] for row in rows if row["reason"]), None) or why_too_few(n_employers)
    reason = reason or "not in the taxonomy of skills"
    return Verdict(status="suppressed", reason=reason, n_jobs=n_jobs, n_employers=n_employers)


def judge_places(rows: Rows) -> Verdict:
    """Judge shares of all adverts and of single places, as `judge_ranking` does.

    If a printed figure has only single places, jobs and employers are not counted, because a job may have several.
    """
    verdict = judge_ranking(rows)
    if verdict.status == "suppressed" or any(row["region_level"] == "world" for row in rows):
        return verdict
    return replace(verdict, n_jobs=None, n_employers=None)


def judge_within(rows: Rows) -> Verdict:
    """Judge comparisons of several cells by one row that may be printed: the row of all jobs, or else the first."""
    printable = numbers.choose_printed(rows)
    if not printable:
        return judge_cell(rows)
    row = next((row for row in printable if row["role_group"] == "all"), printable[0])
    return replace(judge_cell([row]), reason=None)


def judge_classes(rows: Rows) -> Verdict:
    """Judge shares of classes that divide all jobs, and of places, as `judge_ranking` does.

    The jobs of all classes are added up. Employers are not counted, because an employer may be in several classes.
    """
    n_jobs = sum(row["n_jobs"] for row in rows if row["region_level"] == "world")
    return replace(judge_ranking(rows), n_jobs=n_jobs, n_employers=None)


def judge_new(rows: Rows) -> Verdict:
    """Judge shares of new jobs by quarter and class; if all are withheld, the reason is `NONE_YET`."""
    verdict = judge_classes(rows)
    return replace(verdict, reason=NONE_YET) if verdict.status == "suppressed" else verdict


def judge_shares(rows: Rows) -> Verdict:
    """Judge shares of several cells that are printed in one sentence: withheld if any of the cells is withheld."""
    smallest = min(rows, key=lambda row: (row["status"] != "suppressed", row["n_employers"], row["n_jobs"]))
    verdict = judge_cell([smallest])
    if verdict.status != "suppressed":
        return replace(judge_ranking(rows), n_jobs=verdict.n_jobs, n_employers=verdict.n_employers)
    return replace(verdict, reason=verdict.reason or why_too_few(smallest["n_employers"]))


def judge_counts(rows: Rows) -> Verdict:
    """Judge counts of what was read: printed if there is a row, because counts are no estimates."""
    return Verdict(status="published", n_jobs=rows[0].get("n_all_jobs")) if rows else NOTHING


def judge_use(rows: Rows) -> Verdict:
    """Judge an office's count of enterprises: printed if there is one; `n_jobs` is None, as none are counted."""
    return Verdict(status="published") if rows else Verdict(status="suppressed", reason="no count was read yet")


def judge_reports(rows: Rows) -> Verdict:
    """Judge pay that people report: printed if any row may be printed.

    The confidence is always low, because people chose to answer.
    """
    printable = numbers.choose_printed(rows)
    if not printable:
        n_persons = max((row["n_persons"] for row in rows), default=0)
        return Verdict(status="suppressed", reason=JOBS.explain(n_persons), n_jobs=n_persons)
    return Verdict(status="low", reason=printable[0]["reason"], n_jobs=sum(row["n_persons"] for row in printable))


def judge_changes(rows: Rows) -> Verdict:
    """Judge a series by its newest row that may be printed; without one, by its newest row."""
    if not rows:
        return Verdict(status="suppressed", reason=f"no two periods with {JOBS} each", n_jobs=0)
    return judge_cell((numbers.choose_printed(rows) or list(rows))[-1:])


def judge_months(rows: Rows) -> Verdict:
    """Judge a series by month as `judge_changes` does, by its newest printed month."""
    by_month = sorted(rows, key=lambda row: str(row["period"]))
    return judge_changes(by_month) if rows else Verdict(status="suppressed", reason=NO_MONTHS, n_jobs=0)


def judge_closings(rows: Rows) -> Verdict:
    """Judge a closing rate by the first row, which is the figure's cell; the other rows are only for comparison."""
    verdict = judge_cell(rows)
    return verdict if verdict.reason or verdict.status == "published" else replace(verdict, reason=NOT_READ_AGAIN)
