"""What an answer says of the time."""

from __future__ import annotations

import email.utils
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple


class ServerTime(NamedTuple):
    """What a server said of the time, and the time by our own clock when it was asked; both with a zone.

    `kept` is how long a cache had the answer. Caches disagree whether they leave the answer's Date as it was or set it
    to now, so that the time by the server lies between `says` and `kept` after it.
    """

    host: str
    says: datetime
    ours: datetime
    kept: timedelta = timedelta()

    @property
    def ahead(self) -> timedelta:
        """By how much the server is ahead of our clock at least; negative where it is behind."""
        return max(self.says - self.ours, timedelta()) + min(self.says + self.kept - self.ours, timedelta())


class OutOfDate(NamedTuple):
    """A server whose certificate is not valid at the time by our own clock: expired, or else not yet valid."""

    host: str
    is_expired: bool


_OUT_OF_DATE = {"certificate has expired": True, "certificate is not yet valid": False}
"""OpenSSL's words for them, X509_verify_cert_error_string(3)."""


def find_out_of_date(host: str, why: str) -> OutOfDate | None:
    """Whether a request failed, in the words of `why`, because of the days for which a certificate is valid."""
    return next((OutOfDate(host, is_expired) for words, is_expired in _OUT_OF_DATE.items() if words in why), None)


def time_said(header: Callable[[str], str | None]) -> tuple[datetime, timedelta] | None:
    """The Date of an answer, and its Age: how long a cache had it (RFC 9110, 9111). None without a Date.

    `header` gives the value of a header by its name in lower case. An invalid Date or Age counts as missing.
    """
    age = (header("age") or "").strip()
    try:
        kept = timedelta(seconds=int(age)) if age.isascii() and age.isdecimal() else timedelta()
        said = email.utils.parsedate_to_datetime(header("date") or "")
        said = (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
        _ = said + kept  # a time that can be told
    except (ValueError, TypeError, OverflowError):
        return None
    return said, kept
