"""Figures of shares of jobs (skills, roles, where and how people work) and of closing rates."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reports.figures import verdicts
from reports.figures.declaration import FOLLOWED, Batch, Display, Figure, Rung, postings_rung
from reports.figures.declared.pay_figures import COMPARED, WORK_OF_GUIDE
from reports.figures.places import EVERYWHERE, Place, slug
from reports.figures.query import Sql
from reports.wording import shares
from reports.wording.numbers import REGION_NAMES, category_name, lower_first, upper_first
from reports.wording.work import name_work
from transforms.records.definitions import CLOSINGS_WINDOW, MIN_SHARE_WIDTH
from transforms.records.vocabulary import AI_JOBS, CELL_GROUPS, SKILL_CATEGORIES
from transforms.text.lookups import taxonomy
from warehouse.marts.measures import MEASURES, YES

ASKED = "skill_asked"
"""The measure of skills in the guide and on the site; it counts skills that are required or preferred."""


def name_jobs(group: str, place: Place = EVERYWHERE) -> str:
    """Return the words for jobs of a group at a place, such as "AI engineering jobs" or "AI jobs in Germany"."""
    return f"{name_work(group)} jobs{f' in {place.in_words}' if place.name else ''}"


# --- rungs ------------------------------------------------------------------------------------------------


def _select_answers(measures: Mapping[str, str]) -> Sql:
    """Return a SELECT of the jobs that answer measures of mart.shares, with their items.

    `measures` maps each measure to a label. A label that is not "" replaces the item `yes`.
    """
    parts = []
    for name, label in measures.items():
        items = f"[if(item = '{YES}', '{label}', item) FOR item IN items]" if label else "items"
        select = f"SELECT '{name}' AS measure, region_level, region, role_group, job_id, {items} AS items FROM ("
        parts.append(f"{select}{MEASURES[name].behind()})")
    return Sql(" UNION ALL ".join(parts))


def _rung(
    sql: str,
    measures: Mapping[str, str],
    group: str,
    levels: tuple[str, ...] = ("world",),
    batch: Batch | None = None,
    **parameters: object,
) -> tuple[Rung, ...]:
    """Return a ladder with one rung over mart.shares.

    `measures` maps each measure to a label that replaces the item `yes`; the label "" leaves the item unchanged.
    """
    measure = next(iter(measures))
    answers = {"answered": _select_answers(measures), "groups": dict.fromkeys(CELL_GROUPS[group], group)}
    return postings_rung(
        f"{MEASURES[measure].list_name}.{{kind}}",
        f"shares/{sql}",
        "behind/shares",
        {**answers, "region_levels": levels, "measure": measure, "role_group": group, **parameters},
        batch=batch,
    )


# --- what may be declared: items of a measure, places, one share -----------------------------------------------


def declare_items(
    name: str,
    measure: str,
    group: str,
    *,
    is_ranked: bool = False,
    displays: tuple[Display, ...] = (),
    baseline: str | None = None,
) -> Figure:
    """Declare the shares of all items of a measure, among jobs of a group, as the figure with the id `name`.

    If `is_ranked`, only items that at least one job has are included.
    """
    definition = MEASURES[measure]
    jobs = name_jobs(group)
    order = () if is_ranked or definition.silence == "unknown" else definition.items
    return Figure(
        id=name,
        title=f"{upper_first(jobs)} by {lower_first(definition.title)}",
        unit=f"share of {definition.name_jobs(jobs)}",
        renderer=shares.items(definition, jobs, is_ranked=is_ranked),
        rungs=_rung("items", {measure: ""}, group, names=dict(definition.names), order=order, least=int(is_ranked)),
        judge=verdicts.judge_ranking,
        baseline=baseline,
        displays=displays,
    )


def declare_places(
    name: str, measure: str, item: str, group: str, kind: str, displays: tuple[Display, ...] = ()
) -> Figure:
    """Declare the share of one item of a measure in each place of a `kind`, as the figure with the id `name`.

    For the kind "region", the share in all adverts is included. For the kind "country" it is left out, because the list
    of cells of countries may be from another day than the list of all adverts.
    """
    definition = MEASURES[measure]
    jobs = name_jobs(group)
    everywhere = (EVERYWHERE.level,) if kind == "region" else ()
    return Figure(
        id=name,
        title=f"{upper_first(jobs)} that {definition.say(item)}, by {kind}",
        unit=f"share of {definition.name_jobs(jobs)}",
        renderer=shares.places(definition, jobs, kind),
        rungs=_rung(
            "by_place", {measure: ""}, group, levels=(*everywhere, kind), item=item,
            names={**REGION_NAMES, "World": shares.ALL_PLACES},
        ),
        judge=verdicts.judge_places,
        parameters={"region_level": kind},
        counts=tuple((level, EVERYWHERE.region, group) for level in everywhere),
        displays=displays,
    )  # fmt: skip


def declare_share(measure: str, item: str, place: Place, group: str) -> Figure:
    """Declare the share of one item of a measure among jobs of a group at a place; `item` is a slug."""
    definition = MEASURES[measure]
    known = items_of(measure)
    word = {slug(name): name for name in definition.names}.get(item, item.replace("_", " "))
    jobs = name_jobs(group, place)
    return Figure(
        id=f"share.{measure}.{item}.{place.slug}.{group}",
        title=f"{upper_first(jobs)} that {definition.say(known.get(item, word))}, in the adverts we read",
        unit=f"share of {definition.name_jobs(jobs)}",
        renderer=shares.single(definition, jobs),
        rungs=_rung(
            "share", {measure: ""}, group, levels=(place.level,), region_level=place.level, region=place.region,
            max_width=MIN_SHARE_WIDTH.value,
            batch=Batch(parameters={"item": Sql("asked"), "known": known}, columns={"item": "asked"}),
        ),
        judge=verdicts.judge_ranking,
        parameters={"item": item, "known": {name: known[name] for name in (item,) if name in known}},
        counts=((place.level, place.region, group),),
    )  # fmt: skip


@functools.cache
def items_of(measure: str) -> dict[str, str]:
    """Return the declared items of a measure by slug; {} if the measure's items are found in the adverts."""
    definition = MEASURES[measure]
    items = (skill.skill for skill in taxonomy()) if definition.has_categories else definition.items
    return {slug(item): item for item in items}


# --- skills -----------------------------------------------------------------------------------------------

BASELINE_SKILLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("python", "Python", ("python",)),
    ("r", "R", ("r",)),
    ("java", "Java", ("java",)),
    ("cpp", "C++", ("c++",)),
    ("tensorflow", "TensorFlow", ("tensorflow",)),
    ("keras", "Keras", ("keras",)),
    ("pytorch", "PyTorch", ("pytorch",)),
    ("scikit_learn", "scikit-learn", ("scikit-learn",)),
    ("transformers", "transformers", ("transformers", "hugging face transformers", "transformer models")),
    ("linear_algebra", "linear algebra", ("linear algebra",)),
    ("calculus", "calculus", ("calculus",)),
    ("probability", "probability", ("probability", "probability theory")),
    ("optimisation", "optimisation", ("mathematical optimization", "optimization", "optimisation")),
    ("hadoop", "Hadoop", ("hadoop", "apache hadoop")),
    ("spark", "Spark", ("apache spark", "spark")),
    ("sql", "SQL", ("sql",)),
    ("aws", "AWS", ("aws", "amazon web services")),
    ("google_cloud", "Google Cloud", ("google cloud", "google cloud platform", "gcp")),
    ("azure", "Azure", ("azure", "microsoft azure")),
    ("docker", "Docker", ("docker",)),
    ("kubernetes", "Kubernetes", ("kubernetes",)),
    ("ci_cd", "CI/CD", ("ci/cd",)),
    ("mlflow", "MLflow", ("mlflow",)),
    ("kubeflow", "Kubeflow", ("kubeflow",)),
    ("apis", "APIs", ("apis", "api", "api design", "api development", "rest apis", "rest api", "rest")),
    ("bias", "bias", ("bias", "bias detection", "bias mitigation", "algorithmic bias", "ai bias")),
    ("fairness", "fairness", ("fairness", "ai fairness", "algorithmic fairness", "model fairness")),
    ("explainability", "explainability", ("explainability", "explainable ai", "model explainability", "xai")),
)
"""Skills that the 2026 guide calls essential: id, word, and spellings that a taxonomy may use."""
BASELINE_NAMES = {name: (word, spellings) for name, word, spellings in BASELINE_SKILLS}


def _spellings(skills: Iterable[tuple[str, str, tuple[str, ...]]]) -> dict[str, object]:
    """Return the spellings of the skills, with the word of each spelling in a parallel list."""
    pairs = [(word, spelling) for _, word, spellings in skills for spelling in spellings]
    words, spellings = (tuple(column) for column in zip(*pairs, strict=True))
    return {"words": words, "spellings": spellings}


@functools.cache
def _all_spellings() -> dict[str, object]:
    others = ((name, word, (word.lower(),)) for name, word in items_of(ASKED).items())
    return _spellings([*BASELINE_SKILLS, *(one for one in others if one[0] not in BASELINE_NAMES)])


def _named_skills(place: Place, group: str, spellings: Mapping[str, object]) -> tuple[Rung, ...]:
    return _rung(
        "named_skills", {ASKED: ""}, group, levels=(place.level,), region_level=place.level, region=place.region,
        max_width=MIN_SHARE_WIDTH.value, batch=Batch(parameters=spellings, columns={"words": "name"}),
    )  # fmt: skip


def skill_id(name: str, place: str = EVERYWHERE.slug, group: str = WORK_OF_GUIDE) -> str:
    """Return the id of the share of jobs that ask for a skill; `name` is the slug of the skill."""
    return f"skill.{name}.{place}.{group}"


def declare_skill(name: str, word: str, spellings: tuple[str, ...], place: Place, group: str) -> Figure:
    """Declare the share of jobs of a group at a place that ask for a skill.

    `spellings` are the names that a taxonomy may give the skill.
    """
    is_baseline = name in BASELINE_NAMES and place == EVERYWHERE and group == WORK_OF_GUIDE
    return replace(
        declare_share(ASKED, name, place, group),
        id=skill_id(name, place.slug, group),
        title=f"{upper_first(name_jobs(group, place))} that {MEASURES[ASKED].say(word)}, in the adverts we read",
        rungs=_named_skills(place, group, _spellings(BASELINE_SKILLS) if is_baseline else _all_spellings()),
        parameters=_spellings([(name, word, spellings)]),
        baseline="essential (no source named)" if is_baseline else None,
    )


def _category_figure(category: str) -> Figure:
    heading = category_name(category)
    definition, jobs = MEASURES[ASKED], name_jobs(WORK_OF_GUIDE)
    return Figure(
        id=f"skills.{slug(category)}",
        title=f"{heading}: what the {name_work(WORK_OF_GUIDE)} adverts we read ask for",
        unit=f"share of {definition.name_jobs(jobs)}",
        renderer=shares.items(definition, jobs, is_ranked=True),
        rungs=_rung("skills", {ASKED: ""}, WORK_OF_GUIDE, batch=_OF_CATEGORY),
        judge=verdicts.judge_ranking,
        parameters={"category": category},
        displays=(Display(section="skills", heading=heading),),
    )


_OF_CATEGORY = Batch(parameters={"category": Sql("category")}, columns={"category": "category"})
SKILLS = (
    *map(_category_figure, SKILL_CATEGORIES),
    Figure(
        id="skills.baseline",
        title="Skills the 2026 guide named essential, and what the adverts we read ask for now",
        unit=f"share of {MEASURES[ASKED].name_jobs(name_jobs(WORK_OF_GUIDE))}",
        renderer=shares.baseline(MEASURES[ASKED], name_jobs(WORK_OF_GUIDE)),
        rungs=_named_skills(EVERYWHERE, WORK_OF_GUIDE, _spellings(BASELINE_SKILLS)),
        judge=verdicts.judge_ranking,
        parameters=_spellings(BASELINE_SKILLS),
        baseline=f"essential: {', '.join(word for _, word, _ in BASELINE_SKILLS)} (no source named)",
        displays=(COMPARED,),
    ),
    *(declare_skill(name, word, spellings, EVERYWHERE, WORK_OF_GUIDE) for name, word, spellings in BASELINE_SKILLS),
)

# --- closing rates ------------------------------------------------------------------------------------------


def declare_closing_rate(place: Place, *groups: str) -> Figure:
    """Declare the closing rate of the first group's adverts at a place, beside the rates of the other groups."""
    members = {member: group for group in groups for member in CELL_GROUPS[group]}
    return Figure(
        id=f"closing_rate.{place.slug}.{groups[0]}",
        title=f"Closing rate of {name_work(groups[0])} adverts{f' in {place.in_words}' if place.name else ''}",
        unit="share of open adverts a day",
        renderer=shares.CLOSING_RATES,
        rungs=postings_rung(
            "closing_rates", "closing_rates", "behind/closing_rates",
            {
                "window_days": CLOSINGS_WINDOW.value, "region_level": place.level, "region": place.region,
                "groups": members, "cells": {group: name_work(group) for group in groups},
            },
            name=FOLLOWED,
        ),
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
    Figure(
        id="additional.share",
        title="Additional pay offered beside base pay",
        unit=f"share of {MEASURES['additional_pay_offered'].name_jobs(name_jobs(WORK_OF_GUIDE))}",
        renderer=shares.items(
            MEASURES["additional_pay_offered"], name_jobs(WORK_OF_GUIDE), heading="Offered beside base pay"
        ),
        rungs=_rung("additional", ADDITIONAL_PAY, WORK_OF_GUIDE, names=ADDITIONAL_PAY),
        judge=verdicts.judge_shares,
        baseline="about USD 32,000 per year on average (no source named)",
        displays=(COMPARED,),
    ),
    declare_items(
        "industries.shares",
        "industry",
        WORK_OF_GUIDE,
        baseline="healthcare, finance, retail, manufacturing, education, transport (no source named)",
        displays=(COMPARED,),
    ),
    CLOSING_RATE,
    replace(
        CLOSING_RATE,
        id="hiring.difficulty",
        title=f"{CLOSING_RATE.title} (now {CLOSING_RATE.id})",
        alias_of=CLOSING_RATE.id,
        rungs=(),
        displays=(),
    ),
)
WHERE = Display(section="where")
WHERE_AND_HOW = (
    *(
        declare_places(f"workplace.{item}", "workplace", item, AI_JOBS, "region", displays=(WHERE,))
        for item in ("remote", "hybrid", "onsite")
    ),
    declare_places("pay_stated.regions", "pay_stated", YES, AI_JOBS, "region", displays=(WHERE,)),
    *(
        declare_items(f"{measure}.shares", measure, AI_JOBS, displays=(WHERE,))
        for measure in ("degree", "years", "qualification", "employment_type")
    ),
)
