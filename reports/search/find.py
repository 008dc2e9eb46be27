"""Score figures by what a question asks for, and choose the answer and the nearest figures that have a value.

The score of a figure is a sum over facets. A facet that is asked for adds its weight times how near the figure's value
is to the one asked for, from 0 to 1. A facet that is not asked for subtracts its weight times how unusual the value is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reports.search.index import Entry
from reports.search.question import Question, read_question
from reports.search.table import WEAK, Sense, Table, phrase_of


@dataclass(frozen=True, kw_only=True)
class Found:
    """The answer to a question.

    `figures` fit the question, best first. If the first is withheld, `nearest` are up to three with a value. Both are
    empty if no figure can answer.
    """

    question: Question
    figures: tuple[Entry, ...] = ()
    nearest: tuple[Entry, ...] = ()

    @property
    def ids(self) -> list[str]:
        """Ids in the order in which a reader meets them: the answer, what is nearest to it, and what else was found."""
        order = [*self.figures[:1], *self.nearest, *self.figures[1:]]
        return list(dict.fromkeys(entry.id for entry in order))


def find(text: str, entries: Sequence[Entry], table: Table) -> Found:
    """Find the figures that answer a question."""
    question = read_question(text, table)
    if not question.is_understood:
        return Found(question=question)
    return find_by(question, entries, table)


def find_by(question: Question, entries: Sequence[Entry], table: Table, *, most: int | None = None) -> Found:
    """Find the figures that answer a question that was read, and at most `most` of them."""
    titles = frozenset(question.words)
    scored = []
    for number, entry in enumerate(entries):
        topic = max((near(sense, entry, table) for sense in question.values_of("topic")), default=0.0)
        if topic >= table.rule["min_topic"]:
            scored.append((-_whole(score(question, titles, entry, table)), number, entry))
    n_found = int(table.rule["n_found"]) if most is None else most
    ranked = [entry for _, _, entry in sorted(scored, key=lambda one: one[:2])]
    if not ranked or ranked[0].value is not None:
        return Found(question=question, figures=tuple(ranked[:n_found]))
    by_id = {entry.id: entry for entry in entries}
    offered = [by_id[name] for name in ranked[0].nearest if name in by_id and by_id[name].value is not None]
    printed = [entry for entry in ranked if entry.value is not None and entry not in offered]
    return Found(
        question=question, figures=tuple(ranked[:n_found]), nearest=(*offered, *printed)[: int(table.rule["n_nearest"])]
    )


def score(question: Question, titles: frozenset[str], entry: Entry, table: Table) -> float:
    """Return how well a figure answers a question."""
    total = 0.0 if entry.value is not None else -table.rule["withheld"]
    for facet, weight in table.weights.items():
        asked = question.values_of(facet)
        if not asked:
            total -= weight.unasked * (1 - _usual(facet, entry, table))
            continue
        gains = sorted(
            ((weight.weak if one.strength == WEAK else weight.asked) * near(one, entry, table) for one in asked),
            reverse=True,
        )
        total += gains[0] + (table.rule["of_other_topics"] * sum(gains[1:]) if facet == "topic" else 0.0)
    words = set(phrase_of(entry.title).split())
    return total + table.rule["of_title"] * len(titles & words) / max(len(titles), 1)


def _usual(facet: str, entry: Entry, table: Table) -> float:
    value = entry.facets.get(facet, "")
    return table.unasked.get(f"{facet} {value}", table.unasked.get(f"{facet} *", 1.0) if value else 1.0)


def near(sense: Sense, entry: Entry, table: Table) -> float:
    """Return how near a figure is to a value that is asked for, from 0 to 1."""
    facet, asked = sense.facet, sense.value
    given = entry.facets.get(facet, "")
    if given == asked:
        return 1.0
    if facet in table.within:
        return _near_in_tree(facet, asked, entry, table)
    for key in (f"{facet} {asked} {given}", f"{facet} * {given}", f"{facet} {asked} *"):
        if given and key in table.nearness:
            return table.nearness[key]
    return 0.0


def _near_in_tree(facet: str, asked: str, entry: Entry, table: Table) -> float:
    rule, within, given = table.rule, table.within[facet], entry.facets.get(facet, "")
    around, around_given = within.get(asked, ()), within.get(given, ())
    if facet == "item" and not given:
        return rule["of_list"] if entry.facets.get("shape") == "list" else 0.0
    if given in around:
        nearness = rule[f"wider_{min(around.index(given) + 1, 3)}"]
        return nearness * rule["of_one_country"] if entry.main and entry.main != asked else nearness
    if facet == "place" and given in ("all", ""):
        return rule["all"]
    if given == "each":
        return rule["each"]
    if asked in around_given or (facet == "place" and asked == "all"):
        return rule["inside"]
    if facet != "item" and around and around_given and around[0] == around_given[0]:
        return rule["sibling"]
    return 0.0


def _whole(score: float) -> int:
    """Return a score in millionths, so that equal sums are equal."""
    return math.floor(score * 1e6 + 0.5)
