"""Limits the nesting of pages before a parser reads them."""

from __future__ import annotations

import re

MAX_DEPTH = 256
"""Elements that may be nested: libxml2's own limit, beyond which it builds no tree."""
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
"""Elements with an optional end tag: the open elements that the start of each one closes."""


def limit_depth(page: str) -> str:
    """Remove the tags that open elements inside more than `MAX_DEPTH` others, and end tags without a start there.

    The text between them stays. For each end tag the parser searches all open elements, so a page that only opens
    elements would take the square of its length. Ordinary pages do not change.
    """
    open_names: list[str] = []
    pieces: list[str] = []
    end = 0
    for tag in _TAG.finditer(page):
        _, closes, name = tag.groups()
        if not name or (name := name.lower()) in _VOID or page[tag.end() - 2 : tag.end()] == "/>":
            continue
        if closes and open_names and open_names[-1] == name:  # nearly always
            open_names.pop()
            continue
        if _closes(open_names, name) if closes else _opens(open_names, name):
            continue
        pieces.append(page[end : tag.start()])
        end = tag.end()
    return "".join([*pieces, page[end:]]) if pieces else page


def _opens(open_names: list[str], name: str) -> bool:
    """Open an element; False if too many are open."""
    if names := _CLOSED_BY.get(name):
        while open_names and open_names[-1] in names:
            open_names.pop()
    if len(open_names) >= MAX_DEPTH:
        return False
    open_names.append(name)
    return True


def _closes(open_names: list[str], name: str) -> bool:
    """Close an element and all inside it; False if it is not open and too many others are."""
    for place in range(len(open_names) - 1, -1, -1):
        if open_names[place] == name:
            del open_names[place:]
            return True
    return len(open_names) < MAX_DEPTH
