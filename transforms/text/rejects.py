"""Records and values that are refused: the exception, and the issue that explains why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from transforms.records.rows import Issue
from transforms.text.addresses import hide_users
from transforms.text.characters import strip_invisible
from transforms.text.contacts import MAX_CONTACT, mask_contacts

MAX_VALUE = 200
"""Only this many characters of a refused value are shown."""
REST_RULE = "issues of one advert or answer are kept up to a number; these many more are only counted"


FLAG_RULE = "left out of quantiles of pay, kept with the flag"
"""The beginning of an issue's rule if the records were kept with a flag."""
MANY = r"^(\d+) (?:answers|filings|groups|more|rows|values)(?:: rows |$)"
"""A pattern, for Python and SQL, of the value of an issue about several records: their number, perhaps with examples.
"""


class Rejected(ValueError):  # noqa: N818  # names what happened to the record
    """The exception for a refused record or value. It holds the column, the value, and what was expected."""

    def __init__(self, column_name: str, value: object, rule: str) -> None:
        excerpt = shown_value(value)
        rule = mask_contacts(rule)  # it may quote an exception, which quotes a value
        self.issue = Issue(column_name=column_name, value=excerpt, rule=rule)
        super().__init__(f"{column_name}: {rule} (got {excerpt!r})")


MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""Exceptions raised when a record does not have its source's usual shape."""


def leave_out(value: object, rule: str) -> Issue:
    """Return the issue for a record that one of our rules leaves out, although the source made no mistake."""
    return Issue(column_name="record", value=shown_value(value), rule=rule, is_deliberate=True)


def count_records(value: str) -> int:
    """Return the number of records that an issue with this value is about; 1 if the value gives no number."""
    many = re.match(MANY, value)
    return int(many[1]) if many else 1


def shown_value(value: object) -> str:
    """Return a refused value for display: cut, printable, and without contacts and passwords."""
    text = hide_users(value if isinstance(value, str) else repr(value))
    return mask_contacts(strip_invisible(text[: MAX_VALUE + MAX_CONTACT]))[:MAX_VALUE]


def first_issues(issues: Sequence[Issue], limit: int) -> tuple[Issue, ...]:
    """Return the first `limit` issues, and up to two more that count the records of the others: those left out by our
    own rules (`Issue.is_deliberate`), and the remaining ones."""
    if len(issues) <= limit:
        return tuple(issues)
    rest: Counter[bool] = Counter()
    for issue in issues[limit:]:
        rest[issue.is_deliberate] += count_records(issue.value)
    return (
        *issues[:limit],
        *(
            Issue(column_name="record", value=f"{n} more", rule=REST_RULE, is_deliberate=is_deliberate)
            for is_deliberate, n in sorted(rest.items())
        ),
    )
