"""Find the kind of employment that an advert offers, from its title, its source's field and its text.

The text is read if title and field state no kind. The reader looks for words between marks ("Berlin | full-time |
hybrid"), for phrases ("this is a full-time position") and for weekly hours. `employment_cues.csv` holds the words, and
also neighbouring words which show that a mention is not about this job.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator

from transforms.role.titles import employment_type_of, names_employment, seniority_of
from transforms.skills.sections import lines_around, lines_with, lower_text
from transforms.text.characters import letters_beyond_ascii
from transforms.text.lookups import cells_of
from transforms.text.multi_match import Literals

MAX_LINE = 120
"""Maximum number of characters in a line that is read as a list of facts, one by one. A longer line is read as a
sentence.
"""
MAX_MENTIONS = 100
"""Only this many lines with a word for employment are read in a text."""
REACH = 150
"""In a long line, this many characters before and after a word for employment are read: about a sentence."""
MIN_FULL_HOURS, MAX_FULL_HOURS = 35, 48
"""Weekly hours of full-time work: from the French legal week to the longest that Directive 2003/88/EC allows."""
MIN_PART_HOURS, MAX_PART_HOURS = 8, 30
"""Weekly hours of part-time work. The OECD's limit is 30; less than a working day has another meaning."""
OVERRULED = "TEMPORARY"
"""If the source's field states this kind and the text offers an internship, the job is an internship: many sources have
no kind for internships.
"""
FIRST_UNSPACED = "\u3040"
"""The first letter of the East Asian scripts in Unicode."""
_INTERN = "INTERN"
_NO_INTERNSHIP = re.compile(r"trainee|extern|interns$")
"""Words of the level `intern` that are also used for first jobs or for several openings."""
_MARKS = re.compile(r"\s*(?:[|·•,;/()\[\]–—:：✓►▪*]|\s-\s|^\s*-|\s+&\s+)\s*")
_HOURS = re.compile(
    r"(?<![\w.,:€$£-])(?P<low>\d\d)(?:[.,]\d{1,2})?(?:\s?(?:-|–|bis|to|à|a)\s?(?P<high>\d\d)(?:[.,]\d{1,2})?)?\s?-?\s?"
    r"(?:(?:h|hrs?|hours?|stunden|std\.?|heures|horas|ore|uur|godzin)\s?-?\s?"
    r"(?:(?:/|per|a|an|each|pro|die|in der|par|por|la|à la|al|alla|a la|w|na|de)\s?){0,2}"
    r"(?:week|wk|w\b|woche|sem\b|semaine|hebdo|semana|settimana|tydzień|tygodni))"
)
_BARE_HOURS = re.compile(
    r"(?:base |arbeitszeit |contrat |hebdo )?(?P<low>\d\d)(?:[.,]\d)? ?(?:h|heures|stunden|std\.?)"
)
_NO_HOURS_BEFORE = re.compile(
    r"(?:over|beyond|above|exceed\w*|than|at least|minimum(?: of)?|mindestens|über|mehr als|au-delà de|plus de"
    r"|up to|bis zu|sav\w+|spar\w+|overlap\w*|spen[dt]\w*)\s(?:\w+\s)?$"
)
_NO_HOURS_AFTER = re.compile(
    r"\W{1,3}(?:of |im |in |au |de )?(?:overlap|training|meeting|learning|home|büro|office|remote)"
)


@functools.cache
def _patterns(where: str, before: str, after: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = [row for row in cells_of("employment_cues") if row["where"] == where]
    groups = itertools.groupby(rows, key=lambda row: row["employment_type"])
    return tuple(
        (kind, re.compile(f"{before}(?:{'|'.join(row['pattern'] for row in same)}){after}")) for kind, same in groups
    )


@functools.cache
def _literals() -> tuple[Literals, re.Pattern[str]]:
    words = [row["pattern"] for row in cells_of("employment_cues") if row["where"] == "literal"]
    latin = [word for word in words if word[0] < FIRST_UNSPACED]
    return Literals(latin), re.compile("|".join(word for word in words if word[0] >= FIRST_UNSPACED))


@functools.cache
def _title_literals() -> re.Pattern[str]:
    words = (row["pattern"] for row in cells_of("employment_cues") if row["where"] == "title literal")
    return re.compile("|".join(map(re.escape, words)))


def employment_of(words: str | None, title: str, text: str) -> tuple[str | None, bool]:
    """Return the schema.org employmentType of an advert, and whether `words` are known.

    `words` are those of the source's field for the employment. The type is None if nothing states it. The second value
    is True if there are no words.

    A title that names any kind but full-time counts first, then the field, then a full-time title, then the text. There
    are two exceptions: if the field says temporary and the text offers an internship, it is an internship; if the field
    says full-time and the text says that the job is a contractor's or temporary, the text counts, because many boards
    have no such kind.
    """
    kind = employment_type_of(words) if words else None
    is_known = not words or kind is not None or names_employment(words)
    in_title = employment_in_title(title)
    if in_title is not None and in_title != "FULL_TIME":
        return in_title, is_known
    if kind == OVERRULED and text and _offers_internship(text):
        return _INTERN, is_known
    if kind == "FULL_TIME":
        return _overruling_kind(text) or kind, is_known
    return kind or in_title or (employment_in(text) if text else None), is_known


@functools.lru_cache(maxsize=1 << 14)
def employment_in_title(title: str) -> str | None:
    """Return the kind of employment that a title names; None if it names none.

    >>> employment_in_title("Data Analyst (Part-time)"), employment_in_title("Contract Manager")
    ('PART_TIME', None)
    """
    low = lower_text(title)
    if not _title_literals().search(low):
        return None
    level = seniority_of(title)
    is_intern = level.value == "intern" and not _NO_INTERNSHIP.search(level.rule)
    for kind, pattern in _patterns("title", r"(?<!\w)", r"(?!\w)"):
        if pattern.search(low):
            return _INTERN if is_intern and kind == "FULL_TIME" else kind
    if is_intern:
        return _INTERN
    parts = [part for part in _MARKS.split(low) if part]
    return _of_parts(parts[1:])


def employment_in(text: str) -> str | None:
    """Return the kind of employment that a text names for the job; None if it names none.

    The first line that names a kind decides, except that an internship in any line wins over other kinds.
    """
    first_kind = ""
    for line in itertools.islice(_telling(text), MAX_MENTIONS):
        kind = _kind_in(line)
        if kind == _INTERN:
            return kind
        first_kind = first_kind or kind or ""
    return first_kind or None


def _offers_internship(text: str) -> bool:
    return any(_of_phrases(line) == _INTERN for line in itertools.islice(_telling(text), MAX_MENTIONS))


def _overruling_kind(text: str) -> str | None:
    """Return the kind of a job that a field calls full-time and its text a contractor's or temporary."""
    if not lines_with(text, "overruling"):
        return None
    patterns = _patterns("overrule", r"(?<!\w)", r"(?!\w)")
    for line in itertools.islice(_telling(text), MAX_MENTIONS):
        for kind, pattern in patterns:
            match = pattern.search(line)
            is_of_term = kind == "CONTRACTOR" and match is not None and "term" in match[0]
            if match and not is_of_term and not _is_of_others(line, match):
                return kind
    return None


def _telling(text: str) -> Iterator[str]:
    """Return the lines with a word for employment (`lines_around`)."""
    latin, others = _literals()
    spans = latin.spans(text)
    if max(letters_beyond_ascii(text), default="") >= FIRST_UNSPACED:
        spans = sorted(itertools.chain(spans, (match.span() for match in others.finditer(text))))
    return lines_around(text, spans, REACH)


def _kind_in(line: str) -> str | None:
    kind = _of_phrases(line)
    if kind is None and len(line) <= MAX_LINE and not line.endswith((".", "?", "!")):
        parts = [part for part in _MARKS.split(line) if part]
        kind = _of_parts(parts) or _of_bare_hours(parts)
    return kind or _of_hours(line)


@functools.lru_cache(maxsize=1 << 12)
def _of_phrases(line: str) -> str | None:
    """Return the kind that a line's phrases name; None if they name none.

    If they name several kinds, an internship wins. Several other kinds give None, because they are a choice or the
    employer's other openings.
    """
    kinds = []
    for kind, pattern in _patterns("text", r"(?<!\w)", ""):
        match = pattern.search(line)
        if match and not _is_of_others(line, match):
            kinds.append(kind)
    if _INTERN in kinds:
        return _INTERN
    return kinds[0] if len(set(kinds)) == 1 else None


def _is_of_others(line: str, match: re.Match[str]) -> bool:
    ((_, before),) = _patterns("not before", r"\b", r"\b[^.;]{0,12}$")
    ((_, after),) = _patterns("not after", r"^\W{0,3}", r"")
    return bool(before.search(line[max(0, match.start() - 40) : match.start()]) or after.match(line[match.end() :]))


def _of_parts(parts: list[str]) -> str | None:
    kinds = {kind for part in parts for kind, pattern in _patterns("part", "", "") if pattern.fullmatch(part.strip())}
    if kinds == {"FULL_TIME", "PART_TIME"}:
        return "FULL_TIME"
    return kinds.pop() if len(kinds) == 1 else None


def _of_bare_hours(parts: list[str]) -> str | None:
    matches = [_BARE_HOURS.fullmatch(part.strip()) for part in parts]
    return next(("FULL_TIME" for match in matches if match and _is_full(int(match["low"]))), None)


def _of_hours(line: str) -> str | None:
    match = _HOURS.search(line)
    if match is None or _NO_HOURS_BEFORE.search(line[: match.start()]) or _NO_HOURS_AFTER.match(line[match.end() :]):
        return None
    low, high = int(match["low"]), int(match["high"] or match["low"])
    if _is_full(low) and _is_full(high):
        return "FULL_TIME"
    return "PART_TIME" if MIN_PART_HOURS <= low <= high <= MAX_PART_HOURS else None


def _is_full(hours: int) -> bool:
    return MIN_FULL_HOURS <= hours <= MAX_FULL_HOURS
