"""Find what a text rules out: "outside the EU", "all states except New York", "Canada excluded".

The words are rows of lookups/place/exclusions.csv. Locations, zones of pay, remote scopes and demands on a person are
all read with these words.

- `side` says where the words stand: `before` what they rule out, `after` it, or `either` (`after` if nothing follows
  the words, else `before`). Words with the side `rest` rule nothing out: "rest of Canada" lies in Canada
- `until` says where the names end: with `comma` at the next comma, with `list` only at a stronger mark
- `skills`: whether the words also rule out skills: "any cloud except AWS"
- words in square brackets must stand before in the same part, and are kept: "[anywhere]but", as in "anywhere in Canada
  but Quebec"
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from transforms.text.lookups import cells_of

# A list of exclusions ends at a mark that begins another statement; for some words (`until`) also at a comma.
_END = re.compile(r"[;:|()\[\]（）；：\n–—]|\s-\s")
_END_OR_COMMA = re.compile(rf"{_END.pattern}|[,，、]")
# Nothing follows the words in their part: they then rule out what stands before them ("Europe, UK excluded").
_NOTHING = re.compile(rf"\s*(?:{_END_OR_COMMA.pattern}|$)")
_UNSPACED = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""Letters of scripts that put no space between words."""


class Exclusion(NamedTuple):
    """Words that rule something out, from `start` to `end`, and what they rule out, from `first` to `last`.

    If `is_rest`, nothing is ruled out.
    """

    start: int
    end: int
    first: int
    last: int
    is_rest: bool = False


class Split(NamedTuple):
    """A text without the places that the text rules out (`kept`), and these places (`ruled_out`)."""

    kept: str
    ruled_out: str


class _Rule(NamedTuple):
    side: str
    end: re.Pattern[str]
    leads: list[str]


@functools.cache
def _rules() -> dict[str, _Rule]:
    rules: dict[str, _Rule] = {}
    for row in cells_of("exclusions"):
        lead, _, words = row["words"].lower().rpartition("]")
        rule = _Rule(row["side"], _END_OR_COMMA if row["until"] == "comma" else _END, [])
        rules.setdefault(words, rule).leads.extend(filter(None, [lead.removeprefix("[")]))
    return rules


@functools.cache
def _words() -> re.Pattern[str]:
    """Return a pattern for all words, for text in lower case. The first letter is compared before words are tried."""
    by_letter: dict[str, list[str]] = {}
    for words in sorted(_rules(), key=len, reverse=True):
        end = "" if _UNSPACED.search(words) else r"(?:(?<=\W)|(?!\w))"
        by_letter.setdefault(words[0], []).append(f"{re.escape(words[1:])}{end}")
    spaced, unspaced = [
        "|".join(
            f"{re.escape(letter)}(?:{'|'.join(words)})"
            for letter, words in by_letter.items()
            if bool(_UNSPACED.match(letter)) is is_unspaced
        )
        for is_unspaced in (False, True)
    ]
    return re.compile(rf"(?<!\w)(?:{spaced})|{unspaced}")


def _lower(text: str) -> str:
    """Return a text in lower case with plain apostrophes; offsets do not change."""
    low = text.lower() if text.isascii() else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
    return low.replace("’", "'")


@functools.lru_cache(maxsize=4096)
def exclusions_in(text: str) -> tuple[Exclusion, ...]:
    """Return what a text rules out, in order. Words inside the names of an earlier exclusion are part of it."""
    return tuple(_exclusions(_lower(text)))


def _exclusions(text: str) -> Iterator[Exclusion]:
    at = 0
    for match in _words().finditer(text):
        start, end = match.span()
        if start < at:
            continue
        rule = _rules()[match[0]]
        if rule.leads and not any(lead in _END_OR_COMMA.split(text[at:start])[-1].split() for lead in rule.leads):
            continue
        if rule.side == "rest":
            at = end
            yield Exclusion(start, end, end, end, is_rest=True)
        elif rule.side == "after" or (rule.side == "either" and _NOTHING.match(text, end)):
            first = max((boundary.end() for boundary in _END_OR_COMMA.finditer(text, at, start)), default=at)
            at = end
            yield Exclusion(start, end, first, start)
        else:
            boundary = rule.end.search(text, end)
            at = boundary.start() if boundary else len(text)
            yield Exclusion(start, end, end, at)


def split(text: str) -> Split:
    """Separate a text about places from the places that the text rules out.

    >>> split("US (except New York, Hawaii)")
    Split(kept='US ()', ruled_out='New York, Hawaii')
    """
    pieces: list[str] = []
    at = 0
    exclusions = exclusions_in(text)
    for one in exclusions:
        pieces.append(text[at : min(one.start, one.first)])
        at = max(one.end, one.last)
    ruled_out = [text[one.first : one.last].strip(" -") for one in exclusions if not one.is_rest]
    return Split("".join((*pieces, text[at:])).strip(), "; ".join(ruled_out))


@functools.cache
def exclusion_pattern() -> re.Pattern[str]:
    """Return a pattern for words that rule out the names after them, with the first of these names."""
    words = sorted((words for words, rule in _rules().items() if rule.side == "before"), key=len, reverse=True)
    small = r"(?:[^\W\dA-ZÀ-ÞĀĪŁŚŻ_]{1,5}\s){0,2}"  # "outside of the", "en dehors des"
    name = r"[A-ZÀ-ÞĀĪŁŚŻ][\w.&’'-]*(?:\s(?:and\s|or\s)?[A-ZÀ-ÞĀĪŁŚŻ][\w.&’'-]*){0,4}"
    return re.compile(rf"(?<!\w)(?i:{'|'.join(map(re.escape, words))})\s?{small}{name}")
