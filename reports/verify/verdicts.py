"""Whether the numbers of a text that are tied to figures (`ties`) are what is published.

A number without a tie has no verdict: it is unresolved, with the figures that are nearest by the words of its sentence.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from reports.cells.cell import numbers_of
from reports.figures.catalogue import declaration_of
from reports.figures.query import Connection
from reports.guide.desk import is_sample, published_figures, read_figures, read_sources
from reports.guide.markers import find_part_fault
from reports.guide.numbers_in_text import INTERVAL, PERCENT, SEVERAL, Number, Sentence, kind_of_bound, read_sentences
from reports.guide.render import content_of, make_edition, read_words
from reports.guide.suggest import Claim, find_claims
from reports.guide.words import UNKNOWN, rank_by_words, terms_of
from reports.verify.ties import Tie, TiedText, read_ties, tie_numbers, unit_of
from reports.wording import notes
from reports.wording.numbers import unit_of_short
from reports.wording.parts import PartFormat
from transforms.pay.normalisation import PER_YEAR
from warehouse.mart_tables import Figures
from warehouse.marts.printing import POINT

VERIFIED, ROUNDED, STALE, CONTRADICTED = "verified", "rounded", "stale", "contradicted"
NO_FIGURE, UNRESOLVED = "no figure", "unresolved"
VERDICTS = (VERIFIED, ROUNDED, STALE, CONTRADICTED, NO_FIGURE, UNRESOLVED)
"""As published; as published when it is rounded so far; published, but of long ago or of another time than the text
says; another number is published; its figure is withheld or does not exist; and tied to no figure, or not said clearly
enough to tell. What a text says of the time of a stale figure, with that time, is as published."""
MAX_OFF = 0.05
"""How far a sum, or a number that is said to be about right, may be rounded: a twentieth of what is published."""
MAX_PLACED, MAX_NEAREST, MAX_SENTENCE = 50, 3, 2_000
"""Most numbers of a text for which the nearest figures are looked for, most of each, and letters of its sentence."""
TIMES = {**PER_YEAR, "quarter": 4.0, "two weeks": 26.0}
"""Times of pay in a year."""
_LEAST, _MOST = {"at least", "more than"}, {"at most", "less than"}
NO_TIE, UNCLEAR = "tied to no figure", "does not say which part of the band, or per month or per year"


@dataclass(frozen=True)
class Finding:
    """A number of a text on a line, its verdict, the figure that it is tied to, and what that says or what is missing.

    `nearest` are the ids of figures that a number without a tie may be of.
    """

    line: int
    text: str
    verdict: str
    figure: str | None
    says: str
    nearest: tuple[str, ...] = ()


def verify_text(con: Connection, raw: bytes, *, is_html: bool = False) -> list[Finding]:
    """Every number of a text with its verdict, in order."""
    tied = read_ties(raw, is_html=is_html)
    rows = {row.figure: row for row in read_figures(con, {tie.figure for tie in tied.ties if tie.figure})}
    found = list(_judge_marked(con, tied, rows, is_html=is_html))
    starts = [tie.start for tie in tied.ties]
    loose: list[tuple[Number, Sentence]] = []
    for sentence in read_sentences(tied.prose):
        first, last = (bisect.bisect_left(starts, at) for at in (sentence.at, sentence.at + len(sentence.text)))
        by_number = tie_numbers(tied.prose, sentence, tied.ties[first:last])
        loose += [(number, sentence) for number in sentence.numbers if number.at not in by_number]
        groups: dict[Tie, list[Number]] = {}
        for number in sentence.numbers:
            if tie := by_number.get(number.at):
                groups.setdefault(tie, []).append(number)
        for tie, numbers in groups.items():
            found += _judge_tied(numbers, sentence, tie, rows.get(tie.figure or ""))
    found += _place(con, loose)
    lines = [hit.start() for hit in re.finditer("\n", tied.document.text)]
    return [Finding(bisect.bisect_left(lines, at) + 1, *rest) for at, rest in sorted(found, key=lambda one: one[0])]


_Found = tuple[int, tuple[str, str, str | None, str, tuple[str, ...]]]
"""An offset, and a finding without its line."""


def _judge_marked(con: Connection, tied: TiedText, rows: Mapping[str, Figures], *, is_html: bool) -> Iterator[_Found]:
    """What stands between the markers of a figure, held against what a refresh would put there."""
    text, named = tied.document.text, {tie.start: tie for tie in tied.ties if tie.is_marker}
    spans = {
        span.start: replace(span, marker=replace(span.marker, figure=named[span.start].figure))
        for span in tied.spans
        if span.start in named and named[span.start].figure in rows
    }
    order = [spans.get(span.start, span) for span in tied.spans if span.marker.block or span.start in spans]
    edition = make_edition(text, order, rows, is_html=is_html, sources=read_sources(con), is_sample=is_sample(con))
    for start, tie in named.items():
        words, row = read_words(text[start : tie.end]), rows.get(tie.figure or "")
        if not re.search(r"\d", words):
            continue
        if row is None or row.value is None:
            yield start, (words, NO_FIGURE, tie.figure, _say_missing(tie, row), ())
            continue
        marker, printed = spans[start].marker, read_words(content_of(text, spans[start], edition))
        fault = marker.problem or find_part_fault(declaration_of(row.figure), marker.wanted)
        if fault:
            verdict, says = UNRESOLVED, f"its marker is not in order: {fault}"
        elif printed == marker.otherwise or re.search(r"\d", f"{marker.template}{marker.mark}"):
            verdict, says = UNRESOLVED, "its marker prints words of its own"
        else:
            verdict = VERIFIED if words == printed else _compare_words(words, printed)
            verdict = STALE if verdict in (VERIFIED, ROUNDED) and row.status == "stale" else verdict
            says = _say(row) if printed == row.value else f"its marker prints {printed}; {_say(row)}"
        yield start, (words, verdict, tie.figure, says, ())


def _compare_words(words: str, printed: str) -> str:
    """Words between markers against those of a refresh, by the number of each; contradicted where one has several."""
    numbers = [[one for line in read_sentences(text) for one in line.numbers] for text in (words, printed)]
    if [len(one) for one in numbers] != [1, 1]:
        return CONTRADICTED
    (number,), (other,) = numbers
    if (number.unit, number.bound) != (other.unit, other.bound) or number.per not in (None, other.per):
        return CONTRADICTED
    return _compare(number, (other.low, other.high), other.step, is_hidden=False)


def _judge_tied(numbers: Sequence[Number], sentence: Sentence, tie: Tie, row: Figures | None) -> Iterator[_Found]:
    """The numbers of one tie: of several those that are the figure's are meant, or else the last."""
    if row is None or row.value is None:
        judged = [(NO_FIGURE, _say_missing(tie, row))] * len(numbers)
    else:
        judged = [_judge(number, sentence, tie, row) for number in numbers]
    is_right = any(verdict in (VERIFIED, ROUNDED, STALE) for verdict, _ in judged)
    for number, (verdict, missing) in zip(numbers, judged, strict=True):
        if verdict == CONTRADICTED and (is_right or number is not numbers[-1]):
            verdict, missing = UNRESOLVED, "not as published; another number here is the figure's"  # noqa: PLW2901
        says = "; ".join(filter(None, (missing, _say(row))))
        yield number.at, (number.text, verdict, tie.figure, says, ())


def _say_missing(tie: Tie, row: Figures | None) -> str:
    return f"withheld: {row.reason}" if row else tie.fault or "no figure of that name is published"


def _say(row: Figures | None) -> str:
    if row is None or row.value is None:
        return ""
    return ", ".join(filter(None, (row.value, notes.describe_period(row), notes.describe_n(row))))


def _is_of_its_time(dates: Sequence[tuple[int, int | None]], row: Figures) -> bool:
    """Whether all months or years that a text names touch the reference period of a figure; of a stale one it must."""
    if not dates or row.kind == "cited":
        return row.status != "stale"
    last = row.period_to or row.as_of
    first = row.period_from or last
    ends = ((first.year, first.month), (last.year, last.month))
    return all((year, month or 1) <= ends[1] and ends[0] <= (year, month or 12) for year, month in dates)


# --- a number against its figure ------------------------------------------------------------------------------


class _Said(NamedTuple):
    """A number that a figure says: sums by the year, shares in points. `is_hidden`: only its ends are printed."""

    part: str
    ends: tuple[float, float]
    unit: str
    is_hidden: bool = False


def _list_said(row: Figures) -> Iterator[_Said]:
    """The numbers of a figure of one row, its first answer as the part "value"."""
    numbers = {number.part: number for number in numbers_of(notes.rows_of(row)[0])}
    for name, number in numbers.items():
        unit = PERCENT if number.unit.startswith("share of") else number.unit.removesuffix(" per year")
        scale = 100 if unit == PERCENT else 1
        ends = ((number.low or 0) * scale, (number.high or 0) * scale)
        value = ends if number.value is None else (number.value * scale,) * 2
        is_first = name == "share" or (name == "median" and "low" not in numbers)
        for part in (name.removeprefix("local_"), *(["value"] if is_first else [])):
            yield _Said(part, value, unit, number.form != POINT)
        if number.low is not None:
            yield _Said(INTERVAL, ends, unit)
        other = numbers.get(name.replace("low", "high"), number) if name in ("low", "local_low") else number
        if other is not number and number.value is not None and other.value is not None:
            yield _Said("value", (number.value, other.value), unit)


def _judge(number: Number, sentence: Sentence, tie: Tie, row: Figures) -> tuple[str, str]:
    """A number against its figure; and what is missing where that cannot be told."""
    unit = unit_of(row.figure)
    if number.unit == UNKNOWN:
        return UNRESOLVED, "not a number in a form that is known"
    if row.kind == "cited":
        verdict = _judge_cited(number, row)
    elif number.bound:
        return UNRESOLVED, _say_bound(number)
    elif len(notes.rows_of(row)) != 1 or not unit:
        return UNRESOLVED, "not said: which number of the figure it is"
    elif number.unit == "" and unit != PERCENT:
        return UNRESOLVED, "not said: in which money"
    elif SEVERAL in (number.part, per := number.per if number.unit != PERCENT else None) or per == UNKNOWN:
        return UNRESOLVED, UNCLEAR
    else:
        said = [one for one in _list_said(row) if one.unit == number.unit]
        parts = {number.part or "value", *([INTERVAL] if unit == PERCENT and number.low != number.high else [])}
        usual = number.per or "year"
        verdict = _find_best(number, [one for one in said if one.part in parts], [usual])
        periods = [number.per] if number.per else [*TIMES]
        if verdict == CONTRADICTED and not number.part and _find_best(number, said, periods) in (VERIFIED, ROUNDED):
            return UNRESOLVED, UNCLEAR
    if verdict == UNRESOLVED:
        return verdict, _say_bound(number) if number.bound else "not published so finely, or only as an interval"
    if verdict in (VERIFIED, ROUNDED) and not _is_of_its_time(sentence.dates, row):
        return STALE, ""
    if verdict in (VERIFIED, ROUNDED) and tie.release and tie.release < row.as_of.isoformat():
        return STALE, f"its link is to the release of {tie.release}"
    return verdict, ""


def _say_bound(number: Number) -> str:
    return f"{number.bound!r} makes this a bound, not the number itself"


def _judge_cited(number: Number, row: Figures) -> str:
    """A number against those of a statement of others: its unit, its digits, and what bound it is."""
    parts = declaration_of(row.figure).renderer.parts
    words = ". ".join(notes.part(row, PartFormat(part=part)) or "" for part in parts)
    said = [one for line in read_sentences(words) for one in line.numbers if one.unit == number.unit]
    verdicts = [(_compare(number, (one.low, one.high), one.step, is_hidden=False), kind_of_bound(one)) for one in said]
    kind, kinds = kind_of_bound(number), {bound for verdict, bound in verdicts if verdict != CONTRADICTED}
    if not kinds or kind in kinds:
        return _best([verdict for verdict, bound in verdicts if bound == kind])
    is_opposite = any(kind in one and kinds & other for one, other in ((_LEAST, _MOST), (_MOST, _LEAST)))
    return CONTRADICTED if is_opposite else UNRESOLVED


def _find_best(number: Number, said: Collection[_Said], periods: Collection[str]) -> str:
    """The best verdict on a number against any of these, in any of these times."""
    verdicts = set()
    for one in said:
        for per in periods if one.unit != PERCENT else ("year",):
            ends = (one.ends[0] / TIMES[per], one.ends[1] / TIMES[per])
            of_share = 0.1 if 0 < ends[0] < 0.95 else 1.0
            finest = of_share if one.unit == PERCENT else unit_of_short(ends[0], tenths=per == "month")
            verdicts.add(_compare(number, ends, finest, is_hidden=one.is_hidden))
    return _best(verdicts)


def _best(verdicts: Collection[str]) -> str:
    return next((one for one in (VERIFIED, ROUNDED, UNRESOLVED) if one in verdicts), CONTRADICTED)


def _compare(number: Number, ends: tuple[float, float], finest: float, *, is_hidden: bool) -> str:
    """The digits of a number against one that is printed to the step `finest`; finer ones must be right, too.

    Of what is hidden behind an interval a number beyond it is wrong, and of one within it nobody can tell.
    """
    if is_hidden and number.low == number.high:
        slack = 0.5 * number.step
        return UNRESOLVED if ends[0] - slack <= number.low <= ends[1] + slack else CONTRADICTED
    off = max(abs(number.low - ends[0]), abs(number.high - ends[1])) - 1e-9
    if off <= 0.5 * min(number.step, finest):
        return VERIFIED
    step = number.step
    while number.is_about and number.low and number.low % (10 * step) == 0:
        step *= 10  # the last zeros of an approximate number are not digits that it states
    is_near = off <= MAX_OFF * abs(ends[0])
    if off <= 0.5 * step and (is_near or (number.unit == PERCENT and step == number.step)):
        return ROUNDED
    return UNRESOLVED if off <= 0.5 * finest else CONTRADICTED


# --- without a tie --------------------------------------------------------------------------------------------


def _place(con: Connection, loose: Sequence[tuple[Number, Sentence]]) -> Iterator[_Found]:
    """Numbers without a tie, with the published figures that the words of their sentences are nearest to."""
    ledger = published_figures(con) if loose else []
    rows = {row.figure: row for row in ledger if row.value is not None and notes.table(row) is None}
    names: dict[str, dict[str, Collection[str]]] = {PERCENT: {}, "": {}}
    for name, row in rows.items():
        unit = PERCENT if unit_of(name) == PERCENT else ""
        names[unit][name] = frozenset(terms_of(f"{row.title} {name.replace('.', ' ')}"))
    placed = {
        number.at: _find_nearest(number, sentence, names[PERCENT if number.unit == PERCENT else ""])
        for number, sentence in loose[:MAX_PLACED]
    }
    others = {name for ids in placed.values() for name in ids} - rows.keys()
    rows |= {row.figure: row for row in read_figures(con, others) if row.value is not None}
    for number, _ in loose:
        nearest = tuple(name for name in placed.get(number.at, ()) if name in rows)
        words = "; ".join(f"{rows[name].title}: {rows[name].value} [{name}]" for name in nearest)
        says = f"{NO_TIE}; nearest: {words}" if words else NO_TIE
        yield number.at, (number.text, UNRESOLVED, None, says, nearest)


def _find_nearest(number: Number, sentence: Sentence, names: Mapping[str, Collection[str]]) -> list[str]:
    """Ids of figures that a number may be of: those whose marker `suggest` proposes, then those with the most words."""
    if len(sentence.text) > MAX_SENTENCE:
        return []
    start, end = number.at - sentence.at, number.end - sentence.at
    meant = [one.figure for one in _suggest(sentence.text) if one.at < end and start < one.at + len(one.text)]
    return [*dict.fromkeys([*meant, *rank_by_words(sentence.text, names, most=MAX_NEAREST)])][:MAX_NEAREST]


@functools.lru_cache(maxsize=MAX_PLACED)
def _suggest(sentence: str) -> list[Claim]:
    return [one for one in find_claims(sentence) if not one.is_name]
