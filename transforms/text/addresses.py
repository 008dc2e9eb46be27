"""Remove or hide user names and passwords in web addresses, whether the address stands alone or in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

HIDDEN = "***"
"""Text that replaces a user name and password. The @ after them stays."""
_BEGIN = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//")
_USER = re.compile(rf"^({_BEGIN.pattern})[^/?#]*@")
_NAME = r"[^\s/\\?#@:\"<>]*:"
_SLASHES = re.compile(r"[/\\%](?:(?<!%)(?=[/\\])|(?<=%)(?=2F%2F))", re.IGNORECASE)
_MARKS = ("//", "\\\\", "/\\", "\\/", "%2F", "%2f")
"""One of these is in every text in which `_SLASHES` finds anything."""
_USERS = re.compile(
    rf"(?P<begun_s3>(?:(?<=s3://)|(?<=s3[an]://)){_NAME}(?=\S))"  # such an address has no port
    r"|(?<=[/\\][/\\])(?!\*{3}@[^\s/\\?#@]*(?:[\s/\\?#]|\Z))"  # not already hidden
    r"[^\s/\\?#]*@"  # also as JSON writes slashes (https:\/\/), and as browsers take them (https:\\)
    rf"|(?P<begun>(?<=[/\\][/\\])(?!\[){_NAME}(?!\d{{0,5}}(?:[/\\?#]|[.,;:)\]'\"*]*(?:\s|\Z))))"
    r"|(?<=%2F%2F)(?:[^\s/?#&%]|%(?!2F|3F|23|26|40))*%40",  # of an address in the query of another
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s")
_NEXT_WORDS = re.compile(r"(?:[ \t][^\s/\\?#@\"<>]+){1,3}@(?=[\w\[])")


def without_user(url: str) -> str:
    """Return an address without the user name and password that may stand before its host.

    >>> without_user("https://me:secret@jobs.example/1?by=a@b")
    'https://jobs.example/1?by=a@b'
    """
    if "@" not in url:
        return url
    url = _USER.sub(r"\1", url)
    begin, user = _BEGIN.match(url), next(find_users(url), None)
    return url[: user[0]] + url[user[1] :] if begin and user and user[0] == begin.end() else url


def find_users(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of user names and passwords in a text's addresses. Each span includes the @ (or %40) after it.

    A user name and password stand between // and the last @ before the next /, ? or #. A password may itself contain
    these characters, or blanks. So if there is no such @, but a colon after // that begins no port, the span ends at
    the last @ before white space, or else at an @ in the next three words. Nothing is found in https://h/@x,
    https://h/a:b@c and https://h:8080/@x. The running time is linear in the text's length.
    """
    if not (_may_hold_user(text, "@") or _may_hold_user(text, "%")):  # one character is found faster than %40
        return
    at = end_of_word = last = 0
    for slash in _SLASHES.finditer(text):  # a search for the whole pattern would take ten times as long
        begin = slash.start() + len("//" if slash[0] != "%" else "%2F%2F")
        match = _USERS.match(text, begin) if begin >= at else None
        if match is None:
            continue
        at = match.end()
        if match.lastgroup:  # only the beginning was matched
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


def _may_hold_user(text: str, sign: str) -> bool:
    """Whether a line of a text has slashes before a sign. Each part of the text is searched once."""
    begin, at = 0, text.find(sign)
    while at >= 0:
        begin = max(begin, text.rfind("\n", begin, at) + 1)
        before = text[begin:at]
        if ("/" in before or "\\" in before or "%2" in before) and any(mark in before for mark in _MARKS):
            return True
        begin, at = at, text.find(sign, at + 1)
    return False


def hide_users(text: str) -> str:
    """Replace user names and passwords in a text's addresses with `HIDDEN`, before the text is logged, stored or shown.

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
