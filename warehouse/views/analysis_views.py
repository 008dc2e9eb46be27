"""Views and macros for ordinary questions, in the schema `analysis` of the published file, and what columns mean.

Each is a file in `views/analysis/`. They stand in market.duckdb alone: nothing in the pipeline reads them, so that a
night costs nothing more and a change of one has no work file made again. What counts as a job, as its pay and as its
skills is the SELECT of a macro (`counted_jobs`, `pay_observations`, `jobs_with_skills`), here over all jobs that were
ever listed and not over the stock of a day alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from transforms.text.lookups import languages_read
from warehouse.mart_tables import ClosingRates, Shares
from warehouse.ops_tables import BoardNights
from warehouse.schema import (
    among,
    counted_jobs,
    ident,
    jobs_with_skills,
    literal,
    of_table,
    pay_observations,
    read_declared,
    view_statements,
    why_not_full_time,
    why_not_in_band,
)
from warehouse.tables import Employers, PostingPay, Postings, PostingSkills, Skills

SCHEMA = "analysis"
LISTS = {
    "jobs": "shares.role.regions",
    "pay_observations": "pay.advertised.countries",
    "skills_asked": "shares.skills.regions",
    "remote_share": "shares.workplace.regions",
}
"""The list of published cells whose day a view speaks of."""


def _day_of(view: str) -> str:
    """SQL: the day whose cells are published of a view's list; else the newest of the marts."""
    published = f"max(as_of) FILTER (list = {literal(LISTS[view])})"
    return f"(SELECT coalesce({published}, (SELECT max(as_of) FROM mart.days)) FROM published.lists)"


MIN_COMMON, MIN_SHARE_COMMON = 3, 0.5
"""Least open jobs that two boards both list, and least share of those of the smaller one, by which it is a twin: one or
two jobs are also what two branches share, or an agency and its client."""

MIN_IN_COUNTRY = 5
"""Least open jobs of a board in one country alone, by which the country is the board's; with more than half of those
whose country is known."""
MIN_SIGNS, MIN_SHARE_SIGNS, MIN_READ = 3, 0.1, 5
"""Least open jobs, and their least share, whose adverts have signs of an agency; a consultancy or an employer's own
recruiter has one or two. Least jobs read in full without which no sign is found means nothing."""


def _select(name: str, **parameters: str) -> tuple[str, str]:
    return read_declared(f"analysis/{name}", **parameters)


_ON_DAY = "as_of::DATE"
_JOB_ADVERTS = _select("job_adverts", day=_ON_DAY)[1]
MACROS = {
    "analysis.jobs_on": _select(
        "jobs",
        job_adverts=_JOB_ADVERTS,
        counted_jobs=counted_jobs("job_adverts")[1],
        languages_of_skills=among(languages_read("skills")),
    ),
    "analysis.pay_observations_on": _select(
        "pay_observations",
        job_adverts=_JOB_ADVERTS,
        observations=pay_observations("job_adverts")[1],
        not_full_time=why_not_full_time("s", period="s.period"),
        not_in_band=why_not_in_band("s"),
    ),
    "analysis.skills_asked_on": _select(
        "skills_asked", job_adverts=_JOB_ADVERTS, skills=jobs_with_skills("job_adverts", "analysis.jobs_on(as_of)")[1]
    ),
}
"""The same for any day, `analysis.jobs_on(DATE '2026-01-22')`: meaning and SELECT of each table macro."""


def _of_published_day(name: str) -> tuple[str, str]:
    """A view: the rows of its macro on the day whose cells are published."""
    return MACROS[f"analysis.{name}_on"][0], f"FROM analysis.{name}_on({_day_of(name)})"


VIEWS = {
    **{f"analysis.{name}": _of_published_day(name) for name in ("jobs", "pay_observations", "skills_asked")},
    "analysis.remote_share": _select("remote_share", day=_day_of("remote_share")),
    "analysis.closing_rates": _select("closing_rates"),
    "analysis.open_by_month": _select("open_by_month", newest="(SELECT max(as_of) FROM mart.days)"),
    "analysis.employers_hiring": _select("employers_hiring"),
    "analysis.twin_boards": _select("twin_boards", min_common=str(MIN_COMMON), min_share=str(MIN_SHARE_COMMON)),
    "analysis.boards": _select(
        "boards",
        min_jobs=str(MIN_IN_COUNTRY),
        min_signs=str(MIN_SIGNS),
        min_share=str(MIN_SHARE_SIGNS),
        min_read=str(MIN_READ),
    ),
    "analysis.board_nights": _select("board_nights"),
}
"""Meaning and SELECT of each view; a view comes after those that it reads."""

_IS_OPEN = "Its board listed it when it was last read: the stock of the day, which statistics count"
_EMPLOYER_KEY = "Who it counts under: `employer_id`, else its board, else the advert itself"
_EMPLOYER = "Name of the employer, as in core.employers; NULL: the advert names nobody"
_JOB = {"job_id": "The vacancy, however many adverts it has"}
_EMPLOYER_OF_JOB = {"employer_key": _EMPLOYER_KEY, "employer": _EMPLOYER}
_WORK = of_table(Postings, "role_group", "role", "seniority")
_INFERRED = of_table(Postings, "seniority_inferred")
_COUNTRIES = {"countries": "Countries of its places, ISO 3166-1 alpha-2, in order; empty: not known"}
_OPEN = {"is_open": _IS_OPEN}
_DAYS = {
    "first_seen_on": "Day one of its adverts was first observed (UTC)",
    "last_seen_on": "Day one of its adverts was last observed (UTC)",
}
_CLOSED = {
    "closed_on": "Day from which no board lists any of its adverts; NULL: listed, expired, or not known to be gone"
}
_SKILL_READ = {"is_skill_read": "Skills are read from its texts: it has one, in a language in which they are read"}

COLUMNS: dict[str, dict[str, str]] = {
    "analysis.jobs": {
        **_JOB,
        "posting_id": "Its first advert, by id, among those that speak for it: core.postings has its page and bytes",
        "title": "Title of that advert",
        **_EMPLOYER_OF_JOB,
        **of_table(Employers, "name_source", "is_staffing_agency", "industry"),
        **_WORK,
        **_INFERRED,
        **_COUNTRIES,
        "country": "The country, where all of its places are in one; NULL: none, or several",
        "city": "City of its first place that names one; NULL: none does",
        "posted_on": "First day on which one of its adverts was posted, as it says; NULL: none says",
        **of_table(Postings, "workplace", "employment_type", "degree_min", "years_min", "qualifications", "language"),
        "text_class": "Class of its best text; what texts ask for is read from texts of that class alone",
        **_SKILL_READ,
        "states_pay": "One of its adverts states base pay",
        **_OPEN,
        **_DAYS,
        **_CLOSED,
        "n_adverts": "Adverts that it ever had, over all sources",
        "sources": "Sources of these",
    },
    "analysis.pay_observations": {
        **_JOB,
        "posting_id": "Advert whose pay it is",
        **_EMPLOYER_OF_JOB,
        **_WORK,
        **_INFERRED,
        "country": "Country the pay counts in, or `several`, or `remote`; NULL: not known",
        "region": "UN M49 region the pay counts in, or `several`, or `remote`; NULL: not known",
        **of_table(Postings, "city", "workplace"),
        "basis": "Kind of pay figure: advertised. What persons report and offices publish stands in other tables",
        **of_table(Postings, "pay_market"),
        "low_usd": "Lower end for a full-time year, by the rate of the advert's day (USD per year)",
        "high_usd": "Upper end for a full-time year, by the rate of the advert's day (USD per year)",
        "mid_usd": "Midpoint of the two; NULL where one is not known (USD per year)",
        **of_table(Postings, "currency"),
        "low_local": "Lower end for a full-time year in `currency` (currency per year)",
        "high_local": "Upper end for a full-time year in `currency` (currency per year)",
        "mid_local": "Midpoint of the two; NULL where one is not known (currency per year)",
        "low_as_stated": "Lower end as stated, per `period` (currency)",
        "high_as_stated": "Upper end as stated, per `period` (currency)",
        **of_table(PostingPay, "period"),
        **of_table(Postings, "pay_source"),
        "fx_on": "Day of the exchange rate; NULL: paid in dollars, or no rate",
        "why_not": (
            "Why it is in no salary band of today, the first that holds: intern, data_trainer, not_full_time, "
            "short_period (by the hour, day or week and employment not stated), no_yearly_amount, one_end, a flag of "
            "core.postings.pay_flag, net, no_currency or no_rate (no dollars), not_open; NULL: it is in a band"
        ),
        "is_in_band": "It is in the bands of its place in mart.salary_bands, in US dollars",
        **_OPEN,
        **_DAYS,
        **_CLOSED,
        "days_seen": "Days from the first to the last day seen, both counted: it was open at least so long (days)",
    },
    "analysis.skills_asked": {
        **_JOB,
        **of_table(PostingSkills, "skill"),
        **of_table(Skills, "category"),
        "requirement": "Strongest requirement that its texts name: required, preferred, mentioned",
        "text_class": "Class of the texts it was read in: never count classes together",
        **of_table(Postings, "language"),
        **_SKILL_READ,
        **_EMPLOYER_OF_JOB,
        **_WORK,
        **_COUNTRIES,
        **_OPEN,
        **_DAYS,
    },
    "analysis.remote_share": {
        **of_table(Shares, "as_of", "region_level", "region", "role_group"),
        "role": "Role, or `all` of the group, which alone has intervals",
        "n_remote": "Jobs that are remote",
        "n_not_remote": "Jobs that are hybrid or on site",
        "n_unknown": "Jobs that do not say",
        "known_share": "Jobs that say, of all jobs of the cell (share)",
        "share": "Remote jobs, of those that say; NULL: suppressed (share)",
        **of_table(Shares, "share_lo", "share_hi", "bound_lo", "bound_hi", "form"),
        "status": "published, low or suppressed as in mart.shares; count: of a role, counted and not judged",
        "reason": "Why it is not published",
        **of_table(Shares, "period_from", "period_to"),
    },
    "analysis.closing_rates": {
        **of_table(ClosingRates, "as_of", "region_level", "region", "role_group", "n_jobs", "n_boards", "open_days"),
        "n_closings": "Adverts that closed",
        **of_table(
            ClosingRates, "rate", "rate_lo", "rate_hi", "period_from", "period_to", "sample", "status", "reason"
        ),
    },
    "analysis.open_by_month": {
        "month": "First day of the month (UTC)",
        "region_level": "world or country",
        "region": "World, or ISO country code; a job counts once in each of its countries",
        "role_group": "Group of the role",
        "role": "Role. A job has one, so that roles may be added up; countries may not",
        "n_jobs": "Jobs that the boards read in the month listed at their last complete reading in it",
        "n_employers": "Employers of these",
        "n_boards_read": "Boards that were read whole in the month, of any place and role: what the month covers",
        "read_from": "Earliest of the boards' last complete readings in the month",
        "read_to": "Latest of them",
        "n_boards_again": "Boards that were read whole in the month before, too",
        "n_jobs_again": "Jobs of this cell that these boards listed in this month",
        "n_jobs_before": "Jobs of this cell that the same boards listed in the month before",
    },
    "analysis.employers_hiring": {
        **_EMPLOYER_OF_JOB,
        **of_table(Employers, "name_source", "is_staffing_agency", "industry"),
        "n_jobs": "Open jobs in AI engineering, AI science or around them",
        "n_ai_engineering": "Of them in AI engineering",
        "n_ai_science": "Of them in AI science",
        "roles": "How many of which role",
        "countries": "Countries of their places, ISO 3166-1 alpha-2",
        "n_remote": "Of them remote, as far as adverts say",
        "n_read_in_full": "Of them with a full advert: where pay would stand",
        "n_stating_pay": "Of these, jobs whose adverts state base pay",
        "share_stating_pay": "n_stating_pay of n_read_in_full; NULL: no full advert (share)",
        "first_seen_on": "Day the first of these jobs was first observed (UTC)",
        "last_seen_on": "Day the last of these jobs was last observed (UTC)",
    },
    "analysis.twin_boards": {
        "source": "Source of the board that repeats another",
        "board": "Board that lists what another lists",
        "other_source": "Source of that other board",
        "other_board": "Board with more open jobs, among them most of this one's",
        "n_common": "Open jobs that both list",
        "n_jobs": "Open jobs of the board",
        "n_jobs_of_other": "Open jobs of the other board",
        "share_common": "n_common of n_jobs (share)",
    },
    "analysis.boards": {
        "source": "Source that reads the platform",
        "board": "Token of the board in the platform's addresses",
        "known_from": "What named it first: a list's name, or boards.csv; NULL: nothing, its adverts came all the same",
        "state": "test: its token says that it is a trial; else new, answers, moved, refused, missing, dead or fails",
        "employer": "Employer of more than half of its open jobs, as in core.employers; NULL: there is none",
        "n_jobs": "Open jobs that it lists",
        "country": (
            f"Country of more than half of its jobs whose country is known, and of {MIN_IN_COUNTRY} at least, "
            "ISO 3166-1 alpha-2; NULL: there is none. Where the jobs are, not where the employer is at home"
        ),
        "n_placed": "Jobs whose country is known",
        "n_in_country": "Of them in this country alone",
        "country_share": "n_in_country of n_placed (share)",
        "is_agency": (
            "A recruitment or staffing agency's, which hires for others or hires people out: more than half of its "
            f"jobs are of an employer with an agency's name, or {MIN_SIGNS} jobs and {MIN_SHARE_SIGNS:.0%} have a sign "
            f"of one, in texts or in titles; false: {MIN_READ} jobs or more were read in full, and it is not so; NULL: "
            "not known"
        ),
        "n_of_agency": "Jobs of an employer whose name is an agency's",
        "n_read": "Jobs read in full",
        "n_for_client": "Of them those whose text says that the job is with a client, or that an agency advertises",
        "n_by_title": "Jobs whose title names a client, or is of one who recruits for clients",
        "agency_words": "Up to three of the words that say so, in order; core.agency_signs has them by advert",
        "n_employers": "Employers that its jobs name; a group names its companies, so that several are no sign",
        **of_table(Employers, "industry", "industry_evidence"),
    },
    "analysis.board_nights": {
        "source": "Source that reads the platform",
        "board": "Token of the board in the platform's addresses",
        "night": "Night (UTC)",
        "why": "panel, limit, dead or yield: see ops.board_nights; NULL: no plan of that night is on record",
        **of_table(BoardNights, "chance"),
        "n_answers": "Answers for its list that night: pages, and several readings of a night",
        "said": (
            "What these said: answer, empty, gone, moved or failure (see core.board_answers); where there are none, "
            "what came of it: refused, no_answer or not_asked (see ops.board_nights); NULL: not on record, or its "
            "answer came after midnight and stands with the next night"
        ),
        "answered_on": "Last night until then on which it answered with a list; NULL: none",
        "n_adverts": (
            "Adverts that it listed at the end of that day (UTC), by what was read until then; NULL: it had never "
            "answered"
        ),
        "n_ai": "Of them AI adverts",
        "n_ai_paid": "Of these, adverts with pay",
        "n_first_seen": "Adverts first seen on it that night",
        "n_ai_paid_first_seen": "Of them AI adverts with pay: what a reading brings",
    },
}
"""What each column of each view means, in order; taken from a table's declaration where the column is the table's."""


def declarations() -> Iterator[str]:
    """The statements that make the schema, its views and their comments, in a database that has all that they read."""
    yield f"CREATE SCHEMA IF NOT EXISTS {ident(SCHEMA)}"
    for name, (meaning, select) in MACROS.items():
        yield f"CREATE OR REPLACE MACRO {name}(as_of) AS TABLE\n{select}"
        yield f"COMMENT ON MACRO TABLE {name} IS {literal(meaning)}"
    for name, (meaning, select) in VIEWS.items():
        yield from view_statements(name, meaning, select, COLUMNS[name])
