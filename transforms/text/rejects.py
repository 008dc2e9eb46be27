"""How a reader says that a record or a value cannot be taken."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from transforms.records.rows import Issue
from transforms.text.addresses import hide_users
from transforms.text.characters import strip_invisible
from transforms.text.contacts import MAX_CONTACT, mask_contacts

MAX_VALUE = 200
"""A refused value is shown up to this many characters."""
REST_RULE = "issues of one advert or answer are kept up to a number; these many more are only counted"


FLAG_RULE = "left out of quantiles of pay, kept with the flag"
"""Begins the rule of an issue on records that are kept, each with a flag: nothing of them was refused or left out."""
MANY = r"^(\d+) (?:answers|filings|groups|more|rows|values)(?:: rows |$)"
"""The value of an issue on several records: how many, and of some which. For Python and for SQL."""


class Rejected(ValueError):  # noqa: N818  # names what happened to the record
    """A record or value that cannot be taken: which column, what it was, and what was expected."""

    def __init__(self, column_name: str, value: object, rule: str) -> None:
        excerpt = shown_value(value)
        rule = mask_contacts(rule)  # it may quote an exception, which quotes a value
        self.issue = Issue(column_name=column_name, value=excerpt, rule=rule)
        super().__init__(f"{column_name}: {rule} (got {excerpt!r})")


MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What reading a record raises that is not of its source's shape."""


def leave_out(value: object, rule: str) -> Issue:
    """A whole record that a rule of ours leaves out: noted, and no fault of the source."""
    return Issue(column_name="record", value=shown_value(value), rule=rule, is_deliberate=True)


def count_records(value: str) -> int:
    """How many records an issue with this value is on."""
    many = re.match(MANY, value)
    return int(many[1]) if many else 1


def shown_value(value: object) -> str:
    """A refused value as it is shown: cut, printable, without contacts and passwords of addresses."""
    text = hide_users(value if isinstance(value, str) else repr(value))
    return mask_contacts(strip_invisible(text[: MAX_VALUE + MAX_CONTACT]))[:MAX_VALUE]


def first_issues(issues: Sequence[Issue], most: int) -> tuple[Issue, ...]:
    """The first `most` issues, and for the others one that counts those of each kind."""
    if len(issues) <= most:
        return tuple(issues)
    rest: Counter[bool] = Counter()
    for issue in issues[most:]:
        rest[issue.is_deliberate] += count_records(issue.value)
    return (
        *issues[:most],
        *(
            Issue(column_name="record", value=f"{n} more", rule=REST_RULE, is_deliberate=is_deliberate)
            for is_deliberate, n in sorted(rest.items())
        ),
    )
