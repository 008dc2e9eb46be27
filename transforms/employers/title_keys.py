"""Make titles into keys that distinguish jobs: canonical words without places, employers, numbers and gender."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from transforms.place.gazetteer import Meaning, gazetteer, groups, noise
from transforms.place.gazetteer import key as place_key
from transforms.text.characters import normal
from transforms.text.lookups import cells_of, rows_of

_GENDERS = re.compile(
    r"[(\[]?\s*\b(?:[mwfdxhkg]|div|gn)(?:\s*[/|*,]\s*(?:[mwfdxhikng]|div|gn))+\b\s*[)\]]?|\((?:gn|all genders?|in|a)\)"
    r"|\ball genders?\b|[:*/_]in(?:nen)?\b|\(r\)(?=\w|\s)",
)
_CUT = re.compile(r"[()\[\]{}（）【】|｜–—,、，:;•·!?\"“”]|\s[-/@]\s|\s-|-\s|\bat\s")
_NUMBER = re.compile(
    r"#\s*[a-z]{0,3}-?\d+\b|\b(?:(?:job|req|requisition|ref|id)\b[\s.:#-]*)+[a-z]{0,3}-?\d{3,}\b"
    r"|(?<=[(\[])[a-z]{0,3}[- ]?\d{3,}(?=[)\]])|\b[a-z]{1,3}-?\d{4,}\b|\b\d{5,}\b"
)
_DIGIT = re.compile(r"\d")
_OF_NUMBER = re.compile(r"[a-z]{0,3}-?\d+")
_WORD = re.compile(r"[^\W_]+(?:[+#]+(?!\w))?")
_BEFORE_EMPLOYER = re.compile(r"^|\s*(?:[-–—|:,(@]|\bat\b)\s*")
_AFTER_EMPLOYER = re.compile(r"\s*(?:[-–—|:,()\[\]]|$)")
MAX_SPACES = 5
"""Maximum spaces in a part of a title that may be a place."""
LARGE_CITY = 500_000
"""A city with this many inhabitants counts as a place even without its country.

The names of smaller cities are also words of titles: Enterprise, Mobile, Commerce."""


@functools.cache
def _forms() -> tuple[dict[str, str], dict[str, str]]:
    """Return the canonical forms of single words, and of pairs of words, from `title_forms.csv`.

    An empty form drops the word.
    """
    forms = {row["words"] or "": row["form"] or "" for row in rows_of("title_forms")}
    return (
        {words: form for words, form in forms.items() if " " not in words},
        {words: form for words, form in forms.items() if " " in words},
    )


def number_in(title: str) -> str | None:
    """Return the requisition number in a title ("Analyst - IAC23135"); None if there is none."""
    match = _NUMBER.search(normal(title))
    return _OF_NUMBER.findall(match[0])[-1] if match else None


def title_key(title: str, location_text: str | None, employer: str | None, evidence: frozenset[str]) -> str:
    """Return the words of a title that distinguish jobs: in canonical form, each once, sorted.

    The key leaves out words for gender and workplace, requisition numbers, and the employer's name or keys in its
    `evidence`. It also leaves out a separate part of the title that is a place: a city, a country, a group of
    countries, or words of the advert's location. "Sr. ML Engineer - Berlin (m/f/d)" and "Machine Learning Engineer
    (Senior), Remote" both give `engineer ml senior`. A word such as "manager" before its field is marked (`_leaders`).
    """
    return _read_title(title, location_text or "", employer or "", evidence)[0]


def place_in(title: str, location_text: str | None, employer: str | None, evidence: frozenset[str]) -> str:
    """Return the words that `title_key` drops as a place and that are not in the location; "" if there are none.

    The title "Sales Engineer - Ohio" adds a place to the location "Remote, US", but not to "Columbus, Ohio".
    """
    return _read_title(title, location_text or "", employer or "", evidence)[1]


@functools.lru_cache(maxsize=1 << 17)
def _read_title(title: str, location_text: str, employer: str, evidence: frozenset[str]) -> tuple[str, str]:
    text = _GENDERS.sub(" ", normal(title))
    if _DIGIT.search(text):
        text = _NUMBER.sub(" | ", text)
    if (name := normal(employer)) and name in text:
        text = _without_employer(text, name)
    names = {key.rsplit(":", 1)[-1].split("@")[0] for key in evidence}
    own = _words_of(location_text)
    parts = [_WORD.findall(part) for part in _CUT.split(text)]
    parts = [part for part in parts if part and "".join(part) not in names]
    words: list[str] = []
    places: set[str] = set()
    for n, part in enumerate(parts):
        before, after = (" ".join(parts[m]) if 0 <= m < len(parts) else "" for m in (n - 1, n + 1))
        if _is_place(" ".join(part), before, after):
            places.update(part)
        elif not (words and own.issuperset(part)):
            words += part
    forms = _canonical(words)
    key = " ".join(sorted({*forms, *_leaders(forms)})) or normal(title)
    return key, " ".join(sorted(places - own))


@functools.lru_cache(maxsize=1 << 16)
def _words_of(location_text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(normal(location_text)))


def _without_employer(text: str, name: str) -> str:
    """Return a title without the employer's name where the name is a part of its own: "Analyst at Acme"."""
    kept: list[str] = []
    at = 0
    for before in _BEFORE_EMPLOYER.finditer(text):
        start, end = before.end(), before.end() + len(name)
        if before.start() >= at and text.startswith(name, start) and _AFTER_EMPLOYER.match(text, end):
            kept.append(text[at : before.start()])
            at = end
    return " | ".join((*kept, text[at:]))


def _canonical(words: Sequence[str]) -> list[str]:
    singles, doubles = _forms()
    forms: list[str] = []
    n = 0
    while n < len(words):
        pair = " ".join(words[n : n + 2])
        if pair in doubles:
            forms += doubles[pair].split()
            n += 2
            continue
        word = words[n]
        word = singles.get(
            word, word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word
        )
        forms += singles.get(word, word).split()
        n += 1
    return forms


def _leaders(words: Sequence[str]) -> Iterator[str]:
    """Yield the first word of a title, levels apart, if it leads the field after it: "+manager".

    "Manager, Customer Success" leads the Customer Success Managers, so the two are different jobs. "Engineer, Data
    Platform" is a Data Platform Engineer.
    """
    kinds = _heads()
    first, *field = [word for word in words if kinds.get(word) != "level"] or [""]
    if kinds.get(first) == "head" and field:
        yield f"+{first}"


@functools.cache
def _heads() -> dict[str, str]:
    return {row["word"]: row["kind"] for row in cells_of("title_heads")}


def _is_place(part: str, before: str, after: str) -> bool:
    """Whether a part of a title is a place and nothing else. `before` and `after` are the parts around it.

    A country, subdivision, group of countries or large city always counts. A town counts before its subdivision or
    country, and a code of two letters counts after a city in it: "Andover, MA".
    """
    is_alone, meanings = _find_meanings(part)
    if is_alone or not meanings:
        return is_alone
    if len(part) == 2:
        return any(_encloses(area, city) for area in meanings for city in _find_meanings(before)[1] if city.city)
    return any(_encloses(area, town) for area in _find_meanings(after)[1] for town in meanings)


@functools.lru_cache(maxsize=1 << 16)
def _find_meanings(part: str) -> tuple[bool, tuple[Meaning, ...]]:
    """Return whether a part of a title is a place in any context, and the places that it may mean.

    If the whole part is no place, words such as "area" and "office" are dropped from its end.
    """
    if part.count(" ") > MAX_SPACES:
        return False, ()
    name = place_key(part)
    if name in groups():
        return True, ()
    meanings = (*gazetteer().names.get(name), *gazetteer().codes.get(name.upper(), ()))
    words = name.split()
    while not meanings and len(words) > 1 and words[-1] in noise().strip:
        words = words[:-1]
        meanings = gazetteer().names.get(" ".join(words))
    is_alone = len(part) > 2 and any(m.city is None or m.population >= LARGE_CITY for m in meanings)
    return is_alone, meanings


def _encloses(area: Meaning, city: Meaning) -> bool:
    return area.city is None and area.country == city.country and area.subdivision in (None, city.subdivision)
