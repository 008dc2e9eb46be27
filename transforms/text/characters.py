"""Characters that show nothing or are unusual white space, texts without them, and texts as keys.

Sources: the Unicode Standard 17, section 23.2 (layout controls), and the property Default_Ignorable_Code_Point of its
character database (DerivedCoreProperties.txt).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256


def _within(ranges: Iterable[tuple[int, int]]) -> frozenset[str]:
    return frozenset(chr(code) for first, last in ranges for code in range(first, last + 1))


REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Stands in place of what was no character."""
SPACING_CONTROLS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")
"""Control characters that are white space."""
# fmt: off
NOT_SHOWN = _within((
    (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x200B, 0x200B), (0x200E, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F),
)) - SPACING_CONTROLS
"""Characters that show nothing: control characters (ESC, NUL), soft hyphen, zero width space, word joiner, byte order
mark, tags, and those that turn the direction of what follows. The joiners that Persian and Hindi write (U+200C, U+200D)
are none of them."""
# fmt: on
ODD_SPACES = frozenset(("\t", "\x1f", "\xa0", "\u1680", *map(chr, range(0x2000, 0x200B)), "\u202f", "\u205f", "\u3000"))
"""White space within a line that is no blank: what str.split() takes for it."""
LINE_ENDS = frozenset("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
"""What str.splitlines() takes for the end of a line, beside "\n"."""
# fmt: off
_IGNORABLE = _within((
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
))
"""Default_Ignorable_Code_Point: joiners, fillers of Hangul, variation selectors."""
# fmt: on
_BLANK = "".join(
    sorted(NOT_SHOWN | SPACING_CONTROLS | ODD_SPACES | LINE_ENDS | _IGNORABLE | {" ", "\u2800", REPLACEMENT})
)


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: white space, invisible characters, fillers, the blank of Braille and U+FFFD only.

    >>> is_blank(" \\u3164\\ufffd"), is_blank("\\u2800?")
    (True, False)
    """
    return not text.strip(_BLANK)


# --- texts in order -----------------------------------------------------------------------------------

ORDINARY = bytes((*b"\n", *range(0x20, 0x7F)))
"""What a text needs no care for."""
_ASCII = bytes(range(0x80))


def beyond(data: bytes, ordinary: bytes) -> str:
    """The characters of a text but for some of ASCII: bytes are deleted much faster than characters are looked at."""
    return data.translate(None, ordinary).decode("utf-8", "surrogatepass")


def is_encodable(text: str) -> bool:
    """Whether a text has a form in UTF-8: not where half a surrogate pair stands in it."""
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


@functools.lru_cache(maxsize=128)
def letters_beyond_ascii(text: str) -> frozenset[str]:
    """The characters of a text that ASCII lacks: few of a long text, and asked for by several readers of it.

    >>> sorted(letters_beyond_ascii("café, naïve café"))
    ['é', 'ï']
    """
    return frozenset() if text.isascii() else frozenset(beyond(text.encode("utf-8", "surrogatepass"), _ASCII))


def strip_invisible(text: str) -> str:
    """`text` without the characters that show nothing; half a surrogate pair becomes U+FFFD.

    >>> strip_invisible("Engi\\u202eneer\\x1b[31m")
    'Engineer[31m'
    """
    data = text.encode("utf-8", "surrogatepass")
    odd = beyond(data, ORDINARY)
    for mark in NOT_SHOWN.intersection(odd):
        text = text.replace(mark, "")
    return text if is_encodable(odd) else replace_surrogates(text)


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


def replace_surrogates(text: str) -> str:
    """Return `text` with U+FFFD for each half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# --- keys ---------------------------------------------------------------------------------------------

_JAMO = frozenset(map(chr, range(0x1100, 0x1200)))
"""Letters that compose to Hangul syllables."""
_FOLDED = b"".join(b" " if chr(b).isspace() and b < 0x80 else bytes((b,)).lower() for b in range(256))


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
