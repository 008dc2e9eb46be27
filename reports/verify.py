"""Verify the numbers of a text that are tied to figures.

A tie connects a number with a figure. A marker or a link to a figure ties the numbers inside it. An id of a figure, or
a link on words without numbers, ties a number beside it or a number before the brackets in which it stands. Other words
never tie a number. docs/mcp.md explains the verdicts. Numbers in code, comments and addresses are ignored.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reports.cells.cell import Number as PublishedNumber
from reports.cells.cell import numbers_of
from reports.figures.addresses import KINDS, AddressError
from reports.figures.catalogue import KNOWN, declaration_of, find_id
from reports.figures.query import Connection
from reports.guide.desk import is_sample, read_figures, read_sources
from reports.guide.markers import Scan, Span, Tag, find_part_fault, scan_tags
from reports.guide.numbers_in_text import INTERVAL, PERCENT, Number, Sentence, read_sentences
from reports.guide.quiet import HIDDEN, blank_markup, fill
from reports.guide.render import Edition, read_words
from reports.guide.words import UNKNOWN
from reports.wording import notes
from reports.wording.numbers import unit_of_short
from reports.wording.parts import PartFormat
from transforms.records.vocabulary import PER_YEAR
from warehouse.mart_tables import Figures
from warehouse.marts.printing import PLATFORMS, POINT, SAYS

VERIFIED, ROUNDED, STALE, CONTRADICTED = "verified", "rounded", "stale", "contradicted"
NO_FIGURE, UNRESOLVED = "no figure", "unresolved"
VERDICTS = (VERIFIED, ROUNDED, STALE, CONTRADICTED, NO_FIGURE, UNRESOLVED)
"""The possible verdicts on a number, which docs/mcp.md explains."""
AS_PUBLISHED = (VERIFIED, ROUNDED)
MAX_OFF = 0.05
"""The largest rounding of a sum of money, as a fraction of the published value."""
NO_TIE = "tied to no figure"
UNCLEAR = "unclear: which part of the band, which period, or whether more or less is meant"
MAX_NAMES = 200
"""The most figure names looked up in one text. Finding the hint for an unknown name takes some milliseconds."""
TOO_MANY = f"the text names more than {MAX_NAMES} figures: verify it in pieces"


@dataclass(frozen=True)
class Finding:
    """A number in a text with its verdict. `says` is what the figure says, or what the text must add."""

    line: int
    text: str
    verdict: str
    figure: str | None
    says: str


_Verdict = tuple[str, str, str | None, str]
"""A finding without its line: (text, verdict, figure, says)."""


def verify_text(con: Connection, raw: bytes, *, is_html: bool = False) -> list[Finding]:
    """Return a verdict on every number of a text, in order."""
    scan = scan_tags(raw, is_html)
    prose, ties = read_ties(scan)
    rows = {row.figure: row for row in read_figures(con, {tie.figure for tie in ties if tie.figure})}
    found = dict(_judge_marked(con, scan, ties, rows))
    for sentence in read_sentences(prose):
        found |= {number.at: (number.text, UNRESOLVED, None, NO_TIE) for number in sentence.numbers}
        ends = (sentence.at, sentence.at + len(sentence.text))
        first, last = (bisect.bisect_left(ties, at, key=lambda tie: tie.start) for at in ends)
        for tie, numbers in tie_numbers(prose, sentence, ties[first:last]):
            found |= _judge_tied(prose, numbers, sentence, tie, rows.get(tie.figure or ""))
    return [Finding(scan.line_of(at), *found[at]) for at in sorted(found)]


# --- ties -------------------------------------------------------------------------------------------------------

_KINDS = sorted({*KINDS, *(name.partition(".")[0] for name in KNOWN)})
_ID = rf"(?:{'|'.join(_KINDS)})(?:\.\w{{1,100}}){{1,8}}"
_ID_IN_TEXT = re.compile(rf"(?<![\w./@#-]){_ID}(?![\w/@(-])")
_TARGET = re.compile(
    rf"(?:(?:^|/)(?:f/(?P<page>{_ID})\.html|figures/(?:(?P<release>\d{{4}}-\d\d-\d\d)(?:\.\d+)?/)?"
    rf"(?P<file>{_ID})\.(?:json|csv|svg))(?:[?#]\S*)?|(?:^|#)(?P<id>{_ID}))$"
)
_LINK = re.compile(
    r"\[(?P<words>[^\[\]]{1,1000})\]\([ \t]*<?(?P<href>[^()\s<>]{1,1000})>?(?:\s+\"[^\"\n]{0,200}\")?[ \t]*\)"
    r"|<a\s[^<>]{0,1000}?\bhref\s*=\s*[\"'](?P<ref>[^\"'<>]{1,1000})[\"'][^<>]{0,1000}>(?P<in>[\s\S]{0,1000}?)</a\s*>"
    r"|(?P<url>https?://[^\s<>()\[\]\"'`]{1,1000})",
    re.I,
)


@dataclass(frozen=True)
class Tie:
    """The name of a figure at text[start:end]."""

    start: int
    end: int
    figure: str | None  # its id, or `fault` says what is wrong with the name
    holds: bool = False  # whether the numbers are inside the tie, not beside it
    release: str | None = None  # the day in a link to a dated file
    span: Span | None = None  # the content of a marker, which is not part of the prose
    fault: str = ""


def read_ties(scan: Scan) -> tuple[str, list[Tie]]:
    """Return the prose of a text, and its ties in order. All offsets in the prose are those of the text."""
    text, spans = scan.text, scan.spans
    prose = blank_markup(scan)
    hidden = sorted([*scan.skipped, *((span.marker.start, span.after) for span in spans)])
    named = [
        Tie(span.start, span.end, span.marker.figure, holds=True, span=span) for span in spans if span.marker.figure
    ]
    named += _find_links(text, prose, hidden)
    for offsets in hidden:
        fill(prose, offsets, HIDDEN)
    named += _find_ids(text, prose, hidden)
    names = dict.fromkeys(tie.figure or "" for tie in named)
    found = {name: _find(name) for name in itertools.islice(names, MAX_NAMES)}
    ties = [replace(tie, **found.get(tie.figure or "", {"figure": None, "fault": TOO_MANY})) for tie in named]
    return "".join(prose), sorted(ties, key=lambda tie: (tie.start, tie.end))


def _find_hidden(at: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    i = bisect.bisect_right(spans, at, key=lambda span: span[0]) - 1
    return spans[i] if i >= 0 and at < spans[i][1] else None


def _find_links(text: str, prose: list[str], hidden: Sequence[tuple[int, int]]) -> Iterator[Tie]:
    for hit in _LINK.finditer(text):
        if _find_hidden(hit.start(), hidden):
            continue
        group = "words" if hit["words"] else "in" if hit["ref"] else "url"
        start, end = hit.span(group)
        target = _TARGET.search(hit["href"] or hit["ref"] or hit["url"].rstrip(".,;:"))
        holds = group != "url" and bool(re.search(r"\d", re.sub(_ID, "", hit[group])))
        fill(prose, (hit.start(), start), " ")
        fill(prose, (end, hit.end()), " ")
        if group == "url" or (target and not holds):
            fill(prose, (start, end), HIDDEN)
        if target:
            name = target["page"] or target["file"] or target["id"]
            yield Tie(*((start, end) if holds else hit.span()), name, holds=holds, release=target["release"])


def _find_ids(text: str, prose: list[str], hidden: Sequence[tuple[int, int]]) -> Iterator[Tie]:
    for hit in _ID_IN_TEXT.finditer(text):
        span = _find_hidden(hit.start(), hidden) or hit.span()
        is_prose = "".join(prose[hit.start() : hit.end()]) == hit[0]
        if is_prose or (text[span[0]] == "`" and text[slice(*span)].strip("` ") == hit[0]):
            fill(prose, span, HIDDEN)
            yield Tie(*span, hit[0])


def _find(name: str) -> dict[str, Any]:
    try:
        return {"figure": find_id(name), "fault": ""}
    except AddressError as error:
        return {"figure": None, "fault": str(error)}


_TOGETHER = re.compile(r"(?:[\s\0,;&/]|and\b)*+")
_BESIDE = re.compile(r"[\s,:=(\[–—\"'`-]*+(?:(?:is|was)\b[\s\"'`]*+)?")
_MAX_BRACKET = 300
_OPEN_BRACKET = re.compile(rf"[(\[][^()\[\]]{{0,{_MAX_BRACKET}}}$")
_NEITHER = re.compile(r"\d+(?:st|nd|rd|th|[A-Zx])")
"""Digits with letters that are neither a share nor a sum: "3rd", "5G"."""


def tie_numbers(prose: str, sentence: Sentence, ties: Sequence[Tie]) -> Iterator[tuple[Tie, list[Number]]]:
    """Yield each tie of a sentence with the numbers that may belong to it; the last of these is the tied number."""
    numbers = [number for number in sentence.numbers if not _NEITHER.fullmatch(number.text)]
    free = sentence.at

    def between(start: int, end: int) -> list[Number]:
        return numbers[slice(*(bisect.bisect_left(numbers, at, key=lambda number: number.at) for at in (start, end)))]

    for i, tie in enumerate(ties):
        following = ties[i + 1].start if i + 1 < len(ties) else sentence.at + len(sentence.text)
        before, within, behind = between(free, tie.start), between(tie.start, tie.end), between(tie.end, following)
        free, chosen = tie.end, list[Number]()
        if tie.holds:
            chosen = within if len(within) == 1 else _fitting(within, tie)
        elif any(_are_together(prose, *pair) for pair in itertools.pairwise(ties[max(i - 1, 0) : i + 2])):
            continue
        elif before:
            chosen = _choose_before(prose, before, tie)
        elif behind and _BESIDE.fullmatch(prose, tie.end, behind[0].at):
            chosen, free = behind[:1], behind[0].end
        if chosen:
            yield tie, chosen


def _choose_before(prose: str, before: Sequence[Number], tie: Tie) -> list[Number]:
    if _BESIDE.fullmatch(prose, before[-1].end, tie.start):
        return [*_fitting(before[:-1], tie), before[-1]]
    in_brackets = _OPEN_BRACKET.search(prose, max(0, tie.start - _MAX_BRACKET), tie.start)
    return _fitting(before, tie) if in_brackets else []


def _are_together(prose: str, tie: Tie, following: Tie) -> bool:
    return tie.figure != following.figure and bool(_TOGETHER.fullmatch(prose, tie.end, following.start))


def _short_unit(unit: str) -> str:
    return PERCENT if unit.startswith("share of") else unit[:3] if re.match(r"[A-Z]{3}\b", unit) else ""


def _fitting(numbers: Sequence[Number], tie: Tie) -> list[Number]:
    unit = _short_unit(declaration_of(tie.figure).unit) if tie.figure else ""
    return [
        number
        for number in numbers
        if not unit or number.unit == UNKNOWN or (number.unit and (number.unit == PERCENT) == (unit == PERCENT))
    ]


# --- verdicts ---------------------------------------------------------------------------------------------------


def _judge_marked(
    con: Connection, scan: Scan, ties: Sequence[Tie], rows: Mapping[str, Figures]
) -> Iterator[tuple[int, _Verdict]]:
    spans = {
        tie.start: replace(tie.span, marker=replace(tie.span.marker, figure=tie.figure))
        for tie in ties
        if tie.span and tie.figure in rows
    }
    blocks = [span for span in scan.spans if span.marker.block]
    known = replace(scan, spans=sorted([*blocks, *spans.values()], key=lambda span: span.start))
    edition = Edition(scan=known, ledger=rows, sources=read_sources(con), is_sample=is_sample(con))
    for tie in ties:
        words, row = read_words(scan.text[tie.start : tie.end]), rows.get(tie.figure or "")
        if tie.span is None or not re.search(r"\d", words):
            continue
        verdict, says = NO_FIGURE, _say_missing(tie, row)
        if row is not None and row.value is not None:
            span = spans[tie.start]
            verdict, says = _judge_marker(span.marker, words, read_words(edition.content_of(span)), row)
        yield tie.start, (words, verdict, tie.figure, says)


def _judge_marker(marker: Tag, words: str, printed: str, row: Figures) -> tuple[str, str]:
    given, says = marker.options, _say(row)
    if fault := marker.problem or find_part_fault(declaration_of(row.figure), marker.wanted):
        return UNRESOLVED, f"its marker has an error: {fault}"
    if printed == given.get("else") or re.search(r"\d", f"{given.get('template')}{given.get('mark')}"):
        return UNRESOLVED, "its marker prints the editor's own words"
    if words != printed and _read_all(words) != _read_all(printed):
        return CONTRADICTED, f"its marker prints {printed}; {says}"
    return STALE if row.status == "stale" else VERIFIED, says


def _read_all(words: str) -> list[tuple[float, float, str, str | None, str | None]]:
    return [(number.low, number.high, number.unit, number.per, number.bound) for number in _read_numbers(words)]


def _read_numbers(words: str) -> list[Number]:
    return [number for sentence in read_sentences(words) for number in sentence.numbers]


def _judge_tied(
    prose: str, numbers: Sequence[Number], sentence: Sentence, tie: Tie, row: Figures | None
) -> Iterator[tuple[int, _Verdict]]:
    """Yield the verdict on the last number of a tie, with the number's offset.

    If the last number is an interval, also yield the verdict on the number before. A number is not contradicted if
    another number of the tie is as published.
    """
    judged = [_judge(number, sentence, tie, row) for number in numbers]
    is_right = any(verdict in (*AS_PUBLISHED, STALE) for verdict, _ in judged)
    n_tied = 2 if len(numbers) > 1 and _is_interval(prose, *numbers[-2:]) else 1
    for number, (verdict, missing) in [*zip(numbers, judged, strict=True)][-n_tied:]:
        if verdict == CONTRADICTED and is_right:
            verdict, missing = UNRESOLVED, "not as published, but another number here is"  # noqa: PLW2901
        yield number.at, (number.text, verdict, tie.figure, "; ".join(filter(None, (missing, _say(row)))))


def _is_interval(prose: str, number: Number, following: Number) -> bool:
    between = prose[number.end : following.at]
    is_named = following.part == INTERVAL or re.fullmatch(r"[\s*,]*[(\[]\s*", between)
    return bool(number.low == number.high and following.low < following.high and is_named)


def _say_missing(tie: Tie, row: Figures | None) -> str:
    return f"withheld: {row.reason}" if row else tie.fault or "no figure of that name is published"


def _say(row: Figures | None) -> str:
    if row is None or row.value is None:
        return ""
    n = [f"n = {notes.strength(row)}"] if row.n_jobs is not None else []
    return ", ".join([row.value, notes.describe_period(row), *n])


def _judge(number: Number, sentence: Sentence, tie: Tie, row: Figures | None) -> tuple[str, str]:
    if row is None or row.value is None:
        return NO_FIGURE, _say_missing(tie, row)
    if unclear := _find_unclear(number, row):
        return UNRESOLVED, unclear
    verdict = _compare_with_figure(number, row)
    if verdict is None:
        return UNRESOLVED, UNCLEAR
    if verdict in AS_PUBLISHED and not _is_of_its_time(sentence.dates, row):
        return STALE, ""
    if verdict in AS_PUBLISHED and tie.release and tie.release < row.as_of.isoformat():
        return STALE, f"its link is to the release of {tie.release}"
    return verdict, "published with fewer digits, or only as an interval" if verdict == UNRESOLVED else ""


def _find_unclear(number: Number, row: Figures) -> str:
    if number.unit == UNKNOWN:
        return "a number in a form that cannot be read"
    if row.kind == "cited":
        return UNCLEAR if number.part == UNKNOWN else ""
    unit = _short_unit(declaration_of(row.figure).unit)
    if number.bound:
        return f"{number.bound!r} beside it changes its meaning"
    if len(notes.rows_of(row)) != 1 or not unit:
        return "unclear: which number of the figure is meant"
    if number.unit == "" and unit != PERCENT:
        return "it has no currency"
    return UNCLEAR if number.part == UNKNOWN or (number.per == UNKNOWN and number.unit != PERCENT) else ""


def _is_of_its_time(dates: Sequence[tuple[int, int | None]], row: Figures) -> bool:
    """Whether the dates in a text fall in a figure's reference period; beside a stale figure there must be a date."""
    if not dates or row.kind == "cited":
        return row.status != "stale"
    last = row.period_to or row.as_of
    first = row.period_from or last
    ends = ((first.year, first.month), (last.year, last.month))
    return all((year, month or 1) <= ends[1] and ends[0] <= (year, month or 12) for year, month in dates)


# --- comparing with what is published -----------------------------------------------------------------------------


def _compare_with_figure(number: Number, row: Figures) -> str | None:
    """Return the best verdict on a number; None if it is right only for a part that the text does not name."""
    parts = {number.part or "value", *([INTERVAL] if number.unit == PERCENT and number.low != number.high else [])}
    published = [said for said in _list_published(row) if said.unit == number.unit]
    alike = [
        said
        for said in published
        if said.part in parts and said.bound == number.bound and said.per in (None, number.per or "year")
    ]
    verdict = _best(number, alike)
    if verdict != CONTRADICTED:
        return verdict
    if row.kind != "cited":
        published = [] if number.part else [said for said in published if said.per in (None, number.per or said.per)]
    return None if _best(number, published) in AS_PUBLISHED else verdict


def _list_published(row: Figures) -> Iterator[Number]:
    """Yield every number that a figure states, with its printed precision. The main answer is the part "value"."""
    if row.kind == "cited":
        parts = declaration_of(row.figure).renderer.parts
        statement = ". ".join(notes.part(row, PartFormat(part=part)) or "" for part in parts)
        yield from (replace(number, part=number.part or "value") for number in _read_numbers(statement))
        return
    head = notes.rows_of(row)[0]
    numbers = numbers_of(head)
    readings = head["platforms"] if head.get("form") == PLATFORMS else ()
    for name, number in (*numbers.items(), *(("share", numbers_of(reading)["share"]) for reading in readings)):
        unit = _short_unit(number.unit)
        periods: list[tuple[str | None, float]] = [(None, 0.01)] if unit == PERCENT else [*PER_YEAR.items()]
        for (part, first, last), (per, divisor) in itertools.product(_list_parts(name, number, numbers), periods):
            low, high = first / divisor, last / divisor
            step = unit_of_short(low, tenths=per == "month") if per else 0.1 if 0 < low < 0.95 else 1.0
            is_hidden = number.form != POINT and part != INTERVAL
            yield Number(
                at=0, end=0, text="", unit=unit, low=low, high=high, step=step, per=per, part=part, is_hidden=is_hidden
            )


def _list_parts(
    name: str, number: PublishedNumber, numbers: Mapping[str, PublishedNumber]
) -> Iterator[tuple[str, float, float]]:
    """Yield each name under which a text may state a published number, with both ends of the range it names."""
    if number.form == SAYS:
        return
    known = number.known or (0.0, 0.0)
    yield name.removeprefix("local_"), *known
    if name == "share" or (name == "median" and "low" not in numbers):
        yield "value", *known
    if number.ends is not None:
        yield INTERVAL, *number.ends
    upper = numbers.get(name.replace("low", "high")) if name in ("low", "local_low") else None
    if upper and number.value is not None and upper.value is not None:
        yield "value", number.value, upper.value


def _best(number: Number, published: Sequence[Number]) -> str:
    verdicts = (_compare(number, said) for said in published)
    return min(verdicts, key=(VERIFIED, ROUNDED, UNRESOLVED, CONTRADICTED).index, default=CONTRADICTED)


def _compare(number: Number, said: Number) -> str:
    """Compare a number with a published number. Digits beyond the published digits must agree with the exact value.

    If only an interval is published, a number outside is wrong and a number inside cannot be judged.
    """
    if said.is_hidden and number.low == number.high:
        slack = 0.5 * number.step
        return UNRESOLVED if said.low - slack <= number.low <= said.high + slack else CONTRADICTED
    off = max(abs(number.low - said.low), abs(number.high - said.high)) - 1e-9
    if off <= 0.5 * min(number.step, said.step):
        return VERIFIED
    if off <= 0.5 * number.step and (number.unit == PERCENT or off <= MAX_OFF * abs(said.low)):
        return ROUNDED
    return UNRESOLVED if off <= 0.5 * said.step else CONTRADICTED
