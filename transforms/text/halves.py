"""Split bilingual texts, which say the same in English and in a script other than Latin, into two halves."""

from __future__ import annotations

from typing import NamedTuple

from transforms.text.characters import letters_beyond_ascii

_LEAD_BYTES = bytes((*range(0xCD, 0xE2), *range(0xE3, 0xEE)))
"""First UTF-8 bytes of letters in scripts other than Latin, from Greek on, but not of dashes, bullets and pictures."""
_OTHER_BYTES = bytes(set(range(256)) - set(_LEAD_BYTES))
_NO_LATIN_BYTES = bytes(byte for byte in range(256) if not bytes([byte]).isalpha())
MIN_NATIVE, MIN_ENGLISH = 100, 250
"""Minimum letters of each half. With fewer letters, a part in another language is only a heading or a name."""
MAX_MISPLACED = 0.1
"""Maximum share of each script's letters in the wrong half, as in lines with only names of tools."""
MAX_LINES = 2.0
"""Maximum ratio of the halves' lines. Beyond it, neither is a translation of the other."""


class Halves(NamedTuple):
    """The halves of a bilingual text: `native` in a script other than Latin, and `english`."""

    native: str
    english: str


def split_halves(text: str) -> Halves | None:
    """Split a text whose first lines are in one script and whose other lines are in English, or the reverse.

    Return None for any other text. The text is cut where the fewest letters are in the wrong half. A line with any
    letter of a script other than Latin counts as native, even if it also holds Latin names of tools. The running time
    is linear in the text's length.
    """
    if not count_native("".join(letters_beyond_ascii(text))) or count_native(text) < MIN_NATIVE:
        return None
    lines = text.split("\n")
    native, english = zip(*map(_count_letters, lines), strict=True)
    of_native, of_english = sum(native), sum(english)
    if of_native < MIN_NATIVE or of_english < MIN_ENGLISH:
        return None
    best = (of_native + of_english, 0, True, 0.0)
    native_before = english_before = 0
    for cut in range(1, len(lines)):
        native_before += native[cut - 1]
        english_before += english[cut - 1]
        for is_native_first, of_other, strays in (
            (True, of_native - native_before, english_before),
            (False, native_before, of_english - english_before),
        ):
            share = max(of_other / of_native, strays / of_english)
            best = min(best, (of_other + strays, cut, is_native_first, share))
    _, cut, is_native_first, share = best
    first, second = lines[:cut], lines[cut:]
    is_alike = max(len(first), len(second)) <= MAX_LINES * min(len(first), len(second))
    if share > MAX_MISPLACED or not is_alike:
        return None
    halves = ("\n".join(first), "\n".join(second))
    return Halves(*halves if is_native_first else reversed(halves))


def _count_letters(line: str) -> tuple[int, int]:
    native = count_native(line)
    return (native, 0) if native else (0, len(line.encode("ascii", "ignore").translate(None, _NO_LATIN_BYTES)))


def count_native(text: str) -> int:
    """Count the letters of a text in scripts other than Latin, and a few signs that begin with the same bytes in
    UTF-8."""
    return 0 if text.isascii() else len(text.encode("utf-8", "replace").translate(None, _OTHER_BYTES))
