"""Roles and groups of roles in words."""

from __future__ import annotations

from reports.wording.numbers import lower_first
from transforms.records.vocabulary import CELL_GROUPS, GROUP_OF_ROLE, ROLE_GROUPS
from transforms.text.lookups import roles

GROUPS = {
    "ai_engineering": "AI engineering",
    "ai_science": "AI science",
    "ai_other": "other AI",
    "data": "data",
    "ai_data_trainer": "AI data training",
    "other_engineering": "other engineering",
    "other": "other",
    "ai_core": "AI engineering and science",
    "ai_jobs": "AI",
}
"""Names of groups of roles as they stand before "pay" or "jobs"."""
PERSONS = {
    "ai_core": "data scientists and AI specialists",
    "ai_engineering": "machine learning and AI engineers",
    "ai_science": "data scientists and AI researchers",
    "data": "data engineers and analysts",
    "other_engineering": "software engineers",
}
"""Groups of roles as persons."""
PEOPLE = {
    **PERSONS, "ai_engineering": "AI engineers", "ai_science": "AI scientists", "ai_data_trainer": "AI data trainers",
}  # fmt: skip
"""Groups of roles as those whom adverts look for."""
WORKS = (*CELL_GROUPS, *(role for role in GROUP_OF_ROLE if len(ROLE_GROUPS[GROUP_OF_ROLE[role]]) > 1))
"""Everything that has cells in the marts: groups of roles, and the roles of groups that have more than one."""
_TITLES = {role.role: role.title for role in roles()}


def name_work(work: str) -> str:
    """Return the name of a role or group before a noun, such as "AI engineering" or "machine learning engineer"."""
    return GROUPS.get(work) or lower_first(_TITLES.get(work, work.replace("_", " ")))


def name_workers(work: str) -> str:
    """Return the name of a role or group that stands alone, such as "AI engineering" or "data scientists"."""
    return GROUPS[work] if work in GROUPS else f"{name_work(work)}s"


def name_people(work: str) -> str:
    """Return whom adverts for a role or group look for: "AI engineers", "data scientists", "people for other jobs"."""
    return PEOPLE.get(work) or (f"people for {GROUPS[work]} jobs" if work in GROUPS else name_workers(work))


def split_work(work: str) -> tuple[str, str]:
    """Return the `role_group` and `role` of a mart's row; for a group of roles, the role is "all"."""
    return (work, "all") if work in CELL_GROUPS else (GROUP_OF_ROLE[work], work)
