"""The ladder of a figure: its rungs are tried in order, each with what stands behind it and whether it may be printed.

Figures are read from the cells that are published (`warehouse.published`), or from those that a night offers. The first
rung that has enough data is taken; bases are never blended. A better rung takes the place of the one that stood before
it when its cell has had a value for three months (`MIN_DAYS_HELD`). A value whose reference period is long past is
stale and says so, then it is withheld.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from statistics import median_low
from typing import Any

from reports.figures import query
from reports.figures.declaration import Fallback, Figure
from reports.figures.query import Connection, Sql
from reports.figures.verdicts import Verdict, judge_age
from reports.wording import gaps, numbers
from reports.wording.numbers import Row, Rows
from warehouse.mart_tables import Figures, SourceContribution
from warehouse.marts.vintages.published import STANDING
from warehouse.ops_tables import Vintages

SNAPSHOTS_KEPT = 10
"""Archive files named per source in the ledger, newest first; `explain` counts all of them."""
MIN_DAYS_HELD = timedelta(days=90)
"""For how long a better rung must have had a value before a figure changes to it: three months."""
PUBLISHED_CELLS: Mapping[str, object] = {
    "tables": Sql("published"),
    "comparison": Sql(f"(SELECT * EXCLUDE ({', '.join(STANDING)}) FROM published.pay_comparison)"),
    "since": Sql("b.since"),
}
"""How SELECTs read the cells that are published: the schema, the relation of `PayComparison`, and since when a cell has
had a value."""
CELLS_OF_DAY: Mapping[str, object] = {
    "tables": Sql("mart"),
    "comparison": Sql("(SELECT $as_of AS as_of, * FROM pay_comparison($as_of))"),
    "since": Sql("NULL::DATE"),
}
"""The same of the cells of one day."""
Groups = dict[Hashable, list[dict[str, Any]]]


# --- what all figures of a day share --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FigureInputs:
    """What is the same for all figures of one day.

    `standing` is the vintage of each list that stands; None: figures are those of the day's own marts. The cells of
    lists that are `in_marts` are read from the marts of their vintage's day, since others are published. `waiting` says
    since when another vintage of a list waits. `barred` are sources whose aggregates may not be republished, `boards`
    the counts of boards by place. `before` has the ledger of the day before: what stands behind a vintage is read once.
    Figures that differ in a few parameters are read together, unless there is one alone (`shares_selects`); `found`
    keeps what each SELECT gave.
    """

    as_of: date
    code_version: str = ""
    barred: frozenset[str] = frozenset()
    standing: Mapping[str, Vintages] | None = None
    in_marts: frozenset[str] = frozenset()
    waiting: Mapping[str, date] = field(default_factory=dict)
    boards: Mapping[tuple[str, str], gaps.Boards] = field(default_factory=dict)
    before: Mapping[str, Figures] = field(default_factory=dict)
    shares_selects: bool = True
    found: dict[str, Groups] = field(default_factory=dict)

    def vintage_of(self, name: str) -> Vintages | None:
        """The vintage of a list that stands."""
        return None if self.standing is None else self.standing.get(name)

    def cells_of(self, name: str) -> dict[str, object]:
        """The parameters by which SELECTs find the cells of a list, with their day."""
        vintage = self.vintage_of(name)
        is_published = self.standing is not None and name not in self.in_marts
        return {
            "as_of": self.as_of if vintage is None else vintage.as_of,
            **(PUBLISHED_CELLS if is_published else CELLS_OF_DAY),
        }

    def read(self, con: Connection, sql: str, by: Callable[[dict[str, Any]], Hashable]) -> Groups:
        """The rows of a SELECT in groups; each SELECT is run once."""
        if sql not in self.found:
            groups = self.found[sql] = {}
            for row in query.read(con, sql):
                groups.setdefault(by(row), []).append(row)
        return self.found[sql]


def inputs_of(
    con: Connection, as_of: date, standing: Mapping[str, Vintages] | None = None, **options: Any
) -> FigureInputs:
    """Read what is the same for all figures of a day; `options` are other fields of `FigureInputs`."""
    barred = query.read(con, "SELECT source FROM core.sources WHERE NOT is_republishable")
    waiting = "SELECT list, offered_on FROM ops.vintages WHERE state = 'waiting'"
    inputs = FigureInputs(
        as_of=as_of,
        barred=frozenset(row["source"] for row in barred),
        standing=standing,
        waiting={} if standing is None else {row["list"]: row["offered_on"] for row in query.read(con, waiting)},
        **options,
    )
    boards = query.read(con, query.fill("boards", inputs.cells_of("frame")))
    return replace(inputs, boards={(row.pop("region_level"), row.pop("region")): gaps.Boards(**row) for row in boards})


# --- rungs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What stands behind a value, by its columns in the ledger."""

    sources: tuple[str, ...] = ()
    behind: tuple[SourceContribution, ...] | None = ()
    snapshots: tuple[str, ...] = ()
    period_from: date | None = None
    period_to: date | None = None
    read_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What one rung gives. `given` are the parameters of its SELECTs.

    `by_rules` is the verdict on its rows alone; `verdict` also counts its age and the terms of its sources, which may
    bar it, once it was judged (`judge`).
    """

    rung: Fallback
    list: str
    given: Mapping[str, object]
    rows: Rows
    by_rules: Verdict
    verdict: Verdict
    evidence: Evidence = Evidence()
    is_barred: bool = False

    @property
    def sql(self) -> str:
        """Its SELECT."""
        return query.fill(self.rung.sql, self.given)

    @property
    def is_refused(self) -> bool:
        """Whether it may not be printed."""
        return self.verdict.status == "suppressed"

    @property
    def is_by_rules(self) -> bool:
        """Whether the rules of printing refused it, and not its age or the terms of a source."""
        return self.by_rules.status == "suppressed"

    @property
    def first_row(self) -> Row:
        """The first row that it found."""
        return self.rows[0] if self.rows else {}

    @property
    def since(self) -> date | None:
        """Since when its cell has had a value in each vintage; None where that is not known."""
        return self.first_row.get("since")


def climb(con: Connection, figure: Figure, inputs: FigureInputs) -> Iterator[Attempt]:
    """Each rung of a figure in order, not judged yet."""
    for rung in figure.rungs:
        given = parameters_of(figure, rung, inputs)
        rows = _read_rows(con, rung, given, inputs)
        verdict = figure.judge(rows)
        yield Attempt(rung=rung, list=figure.list_of(rung), given=given, rows=rows, by_rules=verdict, verdict=verdict)


def choose(con: Connection, figure: Figure, inputs: FigureInputs) -> tuple[Attempt | None, list[Attempt]]:
    """The rung that gives a figure its value, judged, None where none does; and those that were refused before it."""
    chosen: Attempt | None = None
    refusals: list[Attempt] = []
    for attempt in climb(con, figure, inputs):
        if chosen is not None and not _stood_before(attempt, chosen, inputs.as_of):
            continue
        candidate = judge(con, figure, attempt, inputs)
        if not candidate.is_refused:
            chosen = candidate
        elif chosen is None:
            refusals.append(candidate)
    return chosen, refusals


def _stood_before(attempt: Attempt, better: Attempt, as_of: date) -> bool:
    """Whether a worse rung had a value before a better one did, and the better one has not had one for long."""
    if attempt.since is None or better.since is None or attempt.is_refused:
        return False
    return attempt.since < better.since and as_of - better.since < MIN_DAYS_HELD


def parameters_of(figure: Figure, rung: Fallback, inputs: FigureInputs) -> dict[str, object]:
    """The parameters of a rung's SELECTs."""
    return {
        **inputs.cells_of(figure.list_of(rung)), "basis": rung.basis, **figure.parameters, **rung.parameters,
    }  # fmt: skip


def _read_rows(con: Connection, rung: Fallback, given: Mapping[str, object], inputs: FigureInputs) -> Rows:
    """The rows of a rung's SELECT: read with those of others where it can be."""
    batch = rung.batch
    if batch is None or not inputs.shares_selects or not batch.parameters.keys() <= query.parameters_in(rung.sql):
        return inputs.read(con, query.fill(rung.sql, given), lambda _: ()).get((), [])
    columns = tuple(batch.columns.values())
    sql = query.fill(rung.sql, {**given, **batch.parameters})
    groups = inputs.read(con, sql, lambda row: tuple(row[column] for column in columns))
    own = [given[name] for name in batch.columns]
    keys = dict.fromkeys(itertools.product(*(value if isinstance(value, tuple) else (value,) for value in own)))
    return [row for key in keys for row in groups.get(key, ())]


def judge(con: Connection, figure: Figure, attempt: Attempt, inputs: FigureInputs) -> Attempt:
    """An attempt with what stands behind it, and whether it may be printed."""
    evidence = Evidence() if attempt.is_refused else _find_evidence(con, figure, attempt, inputs)
    due_on: date | str | None = attempt.first_row.get("due_on")
    verdict = judge_age(
        attempt.by_rules, attempt.rung.basis, evidence.period_to, inputs.as_of,
        due_on=date.fromisoformat(due_on) if isinstance(due_on, str) else due_on,
    )  # fmt: skip
    since = inputs.waiting.get(attempt.list)
    if verdict.status == "stale" and since is not None:  # newer adverts were read, and wait
        verdict = replace(verdict, reason=f"a newer vintage waits for review since {numbers.day(since)}")
    barred = inputs.barred.intersection(evidence.sources)
    if barred:
        reason = f"{', '.join(sorted(barred))} may not be republished"
        verdict = replace(verdict, status="suppressed", reason=reason)
    return replace(attempt, evidence=evidence, verdict=verdict, is_barred=bool(barred))


# --- what stands behind ---------------------------------------------------------------------------------


def _find_evidence(con: Connection, figure: Figure, attempt: Attempt, inputs: FigureInputs) -> Evidence:
    """What stands behind an attempt: as the ledger has it of the same vintage, else by its SELECT of adverts."""
    before, vintage = inputs.before.get(figure.id), inputs.vintage_of(attempt.list)
    if before and vintage and (before.rung, before.list, before.vintage) == (
        attempt.rung.name, attempt.list, vintage.number
    ):  # fmt: skip
        return Evidence(**{column.name: getattr(before, column.name) for column in fields(Evidence)})
    rows = read_behind(con, figure, attempt.rung, attempt.given, inputs)
    files, contributions = files_of(rows), _contributions(rows)
    period_from, period_to = _period(attempt.rows, rows)
    return Evidence(
        sources=tuple(files),
        behind=contributions,
        snapshots=tuple(name for names in files.values() for name in names[:SNAPSHOTS_KEPT]),
        period_from=period_from,
        period_to=period_to,
        read_on=oldest(part.read_on for part in contributions),
    )


def read_behind(
    con: Connection,
    figure: Figure,
    rung: Fallback,
    given: Mapping[str, object],
    inputs: FigureInputs,
    *,
    around: str = "files",
) -> Rows:
    """What stands behind a rung, of the cells that count: rows of the SELECT `around` that of its adverts.

    By itself archive files, with the source, the board and the number of adverts of each.
    """
    sql = query.put_around(query.fill(rung.behind, given), around)
    by_cell = inputs.read(con, sql, lambda row: tuple(row["cell"]))
    return [row for cell in figure.cells_of(rung) or by_cell for row in by_cell.get(cell, ())]


def files_of(behind: Rows) -> dict[str, list[str]]:
    """Archive files behind a figure by source, newest first."""
    files: dict[str, set[str]] = {}
    for row in behind:
        files.setdefault(row["source"], set()).add(row["warc"])
    return {source: sorted(names, reverse=True) for source, names in sorted(files.items())}


def _period(rows: Rows, behind: Rows) -> tuple[date | None, date | None]:
    """The reference period of a figure: that of its rows where they have one, else of what stands behind them."""
    if rows and rows[0].get("period_to") is not None:
        return rows[0]["period_from"], rows[0]["period_to"]
    last = max((row["period_to"] for row in behind if row["period_to"] is not None), default=None)
    return oldest(row["period_from"] for row in behind), last


def _contributions(behind: Rows) -> tuple[SourceContribution, ...]:
    """How many rows behind a figure are of each source, and the day by which half of them were last looked for.

    Each row was last looked for when its board was last read whole. Half of the rows, because one board read again must
    not make a crawl of long ago look fresh. The day is None for what only converts money.
    """
    by_source: dict[str, list[tuple[date, int]]] = {}
    n_of: dict[str, int] = {}
    for row in behind:
        days = by_source.setdefault(row["source"], [])
        n_of[row["source"]] = n_of.get(row["source"], 0) + row["n"]
        if row["period_to"] is not None and row["n"]:
            days.append((row["period_to"], row["n"]))
    return tuple(
        SourceContribution(
            source=source,
            n=n_of[source],
            read_on=median_low(day for day, n in sorted(days) for _ in range(n)) if days else None,
        )
        for source, days in sorted(by_source.items())
    )


def add_up(parts: Iterable[SourceContribution]) -> tuple[SourceContribution, ...]:
    """What stands behind several figures: rows added up, the older day of a source."""
    by_source: dict[str, list[SourceContribution]] = {}
    for part in parts:
        by_source.setdefault(part.source, []).append(part)
    return tuple(
        SourceContribution(source=source, n=sum(part.n for part in own), read_on=oldest(part.read_on for part in own))
        for source, own in sorted(by_source.items())
    )


def oldest(days: Iterable[date | None]) -> date | None:
    """The first of some days: a figure is as old as its oldest source. None where none is known."""
    return min((day for day in days if day is not None), default=None)
