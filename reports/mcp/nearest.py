"""What to say in place of a withheld figure: the nearest figures that have a value, each with how it differs.

A figure of the guide has them in the ledger, as its page shows them. Any other address is asked again with one of its
parts wider: a group of levels, a wider place, all AI jobs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.figures.addresses import KINDS, AddressError, declare, parts_of
from reports.figures.catalogue import declaration_of
from reports.figures.compute import choose_nearest
from reports.figures.declared.pay_figures import BAND_LEVEL
from reports.figures.places import EVERYWHERE, PLACES, slug
from reports.mcp.answers import describe, summarise
from reports.mcp.market import Snapshot
from reports.wording.levels import level_phrase
from reports.wording.numbers import upper_first
from reports.wording.work import WORKS, name_work
from transforms.records.vocabulary import LEVEL_GROUPS
from warehouse.mart_tables import Figures

WIDER_LEVELS = (BAND_LEVEL, "all")
WIDER_GROUPS = ("ai_core", "ai_jobs")
PLACE, LEVEL, GROUP = "place", "level", "group"


def describe_with_nearest(figure: Figures, snapshot: Snapshot, *, rows_from: int = 0) -> dict[str, Any]:
    """Return all that is needed to quote a figure; of a withheld one, the nearest figures with their values."""
    answer = describe(figure, snapshot, rows_from=rows_from)
    return answer | {"nearest": list_nearest(figure, snapshot)} if figure.value is None else answer


def list_nearest(figure: Figures, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the nearest figures in short form, with how each differs from the withheld one; [] if there are none."""
    near = [offer.figure for offer in figure.nearest or ()] or _choose(figure, snapshot)
    return [
        {"differs": differ(figure.figure, row.figure), **summarise(row, snapshot)}
        for row in snapshot.read([name for name in near if snapshot.has(name)])
    ]


def _choose(figure: Figures, snapshot: Snapshot) -> list[str]:
    declaration = declaration_of(figure.figure)
    groups = list(dict.fromkeys([*declaration.nearest, *((name,) for name in _widen(figure.figure))]))
    asked = dict.fromkeys(name for group in groups for name in group if snapshot.has(name))
    rows = {row.figure: row for row in snapshot.read(list(asked))}
    return [near.figure for near in choose_nearest(groups, rows, declaration.parameters.get("region"))]


def _parts_by_name(figure_id: str) -> dict[str, str]:
    kind, *parts = figure_id.split(".")
    return dict(zip(parts_of(kind), parts, strict=False)) if kind in KINDS else {}


def _widen(figure_id: str) -> Iterator[str]:
    """Yield addresses that differ from an address in one part, the nearest first."""
    kind, parts = figure_id.partition(".")[0], _parts_by_name(figure_id)
    place, country = PLACES.get(parts.get(PLACE, "")), PLACES.get(parts.get(PLACE, "").partition("_")[0])
    wider = [country.slug] if place is None and country else []
    wider += [slug(name) for name in (place.in_region, place.in_continent) if name] if place else []
    changes = [
        *((LEVEL, level) for level in WIDER_LEVELS),
        *((PLACE, name) for name in [*wider, EVERYWHERE.slug]),
        *((GROUP, group) for group in WIDER_GROUPS),
    ]
    for name, value in changes:
        if name in parts and parts[name] != value:
            other = ".".join((kind, *(parts | {name: value}).values()))
            try:
                declare(other)
            except AddressError:
                continue  # no such figure, as pay of all places
            yield other


def differ(asked: str, other: str) -> str:
    """Say how a figure differs from the one that was asked for: "Western Europe instead of France"."""
    if asked.partition(".")[0] != other.partition(".")[0]:
        return "another kind of figure: its title says which"
    ours, theirs = _parts_by_name(other), _parts_by_name(asked)
    return "; ".join(
        f"{upper_first(_say(name, value))} instead of {_say(name, theirs[name])}"
        for name, value in ours.items()
        if name in theirs and theirs[name] != value
    )


def _say(name: str, value: str) -> str:
    if name == PLACE:
        return PLACES[value].in_words if value in PLACES and PLACES[value].name else "all places"
    if name == LEVEL:
        return level_phrase(value) if value in LEVEL_GROUPS else value
    return name_work(value) if value in WORKS else value
