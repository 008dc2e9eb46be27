"""A figure as a tool hands it out: never without interval, basis and reference period, or why it has none.

`summarise` is for lists and comparisons, `describe` says all. Both take what a release says of a figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reports.cells.cell import PARTS, Number, numbers_of
from reports.mcp.market import Snapshot
from reports.release import figure_files
from reports.wording import notes
from reports.wording.bases import BASES
from transforms.records.columns import fields_of
from warehouse.mart_tables import Figures, ReportedPay, SalaryBands
from warehouse.marts.printing import BOUNDS, POINT

PUBLISHED, STALE, UNDER_REVIEW, WITHHELD = "published", "stale", "under review", "withheld"
STATES = (PUBLISHED, STALE, UNDER_REVIEW, WITHHELD)
"""In which state a figure is: as it should be; of long ago; published while a newer value waits for a person's review;
without a value, since it is not sure enough."""
SAMPLE_WARNING = "Invented sample data: never quote these numbers as facts."
ROWS_OF_PAGE = 30
"""Rows of a table that one answer has."""
DIGITS = 6
COUNTED = ("n_boards", "n_adverts")
"""Parts that count what was read."""
A_COUNT = "a count of what was read, no estimate"


def say_instead(figure: Figures) -> dict[str, Any]:
    """What the value is of where that is not what the id names: the first that an answer says."""
    instead = notes.say_instead(figure)
    return {"instead": f"not what was asked for: {instead}"} if instead else {}


def head(snapshot: Snapshot) -> dict[str, Any]:
    """What every answer says of the file that it is from."""
    answer: dict[str, Any] = {"as_of": snapshot.published.as_of.isoformat()}
    return answer | {"warning": SAMPLE_WARNING} if snapshot.published.is_sample else answer


def state_of(figure: Figures, snapshot: Snapshot) -> str:
    """The state of a figure (`STATES`)."""
    if figure.value is None:
        return WITHHELD
    if figure.status == "stale":
        return STALE
    return UNDER_REVIEW if figure.list in snapshot.waiting else PUBLISHED


# --- intervals ------------------------------------------------------------------------------------------------


def describe_number(number: Number, basis: str | None) -> dict[str, Any]:
    """A number with its interval, or why it has none."""
    record = {name: round_off(value) for name, value in number.describe().items()}
    record["form"] = {POINT: "value", BOUNDS: "bounds only"}.get(number.form, "interval only")
    if number.low is None or number.high is None:
        record["no_interval"] = why_no_interval(number.part, basis)
    return record


def round_off(value: Any) -> Any:
    """A number by as many digits as anybody needs; all else as it is."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def why_no_interval(part: str, basis: str | None) -> str:
    """Why a number has no interval."""
    return A_COUNT if part in COUNTED else (BASES[basis] if basis in BASES else BASES["postings"]).no_interval


def interval_in_words(numbers: Sequence[Number], basis: str | None) -> str:
    """The intervals of a row's numbers: "95% interval: low 110,000 to 124,000, high 150,000 to 161,000 USD a year"."""
    if not numbers:
        return f"none: {why_no_interval('', basis)}"
    groups: dict[tuple[str, str], list[str]] = {}
    for number in numbers:
        if number.low is None or number.high is None:
            key, span = ("", why_no_interval(number.part, basis)), ""
        else:
            what = "bounds that silent adverts leave" if number.form == BOUNDS else "95% interval"
            key, span = (what, unit_in_words(number.unit)), f" {say_span(number)}"
        groups.setdefault(key, []).append(f"{number.part}{span}")
    phrases = [
        f"{what}: {', '.join(parts)} {unit}" if what else f"none for {', '.join(parts)}: {unit}"
        for (what, unit), parts in groups.items()
    ]
    return "; ".join(phrases)


def say_span(number: Number) -> str:
    """The two ends of an interval without the unit: "76.0 to 94.4%"."""
    low, high = number.low or 0.0, number.high or 0.0
    if _is_share(number.unit):
        return f"{100 * low:.1f} to {100 * high:.1f}%"
    return " to ".join(f"{end:,.0f}" if abs(high) >= 1_000 else f"{end:.4g}" for end in (low, high))


def unit_in_words(unit: str) -> str:
    """A unit behind its numbers: "of jobs" behind per cent."""
    return unit.removeprefix("share ") if _is_share(unit) else unit


def _is_share(unit: str) -> bool:
    """Whether a number is said in per cent. A rate a day is too small for that."""
    return unit.startswith("share of") and not unit.endswith("a day")


# --- in short -------------------------------------------------------------------------------------------------


def summarise(figure: Figures, snapshot: Snapshot) -> dict[str, Any]:
    """A figure in short. A table has no value here: its rows have intervals of their own, which `get` gives."""
    state = state_of(figure, snapshot)
    summary: dict[str, Any] = say_instead(figure) | {
        "id": figure.figure,
        "title": figure.title,
        "state": state,
        "value": figure.value,
    }
    rows = list(figure_files.named_rows(figure))
    if state == WITHHELD:
        return summary | {"reason": figure.reason, "missing": figure.missing} | _base(figure)
    if len(rows) > 1:
        own = {"value": None, "table_rows": len(rows), "interval": "each row has its own: use get"}
        return summary | own | _base(figure)
    return summary | {"interval": interval_of(figure)} | _base(figure) | _doubt_of(figure)


def interval_of(figure: Figures) -> str:
    """The intervals of a figure of one row in words, or why it has none."""
    if figure.value is None:
        return "none: the figure is withheld"
    numbers = [number for _, row in figure_files.named_rows(figure) for number in numbers_of(row)]
    if not numbers and figure.kind != "cited":
        return f"none: {A_COUNT}"
    return interval_in_words(numbers, "cited" if figure.kind == "cited" else figure.basis)


def _base(figure: Figures) -> dict[str, Any]:
    return {"basis": basis_of(figure), "period": notes.describe_period(figure), "n": _strength(figure)}


def _strength(figure: Figures) -> str | None:
    return None if figure.n_jobs is None else notes.strength(figure)


def basis_of(figure: Figures) -> str:
    """What a figure rests on, in words."""
    if figure.kind == "cited":
        return BASES["cited"].words
    return notes.say_basis(figure)


def _doubt(status: str | None, reason: str | None) -> dict[str, Any]:
    """Why a value is less sure than others, where it is."""
    return {"confidence": f"low: {reason}"} if status == "low" else {}


def _doubt_of(figure: Figures) -> dict[str, Any]:
    """The same of a figure; one that is stale may have been unsure already."""
    rows = notes.rows_of(figure)
    if figure.status == "stale" and len(rows) == 1:
        return _doubt(rows[0].get("status"), rows[0].get("reason"))
    return _doubt(figure.status, figure.reason)


# --- in full --------------------------------------------------------------------------------------------------


def describe(figure: Figures, snapshot: Snapshot, *, rows_from: int = 0) -> dict[str, Any]:
    """All that must be known of a figure to quote it, with at most `ROWS_OF_PAGE` rows of a table."""
    description = figure_files.describe(figure, snapshot.with_licences_of([figure]))
    rows = list(_describe_rows(figure, snapshot))
    state, is_table = state_of(figure, snapshot), len(rows) > 1
    answer = (
        say_instead(figure)
        | head(snapshot)
        | {
            "id": figure.figure,
            "title": figure.title,
            "state": state,
            "value": None if is_table else figure.value,
            "value_unit": figure.unit,
            "interval": "each row has its own" if is_table else interval_of(figure),
            "basis": basis_of(figure),
            "period": description["period"] | {"in_words": notes.describe_period(figure)},
        }
    )
    if waiting := snapshot.waiting.get(figure.list or ""):
        answer["under_review"] = {"since": waiting.offered_on, "because": waiting.why}
    names = ["n", "employers", "rung"]
    if state == WITHHELD:
        return answer | {name: description[name] for name in ("reason", "missing", "nearest", *names)}
    answer |= _doubt_of(figure) | ({"reason": figure.reason} if state == STALE else {})
    answer |= {"definition": description["definition"]}
    if not is_table:
        answer |= {"parts": rows[0]["parts"] if rows else {}, "part_meanings": _define_parts(rows, figure.basis)}
    elif any(row["parts"] for row in rows):
        answer |= _page(rows, rows_from)
    else:
        answer |= _page(_list_printed(figure), rows_from) | {"interval": f"none: {A_COUNT}"}
    names += ["read_on", "verify_by", "sources", "licence", "citation"]
    return answer | {name: description[name] for name in names}


def _define_parts(rows: Sequence[dict[str, Any]], basis: str | None) -> dict[str, str]:
    """What the parts of pay mean, as the dictionary has it of the columns that they are from."""
    mart = ReportedPay if basis == "reported" else SalaryBands
    columns = {part.name: part.column for part in PARTS}
    meanings = {field.name: field.column.doc.partition("; NULL")[0] for field in fields_of(mart)}
    definitions = {name: meanings.get(columns[name]) for row in rows for name in row["parts"]}
    return {name: meaning for name, meaning in definitions.items() if meaning}


def _list_printed(figure: Figures) -> list[dict[str, Any]]:
    """The rows of a table of counts as the page prints it, by column."""
    table = notes.table(figure)
    return [] if table is None else [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def _page(rows: Sequence[dict[str, Any]], first: int) -> dict[str, Any]:
    page = list(rows[first : first + ROWS_OF_PAGE])
    answer: dict[str, Any] = {"rows": page, "rows_total": len(rows)}
    after = first + len(page)
    return answer | {"next_rows_from": after} if after < len(rows) else answer


def _describe_rows(figure: Figures, snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """The rows behind a figure by name, each number with its interval or why it has none.

    A row that is a figure itself says which, with its own state, basis and period.
    """
    for name, row in figure_files.named_rows(figure):
        basis = "cited" if figure.kind == "cited" else row.get("basis") or figure.basis
        record: dict[str, Any] = {"name": name}
        member = snapshot.figures.get(row.get("figure") or "")
        if member is not None and member.figure != figure.figure:
            period = notes.describe_period(member)
            record |= {"figure": member.figure, "state": state_of(member, snapshot), "period": period}
            record["basis"] = basis_of(member)
        record["parts"] = {number.part: describe_number(number, basis) for number in numbers_of(row)}
        record["n"] = row.get("n_persons") or row.get("n_jobs")
        if row.get("n_employers") is not None:
            record["employers"] = row["n_employers"]
        yield record | _doubt(row.get("status"), row.get("reason"))
