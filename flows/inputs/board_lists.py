"""Lists of boards that others keep, taken into the store: each line is checked, and what is not taken is said.

A list is a CSV or TSV file with a column for the platform and one for the token. Nothing here asks a server: whether a
board answers is found out by the nights, within their budgets.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from extractors.boards import why_not_read
from extractors.source import all_sources
from flows.terminal.errors import WrongUsage
from warehouse.ops_tables import KnownBoards

PLATFORM_COLUMNS = ("source", "platform", "ats")
TOKEN_COLUMNS = ("board", "token", "slug")
SOURCE_OF_PLATFORM = {"oraclecloud": "oracle"}
"""Sources by the names of platforms in lists, where they differ."""
_TEST = re.compile(r"(?:^|[-_.])(?:test|tests|testing|sandbox|sb|demo|staging|uat|qa|dev)\d*(?:$|[-_.])", re.IGNORECASE)
"""Words of a token that say it is a trial of a platform or an employer ("acme-sandbox")."""
MAX_REFUSED = 5
"""Refused lines that are kept to be shown."""


@dataclass
class BoardList:
    """What a list held: boards that can be asked, platforms without a reader with their boards, and refused lines."""

    boards: list[KnownBoards] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    n_refused: int = 0

    def refuse(self, why: str) -> None:
        """Note a line that is not taken."""
        self.n_refused += 1
        if len(self.refused) < MAX_REFUSED:
            self.refused.append(why)


def read_list(path: Path, *, known_from: str, day: date) -> BoardList:
    """The boards of a list. Raises `WrongUsage` where it has not the columns that say platform and token."""
    found = BoardList()
    sources = {name: module.SOURCE for name, module in all_sources().items() if module.SOURCE.boards}
    for number, platform, token in _read_lines(path):
        name = SOURCE_OF_PLATFORM.get(platform, platform)
        if name not in sources:
            found.unread[platform] += 1
            continue
        if why := why_not_read(name, token):
            found.refuse(f"{path.name} line {number}: {platform} {token} is not read: {why}")
            continue
        try:
            sources[name].url_of(token)
        except ValueError as error:
            found.refuse(f"{path.name} line {number}: {platform} {error}")
            continue
        is_test = _TEST.search(token) is not None
        found.boards.append(KnownBoards(source=name, board=token, known_from=known_from, known_on=day, is_test=is_test))
    return found


def _read_lines(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, platform and token of each line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{path}: a readable list in UTF-8 expected: {error}") from error
    head = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in head else ",")
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    platform = next((names.index(name) for name in PLATFORM_COLUMNS if name in names), None)
    token = next((names.index(name) for name in TOKEN_COLUMNS if name in names), None)
    if platform is None or token is None:
        raise WrongUsage(
            f"{path}: a first line with a column {' or '.join(PLATFORM_COLUMNS)} and a column "
            f"{' or '.join(TOKEN_COLUMNS)} expected, not {head.strip()[:80]!r}"
        )
    keys = list(rows.fieldnames or ())
    for number, row in enumerate(rows, start=2):
        said = (row[keys[platform]] or "").strip().lower(), (row[keys[token]] or "").strip()
        yield (number, *said)
