"""How a reader says that a record or a value cannot be taken."""

from __future__ import annotations

from warehouse.tables import Issue

LONGEST_VALUE = 200
"""A refused value is shown up to this many characters."""


class Rejected(ValueError):  # noqa: N818  # names what happened to the record
    """A record or value that cannot be taken: which column, what it was, and what was expected."""

    def __init__(self, column_name: str, value: object, rule: str) -> None:
        shown = value if isinstance(value, str) else repr(value)
        self.issue = Issue(column_name=column_name, value=shown[:LONGEST_VALUE], rule=rule)
        super().__init__(f"{column_name}: {rule} (got {shown[:LONGEST_VALUE]!r})")


MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What reading a record raises that is not of its source's shape."""


def left_out(value: object, rule: str) -> Issue:
    """A whole record that a rule of ours leaves out: noted, and no fault of the source."""
    shown = value if isinstance(value, str) else repr(value)
    return Issue(column_name="record", value=shown[:LONGEST_VALUE], rule=rule, is_deliberate=True)
