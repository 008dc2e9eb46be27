"""What an amount of pay is tied to: the place and level that the words beside it name.

Read from a label ("Canada: $...", "L5 Staff Engineer ($...)"), from words in the same sentence ("for roles based in
Toronto", "US-based candidates") and from words right after the amount ("... in the UK", "... (SF)"). The words are
kept as written; only the country is read from them.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from transforms.pay_word import hits_in
from transforms.place import whereabouts

LONGEST_LABEL = 70
"""Characters of a label: "CA, WA, NY and NJ states:"."""

_NAMES = r"[A-Z][\w.’'-]*(?:(?:,? (?:and|or|&) |, (?:and |or )?|\s?[/+&]\s?| )(?:the )?[A-Z][\w.’'-]*){0,8}"
"""A list of capitalised words, perhaps names of places."""
_LED = re.compile(
    rf"\b(?:based in|located in|residing in|living in|for|in|within|across|at)\s+(?:the |our |most )?({_NAMES})"
)
_FOLLOWED = re.compile(
    rf"({_NAMES})(?:[- ](?:based|only|residents?|candidates?|applicants?|employees?|locations?|hires?|offices?|roles?"
    r"|states?|metro|area|market|[Ss]alary|[Pp]ay|[Rr]ange)\b)"
)
_RIGHT_AFTER = re.compile(
    r"\s?(?:\((?:for |in |within )?|(?:annually |per year )?(?:for|in|within) )"
    rf"(?:the |our |most |those in )?({_NAMES})"
)
_NEGATED = re.compile(r"\b(?:outside|except|excluding|not|other than|elsewhere)\b", re.IGNORECASE)
_LABEL_END = re.compile(r"[:(–—-]\s{0,3}$")
_LABEL_START = re.compile(r".*(?:[|;•]|(?<!Sr)(?<!Jr)\. |: |\) ?[,.;:]? |^|\n)\s*(?:[-*·–]\s+)?", re.DOTALL)
_ASIDE = re.compile(r"\s?\(([^()\n]{1,30})\)")


class Tie(NamedTuple):
    """Place and level as written, and the one country the place lies in."""

    place_text: str | None
    country: str | None
    level_text: str | None


def tie_of(text: str, begin: int, start: int, end: int) -> Tie:
    """What the amount at `start` to `end` is tied to, by the words from `begin` on and those right after it."""
    lead = text[begin:start]
    line = text.find("\n", end, end + LONGEST_LABEL)
    tail = text[end : line if line >= 0 else end + LONGEST_LABEL]
    label = _label(lead)
    hits = hits_in(label, 0, len(label)) if label else []
    is_title = any(h.of("level") or h.of("role") for h in hits) and not any(h.of("pay") for h in hits)
    level = label if is_title else None
    if level is None and (aside := _ASIDE.match(tail)):
        level = aside[1] if _begins_with_level(aside[1]) else None
    is_name = label is not None and not any(h.of("role") or h.of("pay") or h.of("level") for h in hits)
    place = label if label and is_name and _place(label)[0] else _named_place(lead, tail)
    return Tie(place, _place(place)[1] if place else None, level)


def _begins_with_level(words: str) -> bool:
    hits = hits_in(words, 0, len(words))
    return bool(hits) and hits[0].of("level") is not None


def _label(lead: str) -> str | None:
    """The words that label an amount, up to the colon, dash or bracket before it."""
    ended = _LABEL_END.search(lead)
    if ended is None:
        return None
    rest = lead[: ended.start()].rstrip()[-LONGEST_LABEL - 10 :]
    start = _LABEL_START.match(rest)
    label = rest[start.end() if start else 0 :].strip(" :*-–")
    return label if label and len(label) <= LONGEST_LABEL else None


def _named_place(lead: str, tail: str) -> str | None:
    """The place named right after the amount, else the nearest one before it."""
    if _NEGATED.search(lead):
        return None
    after = _RIGHT_AFTER.match(tail)
    named = [after[1]] if after else []
    aside = tail.lstrip()[1:].split(")")[0] if tail.lstrip().startswith("(") else ""
    named += [m[1] for pattern in (_FOLLOWED, _LED) for m in pattern.finditer(aside)]  # "(range for US-based staff)"
    named += [m[1] for m in reversed(list(_FOLLOWED.finditer(lead)))]
    named += [m[1] for m in reversed(list(_LED.finditer(lead)))]
    return next((name for name in map(_trimmed, named) if _place(name)[0]), None)


def _trimmed(name: str) -> str:
    name = name.strip(" .,-'’").removesuffix("-based")
    return name.split(" ", 1)[1] if name.startswith(("For ", "In ", "The ", "Within ")) else name


@functools.lru_cache(maxsize=4096)
def _place(name: str) -> tuple[bool, str | None]:
    """Whether a name is a place, and the one country it lies in."""
    hits = hits_in(name, 0, len(name))
    if any(h.of("role") for h in hits):
        return False, None
    if all(h.words and not any(w.value == "place" for w in h.words) for h in hits):
        return False, None
    places = whereabouts(name).places
    countries = {place.country for place in places}
    return bool(places), countries.pop() if len(countries) == 1 else None
