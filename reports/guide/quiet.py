"""The parts of a guide in which nothing is proposed: headings, links, quotations, tables, code and markers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from reports.guide.markers import Scan
from reports.guide.misplaced import list_scripts
from reports.guide.render import BREAK

HIDDEN = "\0"
"""Stands for each character that is no prose, such as code and the content of markers."""
_ELEMENTS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "a heading"), "a": "a link", "button": "a link",
    "nav": "a link", "table": "a table", **dict.fromkeys(("blockquote", "q", "cite"), "a quotation"),
}  # fmt: skip
_MARKDOWN = (
    (re.compile(r"^ {0,3}#{1,6}[ \t].*$|^[^\n]+\n {0,3}(?:=+|-{2,})[ \t]*$", re.M), "a heading"),
    (re.compile(r"^ {0,3}>.*$", re.M), "a quotation"),
    (re.compile(r"^[ \t]*\|.*$", re.M), "a table"),
    (
        re.compile(r"!?\[[^\[\]]*\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])|^ {0,3}\[[^\[\]]+\]:.*$", re.M),
        "a link",
    ),
)
_LINK = re.compile(r"<?https?://[^\s<>]+")
_QUOTED = re.compile(r"“[^“”\n]*”|«[^«»\n]*»|„[^„“”\n]*[“”]|(?<!\w)\"[^\"\n]*\"(?!\w)|(?<!\w)‘[^‘’\n]*’(?!\w)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,30});", re.I)
_CELL = re.compile(r"\||</?t[dh]\b", re.I)
_MARKS = str.maketrans("*|\r\n", " \t  ")
"""Each sign of emphasis, table cell and line end inside a sentence becomes one blank, so that offsets stay valid."""


def blank_markup(scan: Scan) -> list[str]:
    """Return the characters of a text with blanks for markup and a line for each paragraph; offsets stay valid."""
    chars = list(_ENTITY.sub(_pad_entity, scan.text.translate(_MARKS)))
    for tag in scan.tags:
        fill(chars, (tag.start, tag.end), " ")
    for hit in BREAK.finditer(scan.text):
        chars[hit.start()] = "\t" if _CELL.match(scan.text, hit.start()) else "\n"
    return chars


def _pad_entity(entity: re.Match[str]) -> str:
    word = html.unescape(entity[0])
    return (word if len(word) == 1 else " ").ljust(len(entity[0]))


def fill(chars: list[str], span: tuple[int, int], filler: str) -> None:
    """Put a filler in place of each character of a span."""
    chars[span[0] : span[1]] = filler * (span[1] - span[0])


def read_prose(scan: Scan, *, is_mdx: bool, is_text: bool = False) -> tuple[str, list[tuple[int, int, str]]]:
    """Return a guide's prose, a line for each paragraph, and the parts of it in which nothing is proposed.

    In plain text (`is_text`) each line is a paragraph. A part is (start, end, what it is). What is no prose is
    `HIDDEN`, or blank where it ends no sentence.
    """
    chars = blank_markup(scan)
    for hit in re.finditer(r"\n(?:-[ \t])?", scan.text) if is_text else ():
        fill(chars, hit.span(), "\n")
    hidden = [(0, scan.front_matter), *scan.skipped]
    if is_mdx:
        hidden += [(start, end) for start, end, _ in list_scripts(scan.text, scan.front_matter)]
    for ends in hidden:
        fill(chars, ends, " ")
    for span in scan.spans:
        fill(chars, (span.marker.start, span.after), HIDDEN)
    quiet = [*_find_elements(scan)]
    if not scan.is_html:
        quiet += [(hit.start(), hit.end(), what) for pattern, what in _MARKDOWN for hit in pattern.finditer(scan.text)]
    quiet += [(hit.start(), hit.end(), "a link") for hit in _LINK.finditer(scan.text)]
    for _, end, what in quiet:
        if what == "a heading" and end < len(chars):
            chars[end] = "\n"  # ends of elements are breaks already
    prose = "".join(chars)
    quiet += [(hit.start(), hit.end(), "a quotation") for hit in _QUOTED.finditer(prose)]
    return prose, quiet


def _find_elements(scan: Scan) -> Iterator[tuple[int, int, str]]:
    opened: dict[str, int] = {}
    for tag in scan.tags:
        if tag.name in _ELEMENTS and not tag.is_closing:
            opened.setdefault(tag.name, tag.start)
        elif tag.name in opened and tag.is_closing:
            yield opened.pop(tag.name), tag.end, _ELEMENTS[tag.name]
