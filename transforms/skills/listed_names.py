"""Find candidates for the taxonomy: unknown names in lists that hold known technologies.

"Kafka, Frobnicator and Flink" shows that Frobnicator is a technology too. A name counts if it stands between two known
technologies of a list, or next to one in a list with at least two. Each word of a name has a capital or a digit.
"""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from transforms.place.gazetteer import gazetteer, key
from transforms.place.places import whereabouts
from transforms.records.rows import ListedName
from transforms.role.titles import role_of
from transforms.skills.extraction import skills_in
from transforms.skills.lexicon import lexicon
from transforms.skills.sections import Line, lines_of
from transforms.text.lookups import rows_of, taxonomy

MIN_KNOWN = 2
"""Minimum number of known technologies in a list."""
MAX_WORDS = 3
"""Maximum number of words in a name: hardly any technology of the taxonomy has more."""
MAX_NAME = 40
"""Maximum number of characters in a name."""
MAX_NAMES = 40
"""Maximum number of names that are kept for an advert; the first in the text are kept."""
KEPT = 4096
"""Number of names for which `_is_known` is cached, since adverts repeat names."""

_BETWEEN = r"(?:[,;/()\[\]、，／とや和与或와과]|\s(?:and|or|und|oder|et|ou|y|o|e|i|en|of|lub|with|&|\+)(?=\s))"
_WORD = r"(?:[A-Z]|[a-z]++[A-Z0-9]|\d++[A-Za-z])[\w+#.-]*+"
_SEPARATOR = re.compile(f"({_BETWEEN})")
_NAME_WORD = re.compile(rf"{_WORD}\Z")
_PASSED = "\0"
"""Replaces a name of the taxonomy when the rest of a line is searched."""
_NEAR = rf"[^,;/()\[\]{_PASSED}]{{0,60}}"
_NAME_AT_NAME = re.compile(
    rf"{_PASSED}{_NEAR}?{_BETWEEN}[\s.*-]*{_WORD}(?!{_PASSED})|(?<![\w{_PASSED}]){_WORD}\s*{_BETWEEN}{_NEAR}{_PASSED}"
)
"""A word written like a name, with a separator between this word and a name of the taxonomy."""
_LIST_END = re.compile(r"([.!?…](?=\s|$)|[|•·:。]|\.\.+)")
Tool = tuple[int, int, str]
"""Start and end of a known technology, and its name in the taxonomy."""
_EDGES = " .-*\t\u3000"


def find_listed_names(text: str) -> tuple[ListedName, ...]:
    """Return unknown names in lists with known technologies, each once, in order of their spans.

    The time is linear in the length of the text. Never raises.
    """
    by_term: dict[str, ListedName] = {}
    for begin, _, line in lines_of(text):
        if len(line.names) < MIN_KNOWN:
            continue
        for start, end, name, beside in line.once(_names_beside):
            term = name.casefold()
            if term not in by_term and not _is_known(term):
                by_term[term] = ListedName(name=name, beside=beside, start=begin + start, end=begin + end)
        if len(by_term) >= MAX_NAMES:
            break
    return tuple(by_term.values())[:MAX_NAMES]


def is_covered(term: str) -> bool:
    """Whether a term is a skill of the taxonomy, holds such a skill, or names a role or a place."""
    return _is_known(term) or bool(skills_in(term))


@functools.lru_cache(maxsize=KEPT)
def _is_known(term: str) -> bool:
    aliases = _aliases()
    if term in aliases or term.removesuffix("s") in aliases:
        return True
    if role_of(term).start is not None:
        return True
    is_in_gazetteer = bool(gazetteer().names.get(key(term))) or term.upper() in gazetteer().codes
    return is_in_gazetteer and any(place.country for place in whereabouts(term.upper()).places)


@functools.cache
def words_of(*kinds: str) -> frozenset[str]:
    """Return the words of `emerging_words.csv` of any of these kinds.

    These words are not new skills. A `stop` word of English or a `plain` word of adverts ends a term. A `venue` of
    publications, a `company` or a `phrase` is never a candidate by itself.
    """
    return frozenset(row["word"] for row in rows_of("emerging_words") if row["kind"] in kinds and row["word"])


@functools.cache
def _aliases() -> frozenset[str]:
    return frozenset(name.casefold() for row in taxonomy() for name in (row.skill, *row.aliases))


@functools.cache
def _ordinary() -> frozenset[str]:
    return words_of("stop", "plain", "company", "venue")


def _names_beside(line: Line) -> list[tuple[int, int, str, str]]:
    technologies = _technologies()
    tools = [(start, end, technologies[number]) for start, end, number in line.names if number in technologies]
    if len(tools) < MIN_KNOWN:
        return []
    starts = [at for at, _, _ in tools]
    firsts = [at for at, _, _ in line.names]
    hits: list[tuple[int, int, str, str]] = []
    for begin, stop in _list_bounds(line.text, starts):
        names = line.names[bisect_left(firsts, begin) : bisect_left(firsts, stop)]
        if _may_hold(line.text, begin, stop, names):
            tools_in_list = tools[bisect_left(starts, begin) : bisect_left(starts, stop)]
            hits += _names_in_list(line.text, _split_list(line.text[begin:stop], begin), tools_in_list, names)
    return hits


def _list_bounds(text: str, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    begin = 0
    for stop in itertools.accumulate(map(len, _LIST_END.split(text))):
        if bisect_left(starts, stop) - bisect_left(starts, begin) >= MIN_KNOWN:
            yield begin, stop
        begin = stop


def _may_hold(text: str, begin: int, stop: int, names: Sequence[tuple[int, int, int]]) -> bool:
    """Whether a word written like a name stands next to a name of the taxonomy as in a list. This is a quick check."""
    rest, at = [], begin
    for start, end, _ in names:
        rest.append(text[at:start])
        at = max(at, end)
    rest.append(text[at:stop])
    return _NAME_AT_NAME.search(_PASSED.join(rest)) is not None


def _split_list(text: str, begin: int) -> list[tuple[int, int]]:
    parts = _SEPARATOR.split(text)
    ends = list(itertools.accumulate(map(len, parts), initial=begin))
    return [(at, to) for part, at, to in zip(parts[::2], ends[::2], ends[1::2], strict=True) if part.strip(_EDGES)]


def _names_in_list(
    text: str, items: Sequence[tuple[int, int]], tools: Sequence[Tool], names: Sequence[tuple[int, int, int]]
) -> Iterator[tuple[int, int, str, str]]:
    starts = [at for at, _, _ in tools]
    tool_names = [_name_in(start, end, starts, tools) for start, end in items]
    firsts = [at for at, _, _ in names]
    reach = list(itertools.accumulate((to for _, to, _ in names), max))
    for nth, (start, end) in enumerate(items):
        left = tool_names[nth - 1] if nth else None
        right = tool_names[nth + 1] if nth + 1 < len(items) else None
        neighbour = left or right
        if tool_names[nth] is not None or neighbour is None:
            continue
        before = bisect_left(firsts, end)
        if before > 0 and reach[before - 1] > start:
            continue  # a known name reaches into the item
        name = _unknown_name(text[start:end], is_after=left is not None, is_before=right is not None)
        at = text.find(name, start, end) if name else -1
        if at >= 0:
            yield at, at + len(name), name, neighbour


@functools.cache
def _technologies() -> dict[int, str]:
    names = taxonomy()
    return {
        number: names[meaning.skills[0]].skill
        for number, meaning in enumerate(lexicon().meanings)
        if meaning.skills
        and names[meaning.skills[0]].kind == "technology"
        and meaning.phrase is None
        and meaning.context is None
    }


def _name_in(start: int, end: int, starts: Sequence[int], tools: Sequence[Tool]) -> str | None:
    nth = bisect_left(starts, start)
    return tools[nth][2] if nth < len(tools) and tools[nth][1] <= end else None


def _unknown_name(item: str, *, is_after: bool, is_before: bool) -> str:
    """Return the name in an item of a list, or "".

    Between two known technologies, the whole item must be a name. Otherwise the words next to the technology are the
    name: the first words of the item if `is_after`, else the last words.
    """
    words = item.strip(_EDGES).split()
    if is_after and is_before:
        run = words if len(words) <= MAX_WORDS and all(map(_NAME_WORD.match, words)) else []
    else:
        sequence = words if is_after else words[::-1]
        size = next((n for n, word in enumerate(sequence) if not _NAME_WORD.match(word)), len(sequence))
        run = sequence[:size] if is_after else sequence[:size][::-1]
        is_followed = is_after and size < len(words) and words[size] not in words_of("stop")
        if is_followed or (is_before and size == len(words) and words[0].istitle()):
            run = []  # the first word of a sentence has a capital whatever it is
    name = " ".join(run).strip(".")
    is_name = 0 < len(run) <= MAX_WORDS and 2 <= len(name) <= MAX_NAME
    return name if is_name and _ordinary().isdisjoint(map(str.casefold, run)) else ""
