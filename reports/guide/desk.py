"""Read published figures for guides and tools, without a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from reports.figures import query
from reports.figures.catalogue import KNOWN, declarations
from reports.figures.compute import compute_asked, ledger_row
from reports.figures.declaration import Figure
from reports.figures.query import Connection
from reports.figures.restricted import for_prose
from reports.figures.vintages import read_standing
from warehouse.mart_tables import Figures
from warehouse.tables import Sources


class NothingPublishedError(ValueError):
    """The warehouse has no day with figures yet."""


def newest_day(con: Connection) -> date:
    """Return the newest day with figures. Raises `NothingPublishedError` if there is none."""
    (row,) = query.read(con, "SELECT max(as_of) AS as_of FROM mart.figures")
    if row["as_of"] is None:
        raise NothingPublishedError("no figures are published yet: `jobmarket run` computes them")
    day: date = row["as_of"]
    return day


def read_figures(con: Connection, ids: Collection[str]) -> list[Figures]:
    """Return the published rows of figures, as they may stand in a guide.

    Figures that are not in the ledger are computed for its newest day.
    """
    published = published_figures(con)
    others = sorted(set(ids) - {row.figure for row in published} - KNOWN.keys())
    version, standing = newest_version(con), read_standing(con)
    computed = compute_asked(con, others, newest_day(con), code_version=version, standing=standing)
    return [row for row in for_prose([*published, *computed], read_sources(con)) if row.figure in ids]


def newest_version(con: Connection) -> str:
    """Return the code version of the newest run; "" if there is no run."""
    rows = query.read(con, "SELECT code_version FROM ops.runs ORDER BY started_at DESC LIMIT 1")
    return rows[0]["code_version"] if rows else ""


def published_figures(con: Connection) -> list[Figures]:
    """Return the figures published on the newest day. Raises `NothingPublishedError` if there are none."""
    return read_ledger(con, newest_day(con), declarations(con))


def read_ledger(con: Connection, as_of: date, figures: Mapping[str, Figure]) -> list[Figures]:
    """Return the ledger's rows of a day, in the order in which figures are declared."""
    rows = query.read(con, f"FROM mart.figures WHERE as_of = {query.literal(as_of)}")
    order = {name: place for place, name in enumerate(figures)}
    return [ledger_row(row) for row in sorted(rows, key=lambda row: order.get(row["figure"], len(order)))]


def read_sources(con: Connection) -> list[Sources]:
    """Return all sources."""
    return [Sources(**row) for row in query.read(con, "FROM core.sources")]


def is_sample(con: Connection) -> bool:
    """Whether the warehouse holds sample data."""
    return bool(query.read(con, "FROM ops.runs WHERE is_sample LIMIT 1"))
