"""Compute the figures of a day: the rungs of each are tried in order, and a row of the ledger is made.

Figures are read from the cells that are published (`warehouse.published`), or from those that a night offers. The first
rung that has enough data is printed, with its name when it is not the first; bases are never blended. A better rung
takes the place of the one that stood before it when its cell has had a value for three months (`MIN_DAYS_HELD`). A
value whose reference period is long past is stale and says so, then it is withheld. A withheld figure says why, how
far it is from being printed, and which figures are nearest.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from reports.figures import query
from reports.figures.addresses import declare
from reports.figures.catalogue import declarations
from reports.figures.claims import UNKNOWN_PUBLISHER, Claim
from reports.figures.declaration import WITHHELD, Fallback, Figure
from reports.figures.pay_figures import REGIONS_PAY
from reports.figures.query import Connection, Sql
from reports.figures.verdicts import OWN_BASES, Verdict, judge_age
from reports.wording import gaps, notes, numbers, pay
from reports.wording.numbers import Row, Rows
from transforms.records.definitions import DAYS_UNSAID
from transforms.records.vocabulary import FIGURE_STATES
from warehouse.mart_tables import Figures, NearestFigure, SourceContribution
from warehouse.ops_tables import Vintages
from warehouse.published import STANDING

SNAPSHOTS_KEPT = 10
"""Archive files named per source in the ledger, newest first; `explain` counts all of them."""
MIN_DAYS_HELD = timedelta(days=90)
"""For how long a better rung must have had a value before a figure changes to it: three months."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Which cells figures are read from: those that are published, of each list its vintage, or those of one day.

    `tables` names the schema, `comparison` the relation of `PayComparison`, `since` since when a cell has had a value.
    """

    tables: Sql
    comparison: Sql
    since: Sql


PUBLISHED_CELLS = Cells(
    tables=Sql("published"),
    comparison=Sql(f"(SELECT * EXCLUDE ({', '.join(STANDING)}) FROM published.pay_comparison)"),
    since=Sql("b.since"),
)
CELLS_OF_DAY = Cells(
    tables=Sql("mart"),
    comparison=Sql("(SELECT $as_of AS as_of, * FROM pay_comparison($as_of))"),
    since=Sql("NULL::DATE"),
)


@dataclass(frozen=True, kw_only=True)
class FigureInputs:
    """What is the same for all figures of one day.

    `standing` is the vintage of each list that stands; None: figures are those of the day's own marts. With
    `of_history` the cells of vintages are read from the marts of their days. `waiting` says since when another vintage
    of a list waits. `barred` are sources whose aggregates may not be republished, `boards` the counts of boards by
    place. `before` has the rows of the ledger of the day before: what stands behind a vintage is read once. `batches`
    keeps what each SELECT that gives the rows of several figures found, `found` what others did, `behind` what each
    SELECT of archive files found, by cell. Figures and rungs that are `alone` share no SELECT with another, and are
    read by their own.
    """

    as_of: date
    code_version: str
    barred: frozenset[str]
    standing: Mapping[str, Vintages] | None = None
    of_history: bool = False
    waiting: Mapping[str, date] = field(default_factory=dict)
    boards: Mapping[tuple[str, str], gaps.Boards] = field(default_factory=dict)
    before: Mapping[str, Row] = field(default_factory=dict)
    batches: dict[str, dict[tuple[object, ...], list[dict[str, Any]]]] = field(default_factory=dict)
    found: dict[str, Rows] = field(default_factory=dict)
    behind: dict[str, dict[tuple[str, ...], list[Row]]] = field(default_factory=dict)
    alone: frozenset[tuple[str, str]] = frozenset()

    @property
    def cells(self) -> Cells:
        """Where cells are read from."""
        return CELLS_OF_DAY if self.standing is None or self.of_history else PUBLISHED_CELLS

    def vintage_of(self, name: str) -> Vintages | None:
        """The vintage of a list that stands."""
        return None if self.standing is None else self.standing.get(name)

    def day_of(self, name: str) -> date:
        """The day whose cells a list has."""
        vintage = self.vintage_of(name)
        return self.as_of if vintage is None else vintage.as_of


def inputs_of(
    con: Connection,
    as_of: date,
    code_version: str,
    standing: Mapping[str, Vintages] | None = None,
    of_history: bool = False,
) -> FigureInputs:
    """Read what is the same for all figures of a day."""
    sources = query.read(con, "SELECT source FROM core.sources WHERE NOT is_republishable")
    inputs = FigureInputs(
        as_of=as_of,
        code_version=code_version,
        barred=frozenset(row["source"] for row in sources),
        standing=standing,
        of_history=of_history,
    )
    if standing is not None:
        waiting = query.read(con, "SELECT list, offered_on FROM ops.vintages WHERE state = 'waiting'")
        inputs = replace(inputs, waiting={row["list"]: row["offered_on"] for row in waiting})
    parameters = {"as_of": inputs.day_of("frame"), "tables": inputs.cells.tables}
    boards = query.read(con, query.fill("boards", parameters))
    return replace(inputs, boards={(row.pop("region_level"), row.pop("region")): gaps.Boards(**row) for row in boards})


def compute_figures(
    con: Connection,
    as_of: date,
    *,
    code_version: str,
    also: Collection[str] = (),
    standing: Mapping[str, Vintages] | None = None,
) -> list[Figures]:
    """The ledger rows of one day, one per figure, in order of declaration; `also` are addresses of others.

    They are of the vintages of lists that are `standing`, or of the marts of the day. Reads published.* or mart.*, and
    core.*; writes nothing. A rung that rests on a source whose aggregates may not be republished is passed over.
    """
    figures = declarations(con, also)
    inputs = inputs_of(con, as_of, code_version, standing)
    if standing is not None:
        inputs = replace(inputs, before=_read_before(con, as_of))
    rows: dict[str, Figures] = {}
    for figure in figures.values():
        if figure.claim is not None:
            rows[figure.id] = _cite(figure, figure.claim, inputs)
        elif figure.retired is not None:
            verdict = Verdict(status="suppressed", reason=figure.retired, n_jobs=None, n_employers=None)
            rows[figure.id] = _row(figure, inputs, verdict, rung=WITHHELD)
        elif figure.gathers is not None:
            kin = [(name, row) for name, row in rows.items() if re.fullmatch(figure.gathers, name)]
            members = [(figures[name], _with_nearest(row, figures, rows)) for name, row in kin]
            rows[figure.id] = _gather(figure, members, inputs)
        elif figure.alias_of is not None:
            rows[figure.id] = replace(rows[figure.alias_of], figure=figure.id, title=figure.title)
        else:
            rows[figure.id] = _measure(con, figure, inputs)
    return [_with_nearest(row, figures, rows) for row in rows.values()]


def _read_before(con: Connection, as_of: date) -> dict[str, Row]:
    """What stands behind each figure of the newest earlier day of the ledger, by figure."""
    day = f"SELECT max(as_of) FROM mart.figures WHERE as_of < {query.literal(as_of)}"
    columns = "figure, rung, list, vintage, sources, behind, snapshots, period_from, period_to, read_on"
    rows = query.read(con, f"SELECT {columns} FROM mart.figures WHERE as_of = ({day}) AND vintage IS NOT NULL")
    return {row["figure"]: row for row in rows}


def regather(con: Connection, figures: Mapping[str, Figure], rows: Mapping[str, Figures], as_of: date) -> list[Figures]:
    """The same rows, in their order, with those that gather others made again from the others.

    Where a figure is withheld, the nearest that are offered are as they stand in these rows.
    """
    inputs = inputs_of(con, as_of, next(iter(rows.values())).code_version) if rows else None
    result: dict[str, Figures] = {}
    for name, row in rows.items():
        figure = figures.get(name)
        if inputs is not None and figure is not None and figure.gathers is not None:
            kin = [(other, one) for other, one in result.items() if re.fullmatch(figure.gathers, other)]
            result[name] = _gather(figure, [(figures[other], one) for other, one in kin if other in figures], inputs)
        else:
            result[name] = row
    return [_with_nearest(row, figures, result) if name in figures else row for name, row in result.items()]


def compute_asked(
    con: Connection,
    ids: Collection[str],
    as_of: date,
    *,
    code_version: str,
    standing: Mapping[str, Vintages] | None = None,
) -> list[Figures]:
    """The ledger rows that figures of addresses have on a day, without any others; writes nothing.

    They have no nearest figures. Raises `AddressError` where an address is of none.
    """
    figures = {name: declare(name) for name in ids}
    inputs = inputs_of(con, as_of, code_version, standing)
    inputs = replace(inputs, alone=_find_alone(figures.values(), inputs))
    return [_measure(con, figure, inputs) for figure in figures.values()]


def _find_alone(figures: Iterable[Figure], inputs: FigureInputs) -> frozenset[tuple[str, str]]:
    """The figures and rungs that share no SELECT with another, by id and name."""
    by_batch: dict[str, list[tuple[str, str]]] = {}
    for figure in figures:
        for rung in figure.rungs:
            if rung.batch is not None:
                parameters = _share_parameters(rung, rung.sql, parameters_of(figure, rung, inputs))
                by_batch.setdefault(f"{rung.sql} {parameters}", []).append((figure.id, rung.name))
    return frozenset(rungs[0] for rungs in by_batch.values() if len(rungs) == 1)


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
    list: str
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

    @property
    def since(self) -> date | None:
        """Since when its cell has had a value in each vintage; None where that is not known."""
        return self.rows[0].get("since") if self.rows else None


def climb(con: Connection, figure: Figure, inputs: FigureInputs) -> Iterator[Attempt]:
    """Each rung of a figure in order."""
    for rung in figure.rungs:
        parameters = parameters_of(figure, rung, inputs)
        rows = _read_rows(con, figure, rung, parameters, inputs)
        yield Attempt(rung=rung, list=figure.list_of(rung), given=parameters, rows=rows, verdict=figure.judge(rows))


def parameters_of(figure: Figure, rung: Fallback, inputs: FigureInputs) -> dict[str, object]:
    """The parameters of a rung's SELECTs."""
    cells = inputs.cells
    own: dict[str, object] = {
        "as_of": inputs.day_of(figure.list_of(rung)), "basis": rung.basis, "tables": cells.tables,
        "comparison": cells.comparison, "since": cells.since,
    }  # fmt: skip
    return {**own, **figure.parameters, **rung.parameters}


def _read_rows(
    con: Connection, figure: Figure, rung: Fallback, parameters: Mapping[str, object], inputs: FigureInputs
) -> Rows:
    """The rows of a rung's SELECT: read with those of others where it can be."""
    sql = rung.sql
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
    names = set(query.parameters_in(sql))
    for piece in [value for name, value in parameters.items() if name in names and isinstance(value, Sql)]:
        names |= query.parameters_in_text(piece)
    wider = rung.batch.parameters if rung.batch else {}
    return {name: value for name, value in {**parameters, **wider}.items() if name in names}


def _read_once(con: Connection, sql: str, inputs: FigureInputs) -> Rows:
    """The rows of a SELECT that several figures, or several questions about one, may ask."""
    if sql not in inputs.found:
        inputs.found[sql] = query.read(con, sql)
    return inputs.found[sql]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What stands behind a value: sources, how much of each, archive files, and the days of the reference period."""

    sources: tuple[str, ...] = ()
    behind: tuple[SourceContribution, ...] = ()
    snapshots: tuple[str, ...] = ()
    period: tuple[date | None, date | None] = (None, None)
    read_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class JudgedAttempt:
    """An attempt with what stands behind it, and the verdict by its rules, its age and the terms of its sources."""

    attempt: Attempt
    evidence: Evidence
    verdict: Verdict
    is_barred: bool

    @property
    def is_refused(self) -> bool:
        """Whether it may not be printed."""
        return self.verdict.status == "suppressed"


def _measure(con: Connection, figure: Figure, inputs: FigureInputs) -> Figures:
    if not figure.rungs:
        raise ValueError(f"figure {figure.id} has no rung")
    chosen: JudgedAttempt | None = None
    refusals: list[JudgedAttempt] = []
    for attempt in climb(con, figure, inputs):
        if chosen is not None and not _stood_before(attempt, chosen.attempt, inputs.as_of):
            continue
        candidate = judge_attempt(con, figure, attempt, inputs)
        if not candidate.is_refused:
            chosen = candidate
        elif chosen is None:
            refusals.append(candidate)
    return _withhold(figure, refusals, inputs) if chosen is None else print_attempt(figure, chosen, inputs)


def _stood_before(attempt: Attempt, better: Attempt, as_of: date) -> bool:
    """Whether a worse rung had a value before a better one did, and the better one has not had one for long."""
    if attempt.since is None or better.since is None or attempt.verdict.status == "suppressed":
        return False
    return attempt.since < better.since and as_of - better.since < MIN_DAYS_HELD


def judge_attempt(con: Connection, figure: Figure, attempt: Attempt, inputs: FigureInputs) -> JudgedAttempt:
    """What stands behind an attempt, and whether it may be printed."""
    verdict = attempt.verdict
    is_printable = verdict.status != "suppressed"
    evidence = _find_evidence(con, figure, attempt, inputs) if is_printable else Evidence()
    verdict = judge_age(verdict, attempt.rung.basis, evidence.period[1], inputs.as_of, due_on=_due_on(attempt.rows))
    since = inputs.waiting.get(attempt.list)
    if verdict.status == "stale" and since is not None:  # newer adverts were read, and wait
        verdict = replace(verdict, reason=f"a newer vintage waits for review since {numbers.day(since)}")
    barred_sources = inputs.barred.intersection(evidence.sources)
    if barred_sources:
        reason = f"{', '.join(sorted(barred_sources))} may not be republished"
        verdict = replace(verdict, status="suppressed", reason=reason)
    return JudgedAttempt(attempt=attempt, evidence=evidence, verdict=verdict, is_barred=bool(barred_sources))


def _find_evidence(con: Connection, figure: Figure, attempt: Attempt, inputs: FigureInputs) -> Evidence:
    """What stands behind an attempt: as the ledger has it of the same vintage, else by its SELECT of adverts."""
    before, vintage = inputs.before.get(figure.id), inputs.vintage_of(attempt.list)
    if before and vintage and (before["rung"], before["list"], before["vintage"]) == (
        attempt.rung.name, attempt.list, vintage.number
    ):  # fmt: skip
        return Evidence(
            sources=tuple(before["sources"]),
            behind=contributions_of(before),
            snapshots=tuple(before["snapshots"]),
            period=(before["period_from"], before["period_to"]),
            read_on=before["read_on"],
        )
    behind = behind_of(con, figure, attempt, inputs)
    files, contributions = files_of(behind), _contributions(behind)
    return Evidence(
        sources=tuple(files),
        behind=contributions,
        snapshots=tuple(name for names in files.values() for name in names[:SNAPSHOTS_KEPT]),
        period=_period(attempt.rows, behind),
        read_on=_oldest(contributions),
    )


def print_attempt(figure: Figure, candidate: JudgedAttempt, inputs: FigureInputs) -> Figures:
    """The row of a figure whose value a rung gives."""
    attempt, evidence = candidate.attempt, candidate.evidence
    keeps_all = figure.renderer.names_withheld
    is_dated = candidate.verdict.status == "stale" or attempt.rung.basis not in OWN_BASES
    vintage = inputs.vintage_of(attempt.list)
    return _row(
        figure,
        inputs,
        candidate.verdict,
        basis=attempt.rung.basis,
        rung=attempt.rung.name,
        list=attempt.list,
        vintage=None if vintage is None else vintage.number,
        rows=[row for row in attempt.rows if keeps_all or row.get("status") != "suppressed"],
        qualifiers=[
            attempt.rung.describe(attempt.rows),
            _words_of(attempt.rung.basis, evidence.period) if is_dated else None,
            _low_confidence(attempt.verdict, attempt.rows),
            NOT_REVIEWED if vintage is not None and not vintage.is_reviewed else None,
            _say_review(attempt.list, inputs),
        ],
        period=evidence.period,
        sql=attempt.sql,
        sources=evidence.sources,
        behind=evidence.behind,
        snapshots=evidence.snapshots,
        read_on=evidence.read_on,
    )


NOT_REVIEWED = "not reviewed"
"""Said of a vintage that was published although nobody decided on it."""


def _say_review(name: str, inputs: FigureInputs) -> str | None:
    """Since when another vintage of a list waits for a person; None where none has waited for long."""
    since = inputs.waiting.get(name)
    is_said = since is not None and (inputs.as_of - since).days > DAYS_UNSAID.value
    return f"under review since {numbers.day(since)}" if since is not None and is_said else None


def _withhold(figure: Figure, attempts: Sequence[JudgedAttempt], inputs: FigureInputs) -> Figures:
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
    vintage = inputs.vintage_of(first.attempt.list)
    return _row(
        figure,
        inputs,
        first.verdict,
        basis=first.attempt.rung.basis,
        rung=WITHHELD,
        list=first.attempt.list,
        vintage=None if vintage is None else vintage.number,
        sql=first.attempt.sql,
        missing=gaps.describe(refusals, inputs.boards.get(place)),
    )


def _low_confidence(verdict: Verdict, rows: Rows) -> str | None:
    """Low confidence is said behind a single value; where there are several, their text marks each unsure one."""
    if verdict.status != "low":
        return None
    is_marked = len(rows) > 1 and any(row.get("status") == "low" for row in rows)
    return None if is_marked else numbers.LOW_CONFIDENCE


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
            own: dict[str, Any] = {"place": place, "figure": row.figure, "value": row.value, "rung": row.rung}
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
        "list": None, "vintage": None, "window_days": None, "sql": None,
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
