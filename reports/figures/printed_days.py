"""On which days the cell of a rung could be printed, and which of them gave the value in use.

This is what the ledger of a figure would tell, of figures that no night computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from reports.figures.verdicts import Verdict, judge_age

DAYS_PRINTED = {
    "band": "days_printed_pay", "official": "days_printed_pay", "share": "days_printed_shares",
    "named_skills": "days_printed_shares", "disclosure_place": "days_printed_disclosure",
    "closing_rates": "days_printed_closing_rates", "compared": "days_printed_compared",
}  # fmt: skip
"""The SELECT of the days on which the cell of a rung could be printed, by the rung's own."""
MIN_PART_LEFT = 1 / 3
"""The part of the jobs of the last accepted value that a newer one must have to take its place. Fewer are left when
boards are no longer read, and what remains is another thing: 86 jobs of a forum after 4,359 of employers' boards."""


class PrintedDay(NamedTuple):
    """A day on which a cell could be printed, and of how many jobs."""

    day: date
    n_jobs: int


def find_in_use(days: Iterable[PrintedDay], basis: str, before: PrintedDay | None = None) -> PrintedDay | None:
    """The day whose value is in use after these, in order; `before` was in use before them."""
    in_use = before
    for one in days:
        if in_use is None or (one.day > in_use.day and not is_remnant(one.n_jobs, in_use, basis, one.day)):
            in_use = one
    return in_use


def is_remnant(n_jobs: int | None, in_use: PrintedDay | None, basis: str, on: date) -> bool:
    """Whether jobs are so few of those of the value in use that they do not take its place, while it may be kept."""
    if in_use is None:
        return False
    value = Verdict(status="published", reason=None, n_jobs=in_use.n_jobs, n_employers=None)
    is_kept = judge_age(value, basis, in_use.day, on).status != "suppressed"
    return is_kept and (n_jobs or 0) < MIN_PART_LEFT * in_use.n_jobs
