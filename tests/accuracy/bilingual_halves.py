"""Adverts that give one text twice, in another script and in English: what is read in one half against the other.

There are no labels for Japanese, Chinese and Korean. Where an advert carries its own translation, the readers should
make the same of both halves, and they are known to read English. The halves are not quite the same text, so the most
that can be reached is below 1; nearly all such adverts are of few employers, so intervals over adverts say little
about others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from extractors.sources.employer_boards import ashby
from tests.accuracy.adverts_read import STATED_IN_TEXTS, find_answers, recall_figure
from tests.accuracy.scoring import Score, find_evidence
from transforms.posting import posting
from transforms.records.rows import Posting
from transforms.text.halves import MIN_NATIVE, count_native, split_halves


def score_halves(real: Path, tally: Score) -> None:
    """Add what is read in the native half of each such advert, held against its English half, to a score.

    Skills are compared as sets. Years and degree count where the English half states them, and where it states
    none in figures of their own, `.none`. Adverts with the same native half count once.
    """
    for case, native, english in _read_halves(real):
        read, truth = ({one.skill for one in half.skills} for half in (native, english))
        tally.count("halves.skills.recall", len(read & truth), len(truth))
        tally.count("halves.skills.precision", len(read & truth), len(read))
        tally.count(recall_figure("skills", native.language or "?"), len(read & truth), len(truth))
        for skill in sorted(truth - read):
            tally.miss("halves.skills.recall", case, find_evidence(english, skill), skill, None)
        for skill in sorted(read - truth):
            tally.miss("halves.skills.precision", case, find_evidence(native, skill), None, skill)
        for reading, column in STATED_IN_TEXTS.items():
            figure = f"halves.{reading}"
            expected, got = getattr(english, column), getattr(native, column)
            if expected is not None:
                tally.count(recall_figure(reading, native.language or "?"), int(expected == got), 1)
            tally.judge(figure if expected is not None else f"{figure}.none", case, native.title, expected, got)


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
    pairs = {}
    for response in find_answers(real / "payloads" / ashby.SOURCE.name):
        for one in ashby.parse(response):
            if isinstance(one, dict):
                text = one.get("text") or one.get("html") or ""
                pairs[f"{one['source']}:{one['id']}"] = None if text.isascii() else (one, text)
    return {case: posting(**pair[0]) for case, pair in pairs.items() if pair and count_native(pair[1]) >= MIN_NATIVE}
