"""A value read from an advert, with the rule that read it and its span."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """A value and the rule that read it. `start` and `end` are half-open offsets in `part` ("title" or "text")."""

    value: str
    rule: str
    start: int | None = None
    end: int | None = None
    part: str = "title"
