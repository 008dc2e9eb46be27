"""Groups of levels of pay in words, made from their declaration (`LEVEL_GROUPS`)."""

from __future__ import annotations

from transforms.records.definitions import COUNTS
from transforms.records.vocabulary import LEVEL_GROUPS, MIN_YEARS_OF_LEVEL

NAMES = {"junior": "entry"}
"""Levels that readers know by another name."""
NOT_ONE = {"all": "every level", "unstated": "level not stated"}
"""Groups that are not a level of the career, in words."""
TITLES = {"junior": "junior, graduate and the like"}
"""Other words for a level in titles."""
CODES = {"junior": "EN", "mid": "MI", "senior": "SE", "executive": "EX"}
"""The third party's codes for levels."""


def _levels(group: str) -> tuple[str, ...]:
    levels = LEVEL_GROUPS[group]
    if levels is None:
        raise ValueError(f"{group} holds every level, which no line is drawn for")
    return levels


def level_name(group: str) -> str:
    """The levels of a group: "mid to senior", "entry level", "every level"."""
    if group in NOT_ONE:
        return NOT_ONE[group]
    names = [NAMES.get(level, level) for level in _levels(group)]
    return f"{names[0]} level" if len(names) == 1 else f"{names[0]} to {names[-1]}"


def level_phrase(group: str) -> str:
    """A group of levels with its noun: "mid to senior level", "entry level"."""
    return NOT_ONE.get(group) or level_name(group).removesuffix(" level") + " level"


def capitalise(group: str) -> str:
    """A group of levels at the beginning of a sentence: "Mid to senior"."""
    name = level_name(group)
    return name[0].upper() + name[1:]


def compound(group: str) -> str:
    """A group of levels before a noun: "Mid-to-senior", "Entry-level"."""
    return capitalise(group).replace(" ", "-")


def entitle_pay(group: str, pay: str) -> str:
    """Title of pay with its level: "Mid-to-senior AI engineering pay", "AI engineering pay, every level"."""
    return f"{pay[0].upper()}{pay[1:]}, {NOT_ONE[group]}" if group in NOT_ONE else f"{compound(group)} {pay}"


def define(group: str, basis: str) -> str | None:
    """Definition of a group of levels and its pay on a basis; None if the basis or the group has none.

    Each collection of adverts draws the line between levels in its own way.
    """
    if group in NOT_ONE:
        return None
    levels = _levels(group)
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
    """Years of experience from which a group's levels are inferred: "two to seven years"."""
    levels, bounds = _levels(group), sorted(MIN_YEARS_OF_LEVEL.values())
    minima = [MIN_YEARS_OF_LEVEL[level] for level in levels if level in MIN_YEARS_OF_LEVEL]
    first, above = min(minima), [years for years in bounds if years > max(minima)]
    if not above:
        return f"at least {COUNTS[first]} years"
    last = above[0] - 1
    if first == 0:
        return f"at most {COUNTS[last]} {'year' if last == 1 else 'years'}"
    return f"{COUNTS[first]} to {COUNTS[last]} years"


def _codes(levels: tuple[str, ...]) -> str:
    """The third party's codes of levels: "codes MI and SE, and SE includes staff"; "" if it has no such code."""
    codes = [CODES[level] for level in levels if level in CODES]
    if not codes:
        return ""
    words = f"code {codes[0]}" if len(codes) == 1 else f"codes {', '.join(codes[:-1])} and {codes[-1]}"
    return f"{words}, and SE includes staff" if "SE" in codes and "staff" not in levels else words
