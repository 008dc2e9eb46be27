"""Split a guide's text into sentences, and find names of places, levels, pay periods, skills and parts of pay."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from reports.figures.declared.share_figures import BASELINE_NAMES, items_of
from reports.figures.places import PLACES, Place, slug
from transforms.text.lookups import rows_of, taxonomy

_INNER_STOP = (
    r"[.](?=\d)|(?<=\b[A-Z])[.](?=[A-Z][.])|(?<=\b[A-Z][.][A-Z])[.](?=,|\s[a-z(\[])"
    r"|(?:(?<=\b[Aa]pprox)|(?<=\b[Cc]a)|(?<=\bc))[.](?=[\s\0]*+[\d~$€£¥₹A-Z])|(?<=\bp)[.](?=\s?[a-z][.])"
    r"|(?:(?<=\bp[.][a-z])|(?<=\bp[.]\s[a-z])|(?<=\bp[.]c[.]m)|(?<=\b[Pp]ct))[.](?!\s+[A-Z][a-z])"
)
SENTENCE = re.compile(rf"[^.!?\n|;]*(?:(?:{_INNER_STOP})[^.!?\n|;]*)*[.!?|;\n]?")
"""A sentence or a table cell. A full stop in a number or an abbreviation ("U.S.", "p.a.") does not end a sentence."""
UNKNOWN = "unknown"
"""A period for which no figure is printed, or the unit of a number that cannot be read."""


def _time(nouns: str, adverbs: str) -> str:
    """Return a pattern for a period of pay: "a month", "per-month", "/mo", "monthly", "im Monat"."""
    return (
        r"(?:(?<![\w-])(?:an?|per|each|every|by the|im|pro|je|jede[nrs]?)[\s-]+|/\s*(?:per\s)?)"
        rf"(?:{nouns})(?!\w)|(?<![\w-])(?:{adverbs})(?!\w)"
    )


_OTHER_TIMES = "|".join((
    _time(
        r"(?:(?:two|three|six|\d+|other|second|zwei|drei)[\s-]+)?(?:w(?:ee)?ks?|days?|months|Wochen?|Tage?|Monate)|[wdq]"
        r"|fortnights?|quarters?|qtr|Quartal",
        r"weekly|fortnightly|daily|quarterly|wöchentlich|täglich",
    ),
    r"\b(?:semi|bi|tri|half)[\s-]?(?:annual|year|month|week)\w*",
    r"\b(?:once|twice|\w+ times) (?:an?|per|each|every) \w+",
    r"\bevery \w+[\s-]+(?:hour|day|week|month|quarter|year)s?\b",
))  # fmt: skip
PERIODS = tuple(
    (re.compile(pattern, re.I), period)
    for pattern, period in (
        (_OTHER_TIMES, UNKNOWN),
        (_time(r"months?|mon?|mth|Monat", r"monthly|monatlich"), "month"),
        (_time(r"years?|yrs?|y|annum|Jahr(?!\s\d)", r"yearly|annual(?:ly)?|p\.\s?a\.|(?-i:pa)|jährlich"), "year"),
        (_time(r"hours?|hrs?|h|Stunde", r"hourly|stündlich"), "hour"),
    )
)
"""Patterns for the period of a sum. All periods for which no figure is printed are `UNKNOWN`."""
NEXT_TO = r"[\s(,:–]*(?:(?:gross|net|base|brutto|netto|before tax)[\s),]*)?"
"""Words that may stand between a sum and its period."""
ANY_TIME = re.compile(
    r"/\s*[^\W\d]|(?:an?|per|each|every|im|pro|je|par|por|al)[\s-]+\w|[^\W\d]+ly\b|p\.?\s?[a-z]\b|pcm\b"
    r"|(?:yrs?|hrs?|mon?|mth|wks?|qtr|[yhmwdq]|(?:by the |the )?(?:annum|(?:hour|day|week|month|quarter|year)s?))\b",
    re.I,
)
"""Any period directly after a sum, known or unknown."""
MONEY_PARTS = (
    (re.compile(r"\bmedian\b|\bmiddle\b|\btypical(?:ly)?\b|\bhalf of\b", re.I), "median"),
    (re.compile(r"\blower end\b|\bstarts? at\b|\bfrom\s*$", re.I), "low"),
    (re.compile(r"\bupper end\b|\bstops? at\b|\bup to\s*$", re.I), "high"),
    (re.compile(r"\binterval\b", re.I), "interval"),
)
"""Patterns of words that say which part of a band a sum is."""
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
"""Patterns for levels. Longer names come first."""
SHORT = 3
"""Names of skills with at most this many letters are matched case-sensitively: R, Go, SQL."""
MAX_WORDS = 4
"""The most words in the name of a skill."""
_EARLIER_PLACES = {
    "north america": "northern_america", "latin america": "americas",
    **dict.fromkeys(("the us", "usa", "u.s."), "us"), **dict.fromkeys(("uk", "u.k."), "gb"),
}  # fmt: skip
"""Names of places that guides use and the tables of names lack."""


def find_values(patterns: Sequence[tuple[re.Pattern[str], str]], text: str) -> set[str]:
    """Return the values of all patterns that occur in a text. What a pattern matches is hidden from later ones."""
    values, rest = set(), text
    for pattern, value in patterns:
        if pattern.search(rest):
            values.add(value)
            rest = pattern.sub(" ", rest)
    return values


@functools.cache
def _place_names() -> tuple[dict[str, Place], re.Pattern[str]]:
    names = {place.name.lower(): place for place in PLACES.values()}
    names |= {place.region.lower(): place for place in PLACES.values() if place.level != "country"}
    names |= {place.in_words.lower(): place for place in PLACES.values()}
    for row in rows_of("country_names"):
        name, country = row.get("name"), row.get("country")
        if name and country and len(name) > 3 and country.lower() in PLACES:
            names.setdefault(name.lower(), PLACES[country.lower()])
    names |= {name: PLACES[slug] for name, slug in _EARLIER_PLACES.items()}
    return names, re.compile(rf"\b({'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})(?!\w)", re.I)


def find_places(sentence: str) -> Iterator[tuple[int, int, Place]]:
    """Yield the places that a sentence names, as (start of the name, end of the name, place). The longest name wins."""
    names, pattern = _place_names()
    for hit in pattern.finditer(sentence):
        yield hit.start(), hit.end(), names[hit[0].lower()]


def split_around(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Return the texts before, between and after spans, which must be sorted."""
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    return [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


@functools.cache
def _skill_names() -> tuple[dict[str, str], set[str]]:
    """Return the names of skills in ids by their words, and the names whose words need capitals in a text: Make, Go."""
    names = {name: skill for name, skill in items_of("skill_asked").items() if name not in BASELINE_NAMES}
    names |= {name: word for name, (word, _) in BASELINE_NAMES.items()}
    exact = {slug(skill.skill) for skill in taxonomy() if skill.case_rule == "exact"}
    return {word if len(word) <= SHORT else word.lower(): name for name, word in names.items()}, exact


def find_skills(sentence: str) -> Iterator[tuple[int, str, str]]:
    """Yield the skills that a sentence names, as (offset, words, name in ids). The longest name wins."""
    skills, exact = _skill_names()
    words = [(hit.start(), hit.end()) for hit in re.finditer(r"[A-Za-z][\w+#./-]*", sentence)]
    after = 0
    for i, (start, _) in enumerate(words):
        for last in range(min(len(words), i + MAX_WORDS) - 1, i - 1, -1):
            phrase = sentence[start : words[last][1]].rstrip(".")
            name = skills.get(phrase if len(phrase) <= SHORT else phrase.lower())
            if name is not None and start >= after and (phrase == phrase.lower()) <= (name not in exact):
                yield start, phrase, name
                after = words[last][1]
                break
