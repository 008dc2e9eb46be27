"""What stands between the markers of a guide: figures as text, tables and notes, the banner, the sources."""

from __future__ import annotations

import bisect
import difflib
import functools
import html
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from reports.figures.addresses import AddressError, canonical
from reports.figures.verdicts import MAX_AGE_DAYS_OF_YEARS
from reports.guide.markers import (
    COMMENT,
    LABELS,
    PARTS,
    Change,
    GuideError,
    MarkedGuide,
    RefreshResult,
    Span,
    Tag,
    decode,
    find_markers,
    is_block,
    newline_of,
    pair,
    scan_tags,
    warnings_of,
    write_options,
)
from reports.wording import notes, numbers
from reports.wording.bases import BASES
from reports.wording.renderer import Table
from transforms.records.definitions import MAX_AMOUNT_WIDTH, MAX_DAYS_APART, MAX_SHARE_WIDTH, MAX_STALE_DAYS
from warehouse.mart_tables import Figures
from warehouse.marts.printing import EMPLOYERS, EVEN, JOBS, LARGEST
from warehouse.tables import Sources

BESIDE = ("n", "employers", "period", "source", "rank", "publisher", "year", "growth")
"""Parts that are no amount and no share; where a figure is withheld so are they, and no unit stands for them."""
SAMPLE_TITLE = "Sample data."
SAMPLE_TEXT = (
    "Every measured figure here was computed from invented adverts of invented employers, to show how this product "
    "works. None of them says anything about the real market."
)


_MARKDOWN = re.compile(r"[|*`\[\]\\~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""Characters that mean something inside a line of Markdown; an underscore between letters does not."""
_LIKE_A_BLOCK = re.compile(r"[#+=-]|\d{1,9}[.)]\s")


def escape(text: str, is_html: bool) -> str:
    """Text on one line that neither HTML nor Markdown takes for anything but text."""
    line = " ".join(text.split())
    words = html.escape(line, quote=False)
    return words if is_html else _MARKDOWN.sub(lambda hit: f"&#{ord(hit[0])};", words)


def _paragraph(text: str, is_html: bool) -> str:
    words = escape(text, is_html)
    if not is_html and _LIKE_A_BLOCK.match(words):
        return f"&#{ord(words[0])};{words[1:]}"
    return words


def _table_lines(table: Table, caption: str, is_html: bool) -> list[str]:
    """A table as lines of Markdown (GitHub's) or HTML."""
    if is_html:
        sides = [' align="right"' if i in table.numeric else "" for i in range(len(table.columns))]
        heading = f"{caption}. {table.key}" if table.key else caption
        lines = ["<table>", f"<caption>{escape(heading, True)}</caption>"]
        heads = "".join(f'<th scope="col">{escape(c, True)}</th>' for c in table.columns)
        lines += ["<thead>", f"<tr>{heads}</tr>", "</thead>", "<tbody>"]
        for row in table.rows:
            cells = "".join(f"<td{side}>{escape(c, True)}</td>" for side, c in zip(sides, row, strict=True))
            lines.append(f"<tr>{cells}</tr>")
        return [*lines, "</tbody>", "</table>", *(f"<p>{escape(p, True)}</p>" for p in table.below)]
    rules = ["---:" if i in table.numeric else "---" for i in range(len(table.columns))]
    lines = [_paragraph(table.key, False), ""] if table.key else []
    lines += [f"| {' | '.join(escape(c, False) for c in table.columns)} |", f"| {' | '.join(rules)} |"]
    lines += [f"| {' | '.join(escape(c, False) for c in row)} |" for row in table.rows]
    for paragraph in table.below:
        lines += ["", _paragraph(paragraph, False)]
    return lines


def _figure_lines(figure: Figures, tag: Tag, is_html: bool, words: str) -> list[str]:
    """A figure that stands alone: a table if it has one, else a paragraph of its words."""
    table = notes.table(figure) if tag.wanted.is_plain else None
    if table is not None:
        return _table_lines(table, figure.title, is_html)
    return [f"<p>{escape(words, True)}</p>" if is_html else _paragraph(words, False)] if words else []


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where a marker stands: in a sentence, in brackets of it, and where what must be said of a part is said."""

    is_inline: bool
    is_nested: bool
    is_qualified: bool


def _words(figure: Figures, tag: Tag, titles: Mapping[str, str], at: Setting) -> str:
    """What a marker shows, in a line. `titles` are names of sources."""
    style = tag.wanted
    if style.part in LABELS:
        return notes.level(figure) if style.part == "level" else notes.place(figure)
    if figure.value is None and tag.otherwise is not None:
        return tag.otherwise
    if style.part == "scope":
        return notes.scope(figure, titles)
    if style.part == "note":
        return notes.note(figure)
    words = None if figure.value is None else notes.part(figure, style, titles)
    if words is None:
        if tag.otherwise is not None:
            return tag.otherwise
        if figure.value is None and style.part in BESIDE:
            return numbers.qualify("withheld", [figure.reason], is_nested=at.is_nested)
        reason = figure.reason if figure.value is None else notes.why_no_part(figure, style)
        return notes.say_withheld(figure, reason, is_nested=at.is_nested) if at.is_inline else f"withheld: {reason}"
    is_qualified = at.is_qualified or (style.is_plain and tag.mark is None)
    return _with_mark(words, figure.qualifier, tag.mark, is_nested=at.is_nested) if is_qualified else words


def _with_mark(words: str, qualifier: str | None, mark: str | None, *, is_nested: bool) -> str:
    """Words with what must be said of them: in brackets, or by the mark that the editor chose for it."""
    if qualifier is None or mark is None:
        return numbers.qualify(words, [qualifier], is_nested=is_nested)
    return f"{words} {mark}" if mark[0].isalnum() or mark[0] in "([" else f"{words}{mark}"


BREAK = re.compile(
    r"\n[ \t]*\r?\n|\n(?=[ \t]*(?:\||[-*+][ \t]|\d{1,9}[.)][ \t]|#))"
    r"|</?(?:p|li|td|th|tr|div|h[1-6]|dt|dd|section|article|blockquote|figcaption|caption|title)\b",
    re.I,
)
"""Where a paragraph, an item of a list, a row of a table or an element like them ends."""


def _is_in_brackets(text: str, at: int) -> bool:
    """Whether a place in a text stands within round brackets of its paragraph."""
    start = max((hit.end() for hit in BREAK.finditer(text, max(0, at - MAX_PARAGRAPH), at)), default=0)
    before = re.sub(r"<[^<>]*>", "", text[max(start, at - MAX_PARAGRAPH) : at])
    return before.count("(") > before.count(")")


MAX_PARAGRAPH = 5_000
"""Letters before a marker in which the brackets that it stands in are looked for."""


def _find_qualified(text: str, spans: Sequence[Span]) -> set[int]:
    """Offsets of the markers of values behind which stands what must be said: of each figure the last in a paragraph.

    A whole value, which says it itself, does so wherever it stands.
    """
    breaks = [hit.start() for hit in BREAK.finditer(text)]
    last: dict[tuple[int, str, str | None], int] = {}
    for span in spans:
        tag = span.marker
        if tag.figure is None or tag.wanted.part in PARTS[1:]:
            continue
        is_whole = tag.wanted.part == "value"
        place = -span.start if is_whole else bisect.bisect_right(breaks, span.marker.start)
        last[place, tag.figure, tag.mark] = tag.start
    return set(last.values())


def _banner_lines(is_sample: bool, is_html: bool) -> list[str]:
    if not is_sample:
        return []
    if is_html:
        return [f'<p class="sample"><strong>{SAMPLE_TITLE}</strong> {SAMPLE_TEXT}</p>']
    return [f"> **{SAMPLE_TITLE}** {SAMPLE_TEXT}"]


READING_KEY = (
    "n counts jobs, not adverts: one vacancy on two boards is one job, and so is one text in several cities. Where an "
    "advert has no text, employer, title, place, pay and days decide. Numbers beside the name of a source count its "
    "adverts: of pay one of each job, the advert whose pay counts; of all else every advert of the jobs. Every job "
    f"counts once. Figures are printed from {JOBS} jobs of {EMPLOYERS} employers on, none of "
    f"them with more than {LARGEST}, and as even as {EVEN} of one size; a share whose 95% "
    f"interval is wider than {MAX_SHARE_WIDTH}, or an amount whose interval is wider than "
    f"{MAX_AMOUNT_WIDTH} of it, is printed as that interval. Low confidence: {numbers.WHAT_IS_LOW}. "
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


AS_OF = "Figures as of "


@dataclass(frozen=True, kw_only=True)
class Edition:
    """What is put into one guide."""

    ledger: Mapping[str, Figures]
    used: tuple[Figures, ...]
    sources: Sequence[Sources]
    is_sample: bool
    has_banner: bool
    is_html: bool
    newline: str
    qualified: Set[int]
    note_numbers: Mapping[int, int]
    marks: Mapping[str, Sequence[Figures]]

    @property
    def titles(self) -> dict[str, str]:
        """Names of sources to print."""
        return {source.source: source.title for source in self.sources}


def _source_lines(day: Edition, is_html: bool, tag: Tag) -> list[str]:
    """The block "Sources of the figures": what every figure used rests on; on sample data also that it is one."""
    lines = [] if day.has_banner else _banner_lines(day.is_sample, is_html)
    lines += [] if is_html or not lines else [""]
    days = sorted({figure.as_of for figure in day.used if figure.kind != "cited"})
    if days:
        as_of = f"{AS_OF}{numbers.join_words([numbers.day(d) for d in days])}."
    else:
        as_of = "All figures are statements of others." if day.used else "No figure is used."
    make = {"line": _source_paragraph, "notes": _source_notes}.get(tag.form, _source_table)
    return [*lines, *make(day, is_html, as_of, tag.link)]


def _list_attributions(day: Edition) -> list[str]:
    """The words that sources want printed, of those behind the figures used."""
    by_name = {source.source: source for source in day.sources}
    return sorted({by_name[s].attribution for figure in day.used for s in figure.sources if s in by_name})


def _list_mark_words(day: Edition) -> list[str]:
    """What the marks that the editor chose stand for, with the figures of which each is said."""
    lines = []
    for mark, figures in day.marks.items():
        ids_of: dict[str, dict[str, None]] = {}
        for one in figures:
            ids_of.setdefault(one.qualifier or "", {})[one.figure] = None
        words = "; ".join(f"{what} ({', '.join(ids)})" for what, ids in ids_of.items())
        lines.append(f"{mark} stands for: {words}.")
    return lines


def _link(link: str | None, is_html: bool) -> str:
    """A link to where the figures are explained, with a space before it; nothing without one."""
    if link is None:
        return ""
    words = "How each figure is computed"
    return f' <a href="{html.escape(link)}">{words}</a>.' if is_html else f" [{words}]({link})."


def _source_paragraph(day: Edition, is_html: bool, as_of: str, link: str | None) -> list[str]:
    """All of the sources in one paragraph."""
    n_withheld = sum(figure.value is None for figure in day.used)
    parts = [
        as_of,
        f"{n_withheld} of {len(day.used)} {'is' if n_withheld == 1 else 'are'} withheld for want of data."
        if n_withheld
        else "",
        *_list_mark_words(day),
        f"Sources: {' '.join(_list_attributions(day))}" if _list_attributions(day) else "",
    ]
    words = " ".join(filter(None, parts))
    return (
        [f"<p>{escape(words, True)}{_link(link, True)}</p>"]
        if is_html
        else [f"{_paragraph(words, False)}{_link(link, False)}"]
    )


def _source_notes(day: Edition, is_html: bool, as_of: str, link: str | None) -> list[str]:
    """A note for each figure that is shown, behind the paragraph that says of which day they are."""
    lines = _source_paragraph(day, is_html, as_of, link)
    entries = [
        "; ".join(filter(None, (
            f"{figure.title} ({figure.figure}): {_rests_on(figure).rstrip('.')}", notes.describe_n(figure),
            None if figure.value is None else notes.describe_period(figure), notes.credit(figure, day.titles),
        )))
        for figure in day.used
    ]  # fmt: skip
    if is_html:
        items = (
            f'<li id="figure-{number}">{escape(words, True)}</li>' for number, words in enumerate(entries, start=1)
        )
        return [*lines, "<ol>", *items, "</ol>"] if entries else lines
    for number, words in enumerate(entries, start=1):
        lines += ["", f"[^figure-{number}]: {escape(words, False)}"]
    return lines


def _source_table(day: Edition, is_html: bool, as_of: str, link: str | None) -> list[str]:
    """A table of the figures with how to read it, and the words that sources want printed."""
    rows = tuple(
        (
            f"{figure.title} ({figure.figure})",
            _rests_on(figure),
            notes.strength(figure),
            notes.describe_period(figure),
            notes.credit(figure, day.titles) or "–",
        )
        for figure in day.used
    )
    table = Table(columns=("Figure", "Rests on", "n", "Reference period", "Sources"), rows=rows)
    key = f"{as_of} {READING_KEY} {PERIOD_KEY}"
    lines = (
        [f"<p>{escape(key, True)}{_link(link, True)}</p>"]
        if is_html
        else [f"{_paragraph(key, False)}{_link(link, False)}", ""]
    )
    lines += _table_lines(table, "Sources of the figures", is_html) if rows else []
    for line in _list_mark_words(day):
        lines += [f"<p>{escape(line, True)}</p>"] if is_html else ["", _paragraph(line, False)]
    words = _list_attributions(day)
    if words and is_html:
        lines += ["<ul>", *(f"<li>{escape(w, True)}</li>" for w in words), "</ul>"]
    elif words:
        lines += ["", *(f"- {escape(w, False)}" for w in words)]
    return lines


def content_of(text: str, span: Span, day: Edition) -> str:
    """What belongs between the markers of one span."""
    tag = span.marker
    as_html = day.is_html or tag.name != COMMENT
    words = ""
    if tag.figure is not None:
        at = Setting(
            is_inline=not (tag.name == COMMENT and is_block(text, span)),
            is_nested=tag.name != "title" and _is_in_brackets(text, tag.start),
            is_qualified=tag.start in day.qualified,
        )
        words = _words(day.ledger[tag.figure], tag, day.titles, at)
    if tag.name == "title":
        return escape((tag.template or "{}").replace("{}", words), True)
    if tag.figure is not None and not (tag.name == COMMENT and is_block(text, span)):
        # The text of a span in Markdown is still Markdown, so it is escaped as such.
        return escape(words, day.is_html) + _note_mark(day, tag)
    if tag.figure is not None:
        lines = _figure_lines(day.ledger[tag.figure], tag, as_html, words)
    elif tag.block == "sources":
        lines = _source_lines(day, as_html, tag)
    else:
        lines = _banner_lines(day.is_sample, as_html)
    before = text[text.rfind("\n", 0, tag.start) + 1 : tag.start]
    indent = "" if before.strip(" \t") else before
    gap = [] if as_html or not lines else [""]
    body = [f"{indent}{line}" if line else "" for line in [*gap, *lines, *gap]]
    return day.newline + "".join(line + day.newline for line in body) + indent


def _note_mark(day: Edition, tag: Tag) -> str:
    """The mark of a figure's note, where it is first shown; nothing where the sources are no notes."""
    number = day.note_numbers.get(tag.start)
    if number is None:
        return ""
    return f'<sup><a href="#figure-{number}">{number}</a></sup>' if day.is_html else f"[^figure-{number}]"


def _number_notes(spans: Sequence[Span], names: Sequence[str]) -> dict[int, int]:
    """The numbers of notes by the offset of the marker that has it; {} where the block of sources has none."""
    if not any(span.marker.block == "sources" and span.marker.form == "notes" for span in spans):
        return {}
    first: dict[str, int] = {}
    for span in spans:
        tag = span.marker
        if tag.figure is not None and tag.wanted.part not in (*LABELS, "scope", "note") and tag.name != "title":
            first.setdefault(tag.figure, tag.start)
    return {at: names.index(figure) + 1 for figure, at in first.items() if figure in names}


def _find_in(ledger: Mapping[str, Figures], name: str) -> str:
    """The id of a figure of the ledger, by the name that a marker gives it."""
    figure_id = name if name in ledger else canonical(name)
    if figure_id not in ledger:
        near = difflib.get_close_matches(name, list(ledger), n=2, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise AddressError(f"there is no figure {name!r}{hint}")
    return figure_id


def _list_marks(markers: Sequence[Tag], ledger: Mapping[str, Figures]) -> dict[str, list[Figures]]:
    """The marks that editors chose, with the figures of which they say something."""
    marks: dict[str, list[Figures]] = {}
    for tag in markers:
        if tag.mark is not None and tag.figure is not None and ledger[tag.figure].qualifier is not None:
            marks.setdefault(tag.mark, []).append(ledger[tag.figure])
    return marks


def make_edition(
    text: str,
    spans: Sequence[Span],
    ledger: Mapping[str, Figures],
    *,
    is_html: bool,
    sources: Sequence[Sources] = (),
    is_sample: bool = False,
) -> Edition:
    """What is put between the markers of a text. Its markers name figures of `ledger` by their ids."""
    markers = [span.marker for span in spans]
    names = tuple(
        dict.fromkeys(marker.figure for marker in markers if marker.figure and marker.wanted.part not in LABELS)
    )
    return Edition(
        ledger=ledger,
        used=tuple(ledger[name] for name in names),
        sources=sources,
        is_sample=is_sample,
        has_banner=any(span.marker.block == "banner" for span in spans),
        is_html=is_html,
        newline=newline_of(text, spans),
        qualified=_find_qualified(text, spans),
        note_numbers=_number_notes(spans, names),
        marks=_list_marks(markers, ledger),
    )


def refresh_bytes(
    raw: bytes,
    figures: Sequence[Figures],
    *,
    is_html: bool,
    is_mdx: bool = False,
    sources: Sequence[Sources] = (),
    is_sample: bool = False,
) -> tuple[bytes, RefreshResult]:
    """A guide's bytes with the figures of the day in them. Pure; refreshing the result again changes nothing.

    `figures` are ledger rows (of several days the newest counts); `sources` give names and attributions.
    Raises `GuideError` with every problem and its line.
    """
    ledger = {figure.figure: figure for figure in sorted(figures, key=lambda figure: figure.as_of)}
    guide = find_markers(raw, functools.partial(_find_in, ledger), is_html=is_html, is_mdx=is_mdx)
    text, ids = guide.document.text, guide.ids
    spans = [
        replace(span, marker=replace(span.marker, figure=ids[span.marker.figure])) if span.marker.figure else span
        for span in guide.spans
    ]
    day = make_edition(text, spans, ledger, is_html=is_html, sources=sources, is_sample=is_sample)
    names = tuple(figure.figure for figure in day.used)
    parts: list[str] = []
    changes: list[Change] = []
    at = 0
    for span in spans:
        new = content_of(text, span, day)
        if guide.document.is_ascii:
            new = new.encode("ascii", "xmlcharrefreplace").decode("ascii")
        parts += [text[at : span.start], new]
        changes += _find_change(guide, span, new)
        at = span.end
    result = guide.document.encode("".join([*parts, text[at:]]))
    return result, RefreshResult(
        used=names,
        warnings=warnings_of(guide, is_html),
        is_changed=result != raw,
        changes=tuple(changes),
        withheld=tuple(name for name in names if ledger[name].value is None),
        dated=tuple(name for name in names if ledger[name].status == "stale"),
    )


def _find_change(guide: MarkedGuide, span: Span, new: str) -> list[Change]:
    """What of a span changes; nothing where it stays as it is."""
    before = guide.document.text[span.start : span.end]
    if before == new:
        return []
    line = bisect.bisect_left(guide.lines, span.marker.start) + 1
    name = span.marker.figure or f"figures:{span.marker.block}"
    options = write_options(span.marker.wanted)
    return [Change(line=line, name=name, options=options, before=read_words(before), after=read_words(new))]


def list_changes(before: bytes, after: bytes, *, is_html: bool) -> list[Change]:
    """What stands otherwise between the markers of two versions of a guide that have the same markers.

    Nothing where they do not, or where a marker is not in order: then they cannot be compared place by place.
    """
    old, new = (decode(raw, is_html).text for raw in (before, after))
    try:
        spans = [pair(scan_tags(text, is_html).tags, canonical)[0] for text in (old, new)]
    except GuideError:
        return []
    names = [[(span.marker.figure, span.marker.block) for span in version] for version in spans]
    if names[0] != names[1]:
        return []
    changes = []
    for then, now in zip(*spans, strict=True):
        texts = (read_words(old[then.start : then.end]), read_words(new[now.start : now.end]))
        if texts[0] != texts[1]:
            name = now.marker.figure or f"figures:{now.marker.block}"
            line = new.count("\n", 0, now.marker.start) + 1
            options = write_options(now.marker.wanted)
            changes.append(Change(line=line, name=name, options=options, before=texts[0], after=texts[1]))
    return changes


def read_words(text: str) -> str:
    """What readers see of a text between markers, in a line."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", text)).split())
