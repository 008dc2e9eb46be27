"""The published file as the tools read it. It is opened again when a night has replaced it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from reports.cells.published import read_cells
from reports.codes import Codes, read_codes
from reports.figures.catalogue import KNOWN, find_id
from reports.figures.compute import compute_asked
from reports.figures.vintages import read_standing, waiting_of
from reports.guide import desk
from reports.release.licences import Licence, licence_of
from reports.release.published import PublishedDay, read_published
from warehouse.database import MARKET, Connection, SqlError
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Vintages
from warehouse.publish.reader import open_reader

NO_LICENCE = "NONE"
"""The licence of a figure that may not be passed on. SPDX documents use the same word."""


class NotReadableError(ValueError):
    """The published file is missing or has other tables than expected. The message says what to do."""


@dataclass(eq=False)
class Snapshot:
    """The content of a published file.

    `figures` are the published rows of the ledger, by id. All other figures are computed when they are asked for, and
    kept in `computed`.
    """

    con: Connection
    published: PublishedDay
    figures: Mapping[str, Figures]
    computed: dict[str, Figures] = field(default_factory=dict)

    def find(self, name: str) -> Figures:
        """Return a figure by its id or a short form of its id, withheld or not.

        Raises `AddressError` for an unknown id, and `NotReadableError` for a figure that the published file lacks.
        """
        figure_id = find_id(name)
        if not self.has(figure_id):
            raise NotReadableError(f"{figure_id} is not in the published file yet: `jobmarket run` computes it")
        return self.read([figure_id])[0]

    def has(self, figure_id: str) -> bool:
        """Whether a figure is in the file or can be computed from it."""
        return figure_id in self.figures or figure_id not in KNOWN

    def read(self, ids: Sequence[str]) -> list[Figures]:
        """Return figures in the order of their ids, which must exist. Missing figures are computed together."""
        missing = [name for name in ids if name not in self.figures and name not in self.computed]
        if missing:
            as_of, code = self.published.as_of, self.published.code_version
            rows = compute_asked(self.con, missing, as_of, code_version=code, standing=read_standing(self.con))
            self.computed |= {row.figure: row for row in rows}
        return [self.figures.get(name) or self.computed[name] for name in ids]

    def with_licence_of(self, figure: Figures) -> PublishedDay:
        """Return the published day with the licence of this figure; if it has none, the licence's remark says why."""
        licence = licence_of(figure)
        if isinstance(licence, str):
            licence = Licence(id=NO_LICENCE, name="none", url=None, remark=licence)
        return replace(self.published, licences={figure.figure: licence})

    @cached_property
    def waiting(self) -> Mapping[str, Vintages]:
        """The vintages that wait for review, by list of cells."""
        return waiting_of(self.published.lists)

    @cached_property
    def codes(self) -> Mapping[str, Codes]:
        """The codes of skills and of work in public classifications."""
        return read_codes(self.con)

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """Ids of all printable cells of the marts that are not in the ledger."""
        cells = read_cells(self.con, self.published.as_of)
        return tuple(cell.id for cell in cells if cell.id not in self.figures)


class Market:
    """The published file of a data folder, read by one tool at a time."""

    def __init__(self, folder: Path, *, base_url: str = "") -> None:
        self.folder = folder
        self._base_url = base_url
        self._lock = threading.Lock()
        self._held: tuple[tuple[int, int, int] | None, Snapshot] | None = None

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """Yield the current content of the file. Raises `NotReadableError` if there is none or it cannot be read."""
        with self._lock:
            try:
                yield self._current()
            except SqlError as error:
                raise NotReadableError(
                    f"the published file cannot be read ({str(error).splitlines()[0]}); `jobmarket rebuild` publishes "
                    "it again"
                ) from error
            except (FileNotFoundError, desk.NothingPublishedError) as error:
                raise NotReadableError(str(error)) from error

    def _current(self) -> Snapshot:
        path = self.folder / MARKET
        identity = _identify(path) if path.exists() else None
        if self._held is not None:
            if self._held[0] == identity:
                return self._held[1]
            self._held[1].con.close()
            self._held = None
        con = open_reader(self.folder)
        try:
            figures = desk.published_figures(con)
            published = read_published(con, base_url=self._base_url, figures=figures)
            snapshot = Snapshot(con, published, {row.figure: row for row in figures})
        except BaseException:
            con.close()
            raise
        self._held = (identity, snapshot)
        return snapshot


def _identify(path: Path) -> tuple[int, int, int]:
    status = os.stat(path)  # noqa: PTH116  # one call, so that the three values belong together
    return status.st_ino, status.st_mtime_ns, status.st_size
