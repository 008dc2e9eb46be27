"""Decide which adverts are read with their text and which without.

A text is read if it or the title names AI, data or engineering, since two adverts in three are for other work and
reading a text takes six times as long as the rest (docs/scale.md). Of the other texts, a random share is read, which
represents them all. The decision depends only on the advert's words, its id and the percentage, so that every night and
every rebuild decides alike.
"""

from __future__ import annotations

import functools
import hashlib
from typing import NamedTuple

from transforms.role.titles import names_followed_role
from transforms.text.lookups import cells_of, taxonomy
from transforms.text.multi_match import Phrases

ALL_PERCENT = 100
"""The `percent` at which every text is read."""
SALT = "jobmarket depth 1"
MIN_WORDS = 2
"""A text is read if it names at least this many different things from `work_words.csv`. One in four names only one."""
MAX_SCANNED = 100_000
"""Number of characters of a text that are searched: five times the longest text seen on a board."""

_LOWER = bytes(range(256)).decode("latin-1").lower().encode("latin-1")
"""For each byte in Latin-1, the byte of its small letter. Lowering bytes is faster than lowering text."""


class Depth(NamedTuple):
    """Whether an advert's text is read, and why.

    `told_by`: what shows that the work is in AI, data or engineering: the `title`, the `words` of the text, or nothing
    (None). `is_drawn`: whether it is in the random share. `is_read` is also True for an advert without a text.
    """

    told_by: str | None
    is_drawn: bool
    is_read: bool


def find_depth(source: str, id: str, title: object, words: object, *, percent: int) -> Depth:
    """Decide whether an advert's text is read.

    `words` is the text or HTML before cleaning. `percent` is the size of the random share, in per cent of the adverts.

    >>> find_depth("toy", "1", "Machine Learning Engineer", "<p>Build models.</p>", percent=20).told_by
    'title'
    >>> find_depth("toy", "1", "Registered Nurse", "<p>Night shifts.</p>", percent=20)
    Depth(told_by=None, is_drawn=False, is_read=False)
    """
    told_by = "title" if names_followed_role(title) else "words" if names_such_work(words) else None
    is_drawn = percent >= ALL_PERCENT or draw_number(source, id) * ALL_PERCENT < percent
    return Depth(told_by, is_drawn, bool(told_by or is_drawn or not words or not isinstance(words, str)))


def draw_number(source: str, id: str) -> float:
    """Return an advert's permanent random number, in [0, 1). A higher share only adds to the adverts drawn before."""
    digest = hashlib.sha256(f"{SALT}\n{source}\n{id}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8]) / 2**64


def names_such_work(words: object) -> bool:
    """Whether a text or HTML names at least `MIN_WORDS` things that people in AI, data and engineering work with.

    False if `words` is not a string.
    """
    if not isinstance(words, str):
        return False
    phrases, thing_of = _work_words()
    data = words[:MAX_SCANNED].encode("latin-1", "replace").translate(_LOWER)
    return phrases.names_several(data, thing_of, MIN_WORDS)


@functools.cache
def _work_words() -> tuple[Phrases, tuple[str, ...]]:
    names = {row["name"] for row in cells_of("work_words")}
    skills = {skill.skill: (skill.skill, *skill.aliases) for skill in taxonomy()}
    spellings = {
        spelling.lower(): name for name in sorted(names) for spelling in skills.get(name, (name,)) if len(spelling) > 1
    }
    return Phrases([_expression(spelling) for spelling in spellings], has_starts=False), tuple(spellings.values())


def _expression(spelling: str) -> str:
    letters = spelling.encode("latin-1", "replace").decode("latin-1")
    plain = "".join(letter if letter.isalnum() or letter == " " else f"\\x{ord(letter):02x}" for letter in letters)
    first, last = (r"\b" if letter.isalnum() else "" for letter in (letters[0], letters[-1]))
    return f"{first}{plain}{last}"
