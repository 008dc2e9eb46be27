"""Maintain boards.csv: add a board by its page, find dead and moved boards, and discover new boards.

Nothing here changes boards.csv. Each function returns the proposed list of boards; `write_patch` writes the difference
as a patch, which a person reviews and applies.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from extractors.archive.reader import SUFFIX, read
from extractors.boards import BOARDS, all_boards, boards_csv, why_not_read
from extractors.response import Response
from extractors.source import all_sources, board_at, board_in
from extractors.sources.declaration import LINKED_TOKEN
from flows.runtime.project import PROJECT, read_sql
from flows.runtime.settings import Settings
from flows.terminal.errors import Wrong, WrongUsage
from flows.terminal.progress import show_progress
from transforms.records.boards import Board
from warehouse.database import Connection
from warehouse.load.boards import board_key
from warehouse.publish.reader import open_reader

DIFF = "boards.diff"
"""Name of the patch in the data folder."""
LINKED_FROM = ("aggregator", "forum", "employer board")
"""Kinds of sources whose answers link to boards."""
_LINK = re.compile(rb"https?:(?:\\?/){2}[^\s\"'<>\\)\]}]+(?:\\/[^\s\"'<>\\)\]}]+)*")
"""An address in any answer. In JSON its slashes may be escaped."""


class Finding(NamedTuple):
    """A proposal for one board: what to do (`what`: add, remove or look), and the reason in words."""

    what: str
    source: str
    board: str
    why: str


def add_board(url: str, *, employer: str | None = None, country: str | None = None) -> tuple[list[Board], Finding]:
    """Return the boards of boards.csv with the board of a career page or posting (`url`) added, and the proposal.

    Raises `WrongUsage` if the address belongs to no board, or if the board is not read or already in boards.csv.
    """
    page = url if "://" in url else f"https://{url}"
    pair = board_in(page)
    if pair is None:
        platforms = ", ".join(name for name, module in all_sources().items() if module.SOURCE.boards)
        raise WrongUsage(f"{url}: expected a career page on one of these platforms: {platforms}")
    source, board = pair
    if why := why_not_read(source, board):
        raise WrongUsage(f"{url}: {source} {board} is not read: {why} (extractors/not_read.csv)")
    if any((b.source, b.board) == pair for b in all_boards()):
        raise WrongUsage(f"{url}: {source} {board} is in boards.csv already")
    entry = Board(source=source, board=board, employer=employer, country=country)
    return [*all_boards(), entry], Finding("add", source, board, f"named by {page}")


def check_boards(config: Settings) -> tuple[list[Board], list[Finding]]:
    """Return the new list of boards, and the proposals.

    The list has the boards of boards.csv except dead boards, with days and regions updated from the last nights. Raises
    `Wrong` if no night asked any of the boards.
    """
    boards: list[Board] = []
    findings: list[Finding] = []
    n_asked = 0
    with open_reader(config.data) as con:
        records = read_asked_boards(con)
        rows = con.execute(read_sql("monitoring", "board_regions")).fetchall()
    regions = {(source, board): regions for source, board, regions in rows}
    for board in sorted(all_boards(), key=lambda board: board.source):
        key = board.source, board.board
        n_asked += key in records
        current, finding = _judge_board(board, records.get(key), regions.get(key, []), config.board_not_found)
        boards += [current] if current else []
        findings += [finding] if finding else []
    if not n_asked:
        raise Wrong(
            f"{config.data} holds no answer of a board of boards.csv, so there is nothing to judge them by; "
            "`jobmarket run` asks them"
        )
    return boards, findings


class AskedBoard(NamedTuple):
    """What nights learned about a board, according to core.board_states: when it last answered and was last asked.

    `n_missed` counts the latest nights in a row on which it was not found or only redirected. `has_moved` is whether it
    redirected on the last night; `moved_to_source` and `moved_to_board` name the target, if that is a board.
    """

    answered_on: date | None
    asked_on: date
    n_missed: int
    has_moved: bool
    moved_to_source: str | None = None
    moved_to_board: str | None = None

    def is_lost(self, n_not_found: int) -> bool:
        """Whether the board is gone: not found for `n_not_found` nights, and not redirected on the last night."""
        return self.n_missed >= n_not_found and not self.has_moved


def read_asked_boards(con: Connection) -> dict[tuple[str, str], AskedBoard]:
    """Return all boards that nights asked, by source and token, whether or not the store contains them."""
    return {
        (source, board): AskedBoard(*values)
        for source, board, *values in con.execute(read_sql("monitoring", "asked_boards")).fetchall()
    }


def find_lost_boards(con: Connection, n_not_found: int) -> Iterator[tuple[str, str, date, date]]:
    """Yield the boards of boards.csv that once answered and have been "not found" on at least `n_not_found` nights in a
    row since: source, token, the last day with an answer, and the day of the last attempt."""
    days = {(board.source, board.board): board.verified_on for board in all_boards()}
    for (source, board), record in read_asked_boards(con).items():
        last = record.answered_on or days.get((source, board))
        if (source, board) in days and last is not None and record.is_lost(n_not_found):
            yield source, board, last, record.asked_on


def _judge_board(
    board: Board, record: AskedBoard | None, regions: Sequence[str], n_not_found: int
) -> tuple[Board | None, Finding | None]:
    """Return the updated board, or None if the board is gone, and the proposal if there is one.

    A board is gone after `n_not_found` nights "not found" in a row, since a single night may be a server's error.
    `record` is None if no night asked the board.
    """
    if record and record.is_lost(n_not_found):
        why = f"not found, or only redirected, on {record.n_missed} nights in a row; asked on {record.asked_on} last"
        return None, Finding("remove", board.source, board.board, why)
    day = max(filter(None, [record.answered_on if record else None, board.verified_on]), default=None)
    now = replace(board, verified_on=day, hires_in=tuple(sorted({*board.hires_in, *regions})))
    if record and record.has_moved:
        if record.moved_to_board is None:
            why = "it redirects: the employer may have moved to another platform"
        else:
            target = f"{record.moved_to_source} {record.moved_to_board}"
            why = f"it redirects to {target}, which replaces it if the employer is the same"
        return now, Finding("look", board.source, board.board, why)
    return now, None


def discover_boards(config: Settings) -> tuple[list[Board], list[Finding]]:
    """Return the boards of boards.csv together with new boards, and a proposal for each new board.

    A new board is one that an archived answer links to and boards.csv lacks.
    """
    keys = {board_key(board.source, board.board) for board in all_boards()}
    counts: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], str] = {}
    files = [
        (name, path)
        for name, module in all_sources().items()
        if module.SOURCE.kind in LINKED_FROM
        for path in config.archive.files(f"{name}/*{SUFFIX}")
        if config.archive.is_file(path)
    ]
    for name, path in show_progress(files, total=len(files), what="looking for boards"):
        answers = (answer for answer in read(config.archive.fetch(path)) if isinstance(answer, Response))
        for pair in {board for answer in answers for board in find_linked_boards(answer)}:
            if board_key(*pair) not in keys and not why_not_read(*pair):
                counts[pair] += 1
                where.setdefault(pair, f"{name}/{path.name}")
    new = [Board(source=source, board=board) for source, board in sorted(counts)]
    findings = [
        Finding("add", source, board, f"linked from {n} files, first {where[source, board]}")
        for (source, board), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return [*all_boards(), *new], findings


def find_linked_boards(answer: Response) -> Iterator[tuple[str, str]]:
    """Yield source and token of every other board that an answer links to."""
    at = board_at(answer.url)
    answering = board_key(*at) if at else None
    for link in _LINK.findall(answer.body):
        url = unquote(link.replace(b"\\/", b"/").decode("utf-8", "replace")).replace("&#x2F;", "/")
        pair = board_in(url)
        if pair and LINKED_TOKEN.fullmatch(pair[1]) and board_key(*pair) != answering:
            yield pair


def write_patch(boards: Iterable[Board], config: Settings) -> Path | None:
    """Write the difference from boards.csv as a patch in the data folder. Return its path, or None if nothing
    differs."""
    name = BOARDS.relative_to(PROJECT).as_posix()
    before = BOARDS.read_text(encoding="utf-8").splitlines(keepends=True)
    after = boards_csv(boards).splitlines(keepends=True)
    lines = list(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"))
    if not lines:
        return None
    path = config.data / DIFF
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")
    return path
