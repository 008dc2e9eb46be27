"""Looking for many turns of phrase at once: regular expressions in one Hyperscan database, kept between processes.

Expressions are searched in bytes, a character each (Latin-1). What Hyperscan does not know must not stand in them:
looking ahead or behind, references to groups. The time of a search does not depend on how the text is written.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import hyperscan

from transforms.text.disk_cache import cache_path, read_cached, write_cache

MAX_MATCHES = 400
"""Matches after which a search stops: a text that has more is no advert's."""


class Phrases:
    """Expressions by number, for text that is in lower case already.

    `has_starts`: matches know where they begin, which only short expressions can afford.
    """

    def __init__(self, expressions: Sequence[str], *, has_starts: bool) -> None:
        self._expressions = [expression.encode("latin-1") for expression in expressions]
        self._flag = hyperscan.HS_FLAG_SOM_LEFTMOST if has_starts else 0
        self._of_thread = threading.local()

    def find(self, data: bytes) -> list[tuple[int, int, int]]:
        """(start, end, number of the expression) of each match, in order; start is 0 where starts are not known."""
        starts: dict[tuple[int, int], int] = {}

        def on_match(number: int, start: int, end: int, _flags: int, _context: object) -> bool | None:
            starts[number, end] = start
            return True if len(starts) >= MAX_MATCHES else None

        if not hasattr(self._of_thread, "database"):
            self._of_thread.database = self._database()
            self._of_thread.scratch = hyperscan.Scratch(self._of_thread.database)
        with contextlib.suppress(hyperscan.ScanTerminated):
            self._of_thread.database.scan(data, match_event_handler=on_match, scratch=self._of_thread.scratch)
        return sorted((start, end, number) for (number, end), start in starts.items())

    def _database(self) -> Any:
        """The compiled expressions: from the cache folder where it holds these, else compiled and kept."""
        made_of = (version("hyperscan").encode(), str(self._flag).encode(), b"\n".join(self._expressions))
        path = cache_path("phrases", ".hyperscan", made_of)
        content = read_cached(path)
        if content is not None:
            with contextlib.suppress(hyperscan.HyperscanError):  # made for another processor: it is made anew
                return hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        count = len(self._expressions)
        database.compile(expressions=self._expressions, ids=list(range(count)), flags=[self._flag] * count)
        write_cache(path, hyperscan.dumpb(database))
        return database
