"""Figures of pay that people report: tables of all surveys, and cells by country, role and level."""

from __future__ import annotations

from reports.figures import verdicts
from reports.figures.declaration import Display, Figure, Rung
from reports.figures.places import Place
from reports.wording import levels, reported, work
from reports.wording.numbers import upper_first
from transforms.records.vocabulary import CELL_GROUPS, LEVEL_GROUPS, SENIORITIES

GROUP = "ai_core"
"""Role group of the tables: surveys have too few AI engineers to separate them from data scientists."""
ALL = "all"


def _rung(work_of: str, split: str, *, country: str = ALL, level: str = ALL) -> Rung:
    group, role = work.split_work(work_of)
    parameters = {
        "country": country, "role_group": group, "groups": CELL_GROUPS[group], "role": role, "seniority_group": level,
        "levels": LEVEL_GROUPS[level] or SENIORITIES, "split": split, "max_days": verdicts.MAX_DAYS_OF_YEARS,
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
    """Declare pay that people of a role and level report in a country: a row for each survey and kind of money."""
    return Figure(
        id=f"reported.{place.slug}.{role}.{level}",
        title=f"Pay that people report in {place.in_words}: {work.name_workers(role)}, {levels.level_phrase(level)}",
        unit="USD per year",
        renderer=reported.OF_CELL,
        rungs=(_rung(role, "market", country=place.region, level=level),),
        judge=verdicts.judge_reports,
    )
