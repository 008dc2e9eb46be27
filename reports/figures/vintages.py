"""Which vintage of each figure is published: what is revised, when, and what waits for a person's review.

The ledger says what a figure would be tonight; a vintage is a row of the ledger that was frozen as a whole, and the
last accepted one is what guide and page show. A figure is revised on the first night of a month, and keeps its vintage
where what is printed differs only by rounding. A new vintage waits for review when the difference is more than chance
explains, when method, rung, sources or the reading of the adverts are others, or when half of the jobs are gone
(`find_reasons`); meanwhile the figure says since when, and after `MAX_DAYS_WAITING` days it is stale. What was refused
is not offered again while it stays what it was. What may no longer be printed is withheld at once.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeGuard

from reports.figures import differences, query
from reports.figures.compute import contributions_of, regather
from reports.figures.declaration import CARRIED, Figure
from reports.figures.query import Connection
from reports.figures.verdicts import OWN_BASES, Verdict, judge_age
from reports.wording import notes, numbers
from warehouse.mart_tables import Figures, NearestFigure
from warehouse.ops_tables import EXITS_PUBLISHED, Vintages

MAX_DAYS_WAITING = 14
"""Days for which a figure waits for review before what is published of it counts as stale."""
MAX_LOST = 1 / 2
"""The part of the jobs that may be gone without a review."""
MIN_ADVERTS_OF_SOURCE = 6
"""Adverts of a source from which it is news that none is left, or that it came: where as many are expected there is
none one time in 400 (Poisson), as rarely as a number is beyond three standard errors."""
UNTIL_NEXT = timedelta(days=31)
"""Until the next revision at most."""
MANY = 5
"""Figures of a day from which it pays to compute once what stands behind all of them."""
UNDECIDED = "not decided yet"
"""Why a figure is withheld that has a value and no vintage: the next night that decides gives it one."""
PUBLISHED, WAITING, REJECTED, WITHDRAWN = "published", "waiting", "rejected", "withdrawn"
METHODS: Mapping[str, int] = {
    "mart.salary_bands": 1, "mart.shares": 1, "mart.closing_rates": 1, "mart.pay_disclosure": 2, "mart.reported_pay": 1,
    "mart.frame_coverage": 1, "mart.pay_ladder": 1, "pay_comparison": 2,
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
    columns: dict[str, Any] = json.loads(content)
    names = {field.name for field in dataclasses.fields(Figures)}
    row = {name: value for name, value in columns.items() if name in names}
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
    definitions = [
        (rung.name, query.text_of(rung.sql), str({**figure.parameters, **rung.parameters}), _versions_in(rung.sql))
        for rung in rungs
    ]
    return hashlib.sha256(repr(definitions).encode()).hexdigest()[:16]


def _versions_in(sql: str) -> list[tuple[str, int]]:
    text = query.text_of(sql)
    return [(name, version) for name, version in METHODS.items() if name in text]


# --- reading vintages -------------------------------------------------------------------------------------


def read_vintages(con: Connection, figures: Iterable[str] | None = None) -> dict[str, list[Vintages]]:
    """All vintages by figure, the oldest first; of some figures alone where they are named."""
    only = "" if figures is None else f" WHERE list_contains({query.literal(tuple(figures))}::VARCHAR[], figure)"
    vintages: dict[str, list[Vintages]] = {}
    for row in query.read(con, f"FROM ops.vintages{only} ORDER BY figure, number"):
        vintages.setdefault(row["figure"], []).append(Vintages(**row))
    return vintages


def last_published(vintages: Sequence[Vintages]) -> Vintages | None:
    """The vintage that stands; None before there is one."""
    return next((one for one in reversed(vintages) if one.state == PUBLISHED), None)


def waiting_one(vintages: Sequence[Vintages]) -> Vintages | None:
    """The vintage that waits for review; None when none does."""
    return next((one for one in reversed(vintages) if one.state == WAITING), None)


# --- a night --------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Night:
    """What is the same for all figures of a night. `is_due`: figures are revised. `barred` sources may not be shown."""

    as_of: date
    is_due: bool
    barred: frozenset[str]
    overlaps: differences.Overlaps


def revise(
    con: Connection,
    figures: Mapping[str, Figure],
    ledger: Sequence[Figures],
    as_of: date,
    *,
    is_monthly: bool = True,
    only_first: bool = False,
) -> list[Vintages]:
    """The vintages that a night makes, or whose state it changes, to be stored by figure and number.

    `figures` are declarations, `ledger` the rows of the night. Figures that gather others, and aliases, have none: they
    are made of what is published of the others. Without `is_monthly` every change of the printed form is a revision.
    `only_first`: figures that have a published vintage stay as they are, and the others get their first.
    """
    before = read_vintages(con)
    sources = query.read(con, "SELECT source FROM core.sources WHERE NOT is_republishable")
    night = _Night(
        as_of=as_of,
        is_due=not is_monthly or _is_first_of_month(con, as_of),
        barred=frozenset(row["source"] for row in sources),
        overlaps=differences.Overlaps(con),
    )
    vintages: list[Vintages] = []
    for row in ledger:
        figure, history = figures.get(row.figure), before.get(row.figure, [])
        if not _has_vintages(figure) or (only_first and last_published(history)):
            continue
        vintages += _revise_one(figure, row, history, night)
    return vintages


def find_compared_days(con: Connection, as_of: date, *, is_monthly: bool = True) -> list[date]:
    """Earlier days whose adverts a night that revises figures reads again, for `MANY` figures or more.

    Tonight's value of a figure is compared with the adverts behind its published one.
    """
    if is_monthly and not _is_first_of_month(con, as_of):
        return []
    standing = filter(None, map(last_published, read_vintages(con).values()))
    n_of = Counter(one.as_of for one in standing if one.value is not None and one.as_of < as_of)
    return sorted(day for day, n in n_of.items() if n >= MANY)


def _has_vintages(figure: Figure | None) -> TypeGuard[Figure]:
    """Whether a figure is decided on by itself: it is declared, and not built from other published figures."""
    return figure is not None and figure.gathers is None and figure.alias_of is None


def _is_first_of_month(con: Connection, as_of: date) -> bool:
    """Whether no night of the month has figures before this one."""
    rows = query.read(con, f"SELECT max(as_of) AS day FROM mart.figures WHERE as_of < {query.literal(as_of)}")
    day = rows[0]["day"]
    return day is None or (day.year, day.month) != (as_of.year, as_of.month)


def revision_day(con: Connection, as_of: date) -> date:
    """The night of the calendar's last revision, the first of the month: cells without vintages are shown as of it.

    A day that a backfill added later does not count: nothing was decided on it.
    """
    month, day = query.literal(as_of.replace(day=1)), query.literal(as_of)
    days = (
        f"SELECT min(as_of) AS day FROM mart.figures WHERE as_of BETWEEN {month} AND {day} AND ("
        f"as_of IN (SELECT as_of FROM ops.runs WHERE exit_code IN {EXITS_PUBLISHED})"
        f" OR as_of IN (SELECT offered_on FROM ops.vintages))"
    )
    (row,) = query.read(con, days)
    return row["day"] or as_of


def last_decided_day(con: Connection) -> date | None:
    """The newest day for which a run decided what is published; None before there is a vintage.

    What was published for earlier days is final.
    """
    decisions = query.read(con, "SELECT max(greatest(offered_on, decided_on)) AS day FROM ops.vintages")
    nights = query.read(con, "SELECT max(as_of) AS day FROM mart.figures")
    day: date | None = decisions[0]["day"]
    return None if day is None else max(day, nights[0]["day"] or day)


def forget_undecided(con: Connection, as_of: date) -> None:
    """Forget what an earlier run of this day offered and nobody decided, so that the night decides again.

    What the run published stays. A vintage of an earlier night that it withdrew waits again, unless another followed.
    """
    day = query.literal(as_of)
    con.execute(f"DELETE FROM ops.vintages WHERE offered_on = {day} AND state = {query.literal(WAITING)}")
    con.execute(
        f"UPDATE ops.vintages AS v SET state = {query.literal(WAITING)}, decided_on = NULL"
        f" WHERE state = {query.literal(WITHDRAWN)} AND decided_on = {day} AND offered_on < {day}"
        " AND NOT EXISTS (FROM ops.vintages AS w WHERE w.figure = v.figure AND w.number > v.number)"
    )


def _is_of_earlier_run(one: Vintages, as_of: date) -> bool:
    """Whether an earlier run of the same day made a vintage, and no person decided on it: a later run decides again."""
    return one.offered_on == as_of and one.reason is None


def _revise_one(figure: Figure, row: Figures, history: Sequence[Vintages], night: _Night) -> list[Vintages]:
    last, waiting = last_published(history), waiting_one(history)
    new = _new_vintage(figure, row, history, night.as_of)

    def publish(why: str) -> list[Vintages]:
        return [*_withdraw(waiting, night.as_of), replace(new, state=PUBLISHED, decided_on=night.as_of, why=why)]

    if last is None:
        return publish("first vintage")
    last_row = thaw(last.content)
    if figure.claim is not None:  # a person has looked it up
        return publish("another claim") if _says(last_row) != _says(row) else []
    if row.value is None:
        if last.value is not None:
            return publish("withheld now")
        return publish("withheld for another reason") if night.is_due and _says(last_row) != _says(row) else []
    if sources := night.barred.intersection(last_row.sources if last.value is not None else ()):
        return publish(f"{', '.join(sorted(sources))} may not be republished")
    if last.value is None:
        is_due, why = True, "first value since it was withheld"
    else:
        if row.rung == CARRIED or not _is_another(last_row, row, night.as_of):
            return _withdraw(waiting, night.as_of)  # nothing to revise, or no longer
        is_again = _is_of_earlier_run(last, night.as_of)
        is_due = night.is_due or is_again or (_judge_on(last_row, night.as_of).status == "stale" != row.status)
        why = "revised by a later run of the day" if is_again else "revised at its cadence"
        if not is_due and waiting is None:
            return []
    if reasons := _find_reasons_since(history, figure, row, night):
        return [] if waiting or _is_refused(figure, row, history, night) else [replace(new, why="; ".join(reasons))]
    return publish(why) if is_due else _withdraw(waiting, night.as_of)


def _find_reasons_since(history: Sequence[Vintages], figure: Figure, row: Figures, night: _Night) -> list[str]:
    """Why a row waits, held against the last value that was published, if there ever was one.

    What an earlier run of the day published does not count: the day is decided again.
    """
    values = (one for one in reversed(history) if one.state == PUBLISHED and one.value is not None)
    before = next((one for one in values if not _is_of_earlier_run(one, night.as_of)), None)
    return [] if before is None else find_reasons(figure, thaw(before.content), before.method, row, night.overlaps)


def _is_refused(figure: Figure, row: Figures, history: Sequence[Vintages], night: _Night) -> bool:
    """Whether a person has refused, since the last vintage that was published, what a row says again."""
    last = last_published(history)
    refusals = [one for one in history if one.state == REJECTED and (last is None or one.number > last.number)]
    return any(not find_reasons(figure, thaw(one.content), one.method, row, night.overlaps) for one in refusals)


def _says(row: Figures) -> tuple[object, ...]:
    """What is printed of a claim, or of a figure that is withheld."""
    return row.value, row.status, row.reason, row.missing, row.value_json


def _new_vintage(figure: Figure, row: Figures, history: Sequence[Vintages], as_of: date) -> Vintages:
    number = max((one.number for one in history), default=0) + 1
    return Vintages(
        figure=row.figure, number=number, as_of=row.as_of, state=WAITING, offered_on=as_of, decided_on=None, why="",
        value=row.value, n_jobs=row.n_jobs, method=digest_method(figure, row.rung), content=freeze(row),
    )  # fmt: skip


def _withdraw(waiting: Vintages | None, as_of: date) -> list[Vintages]:
    return [] if waiting is None else [replace(waiting, state=WITHDRAWN, decided_on=as_of)]


def _is_another(last: Figures, row: Figures, as_of: date) -> bool:
    """Whether a row is a revision: its text or table is another, by more than rounding, or its sample is, or its days.

    The last where that which stands ages: a vintage is taken anew before its reference period makes it stale, also when
    its value is the same.
    """
    if row.status == "stale" and last.period_to == row.period_to:
        return False
    ages = last.period_to is not None and row.period_to is not None and last.period_to < row.period_to
    if ages and _judge_on(last, as_of + UNTIL_NEXT).status == "stale":
        return True
    if _name_sample(last) != _name_sample(row):
        return True
    if (last.bare_value or last.value) == (row.bare_value or row.value) and notes.table(last) == notes.table(row):
        return False
    return not differences.is_rounding(notes.rows_of(last), notes.rows_of(row))


def find_reasons(
    figure: Figure, last_row: Figures, method: str, row: Figures, overlaps: differences.Overlaps
) -> list[str]:
    """Why a new vintage waits for review; [] where it may be published as it is."""
    reasons = []
    if last_row.rung not in (row.rung, CARRIED):
        reasons.append(f"another rung: {last_row.rung}, now {row.rung}")
    elif digest_method(figure, row.rung) != method:
        reasons.append("another method")
    if (before := _name_sample(last_row)) != (now := _name_sample(row)):
        reasons.append(f"another sample: {before}, now {now}")
    old_only, new_only = _sources_apart(last_row, row), _sources_apart(row, last_row)
    if old_only or new_only:
        changes = [
            f"without {', '.join(sorted(old_only))}" if old_only else "",
            f"with {', '.join(sorted(new_only))}" if new_only else "",
        ]
        reasons.append(f"other sources: {' and '.join(filter(None, changes))}")
    if (row.n_jobs or 0) < MAX_LOST * (last_row.n_jobs or 0):
        reasons.append(f"n fell from {last_row.n_jobs:,} to {row.n_jobs or 0:,}")
    return reasons + overlaps.find_jump(figure, last_row, row)


def _name_sample(row: Figures) -> str:
    """From which boards a figure is; rows of a version that did not say are of boards known."""
    return notes.say_sample(row) or numbers.SAMPLE_WORDS["known"]


def _sources_apart(row: Figures, other: Figures) -> set[str]:
    """The sources of a row that another lacks: of our own adverts those with enough for that to be no chance, and none
    that only converts money."""
    n_of = {part.source: part.n for part in row.behind or ()}
    least = MIN_ADVERTS_OF_SOURCE if row.basis in OWN_BASES else 1
    apart = set(row.sources) - set(other.sources)
    return {source for source in apart if n_of.get(source, least) >= least}


# --- what is published ------------------------------------------------------------------------------------


def published_rows(
    con: Connection, figures: Mapping[str, Figure], ledger: Sequence[Figures], as_of: date
) -> list[Figures]:
    """What stands published of each figure of a ledger, as it is to be read on a day, in the ledger's order.

    A figure that no run has decided on yet is withheld; before anything is decided, the ledger is what is published.
    Figures that gather others are built from these rows.
    """
    by_figure = read_vintages(con)
    selects = _read_selects(con)
    is_decided = any(map(last_published, by_figure.values()))
    rows: dict[str, Figures] = {}
    for row in ledger:
        vintages = by_figure.get(row.figure, ())
        last = last_published(vintages)
        if last is None:
            is_undecided = is_decided and _has_vintages(figures.get(row.figure))
            rows[row.figure] = _withhold(replace(row, missing=None), UNDECIDED) if is_undecided else row
            continue
        stands = replace(thaw(last.content), sql=selects.get((last.figure, last.as_of)))
        rows[row.figure] = _as_read_on(stands, waiting_one(vintages), as_of)
    return regather(con, figures, rows, as_of)


def _read_selects(con: Connection) -> dict[tuple[str, date], str | None]:
    """The SELECT of each vintage that was published, by figure and day: the ledger keeps them."""
    rows = query.read(
        con,
        "SELECT figure, as_of, sql FROM mart.figures SEMI JOIN ops.vintages AS v USING (figure, as_of)"
        f" WHERE as_of IN (SELECT as_of FROM ops.vintages WHERE state = {query.literal(PUBLISHED)})",
    )
    return {(row["figure"], row["as_of"]): row["sql"] for row in rows}


def _as_read_on(row: Figures, waiting: Vintages | None, as_of: date) -> Figures:
    """A published row with what the days since then, and a review that is due, say of it."""
    if row.value is None:
        if waiting is None:
            return row
        return replace(row, reason=f"a new value is under review since {numbers.day(waiting.offered_on)}", missing=None)
    verdict = _judge_on(row, as_of)
    if verdict.status == "suppressed":
        return _withhold(row, verdict.reason)
    qualifiers = (row.qualifier or "").split("; ")
    status, reason = row.status, row.reason
    if verdict.status == "stale" and row.status != "stale" and row.period_to is not None:
        qualifiers.append(notes.words_of_period(row.basis, row.period_from, row.period_to))
        status, reason = verdict.status, verdict.reason
    if waiting is not None:
        qualifiers.append(f"under review since {numbers.day(waiting.offered_on)}")
        if (as_of - waiting.offered_on).days > MAX_DAYS_WAITING:
            status, reason = "stale", f"{waiting.why}; not reviewed since {numbers.day(waiting.offered_on)}"
    words = "; ".join(dict.fromkeys(filter(None, qualifiers))) or None
    bare = row.bare_value or row.value
    return replace(row, status=status, reason=reason, qualifier=words, value=numbers.qualify(bare, [words]))


def _withhold(row: Figures, reason: str | None) -> Figures:
    return replace(
        row, status="suppressed", reason=reason, value=None, bare_value=None, qualifier=None, value_json=None
    )


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
        names = sorted(name for name, history in vintages.items() if waiting_one(history))
        raise NotWaitingError(f"{figure} does not wait for review; what waits: {', '.join(names) or 'nothing'}")
    return replace(waiting, state=PUBLISHED if accepts else REJECTED, decided_on=on, reason=reason)


def correct(figure: Figure, row: Figures, history: Sequence[Vintages], *, erratum: str, on: date) -> list[Vintages]:
    """A vintage that corrects an error at once, with what was wrong, in place of one that waits."""
    new = _new_vintage(figure, row, history, on)
    correction = replace(new, state=PUBLISHED, decided_on=on, why="correction", reason=erratum, is_correction=True)
    return [*_withdraw(waiting_one(history), on), correction]
