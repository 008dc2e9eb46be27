"""What the words of a text mean: its sentences, amounts and shares, the places, levels, times and skills it names."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from reports.figures.places import PLACES, Place, slug
from reports.figures.share_figures import BASELINE_NAMES, items_of
from reports.wording.work import WORKS, name_work
from transforms.records.vocabulary import AI_JOBS
from transforms.text.lookups import rows_of, taxonomy

_SIGN = r"(?:US\$|USD|\$|€|EUR|£|GBP)"
_DIGITS = r"\d{1,3}(?:[,\u202f\u00a0 ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_THOUSAND = r"[kK](?!\w)|thousand\b"
AMOUNT = re.compile(
    rf"(?P<sign>{_SIGN})\s?(?P<low>{_DIGITS})\s?(?P<low_k>{_THOUSAND})?"
    rf"(?:\s?(?:–|-|to|and)\s?{_SIGN}?\s?(?P<high>{_DIGITS})\s?(?P<high_k>{_THOUSAND})?)?"
)
AMOUNT_BEFORE_UNIT = re.compile(
    rf"(?<![\w.,$€£])(?P<low>{_DIGITS})\s?(?P<low_k>{_THOUSAND})?"
    rf"(?:\s?(?:–|-|to|and)\s?(?P<high>{_DIGITS})\s?(?P<high_k>{_THOUSAND})?)?"
    r"\s?(?P<sign>(?:US )?dollars|euros?|USD|EUR|GBP|€|£)(?!\w|\s?\d)"
)
"""Sums whose money is named behind them: "130 thousand US dollars", "95K euros"."""
PERCENT = re.compile(
    r"(?<![\d.,])(?P<low>\d{1,3}(?:\.\d+)?)\s?%?\s?"
    r"(?:(?:–|-|to|(?<=%\s)and)\s?(?P<high>\d{1,3}(?:\.\d+)?)\s?)?(?:%|per cent|percent)"
)
_INNER_STOP = r"[.](?=\d)|(?<=\b[A-Z])[.](?=[A-Z][.])|(?<=\b[A-Z][.][A-Z])[.](?=,|\s[a-z(])"
SENTENCE = re.compile(rf"[^.!?\n|;]*(?:(?:{_INNER_STOP})[^.!?\n|;]*)*[.!?|;\n]?")
"""A sentence, or a cell of a table; a full stop within a number or an abbreviation ("U.S.") ends none."""
PERIODS = (
    (re.compile(r"\b(?:a|per|each|every) month\b|\bmonthly\b|/\s?month", re.I), "month"),
    (re.compile(r"\b(?:a|per|each|every) year\b|\byearly\b|\bannual(?:ly)?\b|/\s?year|\bper annum\b", re.I), "year"),
    (re.compile(r"\b(?:an|per|each|every) hour\b|\bhourly\b|/\s?hour", re.I), "hour"),
)
LEVELS = (
    (re.compile(r"\bentry[- ]level\b|\bjuniors?\b|\bgraduates?\b", re.I), "entry"),
    (re.compile(r"\bmid(?:dle)?[- ](?:level )?to[- ]senior(?:[- ]level)?\b", re.I), "mid_senior"),
    (re.compile(r"\bseniors?\b|\bsenior[- ]level\b", re.I), "senior"),
    (re.compile(r"\bmid(?:dle)?[- ]level\b", re.I), "mid"),
    (
        re.compile(r"\bstaff[- ]level\b|\bstaff (?=[a-z ]*(?:engineer|scientist|developer))|\bprincipals?\b", re.I),
        "staff",
    ),
    (re.compile(r"\b(?:all|every|any) levels?\b|\bacross levels\b|\bwhatever the level\b", re.I), "all"),
)
"""Words for levels, the longer first."""
SHORT = 3
"""Letters up to which the name of a skill is one only as it is spelt: R, Go, SQL."""
MAX_WORDS = 4
"""Words of the longest name of a skill."""
_EARLIER_PLACES = {
    "north america": "northern_america",
    "latin america": "americas",
    "the us": "us",
    "usa": "us",
    "uk": "gb",
    "u.s.": "us",
    "u.k.": "gb",
}
"""Names of places that guides use and lookups do not."""


def hear(words: Sequence[tuple[re.Pattern[str], str]], text: str) -> set[str]:
    """What a text says of one thing; each match is taken once, by the first pattern that has it."""
    values, rest = set(), text
    for pattern, value in words:
        if pattern.search(rest):
            values.add(value)
            rest = pattern.sub(" ", rest)
    return values


@functools.cache
def work_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Words for roles and groups of roles, the longer first. "AI engineers" are AI engineering, as in our titles."""
    names = {name_work(work): work for work in WORKS if work not in ("other", "data", "ai_other", "ai_data_trainer")}
    names |= {"AI engineer": "ai_engineering", "AI": AI_JOBS, "AI engineering or science": "ai_core"}
    names |= {f"data {noun}": "data" for noun in ("job", "advert", "posting", "role")}
    pairs = sorted(names.items(), key=lambda pair: -len(pair[0]))
    return tuple((re.compile(rf"\b{re.escape(name)}s?\b", re.I), work) for name, work in pairs)


def _names_of_places() -> dict[str, Place]:
    """Countries, regions and continents by the names that texts give them, in small letters."""
    names = {place.name.lower(): place for place in PLACES.values()}
    names |= {place.region.lower(): place for place in PLACES.values() if place.level != "country"}
    names |= {place.in_words.lower(): place for place in PLACES.values()}
    for row in rows_of("country_names"):
        name, country = row.get("name"), row.get("country")
        if name and country and len(name) > 3 and country.lower() in PLACES:
            names.setdefault(name.lower(), PLACES[country.lower()])
    return names | {name: PLACES[slug] for name, slug in _EARLIER_PLACES.items()}


@functools.cache
def _place_names() -> tuple[dict[str, Place], re.Pattern[str]]:
    names = _names_of_places()
    return names, re.compile(rf"\b({'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})(?!\w)", re.I)


def find_places(sentence: str) -> Iterator[tuple[int, int, Place]]:
    """Places that a sentence names: where each name begins and ends; of several that begin alike the longest."""
    names, pattern = _place_names()
    for hit in pattern.finditer(sentence):
        yield hit.start(), hit.end(), names[hit[0].lower()]


def cut_out(sentence: str, spans: Sequence[tuple[int, int]]) -> str:
    """A sentence with a space in place of each of these parts, which are in order."""
    edges = [0, *(edge for span in spans for edge in span), len(sentence)]
    return " ".join(sentence[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))


@functools.cache
def _skill_names() -> dict[str, str]:
    names = {name: skill for name, skill in items_of("skill_asked").items() if name not in BASELINE_NAMES}
    names |= {name: word for name, (word, _) in BASELINE_NAMES.items()}
    return {word if len(word) <= SHORT else word.lower(): name for name, word in names.items()}


@functools.cache
def _exact_names() -> set[str]:
    """Names in ids of skills that are skills only as they are spelt: Make, Go."""
    return {slug(skill.skill) for skill in taxonomy() if skill.case_rule == "exact"}


def find_skills(sentence: str) -> Iterator[tuple[int, str, str]]:
    """Skills that a sentence names: offset, words and name in ids; of several that begin alike the longest."""
    skills = _skill_names()
    words = [(hit.start(), hit.end()) for hit in re.finditer(r"[A-Za-z][\w+#./-]*", sentence)]
    after = 0
    for i, (start, _) in enumerate(words):
        for last in range(min(len(words), i + MAX_WORDS) - 1, i - 1, -1):
            phrase = sentence[start : words[last][1]].rstrip(".")
            name = skills.get(phrase if len(phrase) <= SHORT else phrase.lower())
            if name is not None and start >= after and (phrase == phrase.lower()) <= (name not in _exact_names()):
                yield start, phrase, name
                after = words[last][1]
                break
