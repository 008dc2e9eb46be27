"""What a release is made from: the figures that are published, their sources, and what the release is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reports.figures.catalogue import declarations
from reports.figures.compute import regather
from reports.figures.history import FigureVintage, read_history
from reports.figures.query import Connection
from reports.figures.vintages import read_vintages
from reports.guide import desk
from reports.release.licences import Licence, combine, licence_of
from reports.wording import notes
from reports.wording.numbers import day
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Vintages
from warehouse.tables import Sources

NAME = "AI Job Market"
SAMPLE_NAME = "AI Job Market (invented sample data)"
MAX_FIGURES = 3_000
"""Most figures that have files of their own; those that have a value come first."""


def gather_open(con: Connection, figures: Sequence[Figures]) -> tuple[list[Figures], dict[str, tuple[str, ...]]]:
    """Figures of which those that gather others are made of what may be passed on; and the members that each lacks.

    Where the licences of the members exclude each other, such a figure is made of those under our own.
    """
    definitions, rows = declarations(con), list(figures)
    without: dict[str, tuple[str, ...]] = {}
    for place, row in enumerate(rows):
        pattern = definitions[row.figure].gathers if row.figure in definitions else None
        if not pattern or isinstance(_licence(row), Licence):
            continue
        members = [one for one in rows if re.fullmatch(pattern, one.figure)]
        licences = {one.figure: _licence(one) for one in members}
        open_names = {name for name, licence in licences.items() if isinstance(licence, Licence)}
        ours = {name for name in open_names if licences[name] == combine(())}
        for names in (open_names, ours):
            by_id = {one.figure: one for one in [*(one for one in members if one.figure in names), row]}
            rows[place] = regather(definitions, by_id)[-1]
            without[row.figure] = tuple(
                one.figure for one in members if one.value is not None and one.figure not in names
            )
            if isinstance(_licence(rows[place]), Licence):
                break
    return rows, without


def _licence(row: Figures) -> Licence | str:
    return licence_of(row.kind, row.sources)


@dataclass(frozen=True, kw_only=True)
class PublishedDay:
    """What stands published on a day, and what may be passed on of it.

    `licences` are those of the figures of the release by id, `left_out` why others are in none, `without` which figures
    those that gather others lack, since these may not be passed on with them, `vintages` all that figures ever had,
    `lists` those of the lists of cells.
    `code_version` is that of the newest run; a figure has its own, that of the run which computed its vintage.
    `base_url` is where the release will stand, "" when that is not known: then links and citations name its files
    alone.
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
    base_url: str = ""
    code_version: str = ""

    @property
    def name(self) -> str:
        """What the release is called; it says so when the data are invented."""
        return SAMPLE_NAME if self.is_sample else NAME

    def cite_figure(self, figure: Figures, path: str, *, title: str | None = None) -> str:
        """The citation of a figure; of a statement of others with who made it, where and when.

        `title` is how a reader knows it, where that is not its own.
        """
        words = f"{title or figure.title} [{figure.figure}]"
        origin = notes.origin(figure)
        return self.cite(f"{words}, as stated by {origin}" if origin else words, path, self.licences[figure.figure])

    def cite(self, title: str, path: str, licence: Licence) -> str:
        """The citation of a part of the release, in one line."""
        where = f"{self.base_url}{path}"
        return f"{self.name}: {title}. Release of {day(self.as_of)}, {where}. {licence.in_short}."


def read_published(con: Connection, *, base_url: str = "", figures: Sequence[Figures] | None = None) -> PublishedDay:
    """What is published, with the licence of each figure; `figures` are `published_figures`, where these were read.

    Raises `NothingPublishedError`.
    """
    rows, as_of = desk.published_figures(con) if figures is None else figures, desk.newest_day(con)
    return describe_published(
        con, rows, desk.read_sources(con), as_of=as_of, is_sample=desk.is_sample(con), base_url=base_url
    )


def describe_published(
    con: Connection,
    figures: Sequence[Figures],
    sources: Sequence[Sources],
    *,
    as_of: date,
    is_sample: bool,
    base_url: str = "",
) -> PublishedDay:
    """Published figures with the licence of each, and which of them are passed on."""
    rows, without = gather_open(con, figures)
    rows.sort(key=lambda row: (row.value is None, row.figure))
    terms = {row.figure: _licence(row) for row in rows}
    licences = {name: licence for name, licence in terms.items() if isinstance(licence, Licence)}
    selection = [row for row in rows if row.figure in licences][:MAX_FIGURES]
    return PublishedDay(
        as_of=as_of,
        is_sample=is_sample,
        sources={row.source: row for row in sources},
        figures=tuple(sorted(selection, key=lambda row: row.figure)),
        licences=licences,
        left_out={name: why for name, why in sorted(terms.items()) if isinstance(why, str)},
        without=without,
        vintages=read_history(con),
        lists=read_vintages(con),
        base_url=base_url if not base_url or base_url.endswith("/") else f"{base_url}/",
        code_version=desk.newest_version(con),
    )
