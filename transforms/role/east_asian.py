"""Find the years of experience and the lowest accepted degree in Chinese, Japanese and Korean texts.

The patterns in `requirements` do not fit these languages: words are written without spaces or with endings, and the
unit follows the number directly. The words are in `east_asian_requirements.csv`. A demand does not count if its clause
calls it preferred, or if it stands below a heading such as "preferred qualifications".
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from transforms.records.vocabulary import DEGREES
from transforms.skills.sections import cues_of
from transforms.text.lookups import cells_of

MAX_HEADING = 24
"""Maximum number of characters in a heading. A line with a bullet is no heading."""
MAX_LINES = 5_000
"""Only this many lines of a text are read."""
MAX_CLAUSE = 60
"""Number of characters before and after a number or degree that are searched for the ends of its clause."""
MAX_MENTIONS = 100
"""Only this many mentions of years, or of degrees, in a line are checked."""
SAMPLE = 400
"""Maximum characters sampled to detect a text's script: enough to find letters of a script used in half the text."""
_cue = functools.partial(cues_of, "east_asian_requirements")
_LETTER = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BULLET = re.compile(r"\s*(?:[-•*·–●▪◦・‧○◇◆■□✓※]|\d{1,2}[.)、．）])")
_CLAUSE_END = re.compile(r"[，。,;；、\n]|(?<=.)[-–—] ")
_RANK = {degree: rank for rank, degree in enumerate(DEGREES)}


class Demand(NamedTuple):
    """What a text demands: a number of years, or a degree (a value of `DEGREES`). `start` and `end` are its span."""

    value: float | str
    start: int
    end: int


@functools.cache
def _numbers() -> dict[str, int]:
    return {row["pattern"]: int(row["value"]) for row in cells_of("east_asian_requirements") if row["cue"] == "number"}


@functools.cache
def _years_pattern() -> re.Pattern[str]:
    number = rf"(?:\d{{1,2}}(?:\.5)?|[０-９]{{1,2}}|{_cue('number').pattern})"
    return re.compile(
        rf"(?<![\d.,年$¥￥第])(?P<low>{number})\s?(?:年|년)?\s?(?:(?:[-–—~〜～]|至|到|から)\s?(?P<high>{number})\s?)?"
        r"[+＋]?\s?(?:余\s?)?(?:年|년)(?!代|月|度|\s?\d{1,2}\s?(?:月|월)|\s?제)"
    )


@functools.cache
def _degree_pattern() -> re.Pattern[str]:
    rows = [row for row in cells_of("east_asian_requirements") if row["cue"] == "degree"]
    of_degree = {degree: "|".join(row["pattern"] for row in rows if row["value"] == degree) for degree in DEGREES}
    return re.compile("|".join(f"(?P<{degree}>{words})" for degree, words in of_degree.items() if words))


def is_east_asian(text: str) -> bool:
    """Whether a text is in Chinese, Japanese or Korean: some character of an evenly spread sample is."""
    return not text.isascii() and _LETTER.search(text[:: 1 + len(text) // SAMPLE]) is not None


def years_in_east_asian(text: str, limit: int) -> Demand | None:
    """Return the most years of experience that a text demands, at most `limit`; None if it demands none."""
    best: Demand | None = None
    for begin, line in _demanding_lines(text):
        for match in itertools.islice(_years_pattern().finditer(line), MAX_MENTIONS):
            years = _number(match["low"])
            if 0 < years <= limit and (best is None or years > best.value) and _is_demanded(line, match):  # type: ignore[operator]
                best = Demand(years, begin + match.start(), begin + match.end())
    return best


def degree_in_east_asian(text: str) -> Demand | None:
    """Return the lowest degree that a text accepts, a value of `DEGREES`; None if the text asks for no degree."""
    best: Demand | None = None
    for begin, line in _demanding_lines(text):
        for match in itertools.islice(_degree_pattern().finditer(line), MAX_MENTIONS):
            degree = match.lastgroup or ""
            if (best is None or _RANK[degree] < _RANK[str(best.value)]) and _is_degree_demanded(line, match):
                best = Demand(degree, begin + match.start(), begin + match.end())
    return best


def _demanding_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (offset, line) for each line, except lines below a heading such as "preferred qualifications"."""
    is_wished = False
    begin = 0
    for line in itertools.islice(text.split("\n"), MAX_LINES):
        is_heading = 0 < len(line) <= MAX_HEADING and not _BULLET.match(line)
        if is_heading:
            is_wished = bool(_cue("wish heading").search(line))
        if not is_wished:
            yield begin, line
        begin += len(line) + 1


def _number(numeral: str) -> float:
    return float(_numbers()[numeral]) if numeral in _numbers() else float(numeral)


def _clause(line: str, match: re.Match[str]) -> tuple[str, str]:
    before = line[max(0, match.start() - MAX_CLAUSE) : match.start()]
    after = line[match.end() : match.end() + MAX_CLAUSE]
    ends = [end.end() for end in _CLAUSE_END.finditer(before)]
    closing = _CLAUSE_END.search(after)
    return before[ends[-1] if ends else 0 :], after[: closing.start()] if closing else after


def _is_demanded(line: str, match: re.Match[str]) -> bool:
    before, after = _clause(line, match)
    near = line[max(0, match.start() - MAX_CLAUSE) : match.end() + MAX_CLAUSE]
    if _cue("not before", after=r"\s?$").search(before) or _cue("not after", before="^").match(after):
        return False
    if not _cue("experience").search(before + after) and not _cue("experience").search(near):
        return False
    return not _cue("employer").search(before) and not _cue("wished").search(before[-8:] + after)


def _is_degree_demanded(line: str, match: re.Match[str]) -> bool:
    before, after = _clause(line, match)
    is_degree = _cue("degree itself").search(match[0]) or _cue("degree after", before="^").match(after)
    if not is_degree:
        is_degree = _cue("degree after", before="^").match(line[match.end() : match.end() + MAX_CLAUSE])
    return bool(is_degree) and not _cue("wished").search(after) and not _cue("other people").search(before)
