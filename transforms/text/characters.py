"""Characters that show nothing, or that are white space of an odd kind: the one list of each.

Sources: the Unicode Standard 17, section 23.2 (layout controls), and the property Default_Ignorable_Code_Point of its
character database (DerivedCoreProperties.txt).
"""

from __future__ import annotations

from collections.abc import Iterable


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
