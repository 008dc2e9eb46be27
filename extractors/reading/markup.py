"""Pages that nest deeper than any page does, made shallow before a parser reads them."""

from __future__ import annotations

import re

MAX_DEPTH = 256
"""Elements that may stand open in one another: libxml2's own limit, from which on it builds no tree."""
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
"""Elements whose end may be left out: those that the start of each ends when they stand open last."""


def limit_depth(page: str) -> str:
    """A page without the tags that open elements in more than `MAX_DEPTH` others, and without those that close none.

    What stands between them stays. The parser takes for each closing tag the time of the elements that are open,
    hence for a page that opens ever more the square of its length; for a page without such tags nothing changes.
    """
    open_names: list[str] = []
    pieces: list[str] = []
    end = 0
    for tag in _TAG.finditer(page):
        _, closes, name = tag.groups()
        if not name or (name := name.lower()) in _VOID or page[tag.end() - 2 : tag.end()] == "/>":
            continue
        if closes and open_names and open_names[-1] == name:  # as nearly always
            open_names.pop()
            continue
        if _closes(open_names, name) if closes else _takes(open_names, name):
            continue
        pieces.append(page[end : tag.start()])
        end = tag.end()
    return "".join([*pieces, page[end:]]) if pieces else page


def _takes(open_names: list[str], name: str) -> bool:
    """Open an element; False where too many are open."""
    if names := _CLOSED_BY.get(name):
        while open_names and open_names[-1] in names:
            open_names.pop()
    if len(open_names) >= MAX_DEPTH:
        return False
    open_names.append(name)
    return True


def _closes(open_names: list[str], name: str) -> bool:
    """Close an element and those open in it; False where too many are open, and it is none of them."""
    for place in range(len(open_names) - 1, -1, -1):
        if open_names[place] == name:
            del open_names[place:]
            return True
    return len(open_names) < MAX_DEPTH
