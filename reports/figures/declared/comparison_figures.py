"""Figures of pay by kind of source: one for each kind, role and country, and a table that puts them side by side.

Each figure has a published value, a period and evidence, as other figures do. The table gathers the figures of
countries and roles for which two or more kinds of source have values (`wording.comparison.arrange`).
"""

from __future__ import annotations

from reports.figures import query
from reports.figures.declaration import Batch, Display, Figure, Rung
from reports.figures.declared.pay_figures import ROWS, SURVEY, THIRD_PARTY
from reports.figures.places import Place
from reports.figures.query import Connection, Sql
from reports.wording import comparison
from reports.wording.bases import BASES
from reports.wording.work import name_workers
from transforms.records.vocabulary import CELL_GROUPS

BEHIND = {
    "advertised": ("open adverts", ROWS["advertised"], None),
    "advertised_third_party": ("third-party adverts", ROWS["advertised_third_party"], THIRD_PARTY),
    "reported": ("reported", "behind/rows/persons", SURVEY),
    "official": ("official wages", None, "wages that an office publishes of an occupation"),
}
"""For each kind of source: the name of its only rung, a SELECT, and words printed after the value (or None).

The SELECT returns all adverts or reports that a value may rest on. It is None for official wages, because such a value
is one row of an office's table.
"""
COMPARISON = Figure(
    id="comparison.countries",
    title="Pay for the same work by kind of source",
    unit="USD per year",
    renderer=comparison.COMPARISON,
    gathers=rf"comparison\.[a-z]{{2}}\.\w+\.({'|'.join(BEHIND)})\w*",
    arrange=comparison.arrange,
    shows_periods=True,
    displays=(Display(section="sources_of_pay", heading="By country and work, all levels"),),
)


def declare_compared(con: Connection) -> list[Figure]:
    """Declare the pay of each role and country from each kind of source, if two kinds ever had a value there."""
    return [_make_figure(**row) for row in query.read(con, query.fill("pay/compared_figures", {}))]


KINDS = {f"{basis}{market}": basis for basis in BEHIND for market in ("", "_foreign_currency", "_mixed")}
"""The basis for each possible last part of an id, such as `advertised` or `reported_foreign_currency`.

A name without an ending stands for pay in the place's own market, `_foreign_currency` for pay in
another country's money, and `_mixed` for both.
"""


def declare(place: Place, work: str, kind: str) -> Figure:
    """Declare the pay of a role or group of roles (`work`) in a country, from one kind of source (a key of `KINDS`)."""
    return _make_figure(f"{place.slug}.{work}.{kind}", place.name, KINDS[kind])


def _make_figure(compared: str, place: str, basis: str) -> Figure:
    """Declare the pay in the cell that `compared` names, such as "us.data_scientist.official"."""
    name, select, words = BEHIND[basis]
    parameters: dict[str, object] = {"groups": dict(CELL_GROUPS)}
    if select is not None:
        parameters["rows"] = Sql(query.text_of(select))
    work = compared.split(".")[1]
    return Figure(
        id=f"comparison.{compared}",
        title=f"Pay by {BASES[basis].name}, {name_workers(work)}",
        unit="USD per year",
        renderer=comparison.COMPARED,
        rungs=(Rung(
            "pay.{basis}.countries", "pay/compared", "behind/compared" if select else "behind/compared_official",
            parameters, basis=basis, name=name, words=words,
            batch=Batch(
                parameters={"compared": Sql("compared"), "basis": Sql("basis")}, columns={"compared": "compared"}
            ),
        ),),
        parameters={"compared": compared},
        counts=((compared,),),
        place=place,
    )  # fmt: skip
