"""Every figure of the guide and of the page, declared once.

A measured figure has a ladder of rungs, each a SELECT over one basis (`compute` climbs it). A cited figure is a claim
of somebody else, with source, date and the day it must be looked at again (`claims`). A gathered figure is a table of
the figures whose ids begin alike. What the page shows, and where, follows from `displays`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reports.figures import query, verdicts
from reports.figures.claims import load_claims
from reports.figures.comparison_figures import COMPARISON, KIN, declare_compared
from reports.figures.declaration import Batch, Display, Fallback, Figure, slug
from reports.figures.pay_figures import (
    AROUND,
    BAND_LEVEL,
    BANDS,
    BONUSES,
    COMPARED,
    ENTRY_LEVEL,
    GATHERED,
    RETIRED,
    country_figures,
    offer_nearest,
)
from reports.figures.query import Connection, Sql
from reports.wording import closings, disclosure, frame, levels, reported, shares
from reports.wording.numbers import REGION_NAMES, category_name
from transforms.records.vocabulary import (
    AI_JOBS,
    CELL_GROUPS,
    DEGREES,
    LAW_CLASSES,
    ROLE_GROUPS,
    SKILL_CATEGORIES,
    STOCK,
    YEARS_BANDS,
)
from warehouse.mart_tables import CLOSINGS_WINDOW, GROUPS_OF_DISCLOSURE
from warehouse.marts.measures import MEASURES, NOT_ASKED, YES
from warehouse.marts.printing import MAX_SHARE_WIDTH
from warehouse.schema import ALL_DAYS

ADVERTISED, FOLLOWED, SURVEYED = "open adverts", "adverts followed", "newest surveys"
"""Rungs of what we read ourselves, and of surveys alone. A rung of which the definition changes takes another name,
since values of earlier days are kept by it."""
CARRIED = "last accepted value"
"""The rung of a figure that could not be computed anew."""
WITHHELD = "withheld"

# --- what was read ------------------------------------------------------------------------------------

REPORTED_GROUP = "ai_core"
"""Surveys have too few AI engineers to tell them from data scientists."""
REPORTED = tuple(
    Figure(
        id=f"reported.{name}",
        title=f"Pay that AI engineers and data scientists report, {words}",
        unit="USD per year",
        renderer=reported.REPORTED,
        rungs=(
            Fallback(
                name=SURVEYED,
                basis="reported",
                sql="reported",
                behind="behind_reported",
                parameters={
                    "role_group": REPORTED_GROUP,
                    "groups": CELL_GROUPS[REPORTED_GROUP],
                    "split": split,
                    "max_days": verdicts.MAX_DAYS_OF_YEARS,
                },
            ),
        ),
        judge=verdicts.judge_reports,
        displays=(Display(section="reported", heading=heading),),
    )
    for name, split, words, heading in (
        ("countries", "all", "by country", "By country"),
        ("money", "money", "by the money they are paid in", "By the money they are paid in"),
        ("experience", "experience", "by years of experience", "By years of experience"),
    )
)
"""What persons report in surveys; each figure counts a person once."""

LADDERS = tuple(
    Figure(
        id=f"ladder.{name}",
        title=frame.name_ladder(level),
        unit="jobs",
        renderer=frame.LADDER,
        rungs=(
            Fallback(
                name=ADVERTISED,
                basis="postings",
                sql="ladder",
                behind="behind_ladder",
                parameters={"role_group": frame.BASE_STEP, "names": REGION_NAMES},
            ),
        ),
        judge=verdicts.judge_counts,
        parameters={"region_level": region_level, "seniority_group": level},
        displays=(
            Display(
                section="read",
                heading=f"{levels.capitalise(level)}, by {region_level}",
                chart=chart,
                chart_title=f"AI engineering jobs in the adverts we read by {region_level}, and why they are not in "
                f"the band of pay, {levels.level_phrase(level)}",
            ),
        ),
    )
    for name, region_level, level, chart in (
        ("regions", "region", BAND_LEVEL, "ladder"),
        ("countries", "country", ENTRY_LEVEL, None),  # a bar for each would be longer than the page
    )
)
"""What was read on the way to the bands of regions, and to entry pay by country."""

COVERAGE = tuple(
    Figure(
        id=f"frame.{name}",
        title=f"What we read, by {by}",
        unit="jobs",
        renderer=frame.coverage(by.capitalize()),
        rungs=(
            Fallback(
                name=ADVERTISED,
                basis="postings",
                sql="frame",
                behind="behind_frame",
                parameters={"names": REGION_NAMES},
            ),
        ),
        judge=verdicts.judge_counts,
        parameters={"by": by, "region_level": region_level},
        displays=(Display(section="frame", heading=f"By {by}"),),
    )
    for name, by, region_level in (
        ("regions", "region", "region"),
        ("sources", "source", "world"),
        ("sectors", "sector", "world"),
    )
)
"""The frame: which boards are known and read, and what was read of them."""

# --- shares -------------------------------------------------------------------------------------------


def _select_answers(measures: Mapping[str, str]) -> Sql:
    """A SELECT of the jobs that measures of mart.shares count, with their items; a label stands for `yes`."""
    parts = []
    for name, label in measures.items():
        items = f"[if(item = '{YES}', '{label}', item) FOR item IN items]" if label else "items"
        selected = f"SELECT region_level, region, role_group, job_id, {items} AS items FROM ("
        parts.append(f"{selected}{MEASURES[name].behind()})")
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
    answered = _select_answers(dict(zip(measures, labels, strict=True)))
    return (
        Fallback(
            name=ADVERTISED,
            basis="postings",
            sql=sql,
            behind="behind_shares",
            parameters={"answered": answered, "groups": group_of, "region_levels": levels, **parameters},
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


SKILLS_ASKED = _from_shares(
    "skills", "skill_asked", groups=["ai_engineering"], measure="skill_asked", role_group="ai_engineering"
)
NAMED_SKILLS = (
    replace(
        SKILLS_ASKED[0],
        sql="named_skills",
        parameters={**SKILLS_ASKED[0].parameters, "max_width": MAX_SHARE_WIDTH},
        batch=Batch(parameters=_spellings(BASELINE_SKILLS), column="word", parameter="words"),
    ),
)


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
                is_folded=True, is_narrow=True,
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
        rungs=NAMED_SKILLS,
        judge=verdicts.judge_ranking,
        parameters=_spellings(BASELINE_SKILLS),
        baseline=f"essential: {', '.join(word for _, word, _ in BASELINE_SKILLS)} (no source named)",
        displays=(Display(section="skills", heading="Skills named essential in 2026, and now"),),
    ),
    *(
        Figure(
            id=f"skill.{name}",
            title=f"AI engineering jobs that ask for {word}, in the adverts we read",
            unit="share of jobs with a full advert",
            renderer=shares.SKILL,
            rungs=NAMED_SKILLS,
            judge=verdicts.judge_ranking,
            parameters=_spellings([(name, word, spellings)]),
            baseline="essential (no source named)",
        )
        for name, word, spellings in BASELINE_SKILLS
    ),
)
ADDITIONAL_PAY = {
    "additional_pay_offered": "any",
    "equity_offered": "equity",
    "bonus_offered": "bonus",
    "commission_offered": "commission",
}
"""Measures of pay beside base pay, and their names in `additional.sql`."""
CLOSING_RATE = Figure(
    id="closing_rate.engineering",
    title="Closing rate of AI engineering adverts, against other engineering",
    unit="share of open adverts a day",
    renderer=closings.CLOSING_RATES,
    rungs=(
        Fallback(
            name=FOLLOWED,
            basis="postings",
            sql="closing_rates",
            behind="behind_closing_rates",
            parameters={"window_days": CLOSINGS_WINDOW},
        ),
    ),
    judge=verdicts.judge_closings,
    displays=(COMPARED,),
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
                is_folded=True,
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

WHERE = Display(section="where", chart="shares", is_folded=True, is_narrow=True)
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
                "employment_type",
                "type of employment",
                "Type of employment",
                shares.EMPLOYMENT_NAMES,
                (),
            ),
        )
    ),
)

# --- pay disclosure -----------------------------------------------------------------------------------

MEMBERS_OF_DISCLOSURE = {AI_JOBS: CELL_GROUPS[AI_JOBS], "all": tuple(ROLE_GROUPS)}
"""Groups of roles in each role group of mart.pay_disclosure."""


def _disclosure_ladder(sql: str, behind: str, **parameters: object) -> tuple[Fallback, ...]:
    """A ladder of one rung over mart.pay_disclosure."""
    given = {"names": disclosure.PLACE_NAMES, "words": disclosure.LAW_WORDS, **parameters}
    return (Fallback(name=ADVERTISED, basis="postings", sql=sql, behind=behind, parameters=given),)


def _places_figure(name: str, group: str, words: str) -> Figure:
    """Which jobs of a role group state pay, by law and place."""
    title = f"{words} whose adverts state pay, by whether a law has them state it, in the adverts we read"
    return Figure(
        id=f"disclosure.{name}",
        title=title,
        unit="share of jobs with a full advert",
        renderer=disclosure.PLACES,
        rungs=_disclosure_ladder(
            "disclosure_places", "behind_disclosure", role_group=group, role_groups=MEMBERS_OF_DISCLOSURE[group]
        ),
        judge=verdicts.judge_classes,
        counts=tuple((STOCK, "World", law) for law in LAW_CLASSES),
        displays=(Display(section="disclosure", heading=words, chart="shares", chart_title=title, is_folded=True),),
    )


DISCLOSURES = (
    Figure(
        id="disclosure.within_employers",
        title="Employers with adverts in both, places with and without a law that has adverts state pay: which part of "
        "their jobs states pay",
        unit="share of jobs, mean of employers",
        renderer=disclosure.WITHIN_EMPLOYERS,
        rungs=_disclosure_ladder(
            "disclosure_within", "behind_disclosure_within",
            first_group=GROUPS_OF_DISCLOSURE[0], max_width=MAX_SHARE_WIDTH,
            groups_of={
                role_group: tuple(group for group, members in MEMBERS_OF_DISCLOSURE.items() if role_group in members)
                for role_group in ROLE_GROUPS
            },
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
        rungs=_disclosure_ladder(
            "disclosure_new", "behind_disclosure_new",
            role_group="all", role_groups=MEMBERS_OF_DISCLOSURE["all"], all_days=ALL_DAYS,
        ),
        judge=verdicts.judge_new,
        displays=(Display(section="disclosure", heading="Over time"),),
    ),
)  # fmt: skip
"""Which adverts state pay: within employers first, then by place; over time from new adverts alone."""

# --- all of them --------------------------------------------------------------------------------------

CLAIMS = tuple(
    Figure(
        id=claim.id,
        title=claim.title,
        unit=claim.unit,
        renderer=shares.CLAIM,
        baseline=claim.baseline,
        claim=claim,
        displays=(Display(section="cited"),),
    )
    for claim in load_claims()
)
_OTHERS = (
    *GATHERED,
    COMPARISON,
    *BONUSES,
    *RETIRED,
    *REPORTED,
    *LADDERS,
    *COVERAGE,
    *DISCLOSURES,
    *SKILLS,
    *SHARES,
    *WHERE_AND_HOW,
    *CLAIMS,
)
_UNITED_STATES = country_figures("US", "United States", "Northern America", "Americas")
FIGURES = (*BANDS, *AROUND, *_OTHERS)
"""All figures that do not depend on the table of countries; `declarations` adds those of each country."""
KNOWN = {figure.id: figure for figure in (*BANDS, *AROUND, *_UNITED_STATES, *_OTHERS)}
"""All figures that are shown or spoken of by name, in order."""
_OF_KIND = {figure.id.partition(".")[0]: figure for figure in (KIN, *reversed(KNOWN.values()))}


def declaration_of(figure_id: str) -> Figure:
    """The declaration of a figure; of a figure of a country, and of one that is no longer, that of its kin."""
    return KNOWN.get(figure_id) or _OF_KIND[figure_id.partition(".")[0]]


def displays_of(figure_id: str) -> tuple[Display, ...]:
    """Where the page shows a figure."""
    return KNOWN[figure_id].displays if figure_id in KNOWN else ()


def declarations(con: Connection) -> dict[str, Figure]:
    """Every figure by id, gathered ones after those they gather. Reads core.countries and what there is to compare."""
    countries = query.read(con, "SELECT country, name, region, continent FROM core.countries ORDER BY country")
    bands = (offer_nearest(figure, countries) for figure in BANDS)
    of_countries = (figure for row in countries for figure in country_figures(**row))
    return {figure.id: figure for figure in (*bands, *AROUND, *of_countries, *declare_compared(con), *_OTHERS)}
