"""Groups of levels of pay in words, made from their declaration (`LEVEL_GROUPS`)."""

from __future__ import annotations

from reports.wording.numbers import upper_first
from transforms.pay.reported import min_years_of_levels
from transforms.records.definitions import COUNTS
from transforms.records.vocabulary import LEVEL_GROUPS, MIN_YEARS_OF_LEVEL

NAMES = {"junior": "entry"}
"""Levels that readers know by another name."""
NOT_ONE = {"all": "every level", "unstated": "level not stated"}
"""Words for groups of levels that are not a step of a career."""
EXAMPLES = {"entry": " (junior, graduate and the like)"}
"""Words that stand in titles for a group of levels."""
_SENIOR = "SE, and SE includes staff"
CODES = {"entry": "code EN", "mid": "code MI", "senior": f"code {_SENIOR}", "mid_senior": f"codes MI and {_SENIOR}"}
"""Codes for groups of levels in the adverts that a third party collected."""


def level_name(group: str) -> str:
    """Return the levels of a group, such as "mid to senior", "entry level" or "every level"."""
    if group in NOT_ONE:
        return NOT_ONE[group]
    names = [NAMES.get(level, level) for level in LEVEL_GROUPS[group] or ()]
    return f"{names[0]} level" if len(names) == 1 else f"{names[0]} to {names[-1]}"


def level_phrase(group: str) -> str:
    """Return a group of levels with its noun, such as "mid to senior level" or "entry level"."""
    return NOT_ONE.get(group) or level_name(group).removesuffix(" level") + " level"


def capitalise(group: str) -> str:
    """Return a group of levels as it stands at the beginning of a sentence, such as "Mid to senior"."""
    return upper_first(level_name(group))


def compound(group: str) -> str:
    """Return a group of levels as it stands before a noun, such as "Mid-to-senior" or "Entry-level"."""
    return capitalise(group).replace(" ", "-")


def entitle_pay(group: str, pay: str) -> str:
    """Return the title of pay with its level: "Entry-level AI engineering pay", "AI engineering pay, every level"."""
    return f"{upper_first(pay)}, {NOT_ONE[group]}" if group in NOT_ONE else f"{compound(group)} {pay}"


def define(group: str, basis: str) -> str | None:
    """Return how a kind of source (`basis`) defines a group of levels and its pay; None if it does not."""
    if group in NOT_ONE:
        return None
    if basis == "advertised":
        return (
            f"{level_name(group)} is what the title says{EXAMPLES.get(group, '')} or, where it names no level, "
            f"{say_years(group)} of experience asked for; full-time, base pay before tax, both ends of the range stated"
        )
    if basis == "advertised_third_party":
        or_code = f" or, where it names no level, the source's {CODES[group]}" if group in CODES else ""
        return (
            f"{level_name(group)} is what the title says{or_code}; full-time, and whether the amounts are base pay is "
            "not said"
        )
    if basis == "reported" and (years := _say_years_of_persons(group)):
        return f"{level_name(group)} is what the title or the answer says or, where it names no level, {years}"
    return None


def _say_years_of_persons(group: str) -> str | None:
    """Return the years of experience that persons of a group of levels have; None if no level of it is inferred."""
    minima = min_years_of_levels()
    of_group = [minima[level] for level in LEVEL_GROUPS[group] or () if level in minima]
    if not of_group:
        return None
    below = min((years for years in minima.values() if years > max(of_group)), default=None)
    if below is None:
        return f"at least {min(of_group):g} years of experience"
    first = f"from {min(of_group):g} to " if min(of_group) else ""
    return f"{first}below {below:g} years of experience"


def say_years(group: str) -> str:
    """Return the years of experience from which a group's levels are inferred, such as "two to seven years"."""
    minima = [MIN_YEARS_OF_LEVEL[level] for level in LEVEL_GROUPS[group] or ()]
    first, last = (
        min(minima),
        min((years - 1 for years in MIN_YEARS_OF_LEVEL.values() if years > max(minima)), default=0),
    )
    if not last:
        return f"at least {COUNTS[first]} years"
    if first == 0:
        return f"at most {COUNTS[last]} {'year' if last == 1 else 'years'}"
    return f"{COUNTS[first]} to {COUNTS[last]} years"
