"""Groups of levels of pay in words, made from their declaration (`LEVEL_GROUPS`)."""

from __future__ import annotations

from reports.wording.numbers import upper_first
from transforms.records.definitions import COUNTS
from transforms.records.vocabulary import LEVEL_GROUPS, MIN_YEARS_OF_LEVEL

NAMES = {"junior": "entry"}
"""Levels that readers know by another name."""
NOT_ONE = {"all": "every level", "unstated": "level not stated"}
"""Words for groups of levels that are not a step of a career."""
TITLES = {"junior": "junior, graduate and the like"}
"""Words that stand in titles for a level."""
CODES = {"junior": "EN", "mid": "MI", "senior": "SE", "executive": "EX"}
"""Codes for levels in the adverts that a third party collected."""


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
    """Return the definition of a group of levels, and of its pay from the kind of source `basis`.

    Return None if there is no definition. Each collection of adverts draws the line between levels in its own way.
    """
    if group in NOT_ONE:
        return None
    levels = LEVEL_GROUPS[group] or ()
    titles = [TITLES[level] for level in levels if level in TITLES]
    examples = f" ({'; '.join(titles)})" if titles else ""
    if basis == "advertised":
        return (
            f"{level_name(group)} is what the title says{examples} or, where it names no level, {say_years(group)} of "
            "experience asked for; full-time, base pay before tax, both ends of the range stated"
        )
    if basis == "advertised_third_party":
        codes = _codes(levels)
        or_code = f" or, where it names no level, the source's {codes}" if codes else ""
        return (
            f"{level_name(group)} is what the title says{or_code}; full-time, and whether the amounts are base pay is "
            "not said"
        )
    return None


def say_years(group: str) -> str:
    """Return the years of experience from which a group's levels are inferred, such as "two to seven years"."""
    levels, bounds = LEVEL_GROUPS[group] or (), sorted(MIN_YEARS_OF_LEVEL.values())
    minima = [MIN_YEARS_OF_LEVEL[level] for level in levels if level in MIN_YEARS_OF_LEVEL]
    first, above = min(minima), [years for years in bounds if years > max(minima)]
    if not above:
        return f"at least {COUNTS[first]} years"
    last = above[0] - 1
    if first == 0:
        return f"at most {COUNTS[last]} {'year' if last == 1 else 'years'}"
    return f"{COUNTS[first]} to {COUNTS[last]} years"


def _codes(levels: tuple[str, ...]) -> str:
    """Return the third party's codes of levels, such as "codes MI and SE, and SE includes staff"; "" if it has none."""
    codes = [CODES[level] for level in levels if level in CODES]
    if not codes:
        return ""
    words = f"code {codes[0]}" if len(codes) == 1 else f"codes {', '.join(codes[:-1])} and {codes[-1]}"
    return f"{words}, and SE includes staff" if "SE" in codes and "staff" not in levels else words
