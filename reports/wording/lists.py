"""Lists of cells in words."""

from __future__ import annotations

from reports.wording.bases import BASES
from warehouse.marts.measures import MEASURES

_KINDS = {"countries": "by country", "regions": "by region and in all"}
_OTHERS = {
    "disclosure": "Pay disclosure",
    "closing_rates": "Closing rates",
    "frame": "What was read",
    "shares.skills": "Skills asked for",
    "shares.additional_pay": "Additional pay offered beside base pay",
}


def entitle_list(name: str) -> str:
    """A list of cells as readers know it: "Pay, adverts we read, by country"."""
    family, _, kind = name.rpartition(".")
    if kind not in _KINDS:
        return _OTHERS.get(name, name)
    what, _, measure = family.partition(".")
    if what == "pay":
        return f"Pay, {BASES[measure].words}, {_KINDS[kind]}"
    title = MEASURES[measure].title if measure in MEASURES else _OTHERS.get(family, family)
    return f"{title}, {_KINDS[kind]}"
