"""The content of a release: published figures with their licences and sources, and the name of the release."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reports.figures import query
from reports.figures.catalogue import declaration_of, declarations
from reports.figures.compute import rebuild_tables
from reports.figures.query import Connection
from reports.figures.restricted import keep_offers, leave_out
from reports.figures.vintages import FigureVintage, read_causes, read_history, read_vintages
from reports.guide import desk
from reports.release.licences import OURS, Licence, combine, find_closed, licence_of
from reports.wording import notes
from reports.wording.numbers import day
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Causes, Vintages
from warehouse.tables import Sources

NAME = "AI Job Market"
SAMPLE_NAME = "AI Job Market (invented sample data)"
MAX_FIGURES = 3_000
"""How many figures may have files of their own; figures with a value come first."""


def rebuild_open_tables(
    con: Connection, figures: Sequence[Figures]
) -> tuple[list[Figures], dict[str, tuple[str, ...]]]:
    """If a table of figures may not be released, rebuild it from those of its members that may be.

    A collection loses the rows of sources of which nothing may be passed on. Return all rows and, by the id of each
    changed table or collection, its omitted members with a value, or sources. If the licences of the
    remaining members exclude each other, a table keeps only the members under our own licence.
    """
    definitions, rows = declarations(con), list(figures)
    omissions: dict[str, tuple[str, ...]] = {}
    for place, table in enumerate(rows):
        closed = find_closed(table.sources) if declaration_of(table.figure).is_collection else []
        if closed:
            rows[place] = leave_out(table, dict.fromkeys(closed, "may not be passed on"))
            omissions[table.figure] = tuple(closed)
        pattern = definitions[table.figure].gathers if table.figure in definitions else None
        if not pattern or isinstance(licence_of(table), Licence):
            continue
        members = [row for row in rows if re.fullmatch(pattern, row.figure)]
        licences = {row.figure: licence_of(row) for row in members}
        releasable = {name for name, licence in licences.items() if isinstance(licence, Licence)}
        kept = releasable
        for kept in (releasable, {name for name in releasable if licences[name] == combine(())}):
            by_id = {row.figure: row for row in (*members, table) if row is table or row.figure in kept}
            rows[place] = rebuild_tables(definitions, by_id)[-1]
            if isinstance(licence_of(rows[place]), Licence):
                break
        omissions[table.figure] = tuple(
            row.figure for row in members if row.value is not None and row.figure not in kept
        )
    return rows, omissions


@dataclass(frozen=True, kw_only=True)
class PublishedDay:
    """What is published on a day, and which part may be released.

    | field | meaning |
    |---|---|
    | `licences` | licence of each figure of the release, by id |
    | `left_out` | why other figures are not in the release |
    | `without` | members of each table, or sources of each collection, omitted for licence reasons |
    | `vintages` | all vintages of each figure, unless one was made from a source of which nothing may be passed on |
    | `lists` | all vintages of each list of cells |
    | `causes` | why each figure moved from one vintage to the next |
    | `code_version` | version of the newest run; a figure has the version of the run that computed its vintage |
    | `base_url` | address of the release; "" if unknown, so that links and citations name only files |
    """

    as_of: date
    is_sample: bool
    sources: Mapping[str, Sources]
    figures: tuple[Figures, ...]
    licences: Mapping[str, Licence]
    left_out: Mapping[str, str]
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vintages: Mapping[str, Sequence[FigureVintage]] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Vintages]] = field(default_factory=dict)
    causes: Mapping[str, Sequence[Causes]] = field(default_factory=dict)
    base_url: str = ""
    code_version: str = ""

    @property
    def name(self) -> str:
        """The name of the release, which says if the data are invented."""
        return SAMPLE_NAME if self.is_sample else NAME

    def cite_figure(self, figure: Figures, path: str, *, title: str | None = None) -> str:
        """Return the citation of a figure; for a claim, the citation names its origin.

        `path` is the path of the cited file in the release. `title` replaces the figure's title.
        """
        words = f"{title or figure.title} [{figure.figure}]"
        origin = notes.origin(figure)
        return self.cite(f"{words}, as stated by {origin}" if origin else words, path, self.licences[figure.figure])

    def cite(self, title: str, path: str, licence: Licence) -> str:
        """Return the citation, in one line, of the part of the release that is at `path`."""
        where = f"{self.base_url}{path}"
        return f"{self.name}: {title}. Release of {day(self.as_of)}, {where}. {licence.in_short}."


def read_published(con: Connection, *, base_url: str = "", figures: Sequence[Figures] | None = None) -> PublishedDay:
    """Read what is published, with licences; pass `figures` if `published_figures` was called already.

    Raise `NothingPublishedError` if nothing is published.
    """
    rows, as_of = desk.published_figures(con) if figures is None else figures, desk.newest_day(con)
    return describe_published(
        con, rows, desk.read_sources(con), as_of=as_of, is_sample=desk.is_sample(con), base_url=base_url
    )


def _find_closed_before(con: Connection, sources: Sequence[Sources]) -> set[str]:
    """Return the figures that ever had a value made from a source of which nothing may be passed on."""
    closed = tuple(find_closed(source.source for source in sources))
    rows = query.read(
        con,
        "SELECT DISTINCT figure FROM mart.figures WHERE value IS NOT NULL"
        f" AND list_has_any(sources, {query.literal(closed)}::VARCHAR[])",
    )
    return {row["figure"] for row in rows}


def describe_published(
    con: Connection,
    figures: Sequence[Figures],
    sources: Sequence[Sources],
    *,
    as_of: date,
    is_sample: bool,
    base_url: str = "",
) -> PublishedDay:
    """Select the figures that may be released, and add their licences.

    A withheld figure offers only figures under our own licence, because an offer repeats their value.
    """
    rows, without = rebuild_open_tables(con, figures)
    rows.sort(key=lambda row: (row.value is None, row.figure))
    terms = {row.figure: licence_of(row) for row in rows}
    licences = {name: licence for name, licence in terms.items() if isinstance(licence, Licence)}
    selection = [row for row in rows if row.figure in licences][:MAX_FIGURES]
    free = {name for name, licence in licences.items() if licence.id == OURS}
    closed_before = _find_closed_before(con, sources)
    return PublishedDay(
        as_of=as_of,
        is_sample=is_sample,
        sources={row.source: row for row in sources},
        figures=tuple(sorted((keep_offers(row, free) for row in selection), key=lambda row: row.figure)),
        licences=licences,
        left_out={name: why for name, why in sorted(terms.items()) if isinstance(why, str)},
        without=without,
        vintages={name: past for name, past in read_history(con).items() if name not in closed_before},
        lists=read_vintages(con),
        causes=read_causes(con),
        base_url=base_url if not base_url or base_url.endswith("/") else f"{base_url}/",
        code_version=desk.newest_version(con),
    )
