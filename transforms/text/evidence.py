"""A value read from an advert, with its rule and span."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """A value, the rule that read it, and its half-open offsets in a part of the advert ("title" or "text")."""

    value: str
    rule: str
    start: int | None = None
    end: int | None = None
    part: str = "title"
