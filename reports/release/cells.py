"""Every cell of the marts that may be printed, as JSON by kind and place: `cells/pay/us.json`.

Cells are read by one SELECT for each kind and put into words by the same renderers as figures. They have the ids of
`figures.cells`, so that a guide may show each of them. Cells that their sources bind to another licence stand in a file
of their own, which is named after it (`cells/pay/ar.cc-by-nc-sa-4.0.json`), so that a file is under one licence.
What is the same for many cells of a place (sources, period, definitions) stands once, at the head.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from reports.figures import query, verdicts
from reports.figures.pay_figures import KIND_OF_MARKET
from reports.figures.places import EVERYWHERE, PLACES, slug
from reports.figures.query import Connection
from reports.release.figure_files import plain
from reports.release.licences import OURS, Licence, combine
from reports.release.numbers import MEDIAN_OF_PANEL, Number, numbers_of
from reports.release.published import PublishedDay
from reports.wording import closings, disclosure, pay, shares
from reports.wording.levels import define
from reports.wording.notes import BASIS_WORDS
from reports.wording.numbers import SAMPLE_WORDS, Row
from reports.wording.work import WORKS, name_work, split_work
from transforms.records.vocabulary import AI_JOBS, SAMPLES, STATED
from warehouse.marts.measures import MEASURES, SILENCE

SQL = Path(__file__).with_name("sql")
OWN = "advertised"
"""The basis of cells that count adverts we read."""
SKILL = "skill_asked"
_PLACE_NAMES = {place.region: place.slug for place in (EVERYWHERE, *PLACES.values())}
BESIDE = ("currency", "local_currency", "rank_best", "rank_worst", "sample")
COUNTED = ("n", "employers", "form", "status", "reason")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell that may be printed: its id, what it says, and the numbers behind it."""

    id: str
    kind: str
    place: str
    region: tuple[str, str]
    basis: str
    text: str
    numbers: tuple[Number, ...]
    row: Row

    def columns(self) -> dict[str, Any]:
        """What a file has of it, by column."""
        row = self.row
        counts = (row["n_jobs"], row.get("n_employers"), row.get("form"), row["status"], row["reason"])
        amounts = {
            f"{number.part}{end}": value
            for number in self.numbers
            for end, value in (("", number.value), ("_lo", number.low), ("_hi", number.high))
        }
        own_counts = {
            f"{number.part}_{name}": count
            for number in self.numbers
            for name, count in zip(COUNTED[:2], number.counts or (), strict=False)
        }
        beside = {name: row[name] for name in BESIDE if name in row}
        return {
            "id": self.id,
            "value": self.text,
            **amounts,
            **own_counts,
            **dict(zip(COUNTED, counts, strict=True)),
            **beside,
        }


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What the cells of a place rest on, of one kind of source."""

    sources: tuple[str, ...]
    period_from: date | None
    period_to: date | None


# --- the cells, kind by kind ----------------------------------------------------------------------------


def _read(con: Connection, name: str, **parameters: date) -> list[Row]:
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    return list(query.read(con, query.fill_text(text, parameters)))


def _pay_cells(con: Connection) -> Iterator[Cell]:
    for row in _read(con, "pay"):
        work = row["role_group"] if row["role"] == "all" else row["role"]
        if row["region"] not in _PLACE_NAMES or row["role_group"] == AI_JOBS or work not in WORKS:
            continue
        if split_work(work) != (row["role_group"], row["role"]):  # the role within a wider group
            continue
        place, kind = _PLACE_NAMES[row["region"]], KIND_OF_MARKET[row["pay_market"]]
        level = row["seniority_group"]
        name = f"{kind}.{place}.{work}.{level}.{row['basis']}"
        yield _cell(name, kind, place, row, basis=row["basis"], text=pay.PAY.text([row]))


def _share_cells(con: Connection) -> Iterator[Cell]:
    for row in _read(con, "shares"):
        if row["region"] not in _PLACE_NAMES:
            continue
        place, measure, item = _PLACE_NAMES[row["region"]], row["measure"], _slug(row["item"])
        if measure == SKILL:
            name, kind, renderer = f"skill.{item}.{place}.{row['role_group']}", "skill", shares.SKILL
        else:
            name, kind = f"share.{measure}.{item}.{place}.{row['role_group']}", "share"
            renderer = _renderer_of(measure)
        yield _cell(name, kind, place, row, text=renderer.text([row]))


_slug = functools.lru_cache(maxsize=8_192)(slug)


@functools.cache
def _renderer_of(measure: str) -> Any:
    return shares.one(MEASURES[measure])


def _disclosure_cells(con: Connection) -> Iterator[Cell]:
    for row in _read(con, "disclosure"):
        place = _PLACE_NAMES.get(row["region"]) or slug(row["region"])
        name = f"disclosure.{place}.{row['role_group']}.{row['law']}"
        yield _cell(name, "disclosure", place, row, text=disclosure.PLACE.text([row]))


def _closing_cells(con: Connection) -> Iterator[Cell]:
    for row in _read(con, "closing_rates"):
        if row["region"] in _PLACE_NAMES:
            place = _PLACE_NAMES[row["region"]]
            full_row = {**row, "cell": name_work(row["role_group"])}
            name = f"closing_rate.{place}.{row['role_group']}"
            yield _cell(name, "closing_rate", place, row, text=closings.CLOSING_RATES.text([full_row]))


def _cell(name: str, kind: str, place: str, row: Row, *, text: str, basis: str = OWN) -> Cell:
    region = (row["region_level"], row["region"])
    return Cell(
        id=name, kind=kind, place=place, region=region, basis=basis, text=text, numbers=tuple(numbers_of(row)), row=row
    )


KINDS: tuple[Callable[[Connection], Iterator[Cell]], ...] = (
    _pay_cells,
    _share_cells,
    _disclosure_cells,
    _closing_cells,
)


Bases = Mapping[tuple[str, str, str, date], Basis]
"""What the cells of each place rest on, by level of the place, place, kind of source and the day of the cells."""


def read_bases(con: Connection) -> Bases:
    """What published cells rest on, of each day whose cells stand."""
    days = [row["as_of"] for row in query.read(con, _DAYS)]
    return {
        (row["region_level"], row["region"], row["basis"], day): Basis(
            sources=tuple(row["sources"]), period_from=row["period_from"], period_to=row["period_to"]
        )
        for day in days
        for row in _read(con, "places", as_of=day)
    }


_DAYS = " UNION ".join(
    f"SELECT DISTINCT as_of FROM published.{name}"
    for name in ("salary_bands", "shares", "pay_disclosure", "closing_rates")
)


def read_cells(con: Connection, as_of: date, bases: Bases) -> Iterator[Cell]:
    """Every published cell with a value, stale on a day by the end of the reference period of its place."""
    for read in KINDS:
        for cell in read(con):
            basis = _basis_of(cell, bases)
            period_to = cell.row.get("period_to") or (basis.period_to if basis else None)
            verdict = verdicts.Verdict(
                status=cell.row["status"], reason=cell.row["reason"], n_jobs=None, n_employers=None
            )
            outcome = verdicts.judge_age(verdict, cell.basis, period_to, as_of)
            if outcome is verdict:
                yield cell
            elif outcome.status != "suppressed":
                yield replace(cell, row={**cell.row, "status": outcome.status, "reason": outcome.reason})


def _basis_of(cell: Cell, bases: Bases) -> Basis | None:
    """What a cell rests on; a subdivision, which is in no table of places, rests on what its country does."""
    level, region = cell.region
    rest = (cell.basis, cell.row["as_of"])
    return bases.get((level, region, *rest)) or bases.get(("country", region[:2], *rest))


# --- their files ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ReleasedCells:
    """The cells of a release with their licences, what they rest on, and how many were left out for which reason."""

    cells: tuple[tuple[Cell, Licence], ...]
    bases: Bases
    left_out: Mapping[str, int]

    def own(self, kinds: Collection[str]) -> list[Cell]:
        """The cells of some kinds that are under our own licence."""
        return [cell for cell, licence in self.cells if licence.id == OURS and cell.kind in kinds]


def select_cells(con: Connection, as_of: date) -> ReleasedCells:
    """Every cell that may be printed and passed on."""
    bases = read_bases(con)
    selection: list[tuple[Cell, Licence]] = []
    omissions: dict[str, int] = {}
    for cell in read_cells(con, as_of, bases):
        basis = _basis_of(cell, bases)
        licence = combine(basis.sources if basis else ())
        if isinstance(licence, Licence):
            selection.append((cell, licence))
        else:
            omissions[licence] = omissions.get(licence, 0) + 1
    return ReleasedCells(cells=tuple(selection), bases=bases, left_out=dict(sorted(omissions.items())))


def files_of(released_cells: ReleasedCells, publication: PublishedDay) -> Iterator[tuple[str, bytes]]:
    """Every file of cells by path, and an index of them."""
    shards: dict[tuple[str, str, Licence], list[Cell]] = {}
    for cell, licence in released_cells.cells:
        shards.setdefault((cell.kind, cell.place, licence), []).append(cell)
    index = []
    for (kind, place, licence), cells in sorted(shards.items(), key=lambda item: (*item[0][:2], item[0][2].id)):
        path = shard_path(kind, place, licence)
        yield path, _shard(cells, path, licence, released_cells.bases, publication)
        index.append({"kind": kind, "place": place, "licence": licence.id, "n": len(cells), "file": path})
    head = {
        "as_of": publication.as_of,
        "is_sample": publication.is_sample,
        "files": index,
        "left_out": released_cells.left_out,
    }
    yield "cells/index.json", _dump(head, "files")


def shard_path(kind: str, place: str, licence: Licence) -> str:
    """Where the cells of a kind and place stand that are under a licence."""
    own = "" if licence.id == OURS else f".{licence.id.lower()}"
    return f"cells/{kind}/{place}{own}.json"


def _shard(
    cells: list[Cell],
    path: str,
    licence: Licence,
    bases: Bases,
    publication: PublishedDay,
) -> bytes:
    rows = [cell.columns() for cell in sorted(cells, key=lambda cell: cell.id)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    columns = [name for name in columns if any(row.get(name) is not None for row in rows)]
    title = f"{cells[0].kind} of {cells[0].place}"
    head = {
        "kind": cells[0].kind,
        "place": cells[0].place,
        "as_of": publication.as_of,
        "is_sample": publication.is_sample,
        "units": {number.part: number.unit for cell in cells for number in cell.numbers if cell.kind != "pay"}
        or "amounts are per year in `currency`, those of local_… in `local_currency`",
        "definitions": _define(cells),
        "samples": {name: SAMPLE_WORDS[name] for name in SAMPLES if any(row.get("sample") == name for row in rows)},
        "bases": {
            cell.basis: _describe_basis(_basis_of(cell, bases), cell.basis, publication)
            for cell in sorted(cells, key=lambda cell: cell.basis)
        },
        "licence": licence.describe(),
        "citation": publication.cite(title, path, licence),
        "ledger": "a cell is a row of its mart; its id leads to it: `jobmarket explain ID`",
        "columns": columns,
        "cells": [[row.get(name) for name in columns] for row in rows],
    }
    return _dump(head, "cells")


def _define(cells: Iterable[Cell]) -> dict[str, str]:
    """What the cells of a file mean, by level of pay or by measure."""
    meanings: dict[str, str] = {}
    for cell in cells:
        level, measure = cell.row.get("seniority_group"), cell.row.get("measure")
        if level is not None:
            meanings.setdefault(level, define(level.removesuffix(STATED), cell.basis) or "")
        elif measure is not None and measure not in meanings:
            definition = MEASURES[measure]
            meanings[measure] = f"{definition.title}; share of {definition.jobs_title}; {SILENCE[definition.silence]}"
        elif measure is None:
            meanings[cell.kind] = {
                "disclosure": "share of jobs with a full advert whose adverts state pay, by whether a law has them",
                "closing_rate": f"share of open adverts that close a day; {closings.CAVEAT}",
            }[cell.kind]
        if any(number.part == MEDIAN_OF_PANEL for number in cell.numbers):
            meanings[MEDIAN_OF_PANEL] = pay.PANEL_KEY
    return dict(sorted(meanings.items()))


def _describe_basis(basis: Basis | None, name: str, publication: PublishedDay) -> dict[str, Any]:
    full_basis = basis or Basis(sources=(), period_from=None, period_to=None)
    return {
        "in_words": BASIS_WORDS[name],
        "period": {"from": full_basis.period_from, "to": full_basis.period_to},
        "sources": {
            source: publication.sources[source].attribution
            for source in full_basis.sources
            if source in publication.sources
        },
    }


def _dump(head: Mapping[str, Any], key: str) -> bytes:
    """JSON with one line for each item of one list."""
    text = json.dumps({**head, key: []}, ensure_ascii=False, indent=1, default=plain)
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, default=plain) for item in head[key])
    before, _, after = text.rpartition(f'"{key}": []')
    return f'{before}"{key}": [\n{lines}\n]{after}\n'.encode()
