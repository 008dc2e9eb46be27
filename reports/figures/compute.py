"""Compute the figures of a day as rows of the ledger: measured (`ladder`), cited, or made from other figures.

A value from a lower rung says which rung. A withheld figure says why it is withheld, how far it is from being printed,
and which figures are nearest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from reports.figures import query
from reports.figures.addresses import declare
from reports.figures.catalogue import KNOWN, declarations, find_id
from reports.figures.claims import UNKNOWN_PUBLISHER, Claim
from reports.figures.declaration import WITHHELD, Figure
from reports.figures.declared.pay_figures import REGIONS_PAY
from reports.figures.ladder import Attempt, FigureInputs, choose_rung, combine_evidence, inputs_of
from reports.figures.places import PLACES
from reports.figures.query import Connection
from reports.figures.verdicts import Verdict
from reports.wording import gaps, notes, numbers, pay
from reports.wording.bases import OWN_BASES
from reports.wording.numbers import Row, Rows
from transforms.records.definitions import MAX_STALE_DAYS
from transforms.records.vocabulary import FIGURE_STATES
from warehouse.mart_tables import Figures, Lack, NearestFigure, SourceContribution
from warehouse.marts.printing import INTERVAL, POINT
from warehouse.ops_tables import Vintages

MAX_NEAREST = 3
"""How many figures are offered in place of a withheld figure."""


def compute_figures(
    con: Connection,
    as_of: date,
    *,
    code_version: str,
    also: Collection[str] = (),
    standing: Mapping[str, Vintages] | None = None,
) -> list[Figures]:
    """Return the ledger rows of one day, in order of declaration.

    A country's pay in other money has no row before it has a value, unless `also`, addresses of further figures, has
    it. `standing` maps lists of cells to their published vintages: if it is given, cells are read from these vintages,
    otherwise from the day's marts. Only published.* or mart.*, and core.*, are read. Closed sources are skipped.
    """
    figures = declarations(con, also)
    before = {} if standing is None else _read_before(con, as_of)
    inputs = inputs_of(con, as_of, standing, code_version=code_version, before=before)
    if standing is not None:
        inputs.earlier.update(_read_earlier(con, as_of))
    rows = {figure.id: _compute(con, figure, inputs) for figure in figures.values()}
    ledger = rebuild_tables(figures, {name: _with_nearest(row, figures, rows) for name, row in rows.items()})
    kept = {*KNOWN, *map(find_id, also), *before}
    return [
        row for row in ledger
        if row.value is not None or row.figure in kept or not row.figure.startswith("foreign_currency.")
    ]  # fmt: skip


def _read_before(con: Connection, as_of: date) -> dict[str, Figures]:
    """Return the rows of the newest earlier day in the ledger, by figure."""
    day = f"SELECT max(as_of) FROM mart.figures WHERE as_of < {query.literal(as_of)}"
    rows = query.read(con, f"FROM mart.figures WHERE as_of = ({day}) AND vintage IS NOT NULL")
    return {row["figure"]: ledger_row(row) for row in rows}


def _read_earlier(con: Connection, as_of: date) -> dict[str, list[Figures]]:
    """Return what figures of shares said in earlier vintages, newest first, by figure; none that would be withheld."""
    earlier: dict[str, list[Figures]] = {}
    for row in map(ledger_row, query.read(con, query.fill("other_platforms", {"as_of": as_of}))):
        if row.period_to is not None and (as_of - row.period_to).days <= MAX_STALE_DAYS.value:
            earlier.setdefault(row.figure, []).append(row)
    return earlier


def compute_asked(
    con: Connection,
    ids: Collection[str],
    as_of: date,
    *,
    code_version: str,
    standing: Mapping[str, Vintages] | None = None,
) -> list[Figures]:
    """Return the ledger rows of the figures at the addresses `ids` on a day, without nearest figures.

    `standing` is as in `compute_figures`. Nothing is written. Raise `AddressError` for an unknown address.
    """
    figures = [declare(name) for name in dict.fromkeys(ids)]
    inputs = inputs_of(con, as_of, standing, code_version=code_version)
    return [_compute(con, figure, inputs) for figure in figures]


def rebuild_tables(figures: Mapping[str, Figure], rows: Mapping[str, Figures]) -> list[Figures]:
    """Return the same rows in the same order, with each table of figures rebuilt from its members."""
    result = []
    for name, row in rows.items():
        figure = figures.get(name)
        if figure is None or figure.gathers is None:
            result.append(row)
        else:
            ids = [other for other in rows if other in figures and re.fullmatch(figure.gathers, other)]
            members = [(figures[other], rows[other]) for other in ids]
            result.append(_build_table(figure, members, FigureInputs(as_of=row.as_of, code_version=row.code_version)))
    return result


def ledger_row(row: Row) -> Figures:
    """Convert a database row into a row of the ledger."""
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
    if figure.claim is not None:
        return _cite(figure, figure.claim, inputs)
    if not figure.rungs:  # a table, which `rebuild_tables` fills
        return _make_row(figure, inputs, Verdict(status="suppressed", reason=None))
    chosen, refusals = choose_rung(con, figure, inputs)
    if chosen is not None:
        return print_attempt(figure, chosen, inputs)
    given = refusals[0].given
    boards = inputs.boards.get((str(given.get("region_level", "world")), str(given.get("region", "World"))))
    missing, lacks = gaps.describe(refusals, boards)
    return _make_row(figure, inputs, refusals[0].verdict, refusals[0], missing=missing, lacks=lacks)


def _make_row(
    figure: Figure, inputs: FigureInputs, verdict: Verdict, attempt: Attempt | None = None, **fields: Any
) -> Figures:
    """Return a ledger row without a value for a figure; `fields` replace columns of this row."""
    columns: dict[str, Any] = {
        "basis": None, "rung": WITHHELD, "value": None, "value_json": None, "window_days": None, "sql": None,
        "sources": (), "snapshots": (), "verify_by": None,
    }  # fmt: skip
    if attempt is not None:
        vintage = inputs.vintage_of(attempt.list)
        columns |= {
            "basis": attempt.rung.basis, "list": attempt.list, "sql": query.fill(attempt.rung.sql, attempt.given),
            "vintage": None if vintage is None else vintage.number,
        }  # fmt: skip
    return Figures(
        as_of=inputs.as_of, figure=figure.id, title=figure.entitle(), kind=figure.kind, unit=figure.unit,
        status=verdict.status, reason=verdict.reason, n_jobs=verdict.n_jobs, n_employers=verdict.n_employers,
        code_version=inputs.code_version, baseline=figure.baseline, **columns | fields,
    )  # fmt: skip


def _with_value(row: Figures, figure: Figure, rows: Rows, qualifiers: Iterable[str | None] = ()) -> Figures:
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


def print_attempt(figure: Figure, attempt: Attempt, inputs: FigureInputs) -> Figures:
    """Return the ledger row of a figure, with the value that an attempt (one rung) gives."""
    rung, evidence, vintage = attempt.rung, attempt.evidence, inputs.vintage_of(attempt.list)
    rows = attempt.rows
    if not figure.renderer.names_withheld:
        rows = [row for row in rows if row.get("status") != "suppressed"]
    is_dated = attempt.verdict.status == "stale" or rung.basis not in OWN_BASES
    is_marked = len(attempt.rows) > 1 and any(row.get("status") == "low" for row in attempt.rows)
    qualifiers = [
        rung.describe(attempt.rows),
        notes.words_of_period(rung.basis, evidence.period_from, evidence.period_to)
        if is_dated and evidence.period_to is not None
        else None,
        numbers.LOW_CONFIDENCE if attempt.by_rules.status == "low" and not is_marked else None,
        None if vintage is None else notes.say_review(vintage, inputs.waiting.get(attempt.list), inputs.as_of),
        *(() if figure.is_collection else dict.fromkeys(map(inputs.restrictions.get, evidence.sources))),
    ]
    row = _make_row(figure, inputs, attempt.verdict, attempt, rung=rung.name, **vars(evidence))
    row = _with_value(row, figure, rows, qualifiers)
    only = notes.find_only_platform(row, inputs.titles)
    if only:  # tables of figures name it in each row
        others = _find_elsewhere(inputs.earlier.get(figure.id, ()), only[0], inputs.titles)
        rows = [{"platform": only[0], **one, **others.get(_name_item(one), {})} for one in rows]
        row = _with_value(row, figure, rows, qualifiers)
    return _head(row, only)


def _find_elsewhere(earlier: Sequence[Figures], platform: str, titles: Mapping[str, str]) -> dict[object, Row]:
    """Return for each item its shares on other platforms alone in earlier vintages (`elsewhere`), the newest of each.

    They were read at other times, so that they stand beside a share of one platform and never with it in one number.
    """
    newest: dict[str, Figures] = {}
    for row in earlier:
        for title in notes.find_only_platform(row, titles):
            newest.setdefault(title, row)
    readings: dict[object, list[Row]] = {}
    for title, row in newest.items():
        for one in notes.rows_of(row) if title != platform else ():
            if one.get("share") is not None and one.get("form") in (POINT, INTERVAL):
                said = {name: one[name] for name in ("n_jobs", "share", "share_lo", "share_hi", "form")}
                reading = {"platform": title, "period": notes.describe_period(row), **said}
                readings.setdefault(_name_item(one), []).append(reading)
    return {item: {"elsewhere": of_item} for item, of_item in readings.items()}


def _name_item(row: Row) -> object:
    return row.get("item"), row.get("region"), bool(row.get("is_by_employer"))


def _head(row: Figures, platforms: Sequence[str]) -> Figures:
    head = numbers.on_platforms(platforms)
    return replace(row, title=f"{row.title}, {head}") if head else row


def _with_nearest(row: Figures, figures: Mapping[str, Figure], rows: Mapping[str, Figures]) -> Figures:
    """Add the nearest figures with a value to a withheld row."""
    if row.value is not None:
        return row
    figure = figures[row.figure]
    return replace(row, nearest=choose_nearest(figure.nearest, rows, figure.parameters.get("region")))


def choose_nearest(
    groups: Iterable[Sequence[str]], rows: Mapping[str, Figures], place: object
) -> tuple[NearestFigure, ...]:
    """Return the nearest figures with a value; in each group of ids, that with the most jobs comes first.

    A wider place is left out where nearly all of its jobs are in one country outside `place`, a place's name in the
    marts: its value is then that country's, as pay in the United States would be for South America.
    """
    near: list[Figures] = []
    for group in groups:
        printed = [
            rows[name] for name in group
            if name in rows and rows[name].value is not None and _speaks_for(rows[name], place)
        ]  # fmt: skip
        near += sorted(printed, key=lambda other: -(other.n_jobs or 0))
    return tuple(NearestFigure(figure=n.figure, title=n.title, value=n.value or "") for n in near[:MAX_NEAREST])


def _speaks_for(near: Figures, place: object) -> bool:
    """Whether a figure of pay is not of one country outside `place`, a place's name in the marts."""
    main = pay.find_main_country(notes.rows_of(near))
    country = PLACES.get(main["country"].lower()) if main else None
    return country is None or place in (country.region, country.in_region, country.in_continent)


def _cite(figure: Figure, claim: Claim, inputs: FigureInputs) -> Figures:
    sources = (claim.publisher,) if claim.publisher else ()
    if claim.withheld is not None:
        why = "; ".join(filter(None, (_one_line(claim.withheld), _contradict(claim))))
        verdict = Verdict(status="suppressed", reason=why)
        return _make_row(figure, inputs, verdict, sources=sources, verify_by=claim.verify_by)
    is_outdated = inputs.as_of > claim.verify_by
    reasons = [
        "the claim names no source" if claim.publisher is None else None,
        notes.say_overdue(claim.verify_by) if is_outdated else None,
    ]
    reason = "; ".join(filter(None, reasons)) or None
    publisher = claim.publisher or UNKNOWN_PUBLISHER
    printed = {
        "claim": claim.claim, "publisher": publisher, "work": claim.work or "",
        "published": claim.published or "", "parts": claim.parts,
        "caveat": "; ".join(filter(None, (_one_line(claim.caveat), _contradict(claim)))),
    }  # fmt: skip
    if claim.verified_on is not None:
        printed["verified_on"] = claim.verified_on.isoformat()
    row = _make_row(
        figure, inputs, Verdict(status="low" if reason else "published", reason=reason), basis="cited", rung="cited",
        sources=sources, verify_by=claim.verify_by,
    )  # fmt: skip
    outdated = "not checked in time" if is_outdated else None
    return _with_value(row, figure, [printed], ["cited", publisher, outdated])


def _contradict(claim: Claim) -> str | None:
    """Say which official count contradicts a claim; None if none is known."""
    return None if claim.contradicted_by is None else f"contradicted: {_one_line(claim.contradicted_by)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- figures made of others -----------------------------------------------------------------------------


def _build_table(figure: Figure, members: Sequence[tuple[Figure, Figures]], inputs: FigureInputs) -> Figures:
    """Return the row of a table of figures, with the best state among its printed members.

    Unless this state is "published", a warning names the places that have it. Jobs are added up only if all members
    have the same basis. Employers are never added up, because an employer in several places would be counted more than
    once.
    """
    listed = (  # every region, and each country with at least one job
        (member, row) for member, row in members if row.value is not None or row.n_jobs or figure.gathers == REGIONS_PAY
    )
    rows = figure.arrange([_describe_member(figure, member, row) for member, row in listed])
    ids = {row["figure"] for row in rows}
    printed = [row for _, row in members if row.value is not None and row.figure in ids]
    sql = query.fill("members", {"as_of": inputs.as_of, "pattern": figure.gathers or ""})
    if not printed:
        verdict = Verdict(status="suppressed", reason="no place has enough data", n_jobs=0)
        return _make_row(figure, inputs, verdict, sql=sql, **vars(combine_evidence(printed)))
    bases, rungs = {row.basis for row in printed}, {row.rung for row in printed}
    basis = bases.pop() if len(bases) == 1 else None
    rung = rungs.pop() if len(rungs) == 1 else "named in each row"
    status = next(state for state in FIGURE_STATES if any(row.status == state for row in printed))
    unsure = dict.fromkeys(row["place"] for row in rows if row["status"] == status != "published")
    verdict = Verdict(
        status=status,
        reason=", ".join(unsure) or None,
        n_jobs=sum(row.n_jobs or 0 for row in printed) if basis else None,
    )
    row = _make_row(figure, inputs, verdict, basis=basis, rung=rung, sql=sql, **vars(combine_evidence(printed)))
    row = _with_value(row, figure, rows)
    return _head(row, notes.find_only_platform(row, {}))


def _describe_member(figure: Figure, member: Figure, row: Figures) -> Row:
    counted: Row = {"n_jobs": row.n_jobs, "n_employers": row.n_employers}
    first = notes.rows_of(row)[0] if row.value is not None else counted
    period = {"period": notes.describe_period(row), "period_to": row.period_to} if figure.shows_periods else {}
    near = row.nearest[0] if row.nearest else None
    return {
        **first,
        "place": pay.name_place([first], member.place),
        "figure": row.figure,
        "value": row.value,
        "rung": row.rung,
        "region_name": member.place,
        "sources": list(row.sources),
        "is_low": numbers.LOW_CONFIDENCE in (row.qualifier or "").split("; "),
        "nearest": notes.name_nearest(near) if near else None,
        "nearest_figure": near.figure if near else None,
        **period,
        "status": row.status,
        "reason": row.reason,
    }
