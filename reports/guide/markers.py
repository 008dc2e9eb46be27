"""The markers of a guide: find them, pair them, and report what is wrong with them, with line numbers.

    <!-- figure:ID part="low" -->…<!-- /figure -->      <span data-figure="ID" data-part="low">…</span>
    <!-- figures:sources -->…<!-- /figures:sources -->  <section data-figures="sources">…</section>

docs/markers.md explains markers and their options to editors.
"""

from __future__ import annotations

import bisect
import functools
import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reports.figures.addresses import AddressError
from reports.figures.catalogue import declaration_of, find_id
from reports.figures.declaration import Figure
from reports.guide.misplaced import LOOKALIKE, end_of_fence, find_in_links, find_in_scripts
from reports.guide.words import split_around
from reports.wording.parts import FORMATS, MONEYS, PERIODS, PLAIN, PartFormat, find_locale_fault

PARTS = ("value", "note", "level", "place", "scope", "n", "employers", "period", "source")
"""Parts that every figure has. Renderers add other parts."""
LABELS = ("level", "place")
"""Parts that name a figure without showing a value. If a guide uses no other part of a figure, the sources omit it."""
BLOCKS = ("sources", "banner")
RAW_ELEMENTS = frozenset(("script", "style", "textarea", "title"))
"""Elements whose content is plain text, without comments or elements (HTML 13.2.5)."""
COMMENT = "!--"
"""The tag name of markers that are comments."""
FIGURE_ELEMENTS = (COMMENT, "span", "title")
IN_PROSE = ("prose", "number")
"""Forms of a figure in house style: in words, or with shares as numbers."""
FORMS = {"sources": ("long", "line", "notes"), "figure": ("exact", *IN_PROSE, "table")}
"""Forms of the block "sources", a table, a paragraph, or notes with marks after the figures, and of a figure: as
published, as a clause in house style, or as a table without the text around it.
"""

Problem = tuple[int, str]
"""An offset or a line number, and what is wrong there."""


class GuideError(ValueError):
    """A guide that cannot be refreshed. `problems` lists every (line, what is wrong) in order."""

    def __init__(self, problems: Sequence[Problem], path: Path | None = None) -> None:
        self.problems = tuple(sorted(problems))
        where = f"{path}:" if path else "line "
        super().__init__("\n".join(f"{where}{line}: {what}" for line, what in self.problems))


# --- bytes and text -----------------------------------------------------------------------------------

_DECLARED = re.compile(
    rb"""<(?:meta[^>]{0,200}?charset\s*=|\?xml[^>]{0,200}?encoding\s*=)\s*["']?\s*([\w.:-]+)""", re.I
)
_DECLARED_WITHIN = 1024
"""HTML must declare its encoding within this many bytes."""


def _decode(raw: bytes, is_html: bool) -> tuple[str, str, bool]:
    """Return a text that can be encoded back to the same bytes, its encoding, and whether only ASCII may be added.

    Bytes in no known encoding are read as ISO 8859-1, which has a character for each byte.
    """
    declared = _DECLARED.search(raw[:_DECLARED_WITHIN]) if is_html else None
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    for name, is_ascii in (("utf-8-sig", False), ("utf-16", False), (encoding, is_html and not declared)):
        try:
            text = raw.decode(name)
            if text.encode(name) == raw:
                return text, name, is_ascii
        except (UnicodeError, LookupError):
            continue
    return raw.decode("latin-1"), "latin-1", True


# --- markers and their options ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A marker, or another tag that may end an element.

    Only markers have `figure` (the name of a figure) or `block` ("sources" or "banner"), and only opening markers have
    `options`. `problem` says what is wrong with the tag.
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
        """The part of the figure to print, and its format."""
        given = self.options.get
        part = given("part", PLAIN.part)
        return PartFormat(
            part=part, per=given("per"), money=given("in"), form=given("format", PLAIN.form),
            locale=given("locale", PLAIN.locale), in_numbers=part == PLAIN.part and given("form") == "number",
        )  # fmt: skip

    @property
    def is_prose(self) -> bool:
        """Whether the figure is said in house style."""
        return self.figure is not None and self.options.get("form") in IN_PROSE

    @property
    def is_marker(self) -> bool:
        """Whether the tag starts or ends a span."""
        return self.block is not None or (self.figure is not None and self.name in FIGURE_ELEMENTS)

    def __str__(self) -> str:
        """The marker as messages quote it."""
        if self.name != COMMENT:
            kind, name = ("figure", self.figure) if self.figure else ("figures", self.block)
            return f"<{self.name} data-{kind}={name!r}>"
        if self.block:
            return f"<!-- {'/' * self.is_closing}figures:{self.block} -->"
        return "<!-- /figure -->" if self.is_closing else f"<!-- figure:{self.figure} -->"


@dataclass(frozen=True, kw_only=True)
class Span:
    """The content of a marker: text[start:end]. `marker` is the opening tag; the closing tag ends at `after`."""

    marker: Tag
    start: int
    end: int
    after: int


_OF_FIGURE = ("part", "per", "in", "format", "locale", "form", "mark", "else")
OPTIONS = {
    "figure": _OF_FIGURE,
    "title": (*_OF_FIGURE, "template"),
    "sources": ("form", "link", "remarks"),
    "banner": (),
}
"""The options of each kind of marker."""
_CHOICES = {"per": PERIODS, "in": MONEYS, "format": FORMATS, "remarks": ("text", "notes")}
_PATTERNS = {
    "mark": (r"\S", "mark is empty: use another sign or other words, since the remark on a value cannot be left out"),
    "template": (r"\{\}", "data-template has no {} for the figure"),
    "link": (
        r"\A(?:https?://[^\s<>\"'()]+|[./#\w][^\s<>\"'():]*)\Z",
        "link=VALUE: expected an address without spaces, quotes or brackets",
    ),
}
"""What the value of an option must match, and the message if it does not."""


def _find_option_fault(name: str, value: str, block: str) -> str | None:
    choices = FORMS[block] if name == "form" else _CHOICES.get(name, (value,))
    if value not in choices:
        return f"{name}={value!r}: expected {', '.join(choices[:-1])} or {choices[-1]}"
    pattern, message = _PATTERNS.get(name, ("", ""))
    if not re.search(pattern, value):
        return message.replace("VALUE", repr(value))
    return find_locale_fault(value) if name == "locale" else None


_VALUE = r"""(?:[^\s"'=<>`]+|'[^']*'|"[^"]*")"""
_ATTRIBUTE = re.compile(rf"\s+([A-Za-z_:][\w.:-]*)(?:\s*=\s*({_VALUE}))?")


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for attribute in _ATTRIBUTE.finditer(text):
        value = attribute[2] or ""
        yield attribute[1].lower(), html.unescape(value[1:-1] if value[:1] in ("'", '"') else value)


def _with_options(tag: Tag, attributes: str) -> Tag:
    """Read the options of an opening marker. An unknown attribute is an error only in a comment."""
    known = OPTIONS[tag.block or ("title" if tag.name == "title" else "figure")]
    options: dict[str, str] = {}
    problems: list[str | None] = []
    for name, value in _attributes(attributes):
        key = name if tag.name == COMMENT else name.removeprefix("data-")
        if key in options:
            problems.append(f"{key} is given twice")
        elif key in known:
            options[key] = value
            problems.append(_find_option_fault(key, value, tag.block or "figure"))
        elif tag.name == COMMENT:
            problems.append(f"unknown option {name!r}; the options of {tag} are {', '.join(known) or 'none'}")
    return replace(tag, options=options, problem=next(filter(None, problems), None))


def find_part_fault(figure: Figure, style: PartFormat) -> str | None:
    """Return what is wrong with a part of a figure, or with its format; None if nothing is."""
    parts = dict.fromkeys((*PARTS, *figure.renderer.parts))
    if style.part not in parts:
        return f"{figure.id} has no part {style.part!r}; its parts are {', '.join(parts)}"
    if (style.per or style.money) and "median" not in figure.renderer.parts:
        return f"{figure.id} is not a figure of pay, so per and in do not apply"
    is_number = style.part in figure.renderer.parts or style.part in ("n", "employers", "period")
    if not is_number and style != PartFormat(part=style.part, in_numbers=style.in_numbers):
        return f"the part {style.part!r} of {figure.id} is a text, so per, in, format and locale do not apply"
    return None


# --- scanning -----------------------------------------------------------------------------------------

_TAG = r"<!--|</?[A-Za-z][A-Za-z0-9-]*"
_FENCE = r"^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*)*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})"
_INTEREST = re.compile(rf"(?P<fence>(?!))|{_TAG}")
_INTEREST_MARKDOWN = re.compile(rf"{_FENCE}|{_TAG}|\\[!-/:-@\[-`{{-~]|`+", re.M)
_TAG_END = re.compile(rf"((?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*{_VALUE})?)*)\s*(/?)>")
"""The attributes and the end of a tag, in the grammar of CommonMark 0.31, 6.6."""
_COMMENT_MARKER = re.compile(
    r"""/?(?P<kind>figures?)(?::(?P<name>[A-Za-z0-9_.]+))?"""
    r"""(?P<options>(?:\s+[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\Z"""
)
_IN_CODE_SPAN = re.compile(
    r"`+|\n|<!--\s*figure:(?:(?!-->)[\s\S])*-->[\s\S]*?<!--\s*/figure\s*-->|<span\b[^<>]*\bdata-figure\b[^<>]*>[\s\S]*?</span\s*>"
)
"""What may end a code span. The content of markers is skipped, because a refresh may replace it."""
_LIKE_A_MARKER = re.compile(r"/?figures?\s*:(?:\S|\s*[\w.]+\s*\Z)|/figures?\Z", re.I)
_LOOSE_ATTRIBUTE = re.compile(
    rf"""\s[^<>]*=\s*(?:"[^"]{{0,1000}}?|'[^']{{0,1000}}?|\{{[^}}]{{0,1000}}?)(?={LOOKALIKE.pattern})""", re.I
)
"""Malformed attributes, up to a marker inside one of them."""
_FRONT_MATTER = re.compile(r"(?:---|\+\+\+)[ \t]*\r?\n(?:.*\r?\n)*?(?:---|\+\+\+|\.\.\.)[ \t]*(?:\r?\n|\Z)")
"""YAML or TOML between fences at the start of a text. A marker there would be read as part of a value."""
_IN_ATTRIBUTE = "a marker cannot stand in an attribute of an element: its text would not be read"


@dataclass
class Scan:
    """A guide as text, with what was found in it.

    `skipped` are the (start, end) of code, comments and raw text; `front_matter` is the offset at which front matter
    ends. If `is_ascii`, only ASCII characters may be added to the text. `warnings` are for the editor, as (line, what
    is wrong).
    """

    text: str
    is_html: bool
    encoding: str
    is_ascii: bool
    tags: list[Tag] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[tuple[int, int]] = field(default_factory=list)
    front_matter: int = 0
    warnings: tuple[Problem, ...] = ()

    @functools.cached_property
    def _line_ends(self) -> list[int]:
        return [hit.start() for hit in re.finditer("\n", self.text)]

    @property
    def outside(self) -> list[str]:
        """The texts before, between and after the contents of the spans, where a refresh changes nothing."""
        return split_around(self.text, [(span.start, span.end) for span in self.spans])

    @property
    def contents(self) -> list[str]:
        """The contents of the spans."""
        return [self.text[span.start : span.end] for span in self.spans]

    @functools.cached_property
    def newline(self) -> str:
        """The most common line ending outside the spans."""
        outside = "\n".join(self.outside)
        n_crlf = outside.count("\r\n")
        return "\r\n" if n_crlf > outside.count("\n") - n_crlf - len(self.spans) else "\n"

    def line_of(self, at: int) -> int:
        """Return the number of the line that holds an offset."""
        return bisect.bisect_left(self._line_ends, at) + 1

    def before_on_line(self, at: int) -> str:
        """Return the text between the start of a line and an offset in that line."""
        return self.text[self.text.rfind("\n", 0, at) + 1 : at]

    def is_block(self, span: Span) -> bool:
        """Whether the opening and the closing marker are each alone on a line."""
        inside = self.text[span.start : span.end]
        if not re.match(r"[ \t]*\r?\n", inside) or not re.search(r"\n[ \t]*\Z", inside):
            return False
        is_last = re.compile(r"[^\S\n]*(?:\n|\Z)").match(self.text, span.after)
        return bool(is_last) and not self.before_on_line(span.marker.start).strip(" \t")


def scan_tags(raw: bytes, is_html: bool) -> Scan:
    """Find all tags, markers and spans outside code, comments and raw text, in order."""
    text, encoding, is_ascii = _decode(raw, is_html)
    scan = Scan(text, is_html, encoding, is_ascii)
    interest = _INTEREST if is_html else _INTEREST_MARKDOWN
    if not is_html and (front := _FRONT_MATTER.match(text)):
        scan.front_matter = front.end()
        for marker in LOOKALIKE.finditer(text, 0, front.end()):
            problem = "a marker cannot stand in front matter: it would be read as part of a value"
            scan.problems.append((marker.start(), problem))
    at = scan.front_matter
    while (hit := interest.search(text, at)) is not None:
        if hit["fence"]:
            at = end_of_fence(text, hit["fence"], hit.end())
            scan.skipped.append((hit.start(), at))
        elif hit[0] == "<!--":
            at = _after_comment(scan, hit.start())
        elif hit[0].startswith("<"):
            at = _after_tag(scan, hit)
        elif hit[0].startswith("`"):
            at = _after_code_span(scan, hit)
        else:
            at = hit.end()  # an escaped character
    _pair(scan)
    return scan


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
            scan.problems.append((start, "a marker begins here and its comment never ends ('-->' is missing)"))
        return start + 4
    end, body = stop + 3, text[start + 4 : stop].strip()
    if tag := _comment_marker(body, start, end):
        scan.tags.append(tag)
        return end
    if _LIKE_A_MARKER.match(body):
        problem = f'broken marker <!-- {body[:60]} -->: expected figure:ID part="…" else="…", /figure or figures:…'
        scan.problems.append((start, problem))
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
    is_closing, name = hit[0].startswith("</"), hit[0].lstrip("</").lower()
    rest = _TAG_END.match(text, hit.end())
    if rest is None:
        stop = text.find(">", hit.end())
        if name == "span" and stop >= 0 and re.match(r"\s[^<]*\bdata-figure", text[hit.end() : stop]):
            scan.problems.append((start, "the attributes of a span with data-figure cannot be read"))
        elif not is_closing and (match := _LOOSE_ATTRIBUTE.match(text, hit.end())):
            scan.problems.append((match.end(), _IN_ATTRIBUTE))
        return hit.end()
    end, attributes = rest.end(), rest[1]
    tag = Tag(start=start, end=end, name=name, is_closing=is_closing, is_self_closed=bool(rest[2]))
    if not is_closing and (match := LOOKALIKE.search(attributes)):
        scan.problems.append((rest.start(1) + match.start(), _IN_ATTRIBUTE))
    elif not is_closing and "data-figure" in attributes.lower():
        tag = _element_marker(tag, attributes)
    scan.tags.append(tag)
    return end if is_closing or rest[2] or name not in RAW_ELEMENTS else _after_raw_text(scan, tag, attributes)


def _after_raw_text(scan: Scan, tag: Tag, attributes: str) -> int:
    close = re.compile(rf"</{tag.name}(?=[\s/>])", re.I).search(scan.text, tag.end)
    stop = close.start() if close else len(scan.text)
    is_json = tag.name == "script" and "json" in attributes.lower()
    if is_json and (match := LOOKALIKE.search(scan.text, tag.end, stop)):
        scan.problems.append((match.start(), "a marker cannot stand in JSON, which would no longer be valid"))
    elif tag.figure is None:
        scan.skipped.append((tag.end, stop))
    return stop


def _element_marker(tag: Tag, attributes: str) -> Tag:
    values = dict(reversed(list(_attributes(attributes))))  # if an attribute occurs twice, the first counts, as in HTML
    figure, block = values.get("data-figure"), values.get("data-figures")
    if figure is not None and block is not None:
        return replace(tag, problem="data-figure and data-figures on one element")
    if figure is None and block not in BLOCKS:
        return tag  # the attribute is not ours
    if tag.is_self_closed:
        problem = f"<{tag.name} …/> holds nothing: write <{tag.name} …></{tag.name}>"
        return replace(tag, figure=figure, block=block, problem=problem)
    return _with_options(replace(tag, figure=figure, block=block), attributes)


def _pair(scan: Scan) -> None:
    scan.problems += [(tag.start, tag.problem) for tag in scan.tags if tag.problem is not None]
    opened, depth = None, 0
    for tag in scan.tags:
        if tag.is_marker and not tag.is_closing:
            if opened is not None:
                scan.problems.append((opened.start, f"{opened} is not closed before {tag} begins"))
            opened, depth = tag, 1
        elif opened is None:
            scan.problems += [(tag.start, f"{tag} closes nothing")] * tag.is_marker
        elif tag.is_marker and opened.name != COMMENT:
            scan.problems.append((tag.start, f"{tag} inside {opened}"))
        elif tag.is_marker or (tag.name == opened.name and not tag.is_self_closed):
            if tag.is_marker and tag.block != opened.block:
                scan.problems.append((tag.start, f"{opened} is closed by {tag}"))
            depth += -1 if tag.is_closing else 1
            if depth == 0:
                scan.spans.append(Span(marker=opened, start=opened.end, end=tag.start, after=tag.end))
                opened = None
    if opened is not None:
        scan.problems.append((opened.start, f"{opened} is never closed"))


# --- a whole guide ------------------------------------------------------------------------------------


def find_markers(raw: bytes, published: Collection[str] | None = None, *, is_html: bool, is_mdx: bool = False) -> Scan:
    """Find the markers of a guide. The spans of the result name figures by their current ids.

    If `published` is given, a marker of any other figure is a problem. Raises `GuideError` with every problem and its
    line.
    """
    scan = scan_tags(raw, is_html)
    ids: dict[str, str] = {}
    problems = [*scan.problems, *_find_unknown(scan.tags, published, ids), *_find_wrong_blocks(scan)]
    if not is_html:
        problems += find_in_links(scan.text, [(span.marker.start, span.after) for span in scan.spans])
    if is_mdx:
        what = 'MDX has no comments: write <span data-figure="…"></span>, or <section data-figures="sources">'
        problems += [(span.marker.start, what) for span in scan.spans if span.marker.name == COMMENT]
        problems += find_in_scripts(scan.text, scan.front_matter)
    if problems:
        raise GuideError([(scan.line_of(at), what) for at, what in problems])
    hits = [] if is_html else [*_find_raw_lines(scan)]
    what = "a marker inside code or a comment is left alone"
    for start, end in scan.skipped:
        hits += [(hit.start(), what) for hit in LOOKALIKE.finditer(scan.text, start, end)]
    scan.warnings = tuple(sorted({(scan.line_of(at), what) for at, what in hits}))
    scan.spans = [
        replace(span, marker=replace(span.marker, figure=ids.get(span.marker.figure or ""))) for span in scan.spans
    ]
    return scan


def _find_unknown(tags: Sequence[Tag], published: Collection[str] | None, ids: dict[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with the figures that markers name, and store the id for each name in `ids`."""
    for tag in tags:
        if not tag.figure:
            continue
        try:
            name = ids.get(tag.figure) or (tag.figure if tag.figure in (published or ()) else find_id(tag.figure))
        except AddressError as error:
            if tag.is_marker:
                yield tag.start, str(error)
            continue
        ids[tag.figure] = name
        if not tag.is_marker:
            yield tag.start, f"data-figure works on <span> and <title> only, not on <{tag.name}>"
        elif published is not None and name not in published:
            yield tag.start, f"{name} is not published yet: `jobmarket run` computes it"
        elif fault := find_part_fault(declaration_of(name), tag.wanted):
            yield tag.start, fault


def _find_wrong_blocks(scan: Scan) -> Iterator[Problem]:
    for block in BLOCKS:
        matches = [span for span in scan.spans if span.marker.block == block]
        for span in matches:
            if span.marker.name == COMMENT and not scan.is_html and not scan.is_block(span):
                yield span.marker.start, f"{span.marker} and its end must stand alone on lines of their own"
        for extra in matches[1:]:
            yield extra.marker.start, f"the block {block!r} appears more than once"
        if block == "sources" and not matches:
            what = "the sources of the figures are missing: add <!-- figures:sources --> and <!-- /figures:sources -->"
            yield max(len(scan.text) - 1, 0), what


def _find_raw_lines(scan: Scan) -> Iterator[Problem]:
    """Yield lines of Markdown that begin with a comment marker and so are raw HTML (CommonMark 0.31, 4.6, kind 2)."""
    for span in scan.spans:
        is_inline = span.marker.name == COMMENT and not scan.is_block(span)
        if is_inline and not scan.before_on_line(span.marker.start).strip(" \t>-*+"):
            yield span.marker.start, "a line of Markdown that begins with a marker is raw HTML: put a word before it"
