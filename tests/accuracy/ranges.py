"""Pay ranges in every language: sentences written by hand, and sentences that are generated from rows of words.

Each sentence stands in an advert of neutral lines, so that nothing but its own words says that an amount is pay. Pay is
read as the night reads it: from prose, completed with the country's norms.

- `cases/ranges.csv`: written by hand, by meaning, before the readers were run on them. `pay` holds the ranges of base
  pay ("35000-45000 EUR year", an end may be missing), and is empty where no pay is stated. The rows whose `part` is
  `aside` (every third) were not looked at while readers were changed.
- `cases/range_phrases.csv`: words by language from which `generated_cases` makes sentences; what is expected follows
  from how the sentence was made.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.accuracy.scoring import Score
from transforms.pay.normalisation import complete_pay
from transforms.pay.prose import pay_in

CASES = Path(__file__).parent / "cases" / "ranges.csv"
ABOVE = "We build tools for people who plan railways. You join a small team and share its work from the first week on.\n\n"
BELOW = "\n\nWe look forward to hearing from you. Send us a few lines and tell us what you like to work on and why."

PayRange = tuple[float | None, float | None, str, str]


class Case(NamedTuple):
    """A sentence with the ranges of base pay that it states; `country` is where the job is."""

    case: str
    language: str
    country: str
    text: str
    ranges: tuple[PayRange, ...]
    is_aside: bool = False


def hand_cases() -> Iterator[Case]:
    """Yield the sentences written by hand."""
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            ranges = tuple(map(_range, filter(None, row["pay"].split("; "))))
            yield Case(row["case"], row["language"], row["country"], row["text"], ranges, row["part"] == "aside")


def _range(words: str) -> PayRange:
    amounts, currency, period = words.split(" ")
    low, _, high = amounts.partition("-")
    ends = [float(end) if end else None for end in ((low, high) if "-" in amounts else (low, low))]
    return ends[0], ends[1], currency, period


def read_ranges(case: Case) -> set[PayRange]:
    """Return the ranges of base pay that are read in a case's advert."""
    country = case.country or None
    pays = complete_pay(pay_in(ABOVE + case.text + BELOW, country=country), country=country, employment_type=None)
    return {
        (pay.low, pay.high, pay.currency or "", pay.period or "") for pay in pays if pay.component == "base"
    }


def score_ranges(tally: Score) -> None:
    """Add the sentences written by hand and the generated ones to a score, by language.

    Sentences without pay count in a figure of their own, and so do those kept aside.
    """
    for case in hand_cases():
        got = read_ranges(case)
        is_right = got == set(case.ranges)
        name = f"ranges.hand.{case.language}" if case.ranges else "ranges.hand.none"
        for figure in (name, "ranges.hand.aside") if case.is_aside else (name,):
            tally.count(figure, int(is_right), 1)
        if not is_right:
            tally.miss(name, case.case, case.text, sorted(map(str, case.ranges)), sorted(map(str, got)))
