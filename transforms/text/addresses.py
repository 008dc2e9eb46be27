"""Addresses without the user name and the password that may stand before their host, as addresses and in texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

HIDDEN = "***"
"""Stands in a text in place of a user name and a password."""
_USER = re.compile(r"^((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//)[^/?#]*@")
_USER_IN_TEXT = re.compile(
    r"(?<=[/\\][/\\])[^\s/\\?#]*@"  # also as JSON writes slashes (https:\/\/), and as browsers take them (https:\\)
    r"|(?<=%2F%2F)(?:[^\s/?#&%]|%(?!2F|3F|23|26|40))*%40",  # of an address in the query of another
    re.IGNORECASE,
)


def without_user(url: str) -> str:
    """An address without the user name and the password that may stand before its host.

    >>> without_user("https://me:secret@jobs.example/1?by=a@b")
    'https://jobs.example/1?by=a@b'
    """
    return _USER.sub(r"\1", url) if "@" in url else url


def find_users(text: str) -> Iterator[tuple[int, int]]:
    """Where user names and passwords stand in the addresses of a text, each with the @ behind it. Linear in length."""
    return (match.span() for match in _USER_IN_TEXT.finditer(text))


def hide_users(text: str) -> str:
    """A text in whose addresses no user name and no password stands: for whatever is logged, stored or shown.

    >>> hide_users("it redirects to http://me:secret@jobs.example/1?by=a@b")
    'it redirects to http://***@jobs.example/1?by=a@b'
    """
    if "@" not in text and "%40" not in text:
        return text
    return _USER_IN_TEXT.sub(lambda match: HIDDEN + ("@" if match[0].endswith("@") else "%40"), text)
