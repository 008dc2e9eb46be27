"""Figures of shares of jobs (skills, roles, where and how people work) and of closing rates."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from reports.figures import verdicts
from reports.figures.declaration import Batch, Display, Figure, Rung
from reports.figures.declared.pay_figures import COMPARED, WORK_OF_GUIDE
from reports.figures.places import EVERYWHERE, Place, slug
from reports.figures.query import Sql
from reports.wording import shares
from reports.wording.numbers import REGION_NAMES, category_name, lower_first, upper_first
from reports.wording.renderer import Renderer
from reports.wording.work import name_work
from transforms.records.definitions import CLOSINGS_WINDOW, MIN_SHARE_WIDTH
from transforms.records.vocabulary import AI_JOBS, CELL_GROUPS, SKILL_CATEGORIES
from transforms.text.lookups import taxonomy
from warehouse.marts.measures import MEASURES, YES

ASKED = "skill_asked"
"""The measure of skills in the guide and on the site: skills that adverts require, prefer or name in duties."""


EMPLOYERS = "employers"
"""The first part of the ids of figures that count each employer once."""


def kind_of_share(measure: str, by_employer: bool) -> tuple[str, ...]:
    """Return the first parts of the address of a share, before its item."""
    if by_employer:
        return EMPLOYERS, "skill" if measure == ASKED else measure
    return ("skill",) if measure == ASKED else ("share", measure)


def name_jobs(group: str, place: Place = EVERYWHERE) -> str:
    """Return the words for jobs of a group at a place, such as "AI engineering jobs" or "AI jobs in Germany"."""
    return f"{name_work(group)} jobs{f' in {place.in_words}' if place.name else ''}"


# --- what may be declared: items of a measure, places, one share -----------------------------------------------


BESIDE = Sql(
    "CASE WHEN form NOT IN ('bounds', 'says') THEN {'share': share, 'share_lo': share_lo, 'share_hi': share_hi, "
    "'form': form, 'platforms': platforms_by_jobs, "
    "'without_largest': CASE WHEN form <> 'platforms' THEN nullif(share_without_largest, 'nan') END, "
    "'of_single': nullif(share_of_single, 'nan'), 'of_large': nullif(share_of_large, 'nan')} END"
)
"""What stands beside an employers' share: the jobs' share, that without the largest employer, values by size.

Where readings of two to four platforms are printed, no jobs' share of all of them together is.
"""


def share_columns(*, by_employer: bool) -> dict[str, object]:
    """Return the parameters of `shares/columns.sql`: which share is read, and of which measures its ranks are."""
    return {
        "by": Sql("_by_employer" if by_employer else ""), "is_by_employer": by_employer,
        "beside": BESIDE if by_employer else Sql("NULL"),
        "ranked": tuple(name for name, measure in MEASURES.items() if measure.by_employer == by_employer),
    }  # fmt: skip


def _share_figure(
    figure_id: str, title: str, measure: str, group: str, renderer: Renderer, sql: str, *, given: Mapping[str, object],
    place: Place = EVERYWHERE, batch: Batch | None = None, by_employer: bool = False, **fields: Any,
) -> Figure:  # fmt: skip
    """Declare a figure with one rung over mart.shares; `given` are parameters of the SELECT `sql`."""
    definition = MEASURES[measure]
    parameters = {
        "answered": _select_answers({measure: ""}), "groups": dict.fromkeys(CELL_GROUPS[group], group),
        "region_levels": (place.level,), "region_level": place.level, "region": place.region, "measure": measure,
        "role_group": group, **share_columns(by_employer=by_employer), **given,
    }  # fmt: skip
    rung = Rung(f"{definition.list_name}.{{kind}}", f"shares/{sql}", "behind/shares", parameters, batch=batch)
    whose = "the average employer's " if by_employer else ""
    unit = f"share of {whose}{definition.name_jobs(name_jobs(group, place))}"
    judged = {"judge": verdicts.judge_ranking, **fields}
    return Figure(id=figure_id, title=title, unit=unit, renderer=renderer, rungs=(rung,), **judged)


def _select_answers(labels: Mapping[str, str]) -> Sql:
    """Return a SELECT of the jobs that answer measures of mart.shares, with their items.

    `labels` maps each measure to a label. A label that is not "" replaces the item `yes`.
    """
    parts = []
    for name, label in labels.items():
        items = f"[if(item = '{YES}', '{label}', item) FOR item IN items]" if label else "items"
        select = f"SELECT '{name}' AS measure, region_level, region, role_group, job_id, {items} AS items FROM ("
        parts.append(f"{select}{MEASURES[name].behind()})")
    return Sql(" UNION ALL ".join(parts))


def declare_items(
    figure_id: str, measure: str, group: str, *, is_ranked: bool = False, by_employer: bool = False, **fields: Any
) -> Figure:
    """Declare the shares of all items of a measure, among jobs of a group.

    If `is_ranked`, only items that at least one job has are included. If `by_employer`, shares are of the average
    employer. `fields` are further fields of the figure.
    """
    definition, jobs = MEASURES[measure], name_jobs(group)
    order = () if is_ranked or definition.silence == "unknown" else definition.items
    return _share_figure(
        figure_id, f"{_of_whom(jobs, by_employer)} by {lower_first(definition.title)}", measure, group,
        shares.items(definition, jobs, is_ranked=is_ranked, by_employer=by_employer), "items",
        given={"names": dict(definition.names), "order": order, "least": int(is_ranked)}, by_employer=by_employer,
        **fields,
    )  # fmt: skip


def _of_whom(jobs: str, by_employer: bool) -> str:
    """Return the beginning of a title: "AI jobs" or "The average employer's AI jobs"."""
    return f"The average employer's {jobs}" if by_employer else upper_first(jobs)


def declare_places(
    figure_id: str, measure: str, item: str, group: str, kind: str, *, by_employer: bool = False, **fields: Any
) -> Figure:
    """Declare the share of one item of a measure in each place of a `kind`.

    For the kind "region", the share in all adverts is included. For the kind "country" it is left out, because the list
    of cells of countries may be from another day than the list of all adverts.
    """
    definition, jobs = MEASURES[measure], name_jobs(group)
    everywhere = (EVERYWHERE.level,) if kind == "region" else ()
    names = {**REGION_NAMES, "World": shares.ALL_PLACES}
    return _share_figure(
        figure_id, f"{_of_whom(jobs, by_employer)} that {definition.say(item)}, by {kind}", measure, group,
        shares.places(definition, jobs, kind, by_employer=by_employer), "by_place", by_employer=by_employer,
        given={"region_level": kind, "region_levels": (*everywhere, kind), "item": item, "names": names},
        judge=verdicts.judge_places, counts=tuple((level, EVERYWHERE.region, group) for level in everywhere), **fields,
    )  # fmt: skip


def declare_share(measure: str, item: str, place: Place, group: str, *, by_employer: bool = False) -> Figure:
    """Declare the share of one item of a measure among jobs of a group at a place; `item` is a slug.

    If `by_employer`, it is the share of the average employer.
    """
    definition, known = MEASURES[measure], items_of(measure)
    word = {slug(name): name for name in definition.names}.get(item, item.replace("_", " "))
    jobs = name_jobs(group, place)
    return _share_figure(
        f"{EMPLOYERS if by_employer else 'share'}.{measure}.{item}.{place.slug}.{group}",
        f"{_of_whom(jobs, by_employer)} that {definition.say(known.get(item, word))}, in the adverts we read",
        measure, group, shares.single(definition, jobs, by_employer=by_employer), "share", by_employer=by_employer,
        given={
            "item": item, "known": {name: known[name] for name in (item,) if name in known},
            "max_width": MIN_SHARE_WIDTH.value,
        },
        place=place,
        batch=Batch(parameters={"item": Sql("asked"), "known": known}, columns={"item": "asked"}),
        counts=((place.level, place.region, group),),
    )  # fmt: skip


@functools.cache
def items_of(measure: str) -> dict[str, str]:
    """Return the declared items of a measure by slug; {} if the measure's items are found in the adverts."""
    definition = MEASURES[measure]
    items = (skill.skill for skill in taxonomy()) if definition.has_categories else definition.items
    return {slug(item): item for item in items}


# --- skills -----------------------------------------------------------------------------------------------

BASELINE_NAMES: dict[str, tuple[str, tuple[str, ...]]] = {
    "python": ("Python", ("python",)),
    "r": ("R", ("r",)),
    "java": ("Java", ("java",)),
    "cpp": ("C++", ("c++",)),
    "tensorflow": ("TensorFlow", ("tensorflow",)),
    "keras": ("Keras", ("keras",)),
    "pytorch": ("PyTorch", ("pytorch",)),
    "scikit_learn": ("scikit-learn", ("scikit-learn",)),
    "transformers": ("transformers", ("transformers", "hugging face transformers", "transformer models")),
    "linear_algebra": ("linear algebra", ("linear algebra",)),
    "calculus": ("calculus", ("calculus",)),
    "probability": ("probability", ("probability", "probability theory")),
    "optimisation": ("optimisation", ("mathematical optimization", "optimization", "optimisation")),
    "hadoop": ("Hadoop", ("hadoop", "apache hadoop")),
    "spark": ("Spark", ("apache spark", "spark")),
    "sql": ("SQL", ("sql",)),
    "aws": ("AWS", ("aws", "amazon web services")),
    "google_cloud": ("Google Cloud", ("google cloud", "google cloud platform", "gcp")),
    "azure": ("Azure", ("azure", "microsoft azure")),
    "docker": ("Docker", ("docker",)),
    "kubernetes": ("Kubernetes", ("kubernetes",)),
    "ci_cd": ("CI/CD", ("ci/cd",)),
    "mlflow": ("MLflow", ("mlflow",)),
    "kubeflow": ("Kubeflow", ("kubeflow",)),
    "apis": ("APIs", ("apis", "api", "api design", "api development", "rest apis", "rest api", "rest")),
    "bias": ("bias", ("bias", "bias detection", "bias mitigation", "algorithmic bias", "ai bias")),
    "fairness": ("fairness", ("fairness", "ai fairness", "algorithmic fairness", "model fairness")),
    "explainability": ("explainability", ("explainability", "explainable ai", "model explainability", "xai")),
}
"""Skills that the 2026 guide calls essential: by id, the word, and spellings that a taxonomy may use."""
_BASELINE = BASELINE_NAMES.values()


def _spellings(skills: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, object]:
    """Return the spellings of the skills, with the word of each spelling in a parallel list."""
    pairs = [(word, spelling) for word, spellings in skills for spelling in spellings]
    words, spellings = (tuple(column) for column in zip(*pairs, strict=True))
    return {"words": words, "spellings": spellings}


@functools.cache
def _all_spellings() -> dict[str, object]:
    others = [(word, (word.lower(),)) for name, word in items_of(ASKED).items() if name not in BASELINE_NAMES]
    return _spellings([*_BASELINE, *others])


def declare_skill(
    name: str, word: str, spellings: tuple[str, ...], place: Place, group: str, *, by_employer: bool = False
) -> Figure:
    """Declare the share of jobs of a group at a place that ask for a skill; of the average employer if `by_employer`.

    `name` is the slug of the skill, `spellings` are the names that a taxonomy may give it.
    """
    is_baseline = name in BASELINE_NAMES and place == EVERYWHERE and group == WORK_OF_GUIDE
    jobs = name_jobs(group, place)
    return _share_figure(
        f"{f'{EMPLOYERS}.' * by_employer}skill.{name}.{place.slug}.{group}",
        f"{_of_whom(jobs, by_employer)} that {MEASURES[ASKED].say(word)}, in the adverts we read",
        ASKED, group, shares.single(MEASURES[ASKED], jobs, by_employer=by_employer), "named_skills",
        by_employer=by_employer,
        given={**_spellings([(word, spellings)]), "max_width": MIN_SHARE_WIDTH.value},
        place=place, batch=_batch_of(_spellings(_BASELINE) if is_baseline else _all_spellings()),
        counts=((place.level, place.region, group),), baseline="essential (no source named)" if is_baseline else None,
    )  # fmt: skip


def _batch_of(spellings: Mapping[str, object]) -> Batch:
    return Batch(parameters=spellings, columns={"words": "name"})


OF_EMPLOYERS = ", each employer counted once"
_JOBS = name_jobs(WORK_OF_GUIDE)
_OF_CATEGORY = Batch(parameters={"category": Sql("category")}, columns={"category": "category"})
SKILLS = tuple(
    figure
    for by_employer in (True, False)
    for figure in (
        *(
            _share_figure(
                f"{f'{EMPLOYERS}.' * by_employer}skills.{slug(category)}",
                f"{heading}: what the {name_work(WORK_OF_GUIDE)} adverts we read ask for{OF_EMPLOYERS * by_employer}",
                ASKED, WORK_OF_GUIDE,
                shares.items(MEASURES[ASKED], _JOBS, is_ranked=True, by_employer=by_employer), "skills",
                given={"category": category}, batch=_OF_CATEGORY, by_employer=by_employer,
                displays=(Display(section="skills", heading=heading),) * by_employer,
            )
            for category in SKILL_CATEGORIES for heading in [category_name(category)]
        ),
        _share_figure(
            f"{f'{EMPLOYERS}.' * by_employer}skills.baseline",
            "Skills the 2026 guide named essential, and what the adverts we read ask for now"
            f"{OF_EMPLOYERS * by_employer}",
            ASKED, WORK_OF_GUIDE, shares.baseline(MEASURES[ASKED], _JOBS, by_employer=by_employer), "named_skills",
            given={**_spellings(_BASELINE), "max_width": MIN_SHARE_WIDTH.value}, batch=_batch_of(_spellings(_BASELINE)),
            baseline=f"essential: {', '.join(word for word, _ in _BASELINE)} (no source named)",
            by_employer=by_employer, displays=(COMPARED,) * by_employer,
        ),
        *(
            declare_skill(name, *skill, EVERYWHERE, WORK_OF_GUIDE, by_employer=by_employer)
            for name, skill in BASELINE_NAMES.items()
        ),
    )
)  # fmt: skip
"""What adverts ask for: of the average employer, and under the earlier ids of jobs."""

# --- closing rates ------------------------------------------------------------------------------------------


def declare_closing_rate(place: Place, *groups: str) -> Figure:
    """Declare the closing rate of the first group's adverts at a place, beside the rates of the other groups."""
    members = {member: group for group in groups for member in CELL_GROUPS[group]}
    return Figure(
        id=f"closing_rate.{place.slug}.{groups[0]}",
        title=f"Closing rate of {name_work(groups[0])} adverts{f' in {place.in_words}' if place.name else ''}",
        unit="share of open adverts a day",
        renderer=shares.CLOSING_RATES,
        rungs=(Rung(
            "closing_rates", "closing_rates", "behind/closing_rates",
            {
                "window_days": CLOSINGS_WINDOW.value, "region_level": place.level, "region": place.region,
                "groups": members, "cells": {group: name_work(group) for group in groups},
            },
            name="adverts followed",
        ),),
        judge=verdicts.judge_closings,
    )  # fmt: skip


CLOSING_RATE = replace(
    declare_closing_rate(EVERYWHERE, WORK_OF_GUIDE, "other_engineering"),
    id="closing_rate.engineering",
    displays=(Display(section="closings", heading="AI engineering adverts"), COMPARED),
)

# --- the figures of shares ------------------------------------------------------------------------------------

ADDITIONAL_PAY = {
    "additional_pay_offered": "equity, bonus or commission",
    "equity_offered": "equity",
    "bonus_offered": "bonus",
    "commission_offered": "commission",
}
"""Measures of pay beside base pay, with the names of their rows."""
SHARES = (
    declare_items(
        "roles.shares",
        "role",
        AI_JOBS,
        is_ranked=True,
        baseline="specialisations, without shares or source: ML engineer, robotics specialist, AI architect, "
        "intelligent systems engineer, AI in cybersecurity, software engineering, MLOps, generative AI, "
        "prompt engineer, AI product manager, AI security, ethics and governance",
        displays=(Display(section="roles", heading="Roles and specialisations"),),
    ),
    *(
        _share_figure(
            "employers.additional" if by_employer else "additional.share",
            f"Additional pay offered beside base pay{OF_EMPLOYERS * by_employer}",
            "additional_pay_offered", WORK_OF_GUIDE,
            shares.items(
                MEASURES["additional_pay_offered"], _JOBS, heading="Offered beside base pay", by_employer=by_employer
            ),
            "additional", given={"names": ADDITIONAL_PAY, "answered": _select_answers(ADDITIONAL_PAY)},
            judge=verdicts.judge_shares, by_employer=by_employer,
            baseline="about USD 32,000 per year on average (no source named)", displays=(COMPARED,) * by_employer,
        )
        for by_employer in (True, False)
    ),
    declare_items(
        "industries.shares",
        "industry",
        WORK_OF_GUIDE,
        baseline="healthcare, finance, retail, manufacturing, education, transport (no source named)",
        displays=(COMPARED,),
    ),
    CLOSING_RATE,
)  # fmt: skip
WHERE = Display(section="where")
WHERE_AND_HOW = (
    *(
        declare_places(
            f"{f'{EMPLOYERS}.' * by_employer}workplace.{item}", "workplace", item, AI_JOBS, "region",
            by_employer=by_employer, displays=(WHERE,) * by_employer,
        )
        for by_employer in (True, False) for item in ("remote", "hybrid", "onsite")
    ),
    declare_places("pay_stated.regions", "pay_stated", YES, AI_JOBS, "region", displays=(WHERE,)),
    *(
        declare_items(f"employers.{measure}", measure, AI_JOBS, by_employer=True, displays=(WHERE,))
        for measure in ("degree", "years", "qualification")
    ),
    *(
        declare_items(
            f"{measure}.shares", measure, AI_JOBS, displays=() if MEASURES[measure].by_employer else (WHERE,)
        )
        for measure in ("degree", "years", "qualification", "employment_type")
    ),
)  # fmt: skip
