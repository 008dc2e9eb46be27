"""The markers of a guide: finding them, pairing them, and saying with its line what is wrong with them.

    <!-- figure:ID part="low" -->…<!-- /figure -->      <span data-figure="ID" data-part="low">…</span>
    <!-- figures:sources -->…<!-- /figures:sources -->  <section data-figures="sources">…</section>

docs/markers.md explains them and their options to editors.
"""

from __future__ import annotations

import bisect
import codecs
import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reports.figures.addresses import AddressError
from reports.figures.catalogue import declaration_of
from reports.figures.declaration import Figure
from reports.guide.misplaced import LOOKALIKE, end_of_fence, find_in_links, find_in_scripts
from reports.wording.parts import FORMATS, MONEYS, PERIODS, PLAIN, PartFormat, find_locale_fault

PARTS = ("value", "note", "level", "place", "scope", "n", "employers", "period", "source")
"""Parts that every figure has; others are those of its renderer."""
LABELS = ("level", "place")
"""What tells of a figure and is none: the figure need not be among the sources."""
BLOCKS = ("sources", "banner")
RAW_ELEMENTS = frozenset(("script", "style", "textarea", "title"))
"""Elements whose content is text: no comment and no element stands in it (HTML 13.2.5)."""


Find = Callable[[str], str]
"""The id of the figure that a marker names; raises `AddressError`, which says what is wrong, where there is none."""
Problem = tuple[int, str]
"""An offset or a line, and what is wrong there."""


class GuideError(ValueError):
    """A guide that cannot be refreshed. `problems` are (line, what is wrong), all that were found, in order."""

    def __init__(self, problems: Sequence[Problem], path: Path | None = None) -> None:
        self.problems = tuple(sorted(problems))
        where = f"{path}:" if path else "line "
        super().__init__("\n".join(f"{where}{line}: {what}" for line, what in self.problems))


def line_finder(text: str) -> Callable[[int], int]:
    """What gives the line of an offset of a text."""
    newlines = [hit.start() for hit in re.finditer("\n", text)]
    return lambda at: bisect.bisect_left(newlines, at) + 1


# --- bytes and text -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file as text. `bom` + text in `encoding` are its bytes; `is_ascii` says to add nothing but ASCII."""

    text: str
    encoding: str
    bom: bytes = b""
    is_ascii: bool = False

    def encode(self, text: str) -> bytes:
        """Text as bytes of this file."""
        return self.bom + text.encode(self.encoding, "xmlcharrefreplace")


_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(
    rb"""<(?:meta[^>]{0,200}?charset\s*=|\?xml[^>]{0,200}?encoding\s*=)\s*["']?\s*([\w.:-]+)""", re.I
)
_DECLARED_WITHIN = 1024
"""Bytes in which HTML wants its encoding declared."""


def decode(raw: bytes, is_html: bool) -> Document:
    """Decode so that encoding again gives the same bytes, whatever they are.

    Bytes that are of no known encoding are carried as ISO 8859-1, which has a character for each byte.
    """
    declared = _DECLARED.search(raw[:_DECLARED_WITHIN]) if is_html else None
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    candidates = [(bom, name, False) for bom, name in _BOMS if raw.startswith(bom)]
    for bom, name, is_ascii in (*candidates, (b"", encoding, is_html and not declared)):
        try:
            text = raw[len(bom) :].decode(name)
            if bom + text.encode(name) == raw:
                return Document(text=text, encoding=name, bom=bom, is_ascii=is_ascii)
        except (UnicodeError, LookupError):
            continue
    return Document(text=raw.decode("latin-1"), encoding="latin-1", is_ascii=True)


# --- markers and their options ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A marker, or any other tag (needed to find the end of an element).

    `figure` or `block` is set on markers; `options` are those of an opening one.
    """

    start: int
    end: int
    name: str
    is_closing: bool = False
    is_self_closed: bool = False
    figure: str | None = None
    block: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None

    @property
    def wanted(self) -> PartFormat:
        """The part of the figure that it shows, and how."""
        given = self.options.get
        return PartFormat(
            part=given("part", PLAIN.part), per=given("per"), money=given("in"),
            form=given("format", PLAIN.form), locale=given("locale", PLAIN.locale),
        )  # fmt: skip

    @property
    def is_marker(self) -> bool:
        """Whether it begins or ends what a refresh replaces."""
        return self.block is not None or (self.figure is not None and self.name in FIGURE_ELEMENTS)

    def __str__(self) -> str:
        """In words for messages."""
        if self.name != COMMENT:
            kind, name = ("figure", self.figure) if self.figure else ("figures", self.block)
            return f"<{self.name} data-{kind}={name!r}>"
        if self.block:
            return f"<!-- {'/' * self.is_closing}figures:{self.block} -->"
        return "<!-- /figure -->" if self.is_closing else f"<!-- figure:{self.figure} -->"


COMMENT = "!--"
"""Name of comment markers, where elements have theirs."""
FIGURE_ELEMENTS = (COMMENT, "span", "title")
"""What holds a figure."""
FORMS = ("long", "line", "notes")
"""How the block of sources is printed: as a table, as one paragraph, or as notes with marks behind the figures."""
_LINK = re.compile(r"https?://[^\s<>\"'()]+|[./#\w][^\s<>\"'():]*")
_FindFault = Callable[[str], str | None]
"""What is wrong with the value of an option, whatever the figure; None when nothing is."""


def _choice(name: str, values: Sequence[str]) -> _FindFault:
    words = f"{', '.join(values[:-1])} or {values[-1]} expected"
    return lambda value: None if value in values else f"{name}={value!r}: {words}"


def _rule(fits: Callable[[str], object], words: str) -> _FindFault:
    return lambda value: None if fits(value) else words.replace("VALUE", repr(value))


_FIGURE_OPTIONS: Mapping[str, _FindFault] = {
    "part": lambda value: None,
    "per": _choice("per", PERIODS),
    "in": _choice("in", MONEYS),
    "format": _choice("format", FORMATS),
    "locale": find_locale_fault,
    "mark": _rule(
        str.strip, "mark is empty: what must be said of a value may be said in other words, and not left out"
    ),
    "else": lambda value: None,
}
OPTIONS: Mapping[str, Mapping[str, _FindFault]] = {
    "figure": _FIGURE_OPTIONS,
    "title": {
        **_FIGURE_OPTIONS,
        "template": _rule(re.compile(r"\{\}").search, "data-template has no {}, where the figure is to stand"),
    },
    "sources": {
        "form": _choice("form", FORMS),
        "link": _rule(_LINK.fullmatch, "link=VALUE: an address without spaces, quotes or brackets expected"),
    },
    "banner": {},
}
"""The options of each kind of marker, with what is wrong with their values."""
_VALUE = r"""(?:[^\s"'=<>`]+|'[^']*'|"[^"]*")"""
_ATTRIBUTE = re.compile(rf"\s+([A-Za-z_:][\w.:-]*)(?:\s*=\s*({_VALUE}))?")


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    """Names (lower case) and values of the attributes of a tag."""
    for attribute in _ATTRIBUTE.finditer(text):
        value = attribute[2] or ""
        yield attribute[1].lower(), html.unescape(value[1:-1] if value[:1] in ("'", '"') else value)


def _with_options(tag: Tag, attributes: str) -> Tag:
    """An opening marker with its options. Elements may have other attributes, too; in a comment these are errors."""
    known = OPTIONS[tag.block or ("title" if tag.name == "title" else "figure")]
    options: dict[str, str] = {}
    problems: list[str | None] = []
    for name, value in _attributes(attributes):
        key = name if tag.name == COMMENT else name.removeprefix("data-")
        key = "part" if key == "show" else key  # as guides spelt it first
        if key in options:
            problems.append(f"{key} is given twice")
        elif key in known:
            options[key] = value
            problems.append(known[key](value))
        elif tag.name == COMMENT:
            problems.append(f"unknown option {name!r}: {', '.join(known) or 'none'} are known of {tag}")
    return replace(tag, options=options, problem=next(filter(None, problems), None))


def find_part_fault(figure: Figure, style: PartFormat) -> str | None:
    """What is wrong with asking a figure for a part; None when nothing is."""
    parts = (*PARTS, *(part for part in figure.renderer.parts if part not in PARTS))
    if style.part not in parts:
        return f"{figure.id} has no part {style.part!r}: {', '.join(parts)}"
    if (style.per or style.money) and "median" not in figure.renderer.parts:
        return f"{figure.id} is no figure of pay, so that per and in say nothing"
    is_number = style.part in figure.renderer.parts or style.part in ("n", "employers", "period")
    if not is_number and style != PartFormat(part=style.part):
        return f"the part {style.part!r} of {figure.id} is words: per, in, format and locale say nothing of it"
    return None


# --- finding them -------------------------------------------------------------------------------------

_TAG = r"<!--|</?[A-Za-z][A-Za-z0-9-]*"
_FENCE = r"^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*)*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})"
_INTEREST = re.compile(rf"(?P<fence>(?!))|{_TAG}")
_INTEREST_MARKDOWN = re.compile(rf"{_FENCE}|{_TAG}|\\[!-/:-@\[-`{{-~]|`+", re.M)
_TAG_END = re.compile(rf"((?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*{_VALUE})?)*)\s*(/?)>")
"""Attributes and end of a tag, by the grammar of CommonMark 0.31, 6.6."""
_COMMENT_MARKER = re.compile(
    r"""(?P<slash>/?)(?P<kind>figures?)(?::(?P<name>[A-Za-z0-9_.]+))?"""
    r"""(?P<options>(?:\s+[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\Z"""
)
_IN_CODE_SPAN = re.compile(
    r"`+|\n|<!--\s*figure:(?:(?!-->)[\s\S])*-->[\s\S]*?<!--\s*/figure\s*-->|<span\b[^<>]*\bdata-figure\b[^<>]*>[\s\S]*?</span\s*>"
)
"""What decides where a code span ends. What a refresh replaces must not decide it, so it is stepped over."""
_LIKE_A_MARKER = re.compile(r"/?figures?\s*:(?:\S|\s*[\w.]+\s*\Z)|/figures?\Z", re.I)
_LOOSE_ATTRIBUTE = re.compile(
    rf"""\s[^<>]*=\s*(?:"[^"]{{0,1000}}?|'[^']{{0,1000}}?|\{{[^}}]{{0,1000}}?)(?={LOOKALIKE.pattern})""", re.I
)
"""Attributes that cannot be read, up to a marker that one of them holds."""
_FRONT_MATTER = re.compile(r"(?:---|\+\+\+)[ \t]*\r?\n(?:.*\r?\n)*?(?:---|\+\+\+|\.\.\.)[ \t]*(?:\r?\n|\Z)")
"""YAML or TOML between fences at the beginning of a text, where a marker would be a value."""
_IN_ATTRIBUTE = "a marker cannot stand in an attribute of an element: its text would not be read"


@dataclass
class Scan:
    """What a scan found: tags and markers, what was skipped as code, comment or raw text, the end of front matter."""

    text: str
    is_html: bool
    tags: list[Tag] = field(default_factory=list)
    skipped: list[tuple[int, int]] = field(default_factory=list)
    front_matter: int = 0

    def refuse(self, at: int, problem: str, *, end: int | None = None) -> None:
        """Note what is wrong at an offset, or with a comment that ends at another."""
        self.tags.append(Tag(start=at, end=at if end is None else end, name=COMMENT, problem=problem))


def scan_tags(text: str, is_html: bool) -> Scan:
    """All tags and markers of a document that are not inside code, comments or raw text, in order."""
    scan = Scan(text, is_html)
    interest = _INTEREST if is_html else _INTEREST_MARKDOWN
    if not is_html and (front := _FRONT_MATTER.match(text)):
        scan.front_matter = front.end()
        for marker in LOOKALIKE.finditer(text, 0, front.end()):
            scan.refuse(marker.start(), "a marker cannot stand in front matter: it would be read as part of a value")
    at = scan.front_matter
    while (hit := interest.search(text, at)) is not None:
        if hit["fence"]:
            at = _after_fence(scan, hit)
        elif hit[0] == "<!--":
            at = _after_comment(scan, hit.start())
        elif hit[0].startswith("<"):
            at = _after_tag(scan, hit)
        elif hit[0].startswith("`"):
            at = _after_code_span(scan, hit)
        else:
            at = hit.end()  # an escaped character
    return scan


def _after_fence(scan: Scan, hit: re.Match[str]) -> int:
    stop = end_of_fence(scan.text, hit["fence"], hit.end())
    scan.skipped.append((hit.start(), stop))
    return stop


def _after_code_span(scan: Scan, hit: re.Match[str]) -> int:
    for match in _IN_CODE_SPAN.finditer(scan.text, hit.end()):
        if match[0] == "\n":
            break
        if match[0] == hit[0]:
            scan.skipped.append((hit.start(), match.end()))
            return match.end()
    return hit.end()


def _after_comment(scan: Scan, start: int) -> int:
    text = scan.text
    for empty in ("<!-->", "<!--->"):
        if text.startswith(empty, start):
            return start + len(empty)
    stop = text.find("-->", start + 4)
    if stop < 0:
        if _LIKE_A_MARKER.match(text[start + 4 : start + 200].strip()):
            scan.refuse(start, "a marker begins here and its comment never ends ('-->' is missing)")
        return start + 4
    end, body = stop + 3, text[start + 4 : stop].strip()
    tag = _comment_marker(body, start, end)
    if tag is not None:
        scan.tags.append(tag)
    elif _LIKE_A_MARKER.match(body):
        problem = f'broken marker <!-- {body[:60]} -->: expected figure:ID part="…" else="…", /figure or figures:…'
        scan.refuse(start, problem, end=end)
    else:
        scan.skipped.append((start, end))
    return end


def _comment_marker(body: str, start: int, end: int) -> Tag | None:
    hit = _COMMENT_MARKER.match(body)
    tag = Tag(start=start, end=end, name=COMMENT, is_closing=body.startswith("/"))
    if body == "/figure":
        return replace(tag, figure="")
    if hit and hit["kind"] == "figures" and hit["name"] in BLOCKS:
        tag = replace(tag, block=hit["name"])
    elif hit and hit["kind"] == "figure" and hit["name"] and not tag.is_closing:
        tag = replace(tag, figure=hit["name"])
    else:
        return None
    return tag if tag.is_closing else _with_options(tag, hit["options"])


def _after_tag(scan: Scan, hit: re.Match[str]) -> int:
    text, start = scan.text, hit.start()
    is_closing = hit[0].startswith("</")
    name = hit[0].lstrip("</").lower()
    rest = _TAG_END.match(text, hit.end())
    if rest is None:
        stop = text.find(">", hit.end())
        if name == "span" and stop >= 0 and re.match(r"\s[^<]*\bdata-figure", text[hit.end() : stop]):
            scan.refuse(start, "a span with data-figure whose attributes cannot be read")
        elif not is_closing and (match := _LOOSE_ATTRIBUTE.match(text, hit.end())):
            scan.refuse(match.end(), _IN_ATTRIBUTE)
        return hit.end()
    end, attributes = rest.end(), rest[1]
    tag = Tag(start=start, end=end, name=name, is_closing=is_closing, is_self_closed=bool(rest[2]))
    if not is_closing and (match := LOOKALIKE.search(attributes)):
        scan.refuse(rest.start(1) + match.start(), _IN_ATTRIBUTE)
    elif not is_closing and "data-figure" in attributes.lower():
        tag = _element_marker(tag, attributes)
    scan.tags.append(tag)
    if is_closing or name not in RAW_ELEMENTS or rest[2]:
        return end
    close = re.compile(rf"</{name}(?=[\s/>])", re.I).search(text, end)
    stop = close.start() if close else len(text)
    if name == "script" and "json" in attributes.lower() and (match := LOOKALIKE.search(text, end, stop)):
        scan.refuse(match.start(), "a marker cannot stand in JSON: its text would be no JSON any more")
    elif tag.figure is None:
        scan.skipped.append((end, stop))
    return stop


def _element_marker(tag: Tag, attributes: str) -> Tag:
    values = dict(reversed(list(_attributes(attributes))))  # the first of two counts, as in HTML
    figure, block = values.get("data-figure"), values.get("data-figures")
    if figure is not None and block is not None:
        return replace(tag, problem="data-figure and data-figures on one element")
    if figure is None and block not in BLOCKS:
        return tag  # somebody else's attribute
    marker = _with_options(replace(tag, figure=figure, block=block), attributes)
    if tag.is_self_closed:
        return replace(tag, problem=f"<{tag.name} …/> holds nothing: write <{tag.name} …></{tag.name}>")
    return marker


# --- pairing ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Span:
    """What lies between an opening marker and its end: text[start:end] is replaced."""

    marker: Tag
    start: int
    end: int
    after: int


def pair(tags: Sequence[Tag]) -> tuple[list[Span], list[Problem]]:
    """The spans of a document, and what is wrong as (offset, words)."""
    spans: list[Span] = []
    problems = [(tag.start, tag.problem) for tag in tags if tag.problem is not None]
    opened, depth = None, 0
    for tag in tags:
        if tag.is_marker and not tag.is_closing:
            if opened is not None:
                problems.append((opened.start, f"{opened} is not closed before {tag} begins"))
            opened, depth = tag, 1
        elif opened is None:
            problems += [(tag.start, f"{tag} closes nothing")] * tag.is_marker
        elif tag.is_marker and opened.name != COMMENT:
            problems.append((tag.start, f"{tag} inside {opened}"))
        elif tag.is_marker or (tag.name == opened.name != COMMENT and not tag.is_self_closed):
            if tag.is_marker and tag.block != opened.block:
                problems.append((tag.start, f"{opened} is closed by {tag}"))
            depth += -1 if tag.is_closing else 1
            if depth == 0:
                spans.append(Span(marker=opened, start=opened.end, end=tag.start, after=tag.end))
                opened = None
    if opened is not None:
        problems.append((opened.start, f"{opened} is never closed"))
    return spans, problems


def before_on_line(text: str, at: int) -> str:
    """What stands on the line of an offset before it."""
    return text[text.rfind("\n", 0, at) + 1 : at]


def is_block(text: str, span: Span) -> bool:
    """Whether both markers stand alone on lines of their own."""
    inside, newline = text[span.start : span.end], text.find("\n", span.after)
    after = text[span.after : newline if newline >= 0 else None]
    first, last = re.match(r"[ \t]*\r?\n", inside), re.search(r"\n[ \t]*\Z", inside)
    return bool(first and last) and not before_on_line(text, span.marker.start).strip(" \t") and not after.strip()


# --- a whole guide ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class MarkedGuide:
    """A guide whose markers are all in order, with the ids of its figures by their names."""

    document: Document
    scan: Scan
    spans: list[Span]
    ids: Mapping[str, str]

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What an editor should look at, as (line, words)."""
        line_of = line_finder(self.document.text)
        hits = [
            *_find_lookalikes(self.scan),
            *([] if self.scan.is_html else _find_raw_lines(self.scan.text, self.spans)),
        ]
        return tuple(sorted({(line_of(at), what) for at, what in hits}))


def find_markers(raw: bytes, find: Find, *, is_html: bool, is_mdx: bool = False) -> MarkedGuide:
    """Find the markers of a guide; `is_mdx` is Markdown with JSX. Raises `GuideError` with every problem and line."""
    document = decode(raw, is_html)
    text = document.text
    scan = scan_tags(text, is_html)
    spans, problems = pair(scan.tags)
    ids: dict[str, str] = {}
    problems += [*_find_unknown(scan.tags, find, ids), *_find_wrong_blocks(text, spans, is_html)]
    if not is_html:
        problems += find_in_links(text, [(span.marker.start, span.after) for span in spans])
    if is_mdx:
        what = 'MDX has no comments: write <span data-figure="…"></span>, or <section data-figures="sources">'
        problems += [(span.marker.start, what) for span in spans if span.marker.name == COMMENT]
        problems += find_in_scripts(text, scan.front_matter)
    if problems:
        line_of = line_finder(text)
        raise GuideError([(line_of(at), what) for at, what in problems])
    return MarkedGuide(document=document, scan=scan, spans=spans, ids=ids)


def _find_unknown(tags: Sequence[Tag], find: Find, ids: dict[str, str]) -> Iterator[Problem]:
    """What is wrong with the names of figures and their parts; the ids of known ones are put into `ids`."""
    for tag in tags:
        if not tag.figure:
            continue
        try:
            name = ids[tag.figure] if tag.figure in ids else find(tag.figure)
        except AddressError as error:
            if tag.is_marker:
                yield tag.start, str(error)
            continue
        if not tag.is_marker:
            yield tag.start, f"data-figure works on <span> and <title> only, not on <{tag.name}>"
            continue
        ids[tag.figure] = name
        if fault := find_part_fault(declaration_of(name), tag.wanted):
            yield tag.start, fault


def _find_wrong_blocks(text: str, spans: Sequence[Span], is_html: bool) -> Iterator[Problem]:
    for block in BLOCKS:
        matches = [span for span in spans if span.marker.block == block]
        for span in matches:
            if span.marker.name == COMMENT and not is_html and not is_block(text, span):
                yield span.marker.start, f"{span.marker} and its end must stand alone on lines of their own"
        for extra in matches[1:]:
            yield extra.marker.start, f"the block {block!r} is there more than once"
        if block == "sources" and not matches:
            what = "the sources of the figures are missing: add <!-- figures:sources --> and <!-- /figures:sources -->"
            yield max(len(text) - 1, 0), what


def _find_lookalikes(scan: Scan) -> Iterator[Problem]:
    for start, end in scan.skipped:
        hits = [hit.start() for hit in LOOKALIKE.finditer(scan.text, start + 1, end)]
        for at in [*([start] if LOOKALIKE.match(scan.text, start, end) else []), *hits]:
            yield at, "a marker inside code or a comment is left alone"


def _find_raw_lines(text: str, spans: Sequence[Span]) -> Iterator[Problem]:
    """Lines of running Markdown that begin with a comment marker: CommonMark 0.31, 4.6, kind 2."""
    for span in spans:
        is_inline = span.marker.name == COMMENT and not is_block(text, span)
        if is_inline and not before_on_line(text, span.marker.start).strip(" \t>-*+"):
            yield span.marker.start, "a line of Markdown that begins with a marker is raw HTML: put a word before it"


def newline_of(text: str, spans: Sequence[Span]) -> str:
    """The newline that is commonest outside the spans: that part never changes, so the choice never does."""
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(text)]
    outside = "\n".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    n_crlf = outside.count("\r\n")
    return "\r\n" if n_crlf > outside.count("\n") - n_crlf - len(spans) else "\n"
