"""A value read from an advert, with the rule that gave it and where it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """A value, the rule that gave it, and its half-open offsets in `part` ("title" or "text") of the advert."""

    value: str
    rule: str
    start: int | None = None
    end: int | None = None
    part: str = "title"
