"""Read a question by the table of words: what it asks for, and which of its words are not understood."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.search.table import FIELD, FULL, IDLE, NAMED, NOUN, OUTSIDE, WEAK, Sense, Table, split_words, stem

AT = ("at", "in", "of", "for")
"""Prepositions. An unknown word behind one of these, with no known word behind it, is what a question is about."""
WORDS_ONLY = (IDLE, OUTSIDE, FIELD, NOUN)
"""Facets that no figure has."""
SUBJECTS = {"pay": "work", "bonus": "work", "skill": "item"}
"""Topics that have a subject, each with the facet that names it."""
OF_SKILLS = "skill"
"""The topic of items that are skills."""
DEFAULT_TOPIC = "pay"
"""What is asked about work, a place or a level, if nothing else is said."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a question. `text` is the word as the table has it, `written` as it was written."""

    text: str
    written: str
    is_name: bool  # written with a capital, where a small letter would be usual


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a question asks for.

    `senses` are the values that it names. `unknown` are its words that nothing explains, as they were written.
    `outside` says what it asks about that nothing here counts. `words` are its words, without idle ones.
    """

    senses: tuple[Sense, ...]
    words: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    outside: str = ""

    @property
    def is_understood(self) -> bool:
        """Whether a figure may answer."""
        return bool(self.senses) and not self.unknown and not self.outside

    def values_of(self, facet: str) -> tuple[Sense, ...]:
        """Return what is asked for in a facet."""
        return tuple(sense for sense in self.senses if sense.facet == facet)


@dataclass(frozen=True, kw_only=True)
class _Hit:
    """A phrase of a question, by the numbers of its first word and of the word behind it, with what it may name."""

    start: int
    end: int
    senses: tuple[Sense, ...]

    def pick(self, *facets: str) -> tuple[Sense, ...]:
        return tuple(sense for sense in self.senses if sense.facet in facets)


def read_question(text: str, table: Table) -> Question:
    """Read a question. The longest phrase at a place counts."""
    words = list(_read_words(text, table))
    hits = list(_find_hits(words, table))
    senses = _decide(hits, table)
    outside = next((sense.value for hit in hits for sense in hit.pick(OUTSIDE)), "")
    covered = {number for hit in hits for number in range(hit.start, hit.end)}
    idle = {number for hit in hits if _is_idle(hit) for number in range(hit.start, hit.end)}
    strange = [number for number in range(len(words)) if number not in covered]
    n_known = len(words) - len(strange) - len(idle)
    is_about = any(words[number].is_name or _is_subject(number, words, covered, idle) for number in strange)
    is_lost = is_about or _lacks_subject(senses) or len(strange) > table.rule["max_unknown"] * (n_known + len(strange))
    return Question(
        senses=senses,
        words=tuple(word.text for number, word in enumerate(words) if number not in idle),
        unknown=tuple(words[number].written for number in strange if is_lost),
        outside=outside,
    )


def _is_idle(hit: _Hit) -> bool:
    return all(sense.facet == IDLE for sense in hit.senses)


def _lacks_subject(senses: Sequence[Sense]) -> bool:
    """Whether the work or skill that a question is about may be one of its unknown words, as no other is named."""
    topics, facets = {sense.value for sense in senses if sense.facet == "topic"}, {sense.facet for sense in senses}
    return any(facet not in facets for topic, facet in SUBJECTS.items() if topic in topics)


def _is_subject(number: int, words: Sequence[Word], covered: set[int], idle: set[int]) -> bool:
    """Whether an unknown word stands behind a preposition and before no known word: "pay at acme"."""
    is_behind = number > 0 and words[number - 1].text in AT
    after = number + 1
    return is_behind and (after >= len(words) or after not in covered or after in idle)


# --- words ----------------------------------------------------------------------------------------------------


def _read_words(text: str, table: Table) -> Iterator[Word]:
    written = split_words(text)
    n_capitals = sum(word[0].isupper() for word in written)
    is_title = 2 * n_capitals > len(written)
    for number, word in enumerate(written):
        plain = stem(word)
        fixed = plain if plain in table.known else correct(plain, table)
        is_name = word[0].isupper() and (number > 0) and not is_title
        yield Word(text=fixed or plain, written=word, is_name=is_name)


def correct(word: str, table: Table) -> str | None:
    """Return the known word that a word with a typing error stands for; None if there is none."""
    shortest = table.rule["letters_of_one_edit"]
    most = 0 if len(word) < shortest else 1 if len(word) < table.rule["letters_of_two_edits"] else 2
    best: str | None = None
    for candidate in table.spelt if most else ():
        if candidate[0] != word[0] or len(candidate) < shortest - 1:
            continue
        if abs(len(candidate) - len(word)) <= most and (n := count_edits(word, candidate)) <= most:
            best, most = candidate, n - 1
            if most < 1:
                break
    return best


def count_edits(one: str, other: str) -> int:
    """Return how many letters must be added, left out, changed or swapped with their neighbour (Damerau, Levenshtein).

    No letter is changed twice (optimal string alignment).
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last, before_last = row, before
        row = [i]
        for j, target in enumerate(other, start=1):
            n = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                n = min(n, before_last[j - 2] + 1)
            row.append(n)
        before = last
    return row[-1]


# --- phrases --------------------------------------------------------------------------------------------------


def _find_hits(words: Sequence[Word], table: Table) -> Iterator[_Hit]:
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + int(table.rule["max_words"])), start, -1):
            found = table.senses.get(" ".join(word.text for word in words[start:end]), ())
            is_name = all(word.written[0].isupper() for word in words[start:end]) and start > 0
            senses = tuple(sense for sense in found if sense.strength != NAMED or is_name)
            if senses:
                yield _Hit(start=start, end=end, senses=senses)
                start = end
                break
        else:
            start += 1


def _decide(hits: Sequence[_Hit], table: Table) -> tuple[Sense, ...]:
    """Return what the phrases name together.

    A field of work before a noun is a role. A name of both a field and a skill ("machine learning") is the field if
    something other than skills is asked about.
    """
    named: dict[Sense, None] = {}
    used: set[int] = set()
    for first, behind in _list_runs(hits):
        work, numbers = _read_role(hits[first:behind], table)
        if work:
            named[Sense("work", work)] = None
            used.update(first + number for number in numbers)
    rest = [hit for number, hit in enumerate(hits) if number not in used]
    topics = [sense for hit in rest for sense in hit.pick("topic")]
    asks_skills = any(sense.value == OF_SKILLS for sense in topics)
    asks_other = any(sense.value != OF_SKILLS and sense.strength != WEAK for sense in topics)
    for hit in rest:
        works = [sense.value for sense in hit.pick("work")]
        works += [table.roles.get(f"{sense.value} ", "") for sense in hit.pick(FIELD)]
        items = hit.pick("item")
        is_skill = bool(items) and not hit.pick("topic")
        is_work = any(works) and (not items or (asks_other and not asks_skills))
        for sense in hit.senses:
            strength = WEAK if sense.strength == WEAK or (is_skill and asks_other) else FULL
            if sense.facet == "item" and not (is_skill and is_work):
                named[Sense("item", sense.value, strength)] = None
                if is_skill and not asks_other:
                    named[Sense("topic", OF_SKILLS)] = None
            elif sense.facet not in (*WORDS_ONLY, "item", "work"):
                named[Sense(sense.facet, sense.value, strength)] = None
        named |= {Sense("work", work): None for work in works if work and is_work}
    if named and not any(sense.facet == "topic" for sense in named):
        named[Sense("topic", DEFAULT_TOPIC)] = None
    return tuple(named)


def _list_runs(hits: Sequence[_Hit]) -> Iterator[tuple[int, int]]:
    """Yield the runs of adjacent phrases that name work, as (number of the first, number behind the last)."""
    is_work = [bool(hit.pick("work", FIELD, NOUN)) for hit in hits]
    for is_run, group in itertools.groupby(range(len(hits)), key=lambda number: is_work[number]):
        numbers = list(group)
        start = numbers[0]
        for number in numbers if is_run else ():
            if number > start and hits[number - 1].end != hits[number].start:
                yield start, number
                start = number
        if is_run:
            yield start, numbers[-1] + 1


def _read_role(run: Sequence[_Hit], table: Table) -> tuple[str, list[int]]:
    """Return the role that a run of phrases names, and the numbers of these phrases; "" if they name none.

    The last noun counts, with the field before it that makes a role of it.
    """
    for last in range(len(run) - 1, -1, -1):
        nouns = run[last].pick(NOUN)
        if not nouns:
            continue
        noun = nouns[0].value
        for number in range(last - 1, -1, -1):
            for sense in run[number].pick(FIELD, "work"):
                work = table.roles.get(f"{sense.value} {noun}", "") if sense.facet == FIELD else sense.value
                if work:
                    return work, list(range(number, last + 1))
        alone = table.roles.get(f" {noun}", "")
        if alone:
            return alone, [last]
    return "", []
