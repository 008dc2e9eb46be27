"""The table of words: which facet of a figure a word or phrase names, and how near two values of a facet are.

Words that only readers use are rows of `words.csv`. Titles of jobs, names of places and of skills come from the lookups
by which adverts are read. All of the table is data, so that the site's script has the same.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from reports.figures.declared.share_figures import BASELINE_NAMES, items_of
from reports.figures.places import PLACES, slug
from reports.wording.work import WORKS
from transforms.place.gazetteer import groups
from transforms.records.vocabulary import AI_GROUPS, AI_JOBS, CELL_GROUPS, GROUP_OF_ROLE, PREMIUM_OVER
from transforms.role.titles import role_of, seniority_of
from transforms.text.lookups import cells_of, parts, taxonomy

FOLDER = Path(__file__).parent
FULL, WEAK, NAMED = "", "weak", "named"
"""Strength of a word: `WEAK` words count less; `NAMED` words are names that count only if written with a capital."""
IDLE, OUTSIDE, FIELD, NOUN = "idle", "outside", "field", "noun"
"""Facets of words only: without meaning for a search; something that nothing here counts; a field of work ("ML"); a
noun for a person or a job, which makes a field before it a role."""
CITIES = "cities"
"""Name of the CSV of cities with their countries, which `cities.py` writes."""
N_CITIES_SPELT = 400
"""How many of them, the most advertised, are also found with a typing error."""
SPOKEN_FIELDS = ("ai", "ml", "genai", "vision", "robotics", "mlops", "datascience", "ai_security")
"""Fields (`role_concepts.csv`) whose words name work without a noun: "ML pay"."""
FIELDS = (
    *SPOKEN_FIELDS, "agent", "platform", "ranking", "imaging", "language", "rpa", "search", "dataeng", "analytics",
    "data", "security", "governance", "policy", "safety", "annotation", "research",
)  # fmt: skip
"""Fields that make a role with a noun behind them."""
NOUNS = (
    "engineer", "scientist", "researcher", "research_engineer", "research_scientist", "applied_scientist", "architect",
    "analyst", "product_manager", "manager", "engineer_manager", "boss", "consultant", "specialist", "tester",
)  # fmt: skip
"""Nouns (`role_concepts.csv`) that make a role with a field before them."""
OTHER_TRADES = frozenset({"trade", "craft"})
"""Concepts of occupations of which nothing here counts any job."""


class Sense(NamedTuple):
    """What a word or phrase may name: a value of a facet."""

    facet: str
    value: str
    strength: str = FULL


class Weight(NamedTuple):
    """How much a facet counts: asked for, asked for with weak words, and not asked for."""

    asked: float
    weak: float
    unasked: float


@dataclass(frozen=True, kw_only=True)
class Table:
    """The table of words and the numbers of the rule.

    | field | meaning |
    |---|---|
    | `senses` | what each phrase may name |
    | `rare` | phrases whose words are not sought for a word with a typing error |
    | `roles` | the role that a noun makes of a field ("ml engineer"); a field alone has the noun "" |
    | `within` | what contains a value, the nearest first, by facet and value |
    | `nearness` | how near a given value is to the one asked for, by facet and both; "*" is any value |
    | `unasked` | how usual a value is if its facet was not asked for, by facet and value |
    | `weights` | how much each facet counts |
    | `rule` | the other numbers of the rule, by their names in `rule.csv` |
    """

    senses: Mapping[str, tuple[Sense, ...]]
    rare: frozenset[str]
    roles: Mapping[str, str]
    within: Mapping[str, Mapping[str, tuple[str, ...]]]
    nearness: Mapping[str, float]
    unasked: Mapping[str, float]
    weights: Mapping[str, Weight]
    rule: Mapping[str, float]

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """Every word of a phrase."""
        return frozenset(word for phrase in self.senses for word in phrase.split())

    @functools.cached_property
    def by_sense(self) -> Mapping[tuple[Sense, bool], Sequence[str]]:
        """Phrases by what they name and whether they are rare."""
        phrases: dict[tuple[Sense, bool], list[str]] = {}
        for phrase, senses in self.senses.items():
            for sense in senses:
                phrases.setdefault((sense, phrase in self.rare), []).append(phrase)
        return phrases

    @functools.cached_property
    def spelt(self) -> Sequence[str]:
        """The words that a word with a typing error may be, those of earlier rows first."""
        usual = (phrases for (_, is_rare), phrases in self.by_sense.items() if not is_rare)
        return list(dict.fromkeys(word for phrases in usual for phrase in phrases for word in phrase.split()))

    def to_json(self) -> dict[str, Any]:
        """Return the table for the site's script. Phrases stand together by what they name."""
        return {
            "senses": [[*sense, int(rare), "|".join(names)] for (sense, rare), names in self.by_sense.items()],
            "roles": self.roles,
            "within": self.within,
            "nearness": self.nearness,
            "unasked": self.unasked,
            "weights": self.weights,
            "rule": self.rule,
        }


# --- words ----------------------------------------------------------------------------------------------------

_OF = re.compile(r"['’]s(?![^\W_])")
_APOSTROPHE = re.compile("['’]")
_INITIAL = re.compile(r"(?<![^\W_])([^\W\d_])\.(?=[^\W\d_](?![^\W_]))")
_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
MIN_STEM = 3
"""Words of fewer letters keep their final s."""


def split_words(text: str) -> list[str]:
    """Return the words of a text without accents; "U.S." is one word, and so is C++."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char)[0] != "M")
    return _WORD.findall(_INITIAL.sub(r"\1", _APOSTROPHE.sub("", _OF.sub("", plain))))


def stem(word: str) -> str:
    """Return a word in small letters without its plural's ending: "salaries" is salary."""
    word = word.lower()
    if len(word) < MIN_STEM or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > MIN_STEM + 1:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes", "zes")) else word[:-1]


def phrase_of(text: str) -> str:
    """Return a text as a key of the table."""
    return " ".join(map(stem, split_words(text)))


@functools.cache
def rows_of(name: str) -> Sequence[Mapping[str, str]]:
    """Return the rows of a CSV beside this module."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- the table ------------------------------------------------------------------------------------------------


@dataclass
class _Draft:
    """A table in the making. Words of an earlier kind hide those of a later one, except where both are wanted."""

    senses: dict[str, list[Sense]] = field(default_factory=dict)

    def add(self, text: str, sense: Sense, *, beside: Iterable[str] = ()) -> None:
        """Add what a text may name, unless it has another meaning that is not of the facets `beside`."""
        phrase = phrase_of(text)
        known = self.senses.setdefault(phrase, []) if phrase else [sense]
        if sense not in known and all(one.facet in (sense.facet, *beside) for one in known):
            known.append(sense)


@functools.cache
def make_table() -> Table:
    """Make the table of words, once per process."""
    draft, own = _Draft(), ("topic", "item", "work", "level", "kind", "shape", "each", IDLE, FIELD, NOUN, "place")
    for row in rows_of("words"):
        for words in parts(row["words"]):
            draft.add(words, Sense(row["facet"], row["value"], row["strength"]), beside=own)
    for words, sense in _list_titles():
        draft.add(words, sense, beside=(*own, OUTSIDE) if sense.facet == FIELD else ("item", "topic", FIELD, NOUN))
    for words, sense in _list_levels():
        draft.add(words, sense)
    for words, sense in _list_countries():
        draft.add(words, sense)
    for words, skill in _list_skills():
        known = {one.facet for one in draft.senses.get(phrase_of(words), ())}
        strength = NAMED if known - {"item", "work", FIELD, NOUN} else FULL
        draft.add(words, Sense("item", skill, strength), beside=(*own, OUTSIDE))
    for row in cells_of("emerging_words"):
        if row["kind"] == "stop":
            draft.add(row["word"], Sense(IDLE, ""))
    cities = rows_of(CITIES)
    for row in cities:
        draft.add(row["city"], Sense("place", row["country"]))
    return Table(
        senses={phrase: tuple(senses) for phrase, senses in draft.senses.items()},
        rare=frozenset(phrase_of(row["city"]) for row in cities[N_CITIES_SPELT:]),
        roles=_list_roles(),
        within={"place": _list_wider_places(), "work": _list_wider_work(), "item": _list_categories()},
        nearness={
            " ".join((row["facet"], row["asked"], row["given"])): float(row["nearness"]) for row in rows_of("nearness")
        },
        unasked={" ".join((row["facet"], row["given"])): float(row["nearness"]) for row in rows_of("unasked")},
        weights={
            row["facet"]: Weight(float(row["asked"]), float(row["weak"]), float(row["unasked"]))
            for row in rows_of("weights")
        },
        rule={row["name"]: float(row["value"]) for row in rows_of("rule")},
    )


def _list_titles() -> Iterator[tuple[str, Sense]]:
    """Yield fields and nouns of work, roles by their titles, and other occupations, as titles are read."""
    for role in WORKS:
        if role in GROUP_OF_ROLE and role != "other":
            yield role.replace("_", " "), Sense("work", role)
    people = {row["concept"] for row in cells_of("role_concepts") if row["kind"] == "noun"}
    for row in cells_of("role_words"):
        words, concepts = row["words"], row["concepts"].split()
        if not words.isascii() or not concepts:
            continue
        if OTHER_TRADES.intersection(concepts):
            yield words, Sense(OUTSIDE, "other occupations")
        elif len(concepts) == 1 and concepts[0] in FIELDS:
            yield words, Sense(FIELD, concepts[0])
        elif len(concepts) == 1 and concepts[0] in NOUNS:
            yield words, Sense(NOUN, concepts[0])
        elif people.intersection(concepts):
            role = str(role_of(words).value)
            if role not in ("other", PREMIUM_OVER, "software_engineer"):
                yield words, Sense("work", role)
            elif role == "software_engineer":
                yield words, Sense(NOUN, "engineer")


def _list_levels() -> Iterator[tuple[str, Sense]]:
    group_of = {"junior": "entry", "intern": "entry", "mid": "mid", "senior": "senior", "staff": "staff"}
    for row in cells_of("seniority_words"):
        if row["level"] in group_of and row["words"].isascii() and not row["where"]:
            yield row["words"], Sense("level", group_of[str(seniority_of(row["words"]).value or row["level"])])


def _list_roles() -> dict[str, str]:
    """Return the work that a field and a noun name together, by both: "ml engineer"; a field alone has no noun."""
    shortest: dict[str, str] = {}
    for row in sorted(cells_of("role_words"), key=lambda row: (len(row["words"]), row["words"])):
        if row["words"].isascii():
            shortest.setdefault(row["concepts"], row["words"])
    found = {"ai ": AI_JOBS, "ai job": AI_JOBS, "data job": "data", " engineer": PREMIUM_OVER}
    for name in FIELDS:
        for noun in ("", *NOUNS):
            words = f"{shortest.get(name, '')} {shortest.get(noun, '') if noun else 'engineer'}"
            role = str(role_of(words).value)
            if role not in ("other", "software_engineer") and (noun or name in SPOKEN_FIELDS):
                found.setdefault(f"{name} {noun}", role)
                if not noun:
                    found.setdefault(f"{name} job", role)
    for noun in NOUNS:
        role = str(role_of(shortest.get(noun, "")).value)
        if role not in ("other", "software_engineer"):
            found.setdefault(f" {noun}", role)
    return found


def _list_countries() -> Iterator[tuple[str, Sense]]:
    for place in PLACES.values():
        for words in dict.fromkeys((place.name, place.region)):  # in this order, or the site's bytes would vary
            if words != place.slug.upper():
                yield words, Sense("place", place.slug)
    for row in cells_of("country_names"):
        if row["country"].lower() in PLACES and len(row["name"]) > len("GER") and phrase_of(row["name"]).isascii():
            yield row["name"], Sense("place", row["country"].lower())
    for name, group in groups().items():
        around = slug(group.region or group.continent or "")
        if around in PLACES and name not in PLACES:
            yield name, Sense("place", around)


def _list_skills() -> Iterator[tuple[str, str]]:
    known = items_of("skill_asked")
    for skill in taxonomy():
        name = slug(skill.skill)
        if name in known:
            yield from ((words, name) for words in (skill.skill, *skill.aliases))
    for name, (word, also) in BASELINE_NAMES.items():
        yield from ((words, name) for words in (word, *also))


def _list_wider_places() -> dict[str, tuple[str, ...]]:
    """Return what contains each place, the nearest first."""
    return {
        place.slug: tuple(slug(name) for name in (place.in_region, place.in_continent) if name and slug(name) in PLACES)
        for place in PLACES.values()
        if place.level == "country"
    } | {
        place.slug: tuple(dict.fromkeys(
            slug(one.in_continent) for one in PLACES.values() if one.in_region == place.region and one.in_continent
        ))
        for place in PLACES.values()
        if place.level == "region"
    }  # fmt: skip


def _list_wider_work() -> dict[str, tuple[str, ...]]:
    """Return the groups of roles that contain a role or group, the smallest first."""
    wider = {}
    for work in WORKS:
        own = GROUP_OF_ROLE.get(work, work)
        larger = [name for name, groups_in in CELL_GROUPS.items() if own in groups_in and name not in (own, work)]
        if own in AI_GROUPS and own != work:
            larger.insert(0, own)
        elif own != work:
            larger = [own]
        if larger:
            wider[work] = tuple(sorted(dict.fromkeys(larger), key=lambda name: (len(CELL_GROUPS[name]), name)))
    wider["ai_core"] = (AI_JOBS,)
    return wider


def _list_categories() -> dict[str, tuple[str, ...]]:
    return {slug(skill.skill): (slug(skill.category),) for skill in taxonomy()}
