"""Places of Markdown and MDX in which a marker cannot stand, since its text would be read as something else.

In Markdown these are the address and the title of a link and the text that stands for an image; in MDX also import and
export, `{…}` expressions with the comments in them, and the attributes of elements. In code nothing is a marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

LOOKALIKE = re.compile(r"<!--\s*/?figures?\s*:\S|<!--\s*/figures?\s*-->|<\w+\s[^<>]*data-figures?\s*=", re.I)
"""What looks like a marker, in order or not."""

# --- Markdown -------------------------------------------------------------------------------------------

MAX_PARAGRAPH = 5_000
"""Letters before a marker in which a link or an image that it stands in may begin."""
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_COMMENT = re.compile(r"<!--[\s\S]*?-->")
_NESTED = r"(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*"
_TITLE = r"""(?:"[^"]*|'[^']*|\([^()]*)"""
_ADDRESS = r"(?:<[^<>\n]*>|[^\s<>]+)"
_OPEN_PARTS = (
    (re.compile(rf"(?<!\\)!\[{_NESTED}\Z"), re.compile(rf"{_NESTED}\]"), "the text of an image"),
    (re.compile(rf"\]\(\s*{_ADDRESS}\s+{_TITLE}\Z"), None, "the title of a link"),
    (re.compile(rf"^ {{0,3}}\[[^\[\]]+\]:\s*{_ADDRESS}\s+{_TITLE}\Z", re.M), None, "the title of a link"),
    (re.compile(r"\]\(\s*(?:<[^<>\n]*|[^\s<>()]*)\Z"), None, "the address of a link"),
)
"""What is open at the end of the text before a marker, what must then close it behind it, and what it is."""


def find_in_links(text: str, starts: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Markers of Markdown, by where they start, that stand within a link or the text of an image: (offset, words)."""
    for at in starts:
        before = text[max(0, at - MAX_PARAGRAPH) : at]
        before = before[max((hit.end() for hit in _BLANK_LINE.finditer(before)), default=0) :]
        if "[" not in before:
            continue
        prose = _COMMENT.sub("", before)
        for opening, closing, what in _OPEN_PARTS:
            if opening.search(prose) and (
                closing is None or closing.match(_COMMENT.sub("", text[at : at + MAX_PARAGRAPH]))
            ):
                yield at, f"a marker cannot stand in {what}: it would be shown as it is written, or not at all"
                break


# --- MDX ------------------------------------------------------------------------------------------------

_INTEREST = re.compile(
    r"(?P<fence>^[ \t]*(?:`{3,}(?=[^`\n]*$)|~{3,}))|(?P<code>`+)|(?P<escaped>\\[\s\S])|(?P<brace>\{)"
    r"|(?P<module>^(?:import\s+(?:[\"'{*]|[\w$]+\s*(?:,|from\b))"
    r"|export\s+(?:default|const|let|var|function|async|class|\{|\*)))"
    r"|(?P<tag></?[A-Za-z][\w.:-]*)",
    re.M,
)
_ATTRIBUTE = re.compile(
    r"""\s*(?:(?P<brace>\{)|[\w$:.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|(?P<value>\{))?)?|(?P<end>/?>))"""
)
_IN_SCRIPT = re.compile(
    r"""(?<!:)//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[`{}()\[\]]|\n[ \t]*(?=\r?\n)"""
)
_IN_TEMPLATE = re.compile(r"\\[\s\S]|`|\$\{")
_CLOSED_BY = {"{": "}", "(": ")", "[": "]", "`": "`", "${": "}"}
_WORDS = {
    "module": "import or export", "expression": "a {…} expression or comment", "attribute": "an attribute",
}  # fmt: skip


def find_in_scripts(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """What looks like a marker in MDX where it would be code: (offset, words). `start`: behind the front matter."""
    for begin, end, kind in list_scripts(text, start):
        for marker in LOOKALIKE.finditer(text, begin, end):
            yield marker.start(), f"a marker cannot stand in {_WORDS[kind]} of MDX: its text would be read as code"


def list_scripts(text: str, at: int) -> Iterator[tuple[int, int, str]]:
    """Where code stands in MDX outside of fences and code spans, with its kind."""
    while hit := _INTEREST.search(text, at):
        at = hit.end()
        if hit["fence"]:
            fence = hit["fence"].strip()
            closing = re.compile(rf"^[ \t]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*\r?$", re.M).search(text, at)
            at = closing.end() if closing else len(text)
        elif hit["code"]:
            closing = re.compile(rf"(?<!`){hit['code']}(?!`)").search(text, at)
            at = closing.end() if closing else at
        elif hit["module"]:
            at = _end_of_code(text, at)
            yield hit.start(), at, "module"
        elif hit["brace"]:
            at = _end_of_code(text, at, "}")
            yield hit.start(), at, "expression"
        elif hit["tag"]:
            begin, at = at, _end_of_tag(text, at)
            yield begin, at, "attribute"


def _end_of_tag(text: str, at: int) -> int:
    """Where a tag ends whose name ends at `at`; there already where its attributes cannot be read."""
    begin = at
    while hit := _ATTRIBUTE.match(text, at):
        at = hit.end()
        if hit["end"]:
            return at
        if hit["brace"] or hit["value"]:
            at = _end_of_code(text, at, "}")
    return begin


def _end_of_code(text: str, at: int, closed_by: str | None = None) -> int:
    """Where code of JavaScript ends: behind its closing bracket, or before a blank line outside of all brackets."""
    brackets = [closed_by] if closed_by else []
    while hit := (_IN_TEMPLATE if brackets[-1:] == ["`"] else _IN_SCRIPT).search(text, at):
        at, token = hit.end(), hit[0]
        if token.isspace() and not brackets:
            return hit.start()
        if brackets and token == brackets[-1]:
            brackets.pop()
            if closed_by and not brackets:
                return at
        elif token in _CLOSED_BY:
            brackets.append(_CLOSED_BY[token])
    return len(text)
