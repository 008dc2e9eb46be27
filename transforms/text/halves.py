"""Texts that say the same twice, in another script and in English: where one half ends and the other begins."""

from __future__ import annotations

from typing import NamedTuple

from transforms.text.characters import letters_beyond_ascii

_LEAD_BYTES = bytes((*range(0xCD, 0xE2), *range(0xE3, 0xEE)))
"""First bytes in UTF-8 of letters from Greek on, which are of other scripts than Latin; dashes, bullets and pictures
begin with others."""
_OTHER_BYTES = bytes(set(range(256)) - set(_LEAD_BYTES))
_NO_LATIN_BYTES = bytes(byte for byte in range(256) if not bytes([byte]).isalpha())
MIN_NATIVE, MIN_ENGLISH = 100, 250
"""Letters of a half: what is shorter is a heading or a name, and no advert."""
MAX_MISPLACED = 0.1
"""Share of the letters of a script that may stand in the other half: lines that hold nothing but names of tools do."""
MAX_LINES = 2.0
"""A half that has more times the lines of the other is no translation of it."""


class Halves(NamedTuple):
    """The two halves of a text: the one in another script than Latin, and the English one."""

    native: str
    english: str


def split_halves(text: str) -> Halves | None:
    """The halves of a text whose lines are first of one script and then of the other; None where they are not.

    The cut is the one that leaves the fewest letters on the wrong side. A line that holds any letter of another
    script is native, whatever names of tools stand in it. Linear in the length of the text.
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
    """Letters of a line that is native, and of one that is not: one of the two is 0."""
    native = count_native(line)
    return (native, 0) if native else (0, len(line.encode("ascii", "ignore").translate(None, _NO_LATIN_BYTES)))


def count_native(text: str) -> int:
    """Letters of a text that are of another script than Latin, and few other signs (in a pass over its bytes)."""
    return 0 if text.isascii() else len(text.encode("utf-8", "replace").translate(None, _OTHER_BYTES))
