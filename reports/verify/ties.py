"""What ties a number of a text to a figure: a marker, a link, or an id beside it. Words never do.

- A marker holds all that stands between it and its end (`guide.markers`).
- A link to a figure, its page, a file of it or its id alone, holds the numbers of its words: `[57%](figures/ID.json)`.
- An id, or a link to a figure whose words have no number, is beside a number
  - directly before or behind it: "57%, skill.python", "skill.python is 57%";
  - in brackets behind it in its sentence, "57% ask for it [skill.python]": it ties the last number that is in the
    unit of the figure. One before that counts only where its interval, or what it is compared with ("up from 41%"),
    stands between.
  A row of a table is one sentence. Ids of several figures together tie nothing.

Code, comments and addresses have no numbers. An id in a code span is an id.
"""

from __future__ import annotations

import bisect
import functools
import html
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.figures.addresses import KINDS, AddressError
from reports.figures.catalogue import KNOWN, declaration_of, find_id
from reports.guide.markers import Document, Span, decode, pair, scan_tags
from reports.guide.numbers_in_text import INTERVAL, PERCENT, Number, Sentence
from reports.guide.render import BREAK
from reports.guide.words import UNKNOWN

MAX_NAMES = 200
"""Most names of figures looked up in a text: an unknown name costs some milliseconds, to find its hint."""
TOO_MANY = f"the text names more than {MAX_NAMES} figures: verify it in pieces"
_OLD_KINDS = ("band", "country", "continent", "entry", "outlook")
_KINDS = sorted({*KINDS, *(name.partition(".")[0] for name in KNOWN), *_OLD_KINDS})
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

    `holds` says that numbers stand in it; else it is beside one. `release` is the day of a link to a dated file.
    `is_marker`: what stands there is no prose.
    """

    start: int
    end: int
    figure: str | None
    fault: str
    holds: bool
    release: str | None = None
    is_marker: bool = False


@dataclass(frozen=True, kw_only=True)
class TiedText:
    """A document with the spans of its markers, its prose (offsets are those of the text), and its ties in order."""

    document: Document
    spans: Sequence[Span]
    prose: str
    ties: Sequence[Tie]


def read_ties(raw: bytes, *, is_html: bool) -> TiedText:
    """Take a text apart into prose and ties."""
    document = decode(raw, is_html)
    text = document.text
    scan = scan_tags(text, is_html)
    spans = pair(scan.tags, str)[0]
    prose = list(_ENTITY.sub(_stand_in, text.translate(_MARKS)))
    breaks = {hit.start() for hit in BREAK.finditer(text)}
    for tag in scan.tags:
        _fill(prose, (tag.start, tag.end), " ")
    for at in breaks:
        prose[at] = "\t" if _CELL.match(text, at) else "\n"
    hidden = sorted([*scan.skipped, *((span.marker.start, span.after) for span in spans)])
    marked = {span.start for span in spans if span.marker.figure}
    names = [
        *((span.start, span.end, span.marker.figure, True, None) for span in spans if span.marker.figure),
        *_find_links(text, prose, hidden),
    ]
    for span in hidden:
        _fill(prose, span, _NO_PROSE)
    names += _find_ids(text, prose, hidden)
    found = {name: _find(name) for name in [*dict.fromkeys(name for _, _, name, _, _ in names)][:MAX_NAMES]}
    ties = [
        Tie(start, end, figure, fault, holds, release, is_marker=start in marked)
        for start, end, name, holds, release in sorted(names)
        for figure, fault in [found.get(name, (None, TOO_MANY))]
    ]
    return TiedText(document=document, spans=spans, prose="".join(prose), ties=ties)


_Name = tuple[int, int, str, bool, str | None]


def _stand_in(entity: re.Match[str]) -> str:
    """The character of an entity in as many characters."""
    word = html.unescape(entity[0])
    return (word if len(word) == 1 else " ").ljust(len(entity[0]))


def _fill(prose: list[str], span: tuple[int, int], filler: str) -> None:
    prose[span[0] : span[1]] = filler * (span[1] - span[0])


def _is_in(at: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The span, of some in order, that an offset is in."""
    i = bisect.bisect_right(spans, at, key=lambda span: span[0]) - 1
    return spans[i] if i >= 0 and at < spans[i][1] else None


def _find_links(text: str, prose: list[str], hidden: Sequence[tuple[int, int]]) -> Iterator[_Name]:
    """Links to figures and addresses of them; no address is prose."""
    for hit in _LINK.finditer(text):
        if _is_in(hit.start(), hidden):
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
        span = _is_in(hit.start(), hidden) or hit.span()
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


# --- which number is tied -------------------------------------------------------------------------------------

_TOGETHER = re.compile(r"(?:[\s\0,;&/]|and\b)*+")
_BESIDE = re.compile(r"[\s,:=(\[–—\"'`-]*+(?:(?:is|was)\b[\s\"'`]*+)?")
_MAX_BRACKET = 300
_OPEN_BRACKET = re.compile(rf"[(\[][^()\[\]]{{0,{_MAX_BRACKET}}}$")


def tie_numbers(prose: str, sentence: Sentence, ties: Sequence[Tie]) -> dict[int, Tie]:
    """The ties of the numbers of a sentence, by where these begin. `ties` are those in it, in order."""
    by_number: dict[int, Tie] = {}
    ats = [number.at for number in sentence.numbers]
    edges = [sentence.at, *(edge for tie in ties for edge in (tie.start, tie.end)), sentence.at + len(sentence.text)]
    cuts = [bisect.bisect_left(ats, edge) for edge in edges]
    for i, tie in enumerate(ties):
        before, within, behind = (
            [one for one in sentence.numbers[first:last] if one.at not in by_number]
            for first, last in zip(cuts[2 * i : 2 * i + 3], cuts[2 * i + 1 : 2 * i + 4], strict=True)
        )
        if tie.holds:
            chosen = within if len(within) == 1 else _choose_last(prose, [one for one in within if _fits(one, tie)])
        elif any(_is_another(prose, *pair) for pair in itertools.pairwise(ties[max(i - 1, 0) : i + 2])):
            chosen = []
        else:
            chosen = _choose(prose, tie, before, behind)
        by_number |= {one.at: tie for one in chosen}
    return by_number


def _is_another(prose: str, tie: Tie, following: Tie) -> bool:
    """Whether two names of different figures stand together: nobody can tell whose number is beside them."""
    return tie.figure != following.figure and bool(_TOGETHER.fullmatch(prose, tie.end, following.start))


def _choose(prose: str, tie: Tie, before: list[Number], behind: list[Number]) -> list[Number]:
    """The numbers that a name of a figure stands beside."""
    before = [one for one in before if not _NEITHER.fullmatch(one.text)]
    if before and _BESIDE.fullmatch(prose, before[-1].end, tie.start):
        return _choose_last(prose, [*(one for one in before[:-1] if _fits(one, tie)), before[-1]])
    if before and _OPEN_BRACKET.search(prose, max(0, tie.start - _MAX_BRACKET), tie.start):
        return _choose_last(prose, [one for one in before if _fits(one, tie)])
    is_beside = not before and behind and _BESIDE.fullmatch(prose, tie.end, behind[0].at)
    return behind[:1] if is_beside else []


_COMPARED = re.compile(
    r"(?:\b(?:(?:up|down) from|compared (?:with|to)|against|versus|vs\.?)|^\s*of)\s*(?:the |about |some )?$", re.I
)


def _choose_last(prose: str, numbers: list[Number]) -> list[Number]:
    """The last number, and those before it with nothing but their interval or what they are compared with between."""
    first = len(numbers) - 1
    while first > 0 and _belongs(prose, numbers[first - 1], numbers[first]):
        first -= 1
    return numbers[max(first, 0) :]


def _belongs(prose: str, number: Number, following: Number) -> bool:
    """Whether a number is the interval of the one before it, or what that is compared with."""
    between = prose[number.end : following.at]
    is_in_bracket = following.part == INTERVAL or re.fullmatch(r"[\s*,]*[(\[]\s*", between)
    is_interval = number.low == number.high and following.low < following.high and is_in_bracket
    return bool(is_interval or _COMPARED.search(between))


def unit_of(figure: str) -> str:
    """In which unit a figure is said: "%", a currency, or "" for others."""
    unit = declaration_of(figure).unit
    return PERCENT if unit.startswith("share of") else unit[:3] if re.match(r"[A-Z]{3}\b", unit) else ""


_NEITHER = re.compile(r"\d+(?:st|nd|rd|th|[A-Zx])")
"""Digits with letters that are no share and no sum: "3rd", "5G"."""


def _fits(number: Number, tie: Tie) -> bool:
    """Whether a number may be in the unit of the figure: per cent, or money of whatever currency."""
    unit = unit_of(tie.figure) if tie.figure else ""
    if number.unit == UNKNOWN:
        return not _NEITHER.fullmatch(number.text)
    return not unit or (number.unit == PERCENT if unit == PERCENT else number.unit not in ("", PERCENT))
