"""The words that say what money is: phrases of lookups/pay_words.csv found in a stretch of text.

A row has a kind, a value and a reach. Kinds: `pay` (value: the component), `not_pay` (value `title`: also part of job
titles), `period`, `tax`, `months` (salaries a year), `bound` (low: "from", high: "up to"), `void` (no base pay),
`verb` ("paid": the kind is its subject's), `extra` (what a plus adds), `level` and `role` (words of job titles), and
`filler`, small words between others (value `add`: plus; `with`: including; `stop`: what follows is another matter;
`place`). Reach: `clause` counts anywhere before an amount in its sentence and directly after it, `near` only directly
before or after, `before` and `after` on one side only, `both` (periods, tax, months) on either side. A phrase that
begins with "-" is what a compound word ends with ("-gehalt").
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LOOKUPS = Path(__file__).parent / "lookups"
LONG_WORD = 6
"""Only words longer than this are tried as compounds."""

_TOKEN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\\W\\d_]+(?:['’][^\\W\\d_]+)?|[0-9]+|[^\\w\\s]|_")


class Word(NamedTuple):
    """One row of pay_words.csv."""

    kind: str
    value: str
    reach: str


class Hit(NamedTuple):
    """A phrase with its rows, or a token without any; `mark` is a token of one character, else empty."""

    start: int
    end: int
    words: tuple[Word, ...]
    mark: str

    def of(self, kind: str) -> Word | None:
        """The row of a kind, or None."""
        return next((w for w in self.words if w.kind == kind), None)

    @property
    def is_unknown(self) -> bool:
        """Whether it is a word or number that no phrase holds."""
        return not self.words and not self.mark


@functools.cache
def _word_rows() -> tuple[dict[str, str], ...]:
    with (LOOKUPS / "pay_words.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@functools.cache
def _endings() -> dict[str, tuple[Word, ...]]:
    """Rows whose phrase begins with "-": what a compound word ends with ("-gehalt", "-loon")."""
    rows: dict[str, list[Word]] = {}
    for row in _word_rows():
        if row["phrase"].startswith("-"):
            rows.setdefault(row["phrase"][1:].casefold(), []).append(Word(row["kind"], row["value"], row["reach"]))
    return {ending: tuple(words) for ending, words in rows.items()}


@functools.lru_cache(maxsize=16384)
def _compound(token: str) -> tuple[Word, ...]:
    return next((words for ending, words in _endings().items() if token.endswith(ending)), ())


@functools.cache
def _phrases() -> dict[str, list[tuple[list[str], tuple[Word, ...]]]]:
    """Phrases by their first token, longest first, each with all its rows."""
    rows: dict[tuple[str, ...], list[Word]] = {}
    for row in _word_rows():
        tokens = tuple(m[0].casefold().replace("’", "'") for m in _TOKEN.finditer(row["phrase"]))
        rows.setdefault(tokens, []).append(Word(row["kind"], row["value"], row["reach"]))
    first: dict[str, list[tuple[list[str], tuple[Word, ...]]]] = {}
    for phrase in sorted(rows, key=len, reverse=True):
        first.setdefault(phrase[0], []).append((list(phrase), tuple(rows[phrase])))
    return first


def hits_in(text: str, start: int, end: int) -> list[Hit]:
    """The known phrases between two offsets, longest first, none overlapping; unknown tokens have no words."""
    return list(each_hit(text, start, end))


def each_hit(text: str, start: int, end: int) -> Iterator[Hit]:
    """The same one by one, for readers that stop early."""
    phrases = _phrases()
    tokens = [*_TOKEN.finditer(text, max(0, start), max(0, end))]
    folded = [m[0].casefold().replace("’", "'") for m in tokens]
    i, n = 0, len(tokens)
    while i < n:
        token = folded[i]
        for phrase, words in phrases.get(token, ()):
            size = len(phrase)
            if size == 1 or (i + size <= n and folded[i + 1] == phrase[1] and folded[i : i + size] == phrase):
                yield Hit(
                    tokens[i].start(), tokens[i + size - 1].end(), words, token if size == len(token) == 1 else ""
                )
                i += size
                break
        else:
            words = _compound(token) if len(token) > LONG_WORD else ()
            yield Hit(tokens[i].start(), tokens[i].end(), words, token if len(token) == 1 else "")
            i += 1
