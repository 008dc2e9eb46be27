"""Bands and shares as SDMX-CSV 2.0, with a structure message (SDMX-ML 3.0) that explains columns and codes.

The codes of skills and of work carry their codes in public classifications as annotations.
Only cells under our own licence are included. Each number is an observation. If only the number's interval or bounds
may be printed, OBS_VALUE is empty, and OBS_LOW and OBS_HIGH hold the ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from reports.cells.cell import MEDIAN_OF_PANEL, PARTS, Cell
from reports.codes import Codes
from reports.figures.declared.pay_figures import CONTRACT_WORDS, KINDS_OF_PAY, LOCAL, MIXED
from reports.figures.places import EVERYWHERE, PLACES
from reports.release import texts
from reports.release.cells import ReleasedCells
from reports.release.figure_files import write_csv
from reports.release.licences import OURS
from reports.release.published import PublishedDay
from reports.wording.bases import BASES, NAMED
from reports.wording.levels import level_phrase
from reports.wording.work import name_work
from transforms.records.vocabulary import OTHER_MONEY, STATED
from warehouse.marts.measures import MEASURES

AGENCY, VERSION = "AIJOBMARKET", "2.0.0"
_URN = "urn:sdmx:org.sdmx.infomodel"
_MARKETS = {LOCAL: "in the place's own money", OTHER_MONEY: "in another country's money", MIXED: "in any money"}
MARKET_WORDS = {
    kind: f"{_MARKETS[market]}{CONTRACT_WORDS[contract]}" for (contract, market), kind in KINDS_OF_PAY.items()
}
STATES = {
    "published": "may be printed as it is",
    "low": "of low confidence",
    "stale": "true of a reference period that is long past",
}
FORMS = {
    "point": "the number with its interval",
    "interval": "the interval alone, which is too wide to name a number",
    "bounds": "the bounds that silent adverts leave, with the error of sampling",
    "says": "nothing, because too few adverts say",
    "platforms": "how far the readings of two to four platforms reach, each of which is printed in the release's cells",
}


@dataclass(frozen=True, kw_only=True)
class Dataflow:
    """A table of observations from cells of `kinds`.

    `dimensions` are in the order in which a cell's id gives them. `parts` are the numbers of a cell that the table
    includes, by name (`cells.cell.Part`).
    """

    id: str
    name: str
    kinds: tuple[str, ...]
    dimensions: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def path(self) -> str:
        """The path of the table's observations in a release."""
        return f"sdmx/{self.id}.csv"


BANDS = Dataflow(
    id="BANDS", name="Pay per year by place, work, level and kind of source",
    kinds=tuple(KINDS_OF_PAY.values()),
    dimensions=("PAY_MARKET", "REF_AREA", "WORK", "LEVEL", "BASIS", "PART"),
    parts=(
        "low", "high", "median", MEDIAN_OF_PANEL, "p25", "p75", "local_low", "local_high", "local_median",
        f"local_{MEDIAN_OF_PANEL}",
    ),
)  # fmt: skip
SHARES = Dataflow(
    id="SHARES", name="Shares of jobs by measure, place and group of roles", kinds=("skill", "share"),
    dimensions=("MEASURE", "ITEM", "REF_AREA", "WORK"), parts=("share",),
)  # fmt: skip
EMPLOYERS = Dataflow(
    id="EMPLOYERS", name="Shares of the average employer's jobs by measure, place and group of roles",
    kinds=("employers",), dimensions=SHARES.dimensions, parts=SHARES.parts,
)  # fmt: skip
DATAFLOWS = (BANDS, SHARES, EMPLOYERS)
KeyedCell = tuple[dict[str, str], Cell]
CONCEPTS = {
    "PAY_MARKET": "Whose money the pay is in, and under which contract if not an employee's",
    "REF_AREA": "Country (ISO 3166-1 alpha-2), UN M49 region or continent, or all adverts read",
    "WORK": "Role or group of roles",
    "LEVEL": "Level of the job",
    "BASIS": "Kind of source",
    "PART": "Part of the value",
    "MEASURE": "What is asked of each job",
    "ITEM": "Answer of which the share is",
    "TIME_PERIOD": "Day the observation speaks for",
    "OBS_VALUE": "The number; empty where only its interval or bounds may be said",
    "OBS_LOW": "Lower end of the 95 % interval, or of the bounds",
    "OBS_HIGH": "Upper end of the same",
    "UNIT_MEASURE": "Unit",
    "STATUS": "How sure it is",
    "FORM": "What of it may be said",
    "N": "Jobs, pairs or persons behind it",
    "EMPLOYERS": "Employers behind it",
}
ATTRIBUTES = ("OBS_LOW", "OBS_HIGH", "UNIT_MEASURE", "STATUS", "FORM", "N", "EMPLOYERS")
NUMERIC = ("OBS_VALUE", "OBS_LOW", "OBS_HIGH", "N", "EMPLOYERS")
TYPES = {"TIME_PERIOD": "GregorianDay"} | dict.fromkeys(NUMERIC, "Double")
"""Types of the columns that are neither texts nor codes."""


def code(text: str) -> str:
    """Return a name as an SDMX code, such as c-2b-2b for "c++".

    ASCII letters, digits and `_` stay; any other character becomes `-` and its code point in hexadecimal digits.
    """
    return re.sub(r"[^A-Za-z0-9_]", lambda match: f"-{ord(match[0]):x}", text)


def _key_of(cell: Cell, flow: Dataflow) -> dict[str, str]:
    """Return the dimensions of a cell, except PART, as its id names them; a skill is an item of its measure."""
    kind, *parts = cell.id.split(".")
    if kind == "employers" and parts[0] == "skill":
        kind, *parts = parts
    head = {"skill": ["skill_asked"], "share": [], "employers": []}.get(kind, [kind])
    return dict(zip(flow.dimensions, map(code, [*head, *parts]), strict=False))


def files_of(
    released_cells: ReleasedCells, publication: PublishedDay, public_codes: Mapping[str, Codes]
) -> Iterator[tuple[str, bytes]]:
    """Yield the structure message, and the observations of each dataflow, with their paths.

    `public_codes` are the codes of skills and work in public classifications (`codes.read_codes`).
    """
    own = [cell for cell, licence in released_cells.cells if licence.id == OURS]
    cells = {flow: [(_key_of(cell, flow), cell) for cell in own if cell.kind in flow.kinds] for flow in DATAFLOWS}
    yield "sdmx/structure.xml", texts.render(
        "structure.xml", publication=publication, dataflows=DATAFLOWS, concepts=CONCEPTS, attributes=ATTRIBUTES,
        codelists=_list_codes(list(chain.from_iterable(cells.values()))), types=TYPES, agency=AGENCY, version=VERSION,
        urn=_URN,
        public_codes={
            concept: {code(name): found for name, found in public_codes[what].items()}
            for concept, what in (("ITEM", "skill"), ("WORK", "work"))
        },
    )  # fmt: skip
    for flow, rows in cells.items():
        yield flow.path, _to_csv(rows, flow, publication.as_of)


def _to_csv(cells: Sequence[KeyedCell], flow: Dataflow, as_of: date) -> bytes:
    head = {"STRUCTURE": "dataflow", "STRUCTURE_ID": f"{AGENCY}:{flow.id}({VERSION})", "ACTION": "R"}
    columns = [*head, *flow.dimensions, "TIME_PERIOD", "OBS_VALUE", *ATTRIBUTES]
    lines = []
    for key, cell in cells:
        for number in (number for number in cell.numbers.values() if number.part in flow.parts):
            n, employers = number.counts or (cell.row["n_jobs"], cell.row.get("n_employers"))
            lines.append(
                head | key | {
                    "PART": number.part, "TIME_PERIOD": as_of, "OBS_VALUE": number.value, "OBS_LOW": number.low,
                    "OBS_HIGH": number.high, "UNIT_MEASURE": number.unit, "STATUS": cell.row["status"],
                    "FORM": number.form, "N": n, "EMPLOYERS": employers,
                }
            )  # fmt: skip
    return write_csv(columns, lines, "\n")


def _list_codes(cells: Sequence[KeyedCell]) -> dict[str, Mapping[str, str]]:
    """Return the codes of each codelist with their words.

    Of works, levels and items, only those that occur are included. Other lists have all their codes.
    """
    works = {key["WORK"] for key, _ in cells}
    levels = {key["LEVEL"] for key, _ in cells if "LEVEL" in key}
    items = {key["ITEM"]: str(cell.row["item"]) for key, cell in cells if "ITEM" in key}
    return {
        "PAY_MARKET": MARKET_WORDS,
        "REF_AREA": {p.slug: p.name or "all adverts that we read" for p in (EVERYWHERE, *PLACES.values())},
        "WORK": {work: name_work(work) for work in sorted(works)},
        "LEVEL": {
            level: level_phrase(level.removesuffix(STATED)) + ", named in the title" * level.endswith(STATED)
            for level in sorted(levels)
        },
        "BASIS": {basis: BASES[basis].words for basis in NAMED},
        "PART": {part.name: part.name.replace("_", " ") for part in PARTS if part.name in BANDS.parts},
        "MEASURE": {name: measure.title for name, measure in MEASURES.items()},
        "ITEM": dict(sorted(items.items())),
        "STATUS": STATES,
        "FORM": FORMS,
    }
