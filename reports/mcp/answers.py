"""Answers on figures: each has its interval, basis and reference period, or says why it has none.

`summarise` is for lists and comparisons. `describe` adds the numbers of a figure and what a release says about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from reports.cells.cell import PARTS, Cell, Number
from reports.cells.of_figure import cells_of
from reports.figures.addresses import KINDS, parts_of
from reports.mcp.market import Snapshot
from reports.release import figure_files
from reports.wording import notes
from reports.wording.bases import BASES
from transforms.records.columns import fields_of
from warehouse.mart_tables import Figures, ReportedPay, SalaryBands
from warehouse.marts.printing import BOUNDS, PLATFORMS, SAYS

PUBLISHED, STALE, UNDER_REVIEW, WITHHELD = "published", "stale", "under review", "withheld"
"""States of a figure: current; old; published while a newer value waits for review; without a value, for lack of data.
"""
SAMPLE_WARNING = "Invented sample data: never quote these numbers as facts."
ROWS_OF_PAGE = 30
"""The most rows of a table in one answer."""
DIGITS = 6
_SPANS = {BOUNDS: "bounds that silent adverts leave", PLATFORMS: "95% intervals of platforms reach from"}
"""What the two ends of a share are that has neither a point nor an interval, by its form."""
COUNTED = ("n_boards", "n_adverts")
"""Parts that are counts of what was read, not estimates."""
A_COUNT = "a count of what was read, no estimate"
OF_WITHHELD = ("n", "employers", "rung")
OF_PRINTED = ("definition", "read_on", "verify_by", "n", "employers", "rung", "sources", "licence", "citation")
"""Keys that `describe` copies from `figure_files.describe`: `OF_WITHHELD` for a withheld figure, else `OF_PRINTED`."""


def head(snapshot: Snapshot) -> dict[str, Any]:
    """Return what every answer says about the published file."""
    answer: dict[str, Any] = {"as_of": snapshot.published.as_of.isoformat()}
    return answer | {"warning": SAMPLE_WARNING} if snapshot.published.is_sample else answer


def state_of(figure: Figures, snapshot: Snapshot) -> str:
    """Return the state of a figure: PUBLISHED, STALE, UNDER_REVIEW or WITHHELD."""
    if figure.value is None:
        return WITHHELD
    if figure.status == "stale":
        return STALE
    return UNDER_REVIEW if figure.list in snapshot.waiting else PUBLISHED


# --- intervals ------------------------------------------------------------------------------------------------


def _describe_number(number: Number, basis: str) -> dict[str, Any]:
    record = {name: round_off(value) for name, value in number.describe().items()}
    return record if number.ends else record | {"no_interval": _why_no_interval(number, basis)}


def round_off(value: Any) -> Any:
    """Round a float to `DIGITS` significant digits. Any other value is returned unchanged."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _why_no_interval(number: Number, basis: str) -> str:
    if number.form == SAYS:
        return "too few adverts say"
    return A_COUNT if number.part in COUNTED else (BASES[basis] if basis in BASES else BASES["postings"]).no_interval


def say_interval(figure: Figures) -> str:
    """Return a figure's intervals in words, such as "95% interval: low 110,000 to 124,000 USD a year".

    If the figure has no interval, return why.
    """
    if figure.value is None:
        return "none: the figure is withheld"
    cells = cells_of(figure)
    if not any(cell.numbers for cell in cells):
        return f"none: {BASES['cited'].no_interval if figure.kind == 'cited' else A_COUNT}"
    if len(cells) > 1:
        return "each row has its own"
    phrases: dict[str, list[str]] = {}
    for number in cells[0].numbers.values():
        if number.ends is None:
            phrase, said = f"none for {{}}: {_why_no_interval(number, cells[0].basis)}", number.part
        else:
            what = _SPANS.get(number.form, "95% interval")
            phrase, said = f"{what}: {{}} {unit_in_words(number.unit)}", f"{number.part} {say_span(number)}"
        phrases.setdefault(phrase, []).append(said)
    return "; ".join(phrase.format(", ".join(parts)) for phrase, parts in phrases.items())


def say_span(number: Number) -> str:
    """Return the two ends of an interval without the unit: "76.0 to 94.4%"."""
    low, high = number.ends or (0.0, 0.0)
    if _is_share(number.unit):
        return f"{100 * low:.1f} to {100 * high:.1f}%"
    return " to ".join(f"{end:,.0f}" if abs(high) >= 1_000 else f"{end:.4g}" for end in (low, high))


def unit_in_words(unit: str) -> str:
    """Return a unit as it is written after its numbers: "USD per year", or "of jobs" after a percentage."""
    return unit.removeprefix("share ") if _is_share(unit) else unit


def _is_share(unit: str) -> bool:
    return unit.startswith("share of") and not unit.endswith("a day")


# --- in short -------------------------------------------------------------------------------------------------


def summarise(figure: Figures, snapshot: Snapshot) -> dict[str, Any]:
    """Return a figure in short form.

    The value of a table is left out, because each of its rows has an interval (`describe` gives the rows).
    """
    state, cells, instead = state_of(figure, snapshot), cells_of(figure), notes.say_instead(figure)
    is_table = len(cells) > 1
    summary: dict[str, Any] = {"instead": f"not what was asked for: {instead}"} if instead else {}
    summary |= {
        "id": figure.figure,
        "title": figure.title,
        "state": state,
        "value": None if is_table else figure.value,
        "interval": say_interval(figure),
        "basis": notes.say_basis(figure),
        "period": notes.describe_period(figure),
        "n": None if figure.n_jobs is None else notes.strength(figure),
    }
    if is_table:
        summary["rows_total"] = len(cells)
    if state in (STALE, WITHHELD):
        summary["reason"] = figure.reason
    if state == WITHHELD:
        return summary | {"missing": figure.missing}
    return summary | _doubt(cells[0] if state == STALE and len(cells) == 1 else figure)


def _doubt(value: Figures | Cell) -> dict[str, Any]:
    return {"confidence": f"low: {value.reason}"} if value.status == "low" else {}


# --- in full --------------------------------------------------------------------------------------------------


def describe(figure: Figures, snapshot: Snapshot, *, rows_from: int = 0) -> dict[str, Any]:
    """Return all that is needed to quote a figure.

    A table has at most `ROWS_OF_PAGE` rows, starting with the row of index `rows_from`.
    """
    description = figure_files.describe(figure, snapshot.with_licence_of(figure))
    summary = summarise(figure, snapshot)
    instead = {"instead": summary["instead"]} if "instead" in summary else {}
    answer = instead | head(snapshot) | summary
    if codes := _find_codes(figure.figure, snapshot):
        answer["codes"] = codes
    answer |= {"value_unit": figure.unit, "period": description["period"] | {"in_words": summary["period"]}}
    if waiting := snapshot.waiting.get(figure.list or ""):
        answer["under_review"] = {"since": waiting.offered_on, "because": waiting.why}
    if figure.value is None:
        return answer | {name: description[name] for name in OF_WITHHELD}
    answer |= {name: description[name] for name in OF_PRINTED}
    pairs = zip(cells_of(figure), description["rows"], strict=True)
    rows = [_describe_row(cell, row, snapshot) for cell, row in pairs]
    if len(rows) <= 1:
        parts = rows[0]["parts"] if rows else {}
        return answer | {"parts": parts, "part_meanings": _define_parts(parts, figure.basis)}
    if not any(row["parts"] for row in rows):
        table = notes.table(figure)
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows] if table else []
    after = rows_from + ROWS_OF_PAGE
    answer |= {"rows": rows[rows_from:after], "rows_total": len(rows)}
    return answer | {"next_rows_from": after} if after < len(rows) else answer


def _find_codes(figure_id: str, snapshot: Snapshot) -> dict[str, list[dict[str, str]]]:
    kind, *parts = figure_id.split(".")
    parts_by_name = dict(zip(parts_of(kind), parts, strict=False)) if kind in KINDS else {}
    if parts_by_name.get("measure") == "skill":  # of `employers.skill.…`
        parts_by_name["skill"] = parts_by_name.get("item", "")
    part_of = {"skill": ("skill",), "work": ("role", "group")}
    found = {
        what: [asdict(code) for name in names for code in snapshot.codes[what].get(parts_by_name.get(name, ""), ())]
        for what, names in part_of.items()
    }
    return {what: codes for what, codes in found.items() if codes}


def _describe_row(cell: Cell, row: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    record = row | {"parts": {part: _describe_number(number, cell.basis) for part, number in cell.numbers.items()}}
    if cell.id != cell.figure:
        record["figure"] = cell.id
        if member := snapshot.figures.get(cell.id):
            record |= {"state": state_of(member, snapshot), "basis": notes.say_basis(member)}
            record["period"] = notes.describe_period(member)
    return record | _doubt(cell)


def _define_parts(parts: Iterable[str], basis: str | None) -> dict[str, str]:
    columns = {part.name: part.column for part in PARTS}
    docs = {field.name: field.column.doc for field in fields_of(ReportedPay if basis == "reported" else SalaryBands)}
    return {name: docs[columns[name]].partition("; NULL")[0] for name in parts if columns[name] in docs}
