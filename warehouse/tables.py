"""The tables of core. Marts are declared in `mart_tables/`, bookkeeping (`ops`) in `ops_tables.py`.

`transforms.records` defines how a table is declared, and the rows that readers return. DDL, CHECKs, comments, the
gate's expectations, the Parquet schema and DICTIONARY.md all follow from these classes (see `schema.py`,
`checks/gate.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

from transforms.records import rows
from transforms.records.columns import Column, struct, table
from transforms.records.vocabulary import (
    AGENCY_SIGNS,
    COUNTRY_CODE,
    CURRENCY_CODE,
    DISCLOSURE_RULES,
    ESCO,
    HEX_32,
    JURISDICTION,
    KINDS,
    LAW_EVIDENCE,
    NAME_SOURCES,
    NEARNESSES,
    ONET,
    RESTRICTIONS,
    UNSPSC,
    USD_REASONS,
)
from warehouse import mart_tables, ops_tables


def all_tables() -> Iterator[type]:
    """Every table class: refined postings, then core, marts and `ops`, each in the order of declaration."""
    yield rows.Posting
    marts = (
        *mart_tables.HISTORIES, mart_tables.Days, *mart_tables.HISTORIES.values(), *mart_tables.PUBLISHED.values()
    )  # fmt: skip
    for value in (*globals().values(), *marts, *vars(ops_tables).values()):
        if isinstance(value, type) and "TABLE" in value.__dict__ and value is not rows.Posting:
            yield value


# --- core: postings ---------------------------------------------------------------------------------


@struct
class InDollars:
    """Yearly pay in US dollars at the last rate on or before the day of the advert, and that rate."""

    annual_low_usd: Annotated[float | None, Column("`annual_low` in US dollars", unit="USD per year", low=0)] = None
    annual_high_usd: Annotated[float | None, Column("`annual_high` in US dollars", unit="USD per year", low=0)] = None
    fx_rate: Annotated[float | None, Column("US dollars for one unit of `currency`", low=0)] = None
    fx_on: Annotated[date | None, Column("Day of the rate")] = None
    fx_source: Annotated[str | None, Column("Source of the rate")] = None
    usd_reason: Annotated[str | None, Column("Why it could not be converted to dollars", values=USD_REASONS)] = None


@struct
class Version:
    """When a posting said what a row holds, and where it was first read."""

    version_from: Annotated[datetime, Column("First time this content was read (UTC, WARC-Date)")]
    content_hash: Annotated[
        str,
        Column(
            "Digest of everything the advert says except its board; another digest is another version", pattern=HEX_32
        ),
    ]
    warc: Annotated[str, Column("Archive file that the values were read from, relative to the archive")]
    record: Annotated[int, Column("Number of the response record in that file, from 0", low=0)]


@table(
    "core.postings",
    "One advert at one source, with the values of its newest version.",
    *rows.PAY_CHECKS,
    "first_seen_at <= last_seen_at",
    "first_seen_at <= version_from",
    "version_from <= last_seen_at",
)
class Postings(InDollars, Version, rows.Advert):
    """The table to start from. Statistics count `job_id`, not rows."""

    employer_id: Annotated[
        str | None,
        Column(
            "Who hires (`employer`, resolved); NULL: the advert names nobody", references="core.employers.employer_id"
        ),
    ] = None
    job_id: Annotated[
        str,
        Column(
            "The vacancy, named by the posting of it that was read first: one employer's opening for a title_key in "
            "vacancy_places. Without employer_id: one poster's text for a title"
        ),
    ]
    first_seen_at: Annotated[datetime, Column("First time it was observed (UTC, WARC-Date)")]
    last_seen_at: Annotated[datetime, Column("Last time it was observed (UTC, WARC-Date)")]
    closed_on: Annotated[
        date | None, Column("Day from which no board lists it any more; NULL: listed, or not known to be gone")
    ]
    reopened_on: Annotated[date | None, Column("Day on which it was last listed again after closing or expiring")]


@table(
    "core.superseded_versions",
    "What postings said before they were edited; core.posting_versions adds what they say now.",
    "version_from < version_to",
)
class SupersededVersions(InDollars, Version, rows.Advert):
    """An answer with less text (a list instead of the single posting) is not a new version if the title is the same."""

    version_from: Annotated[datetime, Column("First time this content was read (UTC, WARC-Date)", key=True)]
    version_to: Annotated[datetime, Column("First time other content was read (UTC)")]


@table(
    "core.posting_boards",
    "The intervals in which a board listed a posting.",
    "first_seen_at <= last_seen_at",
    "last_seen_at < closed_at",
    "(closed_at IS NULL) = (closed_by IS NULL)",
)
class PostingBoards:
    """A posting is open while any of its boards lists it.

    It closed between `last_seen_at` and `closed_at`. An interval that is not closed may have expired: the posting was
    not seen again for as long as its source declares (see core.posting_intervals).
    """

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    board: Annotated[str, Column("Board; the source if it has no boards", key=True)]
    first_seen_at: Annotated[datetime, Column("First time it was observed there in this interval (UTC)", key=True)]
    last_seen_at: Annotated[datetime, Column("Last time it was observed there in this interval (UTC)")]
    closed_at: Annotated[datetime | None, Column("First later time at which the posting was known to be gone (UTC)")]
    closed_by: Annotated[
        str | None,
        Column(
            "list: a complete answer of the board lacked it; not_found: its own address answered 404 or 410; "
            "removed: the source said that it was removed",
            values=("list", "not_found", "removed"),
        ),
    ]


@table("core.posting_places", "All places of each posting.")
class PostingPlaces(rows.Place):
    """One row per place; `position` is their order at the source."""

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    position: Annotated[int, Column("Order in the advert, from 0", key=True, low=0)]


@table("core.posting_pay", "All pay of each posting: one row per component, place and level.", "low <= high")
class PostingPay(InDollars, rows.Pay):
    """Pay zones of one advert are alternatives: never add them up."""

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    position: Annotated[int, Column("Order, from 0", key=True, low=0)]


@table("core.posting_skills", "Skills each posting with text asks for or mentions.")
class PostingSkills(rows.SkillRequirement):
    """`start` and `end` point into the stored text: see the view `adverts` of `jobmarket sql`."""

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    skill: Annotated[str, Column("Name in the taxonomy", key=True, references="core.skills.skill")]


@table("core.posting_candidates", "Names that the taxonomy lacks, beside known technologies in a posting's lists.")
class PostingCandidates(rows.ListedName):
    """`core.skill_candidates` counts them. `start` and `end` point into the stored text."""

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    name: Annotated[str, Column("Name as written", key=True)]


@table("core.agency_signs", "Signs in adverts of hiring for others, each sign once.")
class AgencySigns:
    """From titles and stored texts, by `agency_cues.csv`. `analysis.boards` derives which boards belong to agencies."""

    posting_id: Annotated[str, Column("Posting", key=True, references="core.postings.posting_id")]
    sign: Annotated[
        str,
        Column(
            "client: the text says that the job is with a client of the advertiser; itself: it calls the advertiser "
            "an agency, or mentions placement or hiring out; title: the title names a client, or a person who "
            "recruits for clients",
            key=True,
            values=AGENCY_SIGNS,
        ),
    ]
    words: Annotated[str, Column("The words that say so")]


# --- core: pay reports, official wages, rates ---------------------------------------------------------


@struct
class ResponseProvenance:
    """The archived response that a row was read from; refine adds it."""

    warc: Annotated[str, Column("Archive file, relative to the archive")]
    record: Annotated[int, Column("Number of the response record in that file, from 0", low=0)]


@table("core.pay_reports", "Rows of salary surveys and pair collections; marts read the newest snapshot.")
class PayReports(rows.PayReport, ResponseProvenance):
    """Never mixed with adverts: every row has its basis."""


@table("core.official_wages", "Wages by occupation and area, as statistical offices publish them.")
class OfficialWages(rows.OfficialWage, ResponseProvenance):
    """A value named in `top_coded` is a minimum."""


@table("core.exchange_rates", "Exchange rates as quoted; core.usd_rates turns them into dollars.")
class ExchangeRates(rows.ExchangeRate, ResponseProvenance):
    """Kept as quoted, so that each figure can be traced to the quote."""


@table("core.price_levels", "Yearly official rates and purchasing power, for comparison across countries.")
class PriceLevels(rows.PriceLevel, ResponseProvenance):
    """Never used to convert pay to dollars, which takes the rate of the day."""


@table("core.occupation_skills", "Technologies by occupation, as O*NET lists them, to compare with our own counts.")
class OccupationSkills(rows.OccupationSkill, ResponseProvenance):
    """Not measured by us."""


@table("core.ai_posting_shares", "Share of adverts that name AI, by Indeed Hiring Lab: a benchmark for our own.")
class AiPostingShares(rows.AiPostingShare, ResponseProvenance):
    """The publisher revises earlier values; the newest answer wins."""


@table("core.ai_use", "Share of enterprises that use AI, as offices of statistics count them.")
class AiUses(rows.AiUse, ResponseProvenance):
    """The publisher revises earlier values; the newest answer wins."""


# --- core: lookups ----------------------------------------------------------------------------------


@table("core.sources", "The sources: what they are, and on which terms they are read.")
class Sources:
    """Written from each module's SOURCE."""

    source: Annotated[str, Column("Name of the module in extractors/", key=True)]
    title: Annotated[str, Column("Name for readers")]
    kind: Annotated[str, Column("Kind of source", values=KINDS)]
    publisher: Annotated[str, Column("Who publishes it")]
    homepage: Annotated[str, Column("Where it is described")]
    licence: Annotated[str, Column("Licence or terms in short")]
    terms_url: Annotated[str | None, Column("Address of the terms; NULL: none found")]
    attribution: Annotated[str, Column("Words that must be printed with figures made from it")]
    is_republishable: Annotated[bool, Column("Whether aggregates of it may appear in exports and on the site")]
    is_verified: Annotated[bool, Column("Whether the reader was checked against a real answer")]
    expires_after_days: Annotated[
        int | None,
        Column(
            "Days without being seen after which an advert without a stated end counts as expired (not as closed); "
            "NULL: the source has no adverts",
            unit="days",
            low=1,
        ),
    ] = None
    is_bulk: Annotated[
        bool, Column("Whether it is a whole collection made by others; its adverts are never in the panel")
    ] = False
    restriction: Annotated[
        str | None,
        Column("Words that must stand beside figures made from it; NULL: their use is free", values=RESTRICTIONS),
    ] = None
    is_in_prose: Annotated[
        bool,
        Column("Whether figures made from it stand in guides and on the front page: no restriction, or it is allowed"),
    ] = True


@table("core.countries", "Countries, their regions and money.")
class Countries(rows.Country):
    """ISO 3166-1 countries with UN M49 regions; Kosovo (XK) is our own addition."""


@table(
    "core.disclosure_laws",
    "Known laws on pay in adverts, and what our knowledge of each was checked against.",
    "in_force_from < in_force_until",
    "adverts <> 'required' OR (in_force_from IS NOT NULL AND must_state IS NOT NULL)",
    "(evidence = 'official_text') = (checked_on IS NOT NULL)",
)
class DisclosureLaws:
    """From warehouse/load/disclosure_laws.toml, which explains the keys. A place that is not in it may have a law.

    Whether a law covers an advert is not known, as no source says how many people an employer has.
    """

    jurisdiction: Annotated[
        str, Column("Country, ISO 3166-1 alpha-2, or subdivision, ISO 3166-2", key=True, pattern=JURISDICTION)
    ]
    law: Annotated[str, Column("Name of the law", key=True)]
    adverts: Annotated[
        str,
        Column(
            "required: adverts must state pay; not_required: pay must be disclosed in another way, or only adverts "
            "with low pay are covered; unclear: what we know is contradictory",
            values=DISCLOSURE_RULES,
        ),
    ]
    in_force_from: Annotated[
        date | None, Column("First day in force; if only month or year is known, the last possible day")
    ]
    in_force_until: Annotated[date | None, Column("First day no longer in force; NULL: in force")]
    must_state: Annotated[str | None, Column("What adverts must state")]
    min_employees: Annotated[
        int | None, Column("Fewest employees of a covered employer; NULL: no minimum known", low=1)
    ]
    max_width: Annotated[
        float | None, Column("Largest width of a stated range, high less low; NULL: none known", low=0)
    ]
    max_width_currency: Annotated[str | None, Column("Currency of `max_width`", pattern=CURRENCY_CODE)]
    evidence: Annotated[str, Column("What the facts were checked against", values=LAW_EVIDENCE)]
    source: Annotated[str, Column("Where the facts are from")]
    checked_on: Annotated[
        date | None, Column("Day on which they were checked against the text of the law; NULL: not checked against it")
    ]
    note: Annotated[str | None, Column("What else to know")]


@table("core.roles", "Roles: definition and group.")
class Roles(rows.Role):
    """From transforms/lookups/role/roles.csv."""


@table("core.near_occupations", "The occupation of each public classification that is nearest to each role.")
class NearOccupations(rows.NearOccupation):
    """From transforms/lookups/role/near_occupations.csv: codes to join other data by.

    Official pay is compared with a role only where `is_compared`. Names and URIs of ESCO: European Commission,
    CC BY 4.0.
    """


@table("core.skills", "The skill taxonomy.")
class Skills(rows.Skill):
    """From transforms/lookups/skills/skills.csv."""


@table("core.skill_codes", "What each skill of the taxonomy is in ESCO and O*NET.")
class SkillCodes:
    """From warehouse/load/skill_codes.csv: codes to join other data by, and how near each is, as we judge.

    Every skill has a row for ESCO and one for O*NET, if only with the reason why it has no code. Of ESCO we hold the
    concepts of ICT and of working with computers. Names and URIs of ESCO: European Commission, CC BY 4.0. Names of
    O*NET: USDOL/ETA, CC BY 4.0.
    """

    skill: Annotated[str, Column("Name in the taxonomy", key=True, references="core.skills.skill")]
    scheme: Annotated[
        str,
        Column(
            "Classification. UNSPSC: the commodity under which O*NET files the technology; where it names several, "
            "the one of most occupations",
            key=True,
            values=(ESCO, ONET, UNSPSC),
        ),
    ]
    nearness: Annotated[
        str,
        Column(
            "exactMatch: the same thing; closeMatch: mostly the same; broadMatch: a wider concept; relatedMatch: "
            "neither holds the other; none: nothing is near enough",
            values=NEARNESSES,
        ),
    ]
    code: Annotated[
        str | None, Column("URI in ESCO; name in O*NET, which has no codes for technologies; code of UNSPSC")
    ]
    label: Annotated[str | None, Column("Name there, in English")]
    reason: Annotated[str | None, Column("How the two differ, or why the code is missing; NULL: no known difference")]


@table("core.employers", "Who hires: one row per employer, resolved over all adverts and all boards that we read.")
class Employers:
    """Adverts that share a name (ignoring case, accents and legal form), a board or a domain have one employer.

    Employers of boards.csv are here even without adverts. `warehouse/load/employers.py` says what can change an id.
    """

    employer_id: Annotated[
        str,
        Column(
            "Key of a name: the smallest in boards.csv, otherwise the one seen first; `key@source` if the name is "
            "too short to identify it in other sources; without a name its domain or its board",
            key=True,
        ),
    ]
    employer: Annotated[
        str,
        Column(
            "Name: as in boards.csv, otherwise the most frequent spelling in adverts' fields, otherwise in their "
            "texts, otherwise made from a board's token or a domain; `name_source` says which"
        ),
    ]
    name_source: Annotated[
        str,
        Column(
            "Where the name is from: boards_list, advert, advert_text; token, domain: made from these, and perhaps "
            "not as the employer writes it",
            values=NAME_SOURCES,
        ),
    ]
    names: Annotated[tuple[str, ...], Column("All spellings")]
    domains: Annotated[tuple[str, ...], Column("Its own registrable domains that have adverts")]
    boards: Annotated[tuple[str, ...], Column("Its own boards that we read, source:board")]
    country: Annotated[str | None, Column("Country of the head office, if boards.csv has it", pattern=COUNTRY_CODE)]
    industry: Annotated[
        str | None, Column("ISIC section or the guide's industry, if boards.csv or fields of adverts have it")
    ]
    industry_evidence: Annotated[
        str | None,
        Column(
            "Evidence: a source in a field of its adverts (`smartrecruiters states: …`), or according to boards.csv "
            "an advert of a day, or public knowledge"
        ),
    ] = None
    is_staffing_agency: Annotated[bool, Column("Whether it hires for others, which its adverts seldom name")]
    n_postings: Annotated[int, Column("Postings in core.postings, open or not", low=0)]
