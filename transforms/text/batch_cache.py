"""What was read of many short texts at once, remembered for the next that are the same.

Employers repeat their lines from advert to advert: more than half of the characters of real adverts stand in lines
read before. Reading the new ones of a text together keeps each library's cost per call low.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Read = TypeVar("Read")

CHARACTERS_KEPT = 1 << 21
"""Characters of the texts remembered: those of some hundred adverts; more are not found again faster."""


class Remembered(Generic[Read]):
    """A reader of several texts that is asked for each text once, until there are too many and all are forgotten.

    `read` gives one value for each text, in order, and must not look from one text at another. Cleared by
    `cache_clear`, like the caches of functools.
    """

    def __init__(self, read: Callable[[list[str]], Iterable[Read]]) -> None:
        self._read = read
        self.cache_clear()

    def cache_clear(self) -> None:
        """Forget everything."""
        self._known: dict[str, Read] = {}
        self._characters = 0

    def cache_parameters(self) -> dict[str, int]:
        """The bound, as functools tells it."""
        return {"maxsize": CHARACTERS_KEPT}

    def __call__(self, text: str) -> Read:
        """What was read of one text."""
        known = self._known.get(text, self)
        return self.of([text])[text] if known is self else known  # type: ignore[return-value]

    def of(self, texts: list[str]) -> dict[str, Read]:
        """What was read of these texts, and perhaps of others."""
        new = list(dict.fromkeys([text for text in texts if text not in self._known]))
        if new:
            if self._characters > CHARACTERS_KEPT:
                self.cache_clear()
                new = list(dict.fromkeys(texts))
            self._known.update(zip(new, self._read(new), strict=True))
            self._characters += sum(map(len, new))
        return self._known
