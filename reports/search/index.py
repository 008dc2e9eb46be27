"""The figures that are searched, each with its facets: those of its address, or of its row in `figures.csv`."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.figures.addresses import KINDS, parts_of
from reports.figures.declared.pay_figures import KINDS_OF_PAY
from reports.search.table import rows_of
from reports.wording import notes, pay
from transforms.records.vocabulary import EMPLOYEE, OTHER_MONEY
from warehouse.mart_tables import Figures

MEASURED = {
    "skill_asked": "skill", "skill_required": "skill", "skill_preferred": "skill", "skill_duty": "skill",
    "skill_mentioned": "skill", "skill_any": "skill", "additional_pay_offered": "additional",
    "equity_offered": "additional", "bonus_offered": "additional", "commission_offered": "additional",
}  # fmt: skip
"""Topics of measures of shares that do not have the measure's name."""
OFFERED = {"bonus_offered": "bonus", "equity_offered": "equity", "commission_offered": "commission"}
"""Items of measures that have no items of their own."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A figure as the search knows it.

    | field | meaning |
    |---|---|
    | `facets` | its values by facet |
    | `value` | what is printed; None if the figure is withheld |
    | `why` | why it is withheld, and what it lacks |
    | `nearest` | ids of the figures that are offered in its place |
    | `until` | last day of its reference period |
    | `main` | the country that has nearly all of its jobs, if it is one of a wider place |
    """

    id: str
    facets: Mapping[str, str]
    title: str
    value: str | None
    why: str | None = None
    nearest: tuple[str, ...] = ()
    until: date | None = None
    main: str = ""


def make_entries(figures: Iterable[Figures]) -> tuple[Entry, ...]:
    """Return the figures that are searched, in the order of the ledger, without earlier names of figures."""
    return tuple(_make_entry(row) for row in figures)


def _make_entry(row: Figures) -> Entry:
    main = pay.find_main_country(notes.rows_of(row)) if row.value is not None else None
    country = main["country"].lower() if main else ""
    facets = facets_of(row.figure)
    why = None if row.value is not None else "; ".join(filter(None, dict.fromkeys((row.reason, row.missing))))
    return Entry(
        id=row.figure,
        facets=facets,
        title=row.title,
        value=row.value,
        why=why,
        nearest=tuple(near.figure for near in row.nearest or ()),
        until=row.period_to,
        main=country if country != facets.get("place") else "",
    )


@functools.cache
def _rows_by_kind() -> Mapping[str, Sequence[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in rows_of("figures"):
        found.setdefault(row["figure"].partition(".")[0], []).append(row)
    return found


@functools.cache
def facets_of(figure_id: str) -> dict[str, str]:
    """Return the values of a figure by facet, from the parts of its address or the first row that fits its id."""
    for row in _rows_by_kind().get(figure_id.partition(".")[0], ()):
        if fnmatch.fnmatchcase(figure_id, row["figure"]):
            rest = figure_id[len(row["figure"].partition("*")[0]) :]
            return dict(facet.replace("*", rest).split("=") for facet in row["facets"].split())
    kind, *parts = figure_id.split(".")
    if kind not in KINDS:
        return {"topic": kind}
    named = dict(zip(parts_of(kind), parts, strict=False))
    facets = {"place": named.get("place", ""), "work": named.get("role") or named.get("group") or "", "shape": "one"}
    return {name: value for name, value in (facets | _say_kind(kind, named)).items() if value}


def _say_kind(kind: str, named: Mapping[str, str]) -> dict[str, str]:
    """Return the facets that follow from the kind of an address and its other parts."""
    if kind in _KINDS:
        contract, market = _KINDS[kind]
        money = "foreign" if market == OTHER_MONEY else "" if market == "local" else "mixed"
        by_contract = "" if contract == EMPLOYEE else contract
        return {
            "topic": "pay",
            "level": named["level"],
            "kind": by_contract or money or _name_basis(named.get("basis")),
        }
    if kind == "comparison":
        is_foreign = named["basis"] not in BASES_SAID
        return {"topic": "pay", "level": "all", "kind": "foreign" if is_foreign else BASES_SAID[named["basis"]]}
    if kind in ("reported", "reported_bonus"):
        topic = "pay" if kind == "reported" else "bonus"
        item = "" if kind == "reported" else "bonus"
        lists = {"kind": "reported", "shape": "list", "each": "country"}
        return {"topic": topic, "item": item, "level": named["level"]} | lists
    if kind in ("skill", "share", "employers"):
        measure = named.get("measure", "skill")
        item = named.get("skill") or named.get("item") or ""
        return {"topic": MEASURED.get(measure, measure), "item": OFFERED.get(measure, "" if item == "yes" else item)}
    return _OF_KIND.get(kind, {"topic": kind})


_KINDS = {kind: key for key, kind in KINDS_OF_PAY.items()}
BASES_SAID = {
    "advertised": "offered", "advertised_third_party": "third_party", "reported": "reported", "official": "official",
    "filed": "official",
}  # fmt: skip
"""Kinds of sources of pay, as the table of words has them."""
_OF_KIND = {
    "bonus": {"topic": "bonus", "work": "ai_engineering", "item": "bonus", "level": "all", "kind": "offered"},
    "movement": {"topic": "pay", "shape": "time", "level": "all", "kind": "offered"},
    "premium": {"topic": "premium", "level": "all"},
    "adverts": {"topic": "adverts", "work": "ai_jobs", "shape": "time"},
}
"""Facets of kinds of figures beside place and work."""


def _name_basis(basis: str | None) -> str:
    return BASES_SAID[basis or "advertised"]
