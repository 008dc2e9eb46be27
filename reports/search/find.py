"""Score figures by what a question asks for, and choose the answer and the nearest figures that have a value.

The score of a figure is a sum over facets. A facet that is asked for adds its weight times how near the figure's value
is to the one asked for, from 0 to 1. A facet that is not asked for subtracts its weight times how unusual the value is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.search.index import Entry
from reports.search.question import Question, read_question
from reports.search.table import WEAK, Sense, Table, phrase_of

OF_TITLE = 1.0
"""Weight of the part of a question's words that stand in a figure's title."""
OF_OTHER_TOPICS = 0.3
"""Part of the weight that a second topic adds: of "pay transparency" the first topic counts in full."""
WITHHELD = 0.4
"""What a figure without a value loses. Of two that fit alike the one with a value comes first."""
MIN_TOPIC = 0.15
"""The least nearness of topics between a question and an answer."""
N_NEAREST, N_FOUND = 3, 10
"""How many figures with a value are offered beside a withheld one, and the most figures that are found."""
WIDER, SIBLING, ALL, EACH = (0.6, 0.5, 0.4), 0.3, 0.35, 0.45
"""Nearness of what contains the value asked for (the smallest first), of a value with the same container, of the whole
world, and of a figure with a row for each place."""
INSIDE = 0.4
"""Nearness of a part of the value asked for."""
OF_ONE_COUNTRY = 0.5
"""Factor of a wider place that has nearly all of its jobs in another country."""
OF_LIST = 0.6
"""Nearness of a figure with a row for each item to an item of its topic."""


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


def find_by(question: Question, entries: Sequence[Entry], table: Table) -> Found:
    """Find the figures that answer a question that was read."""
    titles = frozenset(question.words)
    scored = []
    for number, entry in enumerate(entries):
        topic = max((near(sense, entry, table) for sense in question.values_of("topic")), default=0.0)
        if topic >= MIN_TOPIC:
            scored.append((-round(score(question, titles, entry, table), 6), number, entry))
    ranked = [entry for _, _, entry in sorted(scored, key=lambda one: one[:2])]
    if not ranked or ranked[0].value is not None:
        return Found(question=question, figures=tuple(ranked[:N_FOUND]))
    by_id = {entry.id: entry for entry in entries}
    offered = [by_id[name] for name in ranked[0].nearest if name in by_id and by_id[name].value is not None]
    printed = [entry for entry in ranked if entry.value is not None and entry not in offered]
    return Found(
        question=question, figures=tuple(ranked[:N_FOUND]), nearest=(*offered, *printed)[:N_NEAREST]
    )


def score(question: Question, titles: frozenset[str], entry: Entry, table: Table) -> float:
    """Return how well a figure answers a question."""
    total = 0.0 if entry.value is not None else -WITHHELD
    for facet, weight in table.weights.items():
        asked = question.values_of(facet)
        if not asked:
            total -= weight.unasked * (1 - _usual(facet, entry, table))
            continue
        gains = sorted(
            ((weight.weak if one.strength == WEAK else weight.asked) * near(one, entry, table) for one in asked),
            reverse=True,
        )
        total += gains[0] + (OF_OTHER_TOPICS * sum(gains[1:]) if facet == "topic" else 0.0)
    words = set(phrase_of(entry.title).split())
    return total + OF_TITLE * len(titles & words) / max(len(titles), 1)


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
        return _near_in_tree(asked, given, entry, table.within[facet], facet)
    for key in (f"{facet} {asked} {given}", f"{facet} * {given}", f"{facet} {asked} *"):
        if given and key in table.nearness:
            return table.nearness[key]
    return 0.0


def _near_in_tree(
    asked: str, given: str, entry: Entry, within: Mapping[str, Sequence[str]], facet: str
) -> float:
    around, around_given = within.get(asked, ()), within.get(given, ())
    if facet == "item" and not given:
        return OF_LIST if entry.facets.get("shape") == "list" else 0.0
    if given in around:
        nearness = WIDER[min(around.index(given), len(WIDER) - 1)]
        return nearness * OF_ONE_COUNTRY if entry.main and entry.main != asked else nearness
    if facet == "place" and given in ("all", ""):
        return ALL
    if given == "each":
        return EACH
    if asked in around_given or (facet == "place" and asked == "all"):
        return INSIDE
    if facet != "item" and around and around_given and around[0] == around_given[0]:
        return SIBLING
    return 0.0
