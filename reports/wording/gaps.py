"""What a withheld figure lacks, and what would supply it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reports.wording.bases import BASES, OWN_BASES, unit_of
from reports.wording.numbers import Row, count_of, percent
from warehouse.mart_tables import BONUS, Lack
from warehouse.marts.printing import EMPLOYERS, JOBS, LARGEST, OPEN_DAYS

if TYPE_CHECKING:
    from reports.figures.ladder import Attempt

OUR_PAY = {"advertised": " that state pay", BONUS: " that state a bonus"}
"""Bases of pay in adverts that we read, with words for what an employer must do to count."""
MIN_COUNTED = 1 / 2
"""New readings of boards are suggested if less than this fraction of the boards counts."""


def part_of(lacks: Sequence[Lack]) -> float:
    """Return the smallest `part` of any lack; 1 if nothing is lacking."""
    return min((lack.part for lack in lacks), default=1.0)


def describe(refusals: Sequence[Attempt], boards: Row | None) -> tuple[str | None, tuple[Lack, ...]]:
    """Return what each kind of source lacks for a value and what would supply it, in words, and the lacks themselves.

    Each kind is described by its rung with the most employers, or the most jobs if employers are unknown. The lacks of
    the first rung are always counted. `boards` has numbers of boards with jobs at the figure's place: all, ever read
    whole, and read recently enough for the stock.
    """
    by_basis: dict[str, list[Attempt]] = {}
    for refusal in refusals:
        by_basis.setdefault(refusal.rung.basis, []).append(refusal)
    parts, lacks = [], list(_find_lacks(refusals[0]))
    for number, (basis, group) in enumerate(by_basis.items()):
        nearest = max(group, key=_count)
        if not nearest.rows and number:
            continue  # the place has no data of this kind
        found = list(_find_lacks(nearest))
        lacks += found if nearest is not refusals[0] else []
        if gap := _describe_gap(nearest, found):
            parts.append(f"{nearest.rung.name}: {gap}")
        if basis in OUR_PAY:
            parts.append(_name_boards(boards))
    return "; ".join(parts) or None, tuple(lacks)


def _count(refusal: Attempt) -> tuple[int, int]:
    row = refusal.first_row
    return row.get("n_employers") or 0, row.get("n_jobs") or 0


def _describe_gap(refusal: Attempt, lacks: Sequence[Lack]) -> str:
    """Say what one rung lacks by the printing rules; if age or a source's terms refused the rung, give that reason."""
    reason = refusal.verdict.reason or ""
    if refusal.is_barred:
        return reason
    if not refusal.is_by_rules or not BASES[refusal.rung.basis].is_counted:
        return f"{reason}; {BASES[refusal.rung.basis].newer} would bring it"
    texts, row = list(map(str, lacks)), refusal.first_row
    largest = row.get("largest_employer_share")
    if largest is not None and largest > LARGEST.bound and row["n_employers"] >= EMPLOYERS.bound:
        n_other = math.ceil(row["n_jobs"] * (largest / LARGEST.bound - 1))
        texts.append(f"one employer has {percent(largest)} ({count_of(n_other, 'job')} of others needed)")
    return ", ".join(texts)


def _find_lacks(refusal: Attempt) -> Iterator[Lack]:
    row, basis = refusal.first_row, refusal.rung.basis
    if refusal.is_barred or not refusal.is_by_rules or not BASES[basis].is_counted:
        return
    if basis in OWN_BASES:
        rules = {EMPLOYERS: f"employers{OUR_PAY.get(basis, '')}", OPEN_DAYS: "open days"}
        row = row or {"n_employers": 0}
    else:
        rules, row = {JOBS: unit_of(basis)[1]}, row or {"n_jobs": 0}
    for rule, unit in rules.items():
        n = row.get(rule.column)
        if n is not None and n < rule.bound:
            yield Lack(rung=refusal.rung.name, n=n, needed=int(rule.bound), unit=unit)


def _name_boards(boards: Row | None) -> str:
    """Say which readings of boards would supply jobs with pay, without counts, because counts change every night."""
    if boards is None or not boards["n_boards"]:
        return "no board with jobs there is known yet"
    if boards["n_boards_in_stock"] < MIN_COUNTED * boards["n_boards_read_whole"]:
        return "another complete reading of the boards with jobs there would bring more: most were not read lately"
    if boards["n_boards_read_whole"] < MIN_COUNTED * boards["n_boards"]:
        return "a first complete reading of the boards with jobs there would bring more"
    return "more boards with jobs there, or more adverts that state pay, would bring it"
