"""The sections of the page, in order. Which figures a section shows, and how, the figures' declarations say."""

from __future__ import annotations

from dataclasses import dataclass

from reports.wording.numbers import VERDICT_RULE
from warehouse.marts.measures import MIN_KNOWN

SUMMARY = "summary"
"""Id of the part at the top: figures in large letters, before the first section."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with figures below it, each with its chart, table and note.

    With `is_list` they are values in a list instead, each beside what the 2026 guide said or, where the figure is
    somebody else's, its source.
    """

    id: str
    heading: str
    intro: tuple[str, ...] = ()
    is_list: bool = False


SECTIONS = (
    Section(
        id="pay",
        heading="Pay",
        intro=(
            "What adverts for AI engineers offer: full-time work, base pay before tax, both ends of the range stated. "
            "Rows that rest on something else say so in their last column, and the text below the table says what is "
            "known of it.",
            "In the chart a bar is the band, from the end that three in four adverts start at or above to the end that "
            "three in four stop at or below. The dot is the median of the midpoints, the whiskers are the 95% "
            "intervals of the two ends, and a hollow bar means low confidence.",
        ),
    ),
    Section(
        id="silence",
        heading="Pay that is not stated",
        intro=(
            "Many adverts state no pay, and those that do may not be typical. The bands are of those that do; here is "
            "what the others may change of the median.",
        ),
    ),
    Section(
        id="reported",
        heading="Pay that people report",
        intro=(
            "What persons say in surveys that they earn, which is not what adverts offer: pay before tax, a month's "
            "made a year's by the months of pay that the law gives employees. Surveys are never added up, and none is "
            "of everybody: who answers chose to.",
        ),
    ),
    Section(
        id="sources_of_pay",
        heading="The same work, by who says what it pays",
        intro=(
            "Adverts say what is offered, surveys what people say they earn, offices of statistics what employees are "
            "paid. They stand side by side for countries where two of them have enough to say, and are never mixed. In "
            "the chart a filled mark is a median, a hollow one a mean, or the median of a wider group, and a small one "
            "pay from abroad; lines are 95% intervals.",
        ),
    ),
    Section(
        id="read",
        heading="From adverts to pay, in the adverts we read",
        intro=(
            "Most adverts that we read enter no band of pay. Each bar is all AI engineering jobs that we read at a "
            "place: at the left, if there are any, the jobs of the band, then those that are not in it, by the reason "
            "why. A job is lost for the first reason that holds, counted from the right. Where no full advert was read "
            "and nothing else stated pay, we cannot tell whether the employer does; all other parts are of what was "
            "read. These are counts and no estimates, so they are printed however small they are.",
        ),
    ),
    Section(
        id="frame",
        heading="What we read",
        intro=(
            "Figures are of the adverts we read, of the boards that we know: what is many here need not be many "
            "in the market. The sector is that of the employer, where it is known.",
        ),
    ),
    Section(
        id="disclosure",
        heading="Which adverts state pay, in the adverts we read",
        intro=(
            "Some states and countries have laws by which adverts must state pay. Here jobs are told apart by whether "
            "such a law was in force, on the day their adverts were read, at one of their places, or at none that we "
            "know of, or whether that is not known, as for the United States without a state. First stand employers "
            "with adverts in both, since places with and without a law differ in much else. What we say of laws is no "
            "advice.",
        ),
    ),
    Section(
        id="skills",
        heading="Skills, in the adverts we read",
        intro=(
            "Share of AI engineering jobs whose advert requires or prefers the skill; each list is the ten most asked "
            f"for of its kind. Whiskers are 95% intervals; a hollow bar is an interval too wide to name a point. "
            f"{VERDICT_RULE}",
        ),
    ),
    Section(id="roles", heading="Roles, in the adverts we read"),
    Section(
        id="where",
        heading="Where and how",
        intro=(
            "Shares of AI jobs: engineering, research and data science, and the roles around them. Where jobs whose "
            "adverts do not say may be either, the part of jobs that say stands beside, and so do the least and the "
            f"greatest share of all jobs that this leaves open; where fewer than {MIN_KNOWN:.0%} say, only these "
            "bounds are printed. Whiskers are 95% intervals, and a hollow bar runs from end to end of an interval or "
            "of bounds.",
        ),
    ),
    Section(
        id="compared",
        heading="Against the 2026 guide",
        intro=(
            "The figures of the 2026 guide carry no source, unless one is named. Ours stand beside them, where there "
            "is enough data.",
        ),
        is_list=True,
    ),
    Section(id="cited", heading="Figures of others", intro=("Cited, not measured by us.",), is_list=True),
)
