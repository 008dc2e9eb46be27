"""What the words of a text mean: its sentences, and the places, levels, times, skills and parts of pay it names."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from reports.figures.declared.share_figures import BASELINE_NAMES, items_of
from reports.figures.places import PLACES, Place, slug
from reports.wording.work import WORKS, name_work
from transforms.records.vocabulary import AI_JOBS
from transforms.text.lookups import rows_of, taxonomy

_INNER_STOP = (
    r"[.](?=\d)|(?<=\b[A-Z])[.](?=[A-Z][.])|(?<=\b[A-Z][.][A-Z])[.](?=,|\s[a-z(\[])"
    r"|(?:(?<=\b[Aa]pprox)|(?<=\b[Cc]a)|(?<=\bc))[.](?=[\s\0]*+[\d~$€£¥₹A-Z])|(?<=\bp)[.](?=\s?[a-z][.])"
    r"|(?:(?<=\bp[.][a-z])|(?<=\bp[.]\s[a-z])|(?<=\bp[.]c[.]m)|(?<=\b[Pp]ct))[.](?!\s+[A-Z][a-z])"
)
SENTENCE = re.compile(rf"[^.!?\n|;]*(?:(?:{_INNER_STOP})[^.!?\n|;]*)*[.!?|;\n]?")
"""A sentence, or a cell of a table. A full stop in a number or an abbreviation ("U.S.", "p.a.") ends none."""
UNKNOWN = "unknown"
"""The time of a sum by which no figure is printed, and the unit of a number in no known form."""


def _time(nouns: str, adverbs: str) -> str:
    """Words for a time of pay: "a month", "per-month", "/mo", "monthly", "im Monat"; no part of a longer word."""
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
"""Words for the time of a sum; of those by which no figure is printed, that there is one."""
NEXT_TO = r"[\s(,:–]*(?:(?:gross|net|base|brutto|netto|before tax)[\s),]*)?"
"""What may stand between a sum and its time."""
ANY_TIME = re.compile(
    r"/\s*[^\W\d]|(?:an?|per|each|every|im|pro|je|par|por|al)[\s-]+\w|[^\W\d]+ly\b|p\.?\s?[a-z]\b|pcm\b"
    r"|(?:yrs?|hrs?|mon?|mth|wks?|qtr|[yhmwdq]|(?:by the |the )?(?:annum|(?:hour|day|week|month|quarter|year)s?))\b",
    re.I,
)
"""What names a time directly behind a sum, known or not."""
MONEY_PARTS = (
    (re.compile(r"\bmedian\b|\bmiddle\b|\btypical(?:ly)?\b|\bhalf of\b", re.I), "median"),
    (re.compile(r"\blower end\b|\bstarts? at\b|\bfrom\s*$", re.I), "low"),
    (re.compile(r"\bupper end\b|\bstops? at\b|\bup to\s*$", re.I), "high"),
    (re.compile(r"\binterval\b", re.I), "interval"),
)
"""Words for what a sum is of a band of pay."""
IDLE = frozenset((
    "a", "about", "adverts", "all", "an", "and", "are", "at", "by", "figure", "figures", "find", "for", "from",
    "give", "how", "in", "is", "job", "jobs", "level", "list", "me", "much", "of", "on", "or", "share",
    "shares", "show", "stated", "statistics", "tell", "that", "the", "to", "what", "which", "with",
))  # fmt: skip
"""Words of a search that say nothing."""
SYNONYMS = {
    **dict.fromkeys(("salary", "salaries", "compensation", "wage", "wages", "earnings", "income"), "pay"),
    **dict.fromkeys(("skills", "technology", "technologies", "tools"), "skill"),
    **dict.fromkeys(("transparency", "disclosed", "disclose"), "disclosure"),
    **dict.fromkeys(("forecast", "forecasts", "prediction"), "claim"),
    **dict.fromkeys(("home", "telework"), "remote"),
    "university": "degree", "education": "degree", "experience": "years",
}  # fmt: skip
"""Words that people use for what ids call otherwise."""
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
    "north america": "northern_america", "latin america": "americas",
    **dict.fromkeys(("the us", "usa", "u.s."), "us"), **dict.fromkeys(("uk", "u.k."), "gb"),
}  # fmt: skip
"""Names of places that guides use and lookups do not."""


def terms_of(text: str) -> tuple[str, ...]:
    """The words of a text by which a figure is found, in small letters and as ids have them, each once."""
    words = re.findall(r"[\w+#.&-]+", text.lower())
    return tuple(dict.fromkeys(SYNONYMS.get(word, word) for word in words if word not in IDLE))


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
