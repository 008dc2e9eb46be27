"""Find places that a text rules out: "outside the EU", "all states except New York", "Canada excluded".

The words that rule places out are rows of lookups/pay/exclusions.csv:

- `side` says where the words stand: `before` the places, `after` them, or `either` (`after` if nothing follows the
  words, else `before`). Words with the side `rest` rule nothing out: "rest of Canada" lies in Canada
- `until` says where the places end: with `comma` at the next comma, with `list` only at a stronger mark
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from transforms.place.places import members_of, whereabouts
from transforms.text.lookups import cells_of

_END = re.compile(r"[;:|()\[\]\n–—]|\s-\s")
_END_OR_COMMA = re.compile(rf"{_END.pattern}|,")
_NOTHING = re.compile(rf"\s*(?:{_END_OR_COMMA.pattern}|$)")


class Split(NamedTuple):
    """A text without the places that the text rules out (`kept`), and these places (`ruled_out`)."""

    kept: str
    ruled_out: str


class _Rule(NamedTuple):
    side: str
    end: re.Pattern[str]


@functools.cache
def _rules() -> dict[str, _Rule]:
    return {
        row["words"].lower(): _Rule(row["side"], _END_OR_COMMA if row["until"] == "comma" else _END)
        for row in cells_of("exclusions")
    }


@functools.cache
def _words() -> re.Pattern[str]:
    words = sorted(_rules(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?:(?<=\W)|(?!\w))", re.IGNORECASE)


def split(text: str) -> Split:
    """Separate a text about places from the places that the text rules out.

    >>> split("US (except New York, Hawaii)")
    Split(kept='US ()', ruled_out='New York, Hawaii')
    """
    pieces: list[str] = []
    ruled_out: list[str] = []
    at = 0
    for match in _words().finditer(text):
        start, end = match.span()
        if start < at:
            continue
        rule = _rules()[match[0].lower()]
        if rule.side == "rest":
            pieces.append(text[at:start])
            at = end
        elif rule.side == "after" or (rule.side == "either" and _NOTHING.match(text, end)):
            begin = max((boundary.end() for boundary in _END_OR_COMMA.finditer(text, at, start)), default=at)
            pieces.append(text[at:begin])
            ruled_out.append(text[begin:start].strip())
            at = end
        else:
            boundary = rule.end.search(text, end)
            stop = boundary.start() if boundary else len(text)
            pieces.append(text[at:start])
            ruled_out.append(text[end:stop].strip(" -"))
            at = stop
    return Split("".join((*pieces, text[at:])).strip(), "; ".join(ruled_out))


@functools.cache
def _name_pattern() -> re.Pattern[str]:
    words = sorted((words for words, rule in _rules().items() if rule.side == "before"), key=len, reverse=True)
    small = r"(?:[^\W\dA-ZÀ-ÞĀĪŁŚŻ_]{1,5}\s){0,2}"  # "outside of the", "en dehors des"
    name = r"[A-ZÀ-ÞĀĪŁŚŻ][\w.&’'-]*(?:\s(?:and\s|or\s)?[A-ZÀ-ÞĀĪŁŚŻ][\w.&’'-]*){0,4}"
    return re.compile(rf"(?<!\w)(?i:{'|'.join(map(re.escape, words))})\s?{small}{name}")


def last_exclusion(text: str) -> str | None:
    """Return the last words of a text that rule out countries or groups of countries, as written; None if none do.

    >>> last_exclusion("If you live outside of the US, pay is ")
    'outside of the US'
    """
    exclusions = [match[0] for match in _name_pattern().finditer(text)]
    return next((words for words in reversed(exclusions) if countries_ruled_out(words)), None)


@functools.lru_cache(maxsize=4096)
def countries_ruled_out(text: str) -> frozenset[str]:
    """Return the countries and groups of countries that a text about places rules out as a whole.

    The result holds ISO codes of countries, tokens of groups, and ISO codes of the members of these groups.

    >>> sorted(countries_ruled_out("Remote (anywhere except Canada)")), countries_ruled_out("Remote, US except Ohio")
    (['CA'], frozenset())
    """
    ruled_out = split(text).ruled_out
    if not ruled_out:
        return frozenset()
    countries = {place.country for place in whereabouts(ruled_out).places if not (place.city or place.subdivision)}
    scope = whereabouts(ruled_out, is_remote=True).remote_scope or ()
    groups = {token for token in scope if members_of(token) != {token}}
    members = {country for token in groups for country in members_of(token)}
    return frozenset({country for country in countries if country} | groups | members)
