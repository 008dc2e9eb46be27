"""The address that a question names: a cell of the marts may answer more exactly than any figure of the ledger."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from reports.figures.addresses import AddressError
from reports.figures.catalogue import find_id
from reports.figures.declared.pay_figures import BAND_LEVEL, WORK_OF_GUIDE
from reports.figures.declared.share_figures import kind_of_share
from reports.figures.places import ALL_PLACES, address
from reports.search.index import OFFERED
from reports.search.question import Question
from reports.search.table import WEAK, Table
from warehouse.marts.measures import MEASURES, YES

KINDS = {
    "offered": ("pay", ""), "foreign": ("foreign_currency", ""), "mixed": ("mixed", ""),
    "contractor": ("contractor", ""), "agency": ("agency", ""), "reported": ("pay", "reported"),
    "official": ("comparison", "official"), "third_party": ("pay", "advertised_third_party"),
}  # fmt: skip
"""The first and the last part of the address of pay, by kind."""


def addresses_of(question: Question, table: Table) -> list[str]:
    """Return the addresses that a question names, employers' shares first; what it leaves open is as usual."""
    topic = next((sense.value for sense in question.values_of("topic") if sense.strength != WEAK), "")
    found = []
    for one in _make_addresses(topic, question, table):
        with contextlib.suppress(AddressError):
            found.append(find_id(one))
    return found


def _make_addresses(topic: str, question: Question, table: Table) -> list[str]:
    """Return addresses that may not exist; [] for a topic without addresses."""
    place, work, level, item, kind = (_first(question, facet) for facet in ("place", "work", "level", "item", "kind"))
    if topic == "pay":
        first, last = KINDS.get(kind or "offered", ("pay", ""))
        level = "" if first == "comparison" else level or BAND_LEVEL
        return [address(*filter(None, (first, place or ALL_PLACES, work or WORK_OF_GUIDE, level, last)))]
    offered = {name: measure for measure, name in OFFERED.items()}
    measure = "skill_asked" if topic == "skill" else offered.get(item, "") if topic == "additional" else topic
    if measure not in MEASURES:
        return []
    item = item if topic in (measure, "skill") else YES
    group = _choose_group(work, MEASURES[measure].role_groups, table)
    kinds = [kind_of_share(measure, True)] * MEASURES[measure].by_employer + [kind_of_share(measure, False)]
    return [address(*kind, item or YES, place or ALL_PLACES, group) for kind in kinds]


def _first(question: Question, facet: str) -> str:
    return next((sense.value for sense in question.values_of(facet)), "")


def _choose_group(work: str, groups: Sequence[str], table: Table) -> str:
    """Return the smallest group of a measure that contains a role or group, or else the group that is usual."""
    wider = (work, *table.within["work"].get(work, ()))
    return next((group for group in wider if group in groups), WORK_OF_GUIDE if WORK_OF_GUIDE in groups else groups[0])
