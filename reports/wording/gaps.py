"""How far a withheld figure is from being printed, and what would bring it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.wording.numbers import Row, count_of, percent
from reports.wording.pay import UNITS_OF_BASIS
from warehouse.mart_tables import BONUS
from warehouse.marts.printing import JOBS, RULES

COLUMNS = {"n_jobs": "n_jobs", "n_employers": "n_employers", "n_even": "n_even_employers"}
"""Columns of a row by those of the rules of printing that ask for a least value."""
MAX_LARGEST = next(rule.bound for rule in RULES if rule.column == "largest")
OUR_PAY = {"advertised": " with pay", BONUS: " with a bonus"}
"""Bases of pay in adverts that we read ourselves, and what jobs must have to count."""
MOST = 1 / 2
"""Boards are asked for where fewer than this part of them count."""
NEWER = {
    "advertised_third_party": "a newer collection",
    "reported": "a newer survey",
    "official": "newer official wages",
}
"""What brings a value back that is too old, by basis; of what we read ourselves it is another reading."""


@dataclass(frozen=True, kw_only=True)
class Boards:
    """Boards that list jobs at a place: all, those ever read whole, and those read lately enough for the stock."""

    n_boards: int
    n_boards_read_whole: int
    n_boards_in_stock: int


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A rung that gave no value: its row in the mart (None: it has none), and why.

    Rules of printing refused it (`is_by_rules`), the terms of a source (`is_barred`), or else its age.
    """

    rung: str
    basis: str
    row: Row | None
    is_by_rules: bool
    is_barred: bool
    reason: str


def describe(refusals: Sequence[Refusal], boards: Boards | None) -> str | None:
    """How far each kind of data is from a value, and what would bring it; None where nothing can be said.

    Of the rungs of one basis the one with the most jobs speaks. `boards` are those at the figure's place.
    """
    by_basis: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        by_basis.setdefault(refusal.basis, []).append(refusal)
    said = []
    for number, (basis, found) in enumerate(by_basis.items()):
        nearest = max(found, key=lambda one: (one.row or {}).get("n_jobs") or 0)
        if nearest.row is None and number:
            continue  # nothing of this kind was collected of the place
        gap = _describe_gap(nearest)
        if gap is not None:
            said.append(f"{nearest.rung}: {gap}")
        if basis in OUR_PAY:
            said.append(_name_boards(boards))
    return "; ".join(said) or None


def _describe_gap(refusal: Refusal) -> str | None:
    """How far one rung is from a value."""
    if not refusal.is_by_rules:
        newer = NEWER.get(refusal.basis, "another complete reading of their boards")
        return refusal.reason if refusal.is_barred else f"{refusal.reason}; {newer} would bring it"
    return ", ".join(_list_gaps(refusal)) or None


def _list_gaps(refusal: Refusal) -> Iterator[str]:
    row = refusal.row or {"n_jobs": 0}
    one, several = UNITS_OF_BASIS.get(refusal.basis, ("job", "jobs"))
    with_pay = OUR_PAY.get(refusal.basis, "")
    for rule in RULES:
        value = row.get(COLUMNS.get(rule.column, ""))
        if value is None or not rule.is_least or value >= rule.bound:
            continue
        if rule is JOBS:
            more = f"{rule.bound - value:,} more needed"
            yield f"{value:,} of {rule.bound:,} {several}{with_pay}, {more}" if value else f"no {one}{with_pay}, {more}"
        elif not row["n_jobs"]:
            continue  # without jobs nothing else need be counted
        elif rule.column == "n_employers":
            yield f"{value:,} of {rule.bound:,} employers"
        else:
            yield f"as informative as {value:.1f} of {rule.bound:,} equal employers (G*)"
    largest = row.get("largest_employer_share")
    if largest is not None and largest > MAX_LARGEST and row["n_jobs"] >= JOBS.bound:
        n_other = math.ceil(row["n_jobs"] * (largest / MAX_LARGEST - 1))
        yield f"one employer has {percent(largest)} ({count_of(n_other, 'job')} of others needed)"


def _name_boards(boards: Boards | None) -> str:
    """Which readings of boards would bring jobs with pay; without counts, which change with each night's reading."""
    if boards is None or not boards.n_boards:
        return "no board with jobs there is known yet"
    if boards.n_boards_in_stock < MOST * boards.n_boards_read_whole:
        return "another complete reading of the boards with jobs there would bring more: most were not read lately"
    if boards.n_boards_read_whole < MOST * boards.n_boards:
        return "a first complete reading of the boards with jobs there would bring more"
    return "more boards with jobs there, or more adverts that state pay, would bring it"
