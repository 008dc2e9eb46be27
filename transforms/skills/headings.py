"""Tell which section a short line opens by the roles of its words: "Things that would delight us" opens wishes.

`heading_words.csv` gives words of nine languages their roles. A heading is a short line of known words alone; the rules
ask which roles stand together, whatever the language: a conditional with a word of joy is a wish, "you" with a word of
having is a requirement. Headings that are listed whole (`section_words.csv`) are found elsewhere and count first.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from transforms.text.lookups import rows_of

MAX_WORDS = 16
"""Maximum number of words in a heading that is told by its words."""
MIN_STEM = 3
"""Minimum number of letters in a stem: "pl" would begin too many words."""
MIN_BESIDE_UNKNOWN = 3
"""Minimum number of known words beside the one word of a heading of wishes that may be unknown ("Desired cloud
skills")."""
BESIDE_WISH = frozenset(("ask", "have", "if", "you", "nice", "need", "conditional", "also", "want", "applicant"))
"""Roles that may stand beside a word of wishes. With others, such as "our" or "deliver", the line is no heading."""

_WORD = re.compile(r"[^\W\d_]+(?:['’](?:d|ll|ve|re|m|t)\b)?")
_AT_NAME = re.compile(r"(?<=[\w’'] )(?:at|chez|bei|@) (?:[A-Z][\w.&’'-]*\s?){1,4}")
"""The employer's name behind a word of place, which tells nothing: "at Acme Robotics"."""
_SUFFIXES = {"d": "conditional", "t": "not"}
"""Roles of the endings in "you'd" and "don't"."""


class HeadingKind(NamedTuple):
    """Kind of the section that a line opens.

    `is_plain` says that a word of wishes stands in the line, and so more than the mood of a verb. `is_whole` says that
    every word of the line is known.
    """

    kind: str
    is_plain: bool
    is_whole: bool


PERSON = HeadingKind("mentioned", is_plain=False, is_whole=False)
"""The kind of a line with a person's name and office, which opens that person's record."""
_OFFICE = re.compile(
    r"(?i:(?:co-?)?founder|c[etofm]o|gründer(?:in)?|(?:co)?fondat(?:eur|rice|ore)|fundador[ae]?|oprichter)\b"
)
_NAME_AHEAD = re.compile(r"\W*[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w.’'-]*){1,3}\s?[,\[(|–—-]\W*")


def names_person(line: str) -> bool:
    """Whether a line is a person's name with the office of a founder or head: "Ana Ruiz [CEO]"."""
    name = _NAME_AHEAD.match(line)
    return name is not None and _OFFICE.match(line, name.end()) is not None


@functools.cache
def _roles() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Return the roles of whole words, and of stems, which any letters may follow."""
    words: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for row in rows_of("heading_words"):
        word, role = str(row["word"]), str(row["role"])
        (stems if word.endswith("*") else words).setdefault(word.rstrip("*"), set()).add(role)
    return ({word: frozenset(of) for word, of in words.items()}, {stem: frozenset(of) for stem, of in stems.items()})


@functools.lru_cache(maxsize=1 << 16)
def _roles_of(word: str) -> frozenset[str] | None:
    words, stems = _roles()
    base, _, suffix = word.replace("’", "'").partition("'")
    if suffix == "t" and base.endswith("n"):
        base = base[:-1]  # "don't", "isn't"
    roles = words.get(base)
    if roles is None:
        for size in range(len(base), MIN_STEM - 1, -1):
            roles = stems.get(base[:size])
            if roles is not None:
                break
    if roles is None or suffix not in _SUFFIXES:
        return roles
    return roles | {_SUFFIXES[suffix]}


def heading_kind(line: str) -> HeadingKind | None:
    """Return the kind of the section that a line opens; None if its words do not tell.

    `line` is a short line that ends no sentence. The time is linear in its length.
    """
    words = _WORD.findall(_AT_NAME.sub("", line).lower())
    if not 0 < len(words) <= MAX_WORDS:
        return None
    roles: set[str] = set()
    n_unknown = 0
    for word in words:
        of_word = _roles_of(word)
        if of_word is not None:
            roles |= of_word
        elif n_unknown or len(words) <= MIN_BESIDE_UNKNOWN:
            return None
        else:
            n_unknown = 1
    roles.discard("function")
    kind = _wish(roles) if n_unknown else _kind_of(roles)
    return HeadingKind(kind, "wish" in roles or "not" in roles, not n_unknown) if kind else None


def _wish(roles: set[str]) -> str | None:
    return "preferred" if "wish" in roles and roles <= BESIDE_WISH | {"wish"} else None


def _kind_of(roles: set[str]) -> str | None:
    if _is_of_offer(roles):
        return "mentioned"
    if "not" in roles:
        return _of_refusal(roles)
    if "wish" in roles and "give" in roles:
        return _wish(roles - {"give"}) if "if" in roles else "mentioned"  # "you get extra points if you have"
    if "wish" in roles:
        return _wish(roles)
    if _is_wished(roles):
        return "preferred"
    if "need" in roles:
        return None if "give" in roles else "required"
    if "give" in roles:
        return "duties" if {"do", "you"} <= roles else "mentioned"
    return _of_person(roles) or _of_work(roles)


def _of_refusal(roles: set[str]) -> str | None:
    """Return the kind of a line with a word of refusal: "not needed", "this is not for you if", "not a fit"."""
    if "need" in roles:
        return "preferred" if "you" not in roles else None
    is_of_reader = "if" in roles if "you" not in roles else not roles.isdisjoint(("if", "applicant"))
    says_who = "you" in roles or "applicant" in roles
    return "not" if says_who and is_of_reader and roles.isdisjoint(("have", "wish", "ask")) else None


def _is_of_offer(roles: set[str]) -> bool:
    """Whether a line announces information, the course of interviews, or reasons to join."""
    is_of_process = "process" in roles and roles.isdisjoint(("ask", "want", "need", "wish", "do"))
    return "information" in roles or is_of_process or ("why" in roles and "applicant" not in roles)


def _is_wished(roles: set[str]) -> bool:
    """Whether the mood says a wish: "would be great", "great if you have", "you also have"."""
    if not roles.isdisjoint(("expect", "do")):
        return False
    has = "have" in roles
    if has and "also" in roles:
        return True
    return "nice" in roles and "applicant" not in roles and ("conditional" in roles or (has and "if" in roles))


def _of_person(roles: set[str]) -> str | None:
    if "want" in roles or "applicant" in roles or {"if", "you"} <= roles:
        return "required"
    if "expect" in roles:
        if {"you", "employer"} <= roles:
            return None  # "from us" or "from you"
        return "mentioned" if "you" in roles else "required"
    if "ask" in roles and ("you" in roles or "nice" in roles or "employer" not in roles):
        return "required"
    return "required" if "you" in roles and ("have" in roles or len(roles) == 1) else None


def _of_work(roles: set[str]) -> str | None:
    if "duty" in roles or ("do" in roles and "you" in roles):
        return "duties"
    return "mentioned" if "employer" in roles and "do" not in roles else None
