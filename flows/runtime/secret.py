"""A value that is used and never shown."""

from __future__ import annotations

HIDDEN = "(hidden)"


class Secret:
    """Holds a secret; as text, in a log or as JSON it is `shown`, which says at most what it is a secret of.

    It has an empty `__dict__`, so that what makes JSON of any object (Prefect, of a flow's parameters) finds nothing.
    """

    __slots__ = ("__dict__", "_shown", "_value")

    def __init__(self, value: str, mask: str = HIDDEN) -> None:
        self._value = value
        self._shown = mask

    def reveal(self) -> str:
        """The secret itself, for who must send it."""
        return self._value

    def __str__(self) -> str:
        return self._shown

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)
