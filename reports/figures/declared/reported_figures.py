"""Figures of pay that people report: tables of all surveys, and cells by country or region, role and level.

All are collections: each row is of one survey, and rows are never added up.
"""

from __future__ import annotations

from dataclasses import replace

from reports.figures import verdicts
from reports.figures.declaration import Display, Figure, Rung
from reports.figures.places import PLACES, Place
from reports.wording import levels, reported, work
from reports.wording.numbers import upper_first
from transforms.records.vocabulary import CELL_GROUPS, LEVEL_GROUPS, SENIORITIES

GROUP = "ai_core"
"""Role group of the tables: surveys have too few AI engineers to separate them from data scientists."""
ALL = "all"


def _rung(
    work_of: str, split: str, *, countries: tuple[str, ...] = (ALL,), level: str = ALL, widens: bool = False
) -> Rung:
    works = (work_of, GROUP) if widens and work_of != GROUP else (work_of,)
    parameters = {
        "countries": countries, "works": tuple(map(work.split_work, works)), "widens": widens, "members": CELL_GROUPS,
        "seniority_group": level, "levels": LEVEL_GROUPS[level] or SENIORITIES, "split": split,
        "max_days": verdicts.MAX_DAYS_OF_YEARS,
    }  # fmt: skip
    return Rung(
        "pay.reported.countries", "pay/reported", "behind/reported", parameters, basis="reported", name="newest surveys"
    )


TABLES = tuple(
    Figure(
        id=f"reported.{name}",
        title=f"Pay that AI engineers and data scientists report, {words}",
        unit="USD per year",
        renderer=reported.REPORTED,
        rungs=(_rung(GROUP, split),),
        judge=verdicts.judge_reports,
        is_collection=True,
        displays=(Display(section="reported", heading=upper_first(words)),),
    )
    for name, split, words in (
        ("countries", ALL, "by country"),
        ("money", "money", "by the money they are paid in"),
        ("experience", "experience", "by years of experience"),
    )
)
"""Tables of the core AI roles in all countries; each figure counts a person once."""


def declare_reported(place: Place, role: str, level: str) -> Figure:
    """Declare pay that people of a role and level report at a place: a row for each survey, country and kind of money.

    In a region, a country has the nearest group that prints: the role, else all AI engineers and data scientists, else
    developers of all kinds where a survey asks for no role.
    """
    is_country = place.level == "country"
    inside = (other for other in PLACES.values() if place.name in (other.in_region, other.in_continent))
    countries = (place.region,) if is_country else tuple(other.region for other in inside)
    what = f"{work.name_workers(role)}, {levels.level_phrase(level)}"
    return Figure(
        id=f"reported.{place.slug}.{role}.{level}",
        title=f"Pay that people report in {place.in_words}{'' if is_country else ', country by country'}: {what}",
        unit="USD per year, or the row's own money where no rate is known",
        renderer=reported.OF_CELL,
        rungs=(_rung(role, "market", countries=countries, level=level, widens=not is_country),),
        judge=verdicts.judge_reports,
        is_collection=True,
        displays=() if is_country else (Display(section="reported"),),
    )


def declare_bonus(place: Place, role: str, level: str) -> Figure:
    """Declare what people report of a yearly bonus, a row for each survey and country of a place."""
    figure = declare_reported(place, role, level)
    (rung,) = figure.rungs
    return replace(
        figure,
        id=f"reported_bonus.{place.slug}.{role}.{level}",
        title=figure.title.replace("Pay that", "Yearly bonus that"),
        unit="share of persons",
        renderer=reported.BONUS,
        rungs=(replace(rung, sql="pay/reported_bonus", behind="behind/reported_bonus"),),
    )


SIDE_BY_SIDE = (
    *(
        declare_reported(PLACES["south_america"], "ai_engineering", level)
        for level in ("mid_senior", "entry", "mid", "senior")
    ),
    declare_bonus(PLACES["south_america"], "ai_engineering", ALL),
)
"""Countries of the region whose adverts state too little pay for a band, side by side."""
