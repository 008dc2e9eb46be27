"""Whether the numbers of a text that are tied to figures are what is published. Words never tie a number.

A marker and a link to a figure hold the numbers that stand in them; an id, or a link on other words, is beside a number
or in brackets behind it. docs/mcp.md says what each verdict means. Code, comments and addresses have no numbers.
"""

from __future__ import annotations

import bisect
import functools
import html
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from reports.cells.cell import numbers_of
from reports.figures.addresses import KINDS, AddressError
from reports.figures.catalogue import KNOWN, declaration_of, find_id
from reports.figures.query import Connection
from reports.guide.desk import is_sample, read_figures, read_sources
from reports.guide.markers import Span, decode, find_part_fault, line_finder, pair, scan_tags
from reports.guide.numbers_in_text import INTERVAL, PERCENT, Number, Sentence, read_sentences
from reports.guide.render import BREAK, Edition, read_words
from reports.guide.words import UNKNOWN
from reports.wording import notes
from reports.wording.numbers import unit_of_short
from reports.wording.parts import PartFormat
from transforms.records.vocabulary import PER_YEAR
from warehouse.mart_tables import Figures
from warehouse.marts.printing import POINT

VERIFIED, ROUNDED, STALE, CONTRADICTED = "verified", "rounded", "stale", "contradicted"
NO_FIGURE, UNRESOLVED = "no figure", "unresolved"
VERDICTS = (VERIFIED, ROUNDED, STALE, CONTRADICTED, NO_FIGURE, UNRESOLVED)
"""As published; as published when it is rounded so far; published, but of long ago or of another time than the text
says; another number is published; its figure is withheld or does not exist; and tied to no figure, or not said clearly
enough to tell. What a text says of the time of a stale figure, with that time, is as published."""
MAX_OFF = 0.05
"""How far a sum may be rounded: a twentieth of what is published."""
NO_TIE = "tied to no figure"
UNCLEAR = "not said clearly: which part of the band, per month or per year, or more or less than that"
MAX_NAMES = 200
"""Most names of figures looked up in a text: an unknown name costs some milliseconds, to find its hint."""
TOO_MANY = f"the text names more than {MAX_NAMES} figures: verify it in pieces"


@dataclass(frozen=True)
class Finding:
    """A number of a text on a line, its verdict, the figure it is tied to, and what that says or what is missing."""

    line: int
    text: str
    verdict: str
    figure: str | None
    says: str


_Verdict = tuple[str, str, str | None, str]
_Found = tuple[int, _Verdict]
"""An offset, and a finding without its line."""


def verify_text(con: Connection, raw: bytes, *, is_html: bool = False) -> list[Finding]:
    """Every number of a text with its verdict, in order."""
    tied = read_ties(raw, is_html=is_html)
    rows = {row.figure: row for row in read_figures(con, {tie.figure for tie in tied.ties if tie.figure})}
    found = list(_judge_marked(con, tied, rows, is_html=is_html))
    starts = [tie.start for tie in tied.ties]
    for sentence in read_sentences(tied.prose):
        first, last = (bisect.bisect_left(starts, at) for at in (sentence.at, sentence.at + len(sentence.text)))
        verdicts: dict[int, _Verdict] = {one.at: (one.text, UNRESOLVED, None, NO_TIE) for one in sentence.numbers}
        for tie, numbers in tie_numbers(tied.prose, sentence, tied.ties[first:last]):
            verdicts |= _judge_tied(tied.prose, numbers, sentence, tie, rows.get(tie.figure or ""))
        found += verdicts.items()
    line_of = line_finder(tied.text)
    return [Finding(line_of(at), *rest) for at, rest in sorted(found, key=lambda one: one[0])]


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
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,30});", re.I)
_CELL = re.compile(r"\||</?t[dh]\b", re.I)
_MARKS = str.maketrans("*|\r\n", " \t  ")
"""Emphasis, cells and ends of lines that end no sentence, and what stands for them so that offsets stay."""
_NO_PROSE = "\0"


@dataclass(frozen=True)
class Tie:
    """A name of a figure at text[start:end]: `figure`, or what is wrong with the name (`fault`).

    `holds` says that numbers stand in it; else it is beside one. `release` is the day of a link to a dated file,
    `span` what stands between markers, which is no prose.
    """

    start: int
    end: int
    figure: str | None
    fault: str
    holds: bool
    release: str | None = None
    span: Span | None = None


@dataclass(frozen=True, kw_only=True)
class TiedText:
    """A text, its blocks between markers, its prose (offsets are those of the text), and its ties in order."""

    text: str
    blocks: Sequence[Span]
    prose: str
    ties: Sequence[Tie]


def read_ties(raw: bytes, *, is_html: bool) -> TiedText:
    """Take a text apart into prose and ties."""
    text = decode(raw, is_html).text
    scan = scan_tags(text, is_html)
    spans = pair(scan.tags)[0]
    prose = list(_ENTITY.sub(_stand_in, text.translate(_MARKS)))
    for tag in scan.tags:
        _fill(prose, (tag.start, tag.end), " ")
    for hit in BREAK.finditer(text):
        prose[hit.start()] = "\t" if _CELL.match(text, hit.start()) else "\n"
    hidden = sorted([*scan.skipped, *((span.marker.start, span.after) for span in spans)])
    marked = {span.start: span for span in spans if span.marker.figure}
    names: list[_Name] = [(span.start, span.end, span.marker.figure or "", True, None) for span in marked.values()]
    names += _find_links(text, prose, hidden)
    for span in hidden:
        _fill(prose, span, _NO_PROSE)
    names += _find_ids(text, prose, hidden)
    known = {name: _find(name) for name in [*dict.fromkeys(name for _, _, name, _, _ in names)][:MAX_NAMES]}
    ties = [
        Tie(start, end, *known.get(name, (None, TOO_MANY)), holds, release, marked.get(start))
        for start, end, name, holds, release in sorted(names, key=lambda one: one[:2])
    ]
    return TiedText(text=text, blocks=[one for one in spans if one.marker.block], prose="".join(prose), ties=ties)


_Name = tuple[int, int, str, bool, str | None]
"""Where a name of a figure stands, the name, whether numbers stand in it, and the day of a link to a release."""


def _stand_in(entity: re.Match[str]) -> str:
    """The character of an entity in as many characters."""
    word = html.unescape(entity[0])
    return (word if len(word) == 1 else " ").ljust(len(entity[0]))


def _fill(prose: list[str], span: tuple[int, int], filler: str) -> None:
    prose[span[0] : span[1]] = filler * (span[1] - span[0])


def _find_hidden(at: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The span, of some in order, that an offset is in."""
    i = bisect.bisect_right(spans, at, key=lambda span: span[0]) - 1
    return spans[i] if i >= 0 and at < spans[i][1] else None


def _find_links(text: str, prose: list[str], hidden: Sequence[tuple[int, int]]) -> Iterator[_Name]:
    """Links to figures and addresses of them; no address is prose."""
    for hit in _LINK.finditer(text):
        if _find_hidden(hit.start(), hidden):
            continue
        group = "words" if hit["words"] else "in" if hit["ref"] else "url"
        start, end = hit.span(group)
        target = _TARGET.search(hit["href"] or hit["ref"] or hit["url"].rstrip(".,;:"))
        holds = group != "url" and bool(re.search(r"\d", re.sub(_ID, "", hit[group])))
        _fill(prose, (hit.start(), start), " ")
        _fill(prose, (end, hit.end()), " ")
        if group == "url" or (target and not holds):
            _fill(prose, (start, end), _NO_PROSE)
        if target:
            name = target["page"] or target["file"] or target["id"]
            yield *((start, end) if holds else hit.span()), name, holds, target["release"]


def _find_ids(text: str, prose: list[str], hidden: Sequence[tuple[int, int]]) -> Iterator[_Name]:
    """Ids in prose, and in code spans that have nothing else."""
    for hit in _ID_IN_TEXT.finditer(text):
        span = _find_hidden(hit.start(), hidden) or hit.span()
        is_prose = "".join(prose[hit.start() : hit.end()]) == hit[0]
        if is_prose or (text[span[0]] == "`" and text[slice(*span)].strip("` ") == hit[0]):
            _fill(prose, span, _NO_PROSE)
            yield *span, hit[0], False, None


@functools.lru_cache(maxsize=1_024)
def _find(name: str) -> tuple[str | None, str]:
    """The figure of a name, or what is wrong with it."""
    try:
        return find_id(name), ""
    except AddressError as error:
        return None, str(error)


_TOGETHER = re.compile(r"(?:[\s\0,;&/]|and\b)*+")
_BESIDE = re.compile(r"[\s,:=(\[–—\"'`-]*+(?:(?:is|was)\b[\s\"'`]*+)?")
_MAX_BRACKET = 300
_OPEN_BRACKET = re.compile(rf"[(\[][^()\[\]]{{0,{_MAX_BRACKET}}}$")
_NEITHER = re.compile(r"\d+(?:st|nd|rd|th|[A-Zx])")
"""Digits with letters that are no share and no sum: "3rd", "5G"."""


def tie_numbers(prose: str, sentence: Sentence, ties: Sequence[Tie]) -> Iterator[tuple[Tie, list[Number]]]:
    """The ties of a sentence, each with the numbers that it may be of, the last of which it stands for."""
    numbers = [one for one in sentence.numbers if not _NEITHER.fullmatch(one.text)]
    ats, free = [one.at for one in numbers], sentence.at

    def between(start: int, end: int) -> list[Number]:
        return numbers[bisect.bisect_left(ats, start) : bisect.bisect_left(ats, end)]

    for i, tie in enumerate(ties):
        following = ties[i + 1].start if i + 1 < len(ties) else sentence.at + len(sentence.text)
        before, within, behind = between(free, tie.start), between(tie.start, tie.end), between(tie.end, following)
        free, chosen = tie.end, list[Number]()
        if tie.holds:
            chosen = within if len(within) == 1 else [one for one in within if _fits(one, tie)]
        elif any(_is_another(prose, *two) for two in itertools.pairwise(ties[max(i - 1, 0) : i + 2])):
            continue
        elif before and _BESIDE.fullmatch(prose, before[-1].end, tie.start):
            chosen = [*(one for one in before[:-1] if _fits(one, tie)), before[-1]]
        elif before and _OPEN_BRACKET.search(prose, max(0, tie.start - _MAX_BRACKET), tie.start):
            chosen = [one for one in before if _fits(one, tie)]
        elif not before and behind and _BESIDE.fullmatch(prose, tie.end, behind[0].at):
            chosen, free = behind[:1], behind[0].end
        if chosen:
            yield tie, chosen


def _is_another(prose: str, tie: Tie, following: Tie) -> bool:
    """Whether two names of different figures stand together: nobody can tell whose number is beside them."""
    return tie.figure != following.figure and bool(_TOGETHER.fullmatch(prose, tie.end, following.start))


def _unit_of(figure: str) -> str:
    return _short_unit(declaration_of(figure).unit)


def _short_unit(unit: str) -> str:
    """The unit in which numbers of a text are said: "%", a currency, or "" for others."""
    return PERCENT if unit.startswith("share of") else unit[:3] if re.match(r"[A-Z]{3}\b", unit) else ""


def _fits(number: Number, tie: Tie) -> bool:
    """Whether a number may be in the unit of the figure: per cent, or money of whatever currency."""
    unit = _unit_of(tie.figure) if tie.figure else ""
    is_share = number.unit == PERCENT
    return not unit or number.unit == UNKNOWN or (is_share if unit == PERCENT else number.unit != "" and not is_share)


# --- verdicts ---------------------------------------------------------------------------------------------------


def _judge_marked(con: Connection, tied: TiedText, rows: Mapping[str, Figures], *, is_html: bool) -> Iterator[_Found]:
    """What stands between the markers of a figure, held against what a refresh would put there."""
    spans = {
        tie.start: replace(tie.span, marker=replace(tie.span.marker, figure=tie.figure))
        for tie in tied.ties
        if tie.span and tie.figure in rows
    }
    order = sorted([*tied.blocks, *spans.values()], key=lambda span: span.start)
    edition = Edition(
        text=tied.text, spans=order, ledger=rows, is_html=is_html, sources=read_sources(con), is_sample=is_sample(con)
    )  # fmt: skip
    for tie in tied.ties:
        words, row = read_words(tied.text[tie.start : tie.end]), rows.get(tie.figure or "")
        if tie.span is None or not re.search(r"\d", words):
            continue
        if row is None or row.value is None:
            yield tie.start, (words, NO_FIGURE, tie.figure, _say_missing(tie, row))
            continue
        marker, printed = tie.span.marker, read_words(edition.content_of(spans[tie.start]))
        given, verdict, says = marker.options, STALE if row.status == "stale" else VERIFIED, _say(row)
        if fault := marker.problem or find_part_fault(declaration_of(row.figure), marker.wanted):
            verdict, says = UNRESOLVED, f"its marker is not in order: {fault}"
        elif printed == given.get("else") or re.search(r"\d", f"{given.get('template')}{given.get('mark')}"):
            verdict, says = UNRESOLVED, "its marker prints words of its own"
        elif words != printed and _read_all(words) != _read_all(printed):
            verdict, says = CONTRADICTED, f"its marker prints {printed}; {says}"
        yield tie.start, (words, verdict, tie.figure, says)


def _read_all(words: str) -> list[tuple[float, float, str, str | None, str | None]]:
    """All that is said by the numbers of a text."""
    numbers = [one for sentence in read_sentences(words) for one in sentence.numbers]
    return [(one.low, one.high, one.unit, one.per, one.bound) for one in numbers]


def _judge_tied(
    prose: str, numbers: Sequence[Number], sentence: Sentence, tie: Tie, row: Figures | None
) -> Iterator[_Found]:
    """The last number of a tie, and one whose interval that is; where another is the figure's, none is wrong."""
    judged = [_judge(number, sentence, tie, row) for number in numbers]
    is_right = any(verdict in (VERIFIED, ROUNDED, STALE) for verdict, _ in judged)
    n_tied = 2 if len(numbers) > 1 and _is_interval(prose, *numbers[-2:]) else 1
    for number, (verdict, missing) in [*zip(numbers, judged, strict=True)][-n_tied:]:
        if verdict == CONTRADICTED and is_right:
            verdict, missing = UNRESOLVED, "not as published; another number here is the figure's"  # noqa: PLW2901
        yield number.at, (number.text, verdict, tie.figure, "; ".join(filter(None, (missing, _say(row)))))


def _is_interval(prose: str, number: Number, following: Number) -> bool:
    """Whether a number is followed by its interval and nothing else."""
    between = prose[number.end : following.at]
    is_named = following.part == INTERVAL or re.fullmatch(r"[\s*,]*[(\[]\s*", between)
    return bool(number.low == number.high and following.low < following.high and is_named)


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


class _Said(NamedTuple):
    """A number that a figure says, printed to the step `finest`, or only as an interval (`is_hidden`)."""

    unit: str
    part: str
    low: float
    high: float
    finest: float
    per: str | None = None
    bound: str | None = None
    is_hidden: bool = False


def _list_said(row: Figures) -> Iterator[_Said]:
    """All numbers of a figure, its first answer as the part "value"."""
    if row.kind == "cited":
        parts = declaration_of(row.figure).renderer.parts
        statement = ". ".join(notes.part(row, PartFormat(part=part)) or "" for part in parts)
        for one in (number for sentence in read_sentences(statement) for number in sentence.numbers):
            yield _Said(one.unit, one.part or "value", one.low, one.high, one.step, bound=one.bound)
        return
    numbers = numbers_of(notes.rows_of(row)[0])
    for name, number in numbers.items():
        low, high = number.low or 0, number.high or 0
        value = (low, high) if number.value is None else (number.value, number.value)
        parts_of = [(name.removeprefix("local_"), *value)]
        if name == "share" or (name == "median" and "low" not in numbers):
            parts_of.append(("value", *value))
        if number.low is not None:
            parts_of.append((INTERVAL, low, high))
        other = numbers.get(name.replace("low", "high")) if name in ("low", "local_low") else None
        if other and number.value is not None and other.value is not None:
            parts_of.append(("value", number.value, other.value))
        unit = _short_unit(number.unit)
        times: list[tuple[str | None, float]] = [(None, 0.01)] if unit == PERCENT else [*PER_YEAR.items()]
        for (part, first, last), (per, divisor) in itertools.product(parts_of, times):
            ends = (first / divisor, last / divisor)
            of_share = 0.1 if 0 < ends[0] < 0.95 else 1.0
            finest = unit_of_short(ends[0], tenths=per == "month") if per else of_share
            is_hidden = number.form != POINT and part != INTERVAL
            yield _Said(unit, part, *ends, finest, per=per, is_hidden=is_hidden)


def _judge(number: Number, sentence: Sentence, tie: Tie, row: Figures | None) -> tuple[str, str]:
    """A number against its figure; and what is missing where that cannot be told."""
    if row is None or row.value is None:
        return NO_FIGURE, _say_missing(tie, row)
    unit, is_cited, is_share = _unit_of(row.figure), row.kind == "cited", number.unit == PERCENT
    per = None if is_share or is_cited else number.per
    for is_unclear, what in (
        (number.unit == UNKNOWN, "not a number in a form that is known"),
        (number.bound and not is_cited, f"{number.bound!r} beside it makes it another number"),
        (not is_cited and (len(notes.rows_of(row)) != 1 or not unit), "not said: which number of the figure it is"),
        (not is_cited and number.unit == "" and unit != PERCENT, "not said: in which money"),
        (UNKNOWN in (number.part, per), UNCLEAR),
    ):
        if is_unclear:
            return UNRESOLVED, what
    parts = {number.part or "value", *([INTERVAL] if is_share and number.low != number.high else [])}
    said = [one for one in _list_said(row) if one.unit == number.unit]
    alike = [
        one for one in said if one.part in parts and one.bound == number.bound and one.per in (None, per or "year")
    ]
    others = [one for one in said if is_cited or (not number.part and per in (None, one.per))]
    verdict = _best(number, alike)
    if verdict == CONTRADICTED and _best(number, others) in (VERIFIED, ROUNDED):
        return UNRESOLVED, UNCLEAR
    if verdict in (VERIFIED, ROUNDED) and not _is_of_its_time(sentence.dates, row):
        return STALE, ""
    if verdict in (VERIFIED, ROUNDED) and tie.release and tie.release < row.as_of.isoformat():
        return STALE, f"its link is to the release of {tie.release}"
    return verdict, "not published so finely, or only as an interval" if verdict == UNRESOLVED else ""


def _best(number: Number, said: Sequence[_Said]) -> str:
    verdicts = (_compare(number, one) for one in said)
    return min(verdicts, key=(VERIFIED, ROUNDED, UNRESOLVED, CONTRADICTED).index, default=CONTRADICTED)


def _compare(number: Number, said: _Said) -> str:
    """The digits of a number against those that a figure says; finer ones than are printed must be right, too.

    Of what is hidden behind an interval a number beyond it is wrong, and of one within it nobody can tell.
    """
    if said.is_hidden and number.low == number.high:
        slack = 0.5 * number.step
        return UNRESOLVED if said.low - slack <= number.low <= said.high + slack else CONTRADICTED
    off = max(abs(number.low - said.low), abs(number.high - said.high)) - 1e-9
    if off <= 0.5 * min(number.step, said.finest):
        return VERIFIED
    if off <= 0.5 * number.step and (number.unit == PERCENT or off <= MAX_OFF * abs(said.low)):
        return ROUNDED
    return UNRESOLVED if off <= 0.5 * said.finest else CONTRADICTED
