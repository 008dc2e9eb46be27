"""What a release is made from: the figures that are published, their sources, and what the release is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reports.figures.catalogue import declarations
from reports.figures.query import Connection
from reports.figures.vintages import published_rows, read_vintages
from reports.guide import desk
from reports.release.licences import Licence, licence_of
from reports.wording.numbers import day
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Vintages
from warehouse.tables import Sources

NAME = "AI Job Market"
SAMPLE_NAME = "AI Job Market (invented sample data)"
MAX_FIGURES = 3_000
"""Most figures that have files of their own; those that have a value come first."""


def published_figures(con: Connection) -> list[Figures]:
    """The figures as they stand published on the newest day: of each its last accepted vintage.

    Raises `NothingPublishedError` when there are none.
    """
    as_of = desk.newest_day(con)
    return published_rows(con, declarations(con), desk.read_ledger(con, as_of), as_of)


@dataclass(frozen=True, kw_only=True)
class Published:
    """What stands published on a day, and what may be passed on of it.

    `licences` are those of the figures of the release by id, `left_out` why others are in none, `vintages` all that
    figures ever had. `base_url` is where the
    release will stand, "" when that is not known: then links and citations name its files alone.
    """

    as_of: date
    is_sample: bool
    sources: Mapping[str, Sources]
    figures: tuple[Figures, ...]
    licences: Mapping[str, Licence]
    left_out: Mapping[str, str]
    vintages: Mapping[str, Sequence[Vintages]] = field(default_factory=dict)
    base_url: str = ""
    code_version: str = field(default="")

    @property
    def name(self) -> str:
        """What the release is called; it says so when the data are invented."""
        return SAMPLE_NAME if self.is_sample else NAME

    def cite(self, title: str, path: str, licence: Licence) -> str:
        """The citation of a part of the release, in one line."""
        where = f"{self.base_url}{path}"
        return f"{self.name}: {title}. Release of {day(self.as_of)}, {where}. {licence.in_short}."


def read_published(con: Connection, *, base_url: str = "") -> Published:
    """What is published, with the licence of each figure. Raises `NothingPublishedError`."""
    figures = sorted(published_figures(con), key=lambda row: (row.value is None, row.figure))
    decided = {row.figure: licence_of(row.kind, row.sources) for row in figures}
    chosen = [row for row in figures if isinstance(decided[row.figure], Licence)][:MAX_FIGURES]
    left_out = {name: why for name, why in decided.items() if isinstance(why, str)}
    return Published(
        as_of=desk.newest_day(con),
        is_sample=desk.is_sample(con),
        sources={row.source: row for row in desk.read_sources(con)},
        figures=tuple(sorted(chosen, key=lambda row: row.figure)),
        licences={name: found for name, found in decided.items() if isinstance(found, Licence)},
        left_out=dict(sorted(left_out.items())),
        vintages=read_vintages(con),
        base_url=base_url if not base_url or base_url.endswith("/") else f"{base_url}/",
        code_version=figures[0].code_version if figures else "",
    )
