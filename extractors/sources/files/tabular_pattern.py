r"""Compile the regular expressions of a mapping with RE2, whose time is proportional to the length of a value.

A mapping may contain `(a+)+$`, for which Python's own engine takes hours over one long word. RE2 has neither
look-around nor back-references. In RE2, `\d`, `\w` and `\s` match only ASCII, and `$` does not match before a newline
at the end. Therefore we rewrite these parts to have Python's meaning, and refuse parts that cannot be rewritten and
would have another meaning. One difference remains: RE2's `\b` does not count letters beyond ASCII as letters. We refuse
`\b` beside such a letter in an expression, but cannot know whether a value contains one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import re2

OPTIONS = re2.Options()
OPTIONS.log_errors = False
UNICODE = {"d": r"\p{Nd}", "w": r"_\p{L}\p{N}", "s": r"\s\p{Z}\x1c-\x1f\x85\v"}
r"""Python's meaning of `\d`, `\w` and `\s`, written for a character class of RE2."""
OUTSIDE = {f"\\{c}": f"[{letters}]" for c, letters in UNICODE.items()} | {
    f"\\{c.upper()}": f"[^{letters}]" for c, letters in UNICODE.items()
}
"""What replaces an escape outside of brackets; `INSIDE` is the same for escapes in brackets. What replaces `$` depends
on the flags, so it is in neither."""
INSIDE = {f"\\{c}": letters for c, letters in UNICODE.items()} | {r"\D": r"\P{Nd}"}
_PART = re.compile(r"\\(?:[pP]\{\w+\}|.)|\[\^?\]?|\{,\d*\}|.", re.DOTALL)
_MULTILINE = re.compile(r"\(\?[a-zA-Z]*m")
_LETTER = r"(?:[^\W\x00-\x7f]|\\[wW]|\[[^\]]*(?:[^\W\x00-\x7f]|\\[wW])[^\]]*\])"
_BOUNDARY = re.compile(rf"\\[bB](?:\((?:\?(?:P<\w+>|[a-z]*:))?)*{_LETTER}|{_LETTER}(?:[*+?)]|\{{[\d,]+\}})*\\[bB]")
"""Pattern of a word boundary next to a letter that may be beyond ASCII. A group may begin or end between the two."""
REMEDIES = {
    "invalid perl operator": "RE2 has no look-around, no comments, and of the flags only i, m and s",
    "invalid escape sequence": "RE2 has no back-references; write a character as it is, or as \\x{e9}",
    "bad repetition operator": "write one repetition: RE2 never backtracks, so it needs no possessive one",
    "invalid repetition size": "repeat a part at most 1,000 times, all nested repetitions multiplied",
}
"""Advice for the author of an expression, by the first words of RE2's error message."""


@dataclass(frozen=True)
class Pattern:
    """A regular expression, as written and compiled."""

    pattern: str
    compiled: Any

    @property
    def groups(self) -> int:
        """Return the number of groups in the expression."""
        return int(self.compiled.groups)

    def search(self, text: str) -> Any:
        """Return the first match, with the interface of `re.Match`, or None.

        In the match, half a surrogate pair in `text` is replaced by "?".
        """
        return self.compiled.search(text.encode("utf-8", "replace").decode())


def compile_pattern(pattern: str) -> Pattern:
    """Compile an expression. Raise `ValueError`, with advice, if the expression cannot be used with RE2."""
    try:
        return Pattern(pattern, re2.compile(_rewrite(pattern), options=OPTIONS))
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace")
        raise ValueError(f"{why}; {REMEDIES.get(why.partition(':')[0], 'correct the expression')}") from error


def _rewrite(pattern: str) -> str:
    r"""Rewrite `\d`, `\w`, `\s`, their opposites and `$` so that RE2 gives them Python's meaning.

    Raise `ValueError` for other parts that have another meaning in RE2 than in Python.
    """
    if found := _BOUNDARY.search(pattern):
        rule = "to RE2's \\b only ASCII letters are letters; write (?:^|[^\\w]) and (?:[^\\w]|$), and a group between"
        raise ValueError(f"{found[0]}: {rule}")
    end = "$" if _MULTILINE.search(pattern) else r"(?:\n?\z)"
    outside = {**OUTSIDE, r"\Z": r"\z", "$": end}
    inside = {**INSIDE, r"\Z": r"\z"}
    parts: list[str] = []
    in_brackets = False
    for part in _PART.findall(pattern):
        if in_brackets:
            _check_opposite(part, pattern)
        elif part.startswith("{,"):
            raise ValueError(f"{part}: RE2 reads it as plain characters; write {{0{part[1:]}")
        parts.append((inside if in_brackets else outside).get(part, part))
        if not part.startswith("\\"):
            in_brackets = not part.endswith("]") if in_brackets else part.startswith("[")
    return "".join(parts)


def _check_opposite(part: str, pattern: str) -> None:
    r"""Raise `ValueError` for `\W` or `\S` in brackets, unless `\w` or `\s` is there too, as in `[\s\S]`."""
    if part in (r"\W", r"\S") and part.lower() not in pattern:
        raise ValueError(f"{part} in brackets: RE2 means ASCII alone; write [^{part.lower()}] outside of them")
