"""Every table, declared once.

A table is a frozen dataclass whose fields are annotated with a `Column`. DDL, CHECKs, comments, the
Great Expectations suite, the Parquet schema and DICTIONARY.md are all read from here (see `schema.py`
and `quality.py`). This module imports only the standard library, so that the readers in `transforms/`
and the refine workers can use the same classes as values.

Names: `_on` is a date, `_at` a UTC time, `_text` what the source wrote, `is_` a truth value. NULL means
"not stated"; it is never replaced by zero or by a default.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar, dataclass_transform

# --- vocabulary ------------------------------------------------------------------------------------

KINDS = ("employer board", "aggregator", "forum", "survey", "statistics", "rates")
POSTING_KINDS = ("employer board", "aggregator", "forum")
BASES = ("advertised", "advertised_third_party", "reported", "filed", "official")
WORKPLACES = ("onsite", "hybrid", "remote")
EMPLOYMENT_TYPES = ("FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER")
SENIORITIES = ("intern", "junior", "mid", "senior", "staff", "manager", "executive", "unstated")
AI_LABELS = ("builds_ai", "uses_ai", "mentions_ai", "none")
TEXT_STATES = ("full", "snippet", "none")
PERIODS = ("hour", "day", "week", "month", "year")
READINGS = ("stated", "parsed", "inferred")
COMPONENTS = (
    *("base", "bonus", "commission", "equity", "equity_percent"),
    *("on_target_earnings", "total_compensation", "other"),
)
PAY_FLAGS = (
    "high_over_4x_low",
    "implausible_low",
    "implausible_high",
    "low_above_high",
    "on_target_earnings",
    "period_contradicted",
    "predicted",
    "total_compensation",
)
USD_REASONS = ("no_currency", "no_rate")
PAY_MARKETS = ("local", "cross_border")
REQUIREMENTS = ("required", "preferred", "mentioned")
READERS = ("pay", "place", "role", "seniority", "requirement", "ai_label", "skill")
DEGREES = ("none", "associate", "bachelor", "master", "doctorate")
REGION_LEVELS = ("world", "continent", "region", "country")
SENIORITY_GROUPS = ("entry", "mid_senior", "mid_senior_stated", "mid", "senior", "staff", "unstated", "all")
CELL_STATES = ("published", "low", "suppressed")
SHARE_DOUBTS = ("few_employers", "one_employer", "few_effective", "wide", "wide_for_share")
SKILL_KINDS = ("technology", "concept")
SKILL_CATEGORIES = (
    "Programming Languages",
    "Machine Learning and Deep Learning",
    "Mathematics and Statistics",
    "Big Data and Cloud",
    "MLOps and Deployment",
    "AI Ethics and Explainability",
    "Generative AI and Agents",
    "Software Engineering and Tools",
)
ROLE_GROUPS = {
    "ai_engineering": (
        "ai_engineer",
        "generative_ai_engineer",
        "prompt_engineer",
        "machine_learning_engineer",
        "mlops_engineer",
        "computer_vision_engineer",
        "nlp_speech_engineer",
        "robotics_engineer",
        "intelligent_systems_engineer",
        "ai_architect",
        "ai_security",
    ),
    "ai_science": ("ai_researcher", "data_scientist"),
    "ai_other": ("ai_product_manager", "ai_governance", "ai_solutions", "ai_leadership"),
    "data": ("data_engineer", "data_analyst"),
    "ai_data_trainer": ("ai_data_trainer",),
    "other_engineering": ("software_engineer",),
    "other": ("other",),
}
ROLES = tuple(role for roles in ROLE_GROUPS.values() for role in roles)
GROUP_OF_ROLE = {role: group for group, roles in ROLE_GROUPS.items() for role in roles}
AI_CORE = ("ai_engineering", "ai_science")  # "ai_core" in the marts is these two together
AI_GROUPS = (*AI_CORE, "ai_other")
"""Groups of roles whose adverts are AI adverts; those of any other role are when they build AI."""

JOB_RULES = ("same text", "similar text", "same facts")

COUNTRY_CODE = "[A-Z]{2}"
CURRENCY_CODE = "[A-Z]{3}"
HEX_32 = "[0-9a-f]{32}"


# --- how a table is declared ------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """What is known of a column beyond its Python type.

    `values` closes the vocabulary, `low`/`high` bound a number, `pattern` is a whole-match regular
    expression, `references` names the "table.column" whose values it takes. A column is nullable when its
    type says `| None`.
    """

    doc: str
    key: bool = False
    unit: str | None = None
    values: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None
    pattern: str | None = None
    references: str | None = None


@dataclass(frozen=True)
class Field:
    """A column as read back from a table class: its name, element type and whether it may be NULL.

    `type` is one of str, int, float, bool, date, datetime or, for a nested list of structs, the struct's
    class; `is_list` says whether the column holds a list of it.
    """

    name: str
    type: type
    nullable: bool
    is_list: bool
    column: Column


@dataclass(frozen=True)
class Table:
    """A table's name ("schema.name"), meaning, and checks over more than one column (SQL)."""

    name: str
    doc: str
    checks: tuple[str, ...] = ()


T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def table(name: str, doc: str, *checks: str) -> Callable[[type[T]], type[T]]:
    """Make a class a table: a frozen, keyword-only dataclass that carries its `Table` as `TABLE`."""

    def declare(cls: type[T]) -> type[T]:
        made = struct(cls)
        made.TABLE = Table(name, doc, checks)  # type: ignore[attr-defined]  # a class constant
        return made

    return declare


@dataclass_transform(kw_only_default=True, frozen_default=True)
def struct(cls: type[T]) -> type[T]:
    """Make a class a value that stands inside a nested list, or a base for tables: frozen and keyword-only.

    Frozen for the type checker alone: an `__init__` that freezes takes three times as long, and adverts have dozens.
    """
    return dataclass(kw_only=True, unsafe_hash=True)(cls)


def fields_of(cls: type) -> tuple[Field, ...]:
    """The columns of a table or struct class, keys first, otherwise in order of declaration."""
    if "_FIELDS" not in cls.__dict__:
        hints = typing.get_type_hints(cls, include_extras=True)
        read = [_field(f.name, hints[f.name]) for f in dataclasses.fields(cls)]
        cls._FIELDS = tuple(sorted(read, key=lambda f: not f.column.key))  # type: ignore[attr-defined]
    fields: tuple[Field, ...] = cls._FIELDS  # type: ignore[attr-defined]
    return fields


def _field(name: str, hint: Any) -> Field:
    column = next(m for m in hint.__metadata__ if isinstance(m, Column))
    kind = hint.__origin__
    nullable = False
    if isinstance(kind, types.UnionType):
        nullable = True
        kind = next(a for a in typing.get_args(kind) if a is not types.NoneType)
    is_list = typing.get_origin(kind) is tuple
    if is_list:
        kind = typing.get_args(kind)[0]
    return Field(name, kind, nullable, is_list, column)


def table_of(cls: type) -> Table:
    """The declaration of a table class."""
    declared: Table = cls.TABLE  # type: ignore[attr-defined]
    return declared


def all_tables() -> Iterator[type]:
    """Every table class of this module, in order of declaration."""
    for value in list(globals().values()):
        if isinstance(value, type) and "TABLE" in value.__dict__:
            yield value


# --- values read from one posting -------------------------------------------------------------------


@struct
class Place:
    """One place of a posting. `country` may be known where the city is not, never the other way round."""

    place_text: Annotated[str | None, Column("The words the place was read from")]
    country: Annotated[str | None, Column("Country, ISO 3166-1 alpha-2", pattern=COUNTRY_CODE)] = None
    subdivision: Annotated[str | None, Column("First-level subdivision, ISO 3166-2 code where known (US-CA)")] = None
    city: Annotated[str | None, Column("City as GeoNames calls it; as written where GeoNames lacks it")] = None
    region: Annotated[str | None, Column("UN M49 intermediate region, else sub-region")] = None
    continent: Annotated[str | None, Column("UN M49 region")] = None
    reading: Annotated[
        str, Column("stated: structured address; parsed: gazetteer; inferred: by a rule", values=READINGS)
    ] = "parsed"


@struct
class Pay:
    """One component of pay for one place and level. Amounts are in `currency` per `period`, as stated."""

    component: Annotated[str, Column("What is paid", values=COMPONENTS)] = "base"
    pay_text: Annotated[str | None, Column("The words or structured value it was read from")] = None
    low: Annotated[float | None, Column("Lower end; NULL for 'up to'", low=0)] = None
    high: Annotated[float | None, Column("Upper end; NULL for 'from'", low=0)] = None
    currency: Annotated[str | None, Column("ISO 4217 code", pattern=CURRENCY_CODE)] = None
    period: Annotated[str | None, Column("Period the amounts are for", values=PERIODS)] = None
    period_reading: Annotated[str | None, Column("How the period is known", values=READINGS)] = None
    tax: Annotated[str | None, Column("gross or net, where said", values=("gross", "net"))] = None
    months: Annotated[int | None, Column("Salaries a year, where said (12, 13, 14)", low=12, high=16)] = None
    reading: Annotated[str, Column("stated: structured field; parsed: prose; inferred", values=READINGS)] = "parsed"
    place_text: Annotated[str | None, Column("Place the amount is tied to, as written")] = None
    country: Annotated[str | None, Column("Country it is tied to", pattern=COUNTRY_CODE)] = None
    level_text: Annotated[str | None, Column("Level or tier it is tied to, as written")] = None
    annual_low: Annotated[float | None, Column("`low` for a year of full-time work, in `currency`", low=0)] = None
    annual_high: Annotated[float | None, Column("`high` for a year of full-time work, in `currency`", low=0)] = None
    flag: Annotated[str | None, Column("Why it may not enter a band", values=PAY_FLAGS)] = None
    is_headline: Annotated[bool, Column("The posting's own pay: what core.postings shows")] = False
    is_headline_in_country: Annotated[
        bool, Column("The posting's own pay in `country`, of all base pay tied to that country: what counts there")
    ] = False
    start: Annotated[int | None, Column("Offset of the first character in the text; NULL if structured", low=0)] = None
    end: Annotated[int | None, Column("Offset after the last character", low=0)] = None


@struct
class SkillAsked:
    """One skill found in a posting's text, at its strongest requirement."""

    skill: Annotated[str, Column("Name in the taxonomy", references="core.skills.skill")]
    requirement: Annotated[str, Column("How it is asked for", values=REQUIREMENTS)]
    start: Annotated[int, Column("Offset of the first character of the evidence in the text", low=0)]
    end: Annotated[int, Column("Offset after its last character", low=0)]


@struct
class Span:
    """Where a value of the posting was read, and by which rule."""

    field: Annotated[str, Column("Column the value stands in")]
    part: Annotated[str, Column("Part of the advert", values=("title", "text", "location", "structured"))]
    start: Annotated[int | None, Column("Offset of the first character in that part", low=0)]
    end: Annotated[int | None, Column("Offset after the last character", low=0)]
    rule: Annotated[str, Column("Name of the rule that read it")]
    reading: Annotated[str, Column("How it is known", values=READINGS)]


@struct
class Issue:
    """A value that was not taken: which, what it was, and the rule it broke."""

    column_name: Annotated[str, Column("Column the value was meant for, or 'record'/'response' for all of it")]
    value: Annotated[str, Column("The value, cut to 200 characters")]
    rule: Annotated[str, Column("What was expected, in words, with the remedy where there is one")]
    is_deliberate: Annotated[bool, Column("Whole, but left out by a rule of ours (unlisted, a prospect post)")] = False


@struct
class Advert:
    """What one posting says, as read from one response: shared by refined files and core.postings."""

    posting_id: Annotated[str, Column("source:native id", key=True)]
    source: Annotated[str, Column("Source it was read at", references="core.sources.source")]
    board: Annotated[str | None, Column("Board (the employer's token on a platform) the values were read from")]
    url: Annotated[str | None, Column("Page of the advert")]
    title: Annotated[str, Column("Job title as written, white space folded", pattern=r".*\S.*")]
    employer: Annotated[str | None, Column("Hiring organisation as the source names it")]
    department: Annotated[str | None, Column("Department or team as written, the narrower where the source names both")]
    requisition_id: Annotated[
        str | None, Column("The employer's own number of the opening, as written; NULL: none, or a word in its place")
    ]
    location_text: Annotated[str | None, Column("Location as written")]
    country: Annotated[str | None, Column("Country when all places agree", pattern=COUNTRY_CODE)]
    subdivision: Annotated[str | None, Column("Subdivision when all places agree")]
    city: Annotated[str | None, Column("City when there is one place only")]
    region: Annotated[str | None, Column("UN M49 region when all places agree")]
    continent: Annotated[str | None, Column("UN M49 continent when all places agree")]
    workplace: Annotated[str | None, Column("Where the work is done", values=WORKPLACES)]
    remote_scope: Annotated[
        tuple[str, ...] | None,
        Column(
            "Where remote work may be done: ISO country codes, or EU, EEA, EUROPE, EMEA, MENA, AFRICA, ASIA, APAC, "
            "LATAM, SOUTH_AMERICA, AMERICAS, WORLD"
        ),
    ]
    employment_type: Annotated[str | None, Column("schema.org employmentType", values=EMPLOYMENT_TYPES)]
    posted_on: Annotated[date | None, Column("Day of publication, when the source states it")]
    valid_through: Annotated[date | None, Column("Last day of the advert, when the source states it")]
    role: Annotated[str, Column("Role read from the title", values=ROLES, references="core.roles.role")]
    role_group: Annotated[str, Column("Group of the role", values=tuple(ROLE_GROUPS))]
    seniority: Annotated[str, Column("Level: the title's word, else inferred from years", values=SENIORITIES)]
    seniority_inferred: Annotated[bool, Column("The level was inferred from the years of experience")]
    years_min: Annotated[float | None, Column("Least years of experience asked for", unit="years", low=0, high=40)]
    degree_min: Annotated[str | None, Column("Lowest accepted degree", values=DEGREES)]
    ai_label: Annotated[str | None, Column("What the job does with AI; NULL without text", values=AI_LABELS)]
    language: Annotated[str | None, Column("Language of the text, ISO 639-1", pattern="[a-z]{2}")]
    text_state: Annotated[str, Column("How much of the text was read", values=TEXT_STATES)]
    text_hash: Annotated[str | None, Column("SHA-256 of the normalised text, its first 32 hex digits", pattern=HEX_32)]
    pay_text: Annotated[str | None, Column("Pay as written")]
    pay_low: Annotated[
        float | None,
        Column(
            "Lower end of base pay (pay_flag says where it is more than base pay) per `period`", unit="currency", low=0
        ),
    ]
    pay_high: Annotated[
        float | None,
        Column(
            "Upper end of base pay (pay_flag says where it is more than base pay) per `period`", unit="currency", low=0
        ),
    ]
    currency: Annotated[str | None, Column("ISO 4217 code of the pay", pattern=CURRENCY_CODE)]
    period: Annotated[str | None, Column("Period of the pay", values=PERIODS)]
    pay_source: Annotated[str | None, Column("How the pay is known", values=READINGS)]
    pay_tax: Annotated[str | None, Column("gross or net, where said", values=("gross", "net"))]
    pay_flag: Annotated[str | None, Column("Why the pay may not enter a band", values=PAY_FLAGS)]
    annual_low: Annotated[float | None, Column("Lower end for a full-time year", unit="currency per year", low=0)]
    annual_high: Annotated[float | None, Column("Upper end for a full-time year", unit="currency per year", low=0)]
    pay_country: Annotated[
        str | None, Column("Country the pay counts in, or `several`, or `remote`; NULL when the place is unknown")
    ]
    pay_region: Annotated[str | None, Column("UN M49 region the pay counts in, or `several`, or `remote`")]
    pay_continent: Annotated[str | None, Column("UN M49 continent the pay counts in, or `several`, or `remote`")]
    pay_market: Annotated[str | None, Column("Paid in the country's own money or from abroad", values=PAY_MARKETS)]


_PAY_CHECKS = (
    "pay_low <= pay_high",
    "annual_low <= annual_high",
    "(pay_low IS NULL AND pay_high IS NULL) OR pay_source IS NOT NULL",
)


@table(
    "refined.postings",
    "One posting in one response, as the refine step writes it (Parquet, never published: it holds the text).",
    *_PAY_CHECKS,
)
class Posting(Advert):
    """A finished posting. Made in one place only: `transforms.posting.posting`."""

    text: Annotated[str | None, Column("Advert text, mail addresses and telephone numbers masked")]
    places: Annotated[tuple[Place, ...], Column("All places")]
    pay: Annotated[tuple[Pay, ...], Column("All pay found, the headline first")]
    skills: Annotated[tuple[SkillAsked, ...], Column("Skills found in the text")]
    spans: Annotated[tuple[Span, ...], Column("Where the values were read")]
    issues: Annotated[tuple[Issue, ...], Column("Values that were not taken")]
    said_hash: Annotated[str | None, Column("Digest of the source's own words; adverts with the same are read once")]


# --- core: postings ---------------------------------------------------------------------------------


@struct
class InDollars:
    """Yearly pay in US dollars by the last rate on or before the day of the advert, and that rate."""

    annual_low_usd: Annotated[float | None, Column("`annual_low` in US dollars", unit="USD per year", low=0)] = None
    annual_high_usd: Annotated[float | None, Column("`annual_high` in US dollars", unit="USD per year", low=0)] = None
    fx_rate: Annotated[float | None, Column("US dollars for one unit of `currency`", low=0)] = None
    fx_on: Annotated[date | None, Column("Day of the rate")] = None
    fx_source: Annotated[str | None, Column("Source of the rate")] = None
    usd_reason: Annotated[str | None, Column("Why there are no dollars", values=USD_REASONS)] = None


@struct
class Version:
    """When a posting said what a row holds, and where that was read first."""

    version_from: Annotated[datetime, Column("First time this content was read (UTC, WARC-Date)")]
    content_hash: Annotated[
        str,
        Column("Digest of all that the advert says but its board; another digest is another version", pattern=HEX_32),
    ]
    warc: Annotated[str, Column("Archive file the values were read from, relative to the archive")]
    record: Annotated[int, Column("Number of the response record in that file, from 0", low=0)]


@table(
    "core.postings",
    "One advert at one source, with the values of its newest version.",
    *_PAY_CHECKS,
    "first_seen_at <= last_seen_at",
    "first_seen_at <= version_from",
    "version_from <= last_seen_at",
)
class Postings(InDollars, Version, Advert):
    """The table analysts start from. Statistics count `job_id`, not rows."""

    employer_id: Annotated[
        str | None,
        Column(
            "Who hires (`employer` as resolved); NULL: the advert names nobody", references="core.employers.employer_id"
        ),
    ] = None
    job_id: Annotated[str, Column("The vacancy: the earliest of its postings. core.job_links says why they are one")]
    first_seen_at: Annotated[datetime, Column("First time it was observed (UTC, WARC-Date)")]
    last_seen_at: Annotated[datetime, Column("Last time it was observed (UTC, WARC-Date)")]
    closed_on: Annotated[
        date | None, Column("Day from which no board lists it any more; NULL: listed, or not known to be gone")
    ]
    reopened_on: Annotated[date | None, Column("Day it was last listed again after it had been closed or had expired")]


@table(
    "core.superseded_versions",
    "What postings said before they were edited; core.posting_versions adds what they say now.",
    "version_from < version_to",
)
class SupersededVersions(InDollars, Version, Advert):
    """An answer with less text (a list beside the single posting) is no new version while the title stays."""

    version_from: Annotated[datetime, Column("First time this content was read (UTC, WARC-Date)", key=True)]
    version_to: Annotated[datetime, Column("First time another content was read (UTC)")]


@table(
    "core.job_links",
    "Pairs of postings that were found to be one job, and why; `jobmarket why` shows those of a posting.",
    "left_posting_id <> right_posting_id",
)
class JobLinks:
    """Rules and scores: `transforms.employers.dedup`. Many alike form a star: not every pair of a job has one."""

    left_posting_id: Annotated[
        str, Column("The posting that was seen first", key=True, references="core.postings.posting_id")
    ]
    right_posting_id: Annotated[str, Column("The other one", key=True, references="core.postings.posting_id")]
    rule: Annotated[str, Column("What the two share beside employer and title", values=JOB_RULES)]
    score: Annotated[float, Column("Share of the text that agrees, or of the facts", low=0, high=1)]
    linked_at: Annotated[datetime, Column("When both said what links them (UTC)")]
    is_followed: Annotated[
        bool,
        Column("The two are one job; otherwise it would hold two requisitions or departments, or two different texts"),
    ]


@table("core.job_merges", "Jobs that turned out to be another one after both had an id.")
class JobMerges:
    """From `merged_at` on the postings of `from_job_id` bear `into_job_id`; the link says why."""

    from_job_id: Annotated[str, Column("Id that is used no more", key=True)]
    into_job_id: Annotated[str, Column("Id that took its place; it may have been merged in turn later")]
    merged_at: Annotated[datetime, Column("When the link was known (UTC)")]
    left_posting_id: Annotated[str, Column("Posting of the link seen first", references="core.postings.posting_id")]
    right_posting_id: Annotated[str, Column("The other posting", references="core.postings.posting_id")]
    rule: Annotated[str, Column("Rule of the link", values=JOB_RULES)]
    score: Annotated[float, Column("Score of the link", low=0, high=1)]


@table("core.superseded_job_ids", "Jobs that postings counted under until two jobs were found to be one.")
class SupersededJobIds:
    """What `core.job_merges` changed, posting by posting: the id of a day is the first one superseded after it."""

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    superseded_at: Annotated[datetime, Column("When the merge was known (UTC)", key=True)]
    job_id: Annotated[str, Column("Job it counted under until then", references="core.postings.posting_id")]


@table(
    "core.posting_boards",
    "From when to when a board listed a posting: one row per interval.",
    "first_seen_at <= last_seen_at",
    "last_seen_at < closed_at",
    "(closed_at IS NULL) = (closed_by IS NULL)",
)
class PostingBoards:
    """A posting is open while any of its boards lists it.

    The closing lies between `last_seen_at` and `closed_at`. An interval that is not closed may have expired: the
    posting was not seen again for as long as its source declares (see core.posting_intervals).
    """

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    board: Annotated[str, Column("Board; where a source has none, the source", key=True)]
    first_seen_at: Annotated[datetime, Column("First time it was observed there in this interval (UTC)", key=True)]
    last_seen_at: Annotated[datetime, Column("Last time it was observed there in this interval (UTC)")]
    closed_at: Annotated[datetime | None, Column("First time after that the posting was known to be gone (UTC)")]
    closed_by: Annotated[
        str | None,
        Column(
            "list: a complete answer of the board lacked it; not_found: its own address answered 404 or 410",
            values=("list", "not_found"),
        ),
    ]


@table("core.posting_places", "All places of each posting.")
class PostingPlaces(Place):
    """One row per place; `position` is the order in which the source gives them."""

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    position: Annotated[int, Column("Order in the advert, from 0", key=True, low=0)]


@table("core.posting_pay", "All pay of each posting: one row per component, place and level.", "low <= high")
class PostingPay(InDollars, Pay):
    """Pay zones of one advert are alternatives: never add them up."""

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    position: Annotated[int, Column("Order, from 0", key=True, low=0)]


@table("core.posting_skills", "Skills each posting with text asks for or mentions.")
class PostingSkills(SkillAsked):
    """`start` and `end` point into the stored text, see the `adverts` view of `jobmarket sql`."""

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    skill: Annotated[str, Column("Name in the taxonomy", key=True, references="core.skills.skill")]


# --- core: pay reports, official wages, rates ---------------------------------------------------------


@struct
class Sourced:
    """Provenance every row that is not a posting carries."""

    source: Annotated[str, Column("Source it was read at", key=True, references="core.sources.source")]


@struct
class Recorded:
    """Provenance added by refine: the archived response a row came from."""

    warc: Annotated[str, Column("Archive file, relative to the archive")]
    record: Annotated[int, Column("Number of the response record in that file, from 0", low=0)]


@struct
class PayReport(Sourced):
    """One row of a salary survey or of a collection of salary pairs, as stated."""

    snapshot_on: Annotated[date, Column("Day of the snapshot", key=True)]
    row: Annotated[int, Column("Row in the snapshot, from 1", key=True, low=1)]
    basis: Annotated[str, Column("Kind of pay figure", values=BASES)]
    pair_row: Annotated[int, Column("First row of the low/high pair it belongs to; its own row when single", low=1)]
    year: Annotated[int, Column("Year of the pay", low=1990, high=2100)]
    title: Annotated[str, Column("Job title as written")]
    role: Annotated[str, Column("Role read from the title", values=ROLES, references="core.roles.role")]
    role_group: Annotated[str, Column("Group of the role", values=tuple(ROLE_GROUPS))]
    seniority: Annotated[str, Column("Level: the title's word, else as the source codes it", values=SENIORITIES)]
    employment_type: Annotated[str | None, Column("schema.org employmentType", values=EMPLOYMENT_TYPES)]
    pay: Annotated[float, Column("Annual pay", unit="currency per year", low=0)]
    currency: Annotated[str, Column("ISO 4217 code", pattern=CURRENCY_CODE)]
    pay_usd_stated: Annotated[float | None, Column("US dollars as the source converted them", unit="USD", low=0)]
    country: Annotated[str | None, Column("Country of the work or residence", pattern=COUNTRY_CODE)]
    employer_country: Annotated[str | None, Column("Country of the employer", pattern=COUNTRY_CODE)]
    region: Annotated[str | None, Column("UN M49 region of `country`")]
    continent: Annotated[str | None, Column("UN M49 continent of `country`")]
    remote_share: Annotated[float | None, Column("Share of remote work", unit="share", low=0, high=1)]
    employer_size: Annotated[str | None, Column("S, M or L as the source codes it", values=("S", "M", "L"))]
    employer: Annotated[str | None, Column("Employer, where filings name it")] = None
    pay_high: Annotated[float | None, Column("Upper end, where a range is filed", unit="currency per year", low=0)] = (
        None
    )
    case_id: Annotated[str | None, Column("The publisher's own number of the report or filing")] = None


@table("core.pay_reports", "Rows of salary surveys and pair collections; marts read the newest snapshot.")
class PayReports(PayReport, Recorded):
    """Never mixed with adverts: every row carries its basis."""


@struct
class OfficialWage(Sourced):
    """One occupation's wages in one area, published by a statistical office."""

    period_on: Annotated[date, Column("Reference month, as its first day", key=True)]
    area: Annotated[str, Column("Area code of the publisher (99 = United States)", key=True)]
    occupation: Annotated[str, Column("SOC 2018 code", key=True, pattern=r"\d{2}-\d{4}")]
    area_title: Annotated[str, Column("Name of the area")]
    country: Annotated[str, Column("Country", pattern=COUNTRY_CODE)]
    occupation_title: Annotated[str, Column("Name of the occupation")]
    currency: Annotated[str, Column("ISO 4217 code", pattern=CURRENCY_CODE)]
    employment: Annotated[float | None, Column("Employees", unit="persons", low=0)]
    employment_rse: Annotated[float | None, Column("Relative standard error of employment", unit="percent", low=0)]
    annual_mean: Annotated[float | None, Column("Mean", unit="currency per year", low=0)]
    mean_rse: Annotated[float | None, Column("Relative standard error of the mean", unit="percent", low=0)]
    annual_p10: Annotated[float | None, Column("10th percentile", unit="currency per year", low=0)]
    annual_p25: Annotated[float | None, Column("25th percentile", unit="currency per year", low=0)]
    annual_p50: Annotated[float | None, Column("Median", unit="currency per year", low=0)]
    annual_p75: Annotated[float | None, Column("75th percentile", unit="currency per year", low=0)]
    annual_p90: Annotated[float | None, Column("90th percentile", unit="currency per year", low=0)]
    top_coded: Annotated[tuple[str, ...], Column("Columns whose value is a lower bound ('#')")]


@table("core.official_wages", "Wages by occupation and area, as statistical offices publish them.")
class OfficialWages(OfficialWage, Recorded):
    """A value named in `top_coded` means 'at least'."""


@struct
class ExchangeRate(Sourced):
    """One quoted rate: `rate` units of `currency` for one unit of `base`."""

    rate_on: Annotated[date, Column("Day of the rate", key=True)]
    base: Annotated[str, Column("ISO 4217 code of the base", key=True, pattern=CURRENCY_CODE)]
    currency: Annotated[str, Column("ISO 4217 code quoted", key=True, pattern=CURRENCY_CODE)]
    rate: Annotated[float, Column("Units of `currency` for one unit of `base`", low=0)]


@table("core.exchange_rates", "Exchange rates as quoted; core.usd_rates turns them into dollars.")
class ExchangeRates(ExchangeRate, Recorded):
    """Kept as quoted, so that each figure can be followed to the quotation."""


@struct
class PriceLevel(Sourced):
    """One yearly value of a country's money: the official rate, or its purchasing power."""

    year: Annotated[int, Column("Year", key=True, low=1960, high=2100)]
    country: Annotated[str, Column("Country", key=True, pattern=COUNTRY_CODE)]
    indicator: Annotated[
        str,
        Column(
            "official_rate: units of the country's money for one US dollar, yearly average; "
            "ppp: units that buy what one US dollar buys in the United States",
            key=True,
            values=("official_rate", "ppp"),
        ),
    ]
    value: Annotated[float, Column("Units of the country's money", unit="currency per USD", low=0)]


@table("core.price_levels", "Yearly official rates and purchasing power, for comparison across countries.")
class PriceLevels(PriceLevel, Recorded):
    """Never used to turn pay into dollars: that takes the rate of the day."""


@struct
class OccupationSkill(Sourced):
    """A technology that an occupation uses, as a public classification of occupations lists it."""

    release: Annotated[str, Column("Release of the classification", key=True)]
    occupation: Annotated[str, Column("O*NET-SOC 2019 code", key=True, pattern=r"\d{2}-\d{4}\.\d{2}")]
    technology: Annotated[str, Column("Technology as listed", key=True)]
    commodity: Annotated[str | None, Column("UNSPSC commodity it belongs to")]
    is_hot: Annotated[bool, Column("Often named in employers' adverts of all occupations")]
    is_in_demand: Annotated[bool, Column("Often named in adverts of this occupation")]


@table("core.occupation_skills", "Technologies by occupation, as O*NET lists them: evidence beside our own counts.")
class OccupationSkills(OccupationSkill, Recorded):
    """Not measured by us."""


@struct
class AiPostingShare(Sourced):
    """The share of adverts that name AI in one country, as another publisher measures it."""

    measure: Annotated[str, Column("ai or generative_ai", key=True, values=("ai", "generative_ai"))]
    country: Annotated[str, Column("Country", key=True, pattern=COUNTRY_CODE)]
    day: Annotated[date, Column("Last day of the seven it averages", key=True)]
    share: Annotated[float, Column("Adverts that name it", unit="share", low=0, high=1)]


@table("core.ai_posting_shares", "Share of adverts that name AI, by Indeed Hiring Lab: a benchmark for our own.")
class AiPostingShares(AiPostingShare, Recorded):
    """History is restated by its publisher; the newest answer wins."""


# --- core: lookups ----------------------------------------------------------------------------------


@table("core.sources", "The sources: what they are, on which terms they are read.")
class Sources:
    """Written from each module's SOURCE."""

    source: Annotated[str, Column("Name of the module in extractors/", key=True)]
    title: Annotated[str, Column("Name for readers")]
    kind: Annotated[str, Column("Kind of source", values=KINDS)]
    publisher: Annotated[str, Column("Who publishes it")]
    homepage: Annotated[str, Column("Where it is described")]
    licence: Annotated[str, Column("Licence or terms in short")]
    terms_url: Annotated[str | None, Column("Where the terms stand; NULL: none found")]
    attribution: Annotated[str, Column("Words printed with figures made from it")]
    is_republishable: Annotated[bool, Column("Whether aggregates of it may stand in exports and site")]
    is_verified: Annotated[bool, Column("Whether the reader was checked against a real answer")]
    expires_after_days: Annotated[
        int | None,
        Column(
            "Days without being seen after which an advert without a stated end counts as expired (not as closed); "
            "NULL: it has no adverts",
            unit="days",
            low=1,
        ),
    ] = None


@table("core.countries", "Countries, their regions and money.")
class Countries:
    """ISO 3166-1 countries with UN M49 regions; Kosovo (XK) by our own rule."""

    country: Annotated[str, Column("ISO 3166-1 alpha-2", key=True, pattern=COUNTRY_CODE)]
    alpha3: Annotated[str, Column("ISO 3166-1 alpha-3", pattern="[A-Z]{3}")]
    name: Annotated[str, Column("English short name")]
    m49: Annotated[str | None, Column("UN M49 code", pattern=r"\d{3}")]
    region: Annotated[str | None, Column("UN M49 intermediate region, else sub-region")]
    continent: Annotated[str | None, Column("UN M49 region")]
    currencies: Annotated[tuple[str, ...], Column("Legal tender, ISO 4217 codes")]


@table("core.roles", "Roles: definition, group and nearest official occupations.")
class Roles:
    """From transforms/lookups/role/roles.csv."""

    role: Annotated[str, Column("Role", key=True)]
    role_group: Annotated[str, Column("Group", values=tuple(ROLE_GROUPS))]
    title: Annotated[str, Column("Name for readers")]
    definition: Annotated[str, Column("What the person mainly does")]
    soc_2018: Annotated[str | None, Column("Nearest SOC 2018 occupation", pattern=r"\d{2}-\d{4}")]
    isco_08: Annotated[str | None, Column("Nearest ISCO-08 unit group", pattern=r"\d{4}")]


@table("core.skills", "The skill taxonomy.")
class Skills:
    """From transforms/lookups/skills/skills.csv."""

    skill: Annotated[str, Column("Name", key=True)]
    category: Annotated[str, Column("Category of the guide", values=SKILL_CATEGORIES)]
    kind: Annotated[
        str,
        Column("technology: what has a maker or a specification; concept: a field, method or duty", values=SKILL_KINDS),
    ]
    aliases: Annotated[tuple[str, ...], Column("Other spellings")]
    case_rule: Annotated[str, Column("How letters must match", values=("any", "exact"))]
    evidence: Annotated[str, Column("Where the row comes from: a posting, an O*NET or ESCO id")]


@table("core.employers", "Who hires: one row per employer, resolved over all adverts and the boards we read.")
class Employers:
    """Adverts that share a name (case, accents, legal form apart), a board or a domain of the employer's are one's.

    Employers of boards.csv stand here without adverts too. `warehouse/load/employers.py` says what can change an id.
    """

    employer_id: Annotated[
        str,
        Column(
            "Key of a name: the smallest of boards.csv, else the one seen first; `key@source` where the name is too "
            "short to hold in other sources; without a name its domain or its board",
            key=True,
        ),
    ]
    employer: Annotated[str, Column("Name: as in boards.csv, else the most frequent spelling")]
    names: Annotated[tuple[str, ...], Column("All spellings")]
    domains: Annotated[tuple[str, ...], Column("Registrable domains of its own that adverts stand at")]
    boards: Annotated[tuple[str, ...], Column("Boards of its own that we read, source:board")]
    country: Annotated[str | None, Column("Country of the head office, where boards.csv has it", pattern=COUNTRY_CODE)]
    industry: Annotated[str | None, Column("ISIC section or the guide's industry, where boards.csv has it")]
    is_staffing_agency: Annotated[bool, Column("It hires for others, whom its adverts seldom name")]
    n_postings: Annotated[int, Column("Postings in core.postings, open or not", low=0)]


# --- marts ------------------------------------------------------------------------------------------


@struct
class Counted:
    """How sure a cell is."""

    n_jobs: Annotated[int, Column("Jobs (or pairs, persons, filings) in the cell", low=0)]
    n_employers: Annotated[int | None, Column("Employers in the cell; NULL where unknown", low=0)]
    n_effective: Annotated[
        float | None, Column("Kish's effective number of jobs once one employer weighs at most a tenth", low=0)
    ]
    status: Annotated[str, Column("published, low (little sure) or suppressed (not published)", values=CELL_STATES)]
    reason: Annotated[str | None, Column("Why it is low or suppressed")]
    inputs: Annotated[
        str | None,
        Column("Digest of all that the row follows from; the same on two days: computed once. NULL: every day"),
    ]


@struct
class Amounts:
    """Annual amounts in `currency`, each with a 95 % interval from a seeded bootstrap over employers."""

    band_low: Annotated[float | None, Column("p25 of the low ends (single values: p25)", unit="per year", low=0)]
    band_low_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="per year")]
    band_low_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="per year")]
    band_high: Annotated[float | None, Column("p75 of the high ends (single values: p75)", unit="per year", low=0)]
    band_high_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="per year")]
    band_high_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="per year")]
    p10: Annotated[float | None, Column("10th percentile of midpoints", unit="per year", low=0)]
    p25: Annotated[float | None, Column("25th percentile of midpoints", unit="per year", low=0)]
    p50: Annotated[float | None, Column("Median of midpoints", unit="per year", low=0)]
    p50_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="per year")]
    p50_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="per year")]
    p75: Annotated[float | None, Column("75th percentile of midpoints", unit="per year", low=0)]
    p90: Annotated[float | None, Column("90th percentile of midpoints", unit="per year", low=0)]


@table(
    "mart.salary_bands",
    "What pays what where: one row per cell, published or suppressed with its reason.",
    "band_low <= band_high",
    "status <> 'published' OR (band_low IS NOT NULL AND band_high IS NOT NULL)",
    "status = 'published' OR reason IS NOT NULL",
)
class SalaryBands(Counted, Amounts):
    """Jobs seen open in the 365 days ending at `as_of`; full-time, gross, base, both ends known."""

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    basis: Annotated[str, Column("Kind of pay figure, never mixed", key=True, values=BASES)]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    seniority_group: Annotated[
        str,
        Column(
            "Level; mid_senior = mid + senior; mid_senior_stated: those of them whose title states the level",
            key=True,
            values=SENIORITY_GROUPS,
        ),
    ]
    role_group: Annotated[
        str, Column("Role group, or ai_core; ai_data_trainer has counts only: gigs enter no band", key=True)
    ]
    role: Annotated[str, Column("Role, or `all` of the group", key=True)]
    pay_market: Annotated[str, Column("all, local or cross_border", key=True, values=("all", *PAY_MARKETS))]
    currency: Annotated[str, Column("ISO 4217 code of the amounts", key=True, pattern=CURRENCY_CODE)]
    window_days: Annotated[int, Column("Length of the window; 0 for a snapshot", unit="days", low=0)]
    n_stated: Annotated[int | None, Column("Jobs whose level was stated, not inferred", low=0)]
    n_cross_border: Annotated[int | None, Column("Jobs paid from abroad", low=0)]
    n_no_rate: Annotated[int | None, Column("Jobs left out because no rate was near enough", low=0)]
    n_apart: Annotated[
        int | None,
        Column("Jobs with pay kept apart: contract, part-time, intern, gig, net, flagged or one end only", low=0),
    ]


@table("mart.salary_bands_730", "As mart.salary_bands over 730 days: the second rung of the guide's ladder.")
class SalaryBands730(SalaryBands):
    """Read by a figure only when the 365-day cell is suppressed."""


@table(
    "mart.skill_demand",
    "Share of jobs with text that ask for a skill.",
    "n_asking <= n_jobs",
    "n_employers_asking <= n_employers",
    "status = 'published' OR reason IS NOT NULL",
    "doubt IS NULL OR status = 'low'",
)
class SkillDemand(Counted):
    """Jobs with full text in a language the taxonomy covers, seen open in the 365 days ending at `as_of`."""

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    role_group: Annotated[str, Column("Role group, or ai_core", key=True)]
    requirement: Annotated[
        str,
        Column(
            "required, preferred, mentioned; asked = required or preferred; any",
            key=True,
            values=(*REQUIREMENTS, "asked", "any"),
        ),
    ]
    skill: Annotated[str, Column("Skill", key=True, references="core.skills.skill")]
    category: Annotated[str, Column("Category of the skill", values=SKILL_CATEGORIES)]
    n_without_text: Annotated[int, Column("Jobs of the cell that could not be read", low=0)]
    n_asking: Annotated[int, Column("Jobs that ask, unweighted", low=0)]
    n_employers_asking: Annotated[
        int | None, Column("Employers with a job that asks; NULL: a version that did not count", low=0)
    ]
    largest_employer: Annotated[
        float | None,
        Column("Part of the asking jobs that is one employer's, as weighted in `share`", unit="share", low=0, high=1),
    ]
    doubt: Annotated[
        str | None, Column("Why a share is low, as a word; the first that holds, in this order", values=SHARE_DOUBTS)
    ]
    share: Annotated[float | None, Column("Share of jobs, one employer at most a tenth", unit="share", low=0, high=1)]
    share_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=0, high=1)]
    share_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=0, high=1)]
    rank: Annotated[int | None, Column("Rank by share in the cell, ties share the better", low=1)]
    category_rank: Annotated[int | None, Column("Rank by share in cell and category", low=1)]


@table(
    "mart.role_shares",
    "Share of each role among the AI jobs of a region.",
    "n_role <= n_jobs",
    "n_employers_role <= n_employers",
    "status = 'published' OR reason IS NOT NULL",
    "doubt IS NULL OR status = 'low'",
)
class RoleShares(Counted):
    """Jobs of the groups ai_engineering, ai_science and ai_other seen open in the window."""

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    role: Annotated[str, Column("Role", key=True, values=ROLES)]
    role_group: Annotated[str, Column("Group of the role")]
    n_role: Annotated[int, Column("Jobs of the role, unweighted", low=0)]
    n_employers_role: Annotated[
        int | None, Column("Employers with a job of the role; NULL: a version that did not count", low=0)
    ]
    largest_employer: Annotated[
        float | None,
        Column("Part of the role's jobs that is one employer's, as weighted in `share`", unit="share", low=0, high=1),
    ]
    doubt: Annotated[
        str | None, Column("Why a share is low, as a word; the first that holds, in this order", values=SHARE_DOUBTS)
    ]
    share: Annotated[float | None, Column("Share of jobs, one employer at most a tenth", unit="share", low=0, high=1)]
    share_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=0, high=1)]
    share_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=0, high=1)]


@struct
class Behind:
    """What one source contributes to a figure."""

    source: Annotated[str, Column("Source")]
    n: Annotated[
        int,
        Column(
            "Adverts of it: for pay one of each job counted, the advert (or pair of amounts) whose pay counts; for all "
            "else every advert of the jobs counted that was seen open in the window. 0: it converts money"
        ),
    ]
    read_on: Annotated[
        date | None, Column("Day by which half of them were last looked for; NULL: no reading is known up to `as_of`")
    ]


@table("mart.figures", "The ledger: every figure of the guide, tied to its SQL, rows and snapshots.")
class Figures:
    """One row per figure and day; the history of a figure is its rows by `as_of`."""

    as_of: Annotated[date, Column("Day the figure speaks for", key=True)]
    figure: Annotated[str, Column("Figure", key=True)]
    title: Annotated[str, Column("What it says, in words")]
    kind: Annotated[str, Column("measured or cited", values=("measured", "cited"))]
    basis: Annotated[str | None, Column("Kind of pay figure, or postings, or cited")]
    rung: Annotated[str | None, Column("Step of the declared ladder the value comes from")]
    unit: Annotated[str, Column("Unit")]
    value: Annotated[str | None, Column("The value as printed; NULL when withheld")]
    value_json: Annotated[str | None, Column("The rows behind it, JSON")]
    status: Annotated[str, Column("published, low or suppressed (withheld)", values=CELL_STATES)]
    reason: Annotated[str | None, Column("Why it is low or withheld")]
    n_jobs: Annotated[int | None, Column("Jobs behind it", low=0)]
    n_employers: Annotated[int | None, Column("Employers behind it", low=0)]
    window_days: Annotated[int | None, Column("Window", unit="days", low=0)]
    sql: Annotated[str | None, Column("The SELECT it was read with")]
    sources: Annotated[tuple[str, ...], Column("Sources behind it")]
    behind: Annotated[
        tuple[Behind, ...] | None,
        Column("How much of it is of which source, and when that was last read; NULL: a version that did not count"),
    ] = ()
    snapshots: Annotated[tuple[str, ...], Column("Archive files behind it")]
    read_on: Annotated[
        date | None,
        Column("Day by which half of the adverts or reports behind it were last looked for; the oldest of its sources"),
    ] = None
    code_version: Annotated[str, Column("Version of the product")]
    baseline: Annotated[str | None, Column("What the 2026 guide said")]
    verify_by: Annotated[date | None, Column("Cited figures: verify again by")]


# --- history of marts ---------------------------------------------------------------------------------


@struct
class Reading:
    """When a source was last looked for, as most figures of a day have it."""

    source: Annotated[str, Column("Source")]
    read_on: Annotated[date, Column("Day")]


@table("mart.days", "The days that each mart has rows for; with the tables of history it makes the marts.")
class Days:
    """A day is written with its rows, also where a mart has none."""

    mart: Annotated[str, Column("Mart, by its full name", key=True)]
    as_of: Annotated[date, Column("Day its rows speak for", key=True)]
    readings: Annotated[
        tuple[Reading, ...] | None,
        Column("mart.figures: the days that `behind` has of most figures, one for each source; NULL for other marts"),
    ] = None


@struct
class StoredBehind(Behind):
    """`Behind` as stored: most figures have the same `read_on` of a source, and it moves every night."""

    is_usual: Annotated[bool, Column("Whether `read_on` is NULL here and stands in mart.days")]


@struct
class Lasting:
    """From when to when a row stood."""

    valid_from: Annotated[date, Column("First day in mart.days on which the mart had the row", key=True)]
    valid_to: Annotated[
        date | None, Column("First day in mart.days on which it no longer had it; NULL: it has it on the newest")
    ]


def history_of(mart: type, **stored_otherwise: Any) -> type:
    """The table that keeps a mart: its columns without `as_of`, and from when to when a row stood.

    A row is stored once for all days on which nothing of it changes. `stored_otherwise` gives the types of columns
    that are stored in another form than they are read in (`schema.STORED`).
    """
    hints = typing.get_type_hints(mart, include_extras=True) | stored_otherwise
    columns = [(f.name, hints[f.name]) for f in dataclasses.fields(mart) if f.name != "as_of"]
    made = dataclasses.make_dataclass(f"{mart.__name__}History", columns, bases=(Lasting,), kw_only=True)
    declared = table_of(mart)
    made.__doc__ = f"A row of {declared.name} is stored again only when something of it changed."
    doc = f"What keeps {declared.name}: each row with the days on which it stood."
    made.TABLE = Table(f"{declared.name}_history", doc, declared.checks)  # type: ignore[attr-defined]  # a class constant
    return made


SalaryBandsHistory = history_of(SalaryBands)
SalaryBands730History = history_of(SalaryBands730)
SkillDemandHistory = history_of(SkillDemand)
RoleSharesHistory = history_of(RoleShares)
FiguresHistory = history_of(
    Figures,
    sql=Annotated[str | None, Column("The SELECT it was read with, `$as_of` for the day")],
    behind=Annotated[tuple[StoredBehind, ...] | None, Column("As in mart.figures; usual days stand in mart.days")],
    read_on=Annotated[date | None, Column("As in mart.figures; NULL also where it is the oldest day in `behind`")],
)
HISTORIES = {
    SalaryBands: SalaryBandsHistory,
    SalaryBands730: SalaryBands730History,
    SkillDemand: SkillDemandHistory,
    RoleShares: RoleSharesHistory,
    Figures: FiguresHistory,
}
"""Marts and the tables that keep them. A mart itself is a view, with a row for each day."""


# --- ops --------------------------------------------------------------------------------------------


@table("ops.runs", "Every run of the pipeline.")
class Runs:
    """Times of the machine's clock, unlike those of core."""

    run_id: Annotated[str, Column("Run", key=True)]
    command: Annotated[str, Column("Command as given")]
    as_of: Annotated[date | None, Column("Day it spoke for")]
    is_sample: Annotated[bool, Column("Whether its data is the synthetic sample")]
    started_at: Annotated[datetime, Column("Start (UTC)")]
    ended_at: Annotated[datetime | None, Column("End (UTC); NULL while running or when killed")]
    exit_code: Annotated[int | None, Column("0 all well, 1 nothing published, 2 published without some source")]
    code_version: Annotated[str, Column("Version of the product")]
    message: Annotated[str | None, Column("What went wrong, in a line")]


@table("ops.loads", "Every archive file that was loaded.")
class Loads:
    """A file is loaded again only when its refined content changed."""

    warc: Annotated[str, Column("Archive file, relative to the archive", key=True)]
    source: Annotated[str, Column("Source")]
    refine_key: Annotated[str, Column("Digest of archive file, source module, transforms and lookups")]
    observed_from: Annotated[datetime | None, Column("Earliest WARC-Date in it; NULL: no whole record")]
    observed_to: Annotated[datetime | None, Column("Latest WARC-Date in it; NULL: no whole record")]
    n_responses: Annotated[int, Column("Responses", low=0)]
    n_rows: Annotated[int, Column("Rows read", low=0)]
    n_seen: Annotated[int, Column("Rows read, and rows of the earlier answers that it only repeats", low=0)]
    n_rejects: Annotated[int, Column("Rows and values rejected", low=0)]


@table("ops.refusals", "Archive files that a gate refused; they are not tried again until what reads them changes.")
class Refusals:
    """A later night must not let in what an earlier one refused. `jobmarket run --accept SOURCE` does."""

    warc: Annotated[str, Column("Archive file, relative to the archive", key=True)]
    source: Annotated[str, Column("Source")]
    refine_key: Annotated[str, Column("Digest of archive file, source module, transforms and lookups")]
    why: Annotated[str, Column("What it did not meet")]


@table("ops.fill_rates", "How many rows of each loaded file fill each column that may be empty.")
class FillRates:
    """A sudden drop against the last files freezes a source at its last good rows."""

    warc: Annotated[str, Column("Archive file, relative to the archive", key=True)]
    column_name: Annotated[str, Column("Column of the source's rows", key=True)]
    source: Annotated[str, Column("Source")]
    n_rows: Annotated[int, Column("Rows, the newest of each key in the file", low=1)]
    n_filled: Annotated[int, Column("Of them, rows with a value", low=0)]


@struct
class ResponseRow:
    """One archived response and what came of it. Written by refine beside the rows."""

    record: Annotated[int, Column("Number of the response record in the file, from 0", key=True, low=0)]
    source: Annotated[str, Column("Source")]
    url: Annotated[str | None, Column("Address asked; NULL: the record is damaged")]
    observed_at: Annotated[datetime | None, Column("WARC-Date (UTC); NULL: the record is damaged")]
    http_status: Annotated[int | None, Column("HTTP status; NULL: the record is damaged", low=100, high=599)]
    digest: Annotated[str | None, Column("sha1 of the payload, as in the WARC")]
    refers_to: Annotated[
        datetime | None, Column("WARC-Date of the earlier answer it repeats; NULL: it is a whole answer itself")
    ] = None
    board: Annotated[str | None, Column("Board it lists")]
    posting_id: Annotated[
        str | None,
        Column(
            "Posting whose own address it is, and which a 404 or 410 closes; NULL: it is none, or so many of the file "
            "are said to be gone that it is not believed"
        ),
    ] = None
    is_complete: Annotated[bool, Column("A whole, healthy list: what it lacks is closed")]
    n_rows: Annotated[int, Column("Rows read from it", low=0)]
    n_rejects: Annotated[int, Column("Rows rejected in it", low=0)]


@table("refined.responses", "Responses of one archive file, as the refine step writes them (Parquet).")
class RefinedResponses(ResponseRow):
    """Rejects of whole records stand here, those of single values beside their posting."""

    issues: Annotated[tuple[Issue, ...], Column("Records of the response that were rejected")]


@table("ops.responses", "Every archived response and what came of it.")
class Responses(ResponseRow):
    """Closings are read from here: only a complete response may close postings."""

    warc: Annotated[str, Column("Archive file, relative to the archive", key=True)]


@table("ops.rejects", "Everything that was not taken, with its reason.")
class Rejects:
    """`posting_id` is set when the posting was kept and only a value was refused."""

    source: Annotated[str, Column("Source")]
    warc: Annotated[str, Column("Archive file, relative to the archive")]
    record: Annotated[int, Column("Number of the response record, from 0; -1: the file itself", low=-1)]
    posting_id: Annotated[str | None, Column("Posting that was kept")]
    column_name: Annotated[str, Column("Column, or 'record', 'response', 'file' for all of it")]
    value: Annotated[str, Column("The value, cut to 200 characters")]
    rule: Annotated[str, Column("What was expected, with the remedy")]
    is_deliberate: Annotated[bool, Column("Whole, but left out by a rule of ours; else it could not be read")] = False


@table("ops.checks", "Results of the gates: one row per expectation that was run.")
class Checks:
    """Written by quality.py."""

    run_id: Annotated[str, Column("Run", key=True)]
    gate: Annotated[str, Column("load:<archive file> or mart:<table>", key=True)]
    expectation: Annotated[str, Column("Expectation with its column", key=True)]
    is_met: Annotated[bool, Column("Whether it was met")]
    n_checked: Annotated[int | None, Column("Rows it looked at", low=0)]
    n_unexpected: Annotated[int | None, Column("Rows that broke it", low=0)]
    examples: Annotated[str | None, Column("First unexpected values, JSON")]


@table("ops.mart_inputs", "What the marts of a day were computed from: equal digests, equal rows.")
class MartInputs:
    """Written with the mart's rows."""

    mart: Annotated[str, Column("Table", key=True)]
    as_of: Annotated[date, Column("Day its rows speak for", key=True)]
    inputs: Annotated[str, Column("Digest of the rows of core it was computed from, and of the code")]


@table("ops.source_health", "How each source fared in each run.")
class SourceHealth:
    """Outcome of fetching and loading a source."""

    run_id: Annotated[str, Column("Run", key=True)]
    source: Annotated[str, Column("Source", key=True)]
    outcome: Annotated[
        str,
        Column("How it ended", values=("ok", "partial", "unchanged", "empty", "blocked", "disabled", "failed")),
    ]
    n_requests: Annotated[int, Column("Requests", low=0)]
    n_bytes: Annotated[int, Column("Bytes received", low=0)]
    n_rows: Annotated[int | None, Column("Rows read or repeated", low=0)]
    message: Annotated[str | None, Column("What went wrong, in a line")]


@table("ops.audits", "How often a person who read the advert confirmed what we read: the last year, by reader.")
class Audits:
    """Rolling accuracy from the answers of `jobmarket audit`; adverts are drawn by strata, not by their number."""

    audited_on: Annotated[date, Column("Day of the newest answer it counts", key=True)]
    reader: Annotated[str, Column("Reader asked about", key=True, values=READERS)]
    source: Annotated[str, Column("Source of the adverts, or `all`", key=True)]
    language: Annotated[str, Column("Language of the adverts (ISO 639-1), `unknown`, or `all`", key=True)]
    n_asked: Annotated[int, Column("Adverts asked about in the 365 days to `audited_on`", low=1)]
    n_right: Annotated[int, Column("Of them, read right by the person's word", low=0)]
    accuracy: Annotated[float, Column("Share read right", unit="share", low=0, high=1)]
    accuracy_lo: Annotated[float, Column("Lower end of its 95 % interval (Wilson)", unit="share", low=0, high=1)]
    accuracy_hi: Annotated[float, Column("Upper end of its 95 % interval (Wilson)", unit="share", low=0, high=1)]
