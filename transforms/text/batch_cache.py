"""A cache for a reader that reads many short texts at once.

More than half of the characters in real adverts are in lines that their employer's other adverts repeat, and reading
new lines together lowers the cost of calling a library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Read = TypeVar("Read")

MAX_CHARACTERS = 1 << 21
"""Maximum characters of all cached texts: a few hundred adverts. A larger cache is not faster."""
MAX_OF_LINES = 1 << 23
"""Maximum characters in a cache of single lines. It is higher, since a line may recur only after many texts."""


class BatchCache(Generic[Read]):
    """A cache, by text, of what `read` returns: a value for each text of a list, judged by itself.

    All results are dropped when the cached texts exceed `limit` characters.
    """

    def __init__(self, read: Callable[[list[str]], Iterable[Read]], *, limit: int = MAX_CHARACTERS) -> None:
        self._read = read
        self._limit = limit
        self.cache_clear()

    def cache_clear(self) -> None:
        """Drop all results."""
        self._known: dict[str, Read] = {}
        self._characters = 0

    def __call__(self, text: str) -> Read:
        """Return the result for one text. The text is read now if it is not cached."""
        result = self._known.get(text, self)
        return self.get_many([text])[0] if result is self else result  # type: ignore[return-value]

    def get_many(self, texts: list[str]) -> list[Read]:
        """Return the results for several texts, in their order. Those that are not cached are read now, all at once."""
        try:
            return list(map(self._known.__getitem__, texts))
        except KeyError:
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if self._characters > self._limit:
            self.cache_clear()
            new = list(dict.fromkeys(texts))
        self._known.update(zip(new, self._read(new), strict=True))
        self._characters += sum(map(len, new))
        return list(map(self._known.__getitem__, texts))
