"""A figure as files: JSON with all that must be known of it, its numbers as CSV, and its entry in the ledger.

Stable paths hold what is published now, those with the name of a release what that release published:

    figures/ID.json, figures/ID.csv, figures/ID.svg
    figures/RELEASE/ID.json          RELEASE is the day, with .2 and so on where a day has several
    ledger/ID.json
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from reports.figures.catalogue import declaration_of
from reports.figures.declaration import Figure
from reports.figures.history import FigureVintage
from reports.figures.vintages import PUBLISHED, waiting_one
from reports.release.licences import OURS, Licence
from reports.release.numbers import numbers_of
from reports.release.published import PublishedDay
from reports.wording import notes
from reports.wording.numbers import Row
from warehouse.mart_tables import Figures
from warehouse.publish.release_tables import find_missing

LABELS = ("name", "place", "word", "title", "skill", "country_name", "cell", "item")
"""Columns that may name a row of a table, where its renderer names none."""


def to_json(content: object) -> bytes:
    """Readable JSON that is the same for the same content."""
    return (json.dumps(content, ensure_ascii=False, indent=1, default=plain) + "\n").encode()


def plain(value: object) -> object:
    """A value that JSON has no form for, as it stands in files: days as ISO 8601, records as objects."""
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"no JSON for {value!r}")


def from_json(path: Path) -> Any:
    """What `to_json` wrote into a file."""
    return json.loads(path.read_bytes())


def path_of(figure_id: str, suffix: str = "json") -> str:
    """Where a figure stands in a release."""
    return f"figures/{figure_id}.{suffix}"


def dated_path_of(figure_id: str, release: str) -> str:
    """Where a figure stands as a release published it."""
    return f"figures/{release}/{figure_id}.json"


def describe(figure: Figures, publication: PublishedDay) -> dict[str, Any]:
    """A figure as JSON has it: value and numbers, what they rest on, and on which terms they may be used."""
    licence, declaration = publication.licences[figure.figure], declaration_of(figure.figure)
    is_printed = figure.value is not None
    return {
        "id": figure.figure,
        "title": figure.title,
        "as_of": figure.as_of,
        "published_on": publication.as_of,
        "is_sample": publication.is_sample,
        "status": figure.status,
        "value": figure.value,
        "bare_value": figure.bare_value,
        "qualifier": figure.qualifier,
        "unit": figure.unit,
        "rows": [_describe_row(row, name) for name, row in named_rows(figure)],
        "n": figure.n_jobs,
        "employers": figure.n_employers,
        "strength": notes.strength(figure) if is_printed else None,
        "kind": figure.kind,
        "basis": figure.basis,
        "basis_in_words": notes.say_basis(figure) if figure.basis else None,
        "rung": figure.rung,
        "definition": notes.note(figure) if is_printed else None,
        "reason": figure.reason,
        "missing": figure.missing,
        "nearest": [near.figure for near in figure.nearest or ()],
        "period": {
            "from": figure.period_from,
            "to": figure.period_to,
            "in_words": notes.describe_period(figure) if is_printed else None,
        },
        "read_on": figure.read_on,
        "verify_by": figure.verify_by,
        "sources": list(_describe_sources(figure, publication)),
        "licence": licence.describe(),
        "without": list(publication.without.get(figure.figure, ())),
        "citation": publication.cite_figure(figure, path_of(figure.figure)),
        "ledger": f"../ledger/{figure.figure}.json",
        "sql": describe_sql(figure, declaration, licence),
        **_describe_vintages(publication.vintages.get(declaration.alias_of or figure.figure, ())),
    }


RELEASE, WAREHOUSE = "release", "warehouse"


def describe_sql(figure: Figures, declaration: Figure, licence: Licence) -> dict[str, Any] | None:
    """The SELECT that answers what a figure says from the cells that are published, and the file that answers it.

    That is the file of the release, or the warehouse alone where the SELECT reads adverts or what another licence
    binds. A claim is in no cell.
    """
    if figure.sql is None or declaration.retired is not None:
        return None
    is_bound = figure.kind == "measured" and licence.id != OURS
    return {"select": figure.sql, "answered_by": WAREHOUSE if is_bound or find_missing(figure.sql) else RELEASE}


def _describe_vintages(vintages: Sequence[FigureVintage]) -> dict[str, Any]:
    """Every vintage that was published, the newest first, and since when another waits for review."""
    waiting = waiting_one(vintages)
    return {
        "vintages": [
            {
                "number": one.number, "as_of": one.as_of, "published_on": one.decided_on, "value": one.value,
                "is_reviewed": one.is_reviewed,
                "n": one.n_jobs, "why": one.why, "erratum": one.reason if one.is_correction else None,
            }
            for one in reversed(vintages) if one.state == PUBLISHED
        ],
        "under_review_since": None if waiting is None else waiting.offered_on,
    }  # fmt: skip


def named_rows(figure: Figures) -> Iterator[tuple[str | None, Row]]:
    """The rows behind a printed figure with their names, without those withheld; a single row needs no name."""
    rows = notes.rows_of(figure) if figure.value is not None else ()
    named_by = declaration_of(figure.figure).renderer.named_by
    for row in rows:
        if row.get("status") != "suppressed":
            name = next((row[c] for c in (named_by, *LABELS) if c and isinstance(row.get(c), str)), None)
            yield (name if len(rows) > 1 else None), row


def _describe_row(row: Row, name: str | None) -> dict[str, Any]:
    return {
        "name": name,
        "parts": {number.part: number.describe() for number in numbers_of(row)},
        "n": row.get("n_persons") or row.get("n_jobs"),
        "employers": row.get("n_employers"),
        "status": row.get("status"),
    }


def _describe_sources(figure: Figures, publication: PublishedDay) -> Iterator[dict[str, Any]]:
    counts = {part.source: part.n for part in figure.behind or ()}
    for name in figure.sources:
        source = publication.sources.get(name)
        yield {
            "source": name,
            "title": source.title if source else name,
            "publisher": source.publisher if source else name,
            "attribution": source.attribution if source else None,
            "terms": source.licence if source else None,
            "url": (source.terms_url or source.homepage) if source else None,
            "n": counts.get(name),
        }


CSV_COLUMNS = (
    "figure", "as_of", "status", "row", "part", "value", "low", "high", "unit", "form", "n", "employers", "basis",
    "rung", "period_from", "period_to", "sources", "licence", "is_sample",
)  # fmt: skip


def to_csv(figures: Iterable[Figures], publication: PublishedDay) -> bytes:
    """The numbers of figures, a line for each; of one that is withheld, or says no number, one line without any."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    lines.writerow(CSV_COLUMNS)
    for figure in figures:
        lines.writerows(_list_numbers(figure, publication))
    return out.getvalue().encode()


def table_of_figures(publication: PublishedDay) -> bytes:
    """The numbers of all figures that are under our own licence."""
    return to_csv((row for row in publication.figures if publication.licences[row.figure].id == OURS), publication)


def _list_numbers(figure: Figures, publication: PublishedDay) -> Iterator[tuple[Any, ...]]:
    beside = (
        figure.basis, figure.rung, figure.period_from, figure.period_to, " ".join(figure.sources),
        publication.licences[figure.figure].id, str(publication.is_sample).lower(),
    )  # fmt: skip
    head = (figure.figure, figure.as_of)
    is_empty = True
    for name, row in named_rows(figure):
        counts = (row.get("n_persons") or row.get("n_jobs"), row.get("n_employers"))
        for number in numbers_of(row):
            is_empty = False
            values = (number.part, number.value, number.low, number.high, number.unit, number.form)
            yield (*head, row.get("status", figure.status), name, *values, *(number.counts or counts), *beside)
    if is_empty:
        yield (*head, figure.status, *[None] * 7, figure.n_jobs, figure.n_employers, *beside)


def describe_entry(figure: Figures) -> dict[str, Any]:
    """The entry of a figure in the ledger: the SELECT it was read with, and what stands behind it."""
    return {
        "figure": figure.figure,
        "as_of": figure.as_of,
        "sql": figure.sql,
        "behind": list(figure.behind or ()),
        "snapshots": list(figure.snapshots),
        "code_version": figure.code_version,
        "figure_file": f"../{path_of(figure.figure)}",
    }


def describe_index(publication: PublishedDay) -> dict[str, Any]:
    """All figures of a release in one file, and which were left out and why."""
    return {
        "as_of": publication.as_of,
        "is_sample": publication.is_sample,
        "figures": [
            {
                "id": row.figure, "title": row.title, "value": row.value, "status": row.status, "unit": row.unit,
                "n": row.n_jobs, "licence": publication.licences[row.figure].id, "file": path_of(row.figure),
            }
            for row in publication.figures
        ],
        "left_out": publication.left_out,
    }  # fmt: skip


def files_of(publication: PublishedDay, release: str | None = None) -> Iterator[tuple[str, bytes]]:
    """Every file of the figures but their charts, by path; with a `release` the dated copies, too."""
    for figure in publication.figures:
        content = to_json(describe(figure, publication))
        yield path_of(figure.figure), content
        if release is not None:
            yield dated_path_of(figure.figure, release), content.replace(b'"../ledger/', b'"../../ledger/')
        yield path_of(figure.figure, "csv"), to_csv([figure], publication)
        yield f"ledger/{figure.figure}.json", to_json(describe_entry(figure))
    yield "figures.csv", table_of_figures(publication)
    yield "figures/index.json", to_json(describe_index(publication))
    if release is not None:
        yield dated_path_of("index", release), to_json(describe_index(publication))
