"""Which vintage of each figure is published: what is revised, when, and what waits for a person's review.

The ledger says what a figure would be tonight; a vintage is a row of the ledger that was frozen as a whole, and the
last accepted one is what guide and page show. A figure is revised once a month, and keeps its vintage where the new
value differs only by rounding. A new vintage waits for review when the difference is more than chance explains, when
method, rung or sources are others, or when half of the jobs are gone (`find_reasons`); meanwhile the figure says since
when, and after `MAX_DAYS_WAITING` days it is stale. What may no longer be printed is withheld at once.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from reports.figures import differences, query
from reports.figures.compute import contributions_of, regather
from reports.figures.declaration import CARRIED, Figure
from reports.figures.query import Connection
from reports.figures.verdicts import Verdict, judge_age
from reports.wording import notes, numbers
from warehouse.mart_tables import Figures, NearestFigure
from warehouse.ops_tables import Vintages

MAX_DAYS_WAITING = 14
"""Days for which a figure waits for review before what is published of it counts as stale."""
MAX_LOST = 1 / 2
"""The part of the jobs that may be gone without a review."""
UNTIL_NEXT = timedelta(days=31)
"""Until the next revision at most."""
PUBLISHED, WAITING, REJECTED, WITHDRAWN = "published", "waiting", "rejected", "withdrawn"
METHODS: Mapping[str, int] = {
    "mart.salary_bands": 1, "mart.shares": 1, "mart.closing_rates": 1, "mart.pay_disclosure": 1, "mart.reported_pay": 1,
    "mart.frame_coverage": 1, "mart.pay_ladder": 1, "pay_comparison": 1,
}  # fmt: skip
"""Version of the method of each mart: it is raised when what the mart estimates, or how, becomes another
(docs/methods.md), so that figures wait for review once."""


# --- what is frozen -------------------------------------------------------------------------------------


def freeze(row: Figures) -> str:
    """A row of the ledger as JSON, without its SELECT: the ledger keeps that of the same day."""
    return json.dumps({**dataclasses.asdict(row), "sql": None}, ensure_ascii=False, default=date.isoformat)


_DAYS = ("as_of", "period_from", "period_to", "read_on", "verify_by")


def thaw(content: str) -> Figures:
    """The row of the ledger that `freeze` wrote; columns that a later version added have their defaults."""
    given: dict[str, Any] = json.loads(content)
    known = {field.name for field in dataclasses.fields(Figures)}
    row = {name: value for name, value in given.items() if name in known}
    row |= {name: date.fromisoformat(row[name]) for name in _DAYS if row.get(name)}
    row |= {name: tuple(row.get(name) or ()) for name in ("sources", "snapshots")}
    behind = [
        part | ({"read_on": date.fromisoformat(part["read_on"])} if part.get("read_on") else {})
        for part in row.get("behind") or ()
    ]
    nearest = tuple(NearestFigure(**part) for part in row.get("nearest") or ())
    return Figures(**row | {"behind": contributions_of({"behind": behind}), "nearest": nearest})


def digest_method(figure: Figure, rung_name: str | None) -> str:
    """A digest of how a figure is computed on a rung: its SELECT and parameters, and the versions of the marts."""
    rungs = [rung for rung in figure.rungs if rung.name == rung_name] or list(figure.rungs)[:1]
    said = [
        (rung.name, query.text_of(rung.sql), str({**figure.parameters, **rung.parameters}), _versions_in(rung.sql))
        for rung in rungs
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _versions_in(sql: str) -> list[tuple[str, int]]:
    text = query.text_of(sql)
    return [(name, version) for name, version in METHODS.items() if name in text]


# --- reading vintages -------------------------------------------------------------------------------------


def read_vintages(con: Connection, figures: Iterable[str] | None = None) -> dict[str, list[Vintages]]:
    """All vintages by figure, the oldest first; of some figures alone where they are named."""
    only = "" if figures is None else f" WHERE list_contains({query.literal(tuple(figures))}::VARCHAR[], figure)"
    found: dict[str, list[Vintages]] = {}
    for row in query.read(con, f"FROM ops.vintages{only} ORDER BY figure, number"):
        found.setdefault(row["figure"], []).append(Vintages(**row))
    return found


def last_published(vintages: Sequence[Vintages]) -> Vintages | None:
    """The vintage that stands; None before there is one."""
    return next((one for one in reversed(vintages) if one.state == PUBLISHED), None)


def waiting_one(vintages: Sequence[Vintages]) -> Vintages | None:
    """The vintage that waits for review; None when none does."""
    return next((one for one in reversed(vintages) if one.state == WAITING), None)


# --- a night --------------------------------------------------------------------------------------------


def revise(
    con: Connection, figures: Mapping[str, Figure], ledger: Sequence[Figures], as_of: date, *, is_monthly: bool = True
) -> list[Vintages]:
    """The vintages that a night makes, or whose state it changes, to be stored by figure and number.

    `figures` are declarations, `ledger` the rows of the night. Figures that gather others, and aliases, have none: they
    are made of what is published of the others. Without `is_monthly` every change of the printed form is a revision.
    """
    before = read_vintages(con)
    overlaps = differences.Overlaps(con)
    made: list[Vintages] = []
    for row in ledger:
        figure = figures.get(row.figure)
        if figure is None or figure.gathers is not None or figure.alias_of is not None:
            continue
        known = before.get(row.figure, [])
        made += _revise_one(figure, row, known, as_of, overlaps, is_monthly=is_monthly)
    return made


def forget_undecided(con: Connection, as_of: date) -> None:
    """Forget the vintages that nights of this day or later made and nobody decided: the night makes them again."""
    con.execute(f"DELETE FROM ops.vintages WHERE offered_on >= {query.literal(as_of)} AND reason IS NULL")


def _revise_one(
    figure: Figure,
    row: Figures,
    known: Sequence[Vintages],
    as_of: date,
    overlaps: differences.Overlaps,
    *,
    is_monthly: bool,
) -> list[Vintages]:
    last, waiting = last_published(known), waiting_one(known)
    new = _new_vintage(figure, row, known, as_of)
    if last is None:
        return [replace(new, state=PUBLISHED, decided_on=as_of, why="first vintage")]
    if row.value is None or last.value is None:
        if (row.value is None) == (last.value is None):
            return []
        why = "withheld now" if row.value is None else "first value since it was withheld"
        return [*_withdraw(waiting, as_of), replace(new, state=PUBLISHED, decided_on=as_of, why=why)]
    stood = thaw(last.content)
    if row.rung == CARRIED or not _is_another(stood, row, as_of):
        return _withdraw(waiting, as_of)  # nothing to revise, or no longer
    is_new_month = (as_of.year, as_of.month) != (last.as_of.year, last.as_of.month)
    is_due = figure.claim is not None or not is_monthly or is_new_month
    if not is_due and waiting is None:
        return []
    reasons = find_reasons(figure, stood, last.method, row, overlaps)
    if reasons:
        if waiting is not None or any(one.state == REJECTED and one.value == row.value for one in known):
            return []  # it waits already, or somebody refused this very value
        return [replace(new, why="; ".join(reasons))]
    if not is_due:
        return _withdraw(waiting, as_of)
    return [*_withdraw(waiting, as_of), replace(new, state=PUBLISHED, decided_on=as_of, why="revised at its cadence")]


def _new_vintage(figure: Figure, row: Figures, known: Sequence[Vintages], as_of: date) -> Vintages:
    number = max((one.number for one in known), default=0) + 1
    return Vintages(
        figure=row.figure, number=number, as_of=row.as_of, state=WAITING, offered_on=as_of, decided_on=None, why="",
        value=row.value, n_jobs=row.n_jobs, method=digest_method(figure, row.rung), content=freeze(row),
    )  # fmt: skip


def _withdraw(waiting: Vintages | None, as_of: date) -> list[Vintages]:
    return [] if waiting is None else [replace(waiting, state=WITHDRAWN, decided_on=as_of)]


def _is_another(stood: Figures, row: Figures, as_of: date) -> bool:
    """Whether a row is a revision: another value, by more than rounding; or the same of later days, where these age.

    A vintage is taken anew before its reference period makes it stale, also when its value is the same.
    """
    if row.status == "stale" and stood.period_to == row.period_to:
        return False
    ages = stood.period_to is not None and row.period_to is not None and stood.period_to < row.period_to
    if ages and _judge_on(stood, as_of + UNTIL_NEXT).status == "stale":
        return True
    if (stood.bare_value or stood.value) == (row.bare_value or row.value):
        return False
    return not differences.is_rounding(notes.rows_of(stood), notes.rows_of(row))


def find_reasons(
    figure: Figure, stood: Figures, method: str, row: Figures, overlaps: differences.Overlaps
) -> list[str]:
    """Why a new vintage waits for review; [] where it may be published as it is."""
    reasons = []
    if stood.rung not in (row.rung, CARRIED):
        reasons.append(f"another rung: {stood.rung}, now {row.rung}")
    elif digest_method(figure, row.rung) != method:
        reasons.append("another method")
    gone, came = set(stood.sources) - set(row.sources), set(row.sources) - set(stood.sources)
    if gone or came:
        said = [f"without {', '.join(sorted(gone))}" if gone else "", f"with {', '.join(sorted(came))}" if came else ""]
        reasons.append(f"other sources: {' and '.join(filter(None, said))}")
    if (row.n_jobs or 0) < MAX_LOST * (stood.n_jobs or 0):
        reasons.append(f"n fell from {stood.n_jobs:,} to {row.n_jobs or 0:,}")
    said_change = overlaps.find_jump(figure, stood, row)
    if said_change is not None:
        reasons.append(said_change)
    return reasons


# --- what is published ------------------------------------------------------------------------------------


def published_rows(
    con: Connection, figures: Mapping[str, Figure], ledger: Sequence[Figures], as_of: date
) -> list[Figures]:
    """What stands published of each figure of a ledger, as it is to be read on a day, in the ledger's order.

    Figures without a vintage are as in the ledger; those that gather others are made of what is published of these.
    """
    known = read_vintages(con)
    rows: dict[str, Figures] = {}
    for row in ledger:
        vintages = known.get(row.figure, ())
        last = last_published(vintages)
        stands = row if last is None else _as_read_on(thaw(last.content), waiting_one(vintages), as_of)
        rows[row.figure] = stands
    return regather(con, figures, rows, as_of)


def _as_read_on(row: Figures, waiting: Vintages | None, as_of: date) -> Figures:
    """A published row with what the days since then, and a review that is due, say of it."""
    if row.value is None:
        return row
    verdict = _judge_on(row, as_of)
    if verdict.status == "suppressed":
        return replace(
            row, status="suppressed", reason=verdict.reason, value=None, bare_value=None, qualifier=None,
            value_json=None,
        )  # fmt: skip
    said = (row.qualifier or "").split("; ")
    status, reason = row.status, row.reason
    if verdict.status == "stale" and row.status != "stale" and row.period_to is not None:
        said.append(notes.words_of_period(row.basis, row.period_from, row.period_to))
        status, reason = verdict.status, verdict.reason
    if waiting is not None:
        said.append(f"under review since {numbers.day(waiting.offered_on)}")
        if (as_of - waiting.offered_on).days > MAX_DAYS_WAITING:
            status, reason = "stale", f"{waiting.why}; not reviewed since {numbers.day(waiting.offered_on)}"
    words = "; ".join(dict.fromkeys(filter(None, said))) or None
    bare = row.bare_value or row.value
    return replace(row, status=status, reason=reason, qualifier=words, value=numbers.qualify(bare, [words]))


def _judge_on(row: Figures, on: date) -> Verdict:
    """What the days since its reference period make of a row."""
    verdict = Verdict(status=row.status, reason=row.reason, n_jobs=row.n_jobs, n_employers=row.n_employers)
    rows = notes.rows_of(row)
    due_on = rows[0].get("due_on") if rows else None
    return judge_age(
        verdict, row.basis or "", row.period_to, on, due_on=None if due_on is None else date.fromisoformat(due_on)
    )


# --- a person's word --------------------------------------------------------------------------------------


class NotWaitingError(ValueError):
    """A figure has no vintage that waits for review. The message names those that do."""


def decide(
    vintages: Mapping[str, Sequence[Vintages]], figure: str, *, accepts: bool, reason: str, on: date
) -> Vintages:
    """The waiting vintage of a figure as it is after a person's word. Raises `NotWaitingError`."""
    waiting = waiting_one(vintages.get(figure, ()))
    if waiting is None:
        names = sorted(name for name, known in vintages.items() if waiting_one(known))
        raise NotWaitingError(f"{figure} does not wait for review; {', '.join(names) or 'nothing'} does")
    return replace(waiting, state=PUBLISHED if accepts else REJECTED, decided_on=on, reason=reason)


def correct(figure: Figure, row: Figures, known: Sequence[Vintages], *, erratum: str, on: date) -> list[Vintages]:
    """A vintage that corrects an error at once, with what was wrong, in place of one that waits."""
    new = _new_vintage(figure, row, known, on)
    made = replace(new, state=PUBLISHED, decided_on=on, why="correction", reason=erratum, is_correction=True)
    return [*_withdraw(waiting_one(known), on), made]
