"""Write figures, the banner and the sources between the markers of a guide.

Content is described once, in parts (`Part`). Two writers turn parts into Markdown and HTML.
"""

from __future__ import annotations

import bisect
import functools
import hashlib
import html
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from reports.figures.verdicts import MAX_AGE_DAYS_OF_YEARS
from reports.guide.markers import COMMENT, LABELS, PARTS, Problem, Scan, Span, Tag, find_markers, scan_tags
from reports.guide.passages import write_passages
from reports.wording import notes, numbers
from reports.wording.bases import BASES
from reports.wording.parts import PLAIN
from reports.wording.renderer import Table
from transforms.records.definitions import (
    MAX_AMOUNT_WIDTH,
    MAX_DAYS_APART,
    MAX_RELATIVE_WIDTH,
    MAX_SHARE_WIDTH,
    MAX_STALE_DAYS,
    MIN_SHARE_WIDTH,
)
from warehouse.mart_tables import Figures
from warehouse.marts.printing import EMPLOYERS, JOBS, LARGEST
from warehouse.tables import Sources

BESIDE = ("n", "employers", "period", "source", "rank", "publisher", "year", "growth")
"""Parts of a figure that are neither an amount nor a share. If the figure is withheld, they print only "withheld"."""
SAMPLE_TITLE = "Sample data."
SAMPLE_TEXT = (
    "Every measured figure here was computed from invented adverts of invented employers, to show how this product "
    "works. None of them says anything about the real market."
)


# --- parts, and how they are written ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Part:
    """A paragraph, a table with a caption, or a list of items.

    A paragraph may end with a link to an explanation of figures, or be the banner of sample data (`is_sample`). Items
    that are notes are numbered, and the marks after figures link to them.
    """

    text: str = ""
    link: str | None = None
    is_sample: bool = False
    table: Table | None = None
    items: Sequence[str] = ()
    are_notes: bool = False


LINK_WORDS = "How each figure is computed"
_MARKDOWN = re.compile(r"[|*`\[\]\\~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""Characters with a meaning inside a line of Markdown. An underscore between letters has none."""
_LIKE_A_BLOCK = re.compile(r"[#+=-]|\d{1,9}[.)]\s")


def escape(text: str, is_html: bool) -> str:
    """Return text on one line, escaped for HTML or Markdown."""
    line = " ".join(text.split())
    words = html.escape(line, quote=False)
    return words if is_html else _MARKDOWN.sub(lambda hit: f"&#{ord(hit[0])};", words)


def _write_html(part: Part) -> list[str]:
    if part.table is None and not part.items:
        start = f'<p class="sample"><strong>{SAMPLE_TITLE}</strong> ' if part.is_sample else "<p>"
        link = f' <a href="{html.escape(part.link)}">{LINK_WORDS}</a>.' if part.link else ""
        return [f"{start}{escape(part.text, True)}{link}</p>"]
    if part.table is None:
        ids = [f' id="figure-{n}"' if part.are_notes else "" for n in range(1, len(part.items) + 1)]
        items = [f"<li{name}>{escape(text, True)}</li>" for name, text in zip(ids, part.items, strict=True)]
        element = "ol" if part.are_notes else "ul"
        return [f"<{element}>", *items, f"</{element}>"]
    table = part.table
    caption = f"{part.text}. {table.key}" if table.key else part.text
    heads = "".join(f'<th scope="col">{escape(column, True)}</th>' for column in table.columns)
    sides = [' align="right"' if i in table.numeric else "" for i in range(len(table.columns))]
    rows = [
        "".join(f"<td{side}>{escape(cell, True)}</td>" for side, cell in zip(sides, row, strict=True))
        for row in table.rows
    ]
    return [
        "<table>", f"<caption>{escape(caption, True)}</caption>", "<thead>", f"<tr>{heads}</tr>", "</thead>", "<tbody>",
        *(f"<tr>{row}</tr>" for row in rows), "</tbody>", "</table>",
    ]  # fmt: skip


def _write_markdown(part: Part) -> list[str]:
    if part.table is None and not part.items:
        words = escape(part.text, False)
        if part.is_sample:
            return [f"> **{SAMPLE_TITLE}** {words}"]
        words = f"&#{ord(words[0])};{words[1:]}" if _LIKE_A_BLOCK.match(words) else words
        return [f"{words} [{LINK_WORDS}]({part.link})." if part.link else words]
    if part.are_notes:
        lines = [f"[^figure-{n}]: {escape(text, False)}" for n, text in enumerate(part.items, start=1)]
        return "\n\n".join(lines).split("\n")
    if part.table is None:
        return [f"- {escape(text, False)}" for text in part.items]
    table = part.table
    key = [*_write_markdown(Part(text=table.key)), ""] if table.key else []
    rules = ["---:" if i in table.numeric else "---" for i in range(len(table.columns))]
    rows = [[escape(cell, False) for cell in row] for row in (table.columns, *table.rows)]
    return [*key, *(f"| {' | '.join(row)} |" for row in (rows[0], rules, *rows[1:]))]


def _write(parts: Sequence[Part], *, is_html: bool) -> list[str]:
    if is_html:
        return [line for part in parts for line in _write_html(part)]
    return [*(line for part in parts for line in ("", *_write_markdown(part))), *([""] if parts else [])]


# --- a figure in words ------------------------------------------------------------------------------------------


def _words(figure: Figures, tag: Tag, day: Edition, *, is_alone: bool) -> str:
    style, otherwise = tag.wanted, tag.options.get("else")
    if tag.is_prose and style.part in ("value", "share"):
        return _say_in_prose(figure, tag, day)
    if style.part in LABELS:
        say_place = notes.place_in_prose if tag.is_prose else notes.place
        return notes.level(figure) if style.part == "level" else say_place(figure)
    if figure.value is None and otherwise is not None:
        return otherwise
    if style.part == "scope":
        return notes.scope(figure, day.titles)
    if style.part == "note":
        return notes.note(figure)
    if style.part == "period" and tag.is_prose and figure.period_to is not None:
        return numbers.months(figure.period_from, figure.period_to)
    words = None if figure.value is None else notes.part(figure, style, day.titles)
    if words is not None and day.has_remarks_in_notes:
        return words
    is_nested = tag.name != "title" and _is_in_brackets(day.scan.text, tag.start)
    if words is not None:
        return _qualify(words, figure, tag, day, is_nested=is_nested)
    if otherwise is not None:
        return otherwise
    if figure.value is None and style.part in BESIDE:
        return numbers.qualify("withheld", [figure.reason], is_nested=is_nested)
    reason = figure.reason if figure.value is None else notes.why_no_part(figure, style)
    return f"withheld: {reason}" if is_alone else notes.say_withheld(figure, reason, is_nested=is_nested)


def _say_in_prose(figure: Figures, tag: Tag, day: Edition) -> str:
    """Return a figure as a clause, with a capital where a sentence starts, and remarks where the edition puts them."""
    otherwise = tag.options.get("else")
    words = otherwise if figure.value is None and otherwise is not None else notes.say_in_prose(figure, tag.wanted)
    if _STARTS_A_SENTENCE.search(day.scan.text, max(0, tag.start - MAX_PARAGRAPH), tag.start):
        words = numbers.upper_first(words)
    is_nested = _is_in_brackets(day.scan.text, tag.start)
    return numbers.qualify(words, [day.prose_remarks.get(tag.start)], is_nested=is_nested)


_STARTS_A_SENTENCE = re.compile(
    r"(?:\A|[.!?][\"')\]*[ \t\r\n]+|\n[ \t]*\r?\n[ \t]*|\n[ \t]*[-*+>][ \t]+|<(?:p|li|dd|td)\b[^<>]*>\s*)"
    r"(?:[*_]|<(?:b|strong|em|i)>)*\Z",
    re.I,
)
"""What stands before the first word of a sentence."""


def _qualify(words: str, figure: Figures, tag: Tag, day: Edition, *, is_nested: bool) -> str:
    mark = tag.options.get("mark")
    if tag.start not in day.qualified and not (tag.wanted == PLAIN and mark is None):
        return words
    head = _head(figure, day) if tag.wanted == PLAIN else ""
    head, remarks = "" if head in words else head, figure.qualifier
    if head and not is_nested and notes.is_list(figure):  # a long list must not end with what all of it is of
        period, rest = notes.describe_period(figure), (remarks or "").split("; ")
        is_dated = mark is None and period in rest
        words = f"{', '.join([head, period] if is_dated else [head])}: {words}"
        head, remarks = "", "; ".join(part for part in rest if part != period) if is_dated else remarks
    if figure.qualifier is None or mark is None:
        return numbers.qualify(words, [head, remarks], is_nested=is_nested)
    words = numbers.qualify(words, [head], is_nested=is_nested)
    return f"{words} {mark}" if mark[0].isalnum() or mark[0] in "([" else f"{words}{mark}"


def _head(figure: Figures, day: Edition) -> str:
    """Return the words for the only platform of a figure, which its title has and its value may lack; "" for none."""
    return numbers.on_platforms(notes.find_only_platform(figure, day.titles))


BREAK = re.compile(
    r"\n[ \t]*\r?\n|\n(?=[ \t]*(?:\||[-*+][ \t]|\d{1,9}[.)][ \t]|#))"
    r"|</?(?:p|li|td|th|tr|div|h[1-6]|dt|dd|section|article|blockquote|figcaption|caption|title)\b",
    re.I,
)
"""The end of a paragraph, a list item, a table row or a similar element."""


HEADING = re.compile(r"^#{1,6}[ \t]|<h[1-6]\b", re.I | re.M)
"""The start of a section."""


def _is_in_brackets(text: str, at: int) -> bool:
    start = max((hit.end() for hit in BREAK.finditer(text, max(0, at - MAX_PARAGRAPH), at)), default=0)
    before = re.sub(r"<[^<>]*>", "", text[max(start, at - MAX_PARAGRAPH) : at])
    return before.count("(") > before.count(")")


MAX_PARAGRAPH = 5_000
"""How many characters before a marker are searched for an open bracket."""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A guide and the figures for its markers. Markers name figures of `ledger` by id."""

    scan: Scan
    ledger: Mapping[str, Figures]
    sources: Sequence[Sources] = ()
    is_sample: bool = False

    @functools.cached_property
    def tags(self) -> tuple[Tag, ...]:
        """The opening markers."""
        return tuple(span.marker for span in self.scan.spans)

    @functools.cached_property
    def used(self) -> tuple[Figures, ...]:
        """Figures that the block of sources lists, in order of first use."""
        names = dict.fromkeys(tag.figure for tag in self.tags if tag.figure and tag.wanted.part not in LABELS)
        return tuple(self.ledger[name] for name in names)

    @functools.cached_property
    def titles(self) -> dict[str, str]:
        """Printed names of sources by id."""
        return {source.source: source.title for source in self.sources}

    @functools.cached_property
    def has_remarks_in_notes(self) -> bool:
        """Whether remarks stand in the notes alone, and not in the text."""
        return any(tag.block == "sources" and tag.options.get("remarks") == "notes" for tag in self.tags)

    @functools.cached_property
    def qualified(self) -> Set[int]:
        """Offsets of the markers whose values are followed by the figure's qualifier.

        These are all markers of whole values; of a figure's other parts, only the last marker in each paragraph.
        """
        breaks = [hit.start() for hit in BREAK.finditer(self.scan.text)]
        last: dict[tuple[int, str, str | None], int] = {}
        for tag in self.tags:
            if tag.figure is not None and tag.wanted.part not in PARTS[1:]:
                is_whole = tag.wanted.part == "value"
                place = -tag.start if is_whole else bisect.bisect_right(breaks, tag.start)
                last[place, tag.figure, tag.options.get("mark")] = tag.start
        return set(last.values())

    @functools.cached_property
    def prose_remarks(self) -> Mapping[int, str]:
        """The remarks on figures in prose, by the offset of the marker that they follow.

        How figures count is said once a section, behind the first that it applies to, days and doubts once a paragraph,
        behind the last.
        """
        if self.has_remarks_in_notes:
            return {}
        text = self.scan.text
        paragraphs, sections = ([hit.start() for hit in ends.finditer(text)] for ends in (BREAK, HEADING))
        places: dict[tuple[str, int, str], int] = {}
        for tag in self.tags:
            if tag.is_prose and tag.figure is not None and tag.wanted.part == "value":
                figure = self.ledger[tag.figure]
                section, paragraph = (bisect.bisect_right(ends, tag.start) for ends in (sections, paragraphs))
                platforms = notes.find_platforms(figure, self.titles) if figure.value is not None else []
                counts = [numbers.on_platforms(platforms), *notes.list_section_remarks(figure)]
                for one in filter(None, counts):
                    places.setdefault(("section", section, one), tag.start)
                places |= {("paragraph", paragraph, one): tag.start for one in notes.list_prose_remarks(figure)}
        said: dict[int, list[str]] = {}
        for (_, _, remark), start in places.items():
            said.setdefault(start, []).append(remark)
        return {start: ", ".join(remarks) for start, remarks in said.items()}

    @functools.cached_property
    def note_numbers(self) -> Mapping[int, int]:
        """The number of each figure's note, by the offset of the first marker with a mark for the note.

        Return {} unless the sources are printed as notes.
        """
        if not any(tag.block and tag.options.get("form") == "notes" for tag in self.tags):
            return {}
        first: dict[str, int] = {}
        for tag in self.tags:
            if tag.figure and tag.name != "title" and tag.wanted.part not in (*LABELS, "scope", "note"):
                first.setdefault(tag.figure, tag.start)
        numbered = ((name, number) for number, (_, group) in enumerate(self.notes, start=1) for name in group)
        return {first[name]: number for name, number in numbered if name in first}

    @functools.cached_property
    def notes(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        """What figures rest on, in order of first use, with the ids and the words of the figures that rest on it."""
        groups: dict[str, dict[str, str]] = {}
        in_prose = {tag.figure for tag in self.tags if tag.is_prose}
        for figure in self.used:
            rests_on, *cells = _describe_basis(figure, self)
            if self.has_remarks_in_notes:
                cells += notes.list_section_remarks(figure)
            what = notes.say_exactly(figure) if figure.figure in in_prose else figure.title
            beneath = "; ".join(cell.rstrip(".") for cell in (rests_on, *cells) if cell != "–")
            groups.setdefault(beneath, {})[figure.figure] = what
        return list(groups.items())

    def content_of(self, span: Span) -> str:
        """Return the new content of a span."""
        tag, is_html = span.marker, self.scan.is_html
        is_alone = tag.name == COMMENT and self.scan.is_block(span)
        if tag.block is not None:
            parts = _describe_sources(self, tag) if tag.block == "sources" else [SAMPLE] * self.is_sample
        else:
            figure = self.ledger[tag.figure or ""]
            words = _words(figure, tag, self, is_alone=is_alone)
            if tag.name == "title":
                return escape(tag.options.get("template", "{}").replace("{}", words), True)
            if not is_alone:
                # The text of a <span> in Markdown is still Markdown, so it is escaped as Markdown.
                return escape(words, is_html) + self._note_mark(tag)
            parts = [Part(text=f"{words}." if tag.is_prose else words)] * bool(words)
            if tag.wanted == PLAIN and not tag.is_prose and (table := notes.table(figure)):
                if tag.options.get("form") == "table":
                    of = ", ".join(filter(None, (_head(figure, self), notes.describe_period(figure))))
                    alone = replace(table, key=f"{numbers.upper_first(of)}.", below=())
                    return self._on_lines(tag, [Part(text=figure.title, table=alone)])
                head = "" if is_html or tag.name != COMMENT else _head(figure, self)  # a caption has the title
                if head:
                    key = f"{numbers.upper_first(head)}, {numbers.lower_first(table.key)}" if table.key else f"{head}."
                    table = replace(table, key=key)
                parts = [Part(text=figure.title, table=table), *(Part(text=text) for text in table.below)]
        return self._on_lines(tag, parts)

    def _on_lines(self, tag: Tag, parts: Sequence[Part]) -> str:
        """Return parts as lines between markers that stand alone on theirs, indented as these are."""
        before, newline = self.scan.before_on_line(tag.start), self.scan.newline
        indent = "" if before.strip(" \t") else before
        lines = _write(parts, is_html=self.scan.is_html or tag.name != COMMENT)
        return newline + "".join((f"{indent}{line}" if line else "") + newline for line in lines) + indent

    def _note_mark(self, tag: Tag) -> str:
        number = self.note_numbers.get(tag.start)
        if number is None:
            return ""
        return f'<sup><a href="#figure-{number}">{number}</a></sup>' if self.scan.is_html else f"[^figure-{number}]"


# --- the sources of a guide -------------------------------------------------------------------------------------


SAMPLE = Part(text=SAMPLE_TEXT, is_sample=True)
READING_KEY = (
    "n counts jobs, not adverts: one vacancy on two boards is one job, and so is one text in several cities. Where an "
    "advert has no text, employer, title, place, pay and days decide. Numbers beside the name of a source count its "
    "adverts: of pay one of each job, the advert whose pay counts; of all else every advert of the jobs. Every job "
    f"counts once. Figures are printed from {EMPLOYERS} employers on, none of them with more than {LARGEST} of the "
    f"jobs; where employers are unknown, from {JOBS} persons or pay ranges on. A share whose 95% interval is "
    f"wider than {MAX_SHARE_WIDTH}, or than both {MIN_SHARE_WIDTH} and {MAX_RELATIVE_WIDTH} of the share, "
    f"or an amount whose interval is wider than {MAX_AMOUNT_WIDTH} of it, is printed as "
    f"that interval. Low confidence: {numbers.WHAT_IS_LOW}. "
    "Advertised pay is what adverts offer, before tax, for full-time work; it is not what people are paid in the end."
)
PERIOD_KEY = (
    "Reference period: adverts were open when their boards were last read, from the first to the last of these days; "
    "what others collected or published speaks of the days or years that it is of. A figure whose period is over "
    f"{MAX_DAYS_APART} past is stale: its days stand beside it, and after {MAX_STALE_DAYS} it is withheld. "
    f"What others collect comes once a year, and is stale after {MAX_AGE_DAYS_OF_YEARS} days."
)


def _rests_on(figure: Figures) -> str:
    if figure.value is None:
        return f"withheld: {figure.reason}"
    if figure.kind == "cited":
        return notes.note(figure)
    if figure.basis is None:
        return numbers.qualify("named in each row", [notes.why_low(figure)])
    return numbers.qualify(BASES[figure.basis].words, [notes.say_sample(figure), figure.rung, notes.why_low(figure)])


def _describe_basis(figure: Figures, day: Edition) -> tuple[str, str, str, str]:
    """Return what a figure rests on, how many it counts, its period and its sources."""
    period, credit = notes.describe_period(figure), notes.credit(figure, day.titles) or "–"
    return _rests_on(figure), notes.strength(figure), period, credit


AS_OF = "Figures as of "


def _list_mark_words(day: Edition) -> list[str]:
    marks: dict[str, dict[str, dict[str, None]]] = {}
    for tag in day.tags:
        mark, figure = tag.options.get("mark"), day.ledger.get(tag.figure or "")
        if mark is not None and figure is not None and figure.qualifier is not None:
            marks.setdefault(mark, {}).setdefault(figure.qualifier, {})[figure.title] = None
    lists = [(mark, [f"{what} ({'; '.join(names)})" for what, names in said.items()]) for mark, said in marks.items()]
    return [f"{mark} stands for: {'; '.join(words)}." for mark, words in lists]


def _describe_sources(day: Edition, tag: Tag) -> list[Part]:
    needs_banner = day.is_sample and all(other.block != "banner" for other in day.tags)
    banner, form, link = [SAMPLE] * needs_banner, tag.options.get("form", "long"), tag.options.get("link")
    names = {name for figure in day.used for name in figure.sources}
    credits = sorted({source.attribution for source in day.sources if source.source in names})
    rows = tuple((f"{figure.title} ({figure.figure})", *_describe_basis(figure, day)) for figure in day.used)
    if form == "long":
        table = Table(columns=("Figure", "Rests on", "n", "Reference period", "Sources"), rows=rows)
        return [
            *banner,
            Part(text=f"{_say_days(day)} {READING_KEY} {PERIOD_KEY}", link=link),
            *([Part(text="Sources of the figures", table=table)] if rows else []),
            *(Part(text=words) for words in _list_mark_words(day)),
            *([Part(items=credits)] if credits else []),
        ]
    n_withheld = sum(figure.value is None for figure in day.used)
    withheld = f"{n_withheld} of {len(rows)} {'is' if n_withheld == 1 else 'are'} withheld for want of data."
    lines = [_say_days(day), *([withheld] if n_withheld else []), *_list_mark_words(day)]
    lines += ["Sources:", *credits] if credits else []
    texts = [f"{'; '.join(figures.values())}: {beneath}" for beneath, figures in day.notes]
    noted = [Part(items=texts, are_notes=True)] if texts and form == "notes" else []
    return [*banner, Part(text=" ".join(lines), link=link), *noted]


def _say_days(day: Edition) -> str:
    days = sorted({figure.as_of for figure in day.used if figure.kind != "cited"})
    if days:
        return f"{AS_OF}{numbers.join_words([numbers.day(d) for d in days])}."
    return "All figures are statements of others." if day.used else "No figure is used."


# --- a whole guide ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Change:
    """The content of a marker before and after a refresh, as readers see it.

    `name` is a figure or a block. `options` choose part and format, such as ' part="low" per="year"'.
    """

    line: int
    name: str
    options: str = ""
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class RefreshResult:
    """The outcome of a refresh.

    `used` are the ids of the figures, in order of first use; of these, `withheld` have no value and `dated` are stale.
    `warnings` are for the editor, as (line, words).
    """

    used: tuple[str, ...]
    warnings: tuple[Problem, ...]
    changes: tuple[Change, ...] = ()
    withheld: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()


def refresh_bytes(
    raw: bytes,
    figures: Sequence[Figures],
    *,
    is_html: bool,
    is_mdx: bool = False,
    sources: Sequence[Sources] = (),
    is_sample: bool = False,
) -> tuple[bytes, RefreshResult]:
    """Return the bytes of a guide with figures put in, and the result. Refreshing these bytes again changes nothing.

    `figures` are the published figures. `sources` give names and attributions. Raises `GuideError` with every problem
    and its line.
    """
    ledger = {figure.figure: figure for figure in figures}
    scan = find_markers(raw, ledger, is_html=is_html, is_mdx=is_mdx)
    if (text := write_passages(scan, ledger)) != scan.text:
        scan = find_markers(text.encode(scan.encoding), ledger, is_html=is_html, is_mdx=is_mdx)
    day = Edition(scan=scan, ledger=ledger, sources=sources, is_sample=is_sample)
    kept = find_edited(scan) if day.has_remarks_in_notes else {}
    contents = [kept[span.start] if span.start in kept else day.content_of(span) for span in scan.spans]
    if scan.is_ascii:
        contents = [content.encode("ascii", "xmlcharrefreplace").decode("ascii") for content in contents]
    if day.has_remarks_in_notes and not is_mdx:
        contents = _add_fingerprints(scan, contents, kept)
    edited = tuple((scan.line_of(start), f"{_EDITED}: {read_words(words)!r}") for start, words in kept.items())
    text = "".join(itertools.chain.from_iterable(zip(scan.outside, [*contents, ""], strict=True)))
    return text.encode(scan.encoding, "xmlcharrefreplace"), RefreshResult(
        used=tuple(figure.figure for figure in day.used),
        warnings=(*scan.warnings, *edited),
        changes=tuple(_list_changes(scan, scan.contents, contents)),
        withheld=tuple(figure.figure for figure in day.used if figure.value is None),
        dated=tuple(figure.figure for figure in day.used if figure.status == "stale"),
    )


# --- what was written by hand ---------------------------------------------------------------------------------------

_WRITTEN = re.compile(r"\n?<!-- written((?: [0-9a-f]{8}:[0-9a-f]{8})*) -->")
_EDITED = "edited by hand, left alone; take its marker out to keep the words, or empty it to have the figure again"


def find_edited(scan: Scan) -> dict[int, str]:
    """Return the contents that are not what was last written, by the offset of their span, with those beside them.

    The block of sources has a fingerprint of each content. What stands in a paragraph with an edited one stays too, so
    that no sentence is half new. Empty contents and new markers are not edited.
    """
    known = _read_fingerprints(scan)
    breaks = [hit.start() for hit in BREAK.finditer(scan.text)]
    spans = [(span, content) for span, content in zip(scan.spans, scan.contents, strict=True) if span.marker.figure]
    edited = {
        bisect.bisect_right(breaks, span.start)
        for span, content in spans
        if content.strip()
        and make_fingerprint(content) not in known.get(_key(span.marker), {make_fingerprint(content)})
    }
    return {span.start: content for span, content in spans if bisect.bisect_right(breaks, span.start) in edited}


def _key(tag: Tag) -> str:
    return make_fingerprint(f"{tag.figure} {sorted(tag.options.items())}")


def make_fingerprint(text: str) -> str:
    """Return a short digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _read_fingerprints(scan: Scan) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for hit in _WRITTEN.finditer(scan.text):
        for pair in hit[1].split():
            key, _, content = pair.partition(":")
            known.setdefault(key, set()).add(content)
    return known


def _add_fingerprints(scan: Scan, contents: Sequence[str], kept: Mapping[int, str]) -> list[str]:
    """Return contents with fingerprints at the end of the block of sources; edited ones keep the one that they had."""
    known, pairs = _read_fingerprints(scan), dict[str, None]()
    for span, content in zip(scan.spans, contents, strict=True):
        if span.marker.figure:
            key = _key(span.marker)
            hashes = known.get(key, set()) if span.start in kept else {make_fingerprint(content)}
            pairs |= dict.fromkeys(f"{key}:{one}" for one in sorted(hashes))
    line = f"<!-- written{''.join(f' {pair}' for pair in pairs)} -->"
    return [
        f"{content.rstrip(' ')}{line}{scan.newline}" if span.marker.block == "sources" and pairs else content
        for span, content in zip(scan.spans, contents, strict=True)
    ]


# --- what changes -----------------------------------------------------------------------------------------------


SHOWN_OPTIONS = ("part", "per", "in", "format", "locale")
"""The options that are shown with a change."""


def _list_changes(scan: Scan, contents: Sequence[str], new_contents: Sequence[str]) -> Iterator[Change]:
    for span, before, after in zip(scan.spans, contents, new_contents, strict=True):
        tag = span.marker
        if before != after:
            yield Change(
                line=scan.line_of(tag.start),
                name=tag.figure or f"figures:{tag.block}",
                options="".join(f' {name}="{value}"' for name, value in tag.options.items() if name in SHOWN_OPTIONS),
                before=read_words(before),
                after=read_words(after),
            )


def list_changes(before: bytes, after: bytes, *, is_html: bool) -> list[Change]:
    """Return what differs between the markers of two versions of a guide; [] if the versions have different markers."""
    old, new = scan_tags(before, is_html), scan_tags(after, is_html)
    names = [[(span.marker.figure, span.marker.block) for span in scan.spans] for scan in (old, new)]
    return list(_list_changes(new, old.contents, new.contents)) if names[0] == names[1] else []


def read_words(text: str) -> str:
    """Return a text as readers see it, without tags and on one line."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", text)).split())
