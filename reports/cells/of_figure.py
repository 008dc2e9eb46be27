"""The rows of a figure in the ledger as cells, with names and addresses."""

from __future__ import annotations

from collections.abc import Mapping

from reports.cells.cell import Cell, Rests
from reports.figures.catalogue import declaration_of
from reports.figures.declaration import Figure
from reports.figures.declared.share_figures import ASKED, name_jobs
from reports.figures.places import EVERYWHERE, OF_REGION, Place, address, slug
from reports.wording import notes
from reports.wording.numbers import Row
from warehouse.mart_tables import Figures
from warehouse.marts.measures import MEASURES

LABELS = ("name", "place", "country_name", "cell", "item")
"""Columns that may name a row if the renderer does not say which column does."""


def cells_of(figure: Figures) -> list[Cell]:
    """Return the printed rows of a figure as cells; [] for a withheld figure.

    The name of a single row is None.
    """
    if figure.value is None:
        return []
    declaration = declaration_of(figure.figure)
    rows = notes.rows_of(figure)
    given = _parameters_of(declaration, figure.rung)
    rests = Rests(sources=tuple(figure.sources), period_from=figure.period_from, period_to=figure.period_to)
    return [
        Cell(
            id=_address_of(row, given) or figure.figure,
            kind=figure.figure.partition(".")[0],
            renderer=declaration.renderer,
            row=row,
            name=name_of(row, declaration) if len(rows) > 1 else None,
            figure=figure.figure,
            measure=str(row.get("measure") or given.get("measure", "")),
            work=str(given.get("role_group", "")),
            jobs=_jobs_of(row, given),
            item=str(row.get("item") or ""),
            basis="cited" if figure.kind == "cited" else row.get("basis") or figure.basis or "",
            rests=rests,
        )
        for row in rows
        if row.get("status") != "suppressed"
    ]


def name_of(row: Row, declaration: Figure) -> str | None:
    """Return the name that distinguishes a row of a figure from its other rows."""
    columns = (declaration.renderer.named_by, *LABELS)
    return next((row[name] for name in columns if name and isinstance(row.get(name), str)), None)


def _parameters_of(declaration: Figure, rung_name: str | None) -> Mapping[str, object]:
    rung = next((rung for rung in declaration.rungs if rung.name == rung_name), None)
    return {**declaration.parameters, **rung.parameters} if rung is not None else {}


def _address_of(row: Row, given: Mapping[str, object]) -> str | None:
    """Return the address of a row; None if the row is not a cell of a mart."""
    if row.get("figure"):
        return str(row["figure"])
    measure, group, item = row.get("measure") or given.get("measure"), given.get("role_group"), row.get("item")
    if measure not in MEASURES or not (group and item):
        return None
    if (items := MEASURES[str(measure)].items) and item not in items:
        return None  # the row's item is a word for the only item of a measure, as in `additional.sql`
    kind = ("skill",) if measure == ASKED else ("share", str(measure))
    return address(*kind, slug(str(item)), _place_of(row, given).slug, str(group))


def _place_of(row: Row, given: Mapping[str, object]) -> Place:
    """Return the place of a row of shares; if the row names none, the place of its figure."""
    level, region = (row.get(name) or given.get(name) for name in ("region_level", "region"))
    return OF_REGION[str(level), str(region)] if level and region else EVERYWHERE


def _jobs_of(row: Row, given: Mapping[str, object]) -> str:
    return name_jobs(str(given["role_group"]), _place_of(row, given)) if given.get("measure") else ""
