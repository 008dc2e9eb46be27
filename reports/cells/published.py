"""Published cells with their addresses, read from `published.*` with one SELECT per kind."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from reports.cells.cell import Cell, Rests
from reports.figures import query, verdicts
from reports.figures.declared.pay_figures import KIND_OF_MARKET
from reports.figures.declared.share_figures import ASKED, name_jobs
from reports.figures.places import EVERYWHERE, OF_REGION, PLACES, address, slug
from reports.figures.query import Connection
from reports.wording import disclosure, pay, shares
from reports.wording.numbers import Row
from reports.wording.renderer import Renderer
from reports.wording.work import WORKS, name_work, split_work
from transforms.records.definitions import MAX_COUNTRY_SHARE
from warehouse.marts.measures import MEASURES

_SLUGS = {place.region: place.slug for place in (EVERYWHERE, *PLACES.values())}
"""Slugs of places by their names in the marts."""


# --- kinds of cells ------------------------------------------------------------------------------------------


def _pay_cell(row: Row) -> Cell | None:
    work = row["role_group"] if row["role"] == "all" else row["role"]
    if row["region"] not in _SLUGS or work not in WORKS or split_work(work) != (row["role_group"], row["role"]):
        return None  # a place without an id, or a role within a wider group
    place, kind, level = _SLUGS[row["region"]], KIND_OF_MARKET[row["pay_market"]], row["seniority_group"]
    name = address(kind, place, work, level, row["basis"])
    return _make(name, row, pay.PAY, place, work, item=level, measure="pay", basis=row["basis"])


def _share_cell(row: Row) -> Cell | None:
    if row["region"] not in _SLUGS:
        return None
    place, work, measure, item = _SLUGS[row["region"]], row["role_group"], row["measure"], _slug(row["item"])
    kind = ("skill", item) if measure == ASKED else ("share", measure, item)
    jobs = name_jobs(work, OF_REGION[row["region_level"], row["region"]])
    renderer = _share_renderer(measure, jobs)
    return _make(address(*kind, place, work), row, renderer, place, work, jobs=jobs, item=row["item"], measure=measure)


_slug = functools.lru_cache(maxsize=8_192)(slug)


@functools.lru_cache(maxsize=4_096)
def _share_renderer(measure: str, jobs: str) -> Renderer:
    return shares.single(MEASURES[measure], jobs)


def _disclosure_cell(row: Row) -> Cell | None:
    place = _SLUGS.get(row["region"]) or slug(row["region"])
    name = address("disclosure", place, row["role_group"], row["law"])
    return _make(name, row, disclosure.PLACE, place, row["role_group"], item=row["law"], measure="disclosure")


def _closing_cell(row: Row) -> Cell | None:
    if row["region"] not in _SLUGS:
        return None
    place, work = _SLUGS[row["region"]], row["role_group"]
    row = {**row, "cell": name_work(work)}
    return _make(address("closing_rate", place, work), row, shares.CLOSING_RATES, place, work, measure="closing_rate")


def _make(name: str, row: Row, renderer: Renderer, place: str, work: str, **fields: Any) -> Cell:
    region = (row["region_level"], row["region"])
    kind = name.partition(".")[0]
    return Cell(id=name, kind=kind, renderer=renderer, row=row, place=place, region=region, work=work, **fields)


KINDS: Mapping[str, Callable[[Row], Cell | None]] = {
    "pay": _pay_cell,
    "shares": _share_cell,
    "disclosure": _disclosure_cell,
    "closing_rates": _closing_cell,
}
"""For each kind of cell, named after the file of its SELECT: a function that makes a cell from a row.

The function returns None for a row that has no address.
"""


# --- reading ---------------------------------------------------------------------------------------------------


def read_cells(
    con: Connection, as_of: date, *, kinds: Collection[str] = tuple(KINDS), also_withheld: bool = False
) -> Iterator[Cell]:
    """Yield every published cell with a value, marked stale if its reference period is long past on `as_of`.

    `kinds` are names of `KINDS`. With `also_withheld`, also yield the cells of pay in adverts we read that are withheld
    because they have too few jobs.
    """
    rests = read_rests(con)
    for kind in kinds:
        parameters = {"as_of": as_of, "max_country_share": MAX_COUNTRY_SHARE.value} if kind == "pay" else {}
        for row in query.read(con, query.fill(f"cells/{kind}", parameters)):
            cell = KINDS[kind](row)
            if cell is None:
                continue
            if cell.status == "suppressed":
                if also_withheld:
                    yield replace(cell, rests=_rests_of(cell, rests))
                continue
            cell = _age(replace(cell, rests=_rests_of(cell, rests)), as_of)
            if cell.status != "suppressed":
                yield cell


def list_ids(con: Connection, as_of: date) -> list[str]:
    """Return the addresses of all published cells with a value, in the order of their kinds."""
    return [cell.id for cell in read_cells(con, as_of)]


def _age(cell: Cell, as_of: date) -> Cell:
    verdict = verdicts.Verdict(status=cell.status, reason=cell.reason, n_jobs=None, n_employers=None)
    outcome = verdicts.judge_age(verdict, cell.basis, cell.period_to, as_of)
    if outcome is verdict:
        return cell
    row = {**cell.row, "status": outcome.status, "reason": outcome.reason, "is_low": cell.status == "low"}
    return replace(cell, row=row)


RestsByPlace = Mapping[tuple[str, str, str, date], Rests]
"""What cells rest on, by (region level, region, basis, `as_of` of the cells)."""


def read_rests(con: Connection) -> RestsByPlace:
    """Return what published cells rest on, for every `as_of` that published cells have."""
    tables = ("salary_bands", "shares", "pay_disclosure", "closing_rates")
    days = query.read(con, " UNION ".join(f"SELECT DISTINCT as_of FROM published.{name}" for name in tables))
    return {
        (row["region_level"], row["region"], row["basis"], day["as_of"]): Rests(
            sources=tuple(row["sources"]), period_from=row["period_from"], period_to=row["period_to"]
        )
        for day in days
        for row in query.read(con, query.fill("cells/places", day))
    }


def _rests_of(cell: Cell, rests: RestsByPlace) -> Rests:
    """Return what a cell rests on; a cell of a subdivision rests on the same as its country's cells."""
    (level, region), on = cell.region, (cell.basis, cell.row["as_of"])
    return rests.get((level, region, *on)) or rests.get(("country", region[:2], *on)) or Rests()
