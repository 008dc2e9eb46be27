"""Figures of pay disclosure: the adverts that state pay, by law and place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.figures import verdicts
from reports.figures.declaration import Display, Figure, Rung
from reports.figures.places import Place
from reports.wording import disclosure
from reports.wording.renderer import Renderer
from transforms.records.definitions import MAX_SHARE_WIDTH
from transforms.records.vocabulary import AI_JOBS, LAW_CLASSES, STOCK
from warehouse.mart_tables import GROUPS_OF_DISCLOSURE
from warehouse.schema import ALL_DAYS


def _disclosure_figure(
    figure_id: str, title: str, renderer: Renderer, sql: str, *, given: Mapping[str, object],
    behind: str = "disclosure", **fields: Any,
) -> Figure:  # fmt: skip
    parameters = {
        "names": disclosure.PLACE_NAMES, "words": disclosure.LAW_WORDS, "all_days": ALL_DAYS, "is_new": sql == "new",
    }  # fmt: skip
    rung = Rung("disclosure", f"disclosure/{sql}", f"behind/{behind}", {**parameters, **given})
    return Figure(id=figure_id, title=title, renderer=renderer, rungs=(rung,), **{"unit": UNIT, **fields})


UNIT = "share of jobs with a full advert"
DISCLOSURES = (
    _disclosure_figure(
        "disclosure.within_employers",
        "Employers with adverts in places with and without a pay law in our list: which part of their jobs states pay",
        disclosure.WITHIN_EMPLOYERS, "within", behind="disclosure_within",
        given={"first_group": GROUPS_OF_DISCLOSURE[0], "max_width": MAX_SHARE_WIDTH.value},
        unit="share of jobs, mean of employers", judge=verdicts.judge_within, counts=(("world", "World", "all"),),
        displays=(Display(section="disclosure", heading="Employers in places with and without a pay law in our list"),),
    ),
    *(
        _disclosure_figure(
            f"disclosure.{name}",
            f"{words} whose adverts state pay, by whether a law in our list requires it, in the adverts we read",
            disclosure.PLACES, "places", given={"role_group": group}, judge=verdicts.judge_classes,
            counts=tuple((STOCK, "World", law) for law in LAW_CLASSES),
            displays=(Display(section="disclosure", heading=f"{words} that state pay"),),
        )
        for name, group, words in (("ai_jobs", AI_JOBS, "AI jobs"), ("all_jobs", "all", "All jobs"))
    ),
    _disclosure_figure(
        "disclosure.new", "New jobs whose adverts state pay, by quarter, in the adverts we read", disclosure.PLACES,
        "new", given={"role_group": "all"}, judge=verdicts.judge_new,
        displays=(Display(section="disclosure", heading="New jobs that state pay, by quarter"),),
    ),
)  # fmt: skip
"""Figures of pay disclosure: first within employers, then by place, then over time from new adverts alone."""


def declare_disclosure(place: Place, group: str, law: str) -> Figure:
    """Declare the share of a group's jobs at a place whose adverts state pay, under one class of law."""
    at = f" in {place.in_words}" if place.name else ""
    return _disclosure_figure(
        f"disclosure.{place.slug}.{group}.{law}",
        f"{'All' if group == 'all' else 'AI'} jobs{at} whose adverts state pay, {disclosure.LAW_WORDS[law]}, in the "
        "adverts we read",
        disclosure.PLACE, "place",
        given={"role_group": group, "region_level": place.level, "region": place.region, "law": law},
        counts=((STOCK, place.region, law),),
    )  # fmt: skip
