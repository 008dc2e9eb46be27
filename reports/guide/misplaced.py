"""Find markers in places where Markdown or MDX would not read them as markers.

In Markdown these places are the address and title of a link, and the text of an image. In MDX they are also import and
export, `{…}` expressions and comments, and attributes of elements. Markers in code are not looked for, because code
never holds a marker.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reports.guide.words import split_around

if TYPE_CHECKING:
    from markdown_it.token import Token

LOOKALIKE = re.compile(r"<!--\s*/?figures?\s*:\S|<!--\s*/figures?\s*-->|<\w+\s[^<>]*data-figures?\s*=", re.I)
"""Text that looks like a marker, valid or not."""


def end_of_fence(text: str, fence: str, at: int) -> int:
    """Return the end of fenced code. `at` is the end of the opening fence."""
    close = re.compile(rf"^[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*\r?$", re.M).search(text, at)
    return close.end() if close else len(text)


# --- Markdown -------------------------------------------------------------------------------------------

_STAND_IN = "jobmarket{}marker"
"""A word that replaces a marker, to see where a Markdown parser finds it."""
_FOUND = re.compile(_STAND_IN.format(r"(\d+)"), re.I)
_PLACES = {"href": "the address of a link", "src": "the address of a link", "title": "the title of a link"}
"""Names of the attributes of links and images that may hide a marker."""


def find_in_links(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Yield the spans that are inside the address or title of a link, or the text of an image, as (offset, problem)."""
    if not spans or not re.search(r"\]\(|\]:|!\[", text):
        return
    from markdown_it import MarkdownIt  # noqa: PLC0415  # takes 50 ms, which a server without guides saves

    words = [*(_STAND_IN.format(i) for i in range(len(spans))), ""]
    references: dict[str, dict[str, dict[str, str]]] = {}
    without = "".join(itertools.chain.from_iterable(zip(split_around(text, spans), words, strict=True)))
    hidden = [*_list_hidden(MarkdownIt("commonmark").parse(without, references))]
    hidden += [part for link in references.get("references", {}).values() for part in link.items()]
    for name, value in hidden:
        for hit in _FOUND.finditer(str(value)):
            what = _PLACES.get(name, "the text of an image")
            if int(hit[1]) < len(spans):
                at = spans[int(hit[1])][0]
                yield at, f"a marker cannot stand in {what}: it would be shown as it is written, or not at all"


def _list_hidden(tokens: Sequence[Token]) -> Iterator[tuple[str, object]]:
    for token in tokens:
        yield from ((name, value) for name, value in token.attrs.items() if name in _PLACES)
        if token.type == "image":
            yield "alt", token.content
        yield from _list_hidden(token.children or [])


# --- MDX ------------------------------------------------------------------------------------------------

_INTEREST = re.compile(
    r"^[ \t]*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})|(?P<code>`+)|(?P<escaped>\\[\s\S])|(?P<brace>\{)"
    r"|(?P<module>^(?:import\s+(?:[\"'{*]|[\w$]+\s*(?:,|from\b))"
    r"|export\s+(?:default|const|let|var|function|async|class|\{|\*)))"
    r"""|(?P<attribute>(?<=[\w-])=(?:"[^"]*"|'[^']*'))""",
    re.M,
)
_IN_SCRIPT = re.compile(
    r"""(?<!:)//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[`{}()\[\]]|\n[ \t]*(?=\r?\n)"""
)
_IN_TEMPLATE = re.compile(r"\\[\s\S]|`|\$\{")
_CLOSED_BY = {"{": "}", "(": ")", "[": "]", "`": "`", "${": "}"}


def find_in_scripts(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the markers in code of MDX as (offset, problem). `start` is the end of the front matter."""
    for begin, end, what in list_scripts(text, start):
        for marker in LOOKALIKE.finditer(text, begin, end):
            yield marker.start(), f"a marker cannot stand in {what} of MDX: its text would be read as code"


def list_scripts(text: str, at: int) -> Iterator[tuple[int, int, str]]:
    """Yield the code in MDX that is after the offset `at` and outside fences and code spans, as (start, end, what)."""
    while hit := _INTEREST.search(text, at):
        at = hit.end()
        if hit["fence"]:
            at = end_of_fence(text, hit["fence"], at)
        elif hit["code"]:
            closing = re.compile(rf"(?<!`){hit['code']}(?!`)").search(text, at)
            at = closing.end() if closing else at
        elif hit["module"]:
            at = _end_of_code(text, at)
            yield hit.start(), at, "import or export"
        elif hit["brace"]:
            is_attribute = text.startswith("=", hit.start() - 1)
            at = _end_of_code(text, at, "}")
            yield hit.start(), at, "an attribute" if is_attribute else "a {…} expression or comment"
        elif hit["attribute"]:
            yield hit.start(), at, "an attribute"


def _end_of_code(text: str, at: int, closed_by: str | None = None) -> int:
    """Return the end of JavaScript code: after its closing bracket, or before a blank line outside all brackets."""
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
