"""Limit how deeply the elements of a page are nested, before a parser reads the page."""

from __future__ import annotations

import re

MAX_DEPTH = 256
"""Maximum number of elements nested in each other, as in libxml2, which builds no tree for a deeper page."""
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title)\b.*?(?:</\1\s*>|\Z)|<(/?)([A-Za-z][^\s/>]*)[^>]*>?",
    re.DOTALL | re.IGNORECASE,
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_CELLS = frozenset(["td", "th"])
_CLOSED_BY = {
    "p": frozenset(["p"]), "li": frozenset(["li"]), "option": frozenset(["option"]),
    "dt": frozenset(["dt", "dd"]), "dd": frozenset(["dt", "dd"]),
    "td": _CELLS, "th": _CELLS, "tr": _CELLS | {"tr"},
}  # fmt: skip
"""Elements whose start tag (key) closes the open elements in the set (value), because their end tag is optional."""


def limit_depth(page: str) -> str:
    """Remove the tags of elements that are nested more than `MAX_DEPTH` deep, but keep the text between the tags.

    Without the limit, the parser's time would grow with the square of the page's length, because it searches all open
    elements for each end tag.
    """
    open_names: list[str] = []
    pieces: list[str] = []
    end = 0
    for tag in _TAG.finditer(page):
        _, closes, name = tag.groups()
        if not name or (name := name.lower()) in _VOID or page[tag.end() - 2 : tag.end()] == "/>":
            continue
        if closes and open_names and open_names[-1] == name:  # the usual case
            open_names.pop()
            continue
        if _closes(open_names, name) if closes else _opens(open_names, name):
            continue
        pieces.append(page[end : tag.start()])
        end = tag.end()
    return "".join([*pieces, page[end:]]) if pieces else page


def _opens(open_names: list[str], name: str) -> bool:
    """Add an element to the open ones. Return False instead if `MAX_DEPTH` elements are open already."""
    if names := _CLOSED_BY.get(name):
        while open_names and open_names[-1] in names:
            open_names.pop()
    if len(open_names) >= MAX_DEPTH:
        return False
    open_names.append(name)
    return True


def _closes(open_names: list[str], name: str) -> bool:
    """Close an element and all inside it. Return False if it is not open and `MAX_DEPTH` others are."""
    for place in range(len(open_names) - 1, -1, -1):
        if open_names[place] == name:
            del open_names[place:]
            return True
    return len(open_names) < MAX_DEPTH
