"""Read the number of openings that a source states in a field."""

from __future__ import annotations

import re

MAX_OPENINGS = 10_000
"""The maximum number of openings. Even an employer that hires throughout a country states fewer."""
_WHOLE = re.compile(r"([0-9]{1,6})(?:\.0+)?")
"""A whole number. Spreadsheets write 3 as 3.0."""


def openings_of(value: object) -> int | None:
    """Return the number of openings, stated as a number or as digits in a text.

    None for words ("many"), 0 and values above `MAX_OPENINGS`.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    match = _WHOLE.fullmatch(str(value).strip())
    return int(match[1]) if match and 1 <= int(match[1]) <= MAX_OPENINGS else None
