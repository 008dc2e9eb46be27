"""The markers of a guide: finding them, pairing them, and saying with its line what is wrong with them.

Markers, in Markdown and in HTML, each any number of times:

    <!-- figure:ID -->…<!-- /figure -->            <span data-figure="ID">…</span>
    <!-- figures:banner -->…<!-- /figures:banner -->    <div data-figures="banner">…</div>    (optional)
    <!-- figures:sources -->…<!-- /figures:sources -->  <section data-figures="sources">…</section>

- `part="value"` (the default) prints the figure, `part="note"` what a reader should know beside it: n, interval,
  basis, period, what the 2026 guide said; `part="level"` the level of pay that it is of, `part="place"`
  the place that it is headed by, with the countries of which too few are in it; `part="scope"`, for shares
  of all places, of which adverts they are, with the largest countries and sources. `part="n"`, `"employers"`,
  `"period"` and `"source"` print what it rests on. Of pay, `"low"`, `"high"`, `"median"`, `"p25"`, `"p75"` and
  `"interval"` (of the median) print one amount; of a share, `"share"` (without "of the jobs that …"), `"interval"` and
  `"rank"`; of a claim, `"amount"`, `"year"`, `"growth"` and `"publisher"`. `show` is an earlier name of `part`.
- `per="month"`, `"year"` or `"hour"` and `in="usd"`, `"local"` (the country's money) or `"ppp"` (international dollars)
  say by what time and in what money pay is printed, a year and dollars where nothing is said; `format="short"` (12.5K),
  `"long"` (12,500) or `"bare"` (12,500 without its currency, a share without its sign) and `locale="de"` how numbers
  are. Words stay English.
- What must be said of a value ("cited; PwC", "out of date") stands in brackets behind it; behind parts once in a
  paragraph, after the last. `mark="*"` puts other words or a sign in its place, which the block "sources" explains: it
  may not be empty.
- `else="…"` are plain words to print when the figure is withheld, or lacks the part; without them the reason is
  printed. In the span each may also be spelt `data-part`, `data-else` and so on.
- In HTML, `<title data-figure="ID" data-template="Pay in the US: {}">…</title>` puts a figure into the title, whose
  text is the template with the figure for `{}`.
- A ranking or list becomes a table when both comment markers stand alone on lines of their own, and one line
  of text otherwise. A span always holds one line of text.
- The block "sources" may be short: `form="line"` makes it one paragraph, with `link="…"` to where each figure is
  explained, and `form="notes"` a list of notes whose marks stand behind the figures where each is first shown.
- The block "sources" must be there exactly once: basis, rung, n, window, last reading and sources of every figure
  used. In Markdown its comment markers stand alone on their lines. On sample data the banner says so; without it
  the sources do.
- In Markdown, begin no line of running text with a comment marker: CommonMark takes such a line as raw HTML and ends
  the paragraph before it. `Refreshed.warnings` names such lines.
- A marker is refused, with its line, in front matter, JSON and attributes, in addresses and titles of links and the
  text of images, and in MDX in import and export, `{…}` expressions and comments (`misplaced`).
- What stands in fenced code, in `code spans` of one line, in other comments, and in script, style, textarea and
  title is text about markers, not a marker; `Refreshed.warnings` names those lines. Indented code is not
  recognised as code: show markers in fences.

Figures are written as text with HTML character references, so that they break neither a table cell nor emphasis.
A file that is not known to be UTF-8 gets ASCII only. Newlines follow the file.
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
from reports.guide.misplaced import LOOKALIKE, find_in_links, find_in_scripts
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


class GuideError(ValueError):
    """A guide that cannot be refreshed. `problems` are (line, what is wrong), all that were found, in order."""

    def __init__(self, problems: Sequence[tuple[int, str]], path: Path | None = None) -> None:
        self.problems = tuple(sorted(problems))
        where = f"{path}:" if path else "line "
        super().__init__("\n".join(f"{where}{line}: {what}" for line, what in self.problems))


@dataclass(frozen=True, kw_only=True)
class Change:
    """What stood between the markers of a figure (or block) on a line, and what stands there now, in words.

    `options` are those that say which part is shown and how, as in the marker: ' part="low" per="year"'.
    """

    line: int
    name: str
    options: str = ""
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class RefreshResult:
    """What a refresh did: figures used, in order of first use, and what an editor should look at, as (line, words).

    `changes` are in order; `withheld` are those of the figures used that have no value, `dated` those that are stale.
    """

    used: tuple[str, ...]
    warnings: tuple[tuple[int, str], ...]
    is_changed: bool
    changes: tuple[Change, ...] = ()
    withheld: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()


# --- bytes and text -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file as text. `bom` + text in `encoding` are its bytes; `is_ascii` says to add nothing but ASCII."""

    text: str
    encoding: str
    bom: bytes
    is_ascii: bool

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
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            text = _decode_as(raw[len(bom) :], encoding)
            if text is not None:
                return Document(text=text, encoding=encoding, bom=bom, is_ascii=False)
    match = _DECLARED.search(raw[:_DECLARED_WITHIN]) if is_html else None
    encoding = match[1].decode("ascii").lower() if match else "utf-8"
    text = _decode_as(raw, encoding)
    if text is None:
        return Document(text=raw.decode("latin-1"), encoding="latin-1", bom=b"", is_ascii=True)
    return Document(text=text, encoding=encoding, bom=b"", is_ascii=is_html and match is None)


def _decode_as(raw: bytes, encoding: str) -> str | None:
    try:
        text = raw.decode(encoding)
        return text if text.encode(encoding) == raw else None
    except (UnicodeError, LookupError):
        return None


# --- finding the markers ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A marker, or any other tag (needed to find the end of an element). `figure` or `block` is set on openings."""

    start: int
    end: int
    name: str
    is_closing: bool = False
    is_self_closed: bool = False
    figure: str | None = None
    block: str | None = None
    wanted: PartFormat = PLAIN
    mark: str | None = None
    otherwise: str | None = None
    template: str | None = None
    form: str = "long"
    link: str | None = None
    problem: str | None = None


COMMENT = "!--"
"""Name of comment markers, where elements have theirs."""
FIGURE_ELEMENTS = (COMMENT, "span", "title")
"""What holds a figure."""
_TAG = r"<!--|</?[A-Za-z][A-Za-z0-9-]*"
_FENCE = r"^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*)*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})"
_INTEREST = re.compile(rf"(?P<fence>(?!))|{_TAG}")
_INTEREST_MARKDOWN = re.compile(rf"{_FENCE}|{_TAG}|\\[!-/:-@\[-`{{-~]|`+", re.M)
_VALUE = r"""(?:[^\s"'=<>`]+|'[^']*'|"[^"]*")"""
_ATTRIBUTE = re.compile(rf"\s+([A-Za-z_:][\w.:-]*)(?:\s*=\s*({_VALUE}))?")
_TAG_END = re.compile(rf"((?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*{_VALUE})?)*)\s*(/?)>")
"""Attributes and end of a tag, by the grammar of CommonMark 0.31, 6.6."""
_FIGURE_COMMENT = re.compile(r"""figure:([A-Za-z0-9_.]+)((?:\s+[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\Z""")
_BLOCK_COMMENT = re.compile(r"""(/?)figures:([a-z]+)((?:\s+[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\Z""")
_IN_CODE_SPAN = re.compile(
    r"`+|\n|<!--\s*figure:(?:(?!-->)[\s\S])*-->[\s\S]*?<!--\s*/figure\s*-->|<span\b[^<>]*\bdata-figure\b[^<>]*>[\s\S]*?</span\s*>"
)
"""What decides where a code span ends. What a refresh replaces must not decide it, so it is stepped over."""
_LIKE_A_MARKER = re.compile(r"/?figures?\s*:(?:\S|\s*[\w.]+\s*\Z)|/figures?\Z", re.I)
_LOOSE_ATTRIBUTE = re.compile(
    rf"""\s[^<>]*=\s*(?:"[^"]{{0,1000}}?|'[^']{{0,1000}}?|\{{[^}}]{{0,1000}}?)(?={LOOKALIKE.pattern})""", re.I
)
"""Attributes that cannot be read, up to a marker that one of them holds."""


@dataclass
class Scan:
    """What a scan found; `front_matter` is where that ends."""

    text: str
    is_html: bool
    tags: list[Tag] = field(default_factory=list)
    skipped: list[tuple[int, int]] = field(default_factory=list)
    front_matter: int = 0


def scan_tags(text: str, is_html: bool) -> Scan:
    """All tags and markers of a document that are not inside code, comments or raw text, in order."""
    scan = Scan(text, is_html)
    interest = _INTEREST if is_html else _INTEREST_MARKDOWN
    at = scan.front_matter = 0 if is_html else _after_front_matter(scan)
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


_FRONT_MATTER = re.compile(r"(?:---|\+\+\+)[ \t]*\r?\n(?:.*\r?\n)*?(?:---|\+\+\+|\.\.\.)[ \t]*(?:\r?\n|\Z)")


def _after_front_matter(scan: Scan) -> int:
    """Where the text begins behind the front matter (YAML or TOML between fences), where a marker would be a value."""
    match = _FRONT_MATTER.match(scan.text)
    if match is None:
        return 0
    for marker in LOOKALIKE.finditer(scan.text, 0, match.end()):
        problem = "a marker cannot stand in front matter: programs would read it as part of the value"
        scan.tags.append(Tag(start=marker.start(), end=marker.end(), name=COMMENT, problem=problem))
    return match.end()


def _after_fence(scan: Scan, hit: re.Match[str]) -> int:
    fence = hit["fence"]
    close = re.compile(rf"^[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*\r?$", re.M)
    end = close.search(scan.text, hit.end())
    stop = end.end() if end else len(scan.text)
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
            problem = "a marker begins here and its comment never ends ('-->' is missing)"
            scan.tags.append(Tag(start=start, end=start + 4, name=COMMENT, problem=problem))
        return start + 4
    end = stop + 3
    body = text[start + 4 : stop].strip()
    tag = _comment_marker(body, start, end)
    if tag is not None:
        scan.tags.append(tag)
    else:
        scan.skipped.append((start, end))
    return end


def _comment_marker(body: str, start: int, end: int) -> Tag | None:
    if body == "/figure":
        return Tag(start=start, end=end, name=COMMENT, is_closing=True, figure="")
    block = _BLOCK_COMMENT.match(body)
    if block is not None and block[2] in BLOCKS:
        tag = Tag(start=start, end=end, name=COMMENT, is_closing=bool(block[1]), block=block[2])
        return tag if tag.is_closing else _with_form(tag, dict(_attributes(block[3])))
    opening = _FIGURE_COMMENT.match(body)
    if opening is not None:
        return _opening(start, end, COMMENT, opening[1], opening[2], strict=True)
    if _LIKE_A_MARKER.match(body):
        problem = f'broken marker <!-- {body[:60]} -->: expected figure:ID part="…" else="…", /figure or figures:…'
        return Tag(start=start, end=end, name=COMMENT, problem=problem)
    return None


OPTIONS = ("part", "per", "in", "format", "locale", "mark", "else")
_SPELT = {"show": "part"}
"""Earlier names of options."""
_VALUES = {"per": PERIODS, "in": MONEYS, "format": FORMATS}


_LINK = re.compile(r"https?://[^\s<>\"'()]+|[./#\w][^\s<>\"'():]*")
FORMS = ("long", "line", "notes")
"""How the block of sources is printed: as a table, as one paragraph, or as notes with marks behind the figures."""


def _with_form(tag: Tag, options: Mapping[str, str]) -> Tag:
    """The opening marker of a block with its options."""
    form, link = options.get("form", FORMS[0]), options.get("link")
    unknown = options.keys() - {"form", "link"}
    problem = None
    if unknown or (options and tag.block != "sources"):
        problem = f"unknown option {min(unknown or options)!r}: form and link are known, of the block sources"
    elif form not in FORMS:
        problem = f"form={form!r}: {', '.join(FORMS[:-1])} or {FORMS[-1]} expected"
    elif link is not None and not _LINK.fullmatch(link):
        problem = f"link={link!r}: an address without spaces, quotes or brackets expected"
    return replace(tag, form=form, link=link, problem=tag.problem or problem)


def _opening(start: int, end: int, name: str, figure: str, attributes: str, *, strict: bool) -> Tag:
    """The opening marker of a figure with its options. In a comment (`strict`) other attributes are errors."""
    values: dict[str, str] = {}
    problem = None
    for name_of, value in _attributes(attributes):
        key = name_of if strict else name_of.removeprefix("data-")
        key = _SPELT.get(key, key)
        if key in values and key in (*OPTIONS, "figure"):
            problem = f"{key} is given twice"
        values[key] = value
        if strict and key not in OPTIONS:
            problem = f"unknown option {name_of!r}: {', '.join(OPTIONS)} are known"
    options = {key: value for key, value in values.items() if key in OPTIONS}
    return Tag(
        start=start, end=end, name=name, figure=figure,
        wanted=PartFormat(
            part=options.get("part", "value"), per=options.get("per"), money=options.get("in"),
            form=options.get("format", "short"), locale=options.get("locale", "en"),
        ),
        mark=options.get("mark"), otherwise=options.get("else"), template=values.get("template"),
        problem=problem or _find_option_fault(options),
    )  # fmt: skip


def write_options(style: PartFormat) -> str:
    """What is wanted of a figure as a marker has it, without what is usual."""
    options = {
        "part": style.part, "per": style.per, "in": style.money, "format": style.form, "locale": style.locale
    }  # fmt: skip
    usual = {"part": PLAIN.part, "per": PLAIN.per, "in": PLAIN.money, "format": PLAIN.form, "locale": PLAIN.locale}
    return "".join(f' {name}="{value}"' for name, value in options.items() if value != usual[name])


def _find_option_fault(options: Mapping[str, str]) -> str | None:
    """What is wrong with the values of options, whatever the figure; None when nothing is."""
    for key, values in _VALUES.items():
        if key in options and options[key] not in values:
            return f"{key}={options[key]!r}: {', '.join(values[:-1])} or {values[-1]} expected"
    if "mark" in options and not options["mark"].strip():
        return "mark is empty: what must be said of a value may be said in other words, and not be left out"
    return find_locale_fault(options["locale"]) if "locale" in options else None


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


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    """Names (lower case) and values of the attributes of a tag."""
    for attribute in _ATTRIBUTE.finditer(text):
        value = attribute[2] or ""
        yield attribute[1].lower(), html.unescape(value[1:-1] if value[:1] in ("'", '"') else value)


def _after_tag(scan: Scan, hit: re.Match[str]) -> int:
    text, start = scan.text, hit.start()
    is_closing = hit[0].startswith("</")
    name = hit[0].lstrip("</").lower()
    rest = _TAG_END.match(text, hit.end())
    if rest is None:
        stop = text.find(">", hit.end())
        attributes = text[hit.end() : stop] if stop >= 0 else ""
        if name == "span" and re.match(r"\s[^<]*\bdata-figure", attributes):
            problem = "a span with data-figure whose attributes cannot be read"
            scan.tags.append(Tag(start=start, end=hit.end(), name=name, problem=problem))
        elif not is_closing and (match := _LOOSE_ATTRIBUTE.match(text, hit.end())):
            scan.tags.append(_refuse_in_attribute(match.end()))
        return hit.end()
    end = rest.end()
    tag = Tag(start=start, end=end, name=name, is_closing=is_closing, is_self_closed=bool(rest[2]))
    if not is_closing and (match := LOOKALIKE.search(rest[1])):
        scan.tags.append(_refuse_in_attribute(rest.start(1) + match.start()))
    elif not is_closing and "data-figure" in rest[1].lower():
        tag = _element_marker(tag, rest[1])
    scan.tags.append(tag)
    if not is_closing and name in RAW_ELEMENTS and not rest[2]:
        close = re.compile(rf"</{name}(?=[\s/>])", re.I).search(text, end)
        stop = close.start() if close else len(text)
        if name == "script" and "json" in rest[1].lower() and (match := LOOKALIKE.search(text, end, stop)):
            problem = "a marker cannot stand in JSON: its text would be no JSON any more"
            scan.tags.append(Tag(start=match.start(), end=match.end(), name=COMMENT, problem=problem))
        elif tag.figure is None:
            scan.skipped.append((end, stop))
        return stop
    return end


def _refuse_in_attribute(at: int) -> Tag:
    problem = "a marker cannot stand in an attribute of an element: its text would not be read"
    return Tag(start=at, end=at, name=COMMENT, problem=problem)


def _element_marker(tag: Tag, attributes: str) -> Tag:
    values = dict(reversed(list(_attributes(attributes))))  # the first of two counts, as in HTML
    if "data-figure" in values and "data-figures" in values:
        return replace(tag, problem="data-figure and data-figures on one element")
    if "data-figures" in values and values["data-figures"] in BLOCKS:
        marker = _with_form(
            replace(tag, block=values["data-figures"]),
            {key.removeprefix("data-"): value for key, value in values.items() if key in ("data-form", "data-link")},
        )
    elif "data-figure" in values:
        marker = _opening(tag.start, tag.end, tag.name, values["data-figure"], attributes, strict=False)
    else:
        return tag  # somebody else's attribute
    if tag.name == "title" and marker.template is not None and "{}" not in marker.template:
        return replace(tag, problem="data-template has no {}, where the figure is to stand")
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


@dataclass
class _Pairing:
    """The marker that is open, how deep its element nests, and what was found so far."""

    find: Find
    spans: list[Span] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    opened: Tag | None = None
    depth: int = 0

    def take(self, tag: Tag) -> None:
        """Read the next tag of the document."""
        if tag.problem is not None:
            self.problems.append((tag.start, tag.problem))
        is_marker = self._is_marker(tag)
        if is_marker and not tag.is_closing:
            if self.opened is not None:
                self.problems.append(
                    (self.opened.start, f"{describe(self.opened)} is not closed before {describe(tag)} begins")
                )
            self.opened, self.depth = tag, 1
        elif self.opened is None:
            if is_marker:
                self.problems.append((tag.start, f"{describe(tag)} closes nothing"))
        elif is_marker:
            self._close_comment(self.opened, tag)
        elif tag.name == self.opened.name != COMMENT and not tag.is_self_closed:
            self.depth += -1 if tag.is_closing else 1
            if self.depth == 0:
                self._end(self.opened, tag)

    def _is_marker(self, tag: Tag) -> bool:
        if tag.figure and tag.name not in FIGURE_ELEMENTS:
            if _is_known(tag.figure, self.find):
                self.problems.append((tag.start, f"data-figure works on <span> and <title> only, not on <{tag.name}>"))
            return False
        return tag.figure is not None or tag.block is not None

    def _close_comment(self, opener: Tag, tag: Tag) -> None:
        if opener.name != COMMENT:
            self.problems.append((tag.start, f"{describe(tag)} inside {describe(opener)}"))
            return
        if tag.block != opener.block:
            self.problems.append((tag.start, f"{describe(opener)} is closed by {describe(tag)}"))
        self._end(opener, tag)

    def _end(self, opener: Tag, tag: Tag) -> None:
        self.spans.append(Span(marker=opener, start=opener.end, end=tag.start, after=tag.end))
        self.opened = None


def _is_known(name: str, find: Find) -> bool:
    try:
        find(name)
    except AddressError:
        return False
    return True


def pair(tags: Sequence[Tag], find: Find) -> tuple[list[Span], list[tuple[int, str]]]:
    """The spans of a document, and what is wrong as (offset, words)."""
    pairing = _Pairing(find)
    for tag in tags:
        pairing.take(tag)
    if pairing.opened is not None:
        pairing.problems.append((pairing.opened.start, f"{describe(pairing.opened)} is never closed"))
    return pairing.spans, pairing.problems


def describe(tag: Tag) -> str:
    """A marker in words for messages."""
    if tag.name != COMMENT:
        return f"<{tag.name} data-figure={tag.figure!r}>" if tag.figure else f"<{tag.name} data-figures={tag.block!r}>"
    slash = "/" if tag.is_closing else ""
    if tag.block:
        return f"<!-- {slash}figures:{tag.block} -->"
    return "<!-- /figure -->" if tag.is_closing else f"<!-- figure:{tag.figure} -->"


def is_block(text: str, span: Span) -> bool:
    """Whether both markers stand alone on lines of their own."""
    inside = text[span.start : span.end]
    before = text[text.rfind("\n", 0, span.marker.start) + 1 : span.marker.start]
    after = text[span.after : text.find("\n", span.after) if "\n" in text[span.after :] else len(text)]
    first, last = re.match(r"[ \t]*\r?\n", inside), re.search(r"\n[ \t]*\Z", inside)
    return bool(first and last) and not before.strip(" \t") and not after.strip()


# --- a whole guide ------------------------------------------------------------------------------------


def warnings_of(guide: MarkedGuide, is_html: bool) -> tuple[tuple[int, str], ...]:
    """What an editor should look at, as (line, words)."""
    notes = [(at, "a marker inside code or a comment is left alone") for at in _find_lookalikes(guide.scan)]
    notes += [] if is_html else _find_raw_lines(guide.document.text, guide.spans)
    return tuple(sorted({(bisect.bisect_left(guide.lines, at) + 1, what) for at, what in notes}))


@dataclass(frozen=True, kw_only=True)
class MarkedGuide:
    """A guide whose markers are all in order. `lines` are the offsets of its newlines, `ids` figures by their names."""

    document: Document
    scan: Scan
    spans: list[Span]
    lines: list[int]
    ids: Mapping[str, str]


def find_markers(raw: bytes, find: Find, *, is_html: bool, is_mdx: bool = False) -> MarkedGuide:
    """Find the markers of a guide; `is_mdx` is Markdown with JSX. Raises `GuideError` with every problem and line."""
    document = decode(raw, is_html)
    text = document.text
    scan = scan_tags(text, is_html)
    spans, problems = pair(scan.tags, find)
    ids: dict[str, str] = {}
    if not is_html:
        starts = (tag.start for tag in scan.tags if tag.figure or tag.block)
        problems += find_in_links(text, starts)
    if is_mdx:
        problems += [*find_in_scripts(text, scan.front_matter), *_find_comments(spans)]
    problems += [*_find_unknown(scan.tags, find, ids), *_find_wrong_blocks(text, spans, is_html)]
    lines = [i for i, c in enumerate(text) if c == "\n"]
    if problems:
        raise GuideError([(bisect.bisect_left(lines, at) + 1, what) for at, what in problems])
    return MarkedGuide(document=document, scan=scan, spans=spans, lines=lines, ids=ids)


def _find_unknown(tags: Sequence[Tag], find: Find, ids: dict[str, str]) -> Iterator[tuple[int, str]]:
    """What is wrong with the names of figures; the ids of those that are known are put into `ids`."""
    for tag in tags:
        if tag.figure and tag.name in FIGURE_ELEMENTS and tag.figure not in ids:
            try:
                ids[tag.figure] = find(tag.figure)
            except AddressError as error:
                yield tag.start, str(error)
        if tag.figure in ids and not tag.is_closing:
            fault = find_part_fault(declaration_of(ids[tag.figure]), tag.wanted)
            if fault:
                yield tag.start, fault


def _find_comments(spans: Sequence[Span]) -> Iterator[tuple[int, str]]:
    what = 'MDX has no comments: write <span data-figure="…"></span>, or <section data-figures="sources">'
    return ((span.marker.start, what) for span in spans if span.marker.name == COMMENT)


def _find_wrong_blocks(text: str, spans: Sequence[Span], is_html: bool) -> Iterator[tuple[int, str]]:
    for span in spans:
        is_comment_block = span.marker.block is not None and span.marker.name == COMMENT
        if is_comment_block and not is_html and not is_block(text, span):
            yield span.marker.start, f"{describe(span.marker)} and its end must stand alone on lines of their own"
    for block in BLOCKS:
        matches = [span for span in spans if span.marker.block == block]
        for extra in matches[1:]:
            yield extra.marker.start, f"the block {block!r} is there more than once"
        if block == "sources" and not matches:
            end = max(len(text) - 1, 0)
            yield (
                end,
                "the sources of the figures are missing: add <!-- figures:sources --> and <!-- /figures:sources -->",
            )


def _find_lookalikes(scan: Scan) -> Iterator[int]:
    for start, end in scan.skipped:
        for marker in LOOKALIKE.finditer(scan.text, start + 1, end):
            yield marker.start()
        if LOOKALIKE.match(scan.text, start, end):
            yield start


def _find_raw_lines(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, str]]:
    """Lines of running Markdown that begin with a comment marker: CommonMark 0.31, 4.6, kind 2."""
    for span in spans:
        before = text[text.rfind("\n", 0, span.marker.start) + 1 : span.marker.start]
        is_inline = span.marker.name == COMMENT and not is_block(text, span)
        if is_inline and not before.strip(" \t>-*+"):
            yield span.marker.start, "a line of Markdown that begins with a marker is raw HTML: put a word before it"


def newline_of(text: str, spans: Sequence[Span]) -> str:
    """The newline that is commonest outside the spans: that part never changes, so the choice never does."""
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(text)]
    outside = "\n".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    n_crlf = outside.count("\r\n")
    return "\r\n" if n_crlf > outside.count("\n") - n_crlf - len(spans) else "\n"
