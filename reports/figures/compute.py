"""The figures of a day as rows of the ledger: measured on their ladders (`ladder`), cited, or made of others.

A value that does not stand on the first rung says on which. A withheld figure says why, how far it is from being
printed, and which figures are nearest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from reports.figures import query
from reports.figures.addresses import declare
from reports.figures.catalogue import declarations
from reports.figures.claims import UNKNOWN_PUBLISHER, Claim
from reports.figures.declaration import WITHHELD, Figure
from reports.figures.ladder import Attempt, FigureInputs, add_up, choose, inputs_of, oldest
from reports.figures.pay_figures import REGIONS_PAY
from reports.figures.query import Connection
from reports.figures.verdicts import Verdict
from reports.wording import gaps, notes, numbers, pay
from reports.wording.bases import OWN_BASES
from reports.wording.numbers import Row, Rows
from transforms.records.definitions import DAYS_UNSAID
from transforms.records.vocabulary import FIGURE_STATES
from warehouse.mart_tables import Figures, Lack, NearestFigure, SourceContribution
from warehouse.ops_tables import Vintages

MAX_NEAREST = 3
"""Most figures that are offered in place of one that is withheld."""
NOT_REVIEWED = "not reviewed"
"""Said of a vintage that was published although nobody decided on it."""


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
    before = {} if standing is None else _read_before(con, as_of)
    inputs = inputs_of(con, as_of, standing, code_version=code_version, before=before)
    rows: dict[str, Figures] = {}
    for figure in figures.values():
        if figure.alias_of is not None:
            rows[figure.id] = replace(rows[figure.alias_of], figure=figure.id, title=figure.title)
        else:
            rows[figure.id] = _compute(con, figure, inputs)
    rows = {name: _with_nearest(row, figures, rows) for name, row in rows.items()}
    return regather(figures, rows)


def _read_before(con: Connection, as_of: date) -> dict[str, Figures]:
    """The newest earlier day of the ledger, by figure."""
    day = f"SELECT max(as_of) FROM mart.figures WHERE as_of < {query.literal(as_of)}"
    rows = query.read(con, f"FROM mart.figures WHERE as_of = ({day}) AND vintage IS NOT NULL")
    return {row["figure"]: ledger_row(row) for row in rows}


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
    figures = [declare(name) for name in dict.fromkeys(ids)]
    inputs = inputs_of(con, as_of, standing, code_version=code_version, shares_selects=len(figures) > 1)
    return [_compute(con, figure, inputs) for figure in figures]


def regather(figures: Mapping[str, Figure], rows: Mapping[str, Figures]) -> list[Figures]:
    """The same rows, in their order, with those that gather others made of the others, by their declarations."""
    result = []
    for name, row in rows.items():
        pattern = figures[name].gathers if name in figures else None
        if pattern is not None:
            kin = [other for other in rows if other in figures and re.fullmatch(pattern, other)]
            result.append(_gather(figures[name], [(figures[other], rows[other]) for other in kin], row))
        else:
            result.append(row)
    return result


def ledger_row(row: Row) -> Figures:
    """A row of the ledger as the database gives it."""
    lists = {
        "sources": tuple(row["sources"]),
        "snapshots": tuple(row["snapshots"]),
        "behind": tuple(SourceContribution(**part) for part in row["behind"] or ()),
        "nearest": tuple(NearestFigure(**part) for part in row.get("nearest") or ()),
        "lacks": tuple(Lack(**part) for part in row.get("lacks") or ()),
    }
    return Figures(**{**row, **lists})


# --- one figure -----------------------------------------------------------------------------------------


def _compute(con: Connection, figure: Figure, inputs: FigureInputs) -> Figures:
    """The row of a figure; of one that gathers others as it is without any of them."""
    if figure.claim is not None:
        return _cite(figure, figure.claim, inputs)
    if not figure.rungs:
        verdict = Verdict(status="suppressed", reason=figure.retired)
        return _new_row(figure, inputs.as_of, inputs.code_version, verdict)
    chosen, refusals = choose(con, figure, inputs)
    return print_attempt(figure, chosen, inputs) if chosen is not None else _withhold(figure, refusals, inputs)


def _new_row(figure: Figure, as_of: date, code_version: str, verdict: Verdict) -> Figures:
    """The row of a figure that says nothing yet."""
    return Figures(
        as_of=as_of, figure=figure.id, title=figure.entitle(), kind=figure.kind, unit=figure.unit,
        status=verdict.status, reason=verdict.reason, n_jobs=verdict.n_jobs, n_employers=verdict.n_employers,
        basis=None, rung=WITHHELD, value=None, value_json=None, window_days=None, sql=None, sources=(), snapshots=(),
        code_version=code_version, baseline=figure.baseline, verify_by=None,
    )  # fmt: skip


def _with_value(row: Figures, figure: Figure, rows: Rows, qualifiers: Iterable[str | None] = ()) -> Figures:
    """A row with what is printed of `rows`; `qualifiers` are said in brackets."""
    text = figure.renderer.text(rows)
    qualifier = "; ".join(filter(None, qualifiers)) or None
    return replace(
        row,
        title=figure.entitle(rows),
        value=numbers.qualify(text, [qualifier]),
        bare_value=text,
        qualifier=qualifier,
        value_json=json.dumps(list(rows), ensure_ascii=False, default=date.isoformat),
    )


def _row_of_attempt(figure: Figure, attempt: Attempt, inputs: FigureInputs) -> Figures:
    vintage = inputs.vintage_of(attempt.list)
    return replace(
        _new_row(figure, inputs.as_of, inputs.code_version, attempt.verdict),
        basis=attempt.rung.basis,
        list=attempt.list,
        vintage=None if vintage is None else vintage.number,
        sql=attempt.sql,
    )


def print_attempt(figure: Figure, attempt: Attempt, inputs: FigureInputs) -> Figures:
    """The row of a figure whose value a rung gives."""
    rung, evidence, vintage = attempt.rung, attempt.evidence, inputs.vintage_of(attempt.list)
    rows = attempt.rows
    if not figure.renderer.names_withheld:
        rows = [row for row in rows if row.get("status") != "suppressed"]
    is_dated = attempt.verdict.status == "stale" or rung.basis not in OWN_BASES
    first, last = evidence.period_from, evidence.period_to
    qualifiers = [
        rung.describe(attempt.rows),
        notes.words_of_period(rung.basis, first, last) if is_dated and last is not None else None,
        _low_confidence(attempt),
        NOT_REVIEWED if vintage is not None and not vintage.is_reviewed else None,
        _say_review(attempt.list, inputs),
    ]
    row = replace(_row_of_attempt(figure, attempt, inputs), rung=rung.name, **vars(evidence))
    return _with_value(row, figure, rows, qualifiers)


def _low_confidence(attempt: Attempt) -> str | None:
    """Low confidence is said behind a single value; where there are several, their text marks each unsure one."""
    if attempt.by_rules.status != "low":
        return None
    is_marked = len(attempt.rows) > 1 and any(row.get("status") == "low" for row in attempt.rows)
    return None if is_marked else numbers.LOW_CONFIDENCE


def _say_review(name: str, inputs: FigureInputs) -> str | None:
    """Since when another vintage of a list waits for a person; None where none has waited for long."""
    since = inputs.waiting.get(name)
    if since is None or (inputs.as_of - since).days <= DAYS_UNSAID.value:
        return None
    return f"under review since {numbers.day(since)}"


def _withhold(figure: Figure, attempts: Sequence[Attempt], inputs: FigureInputs) -> Figures:
    """The row of a figure that no rung gives a value: the first says why, all say how far they are from it."""
    given = attempts[0].given
    boards = inputs.boards.get((str(given.get("region_level", "world")), str(given.get("region", "World"))))
    missing, lacks = gaps.describe(attempts, boards)
    return replace(_row_of_attempt(figure, attempts[0], inputs), missing=missing, lacks=lacks)


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


# --- figures made of others -----------------------------------------------------------------------------


def _cite(figure: Figure, claim: Claim, inputs: FigureInputs) -> Figures:
    is_outdated = inputs.as_of > claim.verify_by
    reasons = [
        "the claim names no source" if claim.publisher is None else None,
        f"not verified again since {numbers.day(claim.verify_by)}" if is_outdated else None,
    ]
    reason = "; ".join(filter(None, reasons)) or None
    publisher = claim.publisher or UNKNOWN_PUBLISHER
    printed = {
        "claim": claim.claim, "publisher": publisher, "work": claim.work,
        "published": claim.published, "caveat": claim.caveat, "parts": dict(claim.parts),
    }  # fmt: skip
    if claim.verified_on is not None:
        printed["verified_on"] = claim.verified_on.isoformat()
    verdict = Verdict(status="low" if reason else "published", reason=reason)
    row = replace(
        _new_row(figure, inputs.as_of, inputs.code_version, verdict),
        basis="cited",
        rung="cited",
        sources=(claim.publisher,) if claim.publisher else (),
        verify_by=claim.verify_by,
    )
    return _with_value(
        row, figure, [printed], ["cited", publisher, "not verified again in time" if is_outdated else None]
    )


def _gather(figure: Figure, members: Sequence[tuple[Figure, Figures]], before: Figures) -> Figures:
    """A table of figures, of the day and version of the row `before` it."""
    rows = figure.arrange([_describe_member(figure, *pair) for pair in members if _is_named(figure, pair[1])])
    ids = {row["figure"] for row in rows}
    printed = [row for _, row in members if row.value is not None and row.figure in ids]
    states, bases, rungs = ({getattr(row, name) for row in printed} for name in ("status", "basis", "rung"))
    status = next((state for state in FIGURE_STATES if state in states), "suppressed")
    unsure = dict.fromkeys(row["place"] for row in rows if row["status"] == status)
    reason = ", ".join(unsure) if status != "published" else None
    verdict = Verdict(  # without employers: one counts in several places, so that the sum would count it twice
        status=status,
        reason=reason if printed else "no place has enough data",
        n_jobs=sum(row.n_jobs or 0 for row in printed) if len(bases) < 2 else None,  # kinds of pay are never added up
    )
    is_one = len(bases) == 1
    result = replace(
        _new_row(figure, before.as_of, before.code_version, verdict),
        basis=next(iter(bases)) if is_one else None,
        sql=query.fill("members", {"as_of": before.as_of, "pattern": figure.gathers or ""}),
        sources=tuple(sorted({source for row in printed for source in row.sources})),
        behind=add_up(part for row in printed for part in row.behind or ()),
        snapshots=tuple(sorted({name for row in printed for name in row.snapshots})),
        read_on=oldest(row.read_on for row in printed),
        period_from=oldest(row.period_from for row in printed) if is_one else None,
        period_to=max((row.period_to for row in printed if row.period_to), default=None) if is_one else None,
    )
    if not printed:
        return result
    return _with_value(replace(result, rung=rungs.pop() if len(rungs) == 1 else "named in each row"), figure, rows)


def _is_named(figure: Figure, member: Figures) -> bool:
    """Whether a table names a figure: all regions, and of countries those with a single job at least."""
    return member.value is not None or bool(member.n_jobs) or figure.gathers == REGIONS_PAY


def _describe_member(figure: Figure, member: Figure, row: Figures) -> Row:
    """The row of a figure in a table of figures."""
    first: Row = notes.rows_of(row)[0] if row.value is not None else {"n_jobs": row.n_jobs}
    period = {"period": notes.describe_period(row), "period_to": row.period_to} if figure.shows_periods else {}
    return {
        **first,
        "place": pay.name_place([first], member.place),
        "figure": row.figure,
        "value": row.value,
        "rung": row.rung,
        "region_name": member.place,
        "is_low": numbers.LOW_CONFIDENCE in (row.qualifier or "").split("; "),
        "nearest": notes.name_nearest(row.nearest[0]) if row.nearest else None,
        **period,
        "status": row.status,
        "reason": row.reason,
    }
