"""Pay ranges in every language: sentences written by hand, and sentences that are generated from rows of words.

Each sentence stands in an advert of neutral lines, so that nothing but its own words says that an amount is pay. Pay is
read as the night reads it: from prose, completed with the country's norms.

- `cases/ranges.csv`: written by hand, by meaning, before the readers were run on them. `pay` holds the ranges of base
  pay ("35000-45000 EUR year", an end may be missing), and is empty where no pay is stated. The rows whose `part` is
  `aside` (every third) were not looked at while readers were changed. `tax` holds what is said of tax in the rows from
  401 on.
- `range_phrases.csv`: words by language from which `generated_cases` makes sentences; what is expected follows
  from how the sentence was made.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.accuracy.scoring import Score
from transforms.pay.normalisation import complete_pay
from transforms.pay.prose import pay_in
from transforms.pay.shared_sign import settle_signs
from transforms.records.rows import Pay
from transforms.records.vocabulary import OTHER_PERIODS

CASES = Path(__file__).parent / "cases" / "ranges.csv"
HAND, GENERATED = "ranges.hand", "ranges.generated"
ABOVE = "We build tools for people who plan railways. You join a small team and share its work.\n\n"
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
    tax: str = ""


def hand_cases() -> Iterator[Case]:
    """Yield the sentences written by hand."""
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            ranges = tuple(map(_range, filter(None, row["pay"].split("; "))))
            is_aside = row["part"] == "aside"
            yield Case(row["case"], row["language"], row["country"], row["text"], ranges, is_aside, row["tax"])


def _range(words: str) -> PayRange:
    amounts, currency, period = words.split(" ")
    low, _, high = amounts.partition("-")
    ends = [float(end) if end else None for end in ((low, high) if "-" in amounts else (low, low))]
    return ends[0], ends[1], currency, period


def read_ranges(case: Case) -> set[PayRange]:
    """Return the ranges of base pay that are read in a case's advert."""
    return {(pay.low, pay.high, pay.currency or "", pay.period or "") for pay in read_base_pay(case)}


def read_base_pay(case: Case) -> list[Pay]:
    """Return the base pay that is read in a case's advert."""
    country = case.country or None
    stated = pay_in(ABOVE + case.text + BELOW, country=country)
    pays = complete_pay(settle_signs(stated, {country} if country else (), None), country=country, employment_type=None)
    return [pay for pay in pays if pay.component == "base"]


def score_ranges(tally: Score) -> None:
    """Add the sentences written by hand and the generated ones to a score, by language.

    Sentences without pay count in a figure of their own. Those kept aside count in `ranges.hand.aside`, too.
    """
    for case in hand_cases():
        name = f"{HAND}.{case.language}" if case.ranges else f"{HAND}.none"
        is_right = _judge(name, case, tally)
        if case.is_aside:
            tally.count(f"{HAND}.aside", int(is_right), 1)
    for case in generated_cases():
        _judge(f"{GENERATED}.{case.language}", case, tally)


def _judge(figure: str, case: Case, tally: Score) -> bool:
    got = read_ranges(case)
    is_right = got == set(case.ranges)
    tally.count(figure, int(is_right), 1)
    if not is_right:
        tally.miss(figure, case.case, case.text, sorted(map(str, case.ranges)), sorted(map(str, got)))
    return is_right


def languages_by_figure() -> dict[str, tuple[str, ...]]:
    """Return the languages of the sentences with pay, by the first part of their figures' names."""
    hand = dict.fromkeys(case.language for case in hand_cases() if case.ranges)
    generated = dict.fromkeys(place.language for place in _countries())
    return {HAND: tuple(hand), GENERATED: tuple(generated)}


# --- generated sentences --------------------------------------------------------------------------------

PHRASES = Path(__file__).with_name("range_phrases.csv")
SEED = 20261202
PER_KIND = 40
"""Sentences of each kind of statement for each country of the phrases."""
GROUPS = {"space": "\u00a0", "dot": ".", "comma": ",", "apostrophe": "'", "plain": ""}
KINDS = ("range", "from", "up_to", "one", "graded", "thousands", *OTHER_PERIODS)
"""Kinds of statements. `graded` ranges have words for places, levels or tax between their ends; `thousands` are whole
statements of yearly ranges in thousands; the others are ranges for a period that is read as a year."""
MONTHS_A_YEAR = 12


class _Country(NamedTuple):
    language: str
    country: str
    currency: str
    grouping: str
    monthly: tuple[int, int]
    words: dict[str, list[str]]


def generated_cases() -> Iterator[Case]:
    """Yield sentences made of a lead, a statement (range, from, up to, one amount), amounts and a period, in turn.

    What is expected follows from the parts. Amounts lie between the least and most usual monthly pay of the row, twelve
    times as much where the period is a year.
    """
    for place in _countries():
        random = Random(f"{SEED} {place.country}")
        for kind in KINDS:
            if kind != "one" and kind not in place.words:
                continue
            for number in range(PER_KIND):
                case = f"{place.language}-{place.country}-{kind}-{number:02d}"
                yield _make_case(case, place, kind, random)


def _make_case(case: str, place: _Country, kind: str, random: Random) -> Case:
    is_yearly = kind in ("thousands", "quarter", "half-year") or random.random() < 1 / 2
    period = "year" if is_yearly else "month"
    lead, style = (random.choice(place.words[name]) for name in ("lead", "style"))
    least, most = (end * (MONTHS_A_YEAR if is_yearly else 1) for end in place.monthly)
    per_year = OTHER_PERIODS.get(kind, 1.0)
    if kind in OTHER_PERIODS:
        least, most = (int(end * MONTHS_A_YEAR / per_year) for end in place.monthly)
    step = max(1000 if kind == "thousands" else 1, 10 ** (len(str(least)) - 2))
    low = random.randrange(least, most, step) // step * step
    high = (low + random.randrange(1, 1 + max(1, low // 2 // step)) * step) // step * step
    if kind == "thousands":
        text = f"{lead} {random.choice(place.words[kind]).format(a=low // 1000, b=high // 1000)}"
        return Case(case, place.language, place.country, text, ((low, high, place.currency, "year"),))
    statement = "{a}" if kind == "one" else random.choice(place.words["range" if kind in OTHER_PERIODS else kind])
    words = random.choice(place.words[kind if kind in OTHER_PERIODS else period])
    low_text, high_text = (style.format(n=_written(amount, place.grouping)) for amount in (low, high))
    text = f"{lead} {statement.format(a=low_text, b=high_text)} {words}"
    whole: dict[str, tuple[float | None, float | None]] = {"from": (low, None), "up_to": (None, low), "one": (low, low)}
    start, end = whole.get(kind, (low, high))
    period = "year" if kind in OTHER_PERIODS else period
    return Case(
        case, place.language, place.country, text,
        ((start and start * per_year, end and end * per_year, place.currency, period),),
    )  # fmt: skip


def _written(amount: int, grouping: str) -> str:
    if grouping != "indian":
        return f"{amount:,}".replace(",", GROUPS[grouping])
    head, tail = str(amount)[:-3], str(amount)[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join((*pairs, tail))


def _countries() -> Iterator[_Country]:
    with PHRASES.open(encoding="utf-8", newline="") as file:
        for key, rows in itertools.groupby(csv.DictReader(file), lambda row: tuple(row.values())[:5]):
            words: dict[str, list[str]] = {}
            for row in rows:
                words.setdefault(row["kind"], []).append(row["words"])
            low, high = map(int, key[4].split("-"))
            yield _Country(key[0], key[1], key[2], key[3], (low, high), words)
