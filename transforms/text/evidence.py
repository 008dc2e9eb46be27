"""A value read from an advert, with the rule that gave it and the span where it was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """A value and the rule that read it.

    The words that show it are `part[start:end]`, where `part` is "title" or "text"; `start` and `end` are None if no
    words show it.
    """

    value: str
    rule: str
    start: int | None = None
    end: int | None = None
    part: str = "title"
