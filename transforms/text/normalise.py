"""Plain text out of what a source sends: tags dropped, people's addresses masked, language and hash.

Lines come from the tags of tidy markup: names in lower case, attributes in double quotes. Where a source sends
any other, lexbor (selectolax) parses it by the HTML standard's rules, so that broken markup reads as a
browser reads it, and writes it tidily. Offsets of every reader refer to the text that `text_of` returns,
after `mask_contacts`, which never changes a length.
"""

from __future__ import annotations

import functools
import html as entities
import math
import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from selectolax.lexbor import LexborHTMLParser

from transforms.text.addresses import find_users
from transforms.text.characters import LINE_ENDS, NOT_SHOWN, ODD_SPACES

# fmt: off
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details", "dialog",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "search", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
))
# fmt: on
"""Elements that begin and end a line: the display:block elements of the HTML standard's section 15.3, and <br>."""
CELLS = frozenset(("td", "th"))
# fmt: off
INLINE = (
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "head", "html", "i", "img", "ins", "kbd", "label",
    "link", "mark", "meta", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "u",
)
# fmt: on
"""Further elements by which text is known to be HTML: "List<String>" is not."""
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
"""Elements that hold their text where it is written, however they are nested: without others nothing is parsed."""
UNSEEN = "script,style,template,noscript,noembed,noframes,iframe,object,svg,math,title,select,textarea"
"""Elements whose text a reader of the page does not see as part of the advert."""
MAX_TAGS = 600
"""Tags that are parsed together: parsing takes the square of the elements open at once. The untidy markup of 7,600
stored adverts has 409 at most; browsers stop at 512 elements within each other."""
ORDINARY = bytes((*b"\n", *range(0x20, 0x7F)))
"""What a text needs no care for."""
MASK = "x"
"""Stands for each character masked; ASCII, so that masking never makes a text slower to read."""
MAX_LOCAL_PART, MAX_DOMAIN = 64, 255
"""Limits of a mail address, RFC 5321 section 4.5.3.1."""
MAX_CONTACT = MAX_LOCAL_PART + 1 + MAX_DOMAIN
"""Characters of the longest mail address; a telephone number is shorter."""
MIN_DIGITS, MAX_DIGITS = 8, 15
"""Digits of an international number: at most 15 by ITU-T E.164; below 8 none is in use with a country code."""
MAX_NATIONAL = 11
"""Digits of a national number without the 0 before it; Brazil's and Germany's have up to 11."""
POSTCODE_DIGITS, DEPARTMENT_DIGITS = 5, 2
"""Digits of postcodes that stand side by side (of Germany, France, Poland and others), and of French departments."""
MANY_DIGITS = re.compile(rb"0(?:-*+0){%d}[-0]*+" % (MIN_DIGITS - 2))
"""As many digits in a row as a telephone number has at least, with blanks, brackets and the like between them."""
MAX_CALL = 40
"""Characters before a number that may say what it is: "WhatsApp me on: +"."""
LANGUAGE_SAMPLE, LONGER_SAMPLE = 600, 1500
"""Characters read to tell the language; the longer one only to see whether it is English."""
MIN_FOR_LANGUAGE = 40
"""Below this many letters a language is not told."""
MIN_PROBABILITY = 0.5
"""Least probability, of the languages below together, for which a language is told."""
# fmt: off
LANGUAGES = (
    "ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "lv", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi",
    "zh",
)
# fmt: on
"""Languages that adverts are told apart in (ISO 639-1): those of the countries whose boards we read."""
SAME_LANGUAGE = {"nb": "no", "nn": "no"}
ENGLISH = frozenset(("the", "and", "with", "you", "your", "our", "for", "this", "are", "will", "that", "from", "have"))
"""Frequent English words that are no words of the other languages."""
SURELY_ENGLISH = 0.1
"""Share of those words from which a text is English without asking the model; running English has about 0.2."""

FREQUENT = ("p", "ul", "div")
_ATTRIBUTES = r'(?:\s++[\w:.-]++(?:="[^"<>]*+")?+)*+\s*+/?+'


class _Tags(NamedTuple):
    """Tags by what they do to a line. All are cut off at once where the markup is not tidy."""

    cell: re.Pattern[str]
    item: re.Pattern[str]
    block: re.Pattern[str]
    inline: re.Pattern[str]


def _tags(blocks: Iterable[str], inline: str) -> _Tags:
    """The tags of these elements. `inline` matches the names of those that do not break a line."""
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
_RAW_TAG = re.compile(r"<(?:xmp|plaintext)\b", re.IGNORECASE)  # what is in them is written unescaped
_UNSEEN_TAG = re.compile("<(?:" + UNSEEN.replace(",", "|") + r")\b", re.IGNORECASE)


def text_of(html: str) -> str:
    """The text a reader of the page sees, one line per block element, list items begun with "- ".

    Entities are decoded (twice where a source escaped twice), white space of every kind is folded to single
    spaces, empty lines and invisible characters are dropped, script and style are left out. Text without tags
    keeps its lines and passes with its white space tidied; HTML that came escaped as a whole
    (`&lt;p&gt;...`) is unescaped first. Linear in the length of `html`, which the caller caps; never raises.
    """
    if _ESCAPED.match(html):
        html = entities.unescape(html)
    if "<" in html and _TAG.search(html):
        text = _cut(html)
        if text is None:
            is_unfit = _RAW_TAG.search(html)
            text = _without_tags(html) if is_unfit else "".join(map(_cut_by_parser, _PIECE.findall(html)))
        html = text
    return _tidy(html)


def _without_tags(html: str) -> str:
    return entities.unescape(_ANY_TAG.sub("\n", html))


def _cut(html: str) -> str | None:
    """The lines of plain markup without its tags; None when it has to be parsed."""
    if not _is_encodable(html):
        return None
    text = _lines(html, _PLAIN)
    return None if "<" in text else entities.unescape(text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


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
    """Tidy markup with its tags cut off, entities left: a line per block element, "- " before items."""
    tidy = tidy.replace("&nbsp;", " ")
    if "\n" in tidy or "\r" in tidy:
        first = _FIRST_BLOCK.search(tidy)  # a page that has no block element keeps its own line breaks
        at = first.start() if first else len(tidy)
        tidy = tidy[:at] + tidy[at:].replace("\n", " ").replace("\r", " ")
    if tags is _ANY:
        tidy = tags.cell.sub(" ", tidy)
    return tags.inline.sub("", tags.block.sub("\n", tags.item.sub("\n- ", tidy)))


_ASCII = bytes(range(0x80))


def _beyond(data: bytes, ordinary: bytes) -> str:
    """The characters of a text but for some of ASCII: bytes are deleted much faster than characters are looked at."""
    return data.translate(None, ordinary).decode("utf-8", "surrogatepass")


@functools.lru_cache(maxsize=128)
def letters_beyond_ascii(text: str) -> frozenset[str]:
    """The characters of a text that ASCII lacks: few of a long text, and asked for by several readers of it.

    >>> sorted(letters_beyond_ascii("café, naïve café"))
    ['é', 'ï']
    """
    return frozenset() if text.isascii() else frozenset(_beyond(text.encode("utf-8", "surrogatepass"), _ASCII))


def strip_invisible(text: str) -> str:
    """`text` without the characters that show nothing; half a surrogate pair becomes U+FFFD.

    >>> without_unseen("Engi\\u202eneer\\x1b[31m")
    'Engineer[31m'
    """
    data = text.encode("utf-8", "surrogatepass")
    odd = _beyond(data, ORDINARY)
    for mark in NOT_SHOWN.intersection(odd):
        text = text.replace(mark, "")
    return text if _is_encodable(odd) else _whole(text)


_MARKS = frozenset((*map(chr, range(0x300, 0x370)), "\u3099", "\u309a"))
_MARKED = re.compile(f"[^\\W\\d_][{''.join(sorted(_MARKS))}]{{1,3}}")
"""A letter and the marks on it. A whole text is not composed at once: a long run of marks costs the square."""


def compose_letters(text: str) -> str:
    """`text` with letters and their marks as one character each (NFC), as readers' words are written.

    >>> compose_letters("te\u0301le\u0301travail")
    'télétravail'
    """
    if text.isascii() or _MARKS.isdisjoint(letters_beyond_ascii(text)) or unicodedata.is_normalized("NFC", text):
        return text
    return _MARKED.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)


def _whole(text: str) -> str:
    """`text` with U+FFFD for each half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _tidy(text: str) -> str:
    if "&" in text and _ENTITY.search(text):
        text = entities.unescape(text)
    odd = _beyond(text.encode("utf-8", "surrogatepass"), ORDINARY)
    if odd and not _is_encodable(odd):
        text = _whole(text)
    for marks, instead in ((NOT_SHOWN, ""), (ODD_SPACES, " "), (LINE_ENDS, "\n")):
        for mark in marks.intersection(odd):
            text = text.replace(mark, instead)
    while "  " in text:
        text = text.replace("  ", " ")
    return "\n".join([line for line in map(str.strip, text.split("\n")) if line and line != "-"])


# --- mail addresses and telephone numbers -------------------------------------------------------------

_PLAIN_OF = {**dict.fromkeys(ODD_SPACES, " "), "\u2010": "-", "\u2011": "-", "\uff20": "@", "\uff0b": "+"}
_TO_PLAIN = str.maketrans(_PLAIN_OF)
"""Spaces, hyphens and signs beyond ASCII, with the ASCII character that most addresses and numbers have there."""
_CONTACT_HAS = re.compile(r"[@\d\[({<]")
_LOCAL_PART = re.compile(rf"[\w.+%'-]{{1,{MAX_LOCAL_PART}}}\Z")
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_WRITTEN_AT = re.compile(r"[\[({<] ?(?:at|AT|@) ?[\])}>] ?")
_WRITTEN_DOMAIN = re.compile(
    r"[\w-]{1,63}(?:(?:\.|\s?[\[({<]\s?(?:dot|DOT|\.)\s?[\])}>]\s?|\s(?:dot|DOT)\s)[\w-]{2,63}){1,4}"
)
_DIGIT_OR_NOT = bytes(
    ord("0") if chr(byte) in "0123456789?" else ord("-") if chr(byte) in " ()./-" else ord("x") for byte in range(256)
)
"""Bytes by whether they may be digits or stand between them: "?" also stands for what ASCII lacks, maybe a digit."""
_DIGITS = re.compile(
    r"(?<![\w.,/#$€£¥₹+-])"
    r"(?:\+ ?\(?\d|00\d|\(0?\d{2}|0\d|[2-9]\d\d[ .)-]|1[ .-]\(?[2-9]\d\d)"
    r"[\d ()./-]{5,30}"
)
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}\Z")
_AREA_IN_BRACKETS = re.compile(r"\((?!(?:19|20)\d\d\))\d{2,5}\) ?\d{2,5}(?:[ .-]\d{2,5}){1,3}\Z")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def _day(name: str) -> str:
    return (
        rf"(?:[0-3]?\d(?P<{name}>[./-])[0-3]?\d(?P={name})(?:19|20)?\d\d"
        r"|(?:19|20)\d\d[./-][01]?\d(?:[./-][0-3]?\d)?)"
    )


_DAYS = re.compile(rf"\(?{_day('first')}(?:[ /-]{_day('last')})?\Z")
"""A day or two and nothing else: French telephone numbers (06.12.34.56.78) only begin like one."""
_YEAR_FIRST = re.compile(r"(?:19|20)\d\d(?:[./-]\d+| [-/ ]*(?:19|20)\d\d)\Z")
_DAY_OR_COUNT = re.compile(r"(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|[1-9]\d{0,2}0{5,})\Z")
_GROUPED = re.compile(r"\d[ ()./-]+\d")
_GROUPED_AMOUNT = re.compile(r"\+? ?\d{1,3}(?:([ .])\d{3})(?:\1\d{3})*\Z")
_AMOUNT_AFTER = re.compile(
    r"\s?(?:[$€£¥₹%]|[,']?\d|(?:USD|EUR|GBP|CHF|PLN|CZK|SEK|NOK|DKK|HUF|INR|UAH|RUB|zł|kr|Kč|Ft|k|K"
    r"|million|users|people|customers|clients|consumers|members|employees|subscribers|companies|households)\b)"
)
_NUMBER_BEFORE = re.compile(r"(?:\bid|\bref\w{0,6}|\breq\w{0,10}|\bn[or]|\bnumber|#|№)[.:# ]{0,3}\Z", re.IGNORECASE)
_CALL = (
    r"(?:\b(?:tel|telefon\w{0,3}|telephone|t[ée]l[ée]?phone|tél|telp|tlf|phone|fon|mobile|mobil|mob|m[óo]vil|celular|cell"
    r"|cellulare|call|whatsapp|zalo|viber|sms|fax|handy|gsm|puh|kom|hotline|helpline|contact|тел|телефон|моб|τηλ|sđt|טלפון"
    r"|هاتف|جوال|تلفون)|(?:電話|电话|手机|手機|微信|연락처|전화|휴대폰|โทร))"
)
_PHONE = (
    rf"{_CALL}(?: us| me| now)?(?: at| on)?(?:[. ]{{0,2}}(?:number|numéro|no|nr)\b|号码|番号|번호)?"
    r"[ .:：]{0,3}(?:[/-] ?)?"
)
_PHONE_BEFORE = re.compile(rf"{_PHONE}\Z", re.IGNORECASE)
_CALLED = re.compile(rf"{_PHONE}(\+?[\d(][\d ()./-]{{5,30}})", re.IGNORECASE)
_CUT = re.compile(r"[ ./-][ ./-]|\)[^\d ]|\([^\d]|/\D")
_GERMAN = re.compile(
    r"(?:\+ ?\d{1,3} ?(?:\(0\) ?| )\(?\d{2,5}\)?|\(?0\d{2,5}\)?)(?: [/-] | ?/ ?|[ -])"
    r"\d{1,8}(?: \d{2,4}){0,4}(?:(?: - |-)\d{1,5}(?![ /-]{0,3}\d))?(?![ /-]?\d)"
)
"""A number as written in Germany: blanks may stand around the marks before its own part and before the extension."""


_NO_CALL = {"call": (_YEAR_FIRST, _DAY_OR_COUNT), "contact": (_DAY_OR_COUNT,)}
"""What is no number behind words that also mean something else: "Open Call 2024-2025", "contact 100000000 homes"."""


def mask_contacts(text: str) -> str:
    """`text` with mail addresses, telephone numbers and users of addresses replaced, each character by `MASK`.

    Offsets and length stay. Taken for a number: `+` or `00` and 8 to 15 digits; ten digits as written in North
    America; a national number begun with 0, or with its area in brackets, in groups; any after "phone", "Tel." and the
    like. Not taken: amounts, years, dates, versions, postcodes and the numbers of a requisition. Linear in the length
    of `text`; never raises.
    """
    shown = text
    if not text.isascii() and not _PLAIN_OF.keys().isdisjoint(letters_beyond_ascii(text)):
        text = text.translate(_TO_PLAIN)
    if not _CONTACT_HAS.search(text):  # as most titles, names and places
        return shown
    plain = text.encode("ascii", "replace")
    spans = [*_mail(text), *find_users(text)] if b"@" in plain or b"%40" in plain else []
    if _may_hold_written_at(plain):
        spans += _written_mail(text)
    for run in MANY_DIGITS.finditer(plain.translate(_DIGIT_OR_NOT)):
        spans += _telephones(text, max(0, run.start() - MAX_CALL), run.end())
    if not spans:
        return shown
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end > at:
            pieces += (shown[at : max(start, at)], MASK * (end - max(start, at)))
            at = end
    return "".join((*pieces, shown[at:]))


def _may_hold_written_at(plain: bytes) -> bool:
    """Whether a bracket opens that `_WRITTEN_AT` may begin with: brackets are rare, and found fast one by one."""
    for bracket in b"[({<":
        at = plain.find(bracket)
        while at >= 0:
            if plain[at + 1 : at + 4].lstrip().startswith((b"at", b"AT", b"@")):
                return True
            at = plain.find(bracket, at + 1)
    return False


def _mail(text: str) -> list[tuple[int, int]]:
    spans = []
    at = text.find("@")
    while at >= 0:
        local = _LOCAL_PART.search(text[max(0, at - MAX_LOCAL_PART) : at])
        domain = _DOMAIN.match(text, at + 1, at + 1 + MAX_DOMAIN)
        if local and domain:
            spans.append((at - len(local[0]), domain.end()))
        at = text.find("@", at + 1)
    return spans


def _written_mail(text: str) -> list[tuple[int, int]]:
    """Addresses with the "@" in words: "jo (at) example (dot) org"."""
    spans = []
    for match in _WRITTEN_AT.finditer(text):
        end = match.start() - text.endswith(" ", 0, match.start())
        local = _LOCAL_PART.search(text[max(0, end - MAX_LOCAL_PART) : end])
        domain = _WRITTEN_DOMAIN.match(text, match.end(), match.end() + MAX_DOMAIN)
        if local and domain:
            spans.append((end - len(local[0]), domain.end()))
    return spans


def _telephones(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    telephones = []
    at = begin
    while digits := _DIGITS.search(text, at, end):  # what one number leaves may begin the next
        span = _trim(text, *digits.span())
        at = max(span[1], digits.start() + 1)
        if _is_telephone(text, *span):
            telephones.append(span)
    for call in _CALLED.finditer(text, begin, end):
        start, end = _trim(text, *call.span(1))
        number = text[start:end]
        word = text[call.start() : start].rstrip(" .:：/-").lower()
        if (
            _count(number) >= MIN_DIGITS - 1
            and not _DAYS.match(number)
            and not any(pattern.match(number) for pattern in _NO_CALL.get(word, ()))
            and not _AMOUNT_AFTER.match(text, end)
        ):
            telephones.append((start, end))
    return telephones


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span cut where a number cannot go on, and without what is no digit at its end.

    It goes on behind two separators in a row only where they are ") ", or as in `_GERMAN`.
    """
    number = text[start:end]
    cut = _CUT.search(number, 1)
    if cut and not number.startswith((" (", ") "), cut.start()):
        german = _GERMAN.match(number)
        is_whole = german and german.end() > cut.start() and _count(german[0]) <= MAX_DIGITS
        number = german[0] if german and is_whole else number[: cut.start()]
    return start, start + len(number.rstrip(" ()./-"))


def _count(text: str) -> int:
    return sum(map(str.isdigit, text))


def _is_telephone(text: str, start: int, end: int) -> bool:
    number = text[start:end]
    digits = _count(number)
    before = text[max(0, start - 16) : start]
    is_named = _PHONE_BEFORE.search(before) is not None
    if (
        not MIN_DIGITS <= digits <= MAX_DIGITS + 2 * number.startswith("00")
        or text[end : end + 1].isalnum()
        or (_NUMBER_BEFORE.search(before) and not is_named and not number.startswith("+"))
        or _AMOUNT_AFTER.match(text, end)
        or _DAYS.match(number)
    ):
        return False
    if number.startswith("+"):
        # "+48 123 456 789" is a number, "+10 000 000" an amount
        return digits > MIN_DIGITS + 1 or not _GROUPED_AMOUNT.match(number)
    is_grouped = _GROUPED.search(number) is not None
    if number.startswith("00"):
        # "00 44 20 7946 0958" is a number, "0012345678" a counter filled up with zeros
        least = MIN_DIGITS + (2 if is_grouped else 4)
        return digits >= least and number[2:].lstrip(" ()")[:1] != "0" and not _is_of_postcodes(number)
    if number.startswith(("0", "(0")):
        return digits > MIN_DIGITS and is_grouped and not _YEAR.search(number) and not _is_of_postcodes(number)
    if number.startswith("("):
        is_long = MIN_DIGITS < digits <= MAX_NATIONAL
        return is_long and _AREA_IN_BRACKETS.match(number) is not None and not _is_of_postcodes(number)
    return _NORTH_AMERICAN.match(number) is not None


def _is_of_postcodes(number: str) -> bool:
    """Whether digits are postcodes of one form ("01067/04109", "00-950/00-951") or departments ("(75) 92 93")."""
    plain = number.replace("(", "").replace(")", " ")
    parts = re.split(r" ?/ ?| +" if "/" in plain or " " in plain else "-", plain)
    forms = {re.sub(r"\d", "0", part) for part in parts}
    is_department = number.startswith("(") and not number.startswith("(0")  # French numbers are pairs begun with 0
    lengths = (POSTCODE_DIGITS, DEPARTMENT_DIGITS) if is_department else (POSTCODE_DIGITS,)
    return len(parts) > 1 and len(forms) == 1 and _count(parts[0]) in lengths


# --- language, hash and key ---------------------------------------------------------------------------

_JAMO = frozenset(map(chr, range(0x1100, 0x1200)))
"""Letters that compose to Hangul syllables."""
_FOLDED = b"".join(b" " if chr(b).isspace() and b < 0x80 else bytes((b,)).lower() for b in range(256))


@functools.cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in LANGUAGES if code in identifier.labels])
    # The library leaves half precision by columns, of which each text reads rows; conversion is exact.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    return identifier


def language_of(text: str) -> str | None:
    """The language of a text (ISO 639-1), None when it is too short or unclear.

    Told from the first `LANGUAGE_SAMPLE` characters: English by the share of its frequent words (there or in
    `LONGER_SAMPLE`), any other by py3langid (Lui and Baldwin 2012, retrained) among `LANGUAGES`.
    """
    sample = text[:LANGUAGE_SAMPLE]
    if _is_english(sample) or (len(text) > LANGUAGE_SAMPLE and _is_english(text[:LONGER_SAMPLE])):
        return "en"
    if sum(map(str.isalpha, sample)) < MIN_FOR_LANGUAGE:
        return None
    language, probability = _identifier().classify(sample)
    if math.isnan(probability) or probability < MIN_PROBABILITY:
        return None
    return SAME_LANGUAGE.get(str(language), str(language))


def _is_english(sample: str) -> bool:
    words = sample.lower().split()
    return sum(map(ENGLISH.__contains__, words)) > SURELY_ENGLISH * max(len(words), MIN_FOR_LANGUAGE // 4)


def hash_of(text: str) -> str:
    """SHA-256 of the text, its first 32 hex digits; letter case, white space and compatibility forms do not matter."""
    return sha256(_normal_bytes(text)).hexdigest()[:32]


def _normal_bytes(text: str) -> bytes:
    """`normal(text)` in UTF-8; made of bytes, which is much faster, where ASCII is all that may change."""
    data = text.encode("utf-8", "surrogatepass")
    for odd in letters_beyond_ascii(text):
        form = _form_alone(odd)
        if form is None:
            return normal(text).encode("utf-8", "surrogatepass")
        if form != odd:
            data = data.replace(odd.encode("utf-8", "surrogatepass"), form.encode("utf-8", "surrogatepass"))
    plain = data.translate(_FOLDED)
    while b"  " in plain:
        plain = plain.replace(b"  ", b" ")
    return plain.strip(b" ")


@functools.cache
def _form_alone(odd: str) -> str | None:
    """What `normal` makes of a character wherever it stands; None of one that may join with those beside it."""
    form = unicodedata.normalize("NFKC", odd).casefold()
    if form.isspace():
        return " "
    is_whole = unicodedata.is_normalized("NFKC", form) and form.split() == [form]
    joins = any(unicodedata.combining(c) or c in _JAMO for c in odd + form)
    return form if is_whole and not joins else None


def normal(text: str) -> str:
    """`text` as a key for titles and employers: Unicode NFKC, case folded, white space folded to single spaces."""
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())
