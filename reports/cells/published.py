"""Published cells with their addresses, read from `published.*` with one SELECT per kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from reports.cells.cell import Cell
from reports.figures import query, verdicts
from reports.figures.declared.pay_figures import KINDS_OF_PAY
from reports.figures.declared.share_figures import kind_of_share, name_jobs, share_columns
from reports.figures.places import EVERYWHERE, OF_REGION, PLACES, address, slug
from reports.figures.query import Connection
from reports.wording import disclosure, notes, pay, shares
from reports.wording.bases import OWN_BASES
from reports.wording.numbers import Row
from reports.wording.renderer import Renderer
from reports.wording.work import WORKS, name_work, split_work
from transforms.records.definitions import MAX_COUNTRY_SHARE
from transforms.records.vocabulary import EMPLOYEE
from warehouse.marts.measures import MEASURES
from warehouse.ops_tables import Vintages

_SLUGS = {place.region: place.slug for place in (EVERYWHERE, *PLACES.values())}
"""Slugs of places by their names in the marts."""


def _pay_cell(row: Row, place: str) -> Cell | None:
    work = row["role_group"] if row["role"] == "all" else row["role"]
    if work not in WORKS or split_work(work) != (row["role_group"], row["role"]):
        return None  # a role within a wider group
    contract = EMPLOYEE if row["contract"] == "all" else row["contract"]  # surveys do not tell them apart
    kind, level, basis = KINDS_OF_PAY[contract, row["pay_market"]], row["seniority_group"], row["basis"]
    name = address(kind, place, work, level, basis)
    return _make(name, row, pay.PAY, place, work, item=level, measure="pay", basis=basis)


def _share_cell(row: Row, place: str) -> Cell:
    work, measure, by_employer = row["role_group"], row["measure"], row["is_by_employer"]
    name = address(*kind_of_share(measure, by_employer), slug(row["item"]), place, work)
    jobs = name_jobs(work, OF_REGION[row["region_level"], row["region"]])
    renderer = shares.single(MEASURES[measure], jobs, by_employer=by_employer)
    return _make(name, row, renderer, place, work, jobs=jobs, item=row["item"], measure=measure)


def _disclosure_cell(row: Row, place: str) -> Cell:
    name = address("disclosure", place, row["role_group"], row["law"])
    return _make(name, row, disclosure.PLACE, place, row["role_group"], item=row["law"], measure="disclosure")


def _closing_cell(row: Row, place: str) -> Cell:
    work = row["role_group"]
    row = {**row, "cell": name_work(work)}
    return _make(address("closing_rate", place, work), row, shares.CLOSING_RATES, place, work, measure="closing_rate")


def _make(name: str, row: Row, renderer: Renderer, place: str, work: str, **fields: Any) -> Cell:
    return Cell(id=name, kind=name.partition(".")[0], renderer=renderer, row=row, place=place, work=work, **fields)


KINDS: Mapping[str, Callable[[Row, str], Cell | None]] = {
    "pay": _pay_cell,
    "shares": _share_cell,
    "employers": _share_cell,
    "disclosure": _disclosure_cell,
    "closing_rates": _closing_cell,
}
"""The functions that make cells, by kind of cell.

Each function takes a row and the slug of its place. It returns the cell, or None for a row that has no address.
"""


def read_cells(con: Connection, as_of: date, *, also_withheld: bool = False) -> Iterator[Cell]:
    """Yield every published cell with a value, marked stale if its reference period is long past on `as_of`.

    With `also_withheld`, also yield each cell of pay in adverts we read that is withheld because it has too few jobs.
    Rows get `review`, the words for the review of their list, and `platform`, the title of the only source of our
    adverts at their place, unless the mart says.
    """
    rests, reviews = _read_rests(con), _read_reviews(con, as_of)
    titles = {row["source"]: row["title"] for row in query.read(con, "SELECT source, title FROM core.sources")}
    for kind, make_cell in KINDS.items():
        for row in query.read(con, _select(kind, as_of)):
            row["review"] = reviews.get(row.pop("list"))
            place = _SLUGS.get(row["region"]) or (slug(row["region"]) if kind == "disclosure" else None)
            cell = make_cell(row, place) if place else None
            if cell is None:
                continue
            on = (cell.basis, row["as_of"])
            of_country = rests.get(("country", row["region"][:2], *on), {})  # for subdivisions
            cell = replace(cell, **rests.get((row["region_level"], row["region"], *on), of_country))
            if cell.basis in OWN_BASES and len(cell.sources) == 1:
                cell = replace(cell, row={"platform": titles.get(cell.sources[0]), **cell.row})
            is_withheld = cell.status == "suppressed"
            cell = _age(cell, as_of)
            if cell.status != "suppressed" or (is_withheld and also_withheld):
                yield cell


def _select(kind: str, as_of: date) -> str:
    if kind not in ("shares", "employers"):
        parameters = {"as_of": as_of, "max_country_share": MAX_COUNTRY_SHARE.value} if kind == "pay" else {}
        return query.fill(f"cells/{kind}", parameters)
    is_of_employers = kind == "employers"
    names = tuple(name for name, measure in MEASURES.items() if measure.by_employer or not is_of_employers)
    return query.fill("cells/shares", {"measures": names, **share_columns(by_employer=is_of_employers)})


def _age(cell: Cell, as_of: date) -> Cell:
    verdict = verdicts.Verdict(status=cell.status, reason=cell.reason)
    outcome = verdicts.judge_age(verdict, cell.basis, cell.row.get("period_to") or cell.period_to, as_of)
    if outcome is verdict:
        return cell
    row = {**cell.row, "status": outcome.status, "reason": outcome.reason, "is_low": cell.status == "low"}
    return replace(cell, row=row)


def _read_reviews(con: Connection, as_of: date) -> dict[str, str | None]:
    """Return what is said of the review of each list of cells, by its name; None where nothing is."""
    standing: dict[str, Vintages] = {}
    waiting: dict[str, Vintages] = {}
    for row in query.read(con, "FROM ops.vintages WHERE state IN ('published', 'waiting') ORDER BY number"):
        (standing if row["state"] == "published" else waiting)[row["list"]] = Vintages(**row)
    since = {name: vintage.offered_on for name, vintage in waiting.items()}
    return {name: notes.say_review(last, since.get(name), as_of) for name, last in standing.items()}


def _read_rests(con: Connection) -> dict[tuple[str, str, str, date], dict[str, Any]]:
    """Return the sources and the period of published cells, by (region level, region, basis, `as_of` of the cells)."""
    tables = ("salary_bands", "shares", "pay_disclosure", "closing_rates")
    days = query.read(con, " UNION ".join(f"SELECT DISTINCT as_of FROM published.{name}" for name in tables))
    rows = ((day["as_of"], row) for day in days for row in query.read(con, query.fill("cells/places", day)))
    return {
        (row["region_level"], row["region"], row["basis"], as_of): {
            "sources": tuple(row["sources"]), "period_from": row["period_from"], "period_to": row["period_to"],
        }
        for as_of, row in rows
    }  # fmt: skip
