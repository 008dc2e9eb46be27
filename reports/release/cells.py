"""Every published cell that may be released, as JSON by kind and place, such as `cells/pay/us.json`.

Each file is under one licence. If the licence is not ours, the file's name ends with it
(`cells/pay/ar.cc-by-nc-sa-4.0.json`). The head of a file holds what its cells have in common: sources, period and
definitions.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.cells.cell import MEDIAN_OF_PANEL, Cell
from reports.release.figure_files import plain
from reports.release.licences import OURS, Licence, combine, licences
from reports.release.published import PublishedDay
from reports.wording import pay, shares
from reports.wording.bases import BASES
from reports.wording.levels import define
from reports.wording.numbers import SAMPLE_WORDS
from transforms.records.vocabulary import SAMPLES, STATED
from warehouse.marts.measures import MEASURES, SILENCE

BESIDE = ("currency", "local_currency", "rank_best", "rank_worst", "sample", "review", "platform", "platforms")
"""Columns that are copied unchanged from a cell's row into its file."""


@dataclass(frozen=True, kw_only=True)
class ReleasedCells:
    """The cells of a release with their licences, and the number of cells left out, by reason."""

    cells: tuple[tuple[Cell, Licence], ...]
    left_out: Mapping[str, int]


def select_cells(published: Iterable[Cell]) -> ReleasedCells:
    """Return every published cell that may be printed and released, and count those left out."""
    pairs = [(cell, combine(cell.sources)) for cell in published if cell.status != "suppressed"]
    omissions = Counter(why for _, why in pairs if isinstance(why, str))
    return ReleasedCells(
        cells=tuple((cell, licence) for cell, licence in pairs if isinstance(licence, Licence)),
        left_out=dict(sorted(omissions.items())),
    )


def _columns_of(cell: Cell) -> dict[str, Any]:
    values: dict[str, Any] = {"id": cell.id, "value": cell.text}
    counts: dict[str, Any] = {}
    for part, number in cell.numbers.items():
        values |= {part: number.value, f"{part}_lo": number.low, f"{part}_hi": number.high}
        if number.counts is not None:
            counts |= {f"{part}_n": number.counts[0], f"{part}_employers": number.counts[1]}
    values |= counts | {"n": cell.n, "employers": cell.employers, "form": cell.row.get("form")}
    values |= {"status": cell.status, "reason": cell.reason}
    return values | {name: cell.row.get(name) for name in BESIDE}


def files_of(released_cells: ReleasedCells, publication: PublishedDay) -> Iterator[tuple[str, bytes]]:
    """Yield every file of cells, and then the index of these files, as (path, content)."""
    files: dict[tuple[str, str, str], list[Cell]] = {}
    for cell, licence in released_cells.cells:
        files.setdefault((cell.kind, cell.place, licence.id), []).append(cell)
    index = []
    for (kind, place, name), cells in sorted(files.items()):
        suffix = "" if name == OURS else f".{name.lower()}"
        path = f"cells/{kind}/{place}{suffix}.json"
        yield path, _write_file(cells, path, licences()[name], publication)
        index.append({"kind": kind, "place": place, "licence": name, "n": len(cells), "file": path})
    head = {"as_of": publication.as_of, "is_sample": publication.is_sample, "files": index}
    yield "cells/index.json", _dump(head | {"left_out": released_cells.left_out}, "files")


def _write_file(cells: list[Cell], path: str, licence: Licence, publication: PublishedDay) -> bytes:
    rows = [_columns_of(cell) for cell in sorted(cells, key=lambda cell: cell.id)]
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [name for name in names if any(row.get(name) is not None for row in rows)]
    units = {part: number.unit for cell in cells for part, number in cell.numbers.items() if cell.kind != "pay"}
    head = {
        "kind": cells[0].kind,
        "place": cells[0].place,
        "as_of": publication.as_of,
        "is_sample": publication.is_sample,
        "units": units or "amounts are per year in `currency`, those of local_… in `local_currency`",
        "definitions": _define(cells),
        "samples": {name: SAMPLE_WORDS[name] for name in SAMPLES if any(row["sample"] == name for row in rows)},
        "bases": {
            basis: {
                "in_words": BASES[basis].words,
                "period": {"from": cell.period_from, "to": cell.period_to},
                "sources": {
                    name: publication.sources[name].attribution for name in cell.sources if name in publication.sources
                },
            }
            for basis, cell in sorted({cell.basis: cell for cell in cells}.items())
        },
        "licence": licence,
        "citation": publication.cite(f"{cells[0].kind} of {cells[0].place}", path, licence),
        "ledger": "a cell is a row of its mart; its id leads to it: `jobmarket explain ID`",
        "columns": columns,
        "cells": [[row.get(name) for name in columns] for row in rows],
    }
    return _dump(head, "cells")


def _define(cells: Iterable[Cell]) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for cell in cells:
        if cell.kind in _MEANINGS:
            meanings[cell.kind] = _MEANINGS[cell.kind]
        elif cell.measure in MEASURES:
            measure = MEASURES[cell.measure]
            meanings[cell.measure] = f"{measure.title}; share of {measure.name_jobs()}; {SILENCE[measure.silence]}"
        else:
            meanings.setdefault(cell.item, define(cell.item.removesuffix(STATED), cell.basis) or "")
        if MEDIAN_OF_PANEL in cell.numbers:
            meanings[MEDIAN_OF_PANEL] = pay.PANEL_KEY
    return dict(sorted(meanings.items()))


_MEANINGS = {
    "disclosure": "share of jobs with a full advert whose adverts state pay, by whether a law in our list requires it",
    "closing_rate": f"share of open adverts that close a day; {shares.CLOSINGS_CAVEAT}",
}
"""Definitions of the kinds of cells that have neither a measure nor levels."""


def _dump(head: Mapping[str, Any], key: str) -> bytes:
    text = json.dumps({**head, key: []}, ensure_ascii=False, indent=1, default=plain)
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, default=plain) for item in head[key])
    before, _, after = text.rpartition(f'"{key}": []')
    return f'{before}"{key}": [\n{lines}\n]{after}\n'.encode()
