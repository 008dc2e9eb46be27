"""What a stated range of pay is: the place or level its title ties it to, its component and its period.

Boards label alternatives of pay in a few words: "Canada", "US: Senior", "Zone 2", "Hourly rate", "OTE". What
the words about pay mean stands in lookups/pay_words.csv, which `pay.py` reads prose with.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from transforms.place import country_of, whereabouts
from transforms.role import role_of, seniority_of

WORDS = Path(__file__).parent / "lookups" / "pay_words.csv"
NUMBERED_LEVEL = re.compile(r"\b(?:level|tier|grade|band|step|zone)\b|\b[a-z]{1,2}\d{1,2}\b", re.IGNORECASE)
"""Words and codes that number levels: "Level 4", "Tier 1", "L5", "IC3"."""
FIRST_COMPONENTS = ("on_target_earnings", "base")
"""Components that win where a title names several: "OTE (base + commission)", "Base pay, bonus excluded"."""
SEPARATOR = re.compile(r"\s[-–—]|[-–—]\s|[:;()|]")
SHORTEST_CODE, LONGEST_CODE = 2, 3
"""Letters of a country's codes, ISO 3166-1 alpha-2 and alpha-3."""
WRITTEN_CODES = ("US", "USA", "UK", "GBR", "CAN", "UAE")
"""Codes that titles use for countries as a matter of course; "GTM" is not Guatemala there."""
ABOUT_PAY = ("pay", "period", "filler", "tax")
"""Kinds of words that tie a range to nothing: a "Target base salary range" is no level."""

_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, kw_only=True)
class Tie:
    """`place_text` and `level_text` are the title as written, where it names a place or anything else."""

    place_text: str | None = None
    country: str | None = None
    level_text: str | None = None


@functools.lru_cache(maxsize=4096)
def tied_to(title: str | None) -> Tie:
    """What the title of a range ties its pay to; empty when it only says that this is pay."""
    said = " ".join(title.split()) if title else ""
    if not said:
        return Tie()
    countries = {country for segment in SEPARATOR.split(said) for country in _countries_in(segment)}
    is_level = (
        seniority_of(said).value != "unstated"
        or NUMBERED_LEVEL.search(said) is not None
        or (not countries and not all(kind for kind, _ in _told(said, ABOUT_PAY)))
    )
    return Tie(
        place_text=said if countries else None,
        country=countries.pop() if len(countries) == 1 else None,
        level_text=said if is_level else None,
    )


def _countries_in(segment: str) -> set[str]:
    """The countries of the places a part of a title names.

    Beside the words of a job only countries are looked for, and only in codes that are written so: "Senior AE"
    is no level in the Emirates, and a town in Kenya is called Engineer. Two letters alone must be a subdivision.
    """
    if seniority_of(segment).value != "unstated" or role_of(segment).value != "other":
        words = (word.strip(".,") for word in segment.split())
        named = (country_of(word) for word in words if len(word) > LONGEST_CODE or word in WRITTEN_CODES)
        return {country for country in named if country}
    is_code = len(segment.strip()) == SHORTEST_CODE and segment.strip() not in WRITTEN_CODES
    return {p.country for p in whereabouts(segment).places if p.country and (p.subdivision or not is_code)}


@functools.lru_cache(maxsize=4096)
def period_in(text: str) -> str | None:
    """The period that the words of a short text about pay name; None when they name none or several."""
    told = {value for kind, value in _told(text, ("period",)) if kind}
    return told.pop() if len(told) == 1 else None


@functools.lru_cache(maxsize=4096)
def component_in(title: str) -> str:
    """The component of pay that a title names; `base` when it names none."""
    told = [value for kind, value in _told(title, ("pay",)) if kind]
    return next((c for c in FIRST_COMPONENTS if c in told), told[0] if told else "base")


def _told(text: str, kinds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Kind and value of each known phrase, the longest at each place; ("", word) for a word that is not known."""
    phrases, longest = _phrases(kinds)
    tokens = _TOKEN.findall(text.casefold())
    at = 0
    while at < len(tokens):
        for length in range(min(longest, len(tokens) - at), 0, -1):
            known = phrases.get(tuple(tokens[at : at + length]))
            if known is not None:
                yield known
                at += length
                break
        else:
            if tokens[at][0].isalnum():
                yield "", tokens[at]
            at += 1


@functools.cache
def _phrases(kinds: tuple[str, ...]) -> tuple[dict[tuple[str, ...], tuple[str, str]], int]:
    """Kind and value by the tokens of a phrase of these kinds, and the length of the longest.

    Of the words for a period only those that need no amount before them: "hourly" and "per hour", not "h".
    """
    phrases: dict[tuple[str, ...], tuple[str, str]] = {}
    with WORDS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            tokens = tuple(_TOKEN.findall(row["phrase"].casefold()))
            if row["kind"] in kinds and (row["kind"] != "period" or row["reach"] == "both" or " " in row["phrase"]):
                phrases.setdefault(tokens, (row["kind"], row["value"]))
    return phrases, max(map(len, phrases))
