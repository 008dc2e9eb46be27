"""Decide whether the text between two amounts, the joint, makes them the ends of a range.

A joint is read as a row of parts: words of lookups/pay/range_words.csv, dashes, separators, brackets, and the period
and place of the first end. Words and marks are read as these parts:

- `to` makes a range by itself ("to", "bis", a dash)
- `and` makes a range only with further words, as in "between ... and"
- `between` makes a range of two amounts with `and`, before the first end or after the second ("arasında")
- `from` tells, before the first amount, that a range begins ("de 40.000 ... a 50.000"); a part after it ("from;small")
  says what the word is between two amounts
- `least`, `middle`, `most` mark an end ("minimum", "high end")
- `apart` is a separator
- `small` changes nothing

Two amounts with an unknown word between them make no range.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from transforms.pay.vocabulary import first_hit, hits_in
from transforms.text.lookups import cells_of

UNSPACED = "\u0e00"
"""The first letter of the scripts without spaces between words. Range words in these scripts may touch other words."""
MAX_ASIDE = 40
"""Maximum number of characters in brackets after an end: "(for people in Ohio)"."""
BETWEEN = 24
"""Number of characters before the first end and after the second that are searched for a word such as "between"."""
LEAD, TAIL = 40, 24
"""Number of characters before the first end and after the second end that are searched for words that mark the lowest
and highest amount."""
SMALL = frozenset(("period", "tax", "months", "pay", "filler", "extra"))
"""Kinds of words about pay that change nothing between two amounts."""
ADDS = ("+", ",", ";", ".")
"""Marks after an amount that begin another subject."""

_ASIDE = re.compile(rf"[(\[]([^()\[\]\n]{{1,{MAX_ASIDE}}})[)\]]")
_DASHES = re.compile(r"[-–—−‒―~_→～〜至][-–—−‒―~>]*|\.{2,3}|…")
_SEPARATOR = re.compile(r"[,;/|\n]")
_BRACKET = re.compile(r"[()\[\]:~≈]")
_PERIOD = re.compile(
    r"(?:/|per |an? |pro |par |p\.)\s?(?!m[aáií][xn]|m[ai]ss?im|mid|low|high|top|upper)"
    r"[^\W\d_]{1,8}\.?(?:[^\W\d_]\.?)?(?![^\W_])",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:in|for|en|à|für) (?:[A-Z][\w.’'-]*[ ,]*){1,3}")


_CLAUSE_END = re.compile(r"[.;|•\n!?]|\d")
_BEFORE_AMOUNT = " \n\u00a0\u202f\u2009:(~≈"


class Joint(NamedTuple):
    """The parts of a joint in order, without small words, and the texts in brackets (`asides`) after the first end.

    `has_place`: whether the joint names a place, level or role.
    """

    parts: tuple[str, ...]
    asides: tuple[str, ...]
    has_place: bool


@functools.cache
def _words() -> dict[str, str]:
    return {row["words"].casefold(): row["part"].rpartition(";")[2] for row in cells_of("range_words")}


@functools.cache
def _word(*parts: str) -> re.Pattern[str]:
    """Return a pattern for the words with one of some parts, or for all words."""
    rows = cells_of("range_words")
    listed = (row["words"].casefold() for row in rows if not parts or not set(parts).isdisjoint(row["part"].split(";")))
    words = sorted(set(listed), key=len, reverse=True)
    unspaced = "|".join(re.escape(word) for word in words if word[0] >= UNSPACED[0])
    spaced = "|".join(re.escape(word) for word in words if word[0] < UNSPACED[0])
    return re.compile(rf"(?:{unspaced})|(?<![^\W_])(?:{spaced})(?![^\W_])", re.IGNORECASE)


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns of parts in the order in which they are tried; "" stands for the part of a listed word."""
    return (
        *(("small", _PERIOD), ("place", _PLACE), ("", _word())),
        *(("to", _DASHES), ("apart", _SEPARATOR), ("small", _BRACKET)),
    )


@functools.lru_cache(maxsize=4096)
def is_from(word: str) -> bool:
    """Whether a word marks the first end of a range by its ending: "eurosta", from so many euros."""
    return _words().get(word.casefold()) == "to"


def begins_with_word(text: str, start: int) -> bool:
    """Whether a word for ranges begins at an offset."""
    return _word().match(text, start) is not None


def without_extra(gap: str, *, is_open: bool) -> str:
    """Return a joint without the plus sign of the first amount (`is_open`), or of something added: "+ super"."""
    rest = gap.lstrip(" ")
    if not rest.startswith("+"):
        return gap
    added = first_hit(rest[1:])
    return rest[1:] if is_open or (added and added.of("extra")) else gap


def is_slash(gap: str) -> bool:
    """Whether only a slash stands between two amounts."""
    return gap.strip() == "/"


@functools.lru_cache(maxsize=4096)
def joint_of(gap: str) -> Joint | None:
    """Return the joint that the text between two amounts forms; None if the text holds an unknown word."""
    parts: list[str] = []
    asides: list[str] = []
    has_place = False
    at = 0
    while at < len(gap):
        if gap[at] in " \t\u00a0\u202f\u2009":
            at += 1
            continue
        if aside := _ASIDE.match(gap, at):
            asides.append(aside[1])
            at = aside.end()
            continue
        part, end = _part_at(gap, at)
        if part in ("unknown", "between") or (part == "level" and "to" in parts):
            return None  # a level before the second amount: "Junior $90k - Senior $120k" are two amounts
        has_place = has_place or part in ("place", "level")
        parts.append(part)
        at = end
    if "apart" in parts and _components(gap) - {"base"}:
        return None  # "$90k - $110k; on-target earnings $140k - $160k"
    return Joint(tuple(part for part in parts if part not in ("small", "place", "level")), tuple(asides), has_place)


def _part_at(gap: str, start: int) -> tuple[str, int]:
    """Return the part of a joint that begins at an offset, and where it ends.

    Words missing from range_words.csv are looked up among the words about pay: a period, tax, base pay or small
    word is `small`, a word such as "maximum" before an amount is `to`, a word such as "at least" is `least`, and a
    level or role is `level`. Any other word is `unknown`.
    """
    for part, pattern in _patterns():
        match = pattern.match(gap, start)
        if match and not (pattern is _PERIOD and _is_preposition(match[0])):
            return part or _words()[match[0].casefold()], match.end()
    hit = first_hit(gap[start:])
    if hit is None or hit.start:
        return "unknown", start
    bound = {"high": "to", "low": "least"}.get(hit.bound("before") or "")
    kinds = {
        word.kind for word in hit.words if word.kind not in ("pay", "filler") or word.value in ("base", "", "stop")
    }
    part = bound or ("small" if kinds & SMALL else "level" if kinds & {"level", "role"} else "unknown")
    return part, start + hit.end


def _is_preposition(words: str) -> bool:
    """Whether the "a" before a period is "to": a word for ranges follows it ("a incluso 2.400")."""
    first, _, second = words.casefold().partition(" ")
    return first == "a" and second in _words()


def makes_range(text: str, joint: Joint, start: int, end: int) -> bool:
    """Whether a joint makes a range of two amounts, the first from offset `start` on, the second up to offset `end`.

    A joint makes a range in these cases:

    - it holds `to`; if it also holds `and` or `apart`, no other kind of pay may be named after the second amount
    - it marks the second end as the highest, or its asides are points of a pay scale (`is_scale`)
    - it holds `and`, and a word such as "between" stands before the first amount or after the second
    - the first end is marked as the lowest and the second as the highest, each before or after its amount

    If the joint has asides, neither these nor the words after the second amount may name another kind of pay: "$90k
    (base) to $120k (OTE)" is no range.
    """
    tail = text[end : end + TAIL]
    if joint.asides and (any(_components(aside) - {"base"} for aside in joint.asides) or _names_other(tail)):
        return False
    parts = set(joint.parts)
    if "to" in parts:
        is_run = "apart" not in parts and "and" not in parts
        return is_run or not _names_other(tail)
    if "most" in parts or is_scale(joint) or ("middle" in parts and _leads(text, start)):
        return True
    if "and" in parts and _is_between(text, start, end):
        return not _names_other(tail)
    if not parts or parts - {"and", "apart", "least"}:
        return False
    is_least = "least" in parts or any(_has(aside, "least") for aside in joint.asides) or _leads(text, start)
    return is_least and _follows(text, end)


def is_led_to(text: str, start: int, gap: str, end: int) -> bool:
    """Whether two amounts with unknown words between them are the ends of a range.

    They are if a word such as "from" or "at least" stands before the first and a word such as "to" or "at most" right
    before the second, in one clause that names no other pay: "from $90,000 for those in rural areas to $120,000", "at
    least $90,000 and, depending on experience, up to $120,000".
    """
    if _CLAUSE_END.search(gap):
        return False
    last = list(_word("to", "and", "most").finditer(gap))[-1:]
    if not last or last[0].end() != len(gap.rstrip()) or not _is_led(text, start, "from", "least"):
        return False
    return not (_components(gap) - {"base"} or _names_money(gap) or _names_other(text[end : end + TAIL]))


def _is_led(text: str, start: int, *parts: str) -> bool:
    lead = text[max(0, start - BETWEEN) : start].rstrip(_BEFORE_AMOUNT)
    ends = [match.end() for match in _word("between", *parts).finditer(lead)]
    rest = hits_in(lead[ends[-1] :]) if ends else ()
    return bool(ends) and len(rest) <= 1 and all(hit.of("filler") for hit in rest)  # "tussen de € 3.000"


def _names_money(text: str) -> bool:
    """Whether words name money that is not pay."""
    return any(word.kind == "not_pay" and word.reach == "clause" for hit in hits_in(text) for word in hit.words)


def _is_between(text: str, start: int, end: int) -> bool:
    if _is_led(text, start):
        return True
    return _word("between").match(text[end : end + BETWEEN].lstrip()) is not None


def is_scale(joint: Joint) -> bool:
    """Whether asides mark the amounts as points of a pay scale: "$90k (min) / $105k (mid) / $120k (max)"."""
    return bool(joint.asides) and all(_has(aside, "least", "middle", "most") for aside in joint.asides)


def _components(text: str) -> set[str]:
    return {word.value for hit in hits_in(text) if (word := hit.of("pay"))}


def _names_other(text: str) -> bool:
    """Whether the first words name a kind of pay other than base pay, or money that is not pay."""
    for hit in hits_in(text.lstrip(" ("))[:3]:
        word, filler = hit.of("pay"), hit.of("filler")
        if word is not None:
            return word.value != "base"
        if filler is not None and filler.value == "stop":
            return False
        if hit.is_unknown or hit.of("not_pay") or hit.mark in ADDS:
            return hit.of("not_pay") is not None
    return False


def _has(text: str, *parts: str) -> bool:
    match = _word().match(text.strip())
    return match is not None and _words()[match[0].casefold()] in parts


def _leads(text: str, start: int) -> bool:
    """Whether the words before an amount mark it as the lowest.

    Only the nearest marking word on the same line counts.
    """
    begin = max(text.rfind("\n", max(0, start - LEAD), start) + 1, start - LEAD, 0)
    marks = [part for m in _word().finditer(text, begin, start) if (part := _words()[m[0].casefold()]) != "small"]
    marks = [part for part in marks if part in ("least", "middle", "most")]
    return bool(marks) and marks[-1] == "least"


def _follows(text: str, end: int) -> bool:
    """Whether the words right after an amount mark it as the highest: "$130k high end", "$130k at the top end"."""
    for match in re.finditer(r"[^\W\d_]+|[^\w\s]", text[end : end + TAIL]):
        word = _word().match(text, end + match.start())
        part = _words()[word[0].casefold()] if word else None
        if part != "small" and match[0] not in "(":
            return part == "most"
    return False
