"""Everything the ledger knows about a figure, including its SQL and its archive files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date

from reports.figures import compute, ladder, query, vintages
from reports.figures.catalogue import declarations, find_id
from reports.figures.declaration import WITHHELD, Figure
from reports.figures.query import Connection
from reports.wording import causes, notes
from reports.wording.numbers import Row
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Vintages

NOT_KEPT = "computed now, in no ledger: a guide that shows the figure would keep it"


def explain_figure(con: Connection, figure_id: str, as_of: date | None = None) -> str:
    """Return everything known about a figure on a day as labelled lines of text; `as_of` is None for the newest day.

    A figure that is not in the ledger is computed for the newest day. Raise `AddressError` for an unknown figure.
    """
    figure_id = find_id(figure_id)
    figure = declarations(con, [figure_id])[figure_id]
    history = query.read(con, f"FROM mart.figures WHERE figure = {query.literal(figure_id)} ORDER BY as_of DESC")
    day: date | None = as_of or query.read(con, "SELECT max(as_of) AS as_of FROM mart.figures")[0]["as_of"]
    kept = next((compute.ledger_row(row) for row in history if row["as_of"] == day), None)
    row = kept or _compute_now(con, figure_id, day)
    if row is None:
        when = "" if as_of is None else f" for {as_of.isoformat()}"
        return f"{figure_id}\n{figure.entitle()}\nThe ledger has no row{when} yet: run the pipeline first."
    lines = [f"{row.figure} on {row.as_of.isoformat()}", row.title, ""]
    lines += [f"  {label:<12}{text}" for label, text in _list_lines(con, figure, row, history) if text is not None]
    if row.sql:
        lines += ["", "SQL", row.sql.rstrip() + ";"]
    if row.value_json:
        lines += ["", "Rows", *(json.dumps(dict(r), ensure_ascii=False) for r in notes.rows_of(row))]
    return "\n".join(lines)


def _list_lines(
    con: Connection, figure: Figure, row: Figures, history: Iterable[Row]
) -> Iterator[tuple[str, str | None]]:
    yield "value", notes.value(row)
    yield from _list_vintages(con, row)
    yield "status", row.status if row.reason is None else f"{row.status}: {row.reason}"
    yield "kind", f"{row.kind}, {row.unit}"
    yield "basis", row.basis
    yield "rung", row.rung
    yield "n", notes.strength(row)
    yield "period", notes.describe_period(row) if row.kind == "measured" else None
    yield "note", notes.note(row)
    yield "sources", notes.credit(row) or "none"
    yield "snapshots", "none" if not row.snapshots else None
    for name in row.snapshots:  # files are named after the earliest WARC-Date in them
        yield "snapshot", f"{name} ({name.rsplit('/', 1)[-1][:10]})"
    yield "code", row.code_version
    yield from _retry_rungs(con, figure, row)
    rung = None
    for past in history:
        if past["rung"] != WITHHELD:
            if rung not in (None, past["rung"]):
                yield "history", f"before, by another rung ({past['rung']}): not to be compared with what stands above"
            rung = past["rung"]
        yield "history", f"{past['as_of'].isoformat()} {past['status']}: {past['value'] or past['reason']}"


def _list_vintages(con: Connection, row: Figures) -> Iterator[tuple[str, str | None]]:
    if row.list is None:
        return
    history = vintages.read_vintages(con).get(row.list, [])
    waiting, found = vintages.find_waiting(history), vintages.read_causes(con).get(row.figure, [])
    yield "list", f"{row.list}, vintage {row.vintage}" if row.vintage else row.list
    yield "in review", f"since {waiting.offered_on.isoformat()}: {waiting.why}" if waiting else None
    for vintage in reversed(history):
        yield f"vintage {vintage.number}", _describe_vintage(vintage)
        for line in causes.say_all(causes.select(found, row.list, vintage.number)):
            yield "moved", line
    yield "order", causes.ORDER_WORDS if found else None


def _describe_vintage(vintage: Vintages) -> str:
    decision = f" on {vintage.decided_on.isoformat()}" if vintage.decided_on else ""
    reason = f" ({vintage.reason})" if vintage.reason else ""
    return f"{vintage.state}{decision}, {vintage.why}{reason}"


def _compute_now(con: Connection, figure_id: str, day: date | None) -> Figures | None:
    if day is None or not query.read(con, f"FROM mart.figures WHERE as_of = {query.literal(day)} LIMIT 1"):
        return None
    standing = vintages.read_standing(con)
    return compute.compute_asked(con, [figure_id], day, code_version=NOT_KEPT, standing=standing)[0]


def _retry_rungs(con: Connection, figure: Figure, row: Figures) -> Iterator[tuple[str, str]]:
    """Yield (label, text) for each rung tried now, down to the rung used, and for the archive files of that rung."""
    inputs = ladder.inputs_of(con, row.as_of, vintages.read_standing(con))
    for attempt in ladder.try_rungs(con, figure, inputs):
        verdict = attempt.verdict
        words = f"{verdict.status} (n = {verdict.n_jobs})" + (f": {verdict.reason}" if verdict.reason else "")
        yield "rung", f"{attempt.rung.name}: {words}"
        if attempt.rung.name == row.rung:
            files = ladder.files_of(ladder.read_behind(con, figure, attempt.rung, inputs))
            counts = ", ".join(f"{source} {len(names)}" for source, names in files.items())
            yield "files", counts or "none left in core"
            return
