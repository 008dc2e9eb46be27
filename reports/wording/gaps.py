"""How far a withheld figure is from being printed, and what would bring it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.wording.bases import BASES, unit_of
from reports.wording.numbers import Row, count_of, percent
from warehouse.mart_tables import BONUS
from warehouse.marts.printing import JOBS, LARGEST, RULES, rules_of_pay

COLUMNS = {"n_jobs": "n_jobs", "n_employers": "n_employers", "n_even": "n_even_employers"}
"""Columns of a row by those of the rules of printing that ask for a least value."""
OUR_PAY = {"advertised": " with pay", BONUS: " with a bonus"}
"""Bases of pay in adverts that we read ourselves, and what jobs must have to count."""
EQUAL_EMPLOYERS = "equal employers"
"""The unit of G*, the number of employers of one size that would be as informative (docs/methods.md)."""
MOST = 1 / 2
"""Boards are asked for where fewer than this part of them count."""


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


@dataclass(frozen=True, kw_only=True)
class Lack:
    """A condition of printing that does not hold: so much of what, of how much that is needed."""

    n: float
    needed: int
    unit: str

    @property
    def part(self) -> float:
        """Which part of what is needed is there."""
        return self.n / self.needed

    def __str__(self) -> str:
        words = f"{self.n:,.1f} of {self.needed:,} {self.unit}".replace(".0 of ", " of ")
        return f"as informative as {words}" if self.unit == EQUAL_EMPLOYERS else words


@dataclass(frozen=True, kw_only=True)
class Way:
    """A rung that gave no value, with every condition that it lacks; the one furthest from enough decides."""

    rung: str
    lacks: Sequence[Lack]

    @property
    def part(self) -> float:
        """Which part of what is needed is there, of the condition that lacks most; 1 where nothing can be counted."""
        return min((lack.part for lack in self.lacks), default=1.0)


def describe(refusals: Sequence[Refusal], boards: Boards | None) -> str | None:
    """How far each kind of data is from a value, and what would bring it; None where nothing can be said.

    Of the rungs of one basis the one with the most jobs speaks. `boards` are those at the figure's place.
    """
    by_basis: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        by_basis.setdefault(refusal.basis, []).append(refusal)
    parts = []
    for number, (basis, group) in enumerate(by_basis.items()):
        nearest = max(group, key=lambda one: (one.row or {}).get("n_jobs") or 0)
        if nearest.row is None and number:
            continue  # nothing of this kind was collected of the place
        gap = _describe_gap(nearest)
        if gap is not None:
            parts.append(f"{nearest.rung}: {gap}")
        if basis in OUR_PAY:
            parts.append(_name_boards(boards))
    return "; ".join(parts) or None


def _describe_gap(refusal: Refusal) -> str | None:
    """How far one rung is from a value."""
    if not refusal.is_by_rules:
        newer = BASES[refusal.basis].newer
        return refusal.reason if refusal.is_barred else f"{refusal.reason}; {newer} would bring it"
    return ", ".join(_list_gaps(refusal)) or None


def _list_gaps(refusal: Refusal) -> Iterator[str]:
    row = refusal.row or {"n_jobs": 0}
    one, several = unit_of(refusal.basis)
    with_pay = OUR_PAY.get(refusal.basis, "")
    for rule in RULES if refusal.basis == BONUS else rules_of_pay():
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
            yield f"as informative as {value:.1f} of {rule.bound:,} {EQUAL_EMPLOYERS} (G*)"
    largest = row.get("largest_employer_share")
    if largest is not None and largest > LARGEST.bound and row["n_jobs"] >= JOBS.bound:
        n_other = math.ceil(row["n_jobs"] * (largest / LARGEST.bound - 1))
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


# --- the same, read ---------------------------------------------------------------------------------------

_NOTHING = re.compile(r"no ([a-z ]+), ([\d,]+) more needed")
_SOME = re.compile(r"([\d.,]+) of ([\d,]+) ([a-z ]+?)(?= \(G\*\)|,|$)")
_OF_REASON = re.compile(r"\(([\d.,]+) ([a-z ]+); ([\d,]+) needed\)")


def read_ways(missing: str) -> list[Way]:
    """The rungs of what `describe` wrote that count what they lack, in order."""
    ways = []
    for part in missing.split("; "):
        rung, _, gap = part.rpartition(": ")
        lacks = _read_lacks(gap) if rung else []
        ways += [Way(rung=rung, lacks=lacks)] if lacks else []
    return ways


def _read_lacks(gap: str) -> list[Lack]:
    if (nothing := _NOTHING.match(gap)) is not None:
        one, threshold = nothing.groups()
        of_one = dict(one.unit for one in BASES.values())
        head = next((name for name in of_one if one.startswith(name)), one)
        return [Lack(n=0, needed=_whole(threshold), unit=one.replace(head, of_one.get(head, head), 1))]
    return [Lack(n=_number(n), needed=_whole(threshold), unit=unit) for n, threshold, unit in _SOME.findall(gap)]


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _whole(text: str) -> int:
    return int(_number(text))


def list_lacks(basis: str | None, n_jobs: int | None, n_employers: int | None, reason: str | None) -> list[Lack]:
    """What the first rung of a withheld figure lacks, by its counts; of another kind what its reason counts."""
    match = _OF_REASON.search(reason or "")
    if match is not None:
        n, unit, threshold = match.groups()
        return [Lack(n=_number(n), needed=_whole(threshold), unit=unit)]
    if not (reason or "").startswith("not enough"):
        return []
    _, several = unit_of(basis)
    units = {"n_jobs": (n_jobs, f"{several}{OUR_PAY.get(basis or '', '')}"), "n_employers": (n_employers, "employers")}
    lacks = []
    for rule in RULES:
        n, unit = units.get(rule.column, (None, ""))
        if n is not None and n < rule.bound and (n_jobs or rule is JOBS):
            lacks.append(Lack(n=n, needed=int(rule.bound), unit=unit))
    return lacks
