"""Regular expressions of a mapping, searched by RE2: in time proportional to a value's length, whatever they say.

Whoever writes a mapping may write `(a+)+$`, for which Python's own engine takes hours over one long word. RE2 has
neither look-around nor back-references. Its `\\d`, `\\w` and `\\s` know ASCII alone, so they are written out here as
Python means them.
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
_PART = re.compile(r"\\(?:[pP]\{\w+\}|.)|\[\^?\]?|.", re.DOTALL)


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
    """An expression ready to be searched. Raises `ValueError` that says what RE2 does not take."""
    try:
        return Pattern(pattern, re2.compile(_write_out(pattern), options=OPTIONS))
    except (re2.error, UnicodeEncodeError) as error:
        why = error.args[0].decode("utf-8", "replace") if isinstance(error, re2.error) else str(error)
        raise ValueError(f"{why}; RE2 has no look-around and no back-references") from error


def _write_out(pattern: str) -> str:
    """An expression with `\\d`, `\\w` and `\\s` as Python means them; of their opposites those outside of brackets."""
    parts, is_class = [], False
    for part in _PART.findall(pattern):
        letters = UNICODE.get(part[1:].lower()) if part.startswith("\\") else None
        if letters and is_class:
            parts.append(letters if part[1:].islower() else part)
        elif letters:
            parts.append(f"[{letters}]" if part[1:].islower() else f"[^{letters}]")
        elif part == r"\Z":
            parts.append(r"\z")
        elif part.startswith("\\"):
            parts.append(part)
        else:
            parts.append(part)
            is_class = not part.endswith("]") if is_class else part.startswith("[")
    return "".join(parts)
