"""Figures of pay disclosure: the adverts that state pay, by law and place."""

from __future__ import annotations

from reports.figures import verdicts
from reports.figures.declaration import Display, Figure, Rung
from reports.figures.places import Place
from reports.wording import disclosure
from transforms.records.definitions import MAX_SHARE_WIDTH
from transforms.records.vocabulary import AI_JOBS, LAW_CLASSES, STOCK
from warehouse.mart_tables import GROUPS_OF_DISCLOSURE
from warehouse.schema import ALL_DAYS


def _disclosure_ladder(sql: str, *, behind: str = "disclosure", **parameters: object) -> tuple[Rung, ...]:
    common = {
        "names": disclosure.PLACE_NAMES, "words": disclosure.LAW_WORDS, "all_days": ALL_DAYS, "is_new": sql == "new",
    }  # fmt: skip
    return (Rung("disclosure", f"disclosure/{sql}", f"behind/{behind}", {**common, **parameters}),)


def _places_figure(name: str, group: str, words: str) -> Figure:
    return Figure(
        id=f"disclosure.{name}",
        title=f"{words} whose adverts state pay, by whether a law has them state it, in the adverts we read",
        unit="share of jobs with a full advert",
        renderer=disclosure.PLACES,
        rungs=_disclosure_ladder("places", role_group=group),
        judge=verdicts.judge_classes,
        counts=tuple((STOCK, "World", law) for law in LAW_CLASSES),
        displays=(Display(section="disclosure", heading=words),),
    )


DISCLOSURES = (
    Figure(
        id="disclosure.within_employers",
        title="Employers with adverts in places with and without a law requiring adverts to state pay: which part of "
        "their jobs states pay",
        unit="share of jobs, mean of employers",
        renderer=disclosure.WITHIN_EMPLOYERS,
        rungs=_disclosure_ladder(
            "within", behind="disclosure_within", first_group=GROUPS_OF_DISCLOSURE[0], max_width=MAX_SHARE_WIDTH.value
        ),
        judge=verdicts.judge_within,
        counts=(("world", "World", "all"),),
        displays=(Display(section="disclosure", heading="Employers with adverts in both"),),
    ),
    _places_figure("ai_jobs", AI_JOBS, "AI jobs"),
    _places_figure("all_jobs", "all", "All jobs"),
    Figure(
        id="disclosure.new",
        title="New jobs whose adverts state pay, by quarter, in the adverts we read",
        unit="share of jobs with a full advert",
        renderer=disclosure.PLACES,
        rungs=_disclosure_ladder("new", role_group="all"),
        judge=verdicts.judge_new,
        displays=(Display(section="disclosure", heading="Over time"),),
    ),
)  # fmt: skip
"""Figures of pay disclosure: first within employers, then by place, then over time from new adverts alone."""


def declare_disclosure(place: Place, group: str, law: str) -> Figure:
    """Declare the share of a group's jobs at a place whose adverts state pay, under one class of law."""
    at = f" in {place.in_words}" if place.name else ""
    return Figure(
        id=f"disclosure.{place.slug}.{group}.{law}",
        title=f"{'All' if group == 'all' else 'AI'} jobs{at} whose adverts state pay, {disclosure.LAW_WORDS[law]}, in "
        "the adverts we read",
        unit="share of jobs with a full advert",
        renderer=disclosure.PLACE,
        rungs=_disclosure_ladder(
            "place", role_group=group, region_level=place.level, region=place.region, law=law
        ),
        counts=((STOCK, place.region, law),),
    )  # fmt: skip
