"""Extract an advert's text from the HTML that a source sends.

In tidy markup (names in lower case, attributes in double quotes) the lines are found by searching for tags. Any other
markup is first parsed and written tidily by lexbor (selectolax), which reads broken markup as browsers do.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from transforms.text.characters import (
    LINE_ENDS,
    NOT_SHOWN,
    ODD_SPACES,
    ORDINARY,
    beyond,
    is_encodable,
    replace_surrogates,
)

# fmt: off
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details", "dialog",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "search", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
))
# fmt: on
"""Elements that begin and end a line: display:block elements in section 15.3 of the HTML standard, and <br>."""
CELLS = frozenset(("td", "th"))
# fmt: off
INLINE = (
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "head", "html", "i", "img", "ins", "kbd", "label",
    "link", "mark", "meta", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "u",
)
# fmt: on
"""Further elements which show that a text is HTML. "List<String>" is not."""
# fmt: off
PLAIN_BLOCKS = (
    "article", "aside", "blockquote", "br", "center", "div", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "li", "main", "nav", "ol", "p", "section", "ul",
)
PLAIN_INLINE = (
    "strong", "span", "a", "b", "em", "i", "u", "abbr", "big", "cite", "code", "del", "font", "img", "ins", "kbd",
    "label", "mark", "small", "strike", "sub", "sup",
)
# fmt: on
"""`PLAIN_BLOCKS` and `PLAIN_INLINE` are elements whose text stays in place, however they are nested.

HTML without other elements is not parsed."""
UNSEEN = "script,style,template,noscript,noembed,noframes,iframe,object,svg,math,title,select,textarea"
"""CSS selector of the elements whose text is not part of the visible advert."""
MAX_TAGS = 600
"""Maximum tags that are parsed together, because parsing time grows with the square of the number of open elements.
Stored adverts in untidy markup have at most 409."""

FREQUENT = ("p", "ul", "div")
_ATTRIBUTES = r'(?:\s++[\w:.-]++(?:="[^"<>]*+")?+)*+\s*+/?+'


class _Tags(NamedTuple):
    cell: re.Pattern[str]
    item: re.Pattern[str]
    block: re.Pattern[str]
    inline: re.Pattern[str]


def _tags(blocks: Iterable[str], inline: str) -> _Tags:
    names = "|".join(sorted(set(blocks) - {"br", "hr", "li"}, key=lambda tag: (tag not in FREQUENT, tag)))
    opens = rf"<(?:{names}){_ATTRIBUTES}>"
    ends = rf"(?:</(?:{names}|li)\s*+>|<[bh]r{_ATTRIBUTES}>)"
    passes = rf"</?+(?:{inline}){_ATTRIBUTES}>"
    return _Tags(
        cell=re.compile(rf"(?:</[a-z][a-z0-9]*+>)*+<t[dh]{_ATTRIBUTES}>"),
        # a block at the beginning of an item does not begin another line
        item=re.compile(rf"<li{_ATTRIBUTES}>(?>\s|{opens}|{ends}(?>{ends}|</(?:{inline})\s*+>)*+{opens}|{passes})*+"),
        block=re.compile(rf"</?+(?:p|li|{names}|[bh]r){_ATTRIBUTES}>"),
        inline=re.compile(passes),
    )


_PLAIN = _tags(PLAIN_BLOCKS, "|".join(PLAIN_INLINE))
_ANY = _tags(BLOCKS, rf"(?!(?:{'|'.join(sorted(BLOCKS))})[\s/>])[a-zA-Z][^\s/<>]*+")
_FIRST_BLOCK = re.compile(rf"<(?:{'|'.join(sorted(BLOCKS - {'body', 'br'}))})[\s/>]", re.IGNORECASE)
_WITH_ATTRIBUTES = re.compile(r'<([a-zA-Z][^\s/<>]*+)(?:\s[^\s/>][^\s/>=]*+="[^"<>]*+")++>')
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PREFORMATTED = re.compile(r"<pre>.*?</pre>", re.DOTALL)
_ESCAPED = re.compile(r"\s*&lt;[a-zA-Z!/]")
_KNOWN = "|".join((*sorted(BLOCKS | CELLS), *INLINE, *UNSEEN.split(",")))
_TAG = re.compile(rf"<(?:/?(?:{_KNOWN})[\s/>]|!--|!DOCTYPE)", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_PIECE = re.compile(rf"[^<]*+(?:<[^<]*+){{1,{MAX_TAGS}}}")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_RAW_TAG = re.compile(r"<(?:xmp|plaintext)\b", re.IGNORECASE)  # their content is not escaped
_UNSEEN_TAG = re.compile("<(?:" + UNSEEN.replace(",", "|") + r")\b", re.IGNORECASE)


def text_of(html: str) -> str:
    """Return a page's visible text, one line per block element, with "- " before list items.

    Entities are decoded, twice if the source escaped twice. White space becomes single spaces. Empty lines, invisible
    characters, script and style are dropped. Text without tags keeps its lines. HTML that is escaped as a whole
    (`&lt;p&gt;...`) is unescaped first. The running time is linear in the length of `html`. Never raises.
    """
    if _ESCAPED.match(html):
        html = entities.unescape(html)
    if "<" in html and _TAG.search(html):
        text = _lines(html, _PLAIN) if is_encodable(html) else "<"
        if "<" not in text:
            html = entities.unescape(text)
        elif _RAW_TAG.search(html):
            html = entities.unescape(_ANY_TAG.sub("\n", html))
        else:
            html = "".join(map(_cut_by_parser, _PIECE.findall(html)))
    return _tidy(html)


def _cut_by_parser(html: str) -> str:
    page = LexborHTMLParser(html)
    root = page.body or page.root
    if root is None:
        return ""
    if _UNSEEN_TAG.search(html):
        for node in root.css(UNSEEN):
            if node.mem_id != root.mem_id:
                node.decompose()
    tidy = _WITH_ATTRIBUTES.sub(r"<\1>", _COMMENT.sub("", root.html or ""))
    tidy = _PREFORMATTED.sub(lambda match: match[0].replace("\n", "<br>"), tidy)
    return entities.unescape(_lines(tidy, _ANY))


def _lines(tidy: str, tags: _Tags) -> str:
    """Return tidy markup without tags but with its entities: one line per block element, "- " before items."""
    tidy = tidy.replace("&nbsp;", " ")
    if "\n" in tidy or "\r" in tidy:
        first = _FIRST_BLOCK.search(tidy)  # a page without block elements keeps its line breaks
        at = first.start() if first else len(tidy)
        tidy = tidy[:at] + tidy[at:].replace("\n", " ").replace("\r", " ")
    if tags is _ANY:
        tidy = tags.cell.sub(" ", tidy)
    return tags.inline.sub("", tags.block.sub("\n", tags.item.sub("\n- ", tidy)))


def _tidy(text: str) -> str:
    if "&" in text and _ENTITY.search(text):
        text = entities.unescape(text)
    odd = beyond(text.encode("utf-8", "surrogatepass"), ORDINARY)
    if odd and not is_encodable(odd):
        text = replace_surrogates(text)
    for marks, instead in ((NOT_SHOWN, ""), (ODD_SPACES, " "), (LINE_ENDS, "\n")):
        for mark in marks.intersection(odd):
            text = text.replace(mark, instead)
    while "  " in text:
        text = text.replace("  ", " ")
    return "\n".join([line for line in map(str.strip, text.split("\n")) if line and line != "-"])
