"""The rows that readers return: what one advert says, and rows of surveys, statistics and rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple

from transforms.records.columns import Column, struct, table
from transforms.records.vocabulary import (
    AGENCY_SIGNS,
    AI_LABELS,
    BASES,
    BONUSES,
    COMPONENTS,
    CONTRACTS,
    COUNTRY_CODE,
    CURRENCY_CODE,
    DEGREES,
    EMPLOYMENT_TYPES,
    ENTERPRISE_SIZES,
    ESCO,
    HEX_32,
    NEARNESSES,
    OCCUPATION_SCHEMES,
    OPEN_CONTRACT,
    PAID_IN,
    PAY_FLAGS,
    PAY_MARKETS,
    PAY_TAXES,
    PERIODS,
    QUALIFICATIONS,
    READINGS,
    REPORT_FLAGS,
    REQUIREMENTS,
    ROLE_GROUPS,
    ROLES,
    SELF_CHECKS,
    SENIORITIES,
    SKILL_CATEGORIES,
    SKILL_KINDS,
    TEXT_CLASSES,
    TEXT_STATES,
    TOLD_BY,
    WORKPLACES,
)


@struct
class Place:
    """A place of a posting. `country` may be known without the city, but not the city without the country."""

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
    tax: Annotated[
        str | None,
        Column("gross or net, where said; invoice: a contractor's, without value added tax", values=PAY_TAXES),
    ] = None
    contract: Annotated[
        str | None,
        Column(
            "Contract it is for: of the words beside it, else the advert's; either: not tied to one of two",
            values=(*CONTRACTS, OPEN_CONTRACT),
        ),
    ] = None
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
        bool,
        Column(
            "The posting's own pay in `country` for `contract`, of all base pay tied to them: what counts there. NULL "
            "as `country`: in the countries of the posting's own pay, for another contract"
        ),
    ] = False
    start: Annotated[int | None, Column("Offset of the first character in the text; NULL if structured", low=0)] = None
    end: Annotated[int | None, Column("Offset after the last character", low=0)] = None


@struct
class SkillRequirement:
    """One skill found in a posting's text, at its strongest requirement."""

    skill: Annotated[str, Column("Name in the taxonomy", references="core.skills.skill")]
    requirement: Annotated[str, Column("How it is asked for: duty is named in duties alone", values=REQUIREMENTS)]
    start: Annotated[int, Column("Offset of the first character of the evidence in the text", low=0)]
    end: Annotated[int, Column("Offset after its last character", low=0)]


@struct
class ListedName:
    """A name that the taxonomy lacks, in a list with technologies that it has."""

    name: Annotated[str, Column("Name as written")]
    beside: Annotated[str, Column("Technology of the taxonomy next to it", references="core.skills.skill")]
    start: Annotated[int, Column("Offset of the name's first character in the text", low=0)]
    end: Annotated[int, Column("Offset after its last character", low=0)]


@struct
class AgencySign:
    """Words of an advert that say its employer hires for others."""

    sign: Annotated[str, Column("What the words say", values=AGENCY_SIGNS)]
    words: Annotated[str, Column("The words")]


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
    """A value that was refused, and the rule it broke."""

    column_name: Annotated[str, Column("Column the value was meant for, or 'record'/'response' for all of it")]
    value: Annotated[str, Column("The value, cut to 200 characters")]
    rule: Annotated[str, Column("What was expected, in words, with the remedy where there is one")]
    is_deliberate: Annotated[bool, Column("Whole, but left out by a rule of ours (unlisted, a prospect post)")] = False


@dataclass(frozen=True)
class Removal:
    """A source's statement that it took an advert away. `id` is the source's own."""

    id: str


class Repetition(NamedTuple):
    """An advert that was read before with the same wording."""

    wording_hash: str


@struct
class Advert:
    """What one posting says, as read from one response: shared by refined files and core.postings."""

    posting_id: Annotated[str, Column("source:native id", key=True)]
    source: Annotated[str, Column("Source it was read at", references="core.sources.source")]
    board: Annotated[str | None, Column("Board (the employer's token on a platform) the values were read from")]
    url: Annotated[str | None, Column("Page of the advert")]
    title: Annotated[
        str,
        Column(
            "Job title as written, white space folded, mail addresses and telephone numbers masked", pattern=r".*\S.*"
        ),
    ]
    employer: Annotated[
        str | None,
        Column("Hiring organisation as the source names it, or the token of its board; core.employers has the name"),
    ]
    employer_in_text: Annotated[
        str | None, Column("Its name in the advert's own text, where the source gives the token of its board alone")
    ]
    employer_site: Annotated[
        str | None,
        Column(
            "Board or web site with a name like the employer's to which the advert's text links, where neither the "
            "source nor `url` is the employer's own; host and beginning of the path"
        ),
    ]
    department: Annotated[str | None, Column("Department or team as written, the narrower where the source names both")]
    industry_text: Annotated[
        str | None,
        Column(
            "Industry of the employer as the source states it in a field: its words, or a code behind the name of its "
            "classification (NAF 62.02A)"
        ),
    ]
    requisition_id: Annotated[
        str | None, Column("The employer's own number of the opening, as written; NULL: none, or a word in its place")
    ]
    openings: Annotated[
        int | None,
        Column("Openings behind the advert as the source states them; it counts as one job all the same", low=1),
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
    ruled_out: Annotated[
        tuple[str, ...] | None,
        Column(
            'Where the advert says that the job cannot be done ("excluding UK"): ISO codes of countries and '
            "subdivisions, or groups as in remote_scope"
        ),
    ]
    employment_type: Annotated[str | None, Column("schema.org employmentType", values=EMPLOYMENT_TYPES)]
    contract: Annotated[
        str | None,
        Column(
            "Contract that is offered, where the advert says so: employee, contractor (B2B, freelance: sends "
            "invoices), agency (on an agency's payroll), either (a choice between two)",
            values=(*CONTRACTS, OPEN_CONTRACT),
        ),
    ]
    posted_on: Annotated[date | None, Column("Day of publication, when the source states it")]
    valid_through: Annotated[date | None, Column("Last day of the advert, when the source states it")]
    role: Annotated[str, Column("Role read from the title", values=ROLES, references="core.roles.role")]
    role_group: Annotated[str, Column("Group of the role", values=tuple(ROLE_GROUPS))]
    seniority: Annotated[str, Column("Level: the title's word, else inferred from years", values=SENIORITIES)]
    seniority_inferred: Annotated[bool, Column("The level was inferred from the years of experience")]
    years_min: Annotated[float | None, Column("Least years of experience asked for", unit="years", low=0, high=40)]
    degree_min: Annotated[
        str | None, Column("Lowest degree required, also if experience may replace it", values=DEGREES)
    ]
    qualifications: Annotated[
        tuple[str, ...] | None,
        Column("What an English text requires or prefers a person to show; NULL: none", values=QUALIFICATIONS),
    ]
    ai_label: Annotated[str | None, Column("What the job does with AI; NULL without text", values=AI_LABELS)]
    language: Annotated[str | None, Column("Language of the text, ISO 639-1", pattern="[a-z]{2}")]
    text_state: Annotated[
        str, Column("How much of the text was read; unread: there is a text, but it was not read", values=TEXT_STATES)
    ]
    text_class: Annotated[
        str,
        Column(
            "What the text is, by its source and endpoint: full_advert, truncated (cut off by the source), snippet "
            "(also any short text), forum_comment, unread, none",
            values=TEXT_CLASSES,
        ),
    ]
    told_by: Annotated[
        str | None,
        Column(
            "What shows that the work is in AI, data or engineering, so that the text is read: the title, else two "
            "words of the uncleaned text; NULL: nothing",
            values=TOLD_BY,
        ),
    ]
    is_drawn: Annotated[
        bool,
        Column("In the random share of adverts, drawn by a digest of the id, whose text is read in any case"),
    ]
    text_hash: Annotated[str | None, Column("SHA-256 of the normalised text, its first 32 hex digits", pattern=HEX_32)]
    title_key: Annotated[str, Column("Words of the title that distinguish vacancies, in canonical form")]
    vacancy_places: Annotated[
        tuple[str, ...],
        Column(
            "Where the vacancy may be filled, from fields alone: cities (country, subdivision, city, with bars), "
            "or countries or groups as in remote_scope, or the location as written; empty: unknown"
        ),
    ]
    template_hash: Annotated[
        str | None,
        Column(
            "Digest of the text without level, place and numbers, of an advert on a forum or aggregator whose poster "
            "hires for others or names no employer",
            pattern=HEX_32,
        ),
    ]
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
    pay_tax: Annotated[
        str | None,
        Column("gross or net, where said; invoice: a contractor's, without value added tax", values=PAY_TAXES),
    ]
    pay_contract: Annotated[
        str | None, Column("Contract that the pay is for, where said", values=(*CONTRACTS, OPEN_CONTRACT))
    ]
    pay_flag: Annotated[str | None, Column("Why the pay may not enter a band", values=PAY_FLAGS)]
    annual_low: Annotated[float | None, Column("Lower end for a full-time year", unit="currency per year", low=0)]
    annual_high: Annotated[float | None, Column("Upper end for a full-time year", unit="currency per year", low=0)]
    pay_country: Annotated[
        str | None, Column("Country the pay counts in, or `several`, or `remote`; NULL when the place is unknown")
    ]
    pay_region: Annotated[str | None, Column("UN M49 region the pay counts in, or `several`, or `remote`")]
    pay_continent: Annotated[str | None, Column("UN M49 continent the pay counts in, or `several`, or `remote`")]
    pay_market: Annotated[
        str | None,
        Column(
            "local: pay is in the country's own money; cross_border: in another, whoever pays it", values=PAY_MARKETS
        ),
    ]
    agreements: Annotated[
        tuple[str, ...] | None,
        Column("Checks of the advert against itself that hold; NULL: none", values=tuple(SELF_CHECKS)),
    ]
    doubts: Annotated[
        tuple[str, ...] | None,
        Column("Checks of the advert against itself that fail; NULL: none", values=tuple(SELF_CHECKS)),
    ]


PAY_CHECKS = (
    "pay_low <= pay_high",
    "annual_low <= annual_high",
    "(pay_low IS NULL AND pay_high IS NULL) OR pay_source IS NOT NULL",
)


@table(
    "refined.postings",
    "One posting in one response, as the refine step writes it (Parquet, never published: it holds the text).",
    *PAY_CHECKS,
)
class Posting(Advert):
    """A finished posting. Made in one place only: `transforms.posting.posting`."""

    text: Annotated[str | None, Column("Advert text, mail addresses and telephone numbers masked")]
    places: Annotated[tuple[Place, ...], Column("All places")]
    pay: Annotated[tuple[Pay, ...], Column("All pay found, the headline first")]
    skills: Annotated[tuple[SkillRequirement, ...], Column("Skills found in the text")]
    candidates: Annotated[
        tuple[ListedName, ...],
        Column(
            "Names in lists beside known technologies that the taxonomy lacks, in adverts of AI, engineering and data"
        ),
    ] = ()
    agency_signs: Annotated[tuple[AgencySign, ...], Column("What an advert says of hiring for others")] = ()
    spans: Annotated[tuple[Span, ...], Column("Where the values were read")]
    issues: Annotated[tuple[Issue, ...], Column("Values that were refused")]
    wording_hash: Annotated[str | None, Column("Digest of the source's own words; adverts with the same are read once")]
    record_hash: Annotated[
        str | None, Column("Digest of the source's record and its address; a record with a known digest is not read")
    ] = None


@struct
class SourceProvenance:
    """The source of a row other than a posting."""

    source: Annotated[str, Column("Source it was read at", key=True, references="core.sources.source")]


@struct
class PayReport(SourceProvenance):
    """One row of a salary survey or of a collection of salary pairs, as stated."""

    snapshot_on: Annotated[date, Column("Day of the snapshot", key=True)]
    row: Annotated[int, Column("Row in the snapshot, from 1", key=True, low=1)]
    basis: Annotated[str, Column("Kind of pay figure", values=BASES)]
    pair_row: Annotated[int, Column("First row of the low/high pair it belongs to; its own row when single", low=1)]
    year: Annotated[int, Column("Year of the pay", low=1990, high=2100)]
    title: Annotated[
        str, Column("Job title as written; empty: the survey asks for none, its persons are developers of all kinds")
    ]
    role: Annotated[str, Column("Role read from the title", values=ROLES, references="core.roles.role")]
    role_group: Annotated[str, Column("Group of the role", values=tuple(ROLE_GROUPS))]
    seniority: Annotated[str, Column("Level: the title's word, else as the source codes it", values=SENIORITIES)]
    employment_type: Annotated[str | None, Column("schema.org employmentType", values=EMPLOYMENT_TYPES)]
    pay: Annotated[float, Column("Annual pay, before tax where a survey says so", unit="currency per year", low=0)]
    currency: Annotated[str, Column("ISO 4217 code", pattern=CURRENCY_CODE)]
    pay_usd_stated: Annotated[float | None, Column("US dollars as the source converted them", unit="USD", low=0)]
    country: Annotated[str | None, Column("Country of the work or residence", pattern=COUNTRY_CODE)]
    employer_country: Annotated[str | None, Column("Country of the employer", pattern=COUNTRY_CODE)]
    region: Annotated[str | None, Column("UN M49 region of `country`")]
    continent: Annotated[str | None, Column("UN M49 continent of `country`")]
    remote_share: Annotated[float | None, Column("Share of remote work", unit="share", low=0, high=1)]
    employer_size: Annotated[str | None, Column("S, M or L as the source codes it", values=("S", "M", "L"))]
    employer: Annotated[str | None, Column("Employer, where filings name it")] = None
    pay_high: Annotated[
        float | None,
        Column(
            "Upper end, where a range is filed or a survey asks for a bracket; infinity: the highest bracket is open",
            unit="currency per year",
            low=0,
        ),
    ] = None
    case_id: Annotated[str | None, Column("The publisher's own number of the report or filing")] = None
    pay_net: Annotated[
        float | None,
        Column("Annual pay after tax, where stated beside `pay`", unit="currency per year", low=0),
    ] = None
    pay_total: Annotated[
        float | None,
        Column("The year's income with bonus, stock and the like, where stated", unit="currency per year", low=0),
    ] = None
    pay_months: Annotated[
        float | None,
        Column("Months of pay counted for a year; NULL: pay for a year is stated", unit="months", low=12, high=14),
    ] = None
    pay_flag: Annotated[str | None, Column("What speaks against the amount; NULL: nothing", values=REPORT_FLAGS)] = None
    paid_in: Annotated[
        str | None,
        Column(
            "Money that the person is paid in, where a survey asks: local, dollar_linked (local, by the rate of the "
            "dollar), part_dollars, dollars, foreign (foreign money of any kind)",
            values=PAID_IN,
        ),
    ] = None
    years_experience: Annotated[
        float | None, Column("Years of experience that the person has", unit="years", low=0, high=60)
    ] = None
    bonus: Annotated[
        str | None, Column("Yearly bonus in months' salaries, where a survey asks for it", values=BONUSES)
    ] = None


@struct
class OfficialWage(SourceProvenance):
    """One occupation's wages in one area, published by an office of statistics or a ministry, with its definition."""

    period_on: Annotated[date, Column("First day of the reference period", key=True)]
    period_to: Annotated[date, Column("Last day of the reference period")]
    due_on: Annotated[
        date, Column("Day by which the next edition should be out, as its publisher goes; until then it is the newest")
    ]
    area: Annotated[str, Column("Area code of the publisher", key=True)]
    is_national: Annotated[bool, Column("Whether the area is the whole country")]
    scheme: Annotated[str, Column("Classification of occupations", values=OCCUPATION_SCHEMES)]
    occupation: Annotated[str, Column("Code of the occupation, or of a group of them, in `scheme`", key=True)]
    area_title: Annotated[str, Column("Name of the area")]
    country: Annotated[str, Column("Country", pattern=COUNTRY_CODE)]
    occupation_title: Annotated[str, Column("Name of the occupation")]
    currency: Annotated[str, Column("ISO 4217 code", pattern=CURRENCY_CODE)]
    earnings: Annotated[str, Column("What counts as pay, and whether before tax")]
    coverage: Annotated[str, Column("Whose pay it is, and from which survey")]
    compiled_by: Annotated[str | None, Column("Who parsed the publisher's table; NULL: the publisher's own data")]
    stated_period: Annotated[str, Column("Period of pay that the publisher states", values=PERIODS)]
    periods_per_year: Annotated[
        float, Column("Stated amounts times this are the annual ones (`annual_from` says where from)", low=1)
    ]
    annual_from: Annotated[str, Column("Where `periods_per_year` comes from")]
    employment: Annotated[float | None, Column("Employees", unit="persons", low=0)]
    employment_rse: Annotated[float | None, Column("Relative standard error of employment", unit="percent", low=0)]
    annual_mean: Annotated[float | None, Column("Mean, not the median", unit="currency per year", low=0)]
    mean_rse: Annotated[float | None, Column("Relative standard error of the mean", unit="percent", low=0)]
    annual_p10: Annotated[float | None, Column("10th percentile", unit="currency per year", low=0)]
    annual_p25: Annotated[float | None, Column("25th percentile", unit="currency per year", low=0)]
    annual_p50: Annotated[float | None, Column("Median", unit="currency per year", low=0)]
    annual_p75: Annotated[float | None, Column("75th percentile", unit="currency per year", low=0)]
    annual_p90: Annotated[float | None, Column("90th percentile", unit="currency per year", low=0)]
    top_coded: Annotated[tuple[str, ...], Column("Columns whose value is a lower bound ('#')")]


@struct
class ExchangeRate(SourceProvenance):
    """One quoted rate: `rate` units of `currency` for one unit of `base`."""

    rate_on: Annotated[date, Column("Day of the rate", key=True)]
    base: Annotated[str, Column("ISO 4217 code of the base", key=True, pattern=CURRENCY_CODE)]
    currency: Annotated[str, Column("ISO 4217 code quoted", key=True, pattern=CURRENCY_CODE)]
    rate: Annotated[float, Column("Units of `currency` for one unit of `base`", low=0)]


@struct
class PriceLevel(SourceProvenance):
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


@struct
class OccupationSkill(SourceProvenance):
    """A technology that an occupation uses, as a public classification of occupations lists it."""

    release: Annotated[str, Column("Release of the classification", key=True)]
    occupation: Annotated[str, Column("O*NET-SOC 2019 code", key=True, pattern=r"\d{2}-\d{4}\.\d{2}")]
    technology: Annotated[str, Column("Technology as listed", key=True)]
    commodity: Annotated[str | None, Column("UNSPSC commodity it belongs to")]
    is_hot: Annotated[bool, Column("Often named in employers' adverts of all occupations")]
    is_in_demand: Annotated[bool, Column("Often named in adverts of this occupation")]


@struct
class AiPostingShare(SourceProvenance):
    """The share of adverts that name AI in one country, as another publisher measures it."""

    measure: Annotated[str, Column("ai or generative_ai", key=True, values=("ai", "generative_ai"))]
    country: Annotated[str, Column("Country", key=True, pattern=COUNTRY_CODE)]
    day: Annotated[date, Column("Last day of the seven it averages", key=True)]
    share: Annotated[float, Column("Adverts that name it", unit="share", low=0, high=1)]


@struct
class AiUse(SourceProvenance):
    """The share of enterprises that use AI in one year, as an office of statistics counts them."""

    area: Annotated[str, Column("Country, or EU for the European Union as it is since 2020", key=True)]
    size_class: Annotated[
        str, Column("Employees and self-employed persons, as Eurostat writes it", key=True, values=ENTERPRISE_SIZES)
    ]
    year: Annotated[int, Column("Year of the survey", key=True, low=2000, high=2100)]
    share: Annotated[float, Column("Enterprises that use at least one AI technology", unit="share", low=0, high=1)]
    flags: Annotated[str | None, Column("The office's marks: b: break in the series; u: unreliable; NULL: none")]


@struct
class Country:
    """One country, its regions and money."""

    country: Annotated[str, Column("ISO 3166-1 alpha-2", key=True, pattern=COUNTRY_CODE)]
    alpha3: Annotated[str, Column("ISO 3166-1 alpha-3", pattern="[A-Z]{3}")]
    name: Annotated[str, Column("English short name")]
    m49: Annotated[str | None, Column("UN M49 code", pattern=r"\d{3}")]
    region: Annotated[str | None, Column("UN M49 intermediate region, else sub-region")]
    continent: Annotated[str | None, Column("UN M49 region")]
    currencies: Annotated[tuple[str, ...], Column("Legal tender, ISO 4217 codes")]


@struct
class NearOccupation:
    """The occupation of a classification that is nearest to a role or group of roles, and how near it is."""

    scheme: Annotated[str, Column("Classification of occupations", key=True, values=(*OCCUPATION_SCHEMES, ESCO))]
    occupation: Annotated[str | None, Column("Code in it, for ESCO the URI; NULL: no occupation is near enough")]
    title: Annotated[str | None, Column("Name of the occupation in it")]
    role_group: Annotated[str, Column("Role group", key=True, values=("ai_core", *ROLE_GROUPS))]
    role: Annotated[str, Column("Role, or `all` of the group", key=True, values=("all", *ROLES))]
    nearness: Annotated[
        str,
        Column(
            "exactMatch: the role by its name; closeMatch: mostly the same work; broadMatch: a larger group with the "
            "role as a part; relatedMatch: shares some of its work; none: nothing is near enough",
            values=NEARNESSES,
        ),
    ]
    is_compared: Annotated[
        bool, Column("Whether official pay of the occupation is compared with the role; else a code to join by")
    ]
    reason: Annotated[str | None, Column("How the two differ, or why the code is missing; NULL: no known difference")]


@struct
class Role:
    """One role: definition and group."""

    role: Annotated[str, Column("Role", key=True)]
    role_group: Annotated[str, Column("Group", values=tuple(ROLE_GROUPS))]
    title: Annotated[str, Column("Name for readers")]
    definition: Annotated[str, Column("What the person mainly does")]


@struct
class Skill:
    """One skill of the taxonomy."""

    skill: Annotated[str, Column("Name", key=True)]
    category: Annotated[str, Column("Category of the guide", values=SKILL_CATEGORIES)]
    kind: Annotated[
        str,
        Column("technology: what has a maker or a specification; concept: a field, method or duty", values=SKILL_KINDS),
    ]
    maker: Annotated[
        str | None,
        Column("Who makes a technology or keeps its specification; community: nobody in particular; NULL: a concept"),
    ]
    parent: Annotated[
        str | None,
        Column("The skill that this one is a part or an edition of", references="core.skills.skill"),
    ]
    aliases: Annotated[tuple[str, ...], Column("Other spellings of the same thing, and names of parts without a row")]
    case_rule: Annotated[str, Column("How letters must match", values=("any", "exact"))]
    evidence: Annotated[str, Column("Where the row comes from: a posting, an O*NET or ESCO id, or own knowledge")]
