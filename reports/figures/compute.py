"""Compute the figures of a day: the rungs of each are tried in order, and a row of the ledger is made.

The first rung that has enough data is printed, with its name when it is not the first; bases are never blended. A
figure changes to a better rung when that has held for three months (`MIN_DAYS_HELD`), at once where the rung in use no
longer holds. A value whose reference period is long past is stale and says so. When the rung in use falls below its
rules and no better one holds, its last accepted value is kept as stale, and only when that is too old a worse rung
follows. Else the figure is withheld with its reason, how far it is from being printed, and the nearest figures.

A figure of an address has no ledger before a guide shows it. What it said last is computed from the marts of that day
(`_recall`), so that it speaks as if it had been computed every night.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from reports.figures import query
from reports.figures.addresses import declare
from reports.figures.catalogue import KNOWN, declarations, find_id
from reports.figures.claims import UNKNOWN_PUBLISHER, Claim
from reports.figures.declaration import CARRIED, WITHHELD, Fallback, Figure
from reports.figures.pay_figures import REGIONS_PAY
from reports.figures.printed_days import DAYS_PRINTED, MIN_PART_LEFT, PrintedDay, find_in_use, is_remnant
from reports.figures.query import Connection
from reports.figures.verdicts import MAX_DAYS_OF_YEARS, OWN_BASES, Verdict, judge_age
from reports.wording import gaps, notes, numbers, pay
from reports.wording.numbers import Row, Rows
from transforms.records.vocabulary import FIGURE_STATES
from warehouse.mart_tables import Figures, NearestFigure, SourceContribution
from warehouse.marts import staging

SNAPSHOTS_KEPT = 10
"""Archive files named per source in the ledger, newest first; `explain` counts all of them."""


@dataclass(frozen=True, kw_only=True)
class FigureInputs:
    """What is the same for all figures of one day.

    `barred` are sources whose aggregates may not be republished, `boards` the counts of boards by place. `remembered`
    has the last accepted value of each figure that has one by a rung of today, `ledger_days` the days that the ledger
    has of each figure of an address. `batches` keeps what each SELECT that gives the rows of several figures found,
    `found` what others did, `behind` what each SELECT of archive files found, by cell, `earlier` all of this for other
    days. Figures and rungs that are `alone` share no SELECT with another that is asked for, and are read by their own.
    """

    as_of: date
    code_version: str
    barred: frozenset[str]
    remembered: Mapping[str, Row] = field(default_factory=dict)
    boards: Mapping[tuple[str, str], gaps.Boards] = field(default_factory=dict)
    ledger_days: Mapping[str, frozenset[date]] = field(default_factory=dict)
    batches: dict[str, dict[tuple[object, ...], list[dict[str, Any]]]] = field(default_factory=dict)
    found: dict[str, Rows] = field(default_factory=dict)
    behind: dict[str, dict[tuple[str, ...], list[Row]]] = field(default_factory=dict)
    earlier: dict[date, FigureInputs] = field(default_factory=dict)
    alone: frozenset[tuple[str, str]] = frozenset()

    def on(self, day: date) -> FigureInputs:
        """The same for an earlier day, without what it remembers."""
        if day not in self.earlier:
            self.earlier[day] = FigureInputs(
                as_of=day, code_version=self.code_version, barred=self.barred, alone=self.alone
            )
        return self.earlier[day]


def inputs_of(con: Connection, as_of: date, code_version: str) -> FigureInputs:
    """Read what is the same for all figures of a day."""
    sources = query.read(con, "SELECT source FROM core.sources WHERE NOT is_republishable")
    boards = query.read(con, query.fill("boards", {"as_of": as_of}))
    return FigureInputs(
        as_of=as_of,
        code_version=code_version,
        barred=frozenset(row["source"] for row in sources),
        boards={(row.pop("region_level"), row.pop("region")): gaps.Boards(**row) for row in boards},
    )


def compute_figures(con: Connection, as_of: date, *, code_version: str, also: Collection[str] = ()) -> list[Figures]:
    """The ledger rows of one day, one per figure, in order of declaration; `also` are addresses of others.

    Reads mart.*, core.* and, for the last accepted values, the earlier days of mart.figures; writes nothing.
    A rung that rests on a source whose aggregates may not be republished is passed over.
    """
    figures = declarations(con, also)
    inputs = inputs_of(con, as_of, code_version)
    inputs = _with_memory(con, figures, inputs, addresses={find_id(name) for name in also} - KNOWN.keys())
    rows: dict[str, Figures] = {}
    for figure in figures.values():
        if figure.claim is not None:
            rows[figure.id] = _cite(figure, figure.claim, inputs)
        elif figure.retired is not None:
            verdict = Verdict(status="suppressed", reason=figure.retired, n_jobs=None, n_employers=None)
            sql = query.fill("history", {"figure": figure.id, "rungs": (), "as_of": as_of})  # what it said before
            rows[figure.id] = _row(figure, inputs, verdict, rung=WITHHELD, sql=sql)
        elif figure.gathers is not None:
            kin = [(name, row) for name, row in rows.items() if re.fullmatch(figure.gathers, name)]
            members = [(figures[name], _with_nearest(row, figures, rows)) for name, row in kin]
            rows[figure.id] = _gather(figure, members, inputs)
        elif figure.alias_of is not None:
            rows[figure.id] = replace(rows[figure.alias_of], figure=figure.id, title=figure.title)
        else:
            rows[figure.id] = _measure(con, figure, inputs)
    return [_with_nearest(row, figures, rows) for row in rows.values()]


def regather(con: Connection, figures: Mapping[str, Figure], rows: Mapping[str, Figures], as_of: date) -> list[Figures]:
    """Rows of which the figures that gather others, and aliases, are made anew of the others, in their order.

    Their day is the newest of those that they show. Where a figure is withheld, the nearest that are offered are as
    they stand in these rows.
    """
    inputs = inputs_of(con, as_of, next(iter(rows.values())).code_version) if rows else None
    result: dict[str, Figures] = {}
    for name, row in rows.items():
        figure = figures.get(name)
        if inputs is not None and figure is not None and figure.gathers is not None:
            kin = [(other, one) for other, one in result.items() if re.fullmatch(figure.gathers, other)]
            members = [(figures[other], one) for other, one in kin if other in figures]
            days = [one.as_of for _, one in members if one.value is not None] or [one.as_of for _, one in members]
            table = _gather(figure, members, replace(inputs, as_of=max(days, default=row.as_of)))
            result[name] = replace(table, sql=query.fill("published_members", {"pattern": figure.gathers}))
        elif figure is not None and figure.alias_of in result:
            result[name] = replace(result[figure.alias_of], figure=name, title=figure.title)
        else:
            result[name] = row
    return [_with_nearest(row, figures, result) if name in figures else row for name, row in result.items()]


def compute_asked(con: Connection, ids: Collection[str], as_of: date, *, code_version: str) -> list[Figures]:
    """The ledger rows that figures of addresses have on a day, without any others; writes nothing.

    They have no nearest figures. Raises `AddressError` where an address is of none.
    """
    figures = {name: declare(name) for name in ids}
    inputs = inputs_of(con, as_of, code_version)
    inputs = replace(inputs, alone=_find_alone(figures.values(), as_of))
    inputs = _with_memory(con, figures, inputs, addresses=figures.keys())
    days = _list_days(con, figures.values(), inputs) if len(figures) > 1 else set()
    with staging.stage_macros(con, days, STAGED_FOR_FIGURES):
        return [_measure(con, figure, inputs) for figure in figures.values()]


def _find_alone(figures: Iterable[Figure], as_of: date) -> frozenset[tuple[str, str]]:
    """The figures and rungs that share no SELECT with another, by id and name."""
    by_batch: dict[str, list[tuple[str, str]]] = {}
    for figure in figures:
        for rung in figure.rungs:
            if rung.batch is not None:
                parameters = _share_parameters(rung, rung.sql, parameters_of(figure, rung, as_of))
                by_batch.setdefault(f"{rung.sql} {parameters}", []).append((figure.id, rung.name))
    return frozenset(rungs[0] for rungs in by_batch.values() if len(rungs) == 1)


STAGED_FOR_FIGURES = ("stock_postings", "panel_jobs")
"""What is computed once for what stands behind all figures of a day. More would take as long as it saves."""


def _list_days(con: Connection, figures: Iterable[Figure], inputs: FigureInputs) -> set[date]:
    """The days that figures of addresses speak for, by their first rungs: today, or the last on which they held."""
    days = set()
    for figure in figures:
        rung = figure.rungs[0]
        if _attempt(con, figure, rung, inputs).verdict.status != "suppressed":
            days.add(inputs.as_of)
        elif printed_day := _find_last_printed(con, figure, rung, inputs, None):
            days.add(printed_day.day)
    return days


MAX_NEAREST = 3
"""Most figures that are offered in place of one that is withheld."""


def _with_nearest(row: Figures, figures: Mapping[str, Figure], rows: Mapping[str, Figures]) -> Figures:
    """A row with the nearest figures that have a value, where it is withheld: of one kind those of most jobs first."""
    if row.value is not None:
        return row
    near = [rows[name] for name in figures[row.figure].nearest if name in rows and rows[name].value is not None]
    kinds = list(dict.fromkeys(_kind_of(figures[one.figure]) for one in near))
    near.sort(key=lambda one: (kinds.index(_kind_of(figures[one.figure])), -(one.n_jobs or 0)))
    offers = (NearestFigure(figure=n.figure, title=n.title, value=n.value or "") for n in near[:MAX_NEAREST])
    return replace(row, nearest=tuple(offers))


def _kind_of(figure: Figure) -> tuple[str, object]:
    """What kind of figure it is, and of what kind of place."""
    return figure.id.partition(".")[0], figure.parameters.get("region_level")


# --- the ladder ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What one rung gives: the rows it found and their verdict. `given` are the parameters of its SELECTs."""

    rung: Fallback
    given: Mapping[str, object]
    rows: Rows
    verdict: Verdict

    @property
    def sql(self) -> str:
        """Its SELECT."""
        return query.fill(self.rung.sql, self.given)

    @property
    def adverts(self) -> str:
        """The SELECT of the adverts behind its rows."""
        return query.fill(self.rung.behind, self.given)


def climb(con: Connection, figure: Figure, inputs: FigureInputs) -> Iterator[Attempt]:
    """Each rung of a figure in order."""
    for rung in figure.rungs:
        yield _attempt(con, figure, rung, inputs)


def _attempt(con: Connection, figure: Figure, rung: Fallback, inputs: FigureInputs) -> Attempt:
    parameters = parameters_of(figure, rung, inputs.as_of)
    rows = _rows_of(con, figure, rung, parameters, inputs)
    return Attempt(rung=rung, given=parameters, rows=rows, verdict=figure.judge(rows))


def parameters_of(figure: Figure, rung: Fallback, as_of: date) -> dict[str, object]:
    """The parameters of a rung's SELECTs."""
    own = {"as_of": as_of, "basis": rung.basis}
    return {**own, **figure.parameters, **rung.parameters}


def _rows_of(
    con: Connection, figure: Figure, rung: Fallback, parameters: Mapping[str, object], inputs: FigureInputs
) -> Rows:
    return _read_rows(con, figure, rung, rung.sql, parameters, inputs)


def _read_rows(
    con: Connection, figure: Figure, rung: Fallback, sql: str, parameters: Mapping[str, object], inputs: FigureInputs
) -> Rows:
    """The rows of a SELECT, by its file's name, of a figure's rung: read with those of others where it can be."""
    is_alone = rung.batch is None or not rung.batch.parameters.keys() <= query.parameters_in(sql)
    if rung.batch is None or is_alone or (figure.id, rung.name) in inputs.alone:
        return _read_once(con, query.fill(sql, parameters), inputs)
    batch_parameters = _share_parameters(rung, sql, parameters)
    batch = f"{sql} {batch_parameters}"  # as good a key as the SELECT, which takes ten times as long to fill in
    if batch not in inputs.batches:
        inputs.batches[batch] = {}
        for row in query.read(con, query.fill(sql, batch_parameters)):
            key = tuple(row[column] for column in rung.batch.columns.values())
            inputs.batches[batch].setdefault(key, []).append(row)
    own = [parameters[name] for name in rung.batch.columns]
    keys = dict.fromkeys(itertools.product(*(value if isinstance(value, tuple) else (value,) for value in own)))
    groups = inputs.batches[batch]
    return [row for key in keys for row in groups.get(key, ())]


def _share_parameters(rung: Fallback, sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a SELECT that gives the rows of all figures of a rung's batch."""
    names = query.parameters_in(sql)
    wider = rung.batch.parameters if rung.batch else {}
    return {name: value for name, value in {**parameters, **wider}.items() if name in names}


def _read_once(con: Connection, sql: str, inputs: FigureInputs) -> Rows:
    """The rows of a SELECT that several figures, or several questions about one, may ask."""
    if sql not in inputs.found:
        inputs.found[sql] = query.read(con, sql)
    return inputs.found[sql]


@dataclass(frozen=True, kw_only=True)
class _JudgedAttempt:
    """An attempt with what stands behind it, and the verdict by its rules, its age, and what stood before."""

    attempt: Attempt
    behind: Rows
    period: tuple[date | None, date | None]
    verdict: Verdict
    is_barred: bool

    @property
    def is_refused(self) -> bool:
        """Whether it may not be printed."""
        return self.verdict.status == "suppressed"


def _measure(con: Connection, figure: Figure, inputs: FigureInputs) -> Figures:
    last = inputs.remembered.get(figure.id)
    if figure.id in inputs.ledger_days:
        last = _recall(con, figure, inputs, last)
    in_use = None if last is None else _number_of_rung(figure, last["rung"])
    waiting: _JudgedAttempt | None = None
    refusals: list[_JudgedAttempt] = []
    old_row: Figures | None = None
    for number, attempt in enumerate(climb(con, figure, inputs)):
        if in_use is not None and number > in_use:
            old_row = old_row or (None if waiting else _carry_over(figure, inputs, last, refusals[-1].verdict))
            if waiting or old_row:
                break  # a better rung, or what was read a while ago, stands before a worse one
        candidate = _judge(con, figure, attempt, number, last, inputs)
        if candidate.is_refused:
            refusals.append(candidate)
        elif in_use is None or number >= in_use or _has_held(con, figure, candidate):
            return _print(figure, candidate, inputs)
        else:
            waiting = waiting or candidate
    if waiting:
        return _print(figure, waiting, inputs)
    if not refusals:
        raise ValueError(f"figure {figure.id} has no rung")
    return old_row or _carry_over(figure, inputs, last, refusals[-1].verdict) or _withhold(figure, refusals, inputs)


def _judge(
    con: Connection, figure: Figure, attempt: Attempt, number: int, last: Row | None, inputs: FigureInputs
) -> _JudgedAttempt:
    verdict = attempt.verdict
    behind = behind_of(con, figure, attempt, inputs) if verdict.status != "suppressed" else []
    period = _period(attempt.rows, behind)
    verdict = judge_age(verdict, attempt.rung.basis, period[1], inputs.as_of, due_on=_due_on(attempt.rows))
    if why := _why_not_instead(figure, last, number, verdict, period[1], inputs.as_of):
        verdict = replace(verdict, status="suppressed", reason=why)
    barred_sources = inputs.barred.intersection(row["source"] for row in behind)
    if barred_sources:
        reason = f"{', '.join(sorted(barred_sources))} may not be republished"
        verdict = replace(verdict, status="suppressed", reason=reason)
    return _JudgedAttempt(
        attempt=attempt, behind=behind, period=period, verdict=verdict, is_barred=bool(barred_sources)
    )


def _print(figure: Figure, candidate: _JudgedAttempt, inputs: FigureInputs) -> Figures:
    """The row of a figure whose value a rung gives."""
    attempt, behind = candidate.attempt, candidate.behind
    files, contributions = files_of(behind), _contributions(behind)
    keeps_all = figure.renderer.names_withheld
    is_dated = candidate.verdict.status == "stale" or attempt.rung.basis not in OWN_BASES
    return _row(
        figure,
        inputs,
        candidate.verdict,
        basis=attempt.rung.basis,
        rung=attempt.rung.name,
        rows=[row for row in attempt.rows if keeps_all or row.get("status") != "suppressed"],
        qualifiers=[
            attempt.rung.describe(attempt.rows),
            _words_of(attempt.rung.basis, candidate.period) if is_dated else None,
            _low_confidence(attempt.verdict, attempt.rows),
        ],
        period=candidate.period,
        sql=attempt.sql,
        sources=tuple(files),
        behind=contributions,
        snapshots=tuple(name for names in files.values() for name in names[:SNAPSHOTS_KEPT]),
        read_on=_oldest(contributions),
    )


def _withhold(figure: Figure, attempts: Sequence[_JudgedAttempt], inputs: FigureInputs) -> Figures:
    """The row of a figure that no rung gives a value: the first says why, all say how far they are from it."""
    first = attempts[0]
    place = (str(first.attempt.given.get("region_level", "world")), str(first.attempt.given.get("region", "World")))
    refusals = [
        gaps.Refusal(
            rung=one.attempt.rung.name,
            basis=one.attempt.rung.basis,
            row=one.attempt.rows[0] if one.attempt.rows else None,
            is_by_rules=one.attempt.verdict.status == "suppressed",
            is_barred=one.is_barred,
            reason=one.verdict.reason or "",
        )
        for one in attempts
    ]
    return _row(
        figure,
        inputs,
        first.verdict,
        basis=first.attempt.rung.basis,
        rung=WITHHELD,
        sql=first.attempt.sql,
        missing=gaps.describe(refusals, inputs.boards.get(place)),
    )


def _number_of_rung(figure: Figure, name: str) -> int:
    """The place of a rung in the ladder of a figure that has it."""
    return next(number for number, rung in enumerate(figure.rungs) if rung.name == name)


MIN_DAYS_HELD = 90
"""Days for which a better rung must have held before a figure changes to it: three months. Counted from the first of
these days in the ledger to the newest reading behind it, so that days without readings change nothing."""


def _has_held(con: Connection, figure: Figure, candidate: _JudgedAttempt) -> bool:
    """Whether a better rung than the one in use has held on all days of the ledger for long enough."""
    parameters = {**candidate.attempt.given, "figure": figure.id, "first_on": date.min}
    since = query.read(con, query.fill("held", parameters))[0]["since"]
    last_on = candidate.period[1]
    return since is not None and last_on is not None and (last_on - since).days >= MIN_DAYS_HELD


def _why_not_instead(
    figure: Figure, last: Row | None, number: int, verdict: Verdict, period_to: date | None, as_of: date
) -> str | None:
    """Why the value of a rung does not take the place of the last accepted one; None where it may.

    What others collected takes the place of what we read only when it speaks of later days, so that days alone never
    change a value.
    """
    if last is None or verdict.status == "suppressed":
        return None
    before = _number_of_rung(figure, last["rung"])
    if number > before and period_to is not None and period_to <= last["period_to"]:
        return f"nothing newer than {numbers.day(last['period_to'])} was read"
    is_kept = judge_age(verdict, last["basis"], last["period_to"], as_of).status != "suppressed"
    if number == before and is_kept and (verdict.n_jobs or 0) < MIN_PART_LEFT * (last["n_jobs"] or 0):
        return f"of {last['n_jobs']:,} jobs {verdict.n_jobs:,} are left in boards that are still read"
    return None


def _low_confidence(verdict: Verdict, rows: Rows) -> str | None:
    """Low confidence is said behind a single value; where there are several, their text marks each unsure one."""
    if verdict.status != "low":
        return None
    is_marked = len(rows) > 1 and any(row.get("status") == "low" for row in rows)
    return None if is_marked else numbers.LOW_CONFIDENCE


def _with_memory(
    con: Connection, figures: Mapping[str, Figure], inputs: FigureInputs, *, addresses: Collection[str]
) -> FigureInputs:
    """What is the same for all figures, with what the ledger has of them; of `addresses` it has only some days."""
    days: dict[str, set[date]] = {name: set() for name in addresses}
    if days:
        for row in query.read(con, query.fill("days_in_ledger", {"figures": tuple(days), "as_of": inputs.as_of})):
            days[row["figure"]].add(row["as_of"])
    ledger_days = {name: frozenset(dates) for name, dates in days.items()}
    return replace(inputs, remembered=_remember(con, figures, inputs), ledger_days=ledger_days)


def _recall(con: Connection, figure: Figure, inputs: FigureInputs, last: Row | None) -> Row | None:
    """The last accepted value of a figure of an address: that of the ledger, or one that the ledger has not.

    The rungs are tried in order: one that holds today needs no memory; of another the marts say on which day it last
    held, and what it said then is computed, with its SELECT of that day, unless it is too old by now.
    """
    for number, rung in enumerate(figure.rungs):
        ledger_row = last if last is not None and last["rung"] == rung.name else None
        printed_day = _find_last_printed(con, figure, rung, inputs, ledger_row)
        now = _judge(con, figure, _attempt(con, figure, rung, inputs), number, None, inputs)
        if not now.is_refused and not is_remnant(now.verdict.n_jobs, printed_day, rung.basis, inputs.as_of):
            return last
        if printed_day is not None and (ledger_row is None or printed_day.day > ledger_row["as_of"]):
            then = inputs.on(printed_day.day)
            candidate = _judge(con, figure, _attempt(con, figure, rung, then), number, None, then)
            row = _print(figure, candidate, then)
            due_on = _due_on(candidate.attempt.rows)
            age = judge_age(candidate.verdict, rung.basis, row.period_to, inputs.as_of, due_on=due_on)
            if age.status != "suppressed":
                period_to = row.period_to or row.read_on or row.as_of
                return {**dataclasses.asdict(row), "period_to": period_to}
        if ledger_row is not None:
            return ledger_row
    return last


def _find_last_printed(
    con: Connection, figure: Figure, rung: Fallback, inputs: FigureInputs, ledger_row: Row | None
) -> PrintedDay | None:
    """The day of the value in use of a rung before today; `ledger_row` is what the ledger has of it."""
    first_on = inputs.as_of - timedelta(days=MAX_DAYS_OF_YEARS)
    parameters = {**parameters_of(figure, rung, inputs.as_of), "first_on": first_on}
    rows = _read_rows(con, figure, rung, DAYS_PRINTED[rung.sql], parameters, inputs)
    days = (PrintedDay(row["as_of"], row["n_jobs"] or 0) for row in rows)
    other_days = (one for one in days if one.day not in inputs.ledger_days[figure.id])
    return find_in_use(
        other_days,
        rung.basis,
        None if ledger_row is None else PrintedDay(ledger_row["as_of"], ledger_row["n_jobs"] or 0),
    )


def _remember(con: Connection, figures: Mapping[str, Figure], inputs: FigureInputs) -> dict[str, Row]:
    """The last accepted value of each figure by a rung that it has today, if it may still be published."""
    last_on: dict[str, date] = {}
    for row in query.read(con, query.fill("remembered", {"as_of": inputs.as_of})):
        name, day = row["figure"], row["last_on"]
        if name in figures and any(rung.name == row["rung"] for rung in figures[name].rungs):
            last_on[name] = max(last_on.get(name, day), day)
    days = tuple(sorted(set(last_on.values())))
    rows = query.read(con, query.fill("history_of_days", {"days": days})) if days else []
    return {
        row["figure"]: row
        for row in rows
        if last_on.get(row["figure"]) == row["as_of"] and not inputs.barred.intersection(row["sources"] or ())
    }


def _history(figure: Figure, inputs: FigureInputs) -> str:
    rungs = tuple(rung.name for rung in figure.rungs)
    return query.fill("history", {"figure": figure.id, "rungs": rungs, "as_of": inputs.as_of})


def _carry_over(figure: Figure, inputs: FigureInputs, last: Row | None, verdict: Verdict) -> Figures | None:
    """The last accepted value (`FigureInputs.remembered`) as stale; None when there is none, or it is too old."""
    if last is None:
        return None
    period, rows = (last["period_from"], last["period_to"]), json.loads(last["value_json"])
    stale_verdict = Verdict(
        status="stale",
        reason=f"{verdict.reason}; value of {numbers.day(last['as_of'])} kept",
        n_jobs=last["n_jobs"],
        n_employers=last["n_employers"],
    )
    due_on = _due_on(rows)
    if judge_age(stale_verdict, last["basis"], last["period_to"], inputs.as_of, due_on=due_on).status == "suppressed":
        return None
    return _row(
        figure,
        inputs,
        stale_verdict,
        basis=last["basis"],
        rung=CARRIED,
        rows=rows,
        qualifiers=[
            figure.rungs[_number_of_rung(figure, last["rung"])].describe(rows),
            _words_of(last["basis"], period),
            numbers.LOW_CONFIDENCE if last["status"] == "low" else None,
        ],
        period=period,
        value_json=last["value_json"],
        sql=last.get("sql") or _history(figure, inputs),
        sources=tuple(last["sources"] or ()),
        behind=contributions_of(last),
        snapshots=tuple(last["snapshots"] or ()),
        read_on=last["read_on"],
    )


# --- figures made of others ---------------------------------------------------------------------------


def _cite(figure: Figure, claim: Claim, inputs: FigureInputs) -> Figures:
    is_outdated = inputs.as_of > claim.verify_by
    reasons = [
        "the claim names no source" if claim.publisher is None else None,
        f"not verified again since {numbers.day(claim.verify_by)}" if is_outdated else None,
    ]
    reason = "; ".join(r for r in reasons if r) or None
    publisher = claim.publisher or UNKNOWN_PUBLISHER
    row = {
        "claim": claim.claim, "publisher": publisher, "work": claim.work,
        "published": claim.published, "caveat": claim.caveat, "parts": dict(claim.parts),
    }  # fmt: skip
    if claim.verified_on is not None:
        row["verified_on"] = claim.verified_on.isoformat()
    return _row(
        figure,
        inputs,
        Verdict(status="low" if reason else "published", reason=reason, n_jobs=None, n_employers=None),
        basis="cited",
        rung="cited",
        rows=[row],
        qualifiers=["cited", publisher, "not verified again in time" if is_outdated else None],
        sources=(claim.publisher,) if claim.publisher else (),
        verify_by=claim.verify_by,
    )


def _gather(figure: Figure, members: Sequence[tuple[Figure, Figures]], inputs: FigureInputs) -> Figures:
    """A table of figures. All regions are named; of countries those with a single job at least."""
    ledger_rows: list[Figures] = [row for _, row in members if row.value is not None]
    rows: list[Row] = []
    for member, row in members:
        if row.value is not None or row.n_jobs or figure.gathers == REGIONS_PAY:
            first: Row = notes.rows_of(row)[0] if row.value is not None else {"n_jobs": row.n_jobs}
            place = pay.name_place([first], member.place)
            rung = notes.describe_period(row) if row.rung == CARRIED else row.rung
            own: dict[str, Any] = {"place": place, "figure": row.figure, "value": row.value, "rung": rung}
            own |= {"region_name": member.place, "is_low": numbers.LOW_CONFIDENCE in (row.qualifier or "").split("; ")}
            own |= {"nearest": notes.name_nearest(row.nearest[0]) if row.nearest else None}
            if figure.shows_periods:
                own |= {"period": notes.describe_period(row), "period_to": row.period_to}
            rows.append({**first, **own, "status": row.status, "reason": row.reason})
    rows = list(figure.arrange(rows))
    ids = {row["figure"] for row in rows}
    ledger_rows = [row for row in ledger_rows if row.figure in ids]
    if ledger_rows:
        states = {row.status for row in ledger_rows}
        status = next(state for state in FIGURE_STATES if state in states)
        unsure = dict.fromkeys(row["place"] for row in rows if row["status"] == status)
        reason = ", ".join(unsure) if status != "published" else None
    else:
        status, reason = "suppressed", "no place has enough data"
    bases = {row.basis for row in ledger_rows}
    rungs = {row.rung for row in ledger_rows}
    n_jobs = sum(row.n_jobs or 0 for row in ledger_rows) if len(bases) < 2 else None  # kinds of pay are never added up
    days = [[day for row in ledger_rows if (day := getattr(row, name))] for name in ("period_from", "period_to")]
    period = (min(days[0], default=None), max(days[1], default=None)) if len(bases) == 1 else (None, None)
    employers = None  # an employer counts in several places, so the sum would count it twice
    return _row(
        figure,
        inputs,
        Verdict(status=status, reason=reason, n_jobs=n_jobs, n_employers=employers),
        basis=bases.pop() if len(bases) == 1 else None,
        rung=(rungs.pop() if len(rungs) == 1 else "named in each row") if ledger_rows else WITHHELD,
        rows=rows if ledger_rows else None,
        sql=query.fill("members", {"as_of": inputs.as_of, "pattern": figure.gathers or ""}),
        sources=tuple(sorted({source for row in ledger_rows for source in row.sources})),
        behind=_add_up(row.behind or () for row in ledger_rows),
        snapshots=tuple(sorted({name for row in ledger_rows for name in row.snapshots})),
        read_on=min((row.read_on for row in ledger_rows if row.read_on), default=None),
        period=period,
    )


def _row(
    figure: Figure,
    inputs: FigureInputs,
    verdict: Verdict,
    *,
    rows: Rows | None = None,
    qualifiers: Sequence[str | None] = (),
    period: tuple[date | None, date | None] = (None, None),
    **columns: Any,
) -> Figures:
    """A ledger row. `rows` are what is printed, None when the figure is withheld; `qualifiers` is said in brackets."""
    text = None if rows is None else figure.renderer.text(rows)
    qualifier = "; ".join(filter(None, qualifiers)) or None
    own: dict[str, Any] = {
        "status": verdict.status, "reason": verdict.reason, "n_jobs": verdict.n_jobs,
        "n_employers": verdict.n_employers, "missing": None, "nearest": (), "basis": None, "rung": None,
         "window_days": None, "sql": None,
        "period_from": period[0], "period_to": period[1],
        "sources": (), "behind": (), "snapshots": (), "read_on": None, "verify_by": None,
        "value": None if text is None else numbers.qualify(text, [qualifier]), "bare_value": text,
        "qualifier": None if text is None else qualifier,
        "value_json": None if rows is None else json.dumps(list(rows), ensure_ascii=False, default=date.isoformat),
    }  # fmt: skip
    return Figures(
        as_of=inputs.as_of,
        figure=figure.id,
        title=figure.entitle(rows or ()),
        kind=figure.kind,
        unit=figure.unit,
        code_version=inputs.code_version,
        baseline=figure.baseline,
        **(own | columns),
    )


# --- what stands behind -------------------------------------------------------------------------------


def behind_of(con: Connection, figure: Figure, attempt: Attempt, inputs: FigureInputs) -> Rows:
    """Archive files behind a figure, with the source, the board and the number of adverts of each."""
    sql = query.files_of(attempt.adverts)
    if sql not in inputs.behind:
        inputs.behind[sql] = {}
        for row in query.read(con, sql):
            inputs.behind[sql].setdefault(tuple(row.pop("cell")), []).append(row)
    by_cell = inputs.behind[sql]
    return [row for cell in figure.cells_of(attempt.rung) or by_cell for row in by_cell.get(cell, ())]


def files_of(behind: Rows) -> dict[str, list[str]]:
    """Archive files behind a figure by source, newest first."""
    files: dict[str, set[str]] = {}
    for row in behind:
        files.setdefault(row["source"], set()).add(row["warc"])
    return {source: sorted(names, reverse=True) for source, names in sorted(files.items())}


def contributions_of(row: Row) -> tuple[SourceContribution, ...]:
    """The column `behind` as the database gives it; nothing in rows of a version that had none."""
    return tuple(SourceContribution(**part) for part in row["behind"] or ())


def _period(rows: Rows, behind: Rows) -> tuple[date | None, date | None]:
    """The reference period of a figure: that of its rows where they have one, else of what stands behind them."""
    if rows and rows[0].get("period_to") is not None:
        return rows[0]["period_from"], rows[0]["period_to"]
    first = min((row["period_from"] for row in behind if row["period_from"] is not None), default=None)
    return first, max((row["period_to"] for row in behind if row["period_to"] is not None), default=None)


def _due_on(rows: Rows) -> date | None:
    """The day by which the next edition of what rows are of is due; None where that is not known."""
    day: date | str | None = rows[0].get("due_on") if rows else None
    return date.fromisoformat(day) if isinstance(day, str) else day


def _words_of(basis: str | None, period: tuple[date | None, date | None]) -> str | None:
    """A reference period in words; None where it is not known."""
    return None if period[1] is None else notes.words_of_period(basis, period[0], period[1])


def _contributions(behind: Rows) -> tuple[SourceContribution, ...]:
    """How many rows behind a figure are of each source, and the day by which half of them were last looked for.

    Each row was last looked for when its board was last read whole. Half of the rows, because one board read again must
    not make a crawl of long ago look fresh. The day is None for what only converts money.
    """
    counts: dict[str, int] = {}
    readings: dict[str, list[tuple[date, int]]] = {}
    for row in behind:
        source, n = row["source"], row["n"]
        counts[source] = counts.get(source, 0) + n
        if row["period_to"] is not None and n:
            readings.setdefault(source, []).append((row["period_to"], n))
    return tuple(
        SourceContribution(source=source, n=n, read_on=_day_of_half(readings.get(source, [])))
        for source, n in sorted(counts.items())
    )


def _day_of_half(days: list[tuple[date, int]]) -> date | None:
    """The first day by which half of the rows are reached; None without rows."""
    total, n_so_far = sum(n for _, n in days), 0
    for day, n in sorted(days):
        n_so_far += n
        if 2 * n_so_far >= total:
            return day
    return None


def _oldest(behind: Iterable[SourceContribution]) -> date | None:
    """The day a figure was read: a figure is as old as its oldest source."""
    return min((part.read_on for part in behind if part.read_on is not None), default=None)


def _add_up(parts: Iterable[Sequence[SourceContribution]]) -> tuple[SourceContribution, ...]:
    """What stands behind several figures: rows added up, the older day of a source."""
    by_source: dict[str, list[SourceContribution]] = {}
    for part in itertools.chain.from_iterable(parts):
        by_source.setdefault(part.source, []).append(part)
    return tuple(
        SourceContribution(source=source, n=sum(part.n for part in contributions), read_on=_oldest(contributions))
        for source, contributions in sorted(by_source.items())
    )
