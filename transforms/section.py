"""The sections of an advert's text: what it asks for, what it wishes for, and what it says of the employer.

Headings are those of `lookups/section_words.csv`. Only lines are read, in one pass, so the cost is linear. The
words that send a reader to a line are found here too, those of all readers in one pass, kept for the next reader.
"""

from __future__ import annotations

import csv
import functools
import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from transforms.literal import Literals

LOOKUPS = Path(__file__).parent / "lookups"
LONGEST_HEADING = 80
"""Characters of a line that may be a heading; longer ones are prose."""
FLAT_LINE = 300
"""In a line longer than this, white space was lost and headings stand inside, before a colon."""
MOST_WORDS = 6
"""Words of the longest known heading that is looked for."""
LEAST_COVERED = 0.5
"""Share of a heading's letters that known words must cover, unless it ends with a colon."""
TEXTS_KEPT = 4
"""The readers of one posting ask one after the other for the sections of one text."""
LINES_KEPT = 1 << 14
"""Short lines whose kind is kept: an employer's adverts repeat their headings."""
LISTS = (
    ("years", "requirement_cues.csv", "pattern", "cue", "year literal"),
    ("degree", "requirement_cues.csv", "pattern", "cue", "degree literal"),
    ("degree within", "requirement_cues.csv", "pattern", "cue", "degree literal within"),
    ("ai", "ai_terms.csv", "words", "case", "any"),
)
"""Words that are found all at once: the name of a list, its lookup, the column of the words, which rows they are."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_INSIDE = re.compile(r"(?<![^\s.!?)])[A-ZÀ-Þ][^.:;!?\n]{2,45}:")
LONGEST_INSIDE = 47
"""Characters that `_INSIDE` matches at most."""
_SENTENCE_ENDS = ("\n", ". ", "! ", "? ", "; ", "• ")


def literals_of(lookup: str, cue: str) -> tuple[str, ...]:
    """What a lookup lists under a cue, to be found as it stands (spaces count). ValueError when it lists nothing."""
    with (LOOKUPS / lookup).open(encoding="utf-8", newline="") as file:
        literals = tuple(row["pattern"] for row in csv.DictReader(file) if row["cue"] == cue)
    if not literals:
        raise ValueError(f"lookups/{lookup}: no row for the cue {cue!r}")
    return literals


@functools.cache
def cues_of(lookup: str, cue: str, before: str = "", after: str = "") -> re.Pattern[str]:
    """One expression, case ignored, for all patterns that a lookup lists under a cue, between two more.

    Raises ValueError when the lookup has no such cue.
    """
    return re.compile(f"{before}(?:{'|'.join(literals_of(lookup, cue))}){after}", re.IGNORECASE)


@functools.cache
def _headings() -> dict[str, list[tuple[list[str], str]]]:
    """The known headings by their first word, longest first: their words and the kind of section they open."""
    with (LOOKUPS / "section_words.csv").open(encoding="utf-8", newline="") as file:
        kinds = {
            tuple(_WORD.findall(row["words"].replace("’", "'").lower())): row["kind"]
            for row in csv.DictReader(file)
            if row["where"] == "heading"
        }
    by_first: dict[str, list[tuple[list[str], str]]] = {}
    for words in sorted(kinds, key=len, reverse=True):
        if len(words) <= MOST_WORDS:
            by_first.setdefault(words[0], []).append((list(words), kinds[words]))
    return by_first


@functools.lru_cache(maxsize=TEXTS_KEPT)
def sections_of(text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Starts and kinds of the sections: required, preferred, duties, mentioned (the employer and its offer), not.

    What stands before the first heading is `intro`.
    """
    starts, kinds = [0], ["intro"]
    begin = 0
    for line in text.split("\n"):
        size = len(line)
        if size <= LONGEST_HEADING:
            kind = _kind_of_line(line) if line and line[0] not in "-–•·" else None
            if kind:
                starts.append(begin)
                kinds.append(kind)
        elif size > FLAT_LINE and ":" in line:
            for first, last in _inside(text, begin, begin + size):
                kind = _kind_of(text[first:last])
                if kind:
                    starts.append(first)
                    kinds.append(kind)
        begin += size + 1
    return tuple(starts), tuple(kinds)


def _inside(text: str, begin: int, stop: int) -> Iterator[tuple[int, int]]:
    """Spans of what may be a heading inside a line: only what stands before a colon is read."""
    colon = text.find(":", begin, stop)
    while colon >= 0:
        match = _INSIDE.search(text, max(begin, colon + 1 - LONGEST_INSIDE), colon + 1)
        if match:
            yield match.span()
        begin = colon + 1
        colon = text.find(":", begin, stop)


@functools.lru_cache(maxsize=LINES_KEPT)
def _kind_of_line(line: str) -> str | None:
    line = line.strip(" \t\r*#_")
    return _kind_of(line) if line and line[0] not in "-–•·" and line[-1] not in ".,;" else None


def _kind_of(line: str) -> str | None:
    """The kind of section that a line opens; the longest known heading in it decides."""
    words = _WORD.findall(line.replace("’", "'").lower())
    headings = _headings()
    longest: list[str] = []
    found = ""
    opens = False
    for first, word in enumerate(words):
        for known, kind in headings.get(word, ()):
            if len(known) > len(longest) and words[first : first + len(known)] == known:
                longest, found, opens = known, kind, first == 0 and line.endswith(":")
    if not longest:
        return None
    return found if opens or sum(map(len, longest)) >= LEAST_COVERED * sum(map(len, words)) else None


@functools.cache
def _looked_for() -> tuple[Literals, dict[str, tuple[str, ...]]]:
    """The words of all readers, and the lists that each stands in."""
    lists: dict[str, tuple[str, ...]] = {}
    for name, lookup, words, column, value in LISTS:
        with (LOOKUPS / lookup).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row[column] == value:
                    word = row[words].lower()
                    lists[word] = (*lists.get(word, ()), name)
    return Literals(lists), lists


@functools.lru_cache(maxsize=TEXTS_KEPT)
def found_in(text: str) -> dict[str, list[tuple[int, int]]]:
    """Where the words of each of `LISTS` stand in the text, in order: (start, end), letter case ignored.

    One pass for all lists, kept for the readers that ask next.
    """
    literals, lists = _looked_for()
    found: dict[str, list[tuple[int, int]]] = {name: [] for name, *_ in LISTS}
    for start, end in literals.spans(text):
        for name in lists.get(text[start:end].lower(), ()):
            found[name].append((start, end))
    return found


def section_at(text: str, offset: int) -> str:
    """The kind of the section in which an offset of the text lies."""
    starts, kinds = sections_of(text)
    return kinds[bisect_right(starts, offset) - 1]


def sentence_at(text: str, start: int, end: int, reach: int = 300) -> tuple[int, int]:
    """Bounds of the sentence around a span: a line, or what stands between full stops, at most `reach` away."""
    first, last = max(0, start - reach), min(len(text), end + reach)
    for mark in _SENTENCE_ENDS:  # each one searches only what the others have left
        at = text.rfind(mark, first, start)
        first = first if at < 0 else at + len(mark)
        at = text.find(mark, end, last)
        last = last if at < 0 else at
    return first, last
