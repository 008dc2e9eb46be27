"""The measures of mart.shares: what is asked of each job, one declaration per measure.

To add one, add it to `MEASURES`. `answers` is an SQL expression over a row of `relation`, which has one row per job:
the list of items that are true of the job, empty where none is, and NULL where the job does not say. A job counts in
the denominator of every item unless its list is NULL; jobs that `jobs` leaves out are not part of the measure at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from transforms.records.vocabulary import (
    AI_GROUPS,
    AI_JOBS,
    CELL_GROUPS,
    DEGREES,
    EMPLOYMENT_TYPES,
    ROLE_GROUPS,
    WORKPLACES,
    YEARS_BANDS,
)

ESTIMAND = "share_of_jobs_capped"
"""Share of jobs of which one employer is at most a tenth (`statistics.EMPLOYER_CAP`)."""
STILL_OPEN_DAYS = 60
"""Hiring difficulty: vacancies still open after this many days."""
YES = "yes"
JOBS = "counted_jobs($as_of, $window_days)"
FOLLOWED = f"followed_jobs($as_of, $window_days, {STILL_OPEN_DAYS})"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is asked of each job of a cell.

    `title` and `unit` are words for readers, `jobs_title` names the jobs of the denominator. `items` are items that
    each cell has a row for; those that some job of the cell has are there anyway. `period` is the reference period:
    its first and last day, in days before the day of the mart, 0 is that day; None is the window.
    """

    name: str
    title: str
    jobs_title: str
    answers: str
    jobs: str = "true"
    relation: str = JOBS
    unit: str = "share of jobs"
    items: tuple[str, ...] = ()
    role_groups: tuple[str, ...] = ("ai_engineering", AI_JOBS)
    seniority_groups: tuple[str, ...] = ("all",)
    text_class: str = "all"
    has_categories: bool = False
    period: tuple[int, int] | None = None

    @property
    def asks_all_jobs(self) -> bool:
        """Whether every job of a cell is part of the measure, whatever it answers."""
        return self.jobs == "true" and self.relation != FOLLOWED

    def select(self) -> str:
        """SELECT of `job_id` and `items`, one row per job of the measure. Parameters: $as_of, $window_days."""
        return self.select_from(self.relation)

    def select_from(self, relation: str, job: str = "job_id") -> str:
        """The same SELECT over another relation that has the columns of `relation`, with `job` to name the job."""
        return f"SELECT {job}, {self.answers} AS items FROM {relation} WHERE {self.jobs}"

    def behind(self) -> str:
        """SELECT of what stands behind the shares: jobs of known answer, in each region where they count.

        Gives `region_level`, `region`, `role_group`, `job_id` and `items`, those that the job is in the numerator of.
        Distinct jobs of a cell are its `n_jobs`. Parameters: $as_of, $window_days.
        """
        if self.relation == JOBS:  # which has the role group; other relations take it from there
            answers = f"({self.select_from(JOBS, 'job_id, role_group')}) AS a"
        else:
            answers = f"({self.select()}) AS a JOIN (SELECT job_id, role_group FROM {JOBS}) USING (job_id)"
        return f"""
        SELECT r.region_level, r.region, role_group, a.job_id, a.items
        FROM {answers}
        JOIN job_regions($as_of, $window_days) AS r USING (job_id)
        WHERE a.items IS NOT NULL"""

    def period_of(self, window_days: int) -> tuple[int, int]:
        """Days from the first and from the last day of the reference period to the day of the mart."""
        return self.period or (window_days - 1, 0)


def _single_answer(column: str) -> str:
    """One answer, which the job may not state."""
    return f"CASE WHEN {column} IS NOT NULL THEN [{column}] END"


def _if(condition: str) -> str:
    """Yes or no; what is not stated is no."""
    return f"CASE WHEN {condition} THEN ['{YES}'] ELSE [] END"


def _years_band() -> str:
    bands = " ".join(f"WHEN years_min < {last + 1} THEN ['{band}']" for band, (_, last) in YEARS_BANDS.items())
    return f"CASE {bands} END"


_SKILLS = {
    "required": "required",
    "preferred": "preferred",
    "mentioned": "mentioned",
    "asked": "required or preferred",
    "any": "required, preferred or mentioned",
}
_ADDITIONAL = {
    "additional_pay": ("Equity, bonus or commission beside base pay", ()),
    "equity": ("Equity beside base pay", ("equity", "equity_percent")),
    "bonus": ("Bonus beside base pay", ("bonus",)),
    "commission": ("Commission beside base pay", ("commission", "on_target_earnings")),
}
"""Title and components (`core.posting_pay.component`) of pay beside base pay; none: any of them."""
_ALL_ADDITIONAL = tuple(name for _, names in _ADDITIONAL.values() for name in names)

_DECLARED = (
    *(
        Measure(
            name=f"skill_{requirement}",
            title=f"Skills {words}",
            jobs_title="jobs whose full text was read in a language of the taxonomy",
            answers=f'CASE WHEN has_text THEN "{requirement}" END',
            relation="jobs_with_skills($as_of, $window_days)",
            role_groups=tuple(group for group in CELL_GROUPS if group != AI_JOBS),
            text_class="with_text",
            has_categories=True,
        )
        for requirement, words in _SKILLS.items()
    ),
    Measure(
        name="role",
        title="Roles among AI jobs",
        jobs_title="AI jobs",
        answers="[role]",
        items=tuple(role for group in AI_GROUPS for role in ROLE_GROUPS[group]),
        role_groups=(AI_JOBS,),
    ),
    Measure(
        name="workplace",
        title="Where the work is done",
        jobs_title="jobs that say where the work is done",
        answers=_single_answer("workplace"),
        items=WORKPLACES,
    ),
    Measure(
        name="remote_scope",
        title="Where remote work may be done",
        jobs_title="remote jobs that say where the work may be done",
        answers="remote_scope",
        jobs="workplace = 'remote'",
    ),
    Measure(
        name="degree",
        title="Lowest accepted degree",
        jobs_title="jobs that name a degree, or say that none is needed",
        answers=_single_answer("degree_min"),
        items=DEGREES,
    ),
    Measure(
        name="years",
        title="Least years of experience asked for",
        jobs_title="jobs that ask for years of experience",
        answers=_years_band(),
        items=tuple(YEARS_BANDS),
    ),
    Measure(
        name="employment_type",
        title="Type of employment",
        jobs_title="jobs that state the type of employment",
        answers=_single_answer("employment_type"),
        items=EMPLOYMENT_TYPES,
    ),
    *(
        Measure(
            name=f"{name}_offered",
            title=title,
            answers=_if(f"list_has_any(pay_components, {list(names or _ALL_ADDITIONAL)})"),
            items=(YES,),
            jobs="seniority <> 'intern' AND states_pay",
            jobs_title="jobs that state pay, without internships",
        )
        for name, (title, names) in _ADDITIONAL.items()
    ),
    Measure(
        name="industry",
        title="Industry of the employer",
        jobs_title="jobs of employers whose industry is known",
        answers=_single_answer("industry"),
    ),
    Measure(
        name="pay_stated",
        title="Pay is stated",
        jobs_title="all jobs",
        answers=_if("states_pay"),
        items=(YES,),
    ),
    Measure(
        name="still_open",
        title=f"Vacancies still open after {STILL_OPEN_DAYS} days",
        jobs_title="vacancies whose first day is known and that were followed until they closed or for that long",
        answers=f"CASE WHEN was_open_after THEN ['{YES}'] WHEN NOT was_open_after THEN [] END",
        relation=FOLLOWED,
        items=(YES,),
        role_groups=("ai_engineering", "other_engineering"),
        period=(364, STILL_OPEN_DAYS),
    ),
)
MEASURES = {measure.name: measure for measure in _DECLARED}
"""Every measure by its name."""
