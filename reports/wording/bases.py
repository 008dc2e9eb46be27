"""Kinds of source in words, each declared once, and the names of lists of cells."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.mart_tables import BONUS
from warehouse.marts.measures import MEASURES


@dataclass(frozen=True, kw_only=True)
class Basis:
    """A kind of source."""

    words: str  # what a value rests on
    name: str = ""  # its name beside other kinds of source of pay
    unit: tuple[str, str] = ("job", "jobs")  # what is counted, in singular and plural
    stands_in: str = ""  # words for the kind where a value from it is printed instead of a value from adverts
    definition: str = ""  # what its pay measures
    apart: str = ""  # how it differs from other kinds
    trust: str = ""  # what a reader should keep in mind
    is_counted: bool = True  # whether figures are withheld for want of units
    newer: str = "another complete reading of their boards"  # what would bring a newer value
    no_interval: str = "none is computed for this number"  # why a value may have no interval


OWN = "advertised"
"""Basis of pay in adverts that we read."""
BASES = {
    OWN: Basis(
        words="adverts we read",
        name="adverts we read",
        definition="the middle of the range that open adverts offer to whoever is hired next, by those employers alone "
        "that state pay",
        apart="offers of those employers alone that state pay",
        trust="It describes the adverts that state pay on the boards we read, not every employer; those that state "
        "none may pay otherwise.",
    ),
    "advertised_third_party": Basis(
        words="adverts collected by a third party",
        name="third-party adverts",
        unit=("pay range", "pay ranges"),
        stands_in="collected by others",
        definition="the middle of the two ends of pay that somebody else collected from adverts of two years; which "
        "employers they are of is unknown, and the currency is as the collector noted it",
        apart="offers of unknown employers",
        trust="Somebody else collected these ranges. Which employers they are of is not known, so no interval "
        "allows for how these differ.",
        newer="a newer collection",
        no_interval="its employers are not known, so that no interval can be computed",
    ),
    "reported": Basis(
        words="earnings reported in surveys",
        name="reports",
        unit=("person", "persons"),
        stands_in="a survey",
        definition="what people who chose to answer a survey say they earn, many of them years after they were hired",
        apart="people who chose to answer, and not new offers",
        trust="People chose to answer the survey. An interval covers sampling error only, not who answered.",
        newer="a newer survey",
        no_interval="the survey gives too little to compute one",
    ),
    "official": Basis(
        words="official wages of an occupation",
        name="official statistics",
        unit=("employee", "employees"),
        stands_in="official wages",
        definition="what all employees of an occupation are paid, new ones and old ones, as an office of statistics "
        "or a ministry finds",
        apart="everybody employed, and not new offers",
        trust="An office counts everybody employed in an occupation that is near this work, not new offers.",
        newer="newer official wages",
        no_interval="the table of the statistical office that we read gives none",
    ),
    "enterprises": Basis(
        words="enterprises that an office of statistics asks",
        unit=("value", "values"),
        is_counted=False,
        trust="An office asks a sample of enterprises; what counts as AI is each enterprise's answer to a list.",
        newer="the office's newest count",
        no_interval="the table of the statistical office that we read gives none",
    ),
    "indeed": Basis(
        words="adverts on Indeed, as its Hiring Lab counts them",
        unit=("month", "months"),
        is_counted=False,
        trust="Hiring Lab counts the adverts on Indeed that name AI, whatever the job; it says no number of adverts.",
        newer="its next file",
        no_interval="Hiring Lab gives none",
    ),
    BONUS: Basis(words="adverts we read that put a sum on the bonus"),
    "postings": Basis(
        words="adverts we read", trust="It describes the adverts on the boards we read, not the whole market."
    ),
    "cited": Basis(
        words="cited, not measured",
        trust="We did not measure it: it is what its publisher says.",
        no_interval="a statement of others, who give none; it is quoted, not measured",
    ),
}
"""Kinds of source by `basis` of the marts and the ledger, in the order in which pay is shown."""
OWN_BASES = (OWN, BONUS, "postings")
"""Kinds of source that count adverts we read, if they were open in the reference period."""
OF_OTHERS = BASES.keys() - set(OWN_BASES)
"""Kinds of source that others collected or published."""
NAMED = tuple(name for name, basis in BASES.items() if basis.name)
"""Kinds of source of pay that are shown side by side."""


def unit_of(basis: str | None) -> tuple[str, str]:
    """Return what a kind of source counts, in singular and plural."""
    return BASES[basis].unit if basis in BASES else ("job", "jobs")


_PLACES_OF_LIST = {"countries": "by country", "regions": "by region and in all"}
_LISTS = {
    "adoption": "Enterprises that use AI, counted by Eurostat",
    "adverts": "AI jobs by month, adverts we read",
    "adverts.indeed": "Adverts that name AI by month, on Indeed",
    "disclosure": "Pay disclosure",
    "closing_rates": "Closing rates",
    "frame": "What was read",
    "movement.advertised": "Movement of pay, adverts we read",
    "movement.advertised_third_party": "Movement of pay, adverts collected by a third party",
    "movement.reported": "Movement of pay, earnings reported in surveys",
    "shares.skills": "Skills asked for",
    "shares.additional_pay": "Additional pay offered beside base pay",
}


def entitle_list(name: str) -> str:
    """Return the title of a list of cells, such as "Pay, adverts we read, by country"."""
    family, _, kind = name.rpartition(".")
    if kind not in _PLACES_OF_LIST:
        return _LISTS.get(name, name)
    what, _, measure = family.partition(".")
    if what == "pay":
        return f"Pay, {BASES[measure].words}, {_PLACES_OF_LIST[kind]}"
    title = MEASURES[measure].title if measure in MEASURES else _LISTS.get(family, family)
    return f"{title}, {_PLACES_OF_LIST[kind]}"
