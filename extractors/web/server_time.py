"""Read the time that an answer states, to check our own clock."""

from __future__ import annotations

import email.utils
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple


class ServerTime(NamedTuple):
    """The time stated by a server, and the time of our own clock when the request was sent; both with a zone.

    `kept` is how long a cache had the answer. Some caches keep the answer's Date, and others set it to now, so that the
    server's time is between `says` and `says + kept`.
    """

    host: str
    says: datetime
    ours: datetime
    kept: timedelta = timedelta()

    @property
    def ahead(self) -> timedelta:
        """How far the server's clock is ahead of ours, at least; negative if it is behind, zero if the two may
        agree."""
        return max(self.says - self.ours, timedelta()) + min(self.says + self.kept - self.ours, timedelta())


class OutOfDate(NamedTuple):
    """A server whose certificate, according to our clock, has expired or is not yet valid."""

    host: str
    is_expired: bool


_OUT_OF_DATE = {"certificate has expired": True, "certificate is not yet valid": False}
"""Messages of OpenSSL (see X509_verify_cert_error_string(3)), and whether each means "expired"."""


def find_out_of_date(host: str, why: str) -> OutOfDate | None:
    """Return the server if a request failed (`why`) because its certificate has expired or is not yet valid."""
    return next((OutOfDate(host, is_expired) for words, is_expired in _OUT_OF_DATE.items() if words in why), None)


def time_said(header: Callable[[str], str | None]) -> tuple[datetime, timedelta] | None:
    """Return the Date of an answer and its Age, which is how long a cache had it (RFC 9110, 9111). None without a Date.

    `header` returns the value of a header, given its name in lower case. An invalid Date or Age counts as missing.
    """
    age = (header("age") or "").strip()
    try:
        kept = timedelta(seconds=int(age)) if age.isascii() and age.isdecimal() else timedelta()
        said = email.utils.parsedate_to_datetime(header("date") or "")
        said = (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
        _ = said + kept  # must not overflow
    except (ValueError, TypeError, OverflowError):
        return None
    return said, kept
