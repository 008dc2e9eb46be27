"""Search for many words or expressions at once, in one pass of Hyperscan, which replaces a hundred searches.

Sets of patterns are compiled once and kept for later processes. One byte stands for one character (Latin-1), so offsets
need no translation. Hyperscan has no lookahead, lookbehind or backreferences. The time of a search does not depend on
how the text is written.
"""

from __future__ import annotations

import contextlib
import functools
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import hyperscan

from transforms.text.disk_cache import cache_path, read_cached, write_cache

MAX_MATCHES = 400
"""A search for phrases stops after this many matches. No advert has more."""

OnMatch = Callable[[int, int, int, int, object], bool | None]
"""A function called with each match's number, start, end, flags and context. If it returns True, the search ends."""


class Pattern(NamedTuple):
    """A regular expression, and the number that is reported with each match.

    With `has_start`, the match's start is reported too.
    """

    expression: bytes
    number: int
    is_caseless: bool = False
    has_start: bool = True

    @property
    def flags(self) -> int:
        """Return the pattern's Hyperscan flags."""
        return (hyperscan.HS_FLAG_SOM_LEFTMOST if self.has_start else 0) | (
            hyperscan.HS_FLAG_CASELESS if self.is_caseless else 0
        )


class Search:
    """A compiled set of patterns, read from the cache folder, or else compiled and kept there. Threads may share it.

    `patterns` is called only if they must be compiled. `made_of` holds everything that determines them. The name of the
    cached file begins with `kind`.
    """

    def __init__(self, kind: str, made_of: Sequence[bytes], patterns: Callable[[], Iterable[Pattern]]) -> None:
        self._kind = kind
        self._made_of = made_of
        self._patterns = patterns
        self._of_thread = threading.local()

    def scan(self, data: bytes, on_match: OnMatch) -> None:
        """Search `data` and call `on_match` for each match, until it returns True."""
        scratch = getattr(self._of_thread, "scratch", None)
        if scratch is None:
            scratch = self._of_thread.scratch = hyperscan.Scratch(self._database)
        try:  # noqa: SIM105 - most scans are of one line, where entering a context costs as much as the search
            self._database.scan(data, match_event_handler=on_match, scratch=scratch)
        except hyperscan.ScanTerminated:
            pass

    @functools.cached_property
    def _database(self) -> Any:
        path = cache_path(self._kind, ".hyperscan", (version("hyperscan").encode(), *self._made_of))
        content = read_cached(path)  # complete or None: loadb() would read beyond the end of a truncated file
        if content is not None:
            with contextlib.suppress(hyperscan.HyperscanError):  # it was compiled for another processor
                return hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
        patterns = list(self._patterns())
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(
            expressions=[pattern.expression for pattern in patterns],
            ids=[pattern.number for pattern in patterns],
            flags=[pattern.flags for pattern in patterns],
        )
        write_cache(path, hyperscan.dumpb(database))
        return database


class Phrases:
    """Regular expressions, numbered in the order given, for text that is already in lower case.

    With `has_starts`, which only short expressions allow, a match is reported with its start.
    """

    def __init__(self, expressions: Sequence[str], *, has_starts: bool) -> None:
        data = [expression.encode("latin-1") for expression in expressions]
        patterns = [Pattern(expression, number, has_start=has_starts) for number, expression in enumerate(data)]
        self._search = Search("phrases", (str(has_starts).encode(), b"\n".join(data)), lambda: patterns)

    def names_several(self, data: bytes, things: Sequence[object], minimum: int) -> bool:
        """Whether expressions of at least `minimum` different `things`, one for each expression, match in `data`."""
        named: set[object] = set()

        def on_match(number: int, _start: int, _end: int, _flags: int, _context: object) -> bool | None:
            named.add(things[number])
            return True if len(named) >= minimum else None

        self._search.scan(data, on_match)
        return len(named) >= minimum

    def ends(self, data: bytes) -> list[tuple[int, int]]:
        """Return (end, number of the expression) of each match in `data`, a text in Latin-1."""
        ends: list[tuple[int, int]] = []
        note = ends.append

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            note((end, number))

        self._search.scan(data, on_match)
        return ends

    def find(self, data: bytes) -> list[tuple[int, int, int]]:
        """Return (start, end, number of the expression) of each match in `data`, a text in Latin-1, in order.

        At most `MAX_MATCHES` matches are returned. If `has_starts` is False, each start is 0.
        """
        starts: dict[tuple[int, int], int] = {}

        def on_match(number: int, start: int, end: int, _flags: int, _context: object) -> bool | None:
            starts[number, end] = start
            return True if len(starts) >= MAX_MATCHES else None

        self._search.scan(data, on_match)
        return sorted([(start, end, number) for (number, end), start in starts.items()]) if starts else []


class Literals:
    """A set of words, found anywhere, also inside longer words. Case is ignored, but not for the words of `exact`."""

    def __init__(self, words: Iterable[str] = (), *, exact: Iterable[str] = ()) -> None:
        any_case, as_written = dict.fromkeys(word.lower() for word in words), dict.fromkeys(exact)
        self._words = (*any_case, *as_written)
        self._any_case, self._exact = any_case.keys(), as_written.keys()
        self._first_exact = len(any_case)
        self._is_plain = tuple(word.isascii() for word in self._words)
        made_of = (str(self._first_exact).encode(), "\n".join(self._words).encode())
        self._search = Search("spellings", made_of, self._patterns)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) of every occurrence of every word, in order; occurrences may overlap. Never raises."""
        hits: list[tuple[int, int, int]] = []
        note = hits.append

        def on_match(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            note((start, end, number))

        self._search.scan(text.encode("latin-1", "replace"), on_match)
        spans = {(s, e) for s, e, number in hits if self._is_plain[number] or self._holds(text[s:e])}
        return sorted(spans)

    def _holds(self, text: str) -> bool:
        return text.lower() in self._any_case or text in self._exact

    def _patterns(self) -> Iterable[Pattern]:
        known: set[tuple[bytes, bool]] = set()  # words of one length in a script that Latin-1 lacks are one: "??"
        for number, word in enumerate(self._words):
            is_exact = number >= self._first_exact
            spellings = {word} if is_exact or word.isascii() else {word, word.upper(), word.capitalize()}
            for spelling in sorted(spelling for spelling in spellings if len(spelling) == len(word)):
                data = re.sub(rb"([^A-Za-z0-9 \x80-\xff])", rb"\\\1", spelling.encode("latin-1", "replace"))
                if self._is_plain[number] or (data, is_exact) not in known:
                    known.add((data, is_exact))
                    yield Pattern(data, number, is_caseless=not is_exact)
