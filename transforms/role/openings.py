"""The number of openings that a source states in a field."""

from __future__ import annotations

import re

MAX_OPENINGS = 10_000
"""Maximum number of openings: even drives that hire for a whole country stay below."""
_WHOLE = re.compile(r"([0-9]{1,6})(?:\.0+)?")
"""A whole number, which spreadsheets write as 3.0."""


def openings_of(value: object) -> int | None:
    """The number of openings, given as a number or digits; None for words ("many"), 0 and values above the maximum."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    match = _WHOLE.fullmatch(str(value).strip())
    return int(match[1]) if match and 1 <= int(match[1]) <= MAX_OPENINGS else None
