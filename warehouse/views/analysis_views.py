"""The schema `analysis` of the published file: views and macros for ordinary questions.

The SELECT of each view or macro is a file in `analysis/`. Only market.duckdb has these views and macros, and nothing in
the pipeline reads them. They therefore take no time at night, and a change to them does not rebuild the work file.
Jobs, pay and skills are counted by the SELECTs of the macros `counted_jobs`, `pay_observations` and `jobs_with_skills`,
but over all jobs ever listed instead of the stock of a day.
"""

from __future__ import annotations

from collections.abc import Iterator

from transforms.text.lookups import languages_read
from warehouse.schema import (
    among,
    ident,
    literal,
    pay_observations,
    read_columns,
    read_declared,
    view_statements,
    why_not_full_time,
    why_not_in_band,
)

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

COLUMNS = read_columns(
    [SCHEMA], min_jobs=MIN_IN_COUNTRY, min_signs=MIN_SIGNS, min_percent=f"{MIN_SHARE_SIGNS:.0%}", min_read=MIN_READ
)
"""The meaning of each column of each view, in order."""


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
