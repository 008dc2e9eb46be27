"""Figures of shares of jobs: skills, roles, where and how people work; and closing rates."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reports.figures import verdicts
from reports.figures.declaration import ADVERTISED, FOLLOWED, Batch, Display, Fallback, Figure
from reports.figures.pay_figures import COMPARED, WORK_OF_GUIDE
from reports.figures.places import EVERYWHERE, Place, slug
from reports.figures.query import Sql
from reports.wording import closings, shares
from reports.wording.numbers import REGION_NAMES, category_name
from reports.wording.work import name_work
from transforms.records.definitions import CLOSINGS_WINDOW, MIN_SHARE_WIDTH
from transforms.records.vocabulary import AI_JOBS, CELL_GROUPS, DEGREES, QUALIFICATIONS, SKILL_CATEGORIES, YEARS_BANDS
from transforms.text.lookups import taxonomy
from warehouse.mart_tables import list_of_measure
from warehouse.marts.measures import MEASURES, NOT_ASKED, YES


def _select_answers(measures: Mapping[str, str]) -> Sql:
    """A SELECT of the jobs that answer measures of mart.shares, with their items; a label stands for `yes`."""
    parts = []
    for name, label in measures.items():
        items = f"[if(item = '{YES}', '{label}', item) FOR item IN items]" if label else "items"
        select = f"SELECT '{name}' AS measure, region_level, region, role_group, job_id, {items} AS items FROM ("
        parts.append(f"{select}{MEASURES[name].behind()})")
    return Sql(" UNION ALL ".join(parts))


def _from_shares(
    sql: str,
    *measures: str,
    groups: Iterable[str],
    labels: Iterable[str] = ("",),
    levels: tuple[str, ...] = ("world",),
    **parameters: object,
) -> tuple[Fallback, ...]:
    """A ladder of one rung over mart.shares. `groups` are its role groups, `labels` what yes is called, by measure."""
    group_of = {role_group: group for group in groups for role_group in CELL_GROUPS[group]}
    answers = _select_answers(dict(zip(measures, labels, strict=True)))
    return (
        Fallback(
            name=ADVERTISED,
            basis="postings",
            cells=f"{list_of_measure(measures[0])}.{{kind}}",
            sql=sql,
            behind="behind_shares",
            parameters={"answered": answers, "groups": group_of, "region_levels": levels, **parameters},
        ),
    )


def _items(measure: str, group: str, names: Mapping[str, str], order: tuple[str, ...] = ()) -> tuple[Fallback, ...]:
    """The shares of the items of one measure in all adverts read."""
    return _from_shares("shares", measure, groups=[group], measure=measure, role_group=group, names=names, order=order)


def _by_region(measure: str, item: str, group: str) -> tuple[Fallback, ...]:
    """The share of one item of a measure in all adverts read and in each region."""
    return _from_shares(
        "shares_by_region", measure, groups=[group], levels=("world", "region"), measure=measure, item=item,
        role_group=group, names={**REGION_NAMES, "World": shares.ALL_PLACES},
    )  # fmt: skip


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
"""Skills the 2026 guide names as essential: id, its word, and how a taxonomy may spell it."""


def _spellings(skills: Iterable[tuple[str, str, tuple[str, ...]]]) -> dict[str, object]:
    """Words and how a taxonomy may spell them, as two lists of the same length."""
    pairs = [(word, spelling) for _, word, spellings in skills for spelling in spellings]
    words, spellings = (tuple(column) for column in zip(*pairs, strict=True))
    return {"words": words, "spellings": spellings}


_OF_CATEGORY = Batch(parameters={"category": Sql("category")}, columns={"category": "category"})
SKILLS_ASKED = tuple(
    replace(rung, batch=_OF_CATEGORY)
    for rung in _from_shares(
        "skills", "skill_asked", groups=[WORK_OF_GUIDE], measure="skill_asked", role_group=WORK_OF_GUIDE
    )
)


def _named_skills(place: Place, group: str) -> tuple[Fallback, ...]:
    """A ladder of one rung over the skills that jobs of a role group at a place ask for, by name."""
    (rung,) = _from_shares(
        "named_skills", "skill_asked", groups=[group], levels=(place.level,), measure="skill_asked", role_group=group,
        region_level=place.level, region=place.region, max_width=MIN_SHARE_WIDTH.value,
    )  # fmt: skip
    return (replace(rung, batch=Batch(parameters=_spellings(BASELINE_SKILLS), columns={"words": "word"})),)


def skill_id(name: str, place: str = EVERYWHERE.slug, group: str = WORK_OF_GUIDE) -> str:
    """The id of the share of jobs that ask for a skill: `name` is its slug."""
    return f"skill.{name}.{place}.{group}"


def declare_skill(name: str, word: str, spellings: tuple[str, ...], place: Place, group: str) -> Figure:
    """The share of jobs of a role group at a place that ask for a skill: its word, and how a taxonomy may spell it."""
    is_baseline = name in BASELINE_NAMES and place == EVERYWHERE and group == WORK_OF_GUIDE
    (rung,) = _named_skills(place, group)
    of_cell = Batch(parameters=_all_spellings(), columns={"words": "word"})
    return Figure(
        id=skill_id(name, place.slug, group),
        title=f"{_name_jobs(group, place)} that ask for {word}, in the adverts we read",
        unit="share of jobs with a full advert",
        renderer=shares.SKILL,
        rungs=(rung if is_baseline else replace(rung, batch=of_cell),),
        judge=verdicts.judge_ranking,
        parameters=_spellings([(name, word, spellings)]),
        counts=((place.level, place.region, group),),
        baseline="essential (no source named)" if is_baseline else None,
    )


@functools.cache
def _all_spellings() -> dict[str, object]:
    """Every skill that has an id, and how a taxonomy may spell it."""
    others = ((name, word, (word.lower(),)) for name, word in items_of("skill_asked").items())
    return _spellings([*BASELINE_SKILLS, *(one for one in others if one[0] not in BASELINE_NAMES)])


BASELINE_NAMES = {name: (word, spellings) for name, word, spellings in BASELINE_SKILLS}


def _name_jobs(group: str, place: Place) -> str:
    """Jobs in words: "AI engineering jobs", "AI jobs in Germany"."""
    jobs = f"{name_work(group)} jobs"
    return f"{jobs[0].upper()}{jobs[1:]}{f' in {place.in_words}' if place.name else ''}"


def declare_share(measure: str, item: str, place: Place, group: str) -> Figure:
    """The share of one item of a measure among the jobs of a role group at a place; `item` is its slug."""
    definition = MEASURES[measure]
    (rung,) = _from_shares(
        "share", measure, groups=[group], levels=(place.level,), measure=measure, role_group=group,
        region_level=place.level, region=place.region, max_width=MIN_SHARE_WIDTH.value,
    )  # fmt: skip
    items = items_of(measure)
    of_cell = Batch(parameters={"item": Sql("asked"), "known": items}, columns={"item": "asked"})
    what = "" if definition.items == (YES,) else f": {_name_item(measure, item)}"
    return Figure(
        id=f"share.{measure}.{item}.{place.slug}.{group}",
        title=f"{_name_jobs(group, place)}, in the adverts we read. {definition.title}{what}",
        unit=f"share of {definition.jobs_title}",
        renderer=shares.one(definition),
        rungs=(replace(rung, batch=of_cell),),
        judge=verdicts.judge_ranking,
        parameters={"item": item, "known": {name: items[name] for name in (item,) if name in items}},
        counts=((place.level, place.region, group),),
    )


@functools.cache
def items_of(measure: str) -> dict[str, str]:
    """The items of a measure that are known beforehand, by their names in ids; none where they follow from adverts."""
    definition = MEASURES[measure]
    items = (skill.skill for skill in taxonomy()) if definition.has_categories else definition.items
    return {slug(item): item for item in items}


def _name_item(measure: str, item: str) -> str:
    names = {
        "degree": shares.DEGREE_NAMES, "years": shares.YEARS_NAMES, "employment_type": shares.EMPLOYMENT_NAMES,
        "qualification": shares.QUALIFICATION_NAMES,
        "role": {role: name_work(role) for role in MEASURES["role"].items},
    }.get(measure, {})  # fmt: skip
    name = items_of(measure).get(item)
    return item.replace("_", " ") if name is None else names.get(name, name)


def _category_figure(category: str) -> Figure:
    heading = category_name(category)
    chart_title = f"{heading}: share of AI engineering jobs that ask for each skill, in the adverts we read"
    return Figure(
        id=f"skills.{slug(category)}",
        title=f"{heading}: what the AI engineering adverts we read ask for",
        unit="share of jobs with a full advert",
        renderer=shares.SKILLS,
        rungs=SKILLS_ASKED,
        judge=verdicts.judge_ranking,
        parameters={"category": category},
        displays=(
            Display(
                section="skills", heading=heading, chart="shares with verdicts", chart_title=chart_title,
            ),
        ),
    )  # fmt: skip


SKILLS = (
    *map(_category_figure, SKILL_CATEGORIES),
    Figure(
        id="skills.baseline",
        title="Skills the 2026 guide named essential, and what the adverts we read ask for now",
        unit="share of jobs with a full advert",
        renderer=shares.BASELINE_SKILLS,
        rungs=_named_skills(EVERYWHERE, WORK_OF_GUIDE),
        judge=verdicts.judge_ranking,
        parameters=_spellings(BASELINE_SKILLS),
        baseline=f"essential: {', '.join(word for _, word, _ in BASELINE_SKILLS)} (no source named)",
        displays=(COMPARED,),
    ),
    *(declare_skill(name, word, spellings, EVERYWHERE, WORK_OF_GUIDE) for name, word, spellings in BASELINE_SKILLS),
)
ADDITIONAL_PAY = {
    "additional_pay_offered": "any",
    "equity_offered": "equity",
    "bonus_offered": "bonus",
    "commission_offered": "commission",
}
"""Measures of pay beside base pay, and their names in `additional.sql`."""


def _closing_rates(place: Place, *groups: str) -> tuple[Fallback, ...]:
    """A ladder of one rung over mart.closing_rates."""
    groups_of_members = {member: group for group in groups for member in CELL_GROUPS[group]}
    return (
        Fallback(
            name=FOLLOWED,
            basis="postings",
            cells="closing_rates",
            sql="closing_rates",
            behind="behind_closing_rates",
            parameters={
                "window_days": CLOSINGS_WINDOW.value, "region_level": place.level, "region": place.region,
                "groups": groups_of_members, "cells": {group: name_work(group) for group in groups},
            },
        ),
    )  # fmt: skip


def declare_closing_rate(place: Place, group: str) -> Figure:
    """The closing rate of adverts of one group of roles at a place."""
    return Figure(
        id=f"closing_rate.{place.slug}.{group}",
        title=f"Closing rate of {name_work(group)} adverts{f' in {place.in_words}' if place.name else ''}",
        unit="share of open adverts a day",
        renderer=closings.CLOSING_RATES,
        rungs=_closing_rates(place, group),
        judge=verdicts.judge_closings,
    )


CLOSING_RATE = Figure(
    id="closing_rate.engineering",
    title="Closing rate of AI engineering adverts",
    unit="share of open adverts a day",
    renderer=closings.CLOSING_RATES,
    rungs=_closing_rates(EVERYWHERE, WORK_OF_GUIDE, "other_engineering"),
    judge=verdicts.judge_closings,
    displays=(Display(section="closings", heading="AI engineering adverts"), COMPARED),
)
SHARES = (
    Figure(
        id="roles.shares",
        title="Roles among AI jobs, in the adverts we read",
        unit="share of AI jobs",
        renderer=shares.ROLES,
        rungs=_from_shares("roles", "role", groups=[AI_JOBS], measure="role", role_group=AI_JOBS),
        judge=verdicts.judge_ranking,
        baseline="specialisations, without shares or source: ML engineer, robotics specialist, AI architect, "
        "intelligent systems engineer, AI in cybersecurity, software engineering, MLOps, generative AI, "
        "prompt engineer, AI product manager, AI security, ethics and governance",
        displays=(
            Display(
                section="roles",
                heading="Roles and specialisations",
                chart="shares",
                chart_title="Roles: share of AI jobs in each role, in the adverts we read",
            ),
        ),
    ),
    Figure(
        id="additional.share",
        title="Additional pay offered beside base pay",
        unit="share of jobs that state pay",
        renderer=shares.ADDITIONAL,
        rungs=_from_shares("additional", *ADDITIONAL_PAY, labels=ADDITIONAL_PAY.values(), groups=["ai_engineering"]),
        judge=verdicts.judge_shares,
        baseline="about USD 32,000 per year on average (no source named)",
        displays=(COMPARED,),
    ),
    Figure(
        id="industries.shares",
        title="Industries of the employers",
        unit="share of jobs with known industry",
        renderer=shares.items(MEASURES["industry"], "Industry"),
        rungs=_items("industry", "ai_engineering", {}),
        judge=verdicts.judge_ranking,
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

WHERE = Display(section="where", chart="shares")
WORKPLACE_WORDS = {"remote": "are remote", "hybrid": "are hybrid", "onsite": "are on site"}
WHERE_AND_HOW = (
    *(
        Figure(
            id=f"workplace.{item}",
            title=f"AI jobs that {words}, by region",
            unit="share of jobs that say where the work is done",
            renderer=shares.by_region(MEASURES["workplace"]),
            rungs=_by_region("workplace", item, AI_JOBS),
            judge=verdicts.judge_ranking,
            counts=(("world", "World", AI_JOBS),),
            displays=(WHERE,),
        )
        for item, words in WORKPLACE_WORDS.items()
    ),
    Figure(
        id="pay_stated.regions",
        title="AI jobs whose adverts state pay, by region",
        unit="share of AI jobs",
        renderer=shares.by_region(MEASURES["pay_stated"]),
        rungs=_by_region("pay_stated", YES, AI_JOBS),
        judge=verdicts.judge_ranking,
        counts=(("world", "World", AI_JOBS),),
        displays=(WHERE,),
    ),
    *(
        Figure(
            id=f"{name}.shares",
            title=f"AI jobs by {words}",
            unit=f"share of {MEASURES[name].jobs_title}",
            renderer=shares.items(MEASURES[name], heading),
            rungs=_items(name, AI_JOBS, names, order),
            judge=verdicts.judge_ranking,
            displays=(WHERE,),
        )
        for name, words, heading, names, order in (
            (
                "degree",
                "lowest accepted degree",
                "Lowest accepted degree",
                shares.DEGREE_NAMES,
                (*DEGREES, NOT_ASKED),
            ),
            (
                "years",
                "years of experience asked for",
                "Least years",
                shares.YEARS_NAMES,
                (*YEARS_BANDS, NOT_ASKED),
            ),
            (
                "qualification",
                "what they ask a person to show",
                "Asked to show",
                shares.QUALIFICATION_NAMES,
                QUALIFICATIONS,
            ),
            (
                "employment_type",
                "type of employment",
                "Type of employment",
                shares.EMPLOYMENT_NAMES,
                (),
            ),
        )
    ),
)
