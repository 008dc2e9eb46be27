"""The licence under which a figure may be released, as its sources permit.

Our own figures are under CC BY 4.0. `source_licences.csv` gives the licence of figures made from each source; if the
source is missing or its licence is empty, such figures are in no release. A figure from two sources whose licences
conflict is left out. `licences.csv` describes the licences.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reports.figures.catalogue import declaration_of
from reports.wording.numbers import upper_first
from warehouse.mart_tables import Figures

OURS = "CC-BY-4.0"
"""The licence of a figure unless a source demands another."""
COLLECTION = "LicenseRef-collection"
"""Id that stands for rows set side by side, each under the licence of its own source."""
QUOTATION = "LicenseRef-quotation"
"""Id that stands for the licence of a claim by others."""
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Licence:
    """A licence, identified by its SPDX id; `remark` is printed beside its figures."""

    id: str
    name: str
    url: str | None
    remark: str

    @property
    def in_short(self) -> str:
        """The short form of the licence's name for citations, such as "CC BY 4.0"."""
        return {OURS: "CC BY 4.0"}.get(self.id, upper_first(self.name) if self.url is None else self.id)


@functools.cache
def licences() -> dict[str, Licence]:
    """Return all licences by id."""
    return {
        row["licence"]: Licence(id=row["licence"], name=row["name"], url=row["url"] or None, remark=row["remark"])
        for row in _read("licences.csv")
    }


@functools.cache
def licence_ids_of_sources() -> dict[str, str]:
    """Return for each source the id of the licence for figures made from it; "" if these are in no release."""
    return {row["source"]: row["licence"] for row in _read("source_licences.csv")}


def combine(sources: Iterable[str]) -> Licence | str:
    """Return the licence of a figure made from these sources, or say why the figure is left out."""
    ids = {source: licence_ids_of_sources().get(source, "") for source in sources}
    if closed := find_closed(ids):
        return f"{', '.join(closed)} may not be passed on"
    binding = sorted(set(ids.values()) - {OURS})
    if len(binding) > 1:
        return f"its sources ask for licences that exclude each other: {', '.join(binding)}"
    return licences()[binding[0] if binding else OURS]


def find_closed(sources: Iterable[str]) -> list[str]:
    """Return the sources of which nothing may be passed on, in order."""
    return sorted(source for source in sources if not licence_ids_of_sources().get(source))


def licence_of(figure: Figures) -> Licence | str:
    """Return the licence of a measured or cited figure, or say why the figure is left out."""
    if figure.kind == "cited":
        return licences()[QUOTATION]
    result = combine(figure.sources)
    if isinstance(result, str) and not find_closed(figure.sources) and declaration_of(figure.figure).is_collection:
        return licences()[COLLECTION]
    return result


def _read(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
