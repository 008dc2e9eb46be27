"""Score the search by plain words on a CSV of questions: `python -m tests.reports.questions FILE --data FOLDER`.

A row is right if the first figure is one of its `figures` (ids, separated by "|"). For the kind `none` nothing may be
found. For the kind `withheld` the right figure must be said to be unknown, and figures with a value offered beside it.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.mcp import listing
from reports.mcp.market import Market
from reports.search.find import Found, find
from reports.search.index import Entry
from reports.search.say import say_nothing
from reports.search.table import make_table

QUESTIONS = Path(__file__).with_name("questions.csv")
N_FIRST = 3


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A question with what was found: `place` is the place of the right answer, from 1; 0 if it was not found."""

    question: str
    expected: tuple[str, ...]
    found: Found
    place: int


def score_questions(file: Path, entries: Sequence[Entry]) -> list[Scored]:
    """Ask each question of a CSV and compare the answers."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [_score(row["question"], tuple(filter(None, row["figures"].split("|"))), entries) for row in rows]


def _score(question: str, expected: tuple[str, ...], entries: Sequence[Entry]) -> Scored:
    found = find(question, entries, make_table())
    ids = found.ids
    place = next((number for number, one in enumerate(ids, start=1) if one in expected), 0)
    return Scored(question=question, expected=expected, found=found, place=place if expected else int(not ids))


def share_within(scored: Iterable[Scored], places: int) -> float:
    """Return the share of questions whose right answer is among the first so many."""
    hits = [0 < one.place <= places for one in scored]
    return sum(hits) / len(hits)


def main() -> None:
    """Print the shares, and each question whose right answer is not the first, the worst first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=QUESTIONS)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with market.duckdb")
    given = parser.parse_args()
    with Market(given.data).read() as snapshot:
        scored = score_questions(given.file, listing.entries_of(snapshot))
    print(f"first {share_within(scored, 1):.0%}, in the first {N_FIRST} {share_within(scored, N_FIRST):.0%}")
    worst = sorted((one for one in scored if one.place != 1), key=lambda one: -(one.place or len(scored) * 99))
    for one in worst:
        said = ", ".join(one.found.ids[:N_FIRST]) or say_nothing(one.found)
        print(f"{one.question}\n  found: {said}\n  right: {' or '.join(one.expected) or 'nothing'}")


if __name__ == "__main__":
    main()
