"""Sections of pages, in order. Each figure declares in which section it is shown, and how."""

from __future__ import annotations

from dataclasses import dataclass

from reports.wording.numbers import VERDICT_RULE
from transforms.records.definitions import MIN_KNOWN


@dataclass(frozen=True)
class Section:
    """A heading with figures below it, each with its chart, table and note.

    With `is_list`, figures are printed as values, beside what the 2026 guide said, or beside their source if others
    published them.
    """

    id: str
    heading: str
    intro: str = ""
    is_list: bool = False


@dataclass(frozen=True)
class Page:
    """A page of sections: its path, its title, the sentence below the title, and its sections in order."""

    path: str
    title: str
    dek: str
    sections: tuple[Section, ...]


OF_PAY = (
    Section(
        "pay",
        "By region and country",
        "Each row is the widest statement that is sure of a place: our own adverts where there are enough of "
        "them, else what others collected, people report, or offices publish. Click through to each figure for "
        "how it is made.",
    ),
    Section(
        "silence",
        "Pay that is not stated",
        "Many adverts state no pay, and those that do may not be typical. The bands are of those that do; here is "
        "what the others may change of the median.",
    ),
    Section(
        "read",
        "From adverts to pay, in the adverts we read",
        "Most adverts that we read enter no band of pay. Each bar is all AI engineering jobs that we read at a "
        "place: at the left, if there are any, the jobs of the band, then those that are not in it, by the reason "
        "why. A job is lost for the first reason that holds, counted from the right. Where no full advert was "
        "read and nothing else stated pay, we cannot tell whether the employer does; all other parts are of what "
        "was read. These are counts and no estimates, so they are printed however small they are.",
    ),
)
"""The sections below the pay explorer."""
PAGES = (
    Page(
        "work.html",
        "The work: roles, place, degree and experience",
        "What AI adverts are for, and what they ask.",
        (
            Section("roles", "Roles, in the adverts we read"),
            Section(
                "where",
                "Where and how",
                "Shares of AI jobs: engineering, research and data science, and the roles around them. Where jobs "
                "whose adverts do not say may be either, the part of jobs that say stands beside, and so do the "
                f"least and the greatest share of all jobs that this leaves open; where fewer than {MIN_KNOWN} "
                "say, only these bounds are printed.",
            ),
        ),
    ),
    Page(
        "countries.html",
        "Countries: where adverts were read, and what pay is said to be",
        "Adverts, surveys and offices of statistics side by side. They are never mixed.",
        (
            Section(
                "reported",
                "Pay that people report",
                "What persons say in surveys that they earn, which is not what adverts offer: pay before tax, a "
                "month's made a year's by the months of pay that the law gives employees. Surveys are never added "
                "up, and none is of everybody: who answers chose to.",
            ),
            Section(
                "sources_of_pay",
                "The same work, by who says what it pays",
                "Adverts say what is offered, surveys what people say they earn, offices of statistics what "
                "employees are paid. They stand side by side for countries where two of them have enough to say, "
                "and are never mixed.",
            ),
            Section(
                "frame",
                "What we read",
                "Figures are of the adverts we read, of the boards that we know: what is many here need not be "
                "many in the market. The sector is that of the employer, where it is known.",
            ),
        ),
    ),
    Page(
        "closings.html",
        "How fast adverts close",
        "Of the adverts that are open, which part closes in a day.",
        (
            Section(
                "closings",
                "A day's closings",
                "We follow boards from reading to reading. An advert closes when its board is read whole and it "
                "is gone; whether somebody was hired is not known. The rate is of adverts that were open, a day.",
            ),
        ),
    ),
    Page(
        "laws.html",
        "Which adverts state pay, and where a law has them do so",
        "What we say of laws is no advice.",
        (
            Section(
                "disclosure",
                "Which adverts state pay, in the adverts we read",
                "Some states and countries have laws by which adverts must state pay. Here jobs are told apart by "
                "whether such a law was in force, on the day their adverts were read, at one of their places, or "
                "at none that we know of, or whether that is not known, as for the United States without a state. "
                "First stand employers with adverts in both, since places with and without a law differ in much "
                "else. What we say of laws is no advice.",
            ),
        ),
    ),
    Page(
        "guide.html",
        "The 2026 guide, held against what adverts say",
        "The guide gave figures without sources. Here is what can be measured of them.",
        (
            Section(
                "compared",
                "Against the 2026 guide",
                "The figures of the 2026 guide carry no source, unless one is named. Ours stand beside them, "
                "where there is enough data.",
                is_list=True,
            ),
            Section("cited", "Figures of others", "Cited, not measured by us.", is_list=True),
        ),
    ),
    Page(
        "skills-by-kind.html",
        "Skills by kind, with the verdict on each",
        "The ten most asked of each kind.",
        (
            Section(
                "skills",
                "Skills, in the adverts we read",
                "Share of AI engineering jobs whose advert requires or prefers the skill; each list is the ten "
                f"most asked for of its kind. {VERDICT_RULE}",
            ),
        ),
    ),
)
"""Pages of sections, in the order of the navigation."""
