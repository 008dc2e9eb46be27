"""Regular expressions of a mapping, searched by RE2: in time proportional to a value's length, whatever they say.

Whoever writes a mapping may write `(a+)+$`, for which Python's own engine takes hours over one long word. RE2 has
neither look-around nor back-references. Its `\\d`, `\\w` and `\\s` know ASCII alone, and its `$` knows no newline at
the end, so they are written out here as Python means them. What cannot be written out and would silently mean something
else is refused. One difference stays: to `\\b` a letter beyond ASCII is no letter, also where only the text holds one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import re2

OPTIONS = re2.Options()
OPTIONS.log_errors = False
UNICODE = {"d": r"\p{Nd}", "w": r"_\p{L}\p{N}", "s": r"\s\p{Z}\x1c-\x1f\x85\v"}
"""What the classes of Python hold, as it stands in a class of RE2."""
_PART = re.compile(r"\\(?:[pP]\{\w+\}|.)|\[\^?\]?|\{,\d*\}|.", re.DOTALL)
_MULTILINE = re.compile(r"\(\?[a-zA-Z]*m")
_LETTER = r"(?:[^\W\x00-\x7f]|\\[wW]|\[[^\]]*(?:[^\W\x00-\x7f]|\\[wW])[^\]]*\])"
_BOUNDARY = re.compile(rf"\\[bB](?:\((?:\?(?:P<\w+>|[a-z]*:))?)*{_LETTER}|{_LETTER}(?:[*+?)]|\{{[\d,]+\}})*\\[bB]")
"""A boundary of a word beside what may be a letter beyond ASCII, also at the beginning or end of a group."""
REMEDIES = {
    "invalid perl operator": "RE2 has no look-around, no comments, and of the flags only i, m and s",
    "invalid escape sequence": "RE2 has no back-references; write a character as it is, or as \\x{e9}",
    "bad repetition operator": "write one repetition: RE2 never goes back, so that it needs no possessive one",
    "invalid repetition size": "repeat a part at most 1,000 times, all repetitions within each other multiplied",
}
"""What to do about the beginnings of RE2's reasons."""


@dataclass(frozen=True)
class Pattern:
    """A regular expression as it was written, and as it is searched. `groups` is the number of its groups."""

    pattern: str
    compiled: Any

    @property
    def groups(self) -> int:
        """How many groups it has."""
        return int(self.compiled.groups)

    def search(self, text: str) -> Any:
        """The first match, with the interface of `re.Match`; None without one. Half a character is searched as "?"."""
        return self.compiled.search(text.encode("utf-8", "replace").decode())


def compile_pattern(pattern: str) -> Pattern:
    """An expression ready to be searched. Raises `ValueError` that says what RE2 does not take, and what to write."""
    try:
        return Pattern(pattern, re2.compile(_write_out(pattern), options=OPTIONS))
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace")
        raise ValueError(f"{why}; {REMEDIES.get(why.partition(':')[0], 'correct the expression')}") from error


def _write_out(pattern: str) -> str:
    """An expression with `\\d`, `\\w`, `\\s`, their opposites and `$` as Python means them.

    Raises `ValueError` for what RE2 takes and means otherwise.
    """
    if found := _BOUNDARY.search(pattern):
        rule = "to RE2's \\b only ASCII letters are letters; write (?:^|[^\\w]) and (?:[^\\w]|$), and a group between"
        raise ValueError(f"{found[0]}: {rule}")
    parts: list[str] = []
    is_class, end = False, "$" if _MULTILINE.search(pattern) else r"(?:\n?\z)"
    for part in _PART.findall(pattern):
        letters = UNICODE.get(part[1:].lower()) if part.startswith("\\") else None
        if letters and is_class and part[1:].islower():
            parts.append(letters)
        elif part == r"\D" and is_class:
            parts.append(r"\P{Nd}")
        elif letters and is_class:
            if part.lower() not in pattern:  # [\s\S] is any character, however it is read
                raise ValueError(f"{part} in brackets: RE2 means ASCII alone; write [^{part.lower()}] outside of them")
            parts.append(part)
        elif letters:
            parts.append(f"[{letters}]" if part[1:].islower() else f"[^{letters}]")
        elif part == r"\Z":
            parts.append(r"\z")
        elif part == "$" and not is_class:
            parts.append(end)
        elif part.startswith("{,") and not is_class:
            raise ValueError(f"{part}: RE2 takes it for these characters; write {{0{part[1:]}")
        elif part.startswith("\\"):
            parts.append(part)
        else:
            parts.append(part)
            is_class = not part.endswith("]") if is_class else part.startswith("[")
    return "".join(parts)
