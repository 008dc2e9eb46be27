"""Everything the ledger knows of a figure, for whoever wants to follow it to its SQL and its archive files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date

from reports.figures import compute, query, vintages
from reports.figures.addresses import canonical
from reports.figures.catalogue import declarations, find_id
from reports.figures.declaration import WITHHELD, Figure
from reports.figures.query import Connection
from reports.wording import notes
from reports.wording.numbers import Row
from warehouse.database import SqlError
from warehouse.mart_tables import Figures, NearestFigure
from warehouse.ops_tables import FigureVintages, Vintages

NOT_KEPT = "computed now, in no ledger: a guide that shows the figure would keep it"


def explain_figure(con: Connection, figure_id: str, as_of: date | None = None) -> str:
    """Everything the ledger knows of a figure on a day (the newest when None), as text in labelled lines.

    A figure of an address that no guide shows is in no ledger: it is computed for the newest day. Raises `AddressError`
    where there is no such figure.
    """
    figure_id = find_id(figure_id)
    figures = declarations(con, [figure_id])
    figure = figures[figure_id]
    names = query.literal(_names_in_ledger(con, figure_id))
    history = query.read(con, f"FROM mart.figures WHERE list_contains({names}::VARCHAR[], figure) ORDER BY as_of DESC")
    newest = query.read(con, "SELECT max(as_of) AS as_of FROM mart.figures")[0]["as_of"]
    rows = [row for row in history if row["as_of"] == (as_of or newest)]
    row = ledger_row(rows[0]) if rows else _compute_now(con, figure_id, as_of or newest)
    if row is None:
        when = "" if as_of is None else f" for {as_of.isoformat()}"
        return f"{figure_id}\n{figure.entitle()}\nThe ledger has no row{when} yet: run the pipeline first."
    lines = [
        f"{row.figure} on {row.as_of.isoformat()}",
        row.title,
        "",
        *_line("value", notes.value(row)),
        *_list_vintages(con, row),
        *_line("status", row.status if row.reason is None else f"{row.status}: {row.reason}"),
        *_line("missing", row.missing),
        *(f"  {'nearest':<12}{near.figure}: {near.title}, {near.value}" for near in row.nearest or ()),
        *_line("kind", f"{row.kind}, {row.unit}"),
        *_line("basis", row.basis),
        *_line("sample", notes.say_sample(row)),
        *_line("rung", row.rung),
        *_line("n", notes.strength(row)),
        *_line("period", notes.describe_period(row) if row.kind == "measured" else None),
        *_line("note", notes.note(row)),
        *_line("2026 guide", row.baseline),
        *_line("verify by", row.verify_by.isoformat() if row.verify_by else None),
        *_line("sources", notes.credit(row) or "none"),
        *_line("snapshots", "none" if not row.snapshots else None),
        *(f"  {'snapshot':<12}{_with_day(name)}" for name in row.snapshots),
        *_line("code", row.code_version),
        *_ladder(con, figure, row),
        *(f"  {'history':<12}{line}" for line in _list_history(history)),
    ]
    if row.sql:
        lines += ["", "SQL", row.sql.rstrip() + ";"]
    if row.value_json:
        lines += ["", "Rows", *(json.dumps(dict(r), ensure_ascii=False) for r in notes.rows_of(row))]
    return "\n".join(lines)


def _names_in_ledger(con: Connection, figure_id: str) -> tuple[str, ...]:
    """The ids under which a figure stands in the ledger: a file of an earlier version has its earlier id."""
    names = (row["figure"] for row in query.read(con, "SELECT DISTINCT figure FROM mart.figures ORDER BY figure"))
    return tuple(name for name in names if canonical(name) == figure_id)


def _list_vintages(con: Connection, row: Figures) -> list[str]:
    """The list that a figure is read from, its vintages, the newest first, and those that the figure had itself."""
    if row.list is None:
        return []
    history = vintages.read_vintages(con, [row.list]).get(row.list, [])
    waiting = vintages.waiting_one(history)
    lines = _line("list", f"{row.list}, vintage {row.vintage}" if row.vintage else row.list)
    lines += _line("in review", f"since {waiting.offered_on.isoformat()}: {waiting.why}" if waiting else None)
    for one in reversed(history):
        lines += _line(f"vintage {one.number}", _describe_vintage(one))
    own = f"FROM ops.figure_vintages WHERE figure = {query.literal(row.figure)} ORDER BY number DESC"
    for own_row in query.read(con, own):
        before = FigureVintages(**own_row)
        lines += _line(f"before, {before.number}", f"{_describe_vintage(before)}: {before.value or 'withheld'}")
    return lines


def _describe_vintage(one: Vintages | FigureVintages) -> str:
    decision = f" on {one.decided_on.isoformat()}" if one.decided_on else ""
    beside = f" ({one.reason})" if one.reason else ""
    return f"{one.state}{decision}, {one.why}{beside}"


def ledger_row(row: Row) -> Figures:
    """A row of the ledger as the database gives it."""
    lists = {"sources": tuple(row["sources"]), "snapshots": tuple(row["snapshots"])}
    return Figures(**{**row, **lists, "behind": compute.contributions_of(row), "nearest": _nearest_of(row)})


def _compute_now(con: Connection, figure_id: str, day: date | None) -> Figures | None:
    """The row that a figure of an address would have on a day of the marts; None where there is no such day."""
    if day is None or not query.read(con, f"FROM mart.figures WHERE as_of = {query.literal(day)} LIMIT 1"):
        return None
    try:
        standing = vintages.read_standing(con)
        return compute.compute_asked(con, [figure_id], day, code_version=NOT_KEPT, standing=standing)[0]
    except SqlError:  # a file of an earlier version lacks what is read today
        return None


def _line(label: str, text: str | None) -> list[str]:
    return [] if text is None else [f"  {label:<12}{text}"]


def _with_day(warc: str) -> str:
    """An archive file with its day: files are named after the earliest WARC-Date in them."""
    name = warc.rsplit("/", 1)[-1]
    return f"{warc} ({name[:10]})"


def _nearest_of(row: Row) -> tuple[NearestFigure, ...]:
    """The column `nearest` as the database gives it; nothing in rows of a version that had none."""
    return tuple(NearestFigure(**part) for part in row.get("nearest") or ())


def _list_history(history: Iterable[Row]) -> Iterator[str]:
    """What a figure said each day, the newest first; values of two rungs are set apart: they do not compare."""
    rung = None
    for row in history:
        if row["rung"] != WITHHELD:
            if rung not in (None, row["rung"]):
                yield f"before, by another rung ({row['rung']}): not to be compared with what stands above"
            rung = row["rung"]
        yield f"{row['as_of'].isoformat()} {row['status']}: {row['value'] or row['reason']}"


def _ladder(con: Connection, figure: Figure, row: Figures) -> list[str]:
    """What each rung says now, with the number of all archive files behind it; later ones than used are not run.

    A warehouse that an earlier version published lacks what today's SELECTs read, which the line says.
    """
    try:
        return _climb_again(con, figure, row)
    except SqlError:
        how = "published by an earlier version, so it cannot be asked again; the next run publishes anew"
        return _line("rung", how)


def _climb_again(con: Connection, figure: Figure, row: Figures) -> list[str]:
    lines: list[str] = []
    inputs = compute.inputs_of(con, row.as_of, row.code_version, vintages.read_standing(con))
    for attempt in compute.climb(con, figure, inputs):
        verdict = attempt.verdict
        words = f"{verdict.status} (n = {verdict.n_jobs})" + (f": {verdict.reason}" if verdict.reason else "")
        lines.append(f"  {'rung':<12}{attempt.rung.name}: {words}")
        if attempt.rung.name == row.rung:
            files = compute.files_of(compute.behind_of(con, figure, attempt, inputs))
            counts = ", ".join(f"{source} {len(names)}" for source, names in files.items())
            lines += _line("files", counts or "none left in core")
            break
    return lines
