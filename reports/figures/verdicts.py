"""Whether the rows of a figure may be printed, how sure they are, and why not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reports.wording.numbers import Rows
from transforms.records.vocabulary import BRIDGE_DAYS
from warehouse.marts.statistics import too_few

MIN_SECTOR_KNOWN = 0.60
"""Share of jobs whose industry must be known before industries are printed (docs/design.md: Figures)."""

MIN_STATED = 0.50
"""Share of jobs that must state where, or in which type of employment, the work is done before shares are printed: with
fewer, the bounds that the silent ones leave (Manski 1995, "Identification Problems in the Social Sciences", chapter 2)
are more than half wide."""

NOT_CONFIRMED = (
    f"no closing can be confirmed yet: a board must be read completely three times, at most {BRIDGE_DAYS} days apart"
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether rows may be printed (`tables.CELL_STATES`), why not, and what they rest on."""

    status: str
    reason: str | None
    n_jobs: int | None
    n_employers: int | None


NOTHING = Verdict(status="suppressed", reason=too_few(0, 0), n_jobs=0, n_employers=0)


def judge_cell(rows: Rows) -> Verdict:
    """The verdict that the row of a mart carries."""
    if not rows:
        return NOTHING
    row = rows[0]
    return Verdict(status=row["status"], reason=row["reason"], n_jobs=row["n_jobs"], n_employers=row["n_employers"])


def judge_ranking(rows: Rows) -> Verdict:
    """A ranking is only as reliable as its least reliable row; a cell too small suppresses all of them alike."""
    if not rows:
        return NOTHING
    n_jobs = max(row["n_jobs"] or 0 for row in rows)
    n_employers = max(row["n_employers"] or 0 for row in rows)
    if all(row["share"] is None for row in rows):
        reason = next((row["reason"] for row in rows if row["reason"]), None) or too_few(n_jobs, n_employers)
        reason = reason or "not in the taxonomy of skills"
        return Verdict(status="suppressed", reason=reason, n_jobs=n_jobs, n_employers=n_employers)
    doubts: dict[str, list[str]] = {}
    for row in rows:
        if row["status"] == "low":
            names = (row.get(name) for name in ("word", "skill", "title", "place", "name", "cell", "item"))
            doubts.setdefault(row["reason"], []).append(next(str(name) for name in names if name))
    if not doubts:
        return Verdict(status="published", reason=None, n_jobs=n_jobs, n_employers=n_employers)
    is_whole = len(doubts) == 1 and len(rows) == sum(map(len, doubts.values()))
    said = (reason if is_whole else f"{', '.join(names)}: {reason}" for reason, names in doubts.items())
    return Verdict(status="low", reason="; ".join(said), n_jobs=n_jobs, n_employers=n_employers)


def judge_shares(rows: Rows) -> Verdict:
    """Shares of several cells: when one cell is too small, none is printed."""
    smallest = min(rows, key=lambda row: (row["n_jobs"], row["n_employers"]))
    n_jobs, n_employers = smallest["n_jobs"], smallest["n_employers"]
    few = too_few(n_jobs, n_employers)
    if few:
        return Verdict(status="suppressed", reason=few, n_jobs=n_jobs, n_employers=n_employers)
    return replace(judge_ranking(rows), n_jobs=n_jobs, n_employers=n_employers)


def judge_industries(rows: Rows) -> Verdict:
    """Shares of industries, printed once the industry of most jobs is known."""
    if not rows:
        return replace(NOTHING, reason=f"industry known for no job; {MIN_SECTOR_KNOWN:.0%} of the jobs needed")
    return _judge_answered(rows, MIN_SECTOR_KNOWN, "industry known for")


def judge_stated(rows: Rows) -> Verdict:
    """Shares of what adverts state, printed once half of the jobs state it: else the others could reverse them."""
    return _judge_answered(rows, MIN_STATED, "stated by")


def _judge_answered(rows: Rows, min_known: float, words: str) -> Verdict:
    """A ranking, withheld while less than `min_known` of the jobs of its first row have an answer."""
    if rows:
        n_known = rows[0]["n_jobs"]
        n_all = n_known + (rows[0]["n_unknown"] or 0)
        if n_known < min_known * n_all:
            reason = f"{words} {n_known:,} of {n_all:,} jobs; {min_known:.0%} needed"
            return Verdict(status="suppressed", reason=reason, n_jobs=n_known, n_employers=rows[0]["n_employers"])
    return judge_ranking(rows)


def judge_closings(rows: Rows) -> Verdict:
    """A closing rate is printed where its own cell may be; the others are left out where theirs may not."""
    row = rows[0]
    reason = row["reason"] or (None if row["status"] == "published" else NOT_CONFIRMED)
    return Verdict(status=row["status"], reason=reason, n_jobs=row["n_jobs"], n_employers=None)


def judge_amount(rows: Rows) -> Verdict:
    """An amount without an interval, which is of low confidence at best."""
    row = rows[0]
    few = too_few(row["n_jobs"], row["n_employers"])
    status, reason = ("suppressed", few) if few else ("low", "few adverts put a sum on it, and no interval is computed")
    return Verdict(status=status, reason=reason, n_jobs=row["n_jobs"], n_employers=row["n_employers"])
