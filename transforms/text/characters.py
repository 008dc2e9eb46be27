"""Remove or replace unusual characters, and make texts into keys.

Sources: the Unicode Standard 17, section 23.2 (layout controls), and the property Default_Ignorable_Code_Point in its
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
"""U+FFFD, the character that stands for bytes that could not be decoded."""
SPACING_CONTROLS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")
"""Control characters that are white space."""
# fmt: off
NOT_SHOWN = _within((
    (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x200B, 0x200B), (0x200E, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F),
)) - SPACING_CONTROLS
"""Invisible characters such as control characters, soft hyphen, zero width space, byte order mark and tags.

The joiners used in Persian and Hindi (U+200C, U+200D) are not among them."""
# fmt: on
ODD_SPACES = frozenset(("\t", "\x1f", "\xa0", "\u1680", *map(chr, range(0x2000, 0x200B)), "\u202f", "\u205f", "\u3000"))
"""White space within a line other than the blank, as str.split() defines it."""
LINE_ENDS = frozenset("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
"""Line ends of str.splitlines() other than the newline."""
# fmt: off
_IGNORABLE = _within((
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
))
"""Characters with Default_Ignorable_Code_Point: joiners, fillers of Hangul, variation selectors and others."""
# fmt: on
_BLANK = "".join(
    sorted(NOT_SHOWN | SPACING_CONTROLS | ODD_SPACES | LINE_ENDS | _IGNORABLE | {" ", "\u2800", REPLACEMENT})
)


def is_blank(text: str) -> bool:
    """Whether a text is only white space, invisible characters, fillers, the Braille blank and U+FFFD.

    >>> is_blank(" \\u3164\\ufffd"), is_blank("\\u2800?")
    (True, False)
    """
    return not text.strip(_BLANK)


# --- texts in order -----------------------------------------------------------------------------------

ORDINARY = bytes((*b"\n", *range(0x20, 0x7F)))
"""Bytes that never need cleaning."""
ASCII = bytes(range(0x80))
"""The bytes of ASCII."""


def beyond(data: bytes, ordinary: bytes) -> str:
    """Return the characters of `data`, a text in UTF-8, except the ASCII characters in `ordinary`.

    Deleting bytes is fast.
    """
    return data.translate(None, ordinary).decode("utf-8", "surrogatepass")


def is_encodable(text: str) -> bool:
    """Whether a text can be encoded in UTF-8. It cannot if it contains half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


@functools.lru_cache(maxsize=1024)
def letters_beyond_ascii(text: str) -> frozenset[str]:
    """Return the set of a text's characters beyond ASCII. It is cached, because several readers ask for it.

    >>> sorted(letters_beyond_ascii("café, naïve café"))
    ['é', 'ï']
    """
    return frozenset() if text.isascii() else frozenset(beyond(text.encode("utf-8", "surrogatepass"), ASCII))


def strip_invisible(text: str) -> str:
    """Return `text` without invisible characters (`NOT_SHOWN`). Half a surrogate pair becomes U+FFFD.

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
"""A letter and its marks. Composing a whole text at once would take quadratic time for a long run of marks."""


def compose_letters(text: str) -> str:
    """Return `text` with each letter and its marks as one character (NFC), like the words of the lookups.

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
    """Return the first 32 hex digits of the SHA-256 of `normal(text)`: case and white space do not matter."""
    return sha256(_normal_bytes(text)).hexdigest()[:32]


def _normal_bytes(text: str) -> bytes:
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
    """Return what `normal` makes of a single character; None if it may combine with its neighbours."""
    form = unicodedata.normalize("NFKC", odd).casefold()
    if form.isspace():
        return " "
    is_whole = unicodedata.is_normalized("NFKC", form) and form.split() == [form]
    joins = any(unicodedata.combining(c) or c in _JAMO for c in odd + form)
    return form if is_whole and not joins else None


def normal(text: str) -> str:
    """Return `text` as a key for titles and employers: Unicode NFKC, case folded, white space as single spaces."""
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())
