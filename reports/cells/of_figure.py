"""The rows of a figure in the ledger as cells, with names and addresses."""

from __future__ import annotations

from collections.abc import Mapping

from reports.cells.cell import Cell
from reports.figures.catalogue import declaration_of
from reports.figures.declaration import Figure
from reports.figures.declared.share_figures import kind_of_share, name_jobs
from reports.figures.places import EVERYWHERE, OF_REGION, Place, address, slug
from reports.wording import notes
from reports.wording.numbers import Row
from warehouse.mart_tables import Figures
from warehouse.marts.measures import MEASURES

LABELS = ("name", "place", "country_name", "cell", "item")
"""Columns that may name a row if the renderer does not say which column does."""


def cells_of(figure: Figures) -> list[Cell]:
    """Return the printed rows of a figure as cells; [] for a withheld figure. The name of a single row is None."""
    if figure.value is None:
        return []
    declaration, rows = declaration_of(figure.figure), notes.rows_of(figure)
    if figure.status == "stale":
        rows = tuple(map(_make_stale, rows))
    rungs = (rung for rung in declaration.rungs if rung.name == figure.rung)
    given = next(({**declaration.parameters, **rung.parameters} for rung in rungs), {})
    cells = []
    for row in rows:
        if row.get("status") == "suppressed":
            continue
        measure = str(row.get("measure") or given.get("measure", ""))
        place = _place_of(row, given) if measure in MEASURES else EVERYWHERE
        work, item = str(given.get("role_group", "")), str(row.get("item") or "")
        cell = Cell(
            id=str(
                row.get("figure")
                or _address(measure, item, place, work, bool(row.get("is_by_employer")))
                or figure.figure
            ),
            kind=figure.figure.partition(".")[0],
            renderer=declaration.renderer,
            row=row,
            name=name_of(row, declaration) if len(rows) > 1 else None,
            figure=figure.figure,
            measure=measure,
            work=work,
            jobs=name_jobs(work, place) if given.get("measure") else "",
            item=item,
            basis="cited" if figure.kind == "cited" else row.get("basis") or figure.basis or "",
            sources=tuple(row.get("sources") or figure.sources),
            period_from=figure.period_from,
            period_to=figure.period_to,
        )
        cells.append(cell)
    return cells


def _make_stale(row: Row) -> Row:
    status = row.get("status")
    if status == "suppressed":
        return row
    return {**row, "status": "stale", "is_low": status == "low" or row.get("is_low")}


def name_of(row: Row, declaration: Figure) -> str | None:
    """Return the name that distinguishes a row of a figure from its other rows."""
    columns = (declaration.renderer.named_by, *LABELS)
    return next((row[name] for name in columns if name and isinstance(row.get(name), str)), None)


def _place_of(row: Row, given: Mapping[str, object]) -> Place:
    """Return the place of a row of shares; if the row names none, the place of its figure."""
    level, region = (row.get(name) or given.get(name) for name in ("region_level", "region"))
    return OF_REGION[str(level), str(region)] if level and region else EVERYWHERE


def _address(measure: str, item: str, place: Place, work: str, by_employer: bool) -> str | None:
    """Return the address of a share; None for other rows."""
    if measure not in MEASURES or not (work and item):
        return None
    if (items := MEASURES[measure].items) and item not in items:
        return None  # the row's item is a word for the only item of a measure, as in `additional.sql`
    return address(*kind_of_share(measure, by_employer), slug(item), place.slug, work)
