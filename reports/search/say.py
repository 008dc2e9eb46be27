"""Words for answers: how a figure differs from what was asked for, and why no figure can answer."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from datetime import date

from reports.figures.declared.share_figures import items_of
from reports.figures.places import PLACES
from reports.search.find import Found
from reports.search.index import Entry
from reports.search.question import Question
from reports.search.table import rows_of
from reports.wording.levels import level_phrase
from reports.wording.numbers import day
from reports.wording.work import WORKS, name_work
from transforms.records.definitions import MAX_DAYS_APART
from transforms.records.vocabulary import LEVEL_GROUPS

COMPARED = ("topic", "place", "work", "level", "item", "kind", "shape", "each")
"""Facets in which an answer may differ from a question, in the order in which they are said."""
NOTHING_NAMED = "none of these words names a figure"


@functools.cache
def names() -> Mapping[str, str]:
    """Return the values of facets in words, by facet and value."""
    found = {f"place {place.slug}": place.in_words.partition(" (")[0] for place in PLACES.values()}
    found |= {f"item {item}": name for item, name in items_of("skill_asked").items()}
    found |= {f"work {work}": name_work(work) for work in WORKS}
    found |= {f"level {level}": level_phrase(level) for level in LEVEL_GROUPS}
    return found | {f"{row['facet']} {row['value']}": row["name"] for row in rows_of("names")}


def say_differences(question: Question, entry: Entry, as_of: date) -> str:
    """Return how a figure differs from what is asked for, such as "Northern Europe instead of Iceland"; "" if not."""
    parts = list(_list_differences(question, entry))
    if old := say_old(entry, as_of):
        parts.append(f"of {old}")
    return "; ".join(parts)


def _list_differences(question: Question, entry: Entry) -> Iterator[str]:
    for facet in COMPARED:
        asked = [sense.value for sense in question.values_of(facet)]
        given = entry.facets.get(facet, "")
        if asked and given and given not in asked:
            yield f"{_name(facet, given)} instead of {_name(facet, asked[0])}"


def _name(facet: str, value: str) -> str:
    return names().get(f"{facet} {value}", value.replace("_", " "))


def say_old(entry: Entry, as_of: date) -> str:
    """Return the last day that a figure describes if it is long past; otherwise ""."""
    is_old = entry.until is not None and (as_of - entry.until).days > MAX_DAYS_APART.value
    return day(entry.until) if is_old and entry.until is not None else ""


def say_nothing(found: Found) -> str:
    """Return why no figure can answer a question; "" if one can."""
    question = found.question
    if found.figures:
        return ""
    if question.outside:
        return f"nothing here counts {question.outside}"
    if question.unknown:
        return f"no figure is about {', '.join(question.unknown)}"
    return NOTHING_NAMED
