"""The cells that are published, read from `published.*` by one SELECT for each kind, each with its address."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from reports.cells.cell import Cell, Rests
from reports.figures import query, verdicts
from reports.figures.declared.pay_figures import KIND_OF_MARKET
from reports.figures.declared.share_figures import ASKED, name_jobs
from reports.figures.places import EVERYWHERE, OF_REGION, PLACES, address, slug
from reports.figures.query import Connection
from reports.wording import disclosure, pay, shares
from reports.wording.bases import OWN
from reports.wording.numbers import Row
from reports.wording.renderer import Renderer
from reports.wording.work import WORKS, name_work, split_work
from transforms.records.definitions import MAX_COUNTRY_SHARE
from warehouse.marts.measures import MEASURES

SQL = Path(__file__).with_name("sql")
_SLUGS = {place.region: place.slug for place in (EVERYWHERE, *PLACES.values())}
"""Names of places in ids by how the marts name them."""


def _read(con: Connection, name: str, **parameters: object) -> list[Row]:
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    return list(query.read(con, query.fill_text(text, parameters)))


# --- kinds of cells ------------------------------------------------------------------------------------------


def _pay_cell(row: Row) -> Cell | None:
    work = row["role_group"] if row["role"] == "all" else row["role"]
    if row["region"] not in _SLUGS or work not in WORKS or split_work(work) != (row["role_group"], row["role"]):
        return None  # no place of ours, or the role within a wider group
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
    return _make(address(*kind, place, work), row, renderer, place, work, jobs, item=row["item"], measure=measure)


_slug = functools.lru_cache(maxsize=8_192)(slug)


@functools.lru_cache(maxsize=4_096)
def _share_renderer(measure: str, jobs: str) -> Renderer:
    return shares.one(MEASURES[measure], jobs)


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


def _make(
    name: str,
    row: Row,
    renderer: Renderer,
    place: str,
    work: str,
    jobs: str = "",
    *,
    measure: str,
    item: str = "",
    basis: str = OWN,
) -> Cell:
    return Cell(
        id=name,
        kind=name.partition(".")[0],
        renderer=renderer,
        row=row,
        measure=measure,
        place=place,
        region=(row["region_level"], row["region"]),
        work=work,
        jobs=jobs,
        item=item,
        basis=basis,
    )


KINDS: Mapping[str, Callable[[Row], Cell | None]] = {
    "pay": _pay_cell,
    "shares": _share_cell,
    "disclosure": _disclosure_cell,
    "closing_rates": _closing_cell,
}
"""What makes a cell of a row, by the file of the SELECT."""


# --- reading ---------------------------------------------------------------------------------------------------


def read_cells(
    con: Connection, as_of: date, *, kinds: Collection[str] = tuple(KINDS), also_withheld: bool = False
) -> Iterator[Cell]:
    """Every published cell that has a value, stale on a day by the end of its reference period.

    With `also_withheld` those of pay in adverts we read that have too few jobs, too.
    """
    rests = read_rests(con)
    for kind in kinds:
        parameters = {"as_of": as_of, "max_country_share": MAX_COUNTRY_SHARE.value} if kind == "pay" else {}
        for row in _read(con, kind, **parameters):
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
    """The address of every published cell with a value, in order of kinds."""
    return [cell.id for cell in read_cells(con, as_of)]


def _age(cell: Cell, as_of: date) -> Cell:
    """A cell as it is to be printed on a day: as it is, stale, or withheld as too old."""
    verdict = verdicts.Verdict(status=cell.status, reason=cell.reason, n_jobs=None, n_employers=None)
    outcome = verdicts.judge_age(verdict, cell.basis, cell.period_to, as_of)
    if outcome is verdict:
        return cell
    row = {**cell.row, "status": outcome.status, "reason": outcome.reason, "is_low": cell.status == "low"}
    return replace(cell, row=row)


RestsByPlace = Mapping[tuple[str, str, str, date], Rests]
"""What the cells of each place rest on, by level of the place, place, kind of source and the day of the cells."""


def read_rests(con: Connection) -> RestsByPlace:
    """What published cells rest on, of each day whose cells stand."""
    tables = ("salary_bands", "shares", "pay_disclosure", "closing_rates")
    days = query.read(con, " UNION ".join(f"SELECT DISTINCT as_of FROM published.{name}" for name in tables))
    return {
        (row["region_level"], row["region"], row["basis"], day["as_of"]): Rests(
            sources=tuple(row["sources"]), period_from=row["period_from"], period_to=row["period_to"]
        )
        for day in days
        for row in _read(con, "places", as_of=day["as_of"])
    }


def _rests_of(cell: Cell, rests: RestsByPlace) -> Rests:
    """What a cell rests on; a subdivision, which is in no table of places, rests on what its country does."""
    (level, region), on = cell.region, (cell.basis, cell.row["as_of"])
    return rests.get((level, region, *on)) or rests.get(("country", region[:2], *on)) or Rests()
