"""The ladder of a figure: try the rungs in order, find the adverts that each rung rests on, and judge the result.

Figures are read from published cells (schema `published`) or from the cells that a night offers. The first rung with
enough data is used; kinds of source are never blended. A better rung replaces a lower one only when the better rung's
cell has had a value for three months (`MIN_DAYS_HELD`). A value becomes stale when its reference period is long past,
and is later withheld.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from statistics import median_low
from typing import Any

from reports.figures import query
from reports.figures.declaration import Figure, Rung
from reports.figures.query import Connection, Sql
from reports.figures.verdicts import Verdict, judge_age
from reports.wording import notes, numbers
from reports.wording.numbers import Row, Rows
from warehouse.mart_tables import Figures, SourceContribution
from warehouse.marts.vintages.published import STANDING
from warehouse.ops_tables import Vintages

SNAPSHOTS_KEPT = 10
"""How many archive files the ledger names per source, newest first; `explain` counts all of them."""
MIN_DAYS_HELD = timedelta(days=90)
"""How long a better rung must have had a value before a figure moves to that rung: three months."""
PUBLISHED_CELLS: Mapping[str, object] = {
    "tables": Sql("published"),
    "comparison": Sql(f"(SELECT * EXCLUDE ({', '.join(STANDING)}) FROM published.pay_comparison)"),
    "since": Sql("b.since"),
}
"""Parameters of SELECTs over published cells: schema, relation of `PayComparison`, since when a cell has a value."""
CELLS_OF_DAY: Mapping[str, object] = {
    "tables": Sql("mart"),
    "comparison": Sql("(SELECT $as_of AS as_of, * FROM pay_comparison($as_of))"),
    "since": Sql("NULL::DATE"),
}
"""The same parameters for the marts of one day."""
Groups = dict[Hashable, list[dict[str, Any]]]


# --- what all figures of a day share --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FigureInputs:
    """What all figures of one day have in common.

    | field | meaning |
    |---|---|
    | `barred` | sources whose aggregates may not be republished |
    | `standing` | published vintage of each list; None to read the day's marts |
    | `in_marts` | lists to read from the marts of their vintage's day, because another vintage is published now |
    | `waiting` | for each list with a vintage that waits for review, the day it was offered |
    | `boards` | counts of boards by place |
    | `before` | the previous day's ledger, from which evidence is copied while the vintage is unchanged |
    | `earlier` | what figures of shares said in earlier vintages, newest first |
    | `found` | result of each SELECT run so far |
    | `titles` | titles of sources |
    | `unused` | why reported pay of a country is read but not used, by country |
    | `restrictions` | what must be said beside figures made from a source, by source |
    """

    as_of: date
    code_version: str = ""
    barred: frozenset[str] = frozenset()
    standing: Mapping[str, Vintages] | None = None
    in_marts: frozenset[str] = frozenset()
    waiting: dict[str, date] = field(default_factory=dict)
    boards: dict[tuple[str, str], Row] = field(default_factory=dict)
    before: Mapping[str, Figures] = field(default_factory=dict)
    earlier: dict[str, list[Figures]] = field(default_factory=dict)
    found: dict[str, Groups] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    restrictions: dict[str, str] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)

    def vintage_of(self, name: str) -> Vintages | None:
        """Return the published vintage of a list; None if it has none."""
        return None if self.standing is None else self.standing.get(name)

    def cells_of(self, name: str) -> dict[str, object]:
        """Return the parameters by which SELECTs find the cells of a list."""
        vintage = self.vintage_of(name)
        is_published = self.standing is not None and name not in self.in_marts
        return {
            "as_of": self.as_of if vintage is None else vintage.as_of,
            **(PUBLISHED_CELLS if is_published else CELLS_OF_DAY),
        }

    def read(self, con: Connection, sql: str, by: Callable[[dict[str, Any]], Hashable]) -> Groups:
        """Return the rows of a SELECT, grouped by the key that `by` returns; each SELECT runs only once."""
        if sql not in self.found:
            groups = self.found[sql] = {}
            for row in query.read(con, sql):
                groups.setdefault(by(row), []).append(row)
        return self.found[sql]


def inputs_of(
    con: Connection, as_of: date, standing: Mapping[str, Vintages] | None = None, **options: Any
) -> FigureInputs:
    """Read what all figures of a day have in common; `options` are other fields of `FigureInputs`."""
    sources = query.read(con, "SELECT source, title, is_republishable, restriction FROM core.sources")
    barred = frozenset(row["source"] for row in sources if not row["is_republishable"])
    inputs = FigureInputs(as_of=as_of, barred=barred, standing=standing, **options)
    inputs.restrictions.update((row["source"], row["restriction"]) for row in sources if row["restriction"])
    inputs.unused.update(_find_unused(con, sources))
    inputs.titles.update((row["source"], row["title"]) for row in sources)
    if standing is not None:
        waiting = query.read(con, "SELECT list, offered_on FROM ops.vintages WHERE state = 'waiting'")
        inputs.waiting.update((row["list"], row["offered_on"]) for row in waiting)
    for row in query.read(con, query.fill("boards", inputs.cells_of("frame"))):
        place = (row.pop("region_level"), row.pop("region"))
        inputs.boards[place] = row
    return inputs


# --- rungs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a value rests on; fields are named like columns of the ledger."""

    sources: tuple[str, ...] = ()
    behind: tuple[SourceContribution, ...] | None = ()
    snapshots: tuple[str, ...] = ()
    period_from: date | None = None
    period_to: date | None = None
    read_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What one rung found with the parameters `given`.

    `list` is the name of the list of cells that the rung reads. `by_rules` is the verdict on the rows alone. After
    `judge`, `verdict` also takes account of the age of the rows and of the terms of their sources; `is_barred` says
    that these terms forbid printing.
    """

    rung: Rung
    list: str
    given: Mapping[str, object]
    rows: Rows
    by_rules: Verdict
    verdict: Verdict
    evidence: Evidence = Evidence()
    is_barred: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether this attempt may not be printed."""
        return self.verdict.status == "suppressed"

    @property
    def is_by_rules(self) -> bool:
        """Whether the printing rules refused this attempt, rather than its age or a source's terms."""
        return self.by_rules.status == "suppressed"

    @property
    def first_row(self) -> Row:
        """The first row found, or {}."""
        return self.rows[0] if self.rows else {}


def try_rungs(con: Connection, figure: Figure, inputs: FigureInputs) -> Iterator[Attempt]:
    """Yield an attempt for each rung of a figure, in order, without evidence."""
    for rung in figure.rungs:
        given = parameters_of(figure, rung, inputs)
        rows = _read_rows(con, rung, given, inputs)
        verdict = figure.judge(rows)
        yield Attempt(rung=rung, list=figure.list_of(rung), given=given, rows=rows, by_rules=verdict, verdict=verdict)


def choose_rung(con: Connection, figure: Figure, inputs: FigureInputs) -> tuple[Attempt | None, list[Attempt]]:
    """Return the attempt that gives a figure its value, and the attempts that were refused before it.

    The attempt is None if every rung is refused.
    """
    chosen: Attempt | None = None
    refusals: list[Attempt] = []
    for attempt in try_rungs(con, figure, inputs):
        if chosen is not None and not _stood_before(attempt, chosen, inputs.as_of):
            continue
        candidate = judge(con, figure, attempt, inputs)
        if not candidate.is_refused:
            chosen = candidate
        elif chosen is None:
            refusals.append(candidate)
    return chosen, refusals


def _stood_before(attempt: Attempt, better: Attempt, as_of: date) -> bool:
    """Whether the `better` rung got a value later than `attempt` did, and less than `MIN_DAYS_HELD` ago."""
    since, since_better = attempt.first_row.get("since"), better.first_row.get("since")
    if since is None or since_better is None or attempt.is_refused:
        return False
    return bool(since < since_better and as_of - since_better < MIN_DAYS_HELD)


def _find_unused(con: Connection, sources: Rows) -> dict[str, str]:
    """Return why reported pay of countries is read but not used, by country: the restrictions of its sources."""
    reasons = {
        row["source"]: notes.say_restriction(row["title"], row["restriction"])
        for row in sources
        if row["restriction"] and not row["is_republishable"]
    }
    rows = query.read(
        con,
        "SELECT DISTINCT country, source FROM core.pay_reports WHERE basis = 'reported' AND country IS NOT NULL"
        " ORDER BY ALL",
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["source"] in reasons:
            found.setdefault(row["country"], []).append(reasons[row["source"]])
    return {country: "; ".join(of_country) for country, of_country in found.items()}


def parameters_of(figure: Figure, rung: Rung, inputs: FigureInputs) -> dict[str, object]:
    """Return the parameters of a rung's SELECTs."""
    return {
        **inputs.cells_of(figure.list_of(rung)), "basis": rung.basis, **figure.parameters, **rung.parameters,
    }  # fmt: skip


def _read_rows(con: Connection, rung: Rung, given: Mapping[str, object], inputs: FigureInputs) -> Rows:
    """Return the rows of a rung's SELECT; if possible, one SELECT reads the rows of other figures as well."""
    parameters, columns = (rung.batch.parameters, rung.batch.columns) if rung.batch else ({}, {})
    sql = query.fill(rung.sql, {**given, **parameters})
    groups = inputs.read(con, sql, lambda row: tuple(row[column] for column in columns.values()))
    values = [given[name] for name in columns]
    keys = dict.fromkeys(itertools.product(*(value if isinstance(value, tuple) else (value,) for value in values)))
    return [row for key in keys for row in groups.get(key, ())]


def judge(con: Connection, figure: Figure, attempt: Attempt, inputs: FigureInputs) -> Attempt:
    """Return the attempt with its evidence and its final verdict."""
    evidence = Evidence() if attempt.is_refused else _find_evidence(con, figure, attempt, inputs)
    due_on, since = attempt.first_row.get("due_on"), inputs.waiting.get(attempt.list)
    verdict = judge_age(attempt.by_rules, attempt.rung.basis, evidence.period_to, inputs.as_of, due_on=due_on)
    if verdict.status == "stale" and since is not None:  # newer adverts were read, but their vintage waits
        verdict = replace(verdict, reason=f"a newer vintage waits for review since {numbers.day(since)}")
    barred = inputs.barred.intersection(evidence.sources)
    countries: Any = attempt.given.get("countries", ()) if not attempt.rows and attempt.rung.basis == "reported" else ()
    if unused := [inputs.unused[country] for country in countries if country in inputs.unused]:
        verdict = replace(verdict, reason="; ".join(dict.fromkeys(unused)), n_jobs=None)
        return replace(attempt, evidence=evidence, verdict=verdict, is_barred=True)
    if barred:
        reason = f"{', '.join(sorted(barred))} may not be republished"
        verdict = replace(verdict, status="suppressed", reason=reason)
    return replace(attempt, evidence=evidence, verdict=verdict, is_barred=bool(barred))


# --- evidence -------------------------------------------------------------------------------------------


def _find_evidence(con: Connection, figure: Figure, attempt: Attempt, inputs: FigureInputs) -> Evidence:
    """Copy the evidence from the previous day's ledger if the vintage is the same; otherwise read the adverts."""
    before, vintage = inputs.before.get(figure.id), inputs.vintage_of(attempt.list)
    if before and vintage and (before.rung, before.list, before.vintage) == (
        attempt.rung.name, attempt.list, vintage.number
    ):  # fmt: skip
        return Evidence(**{column.name: getattr(before, column.name) for column in fields(Evidence)})
    rows = read_behind(con, figure, attempt.rung, inputs)
    files, behind = files_of(rows), _contributions(rows)
    dated = rows if attempt.first_row.get("period_to") is None else attempt.rows[:1]
    return Evidence(
        sources=tuple(files),
        behind=behind,
        snapshots=tuple(name for names in files.values() for name in names[:SNAPSHOTS_KEPT]),
        period_from=_first(row["period_from"] for row in dated),
        period_to=_last(row["period_to"] for row in dated),
        read_on=_first(part.read_on for part in behind),
    )


def combine_evidence(rows: Sequence[Figures]) -> Evidence:
    """Return the evidence of several figures together; it has a period only if all have the same basis."""
    dated = rows if len({row.basis for row in rows}) == 1 else ()
    by_source: dict[str, list[SourceContribution]] = {}
    for part in (part for row in rows for part in row.behind or ()):
        by_source.setdefault(part.source, []).append(part)
    behind = tuple(
        SourceContribution(source=source, n=sum(part.n for part in same), read_on=_first(part.read_on for part in same))
        for source, same in sorted(by_source.items())
    )
    return Evidence(
        sources=tuple(sorted({source for row in rows for source in row.sources})),
        behind=behind,
        snapshots=tuple(sorted({name for row in rows for name in row.snapshots})),
        period_from=_first(row.period_from for row in dated),
        period_to=_last(row.period_to for row in dated),
        read_on=_first(row.read_on for row in rows),
    )


def read_behind(
    con: Connection, figure: Figure, rung: Rung, inputs: FigureInputs, *, around: str = "around/files"
) -> Rows:
    """Run the SELECT `around` over the adverts that a rung rests on; return the rows of the cells that count.

    By default, each row is an archive file with its source, its board and how many adverts it holds.
    """
    given = parameters_of(figure, rung, inputs)
    sql = query.fill(around, {**given, "behind": query.Sql(query.fill(rung.behind, given))})
    by_cell = inputs.read(con, sql, lambda row: tuple(row["cell"]))
    return [row for cell in figure.counted_cells(rung) or by_cell for row in by_cell.get(cell, ())]


def files_of(behind: Rows) -> dict[str, list[str]]:
    """Return the archive files of each source, newest first."""
    files: dict[str, set[str]] = {}
    for row in behind:
        files.setdefault(row["source"], set()).add(row["warc"])
    return {source: sorted(names, reverse=True) for source, names in sorted(files.items())}


def _contributions(behind: Rows) -> tuple[SourceContribution, ...]:
    """Return for each source how many adverts a value rests on, and the day by which half of them were last looked for.

    An advert is looked for whenever its board is read whole. The median day is used so that a single freshly read board
    does not make an old crawl look fresh. The day is None for sources that only convert currencies.
    """
    days_of: dict[str, list[date]] = {}
    for row in behind:
        days_of.setdefault(row["source"], []).extend([row["period_to"]] * row["n"])
    return tuple(
        SourceContribution(source=source, n=len(days), read_on=median_low(known) if (known := _known(days)) else None)
        for source, days in sorted(days_of.items())
    )


def _known(days: Iterable[date | None]) -> list[date]:
    return [day for day in days if day is not None]


def _first(days: Iterable[date | None]) -> date | None:
    return min(_known(days), default=None)


def _last(days: Iterable[date | None]) -> date | None:
    return max(_known(days), default=None)
