"""Adverts that give one text twice, in another script and in English: what is read in one half against the other.

There are no labels for Japanese, Chinese and Korean. Where an advert carries its own translation, the readers should
make the same of both halves, and they are known to read English. The halves are not quite the same text, so the most
that can be reached is below 1; nearly all such adverts are of few employers, so intervals over adverts say little
about others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from extractors.sources.employer_boards import ashby
from flows.accuracy.adverts_read import find_answers
from flows.accuracy.scoring import Score, find_evidence
from transforms.posting import posting
from transforms.records.rows import Posting

NO_LATIN_FROM = "\u0370"
"""Letters from here on (Greek) are of other scripts than Latin; so are all of Chinese, Japanese and Korean."""
MIN_NATIVE, MIN_ENGLISH = 100, 300
"""Letters of a half: what is shorter is a heading or a name, and no advert."""
MAX_MISPLACED = 0.1
"""Share of the letters of a script that may stand in the other half: lines that hold nothing but names of tools do."""
MAX_LINES = 2.0
"""A half that has more times the lines of the other is no translation of it."""


class Halves(NamedTuple):
    """The two halves of a text: the one in another script than Latin, and the English one."""

    native: str
    english: str


def split_halves(text: str) -> Halves | None:
    """The halves of a text whose lines are first of one script and then of the other; None where they are not.

    The cut is the one that leaves the fewest letters on the wrong side. A line that holds any letter of another
    script is native, whatever names of tools stand in it. Linear in the length of the text.
    """
    lines = text.split("\n")
    native, english = zip(*map(_count_letters, lines), strict=True)
    of_native, of_english = sum(native), sum(english)
    if of_native < MIN_NATIVE or of_english < MIN_ENGLISH:
        return None
    best = (of_native + of_english, 0, True, 0.0)
    native_before = english_before = 0
    for cut in range(1, len(lines)):
        native_before += native[cut - 1]
        english_before += english[cut - 1]
        for is_native_first, of_other, misplaced in (
            (True, of_native - native_before, english_before),
            (False, native_before, of_english - english_before),
        ):
            share = max(of_other / of_native, misplaced / of_english)
            best = min(best, (of_other + misplaced, cut, is_native_first, share))
    _, cut, is_native_first, share = best
    first, second = lines[:cut], lines[cut:]
    is_alike = max(len(first), len(second)) <= MAX_LINES * min(len(first), len(second))
    if share > MAX_MISPLACED or not is_alike:
        return None
    halves = ("\n".join(first), "\n".join(second))
    return Halves(*halves if is_native_first else reversed(halves))


def _count_letters(line: str) -> tuple[int, int]:
    """Letters of a line that is native, and of one that is not: one of the two is 0."""
    native = sum(letter >= NO_LATIN_FROM and letter.isalpha() for letter in line)
    return (native, 0) if native else (0, sum(map(str.isalpha, line)))


def score_halves(real: Path, found: Score) -> None:
    """Add what is read in the native half of each such advert, held against its English half, to a score.

    Skills are compared as sets. Years and degree count where the English half states them, and where it states
    none in figures of their own, `.none`. Adverts with the same native half count once.
    """
    for case, native, english in _read_halves(real):
        read, wanted = ({asked.skill for asked in half.skills} for half in (native, english))
        found.count("halves.skills.recall", len(read & wanted), len(wanted))
        found.count("halves.skills.precision", len(read & wanted), len(read))
        for skill in sorted(wanted - read):
            found.miss("halves.skills.recall", case, find_evidence(english, skill), skill, None)
        for skill in sorted(read - wanted):
            found.miss("halves.skills.precision", case, find_evidence(native, skill), None, skill)
        for figure, column in (("halves.years", "years_min"), ("halves.degree", "degree_min")):
            expected, got = getattr(english, column), getattr(native, column)
            found.judge(figure if expected is not None else f"{figure}.none", case, native.title, expected, got)


def _read_halves(real: Path) -> Iterator[tuple[str, Posting, Posting]]:
    """The two halves of each bilingual advert of Ashby's boards, as adverts without a title of their own."""
    native_halves: set[str] = set()
    for case, advert in sorted(_adverts_of_other_scripts(real).items()):
        halves = split_halves(advert.text or "")
        if halves is not None and halves.native not in native_halves:
            native_halves.add(halves.native)
            native, english = (
                posting(
                    source=advert.source, id=case, title="-", employer=advert.employer, board=advert.board, text=half
                )
                for half in halves
            )
            yield case, native, english


def _adverts_of_other_scripts(real: Path) -> dict[str, Posting]:
    """Adverts that hold letters of another script, by posting_id, each from the newest answer that has it."""
    said = {}
    for response in find_answers(real / "payloads" / ashby.SOURCE.name):
        for one in ashby.parse(response):
            if isinstance(one, dict):
                text = one.get("text") or one.get("html") or ""
                said[f"{one['source']}:{one['id']}"] = None if text.isascii() else (one, text)
    return {
        case: posting(**kept[0])
        for case, kept in said.items()
        if kept and sum(letter >= NO_LATIN_FROM and letter.isalpha() for letter in kept[1]) >= MIN_NATIVE
    }
