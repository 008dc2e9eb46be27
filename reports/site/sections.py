"""The sections of the page, in order. Which figures a section shows, and how, the figures' declarations say."""

from __future__ import annotations

from dataclasses import dataclass

from reports.wording.numbers import VERDICT_RULE
from transforms.records.definitions import MIN_KNOWN


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with figures below it, each with its chart, table and note.

    With `is_list` they are values in a list instead, each beside what the 2026 guide said or, where the figure is
    somebody else's, its source.
    """

    id: str
    heading: str
    intro: str = ""
    is_list: bool = False


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that is made of sections: where it stands, its title, what it says first, and its sections in order."""

    path: str
    title: str
    dek: str
    sections: tuple[Section, ...]


OF_PAY = (
    Section(
        id="pay",
        heading="By region and country",
        intro=(
            "Each row is the widest statement that is sure of a place: our own adverts where there are enough of "
            "them, else what others collected, people report, or offices publish. Click through to each figure for "
            "how it is made."
        ),
    ),
    Section(
        id="silence",
        heading="Pay that is not stated",
        intro=(
            "Many adverts state no pay, and those that do may not be typical. The bands are of those that do; here is "
            "what the others may change of the median."
        ),
    ),
    Section(
        id="read",
        heading="From adverts to pay, in the adverts we read",
        intro=(
            "Most adverts that we read enter no band of pay. Each bar is all AI engineering jobs that we read at a "
            "place: at the left, if there are any, the jobs of the band, then those that are not in it, by the reason "
            "why. A job is lost for the first reason that holds, counted from the right. Where no full advert was "
            "read and nothing else stated pay, we cannot tell whether the employer does; all other parts are of what "
            "was read. These are counts and no estimates, so they are printed however small they are."
        ),
    ),
)
"""The sections below the pay explorer."""
PAGES = (
    Page(
        path="work.html",
        title="The work: roles, place, degree and experience",
        dek="What AI adverts are for, and what they ask.",
        sections=(
            Section(id="roles", heading="Roles, in the adverts we read"),
            Section(
                id="where",
                heading="Where and how",
                intro=(
                    "Shares of AI jobs: engineering, research and data science, and the roles around them. Where jobs "
                    "whose adverts do not say may be either, the part of jobs that say stands beside, and so do the "
                    f"least and the greatest share of all jobs that this leaves open; where fewer than {MIN_KNOWN} "
                    "say, only these bounds are printed."
                ),
            ),
        ),
    ),
    Page(
        path="countries.html",
        title="Countries: where adverts were read, and what pay is said to be",
        dek="Adverts, surveys and offices of statistics side by side. They are never mixed.",
        sections=(
            Section(
                id="reported",
                heading="Pay that people report",
                intro=(
                    "What persons say in surveys that they earn, which is not what adverts offer: pay before tax, a "
                    "month's made a year's by the months of pay that the law gives employees. Surveys are never added "
                    "up, and none is of everybody: who answers chose to."
                ),
            ),
            Section(
                id="sources_of_pay",
                heading="The same work, by who says what it pays",
                intro=(
                    "Adverts say what is offered, surveys what people say they earn, offices of statistics what "
                    "employees are paid. They stand side by side for countries where two of them have enough to say, "
                    "and are never mixed."
                ),
            ),
            Section(
                id="frame",
                heading="What we read",
                intro=(
                    "Figures are of the adverts we read, of the boards that we know: what is many here need not be "
                    "many in the market. The sector is that of the employer, where it is known."
                ),
            ),
        ),
    ),
    Page(
        path="closings.html",
        title="How fast adverts close",
        dek="Of the adverts that are open, which part closes in a day.",
        sections=(
            Section(
                id="closings",
                heading="A day's closings",
                intro=(
                    "We follow boards from reading to reading. An advert closes when its board is read whole and it "
                    "is gone; whether somebody was hired is not known. The rate is of adverts that were open, a day."
                ),
            ),
        ),
    ),
    Page(
        path="laws.html",
        title="Which adverts state pay, and where a law has them do so",
        dek="What we say of laws is no advice.",
        sections=(
            Section(
                id="disclosure",
                heading="Which adverts state pay, in the adverts we read",
                intro=(
                    "Some states and countries have laws by which adverts must state pay. Here jobs are told apart by "
                    "whether such a law was in force, on the day their adverts were read, at one of their places, or "
                    "at none that we know of, or whether that is not known, as for the United States without a state. "
                    "First stand employers with adverts in both, since places with and without a law differ in much "
                    "else. What we say of laws is no advice."
                ),
            ),
        ),
    ),
    Page(
        path="guide.html",
        title="The 2026 guide, held against what adverts say",
        dek="The guide gave figures without sources. Here is what can be measured of them.",
        sections=(
            Section(
                id="compared",
                heading="Against the 2026 guide",
                intro=(
                    "The figures of the 2026 guide carry no source, unless one is named. Ours stand beside them, "
                    "where there is enough data."
                ),
                is_list=True,
            ),
            Section(id="cited", heading="Figures of others", intro="Cited, not measured by us.", is_list=True),
        ),
    ),
    Page(
        path="skills-by-kind.html",
        title="Skills by kind, with the verdict on each",
        dek="The ten most asked of each kind.",
        sections=(
            Section(
                id="skills",
                heading="Skills, in the adverts we read",
                intro=(
                    "Share of AI engineering jobs whose advert requires or prefers the skill; each list is the ten "
                    f"most asked for of its kind. {VERDICT_RULE}"
                ),
            ),
        ),
    ),
)
"""Pages that show sections, in the order of the navigation."""
