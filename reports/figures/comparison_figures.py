"""Figures of pay by kind of source: one for each kind, role and country, and one that sets them side by side.

Each kind keeps its own last accepted value, its period and what stands behind it, as any figure does; the comparison
gathers those of countries and roles that have two kinds or more (`wording.comparison.arrange`).
"""

from __future__ import annotations

from reports.figures import query
from reports.figures.declaration import Batch, Display, Fallback, Figure
from reports.figures.places import Place
from reports.figures.query import Connection, Sql
from reports.wording import comparison
from reports.wording.bases import BASES
from reports.wording.work import name_workers
from transforms.records.vocabulary import CELL_GROUPS

BEHIND = {
    "advertised": ("open adverts", "compared_adverts", None),
    "advertised_third_party": (
        "third-party adverts", "compared_pairs", "adverts collected by a third party, employers unknown"
    ),
    "reported": ("reported", "compared_reports", "earnings that people report in surveys"),
    "official": ("official wages", None, "wages that an office publishes of an occupation"),
}  # fmt: skip
"""Of each kind of source the name of its only rung, the SELECT of all that may stand behind a value (None: that is a
row of an office's table), and what is said behind the value."""
COMPARISON = Figure(
    id="comparison.countries",
    title="Pay for the same work by kind of source",
    unit="USD per year",
    renderer=comparison.COMPARISON,
    gathers=rf"comparison\.[a-z]{{2}}\.\w+\.({'|'.join(BEHIND)})\w*",
    arrange=comparison.arrange,
    shows_periods=True,
    displays=(
        Display(
            section="sources_of_pay",
            heading="By country and work, all levels",
        ),
    ),
)
KIN = Figure(id="comparison", title="Pay by kind of source", unit="USD per year", renderer=comparison.COMPARED)
"""What stands for each figure of one kind: which of these there are follows from the data."""


def declare_compared(con: Connection) -> list[Figure]:
    """A figure for each kind of source of each role and country of which two kinds ever had a value.

    None where the file was published by a version that compared nothing.
    """
    if not query.read(con, "FROM duckdb_tables() WHERE schema_name = 'core' AND table_name = 'near_occupations'"):
        return []
    return [_make_figure(**row) for row in query.read(con, query.fill("compared_figures", {}))]


KINDS = {f"{basis}{market}": basis for basis in BEHIND for market in ("", "_abroad", "_mixed")}
"""Kinds of source as they stand in ids: of pay of the place's own market, of that from abroad, of both together."""


def declare(place: Place, work: str, kind: str) -> Figure:
    """Pay of one role or group of roles in one country by one kind of source."""
    return _make_figure(f"{place.slug}.{work}.{kind}", place.name, KINDS[kind])


def _make_figure(compared: str, place: str, basis: str) -> Figure:
    """Pay of one role in one country by one kind of source: `compared` names them ("us.data_scientist.official")."""
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
        rungs=(
            Fallback(
                name=name,
                basis=basis,
                cells="pay.{basis}.countries",
                sql="compared",
                behind="behind_compared_official" if select is None else "behind_compared",
                parameters=parameters,
                batch=Batch(
                    parameters={"compared": Sql("compared"), "basis": Sql("basis")},
                    columns={"compared": "compared"},
                ),
                words=words,
            ),
        ),
        parameters={"compared": compared},
        counts=((compared,),),
        place=place,
    )
