"""Bounds of what a source may say: cut and clean texts, refuse impossible web addresses and days.

The maximum lengths are several times the longest among 460,244 stored adverts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from transforms.records.rows import Issue
from transforms.text.addresses import without_user
from transforms.text.characters import REPLACEMENT, strip_invisible
from transforms.text.contacts import MAX_CONTACT, mask_contacts
from transforms.text.rejects import Rejected

MAX_LENGTH: Mapping[str, int] = MappingProxyType({
    "title": 500,
    "employer": 300,
    "department": 300,
    "industry_text": 300,
    "board": 200,
    "location_text": 5_000,
    "workplace": 200,
    "employment_type": 1_000,
    "level": 200,
    "language": 100,
    "pay_text": 5_000,
})  # fmt: skip
"""Maximum characters of one-line texts. The longest seen: title 325, employer 73, location 998, pay 101."""
MASKED = frozenset(MAX_LENGTH) - {"board", "language"}
"""Columns with words that anybody may have written, whose contacts are masked; the others hold identifiers."""
MAX_PART = 1_000
"""Maximum characters of a field of a place's address (longest seen: 76), and of a pay component (618)."""
MAX_PARTS = 500
"""Maximum number of places of an advert (most seen: 35), and of its pay components (42)."""
MAX_URL = 2_047
"""Maximum characters of a web address, as for sitemaps.org; the longest seen has 188."""
MAX_ID = 300
"""Maximum characters of a source's own id. The longest seen has 123."""
MAX_VALUE = 2_000
"""Maximum characters of a text in rows other than adverts."""
MAX_ISSUES_OF_ADVERT, MAX_ISSUES_OF_ANSWER = 20, 1_000
"""Maximum number of issues kept in full for an advert, and for an answer: a forum's thread may have one per reply."""
MIN_DAY = date(1990, 1, 1)
"""The earliest day that a source may state: no advert on the web is older."""
MAX_AHEAD: Mapping[str, timedelta] = MappingProxyType({
    "posted_on": timedelta(days=366),
    "valid_through": timedelta(days=20 * 366),
})  # fmt: skip
"""By column, how long after an advert was seen its date may be. Some write an end 14 years ahead to mean "no end"."""
_PLAIN_HOST = re.compile(r"https?://[a-zA-Z0-9.-]+(?:[/?#]|$)")


def bounded_text(text: str, column: str, issues: list[Issue], limit: int) -> str:
    """Cut a text to `limit` characters and remove invisible characters. In columns of `MASKED`, contacts are masked.

    An issue is added if the text was cut or holds damaged characters.
    """
    length, text = len(text), text[: limit + MAX_CONTACT]
    if not text.isprintable():
        text = strip_invisible(text)
    if column in MASKED:
        text = mask_contacts(text)
    if length > limit:
        rule = f"expected at most {limit} characters; read up to there"
        issues.append(Rejected(column, f"{text[:40]}… ({length} characters)", rule).issue)
        text = text[:limit]
    if not text.isascii() and REPLACEMENT in text:
        rule = (
            f"expected text; at position {text.index(REPLACEMENT)} is U+FFFD, in place of bytes that are no character"
        )
        issues.append(Rejected(column, text, rule).issue)
    return text


def bounded_url(value: object, issues: list[Issue]) -> str | None:
    """Return an http(s) address without user name and password; None for any other value, with an issue unless it is
    empty."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        url = value.strip()
        is_plain = _PLAIN_HOST.match(url) is not None and "@" not in url
        if len(url) <= MAX_URL and url.isprintable() and (is_plain or _is_web(url)):
            return without_user(url)
    rule = f"expected an http(s) address of at most {MAX_URL} printable characters; it was left out, the posting kept"
    issues.append(Rejected("url", value, rule).issue)
    return None


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def bounded_day(day: date | None, column: str, issues: list[Issue], seen_on: date | None) -> date | None:
    """Return `day` if it is possible for an advert seen on `seen_on`; else None, with an issue.

    If `seen_on` is None, any day from `MIN_DAY` on is possible.
    """
    if day is None or (day >= MIN_DAY and (seen_on is None or day <= seen_on + MAX_AHEAD[column])):
        return day
    last = f" and {seen_on + MAX_AHEAD[column]}" if seen_on else ""
    rule = f"expected a day between {MIN_DAY}{last}" if last else f"expected a day from {MIN_DAY} on"
    issues.append(Rejected(column, day.isoformat(), f"{rule}; it was left out, the posting kept").issue)
    return None


def bounded_number(parts: Sequence[object], column: str, issues: list[Issue]) -> int:
    """Return `MAX_PARTS`, the number of parts that may be read. Add an issue if there are more parts."""
    if len(parts) > MAX_PARTS:
        rule = f"expected at most {MAX_PARTS}; the others were left out"
        issues.append(Rejected(column, f"{len(parts)} parts", rule).issue)
    return MAX_PARTS
