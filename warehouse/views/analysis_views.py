"""The schema `analysis` of the published file: views and macros for ordinary questions, with the meanings of columns.

The SELECT of each view or macro is a file in `analysis/`. Only market.duckdb has these views and macros, and nothing in
the pipeline reads them. They therefore take no time at night, and a change to them does not rebuild the work file.
Jobs, pay and skills are counted by the SELECTs of the macros `counted_jobs`, `pay_observations` and `jobs_with_skills`,
but over all jobs ever listed instead of the stock of a day.
"""

from __future__ import annotations

from collections.abc import Iterator

from transforms.text.lookups import languages_read
from warehouse.mart_tables import ClosingRates, Shares
from warehouse.ops_tables import BoardNights
from warehouse.schema import (
    among,
    ident,
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
"""For each view, the list of published cells whose day is the day of the view."""


def _day_of(view: str) -> str:
    """Return SQL for the day of a view's published cells; if there are none, for the newest day of the marts."""
    published = f"max(as_of) FILTER (list = {literal(LISTS[view])})"
    return f"(SELECT coalesce({published}, (SELECT max(as_of) FROM mart.days)) FROM published.lists)"


MIN_COMMON, MIN_SHARE_COMMON = 3, 0.5
"""A board is a twin of another board if both list at least this many open jobs, and these are at least this share of
its own open jobs. Two branches, or an agency and its client, may also have one or two jobs in common."""
MIN_IN_COUNTRY = 5
"""A board has a country if at least this many of its open jobs, and more than half of those with a known country, are
there."""
MIN_SIGNS, MIN_SHARE_SIGNS, MIN_READ = 3, 0.1, 5
"""An agency's board has at least `MIN_SIGNS` open jobs with signs of one, and at least this share of its open jobs; a
consultancy may have one or two. The lack of signs means something if `MIN_READ` jobs were read in full."""


def _select(name: str, **parameters: object) -> tuple[str, str]:
    return read_declared(f"analysis/{name}", **{key: str(value) for key, value in parameters.items()})


_JOB_ADVERTS = _select("job_adverts", day="as_of::DATE")[1]
MACROS = {
    "analysis.jobs_on": _select(
        "jobs",
        job_adverts=_JOB_ADVERTS,
        counted_jobs=read_declared("jobs/counted_jobs", adverts="job_adverts")[1],
        languages_of_skills=among(languages_read("skills")),
    ),
    "analysis.pay_observations_on": _select(
        "pay_observations",
        job_adverts=_JOB_ADVERTS,
        observations=pay_observations("job_adverts")[1],
        not_full_time=why_not_full_time("s", period="s.period", contract="s.contract"),
        not_in_band=why_not_in_band("s"),
    ),
    "analysis.skills_asked_on": _select(
        "skills_asked",
        job_adverts=_JOB_ADVERTS,
        skills=read_declared("jobs/jobs_with_skills", adverts="job_adverts", jobs="analysis.jobs_on(as_of)")[1],
    ),
}
"""Macros for any day, such as `analysis.jobs_on(DATE '2026-01-22')`: name -> (meaning, SELECT)."""

FUNCTIONS = {"analysis.employer_interval": _select("employer_interval")}
"""Macros that return a value, not a table: name -> (meaning, expression). `ARGUMENTS` has what each takes."""
ARGUMENTS = {"analysis.employer_interval": "share, n_employers"}


def _of_published_day(name: str) -> tuple[str, str]:
    return MACROS[f"analysis.{name}_on"][0], f"FROM analysis.{name}_on({_day_of(name)})"


VIEWS = {
    **{f"analysis.{name}": _of_published_day(name) for name in ("jobs", "pay_observations", "skills_asked")},
    "analysis.remote_share": _select("remote_share", day=_day_of("remote_share")),
    "analysis.closing_rates": _select("closing_rates"),
    "analysis.open_by_month": _select("open_by_month", newest="(SELECT max(as_of) FROM mart.days)"),
    "analysis.employers_hiring": _select("employers_hiring"),
    "analysis.twin_boards": _select("twin_boards", min_common=MIN_COMMON, min_share=MIN_SHARE_COMMON),
    "analysis.boards": _select(
        "boards", min_jobs=MIN_IN_COUNTRY, min_signs=MIN_SIGNS, min_share=MIN_SHARE_SIGNS, min_read=MIN_READ
    ),
    "analysis.board_nights": _select("board_nights"),
}
"""Views: name -> (meaning, SELECT). A view comes after the views that it reads."""

_IS_OPEN = "Its board listed it when it was last read: it is in the stock of the day, which statistics count"
_EMPLOYER_KEY = "The employer it counts under: `employer_id`, otherwise its board, otherwise the advert itself"
_EMPLOYER = "Name of the employer, as in core.employers; NULL: the advert names none"
_JOB = {"job_id": "The vacancy, however many adverts it has"}
_EMPLOYER_OF_JOB = {"employer_key": _EMPLOYER_KEY, "employer": _EMPLOYER}
_WORK = of_table(Postings, "role_group", "role", "seniority")
_INFERRED = of_table(Postings, "seniority_inferred")
_COUNTRIES = {"countries": "Countries of its places, ISO 3166-1 alpha-2, in order; empty: not known"}
_OPEN = {"is_open": _IS_OPEN}
_DAYS = {
    "first_seen_on": "Day on which one of its adverts was first observed (UTC)",
    "last_seen_on": "Day on which one of its adverts was last observed (UTC)",
}
_CLOSED = {
    "closed_on": "Day from which no board lists any of its adverts; NULL: listed, expired, or not known to be gone"
}
_SKILL_READ = {"is_skill_read": "Whether skills were read: it has a text in a language in which they are read"}

COLUMNS: dict[str, dict[str, str]] = {
    "analysis.jobs": {
        **_JOB,
        "posting_id": "Its first counted advert by id; core.postings has its page and archived bytes",
        "title": "Title of that advert",
        **_EMPLOYER_OF_JOB,
        **of_table(Employers, "name_source", "is_staffing_agency", "industry"),
        **_WORK,
        **_INFERRED,
        **_COUNTRIES,
        "country": "The country, if all of its places are in one; NULL: none, or several",
        "city": "City of its first place that names one; NULL: none does",
        "posted_on": "Earliest day on which an advert says that it was posted; NULL: none says",
        **of_table(
            Postings,
            "workplace",
            "employment_type",
            "contract",
            "degree_min",
            "years_min",
            "qualifications",
            "language",
        ),
        "text_class": "Class of its best text; requirements are read only from texts of that class",
        **_SKILL_READ,
        "states_pay": "One of its adverts states base pay",
        **_OPEN,
        **_DAYS,
        **_CLOSED,
        "n_adverts": "Adverts that it ever had, at all sources",
        "sources": "Sources of these",
        "shares_text": (
            "Whether another of its employer's jobs has the same title words and the same text, word for word: perhaps "
            "one opening, advertised at several places"
        ),
    },
    "analysis.pay_observations": {
        **_JOB,
        "posting_id": "Advert that states the pay",
        **_EMPLOYER_OF_JOB,
        **_WORK,
        **_INFERRED,
        "country": "Country that the pay counts in, or `several`, or `remote`; NULL: not known",
        "region": "UN M49 region that the pay counts in, or `several`, or `remote`; NULL: not known",
        **of_table(Postings, "city", "workplace"),
        "basis": "Kind of pay: advertised. What persons report and offices publish is in other tables",
        "contract": "Contract in whose cells it counts: contractor or agency where stated, else employee",
        **of_table(Postings, "pay_market"),
        "low_usd": "Lower end for a full-time year, at the rate of the advert's day (USD per year)",
        "high_usd": "Upper end for a full-time year, at the rate of the advert's day (USD per year)",
        "mid_usd": "Midpoint of the two; NULL if one is not known (USD per year)",
        **of_table(Postings, "currency"),
        "low_local": "Lower end for a full-time year in `currency` (currency per year)",
        "high_local": "Upper end for a full-time year in `currency` (currency per year)",
        "mid_local": "Midpoint of the two; NULL if one is not known (currency per year)",
        "low_as_stated": "Lower end as stated, per `period` (currency)",
        "high_as_stated": "Upper end as stated, per `period` (currency)",
        **of_table(PostingPay, "period"),
        **of_table(Postings, "pay_source"),
        "fx_on": "Day of the exchange rate; NULL: paid in dollars, or no rate",
        "why_not": (
            "Why it is in no salary band of today, the first that applies: intern, data_trainer, not_full_time, "
            "short_period (by the hour, day or week and employment not stated), contract_open (an employee's or a "
            "contractor's, as it is not stated which), no_yearly_amount, one_end, a flag of "
            "core.postings.pay_flag, net, no_currency or no_rate (no dollars), not_open; NULL: it is in a band"
        ),
        "is_in_band": "Whether it is in the bands of its place in mart.salary_bands, in US dollars",
        **_OPEN,
        **_DAYS,
        **_CLOSED,
        "days_seen": "Days from the first to the last day seen, both included: how long it was open at least (days)",
    },
    "analysis.skills_asked": {
        **_JOB,
        **of_table(PostingSkills, "skill"),
        **of_table(Skills, "category", "parent"),
        "requirement": "How the text that speaks for the job asks for it: required, preferred, duty, mentioned",
        "text_class": "Class of the texts it was read in; never count several classes together",
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
        "role": "Role, or `all` of the group; only `all` has intervals",
        "n_remote": "Jobs that are remote",
        "n_not_remote": "Jobs that are hybrid or on site",
        **of_table(Shares, "n_unknown", "n_unread"),
        "known_share": "Jobs that say, as a share of all that could have told (share)",
        "share_by_employer": "Mean over employers of the part of their jobs that are remote, of those that say: the "
        "number that is printed first; NULL: another form than point, or suppressed (share)",
        **of_table(Shares, "share_by_employer_lo", "share_by_employer_hi", "form_by_employer", "platforms"),
        "share": "Remote jobs, as a share of those that say; NULL: another form than point, or suppressed (share)",
        **of_table(Shares, "share_lo", "share_hi", "form", "platforms_by_jobs", "bound_lo", "bound_hi"),
        "status": "published, low or suppressed as in mart.shares; count: a role, counted without a judgement",
        "reason": "Why it is not published",
        **of_table(Shares, "period_from", "period_to"),
    },
    "analysis.closing_rates": {
        **of_table(ClosingRates, "as_of", "region_level", "region", "role_group", "n_jobs", "n_employers", "open_days"),
        "n_closings": "Adverts that closed",
        **of_table(
            ClosingRates,
            "n_provisional",
            "rate",
            "rate_lo",
            "rate_hi",
            "period_from",
            "period_to",
            "sample",
            "status",
            "reason",
        ),
    },
    "analysis.open_by_month": {
        "month": "First day of the month (UTC)",
        "region_level": "world or country",
        "region": "World, or ISO country code; a job counts once in each of its countries",
        "role_group": "Group of the role",
        "role": "Role. A job has one role, so roles may be added up; countries may not",
        "n_jobs": "Jobs on the last complete list of each board in the month",
        "n_employers": "Their employers",
        "n_boards_read": "Boards with a complete list in the month, of any place and role: what the month covers",
        "read_from": "Earliest of the boards' last complete readings in the month",
        "read_to": "Latest of them",
        "n_boards_again": "Boards of these with a complete list in the month before, too",
        "n_jobs_again": "Jobs of this cell that these boards listed in this month",
        "n_jobs_before": "Jobs of this cell that the same boards listed in the month before",
    },
    "analysis.employers_hiring": {
        **_EMPLOYER_OF_JOB,
        **of_table(Employers, "name_source", "is_staffing_agency", "industry"),
        "n_jobs": "Open jobs in AI engineering, AI science or around them",
        "n_ai_engineering": "Jobs of these in AI engineering",
        "n_ai_science": "Jobs of n_jobs in AI science",
        "roles": "Number of jobs by role",
        "countries": "Countries of their places, ISO 3166-1 alpha-2",
        "n_remote": "Jobs of n_jobs that are remote, as far as adverts say",
        "n_read_in_full": "Jobs of n_jobs with a full advert, where pay would be stated",
        "n_stating_pay": "Jobs of n_read_in_full with base pay in an advert",
        "share_stating_pay": "n_stating_pay / n_read_in_full; NULL: no full advert (share)",
        "first_seen_on": "Day on which the first of these jobs was first observed (UTC)",
        "last_seen_on": "Day on which the last of these jobs was last observed (UTC)",
    },
    "analysis.twin_boards": {
        "source": "Source of the board that repeats another one",
        "board": "Board that lists jobs of another board",
        "other_source": "Source of the other board",
        "other_board": "The other board, which has more open jobs, among them most of these",
        "n_common": "Open jobs that both list",
        "n_jobs": "Open jobs of the board",
        "n_jobs_of_other": "Open jobs of the other board",
        "share_common": "n_common / n_jobs (share)",
    },
    "analysis.boards": {
        "source": "Source that reads the platform",
        "board": "Token of the board in the platform's addresses",
        "known_from": "What named it first: a list, or boards.csv; NULL: nothing, although we have its adverts",
        "state": "test (a trial, according to its token), new, answers, moved, refused, missing, dead or fails",
        "employer": "Employer of more than half of its open jobs, as in core.employers; NULL: none",
        "n_jobs": "Open jobs that it lists",
        "country": (
            f"Country of more than half of its jobs with a known country, and of at least {MIN_IN_COUNTRY}, ISO 3166-1 "
            "alpha-2; NULL: none. This is where the jobs are, not where the employer is based"
        ),
        "n_placed": "Jobs with a known country",
        "n_in_country": "Jobs of these in this country alone",
        "country_share": "n_in_country / n_placed (share)",
        "is_agency": (
            "Whether it belongs to a recruitment or staffing agency, which hires for others or hires people out: more "
            f"than half of its jobs have an employer with an agency's name, or {MIN_SIGNS} jobs and "
            f"{MIN_SHARE_SIGNS:.0%} show a sign of one in texts or titles; false: {MIN_READ} jobs or more were read in "
            "full and do not; NULL: not known"
        ),
        "n_of_agency": "Jobs of an employer with an agency's name",
        "n_read": "Jobs read in full",
        "n_for_client": "Jobs of n_read with a text that names a client, or says that an agency advertises",
        "n_by_title": "Jobs with a title that names a client, or a person who recruits for clients",
        "agency_words": "Up to three of the words that say so, in order; core.agency_signs has them by advert",
        "n_employers": "Employers that its jobs name; several are no sign, as a group may name its companies",
        **of_table(Employers, "industry", "industry_evidence"),
    },
    "analysis.board_nights": {
        "source": "Source that reads the platform",
        "board": "Token of the board in the platform's addresses",
        "night": "Night (UTC)",
        "why": "panel, limit, dead or yield: see ops.board_nights; NULL: no plan for that night is on record",
        **of_table(BoardNights, "chance"),
        "n_answers": "Answers for its list that night: pages, possibly of several readings",
        "said": (
            "What these said (see core.board_answers), without answers the outcome (see ops.board_nights); NULL: not "
            "on record, or the answer came after midnight and counts for the next night"
        ),
        "answered_on": "Last night up to then on which it answered with a list; NULL: none",
        "n_adverts": "Adverts listed at the end of that day (UTC), as far as was read; NULL: no answer yet",
        "n_ai": "Adverts of these for AI jobs",
        "n_ai_paid": "Adverts of n_ai with pay",
        "n_first_seen": "Adverts first seen on it that night",
        "n_ai_paid_first_seen": "Adverts of these for AI jobs with pay: what a reading brings",
    },
}
"""The meaning of each column of each view, in order. A column that comes from a table has the meaning that the table
declares."""


def declarations() -> Iterator[str]:
    """Yield the statements that create the schema and its views, macros and comments. The tables must exist."""
    yield f"CREATE SCHEMA IF NOT EXISTS {ident(SCHEMA)}"
    for name, (meaning, select) in MACROS.items():
        yield f"CREATE OR REPLACE MACRO {name}(as_of) AS TABLE\n{select}"
        yield f"COMMENT ON MACRO TABLE {name} IS {literal(meaning)}"
    for name, (meaning, expression) in FUNCTIONS.items():
        yield f"CREATE OR REPLACE MACRO {name}({ARGUMENTS[name]}) AS (\n{expression})"
        yield f"COMMENT ON MACRO {name} IS {literal(meaning)}"
    for name, (meaning, select) in VIEWS.items():
        yield from view_statements(name, meaning, select, COLUMNS[name])
