"""Bands and shares as SDMX-CSV 2.0, with a structure message (SDMX-ML 3.0) that says what the columns and codes mean.

Only cells under our own licence are in it. A number is an observation; where only its interval or its bounds may be
said, OBS_VALUE is empty and OBS_LOW and OBS_HIGH say them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from reports.cells.cell import MEDIAN_OF_PANEL, PARTS, Cell
from reports.figures.pay_figures import KIND_OF_MARKET
from reports.figures.places import EVERYWHERE, PLACES
from reports.wording.bases import BASES, NAMED
from reports.wording.levels import level_phrase
from reports.wording.work import name_work
from transforms.records.vocabulary import STATED
from warehouse.marts.measures import MEASURES

AGENCY, VERSION = "AIJOBMARKET", "1.0.0"
_URN = "urn:sdmx:org.sdmx.infomodel"
_NAMESPACES = {
    part: f"http://www.sdmx.org/resources/sdmxml/schemas/v3_0/{name}"
    for part, name in (("mes", "message"), ("str", "structure"), ("com", "common"))
}
MARKET_WORDS = dict(
    zip(KIND_OF_MARKET.values(), ("paid at the place", "paid from abroad", "both together"), strict=True)
)
STATES = {
    "published": "may be printed as it is",
    "low": "of low confidence",
    "stale": "true of a reference period that is long past",
}
FORMS = {
    "point": "the number with its interval",
    "interval": "the interval alone, which is too wide to name a number",
    "bounds": "the bounds that silent adverts leave",
}


@dataclass(frozen=True, kw_only=True)
class Dataflow:
    """A table of observations: its dimensions, in the order of an id's parts, and the parts of values that it has."""

    id: str
    name: str
    kinds: tuple[str, ...]
    dimensions: tuple[str, ...]
    parts: tuple[str, ...]


BANDS = Dataflow(
    id="BANDS", name="Pay per year by place, work, level and kind of source", kinds=tuple(KIND_OF_MARKET.values()),
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
DATAFLOWS = (BANDS, SHARES)
CONCEPTS = {
    "PAY_MARKET": "Whose money the pay is in",
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
CODED = ("PAY_MARKET", "REF_AREA", "WORK", "LEVEL", "BASIS", "PART", "MEASURE", "ITEM", "STATUS", "FORM")
NUMERIC = ("OBS_VALUE", "OBS_LOW", "OBS_HIGH", "N", "EMPLOYERS")


def code(text: str) -> str:
    """A name as a code of SDMX, which has letters of ASCII, digits, `_`, `-`, `@` and `$`."""
    return re.sub(r"[^A-Za-z0-9_]", lambda match: f"-{ord(match[0]):x}", text)


def key_of(cell: Cell, flow: Dataflow) -> tuple[str, ...]:
    """The dimensions of a cell but the part: those of its id, a skill as an item of its measure."""
    kind, *parts = cell.id.split(".")
    dimensions = [kind, *parts] if flow is BANDS else (["skill_asked", *parts] if kind == "skill" else parts)
    return tuple(map(code, dimensions))


def data(cells: Iterable[Cell], flow: Dataflow, as_of: date) -> bytes:
    """The observations of a dataflow as SDMX-CSV 2.0."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *flow.dimensions, "TIME_PERIOD", "OBS_VALUE", *ATTRIBUTES])
    head = ["dataflow", f"{AGENCY}:{flow.id}({VERSION})", "R"]
    for cell in cells:
        key = key_of(cell, flow)
        for number in cell.numbers.values():
            if number.part in flow.parts:
                part = [number.part] if "PART" in flow.dimensions else []
                counts = number.counts or (cell.row["n_jobs"], cell.row.get("n_employers"))
                beside = [cell.row["status"], number.form, *counts]
                values = [number.value, number.low, number.high, number.unit]
                lines.writerow([*head, *key, *part, as_of.isoformat(), *values, *beside])
    return out.getvalue().encode()


def codelists(cells: Iterable[Cell]) -> dict[str, dict[str, str]]:
    """The codes of each list with their words: of items those that occur, of others all there are."""
    items: dict[str, str] = {}
    works: dict[str, str] = {}
    levels: dict[str, str] = {}
    for cell in cells:
        for flow in DATAFLOWS:
            if cell.kind in flow.kinds:
                key = dict(zip(flow.dimensions, key_of(cell, flow), strict=False))
                works[key["WORK"]] = name_work(cell.id.split(".")[2 if flow is BANDS else -1])
                if "LEVEL" in key:
                    levels[key["LEVEL"]] = _name_level(key["LEVEL"])
                if "ITEM" in key:
                    items[key["ITEM"]] = str(cell.row["item"])
    return {
        "PAY_MARKET": MARKET_WORDS,
        "REF_AREA": {p.slug: p.name or "all adverts that we read" for p in (EVERYWHERE, *PLACES.values())},
        "WORK": dict(sorted(works.items())),
        "LEVEL": dict(sorted(levels.items())),
        "BASIS": {basis: BASES[basis].words for basis in NAMED},
        "PART": {part.name: part.name.replace("_", " ") for part in PARTS if part.name in BANDS.parts},
        "MEASURE": {name: measure.title for name, measure in MEASURES.items()},
        "ITEM": dict(sorted(items.items())),
        "STATUS": STATES,
        "FORM": FORMS,
    }


def _name_level(level: str) -> str:
    phrase = level_phrase(level.removesuffix(STATED))
    return f"{phrase}, named in the title" if level.endswith(STATED) else phrase


# --- the structure message --------------------------------------------------------------------------------


def structure(cells: Iterable[Cell], as_of: date, name: str) -> bytes:
    """Codelists, concepts, data structures and dataflows as SDMX-ML 3.0."""
    spaces = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _NAMESPACES.items())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<mes:Structure {spaces}>",
        f"<mes:Header><mes:ID>STRUCTURE_{as_of:%Y%m%d}</mes:ID><mes:Test>false</mes:Test>"
        f"<mes:Prepared>{as_of.isoformat()}T00:00:00Z</mes:Prepared>"
        f'<mes:Sender id="{AGENCY}"><com:Name xml:lang="en">{escape(name)}</com:Name></mes:Sender></mes:Header>',
        "<mes:Structures>",
        "<str:Codelists>",
        *(line for key, codes in codelists(cells).items() for line in _codelist(key, codes)),
        "</str:Codelists>",
        "<str:ConceptSchemes>",
        *_item_scheme("ConceptScheme", "CONCEPTS", "Concepts", "Concept", CONCEPTS),
        "</str:ConceptSchemes>",
        "<str:Dataflows>",
        *(line for flow in DATAFLOWS for line in _dataflow(flow)),
        "</str:Dataflows>",
        "<str:DataStructures>",
        *(line for flow in DATAFLOWS for line in _data_structure(flow)),
        "</str:DataStructures>",
        "</mes:Structures>",
        "</mes:Structure>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _identity(id_: str) -> str:
    return f'id="{id_}" agencyID="{AGENCY}" version="{VERSION}"'


def _name(text: str) -> str:
    return f'<com:Name xml:lang="en">{escape(text)}</com:Name>'


def _item_scheme(scheme: str, id_: str, name: str, item: str, items: Mapping[str, str]) -> Iterator[str]:
    yield f"<str:{scheme} {_identity(id_)}>{_name(name)}"
    for key, words in items.items():
        yield f"<str:{item} id={quoteattr(key)}>{_name(words)}</str:{item}>"
    yield f"</str:{scheme}>"


def _codelist(key: str, codes: Mapping[str, str]) -> Iterator[str]:
    return _item_scheme("Codelist", f"CL_{key}", CONCEPTS[key], "Code", codes)


def _dataflow(flow: Dataflow) -> Iterator[str]:
    yield f"<str:Dataflow {_identity(flow.id)}>{_name(flow.name)}"
    yield f"<str:Structure>{_URN}.datastructure.DataStructure={AGENCY}:{flow.id}({VERSION})</str:Structure>"
    yield "</str:Dataflow>"


def _component(id_: str) -> str:
    """What a component means, and its codes or its type."""
    concept = f"{_URN}.conceptscheme.Concept={AGENCY}:CONCEPTS({VERSION}).{id_}"
    enumeration = f"<str:Enumeration>{_URN}.codelist.Codelist={AGENCY}:CL_{id_}({VERSION})</str:Enumeration>"
    text_type = "Double" if id_ in NUMERIC else "GregorianDay" if id_ == "TIME_PERIOD" else "String"
    kind = enumeration if id_ in CODED else f'<str:TextFormat textType="{text_type}"/>'
    return (
        f"<str:ConceptIdentity>{concept}</str:ConceptIdentity><str:LocalRepresentation>{kind}</str:LocalRepresentation>"
    )


def _data_structure(flow: Dataflow) -> Iterator[str]:
    yield f"<str:DataStructure {_identity(flow.id)}>{_name(flow.name)}<str:DataStructureComponents>"
    yield '<str:DimensionList id="DimensionDescriptor">'
    for position, id_ in enumerate(flow.dimensions, start=1):
        yield f'<str:Dimension id="{id_}" position="{position}">{_component(id_)}</str:Dimension>'
    yield f'<str:TimeDimension id="TIME_PERIOD">{_component("TIME_PERIOD")}</str:TimeDimension></str:DimensionList>'
    yield '<str:AttributeList id="AttributeDescriptor">'
    for id_ in ATTRIBUTES:
        yield (
            f'<str:Attribute id="{id_}" usage="optional">{_component(id_)}<str:AttributeRelationship>'
            "<str:Observation/></str:AttributeRelationship></str:Attribute>"
        )
    yield "</str:AttributeList>"
    yield (
        '<str:MeasureList id="MeasureDescriptor"><str:Measure id="OBS_VALUE" usage="optional">'
        f"{_component('OBS_VALUE')}</str:Measure></str:MeasureList>"
    )
    yield "</str:DataStructureComponents></str:DataStructure>"
