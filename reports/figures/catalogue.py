"""Every figure of the guide and of the page, declared once.

A measured figure has a ladder of rungs, each a SELECT over one basis (`compute` climbs it). A cited figure is a claim
of somebody else, with source, date and the day it must be looked at again (`claims`). A gathered figure is a table of
the figures whose ids begin alike. What the page shows, and where, follows from `displays`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from reports.figures import query, verdicts
from reports.figures.claims import Claim, load_claims
from reports.figures.query import Connection, Sql
from reports.figures.verdicts import Verdict
from reports.wording import closings, disclosure, frame, levels, pay, shares
from reports.wording.numbers import REGION_NAMES, Rows, category_name, region_name
from reports.wording.renderer import Renderer
from transforms.records.vocabulary import (
    AI_JOBS,
    CELL_GROUPS,
    DEGREES,
    LAW_CLASSES,
    LEVEL_GROUPS,
    ROLE_GROUPS,
    SKILL_CATEGORIES,
    STOCK,
    YEARS_BANDS,
)
from warehouse.mart_tables import BONUS, CLOSINGS_WINDOW, GROUPS_OF_DISCLOSURE
from warehouse.marts.measures import MEASURES, NOT_ASKED, YES
from warehouse.marts.printing import MAX_SHARE_WIDTH
from warehouse.schema import ALL_DAYS

REGIONS = (
    "Northern America", "South America", "Central America", "Caribbean",
    "Northern Europe", "Western Europe", "Southern Europe", "Eastern Europe",
    "Western Asia", "Central Asia", "Southern Asia", "Eastern Asia", "South-eastern Asia",
    "Australia and New Zealand", "Melanesia", "Micronesia", "Polynesia",
    "Northern Africa", "Western Africa", "Middle Africa", "Eastern Africa", "Southern Africa",
)  # fmt: skip
"""UN M49 intermediate regions, else sub-regions."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """How figures that differ in one parameter are read together.

    With `parameters` in place of a figure's own, its SELECT gives the rows of all of them. Those of a figure have in
    `column` what the figure has as its `parameter`. Each figure's SELECT alone gives the same rows and takes as long.
    """

    parameters: Mapping[str, object]
    column: str
    parameter: str


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """One step of a ladder: a SELECT over one basis, and the SELECT of the adverts behind it, by their files' names."""

    name: str
    basis: str
    sql: str
    behind: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    batch: Batch | None = None


@dataclass(frozen=True, kw_only=True)
class Display:
    """Where the page shows a figure, and how. `section` is the id of one of `site.sections.SECTIONS`.

    `chart` is the kind of chart (`site.charts.CHARTS`), `chart_title` what it says it shows. `is_folded` keeps the
    table closed until a reader opens it, where the chart says nearly as much; `is_narrow` sets figures side by side.
    """

    section: str
    heading: str = ""
    chart: str | None = None
    chart_title: str = ""
    is_folded: bool = False
    is_narrow: bool = False


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of the guide: it has rungs (measured), a claim (cited), gathers others under a prefix, or is retired.

    Or it is an id that guides may still name, and gives what another figure does: `alias_of`, which comes before it.
    `renderer` puts its rows into words. `counts` are the cells of its SELECT of adverts that count, if not all do.
    `level` is its group of levels of pay (`LEVEL_GROUPS`), `place` the name of its region or country, behind the title
    where its rows name none (`entitle`). `baseline` is what the 2026 guide said, `baseline_values` the same as numbers
    by column, where it gave any. `retired` is why it is printed no more: its id stays, and is withheld.
    """

    id: str
    title: str
    unit: str
    renderer: Renderer
    rungs: tuple[Fallback, ...] = ()
    judge: Callable[[Rows], Verdict] = verdicts.judge_cell
    parameters: Mapping[str, object] = field(default_factory=dict)
    counts: tuple[tuple[str, ...], ...] = ()
    level: str | None = None
    place: str = ""
    baseline: str | None = None
    baseline_values: Mapping[str, float] = field(default_factory=dict)
    claim: Claim | None = None
    gathers: str | None = None
    retired: str | None = None
    alias_of: str | None = None
    displays: tuple[Display, ...] = ()

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The cells of its SELECT of adverts that count: for pay region level, region and level; () stands for all."""
        if self.level is None:
            return self.counts
        place = (str(self.parameters["region_level"]), str(self.parameters["region"]))
        return tuple((*place, level) for level in LEVEL_GROUPS[self.level] or ())

    def entitle(self, rows: Rows = ()) -> str:
        """Its title with the place that these rows are headed by."""
        return f"{self.title}, {pay.name_place(rows, self.place)}" if self.place else self.title

    @property
    def kind(self) -> str:
        """measured or cited."""
        return "measured" if self.claim is None else "cited"


def slug(name: str) -> str:
    """A name as part of an id: "South-eastern Asia" is south_eastern_asia."""
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


# --- pay ------------------------------------------------------------------------------------------------


def _pay_rung(name: str, basis: str, behind: str) -> Fallback:
    all_regions = Batch(parameters={"region": Sql("region")}, column="region", parameter="region")
    return Fallback(name=name, basis=basis, sql="band", behind=behind, batch=all_regions)


ADVERTISED, FOLLOWED = "open adverts", "adverts followed"
"""Rungs of what we read ourselves. A rung of which the definition changes takes another name, since values of earlier
days are kept by it."""
PAY_LADDER = (
    _pay_rung(ADVERTISED, "advertised", "behind_pay"),
    _pay_rung("third-party adverts", "advertised_third_party", "behind_pairs"),
    _pay_rung("reported", "reported", "behind_reports"),
)
WORDS_OF_RUNG = {
    ADVERTISED: None,
    FOLLOWED: None,
    "third-party adverts": "adverts collected by a third party, employers unknown",
    "reported": "earnings that people report in surveys",
}
"""What is said of a value that does not come from the first rung."""
CARRIED = "last accepted value"
"""The rung of a figure that could not be computed anew."""
WITHHELD = "withheld"
BASELINE_PAY: dict[str, tuple[str, dict[str, float]]] = {
    "Northern America": (
        "USD 8.1K–12.9K per month in North America (no source named)",
        {"band_low": 12 * 8_100, "band_high": 12 * 12_900},
    ),
    "South America": (
        "USD 3.8K–7.9K per month (no source named)",
        {"band_low": 12 * 3_800, "band_high": 12 * 7_900},
    ),
    "US": (
        "USD 103,407 per year (no source named; country not stated, probably the US)",
        {"p50": 103_407},
    ),
}
"""Pay in the 2026 guide by region or country: its words, and its amounts in USD per year by column."""
COMPARED = Display(section="compared")
BAND_LEVEL, ENTRY_LEVEL = "mid_senior", "entry"
"""Levels of pay of the bands by region and of entry pay by country."""


def _pay_figure(kind: str, level: str, region_level: str, region: str, place: str) -> Figure:
    """Pay of one level in one region or country; `kind` is band (by month) or entry (by year)."""
    words, values = BASELINE_PAY.get(region, (None, {}))
    return Figure(
        id=f"band.{slug(region)}.{level}" if kind == "band" else f"entry.{region.lower()}",
        title=f"{levels.compound(level)} AI engineering pay",
        unit="USD per month" if kind == "band" else "USD per year",
        renderer=pay.BAND if kind == "band" else pay.ENTRY,
        rungs=PAY_LADDER,
        parameters={"region_level": region_level, "region": region, "seniority_group": level},
        level=level,
        place=place,
        baseline=words,
        baseline_values=values,
        displays=(Display(section="summary", heading=levels.capitalise(level)), COMPARED) if words else (),
    )


def entry_figure(country: str, name: str) -> Figure:
    """Entry pay of one country (ISO 3166-1 alpha-2 and English name)."""
    return _pay_figure("entry", ENTRY_LEVEL, "country", country, name)


BANDS = tuple(_pay_figure("band", BAND_LEVEL, "region", region, region_name(region)) for region in REGIONS)
BONUSES = tuple(
    Figure(
        id=f"bonus.{slug(region)}",
        title="Yearly bonus, where an advert puts a sum on it",
        unit="USD per year",
        renderer=pay.BONUS,
        rungs=(_pay_rung(ADVERTISED, BONUS, "behind_bonus"),),
        parameters={"region_level": "region", "region": region, "seniority_group": "all"},
        counts=(("region", region, "all"),),
        place=region_name(region),
        baseline="about USD 32,000 per year of additional pay of all kinds (no source named)",
        displays=(COMPARED,),
    )
    for region in ("Northern America", "South America")
)
"""Bonuses of the regions that the guide speaks of by name."""
RETIRED = (
    Figure(
        id="additional.bonus",
        title="Yearly bonus, where an advert puts a sum on it, wherever the job is",
        unit="USD per year",
        renderer=pay.BONUS,
        retired="no figure of pay is of the whole world: what was read of it is mostly one country's; see "
        "bonus.northern_america and bonus.south_america",
    ),
)
GATHERED = (
    Figure(
        id="bands.regions",
        title=f"{levels.compound(BAND_LEVEL)} AI engineering pay by region",
        unit="USD per month",
        renderer=pay.bands(BAND_LEVEL),
        level=BAND_LEVEL,
        gathers="band.",
        displays=(
            Display(
                section="pay",
                heading=f"{levels.capitalise(BAND_LEVEL)}, by region",
                chart="bands",
                chart_title=f"What AI engineering adverts offer by region, {levels.level_phrase(BAND_LEVEL)}, "
                "US dollars per month",
            ),
        ),
    ),
    Figure(
        id="entries.countries",
        title=f"{levels.compound(ENTRY_LEVEL)} AI engineering pay by country",
        unit="USD per year",
        renderer=pay.entries(ENTRY_LEVEL),
        level=ENTRY_LEVEL,
        gathers="entry.",
        displays=(Display(section="pay", heading=f"{levels.capitalise(ENTRY_LEVEL)}, by country"),),
    ),
)

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
    chart_title = f"{heading}: share of the AI engineering adverts we read that ask for each skill"
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
            title=f"AI engineering adverts we read that ask for {word}",
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
        unit="share of adverts with pay",
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


def _disclosed(sql: str, behind: str, **parameters: object) -> tuple[Fallback, ...]:
    """A ladder of one rung over mart.pay_disclosure."""
    given = {"names": disclosure.PLACE_NAMES, "words": disclosure.LAW_WORDS, **parameters}
    return (Fallback(name=ADVERTISED, basis="postings", sql=sql, behind=behind, parameters=given),)


def _places_figure(name: str, group: str, words: str) -> Figure:
    """Which jobs of a role group state pay, by law and place."""
    title = f"{words} whose adverts state pay, by whether a law that has adverts state it is in force"
    return Figure(
        id=f"disclosure.{name}",
        title=title,
        unit="share of jobs with a full advert",
        renderer=disclosure.PLACES,
        rungs=_disclosed(
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
        rungs=_disclosed(
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
        rungs=_disclosed(
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
FIGURES = (*BANDS, *GATHERED, *BONUSES, *RETIRED, *LADDERS, *DISCLOSURES, *SKILLS, *SHARES, *WHERE_AND_HOW, *CLAIMS)
"""All figures that do not depend on the table of countries; `declarations` adds entry pay, one per country."""
KNOWN = {figure.id: figure for figure in (*BANDS, entry_figure("US", "United States"), *FIGURES[len(BANDS) :])}
"""All figures that are shown or spoken of by name, in order."""
_OF_KIND = {figure.id.partition(".")[0]: figure for figure in reversed(KNOWN.values())}


def declaration_of(figure_id: str) -> Figure:
    """The declaration of a figure; of entry pay in a country, and of a figure that is no longer, that of its kin."""
    return KNOWN.get(figure_id) or _OF_KIND[figure_id.partition(".")[0]]


def displays_of(figure_id: str) -> tuple[Display, ...]:
    """Where the page shows a figure."""
    return KNOWN[figure_id].displays if figure_id in KNOWN else ()


def declarations(con: Connection) -> dict[str, Figure]:
    """Every figure by id, gathered ones after those they gather. Reads core.countries."""
    countries = query.read(con, "SELECT country, name FROM core.countries ORDER BY country")
    entries = [entry_figure(row["country"], row["name"]) for row in countries]
    return {figure.id: figure for figure in (*BANDS, *entries, *FIGURES[len(BANDS) :])}
