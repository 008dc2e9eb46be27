"""Addresses without the user name and the password that may stand before their host, as addresses and in texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

HIDDEN = "***"
"""Stands in a text in place of a user name and a password."""
_BEGIN = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//")
_USER = re.compile(rf"^({_BEGIN.pattern})[^/?#]*@")
_NAME = r"[^\s/\\?#@:\"<>]*:"
_USERS = re.compile(
    rf"(?P<begun_s3>(?:(?<=s3://)|(?<=s3[an]://)){_NAME}(?=\S))"  # no port stands in such an address
    r"|(?<=[/\\][/\\])(?!\*{3}@[^\s/\\?#@]*(?:[\s/\\?#]|\Z))"  # not one that is hidden already
    r"[^\s/\\?#]*@"  # also as JSON writes slashes (https:\/\/), and as browsers take them (https:\\)
    rf"|(?P<begun>(?<=[/\\][/\\])(?!\[){_NAME}(?!\d{{0,5}}(?:[/\\?#]|[.,;:)\]'\"*]*(?:\s|\Z))))"
    r"|(?<=%2F%2F)(?:[^\s/?#&%]|%(?!2F|3F|23|26|40))*%40",  # of an address in the query of another
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s")
_NEXT_WORDS = re.compile(r"(?:[ \t][^\s/\\?#@\"<>]+){1,3}@(?=[\w\[])")


def without_user(url: str) -> str:
    """An address without the user name and the password that may stand before its host.

    >>> without_user("https://me:secret@jobs.example/1?by=a@b")
    'https://jobs.example/1?by=a@b'
    """
    if "@" not in url:
        return url
    url = _USER.sub(r"\1", url)
    begin, user = _BEGIN.match(url), next(find_users(url), None)
    return url[: user[0]] + url[user[1] :] if begin and user and user[0] == begin.end() else url


def find_users(text: str) -> Iterator[tuple[int, int]]:
    """Where user names and passwords stand in the addresses of a text, each with the @ behind it. Linear in length.

    They stand between // and the last @ before the next /, ? or #. Where there is no such @, but a colon with no port
    behind it, a password holds these characters, or blanks: then it ends at the last @ before white space, or at one
    in the three words behind that. So nothing is found in https://h/@x, https://h/a:b@c and https://h:8080/@x.
    """
    at = end_of_word = last = 0
    while match := _USERS.search(text, at):
        at = match.end()
        if match.lastgroup:  # begun
            if at > end_of_word:
                space = _SPACE.search(text, at)
                end_of_word = space.start() if space else len(text)
                last = text.rfind("@", at, end_of_word)
                if last < 0 and (words := _NEXT_WORDS.match(text, end_of_word)):
                    last = words.end() - 1
            if last < at:
                continue
            at = last + 1
        yield match.start(), at


def hide_users(text: str) -> str:
    """A text in whose addresses no user name and no password stands: for whatever is logged, stored or shown.

    >>> hide_users("it redirects to http://me:secret@jobs.example/1?by=a@b")
    'it redirects to http://***@jobs.example/1?by=a@b'
    """
    if "@" not in text and "%40" not in text:
        return text
    pieces: list[str] = []
    at = 0
    for start, end in find_users(text):
        pieces += (text[at:start], HIDDEN)
        at = end - (1 if text[end - 1] == "@" else len("%40"))
    return "".join((*pieces, text[at:]))
