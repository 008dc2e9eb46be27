"""A data folder in which nights of the made market are run, and what stands published there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flows import backfill, nightly
from flows.runs.run_record import Request
from flows.runtime.settings import Settings
from reports.figures import vintages
from reports.figures.compute import compute_figures
from reports.guide import desk
from tests.bench.nights import clocks_on_steps
from tests.made_nights import market
from tests.made_nights.market import AS_EVER, World
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Vintages
from warehouse.publish.reader import open_reader

_CITATIONS = re.compile(r"<pre .*?</pre>", re.DOTALL)
_OF_DAY = re.compile(r"(?:Figures|Release|release) of (?:<time[^>]*>)?\d+ [A-Z][a-z]+ \d{4}")


@dataclass
class Nights:
    """Nights of one market in one data folder. Each is archived, refined, loaded, computed, checked and published."""

    data: Path
    n_boards: int
    guides: tuple[Path, ...] = ()
    days: list[date] = field(default_factory=list)

    def run(self, day: date, world: World = AS_EVER) -> None:
        """One night. Raises `RuntimeError` when it published nothing."""
        from warehouse.checks import gate

        gate.great_expectations()
        self.data.mkdir(parents=True, exist_ok=True)
        (self.data / "kind").write_text("live\n", encoding="utf-8")
        request = Request(settings=Settings(data=self.data, workers=1), command="made", sources=(), guides=self.guides)
        folder = self.data / "recorded"
        with clocks_on_steps():
            recordings = market.record(folder, self.n_boards, day, world)
            health = [backfill.archive_recordings(source, files, request) for source, files in recordings.items()]
            outcome = nightly.from_archive(request, health)
        shutil.rmtree(folder)
        if outcome.exit_code or outcome.as_of != day:
            raise RuntimeError(
                f"the night of {day} ended with {outcome.exit_code}, {outcome.as_of}: {outcome.messages}"
            )
        self.days.append(day)

    def copy(self, folder: Path) -> Nights:
        """The same folder again, for nights that go another way."""
        shutil.copytree(self.data, folder)
        guides = []
        for path in self.guides:
            guides.append(folder / path.relative_to(self.data))
        return Nights(folder, self.n_boards, tuple(guides), list(self.days))

    def tonight(self) -> dict[str, Figures]:
        """What each figure would be of the marts of the newest day."""
        with open_reader(self.data) as con:
            return {row.figure: row for row in compute_figures(con, desk.newest_day(con), code_version="")}

    def published(self) -> dict[str, Figures]:
        """What stands published of each figure on the newest day."""
        with open_reader(self.data) as con:
            return {row.figure: row for row in desk.published_figures(con)}

    def vintages(self) -> Mapping[str, Sequence[Vintages]]:
        """All vintages by list."""
        with open_reader(self.data) as con:
            return vintages.read_vintages(con)

    def waiting(self) -> dict[str, Vintages]:
        """The vintages that wait for review by list."""
        candidates = {name: vintages.find_waiting(history) for name, history in self.vintages().items()}
        return {name: one for name, one in candidates.items() if one is not None}

    def pages(self) -> dict[str, str]:
        """The page of each figure that has one, without what names the day that it is of."""
        return {
            path.stem: _OF_DAY.sub("", _CITATIONS.sub("", path.read_text(encoding="utf-8")))
            for path in sorted((self.data / "site" / "f").glob("*.html"))
        }

    def texts(self) -> dict[str, str]:
        """What a reader sees of figures: the lists of the guide, and pages without what names the day they are of."""
        return {
            "guide": (self.data / "guide_lists.md").read_text(encoding="utf-8"),
            "page": "".join(self.pages().values()),
        }
