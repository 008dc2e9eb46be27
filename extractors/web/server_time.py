"""What an answer says of the time."""

from __future__ import annotations

import email.utils
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple


class ServerTime(NamedTuple):
    """The time by a server, and the time by our own clock when it was asked; both with a zone."""

    host: str
    says: datetime
    ours: datetime

    @property
    def ahead(self) -> timedelta:
        """By how much the server is ahead of our clock; negative where it is behind."""
        return self.says - self.ours


def time_said(header: Callable[[str], str | None]) -> datetime | None:
    """The time by an answer's Date, and by its Age where a cache kept it so long (RFC 9110, 9111); None: it says none.

    `header` gives the value of a header by its name in lower case. A Date that is none, or an Age that is none, counts
    as not there.
    """
    age = (header("age") or "").strip()
    try:
        said = email.utils.parsedate_to_datetime(header("date") or "")
        kept = timedelta(seconds=int(age)) if age.isascii() and age.isdecimal() else timedelta()
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC) + kept
    except (ValueError, TypeError, OverflowError):
        return None
