"""The measures of mart.shares: each asks one question of each job.

To add a measure, declare it here. Its `answers` are an SQL expression over a row of `relation`, which has one row per
job. The expression returns the list of items that are true of the job: an empty list if none is, NULL if the job does
not say. A job counts in the denominator of every item unless its list is NULL, or the condition `told` is not true:
then we did not read what it would have told. Jobs that the condition `jobs` excludes are not part of the measure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from transforms.records import vocabulary
from transforms.text.lookups import countries, languages_read, roles

ESTIMAND = "share_of_jobs"  # what every measure estimates: a share of jobs, each job counted once
SILENCE = {
    "no": "not stated is not asked or not offered: it counts as no",
    "unknown": "not stated may be either: shares are of the jobs that state it, with bounds for all that could have",
    "none": "every job that is counted has an answer, whatever its adverts say",
}
"""How adverts that say nothing on a measure are counted."""
YES, NOT_ASKED = "yes", "not_asked"
JOBS = "counted_jobs($as_of)"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A question asked of each job of a cell, and all words about it that a reader sees.

    A measure with a `reading` has separate cells for each class of text. A job whose text is in a language that is not
    read well, or that has no text, is not read; jobs without text are in the cells of full adverts. Without a `reading`
    all adverts count.
    """

    name: str
    title: str
    of: str  # the jobs of the denominator, with {jobs} for their name
    says: str  # completes "24% of jobs …" for the jobs that count for {item}
    answers: str
    silence: str  # a key of `SILENCE`
    says_of: Mapping[str, str] = field(default_factory=dict)  # other words than `says` for single items
    heading: str = "Answer"  # the name of the column of items
    names: Mapping[str, str] = field(default_factory=dict)  # of the items
    remark: str = ""  # what else a reader should know
    told: str = "true"  # which jobs could have told; of others we do not know, whatever they say
    known_words: str = ""  # completes "24% of jobs …" for the jobs that do answer, if silence is `unknown`
    jobs: str = "true"
    relation: str = JOBS
    items: tuple[str, ...] = ()  # items with a row in every cell; others have one in cells with a job that has them
    role_groups: tuple[str, ...] = ("ai_engineering", vocabulary.AI_JOBS)
    reading: str | None = None  # the reader that finds the answer in texts (`lookups.languages_read`)
    has_categories: bool = False  # whether items have the categories of core.skills, and are ranked within them
    by_employer: bool = False  # whether the first number counts each employer once, by the part of its jobs; else jobs
    is_ranked: bool = True  # whether items have the ranks that the data allow
    in_list: str = ""  # the list of cells that several measures share; empty if the measure has one of its own

    @property
    def list_name(self) -> str:
        """The name of the measure's lists of cells, without the kind of place."""
        return f"shares.{self.in_list or self.name}"

    def name_jobs(self, jobs: str = "jobs") -> str:
        """Describe the jobs of the denominator, such as "AI jobs in Germany with a full advert in English"."""
        return self.of.format(jobs=jobs)

    def name_item(self, item: str) -> str:
        """Return an item in words."""
        return self.names.get(item, item)

    def say(self, item: str) -> str:
        """Return what the jobs that count for an item do: "ask for Python", "are remote"."""
        return self.says_of.get(item) or self.says.format(item=self.name_item(item))

    def say_of_employer(self, item: str, say_share: Callable[[str], str], jobs: str = "jobs") -> str:
        """Return a sentence: "The average employer asks for Python in 62% of its AI jobs with a full advert".

        `say_share` returns the words for the share of the jobs that it is given: "62% of its AI jobs".
        """
        verb, _, rest = self.say(item).partition(" ")
        if verb == "are":
            share = say_share(f"the average employer's {self.name_jobs(jobs)}")
            return f"{share} are {rest}"
        return f"The average employer {verb}s {rest} in {say_share(f'its {self.name_jobs(jobs)}')}"

    @property
    def asks_all_jobs(self) -> bool:
        """Whether every job of a cell is part of the measure, whatever its answer."""
        return self.jobs == "true"

    def select_from(self, relation: str, job: str = "job_id") -> str:
        """Return a SELECT of the columns `job`, of `items` and of `is_told`, one row per job of the measure.

        `items` are NULL if the job does not say, or if it could not have told (`is_told` is false).
        """
        items = self.answers if self.told == "true" else f"CASE WHEN {self.told} THEN {self.answers} END"
        columns = f"{job}, {items} AS items, coalesce({self.told}, false) AS is_told"
        return f"SELECT {columns} FROM {relation} WHERE {self.jobs}"

    @property
    def text_classes(self) -> tuple[str, ...]:
        """Classes of texts with separate cells. Jobs without text are in the cells of full adverts."""
        return vocabulary.READ_CLASSES if self.reading else (vocabulary.ALL_TEXTS,)

    def behind(self) -> str:
        """Return a SELECT of the jobs with a known answer, in each region where they count on $as_of, and their items.

        If the measure is read from texts, these are only jobs with a full advert. The number of distinct jobs of a cell
        is its `n_jobs`.
        """
        condition = f" AND text_class = '{vocabulary.FULL_ADVERT}'" if self.reading else ""
        if self.relation == JOBS:  # only this relation has the column `role_group`
            answers = f"({self.select_from(JOBS, 'job_id, role_group, text_class')}) AS a"
        else:
            columns = f"SELECT job_id, role_group, text_class FROM {JOBS}"
            answers = f"({self.select_from(self.relation)}) AS a JOIN ({columns}) USING (job_id)"
        return f"""
        SELECT r.region_level, r.region, role_group, a.job_id, a.items
        FROM {answers}
        JOIN job_regions($as_of) AS r USING (job_id)
        WHERE a.items IS NOT NULL{condition}"""


def _single_answer(column: str) -> str:
    return f"CASE WHEN {column} IS NOT NULL THEN [{column}] END"


def _if(condition: str) -> str:
    return f"CASE WHEN {condition} THEN ['{YES}'] ELSE [] END"


def _is_read(reading: str) -> str:
    return f'text_class IN {vocabulary.READ_CLASSES} AND "language" IN {languages_read(reading)}'


_YEARS_BAND = " ".join(
    f"WHEN years_min < {last + 1} THEN '{band}'" for band, (_, last) in vocabulary.YEARS_BANDS.items()
)
_SKILLS = {
    "required": ("required", "require {item}"),
    "preferred": ("preferred", "prefer {item}"),
    "duty": ("named in duties alone", "name {item} in duties alone"),
    "mentioned": ("mentioned", "mention {item}"),
    "asked": ("required, preferred or named in duties", "ask for {item}"),
    "any": ("required, preferred, named in duties or mentioned", "name {item}"),
}
"""For each requirement: its name in a title, and what adverts do that have it. A job counts once, at its strongest."""
_ASKED_REMARK = (
    "a skill counts when the advert requires it, prefers it or names it in duties, not when it only mentions it"
)
_ADDITIONAL = {
    "additional_pay": ("equity, bonus or commission", ()),
    "equity": ("equity", ("equity", "equity_percent")),
    "bonus": ("a bonus", ("bonus",)),
    "commission": ("commission", ("commission", "on_target_earnings")),
}
"""Pay beside base pay: its words and its components (`core.posting_pay.component`); no components means any of them."""
_ALL_ADDITIONAL = tuple(name for _, names in _ADDITIONAL.values() for name in names)
_IN_FULL = "{jobs} whose full advert was read"
_READ_IN_FULL = "{jobs} with a full advert in a language we read"
"""Descriptions of the jobs that may answer. `_IN_FULL` allows texts in any language, `_READ_IN_FULL` only languages in
`lookups.languages_read`.
"""
_DEGREE_NAMES = {
    "none": "no degree needed, in so many words", "associate": "associate degree", "bachelor": "bachelor's degree",
    "master": "master's degree", "doctorate": "doctorate", NOT_ASKED: "none required",
}  # fmt: skip
_DEGREE_REMARK = (
    "adverts that require no degree may prefer one, and one that is required may be replaced by experience where the "
    "advert says so"
)
_YEARS_NAMES = {
    band: f"{first} years or more" if band.endswith("+") else f"{first} to {last} years" if first else "at most 1 year"
    for band, (first, last) in vocabulary.YEARS_BANDS.items()
} | {NOT_ASKED: "not asked for"}
_EMPLOYMENT_NAMES = {
    "FULL_TIME": "full-time", "PART_TIME": "part-time", "CONTRACTOR": "contract", "TEMPORARY": "temporary",
    "INTERN": "internship", "VOLUNTEER": "voluntary", "PER_DIEM": "by the day", "OTHER": "other",
}  # fmt: skip
_QUALIFICATION_NAMES = {
    "portfolio": "a portfolio of work", "certification": "a certification", "internship": "experience of an internship",
    "open_source": "contributions to open source",
}  # fmt: skip

_DECLARED = (
    *(
        Measure(
            name=f"skill_{requirement}",
            title=f"Skills {words}",
            of=_READ_IN_FULL,
            says=says,
            heading="Skill",
            remark=_ASKED_REMARK if requirement == "asked" else "",
            answers=f'"{requirement}"',
            told=_is_read("skills"),
            silence="no",
            relation="jobs_with_skills($as_of)",
            role_groups=tuple(group for group in vocabulary.CELL_GROUPS if group != vocabulary.AI_JOBS),
            reading="skills",
            has_categories=True,
            by_employer=True,
            is_ranked=requirement == "asked",
            in_list="skills",
        )
        for requirement, (words, says) in _SKILLS.items()
    ),
    Measure(
        name="role",
        title="Role",
        of="{jobs}",
        says="are for the role {item}",
        heading="Role",
        names={role.role: role.title for role in roles()},
        remark="AI jobs are those of engineering, research and data science, and the roles around them",
        answers="[role]",
        silence="none",
        items=tuple(role for group in vocabulary.AI_GROUPS for role in vocabulary.ROLE_GROUPS[group]),
        role_groups=(vocabulary.AI_JOBS,),
    ),
    Measure(
        name="workplace",
        title="Where the work is done",
        of="{jobs} that say where the work is done",
        says="are {item}",
        heading="Workplace",
        names={"onsite": "on site"},
        answers=_single_answer("workplace"),
        silence="unknown",
        told="tells_workplace",
        known_words="say where the work is done",
        items=vocabulary.WORKPLACES,
        by_employer=True,
    ),
    Measure(
        name="remote_scope",
        title="Where remote work may be done",
        of="remote {jobs} that say where the work may be done",
        says="allow work from {item}",
        heading="From",
        names={country.country: country.name for country in countries()},
        answers="remote_scope",
        silence="unknown",
        told="tells_remote_scope",
        known_words="say where remote work may be done",
        jobs="workplace = 'remote'",
    ),
    Measure(
        name="degree",
        title="Lowest degree required",
        of=_READ_IN_FULL,
        says="require at least a {item}",
        says_of={
            "none": "say that no degree is needed",
            "associate": "require at least an associate degree",
            NOT_ASKED: "require no degree",
        },
        heading="Lowest degree required",
        remark=_DEGREE_REMARK,
        names=_DEGREE_NAMES,
        answers=f"[coalesce(degree_min, '{NOT_ASKED}')]",
        told=_is_read("degree"),
        silence="no",
        items=(*vocabulary.DEGREES, NOT_ASKED),
        reading="degree",
        by_employer=True,
    ),
    Measure(
        name="years",
        title="Minimum years of experience asked for",
        of=_READ_IN_FULL,
        says="ask for {item} of experience",
        says_of={NOT_ASKED: "name no years of experience"},
        heading="Minimum years",
        names=_YEARS_NAMES,
        answers=f"[coalesce(CASE {_YEARS_BAND} END, '{NOT_ASKED}')]",
        told=_is_read("years"),
        silence="no",
        items=(*vocabulary.YEARS_BANDS, NOT_ASKED),
        reading="years",
        by_employer=True,
    ),
    Measure(
        name="qualification",
        title="What a person is asked to show",
        of="{jobs} with a full advert in English",  # the one language that `languages_read` gives
        says="ask for {item}",
        heading="Asked to show",
        names=_QUALIFICATION_NAMES,
        answers="coalesce(qualifications, [])",
        told=_is_read("qualifications"),
        silence="no",
        items=vocabulary.QUALIFICATIONS,
        reading="qualifications",
        by_employer=True,
    ),
    Measure(
        name="employment_type",
        title="Type of employment",
        of="{jobs} that state the type of employment",
        says="are {item}",
        says_of={
            "INTERN": "are internships",
            "CONTRACTOR": "are contracts",
            "PER_DIEM": "are paid by the day",
            "OTHER": "are of another type of employment",
        },
        heading="Type of employment",
        names=_EMPLOYMENT_NAMES,
        answers=_single_answer("employment_type"),
        silence="unknown",
        told="tells_employment_type",
        known_words="state the type of employment",
        items=vocabulary.EMPLOYMENT_TYPES,
    ),
    *(
        Measure(
            name=f"{name}_offered",
            title=f"{words[0].upper()}{words[1:]} beside base pay",
            of="{jobs} other than internships that state pay in a full advert",
            says=f"offer {words} beside base pay",
            answers=_if(f"list_has_any(pay_components, {list(names or _ALL_ADDITIONAL)})"),
            silence="no",
            items=(YES,),
            by_employer=True,
            in_list="additional_pay",
            jobs=f"seniority <> 'intern' AND states_pay AND text_class = '{vocabulary.FULL_ADVERT}'",
        )
        for name, (words, names) in _ADDITIONAL.items()
    ),
    Measure(
        name="industry",
        title="Industry of the employer",
        of="{jobs} of employers whose industry is known",
        says="are of employers in {item}",
        heading="Industry",
        answers=_single_answer("industry"),
        silence="unknown",
        known_words="are of employers whose industry is known",
    ),
    Measure(
        name="pay_stated",
        title="Pay is stated",
        of=_IN_FULL,
        says="state pay",
        jobs=f"text_class = '{vocabulary.FULL_ADVERT}'",  # forums, and lists without texts, state no pay anyway
        answers=_if("states_pay"),
        silence="no",
        items=(YES,),
    ),
)
MEASURES = {measure.name: measure for measure in _DECLARED}  # all measures by name
