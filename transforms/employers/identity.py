"""Find who hires: employers' names folded to keys, and other evidence of the employer in an advert.

`evidence` reads a single advert, so two adverts can be compared without knowing any others: if they share evidence,
they have the same employer. `warehouse.load.employers` unites employers over all adverts.

The legal forms are those in ISO 20275 (Entity Legal Forms) that real adverts use. Registrable domains come from the
Public Suffix List, in the offline copy of the package publicsuffixlist.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote

from publicsuffixlist import PublicSuffixList

from transforms.text.lookups import rows_of

MAX_WITHOUT_MEANING = 2
"""A key of at most this many Latin letters is ambiguous: several employers are named "HP", "GE" and "X"."""
MIN_IN_TOKEN = 3
"""Minimum letters of a board's token that must remain when an ending such as "jobs" or "inc" is removed."""
KEPT = 1 << 16
"""The number of employers' names in each cache: twice as many as 1,000,000 adverts have."""

_MARKS = re.compile("[\u0300-\u036f]")
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ħ": "h"})
_APOSTROPHES = re.compile("['’‘`´ʼ]")
_ADDRESS = re.compile(r"^\s*https?://(?:www\.)?|^\s*www\.", re.IGNORECASE)
_DOT_COM = re.compile(r"(?<=[^\W_]{4})\.com\b(?!\.)", re.IGNORECASE)
"""The ending ".com" in a company's name: "Amazon.com, Inc." is Amazon."""
_AND = re.compile(r"(?<=[\s)])[&+](?=\s)|(?<=\.)&(?=\s)")
_PIECE = re.compile(r"[()\[\]]|[^\W_]+")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NUMBER = re.compile(r"\d+")
_HOST = re.compile(r"https?://([^/?#]+)([^#]*)", re.IGNORECASE)
_SITE_NAME = re.compile(r"\s*(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})/?\s*", re.IGNORECASE)
_CONNECTIVES = frozenset(("and", "und", "et", "y", "e", "og", "och", "en"))


class Platform(NamedTuple):
    """A site with adverts of many employers, and the source that reads its boards.

    `board` is a pattern that finds a board in an address of the site; None if addresses name no board.
    """

    source: str
    board: re.Pattern[str] | None
    prefix: str
    """Text that the source puts before the token of a board on this site."""
    kind: str = ""
    """The kind of the site. On sites of the kind "boards", each board belongs to a single employer; on others, such as
    those of the kind "forum", none does.
    """


class _Word(NamedTuple):
    text: str
    is_aside: bool
    """Whether the word stands in brackets."""


def fold_letters(text: str) -> str:
    """Return `text` without case, and without accents on Latin, Greek and Cyrillic letters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if plain.isascii():
        return plain
    plain = _MARKS.sub("", unicodedata.normalize("NFD", plain))
    return unicodedata.normalize("NFC", plain).translate(_PLAIN)


@functools.lru_cache(maxsize=KEPT)
def employer_key(name: str | None) -> str | None:
    """Fold a name to a key: "Scale AI, Inc.", "SCALE AI" and "scale.ai" give `scaleai`.

    The key has only letters and digits. Legal forms, a leading "The", a final aside in brackets and ".com" are left
    out, but a name that consists only of such words is kept ("SE", "The Company"). Return None if nobody is named
    ("Confidential", "Stealth Startup", "-").
    """
    if not name:
        return None
    words = _words(name)
    key = "".join(word.text for word in words)
    if not key or key in _words_for_nobody():
        return None
    bare = _without_wide("".join(word.text for word in _without_forms(words)))
    return None if bare in _words_for_nobody() else bare


def _words(name: str) -> list[_Word]:
    name = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", name))
    name = _DOT_COM.sub("", _ADDRESS.sub("", name))
    words: list[_Word] = []
    depth = 0
    for piece in _PIECE.findall(fold_letters(_AND.sub(" and ", name))):
        if piece in "([":
            depth += 1
        elif piece in ")]":
            depth = max(0, depth - 1)
        else:
            words.append(_Word(piece, depth > 0))
    return words


def _without_forms(words: list[_Word]) -> list[_Word]:
    begins, ends, longest = _forms()
    while len(words) > 1:
        runs = range(min(longest, len(words) - 1), 0, -1)
        size = next((n for n in runs if _is_form_at_end(words, n, ends)), 0)
        if size:
            words = words[:-size]
            while len(words) > 1 and words[-1].text in _CONNECTIVES:
                words = words[:-1]
        elif words[-1].is_aside and not all(word.is_aside for word in words):
            words = words[: max(n for n, word in enumerate(words, 1) if not word.is_aside)]
        else:
            break
    runs = range(min(longest, len(words) - 1), 0, -1)
    words = words[next((n for n in runs if "".join(word.text for word in words[:n]) in begins), 0) :]
    return words[1:] if len(words) > 1 and words[0].text == "the" else words


def _is_form_at_end(words: list[_Word], n: int, ends: dict[str, int]) -> bool:
    minimum = ends.get("".join(word.text for word in words[-n:]))
    n_named = len(words) - n - (words[0].text == "the")
    return minimum is not None and n_named >= minimum


def _without_wide(key: str) -> str:
    if _WIDE.search(key):
        for form, where in _wide_forms():
            if where != "end" and len(key) > len(form):
                key = key.removeprefix(form)
            if where != "begin" and len(key) > len(form):
                key = key.removesuffix(form)
    return key


@functools.cache
def _forms() -> tuple[frozenset[str], dict[str, int], int]:
    """Return legal forms before a name, legal forms after a name, and the number of words in the longest form.

    Each form after a name comes with the minimum number of words that must remain when the form is removed.
    """
    begins, ends, longest = set(), {}, 1
    for row in rows_of("legal_forms"):
        words = [word.text for word in _words(row["form"] or "")]
        longest = max(longest, len(words))
        if row["where"] != "end":
            begins.add("".join(words))
        if row["where"] != "begin":
            ends["".join(words)] = int(row["least_words"] or 1)
    return frozenset(begins), ends, longest


@functools.cache
def _wide_forms() -> list[tuple[str, str]]:
    forms = [("".join(w.text for w in _words(r["form"] or "")), r["where"] or "") for r in rows_of("legal_forms")]
    wide = [(form, where) for form, where in forms if _WIDE.search(form) and len(form) > 1]
    return sorted(wide, key=lambda form: -len(form[0]))


@functools.cache
def _words_for_nobody() -> frozenset[str]:
    return frozenset("".join(word.text for word in _words(row["words"] or "")) for row in rows_of("unnamed_employers"))


# --- evidence ---------------------------------------------------------------------------------------------------------


def evidence(employer: str | None, source: str, board: str | None, url: str | None) -> frozenset[str]:
    """Return what an advert says about who hires. Adverts that share evidence have the same employer.

    - `name:scaleai`: the key of the name, and of the token of the employer's own board, with and without an ending such
      as "jobs" or "inc". A key of one or two Latin letters counts only within its source: `name:hp@himalayas`.
    - `board:greenhouse:scaleai`: the employer's own board, or the board that `url` leads to.
    - `domain:scale.com`: the registrable domain of `url`, or of a name that is a domain; never the domain of a
      platform.

    The set is empty if the advert does not say who hires.
    """
    return _evidence_of_name(employer, source, board) | (_employer_of_url(url) if url else frozenset())


@functools.lru_cache(maxsize=KEPT)
def _evidence_of_name(employer: str | None, source: str, board: str | None) -> frozenset[str]:
    facts: set[str] = set()
    if key := employer_key(employer):
        facts.add(_name(key, source))
        assert employer is not None
        if (site := _SITE_NAME.fullmatch(employer)) and (domain := own_domain(site[1])):
            facts.add(f"domain:{domain}")
    pattern = _tokens().get(source)
    if board and pattern and (token := pattern.fullmatch(board.casefold())):
        if _is_telling(token[1]):
            facts.add(f"board:{source}:{token[1]}")
        facts.update(_name(key, source) for key in keys_of_token(token.groups()[-1]))
    return frozenset(facts)


def _name(key: str, source: str) -> str:
    return f"name:{key}@{source}" if key.isascii() and len(key) <= MAX_WITHOUT_MEANING else f"name:{key}"


def _is_telling(token: str) -> bool:
    return token not in _generic_tokens() and not _NUMBER.fullmatch(token)


def naming_token(source: str, board: str | None) -> str | None:
    """Return the part of a board's token that may name its employer.

    None if the source's boards do not belong to single employers, or if the token is generic or a number.
    """
    match = pattern.fullmatch(board) if board and (pattern := _tokens().get(source)) else None
    token: str | None = match.groups()[-1] if match else None
    return token if token and _is_telling(token.casefold()) else None


def keys_of_token(token: str) -> set[str]:
    """Return the keys of the names that a token may stand for, with and without an ending such as "jobs" or "inc"."""
    key = employer_key(token)
    keys = {key} if key else set()
    for ending in _token_endings():
        if key and key.endswith(ending) and len(key) - len(ending) >= MIN_IN_TOKEN:
            keys.add(key.removesuffix(ending))
    return set(filter(_is_telling, keys))


@functools.cache
def _tokens() -> dict[str, re.Pattern[str]]:
    """Return, by source, a pattern for the tokens of boards that belong to single employers.

    Group 1 is the board; the last group may be the employer's name.
    """
    rows = ((row["source"] or "", row["token"]) for row in rows_of("board_sources"))
    return {source: re.compile(pattern) for source, pattern in rows if pattern}


@functools.cache
def _generic_tokens() -> frozenset[str]:
    return frozenset(row["token"] or "" for row in rows_of("generic_tokens"))


def is_ordinary(key: str) -> bool:
    """Whether a key is an ordinary word that may be the name of several employers: "figure", "branch", "galileo".

    If an advert states such a name, it is evidence like any other name. But two boards with such a token do not for
    that reason belong to the same employer.
    """
    return key in _ordinary_words()


@functools.cache
def _ordinary_words() -> frozenset[str]:
    return frozenset(row["word"] or "" for row in rows_of("ordinary_words"))


@functools.cache
def _token_endings() -> tuple[str, ...]:
    return tuple(row["ending"] or "" for row in rows_of("token_endings"))


def _employer_of_url(url: str) -> frozenset[str]:
    match = _HOST.match(url)
    if not match:
        return frozenset()
    host = match[1].rpartition("@")[2].partition(":")[0].casefold()
    platform = platform_of(host)
    if platform is None:
        domain = own_domain(host)
        return frozenset((f"domain:{domain}",)) if domain else frozenset()
    board = platform.board.match(host + match[2]) if platform.board else None
    token = platform.prefix + unquote(board[1]).casefold() if board else ""
    return frozenset((f"board:{platform.source}:{token}",)) if token and _is_telling(token) else frozenset()


@functools.lru_cache(maxsize=KEPT)
def own_domain(host: str) -> str | None:
    """Return the registrable domain of an employer's host: "scale.com" for "jobs.scale.com".

    None for a platform's host, an IP address or a bare suffix. By the Public Suffix List, hosts below a private suffix
    (acme.github.io) are domains of their own.
    """
    return None if platform_of(host) else registrable_domain(host)


@functools.lru_cache(maxsize=KEPT)
def registrable_domain(host: str) -> str | None:
    """Return a host's registrable domain, "scale.com" for "jobs.scale.com"; None for an IP address or suffix."""
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return None
    with_suffix: str | None = _suffixes().privatesuffix(host.rstrip("."))
    return with_suffix


@functools.lru_cache(maxsize=KEPT)
def platform_of(host: str) -> Platform | None:
    """Return the platform, aggregator or link shortener to which a host belongs; None if we know none."""
    labels = host.casefold().rstrip(".").split(".")
    suffixes = (".".join(labels[n:]) for n in range(len(labels)))
    return next((platform for suffix in suffixes if (platform := _platforms().get(suffix))), None)


@functools.cache
def _platforms() -> dict[str, Platform]:
    platforms = {}
    for row in rows_of("platforms"):
        board = re.compile(row["board"], re.IGNORECASE) if row["board"] else None
        platforms[row["host"] or ""] = Platform(row["source"] or "", board, row["prefix"] or "", row["kind"] or "")
    return platforms


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


# --- staffing agencies ------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=KEPT)
def is_staffing_agency(name: str | None) -> bool:
    """Whether a name belongs to a staffing agency, which hires for other employers.

    `staffing_agencies.csv` holds names of agencies, alone or before further words ("Randstad Digital"), and words for
    agencies ("Acme Staffing"). It also holds exceptions, such as makers of software for recruiters.
    """
    words = [word.text for word in _without_forms(_words(name or ""))] if name and employer_key(name) else []
    if not words:
        return False
    agencies = _agencies()
    for n in range(len(words), 0, -1):
        begin = "".join(words[:n])
        if begin in agencies["no agency"]:
            return False
        if begin in agencies["agency"] or (n == len(words) and begin in agencies["agency alone"]):
            return True
    if any(part in "".join(words) for part in agencies["part"]):
        return True
    runs = {"".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1)}
    return len(words) > 1 and bool(runs & agencies["word"]) and not set(words) & agencies["counter"]


@functools.cache
def _agencies() -> dict[str, frozenset[str]]:
    by_kind: dict[str, set[str]] = {
        kind: set() for kind in ("agency", "agency alone", "no agency", "word", "part", "counter")
    }
    for row in rows_of("staffing_agencies"):
        by_kind[row["kind"] or ""].add("".join(word.text for word in _without_forms(_words(row["words"] or ""))))
    return {kind: frozenset(words) for kind, words in by_kind.items()}
