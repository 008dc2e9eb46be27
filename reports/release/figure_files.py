"""A figure as files: JSON with everything about it, its numbers as CSV, and its entry in the ledger.

Stable paths hold the newest values. Paths that contain the name of a release hold the values of that release:

    figures/ID.json, figures/ID.csv, figures/ID.svg
    figures/RELEASE/ID.json          RELEASE is the day; further releases of a day end in .2 and so on
    ledger/ID.json
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any

from reports.cells.of_figure import cells_of
from reports.figures.catalogue import declaration_of
from reports.figures.declaration import Figure
from reports.figures.vintages import PUBLISHED, find_waiting
from reports.release.licences import OURS, Licence
from reports.release.published import PublishedDay
from reports.wording import notes, sentences
from warehouse.mart_tables import Figures
from warehouse.publish.release_tables import find_missing


def to_json(content: object) -> bytes:
    """Return readable JSON; the same content always gives the same bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1, default=plain) + "\n").encode()


def plain(value: object) -> object:
    """Convert a value for JSON: days to ISO 8601, dataclasses to objects. Raise `TypeError` for other values."""
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"no JSON for {value!r}")


def path_of(figure_id: str, suffix: str = "json") -> str:
    """Return the path of a figure's newest file in a release."""
    return f"figures/{figure_id}.{suffix}"


def page_of(figure_id: str) -> str:
    """Return the path of a figure's page on the site."""
    return f"f/{figure_id}.html"


def dated_path_of(figure_id: str, release: str) -> str:
    """Return the path of a figure's file as the named release published it."""
    return f"figures/{release}/{figure_id}.json"


def describe(figure: Figures, publication: PublishedDay) -> dict[str, Any]:
    """Return the JSON object of a figure: its value and numbers, what they rest on, and the terms of use."""
    licence, declaration = publication.licences[figure.figure], declaration_of(figure.figure)
    vintages = publication.vintages.get(figure.figure, ())
    waiting = find_waiting(vintages)
    published = [
        {
            "number": past.number, "as_of": past.as_of, "published_on": past.decided_on, "value": past.value,
            "is_reviewed": past.is_reviewed, "n": past.n_jobs, "why": past.why,
            "erratum": past.reason if past.is_correction else None,
        }
        for past in reversed(vintages) if past.state == PUBLISHED
    ]  # fmt: skip
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
        "sentences": {
            form: {"words": words, "rule": sentences.rule_of(form)}
            for form, words in sentences.say_all(figure, is_sample=publication.is_sample).items()
        },
        "rows": [
            {
                "name": cell.name,
                **({"source": cell.row["source"]} if declaration.is_collection else {}),
                "parts": {part: number.describe() for part, number in cell.numbers.items()},
                "n": cell.n,
                "employers": cell.employers,
                "status": cell.row.get("status"),
            }
            for cell in cells_of(figure)
        ],
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
        "licence": dataclasses.asdict(licence),
        "without": list(publication.without.get(figure.figure, ())),
        "citation": publication.cite_figure(figure, path_of(figure.figure)),
        "ledger": f"../ledger/{figure.figure}.json",
        "sql": describe_sql(figure, declaration, licence),
        "vintages": published,
        "under_review_since": waiting.offered_on if waiting else None,
    }


RELEASE, WAREHOUSE = "release", "warehouse"


def describe_sql(figure: Figures, declaration: Figure, licence: Licence) -> dict[str, Any] | None:
    """Return the SELECT that gives a figure from published cells (`select`), and where it can be run (`answered_by`).

    It can be run on the file of the release. If it reads adverts, or data under another licence, it can only be run on
    the warehouse. Return None for claims.
    """
    if figure.sql is None:
        return None
    is_bound = figure.kind == "measured" and licence.id != OURS
    return {"select": figure.sql, "answered_by": WAREHOUSE if is_bound or find_missing(figure.sql) else RELEASE}


def _describe_sources(figure: Figures, publication: PublishedDay) -> Iterator[dict[str, Any]]:
    counts = {part.source: part.n for part in figure.behind or ()}
    for name in figure.sources:
        description = {"title": name, "publisher": name, "attribution": None, "terms": None, "url": None}
        if source := publication.sources.get(name):  # the publisher of a claim is not one of our sources
            description = {
                "title": source.title,
                "publisher": source.publisher,
                "attribution": source.attribution,
                "terms": source.licence,
                "url": source.terms_url or source.homepage,
            }
        yield {"source": name, **description, "n": counts.get(name)}


CSV_COLUMNS = {
    "figure": "string", "as_of": "date", "status": "string", "row": "string", "part": "string", "value": "number",
    "low": "number", "high": "number", "unit": "string", "form": "string", "n": "integer", "employers": "integer",
    "basis": "string", "rung": "string", "period_from": "date", "period_to": "date", "sources": "string",
    "licence": "string", "is_sample": "boolean",
}  # fmt: skip
"""Columns of the CSV with their Data Package types."""


def write_csv(columns: Collection[str], rows: Iterable[Mapping[str, Any]], newline: str) -> bytes:
    """Return the columns of rows as CSV with a header; any other keys of the rows are left out."""
    out = io.StringIO()
    lines = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator=newline)
    lines.writeheader()
    lines.writerows(rows)
    return out.getvalue().encode()


def to_csv(descriptions: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the numbers of figures as CSV (RFC 4180), one line per number; a figure without numbers has one line."""
    return write_csv(CSV_COLUMNS, chain.from_iterable(map(_list_numbers, descriptions)), "\r\n")


def _list_numbers(description: Mapping[str, Any]) -> list[dict[str, Any]]:
    head = {
        **description,
        **dict.fromkeys(("row", "part", "value", "low", "high", "unit", "form")),
        "figure": description["id"],
        "period_from": description["period"]["from"],
        "period_to": description["period"]["to"],
        "sources": " ".join(source["source"] for source in description["sources"]),
        "licence": description["licence"]["id"],
        "is_sample": str(description["is_sample"]).lower(),
    }
    lines = [
        {**head, **row, "status": row["status"] or head["status"], "row": row["name"], "part": part, **number}
        for row in description["rows"]
        for part, number in row["parts"].items()
    ]
    return lines or [head]


def files_of(publication: PublishedDay, release: str | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the figures, except pictures, as (path, content); with a `release`, also its dated copies."""
    descriptions = [describe(figure, publication) for figure in publication.figures]
    for figure, description in zip(publication.figures, descriptions, strict=True):
        yield path_of(figure.figure), to_json(description)
        if release is not None:
            dated = description | {"ledger": f"../{description['ledger']}"}
            yield dated_path_of(figure.figure, release), to_json(dated)
        yield path_of(figure.figure, "csv"), to_csv([description])
        entry = {  # the SELECT that was run, and what the value rests on
            "figure": figure.figure, "as_of": figure.as_of, "sql": figure.sql, "behind": figure.behind or (),
            "snapshots": figure.snapshots, "code_version": figure.code_version,
            "figure_file": f"../{path_of(figure.figure)}",
        }  # fmt: skip
        yield f"ledger/{figure.figure}.json", to_json(entry)
    yield "figures.csv", to_csv(figure for figure in descriptions if figure["licence"]["id"] == OURS)
    index = {
        "as_of": publication.as_of,
        "is_sample": publication.is_sample,
        "figures": [
            {name: figure[name] for name in ("id", "title", "value", "status", "unit", "n")}
            | {"licence": figure["licence"]["id"], "file": path_of(figure["id"])}
            for figure in descriptions
        ],
        "left_out": publication.left_out,
    }
    yield "figures/index.json", to_json(index)
    if release is not None:
        yield dated_path_of("index", release), to_json(index)
