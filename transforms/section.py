"""The sections of an advert's text: what it asks for, what it wishes for, and what it says of the employer.

Headings are those of `lookups/section_words.csv`. Only lines are read, in one pass, so the cost is linear.
"""

from __future__ import annotations

import csv
import functools
import re
from bisect import bisect_right
from pathlib import Path

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

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_INSIDE = re.compile(r"(?<![^\s.!?)])[A-ZÀ-Þ][^.:;!?\n]{2,45}:")


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
def _headings() -> dict[tuple[str, ...], str]:
    with (LOOKUPS / "section_words.csv").open(encoding="utf-8", newline="") as file:
        return {
            tuple(_WORD.findall(row["words"].replace("’", "'").lower())): row["kind"]
            for row in csv.DictReader(file)
            if row["where"] == "heading"
        }


@functools.lru_cache(maxsize=TEXTS_KEPT)
def sections_of(text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Starts and kinds of the sections: required, preferred, duties, mentioned (the employer and its offer), not.

    What stands before the first heading is `intro`.
    """
    starts, kinds = [0], ["intro"]
    begin = 0
    while begin < len(text):
        stop = text.find("\n", begin)
        stop = len(text) if stop < 0 else stop
        if stop - begin <= LONGEST_HEADING:
            line = text[begin:stop].strip(" \t\r*#_")
            kind = _kind_of(line) if line and line[0] not in "-–•·" and line[-1] not in ".,;" else None
            if kind:
                starts.append(begin)
                kinds.append(kind)
        elif stop - begin > FLAT_LINE:
            for match in _INSIDE.finditer(text, begin, stop):
                kind = _kind_of(match[0])
                if kind:
                    starts.append(match.start())
                    kinds.append(kind)
        begin = stop + 1
    return tuple(starts), tuple(kinds)


@functools.lru_cache(maxsize=4096)
def _kind_of(line: str) -> str | None:
    """The kind of section that a line opens; the longest known heading in it decides."""
    words = _WORD.findall(line.replace("’", "'").lower())
    headings = _headings()
    letters = sum(map(len, words))
    for size in range(min(MOST_WORDS, len(words)), 0, -1):
        for first in range(len(words) - size + 1):
            known = tuple(words[first : first + size])
            if known in headings:
                covered = sum(map(len, known))
                opens = first == 0 and line.endswith(":")
                return headings[known] if opens or covered >= LEAST_COVERED * letters else None
    return None


@functools.lru_cache(maxsize=TEXTS_KEPT)
def lowered(text: str) -> bytes:
    """The text in lower case, one byte a character, to find literals in: offsets are those of the text.

    Bytes are searched several times faster than wide strings. Letters beyond Latin-1 become "?", in `literal`
    too, so that a find may hit too much there, never too little.
    """
    lower = text.lower()
    if len(lower) != len(text):  # "İ" grows in lower case
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower.encode("latin-1", "replace")


def literal(words: str) -> bytes:
    """Words as they are to be found in what `lowered` returns."""
    return words.lower().encode("latin-1", "replace")


def section_at(text: str, offset: int) -> str:
    """The kind of the section in which an offset of the text lies."""
    starts, kinds = sections_of(text)
    return kinds[bisect_right(starts, offset) - 1]


def sentence_at(text: str, start: int, end: int, reach: int = 300) -> tuple[int, int]:
    """Bounds of the sentence around a span: a line, or what stands between full stops, at most `reach` away."""
    before = text[max(0, start - reach) : start]
    first = start - len(before) + max(before.rfind(mark) + len(mark) for mark in ("\n", ". ", "! ", "? ", "; ", "• "))
    if not any(mark in before for mark in ("\n", ". ", "! ", "? ", "; ", "• ")):
        first = start - len(before)
    after = text[end : end + reach]
    ends = [at for at in (after.find(mark) for mark in ("\n", ". ", "! ", "? ", "; ", "• ")) if at >= 0]
    return first, end + min(ends, default=len(after))
